#ifndef NETSTEP_SIM_STATE_H
#define NETSTEP_SIM_STATE_H
/*
 * The inside of a lab's block: for sim/ alone. The block begins with struct lab; tables of fixed
 * size follow (nodes, interfaces, links, names, page directories, buckets), and behind them an
 * arena from which pools take pages and the event heap its arrays as they grow. So `used` follows
 * what the lab really uses, whatever its limits are, while every limit has its room reserved.
 * All offsets count from the block's start.
 */
#include <assert.h>
#include <string.h>

#include "sim/event.h"
#include "sim/frame.h"
#include "sim/limits.h"
#include "sim/memo.h"
#include "wire/match.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

struct slot {            /* stands in front of each object */
    uint32_t generation; /* odd: live */
    uint32_t next_free;
};
struct pool {
    uint64_t directory;  /* offset of uint32_t[pages]: each page's offset in PAGE_UNITs, 0 none */
    uint32_t stride;     /* octets from slot to slot, struct slot included */
    uint32_t page_shift; /* a page holds 1 << page_shift slots */
    uint32_t page_mask;  /* (1 << page_shift) - 1 */
    uint32_t reserved;
    uint32_t capacity, live;
    uint32_t high; /* slots 1..high were handed out at least once */
    uint32_t free; /* the slot freed last, 0 none */
};
/* One direction of a link: its frames in the order of sending. Those that travel by themselves
 * have an event each; of the others only the head is in the heap, under the direction's number. */
struct direction {
    struct id last, head;
    struct id waiting_first; /* the first frame that was still waiting for the wire */
    uint64_t seed;           /* from the lab's seed and the names of both ends */
    sim_time delay_ns;
    sim_time busy_until;   /* the wire is taken up to here */
    sim_time last_arrival; /* of the frames in order */
    uint32_t waiting;      /* frames from waiting_first to last */
    uint32_t flying;       /* frames in the list */
};
struct link {
    struct direction way[2]; /* way[0]: from end 0 to end 1 */
    uint64_t rate_bps;
    sim_time jitter_ns;
    struct id first_fault; /* of this link; those within nodes are the lab's */
    uint32_t queue_frames, loss_ppm, duplicate_ppm, reorder_ppm;
    uint32_t interface[2], node[2]; /* the ends: global numbers, and whose they are */
    uint32_t up, mark_frames;       /* 0: no frame is marked */
};
struct event {
    uint32_t kind; /* enum timer_kind, or EVENT_FRAME */
    uint32_t node;
    struct id owner;
    sim_time at;
    uint64_t set_step; /* the step that is the cause */
};
enum { EVENT_FRAME = TIMER_KIND_COUNT }; /* a frame that travels by itself: owner is the frame */

enum { FAULT_EDIT_ROOM = 64, FAULT_WAY_FORTH = 1, FAULT_WAY_BACK = 2 };
struct fault {
    struct match match;
    char edit[FAULT_EDIT_ROOM];
    struct id next, timer; /* the link's list, in the order of their making */
    sim_time from, until, delay_ns;
    uint32_t link, ways, kind;
    uint32_t nth, count, chance_ppm, bit;
    uint32_t origin, number; /* of one packet alone; 0: any */
    uint32_t seen;           /* frames that matched so far */
    uint32_t serial;         /* its number in the lab, which its chances are drawn by */
    uint32_t any;            /* the filter is empty */
    uint32_t node;           /* within this node, not on a link */
    uint32_t word, other, mend;
    int32_t add;
    uint32_t reserved;
};
enum script_state { SCRIPT_PENDING, SCRIPT_RUNNING, SCRIPT_DONE };
struct script_line {
    char run[LINE_ROOM];
    char process[PROCESS_NAME_ROOM]; /* "": a process of its own */
    struct id timer, next;           /* next: the line of this process that follows */
    sim_time at;
    uint64_t order;
    uint32_t node, state;
};
struct lab {
    sim_time clock; /* how far `until` has let the clock run; not hashed */
    uint64_t layout, seed;
    uint64_t size, used;
    sim_time at; /* of the last step */
    uint64_t steps;
    uint64_t events_made;    /* node 0's: events of the lab itself */
    uint64_t events_refused; /* the pool of events was exhausted */
    uint32_t instant_steps;  /* steps at this instant, against livelock */
    uint32_t ended;          /* 0, or the enum stop that ended the lab */
    uint32_t last_link;      /* where the last frame arrived */
    uint32_t faults_made;
    uint32_t node_count, interface_count, link_count;
    uint32_t heap_count, heap_room, heap_limit; /* events of the pool: room now, and at most */
    uint32_t name_mask;
    uint32_t lab_events;                             /* events of the script and of faults */
    uint64_t memos, nodes, interfaces, links, names; /* offsets */
    uint64_t heap_keys, heap_places;
    struct id first_node_fault;
    uint64_t bucket_heads[BUCKET_SET_COUNT];
    uint32_t bucket_mask[(BUCKET_SET_COUNT + 1) / 2 * 2]; /* an even number: no padding */
    struct pool pools[POOL_COUNT];
};
#pragma GCC diagnostic pop

