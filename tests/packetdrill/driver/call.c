#include "driver.h"
/* The calls of a script, in packetdrill's words with the dots left out. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ARGUMENTS = 6 };

struct name {
    const char *name;
    long value;
};
#define N(x)                                                                                       \
    { #x, x }
static const struct name names[] = {N(EAGAIN),
                                    N(EBADF),
                                    N(EFAULT),
                                    N(EINVAL),
                                    N(EPIPE),
                                    N(ENOTCONN),
                                    N(EISCONN),
                                    N(EALREADY),
                                    N(EINPROGRESS),
                                    N(ECONNREFUSED),
                                    N(ECONNRESET),
                                    N(ETIMEDOUT),
                                    N(EADDRINUSE),
                                    N(ENOPROTOOPT),
                                    N(EHOSTUNREACH),
                                    N(EOPNOTSUPP),
                                    N(EMSGSIZE),
                                    N(ENOENT),
                                    N(MSG_PEEK),
                                    N(MSG_MORE),
                                    N(MSG_DONTWAIT),
                                    N(MSG_OOB),
                                    N(MSG_WAITALL),
                                    N(MSG_NOSIGNAL),
                                    N(SHUT_RD),
                                    N(SHUT_WR),
                                    N(SHUT_RDWR),
                                    N(SIOCINQ),
                                    N(SIOCOUTQ),
                                    N(SIOCOUTQNSD),
                                    N(POLLIN),
                                    N(POLLOUT),
                                    N(POLLERR),
                                    N(POLLHUP),
                                    N(POLLRDHUP),
                                    N(EPOLLIN),
                                    N(EPOLLOUT),
                                    N(EPOLLET),
                                    N(EPOLLRDHUP),
                                    N(EPOLLONESHOT),
                                    N(EPOLLHUP),
                                    N(EPOLLERR),
                                    N(O_NONBLOCK),
                                    N(O_RDWR),
                                    N(SOCK_NONBLOCK),
                                    {"ADD", EPOLL_CTL_ADD},
                                    {"DEL", EPOLL_CTL_DEL},
                                    {"MOD", EPOLL_CTL_MOD},
                                    {"bad", -1}};
static const struct {
    const char *name;
    int level, option;
} options[] = {{"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR},
               {"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF},
               {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF},
               {"SO_ERROR", SOL_SOCKET, SO_ERROR},
               {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE},
               {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY},
               {"TCP_CORK", IPPROTO_TCP, TCP_CORK},
               {"TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG},
               {"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT},
               {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE},
               {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL},
               {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT},
               {"TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT},
               {"TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT},
               {"TCP_WINDOW_CLAMP", IPPROTO_TCP, TCP_WINDOW_CLAMP},
               {"TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK},
               {"TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2},
               {"IP_TOS", IPPROTO_IP, IP_TOS},
               {"IP_TTL", IPPROTO_IP, IP_TTL}};

struct call {
    char *name, *argument[ARGUMENTS];
    size_t count;
    long n[ARGUMENTS]; /* each as a number */
};

/* 12, EAGAIN, POLLIN|POLLOUT. */
static long number_of(const struct play *p, const char *word) {
    long value = 0;
    char room[LINE], *rest = NULL;
    snprintf(room, sizeof room, "%s", word);
    for (char *w = strtok_r(room, "| ", &rest); w != NULL; w = strtok_r(NULL, "| ", &rest)) {
        size_t i = 0;
        bool minus = *w == '-' && isalpha((unsigned char)w[1]);
        if (minus) w++;
        while (i < sizeof names / sizeof names[0] && strcmp(names[i].name, w) != 0) i++;
        if (i < sizeof names / sizeof names[0])
            value |= minus ? -names[i].value : names[i].value;
        else if (isdigit((unsigned char)*w) || *w == '-')
            value |= strtol(w, NULL, 0);
        else
            return wrong(p, "no such name: %s", w), 0;
    }
    return value;
}

static int fd_of(const struct play *p, const struct call *c, size_t i) {
    if (i >= c->count || c->n[i] < 0 || c->n[i] >= FDS) wrong(p, "no descriptor");
    return p->live[c->n[i]] > 0 ? p->live[c->n[i]] : 9999;
}

static struct sockaddr_in name_of(uint32_t address, long port) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    in.sin_addr.s_addr = htonl(address);
    return in;
}

