/*
 * The shortest-path tree and its next hops (RFC 2328 16.1, 16.8), when it is computed, and what the
 * node's table keeps of it when the daemon is gone. O26, O29, O30.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ospf_support.h"

static struct setup setup;

/* r1 - r2 - r3 in a row, and r1 - r3: costs 10, 10 and 30. */
static void triangle(void) {
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_router_node(&setup, "r3", "3.3.3.3");
    ospf_port(&setup, "r1", "eth0", "10.0.12.1/24", "0", "ip ospf network point-to-point");
    ospf_port(&setup, "r2", "eth0", "10.0.12.2/24", "0", "ip ospf network point-to-point");
    ospf_port(&setup, "r2", "eth1", "10.0.23.2/24", "0", NULL);
    ospf_port(&setup, "r3", "eth0", "10.0.23.3/24", "0", NULL);
    ospf_port(&setup, "r1", "eth1", "10.0.13.1/24", "0", "ip ospf cost 30");
    ospf_port(&setup, "r3", "eth1", "10.0.13.3/24", "0", "ip ospf cost 30");
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r2:eth1", "r3:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth1", "r3:eth1", MILLIS(1));
}

static void the_shorter_way(void **state) {
    (void)state;
    struct running run;
    triangle();
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r1", "10.0.23.0/24 intra 20 via 10.0.12.2\n");
    run_command(&run, SECONDS(20), "", "link r1-r2 down");
    expect_ospf_routes(&run, SECONDS(26), "r1", "10.0.23.0/24 intra 40 via 10.0.13.3\n");
    run_end(&run);
}

/* O26: r2's daemon dies without a word. Its router-LSA stays in the databases, with a link to r1;
 * but r1 has none to it any more, nor has r3: 16.1 (2) (b). */
static void a_link_counts_that_both_ends_have(void **state) {
    (void)state;
    struct running run;
    triangle();
    ospf_port(&setup, "r2", "eth2", "10.0.2.2/24", "0", NULL);
    setup_node(&setup, NODE_HOST, "h");
    setup_interface(&setup, "h", "eth0", "10.0.2.9/24");
    setup_link(&setup, "r2:eth2", "h:eth0", MILLIS(1));
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r1",
                       "10.0.2.0/24 intra 20 via 10.0.12.2\n"
                       "10.0.23.0/24 intra 20 via 10.0.12.2\n");
    run_command(&run, SECONDS(20), "r2", "killall ospfd");
    expect_ospf_routes(&run, SECONDS(28), "r1", "10.0.23.0/24 intra 40 via 10.0.13.3\n");
    run_command(&run, SECONDS(28), "r1", "show ip ospf database router 2.2.2.2");
    run_until(&run, SECONDS(28));
    char *said = run_output(&run, "r1");
    assert_non_null(strstr(said, "Neighboring Router ID: 1.1.1.1"));
    free(said);
    run_end(&run);
}

/* 16.1 (3): networks are chosen before routers at equal distance. r2 is 10 away over the LAN and 10
 * away over the cable: both are next hops, although r2 could be chosen before the LAN. */
static void networks_before_routers(void **state) {
    (void)state;
    struct running run;
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_router_node(&setup, "r3", "3.3.3.3");
    ospf_port(&setup, "r1", "eth0", "10.0.0.1/24", "0", NULL);
    ospf_port(&setup, "r1", "eth1", "10.0.12.1/24", "0", "ip ospf network point-to-point");
    ospf_port(&setup, "r2", "eth0", "10.0.0.2/24", "0", NULL);
    ospf_port(&setup, "r2", "eth1", "10.0.12.2/24", "0", "ip ospf network point-to-point");
    ospf_port(&setup, "r2", "eth2", "10.0.23.2/24", "0", NULL);
    ospf_port(&setup, "r3", "eth0", "10.0.23.3/24", "0", NULL);
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth1", "r2:eth1", MILLIS(1));
    setup_link(&setup, "r2:eth2", "r3:eth0", MILLIS(1));
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r1",
                       "10.0.23.0/24 intra 20 via 10.0.0.2 via 10.0.12.2\n");
    run_end(&run);
}

