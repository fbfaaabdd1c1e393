#include "apps/tftp.h"
/*
 * in.tftpd: waits at port 69 for requests, and gives each transfer a process and a port of its own
 * (RFC 1350 4: the server's TID), as the daemon of that name forks. Its words and its rules are
 * tftp-hpa's: only files that others may read or write (-p lifts that), new files only with -c,
 * nothing above the directory (-s). RFC 1123 4.2.3.4: that is its access control. T9.
 */
#include "apps/apps.h"
#include "apps/shell.h"
#include "stack/ip/ip.h"
#include <assert.h>
#include <string.h>

static struct tftp_server_state *state_of(struct step *s, struct id process) {
    return &process_edit(s, process)->of.tftp_server;
}

/* ------------------------------------------------------------------------------- a request */

struct asked {
    struct tftp_packet packet;
    struct tcp_endpoint from;
    ip4 to; /* where it was sent: the answers come from there */
};
struct refusal {
    enum tftp_error code;
    const char *message;
};

static bool refuse(struct refusal *why, enum tftp_error code, const char *message) {
    *why = (struct refusal){code, message};
    return false;
}

/* What the modes of the file let strangers do; with -p, its owner. */
static bool may(const struct tftp_server_state *server, uint32_t mode, uint32_t others) {
    return (mode & (server->permissive != 0 ? others << 6 : others)) != 0;
}

static bool path_of(const struct tftp_server_state *server, const char *name, char *path,
                    size_t room, struct refusal *why) {
    struct text t = text_of(path, room);
    while (*name == '/') name++;
    text_add(&t, server->root);
    text_add(&t, name);
    if (!t.cut && file_name_is_right(path)) return true;
    for (const char *at = name; *at != '\0'; at++)
        if (at[0] == '.' && at[1] == '.' && (at == name || at[-1] == '/') &&
            (at[2] == '/' || at[2] == '\0'))
            return refuse(why, TFTP_ACCESS_VIOLATION, "Reverse path not allowed");
    return refuse(why, TFTP_FILE_NOT_FOUND, "File not found");
}

static bool open_to_read(struct step *s, const struct tftp_server_state *server,
                         struct tftp_transfer *t, const char *path, struct refusal *why) {
    t->file = file_named(s->lab, t->node, path);
    if (!id_is(t->file)) return refuse(why, TFTP_FILE_NOT_FOUND, "File not found");
    if (!may(server, file_get(s->lab, t->file)->mode, FILE_OTHERS_READ))
        return refuse(why, TFTP_ACCESS_VIOLATION, "File must have global read permissions");
    return true;
}

static bool may_write(struct step *s, const struct tftp_server_state *server, struct id file,
                      struct refusal *why) {
    if (!id_is(file))
        return server->create != 0 || refuse(why, TFTP_FILE_NOT_FOUND, "File not found");
    if (may(server, file_get(s->lab, file)->mode, FILE_OTHERS_WRITE)) return true;
    /* With -c a file may be made, but that one is there already. */
    return server->create != 0
               ? refuse(why, TFTP_FILE_EXISTS, "File already exists")
               : refuse(why, TFTP_ACCESS_VIOLATION, "File must have global write permissions");
}

static bool take_mode(struct tftp_transfer *t, const char *mode, struct refusal *why) {
    t->netascii = tftp_same(mode, "netascii");
    /* RFC 1123 4.2.2.1: mail is not supported. */
    return t->netascii != 0 || tftp_same(mode, "octet") ||
           refuse(why, TFTP_ILLEGAL_OPERATION, "Unknown mode");
}

/* Everything that may be refused, in in.tftpd's order: the mode, the file, the options. A file is
 * made, or made empty, only when nothing was. */
static bool grant(struct step *s, const struct tftp_server_state *server, struct tftp_transfer *t,
                  const struct asked *a, struct refusal *why) {
    char path[FILE_NAME_ROOM + DIRECTORY_ROOM];
    if (!take_mode(t, a->packet.mode, why)) return false;
    if (!path_of(server, a->packet.name, path, sizeof path, why)) return false;
    if (t->sends != 0 && !open_to_read(s, server, t, path, why)) return false;
    if (t->sends == 0 && !may_write(s, server, file_named(s->lab, t->node, path), why))
        return false;
    uint64_t most = server->blksize_most != 0 ? server->blksize_most : TFTP_BLKSIZE_MOST;
    const char(*refused)[OPTION_NAME_ROOM] = (const char(*)[OPTION_NAME_ROOM])server->refused;
    if (!tftp_options_asked(s, t, a->packet.contents, most, refused, &why->code, &why->message))
        return false;
    if (t->sends != 0) return true;
    t->file = file_open_to_write(s, t->node, path, 0666);
    if (!id_is(t->file)) return refuse(why, TFTP_DISK_FULL, "Disk full or allocation exceeded");
    file_enter(s, t->file, FILE_ARRIVING);
    return true;
}

