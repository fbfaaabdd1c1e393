#include "timeline.h"
/*
 * Time travel: every seek gives the very lab that was there, both futures of a fork live on, and
 * `full` is made afterwards as if it had been there. The lab's own hash is the judge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "service.h"
#include "spine.h"

struct past {
    struct timeline_config config;
    struct page_pool pool;
    struct timeline *t;
};

static void quiet(void *user, struct log *log) {
    (void)user;
    (void)log;
}
static void flush(struct timeline *t) {
    timeline_flush(t, NULL, wall_now(), quiet, NULL);
}

static void begin(struct past *p, const char *text, size_t budget) {
    struct complaint why;
    struct scenario_file *file = scenario_read(text, strlen(text), &why);
    if (!file) fail_msg("%s: %s", why.place, why.problem);
    size_t size = lab_size(&file->scenario);
    struct lab *lab = block_map(size);
    if (!lab_create(lab, size, &file->scenario, &why)) fail_msg("%s: %s", why.place, why.problem);
    p->config = (struct timeline_config){{1 << 20, "/tmp"}, 64 << 20};
    p->pool = (struct page_pool){0, budget};
    p->t = timeline_create("T0", lab, size, &p->pool, &p->config);
    assert_non_null(p->t);
    scenario_free(file);
}

static void test_each_seek_is_the_lab_that_was_there(void **state) {
    (void)state;
    struct past p;
    begin(&p, flood_lab, 4 << 20);
    enum { STEPS = 4000 };
    uint64_t *hash = malloc((STEPS + 1) * sizeof *hash);
    for (unsigned n = 0; n < STEPS; n++) {
        hash[n] = lab_hash(p.t->lab);
        assert_int_equal(lab_steps(p.t->lab), n);
        assert_int_equal(timeline_step(p.t, 1, SIM_TIME_MAX), STOP_BUDGET);
    }
    hash[STEPS] = lab_hash(p.t->lab);
    for (unsigned n = 0; n <= STEPS; n += n % 1024 < 3 ? 1 : 97) {
        struct lab *then = timeline_seek(p.t, n);
        assert_int_equal(lab_steps(then), n);
        assert_true(lab_hash(then) == hash[n]);
        block_unmap(then, p.t->block);
    }
    free(hash);
    timeline_free(p.t);
    assert_int_equal(p.pool.octets, 0);
}

static void test_keyframes_keep_their_budget(void **state) {
    (void)state;
    struct past p;
    begin(&p, flood_lab, 300 * 1024);
    timeline_step(p.t, 60000, SIM_TIME_MAX);
    assert_int_equal(lab_steps(p.t->lab), 60000);
    assert_true(p.pool.octets <= p.pool.budget + 300 * 1024);
    assert_true(p.t->keyframes.distance > KEYFRAME_DISTANCE);
    assert_true(p.t->keyframes.count >= 3);
    struct lab *then = timeline_seek(p.t, 31415);
    assert_int_equal(lab_steps(then), 31415);
    block_unmap(then, p.t->block);
    timeline_free(p.t);
}

static void test_a_fork_keeps_both_futures(void **state) {
    (void)state;
    struct past p;
    struct complaint why;
    uint32_t i;
    begin(&p, handshake_lab, 4 << 20);
    timeline_step(p.t, UINT64_MAX, 3000000000);
    flush(p.t);
    uint32_t head = timeline_head(p.t), before = head / 2;
    uint64_t whole = lab_hash(p.t->lab), step = timeline_step_at(p.t, DETAIL_STORY, before);
    uint32_t shared = timeline_count_at(p.t, DETAIL_STORY, step);
    assert_true(shared >= before);
    struct timeline *same = timeline_fork(p.t, "T1", step);
    struct timeline *other = timeline_fork(p.t, "T2", step);
    assert_int_equal(timeline_head(same), shared);
    assert_true(timeline_command(other, lab_now(other->lab), 1, "ping -c 1 server", &why, &i));
    assert_int_equal(i, shared); /* the child's stream goes on with the parent's indices */
    timeline_step(same, UINT64_MAX, 3000000000);
    timeline_step(other, UINT64_MAX, 3000000000);
    flush(same);
    flush(other);
    assert_true(lab_hash(same->lab) == whole); /* without another deed, the same future */
    assert_true(lab_hash(other->lab) != whole);
    assert_true(lab_hash(p.t->lab) == whole);
    assert_int_equal(timeline_head(same), head);
    struct buffer a = {0}, b = {0};
    for (uint32_t n = 0; n < head; n++) {
        assert_true(timeline_line(p.t, n, &a));
        assert_true(timeline_line(same, n, &b));
        assert_string_equal(a.data, b.data); /* causes included */
    }
    for (uint32_t n = 0; n < timeline_head(other); n++) {
        assert_true(timeline_line(other, n, &a));
        assert_int_equal(line_number(a.data, a.length, "i", 0), n);
    }
    buffer_free(&a);
    buffer_free(&b);
    timeline_free(same);
    timeline_free(other);
    timeline_free(p.t);
}

/* A fork of a fork, with commands in each, is what its journal says. */
static void test_a_journal_is_enough(void **state) {
    (void)state;
    struct past p, again;
    struct complaint why;
    uint32_t i;
    begin(&p, handshake_lab, 4 << 20);
    begin(&again, handshake_lab, 4 << 20);
    timeline_step(p.t, 5, SIM_TIME_MAX);
    assert_true(timeline_command(p.t, lab_now(p.t->lab), 1, "ping -c 2 server", &why, &i));
    timeline_step(p.t, UINT64_MAX, 1500000000);
    assert_true(timeline_command(p.t, 1700000000, 2, "ss -tan", &why, &i));
    timeline_step(p.t, UINT64_MAX, 4000000000);
    flush(p.t);
    struct replay replay = {again.t->lab, &p.t->journal, 0, lab_steps(p.t->lab)};
    assert_true(replay_all(&replay, NULL));
    struct budget budget = {0, 4000000000}; /* the clock of the first one stands at 4 s */
    struct sink none = story_sink(again.t->strand[DETAIL_STORY].story);
    lab_step(again.t->lab, &none, &budget);
    assert_true(lab_hash(again.t->lab) == lab_hash(p.t->lab));
    timeline_free(p.t);
    timeline_free(again.t);
}

static void test_full_is_made_when_it_is_asked_for(void **state) {
    (void)state;
    struct past p;
    begin(&p, handshake_lab, 4 << 20);
    timeline_step(p.t, 20, SIM_TIME_MAX);
    assert_false(timeline_full_ready(p.t));
    assert_false(timeline_full_some(p.t, 7)); /* and it goes on while the head moves */
    timeline_step(p.t, UINT64_MAX, 3000000000);
    while (!timeline_full_some(p.t, 7)) continue;
    assert_true(timeline_full_ready(p.t));
    timeline_step(p.t, UINT64_MAX, 9000000000);
    flush(p.t);
    uint32_t story = timeline_head(p.t), full = p.t->strand[DETAIL_FULL].count;
    assert_true(full > story);
    assert_int_equal(log_count(p.t->strand[DETAIL_FULL].log), full);
    timeline_free(p.t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_seek_is_the_lab_that_was_there),
        cmocka_unit_test(test_keyframes_keep_their_budget),
        cmocka_unit_test(test_a_fork_keeps_both_futures),
        cmocka_unit_test(test_a_journal_is_enough),
        cmocka_unit_test(test_full_is_made_when_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
