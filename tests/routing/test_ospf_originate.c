/* RFC 2328 12.4: when a router says something of itself, what, and with which number. */
#include <stdlib.h>
#include <string.h>

#include "ospf_peer.h"
#include "routing/ospf_parts.h"

static struct setup setup;
static struct running run;
static struct peer peer;

static void begin(enum peer_role role) {
    peer_setup(&setup, role);
    run_begin(&run, &setup);
    peer_begin(&peer, &run, role);
}

static int end(void **state) {
    (void)state;
    run_end(&run);
    return 0;
}

static void shell(const char *line) {
    run_command(&run, lab_now(run.lab), "r1", line);
}

static void wait_s(double seconds) {
    peer_run(&peer, lab_now(run.lab) + SECONDS(seconds));
}

/* The next instance of an LSA of the router that it sends; false: none has come. */
static bool next_lsa(uint32_t type, uint32_t id, struct ospf_lsa_header *h, struct reader *body,
                     struct said *said) {
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, said))
        if (said_lsa(said, type, id, ROUTER_ID, h, body)) return true;
    return false;
}

static bool next_router_lsa(struct ospf_lsa_header *h, struct reader *body, struct said *said) {
    return next_lsa(OSPF_ROUTER_LSA, ROUTER_ID, h, body, said);
}

/* The newest instance that the router has sent up to now. */
static struct ospf_lsa_header newest(uint32_t type, uint32_t id, struct reader *body) {
    struct ospf_lsa_header h = {0}, last = {0};
    struct reader b = {0};
    struct said said;
    while (next_lsa(type, id, &h, &b, &said)) {
        if (last.length != 0 && (int32_t)h.sequence < (int32_t)last.sequence) continue;
        last = h;
        *body = b;
    }
    assert_int_not_equal(last.length, 0);
    return last;
}

static struct ospf_router_lsa newest_router(struct reader *body) {
    struct ospf_router_lsa fixed;
    newest(OSPF_ROUTER_LSA, ROUTER_ID, body);
    assert_int_equal(ospf_parse_router_lsa(&fixed, body), PARSE_OK);
    return fixed;
}

static void expect_link(struct reader *body, uint32_t type, uint32_t id, uint32_t data,
                        uint32_t metric) {
    struct ospf_link link;
    assert_true(ospf_next_link(body, &link));
    assert_int_equal(link.type, type);
    assert_int_equal(link.id, id);
    assert_int_equal(link.data, data);
    assert_int_equal(link.metric, metric);
}

/* O14 12.4.1.2, O13 (4): fully adjacent to another router, the Designated Router says "transit". */
static void a_full_neighbour_makes_the_network_a_transit_link(void **state) {
    (void)state;
    struct reader body;
    begin(PEER_IS_BACKUP);
    peer_to_full(&peer);
    wait_s(10);
    struct ospf_router_lsa fixed = newest_router(&body);
    assert_int_equal(fixed.bits, 0);
    assert_int_equal(fixed.links, 1);
    expect_link(&body, OSPF_LINK_TRANSIT, ROUTER_ADDRESS, ROUTER_ADDRESS, 10);
}

/* O14 12.4.1.2: before that, "add a link as if the interface state were Waiting": a stub. */
static void without_an_adjacency_the_network_is_a_stub_link(void **state) {
    (void)state;
    struct said said;
    struct ospf_lsa_header h;
    struct ospf_router_lsa fixed;
    struct reader body;
    begin(PEER_IS_BACKUP);
    peer_to_exchange(&peer);
    peer_request(&peer, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID);
    wait_s(1);
    assert_true(next_router_lsa(&h, &body, &said));
    assert_int_equal(h.sequence, 0x80000001); /* O12 12.1.6: InitialSequenceNumber */
    assert_int_equal(ospf_parse_router_lsa(&fixed, &body), PARSE_OK);
    assert_int_equal(fixed.links, 1);
    expect_link(&body, OSPF_LINK_STUB, 0x0a000000, 0xffffff00, 10);
}

