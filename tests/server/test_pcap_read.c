/* The capture reader: each format in each byte order, each damage with its place, and garbage. */
#include "pcap_read.h"
#include "wire_support.h"

#include <stdio.h>
#include <string.h>

/* A file that is being built, in either byte order. */
struct image {
    uint8_t octets[4096];
    size_t count;
    bool little;
};

static void put(struct image *i, uint64_t value, int octets) {
    for (int k = 0; k < octets; k++)
        i->octets[i->count++] = (uint8_t)(value >> 8 * (i->little ? k : octets - 1 - k));
}

static void put_octets(struct image *i, const char *octets, size_t count) {
    memcpy(i->octets + i->count, octets, count);
    i->count += count;
}

static void pcap_header(struct image *i, uint32_t magic, uint32_t link) {
    put(i, magic, 4);
    put(i, 2, 2);
    put(i, 4, 2);
    put(i, 0, 8);
    put(i, 65535, 4);
    put(i, link, 4);
}

static void pcap_record(struct image *i, uint32_t second, uint32_t fraction, const char *octets) {
    put(i, second, 4);
    put(i, fraction, 4);
    put(i, strlen(octets), 4);
    put(i, strlen(octets) + 100, 4);
    put_octets(i, octets, strlen(octets));
}

static size_t begin_block(struct image *i, uint32_t type) {
    put(i, type, 4);
    put(i, 0, 4);
    return i->count - 8;
}

static void end_block(struct image *i, size_t from) {
    while ((i->count - from) % 4 != 0) put(i, 0, 1);
    size_t length = i->count + 4 - from, end = i->count;
    put(i, length, 4);
    i->count = from + 4;
    put(i, length, 4);
    i->count = end + 4;
}

static void section(struct image *i) {
    size_t from = begin_block(i, 0x0a0d0d0a);
    put(i, 0x1a2b3c4d, 4);
    put(i, 1, 2);
    put(i, 0, 2);
    put(i, UINT64_MAX, 8);
    end_block(i, from);
}

static void interface(struct image *i, uint32_t link, uint32_t snap, int resolution) {
    size_t from = begin_block(i, 1);
    put(i, link, 2);
    put(i, 0, 2);
    put(i, snap, 4);
    put(i, 2, 2); /* if_name, to be skipped */
    put(i, 3, 2);
    put_octets(i, "abc\0", 4);
    if (resolution >= 0) {
        put(i, 9, 2);
        put(i, 1, 2);
        put(i, (uint64_t)resolution, 1);
        put(i, 0, 3);
    }
    put(i, 0, 4);
    end_block(i, from);
}

static void enhanced(struct image *i, uint32_t number, uint64_t units, const char *octets) {
    size_t from = begin_block(i, 6);
    put(i, number, 4);
    put(i, units >> 32, 4);
    put(i, units & UINT32_MAX, 4);
    put(i, strlen(octets), 4);
    put(i, strlen(octets), 4);
    put_octets(i, octets, strlen(octets));
    end_block(i, from);
}

/* Everything that was read, in one line: "2@1000000005:abc;" per packet, then how it ended. */
static const char *summary(const uint8_t *octets, size_t count) {
    static char line[2000];
    struct capture c;
    struct captured packet;
    size_t at = 0;
    FILE *file =
        count > 0 ? fmemopen((void *)(uintptr_t)octets, count, "rb") : fopen("/dev/null", "rb");
    assert_non_null(file);
    enum capture_result result = capture_open(&c, file) ? CAPTURE_PACKET : CAPTURE_BAD;
    while (result == CAPTURE_PACKET && (result = capture_next(&c, &packet)) == CAPTURE_PACKET) {
        assert_true(at < 1500);
        at += (size_t)snprintf(line + at, 300, "%lld:%.*s;", (long long)packet.at_ns,
                               (int)packet.count, (const char *)packet.octets);
    }
    if (result == CAPTURE_BAD)
        at += (size_t)snprintf(line + at, 400, "byte %llu: %s", (unsigned long long)c.record_at,
                               c.problem);
    line[at] = '\0';
    assert_true(result == CAPTURE_END || strlen(c.problem) > 0);
    capture_close(&c);
    fclose(file);
    return line;
}

