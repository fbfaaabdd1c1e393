#include "routing/ospf_parts.h"
/*
 * Which interfaces of the node take part in OSPF, in which area and with which parameters: RFC 2328
 * 9 and C.3. The kernel's interfaces and the configuration are looked at afresh whenever either has
 * changed, and compared with what runs; what differs becomes InterfaceUp and InterfaceDown.
 *
 * Left out: unnumbered interfaces, and more than one network on one (appendix F).
 */
#include "stack/iface.h"

struct id ospf_interface_of(const struct lab *lab, uint32_t interface) {
    const struct ospf *o = ospf_get(lab, ospf_of(lab, iface_get(lab, interface)->node));
    struct id id = o == NULL ? (struct id){0, 0} : o->first_interface;
    while (id_is(id) && ospf_interface_get(lab, id)->interface != interface)
        id = ospf_interface_get(lab, id)->next;
    return id;
}

struct id ospf_interface_open(struct step *s, struct id ospf, uint32_t interface) {
    struct ospf *o = ospf_edit(s, ospf);
    uint32_t number = iface_get(s->lab, interface)->number;
    struct id *place = &o->first_interface;
    while (id_is(*place) && ospf_interface_get(s->lab, *place)->number < number)
        place = &ospf_interface_edit(s, *place)->next;
    if (id_is(*place) && ospf_interface_get(s->lab, *place)->number == number) return *place;
    struct id id = object_create(s, POOL_OSPF_INTERFACE, o->node);
    struct ospf_interface *i = ospf_interface_edit(s, id);
    if (i == NULL) return id;
    i->self = id;
    i->ospf = ospf;
    i->node = o->node;
    i->interface = interface;
    i->number = number;
    i->next = *place;
    *place = id;
    return id;
}

/* ------------------------------------------------------------------- what is configured */

/* The line that says most about the interface's network wins. */
static const struct ospf_network *network_of(const struct ospf *o, const struct interface *i) {
    const struct ospf_network *best = NULL;
    for (uint32_t n = 0; n < o->set.network_count; n++) {
        const struct ospf_network *line = &o->set.network[n];
        bool holds = ((i->address ^ line->network) & prefix_mask(line->prefix)) == 0 &&
                     i->prefix >= line->prefix;
        if (holds && (best == NULL || line->prefix > best->prefix)) best = line;
    }
    return best;
}

static bool area_wanted(const struct ospf *o, const struct interface *i,
                        const struct ospf_interface *has, uint32_t *area_id) {
    if (i->address == 0) return false;
    const struct ospf_network *line = network_of(o, i);
    if (has != NULL && has->set.has_area != 0) {
        *area_id = has->set.area_id;
        return true;
    }
    if (line != NULL) *area_id = line->area;
    return line != NULL;
}

static bool is_passive(const struct ospf *o, const struct ospf_interface_settings *set) {
    return set->passive != 0 || (o->set.passive_default != 0 && set->active == 0);
}

/* C.3: by the bandwidth, as FRR; a cable of no known rate counts as one of 10 Mbit/s. */
static uint32_t cost_of(const struct lab *lab, const struct ospf *o,
                        const struct ospf_interface *i) {
    enum { COST_MOST = 65535, RATE_UNKNOWN = 10000000 };
    uint32_t link = iface_get(lab, i->interface)->link;
    uint64_t rate = link == 0 ? 0 : lab_link(lab, link).rate_bps;
    if (i->set.cost != 0) return i->set.cost;
    if (rate == 0) rate = RATE_UNKNOWN;
    uint64_t cost = (o->set.reference_bandwidth * UINT64_C(1000000) + rate / 2) / rate;
    return cost < 1 ? 1 : cost > COST_MOST ? COST_MOST : (uint32_t)cost;
}

