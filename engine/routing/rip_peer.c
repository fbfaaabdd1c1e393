#include "routing/rip.h"
/*
 * The routers that were heard: for `show ip rip status`, and for the sequence numbers of
 * authenticated messages (RFC 2082 3.2.2). One that is silent for as long as a route lives is
 * forgotten at the next regular update, unless a sequence number of his must be remembered.
 */

const struct rip_peer *rip_peer_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_RIP_PEER, id);
}

struct rip_peer *rip_peer_find(struct step *s, struct rip *rip, ip4 address) {
    const struct rip_peer *p;
    for (struct id id = rip->first_peer; (p = rip_peer_get(s->lab, id)) != NULL; id = p->next)
        if (p->address == address) return object_touch(s->lab, POOL_RIP_PEER, id);
    return NULL;
}

struct rip_peer *rip_peer_make(struct step *s, struct rip *rip, ip4 address, uint32_t interface) {
    struct rip_peer *p = rip_peer_find(s, rip, address);
    if (p == NULL) {
        struct id id = object_create(s, POOL_RIP_PEER, rip->node);
        p = object_touch(s->lab, POOL_RIP_PEER, id);
        if (p == NULL) return NULL;
        p->next = rip->first_peer;
        p->address = address;
        rip->first_peer = id;
    }
    p->interface = interface;
    return p;
}

void rip_peers_age(struct step *s, struct rip *rip) {
    sim_time timeout = rip_timeout_time(s->lab, rip);
    struct id *at = &rip->first_peer;
    for (struct rip_peer *p; (p = object_touch(s->lab, POOL_RIP_PEER, *at)) != NULL;) {
        if (p->digests != 0 || s->now - p->heard_at < timeout) {
            at = &p->next;
            continue;
        }
        struct id gone = *at;
        *at = p->next;
        object_destroy(s, POOL_RIP_PEER, gone);
    }
}

void rip_peers_free(struct step *s, struct rip *rip) {
    const struct rip_peer *p;
    for (struct id id = rip->first_peer, next; (p = rip_peer_get(s->lab, id)) != NULL; id = next) {
        next = p->next;
        object_destroy(s, POOL_RIP_PEER, id);
    }
    rip->first_peer = (struct id){0, 0};
}
