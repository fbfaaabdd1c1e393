/* ICMP: the five properties on a ping of Linux, errors that quote, time stamps in echo data. */
#include "wire/icmp.h"
#include "wire_support.h"

#include <string.h>

/* Ethernet and IPv4 in front of an echo request of ping(8), 64 octets of ICMP. */
static const char echo[] =
    "020000000001 020000000010 0800 4500 0054 8dc8 4000 40 01 9727 0a4e000a 0a4e0114"
    "08 00 a862 57cc 0001 198f026b00000000 10030d0000000000"
    "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637";
/* Destination unreachable, fragmentation needed, MTU 600, about a datagram of 8 octets. */
static const char needed[] =
    "020000000010 020000000001 0800 4500 0038 0000 4000 40 01 0000 0a4e0001 0a4e000a"
    "03 04 0000 0000 0258 4500 05dc 1234 4000 3f 06 0000 0a4e000a 0a4e0114 c824 0051 039c83a4";

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct icmp_message m;
    struct reader r = reader_of(octets, count);
    return icmp_parse(&m, &r);
}

static void round_trip(void **state) {
    (void)state;
    for (size_t data = 0; data < 70; data++) {
        const struct icmp_message m = {
            .type = 8, .code = 3, .identifier = 0xffee, .sequence = 0xabcd};
        struct icmp_message back;
        uint8_t octets[ICMP_HEADER + 70];
        memset(octets, 0xa5, sizeof octets);
        icmp_emit(octets, &m, data);
        struct reader r = reader_of(octets, ICMP_HEADER + data);
        assert_int_equal(icmp_parse(&back, &r), PARSE_OK);
        assert_int_equal(back.type, 8);
        assert_int_equal(back.code, 3);
        assert_int_equal(back.identifier, 0xffee);
        assert_int_equal(back.sequence, 0xabcd);
        assert_int_equal(read_left(&r), data);
        assert_int_equal(octets[ICMP_HEADER + data == sizeof octets ? 8 : ICMP_HEADER + data],
                         0xa5);
    }
}

static void golden(void **state) {
    (void)state;
    uint8_t frame[128], again[64];
    size_t count = from_hex(echo, frame, sizeof frame);
    struct icmp_message m;
    struct reader r = reader_of(frame + 34, count - 34);
    assert_int_equal(icmp_parse(&m, &r), PARSE_OK);
    assert_int_equal(m.type, ICMP_ECHO);
    assert_int_equal(m.identifier, 0x57cc);
    assert_int_equal(m.sequence, 1);
    memcpy(again, frame + 34, 64);
    memset(again, 0, 8);
    icmp_emit(again, &m, 56);
    assert_memory_equal(again, frame + 34, 64);
    check_truncation(parse, frame + 34, 64);
    assert_int_equal(check_flips(parse, frame + 34, 64), 512);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "icmp.seq", "1");
    assert_field(frame, count, "icmp.seq_le", "256");
    assert_field(frame, count, "icmp.checksum", "0xa862");
    assert_field(frame, count, "ip.checksum_calculated", "0x9727");
}

struct dated {
    char text[64];
    bool has_time;
    uint32_t data_at;
};

static void pick(void *user, const struct field *f) {
    struct dated *d = user;
    if (strcmp(f->name, "icmp.data_time") == 0) {
        d->has_time = true;
        strncpy(d->text, f->text, sizeof d->text - 1);
    }
    if (strcmp(f->name, "data.data") == 0) d->data_at = f->offset;
}

/* ping's time stamp is told by the packet's own time, within a day, as tshark does. */
static void time_in_the_data(void **state) {
    (void)state;
    uint8_t frame[128];
    size_t count = from_hex(echo, frame, sizeof frame);
    const int64_t day = 86400, sent = 0x6b028f19;
    static const struct {
        int64_t apart;
        bool shown;
    } cases[] = {{0, true}, {86399, true}, {-86399, true}, {86401, false}, {-86401, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct packet_context context = {.has_time = true,
                                         .at_ns = (sent + cases[i].apart) * 1000000000};
        struct dated d = {.text = ""};
        packet_describe_in(&context, frame, count, pick, &d);
        assert_int_equal(d.has_time, cases[i].shown);
        assert_int_equal(d.data_at, cases[i].shown ? 50 : 42);
        if (d.has_time) assert_string_equal(d.text, "Nov 22, 2026 06:43:37.000000000 UTC");
    }
    static const struct {
        const char *seconds, *text;
        int64_t at;
    } dates[] = {{"00000000", "Jan  1, 1970 00:00:00.000000000 UTC", 0},
                 {"386d4380", "Jan  1, 2000 00:00:00.000000000 UTC", 946684800},
                 {"38bbb37f", "Feb 29, 2000 11:54:39.000000000 UTC", 951825279},
                 {"ffffffff", "Feb  7, 2106 06:28:15.000000000 UTC", 4294967295}};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct packet_context context = {.has_time = true,
                                         .at_ns = (dates[i].at + day / 2) * 1000000000};
        struct dated d = {.text = ""};
        memset(frame + 42, 0, 8);
        from_hex(dates[i].seconds, frame + 42, 4);
        packet_describe_in(&context, frame, count, pick, &d);
        assert_string_equal(d.text, dates[i].text);
    }
}

static void errors_quote(void **state) {
    (void)state;
    uint8_t frame[128];
    struct field found;
    char text[64];
    size_t count = from_hex(needed, frame, sizeof frame);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "icmp.mtu", "600");
    assert_true(find_field(frame, count, "ip.dst", 1, &found, text));
    assert_string_equal(text, "10.78.1.20");
    assert_int_equal(found.depth, 2);                                  /* below icmp */
    assert_true(find_field(frame, count, "tcp.seq", 0, &found, text)); /* no base is known */
    assert_string_equal(text, "60588964");
    assert_false(find_field(frame, count, "tcp.ack_raw", 0, &found, text)); /* not quoted */
}

/* Every type, with its own layout of the second word. */
static void every_type_is_covered(void **state) {
    (void)state;
    uint8_t frame[128];
    size_t count = from_hex(needed, frame, sizeof frame);
    for (int type = 0; type < 256; type++)
        for (int code = 0; code < 6; code++) {
            frame[34] = (uint8_t)type;
            frame[35] = (uint8_t)code;
            check_cover(frame, count);
            for (size_t shorter = 34; shorter < 46; shorter++) check_cover(frame, shorter);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(golden),
        cmocka_unit_test(time_in_the_data),
        cmocka_unit_test(errors_quote),
        cmocka_unit_test(every_type_is_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
