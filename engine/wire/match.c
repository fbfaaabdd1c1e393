#include "wire/match.h"
/*
 * The filter: a recursive descent over the text writes tests and connectives in reverse Polish
 * order; running them needs a stack of bits only. Depth and length are bounded, because filters
 * come from scenarios and consoles. The lookup of names is in names.c, values in match_value.c.
 */
#include <string.h>

#include "base/text.h"
#include "wire/match_text.h"
#include "wire/names.h"

enum op { OP_PRESENT, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_AND, OP_OR, OP_NOT };
enum { DEPTH_MAX = 32 };

struct compiler {
    struct match *match;
    struct scan scan;
};

static bool add_op(struct compiler *c, enum op op) {
    if (c->match->count == MATCH_OPS_MAX)
        return scan_refuse(&c->scan, "the filter is too long; at most 24 tests and connectives");
    c->match->ops[c->match->count++].op = op;
    return true;
}

static bool take_comparison(struct compiler *c, enum op *op) {
    static const struct {
        const char *word;
        enum op op;
    } words[] = {{"==", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE}, {">=", OP_GE},
                 {"<", OP_LT},  {">", OP_GT},  {"eq", OP_EQ}, {"ne", OP_NE},
                 {"lt", OP_LT}, {"le", OP_LE}, {"gt", OP_GT}, {"ge", OP_GE}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (scan_take(&c->scan, words[i].word)) {
            *op = words[i].op;
            return true;
        }
    return false;
}

static bool test(struct compiler *c) {
    struct field_name name;
    struct field_value_text value = {.mask = UINT64_MAX};
    enum op op = OP_PRESENT;
    if (!scan_field(&c->scan, &name)) return false;
    if (take_comparison(c, &op) && !scan_value(&c->scan, &name, &value)) return false;
    if (!add_op(c, op)) return false;
    uint32_t last = c->match->count - 1;
    c->match->ops[last].layer = name.layer;
    c->match->ops[last].row = name.row;
    c->match->ops[last].second = name.second;
    c->match->ops[last].value = value.value;
    c->match->ops[last].mask = value.mask;
    return true;
}

static bool either(struct compiler *c, int depth);

static bool factor(struct compiler *c, int depth) {
    if (depth > DEPTH_MAX) return scan_refuse(&c->scan, "too deep; use fewer parentheses");
    if (scan_take(&c->scan, "!") || scan_take(&c->scan, "not"))
        return factor(c, depth + 1) && add_op(c, OP_NOT);
    if (!scan_take(&c->scan, "(")) return test(c);
    if (!either(c, depth + 1)) return false;
    return scan_take(&c->scan, ")") || scan_expected(&c->scan, "\")\"");
}

static bool both(struct compiler *c, int depth) {
    if (!factor(c, depth)) return false;
    while (scan_take(&c->scan, "&&") || scan_take(&c->scan, "and"))
        if (!factor(c, depth) || !add_op(c, OP_AND)) return false;
    return true;
}

static bool either(struct compiler *c, int depth) {
    if (!both(c, depth)) return false;
    while (scan_take(&c->scan, "||") || scan_take(&c->scan, "or"))
        if (!both(c, depth) || !add_op(c, OP_OR)) return false;
    return true;
}

bool match_compile(struct match *match, const char *filter, struct complaint *why) {
    struct compiler c = {.match = match, .scan = scan_of(filter == NULL ? "" : filter, why)};
    memset(match, 0, sizeof *match);
    if (scan_at_end(&c.scan)) return true;
    if (!either(&c, 0)) return false;
    return scan_at_end(&c.scan) || scan_expected(&c.scan, "\"&&\", \"||\" or the end");
}

static bool compare(enum op op, uint64_t have, uint64_t want) {
    switch (op) {
    case OP_PRESENT: return have != 0;
    case OP_EQ: return have == want;
    case OP_NE: return have != want;
    case OP_LT: return have < want;
    case OP_LE: return have <= want;
    case OP_GT: return have > want;
    case OP_GE: return have >= want;
    case OP_AND:
    case OP_OR:
    case OP_NOT: break;
    }
    return false;
}

struct tested {
    enum op op;
    uint64_t want, mask;
    bool any, all, fits; /* any: there was one at all; all: every one fitted; fits: one did */
};

static void test_value(void *user, uint64_t value) {
    struct tested *t = user;
    bool fits = compare(t->op, value & t->mask, t->want);
    t->any = true;
    t->fits = t->fits || fits;
    t->all = t->all && fits;
}

static bool run_test(const struct match *m, uint32_t i, const struct layers *l) {
    struct tested t = {(enum op)m->ops[i].op, m->ops[i].value, m->ops[i].mask, false, true, false};
    uint32_t layer = m->ops[i].layer, row = m->ops[i].second;
    field_values(l, layer, m->ops[i].row, test_value, &t);
    for (; row != 0; row = field_next_row(layer, row)) field_values(l, layer, row, test_value, &t);
    return t.op == OP_NE ? t.any && t.all : t.fits;
}

bool match_frame(const struct match *m, const uint8_t *octets, size_t count) {
    return match_frame_begun(m, octets, count, 0);
}

bool match_frame_begun(const struct match *m, const uint8_t *octets, size_t count,
                       uint32_t begun_at) {
    struct layers layers;
    uint32_t stack = 0; /* one bit a value, the newest lowest */
    if (m->count == 0) return true;
    layers_find(&layers, octets, count, begun_at);
    for (uint32_t i = 0; i < m->count; i++) {
        switch ((enum op)m->ops[i].op) {
        case OP_AND: stack = stack >> 1 & (~1u | stack); break;
        case OP_OR: stack = stack >> 1 | (stack & 1); break;
        case OP_NOT: stack ^= 1; break;
        case OP_PRESENT:
        case OP_EQ:
        case OP_NE:
        case OP_LT:
        case OP_LE:
        case OP_GT:
        case OP_GE: stack = stack << 1 | run_test(m, i, &layers); break;
        }
    }
    return stack & 1;
}
