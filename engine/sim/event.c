#include "sim/event.h"
/*
 * The event queue. Its heap holds one key for each event of the pool and one for each direction
 * of a link that has frames under way (the head of its FIFO alone). The heap's slots 1..2*links
 * are the directions; an event of the pool stands behind them.
 *
 * Keys are (at, origin node, that node's own count of events): simultaneous events of unrelated
 * nodes keep their order whatever else a branch does.
 *
 * The heap's arrays double as they fill and are moved to new room of the arena; what they leave
 * behind is zeroed and stays unused, at most as much again as they take.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/state.h"
#include "sim/trace.h"

static const uint32_t owner_pools[TIMER_KIND_COUNT] = {
    [TIMER_TCP_RETRANSMISSION] = POOL_TCB,
    [TIMER_TCP_DELAYED_ACK] = POOL_TCB,
    [TIMER_TCP_TIME_WAIT] = POOL_TCB,
    [TIMER_TCP_USER] = POOL_TCB,
    [TIMER_TCP_PERSIST] = POOL_TCB,
    [TIMER_TCP_KEEPALIVE] = POOL_TCB,
    [TIMER_TCP_FIN_WAIT_2] = POOL_TCB,
    [TIMER_TCP_SYNACK] = POOL_TCB,
    [TIMER_TCP_LOSS_PROBE] = POOL_TCB,
    [TIMER_TCP_REORDERING] = POOL_TCB,
    [TIMER_ARP_RETRANS] = POOL_NEIGHBOUR,
    [TIMER_ARP_REACHABLE] = POOL_NEIGHBOUR,
    [TIMER_ARP_DELAY] = POOL_NEIGHBOUR,
    [TIMER_ARP_PROBE] = POOL_NEIGHBOUR,
    [TIMER_TRACK] = POOL_TRACK,
    [TIMER_IGMP_REPORT] = POOL_GROUP,
    [TIMER_IGMP_CHANGE] = POOL_GROUP,
    [TIMER_PROCESS] = POOL_PROCESS,
    [TIMER_WAKE] = POOL_PROCESS,
    [TIMER_SCRIPT] = POOL_SCRIPT,
    [TIMER_FAULT] = POOL_FAULT,
    [TIMER_LOOPBACK] = POOL_COUNT,
    [TIMER_HOLD] = POOL_COUNT,
    [TIMER_ICMP_REPLY] = POOL_COUNT,
    [TIMER_ROUTER] = POOL_COUNT,
    [TIMER_ROUTE] = POOL_ROUTE,
    [TIMER_REASSEMBLY] = POOL_REASSEMBLY,
    [TIMER_ARP_ADDRESS] = POOL_COUNT,
    [TIMER_ARP_PROXY] = POOL_COUNT,
    [TIMER_TFTP_DALLY] = POOL_TFTP,
    [TIMER_RIP_UPDATE] = POOL_RIP,
    [TIMER_RIP_TRIGGERED] = POOL_RIP,
    [TIMER_RIP_TIMEOUT] = POOL_RIP_ROUTE,
    [TIMER_RIP_GARBAGE] = POOL_RIP_ROUTE,
    [TIMER_OSPF_HELLO] = POOL_OSPF_INTERFACE,
    [TIMER_OSPF_WAIT] = POOL_OSPF_INTERFACE,
    [TIMER_OSPF_INACTIVITY] = POOL_OSPF_NEIGHBOR,
    [TIMER_OSPF_DD] = POOL_OSPF_NEIGHBOR,
    [TIMER_OSPF_REQUEST] = POOL_OSPF_NEIGHBOR,
    [TIMER_OSPF_AGE] = POOL_OSPF,
    [TIMER_OSPF_ORIGINATION] = POOL_OSPF,
    [TIMER_OSPF_UPDATE] = POOL_OSPF_NEIGHBOR,
    [TIMER_OSPF_ACK] = POOL_OSPF_INTERFACE,
    [TIMER_OSPF_SPF] = POOL_OSPF,
    [TIMER_TFTP_RETRANSMISSION] = POOL_TFTP,
};

uint32_t timer_owner_pool(uint32_t kind) {
    assert(kind < TIMER_KIND_COUNT);
    return owner_pools[kind];
}

/* These are how the engine goes on at the same instant, or how the scenario acts; nobody waits
 * for them, so they are no timers to a reader. */
bool timer_is_silent(uint32_t kind) {
    return kind == TIMER_WAKE || kind == TIMER_LOOPBACK || kind == TIMER_SCRIPT ||
           kind == TIMER_FAULT || kind == TIMER_HOLD || kind == TIMER_ICMP_REPLY ||
           kind == TIMER_ROUTER || kind >= TIMER_KIND_COUNT;
}

/* Nobody reads a table of fifty thousand timers. */
bool timer_has_row(struct id event) {
    enum { ROWS_MOST = 256 };
    return event.slot <= ROWS_MOST;
}

uint64_t step_cause(const struct step *s) {
    return s->spoken ? s->number : s->cause_step;
}

/* ----------------------------------------------------------------------------------- the heap */

struct heap lab_heap(struct lab *lab) {
    return (struct heap){.keys = lab_at(lab, lab->heap_keys),
                         .places = lab_at(lab, lab->heap_places),
                         .count = &lab->heap_count};
}

static uint64_t moved(struct lab *lab, uint64_t from, uint64_t octets, uint64_t room) {
    uint64_t to = arena_take(lab, room);
    memcpy(lab_at(lab, to), lab_at(lab, from), octets);
    memset(lab_at(lab, from), 0, octets);
    return to;
}

