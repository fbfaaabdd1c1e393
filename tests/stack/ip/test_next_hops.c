/* Next hops of all nodes to one address: arrivals, loops, dead ends, switches, equal cost. */
#include <stdio.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

/* client 10.0.1.1 - r1 - r2 - server 10.0.2.1, and r1 - r3 - r2; 10.1.AB.0/24 between rA and rB. */
static void triangle(void) {
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "client");
    setup_interface(&setup, "client", "eth0", "10.0.1.1/24");
    setup_gateway(&setup, "client", "10.0.1.254");
    setup_node(&setup, NODE_ROUTER, "r1");
    setup_interface(&setup, "r1", "eth0", "10.0.1.254/24");
    setup_interface(&setup, "r1", "eth1", "10.1.12.1/24");
    setup_interface(&setup, "r1", "eth2", "10.1.13.1/24");
    setup_node(&setup, NODE_ROUTER, "r2");
    setup_interface(&setup, "r2", "eth0", "10.0.2.254/24");
    setup_interface(&setup, "r2", "eth1", "10.1.12.2/24");
    setup_interface(&setup, "r2", "eth2", "10.1.23.2/24");
    setup_node(&setup, NODE_ROUTER, "r3");
    setup_interface(&setup, "r3", "eth1", "10.1.13.3/24");
    setup_interface(&setup, "r3", "eth2", "10.1.23.3/24");
    setup_node(&setup, NODE_HOST, "server");
    setup_interface(&setup, "server", "eth0", "10.0.2.1/24");
    setup_gateway(&setup, "server", "10.0.2.254");
    setup_link(&setup, "client:eth0", "r1:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth1", "r2:eth1", MILLIS(1));
    setup_link(&setup, "r1:eth2", "r3:eth1", MILLIS(1));
    setup_link(&setup, "r3:eth2", "r2:eth2", MILLIS(1));
    setup_link(&setup, "r2:eth0", "server:eth0", MILLIS(1));
}

struct picture {
    const struct lab *lab;
    char text[4096];
    size_t used;
};

static void write_arrow(void *user, const struct overlay_arrow *a) {
    struct picture *p = user;
    char cables[64] = "";
    for (uint32_t k = 0; k < a->link_count; k++)
        snprintf(cables + strlen(cables), sizeof cables - strlen(cables), "%s%u", k ? "," : " by ",
                 a->link[k]);
    int n = snprintf(p->text + p->used, sizeof p->text - p->used, "%s > %s%s %s %s\n",
                     lab_node(p->lab, a->from).name, a->to ? lab_node(p->lab, a->to).name : "-",
                     cables, engine_overlay_role_name(a->role), strstr(a->say, ".") + 1);
    p->used += (size_t)n;
    assert_true(p->used < sizeof p->text);
}

static void expect_picture(const struct running *run, ip4 to, const char *expected) {
    struct picture p = {.lab = run->lab};
    struct overlay_sink sink = {.arrow = write_arrow, .user = &p};
    lab_overlay(run->lab, OVERLAY_NEXT_HOPS, 0, to, &sink);
    assert_string_equal(p.text, expected);
}
enum { SERVER = 0x0a000201, SERVERS_NETWORK = 0x0a000200, NOWHERE = 0x0a090909 };

static void run_lines(struct running *run, const char *const *lines) {
    for (; *lines != NULL; lines += 2) {
        const char *node = lines[0];
        setup_run(&setup, 0, node, lines[1]);
    }
    run_begin(run, &setup);
    run_until(run, SECONDS(1));
}
#define RUN(run, ...) run_lines(run, (const char *const[]){__VA_ARGS__, NULL})

static void each_table_decides_for_itself(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r1", "ip route add 10.0.2.0/24 via 10.1.13.3", "r3",
        "ip route add 10.0.2.0/24 via 10.1.23.2");
    expect_picture(&run, SERVER,
                   "client > r1 by 1 plain next.via\n"
                   "r1 > r3 by 3 plain next.via\n"
                   "r2 > server by 5 plain next.direct\n"
                   "r3 > r2 by 4 plain next.via\n"
                   "server > - here here.address\n");
    run_end(&run);
}

static void a_loop_is_found_and_what_leads_into_it(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r1", "ip route add 10.0.2.0/24 via 10.1.13.3", "r3",
        "ip route add 10.0.2.0/24 via 10.1.13.1");
    expect_picture(&run, SERVER,
                   "client > r1 by 1 doomed next.doomed\n"
                   "r1 > r3 by 3 loop next.loop\n"
                   "r2 > server by 5 plain next.direct\n"
                   "r3 > r1 by 3 loop next.loop\n"
                   "server > - here here.address\n");
    run_end(&run);
}

static void of_equal_ways_each_is_told(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r1", "ip route add 10.0.2.0/24 nexthop via 10.1.12.2 nexthop via 10.1.13.3", "r3",
        "ip route add 10.0.2.0/24 via 10.1.13.1");
    expect_picture(&run, SERVER,
                   "client > r1 by 1 doomed next.doomed\n"
                   "r1 > r2 by 2 plain next.via\n"
                   "r1 > r3 by 3 loop next.loop\n"
                   "r2 > server by 5 plain next.direct\n"
                   "r3 > r1 by 3 loop next.loop\n"
                   "server > - here here.address\n");
    run_end(&run);
}

