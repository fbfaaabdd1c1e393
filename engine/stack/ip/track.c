#include "stack/ip/track.h"
/*
 * Connection tracking after Linux's nf_conntrack: UDP, ICMP queries and TCP, whose states are told
 * from its flags alone. Each record stands in two hash chains, one for each way, so that a datagram
 * is found by what it says whichever way it goes. Times are Linux's net.netfilter.nf_conntrack_*.
 *
 * Left out: sequence numbers (Linux calls what lies outside the window invalid), helpers for FTP
 * and the like, expectations, zones, marks.
 */
#include "base/text.h"
#include "sim/event.h"
#include "stack/kernel_log.h"
#include "stack/mib.h"
#include "stack/stack.h"
#include "stack/sysctl.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"
#include <assert.h>

const struct track *track_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_TRACK, id);
}

struct tuple tuple_reversed(struct tuple t) {
    return (struct tuple){t.dst, t.src, t.ports << 16 | t.ports >> 16, t.protocol};
}

static bool same(const struct tuple *a, const struct tuple *b) {
    return a->src == b->src && a->dst == b->dst && a->ports == b->ports &&
           a->protocol == b->protocol;
}

static struct id *chain_of(struct lab *lab, uint32_t node, const struct tuple *t,
                           enum track_way way) {
    uint64_t hash = hash_mix((uint64_t)t->src << 32 | t->dst, (uint64_t)node << 32 | t->ports);
    return bucket(lab, way == TRACK_ORIGINAL ? BUCKET_TRACK : BUCKET_TRACK_REPLY,
                  hash_mix(hash, t->protocol));
}

static struct id find_in(const struct lab *lab, uint32_t node, const struct tuple *t,
                         enum track_way way) {
    struct id id = *chain_of((struct lab *)lab, node, t, way);
    const struct track *track;
    for (; (track = track_get(lab, id)) != NULL; id = track->chain[way])
        if (track->node == node && same(&track->way[way], t)) break;
    return id;
}

struct id track_find(const struct lab *lab, uint32_t node, const struct tuple *t,
                     enum track_way *way) {
    struct id id = find_in(lab, node, t, TRACK_ORIGINAL);
    *way = TRACK_ORIGINAL;
    if (id_is(id)) return id;
    *way = TRACK_REPLY;
    return find_in(lab, node, t, TRACK_REPLY);
}

/* ------------------------------------------------------------------- how long it is remembered */

static enum setting timeout_of_tcp(uint32_t state) {
    switch ((enum track_state)state) {
    case TRACK_SYN_SENT: return SETTING_CT_SYN_SENT;
    case TRACK_SYN_RECV: return SETTING_CT_SYN_RECV;
    case TRACK_ESTABLISHED: return SETTING_CT_ESTABLISHED;
    case TRACK_FIN_WAIT: return SETTING_CT_FIN_WAIT;
    case TRACK_CLOSE_WAIT: return SETTING_CT_CLOSE_WAIT;
    case TRACK_LAST_ACK: return SETTING_CT_LAST_ACK;
    case TRACK_TIME_WAIT: return SETTING_CT_TIME_WAIT;
    case TRACK_CLOSE:
    case TRACK_NONE:
    case TRACK_STATE_COUNT: break;
    }
    return SETTING_CT_CLOSE;
}

/* A stream of UDP, which Linux remembers longer: it was answered, and goes on after 2 seconds. */
static bool is_stream(const struct step *s, const struct track *t) {
    const sim_time least = 2000000000;
    return (t->flags & TRACK_SEEN_REPLY) != 0 && s->now - t->born > least;
}

static sim_time timeout_of(const struct step *s, const struct track *t) {
    enum setting which = SETTING_CT_GENERIC;
    switch (t->way[0].protocol) {
    case IP_PROTOCOL_TCP: which = timeout_of_tcp(t->state); break;
    case IP_PROTOCOL_UDP: which = is_stream(s, t) ? SETTING_CT_UDP_STREAM : SETTING_CT_UDP; break;
    case IP_PROTOCOL_ICMP: which = SETTING_CT_ICMP; break;
    default: break;
    }
    return setting_of(s->lab, t->node, which);
}

static void set_timer(struct step *s, struct id id) {
    struct track *t = object_edit(s, POOL_TRACK, id);
    t->expires = t->until;
    timer_set(s, &t->timer, TIMER_TRACK, t->node, id, t->until);
}

/* ------------------------------------------------------------------- TCP's states */

