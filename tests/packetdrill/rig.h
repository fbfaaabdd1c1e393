#ifndef NETSTEP_TESTS_PACKETDRILL_RIG_H
#define NETSTEP_TESTS_PACKETDRILL_RIG_H
/*
 * The rig: a lab of one host under test and a wire that ends in our hands, and a clock that goes on
 * only when somebody sleeps, waits or asks for the time. One lock guards all of it.
 *
 *     rig.c    the lab, its clock, frames in and out        wait.c   calls that block, two threads
 *     calls.c  the life of sockets                          data.c   octets in and out
 *     options.c, info.c  options, TCP_INFO, ioctl, fcntl    ready.c  poll and epoll
 *     config.c command line, flags, sysctls                 hook.c   what packetdrill does beside
 *     so.c     the table of packetdrill's interface
 */
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "engine.h"
#include "stack/socket.h"
#include "stack/tcp/tcp_state.h"

enum {
    FDS = 1024,
    SETTINGS = 64,
    KEPT_OPTIONS = 16,
    PACKET_OCTETS = 65536,
    WAIT_DEFAULT_S = 4000, /* virtual seconds without a packet that end the process */
    HOST = 1,              /* the nodes of the lab */
    WIRE = 2
};

struct rig_config {
    char profile[32];
    uint64_t seed;
    ip4 local;    /* 0: learned from bind() or from the first packet */
    uint32_t mtu; /* 0: 1500 */
    uint32_t mss; /* of the pieces of a segment that is longer than a frame; 0: what fits */
    int64_t wait_s;
    bool verbose;
    struct {
        char name[64], value[96];
        bool required; /* by a flag: a name that the host does not know is a mistake */
    } setting[SETTINGS];
    size_t settings;
};

struct kept_option { /* an option of a socket that has no lab yet */
    int level, name;
    socklen_t length;
    uint8_t value[64];
};
/* What a sender's time goes by with, as TCP_INFO counts it: Linux's tcp_chrono. */
enum chrono_kind { CHRONO_IDLE, CHRONO_BUSY, CHRONO_WINDOW, CHRONO_BUFFER, CHRONO_KINDS };
struct chrono {
    enum chrono_kind now;
    int64_t since_us, spent_us[CHRONO_KINDS];
};
enum descriptor_kind { FD_NONE, FD_SOCKET, FD_EPOLL };
struct descriptor {
    enum descriptor_kind kind;
    struct id socket;
    enum socket_type type;
    bool nonblocking, connected, starved; /* starved: a writer was told to wait */
    struct chrono chrono;
    struct kept_option kept[KEPT_OPTIONS];
    size_t kept_count;
};
struct watched { /* an entry of an epoll set */
    int epfd, fd;
    struct epoll_event event;
    uint32_t armed;  /* edges that have not been told; all of them for a level-triggered one */
    uint64_t marker; /* what EPOLLIN's edge is told by */
    bool disabled;   /* EPOLLONESHOT */
    struct watched *next;
};
struct packet {
    struct packet *next;
    int64_t at_us;
    size_t count;
    uint8_t octets[];
};
struct rig;
struct waiter {
    struct waiter *next;
    bool (*ready)(struct rig *, const void *);
    const void *what;
    int64_t deadline_us; /* -1: none */
    bool go;             /* it may run; the pump waits for it */
};
struct rig {
    pthread_mutex_t lock;
    pthread_cond_t news;
    pthread_t driver; /* the thread whose sleep moves the clock */
    pthread_t guest;  /* a thread whose call has just been let go; time stands until it asks */
    bool guest_runs;
    bool merging; /* the pieces of one long segment come in */
    struct rig_config config;
    struct lab *lab;
    struct sink sink;
    int64_t now_us;
    struct packet *first, *last;
    struct waiter *waiters;
    struct watched *watched;
    int fds; /* above the highest descriptor */
    struct descriptor fd[FDS];
};

