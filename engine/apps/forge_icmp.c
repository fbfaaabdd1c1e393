#include "apps/shell.h"
/*
 * forge icmp TYPE CODE SRC DST [mtu N | gateway ADDRESS] QUOTED, where QUOTED is
 *     tcp SRC:PORT DST:PORT [seq N] | udp SRC:PORT DST:PORT | echo SRC DST [id N]
 * forge icmp 13 0 SRC DST timestamp
 *
 * An ICMP error from SRC to DST, whoever SRC may be, that quotes the start of a datagram: what a
 * router would send about it, or a stranger who guesses (RFC 5927). `seq` with a sign is relative
 * to SND.NXT of the connection that is said to have sent the segment. Or a request for the time,
 * with that of the node's own clock: RFC 792 has them, and no ping asks.
 */
#include "stack/ip/icmp.h"
#include "stack/tcp/tcp.h"
#include "wire/udp.h"

enum { QUOTED_OCTETS = IPV4_HEADER + 8, STAMPS_OCTETS = 12, TTL = 64 };

struct order {
    uint64_t type, code, rest; /* the header's second word: an MTU or a gateway */
    ip4 src, dst;
    uint8_t protocol;             /* of the datagram that is quoted, as is all that follows */
    struct tcp_endpoint from, to; /* without ports: an echo request */
    bool timestamp;               /* nothing is quoted: three times follow */
    uint64_t identifier;
    const char *seq, *wrong;
};

/* The words that are left to read. */
struct line {
    char **at, **end;
};

static const char *word(const struct line *l, size_t n) {
    return l->end - l->at > (ptrdiff_t)n ? l->at[n] : "";
}

/* Takes NAME and the number behind it, if that is what comes next. */
static bool option(struct line *l, const char *name, uint64_t most, uint64_t *value) {
    if (!same_text(word(l, 0), name)) return true;
    if (!parse_u64(word(l, 1), value) || *value > most) return false;
    l->at += 2;
    return true;
}

static bool parse_order(struct line *l, struct order *o) {
    ip4 gateway;
    o->wrong = "expected TYPE CODE SRC DST";
    if (!parse_u64(word(l, 0), &o->type) || o->type > UINT8_MAX ||
        !parse_u64(word(l, 1), &o->code) || o->code > UINT8_MAX ||
        !parse_ip4(word(l, 2), &o->src) || !parse_ip4(word(l, 3), &o->dst))
        return false;
    l->at += 4;
    o->wrong = "expected mtu N";
    if (!option(l, "mtu", UINT16_MAX, &o->rest)) return false;
    if (!same_text(word(l, 0), "gateway")) return true;
    o->wrong = "expected gateway ADDRESS";
    if (!parse_ip4(word(l, 1), &gateway)) return false;
    o->rest = gateway;
    l->at += 2;
    return true;
}

static bool parse_quoted(const struct lab *lab, struct line *l, struct order *o) {
    bool echo = same_text(word(l, 0), "echo"), udp = same_text(word(l, 0), "udp");
    o->protocol = echo ? IP_PROTOCOL_ICMP : udp ? IP_PROTOCOL_UDP : IP_PROTOCOL_TCP;
    o->timestamp = same_text(word(l, 0), "timestamp");
    if (o->timestamp) return true;
    if (echo) {
        o->wrong = "expected echo ADDRESS ADDRESS [id N]";
        if (!parse_ip4(word(l, 1), &o->from.address) || !parse_ip4(word(l, 2), &o->to.address))
            return false;
        l->at += 3;
        return option(l, "id", UINT16_MAX, &o->identifier);
    }
    o->wrong = "expected tcp or udp ADDRESS:PORT ADDRESS:PORT, or echo ADDRESS ADDRESS";
    if ((!udp && !same_text(word(l, 0), "tcp")) || !parse_endpoint(lab, word(l, 1), &o->from) ||
        !parse_endpoint(lab, word(l, 2), &o->to))
        return false;
    l->at += 3;
    o->wrong = "expected seq N";
    if (udp || l->at == l->end || same_text(word(l, 0), "&")) return true;
    if (!same_text(word(l, 0), "seq") || l->end - l->at < 2) return false;
    o->seq = word(l, 1);
    return true;
}

