#ifndef NETSTEP_STACK_ERRNO_H
#define NETSTEP_STACK_ERRNO_H
/* Linux's error numbers, as socket calls return them (negative), with their names and texts. */

enum linux_error {
    LINUX_EPERM = 1,
    LINUX_ENOENT = 2,
    LINUX_EINTR = 4,
    LINUX_EBADF = 9,
    LINUX_EAGAIN = 11,
    LINUX_ENOMEM = 12,
    LINUX_EACCES = 13,
    LINUX_ENODEV = 19,
    LINUX_EINVAL = 22,
    LINUX_EMFILE = 24,
    LINUX_EPIPE = 32,
    LINUX_ENONET = 64,
    LINUX_EPROTO = 71,
    LINUX_EDESTADDRREQ = 89,
    LINUX_EMSGSIZE = 90,
    LINUX_EPROTOTYPE = 91,
    LINUX_ENOPROTOOPT = 92,
    LINUX_EPROTONOSUPPORT = 93,
    LINUX_EOPNOTSUPP = 95,
    LINUX_EADDRINUSE = 98,
    LINUX_EADDRNOTAVAIL = 99,
    LINUX_ENETUNREACH = 101,
    LINUX_ECONNRESET = 104,
    LINUX_ENOBUFS = 105,
    LINUX_EISCONN = 106,
    LINUX_ENOTCONN = 107,
    LINUX_ETIMEDOUT = 110,
    LINUX_ECONNREFUSED = 111,
    LINUX_EHOSTDOWN = 112,
    LINUX_EHOSTUNREACH = 113,
    LINUX_EALREADY = 114,
    LINUX_EINPROGRESS = 115
};
const char *linux_error_name(int error); /* "ECONNREFUSED" */
const char *linux_error_text(int error); /* "Connection refused" */

#endif
