/* Cursors: order of octets, the sticky error, sub-readers, patches. */
#include "base/bytes.h"
#include "wire_support.h"

#include <string.h>

static void reads_network_order(void **state) {
    (void)state;
    const uint8_t octets[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct reader r = reader_of(octets, sizeof octets);
    assert_int_equal(read_u8(&r), 1);
    assert_int_equal(read_u16(&r), 0x0203);
    assert_int_equal(read_u32(&r), 0x04050607);
    assert_int_equal(read_left(&r), 2);
    uint8_t two[2];
    read_copy(&r, two, 2);
    assert_memory_equal(two, octets + 7, 2);
    assert_false(r.failed);
    assert_int_equal(read_left(&r), 0);
}

static void failure_is_sticky(void **state) {
    (void)state;
    const uint8_t octets[] = {0xff, 0xff, 0xff};
    struct reader r = reader_of(octets, sizeof octets);
    assert_int_equal(read_u32(&r), 0); /* one octet is missing: none is read */
    assert_true(r.failed);
    assert_int_equal(read_left(&r), 0);
    assert_int_equal(read_u8(&r), 0); /* although the three were there */
    uint8_t out[2] = {7, 7};
    read_copy(&r, out, 2);
    assert_int_equal(out[0] | out[1], 0);
    assert_null(read_span(&r, 0));
    struct reader sub = read_sub(&r, 0);
    assert_true(sub.failed);
}

static void fails_at_every_length(void **state) {
    (void)state;
    const uint8_t octets[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t count = 0; count < 8; count++) {
        struct reader r = reader_of(octets, count);
        read_u8(&r);
        read_u16(&r);
        read_u32(&r);
        read_skip(&r, 1);
        assert_true(r.failed);
    }
}

static void empty_reader(void **state) {
    (void)state;
    struct reader r = reader_of(NULL, 0);
    assert_int_equal(read_left(&r), 0);
    read_skip(&r, 0);
    assert_false(r.failed);
    assert_int_equal(read_u8(&r), 0);
    assert_true(r.failed);
}

static void sub_reader_is_bounded(void **state) {
    (void)state;
    const uint8_t octets[] = {1, 2, 3, 4};
    struct reader r = reader_of(octets, sizeof octets), sub = read_sub(&r, 2);
    assert_int_equal(read_u16(&sub), 0x0102);
    assert_int_equal(read_u8(&sub), 0);
    assert_true(sub.failed);
    assert_false(r.failed);
    assert_int_equal(read_u16(&r), 0x0304);
    sub = read_sub(&r, 1);
    assert_true(sub.failed && r.failed);
}

static void writes_and_patches(void **state) {
    (void)state;
    uint8_t octets[16];
    memset(octets, 0xee, sizeof octets);
    struct writer w = writer_of(octets, sizeof octets);
    write_u8(&w, 1);
    size_t gap = write_gap(&w, 2);
    write_u32(&w, 0x04050607);
    write_copy(&w, (const uint8_t *)"ab", 2);
    write_fill(&w, 9, 3);
    assert_int_equal(gap, 1);
    assert_int_equal(octets[1] | octets[2], 0);
    patch_u16(&w, gap, 0x0203);
    const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 'a', 'b', 9, 9, 9};
    assert_int_equal(written(&w), sizeof want);
    assert_memory_equal(octets, want, sizeof want);
    assert_int_equal(octets[12], 0xee);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_network_order),   cmocka_unit_test(failure_is_sticky),
        cmocka_unit_test(fails_at_every_length), cmocka_unit_test(empty_reader),
        cmocka_unit_test(sub_reader_is_bounded), cmocka_unit_test(writes_and_patches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
