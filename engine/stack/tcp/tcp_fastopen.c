#include "stack/tcp/tcp_state.h"
/*
 * TCP Fast Open, RFC 7413: text in the SYN, for a client that shows the cookie that this server
 * gave its address before. net.ipv4.tcp_fastopen says who takes part: 1 as client, 2 as server,
 * 4 sends text without a cookie, 0x200 takes it without one, 0x400 on every listener; otherwise a
 * listener asks for it by TCP_FASTOPEN, with the number of such children that may wait for their
 * third segment (4.1.3, against reflection).
 *
 * The cookie is a keyed hash of the client's address (4.1.2), of 8 octets as Linux's. A child whose
 * SYN brought a good one goes into the accept queue at once, and its text can be read before the
 * third segment (4.2.2). Everything else falls back to the three-way handshake: the SYN,ACK does
 * not acknowledge the text, and the client sends it again.
 *
 * Left out: the experimental option 254, and Linux's memory of paths that lose such SYNs
 * (tcp_fastopen_blackhole_timeout_sec).
 */
#include "base/bytes.h"
#include "stack/mib.h"

enum {
    AS_CLIENT = 1,
    AS_SERVER = 2,
    SEND_WITHOUT_COOKIE = 4,
    TAKE_WITHOUT_COOKIE = 0x200,
    ON_EVERY_LISTENER = 0x400
};
enum { COOKIE_OCTETS = 8, OPTIONS_MOST = 40 };

static bool takes_part(const struct lab *lab, uint32_t node, uint32_t as) {
    return ((uint32_t)setting_of(lab, node, SETTING_TCP_FASTOPEN) & as) != 0;
}

/* 4.1.2, octet for octet as Linux makes it (tcp_fastopen_cookie_gen): SipHash of the two addresses
 * under net.ipv4.tcp_fastopen_key, whose four groups are little-endian words; or under the node's
 * own secret. */
static void make_cookie(const struct lab *lab, const struct tcb *c, uint8_t cookie[COOKIE_OCTETS]) {
    uint8_t octets[8];
    struct writer w = writer_of(octets, sizeof octets);
    write_u32(&w, c->remote_address);
    write_u32(&w, c->local_address);
    const uint64_t *secret = node_view_at(lab, c->node)->secret;
    uint64_t high = (uint64_t)setting_of(lab, c->node, SETTING_TCP_FASTOPEN_KEY);
    uint64_t low = (uint64_t)setting_of(lab, c->node, SETTING_TCP_FASTOPEN_KEY_LOW);
    uint64_t key[2] = {high << 32 | high >> 32, low << 32 | low >> 32};
    uint64_t hash = siphash((key[0] | key[1]) != 0 ? key : secret, octets, sizeof octets);
    for (uint32_t i = 0; i < COOKIE_OCTETS; i++) cookie[i] = (uint8_t)(hash >> (8 * i));
}

/* The option of a SYN or SYN,ACK; none on a repetition. */
void tcp_fastopen_option(const struct step *s, const struct tcb *c, uint32_t flags,
                         struct tcp_options *o) {
    bool answer = (flags & TCP_ACK) != 0;
    const struct tcp_peer *peer;
    switch ((enum tcp_fastopen)c->fastopen) {
    case FASTOPEN_NONE:
    case FASTOPEN_BARE:
    case FASTOPEN_CHILD: return;
    case FASTOPEN_ASK: o->has_cookie = !answer && c->retransmissions == 0; return;
    case FASTOPEN_SHOW:
        peer = tcp_peer_get(s->lab, c->node, c->remote_address);
        if (answer || c->retransmissions > 0 || peer == NULL) return;
        o->has_cookie = true;
        o->cookie_length = peer->cookie_length;
        for (uint32_t i = 0; i < TCP_COOKIE_MAX; i++) o->cookie[i] = peer->cookie[i];
        return;
    case FASTOPEN_GRANT:
        if (!answer || c->synacks > 1) return;
        o->has_cookie = true;
        o->cookie_length = COOKIE_OCTETS;
        make_cookie(s->lab, c, o->cookie);
        return;
    }
}

/* ----------------------------------------------------------------------------------- the client */

bool tcp_fastopen_client(const struct lab *lab, uint32_t node) {
    return takes_part(lab, node, AS_CLIENT);
}

bool tcp_fastopen_knows(struct lab *lab, uint32_t node, ip4 server) {
    const struct tcp_peer *peer = tcp_peer_get(lab, node, server);
    return takes_part(lab, node, SEND_WITHOUT_COOKIE) || (peer != NULL && peer->cookie_length > 0);
}

/* How a SYN opens that may carry text, and how many octets of it (4.2.1). */
uint32_t tcp_fastopen_room(struct step *s, struct tcb *c) {
    const struct tcp_peer *peer = tcp_peer_get(s->lab, c->node, c->remote_address);
    bool known = peer != NULL && peer->cookie_length > 0;
    bool bare = !known && takes_part(s->lab, c->node, SEND_WITHOUT_COOKIE);
    uint32_t mss = c->rcv.mss;
    c->fastopen = known ? FASTOPEN_SHOW : bare ? FASTOPEN_BARE : FASTOPEN_ASK;
    if (!known && !bare) return 0;
    if (peer != NULL && peer->mss != 0 && peer->mss < mss) mss = peer->mss;
    return mss > OPTIONS_MOST ? mss - OPTIONS_MOST : 0;
}

