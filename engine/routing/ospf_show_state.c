#include "routing/ospf_show.h"
/* `show ip ospf neighbor` and `show ip ospf interface`, as FRR 8.4 prints them. */
#include <string.h>

#include "sim/event.h"
#include "stack/iface.h"

/* ----------------------------------------------------------------------------- neighbours */

static const char *neighbor_state(uint32_t state) {
    static const char *const names[OSPF_NEIGHBOR_STATE_COUNT] = {
        [OSPF_NEIGHBOR_DOWN] = "Down",       [OSPF_NEIGHBOR_ATTEMPT] = "Attempt",
        [OSPF_NEIGHBOR_INIT] = "Init",       [OSPF_NEIGHBOR_2WAY] = "2-Way",
        [OSPF_NEIGHBOR_EXSTART] = "ExStart", [OSPF_NEIGHBOR_EXCHANGE] = "Exchange",
        [OSPF_NEIGHBOR_LOADING] = "Loading", [OSPF_NEIGHBOR_FULL] = "Full"};
    return names[state];
}

/* "Full/DR": what the neighbour is on the link, by what this router holds. */
static void add_state(struct text *t, const struct ospf_interface *i,
                      const struct ospf_neighbor *n) {
    text_add(t, neighbor_state(n->state));
    if (i->type != OSPF_BROADCAST)
        text_add(t, "/-");
    else if (n->address == i->dr)
        text_add(t, "/DR");
    else if (n->address == i->bdr)
        text_add(t, "/Backup");
    else
        text_add(t, "/DROther");
}

static void add_due(struct text *t, const struct ospf_show *show, struct id timer) {
    sim_time at = show->now;
    timer_pending(show->lab, timer, &at);
    ospf_text_since(t, at - show->now);
}

static void add_count(struct text *t, uint64_t count, size_t width) {
    char number[24];
    struct text of = text_of(number, sizeof number);
    text_u64(&of, count);
    text_char(t, ' ');
    ospf_text_right(t, number, width);
}

static void say_neighbor(struct ospf_show *show, const struct ospf_interface *i,
                         const struct ospf_neighbor *n) {
    char part[64];
    struct text t = text_of(part, sizeof part);
    text_ip4(&t, n->router_id);
    text_column(&show->t, part, 15);
    add_count(&show->t, n->priority, 3);
    t = text_of(part, sizeof part);
    add_state(&t, i, n);
    text_char(&show->t, ' ');
    text_column(&show->t, part, 15);
    t = text_of(part, sizeof part);
    ospf_text_since(&t, show->now - n->changed_at);
    text_char(&show->t, ' ');
    text_column(&show->t, part, 15);
    t = text_of(part, sizeof part);
    add_due(&t, show, n->inactivity_timer);
    text_char(&show->t, ' ');
    ospf_text_right(&show->t, part, 9);
    t = text_of(part, sizeof part);
    text_ip4(&t, n->address);
    text_char(&show->t, ' ');
    text_column(&show->t, part, 15);
    t = text_of(part, sizeof part);
    text_add(&t, iface_get(show->lab, i->interface)->name);
    text_char(&t, ':');
    text_ip4(&t, i->address);
    text_char(&show->t, ' ');
    text_column(&show->t, part, 32);
    add_count(&show->t, n->retransmissions, 5);
    add_count(&show->t, n->requests, 5);
    add_count(&show->t, n->summaries, 5);
    ospf_say(show);
}

static void add_option(struct text *t, uint32_t options, uint32_t bit, const char *name) {
    text_char(t, '|');
    text_add(t, (options & bit) != 0 ? name : "-");
}

