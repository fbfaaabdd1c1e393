#include "tap.h"
/*
 * The one file that knows Linux's /dev/net/tun, and how to be nobody afterwards.
 *
 * No offload is asked for (TUN_F_*), so the kernel completes checksums and cuts large segments
 * before a frame comes here, and checks what we write. Left out: several queues for one device,
 * and many frames in one system call, for which tap devices have no interface.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static bool refuse(char *why, size_t size, const char *name, const char *problem) {
    snprintf(why, size, "device %.32s: %s", name, problem);
    return false;
}

static bool name_is_right(const char *name, char *why, size_t size) {
    size_t length = strlen(name);
    if (length >= TAP_NAME)
        return refuse(why, size, name, "the name is too long; Linux takes at most 15 octets");
    if (length == 0 || strpbrk(name, "/% \t:") != NULL || !strcmp(name, ".") || !strcmp(name, ".."))
        return refuse(why, size, name, "no name of a device; give one such as tap0");
    return true;
}

static bool refuse_open(const char *name, char *why, size_t size) {
    char problem[200];
    if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
        return refuse(why, size, name,
                      "this machine has no /dev/net/tun; load the kernel's tun module, or give the "
                      "container that file");
    if (errno == EACCES || errno == EPERM)
        return refuse(why, size, name,
                      "no permission to open /dev/net/tun; run as root, or let its owner allow it");
    snprintf(problem, sizeof problem, "/dev/net/tun: %s", strerror(errno));
    return refuse(why, size, name, problem);
}

static bool refuse_attach(const char *name, char *why, size_t size) {
    char problem[200];
    if (errno == EBUSY)
        return refuse(why, size, name,
                      "busy: another program has it; end that one, or give another device");
    if (errno == EPERM || errno == EACCES)
        snprintf(problem, sizeof problem,
                 "no permission; run as root, or make it for your user: ip tuntap add dev %s mode "
                 "tap user YOU",
                 name);
    else if (errno == EINVAL)
        snprintf(problem, sizeof problem,
                 "it is no tap device; give another name, or make one: ip tuntap add dev NAME mode "
                 "tap");
    else
        snprintf(problem, sizeof problem, "%s", strerror(errno));
    return refuse(why, size, name, problem);
}

bool tap_open(struct tap *tap, const char *name, char *why, size_t size) {
    *tap = (struct tap){.fd = -1};
    if (!name_is_right(name, why, size)) return false;
    snprintf(tap->name, sizeof tap->name, "%s", name);
    tap->made = if_nametoindex(name) == 0;
    tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap->fd < 0) return refuse_open(name, why, size);
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(tap->fd, TUNSETIFF, &request) == 0) return true;
    refuse_attach(name, why, size);
    tap_close(tap);
    return false;
}

void tap_close(struct tap *tap) {
    if (tap->fd >= 0) close(tap->fd);
    tap->fd = -1;
}

int tap_read(const struct tap *tap, uint8_t out[TAP_READ_MOST]) {
    for (;;) {
        ssize_t count = read(tap->fd, out, TAP_READ_MOST);
        if (count > 0) return (int)count;
        if (count < 0 && errno == EINTR) continue;
        return count < 0 && errno == EAGAIN ? 0 : -1;
    }
}

enum tap_sent tap_write(const struct tap *tap, const uint8_t *octets, size_t count) {
    for (;;) {
        ssize_t done = write(tap->fd, octets, count);
        if (done >= 0) return TAP_SENT;
        if (errno == EINTR) continue;
        if (errno == EIO) return TAP_DOWN; /* the interface is administratively down */
        return errno == EBADFD || errno == ENODEV ? TAP_GONE : TAP_FULL;
    }
}

/* ------------------------------------------------------------------------------- being nobody */

static unsigned long number_of(const char *variable, unsigned long otherwise) {
    const char *text = getenv(variable);
    char *end = NULL;
    unsigned long value = text && *text ? strtoul(text, &end, 10) : 0;
    return value > 0 && value < UINT32_MAX && end && !*end ? value : otherwise;
}

static bool no_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &header, none) == 0;
}

bool privileges_drop(char *why, size_t size) {
    if (geteuid() == 0) {
        gid_t group = (gid_t)number_of("SUDO_GID", NOBODY);
        uid_t user = (uid_t)number_of("SUDO_UID", NOBODY);
        if (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user)) {
            snprintf(why, size, "privileges cannot be given away: %s", strerror(errno));
            return false;
        }
    }
    if (no_capabilities() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && geteuid() != 0)
        return true;
    snprintf(why, size, "privileges cannot be given away: %s", strerror(errno));
    return false;
}
