/* ping's words and numbers are those of iputils. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

static void replies_and_statistics(void **state) {
    (void)state;
    expect_answer("ping -c 3 10.0.0.2", SECONDS(5),
                  "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n"
                  "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=40.0 ms\n"
                  "64 bytes from 10.0.0.2: icmp_seq=2 ttl=64 time=20.0 ms\n"
                  "64 bytes from 10.0.0.2: icmp_seq=3 ttl=64 time=20.0 ms\n"
                  "\n"
                  "--- 10.0.0.2 ping statistics ---\n"
                  "3 packets transmitted, 3 received, 0% packet loss, time 2000ms\n"
                  "rtt min/avg/max/mdev = 20.000/26.666/40.000/9.428 ms\n");
}

static void four_is_the_usual_count(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -q server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(100));
    expect_output(&run, "client",
                  "PING server (10.0.0.2) 56(84) bytes of data.\n"
                  "\n"
                  "--- server ping statistics ---\n"
                  "4 packets transmitted, 4 received, 0% packet loss, time 3000ms\n"
                  "rtt min/avg/max/mdev = 20.000/25.000/40.000/8.660 ms\n");
    run_end(&run);
}

static void delay(sim_time each_way) {
    two_hosts(&setup);
    setup.links[0].delay_ns[0] = setup.links[0].delay_ns[1] = each_way;
}

static void expect_time(sim_time each_way, const char *expected) {
    struct running run;
    delay(each_way);
    setup_run(&setup, 0, "client", "ping -c 2 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    char *said = run_output(&run, "client");
    const char *second = strstr(said, "icmp_seq=2 ttl=64 ");
    assert_non_null(second);
    second += strlen("icmp_seq=2 ttl=64 ");
    assert_memory_equal(second, expected, strlen(expected));
    free(said);
    run_end(&run);
}

static void longer_times_have_fewer_digits(void **state) {
    (void)state;
    expect_time(1500, "time=0.003 ms\n");
    expect_time(MILLIS(0.4996), "time=0.999 ms\n");
    expect_time(MILLIS(0.617), "time=1.23 ms\n");
    expect_time(MILLIS(6.17), "time=12.3 ms\n");
    expect_time(MILLIS(61.7), "time=123 ms\n");
    expect_time(MILLIS(499.9), "time=1000 ms\n");
}

static void lost_ones_are_counted(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, "icmp", 2);
    setup_run(&setup, 0, "client", "ping -c 3 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_output(&run, "client",
                  "PING server (10.0.0.2) 56(84) bytes of data.\n"
                  "64 bytes from server (10.0.0.2): icmp_seq=1 ttl=64 time=40.0 ms\n"
                  "64 bytes from server (10.0.0.2): icmp_seq=3 ttl=64 time=20.0 ms\n"
                  "\n"
                  "--- server ping statistics ---\n"
                  "3 packets transmitted, 2 received, 33.3333% packet loss, time 2000ms\n"
                  "rtt min/avg/max/mdev = 20.000/30.000/40.000/10.000 ms\n");
    run_end(&run);
}

static void percentages_have_six_digits(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, "icmp", 1);
    setup_fault(&setup, "client->server", FAULT_DROP, "icmp", 14);
    setup_run(&setup, 0, "client", "ping -q -c 14 -i 0.2 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "14 packets transmitted, 12 received, 14.2857% packet loss"));
    free(said);
    run_end(&run);
}

/* When nothing came back, it waits 10 s, or -W; otherwise one interval. */
static void it_waits_for_the_last(void **state) {
    (void)state;
    static const struct {
        const char *line;
        sim_time over;
    } cases[] = {{"ping -c 1 server", SECONDS(10)}, {"ping -c 1 -W 2.5 server", SECONDS(2.5)}};
    for (size_t i = 0; i < 2; i++) {
        struct running run;
        two_hosts(&setup);
        setup_fault(&setup, "client->server", FAULT_DROP, "icmp", 0);
        setup_run(&setup, 0, "client", cases[i].line);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(60));
        const struct trace_record *last = NULL;
        for (size_t k = 0; k < run.count; k++)
            if (run.records[k].r.kind == TRACE_OUTPUT) last = &run.records[k].r;
        assert_int_equal(last->at, cases[i].over);
        run_end(&run);
    }
}

