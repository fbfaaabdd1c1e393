#include "apps/dump.h"
/*
 * TCP (RFC 9293) in tcpdump's words. Sequence numbers are told relative to a connection's first
 * ones: those of its SYN,ACK, or of the first segment with an ACK that was seen, which is itself
 * told as it is. Of what TCP carries only HTTP's first line is told, and who else it might be.
 */
#include "wire/tcp.h"
#include <string.h>

struct segment {
    uint16_t from, to;
    uint32_t seq, ack;
    uint16_t flags, window, checksum, urgent;
    size_t header; /* octets, as the header says */
};

static bool read_segment(struct reader *r, struct segment *s) {
    s->seq = read_u32(r);
    s->ack = read_u32(r);
    uint16_t word = read_u16(r);
    s->header = (size_t)(word >> 12) * 4;
    s->flags = word & 0xfff;
    s->window = read_u16(r);
    s->checksum = read_u16(r);
    s->urgent = read_u16(r);
    return !r->failed;
}

static void dump_flags(struct dump *d, uint16_t flags) {
    static const char letters[] = "FSRP.UEW";
    bool any = false;
    text_add(d->t, "Flags [");
    for (int bit = 0; letters[bit] != '\0'; bit++)
        if ((flags & 1 << bit) != 0) {
            text_char(d->t, letters[bit]);
            any = true;
        }
    text_add(d->t, any ? "]" : "none]");
}

/* ------------------------------------------------------------------------------- flows */

static struct dump_flow *find(struct dump_flows *flows, const struct dump_flow *key) {
    for (uint32_t i = 0; i < flows->count; i++) {
        struct dump_flow *f = &flows->of[i];
        if (f->low == key->low && f->high == key->high && f->low_port == key->low_port &&
            f->high_port == key->high_port)
            return f;
    }
    return NULL;
}

/* The segment's numbers become relative, if its connection is known; `sack_base` is what blocks are
 * told from. What is not known is noted. */
static void relate(struct dump *d, const struct dump_ip *ip, struct segment *s,
                   uint32_t *sack_base) {
    bool reverse = s->from > s->to || (s->from == s->to && ip->src > ip->dst);
    struct dump_flow key = {.low = reverse ? ip->dst : ip->src,
                            .high = reverse ? ip->src : ip->dst,
                            .low_port = reverse ? s->to : s->from,
                            .high_port = reverse ? s->from : s->to};
    *sack_base = 0;
    if (d->look->absolute != 0 || (s->flags & TCP_ACK) == 0) return;
    struct dump_flow *f = find(d->flows, &key);
    if (f == NULL || (s->flags & TCP_SYN) != 0) {
        if (f == NULL && d->flows->count == DUMP_FLOWS) return;
        if (f == NULL) f = &d->flows->of[d->flows->count++];
        key.seq = reverse ? s->ack - 1 : s->seq;
        key.ack = reverse ? s->seq : s->ack - 1;
        *f = key;
        return;
    }
    s->seq -= reverse ? f->ack : f->seq;
    s->ack -= reverse ? f->seq : f->ack;
    *sack_base = reverse ? f->seq : f->ack;
}

/* ------------------------------------------------------------------------------- options */

static const char *option_name(uint8_t kind) {
    switch (kind) {
    case 0: return "eol";
    case 1: return "nop";
    case 2: return "mss";
    case 3: return "wscale";
    case 4: return "sackOK";
    case 5: return "sack";
    case 6: return "echo";
    case 7: return "echoreply";
    case 8: return "TS";
    case 11: return "cc";
    case 12: return "ccnew";
    case 13: return "";
    case 19: return "md5";
    case 28: return "uto";
    case 29: return "tcp-ao";
    case 30: return "mptcp";
    case 34: return "tfo";
    case 254: return "exp";
    default: return NULL;
    }
}

static void octets_in_hex(struct dump *d, const char *before, struct reader *r) {
    text_add(d->t, before);
    while (read_left(r) > 0) text_hex(d->t, read_u8(r), 2);
}

static void dump_sack(struct dump *d, struct reader *r, uint32_t base) {
    dump_number(d, " ", read_left(r) / 8);
    text_char(d->t, ' ');
    while (read_left(r) >= 8) {
        dump_number(d, "{", read_u32(r) - base);
        dump_number(d, ":", read_u32(r) - base);
        text_char(d->t, '}');
    }
}

