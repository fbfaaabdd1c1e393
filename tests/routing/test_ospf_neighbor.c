/*
 * The neighbour machine: every cell of RFC 2328 10.3, 8 states by 13 events, with its new state and
 * what its action leaves behind; and what is left to the actions: 10.4. O6 O7
 */
#include "ospf_hand.h"

enum { NO = -1 }; /* the RFC has no entry: nothing changes */
#define DOWN     OSPF_NEIGHBOR_DOWN
#define ATTEMPT  OSPF_NEIGHBOR_ATTEMPT
#define INIT     OSPF_NEIGHBOR_INIT
#define TWOWAY   OSPF_NEIGHBOR_2WAY
#define EXSTART  OSPF_NEIGHBOR_EXSTART
#define EXCHANGE OSPF_NEIGHBOR_EXCHANGE
#define LOADING  OSPF_NEIGHBOR_LOADING
#define FULL     OSPF_NEIGHBOR_FULL

/* An adjacency is wanted, the request list is empty. Columns: Down, Attempt, Init, 2-Way, ExStart,
 * Exchange, Loading, Full. */
static const int adjacent[OSPF_NEIGHBOR_EVENT_COUNT][OSPF_NEIGHBOR_STATE_COUNT] = {
    [OSPF_HELLO_RECEIVED] = {INIT, INIT, INIT, TWOWAY, EXSTART, EXCHANGE, LOADING, FULL},
    [OSPF_START] = {ATTEMPT, NO, NO, NO, NO, NO, NO, NO},
    [OSPF_2WAY_RECEIVED] = {NO, NO, EXSTART, TWOWAY, EXSTART, EXCHANGE, LOADING, FULL},
    [OSPF_NEGOTIATION_DONE] = {NO, NO, NO, NO, EXCHANGE, NO, NO, NO},
    [OSPF_EXCHANGE_DONE] = {NO, NO, NO, NO, NO, FULL, NO, NO},
    [OSPF_BAD_LS_REQ] = {NO, NO, NO, NO, NO, EXSTART, EXSTART, EXSTART},
    [OSPF_LOADING_DONE] = {NO, NO, NO, NO, NO, NO, FULL, NO},
    [OSPF_ADJ_OK] = {NO, NO, NO, EXSTART, EXSTART, EXCHANGE, LOADING, FULL},
    [OSPF_SEQ_NUMBER_MISMATCH] = {NO, NO, NO, NO, NO, EXSTART, EXSTART, EXSTART},
    [OSPF_1WAY_RECEIVED] = {NO, NO, INIT, INIT, INIT, INIT, INIT, INIT},
    [OSPF_KILL_NBR] = {DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN},
    [OSPF_INACTIVITY_TIMER] = {DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN},
    [OSPF_LL_DOWN] = {DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN},
};
/* None is wanted: where that makes a difference. */
static const int apart[OSPF_NEIGHBOR_EVENT_COUNT][OSPF_NEIGHBOR_STATE_COUNT] = {
    [OSPF_2WAY_RECEIVED] = {NO, NO, TWOWAY, TWOWAY, EXSTART, EXCHANGE, LOADING, FULL},
    [OSPF_ADJ_OK] = {NO, NO, NO, TWOWAY, TWOWAY, TWOWAY, TWOWAY, TWOWAY},
};

static bool timer_runs(const struct hands *h, struct id timer) {
    sim_time at;
    return timer_pending(h->run.lab, timer, &at);
}

/* The neighbour is in `state`, its lists hold something, its Inactivity Timer does not run. */
static void put(struct hands *h, uint32_t state, bool wanted) {
    struct ospf_lsa_header header = {.type = OSPF_ROUTER_LSA, .link_state_id = 7};
    hands_begin(h);
    struct ospf_neighbor *n = ospf_neighbor_edit(h->s, h->neighbor);
    struct ospf_interface *i = ospf_interface_edit(h->s, h->interface);
    if (!wanted) {
        i->dr = i->bdr = 0;
        ospf_interface_enter(h->s, h->interface, OSPF_INTERFACE_DR_OTHER, "a test");
    }
    ospf_neighbor_enter(h->s, h->neighbor, state, "a test");
    timer_stop(h->s, &n->inactivity_timer);
    timer_stop(h->s, &n->dd_timer);
    struct ospf_list list = ospf_summary_list(n);
    assert_true(ospf_list_add(h->s, n->node, &list, &header));
    n->dd_sequence = 500;
    hands_mark(h);
}

