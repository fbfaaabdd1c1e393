#include "measure.h"
/*
 * Measures: the words of lessons/README.md for numbers. A check says "count" with its match under
 * "match" (the older form) or under "count"; the other kinds have the match under their own name.
 */
#include <stdlib.h>
#include <string.h>

enum kind { KIND_COUNT, KIND_ROWS, KIND_SUM, KIND_NUMBER, KIND_COUNT_OF };
static const char *const kind_words[KIND_COUNT_OF] = {"count", "rows", "sum", "number"};

/* The kind and its match: {"rows": {...}}, or {"that": "count", "match": {...}}. */
static enum kind kind_of(const struct json_node *measure, struct json_node *match) {
    for (int kind = 0; kind < KIND_COUNT_OF; kind++) {
        *match = json_get(measure, kind_words[kind]);
        if (json_is(*match)) return (enum kind)kind;
    }
    *match = json_get(measure, "match");
    return KIND_COUNT;
}

size_t measure_kinds(const struct json_node *measure) {
    size_t kinds = 0;
    for (int kind = 0; kind < KIND_COUNT_OF; kind++) {
        struct json_node match = json_get(measure, kind_words[kind]);
        kinds += json_is(match);
    }
    return kinds;
}

void measure_read(const struct json_node *measure) {
    struct json_node match, of = json_get(measure, "of"), less = json_get(measure, "less");
    enum kind kind = kind_of(measure, &match);
    match_check(&match);
    if (kind == KIND_SUM || kind == KIND_NUMBER)
        json_need_text(&of);
    else if (json_is(of))
        json_fail(&of, "is for sum and number; leave it out");
    if (json_is(less)) match_check(&less);
    if (json_is(less) && kind != KIND_NUMBER) json_fail(&less, "is for number; leave it out");
}

/* --------------------------------------------------------------------------------------- taking */

static struct measure take_count(const struct json_node *match, const struct events *events,
                                 const struct lab *lab) {
    return (struct measure){.number = (int64_t)events_count(events, match, lab),
                            .event = events_find(events, match, 0, lab),
                            .known = true,
                            .grows = true};
}

static bool is_kind(const struct json_node *event, const char *kind) {
    struct json_node k = json_get(event, "k");
    return strcmp(json_text_or(&k, ""), kind) == 0;
}

/* The rows of a table of timers are told by the timers' own events. */
static bool is_of_timers(const char *table) {
    const struct table_shape *shape;
    for (uint32_t i = 0; (shape = engine_table(i)) != NULL; i++)
        if (strcmp(shape->name, table) == 0)
            return shape->view != NULL && strcmp(shape->view, "timers") == 0;
    return false;
}

/* Whether event i has the last word about its row: no later one has the same table, node, key. */
static bool is_last_word(const struct events *events, size_t i) {
    static const char *const of_row[] = {"n", "tab", "key"}, *const of_timer[] = {"n", "timer",
                                                                                  "obj"};
    bool timer = is_kind(&events->events[i], "tm");
    const char *const *keys = timer ? of_timer : of_row;
    for (size_t j = i + 1; j < events->count; j++) {
        bool same = is_kind(&events->events[j], timer ? "tm" : "tab");
        for (size_t k = 0; same && k < sizeof of_row / sizeof *of_row; k++) {
            struct json_node one = json_get(&events->events[i], keys[k]),
                             two = json_get(&events->events[j], keys[k]);
            same = json_same(&one, &two);
        }
        if (same) return false;
    }
    return true;
}

/* Some cell of the row is, or with no `text` in the match any row does, what is asked for. */
static bool row_says(const struct json_node *event, const struct json_node *match) {
    struct json_node text = json_get(match, "text"), row = json_get(event, "row");
    const char *wanted = json_text_or(&text, NULL);
    if (wanted == NULL) return true;
    if (is_kind(event, "tm")) row = json_get(event, "timer");
    if (strcmp(json_text_or(&row, ""), wanted) == 0) return true;
    for (size_t i = 0; i < json_count(&row); i++) {
        struct json_node cell = json_item(&row, i);
        if (strcmp(json_text_or(&cell, ""), wanted) == 0) return true;
    }
    return false;
}

static bool names_table(const struct json_node *event, const struct json_node *match,
                        const struct lab *lab) {
    static const char *const keys[] = {"tab", "n"};
    struct json_node op = json_get(event, "op"), table = json_get(match, "tab");
    bool timers = is_of_timers(json_text_or(&table, ""));
    if (strcmp(json_text_or(&op, ""), "set") != 0 || !is_kind(event, timers ? "tm" : "tab"))
        return false;
    for (size_t k = timers; k < sizeof keys / sizeof *keys; k++) {
        struct json_node wanted = json_get(match, keys[k]), has = json_get(event, keys[k]);
        const char *name = json_text_or(&wanted, NULL);
        bool node = k == 1 && name != NULL;
        if (!json_is(wanted)) continue;
        if (node ? json_integer_or(&has, 0) != lab_node_named(lab, name)
                 : !json_same(&has, &wanted))
            return false;
    }
    return true;
}

/* The rows that stand in a table at the end: {"tab": "sockets", "n": "server", "text": CELL}. */
static struct measure take_rows(const struct json_node *match, const struct events *events,
                                const struct lab *lab) {
    struct measure rows = {.event = NO_EVENT, .known = true, .grows = true};
    for (size_t i = 0; i < events->count; i++) {
        const struct json_node *event = &events->events[i];
        if (!names_table(event, match, lab) || !row_says(event, match) || !is_last_word(events, i))
            continue;
        rows.number++;
        rows.event = i;
    }
    return rows;
}

static struct measure take_sum(const struct json_node *match, const char *of,
                               const struct events *events, const struct lab *lab) {
    struct measure sum = {.event = NO_EVENT, .known = true, .grows = true};
    for (size_t i = 0; i < events->count; i++) {
        int64_t number;
        if (!event_matches(&events->events[i], match, lab) ||
            !event_number(&events->events[i], of, &number))
            continue;
        sum.number += number;
        sum.event = i;
    }
    return sum;
}

/* A value, or how far it lies behind another, in the 32 bits in which TCP counts. */
static struct measure take_number(const struct json_node *measure, const struct json_node *match,
                                  const char *of, const struct events *events,
                                  const struct lab *lab) {
    struct json_node less = json_get(measure, "less");
    struct measure taken = {.event = events_find(events, match, 0, lab)};
    int64_t from;
    taken.known =
        taken.event != NO_EVENT && event_number(&events->events[taken.event], of, &taken.number);
    if (!taken.known || !json_is(less)) return taken;
    size_t other = events_find(events, &less, 0, lab);
    taken.known = other != NO_EVENT && event_number(&events->events[other], of, &from);
    if (taken.known) taken.number = (uint32_t)(taken.number - from);
    return taken;
}

struct measure measure_take(const struct json_node *measure, const struct events *events,
                            const struct lab *lab) {
    struct json_node match, of = json_get(measure, "of");
    enum kind kind = kind_of(measure, &match);
    switch (kind) {
    case KIND_ROWS: return take_rows(&match, events, lab);
    case KIND_SUM: return take_sum(&match, json_text_or(&of, ""), events, lab);
    case KIND_NUMBER: return take_number(measure, &match, json_text_or(&of, ""), events, lab);
    case KIND_COUNT:
    case KIND_COUNT_OF: break;
    }
    return take_count(&match, events, lab);
}
