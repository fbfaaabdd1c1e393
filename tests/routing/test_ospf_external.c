/*
 * Routes from outside: what an AS boundary router says (RFC 2328 12.4.4, appendix E), and which of
 * several paths is taken (16.4, 16.4.1). O17, O28, O35.
 */
#include "ospf_support.h"

static struct setup setup;

/* r1 - r2 - r3, all in the backbone, costs 10; r1 and r3 have a host each on a network that is not
 * OSPF's: 172.16.1.0/24 and 172.16.3.0/24. */
static void between_two_outsides(void) {
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_router_node(&setup, "r3", "3.3.3.3");
    ospf_port(&setup, "r1", "eth0", "10.0.12.1/24", "0", NULL);
    ospf_port(&setup, "r2", "eth0", "10.0.12.2/24", "0", NULL);
    ospf_port(&setup, "r2", "eth1", "10.0.23.2/24", "0", NULL);
    ospf_port(&setup, "r3", "eth0", "10.0.23.3/24", "0", NULL);
    setup_interface(&setup, "r1", "eth1", "172.16.1.1/24");
    setup_interface(&setup, "r3", "eth1", "172.16.3.1/24");
    setup_node(&setup, NODE_HOST, "h1");
    setup_node(&setup, NODE_HOST, "h3");
    setup_interface(&setup, "h1", "eth0", "172.16.1.9/24");
    setup_interface(&setup, "h3", "eth0", "172.16.3.9/24");
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r2:eth1", "r3:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth1", "h1:eth0", MILLIS(1));
    setup_link(&setup, "r3:eth1", "h3:eth0", MILLIS(1));
}

/* 12.4.4: type 1 counts the way, type 2 does not; connected networks of OSPF's own are no news. */
static void what_is_connected_is_told(void **state) {
    (void)state;
    struct running run;
    between_two_outsides();
    ospf_line(&setup, "r1", "redistribute connected metric 5 metric-type 1");
    ospf_line(&setup, "r3", "redistribute connected");
    run_begin(&run, &setup);
    expect_summaries(&run, SECONDS(20), "r2",
                     "external 172.16.1.0/24 by 1.1.1.1 type 1 cost 5\n"
                     "external 172.16.3.0/24 by 3.3.3.3 type 2 cost 20\n");
    expect_ospf_routes(&run, SECONDS(20), "r2",
                       "172.16.1.0/24 E1 15 via 10.0.12.1\n"
                       "172.16.3.0/24 E2 20 via 10.0.23.3\n");
    run_command(&run, SECONDS(20), "r1", "ip link set eth1 down"); /* 14.1: it is flushed */
    expect_summaries(&run, SECONDS(26), "r2", "external 172.16.3.0/24 by 3.3.3.3 type 2 cost 20\n");
    run_command(&run, SECONDS(26), "r3", "vtysh -c 'router ospf' -c 'no redistribute connected'");
    expect_summaries(&run, SECONDS(32), "r2", "");
    run_end(&run);
}

/* One network from both sides. 16.4 (6) (b) and (d). */
static void the_better_path_wins(const char *line1, const char *line3, const char *route) {
    struct running run;
    between_two_outsides();
    setup_config(&setup, "r1", "ip route 192.0.2.0/24 172.16.1.9");
    setup_config(&setup, "r3", "ip route 192.0.2.0/24 172.16.3.9");
    ospf_line(&setup, "r1", line1);
    ospf_line(&setup, "r3", line3);
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r2", route);
    run_end(&run);
}

static void type_1_before_type_2(void **state) {
    (void)state;
    the_better_path_wins("redistribute static metric 1 metric-type 2",
                         "redistribute static metric 900 metric-type 1",
                         "192.0.2.0/24 E1 910 via 10.0.23.3\n");
}

static void the_smaller_metric_of_type_2(void **state) {
    (void)state;
    the_better_path_wins("redistribute static metric 8", "redistribute static metric 7",
                         "192.0.2.0/24 E2 7 via 10.0.23.3\n");
}

