#ifndef NETSTEP_WIRE_OSPF_H
#define NETSTEP_WIRE_OSPF_H
/*
 * OSPF's packets: RFC 2328 A.2 and A.3, with the header's authentication field as appendix D has
 * it. The advertisements within updates are in ospf_lsa.h.
 *
 * A packet is read by ospf_parse, then the parser of its type, then, for what there are several of,
 * one of the functions called next: they answer false at the end, and set r->failed when the last
 * one is not whole. Emitting goes the other way: the body behind OSPF_HEADER octets, then
 * ospf_emit.
 */
#include "base/md5.h"
#include "wire/ospf_lsa.h"

enum {
    OSPF_VERSION = 2,
    OSPF_HEADER = 24,
    OSPF_HELLO_LENGTH = 20, /* the fixed part of a body: without the header and the neighbours */
    OSPF_DD_LENGTH = 8,
    OSPF_REQUEST_LENGTH = 12, /* of each */
    OSPF_SIMPLE_KEY = 8,
    OSPF_DIGEST = MD5_DIGEST
};
enum ospf_type {
    OSPF_HELLO = 1,
    OSPF_DATABASE_DESCRIPTION,
    OSPF_LINK_STATE_REQUEST,
    OSPF_LINK_STATE_UPDATE,
    OSPF_LINK_STATE_ACK
};
enum ospf_au_type { OSPF_AU_NULL, OSPF_AU_SIMPLE, OSPF_AU_CRYPTOGRAPHIC };
enum ospf_options { /* A.2; L, O and DN: RFC 5613, 5250, 4576 */
                    OSPF_OPTION_MT = 0x01,
                    OSPF_OPTION_E = 0x02,
                    OSPF_OPTION_MC = 0x04,
                    OSPF_OPTION_NP = 0x08,
                    OSPF_OPTION_EA = 0x10, /* in Hellos and database descriptions: L */
                    OSPF_OPTION_DC = 0x20,
                    OSPF_OPTION_O = 0x40,
                    OSPF_OPTION_DN = 0x80
};
enum ospf_dd_flags { OSPF_DD_MS = 0x01, OSPF_DD_M = 0x02, OSPF_DD_I = 0x04, OSPF_DD_R = 0x08 };

struct ospf_header {
    uint8_t version, type;
    uint16_t length; /* the header's and the body's: without what is appended, D.3 */
    uint32_t router_id, area;
    uint16_t checksum, au_type;
    uint8_t simple_key[OSPF_SIMPLE_KEY]; /* the authentication field as it stands */
    /* Cryptographic: what the field says. */
    uint16_t auth_zero;
    uint8_t key_id, auth_length;
    uint32_t crypt_sequence;
};
struct ospf_hello {
    ip4 mask;
    uint16_t interval;
    uint8_t options, priority;
    uint32_t dead_interval;
    ip4 dr, bdr;
};
struct ospf_dd {
    uint16_t mtu;
    uint8_t options, flags; /* enum ospf_dd_flags */
    uint32_t sequence;
};
struct ospf_request {
    uint32_t type, link_state_id, advertising_router;
};

/* From the header to the end of the datagram; then the reader holds the body alone. Version and
 * lengths are judged, the checksum is not: with cryptographic authentication there is none. */
enum parse_result ospf_parse(struct ospf_header *, struct reader *);
enum parse_result ospf_parse_hello(struct ospf_hello *, struct reader *);
bool ospf_next_neighbor(struct reader *, uint32_t *router_id); /* behind a Hello's fixed part */
enum parse_result ospf_parse_dd(struct ospf_dd *, struct reader *);
/* Behind the fixed part of a database description, and in an acknowledgement. */
bool ospf_next_lsa_header(struct reader *, struct ospf_lsa_header *);
bool ospf_next_request(struct reader *, struct ospf_request *);
/* An update's number of advertisements. PARSE_BAD_LENGTH unless their own lengths, that many times,
 * make up the body. */
enum parse_result ospf_parse_update(uint32_t *count, struct reader *);
/* The next one: its header, and all its octets, from the header on (header.length of them). */
bool ospf_next_lsa(struct reader *, struct ospf_lsa_header *, const uint8_t **octets);

/* The checksum that a packet should have: over `length` octets but for the authentication field and
 * the checksum itself. A.3.1, D.4.1. */
uint16_t ospf_checksum(const uint8_t *packet, size_t length);
bool ospf_checksum_holds(const uint8_t *packet, size_t length);
/* What cryptographic authentication appends: D.4.3 (6). */
void ospf_digest(uint8_t digest[OSPF_DIGEST], const uint8_t *packet, size_t length,
                 const uint8_t key[OSPF_DIGEST]);

/* Puts the header in front of a body that lies at packet + OSPF_HEADER already; the checksum is
 * computed, or 0 when au_type is cryptographic. h->version, length and checksum are not looked at.
 */
void ospf_emit(uint8_t *packet, size_t length, const struct ospf_header *h);
void ospf_emit_hello(struct writer *, const struct ospf_hello *);
void ospf_emit_dd(struct writer *, const struct ospf_dd *);
void ospf_emit_request(struct writer *, const struct ospf_request *);

#endif
