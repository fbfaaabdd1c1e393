/*
 * SYN cookies as numbers: every MSS of the table comes back, from any period, for less than two
 * periods, and to nobody else; a guess is refused; what a SYN offered travels in the timestamp.
 */
#include <stdio.h>

#include "../sim/sim_support.h"
#include "stack/tcp/tcp_state.h"

static struct setup setup;
static struct running run;
static struct hand hand;

static void begin(void) {
    two_hosts(&setup);
    run_begin(&run, &setup);
}

/* The SYN of a peer that offers this MSS (0: none), and the segment that answers a cookie. */
static struct segment syn_with(uint32_t mss) {
    struct segment syn = {.node = 2, .src = 0x0a000001, .dst = 0x0a000002, .seq = 4294967290u};
    syn.header.src_port = 40000;
    syn.header.dst_port = 80;
    syn.header.options.has_mss = mss != 0;
    syn.header.options.mss = (uint16_t)mss;
    return syn;
}

static struct segment answer_to(const struct segment *syn, uint32_t cookie) {
    struct segment ack = *syn;
    ack.seq = syn->seq + 1;
    ack.ack = cookie + 1;
    return ack;
}

static uint32_t cookie_at(sim_time at, const struct segment *syn) {
    struct step *s = hand_begin(&hand, &run, at);
    uint32_t cookie = tcp_cookie_make(s, syn);
    hand_end(&hand);
    return cookie;
}

static uint32_t mss_at(sim_time at, const struct segment *ack) {
    struct step *s = hand_begin(&hand, &run, at);
    uint32_t mss = tcp_cookie_mss(s, ack);
    hand_end(&hand);
    return mss;
}

static void the_mss_comes_back(void **state) {
    (void)state;
    static const uint32_t offered[][2] = {{0, 536},     {1, 536},     {536, 536},   {1299, 536},
                                          {1300, 1300}, {1439, 1300}, {1440, 1440}, {1459, 1440},
                                          {1460, 1460}, {8960, 1460}};
    begin();
    /* The count of periods takes 8 bits of the number: over its end, too. */
    for (sim_time at = SECONDS(1); at < SECONDS(60 * 600); at += SECONDS(997))
        for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
            struct segment syn = syn_with(offered[i][0]);
            struct segment ack = answer_to(&syn, cookie_at(at, &syn));
            assert_int_equal(mss_at(at, &ack), offered[i][1]);
        }
    run_end(&run);
}

static void it_lives_for_less_than_two_periods(void **state) {
    (void)state;
    begin();
    struct segment syn = syn_with(1460), ack;
    ack = answer_to(&syn, cookie_at(SECONDS(59), &syn));
    assert_int_equal(mss_at(SECONDS(60), &ack), 1460);
    assert_int_equal(mss_at(SECONDS(120) - 1, &ack), 1460);
    assert_int_equal(mss_at(SECONDS(120), &ack), 0);
    ack = answer_to(&syn, cookie_at(SECONDS(180), &syn));
    assert_int_equal(mss_at(SECONDS(300) - 1, &ack), 1460);
    assert_int_equal(mss_at(SECONDS(300), &ack), 0);
    run_end(&run);
}

static void it_is_good_for_one_peer(void **state) {
    (void)state;
    begin();
    struct segment syn = syn_with(1460);
    struct segment ack = answer_to(&syn, cookie_at(SECONDS(1), &syn)), other;
    assert_int_equal(mss_at(SECONDS(1), &ack), 1460);
    other = ack, other.src++;
    assert_int_equal(mss_at(SECONDS(1), &other), 0);
    other = ack, other.header.src_port++;
    assert_int_equal(mss_at(SECONDS(1), &other), 0);
    other = ack, other.header.dst_port++;
    assert_int_equal(mss_at(SECONDS(1), &other), 0);
    other = ack, other.node = 1; /* another secret */
    assert_int_equal(mss_at(SECONDS(1), &other), 0);
    run_end(&run);
}

/* 4 of 2^24 numbers are good for each of the two periods, so of 2^20 tries none is to be expected;
 * the seed is fixed, so this is a fact and no chance. */
static void a_guess_is_refused(void **state) {
    (void)state;
    enum { TRIES = 1 << 20 };
    begin();
    struct segment syn = syn_with(1460);
    uint32_t cookie = cookie_at(SECONDS(1), &syn), good = 0;
    struct step *s = hand_begin(&hand, &run, SECONDS(1));
    for (uint32_t i = 1; i <= TRIES; i++) {
        struct segment ack = answer_to(&syn, cookie + i * 2654435761u);
        good += tcp_cookie_mss(s, &ack) != 0;
    }
    hand_end(&hand);
    assert_true(good <= 2);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mss_comes_back),
        cmocka_unit_test(it_lives_for_less_than_two_periods),
        cmocka_unit_test(it_is_good_for_one_peer),
        cmocka_unit_test(a_guess_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
