/*
 * The election of RFC 2328 9.4: who is eligible, ties, what is said goes before priorities, two
 * passes; and on networks of several routers what follows from it. O4
 */
#include "ospf_hand.h"
#include <stdlib.h>

/* ------------------------------------------------------------------- the algorithm, by hand */

/* The router is 1.1.1.1 at 10.0.0.1; others are 10.0.0.N with router id N.N.N.N. */
static uint32_t address(uint32_t n) {
    return n == 0 ? 0 : 0x0a000000u + n;
}
static uint32_t router_id(uint32_t n) {
    return n * 0x01010101u;
}

static void begin(struct hands *h, uint32_t priority, uint32_t dr, uint32_t bdr) {
    peer_setup(&h->setup, PEER_IS_BACKUP);
    hands_start(h, PEER_IS_BACKUP);
    hands_begin(h);
    struct ospf_interface *i = ospf_interface_edit(h->s, h->interface);
    i->priority = priority;
    i->dr = address(dr);
    i->bdr = address(bdr);
}

/* A neighbour, heard both ways, that says who is what. */
static struct id there(struct hands *h, uint32_t n, uint32_t priority, uint32_t dr, uint32_t bdr) {
    struct id id = ospf_neighbor_create(h->s, h->interface, router_id(n), address(n));
    struct ospf_neighbor *neighbor = ospf_neighbor_edit(h->s, id);
    neighbor->priority = priority;
    neighbor->dr = address(dr);
    neighbor->bdr = address(bdr);
    ospf_neighbor_enter(h->s, id, OSPF_NEIGHBOR_2WAY, "a test");
    return id;
}

static void elected(struct hands *h, uint32_t dr, uint32_t bdr, uint32_t state) {
    ospf_elect(h->s, h->interface);
    assert_int_equal(the_interface(h)->dr, address(dr));
    assert_int_equal(the_interface(h)->bdr, address(bdr));
    assert_int_equal(the_interface(h)->dr_id, router_id(dr));
    assert_int_equal(the_interface(h)->bdr_id, router_id(bdr));
    assert_int_equal(the_interface(h)->state, state);
    hand_end(&h->hand);
    run_end(&h->run);
}

static void alone_it_is_the_dr(void **state) {
    (void)state;
    static struct hands h;
    begin(&h, 1, 0, 0);
    elected(&h, 1, 0, OSPF_INTERFACE_DR); /* and there is no Backup */
    begin(&h, 0, 0, 0);
    elected(&h, 0, 0, OSPF_INTERFACE_DR_OTHER);
}

static void priorities_decide_then_router_ids(void **state) {
    (void)state;
    static struct hands h;
    begin(&h, 1, 0, 0); /* a tie: 3 would be the Backup, and the DR as nobody says that he is */
    there(&h, 2, 1, 0, 0);
    there(&h, 3, 1, 0, 0);
    elected(&h, 3, 3, OSPF_INTERFACE_DR_OTHER);
    begin(&h, 1, 0, 0);
    there(&h, 2, 9, 0, 0);
    there(&h, 3, 1, 0, 0);
    elected(&h, 2, 2, OSPF_INTERFACE_DR_OTHER);
}

static void priority_0_is_not_eligible(void **state) {
    (void)state;
    static struct hands h;
    begin(&h, 0, 0, 0);
    there(&h, 2, 0, 2, 0); /* although it says so */
    elected(&h, 0, 0, OSPF_INTERFACE_DR_OTHER);
    begin(&h, 1, 0, 0);
    there(&h, 9, 0, 0, 0);
    elected(&h, 1, 0, OSPF_INTERFACE_DR);
}

static void who_is_one_way_does_not_count(void **state) {
    (void)state;
    static struct hands h;
    begin(&h, 1, 0, 0);
    struct id id = there(&h, 9, 255, 9, 0);
    ospf_neighbor_enter(h.s, id, OSPF_NEIGHBOR_INIT, "a test");
    elected(&h, 1, 0, OSPF_INTERFACE_DR);
}

