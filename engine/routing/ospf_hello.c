#include "routing/ospf_parts.h"
/*
 * The Hello protocol: RFC 2328 9.5, what is sent; 10.5, what is heard.
 * Left out: NBMA networks (9.5.1). On a virtual link Hellos go to its far end alone.
 */
#include "sim/trace.h"
#include "stack/iface.h"

/* ------------------------------------------------------------------- 9.5 */

static uint8_t options_of(const struct lab *lab, const struct ospf_interface *i) {
    return ospf_area_is_stub(lab, i->area) ? 0 : OSPF_OPTION_E;
}

/* O5 */
void ospf_hello_send(struct step *s, struct id id) {
    enum { BODY_ROOM = 1500 };
    struct ospf_interface *i = ospf_interface_edit(s, id);
    uint8_t body[BODY_ROOM];
    size_t room = ospf_packet_room(s->lab, id);
    struct writer w = writer_of(body, room < BODY_ROOM ? room : BODY_ROOM);
    struct ospf_hello hello = {
        .mask = i->type == OSPF_VIRTUAL_LINK ? 0 : prefix_mask(i->prefix),
        .interval = (uint16_t)i->hello_s,
        .options = options_of(s->lab, i),
        .priority = (uint8_t)i->priority,
        .dead_interval = i->dead_s,
        .dr = i->dr,
        .bdr = i->bdr,
    };
    if (i->passive != 0) return;
    timer_set(s, &i->hello_timer, TIMER_OSPF_HELLO, i->node, id, s->now + SEC(i->hello_s));
    ospf_emit_hello(&w, &hello);
    for (struct id n = i->first_neighbor; id_is(n); n = ospf_neighbor_get(s->lab, n)->next) {
        const struct ospf_neighbor *neighbor = ospf_neighbor_get(s->lab, n);
        bool fits = w.end - w.at >= 4;
        if (fits && neighbor->state >= OSPF_NEIGHBOR_INIT) write_u32(&w, neighbor->router_id);
    }
    i->hellos_sent++;
    ospf_packet_send(s, id, OSPF_HELLO, 0, body, written(&w));
}

/* ------------------------------------------------------------------- 10.5 */

/* What all routers of the network must have in common. O8 */
static enum reason mismatch(const struct lab *lab, const struct ospf_interface *i,
                            const struct ospf_hello *hello) {
    if (i->type == OSPF_BROADCAST && hello->mask != prefix_mask(i->prefix))
        return REASON_OSPF_HELLO_MASK;
    if (hello->interval != i->hello_s) return REASON_OSPF_HELLO_INTERVAL;
    if (hello->dead_interval != i->dead_s) return REASON_OSPF_DEAD_INTERVAL;
    if ((hello->options & OSPF_OPTION_E) != options_of(lab, i)) return REASON_OSPF_OPTIONS;
    return REASON_NONE;
}

/* What a neighbour said before, and whether it is said for the first time. */
struct claims {
    uint32_t priority;
    ip4 dr, bdr;
};

/* The address is the same, the router is another, or has begun again with another identity. */
static void forget_other(struct step *s, struct ospf_packet *p) {
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, p->neighbor);
    if (n == NULL || n->router_id == p->header.router_id) return;
    ospf_neighbor_event(s, p->neighbor, OSPF_KILL_NBR);
    ospf_neighbor_destroy(s, p->neighbor);
    p->neighbor = (struct id){0, 0};
}

static struct id neighbor_of(struct step *s, struct ospf_packet *p) {
    struct id id = p->neighbor;
    if (!id_is(id)) id = ospf_neighbor_create(s, p->interface, p->header.router_id, p->src);
    return id;
}

static void learn(struct step *s, struct id id, const struct ospf_packet *p,
                  const struct ospf_hello *hello) {
    struct ospf_neighbor *n = ospf_neighbor_edit(s, id);
    uint32_t type = ospf_interface_get(s->lab, p->interface)->type;
    if (p->header.au_type == OSPF_AU_CRYPTOGRAPHIC) n->crypt_sequence = p->header.crypt_sequence;
    if (type == OSPF_POINT_TO_POINT) n->address = p->src;
    n->priority = hello->priority;
    if (type != OSPF_BROADCAST) return;
    n->dr = hello->dr;
    n->bdr = hello->bdr;
}

static bool names_us(struct reader r, uint32_t router_id) {
    uint32_t id;
    while (ospf_next_neighbor(&r, &id))
        if (id == router_id) return true;
    return false;
}

/* The last three points of 10.5: what the election has to know. */
static void compare(struct step *s, struct id id, const struct claims *before, bool is_new) {
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, id);
    const struct ospf_interface *i = ospf_interface_get(s->lab, n->interface);
    bool is_dr = n->dr == n->address, was_dr = !is_new && before->dr == n->address;
    bool is_bdr = n->bdr == n->address, was_bdr = !is_new && before->bdr == n->address;
    bool waiting = i->state == OSPF_INTERFACE_WAITING;
    if (i->type != OSPF_BROADCAST) return;
    if (!is_new && n->priority != before->priority)
        ospf_interface_schedule(s, n->interface, OSPF_NEIGHBOR_CHANGE);
    if (is_dr && n->bdr == 0 && waiting)
        ospf_interface_schedule(s, n->interface, OSPF_BACKUP_SEEN);
    else if (is_dr != was_dr)
        ospf_interface_schedule(s, n->interface, OSPF_NEIGHBOR_CHANGE);
    if (is_bdr && waiting)
        ospf_interface_schedule(s, n->interface, OSPF_BACKUP_SEEN);
    else if (is_bdr != was_bdr)
        ospf_interface_schedule(s, n->interface, OSPF_NEIGHBOR_CHANGE);
}

void ospf_hello_in(struct step *s, struct ospf_packet *p) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, p->interface);
    struct ospf_hello hello;
    enum parse_result result = ospf_parse_hello(&hello, &p->body);
    if (result != PARSE_OK) {
        ospf_packet_dropped(s, p, REASON_TRUNCATED + (result - PARSE_TRUNCATED), "RFC 2328 A.3.2");
        return;
    }
    enum reason why = mismatch(s->lab, i, &hello);
    if (why != REASON_NONE) {
        ospf_packet_dropped(s, p, why, "RFC 2328 10.5");
        return;
    }
    forget_other(s, p);
    bool is_new = !id_is(p->neighbor);
    struct id id = neighbor_of(s, p);
    if (!id_is(id)) {
        ospf_packet_dropped(s, p, REASON_NO_NEIGHBOURS, NULL);
        return;
    }
    const struct ospf_neighbor *n = ospf_neighbor_get(s->lab, id);
    struct claims before = {n->priority, n->dr, n->bdr};
    learn(s, id, p, &hello);
    ospf_neighbor_event(s, id, OSPF_HELLO_RECEIVED);
    if (!names_us(p->body, ospf_get(s->lab, i->ospf)->router_id)) {
        ospf_neighbor_event(s, id, OSPF_1WAY_RECEIVED);
        return;
    }
    ospf_neighbor_event(s, id, OSPF_2WAY_RECEIVED);
    compare(s, id, &before, is_new);
}
