#include "wire/icmp.h"
/*
 * ICMP messages, RFC 792: type, code, checksum, and a second word whose two halves are identifier
 * and sequence number in an echo, and unused, a pointer, a gateway or an MTU in errors (RFC 1191
 * 4).
 */
#include "base/checksum.h"
#include "wire/describe.h"

enum {
    TYPE,
    CODE,
    CHECKSUM,
    COMMON,
    IDENT = COMMON,
    IDENT_LE,
    SEQ,
    SEQ_LE,
    ECHO_END,
    UNUSED = ECHO_END,
    UNUSED_HALF,
    MTU,
    GATEWAY,
    POINTER,
    POINTER_UNUSED,
    ORIGINATE,
    RECEIVE,
    TRANSMIT,
    TIMESTAMP_END
};

#define CLAUSE "RFC 792"
static const struct value_name type_names[] = {
    {ICMP_ECHO_REPLY, "Echo (ping) reply"},
    {ICMP_UNREACHABLE, "Destination unreachable"},
    {4, "Source quench"},
    {ICMP_REDIRECT, "Redirect"},
    {ICMP_ECHO, "Echo (ping) request"},
    {9, "Router advertisement"},
    {10, "Router solicitation"},
    {ICMP_TIME_EXCEEDED, "Time-to-live exceeded"},
    {ICMP_PARAMETER_PROBLEM, "Parameter problem"},
    {ICMP_TIMESTAMP, "Timestamp request"},
    {ICMP_TIMESTAMP_REPLY, "Timestamp reply"},
    {0, NULL},
};
const struct wire_field icmp_fields[] = {
    [TYPE] = NAMED(0, 1, SHAPE_DECIMAL, "icmp.type", "Type", type_names),
    [CODE] = ROW(1, 1, SHAPE_DECIMAL, "icmp.code", "Code"),
    [CHECKSUM] = ROW(2, 2, SHAPE_CHECKSUM, "icmp.checksum", "Checksum"),
    /* Which of the rest there is depends on the type. */
    [IDENT] = ROW(4, 2, SHAPE_DECIMAL, "icmp.ident", "Identifier (BE)"),
    [IDENT_LE] = VIEW(4, 2, 1, SHAPE_LE16, "icmp.ident_le", "Identifier (LE)"),
    [SEQ] = ROW(6, 2, SHAPE_DECIMAL, "icmp.seq", "Sequence Number (BE)"),
    [SEQ_LE] = VIEW(6, 2, 1, SHAPE_LE16, "icmp.seq_le", "Sequence Number (LE)"),
    [UNUSED] = ROW(4, 4, SHAPE_HEX, "icmp.unused", "Unused"),
    [UNUSED_HALF] = ROW(4, 2, SHAPE_HEX, "icmp.unused", "Unused"),
    [MTU] = ROW_OF(6, 2, SHAPE_DECIMAL, "icmp.mtu", "MTU of next hop", "RFC 1191 4"),
    [GATEWAY] = ROW(4, 4, SHAPE_IP4, "icmp.redir_gw", "Gateway Address"),
    [POINTER] = ROW(4, 1, SHAPE_DECIMAL, "icmp.pointer", "Pointer"),
    [POINTER_UNUSED] = ROW(5, 3, SHAPE_HEX, "icmp.unused", "Unused"),
    [ORIGINATE] = ROW(8, 4, SHAPE_DECIMAL, "icmp.originate_timestamp", "Originate Timestamp"),
    [RECEIVE] = ROW(12, 4, SHAPE_DECIMAL, "icmp.receive_timestamp", "Receive Timestamp"),
    [TRANSMIT] = ROW(16, 4, SHAPE_DECIMAL, "icmp.transmit_timestamp", "Transmit Timestamp"),
};
const size_t icmp_field_count = sizeof icmp_fields / sizeof *icmp_fields;

enum parse_result icmp_parse(struct icmp_message *m, struct reader *r) {
    const struct wire_field *f = icmp_fields;
    size_t length = read_left(r);
    const uint8_t *o = read_span(r, ICMP_HEADER);
    if (r->failed) return PARSE_TRUNCATED;
    m->type = (uint8_t)field_get(o, &f[TYPE]);
    m->code = (uint8_t)field_get(o, &f[CODE]);
    m->identifier = (uint16_t)field_get(o, &f[IDENT]);
    m->sequence = (uint16_t)field_get(o, &f[SEQ]);
    return checksum_finish(checksum_add(0, o, length)) == 0 ? PARSE_OK : PARSE_BAD_CHECKSUM;
}

