/*
 * TFTP's options: RFC 2347, 2348, 2349 and 7440, and block numbers that begin again: T10 to T15 of
 * what an implementation has to do. Then every size and option under loss, as long as it takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tftp_support.h"

static struct tftp_setup t;

/* T10, T11, T12, T13: what is asked for, and what is answered. */
static void expect_answered(const char *asked, const char *server, const char *expected) {
    struct running run;
    char line[200];
    tftp_hosts(&t, server);
    tftp_file(&t, "server", "kernel", 1000);
    snprintf(line, sizeof line, "atftp %s -g -r kernel server", asked);
    setup_run(&t.setup, 0, "client", line);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, expected);
    run_end(&run);
}

static void options_are_agreed_on(void **state) {
    (void)state;
    expect_answered("--option \"blksize 1428\" --option \"tsize 0\" --option \"timeout 3\"",
                    "tftpd",
                    "0.000 client RRQ kernel octet blksize=1428 timeout=3 tsize=0\n"
                    "0.010 server OACK blksize=1428 timeout=3 tsize=1000\n"
                    "0.020 client ACK 0\n"
                    "0.030 server DATA 1 (1000)\n"
                    "0.040 client ACK 1\n");
    /* The server lowers it; it leaves out what it was told to refuse; it never speaks of others. */
    expect_answered("--option \"blksize 1428\" --option \"tsize 0\"", "tftpd -B 600 -r tsize",
                    "0.000 client RRQ kernel octet blksize=1428 tsize=0\n"
                    "0.010 server OACK blksize=600\n"
                    "0.020 client ACK 0\n"
                    "0.030 server DATA 1 (600)\n"
                    "0.040 client ACK 1\n"
                    "0.050 server DATA 2 (400)\n"
                    "0.060 client ACK 2\n");
    expect_answered("--option \"blksize 8\" --option \"blksize 7\"", "tftpd",
                    "0.000 client RRQ kernel octet blksize=7\n"
                    "0.010 server ERROR 8\n");
    expect_answered("--option \"timeout 256\"", "tftpd",
                    "0.000 client RRQ kernel octet timeout=256\n"
                    "0.010 server ERROR 8\n");
    expect_answered("--option \"windowsize 0\"", "tftpd",
                    "0.000 client RRQ kernel octet windowsize=0\n"
                    "0.010 server ERROR 8\n");
    expect_answered("--option \"mode netascii\" --option \"tsize 0\"", "tftpd",
                    "0.000 client RRQ kernel netascii tsize=0\n"
                    "0.010 server ERROR 8\n");
}

/* A window leaves in one step, so both ends bound it: the client's wish, and what a peer of another
 * make asks a server for. */
static void a_window_is_bounded(void **state) {
    (void)state;
    static const uint8_t wish[] = "\0\1kernel\0octet\0blksize\0008\0windowsize\00065535";
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, 0, "client", "atftp --option \"windowsize 65535\" -g -r kernel server");
    run_begin(&run, &t.setup);
    tftp_inject(&run, MILLIS(500), "client", 4321, 69, wish, sizeof wish);
    run_until(&run, SECONDS(1));
    char *said = tftp_dialogue(&run);
    assert_non_null(strstr(said, "0.000 client RRQ kernel octet windowsize=64\n"));
    assert_non_null(strstr(said, "0.010 server OACK windowsize=64\n"));
    assert_non_null(strstr(said, "server OACK blksize=8 windowsize=64\n"));
    free(said);
    run_end(&run);
}

/* A server before RFC 2347 takes no notice; a client that knows none asks for none. */
static void options_are_not_known(void **state) {
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct running run;
        tftp_hosts(&t, "tftpd");
        t.setup.nodes[1 - i].profile = "rfc1350";
        tftp_file(&t, "server", "kernel", 1000);
        setup_run(&t.setup, 0, "client", "atftp --option \"blksize 1428\" -g -r kernel server");
        run_begin(&run, &t.setup);
        run_until(&run, SECONDS(10));
        char *said = tftp_dialogue(&run);
        assert_non_null(
            strstr(said, i == 0 ? "RRQ kernel octet blksize=1428\n" : "RRQ kernel octet\n"));
        assert_non_null(strstr(said, "0.010 server DATA 1 (512)\n"));
        assert_non_null(strstr(said, "DATA 2 (488)\n"));
        free(said);
        expect_pattern_file(&run, "client", "kernel", 1000);
        run_end(&run);
    }
}

