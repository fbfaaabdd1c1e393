/*
 * Areas: what border routers tell of one to the other (RFC 2328 3.1, 3.2, 3.5 to 3.7, 12.4.3), and
 * what becomes of it (16.2). O16, O27, O36.
 */
#include "ospf_support.h"

static struct setup setup;

/* r1 --area 1-- r2 --backbone-- r3 --area 2-- r4, costs 10; the network of a cable between rN and
 * rM is 10.0.NM.0/24. */
static void row_of_areas(const char *line1, const char *line2) {
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_router_node(&setup, "r3", "3.3.3.3");
    ospf_router_node(&setup, "r4", "4.4.4.4");
    ospf_port(&setup, "r1", "eth0", "10.0.12.1/24", "1", NULL);
    ospf_port(&setup, "r2", "eth0", "10.0.12.2/24", "1", NULL);
    ospf_port(&setup, "r2", "eth1", "10.0.23.2/24", "0", NULL);
    ospf_port(&setup, "r3", "eth0", "10.0.23.3/24", "0", NULL);
    ospf_port(&setup, "r3", "eth1", "10.0.34.3/24", "2", NULL);
    ospf_port(&setup, "r4", "eth0", "10.0.34.4/24", "2", NULL);
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r2:eth1", "r3:eth0", MILLIS(1));
    setup_link(&setup, "r3:eth1", "r4:eth0", MILLIS(1));
    if (line1 != NULL) {
        ospf_line(&setup, "r1", line1);
        ospf_line(&setup, "r2", line1);
    }
    if (line2 != NULL) ospf_line(&setup, "r2", line2);
}

/* O16: never the area's own; into the backbone only what is intra-area. */
static void each_area_is_told_of_the_others(void **state) {
    (void)state;
    struct running run;
    row_of_areas(NULL, NULL);
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(30), "r1",
                       "10.0.23.0/24 inter 20 via 10.0.12.2\n"
                       "10.0.34.0/24 inter 30 via 10.0.12.2\n");
    expect_ospf_routes(&run, SECONDS(30), "r2", "10.0.34.0/24 inter 20 via 10.0.23.3\n");
    expect_ospf_routes(&run, SECONDS(30), "r4",
                       "10.0.12.0/24 inter 30 via 10.0.34.3\n"
                       "10.0.23.0/24 inter 20 via 10.0.34.3\n");
    expect_summaries(&run, SECONDS(30), "r2",
                     "area 0 network 10.0.12.0/24 by 2.2.2.2 cost 10\n"
                     "area 0 network 10.0.34.0/24 by 3.3.3.3 cost 10\n"
                     "area 1 network 10.0.23.0/24 by 2.2.2.2 cost 10\n"
                     "area 1 network 10.0.34.0/24 by 2.2.2.2 cost 20\n");
    run_end(&run);
}

/* 12.4.3, last paragraph; 16.7: what cannot be reached any more is flushed from both areas. */
static void what_is_lost_is_withdrawn(void **state) {
    (void)state;
    struct running run;
    row_of_areas(NULL, NULL);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(30));
    run_command(&run, SECONDS(30), "r3", "ip link set eth1 down");
    expect_ospf_routes(&run, SECONDS(36), "r1", "10.0.23.0/24 inter 20 via 10.0.12.2\n");
    expect_summaries(&run, SECONDS(36), "r1", "area 1 network 10.0.23.0/24 by 2.2.2.2 cost 10\n");
    run_end(&run);
}

/* 12.4: within MinLSInterval the router's own LSA speaks of an interface that has gone. */
static void an_interface_goes_before_the_lsa_can_say_so(void **state) {
    (void)state;
    struct running run;
    row_of_areas(NULL, NULL);
    ospf_port(&setup, "r2", "eth2", "10.0.29.2/24", "0", NULL);
    setup_node(&setup, NODE_HOST, "h");
    setup_interface(&setup, "h", "eth0", "10.0.29.9/24");
    setup_link(&setup, "r2:eth2", "h:eth0", MILLIS(1));
    run_begin(&run, &setup);
    run_until(&run, SECONDS(60));
    run_command(&run, SECONDS(60), "r2", "vtysh -c \"interface eth1\" -c \"ip ospf cost 11\"");
    run_until(&run, SECONDS(61));
    run_command(&run, SECONDS(61), "r2", "ip link set eth2 down");
    expect_ospf_routes(&run, SECONDS(62), "r1",
                       "10.0.23.0/24 inter 21 via 10.0.12.2\n"
                       "10.0.29.0/24 inter 20 via 10.0.12.2\n"
                       "10.0.34.0/24 inter 31 via 10.0.12.2\n");
    expect_ospf_routes(&run, SECONDS(70), "r1",
                       "10.0.23.0/24 inter 21 via 10.0.12.2\n"
                       "10.0.34.0/24 inter 31 via 10.0.12.2\n");
    run_end(&run);
}

