#include "wire/describe.h"
/*
 * The decoder's common part: rows of a header's table become nodes of a field tree, with their
 * values printed as tshark prints them. A frame may be anything: cut off, corrupted, or random, and
 * still each of its octets comes out in exactly one leaf.
 *
 * Wireshark keeps state between packets; this decoder keeps none. What depends on other packets
 * (relative numbers, the scaled window) comes in through the packet_context, or is left out.
 */
#include <string.h>

enum { TEXT_ROOM = 200, OCTETS_SHOWN = 64 };

static void flags_text(struct text *t, uint32_t flags) {
    static const char letters[] = "RRRACEUAPRSF"; /* from the top bit down */
    for (int bit = 11; bit >= 0; bit--) {
        if (flags >> bit & 1)
            text_char(t, letters[11 - bit]);
        else
            text_add(t, "\xc2\xb7"); /* U+00B7, the middle dot */
    }
}

/* As tshark's list of well-known addresses has it: broadcast, and RFC 1112 6.4's multicast. */
static void mac_name(struct text *t, const uint8_t *mac) {
    static const uint8_t all[6] = {255, 255, 255, 255, 255, 255}, multicast[3] = {1, 0, 0x5e};
    if (memcmp(mac, all, sizeof all) == 0) {
        text_add(t, "Broadcast");
    } else if (memcmp(mac, multicast, sizeof multicast) == 0 && mac[3] < 0x80) {
        text_add(t, "IPv4mcast_");
        if (mac[3] != 0 || mac[4] != 0) {
            text_hex(t, mac[3], 2);
            text_char(t, ':');
            text_hex(t, mac[4], 2);
            text_char(t, ':');
        }
        text_hex(t, mac[5], 2);
    } else {
        text_mac(t, mac);
    }
}

static void value_text(struct text *t, const struct wire_field *f, const uint8_t *at,
                       uint32_t value) {
    switch ((enum field_shape)f->shape) {
    case SHAPE_DECIMAL:
    case SHAPE_UNSCALED: text_u64(t, value); break;
    case SHAPE_HEX:
    case SHAPE_CHECKSUM:
    case SHAPE_CALCULATED:
        text_add(t, "0x");
        text_hex(t, value, f->size * 2);
        break;
    case SHAPE_IP4: text_ip4(t, value); break;
    case SHAPE_MAC: text_mac(t, at); break;
    case SHAPE_MAC_NAME: mac_name(t, at); break;
    case SHAPE_LE16: text_u64(t, (value & 0xff) << 8 | value >> 8); break;
    case SHAPE_SIGNED: text_i64(t, (int32_t)value); break;
    case SHAPE_ANY: text_u64(t, value != 0); break;
    case SHAPE_POWER: text_u64(t, (uint64_t)1 << (value > 14 ? 14 : value)); break;
    case SHAPE_TCP_FLAGS: flags_text(t, value & 0xfff); break;
    }
}

const char *field_meaning(const struct wire_field *f, uint32_t value) {
    for (const struct value_name *names = f->names; names != NULL && names->name != NULL; names++)
        if (names->value == value) return names->name;
    return NULL;
}

static void visit_row(struct description *d, const struct wire_field *f, uint32_t base) {
    char room[TEXT_ROOM];
    struct text t = text_of(room, sizeof room);
    const uint8_t *header = d->octets + base;
    uint32_t value = field_shown(header, f), flags = f->flags;
    if (f->shape == SHAPE_CALCULATED) value = d->calculated;
    if (f->shape == SHAPE_CHECKSUM && d->has_calculated && d->calculated != value)
        flags |= FIELD_BAD;
    value_text(&t, f, header + f->at, value);
    struct field shown = {
        .name = f->name,
        .label = f->label,
        .clause = f->clause,
        .text = room,
        .meaning = field_meaning(f, value),
        .value = value,
        .mask = f->mask,
        .depth = d->depth + f->depth,
        .offset = base + f->at,
        .length = f->size,
        .flags = flags,
    };
    d->visit(d->user, &shown);
}

