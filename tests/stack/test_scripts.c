/*
 * Runs every packet script of tests/scripts/tcp, then asks whether together they have gone along
 * every arc of RFC 9293 Figure 5, as the engine draws it.
 */
#include "lab_support.h"
#include "script.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPTS_MAX = 512, PATH_ROOM = 300 };
static const char folder[] = "tests/scripts/tcp";
static struct script_arcs arcs;
static char paths[SCRIPTS_MAX][PATH_ROOM];

static void run_one(void **state) {
    script_run(*state, &arcs);
}

static void every_arc_of_figure_5_is_gone_along(void **state) {
    (void)state;
    const struct state_graph *graph = engine_graph(0);
    assert_string_equal(graph->machine, "tcp");
    assert_true(graph->edge_count >= 20);
    size_t missing = 0;
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        if (arcs.seen[edge->from][edge->to] > 0) continue;
        missing++;
        print_error("no script goes from %s to %s (%s)\n", graph->states[edge->from].name,
                    graph->states[edge->to].name, edge->label);
    }
    assert_int_equal(missing, 0);
}

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

static size_t find_scripts(void) {
    size_t count = 0;
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 5, ".test") != 0) continue;
        if (count == SCRIPTS_MAX) abort();
        snprintf(paths[count++], PATH_ROOM, "%s/%s", folder, entry->d_name);
    }
    if (dir != NULL) closedir(dir);
    qsort(paths, count, sizeof paths[0], by_name);
    return count;
}

int main(void) {
    static struct CMUnitTest tests[SCRIPTS_MAX + 1];
    size_t count = find_scripts();
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){paths[i], run_one, NULL, NULL, paths[i]};
    tests[count] = (struct CMUnitTest)cmocka_unit_test(every_arc_of_figure_5_is_gone_along);
    return _cmocka_run_group_tests("packet scripts", tests, count + 1, NULL, NULL);
}
