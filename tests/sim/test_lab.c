/* A lab's block: creation and its complaints, capacities, pools with generations, the hash. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "sim_support.h"

static struct setup setup;

/* ---------------------------------------------------------------------------------- complaints */

static void expect_refused(const char *place, const char *problem_part) {
    struct complaint why;
    size_t size = lab_size(&setup.scenario);
    size_t room = size == 0 ? 4096 : size;
    void *block = malloc(room);
    assert_non_null(block);
    bool made = lab_create(block, room, &setup.scenario, &why);
    free(block);
    if (made || strcmp(why.place, place) != 0 || strstr(why.problem, problem_part) == NULL)
        fail_msg("%s: place \"%s\", problem \"%s\"; expected \"%s\", \"%s\"",
                 made ? "made" : "refused", why.place, why.problem, place, problem_part);
}

static void names_are_unique_and_words(void **state) {
    (void)state;
    through_router(&setup);
    setup.nodes[2].name = "client";
    expect_refused("nodes[2].name", "another node is called \"client\"");
    setup.nodes[2].name = "ser ver";
    expect_refused("nodes[2].name", "letters");
    setup.nodes[2].name = "";
    expect_refused("nodes[2].name", "1 to 31");
    setup.nodes[2].name = "-x";
    expect_refused("nodes[2].name", "1 to 31");
    setup.nodes[2].name = "10.0.0.1";
    expect_refused("nodes[2].name", "address");
    setup.nodes[2].name = NULL;
    expect_refused("nodes[2].name", "1 to 31");
    setup.nodes[2].name = "a2345678901234567890123456789012";
    expect_refused("nodes[2].name", "1 to 31");
    through_router(&setup);
    setup.interfaces[1][1].name = "eth0";
    expect_refused("nodes[1].interfaces[1].name", "another interface of this node");
    setup.interfaces[1][1].name = "eth:0";
    expect_refused("nodes[1].interfaces[1].name", "1 to 15");
}

