#ifndef NETSTEP_WIRE_ICMP_FIELDS_H
#define NETSTEP_WIRE_ICMP_FIELDS_H
/* Within wire/: the rows of ICMP's table. Which of them a message has depends on its type. */
#include "wire/describe.h"

enum {
    TYPE,
    CODE,
    CHECKSUM,
    COMMON,
    IDENT = COMMON,
    IDENT_LE,
    SEQ,
    SEQ_LE,
    ECHO_END,
    UNUSED = ECHO_END,
    UNUSED_HALF,
    MTU,
    GATEWAY,
    POINTER,
    POINTER_UNUSED,
    ORIGINATE,
    RECEIVE,
    TRANSMIT,
    TIMESTAMP_END,
    MASK = TIMESTAMP_END,
    ADDRESSES, /* of a router advertisement: how many entries */
    ENTRY_SIZE,
    LIFETIME,
    ROUTER, /* the first entry */
    PREFERENCE
};
/* RFC 1191 4: whether the message carries the MTU of the next hop. */
bool icmp_quotes_mtu(const uint8_t *header);

#endif
