#include "run.h"
/*
 * `netstep run` as it is called: its arguments, what it prints, what it leaves behind. The command
 * runs in this process, with its standard streams caught in files.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "buffer.h"
#include "engine.h"
#include "json.h"
#include "scenario.h"

struct result {
    int status;
    struct buffer out, err;
};

static char folder[] = "/tmp/netstep-test-XXXXXX";

static void read_all(const char *path, struct buffer *out) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count;
    do {
        char *room = buffer_room(out, 65536);
        count = fread(room, 1, 65536, file);
        buffer_took(out, count);
    } while (count > 0);
    fclose(file);
}

/* Sends a standard stream to a file; the descriptor to bring it back. */
static int divert(FILE *stream, const char *path) {
    fflush(stream);
    int kept = dup(fileno(stream)), file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(kept >= 0 && file >= 0);
    dup2(file, fileno(stream));
    close(file);
    return kept;
}
static void restore(FILE *stream, int kept) {
    fflush(stream);
    dup2(kept, fileno(stream));
    close(kept);
}

static struct result run(const char *arguments) {
    char line[512], *words[24], out[64], err[64];
    int count = 0;
    snprintf(line, sizeof line, "%s", arguments);
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(err, sizeof err, "%s/err", folder);
    int kept_out = divert(stdout, out), kept_err = divert(stderr, err);
    struct result result = {.status = run_main(count, words)};
    restore(stdout, kept_out);
    restore(stderr, kept_err);
    read_all(out, &result.out);
    read_all(err, &result.err);
    unlink(out);
    unlink(err);
    return result;
}

static void done(struct result *result) {
    buffer_free(&result->out);
    buffer_free(&result->err);
}

static int files_left(void) {
    char command[128];
    snprintf(command, sizeof command, "ls -A %s", folder);
    FILE *list = popen(command, "r");
    int count = 0;
    for (int c; (c = getc(list)) != EOF;) count += c == '\n';
    pclose(list);
    return count;
}

/* The last line, as JSON. */
static struct json_document *summary(const struct result *result) {
    assert_true(result->out.length > 2);
    const char *start = result->out.data + result->out.length - 1;
    while (start > result->out.data && start[-1] != '\n') start--;
    struct complaint why = {{0}, {0}};
    struct json_document *document = json_read(start, strlen(start), &why);
    if (document == NULL) fail_msg("%s: %s in %s", why.place, why.problem, start);
    return document;
}

static void copy_member(const struct result *result, const char *name, char *out, size_t size) {
    struct json_document *document = summary(result);
    struct json_node root = json_root(document), member = json_get(&root, name);
    struct buffer text = {0};
    json_write(&member, &text);
    snprintf(out, size, "%s", text.data);
    buffer_free(&text);
    json_free(document);
}

static void test_summary(void **state) {
    (void)state;
    struct result r = run("tests/scenarios/router.json");
    char member[64];
    assert_int_equal(r.status, 0);
    assert_int_equal(r.err.length, 0);
    assert_memory_equal(r.out.data, "{\"netstep\":\"run\",", 17);
    copy_member(&r, "stopped", member, sizeof member);
    assert_string_equal(member, "\"quiet\"");
    copy_member(&r, "seed", member, sizeof member);
    assert_string_equal(member, "7");
    copy_member(&r, "lost", member, sizeof member);
    assert_string_equal(member, "{\"fault\":1}");
    done(&r);
    r = run("tests/scenarios/router.json --until=1500ms --seed 9");
    copy_member(&r, "stopped", member, sizeof member);
    assert_string_equal(member, "\"until\"");
    copy_member(&r, "time_ns", member, sizeof member);
    assert_string_equal(member, "1500000000");
    copy_member(&r, "seed", member, sizeof member);
    assert_string_equal(member, "9");
    done(&r);
}

/* A seed gives one hash, whatever is written beside; another seed another. */
static void test_hash(void **state) {
    (void)state;
    char arguments[300], first[64], second[64], third[64];
    struct result r = run("tests/scenarios/lossy_both.json --seed 3");
    copy_member(&r, "hash_all", first, sizeof first);
    done(&r);
    snprintf(arguments, sizeof arguments,
             "tests/scenarios/lossy_both.json --seed 3 --detail full --events %s/e --pcap %s/p",
             folder, folder);
    r = run(arguments);
    copy_member(&r, "hash_all", second, sizeof second);
    done(&r);
    r = run("tests/scenarios/lossy_both.json --seed 4");
    copy_member(&r, "hash_all", third, sizeof third);
    done(&r);
    assert_string_equal(first, second);
    assert_string_not_equal(first, third);
    assert_int_equal(files_left(), 2);
    snprintf(arguments, sizeof arguments, "%s/e", folder);
    unlink(arguments);
    snprintf(arguments, sizeof arguments, "%s/p", folder);
    unlink(arguments);
}

