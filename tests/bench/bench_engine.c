/*
 * The simulator's speed: UDP hops and TCP segments per CPU second (with nobody listening, and with
 * a sink that keeps a binary record of each event), a keyframe, a step back. Each figure is the
 * median of five runs and is printed beside a baseline measured in the same call, since absolute
 * times on a shared machine mean little: the kernel's loopback for hops and segments, fork() for a
 * keyframe, running again from the start for a step back.
 *
 * One line a figure: name, value, unit, ratio, baseline.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab_support.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "stack/udp.h"

enum { RUNS = 5, ROUTERS = 10, DATAGRAMS = 20000, BULK = 20000000 };

static double now_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now_wall(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of what `measure` returns in five runs. */
static double median_of(double (*measure)(void)) {
    double results[RUNS];
    for (int i = 0; i < RUNS; i++) results[i] = measure();
    qsort(results, RUNS, sizeof results[0], by_size);
    return results[RUNS / 2];
}

static void print_figure(const char *name, double value, const char *unit, double baseline,
                         double ratio, const char *baseline_name) {
    printf("%-34s %12.4g %-12s %8.2f x %s (%.4g)\n", name, value, unit, ratio, baseline_name,
           baseline);
    fflush(stdout);
}

/* ------------------------------------------------------------------------------ binary records */

struct binary {
    uint32_t i, cause;
    double at, until;
    uint32_t a, b, label;
    uint16_t length, from, to, link;
    uint8_t kind, role, fate, flags;
};
static struct binary *ring; /* of RING records, written round and round */
enum { RING = 1 << 16 };
static uint32_t ring_count;

static void keep_binary(void *user, const struct lab *lab, const struct trace_record *r) {
    (void)user;
    (void)lab;
    struct binary *b = &ring[ring_count++ % RING];
    *b = (struct binary){.i = ring_count,
                         .cause = (uint32_t)r->cause_step,
                         .at = (double)r->at,
                         .until = (double)r->until,
                         .a = r->object,
                         .b = r->number,
                         .label = r->field,
                         .length = (uint16_t)r->octet_count,
                         .from = (uint16_t)r->node,
                         .to = (uint16_t)r->peer,
                         .link = (uint16_t)r->link,
                         .kind = (uint8_t)r->kind,
                         .fate = (uint8_t)r->reason};
}

static const struct sink binary_sink = {.record = keep_binary, .wants = WANT_STORY};
static const struct sink *listening; /* NULL: nobody */

/* ---------------------------------------------------------------------- UDP through ten routers */

static struct setup setup;
static char names[ROUTERS + 2][8], left_ends[ROUTERS + 2][16], right_ends[ROUTERS + 2][16];
static char left_cidr[ROUTERS + 2][24], right_cidr[ROUTERS + 2][24];
static struct scenario_route routes[ROUTERS + 2];

static struct lab *create(void) {
    struct complaint why;
    size_t size = lab_size(&setup.scenario);
    struct lab *lab = malloc(size);
    if (lab == NULL || !lab_create(lab, size, &setup.scenario, &why)) {
        fprintf(stderr, "%s: %s\n", why.place, why.problem);
        exit(1);
    }
    return lab;
}

/* n0 - n1 - ... - n11: link i joins n(i) and n(i+1) in 10.0.i.0/24; all go right by default. */
static void a_row_of_routers(void) {
    setup_begin(&setup);
    for (int i = 0; i < ROUTERS + 2; i++) {
        bool host = i == 0 || i == ROUTERS + 1;
        snprintf(names[i], sizeof names[i], "n%d", i);
        snprintf(left_ends[i], sizeof left_ends[i], "n%d:left", i);
        snprintf(right_ends[i], sizeof right_ends[i], "n%d:right", i);
        snprintf(left_cidr[i], sizeof left_cidr[i], "10.0.%d.2/24", i - 1);
        snprintf(right_cidr[i], sizeof right_cidr[i], "10.0.%d.1/24", i);
        struct scenario_node *node = setup_node(&setup, host ? NODE_HOST : NODE_ROUTER, names[i]);
        if (i > 0) setup_interface(&setup, names[i], "left", left_cidr[i]);
        if (i <= ROUTERS) setup_interface(&setup, names[i], "right", right_cidr[i]);
        if (i < ROUTERS) node->gateway = 0x0a000002u + ((uint32_t)i << 8);
        routes[i] = (struct scenario_route){
            .network = 0x0a000000, .prefix = 24, .via = 0x0a000001u + ((uint32_t)(i - 1) << 8)};
        if (i > 1) {
            node->routes = &routes[i];
            node->route_count = 1;
        }
    }
    for (int i = 0; i <= ROUTERS; i++)
        setup_link(&setup, right_ends[i], left_ends[i + 1], MILLIS(1));
}

