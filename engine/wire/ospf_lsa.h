#ifndef NETSTEP_WIRE_OSPF_LSA_H
#define NETSTEP_WIRE_OSPF_LSA_H
/* OSPF's link state advertisements: RFC 2328 A.4, and their checksum, 12.1.7. */
#include "wire/parse.h"

enum {
    OSPF_LSA_HEADER = 20,
    OSPF_LS_INFINITY = 0xffffff, /* appendix B */
    OSPF_ROUTER_LSA_LENGTH = 4,  /* of the bodies' fixed parts */
    OSPF_LINK_LENGTH = 12,
    OSPF_SUMMARY_LSA_LENGTH = 8,
    OSPF_EXTERNAL_LSA_LENGTH = 16
};
enum ospf_lsa_type {
    OSPF_ROUTER_LSA = 1,
    OSPF_NETWORK_LSA,
    OSPF_SUMMARY_LSA,      /* of a network */
    OSPF_ASBR_SUMMARY_LSA, /* of an AS boundary router */
    OSPF_EXTERNAL_LSA
};
enum ospf_router_bits { OSPF_ROUTER_B = 0x01, OSPF_ROUTER_E = 0x02, OSPF_ROUTER_V = 0x04 };
enum ospf_link_type {
    OSPF_LINK_POINT_TO_POINT = 1,
    OSPF_LINK_TRANSIT,
    OSPF_LINK_STUB,
    OSPF_LINK_VIRTUAL
};
/* Lies in lab state: twenty octets without a gap. */
struct ospf_lsa_header {
    uint16_t age;
    uint8_t options, type;
    uint32_t link_state_id, advertising_router;
    uint32_t sequence; /* signed on the wire: compare as int32_t, 12.1.6 */
    uint16_t checksum, length;
};
struct ospf_router_lsa {
    uint8_t bits; /* enum ospf_router_bits */
    uint16_t links;
};
struct ospf_link {
    uint32_t id, data;
    uint8_t type, tos_count; /* tos_count: metrics by TOS, which are passed over */
    uint16_t metric;
};
struct ospf_network_lsa {
    ip4 mask;
};
struct ospf_summary_lsa {
    ip4 mask;
    uint32_t metric; /* 24 bits */
};
struct ospf_external_lsa {
    ip4 mask;
    uint32_t metric; /* 24 bits */
    bool type2;      /* bit E */
    ip4 forwarding;
    uint32_t tag;
};

/* The header alone: as in a database description or an acknowledgement. */
enum parse_result ospf_parse_lsa_header(struct ospf_lsa_header *, struct reader *);
/* The bodies: the reader begins behind the header and ends where the advertisement does. What there
 * are several of is left in it. */
enum parse_result ospf_parse_router_lsa(struct ospf_router_lsa *, struct reader *);
bool ospf_next_link(struct reader *, struct ospf_link *);
enum parse_result ospf_parse_network_lsa(struct ospf_network_lsa *, struct reader *);
bool ospf_next_attached(struct reader *, uint32_t *router_id);
enum parse_result ospf_parse_summary_lsa(struct ospf_summary_lsa *, struct reader *);
enum parse_result ospf_parse_external_lsa(struct ospf_external_lsa *, struct reader *);
/* Whether a body of `count` octets is whole: all links that it announces, and nothing behind the
 * last one. True for a type that is not known. */
bool ospf_lsa_body_fits(uint32_t type, const uint8_t *body, size_t count);

/* 12.1.7: over `length` octets but for the age; what the checksum should be. */
uint16_t ospf_lsa_checksum(const uint8_t *lsa, size_t length);
bool ospf_lsa_checksum_holds(const uint8_t *lsa, size_t length);

void ospf_emit_lsa_header(struct writer *, const struct ospf_lsa_header *);
/* Sets length and checksum of an advertisement whose body is written. */
void ospf_lsa_seal(uint8_t *lsa, size_t length);
void ospf_emit_router_lsa(struct writer *, const struct ospf_router_lsa *);
void ospf_emit_link(struct writer *, const struct ospf_link *); /* without metrics by TOS */
void ospf_emit_network_lsa(struct writer *, const struct ospf_network_lsa *);
void ospf_emit_attached(struct writer *, uint32_t router_id);
void ospf_emit_summary_lsa(struct writer *, const struct ospf_summary_lsa *);
void ospf_emit_external_lsa(struct writer *, const struct ospf_external_lsa *);

#endif
