#ifndef NETSTEP_WIRE_IGMP_H
#define NETSTEP_WIRE_IGMP_H
/* IGMP: who is in which group on a link. RFC 1112 appendix I, RFC 2236 2, RFC 3376 4. */
#include "wire/parse.h"

enum {
    IGMP_HEADER = 8,
    IGMP_QUERY_V3 = 12, /* octets of a query of version 3 without sources */
    IGMP_RECORD = 8,    /* octets of a group record without sources */
    IGMP_QUERY = 0x11,
    IGMP_REPORT_V1 = 0x12,
    IGMP_REPORT_V2 = 0x16,
    IGMP_LEAVE = 0x17,
    IGMP_REPORT_V3 = 0x22
};
/* What a record of a report of version 3 says, RFC 3376 4.2.12. */
enum igmp_record_type {
    IGMP_IS_INCLUDE = 1,
    IGMP_IS_EXCLUDE = 2,
    IGMP_TO_INCLUDE = 3, /* from no source any more: leaves */
    IGMP_TO_EXCLUDE = 4  /* from every source but none: joins */
};
struct igmp_message {
    uint8_t type, code; /* code: of a query, how long an answer may wait, in tenths of a second */
    uint8_t version;    /* of a query: by its length and code, RFC 3376 7.1 */
    ip4 group;          /* 0 in a general query, and in a report of version 3 */
};
struct igmp_record {
    enum igmp_record_type type;
    ip4 group;
};
/* Checks the checksum over all that is left. */
enum parse_result igmp_parse(struct igmp_message *, struct reader *);
/* Eight octets: any message but a report of version 3. */
void igmp_emit(uint8_t *message, const struct igmp_message *);
/* IGMP_HEADER + IGMP_RECORD * count octets. */
void igmp_emit_report(uint8_t *message, const struct igmp_record *, size_t count);
/* Tenths of a second that a code stands for: the larger ones are floating, RFC 3376 4.1.1. */
uint32_t igmp_code_tenths(const struct igmp_message *);

#endif
