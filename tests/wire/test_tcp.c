/* TCP: the five properties, Linux's layout of options, MUST-6 and MUST-7 on option lists. */
#include "wire/tcp.h"
#include "wire/tcp_fields.h"
#include "wire_support.h"

#include <string.h>

enum { SRC = 0x0a4d0001, DST = 0x0a4d0002 };
/* A SYN and the first data segment (cut to 4 octets) as Linux sent them. */
static const char syn[] = "02000000000b 02000000000a 0800 4500003c44e440004006e13b0a4d00010a4d0002"
                          "9c41 1f41 1e0e0da1 00000000 a002 faf0 9c17 0000"
                          "020405b4 0402 080ad7f5dd3000000000 01 03030a";

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct tcp_header h;
    struct reader r = reader_of(octets, count);
    return tcp_parse(&h, &r, SRC, DST);
}

static void check_round_trip(const struct tcp_options *options, size_t data, size_t header) {
    struct tcp_header h = {.src_port = 1,
                           .dst_port = 65535,
                           .seq = 0xfffffffe,
                           .ack = 7,
                           .data_offset = (uint8_t)header,
                           .flags = TCP_ACK | TCP_PSH | TCP_AE,
                           .window = 0xabcd,
                           .urgent_pointer = 0x1234,
                           .options = *options};
    struct tcp_header back;
    uint8_t octets[160];
    memset(octets, 0x3c, sizeof octets);
    memset(&back, 0, sizeof back);
    assert_int_equal(tcp_header_length(&h), header);
    tcp_emit(octets, &h, data, SRC, DST);
    struct reader r = reader_of(octets, header + data);
    assert_int_equal(tcp_parse(&back, &r, SRC, DST), PARSE_OK);
    assert_int_equal(read_left(&r), data);
    assert_int_equal(back.flags, h.flags);
    assert_int_equal(back.seq, h.seq);
    assert_int_equal(back.ack, h.ack);
    assert_int_equal(back.window, h.window);
    assert_int_equal(back.urgent_pointer, h.urgent_pointer);
    assert_int_equal(back.data_offset, header);
    assert_memory_equal(&back.options, options, sizeof *options);
    r = reader_of(octets, header + data);
    assert_int_equal(tcp_parse(&back, &r, SRC + 1, DST), PARSE_BAD_CHECKSUM);
}

/* All combinations of options that fit, against the length that their RFCs give. */
static void round_trip(void **state) {
    /* MUST-4, MUST-68, MUST-69: lengths are right, and zeros fill the last word. */
    (void)state;
    for (uint32_t set = 0; set < 16; set++)
        for (uint8_t blocks = 0; blocks <= TCP_SACK_BLOCKS_MAX; blocks++) {
            struct tcp_options o;
            memset(&o, 0, sizeof o);
            size_t header = 20;
            o.has_mss = set & 1;
            o.mss = o.has_mss ? 1460 : 0;
            o.has_window_scale = set & 2;
            o.window_scale = o.has_window_scale ? 14 : 0;
            o.sack_permitted = set & 4;
            o.has_timestamps = set & 8;
            o.ts_val = o.has_timestamps ? 0xdeadbeef : 0;
            o.ts_ecr = o.has_timestamps ? 3 : 0;
            o.sack_count = blocks;
            for (uint8_t i = 0; i < blocks; i++) {
                o.sack[i].left = 1000u * i;
                o.sack[i].right = 1000u * i + 500;
            }
            header +=
                (o.has_mss ? 4 : 0) + (o.has_window_scale ? 4 : 0) + (blocks ? 4 + 8 * blocks : 0);
            header += o.has_timestamps ? 12 : o.sack_permitted ? 4 : 0;
            if (header <= 60) check_round_trip(&o, set * 3, header);
        }
}

static void golden(void **state) {
    /* MUST-2: the checksum of a captured segment comes out; MUST-3: each turned bit is found. */
    (void)state;
    uint8_t frame[128], again[40];
    size_t count = from_hex(syn, frame, sizeof frame);
    struct tcp_header h;
    struct reader r = reader_of(frame + 34, count - 34);
    assert_int_equal(tcp_parse(&h, &r, SRC, DST), PARSE_OK);
    assert_int_equal(h.src_port, 40001);
    assert_int_equal(h.seq, 0x1e0e0da1);
    assert_int_equal(h.flags, TCP_SYN);
    assert_int_equal(h.data_offset, 40);
    assert_true(h.options.has_mss && h.options.mss == 1460);
    assert_true(h.options.has_window_scale && h.options.window_scale == 10);
    assert_true(h.options.sack_permitted);
    assert_true(h.options.has_timestamps && h.options.ts_val == 0xd7f5dd30);
    tcp_emit(again, &h, 0, SRC, DST); /* the very octets that Linux sent */
    assert_memory_equal(again, frame + 34, sizeof again);
    check_truncation(parse, frame + 34, 40);
    assert_int_equal(check_flips(parse, frame + 34, 40), 320);
    check_cover_damaged(frame, count);
}

