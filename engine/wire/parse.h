#ifndef NETSTEP_WIRE_PARSE_H
#define NETSTEP_WIRE_PARSE_H
/*
 * The contract of every protocol in wire/: a struct of host-order values with the RFC's field
 * names, parse (cursor -> struct), emit (struct -> cursor), describe (cursor -> field tree). No
 * state, no time, no lab. One static table of fields per header drives parse, emit and describe.
 */
#include "base/bytes.h"
#include "engine.h"

enum parse_result {
    PARSE_OK,
    PARSE_TRUNCATED,
    PARSE_BAD_CHECKSUM,
    PARSE_BAD_HEADER,
    PARSE_BAD_VERSION,
    PARSE_BAD_LENGTH,
    PARSE_BAD_OPTION
};

#endif