/* ------------------------------------------------------------ octets */

/* Several pieces, so that the vectors have something to do. */
static size_t pieces(uint8_t *octets, size_t count, struct iovec v[3]) {
    size_t third = count / 3;
    v[0] = (struct iovec){octets, third};
    v[1] = (struct iovec){octets + third, third};
    v[2] = (struct iovec){octets + 2 * third, count - 2 * third};
    return 3;
}

static long send_by(struct play *p, const struct call *c) {
    bool bad = c->n[1] < 0;
    size_t count = (size_t)c->n[bad ? 2 : 1];
    int fd = fd_of(p, c, 0), flags = c->count > 2 && !bad ? (int)c->n[2] : 0;
    uint8_t *octets = malloc(count + 1);
    struct iovec v[3];
    void *u = p->i.userdata;
    for (size_t i = 0; i < count; i++) octets[i] = pattern(p->written[c->n[0]] + i);
    struct msghdr m = {.msg_iov = v, .msg_iovlen = pieces(octets, count, v)};
    const void *from = bad ? NULL : octets;
    long result = strcmp(c->name, "write") == 0    ? p->i.write(u, fd, from, count)
                  : strcmp(c->name, "writev") == 0 ? p->i.writev(u, fd, v, 3)
                  : strcmp(c->name, "send") == 0   ? p->i.send(u, fd, from, count, flags)
                  : strcmp(c->name, "sendto") == 0 ? p->i.sendto(u, fd, from, count, flags, NULL, 0)
                                                   : p->i.sendmsg(u, fd, &m, flags);
    if (result > 0) p->written[c->n[0]] += (uint64_t)result;
    free(octets);
    return result;
}

static long receive_by(struct play *p, const struct call *c) {
    bool bad = c->n[1] < 0;
    size_t count = (size_t)c->n[bad ? 2 : 1];
    int fd = fd_of(p, c, 0), flags = c->count > 2 && !bad ? (int)c->n[2] : 0;
    uint8_t *octets = calloc(1, count + 1);
    struct iovec v[3];
    void *u = p->i.userdata, *to = bad ? NULL : octets;
    struct msghdr m = {.msg_iov = v, .msg_iovlen = pieces(octets, count, v)};
    long result = strcmp(c->name, "read") == 0    ? p->i.read(u, fd, to, count)
                  : strcmp(c->name, "readv") == 0 ? p->i.readv(u, fd, v, 3)
                  : strcmp(c->name, "recv") == 0  ? p->i.recv(u, fd, to, count, flags)
                  : strcmp(c->name, "recvfrom") == 0
                      ? p->i.recvfrom(u, fd, to, count, flags, NULL, NULL)
                      : p->i.recvmsg(u, fd, &m, flags);
    for (long i = 0; i < result && (flags & MSG_OOB) == 0; i++)
        if (octets[i] != pattern(p->taken[c->n[0]] + (uint64_t)i))
            wrong(p, "wrong octets were read");
    if (result > 0 && (flags & (MSG_PEEK | MSG_OOB)) == 0) p->taken[c->n[0]] += (uint64_t)result;
    free(octets);
    return result;
}

/* ------------------------------------------------------------ the rest */

static long new_fd(struct play *p, long live, long script) {
    /* Trap 3: a real descriptor, which is closed behind the library's back at the end. */
    if (live < 0) return live;
    if (fcntl((int)live, F_GETFD) < 0) wrong(p, "descriptor %ld is none of this process", live);
    if (script < 0 || script >= FDS) wrong(p, "descriptors of a script are below %d", FDS);
    p->live[script] = (int)live;
    p->written[script] = p->taken[script] = 0;
    p->last_fd = (int)live;
    return script;
}

static long open_by(struct play *p, const struct call *c, long wanted) {
    void *u = p->i.userdata;
    struct sockaddr_in in;
    socklen_t length = sizeof in;
    if (strcmp(c->name, "socket") == 0)
        return new_fd(
            p, p->i.socket(u, AF_INET, SOCK_STREAM | (c->count > 0 ? (int)c->n[0] : 0), 0), wanted);
    if (strcmp(c->name, "epoll_create") == 0) {
        int last = p->last_fd;
        long fd = new_fd(p, p->i.epoll_create(u, 1), wanted);
        p->last_fd = last;
        return fd;
    }
    long live = p->i.accept(u, fd_of(p, c, 0), (struct sockaddr *)&in, &length);
    if (live >= 0 && ntohl(in.sin_addr.s_addr) != remote_address()) wrong(p, "accept: whose?");
    return new_fd(p, live, wanted);
}

