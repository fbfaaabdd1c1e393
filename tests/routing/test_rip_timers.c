/* When RIP speaks, and how long it believes: RFC 2453 3.8, 3.10.1, and split horizon, 3.4.3. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rip_support.h"

static struct rip_scene scene;
#define GROUP "10.0.1.2 > 224.0.0.9"
#define OUT   " > 224.0.0.9:520 v2 response "

static int begin(void **state) {
    (void)state;
    rip_scene(&scene);
    return 0;
}

static int end(void **state) {
    (void)state;
    rip_end(&scene);
    return 0;
}

static void set(const char *name, const char *value) {
    setup_setting(&scene.setup, "r1", name, value);
}

static void start(void) {
    rip_begin(&scene);
    run_until(&scene.run, SECONDS(5));
    scene.shown = scene.run.count;
}

/* R2: without jitter every 30 seconds from the phase on. */
static void updates_come_every_thirty_seconds(void **state) {
    (void)state;
    start();
    expect_rip_said(&scene, SECONDS(100),
                    "10.000" OUT "10.0.2.0/24 1\n40.000" OUT "10.0.2.0/24 1\n70.000" OUT
                    "10.0.2.0/24 1\n100.000" OUT "10.0.2.0/24 1\n");
}

static sim_time update_times(uint64_t seed, sim_time times[8]) {
    size_t count = 0;
    rip_scene(&scene);
    scene.setup.scenario.seed = seed;
    setup_setting(&scene.setup, "r1", "rip.jitter", "5000");
    setup_setting(&scene.setup, "r1", "rip.phase", "-1");
    rip_begin(&scene);
    run_until(&scene.run, SECONDS(250));
    for (size_t i = 0; i < scene.run.count && count < 8; i++) {
        const struct trace_record *r = &scene.run.records[i].r;
        if (r->kind == TRACE_TIMER_FIRED &&
            strcmp(engine_name(NAME_TIMER, r->timer), "rip_update") == 0)
            times[count++] = r->at;
    }
    rip_end(&scene);
    assert_true(count >= 7);
    return times[0];
}

/* R2: offset by up to 5 seconds each time, by the lab's seed. */
static void updates_are_not_in_step(void **state) {
    (void)state;
    sim_time one[8], again[8], other[8];
    bool differ = false;
    update_times(1, one);
    update_times(1, again);
    update_times(2, other);
    for (int i = 0; i < 6; i++) {
        sim_time gap = one[i + 1] - one[i];
        assert_true(gap >= SECONDS(25) && gap <= SECONDS(35));
        assert_int_equal(one[i], again[i]);
        differ = differ || one[i + 1] - one[i] != one[1] - one[0];
    }
    assert_true(differ);
    assert_true(one[1] != other[1]);
    rip_scene(&scene); /* for the teardown */
    rip_begin(&scene);
}

/* R3 R9: 180 seconds, then 120 with metric 16; a triggered update tells of it. */
static void a_route_times_out_and_is_forgotten(void **state) {
    (void)state;
    set("variant.no_split_horizon", "1");
    set("rip.update", "10000");
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(40), GROUP, "v2 response 10.9.0.0/24 1");
    run_until(&scene.run, SECONDS(220) - 1);
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 2);
    scene.shown = scene.run.count;
    expect_rip_said(&scene, SECONDS(220), "220.000" OUT "10.9.0.0/24 16\n");
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 16);
    run_until(&scene.run, SECONDS(340) - 1);
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 16);
    run_until(&scene.run, SECONDS(340));
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 0);
    expect_states(&scene.run, "rip",
                  "r1 0.000 rip UNKNOWN -> VALID\nr1 0.000 rip UNKNOWN -> VALID\n"
                  "r1 20.000 rip UNKNOWN -> VALID\nr1 220.000 rip VALID -> GARBAGE\n"
                  "r1 340.000 rip GARBAGE -> UNKNOWN\n");
}

/* R9: its own router says so; said again, that starts nothing anew. Another may replace it. */
static void a_router_takes_its_route_back(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(21), "10.0.1.3 > 224.0.0.9", "v2 response 10.9.0.0/24 16");
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 2);
    rip_hears(&scene, SECONDS(30), GROUP, "v2 response 10.9.0.0/24 16");
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 16);
    rip_hears(&scene, SECONDS(90), GROUP, "v2 response 10.9.0.0/24 16");
    rip_hears(&scene, SECONDS(149), "10.0.1.3 > 224.0.0.9", "v2 response 10.9.0.0/24 4");
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 5);
    rip_hears(&scene, SECONDS(150), "10.0.1.3 > 224.0.0.9", "v2 response 10.9.0.0/24 16");
    run_until(&scene.run, SECONDS(270) - 1);
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 16);
    run_until(&scene.run, SECONDS(270));
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 0);
}

