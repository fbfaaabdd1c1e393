/* Routes: the longest prefix wins, gateways must be on a link, interfaces take theirs with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack/ip/route.h"
#include "talk_support.h"
#include "wire/ipv4.h"

static struct setup setup;

static void session(struct running *run, const char *const *lines, size_t count) {
    through_router(&setup);
    for (size_t i = 0; i < count; i++) setup_run(&setup, 0, "r1", lines[i])->process = "p";
    run_begin(run, &setup);
    run_until(run, SECONDS(1));
}
#define SESSION(run, ...)                                                                          \
    session(run, (const char *const[]){__VA_ARGS__},                                               \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void the_longest_prefix_wins(void **state) {
    (void)state;
    struct running run;
    SESSION(&run, "ip route add default via 10.0.1.1", "ip route add 10.9.0.0/16 via 10.0.2.1",
            "ip route add 10.9.7.0/24 via 10.0.1.1", "ip route add 10.9.7.7 via 10.0.2.1",
            "ip route get 10.9.7.7", "ip route get 10.9.7.8", "ip route get 10.9.8.8",
            "ip route get 11.0.0.1", "ip route get 10.0.2.9", "ip route get 10.0.1.254",
            "ip route");
    expect_output(&run, "r1",
                  "10.9.7.7 via 10.0.2.1 dev eth1 src 10.0.2.254 uid 0\n"
                  "    cache\n"
                  "10.9.7.8 via 10.0.1.1 dev eth0 src 10.0.1.254 uid 0\n"
                  "    cache\n"
                  "10.9.8.8 via 10.0.2.1 dev eth1 src 10.0.2.254 uid 0\n"
                  "    cache\n"
                  "11.0.0.1 via 10.0.1.1 dev eth0 src 10.0.1.254 uid 0\n"
                  "    cache\n"
                  "10.0.2.9 dev eth1 src 10.0.2.254 uid 0\n"
                  "    cache\n"
                  "local 10.0.1.254 dev lo src 10.0.1.254 uid 0\n"
                  "    cache <local>\n"
                  "default via 10.0.1.1 dev eth0\n"
                  "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
                  "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"
                  "10.9.0.0/16 via 10.0.2.1 dev eth1\n"
                  "10.9.7.0/24 via 10.0.1.1 dev eth0\n"
                  "10.9.7.7 via 10.0.2.1 dev eth1\n");
    expect_table(&run, "routes", "r1",
                 "[\"10.0.1.0/24\",\"\",\"eth0\",\"0\",\"\",\"connected\",\"0.000\"]\n"
                 "[\"10.0.2.0/24\",\"\",\"eth1\",\"0\",\"\",\"connected\",\"0.000\"]\n"
                 "[\"0.0.0.0/0\",\"10.0.1.1\",\"eth0\",\"0\",\"\",\"static\",\"0.000\"]\n"
                 "[\"10.9.0.0/16\",\"10.0.2.1\",\"eth1\",\"0\",\"\",\"static\",\"0.000\"]\n"
                 "[\"10.9.7.0/24\",\"10.0.1.1\",\"eth0\",\"0\",\"\",\"static\",\"0.000\"]\n"
                 "[\"10.9.7.7/32\",\"10.0.2.1\",\"eth1\",\"0\",\"\",\"static\",\"0.000\"]\n");
    run_end(&run);
}

static void wrong_routes_are_refused(void **state) {
    (void)state;
    struct running run;
    SESSION(&run, "ip route add 10.9.0.0/16 via 192.168.0.1", "ip route add 10.9.0.0/16 dev eth7",
            "ip route add 10.9.0.1/16 via 10.0.1.1", "ip route add 10.9.0.0/16 via 10.0.1.254",
            "ip route del 10.9.0.0/16", "ip route add 10.9.0.0/16 via 10.0.1.1",
            "ip route add 10.9.0.0/16 via 10.0.2.1", "ip route del 10.9.0.0/16 via 10.0.2.1",
            "ip route del 10.9.0.0/16", "ip route del 10.9.0.0/16");
    expect_output(&run, "r1",
                  "Error: Nexthop has invalid gateway.\n"
                  "Cannot find device \"eth7\"\n"
                  "Error: Invalid prefix for given prefix length.\n"
                  "Error: Nexthop has invalid gateway.\n"
                  "RTNETLINK answers: No such process\n"
                  "RTNETLINK answers: File exists\n"
                  "RTNETLINK answers: No such process\n"
                  "RTNETLINK answers: No such process\n");
    run_end(&run);
}

static void an_interface_takes_its_routes_with_it(void **state) {
    (void)state;
    struct running run;
    SESSION(&run, "ip route add 10.9.0.0/16 via 10.0.2.1", "ip link set eth1 down", "ip route",
            "ip link set eth1 up", "ip route", "ip link set eth9 up");
    expect_output(&run, "r1",
                  "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
                  "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
                  "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"
                  "Cannot find device \"eth9\"\n");
    run_end(&run);
}

static void an_interface_that_is_down_is_deaf(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_run(&setup, 0, "r1", "ip link set eth0 down");
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 -W 1 10.0.1.254");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2.5));
    expect_drops(&run, "r1 1.010 link_down\nr1 2.026 link_down\n");
    expect_table(&run, "interfaces", "r1",
                 "[\"eth0\",\"10.0.1.254/24\",\"02:00:00:00:02:01\",\"1500\",\"down\"]\n"
                 "[\"eth1\",\"10.0.2.254/24\",\"02:00:00:00:02:02\",\"1500\",\"up\"]\n");
    run_end(&run);
}

/* What a scenario may not say, with the place that is wrong. */
static void expect_complaint(const char *place) {
    struct complaint why = {"", ""};
    size_t size = lab_size(&setup.scenario);
    void *block = malloc(size);
    assert_non_null(block);
    assert_false(lab_create(block, size, &setup.scenario, &why));
    assert_string_equal(why.place, place);
    assert_true(why.problem[0] != '\0');
    free(block);
}

