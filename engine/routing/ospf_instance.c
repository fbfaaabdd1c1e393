#include "routing/ospf_parts.h"
/*
 * An OSPF router's life: RFC 2328 5 and 6, its data structures; C.1, its identity; 4.4, what wakes
 * it. The daemon learns of its interfaces by netlink and compares: which of them take part, in
 * which area, is in ospf_take_part.c.
 *
 * Whoever ends the daemon ends it as kill does: nothing is flushed, the neighbours notice by their
 * Inactivity Timers, and the routes stay in the node's table.
 */
#include "routing/routing.h"
#include "stack/iface.h"
#include "stack/socket_netlink.h"
#include "stack/socket_raw.h"

const struct ospf *ospf_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF, id);
}
struct ospf *ospf_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_OSPF, id);
}
struct id ospf_of(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->ospf;
}
const struct ospf_area *ospf_area_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF_AREA, id);
}
struct ospf_area *ospf_area_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_OSPF_AREA, id);
}
const struct ospf_interface *ospf_interface_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF_INTERFACE, id);
}
struct ospf_interface *ospf_interface_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_OSPF_INTERFACE, id);
}
const struct ospf_neighbor *ospf_neighbor_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF_NEIGHBOR, id);
}
struct ospf_neighbor *ospf_neighbor_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_OSPF_NEIGHBOR, id);
}

/* ------------------------------------------------------------------- the instance */

/* Differs: RFC1583Compatibility, which C.1 enables, is disabled by default, as in FRR. */
static const struct ospf_settings defaults = {.reference_bandwidth = 100,
                                              .default_metric = OSPF_METRIC_DEFAULT,
                                              .distance = 110,
                                              .spf_hold_ms = 50,
                                              .spf_hold_most_ms = 5000};

struct ospf *ospf_open(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    struct ospf *o = ospf_edit(s, n->ospf);
    if (o != NULL) return o;
    n->ospf = object_create(s, POOL_OSPF, node);
    o = ospf_edit(s, n->ospf);
    if (o == NULL) return NULL;
    o->self = n->ospf;
    o->node = node;
    o->set = defaults;
    return o;
}

static bool is_needed(const struct ospf_area *a) {
    return ospf_area_is_configured(a) || a->interface_count != 0 || a->lsa_count != 0;
}

void ospf_areas_forget(struct step *s, struct ospf *o, bool needed_too) {
    struct id *place = &o->first_area;
    while (id_is(*place)) {
        struct ospf_area *a = ospf_area_edit(s, *place);
        if (!needed_too && is_needed(a)) {
            place = &a->next;
            continue;
        }
        struct id gone = *place;
        *place = a->next;
        object_destroy(s, POOL_OSPF_AREA, gone);
    }
}

/* What is said within `interface NAME` stays, as in FRR. */
bool ospf_router(struct step *s, uint32_t node, bool no) {
    struct ospf *o = ospf_open(s, node);
    if (o == NULL) return false;
    if (no) {
        o->set = defaults;
        ospf_areas_forget(s, o, true);
    }
    o->set.router = !no;
    return true;
}

bool ospf_has_router(const struct lab *lab, uint32_t node) {
    const struct ospf *o = ospf_get(lab, ospf_of(lab, node));
    return o != NULL && o->set.router != 0;
}

/* ------------------------------------------------------------------- its areas */

struct id ospf_area_of(const struct lab *lab, struct id ospf, uint32_t area_id) {
    struct id id = ospf_get(lab, ospf)->first_area;
    while (id_is(id) && ospf_area_get(lab, id)->area_id != area_id)
        id = ospf_area_get(lab, id)->next;
    return id;
}

struct id ospf_area_open(struct step *s, struct id ospf, uint32_t area_id) {
    struct ospf *o = ospf_edit(s, ospf);
    struct id *place = &o->first_area;
    while (id_is(*place) && ospf_area_get(s->lab, *place)->area_id < area_id)
        place = &ospf_area_edit(s, *place)->next;
    if (id_is(*place) && ospf_area_get(s->lab, *place)->area_id == area_id) return *place;
    struct id id = object_create(s, POOL_OSPF_AREA, o->node);
    struct ospf_area *area = ospf_area_edit(s, id);
    if (area == NULL) return id;
    area->self = id;
    area->ospf = ospf;
    area->node = o->node;
    area->area_id = area_id;
    area->set_default_cost = 1;
    area->next = *place;
    *place = id;
    return id;
}

bool ospf_area_is_stub(const struct lab *lab, struct id area) {
    const struct ospf_area *a = ospf_area_get(lab, area);
    return a != NULL && a->set_stub != 0;
}

bool ospf_area_is_configured(const struct ospf_area *a) {
    bool any = a->set_stub != 0 || a->set_authentication != 0 || a->set_default_cost != 1;
    for (uint32_t r = 0; r < OSPF_RANGES_MAX; r++) any = any || a->set_range[r].used != 0;
    return any;
}

/* ------------------------------------------------------------------- begin, end, wake */

/* The end of whatever woke the daemon. */
static void finish(struct step *s, struct id ospf) {
    ospf_tasks_run(s, ospf);
    ospf_updates_out(s, ospf);
}

