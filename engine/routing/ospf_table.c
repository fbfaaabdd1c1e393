#include "routing/ospf_table.h"
/*
 * Paths, their sets of next hops, and the choice of the best ones: RFC 2328 11, 16.4 (6), 16.4.1,
 * 16.8. The rules of 16 compare a path that was found with the entry that is there; here all are
 * collected first, sorted by destination, and compared within each destination. The outcome is the
 * same, and nothing is looked up while a tree is walked.
 */
#include <string.h>

#include "stack/iface.h"

void ospf_table_begin(struct ospf_table *t, const struct lab *lab, struct id ospf, sim_time now) {
    t->lab = lab;
    t->ospf = ospf;
    t->now = now;
    t->hop_count = t->path_count = t->entry_count = t->full = 0;
    t->set_count = 1;
    t->set[0].count = 0;
}

bool ospf_mask_prefix(ip4 mask, uint32_t *prefix) {
    uint32_t ones = 0;
    while (ones < 32 && (mask & 0x80000000u >> ones) != 0) ones++;
    *prefix = ones;
    return ones == 32 || mask << ones == 0;
}

uint32_t ospf_area_ordinal(const struct lab *lab, struct id ospf, uint32_t area_id) {
    uint32_t ordinal = 0;
    struct id id = ospf_get(lab, ospf)->first_area;
    for (const struct ospf_area *a; id_is(id); id = a->next, ordinal++) {
        a = ospf_area_get(lab, id);
        if (a->area_id == area_id) break;
    }
    return ordinal;
}

/* ------------------------------------------------------------------------------- next hops */

static uint32_t hop_number(struct ospf_table *t, struct ospf_hop hop) {
    uint32_t i = 0;
    while (i < t->hop_count && (t->hop[i].interface != hop.interface || t->hop[i].via != hop.via))
        i++;
    if (i < t->hop_count) return i;
    if (i == OSPF_HOPS_MOST) {
        t->full = 1;
        return OSPF_HOPS_MOST;
    }
    t->hop[t->hop_count++] = hop;
    return i;
}

static uint32_t set_make(struct ospf_table *t, const struct ospf_hop_set *from) {
    for (uint32_t back = 0; back < 2 && back < t->set_count; back++) { /* as the one before */
        const struct ospf_hop_set *last = &t->set[t->set_count - 1 - back];
        if (last->count == from->count &&
            memcmp(last->hop, from->hop, from->count * sizeof *from->hop) == 0)
            return t->set_count - 1 - back;
    }
    if (t->set_count == OSPF_SETS_MOST) {
        t->full = 1;
        return 0;
    }
    t->set[t->set_count] = *from;
    return t->set_count++;
}

uint32_t ospf_set_of(struct ospf_table *t, struct ospf_hop hop) {
    uint32_t number = hop_number(t, hop);
    if (number == OSPF_HOPS_MOST) return 0;
    struct ospf_hop_set set = {.count = 1, .hop = {(uint16_t)number}};
    return set_make(t, &set);
}

/* O30. Of more than 16 the first ones are kept: 16.8 allows it. */
uint32_t ospf_set_join(struct ospf_table *t, uint32_t a, uint32_t b) {
    if (a == b || b == 0) return a;
    if (a == 0) return b;
    const struct ospf_hop_set *x = &t->set[a], *y = &t->set[b];
    struct ospf_hop_set both = {.count = 0};
    for (uint32_t i = 0, k = 0; both.count < OSPF_HOPS_MAX && (i < x->count || k < y->count);) {
        uint16_t next =
            i < x->count && (k == y->count || x->hop[i] <= y->hop[k]) ? x->hop[i] : y->hop[k];
        if (i < x->count && x->hop[i] == next) i++;
        if (k < y->count && y->hop[k] == next) k++;
        both.hop[both.count++] = next;
    }
    if (both.count == x->count && memcmp(both.hop, x->hop, both.count * sizeof *both.hop) == 0)
        return a;
    if (both.count == y->count && memcmp(both.hop, y->hop, both.count * sizeof *both.hop) == 0)
        return b;
    uint32_t made = set_make(t, &both);
    return made == 0 ? a : made;
}

static bool hop_before(const struct ospf_hop *a, const struct ospf_hop *b) {
    return a->interface != b->interface ? a->interface < b->interface : a->via < b->via;
}

uint32_t ospf_set_hops(const struct ospf_table *t, uint32_t set,
                       struct ospf_hop out[OSPF_HOPS_MAX]) {
    const struct ospf_hop_set *from = &t->set[set];
    for (uint32_t i = 0; i < from->count; i++) {
        struct ospf_hop hop = t->hop[from->hop[i]];
        uint32_t at = i;
        for (; at > 0 && hop_before(&hop, &out[at - 1]); at--) out[at] = out[at - 1];
        out[at] = hop;
    }
    return from->count;
}

/* --------------------------------------------------------------------------------- entries */

void ospf_way_add(struct ospf_table *t, const struct ospf_way *path) {
    if (t->path_count == OSPF_PATHS_MOST) {
        t->full = 1;
        return;
    }
    t->path[t->path_count++] = *path;
}

static int order_of(uint32_t a, uint32_t b) {
    return a < b ? -1 : a > b;
}

