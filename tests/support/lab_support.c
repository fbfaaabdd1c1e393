#include "lab_support.h"
/* Labs in few words, for tests: see the header. Tests may use libc as they like. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ setups */

void setup_begin(struct setup *s) {
    memset(s, 0, sizeof *s);
    s->scenario.seed = 1;
    s->scenario.nodes = s->nodes;
    s->scenario.links = s->links;
    s->scenario.script = s->lines;
    s->scenario.faults = s->faults;
}

struct scenario_node *setup_node(struct setup *s, enum node_kind kind, const char *name) {
    size_t n = s->scenario.node_count++;
    assert_true(n < SETUP_NODES);
    s->nodes[n] = (struct scenario_node){.name = name,
                                         .kind = kind,
                                         .x = -1,
                                         .y = -1,
                                         .interfaces = s->interfaces[n],
                                         .settings = s->settings[n],
                                         .config = s->config[n]};
    return &s->nodes[n];
}

static size_t node_index(const struct setup *s, const char *name) {
    for (size_t n = 0; n < s->scenario.node_count; n++)
        if (strcmp(s->nodes[n].name, name) == 0) return n;
    fail_msg("no node %s in the setup", name);
    return 0;
}

static ip4 address_of(const char *text, uint32_t *prefix) {
    unsigned a, b, c, d, p = 32;
    assert_true(sscanf(text, "%u.%u.%u.%u/%u", &a, &b, &c, &d, &p) >= 4);
    if (prefix != NULL) *prefix = p;
    return a << 24 | b << 16 | c << 8 | d;
}

void setup_interface(struct setup *s, const char *node, const char *interface, const char *cidr) {
    size_t n = node_index(s, node), i = s->nodes[n].interface_count++;
    assert_true(i < SETUP_INTERFACES);
    s->interfaces[n][i].name = interface;
    if (cidr != NULL) s->interfaces[n][i].address = address_of(cidr, &s->interfaces[n][i].prefix);
}

void setup_gateway(struct setup *s, const char *node, const char *address) {
    s->nodes[node_index(s, node)].gateway = address_of(address, NULL);
}

void setup_setting(struct setup *s, const char *node, const char *name, const char *value) {
    size_t n = node_index(s, node), i = s->nodes[n].setting_count++;
    assert_true(i < SETUP_SETTINGS);
    s->settings[n][i] = (struct scenario_setting){name, value};
}

void setup_config(struct setup *s, const char *node, const char *line) {
    size_t n = node_index(s, node), i = s->nodes[n].config_count++;
    assert_true(i < SETUP_CONFIG);
    s->config[n][i] = line;
}

static const char *keep_name(struct setup *s, const char *from, size_t length) {
    assert_true(s->name_count < SETUP_NAMES && length < sizeof s->names[0]);
    char *to = s->names[s->name_count++];
    memcpy(to, from, length);
    to[length] = '\0';
    return to;
}

static void link_end(struct setup *s, struct scenario_link *link, int end, const char *name) {
    const char *colon = strchr(name, ':');
    assert_non_null(colon);
    link->node[end] = keep_name(s, name, (size_t)(colon - name));
    link->interface[end] = keep_name(s, colon + 1, strlen(colon + 1));
}

struct scenario_link *setup_link(struct setup *s, const char *a, const char *b, sim_time delay_ns) {
    size_t n = s->scenario.link_count++;
    assert_true(n < SETUP_LINKS);
    struct scenario_link *link = &s->links[n];
    link_end(s, link, 0, a);
    link_end(s, link, 1, b);
    link->delay_ns[0] = link->delay_ns[1] = delay_ns;
    return link;
}

struct scenario_line *setup_run(struct setup *s, sim_time at, const char *node, const char *line) {
    size_t n = s->scenario.line_count++;
    assert_true(n < SETUP_LINES);
    s->lines[n] = (struct scenario_line){.at = at, .node = node, .run = line};
    return &s->lines[n];
}

struct scenario_fault *setup_fault(struct setup *s, const char *on, enum fault_kind kind,
                                   const char *match, uint32_t nth) {
    size_t n = s->scenario.fault_count++;
    assert_true(n < SETUP_FAULTS);
    s->faults[n] = (struct scenario_fault){.on = on, .kind = kind, .match = match, .nth = nth};
    return &s->faults[n];
}

void two_hosts(struct setup *s) {
    setup_begin(s);
    setup_node(s, NODE_HOST, "client");
    setup_node(s, NODE_HOST, "server");
    setup_interface(s, "client", "eth0", "10.0.0.1/24");
    setup_interface(s, "server", "eth0", "10.0.0.2/24");
    setup_link(s, "client:eth0", "server:eth0", MILLIS(10));
}

