#include "rig.h"
/*
 * Octets in and out: every read and write of the interface is a sendmsg or a recvmsg here. What
 * comes from the caller is copied through process_vm_readv(), so that a wrong pointer is EFAULT and
 * not the end of the process.
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECE = 65536 };

/* ------------------------------------------------------------ memory */

int copy_in(void *to, const void *from, size_t count) {
    struct iovec here = {to, count}, there = {(void *)(uintptr_t)from, count};
    if (count == 0) return 0;
    ssize_t done = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
    if (done == (ssize_t)count) return 0;
    if (done < 0 && errno != EFAULT) { /* a kernel that forbids it: trust the caller */
        memcpy(to, from, count);
        return 0;
    }
    return -EFAULT;
}

int copy_out(void *to, const void *from, size_t count) {
    struct iovec here = {(void *)(uintptr_t)from, count}, there = {to, count};
    if (count == 0) return 0;
    ssize_t done = process_vm_writev(getpid(), &here, 1, &there, 1, 0);
    if (done == (ssize_t)count) return 0;
    if (done < 0 && errno != EFAULT) {
        memcpy(to, from, count);
        return 0;
    }
    return -EFAULT;
}

static int64_t iov_total(const struct msghdr *m) {
    size_t total = 0;
    for (size_t i = 0; i < m->msg_iovlen; i++) total += m->msg_iov[i].iov_len;
    return (int64_t)total;
}

/* Copies from or to the message's octets [at, at + count); the count that could be copied. */
static int64_t iov_copy(const struct msghdr *m, size_t at, uint8_t *octets, size_t count, bool in) {
    size_t done = 0;
    for (size_t i = 0; i < m->msg_iovlen && done < count; i++) {
        const struct iovec *v = &m->msg_iov[i];
        if (at >= v->iov_len) {
            at -= v->iov_len;
            continue;
        }
        size_t n = v->iov_len - at < count - done ? v->iov_len - at : count - done;
        uint8_t *there = (uint8_t *)v->iov_base + at;
        if ((in ? copy_in(octets + done, there, n) : copy_out(there, octets + done, n)) != 0)
            return done > 0 ? (int64_t)done : -EFAULT;
        done += n;
        at = 0;
    }
    return (int64_t)done;
}

/* ------------------------------------------------------------ sending */

/* Linux calls a buffer writable, for poll and for who waits, when a third of it is free. */
bool has_room(struct rig *r, const struct descriptor *d) {
    const struct tcb *c = tcb_get(r->lab, socket_get(r->lab, d->socket)->connection);
    if ((socket_ready(r->lab, d->socket) & SOCKET_WRITABLE) == 0) return false;
    if (c == NULL) return true;
    return 3 * (uint64_t)tcp_send_held(r->lab, c) <= 2 * (uint64_t)tcp_send_limit(r->lab, c);
}

static bool writable(struct rig *r, const void *what) {
    const struct descriptor *d = what;
    return (socket_ready(r->lab, d->socket) & (SOCKET_ERROR | SOCKET_GONE)) != 0 || has_room(r, d);
}

static int64_t send_now(struct rig *r, struct descriptor *d, const uint8_t *octets, size_t count,
                        int flags) {
    unsigned asked = ((flags & MSG_MORE) != 0 ? TCP_SEND_MORE : 0u) |
                     ((flags & MSG_OOB) != 0 ? TCP_SEND_URGENT : 0u);
    struct step *s = rig_step_begin(r);
    int64_t result = socket_send_with(s, d->socket, octets, count, asked);
    rig_step_end(r, s);
    if (result < (int64_t)count) d->starved = true;
    return result;
}

/* send(2): a blocking socket takes everything, or what it took before an error. */
static int64_t send_all(struct rig *r, struct descriptor *d, const uint8_t *octets, size_t count,
                        int flags) {
    bool waits = !d->nonblocking && (flags & MSG_DONTWAIT) == 0;
    size_t done = 0;
    for (;;) {
        int64_t result = send_now(r, d, octets + done, count - done, flags);
        if (result > 0) done += (size_t)result;
        if (done == count && result >= 0) return (int64_t)done;
        if (result < 0 && result != -EAGAIN) return done > 0 ? (int64_t)done : result;
        if (result > 0) continue;
        if (!waits) return done > 0 ? (int64_t)done : -EAGAIN;
        rig_wait(r, writable, d, -1);
    }
}

/* sendto(2) with MSG_FASTOPEN: connects, and the SYN carries what it may. A blocking call waits for
 * the handshake and sends the rest then. */
