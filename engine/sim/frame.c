#include "sim/frame.h"
/*
 * Frames in four pools by size of room. A frame's id carries its class in the two top bits of the
 * slot. The largest class is for whole datagrams alone: what fits a link never takes their room.
 * The room's octets are zero until written; `low` and `high` bound what was, so that a freed frame
 * is made zero again at the cost of its own length.
 */
#include <assert.h>
#include <string.h>

#include "sim/state.h"

enum { CLASSES = 4, DATAGRAM_CLASS = 3 };
static const uint32_t rooms[CLASSES] = {128, 512, 2048, FRAME_HEADROOM + DATAGRAM_OCTETS_MAX};

static struct id without_class(struct id frame) {
    return (struct id){frame.slot & ((1u << FRAME_CLASS_SHIFT) - 1), frame.generation};
}

uint32_t frame_pool(struct id frame) {
    assert(frame.slot >> FRAME_CLASS_SHIFT < CLASSES);
    return POOL_FRAME_SMALL + (frame.slot >> FRAME_CLASS_SHIFT);
}

uint32_t sim_object_size(enum pool_kind kind) {
    if (kind <= POOL_FRAME_DATAGRAM)
        return (uint32_t)sizeof(struct frame) + rooms[kind - POOL_FRAME_SMALL];
    if (kind == POOL_EVENT) return sizeof(struct event);
    if (kind == POOL_FAULT) return sizeof(struct fault);
    return kind == POOL_SCRIPT ? sizeof(struct script_line) : 0;
}

struct frame *frame_at(struct lab *lab, struct id frame) {
    return frame_here(lab, frame);
}

static struct id frame_take(struct lab *lab, size_t room) {
    for (uint32_t class = 0; class < CLASSES; class ++) {
        bool larger = class == DATAGRAM_CLASS && room <= rooms[DATAGRAM_CLASS - 1];
        if (room > rooms[class] || larger) continue;
        struct id id = pool_take(lab, POOL_FRAME_SMALL + class);
        if (!id_is(id)) /* a bigger room does as well, as long as there is one */
            continue;
        id.slot |= class << FRAME_CLASS_SHIFT;
        struct frame *f = frame_here(lab, id);
        f->room = rooms[class];
        f->start = f->end = f->low = f->high = FRAME_HEADROOM;
        return id;
    }
    return (struct id){0, 0};
}

struct id frame_new_behind(struct step *s, uint32_t node, size_t front, size_t payload) {
    assert(front + payload <= DATAGRAM_OCTETS_MAX);
    uint32_t number = ++node_at(s->lab, node)->packets_made;
    struct id id = frame_take(s->lab, FRAME_HEADROOM + front + payload);
    if (!id_is(id)) return id;
    struct frame *f = frame_here(s->lab, id);
    f->note = (struct frame_note){.origin = node, .number = number};
    if (front != 0) f->start = f->end = f->low = f->high = FRAME_HEADROOM + (uint32_t)front;
    return id;
}

struct id frame_new(struct step *s, uint32_t node, size_t payload) {
    return frame_new_behind(s, node, 0, payload);
}

struct id frame_new_like(struct step *s, struct id frame, size_t payload) {
    assert(payload <= DATAGRAM_OCTETS_MAX);
    struct id id = frame_take(s->lab, FRAME_HEADROOM + payload);
    if (id_is(id)) frame_here(s->lab, id)->note = frame_here(s->lab, frame)->note;
    return id;
}

struct id frame_copy(struct step *s, struct id frame) {
    const struct frame *from = frame_here(s->lab, frame);
    struct id id = frame_take(s->lab, from->end);
    if (!id_is(id)) return id;
    from = frame_here(s->lab, frame);
    struct frame *to = frame_here(s->lab, id);
    to->note = from->note;
    to->start = to->low = from->start;
    to->end = to->high = from->end;
    memcpy(frame_room(to) + to->start, frame_room((struct frame *)from) + from->start,
           from->end - from->start);
    return id;
}

void frame_free(struct step *s, struct id frame) {
    struct frame *f = frame_here(s->lab, frame);
    assert(f->link == 0 && !id_is(f->event));
    memset(frame_room(f) + f->low, 0, f->high - f->low);
    pool_give(s->lab, frame_pool(frame), without_class(frame).slot, sizeof *f);
}

uint8_t *frame_octets(struct lab *lab, struct id frame) {
    struct frame *f = frame_here(lab, frame);
    return frame_room(f) + f->start;
}

size_t frame_count(const struct lab *lab, struct id frame) {
    const struct frame *f = frame_here((struct lab *)lab, frame);
    return f->end - f->start;
}

uint8_t *frame_append(struct step *s, struct id frame, size_t count) {
    struct frame *f = frame_here(s->lab, frame);
    assert(count <= f->room - f->end);
    uint8_t *at = frame_room(f) + f->end;
    f->end += (uint32_t)count;
    if (f->high < f->end) f->high = f->end;
    return at;
}

uint8_t *frame_push(struct step *s, struct id frame, size_t count) {
    return frame_front_on(frame_here(s->lab, frame), count);
}
