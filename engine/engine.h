#ifndef NETSTEP_ENGINE_H
#define NETSTEP_ENGINE_H
/*
 * netstep's engine: TCP/IP between virtual nodes, in virtual time, with real octets.
 *
 * A lab is a pure function of its scenario, its seed and its journal (the commands and the frames
 * given to it, each at a step and a time). The engine has no clock, thread, socket, file or memory
 * of its own: the caller owns one block per lab, and everything that happens is told to the sink
 * that is passed to each call. The same triple gives the same octets, states and hashes on any
 * machine.
 *
 *     struct scenario s = ...;                         built by the caller, read during the call
 *     void *block = malloc(lab_size(&s));
 *     struct complaint why;
 *     if (!lab_create(block, lab_size(&s), &s, &why)) ... why.place, why.problem
 *     while (lab_step(block, &sink, &budget) == STOP_BUDGET) ...
 *     lab_command(block, &sink, at, node, "ping -c 1 server", &why);
 *     memcpy(elsewhere, block, lab_used(block));       a keyframe: the block holds no pointers
 *
 * Nodes, interfaces and links are numbered from 1 in the scenario's order; 0 means none.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raised by every commit that changes an octet, a time or a state of an existing lab. */
#define ENGINE_BEHAVIOUR 1

typedef int64_t sim_time; /* ns since the lab began; a lab ends at 2^53 ns (104 days) */
#define SIM_TIME_MAX ((sim_time)1 << 53)
typedef uint32_t ip4; /* an IPv4 address in host order */

struct lab;

/* ------------------------------------------------------------------ what a lab is made from */

/* NODE_OUTSIDE stands for the world that the lab does not simulate and has no stack: what is
 * delivered to it has left the lab (the TRACE_DELIVERED record has the octets), and frames come in
 * by lab_frame_in. The address of its interface is for its name alone. */
enum node_kind { NODE_HOST, NODE_ROUTER, NODE_SWITCH, NODE_HUB, NODE_OUTSIDE, NODE_KIND_COUNT };

struct scenario_interface {
    const char *name; /* at most 15 octets, unique in the node */
    ip4 address;      /* 0: none (switch and hub ports have none) */
    uint32_t prefix;  /* 0..32 */
    uint32_t mtu;     /* 0: 1500; 68..1500 */
};
struct scenario_setting {
    const char *name, *value; /* "net.ipv4.tcp_syn_retries", "6" */
};
struct scenario_route {
    ip4 network;
    uint32_t prefix;
    ip4 via; /* 0: on link through `interface` */
    const char *interface;
    uint32_t metric; /* of routes to the same network the one with the lowest is used */
};
struct scenario_neighbour { /* a permanent ARP entry */
    ip4 address;
    uint8_t mac[6];
};
struct scenario_content {  /* a file of the node */
    const char *name;      /* at most 63 octets of [A-Za-z0-9_.+-] and / between parts, unique */
    const uint8_t *octets; /* NULL: `size` octets of the pattern, which take no room */
    uint64_t size;         /* at most 1 GiB */
    uint32_t mode;         /* as chmod takes it, 0644; 0: that */
};
struct scenario_node {
    const char *name; /* at most 31 octets of [A-Za-z0-9_.-], unique; usable as a host name */
    enum node_kind kind;
    const char *profile; /* NULL: "linux-6.12"; stack/profile.c has them all */
    ip4 gateway;         /* 0: none; the default route's next hop */
    int32_t x, y;        /* where to draw it, 0..1000; -1: not said */
    const struct scenario_interface *interfaces;
    const struct scenario_setting *settings;
    const struct scenario_route *routes;
    const struct scenario_neighbour *neighbours;
    const struct scenario_content *files;
    const char *const *config; /* a router's, a line each, as frr.conf has them */
    size_t interface_count, setting_count, route_count, neighbour_count, file_count, config_count;
};
struct scenario_link {
    const char *node[2], *interface[2];
    sim_time delay_ns[2];  /* propagation, [0]: from node[0] to node[1] */
    uint64_t rate_bps;     /* bits per second; 0: serialisation takes no time */
    uint32_t queue_frames; /* 0: 1000; frames that wait for the wire in one direction */
    uint32_t mark_frames;  /* from so many on, packets are marked (ECN, RFC 3168); 0: never */
    uint32_t loss_ppm, duplicate_ppm, reorder_ppm; /* seeded chance per frame, 0..1000000 */
    sim_time jitter_ns; /* up to this much is added to a frame's delay, order kept */
    bool down;          /* it has no carrier until a command brings it up */
};
struct scenario_line { /* a console command that the scenario itself gives */
    sim_time at;
    const char *node, *run;
    const char *process; /* NULL: a process of its own; lines of one process run in order */
};
enum fault_kind {
    FAULT_DROP,
    FAULT_DELAY,
    FAULT_DUPLICATE,
    FAULT_CORRUPT,
    FAULT_EDIT,
    FAULT_REORDER,
    FAULT_LINK_DOWN,
    FAULT_LINK_UP,
    FAULT_SWAP,       /* two words of 16 bits change places: no sum of words notices */
    FAULT_ADD,        /* a number is added to a word of 16 bits */
    FAULT_NODE_CRASH, /* the node is dead from `from` on, and starts anew at `until` */
    FAULT_NODE_BOOT,
    FAULT_KIND_COUNT
};
/* Which checksums a fault that changes octets puts right: none, as a wire would; IP's; or all, as
 * a router that damages what it carries and then computes the sums anew. */
