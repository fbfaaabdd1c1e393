#include "stack/ip/arp.h"
/*
 * The neighbour cache. The states and their transitions are those of RFC 4861 7.3.2 and 7.3.3,
 * which Linux applies to ARP as well; its timing is that of net/core/neighbour.c:
 *
 *   INCOMPLETE  asked by broadcast every retrans_time, mcast_solicit times, then FAILED
 *   REACHABLE   confirmed within base_reachable_time
 *   STALE       was confirmed; the next packet to it starts DELAY
 *   DELAY       waits delay_first_probe_time for a confirmation from the layer above
 *   PROBE       asked by unicast, ucast_solicit times, then FAILED
 *   FAILED      nobody answered; packets that waited are unreachable; the next one asks again
 *
 * Differs: the reachable time is not randomised (RFC 4861 6.3.2 has 0.5 to 1.5 times), and entries
 * are collected only when the pool is full.
 */
#include "base/text.h"
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/ip/flow.h"
#include "stack/ip/icmp.h"
#include "stack/ip/route.h"
#include "stack/stack.h"
#include "stack/sysctl.h"
#include "wire/ether.h"
#include <assert.h>
#include <string.h>

static const char states_clause[] = "RFC 4861 7.3.2";

const struct neighbour *neighbour_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_NEIGHBOUR, id);
}

static struct neighbour *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_NEIGHBOUR, id);
}

/* For the times of use and confirmation, which no row shows. */
static struct neighbour *touch(struct step *s, struct id id) {
    return object_touch(s->lab, POOL_NEIGHBOUR, id);
}

struct id neighbour_first(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_neighbour;
}

static struct id *chain_of(const struct lab *lab, uint32_t interface, ip4 address) {
    return bucket((struct lab *)lab, BUCKET_NEIGHBOUR, hash_mix(interface, address));
}

/* NULL, and *id is none: there is no such entry. */
static const struct neighbour *look(const struct lab *lab, uint32_t interface, ip4 address,
                                    struct id *id) {
    for (*id = *chain_of(lab, interface, address); id_is(*id);) {
        const struct neighbour *n = neighbour_get(lab, *id);
        if (n->interface == interface && n->address == address) return n;
        *id = n->chain;
    }
    return NULL;
}

struct id neighbour_find(const struct lab *lab, uint32_t interface, ip4 address) {
    struct id id;
    look(lab, interface, address, &id);
    return id;
}

/* Stale and failed entries that nothing has used for gc_stale_time make room for a new one. */
static void collect(struct step *s, uint32_t node) {
    sim_time old = s->now - setting_of(s->lab, node, SETTING_ARP_GC_STALE);
    struct id next;
    for (struct id id = neighbour_first(s->lab, node); id_is(id); id = next) {
        const struct neighbour *n = neighbour_get(s->lab, id);
        next = n->next;
        if (n->state == NEIGHBOUR_FAILED || (n->state == NEIGHBOUR_STALE && n->used_at <= old))
            neighbour_remove(s, id);
    }
}

struct id neighbour_make(struct step *s, uint32_t interface, ip4 address) {
    assert(!id_is(neighbour_find(s->lab, interface, address)));
    uint32_t node = iface_get(s->lab, interface)->node;
    struct id id = object_create(s, POOL_NEIGHBOUR, node);
    if (!id_is(id)) {
        collect(s, node);
        id = object_create(s, POOL_NEIGHBOUR, node);
    }
    if (!id_is(id)) return id;
    struct neighbour *n = edit(s, id);
    struct id *chain = chain_of(s->lab, interface, address);
    n->node = node;
    n->interface = interface;
    n->address = address;
    n->updated_at = n->used_at = s->now;
    n->chain = *chain;
    *chain = id;
    n->next = node_at(s->lab, node)->first_neighbour;
    node_at(s->lab, node)->first_neighbour = id;
    return id;
}

static void watch_timer(struct step *s, struct id id, enum timer_kind kind, sim_time at) {
    struct neighbour *n = edit(s, id);
    timer_stop(s, &n->timer);
    timer_set(s, &n->timer, kind, n->node, id, at);
}

