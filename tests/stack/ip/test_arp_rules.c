/*
 * ARP beyond the question list: gratuitous packets in both forms, what each arp_* setting allows,
 * proxies (RFC 1027), the models of the cache (RFC 1122 2.3.2.1) and its thresholds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

static void run_two(struct running *run, sim_time until) {
    run_begin(run, &setup);
    run_until(run, until);
}

/* Whether the node said a line that holds this. */
static bool said(const struct running *run, const char *node, const char *part) {
    char *all = run_output(run, node);
    bool found = strstr(all, part) != NULL;
    free(all);
    return found;
}

/* How often the node applied this rule and the answer was yes. */
static size_t rules(const struct running *run, const char *node, const char *part) {
    size_t n = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        n += r->kind == TRACE_RULE && r->after != 0 && strstr(r->text, part) != NULL &&
             strcmp(lab_node(run->lab, r->node).name, node) == 0;
    }
    return n;
}

/* ------------------------------------------------------------------------------- gratuitous */

/* The server knows the client; then somebody tells another address of it. */
static void tell(struct running *run, const char *line) {
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "ping -c 1 10.0.0.1");
    setup_run(&setup, SECONDS(0.5), "client", line);
    run_two(run, SECONDS(1));
}

static void a_gratuitous_request_is_believed(void **state) {
    (void)state;
    struct running run;
    tell(&run, "forge arp request 10.0.0.1 10.0.0.1 sha 02:00:00:00:00:99");
    expect_table(&run, "arp", "server",
                 "[\"10.0.0.1\",\"02:00:00:00:00:99\",\"eth0\",\"STALE\"]\n");
    assert_int_equal(rules(&run, "server", "another hardware address"), 1);
    run_end(&run);
}

/* Within locktime a second answer would not replace the first; a gratuitous one does. */
static void a_gratuitous_reply_is_believed(void **state) {
    (void)state;
    struct running run;
    tell(&run, "forge arp reply 10.0.0.1 10.0.0.1 sha 02:00:00:00:00:99");
    expect_dialogue(&run, "arp",
                    "0.000 server > client ARP request, who has 10.0.0.1\n"
                    "0.010 client > server ARP reply, 10.0.0.1\n"
                    "0.500 client > server ARP announcement, 10.0.0.1\n");
    expect_table(&run, "arp", "server",
                 "[\"10.0.0.1\",\"02:00:00:00:00:99\",\"eth0\",\"STALE\"]\n");
    run_end(&run);
}

static void a_second_answer_within_locktime_is_not_believed(void **state) {
    (void)state;
    struct running run;
    tell(&run, "forge arp reply 10.0.0.1 10.0.0.2 sha 02:00:00:00:00:99");
    expect_table(&run, "arp", "server",
                 "[\"10.0.0.1\",\"02:00:00:00:01:01\",\"eth0\",\"REACHABLE\"]\n");
    run_end(&run);
}

/* RFC 826 merges before it looks at the opcode; Linux learns nothing from one that is none. */
static void an_unknown_opcode_teaches_nothing(void **state) {
    (void)state;
    struct running run;
    tell(&run, "forge arp request 10.0.0.1 10.0.0.1 sha 02:00:00:00:00:99 op 9");
    expect_table(&run, "arp", "server",
                 "[\"10.0.0.1\",\"02:00:00:00:01:01\",\"eth0\",\"REACHABLE\"]\n");
    run_end(&run);
}

static void a_later_answer_is_believed(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "server", "net.ipv4.neigh.default.locktime", "10");
    setup_run(&setup, 0, "server", "ping -c 1 10.0.0.1");
    setup_run(&setup, SECONDS(0.5), "client",
              "forge arp reply 10.0.0.1 10.0.0.2 sha 02:00:00:00:00:99");
    run_two(&run, SECONDS(1));
    expect_table(&run, "arp", "server",
                 "[\"10.0.0.1\",\"02:00:00:00:00:99\",\"eth0\",\"REACHABLE\"]\n");
    run_end(&run);
}