static void an_infinite_route_is_not_added(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.0.0/24 16, 10.9.1.0/24 15");
    expect_rip(scene.run.lab, "r1", "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n");
}

/* R10: the first at once, what comes within the hold in one message when it is over. */
static void triggered_updates_are_held_back(void **state) {
    (void)state;
    set("variant.no_split_horizon", "1");
    set("rip.triggered_delay", "3000 3000");
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.1.0/24 1");
    rip_hears(&scene, SECONDS(21), GROUP, "v2 response 10.9.2.0/24 1");
    rip_hears(&scene, SECONDS(22), GROUP, "v2 response 10.9.3.0/24 1, 10.9.1.0/24 1");
    rip_hears(&scene, SECONDS(24), GROUP, "v2 response 10.9.4.0/24 1");
    expect_rip_said(&scene, SECONDS(30),
                    "10.000" OUT "10.0.1.0/24 1, 10.0.2.0/24 1\n"
                    "20.000" OUT "10.9.1.0/24 2 via 10.0.1.2\n"
                    "23.000" OUT "10.9.2.0/24 2 via 10.0.1.2, 10.9.3.0/24 2 via 10.0.1.2\n"
                    "26.000" OUT "10.9.4.0/24 2 via 10.0.1.2\n");
}

/* R10: 1 to 5 seconds, by the seed. */
static void the_hold_is_random(void **state) {
    (void)state;
    sim_time least = SECONDS(9), most = 0;
    start();
    for (int n = 0; n < 60; n++) {
        char message[64];
        snprintf(message, sizeof message, "v2 response 10.9.%d.0/24 1", n);
        rip_hears(&scene, SECONDS(20 + 6 * n), GROUP, message);
    }
    for (size_t i = 0; i < scene.run.count; i++) {
        const struct trace_record *r = &scene.run.records[i].r;
        if (r->kind != TRACE_TIMER_SET ||
            strcmp(engine_name(NAME_TIMER, r->timer), "rip_triggered") != 0)
            continue;
        if (r->until - r->at < least) least = r->until - r->at;
        if (r->until - r->at > most) most = r->until - r->at;
    }
    assert_true(least >= SECONDS(1) && least < SECONDS(1.5));
    assert_true(most > SECONDS(4.5) && most <= SECONDS(5));
}

/* R10: what the regular update at the same moment tells is not told twice. */
static void a_regular_update_comes_first(void **state) {
    (void)state;
    set("variant.no_split_horizon", "1");
    set("rip.triggered_delay", "5000 5000");
    start();
    rip_hears(&scene, SECONDS(36), GROUP, "v2 response 10.9.1.0/24 1");
    rip_hears(&scene, SECONDS(37), GROUP, "v2 response 10.9.2.0/24 1");
    scene.shown = scene.run.count;
    expect_rip_said(&scene, SECONDS(60),
                    "40.000" OUT "10.0.1.0/24 1, 10.0.2.0/24 1, 10.9.1.0/24 2 via 10.0.1.2, "
                    "10.9.2.0/24 2 via 10.0.1.2\n");
}

static void a_variant_never_triggers(void **state) {
    (void)state;
    set("variant.no_split_horizon", "1");
    set("variant.no_triggered_updates", "1");
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.1.0/24 1");
    expect_rip_said(&scene, SECONDS(40),
                    "10.000" OUT "10.0.1.0/24 1, 10.0.2.0/24 1\n"
                    "40.000" OUT "10.0.1.0/24 1, 10.0.2.0/24 1, 10.9.1.0/24 2 via 10.0.1.2\n");
}

/* R11: off, simple, poisoned reverse; the interface's own word goes before the setting. */
static void split_horizon(const char *word, const char *line, const char *expected) {
    rip_scene(&scene);
    set("rip.split_horizon", word);
    if (line != NULL) setup_config(&scene.setup, "r1", "interface eth0");
    if (line != NULL) setup_config(&scene.setup, "r1", line);
    start();
    rip_hears(&scene, SECONDS(6), GROUP, "v2 response 10.9.1.0/24 1");
    run_until(&scene.run, SECONDS(10) - 1);
    scene.shown = scene.run.count;
    expect_rip_said(&scene, SECONDS(11), expected);
    rip_end(&scene);
}

static void split_horizon_has_three_ways(void **state) {
    (void)state;
    const char *simple = "10.000" OUT "10.0.2.0/24 1\n";
    const char *poison = "10.000" OUT "10.0.2.0/24 1, 10.9.1.0/24 16\n";
    const char *off = "10.000" OUT "10.0.1.0/24 1, 10.0.2.0/24 1, 10.9.1.0/24 2 via 10.0.1.2\n";
    split_horizon("simple", NULL, simple);
    split_horizon("poison", NULL, poison);
    split_horizon("off", NULL, off);
    split_horizon("off", "ip rip split-horizon", simple);
    split_horizon("simple", "ip rip split-horizon poisoned-reverse", poison);
    split_horizon("poison", "no ip rip split-horizon", off);
}

