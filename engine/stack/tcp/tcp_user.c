#include "stack/tcp/tcp_state.h"
/*
 * The user calls, RFC 9293 3.10.1 to 3.10.6 and 3.9.1: OPEN (tcp_connect), SEND,
 * RECEIVE, CLOSE, ABORT. They return at once; what happens later reaches the socket layer by
 * socket_notify(). STATUS is tcp_view(), in tcp_state.c. What ICMP reports is in tcp_icmp.c.
 *
 * CLOSE comes in two strengths: shutdown(SHUT_WR), which is the RFC's CLOSE, "I have no more to
 * send", and close(), after which nobody reads either (3.6.1 MAY-1).
 * MAY-15: each SEND pushes, unless it says that more will come.
 */
#include "base/bytes.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include <assert.h>
#include <string.h>

/* What does not wait to be asked for: sizes of buffers, the algorithm of congestion control. */
void tcp_apply_wishes(struct step *s, struct tcb *c) {
    const struct tcp_wishes *w = &c->wishes;
    if (w->send_buffer != 0) tcp_set_send_buffer(s, c->self, w->send_buffer);
    if (w->receive_buffer != 0) tcp_set_receive_buffer(s, c->self, w->receive_buffer);
    if (w->window_clamp != 0) tcp_tuning_clamp(c);
    if (w->congestion != 0) c->congestion.algorithm = w->congestion - 1;
}

void tcp_inherit(struct step *s, struct tcb *c, const struct tcb *listener) {
    c->wishes = listener->wishes;
    tcp_apply_wishes(s, c);
}

const struct tcp_wishes *tcp_wishes_of(const struct lab *lab, struct id connection) {
    const struct tcb *c = tcb_get(lab, connection);
    return c == NULL ? NULL : &c->wishes;
}

void tcp_wish(struct step *s, struct id connection, const struct tcp_wishes *wishes) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return;
    struct tcp_wishes before = c->wishes;
    c->wishes = *wishes;
    if (wishes->ip_options_from == TCP_OPTIONS_NONE &&
        before.ip_options_from == TCP_OPTIONS_PEERS) { /* not the user's to lose */
        c->wishes.ip_options_from = before.ip_options_from;
        c->wishes.ip_option_count = before.ip_option_count;
        memcpy(c->wishes.ip_options, before.ip_options, sizeof before.ip_options);
    }
    if (c->wishes.ip_option_count != before.ip_option_count && c->peer_mss != 0)
        tcp_path_changed(s, c);
    tcp_apply_wishes(s, c);
    tcp_keepalive_wish(s, c, &before);
    /* TCP_NODELAY lets go what Nagle's algorithm holds, and so does the end of TCP_CORK. */
    if (c->state != TCP_LISTEN && c->state != TCP_CLOSED) tcp_output(s, c);
}

void tcp_quick_ack(struct step *s, struct id connection, bool on) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return;
    c->ping_pong = !on;
    if (on && c->ack_due == TCP_ACK_DELAYED) tcp_send_ack(s, c);
}

/* ---------------------------------------------------------------------------------- 3.10.2 SEND */

static enum tcp_error take_error(struct tcb *c) {
    enum tcp_error error = (enum tcp_error)c->error;
    c->error = TCP_OK;
    return error;
}

enum tcp_error tcp_take_error(struct step *s, struct id connection) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return TCP_OK;
    if (c->error != TCP_OK) return take_error(c);
    enum tcp_error soft = (enum tcp_error)c->soft_error;
    c->soft_error = TCP_OK;
    return soft;
}

enum tcp_error tcp_error_of(const struct lab *lab, struct id connection) {
    const struct tcb *c = tcb_get(lab, connection);
    return c == NULL ? TCP_ERROR_NOT_CONNECTED : (enum tcp_error)c->error;
}

size_t tcp_send_room(const struct lab *lab, struct id connection) {
    const struct tcb *c = tcb_get(lab, connection);
    if (c == NULL || c->fin_queued || c->state == TCP_CLOSED || c->state == TCP_LISTEN) return 0;
    return tcp_send_free(lab, c);
}