enum fault_mend { MEND_NONE, MEND_IP, MEND_ALL, MEND_COUNT };
struct scenario_fault {
    const char *on;      /* "r1->server" one direction, "r1-server" both; of neighbouring nodes;
                          * "r1": within the node, to what it is about to send */
    const char *match;   /* a filter with Wireshark's names; NULL: every frame */
    uint32_t nth;        /* 1: the first frame that matches; 0: each one */
    uint32_t count;      /* how many from the nth on; 0: 1 with nth, no end without */
    uint32_t chance_ppm; /* 0: always */
    enum fault_kind kind;
    sim_time from, until; /* the fault lives in [from, until); until 0: no end */
    sim_time delay_ns;    /* FAULT_DELAY, FAULT_DUPLICATE: how much later */
    uint32_t bit;         /* FAULT_CORRUPT: bit of the frame, 0 = top bit of the first octet */
    const char *edit;     /* FAULT_EDIT: "ip.ttl = 1" */
    uint32_t word, other; /* FAULT_SWAP, FAULT_ADD: octets of the frame where the words begin */
    int32_t add;
    enum fault_mend mend;
};
struct limits {                                  /* 0: the default of this behaviour version */
    uint32_t connections;                        /* 1024, at most 200000 */
    uint32_t sockets;                            /* 1024 */
    uint32_t processes;                          /* 256 */
    uint32_t frames;                             /* 4096 and more, of each size class */
    uint32_t datagrams;                          /* 32 frames for datagrams over 1954 octets */
    uint32_t reassemblies;                       /* 8192 datagrams that lack fragments */
    uint32_t buffer_octets;                      /* 8 MiB of send and receive buffers together */
    uint32_t file_octets;                        /* 8 MiB of files that are no pattern */
    uint32_t neighbours, routes, faults, events; /* 1024, 1024 and more, 256, 16384 */
    uint32_t lsas; /* OSPF's, of all databases; like routes, the more the more routers there are */
};
struct scenario {
    uint64_t seed;
    struct limits limits;
    const struct scenario_node *nodes;
    const struct scenario_link *links;
    const struct scenario_line *script;
    const struct scenario_fault *faults;
    size_t node_count, link_count, line_count, fault_count;
};
/* What is wrong with an input and where: "links[0].between[1]", "no interface client:eth9". */
struct complaint {
    char place[96];
    char problem[200];
};

/* ------------------------------------------------------------------------------- a lab's life */

