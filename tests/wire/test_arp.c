/* ARP: the five properties on a request that Linux sent, and addresses of other lengths. */
#include "wire/arp.h"
#include "wire_support.h"

#include <string.h>

static const char request[] = "ffffffffffff 020000000010 0806"
                              "0001 0800 06 04 0001 020000000010 0a4e000a 000000000000 0a4e0001";

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct arp_packet p;
    struct reader r = reader_of(octets, count);
    return arp_parse(&p, &r);
}

static void round_trip(void **state) {
    (void)state;
    const struct arp_packet p = {.hrd = 1,
                                 .pro = 0x0800,
                                 .hln = 6,
                                 .pln = 4,
                                 .op = ARP_OP_REPLY,
                                 .sha = {1, 2, 3, 4, 5, 6},
                                 .tha = {7, 8, 9, 10, 11, 12},
                                 .spa = 0x0a000001,
                                 .tpa = 0xc0a80102};
    struct arp_packet back;
    uint8_t octets[ARP_PACKET];
    memset(&back, 0, sizeof back);
    struct writer w = writer_of(octets, sizeof octets);
    arp_emit(&w, &p);
    struct reader r = reader_of(octets, sizeof octets);
    assert_int_equal(arp_parse(&back, &r), PARSE_OK);
    assert_memory_equal(&back, &p, sizeof p);
}

static void golden(void **state) {
    (void)state;
    uint8_t frame[64], again[ARP_PACKET];
    size_t count = from_hex(request, frame, sizeof frame);
    struct arp_packet p;
    struct reader r = reader_of(frame + 14, count - 14);
    assert_int_equal(arp_parse(&p, &r), PARSE_OK);
    assert_int_equal(p.hrd, 1);
    assert_int_equal(p.op, ARP_OP_REQUEST);
    assert_int_equal(p.spa, 0x0a4e000a);
    assert_int_equal(p.tpa, 0x0a4e0001);
    assert_int_equal(p.sha[5], 0x10);
    struct writer w = writer_of(again, sizeof again);
    arp_emit(&w, &p);
    assert_memory_equal(again, frame + 14, sizeof again);
    check_truncation(parse, frame + 14, count - 14);
    assert_int_equal(check_flips(parse, frame + 14, count - 14), 16); /* the two lengths */
    check_cover_damaged(frame, count);
    assert_field(frame, count, "arp.dst.proto_ipv4", "10.78.0.1");
    assert_field(frame, count, "arp.src.hw_mac", "02:00:00:00:00:10");
}

static void padding_is_not_the_packets(void **state) {
    (void)state;
    uint8_t frame[60] = {0};
    struct field found;
    char text[64];
    from_hex(request, frame, sizeof frame);
    check_cover_damaged(frame, sizeof frame);
    assert_true(find_field(frame, sizeof frame, "eth.padding", 0, &found, text));
    assert_int_equal(found.offset, 42);
    assert_int_equal(found.length, 18);
}

static void other_lengths(void **state) {
    (void)state;
    uint8_t frame[64];
    struct field found;
    char text[64];
    size_t count = from_hex("ffffffffffff 020000000010 0806 0006 0800 02 03 0001"
                            "aabb 010203 ccdd 040506",
                            frame, sizeof frame);
    assert_int_equal(parse(frame + 14, count - 14), PARSE_TRUNCATED);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "arp.src.hw", "aa:bb");
    assert_field(frame, count, "arp.dst.proto", "04:05:06");
    assert_false(find_field(frame, count, "arp.src.hw_mac", 0, &found, text));
    frame[18] = 200; /* an address that is longer than the frame */
    check_cover_damaged(frame, count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(golden),
        cmocka_unit_test(padding_is_not_the_packets),
        cmocka_unit_test(other_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
