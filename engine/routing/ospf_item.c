#include "routing/ospf_lsdb.h"
/*
 * Lists of link state advertisements that hang at a neighbour or an interface: RFC 2328 10's link
 * state retransmission list and link state request list, the database summary list, and 13.5's
 * delayed acknowledgements. Singly linked, new ones at the end: what is asked for or sent first is
 * mostly answered first, so that a search ends at the front.
 */
#include <assert.h>

struct ospf_item *ospf_item_at(struct lab *lab, struct id id) {
    return object_touch(lab, POOL_OSPF_ITEM, id);
}

struct ospf_item *ospf_item_append(struct step *s, uint32_t node, struct id *first,
                                   struct id *last) {
    struct id id = object_create(s, POOL_OSPF_ITEM, node);
    if (!id_is(id)) return NULL;
    struct ospf_item *tail = ospf_item_at(s->lab, *last);
    *(tail == NULL ? first : &tail->next) = id;
    *last = id;
    return ospf_item_at(s->lab, id);
}

void ospf_item_remove(struct step *s, struct id *first, struct id *last, struct id before) {
    struct ospf_item *front = ospf_item_at(s->lab, before);
    struct id gone = front == NULL ? *first : front->next;
    struct id next = ospf_item_at(s->lab, gone)->next;
    *(front == NULL ? first : &front->next) = next;
    if (!id_is(next)) *last = before;
    object_destroy(s, POOL_OSPF_ITEM, gone);
}

void ospf_items_clear(struct step *s, struct id *first, struct id *last) {
    while (id_is(*first)) ospf_item_remove(s, first, last, (struct id){0, 0});
}

bool ospf_same_lsa(const struct ospf_lsa_header *a, const struct ospf_lsa_header *b) {
    return a->type == b->type && a->link_state_id == b->link_state_id &&
           a->advertising_router == b->advertising_router;
}

struct id ospf_item_find(const struct lab *lab, struct id first, const struct ospf_lsa_header *h,
                         struct id *before) {
    struct id id = first;
    *before = (struct id){0, 0};
    while (id_is(id)) {
        const struct ospf_item *item = object_get(lab, POOL_OSPF_ITEM, id);
        if (ospf_same_lsa(&item->header, h)) break;
        *before = id;
        id = item->next;
    }
    return id;
}
