/* RIP's console: what FRR 8.4.4 prints and takes, recorded from it on the same two networks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rip_support.h"

static struct rip_scene scene;

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

static void expect_typed(const char *line, const char *expected) {
    char *before = run_output(&scene.run, "r1");
    rip_types(&scene, lab_now(scene.run.lab), "r1", line);
    char *after = run_output(&scene.run, "r1");
    if (strcmp(after + strlen(before), expected) != 0)
        fail_msg("%s:\n%s\nexpected:\n%s", line, after + strlen(before), expected);
    free(before);
    free(after);
}

static void configured(const char *const *lines, size_t count) {
    for (size_t i = 0; i < count; i++) setup_config(&scene.setup, "r1", lines[i]);
    rip_begin(&scene);
    run_until(&scene.run, SECONDS(5));
}

static void the_table_is_shown(void **state) {
    (void)state;
    static const char *const lines[] = {"default-information originate", "route 10.77.0.0/16",
                                        "redistribute static metric 3",
                                        "ip route 172.16.0.0/16 10.0.2.9"};
    configured(lines, 4);
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 224.0.0.9",
              "v2 response 10.9.0.0/24 1, 192.168.100.0/24 9 tag 77");
    run_until(&scene.run, SECONDS(8));
    expect_typed("show ip rip",
                 "Codes: R - RIP, C - connected, S - Static, O - OSPF, B - BGP\n"
                 "Sub-codes:\n"
                 "      (n) - normal, (s) - static, (d) - default, (r) - redistribute,\n"
                 "      (i) - interface\n"
                 "\n"
                 "     Network            Next Hop         Metric From            Tag Time\n"
                 "R(d) 0.0.0.0/0          0.0.0.0               1 self              0\n"
                 "C(i) 10.0.1.0/24        0.0.0.0               1 self              0\n"
                 "C(i) 10.0.2.0/24        0.0.0.0               1 self              0\n"
                 "R(n) 10.9.0.0/24        10.0.1.2              2 10.0.1.2          0 02:57\n"
                 "R(s) 10.77.0.0/16       0.0.0.0               1 self              0\n"
                 "S(r) 172.16.0.0/16      10.0.2.9              1 self              0\n"
                 "R(n) 192.168.100.0/24   10.0.1.2             10 10.0.1.2         77 02:57\n");
}

static void the_status_is_shown(void **state) {
    (void)state;
    static const char *const lines[] = {"network 10.0.2.0/24",    "neighbor 10.0.1.77",
                                        "passive-interface eth1", "default-metric 4",
                                        "redistribute connected", "redistribute ospf metric 5",
                                        "timers basic 20 40 30",  "distance 99"};
    configured(lines, 8);
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 224.0.0.9", "v2 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(6), "10.0.1.2:9 > 224.0.0.9", "v2 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(6), "10.0.1.2 > 224.0.0.9", "v2 response 10.9.0.0/24 17");
    expect_typed("show ip rip status",
                 "Routing Protocol is \"rip\"\n"
                 "  Sending updates every 20 seconds with +/-0 seconds, next due in 4 seconds\n"
                 "  Timeout after 40 seconds, garbage collect after 30 seconds\n"
                 "  Outgoing update filter list for all interface is not set\n"
                 "  Incoming update filter list for all interface is not set\n"
                 "  Default redistribution metric is 4\n"
                 "  Redistributing: connected ospf\n"
                 "  Default version control: send version 2, receive any version \n"
                 "    Interface        Send  Recv   Key-chain\n"
                 "    eth0             2     1 2    \n"
                 "    eth1             2     1 2    \n"
                 "  Routing for Networks:\n"
                 "    10.0.2.0/24\n"
                 "    eth0\n"
                 "    eth1\n"
                 "    10.0.1.77\n"
                 "  Passive Interface(s):\n"
                 "    eth1\n"
                 "  Routing Information Sources:\n"
                 "    Gateway          BadPackets BadRoutes  Distance Last Update\n"
                 "    10.0.1.2                 1         1        99   00:00:00\n"
                 "  Distance: (default is 99)\n");
}

/* In FRR's order, whatever order they were typed in; and they bring back what they describe. */
static void the_lines_are_printed(void **state) {
    (void)state;
    static const char *const lines[] = {"version 2",
                                        "timers basic 10 40 30",
                                        "neighbor 10.0.1.77",
                                        "passive-interface eth1",
                                        "default-information originate",
                                        "default-metric 4",
                                        "distance 99",
                                        "offset-list L in 3",
                                        "offset-list L out 2 eth0",
                                        "redistribute connected",
                                        "redistribute ospf metric 5",
                                        "route 10.77.0.0/16",
                                        "network 10.0.2.0/24",
                                        "interface eth0",
                                        "no ip rip split-horizon",
                                        "ip rip authentication mode text",
                                        "ip rip authentication string abc",
                                        "ip rip v2-broadcast",
                                        "interface eth1",
                                        "ip rip authentication mode md5 auth-length old-ripd",
                                        "ip rip authentication key-chain kc",
                                        "ip rip send version 1 2",
                                        "ip rip receive version 2",
                                        "ip rip split-horizon poisoned-reverse"};
    configured(lines, sizeof lines / sizeof lines[0]);
    expect_typed("show running-config", "Building configuration...\n"
                                        "\n"
                                        "Current configuration:\n"
                                        "!\n"
                                        "hostname r1\n"
                                        "!\n"
                                        "interface eth0\n"
                                        " ip rip authentication mode text\n"
                                        " ip rip authentication string abc\n"
                                        " ip rip v2-broadcast\n"
                                        " no ip rip split-horizon\n"
                                        "exit\n"
                                        "!\n"
                                        "interface eth1\n"
                                        " ip rip authentication key-chain kc\n"
                                        " ip rip authentication mode md5\n"
                                        " ip rip receive version 2\n"
                                        " ip rip send version 1 2\n"
                                        " ip rip split-horizon poisoned-reverse\n"
                                        "exit\n"
                                        "!\n"
                                        "router rip\n"
                                        " default-information originate\n"
                                        " default-metric 4\n"
                                        " distance 99\n"
                                        " neighbor 10.0.1.77\n"
                                        " network 10.0.2.0/24\n"
                                        " network eth0\n"
                                        " network eth1\n"
                                        " offset-list L in 3\n"
                                        " offset-list L out 2 eth0\n"
                                        " passive-interface eth1\n"
                                        " redistribute connected\n"
                                        " redistribute ospf metric 5\n"
                                        " route 10.77.0.0/16\n"
                                        " timers basic 10 40 30\n"
                                        " version 2\n"
                                        "exit\n"
                                        "!\n"
                                        "end\n");
}

