#include "run.h"
/*
 * `netstep check`: every lesson as a learner would go through it, without the learner. The base
 * timeline runs on from step to step; a step with a command gets a fresh timeline of its own.
 * While a question is open its answer must not be decided; once the step has run it must be, every
 * check must hold, and every link in the text must find its event, in both languages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "story.h"

struct path { /* one timeline */
    struct lab *lab;
    struct story *story;
    struct buffer lines;
};
struct tally {
    unsigned passed, failed;
    const struct lesson *lesson;
    size_t step;
    enum language language;
    const struct events *events;
    const struct path *path;
};

static const char help[] =
    "Usage: netstep check [--lessons DIR] [LESSON...]\n"
    "Runs lessons headless: all steps, all checks, both languages. LESSON is a name in DIR\n"
    "(\"lessons\" without --lessons) or the path of a lesson's folder; without one, all of\n"
    "DIR/course.json. The last line is \"N passed, N failed\".\n"
    "Exit status: 0, 1 (a check failed), 2 (bad usage, or a lesson cannot be read).\n";

static void count(struct tally *tally, bool fine, const char *what, const char *which) {
    if (fine) {
        tally->passed++;
        return;
    }
    tally->failed++;
    printf("%s/%s: %s: %s\n", lesson_slug(tally->lesson),
           lesson_step_id(tally->lesson, tally->step), what, which);
}

/* ------------------------------------------------------------------------------------ timelines */

static void take_line(void *user, const struct story_line *line) {
    buffer_span(user, line->text, line->length);
}

static bool path_begin(struct path *path, const struct lesson *lesson) {
    struct complaint why;
    *path = (struct path){.lab = scenario_lab(lesson_scenario(lesson), &why)};
    if (path->lab != NULL) path->story = story_new(DETAIL_STORY, take_line, &path->lines);
    return path->story != NULL;
}

static void path_end(struct path *path) {
    story_free(path->story);
    buffer_free(&path->lines);
    free(path->lab);
    *path = (struct path){0};
}

static void path_run(struct path *path, sim_time until) {
    struct sink sink = story_sink(path->story);
    struct budget budget = {.steps = 1000000, .until = until};
    if (until >= lab_now(path->lab)) lab_step(path->lab, &sink, &budget);
}

/* ------------------------------------------------------------------------------------- one step */

static void check_link(void *user, const char *match_json) {
    struct tally *tally = user;
    struct complaint why;
    struct json_document *document = json_read(match_json, strlen(match_json), &why);
    bool found = false;
    if (document != NULL) {
        struct json_node match = json_root(document);
        found = match_check(&match) &&
                events_find(tally->events, &match, 0, tally->path->lab) != NO_EVENT;
    }
    json_free(document);
    char what[48];
    snprintf(what, sizeof what, "link in %s.md finds no event", language_name[tally->language]);
    count(tally, found, what, match_json);
}

static void check_answer(struct tally *tally, bool open) {
    struct verdict verdict =
        judge_answer(tally->lesson, tally->step, tally->events, tally->path->lab);
    if (open)
        count(tally, verdict.answer == NULL, "the answer is known while the question is open",
              verdict.answer != NULL ? verdict.answer : "");
    else {
        count(tally, verdict.answer != NULL, "the events decide no answer", "see \"answer\"");
        printf("%s/%s: %s\n", lesson_slug(tally->lesson),
               lesson_step_id(tally->lesson, tally->step),
               verdict.answer != NULL ? verdict.answer : "(nothing)");
    }
}

static void check_checks(struct tally *tally) {
    const struct json_node *checks = lesson_checks(tally->lesson, tally->step);
    for (size_t i = 0; i < json_count(checks); i++) {
        struct json_node check = json_item(checks, i), say = json_get(&check, "say"),
                         text = json_get(&say, "en");
        size_t event;
        bool fine = judge_check(&check, tally->events, tally->path->lab, &event);
        count(tally, fine, "check does not hold", json_text_or(&text, ""));
    }
}

/* Reads the timeline's lines so far, then does what `look` does. */
static void look_at(struct tally *tally, const struct path *path,
                    void (*look)(struct tally *tally, bool open), bool open) {
    struct events events;
    if (path->lines.failed ||
        !events_read(&events, path->lines.length > 0 ? path->lines.data : "", path->lines.length,
                     lesson_step_then(tally->lesson, tally->step))) {
        count(tally, false, "out of memory", "the lab says too much");
        return;
    }
    tally->events = &events;
    tally->path = path;
    look(tally, open);
    tally->events = NULL;
    events_free(&events);
}

