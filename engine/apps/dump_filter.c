#include "apps/dump.h"
/*
 * Which frames tcpdump shows. The words are those of pcap-filter(7):
 *
 *   host H, net N, port P, portrange P-Q, with src or dst before it, and a protocol before that
 *   ip arp rarp icmp igmp tcp udp ip6, ip proto N, ether host M, broadcast, multicast, less N
 *   tcp[tcpflags] & (tcp-syn|tcp-fin) != 0, icmp[icmptype] == icmp-echo, ip[8] < 5
 *
 * with and, or (as strong as and), not, parentheses; what was said before a word may be left out at
 * the next one: "port 80 or 443". What is not understood so may be a filter of this engine with
 * Wireshark's names (wire/match.h): ip.addr == 10.0.0.1 && tcp.flags.syn.
 *
 * The expression is read again for each frame. Left out: vlan, gateway, arithmetic.
 */
#include "apps/shell.h"
#include "wire/ether.h"
#include "wire/match.h"
#include <string.h>

enum { DEPTH_MAX = 24, WORD_ROOM = 64, PROTOCOL_OTHER = 256 };
enum direction { EITHER_WAY, SOURCE, DESTINATION, BOTH_WAYS };
enum kind { KIND_HOST, KIND_NET, KIND_PORT, KIND_PORTRANGE, KIND_PROTO };
enum family { ANY, ETHER, IP, ARP, RARP, TCP, UDP, ICMP, IGMP, IP6 };

struct qualifiers {
    enum family family;
    enum direction direction;
    enum kind kind;
};
struct seen { /* the frame's parts; NULL: it has none such */
    const uint8_t *ether, *ip, *arp, *above, *end;
    uint32_t type, protocol, header;
    bool first; /* the first fragment, or a whole datagram */
    uint32_t length;
};
struct parser {
    const struct lab *lab;
    const char *at;
    struct seen seen;
    struct qualifiers last;
    char word[WORD_ROOM];
    bool wrong;
    int depth;
};

static uint32_t number_at(const struct seen *s, const uint8_t *from, size_t at, size_t size,
                          bool *there) {
    uint32_t value = 0;
    *there = from != NULL && at + size <= (size_t)(s->end - from);
    for (size_t i = 0; *there && i < size; i++) value = value << 8 | from[at + i];
    return value;
}

static void look_at(struct seen *s, const uint8_t *octets, size_t count) {
    *s = (struct seen){.ether = octets, .end = octets + count, .length = (uint32_t)count};
    bool there;
    if (count < ETHER_HEADER) return;
    s->type = (uint32_t)octets[12] << 8 | octets[13];
    const uint8_t *next = octets + ETHER_HEADER;
    if (s->type == ETHER_TYPE_ARP || s->type == 0x8035) s->arp = next;
    if (s->type != ETHER_TYPE_IPV4 || count < ETHER_HEADER + IPV4_HEADER) return;
    s->ip = next;
    s->protocol = next[9];
    s->header = (uint32_t)(next[0] & 15) * 4;
    s->first = (number_at(s, next, 6, 2, &there) & 0x1fff) == 0;
    if (s->first && s->header <= count - ETHER_HEADER) s->above = next + s->header;
}

/* ------------------------------------------------------------------------------- words */

static bool is_sign(char c) {
    return c == '(' || c == ')' || c == '!' || c == '&' || c == '|' || c == '[' || c == ']' ||
           c == '=' || c == '<' || c == '>';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\\';
}

/* The next word or sign; "": the end. */
static const char *peek(struct parser *p) {
    size_t length = 0;
    while (is_blank(*p->at)) p->at++;
    const char *c = p->at;
    if (is_sign(*c)) {
        length = (c[0] == c[1] && (*c == '&' || *c == '|' || *c == '=')) ||
                         (c[1] == '=' && (*c == '!' || *c == '<' || *c == '>'))
                     ? 2
                     : 1;
    } else {
        while (c[length] != '\0' && !is_blank(c[length]) && !is_sign(c[length])) length++;
    }
    if (length >= WORD_ROOM) {
        p->wrong = true;
        length = 0;
    }
    memcpy(p->word, c, length);
    p->word[length] = '\0';
    return p->word;
}

