/*
 * MAY-18: CUBIC in integers against the formulas of RFC 8312 in floating point: the curve, K, a
 * window that grows ACK by ACK, the TCP-friendly region, what a reduction remembers.
 */
#include <stdio.h>

#include "../sim/sim_support.h"
#include "stack/sysctl.h"
#include "stack/tcp/tcp_state.h"

enum { SMSS = 1448 };
static const double c_of_rfc = 0.4, beta = 0.7;

static double cube(double x) {
    return x * x * x;
}

/* By halving: needs no mathematics library, and shares nothing with the engine's way. */
static double cubic_root(double x) {
    double low = 0, high = x + 1;
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if (cube(middle) < x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void expect_near(const char *what, double at, double is, double should, double slack) {
    double off = is > should ? is - should : should - is;
    if (off > slack) fail_msg("%s at %.3f: %.3f, not %.3f", what, at, is, should);
}

static void roots_are_the_greatest_integers(void **state) {
    (void)state;
    assert_int_equal(tcp_cubic_root(0), 0);
    for (uint64_t root = 1; root < 2000000; root += root / 7 + 1) {
        assert_int_equal(tcp_cubic_root(root * root * root), root);
        assert_int_equal(tcp_cubic_root(root * root * root - 1), root - 1);
        assert_int_equal(tcp_cubic_root(root * root * root + 1), root);
    }
}

static void the_curve_is_equation_1(void **state) {
    (void)state;
    static const uint32_t sizes[] = {28, 536, 1448, 8948};
    for (size_t i = 0; i < 4; i++)
        for (uint64_t us = 1; us < 60000000; us += us / 5 + 1) {
            double seconds = (double)us / 1e6, octets = c_of_rfc * cube(seconds) * sizes[i];
            if (octets > 1e9) break;
            double slack = 1 + octets * 0.01 + 0.002 * sizes[i];
            expect_near("C d^3", seconds, tcp_cubic_rise(sizes[i], us), octets, slack);
        }
    /* A minute ends far beyond any window; what is asked beyond is no more than that. */
    assert_true(tcp_cubic_rise(SMSS, 60000000) > 100000000);
    assert_int_equal(tcp_cubic_rise(SMSS, UINT64_MAX / 2), tcp_cubic_rise(SMSS, 100000000));
}

static void k_is_equation_2(void **state) {
    (void)state;
    for (double w_max = 2; w_max < 100000; w_max *= 1.3) {
        double k = cubic_root(w_max * (1 - beta) / c_of_rfc);
        uint32_t below = (uint32_t)(w_max * (1 - beta) * SMSS);
        expect_near("K", w_max, tcp_cubic_k(SMSS, below) / 1e6, k, 0.0002 + k * 0.001);
    }
}

/* ------------------------------------------------------------------------ a window that grows */

static void with_tcb(const char *profile, void (*test)(struct step *, struct tcb *)) {
    struct setup setup;
    struct running run;
    two_hosts(&setup);
    setup.nodes[0].profile = profile;
    run_begin(&run, &setup);
    static struct hand hand;
    struct step *s = hand_begin(&hand, &run, 0);
    struct tcb *c = tcb_create(s, 1, TCP_CLOSED);
    assert_non_null(c);
    c->snd.mss = SMSS;
    c->congestion.algorithm = CONGESTION_CUBIC;
    tcp_congestion_begin(s, c);
    s->now = SECONDS(100);
    test(s, c);
    hand_end(&hand);
    run_end(&run);
}

/* The path is always full: CWND is what holds the sender back, and all of it is acknowledged in a
 * round trip, a segment at a time. */
static void acknowledge(struct step *s, struct tcb *c, sim_time round_trip) {
    struct tcp_progress told = {.acked = SMSS, .delivered = SMSS};
    s->now += round_trip / (c->congestion.cwnd / SMSS);
    c->congestion.limited = 1;
    tcp_congestion_measured(s, c, round_trip);
    tcp_congestion_acked(s, c, &told);
}

static void lose(struct step *s, struct tcb *c, uint32_t segments) {
    c->congestion.cwnd = segments * SMSS;
    c->snd.una = 1000;
    c->snd.nxt = 1000 + c->congestion.cwnd;
    tcp_congestion_recovery_enter(s, c);
    c->snd.una = c->snd.nxt;
    tcp_congestion_recovery_exit(s, c);
    c->congestion.cwnd = c->congestion.ssthresh; /* RFC 6582 would slow-start up to there */
}

static void follows_the_curve(struct step *s, struct tcb *c) {
    enum { W_MAX = 500 };
    const sim_time round_trip = MILLIS(100);
    lose(s, c, W_MAX);
    assert_int_equal(c->congestion.cwnd, (uint32_t)(W_MAX * beta + 0.5) * SMSS);
    acknowledge(s, c, round_trip);
    sim_time began = s->now;
    double k = cubic_root(W_MAX * (1 - beta) / c_of_rfc);
    for (double t = 0; t < 14; t = (double)(s->now - began) / 1e9) {
        double curve = c_of_rfc * cube(t - k) + W_MAX;
        expect_near("W_cubic", t, (double)c->congestion.cwnd / SMSS, curve, 3 + 0.004 * curve);
        acknowledge(s, c, round_trip);
    }
    assert_true(c->congestion.cwnd > 600 * SMSS);
}

static void a_window_follows_the_curve(void **state) {
    (void)state;
    with_tcb("linux-6.12", follows_the_curve);
    with_tcb("rfc9293", follows_the_curve);
}

/* Over a short path the curve lies below what Reno has, and W_est (Eq. 4) is the window. */
static void is_friendly(struct step *s, struct tcb *c) {
    enum { W_MAX = 20 };
    const sim_time round_trip = MILLIS(10);
    lose(s, c, W_MAX);
    acknowledge(s, c, round_trip);
    sim_time began = s->now;
    double per_round = 3 * (1 - beta) / (1 + beta);
    for (double t = 0; t < 1; t = (double)(s->now - began) / 1e9) {
        double w_est = W_MAX * beta + per_round * (t / 0.01);
        expect_near("W_est", t, (double)c->congestion.cwnd / SMSS, w_est, 2.5);
        acknowledge(s, c, round_trip);
    }
    assert_true(c->congestion.cwnd > 60 * SMSS);
}

static void a_short_path_has_what_reno_has(void **state) {
    (void)state;
    with_tcb("rfc9293", is_friendly); /* Linux, which reckons 32 times a second, lags behind */
}

/* RFC 8312 4.6: a smaller window than at the last loss means that somebody else has come. */
static void remembers(struct step *s, struct tcb *c) {
    const struct tcp_cubic *q = &c->congestion.cubic;
    lose(s, c, 100);
    assert_int_equal(q->w_max, 100 * SMSS);
    assert_int_equal(c->congestion.ssthresh, 70 * SMSS);
    lose(s, c, 80);
    assert_int_equal(q->w_last_max, 80 * SMSS);
    assert_int_equal(q->w_max, 68 * SMSS);
    lose(s, c, 90);
    assert_int_equal(q->w_max, 90 * SMSS);
    lose(s, c, 2);
    assert_int_equal(c->congestion.ssthresh, 2 * SMSS);
    /* 4.7: after a time-out the curve begins at the window that slow start has reached. */
    tcp_congestion_timeout(s, c, true);
    assert_int_equal(c->congestion.cwnd, SMSS);
    assert_int_equal(q->w_max, 0);
    tcp_congestion_loss_exit(s, c);
    c->congestion.cwnd = c->congestion.ssthresh = 50 * SMSS;
    acknowledge(s, c, MILLIS(100));
    assert_int_equal(q->k_us, 0);
    assert_int_equal(q->origin, 50 * SMSS);
}

static void a_reduction_remembers_the_window(void **state) {
    (void)state;
    with_tcb("linux-6.12", remembers);
}

/* A rest of the application is no time in which the window could have been tried. */
static void rests(struct step *s, struct tcb *c) {
    lose(s, c, 100);
    acknowledge(s, c, MILLIS(100));
    sim_time epoch = c->congestion.cubic.epoch_at;
    c->congestion.sent_at = s->now;
    c->rto = SECONDS(1);
    s->now += SECONDS(0.5);
    tcp_congestion_idle(s, c);
    assert_true(c->congestion.cubic.epoch_at == epoch + SECONDS(0.5));
}

static void a_rest_is_no_time(void **state) {
    (void)state;
    with_tcb("linux-6.12", rests);
}

/* HyStart: a round trip that has grown by more than an eighth ends slow start. */
static void slow_start_ends_in_time(struct step *s, struct tcb *c) {
    uint32_t acks = 0;
    c->congestion.cwnd = 20 * SMSS;
    for (; acks < 30; acks++) acknowledge(s, c, MILLIS(100));
    assert_int_equal(c->congestion.cwnd, 50 * SMSS);
    assert_true(tcp_in_slow_start(c));
    c->snd.una += SMSS; /* the next round */
    c->snd.nxt = c->snd.una + 100 * SMSS;
    for (; acks < 60 && tcp_in_slow_start(c); acks++) acknowledge(s, c, MILLIS(120));
    assert_false(tcp_in_slow_start(c));
    assert_in_range(acks, 37, 41);
}

static void hystart_sees_the_queue_grow(void **state) {
    (void)state;
    with_tcb("linux-6.12", slow_start_ends_in_time);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_the_greatest_integers),
        cmocka_unit_test(the_curve_is_equation_1),
        cmocka_unit_test(k_is_equation_2),
        cmocka_unit_test(a_window_follows_the_curve),
        cmocka_unit_test(a_short_path_has_what_reno_has),
        cmocka_unit_test(a_reduction_remembers_the_window),
        cmocka_unit_test(a_rest_is_no_time),
        cmocka_unit_test(hystart_sees_the_queue_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
