#include "serve.h"
/* The REST side over real sockets: what is answered, and what is refused, with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "files.h"
#include "labs.h"
#include "service.h"

static struct house house;

static int setup(void **state) {
    (void)state;
    house_options(&house);
    house.options.log_octets = 2 << 20;
    house_open(&house);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    house_close(&house);
    return 0;
}

static void expect(const char *method, const char *path, const char *key, const char *body,
                   const char *more, unsigned status, const char *contains) {
    struct reply r = ask(house.port, method, path, key, body, more);
    if (r.status != status || (contains && !reply_has(&r, contains)))
        fail_msg("%s %s: %u %.300s; wanted %u %s", method, path, r.status, r.body ? r.body : "",
                 status, contains ? contains : "");
    reply_free(&r);
}

static char path_room[256];
static const char *path(const struct lab_names *l, const char *rest) {
    snprintf(path_room, sizeof path_room, "/api/labs/%s%s", l->lab, rest);
    return path_room;
}

/* --------------------------------------------------------------------------- plain */

static void test_health_metrics_and_headers(void **state) {
    (void)state;
    char value[400];
    struct reply r = ask(house.port, "GET", "/healthz", NULL, NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_true(reply_header(&r, "Content-Security-Policy", value, sizeof value));
    assert_non_null(strstr(value, "default-src 'none'"));
    assert_non_null(strstr(value, "frame-ancestors 'none'"));
    assert_true(reply_header(&r, "X-Content-Type-Options", value, sizeof value));
    assert_true(reply_header(&r, "Referrer-Policy", value, sizeof value));
    assert_true(reply_header(&r, "Cross-Origin-Opener-Policy", value, sizeof value));
    reply_free(&r);
    expect("GET", "/metrics", NULL, NULL, NULL, 200, "netstep_viewers 0");
    expect("GET", "/api/lessons", NULL, NULL, NULL, 200, "\"lessons\":[]");
    expect("GET", "/api/lessons?lang=fr", NULL, NULL, NULL, 400, "\"place\":\"lang\"");
    expect("GET", "/api/lessons/none", NULL, NULL, NULL, 404, "no_lesson");
}

static void test_files(void **state) {
    (void)state;
    char request[300], etag[80];
    int fd = dial(house.port);
    const char plain[] = "GET /t/a.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n";
    struct reply r = exchange(fd, plain, sizeof plain - 1);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "gz");
    assert_true(reply_header(&r, "ETag", etag, sizeof etag));
    assert_string_equal(etag, "\"123-gzip\"");
    assert_true(reply_header(&r, "Content-Encoding", etag, sizeof etag));
    assert_true(reply_header(&r, "Vary", etag, sizeof etag));
    assert_true(reply_header(&r, "Cache-Control", etag, sizeof etag));
    assert_string_equal(etag, "public, max-age=31536000, immutable");
    reply_free(&r);
    /* The same connection goes on: 304, then the whole file without gzip. */
    int n = snprintf(request, sizeof request,
                     "GET /t/a.js HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"123\"\r\n\r\n");
    r = exchange(fd, request, (size_t)n);
    assert_int_equal(r.status, 304);
    assert_int_equal(r.length, 0);
    reply_free(&r);
    n = snprintf(request, sizeof request, "GET /t/a.js HTTP/1.1\r\nHost: x\r\n\r\n");
    r = exchange(fd, request, (size_t)n);
    assert_string_equal(r.body, "plain");
    reply_free(&r);
    close(fd);
    static const char *const codings[][2] = {{"br", "b"},          {"gzip, deflate, br", "b"},
                                             {"gzip;q=0.5", "gz"}, {"gzip;q=0, br;q=0.0", "plain"},
                                             {"brotli", "plain"},  {"BR;q=1", "b"}};
    for (size_t k = 0; k < sizeof codings / sizeof *codings; k++) {
        snprintf(request, sizeof request, "Accept-Encoding: %s\r\n", codings[k][0]);
        r = ask(house.port, "GET", "/t/a.js", NULL, NULL, request);
        assert_string_equal(r.body, codings[k][1]);
        reply_free(&r);
    }
    expect("GET", "/../../etc/passwd", NULL, NULL, NULL, 404, "not_found");
    expect("GET", "/t/%2e%2e/a.js", NULL, NULL, NULL, 404, NULL);
    expect("POST", "/t/a.js", NULL, "{}", NULL, 405, "use GET");
}

