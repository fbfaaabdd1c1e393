#include "stack/ip/arp.h"
/*
 * Address resolution, RFC 826. arp_in() asks the questions of the RFC's "Packet Reception" in its
 * order; each is a rule in the trace. What the answers do to the cache is neighbour_update's.
 * Left out: proxy ARP, reverse ARP, gratuitous ARP at start (no node here announces itself).
 */
#include "sim/trace.h"
#include "stack/sysctl.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include <string.h>

enum { HARDWARE_ETHERNET = 1 };

static const char reception[] = "RFC 826 Packet Reception";

static void send(struct step *s, uint32_t interface, const struct arp_packet *packet,
                 const uint8_t dst[MAC_OCTETS]) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct id frame = frame_new(s, node, ARP_PACKET);
    if (!id_is(frame)) {
        trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
        return;
    }
    struct writer w = writer_of(frame_append(s, frame, ARP_PACKET), ARP_PACKET);
    arp_emit(&w, packet);
    iface_send(s, interface, frame, dst, ETHER_TYPE_ARP);
}

static struct arp_packet packet_from(const struct interface *i, uint16_t op) {
    struct arp_packet packet = {.hrd = HARDWARE_ETHERNET,
                                .pro = ETHER_TYPE_IPV4,
                                .hln = MAC_OCTETS,
                                .pln = 4,
                                .op = op,
                                .spa = i->address};
    memcpy(packet.sha, i->mac, MAC_OCTETS);
    return packet;
}

/* RFC 826 "Packet Generation". ar$tha of a request is not defined there; Linux sends zeroes. */
void arp_request(struct step *s, uint32_t interface, ip4 target, enum arp_cast cast,
                 const uint8_t mac[MAC_OCTETS]) {
    struct arp_packet packet = packet_from(iface_get(s->lab, interface), ARP_OP_REQUEST);
    packet.tpa = target;
    send(s, interface, &packet, cast == ARP_UNICAST ? mac : mac_broadcast);
}

/* Swap hardware and protocol fields, put the local addresses in the sender's fields, and send the
 * packet to the (new) target hardware address on the interface on which it was received. */
static void reply(struct step *s, uint32_t interface, const struct arp_packet *request) {
    struct arp_packet packet = packet_from(iface_get(s->lab, interface), ARP_OP_REPLY);
    packet.spa = request->tpa;
    packet.tpa = request->spa;
    memcpy(packet.tha, request->sha, MAC_OCTETS);
    send(s, interface, &packet, request->sha);
}

/* One question of the list: the answer is traced and returned. */
static bool ask(struct step *s, uint32_t node, const char *question, bool answer) {
    trace_rule(s, node, (struct id){0, 0}, reception, question, answer);
    return answer;
}

/* Linux trusts a reply to itself alone to be about now, all else is only a hint; within locktime
 * (1 s) a second answer does not replace the first. */
static void learn(struct step *s, struct id entry, const struct arp_packet *packet,
                  enum arp_cast cast) {
    enum { LOCKTIME_NS = 1000000000 };
    const struct neighbour *n = neighbour_get(s->lab, entry);
    bool sure = packet->op == ARP_OP_REPLY && cast == ARP_UNICAST;
    neighbour_update(s, entry, packet->sha, sure ? NEIGHBOUR_REACHABLE : NEIGHBOUR_STALE,
                     s->now > n->updated_at + LOCKTIME_NS ? NEIGHBOUR_OVERRIDE : NEIGHBOUR_KEEP);
}

static void questions(struct step *s, uint32_t interface, const struct arp_packet *packet,
                      enum arp_cast cast) {
    const struct interface *i = iface_get(s->lab, interface);
    struct id entry = neighbour_find(s->lab, interface, packet->spa);
    /* RFC 5227 2.1.1: a probe's sender has no address yet; there is nothing to learn from it. */
    bool known = id_is(entry) && packet->spa != 0;
    bool merge = ask(s, i->node, "is the sender in the table?", known);
    if (merge) learn(s, entry, packet, cast);
    bool target = i->address != 0 && packet->tpa == i->address;
    if (!ask(s, i->node, "are we the target?", target)) return;
    /* Differs: the RFC adds the sender of a reply too; Linux adds it only from a request. */
    if (!merge && packet->op == ARP_OP_REQUEST && packet->spa != 0) {
        entry = neighbour_make(s, interface, packet->spa);
        if (id_is(entry)) learn(s, entry, packet, cast);
    }
    /* "NOW look at the opcode!!" */
    if (ask(s, i->node, "is it a request?", packet->op == ARP_OP_REQUEST))
        reply(s, interface, packet);
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
    questions(s, interface, &packet, cast);
}
