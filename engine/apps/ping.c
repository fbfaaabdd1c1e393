#include "apps/ping.h"
/*
 * ping, in the words of iputils: ICMP echo (RFC 792) with the time of sending in its data, replies
 * and ICMP errors as they come (ping_reply.c), statistics at the end. Its line: ping_line.c.
 *
 * With the setting ping.wait_reply a request leaves when the reply to the one before has come, or
 * was waited for in vain: the ping of older books. Differs: without -c it sends 4 requests, so that
 * a lab comes to rest; -f has no end and prints no dots.
 */
#include "stack/ip/icmp.h"
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

static const sim_time second_ns = 1000000000, millisecond_ns = 1000000;
enum { FLOOD_GAP_MS = 10, IDENTIFIER_MASK = 0xffff };

static uint32_t octets_of(const struct ping_state *ping) {
    return ping->size + ICMP_HEADER + IPV4_HEADER + ping->option_count;
}

static void print_header(struct step *s, struct id process) {
    const struct ping_state *ping = ping_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (ping->pattern_count > 0) {
        text_add(&t, "PATTERN: 0x");
        for (uint32_t i = 0; i < ping->pattern_count; i++) text_hex(&t, ping->pattern[i], 2);
        process_say(s, process, &t);
    }
    text_add(&t, "PING ");
    text_add(&t, ping->host);
    text_add(&t, " (");
    text_ip4(&t, ping->dst);
    text_add(&t, ") ");
    if (ping->src != 0) {
        text_add(&t, "from ");
        text_ip4(&t, ping->src);
        text_char(&t, ' ');
        text_add(&t, ping->device);
        text_add(&t, ": ");
    }
    text_u64(&t, ping->size);
    text_char(&t, '(');
    text_u64(&t, octets_of(ping));
    text_add(&t, ") bytes of data.");
    process_say(s, process, &t);
}

static void send_due(struct step *s, struct id process);

