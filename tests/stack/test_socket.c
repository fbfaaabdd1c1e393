/*
 * Sockets: each call's result and error as on Linux, one line a call; who waits for what; what an
 * end leaves behind. TCP itself is tested elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "stack/socket.h"
#include "talk_support.h"

static struct setup setup;

static void line(sim_time at, const char *node, const char *process, const char *run) {
    setup_run(&setup, at, node, run)->process = process;
}

/* A script of one process on the client; the answers. */
static void expect_session(const char *const *lines, size_t count, const char *expected) {
    struct running run;
    two_hosts(&setup);
    for (size_t i = 0; i < count; i++) line(0, "client", "p", lines[i]);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "client", expected);
    run_end(&run);
}
#define EXPECT_SESSION(expected, ...)                                                              \
    expect_session((const char *const[]){__VA_ARGS__},                                             \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), expected)

static void descriptors_are_the_lowest_that_are_free(void **state) {
    (void)state;
    EXPECT_SESSION("3\n4\n5\n4\n6\n", "socket tcp", "socket udp", "socket tcp", "close 4",
                   "socket tcp", "socket tcp");
}

static void a_table_holds_sixteen(void **state) {
    (void)state;
    EXPECT_SESSION("3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n"
                   "socket: Too many open files (EMFILE)\n18\n",
                   "socket tcp", "socket tcp", "socket tcp", "socket tcp", "socket tcp",
                   "socket tcp", "socket tcp", "socket tcp", "socket tcp", "socket tcp",
                   "socket tcp", "socket tcp", "socket tcp", "socket tcp", "socket tcp",
                   "socket tcp", "socket tcp", "close 18", "socket tcp");
}

static void a_wrong_descriptor_is_bad(void **state) {
    (void)state;
    EXPECT_SESSION("bind: Bad file descriptor (EBADF)\n"
                   "listen: Bad file descriptor (EBADF)\n"
                   "accept: Bad file descriptor (EBADF)\n"
                   "connect: Bad file descriptor (EBADF)\n"
                   "send: Bad file descriptor (EBADF)\n"
                   "recv: Bad file descriptor (EBADF)\n"
                   "shutdown: Bad file descriptor (EBADF)\n"
                   "close: Bad file descriptor (EBADF)\n"
                   "setsockopt: Bad file descriptor (EBADF)\n",
                   "bind 3 :80", "listen 0 5", "accept 19", "connect 99 server:80", "send 7 1",
                   "recv 18 1", "shutdown 3 wr", "close 3", "setsockopt 3 SO_LINGER 0");
}

static void wrong_words_are_told(void **state) {
    (void)state;
    EXPECT_SESSION(
        "socket: tcp, udp or raw PROTOCOL?\nUsage: socket tcp|udp|raw PROTOCOL\n"
        "bind: wrong arguments\nUsage: bind FD ADDRESS:PORT\n"
        "3\n"
        "bind: not an ADDRESS:PORT\nUsage: bind FD ADDRESS:PORT\n"
        "bind: not an ADDRESS:PORT\nUsage: bind FD ADDRESS:PORT\n"
        "connect: not a HOST:PORT\nUsage: connect FD HOST:PORT\n"
        "listen: the backlog is a number\nUsage: listen FD BACKLOG\n"
        "send: a number of octets, or \"text\"?\nUsage: send FD OCTETS|\"TEXT\" [oob|more]\n"
        "setsockopt: Protocol not available (ENOPROTOOPT)\n",
        "socket raw", "bind", "socket tcp", "bind 3 nowhere", "bind 3 :70000",
        "connect 3 nobody:80", "listen 3 many", "send 3 all", "setsockopt 3 SO_DEBUG 1");
}

static void addresses_are_taken_or_strange(void **state) {
    (void)state;
    EXPECT_SESSION("3\n4\n5\n6\n"
                   "bind: Address already in use (EADDRINUSE)\n"
                   "bind: Cannot assign requested address (EADDRNOTAVAIL)\n"
                   "bind: Invalid argument (EINVAL)\n",
                   "socket tcp", "socket tcp", "socket tcp", "socket udp", "bind 3 10.0.0.1:80",
                   "bind 4 :80", "bind 4 10.0.0.2:80", "bind 5 127.0.0.1:80", "bind 6 :80",
                   "bind 3 :81");
}

