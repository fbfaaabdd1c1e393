#include "stack/tcp/tcp_state.h"
/*
 * What a node remembers of other hosts, beyond the life of a connection: Linux's tcp_metrics, of
 * which two things are kept. The cookie that a server gave (RFC 7413 4.1.3), and, with
 * net.ipv4.tcp_tw_recycle (Linux until 4.11), the last timestamp at the end of a connection.
 *
 * tcp_tw_recycle takes all connections of an address for those of one host with one clock, and
 * refuses a SYN whose timestamp is older than the last one. Behind a NAT there are several hosts
 * with a clock each, so some of them find that the server does not answer: that is why it went.
 * When the pool is full, nothing more is remembered.
 */
#include "stack/tcp/seq.h"

const struct object_kind tcp_peer_kind = {.size = sizeof(struct tcp_peer), .table = NO_TABLE};

static struct id *chain_of(struct lab *lab, uint32_t node, ip4 address) {
    return bucket(lab, BUCKET_PEER, hash_mix(node, address));
}

const struct tcp_peer *tcp_peer_get(struct lab *lab, uint32_t node, ip4 address) {
    const struct tcp_peer *peer;
    for (struct id id = *chain_of(lab, node, address); id_is(id); id = peer->chain) {
        peer = object_get(lab, POOL_PEER, id);
        if (peer->node == node && peer->address == address) return peer;
    }
    return NULL;
}

/* The record to be written to; NULL: no room for another one. */
static struct tcp_peer *peer_of(struct step *s, uint32_t node, ip4 address) {
    struct id *head = chain_of(s->lab, node, address);
    struct tcp_peer *peer;
    for (struct id id = *head; id_is(id); id = peer->chain) {
        peer = object_edit(s, POOL_PEER, id);
        if (peer->node == node && peer->address == address) return peer;
    }
    struct id id = object_create(s, POOL_PEER, node);
    if (!id_is(id)) return NULL;
    peer = object_edit(s, POOL_PEER, id);
    peer->node = node;
    peer->address = address;
    peer->chain = *head;
    *head = id;
    return peer;
}

void tcp_peers_forget(struct step *s, uint32_t node) {
    struct id next;
    for (struct id id = object_next(s->lab, POOL_PEER, (struct id){0, 0}); id_is(id); id = next) {
        const struct tcp_peer *peer = object_get(s->lab, POOL_PEER, id);
        next = object_next(s->lab, POOL_PEER, id);
        if (peer->node != node) continue;
        struct id *at = chain_of(s->lab, node, peer->address);
        while (!id_same(*at, id)) at = &((struct tcp_peer *)object_edit(s, POOL_PEER, *at))->chain;
        *at = peer->chain;
        object_destroy(s, POOL_PEER, id);
    }
}

void tcp_peer_stamp(struct step *s, const struct tcb *c) {
    if (!c->timestamps || setting_of(s->lab, c->node, SETTING_TCP_TW_RECYCLE) == 0) return;
    struct tcp_peer *peer = peer_of(s, c->node, c->remote_address);
    if (peer == NULL) return;
    peer->stamped = 1;
    peer->stamp = c->ts_recent;
    peer->stamped_at = s->now;
}

/* tcp_peer_is_proven(): within a minute of the last connection's end, a SYN that has a timestamp
 * must be younger than it. */
bool tcp_peer_is_late(struct step *s, const struct segment *syn) {
    const struct tcp_options *o = &syn->header.options;
    if (setting_of(s->lab, syn->node, SETTING_TCP_TW_RECYCLE) == 0 || !o->has_timestamps)
        return false;
    const struct tcp_peer *peer = tcp_peer_get(s->lab, syn->node, syn->src);
    sim_time minute = setting_of(s->lab, syn->node, SETTING_CONST_PAWS_MSL);
    enum { SLACK = 1 }; /* TCP_PAWS_WINDOW */
    return peer != NULL && peer->stamped && s->now - peer->stamped_at < minute &&
           seq_gt(peer->stamp, o->ts_val + SLACK);
}

/* A Fast Open's SYN,ACK has come: its MSS is kept, and its cookie, if there is one. */
void tcp_peer_cookie(struct step *s, const struct tcb *c, const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    struct tcp_peer *peer = peer_of(s, c->node, c->remote_address);
    if (peer == NULL) return;
    peer->mss = o->has_mss ? o->mss : TCP_MSS_DEFAULT;
    if (!o->has_cookie || o->cookie_length == 0) return;
    peer->cookie_length = o->cookie_length;
    for (uint32_t i = 0; i < TCP_COOKIE_MAX; i++) peer->cookie[i] = o->cookie[i];
}
