/*
 * Determinism is the product: moving a lab, restoring a keyframe, listening or not, and the places
 * of time slices change nothing; the seed and any octet, timer, reason or state change the hash.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim_support.h"

static struct setup setup;

/* Loss, duplicates, jitter, reordering and faults on two links; TCP with data and a ping. */
static void a_rough_path(void) {
    through_router(&setup);
    for (int i = 0; i < 2; i++) {
        setup.links[i].rate_bps = 10000000;
        setup.links[i].loss_ppm = 100000;
        setup.links[i].duplicate_ppm = 50000;
        setup.links[i].reorder_ppm = 50000;
        setup.links[i].jitter_ns = MILLIS(3);
    }
    setup_fault(&setup, "r1->server", FAULT_CORRUPT, "tcp", 4)->bit = 300;
    setup_fault(&setup, "server->r1", FAULT_DELAY, "tcp.flags.syn", 1)->delay_ns = MILLIS(70);
    static const char *const server[] = {"socket tcp", "bind 3 0.0.0.0:80", "listen 3 5",
                                         "accept 3",   "recv 4 20000",      "close 4"};
    for (size_t i = 0; i < sizeof server / sizeof server[0]; i++)
        setup_run(&setup, 0, "server", server[i])->process = "server";
    static const char *const client[] = {"socket tcp", "connect 3 10.0.2.1:80", "send 3 20000",
                                         "close 3"};
    for (size_t i = 0; i < sizeof client / sizeof client[0]; i++)
        setup_run(&setup, SECONDS(1), "client", client[i])->process = "client";
    setup_run(&setup, SECONDS(1), "client", "ping -c 3 server");
}

static void a_lab_may_be_moved_after_each_step(void **state) {
    (void)state;
    a_rough_path();
    expect_move_test(&setup, SECONDS(12));
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 2 server");
    expect_move_test(&setup, SECONDS(5));
}

static void a_keyframe_runs_on_the_same(void **state) {
    (void)state;
    a_rough_path();
    expect_sync_test(&setup, SECONDS(12), 1);
    expect_sync_test(&setup, SECONDS(12), 50);
}

/* Adds every record to a hash, and leaves a mark of how many came. */
struct listener {
    struct trace_hash hash;
    size_t count;
};
static void listen_to(void *user, const struct lab *lab, const struct trace_record *r) {
    struct listener *l = user;
    (void)lab;
    trace_hash_add(&l->hash, r);
    l->count += 1;
}

static struct lab *made(void) {
    struct complaint why;
    size_t size = lab_size(&setup.scenario);
    struct lab *lab = malloc(size);
    assert_non_null(lab);
    assert_true(lab_create(lab, size, &setup.scenario, &why));
    return lab;
}

static void listening_changes_nothing(void **state) {
    (void)state;
    a_rough_path();
    struct listener listener;
    uint64_t hashes[200];
    for (unsigned wants = 0; wants <= WANT_ALL + 1; wants++) {
        struct sink sink = {.record = listen_to, .user = &listener, .wants = wants};
        struct lab *lab = made();
        memset(&listener, 0, sizeof listener);
        for (int i = 0; i < 200; i++) {
            lab_step(lab, wants == WANT_ALL + 1 ? NULL : &sink,
                     &(struct budget){.steps = 3, .until = SECONDS(12)});
            if (wants == 0)
                hashes[i] = lab_hash(lab);
            else
                assert_int_equal(hashes[i], lab_hash(lab));
        }
        assert_true((listener.count != 0) == (wants != 0 && wants <= WANT_ALL));
        free(lab);
    }
}

static void run_in_slices(sim_time slice, struct listener *listener, uint64_t *hash) {
    struct sink sink = {.record = listen_to, .user = listener, .wants = WANT_ALL};
    struct lab *lab = made();
    memset(listener, 0, sizeof *listener);
    trace_hash_begin(&listener->hash);
    for (sim_time until = slice; until <= SECONDS(12); until += slice)
        lab_step(lab, &sink, &(struct budget){.until = until});
    *hash = lab_hash(lab);
    free(lab);
}

static void slices_of_time_change_nothing(void **state) {
    (void)state;
    a_rough_path();
    struct listener one, many;
    uint64_t a, b;
    run_in_slices(SECONDS(12), &one, &a);
    run_in_slices(MILLIS(1), &many, &b);
    assert_int_equal(one.hash.lane[0], many.hash.lane[0]);
    assert_int_equal(one.hash.lane[1], many.hash.lane[1]);
    assert_int_equal(one.count, many.count);
    assert_int_equal(a, b);
}

