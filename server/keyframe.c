#include "keyframe.h"
/*
 * Keyframes as arrays of shared pages. A lab and all its timelines belong to one worker, so the
 * holder counts need no atomics. A block holds no pointers, so a copy is a lab.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

enum { PAGE = 4096 };

struct page {
    uint32_t holders;
    uint32_t length;
    unsigned char octets[];
};
struct keyframe {
    uint32_t holders;
    uint64_t step;
    size_t page_count;
    struct page *pages[];
};

void keyframes_begin(struct keyframes *k, struct page_pool *pool) {
    *k = (struct keyframes){.pool = pool, .distance = KEYFRAME_DISTANCE};
}

static void page_release(struct page_pool *pool, struct page *page) {
    if (!page || --page->holders) return;
    pool->octets -= sizeof *page + page->length;
    free(page);
}

static void keyframe_release(struct page_pool *pool, struct keyframe *frame) {
    if (!frame || --frame->holders) return;
    for (size_t n = 0; n < frame->page_count; n++) page_release(pool, frame->pages[n]);
    pool->octets -= sizeof *frame + frame->page_count * sizeof frame->pages[0];
    free(frame);
}

void keyframes_end(struct keyframes *k) {
    for (size_t n = 0; n < k->count; n++) keyframe_release(k->pool, k->list[n]);
    free(k->list);
    k->list = NULL;
    k->count = k->room = 0;
}

static struct page *page_of(struct page_pool *pool, const struct keyframe *before, size_t n,
                            const unsigned char *octets, size_t length) {
    if (before && n < before->page_count && before->pages[n]->length == length &&
        !memcmp(before->pages[n]->octets, octets, length)) {
        before->pages[n]->holders++;
        return before->pages[n];
    }
    struct page *page = malloc(sizeof *page + length);
    if (!page) return NULL;
    page->holders = 1;
    page->length = (uint32_t)length;
    memcpy(page->octets, octets, length);
    pool->octets += sizeof *page + length;
    return page;
}

static struct keyframe *copy_of(struct page_pool *pool, const struct keyframe *before,
                                const struct lab *lab) {
    size_t used = lab_used(lab), count = (used + PAGE - 1) / PAGE;
    struct keyframe *frame = calloc(1, sizeof *frame + count * sizeof frame->pages[0]);
    if (!frame) return NULL;
    frame->holders = 1;
    frame->step = lab_steps(lab);
    frame->page_count = count;
    pool->octets += sizeof *frame + count * sizeof frame->pages[0];
    for (size_t n = 0; n < count; n++) {
        size_t length = used - n * PAGE < PAGE ? used - n * PAGE : PAGE;
        frame->pages[n] = page_of(pool, before, n, (const unsigned char *)lab + n * PAGE, length);
        if (!frame->pages[n]) {
            keyframe_release(pool, frame);
            return NULL;
        }
    }
    return frame;
}

/* Every second one goes, the first and the newest stay; the distance doubles. */
static void thin(struct keyframes *k) {
    size_t kept = 0;
    for (size_t n = 0; n < k->count; n++) {
        if (n % 2 == 0 || n + 1 == k->count)
            k->list[kept++] = k->list[n];
        else
            keyframe_release(k->pool, k->list[n]);
    }
    k->count = kept;
    k->distance *= 2;
}

static bool add(struct keyframes *k, struct keyframe *frame) {
    if (k->count == k->room) {
        size_t room = k->room ? k->room * 2 : 8;
        struct keyframe **grown = realloc(k->list, room * sizeof *grown);
        if (!grown) return false;
        k->list = grown;
        k->room = room;
    }
    k->list[k->count++] = frame;
    return true;
}

bool keyframes_take(struct keyframes *k, const struct lab *lab) {
    const struct keyframe *before = k->count ? k->list[k->count - 1] : NULL;
    if (before && before->step == lab_steps(lab)) return true;
    struct keyframe *frame = copy_of(k->pool, before, lab);
    if (!frame) return false;
    if (!add(k, frame)) {
        keyframe_release(k->pool, frame);
        return false;
    }
    metric_add(METRIC_KEYFRAMES, 1);
    while (k->pool->octets > k->pool->budget && k->count > 2) thin(k);
    return true;
}

uint64_t keyframes_due(const struct keyframes *k) {
    return k->count ? k->list[k->count - 1]->step + k->distance : 0;
}

bool keyframes_fork(struct keyframes *k, const struct keyframes *parent, uint64_t step) {
    k->distance = parent->distance;
    for (size_t n = 0; n < parent->count && parent->list[n]->step <= step; n++) {
        if (!add(k, parent->list[n])) return false;
        parent->list[n]->holders++;
    }
    return true;
}

void keyframes_restore(const struct keyframes *k, uint64_t step, void *block) {
    size_t low = 0, high = k->count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (k->list[middle]->step <= step)
            low = middle;
        else
            high = middle;
    }
    const struct keyframe *frame = k->list[low];
    for (size_t n = 0; n < frame->page_count; n++)
        memcpy((unsigned char *)block + n * PAGE, frame->pages[n]->octets, frame->pages[n]->length);
}