static void a_write_with_options(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd -c");
    tftp_file(&t, "client", "config", 3000);
    setup_run(
        &t.setup, 0, "client",
        "atftp --option \"blksize 1428\" --option \"tsize 0\" --option \"windowsize 2\" -p -l "
        "config server");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.000 client WRQ config octet blksize=1428 tsize=3000 windowsize=2\n"
                      "0.010 server OACK blksize=1428 tsize=3000 windowsize=2\n"
                      "0.020 client DATA 1 (1428)\n"
                      "0.020 client DATA 2 (1428)\n"
                      "0.030 server ACK 2\n"
                      "0.040 client DATA 3 (144)\n"
                      "0.050 server ACK 3\n");
    expect_pattern_file(&run, "server", "config", 3000);
    run_end(&run);
}

/* RFC 2349: a file that is too large for the system is refused before it is sent. */
static void there_is_no_room(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd -c");
    t.setup.scenario.limits.file_octets = 5000;
    tftp_file(&t, "client", "large", 10000);
    setup_run(&t.setup, 0, "client", "atftp --option \"tsize 0\" -p -l large server");
    setup_run(&t.setup, SECONDS(1), "client", "tftp server -m binary -c put large");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    char *said = tftp_dialogue(&run);
    assert_non_null(strstr(said, "tsize=10000\n0.010 server ERROR 3\n"));
    assert_non_null(strstr(said, "DATA 10 (512)\n1.210 server ERROR 3\n"));
    free(said);
    expect_output(&run, "client",
                  "tftp: error received from server <Disk full or allocation exceeded>\n"
                  "tftp: aborting\n"
                  "Error code 3: Disk full or allocation exceeded\n");
    run_end(&run);
}

/* RFC 2347: whatever the server answers that was not asked for, the client refuses by ERROR 8. */
static void an_oack_that_was_not_asked_for(void **state) {
    (void)state;
    static const struct {
        const char *octets;
        size_t count;
    } oacks[] = {{"\0\6tsize\0005", 10}, /* not asked for */
                 {"\0\6blksize\0002000", 15}, {"\0\6blksize\0007", 12},
                 {"\0\6blksize\0", 10},       {"\0\6blksize\000600\0blksize\000600", 26},
                 {"\0\6blksize\0abc", 14}};
    for (size_t i = 0; i < sizeof oacks / sizeof oacks[0]; i++) {
        struct running run;
        tftp_hosts(&t, NULL);
        setup_run(&t.setup, 0, "client", "atftp --option \"blksize 1428\" -g -r kernel server");
        run_begin(&run, &t.setup);
        run_until(&run, MILLIS(15));
        tftp_inject(&run, MILLIS(15), "server", 4321, tftp_port_of(&run, "client", 1),
                    (const uint8_t *)oacks[i].octets, oacks[i].count);
        run_until(&run, SECONDS(1));
        char *said = tftp_dialogue(&run);
        if (strstr(said, "0.025 client ERROR 8\n") == NULL) fail_msg("%zu: %s", i, said);
        free(said);
        expect_output(&run, "client",
                      "tftp: error received from server <Option negotiation failed>\n"
                      "tftp: aborting\n");
        run_end(&run);
    }
}

/* T13: the agreed interval is kept to, without back-off. T10: a lost OACK, a lost ACK 0. */
static void an_agreed_interval(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, 0, "client", "atftp --option \"timeout 3\" -g -r kernel server");
    setup_fault(&t.setup, "server->client", FAULT_DROP, "udp", 2)->count = 2;
    setup_fault(&t.setup, "client->server", FAULT_DROP, "udp", 2);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(60));
    expect_tftp(&run, "0.000 client RRQ kernel octet timeout=3\n"
                      "0.010 server OACK timeout=3\n"
                      "0.020 client ACK 0\n"          /* lost */
                      "3.010 server OACK timeout=3\n" /* lost */
                      "6.010 server OACK timeout=3\n" /* lost */
                      "6.020 client ACK 0\n"
                      "6.030 server DATA 1 (512)\n"
                      "6.040 client ACK 1\n"
                      "6.050 server DATA 2 (488)\n"
                      "6.060 client ACK 2\n");
    expect_pattern_file(&run, "client", "kernel", 1000);
    run_end(&run);
}

/* ------------------------------------------------------------------------------ windows: T14 */

static void window(const char *fault_on, uint32_t nth, const char *expected) {
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 5000);
    setup_run(&t.setup, 0, "client", "atftp --option \"windowsize 4\" -g -r kernel server");
    if (fault_on != NULL) setup_fault(&t.setup, fault_on, FAULT_DROP, "udp", nth);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(30));
    expect_tftp(&run, expected);
    expect_pattern_file(&run, "client", "kernel", 5000);
    run_end(&run);
}
#define OPENING                                                                                    \
    "0.000 client RRQ kernel octet windowsize=4\n"                                                 \
    "0.010 server OACK windowsize=4\n"                                                             \
    "0.020 client ACK 0\n"
