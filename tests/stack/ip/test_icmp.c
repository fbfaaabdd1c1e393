/* ICMP: echo, what errors carry, and about what none may be sent (RFC 1122 3.2.2, RFC 1812 4.3). */
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "talk_support.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

static struct setup setup;
static const ip4 client = 0x0a000001, server = 0x0a000002;

static void inject_payload(struct running *run, struct ipv4_header h, const uint8_t *payload,
                           size_t count) {
    uint8_t frame[1600];
    size_t octets = make_datagram(frame, 1, 2, &h, payload, count);
    inject(run, SECONDS(1), "client", frame, octets);
    run_until(run, SECONDS(2));
}

static void begin_known(struct running *run) { /* the hosts know each other: no ARP in the way */
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 server");
    run_begin(run, &setup);
    run_until(run, MILLIS(900));
}

/* The last frame that a node sent. */
static const struct trace_record *last_sent(const struct running *run, const char *node) {
    const struct trace_record *last = NULL;
    for (size_t i = 0; i < run->count; i++)
        if (run->records[i].r.kind == TRACE_SENT &&
            strcmp(lab_node(run->lab, run->records[i].r.node).name, node) == 0)
            last = &run->records[i].r;
    assert_non_null(last);
    return last;
}

static void an_error_quotes_the_datagram(void **state) {
    (void)state;
    struct running run;
    uint8_t datagram[1200];
    struct udp_header udp = {.src_port = 1000, .dst_port = 2000};
    begin_known(&run);
    for (size_t i = 0; i < sizeof datagram; i++) datagram[i] = (uint8_t)i;
    udp_emit(datagram, &udp, sizeof datagram - UDP_HEADER, client, server);
    inject_payload(&run,
                   (struct ipv4_header){.src = client, .dst = server, .protocol = IP_PROTOCOL_UDP},
                   datagram, sizeof datagram);
    const struct trace_record *r = last_sent(&run, "server");
    assert_int_equal(r->octet_count, 14 + 576); /* RFC 1812 4.3.2.3: as much as fits into 576 */
    assert_int_equal(r->octets[14 + 1], 0xc0);  /* precedence 6: internetwork control */
    assert_int_equal(r->octets[34], ICMP_UNREACHABLE);
    assert_int_equal(r->octets[35], 3); /* port */
    assert_int_equal(checksum_finish(checksum_add(0, r->octets + 34, 556)), 0);
    assert_memory_equal(r->octets + 42 + 20, datagram, 528);
    run_end(&run);
}

static void errors_beget_no_errors(void **state) {
    (void)state;
    struct running run;
    uint8_t message[ICMP_HEADER + 28] = {0};
    struct icmp_message m = {.type = ICMP_UNREACHABLE, .code = 3};
    begin_known(&run);
    size_t before = run_count(&run, TRACE_SENT, "server");
    icmp_emit(message, &m, 28);
    /* It is about nothing that the server sent, and its quoted header is none. */
    inject_payload(&run,
                   (struct ipv4_header){.src = client, .dst = server, .protocol = IP_PROTOCOL_ICMP},
                   message, sizeof message);
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), before);
    run_end(&run);
}

static void a_broadcast_begets_no_errors(void **state) {
    (void)state;
    struct running run;
    uint8_t datagram[UDP_HEADER + 4] = {0};
    struct udp_header udp = {.src_port = 1000, .dst_port = 2000};
    static const ip4 groups[] = {0xffffffff, 0x0a0000ff, 0xe0000001};
    for (size_t i = 0; i < 3; i++) {
        begin_known(&run);
        size_t before = run_count(&run, TRACE_SENT, "server");
        udp_emit(datagram, &udp, 4, client, groups[i]);
        inject_payload(
            &run,
            (struct ipv4_header){.src = client, .dst = groups[i], .protocol = IP_PROTOCOL_UDP},
            datagram, sizeof datagram);
        assert_int_equal(run_lost(&run, "no_socket"), 1);
        assert_int_equal(run_count(&run, TRACE_SENT, "server"), before);
        run_end(&run);
    }
}

static void echo_can_be_ignored(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "server", "net.ipv4.icmp_echo_ignore_all", "1");
    setup_run(&setup, 0, "client", "ping -c 1 -W 2 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_drops(&run, "server 0.030 echo_ignored\n");
    expect_output(&run, "client",
                  "PING server (10.0.0.2) 56(84) bytes of data.\n"
                  "\n"
                  "--- server ping statistics ---\n"
                  "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n");
    run_end(&run);
}

static void a_broadcast_echo_is_ignored_unless_told(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    setup_setting(&setup, "b", "net.ipv4.icmp_echo_ignore_broadcasts", "0");
    setup_run(&setup, 0, "a", "ping -b -c 1 -W 1 10.0.0.255");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_drops(&run, "c 0.002 echo_ignored\n");
    expect_output(&run, "a",
                  "WARNING: pinging broadcast address\n"
                  "PING 10.0.0.255 (10.0.0.255) 56(84) bytes of data.\n"
                  "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=8.00 ms\n"
                  "\n"
                  "--- 10.0.0.255 ping statistics ---\n"
                  "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                  "rtt min/avg/max/mdev = 8.000/8.000/8.000/0.000 ms\n");
    run_end(&run);
}

/* RFC 1122 3.2.2.6: the same data comes back. */
static void a_reply_carries_the_requests_data(void **state) {
    (void)state;
    struct running run;
    const struct trace_record *request = NULL;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 -s 100 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    request = last_sent(&run, "client");
    const struct trace_record *reply = last_sent(&run, "server");
    assert_int_equal(request->octet_count, 14 + 20 + 8 + 100);
    assert_int_equal(reply->octet_count, request->octet_count);
    assert_memory_equal(reply->octets + 38, request->octets + 38, 104);
    assert_int_equal(reply->octets[34], ICMP_ECHO_REPLY);
    run_end(&run);
}

static void a_reply_that_nobody_waits_for(void **state) {
    (void)state;
    struct running run;
    uint8_t message[ICMP_HEADER];
    struct icmp_message m = {.type = ICMP_ECHO_REPLY, .identifier = 4711, .sequence = 1};
    begin_known(&run);
    icmp_emit(message, &m, 0);
    inject_payload(&run,
                   (struct ipv4_header){.src = client, .dst = server, .protocol = IP_PROTOCOL_ICMP},
                   message, sizeof message);
    expect_drops(&run, "server 1.010 no_socket\n");
    run_end(&run);
}

static void an_unknown_type_is_dropped_in_silence(void **state) {
    (void)state;
    struct running run;
    uint8_t message[ICMP_HEADER];
    struct icmp_message m = {.type = 42};
    begin_known(&run);
    size_t before = run_count(&run, TRACE_SENT, "server");
    icmp_emit(message, &m, 0);
    inject_payload(&run,
                   (struct ipv4_header){.src = client, .dst = server, .protocol = IP_PROTOCOL_ICMP},
                   message, sizeof message);
    expect_drops(&run, "server 1.010 unknown_type\n");
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), before);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_quotes_the_datagram),
        cmocka_unit_test(errors_beget_no_errors),
        cmocka_unit_test(a_broadcast_begets_no_errors),
        cmocka_unit_test(echo_can_be_ignored),
        cmocka_unit_test(a_broadcast_echo_is_ignored_unless_told),
        cmocka_unit_test(a_reply_carries_the_requests_data),
        cmocka_unit_test(a_reply_that_nobody_waits_for),
        cmocka_unit_test(an_unknown_type_is_dropped_in_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
