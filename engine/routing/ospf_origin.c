#include "routing/ospf_table.h"
/*
 * From a list of destinations to the LSAs that advertise them: summary-LSAs of an area border
 * router (RFC 2328 12.4.3) and AS-external-LSAs (12.4.4). Their link state ids: appendix E, in its
 * second wording, for all destinations at once.
 */
#include <string.h>

#include "stack/iface.h"

void ospf_origin_add(struct ospf_origins *all, const struct ospf_origin *one) {
    if (all->count == OSPF_PATHS_MOST) return;
    all->list[all->count++] = *one;
}

/* Of networks with one address the least specific has it as its link state id, the others their
 * broadcast addresses. `order`: by address, then by prefix. O35 */
static void choose_ids(struct ospf_origins *all) {
    const struct ospf_origin *before = NULL;
    for (uint32_t i = 0; i < all->count; i++) {
        struct ospf_origin *o = &all->list[all->order[i] & 0xffff];
        ip4 address = ospf_key_address(o->key);
        bool first = before == NULL || ospf_key_address(before->key) != address;
        o->link_state_id = first ? address : address | ~prefix_mask(ospf_key_prefix(o->key));
        o->dropped = before != NULL && before->key == o->key; /* a range and a network of it */
        before = o;
    }
}

/* Appendix E assumes that no network's address is the broadcast address of another one. Where one
 * is, the network that has it by its own number keeps it, and the other is left out. */
static void drop_collisions(struct ospf_origins *all) {
    for (uint32_t i = 0; i < all->count; i++) {
        const struct ospf_origin *o = &all->list[i];
        bool own = o->link_state_id == ospf_key_address(o->key);
        all->order[i] = (uint64_t)o->link_state_id << 32 | (uint64_t)!own << 16 | i;
    }
    ospf_sort(all->order, all->spare, all->count);
    for (uint32_t i = 1; i < all->count; i++)
        if (all->order[i] >> 32 == all->order[i - 1] >> 32)
            all->list[all->order[i] & 0xffff].dropped = 1;
}

static void tell_one(struct step *s, struct id ospf, const struct ospf_origins *all,
                     const struct ospf_origin *o) {
    uint8_t octets[OSPF_EXTERNAL_LSA_LENGTH];
    struct writer w = writer_of(octets, sizeof octets);
    ip4 mask = all->type == OSPF_ASBR_SUMMARY_LSA ? 0 : prefix_mask(ospf_key_prefix(o->key));
    if (all->type == OSPF_EXTERNAL_LSA) {
        struct ospf_external_lsa e = {.mask = mask,
                                      .metric = o->metric,
                                      .type2 = o->type2 != 0,
                                      .forwarding = o->forwarding,
                                      .tag = o->tag};
        ospf_emit_external_lsa(&w, &e);
    } else {
        ospf_emit_summary_lsa(&w, &(struct ospf_summary_lsa){.mask = mask, .metric = o->metric});
    }
    struct ospf_key_of_lsa key = {.type = all->type,
                                  .link_state_id = o->link_state_id,
                                  .advertising_router = ospf_get(s->lab, ospf)->router_id};
    ospf_originate(s, ospf, all->area, key, all->options, octets, written(&w));
}

/* `order` is by link state id. */
static bool is_listed(const struct ospf_origins *all, uint32_t link_state_id) {
    uint32_t from = 0, to = all->count;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (all->order[middle] >> 32 < link_state_id)
            from = middle + 1;
        else
            to = middle;
    }
    return from < all->count && all->order[from] >> 32 == link_state_id;
}

static void withdraw_others(struct step *s, struct id ospf, const struct ospf_origins *all) {
    struct id id = ospf_lsa_first(s->lab, ospf, all->area), next;
    for (; id_is(id); id = next) {
        const struct ospf_lsa *lsa = ospf_lsa_get(s->lab, id);
        const struct ospf_lsa_header h = lsa->header;
        next = lsa->next;
        if (h.type > all->type) break;
        if (h.type < all->type || !lsa->self_originated || is_listed(all, h.link_state_id))
            continue;
        struct ospf_key_of_lsa key = {.type = h.type,
                                      .link_state_id = h.link_state_id,
                                      .advertising_router = h.advertising_router};
        ospf_withdraw(s, ospf, all->area, key);
    }
}

void ospf_origins_tell(struct step *s, struct id ospf, struct ospf_origins *all) {
    for (uint32_t i = 0; i < all->count; i++) all->order[i] = all->list[i].key << 16 | i;
    ospf_sort(all->order, all->spare, all->count);
    choose_ids(all);
    drop_collisions(all);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct ospf_origin *o = &all->list[all->order[i] & 0xffff];
        if (!o->dropped) tell_one(s, ospf, all, o);
    }
    withdraw_others(s, ospf, all);
}
