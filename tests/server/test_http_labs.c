#include "serve.h"
/* A lab over REST, over real sockets: its life, its control, its branches, its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "files.h"
#include "labs.h"
#include "service.h"

static struct house house;

static int setup(void **state) {
    (void)state;
    house_options(&house);
    house.options.log_octets = 2 << 20;
    house_open(&house);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    house_close(&house);
    return 0;
}

/* ----------------------------------------------------------- a lab and its control */

static void test_a_lab_from_start_to_end(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char join[64];
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200,
                 "\"head\":0,\"head_t\":0,\"running\":false");
    snprintf(join, sizeof join, "/api/join/%.3s-%s", l.join, l.join + 3);
    for (char *at = join + 10; *at; at++)
        if (*at >= 'A' && *at <= 'Z') *at += 32; /* people type small letters and hyphens */
    expect_reply(&house, "GET", join, NULL, NULL, NULL, 200, l.lab);
    expect_reply(&house, "GET", "/api/join/ZZZZZZ", NULL, NULL, NULL, 404, "no_room");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/step"), l.key, "{}", NULL, 200,
                 "\"running\":false");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/step"), l.key, "{\"count\":0}", NULL,
                 400, "\"place\":\"count\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/step"), l.key, "{\"count\":5}", NULL,
                 200, "paused");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"soon\"}",
                 NULL, 400, "\"place\":\"until\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"speed\":0}", NULL,
                 400, "\"place\":\"speed\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}",
                 NULL, 200, "\"head_t\":3000000000,\"running\":false,\"stopped\":\"until\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T9/run"), l.key, "{}", NULL, 404,
                 "no_timeline");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/complete?node=client&line=pi"), NULL,
                 NULL, NULL, 200, "\"ping\"");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/complete?node=nobody&line=pi"), NULL,
                 NULL, NULL, 400, "no_node");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/bins?n=0"), NULL, NULL, NULL, 400,
                 "\"place\":\"n\"");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/bins?n=4"), NULL, NULL, NULL, 200,
                 "\"lost\":0");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/keyframes/99999"), NULL, NULL, NULL,
                 404, "future");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/keyframes/x"), NULL, NULL, NULL, 400,
                 "keyframes");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/variables?m=tcp&obj=1"), NULL, NULL,
                 NULL, 400, "variables needs");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/variables?m=no&node=client&obj=1"),
                 NULL, NULL, NULL, 404, "no_machine");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/variables?m=tcp&node=no&obj=1"), NULL,
                 NULL, NULL, 404, "no_node");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/packets/0"), NULL, NULL, NULL, 404,
                 "no_packet");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/judge?lesson=a&step=b"), NULL, NULL,
                 NULL, 404, "no_lesson");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/judge"), NULL, NULL, NULL, 400,
                 "judge needs");
}

/* The event of this kind and protocol that is the nth from 1 on. */
static long event_index(const struct lab_names *l, const char *marks, int nth) {
    struct reply r = ask(house.port, "GET", lab_path(l, "/timelines/T0/events"), NULL, NULL, NULL);
    long found = -1;
    for (char *line = strtok(r.body, "\n"); line; line = strtok(NULL, "\n"))
        if (strstr(line, marks) && !--nth) {
            found = number_of(line, "i");
            break;
        }
    reply_free(&r);
    return found;
}

