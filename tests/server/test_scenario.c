#include "scenario.h"
/*
 * Scenario files: what the example means, what is completed, what is refused and how. The refusals
 * that the schema knows too are compared with it in tests/schemas.py; here are those that need
 * more than a schema: references, contradictions, and the words of the complaint.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "units.h"

static struct scenario_file *read_good(const char *text) {
    struct complaint why = {{0}, {0}};
    struct scenario_file *file = scenario_read(text, strlen(text), &why);
    if (file == NULL) fail_msg("%s: %s", why.place, why.problem);
    return file;
}

static void test_example(void **state) {
    (void)state;
    struct complaint why;
    struct scenario_file *file = scenario_load("tests/scenarios/router.json", &why);
    assert_non_null(file);
    const struct scenario *s = &file->scenario;
    assert_int_equal(s->seed, 7);
    assert_int_equal(s->node_count, 3);
    assert_int_equal(s->nodes[1].kind, NODE_ROUTER);
    assert_int_equal(s->nodes[0].gateway, 0x0a0001fe);
    assert_int_equal(s->nodes[1].interfaces[1].address, 0x0a0002fe);
    assert_int_equal(s->nodes[1].interfaces[1].prefix, 24);
    assert_string_equal(s->nodes[2].settings[0].name, "net.ipv4.tcp_synack_retries");
    assert_string_equal(s->nodes[2].settings[0].value, "5");
    assert_int_equal(s->links[0].delay_ns[0], 10000000);
    assert_int_equal(s->links[1].delay_ns[1], 20000000);
    assert_int_equal(s->links[0].rate_bps, 10000000);
    assert_int_equal(s->links[0].queue_frames, 64);
    assert_string_equal(s->links[1].node[1], "server");
    assert_int_equal(s->script[1].at, 1000000000);
    assert_string_equal(s->faults[0].on, "server->r1");
    assert_int_equal(s->faults[0].nth, 1);
    assert_int_equal(s->faults[0].kind, FAULT_DROP);
    struct lab *lab = scenario_lab(file, &why);
    assert_non_null(lab);
    free(lab);
    scenario_free(file);
}

static void test_files(void **state) {
    (void)state;
    struct scenario_file *file =
        read_good("{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"files\":["
                  "{\"name\":\"boot/kernel\",\"size\":5000},"
                  "{\"name\":\"text\",\"text\":\"two\\nlines\",\"mode\":\"0600\"},"
                  "{\"name\":\"octets\",\"base64\":\"AP8Qgw==\",\"mode\":\"666\"},"
                  "{\"name\":\"none\",\"base64\":\"\"}]}],\"limits\":{\"file_octets\":4000}}");
    const struct scenario_node *node = &file->scenario.nodes[0];
    assert_int_equal(node->file_count, 4);
    assert_int_equal(file->scenario.limits.file_octets, 4000);
    assert_string_equal(node->files[0].name, "boot/kernel");
    assert_int_equal(node->files[0].size, 5000);
    assert_null(node->files[0].octets);
    assert_int_equal(node->files[1].size, 9);
    assert_memory_equal(node->files[1].octets, "two\nlines", 9);
    assert_int_equal(node->files[1].mode, 0600);
    assert_int_equal(node->files[2].size, 4);
    assert_memory_equal(node->files[2].octets, "\0\xff\x10\x83", 4);
    assert_int_equal(node->files[2].mode, 0666);
    assert_int_equal(node->files[3].size, 0);
    assert_non_null(node->files[3].octets);
    struct complaint why;
    struct lab *lab = scenario_lab(file, &why);
    if (lab == NULL) fail_msg("%s: %s", why.place, why.problem);
    free(lab);
    scenario_free(file);
}

static void test_config(void **state) {
    (void)state;
    struct scenario_file *file =
        read_good("{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"kind\":\"router\",\"config\":["
                  "\"router rip\",\"exit\",\"router nothing\"]}]}");
    assert_int_equal(file->scenario.nodes[0].config_count, 3);
    assert_string_equal(file->scenario.nodes[0].config[0], "router rip");
    struct complaint why;
    assert_null(scenario_lab(file, &why)); /* what the lines mean, the engine knows */
    assert_string_equal(why.place, "nodes[0].config[2]");
    scenario_free(file);
}

