#ifndef NETSTEP_WIRE_IPV4_ROUTE_H
#define NETSTEP_WIRE_IPV4_ROUTE_H
/* The options of a header that nodes act upon, RFC 791 3.1: routes and timestamps. */
#include "wire/ipv4.h"

enum ipv4_option_type {
    IPV4_OPTION_END = 0,
    IPV4_OPTION_NOTHING = 1,
    IPV4_OPTION_RECORD = 7,
    IPV4_OPTION_STAMP = 68,
    IPV4_OPTION_LOOSE = 131,
    IPV4_OPTION_STRICT = 137,
    IPV4_OPTION_COPIED = 0x80 /* the bit of a type that goes with every fragment */
};
/* RFC 791 3.1: what a node writes into a timestamp option. */
enum ipv4_stamp { IPV4_STAMP_TIME = 0, IPV4_STAMP_BOTH = 1, IPV4_STAMP_NAMED = 3 };
/* The place of each in the options, plus 1; 0: it is not there. */
struct ipv4_option_list {
    uint8_t record, stamp, route;
    bool strict;
};
/* False: *wrong is the place of the octet that is in error, counted from the options' first; the
 * list holds what stands before that option. */
bool ipv4_options_find(const uint8_t *options, size_t count, struct ipv4_option_list *,
                       uint32_t *wrong);
/* Of an option with slots: the one that its pointer names, if `octets` of room are left there. */
uint8_t *ipv4_option_slot(uint8_t *option, size_t octets); /* NULL: it is full */
bool ipv4_option_is_full(const uint8_t *option);
ip4 ipv4_slot_address(const uint8_t *slot);
void ipv4_slot_put(uint8_t *slot, uint32_t value); /* an address, a time */
/* The octets of the option at `at`; of one that is none, all that are left. */
size_t ipv4_option_length(const uint8_t *options, size_t count, size_t at);

#endif
