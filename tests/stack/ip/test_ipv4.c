/* IPv4 in, out and forwarding: TTL, checksums, routes that are missing, what is never forwarded. */
#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "talk_support.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

static struct setup setup;

/* a 10.0.1.1 - r1 - 10.0.9.0/30 - r2 - b 10.0.2.1, 10 ms each. Node numbers 1 to 4. */
static void two_routers(void) {
    static const struct scenario_route to_b = {0x0a000200, 24, 0x0a000902, NULL, 0};
    static const struct scenario_route to_a = {0x0a000100, 24, 0x0a000901, NULL, 0};
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a");
    setup_node(&setup, NODE_ROUTER, "r1")->routes = &to_b;
    setup_node(&setup, NODE_ROUTER, "r2")->routes = &to_a;
    setup_node(&setup, NODE_HOST, "b");
    setup.nodes[1].route_count = setup.nodes[2].route_count = 1;
    setup_interface(&setup, "a", "eth0", "10.0.1.1/24");
    setup_interface(&setup, "r1", "eth0", "10.0.1.254/24");
    setup_interface(&setup, "r1", "eth1", "10.0.9.1/30");
    setup_interface(&setup, "r2", "eth0", "10.0.9.2/30");
    setup_interface(&setup, "r2", "eth1", "10.0.2.254/24");
    setup_interface(&setup, "b", "eth0", "10.0.2.1/24");
    setup_gateway(&setup, "a", "10.0.1.254");
    setup_gateway(&setup, "b", "10.0.2.254");
    setup_link(&setup, "a:eth0", "r1:eth0", MILLIS(10));
    setup_link(&setup, "r1:eth1", "r2:eth0", MILLIS(10));
    setup_link(&setup, "r2:eth1", "b:eth0", MILLIS(10));
}

static void a_ping_crosses_two_routers(void **state) {
    (void)state;
    struct running run;
    two_routers();
    setup_run(&setup, 0, "a", "ping -c 2 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_dialogue(&run, "icmp",
                    "0.020 a > r1 echo request, seq 1, len 56\n"
                    "0.050 r1 > r2 echo request, seq 1, len 56\n"
                    "0.080 r2 > b echo request, seq 1, len 56\n"
                    "0.090 b > r2 echo reply, seq 1, len 56\n"
                    "0.100 r2 > r1 echo reply, seq 1, len 56\n"
                    "0.110 r1 > a echo reply, seq 1, len 56\n"
                    "1.000 a > r1 echo request, seq 2, len 56\n"
                    "1.010 r1 > r2 echo request, seq 2, len 56\n"
                    "1.020 r2 > b echo request, seq 2, len 56\n"
                    "1.030 b > r2 echo reply, seq 2, len 56\n"
                    "1.040 r2 > r1 echo reply, seq 2, len 56\n"
                    "1.050 r1 > a echo reply, seq 2, len 56\n");
    expect_output(&run, "a",
                  "PING b (10.0.2.1) 56(84) bytes of data.\n"
                  "64 bytes from b (10.0.2.1): icmp_seq=1 ttl=62 time=120 ms\n"
                  "64 bytes from b (10.0.2.1): icmp_seq=2 ttl=62 time=60.0 ms\n"
                  "\n"
                  "--- b ping statistics ---\n"
                  "2 packets transmitted, 2 received, 0% packet loss, time 1000ms\n"
                  "rtt min/avg/max/mdev = 60.000/90.000/120.000/30.000 ms\n");
    run_end(&run);
}

/* Every IPv4 header on every link sums up, and each router takes one from the TTL. */
static void each_hop_mends_the_checksum(void **state) {
    (void)state;
    struct running run;
    int ttl[3] = {64, 63, 62};
    size_t hop = 0;
    two_routers();
    setup_run(&setup, 0, "a", "ping -c 1 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->octets[12] != 0x08 || r->octets[13] != 0x00) continue;
        assert_int_equal(checksum_finish(checksum_add(0, r->octets + 14, 20)), 0);
        assert_int_equal(r->octets[14 + 8], ttl[hop++ % 3]);
    }
    assert_int_equal(hop, 6);
    run_end(&run);
}

