#ifndef NETSTEP_SERVER_RECORD_H
#define NETSTEP_SERVER_RECORD_H
/*
 * A lab's record as text, one JSON object a line: what the data folder of `serve` holds, and the
 * journal that `bridge` writes and `run --journal` replays. The first line names the lab:
 *     {"lab":"...","key":"...","join":"...","behaviour":1,"seed":7,"outside":[...],"scenario":{..}}
 * `outside` (absent: none) lists the interfaces that were plugged into the outside, in order. Then
 *     {"do":"T0","step":41,"at":1030000000,"node":2,"line":"ping -c 1 server"}
 *     {"do":"T0","step":42,"at":1040000000,"node":3,"interface":1,"frame":"ffffffffffff0200..."}
 *     {"head":"T0","step":60,"at":1200000000,"hash":"...","hash_all":"..."}
 * and, of branches, what room_record.c says.
 */
#include "buffer.h"
#include "journal.h"
#include "json.h"
#include "outside.h"
#include "scenario.h"

struct record_names {
    const char *id, *key, *join;
};
void record_begin(struct buffer *, const struct record_names *, uint64_t seed,
                  const struct record_outside *, size_t outside_count, const char *scenario,
                  size_t scenario_length);
void record_entry(struct buffer *, const char *timeline, const struct journal_entry *);
/* `hash` NULL: it is not known. */
void record_head(struct buffer *, const char *timeline, uint64_t step, sim_time at,
                 const struct trace_hash *hash);

/* The scenario of a first line, joined to the outside as the line says. NULL: `why` tells. */
struct scenario_file *record_scenario(const struct json_node *first, struct complaint *why);
/* Adds a "do" line to the journal. False: it is none, or its frame is no frame. */
bool record_read_entry(struct journal *, const struct json_node *line);

/* A whole record of which only T0 counts. */
enum { RECORD_OUTSIDE_MOST = 64 };
struct record {
    struct scenario_file *scenario;
    struct record_outside outside[RECORD_OUTSIDE_MOST];
    size_t outside_count;
    uint64_t seed;
    struct journal journal;
    uint64_t head_step; /* of the last "head", or behind the last entry */
    sim_time head_at;
    char hash[2][20]; /* "": not known */
};
bool record_load(struct record *, const char *path, struct complaint *why);
/* The scenario of this file instead, joined to the outside as the record's is. */
struct scenario_file *record_scenario_from(const struct record *, const char *path,
                                           struct complaint *why);
void record_free(struct record *);

#endif
