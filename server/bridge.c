#include "bridge.h"
/*
 * `netstep bridge`: its options, and the beginning and the end of a session. Everything that needs
 * a privilege (devices, files) is opened first; then the process becomes nobody, and only then
 * reads what strangers send.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "labs.h"
#include "run.h"
#include "units.h"

struct bridge_options {
    const char *scenario, *events, *pcap, *journal;
    struct {
        char place[64];
        const char *tap;
    } attach[BRIDGE_PORTS];
    size_t attach_count;
    enum detail detail;
    sim_time until;
    uint64_t limit;
};

static const char help[] =
    "Usage: netstep bridge SCENARIO --attach NODE:INTERFACE=TAP [--attach ...] [--journal FILE]\n"
    "                               [--events FILE|-] [--detail story|full] [--pcap FILE]\n"
    "                               [--until TIME] [--limit MIB]\n"
    "Runs a scenario in real time, joined to tap devices of this machine, until it is told to "
    "stop\n"
    "(Ctrl-C); then prints one JSON object, the summary, on standard output.\n"
    "\n"
    "  SCENARIO         a scenario file\n"
    "  --attach A=B     the interface NODE:INTERFACE of the lab is plugged into the tap device B.\n"
    "                   It must have no cable, or one to a node of the kind \"outside\". A device\n"
    "                   that does not exist is made, and goes when the session ends\n"
    "  --journal FILE   every frame that comes in: netstep run --journal FILE is the same session\n"
    "                   again, to the same hash\n"
    "  --events FILE    the stream's JSON lines, hello first; - for standard output\n"
    "  --detail WORD    story (the default) or full, with every variable and rule\n"
    "  --pcap FILE      every frame of every link as pcapng\n"
    "  --until TIME     ends by itself after this time, such as 10s\n"
    "  --limit MIB      ends when journal, events and capture together are so large (1024)\n"
    "\n"
    "As root it opens devices and files, then becomes the user who called sudo, or nobody. The\n"
    "summary's \"stopped\" is signal, until, limit, device, livelock or end. Exit status: 0, 1 (a\n"
    "device vanished, or the output failed), 2 (bad usage, scenario or device).\n";

/* -------------------------------------------------------------------------------------- options */

static int bad_value(const char *option, const char *value, const char *mend) {
    return usage_value("bridge", option, value, mend) + 1;
}

/* "host:eth0=tap0"; 0, or the exit status + 1, as for all below. */
static int take_attach(struct bridge_options *o, const char *value) {
    const char *equals = strchr(value, '=');
    if (!equals || equals == value || !equals[1] || !memchr(value, ':', (size_t)(equals - value)))
        return bad_value("--attach", value, "give NODE:INTERFACE=TAP, such as host:eth0=tap0");
    if (o->attach_count == BRIDGE_PORTS || (size_t)(equals - value) >= sizeof o->attach[0].place)
        return bad_value("--attach", value, "give at most 16 of them, with names that nodes have");
    size_t n = o->attach_count++;
    snprintf(o->attach[n].place, sizeof o->attach[n].place, "%.*s", (int)(equals - value), value);
    o->attach[n].tap = equals + 1;
    for (size_t i = 0; i < n; i++)
        if (!strcmp(o->attach[i].tap, o->attach[n].tap) ||
            !strcmp(o->attach[i].place, o->attach[n].place))
            return bad_value("--attach", value, "each interface and each device can be had once");
    return 0;
}

static int take_option(struct bridge_options *o, const char *name, const char *value) {
    if (!strcmp(name, "--attach")) return take_attach(o, value);
    if (!strcmp(name, "--until") && (!read_duration(value, &o->until) || o->until <= 0))
        return bad_value(name, value, "give a time such as 10s");
    if (!strcmp(name, "--limit")) {
        if (!read_u64(value, &o->limit) || o->limit == 0 || o->limit > 1 << 20)
            return bad_value(name, value, "give MiB, 1 to 1048576");
        o->limit <<= 20;
    }
    if (!strcmp(name, "--events")) o->events = value;
    if (!strcmp(name, "--pcap")) o->pcap = value;
    if (!strcmp(name, "--journal")) o->journal = value;
    if (strcmp(name, "--detail") != 0) return 0;
    o->detail = strcmp(value, "full") == 0 ? DETAIL_FULL : DETAIL_STORY;
    if (o->detail == DETAIL_STORY && strcmp(value, "story") != 0)
        return bad_value(name, value, "give story or full");
    return 0;
}

