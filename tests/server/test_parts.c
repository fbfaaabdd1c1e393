#include "options.h"
/* The small parts of the service: options, the pacer, the spine, random names, metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "labs.h"
#include "metrics.h"
#include "pacer.h"
#include "spine.h"

static bool parse(struct options *o, char *why, size_t size, int count, ...) {
    char *words[8];
    bool help;
    va_list list;
    va_start(list, count);
    for (int n = 0; n < count; n++) words[n] = va_arg(list, char *);
    va_end(list);
    options_default(o);
    return options_parse(o, count, words, &help, why, size);
}

static void test_options(void **state) {
    (void)state;
    struct options o;
    char why[200] = "";
    assert_true(
        parse(&o, why, sizeof why, 5, "--listen", "[::]:80", "--viewers=12", "--memory", "64"));
    assert_string_equal(o.listen, "[::]:80");
    assert_int_equal(o.viewers, 12);
    assert_int_equal(o.memory_octets, 64 << 20);
    assert_false(parse(&o, why, sizeof why, 2, "--viewers", "many"));
    assert_non_null(strstr(why, "--viewers takes a number from"));
    assert_false(parse(&o, why, sizeof why, 2, "--workers", "0"));
    assert_false(parse(&o, why, sizeof why, 1, "--data"));
    assert_non_null(strstr(why, "needs a value"));
    assert_false(parse(&o, why, sizeof why, 1, "--nonsense"));
    assert_non_null(strstr(why, "--nonsense"));
    assert_false(parse(&o, why, sizeof why, 1, "stray"));
}

static void test_pacer(void **state) {
    (void)state;
    struct pacer p;
    pacer_begin(&p, 2.0, 1000, 500);
    assert_int_equal(pacer_target(&p, 500), 1000);
    assert_int_equal(pacer_target(&p, 600), 1200);
    assert_int_equal(pacer_target(&p, 400), 1000); /* never backwards */
    assert_true(pacer_target(&p, pacer_due(&p, 5000)) >= 5000);
    assert_int_equal(pacer_due(&p, 10), 500);
    pacer_begin(&p, PACER_SPEED_MAX, SIM_TIME_MAX - 10, 0);
    assert_int_equal(pacer_target(&p, INT64_MAX), SIM_TIME_MAX);
    pacer_begin(&p, 1.0, 0, 0);
    pacer_forgive(&p, 1000000, 50000000);
    assert_int_equal(p.wall, 0); /* 49 ms behind is not much */
    pacer_forgive(&p, 1000000, 500000000);
    assert_int_equal(pacer_target(&p, 500000000), 1000000);
}

static uint64_t le(const char *record, size_t at, size_t octets) {
    uint64_t value = 0;
    while (octets--) value = value << 8 | (unsigned char)record[at + octets];
    return value;
}

static void test_spine(void **state) {
    (void)state;
    static const char tx[] =
        "{\"line\":\"events\",\"e\":[{\"i\":39,\"t\":1040185600,\"k\":\"tx\",\"n\":1,\"s\":6,"
        "\"cause\":35,"
        "\"to\":2,\"l\":7,\"p\":\"1.3\",\"rx\":1050238400,\"proto\":\"tcp\",\"role\":\"control\","
        "\"lab\":[\"ACK \\\"q\\\"\",\"seq 1\"],\"len\":1460,\"size\":66,\"rtx\":2,\"conn\":2,"
        "\"say\":\"tcp.ack\",\"a\":{\"len\":\"9\"}}]}";
    static const char rx[] =
        "{\"line\":\"events\",\"e\":[{\"i\":41,\"t\":7,\"k\":\"rx\",\"n\":2,\"s\":7,"
        "\"cause\":null,\"from\":1,\"l\":7,\"p\":\"1.3\"}]}";
    struct spine *s = spine_create();
    struct buffer out = {0};
    spine_add(s, tx, sizeof tx - 1, &out);
    spine_add(s, rx, sizeof rx - 1, &out);
    assert_int_equal(out.length, 2 * SPINE_RECORD);
    const char *r = out.data;
    double t;
    assert_int_equal(le(r, 0, 4), 39);
    assert_int_equal(le(r, 4, 4), 35);
    memcpy(&t, r + 8, 8); /* little endian machines only; CI is */
    assert_true(t == 1040185600.0);
    memcpy(&t, r + 16, 8);
    assert_true(t == 1050238400.0);
    assert_int_equal(le(r, 24, 4), 3);
    assert_int_equal(le(r, 36, 2), 1460);
    assert_int_equal(le(r, 38, 2), 1);
    assert_int_equal(le(r, 40, 2), 2);
    assert_int_equal(le(r, 42, 2), 7);
    assert_int_equal(r[44], 1);
    assert_int_equal(r[45], 3);
    assert_int_equal(r[47], 1);
    r += SPINE_RECORD;
    assert_int_equal(le(r, 4, 4), 0xffffffff);
    assert_int_equal(le(r, 40, 2), 1);
    assert_int_equal(r[44], 2);
    assert_int_equal(r[46], 1);
    buffer_clear(&out);
    spine_strings(s, &out);
    assert_string_equal(out.data, "[\"ACK \\\"q\\\"\",\"\"]");
    buffer_free(&out);
    spine_free(s);
}

static void test_names(void **state) {
    (void)state;
    char key[ROOM_KEY], other[ROOM_KEY], code[ROOM_JOIN];
    random_key(key);
    random_key(other);
    assert_int_equal(strlen(key), 32);
    assert_string_not_equal(key, other);
    for (int n = 0; n < 200; n++) {
        random_code(code);
        assert_int_equal(strlen(code), 6);
        assert_null(strpbrk(code, "0O1IlLS5")); /* letters that are mistaken for one another */
    }
    assert_true(same_secret(key, key));
    assert_false(same_secret(key, other));
    assert_false(same_secret("", ""));
    assert_false(same_secret(key, ""));
}

static void test_metrics(void **state) {
    (void)state;
    struct buffer out = {0};
    metric_wake_us(70);
    metric_request(404);
    metrics_print(&out);
    assert_non_null(strstr(out.data, "# TYPE netstep_viewers gauge\nnetstep_viewers 0\n"));
    assert_non_null(strstr(out.data, "netstep_http_requests_total{class=\"4xx\"} 1\n"));
    assert_non_null(strstr(out.data, "netstep_publish_to_wake_seconds_bucket{le=\"0.0001\"} 1\n"));
    assert_non_null(strstr(out.data, "netstep_publish_to_wake_seconds_count 1\n"));
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options), cmocka_unit_test(test_pacer),
        cmocka_unit_test(test_spine),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
