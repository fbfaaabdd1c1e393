#include "wire/igmp.h"
/*
 * IGMP messages of all three versions. Versions 1 and 2 have eight octets (RFC 1112 appendix I, RFC
 * 2236 2); a query of version 3 is longer, and its report is a list of records (RFC 3376 4.1, 4.2).
 * Names of fields are Wireshark's. Left out of what is sent: lists of sources.
 */
#include <string.h>

#include "base/checksum.h"
#include "wire/describe.h"

enum {
    TYPE,
    MAX_RESP,
    CHECKSUM,
    MADDR,
    QUERY_V3,
    SUPPRESS = QUERY_V3,
    QRV,
    QQIC,
    NUM_SRC,
    QUERY_END,
    REPORT_V3 = QUERY_END,
    REPORT_RESERVED = REPORT_V3,
    RECORDS,
    RECORD_TYPE,
    RECORD_AUX,
    RECORD_SOURCES,
    RECORD_MADDR,
    ROW_END
};

#define CLAUSE "RFC 2236 2"
static const char v3_clause[] = "RFC 3376 4";
static const struct value_name type_names[] = {
    {IGMP_QUERY, "Membership Query"},      {IGMP_REPORT_V1, "Membership Report"},
    {IGMP_REPORT_V2, "Membership Report"}, {IGMP_LEAVE, "Leave Group"},
    {IGMP_REPORT_V3, "Membership Report"}, {0, NULL},
};
static const struct value_name record_names[] = {
    {IGMP_IS_INCLUDE, "Mode Is Include"},
    {IGMP_IS_EXCLUDE, "Mode Is Exclude"},
    {IGMP_TO_INCLUDE, "Change To Include Mode"},
    {IGMP_TO_EXCLUDE, "Change To Exclude Mode"},
    {5, "Allow New Sources"},
    {6, "Block Old Sources"},
    {0, NULL},
};
const struct wire_field igmp_fields[] = {
    [TYPE] = NAMED(0, 1, SHAPE_HEX, "igmp.type", "Type", type_names),
    [MAX_RESP] = ROW(1, 1, SHAPE_DECIMAL, "igmp.max_resp", "Max Resp Time"),
    [CHECKSUM] = ROW(2, 2, SHAPE_CHECKSUM, "igmp.checksum", "Checksum"),
    [MADDR] = ROW(4, 4, SHAPE_IP4, "igmp.maddr", "Multicast Address"),
    /* What only a query of version 3 has. */
    [SUPPRESS] = BITS(8, 1, 0x08, 1, SHAPE_DECIMAL, "igmp.s", "S"),
    [QRV] = BITS(8, 1, 0x07, 1, SHAPE_DECIMAL, "igmp.qrv", "QRV"),
    [QQIC] = ROW(9, 1, SHAPE_DECIMAL, "igmp.qqic", "QQIC"),
    [NUM_SRC] = ROW(10, 2, SHAPE_DECIMAL, "igmp.num_src", "Num Src"),
    /* What only a report of version 3 has; filters see its first record. */
    [REPORT_RESERVED] = ROW(4, 2, SHAPE_HEX, "igmp.reserved", "Reserved"),
    [RECORDS] = ROW(6, 2, SHAPE_DECIMAL, "igmp.num_grp_recs", "Num Group Records"),
    [RECORD_TYPE] = NAMED(8, 1, SHAPE_DECIMAL, "igmp.record_type", "Record Type", record_names),
    [RECORD_AUX] = ROW(9, 1, SHAPE_DECIMAL, "igmp.aux_data_len", "Aux Data Len"),
    [RECORD_SOURCES] = ROW(10, 2, SHAPE_DECIMAL, "igmp.num_src", "Num Src"),
    [RECORD_MADDR] = ROW(12, 4, SHAPE_IP4, "igmp.maddr", "Multicast Address"),
};
const size_t igmp_field_count = sizeof igmp_fields / sizeof *igmp_fields;

/* RFC 3376 7.1: eight octets and no code are version 1, eight with a code version 2. */
static uint8_t query_version(size_t length, uint8_t code) {
    if (length >= IGMP_QUERY_V3) return 3;
    return code == 0 ? 1 : 2;
}

enum parse_result igmp_parse(struct igmp_message *m, struct reader *r) {
    size_t length = read_left(r);
    const uint8_t *o = read_span(r, IGMP_HEADER);
    if (r->failed) return PARSE_TRUNCATED;
    m->type = (uint8_t)field_get(o, &igmp_fields[TYPE]);
    m->code = (uint8_t)field_get(o, &igmp_fields[MAX_RESP]);
    m->group = m->type == IGMP_REPORT_V3 ? 0 : field_get(o, &igmp_fields[MADDR]);
    m->version = query_version(length, m->code);
    return checksum_finish(checksum_add(0, o, length)) == 0 ? PARSE_OK : PARSE_BAD_CHECKSUM;
}