static int read_word(struct arguments *a, struct bridge_options *o) {
    static const char *const names[] = {"--attach", "--until",   "--limit",  "--events",
                                        "--pcap",   "--journal", "--detail", NULL};
    const char *word = a->words[a->at];
    struct option option;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        fputs(help, stdout);
        return 1;
    }
    if (word[0] == '-') {
        if (!usage_option(a, names, &option)) return USAGE_ERROR + 1;
        return take_option(o, option.name, option.value);
    }
    if (o->scenario != NULL)
        return usage_error("bridge: two scenarios, %s and %s; give one", o->scenario, word) + 1;
    o->scenario = word;
    return 0;
}

static int read_options(int argc, char **argv, struct bridge_options *o) {
    struct arguments a = {"bridge", argc, argv, 0};
    for (int status; a.at < argc; a.at++)
        if ((status = read_word(&a, o)) != 0) return status;
    if (o->scenario == NULL)
        return usage_error("bridge: no scenario; give a file, or see netstep bridge --help") + 1;
    if (o->attach_count == 0)
        return usage_error("bridge: nothing is attached; give --attach NODE:INTERFACE=TAP") + 1;
    return 0;
}

/* ---------------------------------------------------------------------------------- the session */

static int complain(const char *name, const struct complaint *why) {
    return usage_error("%s: %s: %s", name, why->place, why->problem);
}

/* The lab, with an outside node for each interface that is attached. `text`: the scenario as JSON
 * in one line, for the journal. */
static int make_lab(struct bridge *b, const struct bridge_options *o, struct buffer *text) {
    struct complaint why;
    struct json_document *document = json_read_file(o->scenario, &why);
    if (!document) return complain(o->scenario, &why);
    struct json_node root = json_root(document);
    b->scenario = scenario_read_node(&root);
    if (!b->scenario) why = *json_complaint(document);
    if (b->scenario) json_write(&root, text);
    json_free(document);
    for (size_t n = 0; b->scenario && n < o->attach_count; n++)
        if (!outside_join(b->scenario, o->attach[n].place, o->attach[n].tap, false,
                          &b->ports[n].end, &why))
            return complain(o->scenario, &why);
    if (b->scenario) b->lab = scenario_lab(b->scenario, &why);
    if (!b->lab) return complain(o->scenario, &why);
    for (size_t n = 0; n < o->attach_count; n++) {
        const struct outside_port *end = &b->ports[n].end;
        b->ports[n].link = lab_interface(b->lab, end->node, end->interface).link;
        for (size_t i = 0; i < n; i++)
            if (b->ports[i].end.node == end->node && b->ports[i].end.interface == end->interface)
                return usage_error("bridge: --attach %s and %s are one interface; give each its "
                                   "own",
                                   o->attach[i].place, o->attach[n].place);
    }
    return 0;
}

static int open_devices(struct bridge *b, const struct bridge_options *o) {
    char why[300];
    for (size_t n = 0; n < o->attach_count; n++) {
        if (!tap_open(&b->ports[n].tap, o->attach[n].tap, why, sizeof why))
            return usage_error("bridge: %s", why);
        b->port_count = n + 1;
        if (b->ports[n].tap.made)
            fprintf(stderr,
                    "netstep: bridge: made the device %s; give it an address: ip addr add "
                    "ADDRESS/PREFIX dev %s; ip link set dev %s up\n",
                    o->attach[n].tap, o->attach[n].tap, o->attach[n].tap);
    }
    return 0;
}

