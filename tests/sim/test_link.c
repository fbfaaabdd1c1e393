/* Links: order, rate, queue, seeded chances, faults, cables. The frames are of no protocol. */
#include <stdio.h>
#include <stdlib.h>

#include "sim_support.h"

static struct setup setup;

static void links_keep_order(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (char mark = 'a'; mark <= 'e'; mark++) send_raw(s, 1, 50, (uint8_t)mark);
    hand_end(&hand);
    assert_int_equal(run.lab->heap_count, 1); /* only the head stands in the heap */
    assert_int_equal(run_until(&run, SECONDS(1)), STOP_QUIET);
    expect_arrivals(&run, "a@0.010000 b@0.010000 c@0.010000 d@0.010000 e@0.010000 ");
    assert_int_equal(pool_live(run.lab, POOL_FRAME_MEDIUM), 0);
    assert_int_equal(run.lab->heap_count, 0);
    run_end(&run);
}

/* 986 + 14 octets at 8 Mbit/s take 1 ms each. */
static void the_wire_sends_one_at_a_time(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.links[0].rate_bps = 8000000;
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (char mark = 'a'; mark <= 'c'; mark++) send_raw(s, 1, 986, (uint8_t)mark);
    hand_end(&hand);
    run_until(&run, MILLIS(12));
    s = hand_begin(&hand, &run, MILLIS(12)); /* the wire is free again: nothing to wait for */
    send_raw(s, 1, 986, 'd');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    expect_arrivals(&run, "a@0.011000 b@0.012000 c@0.013000 d@0.023000 ");
    run_end(&run);
}

static void rates_round_up(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.links[0].rate_bps = 3000000000u; /* 64 octets: 170.67 ns */
    setup.links[0].delay_ns[0] = 0;
    run_begin(&run, &setup);
    send_raw(hand_begin(&hand, &run, 0), 1, 50, 'a');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    assert_int_equal(run_find(&run, 0, TRACE_DELIVERED, "server")->at, 171);
    run_end(&run);
}

/* One on the wire and four that wait; the sixth is lost at once, and room comes back with time. */
static void a_full_queue_drops_the_newest(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.links[0].rate_bps = 8000000;
    setup.links[0].queue_frames = 4;
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (char mark = 'a'; mark <= 'g'; mark++) send_raw(s, 1, 986, (uint8_t)mark);
    hand_end(&hand);
    assert_int_equal(run_lost(&run, "queue_full"), 2);
    assert_int_equal(run_count(&run, TRACE_SENT, "client"), 7);
    const struct trace_record *lost = run_find(&run, 0, TRACE_LOST, "client");
    assert_int_equal(mark_of(lost), 'f');
    assert_int_equal(lost->at, 0);
    assert_int_equal(lost->where_ppm, 0);
    run_until(&run, MILLIS(1.5)); /* b is on the wire: one place is free */
    s = hand_begin(&hand, &run, MILLIS(1.5));
    send_raw(s, 1, 986, 'h');
    send_raw(s, 1, 986, 'i');
    hand_end(&hand);
    assert_int_equal(run_lost(&run, "queue_full"), 3);
    run_until(&run, SECONDS(1));
    expect_arrivals(&run, "a@0.011000 b@0.012000 c@0.013000 d@0.014000 e@0.015000 h@0.016000 ");
    run_end(&run);
}

/* A frame that waits and will be lost takes its place in the queue like any other. */
static void the_doomed_wait_as_well(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.links[0].rate_bps = 8000000;
    setup.links[0].queue_frames = 2;
    setup_fault(&setup, "client->server", FAULT_DROP, "frame.len > 0", 0)->count = 3;
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (char mark = 'a'; mark <= 'd'; mark++) send_raw(s, 1, 986, (uint8_t)mark);
    hand_end(&hand);
    assert_int_equal(run_lost(&run, "queue_full"), 1);
    run_until(&run, MILLIS(3));
    send_raw(hand_begin(&hand, &run, MILLIS(3)), 1, 986, 'e');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    assert_int_equal(run_lost(&run, "fault"), 3);
    expect_arrivals(&run, "e@0.014000 ");
    run_end(&run);
}

