/* How often ICMP speaks, redirects, timestamps and masks: RFC 1812 4.3, RFC 1122 3.2.2, RFC 792. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"
#include "wire/icmp.h"

static struct setup setup;

/* How many ICMP messages of a type a node has sent. */
static size_t sent(const struct running *run, const char *node, uint32_t type, uint32_t code) {
    size_t count = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        count += r->kind == TRACE_SENT && r->octets[12] == 8 && r->octets[13] == 0 &&
                 r->octets[23] == 1 && r->octets[34] == type && r->octets[35] == code &&
                 strcmp(lab_node(run->lab, r->node).name, node) == 0;
    }
    return count;
}

static const struct trace_record *last(const struct running *run, const char *node) {
    const struct trace_record *found = NULL;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_SENT && strcmp(lab_node(run->lab, r->node).name, node) == 0) found = r;
    }
    assert_non_null(found);
    return found;
}

static uint32_t word(const uint8_t *o) {
    return (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
}

/* ------------------------------------------------------------------- rates */

static const char *const ten = "forge udp 10.0.0.1:9 10.0.0.2:53 len 4 count 10 every 10ms";

static size_t unreachables(const char *profile, const char *name, const char *value) {
    struct running run;
    two_hosts(&setup);
    setup.nodes[1].profile = profile;
    if (name != NULL) setup_setting(&setup, "server", name, value);
    setup_run(&setup, SECONDS(1), "client", ten);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    size_t count = sent(&run, "server", 3, 3);
    assert_int_equal(run_lost(&run, "icmp_limited"), 10 - count);
    run_end(&run);
    return count;
}

/* A bucket of six, that fills by one in icmp_ratelimit; and one for all, by icmp_msgs_burst. */
static void errors_are_limited(void **state) {
    (void)state;
    assert_int_equal(unreachables("linux-6.12", NULL, NULL), 6);
    assert_int_equal(unreachables("linux-6.12", "net.ipv4.icmp_ratelimit", "0"), 10);
    assert_int_equal(unreachables("linux-6.12", "net.ipv4.icmp_ratelimit", "10"), 10);
    assert_int_equal(unreachables("linux-6.12", "net.ipv4.icmp_ratemask", "0"), 10);
    assert_int_equal(unreachables("linux-6.12", "net.ipv4.icmp_msgs_per_sec", "0"), 0);
    assert_int_equal(unreachables("linux-6.12", "net.ipv4.icmp_msgs_burst", "0"), 0);
    assert_int_equal(unreachables("rfc9293", NULL, NULL), 10);
}

static void many_destinations_share_one_limit(void **state) {
    (void)state;
    struct running run;
    char line[120];
    two_hosts(&setup);
    setup_setting(&setup, "server", "net.ipv4.icmp_msgs_per_sec", "10");
    setup_setting(&setup, "server", "net.ipv4.icmp_msgs_burst", "5");
    for (unsigned i = 1; i <= 8; i++) {
        static char lines[9][80];
        snprintf(line, sizeof line, "forge udp 10.0.0.%u:9 10.0.0.2:53 len 4", 100 + i);
        strcpy(lines[i], line);
        setup_run(&setup, SECONDS(1), "client", lines[i]);
    }
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1.5));
    assert_int_equal(run_lost(&run, "icmp_limited"), 3);
    run_end(&run);
}

/* ------------------------------------------------------------------- redirects */

/* h, and the routers a and b, on one switch; d is behind b. */
static void with_two_routers(const char *profile) {
    static const struct scenario_route behind_b[] = {
        {.network = 0x0a020000, .prefix = 24, .via = 0x0a010002}};
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "h")->profile = profile;
    setup_node(&setup, NODE_ROUTER, "a")->profile = profile;
    setup_node(&setup, NODE_ROUTER, "b")->profile = profile;
    setup_node(&setup, NODE_HOST, "d")->profile = profile;
    setup_node(&setup, NODE_SWITCH, "sw");
    setup_interface(&setup, "h", "eth0", "10.1.0.10/24");
    setup_interface(&setup, "a", "eth0", "10.1.0.1/24");
    setup_interface(&setup, "b", "eth0", "10.1.0.2/24");
    setup_interface(&setup, "b", "eth1", "10.2.0.2/24");
    setup_interface(&setup, "d", "eth0", "10.2.0.10/24");
    setup_interface(&setup, "sw", "p1", NULL);
    setup_interface(&setup, "sw", "p2", NULL);
    setup_interface(&setup, "sw", "p3", NULL);
    setup_gateway(&setup, "h", "10.1.0.1");
    setup_gateway(&setup, "d", "10.2.0.2");
    setup_link(&setup, "h:eth0", "sw:p1", 1000);
    setup_link(&setup, "a:eth0", "sw:p2", 1000);
    setup_link(&setup, "b:eth0", "sw:p3", 1000);
    setup_link(&setup, "b:eth1", "d:eth0", 1000);
    setup.nodes[1].routes = behind_b;
    setup.nodes[1].route_count = 1;
}

