#include "run.h"
/*
 * `netstep run`: a scenario headless, as fast as it goes, with everything that the trace can say
 * feeding four listeners: the story's lines, the capture, the sockets' streams and the hashes. The
 * summary is the last line on standard output, whatever else goes there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"
#include "pcapng.h"
#include "scenario.h"
#include "story.h"
#include "streams.h"
#include "units.h"

enum { STEPS_A_TURN = 50000, REASONS_MAX = 256 };

struct options {
    const char *scenario, *events, *pcap;
    enum detail detail;
    sim_time until;
    uint64_t seed;
    bool seeded, timed; /* --seed, --until were given */
};
struct run {
    struct options options;
    struct scenario_file *scenario;
    struct lab *lab;
    struct story *story;
    struct pcapng *pcapng;
    struct streams *streams;
    struct output events, pcap;
    struct trace_hash hash;
    uint64_t records, packets, octets;
    uint64_t lost[REASONS_MAX], dropped[REASONS_MAX];
    enum stop stop;
};

static const char help[] =
    "Usage: netstep run SCENARIO [--until TIME] [--seed N] [--events FILE|-] [--detail "
    "story|full]\n"
    "                            [--pcap FILE]\n"
    "Runs a scenario as fast as it goes and ends with one JSON object, the summary, on standard "
    "output.\n"
    "\n"
    "  SCENARIO         a scenario file, or - for standard input\n"
    "  --until TIME     virtual time at which to stop, such as 10s (without it: when nothing is\n"
    "                   pending any more, TIME-WAIT included; at most 10 minutes, and 10\n"
    "                   million steps)\n"
    "  --seed N         instead of the scenario's seed\n"
    "  --events FILE    the stream's JSON lines, hello first; - for standard output\n"
    "  --detail WORD    story (the default) or full, with every variable and rule\n"
    "  --pcap FILE      every frame of every link as pcapng; - for standard output\n"
    "\n"
    "The summary's \"stopped\" is quiet, until, budget, livelock or end. Exit status: 0, 1 (the "
    "run or "
    "its\n"
    "output failed), 2 (bad usage or scenario; nothing was written).\n";

/* -------------------------------------------------------------------------------------- options */

static int bad_value(const char *option, const char *value, const char *mend) {
    return usage_error("run: %s %s: not understood; %s", option, value, mend);
}

/* 0: go on; otherwise the exit status + 1. */
static int take_option(struct options *o, const char *name, const char *value) {
    if (strcmp(name, "--until") == 0 && !read_duration(value, &o->until))
        return bad_value(name, value, "give a time such as 10s") + 1;
    if (strcmp(name, "--until") == 0) o->timed = true;
    if (*value == '\0') return usage_error("run: %s is empty; see netstep run --help", name) + 1;
    if (strcmp(name, "--seed") == 0 && (!read_u64(value, &o->seed) || o->seed > INT64_MAX))
        return bad_value(name, value, "give a whole number from 0 to 2^63-1") + 1;
    if (strcmp(name, "--seed") == 0) o->seeded = true;
    if (strcmp(name, "--events") == 0) o->events = value;
    if (strcmp(name, "--pcap") == 0) o->pcap = value;
    if (strcmp(name, "--detail") != 0) return 0;
    o->detail = strcmp(value, "full") == 0 ? DETAIL_FULL : DETAIL_STORY;
    if (o->detail == DETAIL_STORY && strcmp(value, "story") != 0)
        return bad_value(name, value, "give story or full") + 1;
    return 0;
}

/* "--until 10s" or "--until=10s" at argv[*at]; moves *at to the last word that it used. */
static int read_option(int argc, char **argv, int *at, struct options *o) {
    static const char *const names[] = {"--until", "--seed", "--events", "--pcap", "--detail"};
    const char *word = argv[*at];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(word, names[i], length) != 0 || (word[length] != '=' && word[length] != '\0'))
            continue;
        if (word[length] == '=') return take_option(o, names[i], word + length + 1);
        if (++*at == argc)
            return usage_error("run: %s needs a value; see netstep run --help", word) + 1;
        return take_option(o, names[i], argv[*at]);
    }
    return usage_error("run: unknown option %.60s; see netstep run --help", word) + 1;
}

