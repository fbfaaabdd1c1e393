/* RFC 2328 13.5, Table 19: which acknowledgement follows what, and where it goes; 13.7. */
#include <stdlib.h>
#include <string.h>

#include "ospf_peer.h"

static struct setup setup;
static struct running run;
static struct peer peer;
static struct lsas lsas;

enum { OTHER = 0x03030303, SOMEWHERE = 0x0a090900, ALL_SPF = 0xe0000005, ALL_D = 0xe0000006 };

static void begin_full(enum peer_role role) {
    peer_setup(&setup, role);
    run_begin(&run, &setup);
    peer_begin(&peer, &run, role);
    memset(&lsas, 0, sizeof lsas);
    peer_to_full(&peer);
    peer_run(&peer, lab_now(run.lab) + SECONDS(10));
    peer_skip(&peer);
}

static int end(void **state) {
    (void)state;
    run_end(&run);
    return 0;
}

static void wait_s(double seconds) {
    peer_run(&peer, lab_now(run.lab) + SECONDS(seconds));
}

static struct ospf_lsa_header tell_new(void) {
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    peer_update(&peer, lsas.octets, lsas.count);
    return lsas_header(&lsas);
}

/* Expects one acknowledgement of it, sent `after` its LSA came, to `dst`. */
static void expect_ack(const struct ospf_lsa_header *h, sim_time sent, sim_time after, ip4 dst) {
    struct said said;
    bool found = false;
    while (peer_heard(&peer, OSPF_LINK_STATE_ACK, &said)) {
        if (!said_ack(&said, h)) continue;
        assert_false(found);
        found = true;
        assert_int_equal(said.at - sent, after + MILLIS(2)); /* there and back */
        assert_int_equal(said.dst, dst);
    }
    assert_true(found);
}

static void expect_no_ack(const struct ospf_lsa_header *h) {
    struct said said;
    while (peer_heard(&peer, OSPF_LINK_STATE_ACK, &said)) assert_false(said_ack(&said, h));
}

/* O22: "more recent than database copy, but was not flooded back": delayed. Backup: if it was
 * received from the Designated Router. "If the interface state is DR or Backup, AllSPFRouters". */
static void the_backup_acknowledges_what_the_dr_sent(void **state) {
    (void)state;
    begin_full(PEER_IS_DR);
    sim_time sent = lab_now(run.lab);
    struct ospf_lsa_header h = tell_new();
    wait_s(3);
    expect_ack(&h, sent, SECONDS(1), ALL_SPF);
}

/* O22: "in all other states, the destination AllDRouters is used". */
static void others_acknowledge_to_the_designated_routers(void **state) {
    (void)state;
    begin_full(PEER_IS_DR_ALONE);
    sim_time sent = lab_now(run.lab);
    struct ospf_lsa_header h = tell_new();
    wait_s(3);
    expect_ack(&h, sent, SECONDS(1), ALL_D);
}

/* O22, O20: a Designated Router floods back what a mere other sent, and so acknowledges it. Here
 * nobody else is there, so nothing goes back, and it is acknowledged. */
static void the_dr_acknowledges_to_all(void **state) {
    (void)state;
    begin_full(PEER_IS_OTHER);
    sim_time sent = lab_now(run.lab);
    struct ospf_lsa_header h = tell_new();
    wait_s(3);
    expect_ack(&h, sent, SECONDS(1), ALL_SPF);
}

