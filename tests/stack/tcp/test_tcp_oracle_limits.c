/*
 * Linux's queues, limits and time-outs: experiments that were recorded from the kernel
 * (tests/support/oracle.h). The moments of the calls are those of the recordings.
 *
 * selfconn, persist and syndata are in test_tcp_oracle_user.c.
 */
#include <stdio.h>
#include <string.h>

#include "oracle.h"

/* Lines that are made up here must outlive the setup. */
static char lines[400][96];
static size_t line_count;

static const char *kept(const char *format, unsigned a, unsigned b) {
    assert_true(line_count < sizeof lines / sizeof lines[0]);
    char *line = lines[line_count++];
    snprintf(line, sizeof lines[0], format, a, b);
    return line;
}

static void set(struct setup *s, const char *node, const char *name, const char *value) {
    setup_setting(s, node, name, value);
}

/* A program of its own, so that it may wait by itself. */
static void client(struct setup *s, unsigned number, double at, const char *line) {
    oracle_does_as(s, at, "c", kept("client%u", number, 0), line);
}

/* ------------------------------------------------------------------------ the accept queue */

/* backlog 1: two wait to be accepted, three more keep asking; abort_on_overflow concerns ACKs. */
static void a_full_accept_queue(const char *name, const char *abort, double third, double fourth,
                                double fifth) {
    struct setup s;
    oracle_stage(&s);
    set(&s, "s", "net.ipv4.tcp_abort_on_overflow", abort);
    oracle_listens(&s, 1);
    const double at[] = {0, 0.000191, third, fourth, fifth};
    for (unsigned i = 0; i < 5; i++) {
        client(&s, i, at[i], "socket tcp");
        client(&s, i, at[i], "connect 3 10.9.0.2:80");
    }
    oracle_act(name, &s, 8.2);
}

static void accq(void **state) {
    (void)state;
    a_full_accept_queue("accq0", "0", 0.0003, 1.501227, 3.011303);
    a_full_accept_queue("accq1", "1", 0.0003, 1.502, 3.019);
}

/* Four SYNs before the queue is full, and then their ACKs: two find no room any more. */
static void accq_race(void **state) {
    (void)state;
    static const char *const names[] = {"accq_race0", "accq_race1"};
    for (unsigned abort = 0; abort < 2; abort++) {
        struct setup s;
        oracle_stage(&s);
        set(&s, "s", "net.ipv4.tcp_abort_on_overflow", kept("%u", abort, 0));
        oracle_listens(&s, 1);
        oracle_loses(&s, "c->s", THIRD_ACK, 0.1);
        for (unsigned i = 0; i < 4; i++) {
            client(&s, i, 0.0001 * i, "socket tcp");
            client(&s, i, 0.0001 * i, "connect 3 10.9.0.2:80");
            client(&s, i, 0.1325 + 0.00005 * i, "send 3 1");
        }
        oracle_act(names[abort], &s, 3.5);
    }
}

/* backlog 2: three have room, two come too late; these are repeated or reset. */
static void accq_rtwo(void **state) {
    (void)state;
    static const char *const names[] = {"accq_rtwo0", "accq_rtwo1"};
    const double late[] = {0.026, 0.009}, talks[] = {0.0483, 0.0292};
    for (unsigned abort = 0; abort < 2; abort++) {
        struct setup s;
        oracle_stage(&s);
        set(&s, "s", "net.ipv4.tcp_abort_on_overflow", kept("%u", abort, 0));
        set(&s, "s", "net.ipv4.tcp_syncookies", "0");
        oracle_listens(&s, 2);
        struct scenario_fault *f = setup_fault(&s, "c->s", FAULT_DROP, THIRD_ACK, 0);
        f->from = SECONDS(ORACLE_BEGIN + 0.005);
        f->until = SECONDS(ORACLE_BEGIN + talks[abort] - 0.01);
        for (unsigned i = 0; i < 5; i++) {
            double at = i < 2 ? 0.0001 * i : late[abort] + 0.00005 * i;
            client(&s, i, at, "socket tcp");
            client(&s, i, at, "connect 3 10.9.0.2:80");
            client(&s, i, talks[abort] + 0.00006 * i, "send 3 1");
        }
        double accepts = abort == 0 ? 3.412 : 3.292;
        for (unsigned i = 0; i < 3; i++) oracle_does(&s, accepts, "s", "accept 3");
        oracle_act(names[abort], &s, 12.3);
    }
}

