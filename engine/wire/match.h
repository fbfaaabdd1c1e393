#ifndef NETSTEP_WIRE_MATCH_H
#define NETSTEP_WIRE_MATCH_H
/*
 * A small filter with Wireshark's field names, compiled once, run over frames:
 *   tcp.flags.syn && !tcp.flags.ack      ip.src == 10.0.0.1 or arp      tcp.len > 0      tcp
 * A bare field is true when present and not zero (a protocol or an option: when present).
 * Operators, the tightest first: comparisons (== != < <= > >= eq ne lt le gt ge), ! or not,
 * && or and, || or or; parentheses. Values: numbers, 0x.., addresses, 10.0.0.0/8, true, false.
 * Where a packet has a field many times (ip.addr, tcp.port, rip.metric, ospf.lsa) one that fits is
 * enough; for != none may be equal.
 */
#include "engine.h"

enum { MATCH_OPS_MAX = 24 };
/* In reverse Polish order; count 0 matches every frame. Lives in lab state: no pointers or gaps. */
struct match {
    struct {
        uint64_t value, mask;            /* compared under the mask: a prefix, or all ones */
        uint32_t op, layer, row, second; /* second: another row of the same name, 0 none */
    } ops[MATCH_OPS_MAX];
    uint32_t count, reserved;
};
/* False: `complaint.problem` names the column and what was expected; `place` is left alone. NULL
 * and "" match every frame. */
bool match_compile(struct match *, const char *filter, struct complaint *);
bool match_frame(const struct match *, const uint8_t *octets, size_t count);
/* The same where it is known at which port the datagram's conversation began (layers.h). */
bool match_frame_begun(const struct match *, const uint8_t *octets, size_t count,
                       uint32_t begun_at);
/* "ip.ttl = 1": sets the field's octets in place; false when the frame has no such field, or when
 * the assignment is none (field_edit_check says why). Checksums are not mended. */
bool field_edit(const char *assignment, uint8_t *octets, size_t count);
bool field_edit_begun(const char *assignment, uint8_t *octets, size_t count, uint32_t begun_at);
/* Puts the checksums of a frame right, as far as they lie in it whole: IP's header, or also that of
 * ICMP, IGMP, UDP (unless it has none), TCP or OSPF (unless it is authenticated by a digest). */
void ipv4_checksums_mend(uint8_t *ip, size_t count, enum fault_mend); /* from the IP header on */
void checksums_mend(uint8_t *octets, size_t count, enum fault_mend);
bool field_edit_check(const char *assignment, struct complaint *);

#endif
