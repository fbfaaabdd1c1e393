/*
 * The IP options of a connection, RFC 9293 3.9.2.1: source routes that the user gives and that the
 * peer's SYN brought, recorded routes and timestamps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"
#include "wire/ipv4.h"

enum { ETHER = 14, LINE_MOST = 8192 };
static struct setup setup;

/* a 10.0.1.1 - r - b 10.0.2.1, where source routes are let through. */
static void over_a_router(const char *profile) {
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a")->profile = profile;
    setup_node(&setup, NODE_ROUTER, "r")->profile = profile;
    setup_node(&setup, NODE_HOST, "b")->profile = profile;
    setup_interface(&setup, "a", "eth0", "10.0.1.1/24");
    setup_interface(&setup, "r", "eth0", "10.0.1.254/24");
    setup_interface(&setup, "r", "eth1", "10.0.2.254/24");
    setup_interface(&setup, "b", "eth0", "10.0.2.1/24");
    setup_gateway(&setup, "a", "10.0.1.254");
    setup_gateway(&setup, "b", "10.0.2.254");
    setup_link(&setup, "a:eth0", "r:eth0", MILLIS(10));
    setup_link(&setup, "r:eth1", "b:eth0", MILLIS(10));
    static const char *const nodes[] = {"a", "r", "b"};
    for (size_t i = 0; i < 3; i++)
        setup_setting(&setup, nodes[i], "net.ipv4.conf.all.accept_source_route", "1");
}

static void does(sim_time at, const char *node, const char *line) {
    setup_run(&setup, at, node, line)->process = node;
}

static void b_listens(void) {
    does(0, "b", "socket tcp");
    does(0, "b", "bind 3 10.0.2.1:80");
    does(0, "b", "listen 3 5");
    does(0, "b", "accept 3");
}

/* "10.0.1.254 83070400..." for the nth segment that the node sent: where to, with which options. */
static void expect_segment(const struct running *run, const char *node, size_t nth,
                           const char *expected) {
    char got[160] = "none";
    for (size_t i = 0, seen = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_SENT || r->node != lab_node_named(run->lab, node)) continue;
        const uint8_t *ip = r->octets + ETHER;
        if (r->octets[13] != 0 || ip[9] != IP_PROTOCOL_TCP || seen++ != nth) continue;
        int used = snprintf(got, sizeof got, "%u.%u.%u.%u ", ip[16], ip[17], ip[18], ip[19]);
        for (uint32_t at = IPV4_HEADER; at < ipv4_header_octets(ip); at++)
            used += snprintf(got + used, sizeof got - (size_t)used, "%02x", ip[at]);
    }
    assert_string_equal(got, expected);
}

static void expect_in_output(const struct running *run, const char *node, const char *part) {
    char *said = run_output(run, node);
    if (strstr(said, part) == NULL) fail_msg("%s did not say \"%s\" but:\n%s", node, part, said);
    free(said);
}

/* MUST-51: the user gives a source route when it opens; MUST-53: the peer answers along it, on all
 * of its segments. The checksum is of the two ends, or nobody would answer. */
static void a_route_there_and_back(void **state) {
    (void)state;
    struct running run;
    over_a_router("rfc9293");
    b_listens();
    does(0, "b", "recv 4 100");
    does(0, "b", "send 4 3000");
    does(SECONDS(1), "a", "socket tcp");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS lsrr 10.0.1.254");
    does(SECONDS(1), "a", "getsockopt 3 IP_OPTIONS");
    does(SECONDS(1), "a", "connect 3 10.0.2.1:80");
    does(SECONDS(1), "a", "send 3 \"hello\"");
    does(SECONDS(1), "a", "recv 3 3000");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    expect_in_output(&run, "a", "8307040a0001fe00\n");
    expect_segment(&run, "a", 0, "10.0.1.254 8307040a00020100"); /* the SYN */
    expect_segment(&run, "r", 0, "10.0.2.1 8307080a0002fe00");
    expect_segment(&run, "b", 0, "10.0.2.254 8307040a00010100"); /* the SYN,ACK */
    expect_segment(&run, "b", 1, "10.0.2.254 8307040a00010100"); /* and what follows it */
    expect_segment(&run, "a", 2, "10.0.1.254 8307040a00020100");
    expect_in_output(&run, "b", "5 \"hello\"");
    run_end(&run);
}

/* MUST-16: a segment with options is as much shorter. */
static void segments_leave_room_for_options(void **state) {
    (void)state;
    struct running run;
    over_a_router("rfc9293");
    b_listens();
    does(SECONDS(1), "a", "socket tcp");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS lsrr 10.0.1.254");
    does(SECONDS(1), "a", "connect 3 10.0.2.1:80");
    does(SECONDS(1), "a", "send 3 4000");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    size_t longest = 0;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_SENT && run.records[i].r.octet_count > longest)
            longest = run.records[i].r.octet_count;
    assert_int_equal(longest, ETHER + 1500);
    assert_int_equal(run_lost(&run, "too_big"), 0);
    run_end(&run);
}