/* --------------------------------------------------------------------------- the SYN queue */

/* The third ACK never comes: the SYN,ACK is repeated five times, and then nobody knows of it. */
static void ack3never(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_loses(&s, "c->s", THIRD_ACK, 65.05);
    oracle_connects(&s, 0);
    oracle_does(&s, 66.069843, "c", "send 3 5");
    oracle_does(&s, 66.57, "c", "recv 3 10");
    oracle_act("ack3never", &s, 67);
}

static void forged_syns(struct setup *s, const double *at, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        oracle_does_as(
            s, at[i], "c", "raw",
            kept("forge tcp S 10.9.0.%u:%u 10.9.0.2:80 seq 1000 win 1024", 150 + i, 1000 + i));
}

/* Ten half-open ones for a backlog of four: dropped, or answered with cookies, or all with them. */
static void cookies(void **state) {
    (void)state;
    static const char *const names[] = {"cookies0", "cookies1", "cookies2"};
    static const double at[3][11] = {{0, 0.041794, 0.100526, 0.132055, 0.162258, 0.185691, 0.215505,
                                      0.247839, 0.320035, 0.366806, 0.723876},
                                     {0, .025, .05, .075, .1, .125, .15, .175, .2, .225, 0.449},
                                     {0, .025, .05, .075, .1, .125, .15, .175, .2, .225, 0.445}};
    for (unsigned mode = 0; mode < 3; mode++) {
        struct setup s;
        oracle_stage(&s);
        set(&s, "s", "net.ipv4.tcp_syncookies", kept("%u", mode, 0));
        oracle_listens(&s, 4);
        forged_syns(&s, at[mode], 10);
        oracle_connects(&s, at[mode][10]);
        oracle_act(names[mode], &s, mode == 0 ? 72 : 0.9);
    }
}

/* With a cookie the server holds nothing, and repeats nothing when the third ACK is lost. */
static void cookie_lostack(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    set(&s, "s", "net.ipv4.tcp_syncookies", "2");
    oracle_listens(&s, 5);
    oracle_loses(&s, "c->s", THIRD_ACK, 0.2);
    oracle_connects(&s, 0);
    oracle_does(&s, 16.263070, "c", "send 3 2");
    oracle_act("cookie_lostack", &s, 16.7);
}

/* 25 forged SYNs at a backlog of 16: the young are kept, the old give way. Which of those that are
 * as old as each other go first is left open. */
static void floodx(void **state) {
    (void)state;
    struct setup s;
    double at[25];
    oracle_stage(&s);
    set(&s, "s", "net.ipv4.tcp_syncookies", "0");
    oracle_listens(&s, 16);
    for (unsigned i = 0; i < 25; i++) at[i] = 0.00007 * i;
    forged_syns(&s, at, 25);
    oracle_act_together("floodx", &s, 72);
}

/* ------------------------------------------------------------------- TIME-WAIT and its ports */

/* One connection that the client closes first, and the server when it finds the time. */
static void one_slowly(struct setup *s, double at, unsigned port, double closes) {
    oracle_does(s, at, "c", "socket tcp");
    oracle_does(s, at, "c", kept("connect 3 10.9.0.2:%u", port, 0));
    oracle_does(s, at, "s", kept("accept %u", port == 80 ? 3 : 4, 0));
    oracle_does(s, at, "c", "close 3");
    oracle_does(s, closes, "s", "recv 5 1");
    oracle_does(s, closes, "s", "close 5");
}

static void one(struct setup *s, double at, unsigned port) {
    one_slowly(s, at, port, at);
}

/* One that no port is left for. */
static void none_left(struct setup *s, double at) {
    oracle_does(s, at, "c", "socket tcp");
    oracle_does(s, at, "c", "connect 3 10.9.0.2:80");
    oracle_does(s, at, "c", "close 3");
}

