/*
 * A node that crashes says nothing: no FIN, no RST, no poisoned route. What reaches it is lost
 * there, and its cables keep their carrier. Started again it has what was configured, and nothing
 * of what it knew. RFC 9293 3.5.1: the peer of a connection finds out when it sends.
 */
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "sim/lab.h"
#include "stack/ip/arp.h"
#include "stack/ip/route.h"
#include "stack/socket.h"

static void expect_output(const struct running *run, const char *node, const char *text) {
    char *said = run_output(run, node);
    if (strstr(said, text) == NULL) fail_msg("%s never said \"%s\", but:\n%s", node, text, said);
    free(said);
}

static bool is_state(const struct running *run, const char *line) {
    char *states = run_states(run, "tcp");
    bool found = strstr(states, line) != NULL;
    free(states);
    return found;
}

static void dies_without_a_word(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -k -l 7");
    setup_run(&setup, MILLIS(100), "client", "nc server 7 < 10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    size_t before = run_count(&run, TRACE_SENT, "server");
    run_command(&run, SECONDS(2), "", "node server crash");
    run_until(&run, SECONDS(60));
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), before);
    assert_false(lab_node(run.lab, lab_node_named(run.lab, "server")).alive);
    /* The client's side stays, for nothing tells it: half-open. */
    assert_true(is_state(&run, "server 2.000 tcp ESTABLISHED -> CLOSED"));
    assert_false(is_state(&run, "client 2."));
    assert_int_equal(pool_live(run.lab, POOL_TCB), 1);
    assert_int_equal(pool_live(run.lab, POOL_PROCESS), 1);
    run_command(&run, SECONDS(60), "client", "ping -c 2 -W 1 server");
    run_until(&run, SECONDS(70));
    assert_true(run_lost(&run, "node_down") >= 2);
    expect_output(&run, "client", "100% packet loss");
    run_end(&run);
}

/* A peer that was started again answers with a reset: after a round trip of ARP, for its neighbours
 * are unknown to it, too. */
static void starts_with_what_was_configured(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "server", "net.ipv4.ip_default_ttl", "17");
    setup_run(&setup, 0, "server", "nc -k -l 7");
    setup_run(&setup, MILLIS(200), "server", "ip route add 10.7.0.0/16 via 10.0.0.1");
    setup_fault(&setup, "server", FAULT_NODE_CRASH, NULL, 0);
    setup.faults[0].from = SECONDS(10);
    setup.faults[0].until = SECONDS(20);
    run_begin(&run, &setup);
    run_until(&run, MILLIS(100));
    run_command(&run, MILLIS(100), "client", "nc server 7");
    run_until(&run, SECONDS(21));
    run_command(&run, SECONDS(21), "client", "hello");
    run_until(&run, SECONDS(22));
    assert_true(is_state(&run, "client 21.040 tcp ESTABLISHED -> CLOSED"));
    run_command(&run, SECONDS(22), "client", "ping -c 1 server");
    run_command(&run, SECONDS(22), "server", "ip route");
    run_until(&run, SECONDS(24));
    expect_output(&run, "client", "ttl=17");
    expect_output(&run, "server", "10.7.0.0/16 via 10.0.0.1");
    run_end(&run);
}

/* Neighbours, fragments that wait, groups, a listener with its queues, timers. */
static void forgets_all_that_it_learnt(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    through_router(&setup);
    setup_run(&setup, 0, "server", "nc -k -l 7");
    setup_run(&setup, 0, "server", "socket udp; bind 3 0.0.0.0:9");
    setup_run(&setup, 0, "r1", "iptables -A FORWARD -m state --state ESTABLISHED -j ACCEPT");
    setup_run(&setup, MILLIS(100), "client", "nc server 7 < 100000");
    setup_run(&setup, MILLIS(500), "client", "nc server 7");
    setup_run(&setup, MILLIS(500), "client", "ping -c 3 -s 4000 server");
    setup_run(&setup, MILLIS(500), "r1", "ping -c 100 10.0.1.77");
    setup_run(&setup, SECONDS(30), "r1", "ping -c 1 server");
    setup_run(&setup, SECONDS(3), "r1", "echo nobody hears");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(530)); /* amid all that */
    for (int i = 0; i < 2; i++) {
        const char *node = i == 0 ? "server" : "r1";
        char line[40] = "node ";
        run_command(&run, MILLIS(530), "", strcat(strcat(line, node), " crash"));
        uint32_t number = lab_node_named(run.lab, node);
        const struct node *n = node_view_at(run.lab, number);
        assert_false(id_is(n->first_process) || id_is(n->first_socket) || id_is(n->first_group) ||
                     id_is(n->first_reassembly) || id_is(n->first_neighbour) ||
                     id_is(n->first_membership));
    }
    assert_int_equal(pool_live(run.lab, POOL_TRACK), 0);
    run_until(&run, SECONDS(20));
    run_command(&run, SECONDS(20), "", "node r1 boot");
    run_command(&run, SECONDS(20), "", "node server boot");
    run_until(&run, SECONDS(40));
    expect_output(&run, "r1", "1 packets transmitted, 1 received");
    char *said = run_output(&run, "r1");
    assert_null(strstr(said, "nobody hears")); /* a line that came while it was dead */
    free(said);
    run_end(&run);
}

