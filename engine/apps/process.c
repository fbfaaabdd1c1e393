#include "apps/process.h"
/*
 * Processes as data: creation, the descriptor table (3 to 18, the lowest free one first, as
 * POSIX asks), output, the queue of typed lines, exit. Nothing here knows a program.
 */
#include "apps/apps.h"
#include "apps/daemons.h"
#include "apps/file.h"
#include "apps/listen.h"
#include "apps/shell.h"
#include "apps/tftp.h"
#include "apps/vtysh.h"
#include "sim/script.h"
#include <assert.h>
#include <string.h>

const struct object_kind process_kind = {.size = sizeof(struct process), .table = NO_TABLE};

bool apps_node_begin(struct step *s, uint32_t node, const struct scenario_node *from,
                     struct complaint *why) {
    return files_begin(s, node, from, why) && vtysh_node_begin(s, node, from, why);
}

const struct process *process_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_PROCESS, id);
}

struct process *process_edit(struct step *s, struct id id) {
    struct process *p = object_edit(s, POOL_PROCESS, id);
    assert(p != NULL);
    return p;
}

struct id process_first(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_process;
}

struct id process_create(struct step *s, uint32_t node, const char *name,
                         enum process_kind_of kind) {
    struct id id = object_create(s, POOL_PROCESS, node);
    if (!id_is(id)) return id;
    struct process *p = process_edit(s, id);
    struct node *n = node_at(s->lab, node);
    p->node = node;
    p->pid = ++n->processes_made;
    p->kind = kind;
    copy_text(p->name, sizeof p->name, name);
    p->next = n->first_process;
    n->first_process = id;
    return id;
}

struct id process_named(const struct lab *lab, uint32_t node, const char *name) {
    struct id id = process_first(lab, node);
    while (id_is(id) && (process_get(lab, id)->kind == PROCESS_OWN ||
                         !same_text(process_get(lab, id)->name, name)))
        id = process_get(lab, id)->next;
    return id;
}

struct id process_with_pid(const struct lab *lab, uint32_t node, uint64_t pid) {
    struct id id = process_first(lab, node);
    while (id_is(id) && process_get(lab, id)->pid != pid) id = process_get(lab, id)->next;
    return id;
}

static void close_program(struct step *s, struct id socket) {
    if (socket_get(s->lab, socket) != NULL) socket_close(s, socket);
}

/* The sockets that a program holds beside the descriptor table. */
static void end_program(struct step *s, struct id id) {
    struct process *p = process_edit(s, id);
    process_stop_timer(s, id);
    switch ((enum app)p->app) {
    case APP_PING: close_program(s, p->of.ping.socket); break;
    case APP_TRACEROUTE: close_program(s, p->of.traceroute.socket); break;
    case APP_NC:
        close_program(s, p->of.nc.socket);
        close_program(s, p->of.nc.listener);
        break;
    case APP_ARPING: listen_at(s, p->node, p->of.arping.interface, false); break;
    case APP_TCPDUMP: listen_at(s, p->node, p->of.tcpdump.interface, false); break;
    case APP_TFTP: tftp_destroy(s, p->of.tftp.transfer, "RFC 1350 7"); break;
    case APP_TFTP_SERVER: close_program(s, p->of.tftp_server.socket); break;
    case APP_RIPD:
    case APP_STATICD:
    case APP_OSPFD: daemon_ends(s, id); break;
    case APP_IDLE:
    case APP_SLEEP:
    case APP_FORGE:
    case APP_CALL: break;
    }
    p->app = APP_IDLE;
    memset(&p->of, 0, sizeof p->of);
}

void process_destroy(struct step *s, struct id id) {
    struct process *p = process_edit(s, id);
    end_program(s, id);
    for (uint32_t i = 0; i < FD_COUNT; i++) close_program(s, p->fd[i]);
    struct id *at = &node_at(s->lab, p->node)->first_process;
    while (!id_same(*at, id)) at = &process_edit(s, *at)->next;
    *at = p->next;
    uint32_t node = p->node, kind = p->kind;
    char name[PROCESS_NAME_ROOM];
    copy_text(name, sizeof name, p->name);
    object_destroy(s, POOL_PROCESS, id);
    if (kind == PROCESS_NAMED) script_returned(s, node, name);
}

void apps_node_crash(struct step *s, uint32_t node) {
    while (id_is(process_first(s->lab, node))) process_destroy(s, process_first(s->lab, node));
}

void apps_node_boot(struct step *s, uint32_t node) {
    daemons_boot(s, node);
}

static void take_queued(struct step *s, struct id id) {
    struct process *p = process_edit(s, id);
    char line[LINE_ROOM];
    if (p->queued == 0) return;
    size_t length = strlen(p->queue) + 1;
    copy_text(line, sizeof line, p->queue);
    memmove(p->queue, p->queue + length, p->queued - length);
    memset(p->queue + p->queued - length, 0, length);
    p->queued -= (uint32_t)length;
    shell_run(s, id, line);
}

void process_return(struct step *s, struct id id) {
    struct process *p = process_edit(s, id);
    if (p->kind == PROCESS_OWN) {
        process_destroy(s, id);
        return;
    }
    end_program(s, id);
    p->quiet = p->has_input = 0;
    p->input = 0;
    memset(p->line, 0, sizeof p->line);
    memset(p->piped, 0, sizeof p->piped);
    if (p->kind == PROCESS_NAMED)
        script_returned(s, p->node, p->name);
    else
        take_queued(s, id);
}

void process_wait_until(struct step *s, struct id id, sim_time at) {
    struct process *p = process_edit(s, id);
    timer_set(s, &p->timer, TIMER_PROCESS, p->node, id, at);
}

