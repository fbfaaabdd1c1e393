#include "engine.h"
/*
 * The one file that knows every layer: the table by which sim/ calls upwards, and what a caller may
 * ask a lab about its nodes, interfaces, links, tables and graphs.
 */
#include <assert.h>
#include <string.h>

#include "apps/apps.h"
#include "routing/routing.h"
#include "routing/staticd.h"
#include "sim/state.h"
#include "sim/trace.h"
#include "stack/stack.h"
#include "stack/tcp/tcp.h"
#include "stack/udp.h"

/* Which layer a timer belongs to. */
static void timer_fired(struct step *s, uint32_t timer, struct id owner, uint32_t node) {
    switch ((enum timer_kind)timer) {
    case TIMER_TCP_RETRANSMISSION:
    case TIMER_TCP_DELAYED_ACK:
    case TIMER_TCP_TIME_WAIT:
    case TIMER_TCP_USER:
    case TIMER_TCP_PERSIST:
    case TIMER_TCP_KEEPALIVE:
    case TIMER_TCP_FIN_WAIT_2:
    case TIMER_TCP_SYNACK:
    case TIMER_TCP_LOSS_PROBE:
    case TIMER_TCP_REORDERING: tcp_timer_fired(s, timer, owner); return;
    case TIMER_ARP_RETRANS:
    case TIMER_ARP_REACHABLE:
    case TIMER_ARP_DELAY:
    case TIMER_ARP_PROBE:
    case TIMER_ROUTE:
    case TIMER_ICMP_REPLY:
    case TIMER_ROUTER:
    case TIMER_REASSEMBLY:
    case TIMER_TRACK:
    case TIMER_IGMP_REPORT:
    case TIMER_IGMP_CHANGE:
    case TIMER_ARP_ADDRESS:
    case TIMER_ARP_PROXY:
    case TIMER_LOOPBACK: stack_timer_fired(s, timer, owner, node); return;
    case TIMER_TFTP_RETRANSMISSION:
    case TIMER_TFTP_DALLY: tftp_timer_fired(s, timer, owner); return;
    case TIMER_RIP_TRIGGERED:
    case TIMER_RIP_TIMEOUT:
    case TIMER_RIP_GARBAGE:
    case TIMER_RIP_UPDATE: rip_timer_fired(s, timer, owner, node); return;
    case TIMER_OSPF_AGE:
    case TIMER_OSPF_ORIGINATION:
    case TIMER_OSPF_UPDATE:
    case TIMER_OSPF_ACK:
    case TIMER_OSPF_WAIT:
    case TIMER_OSPF_INACTIVITY:
    case TIMER_OSPF_DD:
    case TIMER_OSPF_REQUEST:
    case TIMER_OSPF_SPF:
    case TIMER_OSPF_HELLO: ospf_timer_fired(s, timer, owner, node); return;
    case TIMER_PROCESS:
    case TIMER_WAKE: apps_timer_fired(s, timer, owner, node); return;
    case TIMER_SCRIPT:
    case TIMER_FAULT:
    case TIMER_HOLD:
    case TIMER_KIND_COUNT: break;
    }
    assert(!"sim/ keeps these timers to itself");
}

static bool node_begin(struct step *s, uint32_t node, const struct scenario_node *from,
                       struct complaint *why) {
    return stack_node_begin(s, node, from, why) && apps_node_begin(s, node, from, why);
}

/* From above, so that who held something lets go of it before it is gone: but first TCP, whose
 * connections end with the node and are not closed. Started it is from below. */
static void node_power(struct step *s, uint32_t node, bool on) {
    if (on) {
        stack_node_boot(s, node);
        apps_node_boot(s, node);
        return;
    }
    tcp_node_crash(s, node);
    apps_node_crash(s, node);
    stack_node_crash(s, node);
}

/* What the layers know of a frame from outside goes beside it, for those who look on. */
static void frame_came_in(struct lab *lab, uint32_t interface, struct frame *frame) {
    tcp_came_in(lab, interface, frame);
    udp_came_in(lab, frame);
}

static uint32_t machine_pool(uint32_t machine) {
    switch ((enum machine)machine) {
    case MACHINE_TCP:
    case MACHINE_CONGESTION: return POOL_TCB;
    case MACHINE_NEIGHBOUR: return POOL_NEIGHBOUR;
    case MACHINE_TFTP: return POOL_TFTP;
    case MACHINE_RIP: return POOL_RIP_ROUTE;
    case MACHINE_OSPF_INTERFACE: return POOL_OSPF_INTERFACE;
    case MACHINE_OSPF_NEIGHBOR: return POOL_OSPF_NEIGHBOR;
    case MACHINE_COUNT: break;
    }
    return POOL_COUNT;
}

