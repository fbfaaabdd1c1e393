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
    expect_reply(&house, "GET", "/metrics", NULL, NULL, NULL, 200, "netstep_viewers 0");
    expect_reply(&house, "GET", "/api/lessons", NULL, NULL, NULL, 200, "\"lessons\":[]");
    expect_reply(&house, "GET", "/api/lessons?lang=fr", NULL, NULL, NULL, 400,
                 "\"place\":\"lang\"");
    expect_reply(&house, "GET", "/api/lessons/none", NULL, NULL, NULL, 404, "no_lesson");
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
    expect_reply(&house, "GET", "/../../etc/passwd", NULL, NULL, NULL, 404, "not_found");
    expect_reply(&house, "GET", "/t/%2e%2e/a.js", NULL, NULL, NULL, 404, NULL);
    expect_reply(&house, "POST", "/t/a.js", NULL, "{}", NULL, 405, "use GET");
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
    expect_reply(&house, "GET", "/api/none", NULL, NULL, NULL, 404, "not_found");
    expect_reply(&house, "GET", "/api/", NULL, NULL, NULL, 404, NULL);
    expect_reply(&house, "GET", "/api/labs/aaaaaaaaaaa", NULL, NULL, NULL, 404, "no_lab");
    expect_reply(&house, "GET", "/api/labs/aaaaaaaaaaa/timelines", NULL, NULL, NULL, 404, NULL);
    expect_reply(&house, "DELETE", "/api/labs/aaaaaaaaaaa", NULL, NULL, NULL, 405, "use GET");
    struct reply r = ask(house.port, "GET", "/api/labs", NULL, NULL, NULL);
    assert_int_equal(r.status, 405);
    assert_true(reply_header(&r, "Allow", value, sizeof value));
    assert_string_equal(value, "POST");
    reply_free(&r);
    char *lengthy = malloc(4000);
    memset(lengthy, 'a', 4000);
    lengthy[0] = '/';
    lengthy[3999] = 0;
    expect_reply(&house, "GET", lengthy, NULL, NULL, NULL, 414, "path_too_long");
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
        expect_reply(&house, "POST", "/api/labs", NULL, cases[n].body, NULL, 400,
                     cases[n].contains);
    expect_reply(&house, "GET", "/metrics", NULL, NULL, NULL, 200,
                 "netstep_labs 0\n"); /* nothing is left of them */
}

static void test_who_may_post(void **state) {
    (void)state;
    char origin[200], body[4096];
    snprintf(body, sizeof body, "{\"scenario\":%s}", handshake_lab);
    expect_reply(&house, "POST", "/api/labs", NULL, body, "Content-Type: text/plain\r\n", 415,
                 "bad_type");
    expect_reply(&house, "POST", "/api/labs", NULL, body,
                 "Content-Type: application/x-www-form-urlencoded\r\n", 415, NULL);
    expect_reply(&house, "POST", "/api/labs", NULL, body, "Origin: https://evil.example\r\n", 403,
                 "foreign_origin");
    expect_reply(&house, "POST", "/api/labs", NULL, body, "Origin: null\r\n", 403,
                 "foreign_origin");
    snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%u\r\n", house.port);
    expect_reply(&house, "POST", "/api/labs", NULL, body, origin, 201, "\"key\"");
    expect_reply(&house, "POST", "/api/labs", NULL, body,
                 "Content-Type: application/json; charset=utf-8\r\n", 201, NULL);
}

static void test_large_requests(void **state) {
    (void)state;
    enum { SOME = 100 * 1024, MANY = 8 << 20 };
    char *body = malloc(MANY + 1);
    memset(body, ' ', MANY);
    body[SOME] = 0;
    expect_reply(&house, "POST", "/api/labs", NULL, body, NULL, 413, "body_too_large");
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
    expect_reply(&house, "GET", "/healthz", NULL, NULL, NULL, 200, "ok");
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
    expect_reply(&house, "GET", "/healthz", NULL, NULL, NULL, 200, "ok");
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
    expect_reply(&house, "GET", "/healthz", NULL, NULL, NULL, 200, "ok");
    for (int n = 0; n < IDLE; n++) close(fds[n]);
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
        cmocka_unit_test_setup_teardown(test_two_lengths_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_places_to_listen, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
