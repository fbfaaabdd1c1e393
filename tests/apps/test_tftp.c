/*
 * TFTP between two hosts 10 ms apart, packet by packet: plain transfers (RFC 1350), how they end,
 * and what goes wrong with packets: T1 to T8 of what an implementation has to do, and RFC 1123 4.2.
 */
#include <stdlib.h>
#include <string.h>

#include "tftp_support.h"

static struct tftp_setup t;

static void a_file_is_fetched_block_by_block(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.010 server DATA 1 (512)\n"
                      "0.020 client ACK 1\n"
                      "0.030 server DATA 2 (488)\n"
                      "0.040 client ACK 2\n");
    expect_pattern_file(&run, "client", "kernel", 1000);
    expect_states(&run, "tftp",
                  "client 0.000 tftp CLOSED -> REQUESTED\n"
                  "server 0.010 tftp CLOSED -> SENDING\n"
                  "client 0.020 tftp REQUESTED -> RECEIVING\n"
                  "server 0.030 tftp SENDING -> LAST-BLOCK\n"
                  "client 0.040 tftp RECEIVING -> DALLYING\n"
                  "server 0.050 tftp LAST-BLOCK -> CLOSED\n"
                  "client 4.040 tftp DALLYING -> CLOSED\n");
    /* T1: the server answers from a port of its own, and each transfer has others. */
    assert_int_not_equal(tftp_port_of(&run, "server", 1), 69);
    assert_int_equal(tftp_port_of(&run, "server", 1), tftp_port_of(&run, "server", 2));
    run_end(&run);
}

/* T3: RFC 1350 6. */
static void a_multiple_of_512_needs_an_empty_block(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1024);
    tftp_file(&t, "server", "empty", 0);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_run(&t.setup, SECONDS(1), "client", "tftp server -m binary -c get empty");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.010 server DATA 1 (512)\n"
                      "0.020 client ACK 1\n"
                      "0.030 server DATA 2 (512)\n"
                      "0.040 client ACK 2\n"
                      "0.050 server DATA 3 (0)\n"
                      "0.060 client ACK 3\n"
                      "1.000 client RRQ empty octet\n"
                      "1.010 server DATA 1 (0)\n"
                      "1.020 client ACK 1\n");
    expect_pattern_file(&run, "client", "kernel", 1024);
    expect_pattern_file(&run, "client", "empty", 0);
    run_end(&run);
}

static void a_file_is_sent(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd -c");
    tftp_file(&t, "client", "config", 513);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c put config saved");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.000 client WRQ saved octet\n"
                      "0.010 server ACK 0\n"
                      "0.020 client DATA 1 (512)\n"
                      "0.030 server ACK 1\n"
                      "0.040 client DATA 2 (1)\n"
                      "0.050 server ACK 2\n");
    expect_pattern_file(&run, "server", "saved", 513);
    run_end(&run);
}

static void it_says_what_tftp_hpa_says(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "in.tftpd -L -s -c -v");
    tftp_file(&t, "server", "kernel", 5000);
    setup_run(&t.setup, 0, "client", "tftp -v -m binary server -c get kernel here");
    setup_run(&t.setup, SECONDS(1), "client", "tftp server -c get nothing");
    setup_run(&t.setup, SECONDS(2), "client", "tftp server -c put absent");
    setup_run(&t.setup, SECONDS(3), "client", "atftp -g -r nothing server");
    setup_run(&t.setup, SECONDS(4), "client", "tftp nohost -c get kernel");
    setup_run(&t.setup, SECONDS(5), "client", "ls -l");
    setup_run(&t.setup, SECONDS(6), "client", "ls here absent");
    setup_run(&t.setup, SECONDS(7), "client", "ls -l nothing");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_output(&run, "client",
                  "mode set to octet\n"
                  "Connected to server (10.0.0.2), port 69\n"
                  "getting from server:kernel to here [octet]\n"
                  "Received 5000 bytes in 0.2 seconds [200000 bit/s]\n"
                  "Error code 1: File not found\n"
                  "tftp: absent: No such file or directory\n"
                  "tftp: error received from server <File not found>\n"
                  "tftp: aborting\n"
                  "Error: Name or service not known\n"
                  "nohost: unknown host\n"
                  "-rw-r--r--       5000 here\n"
                  "-rw-r--r--          0 nothing\n"
                  "here\n"
                  "ls: cannot access 'absent': No such file or directory\n"
                  "-rw-r--r--          0 nothing\n");
    expect_output(&run, "server",
                  "in.tftpd: RRQ from 10.0.0.1 filename kernel\n"
                  "in.tftpd: RRQ from 10.0.0.1 filename nothing\n"
                  "in.tftpd: RRQ from 10.0.0.1 filename nothing\n");
    run_end(&run);
}

