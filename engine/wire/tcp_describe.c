#include "wire/tcp_fields.h"
/*
 * A TCP segment as a field tree: the header's table of tcp.c, with the views that need to know the
 * connection (relative numbers, the scaled window) where the caller knows it, and the options by
 * small tables of their own, RFC 9293 3.2, RFC 7323 2.2 and 3.2, RFC 2018 2 and 3, RFC 7413 4.1.1.
 */
#include "base/checksum.h"
#include "wire/describe.h"
#include "wire/ipv4.h"

#define CLAUSE "RFC 9293 3.1"

static const struct value_name kind_names[] = {
    {TCP_OPTION_END, "End of Option List"},
    {TCP_OPTION_NOP, "No-Operation"},
    {TCP_OPTION_MSS, "Maximum Segment Size"},
    {TCP_OPTION_WINDOW_SCALE, "Window Scale"},
    {TCP_OPTION_SACK_PERMITTED, "SACK Permitted"},
    {TCP_OPTION_SACK, "SACK"},
    {TCP_OPTION_TIMESTAMPS, "Timestamps"},
    {TCP_OPTION_FAST_OPEN, "Fast Open Cookie"},
    {0, NULL},
};
static const struct wire_field kind_fields[] = {
    NAMED(0, 1, SHAPE_DECIMAL, "tcp.option_kind", "Kind", kind_names),
    ROW(1, 1, SHAPE_DECIMAL, "tcp.option_len", "Length"),
};
const struct tcp_option_shape tcp_option_shapes[] = {
    {TCP_OPTION_END, 1, "tcp.options.eol", "End of Option List (EOL)", "RFC 9293 3.2", 0, {{0}}},
    {TCP_OPTION_NOP, 1, "tcp.options.nop", "No-Operation (NOP)", "RFC 9293 3.2", 0, {{0}}},
    {TCP_OPTION_MSS,
     4,
     "tcp.options.mss",
     "Maximum segment size",
     "RFC 9293 3.2",
     1,
     {ROW_OF(2, 2, SHAPE_DECIMAL, "tcp.options.mss_val", "MSS Value", "RFC 9293 3.7.1")}},
    {TCP_OPTION_WINDOW_SCALE,
     3,
     "tcp.options.wscale",
     "Window scale",
     "RFC 7323 2.2",
     2,
     {ROW_OF(2, 1, SHAPE_DECIMAL, "tcp.options.wscale.shift", "Shift count", "RFC 7323 2.2"),
      VIEW(2, 1, 1, SHAPE_POWER, "tcp.options.wscale.multiplier", "Multiplier")}},
    {TCP_OPTION_SACK_PERMITTED,
     2,
     "tcp.options.sack_perm",
     "SACK permitted",
     "RFC 2018 2",
     0,
     {{0}}},
    {TCP_OPTION_TIMESTAMPS,
     10,
     "tcp.options.timestamp",
     "Timestamps",
     "RFC 7323 3.2",
     2,
     {ROW_OF(2, 4, SHAPE_DECIMAL, "tcp.options.timestamp.tsval", "Timestamp value", "RFC 7323 3.2"),
      ROW_OF(6, 4, SHAPE_DECIMAL, "tcp.options.timestamp.tsecr", "Timestamp echo reply",
             "RFC 7323 3.2")}},
};
const size_t tcp_option_shape_count = sizeof tcp_option_shapes / sizeof *tcp_option_shapes;

static const struct tcp_option_shape *shape_of(const struct tcp_option *option) {
    for (size_t i = 0; i < tcp_option_shape_count; i++)
        if (tcp_option_shapes[i].kind == option->kind &&
            tcp_option_shapes[i].length == option->length)
            return &tcp_option_shapes[i];
    return NULL;
}

static void describe_relative(struct description *d, const char *name, const char *label,
                              uint32_t value, uint32_t at, uint32_t flags) {
    char room[16];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, value);
    describe_text(d, 1, flags, name, label, CLAUSE, at, at + 4, room, value);
}

/* RFC 2883 4: the first block repeats what is acknowledged already, or lies within the second. */
static bool is_duplicate(const uint8_t *blocks, uint32_t count, uint32_t ack) {
    uint32_t left = field_word(blocks, 4), right = field_word(blocks + 4, 4);
    if ((int32_t)(left - ack) < 0) return true;
    if (count < 2) return false;
    uint32_t left2 = field_word(blocks + 8, 4), right2 = field_word(blocks + 12, 4);
    return (int32_t)(left - left2) >= 0 && (int32_t)(right2 - right) >= 0;
}