static void dump_user_timeout(struct dump *d, uint16_t value) {
    uint64_t span =
        value >> 1; /* tcpdump takes the last bit for RFC 5482's G, which is the first */
    dump_hex(d, " 0x", value, 0);
    dump_number(d, " ", (value & 1) != 0 ? span * 60 : span);
}

/* RFC 6994: whose experiment it is. Fast Open's was 0xf989. */
static void dump_experiment(struct dump *d, struct reader *r) {
    struct reader magic = *r;
    uint16_t id = read_u16(&magic);
    if (magic.failed || id != 0xf989) {
        octets_in_hex(d, " 0x", r);
        return;
    }
    text_add(d->t, read_left(&magic) == 0 ? "-tfo cookiereq" : "-tfo cookie ");
    octets_in_hex(d, "", &magic);
}

/* False: an option of a length that cannot be. */
static bool dump_option(struct dump *d, uint8_t kind, struct reader *r, uint32_t sack_base) {
    size_t count = read_left(r);
    switch (kind) {
    case 2:
        if (count != 2) return false;
        dump_number(d, " ", read_u16(r));
        return true;
    case 3:
        if (count != 1) return false;
        dump_number(d, " ", read_u8(r));
        return true;
    case 5:
        if (count == 0 || count % 8 != 0) return false;
        dump_sack(d, r, sack_base);
        return true;
    case 8:
        if (count != 8) return false;
        dump_number(d, " val ", read_u32(r));
        dump_number(d, " ecr ", read_u32(r));
        return true;
    case 6:
    case 7:
    case 11:
    case 12:
    case 13:
        if (count != 4) return false;
        dump_number(d, " ", read_u32(r));
        return true;
    case 29:
        if (count < 2) return false;
        dump_number(d, " keyid ", read_u8(r));
        dump_number(d, " rnextkeyid ", read_u8(r));
        octets_in_hex(d, " mac 0x", r);
        return true;
    case 254: dump_experiment(d, r); return true;
    case 19:
        if (count != 16) return false;
        octets_in_hex(d, " shared secret not supplied with -M, can't check - ", r);
        return true;
    case 28:
        if (count != 2) return false;
        dump_user_timeout(d, read_u16(r));
        return true;
    case 34:
        if (count == 0)
            text_add(d->t, "  cookiereq");
        else
            octets_in_hex(d, "  cookie ", r);
        return true;
    default:
        if (count > 0) octets_in_hex(d, " 0x", r);
        return true;
    }
}

/* False: the list ends in an option that cannot be, and with it the line. */
static bool dump_options(struct dump *d, struct reader r, uint32_t sack_base) {
    const char *before = ", options [";
    while (read_left(&r) > 0) {
        uint8_t kind = read_u8(&r);
        text_add(d->t, before);
        before = ",";
        size_t length = kind <= 1 ? 2 : read_left(&r) == 0 ? 0 : read_u8(&r);
        if (option_name(kind) != NULL)
            text_add(d->t, option_name(kind));
        else
            dump_number(d, "unknown-", kind);
        struct reader body = {0};
        if (length >= 2) body = read_sub(&r, length - 2);
        if (length < 2 || body.failed || (kind > 1 && !dump_option(d, kind, &body, sack_base))) {
            text_add(d->t, "[bad opt]]");
            return false;
        }
        if (kind == 0) break;
    }
    text_char(d->t, ']');
    return true;
}

/* ------------------------------------------------------------------------- what it carries */

static bool begins(const struct reader *r, const char *word) {
    size_t length = strlen(word);
    return read_left(r) >= length && memcmp(r->at, word, length) == 0;
}