/* A crash at every step of a busy lab, then a start: nothing is left that asserts or leaks. */
static void may_happen_at_any_step(void **state) {
    (void)state;
    for (uint64_t steps = 1; steps < 400; steps += 3) {
        struct setup setup;
        struct running run;
        through_router(&setup);
        setup_run(&setup, 0, "server", "nc -k -l 7");
        setup_run(&setup, MILLIS(1), "client", "nc -N server 7 < 20000");
        setup_run(&setup, MILLIS(2), "client", "ping -c 5 -i 0.2 -s 3000 server");
        setup_run(&setup, MILLIS(3), "client", "traceroute server");
        setup_run(&setup, MILLIS(4), "server", "in.tftpd -c");
        setup_run(&setup, MILLIS(90), "r1", "tcpdump -c 1000 -i any");
        run_begin(&run, &setup);
        run_steps(&run, steps);
        static const char *const victims[] = {"client", "r1", "server"};
        char line[40] = "node ";
        strcat(strcat(line, victims[steps / 3 % 3]), " crash");
        sim_time at = run.records[run.count - 1].r.at;
        run_command(&run, at, "", line);
        strcpy(strchr(line + 5, ' '), " boot");
        run_until(&run, at + SECONDS(3));
        run_command(&run, at + SECONDS(3), "", line);
        run_until(&run, SECONDS(300));
        run_end(&run);
    }
}

static void refuses_what_makes_no_sense(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    struct complaint why;
    two_hosts(&setup);
    run_begin(&run, &setup);
    static const char *const lines[] = {"node",
                                        "node client",
                                        "node nobody crash",
                                        "node client boot",
                                        "node client crash now",
                                        "fault client->server crash"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(lab_command(run.lab, &run.sink, 0, 0, lines[i], &why));
    assert_false(lab_command(run.lab, &run.sink, 0, 0, "fault client boot until 5s", &why));
    assert_string_equal(why.problem, "means nothing here: what starts does not end");
    assert_false(lab_command(run.lab, &run.sink, 0, 0, "fault nobody crash", &why));
    assert_string_equal(why.problem, "no node is called \"nobody\"; a link is written A->B or A-B");
    run_command(&run, 0, "", "node client crash");
    assert_false(lab_command(run.lab, &run.sink, 0, 0, "node client crash", &why));
    assert_false(lab_command(run.lab, &run.sink, 0, 1, "ping server", &why));
    assert_string_equal(why.problem,
                        "client has crashed; the lab's line \"node NAME boot\" starts it");
    run_end(&run);
}

static void a_switch_learns_anew(void **state) {
    (void)state;
    struct setup setup;
    struct running run;
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a");
    setup_interface(&setup, "a", "eth0", "10.0.0.1/24");
    setup_node(&setup, NODE_HOST, "b");
    setup_interface(&setup, "b", "eth0", "10.0.0.2/24");
    setup_node(&setup, NODE_SWITCH, "s");
    setup_interface(&setup, "s", "p1", NULL);
    setup_interface(&setup, "s", "p2", NULL);
    setup_link(&setup, "a:eth0", "s:p1", MILLIS(1));
    setup_link(&setup, "b:eth0", "s:p2", MILLIS(1));
    setup_run(&setup, 0, "a", "ping -c 3 b");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(500));
    assert_int_equal(pool_live(run.lab, POOL_MAC), 2);
    run_command(&run, MILLIS(500), "", "node s crash");
    assert_int_equal(pool_live(run.lab, POOL_MAC), 0);
    run_until(&run, MILLIS(1500));
    run_command(&run, MILLIS(1500), "", "node s boot");
    run_until(&run, SECONDS(5));
    expect_output(&run, "a", "3 packets transmitted, 2 received");
    run_end(&run);
}

static void is_a_function_of_the_scenario(void **state) {
    (void)state;
    struct setup setup;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -k -l 7");
    setup_run(&setup, MILLIS(100), "client", "nc -N server 7 < 300000");
    setup_fault(&setup, "server", FAULT_NODE_CRASH, NULL, 0);
    setup.faults[0].from = MILLIS(400);
    setup.faults[0].until = SECONDS(2);
    expect_move_test(&setup, SECONDS(30));
    expect_sync_test(&setup, SECONDS(30), 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dies_without_a_word),
        cmocka_unit_test(starts_with_what_was_configured),
        cmocka_unit_test(forgets_all_that_it_learnt),
        cmocka_unit_test(may_happen_at_any_step),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(a_switch_learns_anew),
        cmocka_unit_test(is_a_function_of_the_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
