/* The routers' console: modes, configuration, what `show` prints, in FRR's words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/vtysh_words.h"
#include "talk_support.h"

static struct setup setup;
static const char codes[] =
    "Codes: K - kernel route, C - connected, S - static, R - RIP,\n"
    "       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,\n"
    "       T - Table, v - VNC, V - VNC-Direct, A - Babel, F - PBR,\n"
    "       f - OpenFabric,\n"
    "       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n"
    "       t - trapped, o - offload failure\n"
    "\n";

static void type(struct running *run, const char *node, const char *line) {
    run_command(run, lab_now(run->lab), node, line);
    run_until(run, lab_now(run->lab));
}

/* What was printed since the last time. */
static size_t shown;
static void expect_printed(const struct running *run, const char *node, const char *expected) {
    char *all = run_output(run, node);
    assert_string_equal(all + shown, expected);
    shown = strlen(all);
    free(all);
}

static void begin(struct running *run) {
    through_router(&setup);
    shown = 0;
    run_begin(run, &setup);
}

static void modes(void **state) {
    (void)state;
    struct running run;
    begin(&run);
    type(&run, "r1", "network 10.0.0.0/8");
    expect_printed(&run, "r1",
                   "sh: network: command not found\n"
                   "% network stands below `router rip` or `router ospf`\n");
    type(&run, "r1", "configure terminal");
    type(&run, "r1", "area 1 stub");
    type(&run, "r1", "interface eth0");
    type(&run, "r1", "ip ospf cost 0"); /* not a line of Linux's `ip` */
    type(&run, "r1", "ip ospf network ring");
    type(&run, "r1", "end");
    type(&run, "r1", "vtysh -c \"interface eth0\" -c \"ip ospf priority 256\"");
    expect_printed(&run, "r1",
                   "% Unknown command: area 1 stub\n"
                   "% area stands below `router ospf`\n"
                   "% Unknown command: ip ospf cost 0\n"
                   "% a number from 1 to 65535 is needed\n"
                   "% Unknown command: ip ospf network ring\n"
                   "% Unknown command: ip ospf priority 256\n"
                   "% a number from 0 to 255 is needed\n");
    type(&run, "r1", "configure terminal");
    type(&run, "r1", "router rip");
    type(&run, "r1", "networks 10.0.0.0/8");
    expect_printed(&run, "r1", "% Unknown command: networks 10.0.0.0/8\n");
    type(&run, "r1", "hostname"); /* the shell's commands stay */
    type(&run, "r1", "exit");
    type(&run, "r1", "exit");
    type(&run, "r1", "networks 10.0.0.0/8");
    expect_printed(&run, "r1", "r1\nsh: networks: command not found\n");
    type(&run, "r1", "interface eth0"); /* `configure terminal` may be left out */
    type(&run, "r1", "interface eth7");
    type(&run, "r1", "end");
    type(&run, "r1", "router bgp");
    type(&run, "r1", "conf t"); /* words may be cut short */
    type(&run, "r1", "int eth0");
    type(&run, "r1", "nonsense");
    expect_printed(&run, "r1",
                   "% Can't find interface eth7\n% Unknown command: router bgp\n"
                   "% Unknown command: nonsense\n");
    run_end(&run);
}

static void an_interface_is_shut_down(void **state) {
    (void)state;
    struct running run;
    begin(&run);
    type(&run, "r1", "interface eth1");
    type(&run, "r1", "shutdown");
    type(&run, "r1", "end");
    type(&run, "r1", "show interface brief");
    expect_printed(&run, "r1",
                   "Interface       Status  VRF             Addresses\n"
                   "---------       ------  ---             ---------\n"
                   "eth0            up      default         10.0.1.254/24\n"
                   "eth1            down    default         10.0.2.254/24\n");
    type(&run, "r1", "vtysh -c \"interface eth1\" -c \"no shutdown\" -c \"show interface eth1\"");
    expect_printed(&run, "r1",
                   "Interface eth1 is up, line protocol is up\n"
                   "  vrf: default\n"
                   "  index 2 metric 0 mtu 1500\n"
                   "  flags: <UP,BROADCAST,RUNNING,MULTICAST>\n"
                   "  Type: Ethernet\n"
                   "  HWaddr: 02:00:00:00:02:02\n"
                   "  inet 10.0.2.254/24\n");
    run_end(&run);
}

