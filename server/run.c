#include "run.h"
/*
 * `netstep run`: a scenario headless, as fast as it goes, with everything that the trace can say
 * going to a recorder. With a journal it is a replay: the same inputs at the same steps, to the
 * same hash, or the command fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "recorder.h"
#include "units.h"

enum { STEPS_A_TURN = 50000 };

struct options {
    const char *scenario, *events, *pcap, *journal;
    enum detail detail;
    sim_time until;
    uint64_t seed;
    bool seeded, timed; /* --seed, --until were given */
};
struct run {
    struct options options;
    struct scenario_file *scenario;
    struct lab *lab;
    struct record record; /* of --journal */
    struct recorder *recorder;
    enum stop stop;
};

static const char help[] =
    "Usage: netstep run SCENARIO [--until TIME] [--seed N] [--events FILE|-] [--detail "
    "story|full]\n"
    "                            [--pcap FILE]\n"
    "       netstep run [SCENARIO] --journal FILE [...]\n"
    "Runs a scenario as fast as it goes and ends with one JSON object, the summary, on standard "
    "output.\n"
    "\n"
    "  SCENARIO         a scenario file, or - for standard input\n"
    "  --until TIME     virtual time at which to stop, such as 10s (without it: when nothing is\n"
    "                   pending any more, TIME-WAIT included; at most 10 minutes, and 10\n"
    "                   million steps; a lab with routing daemons is never so)\n"
    "  --seed N         instead of the scenario's seed\n"
    "  --events FILE    the stream's JSON lines, hello first; - for standard output\n"
    "  --detail WORD    story (the default) or full, with every variable and rule\n"
    "  --pcap FILE      every frame of every link as pcapng; - for standard output\n"
    "  --journal FILE   replays what netstep bridge, or a lab of netstep serve --data, wrote "
    "down:\n"
    "                   to where it ended, or to --until. Its own scenario is in it; where it\n"
    "                   tells the hash, another one is a failure\n"
    "\n"
    "The summary's \"stopped\" is quiet, until, budget, livelock or end. Exit status: 0, 1 (the "
    "run or "
    "its\n"
    "output failed), 2 (bad usage or scenario; nothing was written).\n";

/* -------------------------------------------------------------------------------------- options */

static int bad_value(const char *option, const char *value, const char *mend) {
    return usage_value("run", option, value, mend) + 1;
}

/* 0: go on; otherwise the exit status + 1. */
static int take_option(struct options *o, const char *name, const char *value) {
    if (strcmp(name, "--until") == 0 && !read_duration(value, &o->until))
        return bad_value(name, value, "give a time such as 10s");
    if (strcmp(name, "--until") == 0) o->timed = true;
    if (strcmp(name, "--seed") == 0 && (!read_u64(value, &o->seed) || o->seed > INT64_MAX))
        return bad_value(name, value, "give a whole number from 0 to 2^63-1");
    if (strcmp(name, "--seed") == 0) o->seeded = true;
    if (strcmp(name, "--events") == 0) o->events = value;
    if (strcmp(name, "--pcap") == 0) o->pcap = value;
    if (strcmp(name, "--journal") == 0) o->journal = value;
    if (strcmp(name, "--detail") != 0) return 0;
    o->detail = strcmp(value, "full") == 0 ? DETAIL_FULL : DETAIL_STORY;
    if (o->detail == DETAIL_STORY && strcmp(value, "story") != 0)
        return bad_value(name, value, "give story or full");
    return 0;
}

/* *plain: only files follow, whatever they begin with. */
static int read_word(struct arguments *a, bool *plain, struct options *o) {
    static const char *const names[] = {"--until",  "--seed",    "--events", "--pcap",
                                        "--detail", "--journal", NULL};
    const char *word = a->words[a->at];
    struct option option;
    if (!*plain && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
        fputs(help, stdout);
        return 1;
    }
    if (!*plain && strcmp(word, "--") == 0) {
        *plain = true;
        return 0;
    }
    if (!*plain && word[0] == '-' && word[1] != '\0') {
        if (!usage_option(a, names, &option)) return USAGE_ERROR + 1;
        return take_option(o, option.name, option.value);
    }
    if (o->scenario != NULL)
        return usage_error("run: two scenarios, %s and %s; give one", o->scenario, word) + 1;
    o->scenario = word;
    return 0;
}

static int read_options(int argc, char **argv, struct options *o) {
    struct arguments a = {"run", argc, argv, 0};
    bool plain = false;
    for (int status; a.at < argc; a.at++)
        if ((status = read_word(&a, &plain, o)) != 0) return status;
    if (o->scenario == NULL && o->journal == NULL)
        return usage_error("run: no scenario; give a file, or see netstep run --help") + 1;
    if (o->events != NULL && o->pcap != NULL && strcmp(o->events, "-") == 0 &&
        strcmp(o->pcap, "-") == 0)
        return usage_error("run: --events - and --pcap - at once; give one of them a file") + 1;
    return 0;
}

