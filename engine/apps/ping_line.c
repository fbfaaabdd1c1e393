#include "apps/ping.h"
/*
 * ping's line: the options of iputils, and what they ask of the IP header: record route, timestamps
 * (RFC 791 3.1), and hosts on the way as a loose source route. Left out: -A, -m, -S and whatever
 * is for IPv6.
 */
#include "stack/iface.h"
#include "stack/ip/icmp.h"
#include "stack/ip/igmp.h"
#include <string.h>

static const sim_time second_ns = 1000000000, millisecond_ns = 1000000;
enum { USUAL_COUNT = 4, USUAL_SIZE = 56, LINGER_S = 10, HOSTS_MAX = 10 };
enum { PRELOAD_MOST = 1000 /* they leave in one step; iputils takes 65536 */ };
enum { OPTION_OCTETS = 40, RECORD_ROUTE = 7, TIMES = 68, LOOSE_ROUTE = 131, NO_OPERATION = 1 };
enum { TIMES_ONLY = 0, TIMES_AND_ADDRESSES = 1, TIMES_OF_THESE = 3 };

struct order {
    const char *hosts[HOSTS_MAX];
    size_t host_count;
    const char *from;  /* -I */
    const char *wrong; /* the word that cannot be meant */
};

static bool take_seconds(const char *word, sim_time *ns) {
    /* ping takes "0.2"; a unit may be given too. */
    char room[32];
    struct text t = text_of(room, sizeof room);
    if (parse_duration(word, ns)) return true;
    text_add(&t, word);
    text_char(&t, 's');
    return parse_duration(room, ns);
}

static bool take_choice(const char *word, const char *const choices[3], const uint32_t values[3],
                        uint32_t *value) {
    for (size_t i = 0; i < 3; i++)
        if (same_text(word, choices[i])) {
            *value = values[i];
            return true;
        }
    return false;
}

static bool take_path(struct ping_state *ping, const char *word) {
    static const char *const choices[3] = {"want", "do", "dont"};
    static const uint32_t values[3] = {PING_PATH_WANT, PING_PATH_DO, PING_PATH_DONT};
    return take_choice(word, choices, values, &ping->path);
}

static bool take_times(struct ping_state *ping, const char *word) {
    static const char *const choices[3] = {"tsonly", "tsandaddr", "tsprespec"};
    static const uint32_t values[3] = {TIMES_ONLY, TIMES_AND_ADDRESSES, TIMES_OF_THESE};
    if (ping->options != PING_NO_OPTIONS) return false; /* one of -R and -T */
    ping->options = PING_TIMES;
    return take_choice(word, choices, values, &ping->stamp_format);
}

/* -p ff00: up to 16 octets in hexadecimal. */
static bool take_pattern(struct ping_state *ping, const char *word) {
    size_t length = strlen(word), most = 2 * sizeof ping->pattern;
    ping->pattern_count = 0;
    for (size_t i = 0; i < length; i += 2) {
        int high = hex_value(word[i]), low = i + 1 < length ? hex_value(word[i + 1]) : high;
        if (high < 0 || low < 0 || i >= most) return false;
        if (i + 1 == length) high = 0;
        ping->pattern[ping->pattern_count++] = (uint8_t)(high << 4 | low);
    }
    return length > 0;
}

/* -Q 0x10: the octet as it is; decimal too. */
static bool take_tos(struct ping_state *ping, const char *word) {
    uint64_t value = 0;
    if (word[0] == '0' && word[1] == 'x') {
        for (word += 2; *word != '\0'; word++) {
            if (hex_value(*word) < 0) return false;
            value = value << 4 | (uint64_t)hex_value(*word);
            if (value > UINT8_MAX) return false;
        }
    } else if (!parse_u64(word, &value) || value > UINT8_MAX) {
        return false;
    }
    ping->tos = (uint32_t)value;
    return true;
}

