#include "routing/ospf_parts.h"
/*
 * The interface machine of RFC 2328 9.1 to 9.3, as a table: its rows are the RFC's entries in the
 * RFC's order. One lookup finds the row and tells it; what no row is for changes nothing. The
 * election that most rows lead to is in ospf_elect.c.
 *
 * 4.4: events that the neighbour machine and Hellos give to this machine are scheduled, so that
 * neither machine runs within the other; ospf_tasks_run() is the end of whatever woke the daemon.
 *
 * Left out: NBMA and Point-to-MultiPoint networks.
 */
#include "sim/trace.h"
#include "stack/socket.h"
#include <assert.h>

/* ------------------------------------------------------------------- the actions */

static void nothing(struct step *s, struct id id) {
    (void)s, (void)id;
}

/* Down, InterfaceUp. */
static void begin(struct step *s, struct id id) {
    struct ospf_interface *i = ospf_interface_edit(s, id);
    i->joined_at = s->now;
    enum ospf_interface_state state = OSPF_INTERFACE_WAITING;
    if (i->type != OSPF_BROADCAST)
        state = OSPF_INTERFACE_POINT_TO_POINT;
    else if (i->priority == 0)
        state = OSPF_INTERFACE_DR_OTHER;
    ospf_interface_enter(s, id, state, "RFC 2328 9.3");
    ospf_hello_send(s, id);
    if (state == OSPF_INTERFACE_WAITING)
        timer_set(s, &i->wait_timer, TIMER_OSPF_WAIT, i->node, id, s->now + SEC(i->dead_s));
}

static void elect(struct step *s, struct id id) {
    struct ospf_interface *i = ospf_interface_edit(s, id);
    timer_stop(s, &i->wait_timer);
    ospf_elect(s, id);
}

/* InterfaceDown, and LoopInd. */
static void reset(struct step *s, struct id id) {
    struct ospf_interface *i = ospf_interface_edit(s, id);
    while (id_is(i->first_neighbor)) {
        struct id neighbor = i->first_neighbor;
        ospf_neighbor_event(s, neighbor, OSPF_KILL_NBR);
        ospf_neighbor_destroy(s, neighbor);
    }
    timer_stop(s, &i->hello_timer);
    timer_stop(s, &i->wait_timer);
    ospf_ack_clear(s, id);
    i->dr = i->bdr = 0;
    i->dr_id = i->bdr_id = 0;
    i->scheduled = 0;
}

/* ------------------------------------------------------------------- the table, 9.3 */

enum {
    DOWN = 1 << OSPF_INTERFACE_DOWN,
    LOOPBACK = 1 << OSPF_INTERFACE_LOOPBACK,
    WAITING = 1 << OSPF_INTERFACE_WAITING,
    ELECTED = 1 << OSPF_INTERFACE_DR_OTHER | 1 << OSPF_INTERFACE_BACKUP | 1 << OSPF_INTERFACE_DR,
    ANY = (1 << OSPF_INTERFACE_STATE_COUNT) - 1,
    DEPENDS = OSPF_INTERFACE_STATE_COUNT /* upon the action */
};

/* O3 */
static const struct row {
    uint32_t states, event, state;
    void (*action)(struct step *, struct id);
    const char *says;
} rows[] = {
    {DOWN, OSPF_INTERFACE_UP, DEPENDS, begin,
     "start the Hello Timer; wait for a Designated Router"},
    {WAITING, OSPF_BACKUP_SEEN, DEPENDS, elect, "elect, 9.4"},
    {WAITING, OSPF_WAIT_TIMER, DEPENDS, elect, "elect, 9.4"},
    {ELECTED, OSPF_NEIGHBOR_CHANGE, DEPENDS, elect, "elect again, 9.4"},
    {ANY, OSPF_INTERFACE_GOES_DOWN, OSPF_INTERFACE_DOWN, reset, "reset; kill all neighbours"},
    {ANY, OSPF_LOOP_IND, OSPF_INTERFACE_LOOPBACK, reset, "reset; kill all neighbours"},
    {LOOPBACK, OSPF_UNLOOP_IND, OSPF_INTERFACE_DOWN, nothing, "wait for InterfaceUp"},
};

static const struct row *row_for(uint32_t state, uint32_t event) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].event == event && (rows[i].states & 1u << state) != 0) return &rows[i];
    return NULL;
}

