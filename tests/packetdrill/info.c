#include "rig.h"
/* struct tcp_info, as Linux's getsockopt(TCP_INFO) fills it, from the TCB. */
#include <linux/tcp.h>
#include <string.h>

/* include/net/tcp_states.h */
static uint8_t linux_state(uint32_t state) {
    static const uint8_t states[] = {
        [TCP_CLOSED] = 7,      [TCP_LISTEN] = 10,    [TCP_SYN_SENT] = 2,   [TCP_SYN_RECEIVED] = 3,
        [TCP_ESTABLISHED] = 1, [TCP_FIN_WAIT_1] = 4, [TCP_FIN_WAIT_2] = 5, [TCP_CLOSE_WAIT] = 8,
        [TCP_CLOSING] = 11,    [TCP_LAST_ACK] = 9,   [TCP_TIME_WAIT] = 6};
    return states[state];
}

static void fill_congestion(const struct tcb *c, struct tcp_info *i) {
    uint32_t smss = tcp_smss(c);
    if (smss == 0) smss = TCP_MSS_DEFAULT;
    i->tcpi_snd_mss = smss;
    i->tcpi_snd_cwnd = c->congestion.cwnd / smss;
    i->tcpi_snd_ssthresh = c->congestion.ssthresh >= TCP_SSTHRESH_INFINITE
                               ? TCP_SSTHRESH_INFINITE
                               : c->congestion.ssthresh / smss;
    i->tcpi_ca_state = (uint8_t)c->congestion.state;
    i->tcpi_advmss = c->rcv.mss;
    i->tcpi_rcv_mss = c->rcv.largest;
}

static void fill_recovery(const struct tcb *c, struct tcp_info *i) {
    const struct tcp_recovery *r = &c->recovery;
    i->tcpi_unacked = c->board.out.segments;
    i->tcpi_sacked = c->sack_permitted ? c->board.sacked.segments : r->guessed;
    i->tcpi_lost = c->board.lost.segments;
    i->tcpi_retrans = c->board.repeated.segments;
    i->tcpi_delivered = c->board.delivered + 1; /* Linux counts the SYN */
    i->tcpi_reordering = r->threshold;
    i->tcpi_total_retrans = r->repeated;
    i->tcpi_dsack_dups = r->duplicates;
    i->tcpi_reord_seen = r->rack.reordered;
    i->tcpi_min_rtt = (uint32_t)(r->rack.least / 1000);
    i->tcpi_retransmits = (uint8_t)c->retransmissions;
    i->tcpi_backoff = (uint8_t)c->retransmissions;
    i->tcpi_probes = (uint8_t)c->probes;
}

/* Milliseconds since; what never happened counts from the beginning of time, as in Linux. */
static uint32_t since(const struct rig *r, sim_time at) {
    return (uint32_t)((r->now_us * 1000 - at) / 1000000);
}

/* ------------------------------------------------------------ what it waits for */

static enum chrono_kind waits_for(struct rig *r, const struct descriptor *d) {
    const struct tcb *c = tcb_get(r->lab, socket_get(r->lab, d->socket)->connection);
    if (c == NULL || c->state < TCP_ESTABLISHED) return CHRONO_IDLE;
    uint32_t unsent = tcp_unsent(c), flight = c->snd.nxt - c->snd.una, smss = tcp_smss(c);
    uint32_t next = unsent < smss ? unsent : smss;
    if (unsent == 0 && flight == 0) return CHRONO_IDLE;
    if (unsent > 0 && flight + next > c->snd.wnd && tcp_flight_room(r->lab, c) >= smss)
        return CHRONO_WINDOW;
    return unsent == 0 && d->starved ? CHRONO_BUFFER : CHRONO_BUSY;
}

static void account(struct rig *r, struct descriptor *d) {
    struct chrono *k = &d->chrono;
    k->spent_us[k->now] += r->now_us - k->since_us;
    k->since_us = r->now_us;
    k->now = waits_for(r, d);
}

void info_look(struct rig *r) {
    for (int fd = 0; fd < r->fds; fd++)
        if (r->fd[fd].kind == FD_SOCKET && id_is(r->fd[fd].socket)) account(r, &r->fd[fd]);
}

static void fill_chrono(const struct chrono *k, struct tcp_info *i) {
    i->tcpi_rwnd_limited = (uint64_t)k->spent_us[CHRONO_WINDOW];
    i->tcpi_sndbuf_limited = (uint64_t)k->spent_us[CHRONO_BUFFER];
    i->tcpi_busy_time =
        (uint64_t)k->spent_us[CHRONO_BUSY] + i->tcpi_rwnd_limited + i->tcpi_sndbuf_limited;
}

size_t info_fill(struct rig *r, struct descriptor *d, void *out, size_t room) {
    account(r, d);
    struct tcp_info i = {.tcpi_state = 7};
    const struct tcb *c = tcb_get(r->lab, socket_get(r->lab, d->socket)->connection);
    if (c != NULL) {
        i.tcpi_state = linux_state(c->state);
        i.tcpi_options = (uint8_t)((c->timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
                                   (c->sack_permitted ? TCPI_OPT_SACK : 0) |
                                   (c->window_scaling ? TCPI_OPT_WSCALE : 0) |
                                   (c->congestion.ecn.agreed ? TCPI_OPT_ECN : 0) |
                                   (c->syn_text_arrived ? TCPI_OPT_SYN_DATA : 0));
        i.tcpi_snd_wscale = c->snd.scale & 15;
        i.tcpi_rcv_wscale = c->rcv.scale & 15;
        i.tcpi_rto = (uint32_t)(c->rto / 1000);
        i.tcpi_rtt = (uint32_t)(c->srtt / 1000);
        i.tcpi_rttvar = (uint32_t)(c->mdev / 1000);
        fill_congestion(c, &i);
        fill_recovery(c, &i);
        fill_chrono(&d->chrono, &i);
        i.tcpi_last_data_recv = since(r, c->data_received_at);
        i.tcpi_last_data_sent = since(r, c->congestion.sent_at);
        i.tcpi_snd_wnd = c->snd.wnd;
        i.tcpi_notsent_bytes = tcp_unsent(c);
    }
    /* packetdrill knows newer, longer ones: what we do not know of them is zero. */
    memset(out, 0, room);
    memcpy(out, &i, room < sizeof i ? room : sizeof i);
    return room;
}