void icmp_emit(uint8_t *message, const struct icmp_message *m, size_t data_count) {
    const struct wire_field *f = icmp_fields;
    field_put(message, &f[TYPE], m->type);
    field_put(message, &f[CODE], m->code);
    field_put(message, &f[CHECKSUM], 0);
    field_put(message, &f[IDENT], m->identifier);
    field_put(message, &f[SEQ], m->sequence);
    uint32_t sum = checksum_add(0, message, ICMP_HEADER + data_count);
    field_put(message, &f[CHECKSUM], checksum_finish(sum));
}

bool icmp_quotes(uint32_t type) {
    enum { SOURCE_QUENCH = 4 };
    return type == ICMP_UNREACHABLE || type == SOURCE_QUENCH || type == ICMP_REDIRECT ||
           type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

/* tshark shows unused octets as octets; they are SHAPE_HEX here only so that filters find them. */
static bool describe_unused(struct description *d, const struct wire_field *f, uint32_t at,
                            uint32_t end) {
    if (at + f->at + f->size > end) return describe_rows(d, f, 1, at, end);
    describe_octets(d, 1, 0, f->name, f->label, CLAUSE, at + f->at, at + f->at + f->size);
    return true;
}

/* "Nov 22, 2026 06:44:08.000000000 UTC", by the calendar that counts days from 1 March. */
static void date_text(struct text *t, uint64_t seconds, uint32_t ns) {
    static const char *const months[] = {"Mar", "Apr", "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"};
    uint64_t day = seconds / 86400 + 719468, second = seconds % 86400; /* since 1 March 0000 */
    uint64_t era = day / 146097, in_era = day % 146097;
    uint64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * in_year + 2) / 153;
    text_add(t, months[month]);
    text_char(t, ' ');
    text_padded(t, in_year - (153 * month + 2) / 5 + 1, 2, ' ');
    text_add(t, ", ");
    text_u64(t, era * 400 + year + (month >= 10));
    text_char(t, ' ');
    text_padded(t, second / 3600, 2, '0');
    text_char(t, ':');
    text_padded(t, second / 60 % 60, 2, '0');
    text_char(t, ':');
    text_padded(t, second % 60, 2, '0');
    text_char(t, '.');
    text_padded(t, ns, 9, '0');
    text_add(t, " UTC");
}

struct stamp {
    uint32_t seconds, microseconds;
};

static bool plausible(struct stamp s, int64_t at_ns) {
    int64_t apart = (int64_t)s.seconds - at_ns / 1000000000;
    return apart > -86400 && apart < 86400 && s.microseconds < 1000000;
}

/* ping puts the time of day into its data. RFC 792 does not know it; the only sign is that the
 * first eight octets, in either order, are a time within a day of the packet's own. */
static bool find_stamp(const struct description *d, uint32_t at, uint32_t end, struct stamp *s) {
    if (!d->context->has_time || end - at < 8) return false;
    const uint8_t *o = d->octets + at;
    *s = (struct stamp){field_word(o, 4), field_word(o + 4, 4)};
    if (plausible(*s, d->context->at_ns)) return true;
    *s = (struct stamp){__builtin_bswap32(s->seconds), __builtin_bswap32(s->microseconds)};
    return plausible(*s, d->context->at_ns);
}

static void describe_echo_data(struct description *d, uint32_t at, uint32_t end) {
    struct stamp stamp;
    char room[48];
    if (find_stamp(d, at, end, &stamp)) {
        struct text t = text_of(room, sizeof room);
        date_text(&t, stamp.seconds, stamp.microseconds * 1000);
        describe_text(d, 1, 0, "icmp.data_time", "Timestamp from icmp data", NULL, at, at + 8, room,
                      stamp.seconds);
        int64_t sent = (int64_t)stamp.seconds * 1000000000 + (int64_t)stamp.microseconds * 1000;
        t = text_of(room, sizeof room);
        text_seconds(&t, d->context->at_ns - sent, 9);
        describe_text(d, 1, FIELD_GENERATED, "icmp.data_time_relative",
                      "Timestamp from icmp data (relative)", NULL, at, at + 8, room, 0);
        at += 8;
    }
    describe_data(d, 1, at, end);
}

