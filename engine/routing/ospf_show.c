#include "routing/ospf_show.h"
/*
 * `show ip ospf`, `... route` and `... border-routers`, as FRR 8.4 prints them. A calculation takes
 * no time in a lab, so its duration is 0. Opaque and NSSA LSAs are none.
 */
#include <string.h>

#include "routing/routing.h"
#include "sim/event.h"
#include "stack/iface.h"
#include "stack/sysctl.h"

enum { MS = 1000000 };

void ospf_say(struct ospf_show *show) {
    say_line(show->say, &show->t);
}

void ospf_say_text(struct ospf_show *show, const char *line) {
    say_text(show->say, line);
}

void ospf_text_since(struct text *t, sim_time ns) {
    uint64_t seconds = (uint64_t)ns / 1000 / MS, minutes = seconds / 60, hours = minutes / 60;
    if (hours >= 24) {
        text_u64(t, hours / 24);
        text_char(t, 'd');
        text_padded(t, hours % 24, 2, '0');
        text_char(t, 'h');
        text_padded(t, minutes % 60, 2, '0');
        text_char(t, 'm');
        return;
    }
    if (hours > 0) {
        text_u64(t, hours);
        text_char(t, 'h');
        text_padded(t, minutes % 60, 2, '0');
    } else if (minutes > 0) {
        text_u64(t, minutes);
    }
    if (minutes > 0) text_char(t, 'm');
    if (minutes > 0) {
        text_padded(t, seconds % 60, 2, '0');
    } else {
        text_u64(t, seconds);
        text_char(t, '.');
        text_padded(t, (uint64_t)ns / MS % 1000, 3, '0');
    }
    text_char(t, 's');
}

void ospf_text_right(struct text *t, const char *what, size_t width) {
    for (size_t length = strlen(what); length < width; length++) text_char(t, ' ');
    text_add(t, what);
}

/* --------------------------------------------------------------------------- the router */

static void say_number(struct ospf_show *show, const char *before, uint64_t number,
                       const char *after) {
    text_add(&show->t, before);
    text_u64(&show->t, number);
    text_add(&show->t, after);
    ospf_say(show);
}

static void say_timing(struct ospf_show *show) {
    const struct ospf *o = show->ospf;
    const struct ospf_settings *set = &o->set;
    uint64_t hold = (uint64_t)set->spf_hold_ms * MS;
    uint64_t times = hold == 0 ? 1 : (uint64_t)o->spf_hold / hold;
    say_number(show, " Initial SPF scheduling delay ", set->spf_delay_ms, " millisec(s)");
    say_number(show, " Minimum hold time between consecutive SPFs ", set->spf_hold_ms,
               " millisec(s)");
    say_number(show, " Maximum hold time between consecutive SPFs ", set->spf_hold_most_ms,
               " millisec(s)");
    say_number(show, " Hold time multiplier is currently ", times == 0 ? 1 : times, "");
    if (o->spf_runs == 0) {
        ospf_say_text(show, " SPF algorithm has not been run");
    } else {
        text_add(&show->t, " SPF algorithm last executed ");
        ospf_text_since(&show->t, show->now - o->spf_at);
        text_add(&show->t, " ago");
        ospf_say(show);
        ospf_say_text(show, " Last SPF duration 0 usecs");
    }
    sim_time at;
    if (timer_pending(show->lab, o->spf_timer, &at)) {
        text_add(&show->t, " SPF timer due in ");
        ospf_text_since(&show->t, at - show->now);
        ospf_say(show);
    } else {
        ospf_say_text(show, " SPF timer is inactive");
    }
}

struct sum {
    uint32_t count, checksums;
};

static struct sum sum_of(const struct ospf_show *show, struct id area, uint32_t type) {
    struct sum sum = {0, 0};
    struct id id = ospf_lsa_first(show->lab, show->ospf->self, area);
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(show->lab, id);
        if (type != 0 && lsa->header.type != type) continue;
        sum.count += 1;
        sum.checksums += lsa->header.checksum;
    }
    return sum;
}

static void say_sum(struct ospf_show *show, const char *what, struct sum sum) {
    text_add(&show->t, what);
    text_u64(&show->t, sum.count);
    text_add(&show->t, ". Checksum Sum 0x");
    text_hex(&show->t, sum.checksums, 8);
    ospf_say(show);
}

static void say_area_name(struct ospf_show *show, const struct ospf_area *area) {
    text_add(&show->t, " Area ID: ");
    text_ip4(&show->t, area->area_id);
    if (area->area_id == 0) text_add(&show->t, " (Backbone)");
    if (area->set_stub && area->area_id != 0)
        text_add(&show->t, area->set_no_summary ? " (Stub, no summary)" : " (Stub)");
    ospf_say(show);
    if (area->area_id != 0)
        ospf_say_text(show, "   Shortcutting mode: Default, S-bit consensus: no");
}

