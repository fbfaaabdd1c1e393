#include "stack/tcp/tcp_state.h"
/*
 * The states of RFC 9293 3.3.2 and Figure 5: the one writer of a connection's state, the figure
 * as data for the graph that people look at, and a TCB's birth and death. What a watcher sees of
 * a TCB (its watched fields, its row in the table of sockets) is listed here too.
 *
 * A passive OPEN makes children: each SYN gives a TCB of its own that starts in LISTEN, as a copy
 * of its listener would, and goes on from there; the listener itself stays in LISTEN.
 */
#include "base/text.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include <assert.h>

#define NEXT(state) (1u << (state))
/* Figure 5: bit t of next[f] is set when state f may turn into state t. Every state may also turn
 * into CLOSED: by a reset (note 3), an ABORT, a time-out. From FIN-WAIT-1 to TIME-WAIT (note 2) the
 * way leads through FIN-WAIT-2, within one segment: 3.10.7.4, fifth and eighth step. */
static const uint16_t next[TCP_STATE_COUNT] = {
    [TCP_CLOSED] = NEXT(TCP_LISTEN) | NEXT(TCP_SYN_SENT),
    [TCP_LISTEN] = NEXT(TCP_CLOSED) | NEXT(TCP_SYN_RECEIVED) | NEXT(TCP_SYN_SENT),
    [TCP_SYN_SENT] = NEXT(TCP_CLOSED) | NEXT(TCP_SYN_RECEIVED) | NEXT(TCP_ESTABLISHED),
    [TCP_SYN_RECEIVED] =
        NEXT(TCP_CLOSED) | NEXT(TCP_LISTEN) | NEXT(TCP_ESTABLISHED) | NEXT(TCP_FIN_WAIT_1),
    [TCP_ESTABLISHED] = NEXT(TCP_CLOSED) | NEXT(TCP_FIN_WAIT_1) | NEXT(TCP_CLOSE_WAIT),
    [TCP_FIN_WAIT_1] = NEXT(TCP_CLOSED) | NEXT(TCP_FIN_WAIT_2) | NEXT(TCP_CLOSING),
    [TCP_FIN_WAIT_2] = NEXT(TCP_CLOSED) | NEXT(TCP_TIME_WAIT),
    [TCP_CLOSE_WAIT] = NEXT(TCP_CLOSED) | NEXT(TCP_LAST_ACK),
    [TCP_CLOSING] = NEXT(TCP_CLOSED) | NEXT(TCP_TIME_WAIT),
    [TCP_LAST_ACK] = NEXT(TCP_CLOSED),
    [TCP_TIME_WAIT] = NEXT(TCP_CLOSED),
};

