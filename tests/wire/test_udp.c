/* UDP: the five properties, the checksum that is not sent, the one that comes out as zero. */
#include "base/checksum.h"
#include "wire/udp.h"
#include "wire_support.h"

#include <string.h>

enum { SRC = 0x0a4e000a, DST = 0x0a4e0114 };
/* traceroute's probe: 32 octets of 40 41 42 ... */
static const char probe[] =
    "020000000001 020000000010 0800 4500 003c 0000 0000 01 11 0000 0a4e000a 0a4e0114"
    "9e95 829a 0028 d3af 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct udp_header h;
    struct reader r = reader_of(octets, count);
    return udp_parse(&h, &r, SRC, DST);
}

static void round_trip(void **state) {
    (void)state;
    for (size_t data = 0; data < 40; data++) {
        const struct udp_header h = {.src_port = 65535, .dst_port = 69};
        struct udp_header back;
        uint8_t octets[64];
        memset(octets, 0x5a, sizeof octets);
        udp_emit(octets, &h, data, SRC, DST);
        struct reader r = reader_of(octets, sizeof octets); /* more than the length says */
        assert_int_equal(udp_parse(&back, &r, SRC, DST), PARSE_OK);
        assert_int_equal(back.src_port, 65535);
        assert_int_equal(back.dst_port, 69);
        assert_int_equal(back.length, UDP_HEADER + data);
        assert_int_equal(read_left(&r), data);
        r = reader_of(octets, sizeof octets);
        assert_int_equal(udp_parse(&back, &r, SRC, DST + 1), PARSE_BAD_CHECKSUM);
    }
}

static void golden(void **state) {
    (void)state;
    uint8_t frame[128], again[40];
    size_t count = from_hex(probe, frame, sizeof frame);
    struct udp_header h = {.src_port = 0x9e95, .dst_port = 33434};
    memcpy(again + 8, frame + 42, 32);
    udp_emit(again, &h, 32, SRC, DST);
    assert_memory_equal(again, frame + 34, 40);
    check_truncation(parse, frame + 34, 40);
    assert_int_equal(check_flips(parse, frame + 34, 40), 320);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "udp.dstport", "33434");
    assert_field(frame, count, "udp.checksum_calculated", "0xd3af");
}

static void no_checksum(void **state) {
    (void)state;
    uint8_t frame[128];
    struct field found;
    char text[64];
    size_t count = from_hex(probe, frame, sizeof frame);
    frame[40] = frame[41] = 0;
    frame[50] ^= 1;
    assert_int_equal(parse(frame + 34, 40), PARSE_OK);
    assert_false(find_field(frame, count, "udp.checksum_calculated", 0, &found, text));
    assert_true(find_field(frame, count, "udp.checksum", 0, &found, text));
    assert_false(found.flags & FIELD_BAD);
}

/* RFC 768: if the computed checksum is zero, it is sent as all ones. */
static void zero_is_sent_as_ones(void **state) {
    (void)state;
    uint8_t octets[10] = {0};
    struct udp_header h = {.src_port = 1, .dst_port = 2};
    uint32_t sum = checksum_add_pseudo(0, SRC, DST, 17, 10);
    const uint8_t rest[] = {0, 1, 0, 2, 0, 10, 0, 0};
    uint16_t fill = checksum_finish(checksum_add(sum, rest, sizeof rest));
    octets[8] = (uint8_t)(fill >> 8);
    octets[9] = (uint8_t)fill;
    udp_emit(octets, &h, 2, SRC, DST);
    assert_int_equal(octets[6] << 8 | octets[7], 0xffff);
    assert_int_equal(parse(octets, sizeof octets), PARSE_OK);
}

static void lengths(void **state) {
    (void)state;
    uint8_t octets[16] = {0};
    octets[5] = 7;
    assert_int_equal(parse(octets, 16), PARSE_BAD_LENGTH);
    octets[5] = 17;
    assert_int_equal(parse(octets, 16), PARSE_TRUNCATED);
    octets[5] = 16;
    assert_int_equal(parse(octets, 16), PARSE_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),  cmocka_unit_test(golden),
        cmocka_unit_test(no_checksum), cmocka_unit_test(zero_is_sent_as_ones),
        cmocka_unit_test(lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
