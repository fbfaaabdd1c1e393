#include "wire/ipv4_route.h"
/*
 * Options that change on their way, RFC 791 3.1: record route, timestamp, loose and strict source
 * route. Each has slots, and a pointer (counted from 1, at the option's type) to the next one that
 * is free or still to be visited; when it is larger than the length, the option is full.
 *
 * What may be wrong with one is judged as in RFC 1812 4.3.3.5 and on Linux, which says which octet
 * it was: a second option of the same kind, a length that cannot be, a pointer within the option's
 * head or to a slot that has no room.
 */
#include <string.h>

enum {
    LENGTH_AT = 1,
    POINTER_AT = 2,
    FLAG_AT = 3,
    FLAG_BITS = 0x0f,
    ROUTE_HEAD = 3,
    STAMP_HEAD = 4,
    ADDRESS = 4
};

size_t ipv4_option_length(const uint8_t *options, size_t count, size_t at) {
    size_t left = count - at;
    if (options[at] == IPV4_OPTION_NOTHING) return 1;
    if (options[at] == IPV4_OPTION_END || left < 2) return left;
    size_t length = options[at + LENGTH_AT];
    return length < 2 || length > left ? left : length;
}

bool ipv4_option_is_full(const uint8_t *option) {
    return option[POINTER_AT] > option[LENGTH_AT];
}

uint8_t *ipv4_option_slot(uint8_t *option, size_t octets) {
    size_t from = option[POINTER_AT] - 1u;
    return from + octets <= option[LENGTH_AT] ? option + from : NULL;
}

ip4 ipv4_slot_address(const uint8_t *slot) {
    return (ip4)slot[0] << 24 | (ip4)slot[1] << 16 | (ip4)slot[2] << 8 | slot[3];
}

void ipv4_slot_put(uint8_t *slot, uint32_t value) {
    for (uint32_t i = 0; i < ADDRESS; i++) slot[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* 0: nothing is wrong; else the place of the octet in the option, plus 1. */
static uint32_t wrong_with(const uint8_t *o, uint32_t head, uint32_t slot, bool again) {
    if (again) return 1;
    if (o[LENGTH_AT] < head) return LENGTH_AT + 1;
    if (o[POINTER_AT] < head + 1) return POINTER_AT + 1;
    bool room = o[POINTER_AT] - 1u + slot <= o[LENGTH_AT];
    return slot == 0 || ipv4_option_is_full(o) || room ? 0 : POINTER_AT + 1;
}

/* When the stamp is full, the nodes that could not write into it are counted: up to 15. */
static uint32_t wrong_with_stamp(const uint8_t *o, bool again) {
    uint32_t wrong = wrong_with(o, STAMP_HEAD, ADDRESS, again);
    if (wrong != 0) return wrong;
    uint32_t flag = o[FLAG_AT] & FLAG_BITS;
    if (!ipv4_option_is_full(o))
        return flag == IPV4_STAMP_BOTH || flag == IPV4_STAMP_NAMED
                   ? wrong_with(o, STAMP_HEAD, 2 * ADDRESS, again)
                   : 0;
    return flag != IPV4_STAMP_NAMED && o[FLAG_AT] >> 4 == 15 ? FLAG_AT + 1 : 0;
}

/* The option at `o` joins the list. 0, or what is wrong. */
static uint32_t take(const uint8_t *o, size_t at, struct ipv4_option_list *list) {
    uint8_t place = (uint8_t)(at + 1);
    uint32_t wrong = 0;
    switch (o[0]) {
    case IPV4_OPTION_RECORD:
        wrong = wrong_with(o, ROUTE_HEAD, ADDRESS, list->record != 0);
        if (wrong == 0) list->record = place;
        break;
    case IPV4_OPTION_STAMP:
        wrong = wrong_with_stamp(o, list->stamp != 0);
        if (wrong == 0) list->stamp = place;
        break;
    case IPV4_OPTION_LOOSE:
    case IPV4_OPTION_STRICT: /* RFC 1812 5.2.4.1: one source route at most */
        wrong = wrong_with(o, ROUTE_HEAD, 0, list->route != 0);
        if (wrong != 0) break;
        list->route = place;
        list->strict = o[0] == IPV4_OPTION_STRICT;
        break;
    default: break; /* RFC 1122 3.2.1.8: options that one does not understand are ignored */
    }
    return wrong;
}

bool ipv4_options_find(const uint8_t *options, size_t count, struct ipv4_option_list *list,
                       uint32_t *wrong) {
    memset(list, 0, sizeof *list);
    for (size_t at = 0; at < count && options[at] != IPV4_OPTION_END;
         at += ipv4_option_length(options, count, at)) {
        if (options[at] == IPV4_OPTION_NOTHING) continue;
        bool fits = count - at >= 2 && options[at + LENGTH_AT] >= 2 &&
                    options[at + LENGTH_AT] <= count - at;
        /* An option of two octets that should have a pointer: its length is in error. */
        bool bare = fits && options[at + LENGTH_AT] == 2 &&
                    (options[at] == IPV4_OPTION_RECORD || options[at] == IPV4_OPTION_STAMP ||
                     options[at] == IPV4_OPTION_LOOSE || options[at] == IPV4_OPTION_STRICT);
        uint32_t what = !fits ? 1 : bare ? LENGTH_AT + 1 : take(options + at, at, list);
        *wrong = (uint32_t)at + what - 1;
        if (what != 0) return false;
    }
    return true;
}