/* rig.c */
void rig_begin(struct rig *, const char *flags);
void rig_end(struct rig *);
void rig_open(struct rig *, ip4 local); /* the lab is made, if it is not there */
void rig_run_to(struct rig *, int64_t us);
bool rig_run_one(struct rig *,
                 int64_t until_us); /* one event, or a waiter's deadline; false: none */
void rig_settle(struct rig *);      /* what is due now happens */
int rig_inject(struct rig *, const uint8_t *packet, size_t);
__attribute__((noreturn, format(printf, 1, 2))) void rig_die(const char *, ...);
/* A step of the lab at this moment: RIG_STEP(r, s) { socket_listen(&s, ...); } */
struct rig_step {
    struct step step;
    struct scratch *scratch;
};
struct step *rig_step_begin(struct rig *);
void rig_step_end(struct rig *, struct step *);

/* wait.c */
/* Waits until ready(); from the driver's thread time goes on here. False: the deadline came. */
bool rig_wait(struct rig *, bool (*ready)(struct rig *, const void *), const void *what,
              int64_t deadline_us);
void rig_wake(struct rig *); /* after a step: lets go of who has become ready */
/* A guest that has its result asks when that was: true, and the clock may go on again. */
bool rig_clock_was_read(struct rig *);

/* config.c */
void config_read(struct rig_config *, const char *flags);
bool config_set(struct rig_config *, const char *name, const char *value, bool required);
void rig_apply(struct rig *, size_t setting); /* from the list, to the host */
void rig_command(struct rig *,
                 const char *command); /* a shell command of the script, as we read it */

/* hook.c */
void hook_install(struct rig *);
void hook_remove(void);

/* calls.c, data.c, options.c, ready.c: the calls of the interface; errors are negative. */
struct descriptor *rig_socket(struct rig *, int fd); /* NULL: not ours. Has its socket, and a lab */
int call_socket(struct rig *, int domain, int type, int protocol);
int call_bind(struct rig *, int fd, const struct sockaddr *, socklen_t);
int call_listen(struct rig *, int fd, int backlog);
int call_accept(struct rig *, int fd, struct sockaddr *, socklen_t *);
int call_connect(struct rig *, int fd, const struct sockaddr *, socklen_t);
int call_shutdown(struct rig *, int fd, int how);
int call_close(struct rig *, int fd);
int take_name(const struct sockaddr *, socklen_t, struct tcp_endpoint *);
int rig_connected(struct rig *, struct descriptor *); /* waits for the handshake's end */
void give_name(struct tcp_endpoint, struct sockaddr *, socklen_t *);
bool has_room(struct rig *, const struct descriptor *);
int64_t call_receive(struct rig *, int fd, struct msghdr *, int flags);
int64_t call_send(struct rig *, int fd, const struct msghdr *, int flags);
int call_setsockopt(struct rig *, int fd, int level, int name, const void *, socklen_t);
int call_getsockopt(struct rig *, int fd, int level, int name, void *, socklen_t *);
int call_fcntl(struct rig *, int fd, int command, long argument);
int call_ioctl(struct rig *, int fd, unsigned long request, void *argument);
int call_poll(struct rig *, struct pollfd *, nfds_t, int timeout_ms);
int call_epoll_create(struct rig *);
int call_epoll_ctl(struct rig *, int epfd, int operation, int fd, const struct epoll_event *);
int call_epoll_wait(struct rig *, int epfd, struct epoll_event *, int most, int timeout_ms);
void epoll_forget(struct rig *, int fd);
void epoll_look(struct rig *); /* after a step: edges */
/* info.c */
size_t info_fill(struct rig *, struct descriptor *, void *, size_t room);
void info_look(struct rig *); /* after a step: what senders wait for */

/* Memory of the caller, which may be wrong: -EFAULT. */
int copy_in(void *to, const void *from, size_t);
int copy_out(void *to, const void *from, size_t);

#endif
