/* Two routers of ours, from the first Hello to the first datagram, and when one of them ends. */
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"

static struct setup setup;

/* h1 - r1 - r2 - h2, with this line on both interfaces between the routers. */
static void chain(const char *line) {
    static const char *const names[] = {"r1", "r2"};
    setup_begin(&setup);
    for (int n = 0; n < 2; n++) {
        setup_node(&setup, NODE_ROUTER, names[n]);
        setup_interface(&setup, names[n], "eth0", n == 0 ? "10.0.0.1/24" : "10.0.0.2/24");
        setup_interface(&setup, names[n], "eth1", n == 0 ? "10.1.0.1/24" : "10.2.0.1/24");
        setup_config(&setup, names[n], "router ospf");
        setup_config(&setup, names[n], "network 10.0.0.0/8 area 0");
        setup_config(&setup, names[n], "passive-interface eth1");
        setup_config(&setup, names[n], "interface eth0");
        setup_config(&setup, names[n], line);
    }
    setup_node(&setup, NODE_HOST, "h1");
    setup_node(&setup, NODE_HOST, "h2");
    setup_interface(&setup, "h1", "eth0", "10.1.0.9/24");
    setup_interface(&setup, "h2", "eth0", "10.2.0.9/24");
    setup_gateway(&setup, "h1", "10.1.0.1");
    setup_gateway(&setup, "h2", "10.2.0.1");
    setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
    setup_link(&setup, "r1:eth1", "h1:eth0", MILLIS(1));
    setup_link(&setup, "r2:eth1", "h2:eth0", MILLIS(1));
}

static bool answers(struct running *run, sim_time at) {
    run_until(run, at);
    char *before = run_output(run, "h1");
    size_t length = strlen(before);
    free(before);
    run_command(run, at, "h1", "ping -c 1 -W 1 10.2.0.9");
    run_until(run, at + SECONDS(2));
    char *all = run_output(run, "h1");
    bool answered = strstr(all + length, " 0% packet loss") != NULL;
    free(all);
    return answered;
}

static void routes_follow_full_at_once(void **state) {
    (void)state;
    struct running run;
    chain("ip ospf network point-to-point");
    run_begin(&run, &setup);
    assert_false(answers(&run, SECONDS(5)));
    assert_true(answers(&run, SECONDS(16))); /* Hellos each 10 s; RxmtInterval is 5 s */
    run_end(&run);
    chain("ip ospf network broadcast");
    run_begin(&run, &setup);
    assert_true(answers(&run, SECONDS(47))); /* RouterDeadInterval before the election */
    run_end(&run);
}

static void a_killed_daemon_leaves_its_routes(void **state) {
    (void)state;
    struct running run;
    chain("ip ospf network point-to-point");
    run_begin(&run, &setup);
    assert_true(answers(&run, SECONDS(20)));
    run_command(&run, SECONDS(22), "r1", "killall ospfd");
    assert_true(answers(&run, SECONDS(25)));  /* r2 has not noticed, r1's table stands */
    assert_false(answers(&run, SECONDS(70))); /* now it has: nothing leads back to h1 */
    run_command(&run, SECONDS(72), "r1", "ospfd");
    assert_true(answers(&run, SECONDS(110)));
    run_end(&run);
}

static void the_same_run_again_and_moved(void **state) {
    (void)state;
    chain("ip ospf network broadcast");
    expect_move_test(&setup, SECONDS(50));
    expect_sync_test(&setup, SECONDS(50), 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_follow_full_at_once),
        cmocka_unit_test(a_killed_daemon_leaves_its_routes),
        cmocka_unit_test(the_same_run_again_and_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
