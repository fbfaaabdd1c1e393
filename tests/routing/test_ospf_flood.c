/* RFC 2328 13: what becomes of an update, step by step; 13.3: where it goes on; 13.6. */
#include <stdlib.h>
#include <string.h>

#include "ospf_peer.h"

static struct setup setup;
static struct running run;
static struct peer peer;
static struct lsas lsas;

enum { OTHER = 0x03030303, SOMEWHERE = 0x0a090900 }; /* a router behind the peer, and its network */

static void begin(enum peer_role role) {
    peer_setup(&setup, role);
    run_begin(&run, &setup);
    peer_begin(&peer, &run, role);
    memset(&lsas, 0, sizeof lsas);
}

static void begin_full(enum peer_role role) {
    begin(role);
    peer_to_full(&peer);
    peer_run(&peer, lab_now(run.lab) + SECONDS(3));
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

static void tell(void) {
    peer_update(&peer, lsas.octets, lsas.count);
    wait_s(0.1);
}

/* The sequence number under which OTHER's router-LSA stands in the database; 0: it is not there. */
static uint32_t sequence_in_database(void) {
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    peer_skip(&peer);
    peer_request(&peer, OSPF_ROUTER_LSA, OTHER, OTHER);
    wait_s(0.1);
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said))
        if (said_lsa(&said, OSPF_ROUTER_LSA, OTHER, OTHER, &h, &body)) return h.sequence;
    return 0;
}

static size_t acknowledged(const struct ospf_lsa_header *h) {
    struct said said;
    size_t count = 0;
    while (peer_heard(&peer, OSPF_LINK_STATE_ACK, &said)) count += said_ack(&said, h);
    return count;
}

/* ---------------------------------------------------------------------------- O18: the steps */

/* "If the neighbor is in a lesser state than Exchange, the packet should be dropped". */
static void before_exchange_an_update_is_dropped(void **state) {
    (void)state;
    begin(PEER_IS_PTP);
    peer_to_exstart(&peer);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    tell();
    assert_int_equal(run_lost(&run, "ospf_neighbor_state"), 1);
}

/* (1) */
static void a_wrong_checksum_costs_that_lsa_alone(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    lsas_router(&lsas, 0x04040404, 0x80000001, 1, SOMEWHERE + 256, 7);
    lsas.octets[lsas.last + 16] ^= 1; /* LS checksum */
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    tell();
    assert_int_equal(run_lost(&run, "ospf_lsa_checksum"), 1);
    assert_int_equal(sequence_in_database(), 0x80000001); /* "and get the next one" */
}

/* (2) */
static void an_unknown_type_is_discarded(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    const uint8_t body[4] = {0};
    for (uint8_t type = 0; type < 12; type = type == 0 ? 6 : (uint8_t)(type + 1))
        lsas_add(&lsas,
                 &(struct ospf_lsa_header){.options = OSPF_OPTION_E,
                                           .type = type,
                                           .link_state_id = OTHER,
                                           .advertising_router = OTHER,
                                           .sequence = 0x80000001},
                 body, sizeof body);
    tell();
    assert_int_equal(run_lost(&run, "ospf_lsa_type"), 7);
}

/* (3) O36 */
static void an_external_lsa_is_not_for_a_stub_area(void **state) {
    (void)state;
    peer_setup(&setup, PEER_IS_PTP);
    setup_run(&setup, 0, "r1",
              "vtysh -c \"router ospf\" -c \"no network 10.0.0.0/24 area 0\" "
              "-c \"network 10.0.0.0/24 area 1\" -c \"area 1 stub\"");
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    memset(&lsas, 0, sizeof lsas);
    peer.area = 1;
    peer.options = 0;
    peer_to_full(&peer);
    lsas_external(&lsas, 0x0b000000, OTHER, 0x80000001, 1);
    tell();
    assert_int_equal(run_lost(&run, "ospf_lsa_stub"), 1);
}

