/*
 * A lab of fifty thousand connections must stay as quick as one of ten. The same transfer runs in
 * both, with nobody listening and with a sink for everything; what is compared is steps per CPU
 * second. Beside it: octets of the lab's block for each connection, a keyframe, a snapshot.
 * One line a figure: name, value, unit, ratio, baseline; medians of five runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crowd.h"
#include "lab_support.h"

enum { RUNS = 5, FEW = 10, CLIENT = 1, SERVER = 3 };
static const uint32_t crowds[CROWD_KIND_COUNT] = {50000, 10000, 28000};

static double now_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *runs) {
    qsort(runs, RUNS, sizeof runs[0], by_size);
    return runs[RUNS / 2];
}

static void swallow(void *user, const struct lab *lab, const struct trace_record *r) {
    (void)user;
    (void)lab;
    (void)r;
}
static const struct sink everything = {.record = swallow, .wants = WANT_ALL};

/* Steps per CPU second of a transfer beside the crowd, from a copy of the lab each time. */
static double steps_per_second(const struct lab *made, const struct sink *sink) {
    double runs[RUNS];
    struct complaint why;
    struct lab *lab = malloc(lab_used(made) + (64u << 20)); /* room for what it will use */
    for (int i = 0; i < RUNS; i++) {
        memcpy((void *)lab, made, lab_used(made));
        if (!lab_command(lab, sink, lab_now(lab), SERVER, "nc -l 90 > out", &why)) exit(1);
        if (!lab_command(lab, sink, lab_now(lab), CLIENT, "nc -N server 90 < 4000000", &why))
            exit(1);
        uint64_t before = lab_steps(lab);
        double start = now_cpu();
        lab_step(lab, sink, &(struct budget){.steps = 20000, .until = SIM_TIME_MAX});
        runs[i] = (double)(lab_steps(lab) - before) / (now_cpu() - start);
    }
    free(lab);
    return median(runs);
}

static void print_rates(const char *crowd, uint32_t many, const struct lab *of_many,
                        const struct lab *of_few, const char *who, const struct sink *sink) {
    char name[64];
    double rate = steps_per_second(of_many, sink), base = steps_per_second(of_few, sink);
    snprintf(name, sizeof name, "%u %s, %s", many, crowd, who);
    printf("%-34s %12.4g %-12s %8.2f x %s (%.4g)\n", name, rate, "steps/CPU s", rate / base,
           "10 connections", base);
    fflush(stdout);
}

static double ms_of(void (*once)(const struct lab *), const struct lab *lab) {
    double runs[RUNS];
    for (int i = 0; i < RUNS; i++) {
        double start = now_cpu();
        once(lab);
        runs[i] = (now_cpu() - start) * 1e3;
    }
    return median(runs);
}

static void *room;
static void keyframe(const struct lab *lab) {
    memcpy(room, lab, lab_used(lab));
    *(volatile char *)room = 0;
}

static void snapshot(const struct lab *lab) {
    lab_snapshot(lab, &everything);
}

static void print_sizes(uint32_t many, const struct lab *of_many, const struct lab *of_few) {
    double octets = (double)(lab_used(of_many) - lab_used(of_few)) / (double)(many - FEW);
    printf("%-34s %12.4g %-12s\n", "  memory for each", octets, "octets");
    room = malloc(lab_used(of_many));
    memset(room, 1, lab_used(of_many));
    printf("%-34s %12.4g %-12s\n", "  a keyframe", ms_of(keyframe, of_many), "ms");
    printf("%-34s %12.4g %-12s\n", "  all tables", ms_of(snapshot, of_many), "ms");
    free(room);
}

int main(void) {
    for (uint32_t kind = 0; kind < CROWD_KIND_COUNT; kind++) {
        struct lab *many = crowd_lab(kind, crowds[kind], NULL);
        struct lab *few = crowd_lab(kind, FEW, NULL);
        print_rates(crowd_names[kind], crowds[kind], many, few, "no sink", NULL);
        print_rates(crowd_names[kind], crowds[kind], many, few, "a sink", &everything);
        print_sizes(crowds[kind], many, few);
        free(many);
        free(few);
    }
    return 0;
}
