#include "options.h"
/*
 * `netstep serve --name value` or `--name=value`. A table names each number with its bounds, so
 * that a mistyped option or a value out of range gets one line that says what is allowed.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

const char options_help[] =
    "usage: netstep serve [options]\n"
    "  --listen ADDR:PORT          where to listen (127.0.0.1:8080; [::]:8080 for all)\n"
    "  --lessons DIR               the lessons (./lessons)\n"
    "  --data DIR                  keep the labs' journals here: they survive a restart\n"
    "  --spill DIR|none            long logs go here (the folder for temporary files)\n"
    "  --origin URL                one more origin that may use the API\n"
    "  --tap NAME                  a tap device that labs may be joined to; as often as there are\n"
    "                              devices. Needs the right to open it, and gives away all others\n"
    "  --journal MIB               frames from devices that one lab writes down (64)\n"
    "  --trust-proxy               take the visitor's address from X-Forwarded-For\n"
    "  --workers N                 threads that run labs (the number of processors)\n"
    "  --viewers N                 open streams at once (2000)\n"
    "  --labs N                    labs in memory at once (1000)\n"
    "  --labs-per-visitor N        of these, by one address (300)\n"
    "  --timelines N               branches of one lab (64; viewers without its key: 48)\n"
    "  --connections N             HTTP connections at once (4096)\n"
    "  --connections-per-ip N      of these, by one address (2048)\n"
    "  --memory MIB                of all labs together (2048)\n"
    "  --lab-memory MIB            of one lab (512)\n"
    "  --log MIB                   of one timeline's stream, then it stops (512)\n"
    "  --ring MIB                  of these, in memory (4)\n"
    "  --keyframes MIB             of one lab (64)\n"
    "  --idle SECONDS              until an unused lab is parked to its journal (900)\n"
    "  --log-level LEVEL           error, warn, info, debug (info)\n";

static const struct {
    const char *name;
    size_t offset;
    long low, high, unit; /* unit 0: an unsigned, else a size_t in units of so many octets */
} numbers[] = {
    {"workers", offsetof(struct options, workers), 1, 64, 0},
    {"viewers", offsetof(struct options, viewers), 0, 6000, 0},
    {"labs", offsetof(struct options, labs), 1, 100000, 0},
    {"labs-per-visitor", offsetof(struct options, labs_per_visitor), 1, 100000, 0},
    {"timelines", offsetof(struct options, timelines), 1, 1000, 0},
    {"connections", offsetof(struct options, connections), 16, 14000, 0},
    {"connections-per-ip", offsetof(struct options, connections_per_ip), 4, 14000, 0},
    {"memory", offsetof(struct options, memory_octets), 16, 1048576, 1048576},
    {"lab-memory", offsetof(struct options, lab_octets), 1, 65536, 1048576},
    {"log", offsetof(struct options, log_octets), 1, 65536, 1048576},
    {"ring", offsetof(struct options, ring_octets), 1, 65536, 1048576},
    {"journal", offsetof(struct options, journal_octets), 1, 4096, 1048576},
    {"keyframes", offsetof(struct options, keyframe_octets), 1, 65536, 1048576},
    {"idle", offsetof(struct options, idle_seconds), 1, 604800, 0},
};
static const struct {
    const char *name;
    size_t offset;
} texts[] = {
    {"listen", offsetof(struct options, listen)}, {"lessons", offsetof(struct options, lessons)},
    {"data", offsetof(struct options, data)},     {"spill", offsetof(struct options, spill)},
    {"origin", offsetof(struct options, origin)},
};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

void options_default(struct options *o) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const char *temporary = getenv("TMPDIR");
    *o = (struct options){
        .listen = "127.0.0.1:8080",
        .lessons = "lessons",
        .spill = temporary && *temporary ? temporary : "/tmp",
        .workers = processors < 1    ? 1
                   : processors > 16 ? 16
                                     : (unsigned)processors,
        .viewers = 2000,
        .labs = 1000,
        .labs_per_visitor = 300,
        .timelines = 64,
        .connections = 4096,
        .connections_per_ip = 2048,
        .memory_octets = (size_t)2048 << 20,
        .lab_octets = (size_t)512 << 20,
        .log_octets = (size_t)512 << 20,
        .ring_octets = (size_t)4 << 20,
        .keyframe_octets = (size_t)64 << 20,
        .journal_octets = (size_t)64 << 20,
        .idle_seconds = 900,
        .log_level = REPORT_INFO,
    };
}