/* Laid out as the figure is; its second CLOSED box, below, is the same state. */
static const struct graph_state states[TCP_STATE_COUNT] = {
    [TCP_CLOSED] = {"CLOSED", 500, 40},
    [TCP_LISTEN] = {"LISTEN", 500, 190},
    [TCP_SYN_SENT] = {"SYN-SENT", 870, 340},
    [TCP_SYN_RECEIVED] = {"SYN-RECEIVED", 130, 340},
    [TCP_ESTABLISHED] = {"ESTABLISHED", 500, 490},
    [TCP_FIN_WAIT_1] = {"FIN-WAIT-1", 130, 640},
    [TCP_FIN_WAIT_2] = {"FIN-WAIT-2", 130, 800},
    [TCP_CLOSE_WAIT] = {"CLOSE-WAIT", 870, 640},
    [TCP_CLOSING] = {"CLOSING", 500, 800},
    [TCP_LAST_ACK] = {"LAST-ACK", 870, 800},
    [TCP_TIME_WAIT] = {"TIME-WAIT", 500, 950},
};
/* bend: how far an arc leaves the straight line at its middle, to the right of its direction. */
static const struct graph_edge edges[] = {
    {TCP_CLOSED, TCP_LISTEN, "passive OPEN / create TCB", "RFC 9293 3.10.1", 40},
    {TCP_LISTEN, TCP_CLOSED, "CLOSE / delete TCB", "RFC 9293 3.10.4", 40},
    {TCP_CLOSED, TCP_SYN_SENT, "active OPEN / create TCB, snd SYN", "RFC 9293 3.10.1", -90},
    {TCP_SYN_SENT, TCP_CLOSED, "CLOSE / delete TCB", "RFC 9293 3.10.4", -30},
    {TCP_LISTEN, TCP_SYN_RECEIVED, "rcv SYN / snd SYN,ACK", "RFC 9293 3.10.7.2", -30},
    {TCP_SYN_RECEIVED, TCP_LISTEN, "rcv RST (note 1)", "RFC 9293 3.10.7.4", 90},
    {TCP_LISTEN, TCP_SYN_SENT, "SEND / snd SYN", "RFC 9293 3.10.2", 0},
    {TCP_SYN_SENT, TCP_SYN_RECEIVED, "rcv SYN / snd SYN,ACK", "RFC 9293 3.10.7.3", 0},
    {TCP_SYN_SENT, TCP_ESTABLISHED, "rcv SYN,ACK / snd ACK", "RFC 9293 3.10.7.3", 0},
    {TCP_SYN_RECEIVED, TCP_ESTABLISHED, "rcv ACK of SYN", "RFC 9293 3.10.7.4", 0},
    {TCP_SYN_RECEIVED, TCP_FIN_WAIT_1, "CLOSE / snd FIN", "RFC 9293 3.10.4", 0},
    {TCP_ESTABLISHED, TCP_FIN_WAIT_1, "CLOSE / snd FIN", "RFC 9293 3.10.4", 0},
    {TCP_ESTABLISHED, TCP_CLOSE_WAIT, "rcv FIN / snd ACK", "RFC 9293 3.10.7.4", 0},
    {TCP_FIN_WAIT_1, TCP_FIN_WAIT_2, "rcv ACK of FIN", "RFC 9293 3.10.7.4", 0},
    {TCP_FIN_WAIT_1, TCP_CLOSING, "rcv FIN / snd ACK", "RFC 9293 3.10.7.4", 0},
    {TCP_FIN_WAIT_2, TCP_TIME_WAIT, "rcv FIN / snd ACK", "RFC 9293 3.10.7.4", 0},
    {TCP_CLOSING, TCP_TIME_WAIT, "rcv ACK of FIN", "RFC 9293 3.10.7.4", 0},
    {TCP_CLOSE_WAIT, TCP_LAST_ACK, "CLOSE / snd FIN", "RFC 9293 3.10.4", 0},
    {TCP_LAST_ACK, TCP_CLOSED, "rcv ACK of FIN / delete TCB", "RFC 9293 3.10.7.4", 340},
    {TCP_TIME_WAIT, TCP_CLOSED, "Timeout=2MSL / delete TCB", "RFC 9293 3.10.8", 640},
};
const struct state_graph tcp_graph = {"tcp",
                                      "graph.tcp",
                                      "RFC 9293 Figure 5",
                                      states,
                                      edges,
                                      sizeof states / sizeof states[0],
                                      sizeof edges / sizeof edges[0]};

const char *tcp_state_name(uint32_t state) {
    assert(state < TCP_STATE_COUNT);
    return states[state].name;
}

struct tcb *tcb_edit(struct step *s, struct id connection) {
    return object_edit(s, POOL_TCB, connection);
}

const struct tcb *tcb_get(const struct lab *lab, struct id connection) {
    return object_get(lab, POOL_TCB, connection);
}

bool tcp_is_linux(const struct lab *lab, uint32_t node) {
    return profile_is_linux(node_view_at(lab, node)->profile);
}

bool tcp_broken(const struct lab *lab, uint32_t node, enum setting variant) {
    return setting_of(lab, node, variant) != 0;
}

void tcp_enter(struct step *s, struct tcb *c, enum tcp_state state, const char *clause) {
    assert((next[c->state] & NEXT(state)) != 0);
    uint32_t before = c->state;
    c->state = state;
    trace_state(s, c->node, MACHINE_TCP, c->self, before, state, clause);
    if (state == TCP_ESTABLISHED) tcp_keepalive_begin(s, c);
}

