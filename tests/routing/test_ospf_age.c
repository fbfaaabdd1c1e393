/* RFC 2328 14: advertisements grow old, are checked, are forgotten together; 14.1. */
#include <stdlib.h>
#include <string.h>

#include "ospf_peer.h"
#include "routing/ospf_parts.h"

static struct setup setup;
static struct running run;
static struct peer peer;
static struct lsas lsas;

enum { OTHER = 0x03030303, SOMEWHERE = 0x0a090900 };

static void begin_setup(void) {
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    memset(&lsas, 0, sizeof lsas);
}

static void begin(void) {
    peer_setup(&setup, PEER_IS_PTP);
    begin_setup();
}

static int end(void **state) {
    (void)state;
    run_end(&run);
    return 0;
}

static void wait_s(double seconds) {
    peer_run(&peer, lab_now(run.lab) + SECONDS(seconds));
}

static const struct ospf_lsa *others_lsa(void) {
    struct id ospf = ospf_of(run.lab, 1), area = ospf_area_of(run.lab, ospf, 0);
    return ospf_lsa_get(run.lab,
                        ospf_lsa_find(run.lab, ospf, area,
                                      (struct ospf_key_of_lsa){OSPF_ROUTER_LSA, OTHER, OTHER}));
}

static uint32_t age_now(void) {
    return ospf_lsa_age(run.lab, others_lsa()->self, lab_now(run.lab));
}

/* The next instance of OTHER's router-LSA that the router sends. */
static bool heard(struct ospf_lsa_header *h) {
    struct reader body;
    struct said said;
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said))
        if (said_lsa(&said, OSPF_ROUTER_LSA, OTHER, OTHER, h, &body)) return true;
    return false;
}

static void exchange_with_one_of_age(uint16_t age) {
    lsas_router(&lsas, OTHER, 0x80000001, age, SOMEWHERE, 7);
    peer_to_full_with(&peer, lsas.octets, lsas.count);
}

/* O24 14: "incremented while it is contained in a router's database". */
static void it_grows_older_in_the_database(void **state) {
    (void)state;
    begin();
    exchange_with_one_of_age(100);
    uint32_t first = age_now();
    assert_in_range(first, 100, 102);
    wait_s(50);
    assert_int_equal(age_now(), first + 50);
    wait_s(2000);
    assert_int_equal(age_now(), first + 2050);
}

/* O24 14: at MaxAge it is flooded, by whoever has it, and is gone when that is acknowledged. */
static void at_maxage_it_is_flooded_and_forgotten(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    begin();
    exchange_with_one_of_age(3000);
    peer_skip(&peer);
    wait_s(590);
    assert_false(heard(&h));
    assert_non_null(others_lsa());
    wait_s(12);
    assert_true(heard(&h));
    assert_int_equal(h.age, 3600);
    assert_int_equal(h.sequence, 0x80000001);
    assert_non_null(others_lsa()); /* the peer has not acknowledged */
    wait_s(30);
    assert_non_null(others_lsa());
    peer_ack(&peer, &h);
    wait_s(0.1);
    assert_null(others_lsa());
}

/* O24 14: "b) none of the router's neighbors are in states Exchange or Loading". */
static void it_stays_while_a_neighbour_exchanges_databases(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    begin();
    exchange_with_one_of_age(3000);
    wait_s(593);
    peer_skip(&peer);
    peer_dd(&peer, 1, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, NULL, 0); /* begins anew */
    wait_s(0.1);
    peer_dd(&peer, 1000000, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, NULL, 0); /* Exchange, and stays */
    wait_s(20);
    assert_non_null(others_lsa());
    assert_int_equal(age_now(), 3600);
    while (heard(&h)) peer_ack(&peer, &h);
    wait_s(0.1);
    assert_int_equal(others_lsa()->retransmissions, 0);
    assert_non_null(others_lsa());
    peer.silent = true;
    wait_s(60); /* the neighbour is Down: 40 s */
    assert_null(others_lsa());
}

/* O24 14, 10.3: an LSA of MaxAge goes to a new neighbour's retransmission list, not to its summary
 * list: it is sent, not described. It is there still, as another neighbour has not acknowledged. */