/* O14 12.4.1.1: the neighbour, and the link's own subnet (option 2). */
static void a_point_to_point_link_is_two_links(void **state) {
    (void)state;
    struct reader body;
    begin(PEER_IS_PTP);
    peer_to_full(&peer);
    wait_s(10);
    assert_int_equal(newest_router(&body).links, 2);
    expect_link(&body, OSPF_LINK_POINT_TO_POINT, PEER_ID, ROUTER_ADDRESS, 10);
    expect_link(&body, OSPF_LINK_STUB, 0x0a000000, 0xffffff00, 10);
}

/* O15 12.4.2: by the Designated Router, for all that are fully adjacent to it and itself. */
static void the_designated_router_names_the_networks_routers(void **state) {
    (void)state;
    struct ospf_network_lsa fixed;
    struct reader body;
    uint32_t router;
    begin(PEER_IS_BACKUP);
    peer_to_full(&peer);
    wait_s(10);
    struct ospf_lsa_header h = newest(OSPF_NETWORK_LSA, ROUTER_ADDRESS, &body);
    assert_int_equal(h.sequence, 0x80000001);
    assert_int_equal(ospf_parse_network_lsa(&fixed, &body), PARSE_OK);
    assert_int_equal(fixed.mask, 0xffffff00);
    assert_true(ospf_next_attached(&body, &router));
    assert_int_equal(router, ROUTER_ID);
    assert_true(ospf_next_attached(&body, &router));
    assert_int_equal(router, PEER_ID);
    assert_false(ospf_next_attached(&body, &router));
}

/* O15 12.4.2: somebody else is the Designated Router, so the network-LSA is not ours to make. */
static void nobody_else_names_the_networks_routers(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    begin(PEER_IS_DR);
    peer_to_full(&peer);
    wait_s(60);
    assert_false(next_lsa(OSPF_NETWORK_LSA, ROUTER_ADDRESS, &h, &body, &said));
}

/* O15 12.4.2, O13 (3), O25 14.1: the last adjacency goes, and with it the network-LSA. */
static void without_a_neighbour_the_network_lsa_is_flushed(void **state) {
    (void)state;
    begin(PEER_IS_BACKUP);
    peer_to_full(&peer);
    wait_s(10);
    size_t from = run.count;
    peer.silent = true;
    wait_s(60);
    bool gone = false;
    for (size_t i = from; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        gone |= r->kind == TRACE_TABLE && r->text == NULL &&
                strcmp(engine_name(NAME_TABLE, r->table), "ospf_lsdb") == 0;
    }
    assert_true(gone);
}

/* O13 (2): a cost changes. O13: MinLSInterval lies between two instances. */
static void a_new_cost_is_told_when_min_ls_interval_has_passed(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    begin(PEER_IS_BACKUP);
    peer_to_full(&peer);
    wait_s(20);
    peer_skip(&peer);
    shell("vtysh -c \"interface eth0\" -c \"ip ospf cost 20\"");
    sim_time first = lab_now(run.lab);
    wait_s(1);
    shell("vtysh -c \"interface eth0\" -c \"ip ospf cost 30\"");
    wait_s(1);
    shell("vtysh -c \"interface eth0\" -c \"ip ospf cost 40\"");
    wait_s(10);
    assert_true(next_router_lsa(&h, &body, &said));
    assert_int_equal(said.at - first, MILLIS(1));
    uint32_t sequence = h.sequence;
    read_skip(&body, OSPF_ROUTER_LSA_LENGTH);
    expect_link(&body, OSPF_LINK_TRANSIT, ROUTER_ADDRESS, ROUTER_ADDRESS, 20);
    while (next_router_lsa(&h, &body, &said) && h.sequence == sequence) continue;
    assert_int_equal(said.at - first, SECONDS(5) + MILLIS(1));
    assert_int_equal(h.sequence, sequence + 1); /* 30 was never told */
    read_skip(&body, OSPF_ROUTER_LSA_LENGTH);
    expect_link(&body, OSPF_LINK_TRANSIT, ROUTER_ADDRESS, ROUTER_ADDRESS, 40);
}

