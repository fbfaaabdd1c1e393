#include "stack/tcp/tcp_state.h"
/*
 * What is sent when: RFC 9293 3.7 (segmentation, Nagle), 3.8.6 (the window: sender's and
 * receiver's silly window avoidance, probes of a closed one), 3.10.2, 3.10.4. One function,
 * tcp_output(), decides about data, FIN and window updates; whoever has changed the TCB calls it
 * once at the end, so that an acknowledgment rides on data whenever it can (MUST-58).
 * The segments themselves are made in tcp_segment.c.
 * How much may be in flight at all is congestion control's, tcp_flight_room().
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include <assert.h>

enum { TIMESTAMPS_OCTETS = 12, WINDOW_FIELD_MAX = 65535 };

static bool syn_acked(const struct tcb *c) {
    return seq_gt(c->snd.una, c->iss);
}

/* Octets of text in flight: neither the SYN nor the FIN are text. */
static uint32_t text_in_flight(const struct tcb *c) {
    if (!syn_acked(c)) return 0;
    uint32_t in_flight = c->snd.nxt - c->snd.una;
    return in_flight < c->send.count ? in_flight : c->send.count;
}

uint32_t tcp_unsent(const struct tcb *c) {
    return c->send.count - text_in_flight(c);
}

/* Most text that fits in one segment beside the options that it will carry (MUST-16). */
uint32_t tcp_text_room(const struct step *s, const struct tcb *c) {
    struct tcp_header h = {.flags = TCP_ACK};
    tcp_options_fill(s, c, TCP_ACK, &h.options);
    return c->snd.mss - (uint32_t)(tcp_header_length(&h) - TCP_HEADER);
}

/* ----------------------------------------------------------------------------- what may be sent */

static bool may_send_text(enum tcp_state state) {
    switch (state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return false;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1: /* text that was queued before the CLOSE */ return true;
    case TCP_FIN_WAIT_2: return false;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK: return true;
    case TCP_TIME_WAIT: return false;
    }
    return false;
}

/* Nagle's algorithm, 3.7.4 SHLD-7, MAY-16: a short segment waits while something is unacknowledged.
 * Differs: Linux lets it wait for a short one alone (Minshall's variant). */
static bool nagle_waits(const struct step *s, const struct tcb *c) {
    /* What is urgent waits for nothing (Linux, tcp_nagle_test). */
    if (c->urgent_sending && seq_gt(c->snd.up, c->snd.nxt)) return false;
    /* MAY-15: not pushed yet. Differs: with Linux MSG_MORE holds back during its own call alone;
     * afterwards the usual rule decides, and only the PSH is missing. */
    bool linux_rule = tcp_is_linux(s->lab, c->node);
    if (c->wishes.cork || c->more == TCP_MORE_HOLDS || (c->more && !linux_rule)) return true;
    if (c->wishes.no_delay || c->snd.nxt == c->snd.una) return false;
    if (!linux_rule) return true;
    return seq_gt(c->snd.small, c->snd.una) && seq_leq(c->snd.small, c->snd.nxt);
}

struct offer {
    uint32_t count; /* octets of text */
    bool fin;
    uint32_t usable; /* octets that window and congestion would let go */
};

/* 3.8.6.2.1 MUST-38, the sender's silly window avoidance: what may leave now, if anything. A window
 * that has shrunk lets nothing new out (MUST-34, SHLD-15). */