static void skip(struct parser *p) {
    p->at += strlen(peek(p));
}

static bool take(struct parser *p, const char *word) {
    if (!same_text(peek(p), word)) return false;
    p->at += strlen(word);
    return true;
}

static bool refuse(struct parser *p) {
    p->wrong = true;
    return false;
}

static bool parse_any_number(const char *word, uint64_t *value) {
    *value = 0;
    if (word[0] != '0' || word[1] != 'x') return parse_u64(word, value);
    for (word += 2; *word != '\0'; word++) {
        if (hex_value(*word) < 0 || *value >> 60 != 0) return false;
        *value = *value << 4 | (uint64_t)hex_value(*word);
    }
    return true;
}

/* ------------------------------------------------------------------------------- what fits */

static bool either(const struct qualifiers *q, bool source, bool destination) {
    switch (q->direction) {
    case SOURCE: return source;
    case DESTINATION: return destination;
    case BOTH_WAYS: return source && destination;
    case EITHER_WAY: break;
    }
    return source || destination;
}

static bool of_family(const struct seen *s, enum family family) {
    switch (family) {
    case ANY:
    case ETHER: return true;
    case IP: return s->ip != NULL;
    case ARP: return s->type == ETHER_TYPE_ARP;
    case RARP: return s->type == 0x8035;
    case TCP: return s->ip != NULL && s->protocol == IP_PROTOCOL_TCP;
    case UDP: return s->ip != NULL && s->protocol == IP_PROTOCOL_UDP;
    case ICMP: return s->ip != NULL && s->protocol == IP_PROTOCOL_ICMP;
    case IGMP: return s->ip != NULL && s->protocol == IP_PROTOCOL_IGMP;
    case IP6: return s->type == 0x86dd;
    }
    return false;
}

/* An address of a network, of IP or of ARP. */
static bool fits_address(const struct seen *s, const struct qualifiers *q, ip4 network, ip4 mask) {
    bool there, there_too;
    if (!of_family(s, q->family) || (s->ip == NULL && s->arp == NULL)) return false;
    const uint8_t *from = s->ip != NULL ? s->ip : s->arp;
    ip4 source = number_at(s, from, s->ip != NULL ? 12 : 14, 4, &there);
    ip4 destination = number_at(s, from, s->ip != NULL ? 16 : 24, 4, &there_too);
    return there && there_too &&
           either(q, (source & mask) == network, (destination & mask) == network);
}

static bool fits_port(const struct seen *s, const struct qualifiers *q, uint64_t low,
                      uint64_t high) {
    bool there, there_too;
    if (s->above == NULL || !of_family(s, q->family) ||
        (s->protocol != IP_PROTOCOL_TCP && s->protocol != IP_PROTOCOL_UDP && s->protocol != 132))
        return false;
    uint32_t source = number_at(s, s->above, 0, 2, &there);
    uint32_t destination = number_at(s, s->above, 2, 2, &there_too);
    return there && there_too &&
           either(q, source >= low && source <= high, destination >= low && destination <= high);
}

static bool fits_mac(const struct seen *s, const struct qualifiers *q, const uint8_t mac[6]) {
    return s->end - s->ether >= ETHER_HEADER &&
           either(q, memcmp(s->ether + 6, mac, 6) == 0, memcmp(s->ether, mac, 6) == 0);
}

static bool to_group(const struct seen *s, bool all) {
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (s->end - s->ether < ETHER_HEADER) return false;
    return all ? memcmp(s->ether, everybody, 6) == 0 : (s->ether[0] & 1) != 0;
}

/* ------------------------------------------------------------------------------- values */

