#include "scenario_parts.h"
/*
 * The network of a scenario: nodes with their interfaces, routes, neighbours and settings; links;
 * and where to draw what has no place.
 *
 * A link end is "NODE:INTERFACE"; "NODE" alone takes the node's only interface without a cable. A
 * switch or hub that names no interfaces gets a port for each cable. Without x and y, nodes stand
 * in columns by their distance from the first host, which draws chains as lines and a switch
 * between its hosts. Integers only: a place is part of the lab and must be the same everywhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "units.h"

enum {
    NAME_MAX = 31,
    INTERFACE_NAME_MAX = 15,
    PLACE_MAX = 1000,
    ROUTES_MAX = 1024,
    SETTINGS_MAX = 256
};
#define COUNT(array) (sizeof(array) / sizeof *(array))
static const char *const kind_names[NODE_KIND_COUNT] = {"host", "router", "switch", "hub",
                                                        "outside"};

static bool has_stack(const struct scenario_node *node) {
    return node->kind == NODE_HOST || node->kind == NODE_ROUTER;
}

static uint32_t mask_of(uint32_t prefix) {
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* --------------------------------------------------------------------------------------- a node */

static void read_interface(struct reading *r, const struct json_node *node,
                           struct scenario_node *owner, struct node_draft *draft) {
    static const char *const keys[] = {"name", "address", "mtu"};
    if (!json_need_object(node, keys, COUNT(keys))) return;
    struct json_node name = json_get(node, "name"), address = json_get(node, "address"),
                     mtu = json_get(node, "mtu");
    struct scenario_interface *port = &draft->ports[draft->port_count];
    char usual[INTERFACE_NAME_MAX + 1];
    snprintf(usual, sizeof usual, "eth%zu", draft->port_count);
    const char *text = json_is(name) ? json_need_text(&name) : usual;
    if (json_failed(node->document) || !reading_name(&name, text, INTERFACE_NAME_MAX)) return;
    for (size_t i = 0; i < draft->port_count; i++)
        if (strcmp(draft->ports[i].name, text) == 0)
            json_fail(&name, "\"%s\" is there twice; give each interface its own name", text);
    port->name = reading_text(r, text);
    draft->port_count++;
    port->mtu = json_is(mtu) ? (uint32_t)json_need_integer(&mtu, 68, 1500) : 0;
    if (!json_is(address)) return;
    const char *cidr = json_need_text(&address);
    if (json_failed(node->document)) return;
    if (!has_stack(owner) && owner->kind != NODE_OUTSIDE)
        json_fail(&address, "a %s has no addresses; leave it out", kind_names[owner->kind]);
    else if (read_address(cidr, &port->address))
        json_fail(&address, "\"%s\" has no prefix length; write \"%s/24\"", cidr, cidr);
    else if (!read_cidr(cidr, &port->address, &port->prefix))
        json_fail(&address, "\"%.30s\" is no address; write one such as \"10.0.0.1/24\"", cidr);
    else if (port->address >> 28 >= 14 || port->address >> 24 == 0 || port->address >> 24 == 127)
        json_fail(&address, "\"%s\" cannot be a node's own; use one such as \"10.0.0.1/24\"", cidr);
}

static bool on_a_network(const struct node_draft *draft, ip4 address) {
    for (size_t i = 0; i < draft->port_count; i++) {
        const struct scenario_interface *port = &draft->ports[i];
        if (port->address != 0 && ((port->address ^ address) & mask_of(port->prefix)) == 0)
            return true;
    }
    return false;
}

/* A next hop: an address on one of the node's networks, and not the node's own. */
static ip4 read_hop(const struct json_node *node, const struct node_draft *draft) {
    const char *text = json_need_text(node);
    ip4 address = 0;
    if (json_failed(node->document)) return 0;
    if (!read_address(text, &address))
        json_fail(node, "\"%.30s\" is no address; write one such as \"10.0.0.254\"", text);
    else if (!on_a_network(draft, address))
        json_fail(node,
                  "%s is on none of the node's networks; give a neighbour's address, or an "
                  "interface in that network",
                  text);
    for (size_t i = 0; i < draft->port_count; i++)
        if (draft->ports[i].address == address && address != 0)
            json_fail(node, "%s is the node's own address; give the neighbour's", text);
    return address;
}

