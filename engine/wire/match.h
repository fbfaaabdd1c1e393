#ifndef NETSTEP_WIRE_MATCH_H
#define NETSTEP_WIRE_MATCH_H
/*
 * A small filter with Wireshark's field names, compiled once, run over frames:
 *   tcp.flags.syn && !tcp.flags.ack      ip.src == 10.0.0.1 or arp      tcp.len > 0      tcp
 * A bare field is true when present and not zero (a protocol: when present). Operators:
 * == != < <= > >= && || ! ( ) and or not eq ne lt le gt ge; values: numbers, 0x.., addresses.
 */
#include "engine.h"

enum { MATCH_OPS_MAX = 24, MATCH_NAME_ROOM = 40 };
struct match {
    struct { char name[MATCH_NAME_ROOM]; uint64_t value; uint32_t op, has_mac; } ops[MATCH_OPS_MAX];
    uint32_t count, reserved; /* in reverse Polish order; count 0 matches every frame */
};
/* False: `complaint.problem` names the column and what was expected. */
bool match_compile(struct match *, const char *filter, struct complaint *);
bool match_frame(const struct match *, const uint8_t *octets, size_t count);
/* "ip.ttl = 1": sets the field's octets in place; false when the frame has no such field. */
bool field_edit(const char *assignment, uint8_t *octets, size_t count);
bool field_edit_check(const char *assignment, struct complaint *);

#endif
