#include "observe/observe.h"
/*
 * The observer: which connection a segment belongs to, and which facts it adds. The same two ends
 * begin another connection with a SYN whose number is another. Connections stand in a hash table
 * of a fixed size, the caller's memory; those that find no room in it are not followed.
 */
#include <string.h>

#include "stack/tcp/tcp.h"
#include "wire/tcp.h"

struct observer {
    uint32_t room, used; /* slots, a power of two; at most half of them are used */
    uint32_t numbers;    /* connections so far */
    uint32_t reserved;
    struct observe_connection slots[];
};

static uint32_t slots_for(uint32_t connections) {
    uint32_t slots = 2;
    while (slots / 2 < connections) slots *= 2;
    return slots;
}

size_t observer_size(uint32_t connections) {
    return sizeof(struct observer) + slots_for(connections) * sizeof(struct observe_connection);
}

struct observer *observer_begin(void *memory, uint32_t connections) {
    struct observer *o = memory;
    o->room = slots_for(connections);
    return o;
}

/* ---------------------------------------------------------------------------------- finding */

struct ends {
    uint64_t key;
    uint32_t ports, first; /* first: whether the sender is the key's second end */
};

static struct ends ends_of(const struct observe_segment *s) {
    uint64_t from = (uint64_t)s->src << 16 | s->src_port, to = (uint64_t)s->dst << 16 | s->dst_port;
    uint64_t low = from <= to ? from : to, high = from <= to ? to : from;
    return (struct ends){.key = low >> 16 << 32 | high >> 16,
                         .ports = (uint32_t)((low & 0xffff) << 16 | (high & 0xffff)),
                         .first = from > to};
}

static struct observe_connection *find(struct observer *o, const struct ends *ends) {
    uint64_t hash = (ends->key ^ (uint64_t)ends->ports << 16) * 0x9e3779b97f4a7c15u;
    uint32_t at = (uint32_t)(hash >> 32) & (o->room - 1);
    while (o->slots[at].key != 0 &&
           (o->slots[at].key != ends->key || o->slots[at].ports != ends->ports))
        at = (at + 1) & (o->room - 1);
    if (o->slots[at].key == 0) {
        if (ends->key == 0 || (o->used + 1) * 2 > o->room) return NULL;
        o->used++;
        o->slots[at].key = ends->key;
        o->slots[at].ports = ends->ports;
    }
    return &o->slots[at];
}

static void begin(struct observer *o, struct observe_connection *c, const struct ends *ends,
                  const struct observe_segment *s) {
    memset(c->side, 0, sizeof c->side);
    c->number = ++o->numbers;
    c->first = ends->first;
    for (int i = 0; i < 2; i++) {
        c->side[i].state = OBSERVED_UNKNOWN;
        c->side[i].shift = -1;
    }
    c->side[0].address = s->src;
    c->side[0].port = s->src_port;
    c->side[1].address = s->dst;
    c->side[1].port = s->dst_port;
}

