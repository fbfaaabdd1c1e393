#include "lesson.h"
/*
 * What the events say: which option of a prediction is right, and whether a check holds. Nothing
 * here knows an answer; it is read off the story's lines. lessons/README.md has the words.
 */
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "units.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
static const char *const that_words[] = {"exists", "never", "order", "state", "within",
                                         "count",  "rows",  "sum",   "number"};
enum { THAT_EXISTS, THAT_NEVER, THAT_ORDER, THAT_STATE, THAT_WITHIN, THAT_MEASURE };

/* -------------------------------------------------------------------------------------- answers */

/* The band of a number: the first whose "below" (a count, or a time) is greater. */
static const char *find_band(const struct json_node *answer, int64_t number) {
    struct json_node bands = json_get(answer, "bands");
    for (size_t i = 0; i < json_count(&bands); i++) {
        struct json_node band = json_item(&bands, i), below = json_get(&band, "below"),
                         gives = json_get(&band, "gives");
        int64_t limit = json_integer_or(&below, INT64_MAX);
        if (json_holds_text(&below)) read_duration(json_text_or(&below, ""), &limit);
        if (number < limit) return json_text_or(&gives, NULL);
    }
    return NULL;
}

static struct verdict judge_first(const struct json_node *answer, const struct events *events,
                                  const struct lab *lab) {
    struct json_node first = json_get(answer, "first"), gives = json_get(answer, "gives"),
                     after = json_get(answer, "after");
    size_t from = json_is(after) ? events_find(events, &after, 0, lab) : 0;
    struct verdict verdict = {0};
    size_t best = NO_EVENT;
    for (size_t i = 0; from != NO_EVENT && i < json_count(&first); i++) {
        struct json_node match = json_item(&first, i), option = json_item(&gives, i);
        size_t at = events_find(events, &match, from, lab);
        if (at >= best) continue;
        best = at;
        verdict = (struct verdict){
            .answer = json_text_or(&option, NULL), .events = {at}, .event_count = 1};
    }
    return verdict;
}

static struct verdict judge_gap(const struct json_node *answer, const struct events *events,
                                const struct lab *lab) {
    struct json_node gap = json_get(answer, "gap"), one = json_item(&gap, 0),
                     two = json_item(&gap, 1);
    size_t from = events_find(events, &one, 0, lab);
    size_t to = from == NO_EVENT ? NO_EVENT : events_find(events, &two, from + 1, lab);
    if (to == NO_EVENT) return (struct verdict){0};
    int64_t gap_ns = events_time(events, to) - events_time(events, from);
    return (struct verdict){
        .answer = find_band(answer, gap_ns), .events = {from, to}, .event_count = 2};
}

/* A measured number, by bands. Counts and sums are known only when the step is over. */
static struct verdict judge_measure(const struct json_node *answer, const struct events *events,
                                    const struct lab *lab, bool over) {
    struct measure measured = measure_take(answer, events, lab);
    if (!measured.known || (measured.grows && !over)) return (struct verdict){0};
    return (struct verdict){.answer = find_band(answer, measured.number),
                            .events = {measured.event},
                            .event_count = measured.event != NO_EVENT};
}

struct verdict judge_answer(const struct lesson *lesson, size_t step, const struct events *events,
                            const struct lab *lab) {
    const struct json_node *answer = lesson_answer(lesson, step);
    struct json_node first = json_get(answer, "first"), gap = json_get(answer, "gap"),
                     otherwise = json_get(answer, "otherwise");
    /* "It never happens" can be said only once the lab has come to the end of the step. */
    bool over = lab_now(lab) >= lesson_step_then(lesson, step) || !lab_next(lab, &(sim_time){0});
    struct verdict verdict = {0};
    if (!json_is(*answer)) return verdict;
    if (json_is(first))
        verdict = judge_first(answer, events, lab);
    else if (json_is(gap))
        verdict = judge_gap(answer, events, lab);
    else
        verdict = judge_measure(answer, events, lab, over);
    if (verdict.answer == NULL && over) verdict.answer = json_text_or(&otherwise, NULL);
    return verdict;
}

/* --------------------------------------------------------------------------------------- checks */

static bool check_measure(const struct json_node *check, const struct events *events,
                          const struct lab *lab, size_t *event) {
    struct json_node is = json_get(check, "is"), least = json_get(check, "least"),
                     most = json_get(check, "most");
    struct measure measured = measure_take(check, events, lab);
    *event = measured.event;
    if (!measured.known) return false;
    if (json_is(is)) return measured.number == json_integer_or(&is, INT64_MIN);
    return measured.number >= json_integer_or(&least, 0) &&
           measured.number <= json_integer_or(&most, INT64_MAX);
}

static bool check_order(const struct json_node *check, const struct events *events,
                        const struct lab *lab, size_t *event) {
    struct json_node list = json_get(check, "order");
    size_t before = NO_EVENT;
    for (size_t i = 0; i < json_count(&list); i++) {
        struct json_node match = json_item(&list, i);
        size_t at = events_find(events, &match, 0, lab);
        if (at == NO_EVENT || (before != NO_EVENT && at <= before)) return false;
        before = *event = at;
    }
    return true;
}