static void a_wrong_scenario_is_told_where(void **state) {
    (void)state;
    static const struct scenario_route far = {0x0a090000, 16, 0x0b000001, NULL, 0};
    static const struct scenario_route none = {0x0a090000, 16, 0, "eth9", 0};
    static const struct scenario_neighbour stranger = {0x0b000001, {0}};
    through_router(&setup);
    setup_gateway(&setup, "client", "10.0.7.1");
    expect_complaint("nodes[0].gateway");
    through_router(&setup);
    setup.nodes[0].routes = &far;
    setup.nodes[0].route_count = 1;
    expect_complaint("nodes[0].routes[0].via");
    setup.nodes[0].routes = &none;
    expect_complaint("nodes[0].routes[0].interface");
    through_router(&setup);
    setup.nodes[2].neighbours = &stranger;
    setup.nodes[2].neighbour_count = 1;
    expect_complaint("nodes[2].neighbours[0].address");
    through_router(&setup);
    setup.nodes[1].profile = "plan9";
    expect_complaint("nodes[1].profile");
    through_router(&setup);
    setup_setting(&setup, "server", "net.ipv4.tcp_foo", "1");
    expect_complaint("nodes[2].sysctl.net.ipv4.tcp_foo");
    through_router(&setup);
    setup_setting(&setup, "server", "net.ipv4.ip_default_ttl", "0");
    expect_complaint("nodes[2].sysctl.net.ipv4.ip_default_ttl");
}

/* A scenario's routes have metrics as well; two to one network with the same are told. */
static void a_scenarios_routes_have_metrics(void **state) {
    (void)state;
    struct running run;
    static struct scenario_route routes[] = {{0x0a090000, 16, 0x0a000101, NULL, 20},
                                             {0x0a090000, 16, 0x0a000201, NULL, 10}};
    through_router(&setup);
    setup.nodes[1].routes = routes;
    setup.nodes[1].route_count = 2;
    setup_run(&setup, 0, "r1", "ip route show 10.9.0.0/16");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_output(&run, "r1",
                  "10.9.0.0/16 via 10.0.2.1 dev eth1 metric 10\n"
                  "10.9.0.0/16 via 10.0.1.1 dev eth0 metric 20\n");
    run_end(&run);
    routes[0].metric = 10;
    expect_complaint("nodes[1].routes[1]");
}

/* As Linux 6.18 has it: by default what leads to a cut cable stays and is used; a node that passes
 * over it takes the next best, and the other next hops of the same route. */
