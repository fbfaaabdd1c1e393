#include "stack/sysctl.h"
/*
 * Reading and setting a node's settings by name, as text in the unit that Linux uses. A time may
 * also be given with its unit ("1.5s"), a number in hexadecimal ("0x603"). What is refused changes
 * nothing and says once what is right. A name that the node's kernel does not have, or nobody, is
 * an error, as on Linux.
 */
#include "base/text.h"
#include "stack/ip/icmp.h"
#include "stack/sysctl_table.h"
#include <assert.h>
#include <string.h>

enum { VALUE_ROOM = 96 };

int64_t setting_of(const struct lab *lab, uint32_t node, enum setting setting) {
    assert(setting < SETTING_COUNT);
    return node_view_at(lab, node)->setting[setting];
}

const char *setting_name(uint32_t index) {
    const struct knob *knob = knob_at(index);
    return knob == NULL ? NULL : knob->name;
}

/* Linux's sysctl takes "net/ipv4/x" for "net.ipv4.x". */
static bool same_name(const char *given, const char *name) {
    for (; *given != '\0' && (*given == *name || (*given == '/' && *name == '.')); given++) name++;
    return *given == '\0' && *name == '\0';
}

static const struct knob *knob_named(const char *name) {
    const struct knob *knob;
    for (uint32_t k = 0; (knob = knob_at(k)) != NULL; k++)
        if (same_name(name, knob->name)) return knob;
    return NULL;
}

static bool node_has(const struct lab *lab, uint32_t node, const struct knob *knob) {
    return profile_has(node_view_at(lab, node)->profile, knob->first);
}

/* ------------------------------------------------------------------------------- one value */

static bool parse_hex(const char *digits, size_t count, uint64_t *value) {
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        if (hex_value(digits[i]) < 0) return false;
        *value = *value << 4 | (uint64_t)hex_value(digits[i]);
    }
    return count > 0 && count <= 16;
}

static bool parse_number(const char *word, uint64_t *value) {
    if (word[0] == '0' && word[1] == 'x') return parse_hex(word + 2, strlen(word + 2), value);
    return parse_u64(word, value);
}

static bool parse_value(const struct knob *knob, const char *word, int64_t *value) {
    uint64_t number;
    int64_t ns;
    for (int64_t i = 0; knob->words != NULL && knob->words[i] != NULL; i++)
        if (same_text(word, knob->words[i])) {
            *value = i;
            return true;
        }
    bool minus = word[0] == '-' && knob->range.low < 0;
    if (parse_number(word + minus, &number)) {
        if (number > UINT32_MAX) return false;
        if (knob->unit == UNIT_ISN) {
            *value = ISN_EXPLICIT + (int64_t)number;
            return true;
        }
        *value = (minus ? -(int64_t)number : (int64_t)number) * unit_ns(knob->unit);
    } else if (knob->unit >= UNIT_SECONDS && knob->unit <= UNIT_MICROSECONDS &&
               parse_duration(word, &ns)) {
        *value = ns;
    } else {
        return false;
    }
    return *value >= knob->range.low * unit_ns(knob->unit) &&
           *value <= knob->range.high * unit_ns(knob->unit);
}

/* All numbers of a name. A port range or a triple of buffer sizes must rise. */
static bool parse_numbers(const struct knob *knob, char *room, int64_t *values) {
    char *words[VALUES_MAX + 1];
    if (split_words(room, words, VALUES_MAX + 1) != knob->count) return false;
    for (uint32_t i = 0; i < knob->count; i++)
        if (!parse_value(knob, words[i], &values[i]) || (i > 0 && values[i] < values[i - 1]))
            return false;
    return true;
}

/* Cuts the text at the first `mark` and returns what follows it, or NULL. */
static char *cut(char *text, char mark) {
    for (; *text != '\0'; text++)
        if (*text == mark) {
            *text = '\0';
            return text + 1;
        }
    return NULL;
}

/* "8080,9148-9150" */
static bool parse_ports(const struct knob *knob, char *at, int64_t *values) {
    for (uint32_t i = 0; i < knob->count; i++) values[i] = 0;
    for (uint32_t i = 0; at != NULL && *at != '\0'; i++) {
        char *rest = cut(at, ','), *high = cut(at, '-');
        int64_t from, to;
        if (i == knob->count || !parse_value(knob, at, &from)) return false;
        if (!parse_value(knob, high == NULL ? at : high, &to) || to < from) return false;
        values[i] = from << 16 | to;
        at = rest;
    }
    return true;
}

