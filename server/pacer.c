#include "pacer.h"
/* Virtual time by the wall's clock. Plain arithmetic; the worker decides when to ask. */
#include <time.h>

enum { DEBT_NS = 100000000 };

int64_t wall_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void pacer_begin(struct pacer *p, double speed, sim_time now, int64_t wall) {
    *p = (struct pacer){speed, wall, now};
}

sim_time pacer_target(const struct pacer *p, int64_t wall) {
    double ahead = (double)(wall - p->wall) * p->speed;
    if (ahead < 0) ahead = 0;
    if (ahead >= (double)(SIM_TIME_MAX - p->origin)) return SIM_TIME_MAX;
    return p->origin + (sim_time)ahead;
}

int64_t pacer_due(const struct pacer *p, sim_time at) {
    if (at <= p->origin) return p->wall;
    double wait = (double)(at - p->origin) / p->speed;
    /* Half an hour is far enough: the worker looks again by then. One more ns, because the target
     * is rounded down. */
    return p->wall + (wait > 1.8e12 ? 1800000000000 : (int64_t)wait + 1);
}

void pacer_forgive(struct pacer *p, sim_time reached, int64_t wall) {
    if (pacer_due(p, reached) + DEBT_NS < wall) pacer_begin(p, p->speed, reached, wall);
}