size_t lab_size(const struct scenario *); /* octets of the block; 0: limits out of range */
bool lab_create(void *block, size_t size, const struct scenario *, struct complaint *);
size_t lab_used(const struct lab *);   /* octets that a copy must take, from the block's start */
uint64_t lab_hash(const struct lab *); /* over all state, equal for equal futures */
sim_time lab_now(const struct lab *);
uint64_t lab_steps(const struct lab *);          /* steps taken so far */
bool lab_next(const struct lab *, sim_time *at); /* false: nothing is pending */

struct budget {
    uint64_t steps; /* at most this many; 0: any */
    sim_time until; /* events later than this stay pending; the clock does not pass it */
};
enum stop {
    STOP_BUDGET,   /* the steps are used up */
    STOP_UNTIL,    /* nothing is pending at or before `until`; now == until */
    STOP_QUIET,    /* nothing is pending at all */
    STOP_LIVELOCK, /* more than LIVELOCK_STEPS steps at one instant: the lab has ended */
    STOP_END       /* SIM_TIME_MAX reached */
};
#define LIVELOCK_STEPS 100000u

struct sink;
enum stop lab_step(struct lab *, const struct sink *, const struct budget *);

/* The way in. One step at time `at` (now <= at <= next pending event): a console line on
 * `node`; node 0 is the lab itself and takes "fault ...", "drop P@LINK", "link A-B down|up".
 * False: refused, nothing changed, `complaint` says why. An unknown command is not refused: the
 * node's shell answers it, as on Linux. */
bool lab_command(struct lab *, const struct sink *, sim_time at, uint32_t node, const char *line,
                 struct complaint *);
/* The other way in, at the same times: a frame from outside, of 14 to 1514 octets. One step, in
 * which the outside node `node` hands it to the cable of its interface `n` (from 1). False:
 * refused, nothing changed. A lab that has no room for another frame drops it, and says so. */
bool lab_frame_in(struct lab *, const struct sink *, sim_time at, uint32_t node, uint32_t n,
                  const uint8_t *octets, size_t count, struct complaint *);

/* ----------------------------------------------------------------------------------- the trace */

enum trace_kind {
    TRACE_COMMAND,   /* a line from outside or from the script: node, text */
    TRACE_SENT,      /* a frame is handed to a link: node -> peer, link, packet, until = arrival */
    TRACE_DELIVERED, /* the frame reached peer's interface: node = receiver, peer = sender */
    TRACE_LOST,      /* the frame died on the link: node = sender, peer, reason; where = ppm */
    TRACE_DROPPED,   /* a stack threw it away: node, packet, reason, clause */
    TRACE_STATE,     /* machine, object, before -> after, clause */
    TRACE_VARIABLE,  /* field, object, before -> after (a watched field) */
    TRACE_TABLE,     /* a row of a table was set or removed: table, object = key, text = cells */
    TRACE_TIMER_SET, /* timer, object, until = expiry */
    TRACE_TIMER_FIRED,
    TRACE_TIMER_STOPPED,
    TRACE_OUTPUT, /* a process printed: process, text (whole lines, no newline at the end) */
    TRACE_CALL,   /* a socket call returned: process, text "connect 3 10.0.0.2:80", value */
    TRACE_STREAM, /* octets went in or out of a socket: object, before = 0 sent, 1 delivered */
    TRACE_RULE,   /* a rule of an RFC was applied: clause, text, value 1 = went on, 0 = ended */
    TRACE_KIND_COUNT
};
/* One record. Pointers live only during the sink's call. A record is named (step, k). The first
 * record of a step has cause_step = the step that scheduled it (sent the frame, set the timer);
 * every other record is caused by the first record of its own step. What is LOST is always caused
 * by the step that sent it, also when a cut cable or a command kills it. */
