#ifndef NETSTEP_ROUTING_DAEMON_H
#define NETSTEP_ROUTING_DAEMON_H
/* What the daemons share: what becomes of a line of configuration, and printing. */
#include "base/text.h"
#include "sim/lab.h"

enum config_result {
    CONFIG_OK,
    CONFIG_UNKNOWN, /* no such command here */
    CONFIG_BAD      /* known, but refused */
};

/* Where lines go that are shown: the caller's first member. */
struct say {
    void (*line)(struct say *, const char *text);
};
void say_line(struct say *, struct text *); /* prints the text as a line and empties it */
void say_text(struct say *, const char *);

#endif
