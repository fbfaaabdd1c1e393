#include "sim/state.h"
/*
 * A lab's beginning: how large its block is, and its state at time 0 from a scenario. Everything
 * that a scenario can have wrong is found here and told with its place in the scenario's JSON and
 * the mend; create_check.c judges single values, this file what must fit together.
 *
 * The layout is settled once: the header, tables of fixed size, then the arena. lab_size reserves
 * for every pool all its pages, so that no take can fail later.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/create_check.h"
#include "sim/trace.h"

struct plan {
    uint32_t capacity[POOL_COUNT];
    uint32_t stride[POOL_COUNT], page_shift[POOL_COUNT];
    uint32_t interfaces, name_room;
    uint64_t pages[POOL_COUNT];
};

/* ------------------------------------------------------------------------------ capacities */

static bool limit(uint32_t asked, uint32_t usual, uint32_t most, uint32_t *out) {
    *out = asked == 0 ? usual : asked;
    return *out <= most;
}

static uint32_t routers_of(const struct scenario *from) {
    uint32_t routers = 0;
    for (size_t i = 0; i < from->node_count; i++) routers += from->nodes[i].kind == NODE_ROUTER;
    return routers;
}

/* Every router knows every other one and the networks between them, so what routing needs grows
 * with the square of their number: 100 routers with 180 networks fit by default. */
static uint32_t usual_routes(const struct scenario *from) {
    uint64_t routers = routers_of(from), routes = DEFAULT_ROUTES + 2 * routers * routers;
    return routes < USUAL_ROUTES_MOST ? (uint32_t)routes : USUAL_ROUTES_MOST;
}

static uint32_t usual_lsas(const struct scenario *from) {
    uint64_t routers = routers_of(from) + HOSTS_THAT_ROUTE;
    uint64_t lsas = routers * (4 * routers + DEFAULT_LSAS_OF_A_ROUTER);
    return lsas < USUAL_LSAS_MOST ? (uint32_t)lsas : USUAL_LSAS_MOST;
}

static uint32_t interfaces_of(const struct scenario *from) {
    uint32_t interfaces = 0;
    for (size_t i = 0; i < from->node_count; i++)
        interfaces += (uint32_t)from->nodes[i].interface_count;
    return interfaces;
}

/* A change that all routers flood at once is under way on all links together. */
static uint32_t usual_frames(const struct scenario *from) {
    uint64_t frames = (uint64_t)FRAMES_OF_AN_INTERFACE * interfaces_of(from);
    if (frames < DEFAULT_FRAMES) return DEFAULT_FRAMES;
    return frames < USUAL_FRAMES_MOST ? (uint32_t)frames : USUAL_FRAMES_MOST;
}

/* Of the pools that hang on those two limits, and on how many interfaces there are. */
static void plan_routing(const struct scenario *from, uint32_t *c) {
    uint32_t nodes = (uint32_t)from->node_count, routers = routers_of(from);
    uint32_t interfaces = interfaces_of(from);
    c[POOL_STATIC] = c[POOL_ROUTE];
    c[POOL_RIP] = c[POOL_OSPF] = nodes + 1;
    c[POOL_RIP_LINE] = c[POOL_KEY] = 16 * nodes + 64;
    c[POOL_RIP_INTERFACE] = nodes + interfaces;
    c[POOL_RIP_PEER] = 4 * interfaces + 64;
    c[POOL_RIP_ROUTE] = c[POOL_ROUTE];
    c[POOL_OSPF_AREA] = c[POOL_OSPF_INTERFACE] = nodes + interfaces;
    uint64_t neighbors = 4 * (uint64_t)interfaces + (uint64_t)routers * routers;
    c[POOL_OSPF_NEIGHBOR] = neighbors < USUAL_LSAS_MOST ? (uint32_t)neighbors : USUAL_LSAS_MOST;
    c[POOL_OSPF_BLOCK] = c[POOL_OSPF_ITEM] = 2 * c[POOL_OSPF_LSA];
    c[POOL_OSPF_ROUTE] = 2 * c[POOL_ROUTE];
}

