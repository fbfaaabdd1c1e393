#include "apps/tftp.h"
/*
 * Two clients in one: `tftp`, which takes and says what tftp-hpa's does, and `atftp`, whose options
 * can ask for each of TFTP's. Neither has a prompt: what to fetch or to send stands in the line.
 */
#include "apps/shell.h"
#include "stack/iface.h"
#include "stack/ip/ip.h"
#include <string.h>

static const sim_time second_ns = 1000000000;

struct wish {
    const char *host, *remote, *local;
    uint64_t port, timeout_s;
    bool put, netascii, verbose, verb;
    uint32_t options;
    uint64_t value[TFTP_OPTION_COUNT];
};

/* ------------------------------------------------------------------------------- the end, told */

static void say(struct step *s, struct id process, const char *a, const char *b) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, a);
    text_add(&t, b);
    process_say(s, process, &t);
}

/* "Received 5000 bytes in 0.2 seconds [200000 bit/s]". */
void tftp_tell_done(struct step *s, const struct tftp_transfer *t) {
    char room[LINE_ROOM];
    struct text line = text_of(room, sizeof room);
    if (t->talk != TFTP_TALK_HPA || t->verbose == 0) return;
    uint64_t ms = (uint64_t)((s->now - t->began_at) / 1000000);
    text_add(&line, t->sends != 0 ? "Sent " : "Received ");
    text_u64(&line, t->octets);
    text_add(&line, " bytes in ");
    text_seconds(&line, s->now - t->began_at, 1);
    text_add(&line, " seconds [");
    text_u64(&line, t->octets * 8 * 1000 / (ms == 0 ? 1 : ms));
    text_add(&line, " bit/s]");
    process_say(s, t->process, &line);
}

void tftp_tell_error(struct step *s, const struct tftp_transfer *t, uint32_t code,
                     const char *text) {
    char room[LINE_ROOM];
    struct text line = text_of(room, sizeof room);
    if (t->talk == TFTP_TALK_HPA) {
        text_add(&line, "Error code ");
        text_u64(&line, code);
        text_add(&line, ": ");
        text_add(&line, text);
        process_say(s, t->process, &line);
    } else if (t->talk == TFTP_TALK_ATFTP) {
        text_add(&line, "tftp: error received from server <");
        text_add(&line, text);
        text_char(&line, '>');
        process_say(s, t->process, &line);
        process_print(s, t->process, "tftp: aborting");
    }
}

void tftp_tell_retry(struct step *s, const struct tftp_transfer *t) {
    if (t->talk == TFTP_TALK_ATFTP) process_print(s, t->process, "timeout: retrying ...");
}

void tftp_tell_timeout(struct step *s, const struct tftp_transfer *t) {
    if (t->talk == TFTP_TALK_HPA) process_print(s, t->process, "Transfer timed out.");
    if (t->talk == TFTP_TALK_ATFTP) process_print(s, t->process, "tftp: aborting");
}

/* ---------------------------------------------------------------------------------- beginning */

static bool open_file(struct step *s, const struct command *c, const struct wish *w,
                      struct tftp_transfer *t) {
    t->file = w->put ? file_named(s->lab, c->node, w->local)
                     : (file_name_is_right(w->local)
                            ? file_open_to_write(s, c->node, w->local, FILE_MODE_USUAL)
                            : (struct id){0, 0});
    if (id_is(t->file)) {
        if (!w->put) file_enter(s, t->file, FILE_ARRIVING);
        return true;
    }
    char room[LINE_ROOM];
    struct text line = text_of(room, sizeof room);
    text_add(&line, "tftp: ");
    text_add(&line, w->local);
    text_add(&line, w->put ? ": No such file or directory" : ": Permission denied");
    process_say(s, c->process, &line);
    return false;
}

static void greet(struct step *s, struct id process, const struct wish *w,
                  const struct tftp_transfer *t) {
    char room[LINE_ROOM];
    struct text line = text_of(room, sizeof room);
    text_add(&line, "Connected to ");
    text_add(&line, w->host);
    text_add(&line, " (");
    text_ip4(&line, t->peer);
    text_add(&line, "), port ");
    text_u64(&line, t->server_port);
    process_say(s, process, &line);
    text_add(&line, w->put ? "putting " : "getting from ");
    text_add(&line, w->put ? w->local : w->host);
    text_add(&line, w->put ? " to " : ":");
    text_add(&line, w->put ? w->host : w->remote);
    text_add(&line, w->put ? ":" : " to ");
    text_add(&line, w->put ? w->remote : w->local);
    text_add(&line, w->netascii ? " [netascii]" : " [octet]");
    process_say(s, process, &line);
}

