#include "stack/ip/icmp.h"
/*
 * ICMP, RFC 792, with the rules of RFC 1122 3.2.2 for hosts and RFC 1812 4.3 for routers: a message
 * goes out, and one that came is given to the file that knows its kind. Queries: icmp_query.c;
 * errors that we send: icmp_error.c, icmp_redirect.c, how often: icmp_limit.c; errors that we hear
 * of: icmp_report.c.
 *
 * Source quench is neither sent nor heeded (RFC 6633). Left out: information requests, obsolete
 * since RFC 1122 3.2.2.7, and types later than router discovery's (icmp_router.c).
 */
#include "sim/trace.h"
#include "stack/ip/icmp_parts.h"
#include "stack/ip/ipv4.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include <string.h>

/* Counters by type, received and sent; 0 (no counter of ICMP): it is not counted by itself. */
static const struct {
    uint8_t type;
    uint32_t in, out;
} counters[] = {
    {ICMP_ECHO, MIB_ICMP_IN_ECHOS, MIB_ICMP_OUT_ECHOS},
    {ICMP_ECHO_REPLY, MIB_ICMP_IN_ECHO_REPS, MIB_ICMP_OUT_ECHO_REPS},
    {ICMP_UNREACHABLE, MIB_ICMP_IN_DEST_UNREACHS, MIB_ICMP_OUT_DEST_UNREACHS},
    {ICMP_TIME_EXCEEDED, MIB_ICMP_IN_TIME_EXCDS, MIB_ICMP_OUT_TIME_EXCDS},
    {ICMP_PARAMETER_PROBLEM, MIB_ICMP_IN_PARM_PROBS, MIB_ICMP_OUT_PARM_PROBS},
    {ICMP_SOURCE_QUENCH, MIB_ICMP_IN_SRC_QUENCHS, MIB_ICMP_OUT_SRC_QUENCHS},
    {ICMP_REDIRECT, MIB_ICMP_IN_REDIRECTS, MIB_ICMP_OUT_REDIRECTS},
    {ICMP_TIMESTAMP, MIB_ICMP_IN_TIMESTAMPS, MIB_ICMP_OUT_TIMESTAMPS},
    {ICMP_TIMESTAMP_REPLY, MIB_ICMP_IN_TIMESTAMP_REPS, MIB_ICMP_OUT_TIMESTAMP_REPS},
    {ICMP_ADDRESS_MASK, MIB_ICMP_IN_ADDR_MASKS, MIB_ICMP_OUT_ADDR_MASKS},
    {ICMP_ADDRESS_MASK_REPLY, MIB_ICMP_IN_ADDR_MASK_REPS, MIB_ICMP_OUT_ADDR_MASK_REPS},
};

enum way { WAY_IN, WAY_OUT };
static void count(struct step *s, uint32_t node, uint8_t type, enum way way) {
    mib_add(s, node, way == WAY_IN ? MIB_ICMP_IN_MSGS : MIB_ICMP_OUT_MSGS);
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        if (counters[i].type == type)
            mib_add(s, node, way == WAY_IN ? counters[i].in : counters[i].out);
}

enum ip_result icmp_send(struct step *s, uint32_t node, const struct ip_out *out,
                         const struct icmp_message *m, const uint8_t *data, size_t count_of_data) {
    struct id frame = frame_new(s, node, ICMP_HEADER + count_of_data);
    if (!id_is(frame)) {
        trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
        return IP_NO_BUFFERS;
    }
    uint8_t *message = frame_append(s, frame, ICMP_HEADER + count_of_data);
    if (count_of_data > 0) memcpy(message + ICMP_HEADER, data, count_of_data);
    icmp_emit(message, m, count_of_data);
    count(s, node, m->type, WAY_OUT);
    return ip_send(s, node, frame, out);
}

enum ip_result icmp_send_echo(struct step *s, uint32_t node, const struct ip_out *out,
                              uint16_t identifier, uint16_t sequence, const uint8_t *octets,
                              size_t octet_count) {
    struct icmp_message m = {.type = ICMP_ECHO, .identifier = identifier, .sequence = sequence};
    return icmp_send(s, node, out, &m, octets, octet_count);
}