/* C.1: the highest address, when none is configured; it is kept while the daemon runs. */
uint32_t ospf_router_id_chosen(const struct lab *lab, uint32_t node) {
    const struct ospf *o = ospf_get(lab, ospf_of(lab, node));
    uint32_t highest = 0, count = node_view_at(lab, node)->interface_count;
    if (o->set.router_id != 0) return o->set.router_id;
    for (uint32_t n = 1; n <= count; n++) {
        const struct interface *i = iface_get(lab, interface_global(lab, node, n));
        if (i->up != 0 && i->address > highest) highest = i->address;
    }
    return highest;
}

void ospf_start(struct step *s, uint32_t node, struct id process) {
    struct ospf *o = ospf_edit(s, ospf_of(s->lab, node));
    o->process = process;
    o->socket = socket_create(s, node, SOCKET_RAW, process);
    o->netlink = socket_create(s, node, SOCKET_NETLINK, process);
    if (!id_is(o->socket) || !id_is(o->netlink)) return;
    socket_raw_open(s, o->socket, IP_PROTOCOL_OSPF);
    netlink_want(s, o->netlink, NETLINK_LINK | NETLINK_ADDRESS | NETLINK_ROUTE, ROUTE_OSPF);
    o->running = 1;
    o->begun_at = s->now;
    o->router_id = ospf_router_id_chosen(s->lab, node);
    ospf_interfaces_update(s, o->self);
    ospf_redistribution_update(s, o->self);
    ospf_routes_wanted(s, o->self, OSPF_WANT_SPF);
    finish(s, o->self);
}

static void close_if_open(struct step *s, struct id *socket) {
    if (socket_get(s->lab, *socket) != NULL) socket_close(s, *socket);
    *socket = (struct id){0, 0};
}

void ospf_stop(struct step *s, uint32_t node) {
    struct ospf *o = ospf_edit(s, ospf_of(s->lab, node));
    if (o == NULL || o->running == 0) return;
    for (struct id i = o->first_interface; id_is(i); i = ospf_interface_get(s->lab, i)->next)
        ospf_interface_leave(s, i);
    ospf_routes_clear(s, o->self);
    ospf_lsdb_clear(s, o->self);
    timer_stop(s, &o->spf_timer);
    timer_stop(s, &o->age_timer);
    timer_stop(s, &o->origin_timer);
    ospf_areas_forget(s, o, false);
    close_if_open(s, &o->socket);
    close_if_open(s, &o->netlink);
    o->process = (struct id){0, 0};
    o->running = o->router_id = o->is_abr = o->is_asbr = o->settled = o->spf_wanted = 0;
    o->spf_at = o->spf_hold = 0;
}

/* C.1: what it is known by has changed. It begins again, under its new identity. */
void ospf_begin_again(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    struct id process = o->process;
    ospf_withdraw_all(s, ospf);
    ospf_stop(s, o->node);
    ospf_start(s, o->node, process);
}

void ospf_resume(struct step *s, uint32_t node) {
    struct id id = ospf_of(s->lab, node);
    const struct ospf *o = ospf_get(s->lab, id);
    if (o == NULL || o->running == 0) return;
    ospf_packet_in(s, id);
    uint32_t news = netlink_take(s, o->netlink);
    if ((news & (NETLINK_LINK | NETLINK_ADDRESS)) != 0) ospf_interfaces_update(s, id);
    if ((news & NETLINK_ROUTE) != 0) ospf_redistribution_update(s, id);
    finish(s, id);
}

/* The configuration has changed. */
void ospf_config_changed(struct step *s, struct id ospf) {
    if (ospf_get(s->lab, ospf)->running == 0) return;
    ospf_interfaces_update(s, ospf);
    finish(s, ospf);
}

static void interface_timer_fired(struct step *s, uint32_t timer, struct id id) {
    struct ospf_interface *i = ospf_interface_edit(s, id);
    if (timer == TIMER_OSPF_HELLO) {
        i->hello_timer = (struct id){0, 0};
        ospf_hello_send(s, id);
    } else if (timer == TIMER_OSPF_WAIT) {
        i->wait_timer = (struct id){0, 0};
        ospf_interface_event(s, id, OSPF_WAIT_TIMER);
    } else {
        ospf_ack_timer_fired(s, id);
    }
}

void ospf_timer_fired(struct step *s, uint32_t timer, struct id owner, uint32_t node) {
    struct id ospf = ospf_of(s->lab, node);
    if (timer == TIMER_OSPF_SPF)
        ospf_spf_timer_fired(s, ospf);
    else if (timer == TIMER_OSPF_AGE)
        ospf_age_timer_fired(s, ospf);
    else if (timer == TIMER_OSPF_ORIGINATION)
        ospf_origin_timer_fired(s, ospf);
    else if (timer == TIMER_OSPF_HELLO || timer == TIMER_OSPF_WAIT || timer == TIMER_OSPF_ACK)
        interface_timer_fired(s, timer, owner);
    else
        ospf_neighbor_timer_fired(s, timer, owner);
    finish(s, ospf);
}
