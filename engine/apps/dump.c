#include "apps/dump.h"
/*
 * tcpdump's line: time, link level, and what IP and ARP say of themselves (tcpdump 4.99,
 * print-ether.c, print-ip.c, print-arp.c in what they print). Protocols above are dump_icmp.c,
 * dump_udp.c, dump_tcp.c, dump_rip.c and dump_ospf.c.
 *
 * Left out: LLC and other link levels, IPv6 beyond its name, protocols that no node here speaks.
 */
#include "apps/shell.h"
#include "base/checksum.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include <string.h>

/* ------------------------------------------------------------------------------- small things */

void dump_number(struct dump *d, const char *before, uint64_t value) {
    text_add(d->t, before);
    text_u64(d->t, value);
}

void dump_hex(struct dump *d, const char *before, uint64_t value, int digits) {
    int least = 1;
    while (least < 16 && value >> 4 * least != 0) least++;
    text_add(d->t, before);
    text_hex(d->t, value, digits == 0 ? least : digits);
}

void dump_host(struct dump *d, ip4 address) {
    const char *name = NULL;
    if (d->look->numeric == 0 && d->look->lab != NULL) name = host_name_of(d->look->lab, address);
    if (name != NULL)
        text_add(d->t, name);
    else
        text_ip4(d->t, address);
}

void dump_port(struct dump *d, uint16_t port, bool udp) {
    static const struct {
        uint16_t port;
        bool udp_only;
        const char *name;
    } services[] = {{7, false, "echo"},     {9, false, "discard"},   {13, false, "daytime"},
                    {19, false, "chargen"}, {20, false, "ftp-data"}, {21, false, "ftp"},
                    {22, false, "ssh"},     {23, false, "telnet"},   {25, false, "smtp"},
                    {37, false, "time"},    {53, false, "domain"},   {67, true, "bootps"},
                    {68, true, "bootpc"},   {69, true, "tftp"},      {79, false, "finger"},
                    {80, false, "http"},    {110, false, "pop3"},    {123, true, "ntp"},
                    {161, true, "snmp"},    {179, false, "bgp"},     {443, false, "https"},
                    {520, true, "route"}};
    for (size_t i = 0; d->look->numeric == 0 && i < sizeof services / sizeof services[0]; i++)
        if (services[i].port == port && (udp || !services[i].udp_only)) {
            text_add(d->t, services[i].name);
            return;
        }
    text_u64(d->t, port);
}

void dump_ends(struct dump *d, const struct dump_ip *ip, uint16_t from, uint16_t to, bool udp) {
    dump_host(d, ip->src);
    text_char(d->t, '.');
    dump_port(d, from, udp);
    text_add(d->t, " > ");
    dump_host(d, ip->dst);
    text_char(d->t, '.');
    dump_port(d, to, udp);
    text_add(d->t, ": ");
}

uint16_t dump_checksum(const struct dump_ip *ip, uint8_t protocol, const uint8_t *octets,
                       size_t count, size_t field) {
    uint32_t sum = 0;
    uint16_t is = (uint16_t)(octets[field] << 8 | octets[field + 1]);
    if (ip != NULL) sum = checksum_add_pseudo(sum, ip->src, ip->last, protocol, (uint16_t)count);
    sum = checksum_add(sum, octets, count);
    return checksum_update(checksum_finish(sum), is, 0);
}

/* ------------------------------------------------------------------------------- time, octets */

static void clock_text(struct text *t, sim_time at) {
    uint64_t us = (uint64_t)at / 1000, second = us / 1000000;
    text_padded(t, second / 3600 % 24, 2, '0');
    text_char(t, ':');
    text_padded(t, second / 60 % 60, 2, '0');
    text_char(t, ':');
    text_padded(t, second % 60, 2, '0');
    text_char(t, '.');
    text_padded(t, us % 1000000, 6, '0');
}

