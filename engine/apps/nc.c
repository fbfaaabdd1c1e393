#include "apps/shell.h"
/*
 * nc, after OpenBSD's: a TCP or UDP client (nc HOST PORT) or server (nc -l PORT). Its input is
 * what is typed while it runs ("^D" ends it), "< N" octets of the pattern, or "echo TEXT |".
 * With -N it shuts down its writing side at the end of its input. It ends when the peer has closed
 * and its own input is at its end; a server ends as soon as the peer has closed, or with -k takes
 * the next connection. Its listening socket stays open until then.
 * Differs: a failed connection is told without -v too, and of long output only the first octets
 * are shown.
 */
#include "stack/iface.h"
#include <assert.h>
#include <string.h>

enum { NC_CONNECTING = 1, NC_LISTENING, NC_OPEN };
enum { PIECE = 16384, UDP_PIECE = 1024, SHOWN_MAX = 512, BACKLOG = 1 };

static struct nc_state *state_of(struct step *s, struct id process) {
    return &process_edit(s, process)->of.nc;
}

/* ------------------------------------------------------------------- the line */

static bool take_option(struct nc_state *nc, char option) {
    switch (option) {
    case 'l': nc->listen = 1; return true;
    case 'k': nc->keep = 1; return true;
    case 'u': nc->udp = 1; return true;
    case 'v': nc->verbose = 1; return true;
    case 'z': nc->zero = 1; return true;
    case 'N': nc->shut_at_end = 1; return true;
    case 'd': nc->has_input = 1; return true; /* no input: it ends when the peer closes */
    case 'n': return true;                    /* names are looked up by nobody but the shell */
    default: return false;
    }
}

/* Options may stand in one word ("-lk"); -w and -p take the next word. */
static bool take_words(struct nc_state *nc, const struct command *c, const char *words[2],
                       size_t *count) {
    uint64_t seconds;
    for (size_t i = 1; i < c->count; i++) {
        const char *word = c->words[i];
        if (word[0] != '-' || word[1] == '\0') {
            if (*count == 2) return false;
            words[(*count)++] = word;
            continue;
        }
        for (word++; *word != '\0'; word++) {
            if (*word == 'w' || *word == 'p') {
                const char *value = word[1] != '\0'    ? word + 1
                                    : i + 1 < c->count ? c->words[++i]
                                                       : "";
                uint64_t most = *word == 'w' ? 100000 : 65535;
                if (!parse_u64(value, &seconds) || seconds > most) return false;
                if (*word == 'w')
                    nc->give_up = (sim_time)seconds * 1000000000;
                else
                    nc->port = (uint32_t)seconds;
                break;
            }
            if (!take_option(nc, *word)) return false;
        }
    }
    return *count >= 1;
}

static void say_and_return(struct step *s, struct id process, const char *what, int error) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "nc: ");
    text_add(&t, what);
    if (error != 0) {
        text_add(&t, ": ");
        text_add(&t, linux_error_text(-error));
    }
    process_say(s, process, &t);
    process_return(s, process);
}

static void connect_failed(struct step *s, struct id process, int error) {
    const struct nc_state *nc = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "connect to ");
    text_add(&t, nc->host);
    text_add(&t, " port ");
    text_u64(&t, nc->peer.port);
    text_add(&t, nc->udp != 0 ? " (udp) failed" : " (tcp) failed");
    say_and_return(s, process, room, error);
}

static void pump(struct step *s, struct id process);

static void opened(struct step *s, struct id process) {
    struct nc_state *nc = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    nc->state = NC_OPEN;
    process_stop_timer(s, process);
    if (nc->verbose != 0 && nc->listen == 0) {
        text_add(&t, "Connection to ");
        text_add(&t, nc->host);
        text_char(&t, ' ');
        text_u64(&t, nc->peer.port);
        text_add(&t, nc->udp != 0 ? " port [udp/*] succeeded!" : " port [tcp/*] succeeded!");
        process_say(s, process, &t);
    }
    if (nc->zero != 0)
        process_return(s, process);
    else
        pump(s, process);
}