static void routes_without_carrier(void **state) {
    (void)state;
    for (int ignore = 0; ignore < 2; ignore++) {
        struct running run;
        through_router(&setup);
        setup_setting(&setup, "r1", "net.ipv4.conf.all.ignore_routes_with_linkdown",
                      ignore ? "1" : "0");
        setup_run(&setup, 0, "r1", "ip route add default via 10.0.2.1");
        setup_run(&setup, 0, "r1",
                  "ip route add 10.4.0.0/16 nexthop via 10.0.1.9 nexthop via 10.0.2.9");
        setup_run(&setup, 0, "r1", "ip route get 10.0.1.7"); /* what is remembered is forgotten */
        run_begin(&run, &setup);
        run_until(&run, 0);
        run_command(&run, 0, "", "link client-r1 down");
        run_command(&run, 0, "r1", "ip route");
        run_command(&run, 0, "r1", "ip route get 10.0.1.7");
        for (int host = 0; host < 4; host++) {
            char line[64];
            snprintf(line, sizeof line, "ip route get 10.4.0.%d", host);
            if (ignore) run_command(&run, 0, "r1", line);
        }
        expect_output(&run, "r1",
                      ignore ? "10.0.1.7 dev eth0 src 10.0.1.254 uid 0\n    cache\n"
                               "default via 10.0.2.1 dev eth1\n"
                               "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254 dead "
                               "linkdown\n"
                               "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"
                               "10.4.0.0/16\n"
                               "\tnexthop via 10.0.1.9 dev eth0 weight 1 dead linkdown\n"
                               "\tnexthop via 10.0.2.9 dev eth1 weight 1\n"
                               "10.0.1.7 via 10.0.2.1 dev eth1 src 10.0.2.254 uid 0\n    cache\n"
                               "10.4.0.0 via 10.0.2.9 dev eth1 src 10.0.2.254 uid 0\n    cache\n"
                               "10.4.0.1 via 10.0.2.9 dev eth1 src 10.0.2.254 uid 0\n    cache\n"
                               "10.4.0.2 via 10.0.2.9 dev eth1 src 10.0.2.254 uid 0\n    cache\n"
                               "10.4.0.3 via 10.0.2.9 dev eth1 src 10.0.2.254 uid 0\n    cache\n"
                             : "10.0.1.7 dev eth0 src 10.0.1.254 uid 0\n    cache\n"
                               "default via 10.0.2.1 dev eth1\n"
                               "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254 "
                               "linkdown\n"
                               "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"
                               "10.4.0.0/16\n"
                               "\tnexthop via 10.0.1.9 dev eth0 weight 1 linkdown\n"
                               "\tnexthop via 10.0.2.9 dev eth1 weight 1\n"
                               "10.0.1.7 dev eth0 src 10.0.1.254 uid 0\n    cache\n");
        run_end(&run);
    }
}

/* What iproute2 6.1 on Linux 6.18 printed for the same lines, without the blanks at line ends. */
static void routes_are_iproute2s(void **state) {
    (void)state;
    struct running run;
    SESSION(&run, "ip route add 10.9.0.0/16 nexthop via 10.0.1.1 nexthop via 10.0.2.1 weight 2",
            "ip route add blackhole 10.8.0.0/16", "ip route add unreachable 10.7.0.0/16",
            "ip route add prohibit 10.6.0.0/16", "ip route add 10.5.0.0/16 via 10.0.1.1 metric 100",
            "ip route add 10.5.0.0/16 via 10.0.1.3 metric 50",
            "ip route add 10.5.0.0/16 via 10.0.1.3 metric 50",
            "ip route add 10.4.0.0/16 dev eth0 src 10.0.1.254",
            "ip route add 10.3.0.0/16 via 10.0.1.1 src 10.0.2.254", "ip route",
            "ip route get 10.8.1.1", "ip route get 10.7.1.1", "ip route get 10.6.1.1",
            "ip route get 11.6.1.1", "ip route get 10.0.1.255", "ip route get 10.3.0.1",
            "ip route get 10.5.0.1");
    expect_output(&run, "r1",
                  "RTNETLINK answers: File exists\n"
                  "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
                  "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"
                  "10.3.0.0/16 via 10.0.1.1 dev eth0 src 10.0.2.254\n"
                  "10.4.0.0/16 dev eth0 scope link src 10.0.1.254\n"
                  "10.5.0.0/16 via 10.0.1.3 dev eth0 metric 50\n"
                  "10.5.0.0/16 via 10.0.1.1 dev eth0 metric 100\n"
                  "prohibit 10.6.0.0/16\n"
                  "unreachable 10.7.0.0/16\n"
                  "blackhole 10.8.0.0/16\n"
                  "10.9.0.0/16\n"
                  "\tnexthop via 10.0.1.1 dev eth0 weight 1\n"
                  "\tnexthop via 10.0.2.1 dev eth1 weight 2\n"
                  "RTNETLINK answers: Invalid argument\n"
                  "RTNETLINK answers: No route to host\n"
                  "RTNETLINK answers: Permission denied\n"
                  "RTNETLINK answers: Network is unreachable\n"
                  "broadcast 10.0.1.255 dev eth0 src 10.0.1.254 uid 0\n"
                  "    cache <local,brd>\n"
                  "10.3.0.1 via 10.0.1.1 dev eth0 src 10.0.2.254 uid 0\n"
                  "    cache\n"
                  "10.5.0.1 via 10.0.1.3 dev eth0 src 10.0.1.254 uid 0\n"
                  "    cache\n");
    run_end(&run);
}