static void addresses_make_sense(void **state) {
    (void)state;
    static const struct {
        uint32_t address, prefix;
        const char *problem;
    } bad[] = {{0x0a000100, 24, "reserved"}, {0x0a0001ff, 24, "broadcast"}, {0x7f000001, 8, "host"},
               {0xe0000001, 24, "host"},     {0x00000001, 24, "host"},      {0x0a000101, 33, "32"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        through_router(&setup);
        setup.interfaces[0][0].address = bad[i].address;
        setup.interfaces[0][0].prefix = bad[i].prefix;
        expect_refused("nodes[0].interfaces[0].address", bad[i].problem);
    }
    through_router(&setup);
    setup.interfaces[1][1].address = setup.interfaces[1][0].address;
    expect_refused("nodes[1].interfaces[1].address", "the same address as interface \"eth0\"");
    two_hosts(&setup);
    setup.interfaces[1][0].address = setup.interfaces[0][0].address;
    expect_refused("links[0].between[1]", "both ends have the address \"10.0.0.1\"");
    two_hosts(&setup);
    setup.nodes[1].kind = NODE_SWITCH;
    expect_refused("nodes[1].interfaces[0].address", "switch");
    through_router(&setup);
    setup_gateway(&setup, "client", "10.0.9.1");
    expect_refused("nodes[0].gateway", "lies in no network");
    setup_gateway(&setup, "client", "10.0.1.1");
    expect_refused("nodes[0].gateway", "its own address");
    two_hosts(&setup);
    setup.interfaces[0][0].mtu = 67;
    expect_refused("nodes[0].interfaces[0].mtu", "68 to 1500");
}

static void routes_lead_somewhere(void **state) {
    (void)state;
    struct scenario_route route = {.network = 0x0a090000, .prefix = 16, .via = 0x0a000102};
    two_hosts(&setup);
    setup.nodes[0].routes = &route;
    setup.nodes[0].route_count = 1;
    expect_refused("nodes[0].routes[0].via", "no network");
    route.via = 0;
    expect_refused("nodes[0].routes[0]", "needs");
    route.interface = "eth7";
    expect_refused("nodes[0].routes[0].interface", "\"eth7\"");
    route.interface = "eth0";
    route.network = 0x0a090001;
    expect_refused("nodes[0].routes[0].network", "behind the prefix");
}

static void links_join_what_exists(void **state) {
    (void)state;
    two_hosts(&setup);
    setup.links[0].node[1] = "nobody";
    expect_refused("links[0].between[1]", "no node is called \"nobody\"");
    two_hosts(&setup);
    setup.links[0].interface[1] = "eth9";
    expect_refused("links[0].between[1]", "no interface \"server:eth9\"");
    two_hosts(&setup);
    setup_link(&setup, "client:eth0", "server:eth0", 0);
    expect_refused("links[1].between[0]", "\"client:eth0\" already");
    two_hosts(&setup);
    setup.links[0].node[1] = "client";
    expect_refused("links[0].between[1]", "both ends are the same interface");
    two_hosts(&setup);
    setup.links[0].loss_ppm = 1000001;
    expect_refused("links[0].loss", "at most 100%");
    two_hosts(&setup);
    setup.links[0].delay_ns[1] = -1;
    expect_refused("links[0].delay", "0 to 1 hour");
    two_hosts(&setup);
    setup.links[0].queue_frames = 1000001;
    expect_refused("links[0].queue", "at most 1000000");
}

static void script_and_faults_name_places(void **state) {
    (void)state;
    static char long_line[300];
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping server");
    setup_run(&setup, 0, "nobody", "ping server");
    expect_refused("script[1].on", "\"nobody\"");
    setup.lines[1].node = "client";
    setup.lines[1].run = "a\nb";
    expect_refused("script[1].run", "control");
    setup.lines[1].run = memset(long_line, 'x', 256);
    expect_refused("script[1].run", "at most 255");
    setup.lines[1].run = "a";
    setup.lines[1].at = -1;
    expect_refused("script[1].at", "0 to 104 days");
    setup.lines[1].at = 0;
    setup.lines[1].process = "console";
    expect_refused("script[1].process", "console");
    two_hosts(&setup);
    setup_fault(&setup, "client->nobody", FAULT_DROP, NULL, 0);
    expect_refused("faults[0].on", "A->B");
    through_router(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, NULL, 0);
    expect_refused("faults[0].on", "neighbours");
    setup.faults[0].on = "client->r1";
    setup.faults[0].match = "tcp.nonsense == 1";
    expect_refused("faults[0].match", "");
    setup.faults[0].match = NULL;
    setup.faults[0].kind = FAULT_EDIT;
    expect_refused("faults[0].edit", "ip.ttl = 1");
    setup.faults[0].kind = FAULT_DELAY;
    expect_refused("faults[0].delay", "needs a time");
    setup.faults[0].kind = FAULT_CORRUPT;
    setup.faults[0].bit = 1514 * 8;
    expect_refused("faults[0].bit", "12111");
    setup.faults[0].kind = FAULT_DROP;
    setup.faults[0].from = 5;
    setup.faults[0].until = 5;
    expect_refused("faults[0].until", "after");
}

static void two_links_need_interfaces(void **state) {
    (void)state;
    two_hosts(&setup);
    setup_interface(&setup, "client", "eth1", "10.1.0.1/24");
    setup_interface(&setup, "server", "eth1", "10.1.0.2/24");
    setup_link(&setup, "client:eth1", "server:eth1", 0);
    setup_fault(&setup, "client->server", FAULT_DROP, NULL, 0);
    expect_refused("faults[0].on", "as in client:eth1->server:eth1");
    setup.faults[0].on = "client:eth7->server";
    expect_refused("faults[0].on", "NODE:INTERFACE");
    static const struct {
        const char *on;
        uint32_t ways;
    } good[] = {{"client:eth1-server", FAULT_WAY_FORTH | FAULT_WAY_BACK},
                {"client:eth1->server", FAULT_WAY_FORTH},
                {"client->server:eth1", FAULT_WAY_FORTH},
                {"client:eth1->server:eth1", FAULT_WAY_FORTH},
                {"server:eth1->client", FAULT_WAY_BACK}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        setup.faults[0].on = good[i].on;
        struct running run;
        run_begin(&run, &setup);
        struct id id = link_at(run.lab, 2)->first_fault;
        assert_true(id_is(id));
        assert_int_equal(((const struct fault *)object_get(run.lab, POOL_FAULT, id))->ways,
                         good[i].ways);
        assert_false(id_is(link_at(run.lab, 1)->first_fault));
        run_end(&run);
    }
}

static void names_may_hold_hyphens(void **state) {
    (void)state;
    setup_begin(&setup);
    static const char *const names[] = {"a", "a-b", "b", "b-a"};
    for (int i = 0; i < 4; i++) setup_node(&setup, NODE_SWITCH, names[i]);
    setup_interface(&setup, "a-b", "p", NULL);
    setup_interface(&setup, "b-a", "p", NULL);
    setup_link(&setup, "a-b:p", "b-a:p", 0);
    setup_fault(&setup, "b-a->a-b", FAULT_DROP, NULL, 0);
    setup_fault(&setup, "a-b-b-a", FAULT_DROP, NULL, 0);
    struct running run;
    run_begin(&run, &setup);
    struct id first = link_at(run.lab, 1)->first_fault;
    const struct fault *fault = object_get(run.lab, POOL_FAULT, first);
    assert_int_equal(fault->ways, FAULT_WAY_BACK);
    fault = object_get(run.lab, POOL_FAULT, fault->next);
    assert_int_equal(fault->ways, FAULT_WAY_FORTH | FAULT_WAY_BACK);
    run_end(&run);
}

/* -------------------------------------------------------------------------------------- limits */

static void limits_at_the_limit_and_beyond(void **state) {
    (void)state;
    two_hosts(&setup);
    setup.scenario.limits.connections = 200000;
    assert_true(lab_size(&setup.scenario) > 0);
    setup.scenario.limits.connections = 200001;
    assert_int_equal(lab_size(&setup.scenario), 0);
    expect_refused("limits.connections", "at most 200000");
    two_hosts(&setup);
    setup.scenario.limits.faults = 2;
    for (int i = 0; i < 2; i++) setup_fault(&setup, "client->server", FAULT_DROP, NULL, 0);
    struct running run;
    run_begin(&run, &setup);
    run_end(&run);
    setup_fault(&setup, "client->server", FAULT_DROP, NULL, 0);
    expect_refused("faults", "limits.faults");
    setup_begin(&setup);
    expect_refused("nodes", "at least one");
    two_hosts(&setup);
    setup.nodes[0].interface_count = NODE_INTERFACES_MAX + 1;
    expect_refused("nodes[0].interfaces", "at most 64");
}

static void a_small_lab_is_small(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    run_begin(&run, &setup);
    assert_true(lab_used(run.lab) < 256 * 1024);
    assert_true(lab_used(run.lab) <= lab_size(&setup.scenario));
    run_end(&run);
}

static void too_small_a_block_is_refused(void **state) {
    (void)state;
    struct complaint why;
    two_hosts(&setup);
    size_t size = lab_size(&setup.scenario);
    void *block = malloc(size - 1);
    assert_non_null(block);
    assert_false(lab_create(block, size - 1, &setup.scenario, &why));
    free(block);
}

/* Every pool can be filled to its last object, and the block still holds it. */
static void every_pool_can_be_full_at_once(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    struct limits small = {.connections = 5,
                           .sockets = 6,
                           .processes = 7,
                           .frames = 9,
                           .buffer_octets = 1 << 16,
                           .neighbours = 11,
                           .routes = 13,
                           .faults = 3,
                           .events = 200};
    setup.scenario.limits = small;
    run_begin(&run, &setup);
    run.sink.wants = 0;
    hand_begin(&hand, &run, 0);
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) {
        if (pool == POOL_EVENT) continue;
        while (id_is(pool_take(run.lab, pool)))
            ;
        assert_int_equal(pool_live(run.lab, pool), pool_capacity(run.lab, pool));
    }
    struct id nobody = {0, 0}, last = {0, 0};
    for (uint32_t i = pool_live(run.lab, POOL_EVENT); i <= 200; i++)
        last = event_new(&hand.step, TIMER_LOOPBACK, 1, nobody, SECONDS(1), i, 0);
    assert_false(id_is(last));
    assert_int_equal(run.lab->heap_count, 200);
    for (uint32_t i = 0; i < 1 + 3; i++) /* a line and three faults have their room beside it */
        assert_true(id_is(event_new(&hand.step, TIMER_FAULT, 0, nobody, SECONDS(1), 300 + i, 0)));
    assert_int_equal(run.lab->heap_count, 204);
    assert_int_equal(pool_capacity(run.lab, POOL_TCB), 5);
    assert_int_equal(pool_capacity(run.lab, POOL_ROUTE), 13);
    assert_true(lab_used(run.lab) <= run.size);
    run_end(&run);
}