/* RFC 2018 3: each block is the edges of octets that have arrived. Shown relative to what they
 * acknowledge, the other side's numbers, when those are known. */
static void describe_sack(struct description *d, uint32_t at, uint32_t end, uint32_t ack) {
    uint32_t base = d->context->has_bases ? d->context->ack_base : 0, first = at + 2;
    const uint8_t *o = d->octets;
    describe_octets(d, 0, 0, "tcp.options.sack", "SACK", "RFC 2018 3", at, end);
    describe_rows(d, kind_fields, 2, at, end);
    for (at = first; at < end; at += 8) {
        uint32_t left = field_word(o + at, 4) - base, right = field_word(o + at + 4, 4) - base;
        describe_relative(d, "tcp.options.sack_le", "Left edge", left, at, 0);
        describe_relative(d, "tcp.options.sack_re", "Right edge", right, at + 4, 0);
    }
    if (!is_duplicate(o + first, (end - first) / 8, ack)) return;
    describe_relative(d, "tcp.options.sack.dsack_le", "D-SACK left edge",
                      field_word(o + first, 4) - base, first, FIELD_GENERATED);
    describe_relative(d, "tcp.options.sack.dsack_re", "D-SACK right edge",
                      field_word(o + first + 4, 4) - base, first + 4, FIELD_GENERATED);
}

/* RFC 7413 4.1.1: the cookie, or, when there is none, the wish to get one. */
static void describe_cookie(struct description *d, uint32_t at, uint32_t end) {
    bool request = end - at == 2;
    describe_octets(d, 0, 0, "tcp.options.tfo",
                    request ? "Fast Open Cookie Request" : "Fast Open Cookie", "RFC 7413 4.1.1", at,
                    end);
    describe_rows(d, kind_fields, 2, at, end);
    if (!request)
        describe_octets(d, 1, 0, "tcp.options.tfo.cookie", "Cookie", "RFC 7413 4.1.1", at + 2, end);
}

static void describe_option(struct description *d, const struct tcp_option *option, uint32_t ack) {
    uint32_t at = (uint32_t)(option->start - d->octets), end = at + option->length;
    const struct tcp_option_shape *shape = shape_of(option);
    d->depth += 2;
    if (option->kind == TCP_OPTION_SACK && option->length >= 10 && (option->length - 2) % 8 == 0) {
        describe_sack(d, at, end, ack);
    } else if (option->kind == TCP_OPTION_FAST_OPEN) {
        describe_cookie(d, at, end);
    } else if (shape == NULL) {
        describe_octets(d, 0, 0, "tcp.options.unknown", "Unknown", NULL, at, end);
        describe_rows(d, kind_fields, 2, at, end);
        describe_octets(d, 1, 0, "tcp.options.unknown.payload", "Payload", NULL, at + 2, end);
    } else {
        describe_octets(d, 0, 0, shape->name, shape->label, shape->clause, at, end);
        describe_rows(d, kind_fields, shape->length == 1 ? 1 : 2, at, end);
        describe_rows(d, shape->fields, shape->field_count, at, end);
    }
    d->depth -= 2;
}

static void describe_options(struct description *d, uint32_t at, uint32_t end, uint32_t ack) {
    struct reader list = reader_of(d->octets + at, end - at);
    struct tcp_option option;
    if (at == end) return;
    describe_octets(d, 1, 0, "tcp.options", "Options", CLAUSE, at, end);
    while (tcp_next_option(&list, &option)) {
        describe_option(d, &option, ack);
        if (option.kind == TCP_OPTION_END) break;
    }
    uint32_t rest = (uint32_t)(list.at - d->octets);
    if (list.failed)
        describe_octets(d, 2, FIELD_BAD, "_ws.malformed", "Bad length", CLAUSE, rest, end);
    else
        describe_octets(d, 2, 0, "tcp.options.padding", "Padding", CLAUSE, rest, end);
}