/* Linux's arp_accept: 0 adds nobody who tells unasked, 1 does, 2 only of the own network. */
static void unasked(const char *accept, const char *sender, const char *expected) {
    struct running run;
    char line[80];
    two_hosts(&setup);
    setup_setting(&setup, "server", "net.ipv4.conf.all.arp_accept", accept);
    snprintf(line, sizeof line, "forge arp request %s %s dev eth0", sender, sender);
    setup_run(&setup, 0, "client", line);
    run_two(&run, SECONDS(1));
    expect_table(&run, "arp", "server", expected);
    run_end(&run);
}

static void who_tells_unasked_is_added_only_by_arp_accept(void **state) {
    (void)state;
    unasked("0", "10.0.0.7", "");
    unasked("1", "10.0.0.7", "[\"10.0.0.7\",\"02:00:00:00:01:01\",\"eth0\",\"STALE\"]\n");
    unasked("1", "10.9.0.7", "[\"10.9.0.7\",\"02:00:00:00:01:01\",\"eth0\",\"STALE\"]\n");
    unasked("2", "10.0.0.7", "[\"10.0.0.7\",\"02:00:00:00:01:01\",\"eth0\",\"STALE\"]\n");
    unasked("2", "10.9.0.7", "");
}

static void an_entry_by_hand_is_not_overwritten(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "ip neigh add 10.0.0.1 lladdr 02:00:00:00:01:01 dev eth0");
    setup_run(&setup, SECONDS(0.5), "client",
              "forge arp request 10.0.0.1 10.0.0.1 sha 02:00:00:00:00:99");
    run_two(&run, SECONDS(1));
    expect_table(&run, "arp", "server",
                 "[\"10.0.0.1\",\"02:00:00:00:01:01\",\"eth0\",\"PERMANENT\"]\n");
    run_end(&run);
}

static void a_host_with_arp_notify_announces_itself(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "client", "net.ipv4.conf.all.arp_notify", "1");
    setup_run(&setup, SECONDS(1), "client", "ip link set eth0 down");
    setup_run(&setup, SECONDS(2), "client", "ip link set eth0 up");
    run_two(&run, SECONDS(3));
    expect_dialogue(&run, "arp",
                    "0.000 client > server ARP announcement, 10.0.0.1\n"
                    "2.000 client > server ARP announcement, 10.0.0.1\n");
    run_end(&run);
}

/* ------------------------------------------------------------------------------- who answers */

/* A router with 10.0.1.254 and 10.0.2.254 is asked on the first network. */
static size_t answers(const char *ignore, const char *sender, const char *target) {
    struct running run;
    char line[80];
    through_router(&setup);
    if (ignore != NULL) setup_setting(&setup, "r1", "net.ipv4.conf.all.arp_ignore", ignore);
    snprintf(line, sizeof line, "forge arp request %s %s dev eth0", sender, target);
    setup_run(&setup, 0, "client", line);
    run_two(&run, SECONDS(1));
    size_t sent = run_count(&run, TRACE_SENT, "r1");
    run_end(&run);
    return sent;
}

static void arp_ignore_says_who_answers(void **state) {
    (void)state;
    assert_int_equal(answers(NULL, "10.0.1.1", "10.0.1.254"), 1);
    assert_int_equal(answers("0", "10.0.1.1", "10.0.2.254"), 1); /* Linux: on any interface */
    assert_int_equal(answers("1", "10.0.1.1", "10.0.2.254"), 0);
    assert_int_equal(answers("2", "10.0.1.1", "10.0.1.254"), 1);
    assert_int_equal(answers("2", "10.0.9.1", "10.0.1.254"), 0);
    assert_int_equal(answers("8", "10.0.1.1", "10.0.1.254"), 0);
}

static void nobody_answers_for_others_or_to_nonsense(void **state) {
    (void)state;
    assert_int_equal(answers(NULL, "10.0.1.1", "10.0.1.77"), 0);
    assert_int_equal(answers(NULL, "10.0.1.1", "10.0.1.255"), 0);
    assert_int_equal(answers(NULL, "10.0.1.1", "127.0.0.1"), 0);
    assert_int_equal(answers(NULL, "10.0.1.1", "224.0.0.1"), 0);
    assert_int_equal(answers(NULL, "224.0.0.1", "10.0.1.254"), 0);
    assert_int_equal(answers(NULL, "10.0.1.255", "10.0.1.254"), 0);
    assert_int_equal(answers(NULL, "0.0.0.0", "10.0.1.254"), 1); /* a probe: RFC 5227 2.1.1 */
}

