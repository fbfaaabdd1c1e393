/* RIP's messages: who may be heard, what is asked and answered, which entries count: 3.9. */
#include <stdio.h>
#include <string.h>

#include "rip_support.h"
#include "wire/rip.h"

static struct rip_scene scene;
#define GROUP "10.0.1.2 > 224.0.0.9"

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

static void add(const char *line) {
    setup_config(&scene.setup, "r1", line);
}

/* Past what it says when it begins. */
static void start(void) {
    rip_begin(&scene);
    run_until(&scene.run, SECONDS(5));
    scene.shown = scene.run.count;
}

/* R16 R11 */
static void it_asks_and_tells_when_it_begins(void **state) {
    (void)state;
    rip_begin(&scene);
    expect_rip_said(&scene, SECONDS(9),
                    "0.000 > 224.0.0.9:520 v2 request all\n"
                    "0.000 > 224.0.0.9:520 v2 response 10.0.2.0/24 1\n");
}

/* R4: 3.9.1, to the asker's own port, with split horizon. */
static void a_whole_table_is_asked_for(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), GROUP, "v2 response 10.9.0.0/24 3");
    scene.shown = scene.run.count;
    rip_hears(&scene, SECONDS(6), "10.0.1.2:7000 > 10.0.1.1", "v2 request all");
    expect_rip_said(&scene, SECONDS(6), "6.000 > 10.0.1.2:7000 v2 response 10.0.2.0/24 1\n");
}

/* R4: a specific request sees all of the table as it is. */
static void entries_are_asked_for(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), GROUP, "v2 response 10.9.0.0/24 3");
    scene.shown = scene.run.count;
    rip_hears(&scene, SECONDS(6), "10.0.1.2:7000 > 10.0.1.1",
              "v2 request 10.9.0.0/24 0, 10.0.2.0/24 0, 10.0.1.0/24 0, 10.7.0.0/24 0");
    expect_rip_said(&scene, SECONDS(6),
                    "6.000 > 10.0.1.2:7000 v2 response 10.9.0.0/24 4, 10.0.2.0/24 1, "
                    "10.0.1.0/24 1, 10.7.0.0/24 16\n");
}

/* R4 */
static void a_request_without_entries_gets_no_answer(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(6), "10.0.1.2:7000 > 10.0.1.1", "v2 request");
    expect_rip_said(&scene, SECONDS(6), "");
    expect_rip_refused(&scene, "rip_empty");
}

/* R17: 4.6. */
static void a_request_is_answered_in_its_version(void **state) {
    (void)state;
    add("interface eth0");
    add("ip rip send version 1 2");
    start();
    rip_hears(&scene, SECONDS(6), "10.0.1.2 > 10.0.1.255", "v1 request all");
    rip_hears(&scene, SECONDS(7), "10.0.1.2 > 10.0.1.1", "v2 request all");
    expect_rip_said(&scene, SECONDS(7),
                    "6.000 > 10.0.1.2:520 v1 response 10.0.2.0 1\n"
                    "7.000 > 10.0.1.2:520 v2 response 10.0.2.0/24 1\n");
}

/* R17 */
static void who_sends_version_2_alone_does_not_answer_version_1(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(6), "10.0.1.2 > 10.0.1.255", "v1 request all");
    expect_rip_said(&scene, SECONDS(6), "");
    expect_rip_refused(&scene, "rip_version_off");
}

/* R5: 3.9.2, before any entry is looked at. */
static void a_response_comes_from_a_neighbour_and_its_port(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), "10.0.1.2:521 > 224.0.0.9", "v2 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(5), "10.0.7.2 > 224.0.0.9", "v2 response 10.9.0.0/24 1");
    expect_rip(scene.run.lab, "r1", "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n");
    expect_rip_refused(&scene, "rip_port rip_neighbour");
}

/* R5: the copy of its own broadcast. The kernel already throws away what has its own source. */
static void its_own_messages_are_not_heard(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), "10.0.1.1 > 224.0.0.9", "v2 response 10.9.0.0/24 1");
    expect_rip(scene.run.lab, "r1", "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n");
    expect_rip_refused(&scene, "martian");
}