static size_t delivered_of(uint64_t seed, uint32_t loss_ppm, uint32_t duplicate_ppm) {
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.scenario.seed = seed;
    setup.links[0].loss_ppm = loss_ppm;
    setup.links[0].duplicate_ppm = duplicate_ppm;
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (int i = 0; i < 2000; i++) send_raw(s, 1, 20, 'a');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    size_t delivered = run_count(&run, TRACE_DELIVERED, "server");
    assert_int_equal(run_count(&run, TRACE_SENT, "client"),
                     delivered + run_count(&run, TRACE_LOST, "client"));
    run_end(&run);
    return delivered;
}

static void chances_follow_the_seed(void **state) {
    (void)state;
    size_t a = delivered_of(1, 100000, 0), b = delivered_of(2, 100000, 0);
    assert_in_range(a, 1740, 1860); /* 10 % of 2000, four standard deviations to each side */
    assert_in_range(b, 1740, 1860);
    assert_int_equal(a, delivered_of(1, 100000, 0));
    assert_int_equal(delivered_of(1, 1000000, 0), 0);
    assert_int_equal(delivered_of(1, 0, 0), 2000);
    assert_int_equal(delivered_of(1, 0, 1000000), 4000);
    assert_in_range(delivered_of(1, 0, 500000), 2900, 3100);
}

/* What a packet draws depends on its id and the link's name alone: leaving one out shifts none. */
static void draws_do_not_shift(void **state) {
    (void)state;
    char with[2048], without[2048];
    for (int skip = 0; skip < 2; skip++) {
        struct running run;
        struct hand hand;
        two_hosts(&setup);
        setup.links[0].loss_ppm = 500000;
        run_begin(&run, &setup);
        struct step *s = hand_begin(&hand, &run, 0);
        for (char mark = 'a'; mark <= 'z'; mark++) {
            struct id frame = raw_frame(s, 1, 20, (uint8_t)mark);
            if (skip == 1 && mark == 'b')
                frame_free(s, frame);
            else
                link_send(s, 1, frame);
        }
        hand_end(&hand);
        run_until(&run, SECONDS(1));
        arrivals(&run, skip ? without : with, sizeof with);
        run_end(&run);
    }
    char *b = strstr(with, "b@");
    if (b != NULL) memmove(b, b + 11, strlen(b + 11) + 1);
    assert_string_equal(with, without);
}

static void jitter_keeps_order_and_bounds(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.links[0].jitter_ns = MILLIS(5);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (int i = 0; i < 100; i++) send_raw(s, 1, 20, (uint8_t)(100 + i));
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    sim_time last = 0;
    uint8_t next = 100;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_DELIVERED) continue;
        assert_int_equal(mark_of(r), next++);
        assert_in_range(r->at, MILLIS(10), MILLIS(15));
        assert_true(r->at >= last);
        last = r->at;
    }
    assert_int_equal(next, 200);
    assert_true(last > MILLIS(11)); /* some of it did jitter */
    run_end(&run);
}

static void reordered_frames_come_later(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.links[0].reorder_ppm = 300000;
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (int i = 0; i < 100; i++) send_raw(s, 1, 20, 'a');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    size_t late = 0;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_DELIVERED) {
            sim_time at = run.records[i].r.at;
            assert_true(at == MILLIS(10) || at == MILLIS(20));
            late += at == MILLIS(20);
        }
    assert_in_range(late, 12, 48);
    run_end(&run);
}

/* ------------------------------------------------------------------------------------- faults */

static void send_five(struct running *run) {
    struct hand hand;
    struct step *s = hand_begin(&hand, run, run->lab->at);
    for (char mark = 'a'; mark <= 'e'; mark++) send_raw(s, 1, 50, (uint8_t)mark);
    hand_end(&hand);
    run_until(run, SECONDS(1));
}

static void faulty(struct running *run, enum fault_kind kind, uint32_t nth, uint32_t count) {
    two_hosts(&setup);
    struct scenario_fault *fault = setup_fault(&setup, "client->server", kind, NULL, nth);
    fault->count = count;
    fault->delay_ns = MILLIS(5);
    fault->bit = (14 + 49) * 8 + 7; /* the last bit */
    run_begin(run, &setup);
}

