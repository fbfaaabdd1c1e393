#include "conversation.h"
/*
 * TCP connections of a capture, in a hash table with linear probing that grows up to
 * CONVERSATIONS_MAX; later connections are decoded without context. Sequence bases and window
 * scales are found as tshark finds them, so that the numbers agree with what users know from it:
 * a base is the number of the SYN, or one less than the first number seen; an acknowledgment tells
 * the other side's base when no SYN did.
 */
#include <stdlib.h>
#include <string.h>

enum {
    SCALE_UNKNOWN = -1,
    SCALE_UNUSED = -2,
    FLAG_SYN = 2,
    FLAG_ACK = 16,
    SLOTS_FIRST = 64,
    ETHER_OCTETS = 14
};

/* Octets before the datagram, by enum frame_kind. */
static const uint8_t header_of[] = {14, 0, 16, 20, 4};

struct side {
    uint32_t base, next; /* next: behind all text that was seen */
    bool has_base, has_next;
    int32_t scale;
};
struct conversation {
    uint64_t addresses; /* the smaller (address, port) first; 0: an empty slot */
    uint32_t ports;
    struct side sides[2];
};
/* What the decoder's own tree says of a segment. */
struct segment {
    uint64_t src, dst, src_port, dst_port, seq, ack, flags, shift, total, header;
    uint32_t header_given, text; /* octets of the header and of the text that are there */
    bool is_tcp, is_udp, has_shift;
};

static void pick(void *user, const struct field *f) {
    struct segment *s = user;
    static const struct {
        const char *name;
        size_t offset;
    } wanted[] = {
        {"ip.src", offsetof(struct segment, src)},
        {"ip.dst", offsetof(struct segment, dst)},
        {"ip.len", offsetof(struct segment, total)},
        {"udp.srcport", offsetof(struct segment, src_port)},
        {"udp.dstport", offsetof(struct segment, dst_port)},
        {"tcp.srcport", offsetof(struct segment, src_port)},
        {"tcp.dstport", offsetof(struct segment, dst_port)},
        {"tcp.hdr_len", offsetof(struct segment, header)},
        {"tcp.seq_raw", offsetof(struct segment, seq)},
        {"tcp.ack_raw", offsetof(struct segment, ack)},
        {"tcp.flags", offsetof(struct segment, flags)},
    };
    if (f->depth == 3 && strcmp(f->name, "tcp.options.wscale.shift") == 0) {
        s->shift = f->value;
        s->has_shift = true;
    }
    if (f->depth == 0 && strcmp(f->name, "tcp") == 0) {
        s->is_tcp = f->length >= 20;
        s->header_given = f->length;
    }
    if (f->depth == 0 && strcmp(f->name, "udp") == 0) s->is_udp = f->length >= 8;
    if (f->depth == 1 && strcmp(f->name, "tcp.payload") == 0) s->text = f->length;
    for (size_t i = 0; f->depth == 1 && i < sizeof wanted / sizeof *wanted; i++)
        if (strcmp(f->name, wanted[i].name) == 0)
            memcpy((char *)s + wanted[i].offset, &f->value, sizeof f->value);
}

static size_t slot_of(const struct conversations *all, uint64_t addresses, uint32_t ports) {
    uint64_t hash = (addresses ^ (uint64_t)ports << 16) * 0x9e3779b97f4a7c15u;
    size_t slot = (size_t)(hash >> 32) & (all->room - 1);
    while (all->slots[slot].addresses != 0 &&
           (all->slots[slot].addresses != addresses || all->slots[slot].ports != ports))
        slot = (slot + 1) & (all->room - 1);
    return slot;
}

static bool grow(struct conversations *all) {
    struct conversations larger = *all;
    larger.room = all->room == 0 ? SLOTS_FIRST : all->room * 2;
    larger.slots = calloc(larger.room, sizeof *larger.slots);
    if (larger.slots == NULL) return false;
    for (size_t i = 0; i < all->room; i++)
        if (all->slots[i].addresses != 0)
            larger.slots[slot_of(&larger, all->slots[i].addresses, all->slots[i].ports)] =
                all->slots[i];
    free(all->slots);
    *all = larger;
    return true;
}

static void forget(struct conversation *c) {
    for (int i = 0; i < 2; i++) c->sides[i] = (struct side){.scale = SCALE_UNKNOWN};
}

/* NULL: there is no room for another one. `direction`: which side sent the segment. */
static struct conversation *find(struct conversations *all, const struct segment *s,
                                 int *direction) {
    uint64_t from = s->src << 16 | s->src_port, to = s->dst << 16 | s->dst_port;
    *direction = from > to;
    uint64_t low = from < to ? from : to, high = from < to ? to : from;
    uint64_t addresses = low >> 16 << 32 | high >> 16;
    uint32_t ports = (uint32_t)((low & 0xffff) << 16 | (high & 0xffff));
    if (addresses == 0) return NULL;
    if ((all->count + 1) * 2 > all->room && (all->count >= CONVERSATIONS_MAX || !grow(all)) &&
        all->room == 0)
        return NULL;
    struct conversation *c = &all->slots[slot_of(all, addresses, ports)];
    if (c->addresses != 0) return c;
    if (all->count >= CONVERSATIONS_MAX) return NULL;
    all->count++;
    c->addresses = addresses;
    c->ports = ports;
    forget(c);
    return c;
}

