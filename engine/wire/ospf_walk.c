#include "wire/ospf_fields.h"
/*
 * Where the parts of an OSPF packet lie: the one walk that the tree, and filters of fields that
 * come many times, go by. Nothing is assumed of the octets. Each belongs to one part: it ends where
 * its own length, the advertisement, the packet or the datagram ends, whichever is first, and what
 * no part wants is told as such.
 */
#include "wire/ospf.h"

enum { LLS_HEADER = 4, TLV_HEADER = 4, TOS_LENGTH = 4, EXTERNAL_TOS = 12, NSSA = 7, OPAQUE = 9 };
struct walk {
    const uint8_t *o;
    part_visitor *visit;
    void *user;
};

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Rows [first, last) at `at`, within the part that ends at `end`. */
static void show(const struct walk *w, enum ospf_group group, uint32_t first, uint32_t last,
                 uint32_t at, uint32_t end) {
    struct wire_part part = {group, first, last - first, at, end};
    if (at < end) w->visit(w->user, &part);
}

/* The same for rows that take `length` octets; where they end. */
static uint32_t rows(const struct walk *w, enum ospf_group group, uint32_t first, uint32_t last,
                     uint32_t at, uint32_t length, uint32_t end) {
    uint32_t stop = length < end - at ? at + length : end;
    show(w, group, first, last, at, stop);
    return stop;
}

/* Whole items, one after the other; where the last one ends. */
static uint32_t items(const struct walk *w, enum ospf_group group, uint32_t first, uint32_t last,
                      uint32_t at, uint32_t length, uint32_t end) {
    while (end - at >= length) at = rows(w, group, first, last, at, length, end);
    return at;
}

static void octets(const struct walk *w, enum ospf_group group, uint32_t at, uint32_t end) {
    show(w, group, 0, 0, at, end);
}

/* ------------------------------------------------------------------------------ advertisements */

/* A link's group holds its metrics by TOS. */
static uint32_t walk_link(const struct walk *w, uint32_t at, uint32_t end) {
    uint32_t length = OSPF_LINK_LENGTH + (uint32_t)TOS_LENGTH * w->o[at + 9];
    uint32_t stop = least(length, end - at) + at;
    struct wire_part part = {OSPF_GROUP_LINK, OSPF_F_LINK, OSPF_F_LINK_END - OSPF_F_LINK, at, stop};
    w->visit(w->user, &part);
    at = items(w, OSPF_SAME, OSPF_F_LINK_TOS, OSPF_F_LINK_TOS_END, at + OSPF_LINK_LENGTH,
               TOS_LENGTH, stop);
    octets(w, OSPF_OCTETS_REST, at, stop);
    return stop;
}

static uint32_t walk_router(const struct walk *w, uint32_t at, uint32_t end) {
    uint32_t links = end - at >= OSPF_ROUTER_LSA_LENGTH ? field_word(w->o + at + 2, 2) : 0;
    at = rows(w, OSPF_SAME, OSPF_F_ROUTER, OSPF_F_ROUTER_END, at, OSPF_ROUTER_LSA_LENGTH, end);
    for (; links > 0 && end - at >= OSPF_LINK_LENGTH; links--) at = walk_link(w, at, end);
    return at;
}

/* One of RFC 3623's grace period, reason and address; where its value ends. */
static void walk_grace(const struct walk *w, uint32_t type, uint32_t at, uint32_t end) {
    enum { PERIOD = 1, REASON, ADDRESS };
    uint32_t length = type == REASON ? 1 : 4, row = OSPF_F_GRACE_PERIOD + type - PERIOD;
    if (type < PERIOD || type > ADDRESS || end - at < length) {
        octets(w, OSPF_OCTETS_VALUE, at, end);
        return;
    }
    at = rows(w, OSPF_SAME, row, row + 1, at, length, end);
    octets(w, OSPF_OCTETS_PAD, at, end);
}

/* RFC 7770 2.4: the capabilities are 32 bits, of which Wireshark tells the first eight. */
static void walk_router_information(const struct walk *w, uint32_t type, uint32_t at,
                                    uint32_t end) {
    if (type == 1 && end > at) at = rows(w, OSPF_SAME, OSPF_F_RI_OPTIONS, OSPF_F_COUNT, at, 1, end);
    octets(w, OSPF_OCTETS_VALUE, at, end);
}

