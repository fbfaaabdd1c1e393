#include "apps/ip.h"
/*
 * ip route, in the words of iproute2: show, get, add, replace, change, del and flush, with `via`,
 * `dev`, `metric`, `src`, several `nexthop`s, and routes that lead nowhere (blackhole, unreachable,
 * prohibit). Errors are the kernel's. Lines have no blank at their end, which iproute2 leaves.
 * Left out: tables, rules, `append`, other attributes.
 */
#include "sim/event.h"
#include "stack/iface.h"
#include "stack/ip/igmp.h"
#include "stack/ip/route.h"
#include <string.h>

/* ------------------------------------------------------------------- show */

static void text_network(struct text *t, const struct route *r) {
    if (r->type != ROUTE_UNICAST) {
        text_add(t, route_type_name(r->type));
        text_char(t, ' ');
    }
    if (r->prefix == 0) {
        text_add(t, "default");
        return;
    }
    text_ip4(t, r->network);
    if (r->prefix == 32) return;
    text_char(t, '/');
    text_u64(t, r->prefix);
}

static void text_hop(struct text *t, const struct lab *lab, const struct route *r, bool device) {
    if (r->via != 0) {
        text_add(t, " via ");
        text_ip4(t, r->via);
    }
    if (!device || r->interface == 0) return;
    text_add(t, " dev ");
    text_add(t, iface_get(lab, r->interface)->name);
}

/* Linux goes on to use it, unless net.ipv4.conf.all.ignore_routes_with_linkdown says otherwise. */
static void text_carrier(struct text *t, const struct lab *lab, const struct route *r) {
    if (r->interface == 0 || iface_has_carrier(lab, r->interface)) return;
    text_add(t, route_is_dead(lab, r) ? " dead linkdown" : " linkdown");
}

/* Daemons name themselves; Linux keeps the number that they gave, 189 and 188 for these two. */
static const char *protocol_of(const struct route *r) {
    switch ((enum route_origin)r->origin) {
    case ROUTE_RIP: return " proto rip";
    case ROUTE_OSPF: return " proto ospf";
    case ROUTE_CONFIGURED: return " proto static";
    case ROUTE_CONNECTED: return " proto kernel";
    case ROUTE_STATIC:
    case ROUTE_GATEWAY:
    case ROUTE_REDIRECT:
    case ROUTE_DISCOVERED: break;
    }
    return "";
}

static void text_rest(struct text *t, const struct lab *lab, const struct route *r) {
    ip4 source = r->source;
    text_add(t, protocol_of(r));
    if (r->origin == ROUTE_CONNECTED) {
        text_add(t, " scope link");
        source = iface_get(lab, r->interface)->address;
    } else if (r->via == 0 && r->type == ROUTE_UNICAST && r->path == 0) {
        text_add(t, " scope link");
    }
    if (source != 0) {
        text_add(t, " src ");
        text_ip4(t, source);
    }
    if (r->metric != 0) text_add(t, " metric ");
    if (r->metric != 0) text_u64(t, r->metric);
    if (r->path == 0) text_carrier(t, lab, r);
}

/* A route with all its next hops, of which `first` is the first. */
static void say_route(struct step *s, struct id process, const struct route *first, bool device) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_network(&t, first);
    if (first->path == 0) text_hop(&t, s->lab, first, device);
    text_rest(&t, s->lab, first);
    process_say(s, process, &t);
    const struct route *r = first;
    for (; r != NULL && route_shares(r, first); r = route_get(s->lab, r->next)) {
        text_add(&t, "\tnexthop");
        text_hop(&t, s->lab, r, true);
        text_add(&t, " weight ");
        text_u64(&t, r->weight);
        text_carrier(&t, s->lab, r);
        process_say(s, process, &t);
    }
}

/* Of several next hops only the first is listed. iproute2 lists by address, the shorter prefix
 * first, so that the default route comes on top; then by metric. */
static bool is_listed(const struct lab *lab, const struct route *r, struct id previous) {
    const struct route *p = route_get(lab, previous);
    return r->origin != ROUTE_REDIRECT && (p == NULL || !route_shares(p, r));
}

/* The node's own list has the longer prefixes first, so networks of one prefix are in order there:
 * what comes next is found by its place behind the last one. */
