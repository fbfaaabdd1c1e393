#ifndef NETSTEP_STACK_SOCKET_H
#define NETSTEP_STACK_SOCKET_H
/*
 * Sockets: what programs hold. Calls never block: they return -LINUX_EAGAIN (or -LINUX_EINPROGRESS
 * from connect), and the program's process waits until socket_notify() wakes it by a step of its
 * own at the same instant. Results are Linux's: 0 or a count, or a negative error number.
 */
#include "sim/frame.h"
#include "stack/errno.h"
#include "stack/tcp/tcp.h"

struct text;

enum socket_type { SOCKET_TCP = 1, SOCKET_UDP, SOCKET_ICMP, SOCKET_RAW, SOCKET_NETLINK };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct socket {
    struct id next;       /* the node's list, */
    struct id previous;   /* both ways: a close in a crowd of sockets looks for nothing */
    struct id chain;      /* UDP and ICMP: its hash chain */
    struct id process;    /* whom to wake */
    struct id wake;       /* the wake that is pending */
    struct id connection; /* TCP: its TCB */
    struct id first,
        last; /* UDP and ICMP: datagrams to be read, each a frame from its IP header on */
    uint32_t node, type;
    ip4 local, remote;
    uint32_t local_port, remote_port; /* ICMP: local_port is the echo identifier;
                                       * raw: IP's protocol */
    uint32_t queued, error;           /* error: a pending one, positive */
    uint32_t bound, connecting;       /* bound: a port is taken; connecting: TCP handshake is on */
    uint32_t linger, linger_s;        /* SO_LINGER: on; for how long */
    uint32_t listening, keep_errors;  /* keep_errors: IP_RECVERR */
    uint32_t shut_write, shut_read;
    uint32_t reuse, chained;           /* reuse: SO_REUSEADDR; chained: stands in a hash chain */
    uint32_t group_interface;          /* IP_MULTICAST_IF; 0: as the routes say */
    uint8_t group_ttl, group_no_loop;  /* IP_MULTICAST_TTL, 0: one; IP_MULTICAST_LOOP off */
    uint8_t groups, spare;             /* groups: memberships that it holds */
    uint32_t charged;                  /* what waits, as SO_RCVBUF counts it */
    uint32_t no_check, broadcast;      /* SO_NO_CHECK, SO_BROADCAST */
    uint32_t discover;                 /* IP_MTU_DISCOVER, plus one; 0: as usual */
    uint32_t error_count;              /* of first_error's queue */
    struct id first_error, last_error; /* UDP: IP_RECVERR's queue, ICMP messages as they came */
    uint32_t report, deferred;         /* a report that waits, enum socket_report; deferred: the SYN
                                       * goes with the first text (TCP_FASTOPEN_CONNECT) */
    uint32_t begun_at;                 /* UDP: the port at which its conversation began, or 0 */
    uint64_t report_value;
    uint32_t netlink_wants, netlink_has; /* stack/socket_netlink.h */
    uint32_t netlink_own, netlink_reserved;
    struct tcp_wishes wishes;
};
#pragma GCC diagnostic pop

struct id socket_create(struct step *, uint32_t node, enum socket_type, struct id process);
const struct socket *socket_get(const struct lab *, struct id);
int socket_bind(struct step *, struct id, struct tcp_endpoint);
int socket_listen(struct step *, struct id, uint32_t backlog);
int socket_connect(struct step *, struct id, struct tcp_endpoint); /* -EINPROGRESS: then poll */
/* sendto(2) with MSG_FASTOPEN: connects, with as much as the SYN carries; 0: send it afterwards. */
int64_t socket_connect_with(struct step *, struct id, struct tcp_endpoint, const uint8_t *octets,
                            size_t count);
int socket_connected(struct step *, struct id); /* 0, an error once, -EINPROGRESS */
int socket_accept(struct step *, struct id listener, struct id process, struct id *accepted);
/* TCP: as many octets as there is room for. UDP: one datagram to the connected peer. */
int64_t socket_send(struct step *, struct id, const uint8_t *octets, size_t count);
int64_t socket_send_with(struct step *, struct id, const uint8_t *octets, size_t count,
                         unsigned flags); /* enum tcp_send_flag; UDP takes none */
