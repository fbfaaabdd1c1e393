#ifndef NETSTEP_APPS_APPS_H
#define NETSTEP_APPS_APPS_H
/* What engine.c needs to know of the programs that run on nodes. */
#include "sim/lab.h"

extern const struct object_kind process_kind, file_kind, file_block_kind, tftp_kind;
extern const struct state_graph tftp_graph;
extern const struct gauge_set tftp_gauges;

enum { CONSOLE_LINE_MAX = 255 }; /* octets */
#define CONSOLE_PROCESS "console"
/* Runs a line in the node's shell. `process` NULL: a process of its own. CONSOLE_PROCESS is what a
 * person types: while its former line still runs, a socket call waits for it, and any other
 * command runs in a process of its own. Lines of any other name wait for script_returned(); false:
 * that process is still busy, and nothing was done. */
bool apps_console(struct step *, uint32_t node, const char *process, const char *line);
/* The node's files and its configuration. False with why->place relative to the node
 * ("files[1].name", "config[2]"). */
void apps_node_crash(struct step *, uint32_t node); /* all processes are gone */
void apps_node_boot(struct step *, uint32_t node);  /* its routing daemons begin */
bool apps_node_begin(struct step *, uint32_t node, const struct scenario_node *,
                     struct complaint *why);
void tftp_timer_fired(struct step *, uint32_t timer, struct id transfer);
void apps_timer_fired(struct step *, uint32_t timer, struct id process, uint32_t node);
/* To the programs that listen at the interface, before the frame goes its way. */
void apps_frame_seen(struct step *, uint32_t interface, struct id frame, bool outward);
void apps_complete(const struct lab *, uint32_t node, const char *line,
                   void (*offer)(void *user, const char *word, const char *help), void *user);

#endif