/* tcp_conntracks[] in words: what a segment makes of the state. */
static enum track_state next_state(const struct track *t, enum track_way way, uint32_t flags) {
    enum track_state state = (enum track_state)t->state;
    bool closer = way == ((t->flags & TRACK_REPLY_CLOSED_FIRST) ? TRACK_REPLY : TRACK_ORIGINAL);
    if (flags & TCP_RST) return TRACK_CLOSE;
    if (flags & TCP_SYN) {
        if (way == TRACK_REPLY) return state == TRACK_SYN_SENT ? TRACK_SYN_RECV : state;
        return state == TRACK_TIME_WAIT || state == TRACK_CLOSE ? TRACK_SYN_SENT : state;
    }
    switch (state) {
    case TRACK_SYN_RECV:
    case TRACK_ESTABLISHED:
        return flags & TCP_FIN                                       ? TRACK_FIN_WAIT
               : way == TRACK_ORIGINAL || state == TRACK_ESTABLISHED ? TRACK_ESTABLISHED
                                                                     : state;
    case TRACK_FIN_WAIT:
        if (closer) return state;
        return flags & TCP_FIN ? TRACK_LAST_ACK : TRACK_CLOSE_WAIT;
    case TRACK_CLOSE_WAIT: return !closer && flags & TCP_FIN ? TRACK_LAST_ACK : state;
    case TRACK_LAST_ACK: return closer ? TRACK_TIME_WAIT : state;
    case TRACK_NONE:
    case TRACK_SYN_SENT:
    case TRACK_TIME_WAIT:
    case TRACK_CLOSE:
    case TRACK_STATE_COUNT: break;
    }
    return state;
}

static void tcp_passes(struct step *s, struct id id, enum track_way way, uint32_t flags) {
    const struct track *t = track_get(s->lab, id);
    enum track_state next = next_state(t, way, flags);
    if (next == (enum track_state)t->state) return;
    struct track *e = object_edit(s, POOL_TRACK, id);
    if (next == TRACK_FIN_WAIT && way == TRACK_REPLY) e->flags |= TRACK_REPLY_CLOSED_FIRST;
    if (next == TRACK_ESTABLISHED) e->flags |= TRACK_ASSURED;
    if (next == TRACK_SYN_SENT) e->flags &= ~(uint32_t)TRACK_REPLY_CLOSED_FIRST;
    e->state = next;
    e->until = s->now + timeout_of(s, e);
    set_timer(s, id);
}

/* ------------------------------------------------------------------- a life */

/* Linux picks up in the middle what it has not seen begin (nf_conntrack_tcp_loose). */
static enum track_state first_state(uint32_t protocol, uint32_t flags) {
    if (protocol != IP_PROTOCOL_TCP) return TRACK_NONE;
    if (flags & TCP_RST) return TRACK_CLOSE;
    if (flags & TCP_SYN) return TRACK_SYN_SENT;
    return flags & TCP_FIN ? TRACK_FIN_WAIT : TRACK_ESTABLISHED;
}

static bool is_full(const struct step *s, uint32_t node) {
    return census_value(s->lab, node, CENSUS_TRACKS) >= setting_of(s->lab, node, SETTING_CT_MAX) ||
           pool_live(s->lab, POOL_TRACK) >= pool_capacity(s->lab, POOL_TRACK);
}

static void forget(struct step *s, struct id id) {
    struct track *t = object_edit(s, POOL_TRACK, id);
    for (uint32_t way = 0; way < 2; way++) {
        struct id *at = chain_of(s->lab, t->node, &t->way[way], (enum track_way)way);
        while (!id_same(*at, id))
            at = &((struct track *)object_touch(s->lab, POOL_TRACK, *at))->chain[way];
        *at = t->chain[way];
    }
    census_add(s, t->node, CENSUS_TRACKS, UINT32_MAX);
    timer_stop(s, &t->timer);
    object_destroy(s, POOL_TRACK, id);
}

void track_node_crash(struct step *s, uint32_t node) {
    struct id next;
    for (struct id id = object_next(s->lab, POOL_TRACK, (struct id){0, 0}); id_is(id); id = next) {
        next = object_next(s->lab, POOL_TRACK, id);
        if (track_get(s->lab, id)->node == node) forget(s, id);
    }
}

