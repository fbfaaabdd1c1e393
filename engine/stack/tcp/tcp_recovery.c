#include "stack/tcp/tcp_recovery.h"
/*
 * Loss recovery by the RFCs, and what all profiles share: RFC 5681 3.2 (the third duplicate ACK),
 * RFC 3042 (Limited Transmit), RFC 6582 (NewReno, where the peer does not do SACK), RFC 6675 (where
 * it does), RFC 6298 5 with RFC 2018 8 (after a time-out the scoreboard is forgotten, and all of
 * the flight is sent again in slow start). The names are RFC 6675's: IsLost(), SetPipe(),
 * NextSeg(), RecoveryPoint, HighRxt, RescueRxt.
 *
 * What is held to be lost is marked on the scoreboard; tcp_repair() repeats it one segment at a
 * time, as CWND and the window allow. Linux's ways of marking are in tcp_recovery_linux.c and
 * tcp_rack.c.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"
#include <assert.h>

enum { NEVER = -1 };

void tcp_recovery_begin(struct step *s, struct tcb *c) {
    struct tcp_rack known = c->recovery.rack; /* the handshake's round trip counts */
    c->recovery = (struct tcp_recovery){
        .point = c->iss, /* RFC 6582 3.2: "recover" is set to the ISS */
        .threshold = (uint32_t)setting_of(s->lab, c->node, SETTING_TCP_REORDERING),
        .undo_left = -1,
        .repeated_at = NEVER,
        .rack = {.steps = 1, .sent_at = NEVER, .least = known.least, .least_at = known.least_at}};
}

bool tcp_is_retransmitting(const struct tcb *c) {
    return c->congestion.state == TCP_CONGESTION_RECOVERY ||
           c->congestion.state == TCP_CONGESTION_LOSS;
}

/* SetPipe(): (a) what has neither arrived nor been lost, (b) and what has been repeated. */
uint32_t tcp_pipe(const struct tcb *c) {
    const struct tcp_scoreboard *b = &c->board;
    uint32_t pipe = b->out.octets - b->sacked.octets - b->lost.octets + b->repeated.octets;
    uint32_t guessed = c->recovery.guessed * tcp_smss(c);
    return pipe > guessed ? pipe - guessed : 0;
}

uint32_t tcp_flight(const struct lab *lab, const struct tcb *c) {
    (void)lab;
    return tcp_pipe(c);
}

/* RFC 3042: each of the first two duplicate ACKs lets a segment out beyond CWND, which stays as it
 * is. With SACK, and on Linux, the pipe has shrunk by it already. */
uint32_t tcp_new_room(const struct lab *lab, const struct tcb *c) {
    uint32_t cwnd = c->congestion.cwnd, pipe = tcp_pipe(c);
    bool limited = !c->sack_permitted && !tcp_is_linux(lab, c->node) && !tcp_is_retransmitting(c) &&
                   c->snd.duplicate_acks < c->recovery.threshold;
    if (!limited) return tcp_flight_room(lab, c);
    cwnd += c->snd.duplicate_acks * tcp_smss(c);
    return pipe < cwnd ? cwnd - pipe : 0;
}

/* ---------------------------------------------------------------------------- what is held lost */

void tcp_mark_lost(struct step *s, struct tcb *c, struct tcp_spot place) {
    uint32_t marks = place.sent->marks;
    if ((marks & TCP_MARK_SACKED) != 0 || tcp_sent_waiting(marks)) return;
    if ((marks & TCP_MARK_REPEATED) != 0) mib_add(s, c->node, MIB_TCP_LOST_RETRANSMIT);
    c->recovery.lost += place.sent->length;
    tcp_board_mark(c, place, (marks & ~(uint32_t)TCP_MARK_REPEATED) | TCP_MARK_LOST);
}

/* IsLost(), seen from above: above the returned record lie DupThresh discontiguous SACKed runs, or
 * more than (DupThresh - 1) * SMSS SACKed octets. */
