/*
 * What a TFTP server lets clients do, what ends a transfer, and text as netascii: T6, T7 and T9 of
 * what an implementation has to do, and RFC 1123 4.2.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tftp_support.h"

static struct tftp_setup t;

/* ------------------------------------------------------------------------------ errors: T6, T9 */

static void errors_end_a_transfer(void **state) {
    (void)state;
    static const char *const lines[] = {"tftp server -m binary -c get absent",
                                        "tftp server -m binary -c get secret",
                                        "tftp server -m binary -c get ../etc/passwd",
                                        "tftp server -m binary -c put own absent",
                                        "tftp server -m binary -c put own kernel",
                                        "tftp server -m binary -c put own inbox",
                                        "tftp server 70 -m binary -c put own absent",
                                        "tftp server 70 -m binary -c put own kernel",
                                        "tftp server -m binary -c get boot/../kernel x"};
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "client", "own", 10);
    tftp_file(&t, "server", "kernel", 10);
    tftp_text(&t, "server", "secret", "no")->mode = 0600;
    tftp_text(&t, "server", "inbox", "old")->mode = 0666;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        setup_run(&t.setup, SECONDS(10) * (sim_time)i, "client", lines[i]);
    setup_run(&t.setup, SECONDS(55), "server", "jobs");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(130));
    expect_output(&run, "client",
                  "Error code 1: File not found\n"
                  "Error code 2: File must have global read permissions\n"
                  "Error code 2: Reverse path not allowed\n"
                  "Error code 1: File not found\n"
                  "Error code 2: File must have global write permissions\n"
                  "Error code 2: Reverse path not allowed\n"
                  "Transfer timed out.\n"); /* nobody is at port 70 */
    expect_pattern_file(&run, "server", "inbox", 10);
    run_end(&run);
}

/* The same request line by line to a server with -c, -p and -s. */
static void access_is_controlled(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd -c -s /srv");
    tftp_file(&t, "client", "own", 10);
    tftp_file(&t, "server", "srv/kernel", 20);
    tftp_file(&t, "server", "kernel", 30);
    tftp_text(&t, "server", "srv/secret", "no")->mode = 0600;
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_run(&t.setup, SECONDS(5), "client", "tftp server -m binary -c get /kernel k2");
    setup_run(&t.setup, SECONDS(10), "client", "tftp server -m binary -c put own kernel");
    setup_run(&t.setup, SECONDS(15), "client", "tftp server -m binary -c put own new");
    setup_run(&t.setup, SECONDS(20), "server", "kill 1");
    setup_run(&t.setup, SECONDS(21), "server", "tftpd -p srv/");
    setup_run(&t.setup, SECONDS(22), "client", "tftp server -m binary -c get secret");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(60));
    expect_output(&run, "client", "Error code 6: File already exists\n");
    expect_pattern_file(&run, "client", "kernel", 20);
    expect_pattern_file(&run, "client", "k2", 20);
    expect_pattern_file(&run, "server", "srv/new", 10);
    expect_file(&run, "client", "secret", (const uint8_t *)"no", 2);
    run_end(&run);
}

/* T6: what makes no sense ends it with ERROR 4, which nobody answers; a request that makes none is
 * answered, and what is no request is not. RFC 1123 4.2.2.1: mail is refused. */
static void what_makes_no_sense(void **state) {
    (void)state;
    static const uint8_t junk[] = {0, 9, 'j', 'u', 'n', 'k'}, half[] = {0, 1, 'k', 0, 'o'},
                         mail[] = "\0\2root\0mail", stray[] = {0, 4, 0, 1}, short_[] = {0};
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, SECONDS(1), "client", "tftp server -m binary -c get kernel");
    run_begin(&run, &t.setup);
    tftp_inject(&run, MILLIS(10), "client", 4321, 69, junk, sizeof junk);
    tftp_inject(&run, MILLIS(20), "client", 4321, 69, half, sizeof half);
    tftp_inject(&run, MILLIS(30), "client", 4321, 69, mail, sizeof mail);
    tftp_inject(&run, MILLIS(40), "client", 4321, 69, stray, sizeof stray);
    tftp_inject(&run, MILLIS(50), "client", 4321, 69, short_, sizeof short_);
    run_until(&run, MILLIS(1015));
    uint32_t tid = tftp_port_of(&run, "server", 3), own = tftp_port_of(&run, "client", 3);
    tftp_inject(&run, MILLIS(1015), "client", own, tid, junk, sizeof junk);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.030 server ERROR 4\n"
                      "0.030 client WRQ root mail\n"
                      "0.040 server ERROR 4\n"
                      "0.040 client ACK 1\n"
                      "1.000 client RRQ kernel octet\n"
                      "1.010 server DATA 1 (512)\n"
                      "1.020 client ACK 1\n"
                      "1.025 server ERROR 4\n");
    expect_output(&run, "client", "Error code 4: Illegal TFTP operation\n");
    run_end(&run);
}