static void read_route(const struct json_node *node, const struct node_draft *draft,
                       struct scenario_route *route) {
    static const char *const keys[] = {"to", "via", "interface", "metric"};
    if (!json_need_object(node, keys, COUNT(keys))) return;
    struct json_node to = json_get(node, "to"), via = json_get(node, "via"),
                     interface = json_get(node, "interface"), metric = json_get(node, "metric");
    if (json_is(metric)) route->metric = (uint32_t)json_need_integer(&metric, 0, UINT32_MAX);
    const char *text = json_need_text(&to);
    if (strcmp(text, "default") == 0) text = "0.0.0.0/0";
    if (json_failed(node->document)) return;
    if (!read_cidr(text, &route->network, &route->prefix))
        json_fail(&to, "\"%.30s\" is no network; write one such as \"10.0.0.0/8\" or \"default\"",
                  text);
    else if ((route->network & ~mask_of(route->prefix)) != 0)
        json_fail(&to, "\"%s\" has host bits set; clear them or use /32", text);
    if (json_is(via)) route->via = read_hop(&via, draft);
    if (json_is(interface)) {
        const char *name = json_need_text(&interface);
        for (size_t i = 0; i < draft->port_count; i++)
            if (strcmp(draft->ports[i].name, name) == 0) route->interface = draft->ports[i].name;
        if (route->interface == NULL)
            json_fail(&interface, "the node has no interface \"%.20s\"; correct the name", name);
    }
    if (!json_is(via) && !json_is(interface))
        json_fail(node, "leads nowhere; add \"via\": ADDRESS or \"interface\": NAME");
}

static void read_routes(struct reading *r, const struct json_node *list, struct scenario_node *node,
                        const struct node_draft *draft) {
    if (!json_is(*list) || !json_need_array(list)) return;
    size_t count = json_count(list);
    if (count > ROUTES_MAX || !has_stack(node)) {
        json_fail(list, has_stack(node) ? "has too many routes; give at most 1024"
                                        : "a switch or hub has no routes; leave them out");
        return;
    }
    struct scenario_route *routes = reading_memory(r, count, sizeof *routes);
    for (size_t i = 0; i < count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        read_route(&item, draft, &routes[i]);
    }
    node->routes = routes;
    node->route_count = count;
}

static void read_neighbour(const struct json_node *node, const struct node_draft *draft,
                           struct scenario_neighbour *neighbour) {
    static const char *const keys[] = {"address", "mac"};
    if (!json_need_object(node, keys, COUNT(keys))) return;
    struct json_node address = json_get(node, "address"), mac = json_get(node, "mac");
    neighbour->address = read_hop(&address, draft);
    const char *text = json_need_text(&mac);
    if (!json_failed(node->document) && !read_mac(text, neighbour->mac))
        json_fail(&mac, "\"%.30s\" is no MAC address; write one such as \"02:00:00:00:02:01\"",
                  text);
}

static void read_neighbours(struct reading *r, const struct json_node *list,
                            struct scenario_node *node, const struct node_draft *draft) {
    if (!json_is(*list) || !json_need_array(list)) return;
    size_t count = json_count(list);
    if (count > ROUTES_MAX || !has_stack(node)) {
        json_fail(list, has_stack(node) ? "has too many neighbours; give at most 1024"
                                        : "a switch or hub has no ARP table; leave them out");
        return;
    }
    struct scenario_neighbour *neighbours = reading_memory(r, count, sizeof *neighbours);
    for (size_t i = 0; i < count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        read_neighbour(&item, draft, &neighbours[i]);
    }
    node->neighbours = neighbours;
    node->neighbour_count = count;
}

static void read_settings(struct reading *r, const struct json_node *object,
                          struct scenario_node *node) {
    if (!json_is(*object)) return;
    if (!json_holds_object(object)) {
        json_fail(object, "is no object; write {\"net.ipv4.tcp_syn_retries\": 3}");
        return;
    }
    size_t count = json_count(object);
    if (count > SETTINGS_MAX) {
        json_fail(object, "has %zu settings; give at most %d", count, SETTINGS_MAX);
        return;
    }
    struct scenario_setting *settings = reading_memory(r, count, sizeof *settings);
    for (size_t i = 0; i < count && !json_failed(object->document); i++) {
        struct json_node item = json_member(object, i);
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)json_integer_or(&item, 0));
        const char *value = json_holds_integer(&item) ? number : json_text_or(&item, NULL);
        if (value == NULL) {
            json_fail(&item, "is neither a number nor a text; give what sysctl -w takes");
            return;
        }
        settings[i] = (struct scenario_setting){.name = reading_text(r, item.key),
                                                .value = reading_text(r, value)};
    }
    node->settings = settings;
    node->setting_count = count;
}