static struct tcp_spot highest_lost(struct step *s, struct tcb *c) {
    uint32_t threshold = c->recovery.threshold, octets = 0, runs = 0;
    bool in_run = false;
    struct tcp_spot place = tcp_board_highest(s->lab, c);
    for (; place.sent != NULL; place = tcp_board_previous(s->lab, place)) {
        bool sacked = (place.sent->marks & TCP_MARK_SACKED) != 0;
        if (!sacked && (runs >= threshold || octets > (threshold - 1) * tcp_smss(c))) break;
        if (sacked) octets += place.sent->length;
        if (sacked && !in_run) runs++;
        in_run = sacked;
    }
    return place;
}

/* What lies below something lost is lost as well, so the walk down ends where it ended before. */
static bool mark_by_sack(struct step *s, struct tcb *c) {
    bool any = false;
    struct tcp_spot place = highest_lost(s, c);
    for (; place.sent != NULL; place = tcp_board_previous(s->lab, place)) {
        uint32_t marks = place.sent->marks;
        if ((marks & TCP_MARK_LOST) != 0) break;
        /* What rule (3) has repeated is counted as in flight once more, not as lost. */
        if ((marks & (TCP_MARK_SACKED | TCP_MARK_REPEATED)) != 0) continue;
        tcp_mark_lost(s, c, place);
        any = true;
    }
    return any;
}

bool tcp_mark_by_sack(struct step *s, struct tcb *c) {
    return c->board.sacked.segments > 0 && mark_by_sack(s, c);
}

/* ------------------------------------------------------------------------------------ repeating */

/* RFC 9293 SHLD-16: what the window has shrunk away from waits, but for the oldest octets. */
static bool in_window(struct step *s, struct tcb *c, struct tcp_spot *place) {
    uint32_t begin = tcp_sent_begin(place->sent), end = c->snd.una + c->snd.wnd;
    if (begin == c->snd.una || seq_geq(end, place->sent->end)) return true;
    if (seq_geq(begin, end)) return false;
    return tcp_board_split(s, c, place, end - begin);
}

static void count_repeated(struct step *s, struct tcb *c, const struct tcp_sent *sent, bool probe) {
    struct tcp_recovery *r = &c->recovery;
    mib_add(s, c->node, MIB_TCP_RETRANS_SEGS);
    r->repeated++;
    tcp_rtt_repeated(s, c);
    if (probe) return;
    if (r->repeated_at == NEVER) r->repeated_at = s->now;
    if (r->undo_left < 0) r->undo_left = 0;
    r->undo_left++;
    if (seq_gt(sent->end, r->high_rxt) || !tcp_is_retransmitting(c)) r->high_rxt = sent->end;
}

/* What left in one burst is repeated in one, when all of it is repeated now. */
static bool ends_burst(struct step *s, struct tcp_spot place) {
    struct tcp_spot before = tcp_board_previous(s->lab, place);
    return (place.sent->marks & TCP_MARK_JOINED) == 0 && before.sent != NULL &&
           (before.sent->marks & TCP_MARK_JOINED) != 0 && before.sent->at == s->now;
}

static bool repeat(struct step *s, struct tcb *c, struct tcp_spot place, bool probe) {
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_REXMIT)) return false;
    uint32_t full = tcp_text_room(s, c);
    if (!in_window(s, c, &place)) return false;
    /* Options or the path have taken room since it was sent: it goes in two. */
    bool fin = c->fin_sent && place.sent->end == c->snd.nxt;
    if (place.sent->length > full + fin && !tcp_board_split(s, c, &place, full)) return false;
    fin = c->fin_sent && place.sent->end == c->snd.nxt;
    uint32_t begin = tcp_sent_begin(place.sent), text = place.sent->length - fin;
    uint32_t flags = fin ? TCP_ACK | TCP_FIN : TCP_ACK;
    if (text > 0 && ((place.sent->marks & TCP_MARK_PUSHED) != 0 || ends_burst(s, place)))
        flags |= TCP_PSH;
    tcp_board_sent_again(s, c, place, !probe);
    count_repeated(s, c, place.sent, probe);
    tcp_congestion_sent(s, c, text, true);
    tcp_transmit_again(s, c, begin, flags, text, place.sent->repeats);
    return true;
}

