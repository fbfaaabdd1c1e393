#include "room.h"
/*
 * What people ask of a room and what changes it: creation, commands and branches, the motion of a
 * head, the class's cursor; and its description. Each job runs on the room's worker.
 *
 * A command at the head needs the control key and is appended; one in the past, or from somebody
 * without the key, makes a branch. A repeat of a client's id gets the first answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs.h"
#include "metrics.h"
#include "record.h"

#define RUN_PATIENCE_NS 2000000000ll /* a run that takes longer is answered 202 and goes on */
enum { STEPS_AT_ONCE = 64, STEP_LIMIT = 2000000, OUTSIDE_MOST = 8 };

static bool no_timeline(struct job *job) {
    return job_fail(job, 404, "no_timeline", "timeline", "this lab has no timeline %s",
                    job->timeline);
}
static bool no_control(struct job *job) {
    return job_fail(job, 403, "no_control", "Authorization",
                    "only the holder of the control key may do this; a command makes a branch of "
                    "your own");
}

/* -------------------------------------------------------------------------------- creation */

static void record_first_line(struct room *room, const struct job *job,
                              const struct record_outside *outside, size_t count) {
    struct record_names names = {room->id, room->key, room->join};
    record_begin(&room->record, &names, room->scenario->scenario.seed, outside, count,
                 job->record.data, job->record.length);
}

static bool create_fails(struct room *room, struct job *job, unsigned status, const char *code,
                         const char *place, const char *say) {
    job_fail(job, status, code, place, "%s", say);
    atomic_store(&room->state, ROOM_PARKED); /* empty: it is let go at the next second */
    labs_forget(room->labs, room);
    return true;
}

bool job_create(struct room *room, struct job *job) {
    struct complaint why;
    room->scenario = job->scenario;
    job->scenario = NULL;
    struct record_outside outside[OUTSIDE_MOST];
    size_t outside_count = job->joins ? outside_join_all(room->scenario, outside, OUTSIDE_MOST) : 0;
    size_t size = lab_size(&room->scenario->scenario);
    if (!size)
        return create_fails(room, job, 400, "bad_scenario", "limits",
                            "the limits are out of range");
    if (size > labs_options(room->labs)->lab_octets)
        return create_fails(room, job, 413, "lab_too_large", "limits",
                            "this lab needs more memory than one lab may have; lower its limits");
    struct lab *lab = block_map(size);
    if (!lab)
        return create_fails(room, job, 503, "memory", "", "the server is out of memory; try later");
    if (!lab_create(lab, size, &room->scenario->scenario, &why)) {
        block_unmap(lab, size);
        return create_fails(room, job, 400, "bad_scenario", why.place, why.problem);
    }
    if (!room_add(room, timeline_create("T0", lab, size, &room->pool, &room->config)))
        return create_fails(room, job, 503, "memory", "", "the server is out of memory; try later");
    room->next_number = 1;
    record_first_line(room, job, outside, outside_count);
    room_record_save(room);
    atomic_store(&room->state, ROOM_LIVE);
    metric_add(METRIC_LABS_CREATED, 1);
    job->status = 201;
    buffer_printf(&job->body,
                  "{\"lab\":\"%s\",\"key\":\"%s\",\"join\":\"%s\",\"timeline\":\"T0\","
                  "\"url\":\"/l/%s\"}\n",
                  room->id, room->key, room->join, room->id);
    return true;
}

/* ----------------------------------------------------------------------------- description */

static void describe_timeline(struct buffer *out, const struct timeline *t, sim_time now) {
    buffer_printf(out, "{\"id\":\"%s\",\"parent\":", t->id);
    if (t->parent)
        buffer_printf(out, "\"%s\",\"at\":%u", t->parent->id,
                      timeline_count_at(t, DETAIL_STORY, t->fork_step));
    else
        buffer_add(out, "null,\"at\":0");
    buffer_printf(out, ",\"head\":%u,\"head_t\":%lld,\"running\":%s,\"stopped\":", timeline_head(t),
                  (long long)now, t->motion == MOTION_PAUSED ? "false" : "true");
    if (t->motion == MOTION_PAUSED)
        buffer_json_string(out, t->stopped);
    else
        buffer_add(out, "null");
    buffer_add(out, ",\"title\":");
    /* What made a branch is its first own command. */
    size_t first = journal_position(&t->journal, t->fork_step);
    if (t->parent && first < t->journal.count)
        buffer_json_string(out, t->journal.entries[first].line);
    else
        buffer_add(out, "\"\"");
    buffer_char(out, '}');
}