static bool set_number(struct options *o, size_t n, const char *value, char *problem, size_t size) {
    char *end;
    long number = strtol(value, &end, 10);
    if (end == value || *end || number < numbers[n].low || number > numbers[n].high) {
        snprintf(problem, size, "--%s takes a number from %ld to %ld, not '%s'", numbers[n].name,
                 numbers[n].low, numbers[n].high, value);
        return false;
    }
    char *field = (char *)o + numbers[n].offset;
    if (numbers[n].unit) {
        size_t octets = (size_t)number * (size_t)numbers[n].unit;
        memcpy(field, &octets, sizeof octets);
    } else {
        unsigned plain = (unsigned)number;
        memcpy(field, &plain, sizeof plain);
    }
    return true;
}

static bool set_level(struct options *o, const char *value, char *problem, size_t size) {
    for (int n = 0; n < REPORT_LEVEL_COUNT; n++)
        if (!strcmp(value, report_level_name[n])) {
            o->log_level = n;
            return true;
        }
    snprintf(problem, size, "--log-level is error, warn, info or debug, not '%s'", value);
    return false;
}

static bool add_tap(struct options *o, const char *value, char *problem, size_t size) {
    if (*value && o->tap_count < sizeof o->taps / sizeof *o->taps) {
        o->taps[o->tap_count++] = value;
        return true;
    }
    snprintf(problem, size, "--tap takes the name of a device, such as tap0; at most 16 of them");
    return false;
}

static bool set(struct options *o, const char *name, const char *value, char *problem,
                size_t size) {
    if (!strcmp(name, "log-level")) return set_level(o, value, problem, size);
    if (!strcmp(name, "tap")) return add_tap(o, value, problem, size);
    for (size_t n = 0; n < COUNT(numbers); n++)
        if (!strcmp(name, numbers[n].name)) return set_number(o, n, value, problem, size);
    for (size_t n = 0; n < COUNT(texts); n++)
        if (!strcmp(name, texts[n].name)) {
            if (!strcmp(name, "spill") && !strcmp(value, "none")) value = NULL;
            memcpy((char *)o + texts[n].offset, &value, sizeof value);
            return true;
        }
    snprintf(problem, size, "there is no option --%s; netstep serve --help lists them", name);
    return false;
}

static bool known(const char *name) {
    if (!strcmp(name, "log-level") || !strcmp(name, "tap")) return true;
    for (size_t n = 0; n < COUNT(numbers); n++)
        if (!strcmp(name, numbers[n].name)) return true;
    for (size_t n = 0; n < COUNT(texts); n++)
        if (!strcmp(name, texts[n].name)) return true;
    return false;
}

bool options_parse(struct options *o, int argc, char **argv, bool *help, char *problem,
                   size_t size) {
    *help = false;
    for (int n = 0; n < argc; n++) {
        char name[32];
        const char *word = argv[n], *equals = strchr(word, '=');
        if (!strcmp(word, "--help") || !strcmp(word, "-h")) return *help = true;
        if (!strcmp(word, "--trust-proxy")) {
            o->trust_proxy = true;
            continue;
        }
        if (strncmp(word, "--", 2)) {
            snprintf(problem, size, "'%s' is not an option; netstep serve --help lists them", word);
            return false;
        }
        size_t length = equals ? (size_t)(equals - word - 2) : strlen(word) - 2;
        snprintf(name, sizeof name, "%.*s", (int)(length < 31 ? length : 31), word + 2);
        if (known(name) && !equals && ++n >= argc) {
            snprintf(problem, size, "--%s needs a value", name);
            return false;
        }
        if (!set(o, name, equals ? equals + 1 : n < argc ? argv[n] : "", problem, size))
            return false;
    }
    if (o->ring_octets > o->log_octets) o->ring_octets = o->log_octets;
    return true;
}
