#ifndef NETSTEP_SERVER_PCAP_READ_H
#define NETSTEP_SERVER_PCAP_READ_H
/*
 * Reads captures packet by packet: pcap (both byte orders, micro- and nanoseconds) and pcapng
 * (both byte orders, any resolution of time, several sections and interfaces).
 * Memory is bounded by the largest packet, CAPTURE_OCTETS_MAX, whatever the file says.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"

enum { CAPTURE_OCTETS_MAX = 256 * 1024, CAPTURE_INTERFACES_MAX = 1024 };
/* Of the numbers that the formats have for what a frame begins with, those that are read. */
enum {
    LINK_LOOPBACK = 0, /* four octets of address family, in either order */
    LINK_ETHERNET = 1,
    LINK_RAW = 101, /* an IP datagram; 12 and 14 too */
    LINK_LOOPBACK_ORDERED = 108,
    LINK_COOKED = 113, /* Linux: tcpdump -i any */
    LINK_IPV4 = 228,
    LINK_COOKED_2 = 276
};

struct capture_interface {
    uint32_t link_type, snap_length;
    uint8_t
        resolution; /* as if_tsresol: 10 to the minus n, or, with the top bit, 2 to the minus n */
    int64_t offset_seconds;
};
struct capture {
    FILE *file;
    uint64_t at;        /* octets read so far */
    uint64_t record_at; /* where the record or block begins that is being read */
    uint64_t packets;   /* read so far */
    bool block_format;  /* pcapng */
    bool swapped, nanoseconds;
    uint32_t interface_count, interfaces_before; /* of this section, of those before it */
    struct capture_interface *interfaces;
    uint8_t *octets; /* of the last packet */
    size_t room;
    char problem[200]; /* what is wrong and the mend, when the answer was CAPTURE_BAD */
};
struct captured {
    int64_t at_ns;          /* since 1970 */
    uint64_t at;            /* where its octets begin in the file */
    const uint8_t *octets;  /* until the next call */
    uint32_t count, length; /* octets captured; octets of the frame on the wire */
    uint32_t link_type;     /* LINK_... */
    uint32_t interface;     /* its number in the file, from 0 */
};
enum capture_result { CAPTURE_PACKET, CAPTURE_END, CAPTURE_BAD };

/* Reads the file's header. False: `problem` and `record_at` say what is wrong. Close it anyway. */
bool capture_open(struct capture *, FILE *);
enum capture_result capture_next(struct capture *, struct captured *);
/* What the decoder calls a link type. */
enum frame_kind capture_kind(uint32_t link_type);
void capture_close(struct capture *); /* frees memory; the file stays the caller's */

#endif