/* `timers throttle spf`: the first change is calculated soon, the second only when the hold
 * has passed, and the next hold is longer. */
static void calculations_keep_their_distance(void **state) {
    (void)state;
    struct running run;
    triangle();
    ospf_line(&setup, "r1", "timers throttle spf 100 3000 5000");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(30));
    run_command(&run, SECONDS(30), "r3", "vtysh -c 'interface eth0' -c 'ip ospf cost 11'");
    expect_ospf_routes(&run, SECONDS(30.05), "r3", "10.0.12.0/24 intra 21 via 10.0.23.2\n");
    run_until(&run, SECONDS(30.5));
    run_command(&run, SECONDS(30.5), "", "link r1-r3 down"); /* r1's own change */
    run_until(&run, SECONDS(32.9));
    run_command(&run, SECONDS(32.9), "r1", "show ip ospf");
    char *said = run_output(&run, "r1");
    assert_non_null(strstr(said, " SPF timer due in 0."));
    assert_non_null(strstr(said, " Hold time multiplier is currently 2\n"));
    free(said);
    run_end(&run);
}

/* What a killed daemon left stays, and the next one takes it over: there is a route at every
 * moment, also while the new daemon knows nothing yet. */
static void routes_outlive_their_daemon(void **state) {
    (void)state;
    struct running run;
    triangle();
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r1", "10.0.23.0/24 intra 20 via 10.0.12.2\n");
    run_command(&run, SECONDS(20), "r1", "killall ospfd");
    expect_ospf_routes(&run, SECONDS(40), "r1", "10.0.23.0/24 intra 20 via 10.0.12.2\n");
    run_command(&run, SECONDS(40), "r1", "ospfd");
    for (double at = 40; at < 60; at += 0.25)
        expect_ospf_routes(&run, SECONDS(at), "r1", "10.0.23.0/24 intra 20 via 10.0.12.2\n");
    run_end(&run);
}

/* The same, but what was left is wrong by now: it goes when the new daemon knows better. */
static void wrong_routes_go_when_the_table_is_full(void **state) {
    (void)state;
    struct running run;
    triangle();
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    run_command(&run, SECONDS(20), "r1", "killall ospfd");
    run_until(&run, SECONDS(21));
    run_command(&run, SECONDS(21), "r3", "ip link set eth0 down");
    run_command(&run, SECONDS(21), "r2", "ip link set eth1 down");
    run_until(&run, SECONDS(30));
    run_command(&run, SECONDS(30), "r1", "ospfd");
    expect_ospf_routes(&run, SECONDS(30), "r1", "10.0.23.0/24 intra 20 via 10.0.12.2\n");
    expect_ospf_routes(&run, SECONDS(50), "r1", "");
    run_end(&run);
}

/* ------------------------------------------------------------------- for those who look on */

struct drawn {
    char text[4096];
    size_t at;
};

__attribute__((format(printf, 2, 3))) static void add(struct drawn *drawn, const char *format,
                                                      ...) {
    va_list args;
    va_start(args, format);
    drawn->at +=
        (size_t)vsnprintf(drawn->text + drawn->at, sizeof drawn->text - drawn->at, format, args);
    va_end(args);
    assert_true(drawn->at < sizeof drawn->text);
}

static void draw_vertex(void *user, const struct overlay_vertex *v) {
    add(user, "%u %s %s%s%s\n", v->number, v->kind, v->name, v->note[0] != '\0' ? " " : "",
        v->note);
}

