/* What is noted of segments that hosts outside send: numbers as the lab's end knows them. */
#include <stdio.h>
#include <string.h>

#include "talk_support.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

static struct setup setup;
static struct running run;
enum { HOST = 1, WORLD = 2, FIRST = 0x7fffff00 };

static int begin(void **state) {
    (void)state;
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "host");
    setup_interface(&setup, "host", "eth0", "10.0.0.1/24");
    setup_node(&setup, NODE_OUTSIDE, "world");
    setup_interface(&setup, "world", "tap0", NULL);
    setup_link(&setup, "host:eth0", "world:tap0", 0);
    setup_run(&setup, 0, "host", "nc -k -l 80");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(1));
    return 0;
}
static int end(void **state) {
    (void)state;
    run_end(&run);
    return 0;
}

/* A segment of 10.0.0.9:5000 to the host's port, and the record of its being sent. */
static const struct trace_record *segment(sim_time at, uint16_t port, uint16_t flags, uint32_t seq,
                                          uint32_t ack) {
    uint8_t tcp[60] = {0}, frame[1600];
    struct complaint why;
    struct tcp_header t = {
        .src_port = 5000, .dst_port = port, .seq = seq, .ack = ack, .flags = flags, .window = 1000};
    struct ipv4_header h = {.protocol = IP_PROTOCOL_TCP, .src = 0x0a000009, .dst = 0x0a000001};
    tcp_emit(tcp, &t, 0, h.src, h.dst);
    size_t count = make_datagram(frame, WORLD, HOST, &h, tcp, tcp_header_length(&t)), from;
    run_until(&run, at);
    from = run.count;
    if (!lab_frame_in(run.lab, &run.sink, at, WORLD, 1, frame, count, &why))
        fail_msg("%s", why.problem);
    return run_find(&run, from, TRACE_SENT, "world");
}

static void numbers_are_relative_where_the_lab_knows_them(void **state) {
    (void)state;
    const struct trace_record *syn = segment(MILLIS(2), 80, TCP_SYN, FIRST, 0);
    assert_int_equal(syn->seq_base, FIRST);
    run_until(&run, MILLIS(3));
    size_t states = run_count(&run, TRACE_STATE, "host");
    assert_true(states >= 2); /* LISTEN, and a child in SYN-RECEIVED */
    const struct trace_record *ack = segment(MILLIS(4), 80, TCP_ACK, FIRST + 1, 77);
    assert_int_equal(ack->seq_base, FIRST);
    assert_int_not_equal(ack->ack_base, 0);
}

static void of_what_is_unknown_nothing_is_noted(void **state) {
    (void)state;
    const struct trace_record *r = segment(MILLIS(2), 81, TCP_ACK, FIRST, 5);
    assert_int_equal(r->seq_base, 0);
    assert_int_equal(r->ack_base, 0);
}

/* Octets that are no whole TCP header, wherever they end or lie, are only octets. */
static void broken_headers_do_no_harm(void **state) {
    (void)state;
    uint8_t tcp[60] = {0}, frame[1600];
    struct complaint why;
    struct tcp_header t = {.src_port = 5000, .dst_port = 80, .flags = TCP_SYN, .window = 1};
    struct ipv4_header h = {.protocol = IP_PROTOCOL_TCP, .src = 0x0a000009, .dst = 0x0a000001};
    tcp_emit(tcp, &t, 0, h.src, h.dst);
    size_t count = make_datagram(frame, WORLD, HOST, &h, tcp, tcp_header_length(&t));
    for (size_t cut = 14; cut <= count; cut++)
        assert_true(lab_frame_in(run.lab, &run.sink, MILLIS(1), WORLD, 1, frame, cut, &why));
    for (int first = 0; first < 256; first++) {
        frame[14] = (uint8_t)first;
        assert_true(lab_frame_in(run.lab, &run.sink, MILLIS(1), WORLD, 1, frame, count, &why));
    }
    run_until(&run, SECONDS(1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_are_relative_where_the_lab_knows_them, begin, end),
        cmocka_unit_test_setup_teardown(of_what_is_unknown_nothing_is_noted, begin, end),
        cmocka_unit_test_setup_teardown(broken_headers_do_no_harm, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
