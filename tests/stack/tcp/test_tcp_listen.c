/*
 * A listener's two queues: what their tables say, how many rows they have, what is left when the
 * listener goes, what a SYN flood costs, and what the kernel says about it. How full is full is in
 * the packet scripts (tests/scripts/tcp/syn_queue_full.test and others).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "stack/mib.h"
#include "stack/tcp/tcp_state.h"
#include "talk_support.h"

enum { ROWS_MOST = 256 };

/* The server listens with this backlog; SYNs come from 10.0.0.9, which does not exist: its frames
 * find a neighbour that throws them away. */
static struct scenario_neighbour nobody = {0x0a000009, {2, 0, 0, 0, 1, 1}};
static struct scenario_neighbour server = {0x0a000002, {2, 0, 0, 0, 2, 1}};

static void stage(struct setup *s, const char *backlog) {
    two_hosts(s);
    s->nodes[0].neighbours = &server;
    s->nodes[0].neighbour_count = 1;
    s->nodes[1].neighbours = &nobody;
    s->nodes[1].neighbour_count = 1;
    setup_run(s, 0, "server", "socket tcp")->process = "p";
    setup_run(s, 0, "server", "bind 3 10.0.0.2:80")->process = "p";
    setup_run(s, 0, "server", backlog)->process = "p";
}

struct tally {
    uint32_t table;
    size_t rows;
};

static void tally(void *user, const struct lab *lab, const struct trace_record *r) {
    struct tally *t = user;
    (void)lab;
    t->rows += r->kind == TRACE_TABLE && r->table == t->table;
}

static size_t rows_in(const struct running *run, uint32_t table) {
    struct tally t = {table, 0};
    struct sink sink = {.record = tally, .user = &t, .wants = WANT_ALL};
    lab_snapshot(run->lab, &sink);
    return t.rows;
}

/* Rows set and removed in the trace come to the same number as those of the snapshot. */
static size_t rows_told(const struct running *run, uint32_t table) {
    static uint8_t is[1 << 16];
    size_t count = 0;
    memset(is, 0, sizeof is);
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_TABLE || r->table != table) continue;
        uint32_t key = r->object % 0x01000000 + (r->object >= 0x01000000 ? sizeof is / 2 : 0);
        assert_true(key < sizeof is);
        is[key] = r->text != NULL && r->text_length > 0;
    }
    for (size_t i = 0; i < sizeof is; i++) count += is[i];
    return count;
}

static void the_tables_say_who_waits(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 2");
    setup_run(&setup, MILLIS(100), "client", "forge tcp S 10.0.0.9:1000 10.0.0.2:80 seq 7");
    setup_run(&setup, MILLIS(200), "client", "nc server 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(0.15));
    expect_table(&run, "queues", "server",
                 "[\"10.0.0.2:80\",\"table.syn_queue\",\"1\",\"3\",\"0\",\"304\"]\n"
                 "[\"10.0.0.2:80\",\"table.accept_queue\",\"0\",\"3\",\"0\",\"0\"]\n");
    expect_table(&run, "syn_queue", "server",
                 "[\"10.0.0.2:80\",\"10.0.0.9:1000\",\"1\",\"63.110000\"]\n");
    run_until(&run, SECONDS(3));
    expect_table(&run, "syn_queue", "server",
                 "[\"10.0.0.2:80\",\"10.0.0.9:1000\",\"2\",\"63.124000\"]\n");
    expect_table(&run, "accept_queue", "server",
                 "[\"10.0.0.2:80\",\"10.0.0.1:45078\",\"0.250000\"]\n");
    run_end(&run);
}

/* The first 256 of a queue have rows; when some of them go, the next ones get theirs. */
static void long_queues_show_their_beginning(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 1000");
    setup_run(&setup, MILLIS(100), "client",
              "forge tcp S 10.0.0.9:1000-1399 10.0.0.2:80 seq 7 count 400 every 1us");
    setup_run(&setup, MILLIS(300), "client",
              "forge tcp R 10.0.0.9:1000-1299 10.0.0.2:80 seq 8 count 300 every 1us");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(250));
    assert_int_equal(rows_in(&run, TABLE_SYN_QUEUE), ROWS_MOST);
    assert_int_equal(rows_told(&run, TABLE_SYN_QUEUE), ROWS_MOST);
    run_until(&run, SECONDS(0.310149)); /* half of the resets have come */
    assert_int_equal(rows_in(&run, TABLE_SYN_QUEUE), 250);
    run_until(&run, MILLIS(400));
    assert_int_equal(rows_in(&run, TABLE_SYN_QUEUE), 100);
    assert_int_equal(rows_told(&run, TABLE_SYN_QUEUE), 100);
    assert_int_equal(mib_value(run.lab, 2, MIB_TCP_EMBRYONIC_RSTS), 300);
    run_end(&run);
}

