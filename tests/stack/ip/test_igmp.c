/* Groups: what is told of them in the three versions of IGMP, and who hears what is sent there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "talk_support.h"
#include "wire/igmp.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

static struct setup setup;
static const ip4 router = 0x0a000001, all_hosts = 0xe0000001;

/* b and c join 239.1.2.3, b by version `version`; a stays outside. Ticks of no length. */
static void members(const char *version) {
    three_hosts(&setup, NODE_SWITCH);
    for (const char *const *name = (const char *const[]){"a", "b", "c", NULL}; *name != NULL;
         name++) {
        setup_setting(&setup, *name, "net.ipv4.conf.all.force_igmp_version", version);
        setup_setting(&setup, *name, "const.jiffy", "0");
    }
    setup_run(&setup, 0, "b", "socket udp")->process = "p";
    setup_run(&setup, 0, "b", "bind 3 0.0.0.0:5007")->process = "p";
}

static void run_p(sim_time at, const char *node, const char *line) {
    setup_run(&setup, at, node, line)->process = "p";
}

/* A message of IGMP as a router on a's port would send it, with the router alert. */
static void inject_igmp(struct running *run, sim_time at, ip4 to, uint8_t *message, size_t count) {
    uint8_t frame[1600];
    struct ipv4_header h = {.src = router, .dst = to, .ttl = 1, .protocol = IP_PROTOCOL_IGMP};
    message[2] = message[3] = 0;
    uint16_t sum = checksum_finish(checksum_add(0, message, count));
    message[2] = (uint8_t)(sum >> 8);
    message[3] = (uint8_t)sum;
    size_t octets = make_datagram(frame, 1, 2, &h, message, count);
    uint8_t mac[6] = {1, 0, 0x5e, to >> 16 & 0x7f, to >> 8 & 0xff, to & 0xff};
    memcpy(frame, mac, sizeof mac);
    inject(run, at, "a", frame, octets);
}

/* What Linux 6.12 sends (tests/wire/captures/ip_multicast_igmp.pcap), to the octet, and once more
 * within a second. */