static bool next_segment(const struct step *s, const struct tcb *c, struct offer *next) {
    *next = (struct offer){0, false, 0};
    bool may = may_send_text((enum tcp_state)c->state) || c->fastopen == FASTOPEN_CHILD;
    if (!may || !syn_acked(c) || c->fin_sent) return false;
    uint32_t window_end = c->snd.una + c->snd.wnd;
    uint32_t window = seq_gt(window_end, c->snd.nxt) ? window_end - c->snd.nxt : 0;
    /* variant.ignore_window: sends what it has, whether the peer has room or not. */
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_IGNORE_WINDOW)) window = c->send.count + 1;
    uint32_t room = tcp_new_room(s->lab, c);
    uint32_t usable = window < room ? window : room;
    next->usable = usable;
    uint32_t unsent = tcp_unsent(c), full = tcp_text_room(s, c);
    uint32_t count = unsent < full ? unsent : full;
    if (count > usable) count = usable;
    /* The FIN follows the last octet of text, and it takes a number of the window. */
    bool last = count == unsent && c->fin_queued && window > count;
    next->count = count;
    next->fin = last;
    if (count == 0) return last;
    return count == full ||                                     /* (1) SHLD-28: a full segment */
           (count == unsent && (last || !nagle_waits(s, c))) || /* (2), (3) all there is */
           count >= c->snd.max_wnd / 2;                         /* (4) half of its largest window */
}

static bool send_next(struct step *s, struct tcb *c, const struct offer *next,
                      const struct tcp_burst *burst) {
    uint32_t seq = c->snd.nxt, end = seq + next->count + next->fin;
    bool all = next->count == tcp_unsent(c);
    /* Without room to remember it, it stays unsent until something has been acknowledged. */
    if (!tcp_board_add(s, c, end, end - seq)) return false;
    uint32_t flags = TCP_ACK | TCP_NEW_TEXT;
    /* Each SEND pushes, so nothing is held back for ever (MUST-60); MUST-61: PSH on the last
     * segment that is there to be sent, SHLD-27: and not at the end of each
     * SEND in it. Linux has none on a bare FIN. */
    bool pushed = next->count > 0 && all && !c->more;
    if (pushed) tcp_board_note(s, c, TCP_MARK_PUSHED);
    if (burst->left > 0) tcp_board_note(s, c, TCP_MARK_JOINED);
    if (pushed || (next->count > 0 && burst->left == 0 && burst->segments > 1)) flags |= TCP_PSH;
    if (next->fin) flags |= TCP_FIN;
    if (next->count > 0 && next->count < tcp_text_room(s, c)) c->snd.small = end;
    c->snd.nxt = end;
    c->fin_sent = c->fin_sent || next->fin;
    tcp_rtt_sent(s, c, end);
    tcp_congestion_sent(s, c, next->count, false);
    /* tcp_event_data_sent(): an answer within the ACK time-out makes a connection interactive. */
    if (next->count > 0 && s->now - c->data_received_at < c->ato_ns) c->ping_pong = 1;
    tcp_transmit(s, c, seq, flags, next->count);
    return true;
}

/* Text that leaves for another reason than the rules above: probes. */
bool tcp_send_text(struct step *s, struct tcb *c, uint32_t count, uint32_t flags) {
    uint32_t seq = c->snd.nxt;
    if (count == 0 || !tcp_board_add(s, c, seq + count, count)) return false;
    if ((flags & TCP_PSH) != 0) tcp_board_note(s, c, TCP_MARK_PUSHED);
    c->snd.nxt = seq + count;
    tcp_congestion_sent(s, c, count, false);
    tcp_transmit(s, c, seq, flags | TCP_NEW_TEXT, count);
    return true;
}

/* RFC 8985 7.3: new text, if the peer's window has room for it. */
bool tcp_send_probe(struct step *s, struct tcb *c) {
    uint32_t unsent = tcp_unsent(c), full = tcp_text_room(s, c);
    uint32_t count = unsent < full ? unsent : full, end = c->snd.una + c->snd.wnd;
    if (count == 0 || c->fin_sent || seq_gt(c->snd.nxt + count, end)) return false;
    return tcp_send_text(s, c, count, count == unsent ? TCP_ACK | TCP_PSH : TCP_ACK);
}

/* RFC 6298 (5.1); 3.8.6.1: with nothing in flight and a closed window, only a probe can find out
 * that it has opened, for the update may be lost. */
