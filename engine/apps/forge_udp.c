#include "apps/forge.h"
/*
 * forge udp SRC:PORT DST:PORT [len N] [data WORD] [nosum] [badsum] [ttl N] [tos N] [df]
 *           [count N] [every TIME]
 *
 * UDP datagrams exactly as told, by no socket: from whoever SRC may be. `nosum` leaves the checksum
 * out (RFC 768), `badsum` makes a wrong one, `df` sets Don't Fragment. What does not fit the link
 * leaves in fragments.
 */
#include "sim/trace.h"
#include "stack/udp.h"

enum { DATA_MAX = 65507 };

struct order {
    struct tcp_endpoint src, dst;
    uint32_t length, ttl, tos;
    bool no_checksum, bad_checksum, dont_fragment;
    const char *data, *wrong;
};

static void take_number(const char *word, const char *value, struct order *o) {
    static const struct {
        const char *name;
        uint32_t most;
    } names[] = {{"len", DATA_MAX}, {"ttl", UINT8_MAX}, {"tos", UINT8_MAX}};
    uint32_t *const places[] = {&o->length, &o->ttl, &o->tos};
    uint64_t number;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (same_text(word, names[i].name) && parse_u64(value, &number) &&
            number <= names[i].most) {
            *places[i] = (uint32_t)number;
            return;
        }
    o->wrong = word;
}

static bool take_flag(const char *word, struct order *o) {
    if (same_text(word, "nosum")) return o->no_checksum = true;
    if (same_text(word, "badsum")) return o->bad_checksum = true;
    return same_text(word, "df") && (o->dont_fragment = true);
}

static void understand(const struct lab *lab, char *words[], size_t count,
                       struct forge_repetition *r, struct order *o) {
    *o = (struct order){.wrong = "expected ADDRESS:PORT twice"};
    if (count < 4 || !parse_endpoint(lab, words[2], &o->src) ||
        !parse_endpoint(lab, words[3], &o->dst))
        return;
    o->wrong = NULL;
    for (size_t at = 4; at < count && o->wrong == NULL && !forge_ends(words[at]); at++) {
        const char *word = words[at], *value = at + 1 < count ? words[at + 1] : "";
        if (take_flag(word, o)) continue;
        at++;
        if (same_text(word, "data") && value[0] != '\0')
            o->data = value;
        else if (!forge_repeats(word, value, r, &o->wrong))
            take_number(word, value, o);
    }
}

static size_t fill(const struct order *o, uint8_t octets[DATA_MAX]) {
    size_t count = 0;
    if (o->data == NULL) pattern_fill(octets, 0, o->length);
    if (o->data == NULL) return o->length;
    for (; o->data[count] != '\0'; count++) octets[count] = (uint8_t)o->data[count];
    return count;
}

const char *forge_udp(struct step *s, uint32_t node, char *words[], size_t count,
                      struct forge_repetition *repetition) {
    struct order o;
    uint8_t octets[DATA_MAX];
    understand(s->lab, words, count, repetition, &o);
    if (o.wrong != NULL) return o.wrong;
    struct ip_out out = {.src = o.src.address,
                         .dst = o.dst.address,
                         .dscp = (uint8_t)(o.tos >> 2),
                         .ecn = o.tos & 3,
                         .ttl = (uint8_t)o.ttl,
                         .dont_fragment = o.dont_fragment};
    struct udp_way way = {.src_port = o.src.port,
                          .dst_port = o.dst.port,
                          .no_checksum = o.no_checksum,
                          .bad_checksum = o.bad_checksum};
    switch (udp_send(s, node, &out, &way, octets, fill(&o, octets))) {
    case IP_SENT: return NULL;
    case IP_TOO_BIG: return "too long for the link";
    case IP_NO_BUFFERS: return "no room for a frame";
    case IP_NO_ROUTE:
    case IP_BLACKHOLE:
    case IP_UNREACHABLE:
    case IP_PROHIBITED:
    case IP_FILTERED: break;
    }
    return "no route to DST";
}
