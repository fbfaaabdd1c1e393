#ifndef NETSTEP_SERVER_HTTP_H
#define NETSTEP_SERVER_HTTP_H
/*
 * The public port: libmicrohttpd listens, parses and checks everything that a stranger sends.
 * One thread; a handler never waits: what a lab must answer suspends its connection until the lab's
 * worker has answered, and an upgrade to a stream suspends it until the stream has ended.
 */
#include "labs.h"
#include "ws.h"

struct course;
struct http;
struct http_config {
    const struct options *options;
    struct labs *labs;
    struct ws *ws;
    const struct course *course; /* may be empty */
};
/* Listens at once. NULL after a complaint of one line. The config is copied. */
struct http *http_start(const struct http_config *, char *why, size_t size);
unsigned http_port(const struct http *);
void http_drain(struct http *); /* no new labs and streams; /healthz answers 503 */
/* Only after the labs have stopped and the sender has ended: nothing may be suspended any more. */
void http_stop(struct http *);

#endif
