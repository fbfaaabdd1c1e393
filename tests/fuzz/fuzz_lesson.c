#include "lesson.h"
/*
 * Any octets as a lesson: its four files, one behind the other, each begun by a line of "%%". What
 * is taken is written as the page gets it, and judged against a few events.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count);

static const char *next_part(const char *at, const char *end, struct buffer *part) {
    const char *stop = memmem(at, (size_t)(end - at), "\n%%\n", 4);
    buffer_span(part, at, (size_t)((stop == NULL ? end : stop) - at));
    return stop == NULL ? end : stop + 4;
}

static void use(const struct lesson *lesson) {
    static const char lines[] =
        "{\"line\":\"events\",\"e\":[{\"i\":0,\"t\":5,\"k\":\"tx\",\"n\":1,\"lab\":[\"SYN\"]}]}\n"
        "{\"line\":\"events\",\"e\":[{\"i\":1,\"t\":9,\"k\":\"st\",\"n\":2,\"to\":\"X\"}]}"
        "\nnonsense\n";
    struct complaint why;
    struct buffer out = {0};
    struct lab *lab = scenario_lab(lesson_scenario(lesson), &why);
    assert(lab != NULL);
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        lesson_json(lesson, (enum language)language, &out);
        lesson_entry(lesson, (enum language)language, &out);
        for (size_t step = 0; step < lesson_step_count(lesson); step++)
            lesson_judge(lesson, step, (enum language)language, lab, lines, strlen(lines), &out);
    }
    buffer_free(&out);
    free(lab);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count) {
    const char *at = (const char *)octets, *end = at + count;
    struct complaint why = {{0}, {0}};
    struct lesson_source source = {0};
    at = next_part(at, end, &source.lesson);
    at = next_part(at, end, &source.scenario);
    at = next_part(at, end, &source.text[LANGUAGE_EN]);
    next_part(at, end, &source.text[LANGUAGE_ZH]);
    struct lesson *lesson = lesson_read(&source, &why);
    if (lesson != NULL)
        use(lesson);
    else
        assert(why.place[0] != '\0' && why.problem[0] != '\0' && strchr(why.problem, '\n') == NULL);
    lesson_free(lesson);
    buffer_free(&source.lesson);
    buffer_free(&source.scenario);
    buffer_free(&source.text[LANGUAGE_EN]);
    buffer_free(&source.text[LANGUAGE_ZH]);
    return 0;
}