/* "If the urgent flag is set, then SND.UP <- SND.NXT-1": of what was taken. */
static enum tcp_error queue_text(struct step *s, struct tcb *c, const uint8_t *octets, size_t count,
                                 unsigned flags, size_t *taken) {
    size_t room = tcp_send_room(s->lab, c->self);
    tcp_congestion_idle(s, c);
    *taken = tcp_buffer_append(s, &c->send, octets, count < room ? count : room);
    c->more = (flags & TCP_SEND_MORE) != 0 ? TCP_MORE_HOLDS : TCP_MORE_NONE;
    if (*taken == count && count > 0 && (flags & TCP_SEND_URGENT) != 0) tcp_urgent_send(c);
    /* Nothing is under way that could make room: waiting would be for ever. */
    if (*taken == 0 && count > 0 && c->send.count == 0) return TCP_ERROR_NO_BUFFERS;
    return TCP_OK;
}

static enum tcp_error send_text(struct step *s, struct tcb *c, const uint8_t *octets, size_t count,
                                unsigned flags, size_t *taken) {
    enum tcp_error error = queue_text(s, c, octets, count, flags, taken);
    if (*taken > 0) tcp_output(s, c);
    if (c->more == TCP_MORE_HOLDS) c->more = TCP_MORE_SAID;
    return error;
}

enum tcp_error tcp_send(struct step *s, struct id connection, const uint8_t *octets, size_t count,
                        unsigned flags, size_t *taken) {
    *taken = 0;
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return TCP_ERROR_NOT_CONNECTED;
    if (c->error != TCP_OK) return take_error(c);
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED: return c->iss == 0 && c->irs == 0 ? TCP_ERROR_NOT_CONNECTED : TCP_ERROR_PIPE;
    case TCP_LISTEN: return TCP_ERROR_NOT_CONNECTED; /* "error: remote socket unspecified" */
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED:
        /* "Queue the data for transmission after entering ESTABLISHED." Differs: Linux waits. */
        if (c->fastopen == FASTOPEN_CHILD) return send_text(s, c, octets, count, flags, taken);
        if (tcp_is_linux(s->lab, c->node)) return TCP_OK;
        return queue_text(s, c, octets, count, flags, taken);
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT: return send_text(s, c, octets, count, flags, taken);
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return TCP_ERROR_PIPE; /* "error: connection closing" */
    }
    return TCP_ERROR_INVALID;
}

/* ------------------------------------------------------------------------------- 3.10.3 RECEIVE */

size_t tcp_receive_pending(const struct lab *lab, struct id connection, bool *end) {
    const struct tcb *c = tcb_get(lab, connection);
    *end = c == NULL || c->fin_received || (c->state == TCP_CLOSED && c->error == TCP_OK);
    return c == NULL ? 0 : c->receive.count;
}

enum tcp_error tcp_receive_octets(struct step *s, struct id connection, uint8_t *out, size_t room,
                                  bool peek, size_t *count, bool *end) {
    *count = 0;
    *end = false;
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL || c->state == TCP_LISTEN) return TCP_ERROR_NOT_CONNECTED;
    if (c->receive.count == 0 && c->error != TCP_OK) return take_error(c);
    *count = c->receive.count < room ? c->receive.count : room;
    *count = tcp_urgent_limit(s, c, peek, *count);
    tcp_buffer_read(s, &c->receive, 0, out, *count);
    if (peek && *count > 0) return TCP_OK;
    tcp_buffer_drop(s, &c->receive, *count);
    tcp_urgent_advance(c);
    if (*count > 0) {
        tcp_tuning_read(s, c, *count);
        if (c->state != TCP_CLOSED && !c->fin_received && tcp_window_opens(s->lab, c))
            tcp_send_ack(s, c);
        return TCP_OK;
    }
    *end = room > 0 && (c->fin_received || c->state == TCP_CLOSED); /* "connection closing" */
    if (*end) c->fin_read = 1;
    return TCP_OK;
}

/* --------------------------------------------------------------------------------- 3.10.4 CLOSE */

/* The FIN follows what is queued: "until all preceding SENDs have been segmentized". */
static void queue_fin(struct step *s, struct tcb *c, enum tcp_state state) {
    c->fin_queued = 1;
    tcp_enter(s, c, state, "RFC 9293 3.10.4");
    tcp_output(s, c);
}

