/*
 * SHLD-8: ECN over a queue that marks. A bulk transfer through a bottleneck loses frames to a full
 * queue; where both ends understand ECN and the queue marks from 20 frames on, nothing is lost and
 * the queue stays short. The marks of a path are Wireshark's fields, the checksum still right.
 */
#include <stdio.h>
#include <string.h>

#include "lab_support.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum { OCTETS = 3000000 };

/* A router with 10 Mbit/s and a queue of 150 frames on its way out. */
static void stage(struct setup *setup, struct running *run, const char *ecn, uint32_t mark) {
    through_router(setup);
    setup->links[1].rate_bps = 10000000;
    setup->links[1].queue_frames = 150;
    setup->links[1].mark_frames = mark;
    setup_setting(setup, "client", "net.ipv4.tcp_ecn", ecn);
    setup_run(setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(setup, SECONDS(1), "client", "nc -N 10.0.2.1 80 < 3000000");
    run_begin(run, setup);
    run_until(run, SECONDS(60));
}

struct seen {
    uint32_t lost, marked, echoed, reduced, able; /* frames: CE, ECE, CWR, ECT(0) */
    uint32_t reductions;                          /* OPEN -> CWR */
    uint64_t delivered;
};

static void look_into(const struct trace_record *r, struct seen *seen) {
    struct reader in = reader_of(r->octets, r->octet_count);
    struct ipv4_header ip;
    struct tcp_header tcp;
    read_skip(&in, 14);
    if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_TCP) return;
    assert_int_equal(tcp_parse(&tcp, &in, ip.src, ip.dst), PARSE_OK);
    bool syn = (tcp.flags & TCP_SYN) != 0;
    if (ip.ecn != IP_ECN_NOT_ECT) assert_true(read_left(&in) > 0 && !syn);
    seen->marked += ip.ecn == IP_ECN_CE;
    seen->able += ip.ecn == IP_ECN_ECT_0;
    seen->echoed += (tcp.flags & TCP_ECE) != 0 && !syn;
    seen->reduced += (tcp.flags & TCP_CWR) != 0 && !syn;
}

static struct seen look(const struct running *run) {
    struct seen seen = {0};
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_DELIVERED) look_into(r, &seen);
        if (r->kind == TRACE_LOST) seen.lost++;
        if (r->kind == TRACE_STREAM && r->before != 0) seen.delivered += r->octet_count;
        if (r->kind == TRACE_STATE && strcmp(engine_name(NAME_MACHINE, r->machine), "tcp") != 0)
            seen.reductions +=
                strcmp(engine_state_name(r->machine, r->after), "CWR") == 0 && r->before == 0;
    }
    assert_int_equal(seen.delivered, OCTETS);
    return seen;
}

static void a_marking_queue_loses_nothing(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    stage(&setup, &run, "1", 20);
    struct seen seen = look(&run);
    assert_int_equal(seen.lost, 0);
    assert_true(seen.able > 1000 && seen.marked > 0 && seen.echoed > 0);
    assert_true(seen.reductions > 0);
    /* Each reduction is told once; it is delivered twice, on two links. */
    assert_int_equal(seen.reduced, 2 * seen.reductions);
    run_end(&run);
}

static void without_ecn_it_overflows(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    stage(&setup, &run, "0", 20);
    struct seen seen = look(&run);
    assert_true(seen.lost > 0);
    assert_int_equal(seen.marked + seen.echoed + seen.able, 0);
    run_end(&run);
}

static void no_mark_no_reduction(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    stage(&setup, &run, "1", 0);
    struct seen seen = look(&run);
    assert_true(seen.lost > 0 && seen.able > 1000);
    assert_int_equal(seen.marked, 0);
    assert_int_equal(seen.echoed, 0);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_marking_queue_loses_nothing),
        cmocka_unit_test(without_ecn_it_overflows),
        cmocka_unit_test(no_mark_no_reduction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
