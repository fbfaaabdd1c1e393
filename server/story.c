#include "story.h"
/*
 * One stream: each trace record that the stream shows becomes one line, written straight into a
 * buffer that is used again for the next; no JSON library. Keys stand in a fixed order, so equal
 * runs give equal octets.
 *
 * The engine names causes by step; a reader wants the index of an event in the same stream. So a
 * story keeps marks: for each step the event that stands for it (the first that the stream shows,
 * or, when it shows none, the step's own cause), for each frame its `tx` and for each timer its
 * `set`. Marks are in the order of steps, so a cause is found by bisection, and a fork is a copy
 * of the marks up to its step.
 *
 * What is said of the whole lab (hello, snapshot) is in story_world.c.
 */
#include <stdlib.h>
#include <string.h>

#include "story_line.h"

enum mark_kind { MARK_STEP, MARK_SILENT, MARK_FRAME, MARK_TIMER };
struct mark {
    uint64_t step;
    uint32_t i; /* index of the event; for MARK_SILENT that of the step's cause */
    uint16_t kind;
    uint16_t what; /* link or timer kind */
    uint32_t a, b; /* origin and number, or node and object */
};

struct story {
    struct mark *marks;
    size_t mark_count, mark_room;
    struct buffer line;
    story_out *out;
    void *user;
    enum detail detail;
    uint32_t next;
    uint64_t step;       /* the step whose records are coming in */
    uint32_t step_cause; /* what the first shown event of that step is caused by */
    size_t step_first;   /* its first mark, once it was shown */
    bool step_shown;
    bool failed;
};

const char *detail_name(enum detail detail) {
    return detail == DETAIL_FULL ? "full" : "story";
}

/* ----------------------------------------------------------------------------- marks and causes */

static void add_mark(struct story *s, struct mark mark) {
    if (s->mark_count == s->mark_room) {
        size_t room = s->mark_room == 0 ? 256 : 2 * s->mark_room;
        struct mark *marks = realloc(s->marks, room * sizeof *marks);
        if (marks == NULL) {
            s->failed = true;
            return;
        }
        s->marks = marks;
        s->mark_room = room;
    }
    s->marks[s->mark_count++] = mark;
}

/* The first mark of the first step that is not before `step`. */
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

/* The mark within a step that a record goes back to: its frame's tx, its timer's last set. */
static bool same_origin(const struct mark *m, const struct trace_record *r) {
    switch (r->kind) {
    case TRACE_DELIVERED:
    case TRACE_LOST:
        return m->kind == MARK_FRAME && m->what == r->link && m->a == r->origin &&
               m->b == r->number;
    case TRACE_TIMER_FIRED:
        return m->kind == MARK_TIMER && m->what == r->timer && m->a == r->node && m->b == r->object;
    default: return false;
    }
}

/* Of the marks from `first` on that belong to the step. */
static uint32_t cause_among(const struct story *s, size_t first, uint64_t step,
                            const struct trace_record *r) {
    uint32_t cause = NO_CAUSE;
    for (size_t at = first; at < s->mark_count && s->marks[at].step == step; at++)
        if (at == first || same_origin(&s->marks[at], r)) cause = s->marks[at].i;
    return cause;
}

static uint32_t find_cause(const struct story *s, uint64_t step, const struct trace_record *r) {
    return cause_among(s, find_step(s, step), step, r);
}

static void begin_step(struct story *s, const struct trace_record *r) {
    if (s->step != 0 && !s->step_shown && s->step_cause != NO_CAUSE)
        add_mark(s, (struct mark){.step = s->step, .i = s->step_cause, .kind = MARK_SILENT});
    s->step = r->step;
    s->step_shown = false;
    s->step_cause = r->cause_step == 0 ? NO_CAUSE : find_cause(s, r->cause_step, r);
}

/* Within a step the marks of that step stand at the end: no search is needed. */
static uint32_t cause_of(struct story *s, const struct trace_record *r) {
    return s->step_shown ? cause_among(s, s->step_first, r->step, r) : s->step_cause;
}

static void remember(struct story *s, const struct trace_record *r) {
    if (!s->step_shown) {
        s->step_first = s->mark_count;
        add_mark(s, (struct mark){.step = r->step, .i = s->next, .kind = MARK_STEP});
    }
    s->step_shown = true;
    if (r->kind == TRACE_SENT)
        add_mark(s, (struct mark){.step = r->step,
                                  .i = s->next,
                                  .kind = MARK_FRAME,
                                  .what = (uint16_t)r->link,
                                  .a = r->origin,
                                  .b = r->number});
    if (r->kind == TRACE_TIMER_SET)
        add_mark(s, (struct mark){.step = r->step,
                                  .i = s->next,
                                  .kind = MARK_TIMER,
                                  .what = r->timer,
                                  .a = r->node,
                                  .b = r->object});
}

static void take_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct story *s = user;
    if (s->failed) return;
    if (r->step != s->step) begin_step(s, r);
    const char *kind = story_kind(s->detail, r->kind);
    if (kind == NULL) return;
    story_write(&s->line, lab, r, kind, s->next, cause_of(s, r));
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

struct story *story_fork(const struct story *parent, uint64_t step, story_out *out, void *user) {
    struct story *s = story_new(parent->detail, out, user);
    if (s == NULL) return NULL;
    size_t count = find_step(parent, step + 1);
    s->marks = malloc((count + 1) * sizeof *s->marks);
    if (s->marks == NULL) {
        free(s);
        return NULL;
    }
    if (count > 0) memcpy(s->marks, parent->marks, count * sizeof *s->marks);
    s->mark_count = count;
    s->mark_room = count + 1;
    s->next = parent->next;
    for (size_t at = count; at < parent->mark_count; at++)
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
    free(s);
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
