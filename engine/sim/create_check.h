#ifndef NETSTEP_SIM_CREATE_CHECK_H
#define NETSTEP_SIM_CREATE_CHECK_H
/* Judges the single values of a scenario, and writes complaints: "links[0].between[1]". */
#include "engine.h"

struct place {
    char text[96];
};
struct place place_whole(const char *name);
struct place place1(const char *list, size_t index, const char *rest);
struct place place2(const char *list, size_t index, const char *inner, size_t inner_index,
                    const char *rest);
void place_add(struct place *, const char *);
void place_give(struct complaint *, const struct place *);

/* All return false, so that a check can end with them: first + "quoted" + rest. */
bool refuse(struct complaint *, struct place, const char *first, const char *quoted,
            const char *rest);
bool refuse2(struct complaint *, struct place, const char *first, const char *node,
             const char *interface, const char *rest); /* quotes node:interface */
bool refuse_limit(struct complaint *, const char *limit);

bool check_counts(const struct scenario *, struct complaint *);
bool check_node(const struct scenario_node *, size_t index, struct complaint *);
bool check_link(const struct scenario_link *, size_t index, struct complaint *);
bool check_line(const struct scenario_line *, size_t index, struct complaint *);

#endif
