/* Routes of a router's configuration: kept while their next hop can be reached, gone while not. */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;
static size_t shown;

static void type(struct running *run, sim_time at, const char *node, const char *line) {
    run_until(run, at);
    run_command(run, at, node, line);
    run_until(run, at);
}

static void expect_printed(const struct running *run, const char *expected) {
    char *all = run_output(run, "r1");
    assert_string_equal(all + shown, expected);
    shown = strlen(all);
    free(all);
}

static void begin(struct running *run) {
    shown = 0;
    run_begin(run, &setup);
}

#define CONNECTED0 "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
#define CONNECTED1 "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n"

static void a_route_follows_its_interface(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_config(&setup, "r1", "ip route 10.9.0.0/16 10.0.2.1");
    begin(&run);
    type(&run, 0, "r1", "ip route");
    expect_printed(&run, CONNECTED0 CONNECTED1
                   "10.9.0.0/16 via 10.0.2.1 dev eth1 proto static metric 1\n");
    type(&run, SECONDS(1), "", "link r1-server down");
    type(&run, SECONDS(1), "r1", "ip route");
    expect_printed(&run, CONNECTED0 "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254 "
                                    "linkdown\n");
    type(&run, SECONDS(2), "", "link r1-server up");
    type(&run, SECONDS(2), "r1", "ip link set eth1 down");
    type(&run, SECONDS(3), "r1", "ip link set eth1 up");
    type(&run, SECONDS(9), "r1", "show ip route 10.9.0.0/16");
    expect_printed(&run, "Routing entry for 10.9.0.0/16\n"
                         "  Known via \"static\", distance 1, metric 0, best\n"
                         "  Last update 00:00:06 ago\n"
                         "  * 10.0.2.1, via eth1, weight 1\n"
                         "\n");
    run_end(&run);
}

static void lines_of_one_distance_share(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_config(&setup, "r1", "ip route 10.9.0.0/16 10.0.1.7");
    setup_config(&setup, "r1", "ip route 10.9.0.0/16 10.0.2.1");
    setup_config(&setup, "r1", "ip route 10.9.0.0/16 10.0.2.8 200");
    setup_config(&setup, "r1", "ip route 10.3.0.0/16 Null0");
    setup_config(&setup, "r1", "ip route 10.7.0.0/16 10.88.0.1"); /* out of reach: waits */
    setup_config(&setup, "r1", "ip route 10.6.0.0/16 eth1 tag 5 20");
    begin(&run);
    type(&run, SECONDS(1), "r1", "show ip route static");
    char *all = run_output(&run, "r1");
    assert_string_equal(strstr(all, "\n\n") + 2,
                        "S>* 10.3.0.0/16 [1/0] unreachable (blackhole), 00:00:01\n"
                        "S>* 10.6.0.0/16 [20/0] is directly connected, eth1, weight 1, 00:00:01\n"
                        "S   10.9.0.0/16 [200/0] via 10.0.2.8, eth1, weight 1, 00:00:01\n"
                        "S>* 10.9.0.0/16 [1/0] via 10.0.1.7, eth0, weight 1, 00:00:01\n"
                        "  *                   via 10.0.2.1, eth1, weight 1, 00:00:01\n");
    shown = strlen(all);
    free(all);
    type(&run, SECONDS(2), "r1", "show running-config");
    expect_printed(&run, "Building configuration...\n"
                         "\n"
                         "Current configuration:\n"
                         "!\n"
                         "hostname r1\n"
                         "!\n"
                         "ip route 10.3.0.0/16 blackhole\n"
                         "ip route 10.6.0.0/16 eth1 tag 5 20\n"
                         "ip route 10.7.0.0/16 10.88.0.1\n"
                         "ip route 10.9.0.0/16 10.0.1.7\n"
                         "ip route 10.9.0.0/16 10.0.2.1\n"
                         "ip route 10.9.0.0/16 10.0.2.8 200\n"
                         "!\n"
                         "end\n");
    run_command(&run, SECONDS(3), "r1", "no ip route 10.9.0.0/16 10.0.1.7");
    run_command(&run, SECONDS(3), "r1", "no ip route 10.9.0.0/16 10.0.1.7");
    run_command(&run, SECONDS(3), "r1", "no ip route 10.9.0.0/16 10.0.2.1");
    run_command(&run, SECONDS(3), "r1", "ip route show 10.9.0.0/16");
    expect_printed(&run, "% Refusing to remove a non-existent route\n"
                         "10.9.0.0/16 via 10.0.2.8 dev eth1 proto static metric 200\n");
    run_end(&run);
}

/* The daemon apart from the kernel: what it left stays, and nobody mends it. */
static void killed_it_leaves_its_routes(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_config(&setup, "r1", "ip route 10.9.0.0/16 10.0.2.1");
    begin(&run);
    type(&run, SECONDS(1), "r1", "killall staticd");
    type(&run, SECONDS(1), "", "link r1-server down");
    type(&run, SECONDS(1), "r1", "ip route show 10.9.0.0/16");
    type(&run, SECONDS(2), "r1", "staticd");
    type(&run, SECONDS(2), "r1", "ip route show 10.9.0.0/16");
    type(&run, SECONDS(2), "", "link r1-server up");
    type(&run, SECONDS(2), "r1", "ip route show 10.9.0.0/16");
    expect_printed(&run, "10.9.0.0/16 via 10.0.2.1 dev eth1 proto static metric 1 linkdown\n"
                         "10.9.0.0/16 via 10.0.2.1 dev eth1 proto static metric 1\n");
    run_end(&run);
}

static void same_wherever_it_lies(void **state) {
    (void)state;
    through_router(&setup);
    setup_config(&setup, "r1", "ip route 10.9.0.0/16 10.0.2.1");
    setup_run(&setup, SECONDS(1), "r1", "ip link set eth1 down");
    setup_run(&setup, SECONDS(2), "r1", "ip link set eth1 up");
    setup_run(&setup, SECONDS(3), "r1", "no ip route 10.9.0.0/16 10.0.2.1");
    expect_move_test(&setup, SECONDS(4));
    expect_sync_test(&setup, SECONDS(4), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_follows_its_interface),
        cmocka_unit_test(lines_of_one_distance_share),
        cmocka_unit_test(killed_it_leaves_its_routes),
        cmocka_unit_test(same_wherever_it_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
