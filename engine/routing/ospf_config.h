#ifndef NETSTEP_ROUTING_OSPF_CONFIG_H
#define NETSTEP_ROUTING_OSPF_CONFIG_H
/* A line of configuration while it is read, from its first word to its last. */
#include "routing/ospf_parts.h"
#include "routing/routing.h"

struct ospf_line {
    struct step *s;
    struct ospf *ospf;
    struct ospf_interface *interface; /* within `interface NAME`; else NULL */
    bool no;
    size_t count, at; /* words, and the next one's number */
    char **words;
    struct text *why;
};
struct ospf_command {
    const char *word; /* its first one */
    enum config_result (*read)(struct ospf_line *);
    enum { THEN_NOTHING, THEN_ROUTES, THEN_REDISTRIBUTE } then; /* what has to be computed again */
};
extern const struct ospf_command ospf_interface_commands[]; /* behind "ip ospf"; ends with NULL */

/* Each takes its word away if it is there. */
bool ospf_line_word(struct ospf_line *, const char *word);
bool ospf_line_number(struct ospf_line *, uint32_t least, uint32_t most, uint32_t *);
bool ospf_line_area(struct ospf_line *, uint32_t *area, uint32_t *typed); /* enum ospf_typed */
bool ospf_line_address(struct ospf_line *, ip4 *);
bool ospf_line_prefix(struct ospf_line *, ip4 *network, uint32_t *prefix);
const char *ospf_line_any(struct ospf_line *); /* NULL: there is none */
bool ospf_line_ends(const struct ospf_line *);
/* The end of a line: a value is set, or with `no` becomes what it is by default. */
enum config_result ospf_line_value(struct ospf_line *, uint32_t least, uint32_t most,
                                   uint32_t *value, uint32_t usual);
enum config_result ospf_line_flag(struct ospf_line *, uint32_t *flag);
enum config_result ospf_line_bad(struct ospf_line *, const char *why);

#endif
