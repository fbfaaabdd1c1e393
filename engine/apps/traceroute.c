#include "apps/shell.h"
/*
 * traceroute, after Van Jacobson's: UDP datagrams to ports that nobody listens on, with TTL 1, 2,
 * 3, ...: each router on the way answers Time Exceeded (RFC 792), the target Port Unreachable
 * (RFC 1122 4.1.3.1). With -I they are echo requests, and the target answers with a reply.
 * Differs: one probe is under way at a time, so a star costs its whole time.
 */
#include "stack/iface.h"
#include "stack/ip/icmp.h"
#include "stack/udp.h"
#include <string.h>

enum {
    FIRST_PORT = 33434,
    USUAL_HOPS = 30,
    USUAL_QUERIES = 3,
    DATA_OCTETS = 32,
    PACKET_MAX = 1600
};
static const sim_time second_ns = 1000000000, answer_wait_ns = 5000000000;

static struct traceroute_state *state_of(struct step *s, struct id process) {
    return &process_edit(s, process)->of.traceroute;
}

static void end_with(struct step *s, struct id process, const char *what, const char *problem) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, what);
    text_add(&t, problem);
    process_say(s, process, &t);
    process_return(s, process);
}

/* Which probe it is, of all: UDP's has a port of its own, an echo a sequence number. */
static uint32_t number_of(const struct traceroute_state *t) {
    return (t->ttl - t->first) * t->probes + t->probe;
}

static void send_probe(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    struct traceroute_state *t = &p->of.traceroute;
    const struct socket *socket = socket_get(s->lab, t->socket);
    uint8_t data[DATA_OCTETS];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)('@' + i);
    struct ip_out out = {.dst = t->dst, .ttl = (uint8_t)t->ttl, .protocol = IP_PROTOCOL_ICMP};
    struct udp_way way = {.src_port = socket->local_port, .dst_port = t->port + number_of(t)};
    t->sent_at = s->now;
    process_wait_until(s, process, s->now + t->wait);
    if (t->icmp != 0)
        icmp_send_echo(s, p->node, &out, (uint16_t)socket->local_port, (uint16_t)(1 + number_of(t)),
                       data, sizeof data);
    else
        udp_send(s, p->node, &out, &way, data, sizeof data);
}

/* " 1  10.0.1.254 (10.0.1.254)": the row so far is kept, and printed when its probes are over. */
static struct text row_of(struct traceroute_state *t) {
    return (struct text){.start = t->row, .at = t->row + t->printed, .end = t->row + LINE_ROOM - 1};
}

static void begin_row(struct step *s, struct id process) {
    struct traceroute_state *t = state_of(s, process);
    struct text row = text_of(t->row, sizeof t->row);
    text_padded(&row, t->ttl, 2, ' ');
    text_char(&row, ' ');
    t->printed = (uint32_t)text_length(&row);
    t->probe = 0;
    t->last_from = 0;
    send_probe(s, process);
}

static void next_probe(struct step *s, struct id process, bool reached) {
    struct traceroute_state *t = state_of(s, process);
    t->reached |= reached;
    if (++t->probe < t->probes) {
        send_probe(s, process);
        return;
    }
    process_print(s, process, t->row);
    if (t->reached != 0 || ++t->ttl > t->most)
        process_return(s, process);
    else
        begin_row(s, process);
}

struct wishes {
    uint64_t queries, hops, first, port, seconds;
    const char *host;
    bool icmp, numeric;
};

/* -q 3, -q3 */
static bool take_words(const struct command *c, struct wishes *w) {
    const struct {
        char letter;
        uint64_t *place;
    } values[] = {
        {'q', &w->queries}, {'m', &w->hops}, {'f', &w->first}, {'p', &w->port}, {'w', &w->seconds}};
    for (size_t i = 1; i < c->count; i++) {
        const char *word = c->words[i], *value = word + 2;
        uint64_t *place = NULL;
        if (word[0] != '-' || word[1] == '\0') {
            w->host = word;
            continue;
        }
        if (same_text(word, "-I") || same_text(word, "-n")) {
            *(word[1] == 'I' ? &w->icmp : &w->numeric) = true;
            continue;
        }
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++)
            if (values[k].letter == word[1]) place = values[k].place;
        if (*value == '\0') value = ++i < c->count ? c->words[i] : "";
        if (place == NULL || !parse_u64(value, place)) return false;
    }
    return w->host != NULL && w->queries >= 1 && w->queries <= 10 && w->hops >= 1 &&
           w->hops <= 255 && w->first >= 1 && w->first <= w->hops && w->seconds >= 1 &&
           w->seconds <= 3600 && w->port >= 1 && w->port <= 60000;
}

static bool open_socket(struct step *s, const struct command *c, struct traceroute_state *t) {
    enum { IDENTIFIER_MASK = 0xffff };
    uint32_t pid = process_get(s->lab, c->process)->pid & IDENTIFIER_MASK;
    t->socket = socket_create(s, c->node, t->icmp != 0 ? SOCKET_ICMP : SOCKET_UDP, c->process);
    if (!id_is(t->socket)) return false;
    if (socket_bind(s, t->socket, (struct tcp_endpoint){0, t->icmp != 0 ? pid : 0}) != 0) {
        socket_close(s, t->socket);
        return false;
    }
    if (t->icmp == 0) socket_keep_errors(s, t->socket);
    return true;
}

static void print_header(struct step *s, const struct command *c, const struct wishes *w) {
    char room[LINE_ROOM];
    struct text line = text_of(room, sizeof room);
    text_add(&line, "traceroute to ");
    text_add(&line, w->host);
    text_add(&line, " (");
    text_ip4(&line, state_of(s, c->process)->dst);
    text_add(&line, "), ");
    text_u64(&line, w->hops);
    text_add(&line, " hops max, 60 byte packets");
    process_say(s, c->process, &line);
}