/* ---------------------------------------------------------------------- what goes wrong: T2, T4 */

/* T2: a stranger's packet is answered by ERROR 5, and the transfer goes on. */
static void a_stranger_is_told_so(void **state) {
    (void)state;
    static const uint8_t ack_1[] = {0, 4, 0, 1}, error[] = {0, 5, 0, 0, 'n', 'o', 0};
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    run_begin(&run, &t.setup);
    run_until(&run, MILLIS(10.5));
    uint32_t tid = tftp_port_of(&run, "server", 1);
    tftp_inject(&run, MILLIS(10.5), "client", 4321, tid, ack_1, sizeof ack_1);
    tftp_inject(&run, MILLIS(10.6), "client", 4321, tid, error, sizeof error);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.010 server DATA 1 (512)\n"
                      "0.011 client ACK 1\n"
                      "0.011 client ERROR 0\n"
                      "0.020 client ACK 1\n"
                      "0.021 server ERROR 5\n"
                      "0.030 server DATA 2 (488)\n"
                      "0.040 client ACK 2\n");
    expect_pattern_file(&run, "client", "kernel", 1000);
    run_end(&run);
}

/* RFC 1350 4: a request that came twice makes two servers, and the second is turned away. */
static void a_request_that_comes_twice(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_fault(&t.setup, "client->server", FAULT_DUPLICATE, "udp.dstport == 69", 1)->delay_ns =
        MILLIS(1);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.000 client RRQ kernel octet\n"
                      "0.010 server DATA 1 (512)\n"
                      "0.011 server DATA 1 (512)\n"
                      "0.020 client ACK 1\n"
                      "0.021 client ERROR 5\n"
                      "0.030 server DATA 2 (488)\n"
                      "0.040 client ACK 2\n");
    expect_pattern_file(&run, "client", "kernel", 1000);
    run_end(&run);
}

/* T4: the sender repeats a lost DATA, and a DATA whose ACK was lost. */
static void what_is_lost_goes_again(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_fault(&t.setup, "server->client", FAULT_DROP, "udp", 1);
    setup_fault(&t.setup, "client->server", FAULT_DROP, "udp", 2);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(20));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.010 server DATA 1 (512)\n"
                      "1.000 client RRQ kernel octet\n" /* lost as well */
                      "1.010 server DATA 1 (512)\n"
                      "1.020 client ACK 1\n"
                      "1.030 server DATA 2 (488)\n"
                      "1.040 client ACK 2\n");
    expect_pattern_file(&run, "client", "kernel", 1000);
    run_end(&run);
}

/* T4: the receiver dallies, and acknowledges the last block once more. */
static void the_last_ack_is_lost(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 100);
    setup_run(&t.setup, 0, "client", "tftp -v server -m binary -c get kernel");
    setup_fault(&t.setup, "client->server", FAULT_DROP, "udp", 2);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(20));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.010 server DATA 1 (100)\n"
                      "0.020 client ACK 1\n"
                      "1.010 server DATA 1 (100)\n"
                      "1.020 client ACK 1\n");
    expect_output(&run, "client",
                  "mode set to octet\n"
                  "Connected to server (10.0.0.2), port 69\n"
                  "getting from server:kernel to kernel [octet]\n"
                  "Received 100 bytes in 0.0 seconds [40000 bit/s]\n");
    assert_int_equal(run_count(&run, TRACE_STATE, "server"), 2); /* LAST-BLOCK, CLOSED */
    run_end(&run);
}

