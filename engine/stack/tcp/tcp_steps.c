#include "stack/tcp/tcp_state.h"
/*
 * SEGMENT ARRIVES in the states after SYN-SENT, RFC 9293 3.10.7.4: eight steps in the RFC's order
 * and words. A step is one function with one switch over all eleven states; it answers whether the
 * segment goes on to the next step. The loop says so to the trace, so that a learner can follow a
 * segment down the RFC's page.
 *
 * RFC 5961 (blind resets, SYNs and text), RFC 7323 5 (PAWS) and RFC 2883 (D-SACK) stand at the
 * steps that they change. Left out: security and compartments (third step).
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include <assert.h>
#include <stdlib.h>

enum verdict { DONE, NEXT };
#define CLAUSE "RFC 9293 3.10.7.4"

/* CLOSED, LISTEN and SYN-SENT have their own sections, and the loop ends when one is entered. */
static enum verdict never(void) {
    abort();
}

/* ----------------------------------------------------------------- first, check sequence number */

/* Table 6, the segment acceptability tests. */
static bool acceptable(const struct tcb *c, const struct segment *seg) {
    if (seg->len == 0 && c->rcv.wnd == 0) return seg->seq == c->rcv.nxt;
    if (seg->len == 0) return seq_in_window(seg->seq, c->rcv.nxt, c->rcv.wnd);
    /* MUST-66: a closed window still lets ACK, URG and RST through; the text is cut off below. */
    if (c->rcv.wnd == 0) return seg->seq == c->rcv.nxt;
    return seq_in_window(seg->seq, c->rcv.nxt, c->rcv.wnd) ||
           seq_in_window(seg->seq + seg->len - 1, c->rcv.nxt, c->rcv.wnd);
}

/* RFC 7323 5.3 R1: a timestamp from before the last one is from before the last wrap. */
static bool paws_rejects(const struct tcb *c, const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    return c->timestamps && o->has_timestamps && (seg->flags & TCP_RST) == 0 &&
           seq_lt(o->ts_val, c->ts_recent);
}

/* RFC 2883 4: octets that have come twice are named in the next ACK. */
static void note_duplicate(struct tcb *c, uint32_t left, uint32_t right) {
    if (c->sack_permitted && seq_lt(left, right)) c->duplicate = (struct tcp_range){left, right};
}

static enum verdict unacceptable(struct step *s, struct tcb *c, const struct segment *seg,
                                 enum reason reason) {
    tcp_drop(s, seg, reason, CLAUSE);
    if ((seg->flags & TCP_RST) != 0) return DONE;
    if (seg->len == 0) {
        tcp_ack_challenge(s, c, seg);
        return DONE;
    }
    /* variant.silent_on_dup: if our ACK was lost, the peer repeats for ever. */
    if (reason == REASON_TCP_OLD_DUPLICATE &&
        tcp_broken(s->lab, c->node, SETTING_VARIANT_SILENT_ON_DUP))
        return DONE;
    if ((seg->flags & TCP_SYN) == 0 && c->state != TCP_TIME_WAIT)
        note_duplicate(c, seg->seq, seq_min(seg->seq + seg->len, c->rcv.nxt));
    tcp_quick_acks(s, c); /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
    return DONE;
}

/* "If a segment's contents straddle the boundary between old and new, only the new parts are
 * processed", and of those what lies in the window. A bare FIN is taken even at a closed one. */
static void cut_to_window(struct tcb *c, struct segment *seg) {
    if (seq_lt(seg->seq, c->rcv.nxt)) {
        uint32_t old = c->rcv.nxt - seg->seq;
        note_duplicate(c, seg->seq, c->rcv.nxt);
        if ((seg->flags & TCP_SYN) != 0) old--;
        seg->flags &= ~(uint32_t)TCP_SYN;
        seg->text += old;
        seg->text_count -= old;
        seg->seq = c->rcv.nxt;
    }
    uint32_t room = c->rcv.wnd - (seg->seq - c->rcv.nxt);
    if (seg->text_count > room) {
        seg->text_count = room;
        seg->flags &= ~(uint32_t)(TCP_FIN | TCP_PSH);
        if (room == 0) c->ack_due = TCP_ACK_NOW;
    }
    seg->len =
        (uint32_t)seg->text_count + ((seg->flags & TCP_SYN) != 0) + ((seg->flags & TCP_FIN) != 0);
}

