#include "wire/icmp.h"
/*
 * ICMP messages, RFC 792: type, code, checksum, and a second word whose two halves are identifier
 * and sequence number in an echo, and unused, a pointer, a gateway or an MTU in errors (RFC 1191
 * 4). Address masks are RFC 950's, router advertisements RFC 1256's. What is shown of a message is
 * in icmp_describe.c.
 */
#include "base/checksum.h"
#include "wire/icmp_fields.h"

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
    {15, "Information request"},
    {16, "Information reply"},
    {ICMP_ADDRESS_MASK, "Address mask request"},
    {ICMP_ADDRESS_MASK_REPLY, "Address mask reply"},
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
    [MASK] = ROW_OF(8, 4, SHAPE_IP4, "icmp.address_mask", "Address Mask", "RFC 950 I"),
    [ADDRESSES] =
        ROW_OF(4, 1, SHAPE_DECIMAL, "icmp.num_addrs", "Number of addresses", "RFC 1256 3"),
    [ENTRY_SIZE] =
        ROW_OF(5, 1, SHAPE_DECIMAL, "icmp.addr_entry_size", "Address entry size", "RFC 1256 3"),
    [LIFETIME] = ROW_OF(6, 2, SHAPE_DECIMAL, "icmp.lifetime", "Lifetime", "RFC 1256 3"),
    [ROUTER] = ROW_OF(8, 4, SHAPE_IP4, "icmp.router_address", "Router address", "RFC 1256 3"),
    [PREFERENCE] = ROW_OF(12, 4, SHAPE_SIGNED, "icmp.pref_level", "Preference level", "RFC 1256 3"),
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

/* RFC 1191 4: fragmentation needed and DF set carries the MTU of the next hop. */
bool icmp_quotes_mtu(const uint8_t *header) {
    enum { FRAGMENTATION_NEEDED = 4 };
    return field_get(header, &icmp_fields[TYPE]) == ICMP_UNREACHABLE &&
           field_get(header, &icmp_fields[CODE]) == FRAGMENTATION_NEEDED;
}

static bool is_of(uint32_t type, uint32_t first, uint32_t second) {
    return type == first || type == second;
}

bool icmp_has_row(const uint8_t *header, uint32_t row) {
    uint32_t type = field_get(header, &icmp_fields[TYPE]);
    bool timestamp = is_of(type, ICMP_TIMESTAMP, ICMP_TIMESTAMP_REPLY);
    bool mask = is_of(type, ICMP_ADDRESS_MASK, ICMP_ADDRESS_MASK_REPLY);
    bool pair = is_of(type, ICMP_ECHO, ICMP_ECHO_REPLY) || timestamp || mask;
    if (row < COMMON) return true;
    if (row < ECHO_END) return pair;
    if (row >= ADDRESSES) return type == ICMP_ROUTER_ADVERTISEMENT;
    if (row == MASK) return mask;
    if (row >= ORIGINATE) return timestamp;
    if (row == GATEWAY) return type == ICMP_REDIRECT;
    if (row == MTU || row == UNUSED_HALF) return icmp_quotes_mtu(header);
    if (row == POINTER || row == POINTER_UNUSED) return type == ICMP_PARAMETER_PROBLEM;
    return !pair && type != ICMP_REDIRECT && type != ICMP_ROUTER_ADVERTISEMENT &&
           !icmp_quotes_mtu(header);
}
