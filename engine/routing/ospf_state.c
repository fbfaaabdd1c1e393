#include "routing/ospf_parts.h"
/*
 * The machines of interfaces and neighbours as data: figures 11 to 13 of RFC 2328, the rows of both
 * tables, the watched fields, what a timer is for. Nothing here changes anything.
 */
#include "routing/routing.h"
#include "stack/iface.h"

/* ------------------------------------------------------------------- names */

static const char *const interface_events[OSPF_INTERFACE_EVENT_COUNT] = {
    [OSPF_INTERFACE_UP] = "InterfaceUp",
    [OSPF_WAIT_TIMER] = "WaitTimer",
    [OSPF_BACKUP_SEEN] = "BackupSeen",
    [OSPF_NEIGHBOR_CHANGE] = "NeighborChange",
    [OSPF_LOOP_IND] = "LoopInd",
    [OSPF_UNLOOP_IND] = "UnloopInd",
    [OSPF_INTERFACE_GOES_DOWN] = "InterfaceDown",
};
static const char *const neighbor_events[OSPF_NEIGHBOR_EVENT_COUNT] = {
    [OSPF_HELLO_RECEIVED] = "HelloReceived",
    [OSPF_START] = "Start",
    [OSPF_2WAY_RECEIVED] = "2-WayReceived",
    [OSPF_NEGOTIATION_DONE] = "NegotiationDone",
    [OSPF_EXCHANGE_DONE] = "ExchangeDone",
    [OSPF_BAD_LS_REQ] = "BadLSReq",
    [OSPF_LOADING_DONE] = "LoadingDone",
    [OSPF_ADJ_OK] = "AdjOK?",
    [OSPF_SEQ_NUMBER_MISMATCH] = "SeqNumberMismatch",
    [OSPF_1WAY_RECEIVED] = "1-WayReceived",
    [OSPF_KILL_NBR] = "KillNbr",
    [OSPF_INACTIVITY_TIMER] = "InactivityTimer",
    [OSPF_LL_DOWN] = "LLDown",
};

const char *ospf_interface_event_name(uint32_t event) {
    return event < OSPF_INTERFACE_EVENT_COUNT ? interface_events[event] : NULL;
}
const char *ospf_neighbor_event_name(uint32_t event) {
    return event < OSPF_NEIGHBOR_EVENT_COUNT ? neighbor_events[event] : NULL;
}

/* ------------------------------------------------------------------- figure 11 */

