#include "scenario.h"
/*
 * Any octets as a scenario file: a complaint of one line, or a lab that runs its first steps with
 * all listeners. Labs that ask for a lot of memory are read and judged but not made.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "pcapng.h"
#include "story.h"
#include "streams.h"

enum { LAB_OCTETS_MAX = 64 << 20, STEPS = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count);

struct listeners {
    struct story *story;
    struct pcapng *pcapng;
    struct streams *streams;
};

static void take_line(void *user, const struct story_line *line) {
    (void)user;
    assert(line->length > 20 && line->text[line->length - 1] == '\n');
}

static void take_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct listeners *l = user;
    struct sink sink = story_sink(l->story);
    sink.record(sink.user, lab, r);
    pcapng_record(l->pcapng, lab, r);
    streams_record(l->streams, r);
}

static void run(struct lab *lab) {
    struct listeners l = {.story = story_new(DETAIL_FULL, take_line, NULL),
                          .pcapng = pcapng_begin(lab, NULL),
                          .streams = streams_new()};
    struct sink sink = {.record = take_record, .user = &l, .wants = WANT_ALL};
    struct budget budget = {.steps = STEPS, .until = SIM_TIME_MAX};
    struct buffer text = {0};
    lab_step(lab, &sink, &budget);
    story_world(&text, lab);
    story_snapshot(&text, lab);
    streams_json(l.streams, lab, &text);
    pcapng_end(l.pcapng);
    buffer_free(&text);
    story_free(l.story);
    pcapng_free(l.pcapng);
    streams_free(l.streams);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count) {
    struct complaint why = {{0}, {0}};
    struct scenario_file *file = scenario_read((const char *)octets, count, &why);
    struct lab *lab = NULL;
    if (file != NULL && lab_size(&file->scenario) <= LAB_OCTETS_MAX) lab = scenario_lab(file, &why);
    if (file == NULL) assert(why.place[0] != '\0' && why.problem[0] != '\0');
    assert(strchr(why.problem, '\n') == NULL && strchr(why.place, '\n') == NULL);
    if (lab != NULL) run(lab);
    free(lab);
    scenario_free(file);
    return 0;
}
