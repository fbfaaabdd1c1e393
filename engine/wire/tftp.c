#include "wire/tftp.h"
/*
 * TFTP's six packets. All begin with an opcode; a request goes on with strings, each ended by a
 * zero octet, and so does an OACK; DATA, ACK and ERROR have a number. RFC 1350 5, RFC 2347.
 */
#include <string.h>

static const char *read_string(struct reader *r) {
    const uint8_t *start = r->at;
    size_t left = read_left(r), length = 0;
    while (length < left && start[length] != 0) length++;
    read_skip(r, length + 1);
    return r->failed ? NULL : (const char *)start;
}

enum parse_result tftp_parse(struct tftp_packet *p, struct reader r) {
    *p = (struct tftp_packet){.opcode = read_u16(&r)};
    if (r.failed) return PARSE_TRUNCATED;
    switch (p->opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        p->name = read_string(&r);
        p->mode = read_string(&r);
        break;
    case TFTP_DATA:
    case TFTP_ACK: p->block = read_u16(&r); break;
    case TFTP_ERROR:
        p->block = read_u16(&r);
        if (read_left(&r) > 0) p->name = read_string(&r);
        break;
    case TFTP_OACK: break;
    default: return PARSE_BAD_HEADER;
    }
    p->contents = r;
    return r.failed ? PARSE_TRUNCATED : PARSE_OK;
}

bool tftp_next_option(struct reader *r, const char **name, const char **value) {
    if (read_left(r) == 0) return false;
    *name = read_string(r);
    *value = read_string(r);
    return !r->failed;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool tftp_same(const char *a, const char *b) {
    while (*a != '\0' && lower(*a) == lower(*b)) a++, b++;
    return *a == '\0' && *b == '\0';
}

/* ------------------------------------------------------------------------------------- emit */

static void write_string(struct writer *w, const char *text) {
    write_copy(w, (const uint8_t *)text, strlen(text) + 1);
}

void tftp_emit_request(struct writer *w, enum tftp_opcode opcode, const char *name,
                       const char *mode) {
    write_u16(w, (uint16_t)opcode);
    write_string(w, name);
    write_string(w, mode);
}

void tftp_emit_oack(struct writer *w) {
    write_u16(w, TFTP_OACK);
}

void tftp_emit_option(struct writer *w, const char *name, const char *value) {
    write_string(w, name);
    write_string(w, value);
}

void tftp_emit_block(struct writer *w, enum tftp_opcode opcode, uint16_t block) {
    write_u16(w, (uint16_t)opcode);
    write_u16(w, block);
}

void tftp_emit_error(struct writer *w, enum tftp_error code, const char *message) {
    write_u16(w, TFTP_ERROR);
    write_u16(w, (uint16_t)code);
    write_string(w, message);
}
