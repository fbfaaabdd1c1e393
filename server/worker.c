#include "worker.h"
/*
 * The scheduler of the labs. Other threads put jobs into the inbox under the lock; all else is the
 * thread's own. Each round takes the inbox in, lets the ready room that has used the least time
 * have one slice, and sleeps when no room is ready.
 *
 * A room that wakes up starts at the floor (the least time that any active room has used) less two
 * slices: it goes first, but cannot save up a right to starve the others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "metrics.h"

struct worker {
    struct labs *labs;
    pthread_t thread;
    struct packer *packer;
    _Atomic unsigned load;

    pthread_mutex_t lock; /* guards the next four */
    pthread_cond_t news;
    struct job *inbox, *inbox_last;
    struct room *arrivals; /* by next_of_worker */
    bool stop;

    struct room *rooms, *active;
    int64_t floor, next_second;
};

struct packer *worker_packer(struct worker *w) {
    return w->packer;
}
unsigned worker_load(const struct worker *w) {
    return atomic_load(&w->load);
}

/* ---------------------------------------------------------------------- from other threads */

void worker_adopt(struct worker *w, struct room *room) {
    room->worker = w;
    room_hold(room);
    atomic_fetch_add(&w->load, 1);
    pthread_mutex_lock(&w->lock);
    room->next_of_worker = w->arrivals;
    w->arrivals = room;
    pthread_mutex_unlock(&w->lock);
}

static void fail_job(struct job *job) {
    job_fail(job, 503, "draining", "", "the service is stopping; try again in a moment");
    job->done(job);
}

void worker_post(struct worker *w, struct job *job) {
    job->next = NULL;
    pthread_mutex_lock(&w->lock);
    bool stopped = w->stop;
    if (!stopped) {
        if (w->inbox_last)
            w->inbox_last->next = job;
        else
            w->inbox = job;
        w->inbox_last = job;
        pthread_cond_signal(&w->news);
    }
    pthread_mutex_unlock(&w->lock);
    if (stopped) fail_job(job);
}

/* ------------------------------------------------------------------------ the thread's own */

static void activate(struct worker *w, struct room *room) {
    if (room->active) return;
    room->active = true;
    room->next_active = w->active;
    w->active = room;
    if (room->used_ns < w->floor - 2 * WORKER_SLICE_NS)
        room->used_ns = w->floor - 2 * WORKER_SLICE_NS;
}

static void take_in(struct worker *w, struct job *job, struct room *arrivals) {
    while (arrivals) {
        struct room *room = arrivals;
        arrivals = room->next_of_worker;
        room->next_of_worker = w->rooms;
        w->rooms = room;
    }
    while (job) {
        struct job *next = job->next;
        struct room *room = job->room;
        job->next = NULL;
        if (room->last_job)
            room->last_job->next = job;
        else
            room->first_job = job;
        room->last_job = job;
        activate(w, room);
        job = next;
    }
}

/* The ready room that has used least; *due: when the next one is ready, when none is. Rooms that
 * want nothing any more leave the list. */
static struct room *pick(struct worker *w, int64_t wall, int64_t *due) {
    struct room *best = NULL, **link = &w->active;
    *due = INT64_MAX;
    while (*link) {
        struct room *room = *link;
        int64_t at = room_due(room, wall);
        if (at == INT64_MAX) {
            room->active = false;
            *link = room->next_active;
            continue;
        }
        if (at < *due) *due = at;
        if (at <= wall && (!best || room->used_ns < best->used_ns)) best = room;
        link = &room->next_active;
    }
    return best;
}

static void run_one(struct worker *w, struct room *room, int64_t wall) {
    if (room->used_ns > w->floor) w->floor = room->used_ns;
    room_slice(room, wall + WORKER_SLICE_NS);
    room->used_ns += wall_now() - wall;
    metric_add(METRIC_SLICES, 1);
}

/* Once a second, and rooms that nobody else knows any more are let go. */
static void each_second(struct worker *w, int64_t wall) {
    if (wall < w->next_second) return;
    w->next_second = wall + 1000000000;
    struct room **link = &w->rooms;
    while (*link) {
        struct room *room = *link;
        room_second(room, wall);
        if (room_due(room, wall) != INT64_MAX) activate(w, room);
        if (atomic_load(&room->holders) == 1 && !room->active) {
            *link = room->next_of_worker;
            atomic_fetch_sub(&w->load, 1);
            room_release(room);
        } else {
            link = &room->next_of_worker;
        }
    }
}

static void wait_for_news(struct worker *w, int64_t due) {
    if (due > w->next_second) due = w->next_second;
    struct timespec until = {due / 1000000000, due % 1000000000};
    if (!w->inbox && !w->arrivals && !w->stop) pthread_cond_timedwait(&w->news, &w->lock, &until);
}

static void *thread_main(void *argument) {
    struct worker *w = argument;
    int64_t due = 0;
    struct room *ready = NULL;
    for (;;) {
        pthread_mutex_lock(&w->lock);
        if (!ready) wait_for_news(w, due);
        struct job *jobs = w->inbox;
        struct room *arrivals = w->arrivals;
        bool stop = w->stop;
        w->inbox = w->inbox_last = NULL;
        w->arrivals = NULL;
        pthread_mutex_unlock(&w->lock);
        take_in(w, jobs, arrivals);
        if (stop) break;
        int64_t wall = wall_now();
        each_second(w, wall);
        ready = pick(w, wall, &due);
        if (ready) run_one(w, ready, wall);
    }
    for (struct room *room = w->rooms; room; room = room->next_of_worker) room_fail_jobs(room);
    return NULL;
}

/* ------------------------------------------------------------------------------------ life */

struct worker *worker_start(struct labs *labs) {
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->labs = labs;
    w->packer = packer_create();
    w->next_second = wall_now() + 1000000000;
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->news, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!w->packer || pthread_create(&w->thread, NULL, thread_main, w)) {
        packer_free(w->packer);
        free(w);
        return NULL;
    }
    return w;
}

void worker_stop(struct worker *w) {
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->news);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
}

void worker_free(struct worker *w) {
    if (!w) return;
    for (int list = 0; list < 2; list++)
        for (struct room *room = list ? w->arrivals : w->rooms, *next; room; room = next) {
            next = room->next_of_worker;
            room_release(room);
        }
    packer_free(w->packer);
    pthread_cond_destroy(&w->news);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
