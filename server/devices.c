#include "devices.h"
/*
 * One thread a device: it sleeps until a lab has the device, then reads. When the ring is full it
 * waits, and what comes meanwhile is kept, and in the end dropped, by the kernel: a flood costs
 * neither memory nor the time of other labs.
 *
 * The job belongs to the device. It is posted when the ring stops being empty, and holds the room
 * from then until it is done; while it is under way the device cannot go to another lab.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "labs.h"
#include "report.h"

enum { RING = 256 };

struct device {
    struct tap tap;
    struct labs *labs;
    pthread_t thread;
    bool started;
    int wake; /* an event: look at the rest again */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct room *room; /* who has it; NULL: it is free */
    bool posted, gone, stop;
    struct job job;
    unsigned first, count;
    struct {
        int64_t wall;
        size_t count;
        uint8_t octets[TAP_FRAME_MOST + 1];
    } ring[RING];
};
struct devices {
    struct device *device[DEVICES_MOST];
    unsigned count;
};

/* ----------------------------------------------------------------------------- the reader */

/* Under the lock: what is to be posted, or NULL. */
static struct room *to_post(struct device *d) {
    if (!d->room || d->posted || (d->count == 0 && !d->gone)) return NULL;
    d->posted = true;
    d->job.next = NULL;
    d->job.begun = 0;
    d->job.status = 200;
    return room_hold(d->room);
}

static void post(struct device *d, struct room *room) {
    if (room) labs_post(d->labs, room, &d->job);
}

/* The worker is done with the job; a frame may have come just behind its last look. */
static void job_done(struct job *job) {
    struct device *d = job->owner;
    struct room *room = job->room, *again = NULL;
    job->room = NULL;
    buffer_free(&job->body);
    pthread_mutex_lock(&d->lock);
    d->posted = false;
    if (job->status == 200) again = to_post(d); /* else the service stops */
    pthread_mutex_unlock(&d->lock);
    post(d, again);
    room_release(room);
}

/* Waits until somebody wants frames and there is room for one. False: the service stops. */
static bool wanted(struct device *d) {
    pthread_mutex_lock(&d->lock);
    while (!d->stop && (!d->room || d->gone || d->count == RING))
        pthread_cond_wait(&d->changed, &d->lock);
    bool go_on = !d->stop;
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

/* One more frame stands in the ring, if whoever has the device has had it all along. */
static void keep(struct device *d, const uint8_t *octets, int count) {
    int64_t wall = wall_now();
    pthread_mutex_lock(&d->lock);
    if (count < 0) d->gone = true;
    if (count > 0 && d->room && d->count < RING) {
        unsigned at = (d->first + d->count) % RING;
        size_t length =
            (size_t)count < sizeof d->ring[at].octets ? (size_t)count : sizeof d->ring[at].octets;
        memcpy(d->ring[at].octets, octets, length);
        d->ring[at].count = length; /* one octet too long is too long, whatever it was */
        d->ring[at].wall = wall;
        d->count++;
    }
    struct room *room = to_post(d);
    pthread_mutex_unlock(&d->lock);
    post(d, room);
}

static void *reader(void *argument) {
    struct device *d = argument;
    static _Thread_local uint8_t octets[TAP_READ_MOST];
    while (wanted(d)) {
        struct pollfd fds[2] = {{d->tap.fd, POLLIN, 0}, {d->wake, POLLIN, 0}};
        uint64_t events;
        if (poll(fds, 2, -1) < 0) continue;
        if (fds[1].revents && read(d->wake, &events, sizeof events) < 0) continue;
        if (!fds[0].revents) continue;
        int count = tap_read(&d->tap, octets);
        if (count != 0) keep(d, octets, count);
        if (count < 0) report(REPORT_WARN, "device", "%s is gone", d->tap.name);
    }
    return NULL;
}

static void wake_reader(struct device *d) {
    uint64_t one = 1;
    if (write(d->wake, &one, sizeof one) < 0) return; /* it is awake already */
}

/* ------------------------------------------------------------------------------- the set */

struct devices *devices_new(void) {
    return calloc(1, sizeof(struct devices));
}

bool devices_add(struct devices *all, const char *name, int fd) {
    struct device *d = all->count < DEVICES_MOST ? calloc(1, sizeof *d) : NULL;
    if (!d) return false;
    d->tap.fd = fd;
    snprintf(d->tap.name, sizeof d->tap.name, "%s", name);
    d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->changed, NULL);
    job_begin(&d->job);
    d->job.owner = d;
    d->job.done = job_done;
    all->device[all->count++] = d;
    return true;
}

