#include "rig.h"
/* Socket options, fcntl and ioctl: Linux's names and errors over the engine's calls. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

static const struct {
    int level, name;
    enum socket_option option;
} options[] = {
    {SOL_SOCKET, SO_REUSEADDR, OPTION_SO_REUSEADDR},
    {SOL_SOCKET, SO_KEEPALIVE, OPTION_SO_KEEPALIVE},
    {SOL_SOCKET, SO_OOBINLINE, OPTION_SO_OOBINLINE},
    {SOL_SOCKET, SO_SNDBUF, OPTION_SO_SNDBUF},
    {SOL_SOCKET, SO_RCVBUF, OPTION_SO_RCVBUF},
    {SOL_SOCKET, SO_ERROR, OPTION_SO_ERROR},
    {IPPROTO_TCP, TCP_NODELAY, OPTION_TCP_NODELAY},
    {IPPROTO_TCP, TCP_MAXSEG, OPTION_TCP_MAXSEG},
    {IPPROTO_TCP, TCP_CORK, OPTION_TCP_CORK},
    {IPPROTO_TCP, TCP_KEEPIDLE, OPTION_TCP_KEEPIDLE},
    {IPPROTO_TCP, TCP_KEEPINTVL, OPTION_TCP_KEEPINTVL},
    {IPPROTO_TCP, TCP_KEEPCNT, OPTION_TCP_KEEPCNT},
    {IPPROTO_TCP, TCP_SYNCNT, OPTION_TCP_SYNCNT},
    {IPPROTO_TCP, TCP_LINGER2, OPTION_TCP_LINGER2},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT, OPTION_TCP_DEFER_ACCEPT},
    {IPPROTO_TCP, TCP_WINDOW_CLAMP, OPTION_TCP_WINDOW_CLAMP},
    {IPPROTO_TCP, TCP_QUICKACK, OPTION_TCP_QUICKACK},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, OPTION_TCP_USER_TIMEOUT},
    {IPPROTO_TCP, TCP_FASTOPEN, OPTION_TCP_FASTOPEN},
    {IPPROTO_TCP, TCP_FASTOPEN_CONNECT, OPTION_TCP_FASTOPEN_CONNECT},
    {IPPROTO_IP, IP_TOS, OPTION_IP_TOS},
    {IPPROTO_IP, IP_TTL, OPTION_IP_TTL},
    {IPPROTO_IP, IP_MTU_DISCOVER, OPTION_IP_MTU_DISCOVER},
};

static bool option_of(int level, int name, enum socket_option *option) {
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options[i].level != level || options[i].name != name) continue;
        *option = options[i].option;
        return true;
    }
    return false;
}

/* ------------------------------------------------------------ setsockopt */

static int set_option(struct rig *r, struct descriptor *d, enum socket_option option,
                      int64_t value) {
    struct step *s = rig_step_begin(r);
    int result = socket_option_set(s, d->socket, option, value);
    rig_step_end(r, s);
    return result;
}

/* SO_LINGER: the engine has its time, and -1 when it is off. */
static int set_linger(struct rig *r, struct descriptor *d, const void *value, socklen_t length) {
    struct linger linger;
    if (length < sizeof linger) return -EINVAL;
    int error = copy_in(&linger, value, sizeof linger);
    if (error != 0) return error;
    return set_option(r, d, OPTION_SO_LINGER, linger.l_onoff != 0 ? linger.l_linger : -1);
}

/* TCP_CONGESTION: by name. */
static int set_congestion(struct rig *r, struct descriptor *d, const void *value,
                          socklen_t length) {
    char name[16] = "";
    int error = copy_in(name, value, length < sizeof name ? length : sizeof name - 1);
    if (error != 0) return error;
    for (uint32_t i = 0; tcp_algorithm_name(i) != NULL; i++)
        if (strcmp(name, tcp_algorithm_name(i)) == 0)
            return set_option(r, d, OPTION_TCP_CONGESTION, i);
    return -ENOENT;
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
    enum socket_option option;
    int number = 0;
    if (fd < 0 || fd >= FDS || r->fd[fd].kind != FD_SOCKET) return -EBADF;
    if (r->lab == NULL) return keep(&r->fd[fd], level, name, value, length);
    struct descriptor *d = rig_socket(r, fd);
    if (level == SOL_SOCKET && name == SO_LINGER) return set_linger(r, d, value, length);
    if (level == IPPROTO_TCP && name == TCP_CONGESTION) return set_congestion(r, d, value, length);
    if (!option_of(level, name, &option)) return -ENOPROTOOPT;
    /* IP's own options may be an octet long. */
    if (length < (level == IPPROTO_IP ? 1 : sizeof number)) return -EINVAL;
    int error = copy_in(&number, value, length < sizeof number ? 1 : sizeof number);
    return error != 0 ? error : set_option(r, d, option, number);
}

/* ------------------------------------------------------------ getsockopt */

static int give(void *out, socklen_t *length, const void *from, size_t count) {
    if (*length > count) *length = (socklen_t)count;
    return copy_out(out, from, *length);
}

static int get_option(struct rig *r, struct descriptor *d, enum socket_option option,
                      int64_t *value) {
    struct step *s = rig_step_begin(r);
    int result = socket_option_get(s, d->socket, option, value);
    rig_step_end(r, s);
    return result;
}

static int get_linger(struct rig *r, struct descriptor *d, void *out, socklen_t *length) {
    int64_t value = -1;
    int result = get_option(r, d, OPTION_SO_LINGER, &value);
    struct linger linger = {value >= 0, value >= 0 ? (int)value : 0};
    return result != 0 ? result : give(out, length, &linger, sizeof linger);
}

static int get_congestion(struct rig *r, struct descriptor *d, void *out, socklen_t *length) {
    char name[16] = "";
    int64_t value = 0;
    int result = get_option(r, d, OPTION_TCP_CONGESTION, &value);
    strncpy(name, tcp_algorithm_name((uint32_t)value), sizeof name - 1);
    return result != 0 ? result : give(out, length, name, sizeof name);
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
    if (level == SOL_SOCKET && name == SO_LINGER) return get_linger(r, d, out, length);
    if (level == IPPROTO_TCP && name == TCP_CONGESTION) return get_congestion(r, d, out, length);
    enum socket_option option;
    int64_t value = 0;
    if (!option_of(level, name, &option)) return -ENOPROTOOPT;
    int result = get_option(r, d, option, &value), number = (int)value;
    return result != 0 ? result : give(out, length, &number, sizeof number);
}

/* ------------------------------------------------------------ the rest */

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
