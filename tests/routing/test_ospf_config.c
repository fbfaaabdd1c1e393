/*
 * OSPF's configuration in FRR's words: what is said comes back from `show running-config`, what is
 * wrong is refused, and what changes has its effect while the daemon runs. O33
 */
#include "ospf_hand.h"
#include "routing/routing.h"

enum { WORDS_MOST = 16 };
static struct hands h;

static void begin(void) {
    peer_setup(&h.setup, PEER_IS_PTP);
    hands_start(&h, PEER_IS_PTP);
}

static enum config_result line_with(uint32_t interface, const char *text, char *why_room,
                                    size_t room) {
    char copy[160], *words[WORDS_MOST];
    struct text why = text_of(why_room, room);
    strcpy(copy, text);
    size_t count = split_words(copy, words, WORDS_MOST), no = same_text(words[0], "no") ? 1 : 0;
    hands_begin(&h);
    enum config_result result =
        ospf_config(h.s, 1, interface, no != 0, count - no, words + no, &why);
    hand_end(&h.hand);
    return result;
}

static enum config_result router_line(const char *text) {
    char why[128];
    return line_with(0, text, why, sizeof why);
}

static enum config_result interface_line(const char *text) {
    char why[128];
    return line_with(interface_global(h.run.lab, 1, 1), text, why, sizeof why);
}

struct heard {
    struct say say;
    char text[2048];
};
static void keep(struct say *say, const char *line) {
    struct heard *heard = (struct heard *)say;
    strcat(strcat(heard->text, line), "\n");
}

static void expect_lines(uint32_t interface, const char *expected) {
    static struct heard heard;
    heard.say.line = keep;
    heard.text[0] = '\0';
    ospf_running_config(h.run.lab, 1, interface, &heard.say);
    assert_string_equal(heard.text, expected);
}

/* ------------------------------------------------------------------- there and back */

#define ROUTER                                                                                     \
    "ospf router-id 1.1.1.1\n"                                                                     \
    "ospf abr-type standard\n"                                                                     \
    "compatible rfc1583\n"                                                                         \
    "auto-cost reference-bandwidth 1000\n"                                                         \
    "timers throttle spf 10 20 30\n"                                                               \
    "redistribute connected metric 7 metric-type 1\n"                                              \
    "redistribute static\n"                                                                        \
    "redistribute rip metric-type 1\n"                                                             \
    "passive-interface default\n"                                                                  \
    "network 10.0.0.0/24 area 0\n"                                                                 \
    "network 10.1.0.0/16 area 5\n"                                                                 \
    "network 10.2.0.0/16 area 0.0.0.5\n"                                                           \
    "area 0 authentication message-digest\n"                                                       \
    "area 5 stub no-summary\n"                                                                     \
    "area 5 default-cost 9\n"                                                                      \
    "area 5 range 10.1.0.0/16 not-advertise\n"                                                     \
    "default-metric 33\n"                                                                          \
    "default-information originate always metric 5 metric-type 1\n"                                \
    "distance 90\n"

