#include "lesson.h"
/*
 * Loads a lesson: its steps from lesson.json, its network from scenario.json, its text from en.md
 * and zh.md, and checks that they fit: each step has a section in both languages, each option a
 * text in both, each answer only known options, and no section is left over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson_parts.h"
#include "units.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { STEPS_MAX = 64, OPTIONS_MAX = 8, TEXT_OCTETS_MAX = 1 << 20 };

const char *const language_name[LANGUAGE_COUNT] = {"en", "zh"};
static const char *const text_files[LANGUAGE_COUNT] = {"en.md", "zh.md"};
const char *const step_kind_name[STEP_KIND_COUNT] = {"read", "predict", "watch", "break"};

/* ---------------------------------------------------------------------------------------- steps */

/* {"t": "2s"} as ns, -1 when absent. */
static sim_time read_until(const struct json_node *until) {
    static const char *const keys[] = {"t"};
    sim_time ns = -1;
    if (!json_is(*until) || !json_need_object(until, keys, COUNT(keys))) return -1;
    struct json_node t = json_get(until, "t");
    const char *text = json_need_text(&t);
    if (!json_failed(until->document) && !read_duration(text, &ns))
        json_fail(&t, "\"%.30s\" is no time; write one such as \"2s\"", text);
    return ns;
}

static void read_options(struct lesson_step *step) {
    static const char *empty[1];
    struct json_node list = json_get(&step->node, "options");
    step->options = empty;
    step->answer = json_get(&step->node, "answer");
    if (!json_is(list)) {
        if (json_is(step->answer)) json_fail(&step->answer, "answers no question; add options");
        return;
    }
    if (!json_need_array(&list)) return;
    size_t count = json_count(&list);
    if (count < 2 || count > OPTIONS_MAX) {
        json_fail(&list, "has %zu options; give 2 to %d", count, OPTIONS_MAX);
        return;
    }
    step->options = calloc(count, sizeof *step->options);
    if (step->options == NULL) abort();
    step->option_count = count;
    for (size_t i = 0; i < count; i++) {
        struct json_node option = json_item(&list, i);
        step->options[i] = json_need_text(&option);
    }
    if (!json_failed(list.document)) judge_read_answer(&step->answer, step->options, count);
}

/* A line for the lab, or {"line": LINE, "node": NAME, "at": TIME}. */
static void read_command(struct lesson_step *step, const struct json_node *json) {
    static const char *const keys[] = {"node", "line", "at"};
    struct lesson_command *command = &step->commands[step->command_count++];
    if (!json_holds_object(json)) {
        command->line = json_need_text(json);
        return;
    }
    if (!json_need_object(json, keys, COUNT(keys))) return;
    struct json_node node = json_get(json, "node"), line = json_get(json, "line"),
                     at = json_get(json, "at");
    if (json_is(node)) command->node = json_need_text(&node);
    command->line = json_need_text(&line);
    if (!json_is(at)) return;
    const char *text = json_need_text(&at);
    if (!read_duration(text, &command->at))
        json_fail(&at, "\"%.30s\" is no time; write one such as \"2s\"", text);
    else if (step->command_count == 1)
        json_fail(&at, "is for the commands behind the first; that one begins the timeline");
}