/* O30 */
static void paths_of_equal_preference_share(void **state) {
    (void)state;
    the_better_path_wins("redistribute static", "redistribute static",
                         "192.0.2.0/24 E2 20 via 10.0.12.1 via 10.0.23.3\n");
}

/* 16.4 (6) (a): a way inside is never left for one outside. */
static void intra_area_before_external(void **state) {
    (void)state;
    struct running run;
    between_two_outsides();
    setup_config(&setup, "r1", "ip route 10.0.23.0/24 172.16.1.9");
    ospf_line(&setup, "r1", "redistribute static metric 1 metric-type 1");
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r3", "10.0.12.0/24 intra 20 via 10.0.23.2\n");
    run_end(&run);
}

/* 12.4.4.1, Figure 16: packets go straight to the router outside, not to who told of it. */
static void the_forwarding_address_saves_a_hop(void **state) {
    (void)state;
    struct running run;
    setup_begin(&setup);
    ospf_router_node(&setup, "ra", "1.1.1.1");
    ospf_router_node(&setup, "rb", "2.2.2.2");
    ospf_port(&setup, "ra", "eth0", "10.0.0.1/24", "0", NULL);
    ospf_port(&setup, "rb", "eth0", "10.0.0.2/24", "0", NULL);
    setup_node(&setup, NODE_HOST, "rx");
    setup_interface(&setup, "rx", "eth0", "10.0.0.9/24");
    setup_node(&setup, NODE_SWITCH, "s");
    setup_interface(&setup, "s", "p1", NULL);
    setup_interface(&setup, "s", "p2", NULL);
    setup_interface(&setup, "s", "p3", NULL);
    setup_link(&setup, "ra:eth0", "s:p1", MILLIS(1));
    setup_link(&setup, "rb:eth0", "s:p2", MILLIS(1));
    setup_link(&setup, "rx:eth0", "s:p3", MILLIS(1));
    setup_config(&setup, "ra", "ip route 192.0.2.0/24 10.0.0.9");
    ospf_line(&setup, "ra", "redistribute static");
    run_begin(&run, &setup);
    expect_summaries(&run, SECONDS(20), "rb",
                     "external 192.0.2.0/24 by 1.1.1.1 type 2 cost 20 to 10.0.0.9\n");
    expect_ospf_routes(&run, SECONDS(20), "rb", "192.0.2.0/24 E2 20 via 10.0.0.9\n");
    run_end(&run);
}

/* A default route is told when there is one, or always. */
static void default_routes(void **state) {
    (void)state;
    struct running run;
    between_two_outsides();
    ospf_line(&setup, "r1", "default-information originate metric-type 1");
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r2", "");
    run_command(&run, SECONDS(20), "r1", "ip route add default via 172.16.1.9");
    expect_ospf_routes(&run, SECONDS(26), "r2", "0.0.0.0/0 E1 20 via 10.0.12.1\n");
    run_command(&run, SECONDS(26), "r1", "ip route del default");
    expect_ospf_routes(&run, SECONDS(32), "r2", "");
    run_command(&run, SECONDS(32), "r3",
                "vtysh -c 'router ospf' -c 'default-information originate always'");
    expect_ospf_routes(&run, SECONDS(38), "r2", "0.0.0.0/0 E2 1 via 10.0.23.3\n");
    run_end(&run);
}