static void start_client(struct step *s, const struct command *c, const char *host) {
    struct nc_state *nc = state_of(s, c->process);
    copy_text(nc->host, sizeof nc->host, host);
    if (!host_lookup(s->lab, host, &nc->peer.address)) {
        say_and_return(s, c->process, "getaddrinfo: Name or service not known", 0);
        return;
    }
    int result = 0;
    if (nc->port != 0) {
        socket_option_set(s, nc->socket, OPTION_SO_REUSEADDR, 1);
        result = socket_bind(s, nc->socket, (struct tcp_endpoint){0, nc->port});
    }
    if (result != 0) {
        say_and_return(s, c->process, "bind failed", result);
        return;
    }
    nc->peer_known = 1;
    result = socket_connect(s, nc->socket, nc->peer);
    nc->state = NC_CONNECTING;
    if (nc->give_up > 0 && result == -LINUX_EINPROGRESS)
        process_wait_until(s, c->process, s->now + nc->give_up);
    if (result == 0)
        opened(s, c->process);
    else if (result != -LINUX_EINPROGRESS)
        connect_failed(s, c->process, result);
}

static void start_server(struct step *s, const struct command *c, const char *host) {
    struct nc_state *nc = state_of(s, c->process);
    struct tcp_endpoint local = {0, nc->peer.port};
    if (host != NULL && !host_lookup(s->lab, host, &local.address)) {
        say_and_return(s, c->process, "getaddrinfo: Name or service not known", 0);
        return;
    }
    socket_option_set(s, nc->socket, OPTION_SO_REUSEADDR, 1);
    int result = socket_bind(s, nc->socket, local);
    if (result == 0 && nc->udp == 0) result = socket_listen(s, nc->socket, BACKLOG);
    if (result != 0) {
        say_and_return(s, c->process, "bind failed", result);
        return;
    }
    if (nc->udp != 0) {
        nc->state = NC_OPEN;
        return;
    }
    nc->listener = nc->socket;
    nc->socket = (struct id){0, 0};
    nc->state = NC_LISTENING;
    if (nc->verbose != 0) {
        char room[LINE_ROOM];
        struct text t = text_of(room, sizeof room);
        text_add(&t, "Listening on ");
        text_ip4(&t, local.address);
        text_char(&t, ' ');
        text_u64(&t, local.port);
        process_say(s, c->process, &t);
    }
}

void run_nc(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    struct nc_state *nc = &p->of.nc;
    const char *words[2] = {NULL, NULL};
    uint64_t port = 0;
    size_t count = 0;
    memset(nc, 0, sizeof *nc);
    nc->has_input = p->has_input;
    nc->input = p->input;
    if (!take_words(nc, c, words, &count) || (count == 1 && nc->listen == 0)) {
        command_misused(s, c, "which host and port?");
        return;
    }
    if (!parse_u64(words[count - 1], &port) || port < 1 || port > 65535) {
        char room[LINE_ROOM];
        struct text t = text_of(room, sizeof room);
        text_add(&t, "port number invalid: ");
        text_add(&t, words[count - 1]);
        say_and_return(s, c->process, room, 0);
        return;
    }
    copy_text(nc->text, sizeof nc->text, p->piped);
    nc->text_length = (uint32_t)strlen(nc->text);
    if (nc->text_length > 0) nc->input = nc->text_length;
    nc->peer.port = (uint32_t)port;
    nc->socket = socket_create(s, c->node, nc->udp != 0 ? SOCKET_UDP : SOCKET_TCP, c->process);
    if (!id_is(nc->socket)) {
        say_and_return(s, c->process, "socket", -LINUX_ENOMEM);
        return;
    }
    p->app = APP_NC;
    if (nc->listen != 0)
        start_server(s, c, count == 2 ? words[0] : NULL);
    else
        start_client(s, c, words[0]);
}

