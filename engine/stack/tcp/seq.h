#ifndef NETSTEP_STACK_SEQ_H
#define NETSTEP_STACK_SEQ_H
/*
 * Sequence numbers, RFC 9293 3.4: all comparisons are modulo 2^32, so a plain < between two of
 * them is always a mistake. "Less" means less than half the circle behind.
 */
#include <stdbool.h>
#include <stdint.h>

static inline bool seq_lt(uint32_t a, uint32_t b) {
    return (a - b) >> 31 != 0;
}
static inline bool seq_leq(uint32_t a, uint32_t b) {
    return !seq_lt(b, a);
}
static inline bool seq_gt(uint32_t a, uint32_t b) {
    return seq_lt(b, a);
}
static inline bool seq_geq(uint32_t a, uint32_t b) {
    return !seq_lt(a, b);
}
/* start =< seq < start + window */
static inline bool seq_in_window(uint32_t seq, uint32_t start, uint32_t window) {
    return seq - start < window;
}
static inline uint32_t seq_min(uint32_t a, uint32_t b) {
    return seq_lt(a, b) ? a : b;
}
static inline uint32_t seq_max(uint32_t a, uint32_t b) {
    return seq_lt(a, b) ? b : a;
}

#endif
