#include "stack/tcp/tcp_state.h"
/*
 * MAY-18: CUBIC, RFC 8312 (its successor, RFC 9438, was not at hand): after a reduction the window
 * follows a cubic curve, fast at first, flat where the last loss was, fast again beyond it.
 * Integers alone, so that every machine computes the same window: octets, and microseconds since
 * the epoch began.
 *
 *     W_cubic(t) = C * (t - K)^3 + W_max          C = 0.4 segments per second cubed
 *     K = cubic_root((W_max - cwnd) / C)          beta = 0.7
 *
 * With cwnd = beta * W_max at the epoch's begin, K is (Eq. 2). As in Linux an epoch begins with the
 * first ACK of congestion avoidance, t has the shortest round trip added (the window that is asked
 * for is that of one round trip later), growth is at most one segment for two acknowledged, and a
 * rest of the application does not count as time. In the Linux profiles
 * HyStart [HR08] ends slow start before it overruns the path.
 */
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

enum {
    BETA_PERCENT = 70,
    FRIENDLY_NUMERATOR = 17, /* (1 + beta) / (3 * (1 - beta)) = 17/9 windows a segment, 4.2 */
    FRIENDLY_DENOMINATOR = 9,
    SLOWEST = 100,       /* where the curve is flat: one segment in so many windows */
    FIRST_SEGMENTS = 20, /* before any loss: at least one segment for so many acknowledged */
    TIME_MAX_US = 100000000,
    NEED_MAX = 0x7fffffff
};

/* The greatest integer whose cube is not more than x. */
uint32_t tcp_cubic_root(uint64_t x) {
    uint64_t root = 0;
    for (uint32_t bit = 1u << 21; bit != 0; bit >>= 1) {
        uint64_t next = root | bit;
        if (next * next * next <= x) root = next;
    }
    return (uint32_t)root;
}

/* C * d^3 in octets. The cube is taken in two strides, so that 100 seconds fit 64 bits. */
uint32_t tcp_cubic_rise(uint32_t smss, uint64_t d_us) {
    if (d_us > TIME_MAX_US) d_us = TIME_MAX_US;
    uint64_t square = d_us * d_us / 1000000; /* 10^-6 s^2 */
    uint64_t cube = square * d_us / 1000000; /* 10^-6 s^3 */
    uint64_t octets = cube * smss * 4 / 10000000;
    return octets < 0x3fffffff ? (uint32_t)octets : 0x3fffffff;
}

/* K in microseconds, for a curve that has `octets` to rise: the root is taken in 100 us. */
uint32_t tcp_cubic_k(uint32_t smss, uint32_t octets) {
    enum { ROOT_US = 100, SEGMENTS_MAX = 1000000 };
    const uint64_t cube_of_second = 1000000000000; /* in cubes of 100 us */
    uint64_t millionths = (uint64_t)octets * 1000000 / smss;
    if (millionths > (uint64_t)SEGMENTS_MAX * 1000000)
        millionths = (uint64_t)SEGMENTS_MAX * 1000000;
    uint64_t over_c = millionths * 10 / 4; /* 10^-6 s^3 */
    return tcp_cubic_root(over_c * (cube_of_second / 1000000)) * ROOT_US;
}

static void begin_epoch(const struct step *s, struct tcb *c, uint32_t acked) {
    struct tcp_cubic *q = &c->congestion.cubic;
    uint32_t cwnd = c->congestion.cwnd;
    q->epoch_at = s->now;
    q->w_est = cwnd;
    q->est_counted = acked;
    q->origin = q->w_max > cwnd ? q->w_max : cwnd; /* 4.7, 4.8: no W_max above: K is 0 */
    q->k_us = q->w_max > cwnd ? tcp_cubic_k(tcp_smss(c), q->w_max - cwnd) : 0;
}

/* W_cubic(t + RTT), (Eq. 1). `unit`: in what it is reckoned. */
static uint32_t target(const struct step *s, const struct tcb *c, uint32_t unit) {
    const struct tcp_cubic *q = &c->congestion.cubic;
    uint64_t t_us = (uint64_t)(s->now - q->epoch_at + q->least_rtt) / 1000;
    bool beyond = t_us >= q->k_us;
    uint32_t off = tcp_cubic_rise(tcp_smss(c), beyond ? t_us - q->k_us : q->k_us - t_us);
    off -= off % unit;
    if (beyond) return q->origin + off;
    return off < q->origin ? q->origin - off : 0;
}

