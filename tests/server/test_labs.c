#include "labs.h"
/*
 * Many labs: parked and revived, killed and found again, and one that is quiet beside two hundred
 * that are not. Fairness is judged by counting slices, not by a clock.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "metrics.h"
#include "service.h"

static struct house house;

static int setup(void **state) {
    (void)state;
    house_options(&house);
    house_open(&house);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    house_close(&house);
    return 0;
}

static char *get(const char *path, unsigned status) {
    struct reply r = ask(house.port, "GET", path, NULL, NULL, NULL);
    if (r.status != status) fail_msg("%s: %u %.300s", path, r.status, r.body ? r.body : "");
    char *body = strdup(r.body ? r.body : "");
    reply_free(&r);
    return body;
}

static char *post(const struct lab_names *l, const char *key, const char *rest, const char *body) {
    char path[128];
    snprintf(path, sizeof path, "/api/labs/%s%s", l->lab, rest);
    struct reply r = ask(house.port, "POST", path, key, body, NULL);
    if (r.status != 200 && r.status != 202)
        fail_msg("%s %s: %u %.300s", rest, body, r.status, r.body ? r.body : "");
    char *answer = strdup(r.body);
    reply_free(&r);
    return answer;
}

static char *events_of(const struct lab_names *l, const char *timeline) {
    char path[128];
    snprintf(path, sizeof path, "/api/labs/%s/timelines/%s/events", l->lab, timeline);
    return get(path, 200);
}

/* ------------------------------------------------------- jobs from the test itself */

struct waiter {
    struct job job;
    pthread_mutex_t lock;
    pthread_cond_t bell;
    bool over;
    int64_t slices; /* when it was over */
};

static void rung(struct job *job) {
    struct waiter *w = job->owner;
    pthread_mutex_lock(&w->lock);
    w->slices = atomic_load(&metric[METRIC_SLICES]);
    w->over = true;
    pthread_cond_signal(&w->bell);
    pthread_mutex_unlock(&w->lock);
}