/* One command, or a list of them in the order of time. */
static void read_commands(struct lesson_step *step, const struct json_node *list) {
    if (!json_holds_array(list)) {
        read_command(step, list);
        return;
    }
    size_t count = json_count(list);
    if (count < 1 || count > COMMANDS_MAX) {
        json_fail(list, "has %zu commands; give 1 to %d", count, COMMANDS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct json_node item = json_item(list, i);
        read_command(step, &item);
        if (i > 0 && step->commands[i].at < step->commands[i - 1].at)
            json_fail(&item, "is earlier than the one before it; put them in the order of time");
    }
}

/* {"panel": "tables", "node": "server"}: what the page turns to. */
static void read_look(struct lesson_step *step, const struct json_node *look) {
    static const char *const keys[] = {"panel", "node"};
    static const char *const panels[] = {"topology", "states", "packet", "tables",
                                         "console",  "gauges", "ladder", "routing"};
    if (!json_is(*look) || !json_need_object(look, keys, COUNT(keys))) return;
    struct json_node panel = json_get(look, "panel"), node = json_get(look, "node");
    int word = json_need_word(&panel, panels, COUNT(panels));
    step->panel = word < 0 ? NULL : panels[word];
    if (json_is(node)) step->panel_node = json_need_text(&node);
}

static void read_step(struct lesson *lesson, size_t n) {
    static const char *const keys[] = {"id",     "kind",    "until",  "then", "options",
                                       "answer", "command", "checks", "look"};
    struct lesson_step *step = &lesson->steps[n];
    step->node = json_item(&lesson->list, n);
    if (!json_need_object(&step->node, keys, COUNT(keys))) return;
    struct json_node id = json_get(&step->node, "id"), kind = json_get(&step->node, "kind"),
                     until = json_get(&step->node, "until"), then = json_get(&step->node, "then"),
                     command = json_get(&step->node, "command");
    struct json_node look = json_get(&step->node, "look");
    read_look(step, &look);
    step->id = json_need_text(&id);
    for (size_t i = 0; i < n; i++)
        if (strcmp(lesson->steps[i].id, step->id) == 0)
            json_fail(&id, "\"%.30s\" is there twice; give each step its own", step->id);
    int word = json_need_word(&kind, step_kind_name, STEP_KIND_COUNT);
    step->kind = word < 0 ? STEP_READ : (enum step_kind)word;
    step->until = read_until(&until);
    step->then = read_until(&then);
    if (json_is(command)) read_commands(step, &command);
    if (step->until >= 0 && step->command_count > 0 &&
        step->commands[step->command_count - 1].at > step->until)
        json_fail(&command, "goes on beyond \"until\", when the question is asked; end it before");
    if (step->kind == STEP_BREAK && step->command_count == 0)
        json_fail(&command, "is missing; a break step begins with one, such as \"drop 1.3\"");
    read_options(step);
    if (step->kind == STEP_PREDICT && step->option_count == 0)
        json_fail(&step->node, "asks nothing; give options and answer");
    if (step->option_count > 0 && step->then < 0)
        json_fail(&step->node, "has no \"then\"; say how far the lab runs once it is answered");
    step->checks = json_get(&step->node, "checks");
    if (!json_is(step->checks) || !json_need_array(&step->checks)) return;
    for (size_t i = 0; i < json_count(&step->checks); i++) {
        struct json_node check = json_item(&step->checks, i);
        judge_read_check(&check);
    }
}

/* {"en": "...", "zh": "..."} */
static void read_both(const struct json_node *node, const char *texts[LANGUAGE_COUNT]) {
    if (!json_need_object(node, language_name, LANGUAGE_COUNT)) return;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        struct json_node text = json_get(node, language_name[language]);
        texts[language] = json_need_text(&text);
    }
}

static void read_top(struct lesson *lesson) {
    static const char *const keys[] = {"$schema", "slug", "title", "question",
                                       "minutes", "seed", "steps"};
    lesson->root = json_root(lesson->document);
    const struct json_node *root = &lesson->root;
    if (!json_need_object(root, keys, COUNT(keys))) return;
    struct json_node slug = json_get(root, "slug"), title = json_get(root, "title"),
                     question = json_get(root, "question"), minutes = json_get(root, "minutes"),
                     seed = json_get(root, "seed");
    lesson->slug = json_need_text(&slug);
    read_both(&title, lesson->title);
    read_both(&question, lesson->question);
    lesson->minutes = json_need_integer(&minutes, 1, 240);
    lesson->seed = json_is(seed) ? json_need_integer(&seed, 0, INT64_MAX) : -1;
    lesson->list = json_get(root, "steps");
    if (json_failed(lesson->document) || !json_need_array(&lesson->list)) return;
    size_t count = json_count(&lesson->list);
    if (count == 0 || count > STEPS_MAX) {
        json_fail(&lesson->list, "has %zu steps; give 1 to %d", count, STEPS_MAX);
        return;
    }
    lesson->steps = calloc(count, sizeof *lesson->steps);
    if (lesson->steps == NULL) abort();
    lesson->step_count = count;
    for (size_t i = 0; i < count && !json_failed(lesson->document); i++) read_step(lesson, i);
}

