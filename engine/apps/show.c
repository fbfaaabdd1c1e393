#include "apps/shell.h"
/*
 * What a node knows, as Linux's tools print it: ss (iproute2), netstat -tan, sysctl, nstat.
 */
#include "apps/show_tcp.h"
#include "stack/iface.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

/* ------------------------------------------------------------------- ss and netstat */

static const char *const ss_states[TCP_STATE_COUNT] = {
    [TCP_CLOSED] = "UNCONN",         [TCP_LISTEN] = "LISTEN",
    [TCP_SYN_SENT] = "SYN-SENT",     [TCP_SYN_RECEIVED] = "SYN-RECV",
    [TCP_ESTABLISHED] = "ESTAB",     [TCP_FIN_WAIT_1] = "FIN-WAIT-1",
    [TCP_FIN_WAIT_2] = "FIN-WAIT-2", [TCP_CLOSE_WAIT] = "CLOSE-WAIT",
    [TCP_CLOSING] = "CLOSING",       [TCP_LAST_ACK] = "LAST-ACK",
    [TCP_TIME_WAIT] = "TIME-WAIT"};
static const char *const netstat_states[TCP_STATE_COUNT] = {[TCP_CLOSED] = "CLOSE",
                                                            [TCP_LISTEN] = "LISTEN",
                                                            [TCP_SYN_SENT] = "SYN_SENT",
                                                            [TCP_SYN_RECEIVED] = "SYN_RECV",
                                                            [TCP_ESTABLISHED] = "ESTABLISHED",
                                                            [TCP_FIN_WAIT_1] = "FIN_WAIT1",
                                                            [TCP_FIN_WAIT_2] = "FIN_WAIT2",
                                                            [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
                                                            [TCP_CLOSING] = "CLOSING",
                                                            [TCP_LAST_ACK] = "LAST_ACK",
                                                            [TCP_TIME_WAIT] = "TIME_WAIT"};

struct shown {
    bool tcp, udp, all, listening, netstat, details;
};
struct line {
    const char *protocol, *state;
    uint64_t receive_queue, send_queue;
    struct tcp_endpoint local, remote;
};

static void say_line(struct step *s, struct id process, const struct shown *shown,
                     const struct line *l) {
    char room[LINE_ROOM], local[32], remote[32];
    struct text t = text_of(room, sizeof room), a = text_of(local, sizeof local),
                b = text_of(remote, sizeof remote);
    text_endpoint(&a, l->local);
    text_endpoint(&b, l->remote);
    if (shown->netstat) {
        text_column(&t, l->protocol, 5);
        text_padded(&t, l->receive_queue, 7, ' ');
        text_padded(&t, l->send_queue, 7, ' ');
        text_char(&t, ' ');
        text_column(&t, local, 24);
        text_column(&t, remote, 24);
        text_add(&t, l->state);
    } else {
        if (shown->tcp && shown->udp) text_column(&t, l->protocol, 6);
        text_column(&t, l->state, 11);
        text_padded(&t, l->receive_queue, 6, ' ');
        text_padded(&t, l->send_queue, 7, ' ');
        text_char(&t, ' ');
        text_column(&t, local, 24);
        text_add(&t, remote);
    }
    process_say(s, process, &t);
}

static void say_heading(struct step *s, struct id process, const struct shown *shown) {
    if (shown->netstat) {
        process_print(s, process,
                      shown->all         ? "Active Internet connections (servers and established)"
                      : shown->listening ? "Active Internet connections (only servers)"
                                         : "Active Internet connections (w/o servers)");
        process_print(s, process,
                      "Proto Recv-Q Send-Q Local Address           Foreign Address"
                      "         State");
    } else {
        process_print(
            s, process,
            shown->tcp && shown->udp
                ? "Netid State      Recv-Q Send-Q Local Address:Port      Peer Address:Port"
                : "State      Recv-Q Send-Q Local Address:Port      Peer Address:Port");
    }
}

static bool wanted(const struct shown *shown, bool listens) {
    return shown->all || shown->listening == listens;
}

static void say_details(struct step *s, struct id process, struct id connection) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    struct tcp_details d;
    if (!tcp_details(s->lab, connection, &d)) return;
    text_tcp_details(&t, &d);
    process_say(s, process, &t);
}

