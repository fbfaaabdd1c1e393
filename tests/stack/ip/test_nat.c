/* NAT: what inside and outside see of each other; errors come back to whom they concern. */
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "stack/ip/track.h"
#include "talk_support.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

static struct setup setup;

/* client 10.0.1.1 - r1 (10.0.1.254, 10.0.2.254) - server 10.0.2.1, who knows no way inside. */
static void behind(const char *rule) {
    through_router(&setup);
    setup.nodes[2].gateway = 0;
    setup_setting(&setup, "client", "net.ipv4.ip_local_port_range", "40000 40000");
    setup_run(&setup, 0, "r1", rule)->process = "r";
}

static void inside(sim_time at, const char *line) {
    setup_run(&setup, at, "client", line);
}

#define MASQUERADE "iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE"

/* Every checksum of every frame that r1 sent holds. */
static void expect_right_checksums(const struct running *run) {
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_SENT || r->octets[12] != 8 || r->octets[13] != 0) continue;
        const uint8_t *ip = r->octets + 14;
        uint32_t header = (ip[0] & 15u) * 4, length = ((uint32_t)ip[2] << 8 | ip[3]) - header;
        uint32_t src =
            (uint32_t)ip[12] << 24 | (uint32_t)ip[13] << 16 | (uint32_t)ip[14] << 8 | ip[15];
        uint32_t dst =
            (uint32_t)ip[16] << 24 | (uint32_t)ip[17] << 16 | (uint32_t)ip[18] << 8 | ip[19];
        uint32_t sum = ip[9] == 1 ? 0 : checksum_add_pseudo(0, src, dst, ip[9], (uint16_t)length);
        assert_int_equal(checksum_finish(checksum_add(0, ip, header)), 0);
        assert_int_equal(checksum_finish(checksum_add(sum, ip + header, length)), 0);
    }
}

static ip4 source_at(const struct running *run, const char *node) {
    const uint8_t *o = NULL;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_DELIVERED && r->octets[12] == 8 && r->octets[13] == 0 &&
            strcmp(lab_node(run->lab, r->node).name, node) == 0)
            o = r->octets + 26;
    }
    assert_non_null(o);
    return (ip4)o[0] << 24 | (ip4)o[1] << 16 | (ip4)o[2] << 8 | o[3];
}

static void a_ping_goes_out_and_comes_back(void **state) {
    (void)state;
    struct running run;
    behind(MASQUERADE);
    inside(SECONDS(1), "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "icmp_seq=1 ttl=63"));
    free(said);
    assert_int_equal(source_at(&run, "server"), 0x0a0002fe);
    assert_int_equal(source_at(&run, "client"), 0x0a000201);
    expect_right_checksums(&run);
    expect_table(&run, "nat", "r1",
                 "[\"icmp\",\"10.0.1.1:1\",\"10.0.2.254:1\",\"10.0.2.1:1\",\"\",\"31.030000\"]\n");
    run_end(&run);
}

/* One life of a connection, with the states that the router tells it has; then it is forgotten. */
static void a_connection_is_followed(void **state) {
    (void)state;
    struct running run;
    behind(MASQUERADE);
    setup_run(&setup, 0, "server", "nc -l 80");
    inside(SECONDS(1), "echo hello | nc -N server 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_output(&run, "server", "hello\n");
    expect_right_checksums(&run);
    static const char *const states[] = {"SYN_SENT",   "SYN_RECV", "ESTABLISHED", "FIN_WAIT",
                                         "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT"};
    size_t next = 0;
    for (size_t i = 0; i < run.count && next < 7; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind == TRACE_TABLE && r->text != NULL && strstr(r->text, states[next]) != NULL)
            next++;
    }
    assert_int_equal(next, 7);
    run_until(&run, SECONDS(130)); /* nf_conntrack_tcp_timeout_time_wait */
    expect_table(&run, "nat", "r1", "");
    run_end(&run);
}

static void a_port_is_forwarded_inside(void **state) {
    (void)state;
    struct running run;
    behind(
        "iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.1.1:80");
    setup_run(&setup, 0, "client", "nc -l 80");
    setup_run(&setup, SECONDS(1), "server", "echo hello | nc -N 10.0.2.254 8080");
    setup_gateway(&setup, "server", "10.0.2.254");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_output(&run, "client", "hello\n");
    expect_output(&run, "server", "");
    assert_int_equal(source_at(&run, "server"), 0x0a0002fe);
    expect_right_checksums(&run);
    run_end(&run);
}

/* RFC 5508 5: what an error quotes is translated, too, so the socket that sent it hears of it. */
static void an_error_finds_the_socket(void **state) {
    (void)state;
    struct running run;
    behind("iptables -t nat -A POSTROUTING -o eth1 -j SNAT --to-source 10.0.2.254:6000-6009");
    inside(SECONDS(1), "socket udp");
    setup.lines[setup.scenario.line_count - 1].process = "p";
    setup_run(&setup, SECONDS(1), "client", "connect 3 10.0.2.1:9")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "send 3 100")->process = "p";
    setup_run(&setup, SECONDS(2), "client", "send 3 100")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    expect_right_checksums(&run);
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "Connection refused (ECONNREFUSED)"));
    free(said);
    assert_int_equal(run_lost(&run, "no_socket"), 1);
    run_end(&run);
}

