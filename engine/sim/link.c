#include "sim/link.h"
/*
 * Links. Each direction has a wire that sends one frame after the other at the link's rate, and a
 * delay behind it. The frames under way are a list in the order of sending; since a link keeps
 * their order, only the head of the list stands in the event heap. Frames that a fault delays,
 * that are reordered, or that will die half-way have an event of their own and are skipped when the
 * next head is looked for.
 *
 * How many frames wait for the wire is not kept by events: a cursor into the list moves past the
 * frames that have left since, whenever the number is asked for.
 *
 * What a link draws for a frame (loss, duplication, reordering, jitter) is a hash of the lab's
 * seed, the names of its two ends, the purpose and the packet's id: no draw shifts another one.
 *
 * Every TRACE_SENT ends in exactly one TRACE_DELIVERED or TRACE_LOST. Left out: the preamble, the
 * check sequence and the gap between frames of real Ethernet take no time on our wires.
 */
#include <assert.h>

#include "sim/state.h"
#include "sim/trace.h"

enum purpose { DRAW_LOSS, DRAW_DUPLICATE, DRAW_REORDER, DRAW_JITTER };
enum { HALF_WAY_PPM = 500000, PPM = 1000000 };
static const sim_time REORDER_LEAST_NS =
    1000000; /* a reordered frame comes later by this at least */

uint32_t way_number(uint32_t link, uint32_t direction) {
    return 2 * (link - 1) + direction + 1;
}

static uint64_t draw(const struct direction *way, uint32_t purpose, const struct frame_note *note) {
    uint64_t packet = (uint64_t)note->origin << 32 | note->number;
    return hash_mix(hash_mix(way->seed, purpose), packet);
}

uint32_t way_draw(const struct direction *way, uint32_t purpose, const struct frame_note *note,
                  uint32_t bound) {
    return (uint32_t)((draw(way, purpose, note) >> 32) * bound >> 32);
}

static bool chance(const struct direction *way, enum purpose purpose, const struct frame_note *note,
                   uint32_t ppm) {
    return ppm != 0 && way_draw(way, purpose, note, PPM) < ppm;
}

static inline void tell(struct step *s, enum trace_kind kind, uint32_t link, uint32_t direction,
                        struct id id, sim_time until, uint32_t reason, uint32_t where_ppm) {
    s->spoken = true;
    if (s->sink != NULL) trace_frame(s, kind, link, direction, id, until, reason, where_ppm);
}

static struct link *link_of(struct step *s, const struct frame *f) {
    return link_at(s->lab, f->link);
}

/* ---------------------------------------------------------------------- the list of a direction */

/* The wire has sent what left until now: the cursor of the waiting frames moves on. */
static inline void wire_catches_up(struct lab *lab, struct direction *way, sim_time now) {
    while (way->waiting != 0) {
        const struct frame *f = frame_here(lab, way->waiting_first);
        if (f->leaves_at > now) return;
        way->waiting -= 1;
        way->waiting_first = way->waiting == 0 ? (struct id){0, 0} : f->next;
    }
}

static inline void list_add(struct step *s, struct direction *way, struct id id, struct frame *f) {
    f->previous = way->last;
    f->next = (struct id){0, 0};
    if (id_is(way->last)) frame_here(s->lab, way->last)->next = id;
    way->last = id;
    way->flying += 1;
    if (f->leaves_at <= s->now) return;
    if (way->waiting == 0) way->waiting_first = id;
    way->waiting += 1;
}

static void list_remove(struct step *s, struct direction *way, struct id id, struct frame *f) {
    wire_catches_up(s->lab, way, s->now);
    if (way->waiting != 0 && f->leaves_at > s->now) {
        way->waiting -= 1;
        if (id_same(way->waiting_first, id)) way->waiting_first = f->next;
    }
    if (id_is(f->previous)) frame_here(s->lab, f->previous)->next = f->next;
    if (id_is(f->next))
        frame_here(s->lab, f->next)->previous = f->previous;
    else
        way->last = f->previous;
    f->next = f->previous = (struct id){0, 0};
    way->flying -= 1;
}

