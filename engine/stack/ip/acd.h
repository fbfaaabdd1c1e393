#ifndef NETSTEP_STACK_ACD_H
#define NETSTEP_STACK_ACD_H
/* Address conflict detection, RFC 5227; and what a host says that sees its address claimed. */
#include "sim/lab.h"

struct arp_packet;
/* The interface has come up with its address: probes it, if the node does so. */
void acd_begin(struct step *, uint32_t interface);
void acd_carrier(struct step *, uint32_t interface); /* its cable was plugged in again */
void acd_end(struct step *, uint32_t interface);     /* it went down */
void acd_timer_fired(struct step *, uint32_t interface);
/* An ARP packet came. True: it is about the interface's own address, which another host claims. */
bool acd_heard(struct step *, uint32_t interface, const struct arp_packet *);
/* The address is being probed, so nobody may be told that it is here. */
bool acd_is_tentative(const struct lab *, uint32_t interface);

#endif
