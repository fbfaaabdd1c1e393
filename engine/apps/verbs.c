#include "apps/shell.h"
/*
 * The socket calls, one line each, for lessons that need the exact call: socket, bind, listen,
 * accept, connect, send, recv, shutdown, close and sleep; options are sockopt.c's. Each returns
 * when the call would on Linux; its result is traced, and printed where it is a number that the
 * user needs.
 */
#include "stack/iface.h"
#include "stack/socket_raw.h"
#include <assert.h>
#include <string.h>

enum {
    CALL_CONNECT = 1,
    CALL_ACCEPT,
    CALL_SEND,
    CALL_RECV,
    CALL_CLOSE,
    PIECE = 16384,
    DATAGRAM_MOST = 65507, /* one call, one datagram: it is never cut */
    SHOWN_MAX = 64
};

/* The call as strace would name it: the line without what redirects it. */
void call_returned(struct step *s, struct id process, int64_t value) {
    process_returned(s, process, process_get(s->lab, process)->line, value);
    process_return(s, process);
}

static void print_number(struct step *s, struct id process, int64_t value) {
    char room[24];
    struct text t = text_of(room, sizeof room);
    text_i64(&t, value);
    process_say(s, process, &t);
}

/* The socket that the line's first argument names; {0,0} after it was answered by EBADF. */
struct id command_socket(struct step *s, const struct command *c, size_t words) {
    uint64_t fd;
    if (c->count < words || !parse_u64(c->words[1], &fd)) {
        command_misused(s, c, "wrong arguments");
        return (struct id){0, 0};
    }
    struct id socket = fd_socket(s->lab, c->process, fd);
    if (!id_is(socket)) call_returned(s, c->process, -LINUX_EBADF);
    return socket;
}

void run_socket(struct step *s, const struct command *c) {
    uint64_t protocol = 0;
    const char *word = c->count > 1 ? c->words[1] : "";
    bool tcp = same_text(word, "tcp");
    bool raw = c->count > 2 && same_text(word, "raw") && parse_u64(c->words[2], &protocol);
    if (!tcp && !raw && !same_text(word, "udp")) {
        command_misused(s, c, "tcp, udp or raw PROTOCOL?");
        return;
    }
    struct id socket = socket_create(s, c->node,
                                     tcp   ? SOCKET_TCP
                                     : raw ? SOCKET_RAW
                                           : SOCKET_UDP,
                                     c->process);
    int refused = raw && id_is(socket) ? socket_raw_open(s, socket, protocol) : 0;
    if (refused != 0) {
        socket_close(s, socket);
        call_returned(s, c->process, refused);
        return;
    }
    uint32_t fd = id_is(socket) ? fd_open(s, c->process, socket) : 0;
    if (!id_is(socket) || fd == 0) {
        if (id_is(socket)) socket_close(s, socket);
        call_returned(s, c->process, fd == 0 && id_is(socket) ? -LINUX_EMFILE : -LINUX_ENOMEM);
        return;
    }
    print_number(s, c->process, fd);
    call_returned(s, c->process, fd);
}

void run_bind(struct step *s, const struct command *c) {
    struct tcp_endpoint local;
    struct id socket = command_socket(s, c, 3);
    if (!id_is(socket)) return;
    if (parse_endpoint(s->lab, c->words[2], &local))
        call_returned(s, c->process, socket_bind(s, socket, local));
    else
        command_misused(s, c, "not an ADDRESS:PORT");
}

void run_listen(struct step *s, const struct command *c) {
    uint64_t backlog;
    struct id socket = command_socket(s, c, 3);
    if (!id_is(socket)) return;
    if (parse_u64(c->words[2], &backlog) && backlog <= INT32_MAX)
        call_returned(s, c->process, socket_listen(s, socket, (uint32_t)backlog));
    else
        command_misused(s, c, "the backlog is a number");
}

/* The call waits: it is tried again whenever a socket of the process has news. */
static void wait_in(struct step *s, const struct command *c, uint32_t kind, uint64_t count) {
    struct process *p = process_edit(s, c->process);
    uint64_t fd = 0;
    parse_u64(c->words[1], &fd);
    p->app = APP_CALL;
    p->of.call = (struct call_state){.kind = kind, .fd = (uint32_t)fd, .count = count};
    socket_give(s, fd_socket(s->lab, c->process, fd), c->process);
}

