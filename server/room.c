#include "room.h"
/*
 * The life of a room on its worker: jobs first, then whatever moves, then publication. All calls
 * here are the worker's, but for holding and releasing.
 *
 * Publication: a timeline that stands publishes at once; one that moves at most every 16 ms, or
 * with more than 200 viewers up to every 50 ms, since the cost is a message's, not an octet's.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "labs.h"
#include "metrics.h"
#include "worker.h"

enum {
    STEPS_AT_ONCE = 64,
    FLUSH_NS = 16000000,
    FLUSH_SLOW_NS = 50000000,
    FLUSH_VIEWERS = 200,
    CLASS_NS = 100000000,
    WEIGH_NS = 10000000
};
#define SECOND_NS    1000000000ll
#define HEADS_NS     (5 * SECOND_NS)  /* how often a running lab's head goes to the disk */
#define UNWATCHED_NS (60 * SECOND_NS) /* a running lab that nobody watches is paused after this */

/* ------------------------------------------------------------------------------------ jobs */

void job_begin(struct job *job) {
    *job = (struct job){.status = 200, .strings_at = -1, .count = 1, .speed = 1};
}

void job_end(struct job *job) {
    if (job->state && job->state_free) job->state_free(job->state);
    job->state = NULL;
    scenario_free(job->scenario);
    job->scenario = NULL;
    seen_free(job->seen);
    job->seen = NULL;
    buffer_free(&job->record);
    buffer_free(&job->body);
    free(job->line);
    job->line = NULL;
    if (job->log) log_release(job->log);
    job->log = NULL;
    channel_release(job->channel);
    job->channel = NULL;
    if (job->weighed) labs_answer_over(job->room->labs, job->weighed);
    job->weighed = 0;
    if (job->room) room_release(job->room);
    job->room = NULL;
}

