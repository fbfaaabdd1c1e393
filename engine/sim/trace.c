#include "sim/trace.h"
/*
 * Records. A record is named (step, k); the first of a step is caused by the step that scheduled
 * it, the others by the first; what was lost, whatever killed it, by the step that sent it. Nothing
 * here changes the run: `spoken`, which decides whether what this step schedules is caused by it or
 * by its own cause, is set whether anybody listens or not.
 *
 * Story records are set down here and at the choke points; watched fields, table rows of objects
 * and their order: watch.c.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/scratch.h"
#include "sim/state.h"

enum { ROW_ROOM = 512, LABEL_ROOM = 96 };

void trace_emit(struct step *s, struct trace_record *r) {
    r->step = s->number;
    r->at = s->now;
    r->k = s->scratch->told++;
    if (r->cause_step == 0) r->cause_step = r->k == 0 ? s->cause_step : s->number;
    s->sink->record(s->sink->user, s->lab, r);
}

static bool story(struct step *s) {
    s->spoken = true;
    return trace_wants(s, WANT_STORY);
}

/* What the object is called: "10.0.0.1:40000 > 10.0.0.2:80". No text when it has no name. */
static void name_object(const struct lab *lab, struct text_memo *memos, uint32_t pool, struct id id,
                        char room[LABEL_ROOM], struct trace_record *r) {
    const struct object_kind *kind = pool < POOL_COUNT ? dispatch.kinds[pool] : NULL;
    if (kind == NULL || kind->label == NULL || object_get(lab, pool, id) == NULL) return;
    struct text t = text_of(room, LABEL_ROOM);
    t.memos = memos;
    kind->label(lab, id, &t);
    r->text = room;
    r->text_length = text_length(&t);
}

/* ------------------------------------------------------------------------------------- frames */

static void frame_names(struct lab *lab, const struct frame *f, struct trace_record *r) {
    r->origin = f->note.origin;
    r->number = f->note.number;
    r->connection = f->note.connection;
    r->seq_base = f->note.seq_base;
    r->ack_base = f->note.ack_base;
    r->retransmission = (uint16_t)f->note.retransmission;
    assert(f->note.origin <= lab->node_count);
}

static void frame_ends(struct lab *lab, enum trace_kind kind, uint32_t link, uint32_t direction,
                       struct trace_record *r) {
    const struct link *l = link_at(lab, link);
    uint32_t from = interface_at(lab, l->interface[direction])->node;
    uint32_t to = interface_at(lab, l->interface[1 - direction])->node;
    r->link = link;
    r->node = kind == TRACE_DELIVERED ? to : from;
    r->peer = kind == TRACE_DELIVERED ? from : to;
}

/* `link` 0: the interface of that global number has no cable. */
void trace_frame(struct step *s, enum trace_kind kind, uint32_t link, uint32_t direction,
                 struct id id, sim_time until, uint32_t reason, uint32_t where_ppm) {
    if (!story(s)) return;
    struct trace_record r;
    record_begin(&r, kind, 0);
    r.until = until;
    r.reason = (uint16_t)reason;
    r.where_ppm = where_ppm;
    const struct frame *f = frame_at(s->lab, id);
    frame_names(s->lab, f, &r);
    if (link != 0) {
        frame_ends(s->lab, kind, link, direction, &r);
        if (kind == TRACE_LOST) r.cause_step = f->sent_step;
    } else {
        r.node = interface_at(s->lab, direction)->node;
    }
    r.octets = frame_octets(s->lab, id);
    r.octet_count = frame_count(s->lab, id);
    trace_emit(s, &r);
}

void trace_dropped(struct step *s, uint32_t node, struct id frame, enum reason reason,
                   const char *clause) {
    assert(reason > REASON_NONE && reason < REASON_COUNT);
    if (!story(s)) return;
    struct trace_record r = {
        .kind = TRACE_DROPPED, .node = node, .reason = (uint16_t)reason, .clause = clause};
    if (id_is(frame)) frame_names(s->lab, frame_at(s->lab, frame), &r);
    trace_emit(s, &r);
}

/* ------------------------------------------------------------------- what protocol code tells */

