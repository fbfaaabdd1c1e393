#ifndef NETSTEP_WIRE_TCP_FIELDS_H
#define NETSTEP_WIRE_TCP_FIELDS_H
/* Within wire/: where the TCP header's fields stand in their table, and the walk over options. */
#include "wire/field.h"
#include "wire/tcp.h"

enum {
    TCP_F_SRCPORT = 0,
    TCP_F_DSTPORT = 2,
    TCP_F_SEQ = 4,
    TCP_F_ACK,
    TCP_F_OFFSET,
    TCP_F_FLAGS,
    TCP_F_WINDOW = 19,
    TCP_F_CHECKSUM,
    TCP_F_URGENT = 22
};
enum { TCP_FLAG_BITS = TCP_AE | 0xff };
enum tcp_option_kind {
    TCP_OPTION_END,
    TCP_OPTION_NOP,
    TCP_OPTION_MSS,
    TCP_OPTION_WINDOW_SCALE,
    TCP_OPTION_SACK_PERMITTED,
    TCP_OPTION_SACK,
    TCP_OPTION_TIMESTAMPS = 8,
    TCP_OPTION_FAST_OPEN = 34
};
struct tcp_option {
    const uint8_t *start;
    uint8_t kind, length; /* octets, kind and length included */
    struct reader body;   /* what follows the length */
};
/* An option of one known kind and length, and the fields behind these two. */
struct tcp_option_shape {
    uint8_t kind, length;
    const char *name, *label, *clause;
    size_t field_count;
    struct wire_field fields[2];
};
extern const struct tcp_option_shape tcp_option_shapes[];
extern const size_t tcp_option_shape_count;

/* The next option of the list. False at its end; `failed` is set, and the reader stands at the
 * option, when its length is illegal. An End of Option List does not end the walk by itself. */
bool tcp_next_option(struct reader *list, struct tcp_option *);

/* For the field tree: a number of four octets with a value of its own, and the list of options. */
struct description;
void tcp_describe_number(struct description *, const char *name, const char *label, uint32_t value,
                         uint32_t at, uint32_t flags);
/* `ack`: what the segment acknowledges; it tells a D-SACK from a SACK. */
void tcp_describe_options(struct description *, uint32_t at, uint32_t end, uint32_t ack);

#endif
