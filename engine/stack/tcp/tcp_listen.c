#include "stack/tcp/tcp_state.h"
/*
 * A listener and its two queues. RFC 9293 3.10.1 makes the listener (passive OPEN); 3.10.7.2 lets
 * every SYN make a child of it (tcp_passive.c). Children that wait for the third segment stand in
 * the SYN queue, finished ones in the accept queue until the program takes them.
 *
 * The RFC bounds neither. Differs: Linux does (inet_csk_reqsk_queue_is_full, sk_acceptq_is_full):
 * by listen()'s backlog, which net.core.somaxconn caps; without SYN cookies also by
 * net.ipv4.tcp_max_syn_backlog, whose last quarter is for peers known to be alive, of which there
 * are none here. const.queue_full_rule and const.accept_full_rule say whether a queue is full
 * above its limit or at it; const.listen_queues 0 lifts the bounds.
 *
 * A child enters and leaves in constant time, and a listener that goes looks at its own children
 * alone. Rows of the tables stand for the first children of a queue, ENTRIES_LISTED at most.
 */
#include "base/text.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include <assert.h>

enum { ENTRIES_LISTED = 256, ANY_NUMBER = UINT32_MAX };

static uint32_t number(const struct lab *lab, const struct tcb *c, enum setting which) {
    return (uint32_t)setting_of(lab, c->node, which);
}

/* ------------------------------------------------------------------------------- the bounds */

static uint32_t above(uint32_t limit, uint32_t rule) {
    return rule == FULL_ABOVE && limit != ANY_NUMBER ? limit + 1 : limit;
}

/* How many the backlog alone lets into the SYN queue. */
static uint32_t backlog_room(const struct lab *lab, const struct tcb *listener) {
    return above(listener->backlog, number(lab, listener, SETTING_CONST_QUEUE_FULL_RULE));
}

static uint32_t syn_room(const struct lab *lab, const struct tcb *listener) {
    uint32_t room = backlog_room(lab, listener);
    uint32_t most = number(lab, listener, SETTING_TCP_MAX_SYN_BACKLOG);
    uint32_t proven = most - (most >> 2) + 1;
    bool cookies = number(lab, listener, SETTING_TCP_SYNCOOKIES) != 0;
    return cookies || room < proven ? room : proven;
}

/* Settings may have changed since the last segment: what the rows show is what holds now. */
void tcp_listen_measure(const struct lab *lab, struct tcb *listener) {
    bool bounded = number(lab, listener, SETTING_CONST_LISTEN_QUEUES) != 0;
    uint32_t rule = number(lab, listener, SETTING_CONST_ACCEPT_FULL_RULE);
    listener->syn.limit = bounded ? syn_room(lab, listener) : ANY_NUMBER;
    listener->accept.limit = bounded ? above(listener->backlog, rule) : ANY_NUMBER;
    /* variant.full_tcb: before the SYN cache (RFC 4987 3.3) a SYN took a whole connection. */
    bool whole = tcp_broken(lab, listener->node, SETTING_VARIANT_FULL_TCB);
    listener->accept.each = number(lab, listener, SETTING_CONST_TCB_SIZE);
    listener->syn.each =
        whole ? listener->accept.each : number(lab, listener, SETTING_CONST_REQ_SIZE);
}

bool tcp_listen_over_backlog(const struct lab *lab, const struct tcb *listener) {
    return number(lab, listener, SETTING_CONST_LISTEN_QUEUES) != 0 &&
           listener->syn.count >= backlog_room(lab, listener);
}

/* ------------------------------------------------------------------------------- the queues */

static struct tcp_listen_queue *queue_of(struct tcb *listener, uint32_t place) {
    return place == TCP_IN_SYN_QUEUE ? &listener->syn : &listener->accept;
}

/* Those that have a row are the first of the queue, so the next one follows when one of them
 * goes. */
