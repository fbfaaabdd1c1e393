#ifndef NETSTEP_SERVER_PACER_H
#define NETSTEP_SERVER_PACER_H
/*
 * From the wall's clock to virtual time: a running lab's head moves with the wall, times a speed.
 * All wall times are CLOCK_MONOTONIC in ns.
 */
#include <stdint.h>

#include "engine.h"

#define PACER_SPEED_MIN 0.001
#define PACER_SPEED_MAX 1000.0

struct pacer {
    double speed;
    int64_t wall; /* when virtual time was `origin` */
    sim_time origin;
};
int64_t wall_now(void);
void pacer_begin(struct pacer *, double speed, sim_time now, int64_t wall);
/* How far virtual time may be at `wall`; at most SIM_TIME_MAX. */
sim_time pacer_target(const struct pacer *, int64_t wall);
/* When the wall reaches virtual time `at`. */
int64_t pacer_due(const struct pacer *, sim_time at);
/* A lab that cannot keep up does not save up debts: more than 100 ms behind, its clock starts anew
 * from where it is. */
void pacer_forgive(struct pacer *, sim_time reached, int64_t wall);

#endif
