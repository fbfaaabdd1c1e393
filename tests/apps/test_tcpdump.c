/*
 * arping and tcpdump on nodes: what they print, what they see, and that listening changes nothing
 * of what others do. arping's words were compared with iputils 20221126's.
 */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

static void run_lab(struct running *run, sim_time until) {
    run_begin(run, &setup);
    run_until(run, until);
}

static bool said(const struct running *run, const char *node, const char *part) {
    char *all = run_output(run, node);
    bool found = strstr(all, part) != NULL;
    if (!found) print_error("%s said\n%s", node, all);
    free(all);
    return found;
}

/* ------------------------------------------------------------------------------- arping */

static void two_probes_are_answered(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "arping -c 2 -I eth0 10.0.0.2");
    run_lab(&run, SECONDS(5));
    expect_output(&run, "client",
                  "ARPING 10.0.0.2 from 10.0.0.1 eth0\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Sent 2 probes (1 broadcast(s))\n"
                  "Received 2 response(s)\n");
    expect_dialogue(&run, "arp",
                    "0.000 client > server ARP request, who has 10.0.0.2\n"
                    "0.010 server > client ARP reply, 10.0.0.2\n"
                    "1.000 client > server ARP request, who has 10.0.0.2\n"
                    "1.010 server > client ARP reply, 10.0.0.2\n");
    expect_table(&run, "arp", "client", ""); /* the node's own cache has no part in it */
    run_end(&run);
}

static void a_probe_is_defended(void **state) {
    (void)state;
    expect_answer("arping -D -c 2 -w 3 -I eth0 10.0.0.2", SECONDS(5),
                  "ARPING 10.0.0.2 from 0.0.0.0 eth0\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Sent 1 probes (1 broadcast(s))\n"
                  "Received 1 response(s)\n");
}

static void nobody_answers_for_another(void **state) {
    (void)state;
    expect_answer("arping -D -w 2 -I eth0 10.0.0.77", SECONDS(5),
                  "ARPING 10.0.0.77 from 0.0.0.0 eth0\n"
                  "Sent 3 probes (3 broadcast(s))\n"
                  "Received 0 response(s)\n");
}

static void options_do_what_iputils_does(void **state) {
    (void)state;
    expect_answer("arping -c 2 -b 10.0.0.2", SECONDS(5),
                  "ARPING 10.0.0.2 from 10.0.0.1 eth0\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Sent 2 probes (2 broadcast(s))\n"
                  "Received 2 response(s)\n");
    expect_answer("arping -f -c 5 10.0.0.2", SECONDS(5),
                  "ARPING 10.0.0.2 from 10.0.0.1 eth0\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Sent 1 probes (1 broadcast(s))\n"
                  "Received 1 response(s)\n");
    expect_answer("arping -q -c 1 10.0.0.2", SECONDS(5), "");
    expect_answer("arping -c 3 -w 2 10.0.0.2", SECONDS(5),
                  "ARPING 10.0.0.2 from 10.0.0.1 eth0\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Unicast reply from 10.0.0.2 [02:00:00:00:02:01]  20.000ms\n"
                  "Sent 3 probes (1 broadcast(s))\n"
                  "Received 2 response(s)\n");
    expect_answer("arping -c 1 -I nope 10.0.0.2", SECONDS(1),
                  "arping: Device nope not available.\n");
    expect_answer("arping -s 10.0.0.9 -c 1 10.0.0.2", SECONDS(1),
                  "arping: bind: Cannot assign requested address\n");
    expect_answer("arping -U -c 1 -I eth0 10.0.0.9", SECONDS(1),
                  "arping: bind: Cannot assign requested address\n");
    expect_answer("arping -c x 10.0.0.2", SECONDS(1), "arping: invalid argument: 'x'\n");
}

/* Both forms: the request's target hardware address is everybody's, the reply's the own. */
static void both_gratuitous_forms(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "tcpdump -ten arp");
    setup_run(&setup, 0, "client", "arping -U -c 1 10.0.0.1");
    setup_run(&setup, SECONDS(2), "client", "arping -A -c 1 10.0.0.1");
    run_lab(&run, SECONDS(5));
    assert_true(said(&run, "server",
                     "02:00:00:00:01:01 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: "
                     "Request who-has 10.0.0.1 (ff:ff:ff:ff:ff:ff) tell 10.0.0.1, length 28\n"
                     "02:00:00:00:01:01 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: "
                     "Reply 10.0.0.1 is-at 02:00:00:00:01:01, length 28\n"));
    run_end(&run);
}

/* ------------------------------------------------------------------------------- arp, ip neigh */