static int read_options(int argc, char **argv, struct options *o) {
    bool plain = false;
    for (int at = 0; at < argc; at++) {
        int status = 0;
        if (!plain && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) {
            fputs(help, stdout);
            return 1;
        }
        if (strcmp(argv[at], "--") == 0 && !plain)
            plain = true; /* what follows is a file, whatever it begins with */
        else if (argv[at][0] == '-' && argv[at][1] != '\0' && !plain)
            status = read_option(argc, argv, &at, o);
        else if (o->scenario != NULL)
            status =
                usage_error("run: two scenarios, %s and %s; give one", o->scenario, argv[at]) + 1;
        else
            o->scenario = argv[at];
        if (status != 0) return status;
    }
    if (o->scenario == NULL)
        return usage_error("run: no scenario; give a file, or see netstep run --help") + 1;
    if (o->events != NULL && o->pcap != NULL && strcmp(o->events, "-") == 0 &&
        strcmp(o->pcap, "-") == 0)
        return usage_error("run: --events - and --pcap - at once; give one of them a file") + 1;
    return 0;
}

/* -------------------------------------------------------------------------------- the listeners */

static void count_record(struct run *run, const struct trace_record *r) {
    run->records++;
    if (r->kind == TRACE_SENT) {
        run->packets++;
        run->octets += r->octet_count;
    }
    if (r->kind == TRACE_LOST && r->reason < REASONS_MAX) run->lost[r->reason]++;
    if (r->kind == TRACE_DROPPED && r->reason < REASONS_MAX) run->dropped[r->reason]++;
}

static void take_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct run *run = user;
    count_record(run, r);
    trace_hash_add(&run->hash, r);
    streams_record(run->streams, r);
    if (run->story != NULL) {
        struct sink sink = story_sink(run->story);
        sink.record(sink.user, lab, r);
    }
    if (run->pcapng == NULL) return;
    pcapng_record(run->pcapng, lab, r);
    struct buffer *blocks = pcapng_blocks(run->pcapng);
    if (blocks->length >= 65536) {
        fwrite(blocks->data, 1, blocks->length, run->pcap.file);
        buffer_clear(blocks);
    }
}

static void take_line(void *user, const struct story_line *line) {
    struct run *run = user;
    fwrite(line->text, 1, line->length, run->events.file);
}

/* -------------------------------------------------------------------------------------- the run */

/* Two names, one file: by what was opened, for names may differ. */
static bool same_file(const struct output *a, const struct output *b) {
    struct stat one, two;
    return a->file != NULL && b->file != NULL && fstat(fileno(a->file), &one) == 0 &&
           fstat(fileno(b->file), &two) == 0 && S_ISREG(one.st_mode) && one.st_dev == two.st_dev &&
           one.st_ino == two.st_ino;
}

