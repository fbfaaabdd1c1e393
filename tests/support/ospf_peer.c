#include "ospf_peer.h"
/* A neighbour made by hand: see the header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/arp.h"
#include "wire/ether.h"
#include "wire/ipv4.h"

enum { PROTOCOL_OSPF = 89, HELLO_S = 10, DEAD_S = 40 };
static const uint8_t peer_mac[6] = {2, 0xaa, 0, 0, 0, 2};
static const uint8_t all_spf_mac[6] = {1, 0, 0x5e, 0, 0, 5};

/* ------------------------------------------------------------------------------- the network */

void peer_setup(struct setup *setup, enum peer_role role) {
    setup_begin(setup);
    setup_node(setup, NODE_ROUTER, "r1");
    setup_interface(setup, "r1", "eth0", "10.0.0.1/24");
    setup_node(setup, NODE_OUTSIDE, "out");
    setup_interface(setup, "out", "tap0", NULL);
    setup_link(setup, "r1:eth0", "out:tap0", MILLIS(1));
    setup_run(setup, 0, "r1", "ip neigh add 10.0.0.2 lladdr 02:aa:00:00:00:02 dev eth0");
    setup_run(setup, 0, "r1",
              "vtysh -c \"router ospf\" -c \"ospf router-id 1.1.1.1\" "
              "-c \"network 10.0.0.0/24 area 0\"");
    if (role == PEER_IS_DR_ALONE)
        setup_run(setup, 0, "r1", "vtysh -c \"interface eth0\" -c \"ip ospf priority 0\"");
    if (role == PEER_IS_BACKUP)
        setup_run(setup, 0, "r1", "vtysh -c \"interface eth0\" -c \"ip ospf priority 2\"");
    if (role == PEER_IS_PTP)
        setup_run(setup, 0, "r1",
                  "vtysh -c \"interface eth0\" -c \"ip ospf network point-to-point\"");
}

void peer_begin(struct peer *p, struct running *run, enum peer_role role) {
    memset(p, 0, sizeof *p);
    p->run = run;
    p->role = role;
    p->node = lab_node_named(run->lab, "out");
    p->address = PEER_ADDRESS;
    p->router = ROUTER_ADDRESS;
    p->id = PEER_ID;
    p->options = OSPF_OPTION_E;
    p->priority = role == PEER_IS_OTHER ? 0 : 1;
    p->dd_sequence = 1000;
    p->hello_at = SECONDS(1);
    if (role == PEER_IS_DR || role == PEER_IS_DR_ALONE) p->dr = p->address;
}

/* ------------------------------------------------------------------------------------- sending */

static void frame_out(struct peer *p, const uint8_t *packet, size_t count) {
    uint8_t octets[1514];
    struct writer w = writer_of(octets, sizeof octets);
    struct ether_header ether = {.type = ETHER_TYPE_IPV4};
    struct complaint why;
    memcpy(ether.dst, all_spf_mac, sizeof ether.dst);
    memcpy(ether.src, peer_mac, sizeof ether.src);
    ether_emit(&w, &ether);
    ipv4_emit(&w, &(struct ipv4_header){.header_length = IPV4_HEADER,
                                        .dscp = 0x30,
                                        .total_length = (uint16_t)(IPV4_HEADER + count),
                                        .ttl = 1,
                                        .protocol = PROTOCOL_OSPF,
                                        .src = p->address,
                                        .dst = 0xe0000005});
    write_copy(&w, packet, count);
    if (!lab_frame_in(p->run->lab, &p->run->sink, lab_now(p->run->lab), p->node, 1, octets,
                      written(&w), &why))
        fail_msg("%s: %s", why.place, why.problem);
}

