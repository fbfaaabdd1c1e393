#include "outside.h"
/*
 * Where a scenario meets the outside. A scenario may say so itself, with a node of the kind
 * "outside" and a link with whatever delay and loss it likes; for an interface without a cable
 * both are added here, behind all other nodes and links, whose numbers stay what they were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"

static bool refuse(struct complaint *why, const char *place, const char *format, const char *what) {
    snprintf(why->place, sizeof why->place, "%.90s", place);
    snprintf(why->problem, sizeof why->problem, format, what);
    return false;
}

static size_t node_named(const struct scenario *s, const char *name, size_t length) {
    for (size_t n = 0; n < s->node_count; n++)
        if (strlen(s->nodes[n].name) == length && memcmp(s->nodes[n].name, name, length) == 0)
            return n;
    return SIZE_MAX;
}

static uint32_t interface_number(const struct scenario_node *node, const char *name) {
    for (size_t i = 0; i < node->interface_count; i++)
        if (strcmp(node->interfaces[i].name, name) == 0) return (uint32_t)i + 1;
    return 0;
}

/* The link with an end there, and which end; NULL: no cable. */
static const struct scenario_link *link_at(const struct scenario *s, const char *node,
                                           const char *interface, int *end) {
    for (size_t n = 0; n < s->link_count; n++)
        for (*end = 0; *end < 2; ++*end)
            if (strcmp(s->links[n].node[*end], node) == 0 &&
                strcmp(s->links[n].interface[*end], interface) == 0)
                return &s->links[n];
    return NULL;
}

static void name_for(const struct scenario *s, const char *wanted, char out[32]) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    bool good = *wanted && strchr("_.-", *wanted) == NULL && strlen(wanted) < 32 &&
                strspn(wanted, letters) == strlen(wanted) && strpbrk(wanted, letters) != NULL;
    snprintf(out, 32, "%s", good ? wanted : "outside");
    for (unsigned n = 2; node_named(s, out, strlen(out)) != SIZE_MAX; n++)
        snprintf(out, 32, "outside%u", n);
}

static bool is_taken(const struct scenario *s, int32_t x, int32_t y) {
    for (size_t n = 0; n < s->node_count; n++)
        if (abs(s->nodes[n].x - x) < 200 && abs(s->nodes[n].y - y) < 150) return true;
    return false;
}

/* Beside the node that it is joined to, where the picture has room. */
static void place_beside(const struct scenario *s, const struct scenario_node *node,
                         struct scenario_node *made) {
    static const int32_t ways[][2] = {{400, 0},   {-400, 0},   {0, 400},    {0, -400},
                                      {300, 300}, {-300, 300}, {300, -300}, {-300, -300}};
    made->x = made->y = 500;
    for (size_t n = 0; n < sizeof ways / sizeof *ways; n++) {
        int32_t x = node->x + ways[n][0], y = node->y + ways[n][1];
        if (x < 40 || x > 960 || y < 40 || y > 960 || is_taken(s, x, y)) continue;
        made->x = x;
        made->y = y;
        return;
    }
}

static void add_outside(struct scenario_file *file, size_t node, const char *interface,
                        const char *name, bool down, struct outside_port *port) {
    struct scenario *s = &file->scenario;
    struct reading r = {.file = file};
    struct scenario_node *nodes = reading_memory(&r, s->node_count + 1, sizeof *nodes);
    struct scenario_link *links = reading_memory(&r, s->link_count + 1, sizeof *links);
    struct scenario_interface *plug = reading_memory(&r, 1, sizeof *plug);
    memcpy(nodes, s->nodes, s->node_count * sizeof *nodes);
    if (s->link_count) memcpy(links, s->links, s->link_count * sizeof *links);
    char called[32];
    name_for(s, name, called);
    plug->name = reading_text(&r, "port1");
    struct scenario_node *made = &nodes[s->node_count];
    *made = (struct scenario_node){.name = reading_text(&r, called),
                                   .kind = NODE_OUTSIDE,
                                   .interfaces = plug,
                                   .interface_count = 1};
    place_beside(s, &nodes[node], made);
    links[s->link_count] = (struct scenario_link){
        .node = {nodes[node].name, made->name},
        .down = down,
        .interface = {nodes[node].interfaces[interface_number(&nodes[node], interface) - 1].name,
                      plug->name}};
    s->nodes = nodes;
    s->links = links;
    s->node_count += 1;
    s->link_count += 1;
    *port = (struct outside_port){(uint32_t)s->node_count, 1};
}