static void expect_routes(const struct running *run, const char *first) {
    char expected[400];
    snprintf(expected, sizeof expected,
             "[\"10.1.0.0/24\",\"\",\"eth0\",\"0\",\"\",\"connected\",\"0.000\"]\n"
             "[\"0.0.0.0/0\",\"10.1.0.1\",\"eth0\",\"0\",\"\",\"gateway\",\"0.000\"]\n%s",
             first);
    expect_table(run, "routes", "h", expected);
}

static const char *const through_b =
    "[\"10.2.0.10/32\",\"10.1.0.2\",\"eth0\",\"0\",\"\",\"redirect\",\"1.000\"]\n";

/* The RFCs' host believes the first one; their router tells of each datagram. */
static void the_rfcs_know_no_pause(void **state) {
    (void)state;
    struct running run;
    with_two_routers("rfc9293");
    setup_run(&setup, 0, "h", "ping -c 3 -i 0.1 10.2.0.10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(sent(&run, "a", 5, 1), 1);
    expect_routes(&run,
                  "[\"10.2.0.10/32\",\"10.1.0.2\",\"eth0\",\"0\",\"\",\"redirect\",\"0.000\"]\n");
    run_end(&run);
    with_two_routers("rfc9293");
    setup_setting(&setup, "h", "net.ipv4.conf.all.accept_redirects", "0");
    setup_run(&setup, 0, "h", "ping -q -c 50 -i 0.01 10.2.0.10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(sent(&run, "a", 5, 1), 50);
    expect_routes(&run, "");
    run_end(&run);
}

static void ping_tells_of_it(void **state) {
    (void)state;
    struct running run;
    with_two_routers("rfc9293");
    setup_run(&setup, 0, "h", "ping -n -c 1 10.2.0.10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    char *said = run_output(&run, "h");
    assert_non_null(
        strstr(said, "From 10.1.0.1: icmp_seq=1 Redirect Host(New nexthop: 10.1.0.2)\n"));
    free(said);
    run_end(&run);
}

/* Only from the gateway in use, about what was sent, and naming another gateway. */
static void whom_a_redirect_is_believed(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool believed;
    } cases[] = {
        {"forge icmp 5 1 10.1.0.1 10.1.0.10 gateway 10.1.0.2 udp 10.1.0.10:1000 10.2.0.10:53",
         true},
        {"forge icmp 5 1 10.1.0.2 10.1.0.10 gateway 10.1.0.2 udp 10.1.0.10:1000 10.2.0.10:53",
         false},
        {"forge icmp 5 1 10.1.0.1 10.1.0.10 gateway 10.1.0.1 udp 10.1.0.10:1000 10.2.0.10:53",
         false},
        {"forge icmp 5 1 10.1.0.1 10.1.0.10 gateway 10.1.0.10 udp 10.1.0.10:1000 10.2.0.10:53",
         false},
        {"forge icmp 5 1 10.1.0.1 10.1.0.10 gateway 10.1.0.2 udp 10.1.0.10:1001 10.2.0.10:53",
         false},
        {"forge icmp 5 4 10.1.0.1 10.1.0.10 gateway 10.1.0.2 udp 10.1.0.10:1000 10.2.0.10:53",
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct running run;
        with_two_routers("linux-6.12");
        setup_run(&setup, 0, "h", "ping -q -c 1 10.1.0.2"); /* b's hardware address is known */
        setup_run(&setup, 0, "h", "socket udp")->process = "p";
        setup_run(&setup, 0, "h", "bind 3 10.1.0.10:1000")->process = "p";
        setup_run(&setup, SECONDS(1), "b", cases[i].line);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(2));
        expect_routes(&run, cases[i].believed ? through_b : "");
        assert_int_equal(run_lost(&run, "redirect_refused"), !cases[i].believed);
        run_end(&run);
    }
}

/* About a segment only when it quotes what is in flight: all else is a guess (RFC 5927 4.1). */
static void a_redirect_quotes_what_is_in_flight(void **state) {
    (void)state;
    for (int guessed = 0; guessed < 2; guessed++) {
        struct running run;
        char line[160];
        with_two_routers("linux-6.12");
        setup_setting(&setup, "a", "net.ipv4.conf.all.send_redirects", "0");
        snprintf(line, sizeof line,
                 "forge icmp 5 1 10.1.0.1 10.1.0.10 gateway 10.1.0.2 "
                 "tcp 10.1.0.10:1000 10.2.0.10:80 seq +%d",
                 guessed);
        setup_run(&setup, 0, "d", "nc -lk 80");
        setup_run(&setup, 0, "h", "ping -q -c 1 10.1.0.2"); /* b's hardware address is known */
        setup_run(&setup, 0, "h", "socket tcp")->process = "p";
        setup_run(&setup, 0, "h", "bind 3 10.1.0.10:1000")->process = "p";
        setup_run(&setup, 0, "h", "connect 3 10.2.0.10:80")->process = "p";
        setup_run(&setup, SECONDS(1), "b", line);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(2));
        expect_routes(&run, guessed ? "" : through_b);
        assert_int_equal(run_lost(&run, "redirect_refused"), guessed);
        run_end(&run);
    }
}

/* It is gone with the route to which it is an exception. */
static void without_its_route_it_is_gone(void **state) {
    (void)state;
    struct running run;
    with_two_routers("rfc9293");
    setup_run(&setup, 0, "h", "ping -q -c 1 10.2.0.10");
    setup_run(&setup, SECONDS(1), "h", "ip route del default");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_table(&run, "routes", "h",
                 "[\"10.1.0.0/24\",\"\",\"eth0\",\"0\",\"\",\"connected\",\"0.000\"]\n");
    run_end(&run);
}

/* ------------------------------------------------------------------- queries */

/* Asked at 12.345 s, link 5 ms, thinking 30 ms, the clock a second ahead. */
static void the_three_moments(void **state) {
    (void)state;
    static const struct {
        const char *profile;
        uint32_t receive, transmit;
    } cases[] = {{"rfc9293", 13350, 13380}, {"linux-6.12", 13380, 13380}};
    for (size_t i = 0; i < 2; i++) {
        struct running run;
        two_hosts(&setup);
        setup.links[0].delay_ns[0] = setup.links[0].delay_ns[1] = MILLIS(5);
        setup.nodes[1].profile = cases[i].profile;
        setup_setting(&setup, "server", "clock.offset", "1000");
        setup_setting(&setup, "server", "icmp.think", "30");
        setup_run(&setup, SECONDS(10), "client", "ping -c 1 -q server"); /* no ARP in the way */
        setup_run(&setup, SECONDS(12.345), "client", "forge icmp 13 0 10.0.0.1 10.0.0.2 timestamp");
        run_begin(&run, &setup);
        run_until(&run, SECONDS(13));
        const struct trace_record *r = last(&run, "server");
        assert_int_equal(r->octets[34], ICMP_TIMESTAMP_REPLY);
        assert_int_equal(word(r->octets + 42), 12345);
        assert_int_equal(word(r->octets + 46), cases[i].receive);
        assert_int_equal(word(r->octets + 50), cases[i].transmit);
        run_end(&run);
    }
}

static void a_clock_may_be_behind(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "server", "clock.offset", "-2000");
    setup_run(&setup, SECONDS(1), "client", "forge icmp 13 0 10.0.0.1 10.0.0.2 timestamp");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    /* 1.030 s after midnight less 2 s is a moment of the day before */
    assert_int_equal(word(last(&run, "server")->octets + 46), 86400000 - 970);
    run_end(&run);
}

