#include "stack/ip/arp.h"
/*
 * The neighbour cache as data: its states as a figure (RFC 4861 7.3.2, as Linux has them), the rows
 * of the table, what a timer of an entry is for. Nothing here changes an entry.
 */
#include "base/text.h"
#include "sim/trace.h"
#include "stack/stack.h"
#include <assert.h>

static const struct graph_state graph_states[NEIGHBOUR_STATE_COUNT] = {
    [NEIGHBOUR_NONE] = {"NONE", 80, 120},
    [NEIGHBOUR_INCOMPLETE] = {"INCOMPLETE", 340, 120},
    [NEIGHBOUR_REACHABLE] = {"REACHABLE", 660, 120},
    [NEIGHBOUR_STALE] = {"STALE", 660, 420},
    [NEIGHBOUR_DELAY] = {"DELAY", 660, 680},
    [NEIGHBOUR_PROBE] = {"PROBE", 340, 680},
    [NEIGHBOUR_FAILED] = {"FAILED", 340, 420},
    [NEIGHBOUR_PERMANENT] = {"PERMANENT", 80, 900},
};
static const struct graph_edge graph_edges[] = {
    {NEIGHBOUR_NONE, NEIGHBOUR_INCOMPLETE, "packet to send / broadcast request", "RFC 4861 7.3.3",
     0},
    {NEIGHBOUR_NONE, NEIGHBOUR_STALE, "request heard", "RFC 826", 60},
    {NEIGHBOUR_NONE, NEIGHBOUR_PERMANENT, "set by hand", "RFC 826", 0},
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