static const struct graph_state interface_states[OSPF_INTERFACE_STATE_COUNT] = {
    [OSPF_INTERFACE_DOWN] = {"Down", 380, 60},
    [OSPF_INTERFACE_LOOPBACK] = {"Loopback", 820, 60},
    [OSPF_INTERFACE_WAITING] = {"Waiting", 380, 340},
    [OSPF_INTERFACE_POINT_TO_POINT] = {"Point-to-point", 820, 340},
    [OSPF_INTERFACE_DR_OTHER] = {"DROther", 720, 640},
    [OSPF_INTERFACE_BACKUP] = {"Backup", 120, 640},
    [OSPF_INTERFACE_DR] = {"DR", 400, 900},
};
#define OF(from, to) OSPF_INTERFACE_##from, OSPF_INTERFACE_##to
#define CHANGE       "NeighborChange / elect"
static const struct graph_edge interface_edges[] = {
    {OF(DOWN, WAITING), "InterfaceUp / start timers", "RFC 2328 9.3", 0},
    {OF(DOWN, POINT_TO_POINT), "InterfaceUp, point-to-point", "RFC 2328 9.3", 0},
    {OF(DOWN, DR_OTHER), "InterfaceUp, priority 0", "RFC 2328 9.3", 60},
    {OF(WAITING, BACKUP), "BackupSeen, WaitTimer / elect", "RFC 2328 9.3", 0},
    {OF(WAITING, DR_OTHER), "BackupSeen, WaitTimer / elect", "RFC 2328 9.3", 0},
    {OF(WAITING, DR), "WaitTimer / elect", "RFC 2328 9.3", 0},
    {OF(DR_OTHER, BACKUP), CHANGE, "RFC 2328 9.3", 40},
    {OF(BACKUP, DR_OTHER), CHANGE, "RFC 2328 9.3", 40},
    {OF(BACKUP, DR), CHANGE, "RFC 2328 9.3", 40},
    {OF(DR, BACKUP), CHANGE, "RFC 2328 9.3", 40},
    {OF(DR_OTHER, DR), CHANGE, "RFC 2328 9.3", 40},
    {OF(DR, DR_OTHER), CHANGE, "RFC 2328 9.3", 40},
    {OF(POINT_TO_POINT, DOWN), "InterfaceDown", "RFC 2328 9.3", 60},
    {OF(WAITING, DOWN), "InterfaceDown", "RFC 2328 9.3", 60},
    {OF(DR_OTHER, DOWN), "InterfaceDown", "RFC 2328 9.3", 120},
    {OF(BACKUP, DOWN), "InterfaceDown", "RFC 2328 9.3", -60},
    {OF(DR, DOWN), "InterfaceDown", "RFC 2328 9.3", -330},
    {OF(LOOPBACK, DOWN), "UnloopInd", "RFC 2328 9.3", 40},
    {OF(DOWN, LOOPBACK), "LoopInd", "RFC 2328 9.3", 40},
    {OF(POINT_TO_POINT, LOOPBACK), "LoopInd", "RFC 2328 9.3", 0},
};
#undef OF
const struct state_graph ospf_interface_graph = {
    .machine = "ospf_interface",
    .title = "graph.ospf_interface",
    .source = "RFC 2328 9.1, figure 11",
    .states = interface_states,
    .edges = interface_edges,
    .state_count = OSPF_INTERFACE_STATE_COUNT,
    .edge_count = sizeof interface_edges / sizeof interface_edges[0],
};
const char *ospf_interface_state_name(uint32_t state) {
    return state < OSPF_INTERFACE_STATE_COUNT ? interface_states[state].name : NULL;
}

/* ------------------------------------------------------------------- figures 12 and 13 */

