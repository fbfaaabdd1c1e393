#include "markdown.h"
/*
 * md4c calls back as it goes through the text; the callbacks build a tree in which inline pieces
 * and blocks are one kind of node. A heading of level 2 that ends in {#id} begins a section and is
 * not a block of its own.
 *
 * md4c gives no line numbers, but the text that it hands out lies in the source, so the line of
 * what is refused is counted from there. Left out: images, footnotes, mathematics, and named
 * entities beyond the five of XML (the file is UTF-8: the letter itself can be written).
 */
#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

struct parsing {
    const char *source;
    size_t length, reached; /* how far the text that was handed out has come */
    struct block *at;
    int depth;
    struct complaint *why;
    bool failed;
};

static int refuse(struct parsing *p, const char *at, const char *problem) {
    size_t end =
        at >= p->source && at <= p->source + p->length ? (size_t)(at - p->source) : p->reached;
    int line = 1;
    for (size_t i = 0; i < end; i++) line += p->source[i] == '\n';
    if (!p->failed) {
        snprintf(p->why->place, sizeof p->why->place, "line %d", line);
        snprintf(p->why->problem, sizeof p->why->problem, "%s", problem);
    }
    p->failed = true;
    return 1;
}

static int open_block(struct parsing *p, enum block_kind kind, uint32_t number) {
    struct block *block = p->depth < DEPTH_MAX ? calloc(1, sizeof *block) : NULL;
    if (p->depth++ >= DEPTH_MAX) return refuse(p, NULL, "is nested too deeply; make it flatter");
    if (block == NULL) return refuse(p, NULL, "out of memory; make the text shorter");
    block->kind = kind;
    block->number = number;
    block->up = p->at;
    if (p->at->last == NULL)
        p->at->first = block;
    else
        p->at->last->next = block;
    p->at->last = block;
    p->at = block;
    return 0;
}

static int close_block(struct parsing *p) {
    p->at = p->at->up;
    p->depth--;
    return 0;
}

