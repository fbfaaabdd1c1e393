#include "wire/arp.h"
/*
 * The ARP packet, RFC 826, for Ethernet and IPv4: the only pair of address lengths that the struct
 * can hold, so any other pair is PARSE_BAD_HEADER. Whether hardware type, protocol and opcode are
 * known is the question list of the RFC's reception algorithm, and that is the stack's.
 */
#include <string.h>

#include "wire/fields.h"

enum { HRD, PRO, HLN, PLN, OP, SHA, SPA, THA, TPA };

#define CLAUSE "RFC 826 Packet format"
const struct wire_field arp_fields[] = {
    [HRD] = {"arp.hw.type", "Hardware type", 0, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [PRO] = {"arp.proto.type", "Protocol type", 2, 2, 1, SHAPE_HEX, 0, 0, 0, CLAUSE},
    [HLN] = {"arp.hw.size", "Hardware size", 4, 1, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [PLN] = {"arp.proto.size", "Protocol size", 5, 1, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [OP] = {"arp.opcode", "Opcode", 6, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [SHA] = {"arp.src.hw_mac", "Sender MAC address", 8, 6, 1, SHAPE_MAC, 0, 0, 0, CLAUSE},
    [SPA] = {"arp.src.proto_ipv4", "Sender IP address", 14, 4, 1, SHAPE_IP4, 0, 0, 0, CLAUSE},
    [THA] = {"arp.dst.hw_mac", "Target MAC address", 18, 6, 1, SHAPE_MAC, 0, 0, 0, CLAUSE},
    [TPA] = {"arp.dst.proto_ipv4", "Target IP address", 24, 4, 1, SHAPE_IP4, 0, 0, 0, CLAUSE},
};
const size_t arp_field_count = sizeof arp_fields / sizeof *arp_fields;

enum parse_result arp_parse(struct arp_packet *p, struct reader *r) {
    const struct wire_field *f = arp_fields;
    const uint8_t *o = read_span(r, ARP_PACKET);
    if (r->failed)
        return PARSE_TRUNCATED;
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
