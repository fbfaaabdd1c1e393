/* RFC 2328 12.2, 13.1, 13.2: the database: what is newer, in which order, what is found. */
#include <stdlib.h>
#include <string.h>

#include "ospf_peer.h"
#include "routing/ospf_parts.h"

static struct setup setup;
static struct running run;
static struct peer peer;

enum { OTHER = 0x03030303, SOMEWHERE = 0x0a090900 };

static void begin_full(const struct lsas *lsas) {
    peer_setup(&setup, PEER_IS_PTP);
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    peer_to_full_with(&peer, lsas->octets, lsas->count);
    peer_run(&peer, lab_now(run.lab) + SECONDS(10));
}

static int end(void **state) {
    (void)state;
    run_end(&run);
    return 0;
}

static struct id backbone(void) {
    return ospf_area_of(run.lab, ospf_of(run.lab, 1), 0);
}

static struct id find(uint32_t type, uint32_t id, uint32_t router) {
    return ospf_lsa_find(run.lab, ospf_of(run.lab, 1), backbone(),
                         (struct ospf_key_of_lsa){type, id, router});
}

/* ----------------------------------------------------------------------------- O19 13.1 */

static int newer(uint32_t sequence_a, uint16_t checksum_a, uint32_t age_a, uint32_t sequence_b,
                 uint16_t checksum_b, uint32_t age_b) {
    struct ospf_lsa_header a = {.sequence = sequence_a, .checksum = checksum_a};
    struct ospf_lsa_header b = {.sequence = sequence_b, .checksum = checksum_b};
    int ab = ospf_lsa_newer(&a, age_a, &b, age_b);
    assert_int_equal(ospf_lsa_newer(&b, age_b, &a, age_a), -ab);
    return ab;
}

static void the_larger_sequence_number_is_newer(void **state) {
    (void)state;
    assert_int_equal(newer(0x80000002, 1, 0, 0x80000001, 9, 3600), 1);
    assert_int_equal(newer(0x00000001, 1, 0, 0x80000001, 9, 0), 1); /* signed, 12.1.6 */
    assert_int_equal(newer(0x7fffffff, 1, 0, 0x00000000, 9, 0), 1);
    assert_int_equal(newer(0xffffffff, 1, 0, 0x00000000, 9, 0), -1);
}

static void then_the_larger_checksum(void **state) {
    (void)state;
    assert_int_equal(newer(0x80000001, 2, 3000, 0x80000001, 1, 0), 1);
    assert_int_equal(newer(0x80000001, 0x8000, 0, 0x80000001, 0x7fff, 3600), 1); /* unsigned */
}

static void then_the_one_of_maxage(void **state) {
    (void)state;
    assert_int_equal(newer(0x80000001, 1, 3600, 0x80000001, 1, 3599), 1);
    assert_int_equal(newer(0x80000001, 1, 3600, 0x80000001, 1, 0), 1);
    assert_int_equal(newer(0x80000001, 1, 3600, 0x80000001, 1, 3600), 0);
}

static void then_the_younger_if_they_are_far_apart(void **state) {
    (void)state;
    assert_int_equal(newer(0x80000001, 1, 0, 0x80000001, 1, 901), 1);
    assert_int_equal(newer(0x80000001, 1, 0, 0x80000001, 1, 900), 0); /* "more than MaxAgeDiff" */
    assert_int_equal(newer(0x80000001, 1, 100, 0x80000001, 1, 100), 0);
}

/* ----------------------------------------------------------------------------- O37 12.2 */

static void it_stands_in_the_order_of_its_keys(void **state) {
    (void)state;
    struct lsas lsas = {0};
    static const uint32_t ids[] = {7, 3, 9, 1, 8, 2};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        lsas_router(&lsas, OTHER + ids[i], 0x80000001, 1, SOMEWHERE + 256 * ids[i], 7);
    lsas_network(&lsas, SOMEWHERE + 1, OTHER + 9, 0x80000001, 1);
    lsas_network(&lsas, SOMEWHERE + 1, OTHER + 3, 0x80000001, 1);
    begin_full(&lsas);
    const struct ospf_area *area = ospf_area_get(run.lab, backbone());
    const struct ospf_lsa *before = NULL, *l;
    uint32_t count = 0;
    for (struct id id = area->first_lsa; (l = ospf_lsa_get(run.lab, id)) != NULL; id = l->next) {
        if (before != NULL) {
            assert_true(id_same(l->previous, before->self));
            uint64_t a = (uint64_t)before->header.type << 32 | before->header.link_state_id;
            uint64_t b = (uint64_t)l->header.type << 32 | l->header.link_state_id;
            assert_true(a < b || (a == b && before->header.advertising_router <
                                                l->header.advertising_router));
        }
        before = l;
        count += 1;
    }
    assert_int_equal(count, 9); /* and the router's own */
    assert_int_equal(area->lsa_count, 9);
    assert_true(id_same(ospf_lsa_get(run.lab, area->first_lsa)->previous, before->self));
}