/* What the RFC's action leaves: lists, timers, and the beginning of an exchange. */
static void expect_action(const struct hands *h, uint32_t event, uint32_t was) {
    const struct ospf_neighbor *n = the_neighbor(h);
    bool same = n->state == was;
    if (event == OSPF_HELLO_RECEIVED || event == OSPF_START)
        assert_true(timer_runs(h, n->inactivity_timer));
    if (event == OSPF_KILL_NBR || event == OSPF_LL_DOWN)
        assert_false(timer_runs(h, n->inactivity_timer));
    if (!same && n->state < EXSTART && event != OSPF_HELLO_RECEIVED && event != OSPF_START &&
        was >= TWOWAY) {
        assert_int_equal(n->summaries, 0);
        assert_int_equal(n->requests, 0);
        assert_int_equal(n->retransmissions, 0);
    }
    if (!same && n->state == EXSTART) { /* declares itself master, with the next number */
        assert_int_equal(n->dd_sequence, 501);
        assert_int_equal(n->master, 0);
        assert_true(timer_runs(h, n->dd_timer)); /* repeated each RxmtInterval */
    }
    if (same) assert_int_equal(n->dd_sequence, 500);
}

static void expect_cell(struct hands *h, uint32_t state, uint32_t event, int expected,
                        bool wanted) {
    char begin[64];
    put(h, state, wanted);
    ospf_neighbor_event(h->s, h->neighbor, event);
    uint32_t now = the_neighbor(h)->state;
    if (now != (expected == NO ? state : (uint32_t)expected))
        fail_msg("%s in %s: %s", ospf_neighbor_event_name(event), ospf_neighbor_state_name(state),
                 ospf_neighbor_state_name(now));
    const struct trace_record *rule = last_rule(h, "RFC 2328 10.3");
    snprintf(begin, sizeof begin, "%s in %s: ", ospf_neighbor_event_name(event),
             ospf_neighbor_state_name(state));
    assert_non_null(rule);
    assert_memory_equal(rule->text, begin, strlen(begin));
    assert_int_equal(strstr(rule->text, ": nothing is to be done") != NULL, expected == NO);
    if (expected != NO) expect_action(h, event, state);
    hand_end(&h->hand);
}

static void expect_table(bool wanted, uint32_t first, uint32_t last,
                         const int table[][OSPF_NEIGHBOR_STATE_COUNT]) {
    static struct hands h;
    for (uint32_t event = first; event <= last; event++)
        for (uint32_t state = 0; state < OSPF_NEIGHBOR_STATE_COUNT; state++) {
            peer_setup(&h.setup, PEER_IS_BACKUP);
            hands_start(&h, PEER_IS_BACKUP);
            peer_to_full(&h.peer);
            expect_cell(&h, state, event, table[event][state], wanted);
            run_end(&h.run);
        }
}

static void every_cell_when_an_adjacency_is_wanted(void **state) {
    (void)state;
    expect_table(true, 0, OSPF_NEIGHBOR_EVENT_COUNT - 1, adjacent);
}

static void every_cell_when_none_is(void **state) {
    (void)state;
    expect_table(false, OSPF_2WAY_RECEIVED, OSPF_2WAY_RECEIVED, apart);
    expect_table(false, OSPF_ADJ_OK, OSPF_ADJ_OK, apart);
}

static void begin(struct hands *h, enum peer_role role) {
    peer_setup(&h->setup, role);
    hands_start(h, role);
}

