/*
 * How Linux opens and closes connections: experiments that were recorded from the kernel
 * (tests/support/oracle.h). Queues, limits and time-outs are in test_tcp_oracle_limits.c.
 */
#include "oracle.h"

static void synblack(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_loses(&s, "c->s", "tcp.dstport == 80", 0);
    oracle_connects(&s, 0);
    oracle_act("synblack", &s, 140);
}

static void synblack0(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_syn_linear_timeouts", "0");
    oracle_loses(&s, "c->s", "tcp.dstport == 80", 0);
    oracle_connects(&s, 0);
    oracle_act("synblack0", &s, 140);
}

static void ack3once_silent(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_loses(&s, "c->s", THIRD_ACK, 0.3);
    oracle_connects(&s, 0);
    oracle_act("ack3once_silent", &s, 2.5);
}

static void ack3once_data(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_loses(&s, "c->s", THIRD_ACK, 0.2);
    oracle_connects(&s, 0);
    oracle_does(&s, 0.241281, "c", "send 3 5");
    oracle_does(&s, 0.419, "s", "accept 3");
    oracle_does(&s, 0.419, "s", "recv 4 10");
    oracle_act("ack3once_data", &s, 1);
}

static void simopen(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_loses(&s, "c-s", "tcp.flags.syn && !tcp.flags.ack", 0.4);
    oracle_does(&s, -0.9, "c", "socket tcp");
    oracle_does(&s, -0.9, "s", "socket tcp");
    oracle_does(&s, -0.9, "c", "bind 3 10.9.0.1:7000");
    oracle_does(&s, -0.9, "s", "bind 3 10.9.0.2:7000");
    oracle_does(&s, 0, "c", "connect 3 10.9.0.2:7000");
    oracle_does(&s, 0.000165, "s", "connect 3 10.9.0.1:7000");
    oracle_act("simopen", &s, 3);
}

static void close34(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0); /* A: the server closes at once after EOF */
    oracle_asks(&s, 0.000352);
    oracle_does(&s, 0.000469, "c", "close 3");
    oracle_does(&s, 0.000469, "s", "recv 4 1");
    oracle_does(&s, 0.000469, "s", "close 4");
    oracle_connects(&s, 0.302336); /* B: it closes 1 s later */
    oracle_asks(&s, 0.302440);
    oracle_does(&s, 0.302526, "c", "shutdown 3 wr");
    oracle_does(&s, 0.302526, "s", "recv 4 1");
    oracle_does(&s, 1.303545, "s", "close 4");
    oracle_does(&s, 1.81, "c", "close 3");
    oracle_connects(&s, 1.831432); /* C: close with unread data */
    oracle_does(&s, 1.831662, "s", "accept 3");
    oracle_does(&s, 1.831662, "s", "send 4 2");
    oracle_does(&s, 1.934088, "c", "close 3");
    oracle_connects(&s, 2.254157); /* D: SO_LINGER 0 */
    oracle_does(&s, 2.254157, "s", "accept 3");
    oracle_does(&s, 2.254313, "c", "setsockopt 3 SO_LINGER 0");
    oracle_does(&s, 2.254313, "c", "close 3");
    oracle_act("close34", &s, 2.5);
}

static void halfclose(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0); /* A: shutdown(WR), the server keeps sending */
    oracle_does(&s, 0.000357, "s", "accept 3");
    oracle_does(&s, 0.000357, "c", "shutdown 3 wr");
    oracle_does(&s, 0.102881, "s", "send 4 4");
    oracle_does(&s, 0.303063, "s", "send 4 4");
    oracle_does(&s, 0.508297, "s", "send 4 4");
    oracle_does(&s, 0.743, "c", "recv 3 100");
    oracle_does(&s, 0.743617, "s", "close 4");
    oracle_does(&s, 0.744, "c", "close 3");
    oracle_connects(&s, 0.944035); /* B: close(), then the server sends */
    oracle_does(&s, 0.944385, "s", "accept 3");
    oracle_does(&s, 0.944385, "c", "close 3");
    oracle_does(&s, 1.062734, "s", "send 4 4");
    oracle_does(&s, 1.265, "s", "send 4 5");
    oracle_act("halfclose", &s, 1.4);
}

static void lastack(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_asks(&s, 0.003565);
    oracle_does(&s, 0.003607, "c", "close 3");
    oracle_does(&s, 0.003607, "s", "recv 4 1");
    setup_fault(&s, "c->s", FAULT_DROP, BARE_ACK, 1)->from = SECONDS(ORACLE_BEGIN + 0.2);
    oracle_does(&s, 0.254120, "s", "close 4");
    oracle_act("lastack", &s, 63);
}

static void timewait(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_does(&s, 0.000100, "s", "accept 3");
    oracle_does(&s, 0.000125, "c", "close 3");
    oracle_does(&s, 0.000125, "s", "recv 4 1");
    oracle_does(&s, 0.000125, "s", "close 4");
    oracle_act("timewait", &s, 63);
}

/* tcp_syn_retries: a count, or the time that so many time-outs would have taken. */
static void retries(const char *name, const char *count, double until) {
    struct setup s;
    oracle_stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_syn_retries", count);
    oracle_loses(&s, "c->s", "tcp.dstport == 80", 0);
    oracle_connects(&s, 0);
    oracle_act(name, &s, until);
}

static void synr(void **state) {
    (void)state;
    retries("synr1", "1", 10);
    retries("synr2", "2", 20);
    retries("synr3", "3", 30);
}

static void finwait2(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_does(&s, 0.003, "s", "accept 3");
    oracle_does(&s, 0.003218, "c", "close 3");
    oracle_does(&s, 61.509187, "s", "send 4 4");
    oracle_act("finwait2", &s, 62);
}

static void fintmo(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_fin_timeout", "5");
    oracle_listens(&s, 5);
    oracle_connects(&s, 0);
    oracle_does(&s, 0.000074, "s", "accept 3");
    oracle_does(&s, 0.000074, "c", "close 3");
    oracle_does(&s, 0.000707, "s", "recv 4 1");
    oracle_does(&s, 0.000707, "s", "close 4");
    oracle_connects(&s, 0.051008);
    oracle_does(&s, 0.051108, "s", "accept 3");
    oracle_does(&s, 0.051108, "c", "close 3");
    oracle_act("fintmo", &s, 63);
}

static void twreopen(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    oracle_listens(&s, 5);
    for (int turn = 0; turn < 2; turn++) {
        double at = turn == 0 ? 0 : 1.634429;
        oracle_does(&s, at, "c", "socket tcp");
        oracle_does(&s, at, "c", "setsockopt 3 SO_REUSEADDR 1");
        oracle_does(&s, at, "c", "bind 3 10.9.0.1:5555");
        oracle_does(&s, at, "c", "connect 3 10.9.0.2:80");
        oracle_does(&s, at, "s", "accept 3");
        if (turn == 1) break;
        oracle_does(&s, 0.000121, "s", "close 4");
        oracle_does(&s, 0.000121, "c", "recv 3 1");
        oracle_does(&s, 0.000121, "c", "close 3");
    }
    oracle_act("twreopen", &s, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(synblack),        cmocka_unit_test(synblack0),
        cmocka_unit_test(ack3once_silent), cmocka_unit_test(ack3once_data),
        cmocka_unit_test(simopen),         cmocka_unit_test(close34),
        cmocka_unit_test(halfclose),       cmocka_unit_test(lastack),
        cmocka_unit_test(timewait),        cmocka_unit_test(synr),
        cmocka_unit_test(finwait2),        cmocka_unit_test(fintmo),
        cmocka_unit_test(twreopen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
