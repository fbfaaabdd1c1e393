#include "rig.h"
/* Socket options, fcntl and ioctl: Linux's names and errors over the engine's calls. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

/* ----------------------------------------------------------------------------------- setsockopt */

static int set_now(struct rig *r, struct descriptor *d, int level, int name, int value) {
    struct step *s = rig_step_begin(r);
    int result = -ENOPROTOOPT;
    if (level == SOL_SOCKET && name == SO_REUSEADDR) {
        result = socket_option_set(s, d->socket, OPTION_SO_REUSEADDR, value);
    } else if (level == IPPROTO_TCP && name == TCP_NODELAY) {
        result = socket_option_set(s, d->socket, OPTION_TCP_NODELAY, value);
    }
    rig_step_end(r, s);
    return result;
}

/* The socket has no lab yet: the option waits for it. */
static int keep(struct descriptor *d, int level, int name, const void *value, socklen_t length) {
    struct kept_option *k = &d->kept[d->kept_count];
    if (d->kept_count == KEPT_OPTIONS || length > sizeof k->value) return -EINVAL;
    *k = (struct kept_option){.level = level, .name = name, .length = length};
    int error = copy_in(k->value, value, length);
    if (error == 0) d->kept_count++;
    return error;
}

int call_setsockopt(struct rig *r, int fd, int level, int name, const void *value,
                    socklen_t length) {
    int number = 0;
    if (fd < 0 || fd >= FDS || r->fd[fd].kind != FD_SOCKET) return -EBADF;
    if (r->lab == NULL) return keep(&r->fd[fd], level, name, value, length);
    struct descriptor *d = rig_socket(r, fd);
    if (length < sizeof number) return -EINVAL;
    int error = copy_in(&number, value, sizeof number);
    return error != 0 ? error : set_now(r, d, level, name, number);
}

/* ----------------------------------------------------------------------------------- getsockopt */

static int give(void *out, socklen_t *length, const void *from, size_t count) {
    if (*length > count) *length = (socklen_t)count;
    return copy_out(out, from, *length);
}

static int get_error(struct rig *r, struct descriptor *d) {
    struct step *s = rig_step_begin(r);
    int error = socket_take_error(s, d->socket);
    rig_step_end(r, s);
    return -error;
}

int call_getsockopt(struct rig *r, int fd, int level, int name, void *out, socklen_t *length) {
    struct descriptor *d = rig_socket(r, fd);
    uint8_t info[512] = {0};
    if (d == NULL) return -EBADF;
    if (level == IPPROTO_TCP && name == TCP_INFO) {
        size_t room = *length < sizeof info ? *length : sizeof info;
        return give(out, length, info, info_fill(r, d, info, room));
    }
    if (level == IPPROTO_TCP && name == TCP_CC_INFO) return give(out, length, info, 0);
    if (level == SOL_SOCKET && name == SO_MEMINFO) return give(out, length, info, 36);
    if (level == SOL_SOCKET && name == SO_ERROR) {
        int error = get_error(r, d);
        return give(out, length, &error, sizeof error);
    }
    return -ENOPROTOOPT;
}

/* ------------------------------------------------------------------------------------ the rest */

int call_fcntl(struct rig *r, int fd, int command, long argument) {
    if (fd < 0 || fd >= FDS || r->fd[fd].kind == FD_NONE) return -EBADF;
    struct descriptor *d = &r->fd[fd];
    switch (command) {
    case F_GETFL: return O_RDWR | (d->nonblocking ? O_NONBLOCK : 0);
    case F_SETFL: d->nonblocking = (argument & O_NONBLOCK) != 0; return 0;
    case F_GETFD: return FD_CLOEXEC;
    case F_SETFD: return 0;
    default: return -EINVAL;
    }
}

/* tcp(7): SIOCINQ counts what can be read, and one less than to the FIN; SIOCOUTQ what is not
 * acknowledged, SIOCOUTQNSD what was not sent. */
int call_ioctl(struct rig *r, int fd, unsigned long request, void *argument) {
    struct descriptor *d = rig_socket(r, fd);
    if (d == NULL) return -EBADF;
    const struct tcb *c = tcb_get(r->lab, socket_get(r->lab, d->socket)->connection);
    int value = 0;
    if (request == (unsigned long)FIONBIO) {
        int error = copy_in(&value, argument, sizeof value);
        if (error == 0) d->nonblocking = value != 0;
        return error;
    }
    if (c != NULL && c->state == TCP_LISTEN) return -EINVAL;
    if (request == SIOCINQ)
        value = c == NULL ? 0 : (int)c->receive.count;
    else if (request == SIOCOUTQ)
        value = c == NULL ? 0 : (int)c->send.count;
    else if (request == SIOCOUTQNSD)
        value = c == NULL ? 0 : (int)tcp_unsent(c);
    else
        return -ENOTTY;
    return copy_out(argument, &value, sizeof value);
}
