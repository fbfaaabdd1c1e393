#include "routing/ospf_lsdb.h"
/*
 * Flooding: what becomes of an update that came, RFC 2328 13, steps (1) to (8); out of which
 * interfaces an advertisement goes on, 13.3.
 *
 * An advertisement is put into the database before it is flooded, not after, as 13 (5) has it: what
 * goes out is collected at the interfaces and leaves when the step's work is done, many in one
 * packet. Nobody can tell the difference but by the number of packets.
 */
#include <assert.h>

static const struct id none = {0, 0};
static const char clause_13[] = "RFC 2328 13";

struct id ospf_next_interface(const struct lab *lab, struct id ospf, struct id after) {
    return id_is(after) ? ospf_interface_get(lab, after)->next
                        : ospf_get(lab, ospf)->first_interface;
}

bool ospf_somebody_exchanges(const struct lab *lab, struct id ospf) {
    struct id i = none;
    while (id_is(i = ospf_next_interface(lab, ospf, i))) {
        const struct ospf_neighbor *n =
            ospf_neighbor_get(lab, ospf_interface_get(lab, i)->first_neighbor);
        for (; n != NULL; n = ospf_neighbor_get(lab, n->next))
            if (n->state == OSPF_NEIGHBOR_EXCHANGE || n->state == OSPF_NEIGHBOR_LOADING)
                return true;
    }
    return false;
}

/* ------------------------------------------------------------------- 13.3: onwards, O20 */

struct flood { /* one advertisement's way out */
    struct id lsa, from, from_interface;
    struct ospf_lsa_header header;
    uint32_t age;
};

/* 13.3: "eligible interfaces". */
static bool eligible(const struct lab *lab, const struct ospf_lsa *lsa,
                     const struct ospf_interface *i) {
    if (!id_is(i->area) || i->state == OSPF_INTERFACE_DOWN) return false;
    if (lsa->header.type != OSPF_EXTERNAL_LSA) return id_same(i->area, lsa->area);
    return i->type != OSPF_VIRTUAL_LINK && !ospf_area_is_stub(lab, i->area);
}

/* 13.3 (1) (b): the neighbour described an instance of it, and we have not got that yet. True: it
 * need not get this one. */
static bool has_it(struct step *s, const struct flood *f, struct id neighbor) {
    const struct ospf_item *item = ospf_request_find(s, neighbor, &f->header);
    if (item == NULL) return false;
    int newer = ospf_lsa_newer(&f->header, f->age, &item->header, item->header.age);
    if (newer < 0) return true;
    ospf_request_take(s, neighbor, &f->header);
    return newer == 0;
}

/* 13.3 (1) of one neighbour; true: it must get it, and is known to until it acknowledges. */
static bool must_get(struct step *s, const struct flood *f, struct id neighbor) {
    uint32_t state = ospf_neighbor_get(s->lab, neighbor)->state;
    if (state < OSPF_NEIGHBOR_EXCHANGE) return false;                        /* (a) */
    if (state != OSPF_NEIGHBOR_FULL && has_it(s, f, neighbor)) return false; /* (b) */
    if (id_same(neighbor, f->from)) return false;                            /* (c) */
    ospf_retransmission_add(s, neighbor, f->lsa);                            /* (d) */
    return true;
}

static bool is_dr_or_bdr(const struct lab *lab, const struct ospf_interface *i,
                         struct id neighbor) {
    ip4 address = ospf_neighbor_get(lab, neighbor)->address;
    return i->type == OSPF_BROADCAST && (address == i->dr || address == i->bdr);
}

static void collect(struct step *s, struct ospf_interface *i, struct id lsa) {
    const struct ospf_item *last = ospf_item_at(s->lab, i->last_update);
    if (last != NULL && id_same(last->lsa, lsa)) return;
    struct ospf_item *item = ospf_item_append(s, i->node, &i->first_update, &i->last_update);
    if (item != NULL) item->lsa = lsa; /* else it is retransmitted */
}

