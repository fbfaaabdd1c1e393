#include "rig.h"
/*
 * poll and epoll. What is ready is asked of the engine when it matters; only an edge has a memory:
 * EPOLLIN's is told by a number that moves with every arrival, EPOLLOUT's by room that came after
 * somebody was refused.
 */
#include <errno.h>
#include <stddef.h>

/* ------------------------------------------------------------ poll */

/* poll(2)'s bits of a TCP socket, as Linux computes them. */
static uint32_t bits_of(struct rig *r, const struct descriptor *d) {
    unsigned ready = socket_ready(r->lab, d->socket);
    const struct socket *socket = socket_get(r->lab, d->socket);
    const struct tcb *c = tcb_get(r->lab, socket->connection);
    uint32_t bits = 0;
    if (c == NULL) return EPOLLHUP | EPOLLOUT;
    if (c->state == TCP_LISTEN) return (ready & SOCKET_ACCEPTABLE) != 0 ? EPOLLIN | EPOLLRDNORM : 0;
    if (c->state == TCP_CLOSED || (c->fin_queued && c->fin_received)) bits |= EPOLLHUP;
    if (c->fin_received || socket->shut_read != 0 || c->state == TCP_CLOSED)
        bits |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
    if ((ready & SOCKET_READABLE) != 0) bits |= EPOLLIN | EPOLLRDNORM;
    if (c->fin_queued || has_room(r, d)) bits |= EPOLLOUT | EPOLLWRNORM;
    if ((ready & SOCKET_ERROR) != 0) bits |= EPOLLERR;
    return bits;
}

struct poll_call {
    struct pollfd *fds;
    nfds_t count;
};

static int poll_look(struct rig *r, const struct poll_call *p) {
    int ready = 0;
    for (nfds_t i = 0; i < p->count; i++) {
        struct pollfd *f = &p->fds[i];
        const struct descriptor *d = f->fd < 0 ? NULL : rig_socket(r, f->fd);
        f->revents = 0;
        if (f->fd < 0) continue;
        if (d == NULL)
            f->revents = POLLNVAL;
        else
            f->revents = (short)(bits_of(r, d) & ((uint32_t)f->events | POLLERR | POLLHUP));
        ready += f->revents != 0;
    }
    return ready;
}

static bool poll_ready(struct rig *r, const void *what) {
    return poll_look(r, what) > 0;
}

static int64_t deadline_of(const struct rig *r, int timeout_ms) {
    return timeout_ms < 0 ? -1 : r->now_us + (int64_t)timeout_ms * 1000;
}

int call_poll(struct rig *r, struct pollfd *fds, nfds_t count, int timeout_ms) {
    struct poll_call p = {fds, count};
    if (timeout_ms != 0) rig_wait(r, poll_ready, &p, deadline_of(r, timeout_ms));
    return poll_look(r, &p);
}

/* ------------------------------------------------------------ epoll */

static struct watched *find(struct rig *r, int epfd, int fd) {
    struct watched *w = r->watched;
    while (w != NULL && (w->epfd != epfd || w->fd != fd)) w = w->next;
    return w;
}

/* Moves whenever something has arrived that EPOLLIN tells of. */
static uint64_t arrivals(struct rig *r, const struct descriptor *d) {
    struct id connection = socket_get(r->lab, d->socket)->connection;
    const struct tcb *c = tcb_get(r->lab, connection);
    struct tcp_view view;
    if (c == NULL || !tcp_view(r->lab, connection, &view)) return 0;
    if (view.state == TCP_LISTEN) return view.receive_queue;
    return (uint64_t)c->rcv.nxt | (uint64_t)c->state << 32 | (uint64_t)c->error << 40;
}

void epoll_look(struct rig *r) {
    for (struct watched *w = r->watched; w != NULL; w = w->next) {
        struct descriptor *d = &r->fd[w->fd];
        if (!id_is(d->socket)) continue;
        uint64_t marker = arrivals(r, d);
        if (marker != w->marker) w->armed |= ~(uint32_t)(EPOLLOUT | EPOLLWRNORM);
        w->marker = marker;
        /* Linux wakes a writer that was refused when a third of the buffer is free again. */
        if (d->starved && has_room(r, d)) {
            d->starved = false;
            w->armed = UINT32_MAX;
        }
    }
}

static uint32_t bits_to_tell(struct rig *r, const struct watched *w) {
    if (w->disabled) return 0;
    uint32_t wanted = w->event.events | EPOLLERR | EPOLLHUP;
    uint32_t bits = bits_of(r, &r->fd[w->fd]) & wanted;
    if ((w->event.events & EPOLLET) == 0) return bits;
    return w->armed != 0 && (bits & w->armed) != 0 ? bits : 0;
}

static bool epoll_ready(struct rig *r, const void *what) {
    int epfd = *(const int *)what;
    for (const struct watched *w = r->watched; w != NULL; w = w->next)
        if (w->epfd == epfd && bits_to_tell(r, w) != 0) return true;
    return false;
}

static int epoll_collect(struct rig *r, int epfd, struct epoll_event *out, int most) {
    int count = 0;
    for (struct watched *w = r->watched; w != NULL && count < most; w = w->next) {
        uint32_t bits = w->epfd == epfd ? bits_to_tell(r, w) : 0;
        if (bits == 0) continue;
        out[count++] = (struct epoll_event){.events = bits, .data = w->event.data};
        w->armed = 0;
        if ((w->event.events & EPOLLONESHOT) != 0) w->disabled = true;
    }
    return count;
}

int call_epoll_wait(struct rig *r, int epfd, struct epoll_event *out, int most, int timeout_ms) {
    if (epfd < 0 || epfd >= FDS || r->fd[epfd].kind != FD_EPOLL) return -EBADF;
    if (most <= 0) return -EINVAL;
    if (timeout_ms != 0) rig_wait(r, epoll_ready, &epfd, deadline_of(r, timeout_ms));
    return epoll_collect(r, epfd, out, most);
}

int call_epoll_ctl(struct rig *r, int epfd, int operation, int fd,
                   const struct epoll_event *event) {
    if (epfd < 0 || epfd >= FDS || r->fd[epfd].kind != FD_EPOLL) return -EBADF;
    struct descriptor *d = rig_socket(r, fd);
    if (d == NULL) return -EBADF;
    struct watched *w = find(r, epfd, fd);
    if (operation == EPOLL_CTL_ADD ? w != NULL : w == NULL)
        return operation == EPOLL_CTL_ADD ? -EEXIST : -ENOENT;
    if (operation == EPOLL_CTL_DEL) {
        struct watched **at = &r->watched;
        while (*at != w) at = &(*at)->next;
        *at = w->next;
        free(w);
        return 0;
    }
    if (w == NULL) {
        w = calloc(1, sizeof *w);
        if (w == NULL) return -ENOMEM;
        struct watched **at = &r->watched;
        while (*at != NULL) at = &(*at)->next;
        *at = w;
        w->epfd = epfd;
        w->fd = fd;
    }
    w->event = *event;
    w->armed = UINT32_MAX;
    w->disabled = false;
    w->marker = arrivals(r, d);
    return 0;
}

void epoll_forget(struct rig *r, int fd) {
    for (struct watched **at = &r->watched; *at != NULL;) {
        struct watched *w = *at;
        if (w->fd != fd && w->epfd != fd) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        free(w);
    }
}
