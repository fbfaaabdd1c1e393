/* Pictures over a network by REST: at a moment, over time, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service.h"

static struct house house;

static int setup(void **state) {
    (void)state;
    house_options(&house);
    house_open(&house);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    house_close(&house);
    return 0;
}

/* a - r1 - r2 - b. From 1 s to 2 s r2 sends what is for b back to r1; at 3 s b's cable is cut. */
static const char circle_lab[] =
    "{\"netstep\":1,\"nodes\":["
    "{\"name\":\"a\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.1.1/24\"}],"
    "\"gateway\":\"10.0.1.254\"},"
    "{\"name\":\"r1\",\"kind\":\"router\",\"interfaces\":["
    "{\"name\":\"eth0\",\"address\":\"10.0.1.254/24\"},"
    "{\"name\":\"eth1\",\"address\":\"10.0.12.1/24\"}],"
    "\"routes\":[{\"to\":\"10.0.2.0/24\",\"via\":\"10.0.12.2\"}]},"
    "{\"name\":\"r2\",\"kind\":\"router\",\"interfaces\":["
    "{\"name\":\"eth0\",\"address\":\"10.0.2.254/24\"},"
    "{\"name\":\"eth1\",\"address\":\"10.0.12.2/24\"}]},"
    "{\"name\":\"b\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.2.1/24\"}],"
    "\"gateway\":\"10.0.2.254\"}],"
    "\"links\":[{\"between\":[\"a:eth0\",\"r1:eth0\"]},{\"between\":[\"r1:eth1\",\"r2:eth1\"]},"
    "{\"between\":[\"r2:eth0\",\"b:eth0\"]}],"
    "\"script\":[{\"at\":\"1s\",\"on\":\"r2\",\"run\":\"ip route add 10.0.2.1 via 10.0.12.1\"},"
    "{\"at\":\"2s\",\"on\":\"r2\",\"run\":\"ip route del 10.0.2.1 via 10.0.12.1\"},"
    "{\"at\":\"3s\",\"on\":\"b\",\"run\":\"ip link set eth0 down\"}]}";

static struct lab_names circle(void) {
    struct lab_names l = make_lab(house.port, circle_lab);
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"5s\"}",
                 NULL, 200, "\"stopped\"");
    return l;
}

static void get(const struct lab_names *l, const char *path, unsigned status, const char *has) {
    expect_reply(&house, "GET", lab_path(l, path), NULL, NULL, NULL, status, has);
}

static void test_what_there_is_to_be_drawn(void **state) {
    (void)state;
    struct lab_names l = circle();
    get(&l, "/timelines/T0/overlays", 200,
        "\"overlays\":[{\"name\":\"next_hops\",\"title\":\"overlay.next_hops\",\"help\":\"overlay."
        "next_hops.help\",\"of_node\":false,\"to_address\":true,\"own_vertices\":false,"
        "\"nodes\":[1,2,3,4]}]");
    get(&l, "/timelines/T0/overlays", 200,
        "{\"name\":\"dead_end\",\"title\":\"overlay.role.dead_end\"}");
}

static void test_a_picture_at_a_moment(void **state) {
    (void)state;
    struct lab_names l = circle();
    get(&l, "/timelines/T0/overlays/next_hops?at=0&to=b", 200,
        "\"overlay\":\"next_hops\",\"node\":null,\"dst\":\"10.0.2.1\",\"vertices\":[],\"arrows\":["
        "{\"from\":1,\"ways\":[{\"to\":2,\"role\":\"plain\",\"say\":\"overlay.next.via\","
        "\"interface\":\"eth0\",\"links\":[1],\"via\":\"10.0.1.254\"}]},"
        "{\"from\":2,\"ways\":[{\"to\":3,\"role\":\"plain\"");
    get(&l, "/timelines/T0/overlays/next_hops?to=10.0.2.1", 200,
        "{\"from\":3,\"ways\":[{\"to\":0,\"role\":\"dead_end\",\"say\":\"overlay.dead.nobody\","
        "\"interface\":\"eth0\"}]}");
    get(&l, "/timelines/T0/overlays/next_hops?to=10.0.2.0/24", 200, "\"overlay.here.network\"");
}