static void a_daemon_begins_and_ends(void **state) {
    (void)state;
    struct running run;
    begin(&run);
    type(&run, "r1", "show ip rip");
    type(&run, "r1", "router rip");
    type(&run, "r1", "ps");
    expect_printed(&run, "r1", "ripd is not running\n    PID CMD\n      2 ripd\n");
    type(&run, "r1", "killall ripd");
    type(&run, "r1", "ps");
    type(&run, "r1", "show ip rip");
    expect_printed(&run, "r1", "    PID CMD\nripd is not running\n");
    type(&run, "r1", "end");
    type(&run, "r1", "ripd");
    type(&run, "r1", "ripd");
    type(&run, "r1", "show running-config"); /* the node's own: no daemon keeps it */
    expect_printed(&run, "r1",
                   "ripd: already running\n"
                   "Building configuration...\n"
                   "\n"
                   "Current configuration:\n"
                   "!\n"
                   "hostname r1\n"
                   "!\n"
                   "router rip\n"
                   "exit\n"
                   "!\n"
                   "end\n");
    type(&run, "r1", "no router rip");
    type(&run, "r1", "no router rip");
    type(&run, "r1", "ps");
    expect_printed(&run, "r1", "% RIP instance not found\n    PID CMD\n");
    type(&run, "r1", "killall ripd");
    expect_printed(&run, "r1", "ripd: no process found\n");
    run_end(&run);
}

static void routes_as_frr_prints_them(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    shown = 0;
    setup_run(&setup, 0, "r1", "ip route add default via 10.0.2.1");
    setup_run(&setup, 0, "r1", "ip route add blackhole 10.3.0.0/16");
    setup_run(&setup, 0, "r1",
              "ip route add 10.4.0.0/16 nexthop via 10.0.1.9 nexthop via 10.0.2.9");
    setup_run(&setup, SECONDS(3), "r1", "ip route add 10.5.0.0/16 via 10.0.1.9 metric 50");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(12));
    run_command(&run, SECONDS(12), "r1", "show ip route");
    char expected[4096];
    strcpy(expected, codes);
    strcat(expected, "K>* 0.0.0.0/0 [0/0] via 10.0.2.1, eth1, 00:00:12\n"
                     "C>* 10.0.1.0/24 is directly connected, eth0, 00:00:12\n"
                     "C>* 10.0.2.0/24 is directly connected, eth1, 00:00:12\n"
                     "K>* 10.3.0.0/16 [0/0] unreachable (blackhole), 00:00:12\n"
                     "K>* 10.4.0.0/16 [0/0] via 10.0.1.9, eth0, weight 1, 00:00:12\n"
                     "  *                   via 10.0.2.9, eth1, weight 1, 00:00:12\n"
                     "K>* 10.5.0.0/16 [0/50] via 10.0.1.9, eth0, 00:00:09\n");
    expect_printed(&run, "r1", expected);
    /* a day, two hours, three minutes and 4 seconds */
    run_command(&run, SECONDS(93784), "r1", "show ip route connected");
    strcpy(expected, codes);
    strcat(expected, "C>* 10.0.1.0/24 is directly connected, eth0, 1d02h03m\n"
                     "C>* 10.0.2.0/24 is directly connected, eth1, 1d02h03m\n");
    expect_printed(&run, "r1", expected);
    type(&run, "r1", "show ip route 10.4.7.7");
    type(&run, "r1", "show ip route 10.3.0.0/16");
    type(&run, "r1", "show ip route 10.99.0.0/16");
    type(&run, "r1", "show ip route rip");
    type(&run, "r1", "show ip route eigrp");
    type(&run, "r1", "show ip");
    expect_printed(&run, "r1",
                   "Routing entry for 10.4.0.0/16\n"
                   "  Known via \"kernel\", distance 0, metric 0, best\n"
                   "  Last update 1d02h03m ago\n"
                   "  * 10.0.1.9, via eth0, weight 1\n"
                   "  * 10.0.2.9, via eth1, weight 1\n"
                   "\n"
                   "Routing entry for 10.3.0.0/16\n"
                   "  Known via \"kernel\", distance 0, metric 0, best\n"
                   "  Last update 1d02h03m ago\n"
                   "  * unreachable (blackhole)\n"
                   "\n"
                   "% Network not in table\n"
                   "% Unknown command: show ip route eigrp\n"
                   "% Command incomplete: show ip\n");
    run_end(&run);
}

