/* nc: both ends, its input, when it ends, what it prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

static void begin(const char *server, const char *client) {
    two_hosts(&setup);
    setup_run(&setup, 0, "server", server);
    if (client != NULL) setup_run(&setup, SECONDS(1), "client", client);
}

static void run_both(struct running *run, const char *server, const char *client) {
    begin(server, client);
    run_begin(run, &setup);
    run_until(run, SECONDS(3));
}

static void a_line_crosses_and_both_end(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "nc -l -v 80", "echo hello world | nc -N -v server 80");
    expect_output(&run, "client", "Connection to server 80 port [tcp/*] succeeded!\n");
    expect_output(&run, "server",
                  "Listening on 0.0.0.0 80\n"
                  "Connection received on client 45078\nhello world\n");
    expect_states(&run, "tcp",
                  "server 0.000 tcp CLOSED -> LISTEN\n"
                  "client 1.000 tcp CLOSED -> SYN-SENT\n"
                  "server 1.030 tcp LISTEN -> SYN-RECEIVED\n"
                  "client 1.040 tcp SYN-SENT -> ESTABLISHED\n"
                  "client 1.040 tcp ESTABLISHED -> FIN-WAIT-1\n"
                  "server 1.050 tcp SYN-RECEIVED -> ESTABLISHED\n"
                  "server 1.050 tcp ESTABLISHED -> CLOSE-WAIT\n"
                  "server 1.050 tcp CLOSE-WAIT -> LAST-ACK\n"
                  "server 1.050 tcp LISTEN -> CLOSED\n"
                  "client 1.060 tcp FIN-WAIT-1 -> FIN-WAIT-2\n"
                  "client 1.060 tcp FIN-WAIT-2 -> TIME-WAIT\n"
                  "server 1.070 tcp LAST-ACK -> CLOSED\n");
    run_end(&run);
}

/* A client whose terminal nobody closes keeps its side open: the peer's FIN is not the end. */
static void a_client_stays_in_close_wait(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "echo bye | nc -l -N 80", "nc server 80");
    expect_output(&run, "client", "bye\n");
    char *states = run_states(&run, "tcp");
    assert_non_null(strstr(states, "client 1.060 tcp ESTABLISHED -> CLOSE-WAIT\n"));
    assert_null(strstr(states, "LAST-ACK"));
    free(states);
    run_end(&run);
}

static void without_shutdown_the_connection_stays(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "nc -l 80", "nc server 80 < 32");
    expect_output(&run, "server", "netstep 0000000\nnetstep 0000010\n");
    char *states = run_states(&run, "tcp");
    assert_null(strstr(states, "FIN-WAIT"));
    free(states);
    run_end(&run);
}

static void a_closed_port_is_told(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "hostname", "nc server 80");
    expect_output(&run, "client",
                  "nc: connect to server port 80 (tcp) failed: Connection refused\n");
    run_end(&run);
}

static void a_scan_only_connects(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "nc -lk 80", "nc -zv server 80");
    expect_output(&run, "client", "Connection to server 80 port [tcp/*] succeeded!\n");
    expect_output(&run, "server", "");
    run_end(&run);
}

static void one_server_takes_one_after_another(void **state) {
    (void)state;
    struct running run;
    begin("nc -lk 80", "echo one | nc -N server 80");
    setup_run(&setup, SECONDS(2), "client", "echo two | nc -N server 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_output(&run, "server", "one\ntwo\n");
    run_end(&run);
}

static void a_server_without_k_takes_one(void **state) {
    (void)state;
    struct running run;
    begin("nc -l 80", "echo one | nc -N server 80");
    setup_run(&setup, SECONDS(2), "client", "echo two | nc -N server 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_output(&run, "server", "one\n");
    expect_output(&run, "client",
                  "nc: connect to server port 80 (tcp) failed: Connection refused\n");
    run_end(&run);
}

static void both_may_send(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "echo from the server | nc -l 80", "echo from the client | nc -N server 80");
    expect_output(&run, "server", "from the client\n");
    expect_output(&run, "client", "from the server\n");
    run_end(&run);
}

static void long_output_is_cut(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "nc -l 80", "nc -N server 80 < 5000");
    char *said = run_output(&run, "server");
    assert_non_null(strstr(said, "netstep 00001f0\n"
                                 "[5000 octets received, the first 512 are shown]\n"));
    free(said);
    run_end(&run);
    run_both(&run, "nc -l 80 > /dev/null", "nc -N server 80 < 5000");
    expect_output(&run, "server", "");
    run_end(&run);
}

static void a_stream_arrives_whole_over_a_bad_link(void **state) {
    (void)state;
    struct running run;
    size_t count = 0, wrong = 0;
    begin("nc -l 80 > /dev/null", "nc -N server 80 < 300000");
    setup.links[0].loss_ppm = 50000;
    setup.links[0].rate_bps = 10000000;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(600));
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_STREAM || r->before != 1) continue;
        for (size_t k = 0; k < r->octet_count; k++, count++) {
            char block[32];
            snprintf(block, sizeof block, "netstep %07zx\n", count / 16 * 16);
            wrong += r->octets[k] != (uint8_t)block[count % 16];
        }
    }
    assert_int_equal(count, 300000);
    assert_int_equal(wrong, 0);
    run_end(&run);
}

static void udp_talks_both_ways(void **state) {
    (void)state;
    struct running run;
    run_both(&run, "echo pong | nc -u -l 53", "echo ping | nc -u server 53");
    expect_output(&run, "server", "ping\n");
    expect_output(&run, "client", "pong\n");
    run_end(&run);
}