void through_router(struct setup *s) {
    setup_begin(s);
    setup_node(s, NODE_HOST, "client");
    setup_node(s, NODE_ROUTER, "r1");
    setup_node(s, NODE_HOST, "server");
    setup_interface(s, "client", "eth0", "10.0.1.1/24");
    setup_interface(s, "r1", "eth0", "10.0.1.254/24");
    setup_interface(s, "r1", "eth1", "10.0.2.254/24");
    setup_interface(s, "server", "eth0", "10.0.2.1/24");
    setup_gateway(s, "client", "10.0.1.254");
    setup_gateway(s, "server", "10.0.2.254");
    setup_link(s, "client:eth0", "r1:eth0", MILLIS(10));
    setup_link(s, "r1:eth1", "server:eth0", MILLIS(20));
}

/* ----------------------------------------------------------------------------------- running */

static void *copy_of(const void *from, size_t count) {
    if (from == NULL) return NULL;
    char *to = malloc(count + 1);
    assert_non_null(to);
    memcpy(to, from, count);
    to[count] = '\0';
    return to;
}

static void keep(void *user, const struct lab *lab, const struct trace_record *r) {
    struct running *run = user;
    (void)lab;
    trace_hash_add(&run->hash, r);
    if (run->count == run->room) {
        run->room = run->room * 2 + 256;
        run->records = realloc(run->records, run->room * sizeof *run->records);
        assert_non_null(run->records);
    }
    struct kept *k = &run->records[run->count++];
    k->r = *r;
    k->r.text = copy_of(r->text, r->text_length);
    k->r.octets = copy_of(r->octets, r->octet_count);
}

static struct lab *create(const struct setup *setup, size_t *size) {
    struct complaint why;
    *size = lab_size(&setup->scenario);
    assert_true(*size > 0);
    void *block = malloc(*size);
    assert_non_null(block);
    if (!lab_create(block, *size, &setup->scenario, &why))
        fail_msg("lab_create: %s: %s", why.place, why.problem);
    return block;
}

void run_begin(struct running *run, const struct setup *setup) {
    memset(run, 0, sizeof *run);
    run->lab = create(setup, &run->size);
    run->sink = (struct sink){.record = keep, .user = run, .wants = WANT_ALL};
    trace_hash_begin(&run->hash);
}

enum stop run_until(struct running *run, sim_time until) {
    return lab_step(run->lab, &run->sink, &(struct budget){.until = until});
}

enum stop run_steps(struct running *run, uint64_t steps) {
    return lab_step(run->lab, &run->sink, &(struct budget){.steps = steps, .until = SIM_TIME_MAX});
}

void run_command(struct running *run, sim_time at, const char *node, const char *line) {
    struct complaint why;
    uint32_t number = node[0] == '\0' ? 0 : lab_node_named(run->lab, node);
    assert_true(node[0] == '\0' || number != 0);
    if (!lab_command(run->lab, &run->sink, at, number, line, &why))
        fail_msg("lab_command \"%s\": %s: %s", line, why.place, why.problem);
}

void run_end(struct running *run) {
    for (size_t i = 0; i < run->count; i++) {
        free((void *)run->records[i].r.text);
        free((void *)run->records[i].r.octets);
    }
    free(run->records);
    free(run->lab);
}

/* -------------------------------------------------------------------------------- looking back */

static const char *name_of(const struct running *run, uint32_t node) {
    return node == 0 ? "" : lab_node(run->lab, node).name;
}

static bool is_of(const struct running *run, const struct trace_record *r, enum trace_kind kind,
                  const char *node) {
    return r->kind == kind && (node[0] == '\0' || strcmp(name_of(run, r->node), node) == 0);
}

const struct trace_record *run_find(const struct running *run, size_t from, enum trace_kind kind,
                                    const char *node) {
    for (size_t i = from; i < run->count; i++)
        if (is_of(run, &run->records[i].r, kind, node)) return &run->records[i].r;
    return NULL;
}

size_t run_count(const struct running *run, enum trace_kind kind, const char *node) {
    size_t count = 0;
    for (size_t i = 0; i < run->count; i++) count += is_of(run, &run->records[i].r, kind, node);
    return count;
}

size_t run_lost(const struct running *run, const char *reason) {
    size_t count = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        count += (r->kind == TRACE_LOST || r->kind == TRACE_DROPPED) &&
                 strcmp(engine_name(NAME_REASON, r->reason), reason) == 0;
    }
    return count;
}

char *run_output(const struct running *run, const char *node) {
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (is_of(run, r, TRACE_OUTPUT, node)) fprintf(f, "%.*s\n", (int)r->text_length, r->text);
    }
    fclose(f);
    return out;
}

