#include "serve.h"
/*
 * `netstep serve`: the parts in their order, the signals, and the end. The main thread blocks the
 * signals before any thread exists and then only waits for one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "devices.h"
#include "http.h"
#include "lesson.h"
#include "report.h"
#include "run.h"
#include "ws.h"

enum { DESCRIPTORS = 16384 };

struct service {
    const struct options *options;
    struct course course;
    struct ws *ws;
    struct labs *labs;
    struct http *http;
};

/* Two descriptors a stream, and libwebsockets sizes its tables by the limit: neither too few nor
 * the million that containers like to give. */
static void set_descriptors(const struct options *options) {
    struct rlimit limit;
    rlim_t want = DESCRIPTORS, need = 2 * (rlim_t)options->viewers + 200;
    if (want < need) want = need;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return;
    if (limit.rlim_max < want) want = limit.rlim_max;
    limit.rlim_cur = want;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (want < need)
        report(REPORT_WARN, "descriptors", "%llu descriptors are too few for %u viewers",
               (unsigned long long)want, options->viewers);
}

static bool load_lessons(struct service *s, char *why, size_t size) {
    struct complaint complaint;
    struct stat facts;
    if (stat(s->options->lessons, &facts)) {
        report(REPORT_WARN, "lessons", "there is no folder %s: no lessons", s->options->lessons);
        return true;
    }
    if (course_load(&s->course, s->options->lessons, &complaint)) return true;
    snprintf(why, size, "--lessons %s: %s: %s", s->options->lessons, complaint.place,
             complaint.problem);
    return false;
}

static bool start_parts(struct service *s, char *why, size_t size) {
    if (!load_lessons(s, why, size) || !(s->ws = ws_start(why, size))) return false;
    struct labs_ears ears = {ws_published, ws_noted, s->ws};
    if (!(s->labs = labs_start(s->options, &ears, why, size))) return false;
    if (!devices_start(s->options->devices, s->labs)) {
        snprintf(why, size, "no thread for the devices");
        return false;
    }
    struct http_config config = {s->options, s->labs, s->ws, &s->course};
    return (s->http = http_start(&config, why, size)) != NULL;
}

struct service *service_start(const struct options *options, char *why, size_t size) {
    struct service *s = calloc(1, sizeof *s);
    snprintf(why, size, "out of memory");
    if (!s) return NULL;
    s->options = options;
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of write, not our end */
    set_descriptors(options);
    if (start_parts(s, why, size)) return s;
    service_stop(s);
    return NULL;
}

unsigned service_port(const struct service *s) {
    return http_port(s->http);
}
struct labs *service_labs(const struct service *s) {
    return s->labs;
}
struct ws *service_sender(const struct service *s) {
    return s->ws;
}

void service_stop(struct service *s) {
    if (!s) return;
    if (s->http) http_drain(s->http);
    if (s->labs) labs_stop(s->labs);
    ws_stop(s->ws);
    http_stop(s->http);
    devices_stop(s->options->devices);
    labs_free(s->labs);
    course_free(&s->course);
    free(s);
}

/* ------------------------------------------------------------------------ the command line */

/* Devices need rights that nothing else here does: they are opened first, before there is a thread,
 * and the rights are given away. */
static bool open_devices(struct options *options, char *why, size_t size) {
    if (!options->tap_count) return true;
    options->devices = devices_new();
    for (unsigned n = 0; n < options->tap_count; n++)
        if (!options->devices || !devices_open(options->devices, options->taps[n], why, size))
            return false;
    return privileges_drop(why, size);
}

static int wait_for_signal(const sigset_t *signals) {
    int signal_number;
    while (sigwait(signals, &signal_number)) continue;
    return signal_number;
}

int serve_main(int argc, char **argv) {
    struct options options;
    char why[400];
    bool help;
    sigset_t signals;
    options_default(&options);
    if (!options_parse(&options, argc, argv, &help, why, sizeof why)) return usage_error("%s", why);
    if (help) {
        fputs(options_help, stdout);
        return 0;
    }
    report_threshold((enum report_level)options.log_level);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    struct service *service = NULL;
    if (open_devices(&options, why, sizeof why)) service = service_start(&options, why, sizeof why);
    if (!service) {
        devices_free(options.devices);
        return usage_error("%s", why);
    }
    report(REPORT_INFO, "listening", "%s, port %u", options.listen, service_port(service));
    int signal_number = wait_for_signal(&signals);
    report(REPORT_INFO, "stopping", "%s", strsignal(signal_number));
    service_stop(service);
    devices_free(options.devices);
    report(REPORT_INFO, "stopped", "all streams are closed");
    return 0;
}