/* The head leaves the heap; the next frame that does not travel by itself takes its place. */
static void head_moves_on(struct step *s, struct link *link, const struct frame *f) {
    struct direction *way = &link->way[f->direction];
    uint32_t number = way_number(f->link, f->direction);
    struct id next = f->next;
    const struct frame *head = NULL;
    while (id_is(next) && (head = frame_here(s->lab, next), id_is(head->event))) next = head->next;
    way->head = next;
    if (id_is(next))
        head_change(s, number, head->arrives_at, link->node[f->direction], head->order);
    else
        head_remove(s->lab, number);
}

/* --------------------------------------------------------------------------------- the ends */

static void die(struct step *s, struct id id, struct frame *f, uint32_t reason,
                uint32_t where_ppm) {
    tell(s, TRACE_LOST, f->link, f->direction, id, s->now, reason, where_ppm);
    f->link = 0;
    frame_free(s, id);
}

/* Refused at the sender: it was handed to the link, and nothing of it reaches the wire. */
static void die_at_once(struct step *s, struct id id, struct frame *f, uint32_t reason) {
    f->sent_step = s->number;
    tell(s, TRACE_SENT, f->link, f->direction, id, s->now, REASON_NONE, 0);
    die(s, id, f, reason, 0);
}

static void deliver(struct step *s, const struct link *link, struct id id, struct frame *f) {
    uint32_t to = link->interface[1 - f->direction];
    tell(s, TRACE_DELIVERED, f->link, f->direction, id, s->now, REASON_NONE, 0);
    s->lab->last_link = f->link;
    f->link = 0;
    dispatch.frame_arrived(s, to, id);
}

struct frame *link_head(struct lab *lab, uint32_t number) {
    return frame_here(lab, link_at(lab, (number - 1) / 2 + 1)->way[(number - 1) % 2].head);
}

/* What nearly always happens: the oldest frame of the list arrives, and it has long left the wire;
 * the next one becomes the head. */
static bool first_of_two(struct step *s, struct link *link, uint32_t number, struct frame *f) {
    struct direction *way = &link->way[(number - 1) % 2];
    if (id_is(f->previous) || !id_is(f->next) || f->leaves_at > s->now) return false;
    if (way->waiting != 0) wire_catches_up(s->lab, way, s->now);
    struct frame *next = frame_here(s->lab, f->next);
    if (id_is(next->event)) return false;
    way->head = f->next;
    way->flying -= 1;
    next->previous = f->next = (struct id){0, 0};
    head_change(s, number, next->arrives_at, link->node[(number - 1) % 2], next->order);
    return true;
}

void link_head_arrives(struct step *s, uint32_t number, struct frame *f) {
    struct link *link = link_at(s->lab, (number - 1) / 2 + 1);
    struct direction *way = &link->way[(number - 1) % 2];
    struct id id = way->head;
    if (!first_of_two(s, link, number, f)) {
        head_moves_on(s, link, f);
        list_remove(s, way, id, f);
    }
    deliver(s, link, id, f);
}

static uint32_t progress_ppm(const struct frame *f, sim_time now) {
    sim_time whole = f->arrives_at - f->leaves_at, done = now - f->leaves_at;
    if (done <= 0 || whole <= 0) return 0;
    while (done > INT64_MAX / PPM) { /* only beyond 2 hours of delay */
        done /= 2;
        whole /= 2;
    }
    return (uint32_t)(done * PPM / whole);
}

void link_frame_alone(struct step *s, struct id id) {
    struct frame *f = frame_here(s->lab, id);
    struct link *link = link_of(s, f);
    f->event = (struct id){0, 0}; /* it has just come, and is gone */
    list_remove(s, &link->way[f->direction], id, f);
    if (f->fate == REASON_NONE)
        deliver(s, link, id, f);
    else
        die(s, id, f, f->fate, HALF_WAY_PPM);
}

