#ifndef NETSTEP_STACK_STACK_H
#define NETSTEP_STACK_STACK_H
/* What engine.c needs to know of the stack: its ways in, its objects, its tables and its graphs. */
#include "sim/frame.h"
#include "sim/trace.h"

struct text;

/* Profile, settings, connected and static routes, permanent neighbours. False: `why` says what
 * of the node is wrong, with a place relative to the node ("gateway", "routes[1].via"). */
bool stack_node_begin(struct step *, uint32_t node, const struct scenario_node *,
                      struct complaint *why);
void stack_node_crash(struct step *, uint32_t node); /* node_power.c */
void stack_node_boot(struct step *, uint32_t node);
void stack_frame_arrived(struct step *, uint32_t interface, struct id frame); /* takes ownership */
void stack_timer_fired(struct step *, uint32_t timer, struct id owner, uint32_t node);
void stack_link_changed(struct step *, uint32_t link);
void stack_queue_is_long(struct lab *, struct id frame);

extern const struct object_kind neighbour_kind, mac_kind, reassembly_kind, route_kind, socket_kind;
extern const struct object_kind group_kind, membership_kind, rule_kind, track_kind;
extern const struct state_graph neighbour_graph;
extern const struct table_shape stack_tables[TABLE_COUNT];
/* The TABLE_INTERFACES row of an interface, by its global number: a JSON array of strings. */
bool interface_row(const struct lab *, uint32_t interface, struct text *);

#endif
