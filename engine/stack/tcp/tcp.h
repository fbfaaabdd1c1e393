#ifndef NETSTEP_STACK_TCP_H
#define NETSTEP_STACK_TCP_H
/*
 * TCP, RFC 9293. The user calls of 3.10.1-6 (tcp_user.c), segment arrival 3.10.7 (tcp_input.c),
 * time-outs 3.10.8 (tcp_timer.c), and what is sent when (tcp_output.c). The socket layer above
 * owns descriptors, blocking and the accept queue; it learns of changes by socket_notify().
 */
#include "stack/ip/ip.h"
#include "wire/tcp.h"

enum tcp_state { /* RFC 9293 3.3.2, in the order of Figure 5's text */
                 TCP_CLOSED,
                 TCP_LISTEN,
                 TCP_SYN_SENT,
                 TCP_SYN_RECEIVED,
                 TCP_ESTABLISHED,
                 TCP_FIN_WAIT_1,
                 TCP_FIN_WAIT_2,
                 TCP_CLOSE_WAIT,
                 TCP_CLOSING,
                 TCP_LAST_ACK,
                 TCP_TIME_WAIT
};
enum { TCP_STATE_COUNT = TCP_TIME_WAIT + 1 };
enum tcp_error {
    TCP_OK,
    TCP_ERROR_REFUSED,
    TCP_ERROR_RESET,
    TCP_ERROR_TIMED_OUT,
    TCP_ERROR_UNREACHABLE,
    TCP_ERROR_NO_ROUTE,
    TCP_ERROR_IN_USE,
    TCP_ERROR_NO_BUFFERS,
    TCP_ERROR_NO_PORT,
    TCP_ERROR_NOT_CONNECTED,
    TCP_ERROR_PIPE,
    TCP_ERROR_INVALID,
    TCP_ERROR_PROTOCOL,
    TCP_ERROR_NO_PROTOCOL
};

struct tcp_endpoint {
    ip4 address;
    uint32_t port;
};

/* What the user asks of a connection: parameters of OPEN and SEND, 3.9.1, by the names of Linux's
 * socket options. The socket keeps it before there is a connection; a listener's goes to its
 * children. 0 is Linux's default throughout. */
enum tcp_reports { TCP_REPORTS_USUAL, TCP_REPORTS_ON, TCP_REPORTS_OFF };
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
enum tcp_options_from { TCP_OPTIONS_NONE, TCP_OPTIONS_USERS, TCP_OPTIONS_PEERS };
struct tcp_wishes {
    sim_time user_timeout;                /* TCP_USER_TIMEOUT; 0: R2 by the node's settings */
    sim_time keep_idle, keep_interval;    /* TCP_KEEPIDLE, TCP_KEEPINTVL; 0: the node's */
    sim_time fin_wait_2;                  /* TCP_LINGER2; 0: the node's; less: do not wait */
    uint32_t keep_count;                  /* TCP_KEEPCNT; 0: the node's */
    uint32_t syn_count;                   /* TCP_SYNCNT; 0: the node's */
    uint32_t most_mss;                    /* TCP_MAXSEG; 0: the path's */
    uint32_t defer_accept;                /* TCP_DEFER_ACCEPT: SYN,ACKs to wait for text */
    uint32_t send_buffer, receive_buffer; /* SO_SNDBUF, SO_RCVBUF, doubled; 0: automatic */
    uint32_t window_clamp;                /* TCP_WINDOW_CLAMP; 0: none */
    uint32_t congestion;                  /* TCP_CONGESTION: 1 + enum; 0: the node's */
    uint32_t fastopen_queue;              /* TCP_FASTOPEN: children before their third segment */
    uint8_t fastopen_connect; /* TCP_FASTOPEN_CONNECT: connect() waits for the first text */
    uint8_t reuse;            /* SO_REUSEADDR, as the socket had it: for bind() on this port */
    uint8_t ip_options_from;  /* enum tcp_options_from */
    uint8_t ip_option_count;  /* IP_OPTIONS, MUST-51: as a user gives them */
    uint8_t ip_options[IP_OPTIONS_MOST];
    uint8_t tos, ttl;      /* IP_TOS (MUST-48), IP_TTL (MUST-49); ttl 0: the node's */
    uint8_t keep_alive;    /* SO_KEEPALIVE; MUST-25: off */
    uint8_t no_delay;      /* TCP_NODELAY, MUST-17: Nagle's algorithm is off */
    uint8_t cork;          /* TCP_CORK */
    uint8_t urgent_inline; /* SO_OOBINLINE */
    uint8_t reports;       /* F_SETOWN, enum tcp_reports: asynchronous reports are wanted */
    uint8_t fragments;     /* IP_MTU_DISCOVER is IP_PMTUDISC_DONT: routers may cut it up */
};
#pragma GCC diagnostic pop

