#include "stack/tcp/tcp_state.h"
/*
 * The end of connections: TIME-WAIT (RFC 9293 3.6.1, 3.10.7.4, RFC 1337, RFC 6191), and those that
 * nobody holds any more (orphans).
 *
 * Differs: Linux keeps TIME-WAIT connections in small blocks of their own, at most
 * net.ipv4.tcp_max_tw_buckets: where there is no room for one more, the newest connection is closed
 * without TIME-WAIT. An orphan in FIN-WAIT-2 is such a block, too, and lives for tcp_fin_timeout. A
 * segment that comes for one goes through tcp_timewait_state_process() instead of the eight steps.
 * More orphans than tcp_max_orphans, and the newest is reset.
 */
#include "stack/kernel_log.h"
#include "stack/mib.h"
#include "stack/tcp/seq.h"

#define CLAUSE "RFC 9293 3.10.7.4"

static sim_time setting(const struct step *s, const struct tcb *c, enum setting which) {
    return setting_of(s->lab, c->node, which);
}

/* ------------------------------------------------------------------------------------- counting */

static void count(struct step *s, const struct tcb *c, uint32_t crowd, uint32_t by) {
    if (crowd == TCP_CROWD_ORPHANS) census_add(s, c->node, CENSUS_TCP_ORPHANS, by);
    if (crowd == TCP_CROWD_TIME_WAIT) census_add(s, c->node, CENSUS_TCP_TIME_WAIT, by);
}

void tcp_crowd(struct step *s, struct tcb *c, enum tcp_crowd crowd) {
    if (c->crowd == crowd) return;
    count(s, c, c->crowd, UINT32_MAX); /* one fewer */
    count(s, c, crowd, 1);
    if (crowd == TCP_CROWD_TIME_WAIT) mib_add(s, c->node, MIB_TCP_TW);
    c->crowd = (uint8_t)crowd;
}

/* Whether there may be one more TIME-WAIT; the connection is gone if not. */
static bool has_block(struct step *s, struct tcb *c) {
    uint32_t waiting = census_value(s->lab, c->node, CENSUS_TCP_TIME_WAIT);
    if (!tcp_is_linux(s->lab, c->node) || c->crowd == TCP_CROWD_TIME_WAIT) return true;
    if (waiting < setting(s, c, SETTING_TCP_MAX_TW_BUCKETS)) return true;
    mib_add(s, c->node, MIB_TCP_TIME_WAIT_OVERFLOW);
    bool first = mib_value(s->lab, c->node, MIB_TCP_TIME_WAIT_OVERFLOW) == 1;
    if (first && node_view_at(s->lab, c->node)->profile == PROFILE_LINUX_2_6_32)
        kernel_says(s, c->node, "TCP: time wait bucket table overflow"); /* later ones do not */
    return false;
}

/* --------------------------------------------------------------------------- entering TIME-WAIT */

/* Differs: with tcp_tw_recycle, Linux before 4.12 kept a connection with timestamps only for 3.5
 * times the RTO, and believed that the peer's clock tells new from old (tcp_passive.c). */
static sim_time length(const struct step *s, const struct tcb *c) {
    bool recycled = setting(s, c, SETTING_TCP_TW_RECYCLE) != 0 && c->timestamps;
    return recycled ? (c->rto << 2) - (c->rto >> 1) : setting(s, c, SETTING_CONST_TIMEWAIT_LEN);
}

/* MUST-13: linger in TIME-WAIT for 2 MSL; turn off the other timers. */
void tcp_time_wait_begin(struct step *s, struct tcb *c) {
    tcp_timers_stop(s, c);
    tcp_timer_start(s, c, TIMER_TCP_TIME_WAIT, length(s, c));
    c->queue_time = s->now;
}

