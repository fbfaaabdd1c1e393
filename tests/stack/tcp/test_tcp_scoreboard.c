/*
 * The sender's scoreboard against a plain list that does the same in the simplest way: random
 * segments, acknowledgments, SACK blocks (nonsense among them), losses, repetitions and splits,
 * over the wrap of the sequence space. IsLost() is worked out for each record from RFC 6675's own
 * words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"

enum { RECORDS = 4096, ROUNDS = 6000, SMSS = 1000 };
static const uint32_t start = 0xffff0000u; /* the sequence space wraps early in the test */

struct plain {
    uint32_t begin, end, marks;
    sim_time at;
};
static struct plain list[RECORDS];
static uint32_t listed;

static struct lab *lab_of(struct step *s) {
    return s->lab;
}

static void with_tcb(void (*test)(struct step *, struct tcb *)) {
    struct setup setup;
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    static struct hand hand;
    struct step *s = hand_begin(&hand, &run, 0);
    struct tcb *c = tcb_create(s, 1, TCP_ESTABLISHED);
    assert_non_null(c);
    c->iss = start - 1;
    c->snd.una = c->snd.nxt = start;
    c->snd.wnd = c->snd.max_wnd = 1 << 30;
    c->snd.mss = SMSS;
    tcp_recovery_begin(s, c);
    listed = 0;
    test(s, c);
    tcp_board_free(s, c);
    assert_int_equal(pool_live(run.lab, POOL_SENT), 0);
    c->snd.nxt = c->snd.una;
    hand_end(&hand);
    run_end(&run);
}

static struct tcp_count total(uint32_t mark) {
    struct tcp_count n = {0, 0};
    for (uint32_t i = 0; i < listed; i++) {
        if ((list[i].marks & mark) != mark) continue;
        n.segments++;
        n.octets += list[i].end - list[i].begin;
    }
    return n;
}

static void same_count(struct tcp_count a, struct tcp_count b) {
    assert_int_equal(a.octets, b.octets);
    assert_int_equal(a.segments, b.segments);
}

/* The board, record by record, its sums, and its searches. */
static void compare(struct step *s, struct tcb *c) {
    struct tcp_spot at = tcp_board_first(lab_of(s), c), back = tcp_board_last(lab_of(s), c);
    uint32_t waiting = listed, highest = listed;
    for (uint32_t i = 0; i < listed; i++, at = tcp_board_next(lab_of(s), at)) {
        assert_non_null(at.sent);
        assert_int_equal(tcp_sent_begin(at.sent), list[i].begin);
        assert_int_equal(at.sent->end, list[i].end);
        assert_int_equal(at.sent->marks, list[i].marks);
        assert_true(at.sent->at == list[i].at);
        if (tcp_sent_waiting(list[i].marks) && waiting == listed) waiting = i;
        if ((list[i].marks & TCP_MARK_SACKED) != 0) highest = i;
    }
    assert_null(at.sent);
    for (uint32_t i = listed; i-- > 0; back = tcp_board_previous(lab_of(s), back))
        assert_int_equal(back.sent->end, list[i].end);
    assert_null(back.sent);
    same_count(c->board.out, total(0));
    same_count(c->board.sacked, total(TCP_MARK_SACKED));
    same_count(c->board.lost, total(TCP_MARK_LOST));
    same_count(c->board.repeated, total(TCP_MARK_REPEATED));
    struct tcp_spot found = tcp_board_waiting(lab_of(s), c);
    assert_int_equal(found.sent != NULL, waiting != listed);
    if (found.sent != NULL) assert_int_equal(found.sent->end, list[waiting].end);
    found = tcp_board_highest(lab_of(s), c);
    assert_int_equal(found.sent != NULL, highest != listed);
    if (found.sent != NULL) assert_int_equal(found.sent->end, c->board.highest);
}

/* ---------------------------------------------------------------- the same thing done both ways */

static void send(struct step *s, struct tcb *c) {
    uint32_t length = 1 + (uint32_t)random() % SMSS, end = c->snd.nxt + length;
    if (listed == RECORDS || !tcp_board_add(s, c, end, length)) return;
    list[listed++] = (struct plain){c->snd.nxt, end, 0, s->now};
    c->snd.nxt = end;
}

