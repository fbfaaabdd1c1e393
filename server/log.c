#include "log.h"
/*
 * One log, serialised once. The writer gathers lines in `pending`; a flush turns them into an
 * immutable batch with a holder count, compresses it once for all viewers who offer it, and
 * publishes it under the lock, which is held for pointer work only. When the ring's budget is used
 * up the oldest batch is written to the spill file (an unlinked file, so nothing is left behind by
 * a crash) and leaves memory.
 *
 * The table of batches (24 octets each) stays for good: it maps indices to offsets.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "metrics.h"
#include "report.h"

enum {
    PACK_AT_LEAST = 200,     /* shorter batches do not get smaller */
    PENDING_KEPT = 64 * 1024 /* the gathering buffer of a log that has run fast is let go */
};

struct place { /* a batch, resident or not */
    uint64_t offset;
    uint32_t first;
    uint32_t length;
    struct log_batch *batch; /* NULL: in the file */
};

struct log {
    _Atomic unsigned holders;
    struct log_audience audience;
    struct log_config config;
    struct log *parent;
    uint64_t base_offset; /* where this log's own lines begin */
    uint32_t base_index;

    /* the writer's alone */
    char *pending;
    size_t pending_length, pending_room;
    uint32_t pending_count;
    size_t oldest; /* the first place that is resident */
    bool stuck;    /* the spill file cannot be written */

    pthread_mutex_t lock; /* guards all below */
    struct place *places;
    size_t place_count, place_room;
    size_t resident;
    uint64_t end;
    uint32_t count;
    int file; /* -1: not made yet */
};

struct packer {
    z_stream stream;
};

