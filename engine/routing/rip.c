#include "routing/rip.h"
/*
 * RIP's instance on a node (RFC 2453 3.5): it begins and ends with the daemon's process, opens port
 * 520, and speaks on those interfaces that `network` lines name, that are up, have a carrier and an
 * address. When an interface goes down, every route through it begins to be deleted at once: the
 * kernel tells it by netlink, so nobody waits for a timeout.
 *
 * Left out: access-lists, prefix-lists and route-maps (an offset-list's list holds for all
 * networks), several instances, VRFs.
 */
#include "stack/iface.h"
#include "stack/ip/igmp.h"
#include "stack/socket_netlink.h"

static const sim_time second_ns = 1000000000;
enum { TOS_INTERNETWORK_CONTROL = 0xc0 };

const struct rip *rip_of(const struct lab *lab, uint32_t node) {
    return object_get(lab, POOL_RIP, node_view_at(lab, node)->rip);
}

struct rip *rip_edit(struct step *s, uint32_t node) {
    return object_edit(s, POOL_RIP, node_at(s->lab, node)->rip);
}

struct rip *rip_make(struct step *s, uint32_t node) {
    struct rip *rip = rip_edit(s, node);
    if (rip != NULL) return rip;
    struct id id = object_create(s, POOL_RIP, node);
    rip = object_edit(s, POOL_RIP, id);
    if (rip == NULL) return NULL;
    node_at(s->lab, node)->rip = id;
    rip->self = id;
    rip->node = node;
    return rip;
}

const struct rip_line *rip_line_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_RIP_LINE, id);
}

const struct rip_interface *rip_interface_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_RIP_INTERFACE, id);
}

struct rip_interface *rip_interface_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_RIP_INTERFACE, id);
}

struct id rip_interface_find(const struct lab *lab, const struct rip *rip, uint32_t interface) {
    struct id id = rip->first_interface;
    for (const struct rip_interface *i; id_is(id); id = i->next) {
        i = rip_interface_get(lab, id);
        if (i->interface == interface) break;
    }
    return id;
}

struct rip_interface *rip_interface_make(struct step *s, struct rip *rip, uint32_t interface) {
    struct id id = rip_interface_find(s->lab, rip, interface), *at = &rip->first_interface;
    if (id_is(id)) return rip_interface_edit(s, id);
    id = object_create(s, POOL_RIP_INTERFACE, rip->node);
    struct rip_interface *i = rip_interface_edit(s, id);
    if (i == NULL) return NULL;
    i->self = id;
    i->node = rip->node;
    i->interface = interface;
    /* In the order of the node's interfaces, whatever order they were configured in. */
    while (id_is(*at) && rip_interface_get(s->lab, *at)->interface < interface)
        at = &rip_interface_edit(s, *at)->next;
    i->next = *at;
    *at = id;
    return i;
}

/* ------------------------------------------------------------- what its configuration says */

uint32_t rip_infinity(const struct lab *lab, uint32_t node) {
    return (uint32_t)setting_of(lab, node, SETTING_RIP_INFINITY);
}

static sim_time seconds(const struct lab *lab, const struct rip *rip, uint32_t said,
                        enum setting usual) {
    return said != 0 ? (sim_time)said * second_ns : setting_of(lab, rip->node, usual);
}

sim_time rip_update_time(const struct lab *lab, const struct rip *rip) {
    return seconds(lab, rip, rip->update_s, SETTING_RIP_UPDATE);
}

sim_time rip_timeout_time(const struct lab *lab, const struct rip *rip) {
    return seconds(lab, rip, rip->timeout_s, SETTING_RIP_TIMEOUT);
}

sim_time rip_garbage_time(const struct lab *lab, const struct rip *rip) {
    return seconds(lab, rip, rip->garbage_s, SETTING_RIP_GARBAGE);
}

/* R18, 5.1. As in FRR an instance that is told nothing sends version 2 and hears both. */
uint32_t rip_versions_sent(const struct lab *lab, const struct rip *rip,
                           const struct rip_interface *i) {
    if (i->send != 0) return i->send;
    uint32_t version = rip->version;
    if (version == 0) version = (uint32_t)setting_of(lab, rip->node, SETTING_RIP_VERSION);
    return version == 1 ? RIP_VERSION_1 : RIP_VERSION_2;
}

uint32_t rip_versions_heard(const struct lab *lab, const struct rip *rip,
                            const struct rip_interface *i) {
    if (i->hear != 0) return i->hear;
    if (rip->version != 0) return rip->version == 1 ? RIP_VERSION_1 : RIP_VERSION_2;
    int64_t version = setting_of(lab, rip->node, SETTING_RIP_VERSION);
    return version == 1 ? RIP_VERSION_1 : RIP_VERSION_1 | RIP_VERSION_2;
}