/* `kind`: the opaque type; where what could be read ends. */
static uint32_t walk_opaque(const struct walk *w, uint32_t kind, uint32_t at, uint32_t end) {
    enum { GRACE = 3, ROUTER_INFORMATION };
    bool grace = kind == GRACE;
    if (!grace && kind != ROUTER_INFORMATION) return at;
    while (end - at >= TLV_HEADER) {
        uint32_t type = field_word(w->o + at, 2), length = field_word(w->o + at + 2, 2);
        uint32_t value = at + TLV_HEADER, stop = value + least((length + 3) / 4 * 4, end - value);
        show(w, grace ? OSPF_GROUP_GRACE : OSPF_GROUP_RI, grace ? OSPF_F_TLV : OSPF_F_RI_TLV,
             grace ? OSPF_F_TLV_END : OSPF_F_RI_OPTIONS, at, stop);
        (grace ? walk_grace : walk_router_information)(w, type, value, stop);
        at = stop;
    }
    return at;
}

static uint32_t walk_body(const struct walk *w, uint32_t type, uint32_t at, uint32_t end) {
    switch (type) {
    case OSPF_ROUTER_LSA: return walk_router(w, at, end);
    case OSPF_NETWORK_LSA:
        at = rows(w, OSPF_SAME, OSPF_F_NETWORK_MASK, OSPF_F_ATTACHED, at, 4, end);
        return items(w, OSPF_SAME, OSPF_F_ATTACHED, OSPF_F_SUMMARY_MASK, at, 4, end);
    case OSPF_SUMMARY_LSA:
    case OSPF_ASBR_SUMMARY_LSA:
        at = rows(w, OSPF_SAME, OSPF_F_SUMMARY_MASK, OSPF_F_SUMMARY_TOS, at, 4, end);
        return items(w, OSPF_SAME, OSPF_F_SUMMARY_TOS, OSPF_F_SUMMARY_END, at, TOS_LENGTH, end);
    case OSPF_EXTERNAL_LSA:
    case NSSA: /* RFC 3101 2.1 */
        at = rows(w, OSPF_SAME, OSPF_F_EXTERNAL_MASK, OSPF_F_EXTERNAL, at, 4, end);
        return items(w, OSPF_SAME, OSPF_F_EXTERNAL, OSPF_F_EXTERNAL_END, at, EXTERNAL_TOS, end);
    case OPAQUE:
    case OPAQUE + 1:
    case OPAQUE + 2:
        at = walk_opaque(w, w->o[at - OSPF_LSA_HEADER + 4], at, end);
        octets(w, OSPF_OCTETS_OPAQUE, at, end);
        return end;
    default: return at;
    }
}

/* From the age to the type; RFC 3101 2.4: of an NSSA's the bit N is P. */
static void walk_lsa_head(const struct walk *w, uint32_t type, uint32_t at, uint32_t end) {
    uint32_t split = type == NSSA ? OSPF_F_LSA_N : OSPF_F_LSA_HEAD_END;
    show(w, OSPF_GROUP_LSA, OSPF_F_LSA, split, at, end);
    if (type != NSSA) return;
    show(w, OSPF_SAME, OSPF_F_LSA_P, OSPF_F_LSA_P + 1, at, end);
    show(w, OSPF_SAME, OSPF_F_LSA_MC, OSPF_F_LSA_HEAD_END, at, end);
}

static void walk_opaque_id(const struct walk *w, uint32_t at, uint32_t stop) {
    enum { TRAFFIC_ENGINEERING = 1 };
    bool engineering = stop - at > 4 && w->o[at + 4] == TRAFFIC_ENGINEERING;
    uint32_t id = engineering ? OSPF_F_LSA_TE_RESERVED : OSPF_F_LSA_OPAQUE_ID;
    uint32_t last = engineering ? OSPF_F_LSA_TAIL : OSPF_F_LSA_TE_RESERVED;
    show(w, OSPF_SAME, OSPF_F_LSA_OPAQUE_TYPE, OSPF_F_LSA_OPAQUE_ID, at, stop);
    show(w, OSPF_SAME, id, last, at, stop);
}

