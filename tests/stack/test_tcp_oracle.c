/*
 * What the Linux kernel did, done again: tests/stack/oracle/NAME.tsv holds the segments that were
 * recorded at both ends of a wire, and what the calls and ss said. Each experiment is acted out
 * here by the same calls at the same moments. Compared: at each end the same segments in the same
 * order (sender, flags, relative numbers, length, SACK blocks), the same states and results; and
 * the time of each segment, within 3 % + 10 ms, but for bare ACKs.
 */
#include "lab_support.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/ipv4.h"
#include "wire/tcp.h"

enum { SEGMENTS_MAX = 160, FACTS_MAX = 32, LINE_MAX = 160 };
static const double LOOKS_EVERY = 0.2; /* how often the experiments asked ss */
static const double BEGIN = 1.0;       /* the first segment of an experiment leaves at 1 s */

struct seg {
    double at;
    uint32_t connection, from, flags, seq, ack, length; /* from: node 1 is c, node 2 is s */
    char sack[48];
};
struct segs {
    struct seg of[SEGMENTS_MAX];
    size_t count;
};
struct expected {
    struct segs end[2]; /* [0] seen at c, [1] seen at s */
    char facts[FACTS_MAX][LINE_MAX];
    size_t fact_count;
};

/* ---------------------------------------------------------------------------- the recordings */

static uint32_t flags_of(const char *text) {
    uint32_t flags = 0;
    for (; *text != '\0'; text++)
        flags |= *text == 'S'   ? TCP_SYN
                 : *text == 'F' ? TCP_FIN
                 : *text == 'R' ? TCP_RST
                 : *text == 'P' ? TCP_PSH
                 : *text == '.' ? TCP_ACK
                                : 0;
    return flags;
}

static uint32_t number_of(const char *text) {
    return strcmp(text, "-") == 0 ? UINT32_MAX : (uint32_t)strtoul(text, NULL, 10);
}

static void load(struct expected *e, const char *name) {
    char path[80], line[LINE_MAX];
    snprintf(path, sizeof path, "tests/stack/oracle/%s.tsv", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char end[4], from[4], flags[8], seq[16], ack[16];
        struct seg s = {0};
        if (sscanf(line, "seg\t%3s\t%u\t%lf\t%3s\t%7s\t%15s\t%15s\t%u\t%47[^\n]", end,
                   &s.connection, &s.at, from, flags, seq, ack, &s.length, s.sack) == 9) {
            s.from = from[0] == 'c' ? 1 : 2;
            s.flags = flags_of(flags);
            s.seq = number_of(seq);
            s.ack = number_of(ack);
            struct segs *list = &e->end[end[0] == 's'];
            assert_true(list->count < SEGMENTS_MAX);
            list->of[list->count++] = s;
        } else if (line[0] != '#') {
            assert_true(e->fact_count < FACTS_MAX);
            line[strcspn(line, "\n")] = '\0';
            strcpy(e->facts[e->fact_count++], line);
        }
    }
    fclose(file);
    assert_true(e->end[0].count > 0 && e->end[1].count > 0);
}

/* ------------------------------------------------------------------------------ what we do */

struct flow {
    uint32_t port, iss[2]; /* the client's port; both initial sequence numbers, by sender */
};
struct flows {
    struct flow of[16];
    uint32_t count;
};

static struct flow *flow_of(struct flows *f, uint32_t port, uint32_t *number) {
    for (uint32_t i = 0; i < f->count; i++)
        if (f->of[i].port == port) {
            *number = i + 1;
            return &f->of[i];
        }
    f->of[f->count].port = port;
    *number = ++f->count;
    return &f->of[*number - 1];
}

