/*
 * The interface machine: every cell of RFC 2328 9.3, 7 states by 7 events; what InterfaceUp leads
 * to; groups and timers. O3 O1
 */
#include "ospf_hand.h"
#include "stack/socket.h"

enum { NO = -1 };
#define DOWN     OSPF_INTERFACE_DOWN
#define LOOPBACK OSPF_INTERFACE_LOOPBACK
#define WAITING  OSPF_INTERFACE_WAITING
#define PTP      OSPF_INTERFACE_POINT_TO_POINT
#define OTHER    OSPF_INTERFACE_DR_OTHER
#define BACKUP   OSPF_INTERFACE_BACKUP
#define DR       OSPF_INTERFACE_DR

/* Nobody else is there: whoever is elected, it is this router. Columns: Down, Loopback, Waiting,
 * Point-to-point, DR Other, Backup, DR. */
static const int cells[OSPF_INTERFACE_EVENT_COUNT][OSPF_INTERFACE_STATE_COUNT] = {
    [OSPF_INTERFACE_UP] = {WAITING, NO, NO, NO, NO, NO, NO},
    [OSPF_WAIT_TIMER] = {NO, NO, DR, NO, NO, NO, NO},
    [OSPF_BACKUP_SEEN] = {NO, NO, DR, NO, NO, NO, NO},
    [OSPF_NEIGHBOR_CHANGE] = {NO, NO, NO, NO, DR, DR, DR},
    [OSPF_LOOP_IND] = {LOOPBACK, LOOPBACK, LOOPBACK, LOOPBACK, LOOPBACK, LOOPBACK, LOOPBACK},
    [OSPF_UNLOOP_IND] = {NO, DOWN, NO, NO, NO, NO, NO},
    [OSPF_INTERFACE_GOES_DOWN] = {DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN},
};

static void begin(struct hands *h, enum peer_role role) {
    peer_setup(&h->setup, role);
    hands_start(h, role);
}

static bool timer_runs(const struct hands *h, struct id timer) {
    sim_time at;
    return timer_pending(h->run.lab, timer, &at);
}

static void expect_cell(struct hands *h, uint32_t state, uint32_t event) {
    int expected = cells[event][state];
    char start[64];
    hands_begin(h);
    ospf_interface_event(h->s, h->interface, OSPF_INTERFACE_GOES_DOWN);
    ospf_interface_enter(h->s, h->interface, state, "a test");
    hands_mark(h);
    ospf_interface_event(h->s, h->interface, event);
    uint32_t now = the_interface(h)->state;
    if (now != (expected == NO ? state : (uint32_t)expected))
        fail_msg("%s in %s: %s", ospf_interface_event_name(event), ospf_interface_state_name(state),
                 ospf_interface_state_name(now));
    snprintf(start, sizeof start, "%s in %s: ", ospf_interface_event_name(event),
             ospf_interface_state_name(state));
    const struct trace_record *rule = NULL;
    for (size_t i = h->mark; i < h->run.count && rule == NULL; i++)
        if (h->run.records[i].r.kind == TRACE_RULE) rule = &h->run.records[i].r;
    assert_non_null(rule);
    assert_memory_equal(rule->text, start, strlen(start));
    assert_int_equal(strstr(rule->text, ": nothing is to be done") != NULL, expected == NO);
    if (now == DOWN || now == LOOPBACK) { /* 9.3: variables are reset, timers disabled */
        assert_false(timer_runs(h, the_interface(h)->hello_timer));
        assert_false(timer_runs(h, the_interface(h)->wait_timer));
        assert_int_equal(the_interface(h)->dr, 0);
        assert_int_equal(the_interface(h)->neighbor_count, 0);
    }
    if (now == WAITING && state == DOWN) {
        assert_true(timer_runs(h, the_interface(h)->hello_timer));
        assert_true(timer_runs(h, the_interface(h)->wait_timer));
    }
    hand_end(&h->hand);
}

static void every_cell(void **state) {
    (void)state;
    static struct hands h;
    for (uint32_t event = 0; event < OSPF_INTERFACE_EVENT_COUNT; event++)
        for (uint32_t from = 0; from < OSPF_INTERFACE_STATE_COUNT; from++) {
            begin(&h, PEER_IS_OTHER);
            h.peer.silent = true;
            expect_cell(&h, from, event);
            run_end(&h.run);
        }
}

static void up_leads_where_the_network_says(void **state) { /* 9.3 InterfaceUp */
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_PTP);
    assert_int_equal(the_interface(&h)->state, PTP);
    run_end(&h.run);
    begin(&h, PEER_IS_DR_ALONE); /* priority 0 */
    assert_int_equal(the_interface(&h)->state, OTHER);
    assert_false(timer_runs(&h, the_interface(&h)->wait_timer));
    run_end(&h.run);
    begin(&h, PEER_IS_BACKUP);
    assert_int_equal(the_interface(&h)->state, WAITING);
    run_until(&h.run, SECONDS(40) - 1); /* RouterDeadInterval */
    assert_int_equal(the_interface(&h)->state, WAITING);
    run_until(&h.run, SECONDS(41));
    assert_int_equal(the_interface(&h)->state, DR);
    run_end(&h.run);
}

