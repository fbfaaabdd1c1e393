#include "base/heap.h"
/*
 * A 4-ary min-heap of event keys. Four children a node halve the depth against a binary heap, and
 * four 24-octet keys lie in two cache lines. Entries are moved into a hole rather than swapped.
 * Slots are told their place, so that any event can be taken out (a timer that is stopped).
 */
#include <assert.h>

/* One comparison of 128 bits, without a branch: which of two keys comes first is what no processor
 * can foretell. Times are never negative. */
__extension__ typedef unsigned __int128 both;
static inline both as_one(const struct heap_key *key) {
    return (both)(uint64_t)key->at << 64 | key->order;
}
static inline bool before(const struct heap_key *a, const struct heap_key *b) {
    return as_one(a) < as_one(b);
}

bool heap_before(const struct heap_key *a, const struct heap_key *b) {
    return before(a, b);
}

static inline void put(struct heap h, uint32_t place, const struct heap_key *key) {
    h.keys[place] = *key;
    h.places[key->slot] = place + 1;
}

/* The heap is taken by value: its arrays then stay in registers while they are written. */
static void sift_up(struct heap h, uint32_t hole, const struct heap_key *key) {
    while (hole > 0) {
        uint32_t parent = (hole - 1) / 4;
        if (!before(key, &h.keys[parent])) break;
        put(h, hole, &h.keys[parent]);
        hole = parent;
    }
    put(h, hole, key);
}

/* The least of `count` children. A full set is compared in pairs that do not wait for each
 * other. */
static inline const struct heap_key *least(const struct heap_key *child, uint32_t count) {
    if (count >= 4) {
        const struct heap_key *left = child + before(child + 1, child);
        const struct heap_key *right = child + 2 + before(child + 3, child + 2);
        return before(right, left) ? right : left;
    }
    const struct heap_key *best = child;
    for (uint32_t i = 1; i < count; i++)
        if (before(child + i, best)) best = child + i;
    return best;
}

static void sift_down(struct heap h, uint32_t hole, const struct heap_key *key) {
    uint32_t count = *h.count;
    for (;;) {
        uint32_t first = hole * 4 + 1;
        if (first >= count) break;
        const struct heap_key *best = least(h.keys + first, count - first);
        if (!before(best, key)) break;
        put(h, hole, best);
        hole = (uint32_t)(best - h.keys);
    }
    put(h, hole, key);
}

void heap_push(struct heap *h, struct heap_key key) {
    assert(h->places[key.slot] == 0);
    *h->count += 1;
    sift_up(*h, *h->count - 1, &key);
}

void heap_remove(struct heap *h, uint32_t slot) {
    assert(h->places[slot] != 0 && h->places[slot] <= *h->count);
    uint32_t hole = h->places[slot] - 1;
    h->places[slot] = 0;
    *h->count -= 1;
    struct heap_key last = h->keys[*h->count];
    h->keys[*h->count] = (struct heap_key){0}; /* equal heaps are equal octets */
    if (hole == *h->count) return;
    if (hole > 0 && before(&last, &h->keys[(hole - 1) / 4]))
        sift_up(*h, hole, &last);
    else
        sift_down(*h, hole, &last);
}

/* One way through the heap instead of two: a link's next frame takes the place of its first. */
void heap_change(struct heap *h, struct heap_key key) {
    assert(h->places[key.slot] != 0 && h->places[key.slot] <= *h->count);
    uint32_t hole = h->places[key.slot] - 1;
    if (hole > 0 && before(&key, &h->keys[(hole - 1) / 4]))
        sift_up(*h, hole, &key);
    else
        sift_down(*h, hole, &key);
}
