#ifndef NETSTEP_BASE_TEXT_H
#define NETSTEP_BASE_TEXT_H
/*
 * Bounded text without stdio: a writer that cuts at its end and always ends with a NUL, and
 * parsers for the quantities that scenarios and console lines use.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Ends that were written lately: a conversation's two are asked for at every step. Zeroed: none. */
struct text_memo {
    uint32_t address, port, length;
    char text[24];
};
enum { TEXT_MEMOS = 8 };
struct text {
    char *start, *at, *end;  /* end: the last octet, kept for the NUL */
    struct text_memo *memos; /* TEXT_MEMOS of them that the writer may use; NULL */
    bool cut;
};
struct text text_of(char *out, size_t size); /* size >= 1 */
size_t text_length(const struct text *);
void text_char(struct text *, char);
void text_span(struct text *, const char *, size_t count);
/* Here, so that the length of a literal is known where it is added. */
static inline void text_add(struct text *t, const char *from) {
    text_span(t, from, strlen(from));
}
void text_u64(struct text *, uint64_t);
void text_i64(struct text *, int64_t);
void text_padded(struct text *, uint64_t, int width, char pad); /* right aligned */
void text_column(struct text *, const char *, int width);       /* left aligned, then spaces */
void text_hex(struct text *, uint64_t, int digits);
void text_ip4(struct text *, uint32_t);
void text_ip4_port(struct text *, uint32_t address, uint32_t port); /* "10.0.0.1:80", "0.0.0.0:*" */
void text_mac(struct text *, const uint8_t mac[6]);
void text_time(struct text *, int64_t ns);                  /* "1.030 s", "12.5 ms", "0 s" */
void text_seconds(struct text *, int64_t ns, int decimals); /* "1.030" */

bool same_text(const char *, const char *);
void copy_text(char *out, size_t size, const char *from); /* cuts, ends with NUL, zero-fills */
bool parse_u64(const char *, uint64_t *);                 /* whole string, decimal */
int hex_value(char);                                      /* of a digit; -1: it is none */
bool parse_ip4(const char *, uint32_t *);
bool parse_cidr(const char *, uint32_t *address, uint32_t *prefix);
bool parse_mac(const char *, uint8_t mac[6]);
bool parse_duration(const char *, int64_t *ns); /* "10ms", "1.5s", "2us", "30ns", "1min"; "0" */
bool parse_rate(const char *, uint64_t *bps);   /* "10Mbit", "1Gbit", "64kbit" */
bool parse_ppm(const char *, uint32_t *ppm);    /* "10%", "0.5%", "1/3" rounded down */

/* Words of a command line: splits in place at blanks; at most `max` words; no quotes. */
size_t split_words(char *line, char *words[], size_t max);

#endif
