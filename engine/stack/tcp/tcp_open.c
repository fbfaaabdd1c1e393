#include "stack/tcp/tcp_state.h"
/*
 * OPEN, active: RFC 9293 3.10.1, and 3.9.1.1 for the addresses. The passive one is tcp_listen.c's.
 * Differs: on Linux a connection in TIME-WAIT may have to make way (tcp_time_wait.c), and where
 * there is no free port for this destination connect() says EADDRNOTAVAIL.
 */
#include "stack/mib.h"

/* "Issue a SYN segment": what both ways into SYN-SENT share. `text` NULL: without Fast Open. */
static void send_syn(struct step *s, struct tcb *c, uint32_t iss, struct tcp_text *text) {
    tcp_rtt_begin(s, c);
    tcp_offer(s, c);
    if (text != NULL) {
        size_t room = tcp_fastopen_room(s, c);
        if (room > text->count) room = text->count;
        text->taken = tcp_buffer_append(s, &c->send, text->octets, room);
        c->syn_text = (uint32_t)text->taken;
    }
    tcp_first_window(s, c);
    c->iss = iss != 0 ? iss : tcp_iss(s, c);
    c->snd.una = c->snd.small = c->iss;
    c->snd.nxt = c->iss + 1;
    mib_add(s, c->node, MIB_TCP_ACTIVE_OPENS);
    tcp_enter(s, c, TCP_SYN_SENT, "RFC 9293 3.10.1");
    tcp_rtt_sent(s, c, c->snd.nxt);
    c->first_sent_at = s->now;
    tcp_timer_start(s, c, TIMER_TCP_RETRANSMISSION, c->rto);
    tcp_transmit(s, c, c->iss, TCP_SYN, c->syn_text); /* <SEQ=ISS><CTL=SYN> */
}

/* What is in the way of a new connection between these two sockets: nothing, or a TIME-WAIT that it
 * may take the place of; then *iss is the number to begin with. */
static enum tcp_error make_room(struct step *s, uint32_t node, struct tcp_endpoint local,
                                struct tcp_endpoint remote, bool bound, uint32_t *iss) {
    struct tcb *old = tcb_edit(s, tcp_find(s->lab, node, local, remote));
    *iss = 0;
    if (old == NULL) return TCP_OK;
    if (!tcp_time_wait_reusable(s, old, bound)) return TCP_ERROR_NO_PORT;
    *iss = tcp_time_wait_reuse(s, old);
    return TCP_OK;
}

/* Fills in the addresses of an active OPEN, or says why it cannot be. */
static enum tcp_error resolve(struct step *s, uint32_t node, struct tcp_endpoint *local,
                              struct tcp_endpoint remote, const struct tcp_wishes *wishes,
                              uint32_t *iss) {
    bool bound = local->port != 0;
    if (remote.port == 0 || remote.address == 0) return TCP_ERROR_INVALID;
    if (ip_is_broadcast_or_multicast(s->lab, node, remote.address))
        return TCP_ERROR_NO_ROUTE; /* MUST-46 */
    ip4 first = tcp_route_first(remote.address, wishes);
    ip4 source = ip_source_for(s->lab, node, first); /* MUST-44 */
    if (source == 0) return TCP_ERROR_NO_ROUTE;
    if (local->address == 0) local->address = source; /* MUST-45 */
    if (!bound) local->port = tcp_choose_port(s, node, local->address, remote);
    if (local->port == 0) return TCP_ERROR_NO_PORT;
    return make_room(s, node, *local, remote, bound, iss);
}

enum tcp_error tcp_connect_text(struct step *s, uint32_t node, struct id socket,
                                struct tcp_endpoint local, struct tcp_endpoint remote,
                                const struct tcp_wishes *wishes, struct tcp_text *text,
                                struct id *connection) {
    uint32_t iss;
    enum tcp_error error = resolve(s, node, &local, remote, wishes, &iss);
    if (error != TCP_OK) return error;
    struct tcb *c = tcb_create(s, node, TCP_CLOSED);
    if (c == NULL) return TCP_ERROR_NO_BUFFERS;
    c->socket = socket;
    c->local_address = local.address; /* MUST-43: the user's, or the one that leads there */
    c->local_port = local.port;
    c->remote_address = remote.address;
    c->remote_port = remote.port;
    c->wishes = *wishes;
    tcp_apply_wishes(s, c);
    tcp_hash_in(s, c);
    *connection = c->self;
    send_syn(s, c, iss, text);
    return TCP_OK;
}

enum tcp_error tcp_connect(struct step *s, uint32_t node, struct id socket,
                           struct tcp_endpoint local, struct tcp_endpoint remote,
                           const struct tcp_wishes *wishes, struct id *connection) {
    return tcp_connect_text(s, node, socket, local, remote, wishes, NULL, connection);
}

enum tcp_error tcp_connect_listener(struct step *s, struct id listener,
                                    struct tcp_endpoint remote) {
    struct tcb *c = tcb_edit(s, listener);
    if (c == NULL || c->state != TCP_LISTEN || tcp_is_linux(s->lab, c->node))
        return TCP_ERROR_INVALID;
    struct tcp_endpoint local = {c->local_address, c->local_port};
    uint32_t iss;
    enum tcp_error error = resolve(s, c->node, &local, remote, &c->wishes, &iss);
    if (error != TCP_OK) return error;
    tcp_listen_end(s, c);
    tcp_hash_out(s, c);
    c->local_address = local.address;
    c->remote_address = remote.address;
    c->remote_port = remote.port;
    c->passive = 0;
    tcp_hash_in(s, c);
    send_syn(s, c, iss, NULL);
    return TCP_OK;
}