static void the_ttl_runs_out_on_the_way(void **state) {
    (void)state;
    struct running run;
    two_routers();
    setup_run(&setup, 0, "a", "ping -c 1 -t 2 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_drops(&run, "r2 0.060 ttl_expired\n");
    expect_output(&run, "a",
                  "PING b (10.0.2.1) 56(84) bytes of data.\n"
                  "From r2 (10.0.9.2) icmp_seq=1 Time to live exceeded\n"
                  "\n"
                  "--- b ping statistics ---\n"
                  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n");
    run_end(&run);
}

static void a_host_without_route_sends_nothing(void **state) {
    (void)state;
    expect_answer("ping -c 1 192.168.1.1", SECONDS(1), "ping: connect: Network is unreachable\n");
}

static void a_router_without_route_says_so(void **state) {
    (void)state;
    struct running run;
    two_routers();
    setup_run(&setup, 0, "a", "ping -c 1 192.168.1.1");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_drops(&run, "r1 0.030 no_route\n");
    expect_output(&run, "a",
                  "PING 192.168.1.1 (192.168.1.1) 56(84) bytes of data.\n"
                  "From 10.0.1.254 icmp_seq=1 Destination Net Unreachable\n"
                  "\n"
                  "--- 192.168.1.1 ping statistics ---\n"
                  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n");
    run_end(&run);
}

/* RFC 1812 5.2.7.1: the last router's ARP fails, and the far sender hears of it. */
static void a_dead_host_is_told_by_its_router(void **state) {
    (void)state;
    struct running run;
    two_routers();
    setup_run(&setup, 0, "a", "ping -c 1 10.0.2.77");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    expect_output(&run, "a",
                  "PING 10.0.2.77 (10.0.2.77) 56(84) bytes of data.\n"
                  "From 10.0.9.2 icmp_seq=1 Destination Host Unreachable\n"
                  "\n"
                  "--- 10.0.2.77 ping statistics ---\n"
                  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n");
    run_end(&run);
}

static void a_host_forwards_nothing(void **state) {
    (void)state;
    struct running run;
    two_routers();
    setup_run(&setup, 0, "r1", "sysctl -w net.ipv4.ip_forward=0");
    setup_run(&setup, 0, "a", "ping -c 1 -W 1 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_drops(&run, "r1 0.030 not_forwarding\n");
    assert_int_equal(run_count(&run, TRACE_SENT, "r2"), 0);
    run_end(&run);
}

/* The TTL with which a ping of TTL 64 comes to b, when the link from r1 to r2 takes so long; 0: it
 * does not. */
static uint8_t ttl_after(double seconds, const char *counted) {
    static const struct scenario_neighbour r2 = {0x0a000902, {2, 0, 0, 0, 3, 1}};
    struct running run;
    uint8_t ttl = 0;
    two_routers();
    setup.links[1].delay_ns[0] = SECONDS(seconds);
    setup.nodes[1].neighbours = &r2; /* or nobody would wait so long for its address */
    setup.nodes[1].neighbour_count = 1;
    setup_setting(&setup, "r2", "router.ttl_seconds", counted);
    setup_run(&setup, 0, "a", "ping -c 1 -W 1000 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(400));
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_DELIVERED || r->node != 4 || r->octets[13] != 0) continue;
        if (r->octets[34] == ICMP_ECHO) ttl = r->octets[22];
    }
    assert_int_equal(run_lost(&run, "ttl_expired"), ttl == 0);
    run_end(&run);
    return ttl;
}

/* router.ttl_seconds: 300 s on a link are one hop to everyone today, and 300 s to RFC 791. */
static void time_to_live_may_be_time(void **state) {
    (void)state;
    assert_int_equal(ttl_after(300, "0"), 62);
    assert_int_equal(ttl_after(300, "1"), 0);
    assert_int_equal(ttl_after(30.5, "1"), 63 - 30);
    assert_int_equal(ttl_after(0.01, "1"), 62);
}

static void a_packet_too_big_for_the_next_link(void **state) {
    (void)state;
    struct running run;
    two_routers();
    setup.interfaces[1][1].mtu = 576;
    setup_run(&setup, 0, "a", "ping -c 1 -s 1000 b");
    setup_run(&setup, SECONDS(1), "a", "ping -c 1 -s 548 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_drops(&run, "r1 0.030 too_big\n");
    expect_output(&run, "a",
                  "PING b (10.0.2.1) 1000(1028) bytes of data.\n"
                  "From r1 (10.0.1.254) icmp_seq=1 Frag needed and DF set (mtu = 576)\n"
                  "\n"
                  "--- b ping statistics ---\n"
                  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n"
                  "PING b (10.0.2.1) 548(576) bytes of data.\n"
                  "556 bytes from b (10.0.2.1): icmp_seq=1 ttl=62 time=100 ms\n"
                  "\n"
                  "--- b ping statistics ---\n"
                  "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                  "rtt min/avg/max/mdev = 100.000/100.000/100.000/0.000 ms\n");
    run_end(&run);
}

/* ------------------------------------------------------------------- headers made by hand */

/* One datagram from client (node 1) to server (node 2); what the server dropped it for. */
static void expect_reason(struct ipv4_header h, const char *reason, size_t answers) {
    struct running run;
    uint8_t frame[1600], payload[32] = {0};
    char expected[64];
    two_hosts(&setup);
    run_begin(&run, &setup);
    size_t count = make_datagram(frame, 1, 2, &h, payload, sizeof payload);
    inject(&run, SECONDS(1), "client", frame, count);
    run_until(&run, SECONDS(1.015));
    snprintf(expected, sizeof expected, "server 1.010 %s\n", reason);
    expect_drops(&run, expected);
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), answers);
    run_end(&run);
}

static void martians_are_dropped(void **state) {
    (void)state;
    static const ip4 sources[] = {0x7f000001, 0, 0xffffffff, 0xe0000001, 0x0a0000ff, 0x0a000002};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        struct ipv4_header h = {.src = sources[i], .dst = 0x0a000002, .protocol = IP_PROTOCOL_UDP};
        expect_reason(h, "martian", 0);
    }
    expect_reason((struct ipv4_header){.src = 0x0a000001, .dst = 0x7f000001}, "martian", 0);
}

static void a_protocol_that_nobody_speaks_is_answered(void **state) {
    (void)state; /* by an ARP request first: the server does not know the client yet */
    struct ipv4_header h = {.src = 0x0a000001, .dst = 0x0a000002, .protocol = 99};
    expect_reason(h, "unknown_protocol", 1);
}

static void somebody_elses_address_is_not_ours(void **state) {
    (void)state;
    struct ipv4_header h = {.src = 0x0a000001, .dst = 0x0a000063, .protocol = IP_PROTOCOL_UDP};
    expect_reason(h, "not_forwarding", 0);
}

static void spoilt(const char *change, const char *reason) {
    struct running run;
    char expected[64];
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 -W 1 server");
    setup_fault(&setup, "client->server", FAULT_EDIT, "icmp", 1)->edit = change;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    snprintf(expected, sizeof expected, "server 0.030 %s\n", reason);
    expect_drops(&run, expected);
    run_end(&run);
}

static void headers_are_checked(void **state) {
    (void)state;
    spoilt("ip.ttl = 9", "bad_checksum");
    spoilt("ip.checksum = 0", "bad_checksum");
    spoilt("ip.version = 6", "bad_version");
    spoilt("ip.hdr_len = 16", "bad_header");
    spoilt("ip.len = 2000", "bad_checksum"); /* the checksum covers the length */
    spoilt("icmp.seq = 7", "bad_checksum");
}

/* RFC 1122 3.3.6: a link broadcast that names one host's address is nobody's. */
static void a_broadcast_frame_to_one_host_is_dropped(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 -W 1 server");
    setup_fault(&setup, "client->server", FAULT_EDIT, "icmp", 1)->edit =
        "eth.dst = ff:ff:ff:ff:ff:ff";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_drops(&run, "server 0.030 not_for_us\n");
    run_end(&run);
}

static void padding_is_not_the_datagrams(void **state) {
    (void)state;
    struct running run;
    uint8_t frame[1600], payload[8] = {8, 0, 0xf7, 0xff, 0, 0, 0, 0}; /* an empty echo request */
    struct ipv4_header h = {.src = 0x0a000001, .dst = 0x0a000002, .protocol = IP_PROTOCOL_ICMP};
    two_hosts(&setup);
    run_begin(&run, &setup);
    size_t count = make_datagram(frame, 1, 2, &h, payload, sizeof payload);
    memset(frame + count, 0xaa, 60 - count);
    inject(&run, SECONDS(1), "client", frame, 60);
    run_until(&run, SECONDS(2));
    expect_dialogue(&run, "icmp",
                    "1.000 client > server echo request, seq 0, len 0\n"
                    "1.030 server > client echo reply, seq 0, len 0\n");
    run_end(&run);
}

static void the_loopback_takes_steps_of_its_own(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 127.0.0.1");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    assert_int_equal(run_count(&run, TRACE_SENT, ""), 0);
    assert_true(lab_steps(run.lab) >= 4); /* the line, the request, the reply, the wake */
    expect_output(&run, "client",
                  "PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n"
                  "64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.000 ms\n"
                  "\n"
                  "--- 127.0.0.1 ping statistics ---\n"
                  "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                  "rtt min/avg/max/mdev = 0.000/0.000/0.000/0.000 ms\n");
    run_end(&run);
}

static void copies_and_keyframes_agree(void **state) {
    (void)state;
    two_routers();
    setup_run(&setup, 0, "a", "ping -c 2 -t 2 b");
    setup_run(&setup, 0, "a", "ping -c 2 b");
    setup_run(&setup, 0, "a", "traceroute b");
    setup_run(&setup, 0, "b", "ping -c 2 localhost");
    expect_move_test(&setup, SECONDS(10));
    expect_sync_test(&setup, SECONDS(10), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ping_crosses_two_routers),
        cmocka_unit_test(each_hop_mends_the_checksum),
        cmocka_unit_test(the_ttl_runs_out_on_the_way),
        cmocka_unit_test(a_host_without_route_sends_nothing),
        cmocka_unit_test(a_router_without_route_says_so),
        cmocka_unit_test(a_dead_host_is_told_by_its_router),
        cmocka_unit_test(a_host_forwards_nothing),
        cmocka_unit_test(a_packet_too_big_for_the_next_link),
        cmocka_unit_test(time_to_live_may_be_time),
        cmocka_unit_test(martians_are_dropped),
        cmocka_unit_test(a_protocol_that_nobody_speaks_is_answered),
        cmocka_unit_test(somebody_elses_address_is_not_ours),
        cmocka_unit_test(headers_are_checked),
        cmocka_unit_test(a_broadcast_frame_to_one_host_is_dropped),
        cmocka_unit_test(padding_is_not_the_datagrams),
        cmocka_unit_test(the_loopback_takes_steps_of_its_own),
        cmocka_unit_test(copies_and_keyframes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
