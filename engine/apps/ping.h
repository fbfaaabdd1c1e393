#ifndef NETSTEP_APPS_PING_H
#define NETSTEP_APPS_PING_H
/* What the files of ping give to each other. */
#include "apps/shell.h"

enum ping_path { PING_PATH_WANT, PING_PATH_DO, PING_PATH_DONT };
enum { PING_SIZE_MAX = 65507, PING_TIME_OCTETS = 16, PING_SEEN_BITS = 256 };

static inline struct ping_state *ping_of(struct step *s, struct id process) {
    return &process_edit(s, process)->of.ping;
}
static inline bool ping_is(const struct ping_state *ping, enum ping_flag flag) {
    return (ping->flags & (uint32_t)flag) != 0;
}

/* ping_line.c. False: it was answered by an error. */
bool ping_read_line(struct step *, const struct command *, struct ping_state *);

uint8_t ping_octet(const struct ping_state *, size_t i); /* of the data, the time aside */
/* ping_reply.c: what waits in the socket is read and printed. */
void ping_receive(struct step *, struct id process);
void ping_begin_line(struct step *, const struct ping_state *, struct text *); /* -D */
bool ping_saw(const struct ping_state *, uint64_t sequence); /* its reply has come */

#endif