/* FRR leaves out what has no carrier; Linux keeps the route, and says so. */
static void a_cable_is_cut(void **state) {
    (void)state;
    struct running run;
    begin(&run);
    run_command(&run, 0, "", "link r1-server down");
    type(&run, "r1", "show ip route");
    type(&run, "r1", "ip route");
    char expected[4096];
    strcpy(expected, codes);
    strcat(expected, "C>* 10.0.1.0/24 is directly connected, eth0, 00:00:00\n"
                     "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.254\n"
                     "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254 linkdown\n");
    expect_printed(&run, "r1", expected);
    run_end(&run);
}

/* FRR's OSPF has routes to its own networks, too; zebra prefers the connected ones. */
static void connected_networks_are_ospfs_as_well(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    shown = 0;
    setup_config(&setup, "r1", "interface eth1");
    setup_config(&setup, "r1", "ip ospf cost 20");
    setup_config(&setup, "r1", "router ospf");
    setup_config(&setup, "r1", "network 10.0.2.0/24 area 0");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(60));
    run_command(&run, SECONDS(60), "r1", "show ip route");
    char *all = run_output(&run, "r1");
    char *o = strstr(
             all, "\nO   10.0.2.0/24 [110/20] is directly connected, eth1, weight 1, 00:01:00\n"),
         *c = strstr(all, "\nC>* 10.0.2.0/24 is directly connected, eth1, 00:01:00\n");
    assert_non_null(strstr(all, "\nC>* 10.0.1.0/24 is directly connected, eth0, 00:01:00\nO   "));
    assert_true(o != NULL && c > o);
    shown = strlen(all);
    free(all);
    run_command(&run, SECONDS(60), "r1", "show ip route summary");
    expect_printed(&run, "r1",
                   "Route Source         Routes               FIB  (vrf default)\n"
                   "connected            2                    2\n"
                   "ospf                 1                    0\n"
                   "------\n"
                   "Totals               3                    2\n"
                   "\n");
    run_command(&run, SECONDS(60), "r1", "ip route show 10.0.2.0/24");
    expect_printed(&run, "r1", "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.254\n");
    run_end(&run);
}

static void a_scenario_configures(void **state) {
    (void)state;
    struct running run;
    struct complaint why;
    through_router(&setup);
    shown = 0;
    setup_config(&setup, "r1", "! a comment");
    setup_config(&setup, "r1", "interface eth0");
    setup_config(&setup, "r1", "exit");
    setup_config(&setup, "r1", "router ospf");
    run_begin(&run, &setup);
    type(&run, "r1", "ps");
    expect_printed(&run, "r1", "    PID CMD\n      1 ospfd\n");
    run_end(&run);
    setup_config(&setup, "r1", "nothing at all");
    void *block = malloc(lab_size(&setup.scenario));
    assert_false(lab_create(block, lab_size(&setup.scenario), &setup.scenario, &why));
    assert_string_equal(why.place, "nodes[1].config[4]");
    assert_string_equal(why.problem,
                        "\"nothing at all\" is no command of FRR's here; see `help router`");
    setup.config[1][4] = "interface eth9";
    assert_false(lab_create(block, lab_size(&setup.scenario), &setup.scenario, &why));
    assert_string_equal(why.place, "nodes[1].config[4]");
    assert_string_equal(why.problem, "Can't find interface eth9 (\"interface eth9\")");
    setup.config[1][4] = "auto-cost reference-bandwidth 0";
    assert_false(lab_create(block, lab_size(&setup.scenario), &setup.scenario, &why));
    assert_string_equal(why.problem, "\"auto-cost reference-bandwidth 0\" is no command of FRR's "
                                     "here; a number from 1 to 4294967 is needed");
    free(block);
}