/* 13.3 of one interface; true: it is flooded out of it. */
static bool flood_out(struct step *s, const struct flood *f, struct id interface) {
    struct ospf_interface *i = ospf_interface_touch(s, interface);
    bool added = false;
    for (struct id n = i->first_neighbor, next; id_is(n); n = next) {
        next = ospf_neighbor_get(s->lab, n)->next;
        added |= must_get(s, f, n);
    }
    if (!added) return false; /* (2) */
    if (id_same(interface, f->from_interface)) {
        if (is_dr_or_bdr(s->lab, i, f->from)) return false;  /* (3) */
        if (i->state == OSPF_INTERFACE_BACKUP) return false; /* (4) */
    }
    collect(s, i, f->lsa); /* (5) */
    return true;
}

bool ospf_flood(struct step *s, struct id id, struct id from) {
    const struct ospf_lsa *lsa = ospf_lsa_get(s->lab, id);
    struct flood f = {.lsa = id, .from = from, .header = lsa->header};
    if (id_is(from)) f.from_interface = ospf_neighbor_get(s->lab, from)->interface;
    f.age = ospf_lsa_age(s->lab, id, s->now);
    bool back = false;
    struct id i = none;
    while (id_is(i = ospf_next_interface(s->lab, lsa->ospf, i)))
        if (eligible(s->lab, lsa, ospf_interface_get(s->lab, i)) && flood_out(s, &f, i))
            back |= id_same(i, f.from_interface);
    return back;
}

/* ---------------------------------------------------------------- 13: an update has come, O18 */

struct update { /* what the steps of 13 know of the advertisement that they are at */
    struct ospf_packet *packet;
    struct id ospf, area, neighbor, copy; /* copy: of the database, {0,0}: there is none */
    struct ospf_lsa_header header;
    const uint8_t *octets;
    size_t body;
    struct ospf_acks *acks; /* that go straight back, 13.5 */
    bool stop;              /* nothing more of this packet is looked at */
};

static void discard(struct step *s, const struct update *u, enum reason reason, const char *why) {
    ospf_packet_dropped(s, u->packet, reason, why);
}

static void tell(struct step *s, const struct update *u, const char *clause, const char *text) {
    if (s->sink == NULL) return;
    trace_rule(s, ospf_get(s->lab, u->ospf)->node, u->neighbor, clause, text, false);
}

/* Table 19: acknowledged with others, later. The Backup's part is to acknowledge what the
 * Designated Router sent: the others hear of it by the Designated Router's flooding. O22 13.5 */
static void acknowledge_later(struct step *s, const struct update *u) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, u->packet->interface);
    bool from_dr = ospf_neighbor_get(s->lab, u->neighbor)->address == i->dr;
    if (i->state == OSPF_INTERFACE_BACKUP && !from_dr) return;
    ospf_ack_delayed(s, u->packet->interface, &u->header);
}

/* Whether it is worth looking at: (1), (2), (3), and what nobody could compute with. */
static bool is_sound(struct step *s, struct update *u) {
    const struct ospf_lsa_header *h = &u->header;
    const uint8_t *body = u->octets + OSPF_LSA_HEADER;
    if (!ospf_lsa_checksum_holds(u->octets, h->length)) {
        discard(s, u, REASON_OSPF_LSA_CHECKSUM, "RFC 2328 13 (1)");
        return false;
    }
    if (h->type < OSPF_ROUTER_LSA || h->type > OSPF_EXTERNAL_LSA) {
        discard(s, u, REASON_OSPF_LSA_TYPE, "RFC 2328 13 (2)");
        return false;
    }
    if (h->type == OSPF_EXTERNAL_LSA && ospf_area_is_stub(s->lab, u->area)) {
        discard(s, u, REASON_OSPF_LSA_STUB, "RFC 2328 13 (3)");
        return false;
    }
    bool fits = u->body <= OSPF_LSA_MOST && ospf_lsa_body_fits(h->type, body, u->body);
    if (h->type == OSPF_ROUTER_LSA) fits &= h->link_state_id == h->advertising_router; /* 12.1.5 */
    if (!fits || h->sequence == 0x80000000u) { /* 12.1.6: reserved and unused */
        discard(s, u, REASON_OSPF_LSA_FORM, "RFC 2328 A.4");
        return false;
    }
    return true;
}