static void nth_and_count_choose(void **state) {
    (void)state;
    static const struct {
        uint32_t nth, count;
        const char *left;
    } cases[] = {{0, 0, ""},     {0, 2, "cde"}, {1, 0, "bcde"},
                 {3, 0, "abde"}, {2, 3, "ae"},  {6, 0, "abcde"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct running run;
        faulty(&run, FAULT_DROP, cases[i].nth, cases[i].count);
        send_five(&run);
        char left[8] = "";
        for (size_t r = 0; r < run.count; r++)
            if (run.records[r].r.kind == TRACE_DELIVERED)
                left[strlen(left)] = (char)mark_of(&run.records[r].r);
        assert_string_equal(left, cases[i].left);
        run_end(&run);
    }
}

static void the_dropped_die_half_way(void **state) {
    (void)state;
    struct running run;
    faulty(&run, FAULT_DROP, 2, 0);
    send_five(&run);
    const struct trace_record *lost = run_find(&run, 0, TRACE_LOST, "client");
    assert_int_equal(mark_of(lost), 'b');
    assert_int_equal(lost->at, MILLIS(5));
    assert_int_equal(lost->where_ppm, 500000);
    assert_string_equal(engine_name(NAME_REASON, lost->reason), "fault");
    assert_int_equal(lost->k, 0); /* a step of its own, caused by the one that sent it */
    assert_int_equal(lost->cause_step, run_find(&run, 0, TRACE_SENT, "client")->step);
    run_end(&run);
}

static void the_chosen_are_overtaken(void **state) {
    (void)state;
    struct running run;
    faulty(&run, FAULT_REORDER, 2, 0);
    send_five(&run);
    expect_arrivals(&run, "a@0.010000 c@0.010000 d@0.010000 e@0.010000 b@0.020000 ");
    run_end(&run);
}

static void delays_and_duplicates_travel_alone(void **state) {
    (void)state;
    struct running run;
    faulty(&run, FAULT_DELAY, 2, 0);
    send_five(&run);
    expect_arrivals(&run, "a@0.010000 c@0.010000 d@0.010000 e@0.010000 b@0.015000 ");
    run_end(&run);
    faulty(&run, FAULT_DUPLICATE, 2, 0);
    send_five(&run);
    expect_arrivals(&run, "a@0.010000 b@0.010000 c@0.010000 d@0.010000 e@0.010000 b@0.015000 ");
    assert_int_equal(run_count(&run, TRACE_SENT, "client"), 6);
    run_end(&run);
}

static void corruption_happens_on_the_way(void **state) {
    (void)state;
    struct running run;
    faulty(&run, FAULT_CORRUPT, 2, 0);
    send_five(&run);
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT && r->kind != TRACE_DELIVERED) continue;
        assert_int_equal(r->octet_count, 64);
        bool changed = r->kind == TRACE_DELIVERED && mark_of(r) == 'b';
        assert_int_equal(r->octets[63], changed ? 'b' ^ 1 : mark_of(r));
    }
    run_end(&run);
}

static void edits_set_a_field(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_EDIT, "arp", 1)->edit = "arp.opcode = 7";
    setup_run(&setup, 0, "client", "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(10));
    assert_int_equal(run_find(&run, 0, TRACE_SENT, "client")->octets[21], 1);
    assert_int_equal(run_find(&run, 0, TRACE_DELIVERED, "server")->octets[21], 7);
    run_end(&run);
}

static void faults_live_in_their_window(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    struct scenario_fault *fault = setup_fault(&setup, "client-server", FAULT_DROP, NULL, 0);
    fault->from = MILLIS(100);
    fault->until = MILLIS(200);
    run_begin(&run, &setup);
    static const double times[] = {99.999999, 100, 199.999999, 200};
    for (int i = 0; i < 4; i++) {
        run_until(&run, MILLIS(times[i]));
        send_raw(hand_begin(&hand, &run, MILLIS(times[i])), 1 + (uint32_t)i % 2, 50,
                 (uint8_t)('a' + i));
        hand_end(&hand);
    }
    run_until(&run, SECONDS(1));
    assert_int_equal(run_count(&run, TRACE_DELIVERED, ""), 2);
    assert_int_equal(run_lost(&run, "fault"), 2);
    run_end(&run);
}

static void directions_are_apart(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup_fault(&setup, "server->client", FAULT_DROP, NULL, 0);
    setup.links[0].delay_ns[1] = MILLIS(3);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    send_raw(s, 1, 50, 'a');
    send_raw(s, 2, 50, 'b');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    expect_arrivals(&run, "a@0.010000 ");
    assert_int_equal(run_find(&run, 0, TRACE_LOST, "server")->at, MILLIS(1.5));
    run_end(&run);
}

/* ----------------------------------------------------------------------------- cables, packets */