/* T8: RFC 1123 4.2.3.2, exponential back-off; RFC 7440 6: it ends. */
static void nobody_answers(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, NULL);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_run(&t.setup, SECONDS(100), "client", "sysctl -w tftp.retries=1");
    setup_run(&t.setup, SECONDS(100), "client", "atftp --tftp-timeout 5 -g -r kernel server");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(200));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "1.000 client RRQ kernel octet\n"
                      "3.000 client RRQ kernel octet\n"
                      "7.000 client RRQ kernel octet\n"
                      "15.000 client RRQ kernel octet\n"
                      "31.000 client RRQ kernel octet\n"
                      "100.000 client RRQ kernel octet\n"
                      "105.000 client RRQ kernel octet\n");
    expect_output(&run, "client",
                  "Transfer timed out.\n"
                  "tftp.retries = 1\n"
                  "timeout: retrying ...\n"
                  "tftp: aborting\n");
    run_end(&run);
}

/* T8: the time-out follows the round trip, RFC 6298. */
static void the_timeout_is_adaptive(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    t.setup.links[0].delay_ns[0] = t.setup.links[0].delay_ns[1] = MILLIS(450);
    tftp_file(&t, "server", "kernel", 2000);
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_fault(&t.setup, "server->client", FAULT_DROP, "udp", 2);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(60));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.450 server DATA 1 (512)\n"
                      "0.900 client ACK 1\n"
                      "1.350 server DATA 2 (512)\n" /* lost; 0.9 s + 4 * 0.45 s later: */
                      "4.050 server DATA 2 (512)\n"
                      "4.500 client ACK 2\n"
                      "4.950 server DATA 3 (512)\n"
                      "5.400 client ACK 3\n"
                      "5.850 server DATA 4 (464)\n"
                      "6.300 client ACK 4\n");
    expect_pattern_file(&run, "client", "kernel", 2000);
    run_end(&run);
}

/* T5: RFC 1123 4.2.3.1. An ACK that came late is followed by another of the same block. */
static void late_ack(const char *variant, const char *expected) {
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 2200);
    if (variant != NULL) setup_setting(&t.setup, "server", variant, "1");
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_fault(&t.setup, "client->server", FAULT_DELAY, "udp.length == 12", 2)->delay_ns =
        MILLIS(1005);
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(20));
    expect_tftp(&run, expected);
    expect_pattern_file(&run, "client", "kernel", 2200);
    run_end(&run);
}

static void the_apprentice_is_taught(void **state) {
    (void)state;
    late_ack(NULL, "0.000 client RRQ kernel octet\n"
                   "0.010 server DATA 1 (512)\n"
                   "0.020 client ACK 1\n"
                   "0.030 server DATA 2 (512)\n"
                   "0.040 client ACK 2\n" /* arrives at 1.055 */
                   "1.030 server DATA 2 (512)\n"
                   "1.040 client ACK 2\n" /* arrives at 1.050 */
                   "1.050 server DATA 3 (512)\n"
                   "1.060 client ACK 3\n"
                   "1.070 server DATA 4 (512)\n"
                   "1.080 client ACK 4\n"
                   "1.090 server DATA 5 (152)\n"
                   "1.100 client ACK 5\n");
}

static void the_sorcerers_apprentice(void **state) {
    (void)state;
    late_ack("variant.tftp_sorcerer", "0.000 client RRQ kernel octet\n"
                                      "0.010 server DATA 1 (512)\n"
                                      "0.020 client ACK 1\n"
                                      "0.030 server DATA 2 (512)\n"
                                      "0.040 client ACK 2\n"
                                      "1.030 server DATA 2 (512)\n"
                                      "1.040 client ACK 2\n"
                                      "1.050 server DATA 3 (512)\n"
                                      "1.055 server DATA 3 (512)\n"
                                      "1.060 client ACK 3\n"
                                      "1.065 client ACK 3\n"
                                      "1.070 server DATA 4 (512)\n"
                                      "1.075 server DATA 4 (512)\n"
                                      "1.080 client ACK 4\n"
                                      "1.085 client ACK 4\n"
                                      "1.090 server DATA 5 (152)\n"
                                      "1.095 server DATA 5 (152)\n"
                                      "1.100 client ACK 5\n"
                                      "1.105 client ACK 5\n");
}