/* A.4: contents that do not add up, a router-LSA under another's name, the unused number. */
static void malformed_lsas_are_discarded(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    const uint8_t two_links[16] = {0, 0, 0, 2};
    struct ospf_lsa_header h = {.options = OSPF_OPTION_E,
                                .type = OSPF_ROUTER_LSA,
                                .link_state_id = OTHER,
                                .advertising_router = OTHER,
                                .sequence = 0x80000001};
    lsas_add(&lsas, &h, two_links, sizeof two_links);
    h.advertising_router = 0x04040404;
    const uint8_t no_links[4] = {0};
    lsas_add(&lsas, &h, no_links, sizeof no_links);
    lsas_router(&lsas, OTHER, 0x80000000, 1, SOMEWHERE, 7);
    tell();
    assert_int_equal(run_lost(&run, "ospf_lsa_form"), 3);
    assert_int_equal(sequence_in_database(), 0);
}

/* An update whose lengths do not make up the packet is no update. */
static void lengths_that_do_not_add_up_are_refused(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    uint8_t body[64] = {0, 0, 0, 2}; /* two of them, it says */
    memcpy(body + 4, lsas.octets, lsas.count);
    peer_send(&peer, OSPF_LINK_STATE_UPDATE, body, 4 + lsas.count);
    wait_s(0.1);
    assert_int_equal(run_lost(&run, "bad_length"), 1);
    assert_int_equal(sequence_in_database(), 0);
}

/* (4): MaxAge, and nothing to be flushed: acknowledged, not kept, not flooded. */
static void maxage_of_what_is_unknown_is_acknowledged_and_forgotten(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    lsas_router(&lsas, OTHER, 0x80000001, 3600, SOMEWHERE, 7);
    struct ospf_lsa_header h = lsas_header(&lsas);
    tell();
    assert_int_equal(acknowledged(&h), 1);
    assert_int_equal(sequence_in_database(), 0);
}

/* (4), (5): MaxAge of what is known takes it away: for all, when they have acknowledged it. */
static void maxage_of_what_is_known_flushes_it(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    tell();
    wait_s(2);
    assert_int_equal(sequence_in_database(), 0x80000001);
    memset(&lsas, 0, sizeof lsas);
    lsas_router(&lsas, OTHER, 0x80000001, 3600, SOMEWHERE, 7);
    tell();
    assert_int_equal(sequence_in_database(), 0);
}

/* (5): installed; acknowledged, with a delay, 13.5. */
static void what_is_new_is_installed_and_acknowledged_later(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    struct ospf_lsa_header h = lsas_header(&lsas);
    tell();
    assert_int_equal(acknowledged(&h), 0);
    wait_s(1);
    assert_int_equal(acknowledged(&h), 1);
    assert_int_equal(sequence_in_database(), 0x80000001);
}

/* (5) (a): MinLSArrival. Discarded without an acknowledgement. */
static void an_instance_within_min_ls_arrival_is_discarded(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    tell();
    memset(&lsas, 0, sizeof lsas);
    lsas_router(&lsas, OTHER, 0x80000002, 1, SOMEWHERE, 8);
    struct ospf_lsa_header h = lsas_header(&lsas);
    wait_s(0.8);
    tell();
    assert_int_equal(run_lost(&run, "ospf_lsa_too_soon"), 1);
    wait_s(2);
    assert_int_equal(acknowledged(&h), 0);
    assert_int_equal(sequence_in_database(), 0x80000001);
    tell(); /* a second has passed by now */
    assert_int_equal(run_lost(&run, "ospf_lsa_too_soon"), 1);
    assert_int_equal(sequence_in_database(), 0x80000002);
}

