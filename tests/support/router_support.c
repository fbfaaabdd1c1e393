#include "router_support.h"
/* Datagrams for a router from a neighbour that a test speaks for. */
#include <assert.h>
#include <string.h>

#include "sim/frame.h"
#include "sim/link.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "stack/iface.h"
#include "wire/ether.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

enum { HEADERS = ETHER_HEADER + IPV4_HEADER, DATAGRAM_MAX = 1600 };

void router_and_peer(struct setup *setup) {
    static const struct scenario_neighbour know_peer = {0x0a000002, {2, 0, 0, 0, 2, 1}};
    setup_begin(setup);
    setup_node(setup, NODE_ROUTER, "r1")->neighbours = &know_peer;
    setup->nodes[0].neighbour_count = 1;
    setup_interface(setup, "r1", "eth0", "10.0.0.1/24");
    setup_interface(setup, "r1", "eth1", "10.0.1.1/24");
    setup_node(setup, NODE_HOST, "peer");
    setup_interface(setup, "peer", "eth0", "10.0.0.2/24");
    setup_node(setup, NODE_HOST, "beyond");
    setup_interface(setup, "beyond", "eth0", "10.0.1.2/24");
    setup_link(setup, "r1:eth0", "peer:eth0", MILLIS(1));
    setup_link(setup, "r1:eth1", "beyond:eth0", MILLIS(1));
}

/* RFC 1112 6.4. */
static void set_destination(struct ether_header *h, ip4 dst) {
    static const uint8_t router[6] = {2, 0, 0, 0, 1, 1};
    const uint8_t group[6] = {1, 0, 0x5e, dst >> 16 & 0x7f, dst >> 8 & 0xff, dst & 0xff};
    memcpy(h->dst, dst >> 28 == 0xe ? group : router, sizeof h->dst);
    if ((dst & 0xff) == 0xff) memset(h->dst, 0xff, sizeof h->dst);
}

void router_deliver(struct lab *lab, const struct router_datagram *g) {
    struct step step;
    struct scratch scratch;
    struct sink none = {0};
    struct ipv4_header ip = {.header_length = IPV4_HEADER,
                             .total_length = (uint16_t)(IPV4_HEADER + g->count),
                             .ttl = g->ttl,
                             .protocol = g->protocol,
                             .src = g->src,
                             .dst = g->dst};
    struct ether_header ether = {{0}, {2, 0, 0, 0, 2, 1}, ETHER_TYPE_IPV4};
    set_destination(&ether, g->dst);
    step_begin(&step, &scratch, lab, &none, lab_now(lab), 0);
    struct id frame = frame_new(&step, PEER_NODE, HEADERS + g->count);
    if (id_is(frame)) {
        uint8_t *octets = frame_append(&step, frame, HEADERS + g->count);
        struct writer w = writer_of(octets, HEADERS);
        ether_emit(&w, &ether);
        ipv4_emit(&w, &ip);
        if (g->count > 0) memcpy(octets + HEADERS, g->payload, g->count);
        link_send(&step, interface_global(lab, PEER_NODE, 1), frame);
    }
    step_end(&step);
}

void router_deliver_udp(struct lab *lab, const struct router_datagram *g, uint16_t from,
                        uint16_t to) {
    uint8_t octets[DATAGRAM_MAX];
    struct udp_header udp = {.src_port = from, .dst_port = to};
    struct router_datagram whole = *g;
    assert(g->count <= DATAGRAM_MAX - UDP_HEADER);
    if (g->count > 0) memcpy(octets + UDP_HEADER, g->payload, g->count);
    udp_emit(octets, &udp, g->count, g->src, g->dst);
    whole.payload = octets;
    whole.count = UDP_HEADER + g->count;
    whole.protocol = IP_PROTOCOL_UDP;
    router_deliver(lab, &whole);
}
