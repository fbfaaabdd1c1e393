#include "apps/tftp.h"
/*
 * A transfer: its life, and where a packet for it goes. RFC 1350 4: who sends from another port
 * than the peer's TID is told so, and the transfer goes on. RFC 1350 2, 7: any other error ends it;
 * an ERROR is neither acknowledged nor repeated. No RFC draws the states; the figure here names
 * what both ends wait for.
 */
#include "apps/apps.h"
#include "apps/shell.h"
#include <assert.h>
#include <string.h>

static const struct graph_state states[TFTP_STATE_COUNT] = {
    [TFTP_CLOSED] = {"CLOSED", 500, 60},
    [TFTP_REQUESTED] = {"REQUESTED", 200, 280},
    [TFTP_NEGOTIATING] = {"NEGOTIATING", 800, 280},
    [TFTP_SENDING] = {"SENDING", 800, 560},
    [TFTP_LAST_BLOCK] = {"LAST-BLOCK", 800, 860},
    [TFTP_RECEIVING] = {"RECEIVING", 200, 560},
    [TFTP_DALLYING] = {"DALLYING", 200, 860},
};
#define OF(from, to) TFTP_##from, TFTP_##to
static const struct graph_edge edges[] = {
    {OF(CLOSED, REQUESTED), "snd RRQ or WRQ", "RFC 1350 4", 0},
    {OF(CLOSED, NEGOTIATING), "rcv RRQ or WRQ / snd OACK", "RFC 2347", 0},
    {OF(CLOSED, SENDING), "rcv RRQ / snd DATA 1", "RFC 1350 4", -60},
    {OF(CLOSED, LAST_BLOCK), "rcv RRQ / snd DATA 1, the last", "RFC 1350 4", 300},
    {OF(CLOSED, RECEIVING), "rcv WRQ / snd ACK 0", "RFC 1350 4", 60},
    {OF(REQUESTED, RECEIVING), "rcv DATA 1 or OACK / snd ACK", "RFC 1350 4", 0},
    {OF(REQUESTED, DALLYING), "rcv DATA 1, the last / snd ACK 1", "RFC 1350 6", -120},
    {OF(REQUESTED, SENDING), "rcv ACK 0 or OACK / snd DATA 1", "RFC 1350 4", 0},
    {OF(REQUESTED, LAST_BLOCK), "rcv ACK 0 or OACK / snd DATA 1, the last", "RFC 1350 4", 0},
    {OF(NEGOTIATING, SENDING), "rcv ACK 0 / snd DATA 1", "RFC 2347", 0},
    {OF(NEGOTIATING, LAST_BLOCK), "rcv ACK 0 / snd DATA 1, the last", "RFC 2347", 120},
    {OF(NEGOTIATING, RECEIVING), "rcv DATA 1 / snd ACK 1", "RFC 2347", 0},
    {OF(NEGOTIATING, DALLYING), "rcv DATA 1, the last / snd ACK 1", "RFC 2347", 0},
    {OF(SENDING, LAST_BLOCK), "rcv ACK / snd the last DATA", "RFC 1350 6", 0},
    {OF(LAST_BLOCK, CLOSED), "rcv ACK of it", "RFC 1350 6", -330},
    {OF(RECEIVING, DALLYING), "rcv the last DATA / snd ACK", "RFC 1350 6", 0},
    {OF(DALLYING, CLOSED), "time-out", "RFC 1350 6", 330},
};
const struct state_graph tftp_graph = {
    "tftp", "graph.tftp",     "RFC 1350, RFC 2347",          states,
    edges,  TFTP_STATE_COUNT, sizeof edges / sizeof edges[0]};

const struct tftp_transfer *tftp_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_TFTP, id);
}

struct tftp_transfer *tftp_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_TFTP, id);
}

struct tftp_transfer *tftp_create(struct step *s, uint32_t node, struct id process) {
    struct id id = object_create(s, POOL_TFTP, node);
    struct tftp_transfer *t = tftp_edit(s, id);
    if (t == NULL) return NULL;
    t->self = id;
    t->node = node;
    t->process = process;
    t->blksize = TFTP_BLKSIZE_USUAL;
    t->windowsize = 1;
    t->una = 1;
    t->window_end = 1;
    t->began_at = s->now;
    t->timeout = setting_of(s->lab, node, SETTING_TFTP_TIMEOUT);
    t->rollover = (uint32_t)setting_of(s->lab, node, SETTING_TFTP_ROLLOVER);
    return t;
}

