#include "room.h"
/*
 * The watched fields of one object over a timeline, for charts. The story does not say them, and
 * `full` says those of all objects; so the timeline is re-run from the nearest keyframe, in slices,
 * and what the object's fields became is written down: where (at the first of the
 * story's events of that step), which field, what value.
 */
#include <stdlib.h>
#include <string.h>

#include "labs.h"

enum { STEPS_AT_ONCE = 256, SAMPLES_MAX = 400000 };

struct sampling {
    struct replay replay;
    size_t block;
    const struct timeline *timeline;
    struct buffer *out;
    uint32_t node, object, machine, count;
    uint32_t i; /* the first event that is not of a step before the one asked about last */
    uint32_t to;
    bool full;
};

static void sampling_free(void *state) {
    struct sampling *s = state;
    block_unmap(s->replay.lab, s->block);
    free(s);
}

/* The first event of a step in the story, or, when it has none there, the last one before; steps
 * come in order, so the search only goes on. */
static uint32_t event_of(struct sampling *s, uint64_t step) {
    const struct strand *strand = &s->timeline->strand[DETAIL_STORY];
    while (s->i < strand->count && mark_step(strand->marks[s->i]) < step) s->i++;
    bool shown = s->i < strand->count && mark_step(strand->marks[s->i]) == step;
    return shown || s->i == 0 ? s->i : s->i - 1;
}

static void sample(void *user, const struct lab *lab, const struct trace_record *r) {
    struct sampling *s = user;
    (void)lab;
    if (r->kind != TRACE_VARIABLE || r->object != s->object || r->node != s->node ||
        engine_field_machine(r->field) != s->machine)
        return;
    uint32_t i = event_of(s, r->step);
    if (s->full) return;
    if (s->count == SAMPLES_MAX) {
        s->full = true;
        s->to = i; /* asked for again from here */
        return;
    }
    buffer_printf(s->out, "%s%u,%u,", s->count++ ? "," : "", i, r->field);
    buffer_u64(s->out, story_value(r, r->after));
}

static uint32_t machine_named(const char *name) {
    uint32_t machine = 0;
    for (const char *known; (known = engine_name(NAME_MACHINE, machine)) != NULL; machine++)
        if (!strcmp(known, name)) break;
    return machine;
}

static void write_names(struct buffer *out, uint32_t machine) {
    const char *name;
    bool first = true;
    buffer_add(out, "{\"names\":{");
    for (uint32_t field = 0; (name = engine_name(NAME_FIELD, field)) != NULL; field++) {
        if (engine_field_machine(field) != machine) continue;
        buffer_printf(out, "%s\"%u\":", first ? "" : ",", field);
        buffer_json_string(out, name);
        first = false;
    }
    buffer_add(out, "},\"samples\":[");
}

/* False: the job has failed. */
static bool sampling_begin(struct timeline *t, struct job *job) {
    uint32_t machine = machine_named(job->slug), node = lab_node_named(t->lab, job->node);
    if (engine_gauges(machine) == NULL)
        return !job_fail(job, 404, "no_machine", "m", "no machine %s is watched", job->slug);
    if (node == 0)
        return !job_fail(job, 404, "no_node", "node", "this lab has no node %s", job->node);
    struct sampling *s = calloc(1, sizeof *s);
    uint64_t step = timeline_step_at(t, DETAIL_STORY, job->from);
    struct lab *lab = s ? timeline_seek(t, step) : NULL;
    if (!lab) {
        free(s);
        return !job_fail(job, 503, "memory", "", "no memory; try again later");
    }
    *s = (struct sampling){
        .replay = {lab, &t->journal, journal_position(&t->journal, step), lab_steps(t->lab)},
        .block = t->block,
        .timeline = t,
        .out = &job->body,
        .node = node,
        .object = (uint32_t)job->index,
        .machine = machine};
    s->i = timeline_count_at(t, DETAIL_STORY, step);
    job->state = s;
    job->state_free = sampling_free;
    write_names(&job->body, machine);
    return true;
}

bool job_variables(struct room *room, struct job *job) {
    struct timeline *t = room_timeline(room, job->timeline);
    if (!t)
        return job_fail(job, 404, "no_timeline", "timeline", "this lab has no timeline %s",
                        job->timeline);
    if (room_seen_refuses(room, job)) return true;
    if (!job->state && !sampling_begin(t, job)) return true;
    struct sampling *s = job->state;
    struct sink sink = {sample, s, WANT_VARIABLES};
    bool fits, over = replay_some(&s->replay, &sink, STEPS_AT_ONCE, &fits);
    if (!room_weigh(room, job)) return true;
    if (!over && !s->full) return false;
    if (!s->full) s->to = timeline_count_at(t, DETAIL_STORY, lab_steps(s->replay.lab));
    buffer_printf(&job->body, "],\"from\":%u,\"to\":%u}\n", job->from, s->to);
    return true;
}