static void plain_sack(uint32_t left, uint32_t right) {
    for (uint32_t i = 0; i < listed; i++) {
        struct plain *p = &list[i];
        if (seq_lt(p->begin, left) || seq_gt(p->end, right)) continue;
        if ((p->marks & TCP_MARK_SACKED) != 0) continue;
        if ((p->marks & TCP_MARK_LOST) != 0)
            p->marks &= ~(uint32_t)(TCP_MARK_LOST | TCP_MARK_REPEATED);
        p->marks |= TCP_MARK_SACKED;
    }
}

static void hear_sack(struct step *s, struct tcb *c, struct segment *seg) {
    struct tcp_heard h = {.segment = seg, .una = c->snd.una};
    h.news.first_at = h.news.last_at = h.news.sacked_first_at = -1;
    uint32_t before = c->board.sacked.octets;
    tcp_sack_take(s, c, &h);
    assert_int_equal(h.news.sacked.octets, c->board.sacked.octets - before);
}

/* Up to four blocks, some beyond SND.NXT, below SND.UNA or turned round: these must do nothing. */
static void sack(struct step *s, struct tcb *c) {
    struct segment seg = {.ack = c->snd.una};
    struct tcp_options *o = &seg.header.options;
    uint32_t flight = c->snd.nxt - c->snd.una;
    o->sack_count = (uint8_t)(1 + random() % TCP_SACK_BLOCKS_MAX);
    for (uint32_t i = 0; i < o->sack_count; i++) {
        uint32_t left = c->snd.una + (uint32_t)random() % (flight + 10);
        o->sack[i].left = left;
        o->sack[i].right = left + (uint32_t)random() % (8 * SMSS);
        if (random() % 16 == 0) o->sack[i].right = (uint32_t)random();
        if (random() % 16 == 0) o->sack[i].left = (uint32_t)random();
        if (random() % 2 == 0 && listed > 0) { /* whole records, as an honest peer has them */
            uint32_t first = (uint32_t)random() % listed, n = (uint32_t)random() % 8;
            o->sack[i].left = list[first].begin;
            o->sack[i].right = list[first + n < listed ? first + n : listed - 1].end;
        }
    }
    bool report = seq_lt(o->sack[0].left, seg.ack) ||
                  (o->sack_count > 1 && seq_leq(o->sack[1].left, o->sack[0].left) &&
                   seq_leq(o->sack[0].right, o->sack[1].right));
    for (uint32_t i = report; i < o->sack_count; i++)
        if (seq_lt(o->sack[i].left, o->sack[i].right) && seq_gt(o->sack[i].left, c->snd.una) &&
            seq_leq(o->sack[i].right, c->snd.nxt))
            plain_sack(o->sack[i].left, o->sack[i].right);
    hear_sack(s, c, &seg);
}

static void acknowledge(struct step *s, struct tcb *c) {
    uint32_t una = c->snd.una + (uint32_t)random() % (c->snd.nxt - c->snd.una + 1);
    if (random() % 2 == 0 && listed > 0) una = list[(uint32_t)random() % listed].end;
    struct tcp_news news = {.first_at = -1, .last_at = -1, .sacked_first_at = -1};
    uint32_t known = 0, kept = 0;
    for (uint32_t i = 0; i < listed; i++) {
        struct plain p = list[i];
        uint32_t taken = seq_leq(p.end, una) ? p.end - p.begin : una - p.begin;
        if (seq_leq(una, p.begin)) taken = 0;
        if ((p.marks & TCP_MARK_SACKED) != 0) known += taken;
        p.begin += taken;
        if (p.begin != p.end) list[kept++] = p;
    }
    listed = kept;
    tcp_board_ack(s, c, una, &news);
    assert_int_equal(news.acked.octets, una - c->snd.una);
    assert_int_equal(news.delivered.octets, una - c->snd.una - known);
    c->snd.una = una;
}

static void lose_or_repeat(struct step *s, struct tcb *c) {
    if (listed == 0) return;
    uint32_t i = (uint32_t)random() % listed;
    struct tcp_spot spot = tcp_board_at(lab_of(s), c, list[i].begin);
    assert_int_equal(spot.sent->end, list[i].end);
    if (random() % 2 == 0) {
        tcp_mark_lost(s, c, spot);
        if ((list[i].marks & TCP_MARK_SACKED) == 0)
            list[i].marks = (list[i].marks & ~(uint32_t)TCP_MARK_REPEATED) | TCP_MARK_LOST;
    } else if ((list[i].marks & TCP_MARK_SACKED) == 0) {
        s->now++;
        tcp_board_sent_again(s, c, spot, true);
        list[i].marks |= TCP_MARK_REPEATED | TCP_MARK_AGAIN;
        list[i].at = s->now;
    }
}

