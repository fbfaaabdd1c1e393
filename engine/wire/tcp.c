#include "wire/tcp.h"
/*
 * The TCP header, RFC 9293 3.1, and its options: End of Option List, No-Operation and Maximum
 * Segment Size (RFC 9293 3.2), Window Scale and Timestamps (RFC 7323 2.2 and 3.2), SACK-Permitted
 * and SACK (RFC 2018 2 and 3), Fast Open Cookie (RFC 7413 4.1.1). The AE bit is RFC 9768 3.1.
 *
 * Which options may stand on which segment is not decided here: the stack ignores a Window Scale
 * on a segment without SYN, and so on. Left out: TCP-AO, MD5, MPTCP (skipped, MUST-6).
 */
#include <string.h>

#include "base/checksum.h"
#include "wire/fields.h"
#include "wire/ipv4.h"
#include "wire/tcp_fields.h"

#define CLAUSE "RFC 9293 3.1"
const struct wire_field tcp_fields[] = {
    [TCP_F_SRCPORT] = ROW(0, 2, SHAPE_DECIMAL, "tcp.srcport", "Source Port"),
    VIEW(0, 2, 1, SHAPE_DECIMAL, "tcp.port", "Source or Destination Port"),
    [TCP_F_DSTPORT] = ROW(2, 2, SHAPE_DECIMAL, "tcp.dstport", "Destination Port"),
    VIEW(2, 2, 1, SHAPE_DECIMAL, "tcp.port", "Source or Destination Port"),
    [TCP_F_SEQ] = ROW(4, 4, SHAPE_DECIMAL, "tcp.seq_raw", "Sequence Number"),
    [TCP_F_ACK] = ROW(8, 4, SHAPE_DECIMAL, "tcp.ack_raw", "Acknowledgment Number"),
    [TCP_F_OFFSET] = SCALED(12, 1, 0xf0, 4, "tcp.hdr_len", "Header Length"),
    [TCP_F_FLAGS] = BITS(12, 2, 0x0fff, 1, SHAPE_HEX, "tcp.flags", "Flags"),
    BITS(12, 1, 0x0e, 2, SHAPE_ANY, "tcp.flags.res", "Reserved"),
    BITS(12, 1, 0x01, 2, SHAPE_DECIMAL, "tcp.flags.ae", "Accurate ECN"),
    BITS(13, 1, 0x80, 2, SHAPE_DECIMAL, "tcp.flags.cwr", "Congestion Window Reduced"),
    BITS(13, 1, 0x40, 2, SHAPE_DECIMAL, "tcp.flags.ece", "ECN-Echo"),
    BITS(13, 1, 0x20, 2, SHAPE_DECIMAL, "tcp.flags.urg", "Urgent"),
    BITS(13, 1, 0x10, 2, SHAPE_DECIMAL, "tcp.flags.ack", "Acknowledgment"),
    BITS(13, 1, 0x08, 2, SHAPE_DECIMAL, "tcp.flags.push", "Push"),
    BITS(13, 1, 0x04, 2, SHAPE_DECIMAL, "tcp.flags.reset", "Reset"),
    BITS(13, 1, 0x02, 2, SHAPE_DECIMAL, "tcp.flags.syn", "Syn"),
    BITS(13, 1, 0x01, 2, SHAPE_DECIMAL, "tcp.flags.fin", "Fin"),
    VIEW(12, 2, 2, SHAPE_TCP_FLAGS, "tcp.flags.str", "TCP Flags"),
    [TCP_F_WINDOW] = ROW(14, 2, SHAPE_DECIMAL, "tcp.window_size_value", "Window"),
    [TCP_F_CHECKSUM] = ROW(16, 2, SHAPE_CHECKSUM, "tcp.checksum", "Checksum"),
    VIEW(16, 2, 1, SHAPE_CALCULATED, "tcp.checksum_calculated", "Calculated Checksum"),
    [TCP_F_URGENT] = ROW(18, 2, SHAPE_DECIMAL, "tcp.urgent_pointer", "Urgent Pointer"),
};
const size_t tcp_field_count = sizeof tcp_fields / sizeof *tcp_fields;

static void take_sack(struct tcp_options *o, struct reader *body) {
    o->sack_count = 0;
    while (read_left(body) >= 8 && o->sack_count < TCP_SACK_BLOCKS_MAX) {
        o->sack[o->sack_count].left = read_u32(body);
        o->sack[o->sack_count].right = read_u32(body);
        o->sack_count++;
    }
}

static void take_cookie(struct tcp_options *o, struct reader *body) {
    size_t length = read_left(body);
    if (length != 0 && (length < 4 || length > TCP_COOKIE_MAX || length % 2 != 0)) return;
    o->has_cookie = true;
    o->cookie_length = (uint8_t)length;
    read_copy(body, o->cookie, length);
}