/* R19 R1 */
static void messages_that_are_none(void **state) {
    (void)state;
    uint8_t octets[600];
    start();
    rip_hears(&scene, SECONDS(5), GROUP, "v0 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(5), GROUP, "v2 9 10.9.0.0/24 1");
    size_t count = rip_message(octets, "v2 response 10.9.0.0/24 1");
    rip_hears_octets(&scene, SECONDS(5), GROUP, octets, 3);
    rip_hears_octets(&scene, SECONDS(5), GROUP, octets, count - 1);
    memset(octets + count, 0, sizeof octets - count);
    rip_hears_octets(&scene, SECONDS(5), GROUP, octets, 4 + 26 * 20);
    expect_rip(scene.run.lab, "r1", "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n");
    expect_rip_refused(&scene, "rip_version rip_command rip_length rip_length rip_length");
}

/* R19: 5, RFC 1058 3.4. */
static void fields_that_must_be_zero_are(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 10.0.1.255",
              "v1 response 11.0.0.0 1, 10.9.0.0/16 1 mask 0xffff0000");
    expect_rip(scene.run.lab, "r1", "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n");
    expect_rip_refused(&scene, "rip_not_zero");
    rip_hears(&scene, SECONDS(6), GROUP, "v3 response 11.0.0.0/8 1");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n11.0.0.0/8 2 10.0.1.2\n");
}

/* R19: for who fills them. */
static void or_they_are_not_looked_at(void **state) {
    (void)state;
    setup_setting(&scene.setup, "r1", "rip.check_zero", "0");
    start();
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 10.0.1.255",
              "v1 response 11.0.0.0 1 mask 0xff000000 tag 9");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n11.0.0.0/8 2 10.0.1.2\n");
}

/* R6: the entry is ignored, not the message. */
static void bad_entries_are_ignored_one_by_one(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), GROUP,
              "v2 response 10.9.0.0/24 0, 10.9.1.0/24 17, 127.0.0.0/8 1, 224.1.0.0/16 1, "
              "0.1.0.0/16 1, 10.9.2.0/24 1 afi 3, 10.9.3.0/24 1 mask 0xff00ff00, 10.9.4.1/24 1, "
              "10.9.5.0/24 1");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n10.9.5.0/24 2 10.0.1.2\n");
    expect_rip_refused(&scene, "rip_metric rip_metric rip_address rip_address rip_address "
                               "rip_family rip_mask rip_mask");
}

/* R7: metric = MIN (metric + cost, infinity). */
static void the_cost_of_the_network_is_added(void **state) {
    (void)state;
    add("router rip");
    add("offset-list all in 4 eth0");
    start();
    rip_hears(&scene, SECONDS(5), GROUP,
              "v2 response 10.9.1.0/24 1, 10.9.2.0/24 10, 10.9.3.0/24 11");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n10.9.1.0/24 6 10.0.1.2\n"
               "10.9.2.0/24 15 10.0.1.2\n");
}

/* R8: better, the same router's, or as good when the old one has half timed out. */
static void which_route_is_taken(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), GROUP, "v2 response 10.9.0.0/24 3");
    rip_hears(&scene, SECONDS(6), "10.0.1.3 > 224.0.0.9", "v2 response 10.9.0.0/24 3");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n10.9.0.0/24 4 10.0.1.2\n");
    rip_hears(&scene, SECONDS(7), "10.0.1.3 > 224.0.0.9", "v2 response 10.9.0.0/24 2");
    assert_int_equal(rip_metric(scene.run.lab, "r1", "10.9.0.0/24"), 3);
    rip_hears(&scene, SECONDS(8), "10.0.1.3 > 224.0.0.9", "v2 response 10.9.0.0/24 7");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n10.9.0.0/24 8 10.0.1.3\n");
    rip_hears(&scene, SECONDS(97), GROUP, "v2 response 10.9.0.0/24 7");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n10.9.0.0/24 8 10.0.1.3\n");
    rip_hears(&scene, SECONDS(98), GROUP, "v2 response 10.9.0.0/24 7"); /* 90 s of 180 are over */
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n10.9.0.0/24 8 10.0.1.2\n");
}

