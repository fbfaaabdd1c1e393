#include "wire/describe.h"
/*
 * IPv4 options as a field tree: RFC 791 3.1 (End of Option List, No Operation, Security, Loose and
 * Strict Source Route, Record Route, Stream Identifier, Internet Timestamp), RFC 1108 2 and 3 (the
 * security options as they are used), RFC 2113 (Router Alert), and the shapes of RFC 1063 (MTU
 * probe), RFC 1393 (Traceroute) and RFC 1770 (selective broadcast). Any other option is shown as
 * type, length and octets. The stack itself does not interpret options here: there is no emit.
 */
#define CLAUSE "RFC 791 3.1"
enum {
    TYPE_EOL = 0,
    TYPE_NOP = 1,
    TYPE_RECORD_ROUTE = 7,
    TYPE_TIMESTAMP = 68,
    TYPE_SECURITY = 130,
    TYPE_LOOSE_ROUTE = 131,
    TYPE_EXTENDED_SECURITY = 133,
    TYPE_STRICT_ROUTE = 137
};

static const struct value_name type_names[] = {
    {TYPE_EOL, "End of Option List"},
    {TYPE_NOP, "No Operation"},
    {TYPE_RECORD_ROUTE, "Record Route"},
    {11, "MTU Probe"},
    {12, "MTU Reply"},
    {TYPE_TIMESTAMP, "Time Stamp"},
    {82, "Traceroute"},
    {TYPE_SECURITY, "Security"},
    {TYPE_LOOSE_ROUTE, "Loose Source Route"},
    {TYPE_EXTENDED_SECURITY, "Extended Security"},
    {136, "Stream Identifier"},
    {TYPE_STRICT_ROUTE, "Strict Source Route"},
    {148, "Router Alert"},
    {149, "Selective Directed Broadcast"},
    {0, NULL},
};
static const struct wire_field type_fields[] = {
    NAMED(0, 1, SHAPE_DECIMAL, "ip.opt.type", "Type", type_names),
    BITS(0, 1, 0x80, 2, SHAPE_DECIMAL, "ip.opt.type.copy", "Copy on fragmentation"),
    BITS(0, 1, 0x60, 2, SHAPE_DECIMAL, "ip.opt.type.class", "Class"),
    BITS(0, 1, 0x1f, 2, SHAPE_DECIMAL, "ip.opt.type.number", "Number"),
    ROW(1, 1, SHAPE_DECIMAL, "ip.opt.len", "Length"),
    ROW(2, 1, SHAPE_DECIMAL, "ip.opt.ptr", "Pointer"),
};
enum { TYPE_ROWS = 4, LENGTH_ROWS = 5, POINTER_ROWS = 6 };
static const struct wire_field timestamp_fields[] = {
    BITS(3, 1, 0xf0, 1, SHAPE_DECIMAL, "ip.opt.overflow", "Overflow"),
    BITS(3, 1, 0x0f, 1, SHAPE_HEX, "ip.opt.flag", "Flag"),
};
static const struct wire_field time_field =
    ROW(0, 4, SHAPE_DECIMAL, "ip.opt.time_stamp", "Time stamp");
static const struct wire_field time_address =
    ROW(0, 4, SHAPE_IP4, "ip.opt.time_stamp_addr", "Address");