struct trace_record {
    uint64_t step, cause_step;
    sim_time at, until;
    uint32_t k;
    uint32_t node, peer, link;
    uint32_t origin, number; /* the packet: the node that made it and that node's own count */
    uint32_t object;         /* connection, row key, process, timer owner; see the kind */
    uint32_t connection;     /* SENT: the sender's connection, 0 none */
    uint64_t before, after;  /* STATE, VARIABLE, CALL's value in `after` */
    uint32_t where_ppm;      /* LOST: how far along the link it died */
    uint16_t kind, machine, table, timer, field, reason;
    uint16_t retransmission; /* SENT: 0 first time, n: the nth repetition */
    const char *clause;      /* "RFC 9293 3.10.7.4", NULL none */
    const char *text;
    size_t text_length;
    const uint8_t *octets; /* frames and streams */
    size_t octet_count;
    uint32_t seq_base, ack_base; /* SENT: the sender's ISS and IRS, to print relative numbers; of a
                                  * datagram seq_base is the port at which its conversation
                                  * began (69: TFTP), 0: not known;
                                  * VARIABLE: what `before` and `after` count from, mod 2^32 */
};
enum { WANT_STORY = 1, WANT_VARIABLES = 2, WANT_RULES = 4, WANT_STREAMS = 8, WANT_ALL = 15 };
struct sink {
    void (*record)(void *user, const struct lab *, const struct trace_record *);
    void *user;
    unsigned wants; /* what is not wanted is not computed; it never changes the run */
};

/* The trace hash: [0] octets and states, [1] all records. Feed it every record (WANT_ALL). */
struct trace_hash {
    uint64_t lane[2];
};
void trace_hash_begin(struct trace_hash *);
void trace_hash_add(struct trace_hash *, const struct trace_record *);

/* ------------------------------------------------------------------ names, as data for UIs */

enum name_set {
    NAME_TRACE_KIND,
    NAME_MACHINE,
    NAME_TABLE,
    NAME_TIMER,
    NAME_FIELD,
    NAME_REASON,
    NAME_NODE_KIND,
    NAME_FAULT_KIND,
    NAME_STOP
};
const char *engine_name(enum name_set, uint32_t value); /* stable keys: "rto", "queue_full" */
uint32_t engine_field_machine(uint32_t field);          /* whose objects have it */
const char *engine_state_name(uint32_t machine, uint64_t state); /* "SYN-RECEIVED" */
/* The watched field's value as the user reads it; returns the length, cut at `size`. */
size_t engine_field_text(uint32_t field, uint64_t value, char *out, size_t size);

/* The edges are those of the source's figure. A state may also go where the figure draws no line:
 * RFC 9293 Figure 5, note 3: a RST takes any state to CLOSED, and so do an ABORT and a time-out. */
struct graph_state {
    const char *name;
    int32_t x, y;
}; /* 0..1000 each */
struct graph_edge {
    uint16_t from, to;
    const char *label, *clause;
    int32_t bend;
};
struct state_graph {
    const char *machine, *title, *source; /* "tcp", text key "graph.tcp", "RFC 9293 Figure 5" */
    const struct graph_state *states;
    const struct graph_edge *edges;
    size_t state_count, edge_count;
};
const struct state_graph *engine_graph(uint32_t machine); /* NULL: that machine has none */
/* It moves below what people look at: to be shown when nothing else has moved. */
bool engine_graph_is_below(uint32_t machine);
struct table_shape {
    const char *name;
    const char *const *columns;
    size_t column_count;
    /* How a viewer may draw it. NULL: as a table. "slots": a row is a queue: where, the title key
     * of the table of its entries, how many slots are used, how many there are. "entries": its
     * rows fill those slots; the first cell is the queue's `where`. "timers": its rows are the
     * timers that run: name, whose, expiry, clause; the records of timers tell them, and only a
     * snapshot has them as rows. */
    const char *view;
};
const struct table_shape *engine_table(uint32_t table); /* NULL past the last */

/* ----------------------------------------------------------------------- looking into a lab */