/* The name of the limit that is out of range, or NULL. */
static const char *plan_capacities(const struct scenario *from, struct plan *plan) {
    const struct limits *l = &from->limits;
    uint32_t *c = plan->capacity, octets, octets_of_files, frames;
    memset(plan, 0, sizeof *plan);
    if (!limit(l->connections, DEFAULT_CONNECTIONS, MOST_CONNECTIONS, &c[POOL_TCB]))
        return "connections";
    if (!limit(l->sockets, DEFAULT_SOCKETS, MOST_SOCKETS, &c[POOL_SOCKET])) return "sockets";
    if (!limit(l->processes, DEFAULT_PROCESSES, MOST_PROCESSES, &c[POOL_PROCESS]))
        return "processes";
    if (!limit(l->frames, usual_frames(from), MOST_FRAMES, &frames)) return "frames";
    if (!limit(l->datagrams, DEFAULT_DATAGRAMS, MOST_DATAGRAMS, &c[POOL_FRAME_DATAGRAM]))
        return "datagrams";
    if (!limit(l->reassemblies, DEFAULT_REASSEMBLIES, MOST_REASSEMBLIES, &c[POOL_REASSEMBLY]))
        return "reassemblies";
    if (!limit(l->buffer_octets, DEFAULT_BUFFER_OCTETS, MOST_BUFFER_OCTETS, &octets))
        return "buffer_octets";
    if (!limit(l->file_octets, DEFAULT_FILE_OCTETS, MOST_FILE_OCTETS, &octets_of_files))
        return "file_octets";
    if (!limit(l->neighbours, DEFAULT_NEIGHBOURS, MOST_NEIGHBOURS, &c[POOL_NEIGHBOUR]))
        return "neighbours";
    if (!limit(l->routes, usual_routes(from), MOST_ROUTES, &c[POOL_ROUTE])) return "routes";
    if (!limit(l->lsas, usual_lsas(from), MOST_LSAS, &c[POOL_OSPF_LSA])) return "lsas";
    if (!limit(l->faults, DEFAULT_FAULTS, MOST_FAULTS, &c[POOL_FAULT])) return "faults";
    uint32_t usual = 4 * c[POOL_TCB] > DEFAULT_EVENTS ? 4 * c[POOL_TCB] : DEFAULT_EVENTS;
    if (!limit(l->events, usual, MOST_EVENTS, &c[POOL_EVENT])) return "events";
    c[POOL_FRAME_SMALL] = c[POOL_FRAME_MEDIUM] = c[POOL_FRAME_LARGE] = frames;
    c[POOL_MAC] = c[POOL_PEER] = c[POOL_NEIGHBOUR];
    c[POOL_RULE] = 1024;
    c[POOL_TRACK] = 4 * c[POOL_TCB] < 65536 ? 4 * c[POOL_TCB] : 65536;
    c[POOL_GROUP] = c[POOL_MEMBERSHIP] = c[POOL_ROUTE];
    c[POOL_SCRIPT] = from->line_count == 0 ? 1 : (uint32_t)from->line_count;
    c[POOL_CHUNK] = octets / dispatch.kinds[POOL_CHUNK]->size + 1;
    c[POOL_FILE_BLOCK] = octets_of_files / dispatch.kinds[POOL_FILE_BLOCK]->size + 1;
    c[POOL_FILE] = FILES_MAX;
    for (size_t i = 0; i < from->node_count; i++)
        c[POOL_FILE] += (uint32_t)from->nodes[i].file_count;
    c[POOL_TFTP] = c[POOL_PROCESS];
    plan_routing(from, c);
    c[POOL_SENT] = c[POOL_TCB] + c[POOL_CHUNK] / 5;
    c[POOL_EVENT] += c[POOL_SCRIPT] + c[POOL_FAULT]; /* one each, beside limits.events */
    return NULL;
}

static uint32_t object_size(enum pool_kind pool) {
    const struct object_kind *kind = dispatch.kinds[pool];
    if (kind == NULL) return sim_object_size(pool);
    assert(kind->more_count <= MORE_ROWS_MAX);
    assert((kind->watch_count == 0 && kind->table == NO_TABLE) || kind->size <= OBJECT_MAX);
    return kind->size;
}