/* Routes come and go while a lab runs, with and without the memos of what was looked up. */
static void what_is_remembered_does_not_show(void **state) {
    (void)state;
    struct listener listener[2];
    uint64_t hashes[2];
    for (int forgets = 0; forgets < 2; forgets++) {
        a_rough_path();
        setup_run(&setup, SECONDS(1), "client", "ping -c 10 server");
        setup_run(&setup, SECONDS(1.5), "r1", "ip route add 10.9.0.0/16 via 10.0.2.1");
        setup_run(&setup, SECONDS(2.5), "client", "ip route del default");
        setup_run(&setup, SECONDS(3.5), "client", "ip route add default via 10.0.1.254");
        setup_run(&setup, SECONDS(5), "r1", "ip link set eth1 down");
        setup_run(&setup, SECONDS(7), "r1", "ip link set eth1 up");
        struct sink sink = {.record = listen_to, .user = &listener[forgets], .wants = WANT_ALL};
        struct lab *lab = made();
        memset(&listener[forgets], 0, sizeof listener[forgets]);
        while (lab_step(lab, &sink, &(struct budget){.steps = 1, .until = SECONDS(12)}) ==
               STOP_BUDGET)
            if (forgets) memos_forget(lab);
        hashes[forgets] = lab_hash(lab);
        free(lab);
    }
    assert_int_equal(listener[0].hash.lane[1], listener[1].hash.lane[1]);
    assert_int_equal(listener[0].count, listener[1].count);
    assert_int_equal(hashes[0], hashes[1]);
}

static void hash_of_setup(struct trace_hash *hash) {
    struct running run;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(12));
    *hash = run.hash;
    run_end(&run);
}

static void seeds_differ(void **state) {
    (void)state;
    struct trace_hash hashes[8], again;
    for (uint64_t seed = 0; seed < 8; seed++) {
        a_rough_path();
        setup.scenario.seed = seed;
        hash_of_setup(&hashes[seed]);
        for (uint64_t other = 0; other < seed; other++) {
            assert_int_not_equal(hashes[seed].lane[0], hashes[other].lane[0]);
            assert_int_not_equal(hashes[seed].lane[1], hashes[other].lane[1]);
        }
    }
    setup.scenario.seed = 3;
    hash_of_setup(&again);
    assert_int_equal(again.lane[0], hashes[3].lane[0]);
    assert_int_equal(again.lane[1], hashes[3].lane[1]);
}