static long option_by(struct play *p, const struct call *c) {
    size_t i = 0;
    while (i < sizeof options / sizeof options[0] && strcmp(options[i].name, c->argument[1]) != 0)
        i++;
    if (i == sizeof options / sizeof options[0]) wrong(p, "no such option: %s", c->argument[1]);
    int value = c->count > 2 ? (int)c->n[2] : 0;
    socklen_t length = sizeof value;
    if (strcmp(c->name, "setsockopt") == 0)
        return p->i.setsockopt(p->i.userdata, fd_of(p, c, 0), options[i].level, options[i].option,
                               &value, length);
    int result = p->i.getsockopt(p->i.userdata, fd_of(p, c, 0), options[i].level, options[i].option,
                                 &value, &length);
    return result < 0 ? result : value;
}

static long ready_by(struct play *p, const struct call *c) {
    void *u = p->i.userdata;
    if (strcmp(c->name, "poll") == 0) {
        struct pollfd f = {.fd = fd_of(p, c, 0), .events = (short)c->n[1]};
        int result = p->i.poll(u, &f, 1, (int)c->n[2]);
        return result <= 0 ? result : f.revents;
    }
    if (strcmp(c->name, "epoll_ctl") == 0) {
        struct epoll_event e = {.events = c->count > 3 ? (uint32_t)c->n[3] : 0};
        return p->i.epoll_ctl(u, fd_of(p, c, 0), (int)c->n[1], fd_of(p, c, 2), &e);
    }
    struct epoll_event e = {0};
    int result = p->i.epoll_wait(u, fd_of(p, c, 0), &e, 1, (int)c->n[1]);
    return result <= 0 ? result : (long)e.events;
}

static long control_by(struct play *p, const struct call *c) {
    int value = 0, fd = fd_of(p, c, 0);
    if (strcmp(c->name, "ioctl") == 0) {
        int result = p->i.ioctl(p->i.userdata, fd, (unsigned long)c->n[1], &value);
        return result < 0 ? result : value;
    }
    return p->i.fcntl(p->i.userdata, fd, c->count > 1 ? F_SETFL : F_GETFL,
                      c->count > 1 ? c->n[1] : 0);
}

static long close_by(struct play *p, const struct call *c) {
    int result = p->i.close(p->i.userdata, fd_of(p, c, 0));
    if (result == 0) p->live[c->n[0]] = 0;
    return result;
}

static long name_by(struct play *p, const struct call *c) {
    bool binds = strcmp(c->name, "bind") == 0;
    struct sockaddr_in in = name_of(binds ? local_address() : remote_address(), c->n[1]);
    const struct sockaddr *name = (const struct sockaddr *)&in;
    return binds ? p->i.bind(p->i.userdata, fd_of(p, c, 0), name, sizeof in)
                 : p->i.connect(p->i.userdata, fd_of(p, c, 0), name, sizeof in);
}

static bool is_one_of(const char *name, const char *list) {
    const char *found = strstr(list, name);
    size_t n = strlen(name);
    return found != NULL && found[n] == ' ' && (found == list || found[-1] == ' ');
}

static long dispatch_call(struct play *p, const struct call *c, long wanted) {
    if (is_one_of(c->name, "socket accept epoll_create ")) return open_by(p, c, wanted);
    if (is_one_of(c->name, "write writev send sendto sendmsg ")) return send_by(p, c);
    if (is_one_of(c->name, "read readv recv recvfrom recvmsg ")) return receive_by(p, c);
    if (is_one_of(c->name, "setsockopt getsockopt ")) return option_by(p, c);
    if (is_one_of(c->name, "poll epoll_ctl epoll_wait ")) return ready_by(p, c);
    if (is_one_of(c->name, "ioctl fcntl ")) return control_by(p, c);
    if (is_one_of(c->name, "bind connect ")) return name_by(p, c);
    if (strcmp(c->name, "close") == 0) return close_by(p, c);
    if (strcmp(c->name, "listen") == 0)
        return p->i.listen(p->i.userdata, fd_of(p, c, 0), (int)c->n[1]);
    if (strcmp(c->name, "shutdown") == 0)
        return p->i.shutdown(p->i.userdata, fd_of(p, c, 0), (int)c->n[1]);
    wrong(p, "no such call: %s", c->name);
}

