#include "stack/socket.h"
/*
 * The socket calls, with Linux's results and errors: lifecycle, names, connecting and octets. TCP
 * is asked through tcp.h, datagrams wait in the socket's own queue (socket_queue.c). No call
 * blocks: a process that must wait is woken by socket_notify(), as a step of its own.
 */
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/ip/icmp.h"
#include "stack/ip/igmp.h"
#include "stack/socket_queue.h"
#include "stack/socket_raw.h"
#include "stack/sysctl.h"
#include "stack/udp.h"
#include <assert.h>

enum { PORT_MAX = 65535, DATAGRAM_MAX = 65507 };

const struct socket *socket_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_SOCKET, id);
}

static struct socket *edit(struct step *s, struct id id) {
    struct socket *socket = object_edit(s, POOL_SOCKET, id);
    assert(socket != NULL);
    return socket;
}

struct id socket_first(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_socket;
}

int tcp_to_linux(enum tcp_error error) {
    switch (error) {
    case TCP_OK: return 0;
    case TCP_ERROR_REFUSED: return -LINUX_ECONNREFUSED;
    case TCP_ERROR_RESET: return -LINUX_ECONNRESET;
    case TCP_ERROR_TIMED_OUT: return -LINUX_ETIMEDOUT;
    case TCP_ERROR_UNREACHABLE: return -LINUX_EHOSTUNREACH;
    case TCP_ERROR_NO_ROUTE: return -LINUX_ENETUNREACH;
    case TCP_ERROR_IN_USE: return -LINUX_EADDRINUSE;
    case TCP_ERROR_NO_BUFFERS: return -LINUX_ENOBUFS;
    case TCP_ERROR_NO_PORT: return -LINUX_EADDRNOTAVAIL;
    case TCP_ERROR_NOT_CONNECTED: return -LINUX_ENOTCONN;
    case TCP_ERROR_PIPE: return -LINUX_EPIPE;
    case TCP_ERROR_INVALID: return -LINUX_EINVAL;
    case TCP_ERROR_PROTOCOL: return -LINUX_EPROTO;
    case TCP_ERROR_NO_PROTOCOL: return -LINUX_ENOPROTOOPT;
    }
    assert(!"every error of TCP has its number");
    return -LINUX_EINVAL;
}

static int ip_to_linux(enum ip_result result) {
    switch (result) {
    case IP_SENT: return 0;
    case IP_NO_ROUTE: return -LINUX_ENETUNREACH;
    case IP_BLACKHOLE: return -LINUX_EINVAL;
    case IP_UNREACHABLE: return -LINUX_EHOSTUNREACH;
    case IP_PROHIBITED: return -LINUX_EACCES;
    case IP_FILTERED: return -LINUX_EPERM;
    case IP_TOO_BIG: return -LINUX_EMSGSIZE;
    case IP_NO_BUFFERS: return -LINUX_ENOBUFS;
    }
    assert(!"every result of IP has its number");
    return -LINUX_ENOBUFS;
}

/* ------------------------------------------------------------------- waking */

void socket_notify(struct step *s, struct id id, unsigned events) {
    const struct socket *socket = socket_get(s->lab, id);
    if (socket == NULL || events == 0 || !id_is(socket->process) ||
        timer_pending(s->lab, socket->wake, NULL))
        return;
    struct socket *e = edit(s, id);
    timer_set(s, &e->wake, TIMER_WAKE, e->node, e->process, s->now);
}

void socket_tell(struct step *s, struct id id, enum socket_report report, uint64_t value) {
    struct socket *socket = edit(s, id);
    socket->report = report; /* the newest is what counts */
    socket->report_value = value;
    socket_notify(s, id, SOCKET_ERROR);
}

enum socket_report socket_told(struct step *s, struct id id, uint64_t *value) {
    if (socket_get(s->lab, id)->report == SOCKET_REPORT_NONE) return SOCKET_REPORT_NONE;
    struct socket *socket = edit(s, id);
    enum socket_report report = (enum socket_report)socket->report;
    *value = socket->report_value;
    socket->report = SOCKET_REPORT_NONE;
    return report;
}

void socket_begun_at(struct step *s, struct id id, uint32_t port) {
    edit(s, id)->begun_at = port;
}

void socket_give(struct step *s, struct id id, struct id process) {
    edit(s, id)->process = process;
}