static void enter(struct step *s, struct id id, enum neighbour_state to) {
    struct neighbour *n = edit(s, id);
    uint32_t from = n->state;
    if (from == to) return;
    n->state = to;
    timer_stop(s, &n->timer);
    trace_state(s, n->node, MACHINE_NEIGHBOUR, id, from, to, states_clause);
    if (to == NEIGHBOUR_REACHABLE)
        watch_timer(s, id, TIMER_ARP_REACHABLE,
                    n->confirmed_at + setting_of(s->lab, n->node, SETTING_ARP_BASE_REACHABLE));
    if (to == NEIGHBOUR_DELAY)
        watch_timer(s, id, TIMER_ARP_DELAY,
                    s->now + setting_of(s->lab, n->node, SETTING_ARP_DELAY_FIRST_PROBE));
}

/* ------------------------------------------------------------------- packets that wait */

static struct id queue_take(struct step *s, struct neighbour *n) {
    struct id packet = n->first;
    struct frame *f = frame_at(s->lab, packet);
    n->first = f->next;
    if (!id_is(n->first)) n->last = n->first;
    f->next = (struct id){0, 0};
    n->queued--;
    return packet;
}

/* RFC 1122 2.3.2.2: save at least the latest packet until the address is resolved. Linux lets the
 * oldest go when there are more than unres_qlen. */
static void queue_add(struct step *s, struct neighbour *n, struct id packet) {
    int64_t room = setting_of(s->lab, n->node, SETTING_ARP_UNRES_QLEN);
    if (id_is(n->last))
        frame_at(s->lab, n->last)->next = packet;
    else
        n->first = packet;
    n->last = packet;
    n->queued++;
    while (n->queued > room) {
        struct id oldest = queue_take(s, n);
        trace_dropped(s, n->node, oldest, REASON_UNRESOLVED_QUEUE_FULL, "RFC 1122 2.3.2.2");
        frame_free(s, oldest);
    }
}

static void queue_release(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    while (n->queued > 0) iface_send(s, n->interface, queue_take(s, n), n->mac, ETHER_TYPE_IPV4);
    n->used_at = s->now;
}

/* RFC 1812 5.2.7.1 and RFC 1122 3.3.1: the next hop does not answer, so the packets' sender hears
 * Destination Unreachable, code 1; on the sender itself the error comes to its own sockets. */
static void queue_fail(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    while (n->queued > 0) {
        struct id packet = queue_take(s, n);
        trace_dropped(s, n->node, packet, REASON_UNRESOLVED, "RFC 1812 5.2.7.1");
        icmp_error(s, n->node, packet, ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE, 0, LINK_UNICAST);
        frame_free(s, packet);
    }
}

/* ------------------------------------------------------------------- asking */

static void fail(struct step *s, struct id id) {
    enter(s, id, NEIGHBOUR_FAILED);
    edit(s, id)->updated_at = s->now;
    queue_fail(s, id);
}

/* One more question, or the end of asking. */
static void probe(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    bool unicast = n->state == NEIGHBOUR_PROBE;
    int64_t most =
        setting_of(s->lab, n->node, unicast ? SETTING_ARP_UCAST_PROBES : SETTING_ARP_MCAST_PROBES);
    if (n->probes >= most) {
        fail(s, id);
        return;
    }
    n->probes++;
    watch_timer(s, id, unicast ? TIMER_ARP_PROBE : TIMER_ARP_RETRANS,
                s->now + setting_of(s->lab, n->node, SETTING_ARP_RETRANS));
    /* RFC 1122 2.3.2.1 (2) and RFC 4861 7.3.3: ask a known neighbour by unicast first. */
    arp_request(s, n->interface, n->address, unicast ? ARP_UNICAST : ARP_BROADCAST, n->mac);
}

static void resolve(struct step *s, struct id id) {
    edit(s, id)->probes = 0;
    enter(s, id, NEIGHBOUR_INCOMPLETE);
    probe(s, id);
}

/* The neighbour that a flow leads to. An id of one that is gone is stale, so it is looked for
 * again. */
