/*
 * RIP messages from a neighbour who keeps to nothing, for a router that runs RIP in one of several
 * ways, with and without the authentication that it wants, and time between them. Whatever comes:
 * the parser ends, what it took it emits again, the field tree owns each octet once; metrics stay
 * within infinity; and when nobody speaks any more, nothing is left of what was learnt.
 *
 * The first octet chooses the router; then orders: an octet of how the message is sent, one of
 * time, and as many octets of the message as the next one says (times 4).
 */
#include <stdlib.h>
#include <string.h>

#include "router_support.h"
#include "routing/rip.h"
#include "sim/state.h"
#include "wire/ipv4.h"
#include "wire_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STARTS = 6, ORDERS_MAX = 40, MESSAGE_MAX = 560, IN_FRAME = 42, LINES = 8 };
static void *saved[STARTS];
static size_t saved_count[STARTS];
static struct lab *lab;
static const uint8_t key[RIP_PASSWORD] = "sekret";

static const char *const lines[STARTS][LINES] = {
    {"router rip", "network 10.0.0.0/8", "timers basic 5 30 20"},
    {"router rip", "network 10.0.0.0/8", "timers basic 5 30 20", "version 1"},
    {"router rip", "network 10.0.0.0/8", "timers basic 5 30 20", "interface eth0",
     "ip rip split-horizon poisoned-reverse", "ip rip receive version 1 2"},
    {"router rip", "network 10.0.0.0/8", "timers basic 5 30 20", "interface eth0",
     "ip rip authentication mode text", "ip rip authentication string sekret"},
    {"key chain kc", "key 1", "key-string sekret", "router rip", "network 10.0.0.0/8",
     "interface eth0", "ip rip authentication mode md5", "ip rip authentication key-chain kc"},
    {"router rip", "network 10.0.0.0/8", "timers basic 5 30 20", "neighbor 10.0.0.2",
     "interface eth0", "no ip rip split-horizon"}};

static void reach(size_t start) {
    static struct setup setup;
    struct running run;
    router_and_peer(&setup);
    for (size_t i = 0; i < LINES && lines[start][i] != NULL; i++)
        setup_config(&setup, "r1", lines[start][i]);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    saved_count[start] = lab_used(run.lab);
    saved[start] = malloc(saved_count[start]);
    memcpy(saved[start], run.lab, saved_count[start]);
    if (lab == NULL) lab = malloc(lab_size(&setup.scenario));
    run_end(&run);
    memcpy(lab, saved[start], saved_count[start]);
    if (rip_of(lab, ROUTER_NODE)->running == 0) abort();
}

/* Reads it all; an entry comes out as it went in. */
static void parse(const uint8_t *octets, size_t count) {
    uint8_t *exact = malloc(count > 0 ? count : 1), again[RIP_ENTRY];
    if (count > 0) memcpy(exact, octets, count);
    struct reader r = reader_of(exact, count);
    struct rip_header h;
    struct rip_auth a;
    struct rip_entry e;
    if (rip_parse(&h, &r) != PARSE_TRUNCATED && rip_has_auth(&r)) rip_parse_auth(&a, &r);
    for (const uint8_t *at = r.at; rip_next_entry(&r, &e); at = r.at) {
        struct writer w = writer_of(again, sizeof again);
        rip_emit_entry(&w, &e);
        if (memcmp(again, at, RIP_ENTRY) != 0) abort();
    }
    free(exact);
}

static void describe(const uint8_t *message, size_t count) {
    static const uint8_t front[IN_FRAME] = {1, 0, 0x5e, 0, 0, 9, 2, 0, 0, 0, 0, 1,
                                            8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 1, 17};
    uint8_t frame[IN_FRAME + MESSAGE_MAX];
    struct packet_summary summary;
    memcpy(frame, front, sizeof front);
    frame[16] = (uint8_t)((28 + count) >> 8);
    frame[17] = (uint8_t)(28 + count);
    frame[34] = frame[36] = RIP_PORT >> 8;
    frame[35] = frame[37] = RIP_PORT & 0xff;
    frame[38] = (uint8_t)((8 + count) >> 8);
    frame[39] = (uint8_t)(8 + count);
    if (count > 0) memcpy(frame + IN_FRAME, message, count);
    check_cover(frame, IN_FRAME + count);
    packet_summarise(frame, IN_FRAME + count, 0, 0, &summary);
}