/* RFC 7323 4.3 (2): a timestamp counts if its segment covers Last.ACK.sent. Differs: Linux first
 * sees whether the ACK is one of this connection's, so that a blind guess does not move TS.Recent
 * (tcp_ack: tcp_replace_ts_recent). */
static void take_timestamp(const struct lab *lab, struct tcb *c, const struct segment *seg) {
    if (!c->timestamps || !seg->header.options.has_timestamps || seq_gt(seg->seq, c->rcv.acked))
        return;
    bool wild = (seg->flags & TCP_ACK) != 0 &&
                (seq_gt(seg->ack, c->snd.nxt) || seq_lt(seg->ack, c->snd.una));
    if (!wild || !tcp_is_linux(lab, c->node)) c->ts_recent = seg->header.options.ts_val;
}

/* The segment passes. */
static enum verdict pass(const struct lab *lab, struct tcb *c, struct segment *seg) {
    take_timestamp(lab, c, seg);
    cut_to_window(c, seg);
    return NEXT;
}

/* In SYN-RECEIVED the peer's SYN may come again. By itself: the peer has not seen our answer, which
 * is repeated (Linux, tcp_check_req). With the ACK of ours: it is the second half of a simultaneous
 * open, Figure 7 line 6, which Table 6 would refuse (A.2): the ACK counts, the SYN is old. */
static enum verdict syn_again(struct step *s, struct tcb *c, struct segment *seg) {
    if ((seg->flags & TCP_ACK) == 0) {
        tcp_drop(s, seg, REASON_TCP_OLD_DUPLICATE, CLAUSE);
        tcp_passive_syn_again(s, c);
        return DONE;
    }
    bool crossed = !c->passive || tcp_broken(s->lab, c->node, SETTING_VARIANT_SPLIT_SYNACK);
    if (!crossed || seg->ack != c->snd.nxt)
        return unacceptable(s, c, seg, REASON_TCP_OLD_DUPLICATE);
    tcp_quick_acks(s, c);
    return pass(s->lab, c, seg);
}

static enum verdict check_sequence(struct step *s, struct tcb *c, struct segment *seg) {
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT: return never();
    case TCP_SYN_RECEIVED:
        if ((seg->flags & (TCP_SYN | TCP_RST)) == TCP_SYN && seg->seq == c->irs)
            return syn_again(s, c, seg);
        break;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK: break;
    case TCP_TIME_WAIT:
        /* The peer's FIN again: our last ACK was lost. It lies before the window, so the fifth and
         * eighth steps, which restart the 2 MSL time-out, would not see it. */
        if ((seg->flags & (TCP_FIN | TCP_RST)) == TCP_FIN) tcp_time_wait_begin(s, c);
        break;
    }
    /* variant.no_seq_check: every segment is as good as any other. */
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_SEQ_CHECK)) return NEXT;
    if (paws_rejects(c, seg)) {
        mib_add(s, c->node, MIB_TCP_PAWS_ESTAB);
        return unacceptable(s, c, seg, REASON_TCP_PAWS);
    }
    if (acceptable(c, seg)) return pass(s->lab, c, seg);
    bool old = seq_leq(seg->seq + seg->len, c->rcv.nxt) && seg->len > 0;
    return unacceptable(s, c, seg, old ? REASON_TCP_OLD_DUPLICATE : REASON_TCP_OUTSIDE_WINDOW);
}

/* -------------------------------------------------------------------- second, check the RST bit */

static bool rfc5961(const struct step *s, const struct tcb *c) {
    return setting_of(s->lab, c->node, SETTING_CONST_RFC5961) != 0;
}

/* Differs: of a half-open child Linux keeps too little to be careful with: any reset or SYN in the
 * window ends it (tcp_check_req). */
