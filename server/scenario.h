#ifndef NETSTEP_SERVER_SCENARIO_H
#define NETSTEP_SERVER_SCENARIO_H
/*
 * Scenario files (server/schemas/scenario.schema.json) to the engine's struct scenario. Every
 * value is checked here or by lab_create; the first thing that is wrong is named with its place,
 * the problem and the mend.
 */
#include "engine.h"
#include "json.h"

struct scenario_file {
    struct scenario scenario; /* everything that it points to is owned by `memory` */
    const char *title;        /* NULL: none */
    struct memory *memory;
};
/* NULL after a complaint. Nothing of the text is needed afterwards. */
struct scenario_file *scenario_load(const char *path, struct complaint *);
struct scenario_file *scenario_read(const char *text, size_t length, struct complaint *);
/* From a node of a larger document: complaints go to that document, with the whole place. */
struct scenario_file *scenario_read_node(const struct json_node *);
void scenario_free(struct scenario_file *); /* NULL is fine */
/* A new lab in a block of its own (free() it; lab_size(&file->scenario) octets), or NULL. */
struct lab *scenario_lab(const struct scenario_file *, struct complaint *);

#endif