#define FIRST_WINDOW                                                                               \
    "0.030 server DATA 1 (512)\n"                                                                  \
    "0.030 server DATA 2 (512)\n"                                                                  \
    "0.030 server DATA 3 (512)\n"                                                                  \
    "0.030 server DATA 4 (512)\n"

static void four_blocks_at_a_time(void **state) {
    (void)state;
    window(NULL, 0,
           OPENING FIRST_WINDOW "0.040 client ACK 4\n"
                                "0.050 server DATA 5 (512)\n"
                                "0.050 server DATA 6 (512)\n"
                                "0.050 server DATA 7 (512)\n"
                                "0.050 server DATA 8 (512)\n"
                                "0.060 client ACK 8\n"
                                "0.070 server DATA 9 (512)\n"
                                "0.070 server DATA 10 (392)\n"
                                "0.080 client ACK 10\n");
}

/* RFC 7440 4: the gap is told once, and the window begins anew behind it. */
static void a_gap_within_a_window(void **state) {
    (void)state;
    window("server->client", 3,
           OPENING FIRST_WINDOW "0.040 client ACK 1\n" /* DATA 2 was lost */
                                "0.050 server DATA 2 (512)\n"
                                "0.050 server DATA 3 (512)\n"
                                "0.050 server DATA 4 (512)\n"
                                "0.050 server DATA 5 (512)\n"
                                "0.060 client ACK 5\n"
                                "0.070 server DATA 6 (512)\n"
                                "0.070 server DATA 7 (512)\n"
                                "0.070 server DATA 8 (512)\n"
                                "0.070 server DATA 9 (512)\n"
                                "0.080 client ACK 9\n"
                                "0.090 server DATA 10 (392)\n"
                                "0.100 client ACK 10\n");
}

static void the_first_of_a_window_is_lost(void **state) {
    (void)state;
    window("server->client", 2,
           OPENING FIRST_WINDOW "0.040 client ACK 0\n"
                                "0.050 server DATA 1 (512)\n"
                                "0.050 server DATA 2 (512)\n"
                                "0.050 server DATA 3 (512)\n"
                                "0.050 server DATA 4 (512)\n"
                                "0.060 client ACK 4\n"
                                "0.070 server DATA 5 (512)\n"
                                "0.070 server DATA 6 (512)\n"
                                "0.070 server DATA 7 (512)\n"
                                "0.070 server DATA 8 (512)\n"
                                "0.080 client ACK 8\n"
                                "0.090 server DATA 9 (512)\n"
                                "0.090 server DATA 10 (392)\n"
                                "0.100 client ACK 10\n");
}

/* The sender's time-out begins at the last ACK; what comes again is acknowledged once. */
static void the_ack_of_a_window_is_lost(void **state) {
    (void)state;
    window("client->server", 3,
           OPENING FIRST_WINDOW "0.040 client ACK 4\n"
                                "1.030 server DATA 1 (512)\n"
                                "1.030 server DATA 2 (512)\n"
                                "1.030 server DATA 3 (512)\n"
                                "1.030 server DATA 4 (512)\n"
                                "1.040 client ACK 4\n"
                                "1.050 server DATA 5 (512)\n"
                                "1.050 server DATA 6 (512)\n"
                                "1.050 server DATA 7 (512)\n"
                                "1.050 server DATA 8 (512)\n"
                                "1.060 client ACK 8\n"
                                "1.070 server DATA 9 (512)\n"
                                "1.070 server DATA 10 (392)\n"
                                "1.080 client ACK 10\n");
}

/* ------------------------------------------------------- block numbers begin again: T15 */

static void block_numbers_begin_again(const char *server_rollover, const char *client_rollover,
                                      const char *line, const char *after_65535) {
    struct running run;
    tftp_hosts(&t, "tftpd");
    t.setup.links[0].delay_ns[0] = t.setup.links[0].delay_ns[1] = 10000;
    tftp_file(&t, "server", "kernel", 8 * 65540 + 3);
    setup_setting(&t.setup, "server", "tftp.rollover", server_rollover);
    setup_setting(&t.setup, "client", "tftp.rollover", client_rollover);
    setup_run(&t.setup, 0, "client", line);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(60));
    expect_pattern_file(&run, "client", "kernel", 8 * 65540 + 3);
    char *said = tftp_dialogue(&run);
    if (strstr(said, after_65535) == NULL) fail_msg("%s", said + strlen(said) - 500);
    free(said);
    run_end(&run);
}