static void put_checksum(uint8_t *message, size_t count) {
    field_put(message, &igmp_fields[CHECKSUM], 0);
    field_put(message, &igmp_fields[CHECKSUM], checksum_finish(checksum_add(0, message, count)));
}

void igmp_emit(uint8_t *message, const struct igmp_message *m) {
    field_put(message, &igmp_fields[TYPE], m->type);
    field_put(message, &igmp_fields[MAX_RESP], m->code);
    field_put(message, &igmp_fields[MADDR], m->group);
    put_checksum(message, IGMP_HEADER);
}

void igmp_emit_report(uint8_t *message, const struct igmp_record *records, size_t count) {
    memset(message, 0, IGMP_HEADER + IGMP_RECORD * count);
    field_put(message, &igmp_fields[TYPE], IGMP_REPORT_V3);
    field_put(message, &igmp_fields[RECORDS], (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        field_put(message + i * IGMP_RECORD, &igmp_fields[RECORD_TYPE], records[i].type);
        field_put(message + i * IGMP_RECORD, &igmp_fields[RECORD_MADDR], records[i].group);
    }
    put_checksum(message, IGMP_HEADER + IGMP_RECORD * count);
}

uint32_t igmp_code_tenths(const struct igmp_message *m) {
    if (m->version < 3 || m->code < 0x80) return m->code;
    return ((m->code & 0xfu) | 0x10u) << ((m->code >> 4 & 7u) + 3);
}

/* ----------------------------------------------------------------------------------- to be read */

static void describe_sources(struct description *d, uint32_t depth, uint32_t count, uint32_t at,
                             uint32_t end) {
    for (uint32_t i = 0; i < count && end - at >= 4; i++, at += 4) {
        char room[16];
        struct text t = text_of(room, sizeof room);
        text_ip4(&t, field_word(d->octets + at, 4));
        describe_text(d, depth, 0, "igmp.saddr", "Source Address", v3_clause, at, at + 4, room,
                      field_word(d->octets + at, 4));
    }
}

/* Octets of the record at `at`; at most those that are there. */
static uint32_t record_length(const uint8_t *o, uint32_t left) {
    uint32_t length = IGMP_RECORD;
    if (left < IGMP_RECORD) return left;
    length += 4 * (field_word(o + 2, 2) + o[1]);
    return length < left ? length : left;
}

/* The rows of the table lie where the first record is. */
static void describe_record(struct description *d, uint32_t at, uint32_t end) {
    const struct wire_field *f = igmp_fields;
    char room[64];
    struct text t = text_of(room, sizeof room);
    const uint8_t *o = d->octets + at;
    if (end - at >= IGMP_RECORD) {
        const char *name = field_meaning(&f[RECORD_TYPE], o[0]);
        text_ip4(&t, field_word(o + 4, 4));
        text_add(&t, "  ");
        text_add(&t, name == NULL ? "Unknown" : name);
    }
    describe_header(d, 1, "igmp.group_record", "Group Record", v3_clause, at, end, room);
    d->depth += 1;
    if (describe_rows(d, &f[RECORD_TYPE], ROW_END - RECORD_TYPE, at - IGMP_HEADER, end)) {
        uint32_t sources = field_word(o + 2, 2), from = at + IGMP_RECORD;
        uint32_t aux = 4 * sources < end - from ? from + 4 * sources : end;
        describe_sources(d, 1, sources, from, aux);
        describe_octets(d, 1, 0, "igmp.aux_data", "Aux Data", v3_clause,
                        from + (aux - from) / 4 * 4, end);
    }
    d->depth -= 1;
}

static void describe_reserved(struct description *d, uint32_t at, uint32_t end) {
    describe_octets(d, 1, 0, "igmp.reserved", "Reserved", CLAUSE, at, end);
}

static void describe_report(struct description *d, uint32_t at, uint32_t end) {
    const uint8_t *o = d->octets + at;
    describe_reserved(d, at + 4, at + 6 < end ? at + 6 : end);
    if (end - at < 6 || !describe_rows(d, &igmp_fields[RECORDS], 1, at, end)) return;
    uint32_t count = field_get(o, &igmp_fields[RECORDS]);
    at += IGMP_HEADER;
    for (; count > 0 && at < end; count--) {
        uint32_t length = record_length(d->octets + at, end - at);
        describe_record(d, at, at + length);
        at += length;
    }
    describe_data(d, 1, at, end);
}

static void describe_query_v3(struct description *d, uint32_t at, uint32_t end) {
    static const struct wire_field reserved =
        BITS(8, 1, 0xf0, 1, SHAPE_DECIMAL, "igmp.reserved", "Reserved");
    uint32_t from = at + IGMP_QUERY_V3;
    describe_rows(d, &reserved, 1, at, end);
    describe_rows(d, &igmp_fields[QUERY_V3], QUERY_END - QUERY_V3, at, end);
    uint32_t sources = field_get(d->octets + at, &igmp_fields[NUM_SRC]);
    if (sources > (end - from) / 4) sources = (end - from) / 4;
    describe_sources(d, 1, sources, from, end);
    describe_data(d, 1, from + 4 * sources, end);
}

/* The octet behind the type is a time in versions 2 and, of queries, 3. */
static bool has_time(const uint8_t *o, uint32_t length) {
    if (o[0] == IGMP_QUERY) return query_version(length, o[1]) > 1;
    return o[0] != IGMP_REPORT_V1 && o[0] != IGMP_REPORT_V3;
}

/* RFC 3376 4.1.1: a long time is a number with an exponent. */
static void describe_floating(struct description *d, uint32_t at, uint32_t end) {
    static const struct wire_field parts[] = {
        /* Views: the top bit, which says that it floats, is the octet's alone. */
        {"igmp.max_resp.exp", "Exponent", 1, 1, 2, SHAPE_HEX, 0x70, 0, FIELD_GENERATED | FIELD_BITS,
         CLAUSE, NULL},
        {"igmp.max_resp.mant", "Mantissa", 1, 1, 2, SHAPE_HEX, 0x0f, 0,
         FIELD_GENERATED | FIELD_BITS, CLAUSE, NULL},
    };
    const struct igmp_message m = {.version = 3, .code = d->octets[at + 1]};
    char room[12];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, igmp_code_tenths(&m));
    describe_text(d, 1, 0, "igmp.max_resp", "Max Resp Time", v3_clause, at + 1, at + 2, room,
                  igmp_code_tenths(&m));
    describe_rows(d, parts, 2, at, end);
}