/* RFC 1123 4.2.3.5. */
static void a_broadcast_request_is_ignored(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 10);
    setup_setting(&t.setup, "client", "tftp.retries", "0");
    setup_run(&t.setup, 0, "client", "tftp 10.0.0.255 -m binary -c get kernel");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n");
    run_end(&run);
}

/* -------------------------------------------------------------------------------- netascii: T7 */

static void lines_end_as_netascii_says(void **state) {
    (void)state;
    static const char text[] = "line one\nline two\r\nbare cr \r end\nlast";
    struct running run;
    tftp_hosts(&t, "tftpd -c");
    tftp_text(&t, "server", "text", text);
    setup_run(&t.setup, 0, "client", "tftp server -m netascii -c get text");
    setup_run(&t.setup, SECONDS(1), "client", "tftp server -c put text back");
    setup_run(&t.setup, SECONDS(2), "client", "atftp --option \"mode NETASCII\" -g -r text server");
    setup_run(&t.setup, SECONDS(3), "client", "atftp -g -r text -l raw server");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_file(&run, "client", "text", (const uint8_t *)text, sizeof text - 1);
    expect_file(&run, "server", "back", (const uint8_t *)text, sizeof text - 1);
    expect_file(&run, "client", "raw", (const uint8_t *)text, sizeof text - 1);
    char *said = tftp_dialogue(&run);
    /* Three LF and two CR are an octet longer each. */
    assert_non_null(strstr(said, "0.000 client RRQ text netascii\n0.010 server DATA 1 (42)\n"));
    assert_non_null(strstr(said, "3.010 server DATA 1 (37)\n"));
    free(said);
    run_end(&run);
}

/* A line's end across the edge of a block, at each place that it can be. */
static void lines_end_across_blocks(void **state) {
    (void)state;
    char text[8][600];
    struct running run;
    for (size_t i = 0; i < 6; i++) {
        memset(text[i], 'x', sizeof text[i]);
        memcpy(text[i] + 507 + i, i % 2 == 0 ? "\n\r\n\r" : "\r\n\n\r", 4);
        text[i][520 + i] = '\0';
        text[i][519 + i] = "\r\n"[i % 2];
    }
    for (size_t i = 0; i < 6; i++) {
        static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
        char line[64];
        tftp_hosts(&t, "tftpd -c");
        tftp_text(&t, "server", names[i], text[i]);
        snprintf(line, sizeof line, "tftp server -c get %s", names[i]);
        setup_run(&t.setup, 0, "client", line);
        setup_fault(&t.setup, "server->client", FAULT_DROP, "udp", 2); /* and again */
        run_begin(&run, &t.setup);
        run_until(&run, SECONDS(20));
        expect_file(&run, "client", names[i], (const uint8_t *)text[i], strlen(text[i]));
        run_end(&run);
    }
}

static void several_at_once(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd -c");
    t.setup.links[0].rate_bps = 10000000;
    tftp_file(&t, "server", "a", 100000);
    tftp_file(&t, "server", "b", 50000);
    tftp_file(&t, "client", "c", 70000);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get a");
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get b");
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get a a2");
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c put c");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(60));
    expect_pattern_file(&run, "client", "a", 100000);
    expect_pattern_file(&run, "client", "a2", 100000);
    expect_pattern_file(&run, "client", "b", 50000);
    expect_pattern_file(&run, "server", "c", 70000);
    run_end(&run);
}

static void a_lab_may_be_moved_and_restored(void **state) {
    (void)state;
    tftp_hosts(&t, "tftpd -c");
    tftp_file(&t, "server", "kernel", 5000);
    tftp_text(&t, "client", "notes", "one\ntwo\n");
    t.setup.links[0].loss_ppm = 100000;
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_run(&t.setup, 0, "client", "tftp server -c put notes");
    expect_move_test(&t.setup, SECONDS(60));
    expect_sync_test(&t.setup, SECONDS(60), 7);
}

/* What stands for a name in a row of a table is a text of JSON, whatever was typed. */
static void any_name_may_be_typed(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd -v");
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get \"a\\b\xc3\" here");
    run_begin(&run, &t.setup);
    run_until(&run, MILLIS(5));
    const struct trace_record *r = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_TABLE &&
            strcmp(engine_name(NAME_TABLE, run.records[i].r.table), "transfers") == 0)
            r = &run.records[i].r;
    assert_non_null(r);
    static const char expected[] = "[\"?a?b??\",\"REQUESTED\",";
    assert_memory_equal(r->text, expected, sizeof expected - 1);
    run_until(&run, SECONDS(5));
    expect_output(&run, "client", "Error code 1: File not found\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_end_a_transfer),
        cmocka_unit_test(access_is_controlled),
        cmocka_unit_test(what_makes_no_sense),
        cmocka_unit_test(a_broadcast_request_is_ignored),
        cmocka_unit_test(lines_end_as_netascii_says),
        cmocka_unit_test(lines_end_across_blocks),
        cmocka_unit_test(any_name_may_be_typed),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(a_lab_may_be_moved_and_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