/* Events that run out are an outcome: the nodes' timers fail, the scenario itself goes on. */
static void the_script_needs_no_events_of_the_nodes(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup.scenario.limits.events = 1;
    for (int i = 0; i < 5; i++) setup_run(&setup, SECONDS(i), "client", "hostname");
    setup_run(&setup, SECONDS(2), "server", "ping -c 1 client");
    setup_fault(&setup, "client-server", FAULT_LINK_DOWN, NULL, 0)->from = SECONDS(3);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    char *said = run_output(&run, "client");
    assert_string_equal(said, "client\nclient\nclient\nclient\nclient\n");
    free(said);
    assert_false(lab_link(run.lab, 1).up);
    assert_true(run.lab->events_refused > 0);
    run_end(&run);
}

/* --------------------------------------------------------------------------------------- pools */

static void ids_go_stale(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    struct id a = object_create(s, POOL_SCRIPT, 1), none = {0, 0};
    assert_true(id_is(a));
    assert_false(id_is(object_create(s, POOL_SCRIPT, 1))); /* there is room for one line */
    struct script_line *line = object_edit(s, POOL_SCRIPT, a);
    assert_non_null(line);
    memset(line->run, 'x', sizeof line->run);
    object_destroy(s, POOL_SCRIPT, a);
    assert_null(object_get(run.lab, POOL_SCRIPT, a));
    assert_null(object_edit(s, POOL_SCRIPT, a));
    assert_null(object_get(run.lab, POOL_SCRIPT, none));
    assert_null(object_get(run.lab, POOL_SCRIPT, (struct id){99, 1}));
    struct id b = object_create(s, POOL_SCRIPT, 1);
    assert_int_equal(b.slot, a.slot);
    assert_int_equal(b.generation, a.generation + 2);
    line = object_edit(s, POOL_SCRIPT, b);
    for (size_t i = 0; i < sizeof *line; i++) assert_int_equal(((const char *)line)[i], 0);
    assert_null(object_get(run.lab, POOL_SCRIPT, a));
    hand_end(&hand);
    run_end(&run);
}

