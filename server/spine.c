#include "spine.h"
/*
 * The record, little endian: u32 i, u32 cause; f64 t, f64 rx; u32 a, u32 b, u32 label; u16 len,
 * from, to, link; u8 kind, role, fate, flags. `a` is the packet's number, `b` the object, `label`
 * an index into the strings that follow the records.
 *
 * The writer of lines escapes every quotation mark inside a string, so `"key":` is found in a line
 * only where it is a key; `say` and `a`, which hold keys of their own, come last.
 */
#include <stdlib.h>
#include <string.h>

enum { STRINGS_MAX = 4096, KEY_MAX = 24, TEXT_MAX = 96 };

struct spine {
    char *strings[STRINGS_MAX];
    uint32_t count;
};

static const char *const kinds[] = {"cmd", "tx", "rx",  "lost", "drop", "st",
                                    "tab", "tm", "con", "call", "var",  "rule"};
static const char *const roles[] = {"open", "data", "close", "control", "problem"};

struct spine *spine_create(void) {
    return calloc(1, sizeof(struct spine));
}

void spine_free(struct spine *s) {
    if (!s) return;
    for (uint32_t n = 0; n < s->count; n++) free(s->strings[n]);
    free(s);
}

const char *line_value(const char *line, size_t length, const char *key) {
    char pattern[KEY_MAX + 4];
    size_t n = strlen(key);
    if (n > KEY_MAX) return NULL;
    pattern[0] = '"';
    memcpy(pattern + 1, key, n);
    memcpy(pattern + 1 + n, "\":", 2);
    const char *found = memmem(line, length, pattern, n + 3);
    return found ? found + n + 3 : NULL;
}

uint64_t line_number(const char *line, size_t length, const char *key, uint64_t otherwise) {
    const char *at = line_value(line, length, key), *end = line + length;
    if (!at || at >= end || *at < '0' || *at > '9') return otherwise;
    uint64_t value = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++) value = value * 10 + (uint64_t)(*at - '0');
    return value;
}

bool line_text(const char *line, size_t length, const char *key, char *out, size_t size) {
    const char *at = line_value(line, length, key), *end = line + length;
    if (!at || at >= end || *at != '"') return false;
    size_t n = 0;
    for (at++; at < end && *at != '"' && n + 2 < size; at++) {
        out[n++] = *at;
        if (*at == '\\' && at + 1 < end) out[n++] = *++at;
    }
    out[n] = 0;
    return true;
}

static uint32_t string_index(struct spine *s, const char *text) {
    for (uint32_t n = 0; n < s->count; n++)
        if (!strcmp(s->strings[n], text)) return n;
    if (s->count == STRINGS_MAX) return STRINGS_MAX - 1;
    s->strings[s->count] = strdup(text);
    return s->strings[s->count] ? s->count++ : 0;
}

static void put(unsigned char *out, size_t at, uint64_t value, size_t octets) {
    for (size_t n = 0; n < octets; n++) out[at + n] = (unsigned char)(value >> (8 * n));
}

static void put_time(unsigned char *out, size_t at, uint64_t ns) {
    double value = (double)ns;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(out, at, bits, 8);
}

static unsigned word_of(const char *word, const char *const words[], unsigned count) {
    for (unsigned n = 0; n < count; n++)
        if (!strcmp(word, words[n])) return n;
    return 0xff;
}

/* What a person would read first: a packet's first label, a state, a reason, a text. */
static void label_of(const char *line, size_t length, char *out, size_t size) {
    *out = 0;
    const char *pieces = line_value(line, length, "lab");
    if (pieces && *pieces == '[' && pieces[1] == '"') {
        size_t n = 0;
        for (pieces += 2; *pieces != '"' && n + 2 < size; pieces++) {
            out[n++] = *pieces;
            if (*pieces == '\\') out[n++] = *++pieces;
        }
        out[n] = 0;
        return;
    }
    static const char *const keys[] = {"why", "m", "tab", "timer", "text", "name"};
    for (unsigned n = 0; n < sizeof keys / sizeof *keys; n++)
        if (line_text(line, length, keys[n], out, size)) break;
    if (line_value(line, length, "m")) line_text(line, length, "to", out, size);
}

void spine_add(struct spine *s, const char *line, size_t length, struct buffer *out) {
    unsigned char record[SPINE_RECORD] = {0};
    char text[TEXT_MAX];
    uint64_t i = line_number(line, length, "i", 0);
    unsigned kind =
        line_text(line, length, "k", text, sizeof text) ? word_of(text, kinds, 12) : 0xff;
    unsigned role =
        line_text(line, length, "role", text, sizeof text) ? word_of(text, roles, 5) : 0xff;
    put(record, 0, i, 4);
    put(record, 4, line_number(line, length, "cause", 0xffffffff), 4);
    put_time(record, 8, line_number(line, length, "t", 0));
    put_time(record, 16, line_number(line, length, "rx", line_number(line, length, "at", 0)));
    const char *packet = line_value(line, length, "p");
    const char *dot = packet ? memchr(packet, '.', (size_t)(line + length - packet)) : NULL;
    put(record, 24, dot ? strtoul(dot + 1, NULL, 10) : 0, 4);
    put(record, 28, line_number(line, length, "obj", 0), 4);
    label_of(line, length, text, sizeof text);
    put(record, 32, string_index(s, text), 4);
    put(record, 36, line_number(line, length, "len", 0), 2);
    put(record, 38, line_number(line, length, "n", 0), 2);
    put(record, 40,
        kind == 2 ? line_number(line, length, "from", 0) : line_number(line, length, "to", 0), 2);
    put(record, 42, line_number(line, length, "l", 0), 2);
    record[44] = (unsigned char)kind;
    record[45] = (unsigned char)role;
    record[46] = kind == 2 ? 1 : kind == 3 ? 2 : 0;
    record[47] = line_number(line, length, "rtx", 0) ? 1 : 0;
    buffer_span(out, (const char *)record, sizeof record);
}

void spine_strings(const struct spine *s, struct buffer *out) {
    buffer_char(out, '[');
    for (uint32_t n = 0; n < s->count; n++) {
        if (n) buffer_char(out, ',');
        buffer_char(out, '"'); /* the text has kept its escapes */
        buffer_add(out, s->strings[n]);
        buffer_char(out, '"');
    }
    buffer_char(out, ']');
}