/* What one end's program sent is what the other's took out, octet for octet. */
static void check_streams(const char *arguments, int64_t octets) {
    struct result r = run(arguments);
    struct json_document *document = summary(&r);
    struct json_node root = json_root(document), sockets = json_get(&root, "sockets");
    assert_int_equal(json_count(&sockets), 2);
    struct json_node a = json_item(&sockets, 0), b = json_item(&sockets, 1),
                     local = json_get(&a, "local"), remote = json_get(&b, "remote"),
                     a_sent = json_get(&a, "sent"), b_got = json_get(&b, "delivered"),
                     b_sent = json_get(&b, "sent"), a_got = json_get(&a, "delivered"),
                     count = json_get(&a_sent, "octets");
    assert_true(json_same(&local, &remote));
    assert_true(json_same(&a_sent, &b_got));
    assert_true(json_same(&b_sent, &a_got));
    assert_int_equal(json_integer_or(&count, -1), octets);
    json_free(document);
    done(&r);
}

static void test_streams(void **state) {
    (void)state;
    char arguments[128];
    for (int seed = 1; seed <= 5; seed++) {
        snprintf(arguments, sizeof arguments, "tests/scenarios/loss_1mb.json --seed %d", seed);
        check_streams(arguments, 1000000);
        snprintf(arguments, sizeof arguments, "tests/scenarios/lossy_both.json --seed %d", seed);
        check_streams(arguments, 80000);
    }
    check_streams("tests/scenarios/simultaneous_open.json", 1000);
    check_streams("tests/scenarios/half_close.json", 1200);
}

/* SHA-256 of nothing, and of six octets that another program can be asked about. */
static void test_digest(void **state) {
    (void)state;
    struct result r = run("lessons/opening/scenario.json");
    assert_non_null(strstr(r.out.data,
                           "\"sent\":{\"octets\":6,\"sha256\":\"5891b5b522d5df086d0ff0b110fb"
                           "d9d21bb4fc7163af34d08286a2e846f6be03\"}"));
    assert_non_null(strstr(r.out.data,
                           "\"octets\":0,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae"
                           "41e4649b934ca495991b7852b855\""));
    done(&r);
}

static void test_events(void **state) {
    (void)state;
    char arguments[128], path[64];
    struct buffer file = {0};
    struct result r = run("tests/scenarios/ping.json --events -"), again;
    assert_memory_equal(r.out.data, "{\"line\":\"hello\",\"v\":1,", 22);
    json_free(summary(&r));
    snprintf(arguments, sizeof arguments, "tests/scenarios/ping.json --events %s/events", folder);
    snprintf(path, sizeof path, "%s/events", folder);
    again = run(arguments);
    read_all(path, &file);
    /* The same lines in the file, the same summary behind them on standard output. */
    assert_int_equal(file.length + again.out.length, r.out.length);
    assert_memory_equal(file.data, r.out.data, file.length);
    assert_memory_equal(again.out.data, r.out.data + file.length, again.out.length);
    unlink(path);
    buffer_free(&file);
    done(&r);
    done(&again);
}

static void test_bad_usage(void **state) {
    (void)state;
    static const char *const cases[] = {
        "",
        "tests/scenarios/ping.json tests/scenarios/ping.json",
        "tests/scenarios/ping.json --untill 1s",
        "tests/scenarios/ping.json --until",
        "tests/scenarios/ping.json --until soon",
        "tests/scenarios/ping.json --until 10",
        "tests/scenarios/ping.json --seed -1",
        "tests/scenarios/ping.json --seed 99999999999999999999",
        "tests/scenarios/ping.json --detail most",
        "tests/scenarios/ping.json --events - --pcap -",
        "tests/scenarios/ping.json --events /no/such/folder/file",
        "tests/scenarios/ping.json --seed 9223372036854775808",
        "tests/scenarios/ping.json --pcap=",
        "tests/scenarios/ping.json --events tests/scenarios/ping.json",
        "tests/scenarios/none.json",
        "tests/scenarios",
        "README.md",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char arguments[256];
        bool own = strstr(cases[i], "--events") != NULL || strstr(cases[i], "--pcap") != NULL;
        snprintf(arguments, sizeof arguments, own ? "%s" : "%s --pcap %s/pcap --events %s/events",
                 cases[i], folder, folder);
        struct result r = run(arguments);
        const char *line = r.err.data;
        if (r.status != 2 || r.err.length < 20 || strchr(line, '\n') != line + r.err.length - 1)
            fail_msg("%s: status %d: %s", cases[i], r.status, line);
        assert_memory_equal(line, "netstep: ", 9);
        assert_non_null(strchr(line, ';')); /* the mend */
        assert_int_equal(r.out.length, 0);
        assert_int_equal(files_left(), 0);
        done(&r);
    }
}