struct packer *packer_create(void) {
    struct packer *packer = calloc(1, sizeof *packer);
    if (!packer) return NULL;
    /* Level 1, a 32 KiB window: measured best for batches of some KiB. */
    if (deflateInit2(&packer->stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(packer);
        return NULL;
    }
    return packer;
}

void packer_free(struct packer *packer) {
    if (!packer) return;
    deflateEnd(&packer->stream);
    free(packer);
}

/* Each batch starts from an empty window, so any viewer can begin with any batch. */
static void pack(struct packer *packer, struct log_batch *batch) {
    z_stream *z = &packer->stream;
    if (deflateReset(z) != Z_OK) return;
    size_t room = deflateBound(z, batch->length) + 16;
    unsigned char *out = malloc(room);
    if (!out) return;
    z->next_in = (unsigned char *)batch->text;
    z->avail_in = (unsigned)batch->length;
    z->next_out = out;
    z->avail_out = (unsigned)room;
    int result = deflate(z, Z_SYNC_FLUSH);
    size_t length = room - z->avail_out;
    if (result != Z_OK || z->avail_in || length < 5 || length - 4 >= batch->length) {
        free(out);
        return;
    }
    batch->packed = out;
    batch->packed_length = length - 4; /* a message ends before 00 00 ff ff: RFC 7692 7.2.1 */
}

void log_batch_release(struct log_batch *batch) {
    if (!batch || atomic_fetch_sub(&batch->holders, 1) != 1) return;
    free(batch->text);
    free(batch->packed);
    free(batch);
}

/* ------------------------------------------------------------------------------------ life */

struct log *log_create(const struct log_config *config, struct log *parent, uint32_t at) {
    struct log *log = calloc(1, sizeof *log);
    if (!log) return NULL;
    if (parent && !log_offset(parent, at, &log->base_offset)) {
        free(log);
        return NULL;
    }
    atomic_init(&log->holders, 1);
    log->config = *config;
    log->parent = parent ? log_hold(parent) : NULL;
    log->base_index = log->count = parent ? at : 0;
    log->end = log->base_offset;
    log->file = -1;
    pthread_mutex_init(&log->lock, NULL);
    return log;
}

struct log *log_hold(struct log *log) {
    atomic_fetch_add(&log->holders, 1);
    return log;
}

void log_release(struct log *log) {
    while (log && atomic_fetch_sub(&log->holders, 1) == 1) {
        struct log *parent = log->parent;
        for (size_t n = 0; n < log->place_count; n++) log_batch_release(log->places[n].batch);
        free(log->places);
        free(log->pending);
        if (log->file >= 0) close(log->file);
        pthread_mutex_destroy(&log->lock);
        free(log);
        log = parent;
    }
}

struct log_audience *log_audience(struct log *log) {
    return &log->audience;
}

/* --------------------------------------------------------------------------------- writing */

bool log_append(struct log *log, const char *lines, size_t length, uint32_t count) {
    if (log->pending_length + length > log->pending_room) {
        size_t room = (log->pending_length + length) * 2;
        char *grown = realloc(log->pending, room);
        if (!grown) return false;
        log->pending = grown;
        log->pending_room = room;
    }
    memcpy(log->pending + log->pending_length, lines, length);
    log->pending_length += length;
    log->pending_count += count;
    return true;
}

size_t log_pending(const struct log *log) {
    return log->pending_length;
}

bool log_full(const struct log *log) {
    return log->stuck;
}

size_t log_memory(const struct log *log) {
    return log->resident + log->pending_room + log->place_room * sizeof *log->places;
}

/* An unlinked file, made when it is first needed. */
static int spill_file(struct log *log) {
    if (log->file >= 0 || !log->config.spill_dir) return log->file;
    int file = open(log->config.spill_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) {
        char name[512];
        int n = snprintf(name, sizeof name, "%s/netstep-XXXXXX", log->config.spill_dir);
        if (n > 0 && (size_t)n < sizeof name) file = mkostemp(name, O_CLOEXEC);
        if (file >= 0) unlink(name);
    }
    if (file < 0)
        report_limited(REPORT_WARN, "spill", "no spill file in %s: %s", log->config.spill_dir,
                       strerror(errno));
    pthread_mutex_lock(&log->lock);
    log->file = file;
    pthread_mutex_unlock(&log->lock);
    return file;
}

static bool write_all(int file, const char *text, size_t length, uint64_t at) {
    while (length) {
        ssize_t n = pwrite(file, text, length, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text += n;
        length -= (size_t)n;
        at += (uint64_t)n;
    }
    return true;
}

/* Writes the oldest batches out until the ring keeps its budget; the newest always stays. */
static void evict(struct log *log) {
    while (!log->stuck && log->resident > log->config.ring_octets &&
           log->oldest + 1 < log->place_count) {
        struct log_batch *batch = log->places[log->oldest].batch;
        int file = spill_file(log);
        if (file < 0 ||
            !write_all(file, batch->text, batch->length, batch->offset - log->base_offset)) {
            if (file >= 0) report_limited(REPORT_WARN, "spill", "%s", strerror(errno));
            log->stuck = true;
            return;
        }
        pthread_mutex_lock(&log->lock);
        log->places[log->oldest++].batch = NULL;
        log->resident -= batch->length + batch->packed_length;
        pthread_mutex_unlock(&log->lock);
        log_batch_release(batch);
    }
}

static bool publish(struct log *log, struct log_batch *batch) {
    pthread_mutex_lock(&log->lock);
    if (log->place_count == log->place_room) {
        size_t room = log->place_room ? log->place_room * 2 : 16;
        struct place *grown = realloc(log->places, room * sizeof *grown);
        if (!grown) {
            pthread_mutex_unlock(&log->lock);
            return false;
        }
        log->places = grown;
        log->place_room = room;
    }
    log->places[log->place_count++] =
        (struct place){batch->offset, batch->first, (uint32_t)batch->length, batch};
    log->resident += batch->length + batch->packed_length;
    log->end += batch->length;
    log->count += batch->count;
    pthread_mutex_unlock(&log->lock);
    return true;
}

/* The first octets of `pending` that make a batch: whole lines, at least one. */
static size_t batch_length(const struct log *log, uint32_t *count) {
    if (log->pending_length <= LOG_BATCH_OCTETS) {
        *count = log->pending_count;
        return log->pending_length;
    }
    size_t length = 0;
    *count = 0;
    while (length < LOG_BATCH_OCTETS && length < log->pending_length) {
        const char *end = memchr(log->pending + length, '\n', log->pending_length - length);
        length = (size_t)(end - log->pending) + 1;
        ++*count;
    }
    return length;
}

static bool flush_one(struct log *log, struct packer *packer) {
    uint32_t count;
    size_t length = batch_length(log, &count);
    struct log_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return false;
    atomic_init(&batch->holders, 1);
    batch->offset = log->end;
    batch->first = log->count;
    batch->count = count;
    batch->text = malloc(length);
    batch->length = length;
    if (!batch->text) {
        log_batch_release(batch);
        return false;
    }
    memcpy(batch->text, log->pending, length);
    if (packer && length >= PACK_AT_LEAST && atomic_load(&log->audience.packed))
        pack(packer, batch);
    if (!publish(log, batch)) {
        log_batch_release(batch);
        return false;
    }
    metric_add(METRIC_BATCHES, 1);
    metric_add(METRIC_BATCH_OCTETS, (int64_t)length);
    metric_add(METRIC_PACKED_OCTETS, (int64_t)batch->packed_length);
    log->pending_length -= length;
    log->pending_count -= count;
    memmove(log->pending, log->pending + length, log->pending_length);
    return true;
}

bool log_flush(struct log *log, struct packer *packer) {
    bool published = false;
    while (log->pending_length && flush_one(log, packer)) published = true;
    if (published) evict(log);
    if (!log->pending_length && log->pending_room > PENDING_KEPT) {
        free(log->pending);
        log->pending = NULL;
        log->pending_room = 0;
    }
    return published;
}

/* --------------------------------------------------------------------------------- reading */

uint64_t log_end(struct log *log) {
    pthread_mutex_lock(&log->lock);
    uint64_t end = log->end;
    pthread_mutex_unlock(&log->lock);
    return end;
}

uint32_t log_count(struct log *log) {
    pthread_mutex_lock(&log->lock);
    uint32_t count = log->count;
    pthread_mutex_unlock(&log->lock);
    return count;
}

static size_t place_of_offset(const struct log *log, uint64_t offset) {
    size_t low = 0, high = log->place_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (log->places[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static size_t place_of_index(const struct log *log, uint32_t index) {
    size_t low = 0, high = log->place_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (log->places[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Copies out of one place, under the lock when it is in memory, else from the file. */
static long copy_place(struct log *log, struct place place, uint64_t offset, char *out,
                       size_t room) {
    size_t skip = (size_t)(offset - place.offset), length = place.length - skip;
    if (length > room) length = room;
    if (place.batch) {
        memcpy(out, place.batch->text + skip, length);
        return (long)length;
    }
    ssize_t n;
    do n = pread(log->file, out, length, (off_t)(offset - log->base_offset));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)length ? (long)length : -1;
}

/* One batch's octets from `offset` on; the batch is held while it is copied outside the lock. */
static long read_own(struct log *log, uint64_t offset, char *out, size_t room) {
    pthread_mutex_lock(&log->lock);
    if (offset >= log->end) {
        pthread_mutex_unlock(&log->lock);
        return 0;
    }
    struct place place = log->places[place_of_offset(log, offset)];
    if (place.batch) atomic_fetch_add(&place.batch->holders, 1);
    pthread_mutex_unlock(&log->lock);
    long n = copy_place(log, place, offset, out, room);
    if (place.batch) log_batch_release(place.batch);
    return n;
}

/* The log of the chain that owns `offset`, and the offset where its part of the stream ends: the
 * lowest start on the way, since a branch may be cut before the start of its parent's own part. */
static struct log *owner_of(struct log *log, uint64_t offset, uint64_t *limit) {
    *limit = UINT64_MAX;
    while (log->parent && offset < log->base_offset) {
        if (log->base_offset < *limit) *limit = log->base_offset;
        log = log->parent;
    }
    return log;
}

long log_read_octets(struct log *log, uint64_t offset, char *out, size_t room) {
    size_t got = 0;
    for (;;) {
        uint64_t limit;
        struct log *owner = owner_of(log, offset + got, &limit);
        size_t want = room - got;
        if (limit - (offset + got) < want) want = (size_t)(limit - (offset + got));
        long n = want ? read_own(owner, offset + got, out + got, want) : 0;
        if (n <= 0) return got || !n ? (long)got : -1;
        got += (size_t)n;
    }
}

long log_read(struct log *log, uint64_t offset, char *out, size_t room) {
    long length = log_read_octets(log, offset, out, room);
    while (length > 0 && out[length - 1] != '\n') length--;
    return length;
}

struct log_batch *log_packed_at(struct log *log, uint64_t offset) {
    uint64_t limit;
    log = owner_of(log, offset, &limit);
    struct log_batch *batch = NULL;
    pthread_mutex_lock(&log->lock);
    if (offset < log->end) {
        struct place place = log->places[place_of_offset(log, offset)];
        if (place.offset == offset && place.batch && place.batch->packed &&
            place.offset + place.length <= limit) {
            batch = place.batch;
            atomic_fetch_add(&batch->holders, 1);
        }
    }
    pthread_mutex_unlock(&log->lock);
    return batch;
}

/* Counts `lines` newlines from a place's start: where event `index` begins. */
static bool scan_lines(struct log *log, struct place place, uint32_t lines, uint64_t *offset) {
    char *text = malloc(place.length);
    bool found = false;
    if (text && copy_place(log, place, place.offset, text, place.length) == (long)place.length) {
        const char *at = text, *end = text + place.length;
        while (lines && at && (at = memchr(at, '\n', (size_t)(end - at)))) {
            at++;
            lines--;
        }
        found = at && !lines;
        if (found) *offset = place.offset + (uint64_t)(at - text);
    }
    free(text);
    return found;
}

bool log_offset(struct log *log, uint32_t index, uint64_t *offset) {
    while (log->parent && index < log->base_index) log = log->parent;
    pthread_mutex_lock(&log->lock);
    uint32_t count = log->count;
    *offset = log->end;
    struct place place = {0};
    if (index < count) {
        place = log->places[place_of_index(log, index)];
        if (place.batch) atomic_fetch_add(&place.batch->holders, 1);
    }
    pthread_mutex_unlock(&log->lock);
    if (index >= count) return index == count;
    bool found = scan_lines(log, place, index - place.first, offset);
    if (place.batch) log_batch_release(place.batch);
    return found;
}