static void who_says_so_stays(void **state) { /* no pre-emption */
    (void)state;
    static struct hands h;
    begin(&h, 255, 0, 0);
    there(&h, 2, 1, 2, 3);
    there(&h, 3, 1, 2, 3);
    elected(&h, 2, 3, OSPF_INTERFACE_DR_OTHER);
    begin(&h, 1, 1, 2);
    there(&h, 2, 1, 1, 2);
    there(&h, 3, 255, 1, 2);
    elected(&h, 1, 2, OSPF_INTERFACE_DR);
}

static void of_two_that_say_so_the_better_one(void **state) { /* a partition has healed */
    (void)state;
    static struct hands h;
    begin(&h, 1, 1, 2); /* the router was DR over here */
    there(&h, 2, 1, 1, 2);
    there(&h, 8, 1, 9, 8);
    there(&h, 9, 1, 9, 8);
    elected(&h, 9, 8, OSPF_INTERFACE_DR_OTHER);
    begin(&h, 200, 1, 2);
    there(&h, 2, 1, 1, 2);
    there(&h, 8, 1, 9, 8);
    there(&h, 9, 1, 9, 8);
    elected(&h, 1, 8, OSPF_INTERFACE_DR);
}

static void the_dr_dies_and_the_backup_follows(void **state) { /* two passes */
    (void)state;
    static struct hands h;
    begin(&h, 1, 9, 1); /* 9 was the DR and is gone; this router is the Backup */
    there(&h, 2, 1, 9, 1);
    there(&h, 3, 1, 9, 1);
    /* First pass: Backup and DR are this router. Then it is DR, so another is the Backup. */
    elected(&h, 1, 3, OSPF_INTERFACE_DR);
    begin(&h, 1, 9, 2); /* the Backup is somebody else: no second pass, no Backup but him */
    there(&h, 2, 1, 9, 2);
    there(&h, 3, 1, 9, 2);
    elected(&h, 2, 2, OSPF_INTERFACE_DR_OTHER);
}

static void nobody_is_both_in_his_own_eyes(void **state) { /* (4), footnote 5 */
    (void)state;
    static struct hands h;
    begin(&h, 9, 0, 0);
    there(&h, 2, 1, 0, 0);
    elected(&h, 1, 2, OSPF_INTERFACE_DR);
}

static void adjacencies_follow(void **state) { /* (7) */
    (void)state;
    static struct hands h;
    begin(&h, 1, 0, 0);
    struct id dr = there(&h, 2, 9, 2, 3), bdr = there(&h, 3, 1, 2, 3),
              other = there(&h, 4, 1, 2, 3);
    ospf_elect(h.s, h.interface);
    assert_int_equal(ospf_neighbor_get(h.run.lab, dr)->state, OSPF_NEIGHBOR_EXSTART);
    assert_int_equal(ospf_neighbor_get(h.run.lab, bdr)->state, OSPF_NEIGHBOR_EXSTART);
    assert_int_equal(ospf_neighbor_get(h.run.lab, other)->state, OSPF_NEIGHBOR_2WAY);
    hand_end(&h.hand);
    run_end(&h.run);
}

/* ------------------------------------------------------------------- on a network */

static const char *const names[] = {"r1", "r2", "r3", "r4"};

/* Routers 1.1.1.1 to 4.4.4.4 on a switch, with these priorities. */
static void segment(struct setup *setup, const uint32_t priorities[4], uint32_t late) {
    static const char *const addresses[] = {"10.0.0.1/24", "10.0.0.2/24", "10.0.0.3/24",
                                            "10.0.0.4/24"};
    static const char *const ids[] = {"ospf router-id 1.1.1.1", "ospf router-id 2.2.2.2",
                                      "ospf router-id 3.3.3.3", "ospf router-id 4.4.4.4"};
    static const char *const ends[] = {"r1:eth0", "r2:eth0", "r3:eth0", "r4:eth0"};
    static const char *const ports[] = {"s:p1", "s:p2", "s:p3", "s:p4"};
    static char lines[4][32];
    setup_begin(setup);
    setup_node(setup, NODE_SWITCH, "s");
    for (uint32_t n = 0; n < 4; n++) {
        setup_node(setup, NODE_ROUTER, names[n]);
        setup_interface(setup, names[n], "eth0", addresses[n]);
        setup_interface(setup, "s", ports[n] + 2, NULL);
        setup_link(setup, ends[n], ports[n], MILLIS(1));
        snprintf(lines[n], sizeof lines[n], "ip ospf priority %u", priorities[n]);
        setup_config(setup, names[n], "router ospf");
        setup_config(setup, names[n], ids[n]);
        setup_config(setup, names[n], "network 10.0.0.0/24 area 0");
        setup_config(setup, names[n], "interface eth0");
        setup_config(setup, names[n], lines[n]);
    }
    if (late != 0) setup_run(setup, 0, names[late - 1], "ip link set eth0 down");
}