/* T3, broken: without the empty block the receiver waits in vain. */
static void no_empty_last_block(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1024);
    setup_setting(&t.setup, "server", "variant.tftp_no_empty_last", "1");
    setup_setting(&t.setup, "client", "tftp.retries", "2");
    setup_run(&t.setup, 0, "client", "tftp server -m binary -c get kernel");
    setup_run(&t.setup, SECONDS(50), "client", "ls -l");
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(60));
    expect_tftp(&run, "0.000 client RRQ kernel octet\n"
                      "0.010 server DATA 1 (512)\n"
                      "0.020 client ACK 1\n"
                      "0.030 server DATA 2 (512)\n"
                      "0.040 client ACK 2\n"
                      "2.040 client ACK 2\n"
                      "6.040 client ACK 2\n");
    expect_output(&run, "client",
                  "Transfer timed out.\n"
                  "-rw-r--r--       1024 kernel\n");
    expect_table(&run, "files", "client", "[\"kernel\",\"1024\",\"-rw-r--r--\",\"broken off\"]\n");
    run_end(&run);
}

/* What a transfer's packets are shows in their summaries and can be filtered by, though the ports
 * tell nothing. */
static void packets_have_names(void **state) {
    (void)state;
    struct running run;
    tftp_hosts(&t, "tftpd");
    tftp_file(&t, "server", "kernel", 1000);
    setup_run(&t.setup, 0, "client", "atftp --option \"tsize 0\" -g -r kernel server");
    setup_run(&t.setup, SECONDS(5), "client", "tftp server -c get absent");
    setup_fault(&t.setup, "server->client", FAULT_DROP, "tftp.opcode == 3 && tftp.block == 2", 1);
    setup_fault(&t.setup, "client->server", FAULT_EDIT, "tftp.block == 2", 1)->edit =
        "tftp.block = 7";
    run_begin(&run, &t.setup);
    run_until(&run, SECONDS(10));
    expect_dialogue(&run, "tftp",
                    "0.000 client > server RRQ kernel, octet, tsize=0\n"
                    "0.010 server > client OACK, tsize=1000\n"
                    "0.020 client > server ACK 0\n"
                    "0.030 server > client DATA 1, len 512\n"
                    "0.040 client > server ACK 1\n"
                    "0.050 server > client DATA 2, len 488\n" /* lost */
                    "1.050 server > client DATA 2, len 488\n"
                    "1.060 client > server ACK 2\n" /* arrives as ACK 7, with a bad checksum */
                    "3.050 server > client DATA 2, len 488\n"
                    "3.060 client > server ACK 2\n"
                    "5.000 client > server RRQ absent, netascii\n"
                    "5.010 server > client ERROR 1, File not found\n");
    expect_pattern_file(&run, "client", "kernel", 1000);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_fetched_block_by_block),
        cmocka_unit_test(a_multiple_of_512_needs_an_empty_block),
        cmocka_unit_test(a_file_is_sent),
        cmocka_unit_test(packets_have_names),
        cmocka_unit_test(it_says_what_tftp_hpa_says),
        cmocka_unit_test(a_stranger_is_told_so),
        cmocka_unit_test(a_request_that_comes_twice),
        cmocka_unit_test(what_is_lost_goes_again),
        cmocka_unit_test(the_last_ack_is_lost),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(the_timeout_is_adaptive),
        cmocka_unit_test(the_apprentice_is_taught),
        cmocka_unit_test(the_sorcerers_apprentice),
        cmocka_unit_test(no_empty_last_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