/* Posts a job and waits; the job is still the caller's to end. */
static void carry_out(struct waiter *w, const char *lab) {
    struct room *room = labs_find(service_labs(house.service), lab);
    assert_non_null(room);
    w->over = false;
    w->job.owner = w;
    w->job.done = rung;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->bell, NULL);
    labs_post(service_labs(house.service), room, &w->job);
    pthread_mutex_lock(&w->lock);
    while (!w->over) pthread_cond_wait(&w->bell, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static bool park(struct room *room, struct job *job) {
    (void)job;
    room_park(room);
    return true;
}

static void park_lab(const struct lab_names *l) {
    struct waiter w;
    job_begin(&w.job);
    w.job.run = park;
    carry_out(&w, l->lab);
    assert_int_equal(atomic_load(&w.job.room->state), ROOM_PARKED);
    assert_int_equal(w.job.room->timeline_count, 0);
    job_end(&w.job);
}

/* ------------------------------------------------------------------------- parking */

/* Three timelines, one made without the lab's key; returns that branch's key. */
static void make_history(struct lab_names *l, char key[40]) {
    *l = make_lab(house.port, handshake_lab);
    free(post(l, l->key, "/timelines/T0/step", "{\"count\":3}"));
    free(post(l, l->key, "/timelines/T0/commands",
              "{\"id\":\"a\",\"node\":\"client\",\"line\":\"ping -c 2 server\"}"));
    free(post(l, l->key, "/timelines/T0/run", "{\"until\":\"3s\"}"));
    char *answer = post(l, NULL, "/timelines/T0/commands",
                        "{\"id\":\"b\",\"at\":30,\"line\":\"link client-server down\"}");
    assert_true(value_of(answer, "key", key, 40));
    free(answer);
    free(post(l, key, "/timelines/T1/run", "{\"until\":\"6s\"}"));
    free(post(l, l->key, "/timelines/T1/commands",
              "{\"id\":\"c\",\"at\":40,\"node\":\"server\",\"line\":\"ss -tan\"}"));
    free(post(l, l->key, "/timelines/T2/run", "{\"until\":\"4s\"}"));
}

static void test_a_parked_lab_comes_back_as_it_was(void **state) {
    (void)state;
    struct lab_names l;
    char key[40], path[64], *before[4], *after;
    make_history(&l, key);
    static const char *const timelines[] = {"T0", "T1", "T2"};
    for (int n = 0; n < 3; n++) before[n] = events_of(&l, timelines[n]);
    snprintf(path, sizeof path, "/api/labs/%s", l.lab);
    before[3] = get(path, 200);
    park_lab(&l);
    for (int n = 0; n < 3; n++) {
        after = events_of(&l, timelines[n]);
        assert_string_equal(before[n], after);
        free(after);
        free(before[n]);
    }
    after = get(path, 200);
    for (char *a = before[3], *b = after;
         *a;) { /* heads and times; why a head stands is not kept */
        a = strstr(a + 1, "\"head\":");
        b = strstr(b + 1, "\"head\":");
        assert_true(!a == !b);
        if (!a) break;
        assert_int_equal(number_of(a, "head"), number_of(b, "head"));
        assert_int_equal(number_of(a, "head_t"), number_of(b, "head_t"));
    }
    free(before[3]);
    free(after);
    free(post(&l, key, "/timelines/T1/step", "{}")); /* the branch's key still rules it */
    free(post(&l, l.key, "/timelines/T0/commands",
              "{\"id\":\"d\",\"at\":10,\"node\":\"client\",\"line\":\"ss\"}"));
    char *again = events_of(&l, "T3");
    assert_non_null(strstr(again, "\"i\":10,"));
    free(again);
}

/* ------------------------------------------------------------------------- kill -9 */

static void serve_until_killed(int out) {
    house_open(&house);
    unsigned port = house.port;
    ssize_t n = write(out, &port, sizeof port);
    (void)n;
    for (;;) pause();
}

static void test_a_killed_service_finds_its_labs_again(void **state) {
    (void)state;
    char folder[] = "/tmp/netstep-test-XXXXXX", key[40], path[128];
    int pipe_ends[2];
    house_close(&house);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(pipe(pipe_ends), 0);
    house.options.data = folder;
    pid_t child = fork(); /* no thread exists in this process now */
    if (child == 0) serve_until_killed(pipe_ends[1]);
    assert_int_equal(read(pipe_ends[0], &house.port, sizeof house.port), sizeof house.port);
    struct lab_names l, empty;
    make_history(&l, key);
    empty = make_lab(house.port, flood_lab);
    char *before = events_of(&l, "T1");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);

    house_open(&house);
    char *after = events_of(&l, "T1"); /* what was answered was on the disk */
    char *command = strstr(before, "link client-server down");
    assert_non_null(command);
    size_t common = (size_t)(command - before);
    assert_true(strlen(after) >= common);
    assert_memory_equal(before, after, common);
    free(post(&l, key, "/timelines/T1/run", "{\"until\":\"6s\"}"));
    free(after);
    after = events_of(&l, "T1");
    assert_string_equal(before, after); /* and the rest is run again, octet for octet */
    free(before);
    free(after);
    snprintf(path, sizeof path, "/api/join/%s", empty.join);
    free(get(path, 200));
    free(post(&empty, empty.key, "/timelines/T0/step", "{}"));

    /* A journal that a crash cut in the middle of a line loses that line only. */
    house_close(&house);
    snprintf(path, sizeof path, "%s/%s.ndjson", folder, l.lab);
    FILE *file = fopen(path, "a");
    fputs("{\"do\":\"T0\",\"step\":1", file);
    fclose(file);
    house_open(&house);
    free(events_of(&l, "T2"));
    /* One that was changed is refused with a word, and the service lives. */
    house_close(&house);
    file = fopen(path, "a");
    fputs("{\"do\":\"T0\",\"step\":1,\"at\":0,\"node\":1,\"line\":\"ss\"}\nnonsense\n", file);
    fclose(file);
    house_open(&house);
    snprintf(path, sizeof path, "/api/labs/%s", l.lab);
    free(get(path, 500));
    free(get("/healthz", 200));
    house_close(&house);
    snprintf(path, sizeof path, "rm -rf %s", folder);
    assert_int_equal(system(path), 0);
}

