/* The shell: lines and processes, Ctrl-C, kill, completion, what it does not know. */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

/* What is out of range is not taken for something else. */
static void wrong_values_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *line, *said;
    } cases[] = {
        {"arping -c 3", "arping: which destination?\n"},
        {"arping -c x server", "arping: invalid argument: 'x'\n"},
        {"nc -p 65537 server 80", "nc: which host and port?\n"},
        {"rm", "rm: which file?\n"},
        {"ping -l 1001 server", "ping: invalid argument: '1001'\n"},
        {"tftp server -c get "
         "a123456789b123456789c123456789d123456789e123456789f123456789g123456789 x",
         "tftp: File name too long\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct running run;
        two_hosts(&setup);
        setup_run(&setup, 0, "client", cases[i].line);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(1));
        char *said = run_output(&run, "client");
        if (strncmp(said, cases[i].said, strlen(cases[i].said)) != 0)
            fail_msg("%s said:\n%s", cases[i].line, said);
        assert_int_equal(run_count(&run, TRACE_SENT, ""), 0);
        free(said);
        run_end(&run);
    }
}

static void an_unknown_command_is_answered(void **state) {
    (void)state;
    expect_answer("frobnicate now", SECONDS(1), "sh: frobnicate: command not found\n");
    expect_answer("pin server", SECONDS(1), "sh: pin: command not found\n");
}

static void hostname_echo_and_help(void **state) {
    (void)state;
    expect_answer("hostname", SECONDS(1), "client\n");
    expect_answer("echo two  words", SECONDS(1), "two words\n");
    expect_answer("echo", SECONDS(1), "\n");
    expect_answer("echo nothing > /dev/null", SECONDS(1), "");
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "help");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "\nbind FD ADDRESS:PORT\n"));
    assert_non_null(strstr(said, "\nsysctl [-a | NAME... | -w NAME=VALUE...]\n"));
    free(said);
    run_end(&run);
    expect_answer("help close", SECONDS(1), "close FD\n");
    expect_answer("help frob", SECONDS(1), "sh: help: no help topics match `frob'.  Try `help'.\n");
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "help forge");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    said = run_output(&run, "client");
    assert_memory_equal(said, "forge tcp FLAGS", 15);
    assert_non_null(strstr(said, "S (SYN)"));
    free(said);
    run_end(&run);
}

/* Lines with one name run in order, each after the one before; others do not wait for them. */
static void lines_of_a_process_wait_for_each_other(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "sleep 2s")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "echo second")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "sleep 1")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "echo third")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "echo other")->process = "q";
    setup_run(&setup, SECONDS(1), "client", "echo free");
    setup_run(&setup, SECONDS(1), "server", "echo there")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    expect_output(&run, "client", "other\nfree\nsecond\nthird\n");
    expect_output(&run, "server", "there\n");
    const struct trace_record *last = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_OUTPUT) last = &run.records[i].r;
    assert_int_equal(last->at, SECONDS(3));
    run_end(&run);
}

/* The list's order holds whatever times the lines have; no time means: after the one before. */
static void a_line_never_overtakes_the_one_before(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, SECONDS(1), "client", "socket tcp")->process = "p";
    setup_run(&setup, 0, "client", "bind 3 :80")->process = "p";
    setup_run(&setup, SECONDS(3), "client", "listen 3 1")->process = "p";
    setup_run(&setup, SECONDS(2), "client", "close 3")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    expect_output(&run, "client", "3\n");
    static const sim_time at[] = {SECONDS(1), SECONDS(1), SECONDS(3), SECONDS(3)};
    size_t found = 0;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_COMMAND) continue;
        assert_int_equal(r->at, at[found]);
        /* Who only waited is caused by the return; who has a time by the scenario alone. */
        assert_int_equal(r->cause_step != 0, found == 1 || found == 3);
        found += 1;
    }
    assert_int_equal(found, 4);
    run_end(&run);
}

/* What a person types: another command does not wait, a socket call does. */
static void typed_lines_do_not_block_the_console(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "server", "nc -l 80");
    run_command(&run, 0, "client", "socket tcp");
    run_command(&run, 0, "client", "connect 3 server:80");
    run_command(&run, 0, "client", "send 3 \"hi\""); /* waits for connect */
    run_command(&run, 0, "client", "close 3");
    run_command(&run, 0, "client", "hostname");
    expect_output(&run, "client", "3\nclient\n");
    run_until(&run, SECONDS(1));
    expect_output(&run, "client", "3\nclient\n2\n");
    expect_output(&run, "server", "hi\n");
    run_end(&run);
}