static bool is_number(const char *word) {
    if (strcmp(word, "bad") == 0) return true;
    for (; *word != '\0'; word++)
        if (islower((unsigned char)*word)) return false;
    return true;
}

void call_run(struct play *p, char *text) {
    struct call c = {.name = text};
    char *open = strchr(text, '('), *close = strrchr(text, ')'), *rest = NULL;
    if (open == NULL || close == NULL || close < open) wrong(p, "expected NAME(...) = RESULT");
    char *equals = strchr(close, '=');
    if (equals == NULL) wrong(p, "expected = RESULT after the call");
    *open = *close = '\0';
    bool option = strstr(text, "sockopt") != NULL;
    for (char *w = strtok_r(open + 1, ",", &rest); w != NULL; w = strtok_r(NULL, ",", &rest)) {
        while (isblank((unsigned char)*w)) w++;
        if (c.count == ARGUMENTS) wrong(p, "too many arguments");
        c.argument[c.count] = w;
        c.n[c.count] = (option && c.count == 1) || !is_number(w) ? 0 : number_of(p, w);
        c.count++;
    }
    long wanted = number_of(p, equals + 1), result;
    errno = 0;
    result = dispatch_call(p, &c, wanted);
    if (result == -1) result = -errno;
    if (result != wanted)
        wrong(p, "%s returned %ld (%s), expected %s", c.name, result,
              result < 0 ? strerror((int)-result) : "no error", equals + 1);
}

/* ------------------------------------------------------------ tcp_info */

#define U32(field)                                                                                 \
    { #field, offsetof(struct tcp_info, field), 4 }
#define U8(field)                                                                                  \
    { #field, offsetof(struct tcp_info, field), 1 }
#define U64(field)                                                                                 \
    { #field, offsetof(struct tcp_info, field), 8 }
static const struct {
    const char *name;
    size_t at, size;
} fields[] = {U8(tcpi_state),         U8(tcpi_ca_state),        U8(tcpi_retransmits),
              U8(tcpi_probes),        U8(tcpi_backoff),         U8(tcpi_options),
              U32(tcpi_rto),          U32(tcpi_snd_mss),        U32(tcpi_rcv_mss),
              U32(tcpi_unacked),      U32(tcpi_sacked),         U32(tcpi_lost),
              U32(tcpi_retrans),      U32(tcpi_last_data_recv), U32(tcpi_rtt),
              U32(tcpi_rttvar),       U32(tcpi_snd_ssthresh),   U32(tcpi_snd_cwnd),
              U32(tcpi_advmss),       U32(tcpi_reordering),     U32(tcpi_total_retrans),
              U32(tcpi_min_rtt),      U32(tcpi_delivered),      U32(tcpi_notsent_bytes),
              U64(tcpi_rwnd_limited), U64(tcpi_sndbuf_limited), U64(tcpi_busy_time)};

void call_assert(struct play *p, char *text) {
    char name[40], operation[4];
    long wanted;
    struct tcp_info info;
    socklen_t length = sizeof info;
    uint64_t value = 0;
    size_t i = 0;
    if (sscanf(text, "%39s %3s %ld", name, operation, &wanted) != 3)
        wrong(p, "expected FIELD == VALUE");
    while (i < sizeof fields / sizeof fields[0] && strcmp(fields[i].name, name) != 0) i++;
    if (i == sizeof fields / sizeof fields[0]) wrong(p, "no such field: %s", name);
    if (p->i.getsockopt(p->i.userdata, p->last_fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
        wrong(p, "TCP_INFO: %s", strerror(errno));
    memcpy(&value, (const char *)&info + fields[i].at, fields[i].size);
    long got = (long)value;
    bool holds = strcmp(operation, "==") == 0   ? got == wanted
                 : strcmp(operation, "<=") == 0 ? got <= wanted
                 : strcmp(operation, ">=") == 0 ? got >= wanted
                                                : got != wanted;
    if (!holds) wrong(p, "%s is %ld, expected %s %ld", name, got, operation, wanted);
}
