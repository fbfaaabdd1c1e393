/* Golden text of the commands that show things: ip, arp, ss, netstat, sysctl, nstat, traceroute. */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

static void addresses_and_links(void **state) {
    (void)state;
    static const char link[] =
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN group default qlen "
        "1000\n"
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default "
        "qlen 1000\n"
        "    link/ether 02:00:00:00:01:01 brd ff:ff:ff:ff:ff:ff\n";
    expect_answer("ip link", SECONDS(1), link);
    static const char no[] = "ip: interfaces are the scenario's; here they only show\n"
                             "Usage: ip addr|link|route|neigh|maddr [...]\n";
    expect_answer("ip addr add 10.9.0.1/24 dev eth0", SECONDS(1),
                  "an interface has one address here: delete the old one first\n");
    expect_answer("ip link del eth0", SECONDS(1), no);
    struct running run;
    two_hosts(&setup);
    run_begin(&run, &setup);
    run_command(&run, 0, "", "link client-server down");
    run_command(&run, 0, "client", "ip link");
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue "
                                 "state DOWN group"));
    free(said);
    run_end(&run);
    expect_answer(
        "ip addr", SECONDS(1),
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN group default qlen "
        "1000\n"
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        "    inet 127.0.0.1/8 scope host lo\n"
        "       valid_lft forever preferred_lft forever\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default "
        "qlen 1000\n"
        "    link/ether 02:00:00:00:01:01 brd ff:ff:ff:ff:ff:ff\n"
        "    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\n"
        "       valid_lft forever preferred_lft forever\n");
}

static void neighbours_in_two_dialects(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -q -c 1 server > /dev/null");
    setup_run(&setup, SECONDS(1), "client", "ping -q -c 1 10.0.0.9 > /dev/null");
    setup_run(&setup, SECONDS(2), "client", "ip neigh");
    setup_run(&setup, SECONDS(5), "client", "ip n");
    setup_run(&setup, SECONDS(5), "client",
              "ip neigh replace 10.0.0.7 lladdr 02:11:22:33:44:55 dev eth0");
    setup_run(&setup, SECONDS(5), "client", "arp -n");
    setup_run(&setup, SECONDS(6), "client", "ip neigh del 10.0.0.7 dev eth0");
    setup_run(&setup, SECONDS(6), "client", "ip neigh del 10.0.0.7 dev eth0");
    setup_run(&setup, SECONDS(6), "client", "ip neigh flush dev eth0");
    setup_run(&setup, SECONDS(6), "client", "arp -n");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(7));
    expect_output(
        &run, "client",
        "10.0.0.9 dev eth0 INCOMPLETE\n"
        "10.0.0.2 dev eth0 lladdr 02:00:00:00:02:01 REACHABLE\n"
        "10.0.0.9 dev eth0 FAILED\n"
        "10.0.0.2 dev eth0 lladdr 02:00:00:00:02:01 REACHABLE\n"
        "Address                  HWtype  HWaddress           Flags Mask            Iface\n"
        "10.0.0.7                 ether   02:11:22:33:44:55   CM                    eth0\n"
        "10.0.0.9                         (incomplete)                              eth0\n"
        "10.0.0.2                 ether   02:00:00:00:02:01   C                     eth0\n"
        "RTNETLINK answers: No such file or directory\n"); /* an empty cache: not even a heading */
    run_end(&run);
}

static void sockets_in_two_dialects(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l 80");
    setup_run(&setup, 0, "server", "nc -u -l 53");
    setup_run(&setup, SECONDS(1), "client", "nc -p 40000 server 80");
    setup_run(&setup, SECONDS(2), "server", "ss -tan");
    setup_run(&setup, SECONDS(2), "server", "ss -tuan");
    setup_run(&setup, SECONDS(2), "server", "ss -tln");
    setup_run(&setup, SECONDS(2), "server", "ss -t");
    setup_run(&setup, SECONDS(2), "client", "netstat -tan");
    setup_run(&setup, SECONDS(2), "server", "netstat -tuan");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_output(
        &run, "server",
        "State      Recv-Q Send-Q Local Address:Port      Peer Address:Port\n"
        "LISTEN          0      1 0.0.0.0:80              0.0.0.0:*\n"
        "ESTAB           0      0 10.0.0.2:80             10.0.0.1:40000\n"
        "Netid State      Recv-Q Send-Q Local Address:Port      Peer Address:Port\n"
        "udp   UNCONN          0      0 0.0.0.0:53              0.0.0.0:*\n"
        "tcp   LISTEN          0      1 0.0.0.0:80              0.0.0.0:*\n"
        "tcp   ESTAB           0      0 10.0.0.2:80             10.0.0.1:40000\n"
        "State      Recv-Q Send-Q Local Address:Port      Peer Address:Port\n"
        "LISTEN          0      1 0.0.0.0:80              0.0.0.0:*\n"
        "State      Recv-Q Send-Q Local Address:Port      Peer Address:Port\n"
        "ESTAB           0      0 10.0.0.2:80             10.0.0.1:40000\n"
        "Active Internet connections (servers and established)\n"
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State\n"
        "udp        0      0 0.0.0.0:53              0.0.0.0:*               \n"
        "tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN\n"
        "tcp        0      0 10.0.0.2:80             10.0.0.1:40000          ESTABLISHED\n");
    expect_output(
        &run, "client",
        "Active Internet connections (servers and established)\n"
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State\n"
        "tcp        0      0 10.0.0.1:40000          10.0.0.2:80             ESTABLISHED\n");
    run_end(&run);
}