/* "x": 100, "y": 200 or "at": [100, 200]; -1 when not said. */
static void read_where(const struct json_node *object, struct scenario_node *node) {
    struct json_node x = json_get(object, "x"), y = json_get(object, "y"),
                     at = json_get(object, "at");
    node->x = node->y = -1;
    if (json_is(at) && (json_is(x) || json_is(y)))
        json_fail(&at, "says the same as x and y; give only one of them");
    if (json_is(at) && json_need_array(&at)) {
        if (json_count(&at) != 2) json_fail(&at, "is no pair; write [x, y], each 0 to 1000");
        struct json_node first = json_item(&at, 0), second = json_item(&at, 1);
        node->x = (int32_t)json_need_integer(&first, 0, PLACE_MAX);
        node->y = (int32_t)json_need_integer(&second, 0, PLACE_MAX);
    }
    if (json_is(x)) node->x = (int32_t)json_need_integer(&x, 0, PLACE_MAX);
    if (json_is(y)) node->y = (int32_t)json_need_integer(&y, 0, PLACE_MAX);
    if (json_is(x) != json_is(y)) json_fail(object, "has only one of x and y; give both or none");
}

static void read_interfaces(struct reading *r, const struct json_node *list,
                            struct scenario_node *node, struct node_draft *draft) {
    draft->grows = !json_is(*list) && !has_stack(node);
    if (!json_is(*list) || !json_need_array(list)) return;
    if (json_count(list) > PORTS_MAX) {
        json_fail(list, "has %zu interfaces; give at most %d", json_count(list), PORTS_MAX);
        return;
    }
    for (size_t i = 0; i < json_count(list) && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        read_interface(r, &item, node, draft);
    }
}

static void read_node(struct reading *r, const struct json_node *object, size_t index) {
    static const char *const keys[] = {"name",   "kind",    "profile",    "interfaces", "gateway",
                                       "sysctl", "routes",  "neighbours", "x",          "y",
                                       "at",     "comment", "files",      "config"};
    struct scenario_node *node = &r->nodes[index];
    struct node_draft *draft = &r->drafts[index];
    if (!json_need_object(object, keys, COUNT(keys))) return;
    struct json_node kind = json_get(object, "kind"), profile = json_get(object, "profile"),
                     interfaces = json_get(object, "interfaces"),
                     gateway = json_get(object, "gateway"), sysctl = json_get(object, "sysctl"),
                     routes = json_get(object, "routes"),
                     neighbours = json_get(object, "neighbours"), files = json_get(object, "files"),
                     config = json_get(object, "config");
    int word = json_is(kind) ? json_need_word(&kind, kind_names, NODE_KIND_COUNT) : NODE_HOST;
    if (word < 0) return;
    node->name = r->names[index];
    node->kind = (enum node_kind)word;
    if (json_is(profile)) node->profile = reading_text(r, json_need_text(&profile));
    read_where(object, node);
    read_interfaces(r, &interfaces, node, draft);
    if (json_failed(object->document)) return;
    if (json_is(gateway) && !has_stack(node))
        json_fail(&gateway, "a %s has no gateway; leave it out", kind_names[word]);
    else if (json_is(gateway))
        node->gateway = read_hop(&gateway, draft);
    read_routes(r, &routes, node, draft);
    read_neighbours(r, &neighbours, node, draft);
    read_settings(r, &sysctl, node);
    read_files(r, &files, node);
    read_config(r, &config, node);
}

/* Names first: everything else may refer to any of them. */
static void read_names(struct reading *r, const struct json_node *list) {
    for (size_t i = 0; i < r->node_count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i), name = json_get(&item, "name");
        if (!json_holds_object(&item)) {
            json_fail(&item, "is no object; write {\"name\": \"client\", \"kind\": \"host\", ...}");
            return;
        }
        const char *text = json_need_text(&name);
        if (!json_failed(list->document)) reading_name(&name, text, NAME_MAX);
        r->names[i] = reading_text(r, text);
    }
    if (json_failed(list->document)) return;
    reading_sort_names(r);
    for (size_t i = 1; i < r->node_count; i++)
        if (strcmp(*r->sorted[i - 1], *r->sorted[i]) == 0) {
            size_t a = (size_t)(r->sorted[i - 1] - r->names), b = (size_t)(r->sorted[i] - r->names);
            struct json_node item = json_item(list, a > b ? a : b), name = json_get(&item, "name");
            json_fail(&name, "\"%s\" is there twice; give each node its own name", *r->sorted[i]);
            return;
        }
}

