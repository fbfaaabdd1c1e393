/* The door to the world outside: what comes in, what has left, what is refused, and replays. */
#include <stdio.h>
#include <stdlib.h>

#include "sim_support.h"

static struct setup setup;
static struct running run;

/* host 10.9.0.2 --1 ms-- outside; somebody out there has 10.9.0.1 and the MAC 02:aa:...:01. */
static const uint8_t request[42] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0xaa, 0xaa, 0xaa, 0xaa, 0x01, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0xaa, 0xaa, 0xaa, 0xaa, 0x01,
    0x0a, 0x09, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x09, 0x00, 0x02};

static int begin(void **state) {
    (void)state;
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "host");
    setup_interface(&setup, "host", "eth0", "10.9.0.2/24");
    setup_node(&setup, NODE_OUTSIDE, "world");
    setup_interface(&setup, "world", "tap0", NULL);
    setup_interface(&setup, "world", "tap1", NULL);
    setup_link(&setup, "host:eth0", "world:tap0", MILLIS(1));
    run_begin(&run, &setup);
    return 0;
}

static int end(void **state) {
    (void)state;
    run_end(&run);
    return 0;
}

static void frame_in(sim_time at, const uint8_t *octets, size_t count) {
    struct complaint why;
    if (!lab_frame_in(run.lab, &run.sink, at, 2, 1, octets, count, &why))
        fail_msg("%s: %s", why.place, why.problem);
}

static void a_frame_is_a_step_and_its_answer_leaves(void **state) {
    (void)state;
    frame_in(MILLIS(5), request, sizeof request);
    assert_int_equal(lab_steps(run.lab), 1);
    const struct trace_record *in = run_find(&run, 0, TRACE_SENT, "world");
    assert_non_null(in);
    assert_int_equal(in->step, 1);
    assert_int_equal(in->cause_step, 0); /* nothing in the lab is the cause */
    assert_int_equal(in->at, MILLIS(5));
    assert_int_equal(in->origin, 2);
    assert_int_equal(in->octet_count, sizeof request);
    assert_memory_equal(in->octets, request, sizeof request);
    run_until(&run, SECONDS(1));
    const struct trace_record *out = run_find(&run, 0, TRACE_DELIVERED, "world");
    assert_non_null(out);
    assert_int_equal(out->at, MILLIS(7));
    assert_memory_equal(out->octets, request + 6, 6); /* to whoever asked */
    assert_int_equal(out->octets[21], 2);             /* an ARP reply */
    assert_int_equal(run_count(&run, TRACE_DROPPED, "world"), 0);
    assert_true(lab_interface(run.lab, 1, 1).up); /* the host's interface has its carrier */
}

static void expect_refused(uint32_t node, uint32_t n, sim_time at, size_t count, const char *part) {
    static const uint8_t octets[2000];
    struct complaint why;
    uint64_t hash = lab_hash(run.lab), steps = lab_steps(run.lab);
    size_t records = run.count;
    bool taken = lab_frame_in(run.lab, &run.sink, at, node, n, octets, count, &why);
    if (taken || strstr(why.problem, part) == NULL)
        fail_msg("%s \"%s\", expected \"%s\"", taken ? "taken" : "refused", why.problem, part);
    assert_true(why.place[0] != '\0');
    assert_int_equal(hash, lab_hash(run.lab));
    assert_int_equal(steps, lab_steps(run.lab));
    assert_int_equal(records, run.count);
}

static void what_is_no_frame_changes_nothing(void **state) {
    (void)state;
    expect_refused(0, 1, 0, 60, "outside alone");
    expect_refused(1, 1, 0, 60, "outside alone");
    expect_refused(3, 1, 0, 60, "outside alone");
    expect_refused(UINT32_MAX, 1, 0, 60, "outside alone");
    expect_refused(2, 0, 0, 60, "no such interface");
    expect_refused(2, 3, 0, 60, "no such interface");
    expect_refused(2, 2, 0, 60, "no cable");
    expect_refused(2, 1, 0, 0, "too short");
    expect_refused(2, 1, 0, 13, "too short");
    expect_refused(2, 1, 0, 1515, "too long");
    frame_in(MILLIS(5), request, sizeof request);
    expect_refused(2, 1, MILLIS(4), 60, "has passed");
    expect_refused(2, 1, MILLIS(7), 60, "pending");
}

