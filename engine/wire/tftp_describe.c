#include "wire/describe.h"
/*
 * A TFTP message as a field tree: RFC 1350 5 with the options of RFC 2347, and OACK. Strings own
 * their closing zero, as octets; what is printed of them ends before it. A message that cannot be
 * one (an opcode that nobody defined, a request whose strings do not end) is described as far as it
 * goes; its data, and data alone, is left to the caller's "data".
 */
#include "base/text.h"
#include "wire/fields.h"
#include "wire/tftp.h"

enum { TEXT_ROOM = 200 };

#define CLAUSE "RFC 1350 5"
static const struct value_name opcode_names[] = {
    {TFTP_RRQ, "Read Request"},
    {TFTP_WRQ, "Write Request"},
    {TFTP_DATA, "Data Packet"},
    {TFTP_ACK, "Acknowledgement"},
    {TFTP_ERROR, "Error Code"},
    {TFTP_OACK, "Option Acknowledgement"},
    {0, NULL},
};
static const struct value_name error_names[] = {
    {TFTP_NOT_DEFINED, "Not defined"},
    {TFTP_FILE_NOT_FOUND, "File not found"},
    {TFTP_ACCESS_VIOLATION, "Access violation"},
    {TFTP_DISK_FULL, "Disk full or allocation exceeded"},
    {TFTP_ILLEGAL_OPERATION, "Illegal TFTP Operation"},
    {TFTP_UNKNOWN_TID, "Unknown transfer ID"},
    {TFTP_FILE_EXISTS, "File already exists"},
    {TFTP_NO_SUCH_USER, "No such user"},
    {TFTP_OPTION_REFUSED, "Option negotiation failed"},
    {0, NULL},
};
enum { OPCODE, BLOCK, ERROR_CODE };
const struct wire_field tftp_fields[] = {
    [OPCODE] = NAMED(0, 2, SHAPE_DECIMAL, "tftp.opcode", "Opcode", opcode_names),
    [BLOCK] = ROW(2, 2, SHAPE_DECIMAL, "tftp.block", "Block"),
    [ERROR_CODE] = NAMED(2, 2, SHAPE_DECIMAL, "tftp.error.code", "Error code", error_names),
};
const size_t tftp_field_count = sizeof tftp_fields / sizeof *tftp_fields;

bool tftp_has_row(const uint8_t *header, uint32_t row) {
    uint32_t opcode = field_get(header, &tftp_fields[OPCODE]);
    if (row == BLOCK) return opcode == TFTP_DATA || opcode == TFTP_ACK;
    return row == OPCODE || opcode == TFTP_ERROR;
}

/* Where the string at `at` ends, its zero included; `end` when there is no zero. */
static uint32_t string_end(const struct description *d, uint32_t at, uint32_t end) {
    while (at < end && d->octets[at] != 0) at++;
    return at < end ? at + 1 : end;
}

static bool is_whole(const struct description *d, uint32_t at, uint32_t end) {
    uint32_t after = string_end(d, at, end);
    return after > at && d->octets[after - 1] == 0;
}

/* A string that does not end is cut off. Returns where the next one begins. */
static uint32_t describe_string(struct description *d, const char *name, const char *label,
                                const char *clause, uint32_t at, uint32_t end) {
    char room[TEXT_ROOM];
    struct text t = text_of(room, sizeof room);
    uint32_t after = string_end(d, at, end);
    if (!is_whole(d, at, end)) {
        describe_octets(d, 1, FIELD_BAD, "_ws.malformed", "Cut off", NULL, at, end);
        return end;
    }
    describe_characters(&t, d->octets + at, after - at);
    describe_text(d, 1, 0, name, label, clause, at, after, room, 0);
    return after;
}

static void describe_options(struct description *d, uint32_t at, uint32_t end) {
    while (at < end) {
        uint32_t value = string_end(d, at, end);
        at = describe_string(d, "tftp.option.name", "Option name", "RFC 2347", at, end);
        if (at < end && value == at)
            at = describe_string(d, "tftp.option.value", "Option value", "RFC 2347", at, end);
    }
}

static void describe_request(struct description *d, uint32_t opcode, uint32_t at, uint32_t end) {
    bool reads = opcode == TFTP_RRQ;
    at = describe_string(d, reads ? "tftp.source_file" : "tftp.destination_file",
                         reads ? "Source File" : "Destination File", CLAUSE, at, end);
    if (at < end) at = describe_string(d, "tftp.type", "Type", CLAUSE, at, end);
    describe_options(d, at, end);
}

static void describe_rest(struct description *d, uint32_t opcode, uint32_t at, uint32_t end) {
    uint32_t body = at + 2;
    switch (opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ: describe_request(d, opcode, body, end); break;
    case TFTP_DATA: describe_rows(d, &tftp_fields[BLOCK], 1, at, end); break;
    case TFTP_ACK:
        if (describe_rows(d, &tftp_fields[BLOCK], 1, at, end))
            describe_octets(d, 1, 0, "tftp.data", "Data", NULL, at + 4, end);
        break;
    case TFTP_ERROR:
        if (!describe_rows(d, &tftp_fields[ERROR_CODE], 1, at, end) || at + 4 == end) break;
        body = describe_string(d, "tftp.error.message", "Error message", CLAUSE, at + 4, end);
        describe_octets(d, 1, 0, "tftp.data", "Data", NULL, body, end);
        break;
    case TFTP_OACK: describe_options(d, body, end); break;
    default: describe_octets(d, 1, 0, "tftp.data", "Data", NULL, body, end); break;
    }
}

bool tftp_describe(struct description *d, uint32_t at, uint32_t end) {
    if (end - at < 2) return false;
    uint32_t opcode = field_get(d->octets + at, &tftp_fields[OPCODE]);
    uint32_t header = opcode == TFTP_DATA && end - at > 4 ? at + 4 : end;
    const char *name = field_meaning(&tftp_fields[OPCODE], opcode);
    describe_header(d, 0, "tftp", "Trivial File Transfer Protocol", CLAUSE, at, header,
                    name ? name : "");
    describe_rows(d, &tftp_fields[OPCODE], 1, at, header);
    describe_rest(d, opcode, at, header);
    describe_data(d, 0, header, end);
    return true;
}
