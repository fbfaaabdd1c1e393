#include "stack/tcp/tcp_state.h"
/*
 * Octets that wait: to be acknowledged (send), to be read (receive), to become in order (the
 * out-of-order queue, SHLD-31). All are chains of fixed chunks from one pool of the lab; a
 * connection that has nothing waiting holds none. A pool that runs out is an outcome: fewer octets
 * are taken than were offered.
 */
#include "stack/tcp/seq.h"
#include <assert.h>
#include <string.h>

/* No row and no watch shows a chunk. */
static struct tcp_chunk *chunk_edit(struct step *s, struct id id) {
    return object_touch(s->lab, POOL_CHUNK, id);
}

static const struct tcp_chunk *chunk_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_CHUNK, id);
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static struct tcp_chunk *grow(struct step *s, struct tcp_buffer *b, struct id fresh) {
    if (!id_is(fresh)) return NULL;
    if (id_is(b->last))
        chunk_edit(s, b->last)->next = fresh;
    else
        b->first = fresh;
    b->last = fresh;
    return chunk_edit(s, fresh);
}

size_t tcp_buffer_append(struct step *s, struct tcp_buffer *b, const uint8_t *octets,
                         size_t count) {
    size_t taken = 0;
    struct tcp_chunk *last = chunk_edit(s, b->last);
    while (taken < count) {
        if (last == NULL || last->end == TCP_CHUNK_OCTETS) {
            last = grow(s, b, object_create(s, POOL_CHUNK, 0));
            if (last == NULL) break;
        }
        size_t n = least(count - taken, TCP_CHUNK_OCTETS - last->end);
        memcpy(last->octets + last->end, octets + taken, n);
        last->end += (uint32_t)n;
        taken += n;
    }
    b->count += (uint32_t)taken;
    return taken;
}

void tcp_buffer_read(struct step *s, struct tcp_buffer *b, uint32_t offset, uint8_t *out,
                     size_t count) {
    assert(offset + count <= b->count);
    if (count == 0) return;
    /* Reading goes forward nearly always, so it starts where it last was. */
    if (!id_is(b->cursor) || offset < b->cursor_at) {
        b->cursor = b->first;
        b->cursor_at = 0;
    }
    const struct tcp_chunk *chunk = chunk_get(s->lab, b->cursor);
    while (offset - b->cursor_at >= chunk->end - chunk->start) {
        b->cursor_at += chunk->end - chunk->start;
        b->cursor = chunk->next;
        chunk = chunk_get(s->lab, b->cursor);
    }
    uint32_t skip = offset - b->cursor_at;
    for (size_t done = 0; done < count; skip = 0) {
        size_t n = least(count - done, chunk->end - chunk->start - skip);
        memcpy(out + done, chunk->octets + chunk->start + skip, n);
        done += n;
        if (done < count) chunk = chunk_get(s->lab, chunk->next);
    }
}

void tcp_buffer_drop(struct step *s, struct tcp_buffer *b, size_t count) {
    assert(count <= b->count);
    b->count -= (uint32_t)count;
    b->cursor_at -= (uint32_t)least(count, b->cursor_at);
    while (id_is(b->first)) {
        struct tcp_chunk *chunk = chunk_edit(s, b->first);
        size_t n = least(count, chunk->end - chunk->start);
        chunk->start += (uint32_t)n;
        count -= n;
        if (chunk->start < chunk->end) break;
        struct id gone = b->first;
        b->first = chunk->next;
        if (id_same(b->cursor, gone)) {
            b->cursor = b->first;
            b->cursor_at = 0;
        }
        object_destroy(s, POOL_CHUNK, gone);
    }
    if (!id_is(b->first)) b->last = b->cursor = (struct id){0, 0};
}

/* ----------------------------------------------------------------------- the out-of-order queue */

/* The queue is one list of chunks in sequence order. Chunks without a gap between them are a run,
 * and the first chunk of a run knows its last one and where it ends: a walk goes from run to run.
 * It begins at the run that was touched last: what comes in goes on there nearly always. */
static struct id run_before(const struct lab *lab, const struct tcb *c, uint32_t seq) {
    const struct tcp_chunk *run = chunk_get(lab, c->run);
    struct id found = {0, 0}, next = c->out_of_order;
    if (run != NULL && seq_leq(run->seq, seq)) next = c->run;
    for (; id_is(next); next = chunk_get(lab, run->last)->next) {
        run = chunk_get(lab, next);
        if (seq_gt(run->seq, seq)) break;
        found = next;
    }
    return found;
}

static struct id next_run(const struct lab *lab, const struct tcb *c, struct id run) {
    return id_is(run) ? chunk_get(lab, chunk_get(lab, run)->last)->next : c->out_of_order;
}