/* Where whole rows end: the start of the first one that does not fit before `end`. */
static uint32_t rows_stop(const struct wire_field *rows, size_t count, uint32_t at, uint32_t end) {
    uint32_t stop = UINT32_MAX;
    for (size_t i = 0; i < count; i++)
        if (at + rows[i].at + rows[i].size > end && at + rows[i].at < stop) stop = at + rows[i].at;
    return stop;
}

bool describe_rows(struct description *d, const struct wire_field *rows, size_t count, uint32_t at,
                   uint32_t end) {
    uint32_t stop = rows_stop(rows, count, at, end);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].shape == SHAPE_CALCULATED && !d->has_calculated) continue;
        if (at + rows[i].at + rows[i].size <= stop) visit_row(d, &rows[i], at);
    }
    if (stop == UINT32_MAX) return true;
    describe_octets(d, 1, FIELD_BAD, "_ws.malformed", "Cut off", NULL, stop, end);
    return false;
}

void describe_header(struct description *d, uint32_t depth, const char *name, const char *label,
                     const char *clause, uint32_t at, uint32_t end, const char *text) {
    struct field shown = {.name = name,
                          .label = label,
                          .clause = clause,
                          .text = text,
                          .depth = d->depth + depth,
                          .offset = at,
                          .length = end - at,
                          .flags = FIELD_HEADER};
    d->visit(d->user, &shown);
}

void describe_octets(struct description *d, uint32_t depth, uint32_t flags, const char *name,
                     const char *label, const char *clause, uint32_t at, uint32_t end) {
    char room[OCTETS_SHOWN * 3 + 4];
    struct text t = text_of(room, sizeof room);
    if (at >= end) return;
    for (uint32_t i = at; i < end && i < at + OCTETS_SHOWN; i++) {
        if (i > at) text_char(&t, ':');
        text_hex(&t, d->octets[i], 2);
    }
    if (end - at > OCTETS_SHOWN) text_add(&t, "\xe2\x80\xa6"); /* an ellipsis */
    struct field shown = {.name = name,
                          .label = label,
                          .clause = clause,
                          .text = room,
                          .depth = d->depth + depth,
                          .offset = at,
                          .length = end - at,
                          .flags = flags | FIELD_OCTETS};
    d->visit(d->user, &shown);
}

void describe_text(struct description *d, uint32_t depth, uint32_t flags, const char *name,
                   const char *label, const char *clause, uint32_t at, uint32_t end,
                   const char *text, uint64_t value) {
    struct field shown = {.name = name,
                          .label = label,
                          .clause = clause,
                          .text = text,
                          .value = value,
                          .depth = d->depth + depth,
                          .offset = at,
                          .length = end - at,
                          .flags = flags};
    d->visit(d->user, &shown);
}

void describe_characters(struct text *t, const uint8_t *octets, uint32_t count) {
    for (uint32_t i = 0; i < count && octets[i] != 0; i++) {
        if (octets[i] < 0x80)
            text_char(t, (char)octets[i]);
        else
            text_add(t, "\xef\xbf\xbd");
    }
}

void describe_data(struct description *d, uint32_t depth, uint32_t at, uint32_t end) {
    if (at >= end) return;
    char room[24];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, end - at);
    describe_header(d, depth, "data", "Data", NULL, at, end, room);
    describe_octets(d, depth + 1, 0, "data.data", "Data", NULL, at, end);
}

void packet_describe_in(const struct packet_context *context, const uint8_t *octets, size_t count,
                        field_visitor *visit, void *user) {
    struct description d = {.visit = visit, .user = user, .octets = octets, .context = context};
    assert(count <= UINT32_MAX / 2);
    if (count == 0) return;
    if (context->kind == FRAME_ETHERNET)
        ether_describe(&d, (uint32_t)count);
    else
        cooked_describe(&d, (uint32_t)count);
}

void packet_describe(const uint8_t *octets, size_t count, field_visitor *visit, void *user) {
    static const struct packet_context nothing;
    packet_describe_in(&nothing, octets, count, visit, user);
}