void peer_send(struct peer *p, enum ospf_type type, const uint8_t *body, size_t count) {
    uint8_t packet[OSPF_HEADER + PEER_ROOM];
    assert_true(count <= PEER_ROOM - OSPF_HEADER);
    memcpy(packet + OSPF_HEADER, body, count);
    ospf_emit(packet, OSPF_HEADER + count,
              &(struct ospf_header){.type = (uint8_t)type, .router_id = p->id, .area = p->area});
    frame_out(p, packet, OSPF_HEADER + count);
}

void peer_hello(struct peer *p) {
    uint8_t body[64];
    struct writer w = writer_of(body, sizeof body);
    ospf_emit_hello(&w, &(struct ospf_hello){.mask = 0xffffff00,
                                             .interval = HELLO_S,
                                             .options = p->options,
                                             .priority = p->priority,
                                             .dead_interval = DEAD_S,
                                             .dr = p->dr,
                                             .bdr = p->bdr});
    if (p->knows) write_u32(&w, ROUTER_ID);
    peer_send(p, OSPF_HELLO, body, written(&w));
}

void peer_run(struct peer *p, sim_time until) {
    while (!p->silent && p->hello_at <= until) {
        run_until(p->run, p->hello_at);
        peer_hello(p);
        p->hello_at += SECONDS(HELLO_S);
    }
    run_until(p->run, until);
}

/* ----------------------------------------------------------------------------------- listening */

/* An OSPF packet in a frame that reached the peer. */
static bool read_frame(const struct peer *p, const struct trace_record *r, struct said *said) {
    struct ether_header ether;
    struct ipv4_header ip;
    struct reader in = reader_of(r->octets, r->octet_count);
    if (r->kind != TRACE_DELIVERED || r->node != p->node) return false;
    if (ether_parse(&ether, &in) != PARSE_OK || ether.type != ETHER_TYPE_IPV4) return false;
    if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != PROTOCOL_OSPF) return false;
    if (ip.src != p->router) return false; /* another router on the network */
    *said = (struct said){.at = r->at, .src = ip.src, .dst = ip.dst};
    if (ospf_parse(&said->header, &in) != PARSE_OK) return false;
    said->body = in;
    return true;
}

bool peer_heard(struct peer *p, enum ospf_type type, struct said *said) {
    while (p->seen < p->run->count)
        if (read_frame(p, &p->run->records[p->seen++].r, said) && said->header.type == type)
            return true;
    return false;
}

void peer_skip(struct peer *p) {
    p->seen = p->run->count;
}

/* Runs on until the router has said something of this type. */
static void wait_for(struct peer *p, enum ospf_type type, struct said *said) {
    sim_time at = lab_now(p->run->lab), last = at + SECONDS(120);
    while (!peer_heard(p, type, said)) {
        if (at > last) fail_msg("the router has not sent a packet of type %d", (int)type);
        at += MILLIS(100);
        peer_run(p, at);
    }
}

/* ---------------------------------------------------------------------------- database exchange */

void peer_dd(struct peer *p, uint32_t sequence, uint8_t flags, const uint8_t *lsas, size_t count) {
    uint8_t body[PEER_ROOM];
    struct writer w = writer_of(body, sizeof body);
    struct reader r = reader_of(lsas, count);
    struct ospf_lsa_header h;
    ospf_emit_dd(&w, &(struct ospf_dd){
                         .mtu = 1500, .options = p->options, .flags = flags, .sequence = sequence});
    while (read_left(&r) > 0) {
        struct reader whole = r;
        assert_int_equal(ospf_parse_lsa_header(&h, &whole), PARSE_OK);
        write_copy(&w, r.at, OSPF_LSA_HEADER);
        read_skip(&r, h.length);
    }
    peer_send(p, OSPF_DATABASE_DESCRIPTION, body, written(&w));
}

