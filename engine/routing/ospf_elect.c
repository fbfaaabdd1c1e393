#include "routing/ospf_parts.h"
/*
 * The Designated Router and its Backup: RFC 2328 9.4, step by step. Everybody on the network
 * computes this by itself from the Hellos that it hears; it comes out the same because what a
 * router says of itself goes before priorities. So the DR keeps its part when a router of higher
 * priority comes: there is no pre-emption. O4
 */
#include "sim/trace.h"
#include <assert.h>

/* A router of the network, as it presents itself. */
struct standing {
    uint32_t router_id, priority;
    ip4 address, dr, bdr;
};

static struct standing standing_of_self(const struct lab *lab, const struct ospf_interface *i) {
    return (struct standing){.router_id = ospf_get(lab, i->ospf)->router_id,
                             .priority = i->priority,
                             .address = i->address,
                             .dr = i->dr,
                             .bdr = i->bdr};
}

static struct standing standing_of(const struct ospf_neighbor *n) {
    return (struct standing){.router_id = n->router_id,
                             .priority = n->priority,
                             .address = n->address,
                             .dr = n->dr,
                             .bdr = n->bdr};
}

static void prefer(struct standing *best, const struct standing *c) {
    bool higher = c->priority > best->priority ||
                  (c->priority == best->priority && c->router_id > best->router_id);
    if (best->address == 0 || higher) *best = *c;
}

/* The best ones of those that have a claim, and of those that have none. */
struct candidates {
    struct standing backup, undeclared, dr;
};

static void consider(struct candidates *to, const struct standing *c) {
    if (c->priority == 0) return; /* not eligible */
    if (c->dr == c->address) {
        prefer(&to->dr, c);
        return;
    }
    if (c->bdr == c->address) prefer(&to->backup, c);
    prefer(&to->undeclared, c);
}

struct outcome {
    struct standing dr, backup; /* address 0: none */
};

/* Steps 2 and 3, with what this router says of itself. */
static struct outcome pass(const struct lab *lab, const struct ospf_interface *i,
                           const struct standing *self) {
    struct candidates c = {0};
    consider(&c, self);
    for (struct id id = i->first_neighbor; id_is(id); id = ospf_neighbor_get(lab, id)->next) {
        const struct ospf_neighbor *n = ospf_neighbor_get(lab, id);
        struct standing of = standing_of(n);
        if (n->state >= OSPF_NEIGHBOR_2WAY) consider(&c, &of);
    }
    struct outcome out;
    out.backup = c.backup.address != 0 ? c.backup : c.undeclared;
    out.dr = c.dr.address != 0 ? c.dr : out.backup;
    return out;
}

/* Step 4: whether this router has become, or is no longer, one of both. */
static bool role_differs(const struct ospf_interface *i, const struct outcome *out) {
    return (i->dr == i->address) != (out->dr.address == i->address) ||
           (i->bdr == i->address) != (out->backup.address == i->address);
}

static void adjacencies_again(struct step *s, const struct ospf_interface *i) {
    struct id next;
    for (struct id id = i->first_neighbor; id_is(id); id = next) {
        const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, id);
        next = n->next;
        if (n->state >= OSPF_NEIGHBOR_2WAY) ospf_neighbor_event(s, id, OSPF_ADJ_OK);
    }
}

void ospf_elect(struct step *s, struct id id) {
    struct ospf_interface *i = ospf_interface_edit(s, id);
    struct standing self = standing_of_self(s->lab, i);
    struct outcome out = pass(s->lab, i, &self); /* (1) what stands in `i` is what was before */
    if (role_differs(i, &out)) {                 /* (4) */
        self.dr = out.dr.address;
        self.bdr = out.backup.address;
        out = pass(s->lab, i, &self);
        trace_rule(s, i->node, id, "RFC 2328 9.4",
                   "this router's own part has changed: elected a second time", true);
    }
    bool differs = i->dr != out.dr.address || i->bdr != out.backup.address;
    i->dr = out.dr.address;
    i->bdr = out.backup.address;
    i->dr_id = out.dr.router_id;
    i->bdr_id = out.backup.router_id;
    enum ospf_interface_state state = OSPF_INTERFACE_DR_OTHER; /* (5) */
    if (i->dr == i->address)
        state = OSPF_INTERFACE_DR;
    else if (i->bdr == i->address)
        state = OSPF_INTERFACE_BACKUP;
    ospf_interface_enter(s, id, state, "RFC 2328 9.4");
    if (!differs) return;
    ospf_interface_changed(s, id);
    adjacencies_again(s, i); /* (7) */
}
