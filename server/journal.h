#ifndef NETSTEP_SERVER_JOURNAL_H
#define NETSTEP_SERVER_JOURNAL_H
/*
 * What was done to a timeline from outside: each entry is a command, or a frame that came in from a
 * real network, and applies after `step` steps, at its virtual time. With the scenario and the seed
 * it is all that a timeline is; and re-running is how every past moment is reached.
 */
#include <stdbool.h>
#include <stddef.h>

#include "engine.h"

struct journal_text; /* the octets of an entry; branches share them, all on one thread */

struct journal_entry {
    uint64_t step; /* steps taken before the input; the input is step + 1 */
    sim_time at;
    uint32_t node, interface; /* interface 0: a command; else where the frame came in */
    const char *line;         /* a command; "" for a frame */
    const uint8_t *octets;    /* a frame */
    size_t count;
    struct journal_text *text;
};
struct journal {
    struct journal_entry *entries;
    size_t count, room;
    size_t octets; /* of all frames, those that are shared included */
};
bool journal_add(struct journal *, uint64_t step, sim_time at, uint32_t node, const char *line);
bool journal_add_frame(struct journal *, uint64_t step, sim_time at, uint32_t node,
                       uint32_t interface, const uint8_t *octets, size_t count);
/* A copy of the entries whose inputs are among the first `steps` steps. */
bool journal_fork(struct journal *, const struct journal *parent, uint64_t steps);
void journal_free(struct journal *);
size_t journal_memory(const struct journal *);
/* Gives the entry to a lab that stands where it belongs. */
bool journal_apply(struct lab *, const struct sink *, const struct journal_entry *,
                   struct complaint *);

/* A re-run: a lab on its way to `target` steps. */
struct replay {
    struct lab *lab;
    const struct journal *journal;
    size_t next; /* the first entry that has not been applied */
    uint64_t target;
};
/* Where a lab that has taken `lab_steps` steps stands in its journal. */
size_t journal_position(const struct journal *, uint64_t steps);
/* At most `steps` steps further. True: the target is reached, or cannot be (the lab has ended or
 * the journal does not fit: *fits is false then). sink NULL: silently. */
bool replay_some(struct replay *, const struct sink *, uint64_t steps, bool *fits);
/* All the way. False: the journal does not fit this lab. */
bool replay_all(struct replay *, const struct sink *);

#endif