/* {0,0}: no room for another one, or for the timer without which it would stay for ever. */
struct id track_make(struct step *s, uint32_t node, const struct tuple ways[2], unsigned flags,
                     uint32_t tcp_flags) {
    if (is_full(s, node)) {
        kernel_says(s, node, "nf_conntrack: nf_conntrack: table full, dropping packet");
        return (struct id){0, 0};
    }
    struct id id = object_create(s, POOL_TRACK, node);
    assert(id_is(id));
    struct track *t = object_edit(s, POOL_TRACK, id);
    *t = (struct track){.way = {ways[0], ways[1]},
                        .node = node,
                        .flags = flags,
                        .born = s->now,
                        .state = first_state(ways[0].protocol, tcp_flags)};
    for (uint32_t way = 0; way < 2; way++) {
        struct id *chain = chain_of(s->lab, node, &t->way[way], (enum track_way)way);
        t->chain[way] = *chain;
        *chain = id;
    }
    census_add(s, node, CENSUS_TRACKS, 1);
    t->until = s->now + timeout_of(s, t);
    set_timer(s, id);
    if (id_is(t->timer)) return id;
    forget(s, id);
    return (struct id){0, 0};
}

void track_passes(struct step *s, struct id id, enum track_way way, uint32_t tcp_flags) {
    const struct track *t = track_get(s->lab, id);
    unsigned seen = (way == TRACK_REPLY ? TRACK_SEEN_REPLY : 0u) |
                    (t->way[0].protocol == IP_PROTOCOL_UDP && is_stream(s, t) ? TRACK_ASSURED : 0u);
    if ((t->flags & seen) != seen) ((struct track *)object_edit(s, POOL_TRACK, id))->flags |= seen;
    if (t->way[0].protocol == IP_PROTOCOL_TCP) tcp_passes(s, id, way, tcp_flags);
    struct track *e = object_touch(s->lab, POOL_TRACK, id);
    e->until = s->now + timeout_of(s, e);
}

void track_timer_fired(struct step *s, struct id id) {
    if (track_get(s->lab, id)->until > s->now)
        set_timer(s, id);
    else
        forget(s, id);
}

/* ------------------------------------------------------------------- as data */

const char *track_state_name(uint32_t state) {
    static const char *const names[TRACK_STATE_COUNT] = {[TRACK_NONE] = "",
                                                         [TRACK_SYN_SENT] = "SYN_SENT",
                                                         [TRACK_SYN_RECV] = "SYN_RECV",
                                                         [TRACK_ESTABLISHED] = "ESTABLISHED",
                                                         [TRACK_FIN_WAIT] = "FIN_WAIT",
                                                         [TRACK_CLOSE_WAIT] = "CLOSE_WAIT",
                                                         [TRACK_LAST_ACK] = "LAST_ACK",
                                                         [TRACK_TIME_WAIT] = "TIME_WAIT",
                                                         [TRACK_CLOSE] = "CLOSE"};
    return state < TRACK_STATE_COUNT ? names[state] : "";
}

void text_tuple_end(struct text *t, ip4 address, uint32_t port) {
    text_ip4(t, address);
    text_char(t, ':');
    text_u64(t, port & 0xffff);
}

/* Only what is translated: inside, the host behind the router; outside, what the world sees in its
 * place; and the peer in the world. */
static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct track *track = track_get(lab, id);
    const struct tuple *out = &track->way[TRACK_ORIGINAL], *back = &track->way[TRACK_REPLY];
    bool towards = (track->flags & TRACK_DESTINATION_CHANGED) != 0; /* the world begins */
    if ((track->flags & (TRACK_SOURCE_CHANGED | TRACK_DESTINATION_CHANGED)) == 0) return false;
    text_add(t, out->protocol == IP_PROTOCOL_TCP   ? "[\"tcp\",\""
                : out->protocol == IP_PROTOCOL_UDP ? "[\"udp\",\""
                                                   : "[\"icmp\",\"");
    text_tuple_end(t, towards ? back->src : out->src,
                   towards ? back->ports >> 16 : out->ports >> 16);
    text_add(t, "\",\"");
    text_tuple_end(t, towards ? out->dst : back->dst, towards ? out->ports : back->ports);
    text_add(t, "\",\"");
    text_tuple_end(t, towards ? out->src : out->dst, towards ? out->ports >> 16 : out->ports);
    text_add(t, "\",\"");
    text_add(t, track_state_name(track->state));
    text_add(t, "\",\"");
    text_seconds(t, track->expires, 6);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return track_get(lab, id)->node;
}

/* "10.0.0.1:40000 198.51.100.1:80" */
static void label(const struct lab *lab, struct id id, struct text *t) {
    const struct tuple *way = &track_get(lab, id)->way[TRACK_ORIGINAL];
    text_tuple_end(t, way->src, way->ports >> 16);
    text_char(t, ' ');
    text_tuple_end(t, way->dst, way->ports);
}

const struct object_kind track_kind = {.size = sizeof(struct track),
                                       .table = TABLE_NAT,
                                       .row = row,
                                       .row_node = row_node,
                                       .label = label};