/* ----------------------------------------------------------------------------------- sending */

static sim_time serialisation_ns(uint64_t rate_bps, size_t octets) {
    return rate_bps == 0 ? 0 : (sim_time)((octets * 8 * 1000000000u + rate_bps - 1) / rate_bps);
}

/* When the frame leaves and arrives if nothing happens to it; takes the wire for that long. */
static void take_the_wire(struct step *s, struct link *link, struct direction *way,
                          struct frame *f) {
    f->leaves_at = link->rate_bps != 0 && way->busy_until > s->now ? way->busy_until : s->now;
    way->busy_until = f->leaves_at + serialisation_ns(link->rate_bps, f->end - f->start);
    f->arrives_at = way->busy_until + way->delay_ns;
    if (link->jitter_ns != 0)
        f->arrives_at +=
            (sim_time)(draw(way, DRAW_JITTER, &f->note) % ((uint64_t)link->jitter_ns + 1));
}

static void list_and_tell(struct step *s, struct direction *way, struct id id, struct frame *f) {
    list_add(s, way, id, f);
    tell(s, TRACE_SENT, f->link, f->direction, id, f->arrives_at, REASON_NONE, 0);
}

static void fly_in_order(struct step *s, struct link *link, struct id id, struct frame *f) {
    struct direction *way = &link->way[f->direction];
    if (f->arrives_at < way->last_arrival) f->arrives_at = way->last_arrival;
    way->last_arrival = f->arrives_at;
    list_and_tell(s, way, id, f);
    if (id_is(way->head)) return;
    way->head = id;
    head_push(s, way_number(f->link, f->direction), f->arrives_at, link->node[f->direction],
              f->order);
}

/* `alone_at` >= 0: the frame wants an event of its own. When none is left, it travels in order if
 * it is to live, and dies at once if not. False: it is gone. */
static bool fly(struct step *s, struct link *link, struct id id, struct frame *f,
                sim_time alone_at) {
    uint32_t node = link->node[f->direction];
    f->sent_step = s->number;
    f->sent_at = s->now;
    f->order = order_next(s->lab, node);
    if (alone_at >= 0)
        f->event = event_new(s, EVENT_FRAME, node, id, alone_at, f->order, s->number);
    if (id_is(f->event)) {
        list_and_tell(s, &link->way[f->direction], id, f);
    } else if (f->fate != REASON_NONE) {
        die_at_once(s, id, f, f->fate);
        return false;
    } else {
        fly_in_order(s, link, id, f);
    }
    return true;
}

/* A second one of the same frame, which travels by itself. */
static void fly_again(struct step *s, struct link *link, struct id id, const struct frame *f,
                      sim_time later_ns) {
    struct id again = frame_copy(s, id);
    if (!id_is(again)) return;
    struct frame *copy = frame_here(s->lab, again);
    copy->link = f->link;
    copy->direction = f->direction;
    copy->leaves_at = f->leaves_at;
    copy->arrives_at = f->arrives_at + later_ns;
    fly(s, link, again, copy, copy->arrives_at);
}

static sim_time reorder_ns(const struct direction *way) {
    return way->delay_ns > REORDER_LEAST_NS ? way->delay_ns : REORDER_LEAST_NS;
}

/* Decides what becomes of the frame: its fate, and the time of an event of its own or -1. */
static sim_time decide(const struct link *link, const struct direction *way, struct frame *f,
                       const struct fault_effect *effect) {
    sim_time late = effect->delay_ns;
    if (effect->reorder || chance(way, DRAW_REORDER, &f->note, link->reorder_ppm))
        late += reorder_ns(way);
    f->arrives_at += late;
    if (effect->drop)
        f->fate = REASON_FAULT;
    else if (chance(way, DRAW_LOSS, &f->note, link->loss_ppm))
        f->fate = REASON_LOSS;
    if (f->fate != REASON_NONE) return f->leaves_at + (f->arrives_at - f->leaves_at) / 2;
    return late != 0 ? f->arrives_at : -1;
}

