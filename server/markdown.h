#ifndef NETSTEP_SERVER_MARKDOWN_H
#define NETSTEP_SERVER_MARKDOWN_H
/*
 * Lesson text: Markdown, parsed by md4c into a tree of blocks that is written as JSON
 * (lessons/README.md). Raw HTML, images and unknown kinds of links are refused, with the line.
 */
#include "buffer.h"
#include "engine.h"

enum block_kind {
    BLOCK_P,
    BLOCK_H,
    BLOCK_UL,
    BLOCK_OL,
    BLOCK_LI,
    BLOCK_QUOTE,
    BLOCK_CODE,
    BLOCK_TABLE,
    BLOCK_TR,
    BLOCK_TH,
    BLOCK_TD,
    BLOCK_HR,
    BLOCK_TEXT,
    BLOCK_EM,
    BLOCK_STRONG,
    BLOCK_CODE_SPAN,
    BLOCK_BR,
    BLOCK_A,
    BLOCK_KIND_COUNT
};
struct block {
    struct block *up, *first, *last, *next; /* children in order */
    enum block_kind kind;
    uint32_t number;    /* h: level; ol: start */
    struct buffer text; /* text, code; href of a; the language of a code block is in `note` */
    struct buffer note;
};
struct section {
    char *id, *title;    /* from "## Title {#id}" */
    struct block *first; /* top-level blocks up to the next section */
};
struct markdown {
    struct block *root;
    struct section *sections;
    size_t section_count;
};
/* False after a complaint: place is "line N". */
bool markdown_read(struct markdown *, const char *text, size_t length, struct complaint *);
void markdown_free(struct markdown *);
const struct section *markdown_section(const struct markdown *, const char *id); /* NULL: none */

bool block_is_section(const struct block *); /* the heading that begins a section */

/* How an event link ("event:k=tx&n=client") is written; NULL: as a plain link. */
typedef void block_link(void *user, const char *href, struct buffer *out);
void block_write(const struct block *, block_link *, void *user, struct buffer *out);
/* [BLOCK, ...]: `from` and its next ones up to `end` (not included; NULL: all). */
void block_write_list(const struct block *from, const struct block *end, block_link *, void *user,
                      struct buffer *out);
/* Calls `visit` with the href of each event link under `from`. */
void block_each_link(const struct block *from, void (*visit)(void *user, const char *href),
                     void *user);

#endif