static void two_may_share_when_both_agree(void **state) {
    (void)state;
    EXPECT_SESSION("3\n4\n5\n"
                   "bind: Address already in use (EADDRINUSE)\n",
                   "socket tcp", "socket tcp", "socket tcp", "setsockopt 3 SO_REUSEADDR 1",
                   "setsockopt 4 SO_REUSEADDR 1", "setsockopt 5 SO_REUSEADDR 1", "bind 3 :80",
                   "bind 4 :80", "listen 3 1", "bind 5 :80");
}

static void calls_in_the_wrong_state(void **state) {
    (void)state;
    EXPECT_SESSION("3\n4\n"
                   "accept: Invalid argument (EINVAL)\n"
                   "send: Broken pipe (EPIPE)\n"
                   "recv: Transport endpoint is not connected (ENOTCONN)\n"
                   "shutdown: Transport endpoint is not connected (ENOTCONN)\n"
                   "listen: Operation not supported (EOPNOTSUPP)\n"
                   "accept: Operation not supported (EOPNOTSUPP)\n"
                   "send: Destination address required (EDESTADDRREQ)\n"
                   "recv: Invalid argument (EINVAL)\n"
                   "setsockopt: Invalid argument (EINVAL)\n",
                   "socket tcp", "socket udp", "accept 3", "send 3 1", "recv 3 1", "shutdown 3 wr",
                   "listen 4 1", "accept 4", "send 4 1", "recv 4 1", "setsockopt 3 TCP_KEEPIDLE 0");
}

static void a_refused_connect_can_be_tried_again(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "client", "p", "socket tcp");
    line(0, "client", "p", "connect 3 server:80");
    line(SECONDS(1), "server", "s", "socket tcp");
    line(SECONDS(1), "server", "s", "bind 3 :80");
    line(SECONDS(1), "server", "s", "listen 3 1");
    line(SECONDS(2), "client", "p", "connect 3 server:80");
    line(SECONDS(2), "client", "p", "connect 3 server:80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_output(&run, "client",
                  "3\nconnect: Connection refused (ECONNREFUSED)\n"
                  "connect: Transport endpoint is already connected (EISCONN)\n");
    run_end(&run);
}

/* When each call returned, and with what: "0.000 socket tcp = 3". */
static void expect_calls(const struct running *run, const char *node, const char *expected) {
    char is[1024] = "";
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_CALL && strcmp(lab_node(run->lab, r->node).name, node) == 0)
            snprintf(is + strlen(is), sizeof is - strlen(is), "%.3f %.*s = %lld\n",
                     (double)r->at / 1e9, (int)r->text_length, r->text, (long long)r->after);
    }
    assert_string_equal(is, expected);
}

static void calls_wait_as_long_as_they_must(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "s", "socket tcp");
    line(0, "server", "s", "bind 3 10.0.0.2:5000");
    line(0, "server", "s", "listen 3 5");
    line(0, "server", "s", "accept 3");
    line(0, "server", "s", "recv 4 100");
    line(0, "server", "s", "recv 4 100");
    line(0, "server", "s", "send 4 \"bye\"");
    line(0, "server", "s", "close 4");
    line(SECONDS(1), "client", "c", "socket tcp");
    line(SECONDS(1), "client", "c", "connect 3 10.0.0.2:5000");
    line(SECONDS(2), "client", "c", "send 3 \"hello\"");
    line(SECONDS(3), "client", "c", "shutdown 3 wr");
    line(SECONDS(3), "client", "c", "recv 3 100");
    line(SECONDS(3), "client", "c", "recv 3 100");
    line(SECONDS(3), "client", "c", "send 3 1");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    expect_calls(&run, "server",
                 "0.000 socket tcp = 3\n"
                 "0.000 bind 3 10.0.0.2:5000 = 0\n"
                 "0.000 listen 3 5 = 0\n"
                 "1.050 accept 3 = 4\n" /* ARP, then the handshake */
                 "2.010 recv 4 100 = 5\n"
                 "3.010 recv 4 100 = 0\n"
                 "3.010 send 4 \"bye\" = 3\n"
                 "3.010 close 4 = 0\n");
    expect_calls(&run, "client",
                 "1.000 socket tcp = 3\n"
                 "1.040 connect 3 10.0.0.2:5000 = 0\n"
                 "2.000 send 3 \"hello\" = 5\n"
                 "3.000 shutdown 3 wr = 0\n"
                 "3.020 recv 3 100 = 3\n"
                 "3.020 recv 3 100 = 0\n"
                 "3.020 send 3 1 = -32\n");
    char *said = run_output(&run, "server");
    assert_non_null(strstr(said, "5 \"hello\"\n0 (end of file)\n3\n"));
    free(said);
    run_end(&run);
}