/* 3.10.1 OPEN. `local.address` 0: any; `local.port` 0: an ephemeral one. The socket id goes with
 * the connection; children of a listener have none until accepted. */
enum tcp_error tcp_listen(struct step *, uint32_t node, struct id socket, struct tcp_endpoint local,
                          uint32_t backlog, struct id *connection);
void tcp_set_backlog(struct step *, struct id listener, uint32_t backlog); /* listen() again */
enum tcp_error tcp_connect(struct step *, uint32_t node, struct id socket,
                           struct tcp_endpoint local, struct tcp_endpoint remote,
                           const struct tcp_wishes *, struct id *connection);
/* The user has changed its mind. */
const struct tcp_wishes *tcp_wishes_of(const struct lab *, struct id connection); /* NULL: none */
void tcp_wish(struct step *, struct id connection, const struct tcp_wishes *);
void tcp_quick_ack(struct step *, struct id connection, bool on); /* TCP_QUICKACK */
void tcp_push(struct step *, struct id connection);
/* The same with text in the SYN, RFC 7413: *taken octets of it, the others are to be sent later. */
struct tcp_text {
    const uint8_t *octets;
    size_t count, taken;
};
enum tcp_error tcp_connect_text(struct step *, uint32_t node, struct id socket,
                                struct tcp_endpoint local, struct tcp_endpoint remote,
                                const struct tcp_wishes *, struct tcp_text *,
                                struct id *connection);
bool tcp_fastopen_client(const struct lab *, uint32_t node); /* net.ipv4.tcp_fastopen allows it */
bool tcp_fastopen_knows(struct lab *, uint32_t node, ip4 server); /* text may travel at once */
/* OPEN, active, of a connection in LISTEN (3.10.1): it turns round and sends a SYN. Linux has no
 * such call: TCP_ERROR_INVALID there. */
enum tcp_error tcp_connect_listener(struct step *, struct id listener, struct tcp_endpoint remote);
/* 3.10.2 SEND: takes as many octets as the send buffer has room for; 0: wait for
 * SOCKET_WRITABLE. */
enum tcp_send_flag {
    TCP_SEND_MORE = 1,  /* not to be pushed yet (MAY-15): MSG_MORE */
    TCP_SEND_URGENT = 2 /* the last octet is the last urgent one: MSG_OOB */
};
enum tcp_error tcp_send(struct step *, struct id connection, const uint8_t *octets, size_t count,
                        unsigned flags, size_t *taken);
size_t tcp_send_room(const struct lab *, struct id connection);
/* 3.10.3 RECEIVE: up to `room` octets; *count 0 with *end true: the peer closed (EOF). */
enum tcp_error tcp_receive_octets(struct step *, struct id connection, uint8_t *out, size_t room,
                                  bool peek, size_t *count, bool *end);
/* The urgent octet, as Linux has it (MSG_OOB); *count 0: it has not come. */
enum tcp_error tcp_receive_urgent(struct step *, struct id connection, bool peek, uint8_t *out,
                                  size_t *count);
uint32_t tcp_urgent_left(const struct lab *, struct id connection); /* MUST-33: up to the mark */
size_t tcp_receive_pending(const struct lab *, struct id connection, bool *end);
/* 3.10.4 CLOSE. shutdown(SHUT_WR) keeps the socket; close() makes the connection an orphan, and
 * with unread data sends RST (RFC 9293 3.6.1 SHLD-3, RFC 2525 2.17). */
enum tcp_error tcp_shutdown_write(struct step *, struct id connection);
void tcp_close(struct step *, struct id connection);
void tcp_abort(struct step *, struct id connection); /* 3.10.5 ABORT; SO_LINGER 0 */
/* A listener's next finished child, or none; the child then belongs to `socket`. */
struct id tcp_accept(struct step *, struct id listener, struct id socket);
/* The pending error; tcp_send and tcp_receive_octets return it once, and then it is gone. */
/* SO_ERROR: the pending error, or else the last soft one; once. */
enum tcp_error tcp_take_error(struct step *, struct id connection);
enum tcp_error tcp_error_of(const struct lab *, struct id connection);
/* Whether some connection of the node, in any state, has this local port (address 0: any). */
bool tcp_port_in_use(const struct lab *, uint32_t node, struct tcp_endpoint local,
                     bool reuse); /* reuse: one that has SO_REUSEADDR, too, does not count */

uint32_t tcp_mss_of(const struct lab *, struct id connection); /* 0: no connection */
bool tcp_is_interactive(const struct lab *, struct id connection);
uint32_t tcp_tos_of(const struct lab *, struct id connection); /* MAY-9: what the peer sends */