/* Octets to be acknowledged for one segment more, so that CWND is at `goal` in a round trip:
 * 4.3 and 4.4, (goal - cwnd) / cwnd for each ACK. */
static uint64_t need_for(const struct tcb *c, uint32_t goal, uint32_t unit) {
    uint32_t cwnd = c->congestion.cwnd;
    if (goal <= cwnd) return (uint64_t)SLOWEST * cwnd < NEED_MAX ? SLOWEST * cwnd : NEED_MAX;
    uint64_t need = (uint64_t)cwnd * tcp_smss(c) / (goal - cwnd);
    return need < NEED_MAX ? need - need % unit : NEED_MAX;
}

/* 4.2, the TCP-friendly region: the window that Reno would have (Eq. 4), counted in ACKs. */
static void friend_of_reno(struct tcb *c, uint32_t unit) {
    struct tcp_cubic *q = &c->congestion.cubic;
    uint64_t windows = (uint64_t)c->congestion.cwnd * FRIENDLY_NUMERATOR / FRIENDLY_DENOMINATOR;
    uint32_t need = (uint32_t)(windows - windows % unit);
    while (q->est_counted > need) {
        q->est_counted -= need;
        q->w_est += tcp_smss(c);
    }
}

/* Octets to be acknowledged for the next segment, by the curve. */
static uint64_t by_the_curve(const struct step *s, const struct tcb *c, uint32_t unit) {
    uint64_t need = need_for(c, target(s, c, unit), unit);
    uint64_t first = (uint64_t)FIRST_SEGMENTS * tcp_smss(c);
    return c->congestion.cubic.w_max == 0 && need > first ? first : need;
}

static uint32_t at_least_as_reno(struct tcb *c, uint64_t need, uint32_t unit) {
    uint32_t smss = tcp_smss(c);
    friend_of_reno(c, unit);
    uint64_t friendly = need_for(c, c->congestion.cubic.w_est, unit);
    if (friendly < need) need = friendly;
    if (need < 2 * smss) need = 2 * smss;
    return need < NEED_MAX ? (uint32_t)need : NEED_MAX;
}

/* Linux looks at the curve once a tick: within it the window goes on to grow at the pace that was
 * reckoned first, also beyond the curve. Where a round trip is shorter than a tick, this is most
 * of the growth. */
static bool is_within_tick(const struct step *s, const struct tcb *c) {
    const struct tcp_cubic *q = &c->congestion.cubic;
    sim_time tick = setting_of(s->lab, c->node, SETTING_CONST_JIFFY);
    return q->epoch_at != 0 && tick != 0 && s->now / tick == q->need_at / tick;
}

/* Differs: Linux reckons in whole segments, and while CWND stays not more often than 32 times a
 * second. */
static void reckon_as_linux(struct step *s, struct tcb *c, uint32_t acked) {
    const sim_time often = 1000000000 / 32;
    struct tcp_cubic *q = &c->congestion.cubic;
    uint32_t smss = tcp_smss(c);
    q->est_counted += acked;
    if (q->need_cwnd == c->congestion.cwnd && s->now - q->need_at <= often) return;
    if (!is_within_tick(s, c)) {
        q->need_cwnd = c->congestion.cwnd;
        q->need_at = s->now;
        if (q->epoch_at == 0) begin_epoch(s, c, acked);
        q->need = (uint32_t)by_the_curve(s, c, smss);
    }
    q->need = at_least_as_reno(c, q->need, smss);
}

static void avoid(struct step *s, struct tcb *c, uint32_t acked) {
    struct tcp_cubic *q = &c->congestion.cubic;
    if (tcp_is_linux(s->lab, c->node)) {
        reckon_as_linux(s, c, acked);
    } else {
        if (q->epoch_at == 0) begin_epoch(s, c, 0);
        q->est_counted += acked;
        q->need = at_least_as_reno(c, by_the_curve(s, c, 1), 1);
    }
    tcp_congestion_climb(c, q->need, acked);
}

