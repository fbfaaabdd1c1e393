#include "wire/describe.h"
/*
 * A RIP message as a field tree, and the walk over its entries that filters go by: RFC 2453 3.6, 4
 * and 4.1, RFC 2082. As Wireshark has it, only version 2 has tags, masks and next hops; in all
 * others these octets must be zero. Where a digest lies, the authentication entry says.
 */
#include "wire/rip.h"

enum row {
    COMMAND,
    VERSION,
    ZERO,
    HEADER_END,
    FAMILY = HEADER_END,
    TAG,
    IP,
    NETMASK,
    NEXT_HOP,
    METRIC,
    ENTRY_END,
    ANY = ENTRY_END, /* an entry that is about no network: RFC 2453 3.9.1 */
    ANY_TAG,
    ANY_ZERO,
    ANY_NETMASK,
    ANY_NEXT_HOP,
    ANY_METRIC,
    ANY_END,
    OLD = ANY_END, /* of version 1 */
    OLD_ZERO,
    OLD_IP,
    OLD_ZERO_2,
    OLD_ZERO_3,
    OLD_METRIC,
    OLD_END,
    AUTH = OLD_END,
    AUTH_TYPE,
    AUTH_END,
    DIGEST = AUTH_END,
    KEY_ID,
    DATA_LENGTH,
    SEQUENCE,
    DIGEST_END,
    TRAILER = DIGEST_END,
    TRAILER_TYPE,
    ROW_COUNT
};
enum group {
    SAME,
    ENTRY,
    AUTH_ENTRY,
    TRAILER_GROUP,
    PASSWORD,
    PADDING,
    DATA_OF_DIGEST,
    UNKNOWN_AUTH,
    UNKNOWN_FAMILY,
    REST
};

static const struct value_name command_names[] = {
    {RIP_REQUEST, "Request"}, {RIP_RESPONSE, "Response"}, {3, "Traceon"},
    {4, "Traceoff"},          {5, "Vendor specific"},     {0, NULL},
};
static const struct value_name version_names[] = {{1, "RIPv1"}, {2, "RIPv2"}, {0, NULL}};
static const struct value_name family_names[] = {
    {RIP_FAMILY_NONE, "Unspecified"}, {RIP_FAMILY_IP, "IP"}, {0, NULL}};
static const struct value_name auth_names[] = {
    {1, "IP Route"},
    {RIP_AUTH_PASSWORD, "Simple Password"},
    {RIP_AUTH_CRYPTOGRAPHIC, "Keyed Message Digest"},
    {0, NULL},
};

const struct wire_field rip_fields[ROW_COUNT] = {
#define CLAUSE "RFC 2453 3.6"
    [COMMAND] = NAMED(0, 1, SHAPE_DECIMAL, "rip.command", "Command", command_names),
    [VERSION] = NAMED(1, 1, SHAPE_DECIMAL, "rip.version", "Version", version_names),
    [ZERO] = ROW(2, 2, SHAPE_DECIMAL, "rip.routing_domain", "Must be zero"),
#undef CLAUSE
#define CLAUSE "RFC 2453 4"
    [FAMILY] = NAMED(0, 2, SHAPE_DECIMAL, "rip.family", "Address Family", family_names),
    [TAG] = ROW(2, 2, SHAPE_DECIMAL, "rip.route_tag", "Route Tag"),
    [IP] = ROW(4, 4, SHAPE_IP4, "rip.ip", "IP Address"),
    [NETMASK] = ROW(8, 4, SHAPE_IP4, "rip.netmask", "Netmask"),
    [NEXT_HOP] = ROW(12, 4, SHAPE_IP4, "rip.next_hop", "Next Hop"),
    [METRIC] = ROW(16, 4, SHAPE_DECIMAL, "rip.metric", "Metric"),
    [ANY] = NAMED(0, 2, SHAPE_DECIMAL, "rip.family", "Address Family", family_names),
    [ANY_TAG] = ROW(2, 2, SHAPE_DECIMAL, "rip.route_tag", "Route Tag"),
    [ANY_ZERO] = ROW(4, 4, SHAPE_HEX, "rip.reserved", "Must be zero"),
    [ANY_NETMASK] = ROW(8, 4, SHAPE_IP4, "rip.netmask", "Netmask"),
    [ANY_NEXT_HOP] = ROW(12, 4, SHAPE_IP4, "rip.next_hop", "Next Hop"),
    [ANY_METRIC] = ROW(16, 4, SHAPE_DECIMAL, "rip.metric", "Metric"),
#undef CLAUSE
#define CLAUSE "RFC 1058 3.1"
    [OLD] = NAMED(0, 2, SHAPE_DECIMAL, "rip.family", "Address Family", family_names),
    [OLD_ZERO] = ROW(2, 2, SHAPE_HEX, "rip.reserved", "Must be zero"),
    [OLD_IP] = ROW(4, 4, SHAPE_IP4, "rip.ip", "IP Address"),
    [OLD_ZERO_2] = ROW(8, 4, SHAPE_HEX, "rip.reserved", "Must be zero"),
    [OLD_ZERO_3] = ROW(12, 4, SHAPE_HEX, "rip.reserved", "Must be zero"),
    [OLD_METRIC] = ROW(16, 4, SHAPE_DECIMAL, "rip.metric", "Metric"),
#undef CLAUSE
#define CLAUSE "RFC 2453 4.1"
    [AUTH] = ROW(0, 2, SHAPE_HEX, "rip.family", "Address Family"),
    [AUTH_TYPE] = NAMED(2, 2, SHAPE_DECIMAL, "rip.auth.type", "Authentication type", auth_names),
#undef CLAUSE
#define CLAUSE "RFC 2082 3.1"
    [DIGEST] = ROW(4, 2, SHAPE_DECIMAL, "rip.digest_offset", "Digest Offset"),
    [KEY_ID] = ROW(6, 1, SHAPE_DECIMAL, "rip.key_id", "Key ID"),
    [DATA_LENGTH] = ROW(7, 1, SHAPE_DECIMAL, "rip.auth_data_len", "Auth Data Len"),
    [SEQUENCE] = ROW(8, 4, SHAPE_DECIMAL, "rip.seq_num", "Seq num"),
    [TRAILER] = ROW(0, 2, SHAPE_HEX, "rip.family", "Address Family"),
    [TRAILER_TYPE] = NAMED(2, 2, SHAPE_DECIMAL, "rip.auth.type", "Authentication type", auth_names),
};
const size_t rip_field_count = ROW_COUNT;