/* (4): it is on its way out, and was never here. */
static bool is_gone(struct step *s, struct update *u) {
    if (u->header.age < OSPF_MAX_AGE || id_is(u->copy)) return false;
    if (ospf_somebody_exchanges(s->lab, u->ospf)) return false;
    tell(s, u, "RFC 2328 13 (4)", "MaxAge, and not in the database: acknowledged and discarded");
    ospf_acks_add(s, u->acks, &u->header);
    return true;
}

/* (5) (a): "the database copy was received via flooding and installed less than MinLSArrival
 * seconds ago". */
static bool is_too_soon(struct step *s, const struct update *u) {
    const struct ospf_lsa *copy = ospf_lsa_get(s->lab, u->copy);
    if (copy == NULL || !copy->received) return false;
    return s->now - copy->installed_at <
           setting_of(s->lab, copy->node, SETTING_OSPF_MIN_LS_ARRIVAL);
}

/* 13.4: what this router wants to say of types 3 to 5 stands in the copy that is overwritten. */
static void keep_own(struct step *s, struct id copy) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, copy);
    uint8_t body[OSPF_LSA_MOST];
    if (lsa == NULL || !lsa->self_originated || lsa->received || lsa->flushing) return;
    if (lsa->header.type <= OSPF_NETWORK_LSA || lsa->wanted == OSPF_WANTED_OTHER) return;
    lsa->wanted_options = lsa->header.options;
    ospf_wanted_keep(s, lsa, body, ospf_lsa_body(s->lab, copy, body));
}

/* (5): it is new to us. */
static void take(struct step *s, struct update *u) {
    if (is_too_soon(s, u)) {
        discard(s, u, REASON_OSPF_LSA_TOO_SOON, "RFC 2328 13 (5)(a)");
        return;
    }
    keep_own(s, u->copy);
    struct id id = ospf_lsa_install(s, u->ospf, u->area, &u->header, u->octets + OSPF_LSA_HEADER,
                                    u->body); /* (c), (d) */
    if (!id_is(id)) {
        discard(s, u, REASON_NO_BUFFERS, clause_13);
        return;
    }
    ospf_lsa_touch(s, id)->received = 1;
    ospf_edit(s, u->ospf)->lsas_received += 1;
    tell(s, u, "RFC 2328 13 (5)", "more recent than the database copy: installed and flooded on");
    bool back = ospf_flood(s, id, u->neighbor);                               /* (b) */
    if (!back) acknowledge_later(s, u);                                       /* (e) */
    if (ospf_lsa_get(s->lab, id)->self_originated) ospf_self_received(s, id); /* (f) */
    ospf_flushing_look_at(s, id);
}

/* (7): the same instance. O18 */
static void take_duplicate(struct step *s, struct update *u) {
    struct id before;
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, u->neighbor);
    if (id_is(ospf_item_find(s->lab, n->first_retransmission, &u->header, &before))) {
        tell(s, u, "RFC 2328 13 (7)(a)", "the same instance: it stands for an acknowledgement");
        ospf_retransmission_remove(s, u->neighbor, u->copy);
        const struct ospf_interface *i = ospf_interface_get(s->lab, u->packet->interface);
        if (i->state == OSPF_INTERFACE_BACKUP) acknowledge_later(s, u); /* Table 19 */
        return;
    }
    tell(s, u, "RFC 2328 13 (7)(b)", "the same instance once more: acknowledged at once");
    ospf_acks_add(s, u->acks, &u->header);
}