/* 12.4.3.1. */
static void a_stub_area_has_a_default_route(void **state) {
    (void)state;
    struct running run;
    row_of_areas("area 1 stub", "area 1 default-cost 7");
    ospf_line(&setup, "r4", "default-information originate always");
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(30), "r1",
                       "10.0.23.0/24 inter 20 via 10.0.12.2\n"
                       "10.0.34.0/24 inter 30 via 10.0.12.2\n"
                       "0.0.0.0/0 inter 17 via 10.0.12.2\n");
    expect_summaries(&run, SECONDS(30), "r1",
                     "area 1 network 0.0.0.0/0 by 2.2.2.2 cost 7\n"
                     "area 1 network 10.0.23.0/24 by 2.2.2.2 cost 10\n"
                     "area 1 network 10.0.34.0/24 by 2.2.2.2 cost 20\n");
    expect_ospf_routes(&run, SECONDS(30), "r2",
                       "10.0.34.0/24 inter 20 via 10.0.23.3\n"
                       "0.0.0.0/0 E2 1 via 10.0.23.3\n");
    run_end(&run);
}

static void a_totally_stubby_area_has_nothing_else(void **state) {
    (void)state;
    struct running run;
    row_of_areas("area 1 stub", "area 1 stub no-summary");
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(30), "r1", "0.0.0.0/0 inter 11 via 10.0.12.2\n");
    expect_summaries(&run, SECONDS(30), "r1", "area 1 network 0.0.0.0/0 by 2.2.2.2 cost 1\n");
    expect_ospf_routes(&run, SECONDS(30), "r2", "10.0.34.0/24 inter 20 via 10.0.23.3\n");
    run_end(&run);
}

/* 3.5: one route for the whole range, at the largest cost, and hidden when it is to be. */
static void a_range_stands_for_its_networks(void **state) {
    (void)state;
    struct running run;
    row_of_areas(NULL, "area 1 range 10.0.8.0/21");
    ospf_port(&setup, "r1", "eth1", "10.0.13.1/24", "1", "ip ospf cost 50");
    setup_node(&setup, NODE_HOST, "h");
    setup_interface(&setup, "h", "eth0", "10.0.13.9/24");
    setup_link(&setup, "r1:eth1", "h:eth0", MILLIS(1));
    run_begin(&run, &setup);
    expect_summaries(&run, SECONDS(30), "r4",
                     "area 2 network 10.0.8.0/21 by 3.3.3.3 cost 70\n"
                     "area 2 network 10.0.23.0/24 by 3.3.3.3 cost 10\n");
    run_command(&run, SECONDS(30), "r2", "vtysh -c 'router ospf' -c 'no area 1 range 10.0.8.0/21'");
    expect_summaries(&run, SECONDS(40), "r4",
                     "area 2 network 10.0.12.0/24 by 3.3.3.3 cost 20\n"
                     "area 2 network 10.0.13.0/24 by 3.3.3.3 cost 70\n"
                     "area 2 network 10.0.23.0/24 by 3.3.3.3 cost 10\n");
    run_command(&run, SECONDS(40), "r2",
                "vtysh -c 'router ospf' -c 'area 1 range 10.0.8.0/21 not-advertise'");
    expect_summaries(&run, SECONDS(50), "r4", "area 2 network 10.0.23.0/24 by 3.3.3.3 cost 10\n");
    run_end(&run);
}

/* Two border routers, b1 and b2, between the backbone (r0) and area 1: i1-b1, i2-b2, i1-i2. */
static void two_borders(void) {
    setup_begin(&setup);
    ospf_router_node(&setup, "r0", "10.10.10.10");
    ospf_router_node(&setup, "b1", "1.1.1.1");
    ospf_router_node(&setup, "b2", "2.2.2.2");
    ospf_router_node(&setup, "i1", "3.3.3.3");
    ospf_router_node(&setup, "i2", "4.4.4.4");
    ospf_port(&setup, "r0", "eth0", "10.0.1.10/24", "0", NULL);
    ospf_port(&setup, "r0", "eth1", "10.0.2.10/24", "0", NULL);
    ospf_port(&setup, "b1", "eth0", "10.0.1.1/24", "0", NULL);
    ospf_port(&setup, "b2", "eth0", "10.0.2.2/24", "0", NULL);
    ospf_port(&setup, "b1", "eth1", "10.1.13.1/24", "1", NULL);
    ospf_port(&setup, "i1", "eth0", "10.1.13.3/24", "1", NULL);
    ospf_port(&setup, "b2", "eth1", "10.1.24.2/24", "1", NULL);
    ospf_port(&setup, "i2", "eth0", "10.1.24.4/24", "1", NULL);
    ospf_port(&setup, "i1", "eth1", "10.1.34.3/24", "1", NULL);
    ospf_port(&setup, "i2", "eth1", "10.1.34.4/24", "1", NULL);
    setup_link(&setup, "r0:eth0", "b1:eth0", MILLIS(1));
    setup_link(&setup, "r0:eth1", "b2:eth0", MILLIS(1));
    setup_link(&setup, "b1:eth1", "i1:eth0", MILLIS(1));
    setup_link(&setup, "b2:eth1", "i2:eth0", MILLIS(1));
    setup_link(&setup, "i1:eth1", "i2:eth1", MILLIS(1));
}

