#include "stack/ip/neighbour.h"
/*
 * Making room in the neighbour cache, by Linux's three thresholds (net/core/neighbour.c). Below
 * gc_thresh1 nothing is collected. From gc_thresh2 on entries that did not change for 5 s make room
 * for new ones, the oldest first, at most every 5 s; from gc_thresh3 on always, and if there is
 * none, the new neighbour is refused. Entries set by hand are not counted and never collected.
 *
 * Differs: Linux looks for entries that were not used for gc_stale_time every half of
 * base_reachable_time; here that is done when an entry is made and so much time has passed, so that
 * a lab at rest stays at rest. Linux's thresholds are the machine's, these are the node's.
 */
#include "sim/trace.h"
#include "stack/kernel_log.h"
#include "stack/mib.h"
#include "stack/sysctl.h"

static const sim_time flush_interval = 5000000000;

static uint32_t entries(const struct lab *lab, uint32_t node) {
    return census_value(lab, node, CENSUS_NEIGHBOURS);
}

static bool at_rest(const struct neighbour *n) { /* no timer holds it */
    return n->state == NEIGHBOUR_FAILED || n->state == NEIGHBOUR_STALE;
}

void neighbour_collect(struct step *s, uint32_t node) {
    sim_time old = s->now - setting_of(s->lab, node, SETTING_ARP_GC_STALE);
    struct id next;
    for (struct id id = neighbour_first(s->lab, node); id_is(id); id = next) {
        const struct neighbour *n = neighbour_get(s->lab, id);
        sim_time used = n->used_at > n->confirmed_at ? n->used_at : n->confirmed_at;
        next = n->next;
        if (n->state == NEIGHBOUR_FAILED || (n->state == NEIGHBOUR_STALE && used <= old))
            neighbour_remove(s, id);
    }
}

static bool unchanged(const struct step *s, const struct neighbour *n) {
    return at_rest(n) && (n->state == NEIGHBOUR_FAILED || n->updated_at < s->now - flush_interval);
}

/* Down to gc_thresh2, the oldest first: they stand last in the node's list. */
static bool flush(struct step *s, uint32_t node) {
    int64_t most = entries(s->lab, node) - setting_of(s->lab, node, SETTING_ARP_GC_THRESH2);
    uint32_t found = 0, freed = 0;
    struct id next;
    node_at(s->lab, node)->arp_flushed_at = s->now;
    for (struct id id = neighbour_first(s->lab, node); id_is(id);
         id = neighbour_get(s->lab, id)->next)
        found += unchanged(s, neighbour_get(s->lab, id));
    for (struct id id = neighbour_first(s->lab, node); id_is(id); id = next) {
        const struct neighbour *n = neighbour_get(s->lab, id);
        next = n->next;
        if (!unchanged(s, n)) continue;
        if (found-- > (most > 1 ? most : 1)) continue; /* younger than those that go */
        neighbour_remove(s, id);
        freed++;
    }
    return freed > 0;
}

bool neighbour_room(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    uint32_t count = entries(s->lab, node);
    if (count >= setting_of(s->lab, node, SETTING_ARP_GC_THRESH1) &&
        s->now - n->arp_swept_at >= setting_of(s->lab, node, SETTING_ARP_BASE_REACHABLE) / 2) {
        n->arp_swept_at = s->now;
        neighbour_collect(s, node);
        count = entries(s->lab, node);
    }
    bool full = count >= setting_of(s->lab, node, SETTING_ARP_GC_THRESH3);
    bool many = count >= setting_of(s->lab, node, SETTING_ARP_GC_THRESH2) &&
                s->now - n->arp_flushed_at > flush_interval;
    if (!full && !many) return true;
    if (flush(s, node) || !full) return true;
    if (profile_is_linux(n->profile))
        kernel_says(s, node, "neighbour: arp_cache: neighbor table overflow!");
    return false;
}
