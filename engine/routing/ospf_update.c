#include "routing/ospf_lsdb.h"
/*
 * Link state updates go out: those that flooding has collected, those that answer (a request, an
 * old instance), and those that are sent again until they are acknowledged, RFC 2328 13.6. Each
 * adjacency has a link state retransmission list, in the order of the last sending, so that one
 * timer for the first of them is enough.
 *
 * Differs: FRR, and the RFC's words, send the list's beginning whenever the timer fires; here what
 * was sent less than RxmtInterval ago waits until that has passed, or a database of any size would
 * be sent twice because one packet of it was lost.
 */
#include <assert.h>

static const struct id none = {0, 0};

/* ------------------------------------------------------------------------------- sending */

struct outgoing {
    struct id interface;
    ip4 dst;
    uint32_t count, node;
    size_t room;
    struct writer w;
    uint8_t octets[OSPF_PACKET_ROOM];
};

static void begin(struct step *s, struct outgoing *o, struct id interface, ip4 dst) {
    size_t room = ospf_packet_room(s->lab, interface);
    o->interface = interface;
    o->dst = dst;
    o->count = 0;
    o->node = ospf_interface_get(s->lab, interface)->node;
    o->room = room < sizeof o->octets ? room : sizeof o->octets;
    o->w = writer_of(o->octets, sizeof o->octets);
    write_gap(&o->w, OSPF_UPDATE_COUNT);
}

static void out(struct step *s, struct outgoing *o) {
    if (o->count == 0) return;
    struct writer head = writer_of(o->octets, OSPF_UPDATE_COUNT);
    write_u32(&head, o->count);
    ospf_packet_send(s, o->interface, OSPF_LINK_STATE_UPDATE, o->dst, o->octets, written(&o->w));
}

/* O20 13.3 (5): "The LSA's LS age must be incremented by InfTransDelay [...] until the LS age field
 * reaches the maximum value of MaxAge". */
static uint16_t age_on_the_way(struct step *s, const struct outgoing *o, struct id lsa) {
    uint32_t age = ospf_lsa_age(s->lab, lsa, s->now) +
                   ospf_interface_get(s->lab, o->interface)->transmit_delay_s;
    return (uint16_t)(age < OSPF_MAX_AGE ? age : OSPF_MAX_AGE);
}

static bool has_room(const struct outgoing *o, const struct ospf_lsa *lsa) {
    return o->count == 0 || written(&o->w) + lsa->header.length <= o->room;
}

/* One that is larger than a packet travels alone, in fragments. */
static void put(struct step *s, struct outgoing *o, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    if (!has_room(o, lsa)) {
        out(s, o);
        begin(s, o, o->interface, o->dst);
    }
    struct ospf_lsa_header header = lsa->header;
    header.age = age_on_the_way(s, o, id);
    ospf_emit_lsa_header(&o->w, &header);
    size_t count = header.length - OSPF_LSA_HEADER;
    uint8_t body[OSPF_LSA_MOST];
    ospf_lsa_body(s->lab, id, body);
    write_copy(&o->w, body, count);
    o->count += 1;
    lsa->sent_at = s->now;
}

void ospf_update_send(struct step *s, struct id interface, ip4 dst, const struct id *lsas,
                      size_t count) {
    struct outgoing o;
    begin(s, &o, interface, dst);
    for (size_t i = 0; i < count; i++) put(s, &o, lsas[i]);
    out(s, &o);
}

static void collected_out(struct step *s, struct id interface) {
    struct ospf_interface *i = ospf_interface_touch(s, interface);
    struct outgoing o;
    if (!id_is(i->first_update)) return;
    begin(s, &o, interface, 0);
    while (id_is(i->first_update)) {
        struct id lsa = ospf_item_at(s->lab, i->first_update)->lsa;
        ospf_item_remove(s, &i->first_update, &i->last_update, none);
        if (ospf_lsa_get(s->lab, lsa) != NULL) put(s, &o, lsa);
    }
    out(s, &o);
}

void ospf_updates_out(struct step *s, struct id ospf) {
    struct id i = none;
    while (id_is(i = ospf_next_interface(s->lab, ospf, i))) collected_out(s, i);
}

/* -------------------------------------------------------------- the retransmission list, O23 */

static sim_time interval(const struct lab *lab, const struct ospf_neighbor *n) {
    return ospf_interface_get(lab, n->interface)->rxmt_s * SEC(1);
}

