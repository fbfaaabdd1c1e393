/*
 * What the user of TCP may ask for, RFC 9293 3.9.1, beyond what one host and a script can show:
 * every socket option with its range, and what reaches IP, the neighbour, another connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack/errno.h"
#include "stack/ip/ip.h"
#include "talk_support.h"

static struct setup setup;
static struct running run;

/* A line of one process, and the console's next answer to it. */
static void ask(const char *node, const char *line, const char *expected) {
    size_t from = run.count;
    run_command(&run, lab_now(run.lab), node, line);
    run_until(&run, lab_now(run.lab));
    const struct trace_record *r = run_find(&run, from, TRACE_OUTPUT, node);
    if (expected == NULL)
        assert_null(r);
    else if (r == NULL)
        fail_msg("%s: no answer", line);
    else if (strcmp(r->text, expected) != 0)
        fail_msg("%s: %s", line, r->text);
}

/* ------------------------------------------------------------------------------ every option */

struct option_case {
    const char *name, *value, *back; /* back: what getsockopt says then */
    const char *wrong[2];            /* values that are refused */
};
/* Linux's ranges: net/ipv4/tcp.c, ip_sockglue.c, net/core/sock.c of 6.12. */
static const struct option_case cases[] = {
    {"SO_REUSEADDR", "5", "1", {NULL, NULL}},
    {"SO_KEEPALIVE", "on", "1", {NULL, NULL}},
    {"SO_LINGER", "5", "5", {NULL, NULL}},
    {"SO_LINGER", "off", "off", {NULL, NULL}},
    {"SO_OOBINLINE", "1", "1", {NULL, NULL}},
    {"SO_SNDBUF", "10000", "20000", {"-1", NULL}},
    {"SO_SNDBUF", "1", "4608", {NULL, NULL}},
    {"SO_SNDBUF", "1000000", "425984", {NULL, NULL}},
    {"SO_RCVBUF", "1", "2304", {"-1", NULL}},
    {"TCP_NODELAY", "1", "1", {NULL, NULL}},
    {"TCP_MAXSEG", "500", "500", {"87", "32768"}},
    {"TCP_CORK", "1", "1", {NULL, NULL}},
    {"TCP_KEEPIDLE", "32767", "32767", {"0", "32768"}},
    {"TCP_KEEPINTVL", "1", "1", {"0", "32768"}},
    {"TCP_KEEPCNT", "127", "127", {"0", "128"}},
    {"TCP_SYNCNT", "127", "127", {"0", "128"}},
    {"TCP_LINGER2", "-5", "-1", {NULL, NULL}},
    {"TCP_LINGER2", "500", "120", {NULL, NULL}},
    {"TCP_DEFER_ACCEPT", "4", "7", {NULL, NULL}},
    {"TCP_USER_TIMEOUT", "30000", "30000", {"-1", NULL}},
    {"TCP_CONGESTION", "cubic", "cubic", {"9", NULL}},
    {"IP_TOS", "0xff", "252", {"256", "-1"}}, /* the ECN bits are not the user's */
    {"IP_TTL", "255", "255", {"0", "256"}},
    {"F_SETOWN", "1", "1", {NULL, NULL}},
};

static void every_option_has_its_range(void **state) {
    (void)state;
    char line[96];
    two_hosts(&setup);
    run_begin(&run, &setup);
    ask("client", "socket tcp", "3");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(line, sizeof line, "setsockopt 3 %s %s", cases[i].name, cases[i].value);
        ask("client", line, NULL);
        for (size_t k = 0; k < 2 && cases[i].wrong[k] != NULL; k++) {
            snprintf(line, sizeof line, "setsockopt 3 %s %s", cases[i].name, cases[i].wrong[k]);
            ask("client", line, "setsockopt: Invalid argument (EINVAL)");
        }
        snprintf(line, sizeof line, "getsockopt 3 %s", cases[i].name);
        ask("client", line, cases[i].back);
    }
    run_end(&run);
}

static void what_was_not_set_is_the_nodes(void **state) {
    (void)state;
    static const char *const usual[][2] = {
        {"TCP_KEEPIDLE", "7200"}, {"TCP_KEEPINTVL", "75"}, {"TCP_KEEPCNT", "9"},
        {"TCP_SYNCNT", "6"},      {"TCP_LINGER2", "60"},   {"IP_TTL", "64"},
        {"SO_KEEPALIVE", "0"},    {"SO_LINGER", "off"},    {"TCP_CONGESTION", "reno"},
        {"SO_ERROR", "0"},        {"URGENT", "0"},
    };
    char line[96];
    two_hosts(&setup);
    run_begin(&run, &setup);
    ask("client", "socket tcp", "3");
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        snprintf(line, sizeof line, "getsockopt 3 %s", usual[i][0]);
        ask("client", line, usual[i][1]);
    }
    ask("client", "setsockopt 3 SO_ERROR 1", "setsockopt: Protocol not available (ENOPROTOOPT)");
    ask("client", "getsockopt 3 SO_DEBUG", "getsockopt: Protocol not available (ENOPROTOOPT)");
    ask("client", "socket udp", "4");
    ask("client", "getsockopt 4 TCP_NODELAY", "getsockopt: Protocol not available (ENOPROTOOPT)");
    run_end(&run);
}