static void objects_are_walked_in_slot_order(void **state) {
    (void)state;
    struct running run;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    struct id ids[40];
    for (int i = 0; i < 40; i++) ids[i] = object_create(s, POOL_CHUNK, 1);
    for (int i = 0; i < 40; i += 3) object_destroy(s, POOL_CHUNK, ids[i]);
    struct id at = {0, 0};
    for (int i = 0; i < 40; i++) {
        if (i % 3 == 0) continue;
        at = object_next(run.lab, POOL_CHUNK, at);
        assert_true(id_same(at, ids[i]));
    }
    assert_false(id_is(object_next(run.lab, POOL_CHUNK, at)));
    struct id reused = object_create(s, POOL_CHUNK, 1);
    assert_int_equal(reused.slot, ids[39].slot); /* the one freed last */
    hand_end(&hand);
    run_end(&run);
}

/* --------------------------------------------------------------------------- views and hashes */

static void nodes_and_links_can_be_looked_at(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup.links[0].rate_bps = 123;
    setup.nodes[1].x = 500;
    run_begin(&run, &setup);
    assert_int_equal(lab_node_count(run.lab), 3);
    assert_int_equal(lab_link_count(run.lab), 2);
    assert_int_equal(lab_node_named(run.lab, "server"), 3);
    assert_int_equal(lab_node_named(run.lab, "serve"), 0);
    assert_int_equal(lab_node_named(run.lab, ""), 0);
    assert_int_equal(lab_node_named(run.lab, "a-name-that-is-much-too-long-for-any-node"), 0);
    assert_string_equal(lab_node(run.lab, 2).name, "r1");
    assert_int_equal(lab_node(run.lab, 2).x, 500);
    assert_int_equal(lab_node(run.lab, 2).interfaces, 2);
    struct interface_view i = lab_interface(run.lab, 2, 2);
    static const uint8_t mac[6] = {2, 0, 0, 0, 2, 2};
    assert_string_equal(i.name, "eth1");
    assert_memory_equal(i.mac, mac, 6);
    assert_int_equal(i.address, 0x0a0002fe);
    assert_int_equal(i.link, 2);
    assert_true(i.up);
    struct link_view l = lab_link(run.lab, 1);
    assert_int_equal(l.node[1], 2);
    assert_int_equal(l.rate_bps, 123);
    assert_int_equal(l.delay_ns[0], MILLIS(10));
    run_end(&run);
}