/* Octets that socket_send would take now; for UDP as many as are asked. At least 1, so that a call
 * that can only fail is made all the same. */
size_t socket_send_room(const struct lab *, struct id, size_t asked);
int64_t socket_send_to(struct step *, struct id, struct tcp_endpoint, const uint8_t *, size_t);
/* 0 octets with success: the peer closed its side (TCP). `from` may be NULL. */
int64_t socket_receive(struct step *, struct id, uint8_t *out, size_t room,
                       struct tcp_endpoint *from);
enum socket_receive_flag { RECEIVE_PEEK = 1, RECEIVE_URGENT = 2 }; /* MSG_PEEK, MSG_OOB */
/* IP_PKTINFO: where the datagram was sent to that would be read next; 0: none waits. */
ip4 socket_next_destination(const struct lab *, struct id);
/* And by which interface it came; 0: none waits, or it is from the node itself. */
uint32_t socket_next_interface(const struct lab *, struct id);
/* A look at the datagram that would be read next, where it lies; false: none waits. It lasts until
 * socket_skip() says that it has been read. */
struct datagram {
    const uint8_t *octets;
    size_t count;
    struct tcp_endpoint from;
    ip4 to;
    uint32_t interface; /* by which it came; 0: the node's own */
    struct id frame;    /* for the trace */
};
bool socket_next_datagram(const struct lab *, struct id, struct datagram *);
void socket_skip(struct step *, struct id);
int64_t socket_receive_with(struct step *, struct id, uint8_t *out, size_t room, unsigned flags);
/* The next ICMP message as it came, from its IPv4 header on: an ICMP socket's, or a UDP socket's
 * error (IP_RECVERR). -EAGAIN: none. */
int64_t socket_receive_packet(struct step *, struct id, uint8_t *out, size_t room);
/* The next datagram of a raw socket itself, from its IP header on; the caller frees it. {0,0}: none
 * waits. */