void run_connect(struct step *s, const struct command *c) {
    struct tcp_endpoint remote;
    struct id socket = command_socket(s, c, 3);
    if (!id_is(socket)) return;
    if (!parse_endpoint(s->lab, c->words[2], &remote)) {
        command_misused(s, c, "not a HOST:PORT");
        return;
    }
    int result = socket_connect(s, socket, remote);
    if (result == -LINUX_EINPROGRESS)
        wait_in(s, c, CALL_CONNECT, 0);
    else
        call_returned(s, c->process, result);
}

/* ------------------------------------------------------------------- accept */

static void accept_more(struct step *s, struct id process) {
    const struct process *p = process_get(s->lab, process);
    struct id accepted = {0, 0};
    struct tcp_endpoint local, remote;
    char room[64];
    struct text t = text_of(room, sizeof room);
    int result = socket_accept(s, fd_socket(s->lab, process, p->of.call.fd), process, &accepted);
    if (result == -LINUX_EAGAIN) return;
    uint32_t fd = result == 0 ? fd_open(s, process, accepted) : 0;
    if (result == 0 && fd == 0) {
        socket_close(s, accepted);
        result = -LINUX_EMFILE;
    }
    if (result == 0 && socket_names(s->lab, accepted, &local, &remote)) {
        text_u64(&t, fd);
        text_char(&t, ' ');
        text_endpoint(&t, remote);
        process_say(s, process, &t);
    }
    call_returned(s, process, result == 0 ? (int64_t)fd : result);
}

void run_accept(struct step *s, const struct command *c) {
    if (!id_is(command_socket(s, c, 2))) return;
    wait_in(s, c, CALL_ACCEPT, 0);
    accept_more(s, c->process);
}

/* ------------------------------------------------------------------- send and recv */

/* The text between the first and the last double quote of the line. */
static const char *quoted(const char *line, size_t *length) {
    const char *from = line;
    while (*from != '\0' && *from != '"') from++;
    const char *to = line + strlen(line);
    while (to > from && *to != '"') to--;
    if (to <= from) return NULL;
    *length = (size_t)(to - from) - 1;
    return from + 1;
}

/* How much one call of the socket may move: TCP's octets in pieces, a datagram as a whole. */
static size_t piece_most(const struct lab *lab, struct id socket) {
    return socket_get(lab, socket)->type == SOCKET_UDP ? DATAGRAM_MOST : PIECE;
}

/* What to offer the socket next: no more than it would take. */
static size_t piece_of(const struct lab *lab, const struct process *p, struct id socket,
                       uint8_t out[DATAGRAM_MOST]) {
    const struct call_state *call = &p->of.call;
    uint64_t left = call->count - call->done;
    size_t most = piece_most(lab, socket), length;
    size_t count = socket_send_room(lab, socket, left < most ? (size_t)left : most);
    if (call->text == 0) {
        pattern_fill(out, p->fd_sent[call->fd - FD_FIRST], count);
        return count;
    }
    const char *text = quoted(p->line, &length);
    memcpy(out, text + call->done, count);
    return count;
}

/* send(2) of a blocking socket: returns when every octet is taken, or what was taken before an
 * error. */
static void send_more(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    struct call_state *call = &p->of.call;
    struct id socket = fd_socket(s->lab, process, call->fd);
    uint8_t piece[DATAGRAM_MOST];
    int64_t result = 0;
    /* Fast Open: a call that blocks waits for the handshake all the same. */
    const unsigned over = SOCKET_CONNECTED | SOCKET_ERROR | SOCKET_GONE;
    if (call->opening != 0 && (socket_ready(s->lab, socket) & over) == 0) return;
    if (call->opening != 0 && (socket_ready(s->lab, socket) & SOCKET_ERROR) != 0) {
        call_returned(s, process, socket_send(s, socket, piece, 1));
        return;
    }
    call->opening = 0;
    if (call->count == 0) result = socket_send(s, socket, piece, 0);
    if (call->count > DATAGRAM_MOST && socket_get(s->lab, socket)->type == SOCKET_UDP)
        result = -LINUX_EMSGSIZE;
    while (call->done < call->count && result >= 0) {
        size_t count = piece_of(s->lab, p, socket, piece);
        /* Only the call's last octet is urgent, or pushed. */
        bool last = call->done + count == call->count;
        unsigned flags = last ? call->flags : call->flags & TCP_SEND_MORE;
        result = socket_send_with(s, socket, piece, count, flags);
        if (result > 0) {
            call->done += (uint64_t)result;
            p->fd_sent[call->fd - FD_FIRST] += call->text == 0 ? (uint64_t)result : 0;
        }
    }
    if (result == -LINUX_EAGAIN) return;
    int64_t value = call->done > 0 ? (int64_t)call->done : result;
    if (value >= 0) print_number(s, process, value);
    call_returned(s, process, value);
}