/* RFC 7323 2.2: scaling is on only when both SYNs carry the option. */
static void learn_scale(const struct segment *s, struct side *sender, struct side *other) {
    if (!(s->flags & FLAG_SYN)) return;
    bool cut = s->header_given < s->header; /* an option may stand in what is not there */
    sender->scale = s->has_shift ? (s->shift > 14 ? 14 : (int32_t)s->shift)
                    : cut        ? SCALE_UNKNOWN
                                 : SCALE_UNUSED;
    if ((s->flags & FLAG_ACK) && (sender->scale == SCALE_UNUSED || other->scale == SCALE_UNUSED))
        sender->scale = other->scale = SCALE_UNUSED;
    if (!(s->flags & FLAG_ACK) && sender->scale == SCALE_UNUSED) other->scale = SCALE_UNUSED;
}

static void learn(const struct segment *s, struct side *sender, struct side *other) {
    bool syn = s->flags & FLAG_SYN;
    if (!sender->has_base || syn) sender->base = (uint32_t)s->seq - (syn ? 0 : 1);
    sender->has_base = true;
    if (!other->has_base && (s->flags & FLAG_ACK)) {
        other->base = (uint32_t)s->ack - 1;
        other->has_base = true;
    }
    learn_scale(s, sender, other);
}

/* Whether all of the text has been seen before. One octet before what comes next is how a
 * keep-alive asks (RFC 9293 3.8.4), and repeats nothing. */
static bool repeats(const struct segment *s, struct side *sender) {
    uint32_t end = (uint32_t)s->seq + s->text;
    if (s->flags & FLAG_SYN || !sender->has_next) {
        sender->has_next = true;
        sender->next = end + !!(s->flags & FLAG_SYN);
        return false;
    }
    bool old = s->text > 1 && (int32_t)(end - sender->next) <= 0;
    if ((int32_t)(end - sender->next) > 0) sender->next = end;
    return old;
}

/* RFC 1350 4: a request goes to port 69, all that follows is between the two ends' own ports; the
 * asker's port, with its address, tells a transfer. Of very many the oldest are forgotten. */
static bool is_transfer(struct conversations *all, const struct segment *s) {
    enum { TFTP_PORT = 69 };
    uint64_t from = s->src << 16 | s->src_port, to = s->dst << 16 | s->dst_port;
    for (size_t i = 0; i < CONVERSATIONS_TRANSFERS; i++)
        if (all->transfers[i] != 0 && (all->transfers[i] == from || all->transfers[i] == to))
            return true;
    if (s->dst_port != TFTP_PORT) return false;
    all->transfers[all->transfer_count++ % CONVERSATIONS_TRANSFERS] = from;
    return true;
}

static void learn_from(struct conversations *all, const uint8_t *octets, size_t count,
                       struct packet_context *context) {
    struct segment s = {0};
    int direction;
    const struct packet_context bare = {.kind = context->kind};
    packet_describe_in(&bare, octets, count, pick, &s);
    size_t most = count - (count < header_of[context->kind] ? count : header_of[context->kind]);
    context->is_tftp = s.is_udp && is_transfer(all, &s);
    if (s.header > s.header_given && s.total <= most) return; /* nonsense, not cut */
    struct conversation *c = s.is_tcp ? find(all, &s, &direction) : NULL;
    if (c == NULL) return;
    struct side *sender = &c->sides[direction];
    bool opens = (s.flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
    if (opens && sender->has_base && sender->base != (uint32_t)s.seq)
        forget(c); /* the same ports again: another connection */
    learn(&s, sender, &c->sides[1 - direction]);
    context->is_repeated = repeats(&s, sender) && s.total <= most;
    context->has_bases = context->has_window = true;
    context->seq_base = sender->base;
    context->ack_base = c->sides[1 - direction].base;
    context->window_shift = sender->scale;
}

void conversations_context(struct conversations *all, uint64_t packet, const uint8_t *octets,
                           size_t count, struct packet_context *context) {
    struct whole_frame whole;
    if (context->kind != FRAME_ETHERNET ||
        !reassemblies_add(&all->reassemblies, packet, octets, count, &whole)) {
        learn_from(all, octets, count, context);
        return;
    }
    learn_from(all, whole.octets, whole.count, context);
    context->whole = whole.octets + ETHER_OCTETS;
    context->whole_count = whole.count - ETHER_OCTETS;
    context->parts = whole.parts;
    context->part_count = whole.part_count;
}

void conversations_free(struct conversations *all) {
    reassemblies_free(&all->reassemblies);
    free(all->slots);
    *all = (struct conversations){0};
}
