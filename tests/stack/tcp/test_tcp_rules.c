/*
 * Rules of RFC 9293 that need more than one peer or more than a minute: addresses that nobody may
 * open to, connections beside each other, a window that stays closed.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "stack/tcp/tcp_state.h"
#include "talk_support.h"

static struct setup setup;

static void line(sim_time at, const char *node, const char *run) {
    setup_run(&setup, at, node, run)->process = node;
}

/* MUST-46: OPEN to a broadcast or multicast address is refused at once. */
static void nobody_opens_to_everybody(void **state) {
    (void)state;
    expect_answer("nc -v -w 1 10.0.0.255 80", SECONDS(2),
                  "nc: connect to 10.0.0.255 port 80 (tcp) failed: Network is unreachable\n");
    expect_answer("nc -v -w 1 224.0.0.5 80", SECONDS(2),
                  "nc: connect to 224.0.0.5 port 80 (tcp) failed: Network is unreachable\n");
    expect_answer("nc -v -w 1 255.255.255.255 80", SECONDS(2),
                  "nc: connect to 255.255.255.255 port 80 (tcp) failed: Network is unreachable\n");
}

static void a_listener(void) {
    two_hosts(&setup);
    line(0, "server", "socket tcp");
    line(0, "server", "bind 3 :80");
    line(0, "server", "listen 3 5");
}

/* Segments that claim to come from everybody, or are addressed to everybody: no answer at all. */
static void expect_silence(const char *forged) {
    struct running run;
    a_listener();
    setup_run(&setup, SECONDS(1), "client", forged);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    char *tcp = run_dialogue(&run, "tcp");
    assert_non_null(strchr(tcp, '\n'));
    assert_null(strchr(strchr(tcp, '\n') + 1, '\n')); /* the forged one, and no other */
    free(tcp);
    expect_states(&run, "tcp", "server 0.000 tcp CLOSED -> LISTEN\n");
    run_end(&run);
}

/* MUST-63: a SYN from an address that cannot be one host's; MUST-57: one to such an address. */
static void broadcast_and_multicast_are_ignored(void **state) {
    (void)state;
    expect_silence("forge tcp S 10.0.0.255:4000 10.0.0.2:80 seq 1");
    expect_silence("forge tcp S 224.0.0.9:4000 10.0.0.2:80 seq 1");
    expect_silence("forge tcp S 10.0.0.1:4000 10.0.0.255:80 seq 1");
    expect_silence("forge tcp S 10.0.0.1:4000 224.0.0.1:80 seq 1");
    expect_silence("forge tcp . 10.0.0.1:4000 10.0.0.255:81 seq 1 ack 1");
}

static const struct tcb *connection_of(const struct running *run, uint32_t node) {
    const struct tcb *found = NULL;
    for (struct id at = object_next(run->lab, POOL_TCB, (struct id){0, 0}); id_is(at);
         at = object_next(run->lab, POOL_TCB, at)) {
        const struct tcb *c = tcb_get(run->lab, at);
        if (c->node == node && c->state != TCP_LISTEN) found = c;
    }
    return found;
}

/* MUST-44: without a local address IP says which one leads there; MUST-45: it stays, whatever
 * the routes do later; MUST-43: or the user names one. */
static void an_open_has_one_local_address(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_node(&setup, NODE_HOST, "other");
    setup_interface(&setup, "client", "eth1", "10.0.9.1/24");
    setup_interface(&setup, "other", "eth0", "10.0.9.2/24");
    setup_link(&setup, "client:eth1", "other:eth0", MILLIS(1));
    line(0, "other", "nc -l 80");
    line(SECONDS(1), "client", "socket tcp");
    line(SECONDS(1), "client", "connect 3 10.0.9.2:80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(connection_of(&run, 1)->local_address, 0x0a000901);
    run_command(&run, SECONDS(2), "client", "ip route add 10.0.9.2/32 via 10.0.0.2");
    run_command(&run, SECONDS(3), "client", "send 3 10");
    run_until(&run, SECONDS(4));
    assert_int_equal(connection_of(&run, 1)->local_address, 0x0a000901);
    run_end(&run);

    a_listener();
    line(SECONDS(1), "client", "socket tcp");
    line(SECONDS(1), "client", "bind 3 10.0.0.1:4321");
    line(SECONDS(1), "client", "connect 3 server:80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(connection_of(&run, 1)->local_address, 0x0a000001);
    assert_int_equal(connection_of(&run, 1)->local_port, 4321);
    run_end(&run);
}

/* MUST-41: a second passive OPEN, on another port, leaves a connection alone; MUST-42: many
 * connections come to one that listens. */
static void listeners_do_not_disturb(void **state) {
    (void)state;
    struct running run;
    a_listener();
    for (int i = 0; i < 3; i++) {
        line(SECONDS(1), "client", "socket tcp");
        line(SECONDS(1), "server", "accept 3");
    }
    line(SECONDS(1), "client", "connect 3 server:80");
    line(SECONDS(1), "client", "connect 4 server:80");
    line(SECONDS(1), "client", "connect 5 server:80");
    line(SECONDS(2), "server", "socket tcp");
    line(SECONDS(2), "server", "bind 7 :81");
    line(SECONDS(2), "server", "listen 7 5");
    line(SECONDS(3), "client", "send 3 \"still here\"");
    line(SECONDS(4), "server", "recv 4 100");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    char *output = run_output(&run, "server");
    assert_non_null(strstr(output, "\n6 10.0.0.1:")); /* the third accept */
    assert_non_null(strstr(output, "10 \"still here\"\n"));
    free(output);
    run_end(&run);
}

/* MUST-37, MUST-35: a receiver may keep its window closed as long as it likes (MAY-8); while it
 * answers the probes the connection stands, here for a day, and then it goes on. */
static void a_window_may_stay_closed(const char *profile) {
    struct running run;
    a_listener();
    setup.nodes[0].profile = setup.nodes[1].profile = profile;
    line(0, "server", "accept 3");
    line(SECONDS(1), "client", "socket tcp");
    line(SECONDS(1), "client", "connect 3 server:80");
    line(SECONDS(1), "client", "send 3 300000");
    line(SECONDS(90000), "server", "recv 4 300000");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(86400));
    const struct tcb *c = connection_of(&run, 1);
    assert_non_null(c);
    assert_int_equal(c->state, TCP_ESTABLISHED);
    assert_int_equal(c->snd.wnd, 0);
    assert_true(c->probes >= 700); /* every two minutes */
    run_until(&run, SECONDS(90400));
    c = connection_of(&run, 1);
    assert_true(c->snd.una - c->iss > 100000);
    run_end(&run);
}

static void a_window_closed_for_a_day(void **state) {
    (void)state;
    a_window_may_stay_closed("rfc9293");
    a_window_may_stay_closed("linux-6.12");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_opens_to_everybody),
        cmocka_unit_test(broadcast_and_multicast_are_ignored),
        cmocka_unit_test(an_open_has_one_local_address),
        cmocka_unit_test(listeners_do_not_disturb),
        cmocka_unit_test(a_window_closed_for_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