bool tcp_repeat(struct step *s, struct tcb *c, struct tcp_spot place) {
    return repeat(s, c, place, false);
}

/* RFC 8985 7.3. Differs: as Linux, a probe is not counted as in flight once more. */
bool tcp_repeat_as_probe(struct step *s, struct tcb *c) {
    struct tcp_spot last = tcp_board_last(s->lab, c);
    return last.sent != NULL && repeat(s, c, last, true);
}

/* RFC 5682 2.1 step 2 b: new text leaves first, to see whether it is acknowledged. */
static bool is_waiting_to_see(const struct tcb *c) {
    return tcp_is_retransmitting(c) && c->recovery.hold != 0;
}

static uint32_t needed(const struct lab *lab, const struct tcb *c, const struct tcp_sent *sent) {
    uint32_t smss = tcp_smss(c);
    return tcp_is_linux(lab, c->node) && sent->length < smss ? sent->length : smss;
}

static void repeat_front_restarts_timer(struct step *s, struct tcb *c, uint32_t begin) {
    sim_time at;
    if (begin != c->snd.una || tcp_timer_runs(s->lab, c, TIMER_TCP_REORDERING, &at)) return;
    tcp_timer_alone(s, c, TIMER_TCP_RETRANSMISSION, c->rto);
}

/* NextSeg() (1): the lowest that is lost and has not been repeated; RFC 6675 5 (C). */
void tcp_repair(struct step *s, struct tcb *c) {
    if (is_waiting_to_see(c)) return;
    for (;;) {
        struct tcp_spot place = tcp_board_waiting(s->lab, c);
        if (place.sent == NULL) break;
        uint32_t begin = tcp_sent_begin(place.sent);
        bool room = tcp_flight_room(s->lab, c) >= needed(s->lab, c, place.sent);
        if ((!room && !c->recovery.forced) || !tcp_repeat(s, c, place)) return;
        c->recovery.forced = 0;
        bool loss = c->congestion.state == TCP_CONGESTION_LOSS;
        mib_add(s, c->node, loss ? MIB_TCP_SLOW_START_RETRANS : MIB_TCP_FAST_RETRANS);
        repeat_front_restarts_timer(s, c, begin);
    }
    c->recovery.forced = 0;
}

/* NextSeg() (3): not held to be lost, but below something that has arrived. */
static struct tcp_spot third_rule(struct step *s, struct tcb *c) {
    struct tcp_spot place = tcp_board_at(s->lab, c, seq_max(c->recovery.high_rxt, c->snd.una));
    for (; place.sent != NULL; place = tcp_board_next(s->lab, place)) {
        if (c->board.sacked.segments == 0 || seq_geq(place.sent->end, c->board.highest)) break;
        if (tcp_sent_begin(place.sent) - c->snd.una < c->recovery.high_rxt - c->snd.una) continue;
        if ((place.sent->marks & (TCP_MARK_SACKED | TCP_MARK_REPEATED)) == 0) return place;
    }
    return (struct tcp_spot){NULL, NULL};
}

/* NextSeg() (4): once in a recovery, the highest that has not arrived. */
static bool rescue(struct step *s, struct tcb *c) {
    struct tcp_recovery *r = &c->recovery;
    if (r->rescue_set && !seq_gt(c->snd.una, r->rescue)) return false;
    struct tcp_spot place = tcp_board_last(s->lab, c);
    while (place.sent != NULL && (place.sent->marks & TCP_MARK_SACKED) != 0)
        place = tcp_board_previous(s->lab, place);
    uint32_t high_rxt = r->high_rxt;
    if (place.sent == NULL || !tcp_repeat(s, c, place)) return false;
    r->high_rxt = high_rxt;
    r->rescue = r->point;
    r->rescue_set = 1;
    return true;
}

