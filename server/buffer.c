#include "buffer.h"
/*
 * The growing buffer that JSON is written into. Events are written by the million, so the common
 * calls do one comparison and one copy; memory doubles, and a NUL is kept behind the end.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(struct buffer *b) {
    free(b->data);
    *b = (struct buffer){.failed = true};
}

static bool grow(struct buffer *b, size_t count) {
    if (b->failed) return false;
    if (count > SIZE_MAX / 4 - b->length) {
        give_up(b);
        return false;
    }
    size_t needed = b->length + count + 1, room = b->room == 0 ? 256 : b->room;
    while (room < needed) room *= 2;
    char *data = realloc(b->data, room);
    if (data == NULL) {
        give_up(b);
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

char *buffer_room(struct buffer *b, size_t count) {
    if (b->room - b->length <= count && !grow(b, count)) return NULL;
    return b->data + b->length;
}

void buffer_took(struct buffer *b, size_t count) {
    b->length += count;
    b->data[b->length] = '\0';
}

void buffer_span(struct buffer *b, const char *octets, size_t count) {
    char *room = buffer_room(b, count);
    if (room == NULL) return;
    if (count > 0) memcpy(room, octets, count);
    buffer_took(b, count);
}

void buffer_add(struct buffer *b, const char *text) {
    buffer_span(b, text, strlen(text));
}

void buffer_char(struct buffer *b, char c) {
    buffer_span(b, &c, 1);
}

void buffer_printf(struct buffer *b, const char *format, ...) {
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    int count = vsnprintf(NULL, 0, format, values);
    char *room = count < 0 ? NULL : buffer_room(b, (size_t)count);
    if (room != NULL) {
        vsnprintf(room, (size_t)count + 1, format, again);
        buffer_took(b, (size_t)count);
    }
    va_end(again);
    va_end(values);
}

void buffer_u64(struct buffer *b, uint64_t value) {
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buffer_span(b, digits + first, sizeof digits - first);
}

void buffer_i64(struct buffer *b, int64_t value) {
    if (value < 0) buffer_char(b, '-');
    buffer_u64(b, value < 0 ? 0u - (uint64_t)value : (uint64_t)value);
}

void buffer_hex(struct buffer *b, const uint8_t *octets, size_t count) {
    char *room = buffer_room(b, count * 2);
    if (room == NULL) return;
    for (size_t i = 0; i < count; i++) {
        room[2 * i] = "0123456789abcdef"[octets[i] >> 4];
        room[2 * i + 1] = "0123456789abcdef"[octets[i] & 15];
    }
    buffer_took(b, count * 2);
}

/* Octets of the UTF-8 character at `s` (RFC 3629 4: no surrogates, no overlong forms); 0: none. */
static size_t utf8_length(const uint8_t *s, size_t left) {
    if (s[0] < 0x80) return 1;
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || length > left) return 0;
    uint8_t low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;
    if (s[1] < low || s[1] > high) return 0;
    for (size_t i = 2; i < length; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    return length;
}

/* What must not stand in a JSON string as it is (RFC 8259 7). */
static void add_escape(struct buffer *b, uint8_t c) {
    switch (c) {
    case '"': buffer_span(b, "\\\"", 2); return;
    case '\\': buffer_span(b, "\\\\", 2); return;
    case '\n': buffer_span(b, "\\n", 2); return;
    case '\r': buffer_span(b, "\\r", 2); return;
    case '\t': buffer_span(b, "\\t", 2); return;
    default: break;
    }
    char escape[6] = {'\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
    buffer_span(b, escape, sizeof escape);
}

void buffer_json_span(struct buffer *b, const char *octets, size_t count) {
    const uint8_t *s = (const uint8_t *)octets;
    size_t plain = 0, i = 0; /* [plain, i) is copied as it is */
    buffer_char(b, '"');
    while (i < count) {
        size_t length = utf8_length(s + i, count - i);
        if (length > 1 ||
            (length == 1 && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\' && s[i] != 0x7f)) {
            i += length;
            continue;
        }
        buffer_span(b, octets + plain, i - plain);
        if (length == 0)
            buffer_span(b, "\xef\xbf\xbd", 3);
        else
            add_escape(b, s[i]);
        plain = ++i;
    }
    buffer_span(b, octets + plain, count - plain);
    buffer_char(b, '"');
}

void buffer_json_string(struct buffer *b, const char *text) {
    buffer_json_span(b, text, strlen(text));
}

void buffer_clear(struct buffer *b) {
    b->length = 0;
    if (b->data != NULL) b->data[0] = '\0';
}

void buffer_free(struct buffer *b) {
    free(b->data);
    *b = (struct buffer){0};
}
