/*
 * Buffers that tune themselves: over a long fat path the window grows with what the program reads
 * in a round trip, and the send buffer with CWND; neither does when it is switched off or when the
 * program has chosen. Every size from 4 KiB to 4 MiB carries a transfer to its end.
 */
#include <stdio.h>
#include <string.h>

#include "lab_support.h"

enum { OCTETS = 6000000 };

/* 100 Mbit/s, 100 ms there and back: 1.25 MB on the way. */
static void stage(struct setup *setup, struct running *run) {
    setup->links[0].delay_ns[0] = setup->links[0].delay_ns[1] = MILLIS(50);
    setup->links[0].rate_bps = 100000000;
    setup_run(setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(setup, SECONDS(1), "client", "nc -N 10.0.0.2 80 < 6000000");
    run_begin(run, setup);
}

/* The greatest value of a watched variable on a node. */
static uint64_t greatest(const struct running *run, const char *node, const char *name) {
    uint64_t most = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_VARIABLE || strcmp(engine_name(NAME_FIELD, r->field), name) != 0)
            continue;
        if (strcmp(lab_node(run->lab, r->node).name, node) == 0 && r->after > most) most = r->after;
    }
    return most;
}

static uint64_t delivered(const struct running *run) {
    uint64_t octets = 0;
    for (size_t i = 0; i < run->count; i++)
        if (run->records[i].r.kind == TRACE_STREAM && run->records[i].r.before != 0)
            octets += run->records[i].r.octet_count;
    return octets;
}

static void a_window_grows_with_what_is_read(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    two_hosts(&setup);
    stage(&setup, &run);
    run_until(&run, SECONDS(20));
    assert_int_equal(delivered(&run), OCTETS);
    assert_true(greatest(&run, "server", "receive buffer") > 1250000);
    assert_true(greatest(&run, "server", "receive buffer") <= 6291456 / 2);
    assert_true(greatest(&run, "client", "SND.WND") > 1000000);
    assert_true(greatest(&run, "client", "FlightSize") > 1000000);
    assert_true(greatest(&run, "client", "send buffer") > 2000000);
    run_end(&run);
}

static void it_does_not_when_it_is_switched_off(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "server", "net.ipv4.tcp_moderate_rcvbuf", "0");
    stage(&setup, &run);
    run_until(&run, SECONDS(40));
    assert_int_equal(delivered(&run), OCTETS);
    assert_in_range(greatest(&run, "server", "receive buffer"), 60000, 65536);
    assert_in_range(greatest(&run, "client", "FlightSize"), 60000, 65536);
    run_end(&run);
}

static void its_bounds_are_those_of_the_settings(void **state) {
    (void)state;
    static struct setup setup;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "server", "net.ipv4.tcp_rmem", "4096 131072 600000");
    setup_setting(&setup, "client", "net.ipv4.tcp_wmem", "4096 16384 200000");
    stage(&setup, &run);
    run_until(&run, SECONDS(40));
    assert_int_equal(delivered(&run), OCTETS);
    assert_int_equal(greatest(&run, "server", "receive buffer"), 300000);
    assert_int_equal(greatest(&run, "client", "send buffer"), 200000);
    assert_true(greatest(&run, "client", "FlightSize") <= 200000);
    run_end(&run);
}

static void every_size_carries_a_transfer(void **state) {
    (void)state;
    for (uint32_t size = 4096; size <= 4194304; size *= 4) {
        static struct setup setup;
        struct running run;
        char buffers[64];
        two_hosts(&setup);
        snprintf(buffers, sizeof buffers, "4096 %u %u", size, size);
        setup_setting(&setup, "server", "net.ipv4.tcp_rmem", buffers);
        setup_setting(&setup, "client", "net.ipv4.tcp_wmem", buffers);
        setup.links[0].rate_bps = 100000000;
        setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
        setup_run(&setup, SECONDS(1), "client", "nc -N 10.0.0.2 80 < 400000");
        run_begin(&run, &setup);
        run_until(&run, SECONDS(60));
        assert_int_equal(delivered(&run), 400000);
        assert_true(greatest(&run, "client", "SND.WND") <= (size < 8192 ? 8192 : size));
        run_end(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_grows_with_what_is_read),
        cmocka_unit_test(it_does_not_when_it_is_switched_off),
        cmocka_unit_test(its_bounds_are_those_of_the_settings),
        cmocka_unit_test(every_size_carries_a_transfer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
