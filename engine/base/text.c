#include "base/text.h"
/*
 * Bounded text without stdio: the engine prints its tables, values and command output with these.
 * The writer cuts at its end, remembers that it did, and always leaves a NUL behind what it wrote.
 * The parsers of quantities are in parse_text.c.
 */
#include <assert.h>
#include <string.h>

struct text text_of(char *out, size_t size) {
    assert(size >= 1);
    out[0] = '\0';
    return (struct text){.start = out, .at = out, .end = out + size - 1};
}

size_t text_length(const struct text *t) {
    return (size_t)(t->at - t->start);
}

void text_span(struct text *t, const char *from, size_t count) {
    size_t room = (size_t)(t->end - t->at);
    if (count > room) {
        count = room;
        t->cut = true;
    }
    if (count > 0) memcpy(t->at, from, count);
    t->at += count;
    *t->at = '\0';
}

void text_char(struct text *t, char c) {
    if (t->at == t->end) {
        t->cut = true;
        return;
    }
    *t->at++ = c;
    *t->at = '\0';
}

void text_add(struct text *t, const char *from) {
    text_span(t, from, strlen(from));
}

static void repeat(struct text *t, char c, size_t count) {
    while (count-- > 0) text_char(t, c);
}

enum { DIGITS_MAX = 20 };

/* The digits of `value` at the end of `room`; returns where they begin. */
static size_t digits_of(uint64_t value, char room[DIGITS_MAX]) {
    size_t first = DIGITS_MAX;
    do {
        room[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return first;
}

void text_u64(struct text *t, uint64_t value) {
    if (value < 10) { /* most numbers of a row have one digit */
        text_char(t, (char)('0' + value));
        return;
    }
    char room[DIGITS_MAX];
    size_t first = digits_of(value, room);
    text_span(t, room + first, DIGITS_MAX - first);
}

void text_i64(struct text *t, int64_t value) {
    if (value < 0) text_char(t, '-');
    text_u64(t, value < 0 ? 0u - (uint64_t)value : (uint64_t)value);
}

void text_padded(struct text *t, uint64_t value, int width, char pad) {
    char room[DIGITS_MAX];
    size_t first = digits_of(value, room), count = DIGITS_MAX - first;
    if (width > 0 && (size_t)width > count) repeat(t, pad, (size_t)width - count);
    text_span(t, room + first, count);
}

/* Columns are counted in characters: octets that continue a UTF-8 character take no width. */
void text_column(struct text *t, const char *from, int width) {
    size_t shown = 0;
    for (size_t i = 0; from[i] != '\0'; i++) shown += ((uint8_t)from[i] & 0xc0) != 0x80;
    text_add(t, from);
    if (width > 0 && (size_t)width > shown) repeat(t, ' ', (size_t)width - shown);
}

void text_hex(struct text *t, uint64_t value, int digits) {
    assert(digits >= 1 && digits <= 16);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        text_char(t, "0123456789abcdef"[value >> shift & 15]);
}

void text_ip4(struct text *t, uint32_t address) {
    char room[4 * 4];
    size_t count = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
        uint32_t octet = address >> shift & 255;
        if (octet >= 100) room[count++] = (char)('0' + octet / 100);
        if (octet >= 10) room[count++] = (char)('0' + octet / 10 % 10);
        room[count++] = (char)('0' + octet % 10);
        room[count++] = '.';
    }
    text_span(t, room, count - 1);
}

void text_mac(struct text *t, const uint8_t mac[6]) {
    for (int i = 0; i < 6; i++) {
        if (i > 0) text_char(t, ':');
        text_hex(t, mac[i], 2);
    }
}

/* `value` thousandths of a unit, without zeros at the end: 12500 -> "12.5". */
static void text_thousandths(struct text *t, uint64_t value) {
    text_u64(t, value / 1000);
    uint64_t rest = value % 1000;
    if (rest == 0) return;
    text_char(t, '.');
    for (uint64_t place = 100; rest > 0; rest %= place, place /= 10)
        text_char(t, (char)('0' + rest / place));
}

void text_time(struct text *t, int64_t ns) {
    uint64_t size = ns < 0 ? 0u - (uint64_t)ns : (uint64_t)ns;
    if (size == 0) {
        text_add(t, "0 s");
        return;
    }
    if (ns < 0) text_char(t, '-');
    if (size >= 1000000000) {
        text_seconds(t, (int64_t)size, 3);
        text_add(t, " s");
    } else if (size >= 1000000) {
        text_thousandths(t, size / 1000);
        text_add(t, " ms");
    } else if (size >= 1000) {
        text_thousandths(t, size);
        text_add(t, " us");
    } else {
        text_u64(t, size);
        text_add(t, " ns");
    }
}

void text_seconds(struct text *t, int64_t ns, int decimals) {
    assert(decimals >= 0 && decimals <= 9);
    uint64_t size = ns < 0 ? 0u - (uint64_t)ns : (uint64_t)ns, unit = 1;
    if (ns < 0) text_char(t, '-');
    text_u64(t, size / 1000000000);
    if (decimals == 0) return;
    for (int i = decimals; i < 9; i++) unit *= 10;
    text_char(t, '.');
    text_padded(t, size % 1000000000 / unit, decimals, '0');
}

bool same_text(const char *a, const char *b) {
    size_t length = strlen(a);
    return length == strlen(b) && memcmp(a, b, length) == 0;
}

void copy_text(char *out, size_t size, const char *from) {
    assert(size >= 1);
    size_t length = strlen(from);
    if (length > size - 1) length = size - 1;
    memset(out, 0, size);
    if (length > 0) memcpy(out, from, length);
}

size_t split_words(char *line, char *words[], size_t max) {
    size_t count = 0;
    char *at = line;
    while (*at != '\0' && count < max) {
        while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') *at++ = '\0';
        if (*at == '\0') break;
        words[count++] = at;
        while (*at != '\0' && *at != ' ' && *at != '\t' && *at != '\n' && *at != '\r') at++;
    }
    if (*at != '\0') /* the last word that fits ends here */
        *at = '\0';
    return count;
}
