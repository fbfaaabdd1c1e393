#ifndef NETSTEP_TESTS_DIALOGUE_H
#define NETSTEP_TESTS_DIALOGUE_H
/*
 * TCP tests as dialogues: a host in a given state, what comes in, what must go out. The host sends
 * from its number 1 on, and so does the peer; both windows are open. Segments are written as in
 * packet scripts (script.h).
 *
 *     struct script *d = given_established();
 *     in(d, "P. 1:101(100) ack 1 win 65535");
 *     out_after(d, ".2", ". 1:1(0) ack 101");
 *     now(d, "ESTABLISHED");
 *     end(d);
 */
#include <stdio.h>

#include "lab_support.h"
#include "script.h"

static inline void line(struct script *d, const char *after, const char *what, const char *text) {
    char whole[256];
    assert_true((size_t)snprintf(whole, sizeof whole, "+%s %s %s", after, what, text) <
                sizeof whole);
    script_line(d, whole);
}
static inline void in(struct script *d, const char *segment) {
    line(d, ".01", "<", segment);
}
static inline void out(struct script *d, const char *segment) {
    line(d, "0", ">", segment);
}
static inline void out_after(struct script *d, const char *after, const char *segment) {
    line(d, after, ">", segment);
}
static inline void user(struct script *d, const char *call) {
    line(d, ".01", "", call);
}
static inline void now(struct script *d, const char *state) {
    line(d, "0", "state", state);
}
static inline void end(struct script *d) {
    script_end(d, NULL);
}

static inline struct script *given_closed(void) {
    return script_begin("dialogue", "rfc9293");
}
static inline struct script *given_listen(void) {
    struct script *d = given_closed();
    script_line(d, "+0 socket(tcp) = 3");
    script_line(d, "+0 bind(3, 10.0.0.1:80) = 0");
    script_line(d, "+0 listen(3, 5) = 0");
    return d;
}
static inline struct script *given_syn_sent(void) {
    struct script *d = given_closed();
    script_line(d, "+0 socket(tcp) = 3");
    script_line(d, "+0 connect(3, 10.0.0.2:80) ...");
    script_line(d, "+0 > S 0:0(0)");
    return d;
}
static inline struct script *given_syn_received(void) { /* of a passive OPEN */
    struct script *d = given_listen();
    in(d, "S 0:0(0) win 65535 <mss 1460,sackOK>");
    out(d, "S. 0:0(0) ack 1");
    return d;
}
static inline struct script *given_simultaneous(void) { /* SYN-RECEIVED of an active OPEN */
    struct script *d = given_syn_sent();
    in(d, "S 0:0(0) win 65535 <mss 1460>");
    out(d, "S. 0:0(0) ack 1");
    return d;
}
static inline struct script *given_established(void) {
    struct script *d = given_syn_sent();
    in(d, "S. 0:0(0) ack 1 win 65535 <mss 1460>");
    out(d, ". 1:1(0) ack 1");
    script_line(d, "+0 ... connect = 0");
    return d;
}
static inline struct script *given_fin_wait_1(void) {
    struct script *d = given_established();
    user(d, "shutdown(3, wr) = 0");
    out(d, "F. 1:1(0) ack 1");
    return d;
}
static inline struct script *given_fin_wait_2(void) {
    struct script *d = given_fin_wait_1();
    in(d, ". 1:1(0) ack 2 win 65535");
    return d;
}
static inline struct script *given_closing(void) {
    struct script *d = given_fin_wait_1();
    in(d, "F. 1:1(0) ack 1 win 65535");
    out(d, ". 2:2(0) ack 2");
    return d;
}
static inline struct script *given_time_wait(void) {
    struct script *d = given_fin_wait_2();
    in(d, "F. 1:1(0) ack 2 win 65535");
    out(d, ". 2:2(0) ack 2");
    return d;
}
static inline struct script *given_close_wait(void) {
    struct script *d = given_established();
    in(d, "F. 1:1(0) ack 1 win 65535");
    out(d, ". 1:1(0) ack 2");
    return d;
}
static inline struct script *given_last_ack(void) {
    struct script *d = given_close_wait();
    user(d, "close(3) = 0");
    out(d, "F. 1:1(0) ack 2");
    return d;
}

#endif