/* The end of the place's cable in the outside. *free: it has none. */
static bool find(const struct scenario *s, const char *place, size_t *node,
                 struct outside_port *port, bool *free, struct complaint *why) {
    const char *colon = strchr(place, ':');
    *free = false;
    if (!colon) return refuse(why, place, "say NODE:INTERFACE, as in \"host:eth0\"%s", "");
    *node = node_named(s, place, (size_t)(colon - place));
    if (*node == SIZE_MAX) return refuse(why, place, "this lab has no such node%s", "");
    const struct scenario_node *n = &s->nodes[*node];
    uint32_t number = interface_number(n, colon + 1);
    if (!number)
        return refuse(why, place, "node %s has no such interface; list it under its interfaces",
                      n->name);
    int end;
    const struct scenario_link *link = link_at(s, n->name, colon + 1, &end);
    *free = !link && n->kind != NODE_OUTSIDE;
    if (!link) return refuse(why, place, "that interface has no cable; give it a link%s", "");
    *port = (struct outside_port){(uint32_t)*node + 1, number};
    if (n->kind == NODE_OUTSIDE) return true;
    const char *other = link->node[1 - end];
    size_t peer = node_named(s, other, strlen(other));
    *port = (struct outside_port){(uint32_t)peer + 1,
                                  interface_number(&s->nodes[peer], link->interface[1 - end])};
    return s->nodes[peer].kind == NODE_OUTSIDE ||
           refuse(why, place,
                  "its cable leads to %s; name an interface without one, or of a node of the kind "
                  "outside",
                  other);
}

bool outside_find(const struct scenario_file *file, const char *place, struct outside_port *port,
                  struct complaint *why) {
    size_t node;
    bool is_free;
    return find(&file->scenario, place, &node, port, &is_free, why);
}

bool outside_join(struct scenario_file *file, const char *place, const char *name, bool down,
                  struct outside_port *port, struct complaint *why) {
    const struct scenario *s = &file->scenario;
    size_t node;
    bool is_free;
    if (find(s, place, &node, port, &is_free, why)) return true;
    if (!is_free) return false;
    if (s->node_count >= NODES_MAX || s->link_count >= LINKS_MAX)
        return refuse(why, place, "this lab has no room for another node%s", "");
    add_outside(file, node, strchr(place, ':') + 1, name, down, port);
    return true;
}

size_t outside_join_all(struct scenario_file *file, struct record_outside *made, size_t most) {
    struct complaint why;
    struct outside_port port;
    size_t count = 0, nodes = file->scenario.node_count;
    for (size_t n = 0; n < nodes; n++) {
        const struct scenario_node *node = &file->scenario.nodes[n];
        if (node->kind != NODE_HOST && node->kind != NODE_ROUTER) continue;
        for (size_t i = 0; i < node->interface_count && count < most; i++) {
            int end;
            const char *interface = node->interfaces[i].name;
            if (link_at(&file->scenario, node->name, interface, &end)) continue;
            struct record_outside *o = &made[count];
            snprintf(o->place, sizeof o->place, "%s:%s", node->name, interface);
            o->down = true;
            if (!outside_join(file, o->place, "outside", true, &port, &why)) return count;
            snprintf(o->name, sizeof o->name, "%s", file->scenario.nodes[port.node - 1].name);
            node = &file->scenario.nodes[n]; /* the list has moved */
            count++;
        }
    }
    return count;
}
