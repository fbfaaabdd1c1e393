/*
 * RIP in networks: three routers, counting to infinity with and without what cures it (RFC 2453
 * 3.4.2 to 3.4.4), redistribution, and a grid of a hundred routers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rip_support.h"

static struct setup setup;
static const char *const routers[] = {"r1", "r2", "r3"};

static void configure(const char *name) {
    setup_config(&setup, name, "router rip");
    setup_config(&setup, name, "network 10.0.0.0/8");
    setup_setting(&setup, name, "rip.jitter", "0");
    setup_setting(&setup, name, "rip.triggered_delay", "1000 1000");
}

/* net 10.0.9.0/24 - r1 - 10.0.1.0/24 - r2 - 10.0.2.0/24 - r3 - net 10.0.3.0/24; with `triangle`
 * r1 and r3 are joined by 10.0.4.0/24, too. */
static void row_of_three(bool triangle) {
    setup_begin(&setup);
    for (int i = 0; i < 3; i++) setup_node(&setup, NODE_ROUTER, routers[i]);
    setup_node(&setup, NODE_HOST, "a");
    setup_node(&setup, NODE_HOST, "b");
    setup_interface(&setup, "r1", "net", "10.0.9.1/24");
    setup_interface(&setup, "r1", "right", "10.0.1.1/24");
    setup_interface(&setup, "r2", "left", "10.0.1.2/24");
    setup_interface(&setup, "r2", "right", "10.0.2.2/24");
    setup_interface(&setup, "r3", "left", "10.0.2.3/24");
    setup_interface(&setup, "r3", "net", "10.0.3.3/24");
    setup_interface(&setup, "a", "eth0", "10.0.9.9/24");
    setup_interface(&setup, "b", "eth0", "10.0.3.9/24");
    setup_gateway(&setup, "a", "10.0.9.1");
    setup_gateway(&setup, "b", "10.0.3.3");
    setup_link(&setup, "r1:right", "r2:left", MILLIS(1));
    setup_link(&setup, "r2:right", "r3:left", MILLIS(1));
    setup_link(&setup, "a:eth0", "r1:net", MILLIS(1));
    setup_link(&setup, "b:eth0", "r3:net", MILLIS(1));
    if (triangle) {
        setup_interface(&setup, "r1", "far", "10.0.4.1/24");
        setup_interface(&setup, "r3", "far", "10.0.4.3/24");
        setup_link(&setup, "r1:far", "r3:far", MILLIS(1));
    }
    for (int i = 0; i < 3; i++) configure(routers[i]);
}

static void set_all(const char *name, const char *value) {
    for (int i = 0; i < 3; i++) setup_setting(&setup, routers[i], name, value);
}

/* Regular updates of r1, r2, r3 at these seconds, and every 30 s. */
static void set_phases(const char *one, const char *two, const char *three) {
    setup_setting(&setup, "r1", "rip.phase", one);
    setup_setting(&setup, "r2", "rip.phase", two);
    setup_setting(&setup, "r3", "rip.phase", three);
}

static void three_routers_know_all_networks(void **state) {
    (void)state;
    struct running run;
    row_of_three(false);
    setup_run(&setup, SECONDS(20), "a", "ping -c 1 10.0.3.9");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(21));
    expect_rip(run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 2 10.0.1.2\n10.0.3.0/24 3 10.0.1.2\n"
               "10.0.9.0/24 1 self\n");
    expect_rip(run.lab, "r2",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n10.0.3.0/24 2 10.0.2.3\n"
               "10.0.9.0/24 2 10.0.1.1\n");
    char *printed = run_output(&run, "a");
    assert_non_null(strstr(printed, "1 received"));
    free(printed);
    run_end(&run);
}

/* The moment from which `node` holds 16 for the network; the highest metric below it on the way. */
static sim_time gone_at(struct running *run, const char *node, sim_time from, sim_time most,
                        uint32_t *counted) {
    *counted = 0;
    for (sim_time at = from; at < most; at += SECONDS(1)) {
        run_until(run, at);
        uint32_t metric = rip_metric(run->lab, node, "10.0.9.0/24");
        if (metric == 0 || metric >= 16) return at;
        if (metric > *counted) *counted = metric;
    }
    return most;
}

