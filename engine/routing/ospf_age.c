#include "routing/ospf_lsdb.h"
/*
 * Ageing, RFC 2328 14. Nothing counts seconds: an advertisement knows when it was installed and how
 * old it was then. The router has one list of its advertisements by the time at which there is
 * something to do for one of them, and one timer for the first. Things are done at multiples of
 * CheckAge (the checksum), at LSRefreshTime (12.4 (1)) and at MaxAge; since those are multiples of
 * each other, who is put into the list belongs almost always near its end.
 *
 * What has MaxAge is flooded and waits until nobody has to acknowledge it and no neighbour is in
 * Exchange or Loading. It is in the list only when that may have come to pass.
 */
#include <assert.h>
#include <string.h>

static const struct id none = {0, 0};

/* ------------------------------------------------------------------------------ the list */

static void timer_follow(struct step *s, struct ospf *o) {
    const struct ospf_lsa *first = ospf_lsa_get(s->lab, o->first_due);
    sim_time at;
    if (first == NULL) {
        timer_stop(s, &o->age_timer);
        return;
    }
    sim_time due = first->due < s->now ? s->now : first->due;
    if (timer_pending(s->lab, o->age_timer, &at) && at == due) return;
    timer_set(s, &o->age_timer, TIMER_OSPF_AGE, o->node, o->self, due);
}

static void unlink_due(struct step *s, struct ospf *o, struct ospf_lsa *lsa) {
    struct ospf_lsa *front = ospf_lsa_touch(s, lsa->earlier), *behind;
    behind = ospf_lsa_touch(s, lsa->later);
    *(front == NULL ? &o->first_due : &front->later) = lsa->later;
    *(behind == NULL ? &o->last_due : &behind->earlier) = lsa->earlier;
    lsa->later = lsa->earlier = none;
    lsa->due = 0;
}

static void link_due(struct step *s, struct ospf *o, struct ospf_lsa *lsa, sim_time due) {
    struct id before = o->last_due;
    struct ospf_lsa *front;
    for (; (front = ospf_lsa_touch(s, before)) != NULL && front->due > due;)
        before = front->earlier;
    lsa->due = due;
    lsa->earlier = before;
    lsa->later = front == NULL ? o->first_due : front->later;
    struct ospf_lsa *behind = ospf_lsa_touch(s, lsa->later);
    *(front == NULL ? &o->first_due : &front->later) = lsa->self;
    *(behind == NULL ? &o->last_due : &behind->earlier) = lsa->self;
}

static void look_at(struct step *s, struct ospf_lsa *lsa, sim_time due) {
    struct ospf *o = ospf_touch(s, lsa->ospf);
    if (lsa->due != 0) unlink_due(s, o, lsa);
    link_due(s, o, lsa, due);
    timer_follow(s, o);
}

/* It leaves the database, or waits for somebody else. */
void ospf_age_leave(struct step *s, struct ospf_lsa *lsa) {
    struct ospf *o = ospf_touch(s, lsa->ospf);
    if (lsa->due != 0) unlink_due(s, o, lsa);
    timer_follow(s, o);
}

/* ------------------------------------------------------------------------- when to look next */

static int64_t setting_seconds(const struct lab *lab, uint32_t node, enum setting setting) {
    return setting_of(lab, node, setting) / SEC(1);
}

/* The age, in seconds, at which there is something to do for it that is not done at `age`. */
static int64_t next_age(const struct lab *lab, const struct ospf_lsa *lsa, int64_t age) {
    int64_t next = (age / OSPF_CHECK_AGE + 1) * OSPF_CHECK_AGE;
    int64_t max_age = setting_seconds(lab, lsa->node, SETTING_OSPF_MAX_AGE);
    int64_t refresh = setting_seconds(lab, lsa->node, SETTING_OSPF_LS_REFRESH);
    if (lsa->self_originated && refresh > age && refresh < next) next = refresh;
    return max_age < next ? max_age : next;
}

void ospf_age_enter(struct step *s, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    if (lsa->flushing) {
        ospf_age_leave(s, lsa);
        ospf_flushing_look_at(s, id);
        return;
    }
    int64_t age = ospf_lsa_age(s->lab, id, s->now);
    int64_t next = next_age(s->lab, lsa, age);
    look_at(s, lsa, lsa->installed_at + (next - lsa->header.age) * SEC(1));
}

/* ---------------------------------------------------------------------------------- MaxAge */

void ospf_flushing_begins(struct step *s, struct id id) {
    ospf_lsa_touch(s, id)->flushing = 1;
    ospf_touch(s, ospf_lsa_get(s->lab, id)->ospf)->flushing_count += 1;
}

