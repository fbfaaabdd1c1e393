/*
 * Address conflict detection, RFC 5227, and what a host notes that does none of it when another
 * claims its address.
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

/* ------------------------------------------------------------------------------- claims */

static void a_claim_is_seen_and_told_where_the_kernel_tells(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup.nodes[1].profile = "bsd";
    setup_run(&setup, 0, "client", "forge arp request 10.0.0.2 10.0.0.2");
    setup_run(&setup, SECONDS(1), "server", "ping -c 1 10.0.0.1");
    setup_run(&setup, SECONDS(3), "client",
              "forge arp request 10.0.0.1 10.0.0.1 sha 02:00:00:00:00:99");
    run_two(&run, SECONDS(4));
    assert_int_equal(rules(&run, "server", "does another host claim our address?"), 1);
    assert_true(said(&run, "server",
                     "kernel: arp: 02:00:00:00:01:01 is using my IP address 10.0.0.2 on eth0!\n"));
    assert_true(said(&run, "server",
                     "kernel: arp: 10.0.0.1 moved from 02:00:00:00:01:01 to 02:00:00:00:00:99 on "
                     "eth0\n"));
    run_end(&run);
}

/* Linux's kernel neither tells nor defends; but the trace has it. */
static void linux_goes_on_side_by_side(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "forge arp request 10.0.0.2 10.0.0.2");
    run_two(&run, SECONDS(1));
    assert_int_equal(rules(&run, "server", "does another host claim our address?"), 1);
    assert_int_equal(run_count(&run, TRACE_SENT, "server"), 0);
    expect_output(&run, "server", "");
    run_end(&run);
}

/* ------------------------------------------------------------------------------- RFC 5227 */

static double sent_at(const struct running *run, const char *node, size_t which) {
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_SENT && strcmp(lab_node(run->lab, r->node).name, node) == 0 &&
            which-- == 0)
            return (double)r->at / 1e9;
    }
    return -1;
}

/* 2.1.1: up to 1 s, then three probes 1 to 2 s apart; 2 s later two announcements, 2 s apart. */
static void an_address_is_probed_and_announced(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "client", "arp.acd", "defend");
    setup_run(&setup, MILLIS(1), "client", "ping -c 1 -W 1 10.0.0.2");
    setup_run(&setup, SECONDS(0), "server", "arping -c 1 10.0.0.1");
    setup_run(&setup, SECONDS(12), "server", "arping -c 1 10.0.0.1");
    run_two(&run, SECONDS(14));
    double p1 = sent_at(&run, "client", 0), p2 = sent_at(&run, "client", 1),
           p3 = sent_at(&run, "client", 2), a1 = sent_at(&run, "client", 3),
           a2 = sent_at(&run, "client", 4);
    assert_true(p1 >= 0 && p1 < 1 && p2 - p1 >= 1 && p2 - p1 < 2 && p3 - p2 >= 1 && p3 - p2 < 2);
    assert_true(a1 - p3 > 1.999 && a1 - p3 < 2.001 && a2 - a1 > 1.999 && a2 - a1 < 2.001);
    char *dialogue = run_dialogue(&run, "arp");
    assert_non_null(strstr(dialogue, "client > server ARP announcement, 10.0.0.1\n"));
    free(dialogue);
    /* The echo waits, since ARP does not ask; the server's question tells where to send it. */
    assert_int_equal(run_lost(&run, "tentative"), 1);
    assert_true(said(&run, "server", "Received 0 response(s)\n"));
    assert_true(said(&run, "server", "Received 1 response(s)\n"));
    run_end(&run);
}

/* 2.1: again when a cable is connected, or the interface comes up. */
static void a_cable_plugged_in_is_a_reason_to_probe(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_setting(&setup, "client", "arp.acd", "defend");
    run_two(&run, SECONDS(20));
    size_t before = run_count(&run, TRACE_SENT, "client");
    run_command(&run, SECONDS(20), "", "link client-server down");
    run_command(&run, SECONDS(21), "", "link client-server up");
    run_until(&run, SECONDS(40));
    assert_int_equal(before, 5); /* three probes, two announcements */
    assert_int_equal(run_count(&run, TRACE_SENT, "client"), 2 * before);
    run_command(&run, SECONDS(40), "client", "ip link set eth0 down");
    run_command(&run, SECONDS(41), "client", "ip link set eth0 up");
    run_until(&run, SECONDS(60));
    assert_int_equal(run_count(&run, TRACE_SENT, "client"), 3 * before);
    run_end(&run);
}