/* An option that takes a value; false: it is wrong. */
static bool take_value(struct ping_state *ping, struct order *o, char option, const char *word) {
    uint64_t number = 0;
    if (word == NULL) return false;
    bool is_number = parse_u64(word, &number);
    switch (option) {
    case 'c': ping->count = number; return is_number && number > 0;
    case 's': ping->size = (uint32_t)number; return is_number && number <= PING_SIZE_MAX;
    case 't': ping->ttl = (uint32_t)number; return is_number && number >= 1 && number <= 255;
    case 'l':
        ping->preload = (uint32_t)number;
        return is_number && number >= 1 && number <= PRELOAD_MOST;
    case 'i': return take_seconds(word, &ping->interval) && ping->interval >= millisecond_ns;
    case 'W': return take_seconds(word, &ping->wait) && ping->wait > 0;
    case 'w': return take_seconds(word, &ping->deadline) && ping->deadline > 0;
    case 'Q': return take_tos(ping, word);
    case 'M': return take_path(ping, word);
    case 'T': return take_times(ping, word);
    case 'p': return take_pattern(ping, word);
    case 'I': o->from = word; return true;
    default: return false;
    }
}

static bool take_flag(struct ping_state *ping, char option) {
    static const struct {
        char letter;
        enum ping_flag flag;
    } flags[] = {{'f', PING_FLOOD},   {'n', PING_NUMERIC},     {'q', PING_QUIET},
                 {'D', PING_STAMPED}, {'O', PING_OUTSTANDING}, {'b', PING_BROADCAST}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].letter == option) {
            ping->flags |= (uint32_t)flags[i].flag;
            return true;
        }
    if (option != 'R' || ping->options != PING_NO_OPTIONS) return option == '4' || option == 'v';
    ping->options = PING_ROUTE;
    return true;
}

static bool take_words(struct ping_state *ping, const struct command *c, struct order *o) {
    for (size_t i = 1; i < c->count; i++) {
        const char *word = c->words[i];
        if (word[0] != '-') {
            o->wrong = word;
            if (o->host_count == HOSTS_MAX) return false;
            o->hosts[o->host_count++] = word;
            continue;
        }
        for (word++; *word != '\0'; word++) {
            if (take_flag(ping, *word)) continue;
            const char *value = word[1] != '\0'    ? word + 1
                                : i + 1 < c->count ? c->words[++i]
                                                   : NULL;
            o->wrong = value == NULL ? c->words[i] : value;
            if (!take_value(ping, o, *word, value)) return false;
            break;
        }
    }
    o->wrong = NULL;
    return o->host_count > 0;
}

/* ------------------------------------------------------------------- options of the IP header */

static void put_addresses(struct writer *w, const ip4 *addresses, size_t count, bool with_times) {
    for (size_t i = 0; i < count; i++) {
        write_u32(w, addresses[i]);
        if (with_times) write_u32(w, 0);
    }
}

static void put_options(struct ping_state *ping, const ip4 *hops, size_t count) {
    enum { LENGTH_OF_ROUTE = 39, FIRST = 4, FIRST_OF_TIMES = 5, EACH = 8 };
    struct writer w = writer_of(ping->option, sizeof ping->option);
    bool only = ping->stamp_format == TIMES_ONLY, these = ping->stamp_format == TIMES_OF_THESE;
    ping->option_count = OPTION_OCTETS;
    switch ((enum ping_options)ping->options) {
    case PING_NO_OPTIONS: ping->option_count = 0; return;
    case PING_ROUTE:
        write_u8(&w, NO_OPERATION);
        write_u8(&w, RECORD_ROUTE);
        write_u8(&w, LENGTH_OF_ROUTE);
        write_u8(&w, FIRST);
        return;
    case PING_TIMES:
        write_u8(&w, TIMES);
        write_u8(&w, (uint8_t)(these  ? FIRST + EACH * count
                               : only ? OPTION_OCTETS
                                      : OPTION_OCTETS - FIRST));
        write_u8(&w, FIRST_OF_TIMES);
        write_u8(&w, (uint8_t)ping->stamp_format);
        if (these) put_addresses(&w, hops, count, true);
        return;
    case PING_HOPS:
        write_u8(&w, NO_OPERATION);
        write_u8(&w, LOOSE_ROUTE);
        write_u8(&w, (uint8_t)(FIRST - 1 + 4 * count));
        write_u8(&w, FIRST);
        put_addresses(&w, hops, count, false);
        ping->option_count = (uint32_t)written(&w);
        return;
    }
}

