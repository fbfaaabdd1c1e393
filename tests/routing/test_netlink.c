/*
 * What a daemon stands on: netlink tells it what is no longer as it was, raw sockets send by an
 * interface, and of what comes it knows the interface.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "apps/process.h"
#include "stack/iface.h"
#include "stack/socket_netlink.h"
#include "stack/socket_raw.h"
#include "talk_support.h"

static struct setup setup;
enum { CLIENT = 1, R1, SERVER, OSPF_NUMBER = 89 };

/* A socket of a process that exists, as a daemon's does. */
static struct id opened(struct running *run, uint32_t node, enum socket_type type) {
    struct hand hand;
    struct step *s = hand_begin(&hand, run, lab_now(run->lab));
    struct id id = socket_create(s, node, type, process_create(s, node, "", PROCESS_OWN));
    assert_true(id_is(id));
    if (type == SOCKET_RAW) assert_int_equal(socket_raw_open(s, id, OSPF_NUMBER), 0);
    hand_end(&hand);
    return id;
}

static void want(struct running *run, struct id id, uint32_t bits) {
    struct hand hand;
    netlink_want(hand_begin(&hand, run, lab_now(run->lab)), id, bits, ROUTE_OSPF);
    hand_end(&hand);
}

static uint32_t told(struct running *run, struct id id) {
    struct hand hand;
    bool ready = (socket_ready(run->lab, id) & SOCKET_READABLE) != 0;
    uint32_t bits = netlink_take(hand_begin(&hand, run, lab_now(run->lab)), id);
    hand_end(&hand);
    assert_int_equal(ready, bits != 0);
    return bits;
}

static void netlink_tells_what_changed(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    run_begin(&run, &setup);
    struct id all = opened(&run, R1, SOCKET_NETLINK), links = opened(&run, R1, SOCKET_NETLINK),
              elsewhere = opened(&run, SERVER, SOCKET_NETLINK);
    want(&run, all, NETLINK_LINK | NETLINK_ADDRESS | NETLINK_ROUTE);
    want(&run, links, NETLINK_LINK);
    want(&run, elsewhere, NETLINK_ROUTE);
    run_command(&run, 0, "r1", "ip route add 10.9.0.0/16 via 10.0.1.9");
    assert_int_equal(told(&run, all), NETLINK_ROUTE);
    assert_int_equal(told(&run, all), 0); /* it was asked */
    assert_int_equal(told(&run, links), 0);
    run_command(&run, 0, "r1", "ip link set eth0 mtu 1400");
    assert_int_equal(told(&run, links), NETLINK_LINK);
    assert_int_equal(told(&run, all), NETLINK_LINK);
    run_command(&run, 0, "", "link r1-server down");
    assert_int_equal(told(&run, all), NETLINK_LINK); /* Linux keeps the routes */
    assert_int_equal(told(&run, links), NETLINK_LINK);
    run_command(&run, 0, "r1", "ip link set eth0 down");
    assert_int_equal(told(&run, all), NETLINK_LINK | NETLINK_ADDRESS | NETLINK_ROUTE);
    run_command(&run, 0, "r1", "ip addr del 10.0.2.254/24 dev eth1");
    assert_int_equal(told(&run, all), NETLINK_ADDRESS | NETLINK_ROUTE);
    assert_int_equal(told(&run, elsewhere), 0);
    run_end(&run);
}

/* A daemon that was woken by what it writes itself would never rest. */
static void netlink_keeps_quiet_about_the_daemons_own(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    run_begin(&run, &setup);
    struct id id = opened(&run, R1, SOCKET_NETLINK);
    want(&run, id, NETLINK_ROUTE);
    struct route_wish wish = {.network = 0x0a090000,
                              .prefix = 16,
                              .metric = 110,
                              .origin = ROUTE_OSPF,
                              .hop_count = 1,
                              .hop = {{.via = 0x0a000109}}};
    struct hand hand;
    assert_int_equal(route_put(hand_begin(&hand, &run, 0), R1, &wish, ROUTE_REPLACE), ROUTE_OK);
    hand_end(&hand);
    assert_int_equal(told(&run, id), 0);
    wish.origin = ROUTE_RIP;
    wish.metric = 120;
    assert_int_equal(route_put(hand_begin(&hand, &run, 0), R1, &wish, ROUTE_REPLACE), ROUTE_OK);
    hand_end(&hand);
    assert_int_equal(told(&run, id), NETLINK_ROUTE);
    run_command(&run, 0, "r1", "ip route show 10.9.0.0/16");
    expect_output(&run, "r1",
                  "10.9.0.0/16 via 10.0.1.9 dev eth0 proto ospf metric 110\n"
                  "10.9.0.0/16 via 10.0.1.9 dev eth0 proto rip metric 120\n");
    run_end(&run);
}

static void send_by(struct running *run, struct id id, const struct raw_out *out) {
    struct hand hand;
    assert_int_equal(socket_raw_send_by(hand_begin(&hand, run, lab_now(run->lab)), id, out,
                                        (const uint8_t *)"hello", 5),
                     IP_SENT);
    hand_end(&hand);
}

/* OSPF's Hello goes to a group, by each interface with that interface's address, for one hop. */
static void raw_sockets_send_by_an_interface(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    run_begin(&run, &setup);
    struct id id = opened(&run, R1, SOCKET_RAW), heard = opened(&run, SERVER, SOCKET_RAW);
    uint32_t eth1 = interface_global(run.lab, R1, 2), server = interface_global(run.lab, SERVER, 1);
    struct hand hand;
    assert_int_equal(socket_group_join(hand_begin(&hand, &run, 0), heard, server, 0xe0000005), 0);
    hand_end(&hand);
    send_by(&run, id,
            &(struct raw_out){.interface = eth1, .dst = 0xe0000005, .ttl = 1, .tos = 0xc0});
    send_by(&run, id, &(struct raw_out){.dst = 0x0a000201, .ttl = 1, .tos = 0xc0});
    run_until(&run, SECONDS(1));
    assert_int_equal(socket_next_interface(run.lab, heard), server);
    for (int i = 0; i < 2; i++) {
        uint8_t octets[64];
        struct ipv4_header ip;
        int64_t count = socket_receive_packet(hand_begin(&hand, &run, lab_now(run.lab)), heard,
                                              octets, sizeof octets);
        hand_end(&hand);
        assert_int_equal(count, 25);
        struct reader r = reader_of(octets, (size_t)count);
        assert_int_equal(ipv4_parse(&ip, &r), PARSE_OK);
        assert_int_equal(ip.src, 0x0a0002fe);
        assert_int_equal(ip.dst, i == 0 ? 0xe0000005 : 0x0a000201);
        assert_int_equal(ip.ttl, 1);
        assert_int_equal(ip.dscp, 0xc0 >> 2);
        assert_int_equal(ip.protocol, OSPF_NUMBER);
        assert_memory_equal(r.at, "hello", 5);
    }
    assert_int_equal(socket_next_interface(run.lab, heard), 0);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(netlink_tells_what_changed),
        cmocka_unit_test(netlink_keeps_quiet_about_the_daemons_own),
        cmocka_unit_test(raw_sockets_send_by_an_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