static const struct neighbour *look_by(const struct step *s, const struct next_hop *hop,
                                       struct memo *flow, struct id *id) {
    *id = (struct id){flow->word[FLOW_SLOT], flow->word[FLOW_GENERATION]};
    const struct neighbour *n = neighbour_get(s->lab, *id);
    if (n != NULL) return n;
    n = look(s->lab, hop->interface, hop->address, id);
    flow->word[FLOW_SLOT] = id->slot;
    flow->word[FLOW_GENERATION] = id->generation;
    return n;
}

void neighbour_send(struct step *s, const struct next_hop *hop, struct memo *flow,
                    struct id packet) {
    struct id id;
    uint32_t interface = hop->interface;
    const struct neighbour *n = look_by(s, hop, flow, &id);
    if (n == NULL) n = neighbour_get(s->lab, id = neighbour_make(s, interface, hop->address));
    if (n == NULL) {
        trace_dropped(s, iface_get(s->lab, interface)->node, packet, REASON_NO_NEIGHBOURS, NULL);
        frame_free(s, packet);
        return;
    }
    switch ((enum neighbour_state)n->state) {
    case NEIGHBOUR_NONE:
    case NEIGHBOUR_FAILED:
        queue_add(s, edit(s, id), packet);
        resolve(s, id);
        return;
    case NEIGHBOUR_INCOMPLETE: queue_add(s, edit(s, id), packet); return;
    case NEIGHBOUR_STALE:
        enter(s, id, NEIGHBOUR_DELAY); /* and send: RFC 4861 7.3.3 */
        touch(s, id)->used_at = s->now;
        break;
    case NEIGHBOUR_DELAY:
    case NEIGHBOUR_PROBE: touch(s, id)->used_at = s->now; break;
    case NEIGHBOUR_REACHABLE: /* Linux: the fast path leaves no mark of the entry's use */
    case NEIGHBOUR_PERMANENT:
    case NEIGHBOUR_STATE_COUNT: break;
    }
    iface_send(s, interface, packet, n->mac, ETHER_TYPE_IPV4);
}

static void reachable_over(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    sim_time until = n->confirmed_at + setting_of(s->lab, n->node, SETTING_ARP_BASE_REACHABLE);
    if (s->now < until)
        watch_timer(s, id, TIMER_ARP_REACHABLE, until);
    else if (s->now <= n->used_at + setting_of(s->lab, n->node, SETTING_ARP_DELAY_FIRST_PROBE))
        enter(s, id, NEIGHBOUR_DELAY);
    else
        enter(s, id, NEIGHBOUR_STALE);
}

static void delay_over(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    if (s->now <= n->confirmed_at + setting_of(s->lab, n->node, SETTING_ARP_DELAY_FIRST_PROBE)) {
        enter(s, id, NEIGHBOUR_REACHABLE);
        return;
    }
    n->probes = 0;
    enter(s, id, NEIGHBOUR_PROBE);
    probe(s, id);
}

void neighbour_timer_fired(struct step *s, uint32_t timer, struct id id) {
    if (neighbour_get(s->lab, id) == NULL) return;
    if (timer == TIMER_ARP_REACHABLE)
        reachable_over(s, id);
    else if (timer == TIMER_ARP_DELAY)
        delay_over(s, id);
    else
        probe(s, id);
}

/* ------------------------------------------------------------------- news */

static bool valid(uint32_t state) {
    return state == NEIGHBOUR_REACHABLE || state == NEIGHBOUR_STALE || state == NEIGHBOUR_DELAY ||
           state == NEIGHBOUR_PROBE || state == NEIGHBOUR_PERMANENT;
}

void neighbour_update(struct step *s, struct id id, const uint8_t mac[MAC_OCTETS],
                      enum neighbour_state to, enum neighbour_override override) {
    struct neighbour *n = edit(s, id);
    bool same = memcmp(n->mac, mac, MAC_OCTETS) == 0;
    bool was_valid = valid(n->state);
    if (n->state == NEIGHBOUR_PERMANENT)
        return; /* an administrator's entry is not overwritten by the network */
    if (to == NEIGHBOUR_REACHABLE) n->confirmed_at = s->now;
    if (was_valid && !same && override == NEIGHBOUR_KEEP) return;
    /* A hint that only says STALE tells nothing new about an entry with the same address. */
    if (was_valid && same && to == NEIGHBOUR_STALE) to = n->state;
    if (!same || to != n->state) n->updated_at = s->now;
    if (!same && to != NEIGHBOUR_REACHABLE)
        n->confirmed_at = s->now - 2 * setting_of(s->lab, n->node, SETTING_ARP_BASE_REACHABLE);
    memcpy(n->mac, mac, MAC_OCTETS);
    enter(s, id, to);
    if (!was_valid) queue_release(s, id);
}

