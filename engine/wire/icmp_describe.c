#include "wire/icmp_fields.h"
/*
 * An ICMP message as a field tree: RFC 792, with the MTU of RFC 1191 4, the masks of RFC 950, the
 * routers of RFC 1256 3 and the told length of RFC 4884 4. What an error quotes is decoded like any
 * datagram, one level deeper. Left out: what the objects of an extension mean.
 */
#include "base/checksum.h"
#include "wire/icmp.h"

#define CLAUSE "RFC 792"

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

/* RFC 4884 7: behind a datagram whose length the message tells may stand a structure of its own. */
static void describe_extension(struct description *d, uint32_t at, uint32_t end) {
    static const struct wire_field rows[] = {
        PART_OF(0, 1, 0xf0, SHAPE_DECIMAL, "icmp.ext.version", "Version", "RFC 4884 7"),
        PART_OF(0, 2, 0x0fff, SHAPE_HEX, "icmp.ext.res", "Reserved", "RFC 4884 7"),
        ROW_OF(2, 2, SHAPE_HEX, "icmp.ext.checksum", "Checksum", "RFC 4884 7"),
    };
    if (at >= end) return;
    describe_header(d, 1, "icmp.ext", "ICMP Extensions", "RFC 4884 7", at, end, "");
    d->depth += 1;
    if (describe_rows(d, rows, 3, at, end))
        describe_octets(d, 1, 0, "icmp.ext.data", "Data", "RFC 4884 8", at + 4, end);
    d->depth -= 1;
}

/* Errors quote the datagram that they are about: its header and at least eight octets more. A
 * redirect's quote counts for no more than that. */
static void describe_quoted(struct description *d, bool redirect, uint32_t at, uint32_t end) {
    if (at == end) return;
    struct packet_context quoted = {.has_time = d->context->has_time, .at_ns = d->context->at_ns};
    struct description inner = *d; /* another connection, perhaps: its numbers are not known */
    uint32_t own = at + ipv4_length(d->octets, at, end);
    uint32_t least = at + ipv4_header_length(d->octets, at, end) + 8;
    if (redirect && least < own) own = least;
    inner.context = &quoted;
    inner.quoted = true;
    inner.depth += 1;
    ipv4_describe(&inner, at, own);
    describe_octets(d, 1, 0, "icmp.quoted_rest", "Behind the quoted datagram", NULL, own, end);
}

static bool describe_error_word(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    const struct wire_field *f = icmp_fields;
    if (type == ICMP_REDIRECT) return describe_rows(d, &f[GATEWAY], 1, at, end);
    if (type == ICMP_PARAMETER_PROBLEM)
        return describe_rows(d, &f[POINTER], 1, at, end) &&
               describe_unused(d, &f[POINTER_UNUSED], at, end);
    if (icmp_quotes_mtu(d->octets + at))
        return describe_unused(d, &f[UNUSED_HALF], at, end) &&
               describe_rows(d, &f[MTU], 1, at, end);
    return describe_unused(d, &f[UNUSED], at, end);
}

/* RFC 4884 4: the length of what is quoted, in words of four octets, in the sixth octet. */
static uint32_t quoted_words(const uint8_t *o, uint32_t type, uint32_t count) {
    bool told = type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED;
    return told && count >= ICMP_HEADER && !icmp_quotes_mtu(o) && o[4] == 0 ? o[5] : 0;
}

static void describe_told_length(struct description *d, uint32_t at) {
    static const struct wire_field length =
        ROW_OF(5, 1, SHAPE_DECIMAL, "icmp.length", "Length", "RFC 4884 4");
    describe_octets(d, 1, 0, "icmp.unused", "Unused", CLAUSE, at + 4, at + 5);
    describe_rows(d, &length, 1, at, at + 6);
    describe_octets(d, 1, 0, "icmp.unused", "Unused", CLAUSE, at + 6, at + ICMP_HEADER);
}

static void describe_error(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    uint32_t words = quoted_words(d->octets + at, type, end - at), body = at + ICMP_HEADER;
    if (words > 0 && body + words * 4 <= end) {
        describe_told_length(d, at);
        describe_quoted(d, false, body, body + words * 4);
        describe_extension(d, body + words * 4, end);
    } else if (describe_error_word(d, type, at, end)) {
        describe_quoted(d, type == ICMP_REDIRECT, body, end);
    }
}

/* RFC 1256 3: addresses with a preference each, two words an entry unless they say otherwise. */
static void describe_advertisement(struct description *d, uint32_t at, uint32_t end) {
    const struct wire_field *f = icmp_fields;
    if (!describe_rows(d, &f[ADDRESSES], ROUTER - ADDRESSES, at, end)) return;
    uint32_t count = field_get(d->octets + at, &f[ADDRESSES]), entry = 8;
    uint32_t words = field_get(d->octets + at, &f[ENTRY_SIZE]), from = at + ICMP_HEADER;
    for (; words == 2 && count > 0 && from + entry <= end; count--, from += entry)
        describe_rows(d, &f[ROUTER], 2, from - ICMP_HEADER, end);
    describe_data(d, 1, from, end);
}

static void describe_pair(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    const struct wire_field *f = icmp_fields;
    bool timestamp = type == ICMP_TIMESTAMP || type == ICMP_TIMESTAMP_REPLY;
    bool mask = type == ICMP_ADDRESS_MASK || type == ICMP_ADDRESS_MASK_REPLY;
    if (!describe_rows(d, &f[IDENT], ECHO_END - IDENT, at, end)) return;
    if (timestamp) {
        if (describe_rows(d, &f[ORIGINATE], TIMESTAMP_END - ORIGINATE, at, end))
            describe_data(d, 1, at + 20, end);
    } else if (mask) {
        if (describe_rows(d, &f[MASK], 1, at, end)) describe_data(d, 1, at + 12, end);
    } else {
        describe_echo_data(d, at + ICMP_HEADER, end);
    }
}

static void describe_rest(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    static const uint8_t pairs[] = {
        ICMP_ECHO, ICMP_ECHO_REPLY,   ICMP_TIMESTAMP,         ICMP_TIMESTAMP_REPLY, 15,
        16,        ICMP_ADDRESS_MASK, ICMP_ADDRESS_MASK_REPLY};
    for (size_t i = 0; i < sizeof pairs; i++)
        if (type == pairs[i]) {
            describe_pair(d, type, at, end);
            return;
        }
    if (icmp_quotes(type))
        describe_error(d, type, at, end);
    else if (type == ICMP_ROUTER_ADVERTISEMENT)
        describe_advertisement(d, at, end);
    else if (describe_unused(d, &icmp_fields[UNUSED], at, end))
        describe_data(d, 1, at + ICMP_HEADER, end);
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
