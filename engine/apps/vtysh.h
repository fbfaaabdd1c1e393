#ifndef NETSTEP_APPS_VTYSH_H
#define NETSTEP_APPS_VTYSH_H
/*
 * The routers' console, in the words of FRR's vtysh. Its modes are a process's own: who types
 * `router rip` is in that mode until `exit` or `end`, and has the shell's commands as well.
 */
#include "apps/shell.h"
#include "routing/daemon.h"

/* A line of configuration, as frr.conf has it; `v` may be in another mode afterwards. CONFIG_BAD:
 * `why` says it in FRR's words. */
/* CONFIG_UNKNOWN: what `why` says then, if anything, is what would be right. */
enum config_result vtysh_config(struct step *, uint32_t node, struct vtysh_mode *v,
                                const char *line, struct text *why);
/* A line that a process was given: false when it is none of vtysh's, and nothing was done. */
bool vtysh_line(struct step *, struct id process, const char *line);
/* The same for what is typed: also while a program of the console's still runs. */
bool vtysh_typed(struct step *, struct id console, const char *line);
/* Says in which mode a line with this word stands, if any. */
void vtysh_hint(struct step *, struct id process, const char *word);
/* `help router`: the lines that it leads to. */
void vtysh_list_of(struct step *, struct id process, const char *command);
/* vtysh_show.c: "show" and the words behind it. False: it knows no such thing. */
bool vtysh_show(struct step *, struct id process, size_t count, char **words, const char *line);
void vtysh_show_routes(const struct lab *, sim_time now, uint32_t node, size_t count, char **words,
                       struct say *, bool *known); /* vtysh_routes.c */

/* Whether the word is this one, or a beginning of it that is long enough: "conf", "int". */
bool vtysh_is(const char *word, const char *whole);
/* A scenario's `config`; false with why->place relative to the node ("config[2]"). */
bool vtysh_node_begin(struct step *, uint32_t node, const struct scenario_node *,
                      struct complaint *why);

#endif
