#ifndef NETSTEP_SIM_STEP_H
#define NETSTEP_SIM_STEP_H
/*
 * The step object: the only way to a lab's state and to the trace. It lives on the C stack for
 * one step (one popped event or one command) and is never stored.
 */
#include "engine.h"

/* Names an object of a pool. State holds ids, never pointers; {0,0} is "none". */
struct id {
    uint32_t slot, generation;
};
static inline bool id_is(struct id a) {
    return a.slot != 0;
}
static inline bool id_same(struct id a, struct id b) {
    return a.slot == b.slot && a.generation == b.generation;
}

struct text_memo;
struct scratch; /* pre-images of edited objects, and this step's bookkeeping: sim/trace.c */

struct step {
    struct lab *lab;
    sim_time now;
    uint64_t number;         /* this step's number, from 1 */
    uint64_t cause_step;     /* the step that scheduled this one */
    const struct sink *sink; /* NULL: nobody listens */
    struct scratch *scratch;
    struct text_memo *memos; /* of the texts that are told; NULL: none */
    bool spoken; /* this step has told something, so what it schedules is caused by it */
};

#endif