static void a_cut_cable_loses_what_is_on_it(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    struct scenario_fault *fault = setup_fault(&setup, "client-server", FAULT_LINK_DOWN, NULL, 0);
    fault->from = MILLIS(4);
    fault->until = MILLIS(20);
    run_begin(&run, &setup);
    send_raw(hand_begin(&hand, &run, 0), 1, 50, 'a');
    hand_end(&hand);
    run_until(&run, MILLIS(5));
    assert_false(lab_link(run.lab, 1).up);
    assert_false(lab_interface(run.lab, 1, 1).up);
    const struct trace_record *lost = run_find(&run, 0, TRACE_LOST, "client");
    assert_int_equal(lost->at, MILLIS(4));
    assert_int_equal(lost->where_ppm, 400000);
    /* The cut is told first; the lost go back to their own sending, the rows to the cut. */
    assert_int_equal(lost->cause_step, run_find(&run, 0, TRACE_SENT, "client")->step);
    const struct trace_record *cut = run_find(&run, 0, TRACE_COMMAND, "");
    uint64_t cut_step = cut->step;
    assert_int_equal(cut_step, lost->step);
    assert_int_equal(cut->k, 0);
    assert_int_equal(cut->cause_step, 0);
    assert_int_equal(cut->node, 0);
    assert_string_equal(cut->text, "link client-server down");
    const struct trace_record *row = run_find(&run, 0, TRACE_TABLE, "client");
    assert_int_equal(row->table, TABLE_INTERFACES);
    assert_non_null(strstr(row->text, "\"down\""));
    send_raw(hand_begin(&hand, &run, MILLIS(6)), 1, 50, 'b');
    hand_end(&hand);
    assert_int_equal(run_lost(&run, "link_down"), 2);
    run_until(&run, MILLIS(20));
    assert_true(lab_link(run.lab, 1).up);
    assert_int_equal(run_count(&run, TRACE_TABLE, ""), 4); /* two ends down, two ends up */
    assert_non_null(strstr(run.records[run.count - 1].r.text, "\"up\""));
    const struct trace_record *mended = &run.records[run.count - 3].r;
    assert_string_equal(mended->text, "link client-server up");
    assert_int_equal(mended->cause_step, cut_step);
    send_raw(hand_begin(&hand, &run, MILLIS(20)), 1, 50, 'c');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    expect_arrivals(&run, "c@0.030000 ");
    run_end(&run);
}

static void without_a_cable_nothing_is_sent(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup_interface(&setup, "client", "eth1", "10.9.0.1/24");
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    link_send(s, interface_global(run.lab, 1, 2), raw_frame(s, 1, 50, 'a'));
    hand_end(&hand);
    assert_int_equal(run_lost(&run, "no_cable"), 1);
    assert_int_equal(run_count(&run, TRACE_SENT, ""), 0);
    run_end(&run);
}

static void a_packet_is_dropped_by_its_id(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (char mark = 'a'; mark <= 'e'; mark++) send_raw(s, 1, 50, (uint8_t)mark);
    hand_end(&hand);
    run_command(&run, MILLIS(2), "", "drop client.1"); /* the head of the FIFO */
    run_command(&run, MILLIS(3), "", "drop 1.5");      /* its last */
    run_command(&run, MILLIS(3), "", "drop client.3 on client->server");
    run_command(&run, MILLIS(3), "", "drop client.6 on client->server"); /* yet to come */
    s = hand_begin(&hand, &run, MILLIS(9));
    send_raw(s, 1, 50, 'f');
    send_raw(s, 1, 50, 'g');
    hand_end(&hand);
    run_until(&run, SECONDS(1));
    expect_arrivals(&run, "b@0.010000 d@0.010000 g@0.019000 ");
    assert_int_equal(run_find(&run, 0, TRACE_LOST, "client")->where_ppm, 200000);
    assert_int_equal(run_lost(&run, "fault"), 4);
    assert_int_equal(pool_live(run.lab, POOL_FRAME_MEDIUM), 0);
    assert_int_equal(pool_live(run.lab, POOL_EVENT), 0);
    run_end(&run);
}

/* Kills a frame that waits: the others keep their times, and the queue counts right after it. */
static void a_waiting_packet_can_be_dropped(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.links[0].rate_bps = 8000000;
    setup.links[0].queue_frames = 2;
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (char mark = 'a'; mark <= 'c'; mark++) send_raw(s, 1, 986, (uint8_t)mark);
    hand_end(&hand);
    run_command(&run, MILLIS(0.5), "", "drop client.2");
    assert_int_equal(run_find(&run, 0, TRACE_LOST, "client")->where_ppm, 0);
    s = hand_begin(&hand, &run, MILLIS(0.5));
    send_raw(s, 1, 986, 'd');
    send_raw(s, 1, 986, 'e');
    hand_end(&hand);
    assert_int_equal(run_lost(&run, "queue_full"), 1);
    run_until(&run, SECONDS(1));
    expect_arrivals(&run, "a@0.011000 c@0.013000 d@0.014000 ");
    run_end(&run);
}