static void its_own_network_is_not_learnt(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), GROUP, "v2 response 10.0.2.0/24 1, 10.0.1.0/24 1");
    expect_rip(scene.run.lab, "r1", "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n");
}

/* R15: 4.4, on this network alone, and not this router. R13: 4.2. */
static void a_next_hop_is_on_the_link(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), GROUP,
              "v2 response 10.9.1.0/24 1 via 10.0.1.3 tag 7, 10.9.2.0/24 1 via 10.0.7.3, "
              "10.9.3.0/24 1 via 10.0.1.1, 10.9.4.0/24 1 via 10.0.1.255");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n"
               "10.9.1.0/24 2 10.0.1.2 via 10.0.1.3 tag 7\n10.9.2.0/24 2 10.0.1.2\n"
               "10.9.3.0/24 2 10.0.1.2\n10.9.4.0/24 2 10.0.1.2\n");
}

/* R13 R15: the tag goes on, and a next hop on the same network is named. */
static void tags_and_next_hops_are_told(void **state) {
    (void)state;
    setup_setting(&scene.setup, "r1", "variant.no_split_horizon", "1");
    start();
    scene.shown = scene.run.count;
    rip_hears(&scene, SECONDS(6), GROUP, "v2 response 10.9.1.0/24 1 tag 7");
    expect_rip_said(&scene, SECONDS(6),
                    "6.000 > 224.0.0.9:520 v2 response 10.9.1.0/24 2 via 10.0.1.2 tag 7\n");
}

/* R14 R20: the class's mask, the interface's within its own network, else a host's. */
static void masks_are_guessed(void **state) {
    (void)state;
    start();
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 10.0.1.255",
              "v1 response 11.0.0.0 1, 172.16.0.0 1, 192.168.7.0 1, 10.0.9.0 1, 10.0.9.9 1, "
              "11.1.0.0 1, 0.0.0.0 1");
    rip_hears(&scene, SECONDS(5), GROUP, "v2 response 12.0.0.0 1");
    expect_rip(scene.run.lab, "r1",
               "0.0.0.0/0 2 10.0.1.2\n10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n"
               "10.0.9.0/24 2 10.0.1.2\n10.0.9.9/32 2 10.0.1.2\n11.0.0.0/8 2 10.0.1.2\n"
               "11.1.0.0/32 2 10.0.1.2\n12.0.0.0/8 2 10.0.1.2\n172.16.0.0/16 2 10.0.1.2\n"
               "192.168.7.0/24 2 10.0.1.2\n");
}

/* R20: subnets within their own network alone, others as a whole, no supernets. R16 */
static void version_1_hears_what_it_understands(void **state) {
    (void)state;
    add("router rip");
    add("version 1");
    add("route 10.0.9.0/24");
    add("route 10.0.8.0/25");
    add("route 10.0.7.7/32");
    add("route 172.16.1.0/24");
    add("route 172.16.2.0/24");
    add("route 192.168.0.0/16");
    add("route 192.168.5.0/24");
    add("route 0.0.0.0/0");
    rip_begin(&scene);
    expect_rip_said(&scene, SECONDS(9),
                    "0.000 > 10.0.1.255:520 v1 request all\n"
                    "0.000 > 10.0.1.255:520 v1 response 10.0.2.0 1, 0.0.0.0 1, 10.0.7.7 1, "
                    "10.0.9.0 1, 172.16.0.0 1, 192.168.5.0 1\n");
}

/* R18: 5.1, "RIP-1 compatibility": version 2, broadcast, and the same caution. */
static void version_2_may_be_broadcast(void **state) {
    (void)state;
    add("route 172.16.1.0/24");
    add("interface eth0");
    add("ip rip v2-broadcast");
    rip_begin(&scene);
    expect_rip_said(&scene, SECONDS(9),
                    "0.000 > 10.0.1.255:520 v2 request all\n"
                    "0.000 > 10.0.1.255:520 v2 response 10.0.2.0/24 1, 172.16.0.0/16 1\n");
}