static void a_listener_takes_its_children_along(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 1000");
    setup_run(&setup, MILLIS(100), "client",
              "forge tcp S 10.0.0.9:1000-1099 10.0.0.2:80 seq 7 count 100 every 1us");
    setup_run(&setup, MILLIS(200), "client", "nc server 80");
    setup_run(&setup, MILLIS(300), "server", "close 3")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, MILLIS(290));
    assert_int_equal(pool_live(run.lab, POOL_TCB), 103); /* and both ends of nc's connection */
    run_until(&run, MILLIS(320));
    assert_int_equal(pool_live(run.lab, POOL_TCB), 0); /* nc's end by a reset */
    assert_int_equal(rows_told(&run, TABLE_SYN_QUEUE), 0);
    assert_int_equal(rows_told(&run, TABLE_ACCEPT_QUEUE), 0);
    assert_int_equal(rows_told(&run, TABLE_QUEUES), 0);
    assert_int_equal(mib_value(run.lab, 2, MIB_TCP_OUT_RSTS), 1);
    run_end(&run);
}

/* listen() again changes the backlog; somaxconn caps both. */
static void listen_again_and_somaxconn(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 5");
    setup_run(&setup, MILLIS(1), "server", "listen 3 50")->process = "p";
    setup_run(&setup, MILLIS(2), "server", "sysctl -w net.core.somaxconn=7");
    setup_run(&setup, MILLIS(3), "server", "listen 3 50")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, MILLIS(1));
    expect_table(&run, "queues", "server",
                 "[\"10.0.0.2:80\",\"table.syn_queue\",\"0\",\"51\",\"0\",\"0\"]\n"
                 "[\"10.0.0.2:80\",\"table.accept_queue\",\"0\",\"51\",\"0\",\"0\"]\n");
    run_until(&run, MILLIS(3));
    expect_table(&run, "queues", "server",
                 "[\"10.0.0.2:80\",\"table.syn_queue\",\"0\",\"8\",\"0\",\"0\"]\n"
                 "[\"10.0.0.2:80\",\"table.accept_queue\",\"0\",\"8\",\"0\",\"0\"]\n");
    run_end(&run);
}

/* RFC 9293 bounds nothing: "-". MUST-41: each SYN makes a child, and the listener goes on. */
static void the_rfc_has_no_bounds(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 1");
    setup.nodes[1].profile = "rfc9293";
    setup_run(&setup, MILLIS(100), "client",
              "forge tcp S 10.0.0.9:1000-1099 10.0.0.2:80 seq 7 count 100 every 1us");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(200));
    expect_table(&run, "queues", "server",
                 "[\"10.0.0.2:80\",\"table.syn_queue\",\"100\",\"-\",\"0\",\"30400\"]\n"
                 "[\"10.0.0.2:80\",\"table.accept_queue\",\"0\",\"-\",\"0\",\"0\"]\n");
    run_end(&run);
}

