#include "stack/tcp/tcp_recovery.h"
/*
 * Loss recovery as Linux 6.x does it: what an ACK means in each of its five states (its
 * tcp_fastretrans_alert and tcp_process_loss), F-RTO (RFC 5682), and taking back a reduction that
 * was a mistake, which shows by D-SACKs (RFC 3708's idea) or by timestamps (RFC 3522, Eifel).
 * Losses are found by RACK (tcp_rack.c), or by the number of SACKed segments where tcp_recovery is
 * 0. Without SACK each duplicate ACK counts as one segment that has arrived, whichever it was.
 * Left out: RFC 3517's forward retransmissions (Linux dropped them), MTU probes, Fast Open.
 */
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"

enum { NEVER = -1, REORDERING_MOST = 300, PERSIST_ROUNDS = 16, RACK = 1 };
enum { RENEGED_AFTER_MS = 10, NS_PER_MS = 1000000 };

static bool uses_rack(const struct step *s, const struct tcb *c) {
    return c->sack_permitted && (setting_of(s->lab, c->node, SETTING_TCP_RECOVERY) & RACK) != 0;
}

static bool is_in(const struct tcb *c, enum tcp_congestion_state state) {
    return c->congestion.state == state;
}

static uint32_t arrived_segments(const struct tcb *c) {
    return c->sack_permitted ? c->board.sacked.segments : c->recovery.guessed;
}

/* ----------------------------------------------------------------------- reordering, duplicates */

/* tcp_check_sack_reordering(): something that was sent once arrived after what was sent later, so
 * the path reorders by that much. */
void tcp_linux_reordered(struct step *s, struct tcb *c, uint32_t lowest, bool by_time) {
    struct tcp_recovery *r = &c->recovery;
    uint32_t smss = tcp_smss(c);
    uint32_t highest = c->board.sacked.segments > 0 ? c->board.highest : c->snd.una;
    if (!seq_lt(lowest, highest)) return;
    uint32_t distance = (highest - lowest + smss - 1) / smss;
    if (highest - lowest > r->threshold * smss)
        r->threshold = distance < REORDERING_MOST ? distance : REORDERING_MOST;
    r->rack.reordered++;
    mib_add(s, c->node, by_time ? MIB_TCP_TS_REORDER : MIB_TCP_SACK_REORDER);
}

/* Without SACK: at least one segment of the flight has not arrived, or there would be no duplicate
 * ACKs. More of them than that means that the path reorders. */
static void guess(struct step *s, struct tcb *c, bool duplicate) {
    struct tcp_recovery *r = &c->recovery;
    if (!duplicate || c->sack_permitted) return;
    uint32_t out = c->board.out.segments, holes = c->board.lost.segments;
    if (holes == 0) holes = 1;
    if (holes > out) holes = out;
    r->guessed++;
    c->board.delivered++;
    if (r->guessed + holes <= out) return;
    r->guessed = out - holes;
    r->threshold = out + 1 < REORDERING_MOST ? out + 1 : REORDERING_MOST;
    r->rack.reordered++;
    mib_add(s, c->node, MIB_TCP_RENO_REORDER);
}

/* One of the acknowledged segments filled the hole, the others had been guessed. */
static void guessed_acked(struct tcb *c, const struct tcp_heard *h) {
    struct tcp_recovery *r = &c->recovery;
    uint32_t acked = h->news.acked.segments, arrived = acked > 0 ? acked - 1 : 0;
    r->guessed -= arrived < r->guessed ? arrived : r->guessed;
    if (r->guessed >= c->board.out.segments)
        r->guessed = c->board.out.segments > 0 ? c->board.out.segments - 1 : 0;
}

/* ------------------------------------------------------------------------------ taking it back */

static void remember_for_undo(struct tcb *c) {
    struct tcp_recovery *r = &c->recovery;
    r->undo_from = c->snd.una;
    r->undo_on = 1;
    r->undo_left = (int32_t)c->board.repeated.segments + (r->probe_on && r->probe_again);
    if (r->undo_left == 0) r->undo_left = -1;
}

/* The ACK's timestamp echo is from before the first repetition: an original has arrived. */
static bool original_is_echoed(const struct step *s, const struct tcb *c,
                               const struct tcp_heard *h) {
    const struct tcp_recovery *r = &c->recovery;
    if (r->repeated_at == NEVER) return c->sack_permitted || seq_lt(c->snd.una, r->point);
    return h->news.has_echo && seq_lt(h->news.echo, tcp_ts_at(s, c, r->repeated_at));
}

