#include "apps/dump.h"
/*
 * OSPF's link state advertisements (RFC 2328 A.4) in tcpdump 4.99's words. With -vv each is
 * followed by the octets of its body. Of opaque ones, grace (RFC 3623) and router capabilities (RFC
 * 7770) are told; traffic engineering is left out.
 */
#include "wire/ospf_lsa.h"

enum { MULTICAST = 6, NSSA = 7, OPAQUE = 9, OPAQUE_LAST = 11, GRACE = 3, ROUTER_INFORMATION = 4 };
static const char in_lsa[] = "\t    ";

static bool is_opaque(uint32_t type) {
    return type >= OPAQUE && type <= OPAQUE_LAST;
}

void dump_lsa_name(struct dump *d, uint32_t type, uint32_t id, const char *between) {
    static const char *const names[] = {"unknown",           "Router",
                                        "Network",           "Summary",
                                        "ASBR Summary",      "External",
                                        "Multicast Group",   "NSSA",
                                        "unknown",           "Link Local Opaque",
                                        "Area Local Opaque", "Domain Wide Opaque"};
    static const char *const kinds[] = {"unknown", "Traffic Engineering", "unknown",
                                        "Graceful restart", "Router Information"};
    text_add(d->t, type < sizeof names / sizeof *names ? names[type] : "unknown");
    dump_number(d, " LSA (", type);
    if (!is_opaque(type)) {
        text_add(d->t, "), LSA-ID: ");
        dump_host(d, id);
        return;
    }
    uint32_t kind = id >> 24;
    text_add(d->t, "), Opaque-Type");
    text_add(d->t, between);
    text_add(d->t, kind < sizeof kinds / sizeof *kinds ? kinds[kind] : "unknown");
    dump_number(d, " LSA (", kind);
    text_add(d->t, "), Opaque-ID");
    text_add(d->t, between);
    dump_number(d, "", id & 0xffffff);
}

bool dump_lsa_header(struct dump *d, struct reader *r) {
    struct ospf_lsa_header h;
    if (ospf_parse_lsa_header(&h, r) != PARSE_OK) return false;
    if (h.length < OSPF_LSA_HEADER) {
        dump_number(d, "\n\t    Bogus length ", h.length);
        text_add(d->t, " < header (20)");
        return false;
    }
    text_add(d->t, "\n\t  Advertising Router ");
    dump_host(d, h.advertising_router);
    dump_hex(d, ", seq 0x", h.sequence, 8);
    dump_number(d, ", age ", h.age);
    dump_number(d, "s, length ", (uint64_t)h.length - OSPF_LSA_HEADER);
    text_add(d->t, "\n\t    ");
    dump_lsa_name(d, h.type, h.link_state_id, " ");
    dump_ospf_options(d, "\n\t    Options: [", h.options);
    return !d->t->cut;
}

/* "default (0)" */
static void topology(struct dump *d, uint32_t tos) {
    static const char *const names[] = {"default", "multicast", "management"};
    text_add(d->t, "\n\t\ttopology ");
    text_add(d->t, tos < sizeof names / sizeof *names ? names[tos] : "Unknown");
    dump_number(d, " (", tos);
    text_char(d->t, ')');
}

static void two_addresses(struct dump *d, const char *first, uint32_t a, const char *second,
                          uint32_t b) {
    text_add(d->t, first);
    dump_host(d, a);
    text_add(d->t, second);
    dump_host(d, b);
}

/* False: a link of a type that is not known, and no more is told. */
static bool link_ends(struct dump *d, const struct ospf_link *l) {
    static const char interface[] = ", Interface Address: ";
    switch (l->type) {
    case OSPF_LINK_VIRTUAL:
        two_addresses(d, "\n\t      Virtual Link: Neighbor Router-ID: ", l->id, interface, l->data);
        return true;
    case OSPF_LINK_POINT_TO_POINT:
        two_addresses(d, "\n\t      Neighbor Router-ID: ", l->id, interface, l->data);
        return true;
    case OSPF_LINK_TRANSIT:
        two_addresses(d, "\n\t      Neighbor Network-ID: ", l->id, interface, l->data);
        return true;
    case OSPF_LINK_STUB:
        two_addresses(d, "\n\t      Stub Network: ", l->id, ", Mask: ", l->data);
        return true;
    default: dump_number(d, "\n\t      Unknown Router Link Type (", l->type); return false;
    }
}

static bool link_metrics(struct dump *d, struct reader *r, const struct ospf_link *l) {
    topology(d, 0);
    dump_number(d, ", metric ", l->metric);
    for (uint32_t i = 0; i < l->tos_count; i++) {
        uint32_t tos = read_u8(r);
        read_skip(r, 1);
        uint32_t metric = read_u16(r);
        if (r->failed) return false;
        topology(d, tos);
        dump_number(d, ", metric ", metric);
    }
    return true;
}

