/* The event queue and timers: order, moving, stopping, growth, stops of lab_step, livelock. */
#include <stdio.h>
#include <stdlib.h>

#include "sim_support.h"

static struct setup setup;

static void simultaneous_events_go_by_node_then_count(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    through_router(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    struct id nobody = {0, 0};
    static const uint32_t nodes[] = {3, 1, 2, 1, 3, 2};
    for (int i = 0; i < 6; i++)
        event_new(s, TIMER_LOOPBACK, nodes[i], nobody, 5, order_next(run.lab, nodes[i]), 0);
    event_new(s, TIMER_LOOPBACK, 3, nobody, 4, order_next(run.lab, 3), 0);
    uint32_t order[7];
    uint64_t counts[7];
    for (int i = 0; i < 7; i++) {
        struct heap_key key;
        assert_true(event_first(run.lab, &key));
        order[i] = (uint32_t)(key.order >> HEAP_COUNTER_BITS);
        counts[i] = key.order % (1ull << HEAP_COUNTER_BITS);
        event_drop(run.lab, pool_id(run.lab, POOL_EVENT, key.slot - 2 * run.lab->link_count));
    }
    static const uint32_t expected[] = {3, 1, 1, 2, 2, 3, 3};
    for (int i = 0; i < 7; i++) assert_int_equal(order[i], expected[i]);
    for (int i = 1; i < 7; i++)
        assert_true(order[i] != order[i - 1] || i == 1 || counts[i] > counts[i - 1]);
    hand_end(&hand);
    run_end(&run);
}

/* Ten thousand sets, moves and stops against the plainest model: an array that is searched. */
static void the_queue_agrees_with_an_array(void **state) {
    (void)state;
    enum { TIMERS = 300 };
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run.sink.wants = 0;
    struct step *s = hand_begin(&hand, &run, 0);
    static struct id timers[TIMERS];
    static sim_time model[TIMERS];
    struct prng random = {42};
    struct id nobody = {0, 0};
    memset(timers, 0, sizeof timers);
    memset(model, 0, sizeof model);
    for (int i = 0; i < 10000; i++) {
        uint32_t n = prng_below(&random, TIMERS);
        if (prng_below(&random, 4) == 0) {
            timer_stop(s, &timers[n]);
            model[n] = 0;
        } else {
            model[n] = 1 + prng_below(&random, 1000);
            timer_set(s, &timers[n], TIMER_FAULT, 0, nobody, model[n]);
        }
        sim_time first = 0, at;
        for (int j = 0; j < TIMERS; j++)
            if (model[j] != 0 && (first == 0 || model[j] < first)) first = model[j];
        assert_true(lab_next(run.lab, &at) == (first != 0));
        if (first != 0) assert_int_equal(at, first);
        assert_true(timer_pending(run.lab, timers[n], &at) == (model[n] != 0));
        if (model[n] != 0) assert_int_equal(at, model[n]);
    }
    assert_true(run.lab->heap_room > HEAP_ROOM_FIRST); /* it grew on the way */
    hand_end(&hand);
    run_end(&run);
}

static void a_timer_is_told_about(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 -i 5 10.0.0.9"); /* nobody there: ARP asks again */
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1.5));
    const struct trace_record *set = run_find(&run, 0, TRACE_TIMER_SET, "client");
    assert_non_null(set);
    const struct trace_record *fired = run_find(&run, 0, TRACE_TIMER_FIRED, "client");
    assert_non_null(fired);
    assert_int_equal(fired->k, 0);
    assert_int_equal(fired->at, fired->until);
    const struct trace_record *cause = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_TIMER_SET && run.records[i].r.timer == fired->timer &&
            run.records[i].r.step == fired->cause_step)
            cause = &run.records[i].r;
    assert_non_null(cause);
    assert_int_equal(cause->until, fired->at);
    hand_begin(&hand, &run, SECONDS(1.5));
    struct id event = {0, 0};
    do event = object_next(run.lab, POOL_EVENT, event);
    while (id_is(event) &&
           timer_is_silent(((const struct event *)object_get(run.lab, POOL_EVENT, event))->kind));
    assert_true(id_is(event));
    size_t before = run.count;
    timer_stop(&hand.step, &event);
    assert_false(id_is(event));
    assert_non_null(run_find(&run, before, TRACE_TIMER_STOPPED, "client"));
    timer_stop(&hand.step, &event); /* harmless */
    assert_int_equal(run.count, before + 1);
    hand_end(&hand);
    run_end(&run);
}