static void send_one(struct lab *lab, sim_time at) {
    struct step s;
    struct scratch scratch;
    static const uint8_t octets[22]; /* 64 octets with the headers */
    struct ip_out out = {.dst = 0x0a000002u + (ROUTERS << 8), .protocol = IP_PROTOCOL_UDP};
    struct udp_way way = {.src_port = 4000, .dst_port = 9};
    step_begin(&s, &scratch, lab, listening, at, 0);
    if (udp_send(&s, 1, &out, &way, octets, sizeof octets) != IP_SENT) exit(1);
    step_end(&s);
}

static void drain(struct lab *lab, sim_time until) {
    lab_step(lab, listening, &(struct budget){.until = until});
}

static uint64_t hops_done;

static double udp_hops(void) {
    a_row_of_routers();
    struct lab *lab = create();
    send_one(lab, 0); /* every neighbour is resolved */
    drain(lab, SECONDS(1));
    sim_time at = SECONDS(1);
    uint64_t before = lab_steps(lab);
    double start = now_cpu();
    for (int i = 0; i < DATAGRAMS; i++, at += 10000) { /* 10 us: a hundred are on each link */
        drain(lab, at);
        send_one(lab, at);
    }
    drain(lab, at + SECONDS(0.1));
    double seconds = now_cpu() - start;
    hops_done = lab_steps(lab) - before - DATAGRAMS;
    if (hops_done < (uint64_t)DATAGRAMS * (ROUTERS + 1)) {
        fprintf(stderr, "datagrams were lost\n");
        exit(1);
    }
    free(lab);
    return (double)hops_done / seconds;
}

/* A datagram to ourselves over the loopback: one crossing of the kernel's stack. */
static double kernel_hops(void) {
    int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    char octets[22] = {0};
    if (bind(in, (struct sockaddr *)&to, sizeof to) != 0 ||
        getsockname(in, (struct sockaddr *)&to, &length) != 0)
        exit(1);
    double start = now_cpu();
    enum { COUNT = 50000 };
    for (int i = 0; i < COUNT; i++)
        if (sendto(out, octets, sizeof octets, 0, (struct sockaddr *)&to, sizeof to) < 0 ||
            recv(in, octets, sizeof octets, 0) < 0)
            exit(1);
    double seconds = now_cpu() - start;
    close(in);
    close(out);
    return COUNT / seconds;
}

/* -------------------------------------------------------------------- TCP in bulk over a router */

/* 1 Gb/s and 0.4 ms there and back. A port holds 100 frames, as a small switch's does, so that the
 * flight is what the path can hold and not a thousand frames more; now and then one is lost. */
static void bulk(void) {
    char line[64];
    through_router(&setup);
    for (int i = 0; i < 2; i++) {
        setup.links[i].rate_bps = 1000000000;
        setup.links[i].queue_frames = 100;
        setup.links[i].delay_ns[0] = setup.links[i].delay_ns[1] = MILLIS(0.1);
    }
    setup_run(&setup, 0, "server", "nc -l 80 > out");
    static char kept[64];
    snprintf(line, sizeof line, "nc -N server 80 < %d", BULK);
    memcpy(kept, line, sizeof kept);
    setup_run(&setup, SECONDS(1), "client", kept);
}

struct counter {
    uint64_t frames;
};
static void count_frames(void *user, const struct lab *lab, const struct trace_record *r) {
    (void)lab;
    ((struct counter *)user)->frames += r->kind == TRACE_DELIVERED;
}

/* Frames that a transfer takes: counted once, since every run is the same run. */
static uint64_t bulk_frames(void) {
    static uint64_t known;
    if (known != 0) return known;
    struct counter counter = {0};
    struct sink sink = {.record = count_frames, .user = &counter, .wants = WANT_STORY};
    bulk();
    struct lab *lab = create();
    lab_step(lab, &sink, &(struct budget){.until = SECONDS(30)});
    free(lab);
    if (counter.frames < 2 * BULK / 1460) {
        fprintf(stderr, "the transfer did not come to its end: %lu frames\n",
                (unsigned long)counter.frames);
        exit(1);
    }
    return known = counter.frames;
}

/* Segments as the two ends see them: each crosses two links. */
static double tcp_segments(void) {
    uint64_t segments = bulk_frames() / 2;
    bulk();
    struct lab *lab = create();
    double start = now_cpu();
    drain(lab, SECONDS(30));
    double seconds = now_cpu() - start;
    free(lab);
    return (double)segments / seconds;
}

static void *swallow(void *fd) {
    static char octets[1 << 16];
    while (read(*(int *)fd, octets, sizeof octets) > 0)
        ;
    return NULL;
}

/* The kernel's own TCP over the loopback with segments of the same size (TCP_MAXSEG), its
 * acknowledgements counted as ours are: one for two segments. */