enum told { WHOLE, CUT_OFF, NO_OCTETS };

static enum told router(struct dump *d, struct reader r) {
    static const char *const bits[] = {"ABR", "ASBR", "Virtual", "Wildcard", "Nt", "", "", "Host"};
    struct ospf_router_lsa a;
    struct ospf_link l;
    if (ospf_parse_router_lsa(&a, &r) != PARSE_OK) return CUT_OFF;
    text_add(d->t, "\n\t    Router LSA Options: [");
    dump_bits(d, bits, 8, a.bits & 0x9fu, "none");
    text_char(d->t, ']');
    for (; a.links > 0 && !d->t->cut; a.links--) {
        struct reader link = read_sub(&r, OSPF_LINK_LENGTH);
        if (link.failed) return CUT_OFF;
        ospf_next_link(&link, &l);
        if (!link_ends(d, &l)) {
            text_char(d->t, ')');
            return NO_OCTETS;
        }
        if (!link_metrics(d, &r, &l)) return CUT_OFF;
    }
    return WHOLE;
}

static bool mask(struct dump *d, struct reader *r) {
    ip4 mask = read_u32(r);
    if (r->failed) return false;
    text_add(d->t, "\n\t    Mask ");
    text_ip4(d->t, mask);
    return true;
}

/* Where a body lies: `length` octets by its header, though there may be fewer, and reading goes on
 * to the packet's end. */
struct lsa_body {
    const uint8_t *start;
    size_t length;
};

static bool goes_on(const struct dump *d, const struct lsa_body *b, const struct reader *r) {
    return (size_t)(r->at - b->start) < b->length && !d->t->cut;
}

static enum told network(struct dump *d, struct reader r, const struct lsa_body *b) {
    uint32_t id;
    if (!mask(d, &r)) return CUT_OFF;
    text_add(d->t, "\n\t    Connected Routers:");
    while (goes_on(d, b, &r)) {
        if (!ospf_next_attached(&r, &id)) return CUT_OFF;
        text_add(d->t, "\n\t      ");
        dump_host(d, id);
    }
    return WHOLE;
}

static enum told summary(struct dump *d, struct reader r, const struct lsa_body *b, bool has_mask) {
    if (has_mask && !mask(d, &r)) return CUT_OFF;
    if (!has_mask) read_skip(&r, 4);
    while (goes_on(d, b, &r)) {
        uint32_t word = read_u32(&r);
        if (r.failed) return CUT_OFF;
        topology(d, word >> 24 & 0x7f);
        dump_number(d, " metric ", word & OSPF_LS_INFINITY);
    }
    return r.failed ? CUT_OFF : WHOLE;
}

static bool external_metric(struct dump *d, struct reader *r) {
    uint32_t word = read_u32(r), metric = word & OSPF_LS_INFINITY;
    if (r->failed) return false;
    topology(d, word >> 24 & 0x7f);
    dump_number(d, ", type ", word >> 31 ? 2 : 1);
    text_add(d->t, ", metric");
    if (metric == OSPF_LS_INFINITY)
        text_add(d->t, " infinite");
    else
        dump_number(d, " ", metric);
    ip4 forwarding = read_u32(r);
    if (forwarding != 0) {
        text_add(d->t, ", forward ");
        dump_host(d, forwarding);
    }
    uint32_t tag = read_u32(r);
    if (tag != 0) {
        text_add(d->t, ", tag ");
        text_ip4(d->t, tag);
    }
    return !r->failed;
}

static enum told external(struct dump *d, struct reader r, const struct lsa_body *b) {
    if (!mask(d, &r)) return CUT_OFF;
    while (goes_on(d, b, &r))
        if (!external_metric(d, &r)) return CUT_OFF;
    return WHOLE;
}

/* RFC 1584, appendix A.3: eight octets each. */
static enum told multicast(struct dump *d, struct reader r, const struct lsa_body *b) {
    while (goes_on(d, b, &r)) {
        uint32_t type = read_u32(&r);
        if (r.failed) return CUT_OFF;
        uint32_t id = read_u32(&r);
        if (r.failed && (type == 1 || type == 2)) return CUT_OFF;
        if (type == 1 || type == 2) {
            text_add(d->t, type == 1 ? "\n\t    Router Router-ID "
                                     : "\n\t    Network Designated Router ");
            dump_host(d, id);
        } else {
            dump_number(d, "\n\t    unknown VertexType (", type);
            text_char(d->t, ')');
        }
    }
    return WHOLE;
}

