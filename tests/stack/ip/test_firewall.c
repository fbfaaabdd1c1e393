/* The firewall: what each rule does to a datagram, and what its sender hears of it. */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

/* The rules on r1, then one line on the client, for five seconds. */
static void run_with(struct running *run, const char *const *rules, const char *line) {
    through_router(&setup);
    setup_run(&setup, 0, "server", "nc -lk 80");
    for (; *rules != NULL; rules++) setup_run(&setup, 0, "r1", *rules)->process = "r";
    setup_run(&setup, SECONDS(1), "client", line);
    run_begin(run, &setup);
    run_until(run, SECONDS(6));
}
#define RULES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void expect_said(const struct running *run, const char *node, const char *part) {
    char *said = run_output(run, node);
    if (strstr(said, part) == NULL) print_error("%s said:\n%s\nnot: %s\n", node, said, part);
    assert_non_null(strstr(said, part));
    free(said);
}

static void drop_is_silent(void **state) {
    (void)state;
    struct running run;
    run_with(&run, RULES("iptables -A FORWARD -p tcp --dport 80 -j DROP"), "nc -z -v server 80");
    assert_true(run_lost(&run, "firewall") >= 3); /* the SYN and its repetitions */
    expect_output(&run, "client", "");
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), 0);
    run_end(&run);
}

static void reject_with_a_reset_refuses(void **state) {
    (void)state;
    struct running run;
    run_with(&run, RULES("iptables -A FORWARD -p tcp --dport 80 -j REJECT --reject-with tcp-reset"),
             "nc -z -v server 80");
    expect_said(&run, "client", "Connection refused");
    assert_int_equal(run_lost(&run, "firewall"), 1);
    run_end(&run);
}

/* RFC 1122 4.2.3.9, as Linux: port unreachable refuses, host unreachable says no route. */
static void reject_with_icmp(void **state) {
    (void)state;
    static const struct {
        const char *rule;
        uint8_t code;
    } cases[] = {{"iptables -A FORWARD -p icmp -j REJECT", 3},
                 {"iptables -A FORWARD -p icmp -j REJECT --reject-with icmp-net-unreachable", 0},
                 {"iptables -A FORWARD -p icmp -j REJECT --reject-with icmp-host-unreachable", 1},
                 {"iptables -A FORWARD -p icmp -j REJECT --reject-with icmp-proto-unreachable", 2},
                 {"iptables -A FORWARD -p icmp -j REJECT --reject-with icmp-net-prohibited", 9},
                 {"iptables -A FORWARD -p icmp -j REJECT --reject-with icmp-host-prohibited", 10},
                 {"iptables -A FORWARD -p icmp -j REJECT --reject-with icmp-admin-prohibited", 13}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct running run;
        run_with(&run, RULES(cases[i].rule), "ping -c 1 server");
        const struct trace_record *r = NULL;
        for (size_t k = 0; k < run.count; k++)
            if (run.records[k].r.kind == TRACE_SENT && run.records[k].r.octets[23] == 1 &&
                run.records[k].r.octets[34] == 3)
                r = &run.records[k].r;
        assert_non_null(r);
        assert_int_equal(r->octets[35], cases[i].code);
        assert_int_equal(r->octets[50], 63); /* quoted as it would have gone on: ip_forward() */
        run_end(&run);
    }
}

/* What is dropped says by which rule: a rule of the trace just before it. */
static void the_trace_names_the_rule(void **state) {
    (void)state;
    struct running run;
    bool named = false;
    run_with(&run, RULES("iptables -A FORWARD -s 10.0.1.0/24 -p icmp --icmp-type 8 -j DROP"),
             "ping -c 1 -W 1 server");
    for (size_t i = 1; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r, *before = &run.records[i - 1].r;
        if (r->kind != TRACE_DROPPED) continue;
        assert_string_equal(r->clause, "iptables FORWARD");
        assert_int_equal(before->kind, TRACE_RULE);
        assert_string_equal(before->text, "-A FORWARD -s 10.0.1.0/24 -p icmp -m icmp "
                                          "--icmp-type 8 -j DROP");
        named = true;
    }
    assert_true(named);
    run_end(&run);
}