/* Ten ports, and TIME-WAIT holds each for a minute: tcp_tw_reuse gives them back after a second. */
static void exhaust(void **state) {
    (void)state;
    static const char *const names[] = {"exhaust0", "exhaust1", "exhaust2"};
    for (unsigned reuse = 0; reuse < 3; reuse++) {
        struct setup s;
        line_count = 0;
        oracle_stage(&s);
        set(&s, "c", "net.ipv4.ip_local_port_range", "40000 40009");
        set(&s, "c", "net.ipv4.tcp_tw_reuse", kept("%u", reuse, 0));
        oracle_listens(&s, 50);
        oracle_does(&s, -0.9, "s", "socket tcp");
        oracle_does(&s, -0.9, "s", "bind 4 10.9.0.2:81");
        oracle_does(&s, -0.9, "s", "listen 4 50");
        one(&s, 0, 80);
        one_slowly(&s, 0, 80, reuse == 0 ? 0.009 : 0);
        for (unsigned i = 2; i < 10; i++) one(&s, reuse == 0 ? 0.0095 : 0, 80);
        none_left(&s, 0.010);
        one(&s, 0.0105, 81);
        for (unsigned i = 0; reuse == 1 && i < 10; i++) one(&s, 2.208, 80);
        none_left(&s, 2.208);
        oracle_act(names[reuse], &s, 2.6);
    }
}

/* tcp_max_tw_buckets 3: the newest TIME-WAITs are not made. */
static void maxtw(void **state) {
    (void)state;
    const double at[] = {0, 0.051720, 0.102449, 0.152963, 0.203733, 0.254398, 0.304968, 0.355393};
    struct setup s;
    line_count = 0;
    oracle_stage(&s);
    set(&s, "c", "net.ipv4.tcp_max_tw_buckets", "3");
    oracle_listens(&s, 50);
    for (unsigned i = 0; i < 8; i++) {
        oracle_connects(&s, at[i]);
        oracle_does(&s, at[i], "s", "accept 3");
        oracle_does(&s, at[i], "c", "close 3");
        oracle_does(&s, at[i], "s", "recv 4 1");
        oracle_does(&s, at[i], "s", "close 4");
    }
    oracle_act("maxtw", &s, 0.5);
}

/* bind() to one's own port in TIME-WAIT, and connect(): with timestamps it opens a new one. */
static void boundre(void **state) {
    (void)state;
    static const char *const names[] = {"boundre0", "boundre1"};
    for (unsigned timestamps = 0; timestamps < 2; timestamps++) {
        struct setup s;
        oracle_stage(&s);
        set(&s, "c", "net.ipv4.tcp_tw_reuse", "0");
        set(&s, "c", "net.ipv4.tcp_timestamps", kept("%u", timestamps, 0));
        oracle_listens(&s, 5);
        for (unsigned turn = 0; turn < 2; turn++) {
            double at = turn == 0 ? 0 : 1.507;
            oracle_does(&s, at, "c", "socket tcp");
            oracle_does(&s, at, "c", "setsockopt 3 SO_REUSEADDR 1");
            oracle_does(&s, at, "c", "bind 3 10.9.0.1:5555");
            oracle_does(&s, at, "c", "connect 3 10.9.0.2:80");
            if (turn == 1) break;
            oracle_does(&s, at, "s", "accept 3");
            oracle_does(&s, at, "c", "close 3");
            oracle_does(&s, at, "s", "recv 4 1");
            oracle_does(&s, at, "s", "close 4");
        }
        oracle_act(names[timestamps], &s, 1.8);
    }
}

