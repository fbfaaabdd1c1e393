/*
 * The invariants of every TCB (tcp_invariants.h) after every step, whatever happens: lost, doubled,
 * reordered frames; strangers' segments with numbers near the true ones; programs that close, abort
 * and read late.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"
#include "tcp_invariants.h"

enum { SEEDS = 100, STEPS_MAX = 6000 };

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
            size_t count = tcp_check_all(run.lab);
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
