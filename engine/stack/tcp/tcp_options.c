#include "stack/tcp/tcp_state.h"
/*
 * What the two SYNs agree on: the maximum segment size (RFC 9293 3.7.1), window scale and
 * timestamps (RFC 7323 2 and 3), SACK-permitted (RFC 2018 2); and the options of every segment.
 * Differs: the sizes of the first windows are Linux's (tcp_select_initial_window): half of
 * tcp_rmem's default, in whole segments. Differs from Linux: our segments are not to be cut, so
 * the least MSS is what the narrowest path takes (RFC 791 3.2: 68 octets), not TCP_MIN_SND_MSS.
 */
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

enum { TIMESTAMPS_OCTETS = 12, WINDOW_SCALE_MAX = 14, WINDOW_FIELD_MAX = 65535 };
enum { MSS_LEAST = 68 - 20 - TCP_HEADER, TEXT_LEAST = 8, SACK_BLOCK_OCTETS = 8 };

static uint32_t scale_for(uint32_t octets) {
    uint32_t scale = 0;
    while (scale < WINDOW_SCALE_MAX && octets >> scale >= 65536) scale++;
    return scale;
}

/* TCP_MAXSEG: the user's limit, both ways. */
static uint32_t clamped(const struct tcb *c, uint32_t mss) {
    return c->wishes.most_mss != 0 && c->wishes.most_mss < mss ? c->wishes.most_mss : mss;
}

/* What our SYN will offer: fills RCV's half of the TCB. */
void tcp_offer(struct step *s, struct tcb *c) {
    uint32_t mtu = ip_mtu_for(s->lab, c->node, c->remote_address);
    if (mtu == 0) mtu = 20 + TCP_HEADER + TCP_MSS_DEFAULT; /* no way there now */
    c->rcv.mss = clamped(c, mtu - 20 - TCP_HEADER);        /* MUST-67: MMS_R - 20 */
    c->timestamps = setting_of(s->lab, c->node, SETTING_TCP_TIMESTAMPS) != 0;
    c->sack_permitted = setting_of(s->lab, c->node, SETTING_TCP_SACK) != 0;
    c->window_scaling = setting_of(s->lab, c->node, SETTING_TCP_WINDOW_SCALING) != 0;
    c->rcv.scale = c->window_scaling ? scale_for(tcp_tuning_largest(s->lab, c)) : 0;
    c->ts_offset = tcp_ts_offset(s->lab, c);
    c->rcv.largest = TCP_MSS_DEFAULT;
}

/* Without a SYN from the peer yet, the first window is in segments of our own size. */
static void take_mss(struct step *s, struct tcb *c, const struct tcp_options *o) {
    uint32_t mtu = ip_mtu_for(s->lab, c->node, c->remote_address);
    uint32_t mss = o->has_mss ? o->mss : TCP_MSS_DEFAULT; /* MUST-15 */
    if (mss < MSS_LEAST) mss = MSS_LEAST;
    c->peer_mss = mss = clamped(c, mss);
    /* MUST-16: Eff.snd.MSS = min(SendMSS + 20, MMS_S) - TCPhdrsize; options are taken off later. */
    c->snd.mss = mtu >= 20 + TCP_HEADER + mss ? mss : c->rcv.mss;
    uint32_t room = tcp_mtu_room(c, mtu);
    if (mtu != 0 && c->wishes.ip_option_count != 0 && c->snd.mss > room) c->snd.mss = room;
    ip_path_mtu(s->lab, c->node, c->remote_address, &c->path_until);
}

void tcp_agree(struct step *s, struct tcb *c, const struct segment *seg) {
    const struct tcp_options *o = &seg->header.options;
    take_mss(s, c, o);
    c->timestamps = c->timestamps && o->has_timestamps;
    c->sack_permitted = c->sack_permitted && o->sack_permitted;
    c->window_scaling = c->window_scaling && o->has_window_scale;
    tcp_ecn_agree(s, c, seg);
    /* RFC 7323 2.3: a shift count above 14 is taken as 14. */
    c->snd.scale = c->window_scaling ? o->window_scale : 0;
    if (c->snd.scale > WINDOW_SCALE_MAX) c->snd.scale = WINDOW_SCALE_MAX;
    if (!c->window_scaling) c->rcv.scale = 0;
    if (c->timestamps) c->ts_recent = o->ts_val;
    /* An active OPEN has told its window already; a passive one chooses now. */
    uint32_t segment = c->rcv.mss - (c->timestamps ? TIMESTAMPS_OCTETS : 0);
    if (c->passive) tcp_tuning_first_window(s->lab, c, segment);
}

void tcp_first_window(struct step *s, struct tcb *c) {
    tcp_tuning_first_window(s->lab, c, c->rcv.mss);
}

/* How many blocks fit into the header, and beside some text into a segment of a narrow path: there,
 * too, options must not crowd out what they speak about. */
static uint32_t sack_room(const struct tcb *c) {
    uint32_t most = c->timestamps ? TCP_SACK_BLOCKS_MAX - 1 : TCP_SACK_BLOCKS_MAX;
    uint32_t beside = TEXT_LEAST + 4 + (c->timestamps ? TIMESTAMPS_OCTETS : 0);
    uint32_t fit = c->snd.mss < beside ? 0 : (c->snd.mss - beside) / SACK_BLOCK_OCTETS;
    return fit < most ? fit : most;
}

/* RFC 2018 4, RFC 2883 4: the duplicate first, then the newest runs that there is room for. */
static void fill_sack(const struct tcb *c, struct tcp_options *o) {
    uint32_t most = sack_room(c);
    if (most > 0 && c->duplicate.left != c->duplicate.right) {
        o->sack[0].left = c->duplicate.left;
        o->sack[0].right = c->duplicate.right;
        o->sack_count = 1;
    }
    for (uint32_t i = 0; i < c->sack_count && o->sack_count < most; i++) {
        o->sack[o->sack_count].left = c->sack[i].left;
        o->sack[o->sack_count++].right = c->sack[i].right;
    }
}

void tcp_options_fill(const struct step *s, const struct tcb *c, uint32_t flags,
                      struct tcp_options *o) {
    *o = (struct tcp_options){0};
    if (c->timestamps) { /* RFC 7323 3.2: once agreed, in every segment but RST */
        o->has_timestamps = true;
        o->ts_val = tcp_ts_now(s, c);
        o->ts_ecr = (flags & TCP_ACK) != 0 ? c->ts_recent : 0;
    }
    if ((flags & TCP_SYN) != 0) {
        o->has_mss = true; /* MUST-14, SHLD-5, MAY-3; MUST-65: in SYNs alone */
        o->mss = (uint16_t)c->rcv.mss;
        o->sack_permitted = c->sack_permitted;
        o->has_window_scale = c->window_scaling;
        o->window_scale = (uint8_t)c->rcv.scale;
        tcp_fastopen_option(s, c, flags, o);
    } else if (c->sack_permitted && (flags & TCP_RST) == 0) {
        fill_sack(c, o);
    }
}
