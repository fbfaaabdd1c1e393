#include "routing/ospf_lsdb.h"
/*
 * Link state requests: RFC 2328 10.7, what is received; 10.9, what is sent. At most one request is
 * out at a time; it asks for the first ones of the list, and the next follows when all of those
 * have come.
 */
#include "sim/trace.h"

/* ------------------------------------------------------------------- 10.9 */

/* The beginning of the list; again, when its answer does not come. O11 */
void ospf_request_send(struct step *s, struct id id) {
    enum { BODY_ROOM = 1500 };
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    uint8_t body[BODY_ROOM];
    struct writer w = writer_of(body, sizeof body);
    size_t most = ospf_packet_room(s->lab, n->interface) / OSPF_REQUEST_LENGTH;
    uint32_t rxmt_s = ospf_interface_get(s->lab, n->interface)->rxmt_s;
    n->requested = 0;
    for (struct id i = n->first_request; id_is(i) && n->requested < most; n->requested++) {
        const struct ospf_item *item = ospf_item_get(s->lab, i);
        struct ospf_request ask = {item->header.type, item->header.link_state_id,
                                   item->header.advertising_router};
        ospf_emit_request(&w, &ask);
        i = item->next;
    }
    if (n->requested == 0) return;
    timer_set(s, &n->request_timer, TIMER_OSPF_REQUEST, n->node, id, s->now + SEC(rxmt_s));
    ospf_packet_send(s, n->interface, OSPF_LINK_STATE_REQUEST, n->address, body, written(&w));
}

struct ospf_item *ospf_request_find(struct step *s, struct id id,
                                    const struct ospf_lsa_header *header) {
    struct id before, first = ospf_neighbor_get(s->lab, id)->first_request;
    return ospf_item_at(s->lab, ospf_item_find(s->lab, first, header, &before));
}

/* Whether it is among those whose request is out. */
static bool is_requested(const struct lab *lab, const struct ospf_neighbor *n, struct id item) {
    struct id i = n->first_request;
    for (uint32_t k = 0; k < n->requested; k++) {
        if (id_same(i, item)) return true;
        i = ospf_item_get(lab, i)->next;
    }
    return false;
}

bool ospf_request_take(struct step *s, struct id id, const struct ospf_lsa_header *header) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    struct id before, item = ospf_item_find(s->lab, n->first_request, header, &before);
    if (!id_is(item)) return false;
    bool was_out = is_requested(s->lab, n, item);
    if (was_out) n->requested--;
    ospf_item_remove(s, &n->first_request, &n->last_request, before);
    n->requests--;
    if (n->requests == 0) {
        timer_stop(s, &n->request_timer);
        if (n->state == OSPF_NEIGHBOR_LOADING) ospf_neighbor_event(s, id, OSPF_LOADING_DONE);
    } else if (was_out && n->requested == 0) {
        ospf_request_send(s, id);
    }
    return true;
}

/* ------------------------------------------------------------------- 10.7 */

static struct id find(const struct lab *lab, const struct ospf_interface *i,
                      const struct ospf_request *ask) {
    struct ospf_key_of_lsa key = {ask->type, ask->link_state_id, ask->advertising_router};
    struct id area = ask->type == OSPF_EXTERNAL_LSA ? (struct id){0, 0} : i->area;
    return ospf_lsa_find(lab, i->ospf, area, key);
}

void ospf_request_in(struct step *s, struct ospf_packet *p) {
    enum { MOST = 1500 / OSPF_REQUEST_LENGTH };
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, p->neighbor);
    const struct ospf_interface *i = ospf_interface_get(s->lab, p->interface);
    struct id found[MOST];
    struct ospf_request ask;
    size_t count = 0;
    if (n->state < OSPF_NEIGHBOR_EXCHANGE) {
        ospf_packet_dropped(s, p, REASON_OSPF_NEIGHBOR_STATE, "RFC 2328 10.7");
        return;
    }
    while (count < MOST && ospf_next_request(&p->body, &ask)) {
        found[count] = find(s->lab, i, &ask);
        if (!id_is(found[count])) { /* O10 */
            ospf_packet_dropped(s, p, REASON_OSPF_BAD_REQUEST, "RFC 2328 10.7");
            ospf_neighbor_event(s, p->neighbor, OSPF_BAD_LS_REQ);
            return;
        }
        count++;
    }
    if (count > 0) ospf_update_send(s, p->interface, n->address, found, count);
}