static void test_completed(void **state) {
    (void)state;
    struct scenario_file *file = read_good(
        "{\"netstep\":1,\"nodes\":["
        "{\"name\":\"a\",\"interfaces\":[{\"address\":\"10.0.0.1/24\"}]},"
        "{\"name\":\"sw\",\"kind\":\"switch\"},"
        "{\"name\":\"b\",\"interfaces\":[{\"address\":\"10.0.0.2/24\"},{\"address\":\"10.1.0.2/"
        "24\"}]},"
        "{\"name\":\"c\",\"at\":[3,4]}],"
        "\"links\":[{\"between\":[\"a\",\"sw\"],\"delay\":[\"1ms\",\"2us\"]},"
        "{\"between\":[\"sw:up\",\"b:eth1\"],\"loss\":\"1/4\"}],"
        "\"script\":[{\"on\":\"a\",\"run\":\"ss\"}],"
        "\"faults\":[{\"on\":\"a -> sw\",\"do\":\"delay\",\"by\":\"3ms\",\"probability\":\"0.5%\"},"
        "{\"on\":\"a-sw\",\"do\":\"down\",\"at\":\"2s\",\"until\":\"3s\"}]}");
    const struct scenario *s = &file->scenario;
    assert_int_equal(s->seed, 1);
    assert_int_equal(s->nodes[0].kind, NODE_HOST);
    assert_string_equal(s->nodes[0].interfaces[0].name, "eth0");
    assert_string_equal(s->nodes[2].interfaces[1].name, "eth1");
    assert_int_equal(s->nodes[1].interface_count, 2);
    assert_string_equal(s->nodes[1].interfaces[0].name, "port1");
    assert_string_equal(s->nodes[1].interfaces[1].name, "up");
    assert_string_equal(s->links[0].interface[0], "eth0");
    assert_int_equal(s->links[0].delay_ns[0], 1000000);
    assert_int_equal(s->links[0].delay_ns[1], 2000);
    assert_int_equal(s->links[1].loss_ppm, 250000);
    assert_int_equal(s->script[0].at, 0);
    assert_null(s->script[0].process);
    assert_string_equal(s->faults[0].on, "a->sw");
    assert_int_equal(s->faults[0].delay_ns, 3000000);
    assert_int_equal(s->faults[0].chance_ppm, 5000);
    assert_int_equal(s->faults[1].from, 2000000000);
    /* By their distance from a: a, sw, b from left to right; c has its own place. */
    assert_true(s->nodes[0].x < s->nodes[1].x && s->nodes[1].x < s->nodes[2].x);
    assert_int_equal(s->nodes[3].x, 3);
    assert_int_equal(s->nodes[3].y, 4);
    scenario_free(file);
}

/* Two hosts and a link; %s stands where a case puts its mistake. */
#define NODES                                                                                      \
    "\"nodes\":[{\"name\":\"client\",\"interfaces\":[{\"name\":\"eth0\","                          \
    "\"address\":\"10.0.0.1/24\"}]},"                                                              \
    "{\"name\":\"server\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.0.2/24\"}]}]"
#define LINKS "\"links\":[{\"between\":[\"client:eth0\",\"server:eth0\"]}]"
#define WHOLE "{\"netstep\":1," NODES "," LINKS ","

#define FILES(list) "{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"files\":[" list "]}]}"
#define FORTY       "0123456789012345678901234567890123456789"