static unsigned ready_tcp(const struct lab *lab, const struct socket *socket) {
    struct tcp_view view;
    bool end = false;
    unsigned ready = 0;
    if (!tcp_view(lab, socket->connection, &view)) return SOCKET_GONE;
    if (view.state == TCP_LISTEN) return view.receive_queue > 0 ? SOCKET_ACCEPTABLE : 0;
    if (tcp_error_of(lab, socket->connection) != TCP_OK) ready |= SOCKET_ERROR;
    if (view.state == TCP_CLOSED) return ready | SOCKET_GONE | SOCKET_READABLE | SOCKET_WRITABLE;
    /* A Fast Open child was accepted before its third segment. */
    bool opening = view.state == TCP_SYN_SENT || (view.state == TCP_SYN_RECEIVED && !view.accepted);
    if (opening) return ready;
    ready |= SOCKET_CONNECTED;
    if (tcp_receive_pending(lab, socket->connection, &end) > 0 || end || socket->shut_read != 0)
        ready |= SOCKET_READABLE;
    if (tcp_send_room(lab, socket->connection) > 0) ready |= SOCKET_WRITABLE;
    return ready;
}

unsigned socket_ready(const struct lab *lab, struct id id) {
    const struct socket *socket = socket_get(lab, id);
    if (socket == NULL) return SOCKET_GONE;
    if (socket->type == SOCKET_TCP) return ready_tcp(lab, socket);
    if (socket->type == SOCKET_NETLINK) return socket->netlink_has != 0 ? SOCKET_READABLE : 0;
    return (socket->queued > 0 ? SOCKET_READABLE : 0u) | (socket->error != 0 ? SOCKET_ERROR : 0u) |
           SOCKET_WRITABLE;
}

/* ------------------------------------------------------------------- making and naming */

struct id socket_create(struct step *s, uint32_t node, enum socket_type type, struct id process) {
    struct id id = object_create(s, POOL_SOCKET, node);
    if (!id_is(id)) return id;
    struct socket *socket = edit(s, id);
    struct node *n = node_at(s->lab, node);
    socket->node = node;
    socket->type = type;
    socket->process = process;
    if (type == SOCKET_NETLINK) n->netlinks++;
    /* inet_create(): who wants no path MTU discovery begins with IP_PMTUDISC_DONT. */
    socket->wishes.fragments = setting_of(s->lab, node, SETTING_NO_PMTU_DISC) != 0;
    socket->next = n->first_socket;
    struct socket *behind = object_touch(s->lab, POOL_SOCKET, socket->next);
    if (behind != NULL) behind->previous = id;
    n->first_socket = id;
    return id;
}

/* bind(2): a port is taken when another socket holds it on an overlapping address; SO_REUSEADDR on
 * both sides allows all but a second listener. */
static bool port_taken(const struct lab *lab, const struct socket *socket, ip4 address,
                       uint32_t port) {
    for (struct id id = socket_first(lab, socket->node); id_is(id);
         id = socket_get(lab, id)->next) {
        const struct socket *other = socket_get(lab, id);
        if (other == socket || other->type != socket->type || other->bound == 0 ||
            other->local_port != port)
            continue;
        if (address != 0 && other->local != 0 && address != other->local) continue;
        if (socket->reuse == 0 || other->reuse == 0 || other->listening != 0) return true;
    }
    /* Of connections without a socket, too, such as those in TIME-WAIT (inet_csk_bind_conflict). */
    return socket->type == SOCKET_TCP &&
           tcp_port_in_use(lab, socket->node, (struct tcp_endpoint){address, port},
                           socket->reuse != 0);
}

/* An ephemeral port, RFC 6056 3.3.1: a random start, then the next that is free. 0: none is. */
static uint32_t choose_port(struct step *s, const struct socket *socket, ip4 address) {
    uint32_t low = (uint32_t)setting_of(s->lab, socket->node, SETTING_PORT_LOW);
    uint32_t count = (uint32_t)setting_of(s->lab, socket->node, SETTING_PORT_HIGH) - low + 1;
    struct prng *prng = &node_at(s->lab, socket->node)->prng[PRNG_PORT];
    uint32_t first = prng_below(prng, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t port = low + (first + i) % count;
        if (!port_taken(s->lab, socket, address, port)) return port;
    }
    return 0;
}

