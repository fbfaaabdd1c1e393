#include "stack/ip/arp.h"
/*
 * Address resolution, RFC 826. arp_in() asks the questions of the RFC's "Packet Reception" in its
 * order; each is a rule in the trace. What the answers do to the cache is neighbour_update's; what
 * a claim of the own address does is acd.c's (RFC 5227). A gratuitous packet, whose sender and
 * target are one address (request or reply, RFC 5944 4.6), is news like any other. Proxy ARP is RFC
 * 1027, with Linux's proxy_arp.
 *
 * Differs: who speaks by an opcode that is none is not believed, as on Linux, though the RFC merges
 * before it looks. Linux knows no question of a stranger that claims one of its own addresses or
 * a group; it answers for each of its addresses on every interface (arp_ignore 0; the RFC profiles:
 * 1). Left out: reverse ARP, entries published by hand (`arp -s ... pub`).
 */
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/ip/acd.h"
#include "stack/ip/ip.h"
#include "stack/ip/route.h"
#include "stack/kernel_log.h"
#include "stack/sysctl.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include <string.h>

enum { HARDWARE_ETHERNET = 1, LOOPBACK_NET = 127, MULTICAST_FIRST = 224 };

static const char reception[] = "RFC 826 Packet Reception";

/* ------------------------------------------------------------------------------- sending */

static struct id make(struct step *s, uint32_t interface, const struct arp_packet *packet,
                      const uint8_t src[MAC_OCTETS], const uint8_t dst[MAC_OCTETS]) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct id frame = frame_new(s, node, ARP_PACKET);
    if (!id_is(frame)) {
        trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
        return frame;
    }
    struct writer w = writer_of(frame_append(s, frame, ARP_PACKET), ARP_PACKET);
    arp_emit(&w, packet);
    ether_put(frame_push(s, frame, ETHER_HEADER), dst, src, ETHER_TYPE_ARP);
    return frame;
}

static void let_go(struct step *s, uint32_t interface, struct id frame) {
    const struct interface *i = iface_get(s->lab, interface);
    if (i->up) {
        iface_pass(s, interface, frame);
        return;
    }
    trace_dropped(s, i->node, frame, REASON_LINK_DOWN, NULL);
    frame_free(s, frame);
}

bool arp_send(struct step *s, uint32_t interface, const struct arp_packet *packet,
              const uint8_t src[MAC_OCTETS], const uint8_t dst[MAC_OCTETS]) {
    struct id frame = make(s, interface, packet, src, dst);
    if (!id_is(frame)) return false;
    let_go(s, interface, frame);
    return true;
}

static struct arp_packet packet_from(const struct interface *i, uint16_t op, ip4 spa) {
    struct arp_packet packet = {.hrd = HARDWARE_ETHERNET,
                                .pro = ETHER_TYPE_IPV4,
                                .hln = MAC_OCTETS,
                                .pln = 4,
                                .op = op,
                                .spa = spa};
    memcpy(packet.sha, i->mac, MAC_OCTETS);
    return packet;
}

/* RFC 826 "Packet Generation". ar$tha of a request is not defined there; Linux sends zeroes. */
void arp_request(struct step *s, uint32_t interface, ip4 src, ip4 target, enum arp_cast cast,
                 const uint8_t mac[MAC_OCTETS]) {
    const struct interface *i = iface_get(s->lab, interface);
    struct arp_packet packet = packet_from(i, ARP_OP_REQUEST, src);
    packet.tpa = target;
    arp_send(s, interface, &packet, i->mac, cast == ARP_UNICAST ? mac : mac_broadcast);
}

void arp_announce(struct step *s, uint32_t interface) {
    ip4 address = iface_get(s->lab, interface)->address;
    arp_request(s, interface, address, address, ARP_BROADCAST, mac_broadcast);
}

/* Swap hardware and protocol fields, put the local addresses in the sender's fields, and send the
 * packet to the (new) target hardware address on the interface on which it was received. */
static struct arp_packet answer(const struct interface *i, const struct arp_packet *request) {
    struct arp_packet packet = packet_from(i, ARP_OP_REPLY, request->tpa);
    packet.tpa = request->spa;
    memcpy(packet.tha, request->sha, MAC_OCTETS);
    return packet;
}

/* ------------------------------------------------------------------------------- reception */

/* One question of the list: the answer is traced and returned. */
static bool ask(struct step *s, uint32_t node, const char *question, bool answer) {
    trace_rule(s, node, (struct id){0, 0}, reception, question, answer);
    return answer;
}

struct heard {
    uint32_t interface, node;
    const struct arp_packet *packet;
    enum arp_cast cast;
    bool request, elsewhere; /* elsewhere: the sender is some other host */
    bool target;             /* a question about an address of ours */
    bool gratuitous;
    bool speaks; /* an opcode that there is */
};

static int64_t setting(const struct step *s, const struct heard *h, enum setting which) {
    return setting_of(s->lab, h->node, which);
}

static bool same_network(const struct interface *i, ip4 address) {
    return ((i->address ^ address) & prefix_mask(i->prefix)) == 0;
}

