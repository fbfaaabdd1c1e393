/*
 * Which connection a segment is for, which port a new one gets, and with which number it begins.
 */
#include <stdio.h>

#include "../sim/sim_support.h"
#include "stack/sysctl.h"
#include "stack/tcp/tcp_state.h"

static struct tcb *with_names(struct step *s, enum tcp_state state, struct tcp_endpoint local,
                              struct tcp_endpoint remote) {
    struct tcb *c = tcb_create(s, 1, state);
    assert_non_null(c);
    c->local_address = local.address;
    c->local_port = local.port;
    c->remote_address = remote.address;
    c->remote_port = remote.port;
    tcp_hash_in(s, c);
    return c;
}

static void with_step(void (*test)(struct step *, struct hand *)) {
    struct setup setup;
    struct running run;
    static struct hand hand;
    two_hosts(&setup);
    setup_setting(&setup, "client", "net.ipv4.ip_local_port_range", "40000 40003");
    run_begin(&run, &setup);
    test(hand_begin(&hand, &run, 0), &hand);
    hand_end(&hand);
    run_end(&run);
}

static const struct tcp_endpoint here = {0x0a000001, 80}, other_here = {0x0a000063, 80},
                                 anywhere = {0, 80}, there = {0x0a000002, 5000}, nobody = {0, 0};

static void find(struct step *s, struct hand *hand) {
    (void)hand;
    struct tcb *any = with_names(s, TCP_LISTEN, anywhere, nobody);
    assert_true(id_same(tcp_find_listener(s->lab, 1, here), any->self));
    struct tcb *own = with_names(s, TCP_LISTEN, here, nobody);
    assert_true(id_same(tcp_find_listener(s->lab, 1, here), own->self));
    assert_true(id_same(tcp_find_listener(s->lab, 1, other_here), any->self));
    assert_false(id_is(tcp_find_listener(s->lab, 2, here)));
    struct tcb *c = with_names(s, TCP_ESTABLISHED, here, there);
    assert_true(id_same(tcp_find(s->lab, 1, here, there), c->self));
    assert_false(id_is(tcp_find(s->lab, 1, other_here, there)));
    assert_false(id_is(tcp_find(s->lab, 2, here, there)));
    assert_false(id_is(tcp_find(s->lab, 1, there, here)));
    tcp_hash_out(s, c);
    tcp_hash_out(s, c); /* harmless */
    assert_false(id_is(tcp_find(s->lab, 1, here, there)));
    assert_true(tcp_port_in_use(s->lab, 1, anywhere, false));
    tcp_hash_out(s, any);
    assert_true(id_same(tcp_find_listener(s->lab, 1, here), own->self));
    assert_false(id_is(tcp_find_listener(s->lab, 1, other_here)));
    tcp_hash_out(s, own);
    assert_false(tcp_port_in_use(s->lab, 1, anywhere, false));
}

static void the_most_exact_match_is_found(void **state) {
    (void)state;
    with_step(find);
}

/* RFC 6056 3.3.1: each of the range once, and then none; a listener's port never. */
static void choose(struct step *s, struct hand *hand) {
    (void)hand;
    struct tcp_endpoint listening = {here.address, 40001}, local = {here.address, 0};
    with_names(s, TCP_LISTEN, listening, nobody);
    bool given[4] = {false};
    for (int i = 0; i < 3; i++) {
        local.port = tcp_choose_port(s, 1, here.address, there);
        assert_in_range(local.port, 40000, 40003);
        assert_false(given[local.port - 40000]);
        given[local.port - 40000] = true;
        with_names(s, TCP_ESTABLISHED, local, there);
    }
    assert_false(given[1]);
    assert_int_equal(tcp_choose_port(s, 1, here.address, there), 0);
    struct tcp_endpoint elsewhere = {there.address, 5001}; /* another pair, another connection */
    assert_int_not_equal(tcp_choose_port(s, 1, here.address, elsewhere), 0);
}

static void every_port_of_the_range_once(void **state) {
    (void)state;
    with_step(choose);
}

/* RFC 6528 3: for one pair of sockets the numbers follow a clock; for others they tell nothing. */
static void number(struct step *s, struct hand *hand) {
    struct tcb *c = with_names(s, TCP_SYN_SENT, here, there);
    uint32_t first = tcp_iss(s, c);
    hand->step.now = 64000;
    assert_int_equal(tcp_iss(s, c) - first, 1000); /* Linux: a tick every 64 ns */
    node_at(s->lab, 1)->setting[SETTING_CONST_ISN] = 1;
    uint32_t rfc = tcp_iss(s, c);
    hand->step.now = 64000 + 4000;
    assert_int_equal(tcp_iss(s, c) - rfc, 1); /* MUST-8: every 4 microseconds */
    hand->step.now = 0;
    uint32_t clocks_apart[4] = {first};
    struct tcp_endpoint names[3] = {{0x0a000002, 5001}, {0x0a000003, 5000}, {0x0a000002, 5002}};
    for (int i = 0; i < 3; i++) {
        clocks_apart[i + 1] = tcp_iss(s, with_names(s, TCP_SYN_SENT, here, names[i]));
        for (int k = 0; k <= i; k++) {
            uint32_t off = clocks_apart[i + 1] - clocks_apart[k];
            assert_true(off > 1 << 16 && off < UINT32_MAX - (1 << 16));
        }
    }
    uint64_t secret = node_at(s->lab, 1)->secret[0];
    node_at(s->lab, 1)->secret[0] = secret ^ 1;
    assert_int_not_equal(tcp_iss(s, c), first); /* MUST-9: nobody outside can compute it */
    node_at(s->lab, 1)->secret[0] = secret;
    assert_int_equal(tcp_iss(s, c), first);
}

static void initial_numbers_follow_a_clock_and_a_secret(void **state) {
    /* MUST-8, SHLD-1, MUST-9. */
    (void)state;
    with_step(number);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_exact_match_is_found),
        cmocka_unit_test(every_port_of_the_range_once),
        cmocka_unit_test(initial_numbers_follow_a_clock_and_a_secret)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