/* Errors quote the datagram that they are about: its header and at least eight octets more. */
static void describe_quoted(struct description *d, uint32_t at, uint32_t end) {
    if (at == end) return;
    struct packet_context quoted = {.has_time = d->context->has_time, .at_ns = d->context->at_ns};
    struct description inner = *d; /* another connection, perhaps: its numbers are not known */
    inner.context = &quoted;
    inner.depth += 1;
    ipv4_describe(&inner, at, end);
}

/* RFC 1191 4: fragmentation needed and DF set carries the MTU of the next hop. */
static bool quotes_mtu(const uint8_t *header) {
    enum { FRAGMENTATION_NEEDED = 4 };
    return field_get(header, &icmp_fields[TYPE]) == ICMP_UNREACHABLE &&
           field_get(header, &icmp_fields[CODE]) == FRAGMENTATION_NEEDED;
}

static bool describe_error_word(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    const struct wire_field *f = icmp_fields;
    if (type == ICMP_REDIRECT) return describe_rows(d, &f[GATEWAY], 1, at, end);
    if (type == ICMP_PARAMETER_PROBLEM)
        return describe_rows(d, &f[POINTER], 1, at, end) &&
               describe_unused(d, &f[POINTER_UNUSED], at, end);
    if (quotes_mtu(d->octets + at))
        return describe_unused(d, &f[UNUSED_HALF], at, end) &&
               describe_rows(d, &f[MTU], 1, at, end);
    return describe_unused(d, &f[UNUSED], at, end);
}

static void describe_rest(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    const struct wire_field *f = icmp_fields;
    if (type == ICMP_ECHO || type == ICMP_ECHO_REPLY) {
        if (describe_rows(d, &f[IDENT], ECHO_END - IDENT, at, end))
            describe_echo_data(d, at + ICMP_HEADER, end);
    } else if (type == ICMP_TIMESTAMP || type == ICMP_TIMESTAMP_REPLY) {
        if (describe_rows(d, &f[IDENT], ECHO_END - IDENT, at, end) &&
            describe_rows(d, &f[ORIGINATE], TIMESTAMP_END - ORIGINATE, at, end))
            describe_data(d, 1, at + 20, end);
    } else if (icmp_quotes(type)) {
        if (describe_error_word(d, type, at, end)) describe_quoted(d, at + ICMP_HEADER, end);
    } else if (describe_unused(d, &f[UNUSED], at, end)) {
        describe_data(d, 1, at + ICMP_HEADER, end);
    }
}

void icmp_describe(struct description *d, uint32_t at, uint32_t end, enum wholeness wholeness) {
    const struct wire_field *f = icmp_fields;
    const uint8_t *o = d->octets + at;
    const char *name = field_meaning(&f[TYPE], field_get(o, &f[TYPE]));
    describe_header(d, 0, "icmp", "Internet Control Message Protocol", CLAUSE, at, end,
                    name ? name : "");
    d->has_calculated = wholeness == WHOLE && end - at >= 4;
    if (d->has_calculated) {
        uint32_t sum = checksum_add(0, o, f[CHECKSUM].at);
        d->calculated = checksum_finish(checksum_add(sum, o + 4, end - at - 4));
    }
    if (describe_rows(d, f, COMMON, at, end)) describe_rest(d, field_get(o, &f[TYPE]), at, end);
}

bool icmp_has_row(const uint8_t *header, uint32_t row) {
    uint32_t type = field_get(header, &icmp_fields[TYPE]);
    bool timestamp = type == ICMP_TIMESTAMP || type == ICMP_TIMESTAMP_REPLY;
    bool echo = type == ICMP_ECHO || type == ICMP_ECHO_REPLY;
    if (row < COMMON) return true;
    if (row < ECHO_END) return echo || timestamp;
    if (row >= ORIGINATE) return timestamp;
    if (row == GATEWAY) return type == ICMP_REDIRECT;
    if (row == MTU || row == UNUSED_HALF) return quotes_mtu(header);
    if (row == POINTER || row == POINTER_UNUSED) return type == ICMP_PARAMETER_PROBLEM;
    return !echo && !timestamp && type != ICMP_REDIRECT && !quotes_mtu(header);
}