/* --------------------------------------------------------------------- fair shares */

/* The quiet lab's worst wait, in slices that were given between its request's arrival at the
 * worker and its answer. */
static int64_t worst_wait(const struct lab_names *quiet, int requests) {
    int64_t worst = 0;
    for (int n = 0; n < requests; n++) {
        struct waiter w;
        job_begin(&w.job);
        w.job.run = job_step;
        memcpy(w.job.key, quiet->key, sizeof w.job.key - 1);
        strcpy(w.job.timeline, "T0");
        carry_out(&w, quiet->lab);
        assert_int_equal(w.job.status, 200);
        if (w.slices - w.job.taken > worst) worst = w.slices - w.job.taken;
        job_end(&w.job);
    }
    return worst;
}

static void test_a_quiet_lab_beside_storms(void **state) {
    (void)state;
    enum { OTHERS = 200 };
    house_close(&house);
    house.options.workers = 1; /* all on one processor's share */
    house.options.log_octets = 256 << 20;
    house_open(&house);
    struct lab_names quiet = make_lab(house.port, flood_lab);
    assert_true(worst_wait(&quiet, 50) <= 10);
    struct lab_names storm = make_lab(house.port, storm_lab),
                     flood = make_lab(house.port, flood_lab);
    free(post(&storm, storm.key, "/timelines/T0/run", "{\"speed\":1000}"));
    free(post(&flood, flood.key, "/timelines/T0/run", "{\"speed\":1000}"));
    static struct lab_names others[OTHERS];
    for (int n = 0; n < OTHERS; n++) {
        others[n] = make_lab(house.port, flood_lab);
        free(post(&others[n], others[n].key, "/timelines/T0/run", "{\"speed\":1}"));
    }
    int64_t before = atomic_load(&metric[METRIC_SLICES]), worst = 0, taken = 0;
    for (int asked = 0; taken < 1000 && asked < 20000; asked++) {
        int64_t wait = worst_wait(&quiet, 1);
        if (wait > worst) worst = wait;
        free(get("/healthz", 200)); /* people pause between their requests */
        taken = atomic_load(&metric[METRIC_SLICES]) - before - asked;
    }
    assert_true(taken >= 1000); /* the others did run */
    /* One is the rule; some more when a slow build makes even the quiet lab cost much. In turn it
     * would be two hundred. */
    if (worst > 10) fail_msg("a quiet lab waited for %lld slices", (long long)worst);
}

static void test_labs_do_not_see_one_another(void **state) {
    (void)state;
    struct lab_names a = make_lab(house.port, handshake_lab),
                     b = make_lab(house.port, handshake_lab);
    assert_string_not_equal(a.lab, b.lab);
    assert_string_not_equal(a.key, b.key);
    char path[128];
    snprintf(path, sizeof path, "/api/labs/%s/timelines/T0/step", a.lab);
    struct reply r = ask(house.port, "POST", path, b.key, "{}", NULL);
    assert_int_equal(r.status, 403);
    reply_free(&r);
    free(post(&a, a.key, "/timelines/T0/run", "{\"until\":\"3s\"}"));
    char *mine = events_of(&a, "T0"), *yours = events_of(&b, "T0");
    assert_true(strlen(mine) > 1000);
    assert_string_equal(yours, "");
    free(post(&b, b.key, "/timelines/T0/run", "{\"until\":\"3s\"}"));
    free(yours);
    yours = events_of(&b, "T0");
    assert_string_equal(mine, yours); /* the same scenario and seed: the same octets */
    free(mine);
    free(yours);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_parked_lab_comes_back_as_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_killed_service_finds_its_labs_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_quiet_lab_beside_storms, setup, teardown),
        cmocka_unit_test_setup_teardown(test_labs_do_not_see_one_another, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
