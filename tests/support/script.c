#include "script.h"
/* The runner of packet scripts: see the header. It drives the engine by its public calls alone. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "stack/errno.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum { LINE = 256, PEER_ISN = 1000000, PEER_PORT = 40000, HOST_PORT = 80, OPTIONS = 2 * 256 };
#define PEER         "10.0.0.2"
#define HOST         "10.0.0.1"
#define FLAG_LETTERS "FSRP.UEW"

struct script {
    const char *path;
    unsigned line;
    sim_time at;
    bool begun;
    struct setup setup;
    struct scenario_neighbour near[2];
    char values[16][LINE]; /* settings and the profile: the setup keeps pointers */
    size_t value_count;
    struct running run;
    size_t looked_at;                    /* records before this one have been matched */
    size_t heard;                        /* output before this record has been matched */
    uint32_t tos, ttl;                   /* of the segment that was looked at last */
    char cookie[2 * TCP_COOKIE_MAX + 1]; /* the Fast Open cookie seen last */
    size_t calls_from; /* calls before this record are older than the last call line */
    struct flow {
        uint32_t peer_port, host_port, iss;
    } flows[8], *flow; /* flow: spoken of now */
    size_t flow_count;
};
/* A segment, as the script writes it and as the host sent it. Numbers are relative. */
struct line_segment {
    uint32_t up, tos, ttl;
    uint32_t flags, seq, length, ack, window;
    uint32_t ecn; /* of the IP header */
    bool has_ack, has_window, has_options;
    char options[OPTIONS];
};

static void wrong(const struct script *s, const char *problem, const char *detail) {
    fail_msg("%s:%u: %s: %s", s->path, s->line, problem, detail);
}

/* The next word of `*at`, up to a blank; "" at the end. */
static void word_of(char **at, char *out, size_t room) {
    while (isblank((unsigned char)**at)) (*at)++;
    size_t n = 0;
    while (**at != '\0' && !isblank((unsigned char)**at)) {
        if (n + 1 < room) out[n++] = **at;
        (*at)++;
    }
    out[n] = '\0';
}

/* ------------------------------------------------------------------------------------- the lab */

static void prepare(struct script *s) {
    setup_begin(&s->setup);
    setup_node(&s->setup, NODE_HOST, "host");
    setup_interface(&s->setup, "host", "eth0", HOST "/24");
    setup_node(&s->setup, NODE_HOST, "wire");
    setup_interface(&s->setup, "wire", "eth0", "10.0.0.3/24");
    setup_link(&s->setup, "host:eth0", "wire:eth0", 0);
    /* The peer has an address but no stack: its frames end at a machine that is not the peer. */
    s->near[0] = (struct scenario_neighbour){0x0a000002, {2, 0, 0, 0, 2, 1}};
    s->near[1] = (struct scenario_neighbour){0x0a000001, {2, 0, 0, 0, 1, 1}};
    for (size_t n = 0; n < 2; n++) {
        s->setup.nodes[n].neighbours = &s->near[n];
        s->setup.nodes[n].neighbour_count = 1;
    }
}

static const char *kept(struct script *s, const char *text) {
    assert_true(s->value_count < 16);
    return strcpy(s->values[s->value_count++], text);
}

static void begin(struct script *s) {
    if (s->begun) return;
    s->begun = true;
    run_begin(&s->run, &s->setup);
}

/* -------------------------------------------------------------------------------- segments */

static uint32_t flags_of(const struct script *s, const char *word) {
    static const char letters[] = FLAG_LETTERS;
    uint32_t flags = 0;
    for (; *word != '\0'; word++) {
        const char *found = strchr(letters, *word);
        if (found == NULL) wrong(s, "no such flag", word);
        flags |= 1u << (found - letters);
    }
    return flags;
}

static const char *const ecn_words[] = {"", "[ect1]", "[ect0]", "[ce]"};

