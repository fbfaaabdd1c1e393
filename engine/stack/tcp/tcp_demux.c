#include "stack/tcp/tcp_state.h"
/*
 * Which connection a segment belongs to: RFC 9293 3.3.1's pair of sockets, found by a hash over
 * (node, local port, remote address, remote port) with chains threaded through the TCBs. Listeners
 * stand in the same table with a remote socket of 0; one that names its address goes before one
 * that takes any. Also the choice of an ephemeral port, RFC 6056 3.3.3.
 */
#include "base/bytes.h"
#include "stack/iface.h"
#include "stack/mib.h"
#include "stack/sysctl.h"

static struct id *chain_of(struct lab *lab, uint32_t node, uint32_t port,
                           struct tcp_endpoint remote) {
    uint64_t ports = (uint64_t)port << 16 | remote.port;
    return bucket(lab, BUCKET_TCB, hash_mix(hash_mix(node, ports), remote.address));
}

void tcp_hash_in(struct step *s, struct tcb *c) {
    struct tcp_endpoint remote = {c->remote_address, c->remote_port};
    struct id *head = chain_of(s->lab, c->node, c->local_port, remote);
    c->chain = *head;
    *head = c->self;
    c->hashed = 1;
}

void tcp_hash_out(struct step *s, struct tcb *c) {
    if (!c->hashed) return;
    struct tcp_endpoint remote = {c->remote_address, c->remote_port};
    struct id *link = chain_of(s->lab, c->node, c->local_port, remote);
    while (!id_same(*link, c->self)) link = &tcb_edit(s, *link)->chain;
    *link = c->chain;
    c->chain = (struct id){0, 0};
    c->hashed = 0;
}

struct id tcp_find(struct lab *lab, uint32_t node, struct tcp_endpoint local,
                   struct tcp_endpoint remote) {
    const struct tcb *c;
    for (struct id at = *chain_of(lab, node, local.port, remote); id_is(at); at = c->chain) {
        c = tcb_get(lab, at);
        if (c->node == node && c->local_port == local.port && c->remote_port == remote.port &&
            c->local_address == local.address && c->remote_address == remote.address &&
            c->state != TCP_LISTEN)
            return at;
    }
    return (struct id){0, 0};
}

struct id tcp_find_listener(struct lab *lab, uint32_t node, struct tcp_endpoint local) {
    struct id any = {0, 0};
    const struct tcb *c;
    struct tcp_endpoint nobody = {0, 0};
    for (struct id at = *chain_of(lab, node, local.port, nobody); id_is(at); at = c->chain) {
        c = tcb_get(lab, at);
        if (c->node != node || c->local_port != local.port || c->state != TCP_LISTEN) continue;
        if (c->local_address == local.address) return at; /* MUST-42: one for each address */
        if (c->local_address == 0) any = at;
    }
    return any;
}

bool tcp_port_in_use(const struct lab *lab, uint32_t node, struct tcp_endpoint local, bool reuse) {
    struct id at = object_next(lab, POOL_TCB, (struct id){0, 0});
    for (; id_is(at); at = object_next(lab, POOL_TCB, at)) {
        const struct tcb *c = tcb_get(lab, at);
        if (reuse && c->wishes.reuse && c->state != TCP_LISTEN) continue;
        if (c->node == node && c->local_port == local.port && c->hashed &&
            (c->local_address == local.address || c->local_address == 0 || local.address == 0))
            return true;
    }
    return false;
}

static bool reserved(const struct lab *lab, uint32_t node, uint32_t port) {
    for (uint32_t i = SETTING_RESERVED_PORTS; i <= SETTING_RESERVED_PORTS_4; i++) {
        uint32_t range = (uint32_t)setting_of(lab, node, (enum setting)i);
        if (range != 0 && port >= range >> 16 && port <= (range & 0xffff)) return true;
    }
    return false;
}

static bool port_is_free(struct step *s, uint32_t node, struct tcp_endpoint local,
                         struct tcp_endpoint remote) {
    if (reserved(s->lab, node, local.port)) return false;
    /* First what most ports fail by, when many are taken. */
    const struct tcb *old = tcb_get(s->lab, tcp_find(s->lab, node, local, remote));
    if (old != NULL && !tcp_time_wait_reusable(s, old, false)) return false;
    return !id_is(tcp_find_listener(s->lab, node, local));
}

/* Where the search begins: RFC 6056 3.3.3, F(local, remote, remote port, secret) + a count. */
static uint32_t first_port(const struct step *s, uint32_t node, ip4 local,
                           struct tcp_endpoint remote) {
    uint8_t octets[10];
    struct writer w = writer_of(octets, sizeof octets);
    write_u32(&w, local);
    write_u32(&w, remote.address);
    write_u16(&w, (uint16_t)remote.port);
    return (uint32_t)siphash(node_view_at(s->lab, node)->secret, octets, sizeof octets) +
           census_value(s->lab, node, CENSUS_TCP_PORTS);
}

/* Differs: Linux (__inet_hash_connect) tries every second port first, so that those of the other
 * parity stay for bind(); ours does so under every profile. */
uint32_t tcp_choose_port(struct step *s, uint32_t node, ip4 local, struct tcp_endpoint remote) {
    uint32_t low = (uint32_t)setting_of(s->lab, node, SETTING_PORT_LOW);
    uint32_t count = (uint32_t)setting_of(s->lab, node, SETTING_PORT_HIGH) - low + 1;
    if (count > 1) count &= ~1u;
    uint32_t first = (first_port(s, node, local, remote) % count) & ~1u;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t step = count == 1 ? 0 : 2 * (i % (count / 2)) + i / (count / 2);
        struct tcp_endpoint candidate = {local, low + (first + step) % count};
        if (!port_is_free(s, node, candidate, remote)) continue;
        census_add(s, node, CENSUS_TCP_PORTS, step + 2);
        return candidate.port;
    }
    return 0;
}

bool tcp_expects(struct lab *lab, struct tcp_endpoint local, struct tcp_endpoint remote,
                 uint32_t *next, uint32_t *sent) {
    for (uint32_t node = 1; node <= lab_node_count(lab); node++) {
        if (iface_with_address(lab, node, local.address) == 0) continue;
        const struct tcb *c = tcb_get(lab, tcp_find(lab, node, local, remote));
        if (c == NULL) continue;
        *next = c->rcv.nxt;
        *sent = c->snd.nxt;
        return true;
    }
    return false;
}
