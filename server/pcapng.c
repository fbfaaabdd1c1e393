#include "pcapng.h"
/*
 * Writes pcapng (draft-ietf-opsawg-pcapng): a section header, an interface description a link with
 * if_tsresol 9 (ns), and an enhanced packet block a frame. Little endian, whatever the machine.
 *
 * A frame's block is written when its fate is known, so that a lost frame can carry a comment that
 * says where and why it died; blocks keep the order in which frames were sent, so a frame waits
 * for those in front of it. Frames still under way at the end are written as they are.
 *
 * Left out: name resolution and statistics blocks, hashes, direction flags.
 */
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    LINKTYPE_ETHERNET = 1,
    OPTION_COMMENT = 1,
    OPTION_IF_NAME = 2,
    OPTION_IF_TSRESOL = 9,
    OPTION_USERAPPL = 4,
    SNAPLEN = 65535
};

struct waiting {
    uint32_t link, from, origin, number;
    sim_time at, until;
    bool known;
    size_t octets, count;   /* in `octets` */
    size_t comment, length; /* in `comments` */
};
struct pcapng {
    struct buffer blocks;
    struct waiting *frames; /* [first, count) wait */
    size_t first, count, room;
    struct buffer octets, comments;
};

static void put_u16(struct buffer *b, uint32_t value) {
    char octets[2] = {(char)(value & 255), (char)(value >> 8 & 255)};
    buffer_span(b, octets, sizeof octets);
}
static void put_u32(struct buffer *b, uint32_t value) {
    put_u16(b, value & 0xffff);
    put_u16(b, value >> 16);
}
static void put_padded(struct buffer *b, const char *octets, size_t count) {
    buffer_span(b, octets, count);
    buffer_span(b, "\0\0\0", (4 - count % 4) % 4);
}
static void put_option(struct buffer *b, uint32_t code, const char *octets, size_t count) {
    put_u16(b, code);
    put_u16(b, (uint32_t)count);
    put_padded(b, octets, count);
}

/* A block's total length stands at both its ends, so the body is made first. */
static void put_block(struct buffer *b, uint32_t type, const struct buffer *body) {
    uint32_t total = (uint32_t)body->length + 12;
    put_u32(b, type);
    put_u32(b, total);
    buffer_span(b, body->data, body->length);
    put_u32(b, total);
}

static void put_section(struct buffer *b, const char *title) {
    struct buffer body = {0};
    put_u32(&body, 0x1a2b3c4d);
    put_u16(&body, 1);
    put_u16(&body, 0);
    put_u32(&body, UINT32_MAX); /* the section's length is not said */
    put_u32(&body, UINT32_MAX);
    if (title != NULL && *title != '\0') put_option(&body, OPTION_COMMENT, title, strlen(title));
    put_option(&body, OPTION_USERAPPL, "netstep", 7);
    put_u32(&body, 0);
    put_block(b, BLOCK_SECTION, &body);
    buffer_free(&body);
}

static void put_interface(struct buffer *b, const struct lab *lab, uint32_t link) {
    struct link_view view = lab_link(lab, link);
    struct buffer body = {0}, name = {0};
    const char resolution = 9;
    buffer_printf(&name, "%s:%s-%s:%s", lab_node(lab, view.node[0]).name,
                  lab_interface(lab, view.node[0], view.interface[0]).name,
                  lab_node(lab, view.node[1]).name,
                  lab_interface(lab, view.node[1], view.interface[1]).name);
    put_u16(&body, LINKTYPE_ETHERNET);
    put_u16(&body, 0);
    put_u32(&body, SNAPLEN);
    put_option(&body, OPTION_IF_NAME, name.data, name.length);
    put_option(&body, OPTION_IF_TSRESOL, &resolution, 1);
    put_u32(&body, 0);
    put_block(b, BLOCK_INTERFACE, &body);
    buffer_free(&body);
    buffer_free(&name);
}

static void put_packet(struct pcapng *p, const struct waiting *frame) {
    struct buffer body = {0};
    put_u32(&body, frame->link - 1);
    put_u32(&body, (uint32_t)((uint64_t)frame->at >> 32));
    put_u32(&body, (uint32_t)((uint64_t)frame->at & UINT32_MAX));
    put_u32(&body, (uint32_t)frame->count);
    put_u32(&body, (uint32_t)frame->count);
    put_padded(&body, p->octets.data + frame->octets, frame->count);
    if (frame->length > 0) {
        put_option(&body, OPTION_COMMENT, p->comments.data + frame->comment, frame->length);
        put_u32(&body, 0);
    }
    put_block(&p->blocks, BLOCK_PACKET, &body);
    buffer_free(&body);
}

