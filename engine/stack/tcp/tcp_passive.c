#include "stack/tcp/tcp_state.h"
/*
 * The passive side of the handshake: a SYN that comes to a listener (RFC 9293 3.10.7.2, third), the
 * child that it makes, the third segment (3.10.7.4, fifth, SYN-RECEIVED), and the timer between.
 *
 * Differs: where there is no room Linux ignores the SYN, which the peer will repeat, or answers it
 * with a cookie (tcp_conn_request); it ignores the third segment, too, or resets with
 * tcp_abort_on_overflow (tcp_check_req). When the SYN queue is more than half full, children that
 * have waited long are given up early (reqsk_timer_handler).
 */
#include "stack/kernel_log.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include "stack/tcp/seq.h"

#define LISTEN_CLAUSE "RFC 9293 3.10.7.2"
enum { ALWAYS = 2 }; /* tcp_syncookies: a cookie for every SYN */

static uint32_t number(const struct step *s, const struct tcb *c, enum setting which) {
    return (uint32_t)setting_of(s->lab, c->node, which);
}

/* --------------------------------------------------------------------------- room in the queues */

static bool refuse(struct step *s, struct tcb *listener, const struct segment *seg, bool syn) {
    tcp_drop(s, seg, syn ? REASON_TCP_SYN_QUEUE_FULL : REASON_TCP_ACCEPT_QUEUE_FULL, LISTEN_CLAUSE);
    mib_add(s, listener->node, MIB_TCP_LISTEN_DROPS);
    if (syn)
        listener->syn.refused++;
    else
        listener->accept.refused++;
    return false;
}

/* Room in the accept queue; if not, the segment has been dropped. */
bool tcp_passive_accepts(struct step *s, struct tcb *listener, const struct segment *seg) {
    tcp_listen_measure(s->lab, listener);
    if (listener->accept.count < listener->accept.limit) return true;
    mib_add(s, listener->node, MIB_TCP_LISTEN_OVERFLOWS);
    return refuse(s, listener, seg, false);
}

/* tcp_syn_flood_action(): Linux says so once for each listener, but not with cookies for all. */
static void warn_of_flood(struct step *s, struct tcb *listener, uint32_t cookies) {
    char room[128];
    struct text t = text_of(room, sizeof room);
    if (listener->flood_told || cookies == ALWAYS) return;
    listener->flood_told = 1;
    text_add(&t, "TCP: request_sock_TCP: Possible SYN flooding on port ");
    text_endpoint(&t, (struct tcp_endpoint){listener->local_address, listener->local_port});
    text_add(&t, cookies != 0 ? ". Sending cookies." : ". Dropping request.");
    kernel_says(s, listener->node, room);
}

/* What becomes of a SYN. `peer_known`: it ended a TIME-WAIT, so its sender is real and finds room
 * in the SYN queue. */
enum admission { REFUSED, ADMITTED, BY_COOKIE };
static enum admission admit(struct step *s, struct tcb *listener, const struct segment *seg,
                            bool peer_known) {
    uint32_t cookies = peer_known ? 0 : number(s, listener, SETTING_TCP_SYNCOOKIES);
    bool full = !peer_known && tcp_listen_over_backlog(s->lab, listener);
    if (full) warn_of_flood(s, listener, cookies);
    if (full && cookies == 0) {
        mib_add(s, listener->node, MIB_TCP_REQ_QUEUE_FULL_DROP);
        refuse(s, listener, seg, true);
        return REFUSED;
    }
    bool cookie = full || cookies == ALWAYS;
    if (cookie) mib_add(s, listener->node, MIB_TCP_REQ_QUEUE_FULL_DO_COOKIES);
    if (!tcp_passive_accepts(s, listener, seg)) return REFUSED;
    if (cookie) return BY_COOKIE;
    if (!peer_known && tcp_peer_is_late(s, seg)) {
        mib_add(s, listener->node, MIB_TCP_PAWS_PASSIVE);
        mib_add(s, listener->node, MIB_TCP_LISTEN_DROPS);
        tcp_drop(s, seg, REASON_TCP_PAWS, "RFC 7323 5.8");
        return REFUSED;
    }
    if (peer_known || listener->syn.count < listener->syn.limit) return ADMITTED;
    refuse(s, listener, seg, true); /* the last quarter of tcp_max_syn_backlog */
    return REFUSED;
}

/* -------------------------------------------------------------------------------- a SYN arrives */

/* The copy of the listener that this SYN will turn into a connection. */
struct tcb *tcp_passive_child(struct step *s, struct tcb *listener, const struct segment *seg) {
    struct tcb *c = tcb_create(s, listener->node, TCP_LISTEN);
    if (c == NULL) {
        tcp_drop(s, seg, REASON_NO_CONNECTIONS, LISTEN_CLAUSE);
        return NULL;
    }
    c->passive = 1; /* MUST-11 */
    c->listener = listener->self;
    c->local_address = seg->dst;
    c->local_port = seg->header.dst_port;
    c->remote_address = seg->src;
    c->remote_port = seg->header.src_port;
    tcp_inherit(s, c, listener);
    tcp_route_take(s, c, seg->in);
    tcp_hash_in(s, c);
    tcp_listen_join(s, c, TCP_IN_SYN_QUEUE); /* MUST-41: the listener itself goes on listening */
    return c;
}