static sim_time cut(struct running *run, uint32_t *counted) {
    setup_fault(&setup, "a-r1", FAULT_LINK_DOWN, NULL, 0)->from = SECONDS(100.5);
    run_begin(run, &setup);
    sim_time gone = gone_at(run, "r2", SECONDS(101), SECONDS(1000), counted);
    run_end(run);
    return gone - SECONDS(100.5);
}

/* R11 3.4.2: r1 tells of the loss only after r2 has told it of r2's way, which leads through r1. */
static void two_routers_count_to_infinity(void **state) {
    (void)state;
    struct running run;
    uint32_t counted;
    row_of_three(false);
    set_all("variant.no_split_horizon", "1");
    set_all("variant.no_triggered_updates", "1");
    set_phases("20000", "15000", "7000");
    sim_time took = cut(&run, &counted);
    assert_true(counted >= 14);
    assert_true(took > SECONDS(150) && took < SECONDS(300));
}

/* R11: r2 says nothing of it to r1, so r1's word holds. */
static void split_horizon_cures_two_routers(void **state) {
    (void)state;
    struct running run;
    uint32_t counted;
    row_of_three(false);
    set_all("variant.no_triggered_updates", "1");
    set_phases("20000", "15000", "7000");
    sim_time took = cut(&run, &counted);
    assert_int_equal(counted, 2);
    assert_true(took <= SECONDS(30));
}

/* R9 R10: and triggered updates make it a matter of seconds. */
static void triggered_updates_make_it_quick(void **state) {
    (void)state;
    struct running run;
    uint32_t counted;
    row_of_three(false);
    sim_time took = cut(&run, &counted);
    assert_true(counted <= 2);
    assert_true(took <= SECONDS(2));
}

/* 3.4.3: three routers deceive each other all the same. r2 and r3 hear of the loss, but r3's
 * regular update to r2, or r2's to r3, has told of a way just before. */
static void three_routers_count_in_spite_of_split_horizon(void **state) {
    (void)state;
    struct running run;
    uint32_t counted, most = 0;
    static const char *const phases[][3] = {
        {"10000", "0", "11000"}, {"11000", "10000", "12000"}, {"0", "10000", "20000"}};
    for (int i = 0; i < 3; i++) {
        row_of_three(true);
        set_all("variant.no_triggered_updates", "1");
        set_phases(phases[i][0], phases[i][1], phases[i][2]);
        setup_fault(&setup, "r1:right->r2:left", FAULT_DROP, "rip.metric == 16", 0)->from =
            SECONDS(100);
        cut(&run, &counted);
        if (counted > most) most = counted;
    }
    assert_true(most >= 5);
}

/* 3.5: what other ways than RIP are known is told, with its metric; R13 */
static void routes_are_redistributed(void **state) {
    (void)state;
    struct running run;
    row_of_three(false);
    setup_config(&setup, "r1", "redistribute static metric 5");
    setup_config(&setup, "r1", "default-information originate");
    setup_config(&setup, "r1", "ip route 172.16.0.0/16 10.0.9.9");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_rip(run.lab, "r3",
               "0.0.0.0/0 3 10.0.2.2\n10.0.1.0/24 2 10.0.2.2\n10.0.2.0/24 1 self\n"
               "10.0.3.0/24 1 self\n10.0.9.0/24 3 10.0.2.2\n172.16.0.0/16 7 10.0.2.2\n");
    run_command(&run, SECONDS(20), "r1", "no ip route 172.16.0.0/16 10.0.9.9");
    run_until(&run, SECONDS(23));
    assert_int_equal(rip_metric(run.lab, "r1", "172.16.0.0/16"), 16);
    assert_int_equal(rip_metric(run.lab, "r3", "172.16.0.0/16"), 16);
    run_command(&run, SECONDS(23), "r1", "vtysh -c \"router rip\" -c \"redistribute connected\"");
    run_until(&run, SECONDS(24));
    run_command(&run, SECONDS(24), "r1",
                "vtysh -c \"router rip\" -c \"no network 10.0.0.0/8\" -c "
                "\"network right\"");
    run_until(&run, SECONDS(30));
    assert_int_equal(rip_metric(run.lab, "r3", "10.0.9.0/24"), 3); /* as C(r) now */
    run_end(&run);
}

