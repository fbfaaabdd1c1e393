#ifndef NETSTEP_SERVER_SERVE_H
#define NETSTEP_SERVER_SERVE_H
/* The whole service as a library, so that tests run it in their own process. serve_main() (run.h)
 * is this with options from the command line and signals. */
#include "options.h"

struct service;
/* Listens when it returns. NULL after a complaint of one line. `options` must outlive it. */
struct service *service_start(const struct options *, char *why, size_t size);
unsigned service_port(const struct service *);
struct labs *service_labs(const struct service *);
struct ws *service_sender(const struct service *);
/* In the only order that is safe: no new work; the labs (every waiting request is answered); the
 * streams (each gets Close 1001); the port. */
void service_stop(struct service *);

#endif