/* What a connection's fields became; from a later event on, the end of the same list. */
static void expect_variables(const struct lab_names *l) {
    char address[160];
    long st = event_index(l, "\"to\":\"SYN-SENT\"", 1);
    struct reply all =
        ask(house.port, "GET", lab_path(l, "/timelines/T0/events"), NULL, NULL, NULL);
    char *line = strstr(all.body, "\"to\":\"SYN-SENT\"");
    assert_non_null(line);
    while (line > all.body && line[-1] != '\n') line--;
    long object = number_of(line, "obj");
    snprintf(address, sizeof address, "/timelines/T0/variables?m=tcp&node=client&obj=%ld", object);
    struct reply r = ask(house.port, "GET", lab_path(l, address), NULL, NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_true(reply_has(&r, "\"SND.UNA\""));
    assert_true(number_of(r.body, "to") > st);
    long first = 0, field = 0;
    char *samples = strstr(r.body, "\"samples\":[");
    assert_int_equal(sscanf(samples, "\"samples\":[%ld,%ld", &first, &field), 2);
    assert_true(first > 0 && first <= st && st < first + 8);
    snprintf(address, sizeof address, "/timelines/T0/variables?m=tcp&node=client&obj=%ld&from=%ld",
             object, st + 1);
    struct reply later = ask(house.port, "GET", lab_path(l, address), NULL, NULL, NULL);
    assert_int_equal(later.status, 200);
    const char *rest = strstr(later.body, "\"samples\":[") + 11;
    size_t length = (size_t)(strchr(rest, ']') - rest);
    assert_true(length > 20);
    assert_non_null(memmem(r.body, strlen(r.body), rest + 1, length - 1));
    reply_free(&later);
    reply_free(&r);
    reply_free(&all);
}

static void test_ranges_packets_and_tables(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char address[128], value[64];
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}",
                 NULL, 200, NULL);
    struct reply all =
        ask(house.port, "GET", lab_path(&l, "/timelines/T0/events"), NULL, NULL, NULL);
    struct reply some =
        ask(house.port, "GET", lab_path(&l, "/timelines/T0/events?from=5&to=9"), NULL, NULL, NULL);
    char *from = strstr(all.body, "{\"line\":\"events\",\"e\":[{\"i\":5,");
    char *to = strstr(all.body, "{\"line\":\"events\",\"e\":[{\"i\":9,");
    assert_true(from && to);
    assert_int_equal(some.length, to - from);
    assert_memory_equal(some.body, from, some.length);
    reply_free(&some);
    uint32_t count = 0;
    for (size_t n = 0; n < all.length; n++) count += all.body[n] == '\n';
    some = ask(house.port, "GET", lab_path(&l, "/timelines/T0/events"), NULL, NULL,
               "Accept: application/octet-stream\r\n");
    assert_true(reply_header(&some, "X-Strings-At", value, sizeof value));
    assert_int_equal(strtoul(value, NULL, 10), count * 48);
    assert_int_equal(some.body[count * 48], '[');
    reply_free(&some);
    reply_free(&all);
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/events?from=9999"), NULL, NULL, NULL,
                 416, "future");
    expect_reply(&house, "GET", lab_path(&l, "/timelines/T0/events?detail=all"), NULL, NULL, NULL,
                 400, "\"place\":\"detail\"");

    long syn = event_index(&l, "\"k\":\"tx\"", 3), got = event_index(&l, "\"k\":\"rx\"", 3);
    assert_true(syn > 0 && got > syn);
    for (int n = 0; n < 2; n++) { /* the SYN, as sent and as received: the same octets */
        snprintf(address, sizeof address, "/timelines/T0/packets/%ld", n ? got : syn);
        struct reply r = ask(house.port, "GET", lab_path(&l, address), NULL, NULL, NULL);
        assert_int_equal(r.status, 200);
        assert_true(value_of(r.body, "octets", value, sizeof value));
        assert_memory_equal(value, "0200000002010200000001010800", 28);
        assert_true(reply_has(&r, "\"name\":\"tcp.flags.syn\""));
        reply_free(&r);
    }
    snprintf(address, sizeof address, "/timelines/T0/keyframes/%ld", syn + 1);
    struct reply r = ask(house.port, "GET", lab_path(&l, address), NULL, NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_true(number_of(r.body, "i") <= syn + 1);
    assert_true(reply_has(&r, "LISTEN"));
    assert_false(reply_has(&r, "ESTABLISHED"));
    reply_free(&r);
    expect_variables(&l);
    r = ask(house.port, "GET", lab_path(&l, "/timelines/T0/pcap"), NULL, NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_memory_equal(r.body, "\x0a\x0d\x0d\x0a", 4); /* a section header block */
    reply_free(&r);
}

static void test_control(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    char wrong[33] = "00000000000000000000000000000000", own[40];
    static const char *const moves[] = {"/timelines/T0/step", "/timelines/T0/run",
                                        "/timelines/T0/pause"};
    for (int n = 0; n < 3; n++) {
        expect_reply(&house, "POST", lab_path(&l, moves[n]), NULL, "{}", NULL, 403, "no_control");
        expect_reply(&house, "POST", lab_path(&l, moves[n]), wrong, "{}", NULL, 403, "no_control");
        expect_reply(&house, "POST", lab_path(&l, moves[n]), "", "{}", NULL, 403, "no_control");
    }
    expect_reply(&house, "POST", lab_path(&l, "/class"), NULL, "{\"timeline\":\"T0\",\"i\":0}",
                 NULL, 403, "no_control");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}",
                 NULL, 200, NULL);
    /* A viewer's command makes a branch that he controls, and he alone. */
    struct reply r = ask(house.port, "POST", lab_path(&l, "/timelines/T0/commands"), NULL,
                         "{\"id\":\"v1\",\"node\":\"client\",\"line\":\"ping -c 1 server\"}", NULL);
    assert_int_equal(r.status, 200);
    assert_true(reply_has(&r, "\"timeline\":\"T1\""));
    assert_true(value_of(r.body, "key", own, sizeof own));
    char *first = strdup(r.body);
    reply_free(&r);
    r = ask(house.port, "POST", lab_path(&l, "/timelines/T0/commands"), NULL,
            "{\"id\":\"v1\",\"node\":\"client\",\"line\":\"ping -c 1 server\"}", NULL);
    assert_string_equal(r.body, first); /* a repeat is answered, not done again */
    reply_free(&r);
    free(first);
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T1/step"), own, "{}", NULL, 200,
                 "\"timeline\":\"T1\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/step"), own, "{}", NULL, 403,
                 "no_control");
    expect_reply(&house, "POST", lab_path(&l, "/class"), own, "{\"timeline\":\"T1\",\"i\":0}", NULL,
                 403, "no_control");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T1/commands"), own,
                 "{\"id\":\"v2\",\"line\":\"ss\",\"node\":\"client\"}", NULL, 200,
                 "\"timeline\":\"T1\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T1/step"), l.key, "{}", NULL, 200,
                 NULL); /* the teacher helps */
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200,
                 "\"id\":\"T1\",\"parent\":\"T0\"");
}

