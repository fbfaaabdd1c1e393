#include "apps/dump.h"
/*
 * tcpdump on a node: prints each frame that passes an interface, in either direction, as it passes,
 * until -c of them or ^C. What is printed is dump.c's, which frames dump_filter.c's. The line is
 * read again for each frame; the program's state is what it has counted and the connections that it
 * has seen.
 *
 * Differs: no file is written (-w: a session's captures are at hand without); nothing is ever
 * dropped; the time is the lab's own, from 0. Left out: the loopback, whose datagrams have no
 * frames here; -r, -D, -G and what else is about files.
 */
#include "apps/listen.h"
#include "sim/frame.h"
#include "stack/iface.h"
#include <string.h>

enum { SNAP_USUAL = 262144, TEXT_ROOM = 16384 };

struct orders {
    struct dump_look look;
    const char *device;
    uint64_t count, snap; /* count 0: without end */
    char expression[LINE_ROOM];
    const char *wrong, *value; /* what cannot be meant; NULL: nothing */
};

/* ------------------------------------------------------------------------------- the line */

static enum dump_time after_t(enum dump_time time) {
    static const enum dump_time next[] = {
        [DUMP_CLOCK] = DUMP_NO_TIME,      [DUMP_NO_TIME] = DUMP_SECONDS,
        [DUMP_SECONDS] = DUMP_SINCE_LAST, [DUMP_SINCE_LAST] = DUMP_DATE,
        [DUMP_DATE] = DUMP_SINCE_FIRST,   [DUMP_SINCE_FIRST] = DUMP_SINCE_FIRST};
    return next[time];
}

/* -x shows the octets behind the Ethernet header, -xx all of them. */
static void take_octets(struct dump_look *look, enum dump_octets how) {
    look->with_link = look->octets == how;
    look->octets = how;
}

static bool take_flag(struct dump_look *look, char option) {
    switch (option) {
    case 'n': look->numeric = 1; return true;
    case 'e': look->link = 1; return true;
    case 'v': look->verbose++; return true;
    case 'q': look->quick = 1; return true;
    case 'S': look->absolute = 1; return true;
    case 't': look->time = after_t(look->time); return true;
    case 'x': take_octets(look, DUMP_HEX); return true;
    case 'X': take_octets(look, DUMP_HEX_AND_TEXT); return true;
    case 'A': take_octets(look, DUMP_TEXT); return true;
    case 'l':
    case 'p':
    case 'U':
    case 'N':
    case 'K': return true; /* nothing to do here */
    default: return false;
    }
}

static void take_value(struct orders *o, char option, const char *word) {
    uint64_t number = 0;
    o->value = word;
    switch (option) {
    case 'i': o->device = word; return;
    case 'c':
        if (!parse_u64(word, &o->count) || o->count == 0)
            o->wrong = "tcpdump: invalid packet count ";
        return;
    case 's':
        if (!parse_u64(word, &number) || number > SNAP_USUAL)
            o->wrong = "tcpdump: invalid snaplen ";
        o->snap = number == 0 ? SNAP_USUAL : number;
        return;
    default: break;
    }
}

static bool take_options(struct orders *o, char *words[], size_t count, size_t *at) {
    const char *word = words[*at] + 1;
    for (; *word != '\0'; word++) {
        if (take_flag(&o->look, *word)) continue;
        if (*word != 'i' && *word != 'c' && *word != 's') {
            o->wrong = "tcpdump: invalid option -- ";
            o->value = word;
            return false;
        }
        const char *value = word[1] != '\0' ? word + 1 : *at + 1 < count ? words[++*at] : "";
        take_value(o, *word, value);
        return o->wrong == NULL;
    }
    return true;
}

/* The rest is the expression; the shell's quotes are taken off, and what is the shell's own. */
static void take_expression(struct orders *o, char *words[], size_t count, size_t from) {
    struct text t = text_of(o->expression, sizeof o->expression);
    bool quoted = false;
    for (size_t i = from; i < count; i++) {
        if (!quoted && (same_text(words[i], "&") || same_text(words[i], ">"))) break;
        if (i > from) text_char(&t, ' ');
        for (const char *c = words[i]; *c != '\0'; c++) {
            if (*c == '\'' || *c == '"')
                quoted = !quoted;
            else
                text_char(&t, *c);
        }
    }
}

static void read_orders(const struct lab *lab, char *words[], size_t count, struct orders *o) {
    size_t at = 1;
    *o = (struct orders){.snap = SNAP_USUAL, .look = {.lab = lab}};
    for (; at < count && words[at][0] == '-' && words[at][1] != '\0'; at++)
        if (!take_options(o, words, count, &at)) return;
    take_expression(o, words, count, at);
    if (count == WORDS_MAX) /* what lies behind them was not read */
        o->wrong = "tcpdump: the line has too many words";
    else if (dump_filter(lab, o->expression, NULL, 0) == DUMP_NOT_UNDERSTOOD)
        o->wrong = "tcpdump: can't parse filter expression: syntax error";
}

static void say(struct step *s, struct id process, const char *before, const char *name,
                const char *after) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, before);
    text_add(&t, name);
    text_add(&t, after);
    process_say(s, process, &t);
}

