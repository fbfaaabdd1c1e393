/* IPv4: the five properties, the order of the checks, options, fragments, TTL in place. */
#include "base/checksum.h"
#include "wire/ipv4.h"
#include "wire_support.h"

#include <string.h>

/* A SYN's header as Linux sent it. */
static const char header[] = "4500 003c 44e4 4000 40 06 e13b 0a4d0001 0a4d0002";
static const char ether[] = "02000000000b 02000000000a 0800";

static enum parse_result parse_header(const uint8_t *octets, size_t count) {
    struct ipv4_header h;
    uint8_t datagram[128] = {0}; /* the payload is there, so only the header is short */
    memcpy(datagram, octets, count);
    struct reader r = reader_of(datagram, count < 20 ? count : 60);
    return ipv4_parse(&h, &r);
}

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct ipv4_header h;
    struct reader r = reader_of(octets, count);
    return ipv4_parse(&h, &r);
}

static void round_trip(void **state) {
    (void)state;
    for (uint8_t options = 0; options <= 40; options += 4) {
        struct ipv4_header h = {.header_length = (uint8_t)(20 + options),
                                .dscp = 46,
                                .ecn = 3,
                                .total_length = (uint16_t)(100 + options),
                                .identification = 0xbeef,
                                .dont_fragment = true,
                                .more_fragments = true,
                                .fragment_offset = 65528,
                                .ttl = 1,
                                .protocol = 89,
                                .src = 0x01020304,
                                .dst = 0xfffefdfc,
                                .option_count = options};
        struct ipv4_header back;
        uint8_t octets[200] = {0};
        memset(&back, 0, sizeof back);
        memset(h.options, 1, options);
        struct writer w = writer_of(octets, sizeof octets);
        ipv4_emit(&w, &h);
        assert_int_equal(written(&w), h.header_length);
        struct reader r = reader_of(octets, sizeof octets);
        assert_int_equal(ipv4_parse(&back, &r), PARSE_OK);
        assert_memory_equal(&back, &h, sizeof h);
        assert_int_equal(read_left(&r), 80);
    }
}

static void golden(void **state) {
    (void)state;
    uint8_t octets[64], again[20];
    size_t count = from_hex(header, octets, sizeof octets);
    struct ipv4_header h;
    memset(octets + count, 0, sizeof octets - count);
    struct reader r = reader_of(octets, 64); /* four octets of padding */
    assert_int_equal(ipv4_parse(&h, &r), PARSE_OK);
    assert_int_equal(read_left(&r), 40); /* cut to the total length */
    assert_int_equal(h.total_length, 60);
    assert_int_equal(h.identification, 0x44e4);
    assert_true(h.dont_fragment && !h.more_fragments);
    assert_int_equal(h.ttl, 64);
    assert_int_equal(h.protocol, IP_PROTOCOL_TCP);
    assert_int_equal(h.src, 0x0a4d0001);
    struct writer w = writer_of(again, sizeof again);
    ipv4_emit(&w, &h);
    assert_memory_equal(again, octets, sizeof again);
    check_truncation(parse, octets, 60);
    assert_int_equal(check_flips(parse_header, octets, 20), 160); /* each one is detected */
}

static void each_fault_has_its_name(void **state) {
    (void)state;
    uint8_t octets[60] = {0};
    from_hex(header, octets, sizeof octets);
    octets[0] = 0x65;
    assert_int_equal(parse(octets, 60), PARSE_BAD_VERSION);
    octets[0] = 0x44;
    assert_int_equal(parse(octets, 60), PARSE_BAD_HEADER);
    octets[0] = 0x4f;
    assert_int_equal(parse(octets, 59), PARSE_TRUNCATED);
    octets[0] = 0x45;
    octets[8]--;
    assert_int_equal(parse(octets, 60), PARSE_BAD_CHECKSUM);
    octets[8]++;
    octets[3] = 19; /* a total length below the header's, with a good checksum */
    octets[10] = octets[11] = 0;
    uint16_t sum = checksum_finish(checksum_add(0, octets, 20));
    octets[10] = (uint8_t)(sum >> 8);
    octets[11] = (uint8_t)sum;
    assert_int_equal(parse(octets, 60), PARSE_BAD_LENGTH);
}

static void ttl_in_place(void **state) {
    (void)state;
    uint8_t octets[20];
    from_hex(header, octets, sizeof octets);
    for (int ttl = 64; ttl > 0; ttl--) {
        assert_int_equal(octets[8], ttl);
        assert_int_equal(checksum_finish(checksum_add(0, octets, 20)), 0);
        ipv4_decrement_ttl(octets);
    }
    assert_int_equal(checksum_finish(checksum_add(0, octets, 20)), 0);
    assert_int_equal(octets[9], IP_PROTOCOL_TCP);
}

static size_t frame_of(const char *rest, uint8_t *frame, size_t room) {
    size_t count = from_hex(ether, frame, room);
    return count + from_hex(rest, frame + count, room - count);
}

static void the_tree(void **state) {
    (void)state;
    uint8_t frame[80];
    struct field found;
    char text[64];
    size_t count = frame_of("4500 0018 44e4 20b9 40 59 0000 0a4d0001 0a4d0002 01020304 0000", frame,
                            sizeof frame);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "ip.flags", "0x01");
    assert_field(frame, count, "ip.flags.mf", "1");
    assert_field(frame, count, "ip.frag_offset", "185"); /* in units of eight octets */
    assert_field(frame, count, "ip.hdr_len", "20");
    assert_field(frame, count, "data.data", "01:02:03:04");
    assert_true(find_field(frame, count, "ip.checksum", 0, &found, text));
    assert_true(found.flags & FIELD_BAD);
    assert_field(frame, count, "ip.checksum_calculated", "0x0054");
    assert_true(find_field(frame, count, "eth.padding", 0, &found, text));
    assert_int_equal(found.length, 2);
}

static void options_are_covered(void **state) {
    (void)state;
    static const char *const samples[] = {
        "4600 0018 0000 4000 01 02 0000 0a4d0001 e0000016 94040000", /* router alert */
        "4800 0020 0000 4000 01 02 0000 0a4d0001 e0000016 01 07 0b 08 0a000001 "
        "00000000", /* record route */
        "4900 0024 0000 4000 01 02 0000 0a4d0001 e0000016 440d 0901 0a000001 00000001 "
        "00 000000",                                                 /* timestamp */
        "4600 0018 0000 4000 01 02 0000 0a4d0001 e0000016 83ff0000", /* too long */
        "4600 0018 0000 4000 01 02 0000 0a4d0001 e0000016 01018301", /* too short */
        "4600 0018 0000 4000 01 02 0000 0a4d0001 e0000016 00ffffff", /* rest */
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint8_t frame[80];
        size_t count = frame_of(samples[i], frame, sizeof frame);
        check_cover_damaged(frame, count);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(golden),
        cmocka_unit_test(each_fault_has_its_name),
        cmocka_unit_test(ttl_in_place),
        cmocka_unit_test(the_tree),
        cmocka_unit_test(options_are_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