static void a_duplicate_is_marked(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_fault(&setup, "server->client", FAULT_DUPLICATE, "icmp", 1)->delay_ns = MILLIS(1);
    setup_run(&setup, 0, "client", "ping -c 2 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    expect_output(&run, "client",
                  "PING server (10.0.0.2) 56(84) bytes of data.\n"
                  "64 bytes from server (10.0.0.2): icmp_seq=1 ttl=64 time=40.0 ms\n"
                  "64 bytes from server (10.0.0.2): icmp_seq=1 ttl=64 time=41.0 ms (DUP!)\n"
                  "64 bytes from server (10.0.0.2): icmp_seq=2 ttl=64 time=20.0 ms\n"
                  "\n"
                  "--- server ping statistics ---\n"
                  "2 packets transmitted, 2 received, +1 duplicates, 0% packet loss, time 1000ms\n"
                  "rtt min/avg/max/mdev = 20.000/33.666/41.000/9.672 ms\n");
    run_end(&run);
}

static void size_is_shown_and_small_data_has_no_time(void **state) {
    (void)state;
    expect_answer("ping -c 1 -s 8 server", SECONDS(5),
                  "PING server (10.0.0.2) 8(36) bytes of data.\n"
                  "16 bytes from server (10.0.0.2): icmp_seq=1 ttl=64\n"
                  "\n"
                  "--- server ping statistics ---\n"
                  "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n\n");
}

static void a_flood_follows_the_replies(void **state) {
    (void)state;
    struct running run;
    delay(MILLIS(1));
    setup_run(&setup, 0, "client", "ping -f -c 100 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    expect_output(&run, "client",
                  "PING server (10.0.0.2) 56(84) bytes of data.\n"
                  "\n"
                  "--- server ping statistics ---\n"
                  "100 packets transmitted, 100 received, 0% packet loss, time 200ms\n"
                  "rtt min/avg/max/mdev = 2.000/2.020/4.000/0.198 ms, ipg/ewma 2.020/2.000 ms\n");
    run_end(&run);
}

static void a_flood_without_replies_sends_100_a_second(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, "icmp", 0);
    setup_run(&setup, 0, "client", "ping -f server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10.015));
    assert_in_range(run_count(&run, TRACE_SENT, "client"), 1000, 1003);
    run_end(&run);
}

static void ctrl_c_prints_the_statistics(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "ping -c 100 -q server");
    run_until(&run, SECONDS(2.5));
    run_command(&run, SECONDS(2.5), "client", "^C");
    run_until(&run, SECONDS(5));
    expect_output(&run, "client",
                  "PING server (10.0.0.2) 56(84) bytes of data.\n"
                  "^C\n"
                  "\n"
                  "--- server ping statistics ---\n"
                  "3 packets transmitted, 3 received, 0% packet loss, time 2000ms\n"
                  "rtt min/avg/max/mdev = 20.000/26.666/40.000/9.428 ms\n");
    run_end(&run);
}

static void a_deadline_ends_it(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -q -w 2.5 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "3 packets transmitted, 3 received"));
    free(said);
    run_end(&run);
}