/* The last state change of a node's machine whose name contains `name` led to `state`. */
static bool check_state(const struct json_node *check, const struct events *events,
                        const struct lab *lab, size_t *event) {
    struct json_node node = json_get(check, "node"), state = json_get(check, "state"),
                     name = json_get(check, "name"), machine = json_get(check, "machine");
    uint32_t id = lab_node_named(lab, json_text_or(&node, ""));
    for (size_t i = events->count; i-- > 0;) {
        struct json_node kind = json_get(&events->events[i], "k"),
                         n = json_get(&events->events[i], "n"),
                         m = json_get(&events->events[i], "m"),
                         called = json_get(&events->events[i], "name"),
                         to = json_get(&events->events[i], "to");
        if (strcmp(json_text_or(&kind, ""), "st") != 0 || json_integer_or(&n, 0) != id ||
            strcmp(json_text_or(&m, ""), json_text_or(&machine, "tcp")) != 0 ||
            strstr(json_text_or(&called, ""), json_text_or(&name, "")) == NULL)
            continue;
        *event = i;
        return json_same(&to, &state);
    }
    return false;
}

static bool check_within(const struct json_node *check, const struct events *events,
                         const struct lab *lab, size_t *event) {
    struct json_node one = json_get(check, "from"), two = json_get(check, "to"),
                     least = json_get(check, "least"), most = json_get(check, "most");
    size_t from = events_find(events, &one, 0, lab);
    size_t to = from == NO_EVENT ? NO_EVENT : events_find(events, &two, from, lab);
    int64_t least_ns = 0, most_ns = INT64_MAX;
    if (to == NO_EVENT) return false;
    *event = to;
    read_duration(json_text_or(&least, ""), &least_ns);
    read_duration(json_text_or(&most, ""), &most_ns);
    int64_t gap_ns = events_time(events, to) - events_time(events, from);
    return gap_ns >= least_ns && gap_ns <= most_ns;
}

bool judge_check(const struct json_node *check, const struct events *events, const struct lab *lab,
                 size_t *event) {
    struct json_node that = json_get(check, "that"), match = json_get(check, "match");
    const char *word = json_text_or(&that, "");
    *event = NO_EVENT;
    if (strcmp(word, that_words[THAT_ORDER]) == 0) return check_order(check, events, lab, event);
    if (strcmp(word, that_words[THAT_STATE]) == 0) return check_state(check, events, lab, event);
    if (strcmp(word, that_words[THAT_WITHIN]) == 0) return check_within(check, events, lab, event);
    *event = events_find(events, &match, 0, lab);
    if (strcmp(word, that_words[THAT_EXISTS]) == 0) return *event != NO_EVENT;
    if (strcmp(word, that_words[THAT_NEVER]) == 0) return *event == NO_EVENT;
    return check_measure(check, events, lab, event);
}

void lesson_judge(const struct lesson *lesson, size_t step, enum language language,
                  const struct lab *lab, const char *lines, size_t length, struct buffer *out) {
    struct events events;
    if (!events_read(&events, lines, length, lesson_step_then(lesson, step))) {
        out->failed = true;
        return;
    }
    struct verdict verdict = judge_answer(lesson, step, &events, lab);
    buffer_add(out, "{\"step\":");
    buffer_json_string(out, lesson_step_id(lesson, step));
    buffer_add(out, ",\"answer\":");
    if (verdict.answer == NULL)
        buffer_add(out, "null");
    else
        buffer_json_string(out, verdict.answer);
    buffer_add(out, ",\"events\":[");
    for (size_t i = 0; i < verdict.event_count; i++)
        buffer_printf(out, "%s%zu", i == 0 ? "" : ",", verdict.events[i]);
    buffer_add(out, "],\"checks\":[");
    const struct json_node *checks = lesson_checks(lesson, step);
    for (size_t i = 0; i < json_count(checks); i++) {
        struct json_node check = json_item(checks, i), say = json_get(&check, "say"),
                         text = json_get(&say, language_name[language]);
        size_t event;
        bool passed = judge_check(&check, &events, lab, &event);
        buffer_add(out, i == 0 ? "{\"say\":" : ",{\"say\":");
        buffer_json_string(out, json_text_or(&text, ""));
        buffer_printf(out, ",\"passed\":%s,\"event\":", passed ? "true" : "false");
        buffer_printf(out, event == NO_EVENT ? "null}" : "%zu}", event);
    }
    buffer_add(out, "]}");
    events_free(&events);
}

/* ---------------------------------------------------------------------------- what they may say */

static size_t option_place(const struct json_node *option, const char *const options[],
                           size_t count) {
    int place = json_need_word(option, options, count);
    return place < 0 ? SIZE_MAX : (size_t)place;
}

static void read_matches(const struct json_node *list) {
    if (!json_need_array(list)) return;
    for (size_t i = 0; i < json_count(list); i++) {
        struct json_node match = json_item(list, i);
        match_check(&match);
    }
}

