#include "wire/match_text.h"
/*
 * Words of the filter language: names of fields, operators, values. A value is read by what its
 * field is: an address field takes addresses, any other takes numbers that fit its bits.
 */
#include <string.h>

#include "base/text.h"
#include "wire/fields.h"

enum { WORD_MAX = 40 };

struct scan scan_of(const char *text, struct complaint *why) {
    return (struct scan){.start = text, .at = text, .why = why};
}

static void skip_blanks(struct scan *s) {
    while (*s->at == ' ' || *s->at == '\t' || *s->at == '\n') s->at++;
}

bool scan_at_end(struct scan *s) {
    skip_blanks(s);
    return *s->at == '\0';
}

/* Names and values together: "tcp.flags.syn", "10.0.0.0/8", "02:00:00:00:00:01". */
static bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == ':' || c == '/';
}

static size_t word_length(const char *at) {
    size_t length = 0;
    while (in_word(at[length])) length++;
    return length;
}

static struct text begin_problem(struct scan *s) {
    struct text t = text_of(s->why->problem, sizeof s->why->problem);
    skip_blanks(s);
    text_add(&t, "column ");
    text_u64(&t, (uint64_t)(s->at - s->start) + 1);
    text_add(&t, ": ");
    return t;
}

/* What stands there, cut to a readable length. */
static void add_found(struct text *t, const char *at) {
    size_t length = word_length(at);
    if (*at == '\0') {
        text_add(t, "the end");
        return;
    }
    text_char(t, '"');
    text_span(t, at, length == 0 ? 1 : length < WORD_MAX ? length : WORD_MAX);
    text_char(t, '"');
}

bool scan_refuse(struct scan *s, const char *problem) {
    if (s->why == NULL) return false;
    struct text t = begin_problem(s);
    text_add(&t, problem);
    return false;
}

bool scan_expected(struct scan *s, const char *what) {
    if (s->why == NULL) return false;
    struct text t = begin_problem(s);
    text_add(&t, "expected ");
    text_add(&t, what);
    text_add(&t, ", found ");
    add_found(&t, s->at);
    return false;
}

bool scan_take(struct scan *s, const char *word) {
    size_t length = strlen(word);
    skip_blanks(s);
    for (size_t i = 0; i < length; i++)
        if (s->at[i] != word[i]) return false;
    if (in_word(word[0]) && in_word(s->at[length])) return false; /* "nothing" is not "not" */
    if (length == 1 && word[0] == '!' && s->at[1] == '=') return false;
    s->at += length;
    return true;
}

static bool refuse_name(struct scan *s) {
    if (s->why == NULL) return false;
    struct text t = begin_problem(s);
    text_add(&t, "no field ");
    add_found(&t, s->at);
    text_add(&t, "; names are Wireshark's, such as tcp.flags.syn, ip.src, arp.opcode, tcp.len");
    return false;
}

bool scan_field(struct scan *s, struct field_name *name) {
    skip_blanks(s);
    size_t length = word_length(s->at);
    if (length == 0) return scan_expected(s, "the name of a field or protocol");
    if ((length == 7 && memcmp(s->at, "tcp.seq", 7) == 0) ||
        (length == 7 && memcmp(s->at, "tcp.ack", 7) == 0))
        return scan_refuse(s, "a link knows no relative numbers; use tcp.seq_raw or tcp.ack_raw");
    if (!field_named(s->at, length, name)) return refuse_name(s);
    s->at += length;
    return true;
}

static bool hex_number(const char *word, uint64_t *value) {
    if (word[0] != '0' || (word[1] != 'x' && word[1] != 'X') || word[2] == '\0') return false;
    *value = 0;
    for (word += 2; *word != '\0'; word++) {
        char c = *word | 0x20;
        uint64_t digit = c >= '0' && c <= '9' ? (uint64_t)(c - '0') : (uint64_t)(c - 'a' + 10);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || *value >> 60 != 0) return false;
        *value = *value << 4 | digit;
    }
    return true;
}

static bool number(const char *word, uint64_t *value) {
    if (same_text(word, "true") || same_text(word, "false")) {
        *value = same_text(word, "true");
        return true;
    }
    return parse_u64(word, value) || hex_number(word, value);
}

static bool address(const char *word, struct field_value_text *out) {
    uint32_t value, prefix;
    if (!parse_cidr(word, &value, &prefix)) return false;
    out->mask = prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
    out->value = value & out->mask;
    return true;
}

static bool hardware_address(const char *word, struct field_value_text *out) {
    uint8_t mac[6];
    if (!parse_mac(word, mac)) return false;
    out->value = (uint64_t)field_word(mac, 2) << 32 | field_word(mac + 2, 4);
    return true;
}

static uint64_t largest(const struct wire_field *f) {
    if (f == NULL || f->shape == SHAPE_POWER) return UINT32_MAX;
    uint64_t bits = f->mask != 0   ? f->mask >> field_shift(f->mask)
                    : f->size >= 4 ? UINT32_MAX
                                   : ((uint64_t)1 << 8 * f->size) - 1;
    return f->shape == SHAPE_UNSCALED || f->scale == 0 ? bits : bits * f->scale;
}

static bool refuse_range(struct scan *s, uint64_t most) {
    if (s->why == NULL) return false;
    struct text t = begin_problem(s);
    text_add(&t, "the field holds 0 to ");
    text_u64(&t, most);
    text_add(&t, ", not ");
    add_found(&t, s->at);
    return false;
}

bool scan_value(struct scan *s, const struct field_name *name, struct field_value_text *out) {
    const struct wire_field *f = field_row(name->layer, name->row);
    char word[WORD_MAX];
    skip_blanks(s);
    size_t length = word_length(s->at);
    memset(word, 0, sizeof word);
    if (length < sizeof word) memcpy(word, s->at, length);
    *out = (struct field_value_text){.mask = UINT64_MAX};
    if (f != NULL && f->shape == SHAPE_IP4) {
        if (!address(word, out)) return scan_expected(s, "an address such as 10.0.0.1");
    } else if (f != NULL && f->size == 6) {
        if (!hardware_address(word, out))
            return scan_expected(s, "an address such as 02:00:00:00:00:01");
    } else if (!number(word, &out->value)) {
        return scan_expected(s, "a number");
    } else if (out->value > largest(f)) {
        return refuse_range(s, largest(f));
    }
    s->at += length;
    return true;
}
