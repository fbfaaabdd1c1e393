/*
 * OSPF packets from a neighbour who keeps to nothing, for a router in each of several states, with
 * and without the authentication that it wants, and time between them: Hellos, descriptions with
 * numbers near the true ones, requests, updates whose checksums hold or do not, acknowledgements of
 * what is in the database. Whatever comes: the parsers end, the field tree owns each octet once,
 * the lists are as long as they say, and when nobody speaks any more, the neighbour is forgotten
 * and so, an hour later, is what it said.
 *
 * The first octet chooses the state; then orders: two octets of how a packet is made, one of time,
 * and as many octets for its body as the next one says (times 4).
 */
#include <stdlib.h>
#include <string.h>

#include "ospf_peer.h"
#include "routing/ospf.h"
#include "routing/ospf_parts.h"
#include "sim/state.h"
#include "wire/ether.h"
#include "wire/ipv4.h"
#include "wire_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STARTS = 9, ORDERS_MAX = 40, BODY_MAX = 1200, IN_FRAME = 34, FRAME_MAX = 1514 };
enum how {
    RAW = 6,
    OTHER_ROUTER = 8,
    OTHER_SOURCE = 16,
    TO_DR = 32,
    BAD_SUM = 64,
    WRONG_KEY = 128
};
static void *saved[STARTS];
static size_t saved_count[STARTS];
static struct lab *lab;
static uint32_t outside;

static const enum peer_role roles[STARTS] = {PEER_IS_BACKUP, PEER_IS_BACKUP,   PEER_IS_BACKUP,
                                             PEER_IS_BACKUP, PEER_IS_DR,       PEER_IS_PTP,
                                             PEER_IS_OTHER,  PEER_IS_DR_ALONE, PEER_IS_BACKUP};
enum { SIMPLE = 6, DIGEST = 8 }; /* starts whose router wants authentication */
static const uint8_t key[OSPF_DIGEST] = "sekret";

static void reach(size_t start) {
    static struct setup setup;
    struct running run;
    struct peer peer;
    peer_setup(&setup, roles[start]);
    if (start == SIMPLE)
        setup_run(&setup, MILLIS(1), "r1",
                  "vtysh -c \"interface eth0\" -c \"ip ospf authentication\" "
                  "-c \"ip ospf authentication-key sekret\"");
    if (start == DIGEST)
        setup_run(&setup, MILLIS(1), "r1",
                  "vtysh -c \"interface eth0\" -c \"ip ospf authentication message-digest\" "
                  "-c \"ip ospf message-digest-key 1 md5 sekret\"");
    run_begin(&run, &setup);
    peer_begin(&peer, &run, roles[start]);
    run_until(&run, SECONDS(1));
    if (start == 1) peer_to_exstart(&peer);
    if (start == 2) peer_to_exchange(&peer);
    if (start == 3 || start == 4 || start == 5 || start == 7) peer_to_full(&peer);
    outside = lab_node_named(run.lab, "out");
    saved_count[start] = lab_used(run.lab);
    saved[start] = malloc(saved_count[start]);
    memcpy(saved[start], run.lab, saved_count[start]);
    if (lab == NULL) lab = malloc(lab_size(&setup.scenario));
    run_end(&run);
}

/* ---------------------------------------------------------------------------------- the bodies */

static const struct ospf_neighbor *a_neighbor(void) {
    return ospf_neighbor_get(lab, object_next(lab, POOL_OSPF_NEIGHBOR, (struct id){0, 0}));
}

static const struct ospf_lsa *an_lsa(uint32_t n) {
    struct id id = object_next(lab, POOL_OSPF_LSA, (struct id){0, 0});
    for (n %= 16; n > 0 && id_is(id); n--) id = object_next(lab, POOL_OSPF_LSA, id);
    return ospf_lsa_get(lab, id);
}

