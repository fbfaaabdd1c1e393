#include "stack/tcp/tcp_state.h"
/*
 * The clock's part: RFC 9293 3.10.8 (time-outs), RFC 6298 5 (the retransmission timer), 3.8.3
 * (giving up), and the timers that are Linux's alone: SYN,ACK of
 * a half-open child, FIN-WAIT-2 of a connection that nobody holds any more.
 *
 * Differs: Linux's timers fire up to a slot of its wheel late, stack/wheel.h.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include "stack/wheel.h"
#include <assert.h>

static struct id *slot(struct tcb *c, uint32_t kind) {
    assert(kind - TIMER_TCP_RETRANSMISSION < TCP_TIMERS);
    return &c->timer[kind - TIMER_TCP_RETRANSMISSION];
}

static sim_time setting(const struct step *s, const struct tcb *c, enum setting which) {
    return setting_of(s->lab, c->node, which);
}

void tcp_timer_start(struct step *s, struct tcb *c, uint32_t kind, sim_time after) {
    timer_set(s, slot(c, kind), (enum timer_kind)kind, c->node, c->self,
              wheel_expiry(s, c->node, after));
}

void tcp_timer_stop(struct step *s, struct tcb *c, uint32_t kind) {
    timer_stop(s, slot(c, kind));
}

bool tcp_timer_runs(const struct lab *lab, const struct tcb *c, uint32_t kind, sim_time *at) {
    return timer_pending(lab, c->timer[kind - TIMER_TCP_RETRANSMISSION], at);
}

static const uint32_t repair_timers[] = {TIMER_TCP_RETRANSMISSION, TIMER_TCP_LOSS_PROBE,
                                         TIMER_TCP_REORDERING};
enum { REPAIR_TIMERS = sizeof repair_timers / sizeof repair_timers[0] };

void tcp_repair_timers_stop(struct step *s, struct tcb *c) {
    for (uint32_t i = 0; i < REPAIR_TIMERS; i++) tcp_timer_stop(s, c, repair_timers[i]);
}

bool tcp_repair_timer_runs(const struct lab *lab, const struct tcb *c) {
    sim_time at;
    for (uint32_t i = 0; i < REPAIR_TIMERS; i++)
        if (tcp_timer_runs(lab, c, repair_timers[i], &at)) return true;
    return false;
}

void tcp_timer_alone(struct step *s, struct tcb *c, uint32_t kind, sim_time after) {
    for (uint32_t i = 0; i < REPAIR_TIMERS; i++)
        if (repair_timers[i] != kind) tcp_timer_stop(s, c, repair_timers[i]);
    tcp_timer_start(s, c, kind, after);
}

void tcp_timers_stop(struct step *s, struct tcb *c) {
    for (uint32_t i = 0; i < TCP_TIMERS; i++) timer_stop(s, &c->timer[i]);
}

/* RFC 9293 3.8.3's R2 as a time: Linux counts what `retries` time-outs would have taken had they
 * begun with `base` (tcp_model_timeout). */
static sim_time patience(const struct step *s, const struct tcb *c, uint32_t retries,
                         sim_time base) {
    sim_time most = setting(s, c, SETTING_CONST_RTO_MAX), sum = 0;
    for (uint32_t i = 0; i <= retries; i++) {
        sum += base;
        base = base > most / 2 ? most : 2 * base;
    }
    return sum;
}

static bool patience_is_over(const struct step *s, const struct tcb *c, uint32_t retries,
                             sim_time base) {
    /* MUST-21: the user's R2. */
    if (c->wishes.user_timeout != 0 && tcp_is_linux(s->lab, c->node))
        return c->retransmissions > 0 && s->now - c->first_sent_at >= c->wishes.user_timeout;
    return c->retransmissions > 0 && s->now - c->first_sent_at >= patience(s, c, retries, base);
}

/* tcp_orphan_retries(): a connection that nobody holds is given up sooner. */
static uint32_t orphan_retries(const struct step *s, const struct tcb *c) {
    uint32_t retries = (uint32_t)setting(s, c, SETTING_TCP_ORPHAN_RETRIES);
    bool alive = c->rto < setting(s, c, SETTING_CONST_RTO_MAX);
    if (c->soft_error != TCP_OK && !alive) return 0;
    return retries == 0 && alive ? 8 : retries;
}

/* RFC 9293 3.8.3 (c), SHLD-10: R1 is three repetitions. Differs: Linux counts it as time, like R2;
 * and each repetition of a SYN is advice enough. */
static bool r1_is_reached(const struct step *s, const struct tcb *c) {
    uint32_t r1 = (uint32_t)setting(s, c, SETTING_TCP_RETRIES1);
    if (!tcp_is_linux(s->lab, c->node)) return c->retransmissions == r1;
    if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED) return true;
    sim_time least = setting(s, c, SETTING_TCP_RTO_MIN);
    return s->now - c->first_sent_at >= patience(s, c, r1, least);
}

