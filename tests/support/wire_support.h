#ifndef NETSTEP_TESTS_WIRE_SUPPORT_H
#define NETSTEP_TESTS_WIRE_SUPPORT_H
/*
 * The five properties that every wire format must have, as checks over one sample: round trip (in
 * each test, by its own struct), golden vectors (from_hex), truncation at every length, every
 * single-bit flip, and a tree whose leaves own each bit exactly once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/parse.h"

/* Octets of "45 00 00 3c ..." (blanks are skipped) into `out`; returns how many. */
size_t from_hex(const char *hex, uint8_t *out, size_t room);

/* Parses one header of exactly `count` octets, which lie in a block of just that size. */
typedef enum parse_result wire_parser(const uint8_t *octets, size_t count);

/* The whole parses, and no shorter beginning of it does. */
void check_truncation(wire_parser *, const uint8_t *octets, size_t count);
/* Every flip of one bit is survived. `detected`: how many of them are no longer PARSE_OK. */
size_t check_flips(wire_parser *, const uint8_t *octets, size_t count);
/* The leaves of packet_describe own each bit of the frame exactly once; depths never jump. */
void check_cover(const uint8_t *frame, size_t count);
/* check_cover of each beginning of the frame and of each single-bit flip of it. */
void check_cover_damaged(const uint8_t *frame, size_t count);
/* The frame's field of that name, the nth (from 0) in tree order; false: there is none. Its text
 * is copied into `text` (64 octets). */
bool find_field(const uint8_t *frame, size_t count, const char *name, int nth, struct field *found,
                char text[64]);
/* Asserts that the field is there with this text. */
void assert_field(const uint8_t *frame, size_t count, const char *name, const char *text);

#endif