/* (8): ours is more recent. */
static void send_back(struct step *s, struct update *u) {
    const struct ospf_lsa *copy = ospf_lsa_get(s->lab, u->copy);
    sim_time pause = setting_of(s->lab, copy->node, SETTING_OSPF_MIN_LS_ARRIVAL);
    if (copy->flushing && copy->header.sequence == OSPF_MAX_SEQUENCE) {
        discard(s, u, REASON_OSPF_LSA_WRAPS, "RFC 2328 13 (8)");
        return;
    }
    discard(s, u, REASON_OSPF_LSA_OLD, "RFC 2328 13 (8)");
    if (copy->sent_at >= 0 && s->now - copy->sent_at < pause) return;
    tell(s, u, "RFC 2328 13 (8)", "less recent than the database copy, which is sent back");
    ospf_update_send(s, u->packet->interface, ospf_neighbor_get(s->lab, u->neighbor)->address,
                     &u->copy, 1);
}

/* Steps (4) to (8). */
static void judge(struct step *s, struct update *u) {
    if (is_gone(s, u)) return;
    const struct ospf_lsa *copy = ospf_lsa_get(s->lab, u->copy);
    int newer = 1;
    if (copy != NULL)
        newer = ospf_lsa_newer(&u->header, u->header.age, &copy->header,
                               ospf_lsa_age(s->lab, u->copy, s->now));
    if (newer > 0) {
        take(s, u);
    } else if (ospf_request_find(s, u->neighbor, &u->header) != NULL) { /* (6) */
        discard(s, u, REASON_OSPF_LSA_REQUESTED, "RFC 2328 13 (6)");
        ospf_neighbor_event(s, u->neighbor, OSPF_BAD_LS_REQ);
        u->stop = true;
    } else if (newer == 0) {
        take_duplicate(s, u);
    } else {
        send_back(s, u);
    }
}

/* An age that the router's own setting calls MaxAge is MaxAge. */
static uint16_t age_here(const struct lab *lab, uint32_t node, uint32_t age) {
    int64_t most = setting_of(lab, node, SETTING_OSPF_MAX_AGE) / SEC(1);
    return age >= most || age > OSPF_MAX_AGE ? OSPF_MAX_AGE : (uint16_t)age;
}

static void each(struct step *s, struct update *u, uint32_t count) {
    uint32_t node = ospf_get(s->lab, u->ospf)->node;
    while (!u->stop && count-- > 0 && ospf_next_lsa(&u->packet->body, &u->header, &u->octets)) {
        u->body = u->header.length - OSPF_LSA_HEADER;
        if (!is_sound(s, u)) continue;
        u->header.age = age_here(s->lab, node, u->header.age);
        u->copy = ospf_lsa_find(s->lab, u->ospf, u->area, ospf_key_of(&u->header));
        judge(s, u);
    }
}

void ospf_update_in(struct step *s, struct ospf_packet *packet) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, packet->interface);
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, packet->neighbor);
    struct ospf_acks acks;
    struct update u = {.packet = packet,
                       .ospf = i->ospf,
                       .area = i->area,
                       .neighbor = packet->neighbor,
                       .acks = &acks};
    uint32_t count;
    if (n->state < OSPF_NEIGHBOR_EXCHANGE) {
        ospf_packet_dropped(s, packet, REASON_OSPF_NEIGHBOR_STATE, clause_13);
        return;
    }
    if (ospf_parse_update(&count, &packet->body) != PARSE_OK) {
        ospf_packet_dropped(s, packet, REASON_BAD_LENGTH, "RFC 2328 A.3.5");
        return;
    }
    acks.neighbor = packet->neighbor;
    acks.count = 0;
    each(s, &u, count);
    if (ospf_neighbor_get(s->lab, u.neighbor) != NULL) ospf_acks_out(s, &acks);
    ospf_updates_out(s, u.ospf);
}