/* O33 */
static void take_parameters(struct step *s, const struct ospf *o, struct ospf_interface *i) {
    const struct ospf_interface_settings *set = &i->set;
    const struct ospf_area *area = ospf_area_get(s->lab, i->area);
    bool up = i->state > OSPF_INTERFACE_LOOPBACK;
    uint32_t cost = cost_of(s->lab, o, i), hello_s = set->hello_s == 0 ? 10 : set->hello_s;
    uint32_t priority = set->priority == 0 ? 1 : set->priority - 1;
    if (up && cost != i->cost) ospf_interface_changed(s, i->self);
    if (up && priority != i->priority) ospf_interface_schedule(s, i->self, OSPF_NEIGHBOR_CHANGE);
    if (up && hello_s != i->hello_s && i->passive == 0)
        timer_set(s, &i->hello_timer, TIMER_OSPF_HELLO, i->node, i->self, s->now + SEC(hello_s));
    i->cost = cost;
    i->priority = priority;
    i->hello_s = hello_s;
    i->dead_s = set->dead_s == 0 ? 4 * hello_s : set->dead_s; /* as FRR */
    i->rxmt_s = set->rxmt_s == 0 ? 5 : set->rxmt_s;
    i->transmit_delay_s = set->transmit_delay_s == 0 ? 1 : set->transmit_delay_s;
    i->au_type = set->authentication != 0 ? set->authentication - 1 : area->set_authentication;
    i->mtu = iface_get(s->lab, i->interface)->mtu;
}

/* ------------------------------------------------------------------- compared with what runs */

void ospf_interface_leave(struct step *s, struct id id) {
    struct ospf_interface *i = ospf_interface_edit(s, id);
    if (!id_is(i->area)) return;
    if (i->state != OSPF_INTERFACE_DOWN) ospf_interface_event(s, id, OSPF_INTERFACE_GOES_DOWN);
    i->area = (struct id){0, 0};
    i->area_id = 0;
    i->address = 0;
    i->hellos_sent = i->packets_received = 0;
}

/* What cannot change while it runs. */
struct place {
    uint32_t area_id, type, prefix, passive, stub;
    ip4 address;
};

static bool is_there(const struct ospf_interface *i, const struct place *p) {
    return id_is(i->area) && i->area_id == p->area_id && i->type == p->type &&
           i->prefix == p->prefix && i->passive == p->passive && i->stub == p->stub &&
           i->address == p->address;
}

static void join(struct step *s, struct ospf_interface *i, const struct place *p) {
    if (is_there(i, p)) return;
    ospf_interface_leave(s, i->self);
    i->area = ospf_area_open(s, i->ospf, p->area_id);
    if (!id_is(i->area)) return;
    i->area_id = p->area_id;
    i->type = p->type;
    i->prefix = p->prefix;
    i->passive = p->passive;
    i->stub = p->stub;
    i->address = p->address;
}

static void update(struct step *s, struct id ospf, uint32_t interface) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    const struct interface *kernel = iface_get(s->lab, interface);
    struct id id = ospf_interface_of(s->lab, interface);
    uint32_t area_id;
    bool wanted = area_wanted(o, kernel, ospf_interface_get(s->lab, id), &area_id);
    if (!wanted || o->router_id == 0) {
        if (id_is(id)) ospf_interface_leave(s, id);
        return;
    }
    if (!id_is(id)) id = ospf_interface_open(s, ospf, interface);
    struct ospf_interface *i = ospf_interface_edit(s, id);
    if (i == NULL) return;
    struct place place = {.area_id = area_id,
                          .type = i->set.type == 0 ? OSPF_BROADCAST : i->set.type - 1,
                          .prefix = kernel->prefix,
                          .passive = is_passive(o, &i->set),
                          .stub = ospf_area_is_stub(s->lab, ospf_area_of(s->lab, ospf, area_id)),
                          .address = kernel->address};
    join(s, i, &place);
    if (!id_is(i->area)) return;
    take_parameters(s, o, i);
    bool up = kernel->up != 0 && iface_has_carrier(s->lab, interface);
    if (up && i->state == OSPF_INTERFACE_DOWN)
        ospf_interface_event(s, id, OSPF_INTERFACE_UP);
    else if (!up && i->state != OSPF_INTERFACE_DOWN)
        ospf_interface_event(s, id, OSPF_INTERFACE_GOES_DOWN);
}

void ospf_interfaces_update(struct step *s, struct id ospf) {
    struct ospf *o = ospf_edit(s, ospf);
    uint32_t count = node_view_at(s->lab, o->node)->interface_count;
    if (o->router_id == 0) o->router_id = ospf_router_id_chosen(s->lab, o->node);
    for (uint32_t n = 1; n <= count; n++) update(s, ospf, interface_global(s->lab, o->node, n));
}
