#include "routing/rip.h"
/*
 * `show ip rip` and `show ip rip status`, as FRR 8.4 prints them. Differs: FRR says that updates
 * may be off by half of the interval, whatever it does; we say what we do.
 */
#include "stack/iface.h"

static const sim_time second_ns = 1000000000;

struct page {
    const struct lab *lab;
    const struct rip *rip;
    struct say *say;
    struct text t;
    char room[128];
};

static void end(struct page *p) {
    say_line(p->say, &p->t);
}

static void line(struct page *p, const char *text) {
    say_text(p->say, text);
    (void)p;
}

static void pad_to(struct page *p, size_t column) {
    while (text_length(&p->t) < column) text_char(&p->t, ' ');
}

static void number_to(struct page *p, uint64_t value, size_t column) {
    char room[24];
    struct text n = text_of(room, sizeof room);
    text_u64(&n, value);
    pad_to(p, column - text_length(&n));
    text_add(&p->t, room);
}

static void clock(struct page *p, sim_time left, bool hours) {
    uint64_t s = (uint64_t)((left < 0 ? 0 : left) / second_ns);
    if (hours) {
        text_padded(&p->t, s / 3600, 2, '0');
        text_char(&p->t, ':');
        s %= 3600;
    }
    text_padded(&p->t, s / 60, 2, '0');
    text_char(&p->t, ':');
    text_padded(&p->t, s % 60, 2, '0');
}

/* ---------------------------------------------------------------------------------- the table */

static const char *code(const struct rip_route *r) {
    static const char *const redistributed[] = {"C(r) ", "O(r) ", "S(r) "};
    switch ((enum rip_source)r->source) {
    case RIP_LEARNT: return "R(n) ";
    case RIP_INTERFACE: return "C(i) ";
    case RIP_STATIC: return "R(s) ";
    case RIP_DEFAULT: return "R(d) ";
    case RIP_REDISTRIBUTED: return redistributed[r->origin];
    }
    return "";
}

static void route(struct page *p, const struct rip_route *r, sim_time now) {
    bool learnt = r->source == RIP_LEARNT;
    text_add(&p->t, code(r));
    text_ip4(&p->t, r->network);
    text_char(&p->t, '/');
    text_u64(&p->t, r->prefix);
    pad_to(p, 24);
    text_ip4(&p->t, r->via);
    pad_to(p, 44);
    number_to(p, r->metric, 47);
    text_char(&p->t, ' ');
    if (learnt)
        text_ip4(&p->t, r->from);
    else
        text_add(&p->t, "self");
    pad_to(p, 63);
    number_to(p, r->tag, 67);
    if (r->until != 0) {
        text_char(&p->t, ' ');
        clock(p, r->until - now, false);
    }
    end(p);
}

static bool stands_behind(const struct rip_route *r, const struct rip_route *last) {
    if (last == NULL || r->network != last->network)
        return last == NULL || r->network > last->network;
    return r->prefix > last->prefix;
}

/* Sorted as it is printed; the list itself is in the order of the routes' making. */
static const struct rip_route *next_of(const struct page *p, const struct rip_route *last) {
    const struct rip_route *r, *best = NULL;
    for (struct id id = p->rip->first_route; (r = rip_route_get(p->lab, id)) != NULL; id = r->next)
        if (stands_behind(r, last) && (best == NULL || stands_behind(best, r))) best = r;
    return best;
}

static void show_table(struct page *p, sim_time now) {
    line(p, "Codes: R - RIP, C - connected, S - Static, O - OSPF, B - BGP");
    line(p, "Sub-codes:");
    line(p, "      (n) - normal, (s) - static, (d) - default, (r) - redistribute,");
    line(p, "      (i) - interface");
    line(p, "");
    line(p, "     Network            Next Hop         Metric From            Tag Time");
    for (const struct rip_route *r = next_of(p, NULL); r != NULL; r = next_of(p, r))
        route(p, r, now);
}

/* ----------------------------------------------------------------------------------- the rest */

static const char *versions(uint32_t bits) {
    if ((bits & RIP_VERSION_NONE) != 0) return "none";
    if (bits == RIP_VERSION_1) return "1";
    return bits == RIP_VERSION_2 ? "2" : "1 2";
}

static void interfaces(struct page *p) {
    const struct rip_interface *i;
    line(p, "    Interface        Send  Recv   Key-chain");
    for (struct id id = p->rip->first_interface; (i = rip_interface_get(p->lab, id)) != NULL;
         id = i->next) {
        if (i->active == 0) continue;
        text_add(&p->t, "    ");
        text_column(&p->t, iface_get(p->lab, i->interface)->name, 17);
        text_column(&p->t, versions(rip_versions_sent(p->lab, p->rip, i)), 6);
        text_column(&p->t, versions(rip_versions_heard(p->lab, p->rip, i)), 7);
        text_add(&p->t, i->chain);
        end(p);
    }
}

static void networks(struct page *p, enum rip_line_kind kind) {
    const struct rip_line *l;
    for (struct id id = p->rip->first_line; (l = rip_line_get(p->lab, id)) != NULL; id = l->next) {
        if (l->kind != kind) continue;
        text_add(&p->t, "    ");
        if (l->name[0] != '\0') {
            text_add(&p->t, l->name);
        } else {
            text_ip4(&p->t, l->address);
            if (kind == RIP_LINE_NETWORK) text_char(&p->t, '/');
            if (kind == RIP_LINE_NETWORK) text_u64(&p->t, l->prefix);
        }
        end(p);
    }
}

