#include "wire/summary.h"
/*
 * One line about a frame, for an arrow: what it is, the role that colours it, and a sentence key
 * with its arguments. The sentences are in engine/text/wire.*.json; each key has the same arguments
 * always, whatever the frame lacks, so that a sentence never has a hole. RIP and OSPF are in
 * summary_routing.c.
 */
#include <string.h>

#include "wire/arp.h"
#include "wire/describe.h"
#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/igmp.h"
#include "wire/ipv4.h"
#include "wire/layers.h"
#include "wire/ospf.h"
#include "wire/rip.h"
#include "wire/tcp_fields.h"
#include "wire/tftp.h"
#include "wire/udp.h"

static const char *const protocols[] = {"eth", "arp", "ip",   "icmp", "igmp",
                                        "udp", "tcp", "tftp", "rip",  "ospf"};

const char *engine_protocol_name(uint32_t n) {
    return n < sizeof protocols / sizeof *protocols ? protocols[n] : NULL;
}

const char *engine_role_name(enum role role) {
    static const char *const names[ROLE_COUNT] = {
        [ROLE_OPEN] = "open",       [ROLE_DATA] = "data",       [ROLE_CLOSE] = "close",
        [ROLE_CONTROL] = "control", [ROLE_PROBLEM] = "problem",
    };
    return (unsigned)role < ROLE_COUNT ? names[role] : NULL;
}

/* ------------------------------------------------------------------------------------------ TCP */

static const char *tcp_key(uint16_t flags, uint32_t length) {
    if (flags & TCP_RST) return "tcp.rst";
    if (flags & TCP_SYN) return flags & TCP_ACK ? "tcp.syn_ack" : "tcp.syn";
    if (flags & TCP_FIN) return "tcp.fin";
    if (length > 0) return "tcp.data";
    return flags & TCP_ACK ? "tcp.ack" : "tcp.other";
}

static enum role tcp_role(uint16_t flags, uint32_t length) {
    if (flags & (TCP_RST | TCP_FIN)) return ROLE_CLOSE;
    if (flags & TCP_SYN) return ROLE_OPEN;
    return length > 0 ? ROLE_DATA : ROLE_CONTROL;
}

static void label_flags(struct packet_summary *s, uint16_t flags) {
    static const struct {
        uint16_t bit;
        const char *name;
    } names[] = {{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"},
                 {TCP_PSH, "PSH"}, {TCP_URG, "URG"}, {TCP_ACK, "ACK"}};
    struct text t = label(s);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!(flags & names[i].bit)) continue;
        if (text_length(&t) > 0) text_char(&t, ' ');
        text_add(&t, names[i].name);
    }
    if (text_length(&t) == 0) text_add(&t, "no flags");
}

static void label_numbers(struct packet_summary *s, uint16_t flags, uint32_t seq, uint32_t ack) {
    struct text t = label(s);
    text_add(&t, "seq ");
    text_u64(&t, seq);
    if (!(flags & TCP_ACK)) return;
    text_add(&t, " ack ");
    text_u64(&t, ack);
}

static void label_word(struct packet_summary *s, const char *word) {
    struct text t = label(s);
    text_add(&t, word);
}

static uint32_t tcp_mss(const uint8_t *options, size_t count) {
    enum { MSS_DEFAULT = 536 }; /* RFC 9293 3.7.1 MUST-15: what an absent option means */
    struct reader list = reader_of(options, count);
    struct tcp_option option;
    while (tcp_next_option(&list, &option) && option.kind != TCP_OPTION_END)
        if (option.kind == TCP_OPTION_MSS && option.length == 4) return read_u16(&option.body);
    return MSS_DEFAULT;
}

static void tcp_summarise(struct packet_summary *s, const struct layers *l, uint32_t seq_base,
                          uint32_t ack_base) {
    const struct wire_field *f = tcp_fields;
    const uint8_t *o = l->octets + l->at[LAYER_TCP];
    uint16_t flags = (uint16_t)(field_get(o, &f[TCP_F_FLAGS]) & TCP_FLAG_BITS);
    uint32_t length = l->payload_end - l->end[LAYER_TCP] + l->missing;
    uint32_t seq = field_get(o, &f[TCP_F_SEQ]) - seq_base, ack = field_get(o, &f[TCP_F_ACK]);
    if (flags & TCP_ACK) ack -= ack_base;
    say(s, "tcp", tcp_role(flags, length), tcp_key(flags, length));
    s->payload_length = length;
    label_flags(s, flags);
    label_numbers(s, flags, seq, ack);
    if (length > 0)
        label_length(s, length);
    else if ((flags & (TCP_ACK | TCP_SYN | TCP_RST)) == TCP_ACK &&
             field_get(o, &f[TCP_F_WINDOW]) == 0)
        label_word(s, "win 0"); /* a shut window is what such a segment is about */
    uint32_t header = l->end[LAYER_TCP] - l->at[LAYER_TCP];
    number(s, "seq", seq);
    number(s, "wire", field_get(o, &f[TCP_F_SEQ]));
    number(s, "ack", ack);
    number(s, "len", length);
    number(s, "next", seq + length + !!(flags & TCP_SYN) + !!(flags & TCP_FIN));
    number(s, "win", field_get(o, &f[TCP_F_WINDOW]));
    number(s, "mss", tcp_mss(o + TCP_HEADER, header - TCP_HEADER));
    number(s, "from", field_get(o, &f[TCP_F_SRCPORT]));
    number(s, "port", field_get(o, &f[TCP_F_DSTPORT]));
}