/* Linux's arp_ignore: 0 any address of the node, 1 the interface's own, 2 and asked from its
 * network, 8 none. */
static bool is_ours(const struct step *s, const struct heard *h) {
    const struct interface *i = iface_get(s->lab, h->interface);
    ip4 target = h->packet->tpa;
    int64_t ignore = setting(s, h, SETTING_ARP_IGNORE);
    if (target == 0 || target >> 24 == LOOPBACK_NET || target >> 24 >= MULTICAST_FIRST ||
        ignore == 8 || acd_is_tentative(s->lab, h->interface))
        return false;
    if (target == i->address) return ignore != 2 || same_network(i, h->packet->spa);
    return (ignore == 0 || ignore > 2) && iface_with_address(s->lab, h->node, target) != 0;
}

/* arp_is_garp(): a reply must also be about the address that it comes from. */
static bool is_gratuitous(const struct arp_packet *p, bool elsewhere) {
    return elsewhere && p->spa == p->tpa &&
           (p->op == ARP_OP_REQUEST || memcmp(p->sha, p->tha, MAC_OCTETS) == 0);
}

/* Somebody whose address was known has another one. Worth a line where a kernel has one. */
static void moved(struct step *s, const struct heard *h, const struct neighbour *n) {
    char room[160];
    struct text t = text_of(room, sizeof room);
    if (memcmp(n->mac, h->packet->sha, MAC_OCTETS) == 0 || n->state == NEIGHBOUR_INCOMPLETE ||
        n->state == NEIGHBOUR_FAILED)
        return;
    trace_rule(s, h->node, (struct id){0, 0}, reception,
               "does the sender tell another hardware address than the table has?", true);
    if (setting(s, h, SETTING_ARP_LOG) == 0) return;
    text_add(&t, "arp: ");
    text_ip4(&t, n->address);
    text_add(&t,
             n->state == NEIGHBOUR_PERMANENT ? " is permanent, not moved from " : " moved from ");
    text_mac(&t, n->mac);
    text_add(&t, " to ");
    text_mac(&t, h->packet->sha);
    text_add(&t, " on ");
    text_add(&t, iface_get(s->lab, h->interface)->name);
    kernel_says(s, h->node, room);
}

/* Linux trusts a reply to itself alone to be about now, all else is only a hint; within locktime a
 * second answer does not replace the first, unless it asks for us or tells of its own accord. */
static void learn(struct step *s, const struct heard *h, struct id entry) {
    if (setting(s, h, SETTING_ARP_MODEL) == ARP_MODEL_STATIC) return;
    const struct neighbour *n = neighbour_get(s->lab, entry);
    bool sure = h->packet->op == ARP_OP_REPLY && h->cast == ARP_UNICAST;
    bool free = h->gratuitous || (h->target && h->request) ||
                s->now > n->updated_at + setting(s, h, SETTING_ARP_LOCKTIME);
    if (n->state != NEIGHBOUR_NONE) moved(s, h, n);
    neighbour_update(s, entry, h->packet->sha, sure ? NEIGHBOUR_REACHABLE : NEIGHBOUR_STALE,
                     free ? NEIGHBOUR_OVERRIDE : NEIGHBOUR_KEEP);
}

/* A sender that is not in the table. Differs: the RFC adds whoever speaks to us; Linux only who
 * asks, and, with arp_accept (2: of the interface's network), who tells unasked. */
static bool is_added(const struct step *s, const struct heard *h) {
    int64_t accept = setting(s, h, SETTING_ARP_ACCEPT);
    if (!h->elsewhere || !h->speaks || setting(s, h, SETTING_ARP_MODEL) == ARP_MODEL_STATIC)
        return false;
    if (h->target && (h->request || !profile_is_linux(node_view_at(s->lab, h->node)->profile)))
        return true;
    bool told = h->gratuitous || !h->request;
    return told && accept != 0 &&
           (accept == 1 || same_network(iface_get(s->lab, h->interface), h->packet->spa));
}

static void add(struct step *s, const struct heard *h) {
    struct id entry = neighbour_make(s, h->interface, h->packet->spa);
    if (id_is(entry)) learn(s, h, entry);
}

/* ------------------------------------------------------------------------------- proxy */

/* RFC 1027 2.2: the default route must not be used. */
static bool has_route_of_its_own(const struct lab *lab, uint32_t node, ip4 address) {
    for (struct id id = route_first(lab, node); id_is(id); id = route_get(lab, id)->next) {
        const struct route *r = route_get(lab, id);
        if (r->prefix > 0 && (address & prefix_mask(r->prefix)) == r->network) return true;
    }
    return false;
}

/* RFC 1027 2.2, Linux's proxy_arp: the target lies behind another interface. Differs: Linux takes
 * the default route for a way as well. */