/* Nobody reads fifty thousand lines: behind the first ones the others are counted by state. */
enum { TCP_LINES_MOST = 500 };

static void say_rest(struct step *s, struct id process, const char *const *names,
                     const uint32_t more[TCP_STATE_COUNT]) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    const char *before = "and more: ";
    for (uint32_t state = 0; state < TCP_STATE_COUNT; state++) {
        if (more[state] == 0) continue;
        text_add(&t, before);
        text_u64(&t, more[state]);
        text_char(&t, ' ');
        text_add(&t, names[state]);
        before = ", ";
    }
    if (text_length(&t) > 0) process_say(s, process, &t);
}

static void say_tcp(struct step *s, const struct command *c, const struct shown *shown) {
    const char *const *names = shown->netstat ? netstat_states : ss_states;
    uint32_t lines = 0, more[TCP_STATE_COUNT] = {0};
    for (struct id id = object_next(s->lab, POOL_TCB, (struct id){0, 0}); id_is(id);
         id = object_next(s->lab, POOL_TCB, id)) {
        struct tcp_view v;
        if (!tcp_view(s->lab, id, &v) || v.node != c->node || v.state == TCP_CLOSED ||
            !wanted(shown, v.state == TCP_LISTEN))
            continue;
        if (lines++ >= TCP_LINES_MOST) {
            more[v.state]++;
            continue;
        }
        struct line l = {"tcp", names[v.state], v.receive_queue, v.send_queue, v.local, v.remote};
        if (shown->netstat && v.state == TCP_LISTEN)
            l.send_queue = 0; /* net-tools does not show the backlog */
        say_line(s, c->process, shown, &l);
        if (shown->details) say_details(s, c->process, id);
    }
    say_rest(s, c->process, names, more);
}

static void say_udp(struct step *s, const struct command *c, const struct shown *shown) {
    for (struct id id = socket_first(s->lab, c->node); id_is(id);
         id = socket_get(s->lab, id)->next) {
        const struct socket *socket = socket_get(s->lab, id);
        bool connected = socket->remote_port != 0;
        if (socket->type != SOCKET_UDP || socket->bound == 0 || !wanted(shown, !connected))
            continue;
        struct line l = {"udp",
                         shown->netstat ? (connected ? "ESTABLISHED" : "")
                                        : (connected ? "ESTAB" : "UNCONN"),
                         socket->queued,
                         0,
                         {socket->local, socket->local_port},
                         {socket->remote, socket->remote_port}};
        say_line(s, c->process, shown, &l);
    }
}

static void show_sockets(struct step *s, const struct command *c, bool netstat) {
    struct shown shown = {.netstat = netstat};
    for (size_t i = 1; i < c->count; i++)
        for (const char *o = c->words[i]; *o != '\0'; o++) {
            if (*o == 't')
                shown.tcp = true;
            else if (*o == 'u')
                shown.udp = true;
            else if (*o == 'a')
                shown.all = true;
            else if (*o == 'l')
                shown.listening = true;
            else if (*o == 'i' && !netstat)
                shown.details = true;
            else if (*o != '-' && *o != 'n' && *o != 'p' && *o != '4') {
                command_misused(s, c, "invalid option");
                return;
            }
        }
    if (!shown.tcp && !shown.udp) shown.tcp = shown.udp = true;
    say_heading(s, c->process, &shown);
    if (shown.udp) say_udp(s, c, &shown);
    if (shown.tcp) say_tcp(s, c, &shown);
    process_return(s, c->process);
}

void run_ss(struct step *s, const struct command *c) {
    show_sockets(s, c, false);
}

void run_netstat(struct step *s, const struct command *c) {
    show_sockets(s, c, true);
}

/* ------------------------------------------------------------------- sysctl */