/* Reads a frame as tcpdump would, with numbers relative to the flow's initial ones. */
static bool read_segment(const struct trace_record *r, struct flows *flows, struct seg *out) {
    struct reader in = reader_of(r->octets, r->octet_count);
    struct ipv4_header ip;
    struct tcp_header tcp;
    read_skip(&in, 14);
    if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_TCP) return false;
    assert_int_equal(tcp_parse(&tcp, &in, ip.src, ip.dst), PARSE_OK);
    *out = (struct seg){.at = (double)r->at / 1e9 - BEGIN, .flags = tcp.flags};
    out->from = (ip.src & 0xff) == 1 ? 1 : 2;
    uint32_t me = out->from - 1, peer = 1 - me;
    struct flow *flow =
        flow_of(flows, out->from == 1 ? tcp.src_port : tcp.dst_port, &out->connection);
    if ((tcp.flags & TCP_SYN) != 0) flow->iss[me] = tcp.seq;
    out->length = (uint32_t)read_left(&in);
    out->seq = tcp.seq - flow->iss[me];
    out->ack = (tcp.flags & TCP_ACK) != 0 ? tcp.ack - flow->iss[peer] : UINT32_MAX;
    strcpy(out->sack, "-");
    if (tcp.options.sack_count == 1)
        snprintf(out->sack, sizeof out->sack, "%u:%u", tcp.options.sack[0].left - flow->iss[peer],
                 tcp.options.sack[0].right - flow->iss[peer]);
    return true;
}

/* Sent by the end, or come to it: a frame that a fault takes had reached the kernel's filter. */
static bool seen_at(const struct trace_record *r, uint32_t node) {
    if (r->kind == TRACE_SENT) return r->node == node;
    if (r->kind == TRACE_DELIVERED) return r->node == node;
    return r->kind == TRACE_LOST && r->peer == node;
}

static void collect(const struct running *run, uint32_t node, struct flows *flows,
                    struct segs *out) {
    out->count = 0;
    for (size_t i = 0; i < run->count; i++) {
        struct seg s;
        const struct trace_record *r = &run->records[i].r;
        if (!seen_at(r, node) || !read_segment(r, flows, &s)) continue;
        assert_true(out->count < SEGMENTS_MAX);
        out->of[out->count++] = s;
    }
}

/* -------------------------------------------------------------------------------- comparing */

static void describe(const char *name, char end, size_t i, const struct seg *s, const char *whose) {
    fprintf(stderr,
            "%s at %c, segment %zu, %s: connection %u, %.6f s, from %c, flags 0x%x, seq %d,"
            " ack %d, len %u, sack %s\n",
            name, end, i + 1, whose, s->connection, s->at, s->from == 1 ? 'c' : 's', s->flags,
            (int)s->seq, (int)s->ack, s->length, s->sack);
}

static bool near(double at, double recorded) {
    double off = at > recorded ? at - recorded : recorded - at;
    return off <= 0.03 * recorded + 0.010;
}

static bool equal(const struct seg *ours, const struct seg *theirs) {
    bool seq = theirs->seq == UINT32_MAX || ours->seq == theirs->seq;
    bool bare = theirs->flags == TCP_ACK && theirs->length == 0;
    return ours->connection == theirs->connection && ours->from == theirs->from &&
           ours->flags == theirs->flags && seq && ours->ack == theirs->ack &&
           ours->length == theirs->length && strcmp(ours->sack, theirs->sack) == 0 &&
           (bare || near(ours->at, theirs->at));
}

static void compare(const char *name, char end, const struct segs *ours,
                    const struct segs *theirs) {
    for (size_t i = 0; i < theirs->count || i < ours->count; i++) {
        if (i < ours->count && i < theirs->count && equal(&ours->of[i], &theirs->of[i])) continue;
        if (i < theirs->count) describe(name, end, i, &theirs->of[i], "the kernel's");
        if (i < ours->count) describe(name, end, i, &ours->of[i], "ours");
        fail_msg("%s: the segments seen at %c differ from the %zuth on", name, end, i + 1);
    }
}