/* Each change once: at the beginning, when the loop begins, when it is mended, at the cut. */
static void test_who_believes_what_over_time(void **state) {
    (void)state;
    struct lab_names l = circle();
    const char *path = "/timelines/T0/beliefs?overlay=next_hops&to=b";
    struct reply all = ask(house.port, "GET", lab_path(&l, path), NULL, NULL, NULL);
    assert_int_equal(all.status, 200);
    static const char *const changes[] = {
        "\"t\":0,\"from\":1,\"ways\":[{\"to\":2,\"role\":\"plain\"",
        "\"t\":0,\"from\":3,\"ways\":[{\"to\":4,\"role\":\"plain\"",
        "\"t\":0,\"from\":4,\"ways\":[{\"to\":0,\"role\":\"here\"",
        "\"t\":1000000000,\"from\":1,\"ways\":[{\"to\":2,\"role\":\"doomed\"",
        "\"t\":1000000000,\"from\":2,\"ways\":[{\"to\":3,\"role\":\"loop\"",
        "\"t\":1000000000,\"from\":3,\"ways\":[{\"to\":2,\"role\":\"loop\"",
        "\"t\":2000000000,\"from\":3,\"ways\":[{\"to\":4,\"role\":\"plain\"",
        "\"t\":3000000000,\"from\":3,\"ways\":[{\"to\":0,\"role\":\"dead_end\""};
    const char *at = all.body;
    for (size_t n = 0; n < sizeof changes / sizeof *changes; n++) {
        const char *next = strstr(at, changes[n]);
        if (next == NULL) fail_msg("no %s in %s", changes[n], all.body);
        at = next;
    }
    size_t told = 0;
    for (at = all.body; (at = strstr(at, "\"from\":")) != NULL; at++) told++;
    assert_int_equal(told - 1, 4 + 3 + 3 + 3); /* the first is where it begins */
    long head = number_of(strstr(all.body, "],\"to\":"), "to");
    reply_free(&all);

    char rest[128]; /* from later on: first what is believed then */
    snprintf(rest, sizeof rest, "%s&from=%ld", path, head);
    struct reply later = ask(house.port, "GET", lab_path(&l, rest), NULL, NULL, NULL);
    assert_int_equal(later.status, 200);
    assert_true(reply_has(&later, "\"from\":3,\"ways\":[{\"to\":0,\"role\":\"dead_end\""));
    assert_false(reply_has(&later, "loop"));
    reply_free(&later);
    snprintf(rest, sizeof rest, "%s&from=%ld", path, head + 1);
    get(&l, rest, 416, "future");
}

/* Two routers with one cable between them, whose daemons become neighbours. */
static const char neighbours_lab[] =
    "{\"netstep\":1,\"nodes\":["
    "{\"name\":\"r1\",\"kind\":\"router\",\"interfaces\":["
    "{\"name\":\"eth0\",\"address\":\"10.0.12.1/24\"}],"
    "\"config\":[\"router ospf\",\"ospf router-id 10.255.0.1\",\"network 10.0.0.0/8 area 0\"]},"
    "{\"name\":\"r2\",\"kind\":\"router\",\"interfaces\":["
    "{\"name\":\"eth0\",\"address\":\"10.0.12.2/24\"}],"
    "\"config\":[\"router ospf\",\"ospf router-id 10.255.0.2\",\"network 10.0.0.0/8 area 0\"]},"
    "{\"name\":\"h\"}],\"links\":[{\"between\":[\"r1:eth0\",\"r2:eth0\"]}]}";

static void test_what_a_daemon_has_computed(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, neighbours_lab);
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"120s\"}",
                 NULL, 200, "\"stopped\"");
    get(&l, "/timelines/T0/overlays", 200,
        "\"name\":\"tree\",\"title\":\"overlay.tree\",\"help\":\"overlay.tree.help\",\"of_node\":"
        "true,\"to_address\":false,\"own_vertices\":false,\"nodes\":[1,2]");
    get(&l, "/timelines/T0/overlays/tree?node=r1", 200,
        "\"arrows\":[{\"from\":1,\"ways\":[{\"to\":2,\"role\":\"tree\",\"say\":\"overlay.tree."
        "edge\",\"interface\":\"eth0\",\"links\":[1],\"via\":\"10.0.12.2\",\"cost\":10}]}]");
    get(&l, "/timelines/T0/overlays/map?node=r2", 200, "\"name\":\"10.0.12.0/24\"");
    get(&l, "/timelines/T0/beliefs?overlay=tree&node=r1", 200,
        "\"from\":1,\"ways\":[{\"to\":2,\"role\":\"tree\"");
}

static void test_what_is_refused(void **state) {
    (void)state;
    struct lab_names l = circle();
    get(&l, "/timelines/T0/overlays/dreams", 404, "no_overlay");
    get(&l, "/timelines/T0/overlays/next_hops", 400, "\"place\":\"to\"");
    get(&l, "/timelines/T0/overlays/next_hops?to=nobody", 400, "\"place\":\"to\"");
    get(&l, "/timelines/T0/overlays/next_hops?to=224.0.0.5", 400, "\"place\":\"to\"");
    get(&l, "/timelines/T0/overlays/tree?node=nobody", 400, "no_node");
    get(&l, "/timelines/T0/overlays/tree", 400, "\"place\":\"node\"");
    get(&l, "/timelines/T0/overlays/next_hops?to=b&at=99999", 404, "future");
    get(&l, "/timelines/T0/overlays?at=x", 400, "\"place\":\"at\"");
    get(&l, "/timelines/T9/overlays", 404, "no_timeline");
    get(&l, "/timelines/T0/beliefs?to=b", 400, "beliefs needs");
    get(&l, "/timelines/T0/beliefs?overlay=map&node=r1", 400, "one moment only");
    get(&l, "/timelines/T0/beliefs?overlay=next_hops&to=", 400, "\"place\":\"to\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_there_is_to_be_drawn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_picture_at_a_moment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_believes_what_over_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_a_daemon_has_computed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
