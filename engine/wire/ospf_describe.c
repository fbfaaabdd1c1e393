#include "wire/describe.h"
/*
 * An OSPF packet as a field tree: what ospf_walk.c finds, with a group for each advertisement,
 * request and link. Checksums are judged where all that they cover is there. Left out: what stands
 * within opaque advertisements other than grace and router information.
 */
#include "wire/ospf.h"
#include "wire/ospf_fields.h"

enum { TEXT_ROOM = 80 };
struct described {
    struct description *d;
    uint32_t depth, end; /* of the whole protocol */
    uint32_t packet;     /* where the header begins */
    enum wholeness wholeness;
};
static const struct {
    const char *name, *label, *clause;
    uint32_t depth;
} groups[OSPF_GROUP_COUNT] = {
    [OSPF_GROUP_HEADER] = {"ospf.header", "OSPF Header", "RFC 2328 A.3.1", 1},
    [OSPF_GROUP_HELLO] = {"ospf.hello", "OSPF Hello Packet", "RFC 2328 A.3.2", 1},
    [OSPF_GROUP_DD] = {"ospf.db", "OSPF DB Description", "RFC 2328 A.3.3", 1},
    [OSPF_GROUP_REQUEST] = {"ospf.lsr", "Link State Request", "RFC 2328 A.3.4", 1},
    [OSPF_GROUP_UPDATE] = {"ospf.lsu", "LS Update Packet", "RFC 2328 A.3.5", 1},
    [OSPF_GROUP_LSA] = {"ospf.lsa.header", "LSA", "RFC 2328 A.4", 1},
    [OSPF_GROUP_LINK] = {"ospf.lsa.router.link", "Link", "RFC 2328 A.4.2", 2},
    [OSPF_GROUP_LLS] = {"ospf.lls", "OSPF LLS Data Block", "RFC 5613 2", 1},
    [OSPF_GROUP_TLV] = {"ospf.tlv", "TLV", "RFC 5613 2", 2},
    [OSPF_GROUP_GRACE] = {"ospf.v2.grace", "Grace TLV", "RFC 3623 A", 2},
    [OSPF_GROUP_RI] = {"ospf.ri.tlv", "Router Information TLV", "RFC 7770 2.3", 2},
};

static void add_name(struct text *t, const struct value_name *names, uint32_t value) {
    struct wire_field named = {.names = names};
    const char *name = field_meaning(&named, value);
    text_add(t, name == NULL ? "Unknown" : name);
    text_char(t, ' ');
}

static void group_text(struct text *t, enum ospf_group group, const uint8_t *o, uint32_t count) {
    static const char *const links[] = {"PTP ", "Transit ", "Stub ", "Virtual "};
    if (group == OSPF_GROUP_LSA && count >= OSPF_LSA_HEADER) {
        add_name(t, ospf_lsa_type_names, o[3]);
        text_ip4(t, field_word(o + 4, 4));
    } else if (group == OSPF_GROUP_REQUEST && count >= OSPF_REQUEST_LENGTH) {
        add_name(t, ospf_lsa_type_names, field_word(o, 4));
        text_ip4(t, field_word(o + 4, 4));
    } else if (group == OSPF_GROUP_LINK && count >= OSPF_LINK_LENGTH) {
        if (o[8] >= OSPF_LINK_POINT_TO_POINT && o[8] <= OSPF_LINK_VIRTUAL)
            text_add(t, links[o[8] - 1]);
        text_ip4(t, field_word(o, 4));
        text_add(t, ", metric ");
        text_u64(t, field_word(o + 10, 2));
    }
}

/* A.3.1, D: no checksum with cryptographic authentication, and what is in a field otherwise is what
 * all of the packet says. */
static void judge_packet(struct described *v, const struct wire_part *part) {
    struct description *d = v->d;
    const uint8_t *o = d->octets + part->at;
    uint32_t count = v->end - part->at;
    d->has_calculated = false;
    if (v->wholeness != WHOLE || count < OSPF_HEADER || o[0] != OSPF_VERSION) return;
    uint32_t length = field_word(o + 2, 2);
    if (length < OSPF_HEADER || length > count) return;
    if (field_word(o + 14, 2) == OSPF_AU_CRYPTOGRAPHIC) return;
    d->has_calculated = true;
    d->calculated = (uint16_t)field_word(o + 12, 2);
    if (!ospf_checksum_holds(o, length)) d->calculated = ospf_checksum(o, length);
}

/* 12.1.7; where a header stands alone, nothing can be said. */
static void judge_lsa(struct description *d, const struct wire_part *part) {
    const uint8_t *o = d->octets + part->at;
    uint32_t count = part->end - part->at;
    d->has_calculated =
        count >= OSPF_LSA_HEADER && field_word(o + 18, 2) == count && count > OSPF_LSA_HEADER;
    if (!d->has_calculated) return;
    d->calculated = (uint16_t)field_word(o + 16, 2);
    if (!ospf_lsa_checksum_holds(o, count)) d->calculated = ospf_lsa_checksum(o, count);
}