static void begin(struct step *s, struct tftp_transfer *t) {
    if (t->options != 0) {
        tftp_enter(s, t, TFTP_NEGOTIATING, "RFC 2347");
        tftp_oack_out(s, t);
    } else if (t->sends != 0) {
        tftp_send_begin(s, t);
    } else {
        tftp_receive_begin(s, t);
    }
}

/* ------------------------------------------------------------------------- a child for each */

/* The server's TID: a port of its own, of those of -R. tftp.server_tid well-known: port 69 itself,
 * against RFC 1350 4. */
static bool bind_child(struct step *s, const struct tftp_server_state *server, struct id socket,
                       const struct asked *a, bool well_known) {
    struct tcp_endpoint local = {a->to, 0};
    if (well_known) {
        local.port = TFTP_PORT;
        socket_option_set(s, socket, OPTION_SO_REUSEADDR, 1);
        return socket_bind(s, socket, local) == 0 && socket_connect(s, socket, a->from) == 0;
    }
    if (server->port_low == 0) return socket_bind(s, socket, local) == 0;
    for (local.port = server->port_low; local.port <= server->port_high; local.port++)
        if (socket_bind(s, socket, local) == 0) return true;
    return false;
}

static struct tftp_transfer *fork_child(struct step *s, struct id parent, const struct asked *a) {
    const struct process *p = process_get(s->lab, parent);
    bool well_known = setting_of(s->lab, p->node, SETTING_TFTP_SERVER_TID) != TFTP_TID_NEW;
    struct id id = process_create(s, p->node, "", PROCESS_OWN);
    if (!id_is(id)) return NULL;
    struct process *child = process_edit(s, id);
    struct tftp_transfer *t = tftp_create(s, p->node, id);
    struct id socket = socket_create(s, p->node, SOCKET_UDP, id);
    if (id_is(socket)) socket_begun_at(s, socket, TFTP_PORT);
    copy_text(child->line, sizeof child->line, p->line);
    child->app = APP_TFTP;
    if (t != NULL) {
        child->of.tftp.transfer = t->self;
        t->socket = socket;
    }
    if (t != NULL && id_is(socket) && bind_child(s, &p->of.tftp_server, socket, a, well_known)) {
        t->well_known = well_known;
        return t;
    }
    if (t == NULL && id_is(socket)) socket_close(s, socket);
    process_return(s, id);
    return NULL;
}

static void log_request(struct step *s, struct id process, const struct asked *a) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (state_of(s, process)->verbose == 0) return;
    text_add(&t, a->packet.opcode == TFTP_RRQ ? "in.tftpd: RRQ from " : "in.tftpd: WRQ from ");
    text_ip4(&t, a->from.address);
    text_add(&t, " filename ");
    text_add(&t, a->packet.name);
    process_say(s, process, &t);
}

static void serve(struct step *s, struct id process, const struct asked *a) {
    const struct tftp_server_state *server = state_of(s, process);
    struct refusal why = {TFTP_NOT_DEFINED, ""};
    struct tftp_transfer *t = fork_child(s, process, a);
    if (t == NULL) return; /* no room for one more: the client will ask again */
    t->server = 1;
    t->sends = a->packet.opcode == TFTP_RRQ;
    t->peer = a->from.address;
    t->peer_port = a->from.port;
    if (server->retransmission_ms != 0) t->timeout = (sim_time)server->retransmission_ms * 1000000;
    copy_text(t->name, sizeof t->name, a->packet.name);
    if (grant(s, server, t, a, &why)) {
        begin(s, t);
    } else {
        struct id child = t->process;
        tftp_error_out(s, t, a->from, why.code, why.message);
        tftp_destroy(s, t->self, "RFC 1350 7");
        process_return(s, child);
    }
}

/* False: it is none, or cannot be granted by anybody. What is no request is left without answer. */
static bool is_request(struct step *s, struct id process, struct asked *a, struct reader r) {
    enum parse_result result = tftp_parse(&a->packet, r);
    const struct process *p = process_get(s->lab, process);
    if (a->packet.opcode != TFTP_RRQ && a->packet.opcode != TFTP_WRQ) return false;
    /* RFC 1123 4.2.3.5: a request to a broadcast address is silently ignored. */
    if (ip_is_broadcast_or_multicast(s->lab, p->node, a->to)) {
        trace_rule(s, p->node, process, "RFC 1123 4.2.3.5",
                   "a request to a broadcast address is ignored", false);
        return false;
    }
    if (result != PARSE_OK) {
        a->packet.name = "";
        a->packet.mode = "";
        a->packet.contents = reader_of(NULL, 0);
    }
    return true;
}

