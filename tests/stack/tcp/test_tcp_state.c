/*
 * The state graph as people see it: Figure 5's shape, its arcs, a sentence for each in both
 * languages. And the TCB as data: labs with open connections may be moved and restored at any step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "stack/tcp/tcp_state.h"

static const struct graph_state *at(enum tcp_state state) {
    return &engine_graph(MACHINE_TCP)->states[state];
}

static void it_looks_like_figure_5(void **state) {
    (void)state;
    const struct state_graph *g = engine_graph(MACHINE_TCP);
    assert_ptr_equal(g, &tcp_graph);
    assert_int_equal(g->state_count, TCP_STATE_COUNT);
    assert_int_equal(g->edge_count, 20);
    for (size_t i = 0; i < g->state_count; i++) {
        assert_in_range(g->states[i].x, 0, 1000);
        assert_in_range(g->states[i].y, 0, 1000);
        assert_string_equal(engine_state_name(MACHINE_TCP, i), g->states[i].name);
        for (size_t k = 0; k < i; k++)
            assert_true(abs(g->states[i].x - g->states[k].x) >= 150 ||
                        abs(g->states[i].y - g->states[k].y) >= 100);
    }
    /* The middle column from top to bottom; passive to the left, active to the right. */
    assert_true(at(TCP_CLOSED)->y < at(TCP_LISTEN)->y && at(TCP_LISTEN)->y < at(TCP_SYN_SENT)->y);
    assert_true(at(TCP_SYN_RECEIVED)->x < at(TCP_LISTEN)->x &&
                at(TCP_LISTEN)->x < at(TCP_SYN_SENT)->x);
    assert_true(at(TCP_ESTABLISHED)->y > at(TCP_SYN_RECEIVED)->y);
    assert_true(at(TCP_FIN_WAIT_1)->x < at(TCP_ESTABLISHED)->x);
    assert_true(at(TCP_CLOSE_WAIT)->x > at(TCP_ESTABLISHED)->x);
    assert_true(at(TCP_TIME_WAIT)->y > at(TCP_CLOSING)->y);
    assert_true(at(TCP_LAST_ACK)->y > at(TCP_CLOSE_WAIT)->y);
}

static char *whole(const char *path) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    return text;
}

static void every_state_and_arc_has_a_sentence(void **state) {
    (void)state;
    const struct state_graph *g = engine_graph(MACHINE_TCP);
    const char *const paths[] = {"engine/text/tcp.en.json", "engine/text/tcp.zh.json"};
    for (size_t p = 0; p < 2; p++) {
        char *text = whole(paths[p]), key[80];
        for (size_t i = 0; i < g->state_count; i++) {
            snprintf(key, sizeof key, "\"state.tcp.%s\": \"", g->states[i].name);
            if (strstr(text, key) == NULL) fail_msg("%s has no %s", paths[p], key);
        }
        for (size_t i = 0; i < g->edge_count; i++) {
            snprintf(key, sizeof key, "\"edge.tcp.%s.%s\": \"", g->states[g->edges[i].from].name,
                     g->states[g->edges[i].to].name);
            if (strstr(text, key) == NULL) fail_msg("%s has no %s", paths[p], key);
        }
        for (uint32_t i = 0; i < tcp_object_kind.watch_count; i++) {
            snprintf(key, sizeof key, "\"field.%s\": \"", tcp_object_kind.watches[i].name);
            if (strstr(text, key) == NULL) fail_msg("%s has no %s", paths[p], key);
        }
        free(text);
    }
}

/* A connection that is opened, used both ways, disturbed and closed. */
static void stage(struct setup *s) {
    through_router(s);
    s->scenario.limits = (struct limits){.connections = 16,
                                         .sockets = 16,
                                         .processes = 16,
                                         .frames = 128,
                                         .buffer_octets = 1 << 18,
                                         .neighbours = 32,
                                         .routes = 32,
                                         .faults = 8,
                                         .events = 512};
    s->links[0].loss_ppm = s->links[1].reorder_ppm = 100000;
    setup_run(s, 0, "server", "nc -l 80 < 30000");
    setup_run(s, SECONDS(1), "client", "nc -N 10.0.2.1 80 < 30000");
}

static void a_lab_with_connections_moves(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    expect_move_test(&s, SECONDS(120));
}

static void a_lab_with_connections_is_restored(void **state) {
    (void)state;
    struct setup s;
    stage(&s);
    expect_sync_test(&s, SECONDS(120), 50);
}

/* An idle connection holds no chunk, and a closed one holds nothing. */
static void nothing_is_left_behind(void **state) {
    (void)state;
    struct setup s;
    struct running run;
    stage(&s);
    run_begin(&run, &s);
    run_until(&run, SECONDS(400));
    assert_int_equal(pool_live(run.lab, POOL_CHUNK), 0);
    assert_int_equal(pool_live(run.lab, POOL_TCB), 0);
    assert_true(run_count(&run, TRACE_STATE, "client") > 5);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_looks_like_figure_5),
                                       cmocka_unit_test(every_state_and_arc_has_a_sentence),
                                       cmocka_unit_test(a_lab_with_connections_moves),
                                       cmocka_unit_test(a_lab_with_connections_is_restored),
                                       cmocka_unit_test(nothing_is_left_behind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