void tftp_enter(struct step *s, struct tftp_transfer *t, enum tftp_state state,
                const char *clause) {
    uint32_t before = t->state;
    if (before == state) return;
    t->state = state;
    trace_state(s, t->node, MACHINE_TFTP, t->self, before, state, clause);
}

void tftp_destroy(struct step *s, struct id id, const char *clause) {
    struct tftp_transfer *t = tftp_edit(s, id);
    if (t == NULL) return;
    timer_stop(s, &t->timer);
    const struct file *file = file_get(s->lab, t->file);
    if (file != NULL && file->state == FILE_ARRIVING) file_enter(s, t->file, FILE_BROKEN_OFF);
    tftp_enter(s, t, TFTP_CLOSED, clause);
    if (socket_get(s->lab, t->socket) != NULL) socket_close(s, t->socket);
    object_destroy(s, POOL_TFTP, id);
}

/* ------------------------------------------------------------------------------------ sending */

bool tftp_put_out(struct step *s, struct tftp_transfer *t, const struct writer *w) {
    uint32_t port = t->peer_port != 0 ? t->peer_port : t->server_port;
    struct tcp_endpoint to = {t->peer, port};
    return socket_send_to(s, t->socket, to, w->start, written(w)) >= 0;
}

void tftp_error_out(struct step *s, struct tftp_transfer *t, struct tcp_endpoint to,
                    enum tftp_error code, const char *message) {
    uint8_t packet[TFTP_REQUEST_MAX];
    struct writer w = writer_of(packet, sizeof packet);
    tftp_emit_error(&w, code, message);
    socket_send_to(s, t->socket, to, packet, written(&w));
}

/* ----------------------------------------------------------------------------------- the end */

/* The line returns at once; the transfer goes on in a process of its own when it still dallies. */
static void part(struct step *s, struct tftp_transfer *t) {
    struct id process = t->process, transfer = t->self;
    struct id other = process_create(s, t->node, "", PROCESS_OWN);
    if (!id_is(other)) {
        process_return(s, process);
        return;
    }
    struct process *from = process_edit(s, process), *to = process_edit(s, other);
    to->app = APP_TFTP;
    to->quiet = 1;
    copy_text(to->line, sizeof to->line, from->line);
    to->of.tftp.transfer = transfer;
    from->of.tftp.transfer = (struct id){0, 0};
    t->process = other;
    t->talk = TFTP_TALK_NONE;
    socket_give(s, t->socket, other);
    if ((socket_ready(s->lab, t->socket) & SOCKET_READABLE) != 0)
        socket_notify(s, t->socket, SOCKET_READABLE); /* what is there was for the old one */
    process_return(s, process);
}

void tftp_done(struct step *s, struct tftp_transfer *t, const char *clause) {
    struct id process = t->process;
    bool dallies = t->sends == 0;
    tftp_tell_done(s, t);
    if (!dallies) {
        tftp_destroy(s, t->self, clause);
        process_return(s, process);
        return;
    }
    file_enter(s, t->file, FILE_READY);
    tftp_enter(s, t, TFTP_DALLYING, clause);
    tftp_dally(s, t);
    if (t->server == 0) part(s, t);
}

void tftp_fail(struct step *s, struct tftp_transfer *t, enum tftp_error code, const char *message) {
    struct id process = t->process;
    if (t->peer_port != 0) {
        struct tcp_endpoint to = {t->peer, t->peer_port};
        tftp_error_out(s, t, to, code, message);
    }
    tftp_tell_error(s, t, code, message);
    tftp_destroy(s, t->self, "RFC 1350 7");
    process_return(s, process);
}

static void error_in(struct step *s, struct tftp_transfer *t, const struct tftp_packet *p) {
    struct id process = t->process;
    tftp_tell_error(s, t, p->block, p->name == NULL ? "" : p->name);
    tftp_destroy(s, t->self, "RFC 1350 7");
    process_return(s, process);
}

/* ---------------------------------------------------------------------------------- arriving */