static uint64_t rank(const struct route *r) {
    return (uint64_t)r->network << 32 | r->prefix;
}

struct filter {
    uint32_t interface; /* 0: any */
    bool one;           /* only this network */
    ip4 network;
    uint32_t prefix;
};

static bool passes(const struct route *r, const struct filter *f) {
    return (f->interface == 0 || f->interface == r->interface) &&
           (!f->one || (f->network == r->network && f->prefix == r->prefix));
}

static void show_routes(struct step *s, const struct command *c, const struct filter *f) {
    uint64_t from = 0, least;
    do { /* each round says the routes of one network */
        least = UINT64_MAX;
        struct id previous = {0, 0};
        for (struct id id = route_first(s->lab, c->node); id_is(id);) {
            const struct route *r = route_get(s->lab, id);
            uint64_t at = rank(r) + 1;
            if (at >= from && at < least) least = at;
            id = r->next;
        }
        for (struct id id = route_first(s->lab, c->node); id_is(id) && least != UINT64_MAX;) {
            const struct route *r = route_get(s->lab, id);
            if (rank(r) + 1 == least && passes(r, f) && is_listed(s->lab, r, previous))
                say_route(s, c->process, r, f->interface == 0);
            previous = id;
            id = r->next;
        }
        from = least + 1;
    } while (least != UINT64_MAX);
    process_return(s, c->process);
}

/* ------------------------------------------------------------------- words */

static bool parse_network(const char *word, ip4 *network, uint32_t *prefix) {
    *network = *prefix = 0;
    if (same_text(word, "default") || parse_cidr(word, network, prefix)) return true;
    *prefix = 32;
    return parse_ip4(word, network);
}

static const char *word_at(const struct command *c, size_t at) {
    return at < c->count ? c->words[at] : "";
}

static bool bad_prefix(struct step *s, const struct command *c, const char *word) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "Error: any valid prefix is expected rather than \"");
    text_add(&t, word);
    text_add(&t, "\".");
    ip_fail(s, c, room);
    return false;
}

static bool misused(struct step *s, const struct command *c) {
    command_misused(s, c,
                    "route add|replace|change|del [blackhole|unreachable|prohibit] NETWORK "
                    "[via ADDRESS] [dev NAME] [src ADDRESS] [metric N] [nexthop ...]...");
    return false;
}

static bool parse_type(const char *word, enum route_type *type) {
    for (uint32_t i = 0; route_type_name(i) != NULL; i++)
        if (same_text(word, route_type_name(i))) {
            *type = (enum route_type)i;
            return true;
        }
    return false;
}

/* "via ADDRESS", "dev NAME", "weight N" at `at`; false: it is none of them, or wrong. */
static bool take_hop_word(struct step *s, const struct command *c, size_t at,
                          struct route_hop *hop) {
    const char *key = word_at(c, at), *value = word_at(c, at + 1);
    uint64_t weight;
    if (same_text(key, "via")) return parse_ip4(value, &hop->via) && hop->via != 0;
    if (same_text(key, "dev")) {
        hop->interface = iface_named(s->lab, c->node, value);
        return hop->interface != 0;
    }
    if (!same_text(key, "weight") || !parse_u64(value, &weight) || weight < 1 || weight > 256)
        return false;
    hop->weight = (uint32_t)weight;
    return true;
}

/* What follows the network: attributes of the route, and next hops. */
static bool parse_rest(struct step *s, const struct command *c, size_t at, struct route_wish *w) {
    struct route_hop *hop = NULL;
    uint64_t metric;
    for (; at < c->count; at += 2) {
        const char *key = c->words[at], *value = word_at(c, at + 1);
        if (same_text(key, "nexthop")) {
            if (w->hop_count == ROUTE_HOPS_MAX) return misused(s, c);
            hop = &w->hop[w->hop_count++];
            at -= 1; /* it has no value of its own */
        } else if (same_text(key, "src") && parse_ip4(value, &w->source)) {
            continue;
        } else if ((same_text(key, "metric") || same_text(key, "preference")) &&
                   parse_u64(value, &metric) && metric <= UINT32_MAX) {
            w->metric = (uint32_t)metric;
        } else if (same_text(key, "proto") || same_text(key, "scope")) {
            continue; /* it would only be shown */
        } else {
            if (hop == NULL) hop = &w->hop[w->hop_count++];
            if (same_text(key, "dev") && iface_named(s->lab, c->node, value) == 0)
                return ip_device(s, c, value) != 0;
            if (!take_hop_word(s, c, at, hop)) return misused(s, c);
        }
    }
    return true;
}

