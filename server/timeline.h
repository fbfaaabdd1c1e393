#ifndef NETSTEP_SERVER_TIMELINE_H
#define NETSTEP_SERVER_TIMELINE_H
/*
 * A timeline: one future of a lab. It has the lab at its head, its journal, its keyframes, and for
 * each detail the formatter and the shared log. `story` is written from the start; `full` is made
 * when the first viewer asks for it, by re-running the timeline from its beginning.
 *
 * Everything here belongs to the room's worker, except the logs, which anyone may read.
 *
 * A count of events names a moment: `at` means that events 0..at-1 have happened.
 */
#include "journal.h"
#include "keyframe.h"
#include "log.h"
#include "pacer.h"
#include "story.h"

enum { TIMELINE_ID = 12, TIMELINE_KEY = 33 };

struct timeline;

/* What is kept of each event, to find steps and times. */
struct mark {
    sim_time t;
    uint64_t step_flags; /* step << 2 | lost << 1 | interesting */
};
static inline uint64_t mark_step(struct mark m) {
    return m.step_flags >> 2;
}
static inline bool mark_lost(struct mark m) {
    return m.step_flags & 2;
}
static inline bool mark_interesting(struct mark m) {
    return m.step_flags & 1;
}

/* One stream of a timeline: the formatter, its log, and the marks of all its events. */
struct strand {
    struct timeline *owner;
    struct story *story;
    struct log *log;
    struct mark *marks;
    uint32_t count, room;
    bool failed;
};

struct outlet; /* where it is joined to a device: room_devices.c */

enum motion { MOTION_PAUSED, MOTION_FAST, MOTION_PACED };

struct timeline_config {
    struct log_config log;
    size_t log_octets; /* of one stream; then the timeline stops */
};

struct timeline {
    char id[TIMELINE_ID];
    char key[TIMELINE_KEY]; /* of the viewer who made the branch; "": the lab's key alone rules */
    struct timeline *parent;
    uint64_t fork_step;
    const struct timeline_config *config;
    struct lab *lab; /* at the head */
    size_t block;    /* octets of the mapping */
    struct journal journal;
    struct keyframes keyframes;
    struct strand strand[DETAIL_COUNT]; /* FULL: story NULL until it is asked for */
    struct lab *behind;                 /* the lab that writes `full`, on its way to the head */
    struct replay behind_replay;

    struct outlet *outlets; /* NULL: none. A timeline that has some runs in real time */
    void (*leave)(struct timeline *, const struct trace_record *); /* of what is delivered */

    enum motion motion;
    sim_time until; /* FAST and PACED stop here */
    struct pacer pacer;
    /* Why it stands: "paused", "until", "quiet", "livelock", "end", "log_full", "journal_full",
     * "device" or "unwatched". */
    const char *stopped;
    int64_t last_flush, flush_due; /* wall; due 0: nothing pending */
};

/* For measurements: called with each line's index once it is written. NULL: nobody measures. */
extern void (*timeline_witness)(const struct timeline *, const struct strand *, uint32_t i);

/* A block for a lab: zeroed pages that cost nothing until they are touched. NULL: out of memory. */
struct lab *block_map(size_t size);
void block_unmap(struct lab *, size_t size);

/* Takes over `lab` (a fresh one in a mapped block). NULL: out of memory, the block is freed. */
struct timeline *timeline_create(const char *id, struct lab *lab, size_t block, struct page_pool *,
                                 const struct timeline_config *);
/* The same past up to `step` (at most the parent's head), another future. The parent must have been
 * flushed. NULL: out of memory. */
struct timeline *timeline_fork(struct timeline *parent, const char *id, uint64_t step);
void timeline_free(struct timeline *);

uint32_t timeline_head(const struct timeline *); /* events of the story */
bool timeline_full_ready(struct timeline *);     /* makes `full` when it is not; call until true */
bool timeline_full_some(struct timeline *, uint64_t steps); /* goes on with it; true: ready */
size_t timeline_memory(const struct timeline *);

/* Moves the head by at most `steps` steps, not past `until`. */
enum stop timeline_step(struct timeline *, uint64_t steps, sim_time until);
/* One command at virtual time `at`, which is brought into what the engine allows. *i: the index of
 * its event. False: refused, `why` says so. */
bool timeline_command(struct timeline *, sim_time at, uint32_t node, const char *line,
                      struct complaint *why, uint32_t *i);
/* A frame from outside, in the same way: to the cable of an outside node's interface. */
bool timeline_frame(struct timeline *, sim_time at, uint32_t node, uint32_t interface,
                    const uint8_t *octets, size_t count, struct complaint *why);
bool timeline_command_entry(struct timeline *, const struct journal_entry *); /* from a record */
bool timeline_log_full(const struct timeline *);
void timeline_halt(struct timeline *, const char *why); /* it stands, and `stopped` says why */

/* The last step that is over when `at` events have happened; rounded up to a whole step. */
uint64_t timeline_step_at(const struct timeline *, enum detail, uint32_t at);
/* The same rounded down. */
uint64_t timeline_step_before(const struct timeline *, enum detail, uint32_t at);
/* How many events have happened when `step` is over. */
uint32_t timeline_count_at(const struct timeline *, enum detail, uint64_t step);
/* A copy of the lab as it was after `step`; block_unmap(copy, t->block). */
struct lab *timeline_seek(struct timeline *, uint64_t step);
/* Line `i` of the story into `out`, without its newline. False: it is not published. */
bool timeline_line(struct timeline *, uint32_t i, struct buffer *out);

/* Publishes what is pending. True: something was; `wake` is called for each log that has news. */
bool timeline_flush(struct timeline *, struct packer *, int64_t wall,
                    void (*wake)(void *user, struct log *), void *user);
size_t timeline_pending(const struct timeline *);

#endif
