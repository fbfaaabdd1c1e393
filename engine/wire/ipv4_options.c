#include "wire/describe.h"
/*
 * IPv4 options as a field tree, RFC 791 3.1: End of Option List, No Operation, Record Route,
 * Internet Timestamp; Router Alert of RFC 2113. Any other option is shown as type, length and
 * octets. The stack itself does not interpret options, so there is no parse or emit here.
 */
#define CLAUSE "RFC 791 3.1"
enum { TYPE_EOL = 0, TYPE_NOP = 1, TYPE_RECORD_ROUTE = 7, TYPE_TIMESTAMP = 68, TYPE_ALERT = 148 };

static const struct wire_field type_fields[] = {
    ROW(0, 1, SHAPE_DECIMAL, "ip.opt.type", "Type"),
    BITS(0, 1, 0x80, 2, SHAPE_DECIMAL, "ip.opt.type.copy", "Copy on fragmentation"),
    BITS(0, 1, 0x60, 2, SHAPE_DECIMAL, "ip.opt.type.class", "Class"),
    BITS(0, 1, 0x1f, 2, SHAPE_DECIMAL, "ip.opt.type.number", "Number"),
    ROW(1, 1, SHAPE_DECIMAL, "ip.opt.len", "Length"),
    ROW(2, 1, SHAPE_DECIMAL, "ip.opt.ptr", "Pointer"),
};
enum { TYPE_ROWS = 4, LENGTH_ROWS = 5, POINTER_ROWS = 6 };
static const struct wire_field alert_field =
    ROW_OF(2, 2, SHAPE_DECIMAL, "ip.opt.ra", "Router Alert", "RFC 2113 2.1");
static const struct wire_field timestamp_fields[] = {
    BITS(3, 1, 0xf0, 1, SHAPE_DECIMAL, "ip.opt.overflow", "Overflow"),
    BITS(3, 1, 0x0f, 1, SHAPE_HEX, "ip.opt.flag", "Flag"),
};
static const struct wire_field time_field =
    ROW(0, 4, SHAPE_DECIMAL, "ip.opt.time_stamp", "Time stamp");
static const struct wire_field time_address =
    ROW(0, 4, SHAPE_IP4, "ip.opt.time_stamp_addr", "Address");
static const struct wire_field route_fields[2][2] = {
    {ROW(0, 4, SHAPE_IP4, "ip.rec_rt", "Recorded Route"),
     VIEW(0, 4, 1, SHAPE_IP4, "ip.rec_rt_host", "Recorded Route Host")},
    {ROW(0, 4, SHAPE_IP4, "ip.empty_rt", "Empty Route"),
     VIEW(0, 4, 1, SHAPE_IP4, "ip.empty_rt_host", "Empty Route Host")},
};

/* The pointer counts from 1, at the option's type; slots before it are filled. */
static void describe_route(struct description *d, uint32_t at, uint32_t end) {
    if (!describe_rows(d, type_fields, POINTER_ROWS, at, end)) return;
    uint32_t pointer = d->octets[at + 2], slot = at + 3;
    for (; slot + 4 <= end; slot += 4)
        describe_rows(d, route_fields[slot - at + 1 < pointer ? 0 : 1], 2, slot, end);
    describe_octets(d, 1, 0, "ip.opt.padding", "Padding", CLAUSE, slot, end);
}

static void describe_timestamp(struct description *d, uint32_t at, uint32_t end) {
    if (!describe_rows(d, type_fields, POINTER_ROWS, at, end) ||
        !describe_rows(d, timestamp_fields, 2, at, end))
        return;
    bool addresses = (d->octets[at + 3] & 0x0f) != 0;
    uint32_t slot = at + 4, size = addresses ? 8 : 4;
    for (; slot + size <= end; slot += size) {
        if (addresses) describe_rows(d, &time_address, 1, slot, end);
        describe_rows(d, &time_field, 1, slot + size - 4, end);
    }
    describe_octets(d, 1, 0, "ip.opt.padding", "Padding", CLAUSE, slot, end);
}

static void describe_other(struct description *d, uint32_t at, uint32_t end) {
    if (describe_rows(d, type_fields, LENGTH_ROWS, at, end))
        describe_octets(d, 1, 0, "ip.opt.data", "Data", CLAUSE, at + 2, end);
}

static void describe_alert(struct description *d, uint32_t at, uint32_t end) {
    describe_rows(d, type_fields, LENGTH_ROWS, at, end);
    describe_rows(d, &alert_field, 1, at, end);
}

static const char *option_name(uint8_t type) {
    switch (type) {
    case TYPE_EOL: return "ip.options.eol";
    case TYPE_NOP: return "ip.options.nop";
    case TYPE_RECORD_ROUTE: return "ip.options.record_route";
    case TYPE_TIMESTAMP: return "ip.options.timestamp";
    case TYPE_ALERT: return "ip.options.routeralert";
    default: return "ip.options.unknown";
    }
}

static const char *option_label(uint8_t type) {
    switch (type) {
    case TYPE_EOL: return "End of Options List";
    case TYPE_NOP: return "No-Operation";
    case TYPE_RECORD_ROUTE: return "Record Route";
    case TYPE_TIMESTAMP: return "Time Stamp";
    case TYPE_ALERT: return "Router Alert";
    default: return "Unknown";
    }
}

static void describe_option(struct description *d, uint32_t at, uint32_t end) {
    uint8_t type = d->octets[at];
    describe_octets(d, 2, 0, option_name(type), option_label(type), CLAUSE, at, end);
    d->depth += 2;
    if (type == TYPE_EOL || type == TYPE_NOP)
        describe_rows(d, type_fields, TYPE_ROWS, at, end);
    else if (type == TYPE_RECORD_ROUTE)
        describe_route(d, at, end);
    else if (type == TYPE_TIMESTAMP)
        describe_timestamp(d, at, end);
    else if (type == TYPE_ALERT && end - at == 4)
        describe_alert(d, at, end);
    else
        describe_other(d, at, end);
    d->depth -= 2;
}

void ipv4_options_describe(struct description *d, uint32_t at, uint32_t end) {
    describe_header(d, 1, "ip.options", "Options", CLAUSE, at, end, "");
    while (at < end) {
        uint8_t type = d->octets[at];
        uint32_t left = end - at, length = 1;
        if (type != TYPE_EOL && type != TYPE_NOP) length = left >= 2 ? d->octets[at + 1] : 0;
        if (length == 0 || length > left || (length == 1 && type > TYPE_NOP)) {
            describe_octets(d, 2, FIELD_BAD, "_ws.malformed", "Bad length", CLAUSE, at, end);
            return;
        }
        describe_option(d, at, at + length);
        at += length;
        if (type == TYPE_EOL) break;
    }
    describe_octets(d, 2, 0, "ip.opt.padding", "Padding", CLAUSE, at, end);
}