/* ------------------------------------------------------------------------------- the other ones */

static void arp_summarise(struct packet_summary *s, const struct layers *l) {
    struct arp_packet p;
    struct reader r = reader_of(l->octets + l->at[LAYER_ARP], l->end[LAYER_ARP] - l->at[LAYER_ARP]);
    bool whole = arp_parse(&p, &r) == PARSE_OK,
         known = p.op == ARP_OP_REQUEST || p.op == ARP_OP_REPLY;
    if (!whole || !known) {
        say(s, "arp", ROLE_CONTROL, "arp.other");
        label_is(s, "ARP");
        return;
    }
    bool asks = p.op == ARP_OP_REQUEST, announces = p.spa == p.tpa;
    bool probes = asks && p.spa == 0, alone = (l->octets[0] & 1) == 0;
    say(s, "arp", announces ? ROLE_CONTROL : ROLE_OPEN,
        announces ? "arp.announce"
        : !asks   ? "arp.reply"
        : probes  ? "arp.probe" /* RFC 5227 1.1 */
        : alone   ? "arp.poll"
                  : "arp.request");
    label_is(s, announces ? "ARP announcement"
                : !asks   ? "ARP reply"
                : probes  ? "ARP probe"
                          : "ARP request");
    struct text t = label(s);
    text_add(&t, asks && !announces ? "who has " : "");
    text_ip4(&t, asks ? p.tpa : p.spa);
    address(s, "src", p.spa);
    address(s, "dst", p.tpa);
    t = argument(s, "mac");
    text_mac(&t, p.sha);
}

enum { FRAGMENTATION_NEEDED = 4, TIMES = 12 };

static const char *icmp_key(uint32_t type, uint32_t code, uint32_t length) {
    switch (type) {
    case ICMP_ECHO: return "icmp.echo";
    case ICMP_ECHO_REPLY: return "icmp.echo_reply";
    case ICMP_UNREACHABLE:
        return code == FRAGMENTATION_NEEDED ? "icmp.too_big" : "icmp.unreachable";
    case ICMP_TIMESTAMP: return length >= TIMES ? "icmp.timestamp" : "icmp.other";
    case ICMP_TIMESTAMP_REPLY: return length >= TIMES ? "icmp.timestamp_reply" : "icmp.other";
    case ICMP_REDIRECT: return "icmp.redirect";
    case ICMP_TIME_EXCEEDED: return "icmp.time_exceeded";
    default: return "icmp.other";
    }
}

/* What the second word, or the `given` octets of data, of some messages say. */
static void icmp_particulars(struct packet_summary *s, const uint8_t *o, uint32_t type,
                             uint32_t code, uint32_t given) {
    static const char *const times[] = {"originate", "receive", "transmit"};
    bool timestamp = type == ICMP_TIMESTAMP || type == ICMP_TIMESTAMP_REPLY;
    if (type == ICMP_REDIRECT) address(s, "gateway", field_word(o + 4, 4));
    if (type == ICMP_UNREACHABLE && code == FRAGMENTATION_NEEDED)
        number(s, "mtu", field_word(o + 6, 2));
    for (size_t i = 0; timestamp && given >= TIMES && i < 3; i++)
        number(s, times[i], field_word(o + ICMP_HEADER + 4 * i, 4));
}