static bool has_line(const struct lab *lab, const struct rip *rip, enum rip_line_kind kind,
                     const char *name) {
    const struct rip_line *l;
    for (struct id id = rip->first_line; (l = rip_line_get(lab, id)) != NULL; id = l->next)
        if (l->kind == kind && same_text(l->name, name)) return true;
    return false;
}

bool rip_is_passive(const struct lab *lab, const struct rip *rip, const struct rip_interface *i) {
    const char *name = iface_get(lab, i->interface)->name;
    if (rip->passive != 0) return !has_line(lab, rip, RIP_LINE_ACTIVE, name);
    return has_line(lab, rip, RIP_LINE_PASSIVE, name);
}

/* A line for the interface alone goes before one for all of them. */
uint32_t rip_offset(const struct lab *lab, const struct rip *rip, enum rip_line_kind kind,
                    const char *name) {
    uint32_t all = 0;
    const struct rip_line *l;
    for (struct id id = rip->first_line; (l = rip_line_get(lab, id)) != NULL; id = l->next) {
        if (l->kind != kind) continue;
        if (same_text(l->name, name)) return l->value;
        if (l->name[0] == '\0') all = l->value;
    }
    return all;
}

static bool is_named(const struct lab *lab, const struct rip *rip, const struct interface *i) {
    const struct rip_line *l;
    for (struct id id = rip->first_line; (l = rip_line_get(lab, id)) != NULL; id = l->next) {
        if (l->kind == RIP_LINE_NETWORK_NAME && same_text(l->name, i->name)) return true;
        if (l->kind == RIP_LINE_NETWORK && (i->address & prefix_mask(l->prefix)) == l->address)
            return true;
    }
    return false;
}

sim_time rip_random(struct step *s, uint32_t node, sim_time low, sim_time high) {
    enum { UNIT = 1000000 }; /* ms */
    if (high <= low) return low;
    struct prng *prng = &node_at(s->lab, node)->prng[PRNG_RIP];
    return low + (sim_time)prng_below(prng, (uint32_t)((high - low) / UNIT) + 1) * UNIT;
}

/* ------------------------------------------------------------------------------- interfaces */

static void interface_up(struct step *s, struct rip *rip, struct rip_interface *i) {
    const struct interface *from = iface_get(s->lab, i->interface);
    i->active = 1;
    i->address = from->address;
    i->prefix = from->prefix;
    i->asked = 0;
    socket_group_join(s, rip->socket, i->interface, RIP_GROUP); /* R16, 4.5 */
    struct rip_route *r =
        rip_route_make(s, rip, i->address & prefix_mask(i->prefix), i->prefix); /* 3.5 */
    struct rip_offer own = {.source = RIP_INTERFACE, .interface = i->interface, .metric = 1};
    if (r != NULL) rip_route_adopt(s, rip, r, &own, "RFC 2453 3.5");
    rip_request_out(s, rip, i); /* 3.9.1: who has just come up asks */
}

/* Every route through it is gone; the others are told at once (3.8, 3.10.1). */
void rip_interface_down(struct step *s, struct rip *rip, struct rip_interface *i) {
    i->active = 0;
    socket_group_leave(s, rip->socket, i->interface, RIP_GROUP);
    const struct rip_route *r;
    for (struct id id = rip->first_route, next; (r = rip_route_get(s->lab, id)) != NULL;
         id = next) {
        next = r->next;
        if (r->interface == i->interface && r->state == RIP_VALID && r->source <= RIP_INTERFACE)
            rip_route_delete(s, rip, object_edit(s, POOL_RIP_ROUTE, id), "RFC 2453 3.8");
    }
}

static bool should_speak(const struct lab *lab, const struct rip *rip, const struct interface *i,
                         uint32_t number) {
    return rip->configured != 0 && i->up != 0 && i->address != 0 &&
           iface_has_carrier(lab, number) && is_named(lab, rip, i);
}

static void interfaces_check(struct step *s, struct rip *rip) {
    uint32_t first = node_at(s->lab, rip->node)->first_interface;
    uint32_t end = first + node_at(s->lab, rip->node)->interface_count;
    for (uint32_t number = first; number < end; number++) {
        const struct interface *from = iface_get(s->lab, number);
        struct id id = rip_interface_find(s->lab, rip, number);
        struct rip_interface *i = id_is(id) ? rip_interface_edit(s, id) : NULL;
        bool speaks = should_speak(s->lab, rip, from, number);
        bool moved = i != NULL && (i->address != from->address || i->prefix != from->prefix);
        if (i != NULL && i->active != 0 && (!speaks || moved)) rip_interface_down(s, rip, i);
        if (speaks && i == NULL) i = rip_interface_make(s, rip, number);
        if (speaks && i != NULL && i->active == 0) interface_up(s, rip, i);
    }
}

