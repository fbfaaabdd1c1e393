#include "wire/match.h"
/*
 * "ip.ttl = 1": a fault that changes one field of a frame on the wire. The octets change, the
 * checksums do not: whether the receiver notices is the point.
 */
#include <string.h>

#include "wire/fields.h"
#include "wire/match_text.h"

struct assignment {
    struct field_name name;
    const struct wire_field *field;
    uint64_t value;
};

static bool parse_assignment(const char *text, struct assignment *a, struct complaint *why) {
    struct scan s = scan_of(text, why);
    struct field_value_text value;
    if (!scan_field(&s, &a->name)) return false;
    a->field = field_row(a->name.layer, a->name.row);
    if (a->field == NULL || a->field->shape == SHAPE_POWER || a->field->shape == SHAPE_LE16)
        return scan_refuse(&s, "that cannot be set; set a field of a header");
    if (!scan_take(&s, "=")) return scan_expected(&s, "\"=\"");
    if (!scan_value(&s, &a->name, &value)) return false;
    if (a->field->shape == SHAPE_IP4 && value.mask != UINT32_MAX)
        return scan_refuse(&s, "one address is needed, not a network");
    uint32_t scale = a->field->shape == SHAPE_UNSCALED ? 1 : a->field->scale;
    if (scale > 1 && value.value % scale != 0)
        return scan_refuse(&s, "the value must be a multiple of 4");
    a->value = value.value;
    return scan_at_end(&s) || scan_expected(&s, "the end");
}

bool field_edit_check(const char *assignment, struct complaint *why) {
    struct assignment a;
    return parse_assignment(assignment, &a, why);
}

bool field_edit(const char *assignment, uint8_t *octets, size_t count) {
    return field_edit_begun(assignment, octets, count, 0);
}

bool field_edit_begun(const char *assignment, uint8_t *octets, size_t count, uint32_t begun_at) {
    struct assignment a;
    struct layers layers;
    if (!parse_assignment(assignment, &a, NULL)) return false;
    layers_find(&layers, octets, count, begun_at);
    const uint8_t *found = field_header(&layers, a.name.layer, a.name.row);
    if (found == NULL) return false;
    uint8_t *header = octets + (found - octets);
    if (a.field->size == 6) {
        for (int i = 0; i < 6; i++) header[a.field->at + i] = (uint8_t)(a.value >> 8 * (5 - i));
        return true;
    }
    bool unscaled = a.field->shape == SHAPE_UNSCALED;
    field_put(header, a.field, (uint32_t)(unscaled ? a.value * a.field->scale : a.value));
    return true;
}