/* A whole frr.conf, and what the console itself prints of it, configure the same. */
static void a_whole_file_configures(void **state) {
    (void)state;
    static const char *const file[] = {"frr version 8.4.4",
                                       "frr defaults traditional",
                                       "hostname other",
                                       "log file /var/log/frr.log",
                                       "ip forwarding",
                                       "no ipv6 forwarding",
                                       "service integrated-vtysh-config",
                                       "password zebra",
                                       "!",
                                       "router ospf",
                                       " network 10.0.0.0/8 area 0",
                                       "exit",
                                       "!",
                                       "line vty",
                                       "end"};
    struct running run;
    char printed[512], *line = printed;
    through_router(&setup);
    shown = 0;
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) setup_config(&setup, "r1", file[i]);
    run_begin(&run, &setup);
    type(&run, "r1", "show running-config");
    char *all = run_output(&run, "r1");
    snprintf(printed, sizeof printed, "%s", all);
    assert_non_null(strstr(printed, "\nhostname r1\n"));
    assert_non_null(strstr(printed, "\n network 10.0.0.0/8 area 0\n"));
    free(all);
    run_end(&run);
    char again[512];
    strcpy(again, printed);
    through_router(&setup);
    for (line = strtok(printed, "\n"); line != NULL; line = strtok(NULL, "\n"))
        setup_config(&setup, "r1", line);
    run_begin(&run, &setup);
    type(&run, "r1", "show running-config");
    expect_printed(&run, "r1", again);
    run_end(&run);
}

static void key_chains_have_modes(void **state) {
    (void)state;
    struct running run;
    begin(&run);
    type(&run, "r1", "key chain kc");
    type(&run, "r1", "key 1");
    type(&run, "r1", "key-string sekret");
    type(&run, "r1", "key 2"); /* the chain's mode is one level up */
    type(&run, "r1", "key-string other");
    type(&run, "r1", "exit");
    type(&run, "r1", "no key 1");
    type(&run, "r1", "exit");
    type(&run, "r1", "key-string astray");
    type(&run, "r1", "show running-config");
    expect_printed(&run, "r1",
                   "sh: key-string: command not found\n"
                   "Building configuration...\n"
                   "\n"
                   "Current configuration:\n"
                   "!\n"
                   "hostname r1\n"
                   "!\n"
                   "key chain kc\n"
                   " key 2\n"
                   "  key-string other\n"
                   " exit\n"
                   "exit\n"
                   "!\n"
                   "end\n");
    run_end(&run);
}