/* 4.5 and 4.6. Differs: Linux, and so the Linux profiles, in whole segments. */
static uint32_t reduced(const struct step *s, struct tcb *c) {
    struct tcp_cubic *q = &c->congestion.cubic;
    uint32_t cwnd = c->congestion.cwnd, smss = tcp_smss(c);
    q->epoch_at = 0;
    q->w_max = cwnd;
    if (cwnd < q->w_last_max) /* somebody else has come: make room, 4.6 */
        q->w_max = (uint32_t)((uint64_t)cwnd * (100 + BETA_PERCENT) / 200);
    q->w_last_max = cwnd;
    uint32_t down = (uint32_t)((uint64_t)cwnd * BETA_PERCENT / 100);
    if (tcp_is_linux(s->lab, c->node)) down = down / smss * smss;
    return down > 2 * smss ? down : 2 * smss;
}

/* 4.7: the curve after a time-out begins where slow start ends. */
static void timed_out(struct tcb *c) {
    struct tcp_cubic *q = &c->congestion.cubic;
    q->epoch_at = 0;
    q->w_max = q->w_last_max = 0;
    q->round_at = q->least_rtt = 0;
    q->need_cwnd = 0;
}

static void resumed(struct tcb *c, sim_time silence) {
    struct tcp_cubic *q = &c->congestion.cubic;
    if (q->epoch_at != 0) q->epoch_at += silence;
}

/* ------------------------------------------------------------------------------- HyStart [HR08] */

/* Of the paper's two signs that slow start has filled the path: ACKs that come in one unbroken
 * train for half of the shortest round trip, or a round trip that has grown by an eighth. */
static bool path_is_full(const struct step *s, struct tcb *c, sim_time round_trip) {
    enum { TRAIN_GAP_NS = 2000000, BURST_NS = 1000000 }; /* a burst of segments takes time, too */
    enum { SAMPLES = 8, LEAST_NS = 4000000, MOST_NS = 16000000 };
    struct tcp_cubic *q = &c->congestion.cubic;
    if (s->now - q->train_at <= TRAIN_GAP_NS) {
        q->train_at = s->now;
        if (s->now - q->round_at > (q->least_rtt + BURST_NS) / 2) return true;
    }
    if (q->samples == 0 || round_trip < q->round_rtt) q->round_rtt = round_trip;
    q->samples++;
    sim_time grown = q->least_rtt / 8;
    if (grown < LEAST_NS) grown = LEAST_NS;
    if (grown > MOST_NS) grown = MOST_NS;
    return q->samples > SAMPLES && q->round_rtt > q->least_rtt + grown;
}

static void hystart(const struct step *s, struct tcb *c, sim_time round_trip) {
    enum { LEAST_SEGMENTS = 16 };
    struct tcp_cubic *q = &c->congestion.cubic;
    if (seq_gt(c->snd.una, q->round_end) || q->round_at == 0) {
        q->round_at = q->train_at = s->now;
        q->round_end = c->snd.nxt;
        q->samples = 0;
    }
    if (c->congestion.cwnd < LEAST_SEGMENTS * tcp_smss(c)) return;
    if (path_is_full(s, c, round_trip)) c->congestion.ssthresh = c->congestion.cwnd;
}

static void measured(struct step *s, struct tcb *c, sim_time round_trip) {
    struct tcp_cubic *q = &c->congestion.cubic;
    const sim_time second = 1000000000;
    /* Just after a recovery the queue is not what it was. */
    if (q->epoch_at != 0 && s->now - q->epoch_at < second) return;
    if (q->least_rtt == 0 || round_trip < q->least_rtt) q->least_rtt = round_trip;
    if (tcp_in_slow_start(c) && tcp_is_linux(s->lab, c->node)) hystart(s, c, round_trip);
}

const struct tcp_algorithm_of tcp_cubic = {.name = "cubic",
                                           .reduced = reduced,
                                           .avoid = avoid,
                                           .timed_out = timed_out,
                                           .resumed = resumed,
                                           .measured = measured};
