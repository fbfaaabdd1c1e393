#include "report.h"
/*
 * Structured lines for the operator. A line is built in a buffer of fixed size and goes out with
 * one write(2); what does not fit is cut inside the string, so that the line stays JSON. Nothing
 * here allocates or takes a lock: every thread may report at any time.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *const report_level_name[REPORT_LEVEL_COUNT] = {"error", "warn", "info", "debug"};
static _Atomic int threshold = REPORT_INFO;

enum { LINE_SIZE = 1024, LIMITED_EVENTS = 16, LIMITED_A_SECOND = 10 };

struct line {
    char text[LINE_SIZE + 8];
    size_t length;
};

void report_threshold(enum report_level least) {
    atomic_store(&threshold, (int)least);
}

static void put(struct line *line, char c) {
    if (line->length < LINE_SIZE) line->text[line->length++] = c;
}

static void put_text(struct line *line, const char *text) {
    while (*text) put(line, *text++);
}

/* Printable ASCII as it is, the rest as \u00XX: a log must not carry a terminal's escape codes. */
static void put_string(struct line *line, const char *text) {
    static const char digits[] = "0123456789abcdef";
    put(line, '"');
    for (const unsigned char *s = (const unsigned char *)text; *s && line->length < LINE_SIZE - 64;
         s++) {
        if (*s == '"' || *s == '\\') {
            put(line, '\\');
            put(line, (char)*s);
        } else if (*s < 0x20 || *s >= 0x7f) {
            put_text(line, "\\u00");
            put(line, digits[*s >> 4]);
            put(line, digits[*s & 15]);
        } else {
            put(line, (char)*s);
        }
    }
    put(line, '"');
}

static void begin(struct line *line, enum report_level level, const char *event) {
    struct timespec now;
    struct tm parts;
    char stamp[40];
    line->length = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    size_t n = strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(stamp + n, sizeof stamp - n, ".%03ldZ", now.tv_nsec / 1000000);
    put_text(line, "{\"time\":\"");
    put_text(line, stamp);
    put_text(line, "\",\"level\":\"");
    put_text(line, report_level_name[level]);
    put_text(line, "\",\"event\":");
    put_string(line, event);
}

static void end(struct line *line) {
    line->text[line->length++] = '}';
    line->text[line->length++] = '\n';
    ssize_t written = write(STDERR_FILENO, line->text, line->length);
    (void)written; /* there is no better place to complain to */
}

static void say(enum report_level level, const char *event, const char *format, va_list arguments) {
    struct line line;
    char text[600];
    vsnprintf(text, sizeof text, format, arguments);
    begin(&line, level, event);
    put_text(&line, ",\"say\":");
    put_string(&line, text);
    end(&line);
}

void report(enum report_level level, const char *event, const char *format, ...) {
    if ((int)level > atomic_load(&threshold)) return;
    va_list arguments;
    va_start(arguments, format);
    say(level, event, format, arguments);
    va_end(arguments);
}

/* One counter a bucket of events, reset each second; a lost race costs a line more or less. */
static bool within_limit(const char *event) {
    static _Atomic uint64_t seen[LIMITED_EVENTS]; /* second << 16 | lines in it */
    unsigned slot = 0;
    for (const char *s = event; *s; s++) slot = slot * 31 + (unsigned char)*s;
    slot %= LIMITED_EVENTS;
    uint64_t second = (uint64_t)time(NULL), old = atomic_load(&seen[slot]);
    uint64_t count = old >> 16 == second ? old & 0xffff : 0;
    if (count >= LIMITED_A_SECOND) return false;
    atomic_store(&seen[slot], second << 16 | (count + 1));
    return true;
}

void report_limited(enum report_level level, const char *event, const char *format, ...) {
    if ((int)level > atomic_load(&threshold) || !within_limit(event)) return;
    va_list arguments;
    va_start(arguments, format);
    say(level, event, format, arguments);
    va_end(arguments);
}

void report_request(const char *method, const char *path, unsigned status, uint64_t us,
                    uint64_t octets) {
    if (REPORT_INFO > atomic_load(&threshold)) return;
    struct line line;
    char tail[96];
    begin(&line, REPORT_INFO, "request");
    put_text(&line, ",\"method\":");
    put_string(&line, method);
    put_text(&line, ",\"path\":");
    put_string(&line, path);
    snprintf(tail, sizeof tail, ",\"status\":%u,\"us\":%llu,\"octets\":%llu", status,
             (unsigned long long)us, (unsigned long long)octets);
    put_text(&line, tail);
    end(&line);
}