/* Another node, not joined to these, changes no draw of theirs: they speak as before. */
static void strangers_change_no_draw(void **state) {
    (void)state;
    char *dialogues[2];
    for (int i = 0; i < 2; i++) {
        two_hosts(&setup);
        setup.links[0].loss_ppm = 300000;
        setup.links[0].jitter_ns = MILLIS(5);
        if (i == 1) {
            setup_node(&setup, NODE_HOST, "x");
            setup_node(&setup, NODE_HOST, "y");
            setup_interface(&setup, "x", "eth0", "10.7.0.1/24");
            setup_interface(&setup, "y", "eth0", "10.7.0.2/24");
            setup_link(&setup, "x:eth0", "y:eth0", MILLIS(1))->loss_ppm = 300000;
            setup_run(&setup, 0, "x", "ping -c 9 y");
        }
        setup_run(&setup, 0, "client", "ping -c 9 server");
        struct running run;
        run_begin(&run, &setup);
        run_until(&run, SECONDS(12));
        dialogues[i] = run_dialogue(&run, "");
        run_end(&run);
    }
    char *out = malloc(strlen(dialogues[1]) + 1), *to = out; /* without the strangers' lines */
    assert_non_null(out);
    for (char *line = strtok(dialogues[1], "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strstr(line, " x > ") == NULL && strstr(line, " y > ") == NULL)
            to += sprintf(to, "%s\n", line);
    assert_string_equal(out, dialogues[0]);
    free(out);
    free(dialogues[0]);
    free(dialogues[1]);
}

/* ------------------------------------------------------------------- what the hash must notice */

struct mutation {
    size_t at; /* the record that is changed */
    void (*change)(struct trace_record *);
};

static void hash_with(const struct running *run, const struct mutation *m,
                      struct trace_hash *hash) {
    trace_hash_begin(hash);
    for (size_t i = 0; i < run->count; i++) {
        struct trace_record r = run->records[i].r;
        uint8_t octets[FRAME_OCTETS_MAX];
        if (r.octets != NULL && r.octet_count <= sizeof octets) {
            memcpy(octets, r.octets, r.octet_count);
            r.octets = octets;
        }
        if (m != NULL && i == m->at) m->change(&r);
        trace_hash_add(hash, &r);
    }
}

static void last_octet(struct trace_record *r) {
    ((uint8_t *)r->octets)[r->octet_count - 1] ^= 1;
}
static void first_octet(struct trace_record *r) {
    ((uint8_t *)r->octets)[0] ^= 0x80;
}
static void one_ns(struct trace_record *r) {
    r->at += 1;
}
static void expiry(struct trace_record *r) {
    r->until += 1;
}
static void reason(struct trace_record *r) {
    r->reason += 1;
}
static void after(struct trace_record *r) {
    r->after += 1;
}
static void object(struct trace_record *r) {
    r->object += 1;
}
static void text(struct trace_record *r) {
    r->text_length -= 1;
}
static void where(struct trace_record *r) {
    r->where_ppm += 1;
}
static void clause(struct trace_record *r) {
    r->clause = "RFC 1";
}
static void cause(struct trace_record *r) {
    r->cause_step += 1;
}

static void the_hash_notices_each_change(void **state) {
    (void)state;
    static const struct {
        enum trace_kind kind;
        void (*change)(struct trace_record *);
        bool essence; /* lane 0 notices too */
    } cases[] = {
        {TRACE_SENT, last_octet, true},     {TRACE_SENT, first_octet, true},
        {TRACE_SENT, one_ns, true},         {TRACE_SENT, expiry, true},
        {TRACE_DELIVERED, one_ns, true},    {TRACE_DELIVERED, last_octet, true},
        {TRACE_LOST, reason, true},         {TRACE_LOST, where, true},
        {TRACE_DROPPED, reason, true},      {TRACE_DROPPED, clause, false},
        {TRACE_STATE, after, true},         {TRACE_STATE, object, true},
        {TRACE_STATE, one_ns, true},        {TRACE_TIMER_SET, expiry, false},
        {TRACE_TIMER_FIRED, one_ns, false}, {TRACE_VARIABLE, after, false},
        {TRACE_TABLE, text, false},         {TRACE_OUTPUT, text, false},
        {TRACE_COMMAND, text, false},       {TRACE_STREAM, last_octet, false},
        {TRACE_CALL, after, false},         {TRACE_RULE, after, false},
        {TRACE_SENT, cause, false},
    };
    struct running run;
    struct trace_hash plain, changed;
    a_rough_path();
    run_begin(&run, &setup);
    run_until(&run, SECONDS(12));
    hash_with(&run, NULL, &plain);
    assert_int_equal(plain.lane[0], run.hash.lane[0]);
    assert_int_equal(plain.lane[1], run.hash.lane[1]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct trace_record *r = run_find(&run, 0, cases[i].kind, "");
        if (r == NULL) fail_msg("the run has no %s", engine_name(NAME_TRACE_KIND, cases[i].kind));
        struct mutation m = {(size_t)((const struct kept *)(const void *)r - run.records),
                             cases[i].change};
        hash_with(&run, &m, &changed);
        assert_int_not_equal(plain.lane[1], changed.lane[1]);
        assert_true((plain.lane[0] != changed.lane[0]) == cases[i].essence);
    }
    run_end(&run);
}

/* The same in the lab itself: one payload octet, one timer, one reason, one state. */
static void a_changed_engine_changes_the_hash(void **state) {
    (void)state;
    struct trace_hash plain, changed;
    a_rough_path();
    hash_of_setup(&plain);
    setup_fault(&setup, "client->r1", FAULT_CORRUPT, "tcp.len > 0", 1)->bit = 8 * 200;
    hash_of_setup(&changed);
    assert_int_not_equal(plain.lane[0], changed.lane[0]);
    a_rough_path();
    setup_setting(&setup, "client", "const.rto_init", "1001"); /* one timer, 1 ms */
    hash_of_setup(&changed);
    assert_int_not_equal(plain.lane[1], changed.lane[1]);
    a_rough_path();
    setup.lines[0].at = 1;
    hash_of_setup(&changed);
    assert_int_not_equal(plain.lane[1], changed.lane[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lab_may_be_moved_after_each_step),
        cmocka_unit_test(a_keyframe_runs_on_the_same),
        cmocka_unit_test(listening_changes_nothing),
        cmocka_unit_test(slices_of_time_change_nothing),
        cmocka_unit_test(what_is_remembered_does_not_show),
        cmocka_unit_test(seeds_differ),
        cmocka_unit_test(strangers_change_no_draw),
        cmocka_unit_test(the_hash_notices_each_change),
        cmocka_unit_test(a_changed_engine_changes_the_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