void peer_to_exstart(struct peer *p) {
    struct said said;
    peer_run(p, SECONDS(2));
    p->knows = true; /* the router was there first, and has sent a Hello */
    if (p->role == PEER_IS_DR) p->bdr = ROUTER_ADDRESS;
    if (p->role == PEER_IS_OTHER) p->dr = ROUTER_ADDRESS;
    peer_hello(p);
    wait_for(p, OSPF_DATABASE_DESCRIPTION, &said);
    if (p->role != PEER_IS_BACKUP) return;
    p->dr = ROUTER_ADDRESS; /* as the election was, when nobody had claimed anything */
    p->bdr = PEER_ADDRESS;
    peer_hello(p);
}

void peer_to_exchange(struct peer *p) {
    struct said said;
    peer_to_exstart(p);
    peer_dd(p, p->dd_sequence, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, NULL, 0);
    wait_for(p, OSPF_DATABASE_DESCRIPTION, &said);
}

/* What the router asks for and `lsas` has. */
static void answer(struct peer *p, struct said *said, const uint8_t *lsas, size_t count) {
    struct ospf_request ask;
    struct lsas found = {0};
    while (ospf_next_request(&said->body, &ask)) {
        struct reader r = reader_of(lsas, count);
        while (read_left(&r) > 0) {
            struct ospf_lsa_header h;
            struct reader whole = r;
            ospf_parse_lsa_header(&h, &whole);
            if (h.type == ask.type && h.link_state_id == ask.link_state_id &&
                h.advertising_router == ask.advertising_router) {
                memcpy(found.octets + found.count, r.at, h.length);
                found.count += h.length;
            }
            read_skip(&r, h.length);
        }
    }
    peer_update(p, found.octets, found.count);
}

void peer_to_full_with(struct peer *p, const uint8_t *lsas, size_t count) {
    struct said said;
    peer_to_exchange(p);
    peer_dd(p, ++p->dd_sequence, OSPF_DD_MS, lsas, count);
    if (count > 0) {
        wait_for(p, OSPF_LINK_STATE_REQUEST, &said);
        answer(p, &said, lsas, count);
    }
    peer_run(p, lab_now(p->run->lab) + SECONDS(1));
}

void peer_to_full(struct peer *p) {
    peer_to_full_with(p, NULL, 0);
}

void peer_update(struct peer *p, const uint8_t *lsas, size_t count) {
    uint8_t body[PEER_ROOM];
    struct writer w = writer_of(body, sizeof body);
    struct reader r = reader_of(lsas, count);
    uint32_t number = 0;
    size_t gap = write_gap(&w, 4);
    while (read_left(&r) > 0) {
        struct ospf_lsa_header h;
        struct reader whole = r;
        ospf_parse_lsa_header(&h, &whole);
        write_copy(&w, r.at, h.length);
        read_skip(&r, h.length);
        number += 1;
    }
    patch_u16(&w, gap + 2, (uint16_t)number);
    peer_send(p, OSPF_LINK_STATE_UPDATE, body, written(&w));
}

void peer_ack(struct peer *p, const struct ospf_lsa_header *h) {
    uint8_t body[OSPF_LSA_HEADER];
    struct writer w = writer_of(body, sizeof body);
    ospf_emit_lsa_header(&w, h);
    peer_send(p, OSPF_LINK_STATE_ACK, body, sizeof body);
}

void peer_request(struct peer *p, uint32_t type, uint32_t link_state_id, uint32_t router) {
    uint8_t body[OSPF_REQUEST_LENGTH];
    struct writer w = writer_of(body, sizeof body);
    ospf_emit_request(&w, &(struct ospf_request){type, link_state_id, router});
    peer_send(p, OSPF_LINK_STATE_REQUEST, body, sizeof body);
}

/* ------------------------------------------------------------------------------ advertisements */

void lsas_add(struct lsas *l, const struct ospf_lsa_header *h, const uint8_t *body, size_t count) {
    struct writer w = writer_of(l->octets + l->count, sizeof l->octets - l->count);
    ospf_emit_lsa_header(&w, h);
    write_copy(&w, body, count);
    ospf_lsa_seal(l->octets + l->count, written(&w));
    l->last = l->count;
    l->count += written(&w);
}

