#include "lesson.h"
/*
 * Lessons: what a page gets, what the events say, and what is refused. That the real lessons hold
 * is asserted by `netstep check`; here a small lesson is bent until it breaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "markdown.h"
#include "story.h"

/* ----------------------------------------------------------------------------------------- text */

static void blocks(const char *text, char *out, size_t size) {
    struct markdown markdown;
    struct complaint why = {{0}, {0}};
    struct buffer json = {0};
    if (!markdown_read(&markdown, text, strlen(text), &why))
        snprintf(out, size, "%s: %s", why.place, why.problem);
    else {
        block_write_list(markdown.root->first, NULL, NULL, NULL, &json);
        snprintf(out, size, "%s", json.data);
        markdown_free(&markdown);
    }
    buffer_free(&json);
}

static void test_markdown(void **state) {
    (void)state;
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"Plain *em* **strong** `code`",
         "[{\"kind\":\"p\",\"children\":[{\"kind\":\"text\",\"text\":\"Plain \"},{\"kind\":\"em\","
         "\"children\":[{\"kind\":\"text\",\"text\":\"em\"}]},{\"kind\":\"text\",\"text\":\" \"},"
         "{\"kind\":\"strong\",\"children\":[{\"kind\":\"text\",\"text\":\"strong\"}]},{\"kind\":"
         "\"text\","
         "\"text\":\" \"},{\"kind\":\"code\",\"text\":\"code\"}]}]"},
        {"two\nlines &amp; \"quotes\" \xe4\xb8\xad",
         "[{\"kind\":\"p\",\"children\":[{\"kind\":\"text\",\"text\":\"two lines & \\\"quotes\\\" "
         "\xe4\xb8\xad\"}]}]"},
        /* Chinese lines are joined without a blank. */
        {"\xe4\xb8\xad\n\xe6\x96\x87", "[{\"kind\":\"p\",\"children\":[{\"kind\":\"text\",\"text\":"
                                       "\"\xe4\xb8\xad\xe6\x96\x87\"}]}]"},
        {"- a\n- b", "[{\"kind\":\"ul\",\"children\":[{\"kind\":\"li\",\"children\":[{\"kind\":"
                     "\"text\",\"text\":\"a\"}]},"
                     "{\"kind\":\"li\",\"children\":[{\"kind\":\"text\",\"text\":\"b\"}]}]}]"},
        {"3. c",
         "[{\"kind\":\"ol\",\"start\":3,\"children\":[{\"kind\":\"li\",\"children\":[{\"kind\":"
         "\"text\",\"text\":\"c\"}]}]}]"},
        {"```sh\nls <x>\n```", "[{\"kind\":\"code\",\"lang\":\"sh\",\"text\":\"ls <x>\\n\"}]"},
        {"### Deep",
         "[{\"kind\":\"h\",\"level\":3,\"children\":[{\"kind\":\"text\",\"text\":\"Deep\"}]}]"},
        {"[x](https://e.org)", "[{\"kind\":\"p\",\"children\":[{\"kind\":\"a\",\"href\":\"https://"
                               "e.org\",\"children\":[{\"kind\":"
                               "\"text\",\"text\":\"x\"}]}]}]"},
        {"a\n\nb <b>bold</b>", "line 3: raw HTML is not allowed; write Markdown"},
        {"a\n\n<div>\nb\n</div>", "line 3: raw HTML is not allowed; write Markdown"},
        {"a\n\n<!-- no -->", "line 3: raw HTML is not allowed; write Markdown"},
        {"x\n[x](javascript:alert)",
         "line 2: unknown kind of link; begin it with https://, event:, lesson: or #"},
        {"![x](https://e.org/i.png)", "line 1: images are not drawn; describe it, or link to it"},
        {"&nbsp;", "line 1: unknown entity; write the letter itself"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[2000];
        blocks(cases[i].text, json, sizeof json);
        assert_string_equal(json, cases[i].json);
    }
}

static void test_nesting(void **state) {
    (void)state;
    char text[4001], out[200];
    memset(text, '>', 4000);
    text[4000] = '\0';
    blocks(text, out, sizeof out);
    assert_non_null(strstr(out, "nested too deeply"));
}