void ospf_text_options(struct text *t, uint32_t options) {
    text_char(t, '*');
    add_option(t, options, OSPF_OPTION_O, "O");
    add_option(t, options, OSPF_OPTION_DC, "DC");
    add_option(t, options, OSPF_OPTION_EA, "EA");
    add_option(t, options, OSPF_OPTION_NP, "N/P");
    add_option(t, options, OSPF_OPTION_MC, "MC");
    add_option(t, options, OSPF_OPTION_E, "E");
    add_option(t, options, OSPF_OPTION_MT, "M/T");
}

static void say_count(struct ospf_show *show, const char *what, uint32_t count) {
    text_add(&show->t, what);
    text_u64(&show->t, count);
    ospf_say(show);
}

static void say_timer(struct ospf_show *show, const char *what, bool on) {
    text_add(&show->t, "    Thread ");
    text_add(&show->t, what);
    text_add(&show->t, on ? " on" : " off");
    ospf_say(show);
}

static void say_lists(struct ospf_show *show, const struct ospf_neighbor *n) {
    const struct lab *lab = show->lab;
    say_count(show, "    Database Summary List ", n->summaries);
    say_count(show, "    Link State Request List ", n->requests);
    say_count(show, "    Link State Retransmission List ", n->retransmissions);
    say_timer(show, "Inactivity Timer", timer_pending(lab, n->inactivity_timer, NULL));
    say_timer(show, "Database Description Retransmision", timer_pending(lab, n->dd_timer, NULL));
    /* FRR's two run while there is a database exchange, or ever was. */
    bool exchanges = n->state >= OSPF_NEIGHBOR_EXCHANGE;
    say_timer(show, "Link State Request Retransmission", exchanges);
    say_timer(show, "Link State Update Retransmission", exchanges);
    ospf_say_text(show, "");
    ospf_say_text(show, "    Graceful restart Helper info:");
    ospf_say_text(show, "      Graceful Restart HELPER Status : None");
    ospf_say_text(show, "");
}

static void say_neighbor_detail(struct ospf_show *show, const struct ospf_interface *i,
                                const struct ospf_neighbor *n) {
    struct text *t = &show->t;
    text_add(t, " Neighbor ");
    text_ip4(t, n->router_id);
    text_add(t, ", interface address ");
    text_ip4(t, n->address);
    ospf_say(show);
    text_add(t, "    In the area ");
    text_ip4(t, i->area_id);
    if (ospf_area_is_stub(show->lab, i->area)) text_add(t, " [Stub]");
    text_add(t, " via interface ");
    text_add(t, iface_get(show->lab, i->interface)->name);
    ospf_say(show);
    text_add(t, "    Neighbor priority is ");
    text_u64(t, n->priority);
    text_add(t, ", State is ");
    add_state(t, i, n);
    text_add(t, ", ");
    text_u64(t, n->changes);
    text_add(t, " state changes");
    ospf_say(show);
    ospf_say_text(show, "    Most recent state change statistics:");
    text_add(t, "      Progressive change ");
    ospf_text_since(t, show->now - n->changed_at);
    text_add(t, " ago");
    ospf_say(show);
    text_add(t, "    DR is ");
    text_ip4(t, n->dr);
    text_add(t, ", BDR is ");
    text_ip4(t, n->bdr);
    ospf_say(show);
    text_add(t, "    Options ");
    text_u64(t, n->options);
    text_char(t, ' ');
    ospf_text_options(t, n->options);
    ospf_say(show);
    text_add(t, "    Dead timer due in ");
    add_due(t, show, n->inactivity_timer);
    ospf_say(show);
    say_lists(show, n);
}

/* Which neighbours: all; those on an interface; the one with this router id. */
struct which {
    const char *interface;
    uint32_t router_id; /* 0: any */
    bool detail;
};

static void say_neighbors_of(struct ospf_show *show, const struct ospf_interface *i,
                             const struct which *which) {
    const char *name = iface_get(show->lab, i->interface)->name;
    if (which->interface != NULL && !same_text(which->interface, name)) return;
    struct id id = i->first_neighbor;
    for (const struct ospf_neighbor *n; id_is(id); id = n->next) {
        n = ospf_neighbor_get(show->lab, id);
        if (which->router_id != 0 && n->router_id != which->router_id) continue;
        if (n->state == OSPF_NEIGHBOR_DOWN) continue;
        if (which->detail)
            say_neighbor_detail(show, i, n);
        else
            say_neighbor(show, i, n);
    }
}

