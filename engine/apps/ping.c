#include "apps/shell.h"
/*
 * ping, in the words of iputils: ICMP echo (RFC 792) with the time of sending in its data, replies
 * as they come, ICMP errors about its own requests, statistics at the end.
 * Differs: without -c it sends 4 requests, so that a lab comes to rest; -f has no end and prints
 * no dots.
 */
#include "stack/iface.h"
#include "stack/ip/icmp.h"
#include <assert.h>
#include <string.h>

static const sim_time second_ns = 1000000000, millisecond_ns = 1000000;
enum {
    USUAL_COUNT = 4,
    USUAL_SIZE = 56,
    SIZE_MAX_ = 65507,
    TIME_OCTETS = 16,
    PACKET_MAX = 65535,
    FLOOD_GAP_MS = 10,
    IDENTIFIER_MASK = 0xffff,
    SEEN_BITS = 256,
    LINGER_S = 10
};

static struct ping_state *state_of(struct step *s, struct id process) {
    return &process_edit(s, process)->of.ping;
}

/* ------------------------------------------------------------------- the line */

static bool take_seconds(const char *word, sim_time *ns) {
    /* ping takes "0.2"; a unit may be given too. */
    char room[32];
    struct text t = text_of(room, sizeof room);
    if (parse_duration(word, ns)) return true;
    text_add(&t, word);
    text_char(&t, 's');
    return parse_duration(room, ns);
}

/* An option that takes a value; false: it is wrong. */
static bool take_value(struct ping_state *ping, char option, const char *word) {
    uint64_t number = 0;
    bool is_number = word != NULL && parse_u64(word, &number);
    if (word == NULL) return false;
    switch (option) {
    case 'c': ping->count = number; return is_number && number > 0;
    case 's': ping->size = (uint32_t)number; return is_number && number <= SIZE_MAX_;
    case 't': ping->ttl = (uint32_t)number; return is_number && number >= 1 && number <= 255;
    case 'i': return take_seconds(word, &ping->interval) && ping->interval >= millisecond_ns;
    case 'W': return take_seconds(word, &ping->wait) && ping->wait > 0;
    case 'w': return take_seconds(word, &ping->deadline) && ping->deadline > 0;
    default: return false;
    }
}

static bool take_flag(struct ping_state *ping, char option, bool *broadcast) {
    switch (option) {
    case 'f': ping->flood = 1; return true;
    case 'n': ping->numeric = 1; return true;
    case 'q': ping->quiet = 1; return true;
    case 'b': *broadcast = true; return true;
    default: return false;
    }
}

/* False: `wrong` is the word that cannot be meant, or NULL when the host is missing. */
static bool take_words(struct ping_state *ping, const struct command *c, const char **host,
                       bool *broadcast, const char **wrong) {
    for (size_t i = 1; i < c->count; i++) {
        const char *word = c->words[i];
        if (word[0] != '-') {
            *wrong = word;
            if (*host != NULL) return false;
            *host = word;
            continue;
        }
        for (word++; *word != '\0'; word++) {
            if (take_flag(ping, *word, broadcast)) continue;
            const char *value = word[1] != '\0'    ? word + 1
                                : i + 1 < c->count ? c->words[++i]
                                                   : NULL;
            *wrong = value == NULL ? c->words[i] : value;
            if (!take_value(ping, *word, value)) return false;
            break;
        }
    }
    *wrong = NULL;
    return *host != NULL;
}

static void say_and_return(struct step *s, const struct command *c, const char *text,
                           const char *more) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "ping: ");
    text_add(&t, text);
    text_add(&t, more);
    process_say(s, c->process, &t);
    process_return(s, c->process);
}

/* The name's address, then a way to it: the errors that ping knows before it sends. */
static bool find_target(struct step *s, const struct command *c, struct ping_state *ping,
                        const char *host, bool broadcast) {
    if (!host_lookup(s->lab, host, &ping->dst)) {
        say_and_return(s, c, host, ": Name or service not known");
        return false;
    }
    if (ip_source_for(s->lab, c->node, ping->dst) == 0) {
        say_and_return(s, c, "connect: Network is unreachable", "");
        return false;
    }
    if (!broadcast && ip_is_broadcast_or_multicast(s->lab, c->node, ping->dst)) {
        say_and_return(s, c,
                       "Do you want to ping broadcast? Then -b. If not, check your local "
                       "firewall rules",
                       "");
        return false;
    }
    ip4 numeric;
    if (parse_ip4(host, &numeric)) ping->numeric = 1;
    copy_text(ping->host, sizeof ping->host, host);
    return true;
}

