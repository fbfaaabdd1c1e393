/* The octets that programs send: any piece of the pattern, wherever it is cut, is what its offset
 * says, over every carry of the line's number. */
#include <stdio.h>
#include <string.h>

#include "apps/process.h"
#include "lab_support.h"

enum { LINE = 16, ROOM = 3 * LINE };

/* What stands at this offset by the definition: the line's number, its last seven digits. */
static uint8_t defined(uint64_t offset) {
    char line[LINE + 1];
    snprintf(line, sizeof line, "netstep %07x\n", (unsigned)(offset / LINE * LINE & 0xfffffff));
    return (uint8_t)line[offset % LINE];
}

static void expect_piece(uint64_t offset, size_t count) {
    uint8_t out[ROOM + 1];
    memset(out, '?', sizeof out);
    pattern_fill(out, offset, count);
    for (size_t i = 0; i < count; i++) assert_int_equal(out[i], defined(offset + i));
    assert_int_equal(out[count], '?'); /* and not an octet more */
}

static void pieces_are_what_their_offset_says(void **state) {
    static const uint64_t near[] = {0, 0x90, 0xf0, 0xff0, 0x9ff0, 0xffff0, 0xffffff0, 0xfffffff0};
    (void)state;
    for (size_t n = 0; n < sizeof near / sizeof near[0]; n++)
        for (uint64_t from = 0; from < LINE; from++)
            for (size_t count = 0; count <= ROOM; count++) expect_piece(near[n] + from, count);
}

static void a_long_piece_counts_on(void **state) {
    static uint8_t out[0x12000];
    (void)state;
    pattern_fill(out, 5, sizeof out);
    for (size_t i = 0; i < sizeof out; i++) assert_int_equal(out[i], defined(5 + i));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_what_their_offset_says),
        cmocka_unit_test(a_long_piece_counts_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
