#ifndef NETSTEP_WIRE_TCP_H
#define NETSTEP_WIRE_TCP_H
/* The TCP header and options, RFC 9293 3.1 and 3.2, RFC 7323 2 and 3, RFC 2018 2 and 3, and Fast
 * Open's, RFC 7413 4.1.1. */
#include "wire/parse.h"

enum {
    TCP_HEADER = 20,
    TCP_FIN = 1,
    TCP_SYN = 2,
    TCP_RST = 4,
    TCP_PSH = 8,
    TCP_ACK = 16,
    TCP_URG = 32,
    TCP_ECE = 64,
    TCP_CWR = 128,
    TCP_AE = 256,
    TCP_SACK_BLOCKS_MAX = 4,
    TCP_COOKIE_MAX = 16 /* RFC 7413 4.1.1: 4 to 16 octets, an even number */
};
struct tcp_options {
    bool has_mss, has_window_scale, sack_permitted, has_timestamps;
    uint8_t window_scale; /* as received, may exceed 14 */
    uint8_t sack_count;
    uint16_t mss;
    uint32_t ts_val, ts_ecr;
    bool has_cookie; /* Fast Open; of length 0: it is asked for */
    uint8_t cookie_length, cookie[TCP_COOKIE_MAX];
    struct {
        uint32_t left, right;
    } sack[TCP_SACK_BLOCKS_MAX];
};
struct tcp_header {
    uint16_t src_port, dst_port;
    uint32_t seq, ack;
    uint8_t data_offset; /* octets: 20..60 */
    uint16_t flags;      /* TCP_FIN .. TCP_AE */
    uint16_t window, urgent_pointer;
    struct tcp_options options;
};
/* Checks data offset and checksum (pseudo-header with src, dst and the reader's whole length).
 * Unknown options are skipped (MUST-6), illegal lengths end the option list (MUST-7). Leaves the
 * reader at the data. */
enum parse_result tcp_parse(struct tcp_header *, struct reader *, ip4 src, ip4 dst);
/* Checksums that are wrong on purpose: without the pseudo-header, or not looked at. */
enum tcp_checksum { TCP_CHECKSUM_FULL, TCP_CHECKSUM_BARE, TCP_CHECKSUM_NONE };
enum parse_result tcp_parse_as(struct tcp_header *, struct reader *, ip4 src, ip4 dst,
                               enum tcp_checksum);
void tcp_emit_bare_checksum(uint8_t *segment, size_t length);
/* Octets that emit will write: 20 plus options, padded to 4, in Linux's order and padding:
 * mss; sackOK+timestamps or nop nop timestamps; nop wscale; sack blocks. */
size_t tcp_header_length(const struct tcp_header *);
/* `segment` holds room for the header, followed by `data_count` octets already in place. */
void tcp_emit(uint8_t *segment, const struct tcp_header *, size_t data_count, ip4 src, ip4 dst);

#endif
