#include "wire/names.h"
/*
 * Looks names up in the very tables that parse, emit and describe use, so that whatever the tree
 * shows can be filtered by. Relative sequence numbers are left out: a link knows no connection.
 */
#include <string.h>

#include "wire/describe.h"
#include "wire/tcp_fields.h"

struct table {
    const char *protocol;
    const struct wire_field *fields;
    const size_t *count;
    part_walker *walk; /* where the rows lie in parts of the packet; NULL: in one header */
};
static const struct table tables[LAYER_COUNT] = {
    [LAYER_ETHER] = {"eth", ether_fields, &ether_field_count, NULL},
    [LAYER_ARP] = {"arp", arp_fields, &arp_field_count, NULL},
    [LAYER_IPV4] = {"ip", ipv4_fields, &ipv4_field_count, NULL},
    [LAYER_ICMP] = {"icmp", icmp_fields, &icmp_field_count, NULL},
    [LAYER_IGMP] = {"igmp", igmp_fields, &igmp_field_count, NULL},
    [LAYER_UDP] = {"udp", udp_fields, &udp_field_count, NULL},
    [LAYER_TCP] = {"tcp", tcp_fields, &tcp_field_count, NULL},
    [LAYER_TFTP] = {"tftp", tftp_fields, &tftp_field_count, NULL},
    [LAYER_RIP] = {"rip", rip_fields, &rip_field_count, rip_walk},
    [LAYER_OSPF] = {"ospf", ospf_fields, &ospf_field_count, ospf_walk},
};
static const char *const computed_names[] = {
    [COMPUTED_FRAME_LEN] = "frame.len",
    [COMPUTED_TCP_LEN] = "tcp.len",
    [COMPUTED_DATA_LEN] = "data.len",
    [COMPUTED_DATA] = "data",
};

static bool is(const char *name, size_t length, const char *other) {
    return strlen(other) == length && memcmp(name, other, length) == 0;
}

static bool in_table(uint32_t layer, const char *name, size_t length, struct field_name *found) {
    uint32_t count = (uint32_t)*tables[layer].count, first = UINT32_MAX;
    *found = (struct field_name){.layer = layer};
    for (uint32_t row = 0; row < count; row++) {
        const struct wire_field *f = &tables[layer].fields[row];
        if (f->shape == SHAPE_CALCULATED || f->shape == SHAPE_TCP_FLAGS ||
            !is(name, length, f->name))
            continue;
        if (first == UINT32_MAX) {
            first = found->row = row;
        } else if (found->second == 0) {
            found->second = row;
        }
    }
    return first != UINT32_MAX;
}

static bool in_options(const char *name, size_t length, struct field_name *found) {
    for (uint32_t i = 0; i < tcp_option_shape_count; i++) {
        const struct tcp_option_shape *shape = &tcp_option_shapes[i];
        *found = (struct field_name){.layer = NAMED_OPTION, .row = i * NAMED_OPTION_ROWS};
        if (is(name, length, shape->name)) return true;
        for (uint32_t k = 0; k < shape->field_count; k++)
            if (is(name, length, shape->fields[k].name)) {
                found->row += k + 1;
                return true;
            }
    }
    return false;
}

bool field_named(const char *name, size_t length, struct field_name *found) {
    for (uint32_t layer = 0; layer < LAYER_COUNT; layer++) {
        *found = (struct field_name){.layer = NAMED_PROTOCOL, .row = layer};
        if (is(name, length, tables[layer].protocol) || in_table(layer, name, length, found))
            return true;
    }
    for (uint32_t i = 0; i < sizeof computed_names / sizeof *computed_names; i++) {
        *found = (struct field_name){.layer = NAMED_COMPUTED, .row = i};
        if (is(name, length, computed_names[i])) return true;
    }
    return in_options(name, length, found);
}

const struct wire_field *field_row(uint32_t layer, uint32_t row) {
    if (layer < LAYER_COUNT) return &tables[layer].fields[row];
    if (layer != NAMED_OPTION || row % NAMED_OPTION_ROWS == 0) return NULL;
    return &tcp_option_shapes[row / NAMED_OPTION_ROWS].fields[row % NAMED_OPTION_ROWS - 1];
}

static const uint8_t *find_option(const struct layers *l, const struct tcp_option_shape *shape) {
    struct tcp_option option;
    if (!layers_have(l, LAYER_TCP) || l->end[LAYER_TCP] - l->at[LAYER_TCP] < TCP_HEADER)
        return NULL;
    uint32_t from = l->at[LAYER_TCP] + TCP_HEADER;
    struct reader list = reader_of(l->octets + from, l->end[LAYER_TCP] - from);
    while (tcp_next_option(&list, &option)) {
        if (option.kind == shape->kind && (shape->length == 0 || option.length == shape->length))
            return option.start;
        if (option.kind == TCP_OPTION_END) break;
    }
    return NULL;
}