static void print_header(struct step *s, struct id process) {
    const struct ping_state *ping = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "PING ");
    text_add(&t, ping->host);
    text_add(&t, " (");
    text_ip4(&t, ping->dst);
    text_add(&t, ") ");
    text_u64(&t, ping->size);
    text_char(&t, '(');
    text_u64(&t, ping->size + ICMP_HEADER + IPV4_HEADER);
    text_add(&t, ") bytes of data.");
    process_say(s, process, &t);
}

static void send_due(struct step *s, struct id process);

void run_ping(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    struct ping_state *ping = &p->of.ping;
    const char *host = NULL, *wrong = NULL;
    bool broadcast = false;
    *ping = (struct ping_state){
        .interval = second_ns, .wait = LINGER_S * second_ns, .count = 0, .size = USUAL_SIZE};
    if (!take_words(ping, c, &host, &broadcast, &wrong)) {
        char room[LINE_ROOM];
        struct text t = text_of(room, sizeof room);
        text_add(&t, wrong == NULL ? "usage error: Destination address required"
                                   : "invalid argument: '");
        if (wrong != NULL) text_add(&t, wrong);
        if (wrong != NULL) text_char(&t, '\'');
        command_misused(s, c, room);
        return;
    }
    if (ping->count == 0 && ping->flood == 0 && ping->deadline == 0) ping->count = USUAL_COUNT;
    if (!find_target(s, c, ping, host, broadcast)) return;
    ping->socket = socket_create(s, c->node, SOCKET_ICMP, c->process);
    if (!id_is(ping->socket) ||
        socket_bind(s, ping->socket, (struct tcp_endpoint){0, p->pid & IDENTIFIER_MASK}) != 0) {
        if (id_is(ping->socket)) socket_close(s, ping->socket);
        say_and_return(s, c, "socket: Cannot allocate memory", "");
        return;
    }
    p->app = APP_PING;
    ping->first_at = ping->next_at = s->now;
    if (ping->deadline > 0) ping->deadline += s->now;
    print_header(s, c->process);
    send_due(s, c->process);
}

/* ------------------------------------------------------------------- sending */

/* The data as Linux's ping on a 64-bit little-endian machine fills it: the time of sending as two
 * words of 8 octets (seconds, microseconds), then counting octets. */
static void fill(uint8_t *data, size_t size, sim_time now) {
    uint64_t words[2] = {(uint64_t)(now / second_ns), (uint64_t)(now % second_ns / 1000)};
    for (size_t i = 0; i < size; i++)
        data[i] = size >= TIME_OCTETS && i < TIME_OCTETS ? (uint8_t)(words[i / 8] >> i % 8 * 8)
                                                         : (uint8_t)i;
}

static void send_one(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    struct ping_state *ping = &p->of.ping;
    uint8_t data[SIZE_MAX_];
    uint16_t sequence = (uint16_t)(ping->sent + 1);
    struct ip_out out = {.dst = ping->dst,
                         .protocol = IP_PROTOCOL_ICMP,
                         .ttl = (uint8_t)ping->ttl,
                         .discover_path = true};
    fill(data, ping->size, s->now);
    ping->seen[sequence % SEEN_BITS / 64] &= ~((uint64_t)1 << sequence % 64);
    ping->sent++;
    ping->last_at = s->now;
    enum ip_result result = icmp_send_echo(s, p->node, &out, (uint16_t)(p->pid & IDENTIFIER_MASK),
                                           sequence, data, ping->size);
    if (result == IP_SENT) return;
    ping->errors++;
    if (ping->quiet == 0)
        process_print(s, process,
                      result == IP_NO_ROUTE  ? "ping: sendmsg: Network is unreachable"
                      : result == IP_TOO_BIG ? "ping: sendmsg: Message too long"
                                             : "ping: sendmsg: No buffer space available");
}

/* After the last request: twice the longest round trip, at least one interval, or -W when nothing
 * came back so far. */
static sim_time linger(const struct ping_state *ping) {
    sim_time twice = 2 * (sim_time)ping->most_us * 1000;
    if (ping->received == 0) return ping->wait;
    return twice > ping->interval ? twice : ping->interval;
}

static void send_due(struct step *s, struct id process) {
    struct ping_state *ping = state_of(s, process);
    if (ping->next_at != 0 || ping->sent == 0) send_one(s, process);
    bool last = ping->count != 0 && ping->sent >= ping->count;
    sim_time gap = ping->flood != 0 ? FLOOD_GAP_MS * millisecond_ns : ping->interval;
    ping->next_at = last ? 0 : s->now + gap;
    sim_time wake = last ? s->now + linger(ping) : ping->next_at;
    if (ping->deadline > 0 && wake > ping->deadline) wake = ping->deadline;
    process_wait_until(s, process, wake);
}

/* ------------------------------------------------------------------- the end */

static void text_ms(struct text *t, uint64_t us) {
    text_u64(t, us / 1000);
    text_char(t, '.');
    text_padded(t, us % 1000, 3, '0');
}

