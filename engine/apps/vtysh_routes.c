#include "apps/vtysh.h"
/*
 * `show ip route`, as FRR 8.4 prints it. FRR keeps what all daemons have found and gives the kernel
 * the best of each network; here a daemon's route stands in the kernel's table itself, with its
 * distance as metric, so what would be the kernel's choice is the one that is selected. A connected
 * route whose interface has no carrier stays in Linux's table, but FRR does not show it.
 */
#include "stack/iface.h"
#include "stack/ip/route.h"
#include <string.h>

enum { SECOND = 1000000000 };

struct source {
    char code;
    const char *name; /* as "Known via" and `show ip route NAME` have it */
};
static struct source source_of(const struct route *r) {
    switch ((enum route_origin)r->origin) {
    case ROUTE_CONNECTED: return (struct source){'C', "connected"};
    case ROUTE_CONFIGURED: return (struct source){'S', "static"};
    case ROUTE_RIP: return (struct source){'R', "rip"};
    case ROUTE_OSPF: return (struct source){'O', "ospf"};
    case ROUTE_STATIC:
    case ROUTE_GATEWAY:
    case ROUTE_REDIRECT:
    case ROUTE_DISCOVERED: break;
    }
    return (struct source){'K', "kernel"};
}

/* A daemon's metric is its distance, and what FRR calls metric its cost. A kernel's has none. */
static bool is_daemons(const struct route *r) {
    return r->origin == ROUTE_CONFIGURED || r->origin == ROUTE_RIP || r->origin == ROUTE_OSPF;
}

static uint32_t distance_of(const struct route *r) {
    return is_daemons(r) ? r->metric : 0;
}

static uint32_t metric_of(const struct route *r) {
    return is_daemons(r) ? r->cost : r->metric;
}

static bool is_shown(const struct lab *lab, const struct route *r) {
    if (r->origin == ROUTE_REDIRECT) return false;
    return r->origin != ROUTE_CONNECTED || iface_has_carrier(lab, r->interface);
}

/* ------------------------------------------------------------------- one route */

/* FRR's uptime2str(): 00:00:12, 1d02h03m, 02w3d04h. */
static void text_age(struct text *t, sim_time age) {
    uint64_t seconds = (uint64_t)age / SECOND, minutes = seconds / 60, hours = minutes / 60,
             days = hours / 24, weeks = days / 7;
    if (weeks > 0) {
        text_padded(t, weeks, 2, '0');
        text_char(t, 'w');
        text_u64(t, days % 7);
        text_char(t, 'd');
        text_padded(t, hours % 24, 2, '0');
        text_char(t, 'h');
    } else if (days > 0) {
        text_u64(t, days);
        text_char(t, 'd');
        text_padded(t, hours % 24, 2, '0');
        text_char(t, 'h');
        text_padded(t, minutes % 60, 2, '0');
        text_char(t, 'm');
    } else {
        text_padded(t, hours, 2, '0');
        text_char(t, ':');
        text_padded(t, minutes % 60, 2, '0');
        text_char(t, ':');
        text_padded(t, seconds % 60, 2, '0');
    }
}

static void text_network(struct text *t, const struct route *r) {
    text_ip4(t, r->network);
    text_char(t, '/');
    text_u64(t, r->prefix);
}

static const char *refusal_of(const struct route *r) {
    switch ((enum route_type)r->type) {
    case ROUTE_BLACKHOLE: return "unreachable (blackhole)";
    case ROUTE_UNREACHABLE: return "unreachable (ICMP unreachable)";
    case ROUTE_PROHIBIT: return "unreachable (ICMP admin-prohibited)";
    case ROUTE_UNICAST:
    case ROUTE_NONE: break;
    }
    return NULL;
}

/* Zebra knows no weight of what the kernel's routes with one next hop have. */
static void text_attributes(struct text *t, const struct route *r) {
    if (r->source != 0) {
        text_add(t, ", src ");
        text_ip4(t, r->source);
    }
    if (refusal_of(r) != NULL || (!is_daemons(r) && r->path == 0)) return;
    text_add(t, ", weight ");
    text_u64(t, r->weight);
}

static void text_hop(struct text *t, const struct lab *lab, const struct route *r) {
    if (refusal_of(r) != NULL) {
        text_add(t, refusal_of(r));
    } else if (r->via != 0) {
        text_add(t, "via ");
        text_ip4(t, r->via);
    } else {
        text_add(t, "is directly connected");
    }
    if (r->interface != 0) text_add(t, ", ");
    if (r->interface != 0) text_add(t, iface_get(lab, r->interface)->name);
    text_attributes(t, r);
}