static double kernel_segments(void) {
    enum { COUNT = 40000, OCTETS = 1448 };
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0),
        mss = 1460;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    static char octets[OCTETS];
    setsockopt(server, IPPROTO_TCP, 2, &mss, sizeof mss);
    setsockopt(client, IPPROTO_TCP, 2, &mss, sizeof mss);
    setsockopt(client, IPPROTO_TCP, 1, &(int){1}, sizeof(int)); /* TCP_NODELAY: a segment a write */
    if (bind(server, (struct sockaddr *)&to, sizeof to) != 0 || listen(server, 1) != 0 ||
        getsockname(server, (struct sockaddr *)&to, &length) != 0 ||
        connect(client, (struct sockaddr *)&to, sizeof to) != 0)
        exit(1);
    int end = accept(server, NULL, NULL);
    pthread_t reader;
    double start = now_cpu();
    pthread_create(&reader, NULL, swallow, &end);
    for (int i = 0; i < COUNT; i++)
        if (write(client, octets, sizeof octets) != sizeof octets) exit(1);
    close(client);
    pthread_join(reader, NULL);
    double seconds = now_cpu() - start;
    close(end);
    close(server);
    return COUNT * 1.5 / seconds;
}

/* ----------------------------------------------------------------------- keyframes, steps back */

static struct lab *keyframe_lab;
static void *keyframe_room;
static uint64_t rerun_from;

static double keyframe_us(void) {
    size_t used = lab_used(keyframe_lab);
    double start = now_cpu();
    for (int i = 0; i < 2000; i++) {
        memcpy(keyframe_room, keyframe_lab, used);
        *(volatile char *)keyframe_room = (char)i;
    }
    return (now_cpu() - start) / 2000 * 1e6;
}

static double fork_us(void) {
    double start = now_wall();
    for (int i = 0; i < 50; i++) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        waitpid(child, NULL, 0);
    }
    return (now_wall() - start) / 50 * 1e6;
}

/* From a keyframe at most 64 steps back: restored, and 63 steps run again. */
static double step_back_us(void) {
    struct lab *lab = malloc(keyframe_lab->size);
    double start = now_cpu();
    for (int i = 0; i < 200; i++) {
        memcpy((void *)lab, keyframe_room, ((struct lab *)keyframe_room)->used);
        lab_step(lab, NULL, &(struct budget){.steps = 63, .until = SIM_TIME_MAX});
    }
    double seconds = now_cpu() - start;
    free(lab);
    return seconds / 200 * 1e6;
}

static double from_the_start_us(void) {
    bulk();
    struct lab *lab = create();
    double start = now_cpu();
    lab_step(lab, NULL, &(struct budget){.steps = rerun_from, .until = SIM_TIME_MAX});
    double seconds = now_cpu() - start;
    free(lab);
    return seconds * 1e6;
}

static void measure_time_travel(void) {
    bulk();
    keyframe_lab = create();
    lab_step(keyframe_lab, NULL, &(struct budget){.steps = 20000, .until = SIM_TIME_MAX});
    rerun_from = lab_steps(keyframe_lab) + 63;
    keyframe_room = malloc(lab_used(keyframe_lab));
    double us = median_of(keyframe_us), base = median_of(fork_us);
    print_figure("keyframe", us, "us", base, base / us, "fork()");
    printf("%-34s %12.4g %-12s\n", "  of a lab that uses", (double)lab_used(keyframe_lab) / 1024,
           "KiB");
    us = median_of(step_back_us);
    base = median_of(from_the_start_us);
    print_figure("step back, 63 steps run again", us, "us", base, base / us, "from the start");
    free(keyframe_room);
    free(keyframe_lab);
}

static void measure_rates(const char *name, double (*measure)(void), double (*baseline)(void)) {
    char line[64];
    double base = median_of(baseline), rates[2];
    for (int sink = 0; sink < 2; sink++) {
        listening = sink ? &binary_sink : NULL;
        rates[sink] = median_of(measure);
        snprintf(line, sizeof line, "%s, %s", name, sink ? "binary sink" : "no sink");
        print_figure(line, rates[sink], "/CPU s", base, rates[sink] / base, "kernel loopback");
    }
    printf("%-34s %12.4g %-12s\n", "  with everything recorded", rates[0] / rates[1], "times");
    listening = NULL;
}

/* With words: only these of udp, tcp, travel. */
static bool is_asked(int count, char **words, const char *name) {
    for (int i = 1; i < count; i++)
        if (strcmp(words[i], name) == 0) return true;
    return count <= 1;
}

int main(int count, char **words) {
    ring = malloc(RING * sizeof *ring);
    if (ring == NULL) return 1;
    if (is_asked(count, words, "udp")) measure_rates("UDP hops", udp_hops, kernel_hops);
    if (is_asked(count, words, "tcp")) measure_rates("TCP segments", tcp_segments, kernel_segments);
    if (is_asked(count, words, "travel")) measure_time_travel();
    free(ring);
    return 0;
}