static void say_area_numbers(struct ospf_show *show, const struct ospf_area *area) {
    static const char *const authentication[] = {"   Area has no authentication",
                                                 "   Area has simple password authentication",
                                                 "   Area has message digest authentication"};
    uint32_t total = 0, active = 0, adjacent = 0;
    struct id id = show->ospf->first_interface;
    for (const struct ospf_interface *i; id_is(id); id = i->next) {
        i = ospf_interface_get(show->lab, id);
        if (!id_same(i->area, area->self)) continue;
        total += 1;
        active += i->state != OSPF_INTERFACE_DOWN;
        adjacent += i->full_count;
    }
    text_add(&show->t, "   Number of interfaces in this area: Total: ");
    text_u64(&show->t, total);
    say_number(show, ", Active: ", active, "");
    say_number(show, "   Number of fully adjacent neighbors in this area: ", adjacent, "");
    ospf_say_text(show, authentication[area->set_authentication % 3]);
    if (area->area_id != 0)
        ospf_say_text(show, "   Number of full virtual adjacencies going through this area: 0");
    say_number(show, "   SPF algorithm executed ", area->spf_runs, " times");
}

static void say_area(struct ospf_show *show, const struct ospf_area *area) {
    const struct sum none = {0, 0};
    say_area_name(show, area);
    say_area_numbers(show, area);
    say_number(show, "   Number of LSA ", sum_of(show, area->self, 0).count, "");
    say_sum(show, "   Number of router LSA ", sum_of(show, area->self, OSPF_ROUTER_LSA));
    say_sum(show, "   Number of network LSA ", sum_of(show, area->self, OSPF_NETWORK_LSA));
    say_sum(show, "   Number of summary LSA ", sum_of(show, area->self, OSPF_SUMMARY_LSA));
    say_sum(show, "   Number of ASBR summary LSA ",
            sum_of(show, area->self, OSPF_ASBR_SUMMARY_LSA));
    say_sum(show, "   Number of NSSA LSA ", none);
    say_sum(show, "   Number of opaque link LSA ", none);
    say_sum(show, "   Number of opaque area LSA ", none);
    ospf_say_text(show, "");
}

static uint32_t areas_of(const struct ospf_show *show) {
    uint32_t count = 0;
    struct id id = show->ospf->first_area;
    for (; id_is(id); id = ospf_area_get(show->lab, id)->next) count += 1;
    return count;
}

static void say_router(struct ospf_show *show) {
    const struct ospf *o = show->ospf;
    int64_t interval = setting_of(show->lab, o->node, SETTING_OSPF_MIN_LS_INTERVAL) / MS;
    int64_t arrival = setting_of(show->lab, o->node, SETTING_OSPF_MIN_LS_ARRIVAL) / MS;
    text_add(&show->t, " OSPF Routing Process, Router ID: ");
    text_ip4(&show->t, o->router_id);
    ospf_say(show);
    ospf_say_text(show, " Supports only single TOS (TOS0) routes");
    ospf_say_text(show, " This implementation conforms to RFC2328");
    ospf_say_text(show, o->set.rfc1583 ? " RFC1583Compatibility flag is enabled"
                                       : " RFC1583Compatibility flag is disabled");
    ospf_say_text(show, " OpaqueCapability flag is disabled");
    say_timing(show);
    say_number(show, " LSA minimum interval ", (uint64_t)interval, " msecs");
    say_number(show, " LSA minimum arrival ", (uint64_t)arrival, " msecs");
    ospf_say_text(show, " Write Multiplier set to 20 ");
    ospf_say_text(show, " Refresh timer 10 secs");
    say_number(show, " Maximum multiple paths(ECMP) supported ", OSPF_HOPS_MAX, "");
    say_number(show, " Administrative distance ", o->set.distance, "");
    if (o->is_abr)
        ospf_say_text(show, o->set.abr_type
                                ? " This router is an ABR, ABR type is: Standard (RFC2328)"
                                : " This router is an ABR, ABR type is: Alternative Cisco");
    if (o->is_asbr)
        ospf_say_text(show, " This router is an ASBR (injecting external routing information)");
    say_sum(show, " Number of external LSA ", sum_of(show, (struct id){0, 0}, OSPF_EXTERNAL_LSA));
    say_sum(show, " Number of opaque AS LSA ", (struct sum){0, 0});
    say_number(show, " Number of areas attached to this router: ", areas_of(show), "");
    for (struct id id = o->first_area; id_is(id); id = ospf_area_get(show->lab, id)->next)
        say_area(show, ospf_area_get(show->lab, id));
    ospf_say_text(show, "");
}

/* ------------------------------------------------------------------------------- routes */

static void say_hops(struct ospf_show *show, const struct ospf_route *r) {
    for (uint32_t i = 0; i < r->hop_count; i++) {
        const struct ospf_hop *hop = &r->hop[i];
        text_add(&show->t, "                           ");
        text_add(&show->t, hop->via != 0 ? "via " : "directly attached to ");
        if (hop->via != 0) text_ip4(&show->t, hop->via);
        if (hop->via != 0) text_add(&show->t, ", ");
        if (hop->interface != 0) text_add(&show->t, iface_get(show->lab, hop->interface)->name);
        ospf_say(show);
    }
}