bool ospf_show_neighbors(struct ospf_show *show, size_t count, char **words) {
    struct which which = {NULL, 0, false};
    if (count > 0 && same_text(words[count - 1], "detail")) {
        which.detail = true;
        count -= 1;
    }
    if (count > 1) return false;
    if (count == 1 && !same_text(words[0], "all") && !parse_ip4(words[0], &which.router_id))
        which.interface = words[0];
    if (!which.detail && which.router_id == 0) {
        ospf_say_text(show, "");
        ospf_say_text(show, "Neighbor ID     Pri State           Up Time         Dead Time "
                            "Address         Interface                        "
                            "RXmtL RqstL DBsmL");
    }
    struct id id = show->ospf->first_interface;
    for (; id_is(id); id = ospf_interface_get(show->lab, id)->next)
        say_neighbors_of(show, ospf_interface_get(show->lab, id), &which);
    ospf_say_text(show, "");
    return true;
}

/* ----------------------------------------------------------------------------- interfaces */

static const char *interface_state(uint32_t state) {
    static const char *const names[OSPF_INTERFACE_STATE_COUNT] = {
        [OSPF_INTERFACE_DOWN] = "Down",
        [OSPF_INTERFACE_LOOPBACK] = "Loopback",
        [OSPF_INTERFACE_WAITING] = "Waiting",
        [OSPF_INTERFACE_POINT_TO_POINT] = "Point-To-Point",
        [OSPF_INTERFACE_DR_OTHER] = "DROther",
        [OSPF_INTERFACE_BACKUP] = "Backup",
        [OSPF_INTERFACE_DR] = "DR"};
    return names[state];
}

static void say_device(struct ospf_show *show, const struct interface *device) {
    struct text *t = &show->t;
    bool carrier =
        iface_has_carrier(show->lab, interface_global(show->lab, device->node, device->number));
    text_add(t, device->name);
    text_add(t, device->up && carrier ? " is up" : " is down");
    ospf_say(show);
    text_add(t, "  ifindex ");
    text_u64(t, device->number + 1); /* 1 is the loopback interface */
    text_add(t, ", MTU ");
    text_u64(t, device->mtu);
    text_add(t, " bytes, BW 10000 Mbit <");
    if (device->up) text_add(t, "UP,");
    text_add(t, "BROADCAST,");
    if (device->up && carrier) text_add(t, "RUNNING,");
    text_add(t, "MULTICAST>");
    ospf_say(show);
}

static void say_cost(struct ospf_show *show, const struct ospf_interface *i) {
    struct text *t = &show->t;
    text_add(t, "  Internet Address ");
    text_ip4(t, i->address);
    text_char(t, '/');
    text_u64(t, i->prefix);
    text_add(t, ", Broadcast ");
    text_ip4(t, i->address | ~prefix_mask(i->prefix));
    text_add(t, ", Area ");
    text_ip4(t, i->area_id);
    if (ospf_area_is_stub(show->lab, i->area)) text_add(t, " [Stub]");
    ospf_say(show);
    ospf_say_text(show, i->set.mtu_ignore ? "  MTU mismatch detection: disabled"
                                          : "  MTU mismatch detection: enabled");
    text_add(t, "  Router ID ");
    text_ip4(t, show->ospf->router_id);
    text_add(t, ", Network Type ");
    text_add(t, i->type == OSPF_BROADCAST ? "BROADCAST" : "POINTOPOINT");
    text_add(t, ", Cost: ");
    text_u64(t, i->cost);
    ospf_say(show);
    text_add(t, "  Transmit Delay is ");
    text_u64(t, i->transmit_delay_s);
    text_add(t, " sec, State ");
    text_add(t, interface_state(i->state));
    text_add(t, ", Priority ");
    text_u64(t, i->priority);
    ospf_say(show);
}

