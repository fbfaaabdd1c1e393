/*
 * What must hold of every TCB after every step, whatever happens: lost, doubled, reordered frames;
 * strangers' segments with numbers near the true ones; programs that close, abort and read late.
 * Above all that a connection which waits for something has a timer that will wake it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "stack/seq.h"
#include "stack/sysctl.h"
#include "stack/tcp_state.h"

enum { SEEDS = 100, STEPS_MAX = 6000 };

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
    const struct tcp_chunk *chunk;
    for (struct id at = c->out_of_order; id_is(at); at = chunk->next) {
        chunk = object_get(lab, POOL_CHUNK, at);
        /* Until our SYN is acknowledged the text of the peer's may wait right at RCV.NXT. */
        assert_true(c->snd.una == c->iss ? seq_geq(chunk->seq, edge)
                                         : seq_gt(chunk->seq, c->rcv.nxt));
        assert_true(seq_geq(chunk->seq, edge));
        edge = chunk->seq + (chunk->end - chunk->start);
    }
}

static void check_listener(const struct lab *lab, const struct tcb *c) {
    uint32_t half_open = 0, waiting = 0;
    struct id at = object_next(lab, POOL_TCB, (struct id){0, 0});
    for (; id_is(at); at = object_next(lab, POOL_TCB, at)) {
        const struct tcb *child = tcb_get(lab, at);
        half_open += child->place == TCP_IN_SYN_QUEUE && id_same(child->listener, c->self);
    }
    for (at = c->accept_first; id_is(at); at = tcb_get(lab, at)->queue_next) {
        assert_int_equal(tcb_get(lab, at)->place, TCP_IN_ACCEPT_QUEUE);
        waiting++;
    }
    assert_int_equal(c->syn_queue, half_open);
    assert_int_equal(c->accept_queue, waiting);
}

