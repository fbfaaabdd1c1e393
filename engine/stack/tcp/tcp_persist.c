#include "stack/tcp/tcp_state.h"
/*
 * Probing a closed window, RFC 9293 3.8.6.1: the update that opens it may be lost, and then only a
 * probe can find out (MUST-35, MUST-36). The first after RTO (SHLD-29), then at growing intervals
 * (SHLD-30), for ever as long as the receiver answers (MUST-37). The same timer is the override
 * time-out of 3.8.6.2.1 (5), for a window too small to wait for.
 *
 * Differs: Linux's probe repeats an old sequence number and no octet; the answer is the same. Its
 * interval runs from the last answer (tcp_ack_probe), and what ends a probing that nobody answers
 * is a count; an orphan, and one whose user has set a time-out, is given up all the same.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

static sim_time setting(const struct step *s, const struct tcb *c, enum setting which) {
    return setting_of(s->lab, c->node, which);
}

static sim_time interval(const struct step *s, const struct tcb *c) {
    sim_time after = c->rto;
    for (uint32_t i = 0; i < c->probes; i++) after = tcp_backed_off(s, c, after);
    return tcp_before_user_timeout(s, c, c->probing_since >= 0 ? c->probing_since : s->now, after);
}

void tcp_persist_begin(struct step *s, struct tcb *c) {
    c->probes = 0;
    c->probing_since = -1;
    tcp_timer_start(s, c, TIMER_TCP_PERSIST, interval(s, c)); /* SHLD-29 */
}

/* The window is as closed as it was, but the peer is there. */
void tcp_persist_answered(struct step *s, struct tcb *c) {
    sim_time at;
    if (!tcp_is_linux(s->lab, c->node) || !tcp_timer_runs(s->lab, c, TIMER_TCP_PERSIST, &at))
        return;
    tcp_timer_start(s, c, TIMER_TCP_PERSIST, interval(s, c));
}

/* tcp_probe_timer(): c->retransmissions counts the probes since the last answer. */
static bool is_over(const struct step *s, const struct tcb *c) {
    sim_time limit = c->wishes.user_timeout;
    if (!tcp_is_linux(s->lab, c->node)) return tcp_given_up(s, c);
    if (limit != 0 && c->probing_since >= 0 && s->now - c->probing_since >= limit) return true;
    uint32_t most = (uint32_t)setting(s, c, SETTING_TCP_RETRIES2);
    if (c->orphan) {
        sim_time after = c->rto, slowest = setting(s, c, SETTING_CONST_RTO_MAX);
        for (uint32_t i = 0; i < c->probes; i++) after = tcp_backed_off(s, c, after);
        most = (uint32_t)setting(s, c, SETTING_TCP_ORPHAN_RETRIES);
        if (after >= slowest) return c->probes >= most;
        if (most == 0) most = 8;
    }
    return c->retransmissions >= most;
}

static void send_probe(struct step *s, struct tcb *c) {
    uint32_t window_end = c->snd.una + c->snd.wnd;
    if (seq_gt(window_end, c->snd.nxt)) {
        /* 3.8.6.2.1 (5), the override time-out: a window too small to wait for is used. */
        uint32_t room = window_end - c->snd.nxt, unsent = tcp_unsent(c);
        tcp_send_text(s, c, unsent < room ? unsent : room, TCP_ACK | TCP_PSH);
    } else if (tcp_is_linux(s->lab, c->node)) {
        /* The urgent mark is told by a probe of its own, which begins before it. */
        if (c->urgent_sending && seq_gt(c->snd.up, c->snd.una))
            tcp_transmit(s, c, c->snd.una, TCP_ACK, 0);
        tcp_transmit(s, c, c->snd.una - 1, TCP_ACK, 0);
    } else {
        if (c->snd.nxt != c->snd.una || tcp_unsent(c) == 0 || !tcp_send_text(s, c, 1, TCP_ACK))
            tcp_transmit(s, c, c->snd.una, TCP_ACK, c->send.count > 0 ? 1 : 0);
    }
}

void tcp_persist_timeout(struct step *s, struct tcb *c) {
    mib_add(s, c->node, MIB_TCP_WIN_PROBE);
    if (is_over(s, c)) {
        mib_add(s, c->node, MIB_TCP_ABORT_ON_TIMEOUT);
        enum tcp_error error =
            c->soft_error != TCP_OK ? (enum tcp_error)c->soft_error : TCP_ERROR_TIMED_OUT;
        tcp_fail(s, c, error, "RFC 9293 3.8.6.1");
        return;
    }
    if (c->probing_since < 0) c->probing_since = s->now;
    if (c->retransmissions == 0) c->first_sent_at = s->now;
    c->probes++;
    c->retransmissions++;
    send_probe(s, c);
    if (seq_gt(c->snd.nxt, c->snd.una) && c->snd.wnd > 0) {
        c->retransmissions = 0;
        tcp_timer_start(s, c, TIMER_TCP_RETRANSMISSION, c->rto);
        return;
    }
    tcp_timer_start(s, c, TIMER_TCP_PERSIST, interval(s, c));
}