static void dead_ends_say_why(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r1", "ip route add 10.9.9.0/24 via 10.1.13.77", "r2",
        "ip route add blackhole 10.9.9.0/24", "r3", "ip route add 10.9.9.0/24 via 10.1.23.2",
        "server", "ip link set eth0 down");
    expect_picture(&run, NOWHERE,
                   "client > r1 by 1 doomed next.doomed\n"
                   "r1 > - dead_end dead.nobody\n"
                   "r2 > - dead_end dead.blackhole\n"
                   "r3 > r2 by 4 doomed next.doomed\n"
                   "server > - dead_end dead.no_route\n");
    run_end(&run);
}

static void a_cut_cable_is_a_dead_end(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r1", "ip route add 10.0.2.0/24 via 10.1.12.2");
    run_command(&run, SECONDS(1), "", "link r1-r2 down");
    expect_picture(&run, SERVER,
                   "client > r1 by 1 doomed next.doomed\n"
                   "r1 > - dead_end dead.no_carrier\n"
                   "r2 > server by 5 plain next.direct\n"
                   "r3 > - dead_end dead.no_route\n"
                   "server > - here here.address\n");
    run_end(&run);
}

static void who_has_crashed_is_a_dead_end(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r1", "ip route add 10.0.2.0/24 via 10.1.12.2");
    run_command(&run, SECONDS(1), "", "node r2 crash");
    expect_picture(&run, SERVER,
                   "client > r1 by 1 doomed next.doomed\n"
                   "r1 > r2 by 2 doomed next.doomed\n"
                   "r2 > - dead_end dead.crashed\n"
                   "r3 > - dead_end dead.no_route\n"
                   "server > - here here.address\n");
    run_end(&run);
}

static void a_network_is_reached_by_who_is_on_it(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r1", "ip route add 10.0.2.0/24 via 10.1.12.2");
    expect_picture(&run, SERVERS_NETWORK,
                   "client > r1 by 1 plain next.via\n"
                   "r1 > r2 by 2 plain next.via\n"
                   "r2 > - here here.network\n"
                   "r3 > - dead_end dead.no_route\n"
                   "server > - here here.network\n");
    run_end(&run);
}

static void a_host_does_not_forward(void **state) {
    (void)state;
    struct running run;
    triangle();
    RUN(&run, "r2", "ip route add 10.9.9.0/24 via 10.0.2.1", "r1",
        "ip route add 10.9.9.0/24 via 10.1.12.2");
    expect_picture(&run, NOWHERE,
                   "client > r1 by 1 doomed next.doomed\n"
                   "r1 > r2 by 2 doomed next.doomed\n"
                   "r2 > server by 5 dead_end dead.no_router\n"
                   "r3 > - dead_end dead.no_route\n"
                   "server > r2 by 5 doomed next.doomed\n");
    run_end(&run);
}

static void through_a_switch_the_cables_are_told(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_picture(&run, 0x0a000003,
                   "a > c by 1,3 plain next.direct\n"
                   "b > c by 2,3 plain next.direct\n"
                   "c > - here here.address\n");
    run_end(&run);
}

static void switches_in_a_ring_end_the_search(void **state) {
    (void)state;
    struct running run;
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a");
    setup_interface(&setup, "a", "eth0", "10.0.0.1/24");
    static const char *const names[] = {"s1", "s2", "s3"};
    for (size_t k = 0; k < 3; k++) {
        setup_node(&setup, NODE_SWITCH, names[k]);
        setup_interface(&setup, names[k], "p1", NULL);
        setup_interface(&setup, names[k], "p2", NULL);
        setup_interface(&setup, names[k], "p3", NULL);
    }
    setup_link(&setup, "a:eth0", "s1:p1", MILLIS(1));
    setup_link(&setup, "s1:p2", "s2:p1", MILLIS(1));
    setup_link(&setup, "s2:p2", "s3:p1", MILLIS(1));
    setup_link(&setup, "s3:p2", "s1:p3", MILLIS(1));
    run_begin(&run, &setup);
    expect_picture(&run, 0x0a000009, "a > - dead_end dead.nobody\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_table_decides_for_itself),
        cmocka_unit_test(a_loop_is_found_and_what_leads_into_it),
        cmocka_unit_test(of_equal_ways_each_is_told),
        cmocka_unit_test(dead_ends_say_why),
        cmocka_unit_test(a_cut_cable_is_a_dead_end),
        cmocka_unit_test(who_has_crashed_is_a_dead_end),
        cmocka_unit_test(a_network_is_reached_by_who_is_on_it),
        cmocka_unit_test(a_host_does_not_forward),
        cmocka_unit_test(through_a_switch_the_cables_are_told),
        cmocka_unit_test(switches_in_a_ring_end_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