/* The first datagram of a protocol that the node sent from record `from` on. */
static bool first_sent(size_t from, const char *node, uint8_t protocol, struct ipv4_header *ip) {
    for (size_t i = from; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r != run_find(&run, i, TRACE_SENT, node)) continue;
        struct reader in = reader_of(r->octets, r->octet_count);
        read_skip(&in, 14);
        if (ipv4_parse(ip, &in) == PARSE_OK && ip->protocol == protocol) return true;
    }
    return false;
}

static void udp_takes_diffserv_and_ttl_as_well(void **state) {
    (void)state;
    struct ipv4_header ip;
    two_hosts(&setup);
    run_begin(&run, &setup);
    ask("client", "socket udp", "3");
    ask("client", "setsockopt 3 IP_TOS 0xb9", NULL);
    ask("client", "setsockopt 3 IP_TTL 3", NULL);
    run_command(&run, 0, "client", "connect 3 server:53");
    run_command(&run, 0, "client", "send 3 10");
    run_until(&run, SECONDS(1));
    assert_true(first_sent(0, "client", IP_PROTOCOL_UDP, &ip));
    assert_int_equal(ip.dscp, 0xb9 >> 2);
    assert_int_equal(ip.ecn, 1);
    assert_int_equal(ip.ttl, 3);
    run_end(&run);
}

/* -------------------------------------------------------------------------- what reaches others */

static void connect_pair(const char *profile) {
    two_hosts(&setup);
    setup.nodes[0].profile = setup.nodes[1].profile = profile;
    run_begin(&run, &setup);
    run_command(&run, 0, "server", "socket tcp");
    run_command(&run, 0, "server", "bind 3 :80");
    run_command(&run, 0, "server", "listen 3 5");
    run_command(&run, 0, "server", "accept 3");
    run_command(&run, 0, "client", "socket tcp");
    run_command(&run, 0, "client", "bind 3 :40000");
    run_command(&run, 0, "client", "connect 3 server:80");
    run_until(&run, SECONDS(1));
}

static size_t arp_requests(size_t from, const char *node) {
    size_t count = 0;
    for (size_t i = from; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r != run_find(&run, i, TRACE_SENT, node)) continue;
        count += r->octet_count > 14 && r->octets[12] == 0x08 && r->octets[13] == 0x06;
    }
    return count;
}

/* MUST-20: at R1, IP hears that the way may be dead, and asks for the next hop anew, though it was
 * sure of it. */
static void at_r1_the_next_hop_is_doubted(void **state) {
    (void)state;
    connect_pair("rfc9293");
    run_command(&run, SECONDS(1), "", "fault client->server drop match tcp");
    run_command(&run, SECONDS(1), "client", "send 3 10");
    /* Repetitions after 1, 3 and 7 s; Linux's neighbour asks 5 s after the next use. */
    run_until(&run, SECONDS(7.9));
    size_t from = run.count;
    run_until(&run, SECONDS(25));
    assert_true(arp_requests(from, "client") > 0);
    run_end(&run);
}

/* MUST-47, SHLD-25: told at once of a soft error; SO_ERROR tells it again, once. */
static void a_soft_error_is_told_and_can_be_read(void **state) {
    (void)state;
    connect_pair("rfc9293");
    size_t from = run.count;
    run_command(&run, SECONDS(1), "server",
                "forge icmp 3 1 10.0.0.2 10.0.0.1 tcp 10.0.0.1:40000 10.0.0.2:80 seq +0");
    run_until(&run, SECONDS(2));
    const struct trace_record *r = run_find(&run, from, TRACE_OUTPUT, "client");
    assert_non_null(r);
    assert_string_equal(r->text, "3: soft error: No route to host");
    ask("client", "getsockopt 3 SO_ERROR", "113");
    ask("client", "getsockopt 3 SO_ERROR", "0");
    run_end(&run);
}

/* ------------------------------------------------------------------------------------- paths */

