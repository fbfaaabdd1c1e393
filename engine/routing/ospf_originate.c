#include "routing/ospf_lsdb.h"
/*
 * Originating link state advertisements, RFC 2328 12.4: when, with which sequence number, and
 * taking back what is no longer true (14.1). What router-LSAs and network-LSAs say is in
 * ospf_describe.c; types 3 to 5 are told by ospf_abr.c and ospf_external.c.
 *
 * Whatever may change a router-LSA or a network-LSA, the ten events of 12.4, only marks its area.
 * One step, at the same time or when MinLSInterval has passed, then looks at what there is to say
 * and what was said: so many changes of one moment make one instance.
 *
 * MinLSInterval counts for each LSA from its last origination. An LSA that is taken back is flushed
 * at once, as that makes no new instance.
 */
#include <assert.h>

static const struct id none = {0, 0};

void ospf_origin_at(struct step *s, struct id ospf, sim_time at) {
    struct ospf *o = ospf_touch(s, ospf);
    sim_time pending;
    if (at < s->now) at = s->now;
    if (timer_pending(s->lab, o->origin_timer, &pending) && pending <= at) return;
    timer_set(s, &o->origin_timer, TIMER_OSPF_ORIGINATION, o->node, ospf, at);
}

/* O21 13.4, 14.1: an LSA is one's own by its advertising router; a network-LSA also when it is
 * named by one's own address, whoever it says has made it: the router's id was another one then. */
bool ospf_is_own(const struct lab *lab, struct id ospf, const struct ospf_lsa_header *h) {
    if (h->advertising_router == ospf_get(lab, ospf)->router_id) return true;
    struct id i = none;
    while (h->type == OSPF_NETWORK_LSA && id_is(i = ospf_next_interface(lab, ospf, i))) {
        const struct ospf_interface *interface = ospf_interface_get(lab, i);
        if (interface->address == h->link_state_id && interface->address != 0) return true;
    }
    return false;
}

/* ------------------------------------------------------------------------- a new instance */

struct origin { /* what is to be said */
    struct id ospf, area;
    struct ospf_key_of_lsa key;
    uint32_t options;
    const uint8_t *body;
    size_t count;
};

/* O12 12.1.2: the E bit where external routes go. */
static uint32_t options_of(const struct lab *lab, struct id area) {
    return id_is(area) && ospf_area_is_stub(lab, area) ? 0 : OSPF_OPTION_E;
}

static uint16_t checksum_of(const struct ospf_lsa_header *h, const uint8_t *body, size_t count) {
    uint8_t octets[OSPF_LSA_HEADER + OSPF_LSA_MOST];
    struct writer w = writer_of(octets, sizeof octets);
    ospf_emit_lsa_header(&w, h);
    write_copy(&w, body, count);
    return ospf_lsa_checksum(octets, written(&w));
}

static void make(struct step *s, const struct origin *w, uint32_t sequence) {
    struct ospf_lsa_header h = {.options = (uint8_t)w->options,
                                .type = (uint8_t)w->key.type,
                                .link_state_id = w->key.link_state_id,
                                .advertising_router = w->key.advertising_router,
                                .sequence = sequence,
                                .length = (uint16_t)(OSPF_LSA_HEADER + w->count)};
    h.checksum = checksum_of(&h, w->body, w->count);
    struct id id = ospf_lsa_install(s, w->ospf, w->area, &h, w->body, w->count);
    if (!id_is(id)) return; /* no room: the router cannot say it */
    struct ospf_lsa *lsa = ospf_lsa_edit(s, id);
    lsa->originated_at = s->now;
    ospf_wanted_forget(s, lsa);
    ospf_edit(s, w->ospf)->lsas_originated += 1;
    ospf_flood(s, id, none);
    ospf_origin_at(s, w->ospf, s->now); /* what was collected leaves then */
}

static void mark(struct step *s, struct id area) {
    struct ospf_area *a = object_touch(s->lab, POOL_OSPF_AREA, area);
    a->origin_wanted = 1;
}

/* Remembers what is to be said until it may be. Types 1 and 2 are described anew then. */
static void hold(struct step *s, const struct origin *w, struct ospf_lsa *lsa) {
    if (w->key.type <= OSPF_NETWORK_LSA) {
        mark(s, w->area);
        return;
    }
    lsa->wanted_options = w->options;
    ospf_wanted_keep(s, lsa, w->body, w->count);
}

/* O12 12.1.6, O25 14.1: behind MaxSequenceNumber the LSA is flushed, and everybody has to have
 * acknowledged that before it can begin anew with InitialSequenceNumber: ospf_age.c. */
static void wrap(struct step *s, const struct origin *w, struct ospf_lsa *lsa) {
    if (w->key.type <= OSPF_NETWORK_LSA)
        lsa->wanted = OSPF_WANTED_AGAIN;
    else
        hold(s, w, lsa);
    if (!lsa->flushing) ospf_age_reached(s, lsa->self, "RFC 2328 14.1");
    ospf_origin_at(s, w->ospf, s->now);
}