void ospf_flushing_ends(struct step *s, struct id id) {
    ospf_lsa_touch(s, id)->flushing = 0;
    ospf_touch(s, ospf_lsa_get(s->lab, id)->ospf)->flushing_count -= 1;
}

/* Looked at in a step of its own, at this same time: whoever has brought this about still works
 * with the database. */
void ospf_flushing_look_at(struct step *s, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    if (lsa->flushing && lsa->retransmissions == 0) look_at(s, lsa, s->now);
}

static void look_at_all(struct step *s, struct id ospf, struct id area) {
    struct id id = ospf_lsa_first(s->lab, ospf, area);
    for (; id_is(id); id = ospf_lsa_get(s->lab, id)->next) ospf_flushing_look_at(s, id);
}

void ospf_flushing_look(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    if (o->flushing_count == 0) return;
    for (struct id area = o->first_area; id_is(area); area = ospf_area_get(s->lab, area)->next)
        look_at_all(s, ospf, area);
    look_at_all(s, ospf, none);
}

/* O24 14: "as soon as both a) it is no longer contained on any neighbor Link state retransmission
 * lists and b) none of the router's neighbors are in states Exchange or Loading". What was to be
 * said next, and had to wait because sequence numbers begin anew, is said then: O12 12.1.6. */
static void remove_flushed(struct step *s, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    uint8_t body[OSPF_LSA_MOST];
    struct id ospf = lsa->ospf, area = lsa->area;
    struct ospf_key_of_lsa key = ospf_key_of(&lsa->header);
    if (lsa->retransmissions != 0 || ospf_somebody_exchanges(s->lab, ospf)) {
        ospf_age_leave(s, lsa);
        return;
    }
    uint32_t wanted = lsa->wanted, options = lsa->wanted_options;
    size_t count = ospf_wanted_body(s->lab, lsa, body);
    trace_rule(s, lsa->node, id, "RFC 2328 14", "an LSA of MaxAge leaves the database", false);
    ospf_lsa_remove(s, id);
    if (wanted == OSPF_WANTED_OTHER) ospf_originate(s, ospf, area, key, options, body, count);
    if (wanted == OSPF_WANTED_AGAIN && id_is(area)) ospf_originate_router(s, area);
}

/* O24 14, O25 14.1: "simply by reflooding the MaxAge LSA just as if it was newly originated". */
void ospf_age_reached(struct step *s, struct id id, const char *clause) {
    struct ospf_lsa *lsa = ospf_lsa_edit(s, id);
    assert(!lsa->flushing);
    ospf_retransmissions_forget(s, id);
    lsa->header.age = OSPF_MAX_AGE;
    lsa->installed_at = s->now;
    lsa->received = 0;
    ospf_flushing_begins(s, id);
    ospf_age_leave(s, lsa);
    trace_rule(s, lsa->node, id, clause,
               "the LSA has MaxAge and is flooded, to be forgotten by all", false);
    ospf_lsa_changed(s, id);
    ospf_flood(s, id, none);
    ospf_flushing_look_at(s, id);
}

/* --------------------------------------------------------------------------------- the timer */

/* O24 14: "If the LS checksum is incorrect, a program or memory error has been detected": it would
 * be ours. */
static void check(struct step *s, struct id id) {
    uint8_t octets[OSPF_LSA_HEADER + OSPF_LSA_MOST];
    struct writer w = writer_of(octets, sizeof octets);
    ospf_emit_lsa_header(&w, &ospf_lsa_get(s->lab, id)->header);
    size_t count = OSPF_LSA_HEADER + ospf_lsa_body(s->lab, id, octets + OSPF_LSA_HEADER);
    assert(ospf_lsa_checksum_holds(octets, count));
    (void)count;
}

static void look(struct step *s, struct id id) {
    const struct ospf_lsa *lsa = ospf_lsa_get(s->lab, id);
    if (lsa->flushing) {
        remove_flushed(s, id);
        return;
    }
    uint32_t age = ospf_lsa_age(s->lab, id, s->now);
    if (age >= OSPF_MAX_AGE) {
        ospf_age_reached(s, id, "RFC 2328 14");
        return;
    }
    if (age != 0 && age % OSPF_CHECK_AGE == 0) check(s, id);
    bool refresh = age >= setting_seconds(s->lab, lsa->node, SETTING_OSPF_LS_REFRESH);
    if (lsa->self_originated && refresh) ospf_originate_again(s, id); /* O13 (1) */
    ospf_age_enter(s, id);
}

void ospf_age_timer_fired(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    const struct ospf_lsa *first;
    while ((first = ospf_lsa_get(s->lab, o->first_due)) != NULL && first->due <= s->now)
        look(s, first->self);
    timer_follow(s, ospf_touch(s, ospf));
    ospf_updates_out(s, ospf);
}