/* An error is given new checksums when it is translated; damage that it had is not to be hidden so,
 * and it belongs to nobody. */
static void a_damaged_error_is_not_mended(void **state) {
    (void)state;
    struct running run;
    behind(MASQUERADE);
    inside(SECONDS(1), "socket udp");
    setup.lines[setup.scenario.line_count - 1].process = "p";
    setup_run(&setup, SECONDS(1), "client", "connect 3 10.0.2.1:9")->process = "p";
    setup_run(&setup, SECONDS(1), "client", "send 3 100")->process = "p";
    setup_run(&setup, SECONDS(2), "client", "send 3 100")->process = "p";
    setup_fault(&setup, "server->r1", FAULT_CORRUPT, "icmp", 1)->bit = 8 * (14 + 20 + 8 + 20 + 9);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1.9));
    assert_int_equal(run_lost(&run, "bad_checksum"), 1);
    run_until(&run, SECONDS(4));
    char *said = run_output(&run, "client");
    assert_null(strstr(said, "ECONNREFUSED"));
    free(said);
    run_end(&run);
}

/* Two hosts may have chosen the same port: the second is given another one, of the same class. */
static void ports_that_collide_are_told_apart(void **state) {
    (void)state;
    struct running run;
    three_hosts(&setup, NODE_SWITCH);
    setup_node(&setup, NODE_ROUTER, "nat");
    setup_interface(&setup, "nat", "eth0", "10.0.0.254/24");
    setup_interface(&setup, "nat", "eth1", "192.0.2.1/24");
    setup_node(&setup, NODE_HOST, "srv");
    setup_interface(&setup, "srv", "eth0", "192.0.2.9/24");
    setup_interface(&setup, "s", "p4", NULL);
    setup_link(&setup, "s:p4", "nat:eth0", MILLIS(1));
    setup_link(&setup, "nat:eth1", "srv:eth0", MILLIS(1));
    setup_run(&setup, 0, "nat", "iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE");
    setup_run(&setup, 0, "srv", "nc -lk 80");
    for (const char *const *n = (const char *const[]){"a", "b", "c", NULL}; *n != NULL; n++) {
        setup_gateway(&setup, *n, "10.0.0.254");
        setup_setting(&setup, *n, "net.ipv4.ip_local_port_range", "40000 40000");
        setup_run(&setup, SECONDS(1), *n, "echo hello | nc 192.0.2.9 80");
    }
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_right_checksums(&run);
    uint32_t ports[3], count = 0;
    for (struct id id = object_next(run.lab, POOL_TRACK, (struct id){0, 0}); id_is(id) && count < 3;
         id = object_next(run.lab, POOL_TRACK, id))
        ports[count++] = track_get(run.lab, id)->way[TRACK_REPLY].ports & 0xffff;
    assert_int_equal(count, 3);
    assert_true(ports[0] != ports[1] && ports[1] != ports[2] && ports[0] != ports[2]);
    assert_true(ports[0] >= 1024 && ports[1] >= 1024 && ports[2] >= 1024);
    run_end(&run);
}

/* RFC 3022 2.2: when no port is left nothing new gets through, and says why. */
static void ports_run_out(void **state) {
    (void)state;
    struct running run;
    behind("iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE --to-ports 6000-6002");
    inside(SECONDS(1), "forge tcp S 10.0.1.1:1000-1004 10.0.2.1:80 count 5");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(run_lost(&run, "nat_ports"), 2);
    run_end(&run);
}

static void the_table_can_be_full(void **state) {
    (void)state;
    struct running run;
    behind(MASQUERADE);
    setup_setting(&setup, "r1", "net.netfilter.nf_conntrack_max", "2");
    inside(SECONDS(1), "forge tcp S 10.0.1.1:1000-1004 10.0.2.1:80 count 5");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    assert_int_equal(run_lost(&run, "track_full"), 3);
    char *said = run_output(&run, "r1");
    assert_non_null(
        strstr(said, "kernel: nf_conntrack: nf_conntrack: table full, dropping packet"));
    free(said);
    run_end(&run);
}

/* RFC 1624: a checksum that is changed word by word stays wrong when the datagram was damaged
 * before; made anew it makes the damage look right. */