static bool says_so(const struct step *s, const struct ospf_lsa *lsa, const struct origin *w) {
    return !lsa->flushing && lsa->header.options == w->options &&
           ospf_lsa_same_body(s->lab, lsa->self, w->body, w->count);
}

/* O13 12.4: "new originations if and only if the contents of the new LSA would be different", and
 * not two "within the time period MinLSInterval". */
static void say(struct step *s, const struct origin *w) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, ospf_lsa_find(s->lab, w->ospf, w->area, w->key));
    if (lsa == NULL) {
        make(s, w, OSPF_INITIAL_SEQUENCE);
        return;
    }
    bool forced = lsa->wanted == OSPF_WANTED_AGAIN || lsa->received;
    if (!forced && says_so(s, lsa, w)) {
        ospf_wanted_forget(s, lsa); /* if there was something else, it is no longer true */
        return;
    }
    sim_time may = lsa->originated_at + setting_of(s->lab, lsa->node, SETTING_OSPF_MIN_LS_INTERVAL);
    if (lsa->originated_at >= 0 && may > s->now) {
        hold(s, w, lsa);
        ospf_origin_at(s, w->ospf, may);
    } else if (lsa->header.sequence == OSPF_MAX_SEQUENCE) {
        wrap(s, w, lsa);
    } else {
        make(s, w, lsa->header.sequence + 1);
    }
}

static void take_back(struct step *s, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    if (lsa == NULL) return;
    assert(lsa->self_originated); /* 14.1: "A router may only prematurely age its own" */
    ospf_wanted_forget(s, lsa);
    if (lsa->flushing) return;
    ospf_age_reached(s, id, "RFC 2328 14.1");
    ospf_origin_at(s, lsa->ospf, s->now);
}

/* ------------------------------------------------------------------------ types 1 and 2, again */

static void say_router(struct step *s, struct id ospf, struct id area) {
    uint8_t body[OSPF_LSA_MOST];
    uint32_t router_id = ospf_get(s->lab, ospf)->router_id;
    struct origin w = {.ospf = ospf,
                       .area = area,
                       .body = body,
                       .key = {OSPF_ROUTER_LSA, router_id, router_id},
                       .options = options_of(s->lab, area),
                       .count = ospf_router_body(s->lab, area, body)};
    if (w.count == 0)
        take_back(s, ospf_lsa_find(s->lab, ospf, area, w.key));
    else
        say(s, &w);
}

/* O15 */
static void say_network(struct step *s, struct id ospf, struct id interface) {
    uint8_t body[OSPF_LSA_MOST];
    const struct ospf_interface *i = ospf_interface_get(s->lab, interface);
    struct origin w = {.ospf = ospf,
                       .area = i->area,
                       .body = body,
                       .key = {OSPF_NETWORK_LSA, i->address, ospf_get(s->lab, ospf)->router_id},
                       .options = options_of(s->lab, i->area),
                       .count = ospf_network_body(s->lab, interface, body)};
    if (w.count != 0) say(s, &w);
}

/* Whether a network-LSA of ours says what is true of one of our interfaces. */
static bool stands(const struct lab *lab, const struct ospf_lsa *lsa) {
    uint8_t body[OSPF_LSA_MOST];
    if (lsa->header.advertising_router != ospf_get(lab, lsa->ospf)->router_id) return false;
    for (struct id id = none; id_is(id = ospf_next_interface(lab, lsa->ospf, id));) {
        const struct ospf_interface *i = ospf_interface_get(lab, id);
        if (id_same(i->area, lsa->area) && i->address == lsa->header.link_state_id)
            return ospf_network_body(lab, id, body) != 0;
    }
    return false;
}

/* O15 12.4.2: "no longer [Designated Router]: should flush the network-LSA". */
static void take_back_networks(struct step *s, struct id ospf, struct id area) {
    for (struct id id = ospf_lsa_first(s->lab, ospf, area); id_is(id);) {
        const struct ospf_lsa *lsa = ospf_lsa_get(s->lab, id);
        if (lsa->header.type > OSPF_NETWORK_LSA) return;
        bool own = lsa->header.type == OSPF_NETWORK_LSA && lsa->self_originated;
        if (own && !stands(s->lab, lsa)) take_back(s, id);
        id = lsa->next;
    }
}

static void look_at_area(struct step *s, struct id ospf, struct id area) {
    struct ospf_area *a = object_touch(s->lab, POOL_OSPF_AREA, area);
    if (!a->origin_wanted) return;
    a->origin_wanted = 0;
    say_router(s, ospf, area);
    for (struct id i = none; id_is(i = ospf_next_interface(s->lab, ospf, i));)
        if (id_same(ospf_interface_get(s->lab, i)->area, area)) say_network(s, ospf, i);
    take_back_networks(s, ospf, area);
}

