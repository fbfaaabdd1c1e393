#include "stack/tcp/tcp_state.h"
/*
 * How large the buffers are. RFC 9293 leaves it to the implementation; what is offered of the
 * receive buffer is its 3.8.6. Linux, and so all profiles here, tunes both by itself
 * (Documentation/networking/ip-sysctl.rst: tcp_rmem, tcp_wmem, tcp_moderate_rcvbuf), unless the
 * program has set a size (SO_RCVBUF, SO_SNDBUF):
 *
 * - Receive: what the program read in the last round trip, twice, is the next window, so that a
 *   sender in slow start is never held back; up to the last number of tcp_rmem. The window on offer
 *   follows by two segments for each one that came.
 * - Send: two congestion windows, one in flight and one to come, up to the last number of tcp_wmem.
 *
 * A receive buffer's size is Linux's, which counts its own overhead, too: half of it is for text.
 * A send buffer wastes little: its segments are made when they leave.
 * Left out: memory pressure (tcp_mem), and that small segments waste more of a buffer.
 */
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

enum { WINDOW_FIELD_MAX = 65535, RECEIVE_LEAST = 2304, SEND_LEAST = 4608, TICK_NS = 1000000 };

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static uint32_t setting(const struct lab *lab, const struct tcb *c, enum setting which) {
    return (uint32_t)setting_of(lab, c->node, which);
}

/* --------------------------------------------------------------------------------- what we take */

static uint32_t receive_space(const struct lab *lab, const struct tcb *c) {
    uint32_t fixed = c->tuning.receive_fixed;
    return (fixed != 0 ? fixed : setting(lab, c, SETTING_TCP_RMEM_DEFAULT)) / 2;
}

/* TCP_WINDOW_CLAMP: the program wants no more than that on offer. */
static uint32_t clamped(const struct tcb *c, uint32_t window) {
    return c->wishes.window_clamp != 0 ? least(window, c->wishes.window_clamp) : window;
}

/* The largest window there may ever be: what the scale of the SYN must be able to say. */
uint32_t tcp_tuning_largest(const struct lab *lab, const struct tcb *c) {
    bool fixed = c->tuning.receive_fixed != 0;
    return clamped(c, fixed ? receive_space(lab, c) : setting(lab, c, SETTING_TCP_RMEM_MAX));
}

/* In whole segments; a SYN's window is not scaled, so it is at most 65535. */
void tcp_tuning_first_window(const struct lab *lab, struct tcb *c, uint32_t segment) {
    enum { SEGMENTS = 10 };
    uint32_t space = receive_space(lab, c);
    c->rcv.limit = clamped(c, space > segment ? space - space % segment : segment);
    c->rcv.wnd = c->tuning.window = least(c->rcv.limit, WINDOW_FIELD_MAX);
    c->tuning.space = least(c->rcv.wnd, SEGMENTS * segment);
}

/* A round trip as the receiver sees it: how long our timestamp took to come back, or without that,
 * at most the time in which a whole window came in. */
static void measure(struct step *s, struct tcb *c, const struct segment *seg) {
    struct tcp_tuning *t = &c->tuning;
    const struct tcp_options *o = &seg->header.options;
    if (c->timestamps && o->has_timestamps) {
        if (o->ts_ecr == t->echo || seg->text_count < c->rcv.largest) return;
        t->echo = o->ts_ecr;
        sim_time sample = (sim_time)(tcp_ts_now(s, c) - o->ts_ecr) * TICK_NS;
        if (sample < TICK_NS) sample = TICK_NS;
        t->round_trip = t->round_trip == 0 ? sample : t->round_trip + (sample - t->round_trip) / 8;
        return;
    }
    if (t->window_at != 0 && seq_lt(c->rcv.nxt, t->window_end)) return;
    sim_time sample = s->now - t->window_at;
    bool shorter = t->round_trip == 0 || sample < t->round_trip;
    if (t->window_at != 0 && sample > 0 && shorter) t->round_trip = sample;
    t->window_at = s->now;
    t->window_end = c->rcv.nxt + c->rcv.wnd;
}

/* Text has come in, in order. */
void tcp_tuning_text(struct step *s, struct tcb *c, const struct segment *seg) {
    enum { WORTH_IT = 128 };
    struct tcp_tuning *t = &c->tuning;
    measure(s, c, seg);
    if (t->window >= c->rcv.limit || seg->text_count < WORTH_IT) return;
    t->window +=
        least(c->rcv.limit - t->window, most(2 * c->rcv.mss, 2 * (uint32_t)seg->text_count));
}