/* "Any other control or text should be queued for processing later." Differs: Linux takes no text
 * from a SYN without Fast Open; the peer has to repeat it. */
void tcp_queue_rest_of_syn(struct step *s, struct tcb *c, const struct segment *seg) {
    if (tcp_is_linux(s->lab, c->node)) return;
    uint32_t count =
        (uint32_t)seg->text_count < c->rcv.wnd ? (uint32_t)seg->text_count : c->rcv.wnd;
    if (!tcp_queue_insert(s, c, c->rcv.nxt, seg->text, count)) return;
    if ((seg->flags & TCP_FIN) != 0 && count == seg->text_count) {
        c->rcv.fin = c->rcv.nxt + count;
        c->fin_known = 1;
    }
}

/* The timer of the SYN,ACK, and when the child will be given up if nobody answers. */
static void await_third_segment(struct step *s, struct tcb *c) {
    sim_time wait = c->rto, sum = 0;
    for (uint32_t i = c->timeouts; i <= number(s, c, SETTING_TCP_SYNACK_RETRIES); i++) {
        sum += wait;
        wait = tcp_backed_off(s, c, wait);
    }
    c->queue_time = s->now + sum;
    tcp_timer_start(s, c, TIMER_TCP_SYNACK, c->rto);
}

/* variant.two_way_handshake: believes the SYN, old or new, without waiting for its answer. */
static void believe_syn(struct step *s, struct tcb *c) {
    tcp_enter(s, c, TCP_ESTABLISHED, LISTEN_CLAUSE);
    c->snd.una = c->snd.nxt;
    c->timed_at = -1;
    tcp_rtt_established(s, c);
    tcp_congestion_begin(s, c);
    tcp_passive_established(s, c);
}

static void answer_syn(struct step *s, struct tcb *c, const struct segment *seg, uint32_t iss) {
    c->irs = seg->seq;
    c->rcv.nxt = c->rcv.acked = c->rcv.up = seg->seq + 1;
    tcp_rtt_begin(s, c);
    tcp_offer(s, c);
    tcp_agree(s, c, seg);
    c->iss = iss != 0 ? iss : tcp_iss(s, c);
    c->snd.una = c->snd.small = c->iss;
    c->snd.nxt = c->iss + 1;
    tcp_open_window(s, c, seg);
    tcp_queue_rest_of_syn(s, c, seg);
    tcp_enter(s, c, TCP_SYN_RECEIVED, LISTEN_CLAUSE);
    tcp_rtt_sent(s, c, c->snd.nxt);
    c->synacks = 1;
    await_third_segment(s, c);
    tcp_fastopen_syn(s, c, seg);
    tcp_send_synack(s, c); /* <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> */
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_TWO_WAY_HANDSHAKE)) believe_syn(s, c);
}

void tcp_passive_syn(struct step *s, struct tcb *listener, const struct segment *seg,
                     uint32_t iss) {
    struct tcb *c;
    switch (admit(s, listener, seg, iss != 0)) {
    case REFUSED: return;
    case BY_COOKIE: tcp_cookie_answer(s, listener, seg); return;
    case ADMITTED:
        c = tcp_passive_child(s, listener, seg);
        if (c != NULL) answer_syn(s, c, seg, iss);
    }
}

static void repeat_synack(struct step *s, struct tcb *c) {
    mib_add(s, c->node, MIB_TCP_RETRANS_SEGS);
    mib_add(s, c->node, MIB_TCP_SYN_RETRANS);
    tcp_rtt_repeated(s, c);
    tcp_send_synack(s, c);
}

/* The same SYN again: our SYN,ACK was lost, or it is a duplicate. Differs: Linux answers one in
 * tcp_invalid_ratelimit, and then the timer begins anew. */
void tcp_passive_syn_again(struct step *s, struct tcb *c) {
    bool child = c->place == TCP_IN_SYN_QUEUE && tcp_is_linux(s->lab, c->node);
    sim_time limit = setting_of(s->lab, c->node, SETTING_TCP_INVALID_RATELIMIT);
    if (child) {
        if (s->now - c->challenged_at < limit) return;
        c->challenged_at = s->now;
        await_third_segment(s, c);
    }
    c->synacks++;
    if (child)
        repeat_synack(s, c);
    else
        tcp_send_synack(s, c);
}

/* --------------------------------------------------------------------------- the third segment */

/* Differs: TCP_DEFER_ACCEPT. Linux's listener may want a child only with text; until then the third
 * segment says no more than that the peer is there (tcp_check_req). */
