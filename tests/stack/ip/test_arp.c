/*
 * ARP: the question list of RFC 826 in its order, the cache's states over time against what the
 * Linux kernel does, the queue of unresolved packets, failure. The kernel's times were recorded on
 * Linux between two network namespaces, seconds from the first ARP request:
 *   a ping, then rest      who-has at 0; the answering side probes by unicast at 5.181
 *   a ping to a stale one  both sides probe 5.037 to 5.039 after it
 *   nobody there           who-has at 0, 1.028, 2.052; connect() fails with EHOSTUNREACH at 3.080
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

/* The n-th rule that a node applied, as "question yes". */
static void expect_rules(const struct running *run, const char *node, sim_time at,
                         const char *expected) {
    char is[512] = "";
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_RULE && r->at == at &&
            strcmp(lab_node(run->lab, r->node).name, node) == 0) {
            assert_string_equal(r->clause, "RFC 826 Packet Reception");
            snprintf(is + strlen(is), sizeof is - strlen(is), "%.*s %s\n", (int)r->text_length,
                     r->text, r->after ? "yes" : "no");
        }
    }
    assert_string_equal(is, expected);
}

static void a_request_is_answered_and_learnt_from(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_dialogue(&run, "",
                    "0.000 client > server ARP request, who has 10.0.0.2\n"
                    "0.010 server > client ARP reply, 10.0.0.2\n"
                    "0.020 client > server echo request, seq 1, len 56\n"
                    "0.030 server > client echo reply, seq 1, len 56\n");
    expect_rules(&run, "server", MILLIS(10),
                 "do we have this hardware type? yes\n"
                 "do we speak this protocol? yes\n"
                 "is the sender in the table? no\n"
                 "are we the target? yes\n"
                 "is it a request? yes\n");
    expect_rules(&run, "client", MILLIS(20),
                 "do we have this hardware type? yes\n"
                 "do we speak this protocol? yes\n"
                 "is the sender in the table? yes\n"
                 "are we the target? yes\n"
                 "is it a request? no\n");
    expect_table(&run, "arp", "client",
                 "[\"10.0.0.2\",\"02:00:00:00:02:01\",\"eth0\",\"REACHABLE\"]\n");
    expect_table(&run, "arp", "server",
                 "[\"10.0.0.1\",\"02:00:00:00:01:01\",\"eth0\",\"DELAY\"]\n");
    run_end(&run);
}

static void edited_request(struct running *run, const char *edit, sim_time until) {
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    setup_fault(&setup, "client->server", FAULT_EDIT, "arp", 1)->edit = edit;
    run_begin(run, &setup);
    run_until(run, until);
}

static void another_hardware_type_ends_the_list(void **state) {
    (void)state;
    struct running run;
    edited_request(&run, "arp.hw.type = 6", MILLIS(500));
    expect_rules(&run, "server", MILLIS(10), "do we have this hardware type? no\n");
    expect_drops(&run, "server 0.010 unknown_type\n");
    expect_table(&run, "arp", "server", "");
    run_end(&run);
}

static void another_protocol_ends_the_list(void **state) {
    (void)state;
    struct running run;
    edited_request(&run, "arp.proto.type = 0x86dd", MILLIS(500));
    expect_rules(&run, "server", MILLIS(10),
                 "do we have this hardware type? yes\n"
                 "do we speak this protocol? no\n");
    expect_table(&run, "arp", "server", "");
    run_end(&run);
}

static void an_unknown_opcode_is_not_answered(void **state) {
    (void)state;
    struct running run;
    edited_request(&run, "arp.opcode = 9", MILLIS(500));
    expect_rules(&run, "server", MILLIS(10),
                 "do we have this hardware type? yes\n"
                 "do we speak this protocol? yes\n"
                 "is the sender in the table? no\n"
                 "are we the target? yes\n"
                 "is it a request? no\n");
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), 0);
    run_end(&run);
}

static void a_probe_without_sender_teaches_nothing(void **state) {
    (void)state;
    struct running run;
    edited_request(&run, "arp.src.proto_ipv4 = 0.0.0.0", MILLIS(15));
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), 1); /* it is answered all the same */
    expect_table(&run, "arp", "server", "");
    run_end(&run);
}