static bool parse_value(struct line_segment *out, const char *name, uint32_t value) {
    if (strcmp(name, "ack") == 0)
        out->ack = value, out->has_ack = true;
    else if (strcmp(name, "win") == 0)
        out->window = value, out->has_window = true;
    else if (strcmp(name, "urg") == 0)
        out->up = value;
    else if (strcmp(name, "tos") == 0)
        out->tos = value;
    else if (strcmp(name, "ttl") == 0)
        out->ttl = value;
    else
        return false;
    return true;
}

static void parse_segment(const struct script *s, char *at, struct line_segment *out) {
    char word[LINE];
    unsigned long from, to, length;
    *out = (struct line_segment){0};
    word_of(&at, word, sizeof word);
    for (uint32_t ecn = 1; ecn < 4 && word[0] == '['; ecn++)
        if (strcmp(word, ecn_words[ecn]) == 0) out->ecn = ecn;
    if (word[0] == '[' && out->ecn == 0) wrong(s, "no such mark", word);
    if (word[0] == '[') word_of(&at, word, sizeof word);
    out->flags = flags_of(s, word);
    word_of(&at, word, sizeof word);
    if (sscanf(word, "%lu:%lu(%lu)", &from, &to, &length) != 3 || to - from != length)
        wrong(s, "expected FROM:TO(LENGTH)", word);
    out->seq = (uint32_t)from;
    out->length = (uint32_t)length;
    for (word_of(&at, word, sizeof word); word[0] != '\0' && word[0] != '<';
         word_of(&at, word, sizeof word)) {
        char name[LINE];
        strcpy(name, word);
        word_of(&at, word, sizeof word);
        if (!parse_value(out, name, (uint32_t)strtoul(word, NULL, 10)))
            wrong(s, "expected ack, win, urg, tos, ttl or <options>", name);
    }
    if (word[0] != '<') return;
    out->has_options = true;
    snprintf(out->options, sizeof out->options, "%s%s", word + 1, at);
    char *end = strchr(out->options, '>');
    if (end == NULL) wrong(s, "expected > at the end of", out->options);
    *end = '\0';
}

/* One option of a segment that comes in, as a word of `forge`. */
static void add_option(const struct script *s, char *forge, char *option) {
    unsigned long a = 0, b = 0;
    char *end = forge + strlen(forge);
    while (isblank((unsigned char)*option)) option++;
    if (sscanf(option, "mss %lu", &a) == 1)
        sprintf(end, " mss %lu", a);
    else if (sscanf(option, "wscale %lu", &a) == 1)
        sprintf(end, " wscale %lu", a);
    else if (strcmp(option, "sackOK") == 0)
        strcpy(end, " sackok");
    else if (sscanf(option, "TS val %lu ecr %lu", &a, &b) == 2)
        sprintf(end, " ts %lu %lu", a, b);
    else if (strcmp(option, "FO cookie") == 0)
        sprintf(end, " cookie %s", s->cookie);
    else if (strncmp(option, "FO ", 3) == 0)
        sprintf(end, " cookie %s", option + 3);
    else if (strcmp(option, "FO") == 0)
        strcpy(end, " cookie -");
    else if (sscanf(option, "sack %lu:%lu", &a, &b) == 2)
        sprintf(end, " sack %u %u", s->flow->iss + (uint32_t)a, s->flow->iss + (uint32_t)b);
    else if (strcmp(option, "nop") != 0 && *option != '\0')
        wrong(s, "no such option", option);
}

static void inject(struct script *s, char *text) {
    struct line_segment in;
    char forge[LINE + OPTIONS], flags[12] = "";
    parse_segment(s, text, &in);
    for (unsigned i = 0; i < 8; i++)
        if ((in.flags & 1u << i) != 0) flags[strlen(flags)] = FLAG_LETTERS[i];
    snprintf(forge, sizeof forge,
             "forge tcp %s %s:%u %s:%u seq %u ack %u win %u len %u ecn %u up %u tos %u", flags,
             PEER, s->flow->peer_port, HOST, s->flow->host_port, PEER_ISN + in.seq,
             in.has_ack ? s->flow->iss + in.ack : 0, in.has_window ? in.window : 0, in.length,
             in.ecn, in.up, in.tos);
    for (char *option = strtok(in.options, ","); option != NULL; option = strtok(NULL, ","))
        add_option(s, forge, option);
    run_command(&s->run, s->at, "wire", forge);
    run_until(&s->run, s->at);
}

