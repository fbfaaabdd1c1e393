#ifndef NETSTEP_TESTS_SCRIPT_H
#define NETSTEP_TESTS_SCRIPT_H
/*
 * Packet scripts in packetdrill's column style, tests/scripts/tcp/NAME.test: one host under test,
 * and a peer that exists in the script alone, so that it says exactly what the script says.
 *
 *     profile rfc9293                          the host's profile; before the first event
 *     set net.ipv4.tcp_sack 0                  a setting of the host
 *     +0     socket(tcp) = 3                   a call, and what it returns
 *     +0     connect(3, 10.0.0.2:80) ...       a call that blocks
 *     +0     > S 0:0(0) <mss 1460>             the host must send this, now
 *     +.1    < S. 0:0(0) ack 1 win 1000        the peer's segment comes in, 0.1 s later
 *     +0     > . 1:1(0) ack 1
 *     +0     ... connect = 0                   the call that blocked has returned
 *     +0     state ESTABLISHED                 of the connection that changed last
 *     +0     is cwnd 14600                     a watched variable of that connection
 *     +0     > [ect0] P. 1:11(10) ack 1        the IP header's mark: [ect0], [ect1], [ce] or none
 *     +0     says 3: urgent data ...        the console has said so since the last call
 *     +0     > PU. 1:6(5) ack 1 urg 5 tos 16    the urgent pointer, IP type of service; ttl N
 *     +0     peer 40001                        the next lines are about this port of the peer
 *     +0     $ ^C                              any line of the host's console
 *     +0     wire forge tcp R 10.0.0.2:40000 10.0.0.1:80 seq +0
 *                                              any line of the wire's console, mostly this one
 *
 * Times count from the line before. Numbers are relative to the initial ones of both sides.
 * Options are compared when given: mss N, sackOK, wscale N, TS ecr N (relative to nothing),
 * sack L:R, FO HEX (Fast Open; FO alone asks for a cookie; "FO *" is any, and "FO cookie" the one
 * that was seen then). "win N" of a segment sent is compared when given. A comment begins with two
 * slashes.
 * Everything that the host sends must be named, in order. A script that does not hold fails.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCRIPT_STATES = 16 };
/* Which arcs of the TCP state graph the scripts have gone along: [from][to]. */
struct script_arcs {
    uint32_t seen[SCRIPT_STATES][SCRIPT_STATES];
};
void script_run(const char *path, struct script_arcs *);

/* The same line by line; one at a time. `name` is what a failure names; `profile` NULL: Linux's. */
struct lab;
struct script;
struct script *script_begin(const char *name, const char *profile);
void script_line(struct script *, const char *line);
void script_end(struct script *, struct script_arcs *);
/* For tests that look by themselves. The next segment that the host has sent by now, as in a
 * script's line but for the window; false: there is none. */
bool script_sent(struct script *, char *out, size_t room);
const char *script_state(const struct script *); /* of the connection that changed last */
struct lab *script_lab(struct script *);

#endif
