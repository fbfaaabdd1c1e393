#ifndef NETSTEP_SERVER_RECORDER_H
#define NETSTEP_SERVER_RECORDER_H
/*
 * What the headless commands make of a trace: the story's lines, the capture, the sockets' streams,
 * the hashes, and the summary at the end.
 */
#include "scenario.h"
#include "story.h"

struct recorder_options {
    const char *command;       /* "run", for complaints and for the summary */
    const char *scenario;      /* the path that must not be written over; NULL: none */
    const char *events, *pcap; /* NULL: not asked for */
    enum detail detail;
    bool growing; /* the files grow in their places: the process may lose the right to rename */
};
struct recorder;

/* Opens the files, writes hello. NULL after a complaint on stderr: *status is the exit status. */
struct recorder *recorder_open(const struct recorder_options *, const struct scenario_file *,
                               const struct lab *, int *status);
struct sink recorder_sink(struct recorder *);
const struct trace_hash *recorder_hash(const struct recorder *);
uint64_t recorder_octets(const struct recorder *); /* written to the files so far */
/* The capture holds frames back until their fate is known, and the files have buffers: out now. */
void recorder_flush(struct recorder *);
/* Completes the files, then prints the summary, to which `more` (",\"key\":...") is added. False
 * after a complaint: the output could not be written. */
bool recorder_finish(struct recorder *, const char *stopped, const char *more);
void recorder_free(struct recorder *); /* NULL is fine; unfinished files are removed */

#endif
