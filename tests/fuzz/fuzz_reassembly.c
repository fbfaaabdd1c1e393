/*
 * IPv4 under fragments and options that no host would send. The input is a list of orders of 8
 * octets: a fragment of one of a few datagrams, a whole datagram with options, a line of a program
 * that sends, time that passes. They come from outside to a router with a narrow link behind it,
 * and to a host there. After each order what waits must be in order and within what the node may
 * keep, and at the end, when all time-outs are over, no frame may be left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "sim/event.h"
#include "stack/ip/ipv4_reassembly.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "wire/ether.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4, ORDER = 8, ORDERS_MAX = 200, OUTSIDE = 1, ROUTER = 2, HOST = 3 };
enum { CHARGE_MOST = 208 + 2560 }; /* of one fragment and its datagram */

/* ------------------------------------------------------------------- what must hold */

static void must(bool holds) {
    if (!holds) abort();
}

static uint32_t check_one(struct lab *lab, const struct reassembly *r) {
    uint32_t octets = 0, runs = 0, reached = 0, first = 0;
    struct id previous = {0, 0};
    for (struct id id = r->first; id_is(id); id = frame_at(lab, id)->next) {
        const struct frame *f = frame_at(lab, id);
        struct ipv4_span span = fragment_span(lab, id);
        must(span.to > span.from && span.from % 8 == 0 && span.to <= r->end);
        must(!id_is(previous) || span.from >= reached);
        must(id_same(f->previous, previous) && f->link == 0);
        must(f->end - f->start >= ipv4_header_octets(frame_octets(lab, id)) + span.to - span.from);
        runs += !id_is(previous) || span.from != reached;
        octets += span.to - span.from;
        first |= span.from == 0;
        reached = span.to;
        previous = id;
    }
    must(id_same(r->last, previous) && runs == r->runs && octets == r->octets);
    must(first == r->first_came && r->end <= UINT16_MAX);
    must(timer_pending(lab, r->timer, NULL));
    return r->charge;
}

static void check_node(struct lab *lab, uint32_t node) {
    uint32_t sum = 0, count = 0;
    struct id previous = {0, 0};
    for (struct id id = node_at(lab, node)->first_reassembly; id_is(id);) {
        const struct reassembly *r = reassembly_get(lab, id);
        must(r != NULL && r->node == node && id_same(r->previous, previous));
        sum += check_one(lab, r);
        count++;
        previous = id;
        id = r->next;
    }
    must(id_same(node_at(lab, node)->last_reassembly, previous));
    must(sum == census_value(lab, node, CENSUS_FRAGMENT_MEMORY));
    must((int64_t)sum <= setting_of(lab, node, SETTING_IPFRAG_HIGH) + CHARGE_MOST);
    must(count <= pool_live(lab, POOL_REASSEMBLY));
}

static uint32_t frames_of(const struct lab *lab) {
    uint32_t live = 0;
    for (uint32_t pool = POOL_FRAME_SMALL; pool <= POOL_FRAME_DATAGRAM; pool++)
        live += pool_live(lab, (enum pool_kind)pool);
    return live;
}

/* ------------------------------------------------------------------- orders */

static void come_in(struct lab *lab, struct ipv4_header *h, const uint8_t *payload, size_t count) {
    static const uint8_t to[6] = {2, 0, 0, 0, ROUTER, 1}, from[6] = {2, 0, 0, 0, OUTSIDE, 1};
    uint8_t frame[1514];
    struct complaint why;
    struct writer w = writer_of(frame, sizeof frame);
    ether_put(write_span(&w, ETHER_HEADER), to, from, ETHER_TYPE_IPV4);
    h->header_length = (uint8_t)(IPV4_HEADER + h->option_count);
    h->total_length = (uint16_t)(h->header_length + count);
    ipv4_emit(&w, h);
    write_copy(&w, payload, count);
    must(lab_frame_in(lab, NULL, lab_now(lab), OUTSIDE, 1, frame, written(&w), &why));
}

static const uint8_t protocols[] = {253, IP_PROTOCOL_UDP, IP_PROTOCOL_ICMP, IP_PROTOCOL_TCP};

/* o[1]: which datagram, to whom; o[2], o[3]: where, more; o[4]: how long; o[5]: marks, DF. */
static void fragment(struct lab *lab, const uint8_t *o) {
    static const uint8_t payload[1400] = {8, 0, 0, 53, 0, 53};
    uint32_t place = (uint32_t)(o[2] & 0x1f) << 8 | o[3];
    struct ipv4_header h = {.src = 0x0a000100u + (o[1] >> 4 & 3),
                            .dst = (o[1] & 0x40) != 0 ? 0x0a0001fe : 0x0a000201,
                            .protocol = protocols[o[1] >> 2 & 3],
                            .identification = o[1] & 3,
                            .ttl = 9,
                            .ecn = o[5] & 3,
                            .dont_fragment = (o[5] & 0x80) != 0,
                            .more_fragments = (o[2] & 0x80) != 0,
                            .fragment_offset =
                                (uint16_t)((o[2] & 0x20) != 0 ? o[3] * 8u % 64 : place * 8u)};
    come_in(lab, &h, payload, (o[2] & 0x40) != 0 ? o[4] * 5u : o[4] % 32u);
}