/* False: no room for it, and the connection is gone. */
bool tcp_time_wait_enter(struct step *s, struct tcb *c) {
    if (!has_block(s, c)) {
        if (c->state == TCP_FIN_WAIT_2) tcp_send_ack(s, c); /* of the FIN that came now */
        tcp_delete(s, c, "RFC 9293 3.6.1");
        return false;
    }
    tcp_enter(s, c, TCP_TIME_WAIT, CLAUSE);
    tcp_peer_stamp(s, c);
    tcp_crowd(s, c, TCP_CROWD_TIME_WAIT);
    tcp_time_wait_begin(s, c);
    return true;
}

/* ------------------------------------------------------------------------ segments in TIME-WAIT */

/* An answer for each segment with text, FIN or SYN; for bare ones one in tcp_invalid_ratelimit. */
static void acknowledge(struct step *s, struct tcb *c, const struct segment *seg) {
    if (seg->len == 0) {
        if (s->now - c->challenged_at < setting(s, c, SETTING_TCP_INVALID_RATELIMIT)) return;
        c->challenged_at = s->now;
    }
    tcp_send_ack(s, c);
}

static void in_window(struct step *s, struct tcb *c, const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    bool reset = (seg->flags & TCP_RST) != 0;
    /* RFC 1337 3, TIME-WAIT assassination: fix F1 ignores the reset. */
    if (reset && setting(s, c, SETTING_TCP_RFC1337) == 0) {
        tcp_delete(s, c, CLAUSE);
        return;
    }
    if (reset)
        tcp_drop(s, seg, REASON_TCP_RST_IGNORED, "RFC 1337 3");
    else
        tcp_time_wait_begin(s, c);
    if (c->timestamps && o->has_timestamps) c->ts_recent = o->ts_val;
}

/* tcp_timewait_state_process(): Linux's TIME-WAIT. A SYN that reopens was sorted out before. */
void tcp_time_wait_segment(struct step *s, struct tcb *c, const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    bool old = c->timestamps && o->has_timestamps && seq_lt(o->ts_val, c->ts_recent);
    bool reset = (seg->flags & TCP_RST) != 0;
    if (!old && seg->seq == c->rcv.nxt && (seg->len == 0 || reset)) {
        in_window(s, c, seg);
        return;
    }
    tcp_drop(s, seg, old ? REASON_TCP_PAWS : REASON_TCP_OLD_DUPLICATE, CLAUSE);
    if (old) mib_add(s, c->node, MIB_TCP_PAWS_ESTAB);
    if (reset) return;
    /* A SYN without ACK may be a new one with unlucky numbers: it does not prolong the wait. */
    if (old || (seg->flags & TCP_ACK) != 0) tcp_time_wait_begin(s, c);
    acknowledge(s, c, seg);
}

/* --------------------------------------------------------------------- a new connection instead */

static uint32_t iss_beyond(const struct step *s, const struct tcb *c) {
    uint32_t iss = c->snd.nxt + (uint32_t)setting(s, c, SETTING_CONST_TW_ISN_STEP);
    return iss != 0 ? iss : 1;
}

/* 3.6.1 MAY-2, SHLD-4, RFC 6191 2: a SYN that is certainly new ends TIME-WAIT and begins a new
 * incarnation, whose numbers lie beyond the old one's. 0: it does not. */
