/*
 * Random labs: topologies, rough links, faults, traffic and commands drawn from a seed, run in
 * slices. Whatever comes out, no assert fails, every frame that was sent ends once or is still
 * under way, and the same seed from the start or from a keyframe in the middle is the same run.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "sim_support.h"

enum { LABS = 60, COMMANDS = 12, STEPS_MAX = 4000 };

static struct setup setup;
static struct prng prng;
static char names[8][12], addresses[8][40], ends[64][32], lines[64][64], places[32][32];
static size_t end_count, line_count, place_count;

static uint32_t draw(uint32_t bound) {
    return prng_below(&prng, bound);
}
static bool maybe(uint32_t percent) {
    return draw(100) < percent;
}

static const char *port_of(uint32_t node, uint32_t port) {
    char *end = ends[end_count++];
    snprintf(end, sizeof ends[0], "n%u:p%u", node, port);
    return end;
}

/* Hosts 0..hosts-1 on one middle node: a switch, a hub, or a router with a net for each. */
static void draw_topology(uint32_t hosts, enum node_kind middle) {
    static const char *const ports[] = {"p0", "p1", "p2", "p3", "p4", "p5"};
    for (uint32_t i = 0; i <= hosts; i++) {
        snprintf(names[i], sizeof names[i], "n%u", i);
        setup_node(&setup, i == hosts ? middle : NODE_HOST, names[i]);
    }
    for (uint32_t i = 0; i < hosts; i++) {
        uint32_t net = middle == NODE_ROUTER ? i : 0;
        snprintf(addresses[i], sizeof addresses[i], "10.0.%u.%u/24", net, i + 1);
        setup_interface(&setup, names[i], "p0", addresses[i]);
        char *port = lines[line_count++];
        snprintf(port, sizeof lines[0], "10.0.%u.254/24", net);
        setup_interface(&setup, names[hosts], ports[i], middle == NODE_ROUTER ? port : NULL);
        if (middle == NODE_ROUTER) setup.nodes[i].gateway = 0x0a0000fe + (net << 8);
        setup_link(&setup, port_of(i, 0), port_of(hosts, i), draw(2) * MILLIS(draw(30)));
    }
    if (middle != NODE_ROUTER && maybe(15)) { /* a loop: two more ports joined */
        setup_interface(&setup, names[hosts], "p4", NULL);
        setup_interface(&setup, names[hosts], "p5", NULL);
        setup_link(&setup, port_of(hosts, 4), port_of(hosts, 5), MILLIS(5));
    }
}

static void draw_links(void) {
    for (size_t i = 0; i < setup.scenario.link_count; i++) {
        struct scenario_link *link = &setup.links[i];
        if (maybe(50)) link->rate_bps = 100000u << draw(12);
        if (maybe(30)) link->queue_frames = 1 + draw(5);
        if (maybe(30)) link->loss_ppm = draw(300000);
        if (maybe(20)) link->duplicate_ppm = draw(300000);
        if (maybe(20)) link->reorder_ppm = draw(300000);
        if (maybe(20)) link->jitter_ns = draw(50000000);
    }
}

static const char *draw_line(uint32_t hosts) {
    char *line = lines[line_count++];
    uint32_t to = draw(hosts);
    switch (draw(8)) {
    case 0: snprintf(line, sizeof lines[0], "ping -c %u n%u", 1 + draw(5), to); break;
    case 1: snprintf(line, sizeof lines[0], "nc -l %u", 80 + draw(2)); break;
    case 2:
        snprintf(line, sizeof lines[0], "nc -N n%u %u < %u", to, 80 + draw(2), draw(30000));
        break;
    case 3:
        snprintf(line, sizeof lines[0], "nc -u n%u %u < %u", to, 80 + draw(2), draw(5000));
        break;
    case 4: snprintf(line, sizeof lines[0], "ping -c 2 -s %u n%u", draw(1472), to); break;
    case 5: snprintf(line, sizeof lines[0], "ip link set p0 %s", draw(2) ? "up" : "down"); break;
    case 6: snprintf(line, sizeof lines[0], "traceroute n%u", to); break;
    default: snprintf(line, sizeof lines[0], "kill %u", 1 + draw(4)); break;
    }
    return line;
}

static const char *draw_place(uint32_t hosts) {
    char *place = places[place_count++];
    uint32_t host = draw(hosts);
    static const char *const forms[] = {"n%u->n%u", "n%u-n%u"};
    bool up = maybe(50);
    snprintf(place, sizeof places[0], forms[draw(2)], up ? host : hosts, up ? hosts : host);
    return place;
}

static void draw_faults(uint32_t hosts) {
    static const char *const filters[] = {
        NULL, "tcp", "arp", "tcp.flags.syn", "tcp.len > 0", "icmp || udp", "ip.ttl == 64"};
    for (uint32_t n = draw(4); n > 0; n--) {
        struct scenario_fault *fault = setup_fault(&setup, draw_place(hosts), draw(FAULT_LINK_DOWN),
                                                   filters[draw(7)], draw(4));
        fault->count = draw(3);
        fault->delay_ns = 1 + draw(300000000);
        fault->bit = draw(FRAME_OCTETS_MAX * 8);
        fault->edit = "ip.ttl = 1";
        fault->chance_ppm = draw(2) * 500000;
    }
}

