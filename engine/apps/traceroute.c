#include "apps/shell.h"
/*
 * traceroute, after Van Jacobson's: UDP datagrams to ports that nobody listens on, with TTL 1, 2,
 * 3, ...: each router on the way answers Time Exceeded (RFC 792), the target Port Unreachable
 * (RFC 1122 4.1.3.1).
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
static const sim_time answer_wait_ns = 5000000000;

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

static void send_probe(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    struct traceroute_state *t = &p->of.traceroute;
    const struct socket *socket = socket_get(s->lab, t->socket);
    uint8_t data[DATA_OCTETS];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)('@' + i);
    struct ip_out out = {.dst = t->dst, .ttl = (uint8_t)t->ttl};
    uint32_t port = FIRST_PORT + (t->ttl - 1) * t->probes + t->probe;
    t->sent_at = s->now;
    process_wait_until(s, process, s->now + answer_wait_ns);
    struct udp_way way = {socket->local_port, port, false};
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

void run_traceroute(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    struct traceroute_state *t = &p->of.traceroute;
    uint64_t queries = USUAL_QUERIES, hops = USUAL_HOPS;
    const char *host = NULL;
    bool good = true;
    memset(t, 0, sizeof *t);
    for (size_t i = 1; i < c->count; i++) {
        const char *word = c->words[i];
        if (same_text(word, "-q") || same_text(word, "-m"))
            good =
                good && ++i < c->count && parse_u64(c->words[i], word[1] == 'q' ? &queries : &hops);
        else if (!same_text(word, "-n"))
            host = word;
    }
    if (!good || host == NULL || queries < 1 || queries > 10 || hops < 1 || hops > 255) {
        command_misused(s, c, "which host?");
        return;
    }
    if (!host_lookup(s->lab, host, &t->dst)) {
        end_with(s, c->process, host, ": Name or service not known");
        return;
    }
    if (ip_source_for(s->lab, c->node, t->dst) == 0) {
        end_with(s, c->process, "connect: Network is unreachable", "");
        return;
    }
    t->socket = socket_create(s, c->node, SOCKET_UDP, c->process);
    if (!id_is(t->socket) || socket_bind(s, t->socket, (struct tcp_endpoint){0, 0}) != 0) {
        if (id_is(t->socket)) socket_close(s, t->socket);
        end_with(s, c->process, "socket: Cannot allocate memory", "");
        return;
    }
    socket_keep_errors(s, t->socket);
    p->app = APP_TRACEROUTE;
    t->ttl = 1;
    t->most = (uint32_t)hops;
    t->probes = (uint32_t)queries;
    char room[LINE_ROOM];
    struct text line = text_of(room, sizeof room);
    text_add(&line, "traceroute to ");
    text_add(&line, host);
    text_add(&line, " (");
    text_ip4(&line, t->dst);
    text_add(&line, "), ");
    text_u64(&line, hops);
    text_add(&line, " hops max, 60 byte packets");
    process_say(s, c->process, &line);
    begin_row(s, c->process);
}

/* Whose answer it is, once for those that follow each other, and the round trip. */
static void note_answer(struct step *s, struct id process, ip4 from, uint8_t type, uint8_t code) {
    static const char *const marks[] = {" !N", " !H", " !P", ""};
    struct traceroute_state *t = state_of(s, process);
    struct text row = row_of(t);
    uint64_t us = (uint64_t)(s->now - t->sent_at) / 1000;
    if (from != t->last_from) {
        const char *name = host_name_of(s->lab, from);
        text_char(&row, ' ');
        if (name != NULL)
            text_add(&row, name);
        else
            text_ip4(&row, from);
        text_add(&row, " (");
        text_ip4(&row, from);
        text_char(&row, ')');
        t->last_from = from;
    }
    text_add(&row, "  ");
    text_u64(&row, us / 1000);
    text_char(&row, '.');
    text_padded(&row, us % 1000, 3, '0');
    text_add(&row, " ms");
    if (type == ICMP_UNREACHABLE && code <= ICMP_PORT_UNREACHABLE) text_add(&row, marks[code]);
    t->printed = (uint32_t)text_length(&row);
}

/* The answer to the probe that is on its way, by the port that it quotes; others are late. */
static bool is_answer(const struct traceroute_state *t, struct reader quoted) {
    size_t header = (read_u8(&quoted) & 0xfu) * 4;
    read_skip(&quoted, header - 1 + 2);
    uint16_t port = read_u16(&quoted);
    return !quoted.failed && port == FIRST_PORT + (t->ttl - 1) * t->probes + t->probe;
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
            icmp_parse(&m, &r) != PARSE_OK || !is_answer(state_of(s, process), r))
            continue;
        note_answer(s, process, ip.src, m.type, m.code);
        next_probe(s, process, m.type == ICMP_UNREACHABLE);
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
