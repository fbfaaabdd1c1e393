#ifndef NETSTEP_WIRE_DESCRIBE_H
#define NETSTEP_WIRE_DESCRIBE_H
/*
 * Within wire/: what the describers of the protocols share. A describer is told which octets of
 * the frame [at, end) are its own; it visits its header, then rows of its table, and hands on
 * what is left. Nothing is assumed about the octets: all of them come from outside.
 */
#include "wire/fields.h"

/* A checksum can be judged only when all that it covers is there: not in a fragment, not in what
 * an ICMP error quotes, not in a capture that was cut. */
enum wholeness { PART, WHOLE };

struct description {
    field_visitor *visit;
    void *user;
    const uint8_t *octets; /* the whole frame */
    const struct packet_context *context;
    uint32_t depth;      /* of the protocol that is being described */
    bool quoted;         /* within an ICMP error: of another connection, perhaps */
    bool has_calculated; /* whether `calculated`, what the checksum should be, is known */
    uint16_t calculated;
};

/* A protocol, or a group of fields: `depth` under d->depth. */
void describe_header(struct description *, uint32_t depth, const char *name, const char *label,
                     const char *clause, uint32_t at, uint32_t end, const char *text);
/* The rows of a table for the header at `at`. Where the frame ends within it, what is left before
 * `end` is shown as cut off, and the answer is false: there is nothing behind. */
bool describe_rows(struct description *, const struct wire_field *rows, size_t count, uint32_t at,
                   uint32_t end);
/* A leaf of uninterpreted octets; nothing when there are none. */
void describe_octets(struct description *, uint32_t depth, uint32_t flags, const char *name,
                     const char *label, const char *clause, uint32_t at, uint32_t end);
/* A leaf with a text of its own. */
void describe_text(struct description *, uint32_t depth, uint32_t flags, const char *name,
                   const char *label, const char *clause, uint32_t at, uint32_t end,
                   const char *text, uint64_t value);
/* Characters as they stand, up to a zero; what is no ASCII becomes U+FFFD. */
void describe_characters(struct text *, const uint8_t *octets, uint32_t count);
/* What the value is called, NULL when it has no name. */
const char *field_meaning(const struct wire_field *, uint32_t value);
/* The pseudo-protocol of octets that nobody here interprets. */
void describe_data(struct description *, uint32_t depth, uint32_t at, uint32_t end);

/* The protocols. `end` is where the octets end that may be theirs. */
void ether_describe(struct description *, uint32_t end);
/* A frame of any other kind than Ethernet, as context->kind says. */
void cooked_describe(struct description *, uint32_t end);
/* What stands behind a header with this type of RFC 894; padding is the caller's. */
void ether_payload_describe(struct description *, uint32_t type, uint32_t at, uint32_t end);
/* Where that payload ends by its own lengths: at most `end`. */
uint32_t ether_payload_end(const uint8_t *octets, uint32_t type, uint32_t at, uint32_t end);
void arp_describe(struct description *, uint32_t at, uint32_t end);
void ipv4_describe(struct description *, uint32_t at, uint32_t end);
void ipv4_options_describe(struct description *, uint32_t at, uint32_t end);
/* Whether the options hold a source route that has not run out: the header's destination is then
 * but the next stop, and `final` becomes the last one, if the route is well formed. */
bool ipv4_route_ahead(const uint8_t *octets, uint32_t at, uint32_t end, ip4 *final);
/* A message of TFTP, RFC 1350. False: it does not look like one, and nothing was described. */
bool tftp_describe(struct description *, uint32_t at, uint32_t end);
/* A message of RIP. False: there are no octets. */
bool rip_describe(struct description *, uint32_t at, uint32_t end);
/* `ip`: where the IPv4 header is whose payload this is. */
void icmp_describe(struct description *, uint32_t at, uint32_t end, enum wholeness);
void igmp_describe(struct description *, uint32_t at, uint32_t end, enum wholeness);
void ospf_describe(struct description *, uint32_t at, uint32_t end, enum wholeness);
void udp_describe(struct description *, uint32_t ip, uint32_t at, uint32_t end, enum wholeness);
void tcp_describe(struct description *, uint32_t ip, uint32_t at, uint32_t end, enum wholeness);
/* Octets that the ARP packet at `at` has by its own address lengths; may be past the frame. */
uint32_t arp_length(const uint8_t *octets, uint32_t at, uint32_t end);
/* The same of the IPv4 datagram: its total length, or all there is when that makes no sense. */
uint32_t ipv4_length(const uint8_t *octets, uint32_t at, uint32_t end);
/* The protocol of its payload; PROTOCOL_NONE for a fragment that is not the first. */
enum { PROTOCOL_NONE = 256 };
uint32_t ipv4_carries(const uint8_t *octets, uint32_t at, uint32_t end);
/* Octets of the headers with their options, as far as they are there: at most end - at. */
uint32_t ipv4_header_length(const uint8_t *octets, uint32_t at, uint32_t end);
uint32_t tcp_described_length(const uint8_t *octets, uint32_t at, uint32_t end);

#endif
