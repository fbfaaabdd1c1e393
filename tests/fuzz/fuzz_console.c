/*
 * Consoles: each line of the input is a command. Its first octet says who gets it (the lab, the
 * client, the router, the server) and how far time goes on first. Nothing that a user types may
 * crash a lab, hang it, or make it refuse the next line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINE_MAX_ = 300, STEPS_MAX = 2000, LINES_MAX = 40 };

static const struct scenario_interface ends[3][2] = {
    {{"eth0", 0x0a000101, 24, 0}},
    {{"eth0", 0x0a0001fe, 24, 0}, {"eth1", 0x0a0002fe, 24, 0}},
    {{"eth0", 0x0a000201, 24, 0}},
};
static const struct scenario_node nodes[3] = {
    {.name = "client",
     .kind = NODE_HOST,
     .gateway = 0x0a0001fe,
     .interfaces = ends[0],
     .interface_count = 1,
     .x = -1,
     .y = -1},
    {.name = "r1",
     .kind = NODE_ROUTER,
     .interfaces = ends[1],
     .interface_count = 2,
     .x = -1,
     .y = -1},
    {.name = "server",
     .kind = NODE_HOST,
     .gateway = 0x0a0002fe,
     .interfaces = ends[2],
     .interface_count = 1,
     .x = -1,
     .y = -1},
};
static const struct scenario_link links[2] = {
    {.node = {"client", "r1"}, .interface = {"eth0", "eth0"}, .delay_ns = {1000000, 1000000}},
    {.node = {"r1", "server"},
     .interface = {"eth1", "eth0"},
     .delay_ns = {2000000, 2000000},
     .rate_bps = 10000000},
};
static const struct scenario_line script[2] = {
    {.at = 0, .node = "server", .run = "nc -lk 80"},
    {.at = 0, .node = "server", .run = "nc -u -l 53"},
};
static const struct scenario scenario = {
    .seed = 1,
    .limits = {.sockets = 24,
               .processes = 12,
               .connections = 24,
               .frames = 64,
               .events = 512,
               .neighbours = 8,
               .routes = 12,
               .faults = 8,
               .buffer_octets = 65536},
    .nodes = nodes,
    .links = links,
    .script = script,
    .node_count = 3,
    .link_count = 2,
    .line_count = 2,
};

static struct lab *fresh_lab(void) {
    static void *pristine, *block;
    static size_t used;
    if (pristine == NULL) {
        struct complaint why;
        size_t whole = lab_size(&scenario);
        pristine = malloc(whole);
        block = malloc(whole);
        if (whole == 0 || !lab_create(pristine, whole, &scenario, &why)) abort();
        used = lab_used(pristine);
    }
    memcpy(block, pristine, used);
    return block;
}

static void run_line(struct lab *lab, const char *line) {
    struct complaint why;
    uint8_t how = (uint8_t)line[0];
    struct budget budget = {.steps = STEPS_MAX,
                            .until = lab_now(lab) + (sim_time)(how >> 2) * 50000000};
    sim_time next;
    lab_step(lab, NULL, &budget);
    if (lab_next(lab, &next) && next < lab_now(lab)) abort();
    lab_command(lab, NULL, lab_now(lab), how & 3, line + 1, &why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct lab *lab = fresh_lab();
    char line[LINE_MAX_];
    size_t length = 0, lines = 0;
    for (size_t i = 0; i <= size && lines < LINES_MAX; i++) {
        if (i < size && data[i] != '\n' && data[i] != 0 && length + 1 < sizeof line) {
            line[length++] = (char)data[i];
            continue;
        }
        line[length] = '\0';
        if (length > 0) run_line(lab, line);
        lines++;
        length = 0;
    }
    lab_step(lab, NULL, &(struct budget){.steps = STEPS_MAX, .until = SIM_TIME_MAX});
    return 0;
}
