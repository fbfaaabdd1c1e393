/*
 * Any octets on the public port: the first octet of an input says in how many pieces they are sent.
 * The service runs in this process, and after each input it must still answer within five seconds.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
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
    /* The fuzzer's alarm goes to the service's threads, which know what to do about EINTR. */
    sigset_t alarm_only;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 60000) return 0;
    dial_from = dial_from % 60000 + 1;
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
    if (data[0] & 4) recv(fd, sink, sizeof sink, MSG_DONTWAIT);
    /* A reset: libmicrohttpd hears of half a request's quiet end by its timeout only, and too many
     * would wait for that here. */
    struct linger reset = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    /* The one thread of the port answers the next request only when it is done with this one. */
    struct reply health = ask(house.port, "GET", "/healthz", NULL, NULL, NULL);
    if (health.status != 200) {
        fprintf(stderr, "health: %u %s\n", health.status, health.body ? health.body : "");
        abort();
    }
    reply_free(&health);
    return 0;
}
