#include "stack/tcp/tcp_state.h"
/*
 * How long TCP believes in a peer that does not answer, beside the retransmission timer: negative
 * advice at R1 (RFC 9293 3.8.3 (c)), the user timeout (3.9.1.1, 3.10.8) and keep-alives (3.8.4,
 * MAY-5).
 *
 * Differs: Linux has no timer for the user timeout. TCP_USER_TIMEOUT takes the place of R2 when a
 * time-out is judged (tcp_write_timeout), shortens the timer that would go beyond it, bounds zero
 * window probes whatever the peer answers, and takes the place of the count of keep-alives. In the
 * other profiles it is the RFC's: what a SEND gave must be acknowledged by then.
 */
#include "stack/ip/arp.h"
#include "stack/mib.h"
#include "stack/sysctl.h"

static sim_time setting(const struct step *s, const struct tcb *c, enum setting which) {
    return setting_of(s->lab, c->node, which);
}

/* ------------------------------------------------------------------------------ R1, 3.8.3 (c) */

/* MUST-20: tell IP that the way may be dead. What was learned of the path's MTU is forgotten; and
 * the next hop is asked for again. Differs: Linux leaves that to the neighbour's own clock. */
void tcp_negative_advice(struct step *s, struct tcb *c) {
    ip_forget_mtu(s, c->node, c->remote_address);
    if (!tcp_is_linux(s->lab, c->node)) arp_doubt(s, c->node, c->remote_address);
    /* SHLD-9: the user may want to know, too. Linux tells nobody. */
    if (!tcp_is_linux(s->lab, c->node)) tcp_report(s, c, SOCKET_REPORT_R1, c->retransmissions);
}

/* --------------------------------------------------------------------------- the user timeout */

/* Something is given and not acknowledged: its time runs, from the last progress on. */
void tcp_user_timer(struct step *s, struct tcb *c, bool progress) {
    sim_time at;
    if (c->wishes.user_timeout == 0 || tcp_is_linux(s->lab, c->node)) return;
    bool waiting = c->snd.nxt != c->snd.una || c->send.count > 0;
    if (!waiting)
        tcp_timer_stop(s, c, TIMER_TCP_USER);
    else if (progress || !tcp_timer_runs(s->lab, c, TIMER_TCP_USER, &at))
        tcp_timer_start(s, c, TIMER_TCP_USER, c->wishes.user_timeout);
}

/* 3.10.8 USER TIMEOUT: "connection aborted due to user timeout". */
void tcp_user_timeout(struct step *s, struct tcb *c) {
    mib_add(s, c->node, MIB_TCP_ABORT_ON_TIMEOUT);
    tcp_fail(s, c, TCP_ERROR_TIMED_OUT, "RFC 9293 3.10.8");
}

/* tcp_clamp_rto_to_user_timeout(): a timer does not run past the user's patience, counted from
 * `since`; at least it runs for one tick. */
sim_time tcp_before_user_timeout(const struct step *s, const struct tcb *c, sim_time since,
                                 sim_time after) {
    if (c->wishes.user_timeout == 0 || !tcp_is_linux(s->lab, c->node)) return after;
    sim_time left = since + c->wishes.user_timeout - s->now;
    sim_time tick = setting(s, c, SETTING_CONST_JIFFY);
    if (left <= 0) left = tick > 0 ? tick : 1;
    return left < after ? left : after;
}

/* -------------------------------------------------------------------------- keep-alives, 3.8.4 */

static sim_time idle_time(const struct step *s, const struct tcb *c) {
    sim_time wished = c->wishes.keep_idle; /* MUST-27: configurable; MUST-28: two hours */
    return wished != 0 ? wished : setting(s, c, SETTING_TCP_KEEPALIVE_TIME);
}

static sim_time interval(const struct step *s, const struct tcb *c) {
    sim_time wished = c->wishes.keep_interval;
    return wished != 0 ? wished : setting(s, c, SETTING_TCP_KEEPALIVE_INTVL);
}

static bool is_open(enum tcp_state state) {
    switch (state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return false;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK: return true;
    case TCP_TIME_WAIT: return false;
    }
    return false;
}

/* How long nothing has come: MUST-26. */
static sim_time idle_for(const struct step *s, const struct tcb *c) {
    sim_time heard = c->acked_at > c->data_received_at ? c->acked_at : c->data_received_at;
    return s->now - heard;
}

void tcp_keepalive_begin(struct step *s, struct tcb *c) {
    c->acked_at = s->now;
    c->keep_probes = 0;
    if (c->wishes.keep_alive) tcp_timer_start(s, c, TIMER_TCP_KEEPALIVE, idle_time(s, c));
}

/* MUST-24: the user can turn them on; and off, and change their times. */
void tcp_keepalive_wish(struct step *s, struct tcb *c, const struct tcp_wishes *before) {
    if (!is_open((enum tcp_state)c->state)) return;
    if (!c->wishes.keep_alive) {
        tcp_timer_stop(s, c, TIMER_TCP_KEEPALIVE);
    } else if (!before->keep_alive) {
        tcp_timer_start(s, c, TIMER_TCP_KEEPALIVE, idle_time(s, c));
    } else if (before->keep_idle != c->wishes.keep_idle) {
        sim_time left = idle_time(s, c) - idle_for(s, c);
        tcp_timer_start(s, c, TIMER_TCP_KEEPALIVE, left > 0 ? left : 0);
    }
}

void tcp_alive(struct step *s, struct tcb *c, bool progress) {
    c->acked_at = s->now;
    c->keep_probes = 0;
    tcp_urgent_acked(c);
    tcp_persist_answered(s, c);
    if (progress) tcp_user_timer(s, c, true);
}

/* MUST-29: one probe without an answer means nothing. */
static bool is_dead(const struct step *s, const struct tcb *c) {
    uint32_t most = c->wishes.keep_count;
    if (c->wishes.user_timeout != 0)
        return c->keep_probes > 0 && idle_for(s, c) >= c->wishes.user_timeout;
    if (most == 0) most = (uint32_t)setting(s, c, SETTING_TCP_KEEPALIVE_PROBES);
    return c->keep_probes >= most;
}

/* <SEQ=SND.NXT-1><ACK=RCV.NXT>: an old number, which asks for an ACK. SHLD-12: no text. Left
 * out: an octet of garbage, for peers of before 1989 that answer nothing else. */
static void probe(struct step *s, struct tcb *c) {
    mib_add(s, c->node, MIB_TCP_KEEP_ALIVE);
    c->keep_probes++;
    tcp_transmit(s, c, c->snd.nxt - 1, TCP_ACK, 0);
}

void tcp_keepalive_timeout(struct step *s, struct tcb *c) {
    sim_time after = idle_time(s, c), idle = idle_for(s, c);
    if (!c->wishes.keep_alive || !is_open((enum tcp_state)c->state)) return;
    bool waiting = c->snd.nxt != c->snd.una || c->send.count > 0;
    if (!waiting && idle >= after) {
        if (is_dead(s, c)) {
            tcp_send_reset(s, c);
            mib_add(s, c->node, MIB_TCP_ABORT_ON_TIMEOUT);
            enum tcp_error error =
                c->soft_error != TCP_OK ? (enum tcp_error)c->soft_error : TCP_ERROR_TIMED_OUT;
            tcp_fail(s, c, error, "RFC 9293 3.8.4");
            return;
        }
        probe(s, c);
        after = interval(s, c);
    } else if (!waiting) {
        after -= idle;
    }
    tcp_timer_start(s, c, TIMER_TCP_KEEPALIVE, after);
}
