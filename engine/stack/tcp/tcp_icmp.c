#include "stack/tcp/tcp_state.h"
/*
 * What ICMP says of a connection, RFC 9293 3.9.2.2 (MUST-54). A message counts when what it quotes
 * is in flight (RFC 5927 4.1): anything else is a guess. Hard errors (protocol and port
 * unreachable, SHLD-26) end a connection; soft ones (MUST-56) are remembered, and told when it
 * fails, or at once to a user who wants reports (SHLD-25). MUST-55: source quench is not even
 * listened to.
 *
 * Differs: before the handshake is over Linux believes any message; afterwards none of them ends a
 * connection (tcp_v4_err). A half-open child that is unreachable is forgotten.
 *
 * Path MTU discovery: RFC 1191, SHLD-6. Left out: black holes, which answer nothing.
 */
#include "stack/ip/icmp.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

static enum tcp_error error_of(const struct icmp_message *m) {
    if (m->type == ICMP_PARAMETER_PROBLEM) return TCP_ERROR_PROTOCOL;
    if (m->type == ICMP_TIME_EXCEEDED) return TCP_ERROR_UNREACHABLE;
    switch (m->code) {
    case ICMP_NET_UNREACHABLE: return TCP_ERROR_NO_ROUTE;
    case ICMP_PROTOCOL_UNREACHABLE: return TCP_ERROR_NO_PROTOCOL;
    case ICMP_PORT_UNREACHABLE: return TCP_ERROR_REFUSED;
    default: return TCP_ERROR_UNREACHABLE;
    }
}

static bool is_hard(const struct icmp_message *m) {
    return m->type == ICMP_UNREACHABLE &&
           (m->code == ICMP_PROTOCOL_UNREACHABLE || m->code == ICMP_PORT_UNREACHABLE);
}

static bool is_opening(const struct tcb *c) {
    return c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
}

/* Linux, tcp_req_err(): nobody is there to answer our SYN,ACK. */
static void forget_child(struct step *s, struct tcb *c, const struct icmp_message *m) {
    bool unreachable = m->type != ICMP_UNREACHABLE || m->code == ICMP_NET_UNREACHABLE ||
                       m->code == ICMP_HOST_UNREACHABLE;
    if (!unreachable) return;
    mib_add(s, c->node, MIB_TCP_LISTEN_DROPS);
    tcp_return_to_listen(s, c, "RFC 9293 3.9.2.2");
}

/* Differs: RFC 6069, as Linux does it (tcp_ld_RTO_revert): that a repetition was answered by
 * "unreachable" shows that it did not die of congestion. The last doubling is taken back. */
static void take_back_doubling(struct step *s, struct tcb *c, const struct icmp_message *m,
                               uint32_t seq) {
    bool unreachable = m->type == ICMP_UNREACHABLE && m->code <= ICMP_HOST_UNREACHABLE;
    struct tcp_spot front = tcp_board_first(s->lab, c);
    if (!unreachable || seq != c->snd.una || c->retransmissions == 0 || front.sent == NULL) return;
    c->rto /= 2;
    sim_time left = front.sent->at + c->rto - s->now;
    if (left > 0)
        tcp_timer_alone(s, c, TIMER_TCP_RETRANSMISSION, left);
    else
        tcp_timer_fired(s, TIMER_TCP_RETRANSMISSION, c->self);
}

static void take_hint(struct step *s, struct tcb *c, const struct icmp_message *m, uint32_t seq) {
    bool linux_like = tcp_is_linux(s->lab, c->node);
    enum tcp_error error = error_of(m);
    if (linux_like && c->place == TCP_IN_SYN_QUEUE) {
        forget_child(s, c, m);
    } else if (linux_like ? is_opening(c) : is_hard(m)) {
        tcp_fail(s, c, error, "RFC 9293 3.9.2.2"); /* SHLD-26 */
    } else {
        c->soft_error = error; /* MUST-56 */
        if (linux_like)
            take_back_doubling(s, c, m, seq);
        else
            tcp_report(s, c, SOCKET_REPORT_ERROR, (uint64_t)-tcp_to_linux(error)); /* SHLD-25 */
    }
}

/* --------------------------------------------------------------------------- path MTU, RFC 1191 */

/* Everything in flight is repeated in shorter segments, beginning now. Differs: Linux goes down to
 * min_pmtu (552) and lets routers cut its segments from there; ours may not be cut, so the floor is
 * RFC 1191 3's own. */
static void shorten(struct step *s, struct tcb *c, uint32_t mtu) {
    enum { LEAST_MTU = 68 };
    uint32_t now = c->snd.mss + 20 + TCP_HEADER + c->wishes.ip_option_count;
    if (mtu == 0) mtu = ip_plateau_below(now);
    if (mtu < LEAST_MTU) mtu = LEAST_MTU;
    if (c->state == TCP_SYN_SENT || mtu >= now) return;
    ip_learn_mtu(s, c->node, c->remote_address, mtu);
    tcp_path_changed(s, c);
    if (c->snd.una == c->snd.nxt || c->snd.una == c->iss) return;
    tcp_recovery_narrower(s, c);
    tcp_output(s, c);
}

/* SHLD-6, MUST-16: the segment size follows the path, down and, when what was learned has expired,
 * up again. */
void tcp_path_changed(struct step *s, struct tcb *c) {
    uint32_t mtu = ip_mtu_for(s->lab, c->node, c->remote_address);
    c->path_until = 0;
    ip_path_mtu(s->lab, c->node, c->remote_address, &c->path_until);
    if (mtu == 0) return;
    uint32_t room = tcp_mtu_room(c, mtu);
    c->snd.mss = c->peer_mss < room ? c->peer_mss : room;
}

bool tcp_has_sent(struct step *s, uint32_t node, struct tcp_endpoint local,
                  struct tcp_endpoint remote, uint32_t seq) {
    const struct tcb *c = tcb_get(s->lab, tcp_find(s->lab, node, local, remote));
    if (c == NULL || c->state == TCP_CLOSED || c->state == TCP_TIME_WAIT) return false;
    bool in_flight = seq_leq(c->snd.una, seq) && seq_leq(seq, c->snd.nxt);
    if (!in_flight) mib_add(s, node, MIB_TCP_OUT_OF_WINDOW_ICMPS);
    return in_flight;
}

void tcp_icmp_in(struct step *s, uint32_t node, const struct icmp_message *message, ip4 local,
                 ip4 remote, const uint8_t *first_octets, size_t count) {
    struct reader quoted = reader_of(first_octets, count);
    struct tcp_endpoint from = {local, read_u16(&quoted)}, to = {remote, read_u16(&quoted)};
    uint32_t seq = read_u32(&quoted);
    if (quoted.failed || !tcp_has_sent(s, node, from, to, seq)) return;
    struct tcb *c = tcb_edit(s, tcp_find(s->lab, node, from, to));
    if (message->type == ICMP_UNREACHABLE && message->code == ICMP_FRAGMENTATION_NEEDED)
        shorten(s, c, message->sequence);
    else
        take_hint(s, c, message, seq);
}