static bool port_named(const char *word, uint64_t *port) {
    static const struct {
        const char *name;
        uint64_t port;
    } names[] = {{"echo", 7},    {"discard", 9}, {"ftp", 21},  {"ssh", 22},  {"telnet", 23},
                 {"smtp", 25},   {"domain", 53}, {"tftp", 69}, {"http", 80}, {"pop3", 110},
                 {"https", 443}, {"route", 520}, {"rip", 520}, {"ntp", 123}, {"time", 37}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (same_text(names[i].name, word)) {
            *port = names[i].port;
            return true;
        }
    return parse_u64(word, port) && *port <= UINT16_MAX;
}

static bool protocol_named(const char *word, uint64_t *number) {
    static const struct {
        const char *name;
        uint64_t number;
    } names[] = {{"icmp", 1}, {"igmp", 2}, {"tcp", 6}, {"udp", 17}, {"ospf", 89}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (same_text(names[i].name, word)) {
            *number = names[i].number;
            return true;
        }
    return parse_any_number(word, number) && *number < PROTOCOL_OTHER;
}

/* "10.0.0.0/24", "10.0", "10.0.0.1" */
static bool network_of(const char *word, ip4 *network, ip4 *mask) {
    uint32_t prefix = 0;
    char room[WORD_ROOM];
    struct text t = text_of(room, sizeof room);
    if (parse_cidr(word, network, &prefix)) {
        *mask = prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
        return true;
    }
    text_add(&t, word);
    for (prefix = 8; prefix < 32; prefix += 8) {
        if (parse_ip4(room, network)) break;
        text_add(&t, ".0");
    }
    size_t dots = 0;
    for (const char *c = word; *c != '\0'; c++) dots += *c == '.';
    *mask = UINT32_MAX << (8 * (3 - (dots > 3 ? 3 : dots)));
    return parse_ip4(room, network);
}

static bool port_range(char *word, uint64_t *low, uint64_t *high) {
    char *dash = word;
    while (*dash != '\0' && *dash != '-') dash++;
    if (*dash == '\0') return false;
    *dash = '\0';
    return port_named(word, low) && port_named(dash + 1, high);
}

/* The value behind its qualifiers, and whether the frame fits. */
static bool value(struct parser *p, const struct qualifiers *q) {
    char word[WORD_ROOM];
    uint64_t low, high;
    ip4 address, mask;
    uint8_t mac[6];
    copy_text(word, sizeof word, peek(p));
    if (word[0] == '\0' || is_sign(word[0])) return refuse(p);
    skip(p);
    p->last = *q;
    switch (q->kind) {
    case KIND_HOST:
        if (q->family == ETHER)
            return parse_mac(word, mac) ? fits_mac(&p->seen, q, mac) : refuse(p);
        if (!parse_ip4(word, &address) && (p->lab == NULL || !host_lookup(p->lab, word, &address)))
            return refuse(p);
        return fits_address(&p->seen, q, address, UINT32_MAX);
    case KIND_NET:
        if (!network_of(word, &address, &mask)) return refuse(p);
        if (take(p, "mask")) {
            if (!parse_ip4(peek(p), &mask)) return refuse(p);
            skip(p);
        }
        return fits_address(&p->seen, q, address & mask, mask);
    case KIND_PORT: return port_named(word, &low) ? fits_port(&p->seen, q, low, low) : refuse(p);
    case KIND_PORTRANGE:
        return port_range(word, &low, &high) ? fits_port(&p->seen, q, low, high) : refuse(p);
    case KIND_PROTO:
        if (!protocol_named(word, &low)) return refuse(p);
        return p->seen.ip != NULL && p->seen.protocol == low;
    }
    return false;
}

/* ------------------------------------------------------------------------------- octets */

static bool constant(const char *word, uint64_t *number) {
    static const struct {
        const char *name;
        uint64_t number;
    } names[] = {{"tcpflags", 13},         {"icmptype", 0},          {"icmpcode", 1},
                 {"tcp-fin", 1},           {"tcp-syn", 2},           {"tcp-rst", 4},
                 {"tcp-push", 8},          {"tcp-ack", 16},          {"tcp-urg", 32},
                 {"tcp-ece", 64},          {"tcp-cwr", 128},         {"icmp-echoreply", 0},
                 {"icmp-unreach", 3},      {"icmp-sourcequench", 4}, {"icmp-redirect", 5},
                 {"icmp-echo", 8},         {"icmp-routeradvert", 9}, {"icmp-routersolicit", 10},
                 {"icmp-timxceed", 11},    {"icmp-paramprob", 12},   {"icmp-tstamp", 13},
                 {"icmp-tstampreply", 14}, {"icmp-maskreq", 17},     {"icmp-maskreply", 18}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (same_text(names[i].name, word)) {
            *number = names[i].number;
            return true;
        }
    return parse_any_number(word, number);
}

/* A number, or some joined by |, in parentheses. */
static uint64_t mask_value(struct parser *p) {
    uint64_t number = 0, all = 0;
    bool group = take(p, "(");
    do {
        if (!constant(peek(p), &number)) {
            p->wrong = true;
            return 0;
        }
        skip(p);
        all |= number;
    } while (group && take(p, "|"));
    if (group && !take(p, ")")) p->wrong = true;
    return all;
}

static const uint8_t *base_of(const struct seen *s, enum family family) {
    if (!of_family(s, family)) return NULL;
    switch (family) {
    case ETHER: return s->ether;
    case IP: return s->ip;
    case ARP:
    case RARP: return s->arp;
    case TCP:
    case UDP:
    case ICMP:
    case IGMP: return s->above;
    case ANY:
    case IP6: break;
    }
    return NULL;
}

static bool compare(struct parser *p, uint64_t is) {
    static const char *const signs[] = {"=", "==", "!=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (!take(p, signs[i])) continue;
        uint64_t than = mask_value(p);
        switch (i) {
        case 2: return is != than;
        case 3: return is < than;
        case 4: return is <= than;
        case 5: return is > than;
        case 6: return is >= than;
        default: return is == than;
        }
    }
    return refuse(p);
}

/* tcp[13], tcp[tcpflags], ip[2:2]: the bracket was taken. */
static bool octets(struct parser *p, enum family family) {
    uint64_t at = 0, size = 1;
    char word[WORD_ROOM];
    copy_text(word, sizeof word, peek(p));
    char *colon = word;
    while (*colon != '\0' && *colon != ':') colon++;
    if (*colon == ':') {
        *colon = '\0';
        if (!parse_u64(colon + 1, &size)) return refuse(p);
    }
    if (!constant(word, &at) || (size != 1 && size != 2 && size != 4) || at > UINT16_MAX)
        return refuse(p);
    skip(p);
    if (!take(p, "]")) return refuse(p);
    bool there;
    uint64_t is = number_at(&p->seen, base_of(&p->seen, family), (size_t)at, (size_t)size, &there);
    if (take(p, "&")) is &= mask_value(p);
    return compare(p, is) && there;
}

/* ------------------------------------------------------------------------------- grammar */

static bool take_family(struct parser *p, enum family *family) {
    static const char *const words[] = {
        [ETHER] = "ether", [IP] = "ip",     [ARP] = "arp",   [RARP] = "rarp", [TCP] = "tcp",
        [UDP] = "udp",     [ICMP] = "icmp", [IGMP] = "igmp", [IP6] = "ip6"};
    for (size_t i = ETHER; i < sizeof words / sizeof words[0]; i++)
        if (take(p, words[i])) {
            *family = (enum family)i;
            return true;
        }
    return false;
}

static bool take_direction(struct parser *p, enum direction *direction) {
    if (take(p, "src")) {
        const char *before = p->at;
        *direction = SOURCE;
        if (take(p, "or") && take(p, "dst")) {
            *direction = EITHER_WAY;
        } else {
            p->at = before;
            if (take(p, "and") && take(p, "dst"))
                *direction = BOTH_WAYS;
            else
                p->at = before;
        }
        return true;
    }
    *direction = DESTINATION;
    if (take(p, "dst")) return true;
    *direction = EITHER_WAY;
    return false;
}

static bool take_kind(struct parser *p, enum kind *kind) {
    static const char *const words[] = {[KIND_HOST] = "host",
                                        [KIND_NET] = "net",
                                        [KIND_PORT] = "port",
                                        [KIND_PORTRANGE] = "portrange",
                                        [KIND_PROTO] = "proto"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (take(p, words[i])) {
            *kind = (enum kind)i;
            return true;
        }
    return false;
}

static bool of_length(struct parser *p, bool at_most) {
    uint64_t length;
    if (!parse_u64(peek(p), &length)) return refuse(p);
    skip(p);
    return at_most ? p->seen.length <= length : p->seen.length >= length;
}

static bool primitive(struct parser *p) {
    struct qualifiers q = {ANY, EITHER_WAY, KIND_HOST};
    if (take(p, "less")) return of_length(p, true);
    if (take(p, "greater")) return of_length(p, false);
    if (take(p, "broadcast")) return to_group(&p->seen, true);
    if (take(p, "multicast")) return to_group(&p->seen, false);
    bool family = take_family(p, &q.family);
    if (family && take(p, "[")) return octets(p, q.family);
    if (q.family == ETHER && take(p, "broadcast")) return to_group(&p->seen, true);
    if (q.family == ETHER && take(p, "multicast")) return to_group(&p->seen, false);
    if (q.family == IP && take(p, "multicast"))
        return p->seen.ip != NULL && p->seen.ip[16] >> 4 == 0xe;
    bool direction = take_direction(p, &q.direction), kind = take_kind(p, &q.kind);
    if (family && !direction && !kind) return of_family(&p->seen, q.family);
    if (!family && !direction && !kind) q = p->last;
    return value(p, &q);
}

static bool expression(struct parser *p);

static bool factor(struct parser *p) {
    if (++p->depth > DEPTH_MAX) return refuse(p);
    bool fits;
    if (take(p, "not") || take(p, "!")) {
        fits = !factor(p);
    } else if (take(p, "(")) {
        fits = expression(p);
        if (!take(p, ")")) refuse(p);
    } else {
        fits = primitive(p);
    }
    p->depth--;
    return fits;
}

/* "and" and "or" are equally strong, from left to right. */
static bool expression(struct parser *p) {
    bool fits = factor(p);
    while (!p->wrong) {
        if (take(p, "and") || take(p, "&&")) {
            bool next = factor(p);
            fits = fits && next;
        } else if (take(p, "or") || take(p, "||")) {
            bool next = factor(p);
            fits = fits || next;
        } else {
            break;
        }
    }
    return fits;
}

enum dump_fit dump_filter(const struct lab *lab, const char *text, const uint8_t *frame,
                          size_t count) {
    static const uint8_t nothing[1];
    struct parser p = {.lab = lab, .at = text, .last = {ANY, EITHER_WAY, KIND_HOST}};
    struct match match;
    struct complaint why;
    if (*peek(&p) == '\0' && !p.wrong) return DUMP_FITS;
    look_at(&p.seen, frame == NULL ? nothing : frame, frame == NULL ? 0 : count);
    bool fits = expression(&p);
    if (!p.wrong && *peek(&p) == '\0') return fits ? DUMP_FITS : DUMP_FITS_NOT;
    if (!match_compile(&match, text, &why)) return DUMP_NOT_UNDERSTOOD;
    return frame == NULL || match_frame(&match, frame, count) ? DUMP_FITS : DUMP_FITS_NOT;
}