/* arp_announce 0: the packet's own source is told, though it is another interface's. */
static void who_asks_tells_an_address_by_arp_announce(const char *announce, const char *told) {
    struct running run;
    through_router(&setup);
    setup_setting(&setup, "r1", "net.ipv4.conf.all.arp_announce", announce);
    setup_run(&setup, 0, "r1", "socket udp")->process = "p";
    setup_run(&setup, 0, "r1", "bind 3 10.0.2.254:7")->process = "p";
    setup_run(&setup, 0, "r1", "sendto 3 10.0.1.1:7 1")->process = "p";
    run_two(&run, MILLIS(5));
    const struct trace_record *r = run_find(&run, 0, TRACE_SENT, "r1");
    assert_non_null(r);
    struct packet_summary sum;
    packet_summarise(r->octets, r->octet_count, 0, 0, &sum);
    assert_string_equal(sum.arguments[0][1], told);
    run_end(&run);
}

static void arp_announce_chooses_the_address(void **state) {
    (void)state;
    who_asks_tells_an_address_by_arp_announce("0", "10.0.2.254");
    who_asks_tells_an_address_by_arp_announce("1", "10.0.1.254");
    who_asks_tells_an_address_by_arp_announce("2", "10.0.1.254");
}

/* Two hosts that think they are on one network, a router between them. */
static void with_proxy(const char *profile, const char *delay) {
    through_router(&setup);
    setup.interfaces[0][0].prefix = setup.interfaces[2][0].prefix = 16;
    setup.nodes[0].gateway = setup.nodes[2].gateway = 0;
    setup.nodes[1].profile = profile;
    setup_setting(&setup, "r1", "net.ipv4.conf.all.proxy_arp", "1");
    setup_setting(&setup, "r1", "net.ipv4.neigh.default.proxy_delay", delay);
}

static void a_proxy_answers_for_who_is_behind_it(void **state) {
    (void)state;
    struct running run;
    with_proxy(NULL, "0");
    setup_run(&setup, 0, "client", "ping -c 1 10.0.2.1");
    setup_run(&setup, SECONDS(1), "client", "ping -c 1 -W 1 10.0.1.9"); /* on the same side */
    run_two(&run, SECONDS(2.5));
    assert_true(said(&run, "client", "64 bytes from server (10.0.2.1): icmp_seq=1") ||
                said(&run, "client", "64 bytes from 10.0.2.1: icmp_seq=1"));
    expect_table(&run, "arp", "client",
                 "[\"10.0.2.1\",\"02:00:00:00:02:01\",\"eth0\",\"REACHABLE\"]\n"
                 "[\"10.0.1.9\",\"\",\"eth0\",\"INCOMPLETE\"]\n");
    run_end(&run);
}

/* Linux waits a random part of proxy_delay, so that the target itself may answer first. */
static void a_proxy_takes_its_time(void **state) {
    (void)state;
    struct running run;
    with_proxy(NULL, "80");
    setup_run(&setup, 0, "client", "ping -c 1 10.0.2.1");
    run_two(&run, SECONDS(2));
    const struct trace_record *r = run_find(&run, 0, TRACE_SENT, "r1");
    assert_non_null(r);
    assert_in_range(r->at, MILLIS(10), MILLIS(810));
    assert_true(said(&run, "client", "icmp_seq=1"));
    run_end(&run);
}

/* RFC 1027 2.2: the default route must not be used. Linux does. */
static void a_default_route_is_no_way_for_a_proxy(void **state) {
    (void)state;
    struct running run;
    for (int linux_does = 0; linux_does < 2; linux_does++) {
        with_proxy(linux_does ? "linux-6.12" : "rfc9293", "0");
        setup_gateway(&setup, "r1", "10.0.2.1");
        setup_run(&setup, 0, "client", "forge arp request 10.0.1.1 172.16.0.1 dev eth0");
        run_two(&run, SECONDS(1));
        assert_int_equal(run_count(&run, TRACE_SENT, "r1"), linux_does);
        run_end(&run);
    }
}

/* ------------------------------------------------------------------------------- models */

