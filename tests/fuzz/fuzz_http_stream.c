/*
 * Any octets from a viewer, over a stream that was opened as it should be: the service must close
 * it, and go on. The first bit says whether compression was agreed.
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
static struct lab_names lab;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    house_options(&house);
    house.options.workers = 1;
    house_open(&house);
    /* The fuzzer's alarm goes to the service's threads, which know what to do about EINTR. */
    sigset_t alarm_only;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
    lab = make_lab(house.port, handshake_lab);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct stream s = {0};
    char query[64], sink[8192];
    if (size < 2 || size > 60000) return 0;
    dial_from = dial_from % 60000 + 1;
    s.packs = data[0] & 1;
    strcpy(query, "lab=");
    strcat(query, lab.lab);
    stream_open(&s, house.port, query, NULL);
    if (s.status != 101) {
        fprintf(stderr, "upgrade: %u %s\n", s.status, s.head);
        abort();
    }
    send(s.fd, data + 1, size - 1, MSG_NOSIGNAL);
    shutdown(s.fd, SHUT_WR);
    while (recv(s.fd, sink, sizeof sink, 0) > 0) continue;
    stream_close(&s);
    return 0;
}