enum ip_result icmp_forge(struct step *s, uint32_t node, const struct ip_out *out,
                          const struct icmp_message *m, const uint8_t *octets, size_t octet_count) {
    return icmp_send(s, node, out, m, octets, octet_count);
}

/* ------------------------------------------------------------------- in */

void icmp_discard(struct step *s, uint32_t node, const struct ip_in *in, enum reason reason,
                  const char *clause) {
    trace_dropped(s, node, in->frame, reason, clause);
}

/* A reply goes to the program whose identifier it carries. */
static bool reply_in(struct step *s, uint32_t node, const struct ip_in *in,
                     const struct icmp_message *m) {
    struct id socket =
        socket_find(s->lab, node, SOCKET_ICMP, in->header.dst, m->identifier, in->header.src, 0);
    if (id_is(socket)) return socket_deliver(s, socket, in->interface, in->frame);
    icmp_discard(s, node, in, REASON_NO_SOCKET, "RFC 1122 3.2.2");
    return false;
}

/* RFC 1122 3.2.2.6, 3.2.2.8: a query to a group may be discarded; anything else to one is. */
static bool to_group_is_refused(struct step *s, uint32_t node, const struct ip_in *in,
                                uint8_t type) {
    if (!ip_is_broadcast_or_multicast(s->lab, node, in->header.dst)) return false;
    bool asks = type == ICMP_ECHO || type == ICMP_TIMESTAMP;
    bool ignores = setting_of(s->lab, node, SETTING_ICMP_ECHO_IGNORE_BROADCASTS) != 0;
    bool for_groups = type == ICMP_ADDRESS_MASK || type == ICMP_ADDRESS_MASK_REPLY ||
                      type == ICMP_ROUTER_ADVERTISEMENT || type == ICMP_ROUTER_SOLICITATION;
    if (asks ? !ignores : for_groups) return false;
    icmp_discard(s, node, in, asks ? REASON_ECHO_IGNORED : REASON_UNKNOWN_TYPE,
                 asks ? "RFC 1122 3.2.2.6" : "RFC 1122 3.2.2");
    return true;
}

static bool give(struct step *s, uint32_t node, const struct ip_in *in,
                 const struct icmp_message *m, struct reader data) {
    switch (m->type) {
    case ICMP_ECHO: icmp_echo_in(s, node, in, m, data); return false;
    case ICMP_TIMESTAMP: return icmp_timestamp_in(s, node, in, m, data);
    case ICMP_ADDRESS_MASK: icmp_mask_in(s, node, in, m); return false;
    case ICMP_ECHO_REPLY:
    case ICMP_TIMESTAMP_REPLY:
    case ICMP_ADDRESS_MASK_REPLY: return reply_in(s, node, in, m);
    case ICMP_UNREACHABLE:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER_PROBLEM:
    case ICMP_REDIRECT: return icmp_error_in(s, node, in, m, data);
    case ICMP_ROUTER_ADVERTISEMENT:
    case ICMP_ROUTER_SOLICITATION: router_discovery_in(s, node, in, m, data); return false;
    case ICMP_SOURCE_QUENCH: /* RFC 6633 2: silently discarded */
        icmp_discard(s, node, in, REASON_SOURCE_QUENCH, "RFC 6633 2");
        return false;
    default: /* RFC 1122 3.2.2: an unknown type is silently discarded */
        icmp_discard(s, node, in, REASON_UNKNOWN_TYPE, "RFC 1122 3.2.2");
        return false;
    }
}

bool icmp_in(struct step *s, uint32_t node, const struct ip_in *in, struct reader message) {
    struct icmp_message m;
    enum parse_result result = icmp_parse(&m, &message);
    if (result != PARSE_OK) {
        mib_add(s, node, MIB_ICMP_IN_MSGS);
        mib_add(s, node,
                result == PARSE_BAD_CHECKSUM ? MIB_ICMP_IN_CSUM_ERRORS : MIB_ICMP_IN_ERRORS);
        icmp_discard(s, node, in, ip_parse_reason(result), "RFC 792");
        return false;
    }
    count(s, node, m.type, WAY_IN);
    return !to_group_is_refused(s, node, in, m.type) && give(s, node, in, &m, message);
}