static void routes_are_changed_as_on_linux(void **state) {
    (void)state;
    struct running run;
    SESSION(&run, "ip route add 10.5.0.0/16 via 10.0.1.1 metric 100",
            "ip route add 10.5.0.0/16 via 10.0.1.3 metric 50",
            "ip route change 10.99.0.0/16 via 10.0.1.1",
            "ip route replace 10.5.0.0/16 via 10.0.1.7", "ip route del 10.5.0.0/16 metric 50",
            "ip route show 10.5.0.0/16", "ip route show dev eth1", "ip route add 10.9.0.0/16",
            "ip route add 10.9.0.0/16 via 10.0.1.1 src 10.44.0.1",
            "ip route add nonsense via 10.0.1.1",
            "ip route add 10.9.0.0/16 nexthop via 10.0.1.1 nexthop via 10.0.2.1",
            "ip route del 10.9.0.0/16 via 10.0.7.1", "ip route del 10.9.0.0/16",
            "ip route flush 10.5.0.0/16", "ip route show");
    expect_output(&run, "r1",
                  "RTNETLINK answers: No such file or directory\n"
                  "10.5.0.0/16 via 10.0.1.7 dev eth0\n"
                  "10.5.0.0/16 via 10.0.1.1 dev eth0 metric 100\n"
                  "10.0.2.0/24 proto kernel scope link src 10.0.2.254\n"
                  "RTNETLINK answers: No such device\n"
                  "Error: Invalid prefsrc address.\n"
                  "Error: any valid prefix is expected rather than \"nonsense\".\n"
                  "RTNETLINK answers: No such process\n"
                  "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
                  "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n");
    run_end(&run);
}

/* Of 3,000 flows two thirds take the path of weight 2; each keeps its own, whatever is asked in
 * between; another seed spreads them otherwise. */
static void flows_are_spread_by_weight(void **state) {
    (void)state;
    struct running run;
    enum { FLOWS = 3000 };
    uint8_t taken[FLOWS];
    for (uint64_t seed = 1; seed <= 2; seed++) {
        uint32_t second = 0, moved = 0;
        through_router(&setup);
        setup.scenario.seed = seed;
        setup_run(&setup, 0, "r1",
                  "ip route add 10.9.0.0/16 nexthop via 10.0.1.1 nexthop via 10.0.2.1 weight 2");
        run_begin(&run, &setup);
        run_until(&run, SECONDS(1));
        for (uint32_t i = 0; i < FLOWS; i++) {
            struct next_hop hop, again;
            assert_true(route_lookup_from(run.lab, 2, 0x0a000000 + i % 7, 0x0a090000 + i, &hop));
            assert_true(route_lookup_from(run.lab, 2, 0x0a000000 + i % 7, 0x0a090000 + i, &again));
            assert_int_equal(hop.address, again.address);
            second += hop.address == 0x0a000201;
            moved += seed == 2 && taken[i] != (hop.address == 0x0a000201);
            taken[i] = hop.address == 0x0a000201;
        }
        assert_in_range(second, 1900, 2100);
        if (seed == 2) assert_in_range(moved, 1000, 2000);
        run_end(&run);
    }
}

