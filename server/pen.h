#ifndef NETSTEP_SERVER_PEN_H
#define NETSTEP_SERVER_PEN_H
/*
 * Writes a line into room that was made beforehand, so that each piece costs its copy and no call.
 * The room must suffice: a pen that reaches its end is our own error and asserts.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pen {
    char *at, *end;
};
enum { PEN_JSON_GROWTH = 6 }; /* one octet of a text is at most "\u00xx" */

static inline void pen_span(struct pen *p, const char *octets, size_t count) {
    assert(count <= (size_t)(p->end - p->at));
    memcpy(p->at, octets, count);
    p->at += count;
}
#define PEN(p, literal) pen_span(p, "" literal, sizeof(literal) - 1)
static inline void pen_char(struct pen *p, char c) {
    assert(p->at < p->end);
    *p->at++ = c;
}
static inline void pen_add(struct pen *p, const char *text) {
    pen_span(p, text, strlen(text));
}
static inline void pen_u64(struct pen *p, uint64_t value) {
    char digits[20];
    size_t first = sizeof digits;
    while (value > UINT32_MAX) { /* 64-bit division is slow: once for nine digits */
        uint32_t low = (uint32_t)(value % 1000000000);
        value /= 1000000000;
        for (int i = 0; i < 9; i++, low /= 10) digits[--first] = (char)('0' + low % 10);
    }
    uint32_t rest = (uint32_t)value;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    pen_span(p, digits + first, sizeof digits - first);
}
static inline void pen_i64(struct pen *p, int64_t value) {
    if (value < 0) pen_char(p, '-');
    pen_u64(p, value < 0 ? 0u - (uint64_t)value : (uint64_t)value);
}
/* What may stand in a JSON string as it is: printable ASCII without " and \. */
static inline bool pen_is_plain(const char *octets, size_t count) {
    bool plain = true;
    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)octets[i];
        plain = plain && c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    }
    return plain;
}
void pen_json_slow(struct pen *, const char *octets, size_t count); /* story_line.c */
static inline void pen_json(struct pen *p, const char *octets, size_t count) {
    if (!pen_is_plain(octets, count)) {
        pen_json_slow(p, octets, count);
        return;
    }
    pen_char(p, '"');
    pen_span(p, octets, count);
    pen_char(p, '"');
}
static inline void pen_json_text(struct pen *p, const char *text) {
    pen_json(p, text, strlen(text));
}

#endif