/* The state of a connection at a time: the last one that its end entered. "none": no TCB. */
static const char *state_at(const struct running *run, uint32_t node, uint32_t port, double at,
                            sim_time *since) {
    const char *state = "none";
    char word[16];
    snprintf(word, sizeof word, ":%u", port);
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_STATE || r->machine != 0 || r->node != node) continue;
        if ((double)r->at / 1e9 - BEGIN > at) break;
        assert_non_null(r->text);
        if (strstr(r->text, word) == NULL) continue;
        state = r->after == 0 ? "none" : engine_state_name(0, r->after);
        *since = r->at;
    }
    return state;
}

static void check_call(const struct running *run, const char *fact, double at, uint32_t node,
                       const char *what, int64_t value) {
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_CALL || r->node != node || strncmp(r->text, what, strlen(what)) != 0)
            continue;
        if (!near((double)r->at / 1e9 - BEGIN, at)) continue;
        if ((int64_t)r->after == value) return;
    }
    fail_msg("no such call: %s", fact);
}

static void check_fact(const struct running *run, const struct flows *flows, const char *fact) {
    char kind[8], end[4], what[24];
    double at;
    long a = 0, b = 0;
    sim_time since = 0;
    assert_true(sscanf(fact, "%7s\t%lf\t%3s\t%ld\t%ld", kind, &at, end, &a, &b) >= 3);
    uint32_t node = end[0] == 'c' ? 1 : 2;
    if (strcmp(kind, "state") == 0) {
        assert_int_equal(sscanf(fact, "%*s\t%*f\t%*s\t%*d\t%23s", what), 1);
        const char *state = state_at(run, node, flows->of[a - 1].port, at, &since);
        if (strcmp(state, what) != 0) fail_msg("%s: but %s", fact, state);
    } else if (strcmp(kind, "gone") == 0) {
        assert_string_equal(state_at(run, node, flows->of[a - 1].port, 1e9, &since), "none");
        /* It went some time between the last look that found it and the one that did not. */
        double went = (double)since / 1e9 - BEGIN;
        if (!near(went, at) && !(went < at && near(went, at - LOOKS_EVERY)))
            fail_msg("%s: but %f", fact, went);
    } else if (strcmp(kind, "call") == 0) {
        assert_int_equal(sscanf(fact, "%*s\t%*f\t%*s\t%23s\t%ld", what, &b), 2);
        check_call(run, fact, at, node, what, b);
    } else {
        fail_msg("a fact of no known kind: %s", fact);
    }
}

static void act(const char *name, const struct setup *setup, double until) {
    static struct expected e;
    static struct segs ours;
    struct running run;
    struct flows flows = {0};
    memset(&e, 0, sizeof e);
    load(&e, name);
    run_begin(&run, setup);
    run_until(&run, SECONDS(BEGIN + until));
    for (uint32_t node = 1; node <= 2; node++) {
        collect(&run, node, &flows, &ours);
        compare(name, node == 1 ? 'c' : 's', &ours, &e.end[node - 1]);
    }
    for (size_t i = 0; i < e.fact_count; i++) check_fact(&run, &flows, e.facts[i]);
    run_end(&run);
}

/* ------------------------------------------------------------------------------ experiments */

static void stage(struct setup *s) {
    setup_begin(s);
    setup_node(s, NODE_HOST, "c");
    setup_interface(s, "c", "eth0", "10.9.0.1/24");
    setup_node(s, NODE_HOST, "s");
    setup_interface(s, "s", "eth0", "10.9.0.2/24");
    setup_link(s, "c:eth0", "s:eth0", 10000);
    setup_setting(s, "c", "net.ipv4.tcp_rmem", "4096 131072 33554432");
    setup_setting(s, "s", "net.ipv4.tcp_rmem", "4096 131072 33554432");
}

/* Lines of one process run in order, each when the one before has returned. */
static void does(struct setup *s, double at, const char *node, const char *line) {
    setup_run(s, SECONDS(BEGIN + at), node, line)->process = "python";
}