static void make_hello(struct writer *w, uint8_t how, struct reader *in) {
    struct ospf_hello h = {.mask = 0xffffff00,
                           .interval = 10,
                           .options = how & 1 ? read_u8(in) : OSPF_OPTION_E,
                           .priority = how & 2 ? read_u8(in) : 1,
                           .dead_interval = 40,
                           .dr = how & 4 ? ROUTER_ADDRESS + (read_u8(in) & 3) : 0,
                           .bdr = how & 8 ? ROUTER_ADDRESS + (read_u8(in) & 3) : 0};
    ospf_emit_hello(w, &h);
    if (how & 16) write_u32(w, ROUTER_ID);
}

static void make_description(struct writer *w, uint8_t how, struct reader *in) {
    const struct ospf_neighbor *n = a_neighbor();
    struct ospf_dd d = {.mtu = 1500,
                        .options = OSPF_OPTION_E,
                        .flags = how & 7,
                        .sequence = (n == NULL ? 0 : n->dd_sequence) + (how >> 3 & 3) - 1};
    ospf_emit_dd(w, &d);
    for (uint32_t i = how >> 5; i > 0 && read_left(in) > 0; i--) {
        const struct ospf_lsa *lsa = an_lsa(read_u8(in));
        if (lsa == NULL) break;
        struct ospf_lsa_header h = lsa->header;
        h.sequence += read_u8(in) & 3;
        ospf_emit_lsa_header(w, &h);
    }
}

static void make_requests(struct writer *w, uint8_t how, struct reader *in) {
    for (uint32_t i = how & 7; i > 0; i--) {
        const struct ospf_lsa *lsa = an_lsa(read_u8(in));
        if (lsa == NULL) break;
        struct ospf_request q = {lsa->header.type, lsa->header.link_state_id,
                                 lsa->header.advertising_router + (how >> 7)};
        ospf_emit_request(w, &q);
    }
}

static void make_acks(struct writer *w, uint8_t how, struct reader *in) {
    for (uint32_t i = how & 7; i > 0; i--) {
        const struct ospf_lsa *lsa = an_lsa(read_u8(in));
        if (lsa == NULL) break;
        struct ospf_lsa_header h = lsa->header;
        if (how & 8) h.sequence += read_u8(in) & 3;
        ospf_emit_lsa_header(w, &h);
    }
}

/* Of anybody, of any type and age, near what is in the database already; its body as it comes. */
static void make_lsa(struct writer *w, uint8_t how, struct reader *in) {
    const struct ospf_lsa *near = an_lsa(read_u8(in));
    struct ospf_lsa_header h = {.options = OSPF_OPTION_E, .type = how & 7, .sequence = 0x80000001};
    uint8_t what = read_u8(in), octets[300];
    if (near != NULL && (what & 1)) h = near->header;
    if (what & 2) h.advertising_router = PEER_ID + (what >> 6);
    if (what & 4) h.link_state_id = h.advertising_router;
    if (what & 8) h.age = 3600;
    if (what & 16) h.sequence += read_u8(in);
    if (what & 32) h.link_state_id = read_u32(in);
    if (what & 64) h.age = read_u16(in);
    size_t count = read_u8(in);
    if (count > read_left(in)) count = read_left(in);
    struct writer lsa = writer_of(octets, sizeof octets);
    ospf_emit_lsa_header(&lsa, &h);
    if (count > 0) write_copy(&lsa, read_span(in, count), count);
    ospf_lsa_seal(octets, written(&lsa));
    if (what == 255) octets[16] ^= 1;
    write_copy(w, octets, written(&lsa));
}

static void make_update(struct writer *w, uint8_t how, struct reader *in) {
    uint32_t count = (how >> 5 & 3) + 1;
    write_u32(w, count);
    for (uint32_t i = 0; i < count && w->end - w->at > 300; i++) make_lsa(w, how, in);
}

/* What the fuzzer wrote is behind what was made of it, where there is room. */
static size_t make_body(uint8_t out[BODY_MAX], uint32_t type, uint8_t how, const uint8_t *o,
                        size_t count) {
    struct writer w = writer_of(out, BODY_MAX);
    struct reader in = reader_of(o, count);
    switch (type) {
    case OSPF_HELLO: make_hello(&w, how, &in); break;
    case OSPF_DATABASE_DESCRIPTION: make_description(&w, how, &in); break;
    case OSPF_LINK_STATE_REQUEST: make_requests(&w, how, &in); break;
    case OSPF_LINK_STATE_UPDATE: make_update(&w, how, &in); return written(&w);
    case OSPF_LINK_STATE_ACK: make_acks(&w, how, &in); break;
    default: break;
    }
    size_t left = read_left(&in), room = (size_t)(w.end - w.at);
    if (left > room) left = room;
    if (left > 0) write_copy(&w, in.at, left);
    return written(&w);
}

