#ifndef NETSTEP_WIRE_NAMES_H
#define NETSTEP_WIRE_NAMES_H
/*
 * Fields by name, as filters and edits use them. A reference is a layer and a row: of the header's
 * table, of the options of TCP, or of the few values that are computed.
 */
#include "wire/field.h"
#include "wire/layers.h"

enum {
    NAMED_OPTION =
        LAYER_COUNT, /* row: tcp_option_shapes, times NAMED_OPTION_ROWS, plus its field */
    NAMED_PROTOCOL,  /* row: the layer; true when present */
    NAMED_COMPUTED,  /* row: enum computed */
    NAMED_OPTION_ROWS = 4
};
enum computed { COMPUTED_FRAME_LEN, COMPUTED_TCP_LEN, COMPUTED_DATA_LEN, COMPUTED_DATA };
struct field_name {
    uint32_t layer, row, second;
};
bool field_named(const char *name, size_t length, struct field_name *);
/* The row of a header's table or of an option; NULL for what is only computed or present. */
const struct wire_field *field_row(uint32_t layer, uint32_t row);
/* Its octets' start in the frame: the header that row->at counts from. NULL: the frame has none. */
const uint8_t *field_header(const struct layers *, uint32_t layer, uint32_t row);
/* False: the frame has no such field. Of several, the first. */
bool field_value(const struct layers *, uint32_t layer, uint32_t row, uint64_t *value);
/* All of them: RIP's and OSPF's come many times in a packet. */
typedef void value_visitor(void *user, uint64_t value);
void field_values(const struct layers *, uint32_t layer, uint32_t row, value_visitor *, void *user);
/* The next row of that layer with the same name; 0: there is none. */
uint32_t field_next_row(uint32_t layer, uint32_t row);

#endif
