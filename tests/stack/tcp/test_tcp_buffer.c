/*
 * The chains of chunks: what goes in comes out, whatever the sizes; the out-of-order queue keeps
 * the first copy of each octet and reports its runs; nothing stays behind. Random cases against a
 * model.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"

enum { MODEL = 8192, ROUNDS = 400 };

static uint8_t octet(uint32_t at) {
    return (uint8_t)(at * 31 + (at >> 8));
}

static void fill(uint8_t *out, uint32_t from, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = octet(from + (uint32_t)i);
}

static void with_tcb(void (*test)(struct step *, struct tcb *)) {
    struct setup setup;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    static struct hand hand;
    struct step *s = hand_begin(&hand, &run, 0);
    struct tcb *c = tcb_create(s, 1, TCP_CLOSED);
    assert_non_null(c);
    test(s, c);
    tcp_buffers_free(s, c);
    assert_int_equal(pool_live(run.lab, POOL_CHUNK), 0);
    hand_end(&hand);
    run_end(&run);
}

static void send_side(struct step *s, struct tcb *c) {
    static uint8_t piece[MODEL], back[MODEL];
    uint32_t in = 0, out = 0; /* octets ever appended, ever dropped */
    srandom(1);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        size_t add = (size_t)random() % 3000;
        fill(piece, in, add);
        assert_int_equal(tcp_buffer_append(s, &c->send, piece, add), add);
        in += (uint32_t)add;
        assert_int_equal(c->send.count, in - out);
        for (uint32_t i = 0; i < 4 && in != out; i++) {
            uint32_t offset = (uint32_t)random() % (in - out);
            uint32_t most = in - out - offset;
            size_t count = (size_t)random() % (most < MODEL ? most : MODEL);
            tcp_buffer_read(s, &c->send, offset, back, count);
            fill(piece, out + offset, count);
            assert_memory_equal(back, piece, count);
        }
        uint32_t drop = (uint32_t)random() % (in - out + 1);
        tcp_buffer_drop(s, &c->send, drop);
        out += drop;
    }
    tcp_buffer_drop(s, &c->send, in - out);
    assert_int_equal(c->send.count, 0);
    assert_false(id_is(c->send.first));
}

static void what_goes_in_comes_out(void **state) {
    (void)state;
    with_tcb(send_side);
}

/* Segments in any order, overlapping as they like, with numbers that wrap. */
static void receive_side(struct step *s, struct tcb *c) {
    static uint8_t piece[MODEL], back[MODEL];
    static bool there[MODEL];
    const uint32_t base = UINT32_MAX - 2000;
    srandom(7);
    for (uint32_t round = 0; round < 60; round++) {
        memset(there, 0, sizeof there);
        c->rcv.nxt = base;
        uint32_t have = 0;
        while (have < MODEL) {
            uint32_t at = (uint32_t)random() % MODEL, most = MODEL - at;
            size_t count = 1 + (size_t)random() % (most < 900 ? most : 900);
            if (at + count <= have) continue;
            if (at < have) count -= have - at, at = have;
            fill(piece, at, count);
            assert_true(tcp_queue_insert(s, c, base + at, piece, count));
            memset(there + at, true, count);
            uint32_t queued = 0;
            for (uint32_t i = have; i < MODEL; i++) queued += there[i];
            assert_int_equal(c->out_of_order_octets, queued);
            struct tcp_range run;
            assert_true(tcp_queue_run(s->lab, c, base + at, &run));
            uint32_t left = at, right = at;
            while (left > have && there[left - 1]) left--;
            while (right < MODEL && there[right]) right++;
            assert_int_equal(run.left - base, left);
            assert_int_equal(run.right - base, right);
            uint32_t taken = tcp_queue_take(s, c);
            while (have < MODEL && there[have]) have++, taken--;
            assert_int_equal(taken, 0);
            assert_int_equal(c->rcv.nxt, base + have);
        }
        assert_int_equal(c->out_of_order_octets, 0);
        assert_int_equal(c->receive.count, MODEL);
        tcp_buffer_read(s, &c->receive, 0, back, MODEL);
        fill(piece, 0, MODEL);
        assert_memory_equal(back, piece, MODEL);
        tcp_buffer_drop(s, &c->receive, MODEL);
    }
}

static void octets_come_in_order(void **state) {
    (void)state;
    with_tcb(receive_side);
}

static void first_copy(struct step *s, struct tcb *c) {
    c->rcv.nxt = 100;
    assert_true(tcp_queue_insert(s, c, 110, (const uint8_t *)"bbbbb", 5));
    assert_true(tcp_queue_insert(s, c, 105, (const uint8_t *)"xxxxxxxxxxxxxxx", 15));
    assert_int_equal(c->out_of_order_octets, 15);
    c->rcv.nxt = 105;
    assert_int_equal(tcp_queue_take(s, c), 15);
    uint8_t back[15];
    tcp_buffer_read(s, &c->receive, 0, back, 15);
    assert_memory_equal(back, "xxxxxbbbbbxxxxx", 15);
}

static void the_first_copy_of_an_octet_stands(void **state) {
    (void)state;
    with_tcb(first_copy);
}

/* A pool that runs out: fewer octets are taken, nothing breaks, and it is all given back. */
static void pool_runs_out(struct step *s, struct tcb *c) {
    static uint8_t piece[TCP_CHUNK_OCTETS];
    size_t taken = 1, all = 0;
    while (taken > 0) {
        fill(piece, (uint32_t)all, sizeof piece);
        taken = tcp_buffer_append(s, &c->send, piece, sizeof piece);
        all += taken;
    }
    assert_int_equal(pool_live(s->lab, POOL_CHUNK), pool_capacity(s->lab, POOL_CHUNK));
    assert_int_equal(c->send.count, all);
    assert_false(tcp_queue_insert(s, c, 5, piece, 10));
    assert_int_equal(c->out_of_order_octets, 0);
}

static void a_full_pool_is_an_outcome(void **state) {
    (void)state;
    with_tcb(pool_runs_out);
}

static void numbers_compare_round_the_circle(void **state) {
    (void)state;
    const uint32_t near[] = {0, 1, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        assert_true(seq_lt(near[i], near[i] + 1));
        assert_true(seq_lt(near[i], near[i] + 0x7fffffff));
        assert_false(seq_lt(near[i], near[i]));
        assert_true(seq_leq(near[i], near[i]));
        assert_true(seq_gt(near[i] + 5, near[i]));
        assert_true(seq_in_window(near[i] + 9, near[i], 10));
        assert_false(seq_in_window(near[i] + 10, near[i], 10));
        assert_false(seq_in_window(near[i] - 1, near[i], 10));
        assert_false(seq_in_window(near[i], near[i], 0));
        assert_int_equal(seq_max(near[i], near[i] + 3), near[i] + 3);
        assert_int_equal(seq_min(near[i], near[i] + 3), near[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_compare_round_the_circle),
                                       cmocka_unit_test(what_goes_in_comes_out),
                                       cmocka_unit_test(octets_come_in_order),
                                       cmocka_unit_test(the_first_copy_of_an_octet_stands),
                                       cmocka_unit_test(a_full_pool_is_an_outcome)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