static void list_next(struct step *s, struct tcp_listen_queue *q) {
    struct tcb *c = tcb_edit(s, q->unlisted);
    if (c == NULL || q->listed == ENTRIES_LISTED) return;
    c->listed = 1;
    q->listed++;
    q->unlisted = c->queue_next;
}

void tcp_listen_join(struct step *s, struct tcb *c, enum tcp_place place) {
    struct tcb *listener = tcb_edit(s, c->listener);
    struct tcp_listen_queue *q = queue_of(listener, place);
    struct tcb *last = tcb_edit(s, q->last);
    c = tcb_edit(s, c->self);
    c->place = (uint8_t)place;
    c->queue_previous = q->last;
    c->queue_next = (struct id){0, 0};
    if (last != NULL)
        last->queue_next = c->self;
    else
        q->first = c->self;
    q->last = c->self;
    q->count++;
    if (!id_is(q->unlisted)) q->unlisted = c->self;
    list_next(s, q);
    if (place == TCP_IN_SYN_QUEUE) listener->young++;
}

void tcp_listen_leave(struct step *s, struct tcb *c) {
    struct tcb *listener = tcb_edit(s, c->listener);
    if (c->place == TCP_ALONE || listener == NULL) return;
    struct tcp_listen_queue *q = queue_of(listener, c->place);
    struct tcb *before = tcb_edit(s, c->queue_previous), *after = tcb_edit(s, c->queue_next);
    c = tcb_edit(s, c->self); /* last: of many edits in one step the latest is remembered */
    *(before != NULL ? &before->queue_next : &q->first) = c->queue_next;
    *(after != NULL ? &after->queue_previous : &q->last) = c->queue_previous;
    if (id_same(q->unlisted, c->self)) q->unlisted = c->queue_next;
    q->count--;
    q->listed -= c->listed;
    if (c->place == TCP_IN_SYN_QUEUE && c->timeouts == 0) listener->young--;
    c->listed = 0;
    c->place = TCP_ALONE;
    c->queue_next = c->queue_previous = (struct id){0, 0};
    list_next(s, q);
}

/* ---------------------------------------------------------------------------- the user's calls */

enum tcp_error tcp_listen(struct step *s, uint32_t node, struct id socket,
                          struct tcp_endpoint local, uint32_t backlog, struct id *connection) {
    struct id other = tcp_find_listener(s->lab, node, local);
    if (id_is(other) && tcb_get(s->lab, other)->local_address == local.address)
        return TCP_ERROR_IN_USE; /* MUST-41 allows many, but not two on the same port */
    struct tcp_endpoint nobody = {0, 0};
    if (local.port == 0) local.port = tcp_choose_port(s, node, local.address, nobody);
    if (local.port == 0) return TCP_ERROR_NO_PORT;
    struct tcb *c = tcb_create(s, node, TCP_CLOSED);
    if (c == NULL) return TCP_ERROR_NO_BUFFERS;
    c->socket = socket;
    c->passive = 1;
    c->local_address = local.address;
    c->local_port = local.port;
    tcp_enter(s, c, TCP_LISTEN, "RFC 9293 3.10.1");
    tcp_hash_in(s, c);
    *connection = c->self;
    tcp_set_backlog(s, c->self, backlog);
    return TCP_OK;
}

void tcp_set_backlog(struct step *s, struct id listener, uint32_t backlog) {
    struct tcb *c = tcb_edit(s, listener);
    uint32_t most = number(s->lab, c, SETTING_SOMAXCONN);
    c->backlog = backlog < most ? backlog : most;
    tcp_listen_measure(s->lab, c);
}

struct id tcp_accept(struct step *s, struct id listener, struct id socket) {
    struct tcb *c = tcb_edit(s, listener);
    assert(c != NULL && c->state == TCP_LISTEN);
    struct id first = c->accept.first;
    struct tcb *child = tcb_edit(s, first);
    if (child == NULL) return (struct id){0, 0};
    tcp_listen_leave(s, child);
    if (child->fastopen != FASTOPEN_CHILD) child->listener = (struct id){0, 0};
    child->socket = socket;
    return first;
}

