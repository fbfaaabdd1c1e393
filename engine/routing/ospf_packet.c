#include "routing/ospf_parts.h"
/*
 * OSPF packets: RFC 2328 8.1, how they are sent; 8.2, by which checks they are received, in the
 * RFC's order, each with its own reason when it discards.
 *
 * Left out: unnumbered interfaces.
 */
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/socket_raw.h"

enum { BODY_MOST = 8192, TOS_INTERNETWORK_CONTROL = 0xc0 };

size_t ospf_packet_room(const struct lab *lab, struct id id) {
    uint32_t mtu = ospf_interface_get(lab, id)->mtu;
    size_t taken = IPV4_HEADER + OSPF_HEADER + ospf_auth_length(lab, id);
    return mtu > taken + OSPF_DD_LENGTH + OSPF_LSA_HEADER ? mtu - taken
                                                          : OSPF_DD_LENGTH + OSPF_LSA_HEADER;
}

/* ------------------------------------------------------------------- 8.1 */

/* O1 */
static ip4 destination(const struct ospf_interface *i, enum ospf_type type, ip4 dst) {
    if (i->type == OSPF_POINT_TO_POINT) return OSPF_ALL_SPF_ROUTERS;
    if (i->type == OSPF_VIRTUAL_LINK) return i->peer;
    if (dst != 0) return dst;
    bool speaks_to_all =
        type == OSPF_HELLO || i->state == OSPF_INTERFACE_DR || i->state == OSPF_INTERFACE_BACKUP;
    return speaks_to_all ? OSPF_ALL_SPF_ROUTERS : OSPF_ALL_D_ROUTERS;
}

void ospf_packet_send(struct step *s, struct id id, enum ospf_type type, ip4 dst,
                      const uint8_t *body, size_t count) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, id);
    const struct ospf *o = ospf_get(s->lab, i->ospf);
    uint8_t packet[OSPF_HEADER + BODY_MOST + OSPF_DIGEST];
    assert(count <= BODY_MOST);
    if (i->passive != 0) return;
    memcpy(packet + OSPF_HEADER, body, count);
    struct ospf_header h = {.type = (uint8_t)type, .router_id = o->router_id, .area = i->area_id};
    size_t length = ospf_auth_emit(s, id, &h, packet, OSPF_HEADER + count);
    struct raw_out out = {.interface = i->interface,
                          .dst = destination(i, type, dst),
                          .src = i->address,
                          .ttl = i->type == OSPF_VIRTUAL_LINK ? 0 : 1,
                          .tos = TOS_INTERNETWORK_CONTROL};
    socket_raw_send_by(s, o->socket, &out, packet, length);
}

/* ------------------------------------------------------------------- 8.2 */

void ospf_packet_dropped(struct step *s, const struct ospf_packet *p, enum reason why,
                         const char *clause) {
    uint32_t node = ospf_interface_get(s->lab, p->interface)->node;
    trace_dropped(s, node, p->frame, why, clause);
}

/* At the IP level: for this interface, and not from this router itself. O2 */
static enum reason judge_ip(const struct lab *lab, const struct ospf_interface *i,
                            const struct ospf_packet *p) {
    bool group = p->dst == OSPF_ALL_SPF_ROUTERS || p->dst == OSPF_ALL_D_ROUTERS;
    if (i->state <= OSPF_INTERFACE_LOOPBACK || i->passive != 0) return REASON_OSPF_NO_INTERFACE;
    if (!group && p->dst != i->address) return REASON_OSPF_DESTINATION;
    return iface_with_address(lab, i->node, p->src) != 0 ? REASON_OSPF_OWN : REASON_NONE;
}

/* What the header must have in common with the interface. */
static enum reason judge_header(const struct ospf_interface *i, const struct ospf_packet *p) {
    bool same_network = ((p->src ^ i->address) & prefix_mask(i->prefix)) == 0;
    bool listens = i->state == OSPF_INTERFACE_DR || i->state == OSPF_INTERFACE_BACKUP;
    if (p->header.area != i->area_id) return REASON_OSPF_AREA;
    if (i->type == OSPF_BROADCAST && !same_network) return REASON_OSPF_NETWORK;
    if (p->dst == OSPF_ALL_D_ROUTERS && !listens) return REASON_OSPF_NOT_DR;
    return REASON_NONE;
}