/* An output would take the scenario's place. */
static bool over_scenario(const char *scenario, const char *output) {
    struct stat one, two;
    return output != NULL && stat(scenario, &one) == 0 && stat(output, &two) == 0 &&
           S_ISREG(one.st_mode) && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static int prepare(struct run *run) {
    struct options *o = &run->options;
    struct complaint why;
    const char *name = strcmp(o->scenario, "-") == 0 ? "standard input" : o->scenario;
    run->scenario = scenario_load(o->scenario, &why);
    if (run->scenario != NULL && o->seeded) run->scenario->scenario.seed = o->seed;
    if (run->scenario != NULL) run->lab = scenario_lab(run->scenario, &why);
    if (run->lab == NULL) return usage_error("%s: %s: %s", name, why.place, why.problem);
    if (over_scenario(o->scenario, o->events) || over_scenario(o->scenario, o->pcap))
        return usage_error("run: %s would be written over; give the output another name", name);
    if (o->events != NULL && !output_open(&run->events, o->events))
        return usage_error("run: --events %s: %s; give a file that can be written", o->events,
                           strerror(errno));
    if (o->pcap != NULL && !output_open(&run->pcap, o->pcap))
        return usage_error("run: --pcap %s: %s; give a file that can be written", o->pcap,
                           strerror(errno));
    if (same_file(&run->events, &run->pcap))
        return usage_error("run: --events and --pcap name one file, %s; give each its own",
                           o->pcap);
    run->streams = streams_new();
    if (run->events.file != NULL) run->story = story_new(o->detail, take_line, run);
    if (run->pcap.file != NULL) run->pcapng = pcapng_begin(run->lab, run->scenario->title);
    if (run->streams == NULL || (run->events.file != NULL && run->story == NULL) ||
        (run->pcap.file != NULL && run->pcapng == NULL))
        return usage_error("run: out of memory; try a smaller scenario") - 1;
    return 0;
}

static void write_hello(struct run *run) {
    struct buffer hello = {0};
    if (run->story == NULL) return;
    story_hello(&hello, run->lab, "run", "T0", run->options.detail, 0);
    buffer_char(&hello, '\n');
    fwrite(hello.data, 1, hello.length, run->events.file);
    buffer_free(&hello);
}

static void go(struct run *run) {
    struct sink sink = {.record = take_record, .user = run, .wants = WANT_ALL};
    struct budget budget = {.steps = STEPS_A_TURN, .until = run->options.until};
    trace_hash_begin(&run->hash);
    do {
        run->stop = lab_step(run->lab, &sink, &budget);
    } while (run->stop == STOP_BUDGET &&
             (run->options.timed || lab_steps(run->lab) < RUN_STEPS_DEFAULT));
}

static void write_reasons(struct buffer *b, const uint64_t counts[REASONS_MAX]) {
    bool first = true;
    buffer_char(b, '{');
    for (uint32_t reason = 0; reason < REASONS_MAX; reason++) {
        if (counts[reason] == 0) continue;
        buffer_add(b, first ? "" : ",");
        buffer_json_string(b, engine_name(NAME_REASON, reason));
        buffer_char(b, ':');
        buffer_u64(b, counts[reason]);
        first = false;
    }
    buffer_char(b, '}');
}

static void write_summary(struct run *run, struct buffer *b) {
    buffer_printf(b, "{\"netstep\":\"run\",\"behaviour\":%d,\"seed\":", ENGINE_BEHAVIOUR);
    buffer_u64(b, run->scenario->scenario.seed);
    buffer_printf(b, ",\"time_ns\":%lld,\"stopped\":\"%s\",\"steps\":%llu,\"records\":%llu",
                  (long long)lab_now(run->lab), engine_name(NAME_STOP, run->stop),
                  (unsigned long long)lab_steps(run->lab), (unsigned long long)run->records);
    buffer_printf(b,
                  ",\"packets\":%llu,\"octets\":%llu,\"lost\":", (unsigned long long)run->packets,
                  (unsigned long long)run->octets);
    write_reasons(b, run->lost);
    buffer_add(b, ",\"dropped\":");
    write_reasons(b, run->dropped);
    buffer_printf(b, ",\"hash\":\"%016llx\",\"hash_all\":\"%016llx\",\"sockets\":",
                  (unsigned long long)run->hash.lane[0], (unsigned long long)run->hash.lane[1]);
    streams_json(run->streams, run->lab, b);
    buffer_add(b, "}\n");
}

static bool finish_files(struct run *run) {
    bool fine = run->story == NULL || !story_failed(run->story);
    if (run->pcapng != NULL) {
        struct buffer *blocks = pcapng_blocks(run->pcapng);
        pcapng_end(run->pcapng);
        fine = fine && !blocks->failed;
        fwrite(blocks->data, 1, blocks->length, run->pcap.file);
    }
    if (!fine) return false;
    return output_finish(&run->events) && output_finish(&run->pcap);
}

static int finish(struct run *run) {
    struct buffer summary = {0};
    write_summary(run, &summary);
    bool fine = !summary.failed && finish_files(run);
    if (fine) fwrite(summary.data, 1, summary.length, stdout);
    buffer_free(&summary);
    if (fine && fflush(stdout) == 0 && ferror(stdout) == 0) return 0;
    fprintf(stderr, "netstep: run: the output could not be written; is the disk full?\n");
    return 1;
}

int run_main(int argc, char **argv) {
    struct run run = {.options = {.until = RUN_UNTIL_DEFAULT_NS}};
    int status = read_options(argc, argv, &run.options);
    if (status != 0) return status - 1;
    status = prepare(&run);
    if (status == 0) {
        write_hello(&run);
        go(&run);
        status = finish(&run);
    }
    output_abandon(&run.events);
    output_abandon(&run.pcap);
    pcapng_free(run.pcapng);
    story_free(run.story);
    streams_free(run.streams);
    free(run.lab);
    scenario_free(run.scenario);
    return status;
}
