#ifndef NETSTEP_SERVER_LOG_H
#define NETSTEP_SERVER_LOG_H
/*
 * The log of one stream of one timeline: NDJSON lines, one event a line, written once by the lab's
 * worker and read by every viewer at its own pace. A cursor is the octet offset of a line's
 * start. The newest octets are in memory as immutable batches, older ones in a spill file.
 *
 * A branch's log has its parent's lines up to the fork: offsets and indices are those of the whole
 * stream, and reads below the fork are served by the parent, which the branch keeps alive.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOG_BATCH_OCTETS = 64 * 1024,               /* a batch is sealed when it has reached this */
    LOG_LINE_MAX = 64 * 1024,                   /* no single line is longer */
    LOG_CHUNK = LOG_BATCH_OCTETS + LOG_LINE_MAX /* room that holds any batch */
};

struct log_config {
    size_t ring_octets;    /* what stays in memory */
    const char *spill_dir; /* where evicted batches go; NULL: nowhere, then the ring is the log */
};

struct log_batch { /* immutable once published */
    _Atomic unsigned holders;
    uint64_t offset; /* of its first octet in the stream */
    uint32_t first, count;
    char *text;
    size_t length;
    unsigned char *packed; /* raw DEFLATE without the final 00 00 ff ff (RFC 7692 7.2.1), or NULL */
    size_t packed_length;
};
void log_batch_release(struct log_batch *);

struct packer; /* the compressor that a worker reuses */
struct packer *packer_create(void);
void packer_free(struct packer *);

struct log;
/* `at`: how many events of `parent` the branch shares; they must be published. NULL: out of
 * memory. The caller holds one reference. */
struct log *log_create(const struct log_config *, struct log *parent, uint32_t at);
struct log *log_hold(struct log *);
void log_release(struct log *);

/* By the one writer. */
bool log_append(struct log *, const char *lines, size_t length, uint32_t count);
size_t log_pending(const struct log *);        /* octets appended and not yet published */
bool log_flush(struct log *, struct packer *); /* true: something was published */
bool log_full(const struct log *);             /* the ring is full and there is no spill file */
size_t log_memory(const struct log *);         /* octets held in memory */

/* By any thread. */
uint64_t log_end(struct log *);   /* offset behind the last published octet */
uint32_t log_count(struct log *); /* events published = the next index */
/* The offset of event `index`; log_count() gives log_end(). False: beyond, or not readable. */
bool log_offset(struct log *, uint32_t index, uint64_t *offset);
/* Whole lines from `offset` on, at most `room` octets (LOG_CHUNK is always enough for one line).
 * 0: nothing there yet; -1: the spill file failed. */
long log_read(struct log *, uint64_t offset, char *out, size_t room);
/* The same without regard to lines. */
long log_read_octets(struct log *, uint64_t offset, char *out, size_t room);
/* The batch that begins exactly at `offset` and is compressed; release it. NULL: none. */
struct log_batch *log_packed_at(struct log *, uint64_t offset);

struct viewer; /* ws.c */
/* How many viewers read it and how many of them take compressed batches: kept by the readers. */
struct log_audience {
    _Atomic unsigned viewers, packed;
    _Atomic bool dirty;      /* published since the sender last looked */
    struct log *next;        /* in the sender's list of dirty logs, under the sender's lock */
    struct viewer *watchers; /* the sender's own list */
};
struct log_audience *log_audience(struct log *);

#endif