static void plan_pool(struct plan *plan, enum pool_kind pool) {
    uint32_t stride = (object_size(pool) + (uint32_t)sizeof(struct slot) + 7) / 8 * 8, shift = 0;
    while ((stride << (shift + 1)) <= PAGE_OCTETS) shift++;
    plan->stride[pool] = stride;
    plan->page_shift[pool] = shift;
    plan->pages[pool] = ((uint64_t)plan->capacity[pool] + (1u << shift) - 1) >> shift;
}

static uint32_t power_of_two(uint64_t least) {
    uint32_t n = 1;
    while (n < least) n *= 2;
    return n;
}

/* Node and link counts beyond their most are a limit out of range, too. */
static const char *plan_lab(const struct scenario *from, struct plan *plan) {
    if (from->node_count > NODES_MAX) return "nodes";
    if (from->link_count > LINKS_MAX) return "links";
    if (from->line_count > SCRIPT_LINES_MAX) return "script";
    const char *bad = plan_capacities(from, plan);
    if (bad != NULL) return bad;
    if (from->fault_count > plan->capacity[POOL_FAULT]) return "faults";
    for (size_t i = 0; i < from->node_count; i++) {
        if (from->nodes[i].interface_count > NODE_INTERFACES_MAX) return "interfaces";
        plan->interfaces += (uint32_t)from->nodes[i].interface_count;
    }
    plan->name_room = power_of_two(2 * from->node_count + 2);
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) plan_pool(plan, pool);
    return NULL;
}

/* ---------------------------------------------------------------------------------- the layout */

static const enum pool_kind bucket_pools[BUCKET_SET_COUNT] = {
    [BUCKET_TCB] = POOL_TCB,           [BUCKET_NEIGHBOUR] = POOL_NEIGHBOUR,
    [BUCKET_MAC] = POOL_MAC,           [BUCKET_SOCKET] = POOL_SOCKET,
    [BUCKET_PEER] = POOL_PEER,         [BUCKET_TRACK] = POOL_TRACK,
    [BUCKET_TRACK_REPLY] = POOL_TRACK, [BUCKET_REASSEMBLY] = POOL_REASSEMBLY,
    [BUCKET_OSPF_LSA] = POOL_OSPF_LSA, [BUCKET_RIP] = POOL_RIP_ROUTE};

/* Heads are part of every keyframe. Reassembly is rare, and a full database of link states much
 * larger than most are, so their chains may be longer. */
static uint32_t bucket_heads_of(const struct plan *plan, enum bucket_set set) {
    enum { CHAIN_MOST = 32, CHAIN_OF_LSAS = 8, CHAIN_OF_ROUTES = 2 };
    uint32_t capacity = plan->capacity[bucket_pools[set]];
    if (set == BUCKET_REASSEMBLY) capacity /= CHAIN_MOST;
    if (set == BUCKET_RIP) capacity /= CHAIN_OF_ROUTES;
    if (set == BUCKET_OSPF_LSA) capacity /= CHAIN_OF_LSAS;
    return power_of_two(capacity);
}

static uint64_t rounded(uint64_t octets) {
    return (octets + PAGE_UNIT - 1) / PAGE_UNIT * PAGE_UNIT;
}

static uint64_t heap_octets(uint64_t ways, uint64_t room) {
    return rounded((ways + room) * sizeof(struct heap_key)) +
           rounded((ways + room + 1) * sizeof(uint32_t));
}

