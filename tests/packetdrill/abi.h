#ifndef NETSTEP_TESTS_PACKETDRILL_ABI_H
#define NETSTEP_TESTS_PACKETDRILL_ABI_H
/*
 * The interface by which packetdrill (google/packetdrill, --so_filename) drives a stack in a shared
 * object, written down from its description: one table of pointers, filled in by the library's
 * packetdrill_interface_init(). Every call gets `userdata` first; results and errno are those of
 * the system call of the same name. The order of the slots is the interface.
 */
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

struct drill_interface {
    void *userdata;
    void (*free)(void *);
    int (*socket)(void *, int domain, int type, int protocol);
    int (*bind)(void *, int fd, const struct sockaddr *, socklen_t);
    int (*listen)(void *, int fd, int backlog);
    int (*accept)(void *, int fd, struct sockaddr *, socklen_t *);
    int (*connect)(void *, int fd, const struct sockaddr *, socklen_t);
    ssize_t (*read)(void *, int fd, void *, size_t);
    ssize_t (*readv)(void *, int fd, const struct iovec *, int count);
    ssize_t (*recv)(void *, int fd, void *, size_t, int flags);
    ssize_t (*recvfrom)(void *, int fd, void *, size_t, int flags, struct sockaddr *, socklen_t *);
    ssize_t (*recvmsg)(void *, int fd, struct msghdr *, int flags);
    ssize_t (*write)(void *, int fd, const void *, size_t);
    ssize_t (*writev)(void *, int fd, const struct iovec *, int count);
    ssize_t (*send)(void *, int fd, const void *, size_t, int flags);
    ssize_t (*sendto)(void *, int fd, const void *, size_t, int flags, const struct sockaddr *,
                      socklen_t);
    ssize_t (*sendmsg)(void *, int fd, const struct msghdr *, int flags);
    int (*fcntl)(void *, int fd, int command, ...);
    int (*ioctl)(void *, int fd, unsigned long request, ...);
    int (*close)(void *, int fd);
    int (*shutdown)(void *, int fd, int how);
    int (*getsockopt)(void *, int fd, int level, int name, void *, socklen_t *);
    int (*setsockopt)(void *, int fd, int level, int name, const void *, socklen_t);
    int (*poll)(void *, struct pollfd *, nfds_t, int timeout_ms);
    int (*netdev_send)(void *, const void *packet, size_t); /* an IP packet for the stack */
    /* The next IP packet that the stack sends, and when it did. *count: the room, then the size. */
    int (*netdev_receive)(void *, void *packet, size_t *count, long long *time_us);
    int (*usleep)(void *, useconds_t);
    int (*gettimeofday)(void *, struct timeval *, struct timezone *);
    int (*epoll_create)(void *, int size);
    int (*epoll_ctl)(void *, int epfd, int operation, int fd, struct epoll_event *);
    int (*epoll_wait)(void *, int epfd, struct epoll_event *, int most, int timeout_ms);
    int (*pipe)(void *, int fds[2]);
    int (*splice)(void *, int in, off_t *in_at, int out, off_t *out_at, size_t, unsigned flags);
};

void packetdrill_interface_init(const char *flags, struct drill_interface *);

#endif
