/*
 * TCP under segments that no TCP would send. The input is a list of orders of 8 octets: a segment
 * from the peer's address with numbers near the true ones, a call of a program, time that passes.
 * After each the invariants of every connection must hold (tcp_invariants.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "stack/tcp/tcp_state.h"
#include "tcp_invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ORDER = 8, ORDERS_MAX = 120, LINE_ROOM_ = 256 };

static const char *const calls[] = {
    "socket tcp",
    "connect %u 10.0.0.1:80",
    "send %u 5000",
    "recv %u 3000",
    "shutdown %u wr",
    "close %u",
    "^C",
    "accept 3",
    "send %u 1",
    "listen %u 2",
    "bind %u :%u",
    "setsockopt %u SO_LINGER 0",
    "setsockopt %u SO_LINGER 2",
    "setsockopt %u SO_KEEPALIVE 1",
    "setsockopt %u TCP_KEEPIDLE 1",
    "setsockopt %u TCP_USER_TIMEOUT 3000",
    "setsockopt %u SO_OOBINLINE 1",
    "setsockopt %u TCP_CORK 1",
    "setsockopt %u TCP_DEFER_ACCEPT 2",
    "setsockopt %u TCP_LINGER2 -1",
    "send %u 5 oob",
    "send %u 100 more",
    "recv %u 1 oob",
    "recv %u 50 peek",
    "shutdown %u rd",
};

static void type(struct lab *lab, uint32_t node, const char *line) {
    struct complaint why;
    if (!lab_command(lab, NULL, lab_now(lab), node, line, &why)) abort();
}

/* The connection of the server that an order is about; NULL: it has none. */
static const struct tcb *chosen(const struct lab *lab, uint8_t which) {
    const struct tcb *c = NULL;
    struct id at = object_next(lab, POOL_TCB, (struct id){0, 0});
    for (; id_is(at); at = object_next(lab, POOL_TCB, at)) {
        const struct tcb *candidate = tcb_get(lab, at);
        if (candidate->node == 2 && (c == NULL || which-- > 0)) c = candidate;
    }
    return c;
}

static uint32_t near_number(const uint32_t edges[4], uint8_t which, uint8_t off) {
    return edges[which & 3] + (uint32_t)((off & 0x3f) - 16) * ((off & 0x40) != 0 ? 700 : 1);
}

/* An ICMP error that quotes something near what the connection has sent. */
static void icmp(struct lab *lab, const struct tcb *c, const uint8_t *o) {
    const uint32_t ours[] = {c->snd.una, c->snd.nxt, c->iss, c->snd.una - 1};
    char line[LINE_ROOM_];
    snprintf(line, sizeof line,
             "forge icmp %u %u 10.0.0.9 10.0.0.2 mtu %u tcp 10.0.0.2:%u 10.0.0.1:%u seq %u",
             o[5] & 1 ? 3 : 11, o[6] & 7, o[7] * 6, c->local_port, c->remote_port,
             near_number(ours, o[3], o[4]));
    type(lab, 1, line);
}

static void segment(struct lab *lab, const uint8_t *o) {
    const struct tcb *c = chosen(lab, o[1] >> 5);
    if (c == NULL) return;
    if (o[2] == 0xff) {
        icmp(lab, c, o);
        return;
    }
    const uint32_t theirs[] = {c->rcv.nxt, c->rcv.nxt + c->rcv.wnd, c->irs, c->rcv.nxt - 1};
    const uint32_t ours[] = {c->snd.una, c->snd.nxt, c->iss, c->snd.una - c->snd.max_wnd};
    char line[LINE_ROOM_], flags[8] = "", options[96] = "";
    for (unsigned i = 0; i < 6; i++)
        if ((o[2] & 1u << i) != 0) flags[strlen(flags)] = ".SFRPU"[i];
    if (flags[0] == '\0') flags[0] = '.';
    if ((o[2] & 0x40) != 0) snprintf(options, sizeof options, " ts %u 1", c->ts_recent + o[7] - 3);
    if ((o[2] & 0xc0) == 0xc0)
        snprintf(options, sizeof options, " sack %u %u", c->snd.una + o[7] * 100,
                 c->snd.una + o[7] * 100 + o[6] * 50);
    else if ((o[2] & 0x80) != 0)
        snprintf(options, sizeof options, " mss %u wscale %u sackok", o[7] * 8, o[7] & 31);
    uint32_t port = c->state == TCP_LISTEN ? 4000 + (o[1] & 3) : c->remote_port;
    snprintf(line, sizeof line,
             "forge tcp %s 10.0.0.1:%u 10.0.0.2:%u seq %u ack %u win %u len %u up %u%s", flags,
             port, c->local_port, near_number(theirs, o[1], o[3]),
             near_number(ours, o[1] >> 2, o[4]), o[5] * 257, o[6] * 5, o[7] * 3, options);
    type(lab, 1, line);
}

