#ifndef NETSTEP_STACK_SOCKET_QUEUE_H
#define NETSTEP_STACK_SOCKET_QUEUE_H
/* Datagram sockets: how they are found and what waits in them. For socket.c alone. */
#include "stack/socket.h"

void socket_chain(struct step *, struct id); /* bound: it can be found now */
/* The first of the hash chain in which such a socket would stand; others stand there as well. */
struct id socket_chain_first(const struct lab *, uint32_t node, enum socket_type, uint32_t port);
void socket_queue_free(struct step *, struct id); /* unchain; what waits is lost */
int64_t socket_queue_take(struct step *, struct id, uint8_t *out, size_t room,
                          struct tcp_endpoint *from);

#endif
