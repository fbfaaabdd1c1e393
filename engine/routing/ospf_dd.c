#include "routing/ospf_lsdb.h"
/*
 * Database description: RFC 2328 10.6, what is received; 10.8, what is sent. Both routers list what
 * they have; the master asks and repeats, the slave answers.
 *
 * What was described last stays at the front of the database summary list until it is acknowledged,
 * so that the same packet can be built again. The slave's last packet is acknowledged by nothing:
 * it is kept for RouterDeadInterval (10.8).
 */
#include "sim/trace.h"
#include <assert.h>

static const struct ospf_interface *link_of(const struct lab *lab, const struct ospf_neighbor *n) {
    return ospf_interface_get(lab, n->interface);
}

static uint8_t options_of(const struct lab *lab, const struct ospf_neighbor *n) {
    return ospf_area_is_stub(lab, link_of(lab, n)->area) ? 0 : OSPF_OPTION_E;
}

/* ------------------------------------------------------------------- 10.8 */

static uint8_t flags_of(const struct ospf_neighbor *n) {
    uint8_t flags = n->master != 0 ? 0 : OSPF_DD_MS; /* the master is the neighbour, or this one */
    if (n->dd_sent_more != 0) flags |= OSPF_DD_M;
    if (n->state == OSPF_NEIGHBOR_EXSTART) flags |= OSPF_DD_I;
    return flags;
}

/* The packet again, or for the first time: its sequence number, M bit and entries stand. */
static void repeat(struct step *s, struct ospf_neighbor *n) {
    enum { BODY_ROOM = 1500 };
    uint8_t body[BODY_ROOM];
    struct writer w = writer_of(body, sizeof body);
    const struct ospf_interface *i = link_of(s->lab, n);
    struct ospf_dd dd = {.mtu = i->type == OSPF_VIRTUAL_LINK ? 0 : (uint16_t)i->mtu,
                         .options = options_of(s->lab, n),
                         .flags = flags_of(n),
                         .sequence = n->dd_sequence};
    struct id item = n->first_summary;
    ospf_emit_dd(&w, &dd);
    for (uint32_t k = 0; k < n->dd_sent_items; k++) {
        ospf_emit_lsa_header(&w, &ospf_item_get(s->lab, item)->header);
        item = ospf_item_get(s->lab, item)->next;
    }
    bool repeats =
        n->state == OSPF_NEIGHBOR_EXSTART || (n->state == OSPF_NEIGHBOR_EXCHANGE && n->master == 0);
    if (repeats) /* O11 */
        timer_set(s, &n->dd_timer, TIMER_OSPF_DD, n->node, n->self, s->now + SEC(i->rxmt_s));
    ospf_packet_send(s, n->interface, OSPF_DATABASE_DESCRIPTION, n->address, body, written(&w));
}

/* The next ones of the summary list: what was sent before has been acknowledged. */
static void describe(struct step *s, struct ospf_neighbor *n) {
    struct ospf_list list = ospf_summary_list(n);
    size_t room = (ospf_packet_room(s->lab, n->interface) - OSPF_DD_LENGTH) / OSPF_LSA_HEADER;
    ospf_list_drop(s, &list, n->dd_sent_items);
    n->dd_sent_items = n->summaries < room ? n->summaries : (uint32_t)room;
    n->dd_sent_more = n->summaries > n->dd_sent_items;
    n->dd_held = 1;
    repeat(s, n);
}

/* The neighbour has entered ExStart. */
void ospf_dd_begin(struct step *s, struct id id) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    if (n->dd_sequence == 0) /* the first time: some unique value */
        n->dd_sequence = prng_u32(&node_at(s->lab, n->node)->prng[PRNG_OSPF]);
    n->dd_sequence++;
    n->master = 0;
    n->dd_sent_items = 0;
    n->dd_sent_more = 1;
    n->dd_held = 1;
    n->dd_heard = 0;
    repeat(s, n);
}

static void list_lsa(struct step *s, struct ospf_neighbor *n, struct id id) {
    const struct ospf_lsa *lsa = ospf_lsa_get(s->lab, id);
    struct ospf_lsa_header header = lsa->header;
    struct ospf_list list = ospf_summary_list(n);
    header.age = (uint16_t)ospf_lsa_age(s->lab, id, s->now);
    if (header.age >= OSPF_MAX_AGE)
        ospf_retransmission_add(s, n->self, id);
    else
        ospf_list_add(s, n->node, &list, &header);
}