static const struct {
    const char *text, *place, *problem;
} refusals[] = {
    {"", "line 1", "not valid JSON"},
    {"[]", "file", "is a list"},
    {"{\"netstep\":1,\"netstep\":1}", "line 1", "duplicate"},
    {"{\"nodes\":[]}", "netstep", "is missing; begin the file with"},
    {"{\"netstep\":1,\"node\":[]}", "node", "did you mean \"nodes\"?"},
    {WHOLE "\"script\":[{\"on\":\"sever\",\"run\":\"ss\"}]}", "script[0].on",
     "no node \"sever\"; did you mean \"server\"?"},
    {WHOLE "\"script\":[{\"on\":\"zebra\",\"run\":\"ss\"}]}", "script[0].on", "add it to nodes"},
    {WHOLE "\"script\":[{\"at\":5,\"on\":\"client\",\"run\":\"ss\"}]}", "script[0].at",
     "5 has no unit; write \"5s\""},
    {WHOLE "\"script\":[{\"on\":\"client\",\"run\":\"ss\\nss\"}]}", "script[0].run",
     "control character"},
    {WHOLE "\"faults\":[{\"on\":\"client->serve\",\"do\":\"drop\"}]}", "faults[0].on",
     "did you mean \"server\"?"},
    {WHOLE "\"faults\":[{\"on\":\"client->server\",\"do\":\"dorp\"}]}", "faults[0].do",
     "did you mean \"drop\"?"},
    {WHOLE "\"faults\":[{\"on\":\"client->server\",\"do\":\"drop\",\"match\":\"tcp.flags.sin\"}]}",
     "faults[0].match", ""},
    {WHOLE
     "\"faults\":[{\"on\":\"client->server\",\"do\":\"delay\",\"delay\":\"1s\",\"by\":\"1s\"}]}",
     "faults[0].by", "same as delay"},
    {WHOLE
     "\"faults\":[{\"on\":\"client->server\",\"do\":\"drop\",\"from\":\"2s\",\"until\":\"1s\"}]}",
     "faults[0].until", "not after"},
    {WHOLE "\"faults\":[{\"on\":\"client->server\",\"do\":\"drop\",\"bit\":1}]}", "faults[0].bit",
     "only corrupt"},
    {WHOLE "\"faults\":[{\"on\":\"client->client\",\"do\":\"drop\"}]}", "faults[0].on", ""},
    {WHOLE "\"faults\":[{\"on\":\"client->server\",\"do\":\"edit\",\"set\":\"ip.ttl\"}]}",
     "faults[0].set", ""},
    {WHOLE "\"faults\":[{\"on\":\"client-server\",\"do\":\"down\",\"count\":1}]}",
     "faults[0].count", "by time"},
    {WHOLE "\"faults\":[{\"on\":\"r9\",\"do\":\"crash\"}]}", "faults[0].on", "no node is called"},
    {WHOLE "\"faults\":[{\"on\":\"client\",\"do\":\"boot\",\"until\":\"5s\"}]}", "faults[0].until",
     "does not end"},
    {WHOLE "\"faults\":[{\"on\":\"client:eth0->srver:eth0\",\"do\":\"drop\"}]}", "faults[0].on",
     "did you mean \"server\"?"},
    {WHOLE "\"faults\":[{\"on\":\"client:eth0->server:eth7\",\"do\":\"drop\"}]}", "faults[0].on",
     ""},
    {WHOLE "\"limits\":{\"connections\":1000000}}", "limits.connections", "out of range"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "nodes[1].name",
     "there twice"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"gateway\":\"10.0.0.1\"}]}", "nodes[0].gateway",
     "none of the node's networks"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"interfaces\":[{\"address\":\"10.0.0.1/24\"}],"
     "\"gateway\":\"10.0.0.1\"}]}",
     "nodes[0].gateway", "own address"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"interfaces\":[{\"address\":\"224.0.0.1/24\"}]}]}",
     "nodes[0].interfaces[0].address", "cannot be a node's own"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"kind\":\"switch\",\"gateway\":\"10.0.0.1\"}]}",
     "nodes[0].gateway", "a switch has no gateway"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"sysctl\":{\"net.ipv4.tcp_sin_retries\":1}}]}",
     "nodes[0].sysctl", ""},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"interfaces\":[{},{}]},{\"name\":\"b\","
     "\"interfaces\":[{}]}],\"links\":[{\"between\":[\"a\",\"b\"]}]}",
     "links[0].between[0]", "name one"},
    {"{\"netstep\":1," NODES ",\"links\":[{\"between\":[\"client:eth9\",\"server:eth0\"]}]}",
     "links[0].between[0]", "no interface client:eth9; did you mean eth0"},
    {"{\"netstep\":1," NODES ",\"links\":[{\"between\":[\"client:eth0\",\"server:eth0\"]},"
     "{\"between\":[\"client:eth0\",\"server:eth0\"]}]}",
     "links[1].between[0]", "has a cable already"},
    {"{\"netstep\":1," NODES ",\"links\":[{\"between\":[\"client:eth0\",\"client:eth0\"]}]}",
     "links[0].between[1]", "has a cable already"},
    {FILES("{\"name\":\"a\"}"), "nodes[0].files[0]", "holds nothing; give size, text or base64"},
    {FILES("{\"name\":\"a\",\"size\":1,\"text\":\"x\"}"), "nodes[0].files[0]", "give one of"},
    {FILES("{\"name\":\"a\",\"size\":-1}"), "nodes[0].files[0].size", ""},
    {FILES("{\"name\":\"a\",\"base64\":\"AA=A\"}"), "nodes[0].files[0].base64", "is no base64"},
    {FILES("{\"name\":\"a\",\"base64\":\"AAA\"}"), "nodes[0].files[0].base64", "is no base64"},
    {FILES("{\"name\":\"a\",\"size\":1,\"mode\":\"888\"}"), "nodes[0].files[0].mode", "0644"},
    {FILES("{\"name\":\"../a\",\"size\":1}"), "nodes[0].files[0].name", "is no file's name"},
    {FILES("{\"name\":\"a\",\"size\":1},{\"name\":\"/a\",\"size\":1}"), "nodes[0].files[1].name",
     "there twice"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"kind\":\"hub\",\"files\":[]}]}", "nodes[0].files",
     "a switch or hub has no files"},
    {"{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"files\":[{\"name\":\"a\",\"text\":\"" FORTY FORTY
     "\"}]},{\"name\":\"b\",\"files\":[{\"name\":\"a\",\"text\":\"x\"}]}],\"limits\":{\"file_"
     "octets\":1}"
     "}",
     "nodes[1].files[0]", "raise limits.file_octets"},
};