void run_send(struct step *s, const struct command *c) {
    uint64_t count = 0;
    size_t length = 0;
    unsigned flags = 0;
    bool text = quoted(process_get(s->lab, c->process)->line, &length) != NULL;
    struct id socket = command_socket(s, c, 3);
    if (!id_is(socket)) return;
    if (!text && !parse_u64(c->words[2], &count)) {
        command_misused(s, c, "a number of octets, or \"text\"?");
        return;
    }
    /* What follows the octets: the flags of send(2). */
    if (same_text(c->words[c->count - 1], "oob")) flags |= TCP_SEND_URGENT;
    if (same_text(c->words[c->count - 1], "more")) flags |= TCP_SEND_MORE;
    wait_in(s, c, CALL_SEND, text ? length : count);
    process_edit(s, c->process)->of.call.text = text;
    process_edit(s, c->process)->of.call.flags = flags;
    send_more(s, c->process);
}

/* sendto(2) with MSG_FASTOPEN on a TCP socket: what the SYN cannot carry follows it. */
void run_sendto(struct step *s, const struct command *c) {
    uint64_t count = 0;
    size_t length = 0;
    struct tcp_endpoint remote;
    bool text = quoted(process_get(s->lab, c->process)->line, &length) != NULL;
    struct id socket = command_socket(s, c, 4);
    if (!id_is(socket)) return;
    if (!parse_endpoint(s->lab, c->words[2], &remote)) {
        command_misused(s, c, "not a HOST:PORT");
        return;
    }
    if (!text && !parse_u64(c->words[3], &count)) {
        command_misused(s, c, "a number of octets, or \"text\"?");
        return;
    }
    wait_in(s, c, CALL_SEND, text ? length : count);
    struct process *p = process_edit(s, c->process);
    struct call_state *call = &p->of.call;
    uint8_t piece[DATAGRAM_MOST];
    call->text = text;
    size_t most = piece_most(s->lab, socket);
    size_t first = call->count < most ? (size_t)call->count : most;
    if (text)
        memcpy(piece, quoted(p->line, &length), first);
    else
        pattern_fill(piece, p->fd_sent[call->fd - FD_FIRST], first);
    int64_t result = socket_get(s->lab, socket)->type == SOCKET_TCP
                         ? socket_connect_with(s, socket, remote, piece, first)
                         : socket_send_to(s, socket, remote, piece, first);
    if (result < 0) {
        call_returned(s, c->process, result);
        return;
    }
    call->done = (uint64_t)result;
    call->opening = socket_get(s->lab, socket)->type == SOCKET_TCP;
    p->fd_sent[call->fd - FD_FIRST] += text ? 0 : call->done;
    send_more(s, c->process);
}

static bool printable(uint8_t c) {
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* 5 "hello": the count and, for short text, the octets as C writes them. */
static void print_received(struct step *s, struct id process, const uint8_t *octets, size_t count) {
    char room[SHOWN_MAX * 4 + 32];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, count);
    text_add(&t, count == 0 ? " (end of file)" : " \"");
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
        if (printable(octets[i]))
            text_char(&t, (char)octets[i]);
        else if (octets[i] == '\n')
            text_add(&t, "\\n");
        else {
            text_add(&t, "\\x");
            text_hex(&t, octets[i], 2);
        }
    }
    if (count > 0) text_add(&t, count > SHOWN_MAX ? "\"..." : "\"");
    process_say(s, process, &t);
}

/* recv(2): what is there, up to the count, and never nothing but at the end. */
static void recv_more(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    struct call_state *call = &p->of.call;
    struct id socket = fd_socket(s->lab, process, call->fd);
    uint8_t piece[DATAGRAM_MOST], first[SHOWN_MAX];
    int64_t result;
    size_t room, most = piece_most(s->lab, socket);
    do {
        uint64_t left = call->count - call->done;
        room = left < most ? (size_t)left : most;
        result = call->flags == 0 ? socket_receive(s, socket, piece, room, NULL)
                                  : socket_receive_with(s, socket, piece, room, call->flags);
        if (result > 0 && call->done == 0)
            memcpy(first, piece, (size_t)result < sizeof first ? (size_t)result : sizeof first);
        call->done += result > 0 ? (uint64_t)result : 0;
        /* Less than asked: all that there is, or an urgent mark that no call reads across. */
    } while (result == (int64_t)room && call->done < call->count && call->flags == 0 &&
             socket_get(s->lab, socket)->type == SOCKET_TCP);
    if (result == -LINUX_EAGAIN && call->done == 0) return;
    int64_t value = call->done > 0 ? (int64_t)call->done : result;
    if (value >= 0) print_received(s, process, first, (size_t)value);
    call_returned(s, process, value);
}