static void print_frame(FILE *f, const struct running *run, const struct trace_record *r,
                        const char *protocol) {
    struct packet_summary say;
    packet_summarise(r->octets, r->octet_count, r->seq_base, r->ack_base, &say);
    if (protocol[0] != '\0' && strcmp(say.protocol, protocol) != 0) return;
    fprintf(f, "%.3f %s > %s ", (double)r->at / 1e9, name_of(run, r->node), name_of(run, r->peer));
    for (uint32_t i = 0; i < say.label_count; i++)
        fprintf(f, "%s%s", i == 0 ? "" : ", ", say.label[i]);
    fprintf(f, "\n");
}

char *run_dialogue(const struct running *run, const char *protocol) {
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    for (size_t i = 0; i < run->count; i++)
        if (run->records[i].r.kind == TRACE_SENT) print_frame(f, run, &run->records[i].r, protocol);
    fclose(f);
    return out;
}

char *run_states(const struct running *run, const char *machine) {
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        const char *name = engine_name(NAME_MACHINE, r->machine);
        if (r->kind != TRACE_STATE || (machine[0] != '\0' && strcmp(name, machine) != 0)) continue;
        fprintf(f, "%s %.3f %s %s -> %s\n", name_of(run, r->node), (double)r->at / 1e9, name,
                engine_state_name(r->machine, r->before), engine_state_name(r->machine, r->after));
    }
    fclose(f);
    return out;
}

static void expect_text(char *is, const char *expected, const char *what) {
    if (strcmp(is, expected) != 0) {
        print_error("%s is\n%s\nexpected\n%s\n", what, is, expected);
        free(is);
        fail();
    }
    free(is);
}

void expect_dialogue(const struct running *run, const char *protocol, const char *expected) {
    expect_text(run_dialogue(run, protocol), expected, "the dialogue");
}

void expect_states(const struct running *run, const char *machine, const char *expected) {
    expect_text(run_states(run, machine), expected, "the list of states");
}

/* --------------------------------------------------------------- what keeps determinism true */

static void hash_only(void *user, const struct lab *lab, const struct trace_record *r) {
    (void)lab;
    trace_hash_add(user, r);
}

static struct sink hash_sink(struct trace_hash *hash) {
    return (struct sink){.record = hash_only, .user = hash, .wants = WANT_ALL};
}

static void expect_same_hash(const struct trace_hash *a, const struct trace_hash *b) {
    assert_int_equal(a->lane[0], b->lane[0]);
    assert_int_equal(a->lane[1], b->lane[1]);
}

static void plain_run(const struct setup *setup, sim_time until, struct trace_hash *hash) {
    size_t size;
    struct lab *lab = create(setup, &size);
    struct sink sink = hash_sink(hash);
    trace_hash_begin(hash);
    lab_step(lab, &sink, &(struct budget){.until = until});
    free(lab);
}

void expect_move_test(const struct setup *setup, sim_time until) {
    struct trace_hash plain, moved;
    struct sink sink = hash_sink(&moved);
    size_t size;
    plain_run(setup, until, &plain);
    struct lab *here = create(setup, &size);
    trace_hash_begin(&moved);
    while (lab_step(here, &sink, &(struct budget){.steps = 1, .until = until}) == STOP_BUDGET) {
        struct lab *there = malloc(size);
        assert_non_null(there);
        memset((char *)there, 0xDD, size); /* the tail that a copy leaves out must not matter */
        memcpy((void *)there, here, lab_used(here));
        memset((void *)here, 0xDD, size);
        free(here);
        here = there;
    }
    expect_same_hash(&plain, &moved);
    free(here);
}

void expect_sync_test(const struct setup *setup, sim_time until, uint64_t every) {
    struct trace_hash hash, again;
    struct sink sink = hash_sink(&hash), sink_again = hash_sink(&again);
    size_t size;
    struct lab *lab = create(setup, &size);
    void *keyframe = malloc(size), *other = malloc(size);
    struct budget budget = {.steps = every, .until = until};
    assert_non_null(keyframe);
    assert_non_null(other);
    for (enum stop stop = STOP_BUDGET; stop == STOP_BUDGET;) {
        trace_hash_begin(&hash);
        trace_hash_begin(&again);
        size_t used = lab_used(lab);
        memcpy(keyframe, lab, used);
        stop = lab_step(lab, &sink, &budget);
        memset(other, 0xDD, size);
        memcpy(other, keyframe, used);
        lab_step(other, &sink_again, &budget);
        expect_same_hash(&hash, &again);
        assert_int_equal(lab_hash(lab), lab_hash(other));
    }
    free(keyframe);
    free(other);
    free(lab);
}
