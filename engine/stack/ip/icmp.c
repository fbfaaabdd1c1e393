#include "stack/ip/icmp.h"
/*
 * ICMP, RFC 792, with the rules of RFC 1122 3.2.2 for hosts and RFC 1812 4.3 for routers: echo is
 * answered, errors are built about datagrams and brought to the sockets that they concern. Left
 * out: redirects, timestamps, source quench (RFC 6633), rate limits (RFC 1812 4.3.2.8).
 */
#include "sim/trace.h"
#include "stack/ip/ipv4.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include "stack/udp.h"
#include <assert.h>
#include <string.h>

enum { ERROR_DATAGRAM_MAX = 576, DSCP_INTERNETWORK_CONTROL = 48, CLASS_E_FIRST = 240 };

static bool is_error(uint8_t type) {
    return type == ICMP_UNREACHABLE || type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
           type == ICMP_PARAMETER_PROBLEM || type == 4; /* 4: source quench */
}

static void count_out(struct step *s, uint32_t node, uint8_t type) {
    mib_add(s, node, MIB_ICMP_OUT_MSGS);
    if (type == ICMP_UNREACHABLE) mib_add(s, node, MIB_ICMP_OUT_DEST_UNREACHS);
    if (type == ICMP_TIME_EXCEEDED) mib_add(s, node, MIB_ICMP_OUT_TIME_EXCDS);
    if (type == ICMP_ECHO) mib_add(s, node, MIB_ICMP_OUT_ECHOS);
    if (type == ICMP_ECHO_REPLY) mib_add(s, node, MIB_ICMP_OUT_ECHO_REPS);
}

/* Header and data become a frame and are sent. */
static enum ip_result send(struct step *s, uint32_t node, const struct ip_out *out,
                           const struct icmp_message *m, const uint8_t *data, size_t count) {
    struct id frame = frame_new(s, node, ICMP_HEADER + count);
    if (!id_is(frame)) {
        trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
        return IP_NO_BUFFERS;
    }
    uint8_t *message = frame_append(s, frame, ICMP_HEADER + count);
    if (count > 0) memcpy(message + ICMP_HEADER, data, count);
    icmp_emit(message, m, count);
    count_out(s, node, m->type);
    return ip_send(s, node, frame, out);
}

enum ip_result icmp_send_echo(struct step *s, uint32_t node, const struct ip_out *out,
                              uint16_t identifier, uint16_t sequence, const uint8_t *octets,
                              size_t count) {
    struct icmp_message m = {.type = ICMP_ECHO, .identifier = identifier, .sequence = sequence};
    return send(s, node, out, &m, octets, count);
}

enum ip_result icmp_forge(struct step *s, uint32_t node, const struct ip_out *out,
                          const struct icmp_message *m, const uint8_t *octets, size_t count) {
    return send(s, node, out, m, octets, count);
}

/* RFC 1122 3.2.2 and RFC 1812 4.3.2.7: no error about an ICMP error, a broadcast or multicast of
 * either layer, a fragment that is not the first, or a source that is not a single host. */
static bool may_tell(const struct lab *lab, uint32_t node, const struct ipv4_header *h,
                     struct reader payload) {
    if (h->protocol == IP_PROTOCOL_ICMP && is_error(read_u8(&payload))) return false;
    if (ip_is_broadcast_or_multicast(lab, node, h->dst) || h->fragment_offset != 0) return false;
    return h->src != 0 && h->src >> 24 < CLASS_E_FIRST &&
           !ip_is_broadcast_or_multicast(lab, node, h->src);
}

void icmp_error(struct step *s, uint32_t node, struct id packet, uint8_t type, uint8_t code,
                uint32_t rest, enum link_cast heard) {
    struct ipv4_header h;
    size_t count = frame_count(s->lab, packet);
    struct reader r = reader_of(frame_octets(s->lab, packet), count);
    if (heard == LINK_BROADCAST || ipv4_parse(&h, &r) != PARSE_OK || !may_tell(s->lab, node, &h, r))
        return;
    /* RFC 1812 4.3.2.3: as much of the datagram as fits into 576 octets. */
    if (count > h.total_length) count = h.total_length;
    if (count > ERROR_DATAGRAM_MAX - IPV4_HEADER - ICMP_HEADER)
        count = ERROR_DATAGRAM_MAX - IPV4_HEADER - ICMP_HEADER;
    struct icmp_message m = {.type = type,
                             .code = code,
                             .identifier = (uint16_t)(rest >> 16),
                             .sequence = (uint16_t)rest};
    /* RFC 1812 4.3.2.4: from the address that the datagram was sent to, or else that of the
     * interface by which the error leaves. 4.3.2.5: precedence 6. */
    struct ip_out out = {.src = ip_is_local(s->lab, node, h.dst) ? h.dst : 0,
                         .dst = h.src,
                         .protocol = IP_PROTOCOL_ICMP,
                         .dscp = DSCP_INTERNETWORK_CONTROL};
    uint8_t quoted[ERROR_DATAGRAM_MAX];
    memcpy(quoted, frame_octets(s->lab, packet), count);
    send(s, node, &out, &m, quoted, count);
}

int icmp_to_error(uint8_t type, uint8_t code) {
    if (type == ICMP_TIME_EXCEEDED) return LINUX_EHOSTUNREACH;
    if (type != ICMP_UNREACHABLE) return 0;
    switch (code) {
    case ICMP_NET_UNREACHABLE: return LINUX_ENETUNREACH;
    case ICMP_PROTOCOL_UNREACHABLE: return LINUX_ENOPROTOOPT;
    case ICMP_PORT_UNREACHABLE: return LINUX_ECONNREFUSED;
    case ICMP_FRAGMENTATION_NEEDED: return LINUX_EMSGSIZE;
    default: return LINUX_EHOSTUNREACH;
    }
}

