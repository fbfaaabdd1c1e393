#ifndef NETSTEP_SERVER_STREAMS_H
#define NETSTEP_SERVER_STREAMS_H
/*
 * What went in and out of each socket: length and SHA-256 of the stream that it sent and of the one
 * that it delivered, from TRACE_STREAM records, and the last state of its connection.
 */
#include "buffer.h"
#include "engine.h"

struct streams;
struct streams *streams_new(void); /* NULL: out of memory */
void streams_record(struct streams *, const struct trace_record *);
/* The JSON array "sockets" of the run summary, in the order in which the streams began;
 * connections that moved no octets stand at the end. */
void streams_json(struct streams *, const struct lab *, struct buffer *);
void streams_free(struct streams *);

#endif