/* RFC 1122 2.3.2.1 (1): even if it is in use; what is heard of it begins the minute anew. */
static void an_entry_lives_for_a_minute(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "client", "arp.model", "timeout60");
    setup_setting(&setup, "client", "const.jiffy", "0");
    setup_run(&setup, 0, "client", "ping -c 100 -i 1 10.0.0.2 > /dev/null");
    setup_run(&setup, SECONDS(30), "server", "ip neigh flush all"); /* so it asks, and is heard */
    run_two(&run, SECONDS(95));
    expect_states(&run, "neighbour",
                  "client 0.000 neighbour NONE -> INCOMPLETE\n"
                  "server 0.010 neighbour NONE -> STALE\n"
                  "client 0.020 neighbour INCOMPLETE -> REACHABLE\n"
                  "server 0.030 neighbour STALE -> DELAY\n"
                  "server 5.156 neighbour DELAY -> PROBE\n"
                  "server 5.176 neighbour PROBE -> REACHABLE\n"
                  "server 30.000 neighbour REACHABLE -> NONE\n"
                  "server 30.010 neighbour NONE -> INCOMPLETE\n"
                  "server 30.030 neighbour INCOMPLETE -> REACHABLE\n"
                  "server 61.052 neighbour REACHABLE -> STALE\n"
                  "server 62.010 neighbour STALE -> DELAY\n"
                  "server 67.136 neighbour DELAY -> PROBE\n"
                  "server 67.156 neighbour PROBE -> REACHABLE\n");
    run_end(&run);
}

static void an_unused_entry_times_out(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "client", "arp.model", "timeout60");
    setup_setting(&setup, "client", "arp.timeout", "20");
    setup_setting(&setup, "client", "const.jiffy", "0");
    setup_run(&setup, 0, "client", "ping -c 30 10.0.0.2 > /dev/null");
    setup_fault(&setup, "server->client", FAULT_DROP, "arp.opcode == 1", 0);
    run_two(&run, SECONDS(25));
    char *states = run_states(&run, "neighbour");
    assert_non_null(strstr(states, "client 20.020 neighbour REACHABLE -> NONE\n"));
    assert_non_null(strstr(states, "client 21.000 neighbour NONE -> INCOMPLETE\n"));
    assert_non_null(strstr(states, "client 21.020 neighbour INCOMPLETE -> REACHABLE\n"));
    free(states);
    run_end(&run);
}

static void a_static_cache_asks_nobody(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "client", "arp.model", "static");
    setup_run(&setup, 0, "client", "ping -c 1 -W 1 10.0.0.2");
    setup_run(&setup, SECONDS(2), "server", "arping -c 1 10.0.0.1"); /* it answers */
    setup_run(&setup, SECONDS(4), "client", "arp -s 10.0.0.2 02:00:00:00:02:01");
    setup_run(&setup, SECONDS(5), "client", "ping -c 1 10.0.0.2");
    run_two(&run, SECONDS(6));
    assert_true(said(&run, "client", "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable") ||
                said(&run, "client", "Destination Host Unreachable"));
    assert_true(said(&run, "server", "Received 1 response(s)"));
    assert_true(said(&run, "client", "64 bytes from"));
    expect_states(&run, "neighbour",
                  "client 4.000 neighbour NONE -> PERMANENT\n"
                  "server 5.010 neighbour NONE -> INCOMPLETE\n"
                  "server 5.030 neighbour INCOMPLETE -> REACHABLE\n");
    run_end(&run);
}

/* RFC 1122 2.3.2.1: one request a second for each destination, however many packets wait. */
static size_t requests_for(const char *flood) {
    struct running run;
    size_t n = 0;
    two_hosts(&setup);
    setup_setting(&setup, "client", "variant.arp_flood", flood);
    setup_run(&setup, 0, "client", "ping -c 20 -i 0.1 -W 1 10.0.0.77");
    run_two(&run, SECONDS(2));
    for (size_t i = 0; i < run.count; i++) n += run.records[i].r.kind == TRACE_SENT;
    run_end(&run);
    return n;
}

static void a_destination_is_asked_for_once_a_second(void **state) {
    (void)state;
    assert_int_equal(requests_for("0"), 2);
    assert_true(requests_for("1") >= 20);
}

/* ------------------------------------------------------------------------------- thresholds */

