#ifndef NETSTEP_SERVER_STORY_LINE_H
#define NETSTEP_SERVER_STORY_LINE_H
/* One trace record as one line of a stream: between story.c and story_line.c alone. */
#include "buffer.h"
#include "story.h"

#define NO_CAUSE UINT32_MAX

/* What a kind of record is called in the stream; NULL: the stream does not show it. */
const char *story_kind(enum detail, uint16_t trace_kind);
bool story_interesting(uint16_t trace_kind);
/* The whole line with its newline, in place of what the buffer held. `cause`: NO_CAUSE for none. */
struct story_cast { /* who the nodes are: the lab's, or names of node 1 and the others */
    const struct lab *lab;
    const char *const *names;
};
void story_write(struct buffer *, const struct story_cast *, const struct trace_record *,
                 const char *kind, uint32_t i, uint32_t cause);

#endif