static const struct graph_state neighbor_states[OSPF_NEIGHBOR_STATE_COUNT] = {
    [OSPF_NEIGHBOR_DOWN] = {"Down", 160, 60},
    [OSPF_NEIGHBOR_ATTEMPT] = {"Attempt", 520, 60},
    [OSPF_NEIGHBOR_INIT] = {"Init", 160, 280},
    [OSPF_NEIGHBOR_2WAY] = {"2-Way", 520, 280},
    [OSPF_NEIGHBOR_EXSTART] = {"ExStart", 520, 500},
    [OSPF_NEIGHBOR_EXCHANGE] = {"Exchange", 520, 720},
    [OSPF_NEIGHBOR_LOADING] = {"Loading", 820, 920},
    [OSPF_NEIGHBOR_FULL] = {"Full", 220, 920},
};
#define OF(from, to) OSPF_NEIGHBOR_##from, OSPF_NEIGHBOR_##to
#define MISMATCH     "SeqNumberMismatch, BadLSReq"
#define END          "InactivityTimer, KillNbr, LLDown"
static const struct graph_edge neighbor_edges[] = {
    {OF(DOWN, ATTEMPT), "Start", "RFC 2328 10.3", 0},
    {OF(DOWN, INIT), "HelloReceived", "RFC 2328 10.3", 0},
    {OF(ATTEMPT, INIT), "HelloReceived", "RFC 2328 10.3", 0},
    {OF(INIT, 2WAY), "2-WayReceived, no adjacency", "RFC 2328 10.4", 0},
    {OF(INIT, EXSTART), "2-WayReceived / snd DD", "RFC 2328 10.4", 0},
    {OF(2WAY, EXSTART), "AdjOK? yes / snd DD", "RFC 2328 10.4", 40},
    {OF(2WAY, INIT), "1-WayReceived", "RFC 2328 10.3", 40},
    {OF(EXSTART, EXCHANGE), "NegotiationDone", "RFC 2328 10.6", 0},
    {OF(EXCHANGE, LOADING), "ExchangeDone / snd LS request", "RFC 2328 10.3", 0},
    {OF(EXCHANGE, FULL), "ExchangeDone, nothing to ask for", "RFC 2328 10.3", 0},
    {OF(LOADING, FULL), "LoadingDone", "RFC 2328 10.9", 0},
    {OF(EXCHANGE, EXSTART), MISMATCH, "RFC 2328 10.3", 60},
    {OF(LOADING, EXSTART), MISMATCH, "RFC 2328 10.3", 60},
    {OF(FULL, EXSTART), MISMATCH, "RFC 2328 10.3", 60},
    {OF(EXSTART, 2WAY), "AdjOK? no", "RFC 2328 10.4", 40},
    {OF(EXCHANGE, 2WAY), "AdjOK? no", "RFC 2328 10.4", -120},
    {OF(LOADING, 2WAY), "AdjOK? no", "RFC 2328 10.4", 120},
    {OF(FULL, 2WAY), "AdjOK? no", "RFC 2328 10.4", -160},
    {OF(EXSTART, INIT), "1-WayReceived", "RFC 2328 10.3", 60},
    {OF(EXCHANGE, INIT), "1-WayReceived", "RFC 2328 10.3", 100},
    {OF(LOADING, INIT), "1-WayReceived", "RFC 2328 10.3", 60},
    {OF(FULL, INIT), "1-WayReceived", "RFC 2328 10.3", 60},
    {OF(INIT, DOWN), END, "RFC 2328 10.3", 40},
    {OF(2WAY, DOWN), END, "RFC 2328 10.3", 60},
    {OF(EXSTART, DOWN), END, "RFC 2328 10.3", 60},
    {OF(EXCHANGE, DOWN), END, "RFC 2328 10.3", 60},
    {OF(LOADING, DOWN), END, "RFC 2328 10.3", 60},
    {OF(FULL, DOWN), END, "RFC 2328 10.3", 180},
    {OF(ATTEMPT, DOWN), END, "RFC 2328 10.3", 40},
};
#undef OF
const struct state_graph ospf_neighbor_graph = {
    .machine = "ospf_neighbor",
    .title = "graph.ospf_neighbor",
    .source = "RFC 2328 10.1, figures 12 and 13",
    .states = neighbor_states,
    .edges = neighbor_edges,
    .state_count = OSPF_NEIGHBOR_STATE_COUNT,
    .edge_count = sizeof neighbor_edges / sizeof neighbor_edges[0],
};
const char *ospf_neighbor_state_name(uint32_t state) {
    return state < OSPF_NEIGHBOR_STATE_COUNT ? neighbor_states[state].name : NULL;
}

/* ------------------------------------------------------------------- interfaces as data */

static void next_cell(struct text *t) {
    text_add(t, "\",\"");
}

static bool interface_row(const struct lab *lab, struct id id, struct text *t) {
    const struct ospf_interface *i = ospf_interface_get(lab, id);
    if (!id_is(i->area)) return false;
    text_add(t, "[\"");
    text_add(t, iface_get(lab, i->interface)->name);
    next_cell(t);
    text_ip4(t, i->address);
    text_char(t, '/');
    text_u64(t, i->prefix);
    next_cell(t);
    text_ip4(t, i->area_id);
    next_cell(t);
    text_add(t, ospf_interface_state_name(i->state));
    next_cell(t);
    text_u64(t, i->cost);
    next_cell(t);
    text_u64(t, i->priority);
    next_cell(t);
    text_ip4(t, i->dr_id);
    next_cell(t);
    text_ip4(t, i->bdr_id);
    next_cell(t);
    text_u64(t, i->full_count);
    text_char(t, '/');
    text_u64(t, i->neighbor_count);
    text_add(t, "\"]");
    return true;
}

static uint32_t interface_node(const struct lab *lab, struct id id) {
    return ospf_interface_get(lab, id)->node;
}

static uint32_t interface_state(const struct lab *lab, struct id id) {
    return ospf_interface_get(lab, id)->state;
}

static void interface_label(const struct lab *lab, struct id id, struct text *t) {
    text_add(t, iface_get(lab, ospf_interface_get(lab, id)->interface)->name);
}

#define IN(member)                                                                                 \
    offsetof(struct ospf_interface, member), sizeof(((struct ospf_interface *)NULL)->member)