/* ----------------------------------------------------------------------------------------- text */

/* The section's only bullet list, whose items are the options; NULL: none, or more than one. */
const struct block *lesson_option_list(const struct section *section) {
    const struct block *found = NULL;
    for (const struct block *block = section->first; block != NULL; block = block->next) {
        if (block_is_section(block)) break;
        if (block->kind != BLOCK_UL) continue;
        if (found != NULL) return NULL;
        found = block;
    }
    return found;
}

static size_t count_items(const struct block *list) {
    size_t count = 0;
    for (const struct block *item = list == NULL ? NULL : list->first; item; item = item->next)
        count++;
    return count;
}

static bool refuse_text(struct complaint *why, enum language language, const char *id,
                        const char *problem) {
    snprintf(why->place, sizeof why->place, "%s.md: {#%.40s}", language_name[language], id);
    snprintf(why->problem, sizeof why->problem, "%s", problem);
    return false;
}

static bool check_text(const struct lesson *lesson, enum language language, struct complaint *why) {
    const struct markdown *text = &lesson->text[language];
    for (size_t i = 0; i < lesson->step_count; i++) {
        const struct lesson_step *step = &lesson->steps[i];
        const struct section *section = markdown_section(text, step->id);
        if (section == NULL)
            return refuse_text(why, language, step->id,
                               "the step has no section; add \"## Title {#id}\"");
        if (step->option_count > 0 &&
            count_items(lesson_option_list(section)) != step->option_count)
            return refuse_text(why, language, step->id,
                               "needs exactly one bullet list, an item for each option, in order");
    }
    for (size_t i = 0; i < text->section_count; i++)
        if (lesson_step_named(lesson, text->sections[i].id) < 0)
            return refuse_text(why, language, text->sections[i].id,
                               "no step has this id; correct it or take the section out");
    return true;
}

static bool read_file(const char *folder, const char *name, struct buffer *out,
                      struct complaint *why) {
    char *path;
    if (asprintf(&path, "%s/%s", folder, name) < 0) abort();
    FILE *file = fopen(path, "rb");
    free(path);
    snprintf(why->place, sizeof why->place, "%s", name);
    if (file == NULL) {
        snprintf(why->problem, sizeof why->problem, "cannot be opened (%m); add the file");
        return false;
    }
    size_t count;
    do {
        char *room = buffer_room(out, 65536);
        count = room == NULL ? 0 : fread(room, 1, 65536, file);
        if (room != NULL) buffer_took(out, count);
    } while (count > 0 && out->length <= TEXT_OCTETS_MAX);
    bool fine = ferror(file) == 0 && !out->failed && out->length <= TEXT_OCTETS_MAX;
    fclose(file);
    snprintf(why->problem, sizeof why->problem, "cannot be read, or is longer than 1 MiB");
    return fine;
}

/* Puts the file's name before a place within it. */
static bool in_file(struct complaint *why, const char *file) {
    struct complaint inner = *why;
    snprintf(why->place, sizeof why->place, "%s: %.70s", file, inner.place);
    return false;
}

static const char *octets_of(const struct buffer *text) {
    return text->length > 0 ? text->data : "";
}

static bool read_texts(struct lesson *lesson, const struct lesson_source *source,
                       struct complaint *why) {
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        const struct buffer *text = &source->text[language];
        if (!markdown_read(&lesson->text[language], octets_of(text), text->length, why))
            return in_file(why, text_files[language]);
        if (!check_text(lesson, (enum language)language, why)) return false;
    }
    return true;
}

static bool read_network(struct lesson *lesson, const struct lesson_source *source,
                         struct complaint *why) {
    const struct buffer *text = &source->scenario;
    buffer_span(&lesson->scenario_text, octets_of(text), text->length);
    lesson->scenario = scenario_read(octets_of(text), text->length, why);
    if (lesson->scenario == NULL) return in_file(why, "scenario.json");
    if (lesson->seed >= 0) lesson->scenario->scenario.seed = (uint64_t)lesson->seed;
    struct lab *lab = scenario_lab(lesson->scenario, why); /* what only the engine can judge */
    free(lab);
    return lab != NULL || in_file(why, "scenario.json");
}