/* Nothing but time can happen to a frame here: no fault, no chance, no mark. */
static bool is_plain(const struct link *link) {
    return !id_is(link->first_fault) &&
           (link->loss_ppm | link->duplicate_ppm | link->reorder_ppm | link->mark_frames) == 0;
}

static void send_with_chances(struct step *s, struct link *link, struct id id, struct frame *f) {
    struct direction *way = &link->way[f->direction];
    struct fault_effect effect = {0};
    if (id_is(link->first_fault)) fault_judge(s, f->link, f->direction, id, &effect);
    if (link->mark_frames != 0 && way->waiting >= link->mark_frames)
        dispatch.queue_is_long(s->lab, id);
    take_the_wire(s, link, way, f);
    sim_time alone_at = decide(link, way, f, &effect);
    if (!fly(s, link, id, f, alone_at)) return;
    if (chance(way, DRAW_DUPLICATE, &f->note, link->duplicate_ppm)) fly_again(s, link, id, f, 0);
    for (uint32_t i = 0; i < effect.duplicates; i++)
        fly_again(s, link, id, f, effect.duplicate_ns[i]);
    fault_mutate(s, &effect, id); /* after SENT: the sender's octets were right */
}

/* ------------------------------------------------------------------- faults within a node */

static void put(struct step *s, uint32_t interface, struct id id);

/* Its node keeps the frame for a while; an event brings it back. */
static void hold(struct step *s, uint32_t interface, struct id id, sim_time held_ns) {
    const struct interface *from = interface_at(s->lab, interface);
    struct frame *f = frame_here(s->lab, id);
    struct id timer = {0, 0};
    f->link = from->link;
    f->direction = from->end;
    if (held_ns > 0) timer_set(s, &timer, TIMER_HOLD, from->node, id, s->now + held_ns);
    if (!id_is(timer)) put(s, interface, id);
}

void link_let_go(struct step *s, struct id id) {
    struct frame *f = frame_here(s->lab, id);
    put(s, link_of(s, f)->interface[f->direction], id);
}

static void send_through_faults(struct step *s, uint32_t interface, struct id id) {
    uint32_t node = interface_at(s->lab, interface)->node;
    struct fault_effect effect = {0};
    fault_judge_node(s, node, id, &effect);
    if (effect.drop) {
        trace_dropped(s, node, id, REASON_FAULT, NULL);
        frame_free(s, id);
        return;
    }
    fault_mutate(s, &effect, id);
    for (uint32_t i = 0; i < effect.duplicates; i++) {
        struct id again = frame_copy(s, id);
        if (id_is(again)) hold(s, interface, again, effect.duplicate_ns[i]);
    }
    hold(s, interface, id, effect.delay_ns);
}

/* ------------------------------------------------------------------- the way out */

void link_send(struct step *s, uint32_t interface, struct id id) {
    if (node_view_at(s->lab, interface_at(s->lab, interface)->node)->alive == 0) {
        frame_free(s, id); /* whatever would be said while it dies is not said */
        return;
    }
    if (id_is(s->lab->first_node_fault) && interface_at(s->lab, interface)->link != 0)
        send_through_faults(s, interface, id);
    else
        put(s, interface, id);
}

