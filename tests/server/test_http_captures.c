#include "serve.h"
/* Captures over REST: opened as labs that can be looked at and not changed; limits at the limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "seen.h"
#include "service.h"

static struct house house;

static int setup(void **state) {
    (void)state;
    house_options(&house);
    house_open(&house);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    house_close(&house);
    return 0;
}

static struct reply post(const char *type, const char *octets, size_t count) {
    char head[300];
    int n = snprintf(head, sizeof head,
                     "POST /api/captures HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: %s\r\n"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                     house.port, type, count);
    char *all = malloc((size_t)n + count);
    memcpy(all, head, (size_t)n);
    if (count > 0) memcpy(all + n, octets, count);
    int fd = dial(house.port);
    struct reply reply = exchange(fd, all, (size_t)n + count);
    close(fd);
    free(all);
    return reply;
}

static size_t load(char *out, size_t size) {
    FILE *file = fopen("tests/wire/captures/tcp_basic.pcap", "rb");
    assert_non_null(file);
    size_t count = fread(out, 1, size, file);
    fclose(file);
    return count;
}

static struct lab_names open_capture(void) {
    static char octets[65536];
    struct lab_names l;
    size_t count = load(octets, sizeof octets);
    struct reply reply = post("application/vnd.tcpdump.pcap", octets, count);
    assert_int_equal(reply.status, 201);
    assert_true(value_of(reply.body, "lab", l.lab, sizeof l.lab));
    assert_true(value_of(reply.body, "key", l.key, sizeof l.key));
    assert_true(value_of(reply.body, "join", l.join, sizeof l.join));
    assert_int_equal(number_of(reply.body, "packets"), 20);
    reply_free(&reply);
    return l;
}

static void test_a_capture_is_looked_at(void **state) {
    (void)state;
    char octets[65536], query[64];
    size_t count = load(octets, sizeof octets);
    struct lab_names l = open_capture();
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200, "\"head\":50,");
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200,
                 "\"capture\":{\"packets\":20,");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/events?from=2&to=3"), NULL, NULL, NULL,
                 200, "\"from\":\"CLOSED\",\"to\":\"SYN-SENT\"");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/packets/0"), NULL, NULL, NULL, 200,
                 "\"tcp.flags.syn\"");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/packets/50"), NULL, NULL, NULL, 404,
                 "no_packet");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/keyframes/50"), NULL, NULL, NULL, 200,
                 "\"state\":\"TIME-WAIT\"");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/keyframes/51"), NULL, NULL, NULL, 404,
                 "future");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/bins?n=2"), NULL, NULL, NULL, 200,
                 "\"count\"");
    struct reply reply =
        ask(house.port, "GET", lab_path(&l, "/timelines/T0/pcap"), NULL, NULL, NULL);
    assert_int_equal(reply.length, count); /* the file as it came */
    assert_memory_equal(reply.body, octets, count);
    reply_free(&reply);
    struct stream s;
    snprintf(query, sizeof query, "lab=%s&timeline=T0&from=0", l.lab);
    stream_open(&s, house.port, query, NULL);
    assert_int_equal(s.status, 101);
    assert_non_null(strstr(stream_line(&s), "\"capture\":{"));
    assert_int_equal(stream_expect(&s, 0, 49), 50);
    stream_close(&s);
}

static void test_a_capture_does_not_move(void **state) {
    static const struct {
        const char *path, *body;
    } moves[] = {{"/timelines/T0/commands", "{\"id\":\"a\",\"line\":\"drop 1.1\"}"},
                 {"/timelines/T0/commands", "{\"id\":\"b\",\"at\":3,\"line\":\"drop 1.1\"}"},
                 {"/timelines/T0/step", "{}"},
                 {"/timelines/T0/run", "{}"},
                 {"/timelines/T0/pause", "{}"}};
    (void)state;
    struct lab_names l = open_capture();
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        for (int keyed = 0; keyed < 2; keyed++)
            expect_reply(&house, "POST", lab_path(&l, moves[i].path), keyed ? l.key : NULL,
                         moves[i].body, NULL, 409, "\"code\":\"capture\"");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/complete?line=pi"), NULL, NULL, NULL,
                 409, "capture");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/variables?m=tcp&node=a&obj=1"), NULL,
                 NULL, NULL, 409, "capture");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/events?detail=full"), NULL, NULL, NULL,
                 409, "capture");
    expect_reply(&house, "POST", lab_path(&l, "/class"), l.key, "{\"timeline\":\"T0\",\"i\":7}",
                 NULL, 200, NULL); /* a class may be led through it */
}

static void test_what_is_no_capture(void **state) {
    (void)state;
    enum { LAST_RECORD = 16 + 66 }; /* a bare ACK */
    char octets[65536], place[40];
    size_t count = load(octets, sizeof octets);
    struct reply reply = post("application/octet-stream", octets, count - 1);
    assert_int_equal(reply.status, 400);
    snprintf(place, sizeof place, "\"place\":\"octet %zu\"", count - LAST_RECORD);
    assert_true(reply_has(&reply, "\"code\":\"bad_capture\""));
    assert_true(reply_has(&reply, place));
    reply_free(&reply);
    reply = post("application/octet-stream", "", 0);
    assert_int_equal(reply.status, 400);
    assert_true(reply_has(&reply, "octet 0"));
    reply_free(&reply);
    reply = post("application/json", octets, count);
    assert_int_equal(reply.status, 415);
    reply_free(&reply);
    expect_reply(&house, "GET", "/api/captures", NULL, NULL, NULL, 405, "POST");
    expect_reply(&house, "GET", "/api/captures/x", NULL, NULL, NULL, 404, "not_found");
}

/* At the limit the file is read, and found to be none; an octet more is not taken. */
static void test_the_limit(void **state) {
    (void)state;
    char *octets = calloc(1, SEEN_OCTETS + 1);
    struct reply reply = post("application/octet-stream", octets, SEEN_OCTETS);
    assert_int_equal(reply.status, 400);
    reply_free(&reply);
    reply = post("application/octet-stream", octets, SEEN_OCTETS + 1);
    assert_int_equal(reply.status, 413);
    assert_true(reply_has(&reply, "33554432"));
    reply_free(&reply);
    reply = ask(house.port, "POST", "/api/labs", NULL, octets, NULL); /* others stay as they were */
    assert_int_equal(reply.status, 400);
    reply_free(&reply);
    free(octets);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_capture_is_looked_at, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_capture_does_not_move, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_capture, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_limit, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
