#include "stack/tcp/tcp_state.h"
/*
 * Segmentation offload. Linux hands the network card several segments at a time, as many as it
 * would send in a millisecond at twice the rate of the last round trip (tcp_tso_autosize), at least
 * two; the card, or the kernel in its place, cuts them apart. What that changes on the wire is the
 * PSH flag, which Linux sets on every such burst, so on its last segment (RFC 9293 3.9.1.2 leaves
 * that to the sender). Off unless const.gso is 1: recorded experiments were made without.
 * Left out: waiting for more room so that a burst may grow (tcp_tso_should_defer).
 */
#include "stack/sysctl.h"

enum {
    BURST_OCTETS_MAX = 65536 - 1 - 320, /* sk_gso_max_size, less its headers */
    BURSTS_A_SECOND = 1024,             /* sk_pacing_shift */
    FAST_START = 2                      /* the rate is that of a window twice as large */
};

/* tcp_bound_to_half_wnd(): a burst is at most half of the largest window that the peer had. */
uint32_t tcp_burst_octets(const struct tcb *c) {
    uint32_t half = c->snd.max_wnd > TCP_MSS_DEFAULT ? c->snd.max_wnd / 2 : c->snd.max_wnd;
    return half < BURST_OCTETS_MAX ? half : BURST_OCTETS_MAX;
}

uint32_t tcp_burst_segments(const struct lab *lab, const struct tcb *c) {
    if (setting_of(lab, c->node, SETTING_CONST_GSO) == 0) return 1;
    /* Two bursts at least are to be in flight: half of CWND (tcp_cwnd_test). */
    uint32_t smss = tcp_smss(c), most = tcp_burst_octets(c) / smss,
             half = c->congestion.cwnd / smss / 2;
    if (half < most) most = half;
    uint32_t least = (uint32_t)setting_of(lab, c->node, SETTING_TCP_MIN_TSO_SEGS);
    if (c->srtt > 0) {
        uint64_t window = (uint64_t)FAST_START * c->congestion.cwnd * 1000000000u;
        uint64_t octets = window / (uint64_t)c->srtt / BURSTS_A_SECOND;
        uint32_t wanted = (uint32_t)(octets / smss);
        if (wanted < least) wanted = least;
        if (wanted < most) most = wanted;
    }
    return most > 0 ? most : 1;
}

void tcp_burst_take(const struct lab *lab, const struct tcb *c, struct tcp_burst *burst,
                    uint32_t usable) {
    if (setting_of(lab, c->node, SETTING_CONST_GSO) == 0) return;
    if (burst->left == 0) {
        uint32_t unsent = tcp_unsent(c), most = tcp_burst_segments(lab, c);
        uint32_t full = (unsent < usable ? unsent : usable) / tcp_smss(c);
        burst->segments = burst->left = full > most ? most : full > 0 ? full : 1;
    }
    burst->left--;
}