/* 3.2: fifteen hops and no further. */
static void a_row_of_routers_ends_at_fifteen_hops(void **state) {
    (void)state;
    enum { COUNT = 18 };
    static char names[COUNT][16], left[COUNT][24], right[COUNT][24], ends[COUNT][2][24];
    struct running run;
    setup_begin(&setup);
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "n%d", i);
        snprintf(left[i], sizeof left[i], "10.0.%d.2/24", i);
        snprintf(right[i], sizeof right[i], "10.0.%d.1/24", i + 1);
        setup_node(&setup, NODE_ROUTER, names[i]);
        if (i > 0) setup_interface(&setup, names[i], "left", left[i]);
        if (i < COUNT - 1) setup_interface(&setup, names[i], "right", right[i]);
        setup_config(&setup, names[i], "router rip");
        setup_config(&setup, names[i], "network 10.0.0.0/8");
    }
    for (int i = 0; i + 1 < COUNT; i++) {
        snprintf(ends[i][0], sizeof ends[i][0], "n%d:right", i);
        snprintf(ends[i][1], sizeof ends[i][1], "n%d:left", i + 1);
        setup_link(&setup, ends[i][0], ends[i][1], MILLIS(1));
    }
    run_begin(&run, &setup);
    run_until(&run, SECONDS(200));
    assert_int_equal(rip_metric(run.lab, "n15", "10.0.1.0/24"), 15);
    assert_int_equal(rip_metric(run.lab, "n16", "10.0.1.0/24"), 0);
    assert_int_equal(rip_metric(run.lab, "n16", "10.0.2.0/24"), 15);
    run_end(&run);
}

/* 100 routers, 180 networks, 120 of the pairs more than 15 apart: 17,880 routes. */
static void a_grid_converges_to_what_the_rules_give(void **state) {
    (void)state;
    enum { SIDE = 10 };
    uint32_t expected = 0;
    struct lab *lab = rip_grid(SIDE, 1);
    lab_step(lab, NULL, &(struct budget){.steps = UINT64_MAX, .until = SECONDS(60)});
    for (uint32_t router = 1; router <= SIDE * SIDE; router++)
        for (uint32_t link = 0; link < rip_grid_links(SIDE); link++) {
            char name[8], network[24];
            uint32_t metric = rip_grid_metric(SIDE, router, link);
            snprintf(name, sizeof name, "r%u", router);
            snprintf(network, sizeof network, "10.1.%u.0/24", link);
            assert_int_equal(rip_metric(lab, name, network), metric);
            expected += metric != 0;
        }
    assert_int_equal(expected, 17880);
    assert_int_equal(rip_count(lab), 17880);
    free(lab);
}

/* A day changes nothing and takes no more memory. */
static void a_day_leaves_no_trace(void **state) {
    (void)state;
    struct lab *lab = rip_grid(3, 1);
    lab_step(lab, NULL, &(struct budget){.steps = UINT64_MAX, .until = SECONDS(600)});
    size_t used = lab_used(lab);
    uint32_t count = rip_count(lab);
    lab_step(lab, NULL, &(struct budget){.steps = UINT64_MAX, .until = SECONDS(86400)});
    assert_int_equal(lab_used(lab), used);
    assert_int_equal(rip_count(lab), count);
    free(lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_routers_know_all_networks),
        cmocka_unit_test(two_routers_count_to_infinity),
        cmocka_unit_test(split_horizon_cures_two_routers),
        cmocka_unit_test(triggered_updates_make_it_quick),
        cmocka_unit_test(three_routers_count_in_spite_of_split_horizon),
        cmocka_unit_test(routes_are_redistributed),
        cmocka_unit_test(a_row_of_routers_ends_at_fifteen_hops),
        cmocka_unit_test(a_grid_converges_to_what_the_rules_give),
        cmocka_unit_test(a_day_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
