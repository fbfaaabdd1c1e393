#include "routing/ospf_parts.h"
/*
 * The neighbour machine of RFC 2328 10.1 to 10.4, as a table: its rows are the entries of 10.3 in
 * the RFC's order. One lookup finds the row and tells it. The new state is entered, then the
 * action runs; where the new state depends upon the action, the action enters it.
 *
 * A neighbour that is Down is forgotten when the step's tasks are done: without NBMA networks
 * nobody keeps a list of those that could be there.
 *
 * Left out: NBMA networks, whose neighbours alone are Attempted (10.1); the entries for Start and
 * Attempt stand in the table all the same.
 */
#include "sim/trace.h"
#include <assert.h>

/* ------------------------------------------------------------------- 10.4 */

/* O7 */
bool ospf_should_be_adjacent(const struct lab *lab, struct id id) {
    const struct ospf_neighbor *n = ospf_neighbor_get(lab, id);
    const struct ospf_interface *i = ospf_interface_get(lab, n->interface);
    if (i->type != OSPF_BROADCAST) return true;
    if (i->state == OSPF_INTERFACE_DR || i->state == OSPF_INTERFACE_BACKUP) return true;
    return n->address == i->dr || n->address == i->bdr;
}

/* ------------------------------------------------------------------- the actions */

static void nothing(struct step *s, struct id id) {
    (void)s, (void)id;
}

static void heard(struct step *s, struct id id) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    uint32_t dead_s = ospf_interface_get(s->lab, n->interface)->dead_s;
    n->heard_at = s->now;
    timer_set(s, &n->inactivity_timer, TIMER_OSPF_INACTIVITY, n->node, id, s->now + SEC(dead_s));
}

static void attempt(struct step *s, struct id id) {
    ospf_hello_send(s, ospf_neighbor_get(s->lab, id)->interface);
    heard(s, id);
}

/* Init, 2-WayReceived; and 2-Way, AdjOK?. */
static void decide(struct step *s, struct id id) {
    bool adjacent = ospf_should_be_adjacent(s->lab, id);
    if (!adjacent) {
        ospf_neighbor_enter(s, id, OSPF_NEIGHBOR_2WAY, "RFC 2328 10.4");
        return;
    }
    ospf_neighbor_enter(s, id, OSPF_NEIGHBOR_EXSTART, "RFC 2328 10.4");
    ospf_dd_begin(s, id);
}

static void describe(struct step *s, struct id id) {
    ospf_dd_exchange(s, id);
}

static void exchanged(struct step *s, struct id id) {
    bool all = ospf_neighbor_get(s->lab, id)->requests == 0;
    ospf_neighbor_enter(s, id, all ? OSPF_NEIGHBOR_FULL : OSPF_NEIGHBOR_LOADING, "RFC 2328 10.3");
    if (!all) ospf_request_send(s, id);
}

static void keep_or_break(struct step *s, struct id id) {
    if (ospf_should_be_adjacent(s->lab, id)) return;
    ospf_neighbor_enter(s, id, OSPF_NEIGHBOR_2WAY, "RFC 2328 10.4");
    ospf_lists_clear(s, id);
}

static void begin_again(struct step *s, struct id id) {
    ospf_lists_clear(s, id);
    ospf_dd_begin(s, id);
}

static void clear(struct step *s, struct id id) {
    ospf_lists_clear(s, id);
}

static void clear_and_disable(struct step *s, struct id id) {
    ospf_lists_clear(s, id);
    timer_stop(s, &ospf_neighbor_edit(s, id)->inactivity_timer);
}

/* ------------------------------------------------------------------- the table, 10.3 */

enum {
    DOWN = 1 << OSPF_NEIGHBOR_DOWN,
    ATTEMPT = 1 << OSPF_NEIGHBOR_ATTEMPT,
    INIT = 1 << OSPF_NEIGHBOR_INIT,
    TWO_WAY = 1 << OSPF_NEIGHBOR_2WAY,
    EXSTART = 1 << OSPF_NEIGHBOR_EXSTART,
    EXCHANGE = 1 << OSPF_NEIGHBOR_EXCHANGE,
    LOADING = 1 << OSPF_NEIGHBOR_LOADING,
    FULL = 1 << OSPF_NEIGHBOR_FULL,
    EXCHANGE_UP = EXCHANGE | LOADING | FULL, /* "Exchange or greater" */
    EXSTART_UP = EXSTART | EXCHANGE_UP,
    TWO_WAY_UP = TWO_WAY | EXSTART_UP,
    INIT_UP = INIT | TWO_WAY_UP,
    ANY = DOWN | ATTEMPT | INIT_UP,
    SAME = OSPF_NEIGHBOR_STATE_COUNT, /* no state change, */
    DEPENDS                           /* or what the action enters */
};

