#include "stack/tcp/tcp_state.h"
/*
 * Urgent data, RFC 9293 3.8.5: a mark in the stream, not a second stream. MUST-30, MUST-62: the
 * pointer names the octet behind the urgent ones, of which there may be any number (MUST-31); the
 * user is told as soon as the mark is known (MUST-32), and can ask how much is before it (MUST-33).
 *
 * Differs: Linux gives its users one urgent octet, the last before the pointer, and takes it out of
 * the stream: read with MSG_OOB before what is in front of it, or left in with SO_OOBINLINE
 * (tcp_check_urg, tcp_recv_urg). net.ipv4.tcp_stdurg 1 takes the octet at the pointer instead, as
 * RFC 1122 was once misread. SHLD-13: nobody should use any of this any more.
 */
#include "stack/socket.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

enum { POINTER_MAX = 65535 };
enum urgent { URGENT_NONE, URGENT_TOLD, URGENT_READ };

/* -------------------------------------------------------------------------------------- sending */

/* 3.10.2: the last octet of the send buffer is the last urgent one. */
void tcp_urgent_send(struct tcb *c) {
    uint32_t first = c->snd.una == c->iss ? c->iss + 1 : c->snd.una;
    c->snd.up = first + c->send.count;
    c->urgent_sending = 1;
}

/* As long as there are octets before the mark to be sent, or acknowledged, each segment that begins
 * there says so, whether it carries them or not. A mark too far ahead is told when it is nearer. */
bool tcp_urgent_pointer(const struct tcb *c, uint32_t seq, uint16_t *pointer) {
    if (!c->urgent_sending || !seq_lt(seq, c->snd.up)) return false;
    uint32_t ahead = c->snd.up - seq;
    *pointer = (uint16_t)(ahead < POINTER_MAX ? ahead : POINTER_MAX);
    return true;
}

void tcp_urgent_acked(struct tcb *c) {
    if (seq_geq(c->snd.una, c->snd.up)) c->urgent_sending = 0;
}

/* ------------------------------------------------------------------------------------ receiving */

static uint32_t unread(const struct tcb *c) {
    return c->rcv.nxt - c->receive.count;
}

/* How many octets are to be read up to the mark, whether they have come or not. */
static uint32_t before_mark(const struct tcb *c) {
    return seq_lt(unread(c), c->rcv.up) ? c->rcv.up - unread(c) : 0;
}

/* Sixth, check the URG bit: RCV.UP <- max(RCV.UP, SEG.UP), and tell the user if that is news. */
void tcp_urgent_in(struct step *s, struct tcb *c, const struct segment *seg) {
    uint32_t up = seg->header.seq + seg->up;
    if (c->urgent == URGENT_NONE) c->rcv.up = unread(c);
    if (tcp_is_linux(s->lab, c->node)) {
        /* Linux's urgent octet is the one before the pointer, or with tcp_stdurg the one at it. */
        if (setting_of(s->lab, c->node, SETTING_TCP_STDURG) != 0) up++;
        if (seq_lt(up - 1, c->rcv.nxt) || (c->urgent != URGENT_NONE && !seq_gt(up, c->rcv.up)))
            return;
    } else if (!seq_gt(up, c->rcv.up)) {
        return;
    }
    bool news = c->urgent == URGENT_NONE || tcp_is_linux(s->lab, c->node);
    c->rcv.up = up;
    if (!seq_gt(up, unread(c))) return;
    c->urgent = URGENT_TOLD;
    if (news) tcp_report(s, c, SOCKET_REPORT_URGENT, before_mark(c));
    tcp_notify(s, c, SOCKET_READABLE);
}

/* How much a RECEIVE may take at once: not across the mark. Linux stops in front of its octet, and
 * takes it out there, or with SO_OOBINLINE goes on with it. */
size_t tcp_urgent_limit(struct step *s, struct tcb *c, bool peek, size_t count) {
    if (c->urgent == URGENT_NONE) return count;
    bool linux_like = tcp_is_linux(s->lab, c->node);
    uint32_t left = before_mark(c);
    if (linux_like && left == 1 && c->wishes.urgent_inline) return count;
    if (linux_like && left == 1 && c->receive.count > 0) {
        if (peek) return 0;
        tcp_buffer_drop(s, &c->receive, 1);
        c->urgent = URGENT_NONE;
        return count < c->receive.count ? count : c->receive.count;
    }
    if (linux_like && left > 0) left--;
    return left > 0 && left < count ? left : count;
}

/* After a RECEIVE: the mark may be behind us. */
void tcp_urgent_advance(struct tcb *c) {
    if (c->urgent != URGENT_NONE && before_mark(c) == 0) c->urgent = URGENT_NONE;
}

/* recv(2) with MSG_OOB. The octet stays in its place in the stream until that is read. */
enum tcp_error tcp_receive_urgent(struct step *s, struct id connection, bool peek, uint8_t *out,
                                  size_t *count) {
    struct tcb *c = tcb_edit(s, connection);
    *count = 0;
    if (c == NULL || c->state == TCP_LISTEN) return TCP_ERROR_NOT_CONNECTED;
    if (c->wishes.urgent_inline || c->urgent != URGENT_TOLD) return TCP_ERROR_INVALID;
    if (!seq_lt(c->rcv.up - 1, c->rcv.nxt)) return TCP_OK; /* it has not come yet */
    tcp_buffer_read(s, &c->receive, before_mark(c) - 1, out, 1);
    *count = 1;
    if (!peek) c->urgent = URGENT_READ;
    return TCP_OK;
}

uint32_t tcp_urgent_left(const struct lab *lab, struct id connection) {
    const struct tcb *c = tcb_get(lab, connection);
    return c == NULL || c->urgent == URGENT_NONE ? 0 : before_mark(c);
}