bool job_describe(struct room *room, struct job *job) {
    struct buffer *out = &job->body;
    buffer_printf(out, "{\"lab\":\"%s\",\"join\":\"%s\",\"title\":", room->id, room->join);
    buffer_json_string(out, room->scenario->title ? room->scenario->title : "");
    buffer_char(out, ',');
    room_seen_world(out, room);
    buffer_add(out, ",\"timelines\":[");
    for (uint32_t n = 0; n < room->timeline_count; n++) {
        if (n) buffer_char(out, ',');
        const struct timeline *t = room->timelines[n];
        describe_timeline(out, t, room->seen ? seen_end(room->seen) : lab_now(t->lab));
    }
    buffer_add(out, "],\"devices\":");
    if (labs_options(room->labs)->devices) {
        room_describe_devices(room, out);
        room_describe_outside(room, out);
    } else {
        buffer_add(out, "null");
    }
    buffer_printf(out, ",\"viewers\":%u,\"class\":", atomic_load(&room->channel->viewers));
    if (room->class_known) {
        buffer_add(out, "{\"timeline\":");
        buffer_json_string(out, room->class_timeline);
        buffer_printf(out, ",\"i\":%u,\"question\":", room->class_i);
        if (*room->class_question)
            buffer_json_string(out, room->class_question);
        else
            buffer_add(out, "null");
        buffer_char(out, '}');
    } else {
        buffer_add(out, "null");
    }
    buffer_add(out, "}\n");
    return true;
}

/* -------------------------------------------------------------------------------- commands */

static struct answer *answer_of(struct room *room, const char *name) {
    for (uint32_t n = 0; n < ROOM_ANSWERS; n++)
        if (room->answers[n].body && !strcmp(room->answers[n].name, name)) return &room->answers[n];
    return NULL;
}

/* Of two people who choose the same id, each keeps his own: the key and the timeline are part of
 * what a repeat must repeat. */
static void answer_name(const struct job *job, char out[ROOM_ANSWER_NAME]) {
    snprintf(out, ROOM_ANSWER_NAME, "%s %s %s", job->timeline, job->client_id, job->key);
}

static void keep_answer(struct room *room, const struct job *job, const char *name) {
    struct answer *a = &room->answers[room->answer_count++ % ROOM_ANSWERS];
    free(a->body);
    a->body = malloc(job->body.length + 1);
    if (!a->body) return;
    memcpy(a->body, job->body.data, job->body.length);
    a->length = job->body.length;
    a->status = job->status;
    snprintf(a->name, sizeof a->name, "%s", name);
}

/* The last quarter is the key holder's, so that viewers cannot take all from him. */
static bool may_branch(struct room *room, struct job *job) {
    uint32_t most = labs_options(room->labs)->timelines;
    if (!same_secret(job->key, room->key)) most -= most / 4;
    if (room->timeline_count >= most)
        job_fail(job, 429, "too_many_timelines", "", "this lab has as many timelines as it may");
    else if (room->starved || !labs_memory_left(room->labs, lab_used(room->timelines[0]->lab)))
        job_fail(job, 503, "memory", "", "the server has no memory for a branch; try again later");
    else
        return true;
    return false;
}

/* Whoever branches without the lab's key gets a key of his own for what he made. */
static void give_key(const struct room *room, const struct job *job, const struct timeline *parent,
                     struct timeline *t) {
    if (same_secret(job->key, room->key)) return;
    if (same_secret(job->key, parent->key))
        snprintf(t->key, sizeof t->key, "%s", parent->key);
    else
        random_key(t->key);
}

/* The branch is made and commanded before the room knows of it: a refusal leaves nothing. */
static struct timeline *branch(struct room *room, struct job *job, struct timeline *parent,
                               uint64_t step) {
    char id[TIMELINE_ID];
    if (!may_branch(room, job)) return NULL;
    snprintf(id, sizeof id, "T%u", room->next_number);
    room_flush(room, parent, wall_now());
    struct timeline *t = timeline_fork(parent, id, step);
    if (!t) {
        job_fail(job, 503, "memory", "", "the server has no memory for a branch; try again later");
        return NULL;
    }
    give_key(room, job, parent, t);
    return t;
}

static bool find_node(struct room *room, struct job *job, uint32_t *node) {
    *node = 0;
    if (!*job->node) return true;
    if (strlen(job->node) < 32) *node = lab_node_named(room->timelines[0]->lab, job->node);
    if (!*node) job_fail(job, 400, "no_node", "node", "this lab has no node %s", job->node);
    return *node != 0;
}