static struct ospf_lsa_header header(uint32_t type, uint32_t link_state_id, uint32_t router,
                                     uint32_t sequence, uint16_t age) {
    return (struct ospf_lsa_header){.age = age,
                                    .options = OSPF_OPTION_E,
                                    .type = (uint8_t)type,
                                    .link_state_id = link_state_id,
                                    .advertising_router = router,
                                    .sequence = sequence};
}

void lsas_router(struct lsas *l, uint32_t id, uint32_t sequence, uint16_t age, ip4 network,
                 uint16_t cost) {
    uint8_t body[OSPF_ROUTER_LSA_LENGTH + OSPF_LINK_LENGTH];
    struct writer w = writer_of(body, sizeof body);
    struct ospf_lsa_header h = header(OSPF_ROUTER_LSA, id, id, sequence, age);
    ospf_emit_router_lsa(&w, &(struct ospf_router_lsa){.links = 1});
    ospf_emit_link(&w,
                   &(struct ospf_link){
                       .id = network, .data = 0xffffff00, .type = OSPF_LINK_STUB, .metric = cost});
    lsas_add(l, &h, body, written(&w));
}

void lsas_network(struct lsas *l, ip4 dr, uint32_t router, uint32_t sequence, uint16_t age) {
    uint8_t body[8];
    struct writer w = writer_of(body, sizeof body);
    struct ospf_lsa_header h = header(OSPF_NETWORK_LSA, dr, router, sequence, age);
    ospf_emit_network_lsa(&w, &(struct ospf_network_lsa){.mask = 0xffffff00});
    ospf_emit_attached(&w, router);
    lsas_add(l, &h, body, written(&w));
}

void lsas_external(struct lsas *l, ip4 network, uint32_t router, uint32_t sequence, uint16_t age) {
    uint8_t body[OSPF_EXTERNAL_LSA_LENGTH];
    struct writer w = writer_of(body, sizeof body);
    struct ospf_lsa_header h = header(OSPF_EXTERNAL_LSA, network, router, sequence, age);
    ospf_emit_external_lsa(
        &w, &(struct ospf_external_lsa){.mask = 0xffffff00, .metric = 20, .type2 = true});
    lsas_add(l, &h, body, written(&w));
}

struct ospf_lsa_header lsas_header(const struct lsas *l) {
    struct ospf_lsa_header h;
    struct reader r = reader_of(l->octets + l->last, l->count - l->last);
    assert_int_equal(ospf_parse_lsa_header(&h, &r), PARSE_OK);
    return h;
}

/* --------------------------------------------------------------------------- what was in there */

bool said_lsa(const struct said *said, uint32_t type, uint32_t link_state_id, uint32_t router,
              struct ospf_lsa_header *h, struct reader *body) {
    struct reader r = said->body;
    const uint8_t *octets;
    uint32_t count;
    if (ospf_parse_update(&count, &r) != PARSE_OK) return false;
    while (count-- > 0 && ospf_next_lsa(&r, h, &octets))
        if (h->type == type && h->link_state_id == link_state_id &&
            h->advertising_router == router) {
            assert_true(ospf_lsa_checksum_holds(octets, h->length));
            *body = reader_of(octets + OSPF_LSA_HEADER, h->length - OSPF_LSA_HEADER);
            return true;
        }
    return false;
}

uint32_t said_lsa_count(const struct said *said) {
    struct reader r = said->body;
    uint32_t count;
    return ospf_parse_update(&count, &r) == PARSE_OK ? count : 0;
}

bool said_ack(const struct said *said, const struct ospf_lsa_header *wanted) {
    struct reader r = said->body;
    struct ospf_lsa_header h;
    while (ospf_next_lsa_header(&r, &h))
        if (h.type == wanted->type && h.link_state_id == wanted->link_state_id &&
            h.advertising_router == wanted->advertising_router && h.sequence == wanted->sequence &&
            h.checksum == wanted->checksum)
            return true;
    return false;
}
