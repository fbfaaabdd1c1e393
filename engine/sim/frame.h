#ifndef NETSTEP_SIM_FRAME_H
#define NETSTEP_SIM_FRAME_H
/*
 * Frames: octets in a slab that change owner and are never copied on a link. A stack builds a
 * frame from the inside out: payload first, then each header in front of it.
 */
#include "base/bytes.h"
#include "sim/lab.h"

enum { FRAME_HEADROOM = 14 + 20 + 60, FRAME_OCTETS_MAX = 1514, DATAGRAM_OCTETS_MAX = 65535 };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
/* What travels beside the octets, for the trace alone: no protocol may decide by it. */
struct frame_note {
    uint32_t origin, number;     /* packet id, given by frame_new; kept when forwarded */
    uint32_t connection;         /* slot of the sender's TCB, 0 none */
    uint32_t seq_base, ack_base; /* the sender's ISS and IRS; of a datagram seq_base alone: the
                                  * port at which its conversation began, 0 not known */
    uint32_t retransmission;     /* 0: first time */
};
/* With the slot's header in front of it, 64 octets are what a link looks at when the frame before
 * this one arrives, and 64 are all the rest. */
struct frame {
    struct id next, previous;       /* in a link's FIFO, or (next alone) in a neighbour's queue */
    struct id event;                /* set while it travels by itself (delayed, lost) */
    uint64_t order;                 /* the sender's event counter when it was sent */
    sim_time arrives_at, leaves_at; /* leaves: its first bit goes onto the wire */
    uint32_t start, end;            /* the frame's octets within its room */
    uint64_t sent_step;
    sim_time sent_at;
    struct frame_note note;
    uint32_t low, high; /* octets of the room that were ever written */
    uint32_t room;
    uint32_t link;      /* where it travels, 0 nowhere */
    uint32_t direction; /* 0: from the link's end 0; in a socket, by which interface it came */
    uint32_t fate;      /* 0 arrives, else a drop reason: dies on the way */
    /* the room's octets follow */
};
#pragma GCC diagnostic pop

/* A new frame of `node` with `payload` octets of room behind FRAME_HEADROOM; empty until pushed or
 * appended. {0,0}: the pool is exhausted (the caller drops with REASON_NO_FRAMES). A frame of more
 * than FRAME_OCTETS_MAX is a datagram within its node, up to DATAGRAM_OCTETS_MAX: it goes onto no
 * link before it is in fragments, and there are few of that size (limits.datagrams). */
struct id frame_new(struct step *, uint32_t node, size_t payload);
/* The same with `front` octets more of room in front, for headers with many options. */
struct id frame_new_behind(struct step *, uint32_t node, size_t front, size_t payload);
/* The same with the note of another frame: it is that packet, put together or cut down anew. */
struct id frame_new_like(struct step *, struct id frame, size_t payload);
struct id frame_copy(struct step *,
                     struct id frame); /* same note; for hubs, switches, duplicates */
void frame_free(struct step *, struct id frame);
struct frame *frame_at(struct lab *, struct id);
static inline uint8_t *frame_room(struct frame *f) {
    return (uint8_t *)(f + 1);
}
/* All of the frame's octets. A frame stays where it is until it is freed, so who looks at it more
 * than once may keep the pointer that frame_at() gave. */
static inline struct reader frame_reader(struct frame *f) {
    return (struct reader){.at = frame_room(f) + f->start, .end = frame_room(f) + f->end};
}
/* A header in front is taken off; room for one is made; what lies behind `count` octets is cut. */
static inline void frame_front_off(struct frame *f, size_t count) {
    assert(count <= f->end - f->start);
    f->start += (uint32_t)count;
}
static inline uint8_t *frame_front_on(struct frame *f, size_t count) {
    assert(count <= f->start);
    f->start -= (uint32_t)count;
    if (f->low > f->start) f->low = f->start;
    return frame_room(f) + f->start;
}
static inline void frame_cut(struct frame *f, size_t count) {
    assert(count <= f->end - f->start);
    f->end = f->start + (uint32_t)count;
}
uint8_t *frame_octets(struct lab *, struct id);    /* first octet of the frame */
size_t frame_count(const struct lab *, struct id); /* octets in the frame */
uint8_t *frame_append(struct step *, struct id,
                      size_t count);                         /* room for `count` more at the end */
uint8_t *frame_push(struct step *, struct id, size_t count); /* frame_front_on() by id */
uint32_t frame_pool(struct id); /* ids of frames carry their size class in the slot's top bits */

#endif
