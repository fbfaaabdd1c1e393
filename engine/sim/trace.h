#ifndef NETSTEP_SIM_TRACE_H
#define NETSTEP_SIM_TRACE_H
/*
 * What protocol code may say to the trace: that it dropped something, entered a state, applied a
 * rule, printed, returned from a call, moved stream octets. All the rest (frames, timers, watched
 * fields, table rows) comes from choke points in sim/. Nothing here changes the run.
 */
#include "sim/lab.h"

/* Machines with states. State numbers are the machine's own enum. */
enum machine {
    MACHINE_TCP,
    MACHINE_NEIGHBOUR,
    MACHINE_CONGESTION,
    MACHINE_TFTP,
    MACHINE_RIP,
    MACHINE_OSPF_INTERFACE,
    MACHINE_OSPF_NEIGHBOR,
    MACHINE_COUNT
};
enum table {
    TABLE_INTERFACES,
    TABLE_ARP,
    TABLE_MAC,
    TABLE_ROUTES,
    TABLE_FRAGMENTS,
    TABLE_NAT,
    TABLE_GROUPS,
    TABLE_SOCKETS,
    TABLE_TIMERS,
    TABLE_QUEUES,
    TABLE_SYN_QUEUE,
    TABLE_ACCEPT_QUEUE,
    TABLE_FILES,
    TABLE_TRANSFERS,
    TABLE_OSPF_ROUTES,
    TABLE_RIP,
    TABLE_OSPF_LSDB,
    TABLE_OSPF_INTERFACES,
    TABLE_OSPF_NEIGHBORS,
    TABLE_COUNT
};