static void the_outside_takes_no_commands(void **state) {
    (void)state;
    struct complaint why;
    assert_false(lab_command(run.lab, &run.sink, 0, 2, "ping 10.9.0.2", &why));
    assert_non_null(strstr(why.problem, "world"));
    setup_run(&setup, 0, "world", "ping 10.9.0.2");
    size_t size = lab_size(&setup.scenario);
    void *block = malloc(size);
    assert_false(lab_create(block, size, &setup.scenario, &why));
    assert_string_equal(why.place, "script[0].on");
    free(block);
}

/* The smallest and the largest, and what a stack cannot read. */
static void any_octets_are_taken(void **state) {
    (void)state;
    uint8_t octets[1514];
    uint64_t draw = 7;
    for (int i = 0; i < 400; i++) {
        for (size_t n = 0; n < sizeof octets; n++) {
            draw = draw * 6364136223846793005u + 1442695040888963407u;
            octets[n] = (uint8_t)(draw >> 56);
        }
        if (i & 1) memcpy(octets, request, 14 + (size_t)i % 29);
        size_t count = i == 0 ? 14 : i == 1 ? 1514 : 14 + draw % 1501;
        run_until(&run, MILLIS(i));
        frame_in(MILLIS(i), octets, count);
    }
    run_until(&run, SECONDS(2));
    assert_int_equal(run_count(&run, TRACE_SENT, "world"), 400);
}

/* A lab that is full says so, and goes on when there is room again. */
static void a_full_lab_drops(void **state) {
    (void)state;
    run_end(&run);
    setup.scenario.limits.frames = 8;
    run_begin(&run, &setup);
    uint8_t octets[1514] = {0};
    memcpy(octets, request, sizeof request);
    for (int i = 0; i < 20; i++) frame_in(0, octets, sizeof octets);
    assert_int_equal(run_lost(&run, "no_frames"), 12);
    run_until(&run, SECONDS(1));
    frame_in(SECONDS(1), octets, sizeof octets);
    assert_int_equal(run_lost(&run, "no_frames"), 12);
}

/* A link may do to a real frame whatever it does to others. */
static void faults_and_cut_cables_concern_the_outside(void **state) {
    (void)state;
    run_command(&run, 0, "", "fault world->host drop nth 1");
    frame_in(0, request, sizeof request);
    run_until(&run, MILLIS(10));
    assert_int_equal(run_count(&run, TRACE_DELIVERED, ""), 0);
    assert_int_equal(run_lost(&run, "fault"), 1);
    run_command(&run, MILLIS(10), "", "link host-world down");
    frame_in(MILLIS(10), request, sizeof request);
    assert_int_equal(run_lost(&run, "link_down"), 1);
    assert_false(lab_interface(run.lab, 1, 1).up);
}

/* The same frames at the same steps: the same hash, and another octet another one. */
static uint64_t hash_of(uint8_t octet) {
    run_end(&run);
    run_begin(&run, &setup);
    uint8_t octets[sizeof request + 18] = {0};
    memcpy(octets, request, sizeof request);
    octets[sizeof octets - 1] = octet;
    for (int i = 1; i < 5; i++) {
        run_until(&run, MILLIS(i));
        frame_in(MILLIS(i), octets, sizeof octets);
    }
    run_until(&run, SECONDS(1));
    return run.hash.lane[0];
}

static void the_hash_covers_every_octet(void **state) {
    (void)state;
    assert_int_equal(hash_of(0), hash_of(0));
    assert_int_not_equal(hash_of(0), hash_of(1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_frame_is_a_step_and_its_answer_leaves, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_frame_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(the_outside_takes_no_commands, begin, end),
        cmocka_unit_test_setup_teardown(any_octets_are_taken, begin, end),
        cmocka_unit_test_setup_teardown(a_full_lab_drops, begin, end),
        cmocka_unit_test_setup_teardown(faults_and_cut_cables_concern_the_outside, begin, end),
        cmocka_unit_test_setup_teardown(the_hash_covers_every_octet, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
