/* The text writer: cutting, numbers at their limits, addresses, times, columns. */
#include "base/text.h"
#include "wire_support.h"

#include <stdio.h>
#include <string.h>

#define SHOWS(want, ...)                                                                           \
    do {                                                                                           \
        char room[80];                                                                             \
        struct text t = text_of(room, sizeof room);                                                \
        __VA_ARGS__;                                                                               \
        assert_string_equal(room, want);                                                           \
        assert_false(t.cut);                                                                       \
    } while (0)

static void numbers(void **state) {
    (void)state;
    SHOWS("0", text_u64(&t, 0));
    SHOWS("18446744073709551615", text_u64(&t, UINT64_MAX));
    SHOWS("-9223372036854775808", text_i64(&t, INT64_MIN));
    SHOWS("9223372036854775807", text_i64(&t, INT64_MAX));
    SHOWS("  42", text_padded(&t, 42, 4, ' '));
    SHOWS("0042", text_padded(&t, 42, 4, '0'));
    SHOWS("12345", text_padded(&t, 12345, 4, '0'));
    SHOWS("0", text_padded(&t, 0, 0, '0'));
    SHOWS("00ff", text_hex(&t, 255, 4));
    SHOWS("f", text_hex(&t, 255, 1));
    SHOWS("ffffffffffffffff", text_hex(&t, UINT64_MAX, 16));
}

static void addresses(void **state) {
    (void)state;
    const uint8_t mac[6] = {2, 0, 0, 0xab, 0, 0xff};
    SHOWS("0.0.0.0", text_ip4(&t, 0));
    SHOWS("255.255.255.255", text_ip4(&t, UINT32_MAX));
    SHOWS("10.77.0.1", text_ip4(&t, 0x0a4d0001));
    SHOWS("02:00:00:ab:00:ff", text_mac(&t, mac));
}

/* Written in place, two digits at a time or by a table: against what stdio prints, and cut. */
static void every_length(void **state) {
    (void)state;
    char room[40], want[40];
    for (uint64_t power = 1, more = true; more; more = power <= UINT64_MAX / 10, power *= 10)
        for (uint64_t value = power - 1; value <= power + 1; value++) {
            struct text t = text_of(room, sizeof room);
            text_u64(&t, value);
            snprintf(want, sizeof want, "%llu", (unsigned long long)value);
            assert_string_equal(room, want);
        }
    for (uint32_t octet = 0; octet < 256; octet++) {
        struct text t = text_of(room, sizeof room);
        text_ip4(&t, octet << 24 | octet << 8 | (255 - octet));
        snprintf(want, sizeof want, "%u.0.%u.%u", octet, octet, 255 - octet);
        assert_string_equal(room, want);
    }
    for (size_t size = 1; size <= 20; size++) {
        struct text number = text_of(room, size);
        text_u64(&number, 9876543210);
        snprintf(want, size < 11 ? size : 11, "%s", "9876543210");
        assert_string_equal(room, want);
        assert_true(number.cut == (size < 11));
        struct text address = text_of(room, size);
        text_ip4(&address, 0xc0a8640a);
        snprintf(want, size < 16 ? size : 16, "%s", "192.168.100.10");
        assert_string_equal(room, want);
        assert_true(address.cut == (size < 15));
    }
}

/* With memos or without, the same is written; they are few, so ends take each other's place. */
static void ends(void **state) {
    (void)state;
    SHOWS("10.0.0.1:80", text_ip4_port(&t, 0x0a000001, 80));
    SHOWS("0.0.0.0:*", text_ip4_port(&t, 0, 0));
    struct text_memo memos[TEXT_MEMOS] = {{0}};
    for (uint32_t i = 0; i < 3000; i++) {
        char room[48], want[48];
        uint32_t host = i * 2654435761u % 40, port = i % 7 * 10000;
        struct text t = text_of(room, i % 2 ? sizeof room : 22), plain = text_of(want, 22);
        t.memos = memos;
        text_ip4_port(&t, 0xffffff00 + host, port);
        text_ip4_port(&plain, 0xffffff00 + host, port);
        assert_string_equal(room, want);
        assert_int_equal(text_length(&t), strlen(want));
    }
    char small[8];
    struct text t = text_of(small, sizeof small);
    t.memos = memos;
    text_ip4_port(&t, 0x0a000001, 80);
    assert_string_equal(small, "10.0.0.");
    assert_true(t.cut);
}