static uint64_t plan_octets(const struct scenario *from, const struct plan *plan) {
    uint64_t sum = rounded(sizeof(struct lab)) + rounded(sizeof(struct memos)) +
                   rounded(from->node_count * sizeof(struct node)) +
                   rounded(plan->interfaces * sizeof(struct interface)) +
                   rounded(from->link_count * sizeof(struct link)) +
                   rounded(plan->name_room * sizeof(uint32_t));
    for (uint32_t set = 0; set < BUCKET_SET_COUNT; set++)
        sum += rounded((uint64_t)bucket_heads_of(plan, set) * sizeof(struct id));
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) {
        uint64_t page = rounded((uint64_t)plan->stride[pool] << plan->page_shift[pool]);
        sum += rounded(plan->pages[pool] * sizeof(uint32_t)) + plan->pages[pool] * page;
    }
    uint64_t ways = 2 * from->link_count, room = HEAP_ROOM_FIRST, most = plan->capacity[POOL_EVENT];
    for (; room < most; room *= 2) sum += heap_octets(ways, room);
    return sum + heap_octets(ways, most > HEAP_ROOM_FIRST ? most : HEAP_ROOM_FIRST);
}

size_t lab_size(const struct scenario *from) {
    struct plan plan;
    return plan_lab(from, &plan) == NULL ? plan_octets(from, &plan) : 0;
}

static void lay_pool(struct lab *lab, const struct plan *plan, enum pool_kind pool) {
    lab->pools[pool] =
        (struct pool){.directory = arena_take(lab, plan->pages[pool] * sizeof(uint32_t)),
                      .stride = plan->stride[pool],
                      .page_shift = plan->page_shift[pool],
                      .page_mask = (1u << plan->page_shift[pool]) - 1,
                      .capacity = plan->capacity[pool]};
}

static void lay_out(struct lab *lab, size_t size, const struct scenario *from,
                    const struct plan *plan) {
    memset(lab, 0, rounded(sizeof *lab));
    lab->size = size;
    lab->used = rounded(sizeof *lab);
    lab->seed = from->seed;
    lab->memos = arena_take(lab, sizeof(struct memos));
    lab->nodes = arena_take(lab, from->node_count * sizeof(struct node));
    lab->interfaces = arena_take(lab, plan->interfaces * sizeof(struct interface));
    lab->links = arena_take(lab, from->link_count * sizeof(struct link));
    lab->names = arena_take(lab, plan->name_room * sizeof(uint32_t));
    lab->name_mask = plan->name_room - 1;
    for (uint32_t set = 0; set < BUCKET_SET_COUNT; set++) {
        uint32_t heads = bucket_heads_of(plan, set);
        lab->bucket_heads[set] = arena_take(lab, (uint64_t)heads * sizeof(struct id));
        lab->bucket_mask[set] = heads - 1;
    }
    lab->layout = ENGINE_BEHAVIOUR;
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) {
        lay_pool(lab, plan, pool);
        lab->layout = hash_mix(lab->layout, lab->pools[pool].stride);
    }
    uint64_t ways = 2 * from->link_count;
    lab->heap_limit =
        plan->capacity[POOL_EVENT] > HEAP_ROOM_FIRST ? plan->capacity[POOL_EVENT] : HEAP_ROOM_FIRST;
    lab->heap_room = HEAP_ROOM_FIRST;
    lab->heap_keys = arena_take(lab, (ways + HEAP_ROOM_FIRST) * sizeof(struct heap_key));
    lab->heap_places = arena_take(lab, (ways + HEAP_ROOM_FIRST + 1) * sizeof(uint32_t));
}

/* ------------------------------------------------------------------------------------- nodes */

static void name_enter(struct lab *lab, const struct node *node) {
    uint32_t *names = lab_at(lab, lab->names);
    uint64_t at = hash_text(0, node->name);
    while (names[at & lab->name_mask] != 0) at++;
    names[at & lab->name_mask] = node->number;
}

static void node_make(struct lab *lab, const struct scenario_node *from, uint32_t number) {
    lab->node_count = number;
    struct node *node = node_at(lab, number);
    copy_text(node->name, sizeof node->name, from->name);
    node->number = number;
    node->kind = from->kind;
    node->alive = 1;
    node->x = from->x;
    node->y = from->y;
    node->first_interface = lab->interface_count + 1;
    node->interface_count = (uint32_t)from->interface_count;
    for (uint32_t purpose = 0; purpose < PRNG_PURPOSE_COUNT; purpose++)
        node->prng[purpose] = prng_seeded(lab->seed, node->name, purpose);
    for (uint32_t i = 0; i < 2; i++) /* RFC 6528 3: a secret that the lab's seed stands for */
        node->secret[i] = hash_mix(hash_text(lab->seed, node->name), 0x5ec4e7 + i);
    name_enter(lab, node);
}