static const struct watch interface_watches[] = {
    {"Designated Router", IN(dr), WATCH_IP4, 0},
    {"Backup Designated Router", IN(bdr), WATCH_IP4, 0},
    {"Router Priority", IN(priority), WATCH_NUMBER, 0},
    {"Interface output cost", IN(cost), WATCH_NUMBER, 0},
    {"Neighbors", IN(neighbor_count), WATCH_NUMBER, 0},
    {"Adjacencies", IN(full_count), WATCH_NUMBER, 0},
};
#undef IN
const struct object_kind ospf_interface_kind = {
    .size = sizeof(struct ospf_interface),
    .table = TABLE_OSPF_INTERFACES,
    .watches = interface_watches,
    .watch_count = sizeof interface_watches / sizeof interface_watches[0],
    .machine = MACHINE_OSPF_INTERFACE,
    .row = interface_row,
    .row_node = interface_node,
    .state = interface_state,
    .label = interface_label,
};

/* ------------------------------------------------------------------- neighbours as data */

/* The part that the neighbour claims for itself on its network. */
static const char *role_of(const struct ospf_neighbor *n) {
    if (n->dr != 0 && n->dr == n->address) return "DR";
    return n->bdr != 0 && n->bdr == n->address ? "Backup" : "-";
}

static bool neighbor_row(const struct lab *lab, struct id id, struct text *t) {
    const struct ospf_neighbor *n = ospf_neighbor_get(lab, id);
    if (n->state == OSPF_NEIGHBOR_DOWN) return false;
    text_add(t, "[\"");
    text_ip4(t, n->router_id);
    next_cell(t);
    text_ip4(t, n->address);
    next_cell(t);
    text_u64(t, n->priority);
    next_cell(t);
    text_add(t, ospf_neighbor_state_name(n->state));
    next_cell(t);
    text_add(t, role_of(n));
    next_cell(t);
    text_u64(t, n->dd_sequence);
    next_cell(t);
    text_u64(t, n->summaries);
    next_cell(t);
    text_u64(t, n->requests);
    next_cell(t);
    text_u64(t, n->retransmissions);
    text_add(t, "\"]");
    return true;
}

static uint32_t neighbor_node(const struct lab *lab, struct id id) {
    return ospf_neighbor_get(lab, id)->node;
}

static uint32_t neighbor_state(const struct lab *lab, struct id id) {
    return ospf_neighbor_get(lab, id)->state;
}

static void neighbor_label(const struct lab *lab, struct id id, struct text *t) {
    text_ip4(t, ospf_neighbor_get(lab, id)->router_id);
}

#define IN(member)                                                                                 \
    offsetof(struct ospf_neighbor, member), sizeof(((struct ospf_neighbor *)NULL)->member)
static const struct watch neighbor_watches[] = {
    {"DD Sequence Number", IN(dd_sequence), WATCH_NUMBER, 0},
    {"Master", IN(master), WATCH_NUMBER, 0},
    {"Neighbor Priority", IN(priority), WATCH_NUMBER, 0},
    {"Neighbor's Designated Router", IN(dr), WATCH_IP4, 0},
    {"Neighbor's Backup Designated Router", IN(bdr), WATCH_IP4, 0},
    {"Database summary list", IN(summaries), WATCH_NUMBER, 0},
    {"Link state request list", IN(requests), WATCH_NUMBER, 0},
    {"Link state retransmission list", IN(retransmissions), WATCH_NUMBER, 0},
    {"Cryptographic sequence number", IN(crypt_sequence), WATCH_NUMBER, 0},
};
#undef IN
const struct object_kind ospf_neighbor_kind = {
    .size = sizeof(struct ospf_neighbor),
    .table = TABLE_OSPF_NEIGHBORS,
    .watches = neighbor_watches,
    .watch_count = sizeof neighbor_watches / sizeof neighbor_watches[0],
    .machine = MACHINE_OSPF_NEIGHBOR,
    .row = neighbor_row,
    .row_node = neighbor_node,
    .state = neighbor_state,
    .label = neighbor_label,
};

const struct object_kind ospf_kind = {.size = sizeof(struct ospf), .table = NO_TABLE};
