#ifndef NETSTEP_WIRE_ICMP_H
#define NETSTEP_WIRE_ICMP_H
/* ICMP, RFC 792: echo and reply; the error messages carry the offending datagram's start. */
#include "wire/parse.h"

enum {
    ICMP_HEADER = 8,
    ICMP_ECHO_REPLY = 0,
    ICMP_UNREACHABLE = 3,
    ICMP_SOURCE_QUENCH = 4,
    ICMP_REDIRECT = 5,
    ICMP_ECHO = 8,
    ICMP_ROUTER_ADVERTISEMENT = 9,
    ICMP_ROUTER_SOLICITATION = 10,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
    ICMP_TIMESTAMP = 13,
    ICMP_TIMESTAMP_REPLY = 14,
    ICMP_ADDRESS_MASK = 17,
    ICMP_ADDRESS_MASK_REPLY = 18
};
struct icmp_message {
    uint8_t type, code;
    uint16_t identifier, sequence; /* echo; for errors: the two halves of the second word */
};
/* Checks the checksum over all that is left; leaves the reader at the data. */
enum parse_result icmp_parse(struct icmp_message *, struct reader *);
/* `message` holds room for the header, followed by `data_count` octets already in place. */
void icmp_emit(uint8_t *message, const struct icmp_message *, size_t data_count);

/* Whether it is an error message: those quote a datagram, and no error may answer them
 * (RFC 1122 3.2.2). */
bool icmp_quotes(uint32_t type);

#endif