/* a and b, on the ports of a hub, have one address; a does what `choice` says. */
static void one_address(const char *choice, const char *other) {
    three_hosts(&setup, NODE_HUB);
    setup.interfaces[1][0].address = setup.interfaces[0][0].address; /* both 10.0.0.1 */
    setup_setting(&setup, "a", "arp.acd", choice);
    setup_setting(&setup, "b", "arp.acd", other);
}

static void a_probed_address_that_is_answered_is_given_up(void **state) {
    (void)state;
    struct running run;
    one_address("keep", "off");
    setup_run(&setup, SECONDS(20), "a", "ip addr");
    run_two(&run, SECONDS(21));
    assert_int_equal(run_count(&run, TRACE_SENT, "a"), 1);
    assert_true(said(&run, "a",
                     "kernel: arp: 02:00:00:00:02:01 has my IP address, which is given up: "
                     "10.0.0.1 on eth0!\n"));
    assert_false(said(&run, "a", "inet 10.0.0.1"));
    run_end(&run);
}

/* Two hosts that probe one address at once: 2.1.1, the second SHOULD. */
static void two_who_probe_one_address_give_it_up(void **state) {
    (void)state;
    struct running run;
    one_address("cease", "cease");
    setup_run(&setup, SECONDS(20), "b", "ip addr");
    run_two(&run, SECONDS(21));
    assert_int_equal(rules(&run, "b", "probe the address that we probe?") +
                         rules(&run, "a", "probe the address that we probe?"),
                     1);
    run_end(&run);
}

/* 2.4 (a): at once; (b): after two within 10 s; (c): never, one announcement in 10 s. */
static void claimed(struct running *run, const char *choice) {
    two_hosts(&setup);
    setup_setting(&setup, "client", "arp.acd", choice);
    setup_run(&setup, SECONDS(20), "server", "forge arp request 10.0.0.1 10.0.0.1");
    setup_run(&setup, SECONDS(25), "server", "forge arp request 10.0.0.1 10.0.0.1");
    setup_run(&setup, SECONDS(40), "server", "forge arp request 10.0.0.1 10.0.0.1");
    setup_run(&setup, SECONDS(41), "client", "ip addr");
    run_two(run, SECONDS(42));
}

static size_t announced_after(const struct running *run, sim_time from) {
    size_t n = 0;
    for (size_t i = 0; i < run->count; i++)
        n += run->records[i].r.kind == TRACE_SENT && run->records[i].r.node == 1 &&
             run->records[i].r.at > from;
    return n;
}

static void who_ceases_gives_the_address_up(void **state) {
    (void)state;
    struct running run;
    claimed(&run, "cease");
    assert_int_equal(announced_after(&run, SECONDS(20)), 0);
    assert_false(said(&run, "client", "inet 10.0.0.1"));
    run_end(&run);
}

static void who_defends_does_so_once(void **state) {
    (void)state;
    struct running run;
    claimed(&run, "defend");
    assert_int_equal(announced_after(&run, SECONDS(20)), 1);
    assert_true(said(&run, "client", "is using my IP address 10.0.0.1 on eth0!"));
    assert_false(said(&run, "client", "inet 10.0.0.1"));
    run_end(&run);
}

static void who_keeps_announces_now_and_then(void **state) {
    (void)state;
    struct running run;
    claimed(&run, "keep");
    assert_int_equal(announced_after(&run, SECONDS(20)), 2); /* at 20 and 40 s */
    assert_true(said(&run, "client", "inet 10.0.0.1"));
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_is_seen_and_told_where_the_kernel_tells),
        cmocka_unit_test(linux_goes_on_side_by_side),
        cmocka_unit_test(an_address_is_probed_and_announced),
        cmocka_unit_test(a_cable_plugged_in_is_a_reason_to_probe),
        cmocka_unit_test(a_probed_address_that_is_answered_is_given_up),
        cmocka_unit_test(two_who_probe_one_address_give_it_up),
        cmocka_unit_test(who_ceases_gives_the_address_up),
        cmocka_unit_test(who_defends_does_so_once),
        cmocka_unit_test(who_keeps_announces_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