static void test_one_file(void **state) {
    (void)state;
    char arguments[256];
    snprintf(arguments, sizeof arguments, "tests/scenarios/ping.json --events %s/x --pcap %s/./x",
             folder, folder);
    struct result r = run(arguments);
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err.data, "name one file"));
    assert_int_equal(files_left(), 0);
    done(&r);
    r = run("-- tests/scenarios/ping.json");
    assert_int_equal(r.status, 0);
    done(&r);
}

static void test_help(void **state) {
    (void)state;
    struct result r = run("--help");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out.data, "--until TIME"));
    done(&r);
}

/* A broadcast in a ring of switches whose cables take no time would go round for ever. */
static void test_storm(void **state) {
    (void)state;
    static const char storm[] =
        "{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"interfaces\":[{\"address\":\"10.0.0.1/24\"}]},"
        "{\"name\":\"s1\",\"kind\":\"switch\"},{\"name\":\"s2\",\"kind\":\"switch\"}],"
        "\"links\":[{\"between\":[\"a\",\"s1\"]},{\"between\":[\"s1\",\"s2\"]},{\"between\":["
        "\"s1\",\"s2\"]}],"
        "\"script\":[{\"on\":\"a\",\"run\":\"ping -c 1 10.0.0.9\"}]}";
    char path[64], member[64];
    snprintf(path, sizeof path, "%s/storm", folder);
    FILE *file = fopen(path, "wb");
    fputs(storm, file);
    fclose(file);
    struct result r = run(path);
    assert_int_equal(r.status, 0);
    copy_member(&r, "stopped", member, sizeof member);
    assert_string_equal(member, "\"livelock\"");
    done(&r);
    unlink(path);
}

/* Any octet, time, reason or state that is another makes another hash. */
struct mutant {
    struct trace_hash hash;
    uint64_t count, target;
    int what;
};
enum { NOTHING, OCTET, MOMENT, REASON, STATE_AFTER, EXPIRY, MUTATIONS };

static bool fits(const struct trace_record *r, int what) {
    switch (what) {
    case OCTET: return r->kind == TRACE_SENT && r->octet_count > 0;
    case MOMENT: return r->kind == TRACE_DELIVERED;
    case REASON: return r->kind == TRACE_LOST || r->kind == TRACE_DROPPED;
    case STATE_AFTER: return r->kind == TRACE_STATE;
    case EXPIRY: return r->kind == TRACE_TIMER_SET;
    default: return false;
    }
}

static void mutate(void *user, const struct lab *lab, const struct trace_record *from) {
    struct mutant *m = user;
    struct trace_record r = *from;
    static uint8_t octets[2048];
    (void)lab;
    if (fits(&r, m->what) && m->count++ == m->target) {
        switch (m->what) {
        case OCTET:
            memcpy(octets, r.octets, r.octet_count);
            octets[r.octet_count - 1] ^= 1;
            r.octets = octets;
            break;
        case MOMENT: r.at += 1; break;
        case REASON: r.reason += 1; break;
        case STATE_AFTER: r.after += 1; break;
        default: r.until += 1; break;
        }
    }
    trace_hash_add(&m->hash, &r);
}

static struct mutant hash_with(const struct scenario_file *file, int what, uint64_t target) {
    struct complaint why;
    struct mutant m = {.what = what, .target = target};
    struct lab *lab = scenario_lab(file, &why);
    struct sink sink = {.record = mutate, .user = &m, .wants = WANT_ALL};
    struct budget budget = {.until = 60000000000};
    trace_hash_begin(&m.hash);
    lab_step(lab, &sink, &budget);
    free(lab);
    return m;
}

static void test_mutations(void **state) {
    (void)state;
    struct complaint why;
    struct scenario_file *file = scenario_load("tests/scenarios/router.json", &why);
    struct mutant plain = hash_with(file, NOTHING, 0), same = hash_with(file, NOTHING, 0);
    assert_memory_equal(&plain.hash, &same.hash, sizeof plain.hash);
    for (int what = OCTET; what < MUTATIONS; what++)
        for (uint64_t target = 0; target < 3; target++) {
            struct mutant m = hash_with(file, what, target);
            if (m.count <= target) break; /* the run has fewer of them */
            assert_true(m.hash.lane[1] != plain.hash.lane[1]);
            if (what != EXPIRY && what != REASON) assert_true(m.hash.lane[0] != plain.hash.lane[0]);
        }
    scenario_free(file);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}
static int drop_folder(void **state) {
    (void)state;
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_summary), cmocka_unit_test(test_hash),
        cmocka_unit_test(test_streams), cmocka_unit_test(test_digest),
        cmocka_unit_test(test_events),  cmocka_unit_test(test_bad_usage),
        cmocka_unit_test(test_help),    cmocka_unit_test(test_one_file),
        cmocka_unit_test(test_storm),   cmocka_unit_test(test_mutations)};
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