static bool describe_head(struct description *d, uint32_t at, uint32_t end) {
    const struct wire_field *f = igmp_fields;
    if (!describe_rows(d, &f[TYPE], 1, at, end)) return false;
    if (end - at >= IGMP_QUERY_V3 && d->octets[at] == IGMP_QUERY && d->octets[at + 1] >= 0x80) {
        describe_floating(d, at, end);
        return describe_rows(d, &f[CHECKSUM], 1, at, end);
    }
    if (end - at >= 2 && has_time(d->octets + at, end - at))
        return describe_rows(d, &f[MAX_RESP], 2, at, end);
    if (end - at >= 2) describe_reserved(d, at + 1, at + 2);
    return describe_rows(d, &f[CHECKSUM], 1, at, end);
}

void igmp_describe(struct description *d, uint32_t at, uint32_t end, enum wholeness wholeness) {
    const struct wire_field *f = igmp_fields;
    const uint8_t *o = d->octets + at;
    const char *name = field_meaning(&f[TYPE], o[0]);
    describe_header(d, 0, "igmp", "Internet Group Management Protocol", CLAUSE, at, end,
                    name ? name : "");
    d->has_calculated = wholeness == WHOLE && end - at >= 4;
    if (d->has_calculated) {
        uint32_t sum = checksum_add(0, o, f[CHECKSUM].at);
        d->calculated = checksum_finish(checksum_add(sum, o + 4, end - at - 4));
    }
    if (!describe_head(d, at, end)) return;
    if (o[0] == IGMP_REPORT_V3)
        describe_report(d, at, end);
    else if (!describe_rows(d, &f[MADDR], 1, at, end))
        return;
    else if (o[0] == IGMP_QUERY && end - at >= IGMP_QUERY_V3)
        describe_query_v3(d, at, end);
    else
        describe_data(d, 1, at + IGMP_HEADER, end);
}

bool igmp_has_row(const uint8_t *header, uint32_t row) {
    uint32_t type = field_get(header, &igmp_fields[TYPE]);
    if (row == TYPE || row == CHECKSUM) return true;
    if (row >= REPORT_V3) return type == IGMP_REPORT_V3;
    return type != IGMP_REPORT_V3 && (row < QUERY_V3 || type == IGMP_QUERY);
}