/* The black hole of RFC 2923 2.1: "fragmentation needed" is filtered, so large segments vanish. */
static void a_black_hole_can_be_made(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup.interfaces[1][1].mtu = 600; /* r1's way to the server */
    setup_run(&setup, 0, "client",
              "iptables -A INPUT -p icmp --icmp-type fragmentation-needed "
              "-j DROP");
    setup_run(&setup, 0, "server", "nc -l 80");
    setup_run(&setup, SECONDS(1), "client", "nc -N server 80 < 3000");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    assert_true(run_lost(&run, "too_big") > 0);
    assert_true(run_lost(&run, "firewall") > 0);
    assert_int_equal(run_count(&run, TRACE_STREAM, "server"), 0);
    run_end(&run);
}

static void states_let_answers_through(void **state) {
    (void)state;
    struct running run;
    const char *const *rules = RULES("iptables -P FORWARD DROP",
                                     "iptables -A FORWARD -m state --state ESTABLISHED -j ACCEPT",
                                     "iptables -A FORWARD -i eth0 -m state --state NEW -j ACCEPT");
    run_with(&run, rules, "ping -c 2 -i 0.2 server");
    expect_said(&run, "client", "2 packets transmitted, 2 received");
    run_end(&run);
    through_router(&setup);
    for (; *rules != NULL; rules++) setup_run(&setup, 0, "r1", *rules)->process = "r";
    setup_run(&setup, SECONDS(1), "server", "ping -c 1 -W 1 client");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    assert_int_equal(run_lost(&run, "firewall"), 1);
    run_end(&run);
}

static void the_other_chains(void **state) {
    (void)state;
    struct running run;
    run_with(&run, RULES("iptables -A INPUT -i eth0 -p icmp --icmp-type echo-request -j DROP"),
             "ping -c 1 -W 1 10.0.1.254");
    assert_int_equal(run_lost(&run, "firewall"), 1);
    run_end(&run);
    run_with(&run, RULES("echo"), "echo");
    run_command(&run, SECONDS(6), "client", "iptables -A OUTPUT -d 10.0.2.0/24 -j DROP");
    run_command(&run, SECONDS(6), "client", "ping -c 1 -W 1 server");
    run_until(&run, SECONDS(9));
    assert_int_equal(run_lost(&run, "firewall"), 1);
    assert_int_equal(run_count(&run, TRACE_SENT, "client"), 0);
    run_end(&run);
}

