#include "devices.h"
/*
 * Labs that are joined to devices, over REST. The devices here are pairs of sockets that keep
 * frames apart, as a tap device does; the test holds the other ends, and so needs no rights.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "labs.h"
#include "serve.h"
#include "service.h"

static struct house house;
static struct devices *devices;
static int world[2] = {-1, -1};

/* A host with a loose interface, and one whose cable leads to another host. */
static const char loose_lab[] =
    "{\"netstep\":1,\"seed\":3,\"nodes\":[{\"name\":\"host\",\"interfaces\":[{\"address\":"
    "\"10.9.0.2/24\"},{\"address\":\"10.8.0.2/24\"}]},{\"name\":\"other\",\"interfaces\":[{"
    "\"address\":\"10.8.0.1/24\"}]}],\"links\":[{\"between\":[\"host:eth1\",\"other\"]}]}";
static const uint8_t request[42] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0xaa, 0xaa, 0xaa, 0xaa, 0x01, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0xaa, 0xaa, 0xaa, 0xaa, 0x01,
    0x0a, 0x09, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x09, 0x00, 0x02};

static void open_house(const char *data) {
    house_options(&house);
    devices = devices_new();
    for (int n = 0; n < 2; n++) {
        int pair[2];
        char name[16];
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
        snprintf(name, sizeof name, "tap%d", n);
        assert_true(devices_add(devices, name, pair[0]));
        world[n] = pair[1];
    }
    house.options.devices = devices;
    house.options.data = data;
    house.options.journal_octets = 1 << 20;
    house_open(&house);
}

static int setup(void **state) {
    (void)state;
    open_house(NULL);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    house_close(&house);
    devices_free(devices);
    devices = NULL;
    for (int n = 0; n < 2; n++) close(world[n]);
    return 0;
}

static void post(const struct lab_names *l, const char *key, const char *rest, const char *body,
                 unsigned status, const char *part) {
    expect_reply(&house, "POST", lab_path(l, rest), key, body, NULL, status, part);
}
#define ATTACH "/timelines/T0/attach"
#define DETACH "/timelines/T0/detach"
#define TAP0   "{\"device\":\"tap0\",\"interface\":\"host:eth0\"}"

/* The next frame that leaves at a device; 0: none within two seconds. */
static size_t next_frame(int n, uint8_t out[2000]) {
    struct pollfd fd = {world[n], POLLIN, 0};
    if (poll(&fd, 1, 2000) != 1) return 0;
    ssize_t count = read(world[n], out, 2000);
    return count < 0 ? 0 : (size_t)count;
}

static void expect_answer(int n) {
    uint8_t frame[2000];
    assert_int_equal(write(world[n], request, sizeof request), sizeof request);
    do assert_int_not_equal(next_frame(n, frame), 0);
    while (frame[12] != 8 || frame[13] != 6 || frame[21] != 2);
    assert_memory_equal(frame, request + 6, 6);
}

static void a_lab_is_joined_and_let_go(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, loose_lab), other = make_lab(house.port, loose_lab);
    uint8_t frame[2000];
    expect_reply(&house, "GET", "/api/devices", NULL, NULL, NULL, 200,
                 "[{\"name\":\"tap0\",\"free\":true},{\"name\":\"tap1\",\"free\":true}]");
    /* What came before is not for this lab. */
    assert_int_equal(write(world[0], request, sizeof request), sizeof request);
    post(&l, l.key, ATTACH, TAP0, 200, "\"interface\":\"host:eth0\",\"in\":0");
    expect_answer(0);
    struct pollfd fd = {world[0], POLLIN, 0};
    assert_int_equal(poll(&fd, 1, 50), 0); /* one answer, to one request */
    expect_reply(&house, "GET", "/api/devices", NULL, NULL, NULL, 200, "\"tap0\",\"free\":false");
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200,
                 "\"devices\":[{\"name\":\"tap0\",\"timeline\":\"T0\",\"interface\":\"host:eth0\","
                 "\"in\":1,\"out\":1");
    expect_reply(&house, "GET", lab_path(&other, ""), NULL, NULL, NULL, 200,
                 "\"devices\":[],\"outside\":[\"host:eth0\"]");
    post(&other, other.key, ATTACH, TAP0, 409, "device_busy");
    post(&other, other.key, ATTACH, "{\"device\":\"tap1\",\"interface\":\"host:eth0\"}", 200,
         "tap1");
    expect_answer(1);
    expect_answer(0);
    post(&l, l.key, DETACH, "{\"device\":\"tap0\"}", 200, "\"devices\":[]");
    post(&l, l.key, DETACH, "{\"device\":\"tap0\"}", 409, "not_attached");
    assert_int_equal(write(world[0], request, sizeof request), sizeof request);
    assert_int_equal(poll(&fd, 1, 100), 0);
    post(&other, other.key, DETACH, "{\"device\":\"tap1\"}", 200, "\"devices\":[]");
    post(&other, other.key, ATTACH, TAP0, 200, "tap0");
    while (read(world[0], frame, sizeof frame) > 0) continue;
    expect_answer(0);
}