/* O13 12.4: "new originations if and only if the contents of the new LSA would be different". */
static void what_is_taken_back_in_time_is_never_told(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    begin(PEER_IS_BACKUP);
    peer_to_full(&peer);
    wait_s(20);
    shell("vtysh -c \"interface eth0\" -c \"ip ospf cost 20\"");
    wait_s(1);
    peer_skip(&peer);
    shell("vtysh -c \"interface eth0\" -c \"ip ospf cost 30\"");
    wait_s(1);
    shell("vtysh -c \"interface eth0\" -c \"ip ospf cost 20\"");
    sim_time now = lab_now(run.lab);
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said)) continue;
    peer_ack(&peer, &(struct ospf_lsa_header){0}); /* nothing that anybody waits for */
    wait_s(20);
    uint32_t first = 0;
    while (next_router_lsa(&h, &body, &said)) {
        if (first == 0) first = h.sequence;
        assert_int_equal(h.sequence, first); /* the one before, again and again */
    }
    assert_true(now > 0);
}

/* O13 (1): at LSRefreshTime, though nothing has changed. */
static void after_half_an_hour_it_is_told_again(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    struct reader body, other;
    begin(PEER_IS_PTP);
    peer_to_full(&peer);
    wait_s(20);
    h = newest(OSPF_ROUTER_LSA, ROUTER_ID, &body);
    peer_ack(&peer, &h);
    wait_s(1700);
    struct said said;
    struct ospf_lsa_header none;
    assert_false(next_router_lsa(&none, &other, &said));
    wait_s(110);
    struct ospf_lsa_header again = newest(OSPF_ROUTER_LSA, ROUTER_ID, &other);
    assert_int_equal(again.sequence, h.sequence + 1);
    assert_int_equal(read_left(&other), read_left(&body));
    assert_memory_equal(other.at, body.at, read_left(&body));
}

/* O21 13.4, O12: an instance of the time before this router began: the next number is ours. */
static void an_own_lsa_of_before_the_restart_is_outbid(void **state) {
    (void)state;
    static struct lsas old;
    struct reader body;
    old.count = 0;
    lsas_router(&old, ROUTER_ID, 0x80000077, 100, 0x0a090900, 1);
    begin(PEER_IS_PTP);
    peer_to_full_with(&peer, old.octets, old.count);
    wait_s(20);
    struct ospf_lsa_header h = newest(OSPF_ROUTER_LSA, ROUTER_ID, &body);
    assert_int_equal(h.sequence, 0x80000078);
    read_skip(&body, OSPF_ROUTER_LSA_LENGTH);
    expect_link(&body, OSPF_LINK_POINT_TO_POINT, PEER_ID, ROUTER_ADDRESS, 10);
}

/* O21 13.4: what is no longer true is flushed: an external route, another id's network-LSA. */
static void own_lsas_that_are_no_longer_true_are_flushed(void **state) {
    (void)state;
    static struct lsas old;
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    old.count = 0;
    lsas_external(&old, 0x0b000000, ROUTER_ID, 0x80000005, 50);
    lsas_network(&old, ROUTER_ADDRESS, 0x09090909, 0x80000003, 50);
    begin(PEER_IS_PTP);
    peer_to_full_with(&peer, old.octets, old.count);
    wait_s(10);
    bool external = false, network = false;
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said)) {
        if (said_lsa(&said, OSPF_EXTERNAL_LSA, 0x0b000000, ROUTER_ID, &h, &body))
            external |= h.age == 3600 && h.sequence == 0x80000005;
        if (said_lsa(&said, OSPF_NETWORK_LSA, ROUTER_ADDRESS, 0x09090909, &h, &body))
            network |= h.age == 3600 && h.sequence == 0x80000003;
    }
    assert_true(external);
    assert_true(network);
}

