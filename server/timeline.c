#include "timeline.h"
/*
 * Timelines: the head moves by lab_step and lab_command only; every past moment is the nearest
 * keyframe and a silent re-run; a branch is that copy with a journal and logs of its own.
 *
 * Left out: `full` of a branch does not share its parent's log, it is re-run whole; few look at it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "metrics.h"

void (*timeline_witness)(const struct timeline *, const struct strand *, uint32_t i);

struct lab *block_map(size_t size) {
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

void block_unmap(struct lab *lab, size_t size) {
    if (lab) munmap(lab, size);
}

/* ------------------------------------------------------------------------------ one strand */

static void take_line(void *user, const struct story_line *line) {
    struct strand *s = user;
    if (s->failed) return;
    if (s->count == s->room) {
        uint32_t room = s->room ? s->room * 2 : 64;
        struct mark *grown = realloc(s->marks, room * sizeof *grown);
        if (!grown) {
            s->failed = true;
            return;
        }
        s->marks = grown;
        s->room = room;
    }
    if (!log_append(s->log, line->text, line->length, 1)) {
        s->failed = true;
        return;
    }
    s->marks[s->count++] = (struct mark){line->t, line->step << 2 | (line->lost ? 2u : 0u) |
                                                      (line->interesting ? 1u : 0u)};
    metric_add(METRIC_EVENTS, 1);
    if (timeline_witness) timeline_witness(s->owner, s, line->i);
}

static bool strand_begin(struct strand *s, enum detail detail, const struct log_config *config) {
    s->log = log_create(config, NULL, 0);
    s->story = s->log ? story_new(detail, take_line, s) : NULL;
    return s->story != NULL;
}

/* The parent must have published all that the branch shares. */
static bool strand_fork(struct strand *s, const struct strand *parent, uint64_t step,
                        uint32_t count, const struct log_config *config) {
    s->log = log_create(config, parent->log, count);
    s->story = s->log ? story_fork(parent->story, step, take_line, s) : NULL;
    s->marks = malloc((count + 64) * sizeof *s->marks);
    if (!s->story || !s->marks) return false;
    if (count) memcpy(s->marks, parent->marks, count * sizeof *s->marks);
    s->count = count;
    s->room = count + 64;
    return true;
}

static void strand_end(struct strand *s) {
    story_free(s->story);
    if (s->log) log_release(s->log);
    free(s->marks);
    *s = (struct strand){.owner = s->owner};
}

/* ------------------------------------------------------------------------------------ life */

static struct timeline *begin(const char *id, const struct timeline_config *config) {
    struct timeline *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    snprintf(t->id, sizeof t->id, "%s", id);
    t->config = config;
    for (int d = 0; d < DETAIL_COUNT; d++) t->strand[d].owner = t;
    t->until = SIM_TIME_MAX;
    t->stopped = "paused";
    metric_add(METRIC_TIMELINES, 1);
    return t;
}

struct timeline *timeline_create(const char *id, struct lab *lab, size_t block,
                                 struct page_pool *pool, const struct timeline_config *config) {
    struct timeline *t = begin(id, config);
    if (!t) {
        block_unmap(lab, block);
        return NULL;
    }
    t->lab = lab;
    t->block = block;
    keyframes_begin(&t->keyframes, pool);
    if (!keyframes_take(&t->keyframes, lab) ||
        !strand_begin(&t->strand[DETAIL_STORY], DETAIL_STORY, &config->log)) {
        timeline_free(t);
        return NULL;
    }
    return t;
}

struct timeline *timeline_fork(struct timeline *parent, const char *id, uint64_t step) {
    struct timeline *t = begin(id, parent->config);
    if (!t) return NULL;
    t->parent = parent;
    t->fork_step = step;
    t->block = parent->block;
    keyframes_begin(&t->keyframes, parent->keyframes.pool);
    uint32_t count = timeline_count_at(parent, DETAIL_STORY, step);
    t->lab = timeline_seek(parent, step);
    if (!t->lab || !journal_fork(&t->journal, &parent->journal, step) ||
        !keyframes_fork(&t->keyframes, &parent->keyframes, step) ||
        !strand_fork(&t->strand[DETAIL_STORY], &parent->strand[DETAIL_STORY], step, count,
                     &parent->config->log)) {
        timeline_free(t);
        return NULL;
    }
    metric_add(METRIC_FORKS, 1);
    return t;
}

void timeline_free(struct timeline *t) {
    if (!t) return;
    for (int d = 0; d < DETAIL_COUNT; d++) strand_end(&t->strand[d]);
    keyframes_end(&t->keyframes);
    journal_free(&t->journal);
    block_unmap(t->lab, t->block);
    block_unmap(t->behind, t->block);
    free(t);
    metric_add(METRIC_TIMELINES, -1);
}