static bool may_undo(const struct step *s, const struct tcb *c, const struct tcp_heard *h) {
    const struct tcp_recovery *r = &c->recovery;
    return r->undo_on && (r->undo_left == 0 || original_is_echoed(s, c, h));
}

static void undo(struct step *s, struct tcb *c, bool nothing_lost, enum mib counter) {
    struct tcp_spot place;
    /* Linux also takes them off the list that RACK walks, so that time does not call them lost
     * again; where a third of all segments is lost its time-outs then grow into hours. */
    while (nothing_lost && (place = tcp_board_waiting(s->lab, c)).sent != NULL)
        tcp_board_mark(c, place, place.sent->marks & ~(uint32_t)TCP_MARK_LOST);
    place = tcp_board_first(s->lab, c);
    for (; nothing_lost && place.sent != NULL; place = tcp_board_next(s->lab, place))
        tcp_board_mark(c, place, place.sent->marks & ~(uint32_t)TCP_MARK_LOST);
    tcp_congestion_undo(s, c);
    c->recovery.undo_on = 0;
    c->recovery.rack.advanced = 1; /* look again at what is lost */
    mib_add(s, c->node, counter);
}

static bool something_repeated(struct step *s, const struct tcb *c) {
    struct tcp_spot front = tcp_board_first(s->lab, c);
    return c->board.repeated.segments > 0 ||
           (front.sent != NULL && (front.sent->marks & TCP_MARK_AGAIN) != 0);
}

static void leave(struct step *s, struct tcb *c) {
    tcp_congestion_recovery_exit(s, c);
    tcp_congestion_loss_exit(s, c);
    c->recovery.reneged = 0;
}

/* Without SACK the state is held until something beyond the recovery point is acknowledged, so
 * that duplicate ACKs of our own repetitions begin no new recovery (RFC 6582 1). */
static bool stays(struct step *s, struct tcb *c) {
    if (c->sack_permitted || c->snd.una != c->recovery.point) return false;
    if (!something_repeated(s, c)) c->recovery.repeated_at = NEVER;
    return true;
}

static bool undo_at_the_end(struct step *s, struct tcb *c, const struct tcp_heard *h) {
    struct tcp_rack *rack = &c->recovery.rack;
    bool loss = is_in(c, TCP_CONGESTION_LOSS);
    if (may_undo(s, c, h))
        undo(s, c, false, loss ? MIB_TCP_LOSS_UNDO : MIB_TCP_FULL_UNDO);
    else if (rack->persist > 0)
        rack->persist--;
    if (stays(s, c)) return true;
    leave(s, c);
    return false;
}

static bool undo_by_dsack(struct step *s, struct tcb *c) {
    struct tcp_recovery *r = &c->recovery;
    if (!r->undo_on || r->undo_left != 0) return false;
    if (r->rack.persist < PERSIST_ROUNDS) r->rack.persist++;
    undo(s, c, false, MIB_TCP_DSACK_UNDO);
    return true;
}

/* True: what is left of the ACK is not to be looked at; repetitions are still under way. */
static bool undo_partially(struct step *s, struct tcb *c, const struct tcp_heard *h) {
    if (!c->recovery.undo_on || !original_is_echoed(s, c, h)) return false;
    tcp_linux_reordered(s, c, h->una, true);
    c->recovery.hold = c->board.repeated.segments > 0; /* new text alone, until they are back */
    if (c->recovery.hold) return true;
    if (!something_repeated(s, c)) c->recovery.repeated_at = NEVER;
    undo(s, c, true, MIB_TCP_PARTIAL_UNDO);
    return false;
}

static bool undo_loss(struct step *s, struct tcb *c, const struct tcp_heard *h, bool by_forward) {
    if (!by_forward && !may_undo(s, c, h)) return false;
    undo(s, c, true, MIB_TCP_LOSS_UNDO);
    if (by_forward) mib_add(s, c->node, MIB_TCP_SPURIOUS_RTOS);
    c->retransmissions = 0;
    if (stays(s, c)) return true;
    if (by_forward || c->sack_permitted) leave(s, c);
    return true;
}

/* ------------------------------------------------------------------------------ the five states */

static void find_losses(struct step *s, struct tcb *c, struct tcp_heard *h) {
    struct tcp_spot front = tcp_board_first(s->lab, c);
    if (front.sent == NULL) return;
    if (uses_rack(s, c)) {
        tcp_rack_detect(s, c, h);
    } else if (!c->sack_permitted) { /* RFC 6582 */
        bool recovering = is_in(c, TCP_CONGESTION_RECOVERY);
        bool begins = !tcp_is_retransmitting(c) && c->recovery.guessed >= c->recovery.threshold;
        if (begins || (recovering && h->moved)) tcp_mark_lost(s, c, front);
    }
}