static void pcap_formats(void **state) {
    (void)state;
    for (int little = 0; little < 2; little++)
        for (int nano = 0; nano < 2; nano++) {
            struct image i = {.little = little};
            pcap_header(&i, nano ? 0xa1b23c4d : 0xa1b2c3d4, 1);
            assert_string_equal(summary(i.octets, i.count), "");
            pcap_record(&i, 1, 5, "abc");
            pcap_record(&i, 4294967295, 0, "");
            assert_string_equal(summary(i.octets, i.count),
                                nano ? "1000000005:abc;4294967295000000000:;"
                                     : "1000005000:abc;4294967295000000000:;");
        }
}

static void pcapng_formats(void **state) {
    (void)state;
    for (int little = 0; little < 2; little++) {
        struct image i = {.little = little};
        section(&i);
        size_t unknown = begin_block(&i, 0xbad);
        put_octets(&i, "whatever", 8);
        end_block(&i, unknown);
        interface(&i, 1, 0, -1);        /* microseconds, by default */
        interface(&i, 1, 2, 9);         /* nanoseconds */
        interface(&i, 1, 0, 0x80 | 10); /* 1024ths */
        interface(&i, 1, 0, 12);        /* picoseconds */
        interface(&i, 101, 0, -1);      /* no packet of it: no harm */
        enhanced(&i, 0, 1000005, "abc");
        enhanced(&i, 1, 1000000005, "de");
        enhanced(&i, 2, 1024 + 512, "f");
        enhanced(&i, 3, 1000000005000, "ghijk");
        size_t simple = begin_block(&i, 3);
        put(&i, 4, 4);
        put_octets(&i, "lmno", 4);
        end_block(&i, simple);
        assert_string_equal(summary(i.octets, i.count), "1000005000:abc;1000000005:de;1500000000:f;"
                                                        "1000000005:ghijk;0:lmno;");
    }
}

/* A second section may have the other byte order, and its interfaces count from 0 again. */
static void sections(void **state) {
    (void)state;
    struct image i = {.little = true};
    section(&i);
    interface(&i, 1, 0, 9);
    enhanced(&i, 0, 1, "a");
    i.little = false;
    section(&i);
    interface(&i, 1, 0, 0);
    enhanced(&i, 0, 2, "b");
    assert_string_equal(summary(i.octets, i.count), "1:a;2000000000:b;");
    enhanced(&i, 1, 2, "c");
    assert_non_null(
        strstr(summary(i.octets, i.count), "packet 3 is of interface 1, which is not described"));
}

static void snap_length_of_simple_packets(void **state) {
    (void)state;
    struct image i = {.little = true};
    section(&i);
    interface(&i, 1, 3, -1);
    size_t simple = begin_block(&i, 3);
    put(&i, 1000, 4);
    put_octets(&i, "abc", 3);
    end_block(&i, simple);
    assert_string_equal(summary(i.octets, i.count), "0:abc;");
}

static void refusals(void **state) {
    (void)state;
    struct image i = {.little = true};
    assert_string_equal(summary(i.octets, 0),
                        "byte 0: the file is empty; give a pcap or pcapng capture");
    assert_string_equal(summary((const uint8_t *)"GET / HTTP/1.1", 14),
                        "byte 0: the file is no capture; give a pcap or pcapng file");
    pcap_header(&i, 0xa1b2c3d4, 147);
    assert_non_null(strstr(summary(i.octets, i.count), "link type 147; Ethernet (1), IP (101)"));
    i.count = 0;
    pcap_header(&i, 0xa1b2c3d4, 1);
    pcap_record(&i, 1, 0, "abc");
    put(&i, 0, 8);
    put(&i, 0x7fffffff, 4);
    put(&i, 60, 4);
    assert_string_equal(summary(i.octets, i.count),
                        "1000000000:abc;byte 43: packet 2 claims 2147483647 captured "
                        "octets, more than 262144; cut the file off here");
    i.count = 0;
    section(&i);
    interface(&i, 147, 0, -1);
    enhanced(&i, 0, 0, "abc");
    assert_non_null(strstr(summary(i.octets, i.count), "link type 147"));
    i.octets[i.count - 4] ^= 4;
    assert_non_null(strstr(summary(i.octets, i.count), "two lengths differ"));
}