/* An option counts when its length is the one that its RFC gives; otherwise it is skipped. */
static void take_option(struct tcp_options *o, uint8_t kind, struct reader *body) {
    size_t length = read_left(body) + 2;
    if (kind == TCP_OPTION_MSS && length == 4) {
        o->has_mss = true;
        o->mss = read_u16(body);
    } else if (kind == TCP_OPTION_WINDOW_SCALE && length == 3) {
        o->has_window_scale = true;
        o->window_scale = read_u8(body);
    } else if (kind == TCP_OPTION_SACK_PERMITTED && length == 2) {
        o->sack_permitted = true;
    } else if (kind == TCP_OPTION_SACK && length >= 10 && (length - 2) % 8 == 0) {
        take_sack(o, body);
    } else if (kind == TCP_OPTION_TIMESTAMPS && length == 10) {
        o->has_timestamps = true;
        o->ts_val = read_u32(body);
        o->ts_ecr = read_u32(body);
    } else if (kind == TCP_OPTION_FAST_OPEN) {
        take_cookie(o, body);
    }
}

bool tcp_next_option(struct reader *list, struct tcp_option *option) {
    if (read_left(list) == 0) return false;
    option->start = list->at;
    option->kind = read_u8(list);
    option->length = 1;
    option->body = (struct reader){.at = list->at, .end = list->at};
    if (option->kind == TCP_OPTION_END || option->kind == TCP_OPTION_NOP) return true;
    uint8_t length = read_u8(list);
    if (list->failed || length < 2 || length - 2u > read_left(list)) {
        /* RFC 9293 3.1 MUST-7: an illegal length must be handled; the rest cannot be told apart. */
        *list = (struct reader){.at = option->start, .end = list->end, .failed = true};
        return false;
    }
    option->length = length;
    option->body = read_sub(list, length - 2u);
    return true;
}

/* MUST-4, MUST-5: in whichever segment they stand; MUST-64: at whichever octet they begin. */
/* Timestamps behind two NOPs, the way RFC 7323 A recommends: what nearly every segment has. */
static const uint8_t usual[] = {TCP_OPTION_NOP, TCP_OPTION_NOP, TCP_OPTION_TIMESTAMPS, 10};

static bool take_usual(struct tcp_options *o, const uint8_t *list, size_t count) {
    if (count != sizeof usual + 8 || memcmp(list, usual, sizeof usual) != 0) return false;
    o->has_timestamps = true;
    o->ts_val = field_word(list + 4, 4);
    o->ts_ecr = field_word(list + 8, 4);
    return true;
}

static void take_options(struct tcp_options *o, struct reader *list) {
    struct tcp_option option;
    if (take_usual(o, list->at, read_left(list))) return;
    while (tcp_next_option(list, &option) && option.kind != TCP_OPTION_END)
        take_option(o, option.kind, &option.body); /* MUST-6: what is not known is ignored */
}

static bool checksum_holds(const uint8_t *o, size_t length, ip4 src, ip4 dst,
                           enum tcp_checksum checksum) {
    if (checksum == TCP_CHECKSUM_NONE) return true;
    uint32_t sum = 0;
    if (checksum == TCP_CHECKSUM_FULL)
        sum = checksum_add_pseudo(0, src, dst, IP_PROTOCOL_TCP, (uint16_t)length);
    return checksum_finish(checksum_add(sum, o, length)) == 0;
}

enum parse_result tcp_parse(struct tcp_header *h, struct reader *r, ip4 src, ip4 dst) {
    return tcp_parse_as(h, r, src, dst, TCP_CHECKSUM_FULL);
}

enum parse_result tcp_parse_as(struct tcp_header *h, struct reader *r, ip4 src, ip4 dst,
                               enum tcp_checksum checksum) {
    const struct wire_field *f = tcp_fields;
    size_t length = read_left(r);
    const uint8_t *o = read_span(r, TCP_HEADER);
    if (r->failed) return PARSE_TRUNCATED;
    h->src_port = (uint16_t)field_get(o, &f[TCP_F_SRCPORT]);
    h->dst_port = (uint16_t)field_get(o, &f[TCP_F_DSTPORT]);
    h->seq = field_get(o, &f[TCP_F_SEQ]);
    h->ack = field_get(o, &f[TCP_F_ACK]);
    h->data_offset = (uint8_t)field_get(o, &f[TCP_F_OFFSET]);
    h->flags = (uint16_t)(field_get(o, &f[TCP_F_FLAGS]) & TCP_FLAG_BITS);
    h->window = (uint16_t)field_get(o, &f[TCP_F_WINDOW]);
    h->urgent_pointer = (uint16_t)field_get(o, &f[TCP_F_URGENT]);
    h->options = (struct tcp_options){0};
    if (h->data_offset < TCP_HEADER) return PARSE_BAD_HEADER;
    if (h->data_offset > length || length > UINT16_MAX) return PARSE_TRUNCATED;
    if (!checksum_holds(o, length, src, dst, checksum)) return PARSE_BAD_CHECKSUM; /* MUST-3 */
    struct reader list = read_sub(r, (size_t)h->data_offset - TCP_HEADER);
    if (read_left(&list) > 0) take_options(&h->options, &list);
    return PARSE_OK;
}