static void the_hash_leaves_the_clock_out(void **state) {
    (void)state;
    struct running a, b;
    two_hosts(&setup);
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 server");
    run_begin(&a, &setup);
    run_begin(&b, &setup);
    assert_int_equal(lab_hash(a.lab), lab_hash(b.lab));
    for (int i = 1; i <= 10; i++) run_until(&a, MILLIS(50 * i)); /* a pacer's slices */
    assert_int_equal(lab_now(a.lab), MILLIS(500));
    assert_int_equal(lab_hash(a.lab), lab_hash(b.lab));
    run_until(&a, SECONDS(1));
    assert_int_not_equal(lab_hash(a.lab), lab_hash(b.lab));
    run_until(&b, SECONDS(1));
    assert_int_equal(lab_hash(a.lab), lab_hash(b.lab));
    setup.scenario.seed = 2;
    struct running c;
    run_begin(&c, &setup);
    run_until(&c, SECONDS(1));
    assert_int_not_equal(lab_hash(a.lab), lab_hash(c.lab));
    run_end(&a);
    run_end(&b);
    run_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_words),
        cmocka_unit_test(addresses_make_sense),
        cmocka_unit_test(routes_lead_somewhere),
        cmocka_unit_test(links_join_what_exists),
        cmocka_unit_test(script_and_faults_name_places),
        cmocka_unit_test(two_links_need_interfaces),
        cmocka_unit_test(names_may_hold_hyphens),
        cmocka_unit_test(limits_at_the_limit_and_beyond),
        cmocka_unit_test(a_small_lab_is_small),
        cmocka_unit_test(too_small_a_block_is_refused),
        cmocka_unit_test(every_pool_can_be_full_at_once),
        cmocka_unit_test(the_script_needs_no_events_of_the_nodes),
        cmocka_unit_test(ids_go_stale),
        cmocka_unit_test(objects_are_walked_in_slot_order),
        cmocka_unit_test(nodes_and_links_can_be_looked_at),
        cmocka_unit_test(the_hash_leaves_the_clock_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