static void add_network(struct ospf_show *show, const struct ospf_route *r, const char *kind) {
    char network[32];
    struct text t = text_of(network, sizeof network);
    text_ip4(&t, r->address);
    text_char(&t, '/');
    text_u64(&t, r->prefix);
    text_add(&show->t, kind);
    text_column(&show->t, network, 18);
    text_add(&show->t, "    [");
    text_u64(&show->t, r->cost);
}

static void say_networks(struct ospf_show *show) {
    ospf_say_text(show, "============ OSPF network routing table ============");
    struct id id = show->ospf->first_route;
    for (const struct ospf_route *r; id_is(id); id = r->next) {
        r = ospf_route_get(show->lab, id);
        if (r->path > OSPF_INTER_AREA) continue;
        add_network(show, r, r->path == OSPF_INTER_AREA ? "N IA " : "N    ");
        text_add(&show->t, "] area: ");
        text_ip4(&show->t, r->area_id);
        ospf_say(show);
        say_hops(show, r);
    }
    ospf_say_text(show, "");
}

static void say_border(struct ospf_show *show, const struct ospf_route *r, bool first) {
    char id[16];
    struct text t = text_of(id, sizeof id);
    text_ip4(&t, r->address);
    text_add(&show->t, first ? "R    " : "     ");
    text_column(&show->t, first ? id : "", 15);
    text_add(&show->t, "    ");
    text_add(&show->t, r->path == OSPF_INTER_AREA ? "IA [" : "   [");
    text_u64(&show->t, r->cost);
    text_add(&show->t, "] area: ");
    text_ip4(&show->t, r->area_id);
    if (r->options & OSPF_ROUTER_B) text_add(&show->t, ", ABR");
    if (r->options & OSPF_ROUTER_E) text_add(&show->t, ", ASBR");
    ospf_say(show);
    say_hops(show, r);
}

/* The entries of one router are in the order of areas; FRR has computed the backbone's last. */
static void say_borders(struct ospf_show *show) {
    ospf_say_text(show, "============ OSPF router routing table =============");
    struct id at = show->ospf->first_border, end;
    for (; id_is(at); at = end) {
        uint32_t router_id = ospf_route_get(show->lab, at)->address;
        bool first = true;
        for (uint32_t backbone = 0; backbone < 2; backbone++) {
            const struct ospf_route *r;
            for (end = at; (r = ospf_route_get(show->lab, end)) != NULL; end = r->next) {
                if (r->address != router_id) break;
                if ((r->area_id == 0) != (backbone == 1)) continue;
                say_border(show, r, first);
                first = false;
            }
        }
    }
    ospf_say_text(show, "");
}

static void say_externals(struct ospf_show *show) {
    ospf_say_text(show, "============ OSPF external routing table ===========");
    struct id id = show->ospf->first_route;
    for (const struct ospf_route *r; id_is(id); id = r->next) {
        r = ospf_route_get(show->lab, id);
        if (r->path <= OSPF_INTER_AREA) continue;
        add_network(show, r, r->path == OSPF_EXTERNAL_1 ? "N E1 " : "N E2 ");
        if (r->path == OSPF_EXTERNAL_2) {
            text_char(&show->t, '/');
            text_u64(&show->t, r->cost2);
        }
        text_add(&show->t, "] tag: ");
        text_u64(&show->t, r->tag);
        ospf_say(show);
        say_hops(show, r);
    }
    ospf_say_text(show, "");
}

static void say_routes(struct ospf_show *show) {
    say_networks(show);
    say_borders(show);
    say_externals(show);
    ospf_say_text(show, "");
}

/* ------------------------------------------------------------------------------- the words */

bool ospf_show(const struct lab *lab, uint32_t node, size_t count, char **words, struct say *say) {
    struct ospf_show show = {
        .lab = lab, .ospf = ospf_get(lab, ospf_of(lab, node)), .now = lab_now(lab), .say = say};
    if (show.ospf == NULL) return false;
    show.t = text_of(show.room, sizeof show.room);
    if (count == 0) {
        say_router(&show);
        return true;
    }
    if (same_text(words[0], "interface")) {
        ospf_show_interfaces(&show, count - 1, words + 1);
        return true;
    }
    if (same_text(words[0], "neighbor")) return ospf_show_neighbors(&show, count - 1, words + 1);
    if (same_text(words[0], "database")) return ospf_show_database(&show, count - 1, words + 1);
    if (count > 1) return false;
    if (same_text(words[0], "route")) {
        say_routes(&show);
        return true;
    }
    if (!same_text(words[0], "border-routers")) return false;
    say_borders(&show);
    ospf_say_text(&show, "");
    return true;
}