static void tell(struct step *s, const struct ospf_interface *i, uint32_t event,
                 const struct row *row) {
    char room[128];
    struct text t = text_of(room, sizeof room);
    if (s->sink == NULL) return;
    text_add(&t, ospf_interface_event_name(event));
    text_add(&t, " in ");
    text_add(&t, ospf_interface_state_name(i->state));
    text_add(&t, ": ");
    text_add(&t, row != NULL ? row->says : "nothing is to be done");
    trace_rule(s, i->node, i->self, "RFC 2328 9.3", room, row != NULL);
}

void ospf_interface_event(struct step *s, struct id id, enum ospf_interface_event event) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, id);
    const struct row *row = row_for(i->state, event);
    tell(s, i, event, row);
    if (row == NULL) return;
    row->action(s, id);
    if (row->state != DEPENDS) ospf_interface_enter(s, id, row->state, "RFC 2328 9.3");
}

/* ------------------------------------------------------------------- the state's one writer */

/* AllSPFRouters wherever Hellos are spoken; AllDRouters as DR and Backup (8.1, A.1). */
static uint32_t groups_of(const struct ospf_interface *i) {
    if (i->state < OSPF_INTERFACE_WAITING || i->passive != 0) return 0;
    bool listens = i->state == OSPF_INTERFACE_DR || i->state == OSPF_INTERFACE_BACKUP;
    return listens ? 3 : 1;
}

static void join_groups(struct step *s, struct ospf_interface *i) {
    static const ip4 groups[] = {OSPF_ALL_SPF_ROUTERS, OSPF_ALL_D_ROUTERS};
    struct id socket = ospf_get(s->lab, i->ospf)->socket;
    uint32_t wanted = groups_of(i), differs = wanted ^ i->joined;
    for (uint32_t g = 0; g < 2 && socket_get(s->lab, socket) != NULL; g++) {
        if ((differs & 1u << g) == 0) continue;
        if ((wanted & 1u << g) != 0)
            socket_group_join(s, socket, i->interface, groups[g]);
        else
            socket_group_leave(s, socket, i->interface, groups[g]);
    }
    i->joined = wanted;
}

void ospf_interface_enter(struct step *s, struct id id, enum ospf_interface_state state,
                          const char *clause) {
    struct ospf_interface *i = ospf_interface_edit(s, id);
    uint32_t before = i->state;
    if (before != state) {
        i->state = state;
        trace_state(s, i->node, MACHINE_OSPF_INTERFACE, id, before, state, clause);
        ospf_interface_changed(s, id);
    }
    join_groups(s, i);
    bool was_up = before > OSPF_INTERFACE_LOOPBACK, is_up = state > OSPF_INTERFACE_LOOPBACK;
    if (was_up == is_up) return;
    struct ospf_area *area = ospf_area_edit(s, i->area);
    area->interface_count += is_up ? 1u : UINT32_MAX;
    ospf_routes_wanted(s, i->ospf, OSPF_WANT_SPF); /* it may be an area border router now: 3.3 */
}

/* ------------------------------------------------------------------- what is scheduled, 4.4 */

void ospf_interface_schedule(struct step *s, struct id id, enum ospf_interface_event event) {
    ospf_interface_edit(s, id)->scheduled |= 1u << event;
}

static void reap(struct step *s, struct id id) {
    struct id next;
    for (struct id n = ospf_interface_get(s->lab, id)->first_neighbor; id_is(n); n = next) {
        const struct ospf_neighbor *neighbor = ospf_neighbor_get(s->lab, n);
        next = neighbor->next;
        if (neighbor->state == OSPF_NEIGHBOR_DOWN) ospf_neighbor_destroy(s, n);
    }
}

static void run(struct step *s, struct id id) {
    while (ospf_interface_get(s->lab, id)->scheduled != 0) {
        struct ospf_interface *i = ospf_interface_edit(s, id);
        uint32_t tasks = i->scheduled;
        i->scheduled = 0;
        if ((tasks & OSPF_TASK_REAP) != 0) reap(s, id);
        for (uint32_t event = 0; event < OSPF_INTERFACE_EVENT_COUNT; event++)
            if ((tasks & 1u << event) != 0) ospf_interface_event(s, id, event);
    }
}

void ospf_tasks_run(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    for (struct id i = o->first_interface; id_is(i); i = ospf_interface_get(s->lab, i)->next)
        if (ospf_interface_get(s->lab, i)->scheduled != 0) run(s, i);
}
