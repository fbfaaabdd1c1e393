#include "sim/create_check.h"
/*
 * What a single value of a scenario may be. Each complaint names the place as the scenario's JSON
 * has it and says the mend. The order is the scenario's own, so the first mistake is told first.
 */
#include <string.h>

#include "base/text.h"
#include "sim/state.h"

/* ------------------------------------------------------------------------------------ places */

struct place place_whole(const char *name) {
    struct place place;
    copy_text(place.text, sizeof place.text, name);
    return place;
}

void place_add(struct place *place, const char *more) {
    size_t length = strlen(place->text);
    copy_text(place->text + length, sizeof place->text - length, more);
}

static void place_index(struct place *place, size_t index) {
    char number[24];
    struct text t = text_of(number, sizeof number);
    text_char(&t, '[');
    text_u64(&t, index);
    text_char(&t, ']');
    place_add(place, number);
}

struct place place1(const char *list, size_t index, const char *rest) {
    struct place place = place_whole(list);
    place_index(&place, index);
    place_add(&place, rest);
    return place;
}

struct place place2(const char *list, size_t index, const char *inner, size_t inner_index,
                    const char *rest) {
    struct place place = place1(list, index, inner);
    place_index(&place, inner_index);
    place_add(&place, rest);
    return place;
}

void place_give(struct complaint *why, const struct place *place) {
    copy_text(why->place, sizeof why->place, place->text);
}

/* -------------------------------------------------------------------------------- complaints */

bool refuse(struct complaint *why, struct place place, const char *first, const char *quoted,
            const char *rest) {
    place_give(why, &place);
    struct text t = text_of(why->problem, sizeof why->problem);
    text_add(&t, first);
    if (quoted != NULL) {
        text_char(&t, '"');
        size_t length = strlen(quoted);
        text_span(&t, quoted, length < 60 ? length : 60);
        text_char(&t, '"');
    }
    text_add(&t, rest);
    return false;
}

bool refuse2(struct complaint *why, struct place place, const char *first, const char *node,
             const char *interface, const char *rest) {
    char both[64];
    struct text t = text_of(both, sizeof both);
    text_add(&t, node);
    text_char(&t, ':');
    text_add(&t, interface);
    return refuse(why, place, first, both, rest);
}

static bool refuse_most(struct complaint *why, struct place place, uint64_t most) {
    char number[24];
    struct text t = text_of(number, sizeof number);
    text_u64(&t, most);
    refuse(why, place, "at most ", NULL, number);
    return false;
}

bool refuse_limit(struct complaint *why, const char *limit) {
    static const struct {
        const char *name, *place;
        uint64_t most;
    } limits[] = {{"connections", "limits.connections", MOST_CONNECTIONS},
                  {"sockets", "limits.sockets", MOST_SOCKETS},
                  {"processes", "limits.processes", MOST_PROCESSES},
                  {"frames", "limits.frames", MOST_FRAMES},
                  {"datagrams", "limits.datagrams", MOST_DATAGRAMS},
                  {"reassemblies", "limits.reassemblies", MOST_REASSEMBLIES},
                  {"buffer_octets", "limits.buffer_octets", MOST_BUFFER_OCTETS},
                  {"neighbours", "limits.neighbours", MOST_NEIGHBOURS},
                  {"routes", "limits.routes", MOST_ROUTES},
                  {"events", "limits.events", MOST_EVENTS},
                  {"nodes", "nodes", NODES_MAX},
                  {"links", "links", LINKS_MAX},
                  {"script", "script", SCRIPT_LINES_MAX},
                  {"interfaces", "nodes", NODE_INTERFACES_MAX}};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (same_text(limits[i].name, limit))
            return refuse_most(why, place_whole(limits[i].place), limits[i].most);
    return refuse(why, place_whole("faults"), "more faults than limits.faults allows; raise it",
                  NULL, "");
}

/* ------------------------------------------------------------------------------------- values */

static bool is_name(const char *name, size_t most) {
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '_' && c != '.' && c != '-'))) return false;
    }
    return length >= 1 && length <= most;
}

bool check_counts(const struct scenario *from, struct complaint *why) {
    if (from->node_count == 0)
        return refuse(why, place_whole("nodes"), "a lab needs at least one node", NULL, "");
    for (size_t n = 0; n < from->node_count && n < NODES_MAX; n++)
        if (from->nodes[n].interface_count > NODE_INTERFACES_MAX)
            return refuse_most(why, place1("nodes", n, ".interfaces"), NODE_INTERFACES_MAX);
    return true;
}

