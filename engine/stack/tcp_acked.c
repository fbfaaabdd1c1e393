#include "stack/tcp_state.h"
/*
 * What an acceptable ACK does, RFC 9293 3.10.7.4 fifth step, "ESTABLISHED STATE": SND.UNA moves,
 * acknowledged octets leave the send buffer, the window is updated, the timers follow (RFC 6298 5).
 * Repair of losses: the third duplicate ACK repeats the oldest segment (RFC 5681 3.2), and until
 * everything that was in flight then is acknowledged, each partial ACK repeats the next one
 * (RFC 6582 3.2). Left out, with congestion control: how the window shrinks meanwhile.
 */
#include "stack/arp.h"
#include "stack/mib.h"
#include "stack/seq.h"

enum { DUPLICATES_THAT_MEAN_LOSS = 3 };
#define CLAUSE "RFC 9293 3.10.7.4"

/* 3.8.6: there is something to say, and the window is open for it again. */
static void stop_probing(struct step *s, struct tcb *c) {
    sim_time at;
    if (!tcp_timer_runs(s->lab, c, TIMER_TCP_PERSIST, &at)) return;
    tcp_timer_stop(s, c, TIMER_TCP_PERSIST);
    c->probes = 0;
    /* The octet that a probe carried was refused, or SND.UNA would have moved: it is unsent. */
    if (c->snd.nxt - c->snd.una == 1 && c->send.count > 0 && !c->fin_sent) c->snd.nxt = c->snd.una;
}

static void update_window(struct step *s, struct tcb *c, const struct segment *seg) {
    bool newer =
        seq_lt(c->snd.wl1, seg->seq) || (c->snd.wl1 == seg->seq && seq_leq(c->snd.wl2, seg->ack));
    if (!newer) return;
    tcp_open_window(s, c, seg);
    if (c->snd.wnd > 0) stop_probing(s, c);
}

uint32_t tcp_flight(const struct lab *lab, const struct tcb *c) {
    (void)lab;
    return c->snd.nxt - c->snd.una;
}

/* Octets leave the retransmission queue; RFC 6298 (5.2) and (5.3). */
static uint32_t advance(struct step *s, struct tcb *c, const struct segment *seg) {
    uint32_t acked = seg->ack - c->snd.una;
    if (c->snd.una == c->iss) acked--; /* the SYN took a number, but no place in the buffer */
    uint32_t text = acked < c->send.count ? acked : c->send.count; /* and so does the FIN */
    c->snd.una = seg->ack;
    tcp_buffer_drop(s, &c->send, text);
    tcp_rtt_acked(s, c, seg);
    c->retransmissions = 0;
    c->probes = 0;
    c->soft_error = TCP_OK;
    c->snd.duplicate_acks = 0;
    if (seq_lt(c->snd.small, c->snd.una)) c->snd.small = c->snd.una;
    if (c->snd.una == c->snd.nxt)
        tcp_timer_stop(s, c, TIMER_TCP_RETRANSMISSION);
    else
        tcp_timer_start(s, c, TIMER_TCP_RETRANSMISSION, c->rto);
    arp_confirm(s, c->node, c->remote_address); /* the way works: RFC 1122 2.3.2.1 */
    if (3 * (uint64_t)c->send.count <= 2 * (uint64_t)tcp_send_limit(s->lab, c))
        tcp_notify(s, c, SOCKET_WRITABLE);
    return text;
}

/* RFC 6582 3.2, the response to a full and to a partial acknowledgment. */
static void repair(struct step *s, struct tcb *c, uint32_t acked) {
    if (!c->snd.recovering) return;
    if (seq_geq(c->snd.una, c->snd.recover)) {
        c->snd.recovering = 0;
        tcp_congestion_recovery_exit(s, c);
        tcp_congestion_loss_exit(s, c);
    } else {
        tcp_congestion_partial(s, c, acked);
        tcp_retransmit(s, c);
    }
}

/* RFC 5681 2: what a duplicate acknowledgment is. */
static bool is_duplicate(const struct tcb *c, const struct segment *seg) {
    return seg->ack == c->snd.una && seg->text_count == 0 && c->snd.nxt != c->snd.una &&
           (seg->flags & (TCP_SYN | TCP_FIN)) == 0 && seg->wnd == c->snd.wnd;
}

static void count_duplicate(struct step *s, struct tcb *c) {
    c->snd.duplicate_acks++;
    if (c->snd.duplicate_acks != DUPLICATES_THAT_MEAN_LOSS || c->snd.recovering) return;
    c->snd.recover = c->snd.nxt;
    c->snd.recovering = 1;
    tcp_congestion_recovery_enter(s, c);
    tcp_retransmit(s, c);
    tcp_timer_start(s, c, TIMER_TCP_RETRANSMISSION, c->rto);
}

bool tcp_take_ack(struct step *s, struct tcb *c, const struct segment *seg) {
    /* RFC 5961 5.2, MAY-12: an ACK of more than a window ago is a guess. */
    if (seq_lt(seg->ack, c->snd.una - c->snd.max_wnd)) {
        tcp_drop(s, seg, REASON_TCP_BAD_ACK, "RFC 5961 5.2");
        tcp_ack_challenge(s, c, seg);
        return false;
    }
    if (seq_gt(seg->ack, c->snd.nxt)) { /* something not yet sent: "send an ACK, drop" */
        tcp_drop(s, seg, REASON_TCP_BAD_ACK, CLAUSE);
        c->ack_due = TCP_ACK_NOW;
        return false;
    }
    bool moves = seq_gt(seg->ack, c->snd.una), duplicate = is_duplicate(c, seg);
    struct tcp_progress told = {.duplicate = duplicate};
    if (moves) told.acked = told.delivered = advance(s, c, seg);
    /* MUST-37, SHLD-17: a receiver that answers is alive, however long its window stays closed. */
    else if (c->probes > 0 || c->snd.wnd == 0)
        c->retransmissions = 0;
    if (seq_geq(seg->ack, c->snd.una)) update_window(s, c, seg);
    if (moves)
        repair(s, c, told.acked);
    else if (duplicate && c->probes == 0)
        count_duplicate(s, c);
    tcp_ecn_acked(s, c, seg);
    tcp_congestion_acked(s, c, &told);
    return true;
}