void run_recv(struct step *s, const struct command *c) {
    uint64_t count;
    struct id socket = command_socket(s, c, 3);
    if (!id_is(socket)) return;
    if (!parse_u64(c->words[2], &count)) {
        command_misused(s, c, "how many octets at most?");
        return;
    }
    const char *last = c->words[c->count - 1];
    if (same_text(last, "errqueue")) {
        recv_error(s, c->process, socket);
        return;
    }
    wait_in(s, c, CALL_RECV, count);
    if (same_text(last, "oob")) process_edit(s, c->process)->of.call.flags = RECEIVE_URGENT;
    if (same_text(last, "peek")) process_edit(s, c->process)->of.call.flags = RECEIVE_PEEK;
    recv_more(s, c->process);
}

/* ------------------------------------------------------------------- waiting */

static void close_now(struct step *s, struct id process, uint64_t fd) {
    struct id socket = fd_socket(s->lab, process, fd);
    process_edit(s, process)->fd[fd - FD_FIRST] = (struct id){0, 0};
    socket_close(s, socket);
}

/* close(2) with SO_LINGER: until the peer has it all, or the time is over. */
static void close_more(struct step *s, struct id process) {
    const struct process *p = process_get(s->lab, process);
    bool in_time = timer_pending(s->lab, p->timer, NULL);
    if (in_time && socket_lingers(s, fd_socket(s->lab, process, p->of.call.fd))) return;
    close_now(s, process, p->of.call.fd);
    call_returned(s, process, 0);
}

void call_resume(struct step *s, struct id process) {
    const struct call_state *call = &process_get(s->lab, process)->of.call;
    struct id socket = fd_socket(s->lab, process, call->fd);
    int result;
    assert(id_is(socket)); /* the process itself is in the call: nobody else closes it */
    switch (call->kind) {
    case CALL_ACCEPT: accept_more(s, process); return;
    case CALL_SEND: send_more(s, process); return;
    case CALL_RECV: recv_more(s, process); return;
    case CALL_CLOSE: close_more(s, process); return;
    default: break;
    }
    result = socket_connected(s, socket);
    if (result != -LINUX_EINPROGRESS) call_returned(s, process, result);
}

void call_interrupt(struct step *s, struct id process) {
    const struct call_state *call = &process_get(s->lab, process)->of.call;
    if (call->kind == CALL_CLOSE) close_now(s, process, call->fd); /* the descriptor is gone */
    call_returned(s, process, -LINUX_EINTR);
}

/* ------------------------------------------------------------------- the rest */

void run_shutdown(struct step *s, const struct command *c) {
    struct id socket = command_socket(s, c, 3);
    if (!id_is(socket)) return;
    bool both = same_text(c->words[2], "rdwr");
    bool reading = both || same_text(c->words[2], "rd"), writing = both;
    writing = writing || same_text(c->words[2], "wr") || same_text(c->words[2], "SHUT_WR");
    int result = reading ? socket_shutdown_read(s, socket) : 0;
    if (writing && result == 0) result = socket_shutdown_write(s, socket);
    if (reading || writing)
        call_returned(s, c->process, result);
    else
        command_misused(s, c, "rd, wr or rdwr?");
}

void run_close(struct step *s, const struct command *c) {
    uint64_t fd = 0;
    struct id socket = command_socket(s, c, 2);
    if (!id_is(socket)) return;
    parse_u64(c->words[1], &fd);
    if (socket_lingers(s, socket)) {
        enum { SECOND = 1000000000 };
        sim_time patience = (sim_time)socket_get(s->lab, socket)->linger_s * SECOND;
        wait_in(s, c, CALL_CLOSE, 0);
        process_wait_until(s, c->process, s->now + patience);
        return;
    }
    close_now(s, c->process, fd);
    call_returned(s, c->process, 0);
}

void run_sleep(struct step *s, const struct command *c) {
    int64_t ns = 0;
    uint64_t seconds = 0;
    bool good = c->count == 2;
    if (good && parse_u64(c->words[1], &seconds) && seconds < 10000000)
        ns = (int64_t)seconds * 1000000000;
    else
        good = good && parse_duration(c->words[1], &ns);
    if (!good) {
        command_misused(s, c, "how long?");
        return;
    }
    process_edit(s, c->process)->app = APP_SLEEP;
    process_wait_until(s, c->process, s->now + ns);
}
