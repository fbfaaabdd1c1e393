/*
 * The states of congestion control as a watcher sees them: every change is an arc of the figure,
 * each arc and state has its sentence in both languages, a late viewer is told where things stand,
 * and a transfer on which nothing goes wrong tells nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "sim/trace.h"
#include "stack/tcp/tcp.h"

static bool has_arc(uint64_t from, uint64_t to) {
    const struct state_graph *g = &tcp_congestion_graph;
    for (size_t i = 0; i < g->edge_count; i++)
        if (g->edges[i].from == from && g->edges[i].to == to) return true;
    return false;
}

static uint32_t changes(const struct running *run, bool seen[5][5]) {
    uint32_t count = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_STATE || r->machine != MACHINE_CONGESTION) continue;
        if (!has_arc(r->before, r->after))
            fail_msg("no arc %s -> %s", engine_state_name(r->machine, r->before),
                     engine_state_name(r->machine, r->after));
        seen[r->before][r->after] = true;
        count++;
    }
    return count;
}

static void stage(struct setup *setup, uint64_t seed, const char *profile) {
    through_router(setup);
    setup->scenario.seed = seed;
    for (size_t n = 0; n < 3; n++) setup->nodes[n].profile = profile;
    setup_run(setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(setup, SECONDS(1), "client", "nc -N 10.0.2.1 80 < 400000");
}

static void every_change_is_an_arc(void **state) {
    (void)state;
    static const char *const profiles[] = {"linux-6.12", "linux-6.12-plain", "rfc9293",
                                           "linux-6.1"};
    bool seen[5][5] = {{false}};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        static struct setup setup;
        struct running run;
        stage(&setup, seed, profiles[seed % 4]);
        for (size_t l = 0; l < 2; l++) {
            setup.links[l].loss_ppm = 10000 * (uint32_t)seed;
            setup.links[l].reorder_ppm = 30000;
            setup.links[l].rate_bps = 10000000;
            setup.links[l].mark_frames = 5;
        }
        setup_setting(&setup, "client", "net.ipv4.tcp_ecn", seed % 2 == 0 ? "1" : "0");
        setup_setting(&setup, "server", "net.ipv4.tcp_ecn", "2");
        run_begin(&run, &setup);
        run_until(&run, SECONDS(200));
        changes(&run, seen);
        run_end(&run);
    }
    assert_true(seen[0][1] && seen[1][0]); /* disorder and back */
    assert_true(seen[1][3] && seen[3][0]); /* recovery */
    assert_true(seen[4][0]);               /* a time-out and its end */
    assert_true(seen[0][2] && seen[2][0]); /* a mark */
}

static void nothing_wrong_nothing_told(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    bool seen[5][5] = {{false}};
    stage(&setup, 1, NULL);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(100));
    assert_int_equal(changes(&run, seen), 0);
    run_end(&run);
}

struct found {
    uint32_t states, congestion;
};

static void look(void *user, const struct lab *lab, const struct trace_record *r) {
    struct found *found = user;
    (void)lab;
    if (r->kind != TRACE_STATE) return;
    found->states++;
    if (r->machine != MACHINE_CONGESTION) return;
    found->congestion++;
    assert_int_equal(r->before, r->after);
    assert_string_equal(engine_state_name(r->machine, r->after), "LOSS");
    assert_true(r->text_length > 0);
}

/* The cable is cut, the timer has fired: LOSS. */
static void a_late_viewer_is_told(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    stage(&setup, 1, NULL);
    setup.links[1].rate_bps = 1000000;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    run_command(&run, SECONDS(2), "", "link r1-server down");
    run_until(&run, SECONDS(5));
    struct found found = {0, 0};
    struct sink sink = {look, &found, WANT_ALL};
    lab_snapshot(run.lab, &sink);
    assert_int_equal(found.congestion, 1);
    assert_true(found.states > 1);
    run_end(&run);
}

static char *whole_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) fail_msg("%s cannot be read; run the tests from the root", path);
    char *text = calloc(1, 200000);
    fread(text, 1, 199999, f);
    fclose(f);
    return text;
}

static void each_has_its_sentence(void **state) {
    (void)state;
    static const char *const files[] = {"engine/text/tcp.en.json", "engine/text/tcp.zh.json"};
    const struct state_graph *g = engine_graph(MACHINE_CONGESTION);
    assert_ptr_equal(g, &tcp_congestion_graph);
    for (size_t f = 0; f < 2; f++) {
        char key[96], *text = whole_file(files[f]);
        assert_non_null(strstr(text, "\"graph.congestion\": \""));
        for (size_t i = 0; i < g->state_count; i++) {
            snprintf(key, sizeof key, "\"state.congestion.%s\": \"", g->states[i].name);
            if (strstr(text, key) == NULL) fail_msg("%s has no %s", files[f], key);
        }
        for (size_t i = 0; i < g->edge_count; i++) {
            snprintf(key, sizeof key, "\"edge.congestion.%s.%s\": \"",
                     g->states[g->edges[i].from].name, g->states[g->edges[i].to].name);
            if (strstr(text, key) == NULL) fail_msg("%s has no %s", files[f], key);
        }
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_is_an_arc),
        cmocka_unit_test(nothing_wrong_nothing_told),
        cmocka_unit_test(a_late_viewer_is_told),
        cmocka_unit_test(each_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
