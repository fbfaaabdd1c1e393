#include "talk_support.h"
/* Consoles, drops, tables and frames by hand, for tests of stacks and programs: see the header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "wire/ether.h"
#include "wire/ipv4.h"

static void expect_same(char *is, const char *expected, const char *what) {
    if (strcmp(is, expected) != 0) {
        print_error("%s is\n%s\nexpected\n%s\n", what, is, expected);
        free(is);
        fail();
    }
    free(is);
}

void expect_output(const struct running *run, const char *node, const char *expected) {
    expect_same(run_output(run, node), expected, "the output");
}

void expect_answer(const char *line, sim_time until, const char *expected) {
    static struct setup setup;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", line);
    run_begin(&run, &setup);
    run_until(&run, until);
    expect_output(&run, "client", expected);
    run_end(&run);
}

void expect_drops(const struct running *run, const char *expected) {
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_DROPPED || r->kind == TRACE_LOST)
            fprintf(f, "%s %.3f %s\n", lab_node(run->lab, r->node).name, (double)r->at / 1e9,
                    engine_name(NAME_REASON, r->reason));
    }
    fclose(f);
    expect_same(out, expected, "the list of drops");
}

struct listing {
    FILE *f;
    const char *table;
    uint32_t node;
};

static void list_row(void *user, const struct lab *lab, const struct trace_record *r) {
    const struct listing *l = user;
    (void)lab;
    if (r->kind == TRACE_TABLE && r->node == l->node && r->text_length > 0 &&
        strcmp(engine_name(NAME_TABLE, r->table), l->table) == 0)
        fprintf(l->f, "%.*s\n", (int)r->text_length, r->text);
}

void expect_table(const struct running *run, const char *table, const char *node,
                  const char *expected) {
    char *out = NULL;
    size_t size;
    struct listing l = {open_memstream(&out, &size), table, lab_node_named(run->lab, node)};
    struct sink sink = {.record = list_row, .user = &l, .wants = WANT_ALL};
    lab_snapshot(run->lab, &sink);
    fclose(l.f);
    expect_same(out, expected, table);
}

void three_hosts(struct setup *s, enum node_kind middle) {
    setup_begin(s);
    setup_node(s, NODE_HOST, "a");
    setup_node(s, NODE_HOST, "b");
    setup_node(s, NODE_HOST, "c");
    setup_node(s, middle, "s");
    setup_interface(s, "a", "eth0", "10.0.0.1/24");
    setup_interface(s, "b", "eth0", "10.0.0.2/24");
    setup_interface(s, "c", "eth0", "10.0.0.3/24");
    setup_interface(s, "s", "p1", NULL);
    setup_interface(s, "s", "p2", NULL);
    setup_interface(s, "s", "p3", NULL);
    setup_link(s, "a:eth0", "s:p1", MILLIS(1));
    setup_link(s, "b:eth0", "s:p2", MILLIS(1));
    setup_link(s, "c:eth0", "s:p3", MILLIS(1));
}

void inject(struct running *run, sim_time at, const char *node, const uint8_t *octets,
            size_t count) {
    struct hand hand;
    uint32_t number = lab_node_named(run->lab, node);
    run_until(run, at);
    struct step *s = hand_begin(&hand, run, at);
    struct id frame = frame_new(s, number, count);
    assert_true(id_is(frame));
    memcpy(frame_append(s, frame, count), octets, count);
    link_send(s, interface_global(s->lab, number, 1), frame);
    hand_end(&hand);
}

static void mac_of_node(uint8_t mac[6], uint32_t node) {
    const uint8_t octets[6] = {2, 0, 0, (uint8_t)(node >> 8), (uint8_t)node, 1};
    memcpy(mac, octets, sizeof octets);
}

size_t make_datagram(uint8_t out[1600], uint32_t from, uint32_t to, struct ipv4_header *h,
                     const uint8_t *payload, size_t count) {
    struct ether_header ether = {.type = ETHER_TYPE_IPV4};
    struct writer w = writer_of(out, 1600);
    mac_of_node(ether.src, from);
    mac_of_node(ether.dst, to);
    if (h->ttl == 0) h->ttl = 64;
    h->header_length = (uint8_t)(IPV4_HEADER + h->option_count);
    h->total_length = (uint16_t)(h->header_length + count);
    ether_emit(&w, &ether);
    ipv4_emit(&w, h);
    write_copy(&w, payload, count);
    return written(&w);
}
