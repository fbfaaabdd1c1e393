#include "wire/tcp_fields.h"
/*
 * The options of a TCP segment as a field tree, by small tables of their own: RFC 9293 3.2, RFC
 * 7323 2.2 and 3.2, RFC 2018 2 and 3, RFC 7413 4.1.1, RFC 5482 2, and the old echo and connection
 * count (RFC 1072, RFC 1644). Of signatures, Multipath TCP and experiments only the frame is told.
 * A known option with a length that its RFC does not give is named, and its body left alone.
 */
#include "wire/describe.h"

#define CLAUSE "RFC 9293 3.1"

static const struct value_name kind_names[] = {
    {TCP_OPTION_END, "End of Option List"},
    {TCP_OPTION_NOP, "No-Operation"},
    {TCP_OPTION_MSS, "Maximum Segment Size"},
    {TCP_OPTION_WINDOW_SCALE, "Window Scale"},
    {TCP_OPTION_SACK_PERMITTED, "SACK Permitted"},
    {TCP_OPTION_SACK, "SACK"},
    {TCP_OPTION_TIMESTAMPS, "Timestamps"},
    {6, "Echo"},
    {7, "Echo Reply"},
    {11, "CC"},
    {12, "CC.New"},
    {13, "CC.Echo"},
    {19, "MD5 Signature"},
    {28, "User Timeout"},
    {29, "Authentication"},
    {30, "Multipath TCP"},
    {TCP_OPTION_FAST_OPEN, "Fast Open Cookie"},
    {253, "Experiment 1"},
    {254, "Experiment 2"},
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
    {TCP_OPTION_SACK, 0, "tcp.options.sack", "SACK", "RFC 2018 3", 0, {{0}}},
    {6,
     6,
     "tcp.options.echo",
     "Echo",
     "RFC 1072 4.1",
     1,
     {ROW_OF(2, 4, SHAPE_DECIMAL, "tcp.options.echo_value", "Echo Value", "RFC 1072 4.1")}},
    {7,
     6,
     "tcp.options.echo",
     "Echo Reply",
     "RFC 1072 4.1",
     1,
     {ROW_OF(2, 4, SHAPE_DECIMAL, "tcp.options.echo_value", "Echo Value", "RFC 1072 4.1")}},
    {11,
     6,
     "tcp.options.cc",
     "CC",
     "RFC 1644 3.1",
     1,
     {ROW_OF(2, 4, SHAPE_DECIMAL, "tcp.options.cc_value", "Connection Count", "RFC 1644 3.1")}},
    {12,
     6,
     "tcp.options.cc",
     "CC.New",
     "RFC 1644 3.1",
     1,
     {ROW_OF(2, 4, SHAPE_DECIMAL, "tcp.options.cc_value", "Connection Count", "RFC 1644 3.1")}},
    {13,
     6,
     "tcp.options.cc",
     "CC.Echo",
     "RFC 1644 3.1",
     1,
     {ROW_OF(2, 4, SHAPE_DECIMAL, "tcp.options.cc_value", "Connection Count", "RFC 1644 3.1")}},
    {28,
     4,
     "tcp.options.user_to",
     "User Timeout",
     "RFC 5482 2",
     2,
     {PART_OF(2, 2, 0x8000, SHAPE_DECIMAL, "tcp.options.user_to_granularity", "Granularity",
              "RFC 5482 2"),
      PART_OF(2, 2, 0x7fff, SHAPE_DECIMAL, "tcp.options.user_to_val", "User Timeout",
              "RFC 5482 2")}},
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

static const struct tcp_option_shape *shape_of(uint8_t kind) {
    for (size_t i = 0; i < tcp_option_shape_count; i++)
        if (tcp_option_shapes[i].kind == kind) return &tcp_option_shapes[i];
    return NULL;
}

/* Options whose body is one string of octets, behind `fixed` octets of the fields given. */
struct octet_option {
    uint8_t kind;
    const char *name, *label, *clause;
    uint32_t rows, fixed;
    struct wire_field fields[2];
    const char *rest, *rest_label;
};
static const struct octet_option octet_options[] = {
    {19,
     "tcp.options.md5",
     "TCP MD5 signature",
     "RFC 2385 3",
     0,
     2,
     {{0}},
     "tcp.options.md5.digest",
     "MD5 digest"},
    {29,
     "tcp.options.ao",
     "TCP Authentication Option",
     "RFC 5925 2.2",
     2,
     4,
     {ROW_OF(2, 1, SHAPE_DECIMAL, "tcp.options.ao.keyid", "AO KeyID", "RFC 5925 2.2"),
      ROW_OF(3, 1, SHAPE_DECIMAL, "tcp.options.ao.rnextkeyid", "AO RNextKeyID", "RFC 5925 2.2")},
     "tcp.options.ao.mac",
     "AO MAC"},
    {30,
     "mptcp",
     "Multipath TCP",
     "RFC 8684 3",
     1,
     3,
     {ROW_OF(2, 1, SHAPE_HEX, "tcp.options.mptcp", "Subtype and flags", "RFC 8684 3"), {0}},
     "tcp.options.mptcp.rawdata",
     "Multipath TCP data"},
    {253,
     "tcp.options.experimental",
     "Experimental",
     "RFC 6994 3",
     1,
     4,
     {ROW_OF(2, 2, SHAPE_HEX, "tcp.options.experimental.exid", "Experiment Identifier",
             "RFC 6994 3"),
      {0}},
     "tcp.options.experimental.data",
     "Data"},
    {254,
     "tcp.options.experimental",
     "Experimental",
     "RFC 6994 3",
     1,
     4,
     {ROW_OF(2, 2, SHAPE_HEX, "tcp.options.experimental.exid", "Experiment Identifier",
             "RFC 6994 3"),
      {0}},
     "tcp.options.experimental.data",
     "Data"},
    {0,
     "tcp.options.unknown",
     "Unknown",
     NULL,
     0,
     2,
     {{0}},
     "tcp.options.unknown.payload",
     "Payload"},
};

/* The last entry is for what has no other. */
static const struct octet_option *octet_option(uint8_t kind) {
    const struct octet_option *o = octet_options;
    while (o->kind != 0 && o->kind != kind) o++;
    return o;
}

/* RFC 7413 4.1.1: what Fast Open was as an experiment, before it had a number of its own. */
enum { TCP_OPTION_EXPERIMENT_1 = 253, FAST_OPEN_EXPERIMENT = 0xf989 };

static void describe_octet_option(struct description *d, uint8_t kind, uint32_t at, uint32_t end) {
    const struct octet_option *o = octet_option(kind);
    if (kind == 30)
        describe_header(d, 0, o->name, o->label, o->clause, at, end, "");
    else
        describe_octets(d, 0, 0, o->name, o->label, o->clause, at, end);
    if (!describe_rows(d, kind_fields, 2, at, end) ||
        !describe_rows(d, o->fields, o->rows, at, end))
        return;
    bool cookie = kind >= TCP_OPTION_EXPERIMENT_1 &&
                  field_get(d->octets + at, &o->fields[0]) == FAST_OPEN_EXPERIMENT;
    if (cookie && at + o->fixed == end)
        describe_text(d, 1, FIELD_GENERATED, "tcp.options.tfo.request", "Fast Open Cookie Request",
                      "RFC 7413 4.1.1", at + 2, end, "", 0);
    describe_octets(d, 1, 0, cookie ? "tcp.options.tfo.cookie" : o->rest,
                    cookie ? "Cookie" : o->rest_label, o->clause, at + o->fixed, end);
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
        tcp_describe_number(d, "tcp.options.sack_le", "Left edge", left, at, 0);
        tcp_describe_number(d, "tcp.options.sack_re", "Right edge", right, at + 4, 0);
    }
    if (!is_duplicate(o + first, (end - first) / 8, ack)) return;
    tcp_describe_number(d, "tcp.options.sack.dsack_le", "D-SACK left edge",
                        field_word(o + first, 4) - base, first, FIELD_GENERATED);
    tcp_describe_number(d, "tcp.options.sack.dsack_re", "D-SACK right edge",
                        field_word(o + first + 4, 4) - base, first + 4, FIELD_GENERATED);
}

