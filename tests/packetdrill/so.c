#include "abi.h"
/*
 * The table of the interface: each slot takes the lock, makes the call of the rig, and turns its
 * negative error into -1 and errno.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"

static int64_t answer(struct rig *r, int64_t result) {
    pthread_mutex_unlock(&r->lock);
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

static struct rig *enter(void *userdata) {
    struct rig *r = userdata;
    pthread_mutex_lock(&r->lock);
    return r;
}

static void slot_free(void *userdata) {
    struct rig *r = userdata;
    hook_remove();
    rig_end(r);
    free(r);
}

/* ------------------------------------------------------------ sockets */

static int slot_socket(void *u, int domain, int type, int protocol) {
    struct rig *r = enter(u);
    return (int)answer(r, call_socket(r, domain, type, protocol));
}
static int slot_bind(void *u, int fd, const struct sockaddr *name, socklen_t length) {
    struct rig *r = enter(u);
    return (int)answer(r, call_bind(r, fd, name, length));
}
static int slot_listen(void *u, int fd, int backlog) {
    struct rig *r = enter(u);
    return (int)answer(r, call_listen(r, fd, backlog));
}
static int slot_accept(void *u, int fd, struct sockaddr *name, socklen_t *length) {
    struct rig *r = enter(u);
    return (int)answer(r, call_accept(r, fd, name, length));
}
static int slot_connect(void *u, int fd, const struct sockaddr *name, socklen_t length) {
    struct rig *r = enter(u);
    return (int)answer(r, call_connect(r, fd, name, length));
}
static int slot_close(void *u, int fd) {
    struct rig *r = enter(u);
    return (int)answer(r, call_close(r, fd));
}
static int slot_shutdown(void *u, int fd, int how) {
    struct rig *r = enter(u);
    return (int)answer(r, call_shutdown(r, fd, how));
}

/* ------------------------------------------------------------ octets */

static ssize_t receive(void *u, int fd, struct msghdr *m, int flags) {
    struct rig *r = enter(u);
    return answer(r, call_receive(r, fd, m, flags));
}
static ssize_t receive_from(void *u, int fd, void *to, size_t room, int flags,
                            struct sockaddr *from, socklen_t *length) {
    struct iovec v = {to, room};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_name = from,
                       .msg_namelen = length != NULL ? *length : 0};
    ssize_t result = receive(u, fd, &m, flags);
    if (length != NULL) *length = m.msg_namelen;
    return result;
}
static ssize_t slot_read(void *u, int fd, void *to, size_t room) {
    return receive_from(u, fd, to, room, 0, NULL, NULL);
}
static ssize_t slot_readv(void *u, int fd, const struct iovec *v, int count) {
    struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)v, .msg_iovlen = (size_t)count};
    return receive(u, fd, &m, 0);
}
static ssize_t slot_recv(void *u, int fd, void *to, size_t room, int flags) {
    return receive_from(u, fd, to, room, flags, NULL, NULL);
}
static ssize_t slot_recvfrom(void *u, int fd, void *to, size_t room, int flags,
                             struct sockaddr *from, socklen_t *length) {
    return receive_from(u, fd, to, room, flags, from, length);
}
static ssize_t slot_recvmsg(void *u, int fd, struct msghdr *m, int flags) {
    return receive(u, fd, m, flags);
}

static ssize_t send_message(void *u, int fd, const struct msghdr *m, int flags) {
    struct rig *r = enter(u);
    return answer(r, call_send(r, fd, m, flags));
}
static ssize_t send_octets(void *u, int fd, const void *from, size_t count, int flags,
                           const struct sockaddr *to, socklen_t length) {
    struct iovec v = {(void *)(uintptr_t)from, count};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_name = (void *)(uintptr_t)to, .msg_namelen = length};
    return send_message(u, fd, &m, flags);
}
static ssize_t slot_write(void *u, int fd, const void *from, size_t count) {
    return send_octets(u, fd, from, count, 0, NULL, 0);
}
static ssize_t slot_writev(void *u, int fd, const struct iovec *v, int count) {
    struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)v, .msg_iovlen = (size_t)count};
    return send_message(u, fd, &m, 0);
}
static ssize_t slot_send(void *u, int fd, const void *from, size_t count, int flags) {
    return send_octets(u, fd, from, count, flags, NULL, 0);
}
static ssize_t slot_sendto(void *u, int fd, const void *from, size_t count, int flags,
                           const struct sockaddr *to, socklen_t length) {
    return send_octets(u, fd, from, count, flags, to, length);
}
static ssize_t slot_sendmsg(void *u, int fd, const struct msghdr *m, int flags) {
    return send_message(u, fd, m, flags);
}

/* ------------------------------------------------------------ control */