static bool embryo(const struct step *s, const struct tcb *c) {
    return c->place == TCP_IN_SYN_QUEUE && tcp_is_linux(s->lab, c->node);
}

static enum verdict check_rst(struct step *s, struct tcb *c, struct segment *seg) {
    if ((seg->flags & TCP_RST) == 0) return NEXT;
    /* RFC 5961 3.2: only a reset with exactly the next number is believed. Before, RFC 793: any in
     * the window. */
    if (seg->seq != c->rcv.nxt && rfc5961(s, c) && !embryo(s, c) &&
        !tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_SEQ_CHECK)) {
        tcp_drop(s, seg, REASON_TCP_RST_IGNORED, "RFC 5961 3.2");
        tcp_ack_challenge(s, c, seg);
        return DONE;
    }
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT: return never();
    case TCP_SYN_RECEIVED:
        mib_add(s, c->node, MIB_TCP_ATTEMPT_FAILS);
        if (c->passive) {
            tcp_passive_reset(s, c, CLAUSE);
        } else {
            tcp_fail(s, c, TCP_ERROR_REFUSED, CLAUSE);
        }
        return DONE;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
        mib_add(s, c->node, MIB_TCP_ESTAB_RESETS);
        tcp_fail(s, c, TCP_ERROR_RESET, CLAUSE); /* MUST-12; SHLD-2: text in it is of no account */
        return DONE;
    case TCP_CLOSE_WAIT:
        mib_add(s, c->node, MIB_TCP_ESTAB_RESETS);
        /* Differs: Linux says EPIPE here, for nothing can be read any more anyway. */
        tcp_fail(s, c, tcp_is_linux(s->lab, c->node) ? TCP_ERROR_PIPE : TCP_ERROR_RESET, CLAUSE);
        return DONE;
    case TCP_CLOSING:
    case TCP_LAST_ACK: tcp_fail(s, c, TCP_ERROR_RESET, CLAUSE); return DONE;
    case TCP_TIME_WAIT:
        /* RFC 1337 3 fix F1, when it is switched on: a reset does not shorten TIME-WAIT. */
        if (setting_of(s->lab, c->node, SETTING_TCP_RFC1337) != 0)
            tcp_drop(s, seg, REASON_TCP_RST_IGNORED, "RFC 1337 3");
        else
            tcp_delete(s, c, CLAUSE);
        return DONE;
    }
    return DONE;
}

/* ------------------------------------------------------------------------ third, check security */

/* No security or compartments here, so nothing can differ; the step stands for its place. */
static enum verdict check_security(struct step *s, struct tcb *c, struct segment *seg) {
    (void)s, (void)c, (void)seg;
    return NEXT;
}

/* -------------------------------------------------------------------- fourth, check the SYN bit */

static enum verdict check_syn(struct step *s, struct tcb *c, struct segment *seg) {
    if ((seg->flags & TCP_SYN) == 0) return NEXT;
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT: return never();
    case TCP_SYN_RECEIVED:
        tcp_drop(s, seg, REASON_TCP_SYN_IN_WINDOW, CLAUSE);
        if (c->passive) {
            if (embryo(s, c)) tcp_refuse(s, seg);
            mib_add(s, c->node, MIB_TCP_ATTEMPT_FAILS);
            tcp_passive_reset(s, c, CLAUSE);
            return DONE;
        }
        break;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: tcp_drop(s, seg, REASON_TCP_SYN_IN_WINDOW, "RFC 5961 4.2"); break;
    }
    if (!rfc5961(s, c)) { /* RFC 793: "if the SYN is in the window it is an error, send a reset" */
        tcp_refuse(s, seg);
        tcp_fail(s, c, TCP_ERROR_RESET, "RFC 793 3.9");
        return DONE;
    }
    mib_add(s, c->node, MIB_TCP_SYN_CHALLENGE);
    tcp_ack_challenge(s, c, seg);
    return DONE;
}

/* ------------------------------------------------------------------- fifth, check the ACK field */