static sim_time command_time(const struct job *job, const struct timeline *t) {
    sim_time now = lab_now(t->lab);
    if (t->motion == MOTION_PACED) now = pacer_target(&t->pacer, wall_now());
    return job->time > now ? job->time : now;
}

/* `t` has carried it out; says so in the record and in the answer. */
static void command_done(struct room *room, struct job *job, struct timeline *t, uint32_t i,
                         bool new_branch) {
    if (new_branch) {
        room->next_number++;
        room_record_fork(room, t);
    }
    room_record_command(room, t, &t->journal.entries[t->journal.count - 1]);
    room_record_save(room);
    buffer_add(&job->body, "{\"id\":");
    buffer_json_string(&job->body, job->client_id);
    buffer_printf(&job->body, ",\"timeline\":\"%s\",\"step\":%llu,\"i\":%u", t->id,
                  (unsigned long long)lab_steps(t->lab), i);
    if (new_branch)
        buffer_printf(&job->body, ",\"parent\":\"%s\",\"at\":%u", t->parent->id,
                      timeline_count_at(t, DETAIL_STORY, t->fork_step));
    if (new_branch && *t->key) buffer_printf(&job->body, ",\"key\":\"%s\"", t->key);
    buffer_add(&job->body, "}\n");
}

static bool refused(struct job *job, const struct complaint *why) {
    return job_fail(job, 400, "bad_command", *why->place ? why->place : "line", "%s", why->problem);
}

static bool command_in_branch(struct room *room, struct job *job, struct timeline *parent,
                              uint32_t node, uint64_t step) {
    struct complaint why = {0};
    uint32_t i;
    struct timeline *t = branch(room, job, parent, step);
    if (!t) return true;
    if (!timeline_command(t, command_time(job, t), node, job->line, &why, &i)) {
        timeline_free(t);
        return refused(job, &why);
    }
    if (!room_add(room, t))
        return job_fail(job, 503, "memory", "", "the server has no memory for a branch");
    command_done(room, job, t, i, true);
    return true;
}

static bool command(struct room *room, struct job *job, struct timeline *t) {
    struct complaint why = {0};
    uint32_t node, i, head = timeline_head(t);
    if (!find_node(room, job, &node)) return true;
    if (job->has_at && job->at > head)
        return job_fail(job, 409, "future", "at", "timeline %s has %u events so far", t->id, head);
    if (!room_record_room(room, strlen(job->line) * 6 + 256))
        return job_fail(job, 429, "journal_full", "",
                        "this lab has had as many commands as it may");
    uint64_t step = job->has_at ? timeline_step_at(t, DETAIL_STORY, job->at) : lab_steps(t->lab);
    bool past = job->has_at && job->at < head && timeline_count_at(t, DETAIL_STORY, step) < head;
    if (past || !room_controls(room, t, job->key))
        return command_in_branch(room, job, t, node, past ? step : lab_steps(t->lab));
    if (!timeline_command(t, command_time(job, t), node, job->line, &why, &i))
        return refused(job, &why);
    command_done(room, job, t, i, false);
    return true;
}

bool job_command(struct room *room, struct job *job) {
    struct timeline *t = room_timeline(room, job->timeline);
    if (!t) return no_timeline(job);
    if (room_seen_refuses(room, job)) return true;
    char name[ROOM_ANSWER_NAME];
    answer_name(job, name);
    struct answer *before = answer_of(room, name);
    if (before) {
        job->status = before->status;
        buffer_span(&job->body, before->body, before->length);
        return true;
    }
    command(room, job, t);
    if (job->status == 200) keep_answer(room, job, name);
    return true;
}

/* ---------------------------------------------------------------------------------- motion */

static bool head_answer(struct job *job, const struct timeline *t, unsigned status) {
    job->status = status;
    buffer_printf(&job->body,
                  "{\"timeline\":\"%s\",\"head\":%u,\"head_t\":%lld,\"running\":%s,"
                  "\"stopped\":",
                  t->id, timeline_head(t), (long long)lab_now(t->lab),
                  t->motion == MOTION_PAUSED ? "false" : "true");
    if (t->motion == MOTION_PAUSED)
        buffer_json_string(&job->body, t->stopped);
    else
        buffer_add(&job->body, "null");
    buffer_add(&job->body, "}\n");
    return true;
}