int socket_bind(struct step *s, struct id id, struct tcp_endpoint local) {
    struct socket *socket = edit(s, id);
    if (socket->bound != 0 || id_is(socket->connection)) return -LINUX_EINVAL;
    if (local.port > PORT_MAX) return -LINUX_EINVAL;
    if (local.address != 0 && !ip_is_local(s->lab, socket->node, local.address))
        return -LINUX_EADDRNOTAVAIL;
    if (local.port == 0) {
        local.port = choose_port(s, socket, local.address);
        if (local.port == 0) return -LINUX_EADDRINUSE;
    } else if (port_taken(s->lab, socket, local.address, local.port)) {
        return -LINUX_EADDRINUSE;
    }
    socket->local = local.address;
    socket->local_port = local.port;
    socket->bound = 1;
    if (socket->type != SOCKET_TCP) socket_chain(s, id);
    return 0;
}

bool socket_names(const struct lab *lab, struct id id, struct tcp_endpoint *local,
                  struct tcp_endpoint *remote) {
    const struct socket *socket = socket_get(lab, id);
    struct tcp_view view;
    if (socket == NULL) return false;
    *local = (struct tcp_endpoint){socket->local, socket->local_port};
    *remote = (struct tcp_endpoint){socket->remote, socket->remote_port};
    if (socket->type == SOCKET_TCP && tcp_view(lab, socket->connection, &view)) {
        *local = view.local;
        *remote = view.remote;
    }
    return true;
}

void socket_keep_errors(struct step *s, struct id id) {
    edit(s, id)->keep_errors = 1;
}

/* ------------------------------------------------------------------- connections */

int socket_listen(struct step *s, struct id id, uint32_t backlog) {
    struct socket *socket = edit(s, id);
    if (socket->type != SOCKET_TCP) return -LINUX_EOPNOTSUPP;
    if (id_is(socket->connection)) {
        if (socket->listening != 0) tcp_set_backlog(s, socket->connection, backlog);
        return socket->listening != 0 ? 0 : -LINUX_EINVAL;
    }
    if (socket->bound == 0) { /* listen(2) on Linux binds to an ephemeral port */
        int result = socket_bind(s, id, (struct tcp_endpoint){0, 0});
        if (result != 0) return result;
    }
    struct tcp_endpoint local = {socket->local, socket->local_port};
    enum tcp_error error = tcp_listen(s, socket->node, id, local, backlog, &socket->connection);
    if (error == TCP_OK) socket->listening = 1;
    if (error == TCP_OK) tcp_wish(s, socket->connection, &socket->wishes);
    return tcp_to_linux(error);
}

/* ip(7): a broadcast needs SO_BROADCAST. */
static bool broadcast_refused(const struct lab *lab, const struct socket *socket, ip4 to) {
    return socket->broadcast == 0 && !ip_is_multicast(to) &&
           ip_is_broadcast_or_multicast(lab, socket->node, to);
}

static int connect_datagrams(struct step *s, struct id id, struct tcp_endpoint remote) {
    struct socket *socket = edit(s, id);
    ip4 source = ip_source_for(s->lab, socket->node, remote.address);
    if (source == 0) return -LINUX_ENETUNREACH;
    if (broadcast_refused(s->lab, socket, remote.address)) return -LINUX_EACCES;
    if (socket->bound == 0) {
        int result = socket_bind(s, id, (struct tcp_endpoint){source, 0});
        if (result != 0) return result;
    }
    socket->remote = remote.address;
    socket->remote_port = remote.port;
    if (socket->local == 0) socket->local = source;
    return 0;
}

int64_t socket_connect_with(struct step *s, struct id id, struct tcp_endpoint remote,
                            const uint8_t *octets, size_t count) {
    struct socket *socket = edit(s, id);
    struct tcp_text text = {octets, count, 0};
    if (socket->type != SOCKET_TCP || !tcp_fastopen_client(s->lab, socket->node))
        return -LINUX_EOPNOTSUPP;
    if (id_is(socket->connection)) return -LINUX_EISCONN;
    struct tcp_endpoint local = {socket->local, socket->bound != 0 ? socket->local_port : 0};
    enum tcp_error error = tcp_connect_text(s, socket->node, id, local, remote, &socket->wishes,
                                            &text, &socket->connection);
    if (error != TCP_OK) return tcp_to_linux(error);
    socket->deferred = 0;
    if (text.taken > 0) trace_stream(s, socket->node, id, STREAM_SENT, octets, text.taken);
    return (int64_t)text.taken;
}

/* TCP_FASTOPEN_CONNECT (tcp_fastopen_defer_connect): with a cookie connect() has nothing to do but
 * to remember where to; without, it asks for one. */
