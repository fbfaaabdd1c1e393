#include "routing/routing.h"
/*
 * OSPF (RFC 2328): the node's instance and its daemon's life.
 * Left out: the protocol itself.
 */
#include "sim/trace.h"
#include <assert.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct ospf {
    struct id process; /* the daemon; {0,0}: none runs */
    uint32_t node, router;
};
#pragma GCC diagnostic pop

static const struct ospf *ospf_of(const struct lab *lab, uint32_t node) {
    return object_get(lab, POOL_OSPF, node_view_at(lab, node)->ospf);
}

static struct ospf *ospf_make(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    if (!id_is(n->ospf)) n->ospf = object_create(s, POOL_OSPF, node);
    struct ospf *instance = object_edit(s, POOL_OSPF, n->ospf);
    if (instance != NULL) instance->node = node;
    return instance;
}

bool ospf_router(struct step *s, uint32_t node, bool no) {
    struct ospf *instance = ospf_make(s, node);
    if (instance == NULL) return false;
    instance->router = !no;
    return true;
}

bool ospf_has_router(const struct lab *lab, uint32_t node) {
    const struct ospf *instance = ospf_of(lab, node);
    return instance != NULL && instance->router != 0;
}

void ospf_start(struct step *s, uint32_t node, struct id process) {
    ospf_make(s, node)->process = process;
}

void ospf_stop(struct step *s, uint32_t node) {
    struct ospf *instance = ospf_make(s, node);
    if (instance != NULL) instance->process = (struct id){0, 0};
}

void ospf_resume(struct step *s, uint32_t node) {
    (void)s, (void)node;
}

void ospf_timer_fired(struct step *s, uint32_t timer, struct id owner, uint32_t node) {
    (void)s, (void)timer, (void)owner, (void)node;
}

enum config_result ospf_config(struct step *s, uint32_t node, uint32_t interface, bool no,
                               size_t count, char **words, struct text *why) {
    (void)s, (void)node, (void)interface, (void)no, (void)count, (void)words, (void)why;
    return CONFIG_UNKNOWN;
}

void ospf_running_config(const struct lab *lab, uint32_t node, uint32_t interface,
                         struct say *say) {
    (void)lab, (void)node, (void)interface, (void)say;
}

bool ospf_show(const struct lab *lab, uint32_t node, size_t count, char **words, struct say *say) {
    (void)lab, (void)node, (void)count, (void)words, (void)say;
    return false;
}

const struct object_kind ospf_kind = {.size = sizeof(struct ospf), .table = NO_TABLE};