/* ------------------------------------------------------------------- output */

static void print_partial(struct step *s, struct id process) {
    struct nc_state *nc = state_of(s, process);
    char room[NC_TEXT_ROOM + 1];
    if (nc->partial_length == 0) return;
    memcpy(room, nc->partial, nc->partial_length);
    room[nc->partial_length] = '\0';
    nc->partial_length = 0;
    process_print(s, process, room);
}

/* Whole lines, and at most the first SHOWN_MAX octets of all. */
static void print_octets(struct step *s, struct id process, const uint8_t *octets, size_t count) {
    struct nc_state *nc = state_of(s, process);
    for (size_t i = 0; i < count; i++) {
        if (nc->shown >= SHOWN_MAX) {
            nc->cut = 1;
            return;
        }
        nc->shown++;
        if (octets[i] == '\n' && nc->partial_length == 0)
            process_print(s, process, "");
        else if (octets[i] == '\n')
            print_partial(s, process);
        else
            nc->partial[nc->partial_length++] =
                (char)(octets[i] >= ' ' && octets[i] < 0x7f ? octets[i] : '.');
        if (nc->partial_length == sizeof nc->partial) print_partial(s, process);
    }
}

static void print_rest(struct step *s, struct id process) {
    const struct nc_state *nc = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    print_partial(s, process);
    if (nc->cut == 0) return;
    text_add(&t, "[");
    text_u64(&t, nc->received);
    text_add(&t, " octets received, the first ");
    text_u64(&t, SHOWN_MAX);
    text_add(&t, " are shown]");
    process_say(s, process, &t);
}

/* ------------------------------------------------------------------- octets */

/* Not more than the socket takes: what it leaves would be made again for the next call. */
static size_t next_piece(const struct lab *lab, const struct nc_state *nc, uint8_t out[PIECE]) {
    uint64_t left = nc->input - nc->sent;
    size_t most = nc->udp != 0 ? UDP_PIECE : PIECE; /* a datagram must fit into a frame */
    size_t count = socket_send_room(lab, nc->socket, left < most ? (size_t)left : most);
    if (nc->text_length > 0)
        memcpy(out, nc->text + (nc->sent - nc->text_at), count);
    else
        pattern_fill(out, nc->sent, count);
    return count;
}

/* What the input holds, as far as the socket takes it. 0, or an error that ends nc. */
static int send_input(struct step *s, struct id process) {
    struct nc_state *nc = state_of(s, process);
    uint8_t piece[PIECE];
    if (nc->udp != 0 && nc->peer_known == 0) return 0; /* a server answers only whom it has heard */
    while (nc->sent < nc->input) {
        size_t count = next_piece(s->lab, nc, piece);
        int64_t taken = socket_send(s, nc->socket, piece, count);
        if (taken == -LINUX_EAGAIN) return 0;
        if (taken < 0) return (int)taken;
        nc->sent += (uint64_t)taken;
    }
    if (nc->has_input != 0 && nc->shut_at_end == 1 && nc->udp == 0) {
        nc->shut_at_end = 2; /* once */
        return socket_shutdown_write(s, nc->socket);
    }
    return 0;
}

/* 0, or an error that ends nc. */
static int receive_all(struct step *s, struct id process) {
    struct nc_state *nc = state_of(s, process);
    uint8_t piece[PIECE];
    struct tcp_endpoint from;
    for (;;) {
        int64_t count = socket_receive(s, nc->socket, piece, sizeof piece, &from);
        if (count == -LINUX_EAGAIN) return 0;
        if (count < 0) return (int)count;
        if (count == 0 && nc->udp == 0) {
            nc->closed = 1;
            return 0;
        }
        nc->received += (uint64_t)count;
        print_octets(s, process, piece, (size_t)count);
        if (nc->udp != 0) print_partial(s, process);
        /* OpenBSD's connects to its first peer; with -k it hears them all, and answers nobody. */
        if (nc->udp != 0 && nc->peer_known == 0 && nc->keep == 0) {
            nc->peer_known = 1;
            socket_connect(s, nc->socket, from);
        }
    }
}

