#include "serve.h"
/*
 * The streams over real sockets: upgrade, resume, forks, compression, slow viewers, misuse, the
 * end. The test is the lab's only user, so it knows what must arrive and never sleeps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "labs.h"
#include "metrics.h"
#include "service.h"

static struct house house;
static struct stream viewer, other;

static int setup(void **state) {
    (void)state;
    house_options(&house);
    house_open(&house);
    viewer = other = (struct stream){.fd = -1};
    return 0;
}
static int teardown(void **state) {
    (void)state;
    stream_close(&viewer);
    stream_close(&other);
    house_close(&house);
    return 0;
}

/* A POST with the lab's key; the answer's body. */
static void post(const struct lab_names *l, const char *rest, const char *body, char *out,
                 size_t size) {
    char path[128];
    snprintf(path, sizeof path, "/api/labs/%s%s", l->lab, rest);
    struct reply r = ask(house.port, "POST", path, l->key, body, NULL);
    if (r.status != 200) fail_msg("%s %s: %u %s", rest, body, r.status, r.body ? r.body : "");
    if (out) snprintf(out, size, "%s", r.body);
    reply_free(&r);
}

static uint32_t run_until(const struct lab_names *l, const char *timeline, const char *until) {
    char rest[64], body[64], answer[256];
    snprintf(rest, sizeof rest, "/timelines/%s/run", timeline);
    snprintf(body, sizeof body, "{\"until\":\"%s\"}", until);
    post(l, rest, body, answer, sizeof answer);
    return (uint32_t)number_of(answer, "head");
}

static void open_at(struct stream *s, const struct lab_names *l, const char *rest) {
    char query[128];
    snprintf(query, sizeof query, "lab=%s&%s", l->lab, rest);
    stream_open(s, house.port, query, NULL);
}

static const char *hello(struct stream *s) {
    const char *line = stream_line(s);
    assert_non_null(line);
    assert_non_null(strstr(line, "{\"line\":\"hello\",\"v\":1,"));
    return line;
}

/* --------------------------------------------------------------------- the upgrade */