struct id socket_take_frame(struct step *, struct id);
int socket_shutdown_write(struct step *, struct id);
int socket_shutdown_read(struct step *, struct id);
/* What TCP tells without being asked, oldest first, once; SOCKET_REPORT_NONE: nothing. */
enum socket_report socket_told(struct step *, struct id, uint64_t *value);
/* socket_options.c: setsockopt(2) and getsockopt(2) by Linux's names, in Linux's units. */
enum socket_option {
    OPTION_SO_REUSEADDR,
    OPTION_SO_KEEPALIVE,
    OPTION_SO_LINGER, /* seconds; -1: off */
    OPTION_SO_OOBINLINE,
    OPTION_SO_SNDBUF,
    OPTION_SO_RCVBUF,
    OPTION_SO_ERROR,
    OPTION_SO_BROADCAST,
    OPTION_SO_NO_CHECK,
    OPTION_TCP_NODELAY,
    OPTION_TCP_MAXSEG,
    OPTION_TCP_CORK,
    OPTION_TCP_KEEPIDLE,
    OPTION_TCP_KEEPINTVL,
    OPTION_TCP_KEEPCNT,
    OPTION_TCP_SYNCNT,
    OPTION_TCP_LINGER2,
    OPTION_TCP_DEFER_ACCEPT,
    OPTION_TCP_WINDOW_CLAMP,
    OPTION_TCP_CONGESTION, /* enum congestion_control */
    OPTION_TCP_QUICKACK,
    OPTION_TCP_USER_TIMEOUT,
    OPTION_TCP_FASTOPEN,
    OPTION_TCP_FASTOPEN_CONNECT,
    OPTION_IP_OPTIONS, /* octets: socket_ip_options_set() */
    OPTION_IP_TOS,
    OPTION_IP_TTL,
    OPTION_IP_RECVTOS, /* the octet that the peer sends */
    OPTION_IP_MTU_DISCOVER,
    OPTION_IP_MTU, /* of the path to the peer */
    OPTION_IP_RECVERR,
    OPTION_IP_ADD_MEMBERSHIP, /* group | interface << 32; 0: as the routes say */
    OPTION_IP_DROP_MEMBERSHIP,
    OPTION_IP_MULTICAST_IF, /* the interface's number */
    OPTION_IP_MULTICAST_TTL,
    OPTION_IP_MULTICAST_LOOP,
    OPTION_F_SETOWN, /* asynchronous reports: 1 wanted, 0 not */
    OPTION_URGENT,   /* octets up to the urgent mark, 0: none */
    OPTION_COUNT
};
const char *socket_option_name(uint32_t option); /* "SO_KEEPALIVE"; NULL past the end */
bool socket_option_named(const char *, enum socket_option *);
/* IP_OPTIONS: as a user of Linux gives them, a multiple of 4 octets; none takes them away. */
int socket_ip_options_set(struct step *, struct id, const uint8_t *octets, size_t count);
size_t socket_ip_options_get(const struct lab *, struct id, uint8_t out[IP_OPTIONS_MOST]);
int socket_option_set(struct step *, struct id, enum socket_option, int64_t value);
int socket_option_get(struct step *, struct id, enum socket_option, int64_t *value);
/* socket_groups.c: memberships (RFC 1112 7.1) are the socket's and end with it. */
int socket_group_join(struct step *, struct id, uint32_t interface, ip4 group);
int socket_group_leave(struct step *, struct id, uint32_t interface, ip4 group);
void socket_groups_free(struct step *, struct id);
/* IP_RECVERR: ICMP errors are queued as messages, for socket_receive_packet. */
void socket_keep_errors(struct step *, struct id);
int socket_take_error(struct step *, struct id); /* SO_ERROR: a negative error, once; or 0 */
/* SO_LINGER with a time: whether close(2) still has to wait for the peer, from the first call on,
 * which says CLOSE. The caller keeps the time. */
bool socket_lingers(struct step *, struct id);
void socket_close(struct step *, struct id);
unsigned socket_ready(const struct lab *, struct id); /* enum socket_event bits that hold now */
bool socket_names(const struct lab *, struct id, struct tcp_endpoint *local,
                  struct tcp_endpoint *remote);            /* false: no such socket */
struct id socket_first(const struct lab *, uint32_t node); /* then socket_get()->next */

/* For those who look on: its datagrams belong to a conversation that began at that port, whatever
 * their own ports are. */
void socket_begun_at(struct step *, struct id, uint32_t port);
/* The process that the socket wakes. */
void socket_give(struct step *, struct id, struct id process);

/* For the layers below: deliver a datagram (keeps the frame when true) or an error. */
bool socket_deliver(struct step *, struct id, uint32_t interface, struct id frame);
bool socket_queue_error(struct step *, struct id, struct id frame); /* IP_RECVERR */
void socket_deliver_error(struct step *, struct id, int error);
/* The socket that a datagram fits best; {0,0}: none. */
struct id socket_find(const struct lab *, uint32_t node, enum socket_type, ip4 local,
                      uint32_t local_port, ip4 remote, uint32_t remote_port);
/* Of a datagram to a group or to all: the next one that it fits; `after` {0,0}: the first. */
struct id socket_find_next(const struct lab *, struct id after, uint32_t node, enum socket_type,
                           ip4 local, uint32_t local_port, ip4 remote, uint32_t remote_port);
/* One TABLE_SOCKETS row: a JSON array of strings. */
bool socket_row(struct text *, const char *protocol, const char *state, size_t receive_queue,
                size_t send_queue, struct tcp_endpoint local, struct tcp_endpoint remote);
void text_endpoint(struct text *, struct tcp_endpoint); /* "10.0.0.1:80", "0.0.0.0:*" */
int tcp_to_linux(enum tcp_error);                       /* negative, or 0 */

#endif
