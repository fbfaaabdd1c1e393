#include "wire/icmp.h"
/*
 * ICMP messages, RFC 792: type, code, checksum, and a second word whose two halves are identifier
 * and sequence number in an echo, and unused, a pointer, a gateway or an MTU in errors (RFC 1191 4).
 */
#include "base/checksum.h"
#include "wire/fields.h"

enum { TYPE, CODE, CHECKSUM, IDENT, IDENT_LE, SEQ, SEQ_LE };

#define CLAUSE "RFC 792"
#define VIEW FIELD_GENERATED
const struct wire_field icmp_fields[] = {
    [TYPE] = {"icmp.type", "Type", 0, 1, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [CODE] = {"icmp.code", "Code", 1, 1, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [CHECKSUM] = {"icmp.checksum", "Checksum", 2, 2, 1, SHAPE_HEX, 0, 0, 0, CLAUSE},
    [IDENT] = {"icmp.ident", "Identifier (BE)", 4, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [IDENT_LE] = {"icmp.ident_le", "Identifier (LE)", 4, 2, 1, SHAPE_LE16, 0, 0, VIEW, CLAUSE},
    [SEQ] = {"icmp.seq", "Sequence Number (BE)", 6, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [SEQ_LE] = {"icmp.seq_le", "Sequence Number (LE)", 6, 2, 1, SHAPE_LE16, 0, 0, VIEW, CLAUSE},
};
const size_t icmp_field_count = sizeof icmp_fields / sizeof *icmp_fields;

enum parse_result icmp_parse(struct icmp_message *m, struct reader *r) {
    const struct wire_field *f = icmp_fields;
    size_t length = read_left(r);
    const uint8_t *o = read_span(r, ICMP_HEADER);
    if (r->failed)
        return PARSE_TRUNCATED;
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