void read_nodes(struct reading *r, const struct json_node *list) {
    if (!json_need_array(list)) return;
    size_t count = json_count(list);
    if (count == 0 || count > NODES_MAX) {
        json_fail(list, "has %zu nodes; give 1 to %d", count, NODES_MAX);
        return;
    }
    r->nodes = reading_memory(r, count, sizeof *r->nodes);
    r->names = reading_memory(r, count, sizeof *r->names);
    r->sorted = reading_memory(r, count, sizeof *r->sorted);
    r->drafts = calloc(count, sizeof *r->drafts);
    if (r->drafts == NULL) abort();
    r->node_count = count;
    read_names(r, list);
    for (size_t i = 0; i < count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        read_node(r, &item, i);
    }
    r->file->scenario.nodes = r->nodes;
    r->file->scenario.node_count = count;
}

/* ---------------------------------------------------------------------------------------- links */

static size_t add_port(struct reading *r, struct node_draft *draft, const char *name) {
    char usual[INTERFACE_NAME_MAX + 1];
    snprintf(usual, sizeof usual, "port%zu", draft->port_count + 1);
    draft->ports[draft->port_count].name = reading_text(r, name != NULL ? name : usual);
    return draft->port_count++;
}

/* The port that a link end means; SIZE_MAX after a complaint. */
static size_t find_port(struct reading *r, const struct json_node *end, size_t node,
                        const char *name) {
    struct node_draft *draft = &r->drafts[node];
    const char *names[PORTS_MAX];
    size_t unused = SIZE_MAX, unused_count = 0;
    for (size_t i = 0; i < draft->port_count; i++) {
        names[i] = draft->ports[i].name;
        if (name != NULL && strcmp(names[i], name) == 0) return i;
        if (!draft->cabled[i]) {
            unused = i;
            unused_count++;
        }
    }
    if (draft->grows && draft->port_count < PORTS_MAX)
        return name == NULL || reading_name(end, name, INTERFACE_NAME_MAX)
                   ? add_port(r, draft, name)
                   : SIZE_MAX;
    if (name == NULL && unused_count == 1) return unused;
    if (name == NULL && unused_count > 1)
        json_fail(end, "%s has %zu interfaces without a cable; name one: \"%s:%s\"", r->names[node],
                  unused_count, r->names[node], names[unused]);
    else if (name == NULL || draft->port_count == 0)
        json_fail(end, "%s has no interface without a cable; give it one more", r->names[node]);
    else {
        const char *near = json_nearest(name, names, draft->port_count);
        json_fail(end, "no interface %s:%.20s; %s %s", r->names[node], name,
                  near != NULL ? "did you mean" : "give the node one, or use",
                  near != NULL ? near : names[0]);
    }
    return SIZE_MAX;
}

static void read_end(struct reading *r, const struct json_node *end, struct scenario_link *link,
                     int side) {
    const char *text = json_need_text(end);
    if (json_failed(end->document)) return;
    const char *colon = strchr(text, ':');
    char node_name[NAME_MAX + 1];
    size_t length = colon == NULL ? strlen(text) : (size_t)(colon - text);
    if (length > NAME_MAX || length == 0) {
        json_fail(end, "\"%.40s\" is no link end; write \"NODE:INTERFACE\"", text);
        return;
    }
    memcpy(node_name, text, length);
    node_name[length] = '\0';
    size_t node = reading_node(r, end, node_name);
    size_t port = node == SIZE_MAX ? SIZE_MAX : find_port(r, end, node, colon ? colon + 1 : NULL);
    if (port == SIZE_MAX) return;
    if (r->drafts[node].cabled[port]) {
        json_fail(end, "%s:%s has a cable already; use another interface, or put a switch between",
                  node_name, r->drafts[node].ports[port].name);
        return;
    }
    r->drafts[node].cabled[port] = true;
    link->node[side] = r->names[node];
    r->ends[link - r->links][side] = node;
    link->interface[side] = r->drafts[node].ports[port].name;
}

static void read_delay(const struct json_node *delay, struct scenario_link *link) {
    if (!json_is(*delay)) return;
    if (!json_holds_array(delay)) {
        link->delay_ns[0] = link->delay_ns[1] = reading_time(delay);
        return;
    }
    if (json_count(delay) != 2)
        json_fail(delay, "is no pair; give one time, or two: there and back");
    for (size_t i = 0; i < 2; i++) {
        struct json_node item = json_item(delay, i);
        link->delay_ns[i] = reading_time(&item);
    }
}