static struct timeline *controlled(struct room *room, struct job *job) {
    struct timeline *t = room_timeline(room, job->timeline);
    if (!t) {
        no_timeline(job);
        return NULL;
    }
    if (!room_controls(room, t, job->key)) {
        no_control(job);
        return NULL;
    }
    return t;
}

static uint32_t interesting_since(const struct timeline *t, uint32_t from) {
    const struct strand *s = &t->strand[DETAIL_STORY];
    uint32_t n = 0;
    for (uint32_t i = from; i < s->count; i++) n += mark_interesting(s->marks[i]);
    return n;
}

/* One event that a person cares about, or `count` of them. job->from: where the search goes on,
 * job->to: how many have been found, job->index: steps taken for it. */
bool job_step(struct room *room, struct job *job) {
    if (room_seen_refuses(room, job)) return true;
    struct timeline *t = controlled(room, job);
    if (!t) return true;
    if (!job->state) {
        job->state = t; /* begun; nothing to free */
        job->from = timeline_head(t);
        t->motion = MOTION_PAUSED;
    }
    int64_t deadline = wall_now() + 1000000;
    if (room->starved) t->stopped = "memory";
    while (job->to < job->count && !room->starved) {
        enum stop stop = timeline_step(t, 1, SIM_TIME_MAX);
        job->to += interesting_since(t, job->from);
        job->from = timeline_head(t);
        t->stopped = "paused";
        if (stop == STOP_QUIET) t->stopped = "quiet";
        if (stop == STOP_LIVELOCK) t->stopped = "livelock";
        if (stop == STOP_END) t->stopped = "end";
        if (timeline_log_full(t)) t->stopped = "log_full";
        if (stop != STOP_BUDGET || timeline_log_full(t) || ++job->index >= STEP_LIMIT) break;
        if (job->to < job->count && wall_now() >= deadline) return false;
    }
    return head_answer(job, t, 200);
}

bool job_run(struct room *room, struct job *job) {
    if (room_seen_refuses(room, job)) return true;
    struct timeline *t = controlled(room, job);
    if (!t) return true;
    if (t->outlets && (!job->has_speed || job->speed != 1 || job->has_until))
        return job_fail(job, 409, "joined", "speed",
                        "a lab that is joined to a device runs in real time; give speed 1 and no "
                        "until, or detach the device");
    if (!job->state) {
        job->state = t;
        t->until = job->has_until ? job->until : SIM_TIME_MAX;
        t->motion = job->has_speed ? MOTION_PACED : MOTION_FAST;
        if (timeline_log_full(t)) {
            t->motion = MOTION_PAUSED;
            t->stopped = "log_full";
        }
        if (room->starved) {
            t->motion = MOTION_PAUSED;
            t->stopped = "memory";
        }
        if (job->has_speed && t->motion != MOTION_PAUSED) {
            pacer_begin(&t->pacer, job->speed, lab_now(t->lab), wall_now());
            return head_answer(job, t, 200);
        }
    }
    if (t->motion != MOTION_FAST) return head_answer(job, t, 200);
    if (wall_now() - job->begun < RUN_PATIENCE_NS) return false;
    return head_answer(job, t, 202);
}

bool job_pause(struct room *room, struct job *job) {
    if (room_seen_refuses(room, job)) return true;
    struct timeline *t = controlled(room, job);
    if (!t) return true;
    if (t->motion ==
        MOTION_PACED) /* the head is where the wall's clock is, not at the last event */
        timeline_step(t, STEPS_AT_ONCE, pacer_target(&t->pacer, wall_now()));
    t->motion = MOTION_PAUSED;
    t->stopped = "paused";
    room_record_heads(room);
    room_record_save(room);
    return head_answer(job, t, 200);
}

/* ----------------------------------------------------------------------------------- class */

bool job_class(struct room *room, struct job *job) {
    if (!same_secret(job->key, room->key)) return no_control(job);
    struct timeline *t = room_timeline(room, job->timeline);
    if (!t) return no_timeline(job);
    if (job->at > timeline_head(t))
        return job_fail(job, 409, "future", "i", "timeline %s has %u events so far", t->id,
                        timeline_head(t));
    snprintf(room->class_timeline, sizeof room->class_timeline, "%s", job->timeline);
    snprintf(room->class_question, sizeof room->class_question, "%s", job->question);
    room->class_i = job->at;
    room->class_known = true;
    room_class_send(room, wall_now());
    buffer_printf(&job->body, "{\"timeline\":\"%s\",\"i\":%u,\"viewers\":%u}\n", t->id, job->at,
                  atomic_load(&room->channel->viewers));
    return true;
}