static void split(struct step *s, struct tcb *c) {
    uint32_t i = listed == 0 ? 0 : (uint32_t)random() % listed;
    if (listed == 0 || listed == RECORDS || list[i].end - list[i].begin < 2) return;
    uint32_t length = 1 + (uint32_t)random() % (list[i].end - list[i].begin - 1);
    struct tcp_spot spot = tcp_board_at(lab_of(s), c, list[i].begin);
    assert_true(tcp_board_split(s, c, &spot, length));
    assert_int_equal(spot.sent->length, length);
    memmove(&list[i + 1], &list[i], (listed - i) * sizeof list[0]);
    listed++;
    list[i].end = list[i + 1].begin = list[i].begin + length;
}

static void take_back(struct step *s, struct tcb *c) {
    if (listed == 0) return;
    c->snd.nxt = list[--listed].begin;
    tcp_board_take_back(s, c, c->snd.nxt);
}

static void random_life(struct step *s, struct tcb *c) {
    c->sack_permitted = 1;
    srandom(3);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t burst = random() % 64 == 0 ? 300 : (uint32_t)random() % 6;
        while (burst-- > 0) send(s, c);
        s->now++;
        switch (random() % 16) {
        case 0: acknowledge(s, c); break;
        case 1: split(s, c); break;
        case 2: take_back(s, c); break;
        case 3:
        case 4:
        case 5: lose_or_repeat(s, c); break;
        default: sack(s, c); break;
        }
        compare(s, c);
    }
}

static void the_board_is_the_list(void **state) {
    (void)state;
    with_tcb(random_life);
}

/* ------------------------------------------------------------------------ IsLost(), RACK's walk */

/* RFC 6675 4: DupThresh discontiguous SACKed sequences above it, or more than (DupThresh - 1) *
 * SMSS octets. */
static bool is_lost(uint32_t i) {
    uint32_t octets = 0, runs = 0;
    for (uint32_t j = i + 1; j < listed; j++) {
        if ((list[j].marks & TCP_MARK_SACKED) == 0) continue;
        octets += list[j].end - list[j].begin;
        if ((list[j - 1].marks & TCP_MARK_SACKED) == 0) runs++;
    }
    return runs >= 3 || octets > 2 * SMSS;
}

static void losses(struct step *s, struct tcb *c) {
    c->sack_permitted = 1;
    srandom(5);
    for (uint32_t round = 0; round < 400; round++) {
        for (uint32_t i = 0; i < 1 + (uint32_t)random() % 40; i++) send(s, c);
        for (uint32_t i = 0; i < 3; i++) {
            sack(s, c);
            tcp_mark_by_sack(s, c);
            for (uint32_t k = 0; k < listed; k++)
                if ((list[k].marks & TCP_MARK_SACKED) == 0 && is_lost(k))
                    list[k].marks |= TCP_MARK_LOST;
            compare(s, c);
        }
        if (random() % 2 == 0) acknowledge(s, c);
    }
}

static void what_is_lost_is_what_the_rfc_says(void **state) {
    (void)state;
    with_tcb(losses);
}

static void walk(struct step *s, struct tcb *c) {
    c->sack_permitted = 1;
    srandom(7);
    for (uint32_t round = 0; round < 500; round++) {
        s->now += 5;
        send(s, c);
        lose_or_repeat(s, c);
        if (round % 4 == 0) sack(s, c);
        sim_time before = random() % (s->now + 1);
        struct tcp_spot spot = {NULL, NULL};
        for (uint32_t i = 0; i < listed; i++) {
            if (!tcp_sent_open(list[i].marks) || list[i].at > before) continue;
            spot = tcp_board_open(lab_of(s), c, spot, before);
            assert_non_null(spot.sent);
            assert_int_equal(spot.sent->end, list[i].end);
        }
        if (listed > 0) assert_null(tcp_board_open(lab_of(s), c, spot, before).sent);
    }
}

static void the_walk_by_time_misses_nothing(void **state) {
    (void)state;
    with_tcb(walk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_board_is_the_list),
        cmocka_unit_test(what_is_lost_is_what_the_rfc_says),
        cmocka_unit_test(the_walk_by_time_misses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
