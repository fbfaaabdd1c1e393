#include "stack/tcp/tcp_state.h"
/*
 * STATUS, RFC 9293 3.10.6, in the detail of Linux's TCP_INFO: what "ss -i" prints.
 */

bool tcp_details(const struct lab *lab, struct id connection, struct tcp_details *d) {
    const struct tcb *c = tcb_get(lab, connection);
    if (c == NULL || c->state == TCP_CLOSED || c->state == TCP_LISTEN) return false;
    const struct tcp_congestion *g = &c->congestion;
    *d = (struct tcp_details){
        .algorithm = tcp_algorithm_name(g->algorithm),
        .timestamps = c->timestamps,
        .sack = c->sack_permitted,
        .ecn = g->ecn.agreed,
        .window_scaling = c->window_scaling,
        .send_scale = c->snd.scale,
        .receive_scale = c->rcv.scale,
        .rto = c->rto,
        .srtt = c->srtt,
        .rttvar = c->rttvar,
        .ato = c->ato_ns,
        .least_rtt = c->recovery.rack.least,
        .mss = tcp_smss(c),
        .peer_mss = c->rcv.largest,
        .own_mss = c->rcv.mss - (c->snd.mss - tcp_smss(c)), /* without the timestamps */
        .cwnd = g->cwnd,
        .ssthresh = g->ssthresh < TCP_SSTHRESH_INFINITE ? g->ssthresh : 0,
        .timeouts = c->retransmissions,
        .unacknowledged = c->board.out.segments,
        .repeated = c->board.repeated.segments,
        .repeated_ever = c->recovery.repeated,
        .lost = c->board.lost.segments,
        .sacked = c->board.sacked.segments,
        .receive_space = c->tuning.space,
        .receive_window = c->tuning.window,
        .send_window = c->snd.wnd,
    };
    return true;
}
