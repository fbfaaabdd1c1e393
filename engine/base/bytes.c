#include "base/bytes.h"
/*
 * Bounded cursors over octets in network byte order: every wire format is read and written through
 * these, so no other file computes an end of a buffer or swaps bytes.
 *
 * A reader keeps a sticky error: whatever is read past the end is zero and sets `failed`, and the
 * reader stays at its end, so that loops over options always terminate. A writer never fails:
 * its caller knew the length, so running out of room is a mistake of ours and asserts.
 *
 * Left out on purpose: little endian (no protocol here uses it), bit cursors (wire/field.h takes
 * bits out of octets by mask).
 */
#include <assert.h>
#include <string.h>

uint8_t read_u8(struct reader *r) {
    const uint8_t *o = read_span(r, 1);
    return o ? o[0] : 0;
}

uint16_t read_u16(struct reader *r) {
    const uint8_t *o = read_span(r, 2);
    return o ? (uint16_t)(o[0] << 8 | o[1]) : 0;
}

uint32_t read_u32(struct reader *r) {
    const uint8_t *o = read_span(r, 4);
    return o ? (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3] : 0;
}

void read_copy(struct reader *r, uint8_t *out, size_t count) {
    const uint8_t *o = read_span(r, count);
    if (count == 0) return;
    if (o)
        memcpy(out, o, count);
    else
        memset(out, 0, count);
}

void read_skip(struct reader *r, size_t count) {
    (void)read_span(r, count);
}

void write_u8(struct writer *w, uint8_t value) {
    write_span(w, 1)[0] = value;
}

void write_u16(struct writer *w, uint16_t value) {
    uint8_t *o = write_span(w, 2);
    o[0] = (uint8_t)(value >> 8);
    o[1] = (uint8_t)value;
}

void write_u32(struct writer *w, uint32_t value) {
    write_u16(w, (uint16_t)(value >> 16));
    write_u16(w, (uint16_t)value);
}

void write_copy(struct writer *w, const uint8_t *octets, size_t count) {
    uint8_t *o = write_span(w, count);
    if (count > 0) memcpy(o, octets, count);
}

void write_fill(struct writer *w, uint8_t value, size_t count) {
    uint8_t *o = write_span(w, count);
    if (count > 0) memset(o, value, count);
}

size_t write_gap(struct writer *w, size_t count) {
    size_t offset = written(w);
    (void)write_span(w, count);
    return offset;
}

void patch_u16(struct writer *w, size_t offset, uint16_t value) {
    assert(offset + 2 <= written(w));
    w->start[offset] = (uint8_t)(value >> 8);
    w->start[offset + 1] = (uint8_t)value;
}
