#include "worker.h"
/*
 * The scheduler of the labs. Other threads put jobs into the inbox under the lock; all else is the
 * thread's own. Each round takes the inbox in, lets one ready room have one slice, and sleeps when
 * no room is ready.
 *
 * The room that goes next is the one that has used least lately: use fades with a half-life of
 * 100 ms, and a request that waits counts as if its room had used 20 ms less. So a quiet lab goes
 * first however busy its neighbours are, and one that asks without end becomes their equal.
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
    int64_t next_second;
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

enum { HALF_LIFE_NS = 100000000, REQUEST_BONUS_NS = 20000000 };

static void activate(struct worker *w, struct room *room, int64_t wall) {
    room->due = room_due(room, wall);
    if (room->active || room->due == INT64_MAX) return;
    room->active = true;
    room->next_active = w->active;
    w->active = room;
}

/* Halvings in whole half-lives, and in a straight line between them: near enough to fade by. */
static void fade(struct room *room, int64_t wall) {
    int64_t passed = wall - room->used_as_of;
    if (passed <= 0) return;
    int64_t halvings = passed / HALF_LIFE_NS, rest = passed % HALF_LIFE_NS;
    room->used_ns = halvings < 60 ? room->used_ns >> halvings : 0;
    room->used_ns -= room->used_ns / 2 * (rest / 1000) / (HALF_LIFE_NS / 1000);
    room->used_as_of = wall;
}

static void take_in(struct worker *w, struct job *job, struct room *arrivals, int64_t wall) {
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
        job->taken = atomic_load(&metric[METRIC_SLICES]);
        if (room->last_job)
            room->last_job->next = job;
        else
            room->first_job = job;
        room->last_job = job;
        activate(w, room, wall);
        job = next;
    }
}

/* The ready room that goes next; *due: when one will be ready, when none is. Rooms that want
 * nothing any more leave the list. */
static struct room *pick(struct worker *w, int64_t wall, int64_t *due) {
    struct room *best = NULL, **link = &w->active;
    int64_t least = INT64_MAX;
    *due = INT64_MAX;
    while (*link) {
        struct room *room = *link;
        if (room->due == INT64_MAX) {
            room->active = false;
            *link = room->next_active;
            continue;
        }
        if (room->due < *due) *due = room->due;
        if (room->due <= wall) {
            fade(room, wall);
            int64_t score = room->used_ns - (room->first_job ? REQUEST_BONUS_NS : 0);
            if (score < least) {
                least = score;
                best = room;
            }
        }
        link = &room->next_active;
    }
    return best;
}

/* This thread's own time: a room must not pay for what other processes took. */
static int64_t processor_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void run_one(struct room *room, int64_t wall) {
    int64_t before = processor_now();
    room_slice(room, wall + WORKER_SLICE_NS);
    room->used_ns += processor_now() - before;
    room->due = room_due(room, wall_now());
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
        activate(w, room, wall);
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
        int64_t wall = wall_now();
        take_in(w, jobs, arrivals, wall);
        if (stop) break;
        each_second(w, wall);
        ready = pick(w, wall, &due);
        if (ready) run_one(ready, wall);
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
