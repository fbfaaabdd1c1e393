#ifndef NETSTEP_APPS_VTYSH_WORDS_H
#define NETSTEP_APPS_VTYSH_WORDS_H
/* The lines that vtysh knows, as data: what `list` and `help` print, and what completes a line. */
#include "apps/process.h"

/* Words in capitals stand for values, [] may be left out, | separates what may stand there. */
struct vtysh_syntax {
    uint32_t modes; /* bits 1 << enum vtysh_mode_kind */
    const char *words;
    const char *help; /* text key */
};
const struct vtysh_syntax *vtysh_syntax(size_t n); /* NULL past the last */
/* Offers what may stand at the end of a line of that mode; false: nothing that it knows. */
bool vtysh_complete(const struct lab *, uint32_t node, uint32_t mode, const char *line,
                    void (*offer)(void *user, const char *word, const char *help), void *user);

#endif