/* R18 */
static void versions_are_switched_off(void **state) {
    (void)state;
    add("interface eth0");
    add("ip rip send version none");
    add("ip rip receive version 1");
    rip_begin(&scene);
    rip_hears(&scene, SECONDS(5), GROUP, "v2 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 10.0.1.255", "v1 response 11.0.0.0 1");
    expect_rip_said(&scene, SECONDS(60), "");
    expect_rip(scene.run.lab, "r1",
               "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n11.0.0.0/8 2 10.0.1.2\n");
    expect_rip_refused(&scene, "rip_version_off");
}

/* 3.10: "an actual list of neighboring routers", and interfaces that do not speak. */
static void passive_interfaces_and_neighbours(void **state) {
    (void)state;
    add("passive-interface eth0");
    add("neighbor 10.0.1.3");
    rip_begin(&scene);
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 10.0.1.1", "v2 request all"); /* RFC 1058 3.4.1 */
    rip_hears(&scene, SECONDS(6), "10.0.1.2:99 > 10.0.1.1", "v2 request all");
    expect_rip_said(&scene, SECONDS(9),
                    "0.000 > 10.0.1.3:520 v2 response 10.0.2.0/24 1\n"
                    "6.000 > 10.0.1.2:99 v2 response 10.0.2.0/24 1\n");
    expect_rip_refused(&scene, "rip_silent");
}

/* R1: 25 entries a message, the rest in another. */
static void sixty_routes_are_three_messages(void **state) {
    (void)state;
    char message[2048] = "v2 response";
    size_t sizes[4], count = 0;
    start();
    for (int n = 0; n < 60; n++) {
        snprintf(message + strlen(message), sizeof message - strlen(message), " 10.9.%d.0/24 1", n);
        if (n % 20 != 19) continue;
        rip_hears(&scene, SECONDS(5), GROUP, message);
        strcpy(message, "v2 response");
    }
    rip_hears(&scene, SECONDS(5), GROUP, "v2 response 10.9.0.0/24 1");
    run_until(&scene.run, SECONDS(10) - 1);
    size_t from = scene.run.count;
    run_until(&scene.run, SECONDS(10));
    for (size_t i = from; i < scene.run.count; i++) {
        const struct trace_record *r = &scene.run.records[i].r;
        if (r->kind == TRACE_DELIVERED && r->node == 2 && r->octet_count > 60)
            sizes[count++] = r->octet_count - 14 - 28;
    }
    assert_int_equal(count, 3); /* on eth1: sixty learnt routes and one of eth0 */
    assert_int_equal(sizes[0], 504);
    assert_int_equal(sizes[1], 504);
    assert_int_equal(sizes[2], 4 + 11 * 20);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(it_asks_and_tells_when_it_begins),
        T(a_whole_table_is_asked_for),
        T(entries_are_asked_for),
        T(a_request_without_entries_gets_no_answer),
        T(a_request_is_answered_in_its_version),
        T(who_sends_version_2_alone_does_not_answer_version_1),
        T(a_response_comes_from_a_neighbour_and_its_port),
        T(its_own_messages_are_not_heard),
        T(messages_that_are_none),
        T(fields_that_must_be_zero_are),
        T(or_they_are_not_looked_at),
        T(bad_entries_are_ignored_one_by_one),
        T(the_cost_of_the_network_is_added),
        T(which_route_is_taken),
        T(its_own_network_is_not_learnt),
        T(a_next_hop_is_on_the_link),
        T(tags_and_next_hops_are_told),
        T(masks_are_guessed),
        T(version_1_hears_what_it_understands),
        T(version_2_may_be_broadcast),
        T(versions_are_switched_off),
        T(passive_interfaces_and_neighbours),
        T(sixty_routes_are_three_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