static void settings_are_read_and_written(void **state) {
    (void)state;
    expect_answer("sysctl net.ipv4.ip_default_ttl net.ipv4.tcp_rmem", SECONDS(1),
                  "net.ipv4.ip_default_ttl = 64\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\n");
    expect_answer("sysctl -w net.ipv4.ip_default_ttl=9", SECONDS(1),
                  "net.ipv4.ip_default_ttl = 9\n");
    expect_answer("sysctl net.ipv4.ip_default_ttl=9", SECONDS(1), "net.ipv4.ip_default_ttl = 9\n");
    expect_answer("sysctl -w net.ipv4.tcp_rmem=\"1 2 3\"", SECONDS(1),
                  "net.ipv4.tcp_rmem = 1\t2\t3\n");
    expect_answer("sysctl -w net.ipv4.tcp_rmem=\"1 2 3\" net.ipv4.tcp_sack=0", SECONDS(1),
                  "net.ipv4.tcp_rmem = 1\t2\t3\nnet.ipv4.tcp_sack = 0\n");
    expect_answer("sysctl net.ipv4.nothing", SECONDS(1),
                  "sysctl: cannot stat /proc/sys/net/ipv4/nothing: No such file or directory\n");
    expect_answer("sysctl -w net.ipv4.nothing=1", SECONDS(1),
                  "sysctl: cannot stat /proc/sys/net/ipv4/nothing: No such file or directory\n");
    expect_answer(
        "sysctl -w net.ipv4.ip_default_ttl=0", SECONDS(1),
        "sysctl: setting key \"net.ipv4.ip_default_ttl\": Invalid argument (takes a number "
        "from 1 to 255, such as \"64\")\n");
    expect_answer(
        "sysctl", SECONDS(1),
        "sysctl: no variables specified\nUsage: sysctl [-a | NAME... | -w NAME=VALUE...]\n");
}

static void a_setting_takes_effect(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "sysctl -w net.ipv4.ip_default_ttl=9");
    setup_run(&setup, 0, "client", "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, " ttl=9 "));
    free(said);
    run_end(&run);
}

static void counters_count(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "client", "ping -q -c 2 server > /dev/null");
    setup_run(&setup, SECONDS(2), "client", "nstat");
    setup_run(&setup, SECONDS(2), "server", "nstat");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(3));
    expect_output(&run, "client",
                  "#kernel\n"
                  "IpInReceives                    2\n"
                  "IpInDelivers                    2\n"
                  "IpOutRequests                   2\n"
                  "IcmpInMsgs                      2\n"
                  "IcmpInEchoReps                  2\n"
                  "IcmpOutMsgs                     2\n"
                  "IcmpOutEchos                    2\n");
    expect_output(&run, "server",
                  "#kernel\n"
                  "IpInReceives                    2\n"
                  "IpInDelivers                    2\n"
                  "IpOutRequests                   2\n"
                  "IcmpInMsgs                      2\n"
                  "IcmpInEchos                     2\n"
                  "IcmpOutMsgs                     2\n"
                  "IcmpOutEchoReps                 2\n");
    run_end(&run);
}

