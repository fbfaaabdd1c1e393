/*
 * Transfers over a bad link, by the thousand: every octet that a program sent is read by the other,
 * once and in order, or a call says why not.
 *
 *     transfers grid [OCTETS]     loss 0 to 30 % x buffers 4 KiB to 4 MiB, 10 MiB each
 *     transfers seeds [SEEDS]     1 MiB each; loss, duplication, reordering and corruption by seed
 *     ... PROFILE                 linux-6.12 unless told
 *
 * The link (10 ms, no limit of its rate) loses in both directions. Neighbours are permanent:
 * what is judged is TCP. Both streams are hashed (SHA-256) as the sockets take and give them. A
 * transfer hangs when nothing arrives for 60 of the longest time-outs, two hours. One that TCP
 * itself gives up (R2, RFC 9293 3.8.3) is counted apart; its user has been told.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab_support.h"

enum { WORKERS = 2, MEBI = 1024 * 1024 };
#define HANG SECONDS(7200)
#define END  SECONDS(1000000)

struct ends {
    EVP_MD_CTX *sent_hash, *delivered_hash;
    uint64_t sent, delivered;
    sim_time begun, last_at, longest_gap;
    bool given_up;
};

static void look(void *user, const struct lab *lab, const struct trace_record *r) {
    struct ends *e = user;
    (void)lab;
    if (r->kind == TRACE_STATE && r->machine == 0 && r->after == 0 && r->clause != NULL)
        e->given_up = e->given_up || strstr(r->clause, "3.8.3") != NULL;
    if (r->kind != TRACE_STREAM) return;
    if (r->before == 0) {
        if (e->sent == 0) e->begun = e->last_at = r->at;
        e->sent += r->octet_count;
        EVP_DigestUpdate(e->sent_hash, r->octets, r->octet_count);
        return;
    }
    e->delivered += r->octet_count;
    EVP_DigestUpdate(e->delivered_hash, r->octets, r->octet_count);
    if (r->at - e->last_at > e->longest_gap) e->longest_gap = r->at - e->last_at;
    e->last_at = r->at;
}

struct trial {
    uint64_t seed, octets;
    uint32_t loss_ppm, duplicate_ppm, reorder_ppm, corrupt_ppm;
    uint32_t buffer; /* octets of both ends' buffers; 0: the profile's */
    const char *profile;
};
enum verdict { RIGHT, GIVEN_UP, WRONG, HANGS, VERDICTS };
struct result {
    enum verdict verdict;
    uint64_t sent, delivered;
    double seconds, longest_gap; /* virtual */
};

static void stage(struct setup *s, const struct trial *t, char buffers[64], char program[64]) {
    static const struct scenario_neighbour near[2] = {{0x0a000002, {2, 0, 0, 0, 2, 1}},
                                                      {0x0a000001, {2, 0, 0, 0, 1, 1}}};
    two_hosts(s);
    s->scenario.seed = t->seed;
    for (size_t n = 0; n < 2; n++) {
        s->nodes[n].profile = t->profile;
        s->nodes[n].neighbours = &near[n];
        s->nodes[n].neighbour_count = 1;
        snprintf(buffers, 64, "%u %u %u", t->buffer, t->buffer, t->buffer);
        if (t->buffer == 0) continue;
        setup_setting(s, s->nodes[n].name, "net.ipv4.tcp_rmem", buffers);
        setup_setting(s, s->nodes[n].name, "net.ipv4.tcp_wmem", buffers);
    }
    s->links[0].loss_ppm = t->loss_ppm;
    s->links[0].duplicate_ppm = t->duplicate_ppm;
    s->links[0].reorder_ppm = t->reorder_ppm;
    if (t->corrupt_ppm > 0) {
        struct scenario_fault *f = setup_fault(s, "client-server", FAULT_CORRUPT, "tcp", 0);
        f->chance_ppm = t->corrupt_ppm;
        f->bit =
            8 * (14 + 20) + (uint32_t)(t->seed * 37 % 400); /* anywhere in the segment's head */
    }
    setup_run(s, 0, "server", "nc -l 80 > /dev/null");
    snprintf(program, 64, "nc -N 10.0.0.2 80 < %llu", (unsigned long long)t->octets);
    setup_run(s, SECONDS(1), "client", program);
}