/* Who sent it: by the address where several may be, else by the router id. */
static struct id sender(const struct lab *lab, const struct ospf_interface *i,
                        const struct ospf_packet *p) {
    if (i->type == OSPF_BROADCAST) return ospf_neighbor_with_address(lab, i->self, p->src);
    return ospf_neighbor_with_id(lab, i->self, p->header.router_id);
}

/* Only Hellos may come from somebody who is no neighbour yet. */
static enum reason judge_sender(const struct lab *lab, const struct ospf_interface *i,
                                const struct ospf_packet *p) {
    if (p->header.router_id == ospf_get(lab, i->ospf)->router_id) return REASON_OSPF_SAME_ID;
    if (p->header.type == OSPF_HELLO) return REASON_NONE;
    return id_is(p->neighbor) ? REASON_NONE : REASON_OSPF_NO_NEIGHBOR;
}

static void hand_on(struct step *s, struct ospf_packet *p) {
    switch ((enum ospf_type)p->header.type) {
    case OSPF_HELLO: ospf_hello_in(s, p); return;
    case OSPF_DATABASE_DESCRIPTION: ospf_dd_in(s, p); return;
    case OSPF_LINK_STATE_REQUEST: ospf_request_in(s, p); return;
    case OSPF_LINK_STATE_UPDATE: ospf_update_in(s, p); return;
    case OSPF_LINK_STATE_ACK: ospf_ack_in(s, p); return;
    }
    ospf_packet_dropped(s, p, REASON_UNKNOWN_TYPE, "RFC 2328 A.3.1");
}

/* Behind the IP header. False: *why it is discarded. */
static bool passes(struct step *s, struct ospf_packet *p, struct reader r, enum reason *why) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, p->interface);
    const uint8_t *octets = r.at;
    size_t count = read_left(&r);
    *why = judge_ip(s->lab, i, p);
    if (*why != REASON_NONE) return false;
    enum parse_result result = ospf_parse(&p->header, &r);
    p->body = r;
    if (result != PARSE_OK) {
        *why = REASON_TRUNCATED + (result - PARSE_TRUNCATED);
        return false;
    }
    *why = judge_header(i, p);
    if (*why != REASON_NONE) return false;
    p->neighbor = sender(s->lab, i, p);
    if (!ospf_auth_accepts(s, p, octets, count, why)) return false;
    *why = judge_sender(s->lab, i, p);
    return *why == REASON_NONE;
}

static void receive(struct step *s, uint32_t node, uint32_t interface, struct id frame) {
    struct reader r = reader_of(frame_octets(s->lab, frame), frame_count(s->lab, frame));
    struct ospf_packet p = {.frame = frame};
    struct ipv4_header ip;
    enum reason why;
    if (interface != 0) p.interface = ospf_interface_of(s->lab, interface);
    struct ospf_interface *i = ospf_interface_edit(s, p.interface);
    if (ipv4_parse(&ip, &r) != PARSE_OK || i == NULL) {
        trace_dropped(s, node, frame, REASON_OSPF_NO_INTERFACE, "RFC 2328 8.2");
        return;
    }
    i->packets_received++;
    p.src = ip.src;
    p.dst = ip.dst;
    if (passes(s, &p, r, &why))
        hand_on(s, &p);
    else
        ospf_packet_dropped(s, &p, why, "RFC 2328 8.2");
}

void ospf_packet_in(struct step *s, struct id id) {
    const struct ospf *o = ospf_get(s->lab, id);
    for (;;) {
        uint32_t interface = socket_next_interface(s->lab, o->socket);
        struct id frame = socket_take_frame(s, o->socket);
        if (!id_is(frame)) return;
        receive(s, o->node, interface, frame);
        frame_free(s, frame);
        ospf_tasks_run(s, id);
    }
}