static int connect_later(struct step *s, struct id id, struct tcp_endpoint remote) {
    struct socket *socket = edit(s, id);
    if (!tcp_fastopen_client(s->lab, socket->node)) return -LINUX_EOPNOTSUPP;
    if (tcp_fastopen_knows(s->lab, socket->node, remote.address)) {
        socket->remote = remote.address;
        socket->remote_port = remote.port;
        socket->deferred = 1;
        return 0;
    }
    int64_t result = socket_connect_with(s, id, remote, NULL, 0);
    if (result < 0) return (int)result;
    socket->connecting = 1;
    return -LINUX_EINPROGRESS;
}

int socket_connect(struct step *s, struct id id, struct tcp_endpoint remote) {
    struct socket *socket = edit(s, id);
    if (remote.port > PORT_MAX) return -LINUX_EINVAL;
    if (socket->type != SOCKET_TCP) return connect_datagrams(s, id, remote);
    enum tcp_error error;
    if (socket->listening != 0) {
        /* RFC 9293 3.10.1: OPEN turns a passive connection into an active one. Linux refuses. */
        error = tcp_connect_listener(s, socket->connection, remote);
        if (error == TCP_ERROR_INVALID) return -LINUX_EISCONN;
        socket->listening = 0;
    } else if (id_is(socket->connection) || socket->deferred != 0) {
        return socket->connecting != 0 ? -LINUX_EALREADY : -LINUX_EISCONN;
    } else if (socket->wishes.fastopen_connect != 0) {
        return connect_later(s, id, remote);
    } else {
        struct tcp_endpoint local = {socket->local, socket->bound != 0 ? socket->local_port : 0};
        error =
            tcp_connect(s, socket->node, id, local, remote, &socket->wishes, &socket->connection);
    }
    if (error != TCP_OK) return tcp_to_linux(error);
    socket->connecting = 1;
    return -LINUX_EINPROGRESS;
}

/* A connection that failed leaves the socket as it was before connect(). */
static int connect_failed(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    int error = tcp_to_linux(tcp_error_of(s->lab, socket->connection));
    if (id_is(socket->connection)) tcp_close(s, socket->connection);
    socket->connection = (struct id){0, 0};
    socket->connecting = 0;
    return error != 0 ? error : -LINUX_ECONNREFUSED;
}

int socket_connected(struct step *s, struct id id) {
    struct tcp_view view;
    struct socket *socket = edit(s, id);
    if (socket->connecting == 0) return id_is(socket->connection) ? 0 : -LINUX_ENOTCONN;
    if (!tcp_view(s->lab, socket->connection, &view) || view.state == TCP_CLOSED)
        return connect_failed(s, id);
    if (view.state < TCP_ESTABLISHED) return -LINUX_EINPROGRESS;
    socket->connecting = 0;
    return 0;
}

int socket_accept(struct step *s, struct id listener, struct id process, struct id *accepted) {
    struct tcp_view view;
    const struct socket *from = socket_get(s->lab, listener);
    if (from->type != SOCKET_TCP) return -LINUX_EOPNOTSUPP;
    if (from->listening == 0 || !tcp_view(s->lab, from->connection, &view)) return -LINUX_EINVAL;
    if (view.receive_queue == 0) return -LINUX_EAGAIN;
    struct id id = socket_create(s, from->node, SOCKET_TCP, process);
    if (!id_is(id)) return -LINUX_ENOMEM;
    struct socket *socket = edit(s, id);
    socket->connection = tcp_accept(s, from->connection, id);
    if (!id_is(socket->connection)) {
        socket_close(s, id);
        return -LINUX_EAGAIN;
    }
    socket->wishes = from->wishes; /* as the child has them since its SYN came */
    *accepted = id;
    return 0;
}

/* ------------------------------------------------------------------- octets */

static int64_t send_tcp(struct step *s, struct id id, const uint8_t *octets, size_t count,
                        unsigned flags) {
    const struct socket *socket = socket_get(s->lab, id);
    size_t taken = 0;
    if (socket->deferred != 0) {
        struct tcp_endpoint remote = {socket->remote, socket->remote_port};
        return socket_connect_with(s, id, remote, octets, count);
    }
    if (!id_is(socket->connection) || socket->listening != 0)
        return -LINUX_EPIPE; /* Linux: tcp_sendmsg on a socket that was never connected */
    enum tcp_error error = tcp_send(s, socket->connection, octets, count, flags, &taken);
    if (taken > 0) trace_stream(s, socket->node, id, STREAM_SENT, octets, taken);
    if (taken > 0 || error != TCP_OK) return taken > 0 ? (int64_t)taken : tcp_to_linux(error);
    return count == 0 ? 0 : -LINUX_EAGAIN;
}