static void a_connect_can_be_given_up(void **state) {
    (void)state;
    struct running run;
    begin("hostname", "nc -w 3 server 80");
    setup_fault(&setup, "client->server", FAULT_DROP, "tcp", 0);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_output(&run, "client",
                  "nc: connect to server port 80 (tcp) failed: Connection timed out\n");
    const struct trace_record *said = run_find(&run, 0, TRACE_OUTPUT, "client");
    assert_int_equal(said->at, SECONDS(4));
    run_end(&run);
}

static void ctrl_c_closes_the_connection(void **state) {
    (void)state;
    struct running run;
    begin("nc -l 80", NULL);
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "nc server 80");
    run_until(&run, SECONDS(1));
    run_command(&run, SECONDS(1), "client", "^C");
    run_until(&run, SECONDS(2));
    char *states = run_states(&run, "tcp");
    assert_non_null(strstr(states, "client 1.000 tcp ESTABLISHED -> FIN-WAIT-1\n"));
    free(states);
    run_end(&run);
}

static void a_port_in_use_is_told(void **state) {
    (void)state;
    struct running run;
    begin("nc -l 80", NULL);
    setup_run(&setup, SECONDS(1), "server", "nc -l 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_output(&run, "server", "nc: bind failed: Address already in use\n");
    run_end(&run);
}

static void wrong_lines_are_refused(void **state) {
    (void)state;
    static const char usage[] = "nc: which host and port?\n"
                                "Usage: nc [-klNuvz] [-w SECONDS] [HOST] PORT [< OCTETS]\n";
    static const char *const lines[] = {"nc",        "nc 80", "nc -x server 80",
                                        "nc a b 80", "nc -l", "nc -w soon server 80"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_answer(lines[i], SECONDS(1), usage);
    expect_answer("nc server 0", SECONDS(1), "nc: port number invalid: 0\n");
    expect_answer("nc server 65536", SECONDS(1), "nc: port number invalid: 65536\n");
    expect_answer("nc -l http", SECONDS(1), "nc: port number invalid: http\n");
    expect_answer("nc nobody 80", SECONDS(1), "nc: getaddrinfo: Name or service not known\n");
    expect_answer("nc server 80 <", SECONDS(1),
                  "sh: syntax error near unexpected token `newline'\n");
    expect_answer("nc server 80 < file", SECONDS(1), "sh: after < comes a number of octets\n");
}

static void copies_and_keyframes_agree(void **state) {
    (void)state;
    begin("nc -lk 80", "nc -N server 80 < 20000");
    setup_run(&setup, SECONDS(1), "client", "echo hi | nc -u server 53");
    setup_run(&setup, 0, "server", "nc -u -l 53");
    expect_move_test(&setup, SECONDS(70));
    expect_sync_test(&setup, SECONDS(70), 9);
}

/* ------------------------------------------------------------------- typed */

static void what_is_typed_reaches_it(void **state) {
    (void)state;
    static const char *const flags[] = {"", "-u "};
    for (size_t i = 0; i < 2; i++) {
        struct running run;
        char listens[40], connects[40];
        two_hosts(&setup);
        run_begin(&run, &setup);
        snprintf(listens, sizeof listens, "nc -l %s80", flags[i]);
        snprintf(connects, sizeof connects, "nc %sserver 80", flags[i]);
        run_command(&run, 0, "server", listens);
        run_until(&run, SECONDS(1));
        run_command(&run, SECONDS(1), "client", connects);
        run_until(&run, SECONDS(2));
        run_command(&run, SECONDS(2), "client", "good morning");
        run_until(&run, SECONDS(3));
        run_command(&run, SECONDS(3), "server", "and to you");
        run_until(&run, SECONDS(4));
        run_command(&run, SECONDS(4), "client", "hostname"); /* a command is still one */
        run_command(&run, SECONDS(4), "client", "a second line");
        run_until(&run, SECONDS(5));
        expect_output(&run, "client", "and to you\nclient\n");
        expect_output(&run, "server", "good morning\na second line\n");
        run_end(&run);
    }
}

static void control_d_ends_what_is_typed(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l -k 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    run_command(&run, SECONDS(1), "client", "nc -N server 80");
    run_until(&run, SECONDS(2));
    run_command(&run, SECONDS(2), "client", "one");
    run_until(&run, SECONDS(3));
    run_command(&run, SECONDS(3), "client", "^D");
    run_until(&run, SECONDS(4));
    run_command(&run, SECONDS(4), "client", "two"); /* nobody reads it now */
    run_until(&run, SECONDS(5));
    expect_output(&run, "client", "sh: two: command not found\n");
    expect_output(&run, "server", "one\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_crosses_and_both_end),
        cmocka_unit_test(a_client_stays_in_close_wait),
        cmocka_unit_test(without_shutdown_the_connection_stays),
        cmocka_unit_test(a_closed_port_is_told),
        cmocka_unit_test(a_scan_only_connects),
        cmocka_unit_test(one_server_takes_one_after_another),
        cmocka_unit_test(a_server_without_k_takes_one),
        cmocka_unit_test(both_may_send),
        cmocka_unit_test(long_output_is_cut),
        cmocka_unit_test(a_stream_arrives_whole_over_a_bad_link),
        cmocka_unit_test(udp_talks_both_ways),
        cmocka_unit_test(a_connect_can_be_given_up),
        cmocka_unit_test(ctrl_c_closes_the_connection),
        cmocka_unit_test(a_port_in_use_is_told),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(what_is_typed_reaches_it),
        cmocka_unit_test(control_d_ends_what_is_typed),
        cmocka_unit_test(copies_and_keyframes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