static void test_refusals(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct complaint why = {{0}, {0}};
        struct scenario_file *file =
            scenario_read(refusals[i].text, strlen(refusals[i].text), &why);
        struct lab *lab = file == NULL ? NULL : scenario_lab(file, &why);
        if (lab != NULL) fail_msg("taken: %s", refusals[i].text);
        if (strncmp(why.place, refusals[i].place, strlen(refusals[i].place)) != 0 ||
            strstr(why.problem, refusals[i].problem) == NULL || why.problem[0] == '\0')
            fail_msg("%s\n  says %s: %s\n  not  %s: %s", refusals[i].text, why.place, why.problem,
                     refusals[i].place, refusals[i].problem);
        assert_null(strchr(why.problem, '\n'));
        scenario_free(file);
    }
}

/* Within a larger document the place is the whole way, and the document keeps the complaint. */
static void test_inner(void **state) {
    (void)state;
    static const char text[] = "{\"scenario\":{\"netstep\":1,\"nodes\":[{\"name\":\"\"}]}}";
    struct complaint why;
    struct json_document *document = json_read(text, strlen(text), &why);
    assert_non_null(document);
    struct json_node root = json_root(document), inner = json_get(&root, "scenario");
    assert_null(scenario_read_node(&inner));
    assert_true(json_failed(document));
    assert_string_equal(json_complaint(document)->place, "scenario.nodes[0].name");
    json_free(document);
}