/* variant.full_tcb: before the SYN cache a SYN took as much as a connection. */
static void a_syn_may_cost_a_whole_tcb(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 50");
    setup_setting(&setup, "server", "variant.full_tcb", "1");
    setup_run(&setup, MILLIS(100), "client",
              "forge tcp S 10.0.0.9:1000-1009 10.0.0.2:80 seq 7 count 10 every 1us");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(200));
    expect_table(&run, "queues", "server",
                 "[\"10.0.0.2:80\",\"table.syn_queue\",\"10\",\"51\",\"0\",\"23040\"]\n"
                 "[\"10.0.0.2:80\",\"table.accept_queue\",\"0\",\"51\",\"0\",\"0\"]\n");
    run_end(&run);
}

static void the_kernel_warns_once(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 1");
    setup_run(&setup, MILLIS(100), "client",
              "forge tcp S 10.0.0.9:1000-1009 10.0.0.2:80 seq 7 count 10 every 1us");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(200));
    expect_output(&run, "server",
                  "3\nkernel: TCP: request_sock_TCP: Possible SYN flooding on port 10.0.0.2:80. "
                  "Sending cookies.\n");
    assert_int_equal(mib_value(run.lab, 2, MIB_TCP_SYNCOOKIES_SENT), 8);
    run_end(&run);
}

/* A flood: each half-open child is one step in, one for each repetition, and a bounded piece of
 * memory; in the end nothing is left. */
static void a_flood_is_bounded(void **state) {
    (void)state;
    enum { CHILDREN = 20000, MEMORY_EACH = 2048 };
    struct setup setup;
    struct running run;
    stage(&setup, "listen 3 100000");
    setup.scenario.limits.connections = CHILDREN + 10;
    setup_setting(&setup, "server", "net.core.somaxconn", "100000");
    setup_setting(&setup, "server", "const.reqsk_prune", "0");
    setup_run(&setup, MILLIS(100), "client",
              "forge tcp S 10.0.0.9:1024-21023 10.0.0.2:80 seq 7 count 20000 every 1us");
    run_begin(&run, &setup);
    run.sink.wants = 0; /* nobody looks: the records would fill this test's memory */
    run_until(&run, MILLIS(99));
    uint64_t used = lab_used(run.lab);
    run_until(&run, MILLIS(500));
    assert_int_equal(pool_live(run.lab, POOL_TCB), CHILDREN + 1);
    assert_true(lab_used(run.lab) - used < (uint64_t)CHILDREN * MEMORY_EACH + (4 << 20));
    run_until(&run, SECONDS(70));
    assert_int_equal(pool_live(run.lab, POOL_TCB), 1);
    assert_int_equal(mib_value(run.lab, 2, MIB_TCP_SYN_RETRANS), 5 * CHILDREN);
    run_end(&run);
}

static void queues_survive_moves_and_keyframes(void **state) {
    (void)state;
    struct setup setup;
    stage(&setup, "listen 3 3");
    setup_setting(&setup, "server", "net.ipv4.tcp_fastopen", "514");
    setup_run(&setup, MILLIS(100), "client",
              "forge tcp S 10.0.0.9:1000-1009 10.0.0.2:80 seq 7 count 10 every 10ms");
    setup_run(&setup, MILLIS(150), "client", "nc server 80");
    setup_run(&setup, MILLIS(160), "client", "nc server 80");
    setup_run(&setup, MILLIS(400), "server", "accept 3")->process = "p";
    setup_run(&setup, SECONDS(8), "server", "close 3")->process = "p";
    expect_move_test(&setup, SECONDS(10));
    expect_sync_test(&setup, SECONDS(10), 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_say_who_waits),
        cmocka_unit_test(long_queues_show_their_beginning),
        cmocka_unit_test(a_listener_takes_its_children_along),
        cmocka_unit_test(listen_again_and_somaxconn),
        cmocka_unit_test(the_rfc_has_no_bounds),
        cmocka_unit_test(a_syn_may_cost_a_whole_tcb),
        cmocka_unit_test(the_kernel_warns_once),
        cmocka_unit_test(a_flood_is_bounded),
        cmocka_unit_test(queues_survive_moves_and_keyframes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
