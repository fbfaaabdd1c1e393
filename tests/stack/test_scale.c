/*
 * Crowds: fifty thousand half-open connections, ten thousand established ones, twenty-eight
 * thousand in TIME-WAIT. They stand there at once, what is told about them stays readable, whoever
 * works beside them is not disturbed, a step costs no more than in a small lab, and they go.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crowd.h"
#include "lab_support.h"
#include "sim/state.h"
#include "sim/trace.h"
#include "stack/tcp/tcp.h"

enum { CLIENT = 1, SERVER = 3, ROWS_MOST = 256, LINES_MOST = 510 };

struct heard {
    uint32_t rows[TABLE_COUNT], lines;
    uint64_t octets; /* that programs got */
    char last[128];
};
static void hear(void *user, const struct lab *lab, const struct trace_record *r) {
    struct heard *h = user;
    (void)lab;
    if (r->kind == TRACE_TABLE && r->text != NULL) h->rows[r->table]++;
    if (r->kind == TRACE_STREAM && r->before == 1) h->octets += r->octet_count;
    if (r->kind != TRACE_OUTPUT) return;
    h->lines++;
    size_t length = r->text_length < sizeof h->last - 1 ? r->text_length : sizeof h->last - 1;
    memcpy(h->last, r->text, length);
    h->last[length] = '\0';
}
static struct heard heard;
static const struct sink ears = {.record = hear, .user = &heard, .wants = WANT_ALL};

static void command(struct lab *lab, uint32_t node, const char *line) {
    struct complaint why;
    assert_true(lab_command(lab, &ears, lab_now(lab), node, line, &why));
}

static void run_for(struct lab *lab, const struct sink *sink, sim_time more) {
    lab_step(lab, sink, &(struct budget){.until = lab_now(lab) + more});
}

static void what_is_told_stays_readable(void **state) {
    (void)state;
    struct lab *lab = crowd_lab(CROWD_HALF_OPEN, 50000, NULL);
    assert_int_equal(crowd_count(lab, SERVER, TCP_SYN_RECEIVED), 50000);
    memset(&heard, 0, sizeof heard);
    lab_snapshot(lab, &ears);
    assert_in_range(heard.rows[TABLE_TIMERS], 1, ROWS_MOST);
    assert_int_equal(heard.rows[TABLE_SYN_QUEUE], ROWS_MOST);
    command(lab, SERVER, "ss -tan");
    assert_in_range(heard.lines, 500, LINES_MOST);
    assert_non_null(strstr(heard.last, " SYN-RECV"));
    assert_int_equal(lab->events_refused, 0);
    assert_true(lab_used(lab) < (size_t)50000 * 2048);
    free(lab);
}

static void others_are_not_disturbed(void **state) {
    (void)state;
    static const uint32_t counts[CROWD_KIND_COUNT] = {50000, 10000, 28000};
    for (uint32_t kind = 0; kind < CROWD_KIND_COUNT; kind++) {
        struct lab *lab = crowd_lab(kind, counts[kind], NULL);
        memset(&heard, 0, sizeof heard);
        command(lab, SERVER, "nc -l 90 > out");
        command(lab, CLIENT, "nc -N server 90 < 200000");
        run_for(lab, &ears, MILLIS(700));
        assert_int_equal(heard.octets, 200000);
        free(lab);
    }
}

static double seconds_of_steps(const struct lab *made) {
    struct lab *lab = malloc(lab_used(made) + (64u << 20));
    assert_non_null(lab);
    memcpy((void *)lab, made, lab_used(made));
    command(lab, SERVER, "nc -l 90 > out");
    command(lab, CLIENT, "nc -N server 90 < 4000000");
    clock_t start = clock();
    lab_step(lab, &ears, &(struct budget){.steps = 5000, .until = SIM_TIME_MAX});
    free(lab);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Work that grew with the crowd would take thousands of times as long; a busy machine does not. */
static void a_step_costs_no_more(void **state) {
    (void)state;
    struct lab *few = crowd_lab(CROWD_HALF_OPEN, 10, NULL);
    struct lab *many = crowd_lab(CROWD_HALF_OPEN, 50000, NULL);
    double of_few = seconds_of_steps(few), of_many = seconds_of_steps(many);
    assert_true(of_many < 20 * of_few + 0.05);
    free(few);
    free(many);
}

static void crowds_go(void **state) {
    (void)state;
    struct lab *lab = crowd_lab(CROWD_HALF_OPEN, 5000, NULL);
    run_for(lab, NULL, SECONDS(70)); /* 1 + 2 + 4 + 8 + 16 + 32 s, and a little */
    assert_int_equal(crowd_count(lab, SERVER, TCP_SYN_RECEIVED), 0);
    free(lab);
    lab = crowd_lab(CROWD_TIME_WAIT, 5000, NULL);
    run_for(lab, NULL, SECONDS(70));               /* 60 s, and as late as a timer wheel is */
    assert_int_equal(pool_live(lab, POOL_TCB), 1); /* the listener */
    free(lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_stays_readable),
        cmocka_unit_test(others_are_not_disturbed),
        cmocka_unit_test(a_step_costs_no_more),
        cmocka_unit_test(crowds_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