/* Of days since 1970-01-01, by counting 400 years from a March on. */
static void date_text(struct text *t, uint64_t day) {
    day += 719468;
    uint64_t era = day / 146097, of_era = day % 146097;
    uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100),
             march = (5 * of_year + 2) / 153;
    uint64_t month = march < 10 ? march + 3 : march - 9;
    text_u64(t, year + era * 400 + (month <= 2));
    text_char(t, '-');
    text_padded(t, month, 2, '0');
    text_char(t, '-');
    text_padded(t, of_year - (153 * march + 2) / 5 + 1, 2, '0');
    text_char(t, ' ');
}

void dump_time(struct text *t, enum dump_time how, sim_time at, sim_time first, sim_time last) {
    static const sim_time day_ns = 86400000000000;
    switch (how) {
    case DUMP_NO_TIME: return;
    case DUMP_CLOCK: clock_text(t, at); break;
    case DUMP_SECONDS:
        text_u64(t, (uint64_t)at / 1000000000);
        text_char(t, '.');
        text_padded(t, (uint64_t)at / 1000 % 1000000, 6, '0');
        break;
    case DUMP_SINCE_LAST:
        text_char(t, ' ');
        clock_text(t, at - last);
        break;
    case DUMP_SINCE_FIRST:
        text_char(t, ' ');
        clock_text(t, at - first);
        break;
    case DUMP_DATE:
        date_text(t, (uint64_t)(at / day_ns));
        clock_text(t, at);
        break;
    }
    text_char(t, ' ');
}

static char printable(uint8_t octet) {
    return octet > ' ' && octet < 0x7f ? (char)octet : '.';
}

enum { PER_LINE = 16, HEX_COLUMNS = 40 };

static void hex_line(struct text *t, const char *indent, const uint8_t *octets, size_t count,
                     size_t at, bool with_text) {
    size_t end = count - at < PER_LINE ? count : at + PER_LINE, columns = 0;
    text_add(t, indent);
    text_add(t, "0x");
    text_hex(t, at, 4);
    text_add(t, ": ");
    for (size_t i = at; i < end; i++) {
        if ((i - at) % 2 == 0) text_char(t, ' ');
        text_hex(t, octets[i], 2);
        columns += (i - at) % 2 == 0 ? 3 : 2;
    }
    if (!with_text) return;
    for (; columns < HEX_COLUMNS; columns++) text_char(t, ' ');
    text_add(t, "  ");
    for (size_t i = at; i < end; i++) text_char(t, printable(octets[i]));
}

/* -A: the text as it is, a line of it at a time. */
static void text_line(struct text *t, const uint8_t *octets, size_t count, size_t *at) {
    for (; *at < count && octets[*at] != '\n'; ++*at) {
        uint8_t o = octets[*at];
        if (o == '\r' && (*at + 1 == count || octets[*at + 1] == '\n')) continue;
        text_char(t, o == '\t' || o == ' ' ? (char)o : printable(o));
    }
    ++*at;
}

bool dump_octets(const struct dump_look *look, struct text *t, const uint8_t *octets, size_t count,
                 size_t *at) {
    size_t skip = look->with_link ? 0 : ETHER_HEADER;
    if (look->octets == DUMP_NO_OCTETS || count <= skip) return false;
    /* Text that ends in a newline has an empty line behind it. */
    if (look->octets == DUMP_TEXT ? *at > count - skip : *at >= count - skip) return false;
    octets += skip;
    count -= skip;
    if (look->octets == DUMP_TEXT) {
        text_line(t, octets, count, at);
        return true;
    }
    hex_line(t, "\t", octets, count, *at, look->octets == DUMP_HEX_AND_TEXT);
    *at += PER_LINE;
    return true;
}

void dump_unknown(struct dump *d, const uint8_t *octets, size_t count) {
    for (size_t at = 0; at < count; at += PER_LINE) {
        text_char(d->t, '\n');
        hex_line(d->t, "\t", octets, count, at, true);
    }
}