static void each_is_found_by_its_key(void **state) {
    (void)state;
    struct lsas lsas = {0};
    uint8_t body[OSPF_LSA_MOST];
    lsas_router(&lsas, OTHER, 0x80000005, 1, SOMEWHERE, 7);
    lsas_network(&lsas, SOMEWHERE + 1, OTHER, 0x80000006, 1);
    lsas_external(&lsas, 0x0b000000, OTHER, 0x80000007, 1);
    begin_full(&lsas);
    struct id router = find(OSPF_ROUTER_LSA, OTHER, OTHER);
    assert_int_equal(ospf_lsa_get(run.lab, router)->header.sequence, 0x80000005);
    assert_int_equal(ospf_lsa_body(run.lab, router, body), 16);
    assert_memory_equal(body, lsas.octets + OSPF_LSA_HEADER, 16);
    assert_true(id_is(find(OSPF_EXTERNAL_LSA, 0x0b000000, OTHER)));
    assert_false(id_is(find(OSPF_ROUTER_LSA, OTHER, OTHER + 1)));
    assert_false(id_is(find(OSPF_SUMMARY_LSA, SOMEWHERE + 1, OTHER)));
    /* 16.1: a network-LSA by its link state id alone. */
    struct id network = ospf_lsa_network(run.lab, backbone(), SOMEWHERE + 1);
    assert_int_equal(ospf_lsa_get(run.lab, network)->header.sequence, 0x80000006);
    assert_false(id_is(ospf_lsa_network(run.lab, backbone(), SOMEWHERE + 2)));
}

/* A newer instance, longer or shorter, takes the place of the one before. O37 13.2 */
static void a_newer_instance_replaces_the_older(void **state) {
    (void)state;
    struct lsas lsas = {0}, longer = {0};
    uint8_t body[OSPF_ROUTER_LSA_LENGTH + 60 * OSPF_LINK_LENGTH], is[OSPF_LSA_MOST];
    lsas_router(&lsas, OTHER, 0x80000001, 1, SOMEWHERE, 7);
    begin_full(&lsas);
    struct id id = find(OSPF_ROUTER_LSA, OTHER, OTHER);
    struct writer w = writer_of(body, sizeof body);
    ospf_emit_router_lsa(&w, &(struct ospf_router_lsa){.links = 60});
    for (uint32_t i = 0; i < 60; i++)
        ospf_emit_link(&w, &(struct ospf_link){SOMEWHERE + 256 * i, 0xffffff00, OSPF_LINK_STUB, 0,
                                               (uint16_t)(i + 1)});
    struct ospf_lsa_header h = lsas_header(&lsas);
    h.sequence = 0x80000002;
    lsas_add(&longer, &h, body, sizeof body);
    peer_update(&peer, longer.octets, longer.count);
    peer_run(&peer, lab_now(run.lab) + SECONDS(2));
    assert_true(id_same(find(OSPF_ROUTER_LSA, OTHER, OTHER), id));
    assert_int_equal(ospf_lsa_body(run.lab, id, is), sizeof body);
    assert_memory_equal(is, body, sizeof body);
    uint32_t blocks = pool_live(run.lab, POOL_OSPF_BLOCK);
    memset(&lsas, 0, sizeof lsas);
    lsas_router(&lsas, OTHER, 0x80000003, 1, SOMEWHERE, 7);
    peer_update(&peer, lsas.octets, lsas.count);
    peer_run(&peer, lab_now(run.lab) + SECONDS(2));
    assert_int_equal(ospf_lsa_body(run.lab, id, is), 16);
    assert_true(pool_live(run.lab, POOL_OSPF_BLOCK) < blocks);
}

/* A database that is full: what does not fit is not acknowledged, and nothing breaks. */
static void what_does_not_fit_is_not_acknowledged(void **state) {
    (void)state;
    struct said said;
    struct lsas lsas = {0};
    peer_setup(&setup, PEER_IS_PTP);
    setup.scenario.limits.lsas = 3;
    run_begin(&run, &setup);
    peer_begin(&peer, &run, PEER_IS_PTP);
    peer_to_full(&peer);
    peer_run(&peer, lab_now(run.lab) + SECONDS(5));
    for (uint32_t i = 0; i < 5; i++)
        lsas_router(&lsas, OTHER + i, 0x80000001, 1, SOMEWHERE + 256 * i, 7);
    peer_skip(&peer);
    peer_update(&peer, lsas.octets, lsas.count);
    peer_run(&peer, lab_now(run.lab) + SECONDS(3));
    assert_int_equal(run_lost(&run, "no_buffers"), 3);
    assert_true(peer_heard(&peer, OSPF_LINK_STATE_ACK, &said));
    assert_int_equal(read_left(&said.body), 2 * OSPF_LSA_HEADER);
}

/* Its row, as people read it. */
static void a_row_says_what_the_lsa_says(void **state) {
    (void)state;
    struct lsas lsas = {0};
    lsas_router(&lsas, OTHER, 0x80000005, 1, SOMEWHERE, 7);
    lsas_external(&lsas, 0x0b000000, OTHER, 0x80000007, 1);
    begin_full(&lsas);
    bool router = false, external = false;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_TABLE || r->text == NULL) continue;
        router |=
            strstr(r->text, "\"0.0.0.0\",\"router\",\"3.3.3.3\",\"3.3.3.3\",\"0x80000005\"") &&
            strstr(r->text, "\"stub 10.9.9.0/24 7\"");
        external |= strstr(r->text, "\"AS\",\"external\",\"11.0.0.0\",\"3.3.3.3\"") &&
                    strstr(r->text, "\"11.0.0.0/24 E2 20\"");
    }
    assert_true(router);
    assert_true(external);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_larger_sequence_number_is_newer),
        cmocka_unit_test(then_the_larger_checksum),
        cmocka_unit_test(then_the_one_of_maxage),
        cmocka_unit_test(then_the_younger_if_they_are_far_apart),
        cmocka_unit_test_teardown(it_stands_in_the_order_of_its_keys, end),
        cmocka_unit_test_teardown(each_is_found_by_its_key, end),
        cmocka_unit_test_teardown(a_newer_instance_replaces_the_older, end),
        cmocka_unit_test_teardown(what_does_not_fit_is_not_acknowledged, end),
        cmocka_unit_test_teardown(a_row_says_what_the_lsa_says, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