static void order(struct lab *lab, const uint8_t *o) {
    char line[LINE_ROOM_];
    struct budget few = {1 + o[1] % 16, SIM_TIME_MAX / 2};
    switch (o[0] % 4) {
    case 0:
    case 1: segment(lab, o); break;
    case 2:
        snprintf(line, sizeof line, calls[o[1] % (sizeof calls / sizeof calls[0])], 3 + o[2] % 4,
                 80 + o[3] % 4);
        type(lab, 1 + (o[4] & 1), line);
        break;
    default: lab_step(lab, NULL, &few); break;
    }
    few.steps = 3; /* what an order sets off at once */
    few.until = lab_now(lab);
    lab_step(lab, NULL, &few);
    tcp_check_all(lab);
}

/* The server's profile, and switches of it that change what a segment does. */
static void choose(struct setup *setup, uint8_t profile, uint8_t switches) {
    static const char *const profiles[] = {
        "linux-6.12",   "linux-6.12-plain", "linux-6.1", "linux-4.9",
        "linux-2.6.32", "rfc9293",          "rfc793",    "bsd"};
    static const char *const on[8][2] = {
        {"net.ipv4.tcp_syncookies", "2"},    {"net.ipv4.tcp_fastopen", "3"},
        {"net.ipv4.tcp_ecn", "1"},           {"net.ipv4.tcp_congestion_control", "cubic"},
        {"net.ipv4.tcp_sack", "0"},          {"net.ipv4.tcp_abort_on_overflow", "1"},
        {"net.ipv4.tcp_shrink_window", "1"}, {"net.ipv4.tcp_rmem", "4096 4096 8192"}};
    setup->nodes[1].profile = profiles[profile % 8];
    for (size_t i = 0; i < 8; i++)
        if ((switches & 1u << i) != 0) setup_setting(setup, "server", on[i][0], on[i][1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct setup setup;
    struct complaint why;
    if (size < 2) return 0;
    two_hosts(&setup);
    choose(&setup, data[0], data[1]);
    setup.scenario.limits = (struct limits){.connections = 8,
                                            .sockets = 8,
                                            .processes = 8,
                                            .frames = 64,
                                            .buffer_octets = 32768,
                                            .neighbours = 16,
                                            .routes = 16,
                                            .faults = 4,
                                            .events = 128};
    setup_run(&setup, 0, "server", "nc -l -k 81 > /dev/null");
    setup_run(&setup, 0, "client", "nc 10.0.0.2 81 < 20000");
    size_t room = lab_size(&setup.scenario);
    void *lab = malloc(room);
    if (lab == NULL) abort();
    if (!lab_create(lab, room, &setup.scenario, &why)) { /* an old kernel without that switch */
        if (strstr(why.problem, "has no such setting") == NULL) abort();
        free(lab);
        return 0;
    }
    lab_step(lab, NULL, &(struct budget){.steps = 5});
    type(lab, 2, "socket tcp");
    type(lab, 2, "bind 3 10.0.0.2:80");
    type(lab, 2, "listen 3 2");
    for (size_t at = 2; at + ORDER <= size && at < ORDERS_MAX * ORDER; at += ORDER)
        order(lab, data + at);
    free(lab);
    return 0;
}