/* Why a frame, packet or segment came to nothing; names and sentences in sim/names.c. */
enum reason {
    REASON_NONE,
    /* on a link */
    REASON_LOSS,
    REASON_FAULT,
    REASON_QUEUE_FULL,
    REASON_LINK_DOWN,
    REASON_NO_CABLE,
    /* pools */
    REASON_NO_FRAMES,
    REASON_NO_BUFFERS,
    REASON_NO_CONNECTIONS,
    REASON_NO_NEIGHBOURS,
    /* parsing (wire/ parse_result maps to these in order) */
    REASON_TRUNCATED,
    REASON_BAD_CHECKSUM,
    REASON_BAD_HEADER,
    REASON_BAD_VERSION,
    REASON_BAD_LENGTH,
    REASON_BAD_OPTION,
    /* link and network */
    REASON_NOT_FOR_US,
    REASON_UNKNOWN_TYPE,
    REASON_UNKNOWN_PROTOCOL,
    REASON_NOT_FORWARDING,
    REASON_NO_ROUTE,
    REASON_ROUTE_REFUSES,
    REASON_REVERSE_PATH,
    REASON_TTL_EXPIRED,
    REASON_SOURCE_ROUTE,
    REASON_FRAGMENT_DUPLICATE,
    REASON_FRAGMENT_OVERLAP,
    REASON_FRAGMENT_MISFIT,   /* it is empty, or the datagram would have two ends */
    REASON_FRAGMENT_TOO_LONG, /* the datagram would have more than 65,535 octets */
    REASON_FRAGMENT_MARKS,    /* ECN in some of the fragments alone */
    REASON_FRAGMENT_MEMORY,
    REASON_FRAGMENT_EVICTED,
    REASON_FRAGMENT_TOO_FAR,
    REASON_FRAGMENT_TIMEOUT,
    REASON_TOO_BIG,
    REASON_MARTIAN,
    REASON_FIREWALL,
    REASON_NAT_PORTS,
    REASON_TRACK_FULL,
    REASON_NOT_A_MEMBER,
    REASON_UNRESOLVED,
    REASON_UNRESOLVED_QUEUE_FULL,
    REASON_TENTATIVE,
    REASON_LOOP_GUARD,
    REASON_NODE_DOWN,
    REASON_SEEN_LOST, /* of a capture: not by the lab */
    REASON_NOT_CAPTURED,
    /* ICMP, UDP, sockets */
    REASON_ECHO_IGNORED,
    REASON_QUERY_IGNORED,
    REASON_REDIRECT_REFUSED,
    REASON_SOURCE_QUENCH,
    REASON_ICMP_LIMITED,
    REASON_NO_SOCKET,
    REASON_RECEIVE_QUEUE_FULL,
    /* RIP: of a message, */
    REASON_RIP_LENGTH,
    REASON_RIP_VERSION,
    REASON_RIP_COMMAND,
    REASON_RIP_INTERFACE,
    REASON_RIP_OWN,
    REASON_RIP_PORT,
    REASON_RIP_NEIGHBOUR,
    REASON_RIP_VERSION_OFF,
    REASON_RIP_NOT_ZERO,
    REASON_RIP_EMPTY,
    REASON_RIP_SILENT,
    REASON_RIP_AUTH_UNWANTED,
    REASON_RIP_AUTH_MISSING,
    REASON_RIP_AUTH_TYPE,
    REASON_RIP_AUTH_LENGTH,
    REASON_RIP_AUTH_PASSWORD,
    REASON_RIP_AUTH_KEY,
    REASON_RIP_AUTH_DIGEST,
    REASON_RIP_AUTH_SEQUENCE,
    /* and of an entry */
    REASON_RIP_FAMILY,
    REASON_RIP_ADDRESS,
    REASON_RIP_MASK,
    REASON_RIP_METRIC,
    REASON_RIP_NO_ROOM,
    /* TCP */
    REASON_TCP_OUTSIDE_WINDOW,
    REASON_TCP_BAD_ACK,
    REASON_TCP_NO_ACK,
    REASON_TCP_NO_SYN,
    REASON_TCP_RST_IGNORED,
    REASON_TCP_NO_LISTENER,
    REASON_TCP_SYN_IN_WINDOW,
    REASON_TCP_OLD_DUPLICATE,
    REASON_TCP_ACCEPT_QUEUE_FULL,
    REASON_TCP_SYN_QUEUE_FULL,
    REASON_TCP_PAWS,
    REASON_TCP_CLOSED,
    REASON_TCP_DEFERRED,
    /* OSPF: packets, RFC 2328 8.2, 10.5 to 10.7, D.5 */
    REASON_OSPF_NO_INTERFACE,
    REASON_OSPF_OWN,
    REASON_OSPF_DESTINATION,
    REASON_OSPF_AREA,
    REASON_OSPF_NETWORK,
    REASON_OSPF_NOT_DR,
    REASON_OSPF_AUTH_TYPE,
    REASON_OSPF_PASSWORD,
    REASON_OSPF_KEY_ID,
    REASON_OSPF_REPLAY,
    REASON_OSPF_DIGEST,
    REASON_OSPF_SAME_ID,
    REASON_OSPF_NO_NEIGHBOR,
    REASON_OSPF_HELLO_MASK,
    REASON_OSPF_HELLO_INTERVAL,
    REASON_OSPF_DEAD_INTERVAL,
    REASON_OSPF_OPTIONS,
    REASON_OSPF_DD_MTU,
    REASON_OSPF_DD_NEGOTIATION,
    REASON_OSPF_DD_DUPLICATE,
    REASON_OSPF_DD_MASTER,
    REASON_OSPF_DD_INIT,
    REASON_OSPF_DD_OPTIONS,
    REASON_OSPF_DD_SEQUENCE,
    REASON_OSPF_DD_LATE,
    REASON_OSPF_DD_LSA,
    REASON_OSPF_BAD_REQUEST,
    /* OSPF: link state advertisements, RFC 2328 13 */
    REASON_OSPF_NEIGHBOR_STATE, /* the neighbour is not in Exchange or beyond */
    REASON_OSPF_LSA_CHECKSUM,
    REASON_OSPF_LSA_TYPE,
    REASON_OSPF_LSA_STUB,
    REASON_OSPF_LSA_FORM,
    REASON_OSPF_LSA_TOO_SOON,
    REASON_OSPF_LSA_OLD,
    REASON_OSPF_LSA_WRAPS,
    REASON_OSPF_LSA_REQUESTED,
    REASON_COUNT
};

/* Somebody wishes something of the node: what nothing else has caused begins with this. */
void trace_command(struct step *, uint32_t node, const char *text);
void trace_dropped(struct step *, uint32_t node, struct id frame, enum reason, const char *clause);
void trace_state(struct step *, uint32_t node, enum machine, struct id object, uint32_t before,
                 uint32_t after, const char *clause);
void trace_rule(struct step *, uint32_t node, struct id object, const char *clause,
                const char *text, bool went_on);
void trace_output(struct step *, uint32_t node, struct id process, const char *text, size_t length);
void trace_call(struct step *, uint32_t node, struct id process, const char *text, int64_t value);
enum stream_direction { STREAM_SENT, STREAM_DELIVERED };
void trace_stream(struct step *, uint32_t node, struct id socket, enum stream_direction,
                  const uint8_t *octets, size_t count);

const char *timer_clause(uint32_t timer); /* "RFC 6298 5", NULL none; sim/names.c */
/* The row of an interface differs: told by whoever changed its address or state. */
void trace_interface(struct step *, uint32_t global_number);

#endif