uint32_t timeline_head(const struct timeline *t) {
    return t->strand[DETAIL_STORY].count;
}

size_t timeline_memory(const struct timeline *t) {
    size_t octets = lab_used(t->lab) + (t->behind ? lab_used(t->behind) : 0);
    octets += journal_memory(&t->journal);
    for (int d = 0; d < DETAIL_COUNT; d++)
        if (t->strand[d].log)
            octets += log_memory(t->strand[d].log) + t->strand[d].room * sizeof(struct mark);
    return octets;
}

/* ------------------------------------------------------------------------- moving the head */

/* Both strands hear of each record, and the devices of what is delivered. */
struct pair {
    struct sink sink[DETAIL_COUNT];
    unsigned count;
    struct timeline *timeline;
};

static void tell_both(void *user, const struct lab *lab, const struct trace_record *record) {
    const struct pair *pair = user;
    struct timeline *t = pair->timeline;
    if (t->outlets && record->kind == TRACE_DELIVERED) t->leave(t, record);
    for (unsigned n = 0; n < pair->count; n++)
        pair->sink[n].record(pair->sink[n].user, lab, record);
}

static struct sink listeners(struct timeline *t, struct pair *pair) {
    pair->count = 0;
    pair->timeline = t;
    unsigned wants = 0;
    for (int d = 0; d < DETAIL_COUNT; d++)
        if (t->strand[d].story && !(d == DETAIL_FULL && t->behind)) {
            pair->sink[pair->count] = story_sink(t->strand[d].story);
            wants |= pair->sink[pair->count++].wants;
        }
    if (pair->count == 1 && !t->outlets) return pair->sink[0];
    return (struct sink){tell_both, pair, wants};
}

bool timeline_log_full(const struct timeline *t) {
    for (int d = 0; d < DETAIL_COUNT; d++) {
        const struct strand *s = &t->strand[d];
        if (s->log && (s->failed || story_failed(s->story) || log_full(s->log) ||
                       log_end(s->log) + log_pending(s->log) > t->config->log_octets))
            return true;
    }
    return false;
}

void timeline_halt(struct timeline *t, const char *why) {
    t->motion = MOTION_PAUSED;
    t->stopped = why;
}

enum stop timeline_step(struct timeline *t, uint64_t steps, sim_time until) {
    struct pair pair;
    struct sink sink = listeners(t, &pair);
    enum stop stop = STOP_BUDGET;
    uint64_t begun = lab_steps(t->lab), done = 0;
    while (done < steps && stop == STOP_BUDGET) {
        uint64_t due = keyframes_due(&t->keyframes), now = begun + done;
        uint64_t some = due > now && due - now < steps - done ? due - now : steps - done;
        struct budget budget = {some, until};
        stop = lab_step(t->lab, &sink, &budget);
        done = lab_steps(t->lab) - begun;
        if (lab_steps(t->lab) >= due && !keyframes_take(&t->keyframes, t->lab)) break;
        if (stop == STOP_BUDGET && begun + done == now) break; /* no step was possible */
    }
    metric_add(METRIC_STEPS, (int64_t)done);
    return stop;
}

/* The engine takes a command between now and the next pending event. */
static sim_time allowed(const struct timeline *t, sim_time at) {
    sim_time next;
    if (at < lab_now(t->lab)) at = lab_now(t->lab);
    if (lab_next(t->lab, &next) && at > next) at = next;
    return at;
}

bool timeline_command(struct timeline *t, sim_time at, uint32_t node, const char *line,
                      struct complaint *why, uint32_t *i) {
    struct pair pair;
    struct sink sink = listeners(t, &pair);
    uint64_t step = lab_steps(t->lab);
    *i = timeline_head(t);
    at = allowed(t, at);
    if (!lab_command(t->lab, &sink, at, node, line, why)) return false;
    if (!journal_add(&t->journal, step, at, node, line)) t->strand[DETAIL_STORY].failed = true;
    if (lab_steps(t->lab) >= keyframes_due(&t->keyframes)) keyframes_take(&t->keyframes, t->lab);
    metric_add(METRIC_COMMANDS, 1);
    return true;
}