static void arm(struct step *s, struct tcb *c) {
    sim_time at;
    bool in_flight = c->snd.nxt != c->snd.una;
    bool waiting = tcp_unsent(c) > 0 || (c->fin_queued && !c->fin_sent);
    bool probing = tcp_timer_runs(s->lab, c, TIMER_TCP_PERSIST, &at);
    if (in_flight && !probing) {
        if (!tcp_repair_timer_runs(s->lab, c)) tcp_rto_arm(s, c);
    } else if (!in_flight && waiting && !probing && may_send_text((enum tcp_state)c->state)) {
        /* variant.no_persist: if the update is lost, each side waits for the other. */
        if (tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_PERSIST)) return;
        tcp_persist_begin(s, c);
    }
}

void tcp_output(struct step *s, struct tcb *c) {
    struct offer next;
    struct tcp_burst burst = {0, 0};
    bool sent = false;
    if (c->path_until != 0 && s->now >= c->path_until) tcp_path_changed(s, c);
    if (c->board.lost.segments > 0) tcp_repair(s, c);
    while (next_segment(s, c, &next)) {
        tcp_burst_take(s->lab, c, &burst, next.usable);
        if (!send_next(s, c, &next, &burst)) break;
        tcp_timer_stop(s, c, TIMER_TCP_PERSIST);
        sent = true;
    }
    if (c->board.sacked.segments > 0 || c->recovery.hold) tcp_repair_more(s, c);
    if (sent) tcp_probe_arm(s, c, false);
    if (c->congestion.cwnd != 0) tcp_congestion_output(s, c, sent);
    c->recovery.pipe = tcp_pipe(c);
    if (c->ack_due == TCP_ACK_NOW) tcp_send_ack(s, c);
    if (syn_acked(c)) arm(s, c);
    tcp_user_timer(s, c, false);
}

/* --------------------------------------------------------------------- the window that we offer */

/* 3.8.6.2.2 MUST-39, the receiver's silly window avoidance: the right edge moves by a segment or
 * by half of the buffer, or it stays; SHLD-14: it never moves back. MAY-8: it stays closed for as
 * long as nobody reads. */
static uint32_t window_to_offer(const struct lab *lab, const struct tcb *c) {
    uint32_t unread = c->receive.count;
    /* variant.shrink_window: each octet that waits takes two away, so the right edge moves back. */
    if (tcp_broken(lab, c->node, SETTING_VARIANT_SHRINK_WINDOW))
        return 2 * unread < c->rcv.limit ? c->rcv.limit - 2 * unread : 0;
    uint32_t room = unread < c->rcv.limit ? c->rcv.limit - unread : 0;
    if (room > c->tuning.window) room = c->tuning.window;
    /* Differs: with net.ipv4.tcp_shrink_window Linux takes back what it cannot keep. */
    if (room < c->rcv.wnd && setting_of(lab, c->node, SETTING_TCP_SHRINK_WINDOW) != 0)
        return room >> c->rcv.scale << c->rcv.scale;
    uint32_t step = c->rcv.limit / 2 < c->rcv.mss ? c->rcv.limit / 2 : c->rcv.mss;
    return room >= c->rcv.wnd + step ? room : c->rcv.wnd;
}

static uint32_t rounded_up(const struct tcb *c, uint32_t window) {
    uint32_t unit = 1u << c->rcv.scale;
    return (window + unit - 1) & ~(unit - 1);
}

uint32_t tcp_window_update(const struct lab *lab, struct tcb *c, uint32_t flags) {
    if ((flags & TCP_SYN) != 0) return c->rcv.wnd; /* RFC 7323 2.2: a SYN's is never scaled */
    /* Rounding down could take back what was promised, so Linux rounds up, and so do we. */
    uint32_t field = rounded_up(c, window_to_offer(lab, c)) >> c->rcv.scale;
    if (field > WINDOW_FIELD_MAX) field = WINDOW_FIELD_MAX;
    c->rcv.wnd = field << c->rcv.scale;
    return field;
}

/* tcp_cleanup_rbuf(): after reading, an update of its own when the window at least doubles. */
bool tcp_window_opens(const struct lab *lab, const struct tcb *c) {
    if (2 * c->rcv.wnd > c->rcv.limit) return false;
    uint32_t offer = window_to_offer(lab, c);
    return offer > c->rcv.wnd && offer >= 2 * c->rcv.wnd;
}