void trace_state(struct step *s, uint32_t node, enum machine machine, struct id object,
                 uint32_t before, uint32_t after, const char *clause) {
    if (!story(s)) return;
    struct trace_record r = {.kind = TRACE_STATE,
                             .node = node,
                             .machine = machine,
                             .object = object.slot,
                             .before = before,
                             .after = after,
                             .clause = clause};
    char label[LABEL_ROOM];
    name_object(s->lab, s->memos, dispatch.machine_pool(machine), object, label, &r);
    trace_emit(s, &r);
}

void trace_rule(struct step *s, uint32_t node, struct id object, const char *clause,
                const char *text, bool went_on) {
    if (!trace_wants(s, WANT_RULES)) return;
    struct trace_record r = {.kind = TRACE_RULE,
                             .node = node,
                             .object = object.slot,
                             .after = went_on,
                             .clause = clause,
                             .text = text,
                             .text_length = text == NULL ? 0 : strlen(text)};
    trace_emit(s, &r);
}

void trace_output(struct step *s, uint32_t node, struct id process, const char *text,
                  size_t length) {
    if (!story(s)) return;
    struct trace_record r = {.kind = TRACE_OUTPUT,
                             .node = node,
                             .object = process.slot,
                             .text = text,
                             .text_length = length};
    trace_emit(s, &r);
}

void trace_call(struct step *s, uint32_t node, struct id process, const char *text, int64_t value) {
    if (!story(s)) return;
    struct trace_record r = {.kind = TRACE_CALL,
                             .node = node,
                             .object = process.slot,
                             .after = (uint64_t)value,
                             .text = text,
                             .text_length = strlen(text)};
    trace_emit(s, &r);
}

void trace_stream(struct step *s, uint32_t node, struct id socket, enum stream_direction direction,
                  const uint8_t *octets, size_t count) {
    if (!trace_wants(s, WANT_STREAMS)) return;
    struct trace_record r = {.kind = TRACE_STREAM,
                             .node = node,
                             .object = socket.slot,
                             .before = direction,
                             .octets = octets,
                             .octet_count = count};
    char label[LABEL_ROOM];
    name_object(s->lab, s->memos, POOL_SOCKET, socket, label, &r);
    trace_emit(s, &r);
}

void trace_command(struct step *s, uint32_t node, const char *text) {
    if (!story(s)) return;
    struct trace_record r = {
        .kind = TRACE_COMMAND, .node = node, .text = text, .text_length = strlen(text)};
    trace_emit(s, &r);
}

/* ------------------------------------------------------------------- timers and interfaces */

static void text_in_json(struct text *t, const char *s) {
    text_char(t, '"');
    text_add(t, s);
    text_char(t, '"');
}

void timer_row(const struct lab *lab, struct id id, struct text *t) {
    const struct event *event = object_get(lab, POOL_EVENT, id);
    const char *clause = timer_clause(event->kind);
    struct trace_record named = {.text = NULL};
    char label[LABEL_ROOM];
    name_object(lab, NULL, timer_owner_pool(event->kind), event->owner, label, &named);
    text_char(t, '[');
    text_in_json(t, engine_name(NAME_TIMER, event->kind));
    text_char(t, ',');
    text_in_json(t, named.text == NULL ? "" : named.text);
    text_add(t, ",\"");
    text_seconds(t, event->at, 6);
    text_add(t, "\",");
    text_in_json(t, clause == NULL ? "" : clause);
    text_char(t, ']');
}

/* What the table of timers shows follows from these records, so its rows are told in snapshots
 * alone. */
void trace_timer(struct step *s, enum trace_kind kind, struct id id) {
    if (!story(s)) return;
    const struct event *event = object_get(s->lab, POOL_EVENT, id);
    struct trace_record r;
    record_begin(&r, kind, event->node);
    r.timer = (uint16_t)event->kind;
    r.object = event->owner.slot;
    r.until = event->at;
    r.clause = timer_clause(event->kind);
    char label[LABEL_ROOM];
    name_object(s->lab, s->memos, timer_owner_pool(event->kind), event->owner, label, &r);
    trace_emit(s, &r);
}

void trace_interface(struct step *s, uint32_t global_number) {
    if (!story(s)) return;
    char row[ROW_ROOM];
    struct text t = text_of(row, sizeof row);
    if (!dispatch.interface_row(s->lab, global_number, &t)) return;
    struct trace_record r = {.kind = TRACE_TABLE,
                             .table = TABLE_INTERFACES,
                             .node = interface_at(s->lab, global_number)->node,
                             .object = global_number,
                             .text = row,
                             .text_length = text_length(&t)};
    trace_emit(s, &r);
}
