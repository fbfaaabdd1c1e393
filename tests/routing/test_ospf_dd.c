/*
 * The database exchange: RFC 2328 10.6 and 10.8, who is master, duplicates, what makes the sequence
 * numbers a mismatch, how long the last packet is kept; 10.7 and 10.9, requests. O9 O10 O11
 */
#include "ospf_hand.h"

static struct hands h;
enum { I = OSPF_DD_I, M = OSPF_DD_M, MS = OSPF_DD_MS };

static void begin(enum peer_role role) {
    peer_setup(&h.setup, role);
    hands_start(&h, role);
}

static void later(double seconds) {
    peer_run(&h.peer, lab_now(h.run.lab) + SECONDS(seconds));
}

static uint32_t state_now(void) {
    hands_look(&h);
    return the_neighbor(&h)->state;
}

/* The router's next DD packet. */
static struct ospf_dd heard(struct said *said) {
    struct ospf_dd dd;
    if (!peer_heard(&h.peer, OSPF_DATABASE_DESCRIPTION, said)) fail_msg("no DD packet has come");
    assert_int_equal(ospf_parse_dd(&dd, &said->body), PARSE_OK);
    return dd;
}

static bool heard_nothing(enum ospf_type type) {
    struct said said;
    return !peer_heard(&h.peer, type, &said);
}

static void send_dd(uint16_t mtu, uint8_t options, uint8_t flags, uint32_t sequence) {
    uint8_t body[OSPF_DD_LENGTH];
    struct writer w = writer_of(body, sizeof body);
    ospf_emit_dd(&w, &(struct ospf_dd){mtu, options, flags, sequence});
    hands_mark(&h);
    peer_send(&h.peer, OSPF_DATABASE_DESCRIPTION, body, written(&w));
    run_until(&h.run, lab_now(h.run.lab) + MILLIS(5));
}

static void dropped(const char *reason) {
    assert_string_equal(last_drop(&h), reason);
}

/* ------------------------------------------------------------------- ExStart */

static void the_first_ones_are_empty_and_repeated(void **state) { /* 10.8, RxmtInterval */
    (void)state;
    struct said said;
    begin(PEER_IS_PTP);
    peer_to_exstart(&h.peer);
    h.peer.seen = 0;
    struct ospf_dd first = heard(&said);
    sim_time at = said.at;
    assert_int_equal(first.flags, I | M | MS);
    assert_int_equal(first.mtu, 1500);
    assert_int_equal(first.options, OSPF_OPTION_E);
    assert_int_equal(read_left(&said.body), 0);
    for (int n = 1; n <= 3; n++) {
        later(5.5);
        struct ospf_dd again = heard(&said);
        assert_int_equal(said.at, at + SECONDS(5 * n));
        assert_int_equal(again.sequence, first.sequence);
        assert_int_equal(again.flags, I | M | MS);
    }
    run_end(&h.run);
}

static void the_higher_router_id_is_the_master(void **state) {
    (void)state;
    struct said said;
    begin(PEER_IS_PTP); /* 2.2.2.2 */
    peer_to_exstart(&h.peer);
    send_dd(1500, OSPF_OPTION_E, I | M | MS, 4711);
    struct ospf_dd answer = heard(&said);
    assert_int_equal(answer.sequence, 4711);
    assert_int_equal(answer.flags & (I | MS), 0);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXCHANGE);
    assert_int_equal(the_neighbor(&h)->master, 1);
    run_end(&h.run);
}

/* The peer is 0.0.0.9: the router is the master. Its sequence number. */
static uint32_t router_is_master(void) {
    struct said said;
    begin(PEER_IS_PTP);
    h.peer.id = 9;
    peer_to_exstart(&h.peer);
    h.peer.seen = 0;
    return heard(&said).sequence;
}

static void the_lower_one_acknowledges(void **state) {
    (void)state;
    struct said said;
    uint32_t sequence = router_is_master();
    send_dd(1500, OSPF_OPTION_E, I | M | MS, 4711); /* its own claim */
    dropped("ospf_dd_negotiation");
    send_dd(1500, OSPF_OPTION_E, M, sequence + 1); /* no acknowledgement */
    dropped("ospf_dd_negotiation");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXSTART);
    send_dd(1500, OSPF_OPTION_E, M, sequence);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXCHANGE);
    struct ospf_dd next = heard(&said);
    assert_int_equal(next.sequence, sequence + 1);
    assert_int_equal(next.flags, MS);
    assert_true(read_left(&said.body) > 0); /* its router-LSA at least */
    sim_time at = said.at;
    later(5.5); /* the master repeats */
    assert_int_equal(heard(&said).sequence, sequence + 1);
    assert_int_equal(said.at, at + SECONDS(5));
    send_dd(1500, OSPF_OPTION_E, 0, sequence + 1);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_FULL);
    send_dd(1500, OSPF_OPTION_E, 0, sequence + 1); /* the master ignores duplicates */
    dropped("ospf_dd_duplicate");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_FULL);
    run_end(&h.run);
}

