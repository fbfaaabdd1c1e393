#include "observe/observe.h"
/*
 * What an observer looks at of a frame: the TCP segment in it, if it is whole up to its header.
 * Text may be cut off by the capture: its length is the datagram's. Fragments are left alone, and
 * so is a segment whose checksum is wrong, for its receiver throws it away unseen.
 */
#include "wire/layers.h"

#include "base/checksum.h"
#include "wire/fields.h"
#include "wire/ipv4.h"
#include "wire/tcp_fields.h"

static void take_sack(struct observe_segment *s, struct reader *body) {
    while (read_left(body) >= 8) {
        uint32_t left = read_u32(body), right = read_u32(body);
        if (s->has_sack && observe_before(right, s->sack_right)) continue;
        s->has_sack = true;
        s->sack_left = left;
        s->sack_right = right;
    }
}

static void take_options(struct observe_segment *s, const uint8_t *at, size_t count, bool whole) {
    struct reader list = reader_of(at, count);
    struct tcp_option option;
    s->shift = whole ? -2 : -1;
    while (tcp_next_option(&list, &option) && option.kind != TCP_OPTION_END) {
        if (option.kind == TCP_OPTION_WINDOW_SCALE && option.length == 3) {
            uint8_t shift = read_u8(&option.body);
            s->shift = (int8_t)(shift > 14 ? 14 : shift); /* RFC 7323 2.3 */
        }
        if (option.kind == TCP_OPTION_SACK) take_sack(s, &option.body);
    }
}

static bool sum_holds(const struct observe_segment *s, const uint8_t *segment, uint32_t count) {
    uint32_t sum = checksum_add_pseudo(0, s->src, s->dst, IP_PROTOCOL_TCP, (uint16_t)count);
    return checksum_finish(checksum_add(sum, segment, count)) == 0;
}

static void take_header(struct observe_segment *s, const uint8_t *tcp) {
    const struct wire_field *f = tcp_fields;
    s->src_port = (uint16_t)field_get(tcp, &f[TCP_F_SRCPORT]);
    s->dst_port = (uint16_t)field_get(tcp, &f[TCP_F_DSTPORT]);
    s->seq = field_get(tcp, &f[TCP_F_SEQ]);
    s->ack = field_get(tcp, &f[TCP_F_ACK]);
    s->flags = (uint16_t)field_get(tcp, &f[TCP_F_FLAGS]);
}

bool observe_parse(struct observe_segment *s, const uint8_t *octets, size_t count) {
    struct layers l;
    layers_find(&l, octets, count, 0);
    if (!layers_have(&l, LAYER_TCP) || l.end[LAYER_TCP] - l.at[LAYER_TCP] < TCP_HEADER)
        return false;
    const uint8_t *ip = octets + l.at[LAYER_IPV4], *tcp = octets + l.at[LAYER_TCP];
    uint32_t ip_header = l.end[LAYER_IPV4] - l.at[LAYER_IPV4], total = field_word(ip + 2, 2);
    uint32_t header = (uint32_t)(tcp[12] >> 4) * 4, there = l.payload_end - l.at[LAYER_TCP];
    bool fragment = (field_word(ip + 6, 2) & 0x3fff) != 0;
    if (fragment || header < TCP_HEADER || total < ip_header + header) return false;
    *s = (struct observe_segment){.src = field_word(ip + 12, 4)};
    s->dst = ipv4_destination(octets, l.at[LAYER_IPV4], l.at[LAYER_TCP]);
    take_header(s, tcp);
    s->whole = there == total - ip_header;
    if (s->whole && !sum_holds(s, tcp, there)) return false;
    take_options(s, tcp + TCP_HEADER, l.end[LAYER_TCP] - l.at[LAYER_TCP] - TCP_HEADER,
                 header <= there);
    s->text = total - ip_header - header;
    s->end = s->seq + s->text + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
    return true;
}