/* A blocking send returns when the last octet is in the send buffer. */
static void a_send_waits_for_room(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "s", "socket tcp");
    line(0, "server", "s", "bind 3 :80");
    line(0, "server", "s", "listen 3 1");
    line(0, "server", "s", "accept 3");
    line(SECONDS(10), "server", "s", "recv 4 1000000");
    line(0, "client", "c", "socket tcp");
    line(0, "client", "c", "connect 3 server:80");
    line(SECONDS(1), "client", "c", "send 3 1000000"); /* more than both buffers hold */
    run_begin(&run, &setup);
    run_until(&run, SECONDS(9));
    assert_int_equal(run_count(&run, TRACE_CALL, "client"), 2);
    run_until(&run, SECONDS(10.001));
    assert_int_equal(run_count(&run, TRACE_CALL, "server"), 5);
    run_end(&run);
}

static void linger_zero_breaks_off(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l 80");
    line(0, "client", "c", "socket tcp");
    line(0, "client", "c", "connect 3 server:80");
    line(0, "client", "c", "setsockopt 3 SO_LINGER 0");
    line(SECONDS(1), "client", "c", "close 3");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    const struct trace_record *rst = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_SENT) rst = &run.records[i].r;
    assert_int_equal(rst->at, SECONDS(1));
    assert_int_equal(rst->octets[34 + 13] & 0x04, 0x04);
    expect_output(&run, "server", "nc: read failed: Connection reset by peer\n");
    expect_table(&run, "sockets", "client", "");
    run_end(&run);
}

static void kill_closes_what_was_open(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "s", "nc -lk 80");
    line(0, "client", "c", "socket tcp");
    line(0, "client", "c", "connect 3 server:80");
    line(0, "client", "c", "sleep 100");
    setup_run(&setup, SECONDS(1), "client", "kill 1");
    setup_run(&setup, SECONDS(2), "client", "jobs");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    char *said = run_dialogue(&run, "tcp");
    assert_non_null(strstr(said, "1.000 client > server FIN ACK"));
    free(said);
    expect_output(&run, "client", "3\n    PID CMD\n");
    run_end(&run);
}

static void streams_are_told_octet_by_octet(void **state) {
    (void)state;
    struct running run;
    size_t sent = 0, delivered = 0;
    char whole[64] = "";
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l 80");
    setup_run(&setup, 0, "client", "echo over there | nc -N server 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_STREAM) continue;
        assert_true(r->text_length > 0 && memcmp(r->text, "tcp ", 4) == 0);
        if (r->before == 0)
            sent += r->octet_count;
        else
            memcpy(whole + delivered, r->octets, r->octet_count), delivered += r->octet_count;
    }
    assert_int_equal(sent, 11);
    assert_string_equal(whole, "over there\n");
    run_end(&run);
}

static void a_full_pool_is_an_error_not_an_end(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup.scenario.limits.sockets = 2;
    line(0, "client", "c", "socket tcp");
    line(0, "client", "c", "socket tcp");
    line(0, "client", "c", "socket tcp");
    setup_run(&setup, 0, "client", "nc server 80");
    setup_run(&setup, 0, "client", "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "client",
                  "3\n4\nsocket: Cannot allocate memory (ENOMEM)\n"
                  "nc: socket: Cannot allocate memory\n"
                  "ping: socket: Cannot allocate memory\n");
    run_end(&run);
}

