#include "apps/dump.h"
/*
 * ICMP (RFC 792, 950, 1256) and IGMP (RFC 1112, 2236, 3376) in tcpdump's words. With -v the
 * datagram that an ICMP error quotes follows on a line of its own.
 */
#include "wire/icmp.h"

static void truncated(struct dump *d, const char *name) {
    text_add(d->t, " [|");
    text_add(d->t, name);
    text_char(d->t, ']');
}

/* ------------------------------------------------------------------------------- unreachable */

/* What is said before and behind the destination of the quoted datagram, for each code. */
static const struct {
    const char *before, *behind;
} unreachable[] = {
    {"net ", " unreachable"},
    {"host ", " unreachable"},
    {"", " protocol "},
    {"", " port "},
    {"", " unreachable - need to frag"},
    {"", " unreachable - source route failed"},
    {"net ", " unreachable - unknown"},
    {"host ", " unreachable - unknown"},
    {"", " unreachable - source host isolated"},
    {"net ", " unreachable - admin prohibited"},
    {"host ", " unreachable - admin prohibited"},
    {"net ", " unreachable - tos prohibited"},
    {"host ", " unreachable - tos prohibited"},
    {"host ", " unreachable - admin prohibited filter"},
    {"host ", " unreachable - host precedence violation"},
    {"host ", " unreachable - precedence cutoff"},
};
enum { UNREACHABLE_CODES = sizeof unreachable / sizeof unreachable[0] };

struct quoted {
    const uint8_t *header;
    ip4 dst;
    uint8_t protocol;
    uint16_t port;
    bool has_header, has_port;
};

static struct quoted read_quoted(struct reader r) {
    struct quoted q = {.header = r.at};
    read_skip(&r, 8);
    read_u8(&r);
    q.protocol = read_u8(&r);
    read_skip(&r, 6);
    q.dst = read_u32(&r);
    q.has_header = !r.failed;
    if (!q.has_header) return q;
    read_skip(&r, (size_t)(q.header[0] & 15) * 4 < IPV4_HEADER
                      ? 0
                      : (size_t)(q.header[0] & 15) * 4 - IPV4_HEADER);
    read_u16(&r);
    q.port = read_u16(&r);
    q.has_port = !r.failed;
    return q;
}

static void port_unreachable(struct dump *d, const struct quoted *q) {
    dump_host(d, q->dst);
    if (q->protocol != IP_PROTOCOL_TCP && q->protocol != IP_PROTOCOL_UDP) {
        dump_number(d, " protocol ", q->protocol);
        dump_number(d, " port ", q->port);
    } else {
        text_add(d->t, q->protocol == IP_PROTOCOL_TCP ? " tcp port " : " udp port ");
        dump_port(d, q->port, q->protocol == IP_PROTOCOL_UDP);
    }
    text_add(d->t, " unreachable");
}

static bool dump_unreachable(struct dump *d, uint8_t code, uint32_t rest, const struct quoted *q) {
    if (!q->has_header || (code == 3 && !q->has_port)) return false;
    if (code == 3) {
        port_unreachable(d, q);
        return true;
    }
    text_add(d->t, code < UNREACHABLE_CODES ? unreachable[code].before : "");
    dump_host(d, q->dst);
    text_add(d->t, code < UNREACHABLE_CODES ? unreachable[code].behind : " unreachable - #");
    if (code >= UNREACHABLE_CODES) text_u64(d->t, code);
    if (code == 2) {
        text_u64(d->t, q->protocol);
        text_add(d->t, " unreachable");
    }
    if (code == 4 && (rest & 0xffff) != 0) {
        dump_number(d, " (mtu ", rest & 0xffff);
        text_char(d->t, ')');
    }
    return true;
}

static bool dump_redirect(struct dump *d, uint8_t code, uint32_t gateway, const struct quoted *q) {
    static const char *const what[] = {"redirect ", "redirect ", "redirect-tos ", "redirect-tos "};
    if (!q->has_header) return false;
    if (code < 4) {
        text_add(d->t, what[code]);
    } else {
        dump_number(d, "redirect-#", code);
        text_char(d->t, ' ');
    }
    dump_host(d, q->dst);
    text_add(d->t, code >= 4 ? " to " : code % 2 == 0 ? " to net " : " to host ");
    dump_host(d, gateway);
    return true;
}

/* ------------------------------------------------------------------------------- the others */

static void time_of_day(struct dump *d, const char *before, uint32_t ms) {
    text_add(d->t, before);
    text_padded(d->t, ms / 3600000, 2, '0');
    text_char(d->t, ':');
    text_padded(d->t, ms / 60000 % 60, 2, '0');
    text_char(d->t, ':');
    text_padded(d->t, ms / 1000 % 60, 2, '0');
    text_char(d->t, '.');
    text_padded(d->t, ms % 1000, 3, '0');
}