static void many(struct running *run, const char *first, const char *second, const char *third,
                 int count, sim_time every) {
    static char lines[40][64];
    two_hosts(&setup);
    setup_setting(&setup, "client", "net.ipv4.neigh.default.gc_thresh1", first);
    setup_setting(&setup, "client", "net.ipv4.neigh.default.gc_thresh2", second);
    setup_setting(&setup, "client", "net.ipv4.neigh.default.gc_thresh3", third);
    for (int i = 0; i < count; i++) {
        snprintf(lines[i], sizeof lines[i], "ping -c 1 -W 1 10.0.0.%d > /dev/null", 100 + i);
        setup_run(&setup, i * every, "client", lines[i]);
    }
    run_two(run, count * every + MILLIS(1));
}

static size_t entries(const struct running *run) {
    char *states = run_states(run, "neighbour");
    long live = 0;
    for (char *line = strtok(states, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strncmp(line, "client", 6) != 0) continue;
        live += strstr(line, "NONE ->") != NULL;
        live -= strstr(line, "-> NONE") != NULL;
    }
    free(states);
    return (size_t)live;
}

static void a_full_cache_refuses_the_next(void **state) {
    (void)state;
    struct running run;
    many(&run, "4", "6", "8", 12, MILLIS(100)); /* all are being asked for: none can go */
    assert_int_equal(entries(&run), 8);
    assert_int_equal(run_lost(&run, "no_neighbours"), 4);
    assert_true(said(&run, "client", "kernel: neighbour: arp_cache: neighbor table overflow!"));
    run_end(&run);
}

static void failed_entries_make_room(void **state) {
    (void)state;
    struct running run;
    many(&run, "4", "6", "8", 12, SECONDS(4)); /* each has failed when the next comes */
    assert_int_equal(run_lost(&run, "no_neighbours"), 0);
    assert_in_range(entries(&run), 1, 7);
    run_end(&run);
}

static void below_the_first_threshold_nothing_goes(void **state) {
    (void)state;
    struct running run;
    many(&run, "128", "512", "1024", 12, SECONDS(10));
    assert_int_equal(entries(&run), 12);
    run_end(&run);
}

/* ------------------------------------------------------------------------------- the whole */

static void copies_and_keyframes_agree(void **state) {
    (void)state;
    with_proxy(NULL, "80");
    setup_setting(&setup, "client", "arp.acd", "defend");
    setup_setting(&setup, "server", "arp.model", "timeout60");
    setup_run(&setup, 0, "client", "ping -c 3 10.0.2.1");
    setup_run(&setup, SECONDS(9), "client", "arping -c 2 10.0.2.1");
    setup_run(&setup, SECONDS(14), "r1", "forge arp request 10.0.1.1 10.0.1.1 count 3 every 100ms");
    expect_move_test(&setup, SECONDS(80));
    expect_sync_test(&setup, SECONDS(80), 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gratuitous_request_is_believed),
        cmocka_unit_test(a_gratuitous_reply_is_believed),
        cmocka_unit_test(a_second_answer_within_locktime_is_not_believed),
        cmocka_unit_test(an_unknown_opcode_teaches_nothing),
        cmocka_unit_test(a_later_answer_is_believed),
        cmocka_unit_test(who_tells_unasked_is_added_only_by_arp_accept),
        cmocka_unit_test(an_entry_by_hand_is_not_overwritten),
        cmocka_unit_test(a_host_with_arp_notify_announces_itself),
        cmocka_unit_test(arp_ignore_says_who_answers),
        cmocka_unit_test(nobody_answers_for_others_or_to_nonsense),
        cmocka_unit_test(arp_announce_chooses_the_address),
        cmocka_unit_test(a_proxy_answers_for_who_is_behind_it),
        cmocka_unit_test(a_proxy_takes_its_time),
        cmocka_unit_test(a_default_route_is_no_way_for_a_proxy),
        cmocka_unit_test(an_entry_lives_for_a_minute),
        cmocka_unit_test(an_unused_entry_times_out),
        cmocka_unit_test(a_static_cache_asks_nobody),
        cmocka_unit_test(a_destination_is_asked_for_once_a_second),
        cmocka_unit_test(a_full_cache_refuses_the_next),
        cmocka_unit_test(failed_entries_make_room),
        cmocka_unit_test(below_the_first_threshold_nothing_goes),
        cmocka_unit_test(copies_and_keyframes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