static void say_setting(struct step *s, const struct command *c, const char *name) {
    char room[LINE_ROOM], value[96];
    struct text t = text_of(room, sizeof room);
    if (setting_text(s->lab, c->node, name, value, sizeof value)) {
        text_add(&t, name);
        text_add(&t, " = ");
        text_add(&t, value);
    } else { /* procps: the path under /proc/sys has slashes for dots */
        text_add(&t, "sysctl: cannot stat /proc/sys/");
        for (; *name != '\0'; name++) text_char(&t, *name == '.' ? '/' : *name);
        text_add(&t, ": No such file or directory");
    }
    process_say(s, c->process, &t);
}

static void set_setting(struct step *s, const struct command *c, char *name, char *value) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    struct complaint why;
    if (!setting_text(s->lab, c->node, name, room, sizeof room)) {
        say_setting(s, c, name);
        return;
    }
    if (setting_set(s, c->node, name, value, &why)) {
        say_setting(s, c, name);
        return;
    }
    text_add(&t, "sysctl: setting key \"");
    text_add(&t, name);
    text_add(&t, "\": Invalid argument (");
    text_add(&t, why.problem);
    text_add(&t, ")");
    process_say(s, c->process, &t);
}

/* "NAME=VALUE", and what follows in further words, as the shell's quotes would keep it together:
 * net.ipv4.tcp_rmem="4096 131072 6291456". */
static void assign(struct step *s, const struct command *c, size_t first, size_t end) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    for (size_t i = first; i < end; i++) {
        if (i > first) text_char(&t, ' ');
        for (const char *o = c->words[i]; *o != '\0'; o++)
            if (*o != '"' && *o != '\'') text_char(&t, *o);
    }
    char *equals = room;
    while (*equals != '\0' && *equals != '=') equals++;
    if (*equals == '\0') {
        process_print(s, c->process, "sysctl: must be of the form name=value");
        return;
    }
    char *value = equals + 1;
    while (equals > room && equals[-1] == ' ') equals--;
    *equals = '\0';
    set_setting(s, c, room, value);
}

static bool holds(const char *word, char letter) {
    while (*word != '\0' && *word != letter) word++;
    return *word != '\0';
}

/* One assignment after the other: each begins with a word that has a "=". */
static void assign_each(struct step *s, const struct command *c, size_t first) {
    size_t from = first;
    bool assigned = false; /* there is a "=" among the words from `from` on */
    for (size_t i = first; i < c->count; i++) {
        if (!holds(c->words[i], '=')) continue;
        if (assigned && c->words[i][0] != '=') {
            assign(s, c, from, i);
            from = i;
        }
        assigned = true;
    }
    assign(s, c, from, c->count);
}

void run_sysctl(struct step *s, const struct command *c) {
    if (c->count < 2) {
        command_misused(s, c, "no variables specified");
        return;
    }
    if (same_text(c->words[1], "-a")) {
        char value[96];
        for (uint32_t i = 0; setting_name(i) != NULL; i++)
            if (setting_text(s->lab, c->node, setting_name(i), value, sizeof value))
                say_setting(s, c, setting_name(i));
    } else if (same_text(c->words[1], "-w") || holds(c->words[1], '=')) {
        assign_each(s, c, same_text(c->words[1], "-w") ? 2 : 1);
    } else {
        for (size_t i = 1; i < c->count; i++) say_setting(s, c, c->words[i]);
    }
    process_return(s, c->process);
}

/* ------------------------------------------------------------------- nstat */

/* iproute2's nstat -az shows the counters since the start; those that are 0 only with -z. */
void run_nstat(struct step *s, const struct command *c) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    bool zeroes = c->count > 1 && holds(c->words[1], 'z');
    process_print(s, c->process, "#kernel");
    for (uint32_t i = 0; mib_name(i) != NULL; i++) {
        uint64_t value = mib_value(s->lab, c->node, i);
        if (value == 0 && !zeroes) continue;
        text_column(&t, mib_name(i), 32);
        text_u64(&t, value);
        process_say(s, c->process, &t);
    }
    process_return(s, c->process);
}
