#ifndef NETSTEP_STACK_IFACE_H
#define NETSTEP_STACK_IFACE_H
/*
 * Interfaces: which addresses a node has, the Ethernet header in front of what it sends, and
 * `ip link set up|down`. Interfaces are named by their global number (sim/lab.h), from 1.
 */
#include "sim/frame.h"
#include <assert.h>

enum { MAC_OCTETS = 6 };
extern const uint8_t mac_broadcast[MAC_OCTETS];

const struct interface *iface_get(const struct lab *, uint32_t interface);
uint32_t iface_named(const struct lab *, uint32_t node, const char *name); /* 0: none */
/* The node's interface that owns this unicast address; 0: none. */
uint32_t iface_with_address(const struct lab *, uint32_t node, ip4 address);
/* The node's first address; 0: it has none. What the node's name resolves to. */
ip4 node_address(const struct lab *, uint32_t node);
/* A cable is plugged in and its link is up; what Linux calls LOWER_UP. */
bool iface_has_carrier(const struct lab *, uint32_t interface);
/* "server", "10.0.0.1": a node's name or an address; false: neither. */
bool host_lookup(const struct lab *, const char *host, ip4 *address);

/* Puts an Ethernet header in front and hands the frame to the cable. An interface that is down
 * drops it. Takes ownership. */
void iface_send(struct step *, uint32_t interface, struct id frame, const uint8_t dst[MAC_OCTETS],
                uint16_t type);
/* The same for a frame that has its header, whatever addresses are in it. The interface is up. */
void iface_pass(struct step *, uint32_t interface, struct id frame);
enum iface_special { IFACE_TAPPED = 1, IFACE_TENTATIVE = 2 }; /* bits of interface.special */
/* A program begins or ends to listen; what passes is shown to it by dispatch.frame_seen. */
void iface_tap(struct step *, uint32_t interface, bool listen);
void iface_seen(struct step *, uint32_t interface, struct id frame, bool outward);
/* `ip link set DEV up|down`: down flushes the interface's routes and neighbours, up brings back
 * the connected route, as on Linux. */
enum iface_admin { IFACE_DOWN, IFACE_UP };
void iface_set(struct step *, uint32_t interface, enum iface_admin);

/* `ip addr add|del`: the interface has this address from now on; 0: none. */
void iface_give(struct step *, uint32_t interface, ip4 address, uint32_t prefix);

static inline ip4 prefix_mask(uint32_t prefix) { /* 0..32 */
    assert(prefix <= 32);
    return prefix == 0 ? 0 : 0xffffffffu << (32 - prefix);
}

#endif
