#include "stack/tcp/tcp_state.h"
/*
 * SYN cookies, RFC 4987 3.6: the answer to a SYN for which the queue has no room is a SYN,ACK whose
 * sequence number is everything that must be known to recognise the third segment; nothing is kept.
 * The number is Linux's (net/ipv4/syncookies.c):
 *
 *     h1 + SEG.SEQ of the SYN + (period << 24) + ((h2(period) + index of the MSS) mod 2^24)
 *
 * with h1 and h2 keyed hashes of the pair of sockets, under the node's secret, and `period` the
 * minutes since the lab began (const.cookie_period), of which the number holds 8 bits. A cookie is
 * good for less than two periods (const.cookie_age). What the SYN offered beside its MSS (window
 * scale, SACK, ECN) travels in the low 6 bits of our timestamp, and is lost without timestamps.
 *
 * Left out: the round trip is not measured, and text in the SYN is not taken.
 */
#include "base/bytes.h"
#include "stack/mib.h"
#include "stack/tcp/seq.h"

enum { COUNT_SHIFT = 24, DATA_MASK = 0xffffff, COUNT_MASK = 0xff };
enum { OPTION_BITS = 6, SCALE_MASK = 0xf, NO_SCALE = 0xf, SACK_BIT = 0x10, ECN_BIT = 0x20 };
enum { SYN_ECN = TCP_ECE | TCP_CWR };

static const uint16_t mss_table[] = {TCP_MSS_DEFAULT, 1300, 1440, 1460};
enum { MSS_COUNT = sizeof mss_table / sizeof mss_table[0] };

static sim_time setting(const struct step *s, uint32_t node, enum setting which) {
    return setting_of(s->lab, node, which);
}

/* ----------------------------------------------------------------------------------- the number */

static uint32_t hash(const struct step *s, const struct segment *seg, uint32_t period,
                     uint8_t which) {
    uint8_t octets[17];
    struct writer w = writer_of(octets, sizeof octets);
    write_u32(&w, seg->src);
    write_u32(&w, seg->dst);
    write_u16(&w, seg->header.src_port);
    write_u16(&w, seg->header.dst_port);
    write_u32(&w, period);
    write_u8(&w, which);
    return (uint32_t)siphash(node_view_at(s->lab, seg->node)->secret, octets, sizeof octets);
}

static uint32_t h1(const struct step *s, const struct segment *seg) {
    return hash(s, seg, 0, 'C');
}

static uint32_t h2(const struct step *s, const struct segment *seg, uint32_t period) {
    return hash(s, seg, period, 'D');
}

static uint32_t period_now(const struct step *s, uint32_t node) {
    return (uint32_t)(s->now / setting(s, node, SETTING_CONST_COOKIE_PERIOD));
}

uint32_t tcp_cookie_make(const struct step *s, const struct segment *syn) {
    const struct tcp_options *o = &syn->header.options;
    uint32_t mss = o->has_mss ? o->mss : TCP_MSS_DEFAULT, index = MSS_COUNT - 1;
    uint32_t period = period_now(s, syn->node);
    while (index > 0 && mss < mss_table[index]) index--;
    return h1(s, syn) + syn->seq + (period << COUNT_SHIFT) +
           ((h2(s, syn, period) + index) & DATA_MASK);
}

/* The MSS that a third segment's cookie holds; 0: it is none of ours, or too old. */
uint32_t tcp_cookie_mss(const struct step *s, const struct segment *ack) {
    uint32_t cookie = ack->ack - 1 - h1(s, ack) - (ack->seq - 1);
    uint32_t period = period_now(s, ack->node);
    uint32_t age = (period - (cookie >> COUNT_SHIFT)) & COUNT_MASK;
    if (age >= setting(s, ack->node, SETTING_CONST_COOKIE_AGE)) return 0;
    uint32_t index = (cookie - h2(s, ack, period - age)) & DATA_MASK;
    return index < MSS_COUNT ? mss_table[index] : 0;
}

/* --------------------------------------------------------------------- options in the timestamp */

/* The last clock value not after now that ends in these 6 bits. */
static uint32_t stamp_with(uint32_t now, uint32_t options) {
    uint32_t mask = (1u << OPTION_BITS) - 1, stamp = (now & ~mask) | options;
    return seq_gt(stamp, now) ? stamp - (1u << OPTION_BITS) : stamp;
}

static uint32_t options_of(const struct tcb *c) {
    uint32_t options = c->window_scaling ? c->snd.scale : NO_SCALE;
    if (c->sack_permitted) options |= SACK_BIT;
    if (c->congestion.ecn.agreed) options |= ECN_BIT;
    return options;
}

