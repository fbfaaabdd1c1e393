#include "stack/errno.h"
/*
 * The numbers of include/uapi/asm-generic/errno*.h and the texts that the C library prints for
 * them, for the calls that our sockets know. A number that is missing here is our own mistake.
 */
#include <assert.h>
#include <stddef.h>

static const struct {
    int number;
    const char *name, *text;
} errors[] = {
    {LINUX_EPERM, "EPERM", "Operation not permitted"},
    {LINUX_ENOENT, "ENOENT", "No such file or directory"},
    {LINUX_EINTR, "EINTR", "Interrupted system call"},
    {LINUX_EBADF, "EBADF", "Bad file descriptor"},
    {LINUX_EAGAIN, "EAGAIN", "Resource temporarily unavailable"},
    {LINUX_ENOMEM, "ENOMEM", "Cannot allocate memory"},
    {LINUX_EACCES, "EACCES", "Permission denied"},
    {LINUX_ENODEV, "ENODEV", "No such device"},
    {LINUX_EINVAL, "EINVAL", "Invalid argument"},
    {LINUX_EMFILE, "EMFILE", "Too many open files"},
    {LINUX_EPIPE, "EPIPE", "Broken pipe"},
    {LINUX_ENONET, "ENONET", "Machine is not on the network"},
    {LINUX_EPROTO, "EPROTO", "Protocol error"},
    {LINUX_EDESTADDRREQ, "EDESTADDRREQ", "Destination address required"},
    {LINUX_EMSGSIZE, "EMSGSIZE", "Message too long"},
    {LINUX_EPROTOTYPE, "EPROTOTYPE", "Protocol wrong type for socket"},
    {LINUX_ENOPROTOOPT, "ENOPROTOOPT", "Protocol not available"},
    {LINUX_EPROTONOSUPPORT, "EPROTONOSUPPORT", "Protocol not supported"},
    {LINUX_EOPNOTSUPP, "EOPNOTSUPP", "Operation not supported"},
    {LINUX_EADDRINUSE, "EADDRINUSE", "Address already in use"},
    {LINUX_EADDRNOTAVAIL, "EADDRNOTAVAIL", "Cannot assign requested address"},
    {LINUX_ENETUNREACH, "ENETUNREACH", "Network is unreachable"},
    {LINUX_ECONNRESET, "ECONNRESET", "Connection reset by peer"},
    {LINUX_ENOBUFS, "ENOBUFS", "No buffer space available"},
    {LINUX_EISCONN, "EISCONN", "Transport endpoint is already connected"},
    {LINUX_ENOTCONN, "ENOTCONN", "Transport endpoint is not connected"},
    {LINUX_ETIMEDOUT, "ETIMEDOUT", "Connection timed out"},
    {LINUX_ECONNREFUSED, "ECONNREFUSED", "Connection refused"},
    {LINUX_EHOSTDOWN, "EHOSTDOWN", "Host is down"},
    {LINUX_EHOSTUNREACH, "EHOSTUNREACH", "No route to host"},
    {LINUX_EALREADY, "EALREADY", "Operation already in progress"},
    {LINUX_EINPROGRESS, "EINPROGRESS", "Operation now in progress"},
};

static size_t find(int error) {
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].number == error) return i;
    assert(!"every error that a call returns stands in the table");
    return 0;
}

const char *linux_error_name(int error) {
    return errors[find(error)].name;
}

const char *linux_error_text(int error) {
    return errors[find(error)].text;
}