static void begin_group(struct described *v, const struct wire_part *part) {
    struct description *d = v->d;
    char room[TEXT_ROOM];
    struct text t = text_of(room, sizeof room);
    uint32_t end = part->end;
    if (part->group == OSPF_GROUP_HEADER) {
        end = v->end - part->at < OSPF_HEADER ? v->end : part->at + OSPF_HEADER;
        judge_packet(v, part);
    } else if (part->group == OSPF_GROUP_LSA) {
        judge_lsa(d, part);
    }
    group_text(&t, (enum ospf_group)part->group, d->octets + part->at, part->end - part->at);
    d->depth = v->depth;
    describe_header(d, groups[part->group].depth, groups[part->group].name,
                    groups[part->group].label, groups[part->group].clause, part->at, end, room);
    d->depth = v->depth + groups[part->group].depth;
}

/* D.1, D.2: a password is text, and with any other type nothing is known of the field. */
static void describe_auth(struct described *v, uint32_t at, uint32_t end) {
    struct description *d = v->d;
    char room[TEXT_ROOM];
    struct text t = text_of(room, sizeof room);
    uint32_t au_type = field_word(d->octets + v->packet + 14, 2);
    if (end - at < OSPF_SIMPLE_KEY) {
        describe_octets(d, 1, FIELD_BAD, "_ws.malformed", "Cut off", NULL, at, end);
    } else if (au_type == OSPF_AU_SIMPLE) {
        describe_characters(&t, d->octets + at, end - at);
        describe_text(d, 1, 0, "ospf.auth.simple", "Auth Data (Simple)", "RFC 2328 D.2", at, end,
                      room, 0);
    } else if (au_type == OSPF_AU_NULL) {
        describe_octets(d, 1, 0, "ospf.auth.none", "Auth Data (none)", "RFC 2328 D.1", at, end);
    } else {
        describe_octets(d, 1, 0, "ospf.auth.unknown", "Auth Unknown", "RFC 2328 D", at, end);
    }
}

static void describe_others(struct described *v, const struct wire_part *part) {
    struct description *d = v->d;
    uint32_t at = part->at, end = part->end;
    switch ((enum ospf_group)part->group) {
    case OSPF_OCTETS_AUTH: describe_auth(v, at, end); break;
    case OSPF_OCTETS_DIGEST:
        d->depth = v->depth;
        describe_octets(d, 1, 0, "ospf.auth.crypt.data", "Auth Crypt Data", "RFC 2328 D.4.3", at,
                        end);
        break;
    case OSPF_OCTETS_OPAQUE:
        describe_octets(d, 1, 0, "ospf.lsa.opaque.data", "Opaque Data", "RFC 5250 3", at, end);
        break;
    case OSPF_OCTETS_LLS_DIGEST:
        describe_octets(d, 1, 0, "ospf.v2.lls.auth_data", "Auth Data", "RFC 5613 2.5", at, end);
        break;
    case OSPF_OCTETS_VALUE:
        describe_octets(d, 1, 0, "ospf.tlv_value", "Value", "RFC 5613 2", at, end);
        break;
    case OSPF_OCTETS_PAD:
        describe_octets(d, 1, 0, "ospf.pad_bytes", "Pad Bytes", "RFC 3623 A", at, end);
        break;
    case OSPF_SAME:
    case OSPF_GROUP_HEADER:
    case OSPF_GROUP_HELLO:
    case OSPF_GROUP_DD:
    case OSPF_GROUP_REQUEST:
    case OSPF_GROUP_UPDATE:
    case OSPF_GROUP_LSA:
    case OSPF_GROUP_LINK:
    case OSPF_GROUP_LLS:
    case OSPF_GROUP_TLV:
    case OSPF_GROUP_GRACE:
    case OSPF_GROUP_RI:
    case OSPF_OCTETS_REST:
    case OSPF_GROUP_COUNT: describe_data(d, 1, at, end); break;
    }
}

static void describe_part(void *user, const struct wire_part *part) {
    struct described *v = user;
    if (part->count == 0) {
        describe_others(v, part);
        return;
    }
    if (part->group != OSPF_SAME) begin_group(v, part);
    describe_rows(v->d, &ospf_fields[part->first], part->count, part->at, part->end);
}

void ospf_describe(struct description *d, uint32_t at, uint32_t end, enum wholeness wholeness) {
    struct described v = {d, d->depth, end, at, wholeness};
    struct wire_field msg = {.names = ospf_msg_names};
    const char *name = end - at < 2 ? NULL : field_meaning(&msg, d->octets[at + 1]);
    describe_header(d, 0, "ospf", "Open Shortest Path First", "RFC 2328 A", at, end,
                    name == NULL ? "" : name);
    ospf_walk(d->octets, at, end, describe_part, &v);
    d->depth = v.depth;
    d->has_calculated = false;
}