/* A client: the answer to its request. */
static void oack_in(struct step *s, struct tftp_transfer *t, struct reader options) {
    if (t->server != 0) {
        tftp_fail(s, t, TFTP_ILLEGAL_OPERATION, "Illegal TFTP operation");
        return;
    }
    if (t->state != TFTP_REQUESTED) {
        /* Our ACK 0 was lost, RFC 2347; what a sender answers with is out already. */
        if (t->sends == 0 && t->block == 0) tftp_ack_again(s, t);
        return;
    }
    tftp_progress(s, t); /* before an agreed interval takes the place of what was measured */
    if (t->options == 0 || !tftp_options_agreed(t, options)) {
        tftp_fail(s, t, TFTP_OPTION_REFUSED, "Option negotiation failed");
    } else if (t->sends != 0) {
        tftp_send_begin(s, t);
    } else {
        tftp_receive_begin(s, t);
    }
}

static void take(struct step *s, struct tftp_transfer *t, const struct tftp_packet *p) {
    bool request = p->opcode == TFTP_RRQ || p->opcode == TFTP_WRQ;
    if (t->state == TFTP_REQUESTED && p->opcode != TFTP_OACK) tftp_options_denied(t);
    if (p->opcode == TFTP_ERROR)
        error_in(s, t, p);
    else if (p->opcode == TFTP_OACK)
        oack_in(s, t, p->contents);
    else if (p->opcode == TFTP_DATA && t->sends == 0)
        tftp_data_in(s, t, p->block, p->contents);
    else if (p->opcode == TFTP_ACK && t->sends != 0)
        tftp_ack_in(s, t, p->block);
    else if (!(request && t->well_known != 0)) /* there the request may come again */
        tftp_fail(s, t, TFTP_ILLEGAL_OPERATION, "Illegal TFTP operation");
}

/* RFC 1350 4: a client learns the server's TID from the first answer. T1, T2. */
static bool is_the_peer(struct tftp_transfer *t, struct tcp_endpoint from) {
    if (from.address == t->peer && t->peer_port == 0) t->peer_port = from.port;
    return from.address == t->peer && from.port == t->peer_port;
}

void tftp_packet_in(struct step *s, struct id id, struct tcp_endpoint from, const uint8_t *octets,
                    size_t count) {
    struct tftp_transfer *t = tftp_edit(s, id);
    struct tftp_packet p;
    enum parse_result result = tftp_parse(&p, reader_of(octets, count));
    if (!is_the_peer(t, from)) {
        /* An ERROR about an ERROR would go to and fro for ever. */
        if (result != PARSE_OK || p.opcode != TFTP_ERROR)
            tftp_error_out(s, t, from, TFTP_UNKNOWN_TID, "Unknown transfer ID");
        trace_rule(s, t->node, id, "RFC 1350 4", "a stranger: told so, and the transfer goes on",
                   true);
        return;
    }
    if (result != PARSE_OK)
        tftp_fail(s, t, TFTP_ILLEGAL_OPERATION, "Illegal TFTP operation");
    else
        take(s, t, &p);
}

/* ------------------------------------------------------------------------------- its process */

void tftp_resume(struct step *s, struct id process) {
    struct id id = process_get(s->lab, process)->of.tftp.transfer;
    uint8_t packet[TFTP_PACKET_MAX + 1]; /* one more, so that what is too long is seen */
    for (;;) {
        const struct tftp_transfer *t = tftp_get(s->lab, id);
        struct tcp_endpoint from;
        if (t == NULL || !id_same(t->process, process)) return;
        int64_t count = socket_receive(s, t->socket, packet, sizeof packet, &from);
        if (count == -LINUX_EAGAIN) return;
        if (count >= 0) tftp_packet_in(s, id, from, packet, (size_t)count);
    }
}

void tftp_interrupt(struct step *s, struct id process) {
    process_return(s, process); /* which ends the transfer */
}

/* ------------------------------------------------------------------------------------ as data */

