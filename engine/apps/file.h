#ifndef NETSTEP_APPS_FILE_H
#define NETSTEP_APPS_FILE_H
/*
 * The files of a node: a flat list of names, with / between their parts as a path has it. A file is
 * either octets of the pattern, which take no room, or octets that are kept in blocks of a pool.
 * There are no directories and no users: whoever may not read or write is who comes from outside.
 */
#include "base/text.h"
#include "sim/lab.h"

enum {
    FILE_NAME_ROOM = 64,
    FILE_BLOCK_OCTETS = 992,
    FILE_MODE_USUAL = 0644,
    FILE_OTHERS_READ = 0004,
    FILE_OTHERS_WRITE = 0002
};
#define FILE_SIZE_MOST ((uint64_t)1 << 30)

/* What is known of a file's octets while somebody writes it. */
enum file_state { FILE_READY, FILE_ARRIVING, FILE_BROKEN_OFF };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct file {
    struct id next; /* the node's list, in the order of their making */
    struct id first, last;
    uint64_t size;
    uint32_t node, mode, state;
    uint32_t is_pattern;
    char name[FILE_NAME_ROOM];
};
struct file_block {
    struct id next, previous;
    uint32_t count, reserved; /* octets that are there: all of them but in the last block */
    uint8_t octets[FILE_BLOCK_OCTETS];
};
/* Where a reader was last: reading goes forward nearly always. Zeroed: at the beginning. */
struct file_place {
    struct id block;
    uint64_t at; /* the offset of the block's first octet */
};
#pragma GCC diagnostic pop

const struct file *file_get(const struct lab *, struct id); /* NULL: there is none any more */
struct id file_first(const struct lab *, uint32_t node);    /* then ->next */
/* "/kernel" and "kernel" are one. {0,0}: no such file. */
struct id file_named(const struct lab *, uint32_t node, const char *name);
bool file_name_is_right(const char *name);
/* A new, empty file, or the one of that name made empty. {0,0}: no room for another. */
struct id file_open_to_write(struct step *, uint32_t node, const char *name, uint32_t mode);
bool file_append(struct step *, struct id, const uint8_t *, size_t count); /* false: no room */
/* How many octets there were: fewer than `room` only at the end. */
size_t file_read(const struct lab *, struct id, struct file_place *, uint64_t offset, uint8_t *out,
                 size_t room);
void file_enter(struct step *, struct id, enum file_state);
void file_remove(struct step *, struct id);
uint64_t file_room(const struct lab *);            /* octets that may still be kept */
void text_file_mode(struct text *, uint32_t mode); /* "-rw-r--r--" */

/* The scenario's files. False with why->place relative to the node. */
bool files_begin(struct step *, uint32_t node, const struct scenario_node *, struct complaint *why);

#endif
