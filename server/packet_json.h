#ifndef NETSTEP_SERVER_PACKET_JSON_H
#define NETSTEP_SERVER_PACKET_JSON_H
/* A frame's field tree as JSON: schemas/packet.schema.json, `$defs/field`. */
#include "buffer.h"
#include "engine.h"

/* Appends an array of protocols: [{"name":"eth",...,"fields":[...]},...]. */
void packet_tree_json(struct buffer *, const uint8_t *octets, size_t count);
/* The same by one who knows the packet's time or connection. */
void packet_tree_json_in(struct buffer *, const struct packet_context *, const uint8_t *octets,
                         size_t count);

#endif