static bool sequence(struct lab *lab, struct order *o, uint32_t *seq) {
    uint32_t next, sent = 0;
    uint64_t number;
    bool minus = o->seq[0] == '-', sign = minus || o->seq[0] == '+';
    if (o->protocol != IP_PROTOCOL_TCP || o->timestamp) return true;
    o->wrong = "seq is a number";
    if (!parse_u64(o->seq + sign, &number) || number > UINT32_MAX) return false;
    o->wrong = "+ and - need a connection that sent the segment";
    if (sign && !tcp_expects(lab, o->from, o->to, &next, &sent)) return false;
    *seq = minus ? sent - (uint32_t)number : sent + (uint32_t)number;
    return true;
}

/* The header of the datagram, and the first 64 bits of what was in it: RFC 792. Of UDP without
 * data that is the whole, and its checksum 0 says that there is none. */
static void quote(const struct order *o, uint32_t seq, uint8_t octets[QUOTED_OCTETS]) {
    struct writer w = writer_of(octets, QUOTED_OCTETS);
    bool tcp = o->protocol == IP_PROTOCOL_TCP;
    struct ipv4_header h = {.header_length = IPV4_HEADER,
                            .total_length = IPV4_HEADER + (tcp ? TCP_HEADER : ICMP_HEADER),
                            .dont_fragment = true,
                            .ttl = TTL,
                            .protocol = o->protocol,
                            .src = o->from.address,
                            .dst = o->to.address};
    ipv4_emit(&w, &h);
    if (o->protocol == IP_PROTOCOL_ICMP) {
        struct icmp_message echo = {
            .type = ICMP_ECHO, .identifier = (uint16_t)o->identifier, .sequence = 1};
        icmp_emit(octets + IPV4_HEADER, &echo, 0);
        return;
    }
    write_u16(&w, (uint16_t)o->from.port);
    write_u16(&w, (uint16_t)o->to.port);
    write_u32(&w, tcp ? seq : (uint32_t)UDP_HEADER << 16);
}

static size_t data(const struct step *s, uint32_t node, const struct order *o, uint32_t seq,
                   uint8_t octets[QUOTED_OCTETS]) {
    struct writer w = writer_of(octets, STAMPS_OCTETS);
    if (!o->timestamp) {
        quote(o, seq, octets);
        return QUOTED_OCTETS;
    }
    write_u32(&w, icmp_stamp_at(s->lab, node, s->now));
    write_u32(&w, 0);
    write_u32(&w, 0);
    return STAMPS_OCTETS;
}

void forge_icmp(struct step *s, const struct command *c) {
    struct line l = {c->words + 2, c->words + c->count};
    struct order o = {.seq = "+0"};
    uint32_t seq = 0;
    uint8_t octets[QUOTED_OCTETS];
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (parse_order(&l, &o) && parse_quoted(s->lab, &l, &o) && sequence(s->lab, &o, &seq)) {
        struct ip_out out = {.src = o.src, .dst = o.dst, .protocol = IP_PROTOCOL_ICMP};
        struct icmp_message m = {.type = (uint8_t)o.type,
                                 .code = (uint8_t)o.code,
                                 .identifier = (uint16_t)(o.rest >> 16),
                                 .sequence = (uint16_t)o.rest};
        size_t count = data(s, c->node, &o, seq, octets);
        o.wrong = NULL;
        if (icmp_forge(s, c->node, &out, &m, octets, count) != IP_SENT) o.wrong = "no route to DST";
    }
    if (o.wrong != NULL) {
        text_add(&t, "forge: ");
        text_add(&t, o.wrong);
        text_add(&t, "?");
        process_say(s, c->process, &t);
    }
    process_return(s, c->process);
}