/* O27, O30: of equal cost by both. A border router itself believes the backbone alone: b1's way to
 * 10.0.2.0 is not through area 1, whatever b2 says there. */
static void two_borders_share(void **state) {
    (void)state;
    struct running run;
    two_borders();
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(30), "r0",
                       "10.1.13.0/24 inter 20 via 10.0.1.1\n"
                       "10.1.24.0/24 inter 20 via 10.0.2.2\n"
                       "10.1.34.0/24 inter 30 via 10.0.1.1 via 10.0.2.2\n");
    expect_ospf_routes(&run, SECONDS(30), "b1",
                       "10.0.2.0/24 intra 20 via 10.0.1.10\n"
                       "10.1.24.0/24 intra 30 via 10.1.13.3\n"
                       "10.1.34.0/24 intra 20 via 10.1.13.3\n");
    run_command(&run, SECONDS(30), "", "link r0-b2 down");
    expect_ospf_routes(&run, SECONDS(40), "b1",
                       "10.1.24.0/24 intra 30 via 10.1.13.3\n"
                       "10.1.34.0/24 intra 20 via 10.1.13.3\n");
    run_end(&run);
}

/* 3.7: the two parts of an area are reached by the backbone, as different areas are. */
static void a_parted_area_is_joined_by_the_backbone(void **state) {
    (void)state;
    struct running run;
    two_borders();
    run_begin(&run, &setup);
    run_until(&run, SECONDS(30));
    run_command(&run, SECONDS(30), "", "link i1-i2 down");
    expect_ospf_routes(&run, SECONDS(45), "i1",
                       "10.0.1.0/24 inter 20 via 10.1.13.1\n"
                       "10.0.2.0/24 inter 30 via 10.1.13.1\n"
                       "10.1.24.0/24 inter 40 via 10.1.13.1\n");
    expect_ospf_routes(&run, SECONDS(45), "b1",
                       "10.0.2.0/24 intra 20 via 10.0.1.10\n"
                       "10.1.24.0/24 inter 30 via 10.0.1.10\n");
    run_command(&run, SECONDS(45), "", "link i1-i2 up");
    expect_ospf_routes(&run, SECONDS(60), "b1",
                       "10.0.2.0/24 intra 20 via 10.0.1.10\n"
                       "10.1.24.0/24 intra 30 via 10.1.13.3\n"
                       "10.1.34.0/24 intra 20 via 10.1.13.3\n");
    run_end(&run);
}

/* RFC 3509 and RFC 2328 3.3: with several areas and no backbone. */
static void without_a_backbone(void **state) {
    (void)state;
    struct running run;
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_port(&setup, "r1", "eth0", "10.0.12.1/24", "1", NULL);
    ospf_port(&setup, "r2", "eth0", "10.0.12.2/24", "1", NULL);
    ospf_port(&setup, "r2", "eth1", "10.0.23.2/24", "2", NULL);
    setup_node(&setup, NODE_HOST, "h");
    setup_interface(&setup, "h", "eth0", "10.0.23.9/24");
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r2:eth1", "h:eth0", MILLIS(1));
    run_begin(&run, &setup);
    expect_summaries(&run, SECONDS(20), "r1", "");
    run_command(&run, SECONDS(20), "r2", "vtysh -c 'router ospf' -c 'ospf abr-type standard'");
    expect_summaries(&run, SECONDS(30), "r1", "area 1 network 10.0.23.0/24 by 2.2.2.2 cost 10\n");
    run_end(&run);
}

static void deterministic(void **state) {
    (void)state;
    two_borders();
    expect_move_test(&setup, SECONDS(6));
    expect_sync_test(&setup, SECONDS(12), 200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_area_is_told_of_the_others),
        cmocka_unit_test(what_is_lost_is_withdrawn),
        cmocka_unit_test(an_interface_goes_before_the_lsa_can_say_so),
        cmocka_unit_test(a_stub_area_has_a_default_route),
        cmocka_unit_test(a_totally_stubby_area_has_nothing_else),
        cmocka_unit_test(a_range_stands_for_its_networks),
        cmocka_unit_test(two_borders_share),
        cmocka_unit_test(a_parted_area_is_joined_by_the_backbone),
        cmocka_unit_test(without_a_backbone),
        cmocka_unit_test(deterministic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