static void a_packet_with_contents_claims_nothing(void **state) {
    (void)state;
    struct lsas lsas = {0};
    begin(PEER_IS_PTP);
    peer_to_exstart(&h.peer);
    lsas_router(&lsas, PEER_ID, 0x80000001, 1, 0x0a090000, 10);
    peer_dd(&h.peer, 77, I | M | MS, lsas.octets, lsas.count);
    later(0.1);
    dropped("ospf_dd_negotiation");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXSTART);
    run_end(&h.run);
}

static void an_mtu_that_is_larger_is_refused(void **state) {
    (void)state;
    begin(PEER_IS_PTP);
    peer_to_exstart(&h.peer);
    send_dd(1501, OSPF_OPTION_E, I | M | MS, 4711);
    dropped("ospf_dd_mtu");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXSTART);
    send_dd(1400, OSPF_OPTION_E, I | M | MS, 4711); /* a smaller one is the other's affair */
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXCHANGE);
    run_end(&h.run);
    begin(PEER_IS_PTP);
    run_command(&h.run, lab_now(h.run.lab), "r1",
                "vtysh -c \"interface eth0\" -c \"ip ospf mtu-ignore\"");
    peer_to_exstart(&h.peer);
    send_dd(9000, OSPF_OPTION_E, I | M | MS, 4711);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXCHANGE);
    run_end(&h.run);
}

/* ------------------------------------------------------------------- before ExStart */

static void a_description_shows_that_it_hears_us(void **state) { /* 10.6, Init */
    (void)state;
    begin(PEER_IS_PTP);
    later(1); /* a Hello without the router in it */
    assert_int_equal(state_now(), OSPF_NEIGHBOR_INIT);
    send_dd(1500, OSPF_OPTION_E, I | M | MS, 4711);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXCHANGE);
    run_end(&h.run);
}

static void no_adjacency_no_description(void **state) { /* 10.6, 2-Way */
    (void)state;
    begin(PEER_IS_OTHER); /* the router waits */
    h.peer.knows = true;
    later(1);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_2WAY);
    send_dd(1500, OSPF_OPTION_E, I | M | MS, 4711);
    dropped("ospf_neighbor_state");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_2WAY);
    run_end(&h.run);
}

/* ------------------------------------------------------------------- Exchange and beyond */

static void exchange(void) { /* the router is slave, and has answered number 1000 */
    begin(PEER_IS_PTP);
    peer_to_exchange(&h.peer);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXCHANGE);
}

static void the_slave_repeats_its_answer(void **state) {
    (void)state;
    struct said said, again;
    exchange();
    send_dd(1500, OSPF_OPTION_E, I | M | MS, 1000);
    struct ospf_dd once = heard(&said);
    assert_int_equal(once.sequence, 1000);
    send_dd(1500, OSPF_OPTION_E, M | MS, 1001);
    once = heard(&said);
    assert_int_equal(once.sequence, 1001);
    send_dd(1500, OSPF_OPTION_E, M | MS, 1001);
    assert_int_equal(heard(&again).sequence, 1001);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXCHANGE);
    run_end(&h.run);
}

static void the_slave_does_not_repeat_by_itself(void **state) {
    (void)state;
    exchange();
    peer_skip(&h.peer);
    later(30);
    assert_true(heard_nothing(OSPF_DATABASE_DESCRIPTION));
    run_end(&h.run);
}

static void expect_mismatch(uint8_t options, uint8_t flags, uint32_t sequence, const char *why) {
    struct said said;
    uint32_t before = the_neighbor(&h)->dd_sequence;
    send_dd(1500, options, flags, sequence);
    dropped(why);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXSTART);
    struct ospf_dd dd = heard(&said); /* it begins again, with the next number */
    assert_int_equal(dd.flags, I | M | MS);
    assert_int_equal(dd.sequence, before + 1);
    assert_int_equal(the_neighbor(&h)->summaries, 0);
    run_end(&h.run);
}

static void mismatches_in_exchange(void **state) {
    (void)state;
    exchange();
    expect_mismatch(OSPF_OPTION_E, M, 1001, "ospf_dd_master");
    exchange();
    expect_mismatch(OSPF_OPTION_E, I | M | MS, 1001, "ospf_dd_init");
    exchange();
    expect_mismatch(0, M | MS, 1001, "ospf_dd_options");
    exchange();
    expect_mismatch(OSPF_OPTION_E, M | MS, 1002, "ospf_dd_sequence");
    exchange();
    expect_mismatch(OSPF_OPTION_E, M | MS, 999, "ospf_dd_sequence");
}

static void full(void) {
    begin(PEER_IS_PTP);
    peer_to_full(&h.peer);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_FULL);
}

static void mismatches_when_it_is_over(void **state) {
    (void)state;
    full();
    expect_mismatch(OSPF_OPTION_E, I | M | MS, 1002, "ospf_dd_init");
    full();
    expect_mismatch(OSPF_OPTION_E, MS, 1002, "ospf_dd_late");
    full();
    expect_mismatch(0, MS, 1001, "ospf_dd_options");
}