static void test_commands(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, handshake_lab);
    const char *to = "/timelines/T0/commands";
    expect_reply(&house, "POST", lab_path(&l, to), l.key, "{\"line\":\"ss\"}", NULL, 400,
                 "\"place\":\"id\"");
    expect_reply(&house, "POST", lab_path(&l, to), l.key, "{\"id\":\"\",\"line\":\"ss\"}", NULL,
                 400, "\"place\":\"id\"");
    expect_reply(&house, "POST", lab_path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"\"}", NULL, 400,
                 "\"place\":\"line\"");
    expect_reply(&house, "POST", lab_path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"a\\nb\"}", NULL,
                 400, "one line");
    expect_reply(&house, "POST", lab_path(&l, to), l.key,
                 "{\"id\":\"1\",\"line\":\"ss\",\"node\":\"x\"}", NULL, 400, "no_node");
    expect_reply(&house, "POST", lab_path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"ss\",\"at\":7}",
                 NULL, 409, "future");
    expect_reply(&house, "POST", lab_path(&l, to), l.key, "{\"id\":\"1\",\"line\":\"dance\"}", NULL,
                 400, "bad_command");
    expect_reply(&house, "POST", lab_path(&l, to), l.key,
                 "{\"id\":\"1\",\"line\":\"fault client->server dance\"}", NULL, 400,
                 "bad_command");
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200,
                 "\"head\":0"); /* nothing was half-done */
    expect_reply(&house, "POST", lab_path(&l, to), l.key,
                 "{\"id\":\"1\",\"line\":\"fault client->server drop nth 1 match tcp.flags.syn\"}",
                 NULL, 200, "\"timeline\":\"T0\",\"step\":1,\"i\":0");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{\"until\":\"3s\"}",
                 NULL, 200, NULL);
    struct reply r = ask(house.port, "GET", lab_path(&l, "/timelines/T0/events"), NULL, NULL, NULL);
    assert_true(reply_has(&r, "\"k\":\"lost\""));
    reply_free(&r);
    /* At 0 the past is before everything; the parent's events stay what they were. */
    expect_reply(&house, "POST", lab_path(&l, to), l.key,
                 "{\"id\":\"2\",\"line\":\"link client-server down\",\"at\":0}", NULL, 200,
                 "\"parent\":\"T0\",\"at\":0");
    /* Once all is quiet a command may come later than the last event did. */
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{}", NULL, 200, NULL);
    expect_reply(&house, "POST", lab_path(&l, to), l.key,
                 "{\"id\":\"3\",\"line\":\"hostname\",\"node\":\"client\",\"time\":\"2h\"}", NULL,
                 200, "\"timeline\":\"T0\"");
    expect_reply(&house, "GET", lab_path(&l, ""), NULL, NULL, NULL, 200,
                 "\"head_t\":7200000000000");
    expect_reply(&house, "POST", lab_path(&l, to), l.key,
                 "{\"id\":\"4\",\"line\":\"ss\",\"node\":\"client\",\"time\":\"soon\"}", NULL, 400,
                 "\"place\":\"time\"");
}