struct tcb *tcb_create(struct step *s, uint32_t node, enum tcp_state state) {
    struct id self = object_create(s, POOL_TCB, node);
    if (!id_is(self)) return NULL;
    struct tcb *c = tcb_edit(s, self);
    c->self = self;
    c->node = node;
    c->state = state;
    c->timed_at = -1;
    c->snd.mss = TCP_MSS_DEFAULT;
    c->congestion.algorithm = (uint32_t)setting_of(s->lab, node, SETTING_TCP_CONGESTION_CONTROL);
    c->challenged_at = -SIM_TIME_MAX;
    c->probing_since = -1;
    return c;
}

void tcp_notify(struct step *s, const struct tcb *c, unsigned events) {
    if (id_is(c->socket)) socket_notify(s, c->socket, events);
}

/* Who wants to be told without asking: by default, every user but Linux's, whose signal (SIGURG) is
 * for urgent data alone, and goes to a process that asked for it. SHLD-20: anyone may refuse. */
void tcp_report(struct step *s, const struct tcb *c, enum socket_report report, uint64_t value) {
    bool wanted = c->wishes.reports == TCP_REPORTS_ON;
    if (tcp_is_linux(s->lab, c->node))
        wanted = wanted && report == SOCKET_REPORT_URGENT;
    else
        wanted = c->wishes.reports != TCP_REPORTS_OFF;
    if (wanted && id_is(c->socket)) socket_tell(s, c->socket, report, value);
}

void tcp_delete(struct step *s, struct tcb *c, const char *clause) {
    if (c->state != TCP_CLOSED) tcp_enter(s, c, TCP_CLOSED, clause);
    if (c->place == TCP_IN_SYN_QUEUE) tcp_listen_leave(s, c); /* or: until it is accepted */
    tcp_crowd(s, c, TCP_CROWD_NONE);
    tcp_fastopen_settle(s, c);
    tcp_timers_stop(s, c);
    tcp_hash_out(s, c);
    c->ack_due = TCP_ACK_NONE;
    bool named = id_is(c->socket) || c->place == TCP_IN_ACCEPT_QUEUE;
    if (named) {
        /* What came in before the end may still be read; nothing more will be sent. */
        tcp_buffer_drop(s, &c->send, c->send.count);
        tcp_board_free(s, c);
        tcp_notify(s, c, SOCKET_READABLE | SOCKET_WRITABLE | SOCKET_GONE);
        return;
    }
    tcp_buffers_free(s, c);
    object_destroy(s, POOL_TCB, c->self);
}

/* Listeners last: the others may stand in their queues. */
void tcp_node_crash(struct step *s, uint32_t node) {
    struct id after;
    for (uint32_t listeners = 0; listeners < 2; listeners++)
        for (struct id id = object_next(s->lab, POOL_TCB, (struct id){0, 0}); id_is(id);
             id = after) {
            after = object_next(s->lab, POOL_TCB, id);
            const struct tcb *at = tcb_get(s->lab, id);
            if (at->node != node || (at->state == TCP_LISTEN) != (listeners != 0)) continue;
            struct tcb *c = tcb_edit(s, id);
            c->socket = (struct id){0, 0}; /* nobody is left to be told */
            tcp_listen_leave(s, c);
            tcp_delete(s, c, NULL);
        }
    tcp_peers_forget(s, node);
}

void tcp_return_to_listen(struct step *s, struct tcb *c, const char *clause) {
    tcp_enter(s, c, TCP_LISTEN, clause);
    tcp_listen_leave(s, c);
    tcp_timers_stop(s, c);
    tcp_hash_out(s, c);
    tcp_buffers_free(s, c);
    object_destroy(s, POOL_TCB, c->self);
}

void tcp_fail(struct step *s, struct tcb *c, enum tcp_error error, const char *clause) {
    c->error = error;
    tcp_notify(s, c, SOCKET_ERROR);
    tcp_delete(s, c, clause);
}