/* SO_RCVBUF and SO_SNDBUF as Linux keeps them, twice what the program says: a fixed size. */
void tcp_set_receive_buffer(struct step *, struct id connection, uint32_t octets);
void tcp_set_send_buffer(struct step *, struct id connection, uint32_t octets);
void tcp_set_congestion(struct step *, struct id connection, uint32_t algorithm); /* by setting */

/* 3.10.6 STATUS */
struct tcp_view {
    uint32_t node, state;
    struct tcp_endpoint local, remote;
    size_t send_queue,
        receive_queue; /* as ss shows: not acknowledged; not read (listener: backlog, queue) */
    struct id socket;
    bool accepted; /* Fast Open: readable in SYN-RECEIVED */
};
bool tcp_view(const struct lab *, struct id connection, struct tcp_view *);
const char *tcp_state_name(uint32_t state); /* "SYN-RECEIVED" */
/* The same in the detail of Linux's TCP_INFO. Octets and segments as the names say. */
struct tcp_details {
    const char *algorithm; /* "reno" */
    bool timestamps, sack, ecn, window_scaling;
    uint32_t send_scale, receive_scale;
    sim_time rto, srtt, rttvar, ato, least_rtt; /* 0: not known yet */
    uint32_t mss, peer_mss, own_mss;
    uint32_t cwnd, ssthresh; /* octets; no threshold yet: 0 */
    uint32_t timeouts;       /* of the oldest segment, since SND.UNA last moved */
    uint32_t unacknowledged, repeated, repeated_ever, lost, sacked; /* segments */
    uint32_t receive_space, receive_window, send_window;            /* octets */
};
bool tcp_details(const struct lab *, struct id connection, struct tcp_details *);

/* From below and from the clock. */
void tcp_node_crash(struct step *, uint32_t node); /* all connections are gone, without a word */
void tcp_segment_in(struct step *, uint32_t node, const struct ip_in *, struct reader segment);
struct icmp_message;
void tcp_icmp_in(struct step *, uint32_t node, const struct icmp_message *, ip4 local, ip4 remote,
                 const uint8_t *first_octets, size_t count); /* 3.9.2.2; the quoted TCP header */
void tcp_timer_fired(struct step *, uint32_t timer_kind, struct id connection);
/* A segment exactly as told, for "forge" (node, header, data), and what is strange about it. */
struct tcp_disguise {
    uint32_t tos;
    bool bad_checksum;
    const uint8_t *ip_options;
    size_t ip_option_count;
};
enum ip_result tcp_forge(struct step *, uint32_t node, ip4 src, ip4 dst, struct tcp_header *,
                         const uint8_t *octets, size_t count, const struct tcp_disguise *);
/* Whether the node has such a connection, and `seq` in flight on it: ICMP that quotes anything else
 * is not believed, but counted. */
bool tcp_has_sent(struct step *, uint32_t node, struct tcp_endpoint local,
                  struct tcp_endpoint remote, uint32_t seq);
/* What the connection of `local`, wherever in the lab it is, expects of `remote` next (RCV.NXT),
 * and what it will send next (SND.NXT). False: there is none. */
bool tcp_expects(struct lab *, struct tcp_endpoint local, struct tcp_endpoint remote,
                 uint32_t *next, uint32_t *sent);

/* What the lab needs to know of the objects: defined in tcp_state.c. */
extern const struct object_kind tcp_object_kind, tcp_chunk_kind, tcp_peer_kind, tcp_sent_kind;
extern const struct state_graph tcp_graph, tcp_congestion_graph;
extern const struct gauge_set tcp_gauges; /* tcp_gauges.c */
size_t tcp_tcb_size(void);

/* Told to the layer above: implemented in stack/socket.c. Never acts at once: it wakes the
 * socket's process by a TIMER_WAKE event at the same instant. */
enum socket_event {
    SOCKET_CONNECTED = 1,
    SOCKET_READABLE = 2,
    SOCKET_WRITABLE = 4,
    SOCKET_ACCEPTABLE = 8,
    SOCKET_ERROR = 16,
    SOCKET_GONE = 32
};
void socket_notify(struct step *, struct id socket, unsigned events);
/* MUST-47: told to the user at once, without being asked (ERROR_REPORT, 3.9.1). */
enum socket_report {
    SOCKET_REPORT_NONE,
    SOCKET_REPORT_URGENT, /* octets up to the mark */
    SOCKET_REPORT_R1,     /* repetitions so far */
    SOCKET_REPORT_ERROR   /* Linux's number of a soft error */
};
void socket_tell(struct step *, struct id socket, enum socket_report, uint64_t value);

/* A frame of a host that the lab does not simulate: what it may note of the numbers. */
struct frame;
void tcp_came_in(struct lab *, uint32_t interface, struct frame *);

#endif
