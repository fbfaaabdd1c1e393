#include "routing/ospf_lsdb.h"
/*
 * The lists of a neighbour (RFC 2328 10) that the database exchange works off from the front: the
 * database summary list and the link state request list. The retransmission list, from which
 * entries go in any order, is kept by ospf_flood.c.
 */

struct ospf_list ospf_summary_list(struct ospf_neighbor *n) {
    return (struct ospf_list){&n->first_summary, &n->last_summary, &n->summaries};
}

struct ospf_list ospf_request_list(struct ospf_neighbor *n) {
    return (struct ospf_list){&n->first_request, &n->last_request, &n->requests};
}

const struct ospf_item *ospf_item_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF_ITEM, id);
}

bool ospf_list_add(struct step *s, uint32_t node, const struct ospf_list *list,
                   const struct ospf_lsa_header *header) {
    struct ospf_item *item = ospf_item_append(s, node, list->first, list->last);
    if (item == NULL) {
        trace_dropped(s, node, (struct id){0, 0}, REASON_NO_BUFFERS, NULL);
        return false;
    }
    item->header = *header;
    ++*list->count;
    return true;
}

void ospf_list_drop(struct step *s, const struct ospf_list *list, uint32_t count) {
    for (; count > 0 && id_is(*list->first); count--) {
        ospf_item_remove(s, list->first, list->last, (struct id){0, 0});
        --*list->count;
    }
}

void ospf_lists_clear(struct step *s, struct id id) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    struct ospf_list summary = ospf_summary_list(n), request = ospf_request_list(n);
    ospf_list_drop(s, &summary, n->summaries);
    ospf_list_drop(s, &request, n->requests);
    ospf_retransmission_clear(s, id);
    timer_stop(s, &n->dd_timer);
    timer_stop(s, &n->request_timer);
    n->requested = n->dd_sent_items = n->dd_held = n->dd_heard = 0;
}