/* RFC 1112 6.1: a group's datagram has a TTL of 1 unless its sender says otherwise, and leaves by
 * the interface that he names. */
static void as_to_group(const struct step *s, const struct socket *socket, struct ip_out *out) {
    out->ttl = socket->group_ttl == 0 ? 1 : socket->group_ttl;
    out->loop = socket->group_no_loop == 0;
    out->interface = socket->group_interface;
    if (out->interface != 0 && out->src == 0) out->src = iface_get(s->lab, out->interface)->address;
}

/* IP_MTU_DISCOVER: in fragments if need be (0), found out (1), never cut (2). */
static int set_path(const struct lab *lab, const struct socket *socket, size_t count,
                    struct ip_out *out) {
    enum { DO = 3 };
    out->discover_path = socket->wishes.fragments == 0 && socket->discover != DO;
    out->dont_fragment = socket->discover == DO;
    if (!out->dont_fragment) return 0;
    size_t total = count + UDP_HEADER + IPV4_HEADER + out->option_count;
    return total > ip_mtu_for(lab, socket->node, out->dst) ? -LINUX_EMSGSIZE : 0;
}

int64_t socket_send_to(struct step *s, struct id id, struct tcp_endpoint to, const uint8_t *octets,
                       size_t count) {
    struct socket *socket = edit(s, id);
    if (socket->type == SOCKET_RAW) {
        if (to.address == 0) return -LINUX_EDESTADDRREQ;
        int refused = ip_to_linux(socket_raw_send(s, id, to.address, octets, count));
        return refused != 0 ? refused : (int64_t)count;
    }
    if (socket->type != SOCKET_UDP) return -LINUX_EOPNOTSUPP;
    if (to.port == 0) return -LINUX_EDESTADDRREQ;
    if (count > DATAGRAM_MAX) return -LINUX_EMSGSIZE;
    int error = socket_take_error(s, id);
    if (error != 0) return error;
    if (broadcast_refused(s->lab, socket, to.address)) return -LINUX_EACCES;
    if (socket->bound == 0) {
        error = socket_bind(s, id, (struct tcp_endpoint){0, 0});
        if (error != 0) return error;
    }
    struct ip_out out = {.src = socket->local,
                         .dst = to.address,
                         .dscp = socket->wishes.tos >> 2,
                         .ecn = socket->wishes.tos & 3,
                         .ttl = socket->wishes.ttl,
                         .begun_at = socket->begun_at,
                         .options = socket->wishes.ip_options,
                         .option_count = socket->wishes.ip_option_count,
                         .fill_options = true};
    error = set_path(s->lab, socket, count, &out);
    if (error != 0) return error;
    if (ip_is_multicast(to.address)) as_to_group(s, socket, &out);
    struct udp_way way = {
        .src_port = socket->local_port, .dst_port = to.port, .no_checksum = socket->no_check != 0};
    error = ip_to_linux(udp_send(s, socket->node, &out, &way, octets, count));
    if (error != 0) return error;
    trace_stream(s, socket->node, id, STREAM_SENT, octets, count);
    return (int64_t)count;
}

int64_t socket_send(struct step *s, struct id id, const uint8_t *octets, size_t count) {
    return socket_send_with(s, id, octets, count, 0);
}

int64_t socket_send_with(struct step *s, struct id id, const uint8_t *octets, size_t count,
                         unsigned flags) {
    const struct socket *socket = socket_get(s->lab, id);
    if (socket->type == SOCKET_TCP) return send_tcp(s, id, octets, count, flags);
    if (flags != 0) return -LINUX_EOPNOTSUPP;
    struct tcp_endpoint to = {socket->remote, socket->remote_port};
    return socket_send_to(s, id, to, octets, count);
}

size_t socket_send_room(const struct lab *lab, struct id id, size_t asked) {
    const struct socket *socket = socket_get(lab, id);
    if (socket->type != SOCKET_TCP || asked == 0 || socket->deferred != 0) return asked;
    size_t room = tcp_send_room(lab, socket->connection);
    return room == 0 ? 1 : room < asked ? room : asked;
}

int64_t socket_receive(struct step *s, struct id id, uint8_t *out, size_t room,
                       struct tcp_endpoint *from) {
    const struct socket *socket = socket_get(s->lab, id);
    if (socket->type != SOCKET_TCP) return socket_queue_take(s, id, out, room, from);
    return socket_receive_with(s, id, out, room, 0);
}

