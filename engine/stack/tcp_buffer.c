#include "stack/tcp_state.h"
/*
 * Octets that wait: to be acknowledged (send), to be read (receive), to become in order (the
 * out-of-order queue, SHLD-31). All are chains of fixed chunks from one pool of the lab; a
 * connection that has nothing waiting holds none. A pool that runs out is an outcome: fewer octets
 * are taken than were offered.
 */
#include "stack/seq.h"
#include <assert.h>
#include <string.h>

static struct tcp_chunk *chunk_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_CHUNK, id);
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

static uint32_t chunk_right(const struct tcp_chunk *chunk) {
    return chunk->seq + (chunk->end - chunk->start);
}

/* Puts octets that lie between two neighbours of the queue into chunks of their own. */
static bool put(struct step *s, struct tcb *c, struct id *link, uint32_t seq, const uint8_t *octets,
                size_t count) {
    for (size_t done = 0; done < count;) {
        struct id fresh = object_create(s, POOL_CHUNK, c->node);
        if (!id_is(fresh)) return false;
        struct tcp_chunk *chunk = chunk_edit(s, fresh);
        assert(chunk != NULL);
        size_t n = least(count - done, TCP_CHUNK_OCTETS);
        memcpy(chunk->octets, octets + done, n);
        chunk->seq = seq + (uint32_t)done;
        chunk->end = (uint32_t)n;
        chunk->next = *link;
        *link = fresh;
        link = &chunk->next;
        done += n;
        c->out_of_order_octets += (uint32_t)n;
    }
    return true;
}

/* Only the octets that are not there yet are added: the first copy of an octet stands. */
bool tcp_queue_insert(struct step *s, struct tcb *c, uint32_t seq, const uint8_t *octets,
                      size_t count) {
    struct id *link = &c->out_of_order;
    uint32_t end = seq + (uint32_t)count;
    while (seq != end) {
        struct tcp_chunk *chunk = chunk_edit(s, *link);
        if (chunk != NULL && seq_leq(chunk_right(chunk), seq)) {
            link = &chunk->next;
            continue;
        }
        uint32_t until = chunk == NULL ? end : seq_min(end, seq_max(chunk->seq, seq));
        size_t gap = until - seq;
        if (!put(s, c, link, seq, octets, gap)) return false;
        octets += gap;
        seq = until;
        if (seq == end || chunk == NULL) break;
        uint32_t covered = seq_min(end, chunk_right(chunk)) - seq;
        octets += covered;
        seq += covered;
        link = &chunk->next;
    }
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

uint32_t tcp_queue_take(struct step *s, struct tcb *c) {
    uint32_t taken = 0;
    while (id_is(c->out_of_order)) {
        struct tcp_chunk *chunk = chunk_edit(s, c->out_of_order);
        if (seq_gt(chunk->seq, c->rcv.nxt)) break;
        struct id id = c->out_of_order, rest = chunk->next;
        uint32_t size = chunk->end - chunk->start;
        uint32_t old = (uint32_t)least(c->rcv.nxt - chunk->seq, size);
        chunk->start += old;
        chunk->seq += old;
        c->out_of_order = rest;
        c->out_of_order_octets -= size;
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
    *run = (struct tcp_range){0, 0};
    const struct tcp_chunk *chunk;
    for (struct id at = c->out_of_order; id_is(at); at = chunk->next) {
        chunk = chunk_get(lab, at);
        if (run->left == run->right || chunk->seq != run->right) {
            if (run->left != run->right && seq_lt(seq, run->right)) break;
            *run = (struct tcp_range){chunk->seq, chunk->seq};
        }
        run->right = chunk_right(chunk);
    }
    return run->left != run->right && seq_leq(run->left, seq) && seq_lt(seq, run->right);
}

void tcp_queue_drop(struct step *s, struct tcb *c) {
    while (id_is(c->out_of_order)) {
        struct id id = c->out_of_order;
        c->out_of_order = chunk_edit(s, id)->next;
        object_destroy(s, POOL_CHUNK, id);
    }
    c->out_of_order_octets = 0;
    c->sack_count = 0;
}

void tcp_buffers_free(struct step *s, struct tcb *c) {
    tcp_buffer_drop(s, &c->send, c->send.count);
    tcp_buffer_drop(s, &c->receive, c->receive.count);
    tcp_queue_drop(s, c);
    tcp_board_free(s, c);
}
