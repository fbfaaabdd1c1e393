/* Fragmentation by hosts and routers: sizes, order, identification, and the way back together. */
#include <stdio.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

/* a 10.0.1.1 - r - b 10.0.2.1, 10 ms each; the second link takes `mtu`. */
static void over_a_router(uint32_t mtu) {
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a");
    setup_node(&setup, NODE_ROUTER, "r");
    setup_node(&setup, NODE_HOST, "b");
    setup_interface(&setup, "a", "eth0", "10.0.1.1/24");
    setup_interface(&setup, "r", "eth0", "10.0.1.254/24");
    setup_interface(&setup, "r", "eth1", "10.0.2.254/24");
    setup.interfaces[1][1].mtu = mtu;
    setup_interface(&setup, "b", "eth0", "10.0.2.1/24");
    setup_gateway(&setup, "a", "10.0.1.254");
    setup_gateway(&setup, "b", "10.0.2.254");
    setup_link(&setup, "a:eth0", "r:eth0", MILLIS(10));
    setup_link(&setup, "r:eth1", "b:eth0", MILLIS(10));
}

static void the_largest_ping_there_and_back(void **state) {
    (void)state;
    struct running run;
    over_a_router(1500);
    setup_run(&setup, 0, "a", "ping -c 1 -s 65507 b");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    expect_output(&run, "a",
                  "PING b (10.0.2.1) 65507(65535) bytes of data.\n"
                  "65515 bytes from b (10.0.2.1): icmp_seq=1 ttl=63 time=80.0 ms\n"
                  "\n"
                  "--- b ping statistics ---\n"
                  "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                  "rtt min/avg/max/mdev = 80.000/80.000/80.000/0.000 ms\n");
    expect_drops(&run, "");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_ping_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