static void listens(struct setup *s) {
    does(s, -0.9, "s", "socket tcp");
    does(s, -0.9, "s", "bind 3 10.9.0.2:80");
    does(s, -0.9, "s", "listen 3 5");
}

static void connects(struct setup *s, double at) {
    does(s, at, "c", "socket tcp");
    does(s, at, "c", "connect 3 10.9.0.2:80");
}

/* k.send(b'q'); a.recv(1); a.send(b'r'); k.recv(1) */
static void asks(struct setup *s, double at) {
    does(s, at, "s", "accept 3");
    does(s, at, "c", "send 3 1");
    does(s, at, "s", "recv 4 1");
    does(s, at, "s", "send 4 1");
    does(s, at, "c", "recv 3 1");
}

static void loses(struct setup *s, const char *on, const char *match, double until) {
    setup_fault(s, on, FAULT_DROP, match, 0)->until = until == 0 ? 0 : SECONDS(BEGIN + until);
}

#define BARE_ACK  "tcp.flags.ack && !tcp.flags.syn && !tcp.flags.reset && !tcp.flags.fin"
#define THIRD_ACK "tcp.flags.ack && !tcp.flags.syn && !tcp.flags.reset"

static void synblack(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    loses(&s, "c->s", "tcp.dstport == 80", 0);
    connects(&s, 0);
    act("synblack", &s, 140);
}

static void synblack0(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_syn_linear_timeouts", "0");
    loses(&s, "c->s", "tcp.dstport == 80", 0);
    connects(&s, 0);
    act("synblack0", &s, 140);
}

static void ack3once_silent(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    loses(&s, "c->s", THIRD_ACK, 0.3);
    connects(&s, 0);
    act("ack3once_silent", &s, 2.5);
}

static void ack3once_data(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    loses(&s, "c->s", THIRD_ACK, 0.2);
    connects(&s, 0);
    does(&s, 0.241281, "c", "send 3 5");
    does(&s, 0.419, "s", "accept 3");
    does(&s, 0.419, "s", "recv 4 10");
    act("ack3once_data", &s, 1);
}

static void simopen(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    loses(&s, "c-s", "tcp.flags.syn && !tcp.flags.ack", 0.4);
    does(&s, -0.9, "c", "socket tcp");
    does(&s, -0.9, "s", "socket tcp");
    does(&s, -0.9, "c", "bind 3 10.9.0.1:7000");
    does(&s, -0.9, "s", "bind 3 10.9.0.2:7000");
    does(&s, 0, "c", "connect 3 10.9.0.2:7000");
    does(&s, 0.000165, "s", "connect 3 10.9.0.1:7000");
    act("simopen", &s, 3);
}

static void close34(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    connects(&s, 0); /* A: the server closes at once after EOF */
    asks(&s, 0.000352);
    does(&s, 0.000469, "c", "close 3");
    does(&s, 0.000469, "s", "recv 4 1");
    does(&s, 0.000469, "s", "close 4");
    connects(&s, 0.302336); /* B: it closes 1 s later */
    asks(&s, 0.302440);
    does(&s, 0.302526, "c", "shutdown 3 wr");
    does(&s, 0.302526, "s", "recv 4 1");
    does(&s, 1.303545, "s", "close 4");
    does(&s, 1.81, "c", "close 3");
    connects(&s, 1.831432); /* C: close with unread data */
    does(&s, 1.831662, "s", "accept 3");
    does(&s, 1.831662, "s", "send 4 2");
    does(&s, 1.934088, "c", "close 3");
    connects(&s, 2.254157); /* D: SO_LINGER 0 */
    does(&s, 2.254157, "s", "accept 3");
    does(&s, 2.254313, "c", "setsockopt 3 SO_LINGER 0");
    does(&s, 2.254313, "c", "close 3");
    act("close34", &s, 2.5);
}