static bool same_hash(struct ends *e) {
    unsigned char sent[EVP_MAX_MD_SIZE], delivered[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(e->sent_hash, sent, NULL);
    EVP_DigestFinal_ex(e->delivered_hash, delivered, NULL);
    return memcmp(sent, delivered, 32) == 0;
}

static struct result run(const struct trial *t) {
    struct setup setup;
    char buffers[64], program[64];
    struct ends e = {.sent_hash = EVP_MD_CTX_new(), .delivered_hash = EVP_MD_CTX_new()};
    EVP_DigestInit_ex(e.sent_hash, EVP_sha256(), NULL);
    EVP_DigestInit_ex(e.delivered_hash, EVP_sha256(), NULL);
    stage(&setup, t, buffers, program);
    struct sink sink = {look, &e, WANT_ALL};
    size_t size = lab_size(&setup.scenario);
    void *block = malloc(size);
    struct complaint why;
    if (!lab_create(block, size, &setup.scenario, &why)) {
        fprintf(stderr, "%s: %s\n", why.place, why.problem);
        exit(2);
    }
    sim_time until = HANG;
    struct budget budget = {0, until};
    while (lab_step(block, &sink, &budget) == STOP_UNTIL && until < END) {
        if (until - e.last_at > HANG && (e.given_up || e.delivered >= t->octets)) break;
        if (until - e.last_at > 2 * HANG) break;
        until += HANG;
        budget.until = until;
    }
    bool whole = e.sent == t->octets && e.delivered == t->octets, same = same_hash(&e);
    enum verdict verdict = whole && same ? RIGHT : whole ? WRONG : e.given_up ? GIVEN_UP : HANGS;
    if (e.longest_gap > HANG) verdict = HANGS;
    free(block);
    EVP_MD_CTX_free(e.sent_hash);
    EVP_MD_CTX_free(e.delivered_hash);
    return (struct result){verdict, e.sent, e.delivered, (double)(e.last_at - e.begun) / 1e9,
                           (double)e.longest_gap / 1e9};
}

/* Trial i of all, by worker i % WORKERS; the results come back through pipes, in order. */
static void run_all(const struct trial *trials, struct result *results, size_t count) {
    int ends[WORKERS][2];
    for (size_t w = 0; w < WORKERS; w++) {
        if (pipe(ends[w]) != 0) exit(2);
        if (fork() != 0) {
            close(ends[w][1]);
            continue;
        }
        for (size_t i = w; i < count; i += WORKERS) {
            struct result r = run(&trials[i]);
            if (write(ends[w][1], &r, sizeof r) != sizeof r) _exit(2);
        }
        _exit(0);
    }
    for (size_t i = 0; i < count; i++)
        if (read(ends[i % WORKERS][0], &results[i], sizeof results[i]) != sizeof results[i]) {
            fprintf(stderr, "trial %zu (seed %llu) has no result\n", i,
                    (unsigned long long)trials[i].seed);
            exit(2);
        }
    while (wait(NULL) > 0) continue;
}

static int summary(const struct trial *trials, const struct result *results, size_t count) {
    static const char *const names[VERDICTS] = {"right", "given up by TCP", "WRONG", "HANGS"};
    size_t counted[VERDICTS] = {0};
    double gap = 0;
    for (size_t i = 0; i < count; i++) {
        const struct result *r = &results[i];
        counted[r->verdict]++;
        if (r->longest_gap > gap) gap = r->longest_gap;
        if (r->verdict >= WRONG)
            printf("%s: seed %llu loss %.1f %% buffer %u: sent %llu, delivered %llu\n",
                   names[r->verdict], (unsigned long long)trials[i].seed, trials[i].loss_ppm / 1e4,
                   trials[i].buffer, (unsigned long long)r->sent, (unsigned long long)r->delivered);
    }
    printf("%zu transfers: %zu right, %zu given up by TCP (R2), %zu wrong, %zu hang; longest "
           "silence %.0f s\n",
           count, counted[RIGHT], counted[GIVEN_UP], counted[WRONG], counted[HANGS], gap);
    return counted[WRONG] + counted[HANGS] > 0;
}

static int grid(uint64_t octets, const char *profile) {
    static const uint32_t losses[] = {0, 1, 3, 5, 10, 20, 30};
    static const uint32_t buffers[] = {4, 16, 64, 256, 1024, 4096}; /* KiB */
    enum { ROWS = 7, COLUMNS = 6 };
    struct trial trials[ROWS * COLUMNS];
    struct result results[ROWS * COLUMNS];
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        trials[i] = (struct trial){.seed = i + 1,
                                   .octets = octets,
                                   .loss_ppm = losses[i / COLUMNS] * 10000,
                                   .buffer = buffers[i % COLUMNS] * 1024,
                                   .profile = profile};
    run_all(trials, results, ROWS * COLUMNS);
    printf("virtual seconds for %llu octets (%s)\n%-10s", (unsigned long long)octets,
           profile == NULL ? "linux-6.12" : profile, "loss");
    for (size_t b = 0; b < COLUMNS; b++) printf("%6u KiB", buffers[b]);
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        if (i % COLUMNS == 0) printf("\n%-8u %%", losses[i / COLUMNS]);
        printf(results[i].verdict == RIGHT ? "%10.1f" : "%9.1f!", results[i].seconds);
    }
    printf("\n");
    return summary(trials, results, ROWS * COLUMNS);
}

static int seeds(size_t count, const char *profile) {
    struct trial *trials = calloc(count, sizeof *trials);
    struct result *results = calloc(count, sizeof *results);
    for (size_t i = 0; i < count; i++) {
        uint64_t n = i + 1;
        trials[i] = (struct trial){.seed = n,
                                   .octets = MEBI,
                                   .loss_ppm = (uint32_t)(n * 7919 % 100001),
                                   .duplicate_ppm = (uint32_t)(n * 6271 % 50001),
                                   .reorder_ppm = (uint32_t)(n * 9973 % 100001),
                                   .corrupt_ppm = (uint32_t)(n * 3571 % 20001),
                                   .profile = profile};
    }
    run_all(trials, results, count);
    int status = summary(trials, results, count);
    free(trials);
    free(results);
    return status;
}

int main(int count, char **words) {
    const char *what = count > 1 ? words[1] : "seeds";
    uint64_t number = count > 2 ? strtoull(words[2], NULL, 10) : 0;
    const char *profile = count > 3 ? words[3] : NULL;
    if (strcmp(what, "grid") == 0) return grid(number == 0 ? 10 * MEBI : number, profile);
    if (strcmp(what, "seeds") == 0) return seeds(number == 0 ? 1000 : number, profile);
    fprintf(stderr, "transfers grid [OCTETS] [PROFILE] | transfers seeds [SEEDS] [PROFILE]\n");
    return 2;
}