/* The window in octets: RFC 7323 2.2, never scaled on a segment with SYN. */
static void describe_window(struct description *d, uint32_t at, uint32_t flags) {
    const struct wire_field *f = &tcp_fields[TCP_F_WINDOW];
    int32_t shift = d->context->window_shift;
    uint32_t window = field_get(d->octets + at, f), end = at + f->at + f->size;
    char room[16];
    struct text t = text_of(room, sizeof room);
    if (!d->context->has_window) return;
    bool scaled = !(flags & TCP_SYN) && shift >= 0;
    text_u64(&t, scaled ? window << shift : window);
    describe_text(d, 1, FIELD_GENERATED, "tcp.window_size", "Calculated window size",
                  "RFC 7323 2.2", at + f->at, end, room, scaled ? window << shift : window);
    if (flags & TCP_SYN) return;
    t = text_of(room, sizeof room);
    text_i64(&t, shift < 0 ? shift : 1 << shift);
    describe_text(d, 1, FIELD_GENERATED, "tcp.window_size_scalefactor",
                  "Window size scaling factor", "RFC 7323 2.2", at + f->at, end, room,
                  shift < 0 ? 0 : (uint64_t)1 << shift);
}

static void describe_numbers(struct description *d, const uint8_t *o, uint32_t at) {
    const struct packet_context *c = d->context;
    uint32_t seq = field_get(o, &tcp_fields[TCP_F_SEQ]), ack = field_get(o, &tcp_fields[TCP_F_ACK]);
    bool acks = field_get(o, &tcp_fields[TCP_F_FLAGS]) & TCP_ACK;
    uint32_t seq_at = at + tcp_fields[TCP_F_SEQ].at, ack_at = at + tcp_fields[TCP_F_ACK].at;
    if (c->has_bases)
        describe_relative(d, "tcp.seq", "Sequence Number (relative)", seq - c->seq_base, seq_at,
                          FIELD_GENERATED);
    describe_rows(d, &tcp_fields[TCP_F_SEQ], 1, at, ack_at);
    if (c->has_bases)
        describe_relative(d, "tcp.ack", "Acknowledgment number (relative)",
                          acks ? ack - c->ack_base : ack, ack_at, FIELD_GENERATED);
    describe_rows(d, &tcp_fields[TCP_F_ACK], 1, at, ack_at + 4);
}

static void calculate(struct description *d, uint32_t ip, uint32_t at, uint32_t end) {
    const uint8_t *o = d->octets + at, *ip_header = d->octets + ip;
    const struct wire_field *f = &tcp_fields[TCP_F_CHECKSUM];
    uint32_t src = field_word(ip_header + 12, 4), dst = field_word(ip_header + 16, 4);
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

static void describe_fixed(struct description *d, uint32_t at, uint32_t end) {
    const uint8_t *o = d->octets + at;
    uint32_t flags = field_get(o, &tcp_fields[TCP_F_FLAGS]);
    describe_rows(d, tcp_fields, TCP_F_SEQ, at, end);
    describe_numbers(d, o, at);
    describe_rows(d, &tcp_fields[TCP_F_OFFSET], TCP_F_CHECKSUM - TCP_F_OFFSET, at, end);
    describe_window(d, at, flags);
    describe_rows(d, &tcp_fields[TCP_F_CHECKSUM], tcp_field_count - TCP_F_CHECKSUM, at, end);
}

void tcp_describe(struct description *d, uint32_t ip, uint32_t at, uint32_t end,
                  enum wholeness wholeness) {
    char room[24];
    struct text t = text_of(room, sizeof room);
    uint32_t header_end = at + tcp_described_length(d->octets, at, end);
    if (end - at >= 4) ports_text(&t, d->octets + at);
    describe_header(d, 0, "tcp", "Transmission Control Protocol", CLAUSE, at, header_end, room);
    d->has_calculated = wholeness == WHOLE && end - at >= TCP_HEADER && end - at <= UINT16_MAX;
    if (end - at < TCP_HEADER) {
        describe_rows(d, tcp_fields, tcp_field_count, at, header_end);
        return;
    }
    if (d->has_calculated) calculate(d, ip, at, end);
    describe_fixed(d, at, header_end);
    uint32_t ack = field_get(d->octets + at, &tcp_fields[TCP_F_ACK]);
    describe_options(d, at + TCP_HEADER, header_end, ack);
    describe_octets(d, 1, FIELD_GENERATED, "tcp.payload", "TCP payload", CLAUSE, header_end, end);
    describe_data(d, 0, header_end, end);
}