static void who_may_not_is_told(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, loose_lab);
    post(&l, NULL, ATTACH, TAP0, 403, "no_control");
    post(&l, "0123456789abcdef0123456789abcdef", ATTACH, TAP0, 403, "no_control");
    post(&l, l.key, "/timelines/T7/attach", TAP0, 404, "no_timeline");
    post(&l, l.key, ATTACH, "{\"device\":\"tap9\",\"interface\":\"host:eth0\"}", 404, "no_device");
    post(&l, l.key, ATTACH, "{\"device\":\"tap0\",\"interface\":\"host:eth1\"}", 400,
         "leads to other");
    post(&l, l.key, ATTACH, "{\"device\":\"tap0\",\"interface\":\"host:eth7\"}", 400,
         "no such interface");
    post(&l, l.key, ATTACH, "{\"device\":\"tap0\"}", 400, "interface");
    post(&l, l.key, ATTACH, "{\"interface\":\"host:eth0\"}", 400, "device");
    post(&l, l.key, ATTACH, "{\"device\":\"a-name-of-sixteen\",\"interface\":\"host:eth0\"}", 400,
         "at most 15");
    post(&l, l.key, ATTACH, TAP0, 200, "tap0");
    post(&l, l.key, ATTACH, "{\"device\":\"tap1\",\"interface\":\"host:eth0\"}", 409, "attached");
    post(&l, l.key, ATTACH, TAP0, 409, "attached");
    expect_reply(&house, "GET", lab_path(&l, ATTACH), NULL, NULL, NULL, 405, "POST");
}

/* It runs as the wall's clock does; what comes while it is paused is lost, and counted. */
static void a_joined_lab_runs_in_real_time(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, loose_lab);
    post(&l, l.key, ATTACH, TAP0, 200, "\"running\":true");
    post(&l, l.key, "/timelines/T0/run", "{}", 409, "real time");
    post(&l, l.key, "/timelines/T0/run", "{\"speed\":2}", 409, "real time");
    post(&l, l.key, "/timelines/T0/run", "{\"speed\":1,\"until\":\"1s\"}", 409, "real time");
    expect_answer(0);
    post(&l, l.key, "/timelines/T0/pause", "{}", 200, "paused");
    for (int n = 0; n < 3; n++)
        assert_int_equal(write(world[0], request, sizeof request), sizeof request);
    usleep(100000);
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200, "\"missed\":3");
    post(&l, l.key, "/timelines/T0/run", "{\"speed\":1}", 200, "\"running\":true");
    expect_answer(0);
    /* A branch off its past has no device, and steps as any other. */
    post(&l, l.key, "/timelines/T0/commands",
         "{\"id\":\"b\",\"at\":1,\"node\":\"host\",\"line\":\"ip neigh\"}", 200,
         "\"timeline\":\"T1\"");
    post(&l, l.key, "/timelines/T1/step", "{}", 200, "\"running\":false");
    expect_answer(0);
}