static void test_a_run_without_end_stops_at_its_log(void **state) {
    (void)state;
    struct lab_names l = make_lab(house.port, flood_lab);
    struct reply r = ask(house.port, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{}", NULL);
    assert_true(r.status == 200 || r.status == 202);
    while (r.status == 202 || reply_has(&r, "\"running\":true")) { /* asked again, not slept for */
        reply_free(&r);
        r = ask(house.port, "POST", lab_path(&l, "/timelines/T0/run"), l.key, "{}", NULL);
    }
    assert_true(reply_has(&r, "log_full"));
    reply_free(&r);
}

/* Labs that are small when they are made must not grow past --memory later; and whoever holds
 * less than his share goes on. */
static void test_memory_is_a_bound_for_what_runs(void **state) {
    (void)state;
    enum { FLOODS = 6, MIB = 1 << 20 };
    house_close(&house);
    house.options.memory_octets = 16 * MIB;
    house.options.log_octets = 64 * MIB;
    house_open(&house);
    struct lab_names quiet = make_lab(house.port, handshake_lab), floods[FLOODS];
    for (int n = 0; n < FLOODS; n++) floods[n] = make_lab(house.port, flood_lab);
    for (int n = 0; n < FLOODS; n++) {
        struct reply r = {.status = 202};
        while (r.status == 202) {
            reply_free(&r);
            r = ask(house.port, "POST", lab_path(&floods[n], "/timelines/T0/run"), floods[n].key,
                    "{}", NULL);
        }
        assert_int_equal(r.status, 200);
        assert_true(reply_has(&r, "\"stopped\":\"memory\""));
        reply_free(&r);
    }
    size_t held = 0;
    for (int n = 0; n < FLOODS; n++) {
        struct room *room = labs_find(service_labs(house.service), floods[n].lab);
        held += room_memory(room);
        room_release(room);
    }
    /* What the first held before the others came, their shares, and what 10 ms add to each. */
    assert_true(held < 3 * 16 * MIB);
    expect_reply(&house, "POST", lab_path(&floods[0], "/timelines/T0/step"), floods[0].key, "{}",
                 NULL, 200, "\"memory\"");
    expect_reply(&house, "POST", lab_path(&quiet, "/timelines/T0/run"), quiet.key, "{}", NULL, 200,
                 "\"quiet\"");
    /* Answers may hold an eighth: one that is larger fails, and gives back what it had. */
    for (int n = 0; n < 3; n++) {
        expect_reply(&house, "GET", lab_path(&floods[0], "/timelines/T0/pcap"), NULL, NULL, NULL,
                     503, "\"busy\"");
        expect_reply(&house, "GET", lab_path(&floods[0], "/timelines/T0/events"), NULL, NULL,
                     "Accept: application/octet-stream\r\n", 503, "\"busy\"");
        expect_reply(&house, "GET", lab_path(&quiet, "/timelines/T0/pcap"), NULL, NULL, NULL, 200,
                     NULL);
    }
}

static void test_quotas(void **state) {
    (void)state;
    char body[4096];
    snprintf(body, sizeof body, "{\"scenario\":%s}", handshake_lab);
    house_close(&house);
    house.options.labs_per_visitor = 2;
    house.options.timelines = 2;
    house_open(&house);
    struct lab_names l = make_lab(house.port, handshake_lab);
    make_lab(house.port, handshake_lab);
    expect_reply(&house, "POST", "/api/labs", NULL, body, NULL, 429, "too_many_labs_of_yours");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/commands"), NULL,
                 "{\"id\":\"1\",\"line\":\"ss\",\"node\":\"client\"}", NULL, 200, "\"T1\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/commands"), NULL,
                 "{\"id\":\"2\",\"line\":\"ss\",\"node\":\"client\"}", NULL, 429,
                 "too_many_timelines");
    house_close(&house);
    house.options.timelines = 4; /* the last quarter is the key holder's */
    house_open(&house);
    l = make_lab(house.port, handshake_lab);
    for (int n = 0; n < 3; n++) {
        char command[80];
        snprintf(command, sizeof command, "{\"id\":\"%d\",\"line\":\"ss\",\"node\":\"client\"}", n);
        expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/commands"), NULL, command, NULL,
                     n < 2 ? 200 : 429, n < 2 ? "\"key\"" : "too_many_timelines");
    }
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/step"), l.key, "{\"count\":20}", NULL,
                 200, NULL);
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/commands"), l.key,
                 "{\"id\":\"4\",\"at\":2,\"line\":\"ss\",\"node\":\"client\"}", NULL, 200,
                 "\"T3\"");
    expect_reply(&house, "POST", lab_path(&l, "/timelines/T0/commands"), l.key,
                 "{\"id\":\"5\",\"at\":2,\"line\":\"ss\",\"node\":\"client\"}", NULL, 429,
                 "too_many_timelines");
    house_close(&house);
    house.options.labs_per_visitor = 300;
    house.options.labs = 1;
    house_open(&house);
    make_lab(house.port, handshake_lab);
    expect_reply(&house, "POST", "/api/labs", NULL, body, NULL, 503, "too_many_labs");
    house_close(&house);
    house.options.labs = 1000;
    house.options.lab_octets = 4096;
    house_open(&house);
    expect_reply(&house, "POST", "/api/labs", NULL, body, NULL, 413, "lab_too_large");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_lab_from_start_to_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ranges_packets_and_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_control, setup, teardown),
        cmocka_unit_test_setup_teardown(test_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_run_without_end_stops_at_its_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_is_a_bound_for_what_runs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_quotas, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
