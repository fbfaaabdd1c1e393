/*
 * Random networks of up to 12 routers: LANs, cables, parallel ones, costs, areas, stub areas,
 * external routes. Every router of an area holds the same database, and every node's table is what
 * is computed from the links alone, equal-cost next hops included (O26, O27, O28, O30).
 */
#include <stdio.h>
#include <stdlib.h>

#include "lab_support.h"
#include "ospf_world.h"

static struct world world;

static struct lab *lab_of(const struct scenario *scenario) {
    struct complaint why;
    size_t size = lab_size(scenario);
    struct lab *lab = malloc(size);
    assert_non_null(lab);
    if (!lab_create(lab, size, scenario, &why)) fail_msg("%s: %s", why.place, why.problem);
    return lab;
}

static void until(struct lab *lab, sim_time at) {
    assert_int_equal(lab_step(lab, NULL, &(struct budget){.until = at}), STOP_UNTIL);
}

/* OSPF_WORLDS=DIR writes the scenarios to files, OSPF_SEEDS=N takes more of them. */
static void keep_file(uint64_t seed) {
    const char *folder = getenv("OSPF_WORLDS");
    char path[512];
    if (folder == NULL) return;
    char *text = world_json(&world);
    snprintf(path, sizeof path, "%s/ospf_random_%u.json", folder, (unsigned)seed);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    free(text);
}

static void tables_are_the_shortest_paths(void **state) {
    (void)state;
    const char *more = getenv("OSPF_SEEDS");
    uint64_t seeds = more == NULL ? 20 : strtoull(more, NULL, 10);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        world_random(&world, seed);
        keep_file(seed);
        struct lab *lab = lab_of(world_scenario(&world));
        until(lab, SECONDS(120));
        world_expect_databases(&world, lab);
        world_expect_routes(&world, lab);
        free(lab);
    }
}

/* A link goes down, or comes back, and the tables are right again within `wait`. */
static void flap(struct lab *lab, struct prng *prng, sim_time wait) {
    struct world_net *net = &world.net[prng_below(prng, world.nets)];
    struct complaint why;
    char line[64];
    net->up = !net->up;
    snprintf(line, sizeof line, "link r%u-r%u %s", net->router[0] + 1, net->router[1] + 1,
             net->up ? "up" : "down");
    if (!lab_command(lab, NULL, lab_now(lab), 0, line, &why)) fail_msg("%s: %s", line, why.problem);
    until(lab, lab_now(lab) + wait);
    world_distances(&world);
    world_expect_routes(&world, lab);
}

static void tables_follow_the_links(void **state) {
    (void)state;
    const char *more = getenv("OSPF_FLAPS");
    uint64_t flaps = more == NULL ? 12 : strtoull(more, NULL, 10);
    struct prng prng = prng_seeded(5, "flaps", 0);
    world_grid(&world, 5, 5);
    struct lab *lab = lab_of(world_scenario(&world));
    until(lab, SECONDS(60));
    world_expect_databases(&world, lab);
    world_expect_routes(&world, lab);
    for (uint64_t i = 0; i < flaps; i++) flap(lab, &prng, SECONDS(16));
    world_expect_databases(&world, lab);
    free(lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_the_shortest_paths),
        cmocka_unit_test(tables_follow_the_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
