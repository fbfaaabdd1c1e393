#ifndef NETSTEP_WIRE_RIP_H
#define NETSTEP_WIRE_RIP_H
/*
 * RIP's messages: RFC 2453 3.6 and 4 (RFC 1058 3.1 is version 1), with the authentication of RFC
 * 2453 4.1 and of RFC 2082, as RFC 4822 2 rewrote it.
 */
#include "wire/parse.h"

enum {
    RIP_PORT = 520,
    RIP_HEADER = 4,
    RIP_ENTRY = 20,
    RIP_ENTRIES_MAX = 25, /* RFC 2453 3.6; with an authentication entry one less: 4.1 */
    RIP_INFINITY = 16,
    RIP_PASSWORD = 16,
    RIP_TRAILER_HEADER = 4, /* 0xffff and 1, before the digest */
    RIP_DIGEST = 16,
    RIP_GROUP = 0xe0000009 /* 224.0.0.9: RFC 2453 4.5 */
};
enum rip_command { RIP_REQUEST = 1, RIP_RESPONSE = 2 };
enum rip_family { RIP_FAMILY_NONE = 0, RIP_FAMILY_IP = 2, RIP_FAMILY_AUTH = 0xffff };
enum rip_auth_type {
    RIP_AUTH_TRAILER = 1,
    RIP_AUTH_PASSWORD = 2,
    RIP_AUTH_CRYPTOGRAPHIC = 3 /* RFC 2082: "Keyed Message Digest" */
};
struct rip_header {
    uint8_t command, version;
    uint16_t zero;
};
struct rip_entry { /* all of it: version 1 wants zero in tag, mask and next hop */
    uint16_t afi, tag;
    ip4 address, mask, next_hop;
    uint32_t metric;
};
struct rip_auth {
    uint16_t type;                  /* enum rip_auth_type, or anything else */
    uint16_t packet_length;         /* cryptographic: where the trailer begins */
    uint8_t key_id, data_length;    /* cryptographic; old implementations count the trailer's
                                     * header in data_length: 20 for a digest of 16 */
    uint32_t sequence;              /* cryptographic */
    uint8_t password[RIP_PASSWORD]; /* simple: padded with zeroes */
    const uint8_t *digest;          /* cryptographic: 16 octets in the message; NULL: not there */
};
/* The header. What is left in the reader are the entries: PARSE_BAD_LENGTH when these are not whole
 * and no trailer may be the reason. */
enum parse_result rip_parse(struct rip_header *, struct reader *);
/* False: no more. A last one that is not whole sets r->failed. */
bool rip_next_entry(struct reader *r, struct rip_entry *);
/* Whether the first entry (and there alone it may be) is one of authentication. */
bool rip_has_auth(const struct reader *);
/* Takes that entry; of a cryptographic one also takes the trailer away from the entries that are
 * left. PARSE_BAD_LENGTH: packet_length points anywhere but behind whole entries. */
enum parse_result rip_parse_auth(struct rip_auth *, struct reader *);
/* RFC 2082 3.2.2, RFC 4822 2.4: MD5 over the message up to the digest, and the key (padded with
 * zeroes to 16 octets). `count`: packet_length + RIP_TRAILER_HEADER. */
void rip_digest(uint8_t digest[RIP_DIGEST], const uint8_t *message, size_t count,
                const uint8_t key[RIP_PASSWORD]);

void rip_emit_header(struct writer *, const struct rip_header *);
void rip_emit_entry(struct writer *, const struct rip_entry *);
/* The first entry. packet_length of a cryptographic one is mended by rip_emit_trailer. */
void rip_emit_auth(struct writer *, const struct rip_auth *);
/* Ends a message whose first entry is a cryptographic one: packet length, trailer and digest. The
 * writer began with the header. */
void rip_emit_trailer(struct writer *, const uint8_t key[RIP_PASSWORD]);

#endif