/* ----------------------------------------------------------------------------- md4c's callbacks */

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user) {
    struct parsing *p = user;
    const MD_BLOCK_CODE_DETAIL *code = detail;
    switch (type) {
    case MD_BLOCK_DOC:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY: return 0;
    case MD_BLOCK_HTML: return 0; /* refused with its first text, which says where */
    case MD_BLOCK_QUOTE: return open_block(p, BLOCK_QUOTE, 0);
    case MD_BLOCK_UL: return open_block(p, BLOCK_UL, 0);
    case MD_BLOCK_OL: return open_block(p, BLOCK_OL, ((MD_BLOCK_OL_DETAIL *)detail)->start);
    case MD_BLOCK_LI: return open_block(p, BLOCK_LI, 0);
    case MD_BLOCK_HR: return open_block(p, BLOCK_HR, 0);
    case MD_BLOCK_H: return open_block(p, BLOCK_H, ((MD_BLOCK_H_DETAIL *)detail)->level);
    case MD_BLOCK_P: return open_block(p, BLOCK_P, 0);
    case MD_BLOCK_TABLE: return open_block(p, BLOCK_TABLE, 0);
    case MD_BLOCK_TR: return open_block(p, BLOCK_TR, 0);
    case MD_BLOCK_TH: return open_block(p, BLOCK_TH, 0);
    case MD_BLOCK_TD: return open_block(p, BLOCK_TD, 0);
    case MD_BLOCK_CODE:
        if (open_block(p, BLOCK_CODE, 0) != 0) return 1;
        buffer_span(&p->at->note, code->lang.text, code->lang.size);
        return 0;
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user) {
    (void)detail;
    if (type == MD_BLOCK_DOC || type == MD_BLOCK_THEAD || type == MD_BLOCK_TBODY ||
        type == MD_BLOCK_HTML)
        return 0;
    return close_block(user);
}

/* A scheme outside this list could run a script or leave the page for who knows what. */
static bool link_allowed(const char *href) {
    static const char *const schemes[] = {"https://", "http://", "event:", "lesson:", "#"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(href, schemes[i], strlen(schemes[i])) == 0) return true;
    return false;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *user) {
    struct parsing *p = user;
    const MD_SPAN_A_DETAIL *a = detail;
    switch (type) {
    case MD_SPAN_EM: return open_block(p, BLOCK_EM, 0);
    case MD_SPAN_STRONG: return open_block(p, BLOCK_STRONG, 0);
    case MD_SPAN_CODE: return open_block(p, BLOCK_CODE_SPAN, 0);
    case MD_SPAN_A:
        if (open_block(p, BLOCK_A, 0) != 0) return 1;
        buffer_span(&p->at->text, a->href.text, a->href.size);
        if (a->href.size == 0 || p->at->text.failed || !link_allowed(p->at->text.data))
            return refuse(p, a->href.text,
                          "unknown kind of link; begin it with https://, event:, lesson: or #");
        return 0;
    case MD_SPAN_IMG: return refuse(p, NULL, "images are not drawn; describe it, or link to it");
    default: return refuse(p, NULL, "this kind of text is not drawn; use plain Markdown");
    }
}

static int leave_span(MD_SPANTYPE type, void *detail, void *user) {
    (void)type;
    (void)detail;
    return close_block(user);
}

static int add_text(struct parsing *p, const char *text, size_t size) {
    struct block *at = p->at;
    if (at->kind == BLOCK_CODE || at->kind == BLOCK_CODE_SPAN) {
        buffer_span(&at->text, text, size);
        return 0;
    }
    if (at->last == NULL || at->last->kind != BLOCK_TEXT) {
        if (open_block(p, BLOCK_TEXT, 0) != 0) return 1;
        close_block(p);
    }
    buffer_span(&at->last->text, text, size);
    return 0;
}

static int add_entity(struct parsing *p, const char *text, size_t size) {
    static const char *const entities[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strlen(entities[i][0]) == size && memcmp(entities[i][0], text, size) == 0)
            return add_text(p, entities[i][1], 1);
    return refuse(p, text, "unknown entity; write the letter itself");
}

/* A soft break is a blank, but none behind a letter of a script that is written without blanks:
 * those from U+3000 on, whose three octets begin with 0xe3 or more. */
static int add_soft_break(struct parsing *p) {
    const struct block *last = p->at->last;
    bool wide = last != NULL && last->kind == BLOCK_TEXT && last->text.length >= 3 &&
                (unsigned char)last->text.data[last->text.length - 3] >= 0xe3;
    return wide ? 0 : add_text(p, " ", 1);
}

static int take_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user) {
    struct parsing *p = user;
    if (text >= p->source && text <= p->source + p->length) p->reached = (size_t)(text - p->source);
    switch (type) {
    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE: return add_text(p, text, size);
    case MD_TEXT_SOFTBR: return add_soft_break(p);
    case MD_TEXT_BR: return open_block(p, BLOCK_BR, 0) != 0 ? 1 : close_block(p);
    case MD_TEXT_ENTITY: return add_entity(p, text, size);
    case MD_TEXT_NULLCHAR: return refuse(p, text, "holds a NUL; take it out");
    case MD_TEXT_HTML: return refuse(p, text, "raw HTML is not allowed; write Markdown");
    default: return refuse(p, text, "this kind of text is not drawn; use plain Markdown");
    }
}

/* ------------------------------------------------------------------------------------- sections */

/* "Title {#id}" in a heading of level 2: its text's place of the brace, or NULL. */
static const char *section_mark(const struct block *block) {
    if (block->kind != BLOCK_H || block->number != 2 || block->last == NULL ||
        block->last->kind != BLOCK_TEXT || block->last->text.length < 4)
        return NULL;
    const char *text = block->last->text.data;
    const char *mark = strstr(text, "{#");
    return mark != NULL && text[block->last->text.length - 1] == '}' ? mark : NULL;
}

bool block_is_section(const struct block *block) {
    return section_mark(block) != NULL;
}

static bool add_section(struct markdown *m, const struct block *heading) {
    const char *text = heading->last->text.data, *mark = section_mark(heading);
    struct section *sections = realloc(m->sections, (m->section_count + 1) * sizeof *sections);
    if (sections == NULL) return false;
    m->sections = sections;
    size_t title = (size_t)(mark - text);
    while (title > 0 && text[title - 1] == ' ') title--;
    struct section *section = &sections[m->section_count++];
    section->title = strndup(text, title);
    section->id = strndup(mark + 2, strlen(mark) - 3);
    section->first = heading->next;
    return section->title != NULL && section->id != NULL;
}

static bool find_sections(struct markdown *m) {
    for (const struct block *block = m->root->first; block != NULL; block = block->next)
        if (section_mark(block) != NULL && !add_section(m, block)) return false;
    return true;
}

