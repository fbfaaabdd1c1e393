#include "driver.h"
/* Segments: a script's words to and from the octets of IPv4 and TCP, by hand and not by the
 * engine's code, so that a mistake there does not hide here. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IP = 20, TCP = 20, PROTOCOL_TCP = 6, PROTOCOL_ICMP = 1 };
static const char LETTERS[] = "FSRP.UEW";

uint8_t pattern(uint64_t offset) {
    return (uint8_t)(offset * 131 + offset / 256);
}

static uint32_t get16(const uint8_t *p) {
    return (uint32_t)p[0] << 8 | p[1];
}
static uint32_t get32(const uint8_t *p) {
    return get16(p) << 16 | get16(p + 2);
}
static void put16(uint8_t *p, uint32_t v) {
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static void put32(uint8_t *p, uint32_t v) {
    put16(p, v >> 16);
    put16(p + 2, v);
}

static uint32_t sum(uint32_t begin, const uint8_t *p, size_t count) {
    for (size_t i = 0; i < count; i++) begin += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
    return begin;
}
static uint32_t folded(uint32_t s) {
    while (s >> 16 != 0) s = (s & 0xffff) + (s >> 16);
    return ~s & 0xffff;
}
static uint32_t tcp_sum(const uint8_t *packet, size_t count) {
    uint32_t begin = sum(PROTOCOL_TCP + (uint32_t)(count - IP), packet + 12, 8);
    return folded(sum(begin, packet + IP, count - IP));
}

static char *word_of(char **at) {
    while (isblank((unsigned char)**at)) (*at)++;
    char *word = *at;
    while (**at != '\0' && !isblank((unsigned char)**at)) (*at)++;
    if (**at != '\0') *(*at)++ = '\0';
    return word;
}

/* ------------------------------------------------------------ options */

static void add(struct line_segment *s, unsigned octet) {
    if (s->option_count < OPTIONS) s->options[s->option_count++] = (uint8_t)octet;
}
static void add32(struct line_segment *s, uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) add(s, v >> shift & 0xff);
}

/* The host's clock in the script begins with the first value that the script says. */
static uint32_t host_time(const struct play *p, unsigned long v) {
    return v == 0 ? 0 : (uint32_t)v + p->flow->ts_offset;
}

static void add_option(struct play *p, struct line_segment *s, const char *o, bool ours) {
    unsigned long a = 0, b = 0;
    int used = 0;
    while (isblank((unsigned char)*o)) o++;
    if (strcmp(o, "nop") == 0) {
        add(s, 1);
    } else if (strcmp(o, "sackOK") == 0) {
        add(s, 4), add(s, 2);
    } else if (sscanf(o, "mss %lu", &a) == 1) {
        add(s, 2), add(s, 4), add(s, (unsigned)a >> 8), add(s, a & 0xff);
    } else if (sscanf(o, "wscale %lu", &a) == 1) {
        add(s, 3), add(s, 3), add(s, (unsigned)a);
    } else if (sscanf(o, "TS val %lu ecr %lu", &a, &b) == 2) {
        add(s, 8), add(s, 10);
        add32(s, ours ? (uint32_t)a : host_time(p, a)); /* `ours`: the driver's own segment */
        add32(s, ours ? host_time(p, b) : (uint32_t)b);
    } else if (strncmp(o, "sack ", 5) == 0) {
        size_t at = s->option_count;
        uint32_t base = ours ? p->flow->iss : PEER_ISN;
        add(s, 5), add(s, 2);
        for (o += 5; sscanf(o, "%lu:%lu%n", &a, &b, &used) == 2; o += used) {
            add32(s, base + (uint32_t)a), add32(s, base + (uint32_t)b);
            s->options[at + 1] = (uint8_t)(s->options[at + 1] + 8);
        }
    } else if (strncmp(o, "FO", 2) == 0) { /* FO, or FO followed by the cookie in hex */
        size_t digits = strspn(o + 2 + (o[2] == ' '), "0123456789abcdef");
        add(s, 34), add(s, (unsigned)(2 + digits / 2));
        for (size_t i = 0; i + 1 < digits; i += 2) {
            char octet[3] = {o[3 + i], o[4 + i], '\0'};
            add(s, (unsigned)strtoul(octet, NULL, 16));
        }
    } else {
        wrong(p, "no such option: %s", o);
    }
}

/* ------------------------------------------------------------ parsing */

static uint32_t flags_of(const struct play *p, const char *word) {
    uint32_t flags = 0;
    if (strcmp(word, "-") == 0) return 0; /* none */
    for (; *word != '\0'; word++) {
        const char *letter = strchr(LETTERS, *word);
        if (letter == NULL) wrong(p, "no such flag: %s", word);
        flags |= 1u << (letter - LETTERS);
    }
    return flags;
}