static void a_new_neighbour_is_sent_what_has_maxage(void **state) {
    (void)state;
    struct ospf_lsa_header h, described;
    struct said said;
    peer_setup(&setup, PEER_IS_PTP);
    setup_interface(&setup, "r1", "eth1", "10.0.1.1/24");
    setup_node(&setup, NODE_ROUTER, "r2");
    setup_interface(&setup, "r2", "eth0", "10.0.1.2/24");
    setup_link(&setup, "r1:eth1", "r2:eth0", MILLIS(1));
    setup_run(&setup, 0, "r1", "vtysh -c \"router ospf\" -c \"network 10.0.1.0/24 area 0\"");
    setup_run(&setup, 0, "r2", "vtysh -c \"router ospf\" -c \"network 10.0.1.0/24 area 0\"");
    begin_setup();
    exchange_with_one_of_age(3000);
    wait_s(590);
    run_command(&run, lab_now(run.lab), "", "fault r2->r1 drop");
    wait_s(15);
    assert_int_equal(age_now(), 3600);
    peer_dd(&peer, 1, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, NULL, 0);
    wait_s(0.1);
    peer_skip(&peer);
    peer_dd(&peer, 1000000, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, NULL, 0);
    wait_s(0.1);
    assert_true(peer_heard(&peer, OSPF_DATABASE_DESCRIPTION, &said));
    read_skip(&said.body, OSPF_DD_LENGTH);
    while (ospf_next_lsa_header(&said.body, &described))
        assert_int_not_equal(described.advertising_router, OTHER);
    wait_s(6);
    assert_true(heard(&h));
    assert_int_equal(h.age, 3600);
}

/* O24, O32: the checksum is looked at every CheckAge, and an assertion would stop the run if it did
 * not hold. Here: that the timer comes then. */
static void every_five_minutes_the_checksum_is_checked(void **state) {
    (void)state;
    begin();
    exchange_with_one_of_age(0);
    sim_time installed = others_lsa()->installed_at, age = others_lsa()->header.age;
    for (sim_time i = 1; i < 10; i++) {
        sim_time at = installed + (300 * i - age) * SECONDS(1);
        peer_run(&peer, at - 1);
        assert_int_equal(others_lsa()->due, at);
    }
}

/* O32 B: the constants are settings of the node. */
static void the_constants_may_be_others(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    peer_setup(&setup, PEER_IS_PTP);
    setup_setting(&setup, "r1", "ospf.max_age", "60");
    setup_setting(&setup, "r1", "ospf.ls_refresh", "30");
    begin_setup();
    exchange_with_one_of_age(1);
    peer_skip(&peer);
    wait_s(50);
    assert_false(heard(&h));
    wait_s(12);
    assert_true(heard(&h));
    assert_int_equal(h.age, 3600); /* on the wire MaxAge is MaxAge */
    struct said said;
    struct reader body;
    sim_time before = 0;
    uint32_t sequence = 0, refreshed = 0;
    wait_s(100);
    peer.seen = 0;
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said)) {
        if (!said_lsa(&said, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID, &h, &body)) continue;
        if (h.sequence == sequence) continue; /* once more, because nobody acknowledges */
        if (sequence > 0x80000002) assert_int_equal(said.at - before, SECONDS(30));
        before = said.at;
        sequence = h.sequence;
        refreshed += 1;
    }
    assert_true(refreshed > 4);
}

/* What becomes of it does not depend on where the lab lies or when it was put back. */
static void ageing_is_deterministic(void **state) {
    (void)state;
    setup_begin(&setup);
    setup_node(&setup, NODE_ROUTER, "r1");
    setup_node(&setup, NODE_ROUTER, "r2");
    setup_interface(&setup, "r1", "eth0", "10.0.0.1/24");
    setup_interface(&setup, "r2", "eth0", "10.0.0.2/24");
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_run(&setup, 0, "r1", "vtysh -c \"router ospf\" -c \"network 10.0.0.0/24 area 0\"");
    setup_run(&setup, 0, "r2", "vtysh -c \"router ospf\" -c \"network 10.0.0.0/24 area 0\"");
    setup_run(&setup, SECONDS(100), "r2", "ip link set eth0 down");
    setup_run(&setup, SECONDS(130), "r2", "ip link set eth0 up");
    expect_move_test(&setup, SECONDS(250));
    expect_sync_test(&setup, SECONDS(250), 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_grows_older_in_the_database, end),
        cmocka_unit_test_teardown(at_maxage_it_is_flooded_and_forgotten, end),
        cmocka_unit_test_teardown(it_stays_while_a_neighbour_exchanges_databases, end),
        cmocka_unit_test_teardown(a_new_neighbour_is_sent_what_has_maxage, end),
        cmocka_unit_test_teardown(every_five_minutes_the_checksum_is_checked, end),
        cmocka_unit_test_teardown(the_constants_may_be_others, end),
        cmocka_unit_test(ageing_is_deterministic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
