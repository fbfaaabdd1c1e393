#include "sim/state.h"
/*
 * Everything that a viewer needs who joins now: the rows of all tables and the states of all
 * objects whose machine has states, as records with before == after. The order is total: tables of
 * interfaces, then objects pool by pool in slot order, then timers.
 */
#include "base/text.h"
#include "sim/scratch.h"
#include "sim/trace.h"

enum { ROW_ROOM = 512 };

static void tell_row(struct step *s, uint32_t table, uint32_t node, uint32_t key, const char *row,
                     size_t length) {
    struct trace_record r = {.kind = TRACE_TABLE,
                             .table = (uint16_t)table,
                             .node = node,
                             .object = key,
                             .text = row,
                             .text_length = length};
    trace_emit(s, &r);
}

static void tell_if_row(struct step *s, const struct object_row *which, uint32_t node,
                        enum pool_kind pool, struct id id) {
    char row[ROW_ROOM];
    struct text t = text_of(row, sizeof row);
    if (which->row(s->lab, id, &t))
        tell_row(s, which->table, node, row_key(pool, id) + which->key, row, text_length(&t));
}

static void tell_state(struct step *s, enum pool_kind pool, struct id id, uint32_t machine,
                       uint32_t state) {
    const struct object_kind *kind = dispatch.kinds[pool];
    struct trace_record r = {.kind = TRACE_STATE,
                             .node = kind->row_node == NULL ? 0 : kind->row_node(s->lab, id),
                             .object = id.slot,
                             .machine = (uint16_t)machine,
                             .before = state,
                             .after = state};
    char label[ROW_ROOM];
    struct text named = text_of(label, sizeof label);
    if (kind->label != NULL) {
        kind->label(s->lab, id, &named);
        r.text = label;
        r.text_length = text_length(&named);
    }
    trace_emit(s, &r);
}

static void tell_object(struct step *s, enum pool_kind pool, struct id id) {
    const struct object_kind *kind = dispatch.kinds[pool];
    uint32_t node = kind->row_node == NULL ? 0 : kind->row_node(s->lab, id);
    if (kind->table != NO_TABLE) {
        struct object_row first = {kind->table, 0, kind->row};
        tell_if_row(s, &first, node, pool, id);
        for (uint32_t i = 0; i < kind->more_count; i++)
            tell_if_row(s, &kind->more[i], node, pool, id);
    }
    if (kind->state == NULL) return;
    tell_state(s, pool, id, kind->machine, kind->state(s->lab, id));
    uint32_t aside = kind->aside_state == NULL ? 0 : kind->aside_state(s->lab, id);
    if (aside != 0) tell_state(s, pool, id, kind->aside_machine, aside);
}

static void tell_timers(struct step *s) {
    struct id id = object_next(s->lab, POOL_EVENT, (struct id){0, 0});
    for (; id_is(id); id = object_next(s->lab, POOL_EVENT, id)) {
        const struct event *event = object_get(s->lab, POOL_EVENT, id);
        char row[ROW_ROOM];
        struct text t = text_of(row, sizeof row);
        if (timer_is_silent(event->kind) || !timer_has_row(id)) continue;
        timer_row(s->lab, id, &t);
        tell_row(s, TABLE_TIMERS, event->node, id.slot, row, text_length(&t));
    }
}

void lab_snapshot(const struct lab *lab, const struct sink *sink) {
    struct scratch scratch;
    struct step s = {.lab = (struct lab *)lab,
                     .now = lab->at,
                     .number = lab->steps,
                     .sink = sink,
                     .scratch = &scratch}; /* nothing below writes to the lab */
    scratch.told = scratch.count = scratch.image_used = 0;
    if (!trace_wants(&s, WANT_STORY)) return;
    for (uint32_t i = 1; i <= lab->interface_count; i++) trace_interface(&s, i);
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) {
        if (dispatch.kinds[pool] == NULL) continue;
        struct id id = object_next(lab, pool, (struct id){0, 0});
        for (; id_is(id); id = object_next(lab, pool, id)) tell_object(&s, pool, id);
    }
    tell_timers(&s);
}
