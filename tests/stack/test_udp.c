/* UDP: a closed port, a connected socket, queues, whom a datagram belongs to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

static void line(sim_time at, const char *node, const char *process, const char *run) {
    setup_run(&setup, at, node, run)->process = process;
}

static void a_closed_port_is_unreachable(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "echo hello | nc -u server 53");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_drops(&run, "server 0.030 no_socket\n");
    expect_dialogue(&run, "icmp", "0.030 server > client Destination unreachable, code 3\n");
    expect_output(&run, "client", "nc: read failed: Connection refused\n");
    run_end(&run);
}

static void a_connected_socket_hears_of_it_once(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "client", "p", "socket udp");
    line(0, "client", "p", "connect 3 server:53");
    line(0, "client", "p", "send 3 10");
    line(SECONDS(1), "client", "p", "send 3 10");
    line(SECONDS(1), "client", "p", "send 3 10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "client",
                  "3\n10\n"
                  "send: Connection refused (ECONNREFUSED)\n"
                  "10\n");
    run_end(&run);
}

static void datagrams_keep_their_borders(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "s", "socket udp");
    line(0, "server", "s", "bind 3 :53");
    line(SECONDS(1), "server", "s", "recv 3 100");
    line(SECONDS(1), "server", "s", "recv 3 3");
    line(SECONDS(1), "server", "s", "recv 3 100"); /* the rest of the second is lost */
    line(0, "client", "c", "socket udp");
    line(0, "client", "c", "connect 3 server:53");
    line(0, "client", "c", "send 3 \"one\"");
    line(0, "client", "c", "send 3 \"second\"");
    line(SECONDS(2), "client", "c", "send 3 \"third\"");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1.5));
    expect_output(&run, "server", "3\n3 \"one\"\n3 \"sec\"\n");
    run_until(&run, SECONDS(3));
    expect_output(&run, "server", "3\n3 \"one\"\n3 \"sec\"\n5 \"third\"\n");
    run_end(&run);
}

static void a_slow_reader_loses_datagrams(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "s", "socket udp");
    line(0, "server", "s", "bind 3 :53");
    /* 93 datagrams of 1024: Linux 6.18 keeps 92 of them. */
    line(SECONDS(1), "client", "c", "nc -u server 53 < 95232");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(run_lost(&run, "receive_queue_full"), 1);
    run_end(&run);
}

/* The socket that names the peer gets its datagrams, the other one the rest. */
static void the_best_match_gets_it(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    line(0, "c", "any", "socket udp");
    line(0, "c", "any", "bind 3 :53");
    line(0, "c", "any", "recv 3 100");
    line(0, "a", "p", "socket udp");
    line(0, "a", "p", "bind 3 :1000");
    line(0, "a", "p", "connect 3 c:53");
    line(0, "b", "p", "socket udp");
    line(0, "b", "p", "bind 3 :1000");
    line(0, "b", "p", "connect 3 c:53");
    line(SECONDS(1), "b", "p", "send 3 \"from b\"");
    line(SECONDS(2), "a", "p", "recv 3 100");
    line(SECONDS(2), "c", "any", "connect 3 a:1000");
    line(SECONDS(3), "b", "p", "send 3 \"again\""); /* c's socket is a's alone now */
    line(SECONDS(3), "c", "any", "send 3 \"to a\"");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_output(&run, "a", "3\n4 \"to a\"\n");
    expect_output(&run, "b", "3\n6\n5\n");
    expect_output(&run, "c", "3\n6 \"from b\"\n4\n");
    expect_drops(&run, "c 3.002 no_socket\n");
    run_end(&run);
}

static void a_broken_checksum_is_dropped_in_silence(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -u -l 53");
    setup_run(&setup, SECONDS(1), "client", "echo hello | nc -u server 53");
    setup_fault(&setup, "client->server", FAULT_CORRUPT, "udp", 1)->bit = (14 + 20 + 8) * 8;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_drops(&run, "server 1.030 bad_checksum\n");
    expect_output(&run, "server", "");
    run_end(&run);
}