/* MUST-20, MUST-22, MUST-23: whether the connection is to be closed, for R2 has been reached.
 * SHLD-11: with the settings as they are, that is long after 100 s. */
bool tcp_given_up(const struct step *s, const struct tcb *c) {
    sim_time first = setting(s, c, SETTING_CONST_RTO_INIT);
    if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED) {
        uint32_t retries = c->wishes.syn_count; /* MUST-21, MUST-22 */
        if (retries == 0) retries = (uint32_t)setting(s, c, SETTING_TCP_SYN_RETRIES);
        uint32_t most = retries;
        if (c->state == TCP_SYN_SENT)
            most += (uint32_t)setting(s, c, SETTING_TCP_SYN_LINEAR_TIMEOUTS);
        return c->retransmissions >= most || patience_is_over(s, c, retries, first);
    }
    uint32_t retries =
        c->orphan ? orphan_retries(s, c) : (uint32_t)setting(s, c, SETTING_TCP_RETRIES2);
    return patience_is_over(s, c, retries, setting(s, c, SETTING_TCP_RTO_MIN));
}

/* RFC 6298 (5.4) to (5.7). */
static void retransmission_timeout(struct step *s, struct tcb *c) {
    /* variant.no_rexmit: whatever was lost stays lost, and both sides wait for ever. */
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_REXMIT)) return;
    if (c->fastopen == FASTOPEN_CHILD) { /* first of all the SYN,ACK must arrive */
        tcp_timer_start(s, c, TIMER_TCP_RETRANSMISSION, c->rto);
        return;
    }
    mib_add(s, c->node, MIB_TCP_TIMEOUTS);
    if (tcp_given_up(s, c)) {
        mib_add(s, c->node, MIB_TCP_ABORT_ON_TIMEOUT);
        enum tcp_error error =
            c->soft_error != TCP_OK ? (enum tcp_error)c->soft_error : TCP_ERROR_TIMED_OUT;
        tcp_fail(s, c, error, "RFC 9293 3.8.3"); /* MUST-12 */
        return;
    }
    if (c->board.out.segments > 0) tcp_recovery_timeout(s, c);
    c->timeouts++;
    tcp_retransmit(s, c); /* (5.4) */
    /* Differs: the first time-outs of a SYN do not double on Linux (tcp_syn_linear_timeouts). */
    bool linear =
        c->state == TCP_SYN_SENT && c->timeouts <= setting(s, c, SETTING_TCP_SYN_LINEAR_TIMEOUTS);
    if (!linear) c->rto = tcp_backed_off(s, c, c->rto); /* (5.5) */
    tcp_timer_alone(s, c, TIMER_TCP_RETRANSMISSION,
                    tcp_before_user_timeout(s, c, c->first_sent_at, c->rto)); /* (5.6) */
    if (r1_is_reached(s, c)) tcp_negative_advice(s, c);                       /* MUST-20 */
}

/* tcp_delack_timer_handler(): nothing was sent that could carry the ACK, so nobody is in a hurry to
 * answer, or the time-out was too short. */
static void delayed_ack_missed(struct step *s, struct tcb *c) {
    if (c->ping_pong)
        c->ato_ns = (uint32_t)setting(s, c, SETTING_CONST_DELACK_MIN);
    else
        c->ato_ns = c->ato_ns < c->rto / 2 ? 2 * c->ato_ns : (uint32_t)c->rto;
    c->ping_pong = 0;
}

void tcp_timer_fired(struct step *s, uint32_t kind, struct id connection) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return;
    switch (kind) {
    case TIMER_TCP_RETRANSMISSION: retransmission_timeout(s, c); break;
    case TIMER_TCP_LOSS_PROBE: tcp_probe_timeout(s, c); break;
    case TIMER_TCP_REORDERING: tcp_rack_timeout(s, c); break;
    case TIMER_TCP_SYNACK: tcp_passive_timeout(s, c); break;
    case TIMER_TCP_DELAYED_ACK:
        mib_add(s, c->node, MIB_TCP_DELAYED_ACKS);
        c->ack_due = TCP_ACK_NOW;
        delayed_ack_missed(s, c);
        tcp_output(s, c);
        break;
    case TIMER_TCP_PERSIST: tcp_persist_timeout(s, c); break;
    case TIMER_TCP_KEEPALIVE: tcp_keepalive_timeout(s, c); break;
    case TIMER_TCP_USER: tcp_user_timeout(s, c); break;
    case TIMER_TCP_TIME_WAIT: /* 3.10.8: delete the TCB, enter the CLOSED state */
        tcp_delete(s, c, "RFC 9293 3.10.8");
        break;
    case TIMER_TCP_FIN_WAIT_2: /* Linux: tcp_fin_timeout */ tcp_delete(s, c, "RFC 9293 3.6"); break;
    default: assert(!"a timer of TCP has a case here");
    }
}