static void ctrl_c_interrupts_a_call_and_keeps_the_socket(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "socket tcp");
    run_command(&run, 0, "client", "bind 3 :80");
    run_command(&run, 0, "client", "listen 3 1");
    run_command(&run, 0, "client", "accept 3");
    run_until(&run, SECONDS(1));
    run_command(&run, SECONDS(1), "client", "^C");
    run_command(&run, SECONDS(1), "client", "close 3");
    expect_output(&run, "client", "3\n^C\naccept: Interrupted system call (EINTR)\n");
    run_end(&run);
}

static void ctrl_c_without_a_program_does_nothing(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "^C");
    run_command(&run, 0, "client", "hostname");
    run_command(&run, 0, "client", "^C");
    expect_output(&run, "client", "client\n");
    run_end(&run);
}

static void ctrl_c_takes_the_newest_that_was_typed(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "sleep 50");
    run_begin(&run, &setup);
    run_until(&run, 0);
    run_command(&run, 0, "client", "sleep 51");
    run_command(&run, 0, "client", "jobs");
    run_command(&run, 0, "client", "^C");
    run_command(&run, 0, "client", "jobs");
    expect_output(&run, "client",
                  "    PID CMD\n"
                  "      2 sleep 51\n"
                  "      1 sleep 50\n"
                  "^C\n"
                  "    PID CMD\n"
                  "      1 sleep 50\n");
    run_end(&run);
}

static void a_background_line_runs_by_itself(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "nc -lk 80 &");
    run_command(&run, 0, "client", "socket tcp"); /* at once: the console is free */
    expect_output(&run, "client", "3\n");
    run_end(&run);
}

static void kill_knows_its_processes(void **state) {
    (void)state;
    expect_answer("kill 77", SECONDS(1), "sh: kill: (77) - No such process\n");
    expect_answer("kill", SECONDS(1), "kill: which process?\nUsage: kill PID\n");
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "sleep 10")->process = "p";
    setup_run(&setup, 0, "client", "echo after")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "kill -9 1");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_output(&run, "client", "after\n"); /* its next line runs in a new process */
    run_end(&run);
}

static void empty_lines_and_comments_do_nothing(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "# a remark");
    run_command(&run, 0, "client", "  hostname  ");
    expect_output(&run, "client", "client\n");
    run_end(&run);
}

static void a_full_queue_says_so(void **state) {
    (void)state;
    struct running run;
    char line[201] = "send 3 \"";
    two_hosts(&setup);
    memset(line + 8, 'x', 190);
    line[198] = '"';
    line[199] = '\0';
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "sleep 5");
    for (size_t i = 0; i < 6; i++) run_command(&run, 0, "client", line);
    expect_output(&run, "client", "sh: too many lines wait for the call that has not returned\n");
    run_end(&run);
}

static void no_process_left_is_told(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup.scenario.limits.processes = 1;
    setup_run(&setup, 0, "client", "sleep 5");
    setup_run(&setup, 0, "server", "hostname");
    setup_run(&setup, SECONDS(1), "server", "hostname")->process = "p";
    setup_run(&setup, SECONDS(6), "server", "hostname")->process = "p"; /* the sleep is over */
    run_begin(&run, &setup);
    run_until(&run, SECONDS(7));
    expect_output(&run, "server",
                  "sh: fork: Resource temporarily unavailable\n"
                  "sh: fork: Resource temporarily unavailable\n"
                  "server\n");
    run_end(&run);
}

/* ------------------------------------------------------------------- completion */

static char offered[512];

static void take_offer(void *user, const char *word, const char *help) {
    (void)user;
    assert_true(strncmp(help, "help.", 5) == 0);
    strcat(offered, word);
    strcat(offered, " ");
}

static void expect_offers(const struct running *run, const char *line, const char *expected) {
    offered[0] = '\0';
    lab_complete(run->lab, 1, line, take_offer, NULL);
    assert_string_equal(offered, expected);
}