static bool defers(struct step *s, struct tcb *c, const struct segment *seg) {
    bool bare = seg->text_count == 0 && (seg->flags & TCP_FIN) == 0;
    if (c->place != TCP_IN_SYN_QUEUE || !bare || c->timeouts >= c->wishes.defer_accept)
        return false;
    c->third_seen = 1;
    c->ack_due = TCP_ACK_NONE;
    mib_add(s, c->node, MIB_TCP_DEFER_ACCEPT_DROP);
    tcp_drop(s, seg, REASON_TCP_DEFERRED, "RFC 9293 3.10.7.4");
    return true;
}

bool tcp_passive_admits(struct step *s, struct tcb *c, const struct segment *seg) {
    if (defers(s, c, seg)) return false;
    struct tcb *listener = c->place == TCP_IN_SYN_QUEUE ? tcb_edit(s, c->listener) : NULL;
    if (listener == NULL || tcp_passive_accepts(s, listener, seg)) return true;
    c->ack_due = TCP_ACK_NONE;
    if (number(s, c, SETTING_TCP_ABORT_ON_OVERFLOW) != 0) {
        tcp_refuse(s, seg);
        tcp_passive_reset(s, c, "RFC 9293 3.10.7.4");
    }
    return false;
}

void tcp_passive_established(struct step *s, struct tcb *c) {
    tcp_timer_stop(s, c, TIMER_TCP_SYNACK);
    tcp_fastopen_settle(s, c);
    if (c->place != TCP_IN_SYN_QUEUE) {
        tcp_notify(s, c, SOCKET_CONNECTED | SOCKET_WRITABLE);
        return;
    }
    mib_add(s, c->node, MIB_TCP_PASSIVE_OPENS);
    tcp_listen_leave(s, c);
    c->queue_time = s->now;
    tcp_listen_join(s, c, TCP_IN_ACCEPT_QUEUE);
    tcp_notify(s, tcb_edit(s, c->listener), SOCKET_ACCEPTABLE);
}

/* Linux's embryonic reset: Figure 5, note 1. */
void tcp_passive_reset(struct step *s, struct tcb *c, const char *clause) {
    if (c->fastopen == FASTOPEN_CHILD) { /* the program has it already */
        tcp_fail(s, c, TCP_ERROR_RESET, clause);
        return;
    }
    mib_add(s, c->node, MIB_TCP_EMBRYONIC_RSTS);
    tcp_return_to_listen(s, c, clause);
}

/* ------------------------------------------------------------------------------------ the timer */

/* How often the SYN,ACK may be repeated. Linux keeps half of the SYN queue for young children: the
 * more old ones there are for each young one, the sooner the old ones go. */
static uint32_t patience(const struct step *s, const struct tcb *c) {
    enum { FEW = 8, LEAST = 2 };
    uint32_t most =
        c->wishes.syn_count != 0 ? c->wishes.syn_count : number(s, c, SETTING_TCP_SYNACK_RETRIES);
    const struct tcb *listener = tcb_get(s->lab, c->listener);
    if (c->fastopen == FASTOPEN_CHILD) return most + 1; /* tcp_fastopen_synack_timer() */
    if (listener == NULL || number(s, c, SETTING_CONST_REQSK_PRUNE) == 0) return most;
    uint64_t young = 2 * (uint64_t)listener->young, count = listener->syn.count;
    if (2 * count <= (listener->backlog > FEW ? listener->backlog : FEW)) return most;
    for (; most > LEAST && count >= young; young *= 2) most--;
    return most;
}

/* syn_ack_recalc(): a peer that has answered is not asked again, until the listener has waited long
 * enough for text, and then once, so that it answers again. */
static bool is_given_up(const struct step *s, const struct tcb *c) {
    return c->timeouts >= patience(s, c) &&
           (!c->third_seen || c->timeouts >= c->wishes.defer_accept);
}

static bool is_repeated(const struct tcb *c) {
    return !c->third_seen || c->timeouts + 1 >= c->wishes.defer_accept;
}

void tcp_passive_timeout(struct step *s, struct tcb *c) {
    mib_add(s, c->node, MIB_TCP_TIMEOUTS);
    /* variant.rst_on_lost_ack: no patience; the peer may believe that it is connected. */
    bool impatient = tcp_broken(s->lab, c->node, SETTING_VARIANT_RST_ON_LOST_ACK);
    if (impatient) tcp_send_reset(s, c);
    if (impatient || is_given_up(s, c)) {
        mib_add(s, c->node, MIB_TCP_ATTEMPT_FAILS);
        tcp_fail(s, c, TCP_ERROR_TIMED_OUT, "RFC 9293 3.8.3");
        return;
    }
    struct tcb *listener = tcb_edit(s, c->listener);
    if (c->timeouts == 0 && c->place == TCP_IN_SYN_QUEUE) listener->young--;
    bool repeat = is_repeated(c);
    c->timeouts++;
    c->synacks += repeat;
    if (repeat && c->fastopen == FASTOPEN_CHILD)
        repeat_synack(s, c);
    else if (repeat)
        tcp_retransmit(s, c);
    c->rto = tcp_backed_off(s, c, c->rto);
    await_third_segment(s, c);
}
