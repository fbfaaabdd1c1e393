#ifndef NETSTEP_SERVER_OPTIONS_H
#define NETSTEP_SERVER_OPTIONS_H
/* The options of `netstep serve`, with their defaults and bounds. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
    const char *listen;   /* "127.0.0.1:8080"; port 0: any that is free */
    const char *lessons;  /* folder */
    const char *data;     /* folder for journals that survive a restart; NULL: none */
    const char *spill;    /* folder for logs that do not fit in memory; NULL: none */
    const char *origin;   /* one more origin that may use the API, "https://a.example"; NULL */
    const char *taps[16]; /* devices to open at the start */
    unsigned tap_count;
    struct devices *devices; /* these, when they are open; NULL: none */
    bool trust_proxy;        /* X-Forwarded-For names the visitor */
    unsigned workers;        /* threads that run labs */
    unsigned viewers;        /* open streams at once */
    unsigned labs;           /* in memory at once */
    unsigned labs_per_visitor;
    unsigned timelines;   /* in one lab */
    unsigned connections; /* HTTP connections at once, streams included */
    unsigned connections_per_ip;
    size_t memory_octets;   /* all labs together */
    size_t lab_octets;      /* one lab's block */
    size_t log_octets;      /* of one timeline's stream; then it stops */
    size_t ring_octets;     /* of those, in memory */
    size_t keyframe_octets; /* of one lab */
    size_t journal_octets;  /* of frames from devices, in one lab */
    unsigned idle_seconds;  /* without viewers and requests: then a lab is parked */
    int log_level;
};
void options_default(struct options *);
/* False: *problem is one line for people. Strings point into argv. `help`: --help was asked. */
bool options_parse(struct options *, int argc, char **argv, bool *help, char *problem, size_t size);
extern const char options_help[];

#endif