static void entries_by_hand(void **state) {
    (void)state;
    struct running run;
    static const char *const lines[] = {
        "arp -s 10.0.0.50 02:00:00:00:00:50",
        "arp -n",
        "arp -an",
        "arp -d 10.0.0.50",
        "arp -d 10.0.0.51",
        "arp -s 10.0.9.50 02:00:00:00:00:50",
        "arp -s 10.0.0.52 02:00:00:00:00:52 temp",
        "arp -n 10.0.0.52",
        "arp -n 10.0.0.99",
        "ip neigh add 10.0.0.52 lladdr 02:00:00:00:00:50 dev eth0",
        "ip neigh change 10.0.0.62 lladdr 02:00:00:00:00:50 dev eth0",
        "ip neigh change 10.0.0.52 lladdr 02:00:00:00:00:51 dev eth0 "
        "nud reachable",
        "ip neigh show 10.0.0.52",
        "ip neigh show dev eth0 nud reachable",
        "ip neigh show nud permanent",
        "ip neigh add 10.0.0.63 dev eth0 nud foo",
        "ip neigh add 10.0.0.63 dev eth0",
        "ip neigh add 10.0.0.63 lladdr zz dev eth0",
        "ip neigh add 10.0.0.63 lladdr 02:00:00:00:00:50",
        "ip neigh get 10.0.0.52 dev eth0",
        "ip neigh get 10.0.0.99 dev eth0",
        "ip neigh flush all",
        "ip neigh add 10.0.0.65 dev eth0 nud failed",
        "ip neigh"};
    two_hosts(&setup);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        setup_run(&setup, MILLIS(i), "client", lines[i]);
    run_lab(&run, SECONDS(1));
    expect_output(
        &run, "client",
        "Address                  HWtype  HWaddress           Flags Mask            Iface\n"
        "10.0.0.50                ether   02:00:00:00:00:50   CM                    eth0\n"
        "? (10.0.0.50) at 02:00:00:00:00:50 [ether] PERM on eth0\n"
        "No ARP entry for 10.0.0.51\n"
        "SIOCSARP: Network is unreachable\n"
        "Address                  HWtype  HWaddress           Flags Mask            Iface\n"
        "10.0.0.52                ether   02:00:00:00:00:52   C                     eth0\n"
        "10.0.0.99 (10.0.0.99) -- no entry\n"
        "RTNETLINK answers: File exists\n"
        "RTNETLINK answers: No such file or directory\n"
        "10.0.0.52 dev eth0 lladdr 02:00:00:00:00:51 REACHABLE\n"
        "10.0.0.52 lladdr 02:00:00:00:00:51 REACHABLE\n"
        "Error: argument \"foo\" is wrong: nud state is bad\n"
        "Error: No link layer address given.\n"
        "\"zz\" is invalid lladdr.\n"
        "Device and destination are required arguments.\n"
        "10.0.0.52 dev eth0 lladdr 02:00:00:00:00:51 REACHABLE\n"
        "Error: Neighbour entry not found.\n"
        "10.0.0.65 dev eth0 FAILED\n");
    run_end(&run);
}

/* ------------------------------------------------------------------------------- tcpdump */

static void frames_are_printed_as_they_pass(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "tcpdump -n -c 4");
    setup_run(&setup, SECONDS(1), "server", "ping -c 1 -s 8 10.0.0.1 > /dev/null");
    run_lab(&run, SECONDS(5));
    expect_output(&run, "client",
                  "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n"
                  "listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n"
                  "00:00:01.010000 ARP, Request who-has 10.0.0.1 tell 10.0.0.2, length 28\n"
                  "00:00:01.010000 ARP, Reply 10.0.0.1 is-at 02:00:00:00:01:01, length 28\n"
                  "00:00:01.030000 IP 10.0.0.2 > 10.0.0.1: ICMP echo request, id 1, seq 1, "
                  "length 16\n"
                  "00:00:01.030000 IP 10.0.0.1 > 10.0.0.2: ICMP echo reply, id 1, seq 1, "
                  "length 16\n"
                  "4 packets captured\n"
                  "4 packets received by filter\n"
                  "0 packets dropped by kernel\n");
    run_end(&run);
}

static void names_numbers_and_a_filter(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(&setup, 0, "client",
              "tcpdump -t 'tcp and (host server) and tcp[tcpflags] & tcp-syn != 0'");
    setup_run(&setup, SECONDS(1), "client", "nc -p 40000 -N server 80 < 100");
    run_lab(&run, SECONDS(5));
    char *all = run_output(&run, "client");
    assert_non_null(strstr(all, "IP client.40000 > server.http: Flags [S], seq "));
    assert_non_null(strstr(all, "IP server.http > client.40000: Flags [S.], seq "));
    assert_null(strstr(all, "Flags [.]"));
    assert_null(strstr(all, "ARP"));
    free(all);
    run_end(&run);
}