/* A long answer is packed for who takes it, a short one and one without the offer is not. */
static void test_answers_are_packed(void **state) {
    (void)state;
    char value[80], plain[16384] = "";
    const char *offer = "Accept-Encoding: gzip, br\r\n";
    struct reply r = ask(house.port, "GET", "/metrics", NULL, NULL, offer);
    assert_true(reply_header(&r, "Content-Encoding", value, sizeof value));
    assert_string_equal(value, "gzip");
    assert_true(reply_header(&r, "Vary", value, sizeof value));
    z_stream z = {.next_in = (Bytef *)r.body,
                  .avail_in = (uInt)r.length,
                  .next_out = (Bytef *)plain,
                  .avail_out = sizeof plain - 1};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    assert_non_null(strstr(plain, "netstep_viewers 0"));
    assert_true(r.length < z.total_out);
    reply_free(&r);
    r = ask(house.port, "GET", "/metrics", NULL, NULL, NULL);
    assert_false(reply_header(&r, "Content-Encoding", value, sizeof value));
    assert_true(reply_header(&r, "Vary", value, sizeof value));
    assert_true(reply_has(&r, "netstep_viewers 0"));
    reply_free(&r);
    r = ask(house.port, "GET", "/healthz", NULL, NULL, offer);
    assert_false(reply_header(&r, "Content-Encoding", value, sizeof value));
    reply_free(&r);
}

static void test_addresses(void **state) {
    (void)state;
    char value[60];
    expect("GET", "/api/none", NULL, NULL, NULL, 404, "not_found");
    expect("GET", "/api/", NULL, NULL, NULL, 404, NULL);
    expect("GET", "/api/labs/aaaaaaaaaaa", NULL, NULL, NULL, 404, "no_lab");
    expect("GET", "/api/labs/aaaaaaaaaaa/timelines", NULL, NULL, NULL, 404, NULL);
    expect("DELETE", "/api/labs/aaaaaaaaaaa", NULL, NULL, NULL, 405, "use GET");
    struct reply r = ask(house.port, "GET", "/api/labs", NULL, NULL, NULL);
    assert_int_equal(r.status, 405);
    assert_true(reply_header(&r, "Allow", value, sizeof value));
    assert_string_equal(value, "POST");
    reply_free(&r);
    char *lengthy = malloc(4000);
    memset(lengthy, 'a', 4000);
    lengthy[0] = '/';
    lengthy[3999] = 0;
    expect("GET", lengthy, NULL, NULL, NULL, 414, "path_too_long");
    free(lengthy);
}

/* ----------------------------------------------------------------- what is refused */