uint32_t tcp_time_wait_reopens(const struct step *s, const struct tcb *c,
                               const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    if (c->state != TCP_TIME_WAIT) return 0;
    if ((seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) return 0;
    bool timed = c->timestamps && o->has_timestamps;
    bool later = timed && seq_gt(o->ts_val, c->ts_recent);
    bool older = timed && seq_lt(o->ts_val, c->ts_recent);
    if (older || (!later && !seq_gt(seg->seq, c->rcv.nxt))) return 0;
    return iss_beyond(s, c);
}

static bool on_loopback(const struct tcb *c) {
    enum { LOOPBACK_NET = 127 };
    return c->local_address >> 24 == LOOPBACK_NET || c->remote_address >> 24 == LOOPBACK_NET ||
           c->local_address == c->remote_address;
}

/* tcp_twsk_unique(): whether connect() may take over this pair of sockets. With timestamps the old
 * segments cannot be mistaken for new ones. A port that bind() chose may be taken at once; one that
 * connect() would choose only with tcp_tw_reuse (2: on loopback alone) and after a second. */
bool tcp_time_wait_reusable(const struct step *s, const struct tcb *c, bool bound) {
    int64_t reuse = setting(s, c, SETTING_TCP_TW_REUSE);
    if (c->state != TCP_TIME_WAIT || !c->timestamps || !tcp_is_linux(s->lab, c->node)) return false;
    if (bound) return true;
    if (reuse == 0 || (reuse == 2 && !on_loopback(c))) return false;
    return s->now - c->queue_time > setting(s, c, SETTING_TCP_TW_REUSE_DELAY);
}

/* The ISS of the connection that takes its place. */
uint32_t tcp_time_wait_reuse(struct step *s, struct tcb *c) {
    uint32_t iss = iss_beyond(s, c);
    mib_add(s, c->node, MIB_TCP_TW_RECYCLED);
    tcp_delete(s, c, "RFC 6191 2");
    return iss;
}

/* -------------------------------------------------------------------------------------- orphans */

/* tcp_fin_time(): not less than 3.5 times the RTO, so that a repeated FIN is met. */
static sim_time fin_wait_2_time(const struct step *s, const struct tcb *c) {
    sim_time wait = c->wishes.fin_wait_2, least = (c->rto << 2) - (c->rto >> 1);
    if (wait == 0) wait = setting(s, c, SETTING_TCP_FIN_TIMEOUT);
    return wait > least ? wait : least;
}

/* Differs: nobody holds it, so Linux does not wait for ever for the peer's FIN. `fin_follows`: it
 * comes in the same segment. A time longer than TIME-WAIT's goes by in two halves, as an orphan and
 * as a block, each for what it is longer. False: the connection is gone, because there was no room
 * or because its user has said so (TCP_LINGER2 below 0). */
bool tcp_fin_wait_2_orphan(struct step *s, struct tcb *c, bool fin_follows) {
    if (!c->orphan || !tcp_is_linux(s->lab, c->node)) return true;
    sim_time wait = fin_wait_2_time(s, c), longest = setting(s, c, SETTING_CONST_TIMEWAIT_LEN);
    bool block = wait <= longest && !fin_follows, unwanted = c->wishes.fin_wait_2 < 0;
    if (unwanted || (block && !has_block(s, c))) {
        if (unwanted) mib_add(s, c->node, MIB_TCP_ABORT_ON_LINGER);
        if (unwanted) tcp_send_reset(s, c);
        tcp_delete(s, c, "RFC 9293 3.6");
        return false;
    }
    if (block) tcp_crowd(s, c, TCP_CROWD_TIME_WAIT);
    tcp_timer_start(s, c, TIMER_TCP_FIN_WAIT_2, wait > longest ? 2 * (wait - longest) : wait);
    return true;
}

/* close() has left a connection to itself: too many of them, and this one is reset. */
void tcp_orphaned(struct step *s, struct id connection) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL || c->state == TCP_CLOSED || c->state == TCP_LISTEN) return;
    if (c->crowd == TCP_CROWD_NONE) tcp_crowd(s, c, TCP_CROWD_ORPHANS);
    if (c->crowd != TCP_CROWD_ORPHANS || !tcp_is_linux(s->lab, c->node)) return;
    uint32_t orphans = census_value(s->lab, c->node, CENSUS_TCP_ORPHANS);
    if (orphans <= setting(s, c, SETTING_TCP_MAX_ORPHANS)) return;
    mib_add(s, c->node, MIB_TCP_ABORT_ON_MEMORY);
    tcp_send_reset(s, c);
    tcp_delete(s, c, "RFC 9293 3.10.5");
}
