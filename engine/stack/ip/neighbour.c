#include "stack/ip/neighbour.h"
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
 * arp.model chooses: linux-nud is the above. timeout60 is the first way of RFC 1122 2.3.2.1: an
 * entry lives for arp.timeout from when its owner was last heard, whether in use or not, and then
 * is no more. static asks nobody and learns nothing. In all of them one destination is asked for
 * once a second at most (RFC 1122 2.3.2.1), by the timer between two requests.
 *
 * Differs: a reachable time is base_reachable_time itself; RFC 4861 6.3.2 and Linux have 0.5 to 1.5
 * times it, with arp.randomise. Making room: neighbour_gc.c. As data: neighbour_view.c.
 */
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/ip/acd.h"
#include "stack/ip/arp.h"
#include "stack/ip/flow.h"
#include "stack/ip/icmp.h"
#include "stack/ip/route.h"
#include "stack/mib.h"
#include "stack/wheel.h"
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

static int64_t setting(const struct step *s, const struct neighbour *n, enum setting which) {
    return setting_of(s->lab, n->node, which);
}

static enum arp_model model_of(const struct step *s, uint32_t node) {
    return (enum arp_model)setting_of(s->lab, node, SETTING_ARP_MODEL);
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

struct id neighbour_make(struct step *s, uint32_t interface, ip4 address) {
    assert(!id_is(neighbour_find(s->lab, interface, address)));
    uint32_t node = iface_get(s->lab, interface)->node;
    if (!neighbour_room(s, node)) return (struct id){0, 0};
    struct id id = object_create(s, POOL_NEIGHBOUR, node);
    if (!id_is(id)) {
        neighbour_collect(s, node);
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
    census_add(s, node, CENSUS_NEIGHBOURS, 1);
    return id;
}

/* RFC 4861 6.3.2: evenly from 0.5 to 1.5 times the base, drawn anew now and then; Linux draws every
 * 300 s, for an interface. Here for a node, as a hash of which 300 s they are. */
static sim_time reachable_time(const struct step *s, const struct neighbour *n) {
    static const sim_time redrawn_every = 300000000000;
    sim_time base = setting(s, n, SETTING_ARP_BASE_REACHABLE);
    if (model_of(s, n->node) != ARP_MODEL_NUD) return setting(s, n, SETTING_ARP_TIMEOUT);
    if (setting(s, n, SETTING_ARP_RANDOMISE) == 0) return base;
    const struct node *node = node_view_at(s->lab, n->node);
    uint64_t drawn = hash_mix(node->secret[0], (uint64_t)(s->now / redrawn_every));
    return base / 2 + (sim_time)(drawn % (uint64_t)base);
}

static void watch_timer(struct step *s, struct id id, enum timer_kind kind, sim_time after) {
    struct neighbour *n = edit(s, id);
    timer_stop(s, &n->timer);
    timer_set(s, &n->timer, kind, n->node, id, wheel_expiry(s, n->node, after));
}

static void enter(struct step *s, struct id id, enum neighbour_state to) {
    struct neighbour *n = edit(s, id);
    uint32_t from = n->state;
    if (from == to) return;
    n->state = to;
    timer_stop(s, &n->timer);
    trace_state(s, n->node, MACHINE_NEIGHBOUR, id, from, to, states_clause);
    /* What was set by hand takes none of the room that is counted. */
    if (from == NEIGHBOUR_PERMANENT) census_add(s, n->node, CENSUS_NEIGHBOURS, 1);
    if (to == NEIGHBOUR_PERMANENT) census_add(s, n->node, CENSUS_NEIGHBOURS, UINT32_MAX);
    if (to == NEIGHBOUR_REACHABLE)
        watch_timer(s, id, TIMER_ARP_REACHABLE, n->confirmed_at + reachable_time(s, n) - s->now);
    if (to == NEIGHBOUR_DELAY)
        watch_timer(s, id, TIMER_ARP_DELAY, setting(s, n, SETTING_ARP_DELAY_FIRST_PROBE));
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
    int64_t room = setting(s, n, SETTING_ARP_UNRES_QLEN);
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

/* RFC 1812 5.2.7.1 and RFC 1122 3.3.1: the next hop does not answer, so the packet's sender hears
 * Destination Unreachable, code 1; on the sender itself the error comes to its own sockets. */
static void unreachable(struct step *s, uint32_t node, struct id packet) {
    trace_dropped(s, node, packet, REASON_UNRESOLVED, "RFC 1812 5.2.7.1");
    icmp_error(s, node, packet, ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE, 0, LINK_UNICAST);
    frame_free(s, packet);
}

/* ------------------------------------------------------------------- asking */

static void fail(struct step *s, struct id id) {
    enter(s, id, NEIGHBOUR_FAILED);
    struct neighbour *n = edit(s, id);
    n->updated_at = s->now;
    while (n->queued > 0) unreachable(s, n->node, queue_take(s, n));
}

/* Whose address the request tells: Linux's arp_announce. 0: that of the packet that asks, if it is
 * one of the node's own; 1: the same, if it is of the neighbour's network; else the interface's. */
static ip4 asking_address(const struct step *s, const struct neighbour *n) {
    const struct interface *i = iface_get(s->lab, n->interface);
    int64_t announce = setting(s, n, SETTING_ARP_ANNOUNCE);
    if (!id_is(n->last) || announce >= 2) return i->address;
    struct reader r = frame_reader(frame_at(s->lab, n->last));
    read_skip(&r, IPV4_HEADER - 8);
    ip4 src = read_u32(&r);
    if (r.failed || src == i->address || iface_with_address(s->lab, n->node, src) == 0)
        return i->address;
    bool of_its_network = (src & prefix_mask(i->prefix)) == (n->address & prefix_mask(i->prefix));
    return announce == 0 || of_its_network ? src : i->address;
}

/* RFC 5227 2.1.1: not with an address that may be another's. The timer asks again. */
static void ask(struct step *s, const struct neighbour *n, enum arp_cast cast) {
    if (acd_is_tentative(s->lab, n->interface)) return;
    arp_request(s, n->interface, asking_address(s, n), n->address, cast, n->mac);
}

/* One more question, or the end of asking. */
static void probe(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    bool known = n->state == NEIGHBOUR_PROBE;
    int64_t unicast = known ? setting(s, n, SETTING_ARP_UCAST_PROBES) : 0;
    int64_t broadcast =
        setting(s, n, known ? SETTING_ARP_MCAST_REPROBES : SETTING_ARP_MCAST_PROBES);
    if (n->probes >= unicast + broadcast) {
        fail(s, id);
        return;
    }
    n->probes++;
    watch_timer(s, id, known ? TIMER_ARP_PROBE : TIMER_ARP_RETRANS,
                setting(s, n, SETTING_ARP_RETRANS));
    /* RFC 1122 2.3.2.1 (2) and RFC 4861 7.3.3: ask a known neighbour by unicast first. */
    ask(s, n, n->probes <= unicast ? ARP_UNICAST : ARP_BROADCAST);
}

static void resolve(struct step *s, struct id id) {
    edit(s, id)->probes = 0;
    enter(s, id, NEIGHBOUR_INCOMPLETE);
    probe(s, id);
}

/* A packet that has to wait. `variant.arp_flood`: each of them asks. */
static void wait_for_answer(struct step *s, struct id id, struct id packet) {
    struct neighbour *n = edit(s, id);
    if (model_of(s, n->node) == ARP_MODEL_STATIC) {
        unreachable(s, n->node, packet);
        return;
    }
    queue_add(s, n, packet);
    if (n->state != NEIGHBOUR_INCOMPLETE)
        resolve(s, id);
    else if (setting(s, n, SETTING_VARIANT_ARP_FLOOD) != 0)
        ask(s, n, ARP_BROADCAST);
}

/* The neighbour that a flow leads to. An id of one that is gone is stale, so it is looked for
 * again. */
static const struct neighbour *look_by(const struct step *s, const struct next_hop *hop,
                                       struct memo *flow, struct id *id) {
    *id = (struct id){flow->word[FLOW_SLOT], flow->word[FLOW_GENERATION]};
    const struct neighbour *n = neighbour_get(s->lab, *id);
    if (n != NULL && flow->word[FLOW_ROUTE] != FLOW_EACH) return n;
    n = look(s->lab, hop->interface, hop->address, id);
    flow->word[FLOW_SLOT] = id->slot;
    flow->word[FLOW_GENERATION] = id->generation;
    return n;
}

/* The first packet to somebody. */
static void send_to_unknown(struct step *s, const struct next_hop *hop, struct id packet) {
    uint32_t node = iface_get(s->lab, hop->interface)->node;
    if (model_of(s, node) == ARP_MODEL_STATIC) {
        unreachable(s, node, packet);
        return;
    }
    struct id id = neighbour_make(s, hop->interface, hop->address);
    if (id_is(id)) {
        wait_for_answer(s, id, packet);
        return;
    }
    trace_dropped(s, node, packet, REASON_NO_NEIGHBOURS, NULL);
    frame_free(s, packet);
}

void neighbour_send(struct step *s, const struct next_hop *hop, struct memo *flow,
                    struct id packet) {
    struct id id;
    const struct neighbour *n = look_by(s, hop, flow, &id);
    if (n == NULL) {
        send_to_unknown(s, hop, packet);
        return;
    }
    switch ((enum neighbour_state)n->state) {
    case NEIGHBOUR_NONE:
    case NEIGHBOUR_FAILED:
    case NEIGHBOUR_INCOMPLETE: wait_for_answer(s, id, packet); return;
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
    iface_send(s, hop->interface, packet, n->mac, ETHER_TYPE_IPV4);
}

static void reachable_over(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    sim_time until = n->confirmed_at + reachable_time(s, n);
    if (s->now < until)
        watch_timer(s, id, TIMER_ARP_REACHABLE, until - s->now);
    else if (model_of(s, n->node) != ARP_MODEL_NUD)
        neighbour_remove(s, id); /* RFC 1122 2.3.2.1 (1): even if it is in use */
    else if (s->now <= n->used_at + setting(s, n, SETTING_ARP_DELAY_FIRST_PROBE))
        enter(s, id, NEIGHBOUR_DELAY);
    else
        enter(s, id, NEIGHBOUR_STALE);
}

static void delay_over(struct step *s, struct id id) {
    struct neighbour *n = edit(s, id);
    if (s->now <= n->confirmed_at + setting(s, n, SETTING_ARP_DELAY_FIRST_PROBE)) {
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
    if (model_of(s, n->node) == ARP_MODEL_TIMEOUT) { /* heard is known, for a while */
        to = NEIGHBOUR_REACHABLE;
        override = NEIGHBOUR_OVERRIDE;
    }
    if (to == NEIGHBOUR_REACHABLE) n->confirmed_at = s->now;
    if (was_valid && !same && override == NEIGHBOUR_KEEP) return;
    /* A hint that only says STALE tells nothing new about an entry with the same address. */
    if (was_valid && same && to == NEIGHBOUR_STALE) to = n->state;
    if (!same || to != n->state) n->updated_at = s->now;
    if (!same && to != NEIGHBOUR_REACHABLE)
        n->confirmed_at = s->now - 2 * setting(s, n, SETTING_ARP_BASE_REACHABLE);
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
    if (n != NULL && valid(n->state) && n->confirmed_at != s->now &&
        model_of(s, node) == ARP_MODEL_NUD)
        touch(s, id)->confirmed_at = s->now;
}

/* RFC 1122 2.3.2.1 (4): advice from above. */
void arp_doubt(struct step *s, uint32_t node, ip4 dst) {
    struct next_hop hop;
    if (!route_lookup(s->lab, node, dst, &hop)) return;
    struct id id;
    const struct neighbour *n = look(s->lab, hop.interface, hop.address, &id);
    if (n == NULL || n->state != NEIGHBOUR_REACHABLE) return;
    if (model_of(s, node) == ARP_MODEL_NUD)
        enter(s, id, NEIGHBOUR_STALE);
    else
        neighbour_remove(s, id);
}

bool neighbour_set(struct step *s, uint32_t interface, ip4 address, const uint8_t mac[MAC_OCTETS],
                   enum neighbour_state to) {
    struct id id = neighbour_find(s->lab, interface, address);
    if (!id_is(id)) id = neighbour_make(s, interface, address);
    if (!id_is(id)) return false;
    struct neighbour *n = edit(s, id);
    if (mac != NULL) memcpy(n->mac, mac, MAC_OCTETS);
    if (to == NEIGHBOUR_REACHABLE) n->confirmed_at = s->now;
    n->updated_at = s->now;
    n->probes = 0;
    if (to == NEIGHBOUR_FAILED)
        fail(s, id);
    else
        enter(s, id, to);
    if (to == NEIGHBOUR_PROBE || to == NEIGHBOUR_INCOMPLETE) probe(s, id);
    if (valid(to)) queue_release(s, id);
    return true;
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
    neighbour_set(s, interface, address, mac, NEIGHBOUR_PERMANENT);
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
    census_add(s, n->node, CENSUS_NEIGHBOURS, UINT32_MAX);
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
