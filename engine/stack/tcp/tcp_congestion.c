#include "stack/tcp/tcp_congestion.h"
/*
 * MUST-19: congestion control, RFC 5681: the initial window (RFC 6928), slow start, congestion
 * avoidance, what a loss does to CWND and SSTHRESH, and how CWND comes down during recovery.
 * Without SACK and by the RFC it is inflated by each duplicate ACK and deflated by a partial one
 * (RFC 6582 3.2); the Linux profiles let it down in proportion to what arrives (RFC 6937, PRR).
 *
 * CWND grows only while it is what holds the sender back, and decays when it is not used (RFC 2861
 * as Linux has it); a connection that was silent starts again (RFC 5681 4.1).
 * Differs: Linux counts segments, whatever their size; here octets are counted, so short segments
 * take less of CWND. Left out: pacing, and the rate of the application (Linux's snd_cwnd_clamp).
 */
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"
#include <assert.h>

enum { TIMESTAMPS_OCTETS = 12, ALGORITHMS = 2 };

static const struct tcp_algorithm_of *const algorithms[ALGORITHMS] = {
    [CONGESTION_RENO] = &tcp_reno, [CONGESTION_CUBIC] = &tcp_cubic};

static const struct tcp_algorithm_of *algorithm_of(const struct tcb *c) {
    assert(c->congestion.algorithm < ALGORITHMS);
    return algorithms[c->congestion.algorithm];
}

