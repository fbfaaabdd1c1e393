#include "stack/ip/icmp_parts.h"
/*
 * Errors that we hear of, RFC 1122 3.2.2: the transport protocol that the quoted datagram names is
 * told, and finds out by its own ports whom it concerns.
 *
 * net.ipv4.ip_no_pmtu_disc: what "fragmentation needed" says is heeded (0), taken for an MTU of 0
 * (1), or not believed at all (2; 3 lets only TCP, which knows what it sent, believe it).
 */
#include "sim/trace.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include "stack/udp.h"

enum pmtu_disc { PMTU_BELIEVED, PMTU_NOT_HEEDED, PMTU_REFUSED, PMTU_HARDENED };

/* icmp_err_convert[]: Destination Unreachable by its code. */
static const struct {
    int error;
    bool hard;
} unreachable[ICMP_UNREACHABLE_LAST + 1] = {
    {LINUX_ENETUNREACH, false},  {LINUX_EHOSTUNREACH, false}, {LINUX_ENOPROTOOPT, true},
    {LINUX_ECONNREFUSED, true},  {LINUX_EMSGSIZE, false},     {LINUX_EOPNOTSUPP, false},
    {LINUX_ENETUNREACH, true},   {LINUX_EHOSTDOWN, true},     {LINUX_ENONET, true},
    {LINUX_ENETUNREACH, true},   {LINUX_EHOSTUNREACH, true},  {LINUX_ENETUNREACH, false},
    {LINUX_EHOSTUNREACH, false}, {LINUX_EHOSTUNREACH, true},  {LINUX_EHOSTUNREACH, true},
    {LINUX_EHOSTUNREACH, true},
};

int icmp_to_error(uint8_t type, uint8_t code, bool *hard) {
    *hard = type == ICMP_PARAMETER_PROBLEM;
    if (type == ICMP_PARAMETER_PROBLEM) return LINUX_EPROTO;
    if (type == ICMP_TIME_EXCEEDED) return LINUX_EHOSTUNREACH;
    if (type != ICMP_UNREACHABLE || code > ICMP_UNREACHABLE_LAST) return 0;
    *hard = unreachable[code].hard;
    return unreachable[code].error;
}

static bool read_quoted(struct reader *r, struct icmp_quoted *q) {
    uint8_t version_and_length = read_u8(r);
    read_skip(r, 1);
    q->total_length = read_u16(r);
    read_skip(r, 5);
    q->protocol = read_u8(r);
    read_skip(r, 2);
    q->src = read_u32(r);
    q->dst = read_u32(r);
    size_t length = (version_and_length & 0xfu) * 4;
    if (r->failed || version_and_length >> 4 != 4 || length < IPV4_HEADER) return false;
    read_skip(r, length - IPV4_HEADER);
    q->payload = *r;
    return !r->failed && read_left(r) >= 8; /* RFC 792: header + 64 bits */
}

/* What Linux looks at no further: codes that nobody knows, reassembly that took too long, and
 * "fragmentation needed" where the settings say so. */
static bool is_heeded(const struct lab *lab, uint32_t node, const struct icmp_message *m,
                      const struct icmp_quoted *q) {
    if (m->type == ICMP_TIME_EXCEEDED)
        return m->code != ICMP_REASSEMBLY_EXCEEDED || q->protocol == IP_PROTOCOL_ICMP;
    if (m->type != ICMP_UNREACHABLE) return true;
    int64_t mode = setting_of(lab, node, SETTING_NO_PMTU_DISC);
    if (m->code == ICMP_FRAGMENTATION_NEEDED && mode != PMTU_BELIEVED)
        return mode == PMTU_HARDENED && q->protocol == IP_PROTOCOL_TCP;
    return m->code <= ICMP_UNREACHABLE_LAST;
}

/* ping hears what became of its requests. */
static bool to_ping(struct step *s, uint32_t node, const struct ip_in *in,
                    const struct icmp_message *m, struct icmp_quoted *q) {
    uint8_t type = read_u8(&q->payload);
    read_skip(&q->payload, 3);
    uint16_t identifier = read_u16(&q->payload);
    if (type != ICMP_ECHO) return false;
    struct id socket = socket_find(s->lab, node, SOCKET_ICMP, q->src, identifier, q->dst, 0);
    if (id_is(socket) && m->type == ICMP_UNREACHABLE && m->code == ICMP_FRAGMENTATION_NEEDED)
        ip_hear_mtu(s, node, q->dst, m->sequence, q->total_length);
    if (id_is(socket)) return socket_deliver(s, socket, in->interface, in->frame);
    icmp_discard(s, node, in, REASON_NO_SOCKET, "RFC 1122 3.2.2");
    return false;
}

bool icmp_error_in(struct step *s, uint32_t node, const struct ip_in *in,
                   const struct icmp_message *m, struct reader data) {
    struct icmp_quoted q;
    if (!read_quoted(&data, &q)) {
        mib_add(s, node, MIB_ICMP_IN_ERRORS);
        icmp_discard(s, node, in, REASON_TRUNCATED, "RFC 792");
        return false;
    }
    if (m->type == ICMP_REDIRECT) icmp_redirect_in(s, node, in, m, &q);
    if (!is_heeded(s->lab, node, m, &q)) {
        icmp_discard(s, node, in, REASON_UNKNOWN_TYPE, "RFC 1122 3.2.2");
        return false;
    }
    switch (q.protocol) {
    case IP_PROTOCOL_TCP:
        /* RFC 1191 4: code 4 has the next hop's MTU in the low half of the second word. */
        if (m->type != ICMP_REDIRECT)
            tcp_icmp_in(s, node, m, q.src, q.dst, q.payload.at, read_left(&q.payload));
        return false;
    case IP_PROTOCOL_UDP: return udp_icmp_in(s, node, in, m, &q);
    case IP_PROTOCOL_ICMP: return to_ping(s, node, in, m, &q);
    default: return false;
    }
}
