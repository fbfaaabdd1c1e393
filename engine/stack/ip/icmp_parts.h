#ifndef NETSTEP_STACK_ICMP_PARTS_H
#define NETSTEP_STACK_ICMP_PARTS_H
/* What the files of ICMP give to each other. */
#include "sim/trace.h"
#include "stack/ip/icmp.h"

/* icmp.c: header and data become a frame, are counted and sent. */
enum ip_result icmp_send(struct step *, uint32_t node, const struct ip_out *,
                         const struct icmp_message *, const uint8_t *data, size_t count);
void icmp_discard(struct step *, uint32_t node, const struct ip_in *, enum reason,
                  const char *clause);

/* icmp_limit.c: whether a message may leave now; that it may counts as its leaving. */
bool icmp_may_send(struct step *, uint32_t node, uint8_t type, uint8_t code, ip4 dst);
bool icmp_redirect_due(struct step *, uint32_t node, ip4 src);

/* icmp_query.c: echo, timestamps, address masks. `data`: what follows the header. */
void icmp_echo_in(struct step *, uint32_t node, const struct ip_in *, const struct icmp_message *,
                  struct reader data);
bool icmp_timestamp_in(struct step *, uint32_t node, const struct ip_in *,
                       const struct icmp_message *, struct reader data);
void icmp_mask_in(struct step *, uint32_t node, const struct ip_in *, const struct icmp_message *);

/* icmp_router.c */
void router_discovery_in(struct step *, uint32_t node, const struct ip_in *,
                         const struct icmp_message *, struct reader data);

/* The start of the datagram that an error is about. Its checksum is not tested, for what came back
 * may have been changed on its way. */
struct icmp_quoted {
    uint8_t protocol;
    uint16_t total_length;
    ip4 src, dst;
    struct reader payload; /* at least 8 octets: RFC 792 */
};
/* icmp_report.c: errors for this node. */
bool icmp_error_in(struct step *, uint32_t node, const struct ip_in *, const struct icmp_message *,
                   struct reader data);
/* icmp_redirect.c */
void icmp_redirect_in(struct step *, uint32_t node, const struct ip_in *,
                      const struct icmp_message *, const struct icmp_quoted *);

#endif