/* ---------------------------------------------------------------------------------- the packet */

static void sign(struct ospf_header *h, size_t start, uint8_t how, uint8_t sequence) {
    if (start == SIMPLE) {
        h->au_type = OSPF_AU_SIMPLE;
        memcpy(h->simple_key, key, sizeof h->simple_key);
        if (how & WRONG_KEY) h->simple_key[0] ^= 1;
    } else if (start == DIGEST) {
        h->au_type = OSPF_AU_CRYPTOGRAPHIC;
        h->key_id = 1;
        h->auth_length = OSPF_DIGEST;
        h->crypt_sequence = sequence;
    }
}

static size_t make_packet(uint8_t *packet, size_t start, uint8_t how, uint8_t more, uint8_t time,
                          const uint8_t *o, size_t count) {
    uint32_t type = how & 7;
    if (type == RAW) {
        if (count > BODY_MAX) count = BODY_MAX;
        if (count > 0) memcpy(packet, o, count);
        return count;
    }
    size_t length = OSPF_HEADER + make_body(packet + OSPF_HEADER, type, more, o, count);
    struct ospf_header h = {.type = (uint8_t)type,
                            .router_id = how & OTHER_ROUTER ? 0x09090909 : PEER_ID};
    sign(&h, start, how, time);
    ospf_emit(packet, length, &h);
    if (how & BAD_SUM) packet[12] ^= 1;
    if (h.au_type != OSPF_AU_CRYPTOGRAPHIC) return length;
    ospf_digest(packet + length, packet, length, key);
    if (how & WRONG_KEY) packet[length] ^= 1;
    return length + OSPF_DIGEST;
}

static void parse_lsas(struct reader r) {
    struct ospf_lsa_header h;
    const uint8_t *octets;
    uint32_t count;
    if (ospf_parse_update(&count, &r) != PARSE_OK) return;
    while (ospf_next_lsa(&r, &h, &octets)) {
        ospf_lsa_checksum_holds(octets, h.length);
        ospf_lsa_body_fits(h.type, octets + OSPF_LSA_HEADER, h.length - OSPF_LSA_HEADER);
    }
}

/* By every parser, whatever its type, from a block of just its size. */
static void parse(const uint8_t *packet, size_t count) {
    uint8_t *exact = malloc(count > 0 ? count : 1);
    if (count > 0) memcpy(exact, packet, count);
    struct reader r = reader_of(exact, count), list;
    struct ospf_header h;
    struct ospf_hello hello;
    struct ospf_dd dd;
    struct ospf_request q;
    struct ospf_lsa_header lsa;
    uint32_t id;
    if (ospf_parse(&h, &r) == PARSE_OK) {
        ospf_checksum_holds(exact, h.length);
        list = r, ospf_parse_hello(&hello, &list);
        while (ospf_next_neighbor(&list, &id)) continue;
        list = r, ospf_parse_dd(&dd, &list);
        while (ospf_next_lsa_header(&list, &lsa)) continue;
        list = r;
        while (ospf_next_request(&list, &q)) continue;
        parse_lsas(r);
    }
    free(exact);
}