static void it_can_be_interrupted(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    run_lab(&run, SECONDS(1));
    run_command(&run, SECONDS(1), "client", "tcpdump -i any -nt icmp or arp");
    run_command(&run, SECONDS(2), "client", "ping -q -c 1 10.0.0.2 > /dev/null");
    run_until(&run, SECONDS(4));
    run_command(&run, SECONDS(4), "client", "^C");
    run_command(&run, SECONDS(5), "client", "ping -q -c 1 10.0.0.2 > /dev/null");
    run_until(&run, SECONDS(8));
    expect_output(
        &run, "client",
        "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n"
        "listening on any, link-type LINUX_SLL2 (Linux cooked v2), snapshot length 262144 "
        "bytes\n"
        "eth0  Out ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28\n"
        "eth0  In  ARP, Reply 10.0.0.2 is-at 02:00:00:00:02:01, length 28\n"
        "eth0  Out IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 2, seq 1, length 64\n"
        "eth0  In  IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id 2, seq 1, length 64\n"
        "^C\n"
        "4 packets captured\n"
        "4 packets received by filter\n"
        "0 packets dropped by kernel\n");
    run_end(&run);
}

/* A switch's and a hub's ports can be listened at too: what a host does not see, they do. */
static void a_switch_is_listened_at(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    setup_run(&setup, 0, "s", "tcpdump -i p1 -nt");
    setup_run(&setup, 0, "c", "tcpdump -i eth0 -nt icmp");
    setup_run(&setup, SECONDS(1), "a", "ping -c 1 10.0.0.2 > /dev/null");
    run_lab(&run, SECONDS(3));
    assert_true(said(&run, "s",
                     "IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 1, seq 1, length 64\n"
                     "IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id 1, seq 1, length 64\n"));
    char *all = run_output(&run, "c");
    assert_null(strstr(all, "ICMP"));
    free(all);
    run_end(&run);
}

static void what_it_does_not_understand_it_says(void **state) {
    (void)state;
    expect_answer("tcpdump host", SECONDS(1),
                  "tcpdump: can't parse filter expression: syntax error\n");
    expect_answer("tcpdump not arp and not arp and not arp and not arp and not arp and not arp and "
                  "not arp and not arp and not arp and not arp and not arp and not icmp",
                  SECONDS(1), "tcpdump: the line has too many words\n");
    expect_answer("tcpdump -c 0", SECONDS(1), "tcpdump: invalid packet count 0\n");
    expect_answer("tcpdump -i eth7", SECONDS(1),
                  "tcpdump: eth7: No such device exists\n"
                  "(SIOCGIFHWADDR: No such device)\n");
}

/* Every frame that is sent, at its time, with its octets. */
static void collect(const struct running *run, struct trace_hash *hash) {
    trace_hash_begin(hash);
    for (size_t i = 0; i < run->count; i++) {
        struct trace_record r = run->records[i].r;
        if (r.kind == TRACE_OUTPUT || r.kind == TRACE_COMMAND) continue;
        if (r.kind != TRACE_SENT && r.kind != TRACE_DELIVERED && r.kind != TRACE_STATE) continue;
        r.step = r.cause_step = 0; /* lines of the script are steps too */
        r.k = 0;
        trace_hash_add(hash, &r);
    }
}

/* It begins when all others have their process numbers, which ping tells in its requests. */
static void busy(bool listening, struct trace_hash *hash) {
    struct running run;
    two_hosts(&setup);
    setup.links[0].loss_ppm = 100000;
    setup.links[0].jitter_ns = MILLIS(2);
    setup_run(&setup, 0, "server", "nc -lk 80 > /dev/null");
    setup_run(&setup, MILLIS(100), "client", "nc -p 40000 -N server 80 < 30000");
    setup_run(&setup, MILLIS(200), "client", "ping -c 5 -i 0.3 server > /dev/null");
    if (listening) setup_run(&setup, MILLIS(250), "server", "tcpdump -nvvXX -i any");
    if (listening) setup_run(&setup, MILLIS(250), "client", "tcpdump -c 20 tcp");
    run_lab(&run, SECONDS(30));
    collect(&run, hash);
    run_end(&run);
}

static void listening_changes_nothing(void **state) {
    (void)state;
    struct trace_hash with, without;
    busy(false, &without);
    busy(true, &with);
    assert_int_equal(with.lane[0], without.lane[0]);
}

static void copies_and_keyframes_agree(void **state) {
    (void)state;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(&setup, 0, "client", "tcpdump -v -c 12");
    setup_run(&setup, MILLIS(100), "client", "nc -N server 80 < 3000");
    setup_run(&setup, SECONDS(3), "client", "arping -c 3 server");
    expect_move_test(&setup, SECONDS(10));
    expect_sync_test(&setup, SECONDS(10), 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_probes_are_answered),
        cmocka_unit_test(a_probe_is_defended),
        cmocka_unit_test(nobody_answers_for_another),
        cmocka_unit_test(options_do_what_iputils_does),
        cmocka_unit_test(both_gratuitous_forms),
        cmocka_unit_test(entries_by_hand),
        cmocka_unit_test(frames_are_printed_as_they_pass),
        cmocka_unit_test(names_numbers_and_a_filter),
        cmocka_unit_test(it_can_be_interrupted),
        cmocka_unit_test(a_switch_is_listened_at),
        cmocka_unit_test(what_it_does_not_understand_it_says),
        cmocka_unit_test(listening_changes_nothing),
        cmocka_unit_test(copies_and_keyframes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