/* Appendix E, its example: networks of one address, told in this order. O35 */
static void networks_of_one_address(void **state) {
    (void)state;
    struct running run;
    between_two_outsides();
    ospf_line(&setup, "r1", "redistribute static");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    run_command(&run, SECONDS(10), "r1", "ip route add 11.0.0.0/24 via 172.16.1.9");
    expect_summaries(&run, SECONDS(16), "r3", "external 11.0.0.0/24 by 1.1.1.1 type 2 cost 20\n");
    run_command(&run, SECONDS(16), "r1", "ip route add 11.0.0.0/16 via 172.16.1.9");
    expect_summaries(&run, SECONDS(23), "r3",
                     "external 11.0.0.0/16 by 1.1.1.1 type 2 cost 20\n"
                     "external 11.0.0.255/24 by 1.1.1.1 type 2 cost 20\n");
    run_command(&run, SECONDS(23), "r1", "ip route add 11.0.0.0/8 via 172.16.1.9");
    expect_summaries(&run, SECONDS(30), "r3",
                     "external 11.0.0.0/8 by 1.1.1.1 type 2 cost 20\n"
                     "external 11.0.0.255/24 by 1.1.1.1 type 2 cost 20\n"
                     "external 11.0.255.255/16 by 1.1.1.1 type 2 cost 20\n");
    expect_ospf_routes(&run, SECONDS(30), "r2",
                       "11.0.0.0/24 E2 20 via 10.0.12.1\n"
                       "11.0.0.0/16 E2 20 via 10.0.12.1\n"
                       "11.0.0.0/8 E2 20 via 10.0.12.1\n");
    run_end(&run);
}

/* 16.4 (3): without a way to the AS boundary router its routes are none. */
static void the_boundary_router_must_be_reached(void **state) {
    (void)state;
    struct running run;
    between_two_outsides();
    ospf_line(&setup, "r1", "redistribute connected");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    run_command(&run, SECONDS(20), "", "link r1-r2 down");
    expect_ospf_routes(&run, SECONDS(24), "r3", ""); /* its LSAs stay until they are of MaxAge */
    expect_summaries(&run, SECONDS(24), "r3", "external 172.16.1.0/24 by 1.1.1.1 type 2 cost 20\n");
    run_end(&run);
}

/* r and a boundary router share the backbone (cost 10) and area 1 (cost 30). 16.4.1: the way
 * through area 1 is preferred: intra-area, and not the backbone's. RFC 1583 takes the cheaper. */
static void preference(const char *line, const char *route) {
    struct running run;
    setup_begin(&setup);
    ospf_router_node(&setup, "r", "1.1.1.1");
    ospf_router_node(&setup, "asbr", "2.2.2.2");
    ospf_port(&setup, "r", "eth0", "10.0.0.1/24", "0", NULL);
    ospf_port(&setup, "asbr", "eth0", "10.0.0.2/24", "0", NULL);
    ospf_port(&setup, "r", "eth1", "10.1.0.1/24", "1", "ip ospf cost 30");
    ospf_port(&setup, "asbr", "eth1", "10.1.0.2/24", "1", NULL);
    setup_interface(&setup, "asbr", "eth2", "172.16.1.1/24");
    setup_node(&setup, NODE_HOST, "h");
    setup_interface(&setup, "h", "eth0", "172.16.1.9/24");
    setup_link(&setup, "r:eth0", "asbr:eth0", MILLIS(1));
    setup_link(&setup, "r:eth1", "asbr:eth1", MILLIS(1));
    setup_link(&setup, "asbr:eth2", "h:eth0", MILLIS(1));
    ospf_line(&setup, "asbr", "redistribute connected metric 3 metric-type 1");
    if (line != NULL) ospf_line(&setup, "r", line);
    run_begin(&run, &setup);
    expect_ospf_routes(&run, SECONDS(20), "r", route);
    run_end(&run);
}

static void another_area_before_the_backbone(void **state) {
    (void)state;
    preference(NULL, "172.16.1.0/24 E1 33 via 10.1.0.2\n");
}

static void the_cheaper_way_as_in_rfc_1583(void **state) {
    (void)state;
    preference("compatible rfc1583", "172.16.1.0/24 E1 13 via 10.0.0.2\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_connected_is_told),
        cmocka_unit_test(type_1_before_type_2),
        cmocka_unit_test(the_smaller_metric_of_type_2),
        cmocka_unit_test(paths_of_equal_preference_share),
        cmocka_unit_test(intra_area_before_external),
        cmocka_unit_test(the_forwarding_address_saves_a_hop),
        cmocka_unit_test(default_routes),
        cmocka_unit_test(networks_of_one_address),
        cmocka_unit_test(the_boundary_router_must_be_reached),
        cmocka_unit_test(another_area_before_the_backbone),
        cmocka_unit_test(the_cheaper_way_as_in_rfc_1583),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