static void ask_for(struct tftp_transfer *t, enum tftp_option option, uint64_t value) {
    t->options |= 1u << option;
    t->value[option] = value;
}

/* What the line asks for, and what the node's settings ask for beside it. */
static void choose_options(struct step *s, struct tftp_transfer *t, const struct wish *w) {
    const struct file *file = file_get(s->lab, t->file);
    int64_t blksize = setting_of(s->lab, t->node, SETTING_TFTP_BLKSIZE);
    int64_t windowsize = setting_of(s->lab, t->node, SETTING_TFTP_WINDOWSIZE);
    if (setting_of(s->lab, t->node, SETTING_TFTP_OPTIONS) == 0) return;
    if (blksize != TFTP_BLKSIZE_USUAL) ask_for(t, TFTP_BLKSIZE, (uint64_t)blksize);
    if (windowsize != 1) ask_for(t, TFTP_WINDOWSIZE, (uint64_t)windowsize);
    for (uint32_t i = 0; i < TFTP_OPTION_COUNT; i++)
        if ((w->options >> i & 1) != 0) ask_for(t, (enum tftp_option)i, w->value[i]);
    if (t->value[TFTP_WINDOWSIZE] > TFTP_WINDOWSIZE_MOST)
        t->value[TFTP_WINDOWSIZE] = TFTP_WINDOWSIZE_MOST;
    if ((t->options >> TFTP_TSIZE & 1) != 0) /* T12: 0 asks, a WRQ tells */
        t->value[TFTP_TSIZE] = w->put ? file->size : 0;
}

static bool find_server(struct step *s, const struct command *c, const struct wish *w,
                        struct tftp_transfer *t) {
    if (!host_lookup(s->lab, w->host, &t->peer)) {
        process_print(s, c->process, "Error: Name or service not known");
        say(s, c->process, w->host, ": unknown host");
        return false;
    }
    if (ip_source_for(s->lab, c->node, t->peer) == 0) {
        process_print(s, c->process, "tftp: sendto: Network is unreachable");
        return false;
    }
    t->server_port = (uint32_t)w->port;
    t->socket = socket_create(s, c->node, SOCKET_UDP, c->process);
    if (id_is(t->socket)) socket_begun_at(s, t->socket, TFTP_PORT);
    /* Differs: others refuse to ask everybody; RFC 1123 4.2.3.5 is about who must not answer. */
    if (id_is(t->socket)) socket_option_set(s, t->socket, OPTION_SO_BROADCAST, 1);
    return id_is(t->socket) &&
           socket_bind(s, t->socket, (struct tcp_endpoint){0, 0}) == 0; /* T1: a port by chance */
}

static void begin(struct step *s, const struct command *c, const struct wish *w,
                  enum tftp_talk talk) {
    struct process *p = process_edit(s, c->process);
    struct tftp_transfer *t = tftp_create(s, c->node, c->process);
    if (t == NULL) {
        process_print(s, c->process, "tftp: Cannot allocate memory");
        process_return(s, c->process);
        return;
    }
    p->app = APP_TFTP;
    p->of.tftp.transfer = t->self;
    t->sends = w->put;
    t->netascii = w->netascii;
    t->talk = talk;
    t->verbose = w->verbose;
    copy_text(t->name, sizeof t->name, w->remote);
    if (strlen(w->remote) >= sizeof t->name) { /* another file would be asked for */
        process_print(s, c->process, "tftp: File name too long");
        process_return(s, c->process);
        return;
    }
    if (!find_server(s, c, w, t) || !open_file(s, c, w, t)) {
        process_return(s, c->process); /* which ends the transfer */
        return;
    }
    if (w->timeout_s != 0) t->timeout = (sim_time)w->timeout_s * second_ns;
    choose_options(s, t, w);
    if (talk == TFTP_TALK_HPA && w->verbose) greet(s, c->process, w, t);
    tftp_enter(s, t, TFTP_REQUESTED, "RFC 1350 4");
    tftp_request_out(s, t);
}

/* --------------------------------------------------------------------------------- the line */

static bool mode_named(const char *name, bool *netascii) {
    bool text = same_text(name, "netascii") || same_text(name, "ascii");
    *netascii = text;
    return text || same_text(name, "octet") || same_text(name, "binary") ||
           same_text(name, "image");
}

static char *unquoted(char *word) {
    size_t length = strlen(word);
    if (length > 0 && (word[length - 1] == '"' || word[length - 1] == '\'')) word[--length] = '\0';
    return word[0] == '"' || word[0] == '\'' ? word + 1 : word;
}