static void deliver(uint8_t how, const uint8_t *packet, size_t count) {
    static const uint8_t all[6] = {1, 0, 0x5e, 0, 0, 5}, peer[6] = {2, 0xaa, 0, 0, 0, 2};
    uint8_t octets[FRAME_MAX];
    struct writer w = writer_of(octets, sizeof octets);
    struct ether_header ether = {.type = ETHER_TYPE_IPV4};
    struct packet_summary summary;
    struct complaint why;
    memcpy(ether.dst, all, sizeof all);
    memcpy(ether.src, peer, sizeof peer);
    if (how & TO_DR) ether.dst[5] = 6;
    ether_emit(&w, &ether);
    ipv4_emit(&w, &(struct ipv4_header){.header_length = IPV4_HEADER,
                                        .dscp = 0x30,
                                        .total_length = (uint16_t)(IPV4_HEADER + count),
                                        .ttl = 1,
                                        .protocol = IP_PROTOCOL_OSPF,
                                        .src = how & OTHER_SOURCE ? 0x0a000063 : PEER_ADDRESS,
                                        .dst = how & TO_DR ? 0xe0000006 : 0xe0000005});
    if (count > 0) write_copy(&w, packet, count);
    check_cover(octets, written(&w));
    packet_summarise(octets, written(&w), 0, 0, &summary);
    lab_frame_in(lab, NULL, lab_now(lab), outside, 1, octets, written(&w), &why);
}

/* ----------------------------------------------------------------------------- what must hold */

static uint32_t list_length(struct id item) {
    uint32_t length = 0;
    for (; id_is(item); length++) {
        const struct ospf_item *i = object_get(lab, POOL_OSPF_ITEM, item);
        assert(i != NULL && length < 10000);
        item = i->next;
    }
    return length;
}

static void check(void) {
    struct id none = {0, 0};
    for (struct id id = object_next(lab, POOL_OSPF_NEIGHBOR, none); id_is(id);
         id = object_next(lab, POOL_OSPF_NEIGHBOR, id)) {
        const struct ospf_neighbor *n = ospf_neighbor_get(lab, id);
        assert(n->state < OSPF_NEIGHBOR_STATE_COUNT);
        assert(list_length(n->first_retransmission) == n->retransmissions);
        assert(list_length(n->first_summary) == n->summaries);
        assert(list_length(n->first_request) == n->requests);
        assert(n->state != OSPF_NEIGHBOR_FULL || n->requests == 0);
        assert(n->state >= OSPF_NEIGHBOR_EXCHANGE || n->retransmissions == 0);
    }
    for (struct id id = object_next(lab, POOL_OSPF_LSA, none); id_is(id);
         id = object_next(lab, POOL_OSPF_LSA, id)) {
        const struct ospf_lsa *lsa = ospf_lsa_get(lab, id);
        assert(lsa->header.type >= OSPF_ROUTER_LSA && lsa->header.type <= OSPF_EXTERNAL_LSA);
        assert(ospf_lsa_age(lab, id, lab_now(lab)) <= 3600);
    }
}

static void forgotten(bool for_good) {
    struct budget rest = {300000, lab_now(lab) + SECONDS(200)};
    lab_step(lab, NULL, &rest);
    check();
    if (pool_live(lab, POOL_OSPF_NEIGHBOR) != 0) abort();
    if (!for_good) return;
    rest = (struct budget){300000, lab_now(lab) + SECONDS(4000)};
    lab_step(lab, NULL, &rest);
    struct id id = object_next(lab, POOL_OSPF_LSA, (struct id){0, 0});
    for (; id_is(id); id = object_next(lab, POOL_OSPF_LSA, id))
        if (ospf_lsa_get(lab, id)->self_originated == 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t packet[OSPF_HEADER + BODY_MAX + OSPF_DIGEST];
    if (size < 1) return 0;
    if (lab == NULL)
        for (size_t i = 0; i < STARTS; i++) reach(i);
    size_t start = data[0] % STARTS;
    bool for_good = data[0] >= 243;
    memcpy(lab, saved[start], saved_count[start]);
    data++, size--;
    for (int n = 0; size >= 4 && n < ORDERS_MAX; n++) {
        uint8_t how = data[0], more = data[1], time = data[2];
        size_t count = 4u * data[3] < size - 4 ? 4u * data[3] : size - 4;
        size_t length = make_packet(packet, start, how, more, time, data + 4, count);
        data += 4 + count, size -= 4 + count;
        parse(packet, length);
        deliver(how, packet, length);
        struct budget some = {5000, lab_now(lab) + MILLIS(2) + (sim_time)time * time * 200000};
        lab_step(lab, NULL, &some);
        check();
    }
    forgotten(for_good);
    return 0;
}
