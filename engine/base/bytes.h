#ifndef NETSTEP_BASE_BYTES_H
#define NETSTEP_BASE_BYTES_H
/*
 * Bounded cursors over octets, network byte order. A reader that runs past its end fails for good:
 * every later read yields 0, so a parser reads all its fields and tests `failed` once. A writer
 * that is full is our own error and asserts.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *at, *end;
    bool failed;
};
struct reader reader_of(const uint8_t *octets, size_t count);
size_t read_left(const struct reader *);
uint8_t read_u8(struct reader *);
uint16_t read_u16(struct reader *);
uint32_t read_u32(struct reader *);
void read_copy(struct reader *, uint8_t *out, size_t count); /* zeroes when it fails */
void read_skip(struct reader *, size_t count);
struct reader read_sub(struct reader *, size_t count); /* the next `count` octets, by themselves */
const uint8_t *read_span(struct reader *, size_t count); /* the next `count` octets; NULL: failed */

struct writer {
    uint8_t *start, *at, *end;
};
struct writer writer_of(uint8_t *octets, size_t room);
size_t written(const struct writer *);
void write_u8(struct writer *, uint8_t);
void write_u16(struct writer *, uint16_t);
void write_u32(struct writer *, uint32_t);
void write_copy(struct writer *, const uint8_t *octets, size_t count);
void write_fill(struct writer *, uint8_t value, size_t count);
size_t write_gap(struct writer *, size_t count);    /* zeroes; its offset, for patch_u16 */
uint8_t *write_span(struct writer *, size_t count); /* the same, as octets to fill in */
void patch_u16(struct writer *, size_t offset, uint16_t);

#endif
