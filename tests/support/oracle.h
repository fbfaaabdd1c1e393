#ifndef NETSTEP_TESTS_ORACLE_H
#define NETSTEP_TESTS_ORACLE_H
/*
 * What the Linux kernel did, done again: tests/stack/oracle/NAME.tsv holds the segments that were
 * recorded at both ends of a wire, and what the calls and ss said. Each experiment is acted out by
 * the same calls at the same moments. Compared: at each end, for each connection, the same segments
 * in the same order (sender, flags, relative numbers, length, SACK blocks), the same states and
 * results; and the time of each segment, within 3 % + 10 ms, but for bare ACKs. (Between two
 * connections Linux's timers of one tick fire in no order that could be told.)
 *
 *     struct setup s;
 *     oracle_stage(&s);                             c 10.9.0.1 - s 10.9.0.2, permanent neighbours
 *     oracle_listens(&s, 5);
 *     oracle_connects(&s, 0);                       seconds from the first segment on
 *     oracle_act("twreopen", &s, 2);
 */
#include "lab_support.h"

#define ORACLE_BEGIN 1.0 /* the first segment of an experiment leaves at 1 s */

void oracle_stage(struct setup *);
/* Lines of one process run in order, each when the one before has returned. */
void oracle_does(struct setup *, double at, const char *node, const char *line);
void oracle_does_as(struct setup *, double at, const char *node, const char *process,
                    const char *line);
void oracle_listens(struct setup *, int backlog);
void oracle_connects(struct setup *, double at);
void oracle_asks(struct setup *, double at); /* k.send(b'q'); a.recv(1); a.send(b'r'); k.recv(1) */
void oracle_loses(struct setup *, const char *on, const char *match, double until); /* 0: always */
void oracle_act(const char *name, const struct setup *, double until);
/* The same where it is chance which connection does what: all of them are taken as one. */
void oracle_act_together(const char *name, const struct setup *, double until);

#define BARE_ACK  "tcp.flags.ack && !tcp.flags.syn && !tcp.flags.reset && !tcp.flags.fin"
#define THIRD_ACK "tcp.flags.ack && !tcp.flags.syn && !tcp.flags.reset"

#endif
