#include "routing/ospf_table.h"
/*
 * Paths to destinations outside, RFC 2328 16.4: the AS-external-LSAs, by way of the AS boundary
 * router that originated them or of the forwarding address that they name. Which of several is
 * preferred, 16.4 (6) and 16.4.1, is compare() in ospf_table.c.
 */
#include <string.h>

#include "stack/iface.h"

/* 16.4.1: intra-area paths of other areas than the backbone come first. */
static uint32_t rank_of(const struct ospf_way *way) {
    return way->path == OSPF_INTRA_AREA && way->area_id != 0 ? 0 : 1;
}

/* (3): of the entries of an AS boundary router, one for each area, the preferred one. O28 */
const struct ospf_way *ospf_asbr_path(const struct ospf_table *t, uint32_t router_id) {
    enum { ORDINALS = 64 };
    bool rfc1583 = ospf_get(t->lab, t->ospf)->set.rfc1583 != 0;
    const struct ospf_way *best = NULL;
    uint32_t at = ospf_entry_from(t, ospf_router_key(router_id, 0));
    for (; at < t->entry_count && t->entry[at].key <= ospf_router_key(router_id, ORDINALS - 1);
         at++) {
        const struct ospf_way *e = &t->entry[at];
        if ((e->options & OSPF_ROUTER_E) == 0) continue;
        bool better = best == NULL;
        if (!better && !rfc1583 && rank_of(e) != rank_of(best))
            better = rank_of(e) < rank_of(best);
        else if (!better)
            better = e->cost < best->cost || (e->cost == best->cost && e->area_id > best->area_id);
        if (better) best = e;
    }
    return best;
}

/* (3): the forwarding address. On a link of ours it is the next hop itself. */
static const struct ospf_way *forwarding_way(struct ospf_table *t, ip4 address, uint32_t *set) {
    const struct ospf_way *way = ospf_entry_match(t, address);
    if (way == NULL || way->path > OSPF_INTER_AREA) return NULL;
    if (iface_with_address(t->lab, ospf_get(t->lab, t->ospf)->node, address) != 0) return NULL;
    const struct ospf_hop_set hops = t->set[way->set];
    *set = 0;
    for (uint32_t i = 0; i < hops.count; i++) {
        struct ospf_hop hop = t->hop[hops.hop[i]];
        if (hop.via == 0) hop.via = address;
        *set = ospf_set_join(t, *set, ospf_set_of(t, hop));
    }
    return way;
}

static void add_external(struct ospf_table *t, const struct ospf_lsa *lsa) {
    const struct ospf_lsa_header *h = &lsa->header;
    uint8_t body[OSPF_LSA_MOST];
    struct reader r = reader_of(body, ospf_lsa_body(t->lab, lsa->self, body));
    struct ospf_external_lsa e;
    uint32_t prefix, set;
    if (ospf_parse_external_lsa(&e, &r) != PARSE_OK) return;
    if (e.metric >= OSPF_LS_INFINITY || !ospf_mask_prefix(e.mask, &prefix)) return; /* (1) */
    const struct ospf_way *way = ospf_asbr_path(t, h->advertising_router);
    if (way == NULL) return;
    set = way->set;
    if (e.forwarding != 0) way = forwarding_way(t, e.forwarding, &set);
    if (way == NULL) return;
    struct ospf_way path = {.key = ospf_network_key(h->link_state_id & e.mask, prefix),
                            .path = e.type2 ? OSPF_EXTERNAL_2 : OSPF_EXTERNAL_1, /* (5) */
                            .cost = e.type2 ? way->cost : way->cost + e.metric,
                            .cost2 = e.type2 ? e.metric : 0,
                            .area_id = way->area_id,
                            .rank = rank_of(way),
                            .origin = h->advertising_router,
                            .tag = e.tag,
                            .set = set};
    ospf_way_add(t, &path);
}

void ospf_external_paths(struct ospf_table *t) {
    const struct ospf *ospf = ospf_get(t->lab, t->ospf);
    struct id id = ospf_lsa_first(t->lab, t->ospf, (struct id){0, 0});
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(t->lab, id);
        if (ospf_lsa_age(t->lab, id, t->now) >= OSPF_MAX_AGE) continue;  /* (1) */
        if (lsa->header.advertising_router == ospf->router_id) continue; /* (2) */
        add_external(t, lsa);
    }
}
