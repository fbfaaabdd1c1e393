#include "observe/observe.h"
/*
 * States of Figure 5 (RFC 9293 3.3.2) as seen from outside. A state is a function of facts: which
 * of SYN, FIN and RST an end has sent, what it has acknowledged, what of its own it is taken to
 * know as acknowledged. So the order in which facts come does not matter, and a fact that turns out
 * wrong (an ACK that did not arrive) takes the state back.
 */
#include "sim/trace.h"
#include "stack/tcp/tcp.h"

/* Whether it is known that `s` has got the other's FIN: it acknowledged it. */
static bool knows_fin(const struct observe_side *s, const struct observe_side *other) {
    return other->has_fin && s->has_ack && observe_before(other->fin, s->ack);
}

static bool fin_acknowledged(const struct observe_side *s) {
    return s->has_got && observe_before(s->fin, s->got);
}

static uint32_t closing_state(const struct observe_side *s, const struct observe_side *other) {
    bool acknowledged = fin_acknowledged(s);
    if (s->closes) return acknowledged ? TCP_CLOSED : TCP_LAST_ACK;
    if (knows_fin(s, other)) return acknowledged ? TCP_TIME_WAIT : TCP_CLOSING;
    return acknowledged ? TCP_FIN_WAIT_2 : TCP_FIN_WAIT_1;
}

/* An end whose SYN is not in the capture: text shows that it is open; a bare ACK could also come
 * from one that has closed its direction before. */
static uint32_t midway_state(const struct observe_side *s, const struct observe_side *other) {
    if (knows_fin(s, other)) return TCP_CLOSE_WAIT;
    return s->has_text ? TCP_ESTABLISHED : OBSERVED_UNKNOWN;
}

uint32_t observe_state(const struct observe_side *s, const struct observe_side *other) {
    if (s->gone) return TCP_CLOSED;
    if (!s->spoke) return OBSERVED_UNKNOWN;
    if (s->has_fin) return closing_state(s, other);
    if (!s->has_syn) return midway_state(s, other);
    if (knows_fin(s, other)) return TCP_CLOSE_WAIT;
    if (!s->answers) return TCP_SYN_SENT; /* it has not shown that it got the other's SYN */
    bool acknowledged = s->has_got && observe_before(s->base, s->got);
    return acknowledged ? TCP_ESTABLISHED : TCP_SYN_RECEIVED;
}

/* Where the figure says what leads from one to the other: its clause. */
static const char *clause_of(const struct observe_side *s, uint32_t before, uint32_t after) {
    if (s->gone) return "RFC 9293 3.5.3"; /* a reset, from wherever */
    const struct state_graph *graph = engine_graph(MACHINE_TCP);
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].from == before && graph->edges[i].to == after)
            return graph->edges[i].clause;
    return before == OBSERVED_UNKNOWN ? "RFC 9293 3.3.2" : "RFC 9293 3.8.1";
}

/* The state that must have been before, though no segment showed it: who answers a SYN listened,
 * who sends the first one had no connection. */
static uint32_t start_of(const struct observe_side *s, uint32_t after) {
    if (s->state != OBSERVED_UNKNOWN || !s->has_syn) return s->state;
    return after == TCP_SYN_SENT ? TCP_CLOSED : TCP_LISTEN;
}

static void tell(struct observe_side *s, uint32_t side, uint32_t before, uint32_t after,
                 const struct observe_told *told) {
    s->state = (uint8_t)after;
    told->sink(told->user, &(struct observation){.kind = OBSERVED_STATE,
                                                 .connection = told->connection,
                                                 .side = side,
                                                 .before = before,
                                                 .after = after,
                                                 .clause = clause_of(s, before, after)});
}

static void settle_side(struct observe_connection *c, uint32_t side,
                        const struct observe_told *told) {
    struct observe_side *s = &c->side[side];
    uint32_t after = observe_state(s, &c->side[1 - side]), before = start_of(s, after);
    if (after == s->state) return;
    if (after == TCP_LAST_ACK && before == TCP_ESTABLISHED) { /* FIN and ACK in one segment */
        tell(s, side, before, TCP_CLOSE_WAIT, told);
        before = TCP_CLOSE_WAIT;
    }
    tell(s, side, before, after, told);
}

void observe_settle(struct observe_connection *c, const struct observe_told *told) {
    settle_side(c, 0, told);
    settle_side(c, 1, told);
}
