#include "apps/forge.h"
/*
 * forge arp request|reply SENDER TARGET [sha MAC] [tha MAC] [from MAC] [to MAC] [dev NAME]
 *           [op N] [count N] [every TIME]
 *
 * ARP packets that no node of good faith would send: a stranger's claim of an address, a gratuitous
 * one in either form (SENDER and TARGET are the same), a probe (SENDER 0.0.0.0). Left out is what
 * the packet would have by itself: the interface is the one towards TARGET, the sender's hardware
 * address the interface's own, the target's zeroes for a request and, for a reply, that of the node
 * that has TARGET, which the lab knows; requests go to everybody, replies to the target.
 */
#include "stack/iface.h"
#include "stack/ip/arp.h"
#include "stack/ip/route.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include <string.h>

enum { HARDWARE_ETHERNET = 1 };

struct order {
    struct arp_packet packet;
    uint8_t from[MAC_OCTETS], to[MAC_OCTETS];
    bool has_sha, has_tha, has_from, has_to;
    uint32_t interface;
    const char *wrong;
};

static bool take_mac(const char *key, const char *value, struct order *o) {
    struct {
        const char *key;
        uint8_t *mac;
        bool *has;
    } places[] = {{"sha", o->packet.sha, &o->has_sha},
                  {"tha", o->packet.tha, &o->has_tha},
                  {"from", o->from, &o->has_from},
                  {"to", o->to, &o->has_to}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (same_text(places[i].key, key)) {
            *places[i].has = true;
            if (!parse_mac(value, places[i].mac)) o->wrong = value;
            return true;
        }
    return false;
}

/* KEY VALUE; false: it is neither ours nor of the repetition. */
static bool take_option(const struct lab *lab, uint32_t node, const char *key, const char *value,
                        struct forge_repetition *repetition, struct order *o) {
    uint64_t number;
    if (take_mac(key, value, o)) return true;
    if (same_text(key, "dev")) {
        o->interface = iface_named(lab, node, value);
        if (o->interface == 0) o->wrong = value;
    } else if (same_text(key, "op")) {
        if (!parse_u64(value, &number) || number > UINT16_MAX)
            o->wrong = value;
        else
            o->packet.op = (uint16_t)number;
    } else {
        return forge_repeats(key, value, repetition, &o->wrong);
    }
    return true;
}

/* The hardware address of whoever has this address. */
static bool mac_of(const struct lab *lab, ip4 address, uint8_t mac[MAC_OCTETS]) {
    for (uint32_t node = 1; node <= lab_node_count(lab); node++) {
        uint32_t interface = iface_with_address(lab, node, address);
        if (interface == 0) continue;
        memcpy(mac, iface_get(lab, interface)->mac, MAC_OCTETS);
        return true;
    }
    return false;
}

/* What was left out. */
static void complete(const struct lab *lab, uint32_t node, struct order *o) {
    struct next_hop hop;
    struct arp_packet *p = &o->packet;
    if (o->interface == 0 && route_lookup(lab, node, p->tpa, &hop)) o->interface = hop.interface;
    if (o->interface == 0) {
        o->wrong = "no route to TARGET: which dev";
        return;
    }
    const uint8_t *own = iface_get(lab, o->interface)->mac;
    if (!o->has_sha) memcpy(p->sha, own, MAC_OCTETS);
    if (!o->has_from) memcpy(o->from, own, MAC_OCTETS);
    if (!o->has_tha && p->op != ARP_OP_REQUEST && p->spa == p->tpa)
        memcpy(p->tha, p->sha, MAC_OCTETS);
    else if (!o->has_tha && p->op != ARP_OP_REQUEST)
        mac_of(lab, p->tpa, p->tha);
    if (o->has_to) return;
    memcpy(o->to, mac_broadcast, MAC_OCTETS);
    if (p->op != ARP_OP_REQUEST && p->spa != p->tpa) mac_of(lab, p->tpa, o->to);
}

static void understand(const struct lab *lab, uint32_t node, char *words[], size_t count,
                       struct forge_repetition *repetition, struct order *o) {
    *o = (struct order){.packet = {.hrd = HARDWARE_ETHERNET,
                                   .pro = ETHER_TYPE_IPV4,
                                   .hln = MAC_OCTETS,
                                   .pln = 4,
                                   .op = ARP_OP_REQUEST},
                        .wrong = "expected request or reply, SENDER and TARGET"};
    if (count < 5 || (!same_text(words[2], "request") && !same_text(words[2], "reply")) ||
        !parse_ip4(words[3], &o->packet.spa) || !parse_ip4(words[4], &o->packet.tpa))
        return;
    if (same_text(words[2], "reply")) o->packet.op = ARP_OP_REPLY;
    o->wrong = NULL;
    for (size_t at = 5; at < count && o->wrong == NULL; at += 2) {
        if (forge_ends(words[at])) break;
        if (at + 1 == count)
            o->wrong = "a value is missing at the end";
        else if (!take_option(lab, node, words[at], words[at + 1], repetition, o))
            o->wrong = words[at];
    }
    if (o->wrong == NULL) complete(lab, node, o);
}

const char *forge_arp(struct step *s, uint32_t node, char *words[], size_t count,
                      struct forge_repetition *repetition) {
    struct order o;
    understand(s->lab, node, words, count, repetition, &o);
    if (o.wrong != NULL) return o.wrong;
    return arp_send(s, o.interface, &o.packet, o.from, o.to) ? NULL : "no room for a frame";
}
