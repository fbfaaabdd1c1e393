#include "record.h"
/*
 * Records: what a session with the world outside wrote down is the same session again, to the same
 * hash; what is no record, or does not fit, is one line that says where. And `netstep bridge` as
 * far as it goes without a device.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "outside.h"
#include "run.h"
#include "tap.h"

static char folder[] = "/tmp/netstep-test-XXXXXX";
static char path[96], scenario_path[96], errors[4096];
static const char scenario[] =
    "{\"netstep\":1,\"seed\":9,\"nodes\":[{\"name\":\"host\",\"interfaces\":[{\"address\":"
    "\"10.9.0.2/24\"},{\"address\":\"10.8.0.2/24\"}]}],\"script\":[{\"at\":\"20ms\",\"on\":"
    "\"host\",\"run\":\"ping -c 1 10.9.0.1\"}]}";
static const uint8_t request[60] = {/* an ARP request and padding */
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0xaa, 0xaa,
                                    0xaa, 0xaa, 0x01, 0x08, 0x06, 0x00, 0x01, 0x08, 0x00,
                                    0x06, 0x04, 0x00, 0x01, 0x02, 0xaa, 0xaa, 0xaa, 0xaa,
                                    0x01, 0x0a, 0x09, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
                                    0x00, 0x00, 0x0a, 0x09, 0x00, 0x02};

static void write_file(const char *name, const char *text, size_t length) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
}

static int begin_all(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/session.ndjson", folder);
    snprintf(scenario_path, sizeof scenario_path, "%s/scenario.json", folder);
    write_file(scenario_path, scenario, strlen(scenario));
    return 0;
}
static int end_all(void **state) {
    (void)state;
    unlink(path);
    unlink(scenario_path);
    return rmdir(folder);
}

/* ----------------------------------------------------------------------------------- a session */

static void hash_record(void *user, const struct lab *lab, const struct trace_record *r) {
    (void)lab;
    trace_hash_add(user, r);
}

/* Frames at odd times, and a command, as a session would have them; the record in `b`. */
static struct trace_hash session(struct buffer *b) {
    struct complaint why;
    struct outside_port port;
    struct trace_hash hash;
    struct sink sink = {hash_record, &hash, WANT_ALL};
    struct record_outside outside = {"host:eth0", "tap9", false};
    struct record_names names = {"abcdefghijk", "0123", "ABCDEF"};
    struct scenario_file *file = scenario_read(scenario, strlen(scenario), &why);
    assert_non_null(file);
    assert_true(outside_join(file, outside.place, outside.name, false, &port, &why));
    struct lab *lab = scenario_lab(file, &why);
    assert_non_null(lab);
    record_begin(b, &names, file->scenario.seed, &outside, 1, scenario, strlen(scenario));
    trace_hash_begin(&hash);
    for (int n = 0; n < 40; n++) {
        struct budget budget = {0, n * 1234567};
        lab_step(lab, &sink, &budget);
        struct journal_entry e = {.step = lab_steps(lab),
                                  .at = n * 1234567,
                                  .node = n == 20 ? 1 : port.node,
                                  .interface = n == 20 ? 0 : port.interface,
                                  .line = "ip neigh",
                                  .octets = request,
                                  .count = n % 3 ? 42 : 60 - (size_t)n};
        record_entry(b, "T0", &e);
        assert_true(journal_apply(lab, &sink, &e, &why));
    }
    struct budget budget = {0, 3000000000};
    lab_step(lab, &sink, &budget);
    record_head(b, "T0", lab_steps(lab), lab_now(lab), &hash);
    assert_false(b->failed);
    free(lab);
    scenario_free(file);
    return hash;
}

/* A command of the program; its complaint is in `errors`, its output in `out`. */
static int command(int (*main)(int, char **), const char *arguments, struct buffer *out) {
    char line[512], *words[24], name[2][64];
    int count = 0, kept[2];
    FILE *streams[2] = {stdout, stderr};
    snprintf(line, sizeof line, "%s", arguments);
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) words[count++] = word;
    words[count] = NULL;
    for (int n = 0; n < 2; n++) {
        snprintf(name[n], sizeof name[n], "%s/out%d", folder, n);
        fflush(streams[n]);
        kept[n] = dup(n + 1);
        int file = open(name[n], O_CREAT | O_TRUNC | O_WRONLY, 0600);
        dup2(file, n + 1);
        close(file);
    }
    int status = main(count, words);
    for (int n = 0; n < 2; n++) {
        fflush(streams[n]);
        dup2(kept[n], n + 1);
        close(kept[n]);
        FILE *file = fopen(name[n], "rb");
        size_t length = fread(errors, 1, sizeof errors - 1, file);
        errors[length] = '\0';
        if (n == 0 && out) buffer_span(out, errors, length);
        fclose(file);
        unlink(name[n]);
    }
    return status;
}