void dump_indented(struct dump *d, const char *indent, const uint8_t *octets, size_t count) {
    for (size_t at = 0; at < count && !d->t->cut; at += PER_LINE) {
        text_char(d->t, '\n');
        hex_line(d->t, indent, octets, count, at, false);
    }
}

/* ------------------------------------------------------------------------------- ARP */

static const char *arp_operation(uint16_t op) {
    static const char *const names[] = {
        [1] = "Request",       [2] = "Reply",           [3] = "Reverse Request",
        [4] = "Reverse Reply", [8] = "Inverse Request", [9] = "Inverse Reply"};
    return op < sizeof names / sizeof names[0] ? names[op] : NULL;
}

static void arp_question(struct dump *d, const struct arp_packet *p) {
    static const uint8_t nothing[6];
    text_add(d->t, "who-has ");
    dump_host(d, p->tpa);
    if (memcmp(p->tha, nothing, sizeof nothing) != 0) {
        text_add(d->t, " (");
        text_mac(d->t, p->tha);
        text_char(d->t, ')');
    }
    text_add(d->t, " tell ");
    dump_host(d, p->spa);
}

static void arp_of_hardware(struct dump *d, const struct arp_packet *p, const char *between,
                            const uint8_t mac[6], ip4 address) {
    bool asks = p->op == 3 || p->op == 8;
    if (asks) text_add(d->t, "who-is ");
    text_mac(d->t, asks ? p->tha : mac);
    text_add(d->t, between);
    if (asks)
        text_mac(d->t, p->sha);
    else
        dump_host(d, address);
}

void dump_arp(struct dump *d, struct reader r, size_t length) {
    struct arp_packet p;
    const uint8_t *octets = r.at;
    size_t count = read_left(&r);
    bool usual = arp_parse(&p, &r) == PARSE_OK && p.hrd == 1 && p.pro == 0x0800;
    if (!usual) {
        text_add(d->t, "[|arp]");
        return;
    }
    if (d->look->verbose > 0) text_add(d->t, "Ethernet (len 6), IPv4 (len 4), ");
    const char *name = arp_operation(p.op);
    if (name != NULL)
        text_add(d->t, name);
    else {
        dump_number(d, "Unknown (", p.op);
        text_add(d->t, ") ");
        dump_unknown(d, octets, count);
        return;
    }
    text_char(d->t, ' ');
    switch (p.op) {
    case 1: arp_question(d, &p); break;
    case 2:
        dump_host(d, p.spa);
        text_add(d->t, " is-at ");
        text_mac(d->t, p.sha);
        break;
    case 4: arp_of_hardware(d, &p, " at ", p.tha, p.tpa); break;
    case 9: arp_of_hardware(d, &p, " at ", p.sha, p.spa); break;
    default: arp_of_hardware(d, &p, " tell ", p.tha, 0);
    }
    dump_number(d, ", length ", length);
}

/* ------------------------------------------------------------------------------- IP */

static const char *protocol_name(uint8_t protocol) {
    static const struct {
        uint8_t protocol;
        const char *name;
    } names[] = {{0, "Options"}, {1, "ICMP"},  {2, "IGMP"},  {4, "IPIP"},   {6, "TCP"},
                 {17, "UDP"},    {41, "IPv6"}, {47, "GRE"},  {50, "ESP"},   {51, "AH"},
                 {88, "EIGRP"},  {89, "OSPF"}, {103, "PIM"}, {112, "VRRP"}, {132, "SCTP"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].protocol == protocol) return names[i].name;
    return "unknown";
}

static void protocol_number(struct dump *d, uint8_t protocol) {
    static const char *const names[] = {[1] = "icmp", [2] = "igmp", [6] = "tcp", [17] = "udp"};
    if (d->look->numeric == 0 && protocol < sizeof names / sizeof names[0] &&
        names[protocol] != NULL)
        text_add(d->t, names[protocol]);
    else
        dump_number(d, "ip-proto-", protocol);
}