static bool parse_route(struct step *s, const struct command *c, struct route_wish *w) {
    size_t at = 3;
    if (parse_type(word_at(c, at), &w->type)) at++;
    if (at >= c->count) return misused(s, c);
    if (!parse_network(c->words[at], &w->network, &w->prefix))
        return bad_prefix(s, c, c->words[at]);
    if ((w->network & ~prefix_mask(w->prefix)) != 0) {
        ip_fail(s, c, "Error: Invalid prefix for given prefix length.");
        return false;
    }
    return parse_rest(s, c, at + 1, w);
}

/* ------------------------------------------------------------------- change */

static const char *problem(enum route_result result, enum route_verb verb) {
    switch (result) {
    case ROUTE_OK: return NULL;
    case ROUTE_EXISTS: return "RTNETLINK answers: File exists";
    case ROUTE_NOT_FOUND:
        return verb == ROUTE_CHANGE ? "RTNETLINK answers: No such file or directory"
                                    : "RTNETLINK answers: No such process";
    case ROUTE_BAD_NEXT_HOP: return "Error: Nexthop has invalid gateway.";
    case ROUTE_NO_ROOM: break;
    }
    return "RTNETLINK answers: No buffer space available";
}

static void answer(struct step *s, const struct command *c, const char *text) {
    if (text != NULL) process_print(s, c->process, text);
    process_return(s, c->process);
}

static void put_route(struct step *s, const struct command *c, enum route_verb verb) {
    struct route_wish w = {.origin = ROUTE_STATIC};
    if (!parse_route(s, c, &w)) return;
    if (w.type == ROUTE_UNICAST && w.hop_count == 0)
        answer(s, c, "RTNETLINK answers: No such device");
    else if (w.source != 0 && iface_with_address(s->lab, c->node, w.source) == 0)
        answer(s, c, "Error: Invalid prefsrc address.");
    else
        answer(s, c, problem(route_put(s, c->node, &w, verb), verb));
}

static void take_route(struct step *s, const struct command *c) {
    struct route_wish w = {.origin = ROUTE_STATIC};
    if (parse_route(s, c, &w)) answer(s, c, problem(route_take(s, c->node, &w), ROUTE_ADD));
}

/* ip route flush cache | flush NETWORK | flush dev NAME */
static void flush_routes(struct step *s, const struct command *c, const struct filter *f) {
    if (same_text(word_at(c, 3), "cache")) {
        route_flush_exceptions(s, c->node);
    } else if (f->interface == 0 && !f->one) {
        ip_fail(s, c, "\"ip route flush\" requires arguments.");
        return;
    } else {
        struct id next;
        for (struct id id = route_first(s->lab, c->node); id_is(id); id = next) {
            const struct route *r = route_get(s->lab, id);
            next = r->next;
            if (r->origin != ROUTE_REDIRECT && passes(r, f)) route_unmake(s, id);
        }
        route_drop_baseless(s, c->node);
    }
    process_return(s, c->process);
}

/* ------------------------------------------------------------------- get */

static void say_found(struct step *s, const struct command *c, const char *kind, ip4 dst, ip4 via,
                      const char *device, ip4 source) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, kind);
    text_ip4(&t, dst);
    if (via != dst) text_add(&t, " via ");
    if (via != dst) text_ip4(&t, via);
    text_add(&t, " dev ");
    text_add(&t, device);
    text_add(&t, " src ");
    text_ip4(&t, source);
    text_add(&t, " uid 0");
    process_say(s, c->process, &t);
}

static const struct route *exception_of(const struct lab *lab, uint32_t node, ip4 dst) {
    const struct route *r;
    for (struct id id = route_first(lab, node); (r = route_get(lab, id)) != NULL; id = r->next)
        if (r->origin == ROUTE_REDIRECT && r->network == dst) break;
    return r;
}

