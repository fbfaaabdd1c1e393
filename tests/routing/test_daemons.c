/* The daemon apart from the kernel: killed, it leaves a table by which the node goes on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

/* r1 - r2 - r3 in a row, all of one protocol. */
static void in_a_row(const char *router, const char *network) {
    static const char *const names[] = {"r1", "r2", "r3"};
    setup_begin(&setup);
    for (int i = 0; i < 3; i++) {
        setup_node(&setup, NODE_ROUTER, names[i]);
        setup_setting(&setup, names[i], "net.ipv4.ip_forward", "1");
        setup_config(&setup, names[i], router);
        setup_config(&setup, names[i], network);
    }
    setup_interface(&setup, "r1", "eth0", "10.0.12.1/24");
    setup_interface(&setup, "r2", "eth0", "10.0.12.2/24");
    setup_interface(&setup, "r2", "eth1", "10.0.23.2/24");
    setup_interface(&setup, "r3", "eth0", "10.0.23.3/24");
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r2:eth1", "r3:eth0", MILLIS(1));
}

static void type(struct running *run, sim_time at, const char *node, const char *line) {
    run_until(run, at);
    run_command(run, at, node, line);
}

static void expect_ping(struct running *run, sim_time at) {
    char *before = run_output(run, "r1");
    type(run, at, "r1", "ping -q -c 1 10.0.23.3");
    run_until(run, at + SECONDS(2));
    char *after = run_output(run, "r1");
    if (strstr(after + strlen(before), "1 received") == NULL)
        fail_msg("no answer: %s", after + strlen(before));
    free(before);
    free(after);
}

static void expect_left_behind(const char *router, const char *network, const char *daemon,
                               const char *route) {
    struct running run;
    char line[64];
    in_a_row(router, network);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(100));
    expect_ping(&run, SECONDS(100));
    snprintf(line, sizeof line, "killall %s", daemon);
    type(&run, SECONDS(110), "r1", line);
    run_until(&run, SECONDS(900)); /* all of its timers would have fired by now */
    expect_ping(&run, SECONDS(900));
    type(&run, SECONDS(910), "r1", daemon); /* it finds what it left, and makes it its own */
    run_until(&run, SECONDS(1100));
    expect_ping(&run, SECONDS(1100));
    char *before = run_output(&run, "r1");
    type(&run, SECONDS(1110), "r1", "ip route");
    char *after = run_output(&run, "r1");
    assert_string_equal(after + strlen(before), route);
    free(before);
    free(after);
    snprintf(line, sizeof line, "no %s", router); /* this takes them away */
    type(&run, SECONDS(1120), "r1", line);
    before = run_output(&run, "r1");
    type(&run, SECONDS(1120), "r1", "ip route");
    after = run_output(&run, "r1");
    assert_string_equal(after + strlen(before),
                        "10.0.12.0/24 dev eth0 proto kernel scope link src 10.0.12.1\n");
    free(before);
    free(after);
    run_end(&run);
}

static void rips_routes_forward_without_it(void **state) {
    (void)state;
    expect_left_behind("router rip", "network 10.0.0.0/8", "ripd",
                       "10.0.12.0/24 dev eth0 proto kernel scope link src 10.0.12.1\n"
                       "10.0.23.0/24 via 10.0.12.2 dev eth0 proto rip metric 120\n");
}

static void ospfs_routes_forward_without_it(void **state) {
    (void)state;
    expect_left_behind("router ospf", "network 10.0.0.0/8 area 0", "ospfd",
                       "10.0.12.0/24 dev eth0 proto kernel scope link src 10.0.12.1\n"
                       "10.0.23.0/24 via 10.0.12.2 dev eth0 proto ospf metric 110\n");
}

/* OSPF's distance is the lower one: its route is used, RIP's stands behind it. */
static void the_lower_distance_is_used(void **state) {
    (void)state;
    struct running run;
    in_a_row("router rip", "network 10.0.0.0/8");
    for (int i = 0; i < 3; i++) {
        const char *name = setup.nodes[i].name;
        setup_config(&setup, name, "router ospf");
        setup_config(&setup, name, "network 10.0.0.0/8 area 0");
    }
    run_begin(&run, &setup);
    run_until(&run, SECONDS(100));
    type(&run, SECONDS(100), "r1", "show ip route");
    char *said = run_output(&run, "r1");
    assert_non_null(strstr(said, "\nR   10.0.23.0/24 [120/2] via 10.0.12.2, eth0, weight 1, "));
    assert_non_null(strstr(said, "\nO>* 10.0.23.0/24 [110/20] via 10.0.12.2, eth0, weight 1, "));
    free(said);
    type(&run, SECONDS(100), "r1", "no router ospf");
    type(&run, SECONDS(100), "r1", "show ip route");
    said = run_output(&run, "r1");
    assert_non_null(strstr(said, "\nR>* 10.0.23.0/24 [120/2] via 10.0.12.2, eth0, weight 1, "));
    free(said);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rips_routes_forward_without_it),
        cmocka_unit_test(ospfs_routes_forward_without_it),
        cmocka_unit_test(the_lower_distance_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
