#ifndef NETSTEP_SIM_LAB_H
#define NETSTEP_SIM_LAB_H
/*
 * The lab's block: a header, the nodes, interfaces and links, then pools of fixed capacity. The
 * block may be copied anywhere between steps: it holds offsets and ids, no pointers. State
 * structs have no padding (build with -Wpadded around them) and are zeroed when made and freed.
 */
#include "base/heap.h"
#include "base/prng.h"
#include "sim/step.h"

enum pool_kind {
    POOL_FRAME_SMALL,
    POOL_FRAME_MEDIUM,
    POOL_FRAME_LARGE,    /* 128, 512, 2048 octets of room */
    POOL_FRAME_DATAGRAM, /* a whole IPv4 datagram: never on a link */
    POOL_EVENT,
    POOL_FAULT,
    POOL_SCRIPT,
    POOL_NEIGHBOUR,
    POOL_MAC,
    POOL_REASSEMBLY, /* datagrams of which fragments have come */
    POOL_ROUTE,
    POOL_GROUP,
    POOL_RULE,
    POOL_TRACK,
    POOL_MEMBERSHIP, /* of a socket in a group */
    POOL_SOCKET,
    POOL_TCB,
    POOL_CHUNK,
    POOL_PEER,
    POOL_SENT, /* pages of the scoreboard: what TCP has in flight */
    POOL_PROCESS,
    POOL_FILE,
    POOL_FILE_BLOCK,
    POOL_TFTP, /* transfers */
    /* routing/: staticd, */
    POOL_STATIC, /* a line of a node's configuration */
    /* RIP, */
    POOL_RIP, /* a node's instance */
    POOL_RIP_LINE,
    POOL_RIP_INTERFACE,
    POOL_RIP_PEER,
    POOL_RIP_ROUTE,
    POOL_KEY, /* of key chains */
    /* and OSPF */
    POOL_OSPF, /* a node's instance */
    POOL_OSPF_AREA,
    POOL_OSPF_INTERFACE,
    POOL_OSPF_NEIGHBOR,
    POOL_OSPF_ITEM,  /* of lists of link state advertisements */
    POOL_OSPF_LSA,   /* those of the databases */
    POOL_OSPF_BLOCK, /* and their bodies */
    POOL_OSPF_ROUTE, /* entries of the routing tables */
    POOL_COUNT
};

enum {
    NODE_NAME_ROOM = 32,
    INTERFACE_NAME_ROOM = 16,
    NODE_INTERFACES_MAX = 64,
    SETTING_MAX = 224,
    COUNTER_MAX = 192,
    CENSUS_MAX = 8,
    RULE_CHAINS = 5,
    NODES_MAX = 4096,
    LINKS_MAX = 16384
};

/* A number per (node, purpose): streams do not disturb each other. */
enum prng_purpose {
    PRNG_ISN,
    PRNG_PORT,
    PRNG_APP,
    PRNG_TIMESTAMP,
    PRNG_IGMP,
    PRNG_NAT,
    PRNG_ARP,
    PRNG_RIP,
    PRNG_OSPF,
    PRNG_PURPOSE_COUNT
};