/* What the fuzzer wrote, behind a header, and signed as the router wants it. */
static size_t make_message(uint8_t out[MESSAGE_MAX], uint8_t how, uint8_t sequence,
                           const uint8_t *o, size_t count) {
    struct rip_header h = {how & 1 ? RIP_RESPONSE : RIP_REQUEST, how & 2 ? 1 : 2, 0};
    struct rip_auth a = {.type = how & 4 ? RIP_AUTH_CRYPTOGRAPHIC : RIP_AUTH_PASSWORD,
                         .key_id = 1,
                         .data_length = how & 8 ? 16 : 20,
                         .sequence = sequence};
    struct writer w = writer_of(out, MESSAGE_MAX);
    bool is_signed = (how & 16) != 0;
    if (how & 32) {
        write_copy(&w, o, count);
        return written(&w);
    }
    memcpy(a.password, key, sizeof key);
    rip_emit_header(&w, &h);
    if (is_signed) rip_emit_auth(&w, &a);
    write_copy(&w, o, count > 500 ? 500 : count);
    if (is_signed && a.type == RIP_AUTH_CRYPTOGRAPHIC) rip_emit_trailer(&w, key);
    return written(&w);
}

static void check(void) {
    for (struct id id = object_next(lab, POOL_RIP_ROUTE, (struct id){0, 0}); id_is(id);
         id = object_next(lab, POOL_RIP_ROUTE, id)) {
        const struct rip_route *route = rip_route_get(lab, id);
        assert(route->metric <= RIP_INFINITY && route->prefix <= 32);
        assert(route->state == RIP_VALID || route->state == RIP_GARBAGE);
        assert(route->state != RIP_VALID || route->metric < RIP_INFINITY);
    }
}

static void forgotten(void) {
    struct budget rest = {200000, lab_now(lab) + SECONDS(900)};
    lab_step(lab, NULL, &rest);
    for (struct id id = object_next(lab, POOL_RIP_ROUTE, (struct id){0, 0}); id_is(id);
         id = object_next(lab, POOL_RIP_ROUTE, id))
        if (rip_route_get(lab, id)->source == RIP_LEARNT) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t message[MESSAGE_MAX];
    if (size < 1) return 0;
    if (lab == NULL)
        for (size_t i = 0; i < STARTS; i++) reach(i);
    size_t start = data[0] % STARTS;
    memcpy(lab, saved[start], saved_count[start]);
    data++, size--;
    for (int n = 0; size >= 3 && n < ORDERS_MAX; n++) {
        uint8_t how = data[0], time = data[1];
        size_t count = 4u * data[2] < size - 3 ? 4u * data[2] : size - 3;
        if (count > MESSAGE_MAX) count = MESSAGE_MAX;
        size_t length = make_message(message, how, time, data + 3, count);
        data += 3 + count, size -= 3 + count;
        parse(message, length);
        describe(message, length);
        struct router_datagram g = {how & 64 ? 0x0a000063 : 0x0a000002,
                                    how & 128 ? 0x0a000001 : (ip4)RIP_GROUP,
                                    1,
                                    IP_PROTOCOL_UDP,
                                    message,
                                    length};
        router_deliver_udp(lab, &g, RIP_PORT, RIP_PORT);
        struct budget some = {2000, lab_now(lab) + MILLIS(2) + (sim_time)time * time * 400000};
        lab_step(lab, NULL, &some);
        check();
    }
    forgotten();
    return 0;
}
