/* Ethernet II: the five properties, padding and trailers, lengths instead of types. */
#include "wire/ether.h"
#include "wire_support.h"

#include <string.h>

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct ether_header h;
    struct reader r = reader_of(octets, count);
    return ether_parse(&h, &r);
}

static void round_trip(void **state) {
    (void)state;
    const struct ether_header h = {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}, 0x86dd};
    struct ether_header back;
    uint8_t octets[ETHER_HEADER];
    struct writer w = writer_of(octets, sizeof octets);
    ether_emit(&w, &h);
    assert_int_equal(written(&w), ETHER_HEADER);
    struct reader r = reader_of(octets, sizeof octets);
    assert_int_equal(ether_parse(&back, &r), PARSE_OK);
    assert_memory_equal(&back, &h, sizeof h);
    assert_int_equal(read_left(&r), 0);
}

static void golden(void **state) {
    (void)state;
    uint8_t frame[64];
    size_t count = from_hex("ffffffffffff 020000000010 0806", frame, sizeof frame);
    struct ether_header h;
    struct reader r = reader_of(frame, count);
    assert_int_equal(ether_parse(&h, &r), PARSE_OK);
    assert_int_equal(h.type, ETHER_TYPE_ARP);
    assert_int_equal(h.dst[5], 0xff);
    assert_int_equal(h.src[5], 0x10);
    check_truncation(parse, frame, count);
    assert_int_equal(check_flips(parse, frame, count), 0); /* nothing protects this header */
    assert_field(frame, count, "eth.dst", "ff:ff:ff:ff:ff:ff");
    assert_field(frame, count, "eth.dst_resolved", "Broadcast");
    assert_field(frame, count, "eth.dst.ig", "1");
    assert_field(frame, count, "eth.src.ig", "0");
    assert_field(frame, count, "eth.src.lg", "1");
    assert_field(frame, count, "eth.type", "0x0806");
}

static void other_types(void **state) {
    (void)state;
    uint8_t frame[80] = {0};
    struct field found;
    char text[64];
    frame[12] = 0x88;
    frame[13] = 0xcc;
    check_cover_damaged(frame, sizeof frame);
    assert_true(find_field(frame, sizeof frame, "data.data", 0, &found, text));
    assert_int_equal(found.offset, 14);
    assert_int_equal(found.length, 66);
    frame[12] = 0; /* IEEE 802.3: 40 octets, what is behind them is no payload */
    frame[13] = 40;
    check_cover_damaged(frame, sizeof frame);
    assert_field(frame, sizeof frame, "eth.len", "40");
    assert_false(find_field(frame, sizeof frame, "eth.type", 0, &found, text));
    assert_true(find_field(frame, sizeof frame, "data.data", 0, &found, text));
    assert_int_equal(found.length, 40);
    assert_true(find_field(frame, sizeof frame, "eth.padding", 0, &found, text));
    assert_int_equal(found.offset, 54);
    assert_int_equal(found.length, 6); /* up to 60 octets */
    assert_true(find_field(frame, sizeof frame, "eth.trailer", 0, &found, text));
    assert_int_equal(found.length, 16);
    assert_true(find_field(frame, sizeof frame, "eth.fcs", 0, &found, text));
    assert_int_equal(found.offset, 76); /* a frame of 64 octets and more may have kept its check */
    frame[55] = 1;                      /* not zeros, so not padding */
    assert_false(find_field(frame, sizeof frame, "eth.padding", 0, &found, text));
    assert_true(find_field(frame, sizeof frame, "eth.trailer", 0, &found, text));
    assert_int_equal(found.length, 22);
}

static void multicast_names(void **state) {
    (void)state;
    uint8_t frame[14];
    from_hex("01005e000009 020000000010 0800", frame, sizeof frame);
    assert_field(frame, sizeof frame, "eth.dst_resolved", "IPv4mcast_09");
    frame[3] = 1;
    assert_field(frame, sizeof frame, "eth.dst_resolved", "IPv4mcast_01:00:09");
    frame[3] = 0x80; /* half of that block is not IPv4's */
    assert_field(frame, sizeof frame, "eth.dst_resolved", "01:00:5e:80:00:09");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(golden),
        cmocka_unit_test(other_types),
        cmocka_unit_test(multicast_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