enum tcp_error tcp_shutdown_write(struct step *s, struct id connection) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return TCP_ERROR_NOT_CONNECTED;
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
    case TCP_LISTEN: return TCP_ERROR_NOT_CONNECTED;
    case TCP_SYN_SENT:
        tcp_delete(s, c, "RFC 9293 3.10.4"); /* "delete the TCB" */
        return TCP_OK;
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED: queue_fin(s, c, TCP_FIN_WAIT_1); return TCP_OK;
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2: return TCP_OK;
    case TCP_CLOSE_WAIT: queue_fin(s, c, TCP_LAST_ACK); return TCP_OK;
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return TCP_OK; /* "error: connection closing"; Linux says nothing */
    }
    return TCP_ERROR_INVALID;
}

static void let_go(struct tcb *c) {
    c->socket = (struct id){0, 0};
    c->orphan = 1;
}

/* 3.6.1 SHLD-3: text that came and was never read is lost by this CLOSE, and the peer is told. */
static bool loses_text(struct step *s, struct tcb *c) {
    if (c->receive.count == 0 && !id_is(c->out_of_order)) return false;
    mib_add(s, c->node, MIB_TCP_ABORT_ON_CLOSE);
    tcp_send_reset(s, c);
    tcp_delete(s, c, "RFC 9293 3.6.1");
    return true;
}

static void close_in(struct step *s, struct tcb *c) {
    switch ((enum tcp_state)c->state) {
    case TCP_LISTEN:
        tcp_listen_end(s, c);
        tcp_delete(s, c, "RFC 9293 3.10.4");
        return;
    case TCP_CLOSED:
    case TCP_SYN_SENT: tcp_delete(s, c, "RFC 9293 3.10.4"); return;
    case TCP_SYN_RECEIVED: /* a Fast Open child may hold text */
    case TCP_ESTABLISHED:
        if (!loses_text(s, c)) queue_fin(s, c, TCP_FIN_WAIT_1);
        return;
    case TCP_FIN_WAIT_1: loses_text(s, c); return;
    case TCP_FIN_WAIT_2:
        if (!loses_text(s, c)) tcp_fin_wait_2_orphan(s, c, false);
        return;
    case TCP_CLOSE_WAIT:
        if (!loses_text(s, c)) queue_fin(s, c, TCP_LAST_ACK);
        return;
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: tcp_buffer_drop(s, &c->receive, c->receive.count); return;
    }
}

void tcp_close(struct step *s, struct id connection) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return;
    let_go(c);
    close_in(s, c);
    tcp_orphaned(s, connection);
}

/* --------------------------------------------------------------------------------- 3.10.5 ABORT */

static bool sends_reset(enum tcp_state state) {
    switch (state) {
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT: return false;
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT: return true; /* <SEQ=SND.NXT><CTL=RST> */
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return false;
    }
    return false;
}

void tcp_abort(struct step *s, struct id connection) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return;
    if (id_is(c->socket)) mib_add(s, c->node, MIB_TCP_ABORT_ON_DATA); /* SO_LINGER 0 */
    let_go(c);
    if (c->state == TCP_LISTEN) tcp_listen_end(s, c);
    if (sends_reset((enum tcp_state)c->state)) tcp_send_reset(s, c);
    tcp_delete(s, c, "RFC 9293 3.10.5");
}

/* Setting TCP_NODELAY lets go what TCP_CORK holds, once. */
void tcp_push(struct step *s, struct id connection) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL || c->state == TCP_LISTEN || c->state == TCP_CLOSED) return;
    uint8_t cork = c->wishes.cork;
    c->wishes.cork = 0;
    if (!tcp_is_linux(s->lab, c->node)) c->more = TCP_MORE_NONE;
    tcp_output(s, c);
    c->wishes.cork = cork;
}

/* -------------------------------------------------------------------------------- 3.10.6 STATUS */

uint32_t tcp_mss_of(const struct lab *lab, struct id connection) {
    const struct tcb *c = tcb_get(lab, connection);
    if (c == NULL) return 0;
    /* What was asked for counts until there is a peer to agree with. */
    bool alone = c->state == TCP_LISTEN || c->state == TCP_CLOSED;
    return alone && c->wishes.most_mss != 0 ? c->wishes.most_mss : c->snd.mss;
}

bool tcp_is_interactive(const struct lab *lab, struct id connection) {
    const struct tcb *c = tcb_get(lab, connection);
    return c != NULL && c->ping_pong != 0;
}

uint32_t tcp_tos_of(const struct lab *lab, struct id connection) {
    const struct tcb *c = tcb_get(lab, connection);
    return c == NULL ? 0 : c->tos_seen;
}
