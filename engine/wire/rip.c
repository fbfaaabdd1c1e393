#include "wire/rip.h"
/*
 * RIP's messages: a header of four octets and up to 25 entries of 20, RFC 2453 3.6 and 4; the first
 * entry may hold a password (4.1) or say where a digest lies behind the last one (RFC 2082 3.1, RFC
 * 4822 2.1). Lengths alone are judged here; what an entry may say is the daemon's business. Left
 * out: the HMAC-SHA digests of RFC 4822 2.5.
 */
#include <string.h>

#include "base/md5.h"

enum { PACKET_LENGTH_AT = RIP_HEADER + 4 };

/* A trailer of another length than a digest of MD5 leaves no multiple of an entry. */
static bool may_have_trailer(const struct reader *r) {
    return rip_has_auth(r) && (r->at[2] << 8 | r->at[3]) == RIP_AUTH_CRYPTOGRAPHIC;
}

enum parse_result rip_parse(struct rip_header *h, struct reader *r) {
    h->command = read_u8(r);
    h->version = read_u8(r);
    h->zero = read_u16(r);
    if (r->failed) return PARSE_TRUNCATED;
    if (read_left(r) % RIP_ENTRY == 0 || may_have_trailer(r)) return PARSE_OK;
    return PARSE_BAD_LENGTH;
}

bool rip_next_entry(struct reader *r, struct rip_entry *e) {
    if (read_left(r) == 0) return false;
    e->afi = read_u16(r);
    e->tag = read_u16(r);
    e->address = read_u32(r);
    e->mask = read_u32(r);
    e->next_hop = read_u32(r);
    e->metric = read_u32(r);
    return !r->failed;
}

bool rip_has_auth(const struct reader *r) {
    return read_left(r) >= RIP_ENTRY && r->at[0] == 0xff && r->at[1] == 0xff;
}

/* The reader stands behind the authentication entry. */
static enum parse_result take_trailer(struct rip_auth *a, struct reader *r) {
    size_t before = RIP_HEADER + RIP_ENTRY;
    if (a->packet_length < before) return PARSE_BAD_LENGTH;
    size_t entries = a->packet_length - before;
    if (entries % RIP_ENTRY != 0 || entries > read_left(r)) return PARSE_BAD_LENGTH;
    struct reader kept = read_sub(r, entries);
    if (read_left(r) >= RIP_TRAILER_HEADER + RIP_DIGEST) a->digest = r->at + RIP_TRAILER_HEADER;
    *r = kept;
    return PARSE_OK;
}

enum parse_result rip_parse_auth(struct rip_auth *a, struct reader *r) {
    struct reader fields = read_sub(r, RIP_ENTRY);
    *a = (struct rip_auth){.type = 0};
    read_skip(&fields, 2);
    a->type = read_u16(&fields);
    if (a->type != RIP_AUTH_CRYPTOGRAPHIC) {
        read_copy(&fields, a->password, sizeof a->password);
        return fields.failed ? PARSE_TRUNCATED : PARSE_OK;
    }
    a->packet_length = read_u16(&fields);
    a->key_id = read_u8(&fields);
    a->data_length = read_u8(&fields);
    a->sequence = read_u32(&fields);
    return fields.failed ? PARSE_TRUNCATED : take_trailer(a, r);
}

void rip_digest(uint8_t digest[RIP_DIGEST], const uint8_t *message, size_t count,
                const uint8_t key[RIP_PASSWORD]) {
    md5_keyed(digest, message, count, key);
}

/* ------------------------------------------------------------------------------------- emit */

void rip_emit_header(struct writer *w, const struct rip_header *h) {
    write_u8(w, h->command);
    write_u8(w, h->version);
    write_u16(w, h->zero);
}

void rip_emit_entry(struct writer *w, const struct rip_entry *e) {
    write_u16(w, e->afi);
    write_u16(w, e->tag);
    write_u32(w, e->address);
    write_u32(w, e->mask);
    write_u32(w, e->next_hop);
    write_u32(w, e->metric);
}

void rip_emit_auth(struct writer *w, const struct rip_auth *a) {
    write_u16(w, RIP_FAMILY_AUTH);
    write_u16(w, a->type);
    if (a->type != RIP_AUTH_CRYPTOGRAPHIC) {
        write_copy(w, a->password, sizeof a->password);
        return;
    }
    write_u16(w, a->packet_length);
    write_u8(w, a->key_id);
    write_u8(w, a->data_length);
    write_u32(w, a->sequence);
    write_gap(w, 8);
}

void rip_emit_trailer(struct writer *w, const uint8_t key[RIP_PASSWORD]) {
    uint8_t digest[RIP_DIGEST];
    patch_u16(w, PACKET_LENGTH_AT, (uint16_t)written(w));
    write_u16(w, RIP_FAMILY_AUTH);
    write_u16(w, RIP_AUTH_TRAILER);
    rip_digest(digest, w->start, written(w), key);
    write_copy(w, digest, sizeof digest);
}
