#ifndef NETSTEP_APPS_SHOW_TCP_H
#define NETSTEP_APPS_SHOW_TCP_H
/* What "ss -i" says of a connection, below its line. */
#include "base/text.h"
#include "stack/tcp/tcp.h"

void text_tcp_details(struct text *, const struct tcp_details *);

#endif