/* Ports, flags, addresses, interfaces, each as it fits and as it does not. */
static void matches_match(void **state) {
    (void)state;
    static const struct {
        const char *rule;
        bool fits; /* a SYN from 10.0.1.1 to 10.0.2.1:80, in by eth0, out by eth1 */
    } cases[] = {
        {"iptables -A FORWARD -p tcp --dport 80 -j DROP", true},
        {"iptables -A FORWARD -p tcp --dport 81 -j DROP", false},
        {"iptables -A FORWARD -p tcp --dport 79:81 -j DROP", true},
        {"iptables -A FORWARD -p tcp --sport 40000:40001 -j DROP", true},
        {"iptables -A FORWARD -p tcp --sport 1:1023 -j DROP", false},
        {"iptables -A FORWARD -p udp --dport 80 -j DROP", false},
        {"iptables -A FORWARD -p tcp --syn -j DROP", true},
        {"iptables -A FORWARD -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP", false},
        {"iptables -A FORWARD -p tcp --tcp-flags ALL SYN -j DROP", true},
        {"iptables -A FORWARD -s 10.0.1.0/24 -d server -j DROP", true},
        {"iptables -A FORWARD ! -s 10.0.1.0/24 -j DROP", false},
        {"iptables -A FORWARD ! -s 10.7.0.0/16 -j DROP", true},
        {"iptables -A FORWARD -i eth0 -o eth1 -j DROP", true},
        {"iptables -A FORWARD -i eth1 -j DROP", false},
        {"iptables -A FORWARD ! -p icmp -j DROP", true},
        {"iptables -A FORWARD -m state --state NEW -j DROP", true},
        {"iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j DROP", false},
        {"iptables -A INPUT -j DROP", false},
        {"iptables -A FORWARD -j ACCEPT", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct running run;
        run_with(&run, RULES(cases[i].rule), "forge tcp S 10.0.1.1:40000 10.0.2.1:80");
        bool passed = run_count(&run, TRACE_SENT, "server") > 0;
        if (passed == cases[i].fits) print_error("%s\n", cases[i].rule);
        assert_int_equal(passed, !cases[i].fits);
        expect_output(&run, "r1", "");
        run_end(&run);
    }
}

/* What iptables 1.8.9 printed for the same rules, but for blanks at line ends; the chains INPUT and
 * OUTPUT of nat are not listed. */
static void the_tool_prints_as_iptables_does(void **state) {
    (void)state;
    struct running run;
    run_with(
        &run,
        RULES("iptables -A INPUT -p icmp --icmp-type 3/4 -j DROP",
              "iptables -A INPUT -p tcp --syn --dport 80 -j REJECT --reject-with tcp-reset",
              "iptables -A INPUT -s 10.0.0.0/8 ! -d 10.1.2.3 -i eth0 -j REJECT",
              "iptables -A FORWARD -o eth0 -p udp --sport 1000:2000 --dport 53 -j REJECT "
              "--reject-with icmp-admin-prohibited",
              "iptables -A FORWARD -m state --state ESTABLISHED,RELATED -j ACCEPT",
              "iptables -P FORWARD DROP", "iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE",
              "iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -j SNAT --to-source 1.2.3.4:1000-2000",
              "iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination "
              "10.0.0.9:8080",
              "iptables -L -n", "iptables -t nat -L -n -v", "iptables -S", "iptables -t nat -S",
              "iptables -D INPUT 9", "iptables -D INPUT -p udp -j DROP", "iptables -A NOPE -j DROP",
              "iptables -A PREROUTING -j DROP", "iptables -D INPUT -p icmp --icmp-type 3/4 -j DROP",
              "iptables -F FORWARD", "iptables -L --line-numbers"),
        "echo");
    expect_output(
        &run, "r1",
        "Chain INPUT (policy ACCEPT)\n"
        "target     prot opt source               destination\n"
        "DROP       1    --  0.0.0.0/0            0.0.0.0/0            icmptype 3 code 4\n"
        "REJECT     6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80 flags:0x17/0x02 "
        "reject-with tcp-reset\n"
        "REJECT     0    --  10.0.0.0/8          !10.1.2.3             reject-with "
        "icmp-port-unreachable\n"
        "\n"
        "Chain FORWARD (policy DROP)\n"
        "target     prot opt source               destination\n"
        "REJECT     17   --  0.0.0.0/0            0.0.0.0/0            udp spts:1000:2000 dpt:53 "
        "reject-with icmp-admin-prohibited\n"
        "ACCEPT     0    --  0.0.0.0/0            0.0.0.0/0            state RELATED,ESTABLISHED\n"
        "\n"
        "Chain OUTPUT (policy ACCEPT)\n"
        "target     prot opt source               destination\n"
        "Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)\n"
        " pkts bytes target     prot opt in     out     source               destination\n"
        "    0     0 DNAT       6    --  *      *       0.0.0.0/0            0.0.0.0/0            "
        "tcp dpt:80 to:10.0.0.9:8080\n"
        "\n"
        "Chain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)\n"
        " pkts bytes target     prot opt in     out     source               destination\n"
        "    0     0 MASQUERADE  0    --  *      eth1    0.0.0.0/0            0.0.0.0/0\n"
        "    0     0 SNAT       0    --  *      *       10.0.0.0/24          0.0.0.0/0            "
        "to:1.2.3.4:1000-2000\n"
        "-P INPUT ACCEPT\n"
        "-P FORWARD DROP\n"
        "-P OUTPUT ACCEPT\n"
        "-A INPUT -p icmp -m icmp --icmp-type 3/4 -j DROP\n"
        "-A INPUT -p tcp -m tcp --dport 80 --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT "
        "--reject-with tcp-reset\n"
        "-A INPUT -s 10.0.0.0/8 ! -d 10.1.2.3/32 -i eth0 -j REJECT --reject-with "
        "icmp-port-unreachable\n"
        "-A FORWARD -o eth0 -p udp -m udp --sport 1000:2000 --dport 53 -j REJECT --reject-with "
        "icmp-admin-prohibited\n"
        "-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
        "-P PREROUTING ACCEPT\n"
        "-P POSTROUTING ACCEPT\n"
        "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.9:8080\n"
        "-A POSTROUTING -o eth1 -j MASQUERADE\n"
        "-A POSTROUTING -s 10.0.0.0/24 -j SNAT --to-source 1.2.3.4:1000-2000\n"
        "iptables: Index of deletion too big.\n"
        "iptables: Bad rule (does a matching rule exist in that chain?).\n"
        "iptables: No chain/target/match by that name.\n"
        "iptables: No chain/target/match by that name.\n"
        "Chain INPUT (policy ACCEPT)\n"
        "num  target     prot opt source               destination\n"
        "1    REJECT     tcp  --  anywhere             anywhere             tcp dpt:80 "
        "flags:FIN,SYN,RST,ACK/SYN reject-with tcp-reset\n"
        "2    REJECT     all  --  10.0.0.0/8          !10.1.2.3             reject-with "
        "icmp-port-unreachable\n"
        "\n"
        "Chain FORWARD (policy DROP)\n"
        "num  target     prot opt source               destination\n"
        "\n"
        "Chain OUTPUT (policy ACCEPT)\n"
        "num  target     prot opt source               destination\n");
    run_end(&run);
}

/* A line that cannot be meant changes nothing: not the opposite of what it says, nor rule 1. */
static void wrong_lines_change_nothing(void **state) {
    (void)state;
    struct running run;
    run_with(&run,
             RULES("iptables -A FORWARD -p tcp --dport 22 -j ACCEPT",
                   "iptables -A FORWARD -p tcp ! --dport 22 -j DROP",
                   "iptables -A FORWARD -p tcp --dport 22 -p icmp -j DROP",
                   "iptables -A FORWARD -j ACCEPT -j NONSENSE", "iptables -A FORWARD -j DROP !",
                   "iptables -D FORWARD 4294967297", "iptables -S FORWARD",
                   "iptables -A INPUT -p icmp --icmp-type 0/0 -j DROP",
                   "iptables -A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport 80",
                   "iptables -S INPUT"),
             "echo");
    expect_output(&run, "r1",
                  "iptables v1.8.9: unexpected ! flag before --dport\n"
                  "iptables v1.8.9:  RULE_APPEND failed (Invalid argument)\n"
                  "iptables v1.8.9: Chain 'NONSENSE' does not exist\n"
                  "iptables v1.8.9: unknown option \"\"\n"
                  "iptables v1.8.9: unknown option \"4294967297\"\n"
                  "-P FORWARD ACCEPT\n"
                  "-A FORWARD -p tcp -m tcp --dport 22 -j ACCEPT\n"
                  "-P INPUT ACCEPT\n"
                  "-A INPUT -p icmp -m icmp --icmp-type 0/0 -j DROP\n"
                  "-A INPUT -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW\n");
    run_end(&run);
}

static void a_run_is_repeatable(void **state) {
    (void)state;
    through_router(&setup);
    setup_run(&setup, 0, "r1", "iptables -A FORWARD -m state --state NEW -p udp -j DROP");
    setup_run(&setup, 0, "r1", "iptables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset");
    setup_run(&setup, SECONDS(1), "client", "nc -z server 80");
    setup_run(&setup, SECONDS(1), "client", "ping -c 2 -i 0.1 server");
    expect_move_test(&setup, SECONDS(40));
    expect_sync_test(&setup, SECONDS(40), 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drop_is_silent),
        cmocka_unit_test(reject_with_a_reset_refuses),
        cmocka_unit_test(reject_with_icmp),
        cmocka_unit_test(wrong_lines_change_nothing),
        cmocka_unit_test(the_trace_names_the_rule),
        cmocka_unit_test(a_black_hole_can_be_made),
        cmocka_unit_test(states_let_answers_through),
        cmocka_unit_test(the_other_chains),
        cmocka_unit_test(matches_match),
        cmocka_unit_test(the_tool_prints_as_iptables_does),
        cmocka_unit_test(a_run_is_repeatable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