static void only_agents_tell_masks(void **state) {
    (void)state;
    for (int agent = 0; agent < 2; agent++) {
        struct running run;
        two_hosts(&setup);
        setup_setting(&setup, "server", "icmp.mask_agent", agent ? "1" : "0");
        setup_run(&setup, SECONDS(1), "client",
                  "forge icmp 17 0 10.0.0.1 10.0.0.2 timestamp"); /* longer than it need be */
        run_begin(&run, &setup);
        run_until(&run, SECONDS(2));
        assert_int_equal(sent(&run, "server", 18, 0), agent);
        assert_int_equal(run_lost(&run, "query_ignored"), 1 - agent);
        if (agent) assert_int_equal(word(last(&run, "server")->octets + 42), 0xffffff00);
        run_end(&run);
    }
}

static void source_quench_is_not_heeded(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, SECONDS(1), "client",
              "forge icmp 4 0 10.0.0.1 10.0.0.2 udp 10.0.0.2:53 10.0.0.1:1000");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(run_lost(&run, "source_quench"), 1);
    run_end(&run);
}

/* RFC 792's quote is the header and 64 bits. */
static void older_nodes_quote_less(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup.nodes[1].profile = "rfc793";
    setup_run(&setup, SECONDS(1), "client", "forge udp 10.0.0.1:9 10.0.0.2:53 len 400 tos 16");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    const struct trace_record *r = last(&run, "server");
    assert_int_equal(r->octet_count, 14 + 20 + 8 + 20 + 8);
    assert_int_equal(r->octets[15], 0xd0); /* precedence 6, and the TOS of what it is about */
    run_end(&run);
}