/* The SYN as it must have been, for tcp_agree(). */
static struct segment syn_again(const struct step *s, const struct tcb *c,
                                const struct segment *ack, uint32_t mss) {
    struct segment syn = *ack;
    const struct tcp_options *echo = &ack->header.options;
    syn.seq = ack->seq - 1;
    syn.header.flags = TCP_SYN;
    syn.header.options = (struct tcp_options){.has_mss = true, .mss = (uint16_t)mss};
    if (echo->has_timestamps && setting(s, c->node, SETTING_TCP_TIMESTAMPS) != 0) {
        uint32_t bits = echo->ts_ecr - c->ts_offset;
        struct tcp_options *o = &syn.header.options;
        o->has_timestamps = true;
        o->ts_val = echo->ts_val;
        o->sack_permitted = (bits & SACK_BIT) != 0;
        o->has_window_scale = (bits & SCALE_MASK) != NO_SCALE;
        o->window_scale = bits & SCALE_MASK;
        if ((bits & ECN_BIT) != 0) syn.header.flags |= SYN_ECN;
    }
    syn.flags = syn.header.flags;
    return syn;
}

/* ------------------------------------------------------------------------------------ answering */

/* What both sides say in their SYNs, as for any child. */
static void agree(struct step *s, struct tcb *c, const struct segment *syn, uint32_t iss) {
    c->irs = syn->seq;
    c->rcv.nxt = c->rcv.acked = c->rcv.up = syn->seq + 1;
    tcp_rtt_begin(s, c);
    tcp_offer(s, c);
    tcp_agree(s, c, syn);
    c->iss = iss;
    c->snd.una = c->snd.small = iss;
    c->snd.nxt = iss + 1;
}

/* A SYN,ACK from a TCB that lives only here. */
void tcp_cookie_answer(struct step *s, struct tcb *listener, const struct segment *syn) {
    struct tcb c = {.node = listener->node, .passive = 1, .snd.mss = TCP_MSS_DEFAULT};
    c.local_address = syn->dst;
    c.local_port = syn->header.dst_port;
    c.remote_address = syn->src;
    c.remote_port = syn->header.src_port;
    struct segment plain = *syn;
    /* Without timestamps there is no place for them. */
    if (!syn->header.options.has_timestamps || setting(s, c.node, SETTING_TCP_TIMESTAMPS) == 0) {
        plain.header.options.has_window_scale = plain.header.options.sack_permitted = false;
        plain.header.flags &= (uint16_t)~SYN_ECN;
        plain.flags = plain.header.flags;
    }
    agree(s, &c, &plain, tcp_cookie_make(s, syn));
    if (c.timestamps) {
        uint32_t now = tcp_ts_now(s, &c) - c.ts_offset;
        c.ts_offset += stamp_with(now, options_of(&c)) - now;
    }
    listener->cookies_at = s->now;
    listener->cookies_sent = 1;
    mib_add(s, c.node, MIB_TCP_SYNCOOKIES_SENT);
    tcp_transmit(s, &c, c.iss, TCP_SYN | TCP_ACK, 0);
}

/* --------------------------------------------------------------------------- the third segment */

static bool expected(const struct step *s, const struct tcb *listener, const struct segment *seg) {
    sim_time life = setting(s, seg->node, SETTING_CONST_COOKIE_PERIOD) *
                    setting(s, seg->node, SETTING_CONST_COOKIE_AGE);
    return setting(s, seg->node, SETTING_TCP_SYNCOOKIES) != 0 && listener->cookies_sent &&
           s->now - listener->cookies_at <= life && (seg->flags & (TCP_SYN | TCP_RST)) == 0;
}

/* An ACK has come to a listener. True: it brought back a cookie, and has been dealt with. */
bool tcp_cookie_ack(struct step *s, struct tcb *listener, const struct segment *seg) {
    if (!expected(s, listener, seg)) return false;
    uint32_t mss = tcp_cookie_mss(s, seg);
    if (mss == 0) {
        mib_add(s, seg->node, MIB_TCP_SYNCOOKIES_FAILED);
        return false;
    }
    mib_add(s, seg->node, MIB_TCP_SYNCOOKIES_RECV);
    if (!tcp_passive_accepts(s, listener, seg)) return true;
    struct tcb *c = tcp_passive_child(s, listener, seg);
    if (c == NULL) return true;
    struct id self = c->self;
    c->ts_offset = tcp_ts_offset(s->lab, c);
    struct segment syn = syn_again(s, c, seg, mss), ack = *seg;
    agree(s, c, &syn, seg->ack - 1);
    tcp_enter(s, c, TCP_SYN_RECEIVED, "RFC 4987 3.6");
    ack.wnd <<= c->snd.scale;
    tcp_run_steps(s, c, &ack, STEP_SEQUENCE);
    c = tcb_edit(s, self);
    if (c != NULL && c->state == TCP_SYN_RECEIVED)
        tcp_delete(s, c, "RFC 4987 3.6"); /* it was not what the cookie promised */
    else if (c != NULL && c->state != TCP_CLOSED)
        tcp_output(s, c);
    return true;
}
