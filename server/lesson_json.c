#include "lesson_parts.h"
/*
 * A lesson as the page gets it: steps with their text as blocks. A question's options are taken
 * out of the text; what stands behind them is its explanation ("after"). Answers are not sent:
 * what is right is asked of the events (judge.c).
 */
#include <string.h>

#include "units.h"

static const struct scenario_node *node_named(const struct lesson *lesson, const char *name,
                                              size_t *id) {
    const struct scenario *scenario = &lesson->scenario->scenario;
    for (size_t i = 0; i < scenario->node_count; i++)
        if (strcmp(scenario->nodes[i].name, name) == 0) {
            *id = i + 1;
            return &scenario->nodes[i];
        }
    return NULL;
}

/* n, from and to are nodes in events of frames; from and to of `st` and `var` are texts. */
static bool is_node_key(const char *key, const char *kind) {
    if (strcmp(key, "n") == 0) return true;
    return (strcmp(key, "from") == 0 || strcmp(key, "to") == 0) && strcmp(kind, "st") != 0 &&
           strcmp(kind, "var") != 0;
}

/* ,"match":{...} with ids for names of nodes: a page matches events without knowing names. */
static void write_match(void *user, const char *href, struct buffer *out) {
    const struct lesson *lesson = user;
    struct buffer text = {0};
    struct complaint ignored;
    match_from_link(href, &text);
    struct json_document *document =
        text.failed ? NULL : json_read(text.data, text.length, &ignored);
    buffer_free(&text);
    buffer_add(out, ",\"match\":{");
    if (document != NULL) {
        struct json_node root = json_root(document), kind = json_get(&root, "k");
        for (size_t i = 0; i < json_count(&root); i++) {
            struct json_node member = json_member(&root, i);
            size_t id = 0;
            buffer_add(out, i == 0 ? "" : ",");
            buffer_json_string(out, member.key);
            buffer_char(out, ':');
            int64_t since;
            if (strcmp(member.key, "since") == 0 &&
                read_duration(json_text_or(&member, ""), &since))
                buffer_printf(out, "%lld", (long long)since);
            else if (is_node_key(member.key, json_text_or(&kind, "")) &&
                     node_named(lesson, json_text_or(&member, ""), &id) != NULL)
                buffer_u64(out, id);
            else
                json_write(&member, out);
        }
    }
    buffer_char(out, '}');
    json_free(document);
}

static void write_time(struct buffer *out, const char *name, sim_time time) {
    if (time < 0)
        buffer_printf(out, ",\"%s\":null", name);
    else
        buffer_printf(out, ",\"%s\":{\"t\":%lld}", name, (long long)time);
}

static void write_options(const struct lesson *lesson, const struct lesson_step *step,
                          const struct block *list, struct buffer *out) {
    const struct block *item = list->first;
    buffer_add(out, ",\"options\":[");
    for (size_t i = 0; i < step->option_count && item != NULL; i++, item = item->next) {
        buffer_add(out, i == 0 ? "{\"id\":" : ",{\"id\":");
        buffer_json_string(out, step->options[i]);
        buffer_add(out, ",\"blocks\":");
        block_write_list(item->first, NULL, write_match, (void *)lesson, out);
        buffer_char(out, '}');
    }
    buffer_add(out, "],\"after\":");
    block_write_list(list->next, NULL, write_match, (void *)lesson, out);
}

static void write_commands(const struct lesson_step *step, struct buffer *out) {
    buffer_add(out, ",\"commands\":[");
    for (size_t i = 0; i < step->command_count; i++) {
        const struct lesson_command *command = &step->commands[i];
        buffer_add(out, i == 0 ? "{\"line\":" : ",{\"line\":");
        buffer_json_string(out, command->line);
        buffer_add(out, ",\"node\":");
        if (command->node == NULL)
            buffer_add(out, "null");
        else
            buffer_json_string(out, command->node);
        buffer_printf(out, ",\"at\":%lld}", (long long)command->at);
    }
    buffer_char(out, ']');
}

static void write_step(const struct lesson *lesson, const struct lesson_step *step,
                       enum language language, struct buffer *out) {
    const struct section *section = markdown_section(&lesson->text[language], step->id);
    const struct block *list = step->option_count > 0 ? lesson_option_list(section) : NULL;
    buffer_add(out, "{\"id\":");
    buffer_json_string(out, step->id);
    buffer_printf(out, ",\"kind\":\"%s\",\"title\":", step_kind_name[step->kind]);
    buffer_json_string(out, section->title);
    buffer_add(out, ",\"blocks\":");
    block_write_list(section->first, list, write_match, (void *)lesson, out);
    if (list != NULL) write_options(lesson, step, list, out);
    write_commands(step, out);
    if (step->panel != NULL) {
        buffer_printf(out, ",\"look\":{\"panel\":\"%s\",\"node\":", step->panel);
        buffer_json_string(out, step->panel_node != NULL ? step->panel_node : "");
        buffer_char(out, '}');
    }
    write_time(out, "until", step->until);
    write_time(out, "then", step->then);
    buffer_printf(out, ",\"checks\":%zu}", json_count(&step->checks));
}

void lesson_json(const struct lesson *lesson, enum language language, struct buffer *out) {
    const struct scenario *scenario = &lesson->scenario->scenario;
    buffer_add(out, "{\"slug\":");
    buffer_json_string(out, lesson->slug);
    buffer_add(out, ",\"title\":");
    buffer_json_string(out, lesson->title[language]);
    buffer_add(out, ",\"question\":");
    buffer_json_string(out, lesson->question[language]);
    buffer_printf(out, ",\"minutes\":%lld,\"seed\":%llu,\"nodes\":{", (long long)lesson->minutes,
                  (unsigned long long)scenario->seed);
    for (size_t i = 0; i < scenario->node_count; i++) {
        buffer_add(out, i == 0 ? "" : ",");
        buffer_json_string(out, scenario->nodes[i].name);
        buffer_printf(out, ":%zu", i + 1);
    }
    buffer_add(out, "},\"steps\":[");
    for (size_t i = 0; i < lesson->step_count; i++) {
        buffer_add(out, i == 0 ? "" : ",");
        write_step(lesson, &lesson->steps[i], language, out);
    }
    buffer_add(out, "]}");
}

void lesson_entry(const struct lesson *lesson, enum language language, struct buffer *out) {
    buffer_add(out, "{\"slug\":");
    buffer_json_string(out, lesson->slug);
    buffer_add(out, ",\"title\":");
    buffer_json_string(out, lesson->title[language]);
    buffer_add(out, ",\"question\":");
    buffer_json_string(out, lesson->question[language]);
    buffer_printf(out, ",\"minutes\":%lld,\"steps\":%zu}", (long long)lesson->minutes,
                  lesson->step_count);
}

struct visiting {
    void (*visit)(void *user, const char *match_json);
    void *user;
};

static void visit_link(void *user, const char *href) {
    struct visiting *visiting = user;
    struct buffer match = {0};
    match_from_link(href, &match);
    if (!match.failed) visiting->visit(visiting->user, match.data);
    buffer_free(&match);
}

void lesson_each_link(const struct lesson *lesson, size_t step, enum language language,
                      void (*visit)(void *user, const char *match_json), void *user) {
    const struct section *section =
        markdown_section(&lesson->text[language], lesson->steps[step].id);
    struct visiting visiting = {.visit = visit, .user = user};
    block_each_link(section->first, visit_link, &visiting);
}