/* ------------------------------------------------------------------- in */

static void answer_echo(struct step *s, uint32_t node, const struct ip_in *in,
                        const struct icmp_message *request, struct reader data) {
    bool group = ip_is_broadcast_or_multicast(s->lab, node, in->header.dst);
    mib_add(s, node, MIB_ICMP_IN_ECHOS);
    if (setting_of(s->lab, node, SETTING_ICMP_ECHO_IGNORE_ALL) != 0 ||
        (group && setting_of(s->lab, node, SETTING_ICMP_ECHO_IGNORE_BROADCASTS) != 0)) {
        trace_dropped(s, node, in->frame, REASON_ECHO_IGNORED, "RFC 1122 3.2.2.6");
        return;
    }
    /* RFC 1122 3.2.2.6: the reply comes from the specific address that was asked, and carries the
     * same data. */
    struct icmp_message m = {
        .type = ICMP_ECHO_REPLY, .identifier = request->identifier, .sequence = request->sequence};
    struct ip_out out = {.src = group ? 0 : in->header.dst,
                         .dst = in->header.src,
                         .protocol = IP_PROTOCOL_ICMP,
                         .dscp = in->header.dscp};
    send(s, node, &out, &m, data.at, read_left(&data));
}

static bool to_socket(struct step *s, uint32_t node, const struct ip_in *in, ip4 local, ip4 remote,
                      uint16_t identifier) {
    struct id socket = socket_find(s->lab, node, SOCKET_ICMP, local, identifier, remote, 0);
    if (!id_is(socket)) {
        trace_dropped(s, node, in->frame, REASON_NO_SOCKET, "RFC 1122 3.2.2");
        return false;
    }
    return socket_deliver(s, socket, in->frame);
}

/* The start of the datagram that an error is about: header without its checksum tested, for what
 * came back may have been changed on its way. */
struct quoted {
    uint8_t protocol;
    ip4 src, dst;
};

static bool read_quoted(struct reader *r, struct quoted *q) {
    uint8_t version_and_length = read_u8(r);
    read_skip(r, 8);
    q->protocol = read_u8(r);
    read_skip(r, 2);
    q->src = read_u32(r);
    q->dst = read_u32(r);
    size_t length = (version_and_length & 0xfu) * 4;
    if (r->failed || version_and_length >> 4 != 4 || length < IPV4_HEADER) return false;
    read_skip(r, length - IPV4_HEADER);
    return !r->failed && read_left(r) >= 8; /* RFC 792: header + 64 bits */
}

/* RFC 1122 3.2.2: errors are passed to the transport layer that the quoted datagram names. */
static bool error_in(struct step *s, uint32_t node, const struct ip_in *in,
                     const struct icmp_message *m, struct reader r) {
    struct quoted q;
    if (m->type == ICMP_UNREACHABLE) mib_add(s, node, MIB_ICMP_IN_DEST_UNREACHS);
    if (m->type == ICMP_TIME_EXCEEDED) mib_add(s, node, MIB_ICMP_IN_TIME_EXCDS);
    if (!read_quoted(&r, &q)) {
        mib_add(s, node, MIB_ICMP_IN_ERRORS);
        trace_dropped(s, node, in->frame, REASON_TRUNCATED, "RFC 792");
        return false;
    }
    switch (q.protocol) {
    case IP_PROTOCOL_TCP:
        /* RFC 1191 4: code 4 has the next hop's MTU in the low half of the second word. */
        tcp_icmp_in(s, node, m, q.src, q.dst, r.at, read_left(&r));
        break;
    case IP_PROTOCOL_UDP: return udp_icmp_in(s, node, in, m->type, m->code, q.src, q.dst, r);
    case IP_PROTOCOL_ICMP: {
        uint8_t type = read_u8(&r);
        read_skip(&r, 3);
        uint16_t identifier = read_u16(&r);
        return type == ICMP_ECHO && to_socket(s, node, in, q.src, q.dst, identifier);
    }
    default: break;
    }
    return false;
}

bool icmp_in(struct step *s, uint32_t node, const struct ip_in *in, struct reader message) {
    struct icmp_message m;
    enum parse_result result = icmp_parse(&m, &message);
    mib_add(s, node, MIB_ICMP_IN_MSGS);
    if (result != PARSE_OK) {
        mib_add(s, node,
                result == PARSE_BAD_CHECKSUM ? MIB_ICMP_IN_CSUM_ERRORS : MIB_ICMP_IN_ERRORS);
        trace_dropped(s, node, in->frame, ip_parse_reason(result), "RFC 792");
        return false;
    }
    switch (m.type) {
    case ICMP_ECHO: answer_echo(s, node, in, &m, message); return false;
    case ICMP_ECHO_REPLY:
        mib_add(s, node, MIB_ICMP_IN_ECHO_REPS);
        return to_socket(s, node, in, in->header.dst, in->header.src, m.identifier);
    case ICMP_UNREACHABLE:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER_PROBLEM: return error_in(s, node, in, &m, message);
    default: /* RFC 1122 3.2.2: an unknown type is silently discarded */
        trace_dropped(s, node, in->frame, REASON_UNKNOWN_TYPE, "RFC 1122 3.2.2");
        return false;
    }
}