static bool dump_timestamp(struct dump *d, uint8_t type, uint32_t rest, struct reader r) {
    dump_number(d, type == ICMP_TIMESTAMP ? "time stamp query id " : "time stamp reply id ",
                rest >> 16);
    dump_number(d, " seq ", rest & 0xffff);
    if (type == ICMP_TIMESTAMP) return true;
    uint32_t originate = read_u32(&r), receive = read_u32(&r), transmit = read_u32(&r);
    if (r.failed) return false;
    time_of_day(d, ": org ", originate);
    time_of_day(d, ", recv ", receive);
    time_of_day(d, ", xmit ", transmit);
    return true;
}

static void lifetime(struct dump *d, uint32_t seconds) {
    if (seconds < 60) {
        text_u64(d->t, seconds);
        return;
    }
    if (seconds >= 3600) {
        text_u64(d->t, seconds / 3600);
        text_char(d->t, ':');
        text_padded(d->t, seconds / 60 % 60, 2, '0');
    } else {
        text_u64(d->t, seconds / 60);
    }
    text_char(d->t, ':');
    text_padded(d->t, seconds % 60, 2, '0');
}

static bool dump_advertisement(struct dump *d, uint32_t rest, struct reader r) {
    uint32_t count = rest >> 24, words = rest >> 16 & 0xff;
    text_add(d->t, "router advertisement lifetime ");
    lifetime(d, rest & 0xffff);
    dump_number(d, " ", count);
    text_char(d->t, ':');
    if (words != 2) {
        dump_number(d, " [size ", words);
        text_char(d->t, ']');
        return true;
    }
    for (; count > 0; count--) {
        ip4 address = read_u32(&r);
        uint32_t preference = read_u32(&r);
        if (r.failed) return false;
        text_add(d->t, " {");
        dump_host(d, address);
        dump_number(d, " ", preference);
        text_char(d->t, '}');
    }
    return true;
}

static void simple(struct dump *d, uint8_t type) {
    switch (type) {
    case ICMP_SOURCE_QUENCH: text_add(d->t, "source quench"); return;
    case ICMP_ROUTER_SOLICITATION: text_add(d->t, "router solicitation"); return;
    case 15: text_add(d->t, "information request"); return;
    case 16: text_add(d->t, "information reply"); return;
    case ICMP_ADDRESS_MASK: text_add(d->t, "address mask request"); return;
    default: dump_number(d, "type-#", type);
    }
}

static void time_exceeded(struct dump *d, uint8_t code) {
    if (code > 1)
        dump_number(d, "time exceeded-#", code);
    else
        text_add(d->t, code == 0 ? "time exceeded in-transit" : "ip reassembly time exceeded");
}

/* False: the message ends before what is to be said of it. */
static bool dump_message(struct dump *d, uint8_t type, uint8_t code, uint32_t rest,
                         struct reader body) {
    struct quoted q = icmp_quotes(type) ? read_quoted(body) : (struct quoted){0};
    switch (type) {
    case ICMP_ECHO:
    case ICMP_ECHO_REPLY:
        dump_number(d, type == ICMP_ECHO ? "echo request, id " : "echo reply, id ", rest >> 16);
        dump_number(d, ", seq ", rest & 0xffff);
        return true;
    case ICMP_UNREACHABLE: return dump_unreachable(d, code, rest, &q);
    case ICMP_REDIRECT: return dump_redirect(d, code, rest, &q);
    case ICMP_ROUTER_ADVERTISEMENT: return dump_advertisement(d, rest, body);
    case ICMP_TIME_EXCEEDED: time_exceeded(d, code); return true;
    case ICMP_PARAMETER_PROBLEM:
        dump_number(d, code != 0 ? "parameter problem - code " : "parameter problem - octet ",
                    code != 0 ? code : rest >> 24);
        return true;
    case ICMP_TIMESTAMP:
    case ICMP_TIMESTAMP_REPLY: return dump_timestamp(d, type, rest, body);
    case ICMP_ADDRESS_MASK_REPLY:
        dump_hex(d, "address mask is 0x", read_u32(&body), 8);
        return true;
    default: simple(d, type); return true;
    }
}