enum slot_kind { SLOT_RECORDED, SLOT_EMPTY, SLOT_AHEAD, SLOT_FINAL };
enum { SLOT_ROWS = 4 };
static const struct wire_field slot_fields[][SLOT_ROWS] = {
    [SLOT_RECORDED] = {ROW(0, 4, SHAPE_IP4, "ip.rec_rt", "Recorded Route"),
                       VIEW(0, 4, 1, SHAPE_IP4, "ip.rec_rt_host", "Recorded Route Host")},
    [SLOT_EMPTY] = {ROW(0, 4, SHAPE_IP4, "ip.empty_rt", "Empty Route"),
                    VIEW(0, 4, 1, SHAPE_IP4, "ip.empty_rt_host", "Empty Route Host")},
    [SLOT_AHEAD] = {ROW(0, 4, SHAPE_IP4, "ip.src_rt", "Source Route"),
                    VIEW(0, 4, 1, SHAPE_IP4, "ip.src_rt_host", "Source Route Host")},
    /* Where the datagram is really going: the last address of a route that has not run out. */
    [SLOT_FINAL] = {ROW(0, 4, SHAPE_IP4, "ip.dst", "Destination Address"),
                    VIEW(0, 4, 1, SHAPE_IP4, "ip.addr", "Source or Destination Address"),
                    VIEW(0, 4, 1, SHAPE_IP4, "ip.dst_host", "Destination Host"),
                    VIEW(0, 4, 1, SHAPE_IP4, "ip.host", "Source or Destination Host")},
};

/* Options of a fixed form: what follows the length. `rows` says how many of the table there are. */
struct option_shape {
    uint8_t type, length; /* length 0: any */
    const char *name, *label;
    uint32_t rows;
    struct wire_field fields[4];
};
static const struct option_shape shapes[] = {
    {TYPE_EOL, 1, "ip.options.eol", "End of Option List", 0, {{0}}},
    {TYPE_NOP, 1, "ip.options.nop", "No Operation", 0, {{0}}},
    {TYPE_RECORD_ROUTE, 0, "ip.options.record_route", "Record Route", 0, {{0}}},
    {TYPE_LOOSE_ROUTE, 0, "ip.options.route", "Loose Source Route", 0, {{0}}},
    {TYPE_STRICT_ROUTE, 0, "ip.options.source_route", "Strict Source Route", 0, {{0}}},
    {TYPE_TIMESTAMP, 0, "ip.options.timestamp", "Time Stamp", 0, {{0}}},
    {TYPE_EXTENDED_SECURITY, 0, "ip.options.ext_security", "Extended Security", 0, {{0}}},
    {TYPE_SECURITY,
     11,
     "ip.options.security",
     "Security",
     2,
     {ROW(2, 2, SHAPE_HEX, "ip.opt.sec_rfc791_sec", "Security"),
      ROW(4, 2, SHAPE_DECIMAL, "ip.opt.sec_rfc791_comp", "Compartments")}},
    {TYPE_SECURITY,
     0,
     "ip.options.security",
     "Security",
     1,
     {ROW_OF(2, 1, SHAPE_HEX, "ip.opt.sec_cl", "Classification Level", "RFC 1108 2.3")}},
    {11,
     0,
     "ip.options.mtu_probe",
     "MTU Probe",
     1,
     {ROW_OF(2, 2, SHAPE_DECIMAL, "ip.opt.mtu", "MTU", "RFC 1063 3")}},
    {12,
     0,
     "ip.options.mtu_reply",
     "MTU Reply",
     1,
     {ROW_OF(2, 2, SHAPE_DECIMAL, "ip.opt.mtu", "MTU", "RFC 1063 3")}},
    {82,
     0,
     "ip.options.traceroute",
     "Traceroute",
     4,
     {ROW_OF(2, 2, SHAPE_DECIMAL, "ip.opt.id_number", "ID Number", "RFC 1393 2.2"),
      ROW_OF(4, 2, SHAPE_DECIMAL, "ip.opt.ohc", "Outbound Hop Count", "RFC 1393 2.2"),
      ROW_OF(6, 2, SHAPE_DECIMAL, "ip.opt.rhc", "Return Hop Count", "RFC 1393 2.2"),
      ROW_OF(8, 4, SHAPE_IP4, "ip.opt.originator", "Originator IP Address", "RFC 1393 2.2")}},
    {136,
     0,
     "ip.options.sid",
     "Stream Identifier",
     1,
     {ROW(2, 2, SHAPE_DECIMAL, "ip.opt.sid", "Stream Identifier")}},
    {148,
     0,
     "ip.options.routeralert",
     "Router Alert",
     1,
     {ROW_OF(2, 2, SHAPE_DECIMAL, "ip.opt.ra", "Router Alert", "RFC 2113 2.1")}},
    {149,
     0,
     "ip.options.sdb",
     "Selective Directed Broadcast",
     1,
     {ROW_OF(2, 4, SHAPE_IP4, "ip.opt.addr", "IP Address", "RFC 1770 2")}},
};
static const struct option_shape unknown = {0, 0, "ip.options.unknown", "Unknown option", 0, {{0}}};