static const struct gauge_line blocks[] = {
    {"last block sent", ROLE_DATA, GAUGE_LINE},
    {"first unacknowledged block", ROLE_CONTROL, GAUGE_LINE},
    {"last block received", ROLE_OPEN, GAUGE_LINE},
};
static const struct gauge_line times[] = {
    {"timeout", ROLE_PROBLEM, GAUGE_LIMIT},
    {"smoothed round trip", ROLE_DATA, GAUGE_LINE},
};
static const struct gauge_line repairs[] = {{"retries", ROLE_PROBLEM, GAUGE_LINE}};
#define CHART(name, unit, lines)                                                                   \
    { name, unit, lines, sizeof lines / sizeof lines[0] }
static const struct gauge_chart charts[] = {
    CHART("blocks", GAUGE_COUNT, blocks),
    CHART("time", GAUGE_NS, times),
    CHART("repair", GAUGE_COUNT, repairs),
};
/* A transfer's name has one end's address alone, so nothing parts two of them. */
const struct gauge_set tftp_gauges = {.machine = "tftp",
                                      .between = "",
                                      .charts = charts,
                                      .chart_count = sizeof charts / sizeof charts[0]};

#define AT(member)                                                                                 \
    offsetof(struct tftp_transfer, member), sizeof(((struct tftp_transfer *)0)->member)
static const struct watch watches[] = {
    {"first unacknowledged block", AT(una), WATCH_NUMBER, 0},
    {"last block sent", AT(sent), WATCH_NUMBER, 0},
    {"last block received", AT(block), WATCH_NUMBER, 0},
    {"acknowledge at block", AT(window_end), WATCH_NUMBER, 0},
    {"octets", AT(octets), WATCH_NUMBER, 0},
    {"block size", AT(blksize), WATCH_NUMBER, 0},
    {"window size", AT(windowsize), WATCH_NUMBER, 0},
    {"retries", AT(retries), WATCH_NUMBER, 0},
    {"timeout", AT(timeout), WATCH_NS, 0},
    {"smoothed round trip", AT(srtt), WATCH_NS, 0},
};

static void text_ends(struct text *t, const struct lab *lab, const struct tftp_transfer *transfer,
                      const char *between) {
    struct tcp_endpoint local = {0, 0}, none;
    uint32_t port = transfer->peer_port != 0 ? transfer->peer_port : transfer->server_port;
    socket_names(lab, transfer->socket, &local, &none);
    text_endpoint(t, local);
    text_add(t, between);
    text_endpoint(t, (struct tcp_endpoint){transfer->peer, port});
}

/* A row is JSON, and a user may type anything for a name. */
static void text_plain(struct text *t, const char *name) {
    for (; *name != '\0'; name++) {
        bool plain = *name >= ' ' && *name < 0x7f && *name != '"' && *name != '\\';
        text_char(t, plain ? *name : '?');
    }
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct tftp_transfer *transfer = tftp_get(lab, id);
    if (transfer->state == TFTP_CLOSED) return false;
    text_add(t, "[\"");
    text_plain(t, transfer->name);
    text_add(t, "\",\"");
    text_add(t, states[transfer->state].name);
    text_add(t, "\",\"");
    text_u64(t, transfer->sends != 0 ? transfer->una - 1 : transfer->block);
    text_add(t, "\",\"");
    text_u64(t, transfer->octets);
    text_add(t, "\",\"");
    text_ends(t, lab, transfer, "\",\"");
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return tftp_get(lab, id)->node;
}

static uint32_t state_of(const struct lab *lab, struct id id) {
    return tftp_get(lab, id)->state;
}

/* "kernel from 10.0.0.2 (39806)": the peer's port comes to be known only by its answer. */
static void label(const struct lab *lab, struct id id, struct text *t) {
    const struct tftp_transfer *transfer = tftp_get(lab, id);
    struct tcp_endpoint local = {0, 0}, none;
    socket_names(lab, transfer->socket, &local, &none);
    text_add(t, transfer->name);
    text_add(t, transfer->sends != 0 ? " to " : " from ");
    text_ip4(t, transfer->peer);
    text_add(t, " (");
    text_u64(t, local.port);
    text_char(t, ')');
}

const struct object_kind tftp_kind = {
    .size = sizeof(struct tftp_transfer),
    .table = TABLE_TRANSFERS,
    .watches = watches,
    .watch_count = sizeof watches / sizeof watches[0],
    .machine = MACHINE_TFTP,
    .row = row,
    .row_node = row_node,
    .state = state_of,
    .label = label,
};
