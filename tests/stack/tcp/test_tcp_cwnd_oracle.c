/*
 * CWND, SSTHRESH and the state of congestion control, step by step as a Linux kernel had them:
 * tests/stack/oracle/cwnd_*.tsv (each file says how it was recorded). The same steps are made here,
 * and after every one all three must be the kernel's. Recordings in which the kernel's own clock
 * decided (an ACK and a timer within one tick) are not among them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_support.h"
#include "script.h"
#include "sim/lab.h"
#include "stack/tcp/tcp_state.h"

enum { SEGMENT = 1000, LINE = 200, STEPS_MIN = 10 };

static const char *const recordings[] = {
    "slow_start_1", "slow_start_2",     "app_limited", "idle",       "idle_short", "sack",
    "ecn",          "ecn_and_loss",     "cubic",       "sack_cubic", "cubic_tick", "hystart",
    "hystart_slow", "spurious_timeout", "random_1",    "random_2",   "random_3"};
enum { RECORDINGS = sizeof recordings / sizeof recordings[0] };

struct replay {
    const char *name;
    struct script *script;
    bool ecn, open;
    uint32_t line, steps;
};

static void say(struct replay *r, const char *format, ...) {
    char line[LINE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    script_line(r->script, line);
    char sent[LINE]; /* what the host sends is another test's */
    if (line[0] == '+')
        while (script_sent(r->script, sent, sizeof sent)) {
        }
}

/* A round trip of 100 ms, as the recording began. */
static void open_connection(struct replay *r) {
    if (r->open) return;
    r->open = true;
    say(r, "+0 socket(tcp) = 3");
    say(r, "+0 bind(3, 10.0.0.1:80) = 0");
    say(r, "+0 listen(3, 5) = 0");
    say(r, "+0 < %s 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>", r->ecn ? "SEW" : "S");
    say(r, "+.1 < . 1:1(0) ack 1 win 2000");
    say(r, "+0 accept(3) = 4");
}

static const struct tcb *connection(struct lab *lab) {
    struct id at = {0, 0};
    while (id_is(at = object_next(lab, POOL_TCB, at)))
        if (tcb_get(lab, at)->state == TCP_ESTABLISHED) return tcb_get(lab, at);
    fail_msg("there is no connection");
    return NULL;
}

static void make_step(struct replay *r, const char *kind, const char *argument, const char *with) {
    open_connection(r);
    if (strcmp(kind, "send") == 0)
        say(r, "+0 send(4, %s) = %s", argument, argument);
    else if (strcmp(kind, "wait") == 0)
        say(r, "+%s state ESTABLISHED", argument);
    else if (strncmp(with, "sack ", 5) == 0)
        say(r, "+0 < . 1:1(0) ack %s win 2000 <%s>", argument, with);
    else
        say(r, "+0 < %s 1:1(0) ack %s win 2000", strcmp(with, "ece") == 0 ? "E." : ".", argument);
}

static void compare(struct replay *r, uint32_t cwnd, const char *ssthresh, const char *state) {
    static const char *const states[] = {"open", "disorder", "cwr", "recovery", "loss"};
    const struct tcp_congestion *g = &connection(script_lab(r->script))->congestion;
    char threshold[16] = "-";
    if (g->ssthresh < TCP_SSTHRESH_INFINITE)
        snprintf(threshold, sizeof threshold, "%u", g->ssthresh / SEGMENT);
    if (g->cwnd / SEGMENT != cwnd || strcmp(threshold, ssthresh) != 0 ||
        strcmp(states[g->state], state) != 0)
        fail_msg("cwnd_%s.tsv:%u: cwnd %u, ssthresh %s, %s; the kernel: %u, %s, %s", r->name,
                 r->line, g->cwnd / SEGMENT, threshold, states[g->state], cwnd, ssthresh, state);
    assert_int_equal(g->cwnd % SEGMENT, 0);
}

static void take_line(struct replay *r, char *line) {
    char *words[6] = {NULL};
    size_t count = 0;
    r->line++;
    if (line[0] == '#') return;
    for (char *w = strtok(line, "\t\n"); w != NULL && count < 6; w = strtok(NULL, "\t\n"))
        words[count++] = w;
    if (count == 2 && strcmp(words[0], "cc") == 0) {
        say(r, "set net.ipv4.tcp_congestion_control %s", words[1]);
    } else if (count == 2 && strcmp(words[0], "ecn") == 0) {
        r->ecn = words[1][0] != '0';
        say(r, "set net.ipv4.tcp_ecn %s", words[1]);
    } else if (count == 2 && strcmp(words[0], "set") == 0) {
        say(r, "set %s", words[1]);
    } else {
        assert_int_equal(count, 6);
        make_step(r, words[0], words[1], words[2]);
        compare(r, (uint32_t)atoi(words[3]), words[4], words[5]);
        r->steps++;
    }
}

static void replay(void **state) {
    char path[96], line[LINE];
    struct replay r = {.name = *state};
    snprintf(path, sizeof path, "tests/stack/oracle/cwnd_%s.tsv", r.name);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail_msg("%s cannot be read; run the tests from the root", path);
    r.script = script_begin(r.name, "linux-6.12");
    script_line(r.script, "set net.ipv4.tcp_timestamps 0");
    script_line(r.script, "set net.ipv4.tcp_wmem 4096 1000000 4000000");
    while (fgets(line, sizeof line, file) != NULL) take_line(&r, line);
    fclose(file);
    assert_true(r.steps > STEPS_MIN);
    script_end(r.script, NULL);
}

int main(void) {
    struct CMUnitTest tests[RECORDINGS];
    for (size_t i = 0; i < RECORDINGS; i++)
        tests[i] = (struct CMUnitTest){.name = recordings[i],
                                       .test_func = replay,
                                       .initial_state = (void *)(uintptr_t)recordings[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