/* -------------------------------------------------------------------- what a watcher sees of it */

#define WATCH(name, member, format, base)                                                          \
    { name, offsetof(struct tcb, member), sizeof((struct tcb *)0)->member, format, base }
#define WATCH_SENT(name, member) WATCH(name, member, WATCH_SEQ, offsetof(struct tcb, iss))
#define WATCH_GOT(name, member)  WATCH(name, member, WATCH_SEQ, offsetof(struct tcb, irs))

static const struct watch watches[] = {
    WATCH("ISS", iss, WATCH_NUMBER, 0),
    WATCH("IRS", irs, WATCH_NUMBER, 0),
    WATCH_SENT("SND.UNA", snd.una),
    WATCH_SENT("SND.NXT", snd.nxt),
    WATCH("SND.WND", snd.wnd, WATCH_NUMBER, 0),
    WATCH_GOT("SND.WL1", snd.wl1),
    WATCH_SENT("SND.WL2", snd.wl2),
    WATCH_GOT("RCV.NXT", rcv.nxt),
    WATCH("RCV.WND", rcv.wnd, WATCH_NUMBER, 0),
    WATCH("Eff.snd.MSS", snd.mss, WATCH_NUMBER, 0),
    WATCH("SRTT", srtt, WATCH_NS, 0),
    WATCH("RTTVAR", rttvar, WATCH_NS, 0),
    WATCH("RTO", rto, WATCH_NS, 0),
    WATCH("retransmissions", retransmissions, WATCH_NUMBER, 0),
    WATCH("duplicate ACKs", snd.duplicate_acks, WATCH_NUMBER, 0),
    WATCH("cwnd", congestion.cwnd, WATCH_NUMBER, 0),
    WATCH("ssthresh", congestion.ssthresh, WATCH_NUMBER, 0),
    WATCH("FlightSize", congestion.flight, WATCH_NUMBER, 0),
    WATCH("pipe", recovery.pipe, WATCH_NUMBER, 0),
    WATCH("SACKed", board.sacked.octets, WATCH_NUMBER, 0),
    WATCH("lost", board.lost.octets, WATCH_NUMBER, 0),
    WATCH("retransmitted", board.repeated.octets, WATCH_NUMBER, 0),
    WATCH_SENT("RecoveryPoint", recovery.point),
    WATCH_SENT("SACKed 1 left", recovery.prior[0].left),
    WATCH_SENT("SACKed 1 right", recovery.prior[0].right),
    WATCH_SENT("SACKed 2 left", recovery.prior[1].left),
    WATCH_SENT("SACKed 2 right", recovery.prior[1].right),
    WATCH_SENT("SACKed 3 left", recovery.prior[2].left),
    WATCH_SENT("SACKed 3 right", recovery.prior[2].right),
    WATCH("send buffer", tuning.send, WATCH_NUMBER, 0),
    WATCH("receive buffer", rcv.limit, WATCH_NUMBER, 0),
    WATCH("send queue", send.count, WATCH_NUMBER, 0),
    WATCH("receive queue", receive.count, WATCH_NUMBER, 0),
    WATCH("out-of-order queue", out_of_order_octets, WATCH_NUMBER, 0),
    WATCH("TS.Recent", ts_recent, WATCH_NUMBER, 0),
    WATCH("Last.ACK.sent", rcv.acked, WATCH_SEQ, offsetof(struct tcb, irs)),
    WATCH("quick ACKs", quick_acks, WATCH_NUMBER, 0),
    WATCH_GOT("SACK 1 left", sack[0].left),
    WATCH_GOT("SACK 1 right", sack[0].right),
    WATCH_GOT("SACK 2 left", sack[1].left),
    WATCH_GOT("SACK 2 right", sack[1].right),
    WATCH_GOT("SACK 3 left", sack[2].left),
    WATCH_GOT("SACK 3 right", sack[2].right),
    WATCH("SYN queue", syn.count, WATCH_NUMBER, 0),
    WATCH("accept queue", accept.count, WATCH_NUMBER, 0),
};