struct node_view {
    const char *name;
    enum node_kind kind;
    int32_t x, y;
    uint32_t interfaces;
    bool alive; /* it has not crashed */
};
struct interface_view {
    const char *name;
    ip4 address;
    uint32_t prefix, link;
    uint8_t mac[6];
    bool up;
};
struct link_view {
    uint32_t node[2], interface[2];
    sim_time delay_ns[2];
    uint64_t rate_bps;
    bool up;
};
uint32_t lab_node_count(const struct lab *);
uint32_t lab_link_count(const struct lab *);
struct node_view lab_node(const struct lab *, uint32_t node);
struct interface_view lab_interface(const struct lab *, uint32_t node, uint32_t n); /* n from 1 */
struct link_view lab_link(const struct lab *, uint32_t link);
uint32_t lab_node_named(const struct lab *, const char *name); /* 0: none */
uint32_t lab_livelock_link(const struct lab *); /* after STOP_LIVELOCK: where the last frame came */
/* All rows of all tables, as TRACE_TABLE records (and TRACE_STATE for machines with a graph,
 * before == after), in a total order: what a viewer needs who joins now. */
void lab_snapshot(const struct lab *, const struct sink *);
/* Complete a console line: calls `offer` for each word that may stand at the end of `line`. */
void lab_complete(const struct lab *, uint32_t node, const char *line,
                  void (*offer)(void *user, const char *word, const char *help), void *user);

/* -------------------------------------------- what is drawn over a network at a moment, as data */

/* NEXT_HOPS: by which ways all nodes would send to one address, each by its own table. TREE: the
 * shortest paths that one router has computed. MAP: the network as one router believes it to be,
 * with vertices of its own. */
enum overlay { OVERLAY_NEXT_HOPS, OVERLAY_TREE, OVERLAY_MAP, OVERLAY_COUNT };
enum overlay_role {
    OVERLAY_PLAIN,
    OVERLAY_ON_TREE,
    OVERLAY_LOOP,     /* what goes this way comes back */
    OVERLAY_DEAD_END, /* here it ends, and not at its destination */
    OVERLAY_DOOMED,   /* it leads into a loop or to a dead end */
    OVERLAY_HERE,     /* no arrow goes on: this is the destination */
    OVERLAY_ROLE_COUNT
};
struct overlay_shape {
    const char *name;         /* "next_hops"; text keys overlay.NAME and overlay.NAME.help */
    bool of_node, to_address; /* what must be named: a router, a destination */
    bool own_vertices;        /* else its arrows go between the lab's nodes */
    uint64_t tables;          /* by bits: while no row of these changes, the picture does not */
};
const struct overlay_shape *engine_overlay(uint32_t overlay); /* NULL past the last */
const char *
engine_overlay_role_name(uint32_t role); /* "dead_end", text key overlay.role.dead_end */

/* A vertex of a map: what a link-state advertisement describes. */
struct overlay_vertex {
    uint32_t number;  /* unique in its picture, from 1 */
    uint32_t node;    /* the lab's node that it stands for; 0: none */
    const char *kind; /* "router", "network": text key overlay.kind.KIND */
    char name[24];    /* "10.0.0.1", "10.0.1.0/24" */
    char note[40];    /* more that is short: "DR 10.0.0.2"; "" */
};
enum { OVERLAY_LINKS = 8 };
#define OVERLAY_NO_COST UINT32_MAX
struct overlay_arrow {
    uint32_t from, to;  /* nodes; of a map, vertices. `to` 0: it leads nowhere */
    uint32_t interface; /* of the node `from`, from 1; 0: none */
    uint32_t link[OVERLAY_LINKS], link_count; /* the cables that it follows, through switches; 0:
                                               * not known */
    ip4 via;       /* the neighbour that is named; 0: none, what is sought is on the link */
    uint32_t cost; /* OVERLAY_NO_COST: it has none */
    enum overlay_role role;
    const char *say; /* sentence key; its arguments: node, to, via, interface, dst, cost */
};
struct overlay_sink {
    void (*vertex)(void *user, const struct overlay_vertex *); /* all of them before all arrows */
    void (*arrow)(void *user, const struct overlay_arrow *);
    void *user;
};
/* False: there is nothing of that kind to be drawn (the node runs no such protocol). `node` 0: is
 * there any node that has it? */
bool lab_overlay_has(const struct lab *, enum overlay, uint32_t node);
/* Draws it, in an order that is always the same. */
void lab_overlay(const struct lab *, enum overlay, uint32_t node, ip4 to,
                 const struct overlay_sink *);