/* --option "blksize 1428". How many words that took; 0: it makes no sense. */
static size_t take_option(struct wish *w, char **words, size_t left) {
    if (left < 2) return 0;
    const char *name = unquoted(words[0]), *value = unquoted(words[1]);
    if (same_text(name, "mode")) return mode_named(value, &w->netascii) ? 2 : 0;
    for (uint32_t i = 0; i < TFTP_OPTION_COUNT; i++)
        if (tftp_same(name, tftp_option_name((enum tftp_option)i))) {
            w->options |= 1u << i;
            return parse_u64(value, &w->value[i]) ? 2 : 0;
        }
    return 0;
}

static const char *tail(const char *path) {
    const char *name = path;
    for (; *path != '\0'; path++)
        if (*path == '/' && path[1] != '\0') name = path + 1;
    return name;
}

/* get REMOTE [LOCAL], put LOCAL [REMOTE]; when the other name is not said, it is the last part. */
static bool take_verb(struct wish *w, char **words, size_t count) {
    w->put = count > 0 && same_text(words[0], "put");
    w->verb = count >= 2 && count <= 3 && (w->put || same_text(words[0], "get"));
    if (!w->verb) return false;
    const char *first = words[1], *second = count == 3 ? words[2] : tail(words[1]);
    w->remote = w->put ? second : first;
    w->local = w->put ? first : second;
    return true;
}

static bool take_host(struct wish *w, const char *word) {
    if (w->host == NULL) {
        w->host = word;
        return true;
    }
    return parse_u64(word, &w->port) && w->port >= 1 && w->port <= 65535;
}

static bool take_hpa(struct step *s, const struct command *c, struct wish *w) {
    for (size_t i = 1; i < c->count; i++) {
        char **at = &c->words[i];
        size_t left = c->count - i - 1;
        if (same_text(*at, "-c")) return w->host != NULL && take_verb(w, at + 1, left);
        if (same_text(*at, "-v"))
            w->verbose = true;
        else if (same_text(*at, "-m") && left > 0) {
            if (!mode_named(at[1], &w->netascii)) return false;
            if (w->verbose) say(s, c->process, "mode set to ", w->netascii ? "netascii" : "octet");
            i++;
        } else if (same_text(*at, "--option")) {
            size_t taken = take_option(w, at + 1, left);
            if (taken == 0) return false;
            i += taken;
        } else if (!same_text(*at, "-4") && !same_text(*at, "-l") &&
                   (**at == '-' || !take_host(w, *at)))
            return false;
    }
    return false;
}

void run_tftp(struct step *s, const struct command *c) {
    struct wish w = {.port = TFTP_PORT, .netascii = true};
    if (!take_hpa(s, c, &w))
        command_misused(s, c, "what to get or to put?");
    else
        begin(s, c, &w, TFTP_TALK_HPA);
}

static bool take_atftp_word(struct wish *w, char **at, size_t left, size_t *taken) {
    const char *word = *at, *value = left > 0 ? at[1] : NULL;
    *taken = 0;
    if (same_text(word, "-g") || same_text(word, "--get")) return w->verb = true;
    if (same_text(word, "-p") || same_text(word, "--put")) return w->put = w->verb = true;
    if (same_text(word, "--verbose")) return w->verbose = true;
    if (same_text(word, "--prevent-sas") || same_text(word, "--trace")) return true;
    if (word[0] != '-') return take_host(w, word);
    *taken = 1;
    if (same_text(word, "-l") || same_text(word, "--local-file")) return (w->local = value) != NULL;
    if (same_text(word, "-r") || same_text(word, "--remote-file"))
        return (w->remote = value) != NULL;
    if (same_text(word, "--tftp-timeout"))
        return value != NULL && parse_u64(value, &w->timeout_s) && w->timeout_s >= 1 &&
               w->timeout_s <= 255;
    if (!same_text(word, "--option")) return false;
    *taken = take_option(w, at + 1, left);
    return *taken != 0;
}

void run_atftp(struct step *s, const struct command *c) {
    struct wish w = {.port = TFTP_PORT};
    bool right = true;
    for (size_t i = 1; right && i < c->count; i++) {
        size_t taken;
        right = take_atftp_word(&w, &c->words[i], c->count - i - 1, &taken);
        i += taken;
    }
    if (w.remote == NULL && w.local != NULL) w.remote = tail(w.local);
    if (w.local == NULL && w.remote != NULL) w.local = tail(w.remote);
    if (!right || !w.verb || w.host == NULL || w.remote == NULL)
        command_misused(s, c, "what to get or to put?");
    else
        begin(s, c, &w, TFTP_TALK_ATFTP);
}
