#include "oracle.h"
/* See the header. The recordings are read, the lab is run, and both are laid side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "stack/mib.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum { SEGMENTS_MAX = 160, FACTS_MAX = 32, LINE_MAX = 160 };
static const double LOOKS_EVERY = 0.2; /* how often the experiments asked ss */

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
    uint32_t port, server_port, iss[2]; /* the client's; initial sequence numbers, by sender */
};
struct flows {
    struct flow of[64];
    uint32_t count;
};

static struct flow *flow_of(struct flows *f, uint32_t port, uint32_t server_port,
                            uint32_t *number) {
    for (uint32_t i = 0; i < f->count; i++)
        if (f->of[i].port == port && f->of[i].server_port == server_port) {
            *number = i + 1;
            return &f->of[i];
        }
    f->of[f->count].port = port;
    f->of[f->count].server_port = server_port;
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
    *out = (struct seg){.at = (double)r->at / 1e9 - ORACLE_BEGIN, .flags = tcp.flags};
    out->from = (ip.src & 0xff) == 2 ? 2 : 1; /* c also forges */
    uint32_t me = out->from - 1, peer = 1 - me;
    bool up = out->from == 1;
    struct flow *flow = flow_of(flows, up ? tcp.src_port : tcp.dst_port,
                                up ? tcp.dst_port : tcp.src_port, &out->connection);
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

/* No number; or one of a connection before, which counts from another initial number. */
static bool unlike(uint32_t number) {
    return number > UINT32_MAX / 2;
}

static bool equal(const struct seg *ours, const struct seg *theirs) {
    bool seq = unlike(theirs->seq) || ours->seq == theirs->seq;
    bool ack = ours->ack == theirs->ack || (unlike(theirs->ack) && unlike(ours->ack));
    bool bare = theirs->flags == TCP_ACK && theirs->length == 0;
    return ours->connection == theirs->connection && ours->from == theirs->from &&
           ours->flags == theirs->flags && seq && ack && ours->length == theirs->length &&
           strcmp(ours->sack, theirs->sack) == 0 && (bare || near(ours->at, theirs->at));
}

static size_t of_connection(const struct segs *all, uint32_t connection, const struct seg **out) {
    size_t n = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->of[i].connection == connection) out[n++] = &all->of[i];
    return n;
}

static bool compare(const char *name, char end, uint32_t connection, const struct segs *ours,
                    const struct segs *theirs) {
    const struct seg *a[SEGMENTS_MAX], *b[SEGMENTS_MAX];
    size_t n = of_connection(ours, connection, a), wanted = of_connection(theirs, connection, b);
    for (size_t i = 0; i < wanted || i < n; i++) {
        if (i < n && i < wanted && equal(a[i], b[i])) continue;
        if (i < wanted) describe(name, end, i, b[i], "the kernel's");
        if (i < n) describe(name, end, i, a[i], "ours");
        fail_msg("%s: connection %u at %c differs from its %zuth segment on", name, connection, end,
                 i + 1);
    }
    return n > 0;
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
        if ((double)r->at / 1e9 - ORACLE_BEGIN > at) break;
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
        if (!near((double)r->at / 1e9 - ORACLE_BEGIN, at)) continue;
        if ((int64_t)r->after == value) return;
    }
    fail_msg("no such call: %s", fact);
}

/* How many connections of the node are in a state at a time. A TCB that is used again counts as
 * what it last became. */
static long count_in_state(const struct running *run, uint32_t node, const char *state, double at) {
    long n = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_STATE || r->machine != 0 || r->node != node) continue;
        if ((double)r->at / 1e9 - ORACLE_BEGIN > at) break;
        n += strcmp(engine_state_name(0, r->after), state) == 0;
        n -= strcmp(engine_state_name(0, r->before), state) == 0;
    }
    return n;
}

/* At the end of the experiment. */
static long counter_of(const struct running *run, uint32_t node, const char *name) {
    for (uint32_t i = 0; mib_name(i) != NULL; i++)
        if (strcmp(mib_name(i), name) == 0) return (long)mib_value(run->lab, node, (enum mib)i);
    fail_msg("no counter %s", name);
    return 0;
}

static void check_fact(const struct running *run, const struct flows *flows, const char *fact) {
    char kind[8], end[4], what[32];
    double at;
    long a = 0, b = 0;
    sim_time since = 0;
    assert_true(sscanf(fact, "%7s\t%lf\t%3s\t%ld\t%ld", kind, &at, end, &a, &b) >= 3);
    uint32_t node = end[0] == 'c' ? 1 : 2;
    if (strcmp(kind, "state") == 0) {
        assert_int_equal(sscanf(fact, "%*s\t%*f\t%*s\t%*d\t%31s", what), 1);
        const char *state = state_at(run, node, flows->of[a - 1].port, at, &since);
        if (strcmp(state, what) != 0) fail_msg("%s: but %s", fact, state);
    } else if (strcmp(kind, "gone") == 0) {
        assert_string_equal(state_at(run, node, flows->of[a - 1].port, 1e9, &since), "none");
        /* It went some time between the last look that found it and the one that did not. */
        double went = (double)since / 1e9 - ORACLE_BEGIN;
        if (!near(went, at) && !(went < at && near(went, at - LOOKS_EVERY)))
            fail_msg("%s: but %f", fact, went);
    } else if (strcmp(kind, "call") == 0) {
        assert_int_equal(sscanf(fact, "%*s\t%*f\t%*s\t%31s\t%ld", what, &b), 2);
        check_call(run, fact, at, node, what, b);
    } else if (strcmp(kind, "count") == 0) {
        assert_int_equal(sscanf(fact, "%*s\t%*f\t%*s\t%31s\t%ld", what, &b), 2);
        if (count_in_state(run, node, what, at) != b)
            fail_msg("%s: but %ld", fact, count_in_state(run, node, what, at));
    } else if (strcmp(kind, "mib") == 0) {
        assert_int_equal(sscanf(fact, "%*s\t%*f\t%*s\t%31s\t%ld", what, &b), 2);
        if (counter_of(run, node, what) != b)
            fail_msg("%s: but %ld", fact, counter_of(run, node, what));
    } else {
        fail_msg("a fact of no known kind: %s", fact);
    }
}