/* Options as the next octets of the input have them. */
static void options(struct lab *lab, const uint8_t *o, size_t left) {
    static const uint8_t payload[700] = {8, 0, 0xf7, 0xff};
    struct ipv4_header h = {.src = 0x0a000101,
                            .dst = (o[1] & 1) != 0 ? 0x0a0001fe : 0x0a000201,
                            .protocol = protocols[o[1] >> 1 & 3],
                            .ttl = 1 + (o[1] >> 3 & 3),
                            .more_fragments = (o[1] & 0x20) != 0};
    size_t count = 4u * (o[2] % 11);
    if (count > left - 3) count = (left - 3) / 4 * 4;
    h.option_count = (uint8_t)count;
    memcpy(h.options, o + 3, count);
    come_in(lab, &h, payload, (o[1] & 0x40) != 0 ? 696 : 16);
}

static void order(struct lab *lab, const uint8_t *o, size_t left) {
    struct budget few = {.steps = 12};
    struct complaint why;
    char line[96];
    switch (o[0] % 8) {
    case 0: options(lab, o, left); break;
    case 1:
        few = (struct budget){.until = lab_now(lab) + (sim_time)o[1] * 200000000};
        lab_step(lab, NULL, &few);
        break;
    case 2:
        snprintf(line, sizeof line, "ping -c 1 -s %u 10.0.1.%u", (o[1] << 8 | o[2]) % 65508u,
                 o[3] & 3);
        must(lab_command(lab, NULL, lab_now(lab), HOST, line, &why));
        break;
    default: fragment(lab, o); break;
    }
    few = (struct budget){.steps = 400, .until = lab_now(lab)};
    lab_step(lab, NULL, &few);
    check_node(lab, ROUTER);
    check_node(lab, HOST);
}

/* ------------------------------------------------------------------- the lab */

static void choose(struct setup *setup, const uint8_t *head) {
    static const char *const profiles[] = {"linux-6.12", "linux-4.9", "linux-2.6.32", "rfc9293"};
    static const char *const habits[] = {"drop", "newest", "oldest", "bsd", "linux"};
    static const char *const nodes[] = {"r", "b"};
    for (size_t i = 0; i < 2; i++) {
        setup->nodes[1 + i].profile = profiles[head[0] & 3];
        setup_setting(setup, nodes[i], "const.fragment_overlap", habits[head[1] % 5]);
        setup_setting(setup, nodes[i], "net.ipv4.ipfrag_high_thresh",
                      (head[2] & 1) != 0 ? "20000" : "4194304");
        setup_setting(setup, nodes[i], "net.ipv4.ipfrag_low_thresh", "9000");
        setup_setting(setup, nodes[i], "net.ipv4.conf.all.accept_source_route",
                      (head[2] & 2) != 0 ? "1" : "0");
        setup_setting(setup, nodes[i], "const.fragment_evict", (head[2] & 4) != 0 ? "1" : "0");
    }
}

static void build(struct setup *setup, const uint8_t *head) {
    static const struct scenario_neighbour to_outside[] = {{0x0a000100, {2, 0, 0, 0, 1, 1}},
                                                           {0x0a000101, {2, 0, 0, 0, 1, 1}},
                                                           {0x0a000102, {2, 0, 0, 0, 1, 1}},
                                                           {0x0a000103, {2, 0, 0, 0, 1, 1}},
                                                           {0x0a000201, {2, 0, 0, 0, 3, 1}}};
    static const struct scenario_neighbour to_router[] = {{0x0a0002fe, {2, 0, 0, 0, 2, 2}}};
    setup_begin(setup);
    setup_node(setup, NODE_OUTSIDE, "o");
    setup_node(setup, NODE_ROUTER, "r");
    setup_node(setup, NODE_HOST, "b");
    setup_interface(setup, "o", "eth0", "10.0.1.1/24");
    setup_interface(setup, "r", "eth0", "10.0.1.254/24");
    setup_interface(setup, "r", "eth1", "10.0.2.254/24");
    setup->interfaces[1][1].mtu = (head[3] & 1) != 0 ? 68 : 576;
    setup_interface(setup, "b", "eth0", "10.0.2.1/24");
    setup_gateway(setup, "b", "10.0.2.254");
    setup_link(setup, "o:eth0", "r:eth0", 0);
    setup_link(setup, "r:eth1", "b:eth0", 0);
    setup->nodes[1].neighbours = to_outside;
    setup->nodes[1].neighbour_count = sizeof to_outside / sizeof to_outside[0];
    setup->nodes[2].neighbours = to_router;
    setup->nodes[2].neighbour_count = 1;
    setup->scenario.limits = (struct limits){.connections = 2,
                                             .sockets = 16,
                                             .processes = 16,
                                             .buffer_octets = 4096,
                                             .neighbours = 16,
                                             .routes = 16,
                                             .faults = 1,
                                             .frames = (head[3] & 2) != 0 ? 64 : 600,
                                             .datagrams = 1 + (head[3] >> 2 & 3),
                                             .reassemblies = (head[3] & 16) != 0 ? 3 : 400,
                                             .events = (head[3] & 32) != 0 ? 64 : 600};
    choose(setup, head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct setup setup;
    struct complaint why;
    if (size < HEAD) return 0;
    build(&setup, data);
    size_t room = lab_size(&setup.scenario);
    void *lab = malloc(room);
    must(lab != NULL && lab_create(lab, room, &setup.scenario, &why));
    for (size_t at = HEAD; at + ORDER <= size && at < ORDERS_MAX * ORDER; at += ORDER)
        order(lab, data + at, size - at);
    lab_step(lab, NULL, &(struct budget){.until = lab_now(lab) + (sim_time)300 * 1000000000});
    must(frames_of(lab) == 0 && pool_live(lab, POOL_REASSEMBLY) == 0);
    free(lab);
    return 0;
}