/* ------------------------------------------------------------------------------- opaque ones */

static void grace_value(struct dump *d, uint32_t type, struct reader *value) {
    static const char *const reasons[] = {"Unknown", "Software Restart", "Software Reload/Upgrade",
                                          "Control Processor Switch"};
    if (type == 1) {
        dump_number(d, "", read_u32(value));
        text_char(d->t, 's');
    } else if (type == 2) {
        uint32_t reason = read_u8(value);
        text_add(d->t, reasons[reason < 4 ? reason : 0]);
        dump_number(d, " (", reason);
        text_char(d->t, ')');
    } else {
        dump_host(d, read_u32(value));
    }
}

static enum told grace(struct dump *d, struct reader r, const struct lsa_body *b) {
    static const char *const names[] = {"unknown", "Grace Period", "Graceful restart Reason",
                                        "IPv4 interface address"};
    while (goes_on(d, b, &r)) {
        uint32_t type = read_u16(&r), length = read_u16(&r);
        struct reader value = read_sub(&r, length);
        if (value.failed) return CUT_OFF;
        text_add(d->t, "\n\t    ");
        text_add(d->t, names[type < 4 ? type : 0]);
        dump_number(d, " TLV (", type);
        dump_number(d, "), length ", length);
        text_add(d->t, ", value: ");
        if (type >= 1 && type <= 3)
            grace_value(d, type, &value);
        else if (d->look->verbose <= 1)
            dump_indented(d, "\t      ", value.at, length);
        if (length % 4 != 0) read_skip(&r, 4 - length % 4);
    }
    return r.failed ? CUT_OFF : WHOLE;
}

static enum told router_information(struct dump *d, struct reader r, const struct lsa_body *b) {
    static const char *const bits[] = {"Reserved",
                                       "Reserved",
                                       "Reserved",
                                       "Reserved",
                                       "graceful restart capable",
                                       "graceful restart helper",
                                       "Stub router support",
                                       "Traffic engineering",
                                       "p2p over LAN",
                                       "path computation server"};
    while (goes_on(d, b, &r)) {
        uint32_t type = read_u16(&r), length = read_u16(&r);
        struct reader value = read_sub(&r, length);
        if (value.failed) return CUT_OFF;
        text_add(d->t, type == 1 ? "\n\t    Router Capabilities TLV (" : "\n\t    unknown TLV (");
        dump_number(d, "", type);
        dump_number(d, "), length: ", length);
        text_add(d->t, ", value: ");
        if (type == 1 && length == 4) {
            text_add(d->t, "Capabilities: ");
            dump_bits(d, bits, sizeof bits / sizeof *bits, read_u32(&value), "Unknown");
        } else if (d->look->verbose <= 1) {
            dump_indented(d, "\t      ", value.at, length);
        }
        if (length % 4 != 0) read_skip(&r, 4 - length % 4);
    }
    return r.failed ? CUT_OFF : WHOLE;
}

/* ----------------------------------------------------------------------------------------- all */

static enum told body(struct dump *d, const struct ospf_lsa_header *h, struct reader r,
                      const struct lsa_body *b, size_t there) {
    switch (h->type) {
    case OSPF_ROUTER_LSA: return router(d, r);
    case OSPF_NETWORK_LSA: return network(d, r, b);
    case OSPF_SUMMARY_LSA: return summary(d, r, b, true);
    case OSPF_ASBR_SUMMARY_LSA: return summary(d, r, b, false);
    case OSPF_EXTERNAL_LSA:
    case NSSA: return external(d, r, b);
    case MULTICAST: return multicast(d, r, b);
    default: break;
    }
    if (h->type == OPAQUE && h->link_state_id >> 24 == GRACE) return grace(d, r, b);
    if (is_opaque(h->type) && h->link_state_id >> 24 == ROUTER_INFORMATION)
        return router_information(d, r, b);
    if (d->look->verbose <= 1 && is_opaque(h->type)) dump_indented(d, in_lsa, b->start, there);
    return WHOLE;
}

bool dump_lsa(struct dump *d, struct reader *r) {
    struct ospf_lsa_header h;
    struct reader again = *r;
    if (!dump_lsa_header(d, r)) return false;
    ospf_parse_lsa_header(&h, &again);
    struct lsa_body b = {r->at, (size_t)h.length - OSPF_LSA_HEADER};
    size_t there = read_left(r) < b.length ? read_left(r) : b.length;
    enum told told = body(d, &h, *r, &b, there);
    if (told == CUT_OFF) return false;
    if (told == WHOLE && d->look->verbose > 1) dump_indented(d, in_lsa, b.start, there);
    read_skip(r, b.length);
    return true;
}