static void a_session_is_replayed_to_its_hash(void **state) {
    (void)state;
    struct buffer b = {0}, out = {0};
    struct trace_hash hash = session(&b);
    char expected[64], line[300];
    write_file(path, b.data, b.length);
    snprintf(expected, sizeof expected, "\"hash\":\"%016llx\"", (unsigned long long)hash.lane[0]);
    snprintf(line, sizeof line, "--journal %s", path);
    assert_int_equal(command(run_main, line, &out), 0);
    assert_non_null(strstr(out.data, expected));
    assert_non_null(strstr(out.data, "\"time_ns\":3000000000"));
    buffer_clear(&out);
    snprintf(line, sizeof line, "%s --journal %s", scenario_path, path);
    assert_int_equal(command(run_main, line, &out), 0);
    assert_non_null(strstr(out.data, expected));
    /* Cut short it is another run, and is not compared. */
    snprintf(line, sizeof line, "--journal %s --until 10ms", path);
    assert_int_equal(command(run_main, line, NULL), 0);
    buffer_free(&b);
    buffer_free(&out);
}

/* One digit of one frame, and the replay says that it is another session. */
static void a_changed_frame_is_noticed(void **state) {
    (void)state;
    struct buffer b = {0};
    char line[300];
    session(&b);
    char *frame = strstr(b.data, "\"frame\":\"ffffffffffff");
    assert_non_null(frame);
    frame[9 + 12 + 3] = 'b'; /* a digit of who asks */
    write_file(path, b.data, b.length);
    snprintf(line, sizeof line, "--journal %s", path);
    assert_int_equal(command(run_main, line, NULL), 1);
    assert_non_null(strstr(errors, "differs"));
    buffer_free(&b);
}

/* A crash cut the last line, and there is no head: what is whole is replayed. */
static void a_torn_end_is_ignored(void **state) {
    (void)state;
    struct buffer b = {0};
    char line[300];
    session(&b);
    char *head = strstr(b.data, "{\"head\"");
    assert_non_null(head);
    write_file(path, b.data, (size_t)(head - b.data) - 20);
    snprintf(line, sizeof line, "--journal %s", path);
    assert_int_equal(command(run_main, line, NULL), 0);
    buffer_free(&b);
}

static void expect_bad(const char *text, int status, const char *part) {
    char line[300];
    write_file(path, text, strlen(text));
    snprintf(line, sizeof line, "--journal %s", path);
    assert_int_equal(command(run_main, line, NULL), status);
    if (!strstr(errors, part)) fail_msg("\"%s\" does not say \"%s\"", errors, part);
    assert_non_null(strchr(errors, '\n'));
    assert_string_equal(strchr(errors, '\n'), "\n"); /* one line */
}

#define FIRST(outside)                                                                             \
    "{\"lab\":\"a\",\"seed\":9" outside ",\"scenario\":{\"netstep\":1,\"nodes\":[{\"name\":"       \
    "\"host\",\"interfaces\":[{\"address\":\"10.9.0.2/24\"}]}]}}\n"
#define JOINED FIRST(",\"outside\":[{\"at\":\"host:eth0\",\"name\":\"t\"}]")
#define FRAME(step, node, hex)                                                                     \
    "{\"do\":\"T0\",\"step\":" step ",\"at\":0,\"node\":" node ",\"interface\":1,\"frame\":\"" hex \
    "\"}\n"
#define ARP "ffffffffffff02aaaaaaaa0108060001"

static void what_is_no_record_is_told(void **state) {
    (void)state;
    expect_bad("", 2, "is empty");
    expect_bad("nonsense\n", 2, "line 1");
    expect_bad("[1]\n", 2, "line 1");
    expect_bad("{}\n", 2, "scenario");
    expect_bad(FIRST(",\"outside\":[{\"at\":\"host:eth7\",\"name\":\"t\"}]"), 2,
               "no such interface");
    expect_bad(FIRST(",\"outside\":[{\"at\":\"host\",\"name\":\"t\"}]"), 2, "NODE:INTERFACE");
    expect_bad(FIRST(",\"outside\":[{\"at\":\"nobody:eth0\",\"name\":\"t\"}]"), 2, "no such node");
    expect_bad(JOINED FRAME("0", "2", ""), 2, "line 2");
    expect_bad(JOINED FRAME("0", "2", "0"), 2, "line 2");
    expect_bad(JOINED FRAME("0", "2", "0g"), 2, "line 2");
    expect_bad(JOINED "{\"do\":\n", 2, "line 2");
    expect_bad(JOINED FRAME("0", "2", ARP) FRAME("0", "2", ARP), 2, "line 3");
    expect_bad(JOINED FRAME("0", "1", ARP), 2, "input 1");
    expect_bad(JOINED FRAME("0", "2", "ffff"), 2, "input 1");
    expect_bad(JOINED FRAME("7", "2", ARP), 2, "input 1");
}

