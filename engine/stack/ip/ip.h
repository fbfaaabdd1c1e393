#ifndef NETSTEP_STACK_IP_H
#define NETSTEP_STACK_IP_H
/* IPv4 for the layers above: addresses, routes, sending. In: ipv4_in.c; out: ipv4_out.c. */
#include "sim/frame.h"
#include "stack/ip/tuple.h"
#include "wire/ipv4_route.h"

enum { IP_OPTIONS_MOST = 40 };

/* Whose count a datagram's identification is from, on Linux. */
enum ip_identification {
    IP_ID_SHARED, /* that of its addresses and protocol */
    IP_ID_NONE,   /* 0: it must not be cut, so it needs none */
    IP_ID_OWN     /* its connection's: as given */
};
struct ip_out {
    ip4 src; /* 0: the address of the interface that the route chooses */
    ip4 dst;
    uint8_t protocol, dscp, ecn;
    uint8_t ttl;            /* 0: net.ipv4.ip_default_ttl */
    bool loop;              /* the node's own members of the group hear it, too */
    uint32_t interface;     /* by which a group's datagram leaves; 0: as the routes say */
    bool dont_fragment;     /* alone: what does not fit is refused */
    bool discover_path;     /* Don't Fragment if it fits the path, else in fragments without it */
    const uint8_t *options; /* RFC 791 3.1, padded to 4 octets; NULL: none */
    size_t option_count;
    uint16_t identification;
    enum ip_identification id_from;
    uint32_t begun_at; /* for the trace alone: the port at which the conversation began */
    bool fill_options; /* they are a user's wish (ipv4_options_out.c), not the octets themselves */
};
enum ip_result {
    IP_SENT,
    IP_NO_ROUTE,
    IP_TOO_BIG,
    IP_NO_BUFFERS,
    /* What a route says that leads nowhere, or the firewall. */
    IP_BLACKHOLE,
    IP_UNREACHABLE,
    IP_PROHIBITED,
    IP_FILTERED
};
/* Puts the IPv4 header in front of the frame and sends it; takes ownership in every case. A frame
 * to one of the node's own addresses comes back as a step of its own. */
enum ip_result ip_send(struct step *, uint32_t node, struct id frame, const struct ip_out *);
/* The source address that ip_send would use for `dst`; 0: no route. RFC 1122 3.3.4.3. */
ip4 ip_source_for(const struct lab *, uint32_t node, ip4 dst);
/* The first hop's, or what was learned of the path; 0: no route. */
uint32_t ip_mtu_for(const struct lab *, uint32_t node, ip4 dst);
/* path_mtu.c: what "fragmentation needed" has taught, for a while; 0: nothing. */
uint32_t ip_path_mtu(const struct lab *, uint32_t node, ip4 dst, sim_time *until);
/* A router said that `sent` octets were too many for it, and how many are not (0: it did not). */
void ip_hear_mtu(struct step *, uint32_t node, ip4 dst, uint32_t mtu, uint32_t sent);
void ip_learn_mtu(struct step *, uint32_t node, ip4 dst, uint32_t mtu);
uint32_t ip_plateau_below(uint32_t sent);
void ip_forget_mtu(struct step *, uint32_t node, ip4 dst);
bool ip_is_local(const struct lab *, uint32_t node, ip4 address); /* own unicast address or 127/8 */
bool ip_is_broadcast_or_multicast(const struct lab *, uint32_t node, ip4 address);
/* Both questions at once: what an address is to the node. One that could be both is a group. */
enum ip_cast { IP_ELSEWHERE, IP_OWN, IP_GROUP }; /* IP_OWN: unicast, 127/8 is not asked */
enum ip_cast ip_cast_of(const struct lab *, uint32_t node, ip4 address);
/* What an upper layer is told of a datagram that came in. */
struct ip_in {
    struct ipv4_header header;
    uint32_t interface;
    uint32_t largest;     /* it was joined on its way: total length of its largest fragment; or 0 */
    struct id frame;      /* still owned by ipv4_in.c; for trace_dropped */
    struct frame *octets; /* the same frame; it starts at the header */
    struct frame_note note;    /* for the trace alone */
    struct track_note tracked; /* hooks.c, only on a node with rules */
    /* ipv4_options.c, only when the header has options: */
    struct ipv4_option_list options;
    bool recorded, stamped; /* this node's address was written into them */
    bool routed;            /* by a source route, of which this slot is the next hop */
    uint8_t slot;
    ip4 next;
};
/* The options of an answer to a datagram, to be given with fill_options; how many octets. */
ip4 ipv4_first_hop(
    const struct ip_out *); /* to whom it is sent first, when it has a source route */
/* Whether a user may give these options: Linux's ip_options_get(). */
bool ipv4_options_are_good(const uint8_t *options, size_t count);
size_t ipv4_reply_options(const struct ipv4_header *, uint8_t to[IP_OPTIONS_MOST]);

#endif