static void the_tree(void **state) {
    (void)state;
    uint8_t frame[128];
    struct field found;
    char text[64];
    size_t count = from_hex(syn, frame, sizeof frame);
    assert_field(frame, count, "tcp.seq_raw", "504237473");
    assert_field(frame, count, "tcp.flags", "0x0002");
    assert_field(frame, count, "tcp.flags.syn", "1");
    assert_field(frame, count, "tcp.flags.ack", "0");
    assert_field(frame, count, "tcp.flags.str",
                 "\xc2\xb7\xc2\xb7\xc2\xb7\xc2\xb7\xc2\xb7\xc2\xb7\xc2\xb7"
                 "\xc2\xb7\xc2\xb7\xc2\xb7S\xc2\xb7");
    assert_field(frame, count, "tcp.options.mss_val", "1460");
    assert_field(frame, count, "tcp.options.wscale.multiplier", "1024");
    assert_field(frame, count, "tcp.options.timestamp.tsval", "3623214384");
    assert_true(find_field(frame, count, "tcp.flags.syn", 0, &found, text));
    assert_int_equal(found.mask, 0x02);
    assert_int_equal(found.offset, 47);
    assert_int_equal(found.depth, 2);
    assert_true(find_field(frame, count, "tcp.option_kind", 4, &found, text));
    assert_string_equal(text, "3");
    assert_false(find_field(frame, count, "tcp.seq", 0, &found, text)); /* nobody told the base */
    frame[47] ^= 1;
    assert_true(find_field(frame, count, "tcp.checksum", 0, &found, text));
    assert_true(found.flags & FIELD_BAD);
}

struct numbers {
    char seq[16], ack[16], window[16], factor[16];
};

static void pick(void *user, const struct field *f) {
    struct numbers *n = user;
    char *out = strcmp(f->name, "tcp.seq") == 0                       ? n->seq
                : strcmp(f->name, "tcp.ack") == 0                     ? n->ack
                : strcmp(f->name, "tcp.window_size") == 0             ? n->window
                : strcmp(f->name, "tcp.window_size_scalefactor") == 0 ? n->factor
                                                                      : NULL;
    if (out != NULL) strncpy(out, f->text, 15);
}

static void views_by_context(void **state) {
    (void)state;
    uint8_t frame[128];
    size_t count = from_hex(syn, frame, sizeof frame);
    frame[47] = TCP_ACK;
    struct packet_context context = {.has_bases = true,
                                     .has_window = true,
                                     .seq_base = 0x1e0e0da0,
                                     .ack_base = 0xfffffff0,
                                     .window_shift = 3};
    struct numbers n = {.seq = ""};
    packet_describe_in(&context, frame, count, pick, &n);
    assert_string_equal(n.seq, "1");
    assert_string_equal(n.ack, "16");
    assert_string_equal(n.window, "513920");
    assert_string_equal(n.factor, "8");
    context.window_shift = -1;
    packet_describe_in(&context, frame, count, pick, &n);
    assert_string_equal(n.window, "64240");
    assert_string_equal(n.factor, "-1");
    frame[47] = TCP_SYN; /* RFC 7323 2.2: the window of a SYN is never scaled */
    context.window_shift = 3;
    packet_describe_in(&context, frame, count, pick, &n);
    assert_string_equal(n.window, "64240");
    assert_string_equal(n.ack, "0"); /* no ACK: nothing to be relative to */
}

static struct tcp_options options_of(const char *hex) {
    uint8_t list[64];
    struct tcp_header h = {.flags = TCP_SYN, .seq = 1};
    uint8_t octets[160];
    size_t count = from_hex(hex, list, sizeof list);
    struct tcp_header back;
    assert_int_equal(count % 4, 0);
    tcp_emit(octets, &h, count, SRC,
             DST); /* the list stands where data would; then it is the header's */
    memcpy(octets + 20, list, count);
    octets[12] = (uint8_t)((20 + count) / 4 << 4);
    octets[16] = octets[17] = 0;
    struct reader r = reader_of(octets, 20 + count);
    uint16_t wrong = (uint16_t)(tcp_parse(&back, &r, SRC, DST));
    assert_int_equal(wrong, PARSE_BAD_CHECKSUM);
    for (uint32_t sum = 0; sum <= 0xffff; sum++) { /* any checksum that fits will do */
        octets[16] = (uint8_t)(sum >> 8);
        octets[17] = (uint8_t)sum;
        r = reader_of(octets, 20 + count);
        if (tcp_parse(&back, &r, SRC, DST) == PARSE_OK) return back.options;
    }
    fail_msg("no checksum fits");
    return back.options;
}

static void unknown_options_are_skipped(void **state) {
    /* MUST-6; MUST-64: they end at odd places. */
    (void)state;
    struct tcp_options o = options_of("fd06 0102 0304 0204 0218 2202"); /* MUST-6 */
    assert_true(o.has_mss);
    assert_int_equal(o.mss, 536);
    o = options_of(
        "0203 05 0204 05b4 01 0101 0101"); /* a known kind with a wrong length: skipped */
    assert_true(o.has_mss && o.mss == 1460);
}