static void words_are_completed(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    expect_offers(&run, "pi", "ping ");
    expect_offers(&run, "s",
                  "send sendto setsockopt show shutdown sleep socket ss staticd sysctl ");
    expect_offers(&run, "ping ", "client server ");
    expect_offers(&run, "ping se", "server ");
    expect_offers(&run, "ping x", "");
    expect_offers(&run, "  nc", "nc ");
    expect_offers(&run, "setsockopt 3 TCP_KEEP", "TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT ");
    expect_offers(&run, "sysctl -w variant.no_re", "variant.no_rexmit ");
    expect_offers(&run, "ping TCP", "");
    expect_offers(&run, "show ip ro", "route ");
    expect_offers(&run, "show ip route s", "static summary ");
    expect_offers(&run, "interface ", "eth0 ");
    expect_offers(&run, "networ", "");
    run_command(&run, 0, "client", "router rip");
    run_command(&run, 0, "client", "version 2"); /* the mode that the console is in */
    expect_offers(&run, "networ", "network ");
    expect_offers(&run, "no networ", "network ");
    expect_offers(&run, "no network ", "eth0 ");
    expect_offers(&run, "redistribute static ", "metric ");
    expect_offers(&run, "pin", "ping ");
    run_command(&run, 0, "client", "interface eth0");
    expect_offers(&run, "ip rip authentication mode md5 auth-length ", "rfc old-ripd ");
    run_end(&run);
}

static void a_console_cannot_be_crashed(void **state) {
    (void)state;
    static const char many_words[] = "echo 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 "
                                     "21 22 23 24 25 26 27 28 29 30 31 32 33";
    static const char *const lines[] = {"| | |",
                                        "echo |",
                                        "echo a | b",
                                        "< 5",
                                        "> x",
                                        "& &",
                                        "nc <",
                                        "ping -c",
                                        "ping -",
                                        "ip -",
                                        "ip a b c d e f g",
                                        "ip route add",
                                        "ip route add default via",
                                        "ip neigh replace",
                                        "ip link set",
                                        "sysctl -w",
                                        "sysctl =",
                                        "sysctl -w =",
                                        "sysctl -w net.ipv4.ip_forward",
                                        "ss -z",
                                        "netstat x",
                                        "forge",
                                        "forge tcp",
                                        "forge tcp S :1 :2",
                                        "raw udp",
                                        "send",
                                        "send 3",
                                        "send 3 \"",
                                        "send 3 \"\"",
                                        "recv 3 0",
                                        "socket",
                                        "bind 3 \"",
                                        "connect 3 :",
                                        "kill -1",
                                        "traceroute -q 0 server",
                                        "traceroute",
                                        "nc -w",
                                        "nc -p 70000 server 80",
                                        "setsockopt 4 IP_ADD_MEMBERSHIP 0xffe0000005",
                                        "setsockopt 4 IP_MULTICAST_IF 4000000000",
                                        "sendto 4 224.0.0.9:9 5",
                                        many_words,
                                        "\"",
                                        "\\",
                                        "%s%n",
                                        "\x01\x02",
                                        "\xc3\xa4"};
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "socket tcp");
    run_command(&run, 0, "client", "socket udp");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct complaint why;
        lab_command(run.lab, &run.sink, 0, 1, lines[i], &why);
        lab_command(run.lab, &run.sink, 0, 1, "^C", &why);
    }
    run_until(&run, SECONDS(100));
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_command_is_answered),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(hostname_echo_and_help),
        cmocka_unit_test(lines_of_a_process_wait_for_each_other),
        cmocka_unit_test(a_line_never_overtakes_the_one_before),
        cmocka_unit_test(typed_lines_do_not_block_the_console),
        cmocka_unit_test(ctrl_c_interrupts_a_call_and_keeps_the_socket),
        cmocka_unit_test(ctrl_c_without_a_program_does_nothing),
        cmocka_unit_test(ctrl_c_takes_the_newest_that_was_typed),
        cmocka_unit_test(a_background_line_runs_by_itself),
        cmocka_unit_test(kill_knows_its_processes),
        cmocka_unit_test(empty_lines_and_comments_do_nothing),
        cmocka_unit_test(a_full_queue_says_so),
        cmocka_unit_test(no_process_left_is_told),
        cmocka_unit_test(words_are_completed),
        cmocka_unit_test(a_console_cannot_be_crashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