static bool time_to_recover(const struct step *s, const struct tcb *c) {
    if (c->board.lost.segments > 0) return true;
    return !uses_rack(s, c) && arrived_segments(c) + 1 > c->recovery.threshold;
}

static void try_to_open(struct step *s, struct tcb *c) {
    uint32_t state = c->congestion.state;
    if (!something_repeated(s, c)) c->recovery.repeated_at = NEVER;
    bool left_out = arrived_segments(c) + c->board.lost.segments > 0;
    if (state == TCP_CONGESTION_CWR) return;
    tcp_congestion_disorder(s, c, left_out || something_repeated(s, c));
    if (c->congestion.state != state) c->recovery.point = c->snd.nxt;
}

void tcp_linux_recover(struct step *s, struct tcb *c) {
    remember_for_undo(c);
    tcp_recovery_enter(s, c);
}

/* RFC 5682 2.1, and 3.1 with SACK: the time-out was spurious if something is acknowledged that was
 * never repeated. True: only new text is sent for now. */
static bool waits_to_see(struct step *s, struct tcb *c, struct tcp_heard *h, bool covered,
                         bool *finished) {
    struct tcp_recovery *r = &c->recovery;
    /* Without SACK an ACK that covers a repetition proves nothing. */
    bool original = h->news.original && (c->sack_permitted || !h->news.again);
    *finished = original && undo_loss(s, c, h, true); /* step 3 b */
    if (*finished) return false;
    if (seq_gt(c->snd.nxt, r->point)) {
        if (h->news.sacked.octets > 0 || h->duplicate) r->forward = 0; /* 3 a: it was real */
    } else if (h->moved && !covered) {
        r->point = c->snd.nxt;
        r->hold = tcp_unsent(c) > 0 && seq_gt(c->snd.una + c->snd.wnd, c->snd.nxt);
        if (r->hold) return true; /* 2 b */
        r->forward = 0;
    }
    return false;
}

/* tcp_process_loss(). */
static void after_timeout(struct step *s, struct tcb *c, struct tcp_heard *h) {
    struct tcp_recovery *r = &c->recovery;
    bool covered = seq_geq(c->snd.una, r->point), finished = false;
    if (h->moved && undo_loss(s, c, h, false)) return;
    if (r->forward && (waits_to_see(s, c, h, covered, &finished) || finished)) return;
    if (covered) { /* 2 a */
        undo_at_the_end(s, c, h);
        return;
    }
    if (c->sack_permitted) return;
    if (seq_gt(c->snd.nxt, r->point) && h->duplicate)
        guess(s, c, true);
    else if (h->moved)
        r->guessed = 0;
}

/* True: the ACK has come to its end. */
static bool in_recovery(struct step *s, struct tcb *c, struct tcp_heard *h) {
    if (!h->moved)
        guess(s, c, h->duplicate);
    else if (undo_partially(s, c, h))
        return true;
    if (undo_by_dsack(s, c)) try_to_open(s, c);
    find_losses(s, c, h);
    if (!uses_rack(s, c) && c->sack_permitted) tcp_mark_by_sack(s, c);
    return is_in(c, TCP_CONGESTION_RECOVERY) || !time_to_recover(s, c);
}

static void in_any_other(struct step *s, struct tcb *c, struct tcp_heard *h) {
    if (!c->sack_permitted && h->moved) c->recovery.guessed = 0;
    guess(s, c, h->duplicate);
    if (!tcp_is_retransmitting(c)) undo_by_dsack(s, c);
    find_losses(s, c, h);
    if (!time_to_recover(s, c)) {
        try_to_open(s, c);
        return;
    }
    tcp_linux_recover(s, c);
    if (uses_rack(s, c) || !c->sack_permitted) return;
    if (!tcp_mark_by_sack(s, c)) tcp_mark_lost(s, c, tcp_board_first(s->lab, c));
}

/* tcp_check_sack_reneging(): the oldest octet that is not acknowledged was SACKed. Either ACKs have
 * been reordered, or the peer has thrown it away; soon the timer will tell. */