/* raw(7): IP has no ports, so every socket of the protocol gets the datagram, from its IP header
 * on; one of another protocol does not. When the last is gone, the protocol is. */
static void raw_sockets_share_a_protocol(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "one", "socket raw 253 > /dev/null");
    line(0, "server", "one", "recv 3 100");
    line(0, "server", "two", "socket raw 253 > /dev/null");
    line(0, "server", "two", "recv 3 100");
    line(0, "server", "other", "socket raw 254 > /dev/null");
    line(0, "server", "other", "recv 3 100");
    line(SECONDS(1), "client", "from", "socket raw 253");
    line(SECONDS(1), "client", "from", "send 3 5");
    line(SECONDS(1), "client", "from", "sendto 3 server:0 \"hello\"");
    line(SECONDS(2), "server", "one", "close 3");
    line(SECONDS(2), "server", "two", "close 3");
    line(SECONDS(3), "client", "from", "sendto 3 server:0 100");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    char *said = run_output(&run, "server");
    const char *first = strstr(said, "25 \"E"), *second = strstr(first + 1, "25 \"E");
    assert_non_null(strstr(second, "hello\"\n"));
    assert_null(strstr(second + 1, "25 \"E"));
    free(said);
    expect_output(&run, "client", "3\nsend: Destination address required (EDESTADDRREQ)\n5\n100\n");
    const struct trace_record *r = run_find(&run, 0, TRACE_DROPPED, "server");
    assert_non_null(r);
    assert_int_equal(r->reason, REASON_UNKNOWN_PROTOCOL);
    assert_true(r->at > SECONDS(3));
    run_end(&run);
}

static void raw_sockets_leave_the_stack_its_own(void **state) {
    (void)state;
    EXPECT_SESSION("socket: Protocol not supported (EPROTONOSUPPORT)\n"
                   "socket: Protocol not supported (EPROTONOSUPPORT)\n"
                   "socket: tcp, udp or raw PROTOCOL?\nUsage: socket tcp|udp|raw PROTOCOL\n3\n",
                   "socket raw 17", "socket raw 256", "socket raw", "socket raw 255");
}

static void nothing_is_left_behind(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l 80");
    setup_run(&setup, 0, "server", "nc -u -l -w 1 53");
    setup_run(&setup, 0, "client", "nc -N server 80 < 50000");
    setup_run(&setup, 0, "client", "ping -c 2 server");
    setup_run(&setup, 0, "client", "traceroute server");
    setup_run(&setup, SECONDS(9), "server", "kill 2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(100));
    assert_int_equal(pool_live(run.lab, POOL_SOCKET), 0);
    assert_int_equal(pool_live(run.lab, POOL_PROCESS), 0);
    assert_int_equal(pool_live(run.lab, POOL_TCB), 0);
    assert_int_equal(pool_live(run.lab, POOL_CHUNK), 0);
    assert_int_equal(pool_live(run.lab, POOL_FRAME_SMALL), 0);
    assert_int_equal(pool_live(run.lab, POOL_FRAME_MEDIUM), 0);
    assert_int_equal(pool_live(run.lab, POOL_FRAME_LARGE), 0);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_are_the_lowest_that_are_free),
        cmocka_unit_test(a_table_holds_sixteen),
        cmocka_unit_test(a_wrong_descriptor_is_bad),
        cmocka_unit_test(wrong_words_are_told),
        cmocka_unit_test(addresses_are_taken_or_strange),
        cmocka_unit_test(two_may_share_when_both_agree),
        cmocka_unit_test(calls_in_the_wrong_state),
        cmocka_unit_test(a_refused_connect_can_be_tried_again),
        cmocka_unit_test(calls_wait_as_long_as_they_must),
        cmocka_unit_test(a_send_waits_for_room),
        cmocka_unit_test(linger_zero_breaks_off),
        cmocka_unit_test(kill_closes_what_was_open),
        cmocka_unit_test(streams_are_told_octet_by_octet),
        cmocka_unit_test(a_full_pool_is_an_error_not_an_end),
        cmocka_unit_test(raw_sockets_share_a_protocol),
        cmocka_unit_test(raw_sockets_leave_the_stack_its_own),
        cmocka_unit_test(nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