static bool is_proxy(const struct step *s, const struct heard *h) {
    struct next_hop hop;
    ip4 target = h->packet->tpa;
    return h->request && h->elsewhere && setting(s, h, SETTING_IP_FORWARD) != 0 &&
           ip_cast_of(s->lab, h->node, target) == IP_ELSEWHERE &&
           route_lookup(s->lab, h->node, target, &hop) && hop.interface != h->interface &&
           (profile_is_linux(node_view_at(s->lab, h->node)->profile) ||
            has_route_of_its_own(s->lab, h->node, target));
}

/* Linux lets others answer first: a random part of proxy_delay. */
static void answer_for(struct step *s, const struct heard *h) {
    const struct interface *i = iface_get(s->lab, h->interface);
    struct arp_packet packet = answer(i, h->packet);
    sim_time most = setting(s, h, SETTING_ARP_PROXY_DELAY);
    struct id frame = make(s, h->interface, &packet, i->mac, h->packet->sha), timer = {0, 0};
    if (!id_is(frame)) return;
    if (most == 0 || h->cast == ARP_UNICAST) {
        let_go(s, h->interface, frame);
        return;
    }
    struct prng *prng = &node_at(s->lab, h->node)->prng[PRNG_ARP];
    sim_time delay = (sim_time)prng_below(prng, (uint32_t)(most / 1000)) * 1000;
    timer_set(s, &timer, TIMER_ARP_PROXY, h->node, frame, s->now + delay);
    if (!id_is(timer)) frame_free(s, frame);
}

/* It leaves by the interface whose address it bears. */
void arp_proxy_fired(struct step *s, uint32_t node, struct id frame) {
    const struct node *n = node_view_at(s->lab, node);
    const uint8_t *src = frame_octets(s->lab, frame) + MAC_OCTETS;
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        if (memcmp(iface_get(s->lab, i)->mac, src, MAC_OCTETS) == 0) {
            let_go(s, i, frame);
            return;
        }
    frame_free(s, frame);
}

static void proxy(struct step *s, const struct heard *h, bool merge) {
    if (setting(s, h, SETTING_ARP_PROXY) == 0) return;
    bool answers = is_proxy(s, h);
    trace_rule(s, h->node, (struct id){0, 0}, "RFC 1027 2.2",
               "does the target lie behind another interface?", answers);
    if (!answers) return;
    if (!merge && setting(s, h, SETTING_ARP_MODEL) != ARP_MODEL_STATIC) add(s, h);
    answer_for(s, h);
}

/* ------------------------------------------------------------------------------- the list */

static void questions(struct step *s, struct heard *h) {
    const struct arp_packet *packet = h->packet;
    struct id entry = neighbour_find(s->lab, h->interface, packet->spa);
    /* RFC 5227 2.1.1: a probe's sender has no address yet; there is nothing to learn from it. */
    bool known = id_is(entry) && packet->spa != 0 && h->speaks;
    bool merge = ask(s, h->node, "is the sender in the table?", known);
    if (merge) learn(s, h, entry);
    bool added = !merge && is_added(s, h);
    if (!ask(s, h->node, "are we the target?", h->target)) {
        if (added) add(s, h);
        proxy(s, h, merge || added);
        return;
    }
    if (added) add(s, h);
    /* "NOW look at the opcode!!" */
    if (ask(s, h->node, "is it a request?", h->request)) {
        const struct interface *i = iface_get(s->lab, h->interface);
        struct arp_packet reply = answer(i, packet);
        arp_send(s, h->interface, &reply, i->mac, packet->sha);
    }
}

static void look_at(struct step *s, uint32_t interface, const struct arp_packet *packet,
                    enum arp_cast cast) {
    struct heard h = {.interface = interface,
                      .node = iface_get(s->lab, interface)->node,
                      .packet = packet,
                      .cast = cast,
                      .request = packet->op == ARP_OP_REQUEST};
    h.speaks = h.request || packet->op == ARP_OP_REPLY;
    acd_heard(s, interface, packet);
    h.elsewhere = packet->spa != 0 && ip_cast_of(s->lab, h.node, packet->spa) == IP_ELSEWHERE;
    h.target = is_ours(s, &h) && (h.elsewhere || packet->spa == 0);
    h.gratuitous = is_gratuitous(packet, h.elsewhere);
    questions(s, &h);
}

void arp_in(struct step *s, uint32_t interface, struct id frame, enum arp_cast cast) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct arp_packet packet;
    struct reader r = reader_of(frame_octets(s->lab, frame), frame_count(s->lab, frame));
    enum parse_result result = arp_parse(&packet, &r);
    if (result != PARSE_OK) {
        trace_dropped(s, node, frame, REASON_TRUNCATED + (result - PARSE_TRUNCATED), reception);
        return;
    }
    if (!ask(s, node, "do we have this hardware type?",
             packet.hrd == HARDWARE_ETHERNET && packet.hln == MAC_OCTETS) ||
        !ask(s, node, "do we speak this protocol?",
             packet.pro == ETHER_TYPE_IPV4 && packet.pln == 4)) {
        trace_dropped(s, node, frame, REASON_UNKNOWN_TYPE, reception);
        return;
    }
    look_at(s, interface, &packet, cast);
}
