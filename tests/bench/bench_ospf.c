/*
 * A hundred OSPF routers in a grid converge, then a thousand times a link goes down or comes back,
 * and after each the tables of all routers are compared with what Floyd and Warshall's algorithm
 * makes of the links. Figures are of the lab alone. BENCH_FLAPS says how many.
 * One line a figure: name, value, unit, ratio, baseline.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lab_support.h"
#include "ospf_world.h"

enum { SIDE = 10, FLAPS = 1000 };
static struct world world;
static double used; /* CPU seconds in the lab */

static double now_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void until(struct lab *lab, sim_time at) {
    double start = now_cpu();
    if (lab_step(lab, NULL, &(struct budget){.until = at}) != STOP_UNTIL) exit(1);
    used += now_cpu() - start;
}

static void flap(struct lab *lab, struct prng *prng) {
    struct world_net *net = &world.net[prng_below(prng, world.nets)];
    struct complaint why;
    char line[64];
    net->up = !net->up;
    snprintf(line, sizeof line, "link r%u-r%u %s", net->router[0] + 1, net->router[1] + 1,
             net->up ? "up" : "down");
    if (!lab_command(lab, NULL, lab_now(lab), 0, line, &why)) exit(1);
    until(lab, lab_now(lab) + SECONDS(16));
}

static void print(const char *name, double value, const char *unit, double ratio, double base) {
    printf("%-34s %12.4g %-12s", name, value, unit);
    if (ratio > 0) printf(" %8.2f x %s (%.4g)", ratio, "Floyd and Warshall", base);
    printf("\n");
}

static void run(void **state) {
    (void)state;
    const char *asked = getenv("BENCH_FLAPS");
    uint64_t flaps = asked == NULL ? FLAPS : strtoull(asked, NULL, 10);
    struct prng prng = prng_seeded(1, "flaps", 0);
    struct complaint why;
    world_grid(&world, 1, SIDE);
    const struct scenario *scenario = world_scenario(&world);
    size_t size = lab_size(scenario);
    struct lab *lab = malloc(size);
    if (lab == NULL || !lab_create(lab, size, scenario, &why)) fail_msg("%s", why.problem);
    until(lab, SECONDS(60));
    world_expect_routes(&world, lab);
    double first = used, sum = 0, start;
    for (uint64_t i = 0; i < flaps; i++) {
        flap(lab, &prng);
        start = now_cpu();
        world_distances(&world);
        sum += now_cpu() - start;
        world_expect_routes(&world, lab);
    }
    double each = (used - first) * 1e3 / (double)flaps, baseline = sum * 1e3 / (double)flaps;
    print("100 OSPF routers converge", first * 1e3, "ms CPU", first / baseline * 1e3, baseline);
    print("  a link of theirs goes or comes", each, "ms CPU", each / baseline, baseline);
    print("  virtual seconds a CPU second", (double)lab_now(lab) / 1e9 / used, "", 0, 0);
    print("  the lab", (double)lab_used(lab) / (1 << 20), "MiB", 0, 0);
    free(lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