static void a_path_that_is_down_is_left(void **state) {
    (void)state;
    struct running run;
    SESSION(&run, "ip route add 10.9.0.0/16 nexthop via 10.0.1.1 nexthop via 10.0.2.1",
            "ip link set eth1 down", "ip route show 10.9.0.0/16");
    expect_output(&run, "r1", "10.9.0.0/16\n\tnexthop via 10.0.1.1 dev eth0 weight 1\n");
    for (uint32_t i = 0; i < 100; i++) {
        struct next_hop hop;
        assert_true(route_lookup(run.lab, 2, 0x0a090000 + i, &hop));
        assert_int_equal(hop.address, 0x0a000101);
    }
    run_end(&run);
}

/* RFC 1812 5.2.7.1 and 4.3.3.1: what the source hears of a route that refuses. */
static void routes_that_refuse_say_so(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_run(&setup, 0, "r1", "ip route add blackhole 10.8.0.0/16");
    setup_run(&setup, 0, "r1", "ip route add unreachable 10.7.0.0/16");
    setup_run(&setup, 0, "r1", "ip route add prohibit 10.6.0.0/16");
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 -W 1 10.8.0.1")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 -W 1 10.7.0.1")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 -W 1 10.6.0.1")->process = "p";
    setup_run(&setup, SECONDS(9), "r1", "ping -c 1 10.6.0.1")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    char *said = run_dialogue(&run, "icmp");
    assert_non_null(strstr(said, "r1 > client Destination unreachable, code 1\n"));
    assert_non_null(strstr(said, "r1 > client Destination unreachable, code 13\n"));
    assert_null(strstr(said, "code 0\n"));
    free(said);
    assert_int_equal(run_lost(&run, "route_refuses"), 3); /* ping asks for a source first */
    run_end(&run);
}

/* A datagram from `src` that the client's cable brings to r1. */
static void from_client(struct running *run, ip4 src, ip4 dst) {
    uint8_t frame[1600], payload[16] = {0};
    struct ipv4_header h = {.src = src, .dst = dst, .protocol = 253};
    size_t count = make_datagram(frame, 1, 2, &h, payload, sizeof payload);
    inject(run, SECONDS(1), "client", frame, count);
    run_until(run, SECONDS(2));
}