void tcp_repair_more(struct step *s, struct tcb *c) {
    bool loss = c->congestion.state == TCP_CONGESTION_LOSS;
    if (is_waiting_to_see(c) && loss &&
        c->snd.nxt == c->recovery.point) { /* there was nothing to see */
        c->recovery.forward = c->recovery.hold = 0;
        tcp_repair(s, c);
    }
    bool by_sack = c->sack_permitted && !tcp_is_linux(s->lab, c->node);
    if (!by_sack || c->congestion.state != TCP_CONGESTION_RECOVERY) return;
    while (tcp_flight_room(s->lab, c) >= tcp_smss(c)) {
        struct tcp_spot place = third_rule(s, c);
        bool sent = place.sent != NULL ? tcp_repeat(s, c, place) : rescue(s, c);
        if (!sent) return;
        mib_add(s, c->node, MIB_TCP_FAST_RETRANS);
    }
}

/* ------------------------------------------------------------------------ when recovery goes on */

void tcp_recovery_enter(struct step *s, struct tcb *c) {
    struct tcp_recovery *r = &c->recovery;
    mib_add(s, c->node, c->sack_permitted ? MIB_TCP_SACK_RECOVERY : MIB_TCP_RENO_RECOVERY);
    bool marked = tcp_is_linux(s->lab, c->node) && c->congestion.state == TCP_CONGESTION_CWR;
    /* (4.1). Differs: a reduction that goes on keeps its end. */
    r->point = marked ? c->congestion.high : c->snd.nxt;
    r->probe_on = r->partial = 0;
    r->forced = 1; /* (4.3): the first repetition does not ask CWND */
    tcp_congestion_recovery_enter(s, c);
}

/* RFC 6675 5 (4): fast retransmit. */
static void begin_by_rfc(struct step *s, struct tcb *c) {
    struct tcp_spot front = tcp_board_first(s->lab, c);
    assert(front.sent != NULL);
    tcp_recovery_enter(s, c);
    c->recovery.high_rxt = c->snd.una;
    c->recovery.rescue = front.sent->end; /* (4.3) */
    c->recovery.rescue_set = 1;
    tcp_mark_by_sack(s, c);
    tcp_mark_lost(s, c, front);
}

/* RFC 6675 5 (1) and (2); RFC 6582 3.2 step 2: not for what a recovery has just repaired. */
static bool time_to_begin(struct step *s, struct tcb *c) {
    struct tcp_spot place;
    if (!c->sack_permitted)
        return c->snd.duplicate_acks >= c->recovery.threshold &&
               seq_gt(c->snd.una, c->recovery.point);
    if (c->snd.duplicate_acks >= c->recovery.threshold) return true;
    place = highest_lost(s, c);
    while (place.sent != NULL && (place.sent->marks & TCP_MARK_SACKED) != 0)
        place = tcp_board_previous(s->lab, place);
    return place.sent != NULL;
}

static void duplicate_came(struct step *s, struct tcb *c) {
    c->snd.duplicate_acks++;
    if (time_to_begin(s, c))
        begin_by_rfc(s, c);
    else
        tcp_congestion_disorder(s, c, true);
}

/* RFC 6582 3.2 step 3, partial acknowledgment: the next hole is repeated at once. The timer is
 * restarted by the first one alone. */
static void partial_ack(struct step *s, struct tcb *c, struct tcp_heard *h) {
    struct tcp_spot front = tcp_board_first(s->lab, c);
    tcp_congestion_partial(s, c, h->news.acked.octets);
    if (front.sent != NULL) tcp_mark_lost(s, c, front);
    c->recovery.forced = 1;
    if (c->recovery.partial) h->rearm = false;
    c->recovery.partial = 1;
}

/* RFC 6675 5 (A): what SACKs said stands. What they let us believe to be lost beyond the recovery
 * point will be found again by the next recovery, which reduces CWND first. */