/* The program has read: once in a round trip, tcp_rcv_space_adjust(). */
void tcp_tuning_read(struct step *s, struct tcb *c, size_t count) {
    enum { SPARE_SEGMENTS = 16 };
    struct tcp_tuning *t = &c->tuning;
    t->read += (uint32_t)count;
    if (t->round_trip == 0 || s->now - t->measured_at < t->round_trip) return;
    uint32_t read = t->read, before = t->space;
    t->read = 0;
    t->measured_at = s->now;
    if (read <= before) return;
    t->space = read;
    bool tunes = setting(s->lab, c, SETTING_TCP_MODERATE_RCVBUF) != 0 && t->receive_fixed == 0;
    if (!tunes) return;
    uint64_t window = 2 * (uint64_t)read + SPARE_SEGMENTS * c->rcv.mss;
    window += 2 * (window * (read - before) / before);
    uint32_t largest = setting(s->lab, c, SETTING_TCP_RMEM_MAX) / 2;
    uint32_t limit = window < largest ? (uint32_t)window : largest;
    c->rcv.limit = most(c->rcv.limit, clamped(c, limit));
}

/* ------------------------------------------------------------------------------- what we hold */

uint32_t tcp_send_limit(const struct lab *lab, const struct tcb *c) {
    if (c->tuning.send_fixed != 0) return c->tuning.send_fixed;
    return most(c->tuning.send, setting(lab, c, SETTING_TCP_WMEM_DEFAULT));
}

/* How much of a buffer of fixed size is taken, as Linux counts: a piece (skb) costs something for
 * itself. What is sent lies in pieces of a burst each, the rest in pieces as large as can be. */
static uint32_t piece_of(const struct tcb *c) {
    uint32_t smss = tcp_smss(c), most_at_once = tcp_burst_octets(c) / smss * smss;
    return most_at_once > 0 ? most_at_once : smss;
}

uint32_t tcp_send_held(const struct lab *lab, const struct tcb *c) {
    enum { PIECE_COST = 1280 };
    if (c->tuning.send_fixed == 0 || !tcp_is_linux(lab, c->node)) return c->send.count;
    uint32_t piece = piece_of(c), burst = tcp_burst_segments(lab, c);
    uint32_t pieces = (tcp_unsent(c) + piece - 1) / piece;
    pieces += (c->board.out.segments + burst - 1) / burst;
    return c->send.count + pieces * PIECE_COST;
}

/* Linux looks at the buffer before it begins a piece, and then fills that. */
uint32_t tcp_send_free(const struct lab *lab, const struct tcb *c) {
    uint32_t limit = tcp_send_limit(lab, c), held = tcp_send_held(lab, c);
    if (c->tuning.send_fixed == 0 || !tcp_is_linux(lab, c->node))
        return held < limit ? limit - held : 0;
    uint32_t piece = piece_of(c), last = tcp_unsent(c) % piece;
    return last != 0 ? piece - last : held < limit ? piece : 0;
}

void tcp_tuning_window(const struct lab *lab, struct tcb *c) {
    uint32_t wanted = 2 * c->congestion.cwnd;
    if (wanted <= c->tuning.send || c->tuning.send_fixed != 0) return;
    c->tuning.send = least(wanted, setting(lab, c, SETTING_TCP_WMEM_MAX));
}

/* ----------------------------------------------------------------------- what the program sets */

void tcp_set_receive_buffer(struct step *s, struct id connection, uint32_t octets) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return;
    c->tuning.receive_fixed = most(octets, RECEIVE_LEAST);
    if (c->rcv.limit != 0) c->rcv.limit = clamped(c, receive_space(s->lab, c));
}

void tcp_tuning_clamp(struct tcb *c) {
    c->rcv.limit = clamped(c, c->rcv.limit);
}

void tcp_set_send_buffer(struct step *s, struct id connection, uint32_t octets) {
    struct tcb *c = tcb_edit(s, connection);
    if (c == NULL) return;
    c->tuning.send_fixed = most(octets, SEND_LEAST);
    tcp_notify(s, c, SOCKET_WRITABLE);
}