void tcp_open_window(struct step *s, struct tcb *c, const struct segment *seg) {
    (void)s;
    c->snd.wnd = seg->wnd;
    c->snd.wl1 = seg->seq;
    c->snd.wl2 = (seg->flags & TCP_ACK) != 0 ? seg->ack : c->iss;
    if (seg->wnd > c->snd.max_wnd) c->snd.max_wnd = seg->wnd;
}

static bool our_fin_is_acked(const struct tcb *c) {
    return c->fin_sent && c->snd.una == c->snd.nxt;
}

/* The third segment of the handshake. A child goes to its listener's accept queue, if it may. */
static enum verdict ack_of_syn(struct step *s, struct tcb *c, struct segment *seg) {
    bool open = c->fastopen == FASTOPEN_CHILD; /* its SYN counts as acknowledged */
    if (!seq_geq(seg->ack, open ? c->snd.una : c->snd.una + 1) || !seq_leq(seg->ack, c->snd.nxt)) {
        tcp_drop(s, seg, REASON_TCP_BAD_ACK, CLAUSE);
        tcp_refuse(s, seg); /* <SEQ=SEG.ACK><CTL=RST> */
        return DONE;
    }
    if (open) tcp_rtt_acked(s, c, seg, NULL);
    if (!tcp_passive_admits(s, c, seg)) return DONE;
    tcp_enter(s, c, TCP_ESTABLISHED, CLAUSE);
    /* Differs: Linux's MAX.SND.WND begins here, whatever the SYN offered (tcp_openreq_child). */
    if (c->passive && tcp_is_linux(s->lab, c->node)) c->snd.max_wnd = 0;
    tcp_open_window(s, c, seg);
    tcp_congestion_begin(s, c);
    tcp_take_ack(s, c, seg);
    tcp_rtt_established(s, c);
    tcp_passive_established(s, c);
    return NEXT;
}

/* Differs: TCP_LINGER2 below 0, Linux: nobody is left to wait for the peer's FIN, and what has just
 * come is answered by a reset. */
static enum verdict nobody_waits(struct step *s, struct tcb *c, struct segment *seg) {
    mib_add(s, c->node, MIB_TCP_ABORT_ON_DATA);
    tcp_refuse(s, seg);
    tcp_delete(s, c, "RFC 9293 3.6");
    return DONE;
}

static enum verdict check_ack(struct step *s, struct tcb *c, struct segment *seg) {
    if ((seg->flags & TCP_ACK) == 0) {
        tcp_drop(s, seg, REASON_TCP_NO_ACK, CLAUSE);
        return DONE;
    }
    if (c->fastopen == FASTOPEN_CHILD && c->state != TCP_SYN_RECEIVED) { /* it was closed before */
        tcp_timer_stop(s, c, TIMER_TCP_SYNACK);
        tcp_fastopen_settle(s, c);
    }
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT: return never();
    case TCP_SYN_RECEIVED: return ack_of_syn(s, c, seg);
    case TCP_ESTABLISHED: return tcp_take_ack(s, c, seg) ? NEXT : DONE;
    case TCP_FIN_WAIT_1:
        if (!tcp_take_ack(s, c, seg)) return DONE;
        if (!our_fin_is_acked(c)) return NEXT;
        tcp_enter(s, c, TCP_FIN_WAIT_2, CLAUSE); /* "continue processing in that state" */
        if (c->orphan && c->wishes.fin_wait_2 < 0) return nobody_waits(s, c, seg);
        return tcp_fin_wait_2_orphan(s, c, (seg->flags & TCP_FIN) != 0) ? NEXT : DONE;
    case TCP_FIN_WAIT_2: return tcp_take_ack(s, c, seg) ? NEXT : DONE;
    case TCP_CLOSE_WAIT: return tcp_take_ack(s, c, seg) ? NEXT : DONE;
    case TCP_CLOSING:
        if (!tcp_take_ack(s, c, seg) || !our_fin_is_acked(c)) return DONE;
        return tcp_time_wait_enter(s, c) ? NEXT : DONE;
    case TCP_LAST_ACK:
        if (tcp_take_ack(s, c, seg) && our_fin_is_acked(c)) tcp_delete(s, c, CLAUSE);
        return DONE;
    case TCP_TIME_WAIT:
        /* "Acknowledge it, and restart the 2 MSL timeout": the first step has restarted it, and has
         * answered a true repetition, which lies before the window. */
        if ((seg->flags & TCP_FIN) != 0) tcp_send_ack(s, c);
        return NEXT;
    }
    return DONE;
}