/* (6): older than what the neighbour itself has described: BadLSReq, the exchange begins anew. */
static void what_is_older_than_described_begins_the_exchange_anew(void **state) {
    (void)state;
    struct lsas old = {0};
    begin(PEER_IS_PTP);
    peer_to_exchange(&peer);
    lsas_router(&old, OTHER, 0x80000004, 1, SOMEWHERE, 7);
    lsas_router(&lsas, OTHER, 0x80000009, 1, SOMEWHERE, 7);
    peer_update(&peer, old.octets, old.count); /* the database has this */
    wait_s(0.1);
    peer_dd(&peer, ++peer.dd_sequence, OSPF_DD_MS, lsas.octets, lsas.count); /* and asks for that */
    wait_s(0.1);
    peer_update(&peer, old.octets, old.count);
    wait_s(0.1);
    assert_int_equal(run_lost(&run, "ospf_lsa_requested"), 1);
    char *states = run_states(&run, "ospf_neighbor");
    assert_non_null(strstr(states, "Loading -> ExStart"));
    free(states);
}

/* (7) (a): the same instance, for which an acknowledgement is waited: implied. No further one. */
static void a_duplicate_may_be_an_implied_acknowledgement(void **state) {
    (void)state;
    struct ospf_lsa_header h = {0};
    struct reader body;
    struct said said;
    begin(PEER_IS_PTP);
    peer_to_full(&peer);
    peer_skip(&peer);
    wait_s(12); /* its router-LSA, again and again */
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said))
        if (said_lsa(&said, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID, &h, &body))
            lsas_add(&lsas, &h, body.at, read_left(&body));
    assert_int_not_equal(h.length, 0);
    peer_update(&peer, lsas.octets + lsas.last, lsas.count - lsas.last);
    wait_s(20);
    assert_false(peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said)); /* O23: it has stopped */
    peer.seen = 0;
    assert_int_equal(acknowledged(&h), 0);
}

/* (7) (b): the same instance without that: a direct acknowledgement, at once. */
static void another_duplicate_is_acknowledged_at_once(void **state) {
    (void)state;
    begin_full(PEER_IS_PTP);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    struct ospf_lsa_header h = lsas_header(&lsas);
    tell();
    wait_s(2);
    peer_skip(&peer);
    tell();
    assert_int_equal(acknowledged(&h), 1);
}

/* (8): the database copy goes back, straight to the neighbour; no acknowledgement. */
static void an_older_instance_brings_the_newer_one_back(void **state) {
    (void)state;
    struct lsas old = {0};
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    begin_full(PEER_IS_DR);
    lsas_router(&lsas, OTHER, 0x80000005, 1, SOMEWHERE, 7);
    lsas_router(&old, OTHER, 0x80000003, 1, SOMEWHERE, 7);
    struct ospf_lsa_header stale = lsas_header(&old);
    tell();
    wait_s(2);
    peer_skip(&peer);
    peer_update(&peer, old.octets, old.count);
    wait_s(0.1);
    assert_int_equal(run_lost(&run, "ospf_lsa_old"), 1);
    assert_true(peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said));
    assert_true(said_lsa(&said, OSPF_ROUTER_LSA, OTHER, OTHER, &h, &body));
    assert_int_equal(h.sequence, 0x80000005);
    assert_int_equal(said.dst, PEER_ADDRESS);
    peer.seen = 0;
    assert_int_equal(acknowledged(&stale), 0);
    /* "as long as the database copy has not been sent [...] within the last MinLSArrival" */
    peer_skip(&peer);
    peer_update(&peer, old.octets, old.count);
    wait_s(0.5);
    assert_false(peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said));
}

/* (8): while the number wraps, whatever is older is not answered. */
static void while_a_number_wraps_older_ones_are_not_answered(void **state) {
    (void)state;
    struct lsas old = {0};
    begin(PEER_IS_PTP);
    lsas_router(&lsas, ROUTER_ID, 0x7fffffff, 100, SOMEWHERE, 1);
    lsas_router(&old, ROUTER_ID, 0x80000009, 100, SOMEWHERE, 1);
    peer_to_full_with(&peer, lsas.octets, lsas.count);
    wait_s(8);
    peer_update(&peer, old.octets, old.count);
    wait_s(0.1);
    assert_int_equal(run_lost(&run, "ospf_lsa_wraps"), 1);
}