enum { PAGE_UNIT = 64, PAGE_OCTETS = 4096, FRAME_CLASS_SHIFT = 30 };

static inline void *lab_at(struct lab *lab, uint64_t offset) {
    return (char *)lab + offset;
}
static inline const void *lab_const_at(const struct lab *lab, uint64_t offset) {
    return (const char *)lab + offset;
}
static inline struct link *link_at(struct lab *lab, uint32_t link) {
    return (struct link *)lab_at(lab, lab->links) + (link - 1);
}
static inline const struct link *link_const_at(const struct lab *lab, uint32_t link) {
    return (const struct link *)lab_const_at(lab, lab->links) + (link - 1);
}
/* The slot's header, whether live or free; `slot` was handed out before. */
static inline struct slot *pool_slot(struct lab *lab, const struct pool *p, uint32_t slot) {
    const uint32_t *directory = lab_const_at(lab, p->directory);
    uint64_t page = (uint64_t)directory[(slot - 1) >> p->page_shift] * PAGE_UNIT;
    uint32_t within = ((slot - 1) & p->page_mask) * p->stride;
    return lab_at(lab, page + within);
}
static inline void *slot_object(struct slot *slot) {
    return slot + 1;
}

static inline struct frame *frame_here(struct lab *lab, struct id frame) {
    const struct pool *p = &lab->pools[POOL_FRAME_SMALL + (frame.slot >> FRAME_CLASS_SHIFT)];
    uint32_t number = frame.slot & ((1u << FRAME_CLASS_SHIFT) - 1);
    assert(number - 1 < p->high);
    struct slot *slot = pool_slot(lab, p, number);
    assert(slot->generation == frame.generation);
    return slot_object(slot);
}
/* The node's own counter of events; node 0 is the lab itself. */
static inline uint64_t order_next(struct lab *lab, uint32_t node) {
    if (node == 0) return lab->events_made++;
    assert(node <= lab->node_count);
    return ((struct node *)lab_at(lab, lab->nodes) + (node - 1))->events_made++;
}

/* lab.c */
uint64_t arena_take(struct lab *, uint64_t octets); /* zeroed; the room was reserved by lab_size */
struct id pool_take(struct lab *, enum pool_kind);  /* {0,0}: exhausted */
struct id pool_id(struct lab *, enum pool_kind, uint32_t slot); /* of a live slot */
void pool_give(struct lab *, enum pool_kind, uint32_t slot,
               size_t dirty); /* zeroes `dirty` octets */
uint32_t sim_object_size(enum pool_kind);
uint32_t interface_named(const struct lab *, uint32_t node, const char *name, size_t length);
uint32_t node_named_span(const struct lab *, const char *name, size_t length);

/* event.c */
struct heap lab_heap(struct lab *);
struct id event_new(struct step *, uint32_t kind, uint32_t node, struct id owner, sim_time at,
                    uint64_t order, uint64_t cause);
void event_drop(struct lab *, struct id event);
void head_push(struct step *, uint32_t way_number, sim_time at, uint32_t origin, uint64_t order);
void head_change(struct step *, uint32_t way_number, sim_time at, uint32_t origin, uint64_t order);
void head_remove(struct lab *, uint32_t way_number);
bool event_first(struct lab *, struct heap_key *);
bool timer_is_silent(uint32_t kind);
bool timer_has_row(struct id event);      /* in the table of timers, which shows the first ones */
uint64_t step_cause(const struct step *); /* what a thing scheduled now is caused by */
uint32_t timer_owner_pool(uint32_t kind); /* POOL_COUNT: no object */
void timer_row(const struct lab *, struct id event, struct text *);