static void waiting_ends_when_a_backup_is_seen(void **state) { /* 9.2 BackupSeen */
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_BACKUP);
    peer_run(&h.peer, SECONDS(2));
    h.peer.knows = true;
    h.peer.dr = ROUTER_ADDRESS;
    h.peer.bdr = PEER_ADDRESS; /* it says that it is the Backup; nobody says that he is the DR */
    peer_hello(&h.peer);
    peer_run(&h.peer, SECONDS(3));
    assert_int_equal(the_interface(&h)->state, OTHER);
    assert_int_equal(the_interface(&h)->dr, PEER_ADDRESS);
    run_end(&h.run);
    begin(&h, PEER_IS_DR); /* it says that it is the DR, and that there is no Backup */
    peer_run(&h.peer, SECONDS(2));
    assert_int_equal(the_interface(&h)->state, WAITING); /* it does not hear the router */
    h.peer.knows = true;
    peer_hello(&h.peer);
    run_until(&h.run, SECONDS(3));
    assert_int_equal(the_interface(&h)->state, BACKUP);
    run_end(&h.run);
}

static void killed(struct hands *h) {
    hands_look(h);
    assert_false(id_is(h->neighbor));
    assert_int_equal(the_interface(h)->state, DOWN);
    assert_int_equal(the_interface(h)->full_count, 0);
}

static void a_cut_cable_kills_the_neighbours(void **state) { /* 9.3 InterfaceDown */
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_BACKUP);
    peer_to_full(&h.peer);
    sim_time now = lab_now(h.run.lab);
    run_command(&h.run, now, "", "link r1-out down");
    run_until(&h.run, now + MILLIS(1));
    killed(&h);
    run_command(&h.run, now + MILLIS(2), "", "link r1-out up");
    run_until(&h.run, now + MILLIS(3));
    assert_int_equal(the_interface(&h)->state, WAITING);
    run_end(&h.run);
}

static void a_daemon_that_is_killed_leaves_nothing_running(void **state) {
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_BACKUP);
    peer_to_full(&h.peer);
    sim_time now = lab_now(h.run.lab);
    run_command(&h.run, now, "r1", "killall ospfd");
    run_until(&h.run, now + MILLIS(1));
    killed(&h);
    assert_int_equal(ospf_get(h.run.lab, h.ospf)->running, 0);
    run_command(&h.run, now + MILLIS(2), "r1", "ospfd");
    run_until(&h.run, now + MILLIS(3));
    assert_int_equal(the_interface(&h)->state, WAITING);
    run_end(&h.run);
}

/* The group's address of the router's next packet of that type. */
static ip4 destination(struct peer *peer, enum ospf_type type) {
    struct said said;
    assert_true(peer_heard(peer, type, &said));
    return said.dst;
}

static void packets_go_where_the_rfc_says(void **state) { /* O1, 8.1 */
    (void)state;
    static struct hands h;
    begin(&h, PEER_IS_DR); /* the router is Backup */
    peer_to_full(&h.peer);
    peer_run(&h.peer, lab_now(h.run.lab) + SECONDS(20));
    h.peer.seen = 0;
    assert_int_equal(destination(&h.peer, OSPF_HELLO), OSPF_ALL_SPF_ROUTERS);
    assert_int_equal(destination(&h.peer, OSPF_DATABASE_DESCRIPTION), PEER_ADDRESS);
    h.peer.seen = 0;
    assert_int_equal(destination(&h.peer, OSPF_LINK_STATE_UPDATE), OSPF_ALL_SPF_ROUTERS);
    run_end(&h.run);
    begin(&h, PEER_IS_DR_ALONE); /* the router is DR Other */
    peer_to_full(&h.peer);
    peer_run(&h.peer, lab_now(h.run.lab) + SECONDS(20));
    h.peer.seen = 0;
    assert_int_equal(destination(&h.peer, OSPF_HELLO), OSPF_ALL_SPF_ROUTERS);
    assert_int_equal(destination(&h.peer, OSPF_LINK_STATE_UPDATE), OSPF_ALL_D_ROUTERS);
    run_end(&h.run);
    begin(&h, PEER_IS_PTP);
    peer_to_full(&h.peer);
    h.peer.seen = 0;
    assert_int_equal(destination(&h.peer, OSPF_DATABASE_DESCRIPTION), OSPF_ALL_SPF_ROUTERS);
    run_end(&h.run);
}

/* O1: a single hop, RFC 2328 A.1, and Internetwork Control as its precedence. */
static void packets_go_one_hop_and_first(void **state) {
    (void)state;
    static struct hands h;
    size_t packets = 0;
    begin(&h, PEER_IS_DR);
    peer_to_full(&h.peer);
    for (size_t i = 0; i < h.run.count; i++) {
        const struct trace_record *r = &h.run.records[i].r;
        struct ether_header ether;
        struct ipv4_header ip;
        if (r->kind != TRACE_DELIVERED || r->node != h.peer.node) continue;
        struct reader in = reader_of(r->octets, r->octet_count);
        if (ether_parse(&ether, &in) != PARSE_OK || ether.type != ETHER_TYPE_IPV4) continue;
        if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_OSPF) continue;
        assert_int_equal(ip.ttl, 1);
        assert_int_equal(ip.dscp, 0x30); /* 0xc0 of the octet */
        packets++;
    }
    assert_true(packets >= 4);
    run_end(&h.run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell),
        cmocka_unit_test(up_leads_where_the_network_says),
        cmocka_unit_test(waiting_ends_when_a_backup_is_seen),
        cmocka_unit_test(a_cut_cable_kills_the_neighbours),
        cmocka_unit_test(a_daemon_that_is_killed_leaves_nothing_running),
        cmocka_unit_test(packets_go_where_the_rfc_says),
        cmocka_unit_test(packets_go_one_hop_and_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