/* recv(2) with MSG_OOB: Linux's one urgent octet. */
static int64_t receive_urgent(struct step *s, struct id id, uint8_t *out, size_t room, bool peek) {
    const struct socket *socket = socket_get(s->lab, id);
    size_t count;
    enum tcp_error error = tcp_receive_urgent(s, socket->connection, peek, out, &count);
    if (error != TCP_OK || room == 0) return error != TCP_OK ? tcp_to_linux(error) : 0;
    return count > 0 ? (int64_t)count : -LINUX_EAGAIN;
}

int64_t socket_receive_with(struct step *s, struct id id, uint8_t *out, size_t room,
                            unsigned flags) {
    const struct socket *socket = socket_get(s->lab, id);
    size_t count = 0;
    bool end = false, peek = (flags & RECEIVE_PEEK) != 0;
    if (socket->type != SOCKET_TCP) return -LINUX_EOPNOTSUPP;
    if (!id_is(socket->connection) || socket->listening != 0) return -LINUX_ENOTCONN;
    if ((flags & RECEIVE_URGENT) != 0) return receive_urgent(s, id, out, room, peek);
    enum tcp_error error = tcp_receive_octets(s, socket->connection, out, room, peek, &count, &end);
    if (count > 0 && !peek) trace_stream(s, socket->node, id, STREAM_DELIVERED, out, count);
    if (count > 0) return (int64_t)count;
    if (error != TCP_OK) return tcp_to_linux(error);
    return end || room == 0 || socket->shut_read != 0 ? 0 : -LINUX_EAGAIN;
}

int socket_take_error(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    int error = -(int)socket->error;
    socket->error = 0;
    if (error == 0 && socket->type == SOCKET_TCP && id_is(socket->connection))
        error = tcp_to_linux(tcp_take_error(s, socket->connection));
    return error;
}

/* ------------------------------------------------------------------- the end */

int socket_shutdown_write(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    if (socket->type != SOCKET_TCP || !id_is(socket->connection) || socket->listening != 0)
        return -LINUX_ENOTCONN;
    socket->shut_write = 1;
    return tcp_to_linux(tcp_shutdown_write(s, socket->connection));
}

/* What comes is still acknowledged and may be read; when there is none, that is the end. */
int socket_shutdown_read(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    if (socket->type != SOCKET_TCP || !id_is(socket->connection) || socket->listening != 0)
        return -LINUX_ENOTCONN;
    socket->shut_read = 1;
    socket_notify(s, id, SOCKET_READABLE);
    return 0;
}

static void unlink_socket(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    struct socket *before = object_touch(s->lab, POOL_SOCKET, socket->previous);
    struct socket *behind = object_touch(s->lab, POOL_SOCKET, socket->next);
    *(before == NULL ? &node_at(s->lab, socket->node)->first_socket : &before->next) = socket->next;
    if (behind != NULL) behind->previous = socket->previous;
}

/* sk_stream_wait_close(): until all that was sent, and the FIN, is acknowledged. A socket with
 * unread text does not wait: it resets. */
bool socket_lingers(struct step *s, struct id id) {
    struct tcp_view view;
    const struct socket *socket = socket_get(s->lab, id);
    if (socket->type != SOCKET_TCP || socket->linger == 0 || socket->linger_s == 0) return false;
    if (!tcp_view(s->lab, socket->connection, &view)) return false;
    if (view.state == TCP_ESTABLISHED || view.state == TCP_CLOSE_WAIT) {
        if (view.receive_queue > 0) return false;
        tcp_shutdown_write(s, socket->connection);
        return true;
    }
    return view.state == TCP_FIN_WAIT_1 || view.state == TCP_CLOSING || view.state == TCP_LAST_ACK;
}

void socket_close(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    if (socket->type == SOCKET_TCP && id_is(socket->connection)) {
        if (socket->linger != 0 && socket->linger_s == 0)
            tcp_abort(s, socket->connection);
        else
            tcp_close(s, socket->connection);
    }
    timer_stop(s, &socket->wake);
    if (socket->type == SOCKET_NETLINK) node_at(s->lab, socket->node)->netlinks--;
    if (socket->type != SOCKET_TCP) socket_queue_free(s, id);
    if (socket->groups > 0) socket_groups_free(s, id);
    unlink_socket(s, id);
    object_destroy(s, POOL_SOCKET, id);
}
