#ifndef NETSTEP_WIRE_FIELD_H
#define NETSTEP_WIRE_FIELD_H
/*
 * One static table of fields per header. parse and emit take their octets and bits from it,
 * describe walks it, match looks names up in it: they cannot disagree about where a field lies.
 * The tables are constants that the compiler folds, so a get costs a load, a mask and a shift.
 */
#include <assert.h>

#include "base/text.h"
#include "wire/parse.h"

enum field_shape {
    SHAPE_DECIMAL,    /* 1460 */
    SHAPE_UNSCALED,   /* decimal, as it stands in the octets: what tshark prints of an offset */
    SHAPE_HEX,        /* 0x0800: two digits an octet */
    SHAPE_CHECKSUM,   /* the same; bad when it is not what it should be */
    SHAPE_CALCULATED, /* the same, what the checksum should be; left out when that is not known */
    SHAPE_IP4,        /* 10.77.0.1 */
    SHAPE_MAC,        /* 02:00:00:00:00:01 */
    SHAPE_MAC_NAME,   /* the same, or "Broadcast" */
    SHAPE_LE16,       /* decimal, of the octets in the other order: what a careless host wrote */
    SHAPE_POWER,      /* two to the value, at most to the 14th (RFC 7323 2.3) */
    SHAPE_SIGNED,     /* -2147483648: of four octets */
    SHAPE_ANY,        /* 1 when any of the bits is set */
    SHAPE_TCP_FLAGS   /* a letter or a middle dot for each bit */
};
struct value_name { /* ends with a NULL name */
    uint32_t value;
    const char *name;
};
struct wire_field {
    const char *name, *label; /* Wireshark's */
    uint8_t at, size;         /* octets, from the start of the header; size 1..4, 6 for a MAC */
    uint8_t depth;            /* under the header: 1, bits and other views: 2 */
    uint8_t shape;
    uint32_t mask;  /* bits of the `size` octets; 0: all of them */
    uint32_t scale; /* the octets hold value / scale; 0: 1 */
    uint32_t flags; /* FIELD_... of engine.h */
    const char *clause;
    const struct value_name *names;
};

/* Rows of a table; CLAUSE is the file's own #define. A view shows octets that another row owns. */
#define ROW(at, size, shape, name, label)                                                          \
    { name, label, at, size, 1, shape, 0, 0, 0, CLAUSE, NULL }
#define NAMED(at, size, shape, name, label, names)                                                 \
    { name, label, at, size, 1, shape, 0, 0, 0, CLAUSE, names }
#define BITS(at, size, mask, depth, shape, name, label)                                            \
    { name, label, at, size, depth, shape, mask, 0, FIELD_BITS, CLAUSE, NULL }
#define ROW_OF(at, size, shape, name, label, clause)                                               \
    { name, label, at, size, 1, shape, 0, 0, 0, clause, NULL }
#define BITS_OF(at, size, mask, name, label, names, clause)                                        \
    { name, label, at, size, 2, SHAPE_DECIMAL, mask, 0, FIELD_BITS, clause, names }
/* The same, not under another row. */
#define PART_OF(at, size, mask, shape, name, label, clause)                                        \
    { name, label, at, size, 1, shape, mask, 0, FIELD_BITS, clause, NULL }
#define SCALED(at, size, mask, scale, name, label)                                                 \
    { name, label, at, size, 1, SHAPE_DECIMAL, mask, scale, FIELD_BITS, CLAUSE, NULL }
#define UNSCALED(at, size, mask, scale, name, label)                                               \
    { name, label, at, size, 1, SHAPE_UNSCALED, mask, scale, FIELD_BITS, CLAUSE, NULL }
#define VIEW(at, size, depth, shape, name, label)                                                  \
    { name, label, at, size, depth, shape, 0, 0, FIELD_GENERATED, CLAUSE, NULL }
#define VIEW_BITS(at, size, mask, depth, name, label)                                              \
    {                                                                                              \
        name, label, at, size, depth, SHAPE_DECIMAL, mask, 0, FIELD_GENERATED | FIELD_BITS,        \
            CLAUSE, NULL                                                                           \
    }

/* Always inline: out of line they would find places and sizes at run time, at every field. */
#define FIELD_INLINE static inline __attribute__((always_inline))

FIELD_INLINE uint32_t field_shift(uint32_t mask) {
    return mask == 0 ? 0 : (uint32_t)__builtin_ctz(mask);
}

FIELD_INLINE uint32_t field_word(const uint8_t *o, uint32_t size) {
    switch (size) {
    case 1: return o[0];
    case 2: return (uint32_t)o[0] << 8 | o[1];
    case 3: return (uint32_t)o[0] << 16 | (uint32_t)o[1] << 8 | o[2];
    case 4: return (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
    default: return 0;
    }
}

/* The bits of the field as they stand, not scaled. */
FIELD_INLINE uint32_t field_bits(const uint8_t *header, const struct wire_field *f) {
    uint32_t word = field_word(header + f->at, f->size);
    return f->mask == 0 ? word : (word & f->mask) >> field_shift(f->mask);
}

FIELD_INLINE uint32_t field_get(const uint8_t *header, const struct wire_field *f) {
    return field_bits(header, f) * (f->scale == 0 ? 1 : f->scale);
}

/* The value that users see and filter by. */
static inline uint32_t field_shown(const uint8_t *header, const struct wire_field *f) {
    return f->shape == SHAPE_UNSCALED ? field_bits(header, f) : field_get(header, f);
}

/* Leaves the other bits of the same octets alone; the value must fit (ours: asserted). */
FIELD_INLINE void field_put(uint8_t *header, const struct wire_field *f, uint32_t value) {
    uint32_t bits = f->scale == 0 ? value : value / f->scale;
    uint32_t all = f->size >= 4 ? UINT32_MAX : (1u << 8 * f->size) - 1;
    uint32_t mask = f->mask == 0 ? all : f->mask;
    assert(f->size <= 4 && bits <= mask >> field_shift(mask));
    uint32_t word = field_word(header + f->at, f->size);
    word = (word & ~mask) | bits << field_shift(mask);
    for (uint32_t i = 0; i < f->size; i++)
        header[f->at + i] = (uint8_t)(word >> 8 * (f->size - 1 - i));
}

#endif
