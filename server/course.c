#include "lesson.h"
/*
 * The lessons of a folder. course.json names them: {"lessons": [SLUG...], "hidden": [SLUG...]};
 * hidden ones can be opened and are checked, but stand in no list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add_lesson(struct course *course, const char *folder, const struct json_node *node,
                       struct complaint *why) {
    const char *slug = json_need_text(node);
    char *path;
    if (json_failed(node->document) || slug[0] == '\0' || strchr(slug, '/') != NULL ||
        strcmp(slug, "..") == 0)
        return json_fail(node, "is no lesson; give the name of a folder beside course.json");
    if (course_find(course, slug) != NULL)
        return json_fail(node, "\"%.40s\" is there twice; take one out", slug);
    struct lesson **lessons =
        realloc(course->lessons, (course->count + 1) * sizeof(struct lesson *));
    if (lessons == NULL || asprintf(&path, "%s/%s", folder, slug) < 0) abort();
    course->lessons = lessons;
    struct lesson *lesson = lesson_load(path, why);
    free(path);
    if (lesson == NULL) {
        struct complaint inner = *why;
        snprintf(why->place, sizeof why->place, "%.40s/%.50s", slug, inner.place);
        return false;
    }
    lessons[course->count++] = lesson;
    if (strcmp(lesson_slug(lesson), slug) != 0)
        return json_fail(node, "lesson.json there has slug \"%.40s\"; make both the same",
                         lesson_slug(lesson));
    return true;
}

static bool add_list(struct course *course, const char *folder, const struct json_node *list,
                     struct complaint *why) {
    if (json_is(*list) && !json_need_array(list)) return false;
    for (size_t i = 0; i < json_count(list); i++) {
        struct json_node slug = json_item(list, i);
        if (!add_lesson(course, folder, &slug, why)) return false;
    }
    return true;
}

static bool read_course(struct course *course, const char *folder, struct json_document *document,
                        struct complaint *why) {
    static const char *const keys[] = {"lessons", "hidden"};
    struct json_node root = json_root(document);
    if (!json_need_object(&root, keys, sizeof keys / sizeof *keys)) return false;
    struct json_node lessons = json_get(&root, "lessons"), hidden = json_get(&root, "hidden");
    if (!json_need_array(&lessons) || !add_list(course, folder, &lessons, why)) return false;
    course->listed = course->count;
    return add_list(course, folder, &hidden, why);
}

bool course_load(struct course *course, const char *folder, struct complaint *why) {
    char *path;
    *course = (struct course){0};
    if (asprintf(&path, "%s/course.json", folder) < 0) abort();
    struct json_document *document = json_read_file(path, why);
    free(path);
    if (document == NULL || !read_course(course, folder, document, why)) {
        if (document == NULL || json_failed(document)) {
            struct complaint inner = document == NULL ? *why : *json_complaint(document);
            snprintf(why->place, sizeof why->place, "course.json: %.70s", inner.place);
            memcpy(why->problem, inner.problem, sizeof why->problem);
        }
        json_free(document);
        course_free(course);
        return false;
    }
    json_free(document);
    return true;
}

struct lesson *course_find(const struct course *course, const char *slug) {
    for (size_t i = 0; i < course->count; i++)
        if (strcmp(lesson_slug(course->lessons[i]), slug) == 0) return course->lessons[i];
    return NULL;
}

void course_json(const struct course *course, enum language language, struct buffer *out) {
    buffer_add(out, "{\"lessons\":[");
    for (size_t i = 0; i < course->listed; i++) {
        buffer_add(out, i == 0 ? "" : ",");
        lesson_entry(course->lessons[i], language, out);
    }
    buffer_add(out, "]}");
}

void course_free(struct course *course) {
    for (size_t i = 0; i < course->count; i++) lesson_free(course->lessons[i]);
    free(course->lessons);
    *course = (struct course){0};
}