/* RFC 791's source routes and record route: a comma behind what lies before the pointer. */
static void option_route(struct dump *d, const uint8_t *o, size_t length, size_t left) {
    if (length < 3 || (length + 1) % 4 != 0) {
        dump_number(d, " [bad length ", length);
        text_char(d->t, ']');
    }
    if (length < 3) return;
    size_t pointer = (size_t)o[2] - 1;
    if (o[2] < 4 || (pointer + 1) % 4 != 0) {
        dump_number(d, " [bad ptr ", o[2]);
        text_char(d->t, ']');
    }
    for (size_t at = 3; at < length && at + 4 <= left; at += 4) {
        text_char(d->t, ' ');
        text_ip4(d->t, (ip4)o[at] << 24 | (ip4)o[at + 1] << 16 | (ip4)o[at + 2] << 8 | o[at + 3]);
        if (pointer > at) text_char(d->t, ',');
    }
}

static uint32_t word_at(const uint8_t *o) {
    return (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
}

static void option_timestamp(struct dump *d, const uint8_t *o, size_t length) {
    static const char *const kinds[] = {[0] = "TSONLY", [1] = "TS+ADDR", [3] = "PRESPEC"};
    if (length < 4) {
        dump_number(d, "[bad length ", length);
        text_char(d->t, ']');
        return;
    }
    unsigned kind = o[3] & 15;
    size_t each = kind == 0 ? 4 : 8, pointer = (size_t)o[2] - 1, at = 4;
    text_add(d->t, " TS{");
    if ((length - 4) % each != 0) {
        dump_number(d, "[bad length ", length);
        text_char(d->t, ']');
    }
    if (o[2] < 5 || (pointer - 4) % each != 0 || pointer > length + 1) {
        dump_number(d, "[bad ptr ", o[2]);
        text_char(d->t, ']');
    }
    if (kind > 3 || kinds[kind] == NULL) {
        dump_number(d, "[bad ts type ", kind);
        text_add(d->t, "]");
        at = 0;
    } else {
        text_add(d->t, kinds[kind]);
        for (; at + each <= length; at += each) {
            text_add(d->t, pointer == at ? " ^ " : " ");
            dump_number(d, "", word_at(o + at + each - 4));
            text_char(d->t, '@');
            if (each == 8) text_ip4(d->t, word_at(o + at));
        }
    }
    if (pointer == at) text_add(d->t, " ^ ");
    if (o[3] >> 4 != 0) {
        dump_number(d, " [", o[3] >> 4);
        text_add(d->t, " hops not recorded]} ");
    } else {
        text_char(d->t, '}');
    }
}

static const char *option_name(uint8_t kind) {
    switch (kind) {
    case 0: return "EOL";
    case 1: return "NOP";
    case 7: return "RR";
    case 68: return "timestamp";
    case 82: return "traceroute";
    case 130: return "security";
    case 131: return "LSRR";
    case 137: return "SSRR";
    case 148: return "RA";
    default: return NULL;
    }
}

static void ip_options(struct dump *d, const uint8_t *o, size_t left) {
    const char *between = "";
    while (left > 0) {
        uint8_t kind = o[0];
        size_t length = kind <= 1 ? 1 : left < 2 ? 0 : o[1];
        text_add(d->t, between);
        between = ",";
        if (option_name(kind) != NULL)
            text_add(d->t, option_name(kind));
        else
            dump_number(d, "unknown ", kind);
        if (length == 0 || length > left || (kind > 1 && length < 2)) {
            text_add(d->t, " [|ip]");
            return;
        }
        if (kind == 7 || kind == 131 || kind == 137) option_route(d, o, length, left);
        if (kind == 68) option_timestamp(d, o, length);
        if (kind == 148 && length == 4 && (o[2] | o[3]) != 0)
            dump_number(d, " value ", (uint64_t)o[2] << 8 | o[3]);
        if (kind == 0) return;
        o += length;
        left -= length;
    }
}

/* (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60) */
static void ip_details(struct dump *d, const uint8_t *o, size_t header) {
    static const char *const ecn[] = {"", ",ECT(1)", ",ECT(0)", ",CE"};
    uint32_t word = (uint32_t)o[6] << 8 | o[7];
    dump_hex(d, "(tos 0x", o[1], 0);
    text_add(d->t, ecn[o[1] & 3]);
    if (o[8] > 0) dump_number(d, ", ttl ", o[8]);
    dump_number(d, ", id ", (uint64_t)o[4] << 8 | o[5]);
    dump_number(d, ", offset ", (word & 0x1fff) * 8);
    text_add(d->t, ", flags [");
    const char *between = "";
    for (uint32_t bit = 0x2000; bit <= 0x8000; bit <<= 1)
        if ((word & bit) != 0) {
            text_add(d->t, between);
            text_add(d->t, bit == 0x2000 ? "+" : bit == 0x4000 ? "DF" : "rsvd");
            between = ", ";
        }
    text_add(d->t, word >> 13 == 0 ? "none" : "");
    text_add(d->t, "], proto ");
    text_add(d->t, protocol_name(o[9]));
    dump_number(d, " (", o[9]);
    dump_number(d, "), length ", (uint64_t)o[2] << 8 | o[3]);
    if (header > IPV4_HEADER) {
        text_add(d->t, ", options (");
        ip_options(d, o + IPV4_HEADER, header - IPV4_HEADER);
        text_char(d->t, ')');
    }
    uint16_t is = (uint16_t)(o[10] << 8 | o[11]), should = dump_checksum(NULL, 0, o, header, 10);
    if (is != should) {
        dump_hex(d, ", bad cksum ", is, 0);
        dump_hex(d, " (->", should, 0);
        text_add(d->t, ")!");
    }
    text_add(d->t, ")\n    ");
}

static void ip_payload(struct dump *d, struct reader r, size_t length, uint8_t protocol,
                       const struct dump_ip *ip) {
    if (protocol == IP_PROTOCOL_TCP) {
        dump_tcp(d, r, length, ip);
        return;
    }
    if (protocol == IP_PROTOCOL_UDP) {
        dump_udp(d, r, length, ip);
        return;
    }
    dump_host(d, ip->src);
    text_add(d->t, " > ");
    dump_host(d, ip->dst);
    text_add(d->t, ": ");
    switch (protocol) {
    case IP_PROTOCOL_ICMP: dump_icmp(d, r, length, ip); return;
    case IP_PROTOCOL_IGMP: dump_igmp(d, r, length); return;
    case IP_PROTOCOL_OSPF: dump_ospf(d, r, length); return;
    default:
        text_char(d->t, ' ');
        protocol_number(d, protocol);
        dump_number(d, " ", length);
    }
}

/* Where the options' source route leads; without one, the destination. */
static ip4 last_stop(const uint8_t *header, size_t length, ip4 dst) {
    for (size_t at = IPV4_HEADER; at < length && header[at] != 0;) {
        size_t option = header[at] == 1 ? 1 : at + 1 < length ? header[at + 1] : 0;
        if (option == 0 || at + option > length) return dst;
        if ((header[at] == 131 || header[at] == 137) && option >= 7)
            return word_at(header + at + option - 4);
        at += option;
    }
    return dst;
}

static void ip_cut(struct dump *d, const uint8_t *o, size_t have, size_t header) {
    dump_host(d, word_at(o + 12));
    text_add(d->t, " > ");
    dump_host(d, word_at(o + 16));
    dump_number(d, ":  [remaining caplen(", have);
    dump_number(d, ") < header length(", header);
    text_add(d->t, ")] [|ip]");
}

void dump_ip(struct dump *d, struct reader r, size_t length) {
    if (d->look->link == 0) text_add(d->t, "IP ");
    const uint8_t *o = r.at;
    size_t have = read_left(&r);
    if (have < IPV4_HEADER) {
        text_add(d->t, "[|ip]");
        return;
    }
    size_t header = (size_t)(o[0] & 15) * 4, total = (size_t)o[2] << 8 | o[3];
    if (header < IPV4_HEADER) {
        dump_number(d, "bad-hlen ", header);
        return;
    }
    if (header > have) {
        ip_cut(d, o, have, header);
        return;
    }
    if (total > length) {
        dump_number(d, "truncated-ip - ", total - length);
        text_add(d->t, " bytes missing! ");
    }
    if (d->look->verbose > 0) ip_details(d, o, header);
    struct dump_ip ip = {.src = word_at(o + 12), .dst = word_at(o + 16), .ttl = o[8]};
    ip.last = last_stop(o, header, ip.dst);
    uint32_t fragment = (uint32_t)o[6] << 8 | o[7];
    ip.fragment = (fragment & 0x3fff) != 0;
    read_skip(&r, header);
    if (total >= header && read_left(&r) > total - header) r.end = r.at + (total - header);
    if ((fragment & 0x1fff) == 0) {
        ip_payload(d, r, total < header ? 0 : total - header, o[9], &ip);
        return;
    }
    dump_host(d, ip.src);
    text_add(d->t, " > ");
    dump_host(d, ip.dst);
    text_add(d->t, ": ");
    protocol_number(d, o[9]);
}

/* ------------------------------------------------------------------------------- the frame */

static const char *type_name(uint16_t type) {
    switch (type) {
    case ETHER_TYPE_IPV4: return "IPv4";
    case ETHER_TYPE_ARP: return "ARP";
    case 0x86dd: return "IPv6";
    case 0x8035: return "Reverse ARP";
    case 0x8100: return "802.1Q";
    case 0x9000: return "Loopback";
    default: return "Unknown";
    }
}

static void mac_text(struct dump *d, const uint8_t mac[6]) {
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    bool named = d->look->numeric == 0, all = memcmp(mac, everybody, sizeof everybody) == 0;
    if (named && all) {
        text_add(d->t, "Broadcast");
        return;
    }
    text_mac(d->t, mac);
    if (named) text_add(d->t, " (oui Unknown)");
}

static void link_header(struct dump *d, const struct ether_header *h, size_t count) {
    mac_text(d, h->src);
    text_add(d->t, " > ");
    mac_text(d, h->dst);
    text_add(d->t, d->look->quick != 0 ? ", " : ", ethertype ");
    bool unknown = same_text(type_name(h->type), "Unknown");
    text_add(d->t, type_name(h->type));
    if (d->look->quick != 0 && unknown) text_add(d->t, " Ethertype");
    if (d->look->quick == 0 || unknown) {
        dump_hex(d, " (0x", h->type, 4);
        text_char(d->t, ')');
    }
    dump_number(d, ", length ", count);
    text_add(d->t, ": ");
}

void dump_frame(const struct dump_look *look, struct dump_flows *flows, struct text *t,
                const uint8_t *octets, size_t count, size_t length) {
    struct dump d = {.look = look, .flows = flows, .t = t};
    struct ether_header h;
    struct reader r = reader_of(octets, count);
    if (ether_parse(&h, &r) != PARSE_OK) {
        text_add(t, "[|ether]");
        return;
    }
    bool known = h.type == ETHER_TYPE_IPV4 || h.type == ETHER_TYPE_ARP;
    if (look->link != 0 || !known) link_header(&d, &h, length);
    if (h.type == ETHER_TYPE_IPV4) {
        dump_ip(&d, r, length - ETHER_HEADER);
    } else if (h.type == ETHER_TYPE_ARP) {
        if (look->link == 0) text_add(t, "ARP, ");
        dump_arp(&d, r, length - ETHER_HEADER);
    } else if (look->quick == 0) {
        dump_unknown(&d, r.at, read_left(&r));
    }
}
