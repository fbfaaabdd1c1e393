#include "routing/routing.h"
/*
 * RIP (RFC 2453): the node's instance and its daemon's life.
 * Left out: the protocol itself.
 */
#include "sim/trace.h"
#include <assert.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct rip {
    struct id process; /* the daemon; {0,0}: none runs */
    uint32_t node, router;
};
#pragma GCC diagnostic pop

static const struct rip *rip_of(const struct lab *lab, uint32_t node) {
    return object_get(lab, POOL_RIP, node_view_at(lab, node)->rip);
}

static struct rip *rip_make(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    if (!id_is(n->rip)) n->rip = object_create(s, POOL_RIP, node);
    struct rip *instance = object_edit(s, POOL_RIP, n->rip);
    if (instance != NULL) instance->node = node;
    return instance;
}

bool rip_router(struct step *s, uint32_t node, bool no) {
    struct rip *instance = rip_make(s, node);
    if (instance == NULL) return false;
    instance->router = !no;
    return true;
}

bool rip_has_router(const struct lab *lab, uint32_t node) {
    const struct rip *instance = rip_of(lab, node);
    return instance != NULL && instance->router != 0;
}

void rip_start(struct step *s, uint32_t node, struct id process) {
    rip_make(s, node)->process = process;
}

void rip_stop(struct step *s, uint32_t node) {
    struct rip *instance = rip_make(s, node);
    if (instance != NULL) instance->process = (struct id){0, 0};
}

void rip_resume(struct step *s, uint32_t node) {
    (void)s, (void)node;
}

void rip_timer_fired(struct step *s, uint32_t timer, struct id owner, uint32_t node) {
    (void)s, (void)timer, (void)owner, (void)node;
}

enum config_result rip_config(struct step *s, uint32_t node, uint32_t interface, bool no,
                              size_t count, char **words, struct text *why) {
    (void)s, (void)node, (void)interface, (void)no, (void)count, (void)words, (void)why;
    return CONFIG_UNKNOWN;
}

void rip_running_config(const struct lab *lab, uint32_t node, uint32_t interface, struct say *say) {
    (void)lab, (void)node, (void)interface, (void)say;
}

bool rip_show(const struct lab *lab, uint32_t node, size_t count, char **words, struct say *say) {
    (void)lab, (void)node, (void)count, (void)words, (void)say;
    return false;
}

const struct object_kind rip_kind = {.size = sizeof(struct rip), .table = NO_TABLE};