static void halfclose(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    connects(&s, 0); /* A: shutdown(WR), the server keeps sending */
    does(&s, 0.000357, "s", "accept 3");
    does(&s, 0.000357, "c", "shutdown 3 wr");
    does(&s, 0.102881, "s", "send 4 4");
    does(&s, 0.303063, "s", "send 4 4");
    does(&s, 0.508297, "s", "send 4 4");
    does(&s, 0.743, "c", "recv 3 100");
    does(&s, 0.743617, "s", "close 4");
    does(&s, 0.744, "c", "close 3");
    connects(&s, 0.944035); /* B: close(), then the server sends */
    does(&s, 0.944385, "s", "accept 3");
    does(&s, 0.944385, "c", "close 3");
    does(&s, 1.062734, "s", "send 4 4");
    does(&s, 1.265, "s", "send 4 5");
    act("halfclose", &s, 1.4);
}

static void lastack(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    connects(&s, 0);
    asks(&s, 0.003565);
    does(&s, 0.003607, "c", "close 3");
    does(&s, 0.003607, "s", "recv 4 1");
    setup_fault(&s, "c->s", FAULT_DROP, BARE_ACK, 1)->from = SECONDS(BEGIN + 0.2);
    does(&s, 0.254120, "s", "close 4");
    act("lastack", &s, 63);
}

static void timewait(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    connects(&s, 0);
    does(&s, 0.000100, "s", "accept 3");
    does(&s, 0.000125, "c", "close 3");
    does(&s, 0.000125, "s", "recv 4 1");
    does(&s, 0.000125, "s", "close 4");
    act("timewait", &s, 63);
}

/* tcp_syn_retries: a count, or the time that so many time-outs would have taken. */
static void retries(const char *name, const char *count, double until) {
    struct setup s;
    stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_syn_retries", count);
    loses(&s, "c->s", "tcp.dstport == 80", 0);
    connects(&s, 0);
    act(name, &s, until);
}

static void synr(void **state) {
    (void)state;
    retries("synr1", "1", 10);
    retries("synr2", "2", 20);
    retries("synr3", "3", 30);
}

static void finwait2(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    connects(&s, 0);
    does(&s, 0.003, "s", "accept 3");
    does(&s, 0.003218, "c", "close 3");
    does(&s, 61.509187, "s", "send 4 4");
    act("finwait2", &s, 62);
}

static void fintmo(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_fin_timeout", "5");
    listens(&s);
    connects(&s, 0);
    does(&s, 0.000074, "s", "accept 3");
    does(&s, 0.000074, "c", "close 3");
    does(&s, 0.000707, "s", "recv 4 1");
    does(&s, 0.000707, "s", "close 4");
    connects(&s, 0.051008);
    does(&s, 0.051108, "s", "accept 3");
    does(&s, 0.051108, "c", "close 3");
    act("fintmo", &s, 63);
}

static void twreopen(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    listens(&s);
    for (int turn = 0; turn < 2; turn++) {
        double at = turn == 0 ? 0 : 1.634429;
        does(&s, at, "c", "socket tcp");
        does(&s, at, "c", "setsockopt 3 SO_REUSEADDR 1");
        does(&s, at, "c", "bind 3 10.9.0.1:5555");
        does(&s, at, "c", "connect 3 10.9.0.2:80");
        does(&s, at, "s", "accept 3");
        if (turn == 1) break;
        does(&s, 0.000121, "s", "close 4");
        does(&s, 0.000121, "c", "recv 3 1");
        does(&s, 0.000121, "c", "close 3");
    }
    act("twreopen", &s, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(synblack),        cmocka_unit_test(synblack0),
        cmocka_unit_test(ack3once_silent), cmocka_unit_test(ack3once_data),
        cmocka_unit_test(simopen),         cmocka_unit_test(close34),
        cmocka_unit_test(halfclose),       cmocka_unit_test(lastack),
        cmocka_unit_test(timewait),        cmocka_unit_test(synr),
        cmocka_unit_test(finwait2),        cmocka_unit_test(fintmo),
        cmocka_unit_test(twreopen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