/* The next TCP segment that the host has sent, from record `looked_at` on. */
static const struct trace_record *next_sent(struct script *s, struct tcp_header *h,
                                            uint32_t *length, uint32_t *ecn) {
    for (size_t i = s->looked_at; i < s->run.count; i++) {
        const struct trace_record *r = &s->run.records[i].r;
        if (r->kind != TRACE_SENT || r->node != 1) continue;
        struct reader in = reader_of(r->octets, r->octet_count);
        struct ipv4_header ip;
        read_skip(&in, 14);
        if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_TCP) continue;
        assert_int_equal(tcp_parse(h, &in, ip.src, ip.dst), PARSE_OK);
        *length = (uint32_t)read_left(&in);
        *ecn = ip.ecn;
        s->tos = (uint32_t)ip.dscp << 2;
        s->ttl = ip.ttl;
        s->looked_at = i + 1;
        return r;
    }
    return NULL;
}

static void text_of_segment(const struct script *s, const struct tcp_header *h, uint32_t length,
                            char *out, size_t room) {
    char flags[12] = "", ack[32] = "";
    for (unsigned i = 0; i < 8; i++)
        if ((h->flags & 1u << i) != 0) flags[strlen(flags)] = FLAG_LETTERS[i];
    if ((h->flags & TCP_ACK) != 0) snprintf(ack, sizeof ack, " ack %u", h->ack - PEER_ISN);
    uint32_t seq = h->seq == 0 ? 0 : h->seq - s->flow->iss;
    snprintf(out, room, "%s %u:%u(%u)%s win %u", flags, seq, seq + length, length, ack, h->window);
}

/* "FO": the option without a cookie; "FO *": any cookie; "FO 0011aabb...": this one. */
static bool has_cookie(struct script *s, const struct tcp_options *o, const char *wanted) {
    char cookie[2 * TCP_COOKIE_MAX + 1] = "";
    for (uint32_t i = 0; i < o->cookie_length; i++) sprintf(cookie + 2 * i, "%02x", o->cookie[i]);
    if (!o->has_cookie) return false;
    if (strcmp(wanted, "*") != 0) return strcmp(wanted, cookie) == 0;
    strcpy(s->cookie, cookie);
    return cookie[0] != '\0';
}

static bool has_option(struct script *s, const struct tcp_options *o, const char *option) {
    unsigned long a, b;
    while (isblank((unsigned char)*option)) option++;
    if (sscanf(option, "mss %lu", &a) == 1) return o->has_mss && o->mss == a;
    if (sscanf(option, "wscale %lu", &a) == 1) return o->has_window_scale && o->window_scale == a;
    if (sscanf(option, "TS ecr %lu", &a) == 1) return o->has_timestamps && o->ts_ecr == a;
    if (sscanf(option, "sack %lu:%lu", &a, &b) == 2) {
        for (uint32_t i = 0; i < o->sack_count; i++)
            if (o->sack[i].left - PEER_ISN == a && o->sack[i].right - PEER_ISN == b) return true;
        return false;
    }
    if (strcmp(option, "sackOK") == 0) return o->sack_permitted;
    if (strcmp(option, "FO") == 0) return has_cookie(s, o, "");
    if (strncmp(option, "FO ", 3) == 0) return has_cookie(s, o, option + 3);
    return strcmp(option, "nop") == 0;
}

