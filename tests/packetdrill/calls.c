#include "rig.h"
/*
 * The life of sockets: socket, bind, listen, accept, connect, shutdown, close. A descriptor is a
 * real one (of /dev/null), because packetdrill closes what a script leaves open by itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static int new_descriptor(struct rig *r, enum descriptor_kind kind) {
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) return -errno;
    if (fd >= FDS) {
        close(fd);
        return -EMFILE;
    }
    r->fd[fd] = (struct descriptor){.kind = kind};
    if (fd >= r->fds) r->fds = fd + 1;
    return fd;
}

/* Gives a descriptor its socket in the lab, with the options that it was given before. */
static void materialise(struct rig *r, struct descriptor *d, int fd) {
    if (id_is(d->socket)) return;
    struct step *s = rig_step_begin(r);
    d->socket = socket_create(s, HOST, d->type, (struct id){0, 0});
    rig_step_end(r, s);
    if (!id_is(d->socket)) rig_die("no room for a socket");
    for (size_t i = 0; i < d->kept_count; i++)
        call_setsockopt(r, fd, d->kept[i].level, d->kept[i].name, d->kept[i].value,
                        d->kept[i].length);
}

static struct descriptor *look_up(struct rig *r, int fd) {
    if (fd < 0 || fd >= FDS || r->fd[fd].kind != FD_SOCKET) return NULL;
    return &r->fd[fd];
}

static struct descriptor *open_socket(struct rig *r, int fd, ip4 local) {
    struct descriptor *d = look_up(r, fd);
    if (d == NULL) return NULL;
    rig_open(r, local);
    materialise(r, d, fd);
    return d;
}

struct descriptor *rig_socket(struct rig *r, int fd) {
    return open_socket(r, fd, 0);
}

int call_socket(struct rig *r, int domain, int type, int protocol) {
    int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    (void)protocol;
    if (domain != AF_INET) return -EAFNOSUPPORT;
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM) return -ESOCKTNOSUPPORT;
    int fd = new_descriptor(r, FD_SOCKET);
    if (fd < 0) return fd;
    r->fd[fd].type = kind == SOCK_STREAM ? SOCKET_TCP : SOCKET_UDP;
    r->fd[fd].nonblocking = (type & SOCK_NONBLOCK) != 0;
    if (r->lab != NULL) materialise(r, &r->fd[fd], fd);
    return fd;
}

int call_epoll_create(struct rig *r) {
    return new_descriptor(r, FD_EPOLL);
}

/* The address as the engine has it; a negative error when it is none of IPv4. */
int take_name(const struct sockaddr *name, socklen_t length, struct tcp_endpoint *out) {
    struct sockaddr_in in;
    if (length < sizeof in) return -EINVAL;
    int error = copy_in(&in, name, sizeof in);
    if (error != 0) return error;
    if (in.sin_family != AF_INET) return -EAFNOSUPPORT;
    *out = (struct tcp_endpoint){ntohl(in.sin_addr.s_addr), ntohs(in.sin_port)};
    return 0;
}

void give_name(struct tcp_endpoint from, struct sockaddr *out, socklen_t *length) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)from.port)};
    in.sin_addr.s_addr = htonl(from.address);
    if (out == NULL || length == NULL) return;
    memcpy(out, &in, *length < sizeof in ? *length : sizeof in);
    *length = sizeof in;
}

int call_bind(struct rig *r, int fd, const struct sockaddr *name, socklen_t length) {
    struct tcp_endpoint local;
    if (look_up(r, fd) == NULL) return -EBADF;
    int error = take_name(name, length, &local);
    if (error != 0) return error;
    struct descriptor *d = open_socket(r, fd, local.address);
    struct step *s = rig_step_begin(r);
    error = socket_bind(s, d->socket, local);
    rig_step_end(r, s);
    return error;
}

int call_listen(struct rig *r, int fd, int backlog) {
    struct descriptor *d = rig_socket(r, fd);
    if (d == NULL) return -EBADF;
    struct step *s = rig_step_begin(r);
    int result = socket_listen(s, d->socket, (uint32_t)backlog);
    rig_step_end(r, s);
    return result;
}

/* ------------------------------------------------------------ accept */

static bool acceptable(struct rig *r, const void *what) {
    const struct descriptor *d = what;
    return (socket_ready(r->lab, d->socket) & (SOCKET_ACCEPTABLE | SOCKET_GONE)) != 0;
}