/* The header of an advertisement whose octets end at `end`; where the header does. */
static uint32_t walk_lsa_header(const struct walk *w, uint32_t at, uint32_t end) {
    uint32_t stop = least(OSPF_LSA_HEADER, end - at) + at;
    uint32_t type = stop - at > 3 ? w->o[at + 3] : 0,
             kind = OSPF_F_LSA_KIND + least(type, OPAQUE) - 1;
    bool opaque = type >= OPAQUE && type <= OPAQUE + 2;
    walk_lsa_head(w, type, at, end);
    if (type > 0 && (type < OPAQUE || opaque)) show(w, OSPF_SAME, kind, kind + 1, at, stop);
    if (opaque)
        walk_opaque_id(w, at, stop);
    else
        show(w, OSPF_SAME, OSPF_F_LSA_ID, OSPF_F_LSA_OPAQUE_TYPE, at, stop);
    show(w, OSPF_SAME, OSPF_F_LSA_TAIL, OSPF_F_LSA_END, at, stop);
    return stop;
}

static uint32_t walk_lsa_headers(const struct walk *w, uint32_t at, uint32_t end) {
    while (end - at >= OSPF_LSA_HEADER) at = walk_lsa_header(w, at, at + OSPF_LSA_HEADER);
    return at;
}

static uint32_t walk_lsa(const struct walk *w, uint32_t at, uint32_t end) {
    uint32_t length = end - at >= OSPF_LSA_HEADER ? field_word(w->o + at + 18, 2) : end - at;
    if (length < OSPF_LSA_HEADER) length = OSPF_LSA_HEADER;
    uint32_t stop = least(length, end - at) + at, body = walk_lsa_header(w, at, stop);
    if (body < stop) body = walk_body(w, w->o[at + 3], body, stop);
    octets(w, OSPF_OCTETS_REST, body, stop);
    return stop;
}

/* Past an advertisement that denies its own header nothing can be found any more. */
static uint32_t walk_update(const struct walk *w, uint32_t at, uint32_t end) {
    uint32_t count = end - at >= 4 ? field_word(w->o + at, 4) : 0;
    at = rows(w, OSPF_GROUP_UPDATE, OSPF_F_UPDATE, OSPF_F_LSA, at, 4, end);
    for (; count > 0 && at < end; count--) {
        bool sound =
            end - at >= OSPF_LSA_HEADER && field_word(w->o + at + 18, 2) >= OSPF_LSA_HEADER;
        at = walk_lsa(w, at, end);
        if (!sound) break;
    }
    return at;
}

/* ------------------------------------------------------------------------------------- packets */

/* What lies behind a Hello or a description whose option L is set, RFC 5613 2.1. */
static uint32_t walk_tlv(const struct walk *w, uint32_t at, uint32_t end) {
    enum { EXTENDED = 1, SIGNED = 2 };
    uint32_t type = field_word(w->o + at, 2), length = field_word(w->o + at + 2, 2);
    uint32_t value = at + TLV_HEADER, stop = value + least((length + 3) / 4 * 4, end - value);
    struct wire_part head = {OSPF_GROUP_TLV, OSPF_F_TLV, OSPF_F_TLV_END - OSPF_F_TLV, at, stop};
    w->visit(w->user, &head);
    if (type == EXTENDED && length == 4) {
        value = rows(w, OSPF_SAME, OSPF_F_EXT_OPTIONS, OSPF_F_EXT_END, value, 4, stop);
    } else if (type == SIGNED && length >= 4) {
        value = rows(w, OSPF_SAME, OSPF_F_LLS_SEQUENCE, OSPF_F_GRACE_PERIOD, value, 4, stop);
        octets(w, OSPF_OCTETS_LLS_DIGEST, value, stop);
        return stop;
    }
    octets(w, OSPF_OCTETS_VALUE, value, stop);
    return stop;
}

static uint32_t walk_lls(const struct walk *w, uint32_t at, uint32_t end) {
    uint32_t length = 4 * field_word(w->o + at + 2, 2);
    if (length < LLS_HEADER) length = LLS_HEADER;
    uint32_t stop = least(length, end - at) + at;
    struct wire_part head = {OSPF_GROUP_LLS, OSPF_F_LLS, OSPF_F_LLS_END - OSPF_F_LLS, at, stop};
    w->visit(w->user, &head);
    at += LLS_HEADER;
    while (stop - at >= TLV_HEADER) at = walk_tlv(w, at, stop);
    octets(w, OSPF_OCTETS_REST, at, stop);
    return stop;
}