static void expect_options(struct script *s, const struct tcp_options *o, char *wanted) {
    uint32_t count = 0, there = o->has_mss + o->has_window_scale + o->sack_permitted +
                                o->has_timestamps + o->sack_count + o->has_cookie;
    for (char *option = strtok(wanted, ","); option != NULL; option = strtok(NULL, ",")) {
        if (!has_option(s, o, option)) wrong(s, "the segment has no option", option);
        count += strstr(option, "nop") == NULL;
    }
    if (count != there) wrong(s, "the segment has other options than", wanted);
}

/* A SYN tells the host's first number and, of an active OPEN, its port. */
static void learn(struct script *s, const struct tcp_header *h) {
    if ((h->flags & TCP_SYN) == 0) return;
    if ((h->flags & TCP_ACK) == 0) s->flow->peer_port = h->dst_port;
    if (s->flow->peer_port == h->dst_port)
        *s->flow = (struct flow){h->dst_port, h->src_port, h->seq};
}

static void expect(struct script *s, char *text) {
    struct line_segment want;
    struct tcp_header h;
    uint32_t length, ecn;
    char sent[LINE];
    sim_time slack = MILLIS(1);
    parse_segment(s, text, &want);
    run_until(&s->run, s->at + slack);
    const struct trace_record *r = next_sent(s, &h, &length, &ecn);
    if (r == NULL) wrong(s, "the host sent nothing; expected", text);
    learn(s, &h);
    text_of_segment(s, &h, length, sent, sizeof sent);
    uint32_t seq = h.seq == 0 && (h.flags & TCP_RST) != 0 ? 0 : h.seq - s->flow->iss;
    bool same = h.dst_port == s->flow->peer_port && h.flags == want.flags && seq == want.seq &&
                ecn == want.ecn && length == want.length &&
                (!want.has_ack || h.ack - PEER_ISN == want.ack) &&
                want.has_ack == ((h.flags & TCP_ACK) != 0) &&
                (!want.has_window || h.window == want.window);
    if (!same && ecn != want.ecn) wrong(s, "the mark is not that of", sent);
    if (!same) wrong(s, "the host sent", sent);
    if (h.urgent_pointer != want.up) wrong(s, "another urgent pointer in", sent);
    if (s->tos != want.tos) wrong(s, "another type of service in", sent);
    if (want.ttl != 0 && s->ttl != want.ttl) wrong(s, "another TTL in", sent);
    if (r->at < s->at - slack || r->at > s->at + slack) {
        char late[2 * LINE];
        snprintf(late, sizeof late, "%s at %+.6f s", sent, (double)(r->at - s->at) / 1e9);
        wrong(s, "sent at another time", late);
    }
    if (want.has_options) expect_options(s, &h.options, want.options);
}

/* ------------------------------------------------------------------------------------- calls */

static bool value_is(const char *wanted, int64_t value) {
    if (isdigit((unsigned char)wanted[0]) || wanted[0] == '-') return atoll(wanted) == value;
    return value < 0 && strcmp(linux_error_name((int)-value), wanted) == 0;
}

static void expect_call(struct script *s, const char *name, const char *wanted) {
    for (size_t i = s->calls_from; i < s->run.count; i++) {
        const struct trace_record *r = &s->run.records[i].r;
        if (r->kind != TRACE_CALL || r->node != 1 || strncmp(r->text, name, strlen(name)) != 0)
            continue;
        char got[LINE];
        snprintf(got, sizeof got, "%s = %lld", name, (long long)r->after);
        if (!value_is(wanted, (int64_t)r->after)) wrong(s, "the call returned", got);
        s->calls_from = i + 1;
        return;
    }
    wrong(s, "the call has not returned", name);
}