/* One more chunk behind the run *at, as its end or as a run of its own, which *at then names. */
static bool put(struct step *s, struct tcb *c, struct id *at, uint32_t seq, const uint8_t *octets,
                uint32_t count) {
    struct id fresh = object_create(s, POOL_CHUNK, c->node);
    if (!id_is(fresh)) return false;
    struct tcp_chunk *chunk = chunk_edit(s, fresh), *run = chunk_edit(s, *at);
    struct id *link = run == NULL ? &c->out_of_order : &chunk_edit(s, run->last)->next;
    assert(chunk != NULL && count <= TCP_CHUNK_OCTETS);
    memcpy(chunk->octets, octets, count);
    chunk->seq = seq;
    chunk->end = count;
    chunk->next = *link;
    *link = fresh;
    if (run == NULL || run->right != seq) {
        run = chunk;
        *at = fresh;
    }
    run->last = fresh;
    run->right = seq + count;
    c->out_of_order_octets += count;
    return true;
}

/* Only the octets that are not there yet are added: the first copy of an octet stands. */
bool tcp_queue_insert(struct step *s, struct tcb *c, uint32_t seq, const uint8_t *octets,
                      size_t count) {
    struct id at = run_before(s->lab, c, seq);
    uint32_t end = seq + (uint32_t)count, n;
    for (; seq != end; seq += n, octets += n) {
        struct tcp_chunk *run = chunk_edit(s, at);
        n = end - seq;
        if (run != NULL && seq_lt(seq, run->right)) { /* they are there */
            n = (uint32_t)least(n, run->right - seq);
            continue;
        }
        struct id next = next_run(s->lab, c, at);
        const struct tcp_chunk *after = chunk_get(s->lab, next);
        if (after != NULL) n = (uint32_t)least(n, after->seq - seq);
        n = (uint32_t)least(n, TCP_CHUNK_OCTETS);
        if (!put(s, c, &at, seq, octets, n)) return false;
        run = chunk_edit(s, at);
        if (after != NULL && run->right == after->seq) { /* the gap is filled: one run */
            run->last = after->last;
            run->right = after->right;
        }
    }
    c->run = at;
    return true;
}

/* Moves a chunk to the end of what may be read: by copying when there is room for its octets in
 * the last chunk, so that many small segments do not each keep a chunk. */
static void move(struct step *s, struct tcb *c, struct id id) {
    struct tcp_chunk *chunk = chunk_edit(s, id), *last = chunk_edit(s, c->receive.last);
    uint32_t n = chunk->end - chunk->start;
    if (last != NULL && n <= TCP_CHUNK_OCTETS - last->end) {
        memcpy(last->octets + last->end, chunk->octets + chunk->start, n);
        last->end += n;
        object_destroy(s, POOL_CHUNK, id);
    } else {
        chunk->next = (struct id){0, 0};
        grow(s, &c->receive, id);
    }
    c->receive.count += n;
}

/* Takes the first chunk out of the queue; what is left of its run begins with the next one. */
static void leave_queue(struct step *s, struct tcb *c, const struct tcp_chunk *chunk) {
    if (!id_same(chunk->last, c->out_of_order)) {
        struct tcp_chunk *next = chunk_edit(s, chunk->next);
        next->last = chunk->last;
        next->right = chunk->right;
    }
    c->out_of_order = chunk->next;
    c->out_of_order_octets -= chunk->end - chunk->start;
}

uint32_t tcp_queue_take(struct step *s, struct tcb *c) {
    uint32_t taken = 0;
    while (id_is(c->out_of_order)) {
        struct tcp_chunk *chunk = chunk_edit(s, c->out_of_order);
        if (seq_gt(chunk->seq, c->rcv.nxt)) break;
        struct id id = c->out_of_order;
        uint32_t size = chunk->end - chunk->start;
        uint32_t old = (uint32_t)least(c->rcv.nxt - chunk->seq, size);
        leave_queue(s, c, chunk);
        c->run = (struct id){0, 0};
        chunk->start += old;
        chunk->seq += old;
        c->rcv.nxt += size - old;
        taken += size - old;
        if (old == size)
            object_destroy(s, POOL_CHUNK, id);
        else
            move(s, c, id);
    }
    return taken;
}

/* The whole run of queued octets around `seq`: what a SACK block reports, RFC 2018 4. */
bool tcp_queue_run(const struct lab *lab, const struct tcb *c, uint32_t seq,
                   struct tcp_range *run) {
    const struct tcp_chunk *first = chunk_get(lab, run_before(lab, c, seq));
    *run = (struct tcp_range){0, 0};
    if (first == NULL || !seq_lt(seq, first->right)) return false;
    *run = (struct tcp_range){first->seq, first->right};
    return true;
}

void tcp_queue_drop(struct step *s, struct tcb *c) {
    while (id_is(c->out_of_order)) {
        struct id id = c->out_of_order;
        c->out_of_order = chunk_edit(s, id)->next;
        object_destroy(s, POOL_CHUNK, id);
    }
    c->run = (struct id){0, 0};
    c->out_of_order_octets = 0;
    c->sack_count = 0;
}

void tcp_buffers_free(struct step *s, struct tcb *c) {
    tcp_buffer_drop(s, &c->send, c->send.count);
    tcp_buffer_drop(s, &c->receive, c->receive.count);
    tcp_queue_drop(s, c);
    tcp_board_free(s, c);
}
