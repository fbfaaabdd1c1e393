/* The growing buffer and its JSON strings; and the field tree as JSON, read back by jansson. */
#include "buffer.h"
#include "packet_json.h"
#include "wire_support.h"

#include <jansson.h>
#include <string.h>

static void grows(void **state) {
    (void)state;
    struct buffer b = {0};
    for (int i = 0; i < 5000; i++) buffer_char(&b, (char)('a' + i % 26));
    assert_int_equal(b.length, 5000);
    assert_int_equal(strlen(b.data), 5000);
    buffer_clear(&b);
    assert_int_equal(b.length, 0);
    buffer_u64(&b, UINT64_MAX);
    buffer_char(&b, ' ');
    buffer_i64(&b, INT64_MIN);
    buffer_printf(&b, " %d %s ", 7, "x");
    buffer_hex(&b, (const uint8_t *)"\x00\xff", 2);
    assert_string_equal(b.data, "18446744073709551615 -9223372036854775808 7 x 00ff");
    buffer_free(&b);
    assert_null(b.data);
}

static void printf_over_the_edge(void **state) {
    (void)state;
    for (int pad = 0; pad < 600; pad++) {
        struct buffer b = {0};
        for (int i = 0; i < pad; i++) buffer_char(&b, 'x');
        buffer_printf(&b, "%s", "0123456789");
        assert_int_equal(b.length, pad + 10);
        assert_string_equal(b.data + pad, "0123456789");
        buffer_free(&b);
    }
}

static void too_much_fails_for_good(void **state) {
    (void)state;
    struct buffer b = {0};
    buffer_add(&b, "abc");
    assert_null(buffer_room(&b, SIZE_MAX / 2));
    assert_true(b.failed);
    buffer_add(&b, "more");
    buffer_printf(&b, "%d", 1);
    buffer_json_string(&b, "x");
    assert_int_equal(b.length, 0);
    assert_true(b.failed);
    buffer_free(&b);
}

static void strings(void **state) {
    (void)state;
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\\u007f\""},
        {"\xe4\xb8\xad\xf0\x9f\x98\x80", "\"\xe4\xb8\xad\xf0\x9f\x98\x80\""},
        {"\xff", "\"\xef\xbf\xbd\""},
        {"a\xc3", "\"a\xef\xbf\xbd\""},                               /* cut off */
        {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* overlong */
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* a surrogate */
        {"\xe0\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* overlong */
        {"\xf4\x90\x80\x80",
         "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* past U+10FFFF */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer b = {0};
        buffer_json_string(&b, cases[i].text);
        assert_string_equal(b.data, cases[i].json);
        buffer_free(&b);
    }
    struct buffer b = {0};
    buffer_json_span(&b, "a\0b", 3);
    assert_string_equal(b.data, "\"a\\u0000b\"");
    buffer_free(&b);
}

/* Any two octets make a string that a JSON reader takes. */
static void every_pair_is_valid(void **state) {
    (void)state;
    for (int first = 0; first < 256; first++)
        for (int second = 0; second < 256; second += 3) {
            const char octets[2] = {(char)first, (char)second};
            struct buffer b = {0};
            buffer_json_span(&b, octets, 2);
            json_t *value = json_loadb(b.data, b.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            assert_non_null(value);
            json_decref(value);
            buffer_free(&b);
        }
}

static const char syn[] = "02000000000b 02000000000a 0800 4500003c44e440004006e13b0a4d00010a4d0002"
                          "9c41 1f41 1e0e0da1 00000000 a002 faf0 9c17 0000"
                          "020405b4 0402 080ad7f5dd3000000000 01 03030a";

static json_t *tree_of(const uint8_t *octets, size_t count) {
    struct buffer b = {0};
    packet_tree_json(&b, octets, count);
    json_t *tree = json_loadb(b.data, b.length, 0, NULL);
    assert_non_null(tree);
    buffer_free(&b);
    return tree;
}

static const json_t *child(const json_t *fields, const char *name) {
    size_t i;
    json_t *field;
    json_array_foreach(fields, i, field) {
        if (strcmp(json_string_value(json_object_get(field, "name")), name) == 0) return field;
    }
    fail_msg("no %s", name);
    return NULL;
}

static void trees_nest(void **state) {
    (void)state;
    uint8_t frame[128];
    json_t *tree = tree_of(frame, from_hex(syn, frame, sizeof frame));
    assert_int_equal(json_array_size(tree), 3);
    const json_t *tcp = json_object_get(child(tree, "tcp"), "fields");
    const json_t *flags = child(tcp, "tcp.flags");
    assert_string_equal(json_string_value(json_object_get(flags, "value")), "0x0002");
    const json_t *bit = child(json_object_get(flags, "fields"), "tcp.flags.syn");
    assert_string_equal(json_string_value(json_object_get(bit, "value")), "1");
    assert_int_equal(json_integer_value(json_object_get(bit, "mask")), 2);
    assert_int_equal(json_integer_value(json_object_get(bit, "offset")), 47);
    const json_t *mss =
        child(json_object_get(child(tcp, "tcp.options"), "fields"), "tcp.options.mss");
    assert_string_equal(json_string_value(json_object_get(mss, "value")), "02:04:05:b4");
    child(json_object_get(mss, "fields"), "tcp.options.mss_val");
    const json_t *type = child(json_object_get(child(tree, "eth"), "fields"), "eth.type");
    assert_string_equal(json_string_value(json_object_get(type, "meaning")), "IPv4");
    json_decref(tree);
}

/* Long octet strings are whole in the JSON, although the decoder's text of them is cut. */
static void octets_are_whole(void **state) {
    (void)state;
    uint8_t frame[314] = {[12] = 0x88, [13] = 0xb5};
    json_t *tree = tree_of(frame, sizeof frame);
    const json_t *data = child(json_object_get(child(tree, "data"), "fields"), "data.data");
    assert_int_equal(json_string_length(json_object_get(data, "value")), 300 * 3 - 1);
    json_decref(tree);
}

static void damaged_frames_are_json(void **state) {
    (void)state;
    uint8_t frame[128];
    size_t count = from_hex(syn, frame, sizeof frame);
    for (size_t shorter = 0; shorter <= count; shorter++) json_decref(tree_of(frame, shorter));
    for (size_t bit = 0; bit < count * 8; bit++) {
        frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        json_decref(tree_of(frame, count));
        frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows),
        cmocka_unit_test(printf_over_the_edge),
        cmocka_unit_test(too_much_fails_for_good),
        cmocka_unit_test(strings),
        cmocka_unit_test(every_pair_is_valid),
        cmocka_unit_test(trees_nest),
        cmocka_unit_test(octets_are_whole),
        cmocka_unit_test(damaged_frames_are_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