static void what_is_to_be_asked_for_is_loaded_first(void **state) { /* 10.3 ExchangeDone */
    (void)state;
    static struct hands h;
    struct ospf_lsa_header header = {.type = OSPF_ROUTER_LSA, .link_state_id = 7};
    struct said said;
    struct ospf_request ask;
    begin(&h, PEER_IS_BACKUP);
    peer_to_full(&h.peer);
    peer_skip(&h.peer);
    put(&h, EXCHANGE, true);
    struct ospf_list list = ospf_request_list(ospf_neighbor_edit(h.s, h.neighbor));
    assert_true(ospf_list_add(h.s, the_neighbor(&h)->node, &list, &header));
    ospf_neighbor_event(h.s, h.neighbor, OSPF_EXCHANGE_DONE);
    assert_int_equal(the_neighbor(&h)->state, LOADING);
    hand_end(&h.hand);
    h.peer.seen = h.mark;
    run_until(&h.run, lab_now(h.run.lab) + MILLIS(10));
    assert_true(peer_heard(&h.peer, OSPF_LINK_STATE_REQUEST, &said));
    assert_true(ospf_next_request(&said.body, &ask));
    assert_int_equal(ask.link_state_id, 7);
    run_end(&h.run);
}

static void a_neighbour_that_is_silent_dies(void **state) { /* 10.3 InactivityTimer */
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_BACKUP);
    peer_to_full(&h.peer);
    sim_time heard = the_neighbor((hands_look(&h), &h))->heard_at;
    h.peer.silent = true;
    run_until(&h.run, heard + SECONDS(40) - 1);
    assert_int_equal(the_neighbor(&h)->state, FULL);
    run_until(&h.run, heard + SECONDS(40));
    hands_look(&h);
    assert_false(id_is(h.neighbor)); /* and is forgotten */
    assert_int_equal(the_interface(&h)->neighbor_count, 0);
    assert_int_equal(the_interface(&h)->full_count, 0);
    run_end(&h.run);
}

static void a_neighbour_that_hears_no_more_is_one_way(void **state) { /* 1-WayReceived */
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_BACKUP);
    peer_to_full(&h.peer);
    h.peer.knows = false;
    peer_hello(&h.peer);
    run_until(&h.run, lab_now(h.run.lab) + MILLIS(10));
    hands_look(&h);
    assert_int_equal(the_neighbor(&h)->state, INIT);
    run_end(&h.run);
}

static void a_point_to_point_link_needs_no_election(void **state) { /* 10.4 */
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_PTP);
    peer_to_full(&h.peer);
    hands_look(&h);
    assert_int_equal(the_neighbor(&h)->state, FULL);
    assert_int_equal(the_interface(&h)->state, OSPF_INTERFACE_POINT_TO_POINT);
    run_end(&h.run);
}

static void every_change_is_an_edge_of_the_figure(void **state) { /* figures 12 and 13 */
    (void)state;
    const struct state_graph *graph = engine_graph(MACHINE_OSPF_NEIGHBOR);
    for (uint32_t event = 0; event < OSPF_NEIGHBOR_EVENT_COUNT; event++)
        for (uint32_t from = 0; from < OSPF_NEIGHBOR_STATE_COUNT; from++) {
            int to = adjacent[event][from];
            bool drawn = to == NO || (uint32_t)to == from;
            for (size_t e = 0; e < graph->edge_count && !drawn; e++)
                drawn = graph->edges[e].from == from && graph->edges[e].to == to;
            assert_true(drawn);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_when_an_adjacency_is_wanted),
        cmocka_unit_test(every_cell_when_none_is),
        cmocka_unit_test(what_is_to_be_asked_for_is_loaded_first),
        cmocka_unit_test(a_neighbour_that_is_silent_dies),
        cmocka_unit_test(a_neighbour_that_hears_no_more_is_one_way),
        cmocka_unit_test(a_point_to_point_link_needs_no_election),
        cmocka_unit_test(every_change_is_an_edge_of_the_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
