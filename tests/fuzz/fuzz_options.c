/*
 * Any octets as the options of a TCP header with a right checksum: parsed, described, summarised;
 * and what was understood, emitted and parsed again, must be the same.
 */
#include <stdlib.h>
#include <string.h>

#include "packet_json.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"
#include "wire_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SRC = 0x0a000001, DST = 0x0a000002, OPTIONS_MAX = 40 };

/* The checksum over the pseudo-header, so that the segment is believed. */
static void seal(uint8_t *segment, size_t count) {
    segment[16] = segment[17] = 0;
    uint32_t sum =
        (SRC >> 16) + (SRC & 0xffff) + (DST >> 16) + (DST & 0xffff) + 6 + (uint32_t)count;
    for (size_t i = 0; i < count; i++) sum += i % 2 == 0 ? segment[i] * 256u : segment[i];
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    segment[16] = (uint8_t)(~sum >> 8);
    segment[17] = (uint8_t)~sum;
}

static void whole_frame(const uint8_t *segment, size_t count) {
    uint8_t frame[14 + 20 + 120] = {0};
    struct writer w = writer_of(frame + 14, 20);
    struct ipv4_header ip = {.header_length = 20,
                             .total_length = (uint16_t)(20 + count),
                             .ttl = 64,
                             .protocol = IP_PROTOCOL_TCP,
                             .src = SRC,
                             .dst = DST};
    struct packet_summary summary;
    frame[12] = 8;
    ipv4_emit(&w, &ip);
    memcpy(frame + 34, segment, count);
    check_cover(frame, 34 + count);
    packet_summarise(frame, 34 + count, 5, 7, &summary);
    if (summary.label_count == 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t segment[120] = {0}, again[120];
    if (size < 4) return 0;
    size_t options = (size - 4 < OPTIONS_MAX ? size - 4 : OPTIONS_MAX) & ~(size_t)3;
    size_t text = data[0] % 8, count = 20 + options + text;
    memcpy(segment, "\0\x50\x9c\x40\0\0\0\1\0\0\0\2", 12);
    segment[12] = (uint8_t)((20 + options) / 4 << 4 | (data[1] & 1));
    segment[13] = data[2];
    segment[14] = data[3];
    memcpy(segment + 20, data + 4, options);
    seal(segment, count);
    whole_frame(segment, count);

    struct tcp_header h, back;
    struct reader in = reader_of(segment, count);
    if (tcp_parse(&h, &in, SRC, DST) != PARSE_OK) abort(); /* bad options never cost a segment */
    if (read_left(&in) != text || h.options.sack_count > TCP_SACK_BLOCKS_MAX) abort();
    if (tcp_header_length(&h) > 60) return 0; /* more than we would ever say at once */
    tcp_emit(again, &h, 0, SRC, DST);
    in = reader_of(again, tcp_header_length(&h));
    if (tcp_parse(&back, &in, SRC, DST) != PARSE_OK) abort();
    /* Of several options of a kind the last counts; what a longer one before it left is void. */
    for (uint32_t i = h.options.sack_count; i < TCP_SACK_BLOCKS_MAX; i++)
        h.options.sack[i] = back.options.sack[i];
    for (uint32_t i = h.options.cookie_length; i < TCP_COOKIE_MAX; i++)
        h.options.cookie[i] = back.options.cookie[i];
    if (memcmp(&back.options, &h.options, sizeof h.options) != 0) abort();
    return 0;
}
