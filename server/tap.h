#ifndef NETSTEP_SERVER_TAP_H
#define NETSTEP_SERVER_TAP_H
/*
 * A tap device of Linux: an Ethernet interface of the machine whose other end is this program. A
 * frame is what the kernel gives: no preamble, no check sequence, no padding, and whole, since no
 * offload is asked for.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAP_NAME = 16, TAP_FRAME_MOST = 1514, TAP_READ_MOST = 65536 };

struct tap {
    int fd; /* -1: not open */
    char name[TAP_NAME];
    bool made; /* it was not there before, and goes when this program ends */
};
/* Opens the device, or makes it. False: `why` is one line with the mend. */
bool tap_open(struct tap *, const char *name, char *why, size_t size);
void tap_close(struct tap *);
/* Octets of one frame; 0: there is none now; -1: the device is gone. */
int tap_read(const struct tap *, uint8_t out[TAP_READ_MOST]);
enum tap_sent { TAP_SENT, TAP_FULL, TAP_DOWN, TAP_GONE };
enum tap_sent tap_write(const struct tap *, const uint8_t *octets, size_t count);

/* Gives away all that a root process may do: another user (who called sudo, or nobody), no
 * capabilities, nothing to be gained by an exec. What is open stays open. False: `why` tells. */
bool privileges_drop(char *why, size_t size);

#endif