/* O22, O20: "flooded back out receiving interface": that stands for an acknowledgement. */
static void what_the_dr_floods_back_it_does_not_acknowledge(void **state) {
    (void)state;
    struct ospf_lsa_header h, back = {0};
    struct reader body;
    struct said said;
    setup_begin(&setup);
    setup_node(&setup, NODE_ROUTER, "r1");
    setup_node(&setup, NODE_ROUTER, "r3");
    setup_node(&setup, NODE_SWITCH, "sw");
    setup_node(&setup, NODE_OUTSIDE, "out");
    setup_interface(&setup, "r1", "eth0", "10.0.0.1/24");
    setup_interface(&setup, "r3", "eth0", "10.0.0.3/24");
    setup_interface(&setup, "out", "tap0", NULL);
    setup_interface(&setup, "sw", "p1", NULL);
    setup_interface(&setup, "sw", "p2", NULL);
    setup_interface(&setup, "sw", "p3", NULL);
    setup_link(&setup, "r1:eth0", "sw:p1", MILLIS(1));
    setup_link(&setup, "r3:eth0", "sw:p2", MILLIS(1));
    setup_link(&setup, "out:tap0", "sw:p3", MILLIS(1));
    setup_run(&setup, 0, "r1", "ip neigh add 10.0.0.2 lladdr 02:aa:00:00:00:02 dev eth0");
    setup_config(&setup, "r1", "router ospf");
    setup_config(&setup, "r1", "ospf router-id 1.1.1.1");
    setup_config(&setup, "r1", "network 10.0.0.0/24 area 0");
    setup_config(&setup, "r3", "router ospf");
    setup_config(&setup, "r3", "network 10.0.0.0/24 area 0");
    setup_config(&setup, "r3", "interface eth0");
    setup_config(&setup, "r3", "ip ospf priority 0");
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_OTHER);
    memset(&lsas, 0, sizeof lsas);
    peer_to_full(&peer);
    wait_s(20);
    peer_skip(&peer);
    struct ospf_lsa_header told = tell_new();
    wait_s(3);
    size_t seen = peer.seen;
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said))
        if (said_lsa(&said, OSPF_ROUTER_LSA, OTHER, OTHER, &h, &body) && said.dst == ALL_SPF)
            back = h;
    assert_int_equal(back.sequence, told.sequence);
    peer.seen = seen;
    expect_no_ack(&told);
}

static void on_a_point_to_point_link_to_all(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    sim_time sent = lab_now(run.lab);
    struct ospf_lsa_header h = tell_new();
    wait_s(3);
    expect_ack(&h, sent, SECONDS(1), ALL_SPF);
}

/* O22: "LSA is a duplicate, and was not treated as an implied acknowledgment": direct, "sent
 * directly to the neighbor's IP address". */
static void a_duplicate_is_acknowledged_directly(void **state) {
    (void)state;
    begin_full(PEER_IS_DR);
    struct ospf_lsa_header h = tell_new();
    wait_s(3);
    peer_skip(&peer);
    sim_time sent = lab_now(run.lab);
    peer_update(&peer, lsas.octets, lsas.count);
    wait_s(3);
    expect_ack(&h, sent, 0, PEER_ADDRESS);
}

/* The router's own LSA as it last told it, which it waits for an acknowledgement of. */
static struct ospf_lsa_header own_lsa(void) {
    struct ospf_lsa_header h = {0};
    struct reader body;
    struct said said;
    wait_s(6);
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said))
        if (said_lsa(&said, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID, &h, &body))
            lsas_add(&lsas, &h, body.at, read_left(&body));
    assert_int_not_equal(h.length, 0);
    return h;
}

/* O22: a duplicate that was an implied acknowledgement: none, */
static void an_implied_acknowledgement_is_not_acknowledged(void **state) {
    (void)state;
    begin_full(PEER_IS_OTHER);
    struct ospf_lsa_header h = own_lsa();
    peer_update(&peer, lsas.octets + lsas.last, lsas.count - lsas.last);
    wait_s(3);
    expect_no_ack(&h);
}

/* but by the Backup, when the Designated Router sent it: that one has flooded it for him. */
static void the_backup_acknowledges_even_that(void **state) {
    (void)state;
    begin_full(PEER_IS_DR);
    struct ospf_lsa_header h = own_lsa();
    sim_time sent = lab_now(run.lab);
    peer_update(&peer, lsas.octets + lsas.last, lsas.count - lsas.last);
    wait_s(3);
    expect_ack(&h, sent, SECONDS(1), ALL_SPF);
}

/* O22: MaxAge and not in the database: direct. */
static void maxage_of_the_unknown_is_acknowledged_directly(void **state) {
    (void)state;
    begin_full(PEER_IS_DR);
    lsas_router(&lsas, OTHER, 0x80000001, 3600, SOMEWHERE, 7);
    struct ospf_lsa_header h = lsas_header(&lsas);
    sim_time sent = lab_now(run.lab);
    peer_update(&peer, lsas.octets, lsas.count);
    wait_s(3);
    expect_ack(&h, sent, 0, PEER_ADDRESS);
}