static bool read_steps(struct lesson *lesson, const struct lesson_source *source,
                       struct complaint *why) {
    lesson->document = json_read(octets_of(&source->lesson), source->lesson.length, why);
    if (lesson->document == NULL) return in_file(why, "lesson.json");
    read_top(lesson);
    if (!json_failed(lesson->document)) return true;
    *why = *json_complaint(lesson->document);
    return in_file(why, "lesson.json");
}

struct lesson *lesson_read(const struct lesson_source *source, struct complaint *why) {
    struct lesson *lesson = calloc(1, sizeof *lesson);
    if (lesson == NULL) abort();
    if (read_steps(lesson, source, why) && read_network(lesson, source, why) &&
        read_texts(lesson, source, why))
        return lesson;
    lesson_free(lesson);
    return NULL;
}

struct lesson *lesson_load(const char *folder, struct complaint *why) {
    struct lesson_source source = {0};
    struct lesson *lesson = NULL;
    if (read_file(folder, "lesson.json", &source.lesson, why) &&
        read_file(folder, "scenario.json", &source.scenario, why) &&
        read_file(folder, text_files[LANGUAGE_EN], &source.text[LANGUAGE_EN], why) &&
        read_file(folder, text_files[LANGUAGE_ZH], &source.text[LANGUAGE_ZH], why))
        lesson = lesson_read(&source, why);
    buffer_free(&source.lesson);
    buffer_free(&source.scenario);
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        buffer_free(&source.text[language]);
    return lesson;
}

void lesson_free(struct lesson *lesson) {
    if (lesson == NULL) return;
    for (size_t i = 0; i < lesson->step_count; i++)
        if (lesson->steps[i].option_count > 0) free(lesson->steps[i].options);
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        markdown_free(&lesson->text[language]);
    free(lesson->steps);
    scenario_free(lesson->scenario);
    buffer_free(&lesson->scenario_text);
    json_free(lesson->document);
    free(lesson);
}

/* ----------------------------------------------------------------------------------- reading it */

const char *lesson_slug(const struct lesson *lesson) {
    return lesson->slug;
}
const char *lesson_title(const struct lesson *lesson, enum language language) {
    return lesson->title[language];
}
const struct scenario_file *lesson_scenario(const struct lesson *lesson) {
    return lesson->scenario;
}
const char *lesson_scenario_text(const struct lesson *lesson, size_t *length) {
    *length = lesson->scenario_text.length;
    return lesson->scenario_text.data;
}
size_t lesson_step_count(const struct lesson *lesson) {
    return lesson->step_count;
}
const char *lesson_step_id(const struct lesson *lesson, size_t step) {
    return lesson->steps[step].id;
}
int lesson_step_named(const struct lesson *lesson, const char *id) {
    for (size_t i = 0; i < lesson->step_count; i++)
        if (strcmp(lesson->steps[i].id, id) == 0) return (int)i;
    return -1;
}
enum step_kind lesson_step_kind(const struct lesson *lesson, size_t step) {
    return lesson->steps[step].kind;
}
size_t lesson_step_command_count(const struct lesson *lesson, size_t step) {
    return lesson->steps[step].command_count;
}
const struct lesson_command *lesson_step_command(const struct lesson *lesson, size_t step,
                                                 size_t n) {
    return &lesson->steps[step].commands[n];
}
sim_time lesson_step_until(const struct lesson *lesson, size_t step) {
    return lesson->steps[step].until;
}
sim_time lesson_step_then(const struct lesson *lesson, size_t step) {
    return lesson->steps[step].then;
}
size_t lesson_option_count(const struct lesson *lesson, size_t step) {
    return lesson->steps[step].option_count;
}
const char *lesson_option(const struct lesson *lesson, size_t step, size_t n) {
    return lesson->steps[step].options[n];
}
const struct json_node *lesson_answer(const struct lesson *lesson, size_t step) {
    return &lesson->steps[step].answer;
}
const struct json_node *lesson_checks(const struct lesson *lesson, size_t step) {
    return &lesson->steps[step].checks;
}