struct interface {
    char name[INTERFACE_NAME_ROOM];
    uint8_t mac[6];  /* 02:00:00:NN:NN:II, by node number and interface number */
    uint8_t up, end; /* end: 0 or 1, which side of the link it is */
    ip4 address;
    uint32_t prefix, mtu;
    uint32_t node, number; /* its node; its number in the node, from 1 */
    uint32_t link;         /* 0: no cable */
    uint32_t special;      /* enum iface_special; 0: nothing of the kind, which is asked for each
                            * frame */
    uint32_t taps;         /* programs that see its frames pass */
    uint64_t rx_frames, rx_octets, tx_frames, tx_octets; /* for `ip -s link` */
    /* Address conflict detection, stack/ip/acd.c */
    ip4 given; /* the address that was configured, while another host keeps it from being used */
    uint32_t acd, acd_sent, acd_conflicts;
    struct id acd_timer;
    sim_time acd_at; /* the last conflict */
};
struct path_mtu { /* stack/path_mtu.c */
    ip4 dst;
    uint32_t mtu;
    sim_time until;
};
struct ip_identity { /* stack/ip/ipv4_identity.c: the last one of a group of flows */
    uint32_t last, reserved;
    sim_time at;
};
enum { PATH_MTUS = 8, ICMP_PEERS = 16, FRAGMENT_SOURCES = 32, IP_IDENTITIES = 16 };
struct icmp_peer { /* stack/ip/icmp_limit.c: to whom ICMP messages went */
    ip4 address;
    uint32_t redirects;
    sim_time last, tokens;
};
struct node {
    char name[NODE_NAME_ROOM];
    uint32_t number, kind, profile, alive;
    int32_t x, y;
    uint32_t first_interface, interface_count; /* global interface numbers, from 1, consecutive */
    uint32_t packets_made;                     /* packet ids: (node, this counter) */
    uint32_t ip_id;                            /* identifications given so far */
    uint32_t processes_made;                   /* process ids */
    uint32_t iss_made;                         /* initial sequence numbers chosen so far */
    uint64_t events_made; /* the node's own event counter, for the order of simultaneous events */
    struct id first_neighbour, first_route, first_socket, first_process; /* per node lists */
    struct id first_tall_route; /* of a second list: stack/ip/route.c */
    struct id first_group, first_membership;
    struct id first_rule[RULE_CHAINS]; /* stack/ip/firewall.h */
    uint64_t policy_packets[RULE_CHAINS], policy_octets[RULE_CHAINS];
    uint32_t policy[RULE_CHAINS], hooks; /* hooks: which chains have work, by bit */
    struct id first_file;
    struct id first_static, static_socket; /* routing/staticd.c */
    struct id rip, ospf;                   /* the configured instances of routing/; {0,0}: none */
    struct id first_key;                   /* key chains: routing/keychain.c */
    uint32_t netlinks, netlinks_reserved;  /* sockets of stack/socket_netlink.c */
    struct prng prng[PRNG_PURPOSE_COUNT];
    sim_time arp_flushed_at, arp_swept_at; /* stack/ip/neighbour_gc.c */
    uint64_t secret[2]; /* RFC 6528 secret key, from the seed and the node's name */
    struct path_mtu path[PATH_MTUS];
    struct icmp_peer icmp_peer[ICMP_PEERS];
    sim_time icmp_filled_at;                      /* the bucket of all destinations together, */
    struct id discovery;                          /* icmp_router.c: its timer, */
    uint32_t discovery_stage, discovery_reserved; /* and how many messages were sent */
    int64_t icmp_credit;                          /* and the messages that are left in it */
    struct ip_identity identity[IP_IDENTITIES];
    struct id first_reassembly, last_reassembly; /* stack/ip/ipv4_reassembly.c: the oldest first */
    uint32_t fragments_from[FRAGMENT_SOURCES];   /* that came, by a hash of their source */
    int64_t setting[SETTING_MAX];                /* sysctls; indices in stack/sysctl.h */
    uint64_t counter[COUNTER_MAX];               /* MIB counters; indices in stack/mib.h */
    uint32_t census[CENSUS_MAX]; /* how many there are now; indices in stack/mib.h */
};

struct node *node_at(struct lab *, uint32_t node); /* number from 1; asserts */
const struct node *node_view_at(const struct lab *, uint32_t node);
struct interface *interface_at(struct lab *, uint32_t global_number);
struct interface *node_interface(struct lab *, uint32_t node, uint32_t n); /* n from 1 */
uint32_t interface_global(const struct lab *, uint32_t node, uint32_t n);
uint64_t lab_seed(const struct lab *);

/* Pools. Objects are zeroed; `object_get` is NULL for a stale or empty id. */
const void *object_get(const struct lab *, enum pool_kind, struct id);
/* To change an object: remembers its former value once per step, so that at the step's end the
 * watched fields and the table row that differ become trace records. NULL for a stale id. */
void *object_edit(struct step *, enum pool_kind, struct id);
/* The same for members that no row and no watch shows (when it was used last): nothing is
 * remembered, so it costs no more than a look. */
void *object_touch(struct lab *, enum pool_kind, struct id);
struct id object_create(struct step *, enum pool_kind, uint32_t node); /* {0,0}: pool exhausted */
void object_destroy(struct step *, enum pool_kind, struct id);
struct id object_next(const struct lab *, enum pool_kind,
                      struct id after); /* slot order; {0,0} first */
uint32_t pool_live(const struct lab *, enum pool_kind);
uint32_t pool_capacity(const struct lab *, enum pool_kind);

/* Hash chains for lookup: `bucket` returns the head slot of a chain; chains are threaded through
 * the objects by their owner. One table per set, sized by the pool's capacity. */
enum bucket_set {
    BUCKET_TCB,
    BUCKET_NEIGHBOUR,
    BUCKET_MAC,
    BUCKET_SOCKET,
    BUCKET_PEER,
    BUCKET_TRACK,
    BUCKET_TRACK_REPLY,
    BUCKET_REASSEMBLY,
    BUCKET_OSPF_LSA,
    BUCKET_RIP,
    BUCKET_SET_COUNT
};
struct id *bucket(struct lab *, enum bucket_set, uint64_t hash);