void arp_confirm(struct step *s, uint32_t node, ip4 dst) {
    struct next_hop hop;
    struct memo *flow = flow_of(s, node, dst);
    if (!flow_way(s, node, flow, &hop)) return;
    struct id id;
    const struct neighbour *n = look_by(s, &hop, flow, &id);
    if (n != NULL && valid(n->state) && n->confirmed_at != s->now)
        touch(s, id)->confirmed_at = s->now;
}

void arp_doubt(struct step *s, uint32_t node, ip4 dst) {
    struct next_hop hop;
    if (!route_lookup(s->lab, node, dst, &hop)) return;
    struct id id;
    const struct neighbour *n = look(s->lab, hop.interface, hop.address, &id);
    if (n != NULL && n->state == NEIGHBOUR_REACHABLE) enter(s, id, NEIGHBOUR_STALE);
}

bool neighbour_ready(struct step *s, uint32_t interface, ip4 address) {
    struct id id = neighbour_find(s->lab, interface, address);
    if (!id_is(id)) id = neighbour_make(s, interface, address);
    const struct neighbour *n = neighbour_get(s->lab, id);
    if (n == NULL) return false;
    if (n->state == NEIGHBOUR_NONE || n->state == NEIGHBOUR_FAILED) resolve(s, id);
    return valid(n->state);
}

void neighbour_set_permanent(struct step *s, uint32_t interface, ip4 address,
                             const uint8_t mac[MAC_OCTETS]) {
    struct id id = neighbour_find(s->lab, interface, address);
    if (!id_is(id)) id = neighbour_make(s, interface, address);
    if (!id_is(id)) return;
    memcpy(edit(s, id)->mac, mac, MAC_OCTETS);
    enter(s, id, NEIGHBOUR_PERMANENT);
    queue_release(s, id);
}

static void unchain(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    struct id *chain = chain_of(s->lab, n->interface, n->address);
    while (!id_same(*chain, id)) chain = &edit(s, *chain)->chain;
    *chain = n->chain;
    struct id *list = &node_at(s->lab, n->node)->first_neighbour;
    while (!id_same(*list, id)) list = &edit(s, *list)->next;
    *list = n->next;
}

void neighbour_remove(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    enter(s, id, NEIGHBOUR_NONE); /* else whoever follows the states would keep it for ever */
    while (n->queued > 0) {
        struct id packet = queue_take(s, n);
        trace_dropped(s, n->node, packet, REASON_UNRESOLVED, NULL);
        frame_free(s, packet);
    }
    unchain(s, id);
    object_destroy(s, POOL_NEIGHBOUR, id);
}

void neighbour_flush(struct step *s, uint32_t interface) {
    struct id next;
    for (struct id id = neighbour_first(s->lab, iface_get(s->lab, interface)->node); id_is(id);
         id = next) {
        const struct neighbour *n = neighbour_get(s->lab, id);
        next = n->next;
        if (n->interface == interface && n->state != NEIGHBOUR_PERMANENT) neighbour_remove(s, id);
    }
}

/* ------------------------------------------------------------------- as data */

