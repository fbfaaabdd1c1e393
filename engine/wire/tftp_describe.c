#include "wire/describe.h"
/*
 * A TFTP message as a field tree: RFC 1350 5 with the options of RFC 2347, and OACK. Strings own
 * their closing zero, as octets; what is printed of them ends before it. A message that cannot be
 * one (an opcode that nobody defined, a request whose strings do not end) is described as far as it
 * goes; its data, and data alone, is left to the caller's "data".
 */
#include "base/text.h"
#include "wire/fields.h"

enum { OP_READ = 1, OP_WRITE, OP_DATA, OP_ACK, OP_ERROR, OP_OACK, TEXT_ROOM = 200 };

#define CLAUSE "RFC 1350 5"
static const struct value_name opcode_names[] = {
    {OP_READ, "Read Request"},
    {OP_WRITE, "Write Request"},
    {OP_DATA, "Data Packet"},
    {OP_ACK, "Acknowledgement"},
    {OP_ERROR, "Error Code"},
    {OP_OACK, "Option Acknowledgement"},
    {0, NULL},
};
static const struct value_name error_names[] = {
    {0, "Not defined"},
    {1, "File not found"},
    {2, "Access violation"},
    {3, "Disk full or allocation exceeded"},
    {4, "Illegal TFTP Operation"},
    {5, "Unknown transfer ID"},
    {6, "File already exists"},
    {7, "No such user"},
    {8, "Option negotiation failed"},
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
    if (row == BLOCK) return opcode == OP_DATA || opcode == OP_ACK;
    return row == OPCODE || opcode == OP_ERROR;
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
    bool reads = opcode == OP_READ;
    at = describe_string(d, reads ? "tftp.source_file" : "tftp.destination_file",
                         reads ? "Source File" : "Destination File", CLAUSE, at, end);
    if (at < end) at = describe_string(d, "tftp.type", "Type", CLAUSE, at, end);
    describe_options(d, at, end);
}

static void describe_rest(struct description *d, uint32_t opcode, uint32_t at, uint32_t end) {
    uint32_t body = at + 2;
    switch (opcode) {
    case OP_READ:
    case OP_WRITE: describe_request(d, opcode, body, end); break;
    case OP_DATA: describe_rows(d, &tftp_fields[BLOCK], 1, at, end); break;
    case OP_ACK:
        if (describe_rows(d, &tftp_fields[BLOCK], 1, at, end))
            describe_octets(d, 1, 0, "tftp.data", "Data", NULL, at + 4, end);
        break;
    case OP_ERROR:
        if (!describe_rows(d, &tftp_fields[ERROR_CODE], 1, at, end) || at + 4 == end) break;
        body = describe_string(d, "tftp.error.message", "Error message", CLAUSE, at + 4, end);
        describe_octets(d, 1, 0, "tftp.data", "Data", NULL, body, end);
        break;
    case OP_OACK: describe_options(d, body, end); break;
    default: describe_octets(d, 1, 0, "tftp.data", "Data", NULL, body, end); break;
    }
}

bool tftp_describe(struct description *d, uint32_t at, uint32_t end) {
    if (end - at < 2) return false;
    uint32_t opcode = field_get(d->octets + at, &tftp_fields[OPCODE]);
    uint32_t header = opcode == OP_DATA && end - at > 4 ? at + 4 : end;
    const char *name = field_meaning(&tftp_fields[OPCODE], opcode);
    describe_header(d, 0, "tftp", "Trivial File Transfer Protocol", CLAUSE, at, header,
                    name ? name : "");
    describe_rows(d, &tftp_fields[OPCODE], 1, at, header);
    describe_rest(d, opcode, at, header);
    describe_data(d, 0, header, end);
    return true;
}