static void damage_before(const char *how, size_t found) {
    struct running run;
    behind(MASQUERADE);
    setup_setting(&setup, "r1", "nat.checksum", how);
    setup_run(&setup, 0, "server", "nc -u -l 9");
    setup_run(&setup, SECONDS(1), "client", "echo hello | nc -u -w 1 server 9");
    setup_fault(&setup, "client->r1", FAULT_CORRUPT, "udp", 1)->bit = 8 * 42 + 7;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    assert_int_equal(run_lost(&run, "bad_checksum"), found);
    expect_output(&run, "server", found ? "" : "iello\n");
    run_end(&run);
}

static void a_full_checksum_hides_damage(void **state) {
    (void)state;
    damage_before("incremental", 1);
    damage_before("full", 0);
}

/* Ports are in the first fragment alone: the router puts together before it translates. */
static void fragments_are_put_together(void **state) {
    (void)state;
    struct running run;
    behind(MASQUERADE);
    inside(SECONDS(1), "ping -c 1 -s 4000 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "icmp_seq=1 ttl=63"));
    free(said);
    run_end(&run);
}

/* A datagram without a UDP checksum (RFC 768) goes on without one. */
static void no_checksum_stays_none(void **state) {
    (void)state;
    struct running run;
    uint8_t frame[1600], datagram[UDP_HEADER + 4] = {0x9c, 0x40, 0, 9, 0, UDP_HEADER + 4};
    struct ipv4_header h = {.src = 0x0a000101, .dst = 0x0a000201, .protocol = IP_PROTOCOL_UDP};
    behind(MASQUERADE);
    inside(0, "ping -c 1 server"); /* ARP is done with */
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    size_t count = make_datagram(frame, 1, 2, &h, datagram, sizeof datagram), from = run.count;
    inject(&run, SECONDS(2), "client", frame, count);
    run_until(&run, SECONDS(3));
    const struct trace_record *r = run_find(&run, from, TRACE_SENT, "r1");
    assert_non_null(r);
    assert_memory_equal(r->octets + 26, "\x0a\x00\x02\xfe", 4);
    assert_memory_equal(r->octets + 34 + 6, "\0\0", 2);
    run_end(&run);
}

/* What records its route is translated as well: outside is in the record, inside is not asked. */
static void options_pass_the_hooks(void **state) {
    (void)state;
    static const char *const lines[] = {"ping -c 1 -R server", "ping -c 1 -T tsandaddr server",
                                        "ping -c 1 -R 10.0.1.254", "ping -c 1 -R -s 3000 server"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct running run;
        behind(MASQUERADE);
        setup_run(&setup, 0, "r1", "iptables -A FORWARD -p icmp -j ACCEPT")->process = "r";
        setup_run(&setup, 0, "r1", "iptables -A INPUT -p icmp -j ACCEPT")->process = "r";
        setup_run(&setup, 0, "r1", "iptables -A OUTPUT -p icmp -j ACCEPT")->process = "r";
        inside(SECONDS(1), lines[i]);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(3));
        char *said = run_output(&run, "client");
        if (strstr(said, "1 received") == NULL) print_error("%s: %s\n", lines[i], said);
        assert_non_null(strstr(said, "1 received"));
        free(said);
        run_end(&run);
    }
}

static void timeouts_are_linuxs(void **state) {
    (void)state;
    struct running run;
    behind(MASQUERADE);
    inside(SECONDS(1), "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(31));
    assert_int_equal(pool_live(run.lab, POOL_TRACK), 1);
    run_until(&run, SECONDS(31.2)); /* nf_conntrack_icmp_timeout, from the reply on */
    assert_int_equal(pool_live(run.lab, POOL_TRACK), 0);
    run_end(&run);
}

static void a_run_is_repeatable(void **state) {
    (void)state;
    behind(MASQUERADE);
    setup_run(&setup, 0, "server", "nc -l 80");
    inside(SECONDS(1), "echo hello | nc -N server 80");
    inside(SECONDS(1), "ping -c 3 -i 0.1 server");
    expect_move_test(&setup, SECONDS(150));
    expect_sync_test(&setup, SECONDS(150), 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ping_goes_out_and_comes_back),
        cmocka_unit_test(a_connection_is_followed),
        cmocka_unit_test(a_port_is_forwarded_inside),
        cmocka_unit_test(an_error_finds_the_socket),
        cmocka_unit_test(a_damaged_error_is_not_mended),
        cmocka_unit_test(ports_that_collide_are_told_apart),
        cmocka_unit_test(ports_run_out),
        cmocka_unit_test(the_table_can_be_full),
        cmocka_unit_test(a_full_checksum_hides_damage),
        cmocka_unit_test(fragments_are_put_together),
        cmocka_unit_test(no_checksum_stays_none),
        cmocka_unit_test(options_pass_the_hooks),
        cmocka_unit_test(timeouts_are_linuxs),
        cmocka_unit_test(a_run_is_repeatable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
