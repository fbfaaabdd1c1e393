#ifndef NETSTEP_SERVER_STORY_H
#define NETSTEP_SERVER_STORY_H
/*
 * From the engine's trace to the lines of a stream, `story` or `full` (server/README.md). One
 * struct story writes one stream of one timeline: give story_sink() to every lab_step and
 * lab_command of it. A line is handed out as soon as it is complete and not kept; what is kept is
 * 24 octets for each step and timer and 56 for each frame, to find causes.
 */
#include "buffer.h"
#include "engine.h"

enum detail { DETAIL_STORY, DETAIL_FULL, DETAIL_COUNT };
const char *detail_name(enum detail); /* "story" */

struct story_line {
    const char *text; /* one JSON object and a newline; lives during the call */
    size_t length;
    uint32_t i; /* its index in the stream */
    sim_time t;
    uint64_t step;
    bool interesting; /* a person's step ends on it: cmd tx rx lost drop st con call, tm fire */
    bool lost;
};
typedef void story_out(void *user, const struct story_line *);

struct story;
struct story *story_new(enum detail, story_out *, void *user); /* NULL: out of memory */
/* Goes on as if `parent` had stopped after the engine's step `step`. */
struct story *story_fork(const struct story *parent, uint64_t step, story_out *, void *user);
void story_free(struct story *); /* NULL is fine */
struct sink story_sink(struct story *);
/* Nodes are called by these names, node 1 by the first; they outlive the story. */
void story_name_nodes(struct story *, const char *const *names);
uint32_t story_next(const struct story *); /* the index that the next event gets */
bool story_failed(const struct story *);   /* out of memory: from then on nothing is written */

/* A watched field's value as the stream says it: a sequence number counts from its base. */
uint64_t story_value(const struct trace_record *, uint64_t value);

/* Members of a JSON object, without braces around them. */
void story_world(struct buffer *,
                 const struct lab *); /* "behaviour":1,"nodes":[..],...,"roles":[..] */
void story_vocabulary(
    struct buffer *); /* of these, what is the same for all labs, from "protocols" on */
void story_snapshot(struct buffer *, const struct lab *); /* "t":..,"tables":{..},"states":[..] */
/* The hello line without its newline. `parent` NULL: none. */
void story_hello(struct buffer *, const struct lab *, const char *lab_name, const char *timeline,
                 enum detail, uint32_t head);

#endif