static void timer_follow(struct step *s, struct ospf_neighbor *n) {
    const struct ospf_item *first = ospf_item_at(s->lab, n->first_retransmission);
    if (first == NULL) {
        timer_stop(s, &n->update_timer);
        return;
    }
    sim_time at = first->at + interval(s->lab, n), pending;
    if (at <= s->now) at = s->now + interval(s->lab, n); /* 13.6: one packet at a time */
    if (timer_pending(s->lab, n->update_timer, &pending) && pending <= at) return;
    timer_set(s, &n->update_timer, TIMER_OSPF_UPDATE, n->node, n->self, at);
}

static void list_behind(struct step *s, struct ospf_neighbor *n, struct id lsa) {
    struct ospf_item *item =
        ospf_item_append(s, n->node, &n->first_retransmission, &n->last_retransmission);
    if (item == NULL) {
        trace_rule(s, n->node, n->self, "RFC 2328 13.3",
                   "no room on the retransmission list: this neighbour may miss the LSA", false);
        return;
    }
    item->lsa = lsa;
    item->at = s->now;
    item->header = ospf_lsa_get(s->lab, lsa)->header;
    n->retransmissions += 1;
    ospf_lsa_touch(s, lsa)->retransmissions += 1;
}

void ospf_retransmission_add(struct step *s, struct id neighbor, struct id lsa) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, neighbor);
    if (!ospf_acknowledges(s->lab, n->node)) return; /* nobody waits for acknowledgements */
    list_behind(s, n, lsa);
    timer_follow(s, n);
}

/* By the LSA itself: of a router in two areas there are two with the same key. */
static struct id item_of(struct step *s, const struct ospf_neighbor *n, struct id lsa,
                         struct id *before) {
    struct id id = n->first_retransmission;
    *before = none;
    while (id_is(id) && !id_same(ospf_item_at(s->lab, id)->lsa, lsa)) {
        *before = id;
        id = ospf_item_at(s->lab, id)->next;
    }
    return id;
}

static bool list_off(struct step *s, struct ospf_neighbor *n, struct id lsa) {
    struct id before;
    if (!id_is(item_of(s, n, lsa, &before))) return false;
    ospf_item_remove(s, &n->first_retransmission, &n->last_retransmission, before);
    n->retransmissions -= 1;
    ospf_lsa_touch(s, lsa)->retransmissions -= 1;
    return true;
}

void ospf_retransmission_remove(struct step *s, struct id neighbor, struct id lsa) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, neighbor);
    if (!list_off(s, n, lsa)) return;
    if (n->retransmissions == 0) timer_follow(s, n);
    ospf_flushing_look_at(s, lsa);
}

void ospf_retransmission_clear(struct step *s, struct id neighbor) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, neighbor);
    while (id_is(n->first_retransmission)) {
        struct id lsa = ospf_item_at(s->lab, n->first_retransmission)->lsa;
        ospf_item_remove(s, &n->first_retransmission, &n->last_retransmission, none);
        ospf_lsa_touch(s, lsa)->retransmissions -= 1;
        ospf_flushing_look_at(s, lsa);
    }
    n->retransmissions = 0;
    timer_follow(s, n);
}

static void forget_at(struct step *s, struct id interface, struct id lsa) {
    struct id id = ospf_interface_get(s->lab, interface)->first_neighbor, next;
    for (; id_is(id); id = next) {
        const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, id);
        next = n->next;
        if (n->retransmissions == 0) continue;
        struct ospf_neighbor *edited = ospf_neighbor_edit(s, id);
        if (list_off(s, edited, lsa) && n->retransmissions == 0) timer_follow(s, edited);
    }
}

/* 12.2: "Whenever an LSA is deleted from the database it must also be removed from all neighbors'
 * Link state retransmission lists". */
void ospf_retransmissions_forget(struct step *s, struct id lsa) {
    const struct ospf_lsa *l = ospf_lsa_get(s->lab, lsa);
    struct id i = none;
    while (l->retransmissions != 0 && id_is(i = ospf_next_interface(s->lab, l->ospf, i)))
        forget_at(s, i, lsa);
    assert(l->retransmissions == 0);
}

/* O23 13.6: "only the number fitting in a single Link State Update packet should be sent", straight
 * to the neighbour. What was sent goes behind the others. */
void ospf_retransmission_timer_fired(struct step *s, struct id neighbor) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, neighbor);
    struct outgoing o;
    const struct ospf_item *first;
    begin(s, &o, n->interface, n->address);
    while ((first = ospf_item_at(s->lab, n->first_retransmission)) != NULL) {
        struct id lsa = first->lsa;
        bool due = first->at + interval(s->lab, n) <= s->now;
        if (!due || !has_room(&o, ospf_lsa_get(s->lab, lsa))) break;
        put(s, &o, lsa);
        list_off(s, n, lsa);
        list_behind(s, n, lsa);
    }
    out(s, &o);
    timer_follow(s, n);
}
