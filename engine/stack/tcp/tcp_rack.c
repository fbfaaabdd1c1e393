#include "stack/tcp/tcp_recovery.h"
/*
 * RACK-TLP, RFC 8985, as Linux 6.x has it: time decides what is lost. A segment is lost when
 * something that was sent later has arrived, and a round trip and a little more (the reordering
 * window) have passed since it was sent; the third segment that arrives out of order still begins
 * recovery at once, until reordering has been seen. And a loss probe: when no ACK has come for two
 * round trips, the last segment is sent again, so that its SACK shows what is missing.
 * Left out: RFC 8985 7.1's worst-case delayed ACK of a single segment; Linux adds its least RTO.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"

enum { RACK = 1, STATIC_WINDOW = 2, NO_THRESHOLD = 4 }; /* tcp_recovery's bits */
enum { NEVER = -1, STEPS_MOST = 255, PERSIST_ROUNDS = 16 };
enum { LEAST_WAIT_NS = 2000000 };                  /* Linux's TCP_TIMEOUT_MIN_US */
enum { LEAST_RTT_S = 300, NS_PER_S = 1000000000 }; /* Linux's tcp_min_rtt_wlen */

static int64_t setting(const struct step *s, const struct tcb *c, enum setting which) {
    return setting_of(s->lab, c->node, which);
}

static sim_time least(sim_time a, sim_time b) {
    return a < b ? a : b;
}

/* Linux's timers count ticks of its clock: a part of one is a whole one. */
static sim_time in_ticks(const struct step *s, const struct tcb *c, sim_time time) {
    sim_time tick = setting(s, c, SETTING_CONST_JIFFY);
    return tick == 0 ? time : (time + tick - 1) / tick * tick;
}

/* RFC 8985 6.1, RACK_sent_after(): sent later, or at the same time and behind it. Many steps share
 * an instant of virtual time; a step is what a moment is to a real clock. */
static bool sent_after(uint32_t a_step, uint32_t a_end, uint32_t b_step, uint32_t b_end) {
    return seq_gt(a_step, b_step) || (a_step == b_step && seq_gt(a_end, b_end));
}

/* The least round trip of the last minutes. */
void tcp_rack_round_trip(struct step *s, struct tcb *c, sim_time rtt) {
    struct tcp_rack *k = &c->recovery.rack;
    bool old = s->now - k->least_at > LEAST_RTT_S * (sim_time)NS_PER_S;
    if (k->least != 0 && rtt > k->least && !old) return;
    k->least = rtt > 0 ? rtt : 1;
    k->least_at = s->now;
}

/* RFC 8985 6.2 step 2: RACK.segment and RACK.rtt. Which copy arrived nobody knows, but not one that
 * was sent less than a round trip ago, nor one that was sent after the timestamp that came back. An
 * ACK of what came out of order (`n` NULL) echoes what was in order: that says nothing here. */
void tcp_rack_delivered(struct step *s, struct tcb *c, const struct tcp_sent *sent,
                        const struct tcp_news *n) {
    struct tcp_rack *k = &c->recovery.rack;
    sim_time rtt = s->now - sent->at;
    bool again = (sent->marks & TCP_MARK_AGAIN) != 0;
    bool echoed = n != NULL && n->has_echo && seq_lt(n->echo, tcp_ts_at(s, c, sent->at));
    if (again && (rtt < k->least || echoed)) return;
    k->advanced = 1;
    k->rtt = rtt;
    k->rtt_step = sent->step;
    if (k->sent_at != NEVER && !sent_after(sent->step, sent->end, k->step, k->end)) return;
    k->sent_at = sent->at;
    k->step = sent->step;
    k->end = sent->end;
}

/* RFC 8985 6.2 step 4: the reordering window, RACK.reo_wnd. */
static sim_time reordering_window(const struct step *s, const struct tcb *c) {
    const struct tcp_rack *k = &c->recovery.rack;
    bool by_count = (setting(s, c, SETTING_TCP_RECOVERY) & NO_THRESHOLD) == 0 &&
                    c->board.sacked.segments >= c->recovery.threshold;
    if (!k->reordered && (tcp_is_retransmitting(c) || by_count)) return 0;
    return least(k->least / 4 * k->steps, c->srtt);
}

/* How long until the segment counts as lost; 0 or less: it does. What left in a later step
 * of the same instant has had less time: by the least that can be told. */
static sim_time left(const struct step *s, const struct tcb *c, const struct tcp_sent *sent,
                     sim_time window) {
    sim_time remains = c->recovery.rack.rtt + window - (s->now - sent->at);
    bool later = seq_gt(sent->step, c->recovery.rack.rtt_step);
    return remains == 0 && later ? 1 : remains;
}

bool tcp_rack_expired(const struct step *s, const struct tcb *c, const struct tcp_sent *sent) {
    return left(s, c, sent, 0) <= 0;
}

/* RFC 8985 6.2 step 5, RACK_detect_loss(): how long until it is to be asked again, or 0. */
static sim_time detect(struct step *s, struct tcb *c) {
    const struct tcp_rack *k = &c->recovery.rack;
    sim_time window = reordering_window(s, c), wait = 0;
    struct tcp_spot place = {NULL, NULL};
    while ((place = tcp_board_open(s->lab, c, place, k->sent_at)).sent != NULL) {
        if (!sent_after(k->step, k->end, place.sent->step, place.sent->end)) continue;
        sim_time remains = left(s, c, place.sent, window);
        if (remains <= 0)
            tcp_mark_lost(s, c, place);
        else if (remains > wait)
            wait = remains;
    }
    return wait;
}

