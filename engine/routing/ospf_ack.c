#include "routing/ospf_lsdb.h"
/*
 * Link state acknowledgements, RFC 2328 13.5 and 13.7. Which of them are sent, and how, is decided
 * where an update is judged (ospf_flood.c, Table 19). Direct ones go back at once, all of an update
 * in one packet; delayed ones wait a second for others and then go to everybody on the link.
 *
 * variant.no_lsack: a router that neither sends acknowledgements nor waits for any, so that one
 * lost update leaves two databases that differ.
 */
#include <assert.h>

static const struct id none = {0, 0};

enum { DELAY_MS = 1000 }; /* "short (less than RxmtInterval)" */

bool ospf_acknowledges(const struct lab *lab, uint32_t node) {
    return setting_of(lab, node, SETTING_VARIANT_NO_LSACK) == 0;
}

/* ------------------------------------------------------------------------------- direct ones */

static size_t room_of(const struct lab *lab, struct id interface) {
    size_t room = ospf_packet_room(lab, interface);
    if (room > OSPF_PACKET_ROOM) room = OSPF_PACKET_ROOM;
    return room / OSPF_LSA_HEADER * OSPF_LSA_HEADER;
}

void ospf_acks_out(struct step *s, struct ospf_acks *a) {
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, a->neighbor);
    if (a->count == 0 || !ospf_acknowledges(s->lab, n->node)) return;
    ospf_packet_send(s, n->interface, OSPF_LINK_STATE_ACK, n->address, a->octets, a->count);
    a->count = 0;
}

void ospf_acks_add(struct step *s, struct ospf_acks *a, const struct ospf_lsa_header *h) {
    size_t room = room_of(s->lab, ospf_neighbor_get(s->lab, a->neighbor)->interface);
    if (a->count + OSPF_LSA_HEADER > room) ospf_acks_out(s, a);
    struct writer w = writer_of(a->octets + a->count, OSPF_LSA_HEADER);
    ospf_emit_lsa_header(&w, h);
    a->count += OSPF_LSA_HEADER;
}

/* ------------------------------------------------------------------------------ delayed ones */

/* O22 13.5. Without room for it none is sent: the LSA will come again. */
void ospf_ack_delayed(struct step *s, struct id interface, const struct ospf_lsa_header *h) {
    struct ospf_interface *i = ospf_interface_touch(s, interface);
    if (!ospf_acknowledges(s->lab, i->node)) return;
    struct ospf_item *item = ospf_item_append(s, i->node, &i->first_ack, &i->last_ack);
    if (item == NULL) return;
    item->header = *h;
    if (timer_pending(s->lab, i->ack_timer, NULL)) return;
    timer_set(s, &i->ack_timer, TIMER_OSPF_ACK, i->node, i->self,
              s->now + DELAY_MS * (SEC(1) / 1000));
}

/* O22 13.5: to AllSPFRouters or AllDRouters, which ospf_packet_send() finds by the state. */
void ospf_ack_timer_fired(struct step *s, struct id interface) {
    struct ospf_interface *i = ospf_interface_touch(s, interface);
    uint8_t octets[OSPF_PACKET_ROOM];
    size_t room = room_of(s->lab, interface);
    while (id_is(i->first_ack)) {
        struct writer w = writer_of(octets, room);
        while (id_is(i->first_ack) && written(&w) < room) {
            ospf_emit_lsa_header(&w, &ospf_item_at(s->lab, i->first_ack)->header);
            ospf_item_remove(s, &i->first_ack, &i->last_ack, none);
        }
        ospf_packet_send(s, interface, OSPF_LINK_STATE_ACK, 0, octets, written(&w));
    }
}

void ospf_ack_clear(struct step *s, struct id interface) {
    struct ospf_interface *i = ospf_interface_touch(s, interface);
    ospf_items_clear(s, &i->first_ack, &i->last_ack);
    ospf_items_clear(s, &i->first_update, &i->last_update);
    timer_stop(s, &i->ack_timer);
}

/* -------------------------------------------------------------------------------- reception */

/* 13.7 for one of them. */
static void acknowledged(struct step *s, struct id neighbor, const struct ospf_lsa_header *h) {
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, neighbor);
    struct id before, found = ospf_item_find(s->lab, n->first_retransmission, h, &before);
    if (!id_is(found)) return;
    struct id lsa = ospf_item_at(s->lab, found)->lsa;
    const struct ospf_lsa *copy = ospf_lsa_get(s->lab, lsa);
    uint32_t age = ospf_lsa_age(s->lab, lsa, s->now);
    uint32_t told = h->age < OSPF_MAX_AGE ? h->age : OSPF_MAX_AGE;
    if (ospf_lsa_newer(h, told, &copy->header, age) == 0)
        ospf_retransmission_remove(s, neighbor, lsa);
    else
        trace_rule(s, n->node, neighbor, "RFC 2328 13.7",
                   "questionable: it acknowledges another instance than the one that was sent",
                   false);
}

void ospf_ack_in(struct step *s, struct ospf_packet *packet) {
    struct ospf_lsa_header h;
    if (ospf_neighbor_get(s->lab, packet->neighbor)->state < OSPF_NEIGHBOR_EXCHANGE) {
        ospf_packet_dropped(s, packet, REASON_OSPF_NEIGHBOR_STATE, "RFC 2328 13.7");
        return;
    }
    while (ospf_next_lsa_header(&packet->body, &h)) acknowledged(s, packet->neighbor, &h);
    if (packet->body.failed) ospf_packet_dropped(s, packet, REASON_BAD_LENGTH, "RFC 2328 A.3.6");
}
