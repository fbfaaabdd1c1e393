#include "stack/tcp/tcp_state.h"
/*
 * The retransmission time-out, RFC 6298, with Karn's algorithm (MUST-18): one segment at a time is
 * timed, a repeated one never, unless the peer's timestamp echo says which copy was answered
 * (RFC 7323 4.1). The variables keep the RFC's meaning: SRTT, RTTVAR, RTO.
 * Differs: Linux takes a sample of every ACK, from the scoreboard. Its floor stands under the
 * variance, so that RTO >= SRTT + 200 ms, where the RFC puts it under the RTO (2.4); and RTTVAR
 * follows the largest deviation of a round trip, and falls once a round trip (tcp_rtt_estimator).
 */
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

enum { NOT_TIMED = -1, NEVER = -1, TICK_NS = 1000000 };

static sim_time greater(sim_time a, sim_time b) {
    return a > b ? a : b;
}

void tcp_rtt_begin(struct step *s, struct tcb *c) {
    /* RFC 6298 (2.1): until a round trip has been measured, RTO is 1 second. */
    c->rto = setting_of(s->lab, c->node, SETTING_CONST_RTO_INIT);
    c->srtt = c->rttvar = 0;
    c->timed_at = NOT_TIMED;
}

/* RFC 6298 (2.2) to (2.4). */
static void estimate(struct tcb *c, sim_time r, sim_time floor) {
    if (c->srtt == 0) { /* (2.2) */
        c->srtt = greater(r, 1);
        c->rttvar = r / 2;
    } else { /* (2.3): RTTVAR first, with the old SRTT; alpha = 1/8, beta = 1/4 */
        sim_time off = c->srtt > r ? c->srtt - r : r - c->srtt;
        c->rttvar = (3 * c->rttvar + off) / 4;
        c->srtt = (7 * c->srtt + r) / 8;
    }
    c->rto = greater(floor, c->srtt + greater(TICK_NS, 4 * c->rttvar)); /* (2.4) */
}

/* A round trip that has become shorter counts an eighth as much towards the deviation. */
static void deviate(struct tcb *c, sim_time error) {
    sim_time off = (error < 0 ? -error : error) - c->mdev;
    if (error < 0 && off > 0) off /= 8;
    c->mdev += off / 4;
    c->mdev_most = greater(c->mdev_most, c->mdev);
    c->rttvar = greater(c->rttvar, c->mdev_most);
}

static void estimate_as_linux(struct tcb *c, sim_time r, sim_time floor) {
    if (c->srtt == 0) {
        c->srtt = greater(r, 1);
        c->mdev = r / 2;
        c->rttvar = c->mdev_most = greater(c->mdev, floor / 4);
        c->round_end = c->snd.nxt;
    } else {
        sim_time error = r - c->srtt;
        c->srtt += error / 8;
        deviate(c, error);
        if (seq_gt(c->snd.una, c->round_end)) {
            if (c->mdev_most < c->rttvar) c->rttvar -= (c->rttvar - c->mdev_most) / 4;
            c->round_end = c->snd.nxt;
            c->mdev_most = floor / 4;
        }
    }
    c->rto = c->srtt + 4 * c->rttvar;
}

static void sample(struct step *s, struct tcb *c, sim_time r) {
    sim_time floor = setting_of(s->lab, c->node, SETTING_TCP_RTO_MIN);
    sim_time most = setting_of(s->lab, c->node, SETTING_CONST_RTO_MAX);
    sim_time tick = setting_of(s->lab, c->node, SETTING_CONST_JIFFY);
    if (tcp_is_linux(s->lab, c->node))
        estimate_as_linux(c, r, floor);
    else
        estimate(c, r, floor);
    /* Linux holds the time-out in ticks, rounded up: each later one doubles the rounded one. */
    if (tick != 0) c->rto = (c->rto + tick - 1) / tick * tick;
    if (c->rto > most) c->rto = most; /* (2.5) */
}

/* What follows the SYN is timed by the scoreboard, on Linux. */
static bool by_scoreboard(const struct lab *lab, const struct tcb *c) {
    return c->snd.una != c->iss && tcp_is_linux(lab, c->node) &&
           !tcp_broken(lab, c->node, SETTING_VARIANT_NO_KARN);
}