static void steps_stop_where_they_are_told(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 server");
    run_begin(&run, &setup);
    assert_int_equal(run_until(&run, MILLIS(999)), STOP_UNTIL);
    assert_int_equal(lab_now(run.lab), MILLIS(999));
    assert_int_equal(lab_steps(run.lab), 0);
    assert_int_equal(run_steps(&run, 3), STOP_BUDGET);
    assert_int_equal(lab_steps(run.lab), 3);
    assert_int_equal(lab_now(run.lab), SECONDS(1.02));
    assert_int_equal(run_until(&run, SECONDS(1)), STOP_UNTIL); /* the clock does not go back */
    assert_int_equal(lab_now(run.lab), SECONDS(1.02));
    assert_int_equal(run_until(&run, SIM_TIME_MAX), STOP_QUIET);
    sim_time at;
    assert_false(lab_next(run.lab, &at));
    run_end(&run);
}

static void a_lab_ends_with_its_time(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct id nobody = {0, 0};
    event_new(hand_begin(&hand, &run, 0), TIMER_LOOPBACK, 1, nobody, SIM_TIME_MAX + 1, 0, 0);
    hand_end(&hand);
    assert_int_equal(run_until(&run, SIM_TIME_MAX + 5), STOP_END);
    assert_int_equal(lab_now(run.lab), SIM_TIME_MAX);
    run_end(&run);
}

/* Two switches joined twice: one broadcast goes round for ever, at one instant. */
static void livelock_ends_a_lab(void **state) {
    (void)state;
    struct running run;
    struct complaint why;
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a");
    setup_node(&setup, NODE_SWITCH, "s1");
    setup_node(&setup, NODE_SWITCH, "s2");
    setup_interface(&setup, "a", "eth0", "10.0.0.1/24");
    for (int i = 0; i < 3; i++)
        setup_interface(&setup, "s1", (const char *[]){"p1", "p2", "p3"}[i], NULL);
    for (int i = 0; i < 2; i++)
        setup_interface(&setup, "s2", (const char *[]){"p1", "p2"}[i], NULL);
    setup_link(&setup, "a:eth0", "s1:p1", 0);
    setup_link(&setup, "s1:p2", "s2:p1", 0);
    setup_link(&setup, "s1:p3", "s2:p2", 0);
    setup_run(&setup, SECONDS(1), "a", "ping -c 1 10.0.0.2");
    run_begin(&run, &setup);
    run.sink.wants = 0;
    assert_int_equal(run_until(&run, SECONDS(2)), STOP_LIVELOCK);
    assert_in_range(lab_steps(run.lab), LIVELOCK_STEPS, LIVELOCK_STEPS + 1);
    assert_true(lab_livelock_link(run.lab) >= 1);
    assert_int_equal(lab_now(run.lab), SECONDS(1));
    uint64_t steps = lab_steps(run.lab);
    assert_int_equal(run_until(&run, SECONDS(3)), STOP_LIVELOCK);
    assert_int_equal(lab_steps(run.lab), steps);
    assert_false(lab_command(run.lab, NULL, SECONDS(1), 1, "ip addr", &why));
    assert_non_null(strstr(why.problem, "livelock"));
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simultaneous_events_go_by_node_then_count),
        cmocka_unit_test(the_queue_agrees_with_an_array),
        cmocka_unit_test(a_timer_is_told_about),
        cmocka_unit_test(steps_stop_where_they_are_told),
        cmocka_unit_test(a_lab_ends_with_its_time),
        cmocka_unit_test(livelock_ends_a_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
