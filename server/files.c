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
    struct {
        const unsigned char *octets;
        uint64_t length;
    } form[FORM_COUNT];
    uint64_t immutable;
};
extern const struct embedded embedded_files[];
extern const uint64_t embedded_file_count;

const char *const form_name[FORM_COUNT] = {"identity", "gzip", "br"};

enum { FILES_MAX = 256 };
static struct file table[FILES_MAX];
static size_t filled;

/* Filled before main() so that every thread only reads it. */
__attribute__((constructor)) static void fill(void) {
    for (uint64_t n = 0; n < embedded_file_count && n < FILES_MAX; n++) {
        const struct embedded *e = &embedded_files[n];
        struct file file = {e->path, e->type, e->etag, {{0}}, e->immutable != 0};
        for (int form = 0; form < FORM_COUNT; form++)
            if (form == FORM_PLAIN || e->form[form].length)
                file.form[form] =
                    (struct file_form){e->form[form].octets, (size_t)e->form[form].length};
        table[filled++] = file;
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
