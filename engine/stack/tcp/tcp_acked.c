#include "stack/tcp/tcp_state.h"
/*
 * What an acceptable ACK does, RFC 9293 3.10.7.4 fifth step, "ESTABLISHED STATE": SND.UNA moves,
 * acknowledged octets leave the send buffer and the scoreboard, the window is updated, the timers
 * follow (RFC 6298 5). What it tells about losses goes to tcp_recovery.c, which decides what is
 * repeated; what that does to the window goes to tcp_congestion.c. Nothing is sent here.
 */
#include "stack/ip/arp.h"
#include "stack/mib.h"
#include "stack/tcp/seq.h"

enum { NEVER = -1 };
#define CLAUSE "RFC 9293 3.10.7.4"

/* 3.8.6: there is something to say, and the window is open for it again. */
static void stop_probing(struct step *s, struct tcb *c) {
    sim_time at;
    if (!tcp_timer_runs(s->lab, c, TIMER_TCP_PERSIST, &at)) return;
    tcp_timer_stop(s, c, TIMER_TCP_PERSIST);
    c->probes = 0;
    /* The octet that a probe carried was refused, or SND.UNA would have moved: it is unsent. */
    if (c->snd.nxt - c->snd.una != 1 || c->send.count == 0 || c->fin_sent) return;
    c->snd.nxt = c->snd.una;
    tcp_board_take_back(s, c, c->snd.nxt);
}

static void update_window(struct step *s, struct tcb *c, const struct segment *seg) {
    bool newer =
        seq_lt(c->snd.wl1, seg->seq) || (c->snd.wl1 == seg->seq && seq_leq(c->snd.wl2, seg->ack));
    if (!newer) return;
    /* Text that waited for the window has been silent as well (Linux, tcp_ack_update_window). */
    if (seg->wnd != c->snd.wnd && tcp_unsent(c) > 0) tcp_congestion_idle(s, c);
    tcp_open_window(s, c, seg);
    if (c->snd.wnd > 0) stop_probing(s, c);
}

/* Octets leave the retransmission queue. */
static uint32_t advance(struct step *s, struct tcb *c, struct tcp_heard *h) {
    const struct segment *seg = h->segment;
    uint32_t acked = seg->ack - c->snd.una;
    if (c->snd.una == c->iss) acked--; /* the SYN took a number, but no place in the buffer */
    uint32_t text = acked < c->send.count ? acked : c->send.count; /* and so does the FIN */
    tcp_board_ack(s, c, seg->ack, &h->news);
    c->snd.una = seg->ack;
    tcp_buffer_drop(s, &c->send, text);
    tcp_rtt_acked(s, c, seg, &h->news);
    c->retransmissions = 0;
    c->probes = 0;
    c->soft_error = TCP_OK;
    if (seq_lt(c->snd.small, c->snd.una)) c->snd.small = c->snd.una;
    arp_confirm(s, c->node, c->remote_address); /* the way works: RFC 1122 2.3.2.1 */
    if (3 * (uint64_t)tcp_send_held(s->lab, c) <= 2 * (uint64_t)tcp_send_limit(s->lab, c))
        tcp_notify(s, c, SOCKET_WRITABLE);
    return text;
}

/* RFC 5681 2: what a duplicate acknowledgment is. */
static bool is_duplicate(const struct tcb *c, const struct segment *seg) {
    return seg->ack == c->snd.una && seg->text_count == 0 && c->snd.nxt != c->snd.una &&
           (seg->flags & (TCP_SYN | TCP_FIN)) == 0 && seg->wnd == c->snd.wnd;
}

/* RFC 6298 (5.2) and (5.3). Where a loss probe is due first, its timer takes the place. */
static void restart_timer(struct step *s, struct tcb *c, const struct tcp_heard *h) {
    if (c->snd.una == c->snd.nxt)
        tcp_repair_timers_stop(s, c);
    else if (h->rearm && !tcp_probe_arm(s, c, true))
        tcp_rto_arm(s, c);
}