static void icmp_summarise(struct packet_summary *s, const struct layers *l) {
    const struct wire_field *f = icmp_fields;
    const uint8_t *o = l->octets + l->at[LAYER_ICMP];
    uint32_t type = field_get(o, &f[0]), code = field_get(o, &f[1]),
             sequence = field_word(o + 6, 2);
    const char *name = field_meaning(&f[0], type);
    bool echo = type == ICMP_ECHO || type == ICMP_ECHO_REPLY;
    enum role role = icmp_quotes(type) ? ROLE_PROBLEM : echo ? ROLE_OPEN : ROLE_CONTROL;
    uint32_t given = l->payload_end - l->end[LAYER_ICMP];
    s->payload_length = given + l->missing;
    say(s, "icmp", role, icmp_key(type, code, given));
    label_is(s, type == ICMP_ECHO         ? "echo request"
                : type == ICMP_ECHO_REPLY ? "echo reply"
                : name != NULL            ? name
                                          : "ICMP");
    struct text t = label(s);
    text_add(&t, echo ? "seq " : "code ");
    text_u64(&t, echo ? sequence : code);
    if (echo) label_length(s, s->payload_length);
    addresses(s, l);
    number(s, "type", type);
    number(s, "code", code);
    number(s, "seq", sequence);
    number(s, "len", s->payload_length);
    icmp_particulars(s, o, type, code, given);
}

/* A report of version 3 tells of its first record, as almost all have one alone. */
static const char *igmp_key(const uint8_t *o, uint32_t length) {
    bool leaves = length > IGMP_HEADER && o[IGMP_HEADER] == IGMP_TO_INCLUDE;
    switch (o[0]) {
    case IGMP_QUERY: return "igmp.query";
    case IGMP_LEAVE: return "igmp.leave";
    case IGMP_REPORT_V3: return leaves ? "igmp.leave" : "igmp.report";
    case IGMP_REPORT_V1:
    case IGMP_REPORT_V2: return "igmp.report";
    default: return "igmp.other";
    }
}

static bool is_key(const char *key, const char *other) {
    return strlen(key) == strlen(other) && memcmp(key, other, strlen(key)) == 0;
}

static void igmp_summarise(struct packet_summary *s, const struct layers *l) {
    const uint8_t *o = l->octets + l->at[LAYER_IGMP];
    uint32_t length = l->end[LAYER_IGMP] - l->at[LAYER_IGMP];
    bool listed = o[0] == IGMP_REPORT_V3;
    const char *key = igmp_key(o, length);
    ip4 group = listed && length >= IGMP_HEADER + IGMP_RECORD ? field_word(o + 12, 4)
                : listed                                      ? 0
                                                              : field_word(o + 4, 4);
    say(s, "igmp", ROLE_CONTROL, key);
    label_is(s, o[0] == IGMP_QUERY           ? "IGMP query"
                : is_key(key, "igmp.leave")  ? "IGMP leave"
                : is_key(key, "igmp.report") ? "IGMP report"
                                             : "IGMP");
    struct text t = label(s);
    if (group != 0)
        text_ip4(&t, group);
    else
        text_add(&t, "all groups");
    addresses(s, l);
    address(s, "group", group);
    number(s, "type", o[0]);
}

static void udp_summarise(struct packet_summary *s, const struct layers *l) {
    const uint8_t *o = l->octets + l->at[LAYER_UDP];
    uint32_t from = field_word(o, 2), to = field_word(o + 2, 2);
    say(s, "udp", ROLE_DATA, "udp.datagram");
    s->payload_length = l->payload_end - l->end[LAYER_UDP] + l->missing;
    label_is(s, "UDP");
    struct text t = label(s);
    text_u64(&t, from);
    text_add(&t, " > ");
    text_u64(&t, to);
    label_length(s, s->payload_length);
    number(s, "from", from);
    number(s, "port", to);
    number(s, "len", s->payload_length);
}

/* "RRQ kernel": a name is told as far as there is room for it. */
static void label_name(struct packet_summary *s, const char *what, const char *name) {
    struct text t = label(s);
    text_add(&t, what);
    text_char(&t, ' ');
    text_add(&t, name);
}

/* "blksize=1428 tsize=0" */
static void label_options(struct packet_summary *s, struct reader options) {
    const char *name, *value;
    struct text t = label(s);
    while (tftp_next_option(&options, &name, &value)) {
        if (text_length(&t) > 0) text_char(&t, ' ');
        text_add(&t, name);
        text_char(&t, '=');
        text_add(&t, value);
    }
    if (text_length(&t) == 0) s->label_count--;
}

static void label_tftp(struct packet_summary *s, const struct tftp_packet *p) {
    switch (p->opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        label_name(s, p->opcode == TFTP_RRQ ? "RRQ" : "WRQ", p->name);
        label_is(s, p->mode);
        label_options(s, p->contents);
        break;
    case TFTP_DATA:
        label_number(s, "DATA", p->block);
        label_length(s, (uint32_t)read_left(&p->contents));
        break;
    case TFTP_ACK: label_number(s, "ACK", p->block); break;
    case TFTP_ERROR:
        label_number(s, "ERROR", p->block);
        label_is(s, p->name == NULL ? "" : p->name);
        break;
    case TFTP_OACK:
        label_is(s, "OACK");
        label_options(s, p->contents);
        break;
    default: label_is(s, "TFTP"); break;
    }
}