static void interface_make(struct lab *lab, const struct scenario_interface *from, uint32_t node,
                           uint32_t number) {
    lab->interface_count += 1;
    struct interface *interface = interface_at(lab, lab->interface_count);
    *interface = (struct interface){.up = 1,
                                    .address = from->address,
                                    .prefix = from->prefix,
                                    .mtu = from->mtu == 0 ? 1500 : from->mtu,
                                    .node = node,
                                    .number = number};
    copy_text(interface->name, sizeof interface->name, from->name);
    if (node_at(lab, node)->kind == NODE_OUTSIDE) return; /* whoever is there has its own MAC */
    uint8_t mac[6] = {2, 0, 0, (uint8_t)(node >> 8), (uint8_t)node, (uint8_t)number};
    memcpy(interface->mac, mac, sizeof mac);
}

static bool make_nodes(struct lab *lab, const struct scenario *from, struct complaint *why) {
    for (uint32_t n = 0; n < from->node_count; n++) {
        const struct scenario_node *node = &from->nodes[n];
        if (!check_node(node, n, why)) return false;
        if (lab_node_named(lab, node->name) != 0)
            return refuse(why, place1("nodes", n, ".name"), "another node is called ", node->name,
                          "; names are unique");
        node_make(lab, node, n + 1);
        for (uint32_t i = 0; i < node->interface_count; i++)
            interface_make(lab, &node->interfaces[i], n + 1, i + 1);
    }
    return true;
}

/* ------------------------------------------------------------------------------------- links */

/* 0: refused. */
static uint32_t find_end(struct lab *lab, const struct scenario_link *from, uint32_t n,
                         uint32_t end, struct complaint *why) {
    struct place place = place2("links", n, ".between", end, "");
    const char *name = from->node[end], *port = from->interface[end];
    if (name == NULL || port == NULL)
        return refuse(why, place, "says node and interface, as in ", "client:eth0", "");
    uint32_t node = lab_node_named(lab, name);
    if (node == 0) return refuse(why, place, "no node is called ", name, "");
    uint32_t interface = interface_named(lab, node, port, strlen(port));
    if (interface == 0)
        return refuse2(why, place, "no interface ", name, port,
                       "; list it under the node's interfaces");
    if (interface_at(lab, interface)->link != 0)
        return refuse2(why, place, "a link is plugged into ", name, port,
                       " already; an interface takes one");
    return interface;
}

static bool ends_are_right(struct lab *lab, const struct link *link, uint32_t n,
                           struct complaint *why) {
    const struct interface *a = interface_at(lab, link->interface[0]);
    const struct interface *b = interface_at(lab, link->interface[1]);
    struct place place = place2("links", n, ".between", 1, "");
    if (a == b) return refuse(why, place, "both ends are the same interface", NULL, "");
    if (a->address != 0 && a->address == b->address) {
        char text[16];
        struct text t = text_of(text, sizeof text);
        text_ip4(&t, a->address);
        return refuse(why, place, "both ends have the address ", text, "; give one another");
    }
    return true;
}

/* From the names of both ends, so that no other link or node shifts what it draws. */
static uint64_t way_seed(struct lab *lab, const struct link *link, uint32_t direction) {
    uint64_t seed = lab->seed;
    for (uint32_t end = 0; end < 2; end++) {
        const struct interface *i = interface_at(lab, link->interface[end ^ direction]);
        seed = hash_text(hash_text(seed, node_at(lab, i->node)->name), i->name);
    }
    return seed;
}

