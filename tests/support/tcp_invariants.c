#include "tcp_invariants.h"
/* See the header. Each check walks the TCB's chains from end to end, so labs should be small. */
#include "lab_support.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"

static bool runs(const struct lab *lab, const struct tcb *c, uint32_t kind) {
    sim_time at;
    return tcp_timer_runs(lab, c, kind, &at);
}

static uint32_t chain_octets(const struct lab *lab, struct id first) {
    uint32_t sum = 0;
    const struct tcp_chunk *chunk;
    for (struct id at = first; id_is(at); at = chunk->next) {
        chunk = object_get(lab, POOL_CHUNK, at);
        assert_non_null(chunk);
        assert_true(chunk->start < chunk->end && chunk->end <= TCP_CHUNK_OCTETS);
        sum += chunk->end - chunk->start;
    }
    return sum;
}

static void check_queue(const struct lab *lab, const struct tcb *c) {
    uint32_t edge = c->rcv.nxt;
    const struct tcp_chunk *chunk, *run = NULL;
    for (struct id at = c->out_of_order; id_is(at); at = chunk->next) {
        chunk = object_get(lab, POOL_CHUNK, at);
        /* Until our SYN is acknowledged the text of the peer's may wait right at RCV.NXT. */
        assert_true(c->snd.una == c->iss ? seq_geq(chunk->seq, edge)
                                         : seq_gt(chunk->seq, c->rcv.nxt));
        assert_true(seq_geq(chunk->seq, edge));
        if (run == NULL || chunk->seq != edge) run = chunk; /* there is a gap in front of a run */
        edge = chunk->seq + (chunk->end - chunk->start);
        assert_true(seq_leq(edge, run->right));
        assert_int_equal(edge == run->right, id_same(at, run->last));
    }
}

static void check_listener(const struct lab *lab, const struct tcb *c) {
    uint32_t half_open = 0, waiting = 0;
    struct id at = object_next(lab, POOL_TCB, (struct id){0, 0});
    for (; id_is(at); at = object_next(lab, POOL_TCB, at)) {
        const struct tcb *child = tcb_get(lab, at);
        half_open += child->place == TCP_IN_SYN_QUEUE && id_same(child->listener, c->self);
    }
    for (at = c->accept.first; id_is(at); at = tcb_get(lab, at)->queue_next) {
        assert_int_equal(tcb_get(lab, at)->place, TCP_IN_ACCEPT_QUEUE);
        waiting++;
    }
    assert_int_equal(c->syn.count, half_open);
    assert_int_equal(c->accept.count, waiting);
}

static void add(struct tcp_count *n, const struct tcp_sent *r, uint32_t mark) {
    if ((r->marks & mark) != mark) return;
    n->octets += r->length;
    n->segments++;
}

/* The records cover what is in flight, and the sums are theirs. */
static void check_scoreboard(const struct lab *lab, const struct tcb *c) {
    struct tcp_count out = {0, 0}, sacked = {0, 0}, lost = {0, 0}, repeated = {0, 0};
    uint32_t at = c->snd.una, highest = c->snd.una;
    struct tcp_spot spot = tcp_board_first((struct lab *)lab, c);
    for (; spot.sent != NULL; spot = tcp_board_next((struct lab *)lab, spot)) {
        const struct tcp_sent *r = spot.sent;
        assert_int_equal(tcp_sent_begin(r), at);
        assert_int_equal(r->marks & TCP_MARK_SACKED & (r->marks & TCP_MARK_LOST), 0);
        at = r->end;
        add(&out, r, 0);
        add(&sacked, r, TCP_MARK_SACKED);
        add(&lost, r, TCP_MARK_LOST);
        add(&repeated, r, TCP_MARK_REPEATED);
        if ((r->marks & TCP_MARK_SACKED) != 0) highest = r->end;
    }
    if (c->board.out.segments > 0) assert_int_equal(at, c->snd.nxt);
    if (c->snd.una != c->iss && c->state != TCP_CLOSED)
        assert_int_equal(c->board.out.octets, c->snd.nxt - c->snd.una);
    assert_memory_equal(&out, &c->board.out, sizeof out);
    assert_memory_equal(&sacked, &c->board.sacked, sizeof sacked);
    assert_memory_equal(&lost, &c->board.lost, sizeof lost);
    assert_memory_equal(&repeated, &c->board.repeated, sizeof repeated);
    if (sacked.segments > 0) assert_int_equal(highest, c->board.highest);
}

/* Whoever waits for the network has a timer. */
static void check_liveness(const struct lab *lab, const struct tcb *c) {
    bool in_flight = c->snd.una != c->snd.nxt;
    bool repeats = tcp_repair_timer_runs(lab, c) || runs(lab, c, TIMER_TCP_SYNACK) ||
                   runs(lab, c, TIMER_TCP_PERSIST);
    if (in_flight)
        assert_true(repeats);
    else
        assert_false(tcp_repair_timer_runs(lab, c));
    bool unsent = tcp_unsent(c) > 0 || (c->fin_queued && !c->fin_sent);
    if (unsent && !in_flight && c->state != TCP_CLOSED) assert_true(repeats);
    assert_int_not_equal(c->ack_due, TCP_ACK_NOW);
    if (c->ack_due == TCP_ACK_DELAYED) assert_true(runs(lab, c, TIMER_TCP_DELAYED_ACK));
    if (c->state == TCP_TIME_WAIT) assert_true(runs(lab, c, TIMER_TCP_TIME_WAIT));
    if (c->state == TCP_FIN_WAIT_2 && c->orphan && tcp_is_linux(lab, c->node))
        assert_true(runs(lab, c, TIMER_TCP_FIN_WAIT_2));
}

static void check_tcb(const struct lab *lab, const struct tcb *c) {
    assert_int_equal(c->send.count, chain_octets(lab, c->send.first));
    assert_int_equal(c->receive.count, chain_octets(lab, c->receive.first));
    assert_int_equal(c->out_of_order_octets, chain_octets(lab, c->out_of_order));
    assert_int_equal(c->hashed, c->state != TCP_CLOSED);
    check_scoreboard(lab, c);
    if (c->state == TCP_LISTEN) {
        check_listener(lab, c);
        return;
    }
    if (c->state == TCP_CLOSED) {
        assert_true(id_is(c->socket) || c->place == TCP_IN_ACCEPT_QUEUE);
        for (uint32_t i = 0; i < TCP_TIMERS; i++)
            assert_false(runs(lab, c, TIMER_TCP_RETRANSMISSION + i));
        return;
    }
    check_queue(lab, c);
    assert_true(seq_leq(c->iss, c->snd.una));
    assert_true(seq_leq(c->snd.una, c->snd.nxt));
    uint32_t numbers = c->send.count + (c->snd.una == c->iss) + c->fin_sent;
    assert_true(c->snd.nxt - c->snd.una <= numbers);
    assert_true(c->sack_count <= TCP_SACK_BLOCKS_MAX);
    check_liveness(lab, c);
}

size_t tcp_check_all(const struct lab *lab) {
    size_t count = 0;
    struct id at = object_next(lab, POOL_TCB, (struct id){0, 0});
    for (; id_is(at); at = object_next(lab, POOL_TCB, at), count++)
        check_tcb(lab, tcb_get(lab, at));
    return count;
}