/* ------------------------------------------------------------------- the decoder, stateless */

enum {
    FIELD_HEADER = 1,    /* a protocol, or a group that has only children */
    FIELD_BAD = 2,       /* wrong, or cut off */
    FIELD_GENERATED = 4, /* another view of octets that a field of the tree owns already */
    FIELD_BITS = 8,      /* owns only the bits of `mask` */
    FIELD_OCTETS = 16,   /* the octets themselves: `text` shows the first of them */
    FIELD_WHOLE = 32     /* of the datagram that fragments made: `offset` counts in its payload */
};
/* One node of a packet's field tree, in pre-order. Names are Wireshark's. */
struct field {
    const char *name;        /* "tcp.srcport" */
    const char *label;       /* "Source Port" */
    const char *clause;      /* "RFC 9293 3.1" */
    const char *text;        /* the value as tshark prints it; lives during the call only */
    const char *meaning;     /* what the value is called, "IPv4" for 0x0800; NULL: it has no name */
    uint64_t value;          /* numeric fields */
    uint64_t mask;           /* bits of the covered octets that the field owns; 0: all */
    uint32_t depth;          /* 0: a protocol */
    uint32_t offset, length; /* octets of the frame */
    uint32_t flags;
};
typedef void field_visitor(void *user, const struct field *);
/* Describe an Ethernet frame. Every octet is owned by exactly one leaf, whatever the octets are:
 * a leaf is a node that is neither FIELD_HEADER nor FIELD_GENERATED and has no children but
 * FIELD_GENERATED ones. */
void packet_describe(const uint8_t *octets, size_t count, field_visitor *, void *user);

/* A piece of a datagram: which packet brought it, and where it lies in the payload. */
struct packet_fragment {
    uint64_t packet;
    uint32_t offset, length;
};
/* What a frame begins with; in a lab always Ethernet. */
enum frame_kind { FRAME_ETHERNET, FRAME_IP, FRAME_COOKED, FRAME_COOKED_2, FRAME_LOOPBACK };
/* What a decoder may know beside the octets. Zeroed, it knows nothing. */
struct packet_context {
    enum frame_kind kind;
    bool has_time;    /* `at_ns` counts: an echo's time stamp is told by it */
    bool has_bases;   /* tcp.seq and tcp.ack are shown, relative to these */
    bool has_window;  /* tcp.window_size is shown, by `window_shift` */
    bool is_repeated; /* all text of the segment has been seen before */
    bool is_tftp;     /* the datagram's two ports are those of a transfer */
    int64_t at_ns;
    uint32_t seq_base, ack_base; /* the sender's ISS and IRS */
    int32_t window_shift;        /* 0..14; -1: not known; -2: the option was not used */
    /* The frame is a fragment, and this is the datagram that it completes, with an IPv4 header in
     * front, made of these parts. NULL: it completes none. Its fields are FIELD_WHOLE. */
    const uint8_t *whole;
    size_t whole_count;
    const struct packet_fragment *parts;
    size_t part_count;
};
void packet_describe_in(const struct packet_context *, const uint8_t *octets, size_t count,
                        field_visitor *, void *user);

/* --------------------------------------------------- what an observer of a wire can know of TCP */

/* Shown a capture frame by frame, in order, it follows both ends of each connection: an end is in
 * the state that the segments prove. What an end sent, it has sent; what it acknowledges, it has
 * got. Where no answer is to be expected (the last ACK, a reset) it is taken to have arrived, until
 * the sender's repeating shows that it did not. What the capture does not have stays unknown. */