/* A server that closed first cannot bind its port again, without SO_REUSEADDR. */
static void bindtw(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_does(&s, -0.9, "s", "socket tcp");
    oracle_does(&s, -0.9, "s", "setsockopt 3 SO_REUSEADDR 1");
    oracle_does(&s, -0.9, "s", "bind 3 10.9.0.2:80");
    oracle_does(&s, -0.9, "s", "listen 3 5");
    oracle_connects(&s, 0);
    oracle_does(&s, 0, "s", "accept 3");
    oracle_does(&s, 0.0001, "s", "close 4");
    oracle_does(&s, 0.0001, "c", "recv 3 1");
    oracle_does(&s, 0.0001, "c", "close 3");
    oracle_does(&s, 0.0003, "s", "close 3");
    oracle_does(&s, 0.117, "s", "socket tcp");
    oracle_does(&s, 0.117, "s", "bind 3 10.9.0.2:80");
    oracle_does(&s, 0.118, "s", "socket tcp");
    oracle_does(&s, 0.118, "s", "setsockopt 4 SO_REUSEADDR 1");
    oracle_does(&s, 0.118, "s", "bind 4 10.9.0.2:80");
    oracle_does(&s, 0.118, "s", "listen 4 1");
    oracle_act("bindtw", &s, 0.5);
}

/* TIME-WAIT meets the FIN again, old text, an old SYN, and a reset (tcp_rfc1337 0 and 1). */
static void twlate(void **state) {
    (void)state;
    static const char *const names[] = {"twlate0", "twlate1"};
    for (unsigned rfc1337 = 0; rfc1337 < 2; rfc1337++) {
        struct setup s;
        oracle_stage(&s);
        set(&s, "c", "net.ipv4.tcp_rfc1337", kept("%u", rfc1337, 0));
        set(&s, "c", "net.ipv4.tcp_timestamps", "0");
        oracle_listens(&s, 5);
        oracle_does(&s, 0, "c", "socket tcp");
        oracle_does(&s, 0, "c", "bind 3 10.9.0.1:40000");
        oracle_does(&s, 0, "c", "connect 3 10.9.0.2:80");
        oracle_does(&s, 0, "s", "accept 3");
        oracle_does(&s, 0, "s", "send 4 10");
        oracle_does(&s, 0, "c", "recv 3 10");
        oracle_does(&s, 0, "c", "close 3");
        oracle_does(&s, 0, "s", "recv 4 1");
        oracle_does(&s, 0, "s", "close 4");
        setup_fault(&s, "c->s", FAULT_DROP, "tcp", 0)->from = SECONDS(ORACLE_BEGIN + 1);
#define TO_CLIENT "10.9.0.2:80 10.9.0.1:40000 win 1024 "
        oracle_does(&s, 5.225138, "s", "forge tcp F. " TO_CLIENT "seq -1 ack +0");
        oracle_does(&s, 8.436, "s", "forge tcp P. " TO_CLIENT "seq -11 ack +0 len 10");
        oracle_does(&s, rfc1337 == 0 ? 9.641271 : 9.65, "s", "forge tcp S " TO_CLIENT "seq -5001");
        oracle_does(&s, rfc1337 == 0 ? 10.8477 : 10.884, "s", "forge tcp R " TO_CLIENT "seq +0");
        oracle_act(names[rfc1337], &s, 11.5);
    }
}

/* No TIME-WAIT at the client, and its last ACK is lost: a reset ends the server. */
static void notw_fin(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    set(&s, "c", "net.ipv4.tcp_max_tw_buckets", "0");
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_asks(&s, 0.000149);
    oracle_does(&s, 0.000218, "c", "close 3");
    oracle_does(&s, 0.000218, "s", "recv 4 1");
    oracle_does(&s, 0.213574, "s", "close 4");
    oracle_act("notw_fin", &s, 1);
}

