/*
 * Every name that the engine hands out as data has its sentence in both languages, and the ARP
 * entry's graph holds every transition that the cache makes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/shell.h"
#include "apps/vtysh_words.h"
#include "sim/event.h"
#include "sim/trace.h"
#include "talk_support.h"

/* One room each, and both languages. */
static const char *const catalogues[] = {"stack", "tcp", "tftp", "routing", "console", "overlay"};
enum { CATALOGUES = sizeof catalogues / sizeof *catalogues };
static char *texts[CATALOGUES][2];

static char *whole_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) fail_msg("%s cannot be read; run the tests from the root", path);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(f);
    char *text = calloc(1, size + 1);
    rewind(f);
    assert_int_equal(fread(text, 1, size, f), size);
    fclose(f);
    return text;
}

static int load(void **state) {
    (void)state;
    for (size_t i = 0; i < CATALOGUES; i++)
        for (size_t language = 0; language < 2; language++) {
            char path[64];
            snprintf(path, sizeof path, "engine/text/%s.%s.json", catalogues[i],
                     language == 0 ? "en" : "zh");
            texts[i][language] = whole_file(path);
        }
    return 0;
}

static int unload(void **state) {
    (void)state;
    for (size_t i = 0; i < CATALOGUES; i++)
        for (size_t language = 0; language < 2; language++) free(texts[i][language]);
    return 0;
}

static void expect_key(const char *group, const char *name) {
    char key[96];
    assert_non_null(name);
    snprintf(key, sizeof key, "\"%s.%s\": \"", group, name);
    for (size_t language = 0; language < 2; language++) {
        bool any = false;
        for (size_t i = 0; i < CATALOGUES; i++)
            any = any || strstr(texts[i][language], key) != NULL;
        if (!any) fail_msg("no text for %s.%s", group, name);
    }
}

static void reasons_and_timers_have_sentences(void **state) {
    (void)state;
    for (uint32_t i = 0; i < REASON_COUNT; i++) expect_key("reason", engine_name(NAME_REASON, i));
    for (uint32_t i = 0; i < TIMER_KIND_COUNT; i++) expect_key("timer", engine_name(NAME_TIMER, i));
    for (uint32_t i = 0; i < MACHINE_COUNT; i++)
        expect_key("machine", engine_name(NAME_MACHINE, i));
    for (uint32_t i = 0; i < NODE_KIND_COUNT; i++)
        expect_key("node", engine_name(NAME_NODE_KIND, i));
    for (uint32_t i = 0; i < ROLE_COUNT; i++) expect_key("role", engine_role_name(i));
}

static void overlays_have_names(void **state) {
    (void)state;
    const struct overlay_shape *shape;
    for (uint32_t i = 0; (shape = engine_overlay(i)) != NULL; i++) {
        char help[64];
        snprintf(help, sizeof help, "%s.help", shape->name);
        expect_key("overlay", shape->name);
        expect_key("overlay", help);
    }
    for (uint32_t i = 0; i < OVERLAY_ROLE_COUNT; i++)
        expect_key("overlay.role", engine_overlay_role_name(i));
}

static void expect_help(const char *key) {
    const char *dot = strchr(key, '.');
    assert_true(strncmp(key, "help.", 5) == 0);
    expect_key("help", dot + 1);
}

static void commands_have_help(void **state) {
    (void)state;
    const char *name, *help;
    for (size_t i = 0; shell_command(i, &name, &help); i++) expect_help(help);
    for (size_t i = 0; vtysh_syntax(i) != NULL; i++) expect_help(vtysh_syntax(i)->help);
    expect_help("help.vtysh.more");
    expect_help("help.vtysh.an_interface");
}

static void tables_have_headings(void **state) {
    (void)state;
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        const struct table_shape *shape = engine_table(i);
        char group[64];
        assert_non_null(shape);
        expect_key("table", shape->name);
        snprintf(group, sizeof group, "table.%s", shape->name);
        for (size_t c = 0; c < shape->column_count; c++) expect_key(group, shape->columns[c]);
    }
    assert_null(engine_table(TABLE_COUNT));
}

