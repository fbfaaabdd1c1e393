#include "stack/ip/ipv4.h"
/*
 * Identification, RFC 791 3.1: by it fragments find each other, so it must not come again between
 * two hosts while fragments of its last use may be about; RFC 6864 4.1 asks for nothing of a
 * datagram that must not be cut.
 *
 * A count that is one for all tells everybody how much a host sends. Linux therefore counts apart
 * for each connection, gives 0 to what belongs to none and must not be cut, and has for all else a
 * few counts chosen by a keyed hash of addresses and protocol, which also advance by chance with
 * the time. const.ip_id = counter is the one count of older systems.
 * Differs: 16 counts a node; Linux has 2048 at least.
 */
#include "stack/sysctl.h"

static const sim_time tick = 4000000; /* Linux's jiffy at 250 Hz */

static uint16_t shared(struct step *s, uint32_t node, const struct ip_out *out, ip4 src) {
    struct node *n = node_at(s->lab, node);
    uint64_t flow = hash_mix(n->secret[0] ^ out->protocol, (uint64_t)out->dst << 32 | src);
    struct ip_identity *count = &n->identity[flow % IP_IDENTITIES];
    uint64_t ticks = (uint64_t)((s->now - count->at) / tick);
    if (count->at == 0 && count->last == 0) count->last = (uint32_t)(n->secret[1] >> flow % 32);
    if (ticks > 0) {
        count->at = s->now;
        count->last += (uint32_t)(hash_mix(n->secret[1], (uint64_t)s->now) % ticks);
    }
    return (uint16_t)++count->last;
}

uint16_t ipv4_identify(struct step *s, uint32_t node, const struct ip_out *out, ip4 src) {
    if (setting_of(s->lab, node, SETTING_CONST_IP_ID) == IP_ID_COUNTER)
        return (uint16_t)node_at(s->lab, node)->ip_id++;
    if (out->id_from == IP_ID_OWN) return out->identification;
    if (out->id_from == IP_ID_NONE && out->dont_fragment) return 0;
    return shared(s, node, out, src);
}