/* What SACKs say about the round trip restarts the timer too, unless the oldest segment has been
 * repeated since. */
static bool newer_than_front(struct step *s, const struct tcb *c, const struct tcp_heard *h) {
    struct tcp_spot front = tcp_board_first(s->lab, c);
    sim_time at = h->news.sacked_first_at;
    return at != NEVER && front.sent != NULL && front.sent->at > at;
}

/* How much is newly known to have arrived. Without SACK a duplicate ACK says so of one segment. */
static uint32_t delivered(const struct step *s, const struct tcb *c, const struct tcp_heard *h,
                          uint32_t guessed) {
    uint32_t smss = tcp_smss(c), octets = h->news.delivered.octets;
    if (c->sack_permitted && tcp_is_linux(s->lab, c->node)) /* a needless repetition has, too */
        return octets + h->duplicates * smss;
    if (c->sack_permitted) return octets;
    if (!h->moved) return h->duplicate ? smss : 0;
    if (!tcp_is_linux(s->lab, c->node)) return octets;
    return octets > guessed * smss + smss ? octets - guessed * smss : smss;
}

static void hear(struct step *s, struct tcb *c, struct tcp_heard *h) {
    const struct segment *seg = h->segment;
    const struct tcp_options *o = &seg->header.options;
    uint32_t guessed = c->recovery.guessed, lost = c->recovery.lost;
    bool recovering = c->congestion.state == TCP_CONGESTION_RECOVERY;
    struct tcp_progress told = {0};
    h->una = c->snd.una;
    h->moved = seq_gt(seg->ack, c->snd.una);
    h->news = (struct tcp_news){
        .first_at = NEVER, .last_at = NEVER, .sacked_first_at = NEVER, .sacked_last_at = NEVER};
    h->news.below = c->recovery.point;
    h->news.highest = c->board.sacked.segments > 0 ? c->board.highest : c->snd.una;
    h->news.has_echo = c->timestamps && o->has_timestamps && o->ts_ecr != 0;
    h->news.echo = o->ts_ecr;
    bool duplicate = is_duplicate(c, seg) && c->probes == 0;
    tcp_sack_take(s, c, h);
    h->duplicate = duplicate && !h->dsack;
    if (h->moved) told.acked = advance(s, c, h);
    tcp_rtt_heard(s, c, &h->news);
    h->rearm = h->moved || newer_than_front(s, c, h);
    if (seq_geq(seg->ack, c->snd.una)) update_window(s, c, seg);
    tcp_recovery_acked(s, c, h);
    restart_timer(s, c, h);
    told.delivered = delivered(s, c, h, guessed);
    /* RFC 6582 3.2: the ACK that ends recovery sets CWND; it does not also let it grow. */
    bool ended = recovering && c->congestion.state == TCP_CONGESTION_OPEN;
    if (ended && !tcp_is_linux(s->lab, c->node)) told.acked = 0;
    told.lost = c->recovery.lost - lost;
    told.duplicate = h->duplicate;
    tcp_ecn_acked(s, c, seg);
    tcp_congestion_acked(s, c, &told);
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
        /* Differs: Linux says nothing in ESTABLISHED (tcp_rcv_established), and answers
         * elsewhere. */
        if (c->state != TCP_ESTABLISHED || !tcp_is_linux(s->lab, c->node)) c->ack_due = TCP_ACK_NOW;
        return false;
    }
    /* MUST-37, SHLD-17: a receiver that answers is alive, however long its window stays closed. */
    if (seq_leq(seg->ack, c->snd.una) && (c->probes > 0 || c->snd.wnd == 0)) c->retransmissions = 0;
    struct tcp_heard heard = {.segment = seg};
    hear(s, c, &heard);
    tcp_alive(s, c, heard.moved);
    return true;
}
