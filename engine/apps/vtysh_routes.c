#include "apps/vtysh.h"
/*
 * `show ip route`, as FRR 8.4 prints it. FRR keeps what all daemons have found and gives the kernel
 * the best of each network; here a daemon's route stands in the kernel's table itself, with its
 * distance as metric, so what would be the kernel's choice is the one that is selected. A connected
 * route whose interface has no carrier stays in Linux's table, but FRR does not show it.
 */
#include "routing/routing.h"
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

enum { OWN_MOST = NODE_INTERFACES_MAX };
struct view {
    const struct lab *lab;
    sim_time now;
    uint32_t node;
    struct say *say;
    const char *source; /* NULL: all */
    bool one, longer;   /* one: only this network; longer: and what lies in it */
    ip4 network;
    uint32_t prefix;
    uint32_t said;
    /* OSPF's routes to its own networks, which FRR does not give to the kernel. */
    struct route own[OWN_MOST];
    size_t own_count;
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

/* Whether `r` is told after `before` and, of those, before `best`: within a network FRR has the
 * newest first. */
static bool comes_next(const struct route *r, const struct route *before,
                       const struct route *best) {
    if (before != NULL &&
        (r->since > before->since || (r->since == before->since && r->metric >= before->metric)))
        return false;
    return best == NULL || r->since > best->since ||
           (r->since == best->since && r->metric > best->metric);
}

/* The network's first route in the kernel's table; NULL: it has none there. */
static const struct route *first_of(const struct view *v, uint64_t network) {
    struct id id = route_first(v->lab, v->node);
    while (id_is(id) && rank(route_get(v->lab, id)) != network) id = route_get(v->lab, id)->next;
    return route_get(v->lab, id);
}

static const struct route *newest(const struct view *v, uint64_t network,
                                  const struct route *before) {
    const struct route *best = NULL, *last = NULL;
    for (const struct route *r = first_of(v, network); r != NULL && rank(r) == network;
         last = r, r = route_get(v->lab, r->next))
        if (is_shown(v->lab, r) && (last == NULL || !route_shares(last, r)) &&
            comes_next(r, before, best))
            best = r;
    for (size_t i = 0; i < v->own_count; i++)
        if (rank(&v->own[i]) == network && comes_next(&v->own[i], before, best)) best = &v->own[i];
    return best;
}

/* The kernel takes the first: its metric is the lowest. */
static const struct route *selected_of(const struct view *v, uint64_t network) {
    const struct route *r = first_of(v, network);
    while (r != NULL && rank(r) == network && !is_shown(v->lab, r)) r = route_get(v->lab, r->next);
    return r != NULL && rank(r) == network ? r : NULL;
}

static void say_network(struct view *v, uint64_t network,
                        void (*each)(struct view *, const struct route *, bool selected)) {
    const struct route *selected = selected_of(v, network), *r = NULL;
    while ((r = newest(v, network, r)) != NULL)
        if (passes(v, r)) each(v, r, r == selected);
}

/* The network that comes next in order, from that one on; false: there is none. */
static bool next_network(const struct view *v, uint64_t from, uint64_t *network) {
    bool any = false;
    const struct route *r;
    for (struct id id = route_first(v->lab, v->node); (r = route_get(v->lab, id)) != NULL;
         id = r->next) {
        if (rank(r) < from || (any && rank(r) >= *network)) continue;
        *network = rank(r);
        any = true;
    }
    for (size_t i = 0; i < v->own_count; i++) {
        if (rank(&v->own[i]) < from || (any && rank(&v->own[i]) >= *network)) continue;
        *network = rank(&v->own[i]);
        any = true;
    }
    return any;
}

static void say_all(struct view *v) {
    uint64_t network;
    for (uint64_t from = 0; next_network(v, from, &network); from = network + 1)
        say_network(v, network, say_route);
}

/* The longest that holds the address, or just that network. */
static void say_one(struct view *v, ip4 address, uint32_t prefix) {
    for (uint32_t length = prefix > 32 ? 33 : prefix + 1; length-- > 0 && v->said == 0;) {
        uint64_t network = (uint64_t)(address & prefix_mask(length)) << 32 | length;
        say_network(v, network, say_entry);
        if (prefix <= 32) break;
    }
    if (v->said == 0) say_text(v->say, "% Network not in table");
}

static void keep_own(void *user, const struct route *r) {
    struct view *v = user;
    if (v->own_count == OWN_MOST) return;
    v->own[v->own_count] = *r;
    v->own[v->own_count++].next = (struct id){0, 0};
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

static void say_summary(struct view *v) {
    static const char *const names[] = {"kernel", "connected", "static", "rip", "ospf"};
    enum { NAMES = sizeof names / sizeof *names };
    uint32_t routes[NAMES] = {0}, used[NAMES] = {0}, all = 0, all_used = 0;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    uint64_t network;
    for (uint64_t from = 0; next_network(v, from, &network); from = network + 1)
        for (const struct route *r = NULL; (r = newest(v, network, r)) != NULL;)
            for (size_t i = 0; i < NAMES; i++) {
                if (!same_text(names[i], source_of(r).name)) continue;
                routes[i]++;
                used[i] += r == selected_of(v, network);
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
    struct view v = {.lab = lab, .now = now, .node = node, .say = say};
    enum { NO_PREFIX = 33 };
    ip4 address;
    *known = count <= 2;
    ospf_connected_visit(lab, node, keep_own, &v);
    if (count == 0) {
        say_all(&v);
    } else if (count == 2 && parse_cidr(words[0], &v.network, &v.prefix) &&
               vtysh_is(words[1], "longer-prefixes")) {
        v.one = v.longer = true;
        v.network &= prefix_mask(v.prefix);
        say_all(&v);
    } else if (count != 1) {
        *known = false;
    } else if (vtysh_is(words[0], "summary")) {
        say_summary(&v);
    } else if (parse_ip4(words[0], &address)) {
        say_one(&v, address, NO_PREFIX);
    } else if (parse_cidr(words[0], &v.network, &v.prefix)) {
        v.one = true;
        v.network &= prefix_mask(v.prefix);
        say_one(&v, v.network, v.prefix);
    } else {
        v.source = source_named(words[0]);
        *known = v.source != NULL;
        if (*known) say_all(&v);
    }
}