static void a_journal_that_is_not_there_is_told(void **state) {
    (void)state;
    assert_int_equal(command(run_main, "--journal /nonexistent/j", NULL), 2);
    assert_non_null(strstr(errors, "cannot be opened"));
    assert_int_equal(command(run_main, "--journal", NULL), 2);
}

/* ------------------------------------------------------------------------- joining the outside */

static void expect_join(const char *text, const char *place, uint32_t node, uint32_t interface,
                        const char *problem) {
    struct complaint why = {"", ""};
    struct outside_port port;
    struct scenario_file *file = scenario_read(text, strlen(text), &why);
    if (!file) fail_msg("%s: %s", why.place, why.problem);
    bool joined = outside_join(file, place, "tap9", false, &port, &why);
    if (joined != (problem == NULL)) fail_msg("%s: %s", place, why.problem);
    if (problem && !strstr(why.problem, problem)) fail_msg("%s, not %s", why.problem, problem);
    if (joined) {
        struct lab *lab = scenario_lab(file, &why);
        assert_non_null(lab);
        assert_int_equal(port.node, node);
        assert_int_equal(port.interface, interface);
        assert_int_equal(lab_node(lab, node).kind, NODE_OUTSIDE);
        assert_int_not_equal(lab_interface(lab, node, interface).link, 0);
        free(lab);
    }
    scenario_free(file);
}

static void interfaces_are_joined(void **state) {
    (void)state;
    static const char text[] =
        "{\"netstep\":1,\"nodes\":[{\"name\":\"tap9\",\"interfaces\":[{\"address\":\"10.9.0.2/24\"}"
        ",{\"address\":\"10.8.0.2/24\"},{\"address\":\"10.7.0.2/24\"}]},{\"name\":\"other\","
        "\"interfaces\":[{\"address\":\"10.8.0.1/24\"}]},{\"name\":\"world\",\"kind\":\"outside\","
        "\"interfaces\":[{\"name\":\"a\"},{\"name\":\"b\",\"address\":\"10.7.0.1/"
        "24\"}]}],\"links\":"
        "[{\"between\":[\"tap9:eth1\",\"other\"]},{\"between\":[\"world:b\",\"tap9:eth2\"],"
        "\"delay\":\"5ms\"}]}";
    expect_join(text, "tap9:eth0", 4, 1, NULL); /* a node more, by another name */
    expect_join(text, "tap9:eth2", 3, 2, NULL);
    expect_join(text, "world:b", 3, 2, NULL);
    expect_join(text, "world:a", 0, 0, "no cable");
    expect_join(text, "tap9:eth1", 0, 0, "leads to other");
    expect_join(text, "tap9:eth3", 0, 0, "no such interface");
    expect_join(text, "eth0", 0, 0, "NODE:INTERFACE");
}

/* --------------------------------------------------------------------------------- the command */

static void expect_bridge(const char *arguments, const char *part) {
    char line[300];
    snprintf(line, sizeof line, arguments, scenario_path);
    assert_int_equal(command(bridge_main, line, NULL), 2);
    if (!strstr(errors, part)) fail_msg("%s: \"%s\" does not say \"%s\"", line, errors, part);
    assert_string_equal(strchr(errors, '\n'), "\n");
}

static void bad_usage_is_told(void **state) {
    (void)state;
    expect_bridge("", "no scenario");
    expect_bridge("%s", "nothing is attached");
    expect_bridge("%s --attach", "needs a value");
    expect_bridge("%s --attach host", "NODE:INTERFACE=TAP");
    expect_bridge("%s --attach host=tap0", "NODE:INTERFACE=TAP");
    expect_bridge("%s --attach host:eth0=", "NODE:INTERFACE=TAP");
    expect_bridge("%s --attach =tap0", "NODE:INTERFACE=TAP");
    expect_bridge("%s --attach host:eth0=a --attach host:eth0=b", "once");
    expect_bridge("%s --attach host:eth0=a --attach host:eth1=a", "once");
    expect_bridge("%s --attach nobody:eth0=tap0", "no such node");
    expect_bridge("%s --attach host:eth9=tap0", "no such interface");
    expect_bridge("%s --attach host:eth0=a-name-of-sixteen", "too long");
    expect_bridge("%s --attach host:eth0=a/b", "no name of a device");
    expect_bridge("%s --until soon --attach host:eth0=tap0", "10s");
    expect_bridge("%s --limit 0 --attach host:eth0=tap0", "MiB");
    expect_bridge("%s --tap tap0", "unknown option");
    expect_bridge("%s another", "two scenarios");
    expect_bridge("/nonexistent --attach host:eth0=tap0", "cannot be opened");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_replayed_to_its_hash),
        cmocka_unit_test(a_changed_frame_is_noticed),
        cmocka_unit_test(a_torn_end_is_ignored),
        cmocka_unit_test(what_is_no_record_is_told),
        cmocka_unit_test(a_journal_that_is_not_there_is_told),
        cmocka_unit_test(interfaces_are_joined),
        cmocka_unit_test(bad_usage_is_told),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
