#include "stack/ip/ipv4_reassembly.h"
/*
 * Fragments that have octets in common. No sender makes them; an attacker does, so that a filter
 * sees other octets than the host, and duplication on the way makes exact ones. Who wins is a
 * habit (const.fragment_overlap): RFC 791 3.2 lets the newer fragment win, BSD and older Linux by
 * who begins first, and Linux since 4.19 throws the datagram away, as RFC 5722 asks for IPv6.
 *
 * The octets that lose are cut off their fragment, so that those that wait never overlap.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

/* The last fragment that begins before `to`. Most come in their order, some from behind; else they
 * are looked for from the back. */
static struct id before_of(struct lab *lab, const struct reassembly *r, uint32_t to) {
    struct id id = r->last;
    if (id_is(id) && fragment_span(lab, r->first).from >= to) return (struct id){0, 0};
    while (id_is(id) && fragment_span(lab, id).from >= to) id = frame_at(lab, id)->previous;
    return id;
}

/* The first of those that wait and overlap; {0,0}: none, and *before is where it belongs. */
static struct id first_overlap(struct lab *lab, const struct reassembly *r, struct ipv4_span span,
                               struct id *before) {
    struct id found = {0, 0};
    *before = before_of(lab, r, span.to);
    for (struct id id = *before; id_is(id) && fragment_span(lab, id).to > span.from;
         id = frame_at(lab, id)->previous)
        found = id;
    return found;
}

/* Are all octets of the span there, from `id` on without a gap? As Linux sees it, in fragments that
 * came in their order: it does not join runs that meet later. */
static bool is_duplicate(struct lab *lab, struct id id, struct ipv4_span span) {
    uint32_t reached = fragment_span(lab, id).from;
    uint64_t run = frame_at(lab, id)->order;
    if (reached > span.from) return false;
    for (; id_is(id) && frame_at(lab, id)->order == run; id = frame_at(lab, id)->next) {
        reached = fragment_span(lab, id).to;
        if (reached >= span.to) return true;
    }
    return false;
}

/* Of a fragment only the octets from..to are left: its header moves up to them. */
static void trim(struct step *s, struct id fragment, uint32_t from, uint32_t to) {
    struct frame *f = frame_at(s->lab, fragment);
    uint8_t *header = frame_octets(s->lab, fragment);
    struct ipv4_span span = ipv4_span(header);
    uint32_t length = ipv4_header_octets(header), off = from - span.from;
    assert(span.from <= from && from < to && to <= span.to);
    frame_cut(f, length + to - span.from);
    memmove(header + off, header, length);
    frame_front_off(f, off);
    ipv4_set_span(frame_octets(s->lab, fragment),
                  (struct ipv4_span){from, to, span.more || to < span.to});
}

/* A second frame with the octets from..to of the fragment; {0,0}: no frames. */
static struct id part_of(struct step *s, struct id fragment, uint32_t from, uint32_t to) {
    struct id part = frame_copy(s, fragment);
    if (id_is(part)) trim(s, part, from, to);
    return part;
}

static bool old_wins(enum fragment_overlap habit, uint32_t old_from, uint32_t new_from) {
    switch (habit) {
    case OVERLAP_DROP:
    case OVERLAP_NEWEST: break;
    case OVERLAP_OLDEST: return true;
    case OVERLAP_BSD: return old_from <= new_from;
    case OVERLAP_LINUX: return old_from < new_from;
    }
    return false;
}

static bool drop_all(struct step *s, struct id id, struct id fragment, enum reason reason,
                     const char *why) {
    trace_dropped(s, reassembly_get(s->lab, id)->node, fragment, reason, why);
    frame_free(s, fragment);
    reassembly_fail(s, id, reason, why);
    return false;
}

/* The new fragment's octets take the place of the old one's. False: no frames. */
static bool cut_old(struct step *s, struct reassembly *r, struct id old, struct ipv4_span span) {
    struct ipv4_span had = fragment_span(s->lab, old);
    struct id before = frame_at(s->lab, old)->previous, right = {0, 0};
    bool left = had.from < span.from;
    if (had.to > span.to) {
        right = part_of(s, old, span.to, had.to);
        if (!id_is(right)) return false;
    }
    reassembly_unlink(s, r, old);
    if (left) {
        trim(s, old, had.from, span.from);
        reassembly_link(s, r, old, before);
        before = old;
    } else {
        trace_dropped(s, r->node, old, REASON_FRAGMENT_OVERLAP, "RFC 791 3.2");
        frame_free(s, old);
    }
    if (id_is(right)) reassembly_link(s, r, right, before);
    return true;
}

/* The old fragment's octets stay; of the new one, what lies before them is placed and what lies
 * behind them is left. False: no frames. *gone: nothing is left of it. */
static bool cut_new(struct step *s, struct reassembly *r, struct id old, struct id fragment,
                    bool *gone) {
    struct ipv4_span had = fragment_span(s->lab, old), span = fragment_span(s->lab, fragment);
    struct id before = frame_at(s->lab, old)->previous;
    *gone = span.to <= had.to;
    if (span.from < had.from) {
        struct id left = *gone ? fragment : part_of(s, fragment, span.from, had.from);
        if (!id_is(left)) return false;
        if (*gone) trim(s, fragment, span.from, had.from);
        reassembly_link(s, r, left, before);
    } else if (*gone) {
        trace_dropped(s, r->node, fragment, REASON_FRAGMENT_DUPLICATE, "RFC 791 3.2");
        frame_free(s, fragment);
    }
    if (!*gone) trim(s, fragment, had.to, span.to);
    return true;
}

static bool place_by_habit(struct step *s, struct id id, struct id fragment,
                           enum fragment_overlap habit) {
    struct reassembly *r = object_edit(s, POOL_REASSEMBLY, id);
    for (;;) {
        struct ipv4_span span = fragment_span(s->lab, fragment);
        struct id before, old = first_overlap(s->lab, r, span, &before);
        if (!id_is(old)) {
            reassembly_link(s, r, fragment, before);
            return true;
        }
        bool gone = false;
        bool done = old_wins(habit, fragment_span(s->lab, old).from, span.from)
                        ? cut_new(s, r, old, fragment, &gone)
                        : cut_old(s, r, old, span);
        if (!done) return drop_all(s, id, fragment, REASON_NO_FRAMES, NULL);
        if (gone) return true;
    }
}

bool reassembly_place(struct step *s, struct id id, struct id fragment) {
    struct reassembly *r = object_edit(s, POOL_REASSEMBLY, id);
    enum fragment_overlap habit =
        (enum fragment_overlap)setting_of(s->lab, r->node, SETTING_CONST_FRAGMENT_OVERLAP);
    struct ipv4_span span = fragment_span(s->lab, fragment);
    struct id before, old = first_overlap(s->lab, r, span, &before);
    if (!id_is(old)) {
        reassembly_link(s, r, fragment, before);
        return true;
    }
    if (habit != OVERLAP_DROP) return place_by_habit(s, id, fragment, habit);
    if (is_duplicate(s->lab, old, span)) {
        trace_dropped(s, r->node, fragment, REASON_FRAGMENT_DUPLICATE, "RFC 5722 4");
        frame_free(s, fragment);
        return false;
    }
    mib_add(s, r->node, MIB_IP_REASM_OVERLAPS);
    return drop_all(s, id, fragment, REASON_FRAGMENT_OVERLAP, "RFC 5722 4");
}