/* --------------------------------------------------------------------- sixth, check the URG bit */

static enum verdict check_urg(struct step *s, struct tcb *c, struct segment *seg) {
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return never();
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
        /* MUST-30, MUST-62: the pointer names the octet behind the urgent ones. */
        if ((seg->flags & TCP_URG) != 0) tcp_urgent_in(s, c, seg);
        return NEXT;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return NEXT; /* should not occur: ignore the URG */
    }
    return NEXT;
}

/* ------------------------------------------------------------ seventh, process the segment text */

static void in_order(struct step *s, struct tcb *c, struct segment *seg) {
    size_t taken = tcp_buffer_append(s, &c->receive, seg->text, seg->text_count);
    if (taken < seg->text_count) tcp_drop(s, seg, REASON_NO_BUFFERS, CLAUSE);
    bool filled = id_is(c->out_of_order);
    c->rcv.nxt += (uint32_t)taken;
    /* MUST-59: all that has become in order is taken before the ACK. */
    uint32_t total = (uint32_t)taken + tcp_queue_take(s, c);
    c->rcv.wnd -= total < c->rcv.wnd ? total : c->rcv.wnd;
    tcp_sack_advance(c);
    if (filled) c->ack_due = TCP_ACK_NOW; /* RFC 5681 4.2: a gap has been filled */
    if (taken > 0) tcp_ack_text(s, c, taken);
    if (taken > 0) tcp_tuning_text(s, c, seg);
    if (total > 0) tcp_notify(s, c, SOCKET_READABLE);
}

/* variant.no_seq_check: octets are delivered as they come, twice or with gaps, and the ACK says
 * that all before the highest has come. */
static void on_arrival(struct step *s, struct tcb *c, const struct segment *seg) {
    size_t taken = tcp_buffer_append(s, &c->receive, seg->text, seg->text_count);
    c->rcv.nxt = seq_max(c->rcv.nxt, seg->seq + (uint32_t)taken);
    tcp_ack_text(s, c, taken);
    tcp_notify(s, c, SOCKET_READABLE);
}

static void out_of_order(struct step *s, struct tcb *c, struct segment *seg) {
    uint32_t before = c->out_of_order_octets, count = (uint32_t)seg->text_count;
    if (!tcp_queue_insert(s, c, seg->seq, seg->text, count)) /* SHLD-31 */
        tcp_drop(s, seg, REASON_NO_BUFFERS, CLAUSE);
    if (c->out_of_order_octets == before) note_duplicate(c, seg->seq, seg->seq + count);
    tcp_sack_received(s, c, seg->seq);
    tcp_quick_acks(s, c); /* MAY-13, RFC 5681 4.2: at once */
}

/* 3.6.1 SHLD-3: text that nobody will read. The reset says that it was lost. */
static enum verdict nobody_reads(struct step *s, struct tcb *c, struct segment *seg) {
    mib_add(s, c->node, MIB_TCP_ABORT_ON_DATA);
    tcp_drop(s, seg, REASON_TCP_CLOSED, "RFC 9293 3.6.1");
    tcp_refuse(s, seg);
    tcp_delete(s, c, "RFC 9293 3.6.1");
    return DONE;
}