static bool is_reneging(struct step *s, struct tcb *c, struct tcp_heard *h) {
    struct tcp_spot front = tcp_board_first(s->lab, c);
    if (!h->moved || front.sent == NULL || (front.sent->marks & TCP_MARK_SACKED) == 0) return false;
    sim_time wait = RENEGED_AFTER_MS * (sim_time)NS_PER_MS;
    if (c->srtt / 2 > wait) wait = c->srtt / 2;
    tcp_timer_alone(s, c, TIMER_TCP_RETRANSMISSION, wait);
    h->rearm = false;
    return true;
}

void tcp_linux_acked(struct step *s, struct tcb *c, struct tcp_heard *h) {
    struct tcp_recovery *r = &c->recovery;
    r->hold = 0;
    if (h->duplicate) c->snd.duplicate_acks++;
    if (h->moved) c->snd.duplicate_acks = 0;
    if (h->moved && !c->sack_permitted) guessed_acked(c, h);
    if (h->news.late && (!is_in(c, TCP_CONGESTION_LOSS) || r->undo_on))
        tcp_linux_reordered(s, c, h->news.lowest, false);
    tcp_rack_adapt(s, c, h);
    tcp_probe_acked(s, c, h);
    if (is_reneging(s, c, h)) return;
    bool covered = seq_geq(c->snd.una, r->point);
    if (is_in(c, TCP_CONGESTION_OPEN)) {
        r->repeated_at = NEVER;
    } else if (is_in(c, TCP_CONGESTION_RECOVERY) && covered) {
        if (!c->sack_permitted) r->guessed = 0;
        if (undo_at_the_end(s, c, h)) return;
    }
    if (is_in(c, TCP_CONGESTION_RECOVERY)) {
        if (in_recovery(s, c, h)) return;
        tcp_linux_recover(s, c);
        return;
    }
    if (is_in(c, TCP_CONGESTION_LOSS)) {
        uint32_t repeated = c->board.repeated.segments;
        after_timeout(s, c, h);
        find_losses(s, c, h);
        bool lost_again = uses_rack(s, c) && c->board.repeated.segments < repeated;
        if (!is_in(c, TCP_CONGESTION_OPEN) && !lost_again) return;
    }
    in_any_other(s, c, h);
}

/* ----------------------------------------------------------------------------- after a time-out */

/* tcp_timeout_mark_lost(). RFC 8985 6.3: what was sent only just now is not lost yet. */
static void mark_after_timeout(struct step *s, struct tcb *c) {
    struct tcp_spot front = tcp_board_first(s->lab, c), place = front;
    bool reneged = front.sent != NULL && (front.sent->marks & TCP_MARK_SACKED) != 0;
    if (reneged) {
        mib_add(s, c->node, MIB_TCP_SACK_RENEGING);
        c->recovery.reneged = 1;
        c->recovery.prior_count = 0;
    }
    c->recovery.guessed = 0;
    for (; place.sent != NULL; place = tcp_board_next(s->lab, place)) {
        uint32_t marks = place.sent->marks;
        if (reneged && (marks & TCP_MARK_SACKED) != 0)
            tcp_board_mark(c, place, marks & ~(uint32_t)TCP_MARK_SACKED);
        bool young = !reneged && place.sent != front.sent && uses_rack(s, c) &&
                     !tcp_rack_expired(s, c, place.sent);
        if (!young) tcp_mark_lost(s, c, place);
    }
}

void tcp_linux_timeout(struct step *s, struct tcb *c) {
    struct tcp_recovery *r = &c->recovery;
    uint32_t usual = (uint32_t)setting_of(s->lab, c->node, SETTING_TCP_REORDERING);
    bool calm = is_in(c, TCP_CONGESTION_OPEN) || is_in(c, TCP_CONGESTION_DISORDER);
    bool anew = !tcp_is_retransmitting(c);
    bool again = is_in(c, TCP_CONGESTION_LOSS) && c->retransmissions > 0;
    bool reduces =
        calm || seq_leq(r->point, c->snd.una) || (is_in(c, TCP_CONGESTION_LOSS) && !again);
    /* So many had arrived, and no recovery began: the path reorders less than we believed. */
    if (calm && arrived_segments(c) >= usual && r->threshold > usual) r->threshold = usual;
    mark_after_timeout(s, c);
    if (reduces) remember_for_undo(c);
    tcp_congestion_timeout(s, c, reduces);
    r->point = c->snd.nxt;
    r->probe_on = r->hold = 0;
    bool forward = setting_of(s->lab, c->node, SETTING_TCP_FRTO) != 0;
    r->forward = forward && (anew || c->retransmissions > 0);
}