bool timeline_frame(struct timeline *t, sim_time at, uint32_t node, uint32_t interface,
                    const uint8_t *octets, size_t count, struct complaint *why) {
    struct pair pair;
    struct sink sink = listeners(t, &pair);
    uint64_t step = lab_steps(t->lab);
    at = allowed(t, at);
    if (!lab_frame_in(t->lab, &sink, at, node, interface, octets, count, why)) return false;
    if (!journal_add_frame(&t->journal, step, at, node, interface, octets, count))
        t->strand[DETAIL_STORY].failed = true;
    if (lab_steps(t->lab) >= keyframes_due(&t->keyframes)) keyframes_take(&t->keyframes, t->lab);
    return true;
}

bool timeline_command_entry(struct timeline *t, const struct journal_entry *e) {
    struct complaint why;
    uint32_t i;
    if (lab_steps(t->lab) != e->step) return false;
    if (e->interface)
        return timeline_frame(t, e->at, e->node, e->interface, e->octets, e->count, &why);
    return timeline_command(t, e->at, e->node, e->line, &why, &i);
}

/* ---------------------------------------------------------------------------- past moments */

uint32_t timeline_count_at(const struct timeline *t, enum detail detail, uint64_t step) {
    const struct strand *s = &t->strand[detail];
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (mark_step(s->marks[middle]) <= step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t timeline_step_at(const struct timeline *t, enum detail detail, uint32_t at) {
    const struct strand *s = &t->strand[detail];
    if (at == 0) return s->count ? 0 : lab_steps(t->lab);
    if (at >= s->count) return lab_steps(t->lab);
    return mark_step(s->marks[at - 1]);
}

uint64_t timeline_step_before(const struct timeline *t, enum detail detail, uint32_t at) {
    const struct strand *s = &t->strand[detail];
    if (at >= s->count) return lab_steps(t->lab);
    uint64_t step = mark_step(s->marks[at]);
    return step ? step - 1 : 0;
}

struct lab *timeline_seek(struct timeline *t, uint64_t step) {
    struct lab *copy = block_map(t->block);
    if (!copy) return NULL;
    if (step >= lab_steps(t->lab)) {
        memcpy(copy, t->lab, lab_used(t->lab));
        return copy;
    }
    keyframes_restore(&t->keyframes, step, copy);
    struct replay replay = {copy, &t->journal, journal_position(&t->journal, lab_steps(copy)),
                            step};
    replay_all(&replay, NULL);
    return copy;
}

bool timeline_line(struct timeline *t, uint32_t i, struct buffer *out) {
    struct log *log = t->strand[DETAIL_STORY].log;
    uint64_t offset;
    if (i >= log_count(log) || !log_offset(log, i, &offset)) return false;
    buffer_clear(out);
    char *room = buffer_room(out, LOG_CHUNK);
    long n = room ? log_read(log, offset, room, LOG_CHUNK) : 0;
    char *end = n > 0 ? memchr(room, '\n', (size_t)n) : NULL;
    if (!end) return false;
    buffer_took(out, (size_t)(end - room));
    return true;
}

/* -------------------------------------------------------------- the full stream, on demand */

bool timeline_full_ready(struct timeline *t) {
    struct strand *s = &t->strand[DETAIL_FULL];
    if (s->story) return !t->behind;
    if (!strand_begin(s, DETAIL_FULL, &t->config->log)) {
        strand_end(s);
        return false;
    }
    t->behind = block_map(t->block);
    if (!t->behind) {
        strand_end(s);
        return false;
    }
    keyframes_restore(&t->keyframes, 0, t->behind);
    t->behind_replay = (struct replay){t->behind, &t->journal, 0, lab_steps(t->lab)};
    return false;
}

bool timeline_full_some(struct timeline *t, uint64_t steps) {
    if (!t->behind) return t->strand[DETAIL_FULL].story != NULL;
    struct sink sink = story_sink(t->strand[DETAIL_FULL].story);
    bool fits;
    t->behind_replay.target = lab_steps(t->lab);
    if (!replay_some(&t->behind_replay, &sink, steps, &fits)) return false;
    block_unmap(t->behind, t->block);
    t->behind = NULL;
    return true;
}

/* ------------------------------------------------------------------------------ publishing */

size_t timeline_pending(const struct timeline *t) {
    size_t octets = 0;
    for (int d = 0; d < DETAIL_COUNT; d++)
        if (t->strand[d].log) octets += log_pending(t->strand[d].log);
    return octets;
}

bool timeline_flush(struct timeline *t, struct packer *packer, int64_t wall,
                    void (*wake)(void *user, struct log *), void *user) {
    bool published = false;
    for (int d = 0; d < DETAIL_COUNT; d++)
        if (t->strand[d].log && log_flush(t->strand[d].log, packer)) {
            published = true;
            wake(user, t->strand[d].log);
        }
    t->last_flush = wall;
    t->flush_due = 0;
    return published;
}