static uint64_t square_root(uint64_t n) {
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 62; bit != 0; bit >>= 2) {
        if (n >= root + bit) {
            n -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}

/* C's "%g" of a percentage: six significant digits, no zeroes at the end. */
static void text_percent(struct text *t, uint64_t part, uint64_t whole) {
    if (whole == 0 || part == whole) {
        text_u64(t, whole == 0 ? 0 : 100);
        return;
    }
    uint64_t unit = part * 100 / whole >= 10 ? 10000 : 100000;
    uint64_t value = (2 * part * 100 * unit / whole + 1) / 2;
    text_u64(t, value / unit);
    value %= unit;
    if (value == 0) return;
    text_char(t, '.');
    for (unit /= 10; value != 0; unit /= 10) {
        text_u64(t, value / unit);
        value %= unit;
    }
}

static void print_counts(struct step *s, struct id process, struct text *t) {
    const struct ping_state *ping = state_of(s, process);
    text_add(t, "--- ");
    text_add(t, ping->host);
    text_add(t, " ping statistics ---");
    process_say(s, process, t);
    text_u64(t, ping->sent);
    text_add(t, " packets transmitted, ");
    text_u64(t, ping->received);
    text_add(t, " received");
    if (ping->duplicates > 0) {
        text_add(t, ", +");
        text_u64(t, ping->duplicates);
        text_add(t, " duplicates");
    }
    if (ping->errors > 0) {
        text_add(t, ", +");
        text_u64(t, ping->errors);
        text_add(t, " errors");
    }
    text_add(t, ", ");
    text_percent(t, ping->sent - ping->received, ping->sent);
    text_add(t, "% packet loss, time ");
    text_i64(t, (ping->last_at - ping->first_at) / millisecond_ns);
    text_add(t, "ms");
    process_say(s, process, t);
}

/* In iputils' order, which loses the least to rounding while the sum is small. */
static uint64_t variance_us(const struct ping_state *ping, uint64_t count, uint64_t mean) {
    if (ping->sum_us <= INT32_MAX)
        return (ping->square_us - ping->sum_us * ping->sum_us / count) / count;
    uint64_t squares = ping->square_us / count;
    return squares > mean * mean ? squares - mean * mean : 0;
}

static void finish(struct step *s, struct id process) {
    const struct ping_state *ping = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    process_print(s, process, "");
    print_counts(s, process, &t);
    if (ping->received > 0 && ping->size >= TIME_OCTETS) {
        uint64_t count = ping->received + ping->duplicates, mean = ping->sum_us / count;
        uint64_t variance = variance_us(ping, count, mean);
        text_add(&t, "rtt min/avg/max/mdev = ");
        text_ms(&t, ping->least_us);
        text_char(&t, '/');
        text_ms(&t, mean);
        text_char(&t, '/');
        text_ms(&t, ping->most_us);
        text_char(&t, '/');
        text_ms(&t, square_root(variance));
        text_add(&t, " ms");
        process_say(s, process, &t);
    }
    process_return(s, process);
}

void ping_interrupt(struct step *s, struct id process) {
    finish(s, process);
}

/* ------------------------------------------------------------------- receiving */

static void text_who(struct text *t, const struct lab *lab, const struct ping_state *ping,
                     ip4 who) {
    const char *name = ping->numeric != 0 ? NULL : host_name_of(lab, who);
    if (name == NULL) {
        text_ip4(t, who);
        return;
    }
    text_add(t, name);
    text_add(t, " (");
    text_ip4(t, who);
    text_char(t, ')');
}

/* The round trip as ping prints it: three digits after the point, fewer the longer it is. */
static void text_round_trip(struct text *t, uint64_t us) {
    if (us >= 100000 - 50) {
        text_u64(t, (us + 500) / 1000);
    } else if (us >= 10000 - 5) {
        text_u64(t, (us + 50) / 1000);
        text_char(t, '.');
        text_u64(t, (us + 50) % 1000 / 100);
    } else if (us >= 1000) {
        text_u64(t, (us + 5) / 1000);
        text_char(t, '.');
        text_padded(t, (us + 5) % 1000 / 10, 2, '0');
    } else {
        text_ms(t, us);
    }
    text_add(t, " ms");
}

/* The time of sending comes back in the data. False: too little data for it. */
static bool measure(struct ping_state *ping, sim_time now, struct reader data, uint64_t *us) {
    uint64_t words[2] = {0, 0};
    for (size_t i = 0; i < TIME_OCTETS; i++) words[i / 8] |= (uint64_t)read_u8(&data) << i % 8 * 8;
    uint64_t sent_us = words[0] * 1000000 + words[1];
    if (data.failed || ping->size < TIME_OCTETS || sent_us > (uint64_t)now / 1000) return false;
    *us = (uint64_t)now / 1000 - sent_us;
    ping->sum_us += *us;
    ping->square_us += *us * *us;
    ping->least_us =
        ping->received + ping->duplicates == 1 || *us < ping->least_us ? *us : ping->least_us;
    ping->most_us = *us > ping->most_us ? *us : ping->most_us;
    return true;
}

static void take_reply(struct step *s, struct id process, const struct ipv4_header *ip,
                       const struct icmp_message *m, struct reader data) {
    struct ping_state *ping = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    uint64_t *word = &ping->seen[m->sequence % SEEN_BITS / 64];
    uint64_t bit = (uint64_t)1 << m->sequence % 64, us;
    bool duplicate = (*word & bit) != 0;
    *word |= bit;
    if (duplicate)
        ping->duplicates++;
    else
        ping->received++;
    size_t octets = read_left(&data) + ICMP_HEADER;
    bool timed = measure(ping, s->now, data, &us);
    if (ping->quiet != 0 || ping->flood != 0) return;
    text_u64(&t, octets);
    text_add(&t, " bytes from ");
    text_who(&t, s->lab, ping, ip->src);
    text_add(&t, ": icmp_seq=");
    text_u64(&t, m->sequence);
    text_add(&t, " ttl=");
    text_u64(&t, ip->ttl);
    if (timed) {
        text_add(&t, " time=");
        text_round_trip(&t, us);
    }
    if (duplicate) text_add(&t, " (DUP!)");
    process_say(s, process, &t);
}

static void text_error(struct text *t, const struct icmp_message *m) {
    static const char *const unreachable[] = {
        "Destination Net Unreachable", "Destination Host Unreachable",
        "Destination Protocol Unreachable", "Destination Port Unreachable"};
    if (m->type == ICMP_TIME_EXCEEDED) {
        text_add(t, m->code == 0 ? "Time to live exceeded" : "Frag reassembly time exceeded");
    } else if (m->type == ICMP_UNREACHABLE && m->code == ICMP_FRAGMENTATION_NEEDED) {
        text_add(t, "Frag needed and DF set (mtu = ");
        text_u64(t, m->sequence);
        text_char(t, ')');
    } else if (m->type == ICMP_UNREACHABLE && m->code <= ICMP_PORT_UNREACHABLE) {
        text_add(t, unreachable[m->code]);
    } else {
        text_add(t, m->type == ICMP_UNREACHABLE ? "Dest Unreachable, Bad Code: "
                                                : "Parameter problem: pointer = ");
        text_u64(t, m->type == ICMP_UNREACHABLE ? m->code : (uint32_t)(m->identifier >> 8));
    }
}

/* The error quotes our request: its sequence number stands in the quoted ICMP header. */
static void take_error(struct step *s, struct id process, const struct ipv4_header *ip,
                       const struct icmp_message *m, struct reader quoted) {
    struct ping_state *ping = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    size_t header = (read_u8(&quoted) & 0xfu) * 4;
    read_skip(&quoted, header - 1 + 6);
    uint16_t sequence = read_u16(&quoted);
    ping->errors++;
    if (quoted.failed || ping->quiet != 0 || ping->flood != 0) return;
    text_add(&t, "From ");
    text_who(&t, s->lab, ping, ip->src);
    text_add(&t, " icmp_seq=");
    text_u64(&t, sequence);
    text_char(&t, ' ');
    text_error(&t, m);
    process_say(s, process, &t);
}

static void take_packets(struct step *s, struct id process) {
    uint8_t packet[PACKET_MAX];
    struct id socket = state_of(s, process)->socket;
    int64_t count;
    while ((count = socket_receive_packet(s, socket, packet, sizeof packet)) > 0) {
        struct reader r = reader_of(packet, (size_t)count);
        struct ipv4_header ip;
        struct icmp_message m;
        if (ipv4_parse(&ip, &r) != PARSE_OK || icmp_parse(&m, &r) != PARSE_OK) continue;
        if (m.type == ICMP_ECHO_REPLY)
            take_reply(s, process, &ip, &m, r);
        else
            take_error(s, process, &ip, &m, r);
    }
}

void ping_resume(struct step *s, struct id process) {
    const struct ping_state *ping = state_of(s, process);
    uint64_t heard = ping->received;
    take_packets(s, process);
    bool timer = !timer_pending(s->lab, process_get(s->lab, process)->timer, NULL);
    bool all = ping->count != 0 && ping->received + ping->errors >= ping->count;
    bool over = ping->deadline > 0 && s->now >= ping->deadline;
    if (over || (ping->next_at == 0 && (all || timer)))
        finish(s, process);
    else if (timer || (ping->flood != 0 && ping->next_at != 0 && ping->received > heard))
        send_due(s, process);
}