void segment_parse(struct play *p, char *text, struct line_segment *s, bool ours) {
    static const char *const codes[] = {"[noecn]", "[ect1]", "[ect0]", "[ce]"};
    unsigned long from, to, length;
    char *at = text, *word = word_of(&at);
    *s = (struct line_segment){.ecn = -1};
    for (int e = 0; e < 4; e++)
        if (strcmp(word, codes[e]) == 0) s->ecn = e;
    if (s->ecn >= 0) word = word_of(&at);
    s->flags = flags_of(p, word);
    word = word_of(&at);
    if (sscanf(word, "%lu:%lu(%lu)", &from, &to, &length) != 3 || to - from != length)
        wrong(p, "expected FROM:TO(LENGTH): %s", word);
    s->seq = (uint32_t)from;
    s->length = (uint32_t)length;
    for (word = word_of(&at); *word != '\0' && *word != '<'; word = word_of(&at)) {
        uint32_t value = (uint32_t)strtoul(word_of(&at), NULL, 10);
        if (strcmp(word, "ack") == 0)
            s->ack = value, s->has_ack = true;
        else if (strcmp(word, "win") == 0)
            s->window = value, s->has_window = true;
        else if (strcmp(word, "urg") == 0)
            s->urgent = value;
        else
            wrong(p, "expected ack, win, urg or <options>: %s", word);
    }
    if (*word != '<') return;
    s->has_options = true;
    if (*at != '\0') at[-1] = ' ';
    char *end = strchr(word, '>'), *rest = NULL;
    if (end == NULL) wrong(p, "no > at the end of the options");
    *end = '\0';
    for (char *o = strtok_r(word + 1, ",", &rest); o != NULL; o = strtok_r(NULL, ",", &rest))
        add_option(p, s, o, ours);
}

/* ------------------------------------------------------------ building */

static void put_ip(uint8_t *packet, size_t count, unsigned protocol, int ecn) {
    memset(packet, 0, IP);
    packet[0] = 0x45;
    packet[1] = (uint8_t)(ecn > 0 ? ecn : 0);
    put16(packet + 2, (uint32_t)count);
    packet[8] = 64;
    packet[9] = (uint8_t)protocol;
    put32(packet + 12, remote_address());
    put32(packet + 16, local_address());
    put16(packet + 10, folded(sum(0, packet, IP)));
}

size_t segment_build(struct play *p, const struct line_segment *s, uint8_t *packet) {
    size_t padded = (s->option_count + 3) / 4 * 4, count = IP + TCP + padded + s->length;
    uint8_t *tcp = packet + IP;
    memset(tcp, 0, TCP + padded);
    put16(tcp, p->flow->peer_port);
    put16(tcp + 2, p->flow->host_port);
    put32(tcp + 4, PEER_ISN + s->seq);
    put32(tcp + 8, s->has_ack ? p->flow->iss + s->ack : 0);
    tcp[12] = (uint8_t)((TCP + padded) / 4 << 4);
    tcp[13] = (uint8_t)s->flags;
    put16(tcp + 14, s->has_window ? s->window : 65535);
    put16(tcp + 18, s->urgent);
    memcpy(tcp + TCP, s->options, s->option_count);
    for (uint32_t i = 0; i < s->length; i++) tcp[TCP + padded + i] = pattern(s->seq - 1 + i);
    put_ip(packet, count, PROTOCOL_TCP, s->ecn);
    put16(tcp + 16, tcp_sum(packet, count));
    return count;
}

/* icmp CODE [mtu N] FROM: about the host's segment that begins at FROM. */
size_t icmp_build(struct play *p, char *text, uint8_t *packet) {
    static const struct {
        const char *name;
        unsigned type, code;
    } kinds[] = {{"net_unreachable", 3, 0},
                 {"host_unreachable", 3, 1},
                 {"port_unreachable", 3, 3},
                 {"frag_needed", 3, 4},
                 {"time_exceeded", 11, 0}};
    char *at = text, *word = word_of(&at);
    uint8_t *icmp = packet + IP, *quoted = icmp + 8;
    size_t i = 0, count = IP + 8 + IP + 8;
    memset(icmp, 0, count - IP);
    while (i < sizeof kinds / sizeof kinds[0] && strcmp(word, kinds[i].name) != 0) i++;
    if (i == sizeof kinds / sizeof kinds[0]) wrong(p, "no such message: %s", word);
    icmp[0] = (uint8_t)kinds[i].type;
    icmp[1] = (uint8_t)kinds[i].code;
    word = word_of(&at);
    if (strcmp(word, "mtu") == 0) {
        put16(icmp + 6, (uint32_t)strtoul(word_of(&at), NULL, 10));
        word = word_of(&at);
    }
    put_ip(packet, count, PROTOCOL_ICMP, 0);
    memcpy(quoted, packet, IP);
    put16(quoted + 2, 1500);
    quoted[9] = PROTOCOL_TCP;
    put32(quoted + 12, local_address());
    put32(quoted + 16, remote_address());
    put16(quoted + 10, 0);
    put16(quoted + 10, folded(sum(0, quoted, IP)));
    put16(quoted + IP, p->flow->host_port);
    put16(quoted + IP + 2, p->flow->peer_port);
    put32(quoted + IP + 4, p->flow->iss + (uint32_t)strtoul(word, NULL, 10));
    put16(icmp + 2, folded(sum(0, icmp, count - IP)));
    return count;
}

