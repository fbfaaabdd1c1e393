#ifndef NETSTEP_TESTS_SERVICE_H
#define NETSTEP_TESTS_SERVICE_H
/*
 * The service in the test's own process, on a port that is free, and a client with plain sockets.
 * Every read gives up after five seconds, so that no test hangs and none needs to sleep.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "serve.h"

struct house {
    struct options options;
    struct service *service;
    unsigned port;
};
void house_options(struct house *); /* the defaults, for a test */
void house_open(struct house *);    /* starts the service; a complaint fails the test */
void house_close(struct house *);   /* may be called twice */

struct reply {
    unsigned status;
    char *head; /* status line and headers */
    char *body;
    size_t length;
};
/* The client's own address, 127.0.0.1 + it: for those who open more connections than there are
 * ports. */
extern unsigned dial_from;
int dial(unsigned port);
/* Sends octets and reads until the other side closes or one whole reply is there. */
struct reply exchange(int fd, const char *octets, size_t count);
/* One request on a connection of its own. `key` and `body` may be NULL; `more`: header lines. */
struct reply ask(unsigned port, const char *method, const char *path, const char *key,
                 const char *body, const char *more);
void reply_free(struct reply *);
bool reply_has(const struct reply *, const char *text); /* in the body */
/* A header's value into `out`; false: not there. */
bool reply_header(const struct reply *, const char *name, char *out, size_t size);
/* The value of "key": in a body or line: text without quotes, or a number's digits. */
bool value_of(const char *json, const char *key, char *out, size_t size);
long number_of(const char *json, const char *key); /* -1: missing */

/* Makes a lab from a scenario text and gives its id and key. */
struct lab_names {
    char lab[16], key[40], join[8];
};
struct lab_names make_lab(unsigned port, const char *scenario);
extern const char handshake_lab[]; /* nc from client to server at 1 s: a handshake */
extern const char flood_lab[];     /* `ping -f` without end */
extern const char storm_lab[];     /* two switches, two links, one broadcast */

struct stream {
    int fd;
    bool packs;      /* ask for permessage-deflate */
    unsigned status; /* of the upgrade */
    char head[1024];
    unsigned char *raw; /* received, not consumed */
    size_t raw_length, raw_room;
    char *text; /* lines not given out yet */
    size_t text_length, text_at, text_room;
    unsigned packed, plain; /* messages in each form */
    int close_code;         /* 0: none yet; -1: the connection ended without one */
    uint64_t octets;        /* on the wire */
};
void stream_open(struct stream *, unsigned port, const char *query, const char *more);
/* The next line, NULL at the end of the stream or after five seconds. Valid until the next call. */
const char *stream_line(struct stream *);
void stream_close(struct stream *);
/* Reads until event `last`; checks that indices are gapless from `first`. Returns how many. */
uint32_t stream_expect(struct stream *, uint32_t first, uint32_t last);

/* Asks and fails unless status and words are these; `contains` NULL: any body. */
void expect_reply(const struct house *, const char *method, const char *path, const char *key,
                  const char *body, const char *more, unsigned status, const char *contains);
/* "/api/labs/L" + rest; lives until the next call. */
const char *lab_path(const struct lab_names *, const char *rest);

#endif