static enum verdict process_text(struct step *s, struct tcb *c, struct segment *seg) {
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return never();
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
        if (c->orphan && seg->text_count > 0) return nobody_reads(s, c, seg);
        break;
    case TCP_ESTABLISHED: break;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return NEXT; /* should not occur: ignore the text */
    }
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_SEQ_CHECK)) {
        if (seg->text_count > 0) on_arrival(s, c, seg);
        return NEXT;
    }
    if (seg->text_count > 0) tcp_ecn_text(s, c, seg);
    /* Text that came with the SYN waits in the queue until now. */
    struct tcp_range run;
    bool waiting = id_is(c->out_of_order) && tcp_queue_run(s->lab, c, c->rcv.nxt, &run);
    struct segment rest = *seg;
    if (seg->text_count > 0 && seg->seq != c->rcv.nxt) {
        out_of_order(s, c, seg);
        rest.text_count = 0;
    }
    if (rest.text_count > 0 || waiting) in_order(s, c, &rest);
    return NEXT;
}

/* -------------------------------------------------------------------- eighth, check the FIN bit */

/* A FIN that came before the text in front of it is remembered; RFC 9293 processes in order. */
static bool fin_is_next(struct tcb *c, const struct segment *seg) {
    if ((seg->flags & TCP_FIN) != 0 && !c->fin_received) {
        c->rcv.fin = seg->seq + (uint32_t)seg->text_count;
        c->fin_known = 1;
        if (c->rcv.fin != c->rcv.nxt) c->ack_due = TCP_ACK_NOW;
    }
    return c->fin_known && !c->fin_received && c->rcv.fin == c->rcv.nxt;
}

static enum verdict check_fin(struct step *s, struct tcb *c, struct segment *seg) {
    if (!fin_is_next(c, seg)) return DONE;
    c->fin_received = 1;
    tcp_queue_drop(s, c); /* there is nothing behind a FIN */
    c->rcv.nxt++;
    if (c->rcv.wnd > 0) c->rcv.wnd--;
    tcp_notify(s, c, SOCKET_READABLE); /* "connection closing" */
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT: return never();
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
        tcp_enter(s, c, TCP_CLOSE_WAIT, CLAUSE);
        /* Differs: Linux delays this ACK, for the application may be about to close as well. */
        c->ping_pong = 1;
        if (tcp_is_linux(s->lab, c->node))
            tcp_ack_later(s, c);
        else
            c->ack_due = TCP_ACK_NOW;
        return DONE;
    case TCP_FIN_WAIT_1:
        /* Had our FIN been acknowledged, the fifth step would have entered FIN-WAIT-2: Figure 5's
         * note 2 is taken by way of it. */
        tcp_enter(s, c, TCP_CLOSING, CLAUSE);
        c->ack_due = TCP_ACK_NOW;
        return DONE;
    case TCP_FIN_WAIT_2:
        if (tcp_time_wait_enter(s, c)) c->ack_due = TCP_ACK_NOW;
        return DONE;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK: return DONE; /* remain */
    case TCP_TIME_WAIT: tcp_time_wait_begin(s, c); return DONE;
    }
    return DONE;
}

/* ------------------------------------------------------------------------------------- the list */

static const struct {
    const char *rfc;
    enum verdict (*run)(struct step *, struct tcb *, struct segment *);
} steps[STEP_COUNT] = {
    [STEP_SEQUENCE] = {"first, check sequence number", check_sequence},
    [STEP_RST] = {"second, check the RST bit", check_rst},
    [STEP_SECURITY] = {"third, check security", check_security},
    [STEP_SYN] = {"fourth, check the SYN bit", check_syn},
    [STEP_ACK] = {"fifth, check the ACK field", check_ack},
    [STEP_URG] = {"sixth, check the URG bit", check_urg},
    [STEP_TEXT] = {"seventh, process the segment text", process_text},
    [STEP_FIN] = {"eighth, check the FIN bit", check_fin},
};

void tcp_run_steps(struct step *s, struct tcb *c, struct segment *seg, enum tcp_step from) {
    uint32_t node = c->node;
    struct id self = c->self;
    enum verdict verdict = NEXT;
    for (uint32_t step = from; step < STEP_COUNT && verdict == NEXT; step++) {
        verdict = steps[step].run(s, c, seg);
        if (s->sink != NULL) trace_rule(s, node, self, CLAUSE, steps[step].rfc, verdict == NEXT);
    }
}
