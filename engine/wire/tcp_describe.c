#include "wire/tcp_fields.h"
/*
 * A TCP segment as a field tree: the header's table of tcp.c, with the views that need to know the
 * connection (relative numbers, the scaled window) where the caller knows it. A segment that an
 * ICMP error quotes has its numbers as they stand in the octets, under the plain names, as tshark
 * has them. Options are in tcp_option_describe.c.
 */
#include "base/checksum.h"
#include "wire/describe.h"
#include "wire/ipv4.h"

#define CLAUSE "RFC 9293 3.1"

void tcp_describe_number(struct description *d, const char *name, const char *label, uint32_t value,
                         uint32_t at, uint32_t flags) {
    char room[16];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, value);
    describe_text(d, 1, flags, name, label, CLAUSE, at, at + 4, room, value);
}

static void describe_view(struct description *d, const char *name, const char *label,
                          const char *clause, uint32_t at, int64_t value) {
    char room[24];
    struct text t = text_of(room, sizeof room);
    text_i64(&t, value);
    describe_text(d, 1, FIELD_GENERATED, name, label, clause, at, at + 2, room, (uint64_t)value);
}

/* The window in octets: RFC 7323 2.2, never scaled on a segment with SYN. */
static void describe_window(struct description *d, uint32_t at, uint32_t flags) {
    static const char name[] = "tcp.window_size", label[] = "Calculated window size",
                      clause[] = "RFC 7323 2.2";
    const struct wire_field *f = &tcp_fields[TCP_F_WINDOW];
    int32_t shift = d->context->window_shift;
    uint32_t window = field_get(d->octets + at, f), place = at + f->at;
    if (d->quoted) describe_view(d, name, label, CLAUSE, place, window);
    if (!d->context->has_window) return;
    bool scaled = !(flags & TCP_SYN) && shift >= 0;
    describe_view(d, name, label, clause, place, scaled ? (int64_t)window << shift : window);
    if (flags & TCP_SYN) return;
    describe_view(d, "tcp.window_size_scalefactor", "Window size scaling factor", clause, place,
                  shift < 0 ? shift : (int64_t)1 << shift);
}

static void describe_seq(struct description *d, const uint8_t *o, uint32_t at) {
    static const char name[] = "tcp.seq";
    const struct packet_context *c = d->context;
    uint32_t seq = field_get(o, &tcp_fields[TCP_F_SEQ]), place = at + tcp_fields[TCP_F_SEQ].at;
    if (d->quoted) {
        tcp_describe_number(d, name, "Sequence Number", seq, place, 0);
        return;
    }
    if (c->has_bases)
        tcp_describe_number(d, name, "Sequence Number (relative)", seq - c->seq_base, place,
                            FIELD_GENERATED);
    describe_rows(d, &tcp_fields[TCP_F_SEQ], 1, at, place + 4);
}

/* `end`: the flags, which say whether the number counts, may be cut off. */
static void describe_ack(struct description *d, const uint8_t *o, uint32_t at, uint32_t end) {
    const struct packet_context *c = d->context;
    const struct wire_field *f = &tcp_fields[TCP_F_ACK];
    uint32_t ack = field_get(o, f), place = at + f->at;
    bool acks = end - at >= 14 && field_get(o, &tcp_fields[TCP_F_FLAGS]) & TCP_ACK;
    if (c->has_bases || d->quoted)
        tcp_describe_number(d, "tcp.ack", "Acknowledgment number (relative)",
                            acks && !d->quoted ? ack - c->ack_base : ack, place, FIELD_GENERATED);
    describe_rows(d, f, 1, at, place + 4);
}

static void calculate(struct description *d, uint32_t ip, uint32_t at, uint32_t end) {
    const uint8_t *o = d->octets + at;
    const struct wire_field *f = &tcp_fields[TCP_F_CHECKSUM];
    uint32_t src = field_word(d->octets + ip + 12, 4);
    ip4 dst = ipv4_destination(d->octets, ip, at);
    uint32_t behind = at + f->at + f->size;
    uint32_t sum = checksum_add_pseudo(0, src, dst, IP_PROTOCOL_TCP, (uint16_t)(end - at));
    sum = checksum_add(sum, o, f->at);
    d->calculated = checksum_finish(checksum_add(sum, d->octets + behind, end - behind));
}