static void what_frr_refuses_is_refused(void **state) {
    (void)state;
    configured(NULL, 0);
    static const char *const unknown[] = {
        "timers basic 1 2",  "version 3",  "redistribute rip",   "neighbor 300",
        "default-metric 17", "distance 0", "offset-list L in 17"};
    expect_typed("router rip", "");
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        char expected[80];
        snprintf(expected, sizeof expected, "%% Unknown command: %s\n", unknown[i]);
        expect_typed(unknown[i], expected);
    }
    expect_typed("network", "% Command incomplete: network\n");
    expect_typed("interface eth0", "");
    expect_typed("ip rip", "% Command incomplete: ip rip\n");
    expect_typed("ip rip send version 3", "% Unknown command: ip rip send version 3\n");
    expect_typed("ip rip split-horizon foo", "% Unknown command: ip rip split-horizon foo\n");
    expect_typed("ip rip authentication string 12345678901234567",
                 "% RIPv2 authentication string must be shorter than 16\n");
}

/* Rows for the page: they carry the moment when the timer fires. */
static void the_table_has_rows(void **state) {
    (void)state;
    configured(NULL, 0);
    rip_hears(&scene, SECONDS(5), "10.0.1.2 > 224.0.0.9", "v2 response 10.9.0.0/24 1 tag 7");
    const struct trace_record *row = NULL;
    for (size_t i = 0; i < scene.run.count; i++) {
        const struct trace_record *r = &scene.run.records[i].r;
        if (r->kind == TRACE_TABLE && strcmp(engine_name(NAME_TABLE, r->table), "rip") == 0)
            row = r;
    }
    assert_non_null(row);
    assert_string_equal(
        row->text, "[\"10.9.0.0/24\",\"10.0.1.2\",\"2\",\"10.0.1.2\",\"7\",\"VALID\",\"185.000\"]");
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {T(the_table_is_shown), T(the_status_is_shown),
                                       T(the_lines_are_printed), T(what_frr_refuses_is_refused),
                                       T(the_table_has_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