/* RFC 826: a host that is not the target merges what it knows already, and adds nothing. */
static void a_bystander_adds_nothing_but_merges(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_HUB);
    setup_run(&setup, 0, "a", "ping -c 1 10.0.0.2");
    setup_run(&setup, SECONDS(2), "c", "ping -c 1 10.0.0.1"); /* now c knows a */
    setup_fault(&setup, "a->s", FAULT_EDIT, "arp.opcode == 1", 3)->edit =
        "arp.src.hw_mac = 02:00:00:00:00:99"; /* a's third request tells another address */
    setup_run(&setup, SECONDS(10), "a", "ip neigh flush all");
    setup_run(&setup, SECONDS(10), "a", "ping -c 1 -W 1 10.0.0.2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    expect_table(&run, "arp", "c", "");
    run_until(&run, SECONDS(3));
    expect_table(&run, "arp", "c", "[\"10.0.0.1\",\"02:00:00:00:01:01\",\"eth0\",\"REACHABLE\"]\n");
    run_until(&run, SECONDS(10.5));
    expect_table(&run, "arp", "c", "[\"10.0.0.1\",\"02:00:00:00:00:99\",\"eth0\",\"STALE\"]\n");
    run_end(&run);
}

static void what_is_removed_says_so(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    setup_run(&setup, SECONDS(1), "client", "ip neigh flush all");
    setup_run(&setup, SECONDS(1), "server", "ip link set eth0 down");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_states(&run, "neighbour",
                  "client 0.000 neighbour NONE -> INCOMPLETE\n"
                  "server 0.010 neighbour NONE -> STALE\n"
                  "client 0.020 neighbour INCOMPLETE -> REACHABLE\n"
                  "server 0.030 neighbour STALE -> DELAY\n"
                  "client 1.000 neighbour REACHABLE -> NONE\n"
                  "server 1.000 neighbour DELAY -> NONE\n");
    expect_table(&run, "arp", "client", "");
    run_end(&run);
}

/* Linux: a reply that was not sent to us alone says less. */
static void a_reply_to_everybody_is_only_a_hint(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    setup_fault(&setup, "server->client", FAULT_EDIT, "arp.opcode == 2", 1)->edit =
        "eth.dst = ff:ff:ff:ff:ff:ff";
    run_begin(&run, &setup);
    run_until(&run, MILLIS(25));
    expect_states(&run, "neighbour",
                  "client 0.000 neighbour NONE -> INCOMPLETE\n"
                  "server 0.010 neighbour NONE -> STALE\n"
                  "client 0.020 neighbour INCOMPLETE -> STALE\n");
    run_end(&run);
}

static void rest_makes_stale_and_use_makes_probe(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup.links[0].delay_ns[0] = setup.links[0].delay_ns[1] = MILLIS(0.02);
    setup_run(&setup, 0, "client", "ping -c 3 -i 0.32 10.0.0.2");
    setup_run(&setup, SECONDS(111), "client", "ping -c 1 10.0.0.2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(125));
    expect_dialogue(&run, "arp",
                    "0.000 client > server ARP request, who has 10.0.0.2\n"
                    "0.000 server > client ARP reply, 10.0.0.2\n"
                    "5.128 server > client ARP request, who has 10.0.0.1\n"
                    "5.128 client > server ARP reply, 10.0.0.1\n"
                    "116.128 client > server ARP request, who has 10.0.0.2\n"
                    "116.128 server > client ARP request, who has 10.0.0.1\n"
                    "116.128 server > client ARP reply, 10.0.0.2\n"
                    "116.128 client > server ARP reply, 10.0.0.1\n");
    expect_states(&run, "neighbour",
                  "client 0.000 neighbour NONE -> INCOMPLETE\n"
                  "server 0.000 neighbour NONE -> STALE\n"
                  "client 0.000 neighbour INCOMPLETE -> REACHABLE\n"
                  "server 0.000 neighbour STALE -> DELAY\n"
                  "server 5.128 neighbour DELAY -> PROBE\n"
                  "server 5.128 neighbour PROBE -> REACHABLE\n"
                  "client 31.024 neighbour REACHABLE -> STALE\n"
                  "server 36.152 neighbour REACHABLE -> STALE\n"
                  "client 111.000 neighbour STALE -> DELAY\n"
                  "server 111.000 neighbour STALE -> DELAY\n"
                  "client 116.128 neighbour DELAY -> PROBE\n"
                  "server 116.128 neighbour DELAY -> PROBE\n"
                  "server 116.128 neighbour PROBE -> REACHABLE\n"
                  "client 116.128 neighbour PROBE -> REACHABLE\n");
    run_end(&run);
}

/* The probe asks the one neighbour, not everybody (RFC 1122 2.3.2.1 (2)). */
static void a_probe_is_unicast(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(6));
    const struct trace_record *probe = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_SENT && run.records[i].r.at > SECONDS(5) && !probe)
            probe = &run.records[i].r;
    assert_non_null(probe);
    static const uint8_t client[6] = {2, 0, 0, 0, 1, 1};
    assert_memory_equal(probe->octets, client, sizeof client);
    run_end(&run);
}