static void make_one(struct segs *all) {
    for (size_t i = 0; i < all->count; i++) all->of[i].connection = 1;
}

static void act(const char *name, const struct setup *setup, double until, bool together) {
    static struct expected e;
    static struct segs ours;
    struct running run;
    struct flows flows = {0};
    memset(&e, 0, sizeof e);
    load(&e, name);
    for (size_t end = 0; together && end < 2; end++) make_one(&e.end[end]);
    run_begin(&run, setup);
    run_until(&run, SECONDS(ORACLE_BEGIN + until));
    for (uint32_t node = 1; node <= 2; node++) {
        collect(&run, node, &flows, &ours);
        if (together) make_one(&ours);
        for (uint32_t n = 1; compare(name, node == 1 ? 'c' : 's', n, &ours, &e.end[node - 1]); n++)
            continue;
    }
    for (size_t i = 0; i < e.fact_count; i++) check_fact(&run, &flows, e.facts[i]);
    run_end(&run);
}

void oracle_act(const char *name, const struct setup *setup, double until) {
    act(name, setup, until, false);
}

void oracle_act_together(const char *name, const struct setup *setup, double until) {
    act(name, setup, until, true);
}

/* As the experiments set them; the forged senders' are somebody's who does not answer. */
static void permanent_neighbours(struct setup *s) {
    enum { FORGED = 25 };
    static struct scenario_neighbour of_c[1], of_s[1 + FORGED];
    of_c[0] = (struct scenario_neighbour){0x0a090002, {2, 0, 0, 0, 2, 1}};
    of_s[0] = (struct scenario_neighbour){0x0a090001, {2, 0, 0, 0, 1, 1}};
    for (uint32_t i = 0; i < FORGED; i++)
        of_s[1 + i] = (struct scenario_neighbour){0x0a090096 + i, {2, 0, 0, 0, 0, 1}};
    s->nodes[0].neighbours = of_c;
    s->nodes[0].neighbour_count = 1;
    s->nodes[1].neighbours = of_s;
    s->nodes[1].neighbour_count = 1 + FORGED;
}

void oracle_stage(struct setup *s) {
    setup_begin(s);
    setup_node(s, NODE_HOST, "c");
    setup_interface(s, "c", "eth0", "10.9.0.1/24");
    setup_node(s, NODE_HOST, "s");
    setup_interface(s, "s", "eth0", "10.9.0.2/24");
    setup_link(s, "c:eth0", "s:eth0", 10000);
    permanent_neighbours(s);
    setup_setting(s, "c", "net.ipv4.tcp_rmem", "4096 131072 33554432");
    setup_setting(s, "s", "net.ipv4.tcp_rmem", "4096 131072 33554432");
}

void oracle_does(struct setup *s, double at, const char *node, const char *line) {
    oracle_does_as(s, at, node, "python", line);
}

void oracle_does_as(struct setup *s, double at, const char *node, const char *process,
                    const char *line) {
    setup_run(s, SECONDS(ORACLE_BEGIN + at), node, line)->process = process;
}

void oracle_listens(struct setup *s, int backlog) {
    oracle_does(s, -0.9, "s", "socket tcp");
    oracle_does(s, -0.9, "s", "bind 3 10.9.0.2:80");
    static char listen[24];
    snprintf(listen, sizeof listen, "listen 3 %d", backlog);
    oracle_does(s, -0.9, "s", listen);
}

void oracle_connects(struct setup *s, double at) {
    oracle_does(s, at, "c", "socket tcp");
    oracle_does(s, at, "c", "connect 3 10.9.0.2:80");
}

/* k.send(b'q'); a.recv(1); a.send(b'r'); k.recv(1) */
void oracle_asks(struct setup *s, double at) {
    oracle_does(s, at, "s", "accept 3");
    oracle_does(s, at, "c", "send 3 1");
    oracle_does(s, at, "s", "recv 4 1");
    oracle_does(s, at, "s", "send 4 1");
    oracle_does(s, at, "c", "recv 3 1");
}

void oracle_loses(struct setup *s, const char *on, const char *match, double until) {
    setup_fault(s, on, FAULT_DROP, match, 0)->until =
        until == 0 ? 0 : SECONDS(ORACLE_BEGIN + until);
}