static bool make_link(struct lab *lab, const struct scenario_link *from, uint32_t n,
                      struct complaint *why) {
    if (!check_link(from, n, why)) return false;
    lab->link_count = n + 1;
    struct link *link = link_at(lab, n + 1);
    *link = (struct link){.rate_bps = from->rate_bps,
                          .jitter_ns = from->jitter_ns,
                          .loss_ppm = from->loss_ppm,
                          .duplicate_ppm = from->duplicate_ppm,
                          .reorder_ppm = from->reorder_ppm,
                          .up = !from->down,
                          .mark_frames = from->mark_frames,
                          .queue_frames =
                              from->queue_frames == 0 ? QUEUE_FRAMES_DEFAULT : from->queue_frames};
    for (uint32_t end = 0; end < 2; end++) {
        link->interface[end] = find_end(lab, from, n, end, why);
        if (link->interface[end] == 0) return false;
        link->node[end] = interface_at(lab, link->interface[end])->node;
        link->way[end].delay_ns = from->delay_ns[end];
    }
    if (!ends_are_right(lab, link, n, why)) return false;
    for (uint32_t end = 0; end < 2; end++) {
        link->way[end].seed = way_seed(lab, link, end);
        interface_at(lab, link->interface[end])->link = n + 1;
        interface_at(lab, link->interface[end])->end = (uint8_t)end;
    }
    return true;
}

static bool make_links(struct lab *lab, const struct scenario *from, struct complaint *why) {
    for (uint32_t n = 0; n < from->link_count; n++)
        if (!make_link(lab, &from->links[n], n, why)) return false;
    return true;
}

/* ------------------------------------------------------------- what the nodes begin with */

static bool begin_nodes(struct step *s, const struct scenario *from, struct complaint *why) {
    for (uint32_t n = 0; n < from->node_count; n++) {
        if (!dispatch.node_begin(s, n + 1, &from->nodes[n], why)) {
            struct place place = place1("nodes", n, ".");
            place_add(&place, why->place);
            place_give(why, &place);
            return false;
        }
    }
    return true;
}

static bool make_script(struct step *s, const struct scenario *from, struct complaint *why) {
    for (uint32_t n = 0; n < from->line_count; n++) {
        const struct scenario_line *line = &from->script[n];
        if (!check_line(line, n, why)) return false;
        uint32_t node = lab_node_named(s->lab, line->node);
        if (node == 0)
            return refuse(why, place1("script", n, ".on"), "no node is called ", line->node, "");
        if (node_at(s->lab, node)->kind == NODE_OUTSIDE)
            return refuse(why, place1("script", n, ".on"), "", line->node,
                          " stands for the world outside, and takes no commands");
        struct id id = object_create(s, POOL_SCRIPT, node);
        assert(id_is(id));
        struct script_line *made = (struct script_line *)object_get(s->lab, POOL_SCRIPT, id);
        made->node = node;
        made->at = line->at;
        copy_text(made->run, sizeof made->run, line->run);
        if (line->process != NULL) copy_text(made->process, sizeof made->process, line->process);
        script_enter(s, id);
    }
    return true;
}

static bool make_faults(struct step *s, const struct scenario *from, struct complaint *why) {
    for (uint32_t n = 0; n < from->fault_count; n++) {
        struct fault fault;
        if (from->faults[n].on == NULL)
            return refuse(why, place1("faults", n, ".on"), "says where, as in ", "r1->server", "");
        if (!fault_prepare(s->lab, &from->faults[n], &fault, why)) {
            struct place place = place1("faults", n, ".");
            place_add(&place, why->place);
            place_give(why, &place);
            return false;
        }
        fault_add(s, &fault);
    }
    return true;
}

bool lab_create(void *block, size_t size, const struct scenario *from, struct complaint *why) {
    struct plan plan;
    struct scratch *nobody = NULL; /* without a sink nothing is remembered */
    memset(why, 0, sizeof *why);
    if (!check_counts(from, why)) return false;
    const char *bad = plan_lab(from, &plan);
    if (bad != NULL) return refuse_limit(why, bad);
    if (size < plan_octets(from, &plan))
        return refuse(why, place_whole(""), "the block is smaller than lab_size says", NULL, "");
    struct lab *lab = block;
    lay_out(lab, plan_octets(from, &plan), from, &plan);
    struct step s = {.lab = lab, .scratch = nobody};
    return make_nodes(lab, from, why) && make_links(lab, from, why) && begin_nodes(&s, from, why) &&
           make_script(&s, from, why) && make_faults(&s, from, why);
}