static bool is_watched(const char *field, uint32_t machine) {
    const char *name;
    for (uint32_t i = 0; (name = engine_name(NAME_FIELD, i)) != NULL; i++)
        if (strcmp(name, field) == 0) return engine_field_machine(i) == machine;
    return false;
}
static void expect_watched(const char *field, uint32_t machine) {
    if (field != NULL && !is_watched(field, machine)) fail_msg("no watched field %s", field);
}
static void expect_place(struct gauge_place place, uint32_t machine) {
    expect_watched(place.field, machine);
    expect_watched(place.plus, machine);
    expect_watched(place.minus, machine);
}

static void gauges_name_watched_fields(void **state) {
    (void)state;
    size_t sets = 0;
    for (uint32_t m = 0; m < MACHINE_COUNT; m++) {
        const struct gauge_set *set = engine_gauges(m);
        if (set == NULL) continue;
        char group[64];
        snprintf(group, sizeof group, "gauge.%s", set->machine);
        assert_string_equal(set->machine, engine_name(NAME_MACHINE, m));
        for (size_t i = 0; i < set->chart_count; i++) {
            expect_key(group, set->charts[i].name);
            for (size_t k = 0; k < set->charts[i].line_count; k++)
                expect_watched(set->charts[i].lines[k].field, m);
        }
        for (size_t i = 0; i < set->bar_count; i++) {
            const struct gauge_bar *bar = &set->bars[i];
            expect_key(group, bar->name);
            expect_place(bar->begin, m);
            expect_place(bar->end, m);
            for (size_t k = 0; k < bar->zone_count; k++) {
                expect_key(group, bar->zones[k].name);
                expect_place(bar->zones[k].from, m);
                expect_place(bar->zones[k].to, m);
            }
        }
        sets++;
    }
    assert_true(sets > 0);
    assert_null(engine_gauges(MACHINE_COUNT));
    assert_false(is_watched("no such field", 0));
}

static void states_have_names(void **state) {
    (void)state;
    const struct state_graph *graph = engine_graph(MACHINE_NEIGHBOUR);
    assert_non_null(graph);
    expect_key("graph", graph->machine);
    for (size_t i = 0; i < graph->state_count; i++)
        expect_key("state.neighbour", graph->states[i].name);
}

static bool has_edge(const struct state_graph *g, uint64_t from, uint64_t to) {
    for (size_t i = 0; i < g->edge_count; i++)
        if (g->edges[i].from == from && g->edges[i].to == to) return true;
    return false;
}

/* A lab in which entries live through all their states. */
static void the_graph_holds_every_transition(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    const struct state_graph *graph = engine_graph(MACHINE_NEIGHBOUR);
    size_t seen = 0;
    three_hosts(&setup, NODE_SWITCH);
    setup_fault(&setup, "s->a", FAULT_DROP, "arp.opcode == 2", 3)->count = 3;
    setup_run(&setup, 0, "a", "ping -c 1 b");
    setup_run(&setup, 0, "a", "ping -c 1 10.0.0.9");
    setup_run(&setup, SECONDS(50), "a", "ping -c 1 b");
    setup_run(&setup, SECONDS(100), "a", "ping -c 1 b");
    setup_run(&setup, SECONDS(150), "b", "ping -c 1 a");
    setup_run(&setup, SECONDS(200), "a", "ping -c 1 b");
    setup_run(&setup, SECONDS(200), "c", "ip neigh add 10.0.0.1 lladdr 02:00:00:00:01:01 dev eth0");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(300));
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_STATE) continue;
        seen++;
        if (!has_edge(graph, r->before, r->after))
            fail_msg("no edge %s -> %s", engine_state_name(r->machine, r->before),
                     engine_state_name(r->machine, r->after));
    }
    assert_true(seen > 20);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_and_timers_have_sentences),
        cmocka_unit_test(overlays_have_names),
        cmocka_unit_test(commands_have_help),
        cmocka_unit_test(tables_have_headings),
        cmocka_unit_test(gauges_name_watched_fields),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(the_graph_holds_every_transition),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
