/* Faults that the checksum does not find, and faults within a node. */
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "talk_support.h"

static struct setup setup;

/* The client sends eight octets by UDP to port 9 of the server, beyond r1. */
static void datagram(void) {
    through_router(&setup);
    setup_run(&setup, 0, "server", "nc -u -l 9");
    setup_run(&setup, SECONDS(1), "client", "echo abcdefgh | nc -u -w 1 server 9");
}

static void expect_server_prints(const char *expected) {
    struct running run;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_output(&run, "server", expected);
    run_end(&run);
}

enum { DATA = 14 + 20 + 8 }; /* where the text begins in the frame */

static struct scenario_fault *fault(const char *on, enum fault_kind kind) {
    datagram();
    return setup_fault(&setup, on, kind, "udp", 1);
}

/* RFC 1071 2(B): a sum does not depend on the order of its words. */
static void swapped_words_pass_the_checksum(void **state) {
    (void)state;
    struct scenario_fault *f = fault("client->r1", FAULT_SWAP);
    f->word = DATA;
    f->other = DATA + 4;
    expect_server_prints("efcdabgh\n");
}

static void plus_and_minus_one_pass_the_checksum(void **state) {
    (void)state;
    struct scenario_fault *f = fault("client->r1", FAULT_ADD);
    f->word = DATA;
    f->add = 1;
    f = setup_fault(&setup, "client->r1", FAULT_ADD, "udp", 1);
    f->word = DATA + 2;
    f->add = -1;
    expect_server_prints("acccefgh\n");
}

static void plus_one_alone_does_not(void **state) {
    (void)state;
    struct running run;
    struct scenario_fault *f = fault("client->r1", FAULT_ADD);
    f->word = DATA;
    f->add = 1;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    assert_int_equal(run_lost(&run, "bad_checksum"), 1);
    run_end(&run);
}

/* A router that spoils what it holds and computes the checksum afterwards: nobody can tell, and the
 * damage is seen in what it sends, not on the way. */
static void a_router_that_mends_is_not_found_out(void **state) {
    (void)state;
    struct running run;
    struct scenario_fault *f = fault("r1", FAULT_CORRUPT);
    f->bit = 8 * DATA + 7;
    f->mend = MEND_ALL;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    assert_int_equal(run_lost(&run, "bad_checksum"), 0);
    expect_output(&run, "server", "`bcdefgh\n");
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->octets[23] != 17) continue;
        bool spoilt = strcmp(lab_node(run.lab, r->node).name, "r1") == 0;
        assert_int_equal(r->octets[DATA], spoilt ? '`' : 'a');
    }
    run_end(&run);
}

/* Without mending, the UDP checksum finds what happened in between; IP's cannot (it is the
 * header's). */
static void the_end_to_end_checksum_finds_a_spoiler(void **state) {
    (void)state;
    struct running run;
    struct scenario_fault *f = fault("r1", FAULT_CORRUPT);
    f->bit = 8 * DATA + 7;
    f->mend = MEND_IP;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    assert_int_equal(run_lost(&run, "bad_checksum"), 1);
    run_end(&run);
}

/* The pseudo-header: a datagram led astray, with its IP header put right, is found by UDP. */
static void the_pseudo_header_finds_a_stray(void **state) {
    (void)state;
    struct running run;
    struct scenario_fault *f = fault("client->r1", FAULT_EDIT);
    f->edit = "ip.dst = 10.0.2.254"; /* r1 itself */
    f->mend = MEND_IP;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_drops(&run, "r1 1.030 bad_checksum\n");
    run_end(&run);
}

static void a_router_holds_a_packet(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_run(&setup, 0, "client", "ping -c 2 server");
    setup_fault(&setup, "r1", FAULT_DELAY, "icmp.type == 8", 2)->delay_ns = MILLIS(500);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    char *said = run_dialogue(&run, "icmp");
    assert_non_null(strstr(said, "1.510 r1 > server echo request, seq 2"));
    free(said);
    run_end(&run);
}

static void commands_say_the_same(void **state) {
    (void)state;
    struct running run;
    datagram();
    run_begin(&run, &setup);
    run_until(&run, MILLIS(500));
    run_command(&run, MILLIS(500), "", "fault client->r1 swap 42 46 match udp");
    run_command(&run, MILLIS(500), "", "fault r1 add 42 -1 mend all match udp");
    run_until(&run, SECONDS(4));
    expect_output(&run, "server", "eecdabgh\n");
    run_end(&run);
}

static void expect_refused(const char *line) {
    struct complaint why;
    struct running run;
    datagram();
    run_begin(&run, &setup);
    assert_false(lab_command(run.lab, NULL, 0, 0, line, &why));
    assert_true(why.problem[0] != '\0');
    run_end(&run);
}

static void nonsense_is_refused(void **state) {
    (void)state;
    expect_refused("fault r1 down");
    expect_refused("fault r1 reorder");
    expect_refused("fault r9 drop");
    expect_refused("fault r1 swap 42");
    expect_refused("fault r1 swap 42 43");
    expect_refused("fault r1 swap 42 1513");
    expect_refused("fault r1 add 42 0");
    expect_refused("fault r1 add 42");
    expect_refused("fault r1 drop mend all");
    expect_refused("fault r1 corrupt 3 mend some");
}

static void clear_takes_only_what_is_meant(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 -W 1 server");
    setup_run(&setup, SECONDS(3), "client", "ping -c 1 -W 1 server");
    run_begin(&run, &setup);
    run_command(&run, 0, "", "fault r1 drop match icmp");
    run_command(&run, 0, "", "fault clear client-r1");
    run_command(&run, 0, "", "fault clear server");
    run_until(&run, SECONDS(2.5));
    assert_int_equal(run_lost(&run, "fault"), 1);
    run_command(&run, SECONDS(2.5), "", "fault clear r1");
    run_until(&run, SECONDS(5));
    assert_int_equal(run_lost(&run, "fault"), 1);
    run_end(&run);
}

static void a_run_is_repeatable(void **state) {
    (void)state;
    struct scenario_fault *f = fault("r1", FAULT_DELAY);
    f->delay_ns = MILLIS(30);
    f->nth = 0;
    f->chance_ppm = 500000;
    expect_move_test(&setup, SECONDS(4));
    expect_sync_test(&setup, SECONDS(4), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swapped_words_pass_the_checksum),
        cmocka_unit_test(plus_and_minus_one_pass_the_checksum),
        cmocka_unit_test(plus_one_alone_does_not),
        cmocka_unit_test(a_router_that_mends_is_not_found_out),
        cmocka_unit_test(the_end_to_end_checksum_finds_a_spoiler),
        cmocka_unit_test(the_pseudo_header_finds_a_stray),
        cmocka_unit_test(a_router_holds_a_packet),
        cmocka_unit_test(commands_say_the_same),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(clear_takes_only_what_is_meant),
        cmocka_unit_test(a_run_is_repeatable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
