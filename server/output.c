#include "output.h"
/* Output files of the headless commands; see the header. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_regular_or_new(const char *path) {
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

bool output_open(struct output *o, const char *path) {
    *o = (struct output){.path = path};
    if (strcmp(path, "-") == 0) {
        o->file = stdout;
        return true;
    }
    if (is_regular_or_new(path) && asprintf(&o->part, "%s.part", path) < 0) o->part = NULL;
    o->file = fopen(o->part != NULL ? o->part : path, "wb");
    if (o->file != NULL) return true;
    free(o->part);
    o->part = NULL;
    return false;
}

bool output_open_growing(struct output *o, const char *path) {
    *o = (struct output){.path = path};
    o->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wbe");
    return o->file != NULL;
}

static bool close_file(struct output *o) {
    if (o->file == stdout) return fflush(stdout) == 0 && ferror(stdout) == 0;
    bool fine = ferror(o->file) == 0;
    return fclose(o->file) == 0 && fine;
}

bool output_finish(struct output *o) {
    if (o->file == NULL) return true;
    bool fine = close_file(o);
    if (o->part != NULL && fine) fine = rename(o->part, o->path) == 0;
    if (o->part != NULL && !fine) unlink(o->part);
    free(o->part);
    *o = (struct output){0};
    return fine;
}

void output_abandon(struct output *o) {
    if (o->file == NULL) return;
    close_file(o);
    if (o->part != NULL) unlink(o->part);
    free(o->part);
    *o = (struct output){0};
}