static void put(struct step *s, uint32_t interface, struct id id) {
    const struct interface *from = interface_at(s->lab, interface);
    struct frame *f = frame_here(s->lab, id);
    s->spoken = true;
    assert(f->end - f->start <= FRAME_OCTETS_MAX);
    if (from->link == 0) {
        tell(s, TRACE_LOST, 0, interface, id, s->now, REASON_NO_CABLE, 0);
        frame_free(s, id);
        return;
    }
    f->link = from->link;
    f->direction = from->end;
    struct link *link = link_of(s, f);
    struct direction *way = &link->way[f->direction];
    wire_catches_up(s->lab, way, s->now);
    if (!link->up || way->waiting >= link->queue_frames) {
        die_at_once(s, id, f, link->up ? REASON_QUEUE_FULL : REASON_LINK_DOWN);
    } else if (is_plain(link)) {
        take_the_wire(s, link, way, f);
        fly(s, link, id, f, -1);
    } else {
        send_with_chances(s, link, id, f);
    }
}

/* ------------------------------------------------------------------- cables and single packets */

static void kill(struct step *s, struct id id, uint32_t reason) {
    struct frame *f = frame_here(s->lab, id);
    struct link *link = link_of(s, f);
    struct direction *way = &link->way[f->direction];
    if (id_is(f->event)) {
        event_drop(s->lab, f->event);
        f->event = (struct id){0, 0};
    } else if (id_same(way->head, id)) {
        head_moves_on(s, link, f);
    }
    list_remove(s, way, id, f);
    die(s, id, f, reason, progress_ppm(f, s->now));
}

static struct id list_first(struct lab *lab, const struct direction *way) {
    struct id id = way->last;
    while (id_is(id) && id_is(frame_here(lab, id)->previous)) id = frame_here(lab, id)->previous;
    return id;
}

static uint32_t kill_some(struct step *s, struct direction *way, uint32_t origin, uint32_t number,
                          uint32_t reason) {
    uint32_t killed = 0;
    for (struct id id = list_first(s->lab, way); id_is(id);) {
        const struct frame *f = frame_here(s->lab, id);
        struct id next = f->next;
        if (origin == 0 || (f->note.origin == origin && f->note.number == number)) {
            kill(s, id, reason);
            killed += 1;
        }
        id = next;
    }
    return killed;
}

static bool way_is_meant(uint32_t link, uint32_t direction, uint32_t only, uint32_t ways) {
    return only == 0 || (link == only && (ways & 1u << direction));
}

uint32_t link_count_flying(struct lab *lab, uint32_t origin, uint32_t number, uint32_t only,
                           uint32_t ways) {
    uint32_t count = 0;
    for (uint32_t n = 1; n <= 2 * lab->link_count; n++) {
        if (!way_is_meant((n + 1) / 2, (n - 1) % 2, only, ways)) continue;
        struct id id = link_at(lab, (n + 1) / 2)->way[(n - 1) % 2].last;
        for (; id_is(id); id = frame_here(lab, id)->previous) {
            const struct frame_note *note = &frame_here(lab, id)->note;
            count += note->origin == origin && note->number == number;
        }
    }
    return count;
}

uint32_t link_kill(struct step *s, uint32_t origin, uint32_t number, uint32_t only, uint32_t ways) {
    uint32_t killed = 0;
    assert(origin != 0);
    for (uint32_t n = 1; n <= 2 * s->lab->link_count; n++)
        if (way_is_meant((n + 1) / 2, (n - 1) % 2, only, ways))
            killed += kill_some(s, &link_at(s->lab, (n + 1) / 2)->way[(n - 1) % 2], origin, number,
                                REASON_FAULT);
    return killed;
}

void link_set(struct step *s, uint32_t number, uint32_t up) {
    struct link *link = link_at(s->lab, number);
    if (link->up == up) return;
    link->up = up;
    for (uint32_t d = 0; d < 2; d++) {
        if (!up) { /* the cable is cut: what is on it or waits for it is gone */
            kill_some(s, &link->way[d], 0, 0, REASON_LINK_DOWN);
            link->way[d].busy_until = link->way[d].last_arrival = s->now;
        }
    }
    dispatch.link_changed(s, number);
}