bool devices_open(struct devices *all, const char *name, char *why, size_t size) {
    struct tap tap;
    if (devices_find(all, name)) {
        snprintf(why, size, "--tap %.20s is there twice; give each device once", name);
        return false;
    }
    if (!tap_open(&tap, name, why, size)) return false;
    if (devices_add(all, name, tap.fd)) return true;
    snprintf(why, size, "--tap %s: at most %d devices", name, DEVICES_MOST);
    tap_close(&tap);
    return false;
}

bool devices_start(struct devices *all, struct labs *labs) {
    for (unsigned n = 0; all && n < all->count; n++) {
        struct device *d = all->device[n];
        d->labs = labs;
        d->started = d->wake >= 0 && pthread_create(&d->thread, NULL, reader, d) == 0;
        if (!d->started) return false;
    }
    return true;
}

void devices_stop(struct devices *all) {
    for (unsigned n = 0; all && n < all->count; n++) {
        struct device *d = all->device[n];
        pthread_mutex_lock(&d->lock);
        d->stop = true;
        pthread_cond_broadcast(&d->changed);
        pthread_mutex_unlock(&d->lock);
        wake_reader(d);
        if (d->started) pthread_join(d->thread, NULL);
        d->started = false;
        device_release(d);
    }
}

void devices_free(struct devices *all) {
    for (unsigned n = 0; all && n < all->count; n++) {
        struct device *d = all->device[n];
        tap_close(&d->tap);
        if (d->wake >= 0) close(d->wake);
        pthread_cond_destroy(&d->changed);
        pthread_mutex_destroy(&d->lock);
        free(d);
    }
    free(all);
}

unsigned devices_count(const struct devices *all) {
    return all ? all->count : 0;
}

struct device *devices_at(struct devices *all, unsigned n) {
    return all->device[n];
}

struct device *devices_find(struct devices *all, const char *name) {
    for (unsigned n = 0; all && n < all->count; n++)
        if (!strcmp(all->device[n]->tap.name, name)) return all->device[n];
    return NULL;
}

const char *device_name(const struct device *d) {
    return d->tap.name;
}

bool device_is_free(struct device *d) {
    pthread_mutex_lock(&d->lock);
    bool is_free = !d->room && !d->gone;
    pthread_mutex_unlock(&d->lock);
    return is_free;
}

/* ---------------------------------------------------------------------- on a room's worker */

/* What came while nobody listened is not for whoever listens now. */
static void throw_away(struct device *d) {
    static _Thread_local uint8_t octets[TAP_READ_MOST];
    for (int n = 0; n < 65536 && tap_read(&d->tap, octets) > 0; n++) continue;
}

enum claim device_claim(struct device *d, struct room *room,
                        bool (*run)(struct room *, struct job *)) {
    enum claim claim = CLAIM_TAKEN;
    pthread_mutex_lock(&d->lock);
    if (d->gone)
        claim = CLAIM_GONE;
    else if (d->room)
        claim = CLAIM_BUSY;
    else if (d->posted)
        claim = CLAIM_SOON;
    if (claim == CLAIM_TAKEN) {
        throw_away(d);
        d->room = room_hold(room);
        d->job.run = run;
        d->first = d->count = 0;
        pthread_cond_broadcast(&d->changed);
    }
    pthread_mutex_unlock(&d->lock);
    return claim;
}

void device_release(struct device *d) {
    pthread_mutex_lock(&d->lock);
    struct room *room = d->room;
    d->room = NULL;
    d->count = 0;
    pthread_mutex_unlock(&d->lock);
    wake_reader(d);
    room_release(room);
}

struct device *device_of(const struct job *job) {
    return job->owner;
}

bool device_frame(struct device *d, struct device_frame *frame, bool *gone) {
    pthread_mutex_lock(&d->lock);
    bool there = d->room && d->count != 0;
    *gone = d->gone;
    if (there) {
        frame->wall = d->ring[d->first].wall;
        frame->count = d->ring[d->first].count;
        frame->octets = d->ring[d->first].octets;
    }
    pthread_mutex_unlock(&d->lock);
    return there;
}

void device_took(struct device *d) {
    pthread_mutex_lock(&d->lock);
    if (d->count != 0) {
        d->first = (d->first + 1) % RING;
        d->count--;
    }
    if (d->count == RING - 1) pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

enum tap_sent device_write(struct device *d, const uint8_t *octets, size_t count) {
    return tap_write(&d->tap, octets, count);
}