#define STATE_UNKNOWN 255 /* of any machine; engine_state_name() says "unknown" */
struct observer;
enum { OBSERVED_UNKNOWN = STATE_UNKNOWN };
enum observation_kind {
    OBSERVED_STATE,   /* an end's state is now another */
    OBSERVED_LOST,    /* the frame `frame` died behind the point of capture: others arrived */
    OBSERVED_MISSING, /* `octets` of this end were acknowledged that the capture does not have */
};
struct observation {
    enum observation_kind kind;
    uint32_t connection; /* from 1, in the order of their first frames */
    uint32_t side;       /* 0: who sent the connection's first frame; 1: the other */
    uint32_t before, after;
    uint32_t frame, octets;
    const char *clause;
};
typedef void observation_sink(void *user, const struct observation *);
/* What is known of the segment in the frame that was shown last. */
struct observed_segment {
    uint32_t connection; /* 0: none, or there are too many */
    uint32_t side;       /* its sender */
    uint16_t retransmission;
    ip4 address[2]; /* of sides 0 and 1 */
    uint16_t port[2];
    struct packet_context context; /* all but the time */
};
size_t observer_size(uint32_t connections);
/* `memory`: observer_size() octets, all zero, aligned as malloc aligns. */
struct observer *observer_begin(void *memory, uint32_t connections);
/* `frame`: the frame's number, from 1, rising. `place`: which wire it is from; of a connection that
 * is seen on several, the first counts. */
void observer_frame(struct observer *, uint32_t place, uint32_t frame, const uint8_t *octets,
                    size_t count, struct observed_segment *, observation_sink *, void *user);

/* What packet_summary.protocol may say: "eth", "arp", "ip", ...; NULL past the last. */
const char *engine_protocol_name(uint32_t n);

/* Colour means role, never protocol. */
enum role { ROLE_OPEN, ROLE_DATA, ROLE_CLOSE, ROLE_CONTROL, ROLE_PROBLEM, ROLE_COUNT };
/* One line about a frame, for an arrow. The bases are those of its record. */
struct packet_summary {
    char protocol[8]; /* "tcp", "arp", "icmp", "igmp", "udp", "rip", "ospf", "ip", "eth" */
    enum role role;
    char label[3][32]; /* "SYN ACK", "seq 0 ack 1", "len 5": drop from the end when crowded */
    char say[32];      /* sentence key: "tcp.syn_ack" */
    char arguments[10][2][40]; /* names and values for the sentence: {"seq", "0"} */
    uint32_t label_count, argument_count;
    uint32_t payload_length; /* octets above the transport header */
};
void packet_summarise(const uint8_t *octets, size_t count, uint32_t seq_base, uint32_t ack_base,
                      struct packet_summary *);
const char *engine_role_name(enum role); /* "open" */

/* --------------------------------------------- what a viewer draws of watched fields, as data */

enum gauge_unit { GAUGE_OCTETS, GAUGE_NS, GAUGE_COUNT };
enum gauge_look { GAUGE_LINE, GAUGE_LIMIT, GAUGE_AREA }; /* a limit is dashed, an area is filled */
struct gauge_line {
    const char *field; /* the watched field, by its printed name */
    enum role role;    /* its colour */
    enum gauge_look look;
};
/* Fields of one unit that are read against each other over time. */
struct gauge_chart {
    const char *name; /* text key "gauge.MACHINE.NAME" */
    enum gauge_unit unit;
    const struct gauge_line *lines;
    size_t line_count;
};
/* A place in a space of sequence numbers: field + plus - minus. All NULL: it has no end. */
struct gauge_place {
    const char *field, *plus, *minus;
};
struct gauge_zone {
    const char *name; /* text key "gauge.MACHINE.NAME"; zones of one name share it in the legend */
    struct gauge_place from, to;
    enum role role;
    bool hollow; /* room for octets, not octets: drawn as an outline */
};
/* A space of sequence numbers: what lies in it; later zones lie over earlier ones. A sending and a
 * receiving bar of the two ends of a conversation share their space. */
struct gauge_bar {
    const char *name;
    bool sends; /* numbers that this end makes; else those of its peer */
    const struct gauge_zone *zones;
    size_t zone_count;
    struct gauge_place begin, end; /* what has to be in sight */
};
struct gauge_set {
    const char *machine;
    /* Between the two ends in an object's name: exchanged, they name the other end. */
    const char *between;
    const struct gauge_chart *charts;
    const struct gauge_bar *bars;
    size_t chart_count, bar_count;
};
const struct gauge_set *engine_gauges(uint32_t machine); /* NULL: that machine has none */

#endif
