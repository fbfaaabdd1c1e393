#include "wire/arp.h"
/*
 * The ARP packet, RFC 826, for Ethernet and IPv4: the only pair of address lengths that the struct
 * can hold, so any other pair is PARSE_BAD_HEADER. Whether hardware type, protocol and opcode are
 * known is the question list of the RFC's reception algorithm, and that is the stack's.
 */
#include <string.h>

#include "wire/describe.h"

enum { HRD, PRO, HLN, PLN, OP, SHA, SPA, THA, TPA };
enum { FIXED = 8 }; /* octets before the addresses */

#define CLAUSE "RFC 826 Packet format"
static const struct value_name hardware_names[] = {{1, "Ethernet"}, {0, NULL}};
static const struct value_name opcode_names[] = {
    {ARP_OP_REQUEST, "request"},
    {ARP_OP_REPLY, "reply"},
    {0, NULL},
};
const struct wire_field arp_fields[] = {
    [HRD] = NAMED(0, 2, SHAPE_DECIMAL, "arp.hw.type", "Hardware type", hardware_names),
    [PRO] = NAMED(2, 2, SHAPE_HEX, "arp.proto.type", "Protocol type", ether_type_names),
    [HLN] = ROW(4, 1, SHAPE_DECIMAL, "arp.hw.size", "Hardware size"),
    [PLN] = ROW(5, 1, SHAPE_DECIMAL, "arp.proto.size", "Protocol size"),
    [OP] = NAMED(6, 2, SHAPE_DECIMAL, "arp.opcode", "Opcode", opcode_names),
    [SHA] = ROW(8, 6, SHAPE_MAC, "arp.src.hw_mac", "Sender MAC address"),
    [SPA] = ROW(14, 4, SHAPE_IP4, "arp.src.proto_ipv4", "Sender IP address"),
    [THA] = ROW(18, 6, SHAPE_MAC, "arp.dst.hw_mac", "Target MAC address"),
    [TPA] = ROW(24, 4, SHAPE_IP4, "arp.dst.proto_ipv4", "Target IP address"),
};
const size_t arp_field_count = sizeof arp_fields / sizeof *arp_fields;

enum parse_result arp_parse(struct arp_packet *p, struct reader *r) {
    const struct wire_field *f = arp_fields;
    const uint8_t *o = read_span(r, ARP_PACKET);
    if (r->failed) return PARSE_TRUNCATED;
    p->hrd = (uint16_t)field_get(o, &f[HRD]);
    p->pro = (uint16_t)field_get(o, &f[PRO]);
    p->hln = (uint8_t)field_get(o, &f[HLN]);
    p->pln = (uint8_t)field_get(o, &f[PLN]);
    p->op = (uint16_t)field_get(o, &f[OP]);
    memcpy(p->sha, o + f[SHA].at, sizeof p->sha);
    p->spa = field_get(o, &f[SPA]);
    memcpy(p->tha, o + f[THA].at, sizeof p->tha);
    p->tpa = field_get(o, &f[TPA]);
    return p->hln == sizeof p->sha && p->pln == 4 ? PARSE_OK : PARSE_BAD_HEADER;
}

void arp_emit(struct writer *w, const struct arp_packet *p) {
    const struct wire_field *f = arp_fields;
    uint8_t *o = write_span(w, ARP_PACKET);
    field_put(o, &f[HRD], p->hrd);
    field_put(o, &f[PRO], p->pro);
    field_put(o, &f[HLN], p->hln);
    field_put(o, &f[PLN], p->pln);
    field_put(o, &f[OP], p->op);
    memcpy(o + f[SHA].at, p->sha, sizeof p->sha);
    field_put(o, &f[SPA], p->spa);
    memcpy(o + f[THA].at, p->tha, sizeof p->tha);
    field_put(o, &f[TPA], p->tpa);
}

uint32_t arp_length(const uint8_t *octets, uint32_t at, uint32_t end) {
    if (end - at < FIXED) return end - at;
    const uint8_t *o = octets + at;
    return FIXED + 2 * field_get(o, &arp_fields[HLN]) + 2 * field_get(o, &arp_fields[PLN]);
}

/* Addresses of other lengths than Ethernet's and IPv4's: as octets. */
static void describe_addresses(struct description *d, uint32_t at, uint32_t end) {
    static const struct {
        const char *name, *label;
    } parts[] = {{"arp.src.hw", "Sender hardware address"},
                 {"arp.src.proto", "Sender protocol address"},
                 {"arp.dst.hw", "Target hardware address"},
                 {"arp.dst.proto", "Target protocol address"}};
    const uint8_t *o = d->octets + at;
    uint32_t length[2] = {field_get(o, &arp_fields[HLN]), field_get(o, &arp_fields[PLN])};
    uint32_t from = at + FIXED;
    for (int i = 0; i < 4; i++) {
        uint32_t to = from + length[i % 2] < end ? from + length[i % 2] : end;
        describe_octets(d, 1, 0, parts[i].name, parts[i].label, CLAUSE, from, to);
        from = to;
    }
}

void arp_describe(struct description *d, uint32_t at, uint32_t end) {
    const struct wire_field *f = arp_fields;
    const uint8_t *o = d->octets + at;
    bool fixed = end - at >= FIXED;
    bool usual = fixed && field_get(o, &f[HLN]) == 6 && field_get(o, &f[PLN]) == 4;
    const char *operation = fixed ? field_meaning(&f[OP], field_get(o, &f[OP])) : NULL;
    describe_header(d, 0, "arp", "Address Resolution Protocol", CLAUSE, at, end,
                    operation ? operation : "");
    if (usual)
        describe_rows(d, f, arp_field_count, at, end);
    else if (describe_rows(d, f, OP + 1, at, end))
        describe_addresses(d, at, end);
}

bool arp_has_row(const uint8_t *header, uint32_t row) {
    const struct wire_field *f = arp_fields;
    return row <= OP || (field_get(header, &f[HLN]) == 6 && field_get(header, &f[PLN]) == 4);
}
