/* RFC 1071 and RFC 1624: the worked examples of the RFCs, and the fast sum against a slow one. */
#include "base/checksum.h"
#include "base/prng.h"
#include "wire_support.h"

#include <string.h>

static uint16_t slow(const uint8_t *octets, size_t count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static void example_of_rfc_1071(void **state) {
    (void)state;
    const uint8_t octets[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}; /* RFC 1071 3 */
    assert_int_equal(checksum_finish(checksum_add(0, octets, sizeof octets)), 0xffff & ~0xddf2);
}

static void agrees_with_the_slow_sum(void **state) {
    (void)state;
    uint8_t octets[200];
    struct prng p = prng_seeded(1, "checksum", 0);
    for (size_t i = 0; i < sizeof octets; i++) octets[i] = (uint8_t)prng_u32(&p);
    for (size_t from = 0; from < 9; from++)
        for (size_t count = 0; count + from <= sizeof octets; count++)
            assert_int_equal(checksum_finish(checksum_add(0, octets + from, count)),
                             slow(octets + from, count));
    memset(octets, 0xff, sizeof octets); /* as many carries as there can be */
    assert_int_equal(checksum_finish(checksum_add(0, octets, sizeof octets)), 0);
}

static void sums_in_parts(void **state) {
    (void)state;
    uint8_t octets[1500];
    for (size_t i = 0; i < sizeof octets; i++) octets[i] = (uint8_t)(i * 7);
    uint16_t whole = checksum_finish(checksum_add(0, octets, sizeof octets));
    for (size_t cut = 0; cut < sizeof octets; cut += 2) {
        uint32_t sum = checksum_add(0, octets, cut);
        sum = checksum_add(sum, octets + cut, sizeof octets - cut);
        assert_int_equal(checksum_finish(sum), whole);
    }
}

static void a_checksum_verifies(void **state) {
    (void)state;
    uint8_t octets[20] = {0x45, 0, 0,  0x3c, 0x44, 0xe4, 0x40, 0,  0x40, 6,
                          0,    0, 10, 77,   0,    1,    10,   77, 0,    2};
    uint16_t c = checksum_finish(checksum_add(0, octets, sizeof octets));
    assert_int_equal(c, 0xe13b); /* as the kernel computed it for this header */
    octets[10] = (uint8_t)(c >> 8);
    octets[11] = (uint8_t)c;
    assert_int_equal(checksum_finish(checksum_add(0, octets, sizeof octets)), 0);
}

static void pseudo_header(void **state) {
    (void)state;
    const uint8_t as_octets[] = {10, 77, 0, 1, 10, 77, 0, 2, 0, 6, 0x01, 0x02};
    assert_int_equal(checksum_finish(checksum_add_pseudo(0, 0x0a4d0001, 0x0a4d0002, 6, 0x0102)),
                     checksum_finish(checksum_add(0, as_octets, sizeof as_octets)));
}

static void update_equals_sum(void **state) {
    (void)state;
    assert_int_equal(checksum_update(0xdd2f, 0x5555, 0x3285), 0x0000); /* RFC 1624 4's example */
    uint8_t octets[6] = {0x12, 0x34, 0, 0, 0xab, 0xcd};
    for (uint32_t word = 0; word <= 0xffff; word += 13) {
        uint16_t before = checksum_finish(checksum_add(0, octets, sizeof octets));
        uint16_t old = (uint16_t)(octets[2] << 8 | octets[3]);
        octets[2] = (uint8_t)(word >> 8);
        octets[3] = (uint8_t)word;
        uint16_t after = checksum_finish(checksum_add(0, octets, sizeof octets));
        assert_int_equal(checksum_update(before, old, (uint16_t)word), after);
    }
}

/* RFC 905 annex B: set anywhere, both sums become zero; no flip of a bit passes, and neither of the
 * two octets is zero. */
static void fletcher(void **state) {
    (void)state;
    uint8_t octets[90];
    struct prng p = prng_seeded(1, "fletcher", 0);
    for (size_t count = 2; count <= sizeof octets; count++)
        for (size_t at = 0; at + 2 <= count; at += 11) {
            for (size_t i = 0; i < count; i++) octets[i] = (uint8_t)prng_u32(&p);
            uint16_t sum = fletcher_checksum(octets, count, at);
            octets[at] = (uint8_t)(sum >> 8);
            octets[at + 1] = (uint8_t)sum;
            assert_true(fletcher_holds(octets, count));
            assert_true(octets[at] != 0 && octets[at + 1] != 0);
            for (size_t bit = 0; bit < 8 * count; bit++) {
                octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
                assert_false(fletcher_holds(octets, count));
                octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
}

/* More octets than the sums could hold without a remainder in between. */
static void fletcher_of_many(void **state) {
    (void)state;
    static uint8_t octets[65535];
    memset(octets, 0xfe, sizeof octets);
    uint16_t sum = fletcher_checksum(octets, sizeof octets, 14);
    octets[14] = (uint8_t)(sum >> 8);
    octets[15] = (uint8_t)sum;
    uint64_t c0 = 0, c1 = 0;
    for (size_t i = 0; i < sizeof octets; i++) c1 += c0 += octets[i];
    assert_int_equal(c0 % 255, 0);
    assert_int_equal(c1 % 255, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_rfc_1071), cmocka_unit_test(agrees_with_the_slow_sum),
        cmocka_unit_test(sums_in_parts),       cmocka_unit_test(fletcher),
        cmocka_unit_test(fletcher_of_many),    cmocka_unit_test(a_checksum_verifies),
        cmocka_unit_test(pseudo_header),       cmocka_unit_test(update_equals_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
