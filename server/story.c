#include "story.h"
/*
 * One stream: each trace record that the stream shows becomes one line, written straight into a
 * buffer that is used again for the next; no JSON library. Keys stand in a fixed order, so equal
 * runs give equal octets.
 *
 * The engine names causes by step; a reader wants the index of an event in the same stream. So a
 * story keeps marks: for each step the event that stands for it (the first that the stream shows,
 * or, when it shows none, the step's own cause) and for each timer its `set`. Frames have a list of
 * their own, for each of them ends once: what arrives or dies goes back to the `tx` that has not
 * ended yet and fits best. Both lists are in the order of steps, so a cause is found by bisection,
 * and a fork is a copy of what lies up to its step.
 *
 * What is said of the whole lab (hello, snapshot) is in story_world.c.
 */
#include <stdlib.h>
#include <string.h>

#include "story_line.h"

enum mark_kind { MARK_STEP, MARK_SILENT, MARK_TIMER };
struct mark {
    uint64_t step;
    uint32_t i; /* index of the event; for MARK_SILENT that of the step's cause */
    uint16_t kind, timer;
    uint32_t node, object;
};
struct flight {
    uint64_t step, ended; /* ended: the step in which it arrived or died; 0: not yet */
    sim_time at, until;
    uint32_t i, link, from, origin, number, reserved;
};

struct story {
    struct mark *marks;
    struct flight *flights;
    size_t mark_count, mark_room, flight_count, flight_room;
    struct buffer line;
    const char *const *names;
    story_out *out;
    void *user;
    enum detail detail;
    uint32_t next;
    uint64_t step;       /* the step whose records are coming in */
    uint32_t step_cause; /* what the first shown event of that step is caused by */
    uint32_t step_first; /* the first event of that step, once it was shown */
    bool step_shown;
    bool failed;
};

const char *detail_name(enum detail detail) {
    return detail == DETAIL_FULL ? "full" : "story";
}

/* ----------------------------------------------------------------------------- marks and causes */

/* Room for one more; false: out of memory, and the story has failed. */
static bool grow(struct story *s, void **list, size_t count, size_t *room, size_t size) {
    if (count < *room) return true;
    size_t more = *room == 0 ? 256 : 2 * *room;
    void *grown = realloc(*list, more * size);
    if (grown == NULL) {
        s->failed = true;
        return false;
    }
    *list = grown;
    *room = more;
    return true;
}

static void add_mark(struct story *s, struct mark mark) {
    void *list = s->marks;
    bool fits = grow(s, &list, s->mark_count, &s->mark_room, sizeof mark);
    s->marks = list;
    if (fits) s->marks[s->mark_count++] = mark;
}

static void add_flight(struct story *s, const struct trace_record *r) {
    void *list = s->flights;
    bool fits = grow(s, &list, s->flight_count, &s->flight_room, sizeof *s->flights);
    s->flights = list;
    if (!fits) return;
    s->flights[s->flight_count++] = (struct flight){.step = r->step,
                                                    .at = r->at,
                                                    .until = r->until,
                                                    .i = s->next,
                                                    .link = r->link,
                                                    .from = r->node,
                                                    .origin = r->origin,
                                                    .number = r->number};
}