struct view {
    const struct lab *lab;
    sim_time now;
    struct say *say;
    const char *source; /* NULL: all */
    bool one, longer;   /* one: only this network; longer: and what lies in it */
    ip4 network;
    uint32_t prefix;
    uint32_t said;
};

static void say_codes(struct say *say) {
    say_text(say, "Codes: K - kernel route, C - connected, S - static, R - RIP,");
    say_text(say, "       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,");
    say_text(say, "       T - Table, v - VNC, V - VNC-Direct, A - Babel, F - PBR,");
    say_text(say, "       f - OpenFabric,");
    say_text(say, "       > - selected route, * - FIB route, q - queued, r - rejected, b - backup");
    say_text(say, "       t - trapped, o - offload failure");
    say_text(say, "");
}

/* A route with its next hops, of which `first` is the first. */
static void say_route(struct view *v, const struct route *first, bool selected) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (v->said++ == 0) say_codes(v->say);
    text_char(&t, source_of(first).code);
    text_add(&t, selected ? ">* " : "   ");
    text_network(&t, first);
    if (first->origin != ROUTE_CONNECTED) {
        text_add(&t, " [");
        text_u64(&t, distance_of(first));
        text_char(&t, '/');
        text_u64(&t, metric_of(first));
        text_char(&t, ']');
    }
    size_t width = text_length(&t);
    const struct route *r = first;
    do {
        if (r != first) {
            text_add(&t, selected ? "  *" : "   ");
            while (text_length(&t) < width) text_char(&t, ' ');
        }
        text_char(&t, ' ');
        text_hop(&t, v->lab, r);
        text_add(&t, ", ");
        text_age(&t, v->now - r->since);
        say_line(v->say, &t);
        r = route_get(v->lab, r->next);
    } while (r != NULL && route_shares(r, first));
}

/* `show ip route 10.0.0.1`: an entry in full. */
static void say_entry(struct view *v, const struct route *first, bool selected) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    v->said++;
    text_add(&t, "Routing entry for ");
    text_network(&t, first);
    say_line(v->say, &t);
    text_add(&t, "  Known via \"");
    text_add(&t, source_of(first).name);
    text_add(&t, "\", distance ");
    text_u64(&t, distance_of(first));
    text_add(&t, ", metric ");
    text_u64(&t, metric_of(first));
    if (first->tag != 0) text_add(&t, ", tag ");
    if (first->tag != 0) text_u64(&t, first->tag);
    if (selected) text_add(&t, ", best");
    say_line(v->say, &t);
    text_add(&t, "  Last update ");
    text_age(&t, v->now - first->since);
    text_add(&t, " ago");
    say_line(v->say, &t);
    const struct route *r = first;
    do {
        text_add(&t, selected ? "  * " : "    ");
        if (refusal_of(r) != NULL) text_add(&t, refusal_of(r));
        if (r->via != 0) text_ip4(&t, r->via);
        if (r->interface != 0) text_add(&t, r->via != 0 ? ", via " : "directly connected, ");
        if (r->interface != 0) text_add(&t, iface_get(v->lab, r->interface)->name);
        text_attributes(&t, r);
        say_line(v->say, &t);
        r = route_get(v->lab, r->next);
    } while (r != NULL && route_shares(r, first));
    say_text(v->say, "");
}

/* ------------------------------------------------------------------- all of them */

/* By address, then by prefix: the order of FRR's tree. */
static uint64_t rank(const struct route *r) {
    return (uint64_t)r->network << 32 | r->prefix;
}

static bool passes(const struct view *v, const struct route *r) {
    if (v->source != NULL && !same_text(v->source, source_of(r).name)) return false;
    if (!v->one) return true;
    if (!v->longer) return r->network == v->network && r->prefix == v->prefix;
    return r->prefix >= v->prefix && (r->network & prefix_mask(v->prefix)) == v->network;
}

/* Within a network FRR has the newest first. `before`: those that were told already. */
static const struct route *newest(const struct view *v, const struct route *first,
                                  const struct route *before) {
    const struct route *best = NULL, *last = NULL;
    for (const struct route *r = first; r != NULL && rank(r) == rank(first);
         last = r, r = route_get(v->lab, r->next)) {
        if (!is_shown(v->lab, r) || (last != NULL && route_shares(last, r))) continue;
        bool told = before != NULL && (r->since > before->since ||
                                       (r->since == before->since && r->metric >= before->metric));
        bool later = best == NULL || r->since > best->since ||
                     (r->since == best->since && r->metric > best->metric);
        if (!told && later) best = r;
    }
    return best;
}

/* The kernel takes the first: its metric is the lowest. */
static const struct route *selected_of(const struct lab *lab, const struct route *first) {
    const struct route *r = first;
    while (r != NULL && rank(r) == rank(first) && !is_shown(lab, r)) r = route_get(lab, r->next);
    return r;
}