static const struct graph_state graph_states[NEIGHBOUR_STATE_COUNT] = {
    [NEIGHBOUR_NONE] = {"NONE", 80, 120},
    [NEIGHBOUR_INCOMPLETE] = {"INCOMPLETE", 340, 120},
    [NEIGHBOUR_REACHABLE] = {"REACHABLE", 660, 120},
    [NEIGHBOUR_STALE] = {"STALE", 660, 420},
    [NEIGHBOUR_DELAY] = {"DELAY", 660, 680},
    [NEIGHBOUR_PROBE] = {"PROBE", 340, 680},
    [NEIGHBOUR_FAILED] = {"FAILED", 120, 420},
    [NEIGHBOUR_PERMANENT] = {"PERMANENT", 900, 900},
};
static const struct graph_edge graph_edges[] = {
    {NEIGHBOUR_NONE, NEIGHBOUR_INCOMPLETE, "packet to send / broadcast request", "RFC 4861 7.3.3",
     0},
    {NEIGHBOUR_NONE, NEIGHBOUR_STALE, "request heard", "RFC 826", 60},
    {NEIGHBOUR_NONE, NEIGHBOUR_PERMANENT, "set by hand", "RFC 826", -260},
    {NEIGHBOUR_INCOMPLETE, NEIGHBOUR_REACHABLE, "reply / send what waits", "RFC 4861 7.2.5", 0},
    {NEIGHBOUR_INCOMPLETE, NEIGHBOUR_STALE, "request heard / send what waits", "RFC 826", 0},
    {NEIGHBOUR_INCOMPLETE, NEIGHBOUR_FAILED, "no reply to 3 requests", "RFC 4861 7.2.2", 0},
    {NEIGHBOUR_REACHABLE, NEIGHBOUR_STALE, "30 s without confirmation", "RFC 4861 7.3.3", 40},
    {NEIGHBOUR_REACHABLE, NEIGHBOUR_DELAY, "time over, just used", "RFC 4861 7.3.3", 160},
    {NEIGHBOUR_STALE, NEIGHBOUR_DELAY, "packet to send", "RFC 4861 7.3.3", 0},
    {NEIGHBOUR_STALE, NEIGHBOUR_REACHABLE, "reply", "RFC 4861 7.2.5", 40},
    {NEIGHBOUR_DELAY, NEIGHBOUR_REACHABLE, "confirmed from above, or reply", "RFC 4861 7.3.1", 160},
    {NEIGHBOUR_DELAY, NEIGHBOUR_PROBE, "5 s / unicast request", "RFC 4861 7.3.3", 0},
    {NEIGHBOUR_PROBE, NEIGHBOUR_REACHABLE, "reply", "RFC 4861 7.2.5", 0},
    {NEIGHBOUR_PROBE, NEIGHBOUR_FAILED, "no reply to 3 requests", "RFC 4861 7.3.3", 0},
    {NEIGHBOUR_FAILED, NEIGHBOUR_INCOMPLETE, "packet to send / broadcast request", "RFC 4861 7.3.3",
     40},
    {NEIGHBOUR_FAILED, NEIGHBOUR_STALE, "request heard", "RFC 826", 40},
};
const struct state_graph neighbour_graph = {
    .machine = "neighbour",
    .title = "graph.neighbour",
    .source = "RFC 4861 7.3.2",
    .states = graph_states,
    .edges = graph_edges,
    .state_count = NEIGHBOUR_STATE_COUNT,
    .edge_count = sizeof graph_edges / sizeof graph_edges[0],
};

const char *neighbour_state_name(uint32_t state) {
    assert(state < NEIGHBOUR_STATE_COUNT);
    return graph_states[state].name;
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct neighbour *n = neighbour_get(lab, id);
    if (n->state == NEIGHBOUR_NONE) return false;
    text_add(t, "[\"");
    text_ip4(t, n->address);
    text_add(t, "\",\"");
    if (n->state != NEIGHBOUR_INCOMPLETE && n->state != NEIGHBOUR_FAILED) text_mac(t, n->mac);
    text_add(t, "\",\"");
    text_add(t, iface_get(lab, n->interface)->name);
    text_add(t, "\",\"");
    text_add(t, neighbour_state_name(n->state));
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return neighbour_get(lab, id)->node;
}

static uint32_t state(const struct lab *lab, struct id id) {
    return neighbour_get(lab, id)->state;
}

static void label(const struct lab *lab, struct id id, struct text *t) {
    text_ip4(t, neighbour_get(lab, id)->address);
}

const struct object_kind neighbour_kind = {
    .size = sizeof(struct neighbour),
    .table = TABLE_ARP,
    .machine = MACHINE_NEIGHBOUR,
    .row = row,
    .row_node = row_node,
    .state = state,
    .label = label,
};
