#ifndef NETSTEP_SERVER_BUFFER_H
#define NETSTEP_SERVER_BUFFER_H
/*
 * A growing run of octets, always with a NUL behind it, and the pieces of JSON that are written
 * straight into it. When memory runs out `failed` is set, the buffer is emptied and later calls do
 * nothing, so that a writer tests once at its end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data; /* NULL until the first octet */
    size_t length, room;
    bool failed;
};
void buffer_add(struct buffer *, const char *text);
void buffer_span(struct buffer *, const char *octets, size_t count);
void buffer_char(struct buffer *, char);
void buffer_printf(struct buffer *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_u64(struct buffer *, uint64_t);
void buffer_i64(struct buffer *, int64_t);
void buffer_hex(struct buffer *, const uint8_t *octets, size_t count); /* two digits each */
/* A JSON string with its quotes. What is not valid UTF-8 becomes U+FFFD, one for each octet. */
void buffer_json_string(struct buffer *, const char *text);
void buffer_json_span(struct buffer *, const char *octets, size_t count);
/* Room for `count` more octets to fill in; then buffer_took() as many. NULL: out of memory. */
char *buffer_room(struct buffer *, size_t count);
void buffer_took(struct buffer *, size_t count);
void buffer_clear(struct buffer *); /* empty again, memory kept */
void buffer_free(struct buffer *);

#endif