/* connect(3, 10.0.0.2:80) = 0: the console's words for it are "connect 3 10.0.0.2:80". */
static void call(struct script *s, char *text) {
    char name[24] = "", *open = strchr(text, '('), *close = strchr(text, ')');
    if (open == NULL || close == NULL) wrong(s, "expected CALL(ARGUMENTS) = VALUE", text);
    snprintf(name, sizeof name, "%.*s", (int)(open - text), text);
    char *result = close + 1;
    *open = ' ';
    *close = '\0';
    for (char *c = open; *c != '\0'; c++)
        if (*c == ',') *c = ' ';
    s->calls_from = s->heard = s->run.count;
    run_command(&s->run, s->at, "host", text);
    run_until(&s->run, s->at);
    result += strspn(result, " \t");
    if (strcmp(result, "...") == 0) return;
    if (*result != '=') wrong(s, "expected = VALUE or ... after", text);
    result++;
    result += strspn(result, " \t");
    expect_call(s, name, result);
}

static void returned(struct script *s, char *text) {
    char name[24], equals[4], value[24];
    if (sscanf(text, "%23s %3s %23s", name, equals, value) != 3 || equals[0] != '=')
        wrong(s, "expected ... CALL = VALUE", text);
    expect_call(s, name, value);
}

const char *script_state(const struct script *s) {
    const char *state = "none";
    for (size_t i = 0; i < s->run.count; i++) {
        const struct trace_record *r = &s->run.records[i].r;
        if (r->kind == TRACE_STATE && r->node == 1 && r->machine == 0)
            state = engine_state_name(0, r->after);
    }
    return state;
}

static void expect_state(struct script *s, char *text) {
    char wanted[24];
    const char *state = script_state(s);
    word_of(&text, wanted, sizeof wanted);
    if (strcmp(state, wanted) != 0) wrong(s, "the state is", state);
}

/* A watched variable of the connection that changed last: "cwnd 14600". */
static void expect_variable(struct script *s, char *text) {
    char *number = strrchr(text, ' ');
    text += strspn(text, " \t");
    if (number == NULL || number <= text) wrong(s, "expected NAME VALUE", text);
    *number = '\0';
    uint64_t value = 0;
    for (size_t i = 0; i < s->run.count; i++) {
        const struct trace_record *r = &s->run.records[i].r;
        if (r->kind == TRACE_VARIABLE && r->node == 1 &&
            strcmp(engine_name(NAME_FIELD, r->field), text) == 0)
            value = r->after;
    }
    char is[LINE];
    snprintf(is, sizeof is, "%s is %llu", text, (unsigned long long)value);
    if (value != strtoull(number + 1, NULL, 10)) wrong(s, "the variable is another", is);
}

/* ------------------------------------------------------------------------------------- lines */

/* The lines that follow are about the peer's port `number`. */
static void speak_of(struct script *s, uint32_t number) {
    size_t i = 0;
    while (i < s->flow_count && s->flows[i].peer_port != number) i++;
    if (i == s->flow_count) {
        assert_true(s->flow_count < sizeof s->flows / sizeof s->flows[0]);
        s->flows[s->flow_count++] = (struct flow){number, HOST_PORT, 0};
    }
    s->flow = &s->flows[i];
}

/* Any other line of a console: its output is not looked at. */
static void type(struct script *s, const char *node, char *text) {
    text += strspn(text, " \t");
    run_command(&s->run, s->at, node, text);
    run_until(&s->run, s->at);
}

/* A line that the host's console has printed, after the last one that was asked for and since the
 * last call. */
static void expect_output(struct script *s, const char *text) {
    const char *last = "nothing";
    text += strspn(text, " \t");
    for (; s->heard < s->run.count; s->heard++) {
        const struct trace_record *r = &s->run.records[s->heard].r;
        if (r->kind != TRACE_OUTPUT || r->node != 1) continue;
        s->heard++;
        if (strcmp(r->text, text) == 0) return;
        last = r->text;
    }
    wrong(s, "the console said", last);
}