void run_ping(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    struct ping_state *ping = &p->of.ping;
    if (!ping_read_line(s, c, ping)) return;
    ping->socket = socket_create(s, c->node, SOCKET_ICMP, c->process);
    if (!id_is(ping->socket) ||
        socket_bind(s, ping->socket, (struct tcp_endpoint){0, p->pid & IDENTIFIER_MASK}) != 0) {
        if (id_is(ping->socket)) socket_close(s, ping->socket);
        process_print(s, c->process, "ping: socket: Cannot allocate memory");
        process_return(s, c->process);
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
 * words of 8 octets (seconds, microseconds), then counting octets, or the pattern. */
static void fill(uint8_t *data, const struct ping_state *ping, sim_time now) {
    uint64_t words[2] = {(uint64_t)(now / second_ns), (uint64_t)(now % second_ns / 1000)};
    for (size_t i = 0; i < ping->size; i++) data[i] = ping_octet(ping, i);
    for (size_t i = 0; i < PING_TIME_OCTETS && ping->size >= PING_TIME_OCTETS; i++)
        data[i] = (uint8_t)(words[i / 8] >> i % 8 * 8);
}

static void print_failure(struct step *s, struct id process, enum ip_result result) {
    const struct process *p = process_get(s->lab, process);
    const struct ping_state *ping = ping_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (ping_is(ping, PING_QUIET)) return;
    switch (result) {
    case IP_TOO_BIG:
        text_add(&t, "ping: local error: message too long, mtu=");
        text_u64(&t, ip_mtu_for(s->lab, p->node, ping->dst));
        break;
    case IP_NO_ROUTE: text_add(&t, "ping: sendmsg: Network is unreachable"); break;
    case IP_BLACKHOLE: text_add(&t, "ping: sendmsg: Invalid argument"); break;
    case IP_UNREACHABLE: text_add(&t, "ping: sendmsg: No route to host"); break;
    case IP_PROHIBITED: text_add(&t, "ping: sendmsg: Permission denied"); break;
    case IP_FILTERED: text_add(&t, "ping: sendmsg: Operation not permitted"); break;
    case IP_NO_BUFFERS:
    case IP_SENT: text_add(&t, "ping: sendmsg: No buffer space available"); break;
    }
    process_say(s, process, &t);
}

static void send_one(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    struct ping_state *ping = &p->of.ping;
    uint8_t data[PING_SIZE_MAX];
    uint16_t sequence = (uint16_t)(ping->sent + 1);
    struct ip_out out = {.src = ping->src,
                         .dst = ping->dst,
                         .protocol = IP_PROTOCOL_ICMP,
                         .dscp = (uint8_t)(ping->tos >> 2),
                         .ecn = ping->tos & 3,
                         .ttl = (uint8_t)ping->ttl,
                         .dont_fragment = ping->path == PING_PATH_DO,
                         .discover_path = ping->path == PING_PATH_WANT,
                         .options = ping->option,
                         .fill_options = true,
                         .option_count = ping->option_count};
    fill(data, ping, s->now);
    ping->seen[sequence % PING_SEEN_BITS / 64] &= ~((uint64_t)1 << sequence % 64);
    ping->sent++;
    ping->last_at = s->now;
    /* Linux asks what it knows of the path, too, before it forbids to cut (IP_PMTUDISC_DO). */
    bool fits =
        ping->path != PING_PATH_DO || octets_of(ping) <= ip_mtu_for(s->lab, p->node, ping->dst);
    enum ip_result result = IP_TOO_BIG;
    if (fits)
        result = icmp_send_echo(s, p->node, &out, (uint16_t)(p->pid & IDENTIFIER_MASK), sequence,
                                data, ping->size);
    if (result == IP_SENT) return;
    ping_of(s, process)->errors++;
    print_failure(s, process, result);
}

/* -O, before the next request leaves. */
static void say_outstanding(struct step *s, struct id process) {
    const struct ping_state *ping = ping_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (!ping_is(ping, PING_OUTSTANDING) || ping->sent == 0 || ping_saw(ping, ping->sent)) return;
    ping_begin_line(s, ping, &t);
    text_add(&t, "no answer yet for icmp_seq=");
    text_u64(&t, ping->sent & IDENTIFIER_MASK);
    process_say(s, process, &t);
}

/* After the last request: twice the longest round trip, at least one interval, or -W when nothing
 * came back so far. */
static sim_time linger(const struct ping_state *ping) {
    sim_time twice = 2 * (sim_time)ping->most_us * 1000;
    if (ping->received == 0) return ping->wait;
    return twice > ping->interval ? twice : ping->interval;
}

/* With a deadline it is replies that are counted, so it goes on sending. */
static bool was_last(const struct ping_state *ping) {
    return ping->count != 0 && ping->sent >= ping->count && ping->deadline == 0;
}

static bool waits_for_reply(const struct lab *lab, struct id process) {
    uint32_t node = process_get(lab, process)->node;
    return setting_of(lab, node, SETTING_PING_WAIT_REPLY) != 0;
}

static void send_due(struct step *s, struct id process) {
    struct ping_state *ping = ping_of(s, process);
    say_outstanding(s, process);
    uint32_t burst = ping->sent == 0 ? ping->preload : 1;
    if (ping->next_at == 0 && ping->sent > 0) burst = 0;
    for (uint32_t i = 0; i < burst && !was_last(ping); i++) send_one(s, process);
    bool last = was_last(ping);
    sim_time gap = ping_is(ping, PING_FLOOD)          ? FLOOD_GAP_MS * millisecond_ns
                   : waits_for_reply(s->lab, process) ? ping->wait
                                                      : ping->interval;
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
    const struct ping_state *ping = ping_of(s, process);
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
    /* Who forges replies makes the loss negative, as iputils has it. */
    bool forged = ping->received > ping->sent;
    if (forged) text_char(t, '-');
    text_percent(t, forged ? ping->received - ping->sent : ping->sent - ping->received, ping->sent);
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

static void print_times(const struct ping_state *ping, struct text *t) {
    uint64_t count = ping->received + ping->duplicates, mean = ping->sum_us / count;
    uint64_t variance = variance_us(ping, count, mean);
    text_add(t, "rtt min/avg/max/mdev = ");
    text_ms(t, ping->least_us);
    text_char(t, '/');
    text_ms(t, mean);
    text_char(t, '/');
    text_ms(t, ping->most_us);
    text_char(t, '/');
    text_ms(t, square_root(variance));
    text_add(t, " ms");
}

/* What a flood tells: the gap between two requests, and the moving average of the round trip. */
static void print_gaps(const struct ping_state *ping, struct text *t) {
    uint64_t us = (uint64_t)(ping->last_at - ping->first_at) / 1000 / (ping->sent - 1);
    text_add(t, "ipg/ewma ");
    text_ms(t, us);
    text_char(t, '/');
    text_ms(t, ping->average_us / 8);
    text_add(t, " ms");
}

/* The last line is there even when there is nothing to say on it. */
static void finish(struct step *s, struct id process) {
    const struct ping_state *ping = ping_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    process_print(s, process, "");
    print_counts(s, process, &t);
    if (ping->received > 0 && ping->size >= PING_TIME_OCTETS) print_times(ping, &t);
    if (ping->pipe > 1) {
        if (text_length(&t) > 0) text_add(&t, ", ");
        text_add(&t, "pipe ");
        text_u64(&t, ping->pipe);
    }
    if (ping_is(ping, PING_FLOOD) && ping->received > 0 && ping->sent > 1) {
        if (text_length(&t) > 0) text_add(&t, ", ");
        print_gaps(ping, &t);
    }
    process_say(s, process, &t);
    process_return(s, process);
}

void ping_interrupt(struct step *s, struct id process) {
    finish(s, process);
}

void ping_resume(struct step *s, struct id process) {
    const struct ping_state *ping = ping_of(s, process);
    uint64_t heard = ping->received;
    ping_receive(s, process);
    bool timer = !timer_pending(s->lab, process_get(s->lab, process)->timer, NULL);
    bool all = ping->count != 0 && ping->received + ping->errors >= ping->count;
    bool over = ping->deadline > 0 && (s->now >= ping->deadline || all || ping->errors > 0);
    bool follows = ping_is(ping, PING_FLOOD) || waits_for_reply(s->lab, process);
    if (over || (ping->next_at == 0 && (all || timer)))
        finish(s, process);
    else if (timer || (follows && ping->next_at != 0 && ping->received > heard))
        send_due(s, process);
}