static void a_datagram_too_big_is_refused(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "client", "p", "socket udp");
    line(0, "client", "p", "connect 3 server:53");
    line(0, "client", "p", "send 3 65507");
    line(0, "client", "p", "send 3 65508");
    line(0, "client", "p", "send 3 70000");
    line(0, "client", "p", "close 3");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "client",
                  "3\n65507\n"
                  "send: Message too long (EMSGSIZE)\n"
                  "send: Message too long (EMSGSIZE)\n");
    expect_table(&run, "sockets", "client", ""); /* closed: its row is gone */
    run_end(&run);
}

static void rows_tell_of_udp_sockets(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "s", "socket udp");
    line(0, "server", "s", "bind 3 10.0.0.2:53");
    line(SECONDS(1), "client", "c", "socket udp");
    line(SECONDS(1), "client", "c", "bind 3 10.0.0.1:1000");
    line(SECONDS(1), "client", "c", "connect 3 server:53");
    line(SECONDS(1), "client", "c", "send 3 \"hi\"");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_table(&run, "sockets", "client",
                 "[\"udp\",\"ESTABLISHED\",\"0\",\"0\",\"10.0.0.1:1000\",\"10.0.0.2:53\"]\n");
    expect_table(&run, "sockets", "server",
                 "[\"udp\",\"UNCONNECTED\",\"1\",\"0\",\"10.0.0.2:53\",\"0.0.0.0:*\"]\n");
    run_end(&run);
}

/* How many datagrams of a size wait, when nobody reads them: as counted on Linux 6.18. */
static void what_waits_is_counted_as_memory(void **state) {
    (void)state;
    static const struct {
        const char *send;
        uint32_t kept;
    } cases[] = {{"send 3 10", 256},  {"send 3 180", 256}, {"send 3 200", 166},
                 {"send 3 500", 166}, {"send 3 1472", 92}, {"send 3 3000", 39}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct running run;
        char expected[120];
        two_hosts(&setup);
        setup.scenario.limits.datagrams = 64;
        line(0, "server", "s", "socket udp");
        line(0, "server", "s", "bind 3 10.0.0.2:53");
        line(0, "client", "c", "socket udp");
        line(0, "client", "c", "connect 3 server:53");
        line(0, "client", "c", "ping -c 1 -q server"); /* no ARP in the way */
        for (uint32_t k = 0; k < cases[i].kept + 3; k++)
            line(SECONDS(1), "client", "c", cases[i].send);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(3));
        assert_int_equal(run_lost(&run, "receive_queue_full"), 3);
        sprintf(expected, "[\"udp\",\"UNCONNECTED\",\"%u\",\"0\",\"10.0.0.2:53\",\"0.0.0.0:*\"]\n",
                cases[i].kept);
        expect_table(&run, "sockets", "server", expected);
        run_end(&run);
    }
}

static void a_broadcast_needs_permission(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    line(0, "b", "s", "socket udp");
    line(0, "b", "s", "bind 3 :53");
    line(0, "b", "s", "recv 3 100");
    line(0, "a", "p", "socket udp");
    line(0, "a", "p", "sendto 3 10.0.0.255:53 \"all\"");
    line(0, "a", "p", "connect 3 255.255.255.255:53");
    line(0, "a", "p", "setsockopt 3 SO_BROADCAST 1");
    line(0, "a", "p", "sendto 3 10.0.0.255:53 \"all\"");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "a",
                  "3\nsendto: Permission denied (EACCES)\n"
                  "connect: Permission denied (EACCES)\n3\n");
    expect_output(&run, "b", "3\n3 \"all\"\n");
    run_end(&run);
}

static const struct trace_record *last_udp(const struct running *run, uint32_t node) {
    const struct trace_record *last = NULL;
    for (size_t i = 0; i < run->count; i++)
        if (run->records[i].r.kind == TRACE_SENT && run->records[i].r.node == node &&
            run->records[i].r.octets[23] == 17)
            last = &run->records[i].r;
    assert_non_null(last);
    return last;
}