/* The first mark of the first step that is not before `step`; flights likewise. */
static size_t find_step(const struct story *s, uint64_t step) {
    size_t low = 0, high = s->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->marks[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
static size_t find_flights(const struct story *s, uint64_t step) {
    size_t low = 0, high = s->flight_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->flights[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How badly a frame that is under way fits the record of its end: 0 perfectly, in ns; -1 not. */
static sim_time misfit(const struct flight *f, const struct trace_record *r) {
    uint32_t from = r->kind == TRACE_LOST ? r->node : r->peer;
    if (f->ended != 0 || f->number != r->number || f->origin != r->origin || f->link != r->link ||
        f->from != from)
        return -1;
    sim_time way = f->until - f->at;
    sim_time end = r->kind == TRACE_DELIVERED ? f->until
                                              : f->at + way / 1000000 * r->where_ppm +
                                                    way % 1000000 * r->where_ppm / 1000000;
    return end > r->at ? end - r->at : r->at - end;
}

/* The frame that ends with this record: sent in the step that the record names, or, failing that,
 * in any step before. */
static uint32_t end_flight(struct story *s, const struct trace_record *r) {
    struct flight *best = NULL;
    sim_time least = INT64_MAX;
    for (size_t at = find_flights(s, r->cause_step);
         at < s->flight_count && s->flights[at].step == r->cause_step; at++) {
        sim_time off = misfit(&s->flights[at], r);
        if (off < 0 || off >= least) continue;
        best = &s->flights[at];
        least = off;
    }
    for (size_t at = s->flight_count; best == NULL && at-- > 0;)
        if (misfit(&s->flights[at], r) >= 0) best = &s->flights[at];
    if (best == NULL) return NO_CAUSE;
    best->ended = r->step;
    return best->i;
}

/* The event of an earlier step that led to a record: its timer's last `set`, else the first. */
static uint32_t find_cause(const struct story *s, const struct trace_record *r) {
    uint32_t cause = NO_CAUSE;
    size_t first = find_step(s, r->cause_step);
    for (size_t at = first; at < s->mark_count && s->marks[at].step == r->cause_step; at++) {
        const struct mark *m = &s->marks[at];
        if (at == first || (r->kind == TRACE_TIMER_FIRED && m->kind == MARK_TIMER &&
                            m->timer == r->timer && m->node == r->node && m->object == r->object))
            cause = m->i;
    }
    return cause;
}

static void begin_step(struct story *s, const struct trace_record *r) {
    if (s->step != 0 && !s->step_shown && s->step_cause != NO_CAUSE)
        add_mark(s, (struct mark){.step = s->step, .i = s->step_cause, .kind = MARK_SILENT});
    s->step = r->step;
    s->step_shown = false;
    s->step_cause = r->cause_step == 0 ? NO_CAUSE : find_cause(s, r);
}

static uint32_t cause_of(struct story *s, const struct trace_record *r) {
    if (r->kind == TRACE_DELIVERED || r->kind == TRACE_LOST) {
        uint32_t sent = end_flight(s, r);
        if (sent != NO_CAUSE) return sent;
    }
    return s->step_shown ? s->step_first : s->step_cause;
}

static void remember(struct story *s, const struct trace_record *r) {
    if (!s->step_shown) {
        s->step_first = s->next;
        add_mark(s, (struct mark){.step = r->step, .i = s->next, .kind = MARK_STEP});
    }
    s->step_shown = true;
    if (r->kind == TRACE_SENT) add_flight(s, r);
    if (r->kind == TRACE_TIMER_SET)
        add_mark(s, (struct mark){.step = r->step,
                                  .i = s->next,
                                  .kind = MARK_TIMER,
                                  .timer = r->timer,
                                  .node = r->node,
                                  .object = r->object});
}

static void take_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct story *s = user;
    if (s->failed) return;
    if (r->step != s->step) begin_step(s, r);
    const char *kind = story_kind(s->detail, r->kind);
    if (kind == NULL) return;
    const struct story_cast cast = {.lab = lab, .names = s->names};
    story_write(&s->line, &cast, r, kind, s->next, cause_of(s, r));
    remember(s, r);
    if (s->line.failed || s->next == NO_CAUSE - 1) s->failed = true;
    if (s->failed) return;
    struct story_line line = {.text = s->line.data,
                              .length = s->line.length,
                              .i = s->next,
                              .t = r->at,
                              .step = r->step,
                              .interesting = story_interesting(r->kind),
                              .lost = r->kind == TRACE_LOST};
    s->next++;
    s->out(s->user, &line);
}

/* ---------------------------------------------------------------------------------- life of one */

struct story *story_new(enum detail detail, story_out *out, void *user) {
    struct story *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->detail = detail;
    s->out = out;
    s->user = user;
    s->step_cause = NO_CAUSE;
    return s;
}

/* What was under way at the fork is under way again in the child. */
static bool copy_lists(struct story *s, const struct story *parent, uint64_t step) {
    size_t marks = find_step(parent, step + 1), flights = find_flights(parent, step + 1);
    s->marks = malloc((marks + 1) * sizeof *s->marks);
    s->flights = malloc((flights + 1) * sizeof *s->flights);
    if (s->marks == NULL || s->flights == NULL) return false;
    if (marks > 0) memcpy(s->marks, parent->marks, marks * sizeof *s->marks);
    if (flights > 0) memcpy(s->flights, parent->flights, flights * sizeof *s->flights);
    s->mark_count = marks;
    s->mark_room = marks + 1;
    s->flight_count = flights;
    s->flight_room = flights + 1;
    for (size_t i = 0; i < flights; i++)
        if (s->flights[i].ended > step) s->flights[i].ended = 0;
    return true;
}

struct story *story_fork(const struct story *parent, uint64_t step, story_out *out, void *user) {
    struct story *s = story_new(parent->detail, out, user);
    if (s == NULL || !copy_lists(s, parent, step)) {
        story_free(s);
        return NULL;
    }
    s->next = parent->next;
    for (size_t at = s->mark_count; at < parent->mark_count; at++)
        if (parent->marks[at].kind == MARK_STEP) {
            s->next = parent->marks[at].i; /* the first event of a later step */
            break;
        }
    if (step >= parent->step) {
        s->step = parent->step;
        s->step_cause = parent->step_cause;
        s->step_shown = parent->step_shown;
        s->step_first = parent->step_first;
    }
    return s;
}

void story_free(struct story *s) {
    if (s == NULL) return;
    buffer_free(&s->line);
    free(s->marks);
    free(s->flights);
    free(s);
}

void story_name_nodes(struct story *s, const char *const *names) {
    s->names = names;
}

struct sink story_sink(struct story *s) {
    unsigned more = s->detail == DETAIL_FULL ? WANT_VARIABLES | WANT_RULES : 0;
    return (struct sink){.record = take_record, .user = s, .wants = WANT_STORY | more};
}

uint32_t story_next(const struct story *s) {
    return s->next;
}
bool story_failed(const struct story *s) {
    return s->failed;
}