/* A row that is looked for in the parts of a packet. */
struct sought {
    const uint8_t *octets;
    const struct wire_field *field;
    uint32_t row;
    const uint8_t *first;
    value_visitor *visit;
    void *user;
};

static uint64_t value_at(const struct wire_field *f, const uint8_t *header) {
    if (f->size == 6)
        return (uint64_t)field_word(header + f->at, 2) << 32 | field_word(header + f->at + 2, 4);
    uint64_t value = field_shown(header, f);
    if (f->shape == SHAPE_LE16) return (value & 0xff) << 8 | value >> 8;
    if (f->shape == SHAPE_POWER) return (uint64_t)1 << (value > 14 ? 14 : value);
    return f->shape == SHAPE_ANY ? value != 0 : value;
}

static void look_into_part(void *user, const struct wire_part *part) {
    struct sought *s = user;
    if (s->row < part->first || s->row - part->first >= part->count) return;
    if (part->at + s->field->at + s->field->size > part->end) return;
    const uint8_t *header = s->octets + part->at;
    if (s->first == NULL) s->first = header;
    if (s->visit != NULL) s->visit(s->user, value_at(s->field, header));
}

static const uint8_t *look_into_parts(const struct layers *l, uint32_t layer, uint32_t row,
                                      value_visitor *visit, void *user) {
    struct sought s = {l->octets, &tables[layer].fields[row], row, NULL, visit, user};
    tables[layer].walk(l->octets, l->at[layer], l->end[layer], look_into_part, &s);
    return s.first;
}

const uint8_t *field_header(const struct layers *l, uint32_t layer, uint32_t row) {
    if (layer == NAMED_OPTION) return find_option(l, &tcp_option_shapes[row / NAMED_OPTION_ROWS]);
    if (layer >= LAYER_COUNT || !layers_have(l, (enum layer)layer)) return NULL;
    if (tables[layer].walk != NULL) return look_into_parts(l, layer, row, NULL, NULL);
    const struct wire_field *f = &tables[layer].fields[row];
    const uint8_t *header = l->octets + l->at[layer];
    if (l->at[layer] + f->at + f->size > l->end[layer]) return NULL;
    if (layer == LAYER_ICMP && !icmp_has_row(header, row)) return NULL;
    if (layer == LAYER_IGMP && !igmp_has_row(header, row)) return NULL;
    if (layer == LAYER_TFTP && !tftp_has_row(header, row)) return NULL;
    if (layer == LAYER_ARP && !arp_has_row(header, row)) return NULL;
    return layer == LAYER_ETHER && !ether_has_row(header, row) ? NULL : header;
}

static uint64_t data_length(const struct layers *l) {
    for (int layer = LAYER_COUNT - 1; layer >= 0; layer--)
        if (layers_have(l, (enum layer)layer))
            return layer == LAYER_ARP ? 0 : l->payload_end - l->end[layer];
    return 0;
}

static bool computed_value(const struct layers *l, enum computed what, uint64_t *value) {
    switch (what) {
    case COMPUTED_FRAME_LEN: *value = l->count; return true;
    case COMPUTED_TCP_LEN:
        *value = l->payload_end - l->end[LAYER_TCP];
        return layers_have(l, LAYER_TCP);
    case COMPUTED_DATA_LEN:
    case COMPUTED_DATA: *value = data_length(l); return *value > 0;
    }
    return false;
}

bool field_value(const struct layers *l, uint32_t layer, uint32_t row, uint64_t *value) {
    *value = 1;
    if (layer == NAMED_PROTOCOL) return layers_have(l, (enum layer)row);
    if (layer == NAMED_COMPUTED) return computed_value(l, (enum computed)row, value);
    const uint8_t *header = field_header(l, layer, row);
    const struct wire_field *f = field_row(layer, row);
    if (header == NULL || f == NULL) return header != NULL;
    *value = value_at(f, header);
    return true;
}

void field_values(const struct layers *l, uint32_t layer, uint32_t row, value_visitor *visit,
                  void *user) {
    uint64_t value;
    if (layer >= LAYER_COUNT || tables[layer].walk == NULL) {
        if (field_value(l, layer, row, &value)) visit(user, value);
    } else if (layers_have(l, (enum layer)layer)) {
        look_into_parts(l, layer, row, visit, user);
    }
}

uint32_t field_next_row(uint32_t layer, uint32_t row) {
    if (layer >= LAYER_COUNT) return 0;
    const char *name = tables[layer].fields[row].name;
    for (uint32_t next = row + 1; next < *tables[layer].count; next++)
        if (is(name, strlen(name), tables[layer].fields[next].name)) return next;
    return 0;
}