static void times(void **state) {
    (void)state;
    SHOWS("0 s", text_time(&t, 0));
    SHOWS("1 ns", text_time(&t, 1));
    SHOWS("999 ns", text_time(&t, 999));
    SHOWS("1 us", text_time(&t, 1000));
    SHOWS("1.5 us", text_time(&t, 1500));
    SHOWS("12.5 ms", text_time(&t, 12500000));
    SHOWS("12.05 ms", text_time(&t, 12050000));
    SHOWS("999.999 ms", text_time(&t, 999999999));
    SHOWS("1.000 s", text_time(&t, 1000000000));
    SHOWS("1.030 s", text_time(&t, 1030000000));
    SHOWS("-2 ms", text_time(&t, -2000000));
    SHOWS("1.030", text_seconds(&t, 1030999999, 3));
    SHOWS("1", text_seconds(&t, 1999999999, 0));
    SHOWS("0.000000001", text_seconds(&t, 1, 9));
    SHOWS("-0.5", text_seconds(&t, -500000000, 1));
}

static void columns(void **state) {
    (void)state;
    SHOWS("ab  |", {
        text_column(&t, "ab", 4);
        text_char(&t, '|');
    });
    SHOWS("abcde|", {
        text_column(&t, "abcde", 4);
        text_char(&t, '|');
    });
    SHOWS("\xe4\xb8\xad\xe6\x96\x87  |", {
        text_column(&t, "\xe4\xb8\xad\xe6\x96\x87", 4);
        text_char(&t, '|');
    });
}

static void cuts_and_ends(void **state) {
    (void)state;
    for (size_t size = 1; size <= 12; size++) {
        char room[16];
        memset(room, 'x', sizeof room);
        struct text t = text_of(room, size);
        text_add(&t, "hello ");
        text_u64(&t, 12345);
        size_t length = size - 1 < 11 ? size - 1 : 11;
        assert_int_equal(text_length(&t), length);
        assert_int_equal(strlen(room), length);
        assert_memory_equal(room, "hello 12345", length);
        assert_int_equal(t.cut, size - 1 < 11);
        assert_int_equal(room[size], 'x');
    }
}

static void compares_and_copies(void **state) {
    (void)state;
    assert_true(same_text("", ""));
    assert_true(same_text("abc", "abc"));
    assert_false(same_text("abc", "ab"));
    assert_false(same_text("ab", "abc"));
    char room[6];
    memset(room, 'x', sizeof room);
    copy_text(room, 5, "abcdefg");
    assert_memory_equal(room, "abcd\0x", 6);
    copy_text(room, 5, "a");
    assert_memory_equal(room, "a\0\0\0\0x", 6);
}

static void splits_words(void **state) {
    (void)state;
    char line[] = "  nc -l\t80 \n", *words[4];
    assert_int_equal(split_words(line, words, 4), 3);
    assert_string_equal(words[0], "nc");
    assert_string_equal(words[1], "-l");
    assert_string_equal(words[2], "80");
    char more[] = "a b c d";
    assert_int_equal(split_words(more, words, 2), 2);
    assert_string_equal(words[1], "b");
    char blank[] = " \t ";
    assert_int_equal(split_words(blank, words, 4), 0);
    char none[] = "";
    assert_int_equal(split_words(none, words, 4), 0);
    char last[] = "one";
    assert_int_equal(split_words(last, words, 1), 1);
    assert_string_equal(words[0], "one");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),       cmocka_unit_test(addresses),
        cmocka_unit_test(every_length),  cmocka_unit_test(ends),
        cmocka_unit_test(times),         cmocka_unit_test(columns),
        cmocka_unit_test(cuts_and_ends), cmocka_unit_test(compares_and_copies),
        cmocka_unit_test(splits_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