uint32_t tcp_described_length(const uint8_t *octets, uint32_t at, uint32_t end) {
    if (end - at < TCP_HEADER) return end - at;
    uint32_t length = field_get(octets + at, &tcp_fields[TCP_F_OFFSET]);
    if (length < TCP_HEADER) length = TCP_HEADER;
    return length < end - at ? length : end - at;
}

static void ports_text(struct text *t, const uint8_t *o) {
    text_u64(t, field_get(o, &tcp_fields[TCP_F_SRCPORT]));
    text_add(t, " > ");
    text_u64(t, field_get(o, &tcp_fields[TCP_F_DSTPORT]));
}

/* False: the header is cut off; what is left of it was shown. */
static bool describe_fixed(struct description *d, uint32_t at, uint32_t end) {
    const struct wire_field *f = tcp_fields;
    const uint8_t *o = d->octets + at;
    if (!describe_rows(d, f, TCP_F_SEQ, at, end)) return false;
    if (end - at < 8u) return describe_rows(d, &f[TCP_F_SEQ], 1, at, end);
    describe_seq(d, o, at);
    if (end - at < 12u) return describe_rows(d, &f[TCP_F_ACK], 1, at, end);
    describe_ack(d, o, at, end);
    if (!describe_rows(d, &f[TCP_F_OFFSET], TCP_F_CHECKSUM - TCP_F_OFFSET, at, end)) return false;
    describe_window(d, at, field_get(o, &f[TCP_F_FLAGS]));
    return describe_rows(d, &f[TCP_F_CHECKSUM], tcp_field_count - TCP_F_CHECKSUM, at, end);
}

static bool is_printable(const uint8_t *octets, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (octets[i] < ' ' || octets[i] > '~') return false;
    return true;
}

/* RFC 9293 3.5.3 (SHLD-2): a reset may tell in words why it came. */
static void describe_cause(struct description *d, uint32_t at, uint32_t end) {
    enum { CAUSE_MAX = 120 };
    char room[CAUSE_MAX + 1];
    struct text t = text_of(room, sizeof room);
    if (end - at > CAUSE_MAX || !is_printable(d->octets + at, end - at)) {
        describe_data(d, 0, at, end);
        return;
    }
    text_span(&t, (const char *)d->octets + at, end - at);
    describe_text(d, 1, 0, "tcp.reset_cause", "Reset cause", "RFC 9293 3.5.3", at, end, room, 0);
}

static void describe_body(struct description *d, uint32_t flags, uint32_t at, uint32_t end) {
    if (at == end) return;
    describe_octets(d, 1, FIELD_GENERATED, "tcp.payload", "TCP payload", CLAUSE, at, end);
    if (flags & TCP_RST)
        describe_cause(d, at, end);
    else if (d->context->is_repeated && !d->quoted)
        describe_octets(d, 1, 0, "tcp.segment_data", "Repeated TCP segment data", CLAUSE, at, end);
    else
        describe_data(d, 0, at, end);
}

void tcp_describe(struct description *d, uint32_t ip, uint32_t at, uint32_t end,
                  enum wholeness wholeness) {
    char room[24];
    struct text t = text_of(room, sizeof room);
    uint32_t header_end = at + tcp_described_length(d->octets, at, end);
    if (end - at >= 4) ports_text(&t, d->octets + at);
    bool bad =
        end - at >= TCP_HEADER && field_get(d->octets + at, &tcp_fields[TCP_F_OFFSET]) < TCP_HEADER;
    describe_header(d, 0, "tcp", "Transmission Control Protocol", CLAUSE, at,
                    bad ? end : header_end, room); /* where it ends is not told */
    d->has_calculated = wholeness == WHOLE && end - at >= TCP_HEADER && end - at <= UINT16_MAX;
    if (d->has_calculated) calculate(d, ip, at, end);
    if (!describe_fixed(d, at, header_end)) return;
    uint32_t ack = field_get(d->octets + at, &tcp_fields[TCP_F_ACK]);
    tcp_describe_options(d, at + TCP_HEADER, header_end, ack);
    describe_body(d, field_get(d->octets + at, &tcp_fields[TCP_F_FLAGS]), header_end, end);
}