static const struct option_shape *shape_of(uint8_t type, uint32_t length) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i].type == type && (shapes[i].length == 0 || shapes[i].length == length))
            return &shapes[i];
    return &unknown;
}

static void describe_slot(struct description *d, enum slot_kind kind, uint32_t slot, uint32_t end) {
    describe_rows(d, slot_fields[kind], kind == SLOT_FINAL ? SLOT_ROWS : 2, slot, end);
}

/* The pointer counts from 1, at the option's type; slots before it are filled. One that points
 * into the middle of a slot, or before the first, leaves the slots without a meaning. */
static void describe_route(struct description *d, uint8_t type, uint32_t at, uint32_t end) {
    if (!describe_rows(d, type_fields, POINTER_ROWS, at, end)) return;
    uint32_t pointer = d->octets[at + 2], slot = at + 3;
    for (; pointer >= 4 && pointer % 4 == 0 && slot + 4 <= end; slot += 4) {
        bool filled = slot - at + 1 < pointer, final = slot + 4 == end;
        describe_slot(d,
                      filled                      ? SLOT_RECORDED
                      : type == TYPE_RECORD_ROUTE ? SLOT_EMPTY
                      : final                     ? SLOT_FINAL
                                                  : SLOT_AHEAD,
                      slot, end);
    }
    describe_octets(d, 1, 0, "ip.opt.padding", "Padding", CLAUSE, slot, end);
}

/* With flags 1 and 3 each stamp has the address of who stamps before it. */
static void describe_timestamp(struct description *d, uint32_t at, uint32_t end) {
    if (!describe_rows(d, type_fields, POINTER_ROWS, at, end) ||
        !describe_rows(d, timestamp_fields, 2, at, end))
        return;
    uint32_t flag = d->octets[at + 3] & 0x0f;
    bool addresses = flag == 1 || flag == 3;
    uint32_t slot = at + 4, size = addresses ? 8 : 4;
    for (; slot + size <= end; slot += size) {
        if (addresses) describe_rows(d, &time_address, 1, slot, end);
        describe_rows(d, &time_field, 1, slot + size - 4, end);
    }
    describe_octets(d, 1, 0, "ip.opt.padding", "Padding", CLAUSE, slot, end);
}

static void describe_letters(struct description *d, const char *name, const char *label,
                             uint32_t at, uint32_t end) {
    char room[16];
    struct text t = text_of(room, sizeof room);
    describe_characters(&t, d->octets + at, end - at);
    describe_text(d, 1, 0, name, label, CLAUSE, at, end, room, 0);
}

/* The authorities are bits; the last bit of each octet says that another octet follows. */
static void describe_authorities(struct description *d, uint32_t at, uint32_t end) {
    static const struct wire_field first = ROW_OF(3, 1, SHAPE_HEX, "ip.opt.sec_prot_auth_flags",
                                                  "Protection Authority", "RFC 1108 2.4");
    if (end - at == 4)
        describe_rows(d, &first, 1, at, end);
    else
        describe_octets(d, 1, 0, "ip.opt.data", "Protection Authority", "RFC 1108 2.4", at + 3,
                        end);
}

/* RFC 791's security option has 11 octets; RFC 1108's has a level and protection authorities. */
static void describe_security(struct description *d, const struct option_shape *shape, uint32_t at,
                              uint32_t end) {
    if (!describe_rows(d, shape->fields, shape->rows, at, end)) return;
    if (shape->length == 0)
        describe_authorities(d, at, end);
    else {
        describe_letters(d, "ip.opt.sec_rfc791_hr", "Handling Restrictions", at + 6, at + 8);
        describe_letters(d, "ip.opt.sec_rfc791_tcc", "Transmission Control Code", at + 8, end);
    }
}

