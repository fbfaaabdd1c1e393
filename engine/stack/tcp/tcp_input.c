#include "stack/tcp/tcp_state.h"
/*
 * SEGMENT ARRIVES, RFC 9293 3.10.7: from IP up to the connection, then the states CLOSED
 * (3.10.7.1), LISTEN (3.10.7.2) and SYN-SENT (3.10.7.3) in the RFC's order and words. All other
 * states go through the eight steps of 3.10.7.4, in tcp_steps.c. What became due on the way (an
 * ACK, text that a new window lets out) leaves at the end, by one tcp_output().
 *
 * Security and compartments (3.10.7.3, third) do not exist here.
 * Differs: where Linux answers otherwise, the step says so.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include <assert.h>

void tcp_drop(struct step *s, const struct segment *seg, enum reason reason, const char *clause) {
    trace_dropped(s, seg->node, seg->in->frame, reason, clause);
}

/* ------------------------------------------------------------------------------ 3.10.7.1 CLOSED */

static void arrives_in_closed(struct step *s, const struct segment *seg) {
    tcp_drop(s, seg, REASON_TCP_NO_LISTENER, "RFC 9293 3.10.7.1");
    /* variant.no_rst_from_closed: nobody learns that there is no connection here. */
    if (tcp_broken(s->lab, seg->node, SETTING_VARIANT_NO_RST_FROM_CLOSED)) return;
    tcp_refuse(s, seg);
}

/* ------------------------------------------------------------------------------ 3.10.7.2 LISTEN */

static void arrives_in_listen(struct step *s, struct tcb *listener, const struct segment *seg,
                              uint32_t least_iss) {
    const char *clause = "RFC 9293 3.10.7.2";
    if ((seg->flags & TCP_RST) != 0) { /* First, check for a RST */
        tcp_drop(s, seg, REASON_TCP_RST_IGNORED, clause);
        return;
    }
    if ((seg->flags & TCP_ACK) != 0) {                /* Second, check for an ACK */
        if (tcp_cookie_ack(s, listener, seg)) return; /* RFC 4987 3.6 */
        tcp_drop(s, seg, REASON_TCP_BAD_ACK, clause);
        tcp_refuse(s, seg);
        return;
    }
    /* Fourth, other data or control: drop. Differs: Linux drops a SYN that carries FIN, too. */
    bool syn_fin = (seg->flags & TCP_FIN) != 0 && tcp_is_linux(s->lab, seg->node);
    if ((seg->flags & TCP_SYN) == 0 || syn_fin) {
        tcp_drop(s, seg, REASON_TCP_NO_ACK, clause);
        return;
    }
    tcp_passive_syn(s, listener, seg, least_iss); /* Third, check for a SYN */
}

/* ---------------------------------------------------------------------------- 3.10.7.3 SYN-SENT */

/* Fourth: our SYN has been acknowledged, so the connection stands on this side. */
static void established_by_syn(struct step *s, struct tcb *c, struct segment *seg) {
    if ((seg->flags & TCP_ACK) != 0) {
        tcp_fastopen_answered(s, c, seg, seg->ack - c->snd.nxt);
        c->snd.una = seg->ack;
    }
    tcp_rtt_acked(s, c, seg, NULL);
    tcp_rtt_established(s, c);
    tcp_congestion_begin(s, c);
    c->retransmissions = 0;
    tcp_timer_stop(s, c, TIMER_TCP_RETRANSMISSION);
    tcp_enter(s, c, TCP_ESTABLISHED, "RFC 9293 3.10.7.3");
    c->data_received_at = s->now;
    c->ack_due = TCP_ACK_NOW; /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
    tcp_notify(s, c, SOCKET_CONNECTED | SOCKET_WRITABLE);
    if (seg->text_count == 0 && (seg->flags & (TCP_FIN | TCP_URG)) == 0) return;
    seg->flags &= ~(uint32_t)TCP_SYN;
    seg->seq++;
    seg->len--;
    tcp_run_steps(s, c, seg, STEP_URG);
}