static void leave_by_rfc(struct step *s, struct tcb *c) {
    struct tcp_spot place;
    while ((place = tcp_board_waiting(s->lab, c)).sent != NULL)
        tcp_board_mark(c, place, place.sent->marks & ~(uint32_t)TCP_MARK_LOST);
    tcp_congestion_recovery_exit(s, c);
}

static void by_rfc(struct step *s, struct tcb *c, struct tcp_heard *h) {
    bool covered = seq_geq(c->snd.una, c->recovery.point);
    if (h->moved) c->snd.duplicate_acks = 0;
    switch ((enum tcp_congestion_state)c->congestion.state) {
    case TCP_CONGESTION_RECOVERY:
        if (covered)
            leave_by_rfc(s, c);
        else if (c->sack_permitted)
            tcp_mark_by_sack(s, c); /* (B) */
        else if (h->moved)
            partial_ack(s, c, h);
        else if (h->duplicate)
            c->snd.duplicate_acks++;
        return;
    case TCP_CONGESTION_LOSS: /* RFC 6675 5.1: no new recovery until all of it is acknowledged */
        if (covered) tcp_congestion_loss_exit(s, c);
        return;
    case TCP_CONGESTION_OPEN:
    case TCP_CONGESTION_DISORDER:
    case TCP_CONGESTION_CWR: break;
    case TCP_CONGESTION_STATES: assert(!"not a state");
    }
    if (h->moved && h->news.sacked.octets == 0) tcp_congestion_disorder(s, c, false);
    /* RFC 6675 2: with SACK, whatever names octets that we did not know to have arrived. */
    if (c->sack_permitted ? h->news.sacked.octets > 0 : h->duplicate) duplicate_came(s, c);
}

void tcp_recovery_acked(struct step *s, struct tcb *c, struct tcp_heard *h) {
    if (tcp_is_linux(s->lab, c->node))
        tcp_linux_acked(s, c, h);
    else
        by_rfc(s, c, h);
}

/* ----------------------------------------------------------------------------- after a time-out */

/* RFC 1191 6.4: the path takes less than was sent, so that is lost for certain, and nothing is to
 * be learnt about congestion from it. Linux's tcp_simple_retransmit(). */
void tcp_recovery_narrower(struct step *s, struct tcb *c) {
    uint32_t full = tcp_text_room(s, c);
    struct tcp_spot place = tcp_board_first(s->lab, c);
    for (; place.sent != NULL; place = tcp_board_next(s->lab, place))
        if (place.sent->length > full + 1) tcp_mark_lost(s, c, place);
    if (c->board.lost.segments == 0) return;
    c->recovery.point = c->snd.nxt;
    c->recovery.undo_on = 0;
    c->recovery.forced = 1;
    tcp_congestion_enter(s, c, TCP_CONGESTION_LOSS);
}

/* RFC 2018 8: a time-out may mean that the peer has reneged, so what SACKs said is forgotten. RFC
 * 5681 3.1: all of the flight is held to be lost; slow start repeats it. */
static void forget(struct step *s, struct tcb *c) {
    struct tcp_spot place = tcp_board_first(s->lab, c);
    for (; place.sent != NULL; place = tcp_board_next(s->lab, place)) {
        if ((place.sent->marks & TCP_MARK_SACKED) != 0)
            tcp_board_mark(c, place,
                           place.sent->marks & ~(uint32_t)(TCP_MARK_SACKED | TCP_MARK_REPEATED));
        tcp_mark_lost(s, c, place);
    }
    c->recovery.prior_count = 0;
}

void tcp_recovery_timeout(struct step *s, struct tcb *c) {
    struct tcp_recovery *r = &c->recovery;
    if (tcp_is_linux(s->lab, c->node)) {
        tcp_linux_timeout(s, c);
    } else {
        tcp_congestion_timeout(s, c, c->retransmissions == 0);
        forget(s, c);
        r->point = c->snd.nxt; /* RFC 6582 3.2 step 6, RFC 6675 5.1 */
    }
    c->snd.duplicate_acks = 0;
    r->high_rxt = c->snd.una;
    r->forced = r->partial = 0;
}