static void tftp_summarise(struct packet_summary *s, const struct layers *l) {
    static const char *const keys[] = {"tftp.other", "tftp.rrq",   "tftp.wrq", "tftp.data",
                                       "tftp.ack",   "tftp.error", "tftp.oack"};
    static const enum role roles[] = {ROLE_CONTROL, ROLE_OPEN,    ROLE_OPEN, ROLE_DATA,
                                      ROLE_CONTROL, ROLE_PROBLEM, ROLE_OPEN};
    uint32_t at = l->at[LAYER_TFTP];
    struct tftp_packet p;
    bool known = tftp_parse(&p, reader_of(l->octets + at, l->payload_end - at)) == PARSE_OK;
    if (!known) p = (struct tftp_packet){.opcode = 0};
    say(s, "tftp", roles[p.opcode], keys[p.opcode]);
    s->payload_length = l->payload_end - at;
    label_tftp(s, &p);
    struct text t = argument(s, "file");
    text_add(&t, p.name == NULL ? "" : p.name);
    number(s, "block", p.block);
    number(s, "len", read_left(&p.contents));
}

/* What no layer above reads: a later fragment (RFC 791 3.2), or a protocol that is not here. */
static void ip_summarise(struct packet_summary *s, const struct layers *l) {
    enum { OFFSET_MASK = 0x1fff, OFFSET_UNIT = 8 };
    const uint8_t *o = l->octets + l->at[LAYER_IPV4];
    uint32_t protocol = o[9], offset = (field_word(o + 6, 2) & OFFSET_MASK) * OFFSET_UNIT;
    say(s, "ip", ROLE_DATA, offset > 0 ? "ip.fragment" : "ip.other");
    s->payload_length = l->payload_end - l->end[LAYER_IPV4] + l->missing;
    label_is(s, offset > 0 ? "IP fragment" : "IP");
    struct text t = label(s);
    text_add(&t, offset > 0 ? "at " : "protocol ");
    text_u64(&t, offset > 0 ? offset : protocol);
    if (offset > 0) label_length(s, s->payload_length);
    addresses(s, l);
    number(s, "protocol", protocol);
    number(s, "offset", offset);
    number(s, "len", s->payload_length);
}

static void ether_summarise(struct packet_summary *s, const struct layers *l) {
    uint32_t type = l->count >= ETHER_HEADER ? field_word(l->octets + 12, 2) : 0;
    say(s, "eth", ROLE_DATA, "eth.other");
    s->payload_length = l->count > ETHER_HEADER ? l->count - ETHER_HEADER : 0;
    label_is(s, "Ethernet");
    struct text t = label(s);
    text_add(&t, "type 0x");
    text_hex(&t, type, 4);
    t = argument(s, "type");
    text_add(&t, "0x");
    text_hex(&t, type, 4);
    number(s, "len", l->count);
}

static bool has_header(const struct layers *l, enum layer layer, uint32_t octets) {
    return layers_have(l, layer) && l->end[layer] - l->at[layer] >= octets;
}

void packet_summarise(const uint8_t *octets, size_t count, uint32_t seq_base, uint32_t ack_base,
                      struct packet_summary *s) {
    struct layers l;
    memset(s, 0, sizeof *s);
    layers_find(&l, octets, count, seq_base);
    if (has_header(&l, LAYER_TCP, TCP_HEADER))
        tcp_summarise(s, &l, seq_base, ack_base);
    else if (layers_have(&l, LAYER_TFTP))
        tftp_summarise(s, &l);
    else if (has_header(&l, LAYER_RIP, RIP_HEADER))
        rip_summarise(s, &l);
    else if (has_header(&l, LAYER_UDP, UDP_HEADER))
        udp_summarise(s, &l);
    else if (has_header(&l, LAYER_OSPF, OSPF_HEADER))
        ospf_summarise(s, &l);
    else if (has_header(&l, LAYER_ICMP, ICMP_HEADER))
        icmp_summarise(s, &l);
    else if (has_header(&l, LAYER_IGMP, IGMP_HEADER))
        igmp_summarise(s, &l);
    else if (layers_have(&l, LAYER_ARP))
        arp_summarise(s, &l);
    else if (has_header(&l, LAYER_IPV4, IPV4_HEADER))
        ip_summarise(s, &l);
    else
        ether_summarise(s, &l);
}