void rip_apply(struct step *s, struct rip *rip) {
    if (rip->running == 0) return;
    uint32_t bits = NETLINK_LINK | NETLINK_ADDRESS | (rip_redistributes(rip) ? NETLINK_ROUTE : 0u);
    netlink_want(s, rip->netlink, bits, ROUTE_RIP);
    interfaces_check(s, rip);
    rip_own_routes(s, rip);
    rip_settle(s, rip);
}

/* ---------------------------------------------------------------------------- start and stop */

bool rip_router(struct step *s, uint32_t node, bool no) {
    struct rip *rip = no ? rip_edit(s, node) : rip_make(s, node);
    if (rip == NULL) return no;
    rip->configured = !no;
    if (!no) return true;
    for (struct id id = rip->first_line; id_is(id);) {
        struct id next = rip_line_get(s->lab, id)->next;
        object_destroy(s, POOL_RIP_LINE, id);
        id = next;
    }
    struct id interfaces = rip->first_interface; /* they keep what they were told */
    struct rip fresh = {.self = rip->self, .node = node, .first_interface = interfaces};
    *rip = fresh;
    return true;
}

bool rip_has_router(const struct lab *lab, uint32_t node) {
    const struct rip *rip = rip_of(lab, node);
    return rip != NULL && rip->configured != 0;
}

static struct id open_port(struct step *s, uint32_t node, struct id process) {
    struct id socket = socket_create(s, node, SOCKET_UDP, process);
    if (!id_is(socket)) return socket;
    socket_option_set(s, socket, OPTION_SO_REUSEADDR, 1);
    socket_option_set(s, socket, OPTION_SO_BROADCAST, 1);
    socket_option_set(s, socket, OPTION_IP_MULTICAST_LOOP, 0); /* 3.9.2: not its own */
    socket_option_set(s, socket, OPTION_IP_TOS, TOS_INTERNETWORK_CONTROL);
    if (socket_bind(s, socket, (struct tcp_endpoint){0, RIP_PORT}) == 0) return socket; /* R1 */
    socket_close(s, socket);
    return (struct id){0, 0};
}

void rip_start(struct step *s, uint32_t node, struct id process) {
    struct rip *rip = rip_edit(s, node);
    if (rip == NULL || rip->running != 0) return;
    rip->process = process;
    rip->socket = open_port(s, node, process);
    rip->netlink = socket_create(s, node, SOCKET_NETLINK, process);
    if (!id_is(rip->socket) || !id_is(rip->netlink)) return; /* it cannot speak */
    rip->running = 1;
    rip_take_over(s, rip);
    rip_update_begin(s, rip);
    rip_apply(s, rip);
}

static void close_socket(struct step *s, struct id *socket) {
    if (socket_get(s->lab, *socket) != NULL) socket_close(s, *socket);
    *socket = (struct id){0, 0};
}

void rip_stop(struct step *s, uint32_t node) {
    struct rip *rip = rip_edit(s, node);
    if (rip == NULL) return;
    timer_stop(s, &rip->update);
    timer_stop(s, &rip->triggered);
    rip_routes_free(s, rip);
    rip_peers_free(s, rip);
    close_socket(s, &rip->socket);
    close_socket(s, &rip->netlink);
    struct id id = rip->first_interface;
    for (struct rip_interface *i; (i = rip_interface_edit(s, id)) != NULL; id = i->next) {
        i->active = 0;
        i->bad_packets = i->bad_routes = i->updates = 0;
    }
    rip->running = 0;
    rip->wanted = 0;
    rip->process = (struct id){0, 0};
}

/* A datagram has come, or something about the node is different. */
void rip_resume(struct step *s, uint32_t node) {
    struct rip *rip = rip_edit(s, node);
    if (rip == NULL || rip->running == 0) return;
    if (netlink_take(s, rip->netlink) != 0) rip_apply(s, rip);
    rip_hear(s, rip);
    rip_settle(s, rip);
}

void rip_timer_fired(struct step *s, uint32_t timer, struct id owner, uint32_t node) {
    struct rip *rip = rip_edit(s, node);
    if (rip == NULL || rip->running == 0) return;
    if (timer == TIMER_RIP_UPDATE || timer == TIMER_RIP_TRIGGERED)
        rip_update_timer(s, rip, timer);
    else
        rip_route_timer(s, timer, owner);
    rip_settle(s, rip);
}