/* --------------------------------------------------------------------- O20 13.3, two neighbours */

/* A second network, with a real router on it that hears what r1 floods on. */
static void begin_with_r2(enum peer_role role) {
    peer_setup(&setup, role);
    setup_interface(&setup, "r1", "eth1", "10.0.1.1/24");
    setup_node(&setup, NODE_ROUTER, "r2");
    setup_interface(&setup, "r2", "eth0", "10.0.1.2/24");
    setup_link(&setup, "r1:eth1", "r2:eth0", MILLIS(1));
    setup_run(&setup, 0, "r1", "vtysh -c \"router ospf\" -c \"network 10.0.1.0/24 area 0\"");
    setup_run(&setup, 0, "r2",
              "vtysh -c \"router ospf\" -c \"ospf router-id 9.9.9.9\" "
              "-c \"network 10.0.1.0/24 area 0\"");
    run_begin(&run, &setup);
    peer_begin(&peer, &run, role);
    memset(&lsas, 0, sizeof lsas);
    peer_to_full(&peer);
    wait_s(60);
}

/* The updates with this LSA that a node has sent since record `from`. */
static size_t updates_sent(size_t from, const char *node, uint32_t router, uint16_t *age) {
    size_t count = 0;
    for (size_t i = from; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->octet_count < 34 || r->octets[23] != 89) continue;
        if (strcmp(lab_node(run.lab, r->node).name, node) != 0) continue;
        struct reader in = reader_of(r->octets + 34, r->octet_count - 34u);
        struct ospf_header header;
        struct said said;
        struct ospf_lsa_header h;
        struct reader body;
        if (ospf_parse(&header, &in) != PARSE_OK || header.type != OSPF_LINK_STATE_UPDATE) continue;
        said.body = in;
        if (!said_lsa(&said, OSPF_ROUTER_LSA, router, router, &h, &body)) continue;
        *age = h.age;
        count += 1;
    }
    return count;
}

/* To the other network, older by InfTransDelay; not back to where it came from. */
static void what_is_new_is_flooded_on_and_not_back(void **state) {
    (void)state;
    uint16_t age = 0;
    begin_with_r2(PEER_IS_PTP);
    size_t from = run.count;
    lsas_router(&lsas, OTHER, 0x80000001, 100, SOMEWHERE, 7);
    tell();
    wait_s(20);
    assert_int_equal(updates_sent(from, "r1", OTHER, &age), 1); /* r2 acknowledged it */
    assert_int_equal(age, 101);
    assert_int_equal(updates_sent(from, "r2", OTHER, &age), 0); /* O20 (1)(c), (2) */
}

/* "the LS age field reaches the maximum value of MaxAge" and not more; and r2 forgets it, too. */
static void maxage_is_flooded_as_maxage(void **state) {
    (void)state;
    uint16_t age = 0;
    begin_with_r2(PEER_IS_PTP);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    tell();
    wait_s(3);
    memset(&lsas, 0, sizeof lsas);
    lsas_router(&lsas, OTHER, 0x80000001, 3600, SOMEWHERE, 7);
    size_t from = run.count;
    tell();
    wait_s(10);
    assert_int_equal(updates_sent(from, "r1", OTHER, &age), 1);
    assert_int_equal(age, 3600);
    assert_int_equal(sequence_in_database(), 0);
}

/* O20 (3): from the Designated Router or the Backup: the others on that network have it already. */
static void from_the_designated_router_nothing_goes_back(void **state) {
    (void)state;
    uint16_t age = 0;
    begin_full(PEER_IS_DR);
    size_t from = run.count;
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    tell();
    wait_s(12);
    assert_int_equal(updates_sent(from, "r1", OTHER, &age), 0);
}

/* ------------------------------------------------------ O20 (1)(b): an adjacency not yet full */

