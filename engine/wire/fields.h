#ifndef NETSTEP_WIRE_FIELDS_H
#define NETSTEP_WIRE_FIELDS_H
/* The tables of fields, each defined in its protocol's own file. */
#include "wire/field.h"

extern const struct wire_field ether_fields[], arp_fields[], ipv4_fields[], icmp_fields[],
    igmp_fields[], ospf_fields[], udp_fields[], tcp_fields[], tftp_fields[], rip_fields[];
extern const struct value_name ether_type_names[];
extern const size_t ether_field_count, arp_field_count, ipv4_field_count, icmp_field_count,
    igmp_field_count, ospf_field_count, udp_field_count, tcp_field_count, tftp_field_count,
    rip_field_count;

/* Whether a header has the row: some fields depend on others. The octets up to the row's end are
 * there, no more. */
bool ether_has_row(const uint8_t *header, uint32_t row);
bool arp_has_row(const uint8_t *header, uint32_t row);
bool tftp_has_row(const uint8_t *header, uint32_t row);
bool icmp_has_row(const uint8_t *header, uint32_t row);
bool igmp_has_row(const uint8_t *header, uint32_t row);

/* Of protocols that have the same fields many times: where a part of the packet lies. */
struct wire_part {
    uint32_t group;        /* the protocol's own: what begins here */
    uint32_t first, count; /* rows of its table, from `at` on; none: octets without rows */
    uint32_t at, end;
};
typedef void part_visitor(void *user, const struct wire_part *);
typedef void part_walker(const uint8_t *octets, uint32_t at, uint32_t end, part_visitor *,
                         void *user);
part_walker ospf_walk, rip_walk;

#endif