static uint32_t draw_setup(uint64_t seed) {
    prng = (struct prng){seed};
    end_count = line_count = place_count = 0;
    uint32_t hosts = 2 + draw(3);
    static const enum node_kind middles[] = {NODE_SWITCH, NODE_HUB, NODE_ROUTER, NODE_ROUTER};
    setup_begin(&setup);
    setup.scenario.seed = seed;
    if (maybe(30))
        setup.scenario.limits = (struct limits){.frames = 8,
                                                .connections = 3,
                                                .sockets = 4,
                                                .processes = 4,
                                                .buffer_octets = 20000,
                                                .events = 80,
                                                .neighbours = 3,
                                                .faults = 5};
    draw_topology(hosts, middles[draw(4)]);
    draw_links();
    draw_faults(hosts);
    for (int i = 0; i < 8; i++)
        setup_run(&setup, draw(2000000000), names[draw(hosts)], draw_line(hosts));
    return hosts;
}

/* A command at random, which the lab may well refuse. */
static void draw_command(struct running *run, uint32_t hosts) {
    char line[96];
    struct complaint why;
    uint32_t node = 0;
    switch (draw(6)) {
    case 0: snprintf(line, sizeof line, "drop n%u.%u", draw(hosts), 1 + draw(30)); break;
    case 1:
        snprintf(line, sizeof line, "drop n%u.%u on n%u->n%u", draw(hosts), 1 + draw(30),
                 draw(hosts), hosts);
        break;
    case 2:
        snprintf(line, sizeof line, "link n%u-n%u %s", draw(hosts), hosts, draw(2) ? "up" : "down");
        break;
    case 3:
        snprintf(line, sizeof line, "fault n%u-n%u delay %ums nth %u", draw(hosts), hosts,
                 1 + draw(100), draw(3));
        break;
    case 4: snprintf(line, sizeof line, "fault clear"); break;
    default:
        node = 1 + draw(hosts);
        snprintf(line, sizeof line, "%s", draw_line(hosts));
        line_count--;
    }
    lab_command(run->lab, &run->sink, lab_now(run->lab), node, line, &why);
}

static void expect_frames_end(const struct running *run) {
    size_t sent = run_count(run, TRACE_SENT, ""), flying = 0;
    size_t ended = run_count(run, TRACE_DELIVERED, "") + run_count(run, TRACE_LOST, "") -
                   run_lost(run, "no_cable");
    for (uint32_t n = 1; n <= run->lab->link_count; n++)
        flying += link_at(run->lab, n)->way[0].flying + link_at(run->lab, n)->way[1].flying;
    assert_int_equal(sent, ended + flying);
    assert_true(lab_used(run->lab) <= run->size);
}

enum manner { PLAIN, MOVED, DEAF }; /* MOVED: in the middle the lab is put elsewhere */

static void run_random(uint64_t seed, enum manner manner, struct trace_hash *hash, uint64_t *lab) {
    struct running run;
    uint32_t hosts = draw_setup(seed);
    run_begin(&run, &setup);
    if (manner == DEAF) run.sink.wants = 0;
    for (int i = 0; i < COMMANDS; i++) {
        lab_step(run.lab, &run.sink,
                 &(struct budget){.steps = STEPS_MAX / COMMANDS, .until = (i + 1) * SECONDS(1)});
        draw_command(&run, hosts);
        if (i != COMMANDS / 2 || manner != MOVED) continue;
        void *there = malloc(run.size);
        assert_non_null(there);
        memset(there, 0xDD, run.size);
        memcpy(there, run.lab, lab_used(run.lab));
        free(run.lab);
        run.lab = there;
    }
    lab_step(run.lab, &run.sink, &(struct budget){.steps = STEPS_MAX, .until = SECONDS(300)});
    if (manner != DEAF) expect_frames_end(&run);
    *hash = run.hash;
    *lab = lab_hash(run.lab);
    run_end(&run);
}

static void random_labs_hold_together(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= LABS; seed++) {
        struct trace_hash plain, moved, deaf;
        uint64_t lab, lab_moved, lab_deaf;
        run_random(seed, PLAIN, &plain, &lab);
        run_random(seed, MOVED, &moved, &lab_moved);
        run_random(seed, DEAF, &deaf, &lab_deaf);
        if (plain.lane[0] != moved.lane[0] || plain.lane[1] != moved.lane[1] || lab != lab_moved)
            fail_msg("seed %lu: a lab that was moved differs", (unsigned long)seed);
        if (lab != lab_deaf)
            fail_msg("seed %lu: a lab that nobody listens to differs", (unsigned long)seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_labs_hold_together)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
