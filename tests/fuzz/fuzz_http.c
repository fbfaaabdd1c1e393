/*
 * Any octets on the public port: the first octet of an input says how many pieces it is sent in.
 * The service runs in this process; a connection that it does not close must end when the client
 * ends it. Lives on: ASan, UBSan, and the five-second patience of the reader.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "service.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct house house;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    house_options(&house);
    house.options.workers = 1;
    house.options.labs = 64;
    house.options.labs_per_visitor = 64;
    house_open(&house);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 60000) return 0;
    size_t pieces = data[0] % 4 + 1u, rest = size - 1;
    const uint8_t *at = data + 1;
    char sink[8192];
    int fd = dial(house.port);
    if (fd < 0) abort();
    for (; pieces; pieces--) {
        size_t some = rest / pieces;
        if (some && send(fd, at, some, MSG_NOSIGNAL) < 0) break;
        at += some;
        rest -= some;
    }
    shutdown(fd, SHUT_WR);
    ssize_t n;
    while ((n = recv(fd, sink, sizeof sink, 0)) > 0) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) abort(); /* it hangs */
    close(fd);
    return 0;
}
