#include "recorder.h"
/*
 * Four listeners to one trace: the story's lines, the capture, the sockets' streams and the hashes.
 * The summary is the last line on standard output, whatever else goes there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"
#include "pcapng.h"
#include "run.h"
#include "streams.h"

enum { REASONS_MAX = 256, PCAP_AT_ONCE = 65536 };

struct recorder {
    struct recorder_options options;
    const struct scenario_file *scenario;
    const struct lab *lab;
    struct story *story;
    struct pcapng *pcapng;
    struct streams *streams;
    struct output events, pcap;
    struct trace_hash hash;
    uint64_t records, packets, octets, written;
    uint64_t lost[REASONS_MAX], dropped[REASONS_MAX];
};

/* -------------------------------------------------------------------------------- the listeners */

static void count_record(struct recorder *run, const struct trace_record *r) {
    run->records++;
    if (r->kind == TRACE_SENT) {
        run->packets++;
        run->octets += r->octet_count;
    }
    if (r->kind == TRACE_LOST && r->reason < REASONS_MAX) run->lost[r->reason]++;
    if (r->kind == TRACE_DROPPED && r->reason < REASONS_MAX) run->dropped[r->reason]++;
}

static void write_pcap(struct recorder *run, size_t least) {
    struct buffer *blocks = pcapng_blocks(run->pcapng);
    if (blocks->length < least) return;
    run->written += fwrite(blocks->data, 1, blocks->length, run->pcap.file);
    buffer_clear(blocks);
}

static void take_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct recorder *run = user;
    count_record(run, r);
    trace_hash_add(&run->hash, r);
    streams_record(run->streams, r);
    if (run->story != NULL) {
        struct sink sink = story_sink(run->story);
        sink.record(sink.user, lab, r);
    }
    if (run->pcapng == NULL) return;
    pcapng_record(run->pcapng, lab, r);
    write_pcap(run, PCAP_AT_ONCE);
}

static void take_line(void *user, const struct story_line *line) {
    struct recorder *run = user;
    run->written += fwrite(line->text, 1, line->length, run->events.file);
}

struct sink recorder_sink(struct recorder *run) {
    return (struct sink){.record = take_record, .user = run, .wants = WANT_ALL};
}

const struct trace_hash *recorder_hash(const struct recorder *run) {
    return &run->hash;
}

uint64_t recorder_octets(const struct recorder *run) {
    return run->written;
}

void recorder_flush(struct recorder *run) {
    if (run->pcapng != NULL) write_pcap(run, 1);
    if (run->pcap.file != NULL) fflush(run->pcap.file);
    if (run->events.file != NULL) fflush(run->events.file);
}

/* -------------------------------------------------------------------------------------- opening */

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
    return scenario != NULL && output != NULL && stat(scenario, &one) == 0 &&
           stat(output, &two) == 0 && S_ISREG(one.st_mode) && one.st_dev == two.st_dev &&
           one.st_ino == two.st_ino;
}

static bool open_one(const struct recorder *run, struct output *output, const char *option,
                     const char *path) {
    if (path == NULL) return true;
    if (run->options.growing ? output_open_growing(output, path) : output_open(output, path))
        return true;
    usage_error("%s: %s %s: %s; give a file that can be written", run->options.command, option,
                path, strerror(errno));
    return false;
}

static int open_files(struct recorder *run) {
    const struct recorder_options *o = &run->options;
    const char *name = o->scenario;
    if (over_scenario(name, o->events) || over_scenario(name, o->pcap))
        return usage_error("%s: %s would be written over; give the output another name", o->command,
                           name);
    if (!open_one(run, &run->events, "--events", o->events) ||
        !open_one(run, &run->pcap, "--pcap", o->pcap))
        return USAGE_ERROR;
    if (same_file(&run->events, &run->pcap))
        return usage_error("%s: --events and --pcap name one file, %s; give each its own",
                           o->command, o->pcap);
    run->streams = streams_new();
    if (run->events.file != NULL) run->story = story_new(o->detail, take_line, run);
    if (run->pcap.file != NULL) run->pcapng = pcapng_begin(run->lab, run->scenario->title);
    if (run->streams == NULL || (run->events.file != NULL && run->story == NULL) ||
        (run->pcap.file != NULL && run->pcapng == NULL))
        return usage_error("%s: out of memory; try a smaller scenario", o->command) - 1;
    return 0;
}

static void write_hello(struct recorder *run) {
    struct buffer hello = {0};
    if (run->story == NULL) return;
    story_hello(&hello, run->lab, "run", "T0", run->options.detail, 0);
    buffer_char(&hello, '\n');
    fwrite(hello.data, 1, hello.length, run->events.file);
    buffer_free(&hello);
}

struct recorder *recorder_open(const struct recorder_options *options,
                               const struct scenario_file *scenario, const struct lab *lab,
                               int *status) {
    struct recorder *run = calloc(1, sizeof *run);
    *status = 1;
    if (run == NULL) return NULL;
    run->options = *options;
    run->scenario = scenario;
    run->lab = lab;
    trace_hash_begin(&run->hash);
    *status = open_files(run);
    if (*status == 0) {
        write_hello(run);
        return run;
    }
    recorder_free(run);
    return NULL;
}

/* ------------------------------------------------------------------------------------- the end */

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

static void write_summary(struct recorder *run, const char *stopped, const char *more,
                          struct buffer *b) {
    buffer_printf(b, "{\"netstep\":\"%s\",\"behaviour\":%d,\"seed\":", run->options.command,
                  ENGINE_BEHAVIOUR);
    buffer_u64(b, run->scenario->scenario.seed);
    buffer_printf(b, ",\"time_ns\":%lld,\"stopped\":\"%s\",\"steps\":%llu,\"records\":%llu",
                  (long long)lab_now(run->lab), stopped, (unsigned long long)lab_steps(run->lab),
                  (unsigned long long)run->records);
    buffer_printf(b,
                  ",\"packets\":%llu,\"octets\":%llu,\"lost\":", (unsigned long long)run->packets,
                  (unsigned long long)run->octets);
    write_reasons(b, run->lost);
    buffer_add(b, ",\"dropped\":");
    write_reasons(b, run->dropped);
    buffer_printf(b, ",\"hash\":\"%016llx\",\"hash_all\":\"%016llx\"%s,\"sockets\":",
                  (unsigned long long)run->hash.lane[0], (unsigned long long)run->hash.lane[1],
                  more);
    streams_json(run->streams, run->lab, b);
    buffer_add(b, "}\n");
}

static bool finish_files(struct recorder *run) {
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

bool recorder_finish(struct recorder *run, const char *stopped, const char *more) {
    struct buffer summary = {0};
    write_summary(run, stopped, more, &summary);
    bool fine = !summary.failed && finish_files(run);
    if (fine) fwrite(summary.data, 1, summary.length, stdout);
    buffer_free(&summary);
    if (fine && fflush(stdout) == 0 && ferror(stdout) == 0) return true;
    fprintf(stderr, "netstep: %s: the output could not be written; is the disk full?\n",
            run->options.command);
    return false;
}

void recorder_free(struct recorder *run) {
    if (run == NULL) return;
    output_abandon(&run->events);
    output_abandon(&run->pcap);
    pcapng_free(run->pcapng);
    story_free(run->story);
    streams_free(run->streams);
    free(run);
}
