#ifndef NETSTEP_SERVER_EVENTS_H
#define NETSTEP_SERVER_EVENTS_H
/*
 * Story lines, read back: what lessons assert is asserted on the very lines that viewers get. A
 * match is an object whose keys an event must have (lessons/README.md).
 */
#include "json.h"

struct events {
    struct json_document **lines;
    struct json_node *roots, *arrays; /* of each line: its root and its "e", for the nodes below */
    struct json_node *events;
    size_t count;
};
#define NO_EVENT SIZE_MAX

/* Reads NDJSON lines; lines that are no events, or later than `until` (-1: none is), are skipped.
 * False: out of memory. */
bool events_read(struct events *, const char *lines, size_t length, int64_t until);
void events_free(struct events *);
int64_t events_time(const struct events *, size_t i);
/* Names of nodes in a match stand for their ids in this lab. `nth` is not looked at. */
bool event_matches(const struct json_node *event, const struct json_node *match,
                   const struct lab *);
/* The first event from `from` on that matches, or, with "nth": N in the match, the N-th. */
size_t events_find(const struct events *, const struct json_node *match, size_t from,
                   const struct lab *);
/* What an event has under a key; "a.win" is the argument `win` of its sentence. */
struct json_node event_value(const struct json_node *event, const char *key);
bool event_number(const struct json_node *event, const char *key, int64_t *number);
size_t events_count(const struct events *, const struct json_node *match, const struct lab *);

/* Complains when a match in a lesson has a key that no event has, or a value of a wrong kind. */
bool match_check(const struct json_node *match);
/* "event:k=tx&n=client&nth=2" as the JSON text of a match: {"k":"tx","n":"client","nth":2}. */
struct buffer;
void match_from_link(const char *href, struct buffer *out);

#endif