/* O6 */
static const struct row {
    uint32_t states, event, state;
    void (*action)(struct step *, struct id);
    const char *says;
} rows[] = {
    {DOWN, OSPF_START, OSPF_NEIGHBOR_ATTEMPT, attempt, "send a Hello"},
    {ATTEMPT, OSPF_HELLO_RECEIVED, OSPF_NEIGHBOR_INIT, heard, "restart the Inactivity Timer"},
    {DOWN, OSPF_HELLO_RECEIVED, OSPF_NEIGHBOR_INIT, heard, "start the Inactivity Timer"},
    {INIT_UP, OSPF_HELLO_RECEIVED, SAME, heard, "restart the Inactivity Timer"},
    {INIT, OSPF_2WAY_RECEIVED, DEPENDS, decide, "is an adjacency to be established? 10.4"},
    {EXSTART, OSPF_NEGOTIATION_DONE, OSPF_NEIGHBOR_EXCHANGE, describe, "list the whole database"},
    {EXCHANGE, OSPF_EXCHANGE_DONE, DEPENDS, exchanged, "request what is newer over there"},
    {LOADING, OSPF_LOADING_DONE, OSPF_NEIGHBOR_FULL, nothing, "fully adjacent"},
    {TWO_WAY, OSPF_ADJ_OK, DEPENDS, decide, "is an adjacency to be established? 10.4"},
    {EXSTART_UP, OSPF_ADJ_OK, DEPENDS, keep_or_break, "is it still to be adjacent? 10.4"},
    {EXCHANGE_UP, OSPF_SEQ_NUMBER_MISMATCH, OSPF_NEIGHBOR_EXSTART, begin_again,
     "clear the lists; begin the exchange again"},
    {EXCHANGE_UP, OSPF_BAD_LS_REQ, OSPF_NEIGHBOR_EXSTART, begin_again,
     "clear the lists; begin the exchange again"},
    {ANY, OSPF_KILL_NBR, OSPF_NEIGHBOR_DOWN, clear_and_disable,
     "clear the lists; stop the Inactivity Timer"},
    {ANY, OSPF_LL_DOWN, OSPF_NEIGHBOR_DOWN, clear_and_disable,
     "clear the lists; stop the Inactivity Timer"},
    {ANY, OSPF_INACTIVITY_TIMER, OSPF_NEIGHBOR_DOWN, clear, "clear the lists"},
    {TWO_WAY_UP, OSPF_1WAY_RECEIVED, OSPF_NEIGHBOR_INIT, clear, "clear the lists"},
    {TWO_WAY_UP, OSPF_2WAY_RECEIVED, SAME, nothing, "as before"},
    {INIT, OSPF_1WAY_RECEIVED, SAME, nothing, "as before"},
};

static const struct row *row_for(uint32_t state, uint32_t event) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].event == event && (rows[i].states & 1u << state) != 0) return &rows[i];
    return NULL;
}

static void tell(struct step *s, const struct ospf_neighbor *n, uint32_t event,
                 const struct row *row) {
    char room[128];
    struct text t = text_of(room, sizeof room);
    if (s->sink == NULL) return;
    text_add(&t, ospf_neighbor_event_name(event));
    text_add(&t, " in ");
    text_add(&t, ospf_neighbor_state_name(n->state));
    text_add(&t, ": ");
    text_add(&t, row != NULL ? row->says : "nothing is to be done");
    trace_rule(s, n->node, n->self, "RFC 2328 10.3", room, row != NULL);
}

void ospf_neighbor_event(struct step *s, struct id id, enum ospf_neighbor_event event) {
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, id);
    const struct row *row = row_for(n->state, event);
    tell(s, n, event, row);
    if (row == NULL) return;
    if (row->state < OSPF_NEIGHBOR_STATE_COUNT)
        ospf_neighbor_enter(s, id, row->state, "RFC 2328 10.3");
    row->action(s, id);
}

/* ------------------------------------------------------------------- the state's one writer */

static void count_full(struct step *s, struct ospf_neighbor *n, bool full) {
    struct ospf_interface *i = ospf_interface_edit(s, n->interface);
    struct ospf_area *area = ospf_area_edit(s, i->area);
    i->full_count += full ? 1u : UINT32_MAX;
    area->full_count += full ? 1u : UINT32_MAX;
    if (full) n->full_at = s->now;
    ospf_interface_changed(s, n->interface); /* 12.4: what the LSAs say of the link */
}