static int64_t send_opening(struct rig *r, struct descriptor *d, const struct msghdr *m,
                            const uint8_t *octets, size_t count, int flags) {
    struct tcp_endpoint to;
    int error = take_name(m->msg_name, m->msg_namelen, &to);
    if (error == -EAFNOSUPPORT) return -EOPNOTSUPP; /* AF_UNSPEC takes back, it opens nothing */
    if (error != 0) return error;
    const struct socket *socket = socket_get(r->lab, d->socket);
    const struct tcb *c = tcb_get(r->lab, socket->connection);
    if (c != NULL && c->state == TCP_SYN_SENT) return -EALREADY;
    if (c != NULL && c->state >= TCP_ESTABLISHED) return send_all(r, d, octets, count, flags);
    struct step *s = rig_step_begin(r);
    int64_t taken = socket_connect_with(s, d->socket, to, octets, count);
    rig_step_end(r, s);
    if (taken < 0) return taken;
    if (d->nonblocking || (flags & MSG_DONTWAIT) != 0) return taken > 0 ? taken : -EINPROGRESS;
    error = rig_connected(r, d);
    if (error != 0) return error;
    size_t sent = (size_t)taken;
    if (sent == count) return taken;
    int64_t rest = send_all(r, d, octets + sent, count - sent, flags);
    return rest > 0 ? taken + rest : taken > 0 ? taken : rest;
}

int64_t call_send(struct rig *r, int fd, const struct msghdr *m, int flags) {
    struct descriptor *d = rig_socket(r, fd);
    if (d == NULL) return -EBADF;
    int64_t total = iov_total(m);
    uint8_t *octets = malloc((size_t)total + 1);
    if (octets == NULL) return -ENOMEM;
    int64_t count = iov_copy(m, 0, octets, (size_t)total, true);
    bool opens = (flags & MSG_FASTOPEN) != 0 && !d->connected;
    int64_t result = count;
    if (count >= 0 && opens)
        result = send_opening(r, d, m, octets, (size_t)count, flags);
    else if (count >= 0)
        result = send_all(r, d, octets, (size_t)count, flags);
    free(octets);
    return result;
}

/* ------------------------------------------------------------ receiving */

static bool readable(struct rig *r, const void *what) {
    const struct descriptor *d = what;
    return socket_get(r->lab, d->socket)->shut_read != 0 ||
           (socket_ready(r->lab, d->socket) & (SOCKET_READABLE | SOCKET_ERROR | SOCKET_GONE)) != 0;
}

static int64_t receive_now(struct rig *r, struct descriptor *d, uint8_t *out, size_t room,
                           int flags, struct tcp_endpoint *from) {
    unsigned asked = ((flags & MSG_PEEK) != 0 ? RECEIVE_PEEK : 0u) |
                     ((flags & MSG_OOB) != 0 ? RECEIVE_URGENT : 0u);
    struct step *s = rig_step_begin(r);
    int64_t result = d->type == SOCKET_TCP ? socket_receive_with(s, d->socket, out, room, asked)
                                           : socket_receive(s, d->socket, out, room, from);
    rig_step_end(r, s);
    return result;
}

/* What would be taken out for a buffer that is none must stay where it is. */
static bool bad_buffer(const struct msghdr *m) {
    uint8_t octet;
    for (size_t i = 0; i < m->msg_iovlen; i++)
        if (m->msg_iov[i].iov_len > 0) return copy_in(&octet, m->msg_iov[i].iov_base, 1) != 0;
    return false;
}

/* recv(2): what is there, up to the room, and never nothing but at the end. */
int64_t call_receive(struct rig *r, int fd, struct msghdr *m, int flags) {
    struct descriptor *d = rig_socket(r, fd);
    struct tcp_endpoint from = {0, 0};
    if (d == NULL) return -EBADF;
    if (bad_buffer(m)) return readable(r, d) ? -EFAULT : -EAGAIN;
    size_t room = (size_t)iov_total(m), done = 0;
    uint8_t *octets = malloc(room + 1);
    if (octets == NULL) return -ENOMEM;
    bool waits = !d->nonblocking && (flags & MSG_DONTWAIT) == 0;
    int64_t result = receive_now(r, d, octets, room, flags, &from);
    while (result == -EAGAIN && waits) {
        rig_wait(r, readable, d, -1);
        result = receive_now(r, d, octets, room, flags, &from);
    }
    while (result > 0 && (flags & MSG_WAITALL) != 0 && (done += (size_t)result) < room) {
        rig_wait(r, readable, d, -1);
        result = receive_now(r, d, octets + done, room - done, flags, &from);
    }
    if (done > 0) result = (int64_t)done;
    if (result > 0) result = iov_copy(m, 0, octets, (size_t)result, false);
    free(octets);
    if (result >= 0 && m->msg_name != NULL) {
        if (d->type == SOCKET_TCP)
            m->msg_namelen = 0;
        else
            give_name(from, m->msg_name, &m->msg_namelen);
    }
    m->msg_flags = 0;
    m->msg_controllen = 0;
    return result;
}
