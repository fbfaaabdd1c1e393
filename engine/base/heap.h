#ifndef NETSTEP_BASE_HEAP_H
#define NETSTEP_BASE_HEAP_H
/*
 * A 4-ary min-heap of event keys in an array that the caller owns. Keys are total: (at, origin,
 * counter), so simultaneous events have one order on every machine. `slot` names the event; the
 * heap tells each slot its place through `places[slot]`, so that an event can be removed.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

struct heap_key {
    int64_t at;
    uint64_t order; /* heap_order() */
    uint32_t slot, reserved;
};
enum { HEAP_COUNTER_BITS = 48 };
/* The node that scheduled it, then that node's own count of events: one number to compare. */
static inline uint64_t heap_order(uint32_t origin, uint64_t counter) {
    assert(origin >> (64 - HEAP_COUNTER_BITS) == 0 && counter >> HEAP_COUNTER_BITS == 0);
    return (uint64_t)origin << HEAP_COUNTER_BITS | counter;
}
struct heap {
    struct heap_key *keys; /* [capacity] */
    uint32_t *places;      /* [slots]; place + 1, 0 = not in the heap */
    uint32_t *count;
};
bool heap_before(const struct heap_key *, const struct heap_key *);
void heap_push(struct heap *, struct heap_key);
void heap_remove(struct heap *, uint32_t slot);
void heap_change(struct heap *, struct heap_key); /* another key for a slot that is in the heap */

#endif
