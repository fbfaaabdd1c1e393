/*
 * A megabyte through a router that loses one frame in ten, each way: every octet arrives, in order,
 * once; the connection closes; the same seed gives the same trace. The sink compares the streams as
 * they pass, so no run is kept in memory.
 */
#include "lab_support.h"
#include <stdlib.h>
#include <string.h>

enum { OCTETS = 1000000, SEED_COUNT = 100 };

struct stream {
    uint64_t sent, delivered;
    uint8_t octets[OCTETS];
    bool differs;
};
struct watch_over {
    struct stream stream;
    struct trace_hash hash;
    uint64_t last_at, lost, repeated, closed, too_big, damaged;
};

static void watch_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct watch_over *w = user;
    (void)lab;
    trace_hash_add(&w->hash, r);
    if (r->kind == TRACE_LOST) w->lost++;
    if (r->kind == TRACE_DROPPED && strcmp(engine_name(NAME_REASON, r->reason), "too_big") == 0)
        w->too_big++;
    if (r->kind == TRACE_DROPPED &&
        strcmp(engine_name(NAME_REASON, r->reason), "bad_checksum") == 0)
        w->damaged++;
    if (r->kind == TRACE_SENT && r->retransmission > 0) w->repeated++;
    if (r->kind == TRACE_STATE && r->machine == 0 && r->after == 0) w->closed++;
    if (r->kind != TRACE_STREAM) return;
    w->last_at = (uint64_t)r->at;
    struct stream *s = &w->stream;
    if (r->before == 0) {
        assert_true(s->sent + r->octet_count <= OCTETS);
        memcpy(s->octets + s->sent, r->octets, r->octet_count);
        s->sent += r->octet_count;
    } else {
        assert_true(s->delivered + r->octet_count <= s->sent);
        if (memcmp(s->octets + s->delivered, r->octets, r->octet_count) != 0) s->differs = true;
        s->delivered += r->octet_count;
    }
}

static void stage(struct setup *s, uint64_t seed, const char *profile) {
    through_router(s);
    s->scenario.seed = seed;
    for (size_t n = 0; n < s->scenario.node_count; n++) s->nodes[n].profile = profile;
    for (size_t l = 0; l < s->scenario.link_count; l++) s->links[l].loss_ppm = 100000;
    setup_run(s, 0, "server", "nc -l 80 > /dev/null");
    setup_run(s, SECONDS(1), "client", "nc -N 10.0.2.1 80 < 1000000");
}

static void transfer(struct watch_over *w, const struct setup *setup) {
    trace_hash_begin(&w->hash);
    struct sink sink = {watch_record, w, WANT_ALL};
    size_t size = lab_size(&setup->scenario);
    void *block = malloc(size);
    struct complaint why;
    if (!lab_create(block, size, &setup->scenario, &why))
        fail_msg("%s: %s", why.place, why.problem);
    struct budget budget = {0, SECONDS(4000)};
    enum stop stop = lab_step(block, &sink, &budget);
    assert_true(stop == STOP_UNTIL || stop == STOP_QUIET);
    free(block);
}

static void run_once(struct watch_over *w, uint64_t seed, const char *profile) {
    struct setup setup;
    stage(&setup, seed, profile);
    memset(w, 0, sizeof *w);
    transfer(w, &setup);
    if (w->stream.delivered != OCTETS || w->stream.differs)
        fail_msg("seed %llu: %llu of %llu octets, %s", (unsigned long long)seed,
                 (unsigned long long)w->stream.delivered, (unsigned long long)w->stream.sent,
                 w->stream.differs ? "some of them wrong" : "all right so far");
    assert_int_equal(w->stream.sent, OCTETS);
    assert_true(w->lost > 50 && w->repeated > 50);
}

static void every_octet_arrives(void **state) {
    (void)state;
    static struct watch_over w;
    uint64_t slowest = 0;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++) {
        run_once(&w, seed, NULL);
        if (w.last_at > slowest) slowest = w.last_at;
    }
    print_message("%d octets, slowest of %d seeds: %.1f s\n", OCTETS, SEED_COUNT,
                  (double)slowest / 1e9);
}

static void every_octet_arrives_by_the_rfc(void **state) {
    (void)state;
    static struct watch_over w;
    for (uint64_t seed = 1; seed <= 3; seed++) run_once(&w, seed, "rfc9293");
}

