/* lab_command: the lab's own grammar, what is refused and changes nothing, when it is allowed. */
#include <stdio.h>
#include <stdlib.h>

#include "sim_support.h"

static struct setup setup;
static struct running run;

static int begin(void **state) {
    (void)state;
    through_router(&setup);
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 server");
    run_begin(&run, &setup);
    return 0;
}

static int end(void **state) {
    (void)state;
    run_end(&run);
    return 0;
}

static void expect_refused(uint32_t node, sim_time at, const char *line, const char *part) {
    struct complaint why;
    uint64_t hash = lab_hash(run.lab);
    size_t count = run.count;
    bool taken = lab_command(run.lab, &run.sink, at, node, line, &why);
    if (taken || strstr(why.problem, part) == NULL)
        fail_msg("\"%s\": %s \"%s\", expected \"%s\"", line, taken ? "taken" : "refused",
                 why.problem, part);
    assert_true(why.place[0] != '\0');
    assert_int_equal(hash, lab_hash(run.lab));
    assert_int_equal(count, run.count);
}

static const struct fault *last_fault(uint32_t link) {
    struct id id = link_at(run.lab, link)->first_fault;
    const struct fault *fault = NULL;
    for (; id_is(id); id = fault->next) fault = object_get(run.lab, POOL_FAULT, id);
    return fault;
}

static void faults_are_understood(void **state) {
    (void)state;
    run_command(&run, 0, "", "fault client->r1 drop nth 1 match tcp.flags.syn");
    const struct fault *f = last_fault(1);
    assert_int_equal(f->kind, FAULT_DROP);
    assert_int_equal(f->nth, 1);
    assert_int_equal(f->ways, FAULT_WAY_FORTH);
    assert_false(f->any);
    run_command(&run, 0, "",
                "fault  r1-client delay 200ms count 3 chance 10% from 1s until 2.5s "
                "match tcp && ip.ttl == 64");
    f = last_fault(1);
    assert_int_equal(f->kind, FAULT_DELAY);
    assert_int_equal(f->delay_ns, MILLIS(200));
    assert_int_equal(f->count, 3);
    assert_int_equal(f->chance_ppm, 100000);
    assert_int_equal(f->from, SECONDS(1));
    assert_int_equal(f->until, SECONDS(2.5));
    assert_int_equal(f->ways, FAULT_WAY_FORTH | FAULT_WAY_BACK);
    run_command(&run, 0, "", "fault server->r1 duplicate 1ms");
    assert_int_equal(last_fault(2)->delay_ns, MILLIS(1));
    assert_int_equal(last_fault(2)->ways, FAULT_WAY_BACK);
    assert_true(last_fault(2)->any);
    run_command(&run, 0, "", "fault server->r1 duplicate nth 2");
    assert_int_equal(last_fault(2)->nth, 2);
    run_command(&run, 0, "", "fault server->r1 corrupt bit 77");
    assert_int_equal(last_fault(2)->bit, 77);
    run_command(&run, 0, "", "fault server->r1 edit ip.ttl = 1 nth 1");
    assert_string_equal(last_fault(2)->edit, "ip.ttl = 1");
    run_command(&run, 0, "", "fault server->r1 edit ip.ttl=1");
    assert_string_equal(last_fault(2)->edit, "ip.ttl=1");
    assert_int_equal(pool_live(run.lab, POOL_FAULT), 7);
    run_command(&run, 0, "", "fault clear r1->client"); /* the one for both directions */
    assert_int_equal(pool_live(run.lab, POOL_FAULT), 6);
    run_command(&run, 0, "", "fault clear");
    assert_int_equal(pool_live(run.lab, POOL_FAULT), 0);
    assert_int_equal(lab_steps(run.lab), 9);
}