static void wrong_lines_are_refused(void **state) {
    (void)state;
    static const char usage[] =
        "Usage: ping [-bDfnOqR] [-c COUNT] [-i SECONDS] [-s SIZE] [-t TTL] [-W SECONDS] [HOP...] "
        "HOST\n";
    static const char *const lines[] = {"ping",
                                        "ping -c 0 server",
                                        "ping -c server",
                                        "ping -s 70000 server",
                                        "ping -x server",
                                        "ping -t 256 server",
                                        "ping -i 0 server",
                                        "ping -R -T tsonly server",
                                        "ping -M x server",
                                        "ping -R server client"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct running run;
        two_hosts(&setup);
        setup_run(&setup, 0, "client", lines[i]);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(1));
        char *said = run_output(&run, "client");
        assert_non_null(strstr(said, usage));
        if (i == 3) assert_non_null(strstr(said, "ping: invalid argument: '70000'\n"));
        assert_int_equal(run_count(&run, TRACE_SENT, ""), 0);
        free(said);
        run_end(&run);
    }
    expect_answer("ping nobody", SECONDS(1), "ping: nobody: Name or service not known\n");
    expect_answer("ping 10.0.0.255", SECONDS(1),
                  "ping: Do you want to ping broadcast? Then -b. If not, check your local firewall "
                  "rules\n");
}

/* --------------------------------------------------- what iputils prints, version 20221126 */

static void expect_from(const char *line, const char *expected) {
    struct running run;
    setup_run(&setup, 0, "client", line);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(60));
    expect_output(&run, "client", expected);
    run_end(&run);
}

static void wait_reply_is_the_ping_of_older_books(void **state) {
    (void)state;
    struct running run;
    for (int waits = 0; waits < 2; waits++) {
        two_hosts(&setup);
        setup.links[0].delay_ns[0] = MILLIS(2.5);
        setup.links[0].delay_ns[1] = MILLIS(2500);
        if (waits) setup_setting(&setup, "client", "ping.wait_reply", "1");
        setup_run(&setup, 0, "client", "ping -q -c 2 server");
        setup_run(&setup, SECONDS(10), "client", "ping -q -c 4 server");
        run_begin(&run, &setup);
        run_until(&run, SECONDS(9));
        size_t from = run.count;
        run_until(&run, SECONDS(30));
        char said[256] = "";
        for (size_t i = from; i < run.count; i++) {
            const struct trace_record *r = &run.records[i].r;
            if (r->kind == TRACE_SENT && r->node == 1 && r->octets[23] == 1)
                sprintf(said + strlen(said), " %.4f", (double)r->at / 1e9);
        }
        assert_string_equal(said, waits ? " 10.0000 12.5025 15.0050 17.5075"
                                        : " 10.0000 11.0000 12.0000 13.0000");
        run_end(&run);
    }
}

static void several_under_way_are_a_pipe(void **state) {
    (void)state;
    two_hosts(&setup);
    expect_from("ping -n -q -c 3 -l 2 server",
                "PING server (10.0.0.2) 56(84) bytes of data.\n"
                "\n"
                "--- server ping statistics ---\n"
                "3 packets transmitted, 3 received, 0% packet loss, time 1000ms\n"
                "rtt min/avg/max/mdev = 20.000/33.333/40.000/9.428 ms, pipe 2\n");
}

static void the_source_is_shown(void **state) {
    (void)state;
    two_hosts(&setup);
    expect_from("ping -c 1 -I eth0 10.0.0.2",
                "PING 10.0.0.2 (10.0.0.2) from 10.0.0.1 eth0: 56(84) bytes of data.\n"
                "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=40.0 ms\n"
                "\n"
                "--- 10.0.0.2 ping statistics ---\n"
                "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                "rtt min/avg/max/mdev = 40.000/40.000/40.000/0.000 ms\n");
    two_hosts(&setup);
    expect_from("ping -c 1 -I 10.0.0.7 10.0.0.2", "ping: bind: Cannot assign requested address\n");
}

static void times_of_day_and_missing_replies(void **state) {
    (void)state;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, "icmp", 1);
    expect_from("ping -D -O -c 2 10.0.0.2",
                "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n"
                "[1.000000] no answer yet for icmp_seq=1\n"
                "[1.020000] 64 bytes from 10.0.0.2: icmp_seq=2 ttl=64 time=20.0 ms\n"
                "\n"
                "--- 10.0.0.2 ping statistics ---\n"
                "2 packets transmitted, 1 received, 50% packet loss, time 1000ms\n"
                "rtt min/avg/max/mdev = 20.000/20.000/20.000/0.000 ms\n");
}