/* ------------------------------------------------------------------------------- a small lesson */

static char folder[] = "/tmp/netstep-test-XXXXXX";

static void write_file(const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static const char scenario[] =
    "{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"interfaces\":[{\"address\":\"10.0.0.1/24\"}]},"
    "{\"name\":\"b\",\"interfaces\":[{\"address\":\"10.0.0.2/24\"}]}],"
    "\"links\":[{\"between\":[\"a\",\"b\"],\"delay\":\"10ms\"}],"
    "\"script\":[{\"at\":\"1s\",\"on\":\"a\",\"run\":\"ping -c 1 b\"},"
    "{\"at\":\"3s\",\"on\":\"a\",\"run\":\"ping -c 1 b\"}]}";
static const char text_en[] = "## Ask {#ask}\n\nWho speaks?\n\n- A\n- B\n- C\n\n"
                              "After: [it](event:k=tx&n=b&lab=ARP%20reply).\n";
static const char text_zh[] = "## Wen {#ask}\n\nShei?\n\n- A\n- B\n- C\n\n[ta](event:k=tx&n=a).\n";
/* The answer and the checks are put in by each case. */
static const char lesson_form[] =
    "{\"slug\":\"small\",\"title\":{\"en\":\"S\",\"zh\":\"X\"},\"question\":{\"en\":\"Q\",\"zh\":"
    "\"W\"},"
    "\"minutes\":1,\"steps\":[{\"id\":\"ask\",\"kind\":\"predict\",\"until\":{\"t\":\"500ms\"},"
    "\"then\":{\"t\":\"2s\"},\"options\":[\"x\",\"y\",\"z\"],\"answer\":%s,\"checks\":[%s]}]}";
static const char first_b[] =
    "{\"first\":[{\"k\":\"tx\",\"n\":\"b\"},{\"k\":\"tx\",\"proto\":\"icmp\"}],"
    "\"gives\":[\"x\",\"y\"],\"otherwise\":\"z\"}";

static struct lesson *load(const char *answer, const char *checks, struct complaint *why) {
    char text[4000];
    snprintf(text, sizeof text, lesson_form, answer, checks);
    write_file("lesson.json", text);
    return lesson_load(folder, why);
}

static void take_line(void *user, const struct story_line *line) {
    buffer_span(user, line->text, line->length);
}

/* Runs the small lesson's lab to `until` and judges its step. */
static void judge(const char *answer, const char *checks, sim_time until, char *out, size_t size) {
    struct complaint why = {{0}, {0}};
    write_file("scenario.json", scenario);
    write_file("en.md", text_en);
    write_file("zh.md", text_zh);
    struct lesson *lesson = load(answer, checks, &why);
    if (lesson == NULL) fail_msg("%s: %s", why.place, why.problem);
    struct lab *lab = scenario_lab(lesson_scenario(lesson), &why);
    struct buffer lines = {0}, json = {0};
    struct story *story = story_new(DETAIL_STORY, take_line, &lines);
    struct sink sink = story_sink(story);
    struct budget budget = {.until = until};
    lab_step(lab, &sink, &budget);
    lesson_judge(lesson, 0, LANGUAGE_EN, lab, lines.length > 0 ? lines.data : "", lines.length,
                 &json);
    snprintf(out, size, "%s", json.data);
    buffer_free(&json);
    buffer_free(&lines);
    story_free(story);
    free(lab);
    lesson_free(lesson);
}

static void expect_answer(const char *answer, sim_time until, const char *option) {
    char json[1000], wanted[100];
    judge(answer, "", until, json, sizeof json);
    snprintf(wanted, sizeof wanted, option == NULL ? "\"answer\":null" : "\"answer\":\"%s\"",
             option);
    if (strstr(json, wanted) == NULL) fail_msg("%s at %lld: %s", answer, (long long)until, json);
}

static void test_answers(void **state) {
    (void)state;
    expect_answer(first_b, 500000000, NULL); /* nothing has happened: nobody is right or wrong */
    expect_answer(first_b, 1005000000, NULL);
    expect_answer(first_b, 1010000000, "x"); /* b's ARP reply comes before any ICMP */
    expect_answer("{\"first\":[{\"k\":\"tx\",\"n\":\"b\"},{\"k\":\"tx\",\"proto\":\"icmp\"}],"
                  "\"gives\":[\"x\","
                  "\"y\"],\"after\":{\"k\":\"rx\",\"n\":\"a\"},\"otherwise\":\"z\"}",
                  2000000000, "y");
    static const char rst[] =
        "{\"first\":[{\"k\":\"tx\",\"lab\":\"RST\"},{\"k\":\"lost\"}],\"gives\":[\"x\",\"y\"],"
        "\"otherwise\":\"z\"}";
    expect_answer(rst, 1900000000, NULL); /* what never happens is known at the step's end alone */
    expect_answer(rst, 2000000000, "z");
    static const char gap[] =
        "{\"gap\":[{\"k\":\"tx\",\"n\":\"a\"},{\"k\":\"rx\",\"n\":\"a\"}],\"bands\":["
        "{\"below\":\"20ms\",\"gives\":\"x\"},{\"below\":\"20001us\",\"gives\":\"y\"},"
        "{\"gives\":\"z\"}]}";
    expect_answer(gap, 1019000000, NULL);
    expect_answer(gap, 1020000000, "y");
    static const char count[] =
        "{\"count\":{\"k\":\"tx\"},\"bands\":[{\"below\":4,\"gives\":\"x\"},{\"below\":5,"
        "\"gives\":\"y\"},{\"gives\":\"z\"}]}";
    expect_answer(count, 1500000000, NULL);
    expect_answer(count, 2000000000, "y");
    static const char rows[] =
        "{\"rows\":{\"tab\":\"arp\",\"n\":\"a\"},\"bands\":[{\"below\":1,\"gives\":\"x\"},"
        "{\"below\":2,\"gives\":\"y\"},{\"gives\":\"z\"}]}";
    expect_answer(rows, 1500000000, NULL);
    expect_answer(rows, 2000000000, "y");
    /* What happens after the step is over changes nothing: the second ping is not counted. */
    expect_answer(count, 4000000000, "y");
    static const char number[] =
        "{\"number\":{\"k\":\"tx\",\"nth\":3},\"of\":\"size\",\"less\":{\"k\":\"tx\"},\"bands\":["
        "{\"below\":10,\"gives\":\"x\"},{\"below\":99,\"gives\":\"y\"},{\"gives\":\"z\"}]}";
    expect_answer(number, 1019000000, NULL); /* two frames so far: nothing to measure */
    expect_answer(number, 1500000000, "y");  /* as soon as it is there: 98 - 42 octets */
}

static void expect_holds(const char *check, bool holds) {
    char json[1000], whole[600];
    snprintf(whole, sizeof whole, "{\"say\":{\"en\":\"e\",\"zh\":\"z\"},%s}", check);
    judge(first_b, whole, 2000000000, json, sizeof json);
    const char *found = strstr(json, "\"checks\":[{\"say\":\"e\",\"passed\":");
    assert_non_null(found);
    if ((strstr(found, "\"passed\":true") != NULL) != holds) fail_msg("%s: %s", check, json);
}

static void test_checks(void **state) {
    (void)state;
    expect_holds("\"that\":\"exists\",\"match\":{\"k\":\"con\",\"n\":\"a\",\"text\":\"64 bytes\"}",
                 true);
    expect_holds("\"that\":\"exists\",\"match\":{\"k\":\"con\",\"n\":\"b\",\"text\":\"64 bytes\"}",
                 false);
    expect_holds("\"that\":\"exists\",\"match\":{\"k\":\"tx\",\"nth\":4}", true);
    expect_holds("\"that\":\"exists\",\"match\":{\"k\":\"tx\",\"nth\":5}", false);
    expect_holds("\"that\":\"never\",\"match\":{\"k\":\"lost\"}", true);
    expect_holds("\"that\":\"never\",\"match\":{\"k\":\"rx\"}", false);
    expect_holds("\"that\":\"count\",\"match\":{\"k\":\"tx\",\"to\":\"b\"},\"is\":2", true);
    expect_holds("\"that\":\"count\",\"match\":{\"k\":\"tx\"},\"least\":5", false);
    expect_holds("\"that\":\"count\",\"match\":{\"k\":\"tx\",\"since\":\"1015ms\"},\"is\":2", true);
    expect_holds("\"that\":\"rows\",\"rows\":{\"tab\":\"arp\",\"text\":\"10.0.0.2\"},\"is\":1",
                 true);
    expect_holds("\"that\":\"rows\",\"rows\":{\"tab\":\"arp\",\"text\":\"10.0.0\"},\"is\":0", true);
    expect_holds("\"that\":\"rows\",\"rows\":{\"tab\":\"arp\"},\"is\":2", true);
    expect_holds("\"that\":\"rows\",\"rows\":{\"tab\":\"timers\"},\"is\":2", true);
    expect_holds("\"that\":\"rows\",\"rows\":{\"tab\":\"timers\",\"n\":\"a\"},\"is\":1", true);
    expect_holds("\"that\":\"rows\",\"rows\":{\"tab\":\"timers\",\"text\":\"arp_reachable\"},"
                 "\"is\":1",
                 true);
    expect_holds(
        "\"that\":\"sum\",\"sum\":{\"k\":\"tx\",\"proto\":\"icmp\"},\"of\":\"size\",\"is\":196",
        true);
    expect_holds("\"that\":\"sum\",\"sum\":{\"k\":\"tx\"},\"of\":\"size\",\"least\":300", false);
    expect_holds("\"that\":\"number\",\"number\":{\"k\":\"tx\"},\"of\":\"size\",\"less\":"
                 "{\"k\":\"tx\",\"nth\":3},\"is\":4294967240", /* 42 - 98, modulo 2^32 */
                 true);
    expect_holds("\"that\":\"number\",\"number\":{\"k\":\"lost\"},\"of\":\"where\",\"least\":0",
                 false);
    expect_holds("\"that\":\"order\",\"order\":[{\"k\":\"cmd\"},{\"k\":\"tx\"},{\"k\":\"rx\"}]",
                 true);
    expect_holds("\"that\":\"order\",\"order\":[{\"k\":\"rx\"},{\"k\":\"tx\"}]", false);
    expect_holds(
        "\"that\":\"state\",\"node\":\"a\",\"machine\":\"neighbour\",\"name\":\"10.0.0.2\","
        "\"state\":\"REACHABLE\"",
        true);
    expect_holds("\"that\":\"state\",\"node\":\"a\",\"machine\":\"neighbour\",\"state\":\"STALE\"",
                 false);
    expect_holds(
        "\"that\":\"within\",\"from\":{\"k\":\"tx\"},\"to\":{\"k\":\"rx\"},\"most\":\"10ms\"",
        true);
    expect_holds(
        "\"that\":\"within\",\"from\":{\"k\":\"tx\"},\"to\":{\"k\":\"rx\"},\"most\":\"9ms\"",
        false);
    expect_holds(
        "\"that\":\"within\",\"from\":{\"k\":\"tx\"},\"to\":{\"k\":\"rx\"},\"least\":\"11ms\"",
        false);
}

static void expect_refused(const char *answer, const char *checks, const char *place,
                           const char *problem) {
    struct complaint why = {{0}, {0}};
    struct lesson *lesson = load(answer, checks, &why);
    if (lesson != NULL) fail_msg("taken: %s %s", answer, checks);
    if (strcmp(why.place, place) != 0 || strstr(why.problem, problem) == NULL)
        fail_msg("%s: %s\n  not %s: %s", why.place, why.problem, place, problem);
}

static void test_refusals(void **state) {
    (void)state;
    write_file("scenario.json", scenario);
    write_file("en.md", text_en);
    write_file("zh.md", text_zh);
    expect_refused("{}", "", "lesson.json: steps[0].answer", "exactly one");
    expect_refused("{\"first\":[{\"k\":\"tx\"}],\"gives\":[\"x\"]}", "",
                   "lesson.json: steps[0].answer", "can never give \"y\"");
    expect_refused("{\"first\":[{\"k\":\"tx\"}],\"gives\":[\"q\"]}", "",
                   "lesson.json: steps[0].answer.gives[0]", "unknown word");
    expect_refused("{\"first\":[{\"kind\":\"tx\"}],\"gives\":[\"x\"]}", "",
                   "lesson.json: steps[0].answer.first[0].kind", "unknown key");
    expect_refused("{\"first\":[{}],\"gives\":[\"x\"]}", "",
                   "lesson.json: steps[0].answer.first[0]", "matches everything");
    expect_refused(first_b, "{\"that\":\"exists\",\"match\":{\"k\":\"tx\"}}",
                   "lesson.json: steps[0].checks[0].say", "is missing");
    expect_refused(first_b,
                   "{\"that\":\"within\",\"say\":{\"en\":\"\",\"zh\":\"\"},\"from\":{\"k\":\"tx\"},"
                   "\"to\":{\"k\":\"rx\"}}",
                   "lesson.json: steps[0].checks[0]", "no bound");
    expect_refused(first_b,
                   "{\"that\":\"sum\",\"say\":{\"en\":\"\",\"zh\":\"\"},\"sum\":{\"k\":\"tx\"},"
                   "\"is\":1}",
                   "lesson.json: steps[0].checks[0].of", "is missing");
    expect_refused(first_b,
                   "{\"that\":\"rows\",\"say\":{\"en\":\"\",\"zh\":\"\"},\"rows\":{\"tab\":"
                   "\"arp\"}}",
                   "lesson.json: steps[0].checks[0]", "needs how many");
    expect_refused("{\"first\":[{\"k\":\"tx\",\"since\":\"soon\"}],\"gives\":[\"x\"]}", "",
                   "lesson.json: steps[0].answer.first[0].since", "is no time");
    expect_refused("{\"first\":[{\"a.unreachable\":1,\"a.dr\":\"10.0.0.1\"}],\"gives\":[\"q\"]}",
                   "", "lesson.json: steps[0].answer.gives[0]", "unknown word"); /* RIP's, OSPF's */
    write_file("zh.md", "## Wen {#aks}\n");
    expect_refused(first_b, "", "zh.md: {#ask}", "no section");
    write_file("zh.md", "## Wen {#ask}\n\n- A\n- B\n");
    expect_refused(first_b, "", "zh.md: {#ask}", "an item for each option");
    write_file("zh.md", "## Wen {#ask}\n\n- A\n- B\n- C\n\n## More {#more}\n");
    expect_refused(first_b, "", "zh.md: {#more}", "no step has this id");
    write_file("zh.md", "## Wen {#ask}\n\n<p>\n");
    expect_refused(first_b, "", "zh.md: line 3", "raw HTML");
    write_file("scenario.json",
               "{\"netstep\":1,\"nodes\":[{\"name\":\"a\",\"profile\":\"none\"}]}");
    expect_refused(first_b, "", "scenario.json: nodes[0].profile", "");
    write_file("scenario.json", scenario);
    char path[128];
    snprintf(path, sizeof path, "%s/zh.md", folder);
    unlink(path);
    expect_refused(first_b, "", "zh.md", "cannot be opened");
}

/* A step's commands are read in the order of time, and the page gets them all. */
static void test_commands(void **state) {
    (void)state;
    static const char form[] =
        "{\"slug\":\"small\",\"title\":{\"en\":\"S\",\"zh\":\"X\"},\"question\":{\"en\":\"Q\","
        "\"zh\":\"W\"},\"minutes\":1,\"steps\":[{\"id\":\"ask\",\"kind\":\"break\",\"command\":%s,"
        "\"then\":{\"t\":\"2s\"}}]}";
    static const struct {
        const char *command, *place, *problem;
    } bad[] = {
        {"[]", "lesson.json: steps[0].command", "give 1 to 8"},
        {"[{\"line\":\"a\",\"at\":\"1s\"}]", "lesson.json: steps[0].command[0].at",
         "behind the first"},
        {"[\"a\",{\"line\":\"b\",\"at\":\"2s\"},{\"line\":\"c\",\"at\":\"1s\"}]",
         "lesson.json: steps[0].command[2]", "in the order of time"},
        {"[{\"node\":\"a\"}]", "lesson.json: steps[0].command[0].line", "is missing"},
    };
    char text[2000];
    struct complaint why = {{0}, {0}};
    write_file("scenario.json", scenario);
    write_file("en.md", "## Ask {#ask}\n");
    write_file("zh.md", "## Wen {#ask}\n");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, form, bad[i].command);
        write_file("lesson.json", text);
        if (lesson_load(folder, &why) != NULL) fail_msg("taken: %s", bad[i].command);
        assert_string_equal(why.place, bad[i].place);
        assert_non_null(strstr(why.problem, bad[i].problem));
    }
    snprintf(text, sizeof text, form,
             "[\"a\",{\"line\":\"b\",\"at\":\"1s\"}],\"until\":{\"t\":\"500ms\"}");
    write_file("lesson.json", text);
    assert_null(lesson_load(folder, &why));
    assert_non_null(strstr(why.problem, "beyond"));
    snprintf(text, sizeof text, form,
             "[\"link a-b down\",{\"node\":\"a\",\"line\":\"arp -n\",\"at\":\"1s\"}],"
             "\"look\":{\"panel\":\"tables\",\"node\":\"a\"}");
    write_file("lesson.json", text);
    struct lesson *lesson = lesson_load(folder, &why);
    if (lesson == NULL) fail_msg("%s: %s", why.place, why.problem);
    assert_int_equal(lesson_step_command_count(lesson, 0), 2);
    struct buffer json = {0};
    lesson_json(lesson, LANGUAGE_ZH, &json);
    assert_non_null(strstr(json.data, "\"commands\":[{\"line\":\"link a-b down\",\"node\":null,"
                                      "\"at\":0},{\"line\":\"arp -n\",\"node\":\"a\","
                                      "\"at\":1000000000}]"));
    assert_non_null(strstr(json.data, "\"look\":{\"panel\":\"tables\",\"node\":\"a\"}"));
    buffer_free(&json);
    lesson_free(lesson);
}