static void read_link(struct reading *r, const struct json_node *node, struct scenario_link *link) {
    static const char *const keys[] = {"between",   "delay",   "rate",   "queue", "loss",
                                       "duplicate", "reorder", "jitter", "mark",  "comment"};
    if (!json_need_object(node, keys, COUNT(keys))) return;
    struct json_node between = json_get(node, "between"), delay = json_get(node, "delay"),
                     rate = json_get(node, "rate"), queue = json_get(node, "queue"),
                     jitter = json_get(node, "jitter"), mark = json_get(node, "mark");
    if (!json_need_array(&between)) return;
    if (json_count(&between) != 2)
        json_fail(&between, "has %zu ends; give two: [\"a:eth0\", \"b:eth0\"]",
                  json_count(&between));
    for (int side = 0; side < 2; side++) {
        struct json_node end = json_item(&between, (size_t)side);
        read_end(r, &end, link, side);
    }
    read_delay(&delay, link);
    const char *text = json_is(rate) ? json_need_text(&rate) : NULL;
    if (text != NULL && !json_failed(node->document) && !read_rate(text, &link->rate_bps))
        json_fail(&rate, "\"%.30s\" is no rate; write one such as \"10Mbit\" or \"64kbit\"", text);
    link->queue_frames = json_is(queue) ? (uint32_t)json_need_integer(&queue, 1, 1000000) : 0;
    link->mark_frames = json_is(mark) ? (uint32_t)json_need_integer(&mark, 1, 1000000) : 0;
    link->jitter_ns = json_is(jitter) ? reading_time(&jitter) : 0;
    static const char *const chances[] = {"loss", "duplicate", "reorder"};
    uint32_t *const values[] = {&link->loss_ppm, &link->duplicate_ppm, &link->reorder_ppm};
    for (size_t i = 0; i < COUNT(chances); i++) {
        struct json_node chance = json_get(node, chances[i]);
        if (json_is(chance)) *values[i] = reading_chance(&chance);
    }
}

void read_links(struct reading *r, const struct json_node *list) {
    size_t count = 0;
    if (json_is(*list)) {
        if (!json_need_array(list)) return;
        count = json_count(list);
        if (count > LINKS_MAX) {
            json_fail(list, "has %zu links; give at most %d", count, LINKS_MAX);
            return;
        }
    }
    r->links = reading_memory(r, count, sizeof *r->links);
    r->ends = reading_memory(r, count, sizeof *r->ends);
    for (size_t i = 0; i < count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        read_link(r, &item, &r->links[i]);
    }
    r->file->scenario.links = r->links;
    r->file->scenario.link_count = r->link_count = count;
    /* Ports are all known now: they move from the drafts to the file. */
    for (size_t i = 0; i < r->node_count; i++) {
        size_t ports = r->drafts[i].port_count;
        struct scenario_interface *kept = reading_memory(r, ports, sizeof *kept);
        memcpy(kept, r->drafts[i].ports, ports * sizeof *kept);
        r->nodes[i].interfaces = kept;
        r->nodes[i].interface_count = ports;
    }
}

/* --------------------------------------------------------------------------------------- places */

/* Distances in cables from `start` for every node that it reaches and that has none yet. */
static void measure(struct reading *r, size_t start, uint32_t *distance) {
    distance[start] = 1;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < r->link_count; i++)
            for (int side = 0; side < 2; side++) {
                uint32_t here = distance[r->ends[i][side]],
                         *there = &distance[r->ends[i][1 - side]];
                if (here != 0 && (*there == 0 || *there > here + 1)) {
                    *there = here + 1;
                    changed = true;
                }
            }
    }
}

void lay_out(struct reading *r) {
    uint32_t *distance = reading_memory(r, r->node_count, sizeof *distance);
    uint32_t *height = reading_memory(r, r->node_count + 2, sizeof *height), widest = 1;
    uint32_t *row = reading_memory(r, r->node_count + 2, sizeof *row);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < r->node_count; i++)
            if (distance[i] == 0 && (pass == 1 || r->nodes[i].kind == NODE_HOST))
                measure(r, i, distance);
    for (size_t i = 0; i < r->node_count; i++) {
        height[distance[i]]++;
        if (distance[i] > widest) widest = distance[i];
    }
    for (size_t i = 0; i < r->node_count; i++) {
        struct scenario_node *node = &r->nodes[i];
        uint32_t column = distance[i];
        row[column]++;
        if (node->x >= 0) continue;
        node->x = widest == 1 ? 500 : (int32_t)(100 + 800 * (column - 1) / (widest - 1));
        node->y = (int32_t)(1000 * row[column] / (height[column] + 1));
    }
}