/* 10.3: the whole area's database, and that without an area unless the area is a stub. */
void ospf_dd_exchange(struct step *s, struct id id) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    const struct ospf_interface *i = link_of(s->lab, n);
    struct id none = {0, 0};
    timer_stop(s, &n->dd_timer);
    for (struct id l = ospf_lsa_first(s->lab, i->ospf, i->area); id_is(l);
         l = ospf_lsa_get(s->lab, l)->next)
        list_lsa(s, n, l);
    if (i->type == OSPF_VIRTUAL_LINK || ospf_area_is_stub(s->lab, i->area)) return;
    for (struct id l = ospf_lsa_first(s->lab, i->ospf, none); id_is(l);
         l = ospf_lsa_get(s->lab, l)->next)
        list_lsa(s, n, l);
}

void ospf_dd_timer_fired(struct step *s, struct id id) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    struct ospf_list list = ospf_summary_list(n);
    if (n->state == OSPF_NEIGHBOR_EXSTART || n->state == OSPF_NEIGHBOR_EXCHANGE) {
        repeat(s, n);
        return;
    }
    ospf_list_drop(s, &list, n->dd_sent_items); /* the slave has kept it long enough */
    n->dd_sent_items = n->dd_held = 0;
}

/* ------------------------------------------------------------------- 10.6 */

static void mismatch(struct step *s, const struct ospf_packet *p, enum reason why) {
    ospf_packet_dropped(s, p, why, "RFC 2328 10.6");
    ospf_neighbor_event(s, p->neighbor, OSPF_SEQ_NUMBER_MISMATCH);
}

static bool is_wanted(struct step *s, const struct ospf_interface *i,
                      const struct ospf_lsa_header *header) {
    struct ospf_key_of_lsa key = {header->type, header->link_state_id, header->advertising_router};
    struct id area = header->type == OSPF_EXTERNAL_LSA ? (struct id){0, 0} : i->area;
    struct id mine = ospf_lsa_find(s->lab, i->ospf, area, key);
    if (!id_is(mine)) return true;
    const struct ospf_lsa *lsa = ospf_lsa_get(s->lab, mine);
    uint32_t age = ospf_lsa_age(s->lab, mine, s->now);
    return ospf_lsa_newer(header, header->age, &lsa->header, age) > 0; /* 13.1 */
}

/* What the neighbour lists; false: that made the sequence numbers a mismatch. */
static bool read_list(struct step *s, struct ospf_packet *p) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, p->neighbor);
    const struct ospf_interface *i = link_of(s->lab, n);
    struct ospf_list list = ospf_request_list(n);
    bool stub = ospf_area_is_stub(s->lab, i->area);
    struct ospf_lsa_header header;
    while (ospf_next_lsa_header(&p->body, &header)) {
        bool known = header.type >= OSPF_ROUTER_LSA && header.type <= OSPF_EXTERNAL_LSA;
        if (!known || (stub && header.type == OSPF_EXTERNAL_LSA)) {
            mismatch(s, p, REASON_OSPF_DD_LSA);
            return false;
        }
        if (is_wanted(s, i, &header)) ospf_list_add(s, n->node, &list, &header);
    }
    return true;
}

static void accept_as_master(struct step *s, struct ospf_neighbor *n, bool more) {
    n->dd_sequence++;
    if (n->dd_sent_more == 0 && !more) {
        struct ospf_list list = ospf_summary_list(n);
        ospf_list_drop(s, &list, n->dd_sent_items);
        n->dd_sent_items = n->dd_held = 0;
        timer_stop(s, &n->dd_timer);
        ospf_neighbor_event(s, n->self, OSPF_EXCHANGE_DONE);
        return;
    }
    describe(s, n);
}

static void accept_as_slave(struct step *s, struct ospf_neighbor *n, uint32_t sequence, bool more) {
    n->dd_sequence = sequence;
    describe(s, n);
    if (more || n->dd_sent_more != 0) return;
    sim_time until = s->now + SEC(link_of(s->lab, n)->dead_s);
    timer_set(s, &n->dd_timer, TIMER_OSPF_DD, n->node, n->self, until);
    ospf_neighbor_event(s, n->self, OSPF_EXCHANGE_DONE);
}

