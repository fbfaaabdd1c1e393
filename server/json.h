#ifndef NETSTEP_SERVER_JSON_H
#define NETSTEP_SERVER_JSON_H
/*
 * Reading JSON that a person wrote. A json_node knows its place ("nodes[2].interfaces[0].address"),
 * so every complaint names it. The first complaint about a document wins; after it every getter
 * gives its default, so a reader checks json_failed() once, at its end.
 *
 * A node points to its parent: the parent must outlive it on the caller's stack.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"

struct json_document; /* owns all values */
struct json_node {
    struct json_document *document;
    const struct json_node *up;
    const char *key; /* in an object; NULL in an array and at the root */
    size_t index;    /* in an array */
    void *value;     /* NULL: absent */
};

/* NULL: not JSON; `why` names line and column. Duplicate keys and NULs in strings are refused. */
struct json_document *json_read(const char *text, size_t length, struct complaint *why);
struct json_document *json_read_file(const char *path,
                                     struct complaint *why); /* at most 16 MiB; "-": stdin */
void json_free(struct json_document *);                      /* NULL is fine */
struct json_node json_root(struct json_document *);
bool json_failed(const struct json_document *);
const struct complaint *json_complaint(const struct json_document *);

/* Members and items: value NULL when there is none. */
struct json_node json_get(const struct json_node *object, const char *key);
struct json_node json_item(const struct json_node *array, size_t index);
size_t json_count(const struct json_node *); /* items or members; 0 for anything else */
/* The n-th member of an object, in the file's order; its name is in `key`. */
struct json_node json_member(const struct json_node *object, size_t n);
static inline bool json_is(struct json_node n) {
    return n.value != NULL;
}
bool json_holds_object(const struct json_node *);
bool json_holds_array(const struct json_node *);
bool json_holds_text(const struct json_node *);
bool json_holds_integer(const struct json_node *);
bool json_holds_boolean(const struct json_node *);

/* Complains at the node's place: "problem; mend". Always false, so that `return json_fail(...)`. */
bool json_fail(const struct json_node *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void json_place(const struct json_node *, char *out, size_t size);

/* Each of these complains when the node is of another type; an absent node is a complaint too. */
bool json_need_object(const struct json_node *, const char *const keys[], size_t key_count);
bool json_need_array(const struct json_node *);
const char *json_need_text(const struct json_node *); /* "" after a complaint */
int64_t json_need_integer(const struct json_node *, int64_t low, int64_t high); /* low after one */
bool json_need_boolean(const struct json_node *); /* false after one */
/* The place of the word in `words`, or -1 after a complaint that lists them (did you mean...). */
int json_need_word(const struct json_node *, const char *const words[], size_t count);
/* The nearest of `words` to a mistyped one, NULL when none is near. */
const char *json_nearest(const char *word, const char *const words[], size_t count);

/* Without complaint: for readers of our own lines. */
const char *json_text_or(const struct json_node *, const char *otherwise);
int64_t json_integer_or(const struct json_node *, int64_t otherwise);
bool json_same(const struct json_node *, const struct json_node *); /* deep equality */
struct buffer;
void json_write(const struct json_node *, struct buffer *); /* compact, keys in the file's order */

#endif
