#include "rig.h"
/*
 * Calls that block. Two threads share a rig: the driver, whose sleep moves the clock, and a guest
 * that makes the calls which block. The guest sleeps on a condition; the driver, after each event,
 * looks whether the guest's wait is over, and if so the clock stands still until the guest has
 * taken its result and has asked for the time, which packetdrill does when a call returns. So the
 * time of that return is the time of the event, whatever the machine's scheduler does.
 *
 * When the driver itself makes a call that blocks, there is nobody else: it moves the clock there.
 */
#include <errno.h>
#include <time.h>

enum { GUEST_PATIENCE_MS = 300 }; /* real time, for a guest that never asks for the time */

static struct timespec patience(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += GUEST_PATIENCE_MS * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* The driver's: until the guest blocks again, or has its result and has read the clock. */
static void let_guest_run(struct rig *r) {
    struct timespec until = patience();
    pthread_cond_broadcast(&r->news);
    while (r->guest_runs)
        if (pthread_cond_timedwait(&r->news, &r->lock, &until) == ETIMEDOUT) r->guest_runs = false;
}

static bool is_over(struct rig *r, const struct waiter *w) {
    return w->ready(r, w->what) || (w->deadline_us >= 0 && w->deadline_us <= r->now_us);
}

void rig_wake(struct rig *r) {
    if (r->guest_runs || r->merging) return; /* it is the guest's own step, or half a packet */
    for (struct waiter *w = r->waiters; w != NULL; w = w->next) {
        if (w->go || !is_over(r, w)) continue;
        w->go = true;
        r->guest_runs = true;
        let_guest_run(r);
        return; /* the list has changed; who else is ready is seen after the next event */
    }
}

bool rig_clock_was_read(struct rig *r) {
    if (!r->guest_runs || !pthread_equal(pthread_self(), r->guest)) return false;
    r->guest_runs = false;
    pthread_cond_broadcast(&r->news);
    return true;
}

static void guest_waits(struct rig *r, struct waiter *w) {
    w->next = r->waiters;
    r->waiters = w;
    r->guest = pthread_self();
    r->guest_runs = false;
    pthread_cond_broadcast(&r->news);
    while (!w->go) pthread_cond_wait(&r->news, &r->lock);
    struct waiter **at = &r->waiters;
    while (*at != w) at = &(*at)->next;
    *at = w->next;
}

static void driver_waits(struct rig *r, const struct waiter *w) {
    int64_t end = r->now_us + r->config.wait_s * 1000000;
    while (!is_over(r, w)) {
        int64_t until = w->deadline_us >= 0 ? w->deadline_us : end;
        if (rig_run_one(r, until)) continue;
        if (w->deadline_us < 0) rig_die("a call waits for what never happens");
        rig_run_to(r, until);
    }
}

bool rig_wait(struct rig *r, bool (*ready)(struct rig *, const void *), const void *what,
              int64_t deadline_us) {
    struct waiter w = {.ready = ready, .what = what, .deadline_us = deadline_us};
    if (!is_over(r, &w)) {
        if (pthread_equal(pthread_self(), r->driver))
            driver_waits(r, &w);
        else
            guest_waits(r, &w);
    }
    return ready(r, what);
}
