#include "story.h"
/*
 * The stream's lines: gapless, caused, and the same whether a timeline was followed from the start
 * or forked at any step. The form of each line is held by tests/schemas.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"
#include "scenario.h"

struct collected {
    struct buffer text;
    size_t starts[20000];
    uint64_t steps[20000];
    uint32_t count;
};

static void collect(void *user, const struct story_line *line) {
    struct collected *c = user;
    assert_int_equal(line->text[line->length - 1], '\n');
    assert_int_equal(line->text[line->length], '\0');
    assert_true(c->count < 20000);
    c->starts[c->count] = c->text.length;
    c->steps[c->count++] = line->step;
    buffer_span(&c->text, line->text, line->length);
}

static void discard(struct collected *c) {
    buffer_free(&c->text);
    memset(c, 0, sizeof *c);
}

static struct lab *lab_of(const char *path) {
    struct complaint why = {{0}, {0}};
    struct scenario_file *file = scenario_load(path, &why);
    struct lab *lab = file == NULL ? NULL : scenario_lab(file, &why);
    if (lab == NULL) fail_msg("%s: %s: %s", path, why.place, why.problem);
    scenario_free(file);
    return lab;
}

static void run_steps(struct lab *lab, struct story *story, uint64_t steps, sim_time until) {
    struct sink sink = story_sink(story);
    struct budget budget = {.steps = steps, .until = until};
    lab_step(lab, &sink, &budget);
}

static struct collected whole, branch;

/* A fork at any step goes on with exactly the lines that the parent went on with. */
static void fork_everywhere(const char *path, enum detail detail, sim_time until, uint64_t stride) {
    struct lab *lab = lab_of(path);
    struct story *parent = story_new(detail, collect, &whole);
    run_steps(lab, parent, 0, until);
    uint64_t last = lab_steps(lab);
    free(lab);
    assert_int_equal(story_next(parent), whole.count);
    assert_true(whole.count > 20);
    for (uint64_t step = 0; step <= last; step += stride) {
        struct story *child = story_fork(parent, step, collect, &branch);
        uint32_t first = 0;
        while (first < whole.count && whole.steps[first] <= step) first++;
        assert_int_equal(story_next(child), first);
        struct lab *again = lab_of(path);
        struct budget budget = {.steps = step, .until = until};
        if (step > 0) lab_step(again, NULL, &budget);
        run_steps(again, child, 0, until);
        assert_int_equal(first + branch.count, whole.count);
        if (branch.count > 0)
            assert_string_equal(branch.text.data, whole.text.data + whole.starts[first]);
        free(again);
        story_free(child);
        discard(&branch);
    }
    story_free(parent);
    discard(&whole);
}

static void test_fork(void **state) {
    (void)state;
    fork_everywhere("tests/scenarios/simultaneous_open.json", DETAIL_STORY, 5000000000, 1);
    fork_everywhere("tests/scenarios/ttl.json", DETAIL_STORY, 5000000000, 1);
    fork_everywhere("tests/scenarios/faults.json", DETAIL_FULL, 3000000000, 7);
    fork_everywhere("tests/scenarios/hub.json", DETAIL_FULL, 3000000000, 5);
}

/* A fork that is given another future does not disturb the parent. */
static void test_two_futures(void **state) {
    (void)state;
    struct complaint why;
    struct lab *lab = lab_of("tests/scenarios/ping.json"),
               *other = lab_of("tests/scenarios/ping.json");
    struct story *parent = story_new(DETAIL_STORY, collect, &whole);
    run_steps(lab, parent, 3, 1500000000);
    struct story *child = story_fork(parent, lab_steps(lab), collect, &branch);
    struct budget budget = {.steps = 3, .until = 1500000000};
    lab_step(other, NULL, &budget);
    uint32_t shared = story_next(child);
    assert_int_equal(shared, whole.count);
    struct sink sink = story_sink(child);
    assert_true(lab_command(other, &sink, lab_now(other), 1, "ping -c 1 b", &why));
    run_steps(lab, parent, 0, 1500000000);
    run_steps(other, child, 0, 1500000000);
    char first[64];
    snprintf(first, sizeof first, "{\"line\":\"events\",\"e\":[{\"i\":%u,", shared);
    assert_memory_equal(branch.text.data, first, strlen(first));
    assert_memory_equal(whole.text.data + whole.starts[shared], first, strlen(first));
    assert_non_null(strstr(branch.text.data, "\"k\":\"cmd\""));
    assert_true(branch.count > whole.count - shared);
    story_free(parent);
    story_free(child);
    discard(&whole);
    discard(&branch);
    free(lab);
    free(other);
}