static void three_probes_without_answer_fail(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    setup_fault(&setup, "client->server", FAULT_DROP, "arp.opcode == 2", 0);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    expect_dialogue(&run, "arp",
                    "0.000 client > server ARP request, who has 10.0.0.2\n"
                    "0.010 server > client ARP reply, 10.0.0.2\n"
                    "5.156 server > client ARP request, who has 10.0.0.1\n"
                    "5.166 client > server ARP reply, 10.0.0.1\n"
                    "6.172 server > client ARP request, who has 10.0.0.1\n"
                    "6.182 client > server ARP reply, 10.0.0.1\n"
                    "7.188 server > client ARP request, who has 10.0.0.1\n"
                    "7.198 client > server ARP reply, 10.0.0.1\n");
    expect_table(&run, "arp", "server", "[\"10.0.0.1\",\"\",\"eth0\",\"FAILED\"]\n");
    run_end(&run);
}

/* With Linux's own timer, which is late, this confirmation would be too old. */
static void what_tcp_hears_spares_the_probe(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "server", "const.jiffy", "0");
    setup_run(&setup, 0, "server", "nc -lk 80 > /dev/null");
    setup_run(&setup, SECONDS(1), "client", "nc server 80 < 10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_states(&run, "neighbour",
                  "client 1.000 neighbour NONE -> INCOMPLETE\n"
                  "server 1.010 neighbour NONE -> STALE\n"
                  "client 1.020 neighbour INCOMPLETE -> REACHABLE\n"
                  "server 1.030 neighbour STALE -> DELAY\n"
                  "server 6.030 neighbour DELAY -> REACHABLE\n");
    run_end(&run);
}

static void nobody_answers(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.77");
    setup_run(&setup, SECONDS(5), "client", "socket tcp")->process = "p";
    setup_run(&setup, SECONDS(5), "client", "connect 3 10.0.0.78:80")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_dialogue(&run, "",
                    "0.000 client > server ARP request, who has 10.0.0.77\n"
                    "1.016 client > server ARP request, who has 10.0.0.77\n"
                    "2.032 client > server ARP request, who has 10.0.0.77\n"
                    "5.000 client > server ARP request, who has 10.0.0.78\n"
                    "6.016 client > server ARP request, who has 10.0.0.78\n"
                    "7.032 client > server ARP request, who has 10.0.0.78\n");
    const struct trace_record *call = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_CALL) call = &run.records[i].r;
    assert_int_equal((int64_t)call->after, -113); /* EHOSTUNREACH, on Linux after 3.080 s */
    assert_int_equal(call->at, SECONDS(8.048));
    expect_output(&run, "client",
                  "PING 10.0.0.77 (10.0.0.77) 56(84) bytes of data.\n"
                  "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n"
                  "\n"
                  "--- 10.0.0.77 ping statistics ---\n"
                  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n"
                  "3\n"
                  "connect: No route to host (EHOSTUNREACH)\n");
    run_end(&run);
}

static void a_failed_entry_asks_again(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, "arp", 1)->count = 3;
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    setup_run(&setup, SECONDS(4), "client", "ping -c 1 10.0.0.2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4.5));
    expect_states(&run, "neighbour",
                  "client 0.000 neighbour NONE -> INCOMPLETE\n"
                  "client 3.048 neighbour INCOMPLETE -> FAILED\n"
                  "client 4.000 neighbour FAILED -> INCOMPLETE\n"
                  "server 4.010 neighbour NONE -> STALE\n"
                  "client 4.020 neighbour INCOMPLETE -> REACHABLE\n"
                  "server 4.030 neighbour STALE -> DELAY\n");
    run_end(&run);
}

/* The first request is lost; six pings wait until the second is answered. */
static void pings_that_wait(struct running *run, const char *qlen) {
    two_hosts(&setup);
    setup_setting(&setup, "client", "net.ipv4.neigh.default.unres_qlen", qlen);
    setup_fault(&setup, "client->server", FAULT_DROP, "arp", 1);
    setup_run(&setup, 0, "client", "ping -c 6 -i 0.2 10.0.0.2");
    run_begin(run, &setup);
    run_until(run, SECONDS(1.5));
}