/* The SYN,ACK of such a SYN: `acked` octets of its text have arrived. The rest is sent again. */
void tcp_fastopen_answered(struct step *s, struct tcb *c, const struct segment *seg,
                           uint32_t acked) {
    if (c->fastopen == FASTOPEN_NONE) return;
    tcp_peer_cookie(s, c, seg);
    c->syn_text_arrived = acked > 0;
    if (acked > 0)
        mib_add(s, c->node, MIB_TCP_FASTOPEN_ACTIVE);
    else if (c->syn_text > 0)
        mib_add(s, c->node, MIB_TCP_FASTOPEN_ACTIVE_FAIL);
    tcp_buffer_drop(s, &c->send, acked);
    c->snd.nxt += acked;
    c->syn_text = 0;
}

/* ----------------------------------------------------------------------------------- the server */

/* fastopen_queue_tune(): how many children may wait for their third segment. */
static uint32_t queue_limit(const struct lab *lab, const struct tcb *listener) {
    uint32_t most = (uint32_t)setting_of(lab, listener->node, SETTING_SOMAXCONN);
    uint32_t wish = listener->wishes.fastopen_queue;
    if (wish == 0 && takes_part(lab, listener->node, ON_EVERY_LISTENER)) wish = listener->backlog;
    return wish < most ? wish : most;
}

static bool has_room(struct step *s, struct tcb *listener) {
    uint32_t limit = queue_limit(s->lab, listener);
    if (limit == 0) return false;
    if (listener->fastopen_pending < limit) return true;
    mib_add(s, listener->node, MIB_TCP_FASTOPEN_LISTEN_OVERFLOW);
    return false;
}

static bool cookie_is_good(const struct lab *lab, const struct tcb *c,
                           const struct tcp_options *o) {
    uint8_t good[COOKIE_OCTETS];
    make_cookie(lab, c, good);
    bool same = o->cookie_length == COOKIE_OCTETS;
    for (uint32_t i = 0; i < COOKIE_OCTETS; i++) same = same && o->cookie[i] == good[i];
    return same;
}

/* 4.2.2: the child is the program's before the third segment, and so is the text. */
static void accept_now(struct step *s, struct tcb *listener, struct tcb *c,
                       const struct segment *seg) {
    uint32_t count = (uint32_t)seg->text_count;
    if (count > c->rcv.wnd) count = c->rcv.wnd;
    c->fastopen = FASTOPEN_CHILD;
    listener->fastopen_pending++;
    mib_add(s, c->node, MIB_TCP_FASTOPEN_PASSIVE);
    mib_add(s, c->node, MIB_TCP_PASSIVE_OPENS);
    uint32_t taken = (uint32_t)tcp_buffer_append(s, &c->receive, seg->text, count);
    c->rcv.nxt += taken;
    c->rcv.wnd -= taken;
    c->syn_text_arrived = taken > 0;
    tcp_listen_leave(s, c);
    c->queue_time = s->now;
    tcp_listen_join(s, c, TCP_IN_ACCEPT_QUEUE);
    /* 4.2.2: answers may leave before the third segment. The SYN,ACK has a timer of its own, so to
     * the sender of text it is as if the SYN had been acknowledged. */
    c->snd.una = c->snd.nxt;
    tcp_congestion_begin(s, c);
    tcp_notify(s, listener, SOCKET_ACCEPTABLE);
}

void tcp_fastopen_syn(struct step *s, struct tcb *c, const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    struct tcb *listener = tcb_edit(s, c->listener);
    bool request = o->has_cookie && o->cookie_length == 0;
    if (request) mib_add(s, c->node, MIB_TCP_FASTOPEN_COOKIE_REQD);
    if (!takes_part(s->lab, c->node, AS_SERVER) || (!o->has_cookie && seg->text_count == 0)) return;
    if (!has_room(s, listener)) return;
    bool free = takes_part(s->lab, c->node, TAKE_WITHOUT_COOKIE);
    if (free || (o->has_cookie && !request && cookie_is_good(s->lab, c, o))) {
        accept_now(s, listener, c, seg);
        return;
    }
    if (!o->has_cookie) return;
    if (!request) mib_add(s, c->node, MIB_TCP_FASTOPEN_PASSIVE_FAIL);
    c->fastopen = FASTOPEN_GRANT;
}

/* The third segment has come, or the child is gone. */
void tcp_fastopen_settle(struct step *s, struct tcb *c) {
    if (c->fastopen != FASTOPEN_CHILD) return;
    struct tcb *listener = tcb_edit(s, c->listener);
    if (listener != NULL) listener->fastopen_pending--;
    c->fastopen = FASTOPEN_NONE;
    if (c->place == TCP_ALONE) c->listener = (struct id){0, 0};
}