static struct peer second; /* 4.4.4.4, on a link of its own */

/* The second one has described OTHER's router-LSA under this number; the router has asked it for
 * that, and waits. The first one is Full. */
static void begin_with_second_loading(uint32_t sequence) {
    struct lsas described = {0};
    peer_setup(&setup, PEER_IS_PTP);
    setup_interface(&setup, "r1", "eth1", "10.0.1.1/24");
    setup_node(&setup, NODE_OUTSIDE, "out2");
    setup_interface(&setup, "out2", "tap0", NULL);
    setup_link(&setup, "r1:eth1", "out2:tap0", MILLIS(1));
    setup_config(&setup, "r1", "interface eth1");
    setup_config(&setup, "r1", "ip ospf area 0");
    setup_config(&setup, "r1", "ip ospf network point-to-point");
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    memset(&lsas, 0, sizeof lsas);
    peer_to_full(&peer);
    peer_begin(&second, &run, PEER_IS_PTP);
    second.node = lab_node_named(run.lab, "out2");
    second.address = 0x0a000102;
    second.router = 0x0a000101;
    second.id = 0x04040404;
    second.hello_at = lab_now(run.lab);
    second.knows = true;
    peer_skip(&second);
    peer_hello(&second);
    peer_run(&second, lab_now(run.lab) + MILLIS(10));
    peer_dd(&second, 1000, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, NULL, 0);
    peer_run(&second, lab_now(run.lab) + MILLIS(10));
    lsas_router(&described, OTHER, sequence, 1, SOMEWHERE, 7);
    peer_dd(&second, 1001, OSPF_DD_MS, described.octets, described.count);
    peer_run(&second, lab_now(run.lab) + MILLIS(10));
    char *states = run_states(&run, "ospf_neighbor");
    assert_non_null(strstr(states, "Exchange -> Loading"));
    free(states);
    peer_skip(&second);
}

/* Whether the second one is Full now. */
static bool second_is_full(void) {
    char *states = run_states(&run, "ospf_neighbor");
    const char *last = strrchr(states, '>');
    bool full = last != NULL && strncmp(last, "> Full", 6) == 0;
    free(states);
    return full;
}

static bool second_was_sent(uint32_t sequence) {
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    while (peer_heard(&second, OSPF_LINK_STATE_UPDATE, &said))
        if (said_lsa(&said, OSPF_ROUTER_LSA, OTHER, OTHER, &h, &body) && h.sequence == sequence)
            return true;
    return false;
}

/* "If the two copies are the same instance, then delete the LSA from the Link state request list,
 * and examine the next neighbor." */
static void what_it_has_itself_it_is_not_sent(void **state) {
    (void)state;
    begin_with_second_loading(0x80000005);
    lsas_router(&lsas, OTHER, 0x80000005, 1, SOMEWHERE, 7);
    tell();
    assert_true(second_is_full());
    wait_s(7);
    assert_false(second_was_sent(0x80000005));
}

/* "Else, the new LSA is more recent. Delete the LSA from the Link state request list." */
static void what_is_newer_than_it_has_it_is_sent(void **state) {
    (void)state;
    begin_with_second_loading(0x80000005);
    lsas_router(&lsas, OTHER, 0x80000006, 1, SOMEWHERE, 7);
    tell();
    assert_true(second_is_full());
    assert_true(second_was_sent(0x80000006));
}

/* "If the new LSA is less recent, then examine the next neighbor." */
static void what_is_older_than_it_has_is_still_asked_for(void **state) {
    (void)state;
    struct said said;
    begin_with_second_loading(0x80000005);
    lsas_router(&lsas, OTHER, 0x80000004, 1, SOMEWHERE, 7);
    tell();
    assert_false(second_is_full());
    wait_s(7);
    assert_false(second_was_sent(0x80000004));
    second.seen = 0;
    assert_true(peer_heard(&second, OSPF_LINK_STATE_REQUEST, &said));
    assert_true(peer_heard(&second, OSPF_LINK_STATE_REQUEST, &said)); /* once more, O11 */
}