/* Moves what still waits to the front of its arrays, which hold the frames under way. */
static void compact(struct pcapng *p) {
    size_t octets = p->frames[p->first].octets;
    if (p->octets.failed) return;
    p->count -= p->first;
    memmove(p->frames, p->frames + p->first, p->count * sizeof *p->frames);
    p->first = 0;
    memmove(p->octets.data, p->octets.data + octets, p->octets.length - octets);
    p->octets.length -= octets;
    for (size_t i = 0; i < p->count; i++) p->frames[i].octets -= octets;
}

/* Writes what is known at the front; forgets it all when nothing waits any more. */
static void settle(struct pcapng *p) {
    while (p->first < p->count && p->frames[p->first].known) put_packet(p, &p->frames[p->first++]);
    if (p->first < p->count) {
        if (p->first >= 1024 && p->first > p->count / 2) compact(p);
        return;
    }
    p->first = p->count = 0;
    buffer_clear(&p->octets);
    buffer_clear(&p->comments);
}

struct pcapng *pcapng_begin(const struct lab *lab, const char *title) {
    struct pcapng *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    put_section(&p->blocks, title);
    for (uint32_t link = 1; link <= lab_link_count(lab); link++)
        put_interface(&p->blocks, lab, link);
    return p;
}

static void take_sent(struct pcapng *p, const struct trace_record *r) {
    if (p->count == p->room) {
        size_t room = p->room == 0 ? 64 : 2 * p->room;
        struct waiting *frames = realloc(p->frames, room * sizeof *frames);
        if (frames == NULL) {
            p->blocks.failed = true;
            return;
        }
        p->frames = frames;
        p->room = room;
    }
    p->frames[p->count++] = (struct waiting){.link = r->link,
                                             .from = r->node,
                                             .origin = r->origin,
                                             .number = r->number,
                                             .at = r->at,
                                             .until = r->until,
                                             .octets = p->octets.length,
                                             .count = r->octet_count};
    buffer_span(&p->octets, (const char *)r->octets, r->octet_count);
}

static void comment(struct pcapng *p, const struct lab *lab, const struct trace_record *r,
                    struct waiting *frame) {
    frame->comment = p->comments.length;
    buffer_printf(&p->comments, "lost from %s to %s, %u%% of the way: %s",
                  lab_node(lab, r->node).name, lab_node(lab, r->peer).name, r->where_ppm / 10000,
                  engine_name(NAME_REASON, r->reason));
    frame->length = p->comments.length - frame->comment;
}

/* The frame that has this fate. Of two alike (a duplicate) the one that was to arrive now. */
static struct waiting *find_waiting(struct pcapng *p, const struct trace_record *r) {
    uint32_t sender = r->kind == TRACE_LOST ? r->node : r->peer;
    struct waiting *found = NULL;
    for (size_t i = p->first; i < p->count; i++) {
        struct waiting *frame = &p->frames[i];
        if (frame->known || frame->link != r->link || frame->from != sender ||
            frame->origin != r->origin || frame->number != r->number)
            continue;
        if (found == NULL) found = frame;
        if (r->kind == TRACE_DELIVERED && frame->until == r->at) return frame;
    }
    return found;
}

static void take_fate(struct pcapng *p, const struct lab *lab, const struct trace_record *r) {
    struct waiting *frame = find_waiting(p, r);
    if (frame != NULL) {
        frame->known = true;
        if (r->kind == TRACE_LOST) comment(p, lab, r, frame);
    }
    settle(p);
}

void pcapng_record(struct pcapng *p, const struct lab *lab, const struct trace_record *r) {
    if (r->kind == TRACE_SENT && r->link != 0) take_sent(p, r);
    if (r->kind == TRACE_DELIVERED || r->kind == TRACE_LOST) take_fate(p, lab, r);
}

struct buffer *pcapng_blocks(struct pcapng *p) {
    return &p->blocks;
}

void pcapng_end(struct pcapng *p) {
    for (size_t i = p->first; i < p->count; i++) p->frames[i].known = true;
    settle(p);
    if (p->octets.failed || p->comments.failed) p->blocks.failed = true;
}

void pcapng_free(struct pcapng *p) {
    if (p == NULL) return;
    buffer_free(&p->blocks);
    buffer_free(&p->octets);
    buffer_free(&p->comments);
    free(p->frames);
    free(p);
}