static void nonsense_changes_nothing(void **state) {
    (void)state;
    static const char *const lines[][2] = {
        {"", "empty"},
        {"  \t", "empty"},
        {"ping server", "fault, drop, link and node"},
        {"fault", "say where"},
        {"fault client->r1", "what to do"},
        {"fault client->r1 explode", "what to do"},
        {"fault client->server drop", "neighbours"},
        {"fault client=r1 drop", "A->B"},
        {"fault client->r1 drop nth", "number"},
        {"fault client->r1 drop nth x", "number"},
        {"fault client->r1 drop nth 4294967296", "number"},
        {"fault client->r1 delay", "time"},
        {"fault client->r1 delay soon", "time"},
        {"fault client->r1 delay 0", "needs a time"},
        {"fault client->r1 drop chance 0%", "chance"},
        {"fault client->r1 drop chance 200%", "chance"},
        {"fault client->r1 drop match", "filter"},
        {"fault client->r1 drop match (", ""},
        {"fault client->r1 edit", "edit ip.ttl=1"},
        {"fault client->r1 edit ip.nonsense=1", ""},
        {"fault client->r1 corrupt 99999", "12111"},
        {"fault client->r1 drop sometimes", "none of"},
        {"fault clear client->server", "neighbours"},
        {"fault clear client->r1 please", "goes on"},
        {"fault client->r1 down match tcp", "by time"},
        {"drop", "ORIGIN.NUMBER"},
        {"drop client", "ORIGIN.NUMBER"},
        {"drop client.", "ORIGIN.NUMBER"},
        {"drop client.0", "ORIGIN.NUMBER"},
        {"drop nobody.1", "no node"},
        {"drop 9.1", "no node"},
        {"drop client.1", "on no link now"},
        {"drop client.1 on", "where"},
        {"drop client.1 on client->server", "neighbours"},
        {"link client-r1", "link client-r1 down"},
        {"link client-r1 sideways", "link client-r1 down"},
        {"link client-server down", "neighbours"},
        {"link client-r1 down now", "goes on"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_refused(0, 0, lines[i][0], lines[i][1]);
    static char many[300];
    memset(many, 'a', 256);
    expect_refused(1, 0, many, "255");
    expect_refused(1, 0, "ping\nserver", "control");
    expect_refused(4, 0, "ping server", "no such node");
}

/* A filter is taken to its end, however many words it has. */
static void long_filters_are_taken_whole(void **state) {
    (void)state;
    run_command(&run, 0, "",
                "fault client->r1 drop match ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( "
                "tcp ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) )");
    expect_refused(0, 0,
                   "fault client->r1 drop match ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( "
                   "tcp ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) )",
                   "");
}

static void commands_keep_to_the_time(void **state) {
    (void)state;
    expect_refused(1, SECONDS(1) + 1, "ip addr", "step there first");
    run_command(&run, SECONDS(1), "client", "ip addr"); /* before what is pending at that instant */
    assert_int_equal(run_find(&run, 0, TRACE_COMMAND, "client")->step, 1);
    assert_int_equal(lab_now(run.lab), SECONDS(1));
    expect_refused(1, SECONDS(1) - 1, "ip addr", "passed");
    run_until(&run, SECONDS(100));
    expect_refused(1, SIM_TIME_MAX + 1, "ip addr", "beyond");
}

/* A command may be given in the slice that the clock has gone on without an event. */
static void a_command_may_lie_behind_the_clock(void **state) {
    (void)state;
    run_until(&run, MILLIS(500));
    run_command(&run, MILLIS(400), "client", "ip addr");
    assert_int_equal(run_find(&run, 0, TRACE_COMMAND, "client")->at, MILLIS(400));
}

static void an_unknown_command_is_the_shells_affair(void **state) {
    (void)state;
    run_command(&run, 0, "client", "frobnicate");
    char *output = run_output(&run, "client");
    assert_non_null(strstr(output, "frobnicate"));
    free(output);
}

static void no_more_faults_than_the_limit(void **state) {
    (void)state;
    run_end(&run);
    setup.scenario.limits.faults = 2;
    run_begin(&run, &setup);
    run_command(&run, 0, "", "fault client->r1 drop");
    run_command(&run, 0, "", "drop client.9 on client->r1");
    expect_refused(0, 0, "fault client->r1 drop", "fault clear");
    expect_refused(0, 0, "drop client.8 on client->r1", "fault clear");
    run_command(&run, 0, "", "fault clear");
    run_command(&run, 0, "", "fault client->r1 drop");
}

static void a_link_goes_down_and_up(void **state) {
    (void)state;
    run_command(&run, 0, "", "link r1-client down");
    assert_false(lab_link(run.lab, 1).up);
    run_until(&run, SECONDS(1.5));
    assert_true(run_lost(&run, "link_down") >= 1);
    run_command(&run, SECONDS(1.5), "", "link r1-client up");
    assert_true(lab_link(run.lab, 1).up);
    run_until(&run, SECONDS(10));
    char *output = run_output(&run, "client");
    assert_non_null(strstr(output, "1 received"));
    free(output);
}

/* Lines of one process: each runs after the one before has returned. */
static void lines_of_a_process_wait_for_each_other(void **state) {
    (void)state;
    run_end(&run);
    through_router(&setup);
    setup_run(&setup, 0, "client", "sleep 3")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "sleep 1")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "ip addr")->process = "p";
    setup_run(&setup, SECONDS(2), "client", "ip addr");
    setup_run(&setup, SECONDS(1), "server", "ip addr")->process = "p"; /* another node's p */
    setup_run(&setup, SECONDS(9), "client", "ip addr")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    static const double at[] = {0, 1, 2, 3, 4, 9};
    size_t n = 0;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_COMMAND) {
            assert_true(n < 6);
            assert_int_equal(run.records[i].r.at, SECONDS(at[n]));
            n++;
        }
    assert_int_equal(n, 6);
}

int main(void) {
#define WITH_LAB(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_LAB(faults_are_understood),
        WITH_LAB(nonsense_changes_nothing),
        WITH_LAB(long_filters_are_taken_whole),
        WITH_LAB(commands_keep_to_the_time),
        WITH_LAB(a_command_may_lie_behind_the_clock),
        WITH_LAB(an_unknown_command_is_the_shells_affair),
        WITH_LAB(no_more_faults_than_the_limit),
        WITH_LAB(a_link_goes_down_and_up),
        WITH_LAB(lines_of_a_process_wait_for_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
