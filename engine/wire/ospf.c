#include "wire/ospf.h"
/*
 * OSPF's five packets: a header of 24 octets (RFC 2328 A.3.1), whose last eight are the
 * authentication's (D), and a body. The length in the header ends the packet; a digest (D.4.3) and
 * a block of link-local signalling (RFC 5613) may follow within the datagram. Lengths are judged
 * here, and the version; all else is 8.2's and up.
 */
#include <string.h>

#include "base/checksum.h"

enum { CHECKSUM_AT = 12, AUTHENTICATION_AT = 16 };

/* D.3, figure 18. Read whatever the type: who asks for it has looked at au_type. */
static void read_authentication(struct ospf_header *h, struct reader *r) {
    struct reader field = read_sub(r, OSPF_SIMPLE_KEY), again = field;
    read_copy(&again, h->simple_key, sizeof h->simple_key);
    h->auth_zero = read_u16(&field);
    h->key_id = read_u8(&field);
    h->auth_length = read_u8(&field);
    h->crypt_sequence = read_u32(&field);
}

enum parse_result ospf_parse(struct ospf_header *h, struct reader *r) {
    memset(h, 0, sizeof *h);
    h->version = read_u8(r);
    h->type = read_u8(r);
    h->length = read_u16(r);
    h->router_id = read_u32(r);
    h->area = read_u32(r);
    h->checksum = read_u16(r);
    h->au_type = read_u16(r);
    read_authentication(h, r);
    if (r->failed) return PARSE_TRUNCATED;
    if (h->version != OSPF_VERSION) return PARSE_BAD_VERSION;
    if (h->length < OSPF_HEADER) return PARSE_BAD_LENGTH;
    *r = read_sub(r, h->length - OSPF_HEADER);
    return r->failed ? PARSE_TRUNCATED : PARSE_OK;
}

static enum parse_result with_items(const struct reader *r, size_t item) {
    if (r->failed) return PARSE_TRUNCATED;
    return read_left(r) % item == 0 ? PARSE_OK : PARSE_BAD_LENGTH;
}

enum parse_result ospf_parse_hello(struct ospf_hello *h, struct reader *r) {
    h->mask = read_u32(r);
    h->interval = read_u16(r);
    h->options = read_u8(r);
    h->priority = read_u8(r);
    h->dead_interval = read_u32(r);
    h->dr = read_u32(r);
    h->bdr = read_u32(r);
    return with_items(r, 4);
}

bool ospf_next_neighbor(struct reader *r, uint32_t *router_id) {
    if (read_left(r) == 0) return false;
    *router_id = read_u32(r);
    return !r->failed;
}

enum parse_result ospf_parse_dd(struct ospf_dd *d, struct reader *r) {
    d->mtu = read_u16(r);
    d->options = read_u8(r);
    d->flags = read_u8(r);
    d->sequence = read_u32(r);
    return with_items(r, OSPF_LSA_HEADER);
}

bool ospf_next_lsa_header(struct reader *r, struct ospf_lsa_header *h) {
    return read_left(r) > 0 && ospf_parse_lsa_header(h, r) == PARSE_OK;
}

bool ospf_next_request(struct reader *r, struct ospf_request *q) {
    if (read_left(r) == 0) return false;
    q->type = read_u32(r);
    q->link_state_id = read_u32(r);
    q->advertising_router = read_u32(r);
    return !r->failed;
}

enum parse_result ospf_parse_update(uint32_t *count, struct reader *r) {
    *count = read_u32(r);
    if (r->failed) return PARSE_TRUNCATED;
    struct reader lsas = *r;
    struct ospf_lsa_header header;
    const uint8_t *octets;
    uint32_t seen = 0;
    while (ospf_next_lsa(&lsas, &header, &octets)) seen++;
    return !lsas.failed && seen == *count ? PARSE_OK : PARSE_BAD_LENGTH;
}

bool ospf_next_lsa(struct reader *r, struct ospf_lsa_header *h, const uint8_t **octets) {
    struct reader header = *r;
    if (!ospf_next_lsa_header(&header, h)) {
        r->failed = header.failed;
        return false;
    }
    if (h->length < OSPF_LSA_HEADER) r->failed = true;
    *octets = read_span(r, h->length);
    return !r->failed;
}

/* ------------------------------------------------------------------------------ authentication */

uint16_t ospf_checksum(const uint8_t *packet, size_t length) {
    size_t behind = OSPF_HEADER;
    assert(length >= OSPF_HEADER);
    uint32_t sum = checksum_add(0, packet, CHECKSUM_AT);
    sum = checksum_add(sum, packet + CHECKSUM_AT + 2, AUTHENTICATION_AT - CHECKSUM_AT - 2);
    return checksum_finish(checksum_add(sum, packet + behind, length - behind));
}

/* One's complement has two zeroes: a packet may say either. */
bool ospf_checksum_holds(const uint8_t *packet, size_t length) {
    size_t behind = OSPF_HEADER;
    assert(length >= OSPF_HEADER);
    uint32_t sum = checksum_add(0, packet, AUTHENTICATION_AT);
    return checksum_finish(checksum_add(sum, packet + behind, length - behind)) == 0;
}

void ospf_digest(uint8_t digest[OSPF_DIGEST], const uint8_t *packet, size_t length,
                 const uint8_t key[OSPF_DIGEST]) {
    md5_keyed(digest, packet, length, key);
}

/* ---------------------------------------------------------------------------------------- emit */

static void emit_authentication(struct writer *w, const struct ospf_header *h) {
    if (h->au_type != OSPF_AU_CRYPTOGRAPHIC) {
        write_copy(w, h->simple_key, sizeof h->simple_key);
        return;
    }
    write_u16(w, h->auth_zero);
    write_u8(w, h->key_id);
    write_u8(w, h->auth_length);
    write_u32(w, h->crypt_sequence);
}

void ospf_emit(uint8_t *packet, size_t length, const struct ospf_header *h) {
    struct writer w = writer_of(packet, OSPF_HEADER);
    assert(length >= OSPF_HEADER && length <= UINT16_MAX);
    write_u8(&w, OSPF_VERSION);
    write_u8(&w, h->type);
    write_u16(&w, (uint16_t)length);
    write_u32(&w, h->router_id);
    write_u32(&w, h->area);
    write_u16(&w, 0);
    write_u16(&w, h->au_type);
    emit_authentication(&w, h);
    if (h->au_type != OSPF_AU_CRYPTOGRAPHIC)
        patch_u16(&w, CHECKSUM_AT, ospf_checksum(packet, length));
}

void ospf_emit_hello(struct writer *w, const struct ospf_hello *h) {
    write_u32(w, h->mask);
    write_u16(w, h->interval);
    write_u8(w, h->options);
    write_u8(w, h->priority);
    write_u32(w, h->dead_interval);
    write_u32(w, h->dr);
    write_u32(w, h->bdr);
}

void ospf_emit_dd(struct writer *w, const struct ospf_dd *d) {
    write_u16(w, d->mtu);
    write_u8(w, d->options);
    write_u8(w, d->flags);
    write_u32(w, d->sequence);
}

void ospf_emit_request(struct writer *w, const struct ospf_request *q) {
    write_u32(w, q->type);
    write_u32(w, q->link_state_id);
    write_u32(w, q->advertising_router);
}