const struct dispatch dispatch = {
    .kinds = {[POOL_NEIGHBOUR] = &neighbour_kind,
              [POOL_MAC] = &mac_kind,
              [POOL_REASSEMBLY] = &reassembly_kind,
              [POOL_ROUTE] = &route_kind,
              [POOL_RULE] = &rule_kind,
              [POOL_TRACK] = &track_kind,
              [POOL_GROUP] = &group_kind,
              [POOL_MEMBERSHIP] = &membership_kind,
              [POOL_SOCKET] = &socket_kind,
              [POOL_TCB] = &tcp_object_kind,
              [POOL_CHUNK] = &tcp_chunk_kind,
              [POOL_PEER] = &tcp_peer_kind,
              [POOL_SENT] = &tcp_sent_kind,
              [POOL_PROCESS] = &process_kind,
              [POOL_FILE] = &file_kind,
              [POOL_FILE_BLOCK] = &file_block_kind,
              [POOL_TFTP] = &tftp_kind,
              [POOL_STATIC] = &static_kind,
              [POOL_RIP] = &rip_kind,
              [POOL_RIP_LINE] = &rip_line_kind,
              [POOL_RIP_INTERFACE] = &rip_interface_kind,
              [POOL_RIP_PEER] = &rip_peer_kind,
              [POOL_RIP_ROUTE] = &rip_route_kind,
              [POOL_KEY] = &key_kind,
              [POOL_OSPF] = &ospf_kind,
              [POOL_OSPF_AREA] = &ospf_area_kind,
              [POOL_OSPF_INTERFACE] = &ospf_interface_kind,
              [POOL_OSPF_NEIGHBOR] = &ospf_neighbor_kind,
              [POOL_OSPF_ITEM] = &ospf_item_kind,
              [POOL_OSPF_LSA] = &ospf_lsa_kind,
              [POOL_OSPF_BLOCK] = &ospf_block_kind,
              [POOL_OSPF_ROUTE] = &ospf_route_kind},
    .frame_arrived = stack_frame_arrived,
    .timer_fired = timer_fired,
    .console = apps_console,
    .node_begin = node_begin,
    .node_power = node_power,
    .link_changed = stack_link_changed,
    .frame_seen = apps_frame_seen,
    .queue_is_long = stack_queue_is_long,
    .interface_row = interface_row,
    .came_in = frame_came_in,
    .machine_pool = machine_pool,
};

/* ------------------------------------------------------------------------ states and tables */

static const struct state_graph *const graphs[MACHINE_COUNT] = {
    [MACHINE_TCP] = &tcp_graph,
    [MACHINE_NEIGHBOUR] = &neighbour_graph,
    [MACHINE_CONGESTION] = &tcp_congestion_graph,
    [MACHINE_TFTP] = &tftp_graph,
    [MACHINE_RIP] = &rip_graph,
    [MACHINE_OSPF_INTERFACE] = &ospf_interface_graph,
    [MACHINE_OSPF_NEIGHBOR] = &ospf_neighbor_graph};

const struct state_graph *engine_graph(uint32_t machine) {
    return machine < MACHINE_COUNT ? graphs[machine] : NULL;
}

bool engine_graph_is_below(uint32_t machine) {
    return machine == MACHINE_NEIGHBOUR || machine == MACHINE_OSPF_INTERFACE;
}

const char *engine_state_name(uint32_t machine, uint64_t state) {
    const struct state_graph *graph = engine_graph(machine);
    if (graph != NULL && state == STATE_UNKNOWN) return "unknown"; /* to who only looks on */
    return graph != NULL && state < graph->state_count ? graph->states[state].name : NULL;
}

static const struct gauge_set *const gauges[MACHINE_COUNT] = {
    [MACHINE_TCP] = &tcp_gauges, [MACHINE_TFTP] = &tftp_gauges};

const struct gauge_set *engine_gauges(uint32_t machine) {
    return machine < MACHINE_COUNT ? gauges[machine] : NULL;
}

const struct table_shape *engine_table(uint32_t table) {
    return table < TABLE_COUNT ? &stack_tables[table] : NULL;
}

/* ------------------------------------------------------------------------ looking into a lab */

uint32_t lab_node_count(const struct lab *lab) {
    return lab->node_count;
}

uint32_t lab_link_count(const struct lab *lab) {
    return lab->link_count;
}

struct node_view lab_node(const struct lab *lab, uint32_t node) {
    const struct node *n = node_view_at(lab, node);
    return (struct node_view){.name = n->name,
                              .kind = (enum node_kind)n->kind,
                              .x = n->x,
                              .y = n->y,
                              .interfaces = n->interface_count,
                              .alive = n->alive != 0};
}

/* The lab is not changed: the accessors that give more than a look are sim/'s own. */
static const struct interface *interface_of(const struct lab *lab, uint32_t global_number) {
    return interface_at((struct lab *)lab, global_number);
}

struct interface_view lab_interface(const struct lab *lab, uint32_t node, uint32_t n) {
    const struct interface *i = interface_of(lab, interface_global(lab, node, n));
    struct interface_view view = {
        .name = i->name, .address = i->address, .prefix = i->prefix, .link = i->link};
    memcpy(view.mac, i->mac, sizeof view.mac);
    view.up = i->up && i->link != 0 && link_const_at(lab, i->link)->up;
    return view;
}

struct link_view lab_link(const struct lab *lab, uint32_t link) {
    assert(link >= 1 && link <= lab->link_count);
    const struct link *l = link_const_at(lab, link);
    struct link_view view = {.rate_bps = l->rate_bps, .up = l->up};
    for (uint32_t end = 0; end < 2; end++) {
        const struct interface *i = interface_of(lab, l->interface[end]);
        view.node[end] = i->node;
        view.interface[end] = i->number;
        view.delay_ns[end] = l->way[end].delay_ns;
    }
    return view;
}

uint32_t lab_livelock_link(const struct lab *lab) {
    return lab->ended == STOP_LIVELOCK ? lab->last_link : 0;
}

void lab_complete(const struct lab *lab, uint32_t node, const char *line,
                  void (*offer)(void *user, const char *word, const char *help), void *user) {
    apps_complete(lab, node, line, offer, user);
}
