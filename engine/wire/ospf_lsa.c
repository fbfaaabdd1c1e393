#include "wire/ospf_lsa.h"
/*
 * Link state advertisements: the header (RFC 2328 A.4.1), the bodies of types 1 to 5 (A.4.2 to
 * A.4.5), and the checksum (12.1.7: Fletcher's of RFC 905 annex B, over all but the age). Metrics
 * for other types of service (RFC 1583) are passed over, never written. Left out: opaque and
 * NSSA advertisements.
 */
#include "base/checksum.h"

enum { AGE_LENGTH = 2, CHECKSUM_AT = 16, LENGTH_AT = 18, TOS_LENGTH = 4, EXTERNAL_TOS_LENGTH = 12 };
static const uint32_t metric_mask = OSPF_LS_INFINITY, external_e = 0x80000000;

enum parse_result ospf_parse_lsa_header(struct ospf_lsa_header *h, struct reader *r) {
    h->age = read_u16(r);
    h->options = read_u8(r);
    h->type = read_u8(r);
    h->link_state_id = read_u32(r);
    h->advertising_router = read_u32(r);
    h->sequence = read_u32(r);
    h->checksum = read_u16(r);
    h->length = read_u16(r);
    return r->failed ? PARSE_TRUNCATED : PARSE_OK;
}

static enum parse_result with_items(const struct reader *r, size_t item) {
    if (r->failed) return PARSE_TRUNCATED;
    return read_left(r) % item == 0 ? PARSE_OK : PARSE_BAD_LENGTH;
}

enum parse_result ospf_parse_router_lsa(struct ospf_router_lsa *a, struct reader *r) {
    a->bits = read_u8(r);
    read_skip(r, 1);
    a->links = read_u16(r);
    return r->failed ? PARSE_TRUNCATED : PARSE_OK;
}

bool ospf_next_link(struct reader *r, struct ospf_link *l) {
    if (read_left(r) == 0) return false;
    l->id = read_u32(r);
    l->data = read_u32(r);
    l->type = read_u8(r);
    l->tos_count = read_u8(r);
    l->metric = read_u16(r);
    read_skip(r, (size_t)l->tos_count * TOS_LENGTH);
    return !r->failed;
}

enum parse_result ospf_parse_network_lsa(struct ospf_network_lsa *a, struct reader *r) {
    a->mask = read_u32(r);
    return with_items(r, 4);
}

bool ospf_next_attached(struct reader *r, uint32_t *router_id) {
    if (read_left(r) == 0) return false;
    *router_id = read_u32(r);
    return !r->failed;
}

enum parse_result ospf_parse_summary_lsa(struct ospf_summary_lsa *a, struct reader *r) {
    a->mask = read_u32(r);
    a->metric = read_u32(r) & metric_mask;
    return with_items(r, TOS_LENGTH);
}

enum parse_result ospf_parse_external_lsa(struct ospf_external_lsa *a, struct reader *r) {
    a->mask = read_u32(r);
    uint32_t word = read_u32(r);
    a->metric = word & metric_mask;
    a->type2 = (word & external_e) != 0;
    a->forwarding = read_u32(r);
    a->tag = read_u32(r);
    return with_items(r, EXTERNAL_TOS_LENGTH);
}

static bool router_lsa_fits(struct reader *r) {
    struct ospf_router_lsa a;
    struct ospf_link link;
    if (ospf_parse_router_lsa(&a, r) != PARSE_OK) return false;
    uint32_t links = 0;
    while (ospf_next_link(r, &link)) links++;
    return !r->failed && links == a.links;
}

bool ospf_lsa_body_fits(uint32_t type, const uint8_t *body, size_t count) {
    struct reader r = reader_of(body, count);
    struct ospf_network_lsa network;
    struct ospf_summary_lsa summary;
    struct ospf_external_lsa external;
    switch (type) {
    case OSPF_ROUTER_LSA: return router_lsa_fits(&r);
    case OSPF_NETWORK_LSA: return ospf_parse_network_lsa(&network, &r) == PARSE_OK;
    case OSPF_SUMMARY_LSA:
    case OSPF_ASBR_SUMMARY_LSA: return ospf_parse_summary_lsa(&summary, &r) == PARSE_OK;
    case OSPF_EXTERNAL_LSA: return ospf_parse_external_lsa(&external, &r) == PARSE_OK;
    default: return true;
    }
}

uint16_t ospf_lsa_checksum(const uint8_t *lsa, size_t length) {
    assert(length >= OSPF_LSA_HEADER);
    return fletcher_checksum(lsa + AGE_LENGTH, length - AGE_LENGTH, CHECKSUM_AT - AGE_LENGTH);
}

/* Zero is no checksum, and therefore wrong: 12.1.7. */
bool ospf_lsa_checksum_holds(const uint8_t *lsa, size_t length) {
    assert(length >= OSPF_LSA_HEADER);
    if (lsa[CHECKSUM_AT] == 0 && lsa[CHECKSUM_AT + 1] == 0) return false;
    return fletcher_holds(lsa + AGE_LENGTH, length - AGE_LENGTH);
}

/* ---------------------------------------------------------------------------------------- emit */

void ospf_emit_lsa_header(struct writer *w, const struct ospf_lsa_header *h) {
    write_u16(w, h->age);
    write_u8(w, h->options);
    write_u8(w, h->type);
    write_u32(w, h->link_state_id);
    write_u32(w, h->advertising_router);
    write_u32(w, h->sequence);
    write_u16(w, h->checksum);
    write_u16(w, h->length);
}

void ospf_lsa_seal(uint8_t *lsa, size_t length) {
    struct writer w = {lsa, lsa + length, lsa + length};
    assert(length <= UINT16_MAX);
    patch_u16(&w, LENGTH_AT, (uint16_t)length);
    patch_u16(&w, CHECKSUM_AT, ospf_lsa_checksum(lsa, length));
}

void ospf_emit_router_lsa(struct writer *w, const struct ospf_router_lsa *a) {
    write_u8(w, a->bits);
    write_u8(w, 0);
    write_u16(w, a->links);
}

void ospf_emit_link(struct writer *w, const struct ospf_link *l) {
    write_u32(w, l->id);
    write_u32(w, l->data);
    write_u8(w, l->type);
    write_u8(w, 0);
    write_u16(w, l->metric);
}

void ospf_emit_network_lsa(struct writer *w, const struct ospf_network_lsa *a) {
    write_u32(w, a->mask);
}

void ospf_emit_attached(struct writer *w, uint32_t router_id) {
    write_u32(w, router_id);
}

void ospf_emit_summary_lsa(struct writer *w, const struct ospf_summary_lsa *a) {
    write_u32(w, a->mask);
    write_u32(w, a->metric & metric_mask);
}

void ospf_emit_external_lsa(struct writer *w, const struct ospf_external_lsa *a) {
    write_u32(w, a->mask);
    write_u32(w, (a->metric & metric_mask) | (a->type2 ? external_e : 0));
    write_u32(w, a->forwarding);
    write_u32(w, a->tag);
}