/* RFC 7413 4.1.1: the cookie, or, when there is none, the wish to get one. */
static void describe_cookie(struct description *d, uint32_t at, uint32_t end) {
    bool request = end - at == 2;
    describe_octets(d, 0, 0, "tcp.options.tfo",
                    request ? "Fast Open Cookie Request" : "Fast Open Cookie", "RFC 7413 4.1.1", at,
                    end);
    describe_rows(d, kind_fields, 2, at, end);
    if (request)
        describe_text(d, 1, FIELD_GENERATED, "tcp.options.tfo.request", "Fast Open Cookie Request",
                      "RFC 7413 4.1.1", at, end, "", 0);
    else
        describe_octets(d, 1, 0, "tcp.options.tfo.cookie", "Cookie", "RFC 7413 4.1.1", at + 2, end);
}

/* An option of a known form; one whose length is another is shown as no more than that. */
static void describe_shape(struct description *d, const struct tcp_option_shape *shape, uint32_t at,
                           uint32_t end) {
    describe_octets(d, 0, 0, shape->name, shape->label, shape->clause, at, end);
    describe_rows(d, kind_fields, shape->length == 1 ? 1 : 2, at, end);
    if (end - at == shape->length)
        describe_rows(d, shape->fields, shape->field_count, at, end);
    else
        describe_octets(d, 1, FIELD_BAD, "_ws.malformed", "Bad length", CLAUSE, at + 2, end);
}

static void describe_option(struct description *d, const struct tcp_option *option, uint32_t ack) {
    uint32_t at = (uint32_t)(option->start - d->octets), end = at + option->length;
    const struct tcp_option_shape *shape = shape_of(option->kind);
    d->depth += 2;
    if (option->kind == TCP_OPTION_SACK && option->length >= 10 && (option->length - 2) % 8 == 0) {
        describe_sack(d, at, end, ack);
    } else if (option->kind == TCP_OPTION_FAST_OPEN) {
        describe_cookie(d, at, end);
    } else if (shape == NULL) {
        describe_octet_option(d, option->kind, at, end);
    } else {
        describe_shape(d, shape, at, end);
    }
    d->depth -= 2;
}

void tcp_describe_options(struct description *d, uint32_t at, uint32_t end, uint32_t ack) {
    struct reader list = reader_of(d->octets + at, end - at);
    struct tcp_option option;
    if (at == end) return;
    describe_octets(d, 1, 0, "tcp.options", "Options", CLAUSE, at, end);
    bool ended = false;
    while (!(ended && *list.at != TCP_OPTION_END) && tcp_next_option(&list, &option)) {
        describe_option(d, &option, ack);
        if (option.kind == TCP_OPTION_END) ended = true; /* more of them is how it is padded */
        if (ended && list.at == list.end) break;
    }
    uint32_t rest = (uint32_t)(list.at - d->octets);
    if (list.failed)
        describe_octets(d, 2, FIELD_BAD, "_ws.malformed", "Bad length", CLAUSE, rest, end);
    else
        describe_octets(d, 2, 0, "tcp.options.padding", "Padding", CLAUSE, rest, end);
}
