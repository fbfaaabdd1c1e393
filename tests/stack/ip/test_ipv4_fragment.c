/*
 * Fragmentation by hosts and routers: sizes, order, identification, options, and the way back
 * together. The sizes of ping -s 2500 are those of a recording of Linux 6.18 (ip_fragments_ping).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"
#include "wire/ipv4.h"

enum { ETHER = 14, LINE_MOST = 4096 };
static struct setup setup;

/* a 10.0.1.1 - r - b 10.0.2.1, 10 ms each; the second link takes `mtu` from r. */
static void over_a_router(uint32_t mtu) {
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a");
    setup_node(&setup, NODE_ROUTER, "r");
    setup_node(&setup, NODE_HOST, "b");
    setup_interface(&setup, "a", "eth0", "10.0.1.1/24");
    setup_interface(&setup, "r", "eth0", "10.0.1.254/24");
    setup_interface(&setup, "r", "eth1", "10.0.2.254/24");
    setup.interfaces[1][1].mtu = mtu;
    setup_interface(&setup, "b", "eth0", "10.0.2.1/24");
    setup_gateway(&setup, "a", "10.0.1.254");
    setup_gateway(&setup, "b", "10.0.2.254");
    setup_link(&setup, "a:eth0", "r:eth0", MILLIS(10));
    setup_link(&setup, "r:eth1", "b:eth0", MILLIS(10));
}

/* "0..1479+ of 2508" for each datagram that the node sent: its octets, + more follow, DF. */
static void expect_pieces(const struct running *run, const char *node, const char *expected) {
    char all[LINE_MOST] = "";
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_SENT || r->node != lab_node_named(run->lab, node)) continue;
        const uint8_t *ip = r->octets + ETHER;
        if (r->octets[12] != 8 || r->octets[13] != 0) continue;
        struct ipv4_span span = ipv4_span(ip);
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%u..%u%s%s\n", span.from, span.to - 1,
                 span.more ? "+" : "", (ip[6] & 0x40) != 0 ? " DF" : "");
    }
    assert_string_equal(all, expected);
}