/* 13.5: many of them go in one packet. */
static void delayed_acknowledgements_travel_together(void **state) {
    (void)state;
    struct said said;
    begin_full(PEER_IS_PTP);
    for (uint32_t i = 0; i < 5; i++) {
        struct lsas one = {0};
        lsas_router(&one, OTHER + i, 0x80000001, 1, SOMEWHERE + 256 * i, 7);
        peer_update(&peer, one.octets, one.count);
        wait_s(0.1);
    }
    wait_s(3);
    assert_true(peer_heard(&peer, OSPF_LINK_STATE_ACK, &said));
    assert_int_equal(read_left(&said.body), 5 * OSPF_LSA_HEADER);
    assert_false(peer_heard(&peer, OSPF_LINK_STATE_ACK, &said));
}

/* O23 13.7: the instance that was sent: it is off the list. */
static void an_acknowledgement_ends_the_repeating(void **state) {
    (void)state;
    struct said said;
    begin_full(PEER_IS_OTHER);
    peer.seen = 0;
    struct ospf_lsa_header h = own_lsa(), network = {0};
    struct reader body;
    peer.seen = 0;
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said))
        said_lsa(&said, OSPF_NETWORK_LSA, ROUTER_ADDRESS, ROUTER_ID, &network, &body);
    peer_ack(&peer, &h);
    peer_ack(&peer, &network);
    wait_s(0.1);
    peer_skip(&peer);
    wait_s(30);
    assert_false(peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said));
}

/* 13.7: "Log the questionable acknowledgment": of another instance it changes nothing. */
static void an_acknowledgement_of_another_instance_changes_nothing(void **state) {
    (void)state;
    struct said said;
    begin_full(PEER_IS_OTHER);
    peer.seen = 0;
    struct ospf_lsa_header h = own_lsa();
    h.sequence -= 1;
    peer_ack(&peer, &h);
    wait_s(0.1);
    bool questioned = false;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        questioned |=
            r->kind == TRACE_RULE && r->clause != NULL && strcmp(r->clause, "RFC 2328 13.7") == 0;
    }
    assert_true(questioned);
    peer_skip(&peer);
    wait_s(12);
    assert_true(peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said));
}

/* 13.7: "in a lesser state than Exchange, the packet is discarded"; half a header is none. */
static void acknowledgements_out_of_place_are_discarded(void **state) {
    (void)state;
    uint8_t half[OSPF_LSA_HEADER + 10] = {0};
    peer_setup(&setup, PEER_IS_PTP);
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    peer_to_exstart(&peer);
    peer_ack(&peer, &(struct ospf_lsa_header){.type = 1});
    wait_s(0.1);
    assert_int_equal(run_lost(&run, "ospf_neighbor_state"), 1);
    peer_dd(&peer, peer.dd_sequence, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, NULL, 0);
    wait_s(0.1);
    peer_send(&peer, OSPF_LINK_STATE_ACK, half, sizeof half);
    wait_s(0.1);
    assert_int_equal(run_lost(&run, "bad_length"), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_backup_acknowledges_what_the_dr_sent, end),
        cmocka_unit_test_teardown(others_acknowledge_to_the_designated_routers, end),
        cmocka_unit_test_teardown(the_dr_acknowledges_to_all, end),
        cmocka_unit_test_teardown(what_the_dr_floods_back_it_does_not_acknowledge, end),
        cmocka_unit_test_teardown(on_a_point_to_point_link_to_all, end),
        cmocka_unit_test_teardown(a_duplicate_is_acknowledged_directly, end),
        cmocka_unit_test_teardown(an_implied_acknowledgement_is_not_acknowledged, end),
        cmocka_unit_test_teardown(the_backup_acknowledges_even_that, end),
        cmocka_unit_test_teardown(maxage_of_the_unknown_is_acknowledged_directly, end),
        cmocka_unit_test_teardown(delayed_acknowledgements_travel_together, end),
        cmocka_unit_test_teardown(an_acknowledgement_ends_the_repeating, end),
        cmocka_unit_test_teardown(an_acknowledgement_of_another_instance_changes_nothing, end),
        cmocka_unit_test_teardown(acknowledgements_out_of_place_are_discarded, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