const char *tcp_algorithm_name(uint32_t algorithm) {
    return algorithm < ALGORITHMS ? algorithms[algorithm]->name : NULL;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

uint32_t tcp_smss(const struct tcb *c) {
    return c->snd.mss - (c->timestamps ? TIMESTAMPS_OCTETS : 0);
}

static uint32_t up_to_segments(const struct tcb *c, uint32_t octets) {
    uint32_t smss = tcp_smss(c);
    return (octets + smss - 1) / smss * smss;
}

/* RFC 6928 2 (1). Differs: Linux does not bound the octets of its ten segments. */
static uint32_t initial_window(const struct lab *lab, const struct tcb *c) {
    enum { OCTETS = 14600 };
    uint32_t smss = tcp_smss(c);
    uint32_t window = (uint32_t)setting_of(lab, c->node, SETTING_CONST_INITIAL_WINDOW) * smss;
    return tcp_is_linux(lab, c->node) ? window : least(window, most(2 * smss, OCTETS));
}

uint32_t tcp_flight_room(const struct lab *lab, const struct tcb *c) {
    uint32_t flight = tcp_flight(lab, c), cwnd = c->congestion.cwnd;
    return flight < cwnd ? cwnd - flight : 0;
}

bool tcp_in_slow_start(const struct tcb *c) {
    return c->congestion.cwnd < c->congestion.ssthresh;
}

static bool is_reducing(const struct tcb *c) {
    return c->congestion.state == TCP_CONGESTION_CWR ||
           c->congestion.state == TCP_CONGESTION_RECOVERY;
}

/* RFC 5681 3.1: SSTHRESH begins as high as can be. After a SYN that was lost CWND begins with one
 * segment (RFC 6928 2); Linux says so only when it was lost more than once. */
void tcp_congestion_begin(struct step *s, struct tcb *c) {
    struct tcp_congestion *g = &c->congestion;
    uint32_t forgiven = tcp_is_linux(s->lab, c->node) ? 1 : 0;
    if (g->cwnd != 0) return;
    tcp_recovery_begin(s, c);
    bool lost = c->retransmissions > forgiven;
    g->ssthresh = TCP_SSTHRESH_INFINITE;
    g->cwnd = lost ? tcp_smss(c) : initial_window(s->lab, c);
    g->filled_at = g->sent_at = s->now;
    g->window_end = c->snd.nxt;
    tcp_tuning_window(s->lab, c);
}

/* ------------------------------------------------------------------------------- growing: 3.1 */

/* tcp_is_cwnd_limited(): in slow start it may be twice what was used, so that it can double. */
static bool is_limited(const struct tcb *c) {
    const struct tcp_congestion *g = &c->congestion;
    return g->limited || (tcp_in_slow_start(c) && g->cwnd / 2 < g->most_in_flight);
}

/* RFC 5681 3.1 (2): min(N, SMSS) for each ACK. Differs: Linux takes all that an ACK covers, so a
 * receiver that delays ACKs does not slow it down. What is left of N beyond SSTHRESH. */
static uint32_t slow_start(const struct step *s, struct tcb *c, uint32_t acked) {
    struct tcp_congestion *g = &c->congestion;
    bool linux_counts = tcp_is_linux(s->lab, c->node);
    uint32_t grow = linux_counts ? up_to_segments(c, acked) : least(acked, tcp_smss(c));
    uint32_t room = g->ssthresh - g->cwnd, taken = least(grow, room);
    g->cwnd += taken;
    return linux_counts ? grow - taken : 0;
}

void tcp_congestion_climb(struct tcb *c, uint32_t need, uint32_t acked) {
    struct tcp_congestion *g = &c->congestion;
    uint32_t smss = tcp_smss(c);
    if (g->counted >= need) { /* it was counted when more was needed */
        g->counted = 0;
        g->cwnd += smss;
    }
    g->counted += acked;
    if (g->counted < need) return;
    g->cwnd += g->counted / need * smss;
    g->counted %= need;
}

static void grow(struct step *s, struct tcb *c, uint32_t acked) {
    if (!is_limited(c)) return;
    if (tcp_in_slow_start(c)) acked = slow_start(s, c, acked);
    if (acked > 0) algorithm_of(c)->avoid(s, c, acked);
}

/* ------------------------------------------------------------------------------------ reducing */

/* A window that is given up is remembered by 3/4 of it (Linux, tcp_current_ssthresh). */
static uint32_t remembered(const struct tcb *c) {
    const struct tcp_congestion *g = &c->congestion;
    return is_reducing(c) ? g->ssthresh : most(g->ssthresh, g->cwnd / 2 + g->cwnd / 4);
}

static void remember(struct tcb *c) {
    c->congestion.prior_cwnd = c->congestion.cwnd;
    c->congestion.prior_ssthresh = remembered(c);
}

static void begin_reduction(struct step *s, struct tcb *c, enum tcp_congestion_state state) {
    struct tcp_congestion *g = &c->congestion;
    remember(c);
    g->ssthresh = algorithm_of(c)->reduced(s, c);
    g->prr_delivered = g->prr_out = g->counted = g->inflated = 0;
    g->high = c->snd.nxt;
    g->ecn.reduced = g->ecn.agreed;
    tcp_congestion_enter(s, c, state);
}

/* RFC 6937 3.1, with the slow start reduction bound. Differs: in whole segments, as Linux. */
static void reduce_in_proportion(const struct step *s, struct tcb *c,
                                 const struct tcp_progress *told) {
    struct tcp_congestion *g = &c->congestion;
    if (told->delivered == 0) return;
    uint32_t pipe = tcp_flight(s->lab, c), smss = tcp_smss(c), may_send;
    g->prr_delivered += told->delivered;
    if (pipe > g->ssthresh) { /* proportional rate reduction */
        uint64_t share = ((uint64_t)g->prr_delivered * g->ssthresh + g->prior_cwnd - 1);
        uint32_t target = up_to_segments(c, (uint32_t)(share / g->prior_cwnd));
        may_send = target > g->prr_out ? target - g->prr_out : 0;
    } else { /* SSRB: as slow start, up to SSTHRESH */
        uint32_t owed = g->prr_delivered > g->prr_out ? g->prr_delivered - g->prr_out : 0;
        may_send = most(owed, told->delivered);
        if (told->acked > 0 && told->lost == 0) may_send += smss;
        may_send = least(g->ssthresh - pipe, may_send);
    }
    if (g->prr_out == 0 && may_send < smss) may_send = smss; /* the fast retransmit itself */
    g->cwnd = pipe + may_send;
}

/* RFC 5681 3.2 step 4: each further duplicate ACK says that a segment has left the network; but no
 * more can have left than were there, whatever a peer claims. */
static void inflate(struct tcb *c, const struct tcp_progress *told) {
    struct tcp_congestion *g = &c->congestion;
    if (!told->duplicate || c->sack_permitted || g->state != TCP_CONGESTION_RECOVERY) return;
    if (g->inflated >= c->snd.nxt - c->snd.una) return;
    g->cwnd += tcp_smss(c);
    g->inflated += tcp_smss(c);
}

/* tcp_may_raise_cwnd(): on a path that is known to reorder, SACKs are no sign of trouble. */
static bool grows_by_sack(const struct step *s, const struct tcb *c,
                          const struct tcp_progress *told) {
    uint32_t usual = (uint32_t)setting_of(s->lab, c->node, SETTING_TCP_REORDERING);
    return tcp_is_linux(s->lab, c->node) && c->sack_permitted && c->recovery.threshold > usual &&
           told->delivered > 0;
}

/* RFC 3168 6.1.2: beyond the end of that window, CWR itself has arrived. */
static void end_of_cwr(struct step *s, struct tcb *c) {
    bool over = seq_gt(c->snd.una, c->congestion.high);
    if (c->congestion.state == TCP_CONGESTION_CWR && over) tcp_congestion_recovery_exit(s, c);
}

void tcp_congestion_acked(struct step *s, struct tcb *c, const struct tcp_progress *told) {
    struct tcp_congestion *g = &c->congestion;
    g->flight = c->snd.nxt - c->snd.una;
    end_of_cwr(s, c);
    if (is_reducing(c)) {
        if (tcp_is_linux(s->lab, c->node))
            reduce_in_proportion(s, c, told);
        else
            inflate(c, told);
    } else if (told->acked > 0 || grows_by_sack(s, c, told)) {
        /* Differs: what SACKs told before does not count again when it is acknowledged, on
         * Linux. */
        grow(s, c, tcp_is_linux(s->lab, c->node) ? told->delivered : told->acked);
        tcp_tuning_window(s->lab, c);
    }
}

void tcp_congestion_measured(struct step *s, struct tcb *c, sim_time round_trip) {
    if (algorithm_of(c)->measured != NULL) algorithm_of(c)->measured(s, c, round_trip);
}

void tcp_congestion_disorder(struct step *s, struct tcb *c, bool disorder) {
    (void)s;
    uint32_t state = c->congestion.state;
    if (disorder && state == TCP_CONGESTION_OPEN)
        tcp_congestion_enter(s, c, TCP_CONGESTION_DISORDER);
    if (!disorder && state == TCP_CONGESTION_DISORDER)
        tcp_congestion_enter(s, c, TCP_CONGESTION_OPEN);
}

/* RFC 5681 3.2 steps 2 and 3; RFC 6675 5 (4.2). Differs: PRR lets CWND down ACK by ACK. */
void tcp_congestion_recovery_enter(struct step *s, struct tcb *c) {
    struct tcp_congestion *g = &c->congestion;
    enum { DUPLICATES = 2 }; /* and this one, by tcp_congestion_acked() */
    if (g->state == TCP_CONGESTION_CWR) {
        /* This window has been reduced for already. */
        tcp_congestion_enter(s, c, TCP_CONGESTION_RECOVERY);
        g->prior_ssthresh = 0;
    } else {
        begin_reduction(s, c, TCP_CONGESTION_RECOVERY);
    }
    if (tcp_is_linux(s->lab, c->node)) return;
    g->cwnd = g->ssthresh;
    if (c->sack_permitted) return;
    g->inflated = DUPLICATES * tcp_smss(c);
    g->cwnd += g->inflated;
}

/* RFC 6582 3.2, partial acknowledgment: deflate by what was acknowledged, then add back a segment
 * if at least that much was. */
void tcp_congestion_partial(struct step *s, struct tcb *c, uint32_t acked) {
    struct tcp_congestion *g = &c->congestion;
    uint32_t smss = tcp_smss(c);
    if (tcp_is_linux(s->lab, c->node) || c->sack_permitted) return;
    g->cwnd = g->cwnd > acked + smss ? g->cwnd - acked : smss;
    if (acked >= smss) g->cwnd += smss;
}

/* RFC 6582 3.2, full acknowledgment: (1) min(ssthresh, max(FlightSize, SMSS) + SMSS) by the RFC;
 * Differs: Linux takes (2) ssthresh, for PRR has come down to it anyway. */
void tcp_congestion_recovery_exit(struct step *s, struct tcb *c) {
    struct tcp_congestion *g = &c->congestion;
    uint32_t smss = tcp_smss(c), flight = c->snd.nxt - c->snd.una;
    if (is_reducing(c)) {
        bool plain = !tcp_is_linux(s->lab, c->node) && g->state == TCP_CONGESTION_RECOVERY;
        g->cwnd = plain ? least(g->ssthresh, most(flight, smss) + smss) : g->ssthresh;
        g->inflated = 0;
        if (plain) g->limited = g->most_in_flight = 0; /* this ACK has set CWND: no growth */
        tcp_congestion_enter(s, c, TCP_CONGESTION_OPEN);
    }
}

/* RFC 5681 3.1: CWND becomes the loss window. SSTHRESH stays when this segment had timed out
 * before. */
void tcp_congestion_timeout(struct step *s, struct tcb *c, bool first) {
    struct tcp_congestion *g = &c->congestion;
    if (g->cwnd == 0) return; /* the SYN: nothing to reduce yet */
    if (first) {
        remember(c);
        g->ssthresh = algorithm_of(c)->reduced(s, c);
        g->ecn.reduced = g->ecn.agreed;
    }
    if (algorithm_of(c)->timed_out != NULL) algorithm_of(c)->timed_out(c);
    /* Differs: what Linux's RACK still holds to be under way is not taken from it. */
    g->cwnd = tcp_smss(c) + (tcp_is_linux(s->lab, c->node) ? tcp_flight(s->lab, c) : 0);
    g->counted = g->inflated = 0;
    g->high = c->snd.nxt;
    tcp_congestion_enter(s, c, TCP_CONGESTION_LOSS);
}

/* TCP_CONGESTION: what has been learnt of the path so far stays. */
void tcp_set_congestion(struct step *s, struct id connection, uint32_t algorithm) {
    struct tcb *c = tcb_edit(s, connection);
    assert(algorithm < ALGORITHMS);
    if (c != NULL) c->congestion.algorithm = algorithm;
}

void tcp_congestion_loss_exit(struct step *s, struct tcb *c) {
    (void)s;
    if (c->congestion.state == TCP_CONGESTION_LOSS) tcp_congestion_enter(s, c, TCP_CONGESTION_OPEN);
}

void tcp_congestion_undo(struct step *s, struct tcb *c) {
    struct tcp_congestion *g = &c->congestion;
    (void)s;
    if (g->prior_ssthresh == 0) return;
    g->cwnd = most(g->cwnd, g->prior_cwnd);
    g->ssthresh = most(g->ssthresh, g->prior_ssthresh);
    if (is_reducing(c)) tcp_congestion_enter(s, c, TCP_CONGESTION_OPEN);
}

void tcp_congestion_reduce(struct step *s, struct tcb *c) {
    end_of_cwr(s, c);
    uint32_t state = c->congestion.state;
    if (state != TCP_CONGESTION_OPEN && state != TCP_CONGESTION_DISORDER) return;
    begin_reduction(s, c, TCP_CONGESTION_CWR);
    c->congestion.prior_ssthresh = 0; /* a mark is no mistake: not to be undone */
    if (!tcp_is_linux(s->lab, c->node)) c->congestion.cwnd = c->congestion.ssthresh;
}

/* ------------------------------------------------------------------------ using it or losing it */

void tcp_congestion_sent(struct step *s, struct tcb *c, uint32_t octets, bool again) {
    (void)again;
    if (is_reducing(c)) c->congestion.prr_out += octets;
    c->congestion.sent_at = s->now;
    c->congestion.flight = c->snd.nxt - c->snd.una;
}

/* RFC 2861 3.2 as Linux has it: half of the way down to what was used. */
static void decay(struct step *s, struct tcb *c) {
    struct tcp_congestion *g = &c->congestion;
    uint32_t used = most(g->used, initial_window(s->lab, c)), smss = tcp_smss(c);
    if (g->state == TCP_CONGESTION_OPEN && used < g->cwnd) {
        g->ssthresh = remembered(c);
        g->cwnd = (g->cwnd + used) / 2 / smss * smss;
    }
    g->used = 0;
    g->filled_at = s->now;
}

/* tcp_cwnd_validate(). */
void tcp_congestion_output(struct step *s, struct tcb *c, bool sent) {
    struct tcp_congestion *g = &c->congestion;
    uint32_t flight = tcp_flight(s->lab, c), out = c->snd.nxt - c->snd.una;
    bool limited = flight + tcp_smss(c) > g->cwnd;
    if (!sent && !limited) return;
    bool over = seq_geq(c->snd.una, g->window_end);
    if (over || limited || (!g->limited && out > g->most_in_flight)) {
        g->limited = limited;
        g->most_in_flight = out;
        g->window_end = c->snd.nxt;
    }
    if (is_limited(c)) {
        g->used = 0;
        g->filled_at = s->now;
        return;
    }
    g->used = most(g->used, out);
    bool decays = tcp_is_linux(s->lab, c->node) &&
                  setting_of(s->lab, c->node, SETTING_TCP_SLOW_START_AFTER_IDLE) != 0;
    if (decays && s->now - g->filled_at >= c->rto) decay(s, c);
}

/* RFC 5681 4.1: nothing was sent for longer than the RTO, so CWND is at most the initial window.
 * Differs: Linux halves CWND for each RTO of silence, and remembers 3/4 of it in SSTHRESH. */
void tcp_congestion_idle(struct step *s, struct tcb *c) {
    struct tcp_congestion *g = &c->congestion;
    sim_time silence = s->now - g->sent_at;
    if (g->cwnd == 0 || c->snd.nxt != c->snd.una) return;
    if (algorithm_of(c)->resumed != NULL) algorithm_of(c)->resumed(c, silence);
    bool restarts = setting_of(s->lab, c->node, SETTING_TCP_SLOW_START_AFTER_IDLE) != 0;
    if (!restarts || silence <= c->rto) return;
    uint32_t restart = least(initial_window(s->lab, c), g->cwnd), smss = tcp_smss(c);
    uint32_t cwnd = g->cwnd;
    if (!tcp_is_linux(s->lab, c->node)) {
        g->cwnd = restart;
        return;
    }
    g->ssthresh = remembered(c);
    while ((silence -= c->rto) > 0 && cwnd > restart) cwnd = cwnd / 2 / smss * smss;
    g->cwnd = most(cwnd, restart);
    g->used = 0;
    g->filled_at = s->now;
}