/* Frames as fast as they can be given: the lab is bounded, others go on. */
static void a_flood_is_bounded(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, loose_lab), quiet = make_lab(house.port, loose_lab);
    uint8_t frame[2000] = {0};
    memcpy(frame, request, sizeof request);
    post(&l, l.key, ATTACH, TAP0, 200, "tap0");
    post(&quiet, quiet.key, ATTACH, "{\"device\":\"tap1\",\"interface\":\"host:eth0\"}", 200,
         "tap1");
    bool full = false;
    for (int n = 0; n < 40000 && !full; n++) {
        struct pollfd fd = {world[0], POLLIN | POLLOUT, 0};
        poll(&fd, 1, 100);
        if (fd.revents & POLLOUT && write(world[0], frame, 1514) < 0) break;
        uint8_t out[2000];
        if (fd.revents & POLLIN && read(world[0], out, sizeof out) < 0) break;
        if (n % 200 == 0) expect_answer(1); /* the other lab is served meanwhile */
        full = n % 100 == 0 && device_is_free(devices_at(devices, 0));
    }
    /* 1 MiB of journal holds 335 of these frames; then the lab has left the device. */
    assert_true(full);
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200,
                 "\"stopped\":\"journal_full\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/commands"), l.key,
                 "{\"id\":\"c\",\"node\":\"host\",\"line\":\"ip neigh\"}", NULL, 200,
                 "\"id\":\"c\"");
    expect_answer(1);
}

static void strange_frames_and_a_vanished_device(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, loose_lab);
    uint8_t frame[3000] = {0};
    post(&l, l.key, ATTACH, TAP0, 200, "tap0");
    assert_int_equal(write(world[0], frame, 13), 13);
    assert_int_equal(write(world[0], frame, 1515), 1515);
    assert_int_equal(write(world[0], frame, 3000), 3000);
    assert_int_equal(write(world[0], frame, 1514), 1514);
    expect_answer(0);
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200, "\"missed\":3");
    close(world[0]);
    world[0] = -1;
    for (int n = 0; n < 100; n++) {
        struct reply reply = ask(house.port, "GET", lab_path(&l, ""), NULL, NULL, NULL);
        bool over = reply_has(&reply, "\"stopped\":\"device\"");
        reply_free(&reply);
        if (over) break;
        usleep(20000);
    }
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200, "\"stopped\":\"device\"");
    post(&l, l.key, ATTACH, TAP0, 409, "device_gone");
}

/* The journal is on the disk: after a restart the session can be stepped through. */
static void a_session_survives_a_restart(void **state) {
    (void)state;
    char folder[] = "/tmp/netstep-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    house_close(&house);
    teardown(NULL);
    open_house(folder);
    struct lab_names l = make_lab(house.port, loose_lab);
    post(&l, l.key, ATTACH, TAP0, 200, "tap0");
    for (int n = 0; n < 5; n++) expect_answer(0);
    struct reply before, after;
    post(&l, l.key, DETACH, "{\"device\":\"tap0\"}", 200, "\"devices\":[]");
    post(&l, l.key, "/timelines/T0/pause", "{}", 200, "paused");
    before = ask(house.port, "GET", lab_path(&l, "/timelines/T0/events"), NULL, NULL, NULL);
    teardown(NULL);
    open_house(folder);
    after = ask(house.port, "GET", lab_path(&l, "/timelines/T0/events"), NULL, NULL, NULL);
    assert_int_equal(after.status, 200);
    assert_true(before.length > 1000);
    assert_string_equal(before.body, after.body);
    reply_free(&before);
    reply_free(&after);
    snprintf(path, sizeof path, "%s/%s.ndjson", folder, l.lab);
    assert_int_equal(unlink(path), 0);
    rmdir(folder);
}

/* Without devices nothing is different. */
static void a_server_without_devices_says_so(void **state) {
    (void)state;
    house_close(&house);
    house.options.devices = NULL;
    house_open(&house);
    struct lab_names l = make_lab(house.port, loose_lab);
    expect_reply(&house, "GET", "/api/devices", NULL, NULL, NULL, 200, "{\"devices\":[]}");
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200, "\"devices\":null");
    struct reply reply = ask(house.port, "GET", lab_path(&l, ""), NULL, NULL, NULL);
    assert_false(reply_has(&reply, "\"outside\":"));
    reply_free(&reply);
    post(&l, l.key, ATTACH, TAP0, 404, "--tap");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lab_is_joined_and_let_go, setup, teardown),
        cmocka_unit_test_setup_teardown(who_may_not_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_joined_lab_runs_in_real_time, setup, teardown),
        cmocka_unit_test_setup_teardown(a_flood_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(strange_frames_and_a_vanished_device, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_survives_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_server_without_devices_says_so, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
