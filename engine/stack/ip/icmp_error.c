#include "stack/ip/icmp_parts.h"
/*
 * Errors that we send, RFC 792: about what none may be sent (RFC 1122 3.2.2, RFC 1812 4.3.2.7), how
 * much of the datagram is quoted (4.3.2.3), from which address (4.3.2.4), with which precedence
 * (4.3.2.5).
 * Differs: as on Linux the source is that of the interface by which the error leaves; with
 * icmp_errors_use_inbound_ifaddr it is that of the one by which the datagram came.
 */
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/ip/route.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include <string.h>

enum {
    ERROR_MAX = 576,
    QUOTED_LEAST = 8, /* of what follows the header: RFC 792 */
    INTERNETWORK_CONTROL = 48,
    TOS_BITS = 7, /* of the DSCP: the TOS field of RFC 791 without its lowest bit, now ECN's */
    CLASS_E_FIRST = 240
};

/* Linux takes a type that nobody knows for an error. */
static bool is_query(uint8_t type) {
    return type <= ICMP_ADDRESS_MASK_REPLY && !icmp_quotes(type);
}

static bool may_tell(const struct lab *lab, uint32_t node, const struct ipv4_header *h,
                     struct reader payload) {
    if (h->protocol == IP_PROTOCOL_ICMP && !is_query(read_u8(&payload))) return false;
    if (ip_is_broadcast_or_multicast(lab, node, h->dst) || h->fragment_offset != 0) return false;
    return h->src >> 24 != 0 && h->src >> 24 < CLASS_E_FIRST &&
           !ip_is_broadcast_or_multicast(lab, node, h->src);
}

/* RFC 1812 4.3.2.3: as much of the datagram as fits behind the error's own options; RFC 1122 3.2.2:
 * 8 octets of its text at least. */
static size_t quotable(const struct lab *lab, uint32_t node, const struct ipv4_header *h,
                       size_t option_count, size_t count) {
    size_t most = (size_t)setting_of(lab, node, SETTING_ICMP_ERROR_SIZE);
    size_t taken = IPV4_HEADER + option_count + ICMP_HEADER;
    size_t least = h->header_length + QUOTED_LEAST;
    size_t room = most < taken + least ? least : most - taken;
    if (count > h->total_length) count = h->total_length;
    return count < room ? count : room;
}

/* RFC 1812 4.3.2.4: from the address that the datagram was sent to, when that is ours. */
static ip4 source_of(const struct lab *lab, uint32_t node, const struct ipv4_header *h) {
    struct next_hop back;
    if (ip_is_local(lab, node, h->dst)) return h->dst;
    if (setting_of(lab, node, SETTING_ICMP_INBOUND_IFADDR) == 0) return 0;
    /* Paths are symmetrical as far as the node knows: the way back is the way it came. */
    return route_lookup(lab, node, h->src, &back) ? iface_get(lab, back.interface)->address : 0;
}

void icmp_error(struct step *s, uint32_t node, struct id packet, uint8_t type, uint8_t code,
                uint32_t rest, enum link_cast heard) {
    struct ipv4_header h;
    size_t count = frame_count(s->lab, packet);
    struct reader r = reader_of(frame_octets(s->lab, packet), count);
    if (heard == LINK_BROADCAST || ipv4_parse(&h, &r) != PARSE_OK || !may_tell(s->lab, node, &h, r))
        return;
    if (!icmp_may_send(s, node, type, code, h.src)) return;
    struct icmp_message m = {.type = type,
                             .code = code,
                             .identifier = (uint16_t)(rest >> 16),
                             .sequence = (uint16_t)rest};
    struct ip_out out = {.src = source_of(s->lab, node, &h),
                         .dst = h.src,
                         .protocol = IP_PROTOCOL_ICMP,
                         .dscp = INTERNETWORK_CONTROL | (h.dscp & TOS_BITS)};
    uint8_t options[IP_OPTIONS_MOST];
    if (h.option_count != 0) { /* RFC 1812 4.3.2.6, RFC 1122 3.2.2 */
        out.options = options;
        out.option_count = ipv4_reply_options(&h, options);
        out.fill_options = true;
    }
    count = quotable(s->lab, node, &h, out.option_count, count);
    uint8_t quoted[ERROR_MAX];
    memcpy(quoted, frame_octets(s->lab, packet), count);
    if (icmp_send(s, node, &out, &m, quoted, count) != IP_SENT)
        mib_add(s, node, MIB_ICMP_OUT_ERRORS);
}