/* O12 12.1.6, O25 14.1: behind MaxSequenceNumber: flushed, acknowledged, InitialSequenceNumber. */
static void a_sequence_number_wraps_by_a_flush(void **state) {
    (void)state;
    static struct lsas old;
    struct ospf_lsa_header h, gone = {0};
    struct reader body;
    struct said said;
    old.count = 0;
    lsas_router(&old, ROUTER_ID, 0x7fffffff, 100, 0x0a090900, 1);
    begin(PEER_IS_PTP);
    peer_to_full_with(&peer, old.octets, old.count);
    wait_s(8);
    while (next_router_lsa(&h, &body, &said))
        if (h.age == 3600) gone = h;
    assert_int_equal(gone.sequence, 0x7fffffff);
    wait_s(20); /* as long as nobody acknowledges, nothing new is told */
    while (next_router_lsa(&h, &body, &said)) assert_int_equal(h.age, 3600);
    peer_ack(&peer, &gone);
    wait_s(1);
    assert_true(next_router_lsa(&h, &body, &said));
    assert_int_equal(h.sequence, 0x80000001);
    assert_int_equal(h.age, 1);
}

/* O14: an interface to nobody is a stub; a passive one is told all the same. */
static void other_interfaces_are_stubs_too(void **state) {
    (void)state;
    struct reader body;
    peer_setup(&setup, PEER_IS_PTP);
    setup_interface(&setup, "r1", "eth1", "10.1.0.1/16");
    setup_node(&setup, NODE_SWITCH, "sw");
    setup_interface(&setup, "sw", "p1", NULL);
    setup_link(&setup, "r1:eth1", "sw:p1", 0);
    setup_run(&setup, 0, "r1",
              "vtysh -c \"router ospf\" -c \"network 10.1.0.0/16 area 0\" "
              "-c \"passive-interface eth1\"");
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    peer_to_full(&peer);
    wait_s(10);
    assert_int_equal(newest_router(&body).links, 3);
    expect_link(&body, OSPF_LINK_POINT_TO_POINT, PEER_ID, ROUTER_ADDRESS, 10);
    expect_link(&body, OSPF_LINK_STUB, 0x0a000000, 0xffffff00, 10);
    expect_link(&body, OSPF_LINK_STUB, 0x0a010000, 0xffff0000, 10);
    shell("ip link set eth1 down"); /* O13 (2) */
    wait_s(10);
    assert_int_equal(newest_router(&body).links, 2);
}

/* O14: bit E of an AS boundary router, bit B of one with two areas. O12 12.1.2: no E bit among the
 * options of a stub area's LSAs, O36. */
static void bits_say_what_kind_of_router_it_is(void **state) {
    (void)state;
    struct reader body;
    peer_setup(&setup, PEER_IS_PTP);
    setup_interface(&setup, "r1", "eth1", "10.1.0.1/16");
    setup_node(&setup, NODE_SWITCH, "sw");
    setup_interface(&setup, "sw", "p1", NULL);
    setup_link(&setup, "r1:eth1", "sw:p1", 0);
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    peer_to_full(&peer);
    wait_s(10);
    assert_int_equal(newest_router(&body).bits, 0);
    shell("vtysh -c \"router ospf\" -c \"network 10.1.0.0/16 area 1\"");
    wait_s(60);
    assert_int_equal(newest_router(&body).bits, OSPF_ROUTER_B);
    shell("vtysh -c \"router ospf\" -c \"redistribute connected\"");
    wait_s(10);
    assert_int_equal(newest_router(&body).bits, OSPF_ROUTER_B | OSPF_ROUTER_E);
}

/* O21 13.4: a router whose daemon died and began again finds its own old LSAs at the others, and
 * outbids them; the databases are equal then. */
