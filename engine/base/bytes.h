#ifndef NETSTEP_BASE_BYTES_H
#define NETSTEP_BASE_BYTES_H
/*
 * Bounded cursors over octets, network byte order. A reader that runs past its end fails for good:
 * every later read yields 0, so a parser reads all its fields and tests `failed` once. A writer
 * that is full is our own error and asserts. What every header takes is inline.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
    const uint8_t *at, *end;
    bool failed;
};
static inline struct reader reader_of(const uint8_t *octets, size_t count) {
    assert(octets != NULL || count == 0);
    return (struct reader){.at = octets, .end = count == 0 ? octets : octets + count};
}
static inline size_t read_left(const struct reader *r) {
    return (size_t)(r->end - r->at);
}
/* The next `count` octets; NULL: failed. */
static inline const uint8_t *read_span(struct reader *r, size_t count) {
    if (r->failed || count > read_left(r)) {
        r->failed = true;
        r->at = r->end;
        return NULL;
    }
    const uint8_t *span = r->at;
    if (count > 0) r->at += count;
    return span;
}
/* The next `count` octets, by themselves. */
static inline struct reader read_sub(struct reader *r, size_t count) {
    const uint8_t *o = read_span(r, count);
    struct reader sub = reader_of(o ? o : r->end, o ? count : 0);
    sub.failed = r->failed;
    return sub;
}
uint8_t read_u8(struct reader *);
uint16_t read_u16(struct reader *);
uint32_t read_u32(struct reader *);
void read_copy(struct reader *, uint8_t *out, size_t count); /* zeroes when it fails */
void read_skip(struct reader *, size_t count);

struct writer {
    uint8_t *start, *at, *end;
};
static inline struct writer writer_of(uint8_t *octets, size_t room) {
    assert(octets != NULL || room == 0);
    return (struct writer){
        .start = octets, .at = octets, .end = room == 0 ? octets : octets + room};
}
static inline size_t written(const struct writer *w) {
    return (size_t)(w->at - w->start);
}
/* The next `count` octets, zeroed, to fill in. */
static inline uint8_t *write_span(struct writer *w, size_t count) {
    assert(count <= (size_t)(w->end - w->at));
    uint8_t *span = w->at;
    if (count > 0) {
        memset(span, 0, count);
        w->at += count;
    }
    return span;
}
void write_u8(struct writer *, uint8_t);
void write_u16(struct writer *, uint16_t);
void write_u32(struct writer *, uint32_t);
void write_copy(struct writer *, const uint8_t *octets, size_t count);
void write_fill(struct writer *, uint8_t value, size_t count);
size_t write_gap(struct writer *, size_t count); /* zeroes; its offset, for patch_u16 */
void patch_u16(struct writer *, size_t offset, uint16_t);

#endif