/* "00112233-44556677-8899aabb-ccddeeff" */
static bool parse_key(const char *text, int64_t *values) {
    enum { GROUP = 8, GROUPS = 4 };
    uint64_t group, half = 0;
    if (strlen(text) != GROUPS * (GROUP + 1) - 1) return false;
    for (uint32_t i = 0; i < GROUPS; i++, text += GROUP + 1) {
        if (!parse_hex(text, GROUP, &group) || (i < GROUPS - 1 && text[GROUP] != '-')) return false;
        half = half << 32 | group;
        values[i / 2] = (int64_t)half;
    }
    return true;
}

static bool parse_values(const struct knob *knob, const char *text, int64_t *values) {
    char room[VALUE_ROOM];
    if (strlen(text) >= sizeof room) return false;
    copy_text(room, sizeof room, text);
    if (knob->unit == UNIT_PORTS) return parse_ports(knob, room, values);
    if (knob->unit == UNIT_KEY) return parse_key(room, values);
    return parse_numbers(knob, room, values);
}

static void show_ports(struct text *t, int64_t range) {
    text_i64(t, range >> 16);
    if (range >> 16 == (range & 0xffff)) return;
    text_char(t, '-');
    text_i64(t, range & 0xffff);
}

static void show_key(struct text *t, uint64_t half) {
    text_hex(t, half >> 32, 8);
    text_char(t, '-');
    text_hex(t, half & 0xffffffff, 8);
}

static void show_value(struct text *t, const struct knob *knob, uint32_t i, int64_t value) {
    switch (knob->unit) {
    case UNIT_NUMBER:
    case UNIT_SECONDS:
    case UNIT_CENTISECONDS:
    case UNIT_MILLISECONDS:
    case UNIT_MICROSECONDS:
        if (i > 0) text_char(t, '\t');
        text_i64(t, value / unit_ns(knob->unit));
        return;
    case UNIT_WORD:
    case UNIT_ISN:
        if (value >= ISN_EXPLICIT)
            text_i64(t, value - ISN_EXPLICIT);
        else
            text_add(t, knob->words[value]);
        return;
    case UNIT_PORTS:
        if (value != 0 && i > 0) text_char(t, ',');
        if (value != 0) show_ports(t, value);
        return;
    case UNIT_KEY:
        if (i > 0) text_char(t, '-');
        show_key(t, (uint64_t)value);
        return;
    }
}

bool setting_text(const struct lab *lab, uint32_t node, const char *name, char *out, size_t size) {
    const struct knob *knob = knob_named(name);
    struct text t = text_of(out, size);
    if (knob == NULL || !node_has(lab, node, knob)) return false;
    for (uint32_t i = 0; i < knob->count; i++)
        show_value(&t, knob, i, setting_of(lab, node, knob->first + i));
    return true;
}

/* ---------------------------------------------------------------------------- what is wrong */

/* How many letters must be changed, added or left out to make one name of the other. */
static uint32_t distance(const char *a, const char *b) {
    enum { ROOM = 64 };
    uint32_t row[ROOM + 1];
    size_t length = strlen(b);
    if (length > ROOM || strlen(a) > ROOM) return UINT32_MAX;
    for (uint32_t j = 0; j <= length; j++) row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        uint32_t corner = row[0]++;
        for (size_t j = 0; j < length; j++) {
            uint32_t best = corner + (a[i] != b[j]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j + 1] + 1 < best) best = row[j + 1] + 1;
            corner = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[length];
}

/* The setting that was probably meant: its last parts alone, or a slip of the pen. */
static const char *nearest(const char *name) {
    const char *best = NULL;
    uint32_t length = (uint32_t)strlen(name), least = length / 4 + 1;
    for (uint32_t k = 0; setting_name(k) != NULL; k++) {
        const char *whole = setting_name(k), *tail = whole + strlen(whole);
        if (length > 0 && strlen(whole) > length && tail[-(int)length - 1] == '.' &&
            same_text(tail - length, name))
            return whole;
        uint32_t off = distance(name, whole);
        if (off < least) {
            least = off;
            best = whole;
        }
    }
    return best;
}

static void complain_unknown(struct text *t, const char *name) {
    const char *near = nearest(name);
    text_add(t, "no such setting");
    text_add(t, near == NULL ? "; \"sysctl -a\" on a node lists them" : "; did you mean \"");
    if (near != NULL) text_add(t, near);
    if (near != NULL) text_add(t, "\"?");
}