static int slot_fcntl(void *u, int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    struct rig *r = enter(u);
    return (int)answer(r, call_fcntl(r, fd, command, argument));
}
static int slot_ioctl(void *u, int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    struct rig *r = enter(u);
    return (int)answer(r, call_ioctl(r, fd, request, argument));
}
static int slot_getsockopt(void *u, int fd, int level, int name, void *value, socklen_t *length) {
    struct rig *r = enter(u);
    return (int)answer(r, call_getsockopt(r, fd, level, name, value, length));
}
static int slot_setsockopt(void *u, int fd, int level, int name, const void *value,
                           socklen_t length) {
    struct rig *r = enter(u);
    return (int)answer(r, call_setsockopt(r, fd, level, name, value, length));
}
static int slot_poll(void *u, struct pollfd *fds, nfds_t count, int timeout_ms) {
    struct rig *r = enter(u);
    return (int)answer(r, call_poll(r, fds, count, timeout_ms));
}
static int slot_epoll_create(void *u, int size) {
    struct rig *r = enter(u);
    return (int)answer(r, size <= 0 ? -EINVAL : call_epoll_create(r));
}
static int slot_epoll_ctl(void *u, int epfd, int operation, int fd, struct epoll_event *event) {
    struct rig *r = enter(u);
    return (int)answer(r, call_epoll_ctl(r, epfd, operation, fd, event));
}
static int slot_epoll_wait(void *u, int epfd, struct epoll_event *out, int most, int timeout_ms) {
    struct rig *r = enter(u);
    return (int)answer(r, call_epoll_wait(r, epfd, out, most, timeout_ms));
}
static int slot_pipe(void *u, int fds[2]) {
    (void)fds;
    return (int)answer(enter(u), -ENOSYS);
}
static int slot_splice(void *u, int in, off_t *in_at, int out, off_t *out_at, size_t count,
                       unsigned flags) {
    (void)in, (void)in_at, (void)out, (void)out_at, (void)count, (void)flags;
    return (int)answer(enter(u), -ENOSYS);
}

/* ------------------------------------------------------------ wire, clock */

static int slot_netdev_send(void *u, const void *packet, size_t count) {
    struct rig *r = enter(u);
    return (int)answer(r, rig_inject(r, packet, count));
}

/* packetdrill asks again for ever when there is nothing, so what never comes must end the run. */
static int slot_netdev_receive(void *u, void *out, size_t *count, long long *time_us) {
    struct rig *r = enter(u);
    int64_t end = r->now_us + r->config.wait_s * 1000000;
    while (r->first == NULL && rig_run_one(r, end)) continue;
    struct packet *p = r->first;
    sim_time later;
    if (p == NULL)
        rig_die("the script waits for a packet, and %s",
                r->lab != NULL && lab_next(r->lab, &later)
                    ? "none was sent for a long time: so_flags wait=SECONDS says how long"
                    : "the host has nothing more to send: no timer runs");
    r->first = p->next;
    if (r->first == NULL) r->last = NULL;
    if (p->count < *count) *count = p->count;
    memcpy(out, p->octets, *count);
    *time_us = p->at_us;
    free(p);
    return (int)answer(r, 0);
}
static int slot_usleep(void *u, useconds_t us) {
    struct rig *r = enter(u);
    rig_run_to(r, r->now_us + us);
    return (int)answer(r, 0);
}
/* packetdrill spins on this for the last microseconds before an event: each look takes one. */
static int slot_gettimeofday(void *u, struct timeval *now, struct timezone *zone) {
    struct rig *r = enter(u);
    (void)zone;
    if (!rig_clock_was_read(r)) rig_run_to(r, r->now_us + 1);
    now->tv_sec = r->now_us / 1000000;
    now->tv_usec = r->now_us % 1000000;
    return (int)answer(r, 0);
}

__attribute__((visibility("default"))) void
packetdrill_interface_init(const char *flags, struct drill_interface *out) {
    struct rig *r = malloc(sizeof *r);
    if (r == NULL) rig_die("no memory");
    rig_begin(r, flags);
    hook_install(r);
    *out = (struct drill_interface){
        .userdata = r,
        .free = slot_free,
        .socket = slot_socket,
        .bind = slot_bind,
        .listen = slot_listen,
        .accept = slot_accept,
        .connect = slot_connect,
        .read = slot_read,
        .readv = slot_readv,
        .recv = slot_recv,
        .recvfrom = slot_recvfrom,
        .recvmsg = slot_recvmsg,
        .write = slot_write,
        .writev = slot_writev,
        .send = slot_send,
        .sendto = slot_sendto,
        .sendmsg = slot_sendmsg,
        .fcntl = slot_fcntl,
        .ioctl = slot_ioctl,
        .close = slot_close,
        .shutdown = slot_shutdown,
        .getsockopt = slot_getsockopt,
        .setsockopt = slot_setsockopt,
        .poll = slot_poll,
        .netdev_send = slot_netdev_send,
        .netdev_receive = slot_netdev_receive,
        .usleep = slot_usleep,
        .gettimeofday = slot_gettimeofday,
        .epoll_create = slot_epoll_create,
        .epoll_ctl = slot_epoll_ctl,
        .epoll_wait = slot_epoll_wait,
        .pipe = slot_pipe,
        .splice = slot_splice,
    };
}