static bool take_options(struct ping_state *ping, const ip4 *hops, size_t count) {
    enum { TIMES_MOST = 4, HOPS_MOST = 9 };
    bool these = ping->options == PING_TIMES && ping->stamp_format == TIMES_OF_THESE;
    if (count > 0 && ping->options == PING_NO_OPTIONS) ping->options = PING_HOPS;
    if (count > 0 && ping->options != PING_HOPS && !these) return false;
    if (count > (these ? TIMES_MOST : HOPS_MOST) || (these && count == 0)) return false;
    put_options(ping, hops, count);
    return true;
}

/* ------------------------------------------------------------------- errors known beforehand */

static bool complain(struct step *s, const struct command *c, const char *text, const char *more) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "ping: ");
    text_add(&t, text);
    text_add(&t, more);
    process_say(s, c->process, &t);
    process_return(s, c->process);
    return false;
}

static bool misused(struct step *s, const struct command *c, const char *wrong) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t,
             wrong == NULL ? "usage error: Destination address required" : "invalid argument: '");
    if (wrong != NULL) text_add(&t, wrong);
    if (wrong != NULL) text_char(&t, '\'');
    command_misused(s, c, room);
    return false;
}

/* -I: an interface's name, or one of the node's addresses. */
static bool take_source(const struct lab *lab, uint32_t node, struct ping_state *ping,
                        const char *from) {
    uint32_t interface = iface_named(lab, node, from);
    if (interface != 0) {
        ping->src = iface_get(lab, interface)->address;
        copy_text(ping->device, sizeof ping->device, from);
        return true;
    }
    return parse_ip4(from, &ping->src) && ip_is_local(lab, node, ping->src);
}

/* The names' addresses, then a way there. */
static bool find_target(struct step *s, const struct command *c, struct ping_state *ping,
                        struct order *o) {
    ip4 hops[HOSTS_MAX], numeric;
    const char *host = o->hosts[o->host_count - 1];
    for (size_t i = 0; i < o->host_count; i++)
        if (!host_lookup(s->lab, o->hosts[i], &hops[i]))
            return complain(s, c, o->hosts[i], ": Name or service not known");
    ping->dst = hops[o->host_count - 1];
    if (!take_options(ping, hops, o->host_count - 1)) return misused(s, c, o->hosts[0]);
    if (o->from != NULL && !take_source(s->lab, c->node, ping, o->from))
        return complain(s, c, "bind: Cannot assign requested address", "");
    if (ip_source_for(s->lab, c->node, ping->dst) == 0)
        return complain(s, c, "connect: Network is unreachable", "");
    bool broadcast =
        ip_is_broadcast_or_multicast(s->lab, c->node, ping->dst) && !ip_is_multicast(ping->dst);
    if (broadcast && !ping_is(ping, PING_BROADCAST))
        return complain(s, c,
                        "Do you want to ping broadcast? Then -b. If not, check your local "
                        "firewall rules",
                        "");
    if (broadcast) process_print(s, c->process, "WARNING: pinging broadcast address");
    if (parse_ip4(host, &numeric)) ping->flags |= PING_NUMERIC;
    copy_text(ping->host, sizeof ping->host, host);
    return true;
}

bool ping_read_line(struct step *s, const struct command *c, struct ping_state *ping) {
    struct order o = {.host_count = 0};
    *ping = (struct ping_state){
        .interval = second_ns, .wait = LINGER_S * second_ns, .size = USUAL_SIZE, .preload = 1};
    if (!take_words(ping, c, &o)) return misused(s, c, o.wrong);
    if (ping->count == 0 && !ping_is(ping, PING_FLOOD) && ping->deadline == 0)
        ping->count = USUAL_COUNT;
    return find_target(s, c, ping, &o);
}