static void event(struct script *s, char *text) {
    char *rest = text;
    char first[LINE];
    double after = strtod(text + 1, &rest);
    begin(s);
    s->at += SECONDS(after);
    run_until(&s->run, s->at);
    while (isblank((unsigned char)*rest)) rest++;
    text = rest;
    word_of(&rest, first, sizeof first);
    if (strcmp(first, "<") == 0)
        inject(s, rest);
    else if (strcmp(first, ">") == 0)
        expect(s, rest);
    else if (strcmp(first, "...") == 0)
        returned(s, rest);
    else if (strcmp(first, "state") == 0)
        expect_state(s, rest);
    else if (strcmp(first, "is") == 0)
        expect_variable(s, rest);
    else if (strcmp(first, "$") == 0)
        type(s, "host", rest);
    else if (strcmp(first, "wire") == 0)
        type(s, "wire", rest);
    else if (strcmp(first, "says") == 0)
        expect_output(s, rest);
    else if (strcmp(first, "peer") == 0)
        speak_of(s, (uint32_t)strtoul(rest, NULL, 10));
    else
        call(s, text);
}

static void directive(struct script *s, char *text) {
    char word[LINE], name[LINE], value[LINE];
    word_of(&text, word, sizeof word);
    word_of(&text, name, sizeof name);
    if (s->begun) wrong(s, "must come before the first event", word);
    if (strcmp(word, "profile") == 0) {
        s->setup.nodes[0].profile = kept(s, name);
    } else if (strcmp(word, "set") == 0) {
        while (isblank((unsigned char)*text)) text++;
        snprintf(value, sizeof value, "%s", text);
        const char *kept_name = kept(s, name);
        setup_setting(&s->setup, "host", kept_name, kept(s, value));
    } else {
        wrong(s, "no such line", word);
    }
}

static void finish(struct script *s, struct script_arcs *arcs) {
    struct tcp_header h;
    uint32_t length, ecn;
    char sent[LINE];
    run_until(&s->run, s->at + MILLIS(1));
    if (next_sent(s, &h, &length, &ecn) != NULL) {
        text_of_segment(s, &h, length, sent, sizeof sent);
        wrong(s, "the host also sent", sent);
    }
    for (size_t i = 0; i < s->run.count; i++) {
        const struct trace_record *r = &s->run.records[i].r;
        if (arcs != NULL && r->kind == TRACE_STATE && r->node == 1 && r->machine == 0)
            arcs->seen[r->before][r->after]++;
    }
    run_end(&s->run);
}

struct script *script_begin(const char *name, const char *profile) {
    static struct script s;
    memset(&s, 0, sizeof s);
    s.path = name;
    speak_of(&s, PEER_PORT);
    prepare(&s);
    s.setup.nodes[0].profile = profile;
    return &s;
}

void script_line(struct script *s, const char *text) {
    char line[LINE];
    s->line++;
    assert_true(strlen(text) < sizeof line);
    strcpy(line, text);
    char *comment = strstr(line, "//");
    if (comment != NULL) *comment = '\0';
    size_t n = strlen(line);
    while (n > 0 && isspace((unsigned char)line[n - 1])) line[--n] = '\0';
    if (n == 0) return;
    if (line[0] == '+')
        event(s, line);
    else
        directive(s, line);
}

bool script_sent(struct script *s, char *out, size_t room) {
    struct tcp_header h;
    uint32_t length, ecn;
    run_until(&s->run, s->at);
    if (next_sent(s, &h, &length, &ecn) == NULL) return false;
    learn(s, &h);
    text_of_segment(s, &h, length, out, room);
    char *window = strstr(out, " win ");
    *window = '\0';
    return true;
}

struct lab *script_lab(struct script *s) {
    return s->run.lab;
}

void script_end(struct script *s, struct script_arcs *arcs) {
    if (!s->begun) wrong(s, "nothing happens", "an empty script");
    finish(s, arcs);
}

void script_run(const char *path, struct script_arcs *arcs) {
    char line[LINE];
    FILE *file = fopen(path, "r");
    if (file == NULL) fail_msg("cannot read %s", path);
    struct script *s = script_begin(path, NULL);
    while (fgets(line, sizeof line, file) != NULL) script_line(s, line);
    fclose(file);
    script_end(s, arcs);
}
