#ifndef NETSTEP_SERVER_LESSON_H
#define NETSTEP_SERVER_LESSON_H
/*
 * Lessons: lessons/SLUG/{lesson.json, scenario.json, en.md, zh.md}, read and checked as a whole.
 * What lessons/README.md says about steps, matches, answers and checks is implemented here
 * (loading), in judge.c (what the events say) and in check.c (running all of it).
 */
#include "buffer.h"
#include "events.h"
#include "scenario.h"

enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGE_COUNT };
extern const char *const language_name[LANGUAGE_COUNT]; /* "en", "zh" */

struct lesson; /* immutable once loaded: any thread may read it */
/* NULL after a complaint, whose place is "lesson.json: steps[1].until" or "zh.md: line 7". */
struct lesson *lesson_load(const char *folder, struct complaint *);
/* The same from the four files' texts. */
struct lesson_source {
    struct buffer lesson, scenario, text[LANGUAGE_COUNT];
};
struct lesson *lesson_read(const struct lesson_source *, struct complaint *);
void lesson_free(struct lesson *);
const char *lesson_slug(const struct lesson *);
const char *lesson_title(const struct lesson *, enum language);
const struct scenario_file *lesson_scenario(const struct lesson *);
const char *lesson_scenario_text(const struct lesson *, size_t *length); /* the file, as written */
/* The body of GET /api/lessons/SLUG?lang= */
void lesson_json(const struct lesson *, enum language, struct buffer *out);
/* The lesson's line in GET /api/lessons?lang= */
void lesson_entry(const struct lesson *, enum language, struct buffer *out);

enum step_kind { STEP_READ, STEP_PREDICT, STEP_WATCH, STEP_BREAK, STEP_KIND_COUNT };
size_t lesson_step_count(const struct lesson *);
const char *lesson_step_id(const struct lesson *, size_t step);
int lesson_step_named(const struct lesson *, const char *id); /* -1: none */
enum step_kind lesson_step_kind(const struct lesson *, size_t step);
/* What a step does to its timeline, in the order of time. The first one is at the very start. */
struct lesson_command {
    const char *line, *node; /* node NULL: for the lab itself */
    sim_time at;
};
size_t lesson_step_command_count(const struct lesson *, size_t step); /* 0: the base timeline */
const struct lesson_command *lesson_step_command(const struct lesson *, size_t step, size_t n);
/* How far the head may go: while the question is open, and once it is answered. -1: not said. */
sim_time lesson_step_until(const struct lesson *, size_t step);
sim_time lesson_step_then(const struct lesson *, size_t step);
size_t lesson_option_count(const struct lesson *, size_t step);
const char *lesson_option(const struct lesson *, size_t step, size_t n);
const struct json_node *lesson_answer(const struct lesson *, size_t step); /* value NULL: none */
const struct json_node *lesson_checks(const struct lesson *, size_t step);
/* Calls with the match of each event link in the step's text. */
void lesson_each_link(const struct lesson *, size_t step, enum language,
                      void (*visit)(void *user, const char *match_json), void *user);

/* What the events say about a step: `lines` are the timeline's story lines from index 0 (NDJSON).
 * Writes {"step","answer":null|"ID","events":[i..],"checks":[{"say","passed","event":i|null}]}.
 * An answer is null as long as the events do not decide it. judge.c */
void lesson_judge(const struct lesson *, size_t step, enum language, const struct lab *,
                  const char *lines, size_t length, struct buffer *out);
struct verdict {
    const char *answer; /* NULL: not decided */
    size_t events[2], event_count;
};
struct verdict judge_answer(const struct lesson *, size_t step, const struct events *,
                            const struct lab *);
/* Whether a check holds; *event: the event that shows it, or NO_EVENT. */
bool judge_check(const struct json_node *check, const struct events *, const struct lab *,
                 size_t *event);
/* For lesson.c at load: complains about what an answer or a check cannot mean. */
void judge_read_answer(const struct json_node *answer, const char *const options[], size_t count);
void judge_read_check(const struct json_node *check);

/* All lessons of a folder: course.c. */
struct course {
    struct lesson **lessons; /* in course.json's order; the hidden ones last */
    size_t count, listed;
};
bool course_load(struct course *, const char *folder, struct complaint *);
struct lesson *course_find(const struct course *, const char *slug);        /* NULL: none */
void course_json(const struct course *, enum language, struct buffer *out); /* GET /api/lessons */
void course_free(struct course *);

#endif