static void behind_65535_comes_0_or_1(void **state) {
    (void)state;
    static const char one[] = "atftp --option \"blksize 8\" -g -r kernel server";
    static const char many[] =
        "atftp --option \"blksize 8\" --option \"windowsize 7\" -g -r kernel server";
    block_numbers_begin_again("0", "0", one, "DATA 0 (8)");
    block_numbers_begin_again("1", "1", one, "DATA 6 (3)");
    block_numbers_begin_again("1", "0", one, "DATA 6 (3)"); /* the receiver learns it */
    block_numbers_begin_again("0", "1", one, "DATA 5 (3)");
    block_numbers_begin_again("0", "0", many, "DATA 5 (3)");
    block_numbers_begin_again("1", "1", many, "DATA 6 (3)");
}

/* Against RFC 1350 4: the server's TID is the port of the request. */
static void a_server_that_answers_from_port_69(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    setup_setting(&t.setup, "server", "tftp.server_tid", "well-known");
    tftp_file(&t, "server", "kernel", 5000);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel two");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(20));
    assert_int_equal(tftp_port_of(&run, "server", 1), 69);
    expect_pattern_file(&run, "client", "kernel", 5000);
    expect_pattern_file(&run, "client", "two", 5000);
    run_end(&run);
}

/* --------------------------------------------------------- every size and option, under loss */

static void one_transfer(uint64_t size, const char *options, bool put, uint32_t loss_ppm,
                         uint64_t seed) {
    struct running run;
    char line[200];
    tftp_hosts(&t, "tftpd -c");
    tftp_file(&t, put ? "client" : "server", "file", size);
    t.setup.scenario.seed = seed;
    t.setup.links[0].loss_ppm = loss_ppm;
    t.setup.links[0].duplicate_ppm = t.setup.links[0].reorder_ppm = loss_ppm / 2;
    t.setup.links[0].jitter_ns = loss_ppm == 0 ? 0 : MILLIS(3);
    setup_setting(&t.setup, "client", "tftp.retries", "50");
    setup_setting(&t.setup, "server", "tftp.retries", "50");
    snprintf(line, sizeof line, "atftp %s --option \"timeout 1\" %s server", options,
             put ? "-p -l file" : "-g -r file");
    setup_run(&t.setup, 0, "client", line);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(20000));
    char *said = run_output(&run, "client");
    if (strstr(said, "aborting") != NULL)
        fail_msg("%s of %llu octets with %s, seed %llu: %s", put ? "put" : "get",
                 (unsigned long long)size, options, (unsigned long long)seed, said);
    free(said);
    expect_pattern_file(&run, put ? "server" : "client", "file", size);
    run_end(&run);
}

static void every_size_with_every_option(void **state) {
    (void)state;
    static const uint64_t sizes[] = {0, 1, 511, 512, 513, 1024, 5000, 65464, 200000};
    static const char *const options[] = {"", "--option \"blksize 1428\" --option \"tsize 0\"",
                                          "--option \"windowsize 8\"", "--option \"blksize 65464\"",
                                          "--option \"blksize 1024\" --option \"windowsize 3\""};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t o = 0; o < sizeof options / sizeof options[0]; o++)
            for (uint32_t put = 0; put < 2; put++) one_transfer(sizes[s], options[o], put, 0, 1);
    one_transfer(200000, "--option \"blksize 8\"", false, 0, 1);
    one_transfer(200000, "--option \"blksize 8\" --option \"windowsize 16\"", true, 0, 1);
    one_transfer(70000, "--option \"windowsize 65535\"", false, 0, 1);
}

static void under_loss_duplication_and_reordering(void **state) {
    (void)state;
    static const char *const options[] = {"", "--option \"windowsize 4\"",
                                          "--option \"blksize 100\" --option \"windowsize 9\"",
                                          "--option \"blksize 4000\" --option \"windowsize 2\""};
    for (uint64_t seed = 1; seed <= 12; seed++)
        for (size_t o = 0; o < sizeof options / sizeof options[0]; o++)
            for (uint32_t put = 0; put < 2; put++)
                one_transfer(10000 + seed * 111, options[o], put, 20000 * (uint32_t)(seed % 5 + 1),
                             seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_agreed_on),
        cmocka_unit_test(options_are_not_known),
        cmocka_unit_test(a_window_is_bounded),
        cmocka_unit_test(a_write_with_options),
        cmocka_unit_test(there_is_no_room),
        cmocka_unit_test(an_oack_that_was_not_asked_for),
        cmocka_unit_test(an_agreed_interval),
        cmocka_unit_test(four_blocks_at_a_time),
        cmocka_unit_test(a_gap_within_a_window),
        cmocka_unit_test(the_first_of_a_window_is_lost),
        cmocka_unit_test(the_ack_of_a_window_is_lost),
        cmocka_unit_test(behind_65535_comes_0_or_1),
        cmocka_unit_test(a_server_that_answers_from_port_69),
        cmocka_unit_test(every_size_with_every_option),
        cmocka_unit_test(under_loss_duplication_and_reordering),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