void process_stop_timer(struct step *s, struct id id) {
    timer_stop(s, &process_edit(s, id)->timer);
}

/* ------------------------------------------------------------------- output */

void process_print(struct step *s, struct id id, const char *text) {
    const struct process *p = process_get(s->lab, id);
    if (p->quiet != 0) return;
    for (;;) {
        size_t length = 0;
        while (text[length] != '\0' && text[length] != '\n') length++;
        trace_output(s, p->node, id, text, length);
        if (text[length] == '\0' || text[length + 1] == '\0') return;
        text += length + 1;
    }
}

void process_say(struct step *s, struct id id, struct text *t) {
    process_print(s, id, t->start);
    t->at = t->start;
    *t->at = '\0';
    t->cut = false;
}

/* "connect 3 10.0.0.2:80" fails as "connect: Connection refused (ECONNREFUSED)". */
void process_returned(struct step *s, struct id id, const char *call, int64_t value) {
    const struct process *p = process_get(s->lab, id);
    trace_call(s, p->node, id, call, value);
    if (value >= 0) return;
    char room[128];
    struct text t = text_of(room, sizeof room);
    size_t verb = 0;
    while (call[verb] != '\0' && call[verb] != ' ') verb++;
    text_span(&t, call, verb);
    text_add(&t, ": ");
    text_add(&t, linux_error_text((int)-value));
    text_add(&t, " (");
    text_add(&t, linux_error_name((int)-value));
    text_add(&t, ")");
    process_say(s, id, &t);
}

/* ------------------------------------------------------------------- descriptors */

uint32_t fd_open(struct step *s, struct id process, struct id socket) {
    struct process *p = process_edit(s, process);
    for (uint32_t i = 0; i < FD_COUNT; i++)
        if (!id_is(p->fd[i])) {
            p->fd[i] = socket;
            p->fd_sent[i] = 0;
            return FD_FIRST + i;
        }
    return 0;
}

struct id fd_socket(const struct lab *lab, struct id process, uint64_t fd) {
    if (fd < FD_FIRST || fd >= FD_FIRST + FD_COUNT) return (struct id){0, 0};
    return process_get(lab, process)->fd[fd - FD_FIRST];
}

enum { LINE = 16, WORD = 8, DIGITS = 7, LINES = 16, BLOCK = LINES * LINE };
/* A line as one value; compilers keep it in a register of 128 bits where there are such. */
typedef uint64_t line_octets __attribute__((vector_size(LINE)));

static uint64_t word_of(const uint8_t octets[WORD]) {
    uint64_t word;
    memcpy(&word, octets, WORD);
    return word;
}

/* The line at `offset` without the digit that counts the lines of a block: "netstep 0000a_0", the
 * last seven digits of the offset. Octets that were just stored one by one make a wide load wait,
 * so the digits are put together in a register. */
static line_octets pattern_line(uint64_t offset) {
    static const uint8_t name[WORD] = {'n', 'e', 't', 's', 't', 'e', 'p', ' '};
    static const uint8_t end[WORD] = {[DIGITS - 1] = '0', [DIGITS] = '\n'};
    static const uint8_t places[DIGITS - 2][WORD] = {
        {0xff}, {[1] = 0xff}, {[2] = 0xff}, {[3] = 0xff}, {[4] = 0xff}};
    uint64_t digits = word_of(end);
    for (int place = 0; place < DIGITS - 2; place++) {
        uint8_t digit = (uint8_t) "0123456789abcdef"[offset >> 4 * (DIGITS - 1 - place) & 0xf];
        digits |= digit * 0x0101010101010101u & word_of(places[place]);
    }
    return (line_octets){word_of(name), digits};
}

/* Lines FROM to TO of the block at `offset`. Every octet that a process sends comes from here, so
 * lines are made as wholes. */
static uint8_t *pattern_lines(uint8_t *out, uint64_t offset, size_t from, size_t to) {
#define COUNT(digit)                                                                               \
    { [WORD + DIGITS - 2] = digit }
    static const uint8_t counts[LINES][LINE] = {
        COUNT('0'), COUNT('1'), COUNT('2'), COUNT('3'), COUNT('4'), COUNT('5'),
        COUNT('6'), COUNT('7'), COUNT('8'), COUNT('9'), COUNT('a'), COUNT('b'),
        COUNT('c'), COUNT('d'), COUNT('e'), COUNT('f'),
    };
    line_octets common = pattern_line(offset);
    for (size_t line = from; line < to; line++, out += LINE) {
        line_octets whole;
        memcpy(&whole, counts[line], LINE);
        whole |= common;
        memcpy(out, &whole, LINE);
    }
    return out;
}

/* Part of one line. */
static void pattern_part(uint8_t *out, uint64_t offset, size_t count) {
    uint8_t line[LINE];
    size_t place = offset % LINE, number = offset % BLOCK / LINE;
    pattern_lines(line, offset, number, number + 1);
    memcpy(out, line + place, count);
}

void pattern_fill(uint8_t *out, uint64_t offset, size_t count) {
    size_t head = (LINE - offset % LINE) % LINE;
    if (head > count) head = count;
    if (head > 0) pattern_part(out, offset, head);
    out += head;
    offset += head;
    count -= head;
    while (count >= LINE) {
        size_t from = offset % BLOCK / LINE, lines = count / LINE;
        size_t to = lines < LINES - from ? from + lines : LINES;
        out = pattern_lines(out, offset, from, to);
        offset += (to - from) * LINE;
        count -= (to - from) * LINE;
    }
    if (count > 0) pattern_part(out, offset, count);
}