/* A first SYN with a number of its own begins anew, whatever has been between the two. */
static bool is_another(const struct observe_connection *c, const struct ends *ends,
                       const struct observe_segment *s) {
    const struct observe_side *sender = &c->side[ends->first != c->first];
    if (c->number == 0) return true;
    if ((s->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN || !sender->spoke) return false;
    return sender->base != s->seq || (sender->gone && !sender->has_syn);
}

/* ------------------------------------------------------------------------------------ facts */

/* RFC 9293 3.10.7.4, first step; in SYN-SENT the ACK decides (3.10.7.3). Others are a stranger's,
 * or answered by a challenge (RFC 5961 3.2). */
static bool reset_counts(const struct observe_side *other, const struct observe_segment *s) {
    if (!other->spoke || !other->has_ack) return true;
    if (other->has_syn && !other->answers) return s->ack == other->base + 1;
    return s->seq == other->ack;
}

static void take_bases(struct observe_side *sender, struct observe_side *other,
                       const struct observe_segment *s) {
    bool syn = s->flags & TCP_SYN;
    if (!sender->spoke || syn) {
        if (!sender->has_seq || syn) sender->base = s->seq - !syn;
    }
    if (!sender->has_seq) sender->next = s->seq;
    if (!other->has_seq && !other->spoke && (s->flags & TCP_ACK)) {
        other->base = s->ack - 1;
        other->next = s->ack;
        other->has_seq = true;
    }
}

/* RFC 7323 2.2: windows are scaled only when both SYNs have the option. */
static void take_scale(struct observe_side *sender, struct observe_side *other,
                       const struct observe_segment *s) {
    sender->shift = s->shift;
    if (s->shift == -2 || ((s->flags & TCP_ACK) && other->shift == -2))
        sender->shift = other->shift = -2;
}

/* The SYN or the FIN comes again: its acknowledgment has not arrived. */
static void take_back(struct observe_side *sender, const struct observe_segment *s) {
    bool syn = s->flags & TCP_SYN, fin = s->flags & TCP_FIN;
    if (syn && sender->has_syn && s->seq == sender->base) sender->got = sender->base;
    if (fin && sender->has_fin && sender->has_got && observe_before(sender->fin, sender->got))
        sender->got = sender->fin;
}

static void take_flags(struct observe_side *sender, struct observe_side *other,
                       const struct observe_segment *s) {
    if (s->flags & TCP_SYN) {
        take_scale(sender, other, s);
        sender->has_syn = true;
        if (s->flags & TCP_ACK) sender->answers = true;
    } else if (s->flags & TCP_ACK) {
        sender->answers = true;
    }
    if (s->text > 0) sender->has_text = true;
    if ((s->flags & TCP_FIN) && !sender->has_fin) {
        sender->has_fin = true;
        sender->fin = s->end - 1;
        sender->closes =
            other->has_fin && sender->has_ack && observe_before(other->fin, sender->ack);
    }
}

static void take_ack(struct observe_side *sender, struct observe_side *other,
                     const struct observe_segment *s) {
    if (!(s->flags & TCP_ACK)) return;
    if (!sender->has_ack || observe_before(sender->ack, s->ack)) sender->ack = s->ack;
    sender->has_ack = true;
    if (!other->has_got || observe_before(other->got, s->ack)) other->got = s->ack;
    other->has_got = true;
}

static uint16_t take(struct observe_connection *c, uint32_t side, const struct observe_segment *s,
                     const struct observe_told *told) {
    struct observe_side *sender = &c->side[side], *other = &c->side[1 - side];
    if (s->flags & TCP_RST) {
        if (reset_counts(other, s)) sender->gone = other->gone = true;
        sender->spoke = true;
        return 0;
    }
    take_bases(sender, other, s);
    take_back(sender, s);
    uint16_t times = observe_losses(sender, side, other, s, told);
    sender->spoke = true;
    take_ack(sender, other, s);
    take_flags(sender, other, s);
    return times;
}

static void say(const struct observe_connection *c, uint32_t side, uint16_t times,
                const struct observe_segment *s, struct observed_segment *out) {
    const struct observe_side *sender = &c->side[side], *other = &c->side[1 - side];
    bool old = s->text > 1 && times > 0 && s->whole;
    *out = (struct observed_segment){.connection = c->number,
                                     .side = side,
                                     .retransmission = times,
                                     .address = {c->side[0].address, c->side[1].address},
                                     .port = {c->side[0].port, c->side[1].port},
                                     .context = {.has_bases = true,
                                                 .has_window = true,
                                                 .is_repeated = old,
                                                 .seq_base = sender->base,
                                                 .ack_base = other->base,
                                                 .window_shift = sender->shift}};
}

void observer_frame(struct observer *o, uint32_t place, uint32_t frame, const uint8_t *octets,
                    size_t count, struct observed_segment *out, observation_sink *sink,
                    void *user) {
    struct observe_segment s;
    *out = (struct observed_segment){.connection = 0};
    if (!observe_parse(&s, octets, count)) return;
    s.frame = frame;
    struct ends ends = ends_of(&s);
    struct observe_connection *c = find(o, &ends);
    if (c == NULL) return;
    if (is_another(c, &ends, &s)) {
        begin(o, c, &ends, &s);
        c->place = place;
    }
    struct observe_told told = {.sink = sink, .user = user, .connection = c->number};
    uint32_t side = ends.first != c->first;
    uint16_t times = 0;
    if (c->place == place) {
        times = take(c, side, &s, &told);
        observe_settle(c, &told);
    }
    say(c, side, times, &s, out);
}
