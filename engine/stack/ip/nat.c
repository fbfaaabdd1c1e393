#include "stack/ip/firewall.h"
/*
 * Network address translation, RFC 3022: addresses, ports and ICMP identifiers are replaced, with
 * the checksums that cover them: step by step after RFC 1624 (eqn. 3), or made anew when the node's
 * nat.checksum is "full", which also makes damage look right that the datagram had before. A source
 * port is kept when it is free, else another of its class is chosen at random (as Linux does, which
 * looks at 128 of them from there on, then at 64 from another place, and so on down to 8: when
 * nearly all are taken, the one that is left may not be found).
 */
#include "base/checksum.h"
#include "stack/iface.h"
#include "stack/sysctl.h"
#include "wire/match.h"
#include <string.h>

/* ------------------------------------------------------------------- which port */

struct ports {
    uint32_t first, count;
};

/* nf_nat_l4proto_unique_tuple(): ports below 512, below 1024 and above are kept apart. An ICMP
 * identifier may be any number. */
static struct ports class_of(const struct passage *p, const struct rule *r) {
    enum { PRIVILEGED = 512, SYSTEM_FIRST = 600, USER_FIRST = 1024, ALL = 65536 };
    uint32_t port = p->ports >> 16;
    if (r->to_port[1] != 0)
        return (struct ports){r->to_port[0], (uint32_t)(r->to_port[1] - r->to_port[0] + 1)};
    if (p->protocol == IP_PROTOCOL_ICMP) return (struct ports){0, ALL};
    if (port < PRIVILEGED) return (struct ports){1, PRIVILEGED - 1};
    if (port < USER_FIRST) return (struct ports){SYSTEM_FIRST, USER_FIRST - SYSTEM_FIRST};
    return (struct ports){USER_FIRST, ALL - USER_FIRST};
}

/* What an answer to (address, port) would say; whether another connection expects the same. */
static bool is_free(struct step *s, const struct passage *p, ip4 address, uint32_t port) {
    enum track_way way;
    bool icmp = p->protocol == IP_PROTOCOL_ICMP;
    struct tuple back = {p->dst, address, icmp ? port << 16 | port : p->ports << 16 | port,
                         p->protocol};
    return !id_is(track_find(s->lab, p->node, &back, &way));
}

static ip4 address_of(struct step *s, const struct passage *p, const struct rule *r) {
    uint8_t octets[4] = {(uint8_t)(p->src >> 24), (uint8_t)(p->src >> 16), (uint8_t)(p->src >> 8),
                         (uint8_t)p->src};
    if (r->target == TARGET_MASQUERADE) return iface_get(s->lab, p->out)->address;
    uint64_t count = (uint64_t)r->to_last - r->to_first + 1; /* an inside host keeps its address */
    if (count == 1) return r->to_first;
    return r->to_first +
           (uint32_t)(siphash(node_view_at(s->lab, p->node)->secret, octets, 4) % count);
}

/* From a random place on; false: none was found among those that are looked at. */
static bool search(struct step *s, const struct passage *p, struct ports class, ip4 address,
                   uint32_t *port) {
    enum { ATTEMPTS_MOST = 128, ATTEMPTS_LEAST = 16 };
    struct prng *prng = &node_at(s->lab, p->node)->prng[PRNG_NAT];
    uint32_t attempts = class.count < ATTEMPTS_MOST ? class.count : ATTEMPTS_MOST;
    for (;; attempts /= 2) {
        uint32_t start = prng_below(prng, class.count);
        for (uint32_t i = 0; i < attempts; i++) {
            *port = class.first + (start + i) % class.count;
            if (is_free(s, p, address, *port)) return true;
        }
        if (attempts == class.count || attempts < ATTEMPTS_LEAST) return false;
    }
}

bool nat_choose_source(struct step *s, const struct passage *p, const struct rule *r, ip4 *address,
                       uint32_t *port) {
    uint32_t own = p->ports >> 16;
    bool numbered = p->protocol == IP_PROTOCOL_TCP || p->protocol == IP_PROTOCOL_UDP ||
                    p->protocol == IP_PROTOCOL_ICMP;
    struct ports class = class_of(p, r);
    *address = address_of(s, p, r);
    *port = own;
    if (!numbered) return true;
    bool inside = r->to_port[1] == 0 || (own >= class.first && own < class.first + class.count);
    if (inside && is_free(s, p, *address, own)) return true;
    return search(s, p, class, *address, port);
}

/* ------------------------------------------------------------------- changing octets */

static uint16_t word_at(const uint8_t *o) {
    return (uint16_t)(o[0] << 8 | o[1]);
}

static void put_word(uint8_t *o, uint32_t word) {
    o[0] = (uint8_t)(word >> 8);
    o[1] = (uint8_t)word;
}

/* RFC 1624 3: HC' = ~(~HC + ~m + m'). `sum` NULL: no checksum covers it. */
static void replace(uint8_t *at, uint32_t word, uint8_t *sum) {
    if (sum != NULL) put_word(sum, checksum_update(word_at(sum), word_at(at), (uint16_t)word));
    put_word(at, word);
}