void tcp_rtt_sent(struct step *s, struct tcb *c, uint32_t end) {
    if (c->timed_at != NOT_TIMED || by_scoreboard(s->lab, c)) return;
    c->timed_at = s->now;
    c->timed_seq = end;
}

void tcp_rtt_repeated(const struct step *s, struct tcb *c) {
    /* variant.no_karn: the clock runs on: the ACK of the repetition counts from the original. */
    if (!tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_KARN))
        c->timed_at = NOT_TIMED; /* RFC 6298 3 */
    c->repeated_ts = tcp_ts_now(s, c);
}

/* RFC 7323 4.1: the echo names the copy that was answered, so a repeated segment counts too. An
 * echo of an earlier copy has two meanings. With a D-SACK, RFC 2883: that copy's own answer was
 * lost, and this one answers the last copy. Without: the earlier copy was slow, and this is its
 * answer. Where the peer does not do SACK nobody can tell, so Karn's algorithm stands. */
static void echoed(struct step *s, struct tcb *c, const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    if (!o->has_timestamps || o->ts_ecr == 0) return;
    uint32_t answered = o->ts_ecr;
    if (seq_lt(answered, c->repeated_ts)) {
        bool duplicate = o->sack_count > 0 && seq_leq(o->sack[0].right, seg->ack);
        if (!c->sack_permitted) return;
        if (duplicate) answered = c->repeated_ts;
    }
    uint32_t ticks = tcp_ts_now(s, c) - answered;
    if (ticks < 0x7fffffff) sample(s, c, (sim_time)ticks * TICK_NS);
}

/* Called when an ACK moves SND.UNA, after it has moved. */
void tcp_rtt_acked(struct step *s, struct tcb *c, const struct segment *seg,
                   const struct tcp_news *news) {
    if (c->timed_at != NOT_TIMED && seq_geq(seg->ack, c->timed_seq)) {
        sim_time rtt = s->now - c->timed_at;
        sample(s, c, rtt);
        tcp_rack_round_trip(s, c, rtt);
        c->timed_at = NOT_TIMED;
        return;
    }
    if (by_scoreboard(s->lab, c) && news != NULL && news->first_at != NEVER && !news->again) return;
    if (c->timestamps && (c->retransmissions > 0 || (news != NULL && news->again)))
        echoed(s, c, seg);
}

/* tcp_ack_update_rtt(): RTO follows the oldest segment that this ACK tells of, the least round trip
 * the newest. An ACK of one short segment may have been delayed, so it does not raise the least. */
void tcp_rtt_heard(struct step *s, struct tcb *c, const struct tcp_news *news) {
    sim_time oldest = NEVER, newest = NEVER;
    if (!by_scoreboard(s->lab, c)) return;
    if (news->first_at != NEVER && !news->again) {
        oldest = news->first_at;
        newest = news->last_at;
    }
    if (news->sacked_first_at != NEVER) {
        if (oldest == NEVER) oldest = news->sacked_first_at;
        newest = news->sacked_last_at;
    }
    if (oldest == NEVER) return;
    tcp_rack_round_trip(s, c, s->now - newest);
    tcp_congestion_measured(s, c, s->now - newest);
    sample(s, c, s->now - oldest);
}

/* RFC 6298 (5.7): the SYN had to be repeated and nothing could be measured, so data begins with 3
 * seconds. Differs: Linux begins with its initial time-out. */
void tcp_rtt_established(struct step *s, struct tcb *c) {
    sim_time first = setting_of(s->lab, c->node, SETTING_CONST_RTO_INIT);
    sim_time after_loss = setting_of(s->lab, c->node, SETTING_CONST_RTO_AFTER_SYN_LOSS);
    if (c->srtt != 0) return;
    c->rto = after_loss != 0 ? after_loss : first;
}

/* RFC 6298 (5.5): back off the timer. */
sim_time tcp_backed_off(const struct step *s, const struct tcb *c, sim_time rto) {
    /* variant.no_backoff: a congested network gets the same load again and again. */
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_BACKOFF)) return rto;
    sim_time most = setting_of(s->lab, c->node, SETTING_CONST_RTO_MAX);
    return rto > most / 2 ? most : 2 * rto;
}