static void the_last_answer_is_kept_for_router_dead_interval(void **state) { /* 10.8 */
    (void)state;
    struct said said;
    full();
    later(30);
    send_dd(1500, OSPF_OPTION_E, MS, 1001);
    assert_int_equal(heard(&said).sequence, 1001);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_FULL);
    later(10);
    expect_mismatch(OSPF_OPTION_E, MS, 1001, "ospf_dd_late");
}

static void an_lsa_that_cannot_be(void **state) {
    (void)state;
    struct lsas lsas = {0};
    struct ospf_lsa_header header = {.type = 11,
                                     .link_state_id = 1,
                                     .advertising_router = PEER_ID,
                                     .sequence = 0x80000001,
                                     .length = 20};
    exchange();
    lsas_add(&lsas, &header, NULL, 0);
    hands_mark(&h);
    peer_dd(&h.peer, 1001, MS, lsas.octets, lsas.count);
    later(0.1);
    dropped("ospf_dd_lsa");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXSTART);
    run_end(&h.run);
}

/* ------------------------------------------------------------------- requests */

static void what_is_newer_is_asked_for_until_it_comes(void **state) { /* 10.9 */
    (void)state;
    struct lsas lsas = {0};
    struct said said;
    struct ospf_request ask;
    exchange();
    lsas_router(&lsas, PEER_ID, 0x80000001, 1, 0x0a090000, 10);
    peer_dd(&h.peer, 1001, MS, lsas.octets, lsas.count);
    peer_skip(&h.peer);
    later(0.1);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_LOADING);
    assert_int_equal(the_neighbor(&h)->requests, 1);
    assert_true(peer_heard(&h.peer, OSPF_LINK_STATE_REQUEST, &said));
    sim_time at = said.at;
    assert_true(ospf_next_request(&said.body, &ask));
    assert_int_equal(ask.type, OSPF_ROUTER_LSA);
    assert_int_equal(ask.link_state_id, PEER_ID);
    assert_false(ospf_next_request(&said.body, &ask));
    later(5.5); /* O11 */
    assert_true(peer_heard(&h.peer, OSPF_LINK_STATE_REQUEST, &said));
    assert_int_equal(said.at, at + SECONDS(5));
    peer_update(&h.peer, lsas.octets, lsas.count);
    later(0.1);
    assert_int_equal(state_now(), OSPF_NEIGHBOR_FULL);
    assert_int_equal(the_neighbor(&h)->requests, 0);
    later(20);
    assert_true(heard_nothing(OSPF_LINK_STATE_REQUEST));
    run_end(&h.run);
}

static void what_is_not_there_cannot_be_asked_for(void **state) { /* 10.7 BadLSReq */
    (void)state;
    full();
    hands_mark(&h);
    peer_request(&h.peer, OSPF_ROUTER_LSA, 0x05050505, 0x05050505);
    run_until(&h.run, lab_now(h.run.lab) + MILLIS(5));
    dropped("ospf_bad_request");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXSTART);
    run_end(&h.run);
}

static void a_request_before_its_time(void **state) { /* 10.7 */
    (void)state;
    begin(PEER_IS_PTP);
    peer_to_exstart(&h.peer);
    hands_mark(&h);
    peer_request(&h.peer, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID);
    run_until(&h.run, lab_now(h.run.lab) + MILLIS(5));
    dropped("ospf_neighbor_state");
    assert_int_equal(state_now(), OSPF_NEIGHBOR_EXSTART);
    run_end(&h.run);
}

static void a_request_is_answered(void **state) {
    (void)state;
    struct said said;
    struct ospf_lsa_header header;
    struct reader body;
    full();
    later(6);
    hands_mark(&h);
    peer_request(&h.peer, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID);
    run_until(&h.run, lab_now(h.run.lab) + MILLIS(5));
    assert_true(peer_heard(&h.peer, OSPF_LINK_STATE_UPDATE, &said));
    assert_true(said_lsa(&said, OSPF_ROUTER_LSA, ROUTER_ID, ROUTER_ID, &header, &body));
    run_end(&h.run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_ones_are_empty_and_repeated),
        cmocka_unit_test(the_higher_router_id_is_the_master),
        cmocka_unit_test(the_lower_one_acknowledges),
        cmocka_unit_test(a_packet_with_contents_claims_nothing),
        cmocka_unit_test(an_mtu_that_is_larger_is_refused),
        cmocka_unit_test(a_description_shows_that_it_hears_us),
        cmocka_unit_test(no_adjacency_no_description),
        cmocka_unit_test(the_slave_repeats_its_answer),
        cmocka_unit_test(the_slave_does_not_repeat_by_itself),
        cmocka_unit_test(mismatches_in_exchange),
        cmocka_unit_test(mismatches_when_it_is_over),
        cmocka_unit_test(the_last_answer_is_kept_for_router_dead_interval),
        cmocka_unit_test(an_lsa_that_cannot_be),
        cmocka_unit_test(what_is_newer_is_asked_for_until_it_comes),
        cmocka_unit_test(what_is_not_there_cannot_be_asked_for),
        cmocka_unit_test(a_request_before_its_time),
        cmocka_unit_test(a_request_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