/* Fourth, otherwise: both sides have sent a SYN, MUST-10. */
static void received_by_syn(struct step *s, struct tcb *c, const struct segment *seg) {
    tcp_enter(s, c, TCP_SYN_RECEIVED, "RFC 9293 3.10.7.3");
    tcp_rtt_repeated(s, c);
    tcp_queue_rest_of_syn(s, c, seg);
    tcp_transmit(s, c, c->iss, TCP_SYN | TCP_ACK, 0); /* <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> */
}

/* Differs: the peer still had an old connection, which our reset has just ended. Linux repeats its
 * SYN at once (TCP_TIMEOUT_MIN), the first time. */
static void hurry(struct step *s, struct tcb *c) {
    enum { LEAST_TIMEOUT_NS = 8000000 };
    if (tcp_is_linux(s->lab, c->node) && c->retransmissions == 0)
        tcp_timer_start(s, c, TIMER_TCP_RETRANSMISSION, LEAST_TIMEOUT_NS);
}

/* Differs: a SYN,ACK that echoes a timestamp which no SYN of ours had is an old one; Linux resets
 * (tcp_rcv_synsent_state_process). */
static bool echoes_another(const struct step *s, const struct tcb *c, const struct segment *seg) {
    enum { TICK_NS = 1000000 };
    const struct tcp_options *o = &seg->header.options;
    if (!tcp_is_linux(s->lab, c->node) || !c->timestamps || !o->has_timestamps || o->ts_ecr == 0)
        return false;
    uint32_t now = tcp_ts_now(s, c);
    uint32_t first = now - (uint32_t)(s->now / TICK_NS - c->first_sent_at / TICK_NS) - 1;
    return seq_lt(o->ts_ecr, first) || seq_gt(o->ts_ecr, now);
}

static void arrives_in_syn_sent(struct step *s, struct tcb *c, struct segment *seg) {
    const char *clause = "RFC 9293 3.10.7.3";
    bool ack = (seg->flags & TCP_ACK) != 0;
    /* First, check the ACK bit */
    if (ack && (seq_leq(seg->ack, c->iss) || seq_gt(seg->ack, c->snd.nxt + c->syn_text))) {
        tcp_drop(s, seg, REASON_TCP_BAD_ACK, clause);
        tcp_refuse(s, seg);
        hurry(s, c);
        return;
    }
    if (ack && echoes_another(s, c, seg)) {
        mib_add(s, c->node, MIB_TCP_PAWS_ACTIVE);
        tcp_drop(s, seg, REASON_TCP_PAWS, clause);
        tcp_refuse(s, seg);
        return;
    }
    /* Second, check the RST bit */
    if ((seg->flags & TCP_RST) != 0) {
        mib_add(s, c->node, MIB_TCP_ATTEMPT_FAILS);
        if (ack)
            tcp_fail(s, c, TCP_ERROR_REFUSED, clause);
        else
            tcp_drop(s, seg, REASON_TCP_RST_IGNORED, clause);
        return;
    }
    /* Third, check the security: there is none. Fifth, neither SYN nor RST: drop. */
    bool split = tcp_broken(s->lab, c->node, SETTING_VARIANT_SPLIT_SYNACK);
    if ((seg->flags & TCP_SYN) == 0) {
        /* variant.split_synack: the ACK of our SYN comes before the peer's SYN. */
        if (split && ack) c->snd.una = seg->ack;
        if (!split || !ack) tcp_drop(s, seg, REASON_TCP_NO_SYN, clause);
        return;
    }
    /* Fourth, check the SYN bit */
    c->irs = seg->seq;
    c->rcv.nxt = c->rcv.acked = c->rcv.up = seg->seq + 1;
    tcp_agree(s, c, seg);
    tcp_open_window(s, c, seg);
    if (ack || (split && c->snd.una == c->snd.nxt))
        established_by_syn(s, c, seg);
    else
        received_by_syn(s, c, seg);
}

/* ----------------------------------------------------------------------------------- from below */

static void segment_arrives(struct step *s, struct tcb *c, struct segment *seg) {
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED: arrives_in_closed(s, seg); return;
    case TCP_LISTEN: arrives_in_listen(s, c, seg, 0); return;
    case TCP_SYN_SENT: arrives_in_syn_sent(s, c, seg); return;
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        /* RFC 7323 2.3: SND.WND <- SEG.WND << Snd.Wind.Shift, but not in a SYN. */
        if ((seg->flags & TCP_SYN) == 0) seg->wnd <<= c->snd.scale;
        tcp_run_steps(s, c, seg, STEP_SEQUENCE);
        return;
    }
}

