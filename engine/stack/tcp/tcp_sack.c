#include "stack/tcp/tcp_recovery.h"
/*
 * What the peer's SACK option tells the sender: RFC 2018 5, RFC 2883 4 (a first block that reports
 * a duplicate), RFC 6675 4 (Update). Blocks are advice from outside: one that does not lie between
 * SND.UNA and SND.NXT says nothing. What the last ACK said already is not looked for again.
 * Left out: RFC 2883's blocks as the receiver sends them; they are in tcp_ack.c.
 */
#include "stack/mib.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"

static bool is_duplicate_report(const struct tcp_options *o, uint32_t ack) {
    uint32_t left = o->sack[0].left, right = o->sack[0].right;
    if (seq_lt(left, ack)) return true; /* RFC 2883 4.1: it has been acknowledged */
    if (o->sack_count < 2) return false;
    /* 4.2: part of the second block, which is not acknowledged yet. */
    return seq_leq(o->sack[1].left, left) && seq_leq(right, o->sack[1].right);
}

/* Longer than any window, or more than we ever repeated: somebody else's doing. */
static bool believable(struct tcb *c, uint32_t left, uint32_t right, uint32_t *segments) {
    if (!seq_lt(left, right) || right - left > c->snd.max_wnd) return false;
    uint32_t smss = tcp_smss(c);
    *segments = (right - left + smss - 1) / smss;
    c->recovery.duplicates += *segments;
    return c->recovery.duplicates <= c->recovery.repeated;
}

static void told_of(struct tcp_recovery *r, uint32_t end, int32_t segments) {
    if (!r->undo_on || r->undo_left <= 0 || !seq_gt(end, r->undo_from)) return;
    r->undo_left = r->undo_left > segments ? r->undo_left - segments : 0;
}

/* What is reported twice is still on the scoreboard. Where it had been SACKed before its repetition
 * arrived, the original was only late. */
static void repetitions_reported(struct step *s, struct tcb *c, struct tcp_heard *h, uint32_t left,
                                 uint32_t right) {
    struct tcp_spot at = tcp_board_at(s->lab, c, left);
    for (; at.sent != NULL && seq_leq(at.sent->end, right); at = tcp_board_next(s->lab, at)) {
        uint32_t begin = tcp_sent_begin(at.sent);
        if (seq_lt(begin, left) || (at.sent->marks & TCP_MARK_AGAIN) == 0) continue;
        told_of(&c->recovery, at.sent->end, 1);
        if ((at.sent->marks & TCP_MARK_SACKED) == 0) continue;
        if (!h->news.late || seq_lt(begin, h->news.lowest)) h->news.lowest = begin;
        h->news.late = true;
    }
}

static void duplicate_reported(struct step *s, struct tcb *c, struct tcp_heard *h) {
    struct tcp_recovery *r = &c->recovery;
    const struct tcp_options *o = &h->segment->header.options;
    uint32_t left = o->sack[0].left, right = o->sack[0].right, segments;
    bool acked = seq_lt(left, h->segment->ack), old = seq_leq(right, h->una);
    if (!believable(c, left, right, &segments)) {
        mib_add(s, c->node, MIB_TCP_DSACK_IGNORED_DUBIOUS);
        return;
    }
    mib_add(s, c->node, acked ? MIB_TCP_DSACK_RECV : MIB_TCP_DSACK_OFO_RECV);
    h->dsack = true;
    h->duplicates = segments;
    h->dsack_probe = segments == 1 && r->probe_on && r->probe_end == right;
    if (r->rack.reordered && !h->dsack_probe) r->rack.duplicate = 1;
    if (old)
        told_of(r, right, (int32_t)segments);
    else
        repetitions_reported(s, c, h, left, right);
}

/* What of a block is worth a look: not what the last ACK had already at its left end. */
static uint32_t new_from(const struct tcp_recovery *r, uint32_t left, uint32_t right) {
    for (uint32_t i = 0; i < r->prior_count; i++) {
        struct tcp_range prior = r->prior[i];
        if (seq_leq(prior.left, left) && seq_lt(left, prior.right))
            return seq_min(prior.right, right);
    }
    return left;
}

static bool take_block(struct step *s, struct tcb *c, struct tcp_heard *h, struct tcp_range block) {
    bool inside = seq_lt(block.left, block.right) && seq_gt(block.left, h->una) &&
                  seq_leq(block.right, c->snd.nxt);
    if (!inside) {
        mib_add(s, c->node, MIB_TCP_SACK_DISCARD);
        return false;
    }
    uint32_t from = new_from(&c->recovery, block.left, block.right);
    if (from != block.right) tcp_board_sack(s, c, block, from, &h->news);
    return true;
}

/* From the lowest up, so that what a lost ACK would have told does not look as if it came late. */
static uint32_t in_order(const struct tcp_options *o, uint32_t first, struct tcp_range *blocks) {
    uint32_t count = 0;
    for (uint32_t i = first; i < o->sack_count; i++) {
        uint32_t at = count++;
        for (; at > 0 && seq_lt(o->sack[i].left, blocks[at - 1].left); at--)
            blocks[at] = blocks[at - 1];
        blocks[at] = (struct tcp_range){o->sack[i].left, o->sack[i].right};
    }
    return count;
}

void tcp_sack_take(struct step *s, struct tcb *c, struct tcp_heard *h) {
    const struct tcp_options *o = &h->segment->header.options;
    struct tcp_recovery *r = &c->recovery;
    uint32_t first = 0;
    if (!c->sack_permitted || o->sack_count == 0) {
        r->prior_count = 0;
        return;
    }
    if (is_duplicate_report(o, h->segment->ack)) {
        duplicate_reported(s, c, h);
        first = 1;
    }
    struct tcp_range blocks[TCP_SACK_BLOCKS_MAX];
    uint32_t count = in_order(o, first, blocks), taken = 0;
    for (uint32_t i = 0; i < count; i++)
        if (take_block(s, c, h, blocks[i])) blocks[taken++] = blocks[i];
    for (uint32_t i = 0; i < taken; i++) r->prior[i] = blocks[i];
    r->prior_count = taken;
}