struct walk {
    const uint8_t *o;
    part_visitor *visit;
    void *user;
    bool has_tags;
};

static void show(const struct walk *w, enum group group, uint32_t first, uint32_t last, uint32_t at,
                 uint32_t end) {
    struct wire_part part = {group, first, last - first, at, end};
    if (at < end) w->visit(w->user, &part);
}

static void walk_entry(const struct walk *w, uint32_t at) {
    uint32_t end = at + RIP_ENTRY, family = field_word(w->o + at, 2);
    if (family != RIP_FAMILY_IP && family != RIP_FAMILY_NONE)
        show(w, UNKNOWN_FAMILY, 0, 0, at, end);
    else if (!w->has_tags)
        show(w, ENTRY, OLD, OLD_END, at, end);
    else if (family == RIP_FAMILY_IP)
        show(w, ENTRY, FAMILY, ENTRY_END, at, end);
    else
        show(w, ENTRY, ANY, ANY_END, at, end);
}

/* RFC 2453 4.1, RFC 2082 3.1. */
static void walk_auth(const struct walk *w, uint32_t at) {
    enum { FIXED = 4, TRAILING = 12 };
    uint32_t end = at + RIP_ENTRY, type = field_word(w->o + at + 2, 2);
    show(w, AUTH_ENTRY, AUTH, AUTH_END, at, end);
    if (type == RIP_AUTH_CRYPTOGRAPHIC) {
        show(w, SAME, DIGEST, DIGEST_END, at, at + TRAILING);
        show(w, PADDING, 0, 0, at + TRAILING, end);
    } else {
        show(w, type == RIP_AUTH_PASSWORD ? PASSWORD : UNKNOWN_AUTH, 0, 0, at + FIXED, end);
    }
}

/* Where the entries end: `end`, or where the first one says that the trailer begins. */
static uint32_t entries_end(const uint8_t *o, uint32_t at, uint32_t end) {
    uint32_t first = at + RIP_HEADER;
    if (end - first < RIP_ENTRY || field_word(o + first, 2) != RIP_FAMILY_AUTH) return end;
    if (field_word(o + first + 2, 2) != RIP_AUTH_CRYPTOGRAPHIC) return end;
    uint32_t length = field_word(o + first + 4, 2);
    bool sound = length >= RIP_HEADER + RIP_ENTRY && (length - RIP_HEADER) % RIP_ENTRY == 0;
    return sound && length < end - at ? at + length : end;
}

static void walk_trailer(const struct walk *w, uint32_t at, uint32_t end) {
    uint32_t digest = end - at < RIP_TRAILER_HEADER ? end : at + RIP_TRAILER_HEADER;
    uint32_t stop = end - digest < RIP_DIGEST ? digest : digest + RIP_DIGEST;
    show(w, TRAILER_GROUP, TRAILER, ROW_COUNT, at, digest);
    show(w, DATA_OF_DIGEST, 0, 0, digest, stop);
    show(w, REST, 0, 0, stop, end);
}

