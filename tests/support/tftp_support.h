#ifndef NETSTEP_TESTS_TFTP_SUPPORT_H
#define NETSTEP_TESTS_TFTP_SUPPORT_H
/*
 * TFTP tests: two hosts 10 ms apart who know each other's addresses, a server on one of them, and
 * what they said to each other, a line a packet, whatever their ports:
 *
 *     0.000 client RRQ kernel octet blksize=1428
 *     0.010 server OACK blksize=1428
 *     0.020 client ACK 0
 *     0.030 server DATA 1 (1000)
 *     0.040 server ERROR 5
 */
#include "talk_support.h"

enum { TFTP_FILES = 8 };
struct tftp_setup {
    struct setup setup;
    struct scenario_content files[2][TFTP_FILES]; /* [0]: the client's, [1]: the server's */
};
void tftp_hosts(struct tftp_setup *, const char *server_line); /* NULL: nobody serves */
/* Files of the pattern, or of a text. */
void tftp_file(struct tftp_setup *, const char *node, const char *name, uint64_t size);
struct scenario_content *tftp_text(struct tftp_setup *, const char *node, const char *name,
                                   const char *text);

char *tftp_dialogue(const struct running *); /* the caller frees */
void expect_tftp(const struct running *, const char *expected);
/* The file on the node holds just these octets. */
void expect_file(const struct running *, const char *node, const char *name, const uint8_t *octets,
                 size_t count);
void expect_pattern_file(const struct running *, const char *node, const char *name, uint64_t size);
/* A UDP datagram from `node` (1 client, 2 server) to the other, put on its cable at `at`. */
void tftp_inject(struct running *, sim_time at, const char *node, uint32_t src_port,
                 uint32_t dst_port, const uint8_t *payload, size_t count);
/* The port from which the node sent its n-th TFTP packet, from 1. */
uint32_t tftp_port_of(const struct running *, const char *node, size_t nth);

#endif