/* As the node has it now, in the setting's own unit: the example of a right value. */
static void add_example(struct text *t, const struct lab *lab, uint32_t node,
                        const struct knob *knob) {
    char room[96];
    setting_text(lab, node, knob->name, room, sizeof room);
    for (char *c = room; *c != '\0'; c++) *c = *c == '\t' ? ' ' : *c;
    text_add(t, ", such as \"");
    text_add(t, room);
    text_char(t, '"');
}

static void complain_absent(struct text *t, const struct lab *lab, uint32_t node,
                            const struct knob *knob) {
    const char *separator = "; it is there under ";
    text_add(t, profile_name(node_view_at(lab, node)->profile));
    text_add(t, " has no such setting");
    for (uint32_t i = 0; profile_name(i) != NULL; i++) {
        if (!profile_has(i, knob->first) || !profile_is_linux(i)) continue;
        text_add(t, separator);
        text_add(t, profile_name(i));
        separator = ", ";
    }
}

static void complain_value(struct text *t, const struct knob *knob) {
    static const char *const units[] = {" seconds", " hundredths of a second", " milliseconds",
                                        " microseconds"};
    switch (knob->unit) {
    case UNIT_NUMBER:
    case UNIT_SECONDS:
    case UNIT_CENTISECONDS:
    case UNIT_MILLISECONDS:
    case UNIT_MICROSECONDS:
        text_add(t, knob->count == 1 ? "takes a number from " : "takes ");
        if (knob->count > 1) text_u64(t, knob->count);
        if (knob->count > 1) text_add(t, " rising numbers from ");
        text_i64(t, knob->range.low);
        text_add(t, " to ");
        text_i64(t, knob->range.high);
        if (knob->unit != UNIT_NUMBER) text_add(t, units[knob->unit - UNIT_SECONDS]);
        return;
    case UNIT_WORD:
    case UNIT_ISN:
        text_add(t, knob->unit == UNIT_ISN ? "takes a number of 32 bits or a model:"
                                           : "takes one of:");
        for (uint32_t i = 0; knob->words[i] != NULL; i++) {
            text_char(t, ' ');
            text_add(t, knob->words[i]);
        }
        return;
    case UNIT_PORTS:
        text_add(t, "takes at most 4 ports or ranges, such as \"8080,9148-9150\", or nothing");
        return;
    case UNIT_KEY: text_add(t, "takes 32 hexadecimal digits in four groups joined by -"); return;
    }
}

static void complain(struct complaint *why, const struct lab *lab, uint32_t node, const char *name,
                     const struct knob *knob) {
    struct text t = text_of(why->problem, sizeof why->problem);
    copy_text(why->place, sizeof why->place, name);
    if (knob == NULL) {
        complain_unknown(&t, name);
    } else if (!node_has(lab, node, knob)) {
        complain_absent(&t, lab, node, knob);
    } else {
        complain_value(&t, knob);
        if (knob->unit != UNIT_PORTS) add_example(&t, lab, node, knob);
    }
}

/* ---------------------------------------------------------------------------------- setting */

/* tcp_init(), tcp_sk_init(): limits that follow from the size of the table of connections. */
static void follow_ehash(struct node *n, int64_t entries) {
    n->setting[SETTING_TCP_MAX_SYN_BACKLOG] = entries / 128 > 128 ? entries / 128 : 128;
    n->setting[SETTING_TCP_MAX_TW_BUCKETS] = entries / 2;
    n->setting[SETTING_TCP_MAX_ORPHANS] = entries / 2;
}

/* All or nothing: the numbers of one name are checked before any is set. */
bool setting_set(struct step *s, uint32_t node, const char *name, const char *value,
                 struct complaint *why) {
    const struct knob *knob = knob_named(name);
    int64_t values[VALUES_MAX];
    if (knob == NULL || !node_has(s->lab, node, knob) || !parse_values(knob, value, values)) {
        complain(why, s->lab, node, name, knob);
        return false;
    }
    struct node *n = node_at(s->lab, node);
    for (uint32_t i = 0; i < knob->count; i++) n->setting[knob->first + i] = values[i];
    if (knob->first == SETTING_CONST_EHASH_ENTRIES) follow_ehash(n, values[0]);
    if (knob->first == SETTING_IRDP_ADVERTISE || knob->first == SETTING_IRDP_SOLICIT)
        router_discovery_begin(s, node);
    /* inet_forward_change(): who forwards believes no redirects, unless told so afterwards. */
    if (knob->first == SETTING_IP_FORWARD) n->setting[SETTING_ACCEPT_REDIRECTS] = values[0] == 0;
    return true;
}