/* link.c */
uint32_t way_number(uint32_t link, uint32_t direction);     /* from 1 */
struct frame *link_head(struct lab *, uint32_t way_number); /* the one that arrives next */
void link_head_arrives(struct step *, uint32_t way_number, struct frame *head);
void link_frame_alone(struct step *, struct id frame); /* its own event has come */
void link_set(struct step *, uint32_t link, uint32_t up);
void link_let_go(struct step *, struct id frame); /* a node's fault has held it long enough */
/* Frames of this packet that travel now die here; on `link` (0: any) in `ways`. How many. */
uint32_t link_kill(struct step *, uint32_t origin, uint32_t number, uint32_t link, uint32_t ways);
uint32_t link_count_flying(struct lab *, uint32_t origin, uint32_t number, uint32_t link,
                           uint32_t ways);
uint32_t way_draw(const struct direction *, uint32_t purpose, const struct frame_note *,
                  uint32_t bound); /* 0..bound-1, by hash */

/* fault.c */
struct fault_effect {
    uint32_t drop, reorder, duplicates;
    sim_time delay_ns, duplicate_ns[4];
    struct id mutations[4]; /* faults that change octets, in order */
    uint32_t mutation_count;
};
bool fault_place(const struct lab *, const char *on, uint32_t *link, uint32_t *ways,
                 struct complaint *);
/* The same, or a node's name alone: then *link is 0. */
bool fault_place_any(const struct lab *, const char *on, uint32_t *node, uint32_t *link,
                     uint32_t *ways, struct complaint *);
bool fault_prepare(const struct lab *, const struct scenario_fault *, struct fault *,
                   struct complaint *);
void fault_add(struct step *, const struct fault *);
uint32_t fault_clear(struct step *, uint32_t node, uint32_t link, uint32_t ways); /* 0, 0: all */
void fault_judge(struct step *, uint32_t link, uint32_t direction, struct id frame,
                 struct fault_effect *);
void fault_judge_node(struct step *, uint32_t node, struct id frame, struct fault_effect *);
void fault_mutate(struct step *, const struct fault_effect *, struct id frame);
void fault_timer(struct step *, struct id fault);

/* power.c: crashes the node, or starts it again; nothing when it is so already. */
void node_set(struct step *, uint32_t node, bool on);

/* input.c: when an input may come; what is not right changes nothing. */
bool moment_is_right(const struct lab *, sim_time at, struct complaint *);

/* script.c */
void script_enter(struct step *, struct id line); /* it was made: it waits for its turn */
void script_fired(struct step *, struct id line);

/* trace.c, watch.c */
void step_begin(struct step *, struct scratch *, struct lab *, const struct sink *, sim_time at,
                uint64_t cause);
void step_end(struct step *);
static inline bool trace_wants(const struct step *s, unsigned want) {
    return s->sink != NULL && (s->sink->wants & want) != 0;
}
/* An empty record, for those that come by the thousand. It is cleared in pieces: compilers clear a
 * small one by a few moves, but a large one by what takes longer than all that is then set. */
static inline void record_begin(struct trace_record *r, enum trace_kind kind, uint32_t node) {
    enum {
        SECOND = offsetof(struct trace_record, before),
        THIRD = offsetof(struct trace_record, clause)
    };
    memset(r, 0, SECOND);
    memset((uint8_t *)r + SECOND, 0, THIRD - SECOND);
    memset((uint8_t *)r + THIRD, 0, sizeof *r - THIRD);
    r->kind = (uint16_t)kind;
    r->node = node;
}
void trace_emit(struct step *, struct trace_record *);
void trace_frame(struct step *, enum trace_kind, uint32_t link, uint32_t direction, struct id frame,
                 sim_time until, uint32_t reason, uint32_t where_ppm);
void trace_timer(struct step *, enum trace_kind, struct id event);
void watch_edit(struct step *, enum pool_kind, struct id, const void *object);
void watch_created(struct step *, enum pool_kind, struct id);
void watch_destroyed(struct step *, enum pool_kind, struct id);
void watch_flush(struct step *);
uint32_t row_key(enum pool_kind, struct id);

#endif