/* Upward calls and what engine.c knows of every layer: sizes, watched fields, table rows. */
struct text;
enum watch_format { WATCH_NUMBER, WATCH_SIGNED, WATCH_SEQ, WATCH_NS, WATCH_IP4, WATCH_HEX };
struct watch {
    const char *name;      /* as the RFC prints it: "SND.UNA" */
    uint16_t offset, size; /* of the object's member: 1, 2, 4 or 8 octets */
    uint16_t format;
    uint16_t base; /* WATCH_SEQ: offset of the uint32_t that it counts from (iss, irs) */
};
/* A further row of an object, in another table or, with another key, in the same. */
struct object_row {
    uint32_t table, key; /* key: added to that of the object's first row */
    bool (*row)(const struct lab *, struct id, struct text *);
};
/* What an object's rows are made of, when that is little: they are compared by it then, and a sink
 * that wants no variables needs no copy of the whole object. ROWS_FIRST: the object has the first
 * row and no other, and the key, zeroed before, decides how it reads. */
enum rows_made { ROWS_OF_MORE, ROWS_NONE, ROWS_FIRST };
struct rows_key {
    uint64_t word[3];
};
struct object_kind {
    uint32_t size;  /* octets of one object; at most OBJECT_MAX for kinds with a row or watches */
    uint32_t table; /* its table, or NO_TABLE */
    const struct watch *watches;
    uint32_t watch_count;
    uint32_t machine; /* when `state` is set: its machine */
    /* Writes a table row as a JSON array of strings; false: the object has no row now. A row is a
     * function of its own object and of facts that never change (names): the trace renders it for
     * the former value of the object as well, to see whether it differs. */
    bool (*row)(const struct lab *, struct id, struct text *);
    const struct object_row *more;
    uint32_t more_count;                                               /* <= MORE_ROWS_MAX */
    enum rows_made (*rows_key)(const void *object, struct rows_key *); /* NULL: ROWS_OF_MORE */
    uint32_t (*row_node)(const struct lab *, struct id); /* the node that owns the object */
    uint32_t (*state)(const struct lab *, struct id);    /* for lab_snapshot; NULL: no states */
    /* A second machine of the object; while it is in its state 0, nothing is told of it. */
    uint32_t aside_machine;
    uint32_t (*aside_state)(const struct lab *, struct id);
    /* What a timer of this object is for, in TABLE_TIMERS: "10.0.0.2:80"; NULL: nothing more. */
    void (*label)(const struct lab *, struct id, struct text *);
};
enum { NO_TABLE = 0xffffffffu, OBJECT_MAX = 4096, MORE_ROWS_MAX = 4 };
struct frame;
struct dispatch {
    const struct object_kind *kinds[POOL_COUNT]; /* NULL for frames, events, faults, script lines */
    void (*frame_arrived)(struct step *, uint32_t interface, struct id frame); /* takes ownership */
    void (*timer_fired)(struct step *, uint32_t timer, struct id owner, uint32_t node);
    /* Runs a line in the node's shell. `process` NULL: a process of its own. A named process of
     * the script gets its next line only after script_returned(); "console" is the terminal.
     * False: that process is busy, and nothing was done. */
    bool (*console)(struct step *, uint32_t node, const char *process, const char *line);
    /* A node comes to life: profile, sysctls, connected and static routes, permanent neighbours.
     * False with why->place relative to the node ("gateway", "routes[1].via"). */
    bool (*node_begin)(struct step *, uint32_t node, const struct scenario_node *,
                       struct complaint *why);
    /* It crashes: all that ran on it or was learnt by it goes, without a word; what was configured
     * stays. Or it starts with that. Frames that wait within it are sim/'s to take away. */
    void (*node_power)(struct step *, uint32_t node, bool on);
    void (*link_changed)(struct step *, uint32_t link); /* went up or down */
    /* A frame passes an interface that programs listen at; `outward`: it leaves. */
    void (*frame_seen)(struct step *, uint32_t interface, struct id frame, bool outward);
    /* The frame joins a queue that has become long (`mark` of the link): to be told to its sender
     * by a mark in the packet, RFC 3168. */
    void (*queue_is_long)(struct lab *, struct id frame);
    bool (*interface_row)(const struct lab *, uint32_t global_number, struct text *);
    /* A frame of the world outside, before the outside node's interface sends it: its note. */
    void (*came_in)(struct lab *, uint32_t interface, struct frame *);
    uint32_t (*machine_pool)(uint32_t machine); /* whose objects have its states */
};
extern const struct dispatch
    dispatch; /* defined in engine.c, the only file that knows every layer */

#endif