/* client - r1 - r2 - server, the middle link takes 1000 octets. */
static void narrow_middle(void) {
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "client");
    setup_interface(&setup, "client", "eth0", "10.0.1.1/24");
    setup_gateway(&setup, "client", "10.0.1.254");
    setup_node(&setup, NODE_ROUTER, "r1");
    setup_interface(&setup, "r1", "eth0", "10.0.1.254/24");
    setup_interface(&setup, "r1", "eth1", "10.0.3.1/24");
    setup_gateway(&setup, "r1", "10.0.3.2");
    setup_node(&setup, NODE_ROUTER, "r2");
    setup_interface(&setup, "r2", "eth0", "10.0.3.2/24");
    setup_interface(&setup, "r2", "eth1", "10.0.2.254/24");
    setup_gateway(&setup, "r2", "10.0.3.1");
    setup_node(&setup, NODE_HOST, "server");
    setup_interface(&setup, "server", "eth0", "10.0.2.1/24");
    setup_gateway(&setup, "server", "10.0.2.254");
    setup.interfaces[1][1].mtu = setup.interfaces[2][0].mtu = 1000;
    setup_link(&setup, "client:eth0", "r1:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth1", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r2:eth1", "server:eth0", MILLIS(1));
}

/* SHLD-6: the size is the destination's, so that the next connection begins with it; after
 * net.ipv4.route.mtu_expires it is forgotten. */
static void what_a_path_takes_is_known_to_all(void **state) {
    (void)state;
    narrow_middle();
    setup_setting(&setup, "client", "net.ipv4.route.mtu_expires", "60");
    run_begin(&run, &setup);
    run_command(&run, 0, "server", "nc -l -k 80 > /dev/null");
    run_command(&run, 0, "client", "nc -N 10.0.2.1 80 < 5000");
    run_until(&run, SECONDS(5));
    assert_int_equal(ip_mtu_for(run.lab, 1, 0x0a000201), 1000);
    assert_int_equal(ip_mtu_for(run.lab, 1, 0x0a000202), 1500);
    size_t lost = run_lost(&run, "too_big");
    assert_true(lost > 0);
    run_command(&run, SECONDS(5), "client", "nc -N 10.0.2.1 80 < 5000");
    run_until(&run, SECONDS(10));
    assert_int_equal(run_lost(&run, "too_big"), lost); /* nothing had to be refused again */
    run_until(&run, SECONDS(66));
    assert_int_equal(ip_mtu_for(run.lab, 1, 0x0a000201), 1500);
    run_command(&run, SECONDS(66), "client", "nc -N 10.0.2.1 80 < 5000");
    run_until(&run, SECONDS(70));
    assert_true(run_lost(&run, "too_big") > lost);
    run_end(&run);
}

/* ------------------------------------------------------------------- the same run, moved about */

static void all_of_it_is_state(void **state) {
    (void)state;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "socket tcp")->process = "s";
    setup_run(&setup, 0, "server", "setsockopt 3 SO_KEEPALIVE 1")->process = "s";
    setup_run(&setup, 0, "server", "setsockopt 3 TCP_KEEPIDLE 2")->process = "s";
    setup_run(&setup, 0, "server", "bind 3 :80")->process = "s";
    setup_run(&setup, 0, "server", "listen 3 5")->process = "s";
    setup_run(&setup, 0, "server", "accept 3")->process = "s";
    setup_run(&setup, 0, "server", "recv 4 100 peek")->process = "s";
    setup_run(&setup, 0, "client", "socket tcp")->process = "c";
    setup_run(&setup, 0, "client", "setsockopt 3 SO_LINGER 3")->process = "c";
    setup_run(&setup, 0, "client", "setsockopt 3 TCP_USER_TIMEOUT 5000")->process = "c";
    setup_run(&setup, 0, "client", "connect 3 server:80")->process = "c";
    setup_run(&setup, SECONDS(1), "client", "send 3 10 more")->process = "c";
    setup_run(&setup, SECONDS(1), "client", "send 3 10 oob")->process = "c";
    setup_run(&setup, SECONDS(2), "client",
              "forge tcp S 10.0.0.77-10.0.0.99:* 10.0.0.2:80 count 30 every 10ms");
    setup_run(&setup, SECONDS(8), "client", "close 3")->process = "c";
    expect_move_test(&setup, SECONDS(20));
    expect_sync_test(&setup, SECONDS(20), 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_has_its_range),
        cmocka_unit_test(what_was_not_set_is_the_nodes),
        cmocka_unit_test(udp_takes_diffserv_and_ttl_as_well),
        cmocka_unit_test(at_r1_the_next_hop_is_doubted),
        cmocka_unit_test(a_soft_error_is_told_and_can_be_read),
        cmocka_unit_test(what_a_path_takes_is_known_to_all),
        cmocka_unit_test(all_of_it_is_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