bool job_fail(struct job *job, unsigned status, const char *code, const char *place,
              const char *format, ...) {
    char say[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(say, sizeof say, format, arguments);
    va_end(arguments);
    job->status = status;
    job->type = NULL;
    buffer_clear(&job->body);
    buffer_add(&job->body, "{\"error\":{\"code\":");
    buffer_json_string(&job->body, code);
    buffer_add(&job->body, ",\"place\":");
    buffer_json_string(&job->body, place);
    buffer_add(&job->body, ",\"say\":");
    buffer_json_string(&job->body, say);
    buffer_add(&job->body, "}}\n");
    return true;
}

/* ------------------------------------------------------------------------------------ life */

struct room *room_hold(struct room *room) {
    atomic_fetch_add(&room->holders, 1);
    return room;
}

static void free_timelines(struct room *room) {
    for (uint32_t n = 0; n < room->timeline_count; n++)
        room_leave_devices(room, room->timelines[n]);
    while (room->timeline_count) timeline_free(room->timelines[--room->timeline_count]);
    free(room->timelines);
    room->timelines = NULL;
    room->timeline_room = 0;
}

void room_release(struct room *room) {
    if (!room || atomic_fetch_sub(&room->holders, 1) != 1) return;
    room_revive_end(room);
    free_timelines(room);
    scenario_free(room->scenario);
    seen_free(room->seen);
    labs_memory_changed(room->labs, -room->counted);
    for (uint32_t n = 0; n < ROOM_ANSWERS; n++) free(room->answers[n].body);
    buffer_free(&room->record);
    if (room->file >= 0) close(room->file);
    channel_release(room->channel);
    free(room);
}

struct timeline *room_timeline(const struct room *room, const char *id) {
    for (uint32_t n = 0; n < room->timeline_count; n++)
        if (!strcmp(room->timelines[n]->id, id)) return room->timelines[n];
    return NULL;
}

struct timeline *room_add(struct room *room, struct timeline *t) {
    if (!t) return NULL;
    if (room->timeline_count == room->timeline_room) {
        uint32_t more = room->timeline_room ? room->timeline_room * 2 : 4;
        struct timeline **grown = realloc(room->timelines, more * sizeof(struct timeline *));
        if (!grown) {
            timeline_free(t);
            return NULL;
        }
        room->timelines = grown;
        room->timeline_room = more;
    }
    return room->timelines[room->timeline_count++] = t;
}

bool room_controls(const struct room *room, const struct timeline *t, const char *key) {
    return same_secret(key, room->key) || (t && same_secret(key, t->key));
}

size_t room_memory(const struct room *room) {
    size_t octets = sizeof *room + room->record.room + room->pool.octets;
    if (room->seen) octets += seen_memory(room->seen);
    for (uint32_t n = 0; n < room->timeline_count; n++)
        octets += timeline_memory(room->timelines[n]);
    return octets;
}

void room_park(struct room *room) {
    room_record_heads(room);
    room_record_save(room);
    free_timelines(room);
    if (room->seen) seen_rewind(room->seen);
    scenario_free(room->scenario);
    room->scenario = NULL;
    if (room->file >= 0 && room->saved == room->record.length) buffer_free(&room->record);
    atomic_store(&room->state, ROOM_PARKED);
}

void room_fail_jobs(struct room *room) {
    room_record_heads(room);
    room_record_save(room);
    for (uint32_t n = 0; n < room->timeline_count; n++)
        room_flush(room, room->timelines[n], wall_now());
    while (room->first_job) {
        struct job *job = room->first_job;
        room->first_job = job->next;
        job_fail(job, 503, "draining", "", "the service is stopping; try again in a moment");
        job->done(job);
    }
    room->last_job = NULL;
}

/* Often, since a lab that runs as fast as it can takes tens of MiB a second. */
static void weigh(struct room *room, int64_t wall) {
    if (wall < room->weighed + WEIGH_NS) return;
    size_t octets = room_memory(room);
    labs_memory_changed(room->labs, (int64_t)octets - room->counted);
    room->counted = (int64_t)octets;
    room->weighed = wall;
    room->starved = octets > labs_options(room->labs)->lab_octets ||
                    (!labs_memory_left(room->labs, 0) && octets > labs_share(room->labs));
}

/* ----------------------------------------------------------------------------- publication */

static void published(void *user, struct log *log) {
    const struct labs_ears *ears = labs_ears(((struct room *)user)->labs);
    if (ears->published) ears->published(ears->user, log);
}

void room_flush(struct room *room, struct timeline *t, int64_t wall) {
    timeline_flush(t, worker_packer(room->worker), wall, published, room);
}

static int64_t flush_interval(struct timeline *t) {
    unsigned viewers = 0;
    for (int d = 0; d < DETAIL_COUNT; d++)
        if (t->strand[d].log) viewers += atomic_load(&log_audience(t->strand[d].log)->viewers);
    if (viewers <= FLUSH_VIEWERS) return FLUSH_NS;
    int64_t ns = FLUSH_NS + (int64_t)(viewers - FLUSH_VIEWERS) * 85000;
    return ns < FLUSH_SLOW_NS ? ns : FLUSH_SLOW_NS;
}

static void publish(struct room *room, struct timeline *t, int64_t wall) {
    if (!timeline_pending(t)) return;
    int64_t due = t->last_flush + flush_interval(t);
    if (t->motion == MOTION_PAUSED || wall >= due)
        room_flush(room, t, wall);
    else
        t->flush_due = due;
}

/* At most ten a second, and the last one always goes out. */
void room_class_send(struct room *room, int64_t wall) {
    if (wall < room->class_sent + CLASS_NS) {
        room->class_waits = true;
        return;
    }
    struct buffer line = {0};
    buffer_add(&line, "{\"line\":\"class\",\"timeline\":");
    buffer_json_string(&line, room->class_timeline);
    buffer_printf(&line, ",\"i\":%u,\"question\":", room->class_i);
    if (*room->class_question)
        buffer_json_string(&line, room->class_question);
    else
        buffer_add(&line, "null");
    buffer_add(&line, "}\n");
    const struct labs_ears *ears = labs_ears(room->labs);
    if (!line.failed && channel_set(room->channel, line.data, line.length) && ears->noted)
        ears->noted(ears->user, room->channel);
    buffer_free(&line);
    room->class_waits = false;
    room->class_sent = wall;
}

/* ---------------------------------------------------------------------------------- motion */

static int64_t motion_due(struct timeline *t, int64_t wall) {
    sim_time next;
    int64_t due = INT64_MAX;
    if (t->behind || t->motion == MOTION_FAST) return wall;
    if (t->motion == MOTION_PACED) {
        bool pending = lab_next(t->lab, &next);
        if (!pending || next > t->until) next = t->until;
        if (pending || t->until < SIM_TIME_MAX) due = pacer_due(&t->pacer, next);
    }
    return t->flush_due && t->flush_due < due ? t->flush_due : due;
}

static bool is_reviving_capture(struct room *room) {
    return room->seen && atomic_load(&room->state) == ROOM_REVIVING;
}

int64_t room_due(struct room *room, int64_t wall) {
    if (room->first_job || room->revival || is_reviving_capture(room)) return wall;
    int64_t due = room->class_waits ? room->class_sent + CLASS_NS : INT64_MAX;
    for (uint32_t n = 0; n < room->timeline_count; n++) {
        int64_t at = motion_due(room->timelines[n], wall);
        if (at < due) due = at;
    }
    return due;
}

static void after_steps(struct timeline *t, enum stop stop) {
    if (stop == STOP_LIVELOCK)
        timeline_halt(t, "livelock");
    else if (stop == STOP_END)
        timeline_halt(t, "end");
    else if (timeline_log_full(t))
        timeline_halt(t, "log_full");
    else if (stop == STOP_UNTIL && lab_now(t->lab) >= t->until)
        timeline_halt(t, "until");
    else if (stop == STOP_QUIET && t->motion == MOTION_FAST)
        timeline_halt(t, "quiet");
}

/* Moves one timeline until the deadline or until it has nothing to do now. */
static void move(struct timeline *t, int64_t deadline) {
    enum stop stop = STOP_QUIET;
    while (t->behind && !timeline_full_some(t, STEPS_AT_ONCE) && wall_now() < deadline) continue;
    while (t->motion != MOTION_PAUSED) {
        int64_t wall = wall_now();
        sim_time until = t->until;
        if (t->motion == MOTION_PACED && pacer_target(&t->pacer, wall) < until)
            until = pacer_target(&t->pacer, wall);
        stop = timeline_step(t, STEPS_AT_ONCE, until);
        after_steps(t, stop);
        if (t->motion == MOTION_PACED) {
            if (stop == STOP_QUIET && t->until < SIM_TIME_MAX && until >= t->until)
                timeline_halt(t, "until");
            if (stop != STOP_BUDGET) break;
        }
        if (wall_now() >= deadline) break;
    }
    if (t->motion == MOTION_PACED && stop == STOP_BUDGET)
        pacer_forgive(&t->pacer, lab_now(t->lab), wall_now());
}

static struct job *take_job(struct room *room) {
    struct job *job = room->first_job;
    room->first_job = job->next;
    if (!room->first_job) room->last_job = NULL;
    job->next = NULL;
    return job;
}

static void queue_job(struct room *room, struct job *job) {
    if (room->last_job)
        room->last_job->next = job;
    else
        room->first_job = job;
    room->last_job = job;
}

/* Each waiting job once, in order. One that is not finished goes to the end: whoever waits for a
 * long run can still be paused by a later request. */
static void do_jobs(struct room *room, int64_t deadline) {
    const struct job *last = room->last_job;
    for (bool end = !last; !end;) {
        struct job *job = take_job(room);
        end = job == last;
        if (!job->begun) job->begun = wall_now();
        if (job->run(room, job)) {
            for (uint32_t n = 0; n < room->timeline_count; n++)
                publish(room, room->timelines[n], wall_now());
            job->done(job); /* and it may be gone */
        } else {
            queue_job(room, job);
        }
        end = end || wall_now() >= deadline;
    }
}

static bool wants_life(struct room *room) {
    int state = atomic_load(&room->state);
    return state == ROOM_PARKED && room->first_job;
}

static void fail_broken(struct room *room) {
    while (room->first_job) {
        struct job *job = room->first_job;
        room->first_job = job->next;
        job_fail(job, 500, "broken", "", "this lab cannot be brought back: %s", room->broken);
        job->done(job);
    }
    room->last_job = NULL;
}

void room_slice(struct room *room, int64_t deadline) {
    if (wants_life(room)) room_revive_begin(room);
    if (room->revival && !room_revive_some(room, deadline)) return;
    if (is_reviving_capture(room) && !room_seen_revive(room, deadline)) return;
    if (atomic_load(&room->state) == ROOM_BROKEN) {
        fail_broken(room);
        return;
    }
    weigh(room, wall_now());
    do_jobs(room, deadline);
    if (room->class_waits) room_class_send(room, wall_now());
    for (uint32_t n = 0; n < room->timeline_count; n++) {
        struct timeline *t = room->timelines[(room->turn + n) % room->timeline_count];
        int64_t wall = wall_now();
        if (room->starved && t->motion != MOTION_PAUSED) timeline_halt(t, "memory");
        if (n == 0 || wall < deadline) move(t, deadline);
        if (t->outlets && t->motion == MOTION_PAUSED && strcmp(t->stopped, "paused"))
            room_leave_devices(room, t);
        publish(room, t, wall_now());
    }
    room->turn++;
}

/* ------------------------------------------------------------------------------ idle rules */

static bool in_use(const struct room *room) {
    for (uint32_t n = 0; n < room->timeline_count; n++)
        if (room->timelines[n]->motion != MOTION_PAUSED || room->timelines[n]->behind) return true;
    return room->first_job || room->revival;
}

/* One that is joined to a device serves the world outside, and nobody need watch; but a device that
 * nobody has asked after for as long as labs are kept is free again. */
static void pause_unwatched(struct room *room, int64_t idle) {
    int64_t keep = (int64_t)labs_options(room->labs)->idle_seconds * SECOND_NS;
    for (uint32_t n = 0; n < room->timeline_count; n++) {
        struct timeline *t = room->timelines[n];
        if (idle < (t->outlets ? keep : UNWATCHED_NS)) continue;
        if (t->motion == MOTION_PACED) timeline_halt(t, "unwatched");
        if (t->outlets) room_leave_devices(room, t);
    }
}

void room_second(struct room *room, int64_t wall) {
    if (atomic_load(&room->state) != ROOM_LIVE) return;
    weigh(room, wall);
    if (labs_options(room->labs)->data && wall > room->heads_due) {
        room->heads_due = wall + HEADS_NS;
        room_record_heads(room);
        room_record_save(room);
    }
    if (atomic_load(&room->channel->viewers)) {
        atomic_store(&room->used_at, wall);
        return;
    }
    int64_t idle = wall - atomic_load(&room->used_at);
    pause_unwatched(room, idle);
    if (idle > (int64_t)labs_options(room->labs)->idle_seconds * SECOND_NS && !in_use(room)) {
        room_park(room);
        room->weighed = 0;
        weigh(room, wall);
    }
}
