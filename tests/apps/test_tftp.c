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
                  "-rw-r--r--          0 nothing\n");
    expect_output(&run, "server",
                  "in.tftpd: RRQ from 10.0.0.1 filename kernel\n"
                  "in.tftpd: RRQ from 10.0.0.1 filename nothing\n"
                  "in.tftpd: RRQ from 10.0.0.1 filename nothing\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_fetched_block_by_block),
        cmocka_unit_test(a_multiple_of_512_needs_an_empty_block),
        cmocka_unit_test(a_file_is_sent),
        cmocka_unit_test(it_says_what_tftp_hpa_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
