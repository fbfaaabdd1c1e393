/*
 * Numbers that come round: sequence numbers past 2^32, in the middle of a transfer with losses and
 * of every kind of segment; timestamps past 2^32; and a connection that says nothing for 25 days.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "stack/tcp_state.h"
#include "talk_support.h"

static struct setup setup;

struct tally {
    uint64_t sent, delivered, wrong, paws;
    struct trace_hash hash;
    uint8_t octets[1 << 20];
};
static struct tally tally;

static void look(void *user, const struct lab *lab, const struct trace_record *r) {
    struct tally *t = user;
    (void)lab;
    trace_hash_add(&t->hash, r);
    if (r->kind == TRACE_DROPPED && strcmp(engine_name(NAME_REASON, r->reason), "tcp_paws") == 0)
        t->paws++;
    if (r->kind != TRACE_STREAM) return;
    if (r->before == 0) {
        memcpy(t->octets + t->sent, r->octets, r->octet_count);
        t->sent += r->octet_count;
        return;
    }
    t->wrong += memcmp(t->octets + t->delivered, r->octets, r->octet_count) != 0;
    t->delivered += r->octet_count;
}

static void transfer(sim_time until, uint64_t octets) {
    size_t size = lab_size(&setup.scenario);
    void *block = malloc(size);
    struct complaint why;
    memset(&tally, 0, sizeof tally);
    trace_hash_begin(&tally.hash);
    struct sink sink = {look, &tally, WANT_ALL};
    struct budget budget = {0, until};
    if (!lab_create(block, size, &setup.scenario, &why)) fail_msg("%s: %s", why.place, why.problem);
    lab_step(block, &sink, &budget);
    free(block);
    assert_int_equal(tally.sent, octets);
    assert_int_equal(tally.delivered, octets);
    assert_int_equal(tally.wrong, 0);
}

static void both(const char *name, const char *value) {
    setup_setting(&setup, "client", name, value);
    setup_setting(&setup, "server", name, value);
}

/* The first numbers lie just below 2^32: SYN, text, FIN and all repetitions cross it. Each seed has
 * the wrap at another place of the stream: in the SYN itself, in the first segments, in the middle. */
static void sequence_numbers_wrap(void **state) {
    (void)state;
    static const char *const firsts[] = {"4294967295", "4294967294", "4294967000",
                                         "4294900000", "4294767296", "2147483647"};
    static const char *const profiles[] = {"linux-6.12", "linux-6.12-plain", "rfc9293"};
    for (size_t i = 0; i < 6 * 3 * 2; i++) {
        two_hosts(&setup);
        setup.scenario.seed = i + 1;
        setup.nodes[0].profile = setup.nodes[1].profile = profiles[i / 6 % 3];
        setup.links[0].loss_ppm = 30000;
        setup.links[0].reorder_ppm = 20000;
        both("const.isn", firsts[i % 6]);
        both("net.ipv4.tcp_sack", i / 18 == 0 ? "1" : "0");
        setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
        setup_run(&setup, SECONDS(1), "client", "nc -N 10.0.0.2 80 < 400000");
        transfer(SECONDS(2000), 400000);
    }
}

/* Timestamps run in milliseconds; five seconds before they wrap a transfer begins that takes
 * longer. Nothing is taken for an old duplicate. */
static void timestamps_wrap(void **state) {
    (void)state;
    two_hosts(&setup);
    both("const.timestamp_offset", "0");
    both("const.uptime", "4294962"); /* 2^32 ms are 4,294,967.296 s */
    setup.links[0].rate_bps = 400000;
    setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(&setup, SECONDS(1), "client", "nc -N 10.0.0.2 80 < 500000");
    transfer(SECONDS(60), 500000);
    assert_int_equal(tally.paws, 0);
}

static void said_after(double days, bool heard) {
    struct running run;
    two_hosts(&setup);
    /* The peer's clock runs on; after 25 days it is more than half round, and looks old. */
    both("const.timestamp_offset", "0");
    setup_run(&setup, 0, "server", "socket tcp")->process = "s";
    setup_run(&setup, 0, "server", "bind 3 :80")->process = "s";
    setup_run(&setup, 0, "server", "listen 3 1")->process = "s";
    setup_run(&setup, 0, "server", "accept 3")->process = "s";
    setup_run(&setup, SECONDS(1), "client", "socket tcp")->process = "c";
    setup_run(&setup, SECONDS(1), "client", "connect 3 server:80")->process = "c";
    setup_run(&setup, SECONDS(86400 * days), "client", "send 3 \"still there?\"")->process = "c";
    setup_run(&setup, SECONDS(86400 * days) + SECONDS(1), "server", "recv 4 100")->process = "s";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(86400 * days) + SECONDS(10));
    char *output = run_output(&run, "server");
    assert_int_equal(strstr(output, "12 \"still there?\"") != NULL, heard);
    assert_int_equal(run_lost(&run, "tcp_paws"), 0);
    free(output);
    run_end(&run);
}

/* RFC 7323 5.5: PAWS after a connection has been idle for 25 days, and for 60. */
static void a_connection_idle_for_25_days(void **state) {
    (void)state;
    said_after(23, true);
    said_after(25, true);
    said_after(60, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(timestamps_wrap),
        cmocka_unit_test(a_connection_idle_for_25_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