/* -------------------------------------------------------------------------------------- the run */

/* The scenario, from its own file or from the journal, and its lab. */
static int load(struct run *run) {
    struct options *o = &run->options;
    struct complaint why = {"", ""};
    const char *name = o->scenario == NULL             ? o->journal
                       : strcmp(o->scenario, "-") == 0 ? "standard input"
                                                       : o->scenario;
    if (o->journal != NULL && !record_load(&run->record, o->journal, &why))
        return usage_error("%s: %s: %s", o->journal, why.place, why.problem);
    if (o->scenario != NULL && o->journal != NULL)
        run->scenario = record_scenario_from(&run->record, o->scenario, &why);
    else if (o->scenario != NULL)
        run->scenario = scenario_load(o->scenario, &why);
    else
        run->scenario = run->record.scenario, run->record.scenario = NULL;
    if (run->scenario != NULL && o->seeded) run->scenario->scenario.seed = o->seed;
    if (run->scenario != NULL) run->lab = scenario_lab(run->scenario, &why);
    return run->lab != NULL ? 0 : usage_error("%s: %s: %s", name, why.place, why.problem);
}

/* The last step that the journal and --until ask for. */
static uint64_t replay_target(const struct run *run) {
    const struct record *r = &run->record;
    uint64_t target = 0;
    if (!run->options.timed) return r->head_step;
    for (size_t n = 0; n < r->journal.count && r->journal.entries[n].at <= run->options.until; n++)
        target = r->journal.entries[n].step + 1;
    return target;
}

/* The journal's inputs, each at its step. False after a complaint. */
static bool replay(struct run *run, const struct sink *sink) {
    struct replay way = {run->lab, &run->record.journal, 0, replay_target(run)};
    sim_time next;
    if (!replay_all(&way, sink)) {
        fprintf(stderr,
                "netstep: run: %s: its input %zu does not fit; was it made with this scenario, and "
                "by this version?\n",
                run->options.journal, way.next + 1);
        return false;
    }
    if (run->options.timed) return true;
    run->stop = STOP_UNTIL;
    run->options.until = run->record.head_at;
    /* Whoever stopped in the middle of an instant stands there. */
    if (lab_next(run->lab, &next) && next <= run->options.until)
        run->options.until = lab_now(run->lab) - 1;
    return true;
}

static bool go(struct run *run) {
    struct sink sink = recorder_sink(run->recorder);
    bool bounded = run->options.timed || run->options.journal != NULL;
    if (run->options.journal != NULL && !replay(run, &sink)) return false;
    if (run->options.until < lab_now(run->lab)) return true;
    struct budget budget = {.steps = STEPS_A_TURN, .until = run->options.until};
    do {
        run->stop = lab_step(run->lab, &sink, &budget);
    } while (run->stop == STOP_BUDGET && (bounded || lab_steps(run->lab) < RUN_STEPS_DEFAULT));
    return true;
}

/* What the session found, the replay must find. Only a whole one can be compared. */
static bool same_hash(const struct run *run) {
    const struct trace_hash *is = recorder_hash(run->recorder);
    const struct options *o = &run->options;
    if (o->journal == NULL || o->timed || o->seeded || run->record.hash[0][0] == '\0') return true;
    for (int lane = 0; lane < 2; lane++)
        if (strtoull(run->record.hash[lane], NULL, 16) != is->lane[lane]) {
            fprintf(stderr, "netstep: run: the replay differs: %s is %016llx, and %s says %s\n",
                    lane ? "hash_all" : "hash", (unsigned long long)is->lane[lane], o->journal,
                    run->record.hash[lane]);
            return false;
        }
    return true;
}

static int run_it(struct run *run) {
    const struct options *o = &run->options;
    int status = load(run);
    if (status != 0) return status;
    struct recorder_options files = {.command = "run",
                                     .scenario = o->scenario != NULL ? o->scenario : o->journal,
                                     .events = o->events,
                                     .pcap = o->pcap,
                                     .detail = o->detail};
    run->recorder = recorder_open(&files, run->scenario, run->lab, &status);
    if (run->recorder == NULL) return status;
    if (!go(run)) return 2;
    if (!recorder_finish(run->recorder, engine_name(NAME_STOP, run->stop), "")) return 1;
    return same_hash(run) ? 0 : 1;
}

int run_main(int argc, char **argv) {
    struct run run = {.options = {.until = RUN_UNTIL_DEFAULT_NS}};
    int status = read_options(argc, argv, &run.options);
    if (status != 0) return status - 1;
    status = run_it(&run);
    recorder_free(run.recorder);
    record_free(&run.record);
    free(run.lab);
    scenario_free(run.scenario);
    return status;
}