static void heap_grow(struct lab *lab) {
    uint64_t ways = 2 * (uint64_t)lab->link_count, old = lab->heap_room, room = 2 * old;
    if (room > lab->heap_limit) room = lab->heap_limit;
    lab->heap_keys = moved(lab, lab->heap_keys, (ways + old) * sizeof(struct heap_key),
                           (ways + room) * sizeof(struct heap_key));
    lab->heap_places = moved(lab, lab->heap_places, (ways + old + 1) * sizeof(uint32_t),
                             (ways + room + 1) * sizeof(uint32_t));
    lab->heap_room = (uint32_t)room;
}

static void push(struct lab *lab, uint32_t slot, sim_time at, uint32_t origin, uint64_t order) {
    struct heap heap = lab_heap(lab);
    heap_push(&heap, (struct heap_key){.at = at, .order = heap_order(origin, order), .slot = slot});
}

static void change(struct lab *lab, uint32_t slot, sim_time at, uint32_t origin, uint64_t order) {
    struct heap heap = lab_heap(lab);
    heap_change(&heap,
                (struct heap_key){.at = at, .order = heap_order(origin, order), .slot = slot});
}

static void pull(struct lab *lab, uint32_t slot) {
    struct heap heap = lab_heap(lab);
    heap_remove(&heap, slot);
}

void head_push(struct step *s, uint32_t way, sim_time at, uint32_t origin, uint64_t order) {
    assert(way >= 1 && way <= 2 * s->lab->link_count && at >= s->now);
    push(s->lab, way, at, origin, order);
}

void head_change(struct step *s, uint32_t way, sim_time at, uint32_t origin, uint64_t order) {
    assert(way >= 1 && way <= 2 * s->lab->link_count && at >= s->now);
    change(s->lab, way, at, origin, order);
}

void head_remove(struct lab *lab, uint32_t way) {
    pull(lab, way);
}

bool event_first(struct lab *lab, struct heap_key *first) {
    if (lab->heap_count == 0) return false;
    const struct heap_key *keys = lab_const_at(lab, lab->heap_keys);
    *first = keys[0];
    return true;
}

bool lab_next(const struct lab *lab, sim_time *at) {
    if (lab->heap_count == 0 || lab->ended != 0) return false;
    const struct heap_key *keys = lab_const_at(lab, lab->heap_keys);
    *at = keys[0].at;
    return true;
}

/* --------------------------------------------------------------------------------- its events */

static struct event *event_at(struct lab *lab, struct id id) {
    return (struct event *)object_get(lab, POOL_EVENT, id);
}

static uint32_t event_place(const struct lab *lab, struct id event) {
    return 2 * lab->link_count + event.slot;
}

/* What the scenario and the person do comes to pass however many events the nodes hold: lines of
 * the script and faults, at most one event each, have room of their own. */
static bool has_room(const struct lab *lab, uint32_t kind) {
    if (kind == TIMER_SCRIPT || kind == TIMER_FAULT) return true;
    uint32_t own = lab->pools[POOL_SCRIPT].capacity + lab->pools[POOL_FAULT].capacity;
    return lab->pools[POOL_EVENT].live - lab->lab_events < lab->pools[POOL_EVENT].capacity - own;
}

struct id event_new(struct step *s, uint32_t kind, uint32_t node, struct id owner, sim_time at,
                    uint64_t order, uint64_t cause) {
    assert(at >= s->now);
    struct lab *lab = s->lab;
    if (!has_room(lab, kind)) {
        lab->events_refused += 1;
        return (struct id){0, 0};
    }
    struct id id = pool_take(lab, POOL_EVENT);
    assert(id_is(id));
    lab->lab_events += kind == TIMER_SCRIPT || kind == TIMER_FAULT;
    if (id.slot > lab->heap_room) heap_grow(lab);
    *event_at(lab, id) =
        (struct event){.kind = kind, .node = node, .owner = owner, .at = at, .set_step = cause};
    push(lab, event_place(lab, id), at, node, order);
    return id;
}

void event_drop(struct lab *lab, struct id event) {
    uint32_t kind = event_at(lab, event)->kind;
    lab->lab_events -= kind == TIMER_SCRIPT || kind == TIMER_FAULT;
    pull(lab, event_place(lab, event));
    pool_give(lab, POOL_EVENT, event.slot, sizeof(struct event));
}

/* --------------------------------------------------------------------------------- the timers */

static void timer_move(struct step *s, struct id timer, struct event *event, sim_time at) {
    assert(at >= s->now);
    event->at = at;
    event->set_step = step_cause(s);
    change(s->lab, event_place(s->lab, timer), at, event->node, order_next(s->lab, event->node));
}

void timer_set(struct step *s, struct id *timer, enum timer_kind kind, uint32_t node,
               struct id owner, sim_time at) {
    assert(kind < TIMER_KIND_COUNT && at >= s->now);
    struct event *event = event_at(s->lab, *timer);
    if (!timer_is_silent(kind)) s->spoken = true;
    if (event != NULL) {
        assert(event->kind == kind && id_same(event->owner, owner));
        timer_move(s, *timer, event, at);
    } else {
        *timer = event_new(s, kind, node, owner, at, order_next(s->lab, node), step_cause(s));
    }
    if (id_is(*timer) && !timer_is_silent(kind)) trace_timer(s, TRACE_TIMER_SET, *timer);
}

void timer_stop(struct step *s, struct id *timer) {
    const struct event *event = event_at(s->lab, *timer);
    if (event != NULL) {
        if (!timer_is_silent(event->kind)) trace_timer(s, TRACE_TIMER_STOPPED, *timer);
        event_drop(s->lab, *timer);
    }
    *timer = (struct id){0, 0};
}

bool timer_pending(const struct lab *lab, struct id timer, sim_time *at) {
    const struct event *event = object_get(lab, POOL_EVENT, timer);
    if (event == NULL) return false;
    if (at != NULL) *at = event->at;
    return true;
}
