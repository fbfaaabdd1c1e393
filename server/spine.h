#ifndef NETSTEP_SERVER_SPINE_H
#define NETSTEP_SERVER_SPINE_H
/*
 * Event lines to records of 48 octets, for bulk history (README.md, "The 48-byte record"). The
 * lines are our own, so a key is found by looking for it; nothing is parsed.
 */
#include <stdbool.h>

#include "buffer.h"

enum { SPINE_RECORD = 48 };

struct spine;                     /* the strings that the records name */
struct spine *spine_create(void); /* NULL: out of memory */
void spine_free(struct spine *);
/* Appends the record of one line (without or with its newline). */
void spine_add(struct spine *, const char *line, size_t length, struct buffer *out);
/* Appends the strings as a JSON array. */
void spine_strings(const struct spine *, struct buffer *out);

/* The value of `key` in an event line: the text behind its colon, NULL when the key is missing. */
const char *line_value(const char *line, size_t length, const char *key);
uint64_t line_number(const char *line, size_t length, const char *key, uint64_t otherwise);
/* A string value, cut at `size`; escapes are left as they are. False: missing or not a string. */
bool line_text(const char *line, size_t length, const char *key, char *out, size_t size);

#endif