/* A new SYN meets a server in LAST-ACK: a challenge ACK, a reset, and the SYN again. */
static void lastack_syn(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_does(&s, 0, "c", "socket tcp");
    oracle_does(&s, 0, "c", "setsockopt 3 SO_REUSEADDR 1");
    oracle_does(&s, 0, "c", "bind 3 10.9.0.1:5555");
    oracle_does(&s, 0, "c", "connect 3 10.9.0.2:80");
    oracle_does(&s, 0.0001, "s", "accept 3");
    oracle_does(&s, 0.004, "c", "sysctl -w net.ipv4.tcp_max_tw_buckets=0");
    oracle_does(&s, 0.004152, "c", "close 3");
    struct scenario_fault *f =
        setup_fault(&s, "c->s", FAULT_DROP, "tcp.flags.reset || (" BARE_ACK ")", 0);
    f->from = SECONDS(ORACLE_BEGIN + 0.2);
    f->until = SECONDS(ORACLE_BEGIN + 0.29);
    oracle_does(&s, 0.223042, "s", "recv 4 1");
    oracle_does(&s, 0.223042, "s", "close 4");
    oracle_does(&s, 0.303971, "c", "socket tcp");
    oracle_does(&s, 0.303971, "c", "setsockopt 3 SO_REUSEADDR 1");
    oracle_does(&s, 0.303971, "c", "bind 3 10.9.0.1:5555");
    oracle_does(&s, 0.303971, "c", "connect 3 10.9.0.2:80");
    oracle_act("lastack_syn", &s, 0.5);
}

/* Nobody answers a FIN whose sender is gone: tcp_orphan_retries. */
static void lastack_orphan(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_asks(&s, 0.000155);
    oracle_does(&s, 0.000216, "c", "shutdown 3 wr");
    oracle_does(&s, 0.0003, "s", "recv 4 1");
    setup_fault(&s, "s->c", FAULT_DROP, "tcp", 0)->from = SECONDS(ORACLE_BEGIN + 0.2);
    oracle_does(&s, 0.239751, "s", "close 4");
    oracle_act("lastack_orphan", &s, 110);
}

/* -------------------------------------------------------------------------------- time-outs */

/* tcp_retries2: fifteen repetitions, 924.6 s by the model, ETIMEDOUT after 939 s. */
static void retries2(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_asks(&s, 0.000107);
    setup_fault(&s, "c->s", FAULT_DROP, "tcp", 0)->from = SECONDS(ORACLE_BEGIN + 0.2);
    oracle_does(&s, 0.325877, "c", "send 3 4");
    oracle_does(&s, 0.326, "c", "recv 3 1");
    oracle_act("retries2", &s, 1000);
}

static void keepalive(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_does(&s, 0.001, "c", "setsockopt 3 SO_KEEPALIVE 1");
    oracle_does(&s, 0.001, "c", "setsockopt 3 TCP_KEEPIDLE 10");
    oracle_does(&s, 0.001, "c", "setsockopt 3 TCP_KEEPINTVL 3");
    oracle_does(&s, 0.001, "c", "setsockopt 3 TCP_KEEPCNT 4");
    oracle_does(&s, 0.002, "c", "recv 3 1");
    setup_fault(&s, "c->s", FAULT_DROP, "tcp", 0)->from = SECONDS(ORACLE_BEGIN + 0.01);
    oracle_act("keepalive", &s, 23);
}

/* The server has forgotten everything and said nothing: what the client says is reset. */
static void halfopen(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_does(&s, 0.01, "s", "accept 3");
    oracle_does(&s, 0.02, "s", "setsockopt 4 SO_LINGER 0");
    oracle_does(&s, 0.03, "s", "ip link set eth0 down"); /* so that its reset stays at home */
    oracle_does(&s, 0.04, "s", "close 4");
    oracle_does(&s, 0.05, "s", "ip link set eth0 up");
    oracle_does(&s, 2.243408, "c", "send 3 5");
    oracle_does(&s, 2.344, "c", "recv 3 1");
    oracle_act("halfopen", &s, 2.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accq),           cmocka_unit_test(accq_race),
        cmocka_unit_test(accq_rtwo),      cmocka_unit_test(ack3never),
        cmocka_unit_test(cookies),        cmocka_unit_test(cookie_lostack),
        cmocka_unit_test(floodx),         cmocka_unit_test(exhaust),
        cmocka_unit_test(maxtw),          cmocka_unit_test(boundre),
        cmocka_unit_test(bindtw),         cmocka_unit_test(twlate),
        cmocka_unit_test(notw_fin),       cmocka_unit_test(lastack_syn),
        cmocka_unit_test(lastack_orphan), cmocka_unit_test(retries2),
        cmocka_unit_test(keepalive),      cmocka_unit_test(halfopen),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