void tftp_server_resume(struct step *s, struct id process) {
    uint8_t packet[TFTP_PACKET_MAX];
    for (;;) {
        struct asked a;
        struct id socket = state_of(s, process)->socket;
        a.to = socket_next_destination(s->lab, socket);
        int64_t count = socket_receive(s, socket, packet, sizeof packet, &a.from);
        if (count == -LINUX_EAGAIN) return;
        if (count < 0 || !is_request(s, process, &a, reader_of(packet, (size_t)count))) continue;
        log_request(s, process, &a);
        serve(s, process, &a);
    }
}

/* ----------------------------------------------------------------------------- the command */

static bool number(const char *word, uint64_t low, uint64_t high, uint32_t *out) {
    uint64_t value;
    if (word == NULL || !parse_u64(word, &value) || value < low || value > high) return false;
    *out = (uint32_t)value;
    return true;
}

static bool port_range(const char *word, struct tftp_server_state *server) {
    char low[8];
    size_t colon = 0;
    while (word != NULL && word[colon] != '\0' && word[colon] != ':') colon++;
    if (word == NULL || word[colon] == '\0' || colon >= sizeof low) return false;
    memcpy(low, word, colon);
    low[colon] = '\0';
    return number(low, 1, 65535, &server->port_low) &&
           number(word + colon + 1, server->port_low, 65535, &server->port_high);
}

static bool refuse_option(const char *word, struct tftp_server_state *server) {
    for (uint32_t i = 0; i < REFUSED_OPTIONS_MAX && word != NULL; i++)
        if (server->refused[i][0] == '\0') {
            copy_text(server->refused[i], OPTION_NAME_ROOM, word);
            return true;
        }
    return false;
}

static void take_root(const char *word, struct tftp_server_state *server) {
    struct text t = text_of(server->root, sizeof server->root - 1);
    while (*word == '/' || (*word == '.' && (word[1] == '\0' || word[1] == '/'))) word++;
    text_add(&t, word);
    while (t.at > t.start && t.at[-1] == '/') *--t.at = '\0';
    if (text_length(&t) > 0) text_char(&t, '/');
}

/* Options without a meaning here (-l, -L, -4, -6, -u, -a, -t) are understood and left alone. */
static bool take_option(struct tftp_server_state *server, const char *name, const char *value,
                        bool *used) {
    uint32_t us;
    *used = true;
    if (same_text(name, "-B") || same_text(name, "--blocksize"))
        return number(value, TFTP_BLKSIZE_LEAST, TFTP_BLKSIZE_MOST, &server->blksize_most);
    if (same_text(name, "-r") || same_text(name, "--refuse")) return refuse_option(value, server);
    if (same_text(name, "-R") || same_text(name, "--port-range")) return port_range(value, server);
    if (same_text(name, "-T") || same_text(name, "--retransmit")) {
        if (!number(value, 10000, 255000000, &us)) return false;
        server->retransmission_ms = us / 1000;
        return true;
    }
    if (same_text(name, "-a") || same_text(name, "--address") || same_text(name, "-u") ||
        same_text(name, "--user") || same_text(name, "-t") || same_text(name, "--timeout"))
        return value != NULL;
    *used = false;
    if (same_text(name, "--secure") || same_text(name, "--listen")) return true;
    if (same_text(name, "--create")) return server->create = 1, true;
    if (same_text(name, "--permissive")) return server->permissive = 1, true;
    for (const char *c = name + 1; *c != '\0'; c++) {
        if (*c == 'c') server->create = 1;
        if (*c == 'p') server->permissive = 1;
        if (*c == 'v') server->verbose = 1;
        bool known = false;
        for (const char *k = "cpvsLl46"; *k != '\0'; k++) known = known || *k == *c;
        if (!known) return false;
    }
    return name[1] != '\0';
}

static bool take_words(struct tftp_server_state *server, const struct command *c) {
    for (size_t i = 1; i < c->count; i++) {
        bool used;
        if (c->words[i][0] != '-') {
            take_root(c->words[i], server);
            continue;
        }
        const char *value = i + 1 < c->count ? c->words[i + 1] : NULL;
        if (!take_option(server, c->words[i], value, &used)) return false;
        if (used) i++;
    }
    return true;
}

void run_tftp_server(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    struct tftp_server_state server = {.create = 0};
    if (!take_words(&server, c)) {
        command_misused(s, c, "wrong options");
        return;
    }
    server.socket = socket_create(s, c->node, SOCKET_UDP, c->process);
    if (id_is(server.socket)) socket_option_set(s, server.socket, OPTION_SO_REUSEADDR, 1);
    if (!id_is(server.socket) ||
        socket_bind(s, server.socket, (struct tcp_endpoint){0, TFTP_PORT}) != 0) {
        if (id_is(server.socket)) socket_close(s, server.socket);
        process_print(s, c->process,
                      "in.tftpd: cannot bind to local IPv4 socket: Address already in use");
        process_return(s, c->process);
        return;
    }
    p->app = APP_TFTP_SERVER;
    p->of.tftp_server = server;
}