static void queues(const struct tcb *c, size_t *received, size_t *sent) {
    *received = c->receive.count + (c->fin_received && !c->fin_read);
    *sent =
        c->send.count + (c->fin_queued && c->state != TCP_FIN_WAIT_2 && c->state != TCP_TIME_WAIT);
    if (c->state == TCP_SYN_SENT) *sent += 1;
    if (c->state == TCP_TIME_WAIT) *received = 0;
    if (c->state == TCP_LISTEN) {
        *received = c->accept.count;
        *sent = c->backlog;
    }
}

bool tcp_view(const struct lab *lab, struct id connection, struct tcp_view *view) {
    const struct tcb *c = tcb_get(lab, connection);
    if (c == NULL) return false;
    *view = (struct tcp_view){.node = c->node,
                              .state = c->state,
                              .socket = c->socket,
                              .accepted = c->fastopen == FASTOPEN_CHILD,
                              .local = {c->local_address, c->local_port},
                              .remote = {c->remote_address, c->remote_port}};
    queues(c, &view->receive_queue, &view->send_queue);
    return true;
}

static bool row(const struct lab *lab, struct id connection, struct text *out) {
    struct tcp_view view;
    if (!tcp_view(lab, connection, &view) || view.state == TCP_CLOSED) return false;
    return socket_row(out, "tcp", tcp_state_name(view.state), view.receive_queue, view.send_queue,
                      view.local, view.remote);
}

/* A connection that is no listener's and in no listener's queue has one row: its state, its queues
 * and its ends. Nearly every segment changes it. */
static enum rows_made rows_key(const void *object, struct rows_key *key) {
    const struct tcb *c = object;
    size_t received, sent;
    bool alone = c->place == TCP_ALONE && c->state != TCP_LISTEN;
    if (!alone || c->state == TCP_CLOSED) return ROWS_OF_MORE;
    queues(c, &received, &sent);
    key->word[0] = (uint64_t)received << 32 | (uint32_t)sent;
    key->word[1] = (uint64_t)c->local_address << 32 | c->remote_address;
    key->word[2] = (uint64_t)c->state << 32 | (uint32_t)c->local_port << 16 | c->remote_port;
    return ROWS_FIRST;
}

static uint32_t row_node(const struct lab *lab, struct id connection) {
    return tcb_get(lab, connection)->node;
}

static uint32_t congestion_state(const struct lab *lab, struct id connection) {
    return tcb_get(lab, connection)->congestion.state;
}

static uint32_t row_state(const struct lab *lab, struct id connection) {
    return tcb_get(lab, connection)->state;
}

/* What people call a connection: "10.0.0.1:40000 > 10.0.0.2:80". */
static void label(const struct lab *lab, struct id connection, struct text *out) {
    const struct tcb *c = tcb_get(lab, connection);
    text_endpoint(out, (struct tcp_endpoint){c->local_address, c->local_port});
    text_add(out, " > ");
    text_endpoint(out, (struct tcp_endpoint){c->remote_address, c->remote_port});
}

const struct object_kind tcp_object_kind = {.size = sizeof(struct tcb),
                                            .table = TABLE_SOCKETS,
                                            .watches = watches,
                                            .watch_count = sizeof watches / sizeof watches[0],
                                            .machine = MACHINE_TCP,
                                            .row = row,
                                            .rows_key = rows_key,
                                            .more = tcp_listen_rows,
                                            .more_count = TCP_LISTEN_ROWS,
                                            .row_node = row_node,
                                            .state = row_state,
                                            .aside_machine = MACHINE_CONGESTION,
                                            .aside_state = congestion_state,
                                            .label = label};
const struct object_kind tcp_sent_kind = {.size = sizeof(struct tcp_sent_page), .table = NO_TABLE};
const struct object_kind tcp_chunk_kind = {.size = sizeof(struct tcp_chunk), .table = NO_TABLE};

size_t tcp_tcb_size(void) {
    return sizeof(struct tcb);
}
