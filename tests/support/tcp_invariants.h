#ifndef NETSTEP_TESTS_TCP_INVARIANTS_H
#define NETSTEP_TESTS_TCP_INVARIANTS_H
/*
 * What must hold of every TCB of a lab between two steps: its numbers, its queues, its place in the
 * tables, and above all that a connection which waits for something has a timer that will wake it.
 */
#include <stddef.h>

struct lab;
size_t tcp_check_all(const struct lab *); /* fails the test; how many TCBs there are */

#endif