static void a_join_of_version_3_is_linuxs(void **state) {
    (void)state;
    static const uint8_t linux_frame[] = {
        0x01, 0x00, 0x5e, 0x00, 0x00, 0x16, 0x02, 0x00, 0x00, 0x00, 0x02, 0x01, 0x08, 0x00,
        0x46, 0xc0, 0x00, 0x28, 0x00, 0x00, 0x40, 0x00, 0x01, 0x02, 0x00, 0x00, 0x0a, 0x00,
        0x00, 0x02, 0xe0, 0x00, 0x00, 0x16, 0x94, 0x04, 0x00, 0x00, 0x22, 0x00, 0xe8, 0xf9,
        0x00, 0x00, 0x00, 0x01, 0x04, 0x00, 0x00, 0x00, 0xef, 0x01, 0x02, 0x03};
    struct running run;
    uint8_t ours[sizeof linux_frame];
    members("0");
    run_p(MILLIS(1), "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    assert_int_equal(run_count(&run, TRACE_SENT, "b"), 2);
    const struct trace_record *r = run_find(&run, 0, TRACE_SENT, "b");
    assert_int_equal(r->octet_count, sizeof linux_frame);
    memcpy(ours, r->octets, sizeof ours);
    memset(ours + 18, 0, 2); /* the identification is the node's, and with it the checksum */
    memset(ours + 24, 0, 2);
    assert_memory_equal(ours, linux_frame, sizeof ours);
    expect_table(&run, "groups", "b", "[\"239.1.2.3\",\"eth0\",\"1\"]\n");
    run_end(&run);
}

/* RFC 1112 6.2 speaks of hosts alone; Linux (__udp4_lib_mcast_deliver) gives a copy to each socket
 * that the datagram fits, of a group and of a broadcast; what is for one host goes to one. */
static void each_socket_of_a_group_gets_a_copy(void **state) {
    (void)state;
    static const struct {
        const char *to;
        unsigned copies;
    } cases[] = {{"239.1.2.3", 2}, {"10.0.0.255", 2}, {"10.0.0.2", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct running run;
        char line[80];
        three_hosts(&setup, NODE_SWITCH);
        for (const char *const *name = (const char *const[]){"p", "q", NULL}; *name != NULL; name++)
            for (const char *const *call =
                     (const char *const[]){
                         "socket udp", "setsockopt 3 SO_REUSEADDR 1", "bind 3 0.0.0.0:5007",
                         "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3", "recv 3 100", NULL};
                 *call != NULL; call++)
                setup_run(&setup, 0, "b", *call)->process = *name;
        run_p(MILLIS(2), "a", "socket udp");
        run_p(MILLIS(2), "a", "setsockopt 3 SO_BROADCAST 1");
        snprintf(line, sizeof line, "sendto 3 %s:5007 \"hello\"", cases[i].to);
        run_p(SECONDS(1), "a", line);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(3));
        unsigned heard = 0;
        for (size_t k = 0; k < run.count; k++)
            heard += run.records[k].r.kind == TRACE_STREAM && run.records[k].r.before == 1;
        assert_int_equal(heard, cases[i].copies);
        run_end(&run);
    }
}

/* RFC 3376 5.1: joining and leaving are told twice each, several groups in one report. */
static void changes_share_a_report(void **state) {
    (void)state;
    struct running run;
    members("0");
    run_p(MILLIS(1), "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(MILLIS(1), "b", "setsockopt 3 IP_ADD_MEMBERSHIP 224.0.0.9 eth0");
    run_p(SECONDS(5), "b", "close 3");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    assert_int_equal(run_count(&run, TRACE_SENT, "b"), 4);
    const struct trace_record *r = run_find(&run, 0, TRACE_SENT, "b");
    assert_int_equal(r->octet_count, 14 + 24 + 8 + 2 * 8);
    assert_int_equal(r->octets[38 + 8], IGMP_TO_EXCLUDE);
    expect_table(&run, "groups", "b", "");
    char *said = run_dialogue(&run, "igmp");
    assert_non_null(strstr(said, "5.000 b > s IGMP leave, "));
    free(said);
    run_end(&run);
}

/* RFC 2236 3: a report at once, another within ten seconds, and whoever was the last to report
 * tells that he leaves. */
static void version_2_reports_and_leaves(void **state) {
    (void)state;
    struct running run;
    members("2");
    run_p(MILLIS(1), "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(SECONDS(20), "b", "setsockopt 3 IP_DROP_MEMBERSHIP 239.1.2.3");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(30));
    assert_int_equal(run_count(&run, TRACE_SENT, "b"), 3);
    char *said = run_dialogue(&run, "igmp");
    assert_non_null(strstr(said, "0.001 b > s IGMP report, 239.1.2.3\n"));
    assert_non_null(strstr(said, "20.000 b > s IGMP leave, 239.1.2.3\n"));
    free(said);
    run_end(&run);
}

static void version_1_never_leaves(void **state) {
    (void)state;
    struct running run;
    members("1");
    run_p(MILLIS(1), "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(SECONDS(20), "b", "close 3");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(30));
    assert_int_equal(run_count(&run, TRACE_SENT, "b"), 2);
    assert_int_equal(run_find(&run, 0, TRACE_SENT, "b")->octets[38], IGMP_REPORT_V1);
    run_end(&run);
}

/* RFC 2236 3: one answer to a query is enough; who hears another's keeps silent, and is then not
 * the one who tells that he leaves. */
static void a_report_silences_the_others(void **state) {
    (void)state;
    struct running run;
    uint8_t query[IGMP_HEADER] = {IGMP_QUERY, 100};
    members("2");
    run_p(0, "c", "socket udp");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(0, "c", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(30));
    size_t before = run_count(&run, TRACE_SENT, "b") + run_count(&run, TRACE_SENT, "c");
    inject_igmp(&run, SECONDS(30), all_hosts, query, sizeof query);
    run_until(&run, SECONDS(45));
    size_t after = run_count(&run, TRACE_SENT, "b") + run_count(&run, TRACE_SENT, "c");
    assert_int_equal(after - before, 1);
    run_end(&run);
}

/* RFC 3376 5.2: a general query is answered with all groups in one report, after a random time. */
static void a_general_query_of_version_3_is_answered(void **state) {
    (void)state;
    struct running run;
    uint8_t query[IGMP_QUERY_V3] = {IGMP_QUERY, 20, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0};
    members("0");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.4");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    size_t from = run.count, before = run_count(&run, TRACE_SENT, "b");
    inject_igmp(&run, SECONDS(10), all_hosts, query, sizeof query);
    run_until(&run, SECONDS(12.1));
    assert_int_equal(run_count(&run, TRACE_SENT, "b") - before, 1);
    const struct trace_record *r = run_find(&run, from, TRACE_SENT, "b");
    assert_int_equal(r->octets[38 + 7], 2); /* records */
    assert_int_equal(r->octets[38 + 8], IGMP_IS_EXCLUDE);
    run_end(&run);
}

/* RFC 3376 7.2.1: a router of version 2 on the link, and its language is spoken, for 260 s. */
static void an_older_router_decides(void **state) {
    (void)state;
    struct running run;
    uint8_t query[IGMP_HEADER] = {IGMP_QUERY, 10};
    members("0");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(SECONDS(60), "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.4");
    run_p(SECONDS(400), "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.5");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    size_t from = run.count;
    inject_igmp(&run, SECONDS(10), all_hosts, query, sizeof query);
    run_until(&run, SECONDS(20));
    assert_int_equal(run_find(&run, from, TRACE_SENT, "b")->octets[38], IGMP_REPORT_V2);
    from = run.count;
    run_until(&run, SECONDS(90));
    assert_int_equal(run_find(&run, from, TRACE_SENT, "b")->octets[38], IGMP_REPORT_V2);
    from = run.count;
    run_until(&run, SECONDS(410));
    assert_int_equal(run_find(&run, from, TRACE_SENT, "b")->octets[38], IGMP_REPORT_V3);
    run_end(&run);
}

/* RFC 1112 6.1, 6.4 and 7.2: the switch floods; who has not joined drops; the TTL is one. */
static void only_members_hear(void **state) {
    (void)state;
    struct running run;
    members("0");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3 10.0.0.2");
    run_p(0, "b", "recv 3 100");
    run_p(SECONDS(2), "a", "socket udp");
    run_p(SECONDS(2), "a", "sendto 3 239.1.2.3:5007 10");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    assert_int_equal(run_lost(&run, "not_a_member"), 2 * 2 + 1); /* two reports, one datagram */
    const struct trace_record *r = run_find(&run, 0, TRACE_SENT, "a");
    assert_memory_equal(r->octets, "\x01\x00\x5e\x01\x02\x03", 6);
    assert_int_equal(r->octets[14 + 8], 1);
    assert_int_equal(run_count(&run, TRACE_STREAM, "b"), 1);
    run_end(&run);
}

/* IP_MULTICAST_LOOP: the sender's own members hear it, without a wire. */
static void members_hear_themselves(void **state) {
    (void)state;
    struct running run;
    members("0");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(0, "b", "setsockopt 3 IP_MULTICAST_TTL 7");
    run_p(SECONDS(2), "b", "sendto 3 239.1.2.3:5007 10");
    run_p(SECONDS(2), "b", "recv 3 100");
    run_p(SECONDS(3), "b", "setsockopt 3 IP_MULTICAST_LOOP 0");
    run_p(SECONDS(3), "b", "sendto 3 239.1.2.3:5007 10");
    run_p(SECONDS(3), "b", "recv 3 100");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    assert_int_equal(run_count(&run, TRACE_STREAM, "b"), 3); /* sent, received, sent */
    run_end(&run);
}

static void memberships_have_linuxs_errors(void **state) {
    (void)state;
    struct running run;
    members("0");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 10.1.2.3 eth0");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3 eth0");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3 eth0");
    run_p(0, "b", "setsockopt 3 IP_DROP_MEMBERSHIP 239.1.2.4");
    run_p(0, "b", "socket tcp");
    run_p(0, "b", "setsockopt 4 IP_ADD_MEMBERSHIP 239.1.2.3 eth0");
    run_p(0, "b", "ip maddr");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    expect_output(&run, "b",
                  "3\n"
                  "setsockopt: Invalid argument (EINVAL)\n"
                  "setsockopt: Address already in use (EADDRINUSE)\n"
                  "setsockopt: Cannot assign requested address (EADDRNOTAVAIL)\n"
                  "4\n"
                  "setsockopt: Protocol error (EPROTO)\n"
                  "1:\tlo\n"
                  "\tinet  224.0.0.1\n"
                  "2:\teth0\n"
                  "\tlink  01:00:5e:00:00:01\n"
                  "\tlink  01:00:5e:01:02:03\n"
                  "\tinet  239.1.2.3\n"
                  "\tinet  224.0.0.1\n");
    run_end(&run);
}

static void a_run_is_repeatable(void **state) {
    (void)state;
    members("2");
    run_p(0, "b", "setsockopt 3 IP_ADD_MEMBERSHIP 239.1.2.3");
    run_p(SECONDS(8), "b", "close 3");
    expect_move_test(&setup, SECONDS(12));
    expect_sync_test(&setup, SECONDS(12), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_join_of_version_3_is_linuxs),
        cmocka_unit_test(each_socket_of_a_group_gets_a_copy),
        cmocka_unit_test(changes_share_a_report),
        cmocka_unit_test(version_2_reports_and_leaves),
        cmocka_unit_test(version_1_never_leaves),
        cmocka_unit_test(a_report_silences_the_others),
        cmocka_unit_test(a_general_query_of_version_3_is_answered),
        cmocka_unit_test(an_older_router_decides),
        cmocka_unit_test(only_members_hear),
        cmocka_unit_test(members_hear_themselves),
        cmocka_unit_test(memberships_have_linuxs_errors),
        cmocka_unit_test(a_run_is_repeatable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