static void a_host_cuts_what_it_sends(void **state) {
    (void)state;
    struct running run;
    over_a_router(1500);
    setup_run(&setup, 0, "a", "ping -c 1 -s 4000 b");
    setup_run(&setup, SECONDS(2), "a", "ping -c 1 -s 1472 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_pieces(&run, "a", "0..1479+\n1480..2959+\n2960..4007\n0..1479 DF\n");
    expect_pieces(&run, "b", "0..1479+\n1480..2959+\n2960..4007\n0..1479\n");
    expect_drops(&run, "");
    run_end(&run);
}

/* All pieces of a datagram have its identification, and no other datagram of the flow has it. */
static void pieces_share_their_number(void **state) {
    (void)state;
    struct running run;
    int number[2] = {-1, -1};
    over_a_router(1500);
    setup_run(&setup, 0, "a", "ping -c 2 -s 4000 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    for (size_t i = 0, seen = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->node != 1 || r->octets[13] != 0) continue;
        int id = r->octets[ETHER + 4] << 8 | r->octets[ETHER + 5];
        if (number[seen / 3] == -1) number[seen / 3] = id;
        assert_int_equal(number[seen / 3], id);
        seen++;
    }
    assert_true(number[0] != -1 && number[1] != -1 && number[0] != number[1]);
    run_end(&run);
}

/* What nmap sees: SYN,ACK and reset of no connection have no number, a connection counts its own,
 * and what is left counts by addresses; RFC 791's hosts count all together. */
static void expect_numbers(const char *profile, bool zeroes) {
    struct running run;
    int first = -1, before = -1, echo = -1;
    size_t seen = 0;
    two_hosts(&setup);
    setup.nodes[1].profile = profile;
    setup_run(&setup, 0, "server", "nc -l -k 80");
    setup_run(&setup, MILLIS(100), "client", "nc server 81");
    setup_run(&setup, MILLIS(200), "client", "nc server 80 < 5000");
    setup_run(&setup, MILLIS(900), "client", "ping -c 2 -i 0.05 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->node != 2 || r->octets[13] != 0) continue;
        const uint8_t *ip = r->octets + ETHER;
        int id = ip[4] << 8 | ip[5];
        if (ip[9] == IP_PROTOCOL_ICMP) {
            if (echo >= 0) assert_in_range((id - echo) & 0xffff, 1, 15);
            echo = id;
        } else if (zeroes && seen < 2) { /* the reset, the SYN,ACK */
            assert_int_equal(id, 0);
        } else {
            if (before >= 0) assert_int_equal(id, (before + 1) & 0xffff);
            if (first < 0) first = id;
            before = id;
        }
        seen += ip[9] == IP_PROTOCOL_TCP;
    }
    assert_true(seen >= 4 && echo >= 0 && first > 0);
    run_end(&run);
}

static void numbers_tell_little(void **state) {
    (void)state;
    expect_numbers("linux-6.12", true);
    expect_numbers("rfc9293", false);
}

/* RFC 791 3.2: pieces are cut again; none of it shows at the other end. */
static void a_router_cuts_again(void **state) {
    (void)state;
    struct running run;
    over_a_router(576);
    setup_run(&setup, 0, "a", "ping -c 1 -s 2000 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_pieces(&run, "a", "0..1479+\n1480..2007\n");
    expect_pieces(&run, "r",
                  "0..551+\n552..1103+\n1104..1479+\n1480..2007\n" /* to b */
                  "0..1479+\n1480..2007\n");                       /* and back to a */
    expect_output(&run, "a",
                  "PING b (10.0.2.1) 2000(2028) bytes of data.\n"
                  "2008 bytes from b (10.0.2.1): icmp_seq=1 ttl=63 time=80.0 ms\n"
                  "\n"
                  "--- b ping statistics ---\n"
                  "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                  "rtt min/avg/max/mdev = 80.000/80.000/80.000/0.000 ms\n");
    run_end(&run);
}

/* Tracking joins what passes, for ports are in the first piece alone; it leaves in pieces no larger
 * than those that came. */
static void what_is_tracked_is_cut_again(void **state) {
    (void)state;
    struct running run;
    over_a_router(1500);
    setup.interfaces[0][0].mtu = 1000; /* a's */
    setup_run(&setup, 0, "r", "iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE");
    setup_run(&setup, MILLIS(1), "a", "ping -c 1 -s 2000 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_pieces(&run, "r",
                  "0..975+\n976..1951+\n1952..2007\n" /* to b, from r's own address */
                  "0..1479+\n1480..2007\n");          /* and back, as b had cut it */
    char *said = run_output(&run, "a");
    assert_non_null(strstr(said, "1 received"));
    free(said);
    run_end(&run);
}

/* A link that takes the least that RFC 791 3.2 asks of one: 8 octets a piece, and 48. */
static void the_narrowest_link(void **state) {
    (void)state;
    struct running run;
    over_a_router(68);
    setup_run(&setup, 0, "a", "ping -c 1 -s 2000 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(run_lost(&run, "unresolved_queue_full"), 0);
    char *said = run_output(&run, "a");
    assert_non_null(strstr(said, "1 received"));
    free(said);
    run_end(&run);
}

/* RFC 1191: Don't Fragment makes the router say what its link takes, and the host cut to that. */
static void a_host_cuts_to_the_path(void **state) {
    (void)state;
    struct running run;
    over_a_router(1000);
    setup_run(&setup, 0, "a", "ping -c 2 -s 1400 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_drops(&run, "r 0.030 too_big\n");
    expect_pieces(&run, "a", "0..1407 DF\n0..975+\n976..1407\n");
    run_end(&run);
}

/* RFC 791 3.1: what has no copied flag is in the first piece alone. Linux writes No Operation in
 * its place. 44: timestamp, not copied; 94: router alert, copied. */
static void expect_options(const char *profile, const char *first, const char *later) {
    static const uint8_t options[] = {0x44, 8, 5, 0, 0, 0, 0, 0, 0x94, 4, 0, 0};
    struct running run;
    uint8_t frame[1600], payload[1000] = {0};
    struct ipv4_header h = {
        .src = 0x0a000101, .dst = 0x0a000201, .protocol = 253, .option_count = sizeof options};
    memcpy(h.options, options, sizeof options);
    over_a_router(576);
    setup.nodes[1].profile = profile;
    run_begin(&run, &setup);
    size_t count = make_datagram(frame, 1, 2, &h, payload, sizeof payload), seen = 0;
    inject(&run, MILLIS(1), "a", frame, count);
    run_until(&run, MILLIS(45)); /* before b answers */
    const char *expected[] = {first, later};
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->node != 2 || r->octets[13] != 0) continue;
        const uint8_t *ip = r->octets + ETHER;
        char hex[128] = "";
        for (uint32_t at = IPV4_HEADER; at < ipv4_header_octets(ip); at++)
            sprintf(hex + strlen(hex), "%02x", ip[at]);
        assert_true(seen < 2);
        assert_string_equal(hex, expected[seen++]);
    }
    assert_int_equal(seen, 2);
    run_end(&run);
}

static void options_are_copied_by_their_flag(void **state) {
    (void)state;
    expect_options("linux-6.12", "440809000000000b94040000", "010101010101010194040000");
    expect_options("rfc9293", "440809000000000b94040000", "94040000");
}

static void the_largest_ping_there_and_back(void **state) {
    (void)state;
    struct running run;
    over_a_router(1500);
    setup_run(&setup, 0, "a", "ping -c 1 -s 65507 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_output(&run, "a",
                  "PING b (10.0.2.1) 65507(65535) bytes of data.\n"
                  "65515 bytes from b (10.0.2.1): icmp_seq=1 ttl=63 time=80.0 ms\n"
                  "\n"
                  "--- b ping statistics ---\n"
                  "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                  "rtt min/avg/max/mdev = 80.000/80.000/80.000/0.000 ms\n");
    expect_drops(&run, "");
    run_end(&run);
}

static void the_largest_datagram_to_a_socket(void **state) {
    (void)state;
    struct running run;
    over_a_router(1500);
    setup_run(&setup, 0, "b", "socket udp")->process = "s";
    setup_run(&setup, 0, "b", "bind 3 10.0.2.1:53")->process = "s";
    setup_run(&setup, 0, "b", "recv 3 70000")->process = "s";
    setup_run(&setup, 0, "a", "socket udp")->process = "c";
    setup_run(&setup, 0, "a", "connect 3 b:53")->process = "c";
    setup_run(&setup, 0, "a", "send 3 65507")->process = "c";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    char *said = run_output(&run, "b");
    assert_non_null(strstr(said, "65507 \"netstep 0000000"));
    free(said);
    run_end(&run);
}

/* limits.datagrams: when the large frames are used up, that is an outcome like any other. */
static void no_room_for_a_large_one(void **state) {
    (void)state;
    struct running run;
    over_a_router(1500);
    setup.scenario.limits.datagrams = 1;
    setup_run(&setup, 0, "b", "socket udp")->process = "s";
    setup_run(&setup, 0, "b", "bind 3 10.0.2.1:53")->process = "s"; /* and nobody reads */
    setup_run(&setup, 0, "a", "socket udp")->process = "c";
    setup_run(&setup, 0, "a", "connect 3 b:53")->process = "c";
    setup_run(&setup, 0, "a", "send 3 60000")->process = "c";
    setup_run(&setup, SECONDS(1), "a", "send 3 60000")->process = "c";
    setup_run(&setup, SECONDS(1), "a", "ping -c 1 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_drops(&run, "a 1.000 no_frames\n");
    char *said = run_output(&run, "a");
    assert_non_null(strstr(said, "1 received")); /* what fits a link needs no large frame */
    free(said);
    run_end(&run);
}

static void copies_and_keyframes_agree(void **state) {
    (void)state;
    over_a_router(576);
    setup_run(&setup, 0, "a", "ping -c 2 -i 0.01 -s 20000 b");
    expect_move_test(&setup, SECONDS(2));
    expect_sync_test(&setup, SECONDS(2), 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_cuts_what_it_sends),
        cmocka_unit_test(pieces_share_their_number),
        cmocka_unit_test(numbers_tell_little),
        cmocka_unit_test(a_router_cuts_again),
        cmocka_unit_test(what_is_tracked_is_cut_again),
        cmocka_unit_test(the_narrowest_link),
        cmocka_unit_test(a_host_cuts_to_the_path),
        cmocka_unit_test(options_are_copied_by_their_flag),
        cmocka_unit_test(the_largest_ping_there_and_back),
        cmocka_unit_test(the_largest_datagram_to_a_socket),
        cmocka_unit_test(no_room_for_a_large_one),
        cmocka_unit_test(copies_and_keyframes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