static void test_the_key_of_the_rfc(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    open_at(&viewer, &l, "from=0");
    assert_int_equal(viewer.status, 101);
    /* RFC 6455 1.3's own example */
    assert_non_null(strcasestr(viewer.head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_null(strcasestr(viewer.head, "permessage-deflate")); /* it was not offered */
    const char *line = hello(&viewer);
    assert_non_null(strstr(line, "\"parent\":null,\"from\":0,\"head\":0,\"detail\":\"story\""));
    static const char *const parts[] = {"\"nodes\":[",   "\"links\":[",  "\"protocols\":[",
                                        "\"graphs\":{",  "\"tables\":{", "\"roles\":[",
                                        "\"behaviour\":"};
    for (size_t n = 0; n < sizeof parts / sizeof *parts; n++)
        assert_non_null(strstr(line, parts[n]));
}

static void refused(const char *request_lines, const char *query, unsigned status) {
    char request[1024];
    int n = snprintf(request, sizeof request, "GET /ws?%s HTTP/1.1\r\nHost: x\r\n%s\r\n", query,
                     request_lines);
    int fd = dial(house.port);
    struct reply r = exchange(fd, request, (size_t)n);
    if (r.status != status) fail_msg("%s: %u, wanted %u", request_lines, r.status, status);
    assert_true(reply_has(&r, "\"error\""));
    reply_free(&r);
    close(fd);
}

#define GOOD                                                                                       \
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static void test_bad_upgrades(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char query[64], more[128];
    snprintf(query, sizeof query, "lab=%s", l.lab);
    refused("", query, 426);
    refused("Upgrade: h2c\r\nConnection: Upgrade\r\n", query, 426);
    refused("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            query, 426);
    refused("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", query,
            400);
    refused("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: short==\r\n",
            query, 400);
    refused(GOOD "Origin: https://evil.example\r\n", query, 403);
    refused(GOOD, "", 404);
    refused(GOOD, "lab=aaaaaaaaaaa", 404);
    snprintf(more, sizeof more, "%s&timeline=T7", query);
    refused(GOOD, more, 404);
    snprintf(more, sizeof more, "%s&from=1", query);
    refused(GOOD, more, 416); /* the future: refused before the upgrade */
    snprintf(more, sizeof more, "%s&from=-1", query);
    refused(GOOD, more, 400);
    snprintf(more, sizeof more, "%s&detail=most", query);
    refused(GOOD, more, 400);
    house.options.viewers = 0; /* the options are read at each request */
    refused(GOOD, query, 503);
    house.options.viewers = 10;
}

static void test_an_upgrade_on_a_connection_that_was_used(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char request[512], answer[4096];
    int fd = dial(house.port);
    struct reply r = exchange(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 34);
    assert_int_equal(r.status, 200);
    reply_free(&r);
    int n = snprintf(request, sizeof request, "GET /ws?lab=%s HTTP/1.1\r\nHost: x\r\n" GOOD "\r\n",
                     l.lab);
    for (int k = 0; k < n; k++) assert_int_equal(send(fd, request + k, 1, MSG_NOSIGNAL), 1);
    ssize_t got = recv(fd, answer, sizeof answer, 0);
    assert_true(got > 12);
    assert_memory_equal(answer, "HTTP/1.1 101", 12);
    close(fd);
}

/* ---------------------------------------------------------------------- the stream */

static void test_events_arrive_as_they_happen_and_resume_anywhere(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    open_at(&viewer, &l, "from=0");
    hello(&viewer);
    uint32_t head = run_until(&l, "T0", "3s");
    assert_true(head > 30);
    assert_int_equal(stream_expect(&viewer, 0, head - 1), head);
    static const uint32_t from[] = {1, 7, 29};
    for (size_t n = 0; n < 3; n++) {
        char rest[32];
        snprintf(rest, sizeof rest, "from=%u", from[n]);
        open_at(&other, &l, rest);
        hello(&other);
        stream_expect(&other, from[n], head - 1);
        stream_close(&other);
    }
    char rest[32];
    snprintf(rest, sizeof rest, "from=%u", head); /* exactly the head: nothing yet */
    open_at(&other, &l, rest);
    hello(&other);
    run_until(&l, "T0", "9s");
    post(&l, "/timelines/T0/commands", "{\"id\":\"1\",\"node\":\"client\",\"line\":\"ss -tan\"}",
         NULL, 0);
    stream_expect(&other, head, head);
}

static void test_live_only_begins_with_a_snapshot(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    uint32_t head = run_until(&l, "T0", "3s");
    open_at(&viewer, &l, "from=head");
    assert_int_equal(number_of(hello(&viewer), "from"), head);
    const char *line = stream_line(&viewer);
    assert_non_null(strstr(line, "{\"line\":\"snapshot\","));
    assert_int_equal(number_of(line, "i"), head);
    assert_non_null(strstr(line, "ESTABLISHED"));
    post(&l, "/timelines/T0/commands", "{\"id\":\"1\",\"node\":\"client\",\"line\":\"ss -tan\"}",
         NULL, 0);
    stream_expect(&viewer, head, head);
}

static void test_a_fork_is_one_stream_and_both_live_on(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char answer[512], lost[64];
    uint32_t head = run_until(&l, "T0", "3s");
    open_at(&viewer, &l, "from=0");
    hello(&viewer);
    post(&l, "/timelines/T0/commands",
         "{\"id\":\"1\",\"at\":20,\"line\":\"link client-server down\"}", answer, sizeof answer);
    uint32_t at = (uint32_t)number_of(answer, "at");
    assert_true(at >= 20 && at < head);
    assert_int_equal(number_of(answer, "i"), at);
    assert_true(value_of(answer, "timeline", lost, sizeof lost));
    assert_string_equal(lost, "T1");
    uint32_t branch = run_until(&l, "T1", "5s");
    open_at(&other, &l, "timeline=T1&from=0");
    char parent[64];
    snprintf(parent, sizeof parent, "\"parent\":{\"timeline\":\"T0\",\"at\":%u}", at);
    assert_non_null(strstr(hello(&other), parent));
    stream_expect(&other, 0, branch - 1); /* gapless across the fork */
    stream_close(&other);
    char rest[48];
    snprintf(rest, sizeof rest, "timeline=T1&from=%u", at - 3); /* resume in the parent's part */
    open_at(&other, &l, rest);
    hello(&other);
    stream_expect(&other, at - 3, branch - 1);
    post(&l, "/timelines/T0/commands", "{\"id\":\"2\",\"node\":\"client\",\"line\":\"ss\"}", NULL,
         0);
    post(&l, "/timelines/T1/commands", "{\"id\":\"2\",\"node\":\"client\",\"line\":\"ss\"}", NULL,
         0);
    stream_expect(&viewer, 0, head);
    stream_expect(&other, branch, branch);
}

static void test_full_has_more_and_is_gapless_too(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    run_until(&l, "T0", "1s");
    open_at(&viewer, &l, "from=0&detail=full");
    assert_non_null(strstr(hello(&viewer), "\"detail\":\"full\""));
    uint32_t head = run_until(&l, "T0", "3s");
    open_at(&other, &l, "from=head&detail=full");
    uint32_t full = (uint32_t)number_of(hello(&other), "head");
    assert_true(full > head);
    stream_expect(&viewer, 0, full - 1);
}

static void test_each_batch_is_compressed_once_for_all(void **state) {
    (void)state;
    enum { VIEWERS = 12 };
    struct stream many[VIEWERS] = {0};
    struct lab_names l = make_lab(house.port, flood_lab);
    for (int n = 0; n < VIEWERS; n++) {
        many[n].packs = n != 0; /* one does not offer it */
        open_at(&many[n], &l, "from=0");
        assert_int_equal(strcasestr(many[n].head, "permessage-deflate") != NULL, n != 0);
        hello(&many[n]);
    }
    int64_t batches = atomic_load(&metric[METRIC_BATCHES]),
            packed = atomic_load(&metric[METRIC_PACKED_OCTETS]);
    uint32_t head = run_until(&l, "T0", "2s");
    for (int n = 0; n < VIEWERS; n++) stream_expect(&many[n], 0, head - 1);
    assert_int_equal(many[0].packed, 0);
    uint64_t plain = many[0].octets;
    batches = atomic_load(&metric[METRIC_BATCHES]) - batches;
    packed = atomic_load(&metric[METRIC_PACKED_OCTETS]) - packed;
    assert_true(batches > 0 && packed > 0);
    for (int n = 1; n < VIEWERS; n++) {
        assert_true(many[n].packed > 0);
        assert_true((int64_t)many[n].packed <= batches);
        assert_true(many[n].octets < plain / 2);
    }
    for (int n = 0; n < VIEWERS; n++) stream_close(&many[n]);
}

/* -------------------------------------------------------------------- slow viewers */

/* One viewer does not read while some 20 MB pass; the other sees everything at once, what the
 * server holds stays bounded, and the sleeper then gets every event from the file. */
static void test_a_stuck_viewer_misses_nothing(void **state) {
    (void)state;
    house_close(&house);
    house.options.ring_octets = 1 << 20;
    house.options.log_octets = 20 << 20;
    house_open(&house);
    struct lab_names l = make_lab(house.port, flood_lab);
    /* Its kernel takes some 6 MB, ours 256 KB; the rest must wait in the log. */
    open_at(&viewer, &l, "from=0");
    hello(&viewer);
    open_at(&other, &l, "from=0");
    hello(&other);
    char path[64];
    snprintf(path, sizeof path, "/api/labs/%s/timelines/T0/run", l.lab);
    uint32_t seen = 0, head = 0;
    for (bool running = true; running;) {
        struct reply r = ask(house.port, "POST", path, l.key, "{}", NULL);
        head = (uint32_t)number_of(r.body, "head");
        running = r.status == 202;
        if (!running) assert_true(reply_has(&r, "log_full"));
        reply_free(&r);
        seen += stream_expect(&other, seen, head - 1);
    }
    assert_int_equal(seen, head);
    assert_true(other.octets > 19 << 20);
    struct room *room = labs_find(service_labs(house.service), l.lab);
    assert_true(log_memory(room->timelines[0]->strand[DETAIL_STORY].log) < 4 << 20);
    room_release(room);
    assert_int_equal(stream_expect(&viewer, 0, head - 1), head);
}

/* ----------------------------------------------------------------------- the class */

static void test_the_class_line_is_limited_and_the_last_one_counts(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    uint32_t head = run_until(&l, "T0", "3s");
    open_at(&viewer, &l, "from=head");
    hello(&viewer);
    stream_line(&viewer);
    char body[96];
    int64_t begun = wall_now();
    for (uint32_t n = 0; n < 60; n++) {
        snprintf(body, sizeof body, "{\"timeline\":\"T0\",\"i\":%u,\"question\":%s}", n % head,
                 n == 59 ? "\"who-first\"" : "null");
        post(&l, "/class", body, NULL, 0);
    }
    uint32_t lines = 0;
    const char *line;
    do {
        line = stream_line(&viewer);
        assert_non_null(line);
        assert_non_null(strstr(line, "\"line\":\"class\""));
        lines++;
    } while (!strstr(line, "\"question\":\"who-first\""));
    assert_int_equal(number_of(line, "i"), 59 % head);
    int64_t tenths = (wall_now() - begun) / 100000000;
    assert_true(lines <= (uint32_t)tenths + 2);
    open_at(&other, &l, "from=head"); /* who comes later is told where the class is */
    hello(&other);
    stream_line(&other);
    assert_non_null(strstr(stream_line(&other), "who-first"));
}

/* -------------------------------------------------------------------------- misuse */

static void masked(int fd, unsigned char first, const unsigned char *payload, size_t length) {
    unsigned char frame[256] = {first, (unsigned char)(0x80 | length), 1, 2, 3, 4};
    for (size_t n = 0; n < length; n++) frame[6 + n] = payload[n] ^ frame[2 + n % 4];
    send(fd, frame, 6 + length, MSG_NOSIGNAL);
}

static void drain(struct stream *s) {
    while (stream_line(s)) continue;
}

static void test_data_from_a_viewer_closes_with_1008(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    static const unsigned char kinds[] = {0x81, 0x82, 0x01}; /* text, binary, a first fragment */
    for (size_t n = 0; n < sizeof kinds; n++) {
        open_at(&viewer, &l, "from=0");
        hello(&viewer);
        masked(viewer.fd, kinds[n], (const unsigned char *)"hi", 2);
        drain(&viewer);
        assert_int_equal(viewer.close_code, 1008);
        stream_close(&viewer);
    }
    open_at(&viewer, &l, "from=0"); /* a ping is no data */
    hello(&viewer);
    masked(viewer.fd, 0x89, (const unsigned char *)"hi", 2);
    uint32_t head = run_until(&l, "T0", "3s");
    stream_expect(&viewer, 0, head - 1);
}

/* The message that makes libwebsockets' own inflater abort: 3 * 1024 + 5 octets in some twenty. */
static void test_a_bomb_is_not_inflated(void **state) {
    (void)state;
    unsigned char plain[3077] = {0}, packed[256];
    struct lab_names l = make_lab(house.port, handshake_lab);
    z_stream z = {
        .next_in = plain, .avail_in = sizeof plain, .next_out = packed, .avail_out = sizeof packed};
    deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_SYNC_FLUSH);
    size_t length = sizeof packed - z.avail_out - 4;
    deflateEnd(&z);
    viewer.packs = true;
    open_at(&viewer, &l, "from=0");
    hello(&viewer);
    masked(viewer.fd, 0xc1, packed, length);
    drain(&viewer);
    assert_true(viewer.close_code == 1008 || viewer.close_code == 1002);
    stream_close(&viewer);
    open_at(&viewer, &l, "from=0");
    assert_int_equal(viewer.status, 101); /* and the service lives */
}

static void test_noise_over_the_stream(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    unsigned seed = 7;
    for (int round = 0; round < 120; round++) {
        unsigned char noise[128];
        viewer.packs = round & 1;
        open_at(&viewer, &l, "from=0");
        hello(&viewer);
        for (size_t n = 0; n < sizeof noise; n++)
            noise[n] = (unsigned char)((seed = seed * 1103515245u + 12345u) >> 16);
        if (round % 3 == 0) noise[1] |= 0x80;
        if (round % 3 == 1) noise[0] = 0x81, noise[1] = 0xff; /* a length of 2^64 and more */
        send(viewer.fd, noise, sizeof noise, MSG_NOSIGNAL);
        shutdown(viewer.fd, SHUT_WR);
        drain(&viewer);
        stream_close(&viewer);
    }
    open_at(&viewer, &l, "from=0");
    assert_int_equal(viewer.status, 101);
}

/* ------------------------------------------------------------------------- the end */

static void test_the_end_is_told_to_all(void **state) {
    (void)state;
    enum { VIEWERS = 20 };
    struct stream many[VIEWERS] = {0};
    struct lab_names l = make_lab(house.port, flood_lab);
    for (int n = 0; n < VIEWERS; n++) {
        open_at(&many[n], &l, "from=0");
        hello(&many[n]);
    }
    post(&l, "/timelines/T0/run", "{\"speed\":1}", NULL, 0); /* it ends in full flight */
    house_close(&house);
    for (int n = 0; n < VIEWERS; n++) {
        drain(&many[n]);
        assert_int_equal(many[n].close_code, 1001);
        stream_close(&many[n]);
    }
    assert_int_equal(atomic_load(&metric[METRIC_VIEWERS]), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_key_of_the_rfc, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_upgrades, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_upgrade_on_a_connection_that_was_used, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_events_arrive_as_they_happen_and_resume_anywhere,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_live_only_begins_with_a_snapshot, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_fork_is_one_stream_and_both_live_on, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_full_has_more_and_is_gapless_too, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_batch_is_compressed_once_for_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_stuck_viewer_misses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_class_line_is_limited_and_the_last_one_counts,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_data_from_a_viewer_closes_with_1008, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_bomb_is_not_inflated, setup, teardown),
        cmocka_unit_test_setup_teardown(test_noise_over_the_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_end_is_told_to_all, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
