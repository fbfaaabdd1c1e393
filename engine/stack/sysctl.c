#include "stack/sysctl.h"
/*
 * One table of every setting: Linux's name, the unit that Linux uses for it, its range, and the
 * default of each profile. Names and units are those of Linux's Documentation/networking/
 * ip-sysctl.rst; const.* are constants in Linux that experiments may change. A name with several
 * numbers ("net.ipv4.tcp_rmem") owns consecutive settings. A time may also be given with its unit
 * ("1.5s"). Only settings that the stack obeys are here: an unknown name is an error, as on Linux.
 */
#include "base/text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum unit { UNIT_NUMBER, UNIT_SECONDS, UNIT_MILLISECONDS, UNIT_MICROSECONDS, UNIT_ISN };
enum { VALUES_MAX = 3, VALUE_MAX = 0x7fffffff };

struct range {
    int64_t low, high;
};
struct knob {
    const char *name;
    enum setting first; /* its numbers are settings first .. first + count - 1 */
    uint32_t count;
    enum unit unit;
    struct range range;
    int64_t usual[PROFILE_COUNT][VALUES_MAX]; /* in `unit` */
};
/* The same default under every profile, or one for each: linux-6.12, its plain variant, rfc9293. */
#define SAME(...)                                                                                  \
    {                                                                                              \
        {__VA_ARGS__}, {__VA_ARGS__}, {                                                            \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define EACH(linux, plain, rfc)                                                                    \
    {                                                                                              \
        {linux}, {plain}, {                                                                        \
            rfc                                                                                    \
        }                                                                                          \
    }
#define BROKEN(name, setting)                                                                      \
    { name, setting, 1, UNIT_NUMBER, {0, 1}, SAME(0) }

static const struct knob knobs[] = {
    {"net.ipv4.ip_forward", SETTING_IP_FORWARD, 1, UNIT_NUMBER, {0, 1}, SAME(0)},
    {"net.ipv4.ip_default_ttl", SETTING_IP_DEFAULT_TTL, 1, UNIT_NUMBER, {1, 255}, SAME(64)},
    {"net.ipv4.ip_local_port_range",
     SETTING_PORT_LOW,
     2,
     UNIT_NUMBER,
     {1, 65535},
     SAME(32768, 60999)},
    {"net.ipv4.icmp_echo_ignore_all",
     SETTING_ICMP_ECHO_IGNORE_ALL,
     1,
     UNIT_NUMBER,
     {0, 1},
     SAME(0)},
    {"net.ipv4.icmp_echo_ignore_broadcasts",
     SETTING_ICMP_ECHO_IGNORE_BROADCASTS,
     1,
     UNIT_NUMBER,
     {0, 1},
     SAME(1)},
    {"net.ipv4.neigh.default.base_reachable_time_ms",
     SETTING_ARP_BASE_REACHABLE,
     1,
     UNIT_MILLISECONDS,
     {1, VALUE_MAX},
     SAME(30000)},
    {"net.ipv4.neigh.default.delay_first_probe_time",
     SETTING_ARP_DELAY_FIRST_PROBE,
     1,
     UNIT_SECONDS,
     {0, VALUE_MAX / 1000},
     SAME(5)},
    {"net.ipv4.neigh.default.ucast_solicit",
     SETTING_ARP_UCAST_PROBES,
     1,
     UNIT_NUMBER,
     {0, 100},
     SAME(3)},
    {"net.ipv4.neigh.default.mcast_solicit",
     SETTING_ARP_MCAST_PROBES,
     1,
     UNIT_NUMBER,
     {0, 100},
     SAME(3)},
    {"net.ipv4.neigh.default.retrans_time_ms",
     SETTING_ARP_RETRANS,
     1,
     UNIT_MILLISECONDS,
     {1, VALUE_MAX},
     SAME(1000)},
    {"net.ipv4.neigh.default.unres_qlen",
     SETTING_ARP_UNRES_QLEN,
     1,
     UNIT_NUMBER,
     {0, 65535},
     SAME(101)},
    {"net.ipv4.neigh.default.gc_stale_time",
     SETTING_ARP_GC_STALE,
     1,
     UNIT_SECONDS,
     {1, VALUE_MAX / 1000},
     SAME(60)},
    {"net.ipv4.tcp_syn_retries", SETTING_TCP_SYN_RETRIES, 1, UNIT_NUMBER, {1, 127}, EACH(6, 6, 7)},
    {"net.ipv4.tcp_syn_linear_timeouts",
     SETTING_TCP_SYN_LINEAR_TIMEOUTS,
     1,
     UNIT_NUMBER,
     {0, 127},
     EACH(4, 4, 0)},
    {"net.ipv4.tcp_synack_retries",
     SETTING_TCP_SYNACK_RETRIES,
     1,
     UNIT_NUMBER,
     {0, 255},
     EACH(5, 5, 7)},
    {"net.ipv4.tcp_retries1", SETTING_TCP_RETRIES1, 1, UNIT_NUMBER, {0, 255}, SAME(3)},
    {"net.ipv4.tcp_retries2", SETTING_TCP_RETRIES2, 1, UNIT_NUMBER, {0, 255}, SAME(15)},
    {"net.ipv4.tcp_orphan_retries", SETTING_TCP_ORPHAN_RETRIES, 1, UNIT_NUMBER, {0, 255}, SAME(0)},
    {"net.ipv4.tcp_fin_timeout",
     SETTING_TCP_FIN_TIMEOUT,
     1,
     UNIT_SECONDS,
     {0, VALUE_MAX / 1000},
     SAME(60)},
    {"net.ipv4.tcp_timestamps", SETTING_TCP_TIMESTAMPS, 1, UNIT_NUMBER, {0, 2}, SAME(1)},
    {"net.ipv4.tcp_window_scaling", SETTING_TCP_WINDOW_SCALING, 1, UNIT_NUMBER, {0, 1}, SAME(1)},
    {"net.ipv4.tcp_sack", SETTING_TCP_SACK, 1, UNIT_NUMBER, {0, 1}, SAME(1)},
    {"net.core.somaxconn", SETTING_SOMAXCONN, 1, UNIT_NUMBER, {0, VALUE_MAX}, SAME(4096)},
    {"net.ipv4.tcp_rmem",
     SETTING_TCP_RMEM_MIN,
     3,
     UNIT_NUMBER,
     {1, VALUE_MAX},
     SAME(4096, 131072, 6291456)},
    {"net.ipv4.tcp_wmem",
     SETTING_TCP_WMEM_MIN,
     3,
     UNIT_NUMBER,
     {1, VALUE_MAX},
     SAME(4096, 16384, 4194304)},
    {"net.ipv4.tcp_rto_min_us",
     SETTING_TCP_RTO_MIN,
     1,
     UNIT_MICROSECONDS,
     {1, VALUE_MAX},
     EACH(200000, 200000, 1000000)}, /* RFC 6298 (2.4): at least 1 second */
    {"net.ipv4.tcp_rfc1337", SETTING_TCP_RFC1337, 1, UNIT_NUMBER, {0, 1}, SAME(0)},
    {"net.ipv4.tcp_invalid_ratelimit",
     SETTING_TCP_INVALID_RATELIMIT,
     1,
     UNIT_MILLISECONDS,
     {0, VALUE_MAX},
     EACH(500, 500, 0)},
    {"const.rto_init", SETTING_CONST_RTO_INIT, 1, UNIT_MILLISECONDS, {1, 3600000}, SAME(1000)},
    {"const.rto_max", SETTING_CONST_RTO_MAX, 1, UNIT_MILLISECONDS, {1, 3600000}, SAME(120000)},
    {"const.msl",
     SETTING_CONST_MSL,
     1,
     UNIT_MILLISECONDS,
     {0, 3600000},
     EACH(30000, 30000, 120000)}, /* RFC 9293 3.4.2: MSL is taken as 2 minutes */
    {"const.timewait_len",
     SETTING_CONST_TIMEWAIT_LEN,
     1,
     UNIT_MILLISECONDS,
     {0, 7200000},
     EACH(60000, 60000, 240000)},
    {"const.delack_min",
     SETTING_CONST_DELACK_MIN,
     1,
     UNIT_MILLISECONDS,
     {0, 500},
     EACH(40, 0, 200)},
    {"const.delack_max",
     SETTING_CONST_DELACK_MAX,
     1,
     UNIT_MILLISECONDS,
     {0, 500},
     EACH(200, 0, 200)}, /* RFC 9293 3.8.6.3 MUST-40: less than 0.5 seconds */
    {"const.quickacks", SETTING_CONST_QUICKACKS, 1, UNIT_NUMBER, {0, 255}, EACH(16, 16, 0)},
    {"const.jiffy", SETTING_CONST_JIFFY, 1, UNIT_MILLISECONDS, {0, 100}, EACH(4, 0, 0)},
    {"const.isn",
     SETTING_CONST_ISN,
     1,
     UNIT_ISN,
     {0, VALUE_MAX},
     EACH(ISN_LINUX, ISN_LINUX, ISN_RFC6528)},
    {"const.initial_window", SETTING_CONST_INITIAL_WINDOW, 1, UNIT_NUMBER, {1, 1024}, SAME(10)},
    BROKEN("variant.two_way_handshake", SETTING_VARIANT_TWO_WAY_HANDSHAKE),
    BROKEN("variant.split_synack", SETTING_VARIANT_SPLIT_SYNACK),
    BROKEN("variant.rst_on_lost_ack", SETTING_VARIANT_RST_ON_LOST_ACK),
    BROKEN("variant.seq_instead_of_ack", SETTING_VARIANT_SEQ_INSTEAD_OF_ACK),
    BROKEN("variant.no_time_wait", SETTING_VARIANT_NO_TIME_WAIT),
    BROKEN("variant.no_persist", SETTING_VARIANT_NO_PERSIST),
    BROKEN("variant.ignore_window", SETTING_VARIANT_IGNORE_WINDOW),
    BROKEN("variant.shrink_window", SETTING_VARIANT_SHRINK_WINDOW),
    BROKEN("variant.no_pseudo_header", SETTING_VARIANT_NO_PSEUDO_HEADER),
    BROKEN("variant.no_checksum", SETTING_VARIANT_NO_CHECKSUM),
    BROKEN("variant.no_seq_check", SETTING_VARIANT_NO_SEQ_CHECK),
    BROKEN("variant.no_rexmit", SETTING_VARIANT_NO_REXMIT),
    BROKEN("variant.no_backoff", SETTING_VARIANT_NO_BACKOFF),
    BROKEN("variant.no_karn", SETTING_VARIANT_NO_KARN),
    BROKEN("variant.silent_on_dup", SETTING_VARIANT_SILENT_ON_DUP),
    BROKEN("variant.no_rst_from_closed", SETTING_VARIANT_NO_RST_FROM_CLOSED),
};
enum { KNOB_COUNT = sizeof knobs / sizeof knobs[0] };
static_assert((int)SETTING_COUNT <= (int)SETTING_MAX, "the node has room for every setting");

static const char *const profiles[PROFILE_COUNT] = {
    [PROFILE_LINUX_6_12] = "linux-6.12",
    [PROFILE_LINUX_6_12_PLAIN] = "linux-6.12-plain",
    [PROFILE_RFC9293] = "rfc9293",
};

static int64_t unit_ns(enum unit unit) {
    switch (unit) {
    case UNIT_NUMBER: return 1;
    case UNIT_SECONDS: return 1000000000;
    case UNIT_MILLISECONDS: return 1000000;
    case UNIT_MICROSECONDS: return 1000;
    case UNIT_ISN: return 1;
    }
    abort();
}

int64_t setting_of(const struct lab *lab, uint32_t node, enum setting setting) {
    assert(setting < SETTING_COUNT);
    return node_view_at(lab, node)->setting[setting];
}

void settings_begin(struct node *node, enum profile profile) {
    assert(profile < PROFILE_COUNT);
    for (size_t k = 0; k < KNOB_COUNT; k++)
        for (uint32_t i = 0; i < knobs[k].count; i++)
            node->setting[knobs[k].first + i] = knobs[k].usual[profile][i] * unit_ns(knobs[k].unit);
    node->profile = profile;
    if (node->kind == NODE_ROUTER)
        node->setting[SETTING_IP_FORWARD] = 1; /* RFC 1812 2.2.2: a router forwards */
}

bool profile_named(const char *name, enum profile *profile) {
    for (uint32_t i = 0; i < PROFILE_COUNT; i++)
        if (same_text(profiles[i], name)) {
            *profile = (enum profile)i;
            return true;
        }
    return false;
}

const char *profile_name(uint32_t profile) {
    return profile < PROFILE_COUNT ? profiles[profile] : NULL;
}

const char *setting_name(uint32_t index) {
    return index < KNOB_COUNT ? knobs[index].name : NULL;
}

/* Linux's sysctl takes "net/ipv4/x" for "net.ipv4.x". */
static bool same_name(const char *given, const char *name) {
    for (; *given != '\0' && (*given == *name || (*given == '/' && *name == '.')); given++) name++;
    return *given == '\0' && *name == '\0';
}

static const struct knob *knob_named(const char *name) {
    for (size_t k = 0; k < KNOB_COUNT; k++)
        if (same_name(name, knobs[k].name)) return &knobs[k];
    return NULL;
}

/* "bsd44", or the number itself. */
static const char *const isn_models[ISN_MODEL_COUNT] = {
    [ISN_LINUX] = "linux",         [ISN_RFC6528] = "rfc6528", [ISN_RFC793_CLOCK] = "rfc793-clock",
    [ISN_NOTES_4MS] = "notes-4ms", [ISN_BSD44] = "bsd44",     [ISN_FIXED] = "fixed",
    [ISN_RANDOM] = "random"};

static bool parse_isn(const char *word, int64_t *value) {
    uint64_t number;
    for (int64_t model = 0; model < ISN_MODEL_COUNT; model++)
        if (same_text(isn_models[model], word)) {
            *value = model;
            return true;
        }
    if (!parse_u64(word, &number) || number > UINT32_MAX) return false;
    *value = ISN_EXPLICIT + (int64_t)number;
    return true;
}

static bool parse_value(const struct knob *knob, const char *word, int64_t *value) {
    if (knob->unit == UNIT_ISN) return parse_isn(word, value);
    uint64_t number;
    int64_t ns;
    if (parse_u64(word, &number)) {
        if (number > VALUE_MAX) return false;
        *value = (int64_t)number * unit_ns(knob->unit);
    } else if (knob->unit != UNIT_NUMBER && parse_duration(word, &ns)) {
        *value = ns;
    } else {
        return false;
    }
    return *value >= knob->range.low * unit_ns(knob->unit) &&
           *value <= knob->range.high * unit_ns(knob->unit);
}

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
    for (size_t k = 0; k < KNOB_COUNT; k++) {
        size_t whole = strlen(knobs[k].name);
        if (length > 0 && whole > length && knobs[k].name[whole - length - 1] == '.' &&
            same_text(knobs[k].name + whole - length, name))
            return knobs[k].name;
        uint32_t off = distance(name, knobs[k].name);
        if (off < least) {
            least = off;
            best = knobs[k].name;
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

static void complain(struct complaint *why, const struct lab *lab, uint32_t node, const char *name,
                     const struct knob *knob) {
    struct text t = text_of(why->problem, sizeof why->problem);
    copy_text(why->place, sizeof why->place, name);
    if (knob == NULL) {
        complain_unknown(&t, name);
        return;
    }
    static const char *const units[] = {"", " seconds", " milliseconds", " microseconds", ""};
    if (knob->unit == UNIT_ISN) {
        text_add(&t, "takes a number of 32 bits or a model:");
        for (size_t i = 0; i < ISN_MODEL_COUNT; i++) {
            text_char(&t, ' ');
            text_add(&t, isn_models[i]);
        }
        return;
    }
    text_add(&t, knob->count == 1 ? "takes a number from " : "takes ");
    if (knob->count > 1) {
        text_u64(&t, knob->count);
        text_add(&t, " rising numbers from ");
    }
    text_i64(&t, knob->range.low);
    text_add(&t, " to ");
    text_i64(&t, knob->range.high);
    text_add(&t, units[knob->unit]);
    add_example(&t, lab, node, knob);
}

/* All or nothing: the numbers of one name are checked before any is set. A port range or a
 * triple of buffer sizes must rise. */
bool setting_set(struct step *s, uint32_t node, const char *name, const char *value,
                 struct complaint *why) {
    const struct knob *knob = knob_named(name);
    char room[96], *words[VALUES_MAX + 1];
    int64_t values[VALUES_MAX];
    bool good = knob != NULL && strlen(value) < sizeof room;
    if (good) {
        copy_text(room, sizeof room, value);
        good = split_words(room, words, VALUES_MAX + 1) == knob->count;
    }
    for (uint32_t i = 0; good && i < knob->count; i++)
        good = parse_value(knob, words[i], &values[i]) && (i == 0 || values[i] >= values[i - 1]);
    if (!good) {
        complain(why, s->lab, node, name, knob);
        return false;
    }
    for (uint32_t i = 0; i < knob->count; i++)
        node_at(s->lab, node)->setting[knob->first + i] = values[i];
    return true;
}

bool setting_text(const struct lab *lab, uint32_t node, const char *name, char *out, size_t size) {
    const struct knob *knob = knob_named(name);
    struct text t = text_of(out, size);
    if (knob == NULL) return false;
    for (uint32_t i = 0; i < knob->count; i++) {
        if (i > 0) text_char(&t, '\t');
        int64_t value = setting_of(lab, node, knob->first + i);
        if (knob->unit == UNIT_ISN && value < ISN_MODEL_COUNT) {
            text_add(&t, isn_models[value]);
            continue;
        }
        if (knob->unit == UNIT_ISN) value -= ISN_EXPLICIT;
        text_i64(&t, value / unit_ns(knob->unit));
    }
    return true;
}
