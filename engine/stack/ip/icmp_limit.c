#include "stack/ip/icmp_parts.h"
/*
 * How often ICMP speaks, RFC 1812 4.3.2.8. As on Linux (icmp_global_allow, inet_peer_xrlim_allow):
 * types in net.ipv4.icmp_ratemask share a bucket of icmp_msgs_burst messages that fills by
 * icmp_msgs_per_sec; and to one destination goes one in icmp_ratelimit, after a burst of six.
 * "Fragmentation needed" is never held back, nor what stays in the node. The profiles of the RFCs
 * have no limit.
 *
 * Redirects have their own rule (ip_rt_send_redirect): each waits twice as long as the one before,
 * and after redirect_number of them a host is taken for deaf, until it was quiet for
 * redirect_silence. The two rules share what is remembered of a host, as on Linux.
 *
 * Differs: Linux takes 0, 1 or 2 messages by chance out of the common bucket, here it is 1; it
 * remembers 65,664 hosts, here they are ICMP_PEERS, and the one longest silent goes.
 */
#include "sim/trace.h"
#include "stack/mib.h"
#include "stack/sysctl.h"

enum { BURST = 6, NEW_PEER_S = 60 };
static const sim_time second = 1000000000;

/* Linux counts in ticks of its timer. */
static sim_time ticks(const struct lab *lab, uint32_t node, sim_time now) {
    sim_time jiffy = setting_of(lab, node, SETTING_CONST_JIFFY);
    return jiffy == 0 ? now : now - now % jiffy;
}

/* One that is new was silent for a minute: its bucket is full. */
static struct icmp_peer *peer_of(struct step *s, uint32_t node, ip4 address) {
    struct icmp_peer *peers = node_at(s->lab, node)->icmp_peer, *oldest = peers;
    for (size_t i = 0; i < ICMP_PEERS; i++) {
        if (peers[i].address == address) return &peers[i];
        if (oldest->address != 0 && (peers[i].address == 0 || peers[i].last < oldest->last))
            oldest = &peers[i];
    }
    *oldest = (struct icmp_peer){.address = address,
                                 .last = ticks(s->lab, node, s->now) - NEW_PEER_S * second};
    return oldest;
}

static bool peer_allows(struct step *s, uint32_t node, ip4 address) {
    struct icmp_peer *peer = peer_of(s, node, address);
    sim_time gap = setting_of(s->lab, node, SETTING_ICMP_RATELIMIT);
    sim_time now = ticks(s->lab, node, s->now), passed = now - peer->last;
    if (passed > 0) {
        peer->last = now;
        peer->tokens += passed;
        if (peer->tokens > BURST * gap) peer->tokens = BURST * gap;
    }
    if (peer->tokens < gap) return false;
    peer->tokens -= gap;
    return true;
}

/* An empty bucket is filled at most once in 20 ms. */
static bool all_allow(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    if (n->icmp_credit > 0) return true;
    sim_time now = ticks(s->lab, node, s->now), passed = now - n->icmp_filled_at;
    int64_t most = setting_of(s->lab, node, SETTING_ICMP_MSGS_BURST);
    if (passed > second) passed = second;
    int64_t more = setting_of(s->lab, node, SETTING_ICMP_MSGS_PER_SEC) * passed / second;
    if (passed < second / 50 || more == 0) return false;
    n->icmp_filled_at = now;
    n->icmp_credit = n->icmp_credit + more < most ? n->icmp_credit + more : most;
    return n->icmp_credit > 0;
}

void icmp_begin(struct node *n) {
    n->icmp_filled_at = -second;
}

static bool refuse(struct step *s, uint32_t node, enum mib counter) {
    mib_add(s, node, counter);
    trace_dropped(s, node, (struct id){0, 0}, REASON_ICMP_LIMITED, "RFC 1812 4.3.2.8");
    return false;
}

bool icmp_may_send(struct step *s, uint32_t node, uint8_t type, uint8_t code, ip4 dst) {
    uint64_t mask = (uint64_t)setting_of(s->lab, node, SETTING_ICMP_RATEMASK);
    bool masked = type < 32 && (mask >> type & 1) != 0;
    if (type == ICMP_UNREACHABLE && code == ICMP_FRAGMENTATION_NEEDED) masked = false;
    if (!masked || ip_is_local(s->lab, node, dst)) return true;
    if (!all_allow(s, node)) return refuse(s, node, MIB_ICMP_OUT_RATE_LIMIT_GLOBAL);
    if (!peer_allows(s, node, dst)) return refuse(s, node, MIB_ICMP_OUT_RATE_LIMIT_HOST);
    node_at(s->lab, node)->icmp_credit--;
    return true;
}

bool icmp_redirect_due(struct step *s, uint32_t node, ip4 src) {
    struct icmp_peer *peer = peer_of(s, node, src);
    sim_time now = ticks(s->lab, node, s->now);
    sim_time load = setting_of(s->lab, node, SETTING_REDIRECT_LOAD);
    if (now > peer->last + setting_of(s->lab, node, SETTING_REDIRECT_SILENCE))
        peer->tokens = peer->redirects = 0;
    if (peer->redirects >= setting_of(s->lab, node, SETTING_REDIRECT_NUMBER)) {
        peer->last = now; /* only silence makes it worth speaking to again */
        return false;
    }
    uint32_t doublings = peer->redirects < 30 ? peer->redirects : 30;
    if (peer->redirects > 0 && load > 0 && now <= peer->last + (load << doublings)) return false;
    peer->last = now;
    peer->redirects++;
    return true;
}
