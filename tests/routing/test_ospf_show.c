/*
 * `show ip ospf ...`: what FRR 8.4.4 has printed for this very network, in namespaces, of these
 * routers. Times and ages are the lab's.
 */
#include "ospf_support.h"

static struct setup setup;

/* r1, r2 and r3 on a LAN (the backbone); r4 behind r1 and r3 (area 1), with a network that is not
 * OSPF's and a static route behind it; r5 behind r2 (area 2, stub). */
static void network(void) {
    setup_begin(&setup);
    ospf_router_node(&setup, "r1", "1.1.1.1");
    ospf_router_node(&setup, "r2", "2.2.2.2");
    ospf_router_node(&setup, "r3", "3.3.3.3");
    ospf_router_node(&setup, "r4", "4.4.4.4");
    ospf_router_node(&setup, "r5", "5.5.5.5");
    ospf_port(&setup, "r1", "eth0", "10.0.0.1/24", "0", NULL);
    ospf_port(&setup, "r1", "eth1", "10.0.14.1/30", "1", "ip ospf network point-to-point");
    ospf_port(&setup, "r2", "eth0", "10.0.0.2/24", "0", "ip ospf priority 5");
    ospf_port(&setup, "r2", "eth1", "10.0.25.1/24", "2", NULL);
    ospf_port(&setup, "r3", "eth0", "10.0.0.3/24", "0", NULL);
    ospf_port(&setup, "r3", "eth1", "10.0.34.1/24", "1", "ip ospf cost 5");
    ospf_port(&setup, "r4", "eth0", "10.0.14.2/30", "1", "ip ospf network point-to-point");
    ospf_port(&setup, "r4", "eth1", "10.0.34.2/24", "1", "ip ospf cost 5");
    ospf_port(&setup, "r5", "eth0", "10.0.25.2/24", "2", NULL);
    setup_interface(&setup, "r4", "eth2", "10.9.4.1/24");
    setup_interface(&setup, "r1", "eth2", "10.9.1.1/24");
    setup_node(&setup, NODE_HOST, "h1");
    setup_node(&setup, NODE_HOST, "h4");
    setup_interface(&setup, "h1", "eth0", "10.9.1.9/24");
    setup_interface(&setup, "h4", "eth0", "10.9.4.9/24");
    setup_node(&setup, NODE_SWITCH, "s");
    setup_interface(&setup, "s", "p1", NULL);
    setup_interface(&setup, "s", "p2", NULL);
    setup_interface(&setup, "s", "p3", NULL);
    setup_link(&setup, "r1:eth0", "s:p1", MILLIS(1));
    setup_link(&setup, "r2:eth0", "s:p2", MILLIS(1));
    setup_link(&setup, "r3:eth0", "s:p3", MILLIS(1));
    setup_link(&setup, "r1:eth1", "r4:eth0", MILLIS(1));
    setup_link(&setup, "r3:eth1", "r4:eth1", MILLIS(1));
    setup_link(&setup, "r2:eth1", "r5:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth2", "h1:eth0", MILLIS(1));
    setup_link(&setup, "r4:eth2", "h4:eth0", MILLIS(1));
    static const char *const lines[][2] = {
        {"r1", "interface eth1"},      {"r1", "ip ospf cost 5"},
        {"r1", "interface eth2"},      {"r1", "ip ospf area 0"},
        {"r1", "ip ospf passive"},     {"r4", "interface eth0"},
        {"r4", "ip ospf cost 5"},      {"r4", "ip route 172.16.0.0/16 10.9.4.9"},
        {"r4", "router ospf"},         {"r4", "redistribute connected metric-type 1"},
        {"r4", "redistribute static"}, {"r4", "default-information originate always"},
        {"r2", "router ospf"},         {"r2", "area 2 stub"},
        {"r5", "router ospf"},         {"r5", "area 2 stub"}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        setup_config(&setup, lines[i][0], lines[i][1]);
}

static void what_it_shows(void **state) {
    (void)state;
    struct running run;
    network();
    run_begin(&run, &setup);
    expect_said(&run, SECONDS(23), "r4", "show ip ospf database external",
                "\n"
                "       OSPF Router with ID (4.4.4.4)\n"
                "\n"
                "                AS External Link States \n"
                "\n"
                "  LS age: 23\n"
                "  Options: 0x2  : *|-|-|-|-|-|E|-\n"
                "  LS Flags: 0xb  \n"
                "  LS Type: AS-external-LSA\n"
                "  Link State ID: 0.0.0.0 (External Network Number)\n"
                "  Advertising Router: 4.4.4.4\n"
                "  LS Seq Number: 80000001\n"
                "  Checksum: 0x744d\n"
                "  Length: 36\n"
                "\n"
                "  Network Mask: /0\n"
                "        Metric Type: 2 (Larger than any link state path)\n"
                "        TOS: 0\n"
                "        Metric: 1\n"
                "        Forward Address: 0.0.0.0\n"
                "        External Route Tag: 0\n"
                "\n"
                "  LS age: 23\n"
                "  Options: 0x2  : *|-|-|-|-|-|E|-\n"
                "  LS Flags: 0xb  \n"
                "  LS Type: AS-external-LSA\n"
                "  Link State ID: 10.9.4.0 (External Network Number)\n"
                "  Advertising Router: 4.4.4.4\n"
                "  LS Seq Number: 80000001\n"
                "  Checksum: 0x9483\n"
                "  Length: 36\n"
                "\n"
                "  Network Mask: /24\n"
                "        Metric Type: 1\n"
                "        TOS: 0\n"
                "        Metric: 20\n"
                "        Forward Address: 0.0.0.0\n"
                "        External Route Tag: 0\n"
                "\n"
                "  LS age: 23\n"
                "  Options: 0x2  : *|-|-|-|-|-|E|-\n"
                "  LS Flags: 0xb  \n"
                "  LS Type: AS-external-LSA\n"
                "  Link State ID: 172.16.0.0 (External Network Number)\n"
                "  Advertising Router: 4.4.4.4\n"
                "  LS Seq Number: 80000001\n"
                "  Checksum: 0xad44\n"
                "  Length: 36\n"
                "\n"
                "  Network Mask: /16\n"
                "        Metric Type: 2 (Larger than any link state path)\n"
                "        TOS: 0\n"
                "        Metric: 20\n"
                "        Forward Address: 0.0.0.0\n"
                "        External Route Tag: 0\n"
                "\n");
    expect_said(&run, SECONDS(60), "r1", "show ip ospf route",
                "============ OSPF network routing table ============\n"
                "N    10.0.0.0/24           [10] area: 0.0.0.0\n"
                "                           directly attached to eth0\n"
                "N    10.0.14.0/30          [5] area: 0.0.0.1\n"
                "                           directly attached to eth1\n"
                "N IA 10.0.25.0/24          [20] area: 0.0.0.0\n"
                "                           via 10.0.0.2, eth0\n"
                "N    10.0.34.0/24          [10] area: 0.0.0.1\n"
                "                           via 10.0.14.2, eth1\n"
                "N    10.9.1.0/24           [10] area: 0.0.0.0\n"
                "                           directly attached to eth2\n"
                "\n"
                "============ OSPF router routing table =============\n"
                "R    2.2.2.2               [10] area: 0.0.0.0, ABR\n"
                "                           via 10.0.0.2, eth0\n"
                "R    3.3.3.3               [10] area: 0.0.0.1, ABR\n"
                "                           via 10.0.14.2, eth1\n"
                "                           [10] area: 0.0.0.0, ABR\n"
                "                           via 10.0.0.3, eth0\n"
                "R    4.4.4.4               [5] area: 0.0.0.1, ASBR\n"
                "                           via 10.0.14.2, eth1\n"
                "                        IA [15] area: 0.0.0.0, ASBR\n"
                "                           via 10.0.0.3, eth0\n"
                "\n"
                "============ OSPF external routing table ===========\n"
                "N E2 0.0.0.0/0             [5/1] tag: 0\n"
                "                           via 10.0.14.2, eth1\n"
                "N E1 10.9.4.0/24           [25] tag: 0\n"
                "                           via 10.0.14.2, eth1\n"
                "N E2 172.16.0.0/16         [5/20] tag: 0\n"
                "                           via 10.0.14.2, eth1\n"
                "\n"
                "\n");
    expect_said(&run, SECONDS(60), "r1", "show ip ospf border-routers",
                "============ OSPF router routing table =============\n"
                "R    2.2.2.2               [10] area: 0.0.0.0, ABR\n"
                "                           via 10.0.0.2, eth0\n"
                "R    3.3.3.3               [10] area: 0.0.0.1, ABR\n"
                "                           via 10.0.14.2, eth1\n"
                "                           [10] area: 0.0.0.0, ABR\n"
                "                           via 10.0.0.3, eth0\n"
                "R    4.4.4.4               [5] area: 0.0.0.1, ASBR\n"
                "                           via 10.0.14.2, eth1\n"
                "                        IA [15] area: 0.0.0.0, ASBR\n"
                "                           via 10.0.0.3, eth0\n"
                "\n"
                "\n");
    expect_said(&run, SECONDS(60), "r1", "show ip ospf neighbor",
                "\n"
                "Neighbor ID     Pri State           Up Time         Dead Time "
                "Address         Interface                        RXmtL RqstL DBsmL\n"
                "2.2.2.2           5 Full/DR         55.988s            3.002s "
                "10.0.0.2        eth0:10.0.0.1                        0     0     0\n"
                "3.3.3.3           1 Full/Backup     55.986s            3.002s "
                "10.0.0.3        eth0:10.0.0.1                        0     0     0\n"
                "4.4.4.4           1 Full/-          58.994s            3.001s "
                "10.0.14.2       eth1:10.0.14.1                       0     0     0\n"
                "\n");
    expect_said(&run, SECONDS(60), "r3", "show ip ospf interface eth0",
                "eth0 is up\n"
                "  ifindex 2, MTU 1500 bytes, BW 10000 Mbit <UP,BROADCAST,RUNNING,MULTICAST>\n"
                "  Internet Address 10.0.0.3/24, Broadcast 10.0.0.255, Area 0.0.0.0\n"
                "  MTU mismatch detection: enabled\n"
                "  Router ID 3.3.3.3, Network Type BROADCAST, Cost: 10\n"
                "  Transmit Delay is 1 sec, State Backup, Priority 1\n"
                "  Designated Router (ID) 2.2.2.2 Interface Address 10.0.0.2/24\n"
                "  Backup Designated Router (ID) 3.3.3.3, Interface Address 10.0.0.3\n"
                "  Multicast group memberships: OSPFAllRouters OSPFDesignatedRouters\n"
                "  Timer intervals configured, Hello 1s, Dead 4s, Wait 4s, Retransmit 5\n"
                "    Hello due in 1.000s\n"
                "  Neighbor Count is 2, Adjacent neighbor count is 2\n"
                "\n");
    expect_said(&run, SECONDS(60), "r5", "show ip ospf database",
                "\n"
                "       OSPF Router with ID (5.5.5.5)\n"
                "\n"
                "                Router Link States (Area 0.0.0.2 [Stub])\n"
                "\n"
                "Link ID         ADV Router      Age  Seq#       CkSum  Link count\n"
                "2.2.2.2        2.2.2.2           55 0x80000002 0xf5fa 1\n"
                "5.5.5.5        5.5.5.5           55 0x80000002 0x1cbc 1\n"
                "\n"
                "                Net Link States (Area 0.0.0.2 [Stub])\n"
                "\n"
                "Link ID         ADV Router      Age  Seq#       CkSum\n"
                "10.0.25.2      5.5.5.5           55 0x80000001 0x6d99\n"
                "\n"
                "                Summary Link States (Area 0.0.0.2 [Stub])\n"
                "\n"
                "Link ID         ADV Router      Age  Seq#       CkSum  Route\n"
                "0.0.0.0        2.2.2.2           60 0x80000001 0x57fe 0.0.0.0/0\n"
                "10.0.0.0       2.2.2.2           60 0x80000001 0x2f14 10.0.0.0/24\n"
                "10.0.14.0      2.2.2.2           50 0x80000001 0xb47e 10.0.14.0/30\n"
                "10.0.34.0      2.2.2.2           50 0x80000001 0xe932 10.0.34.0/24\n"
                "10.9.1.0       2.2.2.2           50 0x80000001 0x1c13 10.9.1.0/24\n"
                "\n"
                "\n");
    expect_said(&run, SECONDS(60), "r1", "show ip ospf interface eth9",
                "No such interface name\n\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_it_shows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
