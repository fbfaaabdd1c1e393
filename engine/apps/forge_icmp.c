#include "apps/shell.h"
/*
 * forge icmp TYPE CODE SRC DST [mtu N] tcp SRC:PORT DST:PORT [seq N]
 *
 * An ICMP error from SRC to DST, whoever SRC may be, that quotes the start of a TCP segment: what a
 * router would send about it, or a stranger who guesses (RFC 5927). `seq` with a sign is relative
 * to SND.NXT of the connection that is said to have sent the segment.
 */
#include "stack/ip/icmp.h"
#include "stack/tcp/tcp.h"

enum { QUOTED_OCTETS = IPV4_HEADER + 8, TTL = 64 };

struct order {
    uint64_t type, code, mtu;
    ip4 src, dst;
    struct tcp_endpoint from, to; /* of the segment that is quoted */
    const char *seq, *wrong;
};

static bool parse_order(char *words[], size_t count, struct order *o) {
    size_t at = 6;
    *o = (struct order){.seq = "+0", .wrong = "expected TYPE CODE SRC DST"};
    if (count < 6 || !parse_u64(words[2], &o->type) || o->type > UINT8_MAX ||
        !parse_u64(words[3], &o->code) || o->code > UINT8_MAX || !parse_ip4(words[4], &o->src) ||
        !parse_ip4(words[5], &o->dst))
        return false;
    o->wrong = "expected mtu N";
    if (count > at + 1 && same_text(words[at], "mtu")) {
        if (!parse_u64(words[at + 1], &o->mtu) || o->mtu > UINT16_MAX) return false;
        at += 2;
    }
    o->wrong = "expected tcp ADDRESS:PORT ADDRESS:PORT";
    if (count < at + 3 || !same_text(words[at], "tcp")) return false;
    return true;
}

static bool parse_quoted(const struct lab *lab, char *words[], size_t count, struct order *o) {
    size_t at = same_text(words[6], "mtu") ? 8 : 6;
    if (!parse_endpoint(lab, words[at + 1], &o->from) ||
        !parse_endpoint(lab, words[at + 2], &o->to))
        return false;
    at += 3;
    o->wrong = "expected seq N";
    if (count > at && !same_text(words[at], "&")) {
        if (!same_text(words[at], "seq") || count < at + 2) return false;
        o->seq = words[at + 1];
    }
    return true;
}

static bool sequence(struct lab *lab, struct order *o, uint32_t *seq) {
    uint32_t next, sent = 0;
    uint64_t number;
    bool minus = o->seq[0] == '-', sign = minus || o->seq[0] == '+';
    o->wrong = "seq is a number";
    if (!parse_u64(o->seq + sign, &number) || number > UINT32_MAX) return false;
    o->wrong = "+ and - need a connection that sent the segment";
    if (sign && !tcp_expects(lab, o->from, o->to, &next, &sent)) return false;
    *seq = minus ? sent - (uint32_t)number : sent + (uint32_t)number;
    return true;
}

/* The header of the datagram, and the first 64 bits of what was in it: RFC 792. */
static void quote(const struct order *o, uint32_t seq, uint8_t octets[QUOTED_OCTETS]) {
    struct writer w = writer_of(octets, QUOTED_OCTETS);
    struct ipv4_header h = {.header_length = IPV4_HEADER,
                            .total_length = IPV4_HEADER + TCP_HEADER,
                            .dont_fragment = true,
                            .ttl = TTL,
                            .protocol = IP_PROTOCOL_TCP,
                            .src = o->from.address,
                            .dst = o->to.address};
    ipv4_emit(&w, &h);
    write_u16(&w, (uint16_t)o->from.port);
    write_u16(&w, (uint16_t)o->to.port);
    write_u32(&w, seq);
}

void forge_icmp(struct step *s, const struct command *c) {
    struct order o;
    uint32_t seq = 0;
    uint8_t octets[QUOTED_OCTETS];
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (parse_order(c->words, c->count, &o) && parse_quoted(s->lab, c->words, c->count, &o) &&
        sequence(s->lab, &o, &seq)) {
        struct ip_out out = {.src = o.src, .dst = o.dst, .protocol = IP_PROTOCOL_ICMP};
        struct icmp_message m = {
            .type = (uint8_t)o.type, .code = (uint8_t)o.code, .sequence = (uint16_t)o.mtu};
        quote(&o, seq, octets);
        o.wrong = NULL;
        if (icmp_forge(s, c->node, &out, &m, octets, sizeof octets) != IP_SENT)
            o.wrong = "no route to DST";
    }
    if (o.wrong != NULL) {
        text_add(&t, "forge: ");
        text_add(&t, o.wrong);
        text_add(&t, "?");
        process_say(s, c->process, &t);
    }
    process_return(s, c->process);
}