/* The journal begins as a record that `serve --data` can open, too. */
static int open_journal(struct bridge *b, const struct bridge_options *o,
                        const struct buffer *text) {
    if (!o->journal) return 0;
    struct record_outside outside[BRIDGE_PORTS] = {0};
    char id[ROOM_ID], key[ROOM_KEY], join[ROOM_JOIN];
    random_id(id, sizeof id);
    random_key(key);
    random_code(join);
    for (size_t n = 0; n < o->attach_count; n++) {
        snprintf(outside[n].place, sizeof outside[n].place, "%s", o->attach[n].place);
        snprintf(outside[n].name, sizeof outside[n].name, "%s", o->attach[n].tap);
    }
    b->journal = fopen(o->journal, "wbe");
    if (!b->journal)
        return usage_error("bridge: --journal %s: %s; give a file that can be written", o->journal,
                           strerror(errno));
    setvbuf(b->journal, NULL, _IOFBF, 1 << 16);
    struct record_names names = {id, key, join};
    record_begin(&b->line, &names, b->scenario->scenario.seed, outside, o->attach_count, text->data,
                 text->length);
    if (b->line.failed || text->failed || !fwrite(b->line.data, b->line.length, 1, b->journal))
        return usage_error("bridge: --journal %s: cannot be written; is the disk full?",
                           o->journal) -
               1;
    return 0;
}

/* Real hosts count the time that we take as the network's: events are due to the microsecond, and
 * on a busy machine this process goes before others, if it may say so. */
static void hurry(void) {
    prctl(PR_SET_TIMERSLACK, 1000);
    if (setpriority(PRIO_PROCESS, 0, -10)) errno = 0;
}

static int prepare(struct bridge *b, const struct bridge_options *o) {
    struct buffer text = {0};
    char why[300];
    struct recorder_options files = {.command = "bridge",
                                     .scenario = o->scenario,
                                     .events = o->events,
                                     .pcap = o->pcap,
                                     .detail = o->detail,
                                     .growing = true};
    b->until = o->until;
    b->limit = o->limit;
    int status = make_lab(b, o, &text);
    if (status == 0) status = open_devices(b, o);
    if (status == 0) b->recorder = recorder_open(&files, b->scenario, b->lab, &status);
    if (status == 0) status = open_journal(b, o, &text);
    buffer_free(&text);
    if (status == 0) hurry();
    if (status == 0 && !privileges_drop(why, sizeof why)) status = usage_error("bridge: %s", why);
    if (status == 0) b->listener = recorder_sink(b->recorder);
    return status;
}

/* The journal's last line says where the session stood, and what its hash was. */
static bool end_journal(struct bridge *b) {
    if (!b->journal) return true;
    buffer_clear(&b->line);
    record_head(&b->line, "T0", lab_steps(b->lab), lab_now(b->lab), recorder_hash(b->recorder));
    bool fine = !b->failed && fwrite(b->line.data, b->line.length, 1, b->journal) == 1;
    fine = fclose(b->journal) == 0 && fine;
    b->journal = NULL;
    if (!fine)
        fprintf(stderr, "netstep: bridge: the journal could not be written; is the disk full?\n");
    return fine;
}

static int finish(struct bridge *b, const char *stopped) {
    char more[200];
    bool fine = end_journal(b);
    if (b->gone)
        fprintf(stderr, "netstep: bridge: the device %s is gone; make it again and start anew\n",
                b->gone->tap.name);
    if (!strcmp(stopped, "limit"))
        fprintf(stderr, "netstep: bridge: the files are as large as --limit allows; raise it\n");
    snprintf(more, sizeof more,
             ",\"frames\":{\"in\":%llu,\"out\":%llu,\"refused\":%llu,\"strange\":%llu}",
             (unsigned long long)b->in, (unsigned long long)b->out, (unsigned long long)b->refused,
             (unsigned long long)b->strange);
    fine = recorder_finish(b->recorder, stopped, more) && fine;
    return fine && !b->gone ? 0 : 1;
}

int bridge_main(int argc, char **argv) {
    struct bridge_options options = {.until = SIM_TIME_MAX, .limit = (uint64_t)1024 << 20};
    int status = read_options(argc, argv, &options);
    if (status != 0) return status - 1;
    struct bridge *b = calloc(1, sizeof *b);
    if (b == NULL) return 1;
    status = prepare(b, &options);
    if (status == 0) status = finish(b, bridge_loop(b));
    for (size_t n = 0; n < b->port_count; n++) tap_close(&b->ports[n].tap);
    if (b->journal) fclose(b->journal);
    recorder_free(b->recorder);
    buffer_free(&b->line);
    free(b->lab);
    scenario_free(b->scenario);
    free(b);
    return status;
}
