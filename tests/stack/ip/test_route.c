/* Routes: the longest prefix wins, gateways must be on a link, interfaces take theirs with them. */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

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
                  "10.9.7.7 via 10.0.2.1 dev eth1 src 10.0.2.254\n"
                  "10.9.7.8 via 10.0.1.1 dev eth0 src 10.0.1.254\n"
                  "10.9.8.8 via 10.0.2.1 dev eth1 src 10.0.2.254\n"
                  "11.0.0.1 via 10.0.1.1 dev eth0 src 10.0.1.254\n"
                  "10.0.2.9 dev eth1 src 10.0.2.254\n"
                  "local 10.0.1.254 dev lo\n"
                  "default via 10.0.1.1 dev eth0\n"
                  "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
                  "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"
                  "10.9.0.0/16 via 10.0.2.1 dev eth1\n"
                  "10.9.7.0/24 via 10.0.1.1 dev eth0\n"
                  "10.9.7.7 via 10.0.2.1 dev eth1\n");
    expect_table(&run, "routes", "r1",
                 "[\"10.0.1.0/24\",\"\",\"eth0\",\"0\",\"connected\"]\n"
                 "[\"10.0.2.0/24\",\"\",\"eth1\",\"0\",\"connected\"]\n"
                 "[\"0.0.0.0/0\",\"10.0.1.1\",\"eth0\",\"0\",\"static\"]\n"
                 "[\"10.9.0.0/16\",\"10.0.2.1\",\"eth1\",\"0\",\"static\"]\n"
                 "[\"10.9.7.0/24\",\"10.0.1.1\",\"eth0\",\"0\",\"static\"]\n"
                 "[\"10.9.7.7/32\",\"10.0.2.1\",\"eth1\",\"0\",\"static\"]\n");
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
                  "RTNETLINK answers: Invalid argument\n"
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
    static const struct scenario_route far = {0x0a090000, 16, 0x0b000001, NULL};
    static const struct scenario_route none = {0x0a090000, 16, 0, "eth9"};
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins),
        cmocka_unit_test(wrong_routes_are_refused),
        cmocka_unit_test(an_interface_takes_its_routes_with_it),
        cmocka_unit_test(an_interface_that_is_down_is_deaf),
        cmocka_unit_test(a_wrong_scenario_is_told_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