/* RFC 7413 4.1.1: 4 to 16 octets, an even number, or none; other lengths are no cookie. */
static void fast_open_cookies(void **state) {
    (void)state;
    struct tcp_options o = options_of("2202 0101");
    assert_true(o.has_cookie && o.cookie_length == 0);
    o = options_of("220a 0011 2233 4455 6677 0101");
    assert_true(o.has_cookie && o.cookie_length == 8);
    assert_int_equal(o.cookie[7], 0x77);
    assert_false(options_of("2205 0102 0301 0101").has_cookie);
    assert_false(options_of("2204 0102").has_cookie);
    assert_false(options_of("2214 0011 2233 4455 6677 8899 aabb ccdd eeff 0011").has_cookie);
    for (uint8_t length = 0; length <= TCP_COOKIE_MAX; length += length == 0 ? 4 : 2) {
        uint8_t octets[80] = {0};
        struct tcp_header h = {.flags = TCP_SYN}, back;
        h.options = (struct tcp_options){.has_mss = true, .mss = 1460, .has_cookie = true};
        h.options.cookie_length = length;
        for (uint8_t i = 0; i < length; i++) h.options.cookie[i] = (uint8_t)(i + 1);
        size_t count = tcp_header_length(&h);
        assert_int_equal(count % 4, 0);
        h.data_offset = (uint8_t)count;
        tcp_emit(octets, &h, 0, SRC, DST);
        struct reader r = reader_of(octets, count);
        assert_int_equal(tcp_parse(&back, &r, SRC, DST), PARSE_OK);
        assert_memory_equal(&back.options, &h.options, sizeof back.options);
    }
}

static void illegal_lengths_end_the_list(void **state) {
    (void)state;
    static const char *const lists[] = {
        "0204 05b4 fd00 0303", /* length 0 */
        "0204 05b4 fd01 0303", /* length 1 */
        "0204 05b4 fdff 0303", /* past the header */
        "0204 05b4 0101 01fd", /* no length at all */
        "0204 05b4 0003 030a", /* behind the end of the list */
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct tcp_options o = options_of(lists[i]); /* MUST-7 */
        assert_true(o.has_mss && o.mss == 1460);
        assert_false(o.has_window_scale);
    }
}

static void odd_sack_lists(void **state) {
    (void)state;
    struct tcp_options o = options_of("050a 00000001 00000002 0101");
    assert_int_equal(o.sack_count, 1);
    assert_int_equal(o.sack[0].right, 2);
    o = options_of("0509 000000010000 00 01 0101"); /* not a whole number of blocks */
    assert_int_equal(o.sack_count, 0);
    o = options_of("0502 0101");
    assert_int_equal(o.sack_count, 0);
}

static void each_fault_has_its_name(void **state) {
    (void)state;
    uint8_t frame[128], *segment = frame + 34;
    from_hex(syn, frame, sizeof frame);
    segment[12] = 0x40;
    assert_int_equal(parse(segment, 20), PARSE_BAD_HEADER);
    segment[12] = 0xf0;
    assert_int_equal(parse(segment, 30), PARSE_TRUNCATED);
    assert_int_equal(parse(segment, 19), PARSE_TRUNCATED);
}

/* Every kind of option with every length, in a header of every size. */
static void every_option_is_covered(void **state) {
    (void)state;
    uint8_t frame[128];
    size_t count = from_hex(syn, frame, sizeof frame);
    for (int kind = 0; kind < 256; kind += kind < 10 ? 1 : 27)
        for (int length = 0; length < 24; length++)
            for (int offset = 5; offset < 11; offset++) {
                frame[46] = (uint8_t)(offset << 4);
                frame[54] = (uint8_t)kind;
                frame[55] = (uint8_t)length;
                check_cover(frame, count);
            }
}

static void duplicate_sack_is_shown(void **state) {
    (void)state;
    static const char ack[] =
        "02000000000b 02000000000a 0800 4500003400004000400600000a4d00010a4d0002"
        "9c41 1f41 00000001 00000064 8010 0100 0000 0000 01 01 050a 0000000a 00000014";
    uint8_t frame[128];
    struct field found;
    char text[64];
    size_t count = from_hex(ack, frame, sizeof frame);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "tcp.options.sack.dsack_le", "10"); /* RFC 2883 4: below the ACK */
    frame[58] = 1;                                                 /* left edge 0x0100000a */
    frame[62] = 1;
    assert_false(find_field(frame, count, "tcp.options.sack.dsack_le", 0, &found, text));
    assert_true(find_field(frame, count, "tcp.options.sack_le", 0, &found, text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(golden),
        cmocka_unit_test(the_tree),
        cmocka_unit_test(views_by_context),
        cmocka_unit_test(unknown_options_are_skipped),
        cmocka_unit_test(fast_open_cookies),
        cmocka_unit_test(illegal_lengths_end_the_list),
        cmocka_unit_test(odd_sack_lists),
        cmocka_unit_test(each_fault_has_its_name),
        cmocka_unit_test(every_option_is_covered),
        cmocka_unit_test(duplicate_sack_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