/* ------------------------------------------------------------ comparing */

static void describe(const struct play *p, const uint8_t *packet, size_t count, char *out,
                     size_t room) {
    const uint8_t *tcp = packet + IP;
    size_t header = (size_t)(tcp[12] >> 4) * 4, length = count - IP - header;
    char flags[16] = "";
    for (unsigned i = 0; i < 8; i++)
        if ((tcp[13] & 1u << i) != 0) flags[strlen(flags)] = LETTERS[i];
    uint32_t seq = get32(tcp + 4) - p->flow->iss;
    int n = snprintf(out, room, "%s %u:%u(%zu) ack %u win %u options", flags, seq,
                     seq + (uint32_t)length, length, get32(tcp + 8) - PEER_ISN, get16(tcp + 14));
    for (size_t i = TCP; i < header && (size_t)n < room; i++)
        n += snprintf(out + n, room - (size_t)n, " %02x", tcp[i]);
}

/* Of an active OPEN the script learns the ports here, of any connection the host's first number. */
static void learn(struct play *p, const uint8_t *tcp, const struct line_segment *s) {
    if ((tcp[13] & 2) == 0) return;
    if ((tcp[13] & 16) == 0) p->flow->peer_port = get16(tcp + 2);
    p->flow->host_port = get16(tcp);
    p->flow->iss = get32(tcp + 4) - s->seq;
}

/* A timestamp's value is compared when the clocks have been set by the first one; the clock's tick
 * may lie between the script's time and the packet's. */
static bool same_options(struct play *p, const struct line_segment *s, const uint8_t *o,
                         size_t count) {
    for (size_t i = 0; i < count;) {
        if (i >= s->option_count || o[i] != s->options[i]) return false;
        size_t length = o[i] <= 1 ? 1 : o[i + 1];
        if (o[i] == 8) {
            uint32_t said = get32(s->options + i + 2), sent = get32(o + i + 2);
            if (!p->flow->ts_known) {
                p->flow->ts_offset = sent - said;
                p->flow->ts_known = true;
            } else if (sent - said + 1 > 2) {
                return false;
            }
            if (get32(s->options + i + 6) != get32(o + i + 6)) return false;
        } else if (memcmp(o + i, s->options + i, length) != 0) {
            return false;
        }
        i += length;
    }
    return s->option_count == count;
}

void segment_compare(struct play *p, const struct line_segment *s, const uint8_t *packet,
                     size_t count, const char *text) {
    char sent[LINE];
    const uint8_t *tcp = packet + IP;
    if (packet[0] != 0x45 || packet[9] != PROTOCOL_TCP) wrong(p, "the host sent no TCP");
    if (folded(sum(0, packet, IP)) != 0 || tcp_sum(packet, count) != 0)
        wrong(p, "a checksum is wrong");
    learn(p, tcp, s);
    describe(p, packet, count, sent, sizeof sent);
    size_t header = (size_t)(tcp[12] >> 4) * 4, length = count - IP - header;
    bool reset = (tcp[13] & 4) != 0 && get32(tcp + 4) == 0;
    uint32_t seq = reset ? 0 : get32(tcp + 4) - p->flow->iss;
    bool same = tcp[13] == s->flags && seq == s->seq && length == s->length &&
                get16(tcp) == p->flow->host_port && get16(tcp + 2) == p->flow->peer_port &&
                (!s->has_ack || get32(tcp + 8) - PEER_ISN == s->ack) &&
                (!s->has_window || get16(tcp + 14) == s->window) &&
                (s->urgent == 0 || get16(tcp + 18) == s->urgent) &&
                (s->ecn < 0 || (packet[1] & 3) == s->ecn);
    if (same && s->has_options) same = same_options(p, s, tcp + TCP, header - TCP);
    if (!same) wrong(p, "expected \"%s\", the host sent \"%s\"", text, sent);
    for (size_t i = 0; i < length; i++)
        if (tcp[header + i] != pattern(s->seq - 1 + i)) wrong(p, "wrong octets in \"%s\"", sent);
}