/* A listener goes. Finished children are reset, half-open ones forgotten: Linux keeps these until
 * their timer fires, but answers what comes for them as if they were gone. */
void tcp_listen_end(struct step *s, struct tcb *listener) {
    struct tcb *c;
    while ((c = tcb_edit(s, listener->accept.first)) != NULL) {
        tcp_listen_leave(s, c);
        tcp_abort(s, c->self);
    }
    while ((c = tcb_edit(s, listener->syn.first)) != NULL)
        tcp_delete(s, c, "RFC 9293 3.10.4"); /* leaves its queue */
    listener->syn = listener->accept = (struct tcp_listen_queue){0};
    listener->backlog = 0;
}

/* -------------------------------------------------------------------- what a watcher sees of it */

static void add_cell(struct text *t, const char *cell) {
    text_add(t, cell);
    text_add(t, "\",\"");
}

static bool queue_row(const struct lab *lab, struct id id, const char *name, bool syn,
                      struct text *t) {
    const struct tcb *c = tcb_get(lab, id);
    if (c->state != TCP_LISTEN || id_is(c->listener)) return false;
    const struct tcp_listen_queue *q = syn ? &c->syn : &c->accept;
    text_add(t, "[\"");
    text_endpoint(t, (struct tcp_endpoint){c->local_address, c->local_port});
    add_cell(t, "");
    add_cell(t, name);
    text_u64(t, q->count);
    add_cell(t, "");
    if (q->limit == ANY_NUMBER)
        text_char(t, '-');
    else
        text_u64(t, q->limit);
    add_cell(t, "");
    text_u64(t, q->refused);
    add_cell(t, "");
    text_u64(t, (uint64_t)q->count * q->each);
    text_add(t, "\"]");
    return true;
}

static bool syn_queue_row(const struct lab *lab, struct id id, struct text *t) {
    return queue_row(lab, id, "table.syn_queue", true, t);
}

static bool accept_queue_row(const struct lab *lab, struct id id, struct text *t) {
    return queue_row(lab, id, "table.accept_queue", false, t);
}

static bool begin_entry(const struct tcb *c, enum tcp_place place, struct text *t) {
    if (c->place != place || !c->listed) return false;
    text_add(t, "[\"");
    text_endpoint(t, (struct tcp_endpoint){c->local_address, c->local_port});
    add_cell(t, "");
    text_endpoint(t, (struct tcp_endpoint){c->remote_address, c->remote_port});
    add_cell(t, "");
    return true;
}

static bool syn_entry(const struct lab *lab, struct id id, struct text *t) {
    const struct tcb *c = tcb_get(lab, id);
    if (!begin_entry(c, TCP_IN_SYN_QUEUE, t)) return false;
    text_u64(t, c->synacks);
    add_cell(t, "");
    text_seconds(t, c->queue_time, 6);
    text_add(t, "\"]");
    return true;
}

static bool accept_entry(const struct lab *lab, struct id id, struct text *t) {
    const struct tcb *c = tcb_get(lab, id);
    if (!begin_entry(c, TCP_IN_ACCEPT_QUEUE, t)) return false;
    text_seconds(t, c->queue_time, 6);
    text_add(t, "\"]");
    return true;
}

/* A listener's two rows in TABLE_QUEUES have keys of their own. */
const struct object_row tcp_listen_rows[TCP_LISTEN_ROWS] = {
    {TABLE_QUEUES, 0, syn_queue_row},
    {TABLE_QUEUES, 0x01000000, accept_queue_row},
    {TABLE_SYN_QUEUE, 0, syn_entry},
    {TABLE_ACCEPT_QUEUE, 0, accept_entry},
};