/* --------------------------------------------------------------------- O23 13.6 */

static void what_is_not_acknowledged_is_sent_again(void **state) {
    (void)state;
    struct ospf_lsa_header h;
    struct reader body;
    struct said said;
    sim_time before = 0;
    begin_full(PEER_IS_DR);
    peer_skip(&peer);
    wait_s(30);
    size_t times = 0;
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said)) {
        assert_true(said_lsa(&said, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID, &h, &body));
        assert_int_equal(said.dst, PEER_ADDRESS); /* "always sent directly to the neighbor" */
        if (before != 0) assert_int_equal(said.at - before, SECONDS(5)); /* RxmtInterval */
        before = said.at;
        times += 1;
    }
    assert_in_range(times, 5, 7);
    peer_ack(&peer, &h);
    wait_s(30);
    assert_false(peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said));
}

/* The variant: neither acknowledgements nor waiting for them. One loss, two databases. */
static void without_acknowledgements_nothing_is_sent_again(void **state) {
    (void)state;
    struct said said;
    peer_setup(&setup, PEER_IS_PTP);
    setup_setting(&setup, "r1", "variant.no_lsack", "1");
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    memset(&lsas, 0, sizeof lsas);
    peer_to_full(&peer);
    wait_s(3);
    peer_skip(&peer);
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    tell();
    wait_s(30);
    assert_false(peer_heard(&peer, OSPF_LINK_STATE_ACK, &said));
    peer.seen = 0;
    size_t times = 0;
    while (peer_heard(&peer, OSPF_LINK_STATE_UPDATE, &said)) times += 1;
    assert_int_equal(times, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(before_exchange_an_update_is_dropped, end),
        cmocka_unit_test_teardown(a_wrong_checksum_costs_that_lsa_alone, end),
        cmocka_unit_test_teardown(an_unknown_type_is_discarded, end),
        cmocka_unit_test_teardown(an_external_lsa_is_not_for_a_stub_area, end),
        cmocka_unit_test_teardown(malformed_lsas_are_discarded, end),
        cmocka_unit_test_teardown(lengths_that_do_not_add_up_are_refused, end),
        cmocka_unit_test_teardown(maxage_of_what_is_unknown_is_acknowledged_and_forgotten, end),
        cmocka_unit_test_teardown(maxage_of_what_is_known_flushes_it, end),
        cmocka_unit_test_teardown(what_is_new_is_installed_and_acknowledged_later, end),
        cmocka_unit_test_teardown(an_instance_within_min_ls_arrival_is_discarded, end),
        cmocka_unit_test_teardown(what_is_older_than_described_begins_the_exchange_anew, end),
        cmocka_unit_test_teardown(a_duplicate_may_be_an_implied_acknowledgement, end),
        cmocka_unit_test_teardown(another_duplicate_is_acknowledged_at_once, end),
        cmocka_unit_test_teardown(an_older_instance_brings_the_newer_one_back, end),
        cmocka_unit_test_teardown(while_a_number_wraps_older_ones_are_not_answered, end),
        cmocka_unit_test_teardown(what_is_new_is_flooded_on_and_not_back, end),
        cmocka_unit_test_teardown(maxage_is_flooded_as_maxage, end),
        cmocka_unit_test_teardown(from_the_designated_router_nothing_goes_back, end),
        cmocka_unit_test_teardown(what_it_has_itself_it_is_not_sent, end),
        cmocka_unit_test_teardown(what_is_newer_than_it_has_it_is_sent, end),
        cmocka_unit_test_teardown(what_is_older_than_it_has_is_still_asked_for, end),
        cmocka_unit_test_teardown(what_is_not_acknowledged_is_sent_again, end),
        cmocka_unit_test_teardown(without_acknowledgements_nothing_is_sent_again, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
