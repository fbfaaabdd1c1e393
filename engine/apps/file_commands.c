#include "apps/file.h"
/* ls, cat, cmp and rm, for the files that transfers move about, in coreutils' words. */
#include "apps/shell.h"
#include <string.h>

enum { SHOWN_MAX = 1024, PIECE = 4096, SHOWN_LINE = 160 };

static void say3(struct step *s, struct id process, const char *a, const char *b, const char *c) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, a);
    text_add(&t, b);
    text_add(&t, c);
    process_say(s, process, &t);
}

/* {0,0} after it was said that there is none. */
static struct id file_of(struct step *s, const struct command *c, const char *name) {
    struct id id = file_named(s->lab, c->node, name);
    if (id_is(id)) return id;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, c->words[0]);
    text_add(&t, ": ");
    say3(s, c->process, room, name, ": No such file or directory");
    return id;
}

static void list_file(struct step *s, struct id process, const struct file *file, bool wide) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (wide) {
        text_file_mode(&t, file->mode);
        text_padded(&t, file->size, 11, ' ');
        text_char(&t, ' ');
    }
    text_add(&t, file->name);
    process_say(s, process, &t);
}

void run_ls(struct step *s, const struct command *c) {
    bool wide = c->count > 1 && same_text(c->words[1], "-l");
    size_t first = wide ? 2 : 1;
    for (size_t i = first; i < c->count; i++) {
        struct id id = file_named(s->lab, c->node, c->words[i]);
        if (id_is(id))
            list_file(s, c->process, file_get(s->lab, id), wide);
        else
            say3(s, c->process, "ls: cannot access '", c->words[i], "': No such file or directory");
    }
    for (struct id id = file_first(s->lab, c->node); first == c->count && id_is(id);
         id = file_get(s->lab, id)->next)
        list_file(s, c->process, file_get(s->lab, id), wide);
    process_return(s, c->process);
}

static void print_text(struct step *s, struct id process, const uint8_t *octets, size_t count) {
    char room[SHOWN_LINE + 1];
    struct text t = text_of(room, sizeof room);
    for (size_t i = 0; i < count; i++) {
        if (octets[i] == '\n' || text_length(&t) == SHOWN_LINE) process_say(s, process, &t);
        if (octets[i] != '\n')
            text_char(&t, octets[i] >= ' ' && octets[i] < 0x7f ? (char)octets[i] : '.');
    }
    if (text_length(&t) > 0) process_say(s, process, &t);
}

void run_cat(struct step *s, const struct command *c) {
    if (c->count < 2) {
        command_misused(s, c, "which file?");
        return;
    }
    for (size_t i = 1; i < c->count; i++) {
        struct id id = file_of(s, c, c->words[i]);
        struct file_place place = {.at = 0};
        uint8_t octets[SHOWN_MAX];
        if (!id_is(id)) continue;
        print_text(s, c->process, octets, file_read(s->lab, id, &place, 0, octets, SHOWN_MAX));
        if (file_get(s->lab, id)->size > SHOWN_MAX)
            process_print(s, c->process, "[the rest is not shown]");
    }
    process_return(s, c->process);
}

static void say_end(struct step *s, const struct command *c, const char *shorter, uint64_t at) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "cmp: EOF on ");
    text_add(&t, shorter);
    text_add(&t, " after byte ");
    text_u64(&t, at);
    process_say(s, c->process, &t);
}

static void say_differ(struct step *s, const struct command *c, uint64_t at, uint64_t line) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, c->words[1]);
    text_char(&t, ' ');
    text_add(&t, c->words[2]);
    text_add(&t, " differ: byte ");
    text_u64(&t, at);
    text_add(&t, ", line ");
    text_u64(&t, line);
    process_say(s, c->process, &t);
}

static void compare(struct step *s, const struct command *c, struct id a, struct id b) {
    struct file_place at_a = {.at = 0}, at_b = {.at = 0};
    uint8_t of_a[PIECE], of_b[PIECE];
    uint64_t line = 1, from = 0;
    const struct file *f = file_get(s->lab, a), *g = file_get(s->lab, b);
    /* All files that are a pattern are the same one, and may be too long to be read in a step. */
    if (f->is_pattern != 0 && g->is_pattern != 0)
        from = (f->size < g->size ? f->size : g->size) / PIECE * PIECE;
    for (uint64_t at = from;; at += PIECE) {
        size_t n = file_read(s->lab, a, &at_a, at, of_a, PIECE);
        size_t m = file_read(s->lab, b, &at_b, at, of_b, PIECE);
        for (size_t i = 0; i < n && i < m; i++) {
            if (of_a[i] != of_b[i]) {
                say_differ(s, c, at + i + 1, line);
                return;
            }
            line += of_a[i] == '\n';
        }
        if (n != m) say_end(s, c, c->words[n < m ? 1 : 2], at + (n < m ? n : m));
        if (n != m || n < PIECE) return;
    }
}

void run_cmp(struct step *s, const struct command *c) {
    if (c->count != 3) {
        command_misused(s, c, "two files?");
        return;
    }
    struct id a = file_of(s, c, c->words[1]);
    struct id b = id_is(a) ? file_of(s, c, c->words[2]) : a;
    if (id_is(a) && id_is(b)) compare(s, c, a, b);
    process_return(s, c->process);
}

void run_rm(struct step *s, const struct command *c) {
    if (c->count < 2) {
        command_misused(s, c, "which file?");
        return;
    }
    for (size_t i = 1; i < c->count; i++) {
        struct id id = file_of(s, c, c->words[i]);
        if (id_is(id)) file_remove(s, id);
    }
    process_return(s, c->process);
}