static int accept_now(struct rig *r, struct descriptor *d, struct id *accepted) {
    struct step *s = rig_step_begin(r);
    int result = socket_accept(s, d->socket, (struct id){0, 0}, accepted);
    rig_step_end(r, s);
    return result;
}

int call_accept(struct rig *r, int fd, struct sockaddr *name, socklen_t *length) {
    struct descriptor *d = rig_socket(r, fd);
    struct tcp_endpoint local, remote;
    struct id accepted = {0, 0};
    if (d == NULL) return -EBADF;
    int result = accept_now(r, d, &accepted);
    while (result == -EAGAIN && !d->nonblocking) {
        rig_wait(r, acceptable, d, -1);
        result = accept_now(r, d, &accepted);
    }
    if (result != 0) return result;
    int child = new_descriptor(r, FD_SOCKET);
    if (child < 0) return child;
    r->fd[child].type = SOCKET_TCP;
    r->fd[child].socket = accepted;
    r->fd[child].connected = true;
    if (socket_names(r->lab, accepted, &local, &remote)) give_name(remote, name, length);
    return child;
}

/* ------------------------------------------------------------ connect */

static bool connected(struct rig *r, const void *what) {
    const struct descriptor *d = what;
    const unsigned over = SOCKET_CONNECTED | SOCKET_ERROR | SOCKET_GONE;
    return (socket_ready(r->lab, d->socket) & over) != 0;
}

static int connect_result(struct rig *r, struct descriptor *d) {
    struct step *s = rig_step_begin(r);
    int result = socket_connected(s, d->socket);
    rig_step_end(r, s);
    if (result == 0) d->connected = true;
    return result;
}

int rig_connected(struct rig *r, struct descriptor *d) {
    rig_wait(r, connected, d, -1);
    return connect_result(r, d);
}

int call_connect(struct rig *r, int fd, const struct sockaddr *name, socklen_t length) {
    struct tcp_endpoint remote;
    struct descriptor *d = rig_socket(r, fd);
    if (d == NULL) return -EBADF;
    int error = take_name(name, length, &remote);
    if (error != 0) return error;
    if (d->connected) return -EISCONN;
    struct step *s = rig_step_begin(r);
    error = socket_connect(s, d->socket, remote);
    rig_step_end(r, s);
    if (error == -EALREADY) { /* the first call after the handshake tells of its success */
        error = connect_result(r, d);
        return error == -EINPROGRESS ? -EALREADY : error;
    }
    if (error != -EINPROGRESS) return error;
    if (d->nonblocking) return error;
    return rig_connected(r, d);
}

/* ------------------------------------------------------------ the end */

int call_shutdown(struct rig *r, int fd, int how) {
    struct descriptor *d = rig_socket(r, fd);
    if (d == NULL) return -EBADF;
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) return -EINVAL;
    int result = 0;
    struct step *s = rig_step_begin(r);
    if (how != SHUT_WR) result = socket_shutdown_read(s, d->socket);
    if (result == 0 && how != SHUT_RD) result = socket_shutdown_write(s, d->socket);
    rig_step_end(r, s);
    return result;
}

static bool has_lingered(struct rig *r, const void *what) {
    const struct descriptor *d = what;
    struct step *s = rig_step_begin(r);
    bool waits = socket_lingers(s, d->socket);
    rig_step_end(r, s);
    return !waits;
}

/* close(2); with SO_LINGER and a time it waits for the peer, that long at most. */
static void close_socket(struct rig *r, struct descriptor *d) {
    const struct socket *socket = socket_get(r->lab, d->socket);
    int64_t until = r->now_us + (int64_t)socket->linger_s * 1000000;
    if (socket->linger != 0 && socket->linger_s > 0 && !d->nonblocking)
        rig_wait(r, has_lingered, d, until);
    struct id id = d->socket;
    struct step *s = rig_step_begin(r);
    d->socket = (struct id){0, 0};
    socket_close(s, id);
    rig_step_end(r, s);
}

int call_close(struct rig *r, int fd) {
    if (fd < 0 || fd >= FDS || r->fd[fd].kind == FD_NONE) return -EBADF;
    struct descriptor *d = &r->fd[fd];
    epoll_forget(r, fd);
    if (id_is(d->socket)) close_socket(r, d);
    *d = (struct descriptor){.kind = FD_NONE};
    close(fd);
    return 0;
}