void tcp_rack_detect(struct step *s, struct tcb *c, struct tcp_heard *h) {
    struct tcp_rack *k = &c->recovery.rack;
    if (!k->advanced) return;
    k->advanced = 0;
    sim_time wait = detect(s, c);
    if (wait == 0) return;
    tcp_timer_alone(s, c, TIMER_TCP_REORDERING, in_ticks(s, c, wait + LEAST_WAIT_NS));
    h->rearm = false;
}

/* RFC 8985 6.3: the reordering timer. */
void tcp_rack_timeout(struct step *s, struct tcb *c) {
    uint32_t pipe = tcp_pipe(c), lost = c->recovery.lost;
    c->recovery.hold = 0;
    detect(s, c);
    if (pipe != tcp_pipe(c) && c->congestion.state != TCP_CONGESTION_RECOVERY) {
        tcp_linux_recover(s, c);
        struct tcp_progress told = {.lost = c->recovery.lost - lost, .delivered = tcp_smss(c)};
        tcp_congestion_acked(s, c, &told);
    }
    tcp_output(s, c);
}

/* RFC 8985 6.2 step 4: D-SACKs say that the window was too small; after 16 recoveries without any
 * it is small again. At most once a round trip. */
void tcp_rack_adapt(struct step *s, struct tcb *c, const struct tcp_heard *h) {
    struct tcp_rack *k = &c->recovery.rack;
    if ((setting(s, c, SETTING_TCP_RECOVERY) & STATIC_WINDOW) != 0) return;
    if (h->news.delivered.segments == 0) return;
    if (k->sent_at < k->round_at) k->duplicate = 0; /* what was sent with the old window */
    if (k->duplicate) {
        if (k->steps < STEPS_MOST) k->steps++;
        k->duplicate = 0;
        k->round_at = s->now;
        k->persist = PERSIST_ROUNDS;
    } else if (k->persist == 0) {
        k->steps = 1;
    }
}

/* ----------------------------------------------------------------------- the tail loss probe, 7 */

/* When the retransmission timer would fire, counted from when the front was sent. */
static sim_time until_timeout(struct step *s, struct tcb *c) {
    struct tcp_spot front = tcp_board_first(s->lab, c);
    return front.sent == NULL ? c->rto : c->rto - (s->now - front.sent->at);
}

/* 7.2, TLP_calc_PTO(). True: the probe's timer runs, in place of the retransmission timer. */
bool tcp_probe_arm(struct step *s, struct tcb *c, bool rto_restarts) {
    int64_t early = setting(s, c, SETTING_TCP_EARLY_RETRANS);
    bool calm =
        c->congestion.state == TCP_CONGESTION_OPEN || c->congestion.state == TCP_CONGESTION_CWR;
    if (early < 3 || !c->sack_permitted || c->board.out.segments == 0 || !calm) return false;
    if (!tcp_is_linux(s->lab, c->node)) return false;
    sim_time after = setting(s, c, SETTING_CONST_RTO_INIT);
    if (c->srtt != 0) {
        bool single = c->board.out.segments == 1; /* its ACK may be delayed */
        after = 2 * c->srtt + (single ? setting(s, c, SETTING_TCP_RTO_MIN) : LEAST_WAIT_NS);
    }
    sim_time rto = rto_restarts ? c->rto : until_timeout(s, c);
    if (rto > 0) after = least(after, rto);
    after = in_ticks(s, c, after);
    tcp_timer_alone(s, c, TIMER_TCP_LOSS_PROBE, after);
    return true;
}

static void start_rto(struct step *s, struct tcb *c, sim_time after) {
    sim_time tick = setting(s, c, SETTING_CONST_JIFFY);
    if (after < tick) after = tick;
    tcp_timer_alone(s, c, TIMER_TCP_RETRANSMISSION, after > 0 ? after : 1);
}

/* tcp_rearm_rto(): counted from now, or, if another timer had taken its place, from the sending. */
void tcp_rto_arm(struct step *s, struct tcb *c) {
    sim_time at;
    bool instead = tcp_timer_runs(s->lab, c, TIMER_TCP_REORDERING, &at) ||
                   tcp_timer_runs(s->lab, c, TIMER_TCP_LOSS_PROBE, &at);
    start_rto(s, c, instead ? until_timeout(s, c) : c->rto);
}

/* 7.3, TLP_send_probe(): new text if there is any and the window is open, else the last segment. */
void tcp_probe_timeout(struct step *s, struct tcb *c) {
    struct tcp_recovery *r = &c->recovery;
    bool sent = false;
    if (!r->probe_on) {
        r->probe_again = 0;
        sent = tcp_send_probe(s, c);
        if (!sent) r->probe_again = sent = tcp_repeat_as_probe(s, c);
    }
    if (sent) {
        r->probe_end = c->snd.nxt;
        r->probe_on = 1;
        mib_add(s, c->node, MIB_TCP_LOSS_PROBES);
    }
    start_rto(s, c, sent ? c->rto : until_timeout(s, c));
}

/* 7.4, TLP_process_ack(): whether the probe has mended a loss, which is to be paid for. */
void tcp_probe_acked(struct step *s, struct tcb *c, const struct tcp_heard *h) {
    struct tcp_recovery *r = &c->recovery;
    uint32_t ack = h->segment->ack;
    if (!r->probe_on || seq_lt(ack, r->probe_end)) return;
    if (!r->probe_again || h->dsack_probe) {
        r->probe_on = 0; /* both copies arrived, or it was new */
    } else if (seq_gt(ack, r->probe_end)) {
        r->probe_on = 0;
        tcp_congestion_reduce(s, c);
        tcp_congestion_recovery_exit(s, c);
        mib_add(s, c->node, MIB_TCP_LOSS_PROBE_RECOVERY);
    } else if (!h->moved && h->duplicate && h->news.sacked.octets == 0) {
        r->probe_on = 0;
    }
}
