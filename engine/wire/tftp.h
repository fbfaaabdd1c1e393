#ifndef NETSTEP_WIRE_TFTP_H
#define NETSTEP_WIRE_TFTP_H
/* TFTP's packets: RFC 1350 5, and the options of RFC 2347. */
#include "wire/parse.h"

enum { TFTP_PORT = 69, TFTP_HEADER = 4, TFTP_REQUEST_MAX = 512 };
enum tftp_opcode { TFTP_RRQ = 1, TFTP_WRQ, TFTP_DATA, TFTP_ACK, TFTP_ERROR, TFTP_OACK };
enum tftp_error {
    TFTP_NOT_DEFINED,
    TFTP_FILE_NOT_FOUND,
    TFTP_ACCESS_VIOLATION,
    TFTP_DISK_FULL,
    TFTP_ILLEGAL_OPERATION,
    TFTP_UNKNOWN_TID,
    TFTP_FILE_EXISTS,
    TFTP_NO_SUCH_USER,
    TFTP_OPTION_REFUSED /* RFC 2347 */
};
struct tftp_packet {
    uint16_t opcode;
    uint16_t block;         /* of DATA and ACK; of ERROR its code */
    const char *name;       /* of a request, and of ERROR its message; ends in the packet */
    const char *mode;       /* of a request */
    struct reader contents; /* DATA: its octets; requests and OACK: their options */
};
/* Strings must end within the packet; an ERROR may lack its message. */
enum parse_result tftp_parse(struct tftp_packet *, struct reader);
/* The next option and its value; false: no more, or what is left is no pair. */
bool tftp_next_option(struct reader *, const char **name, const char **value);
/* RFC 1350 5, RFC 2347: names, modes and options in any mixture of upper and lower case. */
bool tftp_same(const char *, const char *);

void tftp_emit_request(struct writer *, enum tftp_opcode, const char *name, const char *mode);
void tftp_emit_oack(struct writer *);
void tftp_emit_option(struct writer *, const char *name, const char *value);
void tftp_emit_block(struct writer *, enum tftp_opcode, uint16_t block); /* DATA, ACK */
void tftp_emit_error(struct writer *, enum tftp_error, const char *message);

#endif