static void a_folder_is_no_capture(void **state) {
    (void)state;
    struct capture c;
    FILE *folder = fopen("/", "rb");
    assert_non_null(folder);
    assert_false(capture_open(&c, folder));
    assert_non_null(strstr(c.problem, "cannot be read"));
    capture_close(&c);
    fclose(folder);
}

/* Cut anywhere, the reader gives what is whole, then says where the rest is missing. */
static void cut_anywhere(void **state) {
    (void)state;
    for (int format = 0; format < 2; format++) {
        struct image i = {.little = true};
        size_t ends[3];
        if (format == 0)
            pcap_header(&i, 0xa1b2c3d4, 1);
        else {
            section(&i);
            interface(&i, 1, 0, -1);
        }
        ends[0] = i.count;
        format == 0 ? pcap_record(&i, 1, 0, "abcd") : enhanced(&i, 0, 1, "abcd");
        ends[1] = i.count;
        format == 0 ? pcap_record(&i, 2, 0, "efgh") : enhanced(&i, 0, 2, "efgh");
        ends[2] = i.count;
        for (size_t cut = 1; cut < i.count; cut++) {
            const char *line = summary(i.octets, cut);
            bool first = strstr(line, ":abcd;") != NULL;
            assert_int_equal(first, cut >= ends[1]);
            assert_null(strstr(line, ":efgh;"));
            if (cut == ends[0] || cut == ends[1] || (format == 1 && cut == 28))
                assert_null(strstr(line, "byte"));
            else
                assert_non_null(strstr(line, cut < 4 ? "no capture" : "too early"));
        }
    }
}

/* Every octet of a small file set to each of some values: no crash, and an end. */
static void damaged_anywhere(void **state) {
    (void)state;
    static const uint8_t values[] = {0, 1, 3, 0x7f, 0x80, 0xff};
    for (int format = 0; format < 2; format++) {
        struct image i = {.little = true};
        if (format == 0) {
            pcap_header(&i, 0xa1b2c3d4, 1);
            pcap_record(&i, 1, 0, "abcd");
        } else {
            section(&i);
            interface(&i, 1, 0, 3);
            enhanced(&i, 0, 77, "abcd");
        }
        for (size_t at = 0; at < i.count; at++)
            for (size_t v = 0; v < sizeof values; v++) {
                uint8_t old = i.octets[at];
                i.octets[at] = values[v];
                summary(i.octets, i.count);
                i.octets[at] = old;
            }
    }
}

/* Resolutions that no clock has: any value is survived, time stays in range. */
static void odd_resolutions(void **state) {
    (void)state;
    for (int resolution = 0; resolution < 256; resolution++) {
        struct image i = {.little = true};
        section(&i);
        interface(&i, 1, 0, resolution);
        enhanced(&i, 0, UINT64_MAX, "a");
        enhanced(&i, 0, 0, "b");
        const char *line = summary(i.octets, i.count);
        assert_int_not_equal(line[0], '-');
        assert_non_null(strstr(line, ";0:b;"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcap_formats),
        cmocka_unit_test(pcapng_formats),
        cmocka_unit_test(sections),
        cmocka_unit_test(snap_length_of_simple_packets),
        cmocka_unit_test(refusals),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(a_folder_is_no_capture),
        cmocka_unit_test(damaged_anywhere),
        cmocka_unit_test(odd_resolutions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
