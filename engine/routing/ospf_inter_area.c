#include "routing/ospf_table.h"
/*
 * Paths to other areas, RFC 2328 16.2, and better ones through transit areas, 16.3. Both look at
 * the summary-LSAs of one area, of types 3 and 4, when its border routers are entries already.
 */
#include <string.h>

#include "stack/iface.h"

struct summary {  /* a summary-LSA that may be used: 16.2 (1), (2) and (4) */
    uint64_t key; /* what it describes */
    uint32_t cost;
    const struct ospf_way *border; /* the entry of the router that originated it */
};

static bool summary_read(const struct ospf_table *t, const struct ospf_area *area,
                         const struct ospf_lsa *lsa, struct summary *out) {
    const struct ospf_lsa_header *h = &lsa->header;
    if (h->advertising_router == ospf_get(t->lab, t->ospf)->router_id) return false; /* (2) */
    if (ospf_lsa_age(t->lab, lsa->self, t->now) >= OSPF_MAX_AGE) return false;       /* (1) */
    uint8_t body[OSPF_LSA_MOST];
    struct reader r = reader_of(body, ospf_lsa_body(t->lab, lsa->self, body));
    struct ospf_summary_lsa summary;
    uint32_t prefix;
    if (ospf_parse_summary_lsa(&summary, &r) != PARSE_OK) return false;
    if (summary.metric >= OSPF_LS_INFINITY) return false; /* (1) */
    uint32_t ordinal = ospf_area_ordinal(t->lab, t->ospf, area->area_id);
    out->border = ospf_entry_find(t, ospf_router_key(h->advertising_router, ordinal)); /* (4) */
    if (out->border == NULL || (out->border->options & OSPF_ROUTER_B) == 0) return false;
    out->cost = out->border->cost + summary.metric;
    if (h->type == OSPF_ASBR_SUMMARY_LSA) {
        out->key = ospf_router_key(h->link_state_id, ordinal);
        return true;
    }
    if (!ospf_mask_prefix(summary.mask, &prefix)) return false;
    out->key = ospf_network_key(h->link_state_id & summary.mask, prefix);
    return true;
}

/* The first summary-LSA of the area's database: it is in the order of types. */
static struct id first_summary(const struct ospf_table *t, struct id area) {
    struct id id = ospf_lsa_first(t->lab, t->ospf, area);
    while (id_is(id) && ospf_lsa_get(t->lab, id)->header.type < OSPF_SUMMARY_LSA)
        id = ospf_lsa_get(t->lab, id)->next;
    return id;
}

/* O27. (5) to (7) are the choice among the paths of one destination. */
void ospf_inter_area_paths(struct ospf_table *t, struct id area) {
    const struct ospf_area *a = ospf_area_get(t->lab, area);
    struct id id = first_summary(t, area);
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(t->lab, id);
        struct summary s;
        if (lsa->header.type > OSPF_ASBR_SUMMARY_LSA) break;
        /* (3): ranges of its own areas are left to itself. */
        if (!summary_read(t, a, lsa, &s) || ospf_range_is_active(t, s.key)) continue;
        struct ospf_way path = {.key = s.key,
                                .path = OSPF_INTER_AREA,
                                .cost = s.cost,
                                .area_id = a->area_id,
                                .origin = lsa->header.advertising_router,
                                .options = ospf_key_is_router(s.key) ? OSPF_ROUTER_E : 0,
                                .set = s.border->set};
        ospf_way_add(t, &path);
    }
}

/* 16.3. (3): only entries of the backbone are made better, none is made. The entry of an AS
 * boundary router is the backbone's, too. */
void ospf_transit_area_paths(struct ospf_table *t, struct id area) {
    const struct ospf_area *a = ospf_area_get(t->lab, area);
    struct id id = first_summary(t, area);
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(t->lab, id);
        struct summary s;
        if (lsa->header.type > OSPF_ASBR_SUMMARY_LSA) break;
        if (!summary_read(t, a, lsa, &s)) continue;
        if (ospf_key_is_router(s.key)) s.key = ospf_router_key(ospf_key_address(s.key), 0);
        if (ospf_entry_find(t, s.key) == NULL) continue;
        struct ospf_way *entry = &t->entry[ospf_entry_from(t, s.key)];
        if (entry->area_id != 0 || entry->path > OSPF_INTER_AREA) continue;
        if (s.cost > entry->cost) continue; /* (5) */
        if (s.cost < entry->cost) entry->set = 0;
        entry->cost = s.cost;
        entry->set = ospf_set_join(t, entry->set, s.border->set);
    }
}