void ospf_neighbor_enter(struct step *s, struct id id, enum ospf_neighbor_state state,
                         const char *clause) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    uint32_t before = n->state;
    if (before == state) return;
    n->state = state;
    n->changes++;
    n->changed_at = s->now;
    trace_state(s, n->node, MACHINE_OSPF_NEIGHBOR, id, before, state, clause);
    bool was_two_way = before >= OSPF_NEIGHBOR_2WAY, is_two_way = state >= OSPF_NEIGHBOR_2WAY;
    if (was_two_way != is_two_way) /* 9.2 */
        ospf_interface_schedule(s, n->interface, OSPF_NEIGHBOR_CHANGE);
    bool was_full = before == OSPF_NEIGHBOR_FULL, is_full = state == OSPF_NEIGHBOR_FULL;
    if (was_full != is_full) count_full(s, n, is_full);
    if (before == OSPF_NEIGHBOR_EXCHANGE || before == OSPF_NEIGHBOR_LOADING)
        ospf_flushing_look(s, ospf_interface_get(s->lab, n->interface)->ospf);
    if (state != OSPF_NEIGHBOR_DOWN) return;
    n->crypt_sequence = 0; /* D.3 */
    ospf_interface_edit(s, n->interface)->scheduled |= OSPF_TASK_REAP;
}

/* ------------------------------------------------------------------- the list of neighbours */

struct id ospf_neighbor_with_id(const struct lab *lab, struct id interface, uint32_t router_id) {
    struct id id = ospf_interface_get(lab, interface)->first_neighbor;
    while (id_is(id) && ospf_neighbor_get(lab, id)->router_id != router_id)
        id = ospf_neighbor_get(lab, id)->next;
    return id;
}

struct id ospf_neighbor_with_address(const struct lab *lab, struct id interface, ip4 address) {
    struct id id = ospf_interface_get(lab, interface)->first_neighbor;
    while (id_is(id) && ospf_neighbor_get(lab, id)->address != address)
        id = ospf_neighbor_get(lab, id)->next;
    return id;
}

static bool stands_before(const struct ospf_neighbor *n, uint32_t router_id, ip4 address) {
    return n->router_id != router_id ? n->router_id < router_id : n->address < address;
}

struct id ospf_neighbor_create(struct step *s, struct id interface, uint32_t router_id,
                               ip4 address) {
    struct ospf_interface *i = ospf_interface_edit(s, interface);
    struct id id = object_create(s, POOL_OSPF_NEIGHBOR, i->node);
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    if (n == NULL) return id;
    n->self = id;
    n->node = i->node;
    n->interface = interface;
    n->router_id = router_id;
    n->address = address;
    n->changed_at = s->now;
    struct id *place = &i->first_neighbor;
    while (id_is(*place) && stands_before(ospf_neighbor_get(s->lab, *place), router_id, address))
        place = &ospf_neighbor_edit(s, *place)->next;
    n->next = *place;
    *place = id;
    i->neighbor_count++;
    return id;
}

/* It is Down: its timers and lists have gone with the last state. */
void ospf_neighbor_destroy(struct step *s, struct id id) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    assert(n->state == OSPF_NEIGHBOR_DOWN);
    struct ospf_interface *i = ospf_interface_edit(s, n->interface);
    struct id *place = &i->first_neighbor;
    while (!id_same(*place, id)) place = &ospf_neighbor_edit(s, *place)->next;
    *place = n->next;
    i->neighbor_count--;
    timer_stop(s, &n->inactivity_timer);
    object_destroy(s, POOL_OSPF_NEIGHBOR, id);
}

void ospf_neighbor_timer_fired(struct step *s, uint32_t timer, struct id id) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    if (timer == TIMER_OSPF_INACTIVITY) {
        n->inactivity_timer = (struct id){0, 0};
        ospf_neighbor_event(s, id, OSPF_INACTIVITY_TIMER);
    } else if (timer == TIMER_OSPF_DD) {
        n->dd_timer = (struct id){0, 0};
        ospf_dd_timer_fired(s, id);
    } else if (timer == TIMER_OSPF_REQUEST) {
        n->request_timer = (struct id){0, 0};
        ospf_request_send(s, id);
    } else {
        ospf_retransmission_timer_fired(s, id);
    }
}