static void a_daemon_that_begins_again_outbids_itself(void **state) {
    (void)state;
    setup_begin(&setup);
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "r1" : "r2";
        setup_node(&setup, NODE_ROUTER, name);
        setup_interface(&setup, name, "eth0", i == 0 ? "10.0.0.1/24" : "10.0.0.2/24");
        setup_config(&setup, name, "router ospf");
        setup_config(&setup, name, "network 10.0.0.0/24 area 0");
    }
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_run(&setup, SECONDS(200), "r1", "killall ospfd");
    setup_run(&setup, SECONDS(215), "r1", "ospfd");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(190));
    struct ospf_key_of_lsa key = {OSPF_ROUTER_LSA, ROUTER_ADDRESS, ROUTER_ADDRESS};
    uint32_t sequence[2];
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t node = 1; node <= 2; node++) {
            struct id ospf = ospf_of(run.lab, node), area = ospf_area_of(run.lab, ospf, 0);
            const struct ospf_lsa *l =
                ospf_lsa_get(run.lab, ospf_lsa_find(run.lab, ospf, area, key));
            assert_non_null(l);
            assert_int_equal(ospf_area_get(run.lab, area)->lsa_count, 3);
            if (node == 2) assert_int_equal(l->header.sequence, sequence[pass]);
            sequence[pass] = l->header.sequence;
        }
        run_until(&run, SECONDS(400));
    }
    assert_true((int32_t)sequence[1] > (int32_t)sequence[0]);
}

/* O25, C.1: before it takes another id, the router takes back what it said under the old one. */
static void another_router_id_takes_the_old_lsas_back(void **state) {
    (void)state;
    struct reader body;
    begin(PEER_IS_BACKUP);
    peer_to_full(&peer);
    wait_s(20);
    uint32_t sequence = newest(OSPF_ROUTER_LSA, ROUTER_ID, &body).sequence;
    peer_skip(&peer);
    shell("vtysh -c \"router ospf\" -c \"ospf router-id 7.7.7.7\"");
    wait_s(1);
    struct ospf_lsa_header h = newest(OSPF_ROUTER_LSA, ROUTER_ID, &body);
    assert_int_equal(h.sequence, sequence);
    assert_int_equal(h.age, 3600);
    peer.seen = 0;
    assert_int_equal(newest(OSPF_NETWORK_LSA, ROUTER_ADDRESS, &body).age, 3600);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_full_neighbour_makes_the_network_a_transit_link, end),
        cmocka_unit_test_teardown(without_an_adjacency_the_network_is_a_stub_link, end),
        cmocka_unit_test_teardown(a_point_to_point_link_is_two_links, end),
        cmocka_unit_test_teardown(the_designated_router_names_the_networks_routers, end),
        cmocka_unit_test_teardown(nobody_else_names_the_networks_routers, end),
        cmocka_unit_test_teardown(without_a_neighbour_the_network_lsa_is_flushed, end),
        cmocka_unit_test_teardown(a_new_cost_is_told_when_min_ls_interval_has_passed, end),
        cmocka_unit_test_teardown(what_is_taken_back_in_time_is_never_told, end),
        cmocka_unit_test_teardown(after_half_an_hour_it_is_told_again, end),
        cmocka_unit_test_teardown(an_own_lsa_of_before_the_restart_is_outbid, end),
        cmocka_unit_test_teardown(own_lsas_that_are_no_longer_true_are_flushed, end),
        cmocka_unit_test_teardown(a_sequence_number_wraps_by_a_flush, end),
        cmocka_unit_test_teardown(other_interfaces_are_stubs_too, end),
        cmocka_unit_test_teardown(a_daemon_that_begins_again_outbids_itself, end),
        cmocka_unit_test_teardown(another_router_id_takes_the_old_lsas_back, end),
        cmocka_unit_test_teardown(bits_say_what_kind_of_router_it_is, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