static bool is_http(const struct reader *r) {
    static const char *const words[] = {"GET ",     "HEAD ",    "POST ",  "PUT ",   "DELETE ",
                                        "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ", "HTTP/"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (begins(r, words[i])) return true;
    return false;
}

static void text_line(struct dump *d, struct reader *r) {
    while (read_left(r) > 0) {
        uint8_t o = read_u8(r);
        if (o == '\n') return;
        if (o != '\r') text_char(d->t, o == '\t' || (o >= ' ' && o < 0x7f) ? (char)o : '.');
    }
}

/* The first line; with -v all of the header. */
static void dump_http(struct dump *d, struct reader r) {
    text_add(d->t, ": HTTP");
    if (!is_http(&r)) return;
    if (d->look->verbose == 0) {
        text_add(d->t, ": ");
        text_line(d, &r);
        return;
    }
    dump_number(d, ", length: ", read_left(&r));
    bool last = false;
    while (read_left(&r) > 0 && !last) {
        last = *r.at == '\r' || *r.at == '\n';
        text_add(d->t, "\n\t");
        text_line(d, &r);
    }
}

static void dump_carried(struct dump *d, const struct segment *s, struct reader r) {
    static const struct {
        uint16_t port;
        const char *name;
    } others[] = {{21, ": FTP"}, {25, ": SMTP"}};
    if (s->from == 80 || s->to == 80 || s->from == 8080 || s->to == 8080) {
        dump_http(d, r);
        return;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (s->from == others[i].port || s->to == others[i].port) text_add(d->t, others[i].name);
}

/* RFC 9293 3.5.3: a reset may say why. */
static void dump_reset(struct dump *d, struct reader r) {
    enum { SHOWN_MOST = 30 };
    bool more = read_left(&r) > SHOWN_MOST;
    text_add(d->t, more ? " [RST+ " : " [RST ");
    for (int i = 0; i < SHOWN_MOST && read_left(&r) > 0; i++) {
        uint8_t o = read_u8(&r);
        text_char(d->t, o >= ' ' && o < 0x7f ? (char)o : '.');
    }
    text_char(d->t, ']');
}

/* ------------------------------------------------------------------------------- the line */

static void dump_checksum_of(struct dump *d, const uint8_t *octets, size_t length,
                             const struct dump_ip *ip, uint16_t is) {
    uint16_t should = dump_checksum(ip, IP_PROTOCOL_TCP, octets, length, 16);
    dump_hex(d, ", cksum 0x", is, 4);
    if (is == should) {
        text_add(d->t, " (correct)");
        return;
    }
    dump_hex(d, " (incorrect -> 0x", should, 4);
    text_char(d->t, ')');
}

static bool bad_header(struct dump *d, const struct segment *s, size_t length) {
    if (s->header < TCP_HEADER) {
        dump_number(d, " tcp ", length - s->header);
        dump_number(d, " [bad hdr length ", s->header);
        dump_number(d, " - too short, < ", TCP_HEADER);
        text_char(d->t, ']');
    } else if (s->header > length) {
        dump_number(d, " [bad hdr length ", s->header);
        dump_number(d, " - too long, > ", length);
        text_char(d->t, ']');
    }
    return s->header < TCP_HEADER || s->header > length;
}

static void dump_numbers(struct dump *d, const struct segment *s, size_t data) {
    if (d->look->verbose > 1 || data > 0 || (s->flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0) {
        dump_number(d, ", seq ", s->seq);
        if (data > 0) dump_number(d, ":", s->seq + (uint32_t)data);
    }
    if ((s->flags & TCP_ACK) != 0) dump_number(d, ", ack ", s->ack);
    dump_number(d, ", win ", s->window);
    if ((s->flags & TCP_URG) != 0) dump_number(d, ", urg ", s->urgent);
}

void dump_tcp(struct dump *d, struct reader r, size_t length, const struct dump_ip *ip) {
    const uint8_t *octets = r.at;
    size_t have = read_left(&r);
    struct segment s = {.from = read_u16(&r), .to = read_u16(&r)};
    if (r.failed) {
        dump_host(d, ip->src);
        text_add(d->t, " > ");
        dump_host(d, ip->dst);
        text_add(d->t, ": [|tcp]");
        return;
    }
    dump_ends(d, ip, s.from, s.to, false);
    if (!read_segment(&r, &s)) {
        text_add(d->t, " [|tcp]");
        return;
    }
    if (s.header < TCP_HEADER) {
        bad_header(d, &s, length);
        return;
    }
    if (d->look->quick != 0) {
        dump_number(d, "tcp ", (uint32_t)(length - s.header));
        bad_header(d, &s, length);
        return;
    }
    uint32_t sack_base;
    dump_flags(d, s.flags);
    relate(d, ip, &s, &sack_base);
    if (bad_header(d, &s, length)) return;
    size_t data = length - s.header;
    if (d->look->verbose > 0 && !ip->fragment && have >= length)
        dump_checksum_of(d, octets, length, ip, s.checksum);
    dump_numbers(d, &s, data);
    struct reader options = read_sub(&r, s.header - TCP_HEADER);
    if (options.failed) {
        text_add(d->t, " [|tcp]");
        return;
    }
    if (read_left(&options) > 0 && !dump_options(d, options, sack_base)) return;
    dump_number(d, ", length ", data);
    if (data == 0) return;
    if ((s.flags & TCP_RST) != 0 && d->look->verbose > 0)
        dump_reset(d, r);
    else
        dump_carried(d, &s, r);
}
