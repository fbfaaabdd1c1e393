#include "stack/tcp/tcp_state.h"
/*
 * When to acknowledge what came in, and what the acknowledgment says beside RCV.NXT.
 * RFC 9293 3.8.6.3: an ACK may be delayed (SHLD-18) by less than 0.5 seconds (MUST-40), but at
 * least every second full-sized segment gets one (SHLD-19); RFC 5681 4.2: at once while something
 * is out of order. RFC 2018 and RFC 2883: SACK blocks. RFC 5961: challenge ACKs.
 *
 * Linux is more careful, and our Linux profiles follow it (tcp_input.c, tcp_timer.c of 6.x): the
 * first segments of a connection are acknowledged at once ("quick ACKs", const.quickacks of them),
 * until the connection looks interactive ("ping-pong": it answered within the ACK time-out), and
 * the time-out adapts to the gaps between segments, from const.delack_min to const.delack_max.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

static sim_time setting(const struct step *s, const struct tcb *c, enum setting which) {
    return setting_of(s->lab, c->node, which);
}

/* tcp_incr_quickack(): at most half a window of segments, at most const.quickacks. */
static void more_quick_acks(struct step *s, struct tcb *c) {
    uint32_t most = (uint32_t)setting(s, c, SETTING_CONST_QUICKACKS);
    uint32_t n = c->rcv.wnd / (2 * c->rcv.largest);
    if (n == 0) n = 2;
    if (n > most) n = most;
    if (n > c->quick_acks) c->quick_acks = n;
}

/* tcp_enter_quickack_mode(): something is wrong, so tell the peer at once what we have. */
void tcp_quick_acks(struct step *s, struct tcb *c) {
    more_quick_acks(s, c);
    c->ping_pong = 0;
    c->ato_ns = (uint32_t)setting(s, c, SETTING_CONST_DELACK_MIN);
    c->ack_due = TCP_ACK_NOW;
}

/* tcp_event_data_recv(): the time-out follows the gap between segments. */
static void adapt(struct step *s, struct tcb *c) {
    sim_time least = setting(s, c, SETTING_CONST_DELACK_MIN);
    sim_time gap = s->now - c->data_received_at;
    c->data_received_at = s->now;
    if (c->ato_ns == 0) {
        more_quick_acks(s, c);
        c->ato_ns = (uint32_t)least;
    } else if (gap <= least / 2) {
        c->ato_ns = c->ato_ns / 2 + (uint32_t)(least / 2);
    } else if (gap < c->ato_ns) {
        c->ato_ns = c->ato_ns / 2 + (uint32_t)gap;
    } else if (gap > c->rto) {
        more_quick_acks(s, c);
    }
}

/* How long an ACK may wait. Linux: the adapted time-out, but no longer than a round trip when one
 * is known; before any text has come it is one tick of the clock. */
static sim_time wait(const struct step *s, const struct tcb *c) {
    sim_time least = setting(s, c, SETTING_CONST_DELACK_MIN);
    sim_time most = setting(s, c, SETTING_CONST_DELACK_MAX);
    if (!tcp_is_linux(s->lab, c->node)) return most;
    sim_time ato = c->ato_ns;
    if (ato > least && c->srtt != 0) {
        sim_time round_trip = c->srtt > least ? c->srtt : least;
        if (round_trip < ato) ato = round_trip;
    }
    if (ato == 0) ato = setting(s, c, SETTING_CONST_JIFFY);
    return ato < most ? ato : most;
}

void tcp_ack_later(struct step *s, struct tcb *c) {
    if (c->ack_due == TCP_ACK_NOW) return;
    bool delayed = setting(s, c, SETTING_CONST_DELACK_MAX) != 0;
    bool quick = c->quick_acks > 0 && !c->ping_pong;
    /* SHLD-19: more than one full-sized segment since the last ACK. */
    bool second = c->rcv.nxt - c->rcv.acked > c->rcv.largest;
    if (!delayed || quick || second || id_is(c->out_of_order)) {
        c->ack_due = TCP_ACK_NOW;
        return;
    }
    c->ack_due = TCP_ACK_DELAYED;
    sim_time at;
    if (!tcp_timer_runs(s->lab, c, TIMER_TCP_DELAYED_ACK, &at))
        tcp_timer_start(s, c, TIMER_TCP_DELAYED_ACK, wait(s, c));
}

/* `count` octets of new text have come in. */
void tcp_ack_text(struct step *s, struct tcb *c, size_t count) {
    if (count >= c->rcv.largest) c->rcv.largest = count < c->rcv.mss ? (uint32_t)count : c->rcv.mss;
    adapt(s, c);
    tcp_ack_later(s, c);
}

/* A segment with ACK has just left: nothing is due any more. */
void tcp_ack_sent(struct step *s, struct tcb *c) {
    if (c->ack_due != TCP_ACK_NONE && c->quick_acks > 0) {
        c->quick_acks--;
        if (c->quick_acks == 0) c->ato_ns = (uint32_t)setting(s, c, SETTING_CONST_DELACK_MIN);
    }
    c->ack_due = TCP_ACK_NONE;
    c->rcv.acked = c->rcv.nxt;
    c->duplicate = (struct tcp_range){0, 0};
    tcp_timer_stop(s, c, TIMER_TCP_DELAYED_ACK);
}

/* RFC 5961 3.2, 4.2, 5.2: an ACK that only the true peer can make sense of. RFC 5961 7 asks for a
 * limit; Linux answers one segment without text in tcp_invalid_ratelimit. */
void tcp_ack_challenge(struct step *s, struct tcb *c, const struct segment *seg) {
    sim_time limit = setting(s, c, SETTING_TCP_INVALID_RATELIMIT);
    bool text = seg->text_count > 0 || (seg->flags & (TCP_SYN | TCP_FIN)) != 0;
    if (!text && s->now - c->challenged_at < limit) return;
    if (!text) c->challenged_at = s->now;
    mib_add(s, c->node, MIB_TCP_CHALLENGE_ACK);
    tcp_send_ack(s, c);
}

/* Octets around `seq` have been queued out of order: their run becomes the first SACK block. */
void tcp_sack_received(struct step *s, struct tcb *c, uint32_t seq) {
    struct tcp_range run, former;
    if (!c->sack_permitted || !tcp_queue_run(s->lab, c, seq, &run)) return;
    uint32_t kept = 0;
    struct tcp_range blocks[TCP_SACK_BLOCKS_MAX];
    for (uint32_t i = 0; i < c->sack_count; i++) {
        former = c->sack[i];
        bool inside = seq_leq(run.left, former.left) && seq_leq(former.right, run.right);
        if (!inside && kept + 1 < TCP_SACK_BLOCKS_MAX) blocks[kept++] = former;
    }
    c->sack[0] = run;
    for (uint32_t i = 0; i < kept; i++) c->sack[i + 1] = blocks[i];
    c->sack_count = kept + 1;
}

/* RCV.NXT has moved: blocks below it have been delivered. */
void tcp_sack_advance(struct tcb *c) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->sack_count; i++)
        if (seq_gt(c->sack[i].left, c->rcv.nxt)) c->sack[kept++] = c->sack[i];
    c->sack_count = kept;
}