void rip_walk(const uint8_t *o, uint32_t at, uint32_t end, part_visitor *visit, void *user) {
    struct walk w = {o, visit, user, end - at >= 2 && o[at + 1] == 2};
    uint32_t next = end - at < RIP_HEADER ? end : at + RIP_HEADER;
    show(&w, SAME, COMMAND, HEADER_END, at, next);
    if (next - at < RIP_HEADER) return;
    uint32_t stop = entries_end(o, at, end);
    for (; stop - next >= RIP_ENTRY; next += RIP_ENTRY) {
        if (next == at + RIP_HEADER && field_word(o + next, 2) == RIP_FAMILY_AUTH)
            walk_auth(&w, next);
        else
            walk_entry(&w, next);
    }
    if (stop < end)
        walk_trailer(&w, stop, end);
    else
        show(&w, REST, 0, 0, next, end);
}

/* ----------------------------------------------------------------------------------- to be read */

struct described {
    struct description *d;
    uint32_t depth;
};

static void entry_text(struct text *t, const uint8_t *o) {
    if (field_word(o, 2) == RIP_FAMILY_IP)
        text_ip4(t, field_word(o + 4, 4));
    else
        text_add(t, "Address not specified");
    text_add(t, ", Metric: ");
    text_u64(t, field_word(o + 16, 4));
}

static void begin_group(struct described *v, const struct wire_part *part) {
    static const struct {
        const char *name, *label, *clause;
    } groups[] = {
        [ENTRY] = {"rip.entry", "Entry", "RFC 2453 4"},
        [AUTH_ENTRY] = {"rip.auth", "Authentication", "RFC 2453 4.1"},
        [TRAILER_GROUP] = {"rip.auth.trailer", "Authentication Data Trailer", "RFC 2082 3.1"},
    };
    char room[64];
    struct text t = text_of(room, sizeof room);
    const uint8_t *o = v->d->octets + part->at;
    if (part->group == ENTRY) entry_text(&t, o);
    v->d->depth = v->depth;
    describe_header(v->d, 1, groups[part->group].name, groups[part->group].label,
                    groups[part->group].clause, part->at, part->end, room);
    v->d->depth = v->depth + 1;
}

static void describe_others(struct described *v, const struct wire_part *part) {
    struct description *d = v->d;
    char room[64];
    struct text t = text_of(room, sizeof room);
    uint32_t at = part->at, end = part->end;
    switch ((enum group)part->group) {
    case PASSWORD:
        describe_characters(&t, d->octets + at, end - at);
        describe_text(d, 1, 0, "rip.auth.passwd", "Password", "RFC 2453 4.1", at, end, room, 0);
        break;
    case PADDING:
        describe_characters(&t, d->octets + at, end - at);
        describe_text(d, 1, 0, "rip.zero_padding", "Zero padding", "RFC 2082 3.1", at, end, room,
                      0);
        break;
    case DATA_OF_DIGEST:
        describe_octets(d, 1, 0, "rip.authentication_data", "Authentication Data", "RFC 2082 3.1",
                        at, end);
        break;
    case UNKNOWN_AUTH:
        describe_octets(d, 1, 0, "rip.auth.unknown", "Authentication", "RFC 2453 4.1", at, end);
        break;
    case UNKNOWN_FAMILY:
        d->depth = v->depth;
        describe_octets(d, 1, 0, "rip.unknown_address_family", "Unknown address family",
                        "RFC 2453 3.6", at, end);
        break;
    case SAME:
    case ENTRY:
    case AUTH_ENTRY:
    case TRAILER_GROUP:
    case REST:
        d->depth = v->depth;
        describe_data(d, 1, at, end);
        break;
    }
}

static void describe_part(void *user, const struct wire_part *part) {
    struct described *v = user;
    if (part->count == 0) {
        describe_others(v, part);
        return;
    }
    if (part->group != SAME) begin_group(v, part);
    describe_rows(v->d, &rip_fields[part->first], part->count, part->at, part->end);
}

bool rip_describe(struct description *d, uint32_t at, uint32_t end) {
    struct described v = {d, d->depth};
    if (at == end) return false;
    const char *name = field_meaning(&rip_fields[COMMAND], d->octets[at]);
    describe_header(d, 0, "rip", "Routing Information Protocol", "RFC 2453 3.6", at, end,
                    name == NULL ? "" : name);
    rip_walk(d->octets, at, end, describe_part, &v);
    d->depth = v.depth;
    return true;
}