/* "    cache <redirected> expires 299sec": what was learnt of this destination. */
static void say_cache(struct step *s, const struct command *c, ip4 dst, const char *kind) {
    enum { SECOND = 1000000000 };
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    sim_time until = 0;
    const struct route *r = exception_of(s->lab, c->node, dst);
    uint32_t mtu = ip_path_mtu(s->lab, c->node, dst, &until);
    text_add(&t, "    cache");
    if (kind[0] != '\0') text_add(&t, kind);
    if (r != NULL) text_add(&t, " <redirected>");
    if (r != NULL) timer_pending(s->lab, r->timer, &until);
    if ((r != NULL || mtu != 0) && until > s->now) {
        text_add(&t, " expires ");
        text_u64(&t, (uint64_t)(until - s->now) / SECOND);
        text_add(&t, "sec");
    }
    if (mtu != 0) text_add(&t, " mtu ");
    if (mtu != 0) text_u64(&t, mtu);
    process_say(s, c->process, &t);
    process_return(s, c->process);
}

static const char *no_way(enum route_type type) {
    switch (type) {
    case ROUTE_BLACKHOLE: return "RTNETLINK answers: Invalid argument";
    case ROUTE_UNREACHABLE: return "RTNETLINK answers: No route to host";
    case ROUTE_PROHIBIT: return "RTNETLINK answers: Permission denied";
    case ROUTE_UNICAST:
    case ROUTE_NONE: break;
    }
    return "RTNETLINK answers: Network is unreachable";
}

/* ip route get ADDRESS [from ADDRESS] */
static void get_route(struct step *s, const struct command *c) {
    struct next_hop hop;
    ip4 dst, src = 0;
    const char *from = ip_after(c, "from");
    if (c->count < 4 || !host_lookup(s->lab, c->words[3], &dst) ||
        (from != NULL && !parse_ip4(from, &src))) {
        command_misused(s, c, "route get ADDRESS [from ADDRESS]");
        return;
    }
    if (ip_is_local(s->lab, c->node, dst)) {
        say_found(s, c, "local ", dst, dst, "lo", dst);
        say_cache(s, c, dst, " <local>");
        return;
    }
    if (!route_lookup_from(s->lab, c->node, src, dst, &hop)) {
        ip_fail(s, c, no_way(hop.type));
        return;
    }
    const struct interface *i = iface_get(s->lab, hop.interface);
    bool multicast = ip_is_multicast(dst),
         group = ip_is_broadcast_or_multicast(s->lab, c->node, dst);
    say_found(s, c,
              multicast ? "multicast "
              : group   ? "broadcast "
                        : "",
              dst, group ? dst : hop.address, i->name, hop.source != 0 ? hop.source : i->address);
    say_cache(s, c, dst, multicast ? " <mc>" : group ? " <local,brd>" : "");
}

/* ------------------------------------------------------------------- the line */

/* show|flush [NETWORK] [dev NAME] */
static bool parse_filter(struct step *s, const struct command *c, struct filter *f) {
    for (size_t at = 3; at < c->count; at++) {
        const char *word = c->words[at];
        if (same_text(word, "dev")) {
            f->interface = ip_device(s, c, word_at(c, ++at));
            if (f->interface == 0) return false;
        } else if (!same_text(word, "cache") && !same_text(word, "exact")) {
            f->one = true;
            if (!parse_network(word, &f->network, &f->prefix)) return bad_prefix(s, c, word);
        }
    }
    return true;
}

void run_ip_route(struct step *s, const struct command *c, const char *verb) {
    struct filter filter = {0};
    if (ip_is(verb, "show") || ip_is(verb, "list")) {
        if (parse_filter(s, c, &filter)) show_routes(s, c, &filter);
    } else if (ip_is(verb, "add"))
        put_route(s, c, ROUTE_ADD);
    else if (ip_is(verb, "change"))
        put_route(s, c, ROUTE_CHANGE);
    else if (ip_is(verb, "replace"))
        put_route(s, c, ROUTE_REPLACE);
    else if (ip_is(verb, "delete"))
        take_route(s, c);
    else if (ip_is(verb, "flush")) {
        if (parse_filter(s, c, &filter)) flush_routes(s, c, &filter);
    } else if (ip_is(verb, "get"))
        get_route(s, c);
    else
        command_misused(s, c, "route show|get|add|replace|change|del|flush");
}
