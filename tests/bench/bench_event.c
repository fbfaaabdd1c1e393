/*
 * What one event costs as a line of JSON: the story's direct writer against the same line built and
 * dumped by jansson, in the same run. The records are those of a bulk transfer through a router,
 * taken once with their octets and replayed, so that the engine's own time is not counted.
 * One line a figure: name, value, unit, ratio, baseline; medians of five runs.
 */
#include "lab_support.h"
#include "story.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 5, RECORDS = 20000, LINES = 20000 };

struct sample {
    struct trace_record record;
    uint8_t octets[128]; /* enough for every header; a label never looks further */
    char text[256];
};
static struct sample *kept;
static size_t kept_count;
static struct lab *lab;

static void keep(void *user, const struct lab *l, const struct trace_record *r) {
    (void)user;
    (void)l;
    if (kept_count == RECORDS || r->text_length >= sizeof kept->text) return;
    struct sample *k = &kept[kept_count++];
    k->record = *r;
    if (r->octets != NULL) {
        size_t count = r->octet_count < sizeof k->octets ? r->octet_count : sizeof k->octets;
        memcpy(k->octets, r->octets, count);
        k->record.octets = k->octets;
    }
    if (r->text != NULL) {
        memcpy(k->text, r->text, r->text_length);
        k->record.text = k->text;
    }
}

static void record_a_transfer(void) {
    static struct setup setup;
    struct complaint why;
    through_router(&setup);
    setup_run(&setup, 0, "server", "nc -l 80 > out");
    setup_run(&setup, SECONDS(1), "client", "nc -N server 80 < 4000000");
    size_t size = lab_size(&setup.scenario);
    lab = malloc(size);
    kept = calloc(RECORDS, sizeof *kept);
    if (lab == NULL || kept == NULL || !lab_create(lab, size, &setup.scenario, &why)) exit(1);
    struct sink sink = {.record = keep, .wants = WANT_STORY};
    lab_step(lab, &sink, &(struct budget){.until = SECONDS(60)});
}

static double now_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double (*measure)(void)) {
    double runs[RUNS];
    for (int i = 0; i < RUNS; i++) runs[i] = measure();
    qsort(runs, RUNS, sizeof *runs, by_size);
    return runs[RUNS / 2];
}

static size_t lines, octets_written;
static char sample[LINES][512];
static size_t sample_count;

static void count_line(void *user, const struct story_line *line) {
    (void)user;
    lines++;
    octets_written += line->length;
    if (sample_count < LINES && line->length < sizeof *sample)
        memcpy(sample[sample_count++], line->text, line->length + 1);
}

static double direct_ns(void) {
    struct story *story = story_new(DETAIL_STORY, count_line, NULL);
    struct sink sink = story_sink(story);
    lines = octets_written = 0;
    double start = now_cpu();
    for (size_t i = 0; i < kept_count; i++) sink.record(sink.user, lab, &kept[i].record);
    double seconds = now_cpu() - start;
    story_free(story);
    return seconds / (double)lines * 1e9;
}

/* The same values, built as jansson's objects and dumped; the parsing is not counted. */
static double jansson_ns(void) {
    double total = 0;
    for (size_t i = 0; i < sample_count; i++) {
        json_t *model = json_loads(sample[i], 0, NULL);
        if (model == NULL) exit(1);
        double start = now_cpu();
        json_t *copy = json_deep_copy(model);
        char *text = json_dumps(copy, JSON_COMPACT);
        free(text);
        json_decref(copy);
        total += now_cpu() - start;
        json_decref(model);
    }
    return total / (double)sample_count * 1e9;
}

int main(void) {
    record_a_transfer();
    double ns = median_of(direct_ns), base = median_of(jansson_ns);
    printf("%-34s %12.4g %-12s %8.3gx of %s (%.4g)\n", "one event as JSON", ns, "ns", base / ns,
           "jansson", base);
    printf("%-34s %12.4g %-12s\n", "  a line has", (double)octets_written / (double)lines,
           "octets");
    free(kept);
    free(lab);
    return 0;
}
