#include "routing/ospf_lsdb.h"
/*
 * The link state database as people read it: one row for each advertisement. "since" is the moment
 * at which its age was 0, as far as this router can tell: so a row does not change as it ages.
 */
#include "routing/routing.h"

enum { CONTENTS_MOST = 280 }; /* characters; a row's room is 512 */

static const char *const types[] = {[OSPF_ROUTER_LSA] = "router",
                                    [OSPF_NETWORK_LSA] = "network",
                                    [OSPF_SUMMARY_LSA] = "summary",
                                    [OSPF_ASBR_SUMMARY_LSA] = "asbr-summary",
                                    [OSPF_EXTERNAL_LSA] = "external"};

const char *ospf_lsa_type_name(uint32_t type) {
    return type >= OSPF_ROUTER_LSA && type <= OSPF_EXTERNAL_LSA ? types[type] : "unknown";
}

/* True: there is no room for another one, and that is said. */
static bool is_long(struct text *t, const char *start) {
    if (t->at - start < CONTENTS_MOST) return false;
    text_add(t, " ...");
    return true;
}

static void say_prefix(struct text *t, uint32_t mask) {
    uint32_t prefix = 0;
    while (prefix < 32 && (mask << prefix & 0x80000000u) != 0) prefix++;
    text_char(t, '/');
    text_u64(t, prefix);
}

static void say_link(struct text *t, const struct ospf_link *l) {
    static const char *const kinds[] = {[OSPF_LINK_POINT_TO_POINT] = "ptp ",
                                        [OSPF_LINK_TRANSIT] = "transit ",
                                        [OSPF_LINK_STUB] = "stub ",
                                        [OSPF_LINK_VIRTUAL] = "virtual "};
    bool known = l->type >= OSPF_LINK_POINT_TO_POINT && l->type <= OSPF_LINK_VIRTUAL;
    text_add(t, known ? kinds[l->type] : "? ");
    text_ip4(t, l->id);
    if (l->type == OSPF_LINK_STUB) say_prefix(t, l->data);
    text_char(t, ' ');
    text_u64(t, l->metric);
}

static void say_router(struct text *t, struct reader *r) {
    struct ospf_router_lsa fixed;
    struct ospf_link link;
    const char *start = t->at, *between = "";
    if (ospf_parse_router_lsa(&fixed, r) != PARSE_OK) return;
    if (fixed.bits & OSPF_ROUTER_B) text_add(t, "ABR ");
    if (fixed.bits & OSPF_ROUTER_E) text_add(t, "ASBR ");
    if (fixed.bits & OSPF_ROUTER_V) text_add(t, "V ");
    while (ospf_next_link(r, &link) && !is_long(t, start)) {
        text_add(t, between);
        say_link(t, &link);
        between = ", ";
    }
}

static void say_network(struct text *t, struct reader *r) {
    struct ospf_network_lsa fixed;
    uint32_t router;
    const char *start = t->at;
    if (ospf_parse_network_lsa(&fixed, r) != PARSE_OK) return;
    say_prefix(t, fixed.mask);
    while (ospf_next_attached(r, &router) && !is_long(t, start)) {
        text_char(t, ' ');
        text_ip4(t, router);
    }
}

static void say_summary(struct text *t, const struct ospf_lsa_header *h, struct reader *r) {
    struct ospf_summary_lsa summary;
    if (ospf_parse_summary_lsa(&summary, r) != PARSE_OK) return;
    text_ip4(t, h->type == OSPF_SUMMARY_LSA ? h->link_state_id & summary.mask : h->link_state_id);
    if (h->type == OSPF_SUMMARY_LSA) say_prefix(t, summary.mask);
    text_char(t, ' ');
    text_u64(t, summary.metric);
}

static void say_external(struct text *t, const struct ospf_lsa_header *h, struct reader *r) {
    struct ospf_external_lsa external;
    if (ospf_parse_external_lsa(&external, r) != PARSE_OK) return;
    text_ip4(t, h->link_state_id & external.mask);
    say_prefix(t, external.mask);
    text_add(t, external.type2 ? " E2 " : " E1 ");
    text_u64(t, external.metric);
    if (external.forwarding != 0) {
        text_add(t, " via ");
        text_ip4(t, external.forwarding);
    }
    if (external.tag != 0) {
        text_add(t, " tag ");
        text_u64(t, external.tag);
    }
}

void ospf_lsa_say(const struct lab *lab, struct id id, struct text *t) {
    const struct ospf_lsa_header *h = &ospf_lsa_get(lab, id)->header;
    uint8_t body[OSPF_LSA_MOST];
    struct reader r = reader_of(body, ospf_lsa_body(lab, id, body));
    switch ((enum ospf_lsa_type)h->type) {
    case OSPF_ROUTER_LSA: say_router(t, &r); break;
    case OSPF_NETWORK_LSA: say_network(t, &r); break;
    case OSPF_SUMMARY_LSA:
    case OSPF_ASBR_SUMMARY_LSA: say_summary(t, h, &r); break;
    case OSPF_EXTERNAL_LSA: say_external(t, h, &r); break;
    }
}

static void say_area(const struct lab *lab, const struct ospf_lsa *lsa, struct text *t) {
    const struct ospf_area *area = ospf_area_get(lab, lsa->area);
    if (area != NULL)
        text_ip4(t, area->area_id);
    else
        text_add(t, "AS");
}

/* Never before the lab itself: every hop adds a second, InfTransDelay, that has not passed. */
static sim_time began(const struct ospf_lsa *lsa) {
    sim_time at = lsa->installed_at - lsa->header.age * SEC(1);
    return at < 0 ? 0 : at;
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct ospf_lsa *lsa = ospf_lsa_get(lab, id);
    const struct ospf_lsa_header *h = &lsa->header;
    text_add(t, "[\"");
    say_area(lab, lsa, t);
    text_add(t, "\",\"");
    text_add(t, ospf_lsa_type_name(h->type));
    text_add(t, "\",\"");
    text_ip4(t, h->link_state_id);
    text_add(t, "\",\"");
    text_ip4(t, h->advertising_router);
    text_add(t, "\",\"0x");
    text_hex(t, h->sequence, 8);
    text_add(t, "\",\"0x");
    text_hex(t, h->checksum, 4);
    text_add(t, "\",\"");
    text_u64(t, h->length);
    text_add(t, "\",\"");
    if (lsa->flushing)
        text_add(t, "MaxAge");
    else
        text_time(t, began(lsa));
    text_add(t, "\",\"");
    ospf_lsa_say(lab, id, t);
    text_add(t, "\"]");
    return true;
}

/* What a row can change by: an instance that says something else has another sequence number or
 * checksum, and what was received once more has another age. */
static enum rows_made rows_key(const void *object, struct rows_key *key) {
    const struct ospf_lsa *lsa = object;
    key->word[0] = (uint64_t)lsa->header.sequence << 32 | (uint64_t)lsa->header.checksum << 16 |
                   lsa->header.age;
    key->word[1] = (uint64_t)lsa->installed_at;
    key->word[2] = (uint64_t)lsa->header.length << 8 | lsa->flushing;
    return ROWS_FIRST;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return ospf_lsa_get(lab, id)->node;
}

const struct object_kind ospf_lsa_kind = {.size = sizeof(struct ospf_lsa),
                                          .table = TABLE_OSPF_LSDB,
                                          .row = row,
                                          .rows_key = rows_key,
                                          .row_node = row_node};
