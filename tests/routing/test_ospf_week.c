/*
 * O24, O13 (1), O32: time passes, and nothing else. Twenty routers keep their databases for a day
 * (or OSPF_DAYS of them: a week is 7): every LSA is told again each half hour, all databases stay
 * equal, and the lab's memory stays what it was after the first hour.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "routing/ospf_parts.h"

enum { ROUTERS = 20, CHORDS = 9, HOUR_S = 3600, REFRESH_S = 1800 };

static struct setup setup;
static char names[ROUTERS][8], addresses[2 * (ROUTERS + CHORDS)][20], ids[ROUTERS][48];
static char ends[2 * (ROUTERS + CHORDS)][16], eths[16][8];
static uint32_t interfaces[ROUTERS], links;

static void join(uint32_t a, uint32_t b) {
    const uint32_t both[2] = {a, b};
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t n = 2 * links + i, eth = interfaces[both[i]]++;
        snprintf(eths[eth], sizeof eths[eth], "eth%u", eth);
        snprintf(addresses[n], sizeof addresses[n], "10.0.%u.%u/24", links + 1, i + 1);
        snprintf(ends[n], sizeof ends[n], "%s:eth%u", names[both[i]], eth);
        setup_interface(&setup, names[both[i]], eths[eth], addresses[n]);
    }
    setup_link(&setup, ends[2 * links], ends[2 * links + 1], MILLIS(1));
    links += 1;
}

/* A ring with chords across it. */
static void build(void) {
    setup_begin(&setup);
    for (uint32_t i = 0; i < ROUTERS; i++) {
        snprintf(names[i], sizeof names[i], "r%u", i + 1);
        snprintf(ids[i], sizeof ids[i], "ospf router-id 1.1.1.%u", i + 1);
        setup_node(&setup, NODE_ROUTER, names[i]);
        setup_config(&setup, names[i], "router ospf");
        setup_config(&setup, names[i], ids[i]);
        setup_config(&setup, names[i], "network 10.0.0.0/16 area 0");
    }
    for (uint32_t i = 0; i < ROUTERS; i++) join(i, (i + 1) % ROUTERS);
    for (uint32_t i = 0; i < CHORDS; i++) join(i, i + ROUTERS / 2);
}

static const struct ospf_area *area_of(const struct lab *lab, uint32_t node) {
    return ospf_area_get(lab, ospf_area_of(lab, ospf_of(lab, node), 0));
}

/* The database of a node is the first one's, and nothing in it is older than a refresh allows. */
static void expect_database(const struct lab *lab, uint32_t node) {
    const struct ospf_lsa *a = ospf_lsa_get(lab, area_of(lab, 1)->first_lsa);
    const struct ospf_lsa *b = ospf_lsa_get(lab, area_of(lab, node)->first_lsa);
    uint32_t count = 0;
    for (; a != NULL && b != NULL; count++) {
        assert_int_equal(a->header.type, b->header.type);
        assert_int_equal(a->header.link_state_id, b->header.link_state_id);
        assert_int_equal(a->header.advertising_router, b->header.advertising_router);
        assert_int_equal(a->header.sequence, b->header.sequence);
        assert_int_equal(a->header.checksum, b->header.checksum);
        assert_in_range(ospf_lsa_age(lab, b->self, lab_now(lab)), 0, REFRESH_S + 30);
        a = ospf_lsa_get(lab, a->next);
        b = ospf_lsa_get(lab, b->next);
    }
    assert_null(a);
    assert_null(b);
    assert_int_equal(count, ROUTERS + links); /* a router-LSA each, a network-LSA each */
}

/* What could grow. */
struct memory {
    size_t used;
    uint32_t live[POOL_COUNT];
};

static struct memory memory_of(const struct lab *lab) {
    struct memory m = {.used = lab_used(lab)};
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) m.live[pool] = pool_live(lab, pool);
    return m;
}

/* The numbers given to all LSAs so far, which tells how often they were originated. */
static uint64_t numbers_given(const struct lab *lab) {
    uint64_t sum = 0;
    const struct ospf_lsa *l = ospf_lsa_get(lab, area_of(lab, 1)->first_lsa);
    for (; l != NULL; l = ospf_lsa_get(lab, l->next)) sum += l->header.sequence - 0x80000001u;
    return sum;
}

static void step_to(struct lab *lab, sim_time until) {
    lab_step(lab, NULL, &(struct budget){.until = until});
}

static void time_passes_and_nothing_grows(void **state) {
    (void)state;
    const char *days = getenv("OSPF_DAYS");
    sim_time end = SECONDS(86400) * (days == NULL ? 1 : atoi(days)), at = SECONDS(HOUR_S) + 1;
    struct complaint why;
    build();
    size_t size = lab_size(&setup.scenario);
    struct lab *lab = malloc(size);
    assert_non_null(lab);
    if (!lab_create(lab, size, &setup.scenario, &why)) fail_msg("%s: %s", why.place, why.problem);
    step_to(lab, at);
    struct memory first = memory_of(lab);
    uint64_t given = numbers_given(lab), lsas = ROUTERS + links;
    for (uint32_t hour = 1; at < end; hour++) {
        at += SECONDS(HOUR_S);
        step_to(lab, at);
        struct memory now = memory_of(lab);
        assert_int_equal(now.used, first.used);
        assert_int_equal(now.live[POOL_OSPF_LSA], ROUTERS * lsas);
        assert_int_equal(now.live[POOL_OSPF_BLOCK], first.live[POOL_OSPF_BLOCK]);
        assert_int_equal(now.live[POOL_OSPF_ITEM], 0);
        assert_int_equal(numbers_given(lab) - given, lsas * hour * HOUR_S / REFRESH_S);
        for (uint32_t node = 1; node <= ROUTERS; node++) expect_database(lab, node);
    }
    free(lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_passes_and_nothing_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