/* The first interface that is up is listened at when nobody says which; "any": at all. */
static bool choose(struct step *s, const struct command *c, const struct orders *o,
                   uint32_t *interface) {
    const struct node *n = node_view_at(s->lab, c->node);
    *interface = 0;
    if (o->device != NULL && same_text(o->device, "any")) return true;
    if (o->device != NULL) {
        *interface = iface_named(s->lab, c->node, o->device);
        if (*interface != 0) return true;
        say(s, c->process, "tcpdump: ", o->device, ": No such device exists");
        say(s, c->process, "(",
            same_text(o->device, "lo") ? "the loopback has no frames here"
                                       : "SIOCGIFHWADDR: No such device",
            ")");
        return false;
    }
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        if (iface_get(s->lab, i)->up) {
            *interface = i;
            return true;
        }
    process_print(s, c->process, "tcpdump: no suitable device found");
    return false;
}

static void print_header(struct step *s, struct id process, const struct orders *o,
                         uint32_t interface) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (o->look.verbose == 0)
        process_print(s, process,
                      "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode");
    text_add(&t, o->look.verbose == 0 ? "listening on " : "tcpdump: listening on ");
    text_add(&t, interface == 0 ? "any" : iface_get(s->lab, interface)->name);
    text_add(&t, interface == 0 ? ", link-type LINUX_SLL2 (Linux cooked v2), snapshot length "
                                : ", link-type EN10MB (Ethernet), snapshot length ");
    text_u64(&t, o->snap);
    text_add(&t, " bytes");
    process_say(s, process, &t);
}

void run_tcpdump(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    char room[LINE_ROOM], *words[WORDS_MAX];
    struct orders o;
    uint32_t interface;
    copy_text(room, sizeof room, p->line);
    size_t count = split_words(room, words, WORDS_MAX);
    read_orders(s->lab, words, count, &o);
    if (o.wrong != NULL) {
        say(s, c->process, o.wrong, o.value == NULL || o.expression[0] != '\0' ? "" : o.value, "");
        process_return(s, c->process);
        return;
    }
    if (!choose(s, c, &o, &interface)) {
        process_return(s, c->process);
        return;
    }
    p->app = APP_TCPDUMP;
    p->of.tcpdump = (struct tcpdump_state){.interface = interface};
    listen_at(s, p->node, interface, true);
    print_header(s, c->process, &o, interface);
}

/* ------------------------------------------------------------------------------- a frame */

/* The lines of one frame, each as an output of its own. */
static void print_frame(struct step *s, struct id process, const struct orders *o,
                        const char *device, bool outward, const uint8_t *octets, size_t length) {
    struct tcpdump_state *state = &process_edit(s, process)->of.tcpdump;
    char room[TEXT_ROOM];
    struct text t = text_of(room, sizeof room);
    size_t count = length < o->snap ? length : (size_t)o->snap, at = 0;
    if (state->captured == 0) state->first_at = state->last_at = s->now;
    dump_time(&t, o->look.time, s->now, state->first_at, state->last_at);
    state->last_at = s->now;
    if (device != NULL) {
        text_column(&t, device, 5);
        text_add(&t, outward                  ? " Out "
                     : (octets[0] & 1) == 0   ? " In  "
                     : octets[0] == UINT8_MAX ? " B   "
                                              : " M   ");
    }
    dump_frame(&o->look, &state->flows, &t, octets, count, length);
    process_say(s, process, &t);
    while (dump_octets(&o->look, &t, octets, count, &at)) process_say(s, process, &t);
}

void tcpdump_seen(struct step *s, struct id process, uint32_t interface, struct reader r,
                  bool outward) {
    struct process *p = process_edit(s, process);
    struct tcpdump_state *state = &p->of.tcpdump;
    char room[LINE_ROOM], *words[WORDS_MAX];
    struct orders o;
    if (state->done != 0 || (state->interface != 0 && state->interface != interface)) return;
    copy_text(room, sizeof room, p->line);
    size_t count = split_words(room, words, WORDS_MAX);
    read_orders(s->lab, words, count, &o);
    if (dump_filter(s->lab, o.expression, r.at, read_left(&r)) != DUMP_FITS) return;
    state->received++;
    print_frame(s, process, &o, state->interface == 0 ? iface_get(s->lab, interface)->name : NULL,
                outward, r.at, read_left(&r));
    state->captured++;
    if (o.count == 0 || state->captured < o.count) return;
    state->done = 1;
    listen_enough(s, process);
}

/* ------------------------------------------------------------------------------- the end */

static void say_count(struct step *s, struct id process, uint64_t count, const char *what) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, count);
    text_add(&t, count == 1 ? " packet " : " packets ");
    text_add(&t, what);
    process_say(s, process, &t);
}

static void finish(struct step *s, struct id process) {
    const struct tcpdump_state *state = &process_get(s->lab, process)->of.tcpdump;
    say_count(s, process, state->captured, "captured");
    say_count(s, process, state->received, "received by filter");
    say_count(s, process, 0, "dropped by kernel");
    process_return(s, process);
}

void tcpdump_resume(struct step *s, struct id process) {
    if (process_get(s->lab, process)->of.tcpdump.done != 0) finish(s, process);
}

void tcpdump_interrupt(struct step *s, struct id process) {
    finish(s, process);
}