/* Where the transport's checksum is; NULL: there is none, or it is cut off. */
static uint8_t *sum_of(uint8_t *transport, uint32_t length, uint8_t protocol) {
    enum { ICMP_AT = 2, UDP_AT = 6, TCP_AT = 16 };
    uint32_t at = protocol == IP_PROTOCOL_TCP   ? TCP_AT
                  : protocol == IP_PROTOCOL_UDP ? UDP_AT
                                                : ICMP_AT;
    bool known =
        protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP || protocol == IP_PROTOCOL_ICMP;
    if (!known || length < at + 2) return NULL;
    /* RFC 768: a checksum of zero means that the sender made none. */
    return protocol == IP_PROTOCOL_UDP && word_at(transport + at) == 0 ? NULL : transport + at;
}

struct datagram {
    uint8_t *ip, *transport;
    uint32_t length;
    uint8_t protocol;
};

static void change(const struct datagram *d, enum nat_end end, ip4 address, uint32_t port) {
    enum { IP_SUM = 10, SRC_AT = 12, DST_AT = 16, IDENTIFIER_AT = 4 };
    uint8_t *at = d->ip + (end == NAT_SOURCE ? SRC_AT : DST_AT);
    uint8_t *sum = sum_of(d->transport, d->length, d->protocol);
    bool icmp = d->protocol == IP_PROTOCOL_ICMP;
    uint8_t *pseudo = icmp ? NULL : sum; /* RFC 792: no pseudo-header */
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t word = i == 0 ? address >> 16 : address & 0xffff;
        if (pseudo != NULL)
            put_word(pseudo, checksum_update(word_at(pseudo), word_at(at + 2 * i), (uint16_t)word));
        replace(at + 2 * i, word, d->ip + IP_SUM);
    }
    if (icmp && d->length >= ICMP_HEADER)
        replace(d->transport + IDENTIFIER_AT, port, sum);
    else if (!icmp && d->length >= 4 &&
             (d->protocol == IP_PROTOCOL_TCP || d->protocol == IP_PROTOCOL_UDP))
        replace(d->transport + (end == NAT_SOURCE ? 0 : 2), port, sum);
    if (d->protocol == IP_PROTOCOL_UDP && sum != NULL && word_at(sum) == 0) put_word(sum, 0xffff);
}

static bool is_error(const struct passage *p) {
    return p->protocol == IP_PROTOCOL_ICMP && icmp_quotes(p->icmp_type);
}

void nat_rewrite(struct step *s, struct passage *p, enum nat_end end, ip4 address, uint32_t port) {
    struct datagram d = {p->ip, p->transport, p->length, is_error(p) ? 0 : p->protocol};
    change(&d, end, address, port);
    if (setting_of(s->lab, p->node, SETTING_NAT_CHECKSUM) == NAT_CHECKSUM_FULL)
        ipv4_checksums_mend(p->ip, (size_t)(p->transport - p->ip) + p->length, MEND_ALL);
    *(end == NAT_SOURCE ? &p->src : &p->dst) = address;
    if (is_error(p)) return;
    if (p->protocol == IP_PROTOCOL_ICMP)
        p->ports = port << 16 | port;
    else if (end == NAT_SOURCE)
        p->ports = port << 16 | (p->ports & 0xffff);
    else
        p->ports = (p->ports & 0xffff0000u) | port;
}

static bool find_quoted(const struct passage *p, struct datagram *d) {
    enum { LEAST = 8 };
    uint8_t *ip = p->transport + ICMP_HEADER;
    if (p->length < ICMP_HEADER + IPV4_HEADER + LEAST) return false;
    uint32_t header = (ip[0] & 0xfu) * 4;
    if (ip[0] >> 4 != 4 || header < IPV4_HEADER || p->length < ICMP_HEADER + header + LEAST)
        return false;
    if ((ip[6] & 0x1f) != 0 || ip[7] != 0) return false; /* a later fragment has no ports */
    *d = (struct datagram){ip, ip + header, p->length - ICMP_HEADER - header, ip[9]};
    return true;
}

static uint32_t two_words(const uint8_t *o) {
    return (uint32_t)word_at(o) << 16 | word_at(o + 2);
}

bool nat_quoted(const struct passage *p, struct tuple *t) {
    struct datagram d;
    if (!find_quoted(p, &d)) return false;
    *t = (struct tuple){two_words(d.ip + 12), two_words(d.ip + 16), two_words(d.transport),
                        d.protocol};
    if (d.protocol == IP_PROTOCOL_ICMP)
        t->ports = (uint32_t)word_at(d.transport + 4) << 16 | word_at(d.transport + 4);
    else if (d.protocol != IP_PROTOCOL_TCP && d.protocol != IP_PROTOCOL_UDP)
        t->ports = 0;
    return true;
}

void nat_rewrite_quoted(struct passage *p, const struct tuple *sent) {
    struct datagram d;
    if (!find_quoted(p, &d)) return;
    change(&d, NAT_SOURCE, sent->src, sent->ports >> 16);
    change(&d, NAT_DESTINATION, sent->dst, sent->ports & 0xffff);
    ipv4_checksums_mend(p->ip, (size_t)(p->transport - p->ip) + p->length, MEND_ALL);
}