/* Less than 0: `a` is preferred to `b`. O28 */
static int compare(const struct ospf_way *a, const struct ospf_way *b, bool rfc1583) {
    int order = order_of(a->path, b->path); /* 11; 16.2 (6); 16.4 (6) (a), (b) */
    if (order != 0) return order;
    if (a->path == OSPF_EXTERNAL_2 && a->cost2 != b->cost2) /* (b) */
        return order_of(a->cost2, b->cost2);
    bool external = a->path == OSPF_EXTERNAL_1 || a->path == OSPF_EXTERNAL_2;
    if (external && !rfc1583 && a->rank != b->rank) /* (c), 16.4.1 */
        return order_of(a->rank, b->rank);
    if (a->cost != b->cost) return order_of(a->cost, b->cost); /* (d) */
    /* 16.1 (4): of two networks of equal cost with one address the one with the larger link state
     * id replaces the other; stub networks join either. */
    if (a->transit != 0 && b->transit != 0) return order_of(b->transit, a->transit);
    /* 16.8: the paths of an entry have one area. Where it decides, the largest as in 16.4 (3). */
    return external ? 0 : order_of(b->area_id, a->area_id);
}

/* Sorts by merging runs that grow. The result is in `a`. */
void ospf_sort(uint64_t *a, uint64_t *spare, size_t count) {
    uint64_t *from = a, *to = spare;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t at = 0; at < count; at += 2 * run) {
            size_t i = at, middle = at + run < count ? at + run : count, k = middle;
            size_t end = at + 2 * run < count ? at + 2 * run : count;
            for (size_t out = at; out < end; out++) {
                bool left = i < middle && (k == end || from[i] <= from[k]);
                to[out] = left ? from[i++] : from[k++];
            }
        }
        uint64_t *other = from;
        from = to;
        to = other;
    }
    if (from != a) memcpy(a, from, count * sizeof *a);
}

/* The best of the paths order[from] to order[to - 1], which lead to one destination. */
static void settle_one(struct ospf_table *t, uint32_t from, uint32_t to, bool rfc1583) {
    enum { NUMBER = 0xffff };
    const struct ospf_way *best = &t->path[t->order[from] & NUMBER];
    for (uint32_t i = from + 1; i < to; i++) {
        const struct ospf_way *other = &t->path[t->order[i] & NUMBER];
        int order = compare(other, best, rfc1583);
        if (order < 0 || (order == 0 && other->transit > best->transit)) best = other;
    }
    struct ospf_way *entry = &t->entry[t->entry_count++];
    *entry = *best;
    for (uint32_t i = from; i < to; i++) { /* O30: those of equal cost are its paths, too */
        const struct ospf_way *other = &t->path[t->order[i] & NUMBER];
        if (other == best || compare(other, best, rfc1583) != 0) continue;
        entry->set = ospf_set_join(t, entry->set, other->set);
        entry->options |= other->options;
        if (other->path == OSPF_INTRA_AREA && entry->transit == 0 && other->origin > entry->origin)
            entry->origin = other->origin; /* 16.1, second stage (2) */
    }
}

void ospf_table_settle(struct ospf_table *t, bool rfc1583) {
    for (uint32_t i = 0; i < t->entry_count; i++) ospf_way_add(t, &t->entry[i]);
    t->entry_count = 0;
    for (uint32_t i = 0; i < t->path_count; i++) t->order[i] = t->path[i].key << 16 | i;
    ospf_sort(t->order, t->spare, t->path_count);
    for (uint32_t from = 0, to; from < t->path_count; from = to) {
        to = from + 1;
        while (to < t->path_count && t->order[to] >> 16 == t->order[from] >> 16) to++;
        settle_one(t, from, to, rfc1583);
    }
    t->path_count = 0;
}

/* The number of the first entry whose key is not less. */
uint32_t ospf_entry_from(const struct ospf_table *t, uint64_t key) {
    uint32_t from = 0, to = t->entry_count;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (t->entry[middle].key < key)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

const struct ospf_way *ospf_entry_find(const struct ospf_table *t, uint64_t key) {
    uint32_t at = ospf_entry_from(t, key);
    return at < t->entry_count && t->entry[at].key == key ? &t->entry[at] : NULL;
}

const struct ospf_way *ospf_entry_match(const struct ospf_table *t, ip4 address) {
    for (uint32_t prefix = 33; prefix-- > 0;) {
        uint64_t key = ospf_network_key(address & prefix_mask(prefix), prefix);
        const struct ospf_way *entry = ospf_entry_find(t, key);
        if (entry != NULL) return entry;
    }
    return NULL;
}

/* ------------------------------------------------------------ what was computed before */

static void load(struct ospf_table *t, struct id first, enum ospf_path most) {
    for (struct id id = first; id_is(id); id = ospf_route_get(t->lab, id)->next) {
        const struct ospf_route *r = ospf_route_get(t->lab, id);
        if (r->path > (uint32_t)most) continue;
        bool router = r->destination != OSPF_TO_NETWORK;
        struct ospf_way path = {
            .key = router
                       ? ospf_router_key(r->address, ospf_area_ordinal(t->lab, t->ospf, r->area_id))
                       : ospf_network_key(r->address, r->prefix),
            .path = r->path,
            .cost = r->cost,
            .cost2 = r->cost2,
            .area_id = r->area_id,
            .origin = r->origin,
            .options = r->options,
            .tag = r->tag};
        for (uint32_t i = 0; i < r->hop_count; i++)
            path.set = ospf_set_join(t, path.set, ospf_set_of(t, r->hop[i]));
        ospf_way_add(t, &path);
    }
}

void ospf_table_load(struct ospf_table *t, enum ospf_path most) {
    load(t, ospf_get(t->lab, t->ospf)->first_route, most);
    load(t, ospf_get(t->lab, t->ospf)->first_border, most);
    ospf_table_settle(t, true);
}