/* ------------------------------------------------------------------- types 3 to 5 that waited */

static void say_wanted(struct step *s, const struct ospf_lsa *lsa) {
    uint8_t body[OSPF_LSA_MOST];
    bool other = lsa->wanted == OSPF_WANTED_OTHER;
    struct origin w = {.ospf = lsa->ospf,
                       .area = lsa->area,
                       .body = body,
                       .key = ospf_key_of(&lsa->header),
                       .options = other ? lsa->wanted_options : lsa->header.options,
                       .count = other ? ospf_wanted_body(s->lab, lsa, body)
                                      : ospf_lsa_body(s->lab, lsa->self, body)};
    say(s, &w);
}

/* They stand behind the others: from the end on, to the first that is of type 1 or 2. */
static void look_at_others(struct step *s, struct id first) {
    const struct ospf_lsa *head = ospf_lsa_get(s->lab, first), *lsa = head;
    for (struct id id = head == NULL ? none : head->previous; id_is(id); id = lsa->previous) {
        lsa = ospf_lsa_get(s->lab, id);
        if (lsa->header.type <= OSPF_NETWORK_LSA) return;
        if (lsa->wanted != OSPF_WANTED_NOTHING) say_wanted(s, lsa);
        if (lsa == head) return;
    }
}

void ospf_origin_timer_fired(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    for (struct id area = o->first_area; id_is(area); area = ospf_area_get(s->lab, area)->next) {
        look_at_area(s, ospf, area);
        look_at_others(s, ospf_lsa_first(s->lab, ospf, area));
    }
    look_at_others(s, o->first_external);
    ospf_updates_out(s, ospf);
}

/* ------------------------------------------------------------- the events of 12.4, O13 */

/* (2) to (4), (8) */
void ospf_originate_router(struct step *s, struct id area) {
    mark(s, area);
    struct id ospf = ospf_area_get(s->lab, area)->ospf;
    ospf_origin_at(s, ospf, s->now);
}

void ospf_originate_network(struct step *s, struct id interface) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, interface);
    if (id_is(i->area)) ospf_originate_router(s, i->area);
}

/* It may have left an area just now, so all of them are looked at. */
void ospf_interface_changed(struct step *s, struct id interface) {
    const struct ospf *o = ospf_get(s->lab, ospf_interface_get(s->lab, interface)->ospf);
    for (struct id area = o->first_area; id_is(area); area = ospf_area_get(s->lab, area)->next)
        ospf_originate_router(s, area);
}

/* (5) to (7), (9) */
void ospf_originate(struct step *s, struct id ospf, struct id area, struct ospf_key_of_lsa key,
                    uint32_t options, const uint8_t *body, size_t count) {
    struct origin w = {
        .ospf = ospf, .area = area, .key = key, .options = options, .body = body, .count = count};
    assert(key.type > OSPF_NETWORK_LSA && count <= OSPF_LSA_MOST);
    say(s, &w);
}

/* (10) */
void ospf_withdraw(struct step *s, struct id ospf, struct id area, struct ospf_key_of_lsa key) {
    take_back(s, ospf_lsa_find(s->lab, ospf, area, key));
}

static void take_back_all(struct step *s, struct id first) {
    const struct ospf_lsa *lsa;
    for (struct id id = first; (lsa = ospf_lsa_get(s->lab, id)) != NULL; id = lsa->next)
        if (lsa->self_originated) take_back(s, id);
}

/* O25; C.1: "Before restarting in order to change its Router ID, the router should flush its
 * self-originated LSAs from the routing domain". */
void ospf_withdraw_all(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    for (struct id area = o->first_area; id_is(area); area = ospf_area_get(s->lab, area)->next)
        take_back_all(s, ospf_lsa_first(s->lab, ospf, area));
    take_back_all(s, o->first_external);
    ospf_updates_out(s, ospf);
}

/* (1) */
void ospf_originate_again(struct step *s, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    if (lsa->wanted == OSPF_WANTED_NOTHING) lsa->wanted = OSPF_WANTED_AGAIN;
    if (id_is(lsa->area)) mark(s, lsa->area);
    ospf_origin_at(s, lsa->ospf, s->now);
}

/* O21 13.4: an instance of ours that we have not made: of the time before we began anew. What is
 * still true gets the next number, anything else is flushed. */
void ospf_self_received(struct step *s, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    bool ours = lsa->header.advertising_router == ospf_get(s->lab, lsa->ospf)->router_id;
    trace_rule(s, lsa->node, id, "RFC 2328 13.4",
               "an LSA of this router that it has not made since it began", false);
    if (lsa->header.type <= OSPF_NETWORK_LSA && ours)
        ospf_originate_again(s, id);
    else if (lsa->wanted == OSPF_WANTED_OTHER)
        ospf_origin_at(s, lsa->ospf, s->now);
    else
        take_back(s, id);
}