/* The next in sequence. */
static void accept(struct step *s, struct ospf_packet *p, const struct ospf_dd *dd) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, p->neighbor);
    bool more = (dd->flags & OSPF_DD_M) != 0;
    n->dd_heard = 1;
    n->dd_flags = dd->flags;
    n->dd_options = dd->options;
    n->dd_received = dd->sequence;
    if (!read_list(s, p)) return;
    if (n->master == 0)
        accept_as_master(s, n, more);
    else
        accept_as_slave(s, n, dd->sequence, more);
}

static bool is_duplicate(const struct ospf_neighbor *n, const struct ospf_dd *dd) {
    return n->dd_heard != 0 && n->dd_flags == dd->flags && n->dd_options == dd->options &&
           n->dd_received == dd->sequence;
}

/* ExStart: who is the master? O9 */
static void negotiate(struct step *s, struct ospf_packet *p, const struct ospf_dd *dd) {
    enum { ALL = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };
    struct ospf_neighbor *n = ospf_neighbor_edit(s, p->neighbor);
    uint32_t own = ospf_get(s->lab, link_of(s->lab, n)->ospf)->router_id;
    bool empty = read_left(&p->body) == 0;
    if ((dd->flags & ALL) == ALL && empty && n->router_id > own) {
        n->master = 1;
        n->dd_sequence = dd->sequence;
    } else if ((dd->flags & (OSPF_DD_I | OSPF_DD_MS)) != 0 || dd->sequence != n->dd_sequence ||
               n->router_id >= own) {
        ospf_packet_dropped(s, p, REASON_OSPF_DD_NEGOTIATION, "RFC 2328 10.6");
        return;
    }
    n->options = dd->options;
    ospf_neighbor_event(s, p->neighbor, OSPF_NEGOTIATION_DONE);
    accept(s, p, dd);
}

/* Exchange: REASON_NONE, or why it is not the next in sequence. */
static enum reason not_next(const struct ospf_neighbor *n, const struct ospf_dd *dd) {
    bool from_master = (dd->flags & OSPF_DD_MS) != 0;
    uint32_t next = n->master != 0 ? n->dd_sequence + 1 : n->dd_sequence;
    if (from_master != (n->master != 0)) return REASON_OSPF_DD_MASTER;
    if ((dd->flags & OSPF_DD_I) != 0) return REASON_OSPF_DD_INIT;
    if (dd->options != n->options) return REASON_OSPF_DD_OPTIONS;
    return dd->sequence == next ? REASON_NONE : REASON_OSPF_DD_SEQUENCE;
}

static void duplicate(struct step *s, struct ospf_packet *p) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, p->neighbor);
    if (n->master == 0) {
        ospf_packet_dropped(s, p, REASON_OSPF_DD_DUPLICATE, "RFC 2328 10.6");
    } else if (n->dd_held == 0) {
        mismatch(s, p, REASON_OSPF_DD_LATE); /* 10.8 */
    } else {
        trace_rule(s, n->node, n->self, "RFC 2328 10.6", "a duplicate: the answer is sent again",
                   true);
        repeat(s, n);
    }
}

static void by_state(struct step *s, struct ospf_packet *p, const struct ospf_dd *dd) {
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, p->neighbor);
    if (n->state == OSPF_NEIGHBOR_INIT) ospf_neighbor_event(s, p->neighbor, OSPF_2WAY_RECEIVED);
    if (n->state < OSPF_NEIGHBOR_EXSTART) {
        ospf_packet_dropped(s, p, REASON_OSPF_NEIGHBOR_STATE, "RFC 2328 10.6");
    } else if (n->state == OSPF_NEIGHBOR_EXSTART) {
        negotiate(s, p, dd);
    } else if (is_duplicate(n, dd)) {
        duplicate(s, p);
    } else {
        enum reason why = not_next(n, dd);
        if (why == REASON_NONE && n->state != OSPF_NEIGHBOR_EXCHANGE) why = REASON_OSPF_DD_LATE;
        if (why == REASON_NONE)
            accept(s, p, dd);
        else
            mismatch(s, p, why);
    }
}

void ospf_dd_in(struct step *s, struct ospf_packet *p) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, p->interface);
    struct ospf_dd dd;
    enum parse_result result = ospf_parse_dd(&dd, &p->body);
    if (result != PARSE_OK)
        ospf_packet_dropped(s, p, REASON_TRUNCATED + (result - PARSE_TRUNCATED), "RFC 2328 A.3.3");
    else if (dd.mtu > i->mtu && i->set.mtu_ignore == 0)
        ospf_packet_dropped(s, p, REASON_OSPF_DD_MTU, "RFC 2328 10.6");
    else
        by_state(s, p, &dd);
}