/* RFC 768, RFC 1122 4.1.3.4. */
static void a_checksum_may_be_left_out(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    line(0, "server", "s", "socket udp");
    line(0, "server", "s", "bind 3 :53");
    line(0, "server", "s", "recv 3 100");
    line(0, "client", "c", "socket udp");
    line(0, "client", "c", "setsockopt 3 SO_NO_CHECK 1");
    line(0, "client", "c", "sendto 3 server:53 \"no sum\"");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    const struct trace_record *r = last_udp(&run, 1);
    assert_int_equal(r->octets[40] << 8 | r->octets[41], 0);
    expect_output(&run, "server", "3\n6 \"no sum\"\n");
    run_end(&run);
}

/* RFC 1122 4.1.3.3. Hard errors come to a connected socket; soft ones and those of sockets that are
 * not connected only to who asked, IP_RECVERR. */
static void errors_by_request(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    line(0, "client", "soft", "socket udp");
    line(0, "client", "soft", "connect 3 10.9.9.9:53"); /* net unreachable, from r1 */
    line(0, "client", "soft", "send 3 10");
    line(SECONDS(1), "client", "soft", "send 3 10");
    line(0, "client", "asks", "socket udp");
    line(0, "client", "asks", "setsockopt 3 IP_RECVERR 1");
    line(0, "client", "asks", "sendto 3 10.0.2.1:53 10");
    line(SECONDS(1), "client", "asks", "sendto 3 10.0.2.1:53 10");
    line(SECONDS(1), "client", "asks", "recv 3 100 errqueue");
    line(SECONDS(1), "client", "asks", "recv 3 100 errqueue");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "client",
                  "3\n10\n3\n10\n"
                  "10\n"
                  "sendto: Connection refused (ECONNREFUSED)\n"
                  "from 10.0.2.1, type 3, code 3: ECONNREFUSED, about 10.0.2.1:53\n"
                  "recv: Resource temporarily unavailable (EAGAIN)\n");
    run_end(&run);
    through_router(&setup);
    setup.nodes[0].profile = "rfc9293"; /* which passes every error on */
    line(0, "client", "soft", "socket udp");
    line(0, "client", "soft", "connect 3 10.9.9.9:53");
    line(0, "client", "soft", "send 3 10");
    line(SECONDS(1), "client", "soft", "send 3 10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "client", "3\n10\nsend: Network is unreachable (ENETUNREACH)\n");
    run_end(&run);
}

/* ip(7), IP_MTU_DISCOVER: 2 never lets a datagram be cut, 0 always, 1 when the path wants it. */
static void the_path_is_found_out(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup.interfaces[1][1].mtu = setup.interfaces[2][0].mtu = 1000;
    line(0, "client", "c", "socket udp");
    line(0, "client", "c", "setsockopt 3 IP_MTU_DISCOVER 2");
    line(0, "client", "c", "connect 3 10.0.2.1:53");
    line(0, "client", "c", "getsockopt 3 IP_MTU");
    line(0, "client", "c", "send 3 1400");
    line(SECONDS(1), "client", "c", "send 3 1400"); /* the router's error */
    line(SECONDS(1), "client", "c", "send 3 1400"); /* our own */
    line(SECONDS(1), "client", "c", "getsockopt 3 IP_MTU");
    line(SECONDS(1), "client", "c", "setsockopt 3 IP_MTU_DISCOVER 0");
    line(SECONDS(1), "client", "c", "send 3 1400");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1.5));
    expect_output(&run, "client",
                  "3\n1500\n1400\n"
                  "send: Message too long (EMSGSIZE)\n"
                  "send: Message too long (EMSGSIZE)\n"
                  "1000\n1400\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_port_is_unreachable),
        cmocka_unit_test(a_connected_socket_hears_of_it_once),
        cmocka_unit_test(datagrams_keep_their_borders),
        cmocka_unit_test(a_slow_reader_loses_datagrams),
        cmocka_unit_test(the_best_match_gets_it),
        cmocka_unit_test(a_broken_checksum_is_dropped_in_silence),
        cmocka_unit_test(a_datagram_too_big_is_refused),
        cmocka_unit_test(what_waits_is_counted_as_memory),
        cmocka_unit_test(a_broadcast_needs_permission),
        cmocka_unit_test(a_checksum_may_be_left_out),
        cmocka_unit_test(errors_by_request),
        cmocka_unit_test(the_path_is_found_out),
        cmocka_unit_test(rows_tell_of_udp_sockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
