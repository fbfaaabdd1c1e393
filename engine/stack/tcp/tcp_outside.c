#include "stack/tcp/tcp_state.h"
/*
 * Segments of hosts that the lab does not simulate carry no note of their sender's first numbers.
 * Where the lab has the other end of the connection, it knows them, and the note is made up for:
 * so a viewer reads relative numbers on every arrow (RFC 9293 3.4 has them absolute on the wire).
 * Nothing but the trace reads a note. Left out: segments that are cut into fragments, and those of
 * connections that the lab only forwards.
 */
#include "base/bytes.h"
#include "stack/iface.h"
#include "stack/tcp/tcp.h"
#include "wire/ether.h"
#include "wire/ipv4.h"

enum { NODES_LOOKED_AT = 64 };

/* The node with this address: most often the one at the other end of the cable. */
static uint32_t node_with(const struct lab *lab, uint32_t interface, ip4 address) {
    const struct interface *from = iface_get(lab, interface);
    struct link_view link = lab_link(lab, from->link);
    uint32_t near = link.node[1 - from->end];
    if (iface_with_address(lab, near, address) != 0) return near;
    for (uint32_t node = 1; node <= lab_node_count(lab) && node <= NODES_LOOKED_AT; node++)
        if (iface_with_address(lab, node, address) != 0) return node;
    return 0;
}

/* The two ends, the flags and the number, when it is a whole TCP header. */
struct glance {
    struct tcp_endpoint local, remote;
    uint32_t seq, flags;
};

static bool look(struct reader r, struct glance *g) {
    if (read_left(&r) < ETHER_HEADER + IPV4_HEADER + TCP_HEADER) return false;
    read_span(&r, ETHER_HEADER - 2);
    if (read_u16(&r) != ETHER_TYPE_IPV4) return false;
    const uint8_t *ip = read_span(&r, IPV4_HEADER);
    size_t options = (size_t)(ip[0] & 15) * 4 - IPV4_HEADER;
    bool whole = (ip[6] & 0x1f) == 0 && ip[7] == 0;
    if (ip[0] >> 4 != 4 || (ip[0] & 15) < 5 || ip[9] != IP_PROTOCOL_TCP || !whole ||
        read_left(&r) < options + TCP_HEADER)
        return false;
    struct reader addresses = reader_of(ip + 12, 8);
    g->remote.address = read_u32(&addresses);
    g->local.address = read_u32(&addresses);
    read_span(&r, options);
    g->remote.port = read_u16(&r);
    g->local.port = read_u16(&r);
    g->seq = read_u32(&r);
    g->flags = read_span(&r, 6)[5];
    return true;
}

void tcp_came_in(struct lab *lab, uint32_t interface, struct frame *f) {
    struct glance g;
    if (!look(frame_reader(f), &g)) return;
    uint32_t node = node_with(lab, interface, g.local.address);
    const struct tcb *c = node == 0 ? NULL : tcb_get(lab, tcp_find(lab, node, g.local, g.remote));
    if (c != NULL) f->note.ack_base = c->iss;
    if (g.flags & TCP_SYN)
        f->note.seq_base = g.seq;
    else if (c != NULL)
        f->note.seq_base = c->irs;
}