static void draw_arrow(void *user, const struct overlay_arrow *a) {
    add(user, "%u -> %u cost %u%s", a->from, a->to, a->cost,
        a->role == OVERLAY_ON_TREE ? " on tree" : "");
    if (a->interface != 0) add(user, " eth%u", a->interface - 1);
    if (a->via != 0)
        add(user, " %u.%u.%u.%u", a->via >> 24, a->via >> 16 & 255, a->via >> 8 & 255,
            a->via & 255);
    add(user, "\n");
}

static void expect_drawn(struct running *run, enum overlay overlay, const char *node,
                         const char *expected) {
    struct drawn drawn = {.at = 0};
    struct overlay_sink sink = {draw_vertex, draw_arrow, &drawn};
    uint32_t number = lab_node_named(run->lab, node);
    assert_true(lab_overlay_has(run->lab, overlay, number));
    lab_overlay(run->lab, overlay, number, 0, &sink);
    assert_string_equal(drawn.text, expected);
}

static void the_tree_as_arrows(void **state) {
    (void)state;
    struct running run;
    triangle();
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_drawn(&run, OVERLAY_TREE, "r1",
                 "1 -> 2 cost 10 on tree eth0 10.0.12.2\n"
                 "2 -> 3 cost 20 on tree eth1 10.0.23.3\n");
    expect_drawn(&run, OVERLAY_TREE, "r3",
                 "3 -> 2 cost 10 on tree eth0 10.0.23.2\n"
                 "2 -> 1 cost 20 on tree eth0 10.0.12.1\n");
    run_end(&run);
}

static void the_database_as_a_map(void **state) {
    (void)state;
    struct running run;
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_port(&setup, "r1", "eth0", "10.0.12.1/24", "0", NULL);
    ospf_port(&setup, "r2", "eth0", "10.0.12.2/24", "0", NULL);
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    ospf_line(&setup, "r2", "default-information originate always");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_drawn(&run, OVERLAY_MAP, "r1",
                 "1 router 1.1.1.1\n"
                 "2 router 2.2.2.2 ASBR\n"
                 "3 network 10.0.12.0/24 DR 10.0.12.2\n"
                 "4 external 0.0.0.0/0\n"
                 "1 -> 3 cost 10 on tree\n"
                 "2 -> 3 cost 10\n"
                 "3 -> 2 cost 0 on tree\n"
                 "3 -> 1 cost 0\n"
                 "2 -> 4 cost 1\n");
    run_end(&run);
}

/* A path by another router may be as short as one's own link: that is there all the same. */
static void an_own_network_is_shown_beside_a_path_as_short(void **state) {
    (void)state;
    struct running run;
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_port(&setup, "r1", "eth0", "10.0.1.1/24", "0", "ip ospf cost 10");
    ospf_port(&setup, "r1", "eth1", "10.0.2.1/24", "0", "ip ospf cost 20");
    ospf_port(&setup, "r2", "eth0", "10.0.1.2/24", "0", "ip ospf cost 10");
    ospf_port(&setup, "r2", "eth1", "10.0.2.2/24", "0", "ip ospf cost 10");
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth1", "r2:eth1", MILLIS(1));
    run_begin(&run, &setup);
    run_until(&run, SECONDS(30));
    run_command(&run, SECONDS(30), "r1", "show ip route ospf");
    run_until(&run, SECONDS(31));
    char *said = run_output(&run, "r1");
    assert_non_null(strstr(said, "O   10.0.2.0/24 [110/20] is directly connected, eth1"));
    free(said);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_own_network_is_shown_beside_a_path_as_short),
        cmocka_unit_test(the_shorter_way),
        cmocka_unit_test(a_link_counts_that_both_ends_have),
        cmocka_unit_test(networks_before_routers),
        cmocka_unit_test(calculations_keep_their_distance),
        cmocka_unit_test(routes_outlive_their_daemon),
        cmocka_unit_test(wrong_routes_go_when_the_table_is_full),
        cmocka_unit_test(the_tree_as_arrows),
        cmocka_unit_test(the_database_as_a_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