static void what_does_not_fit_is_told_here(void **state) {
    (void)state;
    two_hosts(&setup);
    expect_from("ping -M do -s 1473 -c 1 server",
                "PING server (10.0.0.2) 1473(1501) bytes of data.\n"
                "ping: local error: message too long, mtu=1500\n"
                "\n"
                "--- server ping statistics ---\n"
                "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n"
                "\n");
}

/* The first request finds out, the second knows. */
static void a_narrow_path_is_learnt_of(void **state) {
    (void)state;
    through_router(&setup);
    setup.interfaces[1][1].mtu = 1000;
    setup.interfaces[2][0].mtu = 1000;
    expect_from("ping -M do -s 1400 -c 2 10.0.2.1",
                "PING 10.0.2.1 (10.0.2.1) 1400(1428) bytes of data.\n"
                "From 10.0.1.254 icmp_seq=1 Frag needed and DF set (mtu = 1000)\n"
                "ping: local error: message too long, mtu=1000\n"
                "\n"
                "--- 10.0.2.1 ping statistics ---\n"
                "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1000ms\n"
                "\n");
}

static void the_pattern_is_sent(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 -s 24 -p a5f -Q 0x10 10.0.0.2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    static const uint8_t expected[] = {0xa5, 0x0f, 0xa5, 0x0f, 0xa5, 0x0f, 0xa5, 0x0f};
    const struct trace_record *last = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_SENT && run.records[i].r.octets[23] == 1)
            last = &run.records[i].r;
    assert_non_null(last); /* the reply: with the same data and the same type of service */
    assert_memory_equal(last->octets + 14 + 28 + 16, expected, sizeof expected);
    assert_int_equal(last->octets[15], 0x10);
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "PATTERN: 0xa50f\n"));
    assert_null(strstr(said, "wrong data"));
    free(said);
    run_end(&run);
}

/* The addresses are those that iputils printed on Linux 6.18 in the same network. */
static void the_route_is_recorded_once(void **state) {
    (void)state;
    through_router(&setup);
    expect_from("ping -c 2 -R 10.0.2.1",
                "PING 10.0.2.1 (10.0.2.1) 56(124) bytes of data.\n"
                "64 bytes from 10.0.2.1: icmp_seq=1 ttl=63 time=120 ms\n"
                "RR: \t10.0.1.1\n"
                "\t10.0.2.254\n"
                "\t10.0.2.1\n"
                "\t10.0.2.1\n"
                "\t10.0.1.254\n"
                "\t10.0.1.1\n"
                "\n"
                "64 bytes from 10.0.2.1: icmp_seq=2 ttl=63 time=60.0 ms\t(same route)\n"
                "\n"
                "--- 10.0.2.1 ping statistics ---\n"
                "2 packets transmitted, 2 received, 0% packet loss, time 1000ms\n"
                "rtt min/avg/max/mdev = 60.000/90.000/120.000/30.000 ms\n");
}