/* Whoever takes the lines of a mode takes each that is listed, and takes it back. */
struct sample {
    const char *value, *word;
};
static const char *sample_of(const char *value) {
    static const struct sample samples[] = {
        {"A.B.C.D/M", "10.7.0.0/16"},
        {"A.B.C.D", "10.0.1.1"},
        {"INTERFACE", "eth0"},
        {"AREA", "7"},
        {"NAME", "kc"},
        {"STRING", "sekret"},
        {"GATEWAY", "10.0.1.1"},
        {"LIST", "some"},
        {"MOST", "10000"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (strcmp(samples[i].value, value) == 0) return samples[i].word;
    return "5"; /* a number */
}

/* Alternative `n` of each word, everything in brackets; false: no word has so many. */
static bool sample_line(const char *words, size_t n, char *out) {
    bool any = n == 0;
    out[0] = '\0';
    while (*words != '\0') {
        char word[32] = "", chosen[32] = "";
        size_t at = 0;
        for (; *words == ' ' || *words == '[' || *words == ']'; words++) continue;
        for (; *words != '\0' && *words != ' ' && *words != ']'; words++) {
            if (*words != '|') {
                strncat(word, words, 1);
                continue;
            }
            if (at++ == n || chosen[0] == '\0') strcpy(chosen, word);
            word[0] = '\0';
        }
        if (at == n || chosen[0] == '\0') strcpy(chosen, word);
        any = any || (n > 0 && at >= n);
        if (chosen[0] == '\0') continue;
        if (out[0] != '\0') strcat(out, " ");
        strcat(out, chosen[0] >= 'A' && chosen[0] <= 'Z' ? sample_of(chosen) : chosen);
    }
    return any;
}

static void enter_mode(struct running *run, uint32_t modes) {
    type(run, "r1", "end");
    if (modes >> VTYSH_SHELL & 1) return;
    type(run, "r1", "configure terminal");
    if (modes >> VTYSH_CONFIGURE & 1) return;
    if (modes >> VTYSH_INTERFACE & 1) type(run, "r1", "interface eth1");
    if (modes >> VTYSH_RIP & 1) type(run, "r1", "router rip");
    if (modes >> VTYSH_OSPF & 1) type(run, "r1", "router ospf");
    if (modes >> VTYSH_KEY_CHAIN & 1 || modes >> VTYSH_KEY & 1) type(run, "r1", "key chain kc");
    if (modes >> VTYSH_KEY & 1) type(run, "r1", "key 5");
}

static void every_line_that_is_listed_is_taken(void **state) {
    (void)state;
    struct running run;
    char line[256], all[8192];
    begin(&run);
    type(&run, "r1", "router rip");
    type(&run, "r1", "router ospf");
    for (size_t i = 0; vtysh_syntax(i) != NULL; i++) {
        for (size_t n = 0; sample_line(vtysh_syntax(i)->words, n, line); n++) {
            enter_mode(&run, vtysh_syntax(i)->modes);
            shown = 0;
            char *before = run_output(&run, "r1");
            type(&run, "r1", line);
            char *after = run_output(&run, "r1");
            snprintf(all, sizeof all, "%s", after + strlen(before));
            free(before);
            free(after);
            if (strstr(all, "% Unknown") != NULL || strstr(all, "not found") != NULL)
                fail_msg("%s (\"%s\"): %s", line, vtysh_syntax(i)->words, all);
        }
    }
    run_end(&run);
}

static void same_wherever_it_lies(void **state) {
    (void)state;
    through_router(&setup);
    setup_config(&setup, "r1", "router rip");
    setup_run(&setup, SECONDS(1), "r1", "router ospf");
    setup_run(&setup, SECONDS(2), "r1", "killall ripd");
    setup_run(&setup, SECONDS(3), "r1", "no router ospf");
    expect_move_test(&setup, SECONDS(4));
    expect_sync_test(&setup, SECONDS(4), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes),
        cmocka_unit_test(an_interface_is_shut_down),
        cmocka_unit_test(a_daemon_begins_and_ends),
        cmocka_unit_test(routes_as_frr_prints_them),
        cmocka_unit_test(a_cable_is_cut),
        cmocka_unit_test(connected_networks_are_ospfs_as_well),
        cmocka_unit_test(a_scenario_configures),
        cmocka_unit_test(a_whole_file_configures),
        cmocka_unit_test(key_chains_have_modes),
        cmocka_unit_test(every_line_that_is_listed_is_taken),
        cmocka_unit_test(same_wherever_it_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