static void test_bad_bodies_name_their_place(void **state) {
    (void)state;
    static const struct {
        const char *body, *contains;
    } cases[] = {
        {"", "give a scenario"},
        {"{", "bad_json"},
        {"[]", "\"code\":\"bad_scenario\""},
        {"{\"scenario\":{}}", "\"place\":\"scenario"},
        {"{\"scenario\":{\"netstep\":1,\"nodes\":[],\"links\":[]},\"extra\":1}", "extra"},
        {"{\"lesson\":\"none\"}", "\"place\":\"lesson\""},
        {"{\"lesson\":7}", "\"place\":\"lesson\""},
        {"{\"scenario\":{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"kind\":\"toaster\"}]}}",
         "nodes[0].kind"},
        {"{\"scenario\":{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"kind\":\"host\",\"interfaces\":"
         "[{"
         "\"name\":\"eth0\"}]}],\"links\":[{\"between\":[\"a:eth0\",\"b:eth9\"]}]}}",
         "links[0].between[1]"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++)
        expect("POST", "/api/labs", NULL, cases[n].body, NULL, 400, cases[n].contains);
    expect("GET", "/metrics", NULL, NULL, NULL, 200,
           "netstep_labs 0\n"); /* nothing is left of them */
}

static void test_who_may_post(void **state) {
    (void)state;
    char origin[200], body[4096];
    snprintf(body, sizeof body, "{\"scenario\":%s}", handshake_lab);
    expect("POST", "/api/labs", NULL, body, "Content-Type: text/plain\r\n", 415, "bad_type");
    expect("POST", "/api/labs", NULL, body, "Content-Type: application/x-www-form-urlencoded\r\n",
           415, NULL);
    expect("POST", "/api/labs", NULL, body, "Origin: https://evil.example\r\n", 403,
           "foreign_origin");
    expect("POST", "/api/labs", NULL, body, "Origin: null\r\n", 403, "foreign_origin");
    snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%u\r\n", house.port);
    expect("POST", "/api/labs", NULL, body, origin, 201, "\"key\"");
    expect("POST", "/api/labs", NULL, body, "Content-Type: application/json; charset=utf-8\r\n",
           201, NULL);
}

static void test_large_requests(void **state) {
    (void)state;
    enum { SOME = 100 * 1024, MANY = 8 << 20 };
    char *body = malloc(MANY + 1);
    memset(body, ' ', MANY);
    body[SOME] = 0;
    expect("POST", "/api/labs", NULL, body, NULL, 413, "body_too_large");
    body[SOME] = ' ';
    body[MANY] = 0;
    struct reply r = ask(house.port, "POST", "/api/labs", NULL, body, NULL);
    assert_true(r.status == 413 || r.status == 0); /* the answer, or a closed connection */
    reply_free(&r);
    char *headers = malloc(40000);
    size_t n = 0;
    while (n < 30000)
        n += (size_t)sprintf(headers + n, "X-Filler-%zu: aaaaaaaaaaaaaaaaaaaaaaaa\r\n", n);
    r = ask(house.port, "GET", "/healthz", NULL, NULL, headers);
    assert_int_equal(r.status, 431);
    reply_free(&r);
    free(headers);
    free(body);
    expect("GET", "/healthz", NULL, NULL, NULL, 200, "ok");
}

static void test_garbage_on_the_port(void **state) {
    (void)state;
    static const char *const cases[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        "POST /api/labs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\nZZZ\r\n\r\n",
        "POST /api/labs HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}",
        "GET /%00%ff%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/labs/%2f%2e HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, "
        "HTTP2-Settings\r\n\r\n",
        "GET /ws?lab=&from=x HTTP/1.0\r\n\r\n",
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        int fd = dial(house.port);
        assert_true(fd >= 0);
        assert_int_equal(send(fd, cases[n], strlen(cases[n]), MSG_NOSIGNAL), strlen(cases[n]));
        shutdown(fd, SHUT_WR);
        char sink[4096];
        while (recv(fd, sink, sizeof sink, 0) > 0) continue;
        close(fd);
    }
    unsigned seed = 1;
    for (int round = 0; round < 200; round++) {
        char noise[300];
        for (size_t n = 0; n < sizeof noise; n++)
            noise[n] = (char)((seed = seed * 1103515245u + 12345u) >> 16);
        if (round % 2) memcpy(noise, "POST /api/labs HTTP/1.1\r\n", 25);
        int fd = dial(house.port);
        send(fd, noise, sizeof noise, MSG_NOSIGNAL);
        close(fd);
    }
    expect("GET", "/healthz", NULL, NULL, NULL, 200, "ok");
}

/* RFC 9112 6.3: a proxy in front may have believed the other length, and would then take the rest
 * of the body for the next visitor's request. */
static void test_two_lengths_are_refused(void **state) {
    (void)state;
    static const char *const cases[] = {
        "POST /api/labs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}abc",
        "POST /api/labs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        int fd = dial(house.port);
        struct reply r = exchange(fd, cases[n], strlen(cases[n]));
        char end;
        assert_int_equal(r.status, 400);
        assert_true(reply_has(&r, "\"bad_length\""));
        assert_true(recv(fd, &end, 1, 0) <= 0); /* and what follows is not a request */
        reply_free(&r);
        close(fd);
    }
}

static void test_half_requests_do_not_hold_the_others(void **state) {
    (void)state;
    enum { IDLE = 200 };
    int fds[IDLE];
    for (int n = 0; n < IDLE; n++) {
        fds[n] = dial(house.port);
        send(fds[n], "POST /api/labs HTTP/1.1\r\nHost: x\r\nContent-Le", 44, MSG_NOSIGNAL);
    }
    expect("GET", "/healthz", NULL, NULL, NULL, 200, "ok");
    for (int n = 0; n < IDLE; n++) close(fds[n]);
}

/* ----------------------------------------------------------- a lab and its control */

static void test_a_lab_from_start_to_end(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char join[64];
    expect("GET", path(&l, ""), NULL, NULL, NULL, 200, "\"head\":0,\"head_t\":0,\"running\":false");
    snprintf(join, sizeof join, "/api/join/%.3s-%s", l.join, l.join + 3);
    for (char *at = join + 10; *at; at++)
        if (*at >= 'A' && *at <= 'Z') *at += 32; /* people type small letters and hyphens */
    expect("GET", join, NULL, NULL, NULL, 200, l.lab);
    expect("GET", "/api/join/ZZZZZZ", NULL, NULL, NULL, 404, "no_room");
    expect("POST", path(&l, "/timelines/T0/step"), l.key, "{}", NULL, 200, "\"running\":false");
    expect("POST", path(&l, "/timelines/T0/step"), l.key, "{\"count\":0}", NULL, 400,
           "\"place\":\"count\"");
    expect("POST", path(&l, "/timelines/T0/step"), l.key, "{\"count\":5}", NULL, 200, "paused");
    expect("POST", path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"soon\"}", NULL, 400,
           "\"place\":\"until\"");
    expect("POST", path(&l, "/timelines/T0/run"), l.key, "{\"speed\":0}", NULL, 400,
           "\"place\":\"speed\"");
    expect("POST", path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}", NULL, 200,
           "\"head_t\":3000000000,\"running\":false,\"stopped\":\"until\"");
    expect("POST", path(&l, "/timelines/T9/run"), l.key, "{}", NULL, 404, "no_timeline");
    expect("GET", path(&l, "/timelines/T0/complete?node=client&line=pi"), NULL, NULL, NULL, 200,
           "\"ping\"");
    expect("GET", path(&l, "/timelines/T0/complete?node=nobody&line=pi"), NULL, NULL, NULL, 400,
           "no_node");
    expect("GET", path(&l, "/timelines/T0/bins?n=0"), NULL, NULL, NULL, 400, "\"place\":\"n\"");
    expect("GET", path(&l, "/timelines/T0/bins?n=4"), NULL, NULL, NULL, 200, "\"lost\":0");
    expect("GET", path(&l, "/timelines/T0/keyframes/99999"), NULL, NULL, NULL, 404, "future");
    expect("GET", path(&l, "/timelines/T0/keyframes/x"), NULL, NULL, NULL, 400, "keyframes");
    expect("GET", path(&l, "/timelines/T0/packets/0"), NULL, NULL, NULL, 404, "no_packet");
    expect("GET", path(&l, "/timelines/T0/judge?lesson=a&step=b"), NULL, NULL, NULL, 404,
           "no_lesson");
    expect("GET", path(&l, "/timelines/T0/judge"), NULL, NULL, NULL, 400, "judge needs");
}