static void connection_over(struct step *s, struct id process, int error) {
    struct nc_state *nc = state_of(s, process);
    print_rest(s, process);
    if (nc->listen == 0 || nc->keep == 0) {
        if (error != 0 && error != -LINUX_EPIPE)
            say_and_return(s, process, "read failed", error);
        else
            process_return(s, process);
        return;
    }
    socket_close(s, nc->socket);
    nc->socket = (struct id){0, 0};
    nc->state = NC_LISTENING;
    if (nc->has_input == 0 || nc->text_at > 0) nc->input = nc->text_length = 0; /* typed, gone */
    nc->sent = nc->received = nc->text_at = 0;
    nc->closed = nc->shown = nc->cut = 0;
    nc_resume(s, process);
}

static void pump(struct step *s, struct id process) {
    struct nc_state *nc = state_of(s, process);
    int error = 0;
    if (nc->closed == 0) error = receive_all(s, process);
    if (error == 0) error = send_input(s, process);
    bool input_over = nc->sent == nc->input && (nc->has_input != 0 || nc->listen != 0);
    if (error != 0 || (nc->closed != 0 && input_over)) connection_over(s, process, error);
}

/* Lines of a terminal, each with its end; what was sent makes room. With -k the next connection
 * gets what is typed from then on. */
bool nc_typed(struct step *s, struct id process, const char *line) {
    struct nc_state *nc = state_of(s, process);
    size_t length = strlen(line);
    if (nc->has_input != 0) return false;
    if (same_text(line, "^D")) {
        nc->has_input = 1;
        nc_resume(s, process);
        return true;
    }
    size_t sent = (size_t)(nc->sent - nc->text_at), kept = nc->text_length - sent;
    memmove(nc->text, nc->text + sent, kept);
    nc->text_at = nc->sent;
    nc->text_length = (uint32_t)kept;
    if (kept + length + 1 > sizeof nc->text) {
        process_print(s, process, "nc: too much is typed that was not sent yet");
        return true;
    }
    memcpy(nc->text + kept, line, length);
    nc->text[kept + length] = '\n';
    nc->text_length += (uint32_t)length + 1;
    nc->input = nc->sent + nc->text_length;
    if (nc->state == NC_OPEN) pump(s, process);
    return true;
}

static void accept_next(struct step *s, struct id process) {
    struct nc_state *nc = state_of(s, process);
    struct tcp_endpoint local, remote;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    int result = socket_accept(s, nc->listener, process, &nc->socket);
    if (result == -LINUX_EAGAIN) return;
    if (result != 0) {
        say_and_return(s, process, "accept", result);
        return;
    }
    if (nc->verbose != 0 && socket_names(s->lab, nc->socket, &local, &remote)) {
        const char *name = host_name_of(s->lab, remote.address);
        text_add(&t, "Connection received on ");
        if (name != NULL)
            text_add(&t, name);
        else
            text_ip4(&t, remote.address);
        text_char(&t, ' ');
        text_u64(&t, remote.port);
        process_say(s, process, &t);
    }
    opened(s, process);
}

static void poll_connect(struct step *s, struct id process) {
    struct nc_state *nc = state_of(s, process);
    int result = socket_connected(s, nc->socket);
    if (result == 0)
        opened(s, process);
    else if (result != -LINUX_EINPROGRESS)
        connect_failed(s, process, result);
    else if (nc->give_up > 0 && !timer_pending(s->lab, process_get(s->lab, process)->timer, NULL))
        connect_failed(s, process, -LINUX_ETIMEDOUT);
}

void nc_resume(struct step *s, struct id process) {
    switch (state_of(s, process)->state) {
    case NC_CONNECTING: poll_connect(s, process); break;
    case NC_LISTENING: accept_next(s, process); break;
    case NC_OPEN: pump(s, process); break;
    default: break;
    }
}
