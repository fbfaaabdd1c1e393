#include "wire_support.h"
/*
 * The shared checks. Octets are always copied into a heap block of their exact size, so that
 * AddressSanitizer sees a read of even one octet too many.
 */
#include <stdlib.h>
#include <string.h>

size_t from_hex(const char *hex, uint8_t *out, size_t room) {
    size_t count = 0;
    int high = -1;
    for (; *hex != '\0'; hex++) {
        int digit = *hex >= '0' && *hex <= '9'   ? *hex - '0'
                    : *hex >= 'a' && *hex <= 'f' ? *hex - 'a' + 10
                                                 : -1;
        if (digit < 0) continue;
        if (high < 0) {
            high = digit;
            continue;
        }
        assert_true(count < room);
        out[count++] = (uint8_t)(high << 4 | digit);
        high = -1;
    }
    assert_int_equal(high, -1);
    return count;
}

static uint8_t *exact_copy(const uint8_t *octets, size_t count) {
    uint8_t *copy = malloc(count > 0 ? count : 1);
    assert_non_null(copy);
    if (count > 0) memcpy(copy, octets, count);
    return copy;
}

static enum parse_result parse_copy(wire_parser *parse, const uint8_t *octets, size_t count) {
    uint8_t *copy = exact_copy(octets, count);
    enum parse_result result = parse(copy, count);
    free(copy);
    return result;
}

void check_truncation(wire_parser *parse, const uint8_t *octets, size_t count) {
    assert_int_equal(parse_copy(parse, octets, count), PARSE_OK);
    for (size_t shorter = 0; shorter < count; shorter++)
        assert_int_not_equal(parse_copy(parse, octets, shorter), PARSE_OK);
}

size_t check_flips(wire_parser *parse, const uint8_t *octets, size_t count) {
    size_t detected = 0;
    uint8_t *copy = exact_copy(octets, count);
    for (size_t bit = 0; bit < count * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        detected += parse(copy, count) != PARSE_OK;
        copy[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    free(copy);
    return detected;
}

/* The fields of one frame, without their texts. */
struct listed {
    struct field fields[4096];
    size_t count;
};

static void list_field(void *user, const struct field *f) {
    struct listed *all = user;
    assert_true(all->count < sizeof all->fields / sizeof *all->fields);
    assert_non_null(f->name);
    assert_non_null(f->label);
    assert_non_null(f->text);
    if (all->count == 0)
        assert_int_equal(f->depth, 0);
    else
        assert_true(f->depth <= all->fields[all->count - 1].depth + 1);
    all->fields[all->count++] = *f;
}

static bool has_owned_children(const struct listed *all, size_t i) {
    for (size_t k = i + 1; k < all->count && all->fields[k].depth > all->fields[i].depth; k++)
        if (!(all->fields[k].flags & FIELD_GENERATED)) return true;
    return false;
}

static void own(const struct field *f, uint8_t *owned) {
    uint64_t mask = f->mask;
    for (uint32_t i = 0; i < f->length; i++) {
        uint8_t bits = mask == 0 ? 0xff : (uint8_t)(mask >> 8 * (f->length - 1 - i));
        if (owned[f->offset + i] & bits)
            fail_msg("%s owns bits of octet %u a second time", f->name, f->offset + i);
        owned[f->offset + i] |= bits;
    }
}

static void check_listed(const struct listed *all, size_t count, uint8_t *owned) {
    for (size_t i = 0; i < all->count; i++) {
        const struct field *f = &all->fields[i];
        assert_true(f->offset <= count && f->length <= count - f->offset);
        if (f->flags & (FIELD_HEADER | FIELD_GENERATED) || has_owned_children(all, i)) continue;
        own(f, owned);
    }
    for (size_t i = 0; i < count; i++)
        if (owned[i] != 0xff)
            fail_msg("octet %zu of %zu is owned by no leaf (bits %02x)", i, count, owned[i]);
}

void check_cover(const uint8_t *frame, size_t count) {
    struct listed *all = calloc(1, sizeof *all);
    uint8_t *copy = exact_copy(frame, count), *owned = calloc(1, count + 1);
    assert_true(all != NULL && owned != NULL);
    packet_describe(copy, count, list_field, all);
    check_listed(all, count, owned);
    free(all);
    free(copy);
    free(owned);
}

void check_cover_damaged(const uint8_t *frame, size_t count) {
    for (size_t shorter = 0; shorter <= count; shorter++) check_cover(frame, shorter);
    uint8_t *copy = exact_copy(frame, count);
    for (size_t bit = 0; bit < count * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        check_cover(copy, count);
        copy[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    free(copy);
}

struct sought {
    const char *name;
    int left;
    bool found;
    struct field *field;
    char *text;
};

static void seek(void *user, const struct field *f) {
    struct sought *s = user;
    if (s->found || strcmp(f->name, s->name) != 0 || s->left-- > 0) return;
    s->found = true;
    *s->field = *f;
    strncpy(s->text, f->text, 63);
    s->text[63] = '\0';
    s->field->text = s->text;
}

bool find_field(const uint8_t *frame, size_t count, const char *name, int nth, struct field *found,
                char text[64]) {
    struct sought s = {.name = name, .left = nth, .field = found, .text = text};
    packet_describe(frame, count, seek, &s);
    return s.found;
}

void assert_field(const uint8_t *frame, size_t count, const char *name, const char *text) {
    struct field found;
    char room[64];
    if (!find_field(frame, count, name, 0, &found, room)) fail_msg("no field %s", name);
    assert_string_equal(room, text);
}
