#include "stack/tcp/tcp_state.h"
/*
 * The five states of congestion control, as Linux has them (TCP_CA_*): their one writer, and the
 * figure as data. RFC 5681 speaks of the same in words: a duplicate ACK is no loss yet; fast
 * recovery and what follows a time-out are episodes that end when all that was in flight is
 * acknowledged. An episode in which nothing goes wrong, so the first state, is told nowhere.
 */

static const struct graph_state states[TCP_CONGESTION_STATES] = {
    [TCP_CONGESTION_OPEN] = {"OPEN", 500, 100}, [TCP_CONGESTION_DISORDER] = {"DISORDER", 140, 420},
    [TCP_CONGESTION_CWR] = {"CWR", 860, 420},   [TCP_CONGESTION_RECOVERY] = {"RECOVERY", 290, 860},
    [TCP_CONGESTION_LOSS] = {"LOSS", 710, 860},
};
#define OF(from, to) TCP_CONGESTION_##from, TCP_CONGESTION_##to
static const struct graph_edge edges[] = {
    {OF(OPEN, DISORDER), "rcv duplicate ACK or SACK", "RFC 5681 3.2", -40},
    {OF(DISORDER, OPEN), "rcv ACK of all that was missing", "RFC 5681 3.2", -40},
    {OF(OPEN, CWR), "rcv ECE / reduce", "RFC 3168 6.1.2", 40},
    {OF(DISORDER, CWR), "rcv ECE / reduce", "RFC 3168 6.1.2", 0},
    {OF(CWR, OPEN), "rcv ACK beyond it", "RFC 3168 6.1.2", 40},
    {OF(OPEN, RECOVERY), "loss seen / reduce, repeat", "RFC 5681 3.2", 0},
    {OF(DISORDER, RECOVERY), "loss seen / reduce, repeat", "RFC 5681 3.2", 0},
    {OF(CWR, RECOVERY), "loss seen / repeat", "RFC 5681 3.2", 0},
    {OF(RECOVERY, OPEN), "rcv ACK of that flight", "RFC 6582 3.2", 90},
    {OF(RECOVERY, DISORDER), "rcv ACK of that flight", "RFC 6582 3.2", 60},
    {OF(OPEN, LOSS), "time-out / cwnd 1, repeat", "RFC 5681 3.1", 0},
    {OF(DISORDER, LOSS), "time-out / cwnd 1, repeat", "RFC 5681 3.1", 0},
    {OF(CWR, LOSS), "time-out / cwnd 1, repeat", "RFC 5681 3.1", 0},
    {OF(RECOVERY, LOSS), "time-out / cwnd 1, repeat", "RFC 5681 3.1", 0},
    {OF(LOSS, RECOVERY), "loss seen / reduce, repeat", "RFC 8985 6.2", 60},
    {OF(LOSS, OPEN), "rcv ACK of that flight", "RFC 6675 5.1", -90},
};
enum { EDGES = sizeof edges / sizeof edges[0] };

const struct state_graph tcp_congestion_graph = {
    "congestion", "graph.congestion", "RFC 5681", states, edges, TCP_CONGESTION_STATES, EDGES};

void tcp_congestion_enter(struct step *s, struct tcb *c, enum tcp_congestion_state state) {
    uint32_t before = c->congestion.state;
    const char *clause = NULL;
    if (before == state) return;
    for (uint32_t i = 0; i < EDGES; i++)
        if (edges[i].from == before && edges[i].to == state) clause = edges[i].clause;
    c->congestion.state = state;
    trace_state(s, c->node, MACHINE_CONGESTION, c->self, before, state, clause);
}
