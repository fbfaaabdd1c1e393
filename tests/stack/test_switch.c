/* Switches learn and forget, hubs repeat, and a loop without a spanning tree never ends. */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

static size_t delivered(const struct running *run, const char *node) {
    return run_count(run, TRACE_DELIVERED, node);
}

static void a_switch_learns_who_is_where(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    setup_run(&setup, 0, "a", "ping -c 1 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_dialogue(&run, "",
                    "0.000 a > s ARP request, who has 10.0.0.2\n"
                    "0.001 s > b ARP request, who has 10.0.0.2\n"
                    "0.001 s > c ARP request, who has 10.0.0.2\n"
                    "0.002 b > s ARP reply, 10.0.0.2\n"
                    "0.003 s > a ARP reply, 10.0.0.2\n"
                    "0.004 a > s echo request, seq 1, len 56\n"
                    "0.005 s > b echo request, seq 1, len 56\n"
                    "0.006 b > s echo reply, seq 1, len 56\n"
                    "0.007 s > a echo reply, seq 1, len 56\n");
    expect_table(&run, "mac", "s",
                 "[\"02:00:00:00:01:01\",\"p1\"]\n"
                 "[\"02:00:00:00:02:01\",\"p2\"]\n");
    run_end(&run);
}

static void a_hub_repeats_everything(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_HUB);
    setup_run(&setup, 0, "a", "ping -c 1 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    assert_int_equal(delivered(&run, "c"), 4); /* all that a and b said */
    assert_int_equal(run_lost(&run, "not_for_us"),
                     3); /* but c's interface took only the broadcast */
    expect_table(&run, "mac", "s", "");
    run_end(&run);
}

static void a_silent_address_is_forgotten(void **state) {
    (void)state;
    struct running run;
    static const struct scenario_neighbour b = {0x0a000002, {2, 0, 0, 0, 2, 1}};
    three_hosts(&setup, NODE_SWITCH);
    setup.nodes[0].neighbours = &b;
    setup.nodes[0].neighbour_count = 1; /* a sends to b without asking */
    setup_run(&setup, 0, "b",
              "ping -c 1 -W 1 10.0.0.99"); /* its broadcasts teach the switch, until 2 s */
    setup_fault(&setup, "s->b", FAULT_DROP, "icmp", 0); /* from then on b is silent */
    setup_run(&setup, SECONDS(301), "a", "ping -c 1 -W 1 b");
    setup_run(&setup, SECONDS(303), "a", "ping -c 1 -W 1 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(300));
    size_t before = delivered(&run, "c");
    run_until(&run, SECONDS(302));
    assert_int_equal(delivered(&run, "c"), before); /* still known */
    run_until(&run, SECONDS(304));
    assert_int_equal(delivered(&run, "c"), before + 1); /* forgotten: flooded */
    run_end(&run);
}

static void a_host_that_moves_is_found_again(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    setup_run(&setup, 0, "a", "ping -c 1 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    /* A frame with a's address from c's port, as when the cable was moved. */
    uint8_t frame[60] = {2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 1, 0x88, 0xb5};
    inject(&run, SECONDS(1), "c", frame, sizeof frame);
    run_until(&run, SECONDS(2));
    expect_table(&run, "mac", "s",
                 "[\"02:00:00:00:01:01\",\"p3\"]\n"
                 "[\"02:00:00:00:02:01\",\"p2\"]\n");
    run_end(&run);
}

static void two_switches_in_a_ring(struct setup *s, sim_time delay_ns) {
    setup_begin(s);
    setup_node(s, NODE_HOST, "a");
    setup_node(s, NODE_SWITCH, "s1");
    setup_node(s, NODE_SWITCH, "s2");
    setup_interface(s, "a", "eth0", "10.0.0.1/24");
    setup_interface(s, "s1", "p1", NULL);
    setup_interface(s, "s1", "p2", NULL);
    setup_interface(s, "s1", "p3", NULL);
    setup_interface(s, "s2", "p1", NULL);
    setup_interface(s, "s2", "p2", NULL);
    setup_link(s, "a:eth0", "s1:p1", delay_ns);
    setup_link(s, "s1:p2", "s2:p1", delay_ns);
    setup_link(s, "s1:p3", "s2:p2", delay_ns);
}

static void a_ring_carries_a_broadcast_for_ever(void **state) {
    (void)state;
    struct running run;
    two_switches_in_a_ring(&setup, MILLIS(1));
    setup_run(&setup, 0, "a", "ping -c 1 10.0.0.9");
    run_begin(&run, &setup);
    assert_int_equal(run_until(&run, SECONDS(10)), STOP_UNTIL);
    /* Two copies go round both ways, each hop 1 ms, long after the last request. */
    assert_true(run_count(&run, TRACE_SENT, "s2") > 9000);
    assert_int_equal(run_count(&run, TRACE_SENT, "a"), 3);
    run_end(&run);
}

static void a_ring_without_delay_is_a_livelock(void **state) {
    (void)state;
    two_switches_in_a_ring(&setup, 0);
    setup_run(&setup, 0, "a", "ping -c 1 10.0.0.9");
    size_t size = lab_size(&setup.scenario);
    struct lab *lab = malloc(size);
    struct complaint why;
    assert_true(lab_create(lab, size, &setup.scenario, &why));
    assert_int_equal(lab_step(lab, NULL, &(struct budget){.until = SECONDS(1)}), STOP_LIVELOCK);
    free(lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_switch_learns_who_is_where),
        cmocka_unit_test(a_hub_repeats_everything),
        cmocka_unit_test(a_silent_address_is_forgotten),
        cmocka_unit_test(a_host_that_moves_is_found_again),
        cmocka_unit_test(a_ring_carries_a_broadcast_for_ever),
        cmocka_unit_test(a_ring_without_delay_is_a_livelock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