static bool is_known(const struct ospf_show *show, const struct ospf_interface *i, ip4 address) {
    if (address == 0) return false;
    return address == i->address || id_is(ospf_neighbor_with_address(show->lab, i->self, address));
}

static void say_designated(struct ospf_show *show, const struct ospf_interface *i) {
    struct text *t = &show->t;
    bool dr = is_known(show, i, i->dr);
    if (dr) {
        text_add(t, "  Designated Router (ID) ");
        text_ip4(t, i->dr_id);
        text_add(t, " Interface Address ");
        text_ip4(t, i->dr);
        text_char(t, '/');
        text_u64(t, i->prefix);
        ospf_say(show);
    }
    if (dr && is_known(show, i, i->bdr)) {
        text_add(t, "  Backup Designated Router (ID) ");
        text_ip4(t, i->bdr_id);
        text_add(t, ", Interface Address ");
        text_ip4(t, i->bdr);
        ospf_say(show);
    } else {
        ospf_say_text(show, "  No backup designated router on this network");
    }
}

static void say_hellos(struct ospf_show *show, const struct ospf_interface *i) {
    struct text *t = &show->t;
    text_add(t, "  Multicast group memberships:");
    if (i->joined & 1) text_add(t, " OSPFAllRouters");
    if (i->joined & 2) text_add(t, " OSPFDesignatedRouters");
    if (i->joined == 0) text_add(t, " <None>");
    ospf_say(show);
    text_add(t, "  Timer intervals configured, Hello ");
    text_u64(t, i->hello_s);
    text_add(t, "s, Dead ");
    text_u64(t, i->dead_s);
    text_add(t, "s, Wait ");
    text_u64(t, i->dead_s);
    text_add(t, "s, Retransmit ");
    text_u64(t, i->rxmt_s);
    ospf_say(show);
    if (i->passive) {
        ospf_say_text(show, "    No Hellos (Passive interface)");
    } else {
        text_add(t, "    Hello due in ");
        add_due(t, show, i->hello_timer);
        ospf_say(show);
    }
    uint32_t known = 0;
    struct id id = i->first_neighbor;
    for (const struct ospf_neighbor *n; id_is(id); id = n->next) {
        n = ospf_neighbor_get(show->lab, id);
        known += n->state != OSPF_NEIGHBOR_DOWN;
    }
    text_add(t, "  Neighbor Count is ");
    text_u64(t, known);
    text_add(t, ", Adjacent neighbor count is ");
    text_u64(t, i->full_count);
    ospf_say(show);
}

static void say_interface(struct ospf_show *show, uint32_t interface, bool asked) {
    const struct ospf_interface *i =
        ospf_interface_get(show->lab, ospf_interface_of(show->lab, interface));
    bool takes_part = i != NULL && id_is(i->area);
    if (!takes_part && !asked) return;
    say_device(show, iface_get(show->lab, interface));
    if (!takes_part) {
        ospf_say_text(show, "  OSPF not enabled on this interface");
        return;
    }
    say_cost(show, i);
    say_designated(show, i);
    say_hellos(show, i);
}

void ospf_show_interfaces(struct ospf_show *show, size_t count, char **words) {
    uint32_t node = show->ospf->node;
    if (count > 0) {
        uint32_t interface = iface_named(show->lab, node, words[0]);
        if (interface == 0)
            ospf_say_text(show, "No such interface name");
        else
            say_interface(show, interface, true);
    } else {
        for (uint32_t n = 1; n <= node_view_at(show->lab, node)->interface_count; n++)
            say_interface(show, interface_global(show->lab, node, n), false);
    }
    ospf_say_text(show, "");
}
