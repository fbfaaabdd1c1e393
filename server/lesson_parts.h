#ifndef NETSTEP_SERVER_LESSON_PARTS_H
#define NETSTEP_SERVER_LESSON_PARTS_H
/* Between lesson.c and lesson_json.c alone: a loaded lesson. */
#include "lesson.h"
#include "markdown.h"

enum { COMMANDS_MAX = 8 };
struct lesson_step {
    struct json_node node; /* in lesson.json; its parts point back to it, so it never moves */
    struct json_node answer, checks;
    const char *id, *panel, *panel_node; /* where to look; NULL: not said */
    struct lesson_command commands[COMMANDS_MAX];
    size_t command_count;
    const char **options;
    size_t option_count;
    sim_time until, then;
    enum step_kind kind;
};
struct lesson {
    struct json_document *document;
    struct json_node root, list;
    const char *slug, *title[LANGUAGE_COUNT], *question[LANGUAGE_COUNT];
    int64_t minutes, seed; /* seed -1: the scenario's */
    struct lesson_step *steps;
    size_t step_count;
    struct markdown text[LANGUAGE_COUNT];
    struct scenario_file *scenario;
    struct buffer scenario_text;
};
extern const char *const step_kind_name[STEP_KIND_COUNT];
const struct block *lesson_option_list(const struct section *);

#endif