static void times_on_the_way(void **state) {
    (void)state;
    through_router(&setup);
    expect_from("ping -c 1 -T tsandaddr 10.0.2.1",
                "PING 10.0.2.1 (10.0.2.1) 56(124) bytes of data.\n"
                "64 bytes from 10.0.2.1: icmp_seq=1 ttl=63 time=120 ms\n"
                "TS: \t10.0.1.1\t0 absolute\n"
                "\t10.0.1.254\t30 absolute\n"
                "\t10.0.2.1\t60\n"
                "\t10.0.2.1\t0\n"
                "Unrecorded hops: 2\n"
                "\n"
                "\n"
                "--- 10.0.2.1 ping statistics ---\n"
                "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                "rtt min/avg/max/mdev = 120.000/120.000/120.000/0.000 ms\n");
    through_router(&setup);
    expect_from("ping -c 1 -T tsprespec 10.0.1.254 10.0.2.1 10.0.2.1",
                "PING 10.0.2.1 (10.0.2.1) 56(124) bytes of data.\n"
                "64 bytes from 10.0.2.1: icmp_seq=1 ttl=63 time=120 ms\n"
                "TS: \t10.0.1.254\t30 absolute\n"
                "\t10.0.2.1\t60\n"
                "\n"
                "\n"
                "--- 10.0.2.1 ping statistics ---\n"
                "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                "rtt min/avg/max/mdev = 120.000/120.000/120.000/0.000 ms\n");
}

static void a_deadline_ends_with_an_error_too(void **state) {
    (void)state;
    two_hosts(&setup);
    expect_from("ping -w 20 10.0.0.9",
                "PING 10.0.0.9 (10.0.0.9) 56(84) bytes of data.\n"
                "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n"
                "From 10.0.0.1 icmp_seq=2 Destination Host Unreachable\n"
                "From 10.0.0.1 icmp_seq=3 Destination Host Unreachable\n"
                "From 10.0.0.1 icmp_seq=4 Destination Host Unreachable\n"
                "\n"
                "--- 10.0.0.9 ping statistics ---\n"
                "4 packets transmitted, 0 received, +4 errors, 100% packet loss, time 3000ms\n"
                "pipe 4\n");
}

/* Replies to what was never asked: the gateway's two halves are the identifier, a process's number,
 * and the sequence number. iputils tells of a negative loss. */
static void forged_replies_make_the_loss_negative(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 2 10.0.0.9");
    setup_run(&setup, MILLIS(50), "server",
              "forge icmp 0 0 10.0.0.9 10.0.0.1 gateway 0.1.0.6 echo 10.0.0.1 10.0.0.9");
    setup_run(&setup, MILLIS(100), "server",
              "forge icmp 0 0 10.0.0.9 10.0.0.1 gateway 0.1.0.7 echo 10.0.0.1 10.0.0.9");
    setup_run(&setup, MILLIS(200), "server",
              "forge icmp 0 0 10.0.0.9 10.0.0.1 gateway 0.1.0.8 echo 10.0.0.1 10.0.0.9");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    char *said = run_output(&run, "client");
    if (strstr(said, "2 packets transmitted, 3 received, -50% packet loss") == NULL)
        fail_msg("%s", said);
    free(said);
    run_end(&run);
}

static void copies_and_keyframes_agree(void **state) {
    (void)state;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, "icmp", 3);
    setup_run(&setup, 0, "client", "ping -c 3 server");
    setup_run(&setup, 0, "server", "ping -f -c 20 client");
    expect_move_test(&setup, SECONDS(20));
    expect_sync_test(&setup, SECONDS(20), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_and_statistics),
        cmocka_unit_test(four_is_the_usual_count),
        cmocka_unit_test(longer_times_have_fewer_digits),
        cmocka_unit_test(lost_ones_are_counted),
        cmocka_unit_test(percentages_have_six_digits),
        cmocka_unit_test(it_waits_for_the_last),
        cmocka_unit_test(a_duplicate_is_marked),
        cmocka_unit_test(size_is_shown_and_small_data_has_no_time),
        cmocka_unit_test(a_flood_follows_the_replies),
        cmocka_unit_test(a_flood_without_replies_sends_100_a_second),
        cmocka_unit_test(ctrl_c_prints_the_statistics),
        cmocka_unit_test(a_deadline_ends_it),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(wait_reply_is_the_ping_of_older_books),
        cmocka_unit_test(several_under_way_are_a_pipe),
        cmocka_unit_test(the_source_is_shown),
        cmocka_unit_test(times_of_day_and_missing_replies),
        cmocka_unit_test(what_does_not_fit_is_told_here),
        cmocka_unit_test(a_narrow_path_is_learnt_of),
        cmocka_unit_test(the_pattern_is_sent),
        cmocka_unit_test(the_route_is_recorded_once),
        cmocka_unit_test(times_on_the_way),
        cmocka_unit_test(a_deadline_ends_with_an_error_too),
        cmocka_unit_test(forged_replies_make_the_loss_negative),
        cmocka_unit_test(copies_and_keyframes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
