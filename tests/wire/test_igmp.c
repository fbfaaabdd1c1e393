/* IGMP: the five properties on a report of Linux, queries of the three versions. */
#include "wire/igmp.h"
#include "wire_support.h"

#include <string.h>

/* The report of Linux 6.12 that joins 239.1.2.3, with Ethernet and IPv4 in front. */
static const char report[] =
    "01005e000016 020000000002 0800 46c0 0028 0000 4000 01 02 f9a9 0a4e0002 e0000016 94040000"
    "22 00 e8f9 0000 0001 04 00 0000 ef010203";

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct igmp_message m;
    struct reader r = reader_of(octets, count);
    return igmp_parse(&m, &r);
}

static void golden(void **state) {
    (void)state;
    uint8_t frame[128], again[16];
    size_t count = from_hex(report, frame, sizeof frame);
    struct igmp_record record = {IGMP_TO_EXCLUDE, 0xef010203};
    assert_int_equal(parse(frame + 38, count - 38), PARSE_OK);
    igmp_emit_report(again, &record, 1);
    assert_memory_equal(again, frame + 38, sizeof again);
    for (size_t cut = 0; cut < IGMP_HEADER; cut++)
        assert_int_equal(parse(frame + 38, cut), PARSE_TRUNCATED);
    assert_int_equal(check_flips(parse, frame + 38, 16), 128);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "igmp.type", "0x22");
    assert_field(frame, count, "igmp.num_grp_recs", "1");
    assert_field(frame, count, "igmp.record_type", "4");
    assert_field(frame, count, "igmp.maddr", "239.1.2.3");
}

static void round_trip(void **state) {
    (void)state;
    const uint8_t types[] = {IGMP_QUERY, IGMP_REPORT_V1, IGMP_REPORT_V2, IGMP_LEAVE};
    for (size_t i = 0; i < sizeof types; i++) {
        struct igmp_message m = {.type = types[i], .code = 100, .group = 0xe0000009}, back;
        uint8_t octets[IGMP_HEADER];
        igmp_emit(octets, &m);
        struct reader r = reader_of(octets, sizeof octets);
        assert_int_equal(igmp_parse(&back, &r), PARSE_OK);
        assert_int_equal(back.type, types[i]);
        assert_int_equal(back.code, 100);
        assert_int_equal(back.group, 0xe0000009);
    }
}

/* RFC 3376 7.1: eight octets and no code: 1; eight: 2; more: 3, whose long times float. */
static void a_querys_version(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        uint8_t version;
        uint32_t tenths;
    } queries[] = {{"1100eeff 00000000", 1, 0},
                   {"1164ee9b 00000000", 2, 100},
                   {"1164e41e 00000000 0a7d0000", 3, 100},
                   {"1184e3fe 00000000 0a7d0000", 3, 160}};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        uint8_t octets[16];
        struct igmp_message m;
        struct reader r = reader_of(octets, from_hex(queries[i].hex, octets, sizeof octets));
        assert_int_equal(igmp_parse(&m, &r), PARSE_OK);
        assert_int_equal(m.version, queries[i].version);
        assert_int_equal(igmp_code_tenths(&m), queries[i].tenths);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(a_querys_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
