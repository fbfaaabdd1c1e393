#include "stack/ip/ipv4_options.h"
/*
 * Options of a datagram that a node makes. The user gives a source route as the hops to be visited,
 * the first one first; on the wire the datagram is sent to that one, the others follow, and the
 * last slot is its destination (RFC 791 3.1). The sender is the first whose address and time are
 * asked for, RFC 1122 3.2.1.8.
 *
 * An answer takes the way back: the recorded hops in the opposite order (RFC 1122 3.2.1.8 (c)), and
 * goes on writing where the question came full or not (3.2.2.6). The options stand in the order
 * that Linux gives them.
 */
#include "stack/ip/icmp.h"
#include <assert.h>
#include <string.h>

enum { LENGTH_AT = 1, POINTER_AT = 2, FLAG_AT = 3, FLAG_BITS = 0x0f, ADDRESS = 4, ROUTE_HEAD = 3 };

static bool has_route(const struct ip_out *out, struct ipv4_option_list *list) {
    uint32_t wrong;
    return ipv4_options_find(out->options, out->option_count, list, &wrong) && list->route != 0 &&
           out->options[list->route - 1 + LENGTH_AT] >= ROUTE_HEAD + ADDRESS;
}

ip4 ipv4_first_hop(const struct ip_out *out) {
    struct ipv4_option_list list;
    if (!has_route(out, &list)) return out->dst;
    return ipv4_slot_address(out->options + list.route - 1 + ROUTE_HEAD);
}

/* A route begins with its first hop: the pointer is at the first slot, and every slot is whole. */
bool ipv4_options_are_good(const uint8_t *options, size_t count) {
    struct ipv4_option_list list;
    uint32_t wrong;
    if (count > IP_OPTIONS_MOST || count % 4 != 0) return false;
    if (!ipv4_options_find(options, count, &list, &wrong)) return false;
    if (list.route == 0) return true;
    const uint8_t *o = options + list.route - 1;
    return o[POINTER_AT] == ROUTE_HEAD + 1 && o[LENGTH_AT] >= ROUTE_HEAD + ADDRESS &&
           (o[LENGTH_AT] - ROUTE_HEAD) % ADDRESS == 0;
}

/* The slots of the route move up by one, and the destination takes the last. */
static void shift_route(uint8_t *o, ip4 dst) {
    size_t slots = (o[LENGTH_AT] - (size_t)ROUTE_HEAD) / ADDRESS;
    uint8_t *first = o + ROUTE_HEAD;
    memmove(first, first + ADDRESS, (slots - 1) * ADDRESS);
    ipv4_slot_put(first + (slots - 1) * ADDRESS, dst);
}

static void record(uint8_t *o, ip4 src) {
    uint8_t *slot = ipv4_option_slot(o, ADDRESS);
    if (slot == NULL) return;
    ipv4_slot_put(slot, src);
    o[POINTER_AT] += ADDRESS;
}

static void stamp(const struct lab *lab, uint32_t node, uint8_t *o, ip4 src, uint32_t now) {
    uint32_t flag = o[FLAG_AT] & FLAG_BITS;
    size_t octets = flag == IPV4_STAMP_TIME ? ADDRESS : 2 * ADDRESS;
    uint8_t *slot = ipv4_option_slot(o, octets);
    if (slot == NULL || flag == 2 || flag > IPV4_STAMP_NAMED) return;
    if (flag == IPV4_STAMP_NAMED && !ip_is_local(lab, node, ipv4_slot_address(slot))) return;
    if (flag == IPV4_STAMP_BOTH) ipv4_slot_put(slot, src);
    ipv4_slot_put(slot + octets - ADDRESS, now);
    o[POINTER_AT] = (uint8_t)(o[POINTER_AT] + octets);
}

void ipv4_options_fill(const struct step *s, uint32_t node, const struct ip_out *out, ip4 src,
                       uint8_t to[IP_OPTIONS_MOST]) {
    struct ipv4_option_list list;
    uint32_t wrong;
    assert(out->option_count <= IP_OPTIONS_MOST);
    memcpy(to, out->options, out->option_count);
    if (has_route(out, &list)) shift_route(to + list.route - 1, out->dst);
    if (!ipv4_options_find(to, out->option_count, &list, &wrong)) return;
    if (list.record != 0) record(to + list.record - 1, src);
    if (list.stamp != 0)
        stamp(s->lab, node, to + list.stamp - 1, src, icmp_stamp_at(s->lab, node, s->now));
}

/* ------------------------------------------------------------------- the way back */

/* RFC 1122 3.2.1.8: the hops behind the pointer were visited; the last one of them is the first of
 * the way back. A source that had put itself first is not asked for the way to itself. */
static size_t turn_round(const uint8_t *o, ip4 src, uint8_t *to) {
    size_t end = o[POINTER_AT] > o[LENGTH_AT] ? o[LENGTH_AT] + 1u : o[POINTER_AT], count = 0;
    for (size_t at = end; at >= ROUTE_HEAD + 1 + ADDRESS; at -= ADDRESS) {
        const uint8_t *slot = o + at - 1 - ADDRESS;
        if (at < ROUTE_HEAD + 1 + 2 * ADDRESS && ipv4_slot_address(slot) == src) break;
        memcpy(to + ROUTE_HEAD + count, slot, ADDRESS);
        count += ADDRESS;
    }
    if (count == 0) return 0;
    to[0] = o[0];
    to[LENGTH_AT] = (uint8_t)(ROUTE_HEAD + count);
    to[POINTER_AT] = ROUTE_HEAD + 1;
    return ROUTE_HEAD + count;
}

size_t ipv4_reply_options(const struct ipv4_header *h, uint8_t to[IP_OPTIONS_MOST]) {
    struct ipv4_option_list list;
    uint32_t wrong;
    size_t count = 0;
    /* Of options that are in error, those before the error come back. */
    (void)ipv4_options_find(h->options, h->option_count, &list, &wrong);
    const uint8_t places[] = {list.record, list.stamp};
    for (size_t i = 0; i < sizeof places; i++) {
        if (places[i] == 0) continue;
        const uint8_t *o = h->options + places[i] - 1;
        memcpy(to + count, o, o[LENGTH_AT]);
        count += o[LENGTH_AT];
    }
    if (list.route != 0) count += turn_round(h->options + list.route - 1, h->src, to + count);
    while (count % 4 != 0) to[count++] = IPV4_OPTION_END;
    return count;
}
