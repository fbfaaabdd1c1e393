#ifndef NETSTEP_STACK_SOCKET_H
#define NETSTEP_STACK_SOCKET_H
/*
 * Sockets: what programs hold. Calls never block: they return -LINUX_EAGAIN (or -LINUX_EINPROGRESS
 * from connect), and the program's process waits until socket_notify() wakes it by a step of its
 * own at the same instant. Results are Linux's: 0 or a count, or a negative error number.
 */
#include "sim/frame.h"
#include "stack/errno.h"
#include "stack/tcp.h"

struct text;

enum socket_type { SOCKET_TCP = 1, SOCKET_UDP, SOCKET_ICMP };
enum { SOCKET_QUEUE_MAX = 64 }; /* datagrams that wait to be read; Linux counts octets instead */

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct socket {
    struct id next;       /* the node's list */
    struct id chain;      /* UDP and ICMP: its hash chain */
    struct id process;    /* whom to wake */
    struct id wake;       /* the wake that is pending */
    struct id connection; /* TCP: its TCB */
    struct id first,
        last; /* UDP and ICMP: datagrams to be read, each a frame from its IP header on */
    uint32_t node, type;
    ip4 local, remote;
    uint32_t local_port, remote_port; /* ICMP: local_port is the echo identifier */
    uint32_t queued, error;           /* error: a pending one, positive */
    uint32_t bound, connecting;       /* bound: a port is taken; connecting: TCP handshake is on */
    uint32_t linger_zero, listening;
    uint32_t shut, keep_errors; /* shut: writing side; keep_errors: IP_RECVERR */
    uint32_t reuse, chained;    /* reuse: SO_REUSEADDR; chained: stands in a hash chain */
};
#pragma GCC diagnostic pop

struct id socket_create(struct step *, uint32_t node, enum socket_type, struct id process);
const struct socket *socket_get(const struct lab *, struct id);
int socket_bind(struct step *, struct id, struct tcp_endpoint);
int socket_listen(struct step *, struct id, uint32_t backlog);
int socket_connect(struct step *, struct id, struct tcp_endpoint); /* -EINPROGRESS: then poll */
int socket_connected(struct step *, struct id); /* 0, an error once, -EINPROGRESS */
int socket_accept(struct step *, struct id listener, struct id process, struct id *accepted);
/* TCP: as many octets as there is room for. UDP: one datagram to the connected peer. */
int64_t socket_send(struct step *, struct id, const uint8_t *octets, size_t count);
/* Octets that socket_send would take now; for UDP as many as are asked. At least 1, so that a call
 * that can only fail is made all the same. */
size_t socket_send_room(const struct lab *, struct id, size_t asked);
int64_t socket_send_to(struct step *, struct id, struct tcp_endpoint, const uint8_t *, size_t);
/* 0 octets with success: the peer closed its side (TCP). `from` may be NULL. */
int64_t socket_receive(struct step *, struct id, uint8_t *out, size_t room,
                       struct tcp_endpoint *from);
/* ICMP sockets: the next message as it came, from its IPv4 header on. -EAGAIN: none. */
int64_t socket_receive_packet(struct step *, struct id, uint8_t *out, size_t room);
int socket_shutdown_write(struct step *, struct id);
int socket_set_linger(struct step *, struct id, uint32_t on, uint32_t seconds);
int socket_no_delay(struct step *, struct id);       /* TCP_NODELAY; the connection must exist */
void socket_reuse_address(struct step *, struct id); /* SO_REUSEADDR */
/* IP_RECVERR: ICMP errors are queued as messages, for socket_receive_packet. */
void socket_keep_errors(struct step *, struct id);
int socket_take_error(struct step *, struct id); /* SO_ERROR: a negative error, once; or 0 */
void socket_close(struct step *, struct id);
unsigned socket_ready(const struct lab *, struct id); /* enum socket_event bits that hold now */
bool socket_names(const struct lab *, struct id, struct tcp_endpoint *local,
                  struct tcp_endpoint *remote);            /* false: no such socket */
struct id socket_first(const struct lab *, uint32_t node); /* then socket_get()->next */

/* The process that the socket wakes. */
void socket_give(struct step *, struct id, struct id process);

/* For the layers below: deliver a datagram (keeps the frame when true) or an error. */
bool socket_deliver(struct step *, struct id, struct id frame);
void socket_deliver_error(struct step *, struct id, int error);
struct id socket_find(const struct lab *, uint32_t node, enum socket_type, ip4 local,
                      uint32_t local_port, ip4 remote, uint32_t remote_port);
/* One TABLE_SOCKETS row: a JSON array of strings. */
bool socket_row(struct text *, const char *protocol, const char *state, size_t receive_queue,
                size_t send_queue, struct tcp_endpoint local, struct tcp_endpoint remote);
void text_endpoint(struct text *, struct tcp_endpoint); /* "10.0.0.1:80", "0.0.0.0:*" */
int tcp_to_linux(enum tcp_error);                       /* negative, or 0 */

#endif
