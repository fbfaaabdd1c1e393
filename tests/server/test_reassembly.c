/*
 * What the decoder knows of fragments: a datagram of 40 octets in three pieces, in every order,
 * with repeats, overlaps and damage between them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reassembly.h"

enum { FRAME_MAX = 100, HEADERS = 34, PIECE = 16 };
struct piece {
    uint8_t octets[FRAME_MAX];
    size_t count;
};

static struct piece piece_of(unsigned id, unsigned offset, unsigned length, bool more) {
    struct piece p = {.count = HEADERS + length};
    static const uint8_t start[] = {
        [12] = 8, [14] = 0x45, [22] = 64, [23] = 17, [26] = 10, [29] = 1, [30] = 10, [33] = 2};
    memcpy(p.octets, start, sizeof start);
    uint8_t *ip = p.octets + 14;
    ip[3] = (uint8_t)(20 + length);
    ip[5] = (uint8_t)id;
    ip[6] = more ? 0x20 : 0;
    ip[7] = (uint8_t)(offset / 8);
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2) sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    ip[10] = (uint8_t)(~sum >> 8);
    ip[11] = (uint8_t)~sum;
    for (unsigned i = 0; i < length; i++) p.octets[HEADERS + i] = (uint8_t)(offset + i);
    return p;
}

static bool add(struct reassemblies *all, uint64_t packet, struct piece p, struct whole_frame *w) {
    return reassemblies_add(all, packet, p.octets, p.count, w);
}

static struct piece third_of(unsigned id, unsigned n) {
    return piece_of(id, n * PIECE, n == 2 ? 8 : PIECE, n < 2);
}

static void assert_whole(const struct whole_frame *w) {
    assert_int_equal(w->count, HEADERS + 40);
    assert_int_equal(w->part_count, 3);
    assert_int_equal(w->octets[14 + 3], 60); /* the length of all */
    assert_int_equal(w->octets[14 + 6] | w->octets[14 + 7], 0);
    for (unsigned i = 0; i < 40; i++) assert_int_equal(w->octets[HEADERS + i], i);
    for (unsigned i = 0; i < 3; i++) assert_int_equal(w->parts[i].offset, i * PIECE);
}

static void every_order_makes_the_same_whole(void **state) {
    (void)state;
    static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct reassemblies all = {0};
    struct whole_frame w;
    for (unsigned o = 0; o < 6; o++) {
        assert_false(add(&all, 10, third_of(o, orders[o][0]), &w));
        assert_false(add(&all, 11, third_of(o, orders[o][1]), &w));
        assert_true(add(&all, 12, third_of(o, orders[o][2]), &w));
        assert_whole(&w);
        assert_int_equal(w.parts[orders[o][0]].packet, 10);
        assert_int_equal(w.parts[orders[o][2]].packet, 12);
    }
    reassemblies_free(&all);
}

static void repeats_overlaps_and_damage_change_nothing(void **state) {
    (void)state;
    struct reassemblies all = {0};
    struct whole_frame w;
    struct piece damaged = third_of(1, 1), cut = third_of(1, 1);
    damaged.octets[14 + 8] = 1; /* another TTL, the old checksum */
    cut.count -= 1;
    assert_false(add(&all, 1, third_of(1, 0), &w));
    assert_false(add(&all, 2, third_of(1, 0), &w));
    assert_false(add(&all, 3, piece_of(1, 8, PIECE, true), &w));
    assert_false(add(&all, 4, damaged, &w));
    assert_false(add(&all, 5, cut, &w));
    assert_false(add(&all, 6, third_of(2, 1), &w)); /* another datagram's */
    assert_false(add(&all, 7, third_of(1, 2), &w));
    assert_true(add(&all, 8, third_of(1, 1), &w));
    assert_whole(&w);
    reassemblies_free(&all);
}

static void octets_behind_the_end_fill_no_hole(void **state) {
    (void)state;
    struct reassemblies all = {0};
    struct whole_frame w;
    assert_false(add(&all, 1, piece_of(1, 0, 16, true), &w));
    assert_false(add(&all, 2, piece_of(1, 32, 8, true), &w));
    assert_false(
        add(&all, 3, piece_of(1, 24, 8, false), &w)); /* ends at 32; 16 to 23 are missing */
    reassemblies_free(&all);
}

static void very_many_push_the_oldest_out(void **state) {
    (void)state;
    struct reassemblies all = {0};
    struct whole_frame w;
    for (unsigned id = 0; id <= REASSEMBLIES_MAX; id++) {
        assert_false(add(&all, id, third_of(id, 0), &w));
        assert_false(add(&all, id, third_of(id, 1), &w));
    }
    assert_false(add(&all, 100, third_of(0, 2), &w)); /* given up, and so begun anew */
    assert_true(add(&all, 101, third_of(REASSEMBLIES_MAX, 2), &w));
    reassemblies_free(&all);
}

static void a_whole_datagram_is_no_fragment(void **state) {
    (void)state;
    struct reassemblies all = {0};
    struct whole_frame w;
    assert_false(add(&all, 1, piece_of(1, 0, 8, false), &w));
    assert_int_equal(all.begun, 0);
    for (size_t count = 0; count < HEADERS; count++) { /* nor is what is cut in its headers */
        struct piece p = third_of(1, 0);
        assert_false(reassemblies_add(&all, 1, p.octets, count, &w));
    }
    reassemblies_free(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_makes_the_same_whole),
        cmocka_unit_test(repeats_overlaps_and_damage_change_nothing),
        cmocka_unit_test(octets_behind_the_end_fill_no_hole),
        cmocka_unit_test(very_many_push_the_oldest_out),
        cmocka_unit_test(a_whole_datagram_is_no_fragment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
