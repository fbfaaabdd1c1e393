/*
 * Whatever controls the congestion, every octet arrives: profiles, algorithms, ECN on a queue that
 * marks, buffers and initial windows from tiny to large, over a path that loses and reorders. CWND
 * stays above nothing and SSTHRESH above two segments all the way.
 */
#include <stdio.h>
#include <string.h>

#include "lab_support.h"

enum { OCTETS = 150000, RUNS = 96 };

static const char *const profiles[] = {"linux-6.12", "linux-6.12-plain", "linux-2.6.32",
                                       "rfc9293",    "rfc793",           "bsd"};
static const char *const buffers[] = {"4096 4096 4096", "4096 20000 20000", "4096 131072 6291456"};
static const char *const windows[] = {"1", "3", "10", "100"};

static void stage(struct setup *setup, uint32_t run) {
    through_router(setup);
    setup->scenario.seed = run + 1;
    for (size_t n = 0; n < 3; n++) setup->nodes[n].profile = profiles[run % 6];
    for (size_t l = 0; l < 2; l++) {
        setup->links[l].loss_ppm = run % 5 * 10000;
        setup->links[l].reorder_ppm = run % 3 * 20000;
        setup->links[l].rate_bps = 5000000;
        setup->links[l].queue_frames = 30;
        setup->links[l].mark_frames = run % 2 == 0 ? 8 : 0;
    }
    setup_setting(setup, "client", "net.ipv4.tcp_congestion_control",
                  run / 6 % 2 == 0 ? "cubic" : "reno");
    setup_setting(setup, "client", "net.ipv4.tcp_ecn", run / 3 % 2 == 0 ? "1" : "0");
    setup_setting(setup, "client", "net.ipv4.tcp_wmem", buffers[run / 4 % 3]);
    setup_setting(setup, "client", "const.initial_window", windows[run / 7 % 4]);
    setup_setting(setup, "server", "net.ipv4.tcp_rmem", buffers[run / 5 % 3]);
    setup_setting(setup, "server", "net.ipv4.tcp_ecn", "2");
    setup_run(setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(setup, SECONDS(1), "client", "nc -N 10.0.2.1 80 < 150000");
}

struct seen {
    uint64_t delivered, least_cwnd, least_threshold, changes;
};

static void look(struct seen *seen, const struct running *run) {
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_STREAM && r->before != 0) seen->delivered += r->octet_count;
        if (r->kind != TRACE_VARIABLE || r->node != 1 || r->before == 0) continue;
        const char *name = engine_name(NAME_FIELD, r->field);
        seen->changes += strcmp(name, "cwnd") == 0;
        if (strcmp(name, "cwnd") == 0 && r->after < seen->least_cwnd) seen->least_cwnd = r->after;
        if (strcmp(name, "ssthresh") == 0 && r->after < seen->least_threshold)
            seen->least_threshold = r->after;
    }
}

static void every_octet_arrives(void **state) {
    (void)state;
    enum { SEGMENT_LEAST = 1448 };
    uint64_t changes = 0;
    for (uint32_t n = 0; n < RUNS; n++) {
        static struct setup setup;
        struct running run;
        struct seen seen = {0, UINT64_MAX, UINT64_MAX, 0};
        stage(&setup, n);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(2000));
        look(&seen, &run);
        run_end(&run);
        changes += seen.changes;
        if (seen.delivered != OCTETS || seen.least_cwnd < SEGMENT_LEAST ||
            seen.least_threshold < 2 * SEGMENT_LEAST)
            fail_msg("run %u: %llu octets, cwnd %llu, ssthresh %llu at least", n,
                     (unsigned long long)seen.delivered, (unsigned long long)seen.least_cwnd,
                     (unsigned long long)seen.least_threshold);
    }
    assert_true(changes > 10 * RUNS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_octet_arrives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