/* -------------------------------------------------------------------------------- the real ones */

/* The order in which a page meets the parts of a question; and no answer is sent. */
static void test_page(void **state) {
    (void)state;
    struct course course;
    struct complaint why = {{0}, {0}};
    if (!course_load(&course, "lessons", &why)) fail_msg("%s: %s", why.place, why.problem);
    assert_true(course.listed >= 1 && course.count > course.listed);
    struct lesson *lesson = course_find(&course, "q1-draw-open-and-close");
    assert_non_null(lesson);
    assert_null(course_find(&course, "none"));
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        struct buffer json = {0};
        lesson_json(lesson, (enum language)language, &json);
        struct json_document *document = json_read(json.data, json.length, &why);
        if (document == NULL) fail_msg("%s: %s", why.place, why.problem);
        struct json_node root = json_root(document), steps = json_get(&root, "steps"),
                         nodes = json_get(&root, "nodes"), server = json_get(&nodes, "server");
        assert_int_equal(json_integer_or(&server, 0), 2);
        assert_int_equal(json_count(&steps), lesson_step_count(lesson));
        for (size_t i = 0; i < json_count(&steps); i++) {
            struct json_node step = json_item(&steps, i), title = json_get(&step, "title"),
                             text = json_get(&step, "blocks"), options = json_get(&step, "options"),
                             after = json_get(&step, "after"), answer = json_get(&step, "answer");
            assert_true(strlen(json_text_or(&title, "")) > 3);
            assert_true(json_count(&text) > 0);
            assert_int_equal(json_count(&options), lesson_option_count(lesson, i));
            assert_int_equal(json_is(after), json_is(options));
            assert_false(json_is(answer));
        }
        assert_null(strstr(json.data, "{#"));
        assert_non_null(strstr(
            json.data, "{\"kind\":\"event\",\"match\":{\"k\":\"st\",\"n\":1,\"to\":\"SYN-SENT\"}"));
        json_free(document);
        buffer_clear(&json);
        course_json(&course, (enum language)language, &json);
        document = json_read(json.data, json.length, &why);
        assert_non_null(document);
        assert_null(strstr(json.data, "\"opening\""));
        json_free(document);
        buffer_free(&json);
    }
    course_free(&course);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}
static int drop_folder(void **state) {
    (void)state;
    static const char *const names[] = {"lesson.json", "scenario.json", "en.md", "zh.md"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown), cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_answers),  cmocka_unit_test(test_checks),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_commands),
        cmocka_unit_test(test_page)};
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
