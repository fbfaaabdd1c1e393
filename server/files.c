#include "files.h"
/*
 * The table that embed.sh writes, looked up by path. The symbols are the assembler file's; the
 * program without a page (netstep-bare) has a table of none.
 */
#include <stdint.h>
#include <string.h>

/* One entry as embed.sh lays it out: all fields are 8 octets wide. */
struct embedded {
    const char *path, *type, *etag;
    const unsigned char *plain;
    uint64_t plain_length;
    const unsigned char *gzip;
    uint64_t gzip_length;
    uint64_t immutable;
};
extern const struct embedded embedded_files[];
extern const uint64_t embedded_file_count;

enum { FILES_MAX = 256 };
static struct file table[FILES_MAX];
static size_t filled;

/* Filled before main() so that every thread only reads it. */
__attribute__((constructor)) static void fill(void) {
    for (uint64_t n = 0; n < embedded_file_count && n < FILES_MAX; n++) {
        const struct embedded *e = &embedded_files[n];
        table[filled++] = (struct file){
            e->path,
            e->type,
            e->etag,
            e->plain,
            e->gzip_length ? e->gzip : NULL,
            (size_t)e->plain_length,
            (size_t)e->gzip_length,
            e->immutable != 0,
        };
    }
}

size_t file_count(void) {
    return filled;
}
const struct file *file_at(size_t n) {
    return &table[n];
}

const struct file *file_find(const char *path) {
    if (!strcmp(path, "/")) path = "/index.html";
    for (size_t n = 0; n < filled; n++)
        if (!strcmp(table[n].path, path)) return &table[n];
    return NULL;
}

bool file_add(const struct file *file) {
    if (filled == FILES_MAX) return false;
    table[filled++] = *file;
    return true;
}