static struct json_document *read_members(struct buffer *members) {
    struct buffer text = {0};
    struct complaint why = {{0}, {0}};
    buffer_printf(&text, "{%s}", members->data);
    struct json_document *document = json_read(text.data, text.length, &why);
    if (document == NULL) fail_msg("%s: %s", why.place, why.problem);
    buffer_free(&text);
    return document;
}

static void test_world(void **state) {
    (void)state;
    struct buffer text = {0};
    struct lab *lab = lab_of("tests/scenarios/router.json");
    story_world(&text, lab);
    struct json_document *document = read_members(&text);
    struct json_node root = json_root(document), nodes = json_get(&root, "nodes"),
                     r1 = json_item(&nodes, 1), interfaces = json_get(&r1, "interfaces"),
                     second = json_item(&interfaces, 1), address = json_get(&second, "address"),
                     links = json_get(&root, "links"), graphs = json_get(&root, "graphs"),
                     tcp = json_get(&graphs, "tcp"), states = json_get(&tcp, "states");
    assert_int_equal(json_count(&nodes), 3);
    assert_string_equal(json_text_or(&address, ""), "10.0.2.254/24");
    assert_int_equal(json_count(&links), 2);
    assert_int_equal(json_count(&states), 11);
    json_free(document);
    buffer_free(&text);
    free(lab);
}

/* The tables of a snapshot are what the `tab` events so far add up to. */
static void test_snapshot(void **state) {
    (void)state;
    struct buffer text = {0};
    struct lab *lab = lab_of("tests/scenarios/router.json");
    struct story *story = story_new(DETAIL_STORY, collect, &whole);
    run_steps(lab, story, 0, 1200000000);
    story_snapshot(&text, lab);
    struct json_document *document = read_members(&text);
    struct json_node root = json_root(document), tables = json_get(&root, "tables"),
                     states = json_get(&root, "states"), arp = json_get(&tables, "arp"),
                     client = json_get(&arp, "1"), t = json_get(&root, "t");
    assert_int_equal(json_integer_or(&t, 0), 1200000000);
    assert_int_equal(json_count(&client), 1);
    struct json_node row = json_member(&client, 0), cell = json_item(&row, 0);
    assert_string_equal(json_text_or(&cell, ""), "10.0.1.254");
    /* Every row of the snapshot is told by its last `tab` event, word for word. */
    size_t compared = 0;
    for (size_t table = 0; table < json_count(&tables); table++) {
        struct json_node one = json_member(&tables, table);
        for (size_t n = 0; n < json_count(&one) && strcmp(one.key, "arp") == 0; n++) {
            struct json_node node = json_member(&one, n);
            for (size_t k = 0; k < json_count(&node); k++) {
                struct json_node cells = json_member(&node, k);
                struct buffer wanted = {0};
                buffer_printf(&wanted, "\"tab\":\"%s\",\"op\":\"set\",\"key\":%s,\"row\":", one.key,
                              cells.key);
                json_write(&cells, &wanted);
                assert_non_null(strstr(whole.text.data, wanted.data));
                buffer_free(&wanted);
                compared++;
            }
        }
    }
    assert_true(compared >= 4);
    assert_true(json_count(&states) >= 3);
    json_free(document);
    buffer_free(&text);
    story_free(story);
    discard(&whole);
    free(lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fork), cmocka_unit_test(test_two_futures),
        cmocka_unit_test(test_world), cmocka_unit_test(test_snapshot)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
