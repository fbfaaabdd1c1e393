#ifndef NETSTEP_SERVER_KEYFRAME_H
#define NETSTEP_SERVER_KEYFRAME_H
/*
 * Copies of a lab's block, so that any past step is near one. A keyframe holds only the 4 KiB pages
 * that differ from the keyframe before it; the others are shared, with its neighbours and with the
 * branches. The distance doubles whenever the lab's budget is used up, so that a seek never re-runs
 * more than one distance.
 */
#include <stdbool.h>
#include <stddef.h>

#include "engine.h"

#define KEYFRAME_DISTANCE 1024u /* steps, at first */

struct page_pool { /* of one lab, all timelines */
    size_t octets, budget;
};
struct keyframe; /* opaque: pages */
struct keyframes {
    struct page_pool *pool;
    struct keyframe **list;
    size_t count, room;
    uint64_t distance;
};
void keyframes_begin(struct keyframes *, struct page_pool *);
void keyframes_end(struct keyframes *);
/* Takes one of the lab as it stands. The first (step 0) must be taken at once and always stays. */
bool keyframes_take(struct keyframes *, const struct lab *);
/* The step from which the next one is due. */
uint64_t keyframes_due(const struct keyframes *);
/* Shares the parent's keyframes up to `step`. */
bool keyframes_fork(struct keyframes *, const struct keyframes *parent, uint64_t step);
/* Puts the nearest keyframe at or before `step` into `block`, which is large enough for the lab. */
void keyframes_restore(const struct keyframes *, uint64_t step, void *block);

#endif
