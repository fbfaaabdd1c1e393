#ifndef NETSTEP_TESTS_PACKETDRILL_DRIVER_H
#define NETSTEP_TESTS_PACKETDRILL_DRIVER_H
/*
 * A driver for the shared object: it plays the part of packetdrill with scripts of our own, so that
 * the interface is tested without packetdrill. It loads the library, sends it packets and calls,
 * and compares what comes out. ../README.md describes the scripts.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "../abi.h"

enum {
    LINE = 400,
    PEER_ISN = 1000000,
    PEER_PORT = 40000,
    HOST_PORT = 80,
    FDS = 64,
    PACKET = 65536,
    OPTIONS = 40,
    TOLERANCE_US = 1000
};

/* A segment as a script says it; numbers are relative to the initial ones. */
struct line_segment {
    uint32_t flags; /* the wire's bits, CWR and ECE too */
    uint32_t seq, length, ack, window, urgent;
    bool has_ack, has_window, has_options;
    int ecn; /* -1: not said */
    uint8_t options[OPTIONS];
    size_t option_count;
};
struct flow {
    uint32_t peer_port, host_port, iss;
    uint32_t ts_offset; /* the host's timestamp clock, less the script's */
    bool ts_known;
};
struct play {
    const char *path;
    unsigned line;
    char flags[LINE];
    void *library;
    struct drill_interface i;
    int64_t start_us, at_us; /* of the interface's clock; the last event, since the start */
    struct flow flows[4], *flow;
    int live[FDS]; /* script's descriptors */
    uint64_t written[FDS], taken[FDS];
    int last_fd; /* the socket that assertions are about */
    /* The guest makes the calls that block. */
    pthread_mutex_t lock;
    pthread_cond_t news;
    pthread_t guest;
    bool guest_waits, guest_ends;
    char guest_call[LINE];
    unsigned guest_line;
    int64_t guest_end_us;
    volatile int guest_thread;
};

__attribute__((noreturn, format(printf, 2, 3))) void wrong(const struct play *, const char *, ...);
uint32_t local_address(void), remote_address(void);

/* segment.c */
void segment_parse(struct play *, char *text, struct line_segment *, bool ours);
size_t segment_build(struct play *, const struct line_segment *, uint8_t *packet);
void segment_compare(struct play *, const struct line_segment *, const uint8_t *, size_t,
                     const char *text);
size_t icmp_build(struct play *, char *text, uint8_t *packet);
uint8_t pattern(uint64_t offset);

/* call.c: one call of a script, NAME(ARGUMENTS) = RESULT; returns when the call does. */
void call_run(struct play *, char *text);
void call_assert(struct play *, char *text); /* tcpi_snd_cwnd == 10 */
bool call_command(struct play *, char *text);

#endif