static void describe_extended(struct description *d, uint32_t at, uint32_t end) {
    static const struct wire_field format =
        ROW_OF(2, 1, SHAPE_HEX, "ip.opt.ext_sec_add_sec_info_format_code",
               "Additional Security Info Format Code", "RFC 1108 3.3");
    if (describe_rows(d, &format, 1, at, end))
        describe_octets(d, 1, 0, "ip.opt.ext_sec_add_sec_info", "Additional Security Info",
                        "RFC 1108 3.4", at + 3, end);
}

static uint32_t rows_end(const struct option_shape *shape) {
    if (shape->rows == 0) return 2;
    const struct wire_field *last = &shape->fields[shape->rows - 1];
    return last->at + last->size;
}

static void describe_body(struct description *d, const struct option_shape *shape, uint32_t at,
                          uint32_t end) {
    uint8_t type = d->octets[at];
    if (type == TYPE_SECURITY) {
        describe_security(d, shape, at, end);
    } else if (type == TYPE_EXTENDED_SECURITY) {
        describe_extended(d, at, end);
    } else if (describe_rows(d, shape->fields, shape->rows, at, end)) {
        describe_octets(d, 1, 0, "ip.opt.data", "Data", CLAUSE, at + rows_end(shape), end);
    }
}

static void describe_option(struct description *d, uint32_t at, uint32_t end) {
    uint8_t type = d->octets[at];
    const struct option_shape *shape = shape_of(type, end - at);
    describe_octets(d, 2, 0, shape->name, shape->label, CLAUSE, at, end);
    d->depth += 2;
    if (type == TYPE_EOL || type == TYPE_NOP)
        describe_rows(d, type_fields, TYPE_ROWS, at, end);
    else if (type == TYPE_RECORD_ROUTE || type == TYPE_LOOSE_ROUTE || type == TYPE_STRICT_ROUTE)
        describe_route(d, type, at, end);
    else if (type == TYPE_TIMESTAMP)
        describe_timestamp(d, at, end);
    else if (describe_rows(d, type_fields, LENGTH_ROWS, at, end))
        describe_body(d, shape, at, end);
    d->depth -= 2;
}

/* Octets of the option at `at`; 0: its length cannot be right. */
static uint32_t option_length(const uint8_t *octets, uint32_t at, uint32_t end) {
    uint8_t type = octets[at];
    if (type == TYPE_EOL || type == TYPE_NOP) return 1;
    uint32_t length = end - at >= 2 ? octets[at + 1] : 0;
    return length >= 2 && length <= end - at ? length : 0;
}

void ipv4_options_describe(struct description *d, uint32_t at, uint32_t end) {
    describe_header(d, 1, "ip.options", "Options", CLAUSE, at, end, "");
    while (at < end) {
        uint8_t type = d->octets[at];
        uint32_t length = option_length(d->octets, at, end);
        if (length == 0) {
            describe_octets(d, 2, FIELD_BAD, "_ws.malformed", "Bad length", CLAUSE, at, end);
            return;
        }
        describe_option(d, at, at + length);
        at += length;
        if (type == TYPE_EOL) break;
    }
    describe_octets(d, 2, 0, "ip.opt.padding", "Padding", CLAUSE, at, end);
}

bool ipv4_route_ahead(const uint8_t *octets, uint32_t at, uint32_t end, ip4 *final) {
    uint32_t length;
    for (; at < end && octets[at] != TYPE_EOL; at += length) {
        length = option_length(octets, at, end);
        if (length == 0) return false;
        if (octets[at] != TYPE_LOOSE_ROUTE && octets[at] != TYPE_STRICT_ROUTE) continue;
        uint32_t pointer = length >= 3 ? octets[at + 2] : 0;
        if (pointer < 4 || pointer % 4 != 0 || pointer + 3 > length) continue;
        if (length % 4 == 3) *final = field_word(octets + at + length - 4, 4);
        return true;
    }
    return false;
}
