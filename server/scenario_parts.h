#ifndef NETSTEP_SERVER_SCENARIO_PARTS_H
#define NETSTEP_SERVER_SCENARIO_PARTS_H
/* Between the files scenario*.c alone: the reading of one scenario. */
#include "scenario.h"

enum { NODES_MAX = 4096, LINKS_MAX = 16384, PORTS_MAX = 64 };

/* A node while its cables are still being plugged in. */
struct node_draft {
    struct scenario_interface ports[PORTS_MAX];
    bool cabled[PORTS_MAX];
    size_t port_count;
    bool grows; /* a switch or hub that named no ports: each cable makes one */
};
struct reading {
    struct scenario_file *file;
    struct scenario_node *nodes;
    struct scenario_link *links;
    struct node_draft *drafts;
    const char **names;         /* of nodes, in the file's order */
    const char *const **sorted; /* pointers into names, by name */
    size_t (*ends)[2];          /* of links: indices of nodes */
    size_t node_count, link_count;
};

void *reading_memory(struct reading *, size_t count, size_t size); /* zeroed; freed with the file */
const char *reading_text(struct reading *, const char *);
void reading_sort_names(struct reading *);
/* The index of a node, or SIZE_MAX after a complaint at `at`. */
size_t reading_node(struct reading *, const struct json_node *at, const char *name);
sim_time reading_time(const struct json_node *); /* 0 after a complaint */
uint32_t reading_chance(const struct json_node *);
bool reading_name(const struct json_node *, const char *name, size_t most); /* letters of a name */

void read_nodes(struct reading *, const struct json_node *nodes);
void read_links(struct reading *, const struct json_node *links);
void read_config(struct reading *, const struct json_node *, struct scenario_node *);
void read_files(struct reading *, const struct json_node *, struct scenario_node *);
void lay_out(struct reading *); /* gives x and y to nodes that have none */

#endif