static void look_closed(struct tally *tally, bool open) {
    (void)open;
    if (lesson_option_count(tally->lesson, tally->step) > 0) check_answer(tally, false);
    check_checks(tally);
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        tally->language = (enum language)language;
        lesson_each_link(tally->lesson, tally->step, tally->language, check_link, tally);
    }
}

static void give(struct tally *tally, struct path *path, const struct lesson_command *command) {
    struct sink sink = story_sink(path->story);
    struct complaint why = {{0}, {0}};
    uint32_t node = command->node == NULL ? 0 : lab_node_named(path->lab, command->node);
    if (command->at > 0) path_run(path, command->at);
    /* Where nothing is pending, the clock has not run on to the command's time by itself. */
    sim_time at = command->at > lab_now(path->lab) ? command->at : lab_now(path->lab);
    bool taken = (command->node == NULL || node != 0) &&
                 lab_command(path->lab, &sink, at, node, command->line, &why);
    count(tally, taken, "the command is refused", why.problem);
}

static void check_step(struct tally *tally, struct path *path) {
    const struct lesson *lesson = tally->lesson;
    for (size_t i = 0; i < lesson_step_command_count(lesson, tally->step); i++)
        give(tally, path, lesson_step_command(lesson, tally->step, i));
    path_run(path, lesson_step_until(lesson, tally->step));
    if (lesson_option_count(lesson, tally->step) > 0) look_at(tally, path, check_answer, true);
    path_run(path, lesson_step_then(lesson, tally->step));
    look_at(tally, path, look_closed, false);
}

static void check_lesson(struct tally *tally, const struct lesson *lesson) {
    struct path base = {0};
    unsigned failed = tally->failed;
    tally->lesson = lesson;
    tally->step = 0;
    if (!path_begin(&base, lesson))
        count(tally, false, "the lab cannot be made", "see its scenario");
    for (size_t step = 0; base.story != NULL && step < lesson_step_count(lesson); step++) {
        struct path branch = {0};
        bool own = lesson_step_command_count(lesson, step) > 0;
        tally->step = step;
        if (own && !path_begin(&branch, lesson))
            count(tally, false, "the lab cannot be made", "see its scenario");
        else
            check_step(tally, own ? &branch : &base);
        path_end(&branch);
    }
    path_end(&base);
    printf("%s: %s\n", lesson_slug(lesson), tally->failed == failed ? "holds" : "FAILS");
}

/* -------------------------------------------------------------------------------------- command */

static int refuse(const char *where, const struct complaint *why) {
    return usage_error("check: %s: %s: %s", where, why->place, why->problem);
}

static int check_named(struct tally *tally, const char *folder, const char *name) {
    struct complaint why;
    char *path;
    const char *between = strchr(name, '/') != NULL ? "" : "/";
    if (asprintf(&path, "%s%s%s", *between == '\0' ? "" : folder, between, name) < 0) return 1;
    struct lesson *lesson = lesson_load(path, &why);
    int status = lesson == NULL ? refuse(path, &why) : 0;
    if (lesson != NULL) check_lesson(tally, lesson);
    lesson_free(lesson);
    free(path);
    return status;
}

static int check_course(struct tally *tally, const char *folder) {
    struct course course;
    struct complaint why;
    if (!course_load(&course, folder, &why)) return refuse(folder, &why);
    for (size_t i = 0; i < course.count; i++) check_lesson(tally, course.lessons[i]);
    course_free(&course);
    return 0;
}

int check_main(int argc, char **argv) {
    struct tally tally = {0};
    static const char *const names[] = {"--lessons", NULL};
    struct arguments a = {"check", argc, argv, 0};
    struct option lessons = {NULL, "lessons"};
    int status = 0;
    for (; a.at < argc && argv[a.at][0] == '-'; a.at++) {
        if (strcmp(argv[a.at], "--help") == 0 || strcmp(argv[a.at], "-h") == 0) {
            fputs(help, stdout);
            return 0;
        }
        if (!usage_option(&a, names, &lessons)) return USAGE_ERROR;
    }
    if (a.at == argc) status = check_course(&tally, lessons.value);
    for (; a.at < argc && status == 0; a.at++)
        status = check_named(&tally, lessons.value, argv[a.at]);
    if (status != 0) return status;
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    return tally.failed > 0;
}