static void test_units(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ns; /* -1: refused */
    } times[] = {{"0", 0},
                 {"10ms", 10000000},
                 {"1.5s", 1500000000},
                 {"2us", 2000},
                 {"30ns", 30},
                 {"1min", 60000000000},
                 {"1h", 3600000000000},
                 {"0.1 s", 100000000},
                 {"10", -1},
                 {"ms", -1},
                 {"-1s", -1},
                 {"1.s", -1},
                 {".5s", -1},
                 {"1e3s", -1},
                 {"1.0000000001s", -1},
                 {"99999999999s", -1},
                 {"9007199.254740992s", 9007199254740992},
                 {"9007199.254740993s", -1},
                 {"18446744073709551617ns", -1},
                 {"1s ", -1}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ns = -1;
        assert_int_equal(read_duration(times[i].text, &ns), times[i].ns >= 0);
        assert_int_equal(ns, times[i].ns);
    }
    uint64_t bps = 0;
    assert_true(read_rate("1.5Mbit", &bps) && bps == 1500000);
    assert_true(read_rate("64kbit/s", &bps) && bps == 64000);
    assert_false(read_rate("0bit", &bps) || read_rate("10", &bps) || read_rate("10mbit", &bps));
    uint32_t ppm = 0;
    assert_true(read_chance("10%", &ppm) && ppm == 100000);
    assert_true(read_chance("0.0001%", &ppm) && ppm == 1);
    assert_true(read_chance("1/3", &ppm) && ppm == 333333);
    assert_true(read_chance("100%", &ppm) && ppm == 1000000);
    assert_false(read_chance("100.1%", &ppm) || read_chance("2/1", &ppm) ||
                 read_chance("1/0", &ppm));
    uint32_t address = 0, prefix = 0;
    assert_true(read_cidr("10.0.0.1/8", &address, &prefix) && address == 0x0a000001 && prefix == 8);
    assert_false(read_cidr("10.0.0.1", &address, &prefix) ||
                 read_cidr("1.2.3.4/33", &address, &prefix));
    assert_false(read_address("1.2.3", &address) || read_address("1.2.3.256", &address));
    assert_false(read_address("1.2.3.04", &address) || read_address("1.2.3.4.5", &address));
    uint8_t mac[6];
    assert_true(read_mac("02:00:00:00:fF:01", mac) && mac[4] == 0xff);
    assert_false(read_mac("02-00-00-00-00-01", mac) || read_mac("2:0:0:0:0:1", mac));
}

/* Two cables between the same nodes: a fault names its interfaces, for one direction or both. */
static void test_parallel(void **state) {
    (void)state;
    static const char *const ways[] = {"a:eth0->b:eth0", "a:eth0 -> b:eth0", "a:eth1-b:eth1",
                                       "b:eth1->a:eth1"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char text[800];
        snprintf(
            text, sizeof text,
            "{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"interfaces\":[{},{}]},{\"name\":\"b\","
            "\"interfaces\":[{},{}]}],\"links\":[{\"between\":[\"a:eth0\",\"b:eth0\"]},"
            "{\"between\":[\"a:eth1\",\"b:eth1\"]}],\"faults\":[{\"on\":\"%s\",\"do\":\"drop\"}]}",
            ways[i]);
        struct complaint why = {{0}, {0}};
        struct scenario_file *file = read_good(text);
        struct lab *lab = scenario_lab(file, &why);
        if (lab == NULL) fail_msg("%s: %s: %s", ways[i], why.place, why.problem);
        free(lab);
        scenario_free(file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),  cmocka_unit_test(test_files),
        cmocka_unit_test(test_config),   cmocka_unit_test(test_completed),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_inner),
        cmocka_unit_test(test_parallel), cmocka_unit_test(test_units)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