static void waiting_packets_go_in_their_order(void **state) {
    (void)state;
    struct running run;
    pings_that_wait(&run, "101");
    expect_dialogue(&run, "icmp",
                    "1.036 client > server echo request, seq 1, len 56\n"
                    "1.036 client > server echo request, seq 2, len 56\n"
                    "1.036 client > server echo request, seq 3, len 56\n"
                    "1.036 client > server echo request, seq 4, len 56\n"
                    "1.036 client > server echo request, seq 5, len 56\n"
                    "1.036 client > server echo request, seq 6, len 56\n"
                    "1.046 server > client echo reply, seq 1, len 56\n"
                    "1.046 server > client echo reply, seq 2, len 56\n"
                    "1.046 server > client echo reply, seq 3, len 56\n"
                    "1.046 server > client echo reply, seq 4, len 56\n"
                    "1.046 server > client echo reply, seq 5, len 56\n"
                    "1.046 server > client echo reply, seq 6, len 56\n");
    run_end(&run);
}

static void a_full_queue_lets_the_oldest_go(void **state) {
    (void)state;
    struct running run;
    pings_that_wait(&run, "2");
    assert_int_equal(run_lost(&run, "unresolved_queue_full"), 4);
    expect_dialogue(&run, "icmp",
                    "1.036 client > server echo request, seq 5, len 56\n"
                    "1.036 client > server echo request, seq 6, len 56\n"
                    "1.046 server > client echo reply, seq 5, len 56\n"
                    "1.046 server > client echo reply, seq 6, len 56\n");
    run_end(&run);
}

static void a_queue_of_none_loses_what_waits(void **state) {
    (void)state;
    struct running run;
    pings_that_wait(&run, "0");
    assert_int_equal(run_lost(&run, "unresolved_queue_full"), 6);
    expect_dialogue(&run, "icmp", "");
    run_end(&run);
}

static void a_permanent_entry_asks_nobody(void **state) {
    (void)state;
    struct running run;
    static const struct scenario_neighbour known[2] = {{0x0a000001, {2, 0, 0, 0, 1, 1}},
                                                       {0x0a000002, {2, 0, 0, 0, 2, 1}}};
    two_hosts(&setup);
    setup.nodes[0].neighbours = known + 1;
    setup.nodes[1].neighbours = known;
    setup.nodes[0].neighbour_count = setup.nodes[1].neighbour_count = 1;
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    setup_run(&setup, SECONDS(2), "client", "ip neigh");
    run_begin(&run, &setup);
    assert_int_equal(run_until(&run, SECONDS(100)), STOP_QUIET);
    expect_dialogue(&run, "arp", "");
    expect_states(&run, "neighbour", "");
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "10.0.0.2 dev eth0 lladdr 02:00:00:00:02:01 PERMANENT\n"));
    free(said);
    run_end(&run);
}

static void a_cable_out_forgets_what_was_learnt(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 10.0.0.2");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    run_command(&run, SECONDS(1), "", "link client-server down");
    expect_table(&run, "arp", "client", "");
    expect_table(&run, "arp", "server", "");
    run_end(&run);
}

static void copies_and_keyframes_agree(void **state) {
    (void)state;
    two_hosts(&setup);
    setup_fault(&setup, "client->server", FAULT_DROP, "arp", 1);
    setup_run(&setup, 0, "client", "ping -c 3 -i 0.3 10.0.0.2");
    setup_run(&setup, SECONDS(40), "client", "ping -c 1 10.0.0.2");
    setup_run(&setup, SECONDS(40), "client", "ping -c 1 10.0.0.9");
    expect_move_test(&setup, SECONDS(60));
    expect_sync_test(&setup, SECONDS(60), 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_and_learnt_from),
        cmocka_unit_test(another_hardware_type_ends_the_list),
        cmocka_unit_test(another_protocol_ends_the_list),
        cmocka_unit_test(an_unknown_opcode_is_not_answered),
        cmocka_unit_test(a_probe_without_sender_teaches_nothing),
        cmocka_unit_test(a_bystander_adds_nothing_but_merges),
        cmocka_unit_test(what_is_removed_says_so),
        cmocka_unit_test(a_reply_to_everybody_is_only_a_hint),
        cmocka_unit_test(rest_makes_stale_and_use_makes_probe),
        cmocka_unit_test(a_probe_is_unicast),
        cmocka_unit_test(three_probes_without_answer_fail),
        cmocka_unit_test(what_tcp_hears_spares_the_probe),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(a_failed_entry_asks_again),
        cmocka_unit_test(waiting_packets_go_in_their_order),
        cmocka_unit_test(a_full_queue_lets_the_oldest_go),
        cmocka_unit_test(a_queue_of_none_loses_what_waits),
        cmocka_unit_test(a_permanent_entry_asks_nobody),
        cmocka_unit_test(a_cable_out_forgets_what_was_learnt),
        cmocka_unit_test(copies_and_keyframes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