static ip4 mask_of(uint32_t prefix) {
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

static bool is_host_address(ip4 address, uint32_t prefix) {
    ip4 host = address & ~mask_of(prefix);
    if (address >> 24 == 0 || address >> 24 == 127 || address >> 28 >= 0xe) return false;
    return prefix >= 31 || (host != 0 && host != ~mask_of(prefix));
}

/* With an address that would do: the first of the network, unless no host may have that either. */
static bool refuse_address(struct complaint *why, struct place place,
                           const struct scenario_interface *interface) {
    char good[16];
    struct text t = text_of(good, sizeof good);
    ip4 first = (interface->address & mask_of(interface->prefix)) + 1;
    text_ip4(&t, is_host_address(first, interface->prefix) ? first : 0x0a000001);
    return refuse(why, place,
                  "no address of a host: it is reserved, or the network's own or broadcast address "
                  "of its prefix; give another, such as ",
                  good, "");
}

static bool check_interface(const struct scenario_node *node, size_t n, size_t i,
                            struct complaint *why) {
    const struct scenario_interface *interface = &node->interfaces[i];
    if (interface->name == NULL || !is_name(interface->name, INTERFACE_NAME_ROOM - 1))
        return refuse(why, place2("nodes", n, ".interfaces", i, ".name"),
                      "1 to 15 of letters, digits, _ . - (not first); as in ", "eth0", "");
    if (interface->mtu != 0 && (interface->mtu < 68 || interface->mtu > 1500))
        return refuse(why, place2("nodes", n, ".interfaces", i, ".mtu"), "68 to 1500", NULL, "");
    struct place place = place2("nodes", n, ".interfaces", i, ".address");
    if (interface->prefix > 32) return refuse(why, place, "a prefix is 0 to 32 long", NULL, "");
    if (interface->address == 0) return true;
    if (node->kind == NODE_SWITCH || node->kind == NODE_HUB)
        return refuse(why, place, "a port of a switch or hub has no address; leave it out", NULL,
                      "");
    if (!is_host_address(interface->address, interface->prefix))
        return refuse_address(why, place, interface);
    return true;
}

static bool check_interfaces(const struct scenario_node *node, size_t n, struct complaint *why) {
    for (size_t i = 0; i < node->interface_count; i++) {
        if (!check_interface(node, n, i, why)) return false;
        for (size_t j = 0; j < i; j++) {
            const struct scenario_interface *a = &node->interfaces[i], *b = &node->interfaces[j];
            if (same_text(a->name, b->name))
                return refuse(why, place2("nodes", n, ".interfaces", i, ".name"),
                              "another interface of this node is called ", a->name, "");
            if (a->address != 0 && a->address == b->address)
                return refuse(why, place2("nodes", n, ".interfaces", i, ".address"),
                              "the same address as interface ", b->name, " of this node");
        }
    }
    return true;
}

static bool is_on_link(const struct scenario_node *node, ip4 address) {
    for (size_t i = 0; i < node->interface_count; i++) {
        const struct scenario_interface *own = &node->interfaces[i];
        if (own->address != 0 && own->address != address &&
            ((own->address ^ address) & mask_of(own->prefix)) == 0)
            return true;
    }
    return false;
}

static bool check_route(const struct scenario_node *node, size_t n, size_t i,
                        struct complaint *why) {
    const struct scenario_route *route = &node->routes[i];
    if (route->prefix > 32 || (route->network & ~mask_of(route->prefix)) != 0)
        return refuse(why, place2("nodes", n, ".routes", i, ".network"),
                      "bits are set behind the prefix; write the network's own address", NULL, "");
    if (route->via != 0 && !is_on_link(node, route->via))
        return refuse(why, place2("nodes", n, ".routes", i, ".via"),
                      "lies in no network of this node's interfaces", NULL, "");
    if (route->via == 0 && route->interface == NULL)
        return refuse(why, place2("nodes", n, ".routes", i, ""), "needs `via`, `interface` or both",
                      NULL, "");
    if (route->interface == NULL) return true;
    for (size_t j = 0; j < node->interface_count; j++)
        if (same_text(node->interfaces[j].name, route->interface)) return true;
    return refuse(why, place2("nodes", n, ".routes", i, ".interface"),
                  "this node has no interface ", route->interface, "");
}

static bool check_lists(const struct scenario_node *node, size_t n, struct complaint *why) {
    for (size_t i = 0; i < node->route_count; i++)
        if (!check_route(node, n, i, why)) return false;
    for (size_t i = 0; i < node->neighbour_count; i++)
        if (node->neighbours[i].address == 0 || (node->neighbours[i].mac[0] & 1) != 0)
            return refuse(why, place2("nodes", n, ".neighbours", i, ""),
                          "needs an address and a unicast MAC, whose first octet is even, such as ",
                          "02:00:00:00:00:09", "");
    for (size_t i = 0; i < node->setting_count; i++)
        if (node->settings[i].name == NULL || node->settings[i].value == NULL)
            return refuse(why, place1("nodes", n, ".sysctl"), "needs a name and a value", NULL, "");
    return true;
}

bool check_node(const struct scenario_node *node, size_t n, struct complaint *why) {
    ip4 number;
    if (node->name == NULL || !is_name(node->name, NODE_NAME_ROOM - 1))
        return refuse(why, place1("nodes", n, ".name"),
                      "1 to 31 of letters, digits, _ . - (not first); as in ", "client", "");
    if (parse_ip4(node->name, &number))
        return refuse(why, place1("nodes", n, ".name"),
                      "a name must not look like an address: ", node->name, "");
    if ((unsigned)node->kind >= NODE_KIND_COUNT)
        return refuse(why, place1("nodes", n, ".kind"), "host, router, switch, hub or outside",
                      NULL, "");
    if (!check_interfaces(node, n, why)) return false;
    if (node->gateway != 0 && !is_on_link(node, node->gateway))
        return refuse(why, place1("nodes", n, ".gateway"),
                      "lies in no network of this node's interfaces, or is its own address", NULL,
                      "");
    return check_lists(node, n, why);
}

static bool check_chance(uint32_t ppm, size_t n, const char *name, struct complaint *why) {
    return ppm <= 1000000 || refuse(why, place1("links", n, name), "at most 100%", NULL, "");
}

bool check_link(const struct scenario_link *link, size_t n, struct complaint *why) {
    const sim_time most = (sim_time)3600 * 1000000000;
    for (int way = 0; way < 2; way++)
        if (link->delay_ns[way] < 0 || link->delay_ns[way] > most)
            return refuse(why, place1("links", n, ".delay"), "0 to 1 hour", NULL, "");
    if (link->jitter_ns < 0 || link->jitter_ns > most)
        return refuse(why, place1("links", n, ".jitter"), "0 to 1 hour", NULL, "");
    if (link->queue_frames > QUEUE_FRAMES_MAX)
        return refuse_most(why, place1("links", n, ".queue"), QUEUE_FRAMES_MAX);
    if (link->mark_frames > QUEUE_FRAMES_MAX)
        return refuse_most(why, place1("links", n, ".mark"), QUEUE_FRAMES_MAX);
    return check_chance(link->loss_ppm, n, ".loss", why) &&
           check_chance(link->duplicate_ppm, n, ".duplicate", why) &&
           check_chance(link->reorder_ppm, n, ".reorder", why);
}

bool check_line(const struct scenario_line *line, size_t n, struct complaint *why) {
    if (line->at < 0 || line->at > SIM_TIME_MAX)
        return refuse(why, place1("script", n, ".at"), "0 to 104 days", NULL, "");
    if (line->node == NULL || line->run == NULL || line->run[0] == '\0')
        return refuse(why, place1("script", n, ""), "needs `on` and `run`", NULL, "");
    if (strlen(line->run) >= LINE_ROOM)
        return refuse_most(why, place1("script", n, ".run"), LINE_ROOM - 1);
    for (const char *c = line->run; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return refuse(why, place1("script", n, ".run"), "one line, without control characters",
                          NULL, "");
    if (line->process != NULL && !is_name(line->process, PROCESS_NAME_ROOM - 1))
        return refuse(why, place1("script", n, ".process"),
                      "1 to 31 of letters, digits, _ . - (not first)", NULL, "");
    if (line->process != NULL && same_text(line->process, "console"))
        return refuse(why, place1("script", n, ".process"), "", "console",
                      " is what a person types into; choose another name");
    return true;
}