static void the_way_is_traced(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_run(&setup, 0, "client", "traceroute server");
    setup_run(&setup, SECONDS(2), "client", "traceroute -q 1 10.0.2.77");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    expect_output(&run, "client",
                  "traceroute to server (10.0.2.1), 30 hops max, 60 byte packets\n"
                  " 1  r1 (10.0.1.254)  40.000 ms  20.000 ms  20.000 ms\n"
                  " 2  server (10.0.2.1)  100.000 ms  60.000 ms  60.000 ms\n"
                  "traceroute to 10.0.2.77 (10.0.2.77), 30 hops max, 60 byte packets\n"
                  " 1  r1 (10.0.1.254)  20.000 ms\n"
                  " 2  r1 (10.0.1.254)  3066.000 ms !H\n");
    run_end(&run);
}

/* As the traceroute of Linux prints it, version 2.1.2. */
static void the_way_is_traced_by_echoes(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_run(&setup, 0, "client", "traceroute -I -n -q 2 server");
    setup_run(&setup, SECONDS(2), "client", "traceroute -n -q1 -f 2 -p 40000 server");
    setup_run(&setup, SECONDS(4), "client", "traceroute -n -q1 10.9.9.9");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(10));
    expect_output(&run, "client",
                  "traceroute to server (10.0.2.1), 30 hops max, 60 byte packets\n"
                  " 1  10.0.1.254  40.000 ms  20.000 ms\n"
                  " 2  10.0.2.1  100.000 ms  60.000 ms\n"
                  "traceroute to server (10.0.2.1), 30 hops max, 60 byte packets\n"
                  " 2  10.0.2.1  60.000 ms\n"
                  "traceroute to 10.9.9.9 (10.9.9.9), 30 hops max, 60 byte packets\n"
                  " 1  10.0.1.254  20.000 ms !N\n");
    run_end(&run);
}

static void a_silent_hop_is_a_star(void **state) {
    (void)state;
    struct running run;
    through_router(&setup);
    setup_fault(&setup, "r1->client", FAULT_DROP, "icmp.type == 11", 2)->count = 1;
    setup_run(&setup, 0, "client", "traceroute server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    expect_output(&run, "client",
                  "traceroute to server (10.0.2.1), 30 hops max, 60 byte packets\n"
                  " 1  r1 (10.0.1.254)  40.000 ms *  20.000 ms\n"
                  " 2  server (10.0.2.1)  100.000 ms  60.000 ms  60.000 ms\n");
    run_end(&run);
}

static void ip_tells_what_it_did_not_understand(void **state) {
    (void)state;
    static const char usage[] = "Usage: ip addr|link|route|neigh|maddr [...]\n";
    static const char *const lines[] = {
        "ip",           "ip moon",        "ip route fly",
        "ip neigh fly", "ip neigh flush", "ip link set eth0 sideways"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct running run;
        two_hosts(&setup);
        setup_run(&setup, 0, "client", lines[i]);
        run_begin(&run, &setup);
        run_until(&run, SECONDS(1));
        char *said = run_output(&run, "client");
        assert_non_null(strstr(said, usage));
        free(said);
        run_end(&run);
    }
}

/* iproute2's second line: what a connection knows of its path. */
static void a_connection_in_detail(void **state) {
    (void)state;
    struct running run;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
    setup_run(&setup, SECONDS(1), "client", "nc 10.0.0.2 80 < 20000");
    setup_run(&setup, SECONDS(3), "client", "ss -tin");
    setup_run(&setup, SECONDS(3), "client", "netstat -tin");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(4));
    char *said = run_output(&run, "client");
    assert_non_null(strstr(said, "10.0.0.2:80\n\t ts sack reno wscale:7,7 rto:2"));
    assert_non_null(strstr(said, " mss:1448 rcvmss:536 advmss:1448 cwnd:24 rcv_space:"));
    assert_non_null(strstr(said, "netstat: invalid option\n"));
    free(said);
    run_end(&run);
    static const char nobody[] =
        "State      Recv-Q Send-Q Local Address:Port      Peer Address:Port\n";
    expect_answer("ss -ti", SECONDS(1), nobody);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_in_detail),
        cmocka_unit_test(addresses_and_links),
        cmocka_unit_test(neighbours_in_two_dialects),
        cmocka_unit_test(sockets_in_two_dialects),
        cmocka_unit_test(settings_are_read_and_written),
        cmocka_unit_test(a_setting_takes_effect),
        cmocka_unit_test(counters_count),
        cmocka_unit_test(the_way_is_traced),
        cmocka_unit_test(the_way_is_traced_by_echoes),
        cmocka_unit_test(a_silent_hop_is_a_star),
        cmocka_unit_test(ip_tells_what_it_did_not_understand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