/* MUST-52: what the user gave stands before what the SYN brought. */
static void the_users_own_stands_first(void **state) {
    (void)state;
    struct running run;
    over_a_router("rfc9293");
    does(0, "b", "socket tcp");
    does(0, "b", "setsockopt 3 IP_OPTIONS ssrr 10.0.2.254");
    does(0, "b", "bind 3 10.0.2.1:80");
    does(0, "b", "listen 3 5");
    does(SECONDS(1), "a", "socket tcp");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS lsrr 10.0.1.254");
    does(SECONDS(1), "a", "connect 3 10.0.2.1:80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_segment(&run, "b", 0, "10.0.2.254 8907040a00010100");
    run_end(&run);
}

/* SHLD-24: a later segment with another route; 10.0.1.9 is said to have sent it on. On Linux the
 * SYN's stays. */
static void later(const char *profile, const char *expected) {
    struct running run;
    over_a_router(profile);
    b_listens();
    does(SECONDS(1), "a", "socket tcp");
    does(SECONDS(1), "a", "bind 3 10.0.1.1:5000");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS lsrr 10.0.1.254");
    does(SECONDS(1), "a", "connect 3 10.0.2.1:80");
    setup_run(&setup, SECONDS(2), "a",
              "forge tcp . 10.0.1.1:5000 10.0.2.1:80 seq +0 ack +0 len 5 ipopt 8307080a00010900");
    setup_run(&setup, SECONDS(3), "b", "send 4 5")->process = "b";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3.005));
    size_t sent = 0;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        sent += r->kind == TRACE_SENT && r->node == 3 && r->octets[13] == 0;
    }
    expect_segment(&run, "b", sent - 1, expected);
    run_end(&run);
}

static void a_later_route_is_taken(void **state) {
    (void)state;
    later("rfc9293", "10.0.1.9 8307040a00010100");
    later("linux-6.12", "10.0.2.254 8307040a00010100");
}

/* MAY-10, MAY-11: the peer sends them back with what it has written. */
static void record_and_stamp(void **state) {
    (void)state;
    struct running run;
    over_a_router(NULL);
    b_listens();
    does(SECONDS(1), "a", "socket tcp");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS 070f04000000000000000000000000440c0500");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS 070f0400000000000000000000000000");
    does(SECONDS(1), "a", "connect 3 10.0.2.1:80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_in_output(&run, "a", "EINVAL"); /* the stamp has 12 octets and only 4 are there */
    expect_segment(&run, "a", 0, "10.0.2.1 070f080a000101000000000000000000");
    expect_segment(&run, "b", 0, "10.0.1.1 070f100a0001010a0002fe0a00020100");
    run_end(&run);
}

/* A reset, too: stamped by a at 1.000, by r, and by b when it came and when it left. */
static void a_reset_is_stamped(void **state) {
    (void)state;
    struct running run;
    over_a_router(NULL);
    setup_run(&setup, 0, "a", "ping -c 1 b"); /* so that nobody waits for an address */
    does(SECONDS(1), "a", "socket tcp");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS ts");
    does(SECONDS(1), "a", "connect 3 10.0.2.1:81");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_segment(&run, "b", 0,
                   "10.0.1.1 44281500000003e8000003f2000003fc000003fc"
                   "0000000000000000000000000000000000000000");
    run_end(&run);
}

static void what_a_user_may_not_give(void **state) {
    (void)state;
    static const char *const wrong[] = {"8307050a0001fe00", "8306040a00010000", "830304",
                                        "8307040a0001fe018307040a0001fe00", "07270300"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct running run;
        char line[96];
        over_a_router(NULL);
        snprintf(line, sizeof line, "setsockopt 3 IP_OPTIONS %s", wrong[i]);
        does(0, "a", "socket udp");
        does(0, "a", line);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(1));
        expect_in_output(&run, "a", "setsockopt: Invalid argument (EINVAL)");
        run_end(&run);
    }
}

/* A datagram socket's go along as well. */
static void a_route_of_datagrams(void **state) {
    (void)state;
    struct running run;
    over_a_router(NULL);
    does(0, "b", "socket udp");
    does(0, "b", "bind 3 10.0.2.1:53");
    does(0, "b", "recv 3 100");
    does(SECONDS(1), "a", "socket udp");
    does(SECONDS(1), "a", "setsockopt 3 IP_OPTIONS lsrr 10.0.1.254");
    does(SECONDS(1), "a", "connect 3 10.0.2.1:53");
    does(SECONDS(1), "a", "send 3 \"hello\"");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_in_output(&run, "b", "5 \"hello\"");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_there_and_back),
        cmocka_unit_test(segments_leave_room_for_options),
        cmocka_unit_test(the_users_own_stands_first),
        cmocka_unit_test(a_later_route_is_taken),
        cmocka_unit_test(record_and_stamp),
        cmocka_unit_test(a_reset_is_stamped),
        cmocka_unit_test(what_a_user_may_not_give),
        cmocka_unit_test(a_route_of_datagrams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