static void passive(struct page *p) {
    bool any = false;
    const struct rip_interface *i;
    for (struct id id = p->rip->first_interface; (i = rip_interface_get(p->lab, id)) != NULL;
         id = i->next) {
        if (i->active == 0 || !rip_is_passive(p->lab, p->rip, i)) continue;
        if (!any) line(p, "  Passive Interface(s):");
        any = true;
        text_add(&p->t, "    ");
        text_add(&p->t, iface_get(p->lab, i->interface)->name);
        end(p);
    }
}

/* Sorted by address. */
static const struct rip_peer *next_peer(const struct page *p, ip4 last) {
    const struct rip_peer *at, *best = NULL;
    for (struct id id = p->rip->first_peer; (at = rip_peer_get(p->lab, id)) != NULL; id = at->next)
        if (at->address > last && (best == NULL || at->address < best->address)) best = at;
    return best;
}

static void sources(struct page *p, sim_time now) {
    line(p, "  Routing Information Sources:");
    line(p, "    Gateway          BadPackets BadRoutes  Distance Last Update");
    for (const struct rip_peer *at = next_peer(p, 0); at != NULL; at = next_peer(p, at->address)) {
        text_add(&p->t, "    ");
        text_ip4(&p->t, at->address);
        pad_to(p, 21);
        number_to(p, at->bad_packets, 30);
        number_to(p, at->bad_routes, 40);
        number_to(p, p->rip->distance != 0 ? p->rip->distance : RIP_DISTANCE, 50);
        text_add(&p->t, "   ");
        clock(p, now - at->heard_at, true);
        end(p);
    }
}

static void count_line(struct page *p, const char *before, uint64_t value, const char *after) {
    text_add(&p->t, before);
    text_u64(&p->t, value);
    text_add(&p->t, after);
}

static void show_timers(struct page *p, sim_time now) {
    sim_time at = now;
    const struct lab *lab = p->lab;
    uint64_t jitter = (uint64_t)(setting_of(lab, p->rip->node, SETTING_RIP_JITTER) / second_ns);
    timer_pending(lab, p->rip->update, &at);
    count_line(p, "  Sending updates every ", (uint64_t)(rip_update_time(lab, p->rip) / second_ns),
               " seconds");
    count_line(p, " with +/-", jitter, " seconds");
    count_line(p, ", next due in ", (uint64_t)((at - now) / second_ns), " seconds");
    end(p);
    count_line(p, "  Timeout after ", (uint64_t)(rip_timeout_time(lab, p->rip) / second_ns),
               " seconds");
    count_line(p, ", garbage collect after ", (uint64_t)(rip_garbage_time(lab, p->rip) / second_ns),
               " seconds");
    end(p);
}

static void show_versions(struct page *p) {
    struct rip_interface nothing = {.node = p->rip->node};
    uint32_t heard = rip_versions_heard(p->lab, p->rip, &nothing);
    text_add(&p->t, "  Default version control: send version ");
    text_add(&p->t, versions(rip_versions_sent(p->lab, p->rip, &nothing)));
    text_add(&p->t, ", receive ");
    if (heard != (RIP_VERSION_1 | RIP_VERSION_2)) text_add(&p->t, "version ");
    text_add(&p->t, heard == (RIP_VERSION_1 | RIP_VERSION_2) ? "any version" : versions(heard));
    text_char(&p->t, ' ');
    end(p);
}

static void show_status(struct page *p, sim_time now) {
    static const char *const of[] = {" connected", " ospf", " static"};
    line(p, "Routing Protocol is \"rip\"");
    show_timers(p, now);
    line(p, "  Outgoing update filter list for all interface is not set");
    line(p, "  Incoming update filter list for all interface is not set");
    count_line(p, "  Default redistribution metric is ",
               p->rip->default_metric != 0 ? p->rip->default_metric : 1, "");
    end(p);
    text_add(&p->t, "  Redistributing:");
    for (uint32_t i = 0; i < RIP_REDISTRIBUTED_COUNT; i++)
        if (p->rip->redistribute[i] != 0) text_add(&p->t, of[i]);
    end(p);
    show_versions(p);
    interfaces(p);
    line(p, "  Routing for Networks:");
    networks(p, RIP_LINE_NETWORK);
    networks(p, RIP_LINE_NETWORK_NAME);
    networks(p, RIP_LINE_NEIGHBOUR);
    passive(p);
    sources(p, now);
    count_line(p, "  Distance: (default is ",
               p->rip->distance != 0 ? p->rip->distance : RIP_DISTANCE, ")");
    end(p);
}

bool rip_show(const struct lab *lab, uint32_t node, size_t count, char **words, struct say *say) {
    struct page p = {.lab = lab, .rip = rip_of(lab, node), .say = say};
    bool status = count == 1 && same_text(words[0], "status");
    if (count > 0 && !status) return false;
    if (p.rip == NULL || p.rip->running == 0) return true; /* as FRR: nothing is said */
    p.t = text_of(p.room, sizeof p.room);
    if (status)
        show_status(&p, lab_now(lab));
    else
        show_table(&p, lab_now(lab));
    return true;
}