/* Doubled, reordered, late and damaged frames as well: every octet still arrives once, in order. */
static void whatever_the_path_does(void **state) {
    (void)state;
    static struct watch_over w;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct setup setup;
        stage(&setup, seed, seed % 2 == 0 ? "rfc9293" : NULL);
        for (size_t l = 0; l < setup.scenario.link_count; l++) {
            setup.links[l].loss_ppm = 20000;
            setup.links[l].duplicate_ppm = 50000;
            setup.links[l].reorder_ppm = 100000;
            setup.links[l].jitter_ns = MILLIS(20);
        }
        struct scenario_fault *fault =
            setup_fault(&setup, "client->r1", FAULT_CORRUPT, "tcp.len > 0", 0);
        fault->chance_ppm = 20000;
        fault->bit = 8 * (14 + 20 + 32 + 5); /* in the text: only TCP's checksum can tell */
        memset(&w, 0, sizeof w);
        transfer(&w, &setup);
        assert_int_equal(w.stream.delivered, OCTETS);
        assert_false(w.stream.differs);
        assert_true(w.damaged > 5);
    }
}

/* RFC 1191: the middle takes less than both ends. Each too long segment is answered by the router,
 * and the rest comes in shorter ones. */
static void a_narrow_path_is_found(void **state) {
    /* SHLD-6. */
    (void)state;
    static struct watch_over w;
    struct setup setup;
    through_router(&setup);
    setup.interfaces[1][1].mtu = 700; /* the router's second one */
    setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(&setup, SECONDS(1), "client", "nc -N 10.0.2.1 80 < 100000");
    memset(&w, 0, sizeof w);
    transfer(&w, &setup);
    assert_int_equal(w.stream.delivered, 100000);
    assert_false(w.stream.differs);
    assert_in_range(w.too_big, 1, 40);
    assert_true(w.last_at < (uint64_t)SECONDS(10));
}

/* RFC 791 3.2: every module takes 68 octets. Down to there, at an end or in the middle, with losses
 * (so that SACK blocks want room too), text still comes through. */
static void the_narrowest_paths_carry_text(void **state) {
    (void)state;
    static struct watch_over w;
    static const char *const profiles[] = {"linux-6.12", "linux-6.12-plain", "rfc9293"};
    static const uint32_t mtus[] = {68, 69, 76, 87, 88, 100, 127, 128, 300};
    for (size_t n = 0; n < 3 * 3 * sizeof mtus / sizeof mtus[0]; n++) {
        struct setup setup;
        uint32_t mtu = mtus[n / 9], place = n % 3;
        through_router(&setup);
        for (size_t i = 0; i < setup.scenario.node_count; i++)
            setup.nodes[i].profile = profiles[n / 3 % 3];
        if (place == 0) setup.interfaces[0][0].mtu = mtu;
        if (place == 1) setup.interfaces[1][1].mtu = mtu;
        if (place == 2) setup.interfaces[2][0].mtu = mtu;
        for (size_t l = 0; l < setup.scenario.link_count; l++) setup.links[l].loss_ppm = 20000;
        setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
        setup_run(&setup, SECONDS(1), "client", "nc -N 10.0.2.1 80 < 4000");
        memset(&w, 0, sizeof w);
        transfer(&w, &setup);
        if (w.stream.delivered != 4000 || w.stream.differs || w.too_big > (place == 1 ? 20 : 0))
            fail_msg("mtu %u of %u, %s: %llu octets, %llu too big", mtu, place,
                     setup.nodes[0].profile, (unsigned long long)w.stream.delivered,
                     (unsigned long long)w.too_big);
    }
}

static void one_seed_one_trace(void **state) {
    (void)state;
    static struct watch_over first, second, other;
    run_once(&first, 7, NULL);
    run_once(&second, 7, NULL);
    run_once(&other, 8, NULL);
    assert_memory_equal(&first.hash, &second.hash, sizeof first.hash);
    assert_true(first.hash.lane[0] != other.hash.lane[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_octet_arrives),    cmocka_unit_test(every_octet_arrives_by_the_rfc),
        cmocka_unit_test(a_narrow_path_is_found), cmocka_unit_test(the_narrowest_paths_carry_text),
        cmocka_unit_test(whatever_the_path_does), cmocka_unit_test(one_seed_one_trace)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