void run_traceroute(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    struct traceroute_state *t = &p->of.traceroute;
    struct wishes w = {.queries = USUAL_QUERIES,
                       .hops = USUAL_HOPS,
                       .first = 1,
                       .port = FIRST_PORT,
                       .seconds = (uint64_t)(answer_wait_ns / second_ns)};
    memset(t, 0, sizeof *t);
    if (!take_words(c, &w)) {
        command_misused(s, c, "which host?");
        return;
    }
    if (!host_lookup(s->lab, w.host, &t->dst)) {
        end_with(s, c->process, w.host, ": Name or service not known");
        return;
    }
    if (ip_source_for(s->lab, c->node, t->dst) == 0) {
        end_with(s, c->process, "connect: Network is unreachable", "");
        return;
    }
    t->icmp = w.icmp;
    t->numeric = w.numeric;
    if (!open_socket(s, c, t)) {
        end_with(s, c->process, "socket: Cannot allocate memory", "");
        return;
    }
    p->app = APP_TRACEROUTE;
    t->ttl = t->first = (uint32_t)w.first;
    t->most = (uint32_t)w.hops;
    t->probes = (uint32_t)w.queries;
    t->port = (uint32_t)w.port;
    t->wait = (sim_time)w.seconds * second_ns;
    print_header(s, c, &w);
    begin_row(s, c->process);
}

/* What the target's or a router's refusal is called. */
static void text_mark(struct text *row, uint8_t code) {
    static const char *const marks[ICMP_UNREACHABLE_LAST + 1] = {
        [ICMP_NET_UNREACHABLE] = "!N",      [ICMP_HOST_UNREACHABLE] = "!H",
        [ICMP_PROTOCOL_UNREACHABLE] = "!P", [ICMP_FRAGMENTATION_NEEDED] = "!F",
        [ICMP_SOURCE_ROUTE_FAILED] = "!S",  [ICMP_NET_PROHIBITED] = "!X",
        [ICMP_HOST_PROHIBITED] = "!X",      [ICMP_FILTERED] = "!X"};
    if (code == ICMP_PORT_UNREACHABLE) return;
    text_char(row, ' ');
    if (code <= ICMP_UNREACHABLE_LAST && marks[code] != NULL) {
        text_add(row, marks[code]);
    } else {
        text_char(row, '!');
        text_u64(row, code);
    }
}

/* Whose answer it is, once for those that follow each other, and the round trip. */
static void note_answer(struct step *s, struct id process, ip4 from, uint8_t type, uint8_t code) {
    struct traceroute_state *t = state_of(s, process);
    struct text row = row_of(t);
    uint64_t us = (uint64_t)(s->now - t->sent_at) / 1000;
    if (from != t->last_from) {
        const char *name = host_name_of(s->lab, from);
        text_char(&row, ' ');
        if (name != NULL && t->numeric == 0)
            text_add(&row, name);
        else
            text_ip4(&row, from);
        if (t->numeric == 0) text_add(&row, " (");
        if (t->numeric == 0) text_ip4(&row, from);
        if (t->numeric == 0) text_char(&row, ')');
        t->last_from = from;
    }
    text_add(&row, "  ");
    text_u64(&row, us / 1000);
    text_char(&row, '.');
    text_padded(&row, us % 1000, 3, '0');
    text_add(&row, " ms");
    if (type == ICMP_UNREACHABLE) text_mark(&row, code);
    t->printed = (uint32_t)text_length(&row);
}

/* The answer to the probe that is on its way, by the number that it quotes; others are late. */
static bool is_answer(const struct traceroute_state *t, const struct icmp_message *m,
                      struct reader quoted) {
    if (m->type == ICMP_ECHO_REPLY) return m->sequence == (uint16_t)(1 + number_of(t));
    if (m->type != ICMP_TIME_EXCEEDED && m->type != ICMP_UNREACHABLE) return false;
    size_t header = (read_u8(&quoted) & 0xfu) * 4;
    read_skip(&quoted, header - 1 + (t->icmp != 0 ? 6 : 2));
    uint16_t number = read_u16(&quoted);
    uint32_t expected = t->icmp != 0 ? 1 + number_of(t) : t->port + number_of(t);
    return !quoted.failed && number == (uint16_t)expected;
}

void traceroute_resume(struct step *s, struct id process) {
    uint8_t packet[PACKET_MAX];
    struct id socket = state_of(s, process)->socket;
    int64_t count;
    while ((count = socket_receive_packet(s, socket, packet, sizeof packet)) > 0) {
        struct reader r = reader_of(packet, (size_t)count);
        struct ipv4_header ip;
        struct icmp_message m;
        if (ipv4_parse(&ip, &r) != PARSE_OK || ip.protocol != IP_PROTOCOL_ICMP ||
            icmp_parse(&m, &r) != PARSE_OK || !is_answer(state_of(s, process), &m, r))
            continue;
        note_answer(s, process, ip.src, m.type, m.code);
        next_probe(s, process, m.type != ICMP_TIME_EXCEEDED);
        if (process_get(s->lab, process) == NULL ||
            process_get(s->lab, process)->app != APP_TRACEROUTE)
            return;
    }
    if (timer_pending(s->lab, process_get(s->lab, process)->timer, NULL)) return;
    struct traceroute_state *t = state_of(s, process);
    struct text row = row_of(t);
    text_add(&row, " *");
    t->printed = (uint32_t)text_length(&row);
    next_probe(s, process, false);
}
