#include "stack/tcp/tcp_state.h"
/*
 * Reno, RFC 5681 3.1: congestion avoidance adds one segment a window, a loss halves.
 */
#include "stack/tcp/seq.h"

enum { LOSS_SEGMENTS = 2 };

/* RFC 5681 (4): half of what is in flight. Differs: Linux halves CWND, in whole segments. */
static uint32_t reduced(const struct step *s, struct tcb *c) {
    uint32_t smss = tcp_smss(c), least = LOSS_SEGMENTS * smss;
    uint32_t half = (c->snd.nxt - c->snd.una) / 2;
    if (tcp_is_linux(s->lab, c->node)) half = c->congestion.cwnd / smss / 2 * smss;
    return half > least ? half : least;
}

/* "Count the number of bytes that have been acknowledged": when they fill CWND, one SMSS more. */
static void avoid(struct step *s, struct tcb *c, uint32_t acked) {
    (void)s;
    tcp_congestion_climb(c, c->congestion.cwnd, acked);
}

const struct tcp_algorithm_of tcp_reno = {.name = "reno", .reduced = reduced, .avoid = avoid};