/* RFC 3704: 1 takes a source only from where it would be answered to, 2 any that has a route. */
static void the_reverse_path_is_asked(void **state) {
    (void)state;
    static const struct {
        const char *rule;
        ip4 src;
        bool passes;
    } cases[] = {{"0", 0x0a000209, true}, {"1", 0x0a000209, false}, {"2", 0x0a000209, true},
                 {"1", 0x0a000109, true}, {"0", 0x0b000001, true},  {"1", 0x0b000001, false},
                 {"2", 0x0b000001, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct running run;
        through_router(&setup);
        setup_setting(&setup, "r1", "net.ipv4.conf.all.rp_filter", cases[i].rule);
        setup_setting(&setup, "r1", "net.ipv4.conf.all.log_martians", "1");
        run_begin(&run, &setup);
        from_client(&run, cases[i].src, 0x0a000201);
        assert_int_equal(run_lost(&run, "reverse_path"), !cases[i].passes);
        if (cases[i].src == 0x0a000209)
            expect_output(&run, "r1",
                          cases[i].passes ? ""
                                          : "kernel: IPv4: martian source 10.0.2.1 from "
                                            "10.0.2.9, on dev eth0\n");
        run_end(&run);
    }
}

/* RFC 1812 5.3.5.2: off unless it is told to, and then it leaves as a broadcast of the link. */
static void directed_broadcasts_are_forwarded_when_told(void **state) {
    (void)state;
    for (int on = 0; on < 2; on++) {
        struct running run;
        through_router(&setup);
        setup_setting(&setup, "r1", "net.ipv4.conf.all.bc_forwarding", on ? "1" : "0");
        run_begin(&run, &setup);
        from_client(&run, 0x0a000101, 0x0a0002ff);
        assert_int_equal(run_count(&run, TRACE_SENT, "r1"), on);
        if (on)
            assert_memory_equal(run_find(&run, 0, TRACE_SENT, "r1")->octets,
                                "\xff\xff\xff\xff\xff\xff", 6);
        run_end(&run);
    }
}

static void the_firewall_sees_directed_broadcasts(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_setting(&setup, "r1", "net.ipv4.conf.all.bc_forwarding", "1");
    setup_run(&setup, 0, "r1", "iptables -P FORWARD DROP");
    run_begin(&run, &setup);
    from_client(&run, 0x0a000101, 0x0a0002ff);
    assert_int_equal(run_count(&run, TRACE_SENT, "r1"), 0);
    assert_int_equal(run_lost(&run, "firewall"), 1);
    run_end(&run);
}

/* An address may go and another come: routes go with it, peers learn the new one by ARP. */
static void addresses_change_at_run_time(void **state) {
    (void)state;
    struct running run;
    SESSION(&run, "ip addr add 10.0.1.254/24 dev eth0", "ip addr del 10.0.1.7/24 dev eth0",
            "ip addr add 10.0.7.1/24 dev eth9", "ip addr del 10.0.1.254/24 dev eth0", "ip route",
            "ip -br addr", "ip addr add 224.0.0.1/24 dev eth0", "ip addr add 10.0.1.77/24 dev eth0",
            "ip addr show dev eth0", "ip link set eth0 mtu 1400", "ip link show eth0",
            "ip link set eth0 mtu 9000", "ping -c 1 -W 1 10.0.1.1", "ip -s link show dev eth0");
    run_until(&run, SECONDS(3));
    expect_output(
        &run, "r1",
        "Error: ipv4: Address already assigned.\n"
        "Error: ipv4: Address not found.\n"
        "Cannot find device \"eth9\"\n"
        "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"
        "eth0             UP\n"
        "eth1             UP             10.0.2.254/24\n"
        "Error: ipv4: Invalid address.\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default "
        "qlen 1000\n"
        "    link/ether 02:00:00:00:02:01 brd ff:ff:ff:ff:ff:ff\n"
        "    inet 10.0.1.77/24 brd 10.0.1.255 scope global eth0\n"
        "       valid_lft forever preferred_lft forever\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UP group default "
        "qlen 1000\n"
        "    link/ether 02:00:00:00:02:01 brd ff:ff:ff:ff:ff:ff\n"
        "Error: mtu greater than device maximum.\n"
        "PING 10.0.1.1 (10.0.1.1) 56(84) bytes of data.\n"
        "64 bytes from 10.0.1.1: icmp_seq=1 ttl=64 time=40.0 ms\n"
        "\n"
        "--- 10.0.1.1 ping statistics ---\n"
        "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
        "rtt min/avg/max/mdev = 40.000/40.000/40.000/0.000 ms\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UP group default "
        "qlen 1000\n"
        "    link/ether 02:00:00:00:02:01 brd ff:ff:ff:ff:ff:ff\n"
        "    RX:  bytes packets errors dropped  missed   mcast\n"
        "           140       2       0       0       0       0\n"
        "    TX:  bytes packets errors dropped carrier collsns\n"
        "           140       2       0       0       0       0\n");
    run_end(&run);
}

/* RFC 1812 5.3.7 has class E among the martians; Linux does not. */
static void class_e_is_the_profiles_affair(void **state) {
    (void)state;
    for (int linux_too = 0; linux_too < 2; linux_too++) {
        struct running run;
        through_router(&setup);
        if (!linux_too) setup.nodes[1].profile = "rfc9293";
        run_begin(&run, &setup);
        from_client(&run, 0xf0000001, 0x0a000201);
        assert_int_equal(run_lost(&run, "martian"), !linux_too);
        run_end(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins),
        cmocka_unit_test(wrong_routes_are_refused),
        cmocka_unit_test(an_interface_takes_its_routes_with_it),
        cmocka_unit_test(an_interface_that_is_down_is_deaf),
        cmocka_unit_test(a_wrong_scenario_is_told_where),
        cmocka_unit_test(a_scenarios_routes_have_metrics),
        cmocka_unit_test(routes_without_carrier),
        cmocka_unit_test(routes_are_iproute2s),
        cmocka_unit_test(routes_are_changed_as_on_linux),
        cmocka_unit_test(flows_are_spread_by_weight),
        cmocka_unit_test(a_path_that_is_down_is_left),
        cmocka_unit_test(routes_that_refuse_say_so),
        cmocka_unit_test(the_reverse_path_is_asked),
        cmocka_unit_test(directed_broadcasts_are_forwarded_when_told),
        cmocka_unit_test(the_firewall_sees_directed_broadcasts),
        cmocka_unit_test(addresses_change_at_run_time),
        cmocka_unit_test(class_e_is_the_profiles_affair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