/* ------------------------------------------------------------------- router discovery */

/* RFC 1256: a host without a gateway asks, and takes the router that is preferred, for a while. */
static void a_host_finds_its_routers(void **state) {
    (void)state;
    struct running run;
    with_two_routers("linux-6.12");
    setup.nodes[0].gateway = 0;
    setup_setting(&setup, "h", "irdp.solicit", "1");
    setup_setting(&setup, "a", "irdp.advertise", "1");
    setup_setting(&setup, "b", "irdp.advertise", "1");
    setup_setting(&setup, "a", "irdp.preference", "-5");
    setup_setting(&setup, "b", "irdp.lifetime", "100");
    setup_setting(&setup, "b", "irdp.max_interval", "1800");
    setup_setting(&setup, "b", "irdp.min_interval", "1800");
    setup_run(&setup, SECONDS(5), "h", "ping -q -c 1 10.2.0.10");
    setup_run(&setup, SECONDS(60), "b", "sysctl -w irdp.advertise=0"); /* and it falls silent */
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    assert_int_equal(sent(&run, "h", 10, 0), 1); /* it was answered within two seconds */
    expect_table(
        &run, "routes", "h",
        "[\"10.1.0.0/24\",\"\",\"eth0\",\"0\",\"\",\"connected\",\"0.000\"]\n"
        "[\"0.0.0.0/0\",\"10.1.0.1\",\"eth0\",\"2147483652\",\"\",\"discovered\",\"1.546\"]\n"
        "[\"0.0.0.0/0\",\"10.1.0.2\",\"eth0\",\"2147483647\",\"\",\"discovered\",\"1.837\"]\n");
    char *said = run_output(&run, "h");
    assert_non_null(strstr(said, "1 received"));
    free(said);
    assert_int_equal(sent(&run, "a", 5, 1), 0); /* b was asked first: nothing to redirect */
    run_until(&run, SECONDS(200));
    expect_table(
        &run, "routes", "h",
        "[\"10.1.0.0/24\",\"\",\"eth0\",\"0\",\"\",\"connected\",\"0.000\"]\n"
        "[\"0.0.0.0/0\",\"10.1.0.1\",\"eth0\",\"2147483652\",\"\",\"discovered\",\"1.546\"]\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_limited),
        cmocka_unit_test(many_destinations_share_one_limit),
        cmocka_unit_test(the_rfcs_know_no_pause),
        cmocka_unit_test(ping_tells_of_it),
        cmocka_unit_test(whom_a_redirect_is_believed),
        cmocka_unit_test(a_redirect_quotes_what_is_in_flight),
        cmocka_unit_test(without_its_route_it_is_gone),
        cmocka_unit_test(the_three_moments),
        cmocka_unit_test(a_clock_may_be_behind),
        cmocka_unit_test(only_agents_tell_masks),
        cmocka_unit_test(source_quench_is_not_heeded),
        cmocka_unit_test(a_host_finds_its_routers),
        cmocka_unit_test(older_nodes_quote_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
