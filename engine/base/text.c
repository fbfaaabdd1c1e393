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

static void repeat(struct text *t, char c, size_t count) {
    while (count-- > 0) text_char(t, c);
}

enum { DIGITS_MAX = 20 };

/* Rows of tables are mostly numbers, so these are written two digits at a time and in place. */
static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static size_t digit_count(uint64_t value) {
    for (size_t count = 1;; value /= 10000, count += 4) {
        if (value < 10) return count;
        if (value < 100) return count + 1;
        if (value < 1000) return count + 2;
        if (value < 10000) return count + 3;
    }
}

/* The digits of `value`, the last of them in front of `end`. */
static void put_digits(char *end, uint64_t value) {
    for (; value >= 100; value /= 100) memcpy(end -= 2, pairs + 2 * (value % 100), 2);
    if (value >= 10)
        memcpy(end - 2, pairs + 2 * value, 2);
    else
        end[-1] = (char)('0' + value);
}

void text_u64(struct text *t, uint64_t value) {
    size_t count = digit_count(value);
    if ((size_t)(t->end - t->at) < count) {
        char room[DIGITS_MAX];
        put_digits(room + count, value);
        text_span(t, room, count);
        return;
    }
    put_digits(t->at + count, value);
    t->at += count;
    *t->at = '\0';
}

void text_i64(struct text *t, int64_t value) {
    if (value < 0) text_char(t, '-');
    text_u64(t, value < 0 ? 0u - (uint64_t)value : (uint64_t)value);
}

void text_padded(struct text *t, uint64_t value, int width, char pad) {
    size_t count = digit_count(value);
    if (width > 0 && (size_t)width > count) repeat(t, pad, (size_t)width - count);
    text_u64(t, value);
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

/* The octets of addresses as people write them, so that an address is four copies. */
#define TEN(tens)                                                                                  \
    tens "0", tens "1", tens "2", tens "3", tens "4", tens "5", tens "6", tens "7", tens "8",      \
        tens "9"
static const char octet_texts[][4] = {
    TEN(""),   TEN("1"),  TEN("2"),  TEN("3"),  TEN("4"),  TEN("5"),  TEN("6"),
    TEN("7"),  TEN("8"),  TEN("9"),  TEN("10"), TEN("11"), TEN("12"), TEN("13"),
    TEN("14"), TEN("15"), TEN("16"), TEN("17"), TEN("18"), TEN("19"), TEN("20"),
    TEN("21"), TEN("22"), TEN("23"), TEN("24"), TEN("25"),
};

/* An octet and a dot; returns where they end. */
static char *put_octet(char *at, uint32_t octet) {
    memcpy(at, octet_texts[octet], sizeof octet_texts[octet]);
    at += 1 + (octet >= 10) + (octet >= 100);
    *at = '.';
    return at + 1;
}

void text_ip4(struct text *t, uint32_t address) {
    enum { ADDRESS_MAX = 4 * 4 };
    char room[ADDRESS_MAX];
    bool fits = t->end - t->at >= ADDRESS_MAX;
    char *start = fits ? t->at : room, *at = start;
    for (int shift = 24; shift >= 0; shift -= 8) at = put_octet(at, address >> shift & 255);
    at[-1] = '\0'; /* instead of the last dot */
    if (fits)
        t->at = at - 1;
    else
        text_span(t, room, (size_t)(at - 1 - room));
}

static void write_end(struct text *t, uint32_t address, uint32_t port) {
    text_ip4(t, address);
    text_char(t, ':');
    if (port == 0)
        text_char(t, '*');
    else
        text_u64(t, port);
}

void text_ip4_port(struct text *t, uint32_t address, uint32_t port) {
    enum { ROOM = sizeof t->memos->text };
    if (t->memos == NULL || t->end - t->at < ROOM) {
        write_end(t, address, port);
        return;
    }
    struct text_memo *memo = &t->memos[(address ^ port) % TEXT_MEMOS];
    if (memo->length == 0 || memo->address != address || memo->port != port) {
        struct text end = text_of(memo->text, sizeof memo->text);
        write_end(&end, address, port);
        memo->address = address;
        memo->port = port;
        memo->length = (uint32_t)text_length(&end);
    }
    memcpy(t->at, memo->text, ROOM); /* its NUL among them */
    t->at += memo->length;
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
