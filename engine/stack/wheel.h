#ifndef NETSTEP_STACK_WHEEL_H
#define NETSTEP_STACK_WHEEL_H
/*
 * When a kernel's timer really fires. Linux keeps timers in a wheel whose slots grow with the
 * distance (kernel/time/timer.c), so a timer fires up to one slot late; where in the slot depends
 * on when the machine was booted. Ours fires in the middle of its slot: const.jiffy is one tick, 0
 * makes timers exact.
 */
#include "stack/sysctl.h"

/* Of a timer that is set now for `after`. Linux counts from the last tick, and the slots of its
 * wheel are one tick wide up to 63 ticks from now, then 8 times as wide at each level. */
static inline sim_time wheel_expiry(const struct step *s, uint32_t node, sim_time after) {
    sim_time jiffy = setting_of(s->lab, node, SETTING_CONST_JIFFY);
    if (jiffy == 0) return s->now + after;
    sim_time width = jiffy, last_tick = s->now - s->now % jiffy;
    while (after > 63 * width) width *= 8;
    return last_tick + after + (width == jiffy ? jiffy : width / 2);
}

#endif