static void the_router_s_lines_come_back(void **state) {
    (void)state;
    begin();
    expect_lines(0, "ospf router-id 1.1.1.1\nnetwork 10.0.0.0/24 area 0\n");
    static const char *const lines[] = {
        "distance 90",
        "ospf abr-type standard",
        "default-metric 33",
        "default-information originate metric 5 always metric-type 1",
        "network 10.1.2.3/16 area 5",
        "network 10.2.0.0/16 area 0.0.0.5",
        "area 5 stub no-summary",
        "area 5 default-cost 9",
        "area 5 range 10.1.0.0/16 not-advertise",
        "area 0 authentication message-digest",
        "passive-interface default",
        "redistribute connected metric 7 metric-type 1",
        "redistribute rip metric-type 1",
        "redistribute static",
        "timers throttle spf 10 20 30",
        "auto-cost reference-bandwidth 1000",
        "compatible rfc1583",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (router_line(lines[i]) != CONFIG_OK) fail_msg("%s", lines[i]);
    expect_lines(0, ROUTER);
    static const char *const away[] = {"no ospf router-id",
                                       "no ospf abr-type",
                                       "no compatible rfc1583",
                                       "no auto-cost reference-bandwidth",
                                       "no timers throttle spf",
                                       "no redistribute connected",
                                       "no redistribute static",
                                       "no redistribute rip",
                                       "no passive-interface default",
                                       "no network 10.0.0.0/24 area 0",
                                       "no network 10.1.0.0/16 area 0.0.0.5",
                                       "no network 10.2.0.0/16 area 5",
                                       "no area 0 authentication",
                                       "no area 5 stub",
                                       "no area 5 default-cost",
                                       "no area 5 range 10.1.0.0/16",
                                       "no default-metric",
                                       "no default-information originate",
                                       "no distance"};
    for (size_t i = 0; i < sizeof away / sizeof away[0]; i++)
        if (router_line(away[i]) != CONFIG_OK) fail_msg("%s", away[i]);
    expect_lines(0, "");
    run_end(&h.run);
}

#define INTERFACE                                                                                  \
    "ip ospf area 1\n"                                                                             \
    "ip ospf authentication message-digest\n"                                                      \
    "ip ospf authentication-key simple\n"                                                          \
    "ip ospf cost 12\n"                                                                            \
    "ip ospf dead-interval 8\n"                                                                    \
    "ip ospf hello-interval 2\n"                                                                   \
    "ip ospf message-digest-key 9 md5 first\n"                                                     \
    "ip ospf message-digest-key 2 md5 second\n"                                                    \
    "ip ospf mtu-ignore\n"                                                                         \
    "ip ospf network point-to-point\n"                                                             \
    "ip ospf passive\n"                                                                            \
    "ip ospf priority 0\n"                                                                         \
    "ip ospf retransmit-interval 3\n"                                                              \
    "ip ospf transmit-delay 2\n"

static void the_interface_s_lines_come_back(void **state) {
    (void)state;
    begin();
    uint32_t interface = interface_global(h.run.lab, 1, 1);
    static const char *const lines[] = {"ip ospf message-digest-key 9 md5 first",
                                        "ip ospf message-digest-key 2 md5 second",
                                        "ip ospf area 1",
                                        "ip ospf authentication message-digest",
                                        "ip ospf authentication-key simple",
                                        "ip ospf cost 12",
                                        "ip ospf hello-interval 2",
                                        "ip ospf dead-interval 8",
                                        "ip ospf mtu-ignore",
                                        "ip ospf passive",
                                        "ip ospf priority 0",
                                        "ip ospf retransmit-interval 3",
                                        "ip ospf transmit-delay 2"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (interface_line(lines[i]) != CONFIG_OK) fail_msg("%s", lines[i]);
    expect_lines(interface, INTERFACE);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char line[96];
        snprintf(line, sizeof line, "no %s", lines[i]);
        if (interface_line(line) != CONFIG_OK) fail_msg("%s", line);
    }
    assert_int_equal(interface_line("no ip ospf network"), CONFIG_OK);
    expect_lines(interface, "no ip ospf passive\n");
    run_end(&h.run);
}

/* ------------------------------------------------------------------- what is wrong */

static void what_is_no_line_is_unknown(void **state) {
    (void)state;
    begin();
    static const char *const router[] = {"network 10.0.0.0 area 0",
                                         "network 10.0.0.0/33 area 0",
                                         "network 10.0.0.0/24",
                                         "network 10.0.0.0/24 area x",
                                         "network 10.0.0.0/24 area 0 more",
                                         "area 1 nssa",
                                         "area 1",
                                         "redistribute bgp",
                                         "redistribute static always",
                                         "redistribute static metric",
                                         "redistribute static metric 16777215",
                                         "redistribute static metric-type 3",
                                         "default-information",
                                         "default-metric 16777215",
                                         "distance 0",
                                         "distance 256",
                                         "timers throttle spf 1 2",
                                         "timers throttle spf 600001 2 3",
                                         "auto-cost 100",
                                         "auto-cost reference-bandwidth 0",
                                         "ospf router-id 1.1.1",
                                         "ospf",
                                         "compatible rfc2328",
                                         "passive-interface eth9",
                                         "hello-interval 3"};
    for (size_t i = 0; i < sizeof router / sizeof router[0]; i++)
        if (router_line(router[i]) != CONFIG_UNKNOWN) fail_msg("%s", router[i]);
    static const char *const interface[] = {"ip ospf",
                                            "ip ospf cost",
                                            "ip ospf cost 0",
                                            "ip ospf cost 65536",
                                            "ip ospf cost 3 4",
                                            "ip ospf priority 256",
                                            "ip ospf hello-interval 0",
                                            "ip ospf dead-interval 65536",
                                            "ip ospf network ring",
                                            "ip ospf authentication md5",
                                            "ip ospf message-digest-key 0 md5 x",
                                            "ip ospf message-digest-key 256 md5 x",
                                            "ip ospf message-digest-key 1 x",
                                            "ip ospf area",
                                            "ip rip cost 3"};
    for (size_t i = 0; i < sizeof interface / sizeof interface[0]; i++)
        if (interface_line(interface[i]) != CONFIG_UNKNOWN) fail_msg("%s", interface[i]);
    uint32_t areas = pool_live(h.run.lab, POOL_OSPF_AREA);
    assert_int_equal(router_line("area 77 nonsense"), CONFIG_UNKNOWN);
    assert_int_equal(router_line("area 78 stub"), CONFIG_OK);
    assert_int_equal(router_line("no area 78 stub"), CONFIG_OK);
    assert_int_equal(pool_live(h.run.lab, POOL_OSPF_AREA), areas);
    run_end(&h.run);
}

static void expect_refused(uint32_t interface, const char *text, const char *why) {
    char is[128];
    assert_int_equal(line_with(interface, text, is, sizeof is), CONFIG_BAD);
    assert_string_equal(is, why);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    begin();
    uint32_t eth0 = interface_global(h.run.lab, 1, 1);
    expect_refused(0, "area 0 stub", "% OSPF: the backbone cannot be a stub area");
    expect_refused(0, "network 10.0.0.0/24 area 1", "There is already same network statement.");
    expect_refused(0, "no network 10.5.0.0/24 area 1",
                   "Can't find specified network area configuration.");
    expect_refused(0, "no area 1 range 10.0.0.0/8", "Specified area range was not configured");
    assert_int_equal(interface_line("ip ospf message-digest-key 1 md5 x"), CONFIG_OK);
    expect_refused(eth0, "ip ospf message-digest-key 1 md5 y", "OSPF: Key already exists");
    expect_refused(eth0, "no ip ospf message-digest-key 2", "OSPF: Key does not exist");
    run_end(&h.run);
}

/* ------------------------------------------------------------------- effects */

static void parameters_are_taken_at_once(void **state) {
    (void)state;
    begin();
    assert_int_equal(the_interface(&h)->cost, 10); /* no rate is known */
    assert_int_equal(interface_line("ip ospf cost 77"), CONFIG_OK);
    assert_int_equal(the_interface(&h)->cost, 77);
    assert_int_equal(interface_line("ip ospf hello-interval 3"), CONFIG_OK);
    assert_int_equal(the_interface(&h)->hello_s, 3);
    assert_int_equal(the_interface(&h)->dead_s, 12); /* four times as much, unless it is said */
    assert_int_equal(interface_line("ip ospf dead-interval 7"), CONFIG_OK);
    assert_int_equal(the_interface(&h)->dead_s, 7);
    assert_int_equal(interface_line("ip ospf retransmit-interval 9"), CONFIG_OK);
    assert_int_equal(the_interface(&h)->rxmt_s, 9);
    assert_int_equal(interface_line("ip ospf network broadcast"), CONFIG_OK);
    assert_int_equal(the_interface(&h)->state, OSPF_INTERFACE_WAITING);
    run_end(&h.run);
}

static void costs_follow_the_bandwidth(void **state) {
    (void)state;
    static const struct {
        uint64_t rate;
        uint32_t reference, cost;
    } cases[] = {{10000000, 100, 10},     {100000000, 100, 1}, {1000000000, 100, 1},
                 {1000000000, 10000, 10}, {64000, 100, 1563},  {1000, 100, 65535}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[64];
        peer_setup(&h.setup, PEER_IS_PTP);
        h.setup.links[0].rate_bps = cases[i].rate;
        hands_start(&h, PEER_IS_PTP);
        snprintf(line, sizeof line, "auto-cost reference-bandwidth %u", cases[i].reference);
        assert_int_equal(router_line(line), CONFIG_OK);
        assert_int_equal(the_interface(&h)->cost, cases[i].cost);
        run_end(&h.run);
    }
}

static void networks_choose_interfaces(void **state) {
    (void)state;
    begin();
    assert_int_equal(router_line("no network 10.0.0.0/24 area 0"), CONFIG_OK);
    assert_false(id_is(the_interface(&h)->area));
    assert_int_equal(router_line("network 10.0.0.0/25 area 0"), CONFIG_OK); /* less than it has */
    assert_false(id_is(the_interface(&h)->area));
    assert_int_equal(router_line("network 10.0.0.0/8 area 3"), CONFIG_OK);
    assert_int_equal(the_interface(&h)->area_id, 3);
    assert_int_equal(router_line("network 10.0.0.0/16 area 4"), CONFIG_OK); /* says more */
    assert_int_equal(the_interface(&h)->area_id, 4);
    assert_int_equal(interface_line("ip ospf area 9"), CONFIG_OK); /* says most */
    assert_int_equal(the_interface(&h)->area_id, 9);
    assert_int_equal(interface_line("no ip ospf area"), CONFIG_OK);
    assert_int_equal(the_interface(&h)->area_id, 4);
    run_end(&h.run);
}

static void another_router_id_begins_again(void **state) { /* C.1 */
    (void)state;
    begin();
    peer_to_full(&h.peer);
    assert_int_equal(router_line("ospf router-id 7.7.7.7"), CONFIG_OK);
    hands_look(&h);
    assert_int_equal(ospf_get(h.run.lab, h.ospf)->router_id, 0x07070707);
    assert_false(id_is(h.neighbor));
    assert_int_equal(the_interface(&h)->state, OSPF_INTERFACE_POINT_TO_POINT);
    run_end(&h.run);
}

static void without_an_id_the_highest_address(void **state) {
    (void)state;
    peer_setup(&h.setup, PEER_IS_PTP);
    setup_interface(&h.setup, "r1", "eth1", "10.200.0.1/24");
    setup_run(&h.setup, 0, "r1", "vtysh -c \"router ospf\" -c \"no ospf router-id\"");
    hands_start(&h, PEER_IS_PTP);
    assert_int_equal(ospf_get(h.run.lab, h.ospf)->router_id, 0x0ac80001);
    run_end(&h.run);
}

static void the_configuration_outlives_the_daemon(void **state) {
    (void)state;
    begin();
    sim_time now = lab_now(h.run.lab);
    run_command(&h.run, now, "r1", "killall ospfd");
    run_until(&h.run, now + MILLIS(1));
    expect_lines(0, "ospf router-id 1.1.1.1\nnetwork 10.0.0.0/24 area 0\n");
    run_command(&h.run, now + MILLIS(1), "r1", "ospfd");
    run_until(&h.run, now + MILLIS(2));
    hands_look(&h);
    assert_int_equal(the_interface(&h)->state, OSPF_INTERFACE_POINT_TO_POINT);
    run_command(&h.run, now + MILLIS(2), "r1", "vtysh -c \"no router ospf\"");
    run_until(&h.run, now + MILLIS(3));
    assert_false(ospf_has_router(h.run.lab, 1));
    expect_lines(0, "");
    run_end(&h.run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_router_s_lines_come_back),
        cmocka_unit_test(the_interface_s_lines_come_back),
        cmocka_unit_test(what_is_no_line_is_unknown),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(parameters_are_taken_at_once),
        cmocka_unit_test(costs_follow_the_bandwidth),
        cmocka_unit_test(networks_choose_interfaces),
        cmocka_unit_test(another_router_id_begins_again),
        cmocka_unit_test(without_an_id_the_highest_address),
        cmocka_unit_test(the_configuration_outlives_the_daemon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