bool markdown_read(struct markdown *m, const char *text, size_t length, struct complaint *why) {
    const MD_PARSER parser = {.flags = MD_FLAG_TABLES | MD_FLAG_NOINDENTEDCODEBLOCKS,
                              .enter_block = enter_block,
                              .leave_block = leave_block,
                              .enter_span = enter_span,
                              .leave_span = leave_span,
                              .text = take_text};
    *m = (struct markdown){.root = calloc(1, sizeof *m->root)};
    struct parsing p = {.source = text, .length = length, .at = m->root, .why = why};
    if (m->root == NULL) return refuse(&p, text, "out of memory; make the text shorter") == 0;
    if (md_parse(text, (MD_SIZE)length, &parser, &p) != 0 && !p.failed)
        refuse(&p, NULL, "cannot be parsed; make the text simpler");
    if (!p.failed && !find_sections(m)) refuse(&p, text, "out of memory; make the text shorter");
    if (p.failed) markdown_free(m);
    return !p.failed;
}

static void free_block(struct block *block) {
    while (block != NULL) {
        struct block *next = block->next;
        free_block(block->first);
        buffer_free(&block->text);
        buffer_free(&block->note);
        free(block);
        block = next;
    }
}

void markdown_free(struct markdown *m) {
    for (size_t i = 0; i < m->section_count; i++) {
        free(m->sections[i].id);
        free(m->sections[i].title);
    }
    free(m->sections);
    free_block(m->root);
    *m = (struct markdown){0};
}

const struct section *markdown_section(const struct markdown *m, const char *id) {
    for (size_t i = 0; i < m->section_count; i++)
        if (strcmp(m->sections[i].id, id) == 0) return &m->sections[i];
    return NULL;
}

/* -------------------------------------------------------------------------------------- writing */

static const char *const kind_names[BLOCK_KIND_COUNT] = {
    "p",  "h",  "ul", "ol",   "li", "quote",  "code", "table", "tr",
    "th", "td", "hr", "text", "em", "strong", "code", "br",    "a"};

static void write_text(const struct block *block, struct buffer *out) {
    buffer_add(out, ",\"text\":");
    buffer_json_span(out, block->text.length > 0 ? block->text.data : "", block->text.length);
}

static void write_own(const struct block *block, block_link *link, void *user, struct buffer *out) {
    switch (block->kind) {
    case BLOCK_H: buffer_printf(out, ",\"level\":%u", block->number); break;
    case BLOCK_OL: buffer_printf(out, ",\"start\":%u", block->number); break;
    case BLOCK_CODE:
        buffer_add(out, ",\"lang\":");
        buffer_json_span(out, block->note.length > 0 ? block->note.data : "", block->note.length);
        write_text(block, out);
        break;
    case BLOCK_TEXT:
    case BLOCK_CODE_SPAN: write_text(block, out); break;
    case BLOCK_A:
        if (link != NULL) link(user, block->text.data, out);
        break;
    default: break;
    }
}

static bool has_children(enum block_kind kind) {
    return kind != BLOCK_CODE && kind != BLOCK_TEXT && kind != BLOCK_CODE_SPAN &&
           kind != BLOCK_BR && kind != BLOCK_HR;
}

void block_write(const struct block *block, block_link *link, void *user, struct buffer *out) {
    bool event = block->kind == BLOCK_A && strncmp(block->text.data, "event:", 6) == 0;
    buffer_printf(out, "{\"kind\":\"%s\"", event ? "event" : kind_names[block->kind]);
    if (block->kind == BLOCK_A && !event) {
        buffer_add(out, ",\"href\":");
        buffer_json_string(out, block->text.data);
    } else
        write_own(block, link, user, out);
    if (has_children(block->kind)) {
        buffer_add(out, ",\"children\":");
        block_write_list(block->first, NULL, link, user, out);
    }
    buffer_char(out, '}');
}

void block_write_list(const struct block *from, const struct block *end, block_link *link,
                      void *user, struct buffer *out) {
    bool first = true;
    buffer_char(out, '[');
    for (const struct block *block = from; block != end && block != NULL; block = block->next) {
        if (section_mark(block) != NULL) break;
        if (!first) buffer_char(out, ',');
        first = false;
        block_write(block, link, user, out);
    }
    buffer_char(out, ']');
}

void block_each_link(const struct block *from, void (*visit)(void *user, const char *href),
                     void *user) {
    for (const struct block *block = from; block != NULL; block = block->next) {
        if (section_mark(block) != NULL) break;
        if (block->kind == BLOCK_A && strncmp(block->text.data, "event:", 6) == 0)
            visit(user, block->text.data);
        block_each_link(block->first, visit, user);
    }
}