/* 3.8: a link that dies needs no timeout. */
static void a_cut_cable_is_told_at_once(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.0.0/24 1");
    rip_types(&scene, SECONDS(30), "", "link r1:eth1-host:eth0 down");
    run_until(&scene.run, SECONDS(30));
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.0.2.0/24"), 16);
    expect_rip_said(&scene, SECONDS(31),
                    "10.000" OUT "10.0.2.0/24 1\n30.000" OUT "10.0.2.0/24 16\n");
    rip_types(&scene, SECONDS(32), "r1", "ip link set eth0 down");
    run_until(&scene.run, SECONDS(32));
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 16);
    rip_types(&scene, SECONDS(33), "", "link r1:eth1-host:eth0 up");
    run_until(&scene.run, SECONDS(33));
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.0.2.0/24"), 1);
}

static char *kernel_routes(const char *node) {
    size_t before = scene.run.count;
    run_command(&scene.run, lab_now(scene.run.lab), node, "ip route");
    run_until(&scene.run, lab_now(scene.run.lab));
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    for (size_t i = before; i < scene.run.count; i++) {
        const struct trace_record *r = &scene.run.records[i].r;
        if (r->kind == TRACE_OUTPUT && strstr(r->text, "proto rip") != NULL)
            fprintf(f, "%.*s\n", (int)r->text_length, r->text);
    }
    fclose(f);
    return out;
}

static void expect_kernel(const char *expected) {
    char *routes = kernel_routes("r1");
    assert_string_equal(routes, expected);
    free(routes);
}

#define ROUTE "10.9.0.0/24 via 10.0.1.2 dev eth0 proto rip metric 120\n"
/* The daemon is killed, its route stays; started again, it takes it over, and it times out. */
static void a_killed_daemon_leaves_its_routes(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.0.0/24 1");
    expect_kernel(ROUTE);
    rip_types(&scene, SECONDS(30), "r1", "killall ripd");
    run_until(&scene.run, SECONDS(300));
    expect_kernel(ROUTE);
    rip_types(&scene, SECONDS(300), "r1", "ripd");
    run_until(&scene.run, SECONDS(301));
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 2);
    run_until(&scene.run, SECONDS(480));
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 16);
    expect_kernel("");
}

/* What was left moves to the distance that was configured meanwhile. */
static void what_was_left_has_the_new_distance(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.0.0/24 1");
    rip_types(&scene, SECONDS(30), "r1", "killall ripd");
    rip_types(&scene, SECONDS(31), "r1", "vtysh -c \"router rip\" -c \"distance 50\"");
    expect_kernel(ROUTE);
    rip_types(&scene, SECONDS(32), "r1", "ripd");
    run_until(&scene.run, SECONDS(33));
    expect_kernel("10.9.0.0/24 via 10.0.1.2 dev eth0 proto rip metric 50\n");
    run_until(&scene.run, SECONDS(213));
    expect_kernel("");
}

static void no_router_rip_takes_them_away(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(20), GROUP, "v2 response 10.9.0.0/24 1");
    rip_types(&scene, SECONDS(30), "r1", "no router rip");
    run_until(&scene.run, SECONDS(31));
    expect_kernel("");
    scene.shown = scene.run.count;
    rip_hears(&scene, SECONDS(40), GROUP, "v2 response 10.9.0.0/24 1");
    expect_rip_said(&scene, SECONDS(90), "");
}

/* The same lab wherever it lies, and from any keyframe. */
static void it_runs_the_same_again(void **state) {
    (void)state;
    set("rip.jitter", "5000");
    setup_run(&scene.setup, SECONDS(50), "r1", "ip link set eth1 down");
    setup_run(&scene.setup, SECONDS(90), "r1", "killall ripd");
    setup_run(&scene.setup, SECONDS(91), "r1", "ripd");
    expect_move_test(&scene.setup, SECONDS(200));
    expect_sync_test(&scene.setup, SECONDS(200), 7);
    rip_begin(&scene);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(updates_come_every_thirty_seconds),
        T(updates_are_not_in_step),
        T(a_route_times_out_and_is_forgotten),
        T(a_router_takes_its_route_back),
        T(an_infinite_route_is_not_added),
        T(triggered_updates_are_held_back),
        T(the_hold_is_random),
        T(a_regular_update_comes_first),
        T(a_variant_never_triggers),
        cmocka_unit_test(split_horizon_has_three_ways),
        T(a_cut_cable_is_told_at_once),
        T(a_killed_daemon_leaves_its_routes),
        T(what_was_left_has_the_new_distance),
        T(no_router_rip_takes_them_away),
        T(it_runs_the_same_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
