#include "stack/stack.h"
/* The shapes of the tables that viewers show: stable names; what people read is in text/. */

#define SHAPE_AS(table_name, columns, view)                                                        \
    { table_name, columns, sizeof columns / sizeof columns[0], view }
#define SHAPE(table_name, columns) SHAPE_AS(table_name, columns, NULL)

static const char *const interfaces[] = {"name", "address", "mac", "mtu", "state"};
static const char *const arp[] = {"address", "mac", "interface", "state"};
static const char *const mac[] = {"mac", "interface"};
static const char *const routes[] = {"network", "via",    "interface", "metric",
                                     "cost",    "origin", "since"};
static const char *const fragments[] = {"source", "id", "octets", "holes", "expires"};
static const char *const nat[] = {"protocol", "inside", "outside", "peer", "state", "expires"};
static const char *const groups[] = {"group", "interface", "users"};
static const char *const sockets[] = {"netid", "state", "recv-q", "send-q", "local", "peer"};
static const char *const timers[] = {"timer", "for", "expires", "rfc"};
/* The page joins the queues with what waits in them: by the local end, and by `queue`, which is the
 * text key of the entries' table. */
static const char *const queues[] = {"local", "queue", "used", "limit", "refused", "memory"};
static const char *const syn_queue[] = {"local", "peer", "sent", "expires"};
static const char *const accept_queue[] = {"local", "peer", "since"};
static const char *const files[] = {"name", "size", "mode", "state"};
static const char *const ospf_routes[] = {"destination", "path", "area", "cost", "via", "origin"};
static const char *const rip[] = {"network", "via", "metric", "from", "tag", "state", "expires"};
static const char *const transfers[] = {"file", "state", "block", "octets", "local", "peer"};
static const char *const ospf_lsdb[] = {
    "area",   "type",  "link_state_id", "advertising_router", "sequence", "checksum",
    "length", "since", "contents"};
static const char *const ospf_interfaces[] = {"interface", "address", "area", "state",    "cost",
                                              "priority",  "dr",      "bdr",  "neighbors"};
static const char *const ospf_neighbors[] = {"id", "address", "priority", "state",          "role",
                                             "dd", "summary", "requests", "retransmissions"};

const struct table_shape stack_tables[TABLE_COUNT] = {
    [TABLE_INTERFACES] = SHAPE("interfaces", interfaces),
    [TABLE_ARP] = SHAPE("arp", arp),
    [TABLE_MAC] = SHAPE("mac", mac),
    [TABLE_ROUTES] = SHAPE("routes", routes),
    [TABLE_FRAGMENTS] = SHAPE("fragments", fragments),
    [TABLE_NAT] = SHAPE("nat", nat),
    [TABLE_GROUPS] = SHAPE("groups", groups),
    [TABLE_SOCKETS] = SHAPE("sockets", sockets),
    [TABLE_TIMERS] = SHAPE_AS("timers", timers, "timers"),
    [TABLE_QUEUES] = SHAPE_AS("queues", queues, "slots"),
    [TABLE_SYN_QUEUE] = SHAPE_AS("syn_queue", syn_queue, "entries"),
    [TABLE_ACCEPT_QUEUE] = SHAPE_AS("accept_queue", accept_queue, "entries"),
    [TABLE_FILES] = SHAPE("files", files),
    [TABLE_TRANSFERS] = SHAPE("transfers", transfers),
    [TABLE_OSPF_ROUTES] = SHAPE("ospf_routes", ospf_routes),
    [TABLE_RIP] = SHAPE("rip", rip),
    [TABLE_OSPF_LSDB] = SHAPE("ospf_lsdb", ospf_lsdb),
    [TABLE_OSPF_INTERFACES] = SHAPE("ospf_interfaces", ospf_interfaces),
    [TABLE_OSPF_NEIGHBORS] = SHAPE("ospf_neighbors", ospf_neighbors),
};
