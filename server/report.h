#ifndef NETSTEP_SERVER_REPORT_H
#define NETSTEP_SERVER_REPORT_H
/*
 * What the running program says to its operator: one JSON object a line on stderr, one write each,
 * so that lines of several threads never mix.
 */
#include <stddef.h>
#include <stdint.h>

enum report_level { REPORT_ERROR, REPORT_WARN, REPORT_INFO, REPORT_DEBUG, REPORT_LEVEL_COUNT };
extern const char *const report_level_name[REPORT_LEVEL_COUNT];

void report_threshold(enum report_level least); /* lines above it are not written; at start only */
/* {"time":..,"level":..,"event":EVENT,"say":TEXT} */
void report(enum report_level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for what a stranger can cause at will: at most ten lines a second and event. */
void report_limited(enum report_level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void report_request(const char *method, const char *path, unsigned status, uint64_t us,
                    uint64_t octets);

#endif