void dump_icmp(struct dump *d, struct reader r, size_t length, const struct dump_ip *ip) {
    const uint8_t *octets = r.at;
    size_t have = read_left(&r);
    uint8_t type = read_u8(&r), code = read_u8(&r);
    uint16_t checksum = read_u16(&r);
    uint32_t rest = read_u32(&r);
    struct text before = *d->t;
    text_add(d->t, "ICMP ");
    if (r.failed || !dump_message(d, type, code, rest, r)) {
        *d->t = before; /* what ends too early is not told at all */
        *d->t->at = '\0';
        truncated(d, "icmp");
        return;
    }
    dump_number(d, ", length ", length);
    if (d->look->verbose == 0) return;
    if (!ip->fragment && have >= length) {
        uint16_t should = dump_checksum(NULL, 0, octets, length, 2);
        if (should != checksum) {
            dump_hex(d, " (wrong icmp cksum ", checksum, 0);
            dump_hex(d, " (->", should, 0);
            text_add(d->t, ")!)");
        }
    }
    if (!icmp_quotes(type)) return;
    text_add(d->t, "\n\t");
    dump_ip(d, r, read_left(&r) >= 4 ? (size_t)r.at[2] << 8 | r.at[3] : 0);
}

/* ------------------------------------------------------------------------------- IGMP */

static void sources(struct dump *d, struct reader *r, uint32_t count) {
    if (d->look->verbose < 2) {
        dump_number(d, ", ", count);
        text_add(d->t, " source(s)");
        return;
    }
    text_add(d->t, " {");
    for (; count > 0 && !r->failed; count--) {
        text_char(d->t, ' ');
        dump_host(d, read_u32(r));
    }
    text_add(d->t, " }");
}

static void dump_query(struct dump *d, struct reader r, size_t length, uint8_t code, ip4 group) {
    enum { USUAL_TENTHS = 100 };
    bool third = length >= 12;
    text_add(d->t, third ? "query v3" : code != 0 ? "query v2" : "query v1");
    if (code != 0 && code != USUAL_TENTHS) {
        dump_number(d, " [max resp time ", third ? code / 10 : code);
        if (third) dump_number(d, ".", code % 10);
        text_add(d->t, third ? "s]" : "]");
    }
    if (group == 0) return;
    text_add(d->t, " [gaddr ");
    dump_host(d, group);
    if (third) {
        read_u16(&r);
        uint32_t count = read_u16(&r);
        if (count > 0) sources(d, &r, count);
    }
    text_char(d->t, ']');
}

static void dump_report(struct dump *d, struct reader r, uint32_t records) {
    static const char *const kinds[] = {
        [1] = "is_in", [2] = "is_ex", [3] = "to_in", [4] = "to_ex", [5] = "allow", [6] = "block"};
    dump_number(d, "v3 report, ", records);
    text_add(d->t, " group record(s)");
    for (; d->look->verbose > 0 && records > 0; records--) {
        uint8_t kind = read_u8(&r), extra = read_u8(&r);
        uint32_t count = read_u16(&r);
        ip4 group = read_u32(&r);
        if (r.failed) return;
        text_add(d->t, " [gaddr ");
        dump_host(d, group);
        text_char(d->t, ' ');
        if (kind > 0 && kind < sizeof kinds / sizeof kinds[0])
            text_add(d->t, kinds[kind]);
        else
            dump_number(d, "[v3-report-#", kind);
        struct reader list = read_sub(&r, (size_t)count * 4);
        sources(d, &list, count);
        read_skip(&r, (size_t)extra * 4);
        text_char(d->t, ']');
    }
}

void dump_igmp(struct dump *d, struct reader r, size_t length) {
    const uint8_t *octets = r.at;
    size_t have = read_left(&r);
    uint8_t type = read_u8(&r), code = read_u8(&r);
    uint16_t checksum = read_u16(&r);
    ip4 group = read_u32(&r);
    if (r.failed) {
        truncated(d, "igmp");
        return;
    }
    if (d->look->quick != 0) {
        text_add(d->t, "igmp");
        return;
    }
    if (type != 0x11 && type != 0x12 && type != 0x16 && type != 0x17 && type != 0x22)
        dump_number(d, "igmp-", type);
    else
        text_add(d->t, "igmp ");
    switch (type) {
    case 0x11: dump_query(d, r, length, code, group); break;
    case 0x12:
    case 0x16:
    case 0x17:
        text_add(d->t, type == 0x12 ? "v1 report " : type == 0x16 ? "v2 report " : "leave ");
        dump_host(d, group);
        break;
    case 0x22: dump_report(d, r, group & 0xffff); break;
    default: break;
    }
    if (d->look->verbose == 0 || have < length) return;
    if (dump_checksum(NULL, 0, octets, length, 2) != checksum) {
        dump_hex(d, " bad igmp cksum ", checksum, 0);
        text_char(d->t, '!');
    }
}