/* Whoever waits for the network has a timer. */
static void check_liveness(const struct lab *lab, const struct tcb *c) {
    bool in_flight = c->snd.una != c->snd.nxt;
    bool repeats = runs(lab, c, TIMER_TCP_RETRANSMISSION) || runs(lab, c, TIMER_TCP_SYNACK) ||
                   runs(lab, c, TIMER_TCP_PERSIST);
    if (in_flight)
        assert_true(repeats);
    else
        assert_false(runs(lab, c, TIMER_TCP_RETRANSMISSION));
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

static size_t check_all(const struct lab *lab) {
    size_t count = 0;
    struct id at = object_next(lab, POOL_TCB, (struct id){0, 0});
    for (; id_is(at); at = object_next(lab, POOL_TCB, at), count++)
        check_tcb(lab, tcb_get(lab, at));
    return count;
}

/* ------------------------------------------------------------------------------- disturbances */

static uint32_t any(uint32_t bound) {
    return (uint32_t)random() % bound;
}

/* A number that matters: an edge of a window, or a little off it. */
static uint32_t near_number(const struct tcb *c, bool theirs) {
    const uint32_t edges[] = {c->rcv.nxt, c->rcv.nxt + c->rcv.wnd, c->irs, c->rcv.nxt - 1};
    const uint32_t ours[] = {c->snd.una, c->snd.nxt, c->iss, c->snd.una - c->snd.max_wnd};
    uint32_t from = theirs ? edges[any(4)] : ours[any(4)];
    return any(20) == 0 ? (uint32_t)random() * 2
                        : from + any(5) - 2 + (any(4) == 0 ? any(3000) : 0);
}

static void forge_at_random(const struct lab *lab, char *line, size_t room) {
    struct id at = object_next(lab, POOL_TCB, (struct id){0, 0}), chosen = at;
    for (uint32_t n = any(6); id_is(at) && n > 0; n--, at = object_next(lab, POOL_TCB, at))
        chosen = at;
    const struct tcb *c = tcb_get(lab, chosen);
    if (c == NULL || c->node != 2) {
        line[0] = '\0';
        return;
    }
    char flags[8] = "", option[64] = "";
    for (unsigned i = 0; i < 6; i++)
        if (any(i == 4 ? 2 : 4) == 0 || (i == 4 && any(3) > 0)) flags[strlen(flags)] = "SFRP.U"[i];
    if (flags[0] == '\0') strcpy(flags, ".");
    if (any(3) == 0)
        snprintf(option, sizeof option, " ts %u %u", c->ts_recent + any(3) - 1, any(9));
    if (any(9) == 0) snprintf(option, sizeof option, " mss %u wscale %u", any(2000), any(20));
    uint32_t remote = c->state == TCP_LISTEN ? 4000 + any(4) : c->remote_port;
    snprintf(line, room, "forge tcp %s 10.0.0.1:%u 10.0.0.2:%u seq %u ack %u win %u len %u%s",
             flags, remote, c->local_port, near_number(c, true), near_number(c, false),
             any(3) * any(65536) / 2, any(2) * any(1400), option);
}

static void user_at_random(char *line, size_t room) {
    static const char *const calls[] = {"socket tcp",
                                        "connect %u 10.0.0.2:80",
                                        "send %u 5000",
                                        "recv %u 3000",
                                        "shutdown %u wr",
                                        "close %u",
                                        "^C",
                                        "accept 3",
                                        "send %u 1",
                                        "setsockopt %u SO_LINGER 0"};
    snprintf(line, room, calls[any(sizeof calls / sizeof calls[0])], 4 + any(3));
}

static void stage(struct setup *s, uint64_t seed) {
    two_hosts(s);
    s->scenario.seed = seed;
    s->nodes[0].profile = s->nodes[1].profile = seed % 2 == 0 ? "rfc9293" : NULL;
    s->links[0].loss_ppm = seed % 3 == 0 ? 0 : 150000;
    s->links[0].duplicate_ppm = s->links[0].reorder_ppm = 100000;
    s->links[0].jitter_ns = MILLIS(3);
    s->scenario.limits.connections = seed % 5 == 0 ? 4 : 64;
    s->scenario.limits.buffer_octets = seed % 5 == 0 ? 16384 : 0;
    setup_run(s, 0, "server", "nc -l -k 81 > /dev/null");
    setup_run(s, MILLIS(1), "client", "nc -N 10.0.0.2 81 < 200000");
}

static void type(struct running *run, const char *node, const char *line) {
    struct complaint why;
    uint32_t number = lab_node_named(run->lab, node);
    if (!lab_command(run->lab, NULL, lab_now(run->lab), number, line, &why))
        fail_msg("%s: %s: %s", line, why.place, why.problem);
}

static void disturb(struct running *run) {
    char line[256];
    switch (any(100)) {
    case 0:
    case 1:
    case 2:
        forge_at_random(run->lab, line, sizeof line);
        if (line[0] != '\0') type(run, "client", line);
        break;
    case 3:
        user_at_random(line, sizeof line);
        type(run, "server", line);
        break;
    case 4:
    case 5:
        user_at_random(line, sizeof line);
        type(run, "client", line);
        break;
    case 6:
        if (any(10) == 0) type(run, "client", "nc -N 10.0.0.2 81 < 100000 &");
        break;
    default: break;
    }
}

static void nothing_breaks(void **state) {
    (void)state;
    size_t most = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct setup setup;
        struct running run;
        stage(&setup, seed);
        srandom((unsigned)seed);
        run_begin(&run, &setup);
        type(&run, "server", "socket tcp");
        type(&run, "server", "bind 3 10.0.0.2:80");
        type(&run, "server", "listen 3 2");
        for (uint32_t i = 0; i < STEPS_MAX; i++) {
            struct budget budget = {1, SIM_TIME_MAX / 2};
            if (lab_step(run.lab, NULL, &budget) != STOP_BUDGET)
                type(&run, "client", "nc -N 10.0.0.2 81 < 100000 &");
            disturb(&run);
            size_t count = check_all(run.lab);
            if (count > most) most = count;
        }
        run_end(&run);
    }
    assert_true(most >= 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_breaks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
