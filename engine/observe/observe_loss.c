#include "observe/observe.h"
/*
 * What repeated segments and acknowledgments say of losses. A frame counts as lost behind the
 * capture only on evidence: before it was repeated, the other end asked for it again (a duplicate
 * ACK, RFC 5681 2, or SACK blocks above it, RFC 2018 3) while later ones had arrived. A time-out
 * proves nothing: the frame, its ACK or only patience may have been lost. Text that is acknowledged
 * and is not in the capture was missed by the capture.
 */
#include "stack/tcp/tcp.h"
#include "wire/tcp.h"

static struct observe_sent *find_sent(struct observe_side *s, uint32_t seq) {
    for (uint32_t i = 0; i < OBSERVE_SEGMENTS; i++) {
        struct observe_sent *sent = &s->sent[(s->newest + OBSERVE_SEGMENTS - i) % OBSERVE_SEGMENTS];
        if (sent->frame != 0 && sent->seq == seq) return sent;
    }
    return NULL;
}

static void remember(struct observe_side *s, const struct observe_segment *segment) {
    s->newest = (s->newest + 1) % OBSERVE_SEGMENTS;
    s->sent[s->newest] =
        (struct observe_sent){.seq = segment->seq, .end = segment->end, .frame = segment->frame};
}

/* A gap before what is sent now: it may be filled yet. Of several, the first is watched. */
static void watch_hole(struct observe_side *s, const struct observe_segment *segment) {
    if (s->hole != s->hole_end) {
        bool fills =
            !observe_before(s->hole, segment->seq) && !observe_before(segment->end, s->hole_end);
        if (fills)
            s->hole = s->hole_end;
        else if (segment->seq == s->hole && observe_before(segment->end, s->hole_end))
            s->hole = segment->end;
    } else if (observe_before(s->next, segment->seq)) {
        s->hole = s->next;
        s->hole_end = segment->seq;
    }
}

static void tell_missing(uint32_t side, uint32_t octets, const struct observe_told *told) {
    told->sink(told->user, &(struct observation){.kind = OBSERVED_MISSING,
                                                 .connection = told->connection,
                                                 .side = side,
                                                 .octets = octets,
                                                 .clause = "RFC 9293 3.4"});
}

/* What `other`'s text is acknowledged up to, by the segment. */
static void take_ack(struct observe_side *other, uint32_t side, uint32_t ack,
                     const struct observe_told *told) {
    if (other->hole != other->hole_end && !observe_before(ack, other->hole_end)) {
        tell_missing(side, other->hole_end - other->hole, told);
        other->hole = other->hole_end;
    }
    if (!other->has_seq || !observe_before(other->next, ack)) return;
    tell_missing(side, ack - other->next, told);
    other->next = ack;
}

/* The last copy died: the other end asked for its beginning after it had left. */
static bool is_lost(const struct observe_sent *sent, const struct observe_side *sender,
                    const struct observe_side *other) {
    return !sent->lost && other->has_ack && other->ack == sent->seq &&
           other->doubled > sent->frame && observe_before(sent->end, sender->next);
}

static uint16_t repeated(struct observe_side *sender, uint32_t side, struct observe_side *other,
                         const struct observe_segment *segment, const struct observe_told *told) {
    struct observe_sent *sent = find_sent(sender, segment->seq);
    if (sent == NULL) {
        remember(sender, segment);
        return 1;
    }
    if (is_lost(sent, sender, other))
        told->sink(told->user, &(struct observation){.kind = OBSERVED_LOST,
                                                     .connection = told->connection,
                                                     .side = side,
                                                     .frame = sent->frame,
                                                     .clause = "RFC 5681 3.2"});
    sent->frame = segment->frame;
    sent->end = segment->end;
    if (sent->times < UINT16_MAX) sent->times++;
    return sent->times;
}

/* One octet, or none, before what comes next is a keep-alive (RFC 9293 3.8.4). */
static bool is_keepalive(const struct observe_side *sender, const struct observe_segment *segment) {
    return segment->text <= 1 && !(segment->flags & (TCP_SYN | TCP_FIN)) &&
           segment->seq == sender->next - 1;
}

static uint16_t take_text(struct observe_side *sender, uint32_t side, struct observe_side *other,
                          const struct observe_segment *segment, const struct observe_told *told) {
    if (segment->end == segment->seq || is_keepalive(sender, segment)) return 0;
    if (!sender->has_seq) {
        sender->has_seq = true;
        sender->next = segment->seq;
    }
    watch_hole(sender, segment);
    bool old = observe_before(segment->seq, sender->next);
    uint16_t times = 0;
    if (old && (find_sent(sender, segment->seq) || !observe_before(sender->next, segment->end)))
        times = repeated(sender, side, other, segment, told);
    else
        remember(sender, segment);
    if (observe_before(sender->next, segment->end)) sender->next = segment->end;
    return times;
}

uint16_t observe_losses(struct observe_side *sender, uint32_t side, struct observe_side *other,
                        const struct observe_segment *segment, const struct observe_told *told) {
    if (segment->flags & TCP_ACK) {
        bool again = sender->has_ack && sender->ack == segment->ack && segment->text == 0 &&
                     other->has_seq && observe_before(segment->ack, other->next);
        bool above = segment->has_sack && observe_before(segment->ack, segment->sack_left);
        if (again || above) sender->doubled = segment->frame;
        take_ack(other, 1 - side, segment->ack, told);
    }
    return take_text(sender, side, other, segment, told);
}