/* ---------------------------------------------------------------- limits, at them and beyond */

static void frames_run_out_as_a_modelled_outcome(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup.scenario.limits.frames = 3;
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    struct id large[4];
    for (int i = 0; i < 3; i++) assert_true(id_is(large[i] = frame_new(s, 1, 1500)));
    assert_false(id_is(frame_new(s, 1, 1500)));
    for (int i = 0; i < 6; i++) /* three small rooms, then three medium ones */
        assert_true(id_is(frame_new(s, 1, 10)));
    assert_false(id_is(frame_new(s, 1, 10)));
    frame_free(s, large[1]);
    struct id again = frame_new(s, 1, 1400);
    assert_true(id_is(again) && again.slot == large[1].slot);
    assert_int_not_equal(again.generation, large[1].generation);
    hand_end(&hand);
    run_end(&run);
}

/* With no event left for a frame of its own, the lost die at once and the late come in order. */
static void events_run_out_as_a_modelled_outcome(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup.scenario.limits.events = 64;
    setup_fault(&setup, "client->server", FAULT_DROP, NULL, 2);
    setup_fault(&setup, "client->server", FAULT_DELAY, NULL, 3)->delay_ns = MILLIS(5);
    run_begin(&run, &setup);
    struct hand hand;
    struct step *s = hand_begin(&hand, &run, 0);
    for (int i = 0; i < 64; i++) {
        struct id event = event_new(s, TIMER_LOOPBACK, 1, (struct id){0, 0}, SECONDS(9),
                                    order_next(run.lab, 1), 1);
        assert_true(id_is(event));
    }
    for (char mark = 'a'; mark <= 'd'; mark++) send_raw(s, 1, 50, (uint8_t)mark);
    hand_end(&hand);
    assert_int_equal(run_lost(&run, "fault"), 1);
    assert_int_equal(run.lab->events_refused, 2);
    run_until(&run, SECONDS(1));
    expect_arrivals(&run, "a@0.010000 c@0.015000 d@0.015000 ");
    run_end(&run);
}

/* A freed frame leaves nothing behind, wherever its octets were. */
static void freed_rooms_are_zero(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    struct id id = raw_frame(s, 1, 300, 'x');
    struct frame *f = frame_at(run.lab, id);
    frame_front_off(f, 20);
    frame_cut(f, 100);
    const uint8_t *object = (const uint8_t *)f;
    frame_free(s, id);
    for (size_t i = 0; i < sim_object_size(POOL_FRAME_MEDIUM); i++) assert_int_equal(object[i], 0);
    hand_end(&hand);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_keep_order),
        cmocka_unit_test(the_wire_sends_one_at_a_time),
        cmocka_unit_test(rates_round_up),
        cmocka_unit_test(a_full_queue_drops_the_newest),
        cmocka_unit_test(the_doomed_wait_as_well),
        cmocka_unit_test(chances_follow_the_seed),
        cmocka_unit_test(draws_do_not_shift),
        cmocka_unit_test(jitter_keeps_order_and_bounds),
        cmocka_unit_test(reordered_frames_come_later),
        cmocka_unit_test(nth_and_count_choose),
        cmocka_unit_test(the_dropped_die_half_way),
        cmocka_unit_test(the_chosen_are_overtaken),
        cmocka_unit_test(delays_and_duplicates_travel_alone),
        cmocka_unit_test(corruption_happens_on_the_way),
        cmocka_unit_test(edits_set_a_field),
        cmocka_unit_test(faults_live_in_their_window),
        cmocka_unit_test(directions_are_apart),
        cmocka_unit_test(a_cut_cable_loses_what_is_on_it),
        cmocka_unit_test(without_a_cable_nothing_is_sent),
        cmocka_unit_test(a_packet_is_dropped_by_its_id),
        cmocka_unit_test(a_waiting_packet_can_be_dropped),
        cmocka_unit_test(frames_run_out_as_a_modelled_outcome),
        cmocka_unit_test(events_run_out_as_a_modelled_outcome),
        cmocka_unit_test(freed_rooms_are_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