/* A SYN that ends TIME-WAIT goes to the listener. */
static bool reopens(struct step *s, struct tcb *c, struct segment *seg) {
    uint32_t iss = tcp_time_wait_reopens(s, c, seg);
    struct tcp_endpoint local = {seg->dst, seg->header.dst_port};
    struct tcb *listener = tcb_edit(s, tcp_find_listener(s->lab, seg->node, local));
    if (iss == 0 || listener == NULL) return false;
    tcp_delete(s, c, "RFC 9293 3.6.1");
    arrives_in_listen(s, listener, seg, iss);
    return true;
}

static bool understand(struct step *s, struct segment *seg, struct reader octets) {
    enum tcp_checksum checksum = tcp_checksum_of(s->lab, seg->node);
    enum parse_result result =
        tcp_parse_as(&seg->header, &octets, seg->src, seg->dst, checksum); /* MUST-3 */
    if (result != PARSE_OK) {
        mib_add(s, seg->node,
                result == PARSE_BAD_CHECKSUM ? MIB_TCP_IN_CSUM_ERRORS : MIB_TCP_IN_ERRS);
        tcp_drop(s, seg, (enum reason)(REASON_TRUNCATED + (result - PARSE_TRUNCATED)),
                 "RFC 9293 3.1");
        return false;
    }
    seg->seq = seg->header.seq;
    seg->ack = seg->header.ack;
    seg->wnd = seg->header.window; /* MUST-1: unsigned */
    seg->up = seg->header.urgent_pointer;
    seg->flags = seg->header.flags;
    seg->text = octets.at;
    seg->text_count = read_left(&octets);
    seg->len =
        (uint32_t)seg->text_count + ((seg->flags & TCP_SYN) != 0) + ((seg->flags & TCP_FIN) != 0);
    return true;
}

void tcp_segment_in(struct step *s, uint32_t node, const struct ip_in *in, struct reader octets) {
    struct segment seg = {.in = in, .node = node, .src = in->header.src, .dst = in->header.dst};
    mib_add(s, node, MIB_TCP_IN_SEGS);
    /* MUST-57, MUST-63: nothing that came for, or from, more than one host. */
    if (ip_is_broadcast_or_multicast(s->lab, node, seg.dst) ||
        ip_is_broadcast_or_multicast(s->lab, node, seg.src)) {
        tcp_drop(s, &seg, REASON_MARTIAN, "RFC 9293 3.9.2.3");
        return;
    }
    if (!understand(s, &seg, octets)) return;
    struct tcp_endpoint local = {seg.dst, seg.header.dst_port};
    struct tcp_endpoint remote = {seg.src, seg.header.src_port};
    struct id found = tcp_find(s->lab, node, local, remote);
    if (!id_is(found)) found = tcp_find_listener(s->lab, node, local);
    struct tcb *c = tcb_edit(s, found);
    if (c == NULL) {
        arrives_in_closed(s, &seg);
        return;
    }
    if (reopens(s, c, &seg)) return;
    c->tos_seen = (uint8_t)(in->header.dscp << 2 | in->header.ecn); /* MAY-9 */
    if (in->header.option_count != 0) tcp_route_later(s, c, in);
    if (c->state == TCP_TIME_WAIT && tcp_is_linux(s->lab, node))
        tcp_time_wait_segment(s, c, &seg);
    else
        segment_arrives(s, c, &seg);
    c = tcb_edit(s, found);
    if (c == NULL || c->state == TCP_CLOSED || c->state == TCP_LISTEN) return;
    tcp_output(s, c);
    /* variant.no_time_wait: the last ACK has left, and nobody stays to repeat it. */
    if (c->state == TCP_TIME_WAIT && tcp_broken(s->lab, node, SETTING_VARIANT_NO_TIME_WAIT))
        tcp_delete(s, c, "RFC 9293 3.6");
}