/* The event of this kind and protocol that is the nth from 1 on. */
static long event_index(const struct lab_names *l, const char *marks, int nth) {
    struct reply r = ask(house.port, "GET", path(l, "/timelines/T0/events"), NULL, NULL, NULL);
    long found = -1;
    for (char *line = strtok(r.body, "\n"); line; line = strtok(NULL, "\n"))
        if (strstr(line, marks) && !--nth) {
            found = number_of(line, "i");
            break;
        }
    reply_free(&r);
    return found;
}

static void test_ranges_packets_and_tables(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char address[128], value[64];
    expect("POST", path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}", NULL, 200, NULL);
    struct reply all = ask(house.port, "GET", path(&l, "/timelines/T0/events"), NULL, NULL, NULL);
    struct reply some =
        ask(house.port, "GET", path(&l, "/timelines/T0/events?from=5&to=9"), NULL, NULL, NULL);
    char *from = strstr(all.body, "{\"line\":\"events\",\"e\":[{\"i\":5,");
    char *to = strstr(all.body, "{\"line\":\"events\",\"e\":[{\"i\":9,");
    assert_true(from && to);
    assert_int_equal(some.length, to - from);
    assert_memory_equal(some.body, from, some.length);
    reply_free(&some);
    uint32_t count = 0;
    for (size_t n = 0; n < all.length; n++) count += all.body[n] == '\n';
    some = ask(house.port, "GET", path(&l, "/timelines/T0/events"), NULL, NULL,
               "Accept: application/octet-stream\r\n");
    assert_true(reply_header(&some, "X-Strings-At", value, sizeof value));
    assert_int_equal(strtoul(value, NULL, 10), count * 48);
    assert_int_equal(some.body[count * 48], '[');
    reply_free(&some);
    reply_free(&all);
    expect("GET", path(&l, "/timelines/T0/events?from=9999"), NULL, NULL, NULL, 416, "future");
    expect("GET", path(&l, "/timelines/T0/events?detail=all"), NULL, NULL, NULL, 400,
           "\"place\":\"detail\"");

    long syn = event_index(&l, "\"k\":\"tx\"", 3), got = event_index(&l, "\"k\":\"rx\"", 3);
    assert_true(syn > 0 && got > syn);
    for (int n = 0; n < 2; n++) { /* the SYN, as sent and as received: the same octets */
        snprintf(address, sizeof address, "/timelines/T0/packets/%ld", n ? got : syn);
        struct reply r = ask(house.port, "GET", path(&l, address), NULL, NULL, NULL);
        assert_int_equal(r.status, 200);
        assert_true(value_of(r.body, "octets", value, sizeof value));
        assert_memory_equal(value, "0200000002010200000001010800", 28);
        assert_true(reply_has(&r, "\"name\":\"tcp.flags.syn\""));
        reply_free(&r);
    }
    snprintf(address, sizeof address, "/timelines/T0/keyframes/%ld", syn + 1);
    struct reply r = ask(house.port, "GET", path(&l, address), NULL, NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_true(number_of(r.body, "i") <= syn + 1);
    assert_true(reply_has(&r, "LISTEN"));
    assert_false(reply_has(&r, "ESTABLISHED"));
    reply_free(&r);
    r = ask(house.port, "GET", path(&l, "/timelines/T0/pcap"), NULL, NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_memory_equal(r.body, "\x0a\x0d\x0d\x0a", 4); /* a section header block */
    reply_free(&r);
}

static void test_control(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char wrong[33] = "00000000000000000000000000000000", own[40];
    static const char *const moves[] = {"/timelines/T0/step", "/timelines/T0/run",
                                        "/timelines/T0/pause"};
    for (int n = 0; n < 3; n++) {
        expect("POST", path(&l, moves[n]), NULL, "{}", NULL, 403, "no_control");
        expect("POST", path(&l, moves[n]), wrong, "{}", NULL, 403, "no_control");
        expect("POST", path(&l, moves[n]), "", "{}", NULL, 403, "no_control");
    }
    expect("POST", path(&l, "/class"), NULL, "{\"timeline\":\"T0\",\"i\":0}", NULL, 403,
           "no_control");
    expect("POST", path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}", NULL, 200, NULL);
    /* A viewer's command makes a branch that he controls, and he alone. */
    struct reply r = ask(house.port, "POST", path(&l, "/timelines/T0/commands"), NULL,
                         "{\"id\":\"v1\",\"node\":\"client\",\"line\":\"ping -c 1 server\"}", NULL);
    assert_int_equal(r.status, 200);
    assert_true(reply_has(&r, "\"timeline\":\"T1\""));
    assert_true(value_of(r.body, "key", own, sizeof own));
    char *first = strdup(r.body);
    reply_free(&r);
    r = ask(house.port, "POST", path(&l, "/timelines/T0/commands"), NULL,
            "{\"id\":\"v1\",\"node\":\"client\",\"line\":\"ping -c 1 server\"}", NULL);
    assert_string_equal(r.body, first); /* a repeat is answered, not done again */
    reply_free(&r);
    free(first);
    expect("POST", path(&l, "/timelines/T1/step"), own, "{}", NULL, 200, "\"timeline\":\"T1\"");
    expect("POST", path(&l, "/timelines/T0/step"), own, "{}", NULL, 403, "no_control");
    expect("POST", path(&l, "/class"), own, "{\"timeline\":\"T1\",\"i\":0}", NULL, 403,
           "no_control");
    expect("POST", path(&l, "/timelines/T1/commands"), own,
           "{\"id\":\"v2\",\"line\":\"ss\",\"node\":\"client\"}", NULL, 200, "\"timeline\":\"T1\"");
    expect("POST", path(&l, "/timelines/T1/step"), l.key, "{}", NULL, 200,
           NULL); /* the teacher helps */
    expect("GET", path(&l, ""), NULL, NULL, NULL, 200, "\"id\":\"T1\",\"parent\":\"T0\"");
}

static void test_commands(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    const char *to = "/timelines/T0/commands";
    expect("POST", path(&l, to), l.key, "{\"line\":\"ss\"}", NULL, 400, "\"place\":\"id\"");
    expect("POST", path(&l, to), l.key, "{\"id\":\"\",\"line\":\"ss\"}", NULL, 400,
           "\"place\":\"id\"");
    expect("POST", path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"\"}", NULL, 400,
           "\"place\":\"line\"");
    expect("POST", path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"a\\nb\"}", NULL, 400, "one line");
    expect("POST", path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"ss\",\"node\":\"x\"}", NULL, 400,
           "no_node");
    expect("POST", path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"ss\",\"at\":7}", NULL, 409,
           "future");
    expect("POST", path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"dance\"}", NULL, 400,
           "bad_command");
    expect("POST", path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"fault client->server dance\"}",
           NULL, 400, "bad_command");
    expect("GET", path(&l, ""), NULL, NULL, NULL, 200, "\"head\":0"); /* nothing was half-done */
    expect("POST", path(&l, to), l.key,
           "{\"id\":\"1\",\"line\":\"fault client->server drop nth 1 match tcp.flags.syn\"}", NULL,
           200, "\"timeline\":\"T0\",\"step\":1,\"i\":0");
    expect("POST", path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}", NULL, 200, NULL);
    struct reply r = ask(house.port, "GET", path(&l, "/timelines/T0/events"), NULL, NULL, NULL);
    assert_true(reply_has(&r, "\"k\":\"lost\""));
    reply_free(&r);
    /* At 0 the past is before everything; the parent's events stay what they were. */
    expect("POST", path(&l, to), l.key,
           "{\"id\":\"2\",\"line\":\"link client-server down\",\"at\":0}", NULL, 200,
           "\"parent\":\"T0\",\"at\":0");
}

static void test_a_run_without_end_stops_at_its_log(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, flood_lab);
    struct reply r = ask(house.port, "POST", path(&l, "/timelines/T0/run"), l.key, "{}", NULL);
    assert_true(r.status == 200 || r.status == 202);
    while (r.status == 202 || reply_has(&r, "\"running\":true")) { /* asked again, not slept for */
        reply_free(&r);
        r = ask(house.port, "POST", path(&l, "/timelines/T0/run"), l.key, "{}", NULL);
    }
    assert_true(reply_has(&r, "log_full"));
    reply_free(&r);
}

/* Labs that are small when they are made must not grow past --memory later; and whoever holds
 * less than his share goes on. */
static void test_memory_is_a_bound_for_what_runs(void **state) {
    (void)state;
    enum { FLOODS = 6, MIB = 1 << 20 };
    house_close(&house);
    house.options.memory_octets = 16 * MIB;
    house.options.log_octets = 64 * MIB;
    house_open(&house);
    struct lab_names quiet = make_lab(house.port, handshake_lab), floods[FLOODS];
    for (int n = 0; n < FLOODS; n++) floods[n] = make_lab(house.port, flood_lab);
    for (int n = 0; n < FLOODS; n++) {
        struct reply r = {.status = 202};
        while (r.status == 202) {
            reply_free(&r);
            r = ask(house.port, "POST", path(&floods[n], "/timelines/T0/run"), floods[n].key, "{}",
                    NULL);
        }
        assert_int_equal(r.status, 200);
        assert_true(reply_has(&r, "\"stopped\":\"memory\""));
        reply_free(&r);
    }
    size_t held = 0;
    for (int n = 0; n < FLOODS; n++) {
        struct room *room = labs_find(service_labs(house.service), floods[n].lab);
        held += room_memory(room);
        room_release(room);
    }
    /* What the first held before the others came, their shares, and what 10 ms add to each. */
    assert_true(held < 3 * 16 * MIB);
    expect("POST", path(&floods[0], "/timelines/T0/step"), floods[0].key, "{}", NULL, 200,
           "\"memory\"");
    expect("POST", path(&quiet, "/timelines/T0/run"), quiet.key, "{}", NULL, 200, "\"quiet\"");
    /* Answers may hold an eighth: one that is larger fails, and gives back what it had. */
    for (int n = 0; n < 3; n++) {
        expect("GET", path(&floods[0], "/timelines/T0/pcap"), NULL, NULL, NULL, 503, "\"busy\"");
        expect("GET", path(&floods[0], "/timelines/T0/events"), NULL, NULL,
               "Accept: application/octet-stream\r\n", 503, "\"busy\"");
        expect("GET", path(&quiet, "/timelines/T0/pcap"), NULL, NULL, NULL, 200, NULL);
    }
}

static void test_bad_places_to_listen(void **state) {
    (void)state;
    static const char *const places[] = {"127.0.0.1:99999",
                                         "127.0.0.1:",
                                         "127.0.0.1:http",
                                         ":-1",
                                         "no.such.host.invalid:80",
                                         "127.0.0.1:80x",
                                         ""};
    char why[400], taken[32];
    for (size_t n = 0; n < sizeof places / sizeof *places; n++) {
        house.options.listen = places[n];
        why[0] = 0;
        assert_null(service_start(&house.options, why, sizeof why));
        assert_non_null(strstr(why, "--listen"));
    }
    snprintf(taken, sizeof taken, "127.0.0.1:%u", house.port);
    house.options.listen = taken;
    assert_null(service_start(&house.options, why, sizeof why));
    assert_non_null(strstr(why, "choose another port"));
}

static void test_quotas(void **state) {
    (void)state;
    char body[4096];
    snprintf(body, sizeof body, "{\"scenario\":%s}", handshake_lab);
    house_close(&house);
    house.options.labs_per_visitor = 2;
    house.options.timelines = 2;
    house_open(&house);
    struct lab_names l = make_lab(house.port, handshake_lab);
    make_lab(house.port, handshake_lab);
    expect("POST", "/api/labs", NULL, body, NULL, 429, "too_many_labs_of_yours");
    expect("POST", path(&l, "/timelines/T0/commands"), NULL,
           "{\"id\":\"1\",\"line\":\"ss\",\"node\":\"client\"}", NULL, 200, "\"T1\"");
    expect("POST", path(&l, "/timelines/T0/commands"), NULL,
           "{\"id\":\"2\",\"line\":\"ss\",\"node\":\"client\"}", NULL, 429, "too_many_timelines");
    house_close(&house);
    house.options.timelines = 4; /* the last quarter is the key holder's */
    house_open(&house);
    l = make_lab(house.port, handshake_lab);
    for (int n = 0; n < 3; n++) {
        char command[80];
        snprintf(command, sizeof command, "{\"id\":\"%d\",\"line\":\"ss\",\"node\":\"client\"}", n);
        expect("POST", path(&l, "/timelines/T0/commands"), NULL, command, NULL, n < 2 ? 200 : 429,
               n < 2 ? "\"key\"" : "too_many_timelines");
    }
    expect("POST", path(&l, "/timelines/T0/step"), l.key, "{\"count\":20}", NULL, 200, NULL);
    expect("POST", path(&l, "/timelines/T0/commands"), l.key,
           "{\"id\":\"4\",\"at\":2,\"line\":\"ss\",\"node\":\"client\"}", NULL, 200, "\"T3\"");
    expect("POST", path(&l, "/timelines/T0/commands"), l.key,
           "{\"id\":\"5\",\"at\":2,\"line\":\"ss\",\"node\":\"client\"}", NULL, 429,
           "too_many_timelines");
    house_close(&house);
    house.options.labs_per_visitor = 300;
    house.options.labs = 1;
    house_open(&house);
    make_lab(house.port, handshake_lab);
    expect("POST", "/api/labs", NULL, body, NULL, 503, "too_many_labs");
    house_close(&house);
    house.options.labs = 1000;
    house.options.lab_octets = 4096;
    house_open(&house);
    expect("POST", "/api/labs", NULL, body, NULL, 413, "lab_too_large");
}

int main(void) {
    static const struct file script = {.path = "/t/a.js",
                                       .type = "text/javascript",
                                       .etag = "123",
                                       .immutable = true,
                                       .form = {{(const unsigned char *)"plain", 5},
                                                {(const unsigned char *)"gz", 2},
                                                {(const unsigned char *)"b", 1}}};
    file_add(&script);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_health_metrics_and_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_are_packed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_bodies_name_their_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_may_post, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_garbage_on_the_port, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_requests_do_not_hold_the_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_lab_from_start_to_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ranges_packets_and_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_control, setup, teardown),
        cmocka_unit_test_setup_teardown(test_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_run_without_end_stops_at_its_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_is_a_bound_for_what_runs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_lengths_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_places_to_listen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_quotas, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