/* "DR Backup DROther DROther": what the four are in their own eyes. */
static void expect_roles(const struct running *run, const char *expected) {
    char is[128] = "";
    for (uint32_t n = 0; n < 4; n++) {
        uint32_t node = lab_node_named(run->lab, names[n]);
        struct id id = ospf_get(run->lab, ospf_of(run->lab, node))->first_interface;
        strcat(is, ospf_interface_state_name(ospf_interface_get(run->lab, id)->state));
        if (n < 3) strcat(is, " ");
    }
    assert_string_equal(is, expected);
}

static void type(struct running *run, sim_time at, const char *node, const char *line) {
    run_until(run, at);
    run_command(run, at, node, line);
}

static void four_agree_and_the_backup_takes_over(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    segment(&setup, (uint32_t[]){1, 5, 3, 0}, 0);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(39));
    expect_roles(&run, "Waiting Waiting Waiting DROther");
    run_until(&run, SECONDS(60));
    expect_roles(&run, "DROther DR Backup DROther");
    type(&run, SECONDS(70), "", "link r2-s down"); /* the DR is cut off */
    run_until(&run, SECONDS(125));
    expect_roles(&run, "Backup Down DR DROther");
    type(&run, SECONDS(130), "", "link r2-s up"); /* higher priority, but the others stay */
    run_until(&run, SECONDS(200));
    expect_roles(&run, "Backup DROther DR DROther");
    run_end(&run);
}

static void a_late_one_does_not_preempt(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    segment(&setup, (uint32_t[]){1, 1, 1, 255}, 4);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(60));
    expect_roles(&run, "DROther Backup DR Down");
    type(&run, SECONDS(60), "r4", "ip link set eth0 up");
    run_until(&run, SECONDS(120));
    expect_roles(&run, "DROther Backup DR DROther");
    run_end(&run);
}

static void a_priority_can_change_while_it_runs(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    segment(&setup, (uint32_t[]){1, 1, 1, 1}, 0);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(60));
    expect_roles(&run, "DROther DROther Backup DR");
    type(&run, SECONDS(60), "r4", "vtysh -c \"interface eth0\" -c \"ip ospf priority 0\"");
    run_until(&run, SECONDS(90));
    expect_roles(&run, "DROther Backup DR DROther");
    run_end(&run);
}

static void without_anybody_eligible_there_is_no_dr(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    segment(&setup, (uint32_t[]){0, 0, 0, 0}, 0);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(60));
    expect_roles(&run, "DROther DROther DROther DROther");
    char *states = run_states(&run, "ospf_neighbor");
    assert_null(strstr(states, "ExStart"));
    assert_non_null(strstr(states, "2-Way"));
    free(states);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_it_is_the_dr),
        cmocka_unit_test(priorities_decide_then_router_ids),
        cmocka_unit_test(priority_0_is_not_eligible),
        cmocka_unit_test(who_is_one_way_does_not_count),
        cmocka_unit_test(who_says_so_stays),
        cmocka_unit_test(of_two_that_say_so_the_better_one),
        cmocka_unit_test(the_dr_dies_and_the_backup_follows),
        cmocka_unit_test(nobody_is_both_in_his_own_eyes),
        cmocka_unit_test(adjacencies_follow),
        cmocka_unit_test(four_agree_and_the_backup_takes_over),
        cmocka_unit_test(a_late_one_does_not_preempt),
        cmocka_unit_test(a_priority_can_change_while_it_runs),
        cmocka_unit_test(without_anybody_eligible_there_is_no_dr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