static bool has_lls(const uint8_t *packet, uint32_t length) {
    uint32_t at = packet[1] == OSPF_HELLO                  ? OSPF_HEADER + 6
                  : packet[1] == OSPF_DATABASE_DESCRIPTION ? OSPF_HEADER + 2
                                                           : UINT32_MAX;
    return at < length && (packet[at] & OSPF_OPTION_EA) != 0;
}

/* D.4.3: the digest is no part of the packet, but of the datagram. */
static void walk_behind(const struct walk *w, const uint8_t *packet, uint32_t at, uint32_t end) {
    uint32_t digest = field_word(packet + 14, 2) == OSPF_AU_CRYPTOGRAPHIC ? packet[19] : 0;
    uint32_t length = (uint32_t)(w->o + at - packet);
    if (digest > 0 && end - at >= digest) {
        octets(w, OSPF_OCTETS_DIGEST, at, at + digest);
        at += digest;
    }
    if (has_lls(packet, length) && end - at >= LLS_HEADER) at = walk_lls(w, at, end);
    octets(w, OSPF_OCTETS_REST, at, end);
}

static uint32_t walk_type(const struct walk *w, uint32_t type, uint32_t at, uint32_t end) {
    switch (type) {
    case OSPF_HELLO: {
        uint32_t fixed = least(OSPF_HELLO_LENGTH, end - at);
        show(w, OSPF_GROUP_HELLO, OSPF_F_HELLO, OSPF_F_HELLO_END, at, end);
        if (fixed < OSPF_HELLO_LENGTH) return end;
        return items(w, OSPF_SAME, OSPF_F_NEIGHBOR, OSPF_F_DD, at + fixed, 4, end);
    }
    case OSPF_DATABASE_DESCRIPTION:
        at = rows(w, OSPF_GROUP_DD, OSPF_F_DD, OSPF_F_DD_END, at, OSPF_DD_LENGTH, end);
        return walk_lsa_headers(w, at, end);
    case OSPF_LINK_STATE_REQUEST:
        return items(w, OSPF_GROUP_REQUEST, OSPF_F_REQUEST, OSPF_F_REQUEST_END, at,
                     OSPF_REQUEST_LENGTH, end);
    case OSPF_LINK_STATE_UPDATE: return walk_update(w, at, end);
    case OSPF_LINK_STATE_ACK: return walk_lsa_headers(w, at, end);
    default: return at;
    }
}

static void walk_authentication(const struct walk *w, uint32_t au_type, uint32_t at, uint32_t end) {
    if (au_type == OSPF_AU_CRYPTOGRAPHIC)
        rows(w, OSPF_SAME, OSPF_F_CRYPT, OSPF_F_CRYPT_END, at, OSPF_SIMPLE_KEY, end);
    else
        octets(w, OSPF_OCTETS_AUTH, at, least(OSPF_SIMPLE_KEY, end - at) + at);
}

void ospf_walk(const uint8_t *o, uint32_t at, uint32_t end, part_visitor *visit, void *user) {
    enum { FIXED = OSPF_HEADER - OSPF_SIMPLE_KEY };
    struct walk w = {o, visit, user};
    uint32_t fixed = rows(&w, OSPF_GROUP_HEADER, OSPF_F_VERSION, OSPF_F_HEADER_END, at, FIXED, end);
    if (fixed - at < FIXED) return;
    uint32_t type = o[at + 1], length = field_word(o + at + 2, 2), body = at + OSPF_HEADER;
    uint32_t kind = OSPF_F_MSG_KIND + type - 1;
    if (type >= OSPF_HELLO && type <= OSPF_LINK_STATE_ACK)
        show(&w, OSPF_SAME, kind, kind + 1, at, fixed);
    walk_authentication(&w, field_word(o + at + 14, 2), fixed, end);
    if (end <= body) return;
    uint32_t stop = length < OSPF_HEADER || o[at] != OSPF_VERSION ? body
                    : length < end - at                           ? at + length
                                                                  : end;
    octets(&w, OSPF_OCTETS_REST, walk_type(&w, type, body, stop), stop);
    walk_behind(&w, o + at, stop, end);
}