size_t tcp_header_length(const struct tcp_header *h) {
    const struct tcp_options *o = &h->options;
    size_t length = TCP_HEADER;
    length += o->has_mss ? 4 : 0;
    length += o->has_timestamps ? 12 : o->sack_permitted ? 4 : 0;
    length += o->has_window_scale ? 4 : 0;
    length += o->has_cookie ? (2u + o->cookie_length + 3u) / 4u * 4u : 0;
    length += o->sack_count > 0 ? 4u + 8u * o->sack_count : 0;
    return length;
}

/* Linux's no-operations stand behind it. */
static void emit_cookie(struct writer *w, const struct tcp_options *o) {
    write_u16(w, (uint16_t)(TCP_OPTION_FAST_OPEN << 8 | (2 + o->cookie_length)));
    for (uint32_t i = 0; i < o->cookie_length; i++) write_u8(w, o->cookie[i]);
    if (o->cookie_length % 4 == 0) write_u16(w, TCP_OPTION_NOP << 8 | TCP_OPTION_NOP);
}

/* MUST-68: each with its length; MUST-69: no-operations in front of them fill whole words, so that
 * nothing is left to be padded with zeros. */
static void put_word(uint8_t *octets, uint32_t word) {
    octets[0] = (uint8_t)(word >> 24);
    octets[1] = (uint8_t)(word >> 16);
    octets[2] = (uint8_t)(word >> 8);
    octets[3] = (uint8_t)word;
}

/* As take_usual(). */
static bool emit_usual(struct writer *w, const struct tcp_options *o) {
    bool more = o->has_mss || o->sack_permitted || o->has_window_scale || o->has_cookie;
    if (!o->has_timestamps || more || o->sack_count > 0) return false;
    uint8_t *list = write_span(w, sizeof usual + 8);
    memcpy(list, usual, sizeof usual);
    put_word(list + 4, o->ts_val);
    put_word(list + 8, o->ts_ecr);
    return true;
}

static void emit_options(struct writer *w, const struct tcp_options *o) {
    if (emit_usual(w, o)) return;
    if (o->has_mss) {
        write_u16(w, TCP_OPTION_MSS << 8 | 4);
        write_u16(w, o->mss);
    }
    /* SACK-permitted takes the place of the two no-operations that stand before timestamps. */
    if (o->has_timestamps != o->sack_permitted) write_u16(w, TCP_OPTION_NOP << 8 | TCP_OPTION_NOP);
    if (o->sack_permitted) write_u16(w, TCP_OPTION_SACK_PERMITTED << 8 | 2);
    if (o->has_timestamps) {
        write_u16(w, TCP_OPTION_TIMESTAMPS << 8 | 10);
        write_u32(w, o->ts_val);
        write_u32(w, o->ts_ecr);
    }
    if (o->has_window_scale) {
        write_u16(w, TCP_OPTION_NOP << 8 | TCP_OPTION_WINDOW_SCALE);
        write_u16(w, (uint16_t)(3 << 8 | o->window_scale));
    }
    if (o->has_cookie) emit_cookie(w, o);
    if (o->sack_count == 0) return;
    write_u16(w, TCP_OPTION_NOP << 8 | TCP_OPTION_NOP);
    write_u16(w, (uint16_t)(TCP_OPTION_SACK << 8 | (2 + 8 * o->sack_count)));
    for (uint32_t i = 0; i < o->sack_count; i++) {
        write_u32(w, o->sack[i].left);
        write_u32(w, o->sack[i].right);
    }
}

void tcp_emit(uint8_t *segment, const struct tcp_header *h, size_t data_count, ip4 src, ip4 dst) {
    const struct wire_field *f = tcp_fields;
    size_t offset = tcp_header_length(h), length = offset + data_count;
    assert(offset <= 60 && length <= UINT16_MAX && h->options.sack_count <= TCP_SACK_BLOCKS_MAX);
    assert((h->flags & ~TCP_FLAG_BITS) == 0);
    struct writer w = writer_of(segment, offset);
    uint8_t *o = write_span(&w, TCP_HEADER);
    field_put(o, &f[TCP_F_SRCPORT], h->src_port);
    field_put(o, &f[TCP_F_DSTPORT], h->dst_port);
    field_put(o, &f[TCP_F_SEQ], h->seq);
    field_put(o, &f[TCP_F_ACK], h->ack);
    field_put(o, &f[TCP_F_OFFSET], (uint32_t)offset);
    field_put(o, &f[TCP_F_FLAGS], h->flags);
    field_put(o, &f[TCP_F_WINDOW], h->window);
    field_put(o, &f[TCP_F_URGENT], h->urgent_pointer);
    emit_options(&w, &h->options);
    uint32_t sum = checksum_add_pseudo(0, src, dst, IP_PROTOCOL_TCP, (uint16_t)length);
    field_put(o, &f[TCP_F_CHECKSUM], checksum_finish(checksum_add(sum, segment, length)));
}

void tcp_emit_bare_checksum(uint8_t *segment, size_t length) {
    const struct wire_field *checksum = &tcp_fields[TCP_F_CHECKSUM];
    field_put(segment, checksum, 0);
    field_put(segment, checksum, checksum_finish(checksum_add(0, segment, length)));
}