static void say_network(struct view *v, const struct route *first,
                        void (*each)(struct view *, const struct route *, bool selected)) {
    const struct route *selected = selected_of(v->lab, first), *r = NULL;
    while ((r = newest(v, first, r)) != NULL)
        if (passes(v, r)) each(v, r, r == selected);
}

/* The first route of the network that comes next in order; NULL: there is none. */
static const struct route *next_network(const struct lab *lab, uint32_t node, uint64_t from) {
    const struct route *best = NULL;
    for (struct id id = route_first(lab, node); id_is(id); id = route_get(lab, id)->next) {
        const struct route *r = route_get(lab, id);
        if (rank(r) >= from && (best == NULL || rank(r) < rank(best))) best = r;
    }
    return best;
}

static void say_all(struct view *v, uint32_t node) {
    const struct route *r;
    for (uint64_t from = 0; (r = next_network(v->lab, node, from)) != NULL; from = rank(r) + 1)
        say_network(v, r, say_route);
}

static void say_one(struct view *v, uint32_t node, ip4 address, uint32_t prefix) {
    for (struct id id = route_first(v->lab, node); id_is(id) && v->said == 0;
         id = route_get(v->lab, id)->next) {
        const struct route *r = route_get(v->lab, id);
        bool fits = prefix > 32 ? (address & prefix_mask(r->prefix)) == r->network
                                : r->network == address && r->prefix == prefix;
        if (fits) say_network(v, r, say_entry);
    }
    if (v->said == 0) say_text(v->say, "% Network not in table");
}

/* ------------------------------------------------------------------- summary */

static void text_counts(struct text *t, const char *name, uint32_t routes, uint32_t used) {
    enum { WIDTH = 21 };
    char number[24];
    struct text n = text_of(number, sizeof number);
    text_column(t, name, WIDTH);
    text_u64(&n, routes);
    text_column(t, number, WIDTH);
    text_u64(t, used);
}

static void say_summary(struct view *v, uint32_t node) {
    static const char *const names[] = {"kernel", "connected", "static", "rip", "ospf"};
    enum { NAMES = sizeof names / sizeof *names };
    uint32_t routes[NAMES] = {0}, used[NAMES] = {0}, all = 0, all_used = 0;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    const struct route *first;
    for (uint64_t from = 0; (first = next_network(v->lab, node, from)) != NULL;
         from = rank(first) + 1)
        for (const struct route *r = NULL; (r = newest(v, first, r)) != NULL;)
            for (size_t i = 0; i < NAMES; i++) {
                if (!same_text(names[i], source_of(r).name)) continue;
                routes[i]++;
                used[i] += r == selected_of(v->lab, first);
            }
    say_text(v->say, "Route Source         Routes               FIB  (vrf default)");
    for (size_t i = 0; i < NAMES; i++) {
        all += routes[i];
        all_used += used[i];
        if (routes[i] == 0) continue;
        text_counts(&t, names[i], routes[i], used[i]);
        say_line(v->say, &t);
    }
    say_text(v->say, "------");
    text_counts(&t, "Totals", all, all_used);
    say_line(v->say, &t);
    say_text(v->say, "");
}

static const char *source_named(const char *word) {
    static const char *const names[] = {"connected", "kernel", "ospf", "rip", "static"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (vtysh_is(word, names[i])) return names[i];
    return NULL;
}

void vtysh_show_routes(const struct lab *lab, sim_time now, uint32_t node, size_t count,
                       char **words, struct say *say, bool *known) {
    struct view v = {.lab = lab, .now = now, .say = say};
    enum { NO_PREFIX = 33 };
    ip4 address;
    *known = count <= 2;
    if (count == 0) {
        say_all(&v, node);
    } else if (count == 2 && parse_cidr(words[0], &v.network, &v.prefix) &&
               vtysh_is(words[1], "longer-prefixes")) {
        v.one = v.longer = true;
        v.network &= prefix_mask(v.prefix);
        say_all(&v, node);
    } else if (count != 1) {
        *known = false;
    } else if (vtysh_is(words[0], "summary")) {
        say_summary(&v, node);
    } else if (parse_ip4(words[0], &address)) {
        say_one(&v, node, address, NO_PREFIX);
    } else if (parse_cidr(words[0], &v.network, &v.prefix)) {
        v.one = true;
        v.network &= prefix_mask(v.prefix);
        say_one(&v, node, v.network, v.prefix);
    } else {
        v.source = source_named(words[0]);
        *known = v.source != NULL;
        if (*known) say_all(&v, node);
    }
}