static void read_bands(const struct json_node *answer, const char *const options[], size_t count,
                       bool reached[]) {
    static const char *const keys[] = {"below", "gives"};
    struct json_node bands = json_get(answer, "bands");
    if (!json_need_array(&bands)) return;
    for (size_t i = 0; i < json_count(&bands); i++) {
        struct json_node band = json_item(&bands, i), below = json_get(&band, "below"),
                         gives = json_get(&band, "gives");
        int64_t time;
        if (!json_need_object(&band, keys, COUNT(keys))) return;
        if (json_is(below) && !json_holds_integer(&below) &&
            !read_duration(json_need_text(&below), &time))
            json_fail(&below, "is neither a count nor a time; write 2 or \"500ms\"");
        size_t place = option_place(&gives, options, count);
        if (place != SIZE_MAX) reached[place] = true;
    }
}

static void read_gives(const struct json_node *answer, const char *const options[], size_t count,
                       bool reached[]) {
    struct json_node first = json_get(answer, "first"), gives = json_get(answer, "gives");
    if (!json_need_array(&gives)) return;
    if (json_count(&gives) != json_count(&first))
        json_fail(&gives, "has %zu options for %zu matches; give one for each", json_count(&gives),
                  json_count(&first));
    for (size_t i = 0; i < json_count(&gives); i++) {
        struct json_node option = json_item(&gives, i);
        size_t place = option_place(&option, options, count);
        if (place != SIZE_MAX) reached[place] = true;
    }
}

void judge_read_answer(const struct json_node *answer, const char *const options[], size_t count) {
    static const char *const keys[] = {"first", "after", "gives",  "gap", "bands", "otherwise",
                                       "count", "rows",  "number", "sum", "of",    "less"};
    bool *reached = calloc(count + 1, sizeof *reached);
    if (reached == NULL || !json_need_object(answer, keys, COUNT(keys))) {
        free(reached);
        return;
    }
    struct json_node first = json_get(answer, "first"), gap = json_get(answer, "gap"),
                     after = json_get(answer, "after"), otherwise = json_get(answer, "otherwise");
    size_t measures = measure_kinds(answer);
    if (json_is(first) + json_is(gap) + measures != 1)
        json_fail(answer, "needs one of first, gap, count, rows, number and sum; give exactly one");
    if (json_is(first)) {
        read_matches(&first);
        read_gives(answer, options, count, reached);
    } else
        read_bands(answer, options, count, reached);
    if (json_is(gap)) {
        read_matches(&gap);
        if (json_count(&gap) != 2)
            json_fail(&gap, "is no pair; give the match that begins it and the one that ends it");
    }
    if (measures == 1) measure_read(answer);
    if (json_is(after)) match_check(&after);
    size_t place = json_is(otherwise) ? option_place(&otherwise, options, count) : SIZE_MAX;
    if (place != SIZE_MAX) reached[place] = true;
    for (size_t i = 0; i < count; i++)
        if (!reached[i])
            json_fail(answer, "can never give \"%s\"; say what makes it the answer", options[i]);
    free(reached);
}

static void read_say(const struct json_node *check) {
    static const char *const keys[] = {"en", "zh"};
    struct json_node say = json_get(check, "say"), en = json_get(&say, "en"),
                     zh = json_get(&say, "zh");
    if (!json_need_object(&say, keys, COUNT(keys))) return;
    json_need_text(&en);
    json_need_text(&zh);
}

static void read_time(const struct json_node *time) {
    int64_t ns;
    if (json_is(*time) && !read_duration(json_need_text(time), &ns))
        json_fail(time, "is no time; write one such as \"10ms\"");
}

void judge_read_check(const struct json_node *check) {
    static const char *const keys[] = {"that", "say",  "match",  "is", "least",   "most",  "order",
                                       "node", "name", "from",   "to", "machine", "state", "count",
                                       "rows", "sum",  "number", "of", "less"};
    if (!json_need_object(check, keys, COUNT(keys))) return;
    struct json_node that = json_get(check, "that"), match = json_get(check, "match"),
                     order = json_get(check, "order"), node = json_get(check, "node"),
                     state = json_get(check, "state"), from = json_get(check, "from"),
                     to = json_get(check, "to"), least = json_get(check, "least"),
                     most = json_get(check, "most"), is = json_get(check, "is");
    read_say(check);
    switch (json_need_word(&that, that_words, COUNT(that_words))) {
    case -1: return;
    case THAT_ORDER: read_matches(&order); return;
    case THAT_STATE:
        json_need_text(&node);
        json_need_text(&state);
        return;
    case THAT_WITHIN:
        match_check(&from);
        match_check(&to);
        read_time(&least);
        read_time(&most);
        if (!json_is(least) && !json_is(most))
            json_fail(check, "has no bound; give least, most or both");
        return;
    case THAT_EXISTS:
    case THAT_NEVER: match_check(&match); return;
    default:
        if (json_is(is) == (json_is(least) || json_is(most)))
            json_fail(check, "needs how many; give \"is\", or \"least\" and \"most\"");
        measure_read(check);
        return;
    }
}
