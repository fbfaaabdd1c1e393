/*
 * Many viewers of one lab, measured from the trace record to the last octet that each viewer reads.
 *
 * The service runs in a child process. A witness in it stamps each event's index with
 * CLOCK_MONOTONIC the moment its line is written, into memory that both processes share; the
 * parent reads the same clock when it has read the last octet of the message that carries the
 * event. So the wait for the batch, compression, the sender, the kernel and this client are all in.
 * Scheduling before the record is not; the quiet-lab part measures that: from a POST to its event.
 *
 * Every viewer's messages are checked to be gapless. A message that is octet for octet the same as
 * one that was inflated before (length, CRC-32 and Adler-32) is not inflated again, so that the
 * client does not measure itself.
 *
 * usage: viewers [--viewers N] [--frozen M] [--seconds S] [--storm-seconds S] [--plain]
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "labs.h"
#include "pacer.h"
#include "service.h"
#include "timeline.h"

enum { STAMPS = 1 << 22, BUCKETS = 200000, BUCKET_NS = 10000, CACHE = 4096, BUSY_LABS = 200 };

/* 8 events each 4 ms of virtual time: 2,000 a second at speed 1. */
static const char two_thousand[] =
    "{\"netstep\":1,\"seed\":7,\"nodes\":["
    "{\"name\":\"a\",\"kind\":\"host\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.0.1/"
    "24\"}]},"
    "{\"name\":\"b\",\"kind\":\"host\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.0.2/"
    "24\"}]}],"
    "\"links\":[{\"between\":[\"a:eth0\",\"b:eth0\"],\"delay\":\"2ms\"}],"
    "\"script\":[{\"at\":\"0s\",\"on\":\"a\",\"run\":\"ping -f b\"}]}";

/* One ping a second, for as long as anybody measures (`ping b` alone sends four). */
static const char ping_lab[] =
    "{\"netstep\":1,\"seed\":7,\"nodes\":["
    "{\"name\":\"a\",\"kind\":\"host\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.0.1/"
    "24\"}]},"
    "{\"name\":\"b\",\"kind\":\"host\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.0.2/"
    "24\"}]}],"
    "\"links\":[{\"between\":[\"a:eth0\",\"b:eth0\"],\"delay\":\"2ms\"}],"
    "\"script\":[{\"at\":\"0s\",\"on\":\"a\",\"run\":\"ping -c 100000 b\"}]}";

struct shared {
    _Atomic unsigned port;
    char lab[16]; /* whose events are stamped; set before it runs */
    _Atomic int64_t stamp[STAMPS];
};
static struct shared *shared;
static const char event_head[] = "{\"line\":\"events\",\"e\":[{\"i\":";

struct histogram {
    uint64_t bucket[BUCKETS], count;
    int64_t most;
};

struct watcher { /* a viewer: nonblocking, frames reassembled */
    int fd;
    bool frozen, greeted, broken;
    unsigned char *raw;
    size_t length, room;
    uint32_t next; /* the index that must come */
    uint64_t messages, octets;
};

struct known { /* a packed message that has been inflated */
    uint32_t length, crc, adler, first, count;
};

static struct watcher *watchers;
static unsigned viewers = 200, frozen = 1, seconds = 10, storm_seconds = 5;
static bool packs = true;
static int epoll_fd;
static struct histogram lat;
static struct known cache[CACHE];
static uint64_t gaps;

/* ----------------------------------------------------------------------- the service's process */

static struct house house;
static const struct timeline_config *measured;

static void witness(const struct timeline *t, const struct strand *s, uint32_t i) {
    (void)s;
    if (!measured && shared->lab[0]) {
        struct room *room = labs_find(service_labs(house.service), shared->lab);
        if (room) measured = &room->config;
        if (room) room_release(room);
    }
    if (t->config == measured && i < STAMPS) atomic_store(&shared->stamp[i], wall_now());
}

static void stop_child(int number) {
    (void)number;
    _exit(0);
}

static void serve(void) {
    signal(SIGTERM, stop_child);
    house_options(&house);
    house.options.log_octets = (size_t)512 << 20;
    house.options.viewers = 6000;
    timeline_witness = witness;
    house_open(&house);
    atomic_store(&shared->port, house.port);
    for (;;) pause();
}

/* ------------------------------------------------------------ the viewers */

static void note(uint32_t first, uint32_t count, int64_t now) {
    for (uint32_t i = first; i < first + count && i < STAMPS; i++) {
        int64_t waited = now - atomic_load_explicit(&shared->stamp[i], memory_order_relaxed);
        int64_t bucket = waited / BUCKET_NS;
        if (bucket < 0) bucket = 0;
        lat.bucket[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
        lat.count++;
        if (waited > lat.most) lat.most = waited;
    }
}

/* First index and number of events of some lines. */
static struct known scan(const char *text, size_t length) {
    struct known k = {.first = UINT32_MAX};
    for (const char *at = text, *end = text + length, *stop; at < end; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) break;
        if (strncmp(at, event_head, sizeof event_head - 1)) continue;
        uint32_t i = (uint32_t)strtoul(at + sizeof event_head - 1, NULL, 10);
        if (k.count && i != k.first + k.count) gaps++;
        if (!k.count) k.first = i;
        k.count++;
    }
    return k;
}

static struct known inflate_and_scan(const unsigned char *packed, size_t length) {
    static char text[1 << 20];
    unsigned char tail[4] = {0, 0, 0xff, 0xff};
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)packed,
                  .avail_in = (unsigned)length,
                  .next_out = (unsigned char *)text,
                  .avail_out = sizeof text};
    inflateInit2(&z, -15);
    inflate(&z, Z_SYNC_FLUSH);
    z.next_in = tail;
    z.avail_in = sizeof tail;
    inflate(&z, Z_SYNC_FLUSH);
    struct known k = scan(text, sizeof text - z.avail_out);
    inflateEnd(&z);
    return k;
}

static struct known look_up(const unsigned char *packed, size_t length) {
    uint32_t crc = (uint32_t)crc32(0, packed, (unsigned)length);
    uint32_t adler = (uint32_t)adler32(1, packed, (unsigned)length);
    struct known *k = &cache[crc % CACHE];
    if (k->length == length && k->crc == crc && k->adler == adler) return *k;
    *k = inflate_and_scan(packed, length);
    k->length = (uint32_t)length;
    k->crc = crc;
    k->adler = adler;
    return *k;
}

static void take_message(struct watcher *w, unsigned char head, const unsigned char *payload,
                         size_t length, int64_t now) {
    if ((head & 15) != 1) return;
    struct known k = head & 0x40 ? look_up(payload, length) : scan((const char *)payload, length);
    w->messages++;
    if (!k.count) return;
    if (k.first != w->next) gaps++;
    w->next = k.first + k.count;
    note(k.first, k.count, now);
}

/* Answers to pings are not needed: the service allows 90 s. */
static void take_frames(struct watcher *w, int64_t now) {
    size_t at = 0;
    if (!w->greeted) {
        unsigned char *end = memmem(w->raw, w->length, "\r\n\r\n", 4);
        if (!end) return;
        if (memcmp(w->raw + 9, "101", 3)) {
            fprintf(stderr, "refused: %.*s\n", (int)(end - w->raw), w->raw);
            exit(1);
        }
        w->greeted = true;
        at = (size_t)(end - w->raw) + 4;
    }
    while (w->length - at >= 2) {
        const unsigned char *f = w->raw + at;
        size_t need = 2, length = f[1] & 127;
        need += length == 126 ? 2 : length == 127 ? 8 : 0;
        if (w->length - at < need) break;
        if (length == 126)
            length = (size_t)f[2] << 8 | f[3];
        else if (length == 127)
            length = (size_t)f[6] << 24 | (size_t)f[7] << 16 | (size_t)f[8] << 8 | f[9];
        if (w->length - at < need + length) break;
        take_message(w, f[0], f + need, length, now);
        at += need + length;
    }
    w->length -= at;
    memmove(w->raw, w->raw + at, w->length);
}

static void readable(struct watcher *w) {
    for (;;) {
        if (w->length == w->room) w->raw = realloc(w->raw, w->room = w->room ? w->room * 2 : 65536);
        ssize_t n = recv(w->fd, w->raw + w->length, w->room - w->length, MSG_DONTWAIT);
        if (n < 0) break;
        if (n == 0) {
            w->broken = true;
            epoll_ctl(epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
            break;
        }
        w->length += (size_t)n;
        w->octets += (uint64_t)n;
        take_frames(w, wall_now());
    }
}

static void read_until(int64_t end) {
    struct epoll_event events[256];
    for (int64_t now = wall_now(); now < end; now = wall_now()) {
        int n = epoll_wait(epoll_fd, events, 256, (int)((end - now) / 1000000) + 1);
        for (int k = 0; k < n; k++) readable(events[k].data.ptr);
    }
}

static void watch(struct watcher *w, bool on) {
    struct epoll_event event = {EPOLLIN, {.ptr = w}};
    epoll_ctl(epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, w->fd, &event);
}

static void begin_watching(struct watcher *w, const char *lab) {
    char request[512];
    int n = snprintf(request, sizeof request,
                     "GET /ws?lab=%s&from=0 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
                     lab, packs ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
    w->fd = dial(atomic_load(&shared->port));
    if (w->fd < 0 || send(w->fd, request, (size_t)n, MSG_NOSIGNAL) != n) {
        perror("a viewer cannot connect");
        exit(1);
    }
    watch(w, true);
}

/* ------------------------------------------------------------ measurement */

static double percentile(const struct histogram *h, double part) {
    uint64_t want = (uint64_t)((double)h->count * part), sum = 0;
    for (unsigned n = 0; n < BUCKETS; n++)
        if ((sum += h->bucket[n]) > want) return (n + 0.5) * BUCKET_NS / 1e6;
    return 0;
}

static long resident_kib(pid_t pid) {
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "VmRSS:", 6)) kib = strtol(line + 6, NULL, 10);
    if (file) fclose(file);
    return kib;
}

static double processor_seconds(pid_t pid) {
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    char *at = strrchr(text, ')');
    if (at) sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* The machine's own lateness, measured meanwhile by a thread that only sleeps: what it shows is in
 * the viewers' figures too, and is not the service's. */
static struct histogram late;
static pthread_mutex_t late_lock = PTHREAD_MUTEX_INITIALIZER;

static void *sleeper(void *unused) {
    (void)unused;
    for (;;) {
        struct timespec nap = {0, 2000000};
        int64_t begun = wall_now();
        nanosleep(&nap, NULL);
        int64_t waited = wall_now() - begun - 2000000, bucket = waited < 0 ? 0 : waited / BUCKET_NS;
        pthread_mutex_lock(&late_lock);
        late.bucket[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
        late.count++;
        pthread_mutex_unlock(&late_lock);
    }
    return NULL;
}

static void late_begin(void) {
    pthread_mutex_lock(&late_lock);
    memset(&late, 0, sizeof late);
    pthread_mutex_unlock(&late_lock);
}

static double late_p99(void) {
    pthread_mutex_lock(&late_lock);
    double ms = percentile(&late, 0.99);
    pthread_mutex_unlock(&late_lock);
    return ms;
}

struct figures {
    double machine, p50, p90, p99, most, deliveries, cpu, per_cpu;
    long rss;
};

static struct figures measure(pid_t pid, unsigned for_seconds) {
    struct figures f;
    memset(&lat, 0, sizeof lat);
    late_begin();
    double cpu = processor_seconds(pid);
    int64_t begun = wall_now();
    read_until(begun + (int64_t)for_seconds * 1000000000);
    double passed = (double)(wall_now() - begun) / 1e9;
    cpu = processor_seconds(pid) - cpu;
    f.machine = late_p99();
    f.p50 = percentile(&lat, 0.5);
    f.p90 = percentile(&lat, 0.9);
    f.p99 = percentile(&lat, 0.99);
    f.most = (double)lat.most / 1e6;
    f.deliveries = (double)lat.count / passed;
    f.cpu = cpu / passed * 100;
    f.per_cpu = cpu > 0 ? (double)lat.count / cpu : 0;
    f.rss = resident_kib(pid) / 1024;
    return f;
}

static void print(const char *what, struct figures f) {
    printf("  %-18s p50 %5.1f ms  p90 %5.1f ms  p99 %5.1f ms  max %6.1f ms  %7.0f deliveries/s  "
           "CPU %2.0f %%  RSS %ld MiB  (machine late: p99 %.1f ms)\n",
           what, f.p50, f.p90, f.p99, f.most, f.deliveries, f.cpu, f.rss, f.machine);
    fflush(stdout);
}

static void post(const struct lab_names *l, const char *what, const char *body) {
    char path[96];
    snprintf(path, sizeof path, "/api/labs/%s/timelines/T0/%s", l->lab, what);
    struct reply r = ask(atomic_load(&shared->port), "POST", path, l->key, body, NULL);
    if (r.status != 200 && r.status != 202) {
        fprintf(stderr, "%s: %u %s\n", path, r.status, r.body ? r.body : "");
        exit(1);
    }
    reply_free(&r);
}

/* How many deliveries a CPU second of plain send(2) makes: one event's octets, one at a time. */
static double loopback_baseline(void) {
    int pair[2];
    char event[300] = {0}, sink[65536];
    struct rusage before, after;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    getrusage(RUSAGE_SELF, &before);
    enum { ROUNDS = 300000 };
    for (int n = 0; n < ROUNDS; n++) {
        if (send(pair[0], event, sizeof event, 0) < 0) break;
        if (n % 64 == 63)
            while (recv(pair[1], sink, sizeof sink, MSG_DONTWAIT) > 0) continue;
    }
    getrusage(RUSAGE_SELF, &after);
    close(pair[0]);
    close(pair[1]);
    double s = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
               (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
               (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
               (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    return ROUNDS / s;
}

/* ------------------------------------------------------------ the parts */

static void many_viewers(pid_t pid) {
    double base = loopback_baseline(); /* before anybody has to be read */
    struct lab_names lab = make_lab(atomic_load(&shared->port), two_thousand);
    memcpy(shared->lab, lab.lab, sizeof shared->lab);
    watchers = calloc(viewers, sizeof *watchers);
    for (unsigned n = 0; n < viewers; n++) begin_watching(&watchers[n], lab.lab);
    post(&lab, "run", "{\"speed\":1}");
    read_until(wall_now() + 1000000000);
    struct figures steady = measure(pid, seconds);
    print("all viewers read", steady);
    printf("  deliveries per CPU second: %.2f million; ratio to plain send() of one event: %.1f\n",
           steady.per_cpu / 1e6, steady.per_cpu / base);
    long rss = steady.rss;
    for (unsigned n = 0; n < frozen && n < viewers; n++) watch(&watchers[n], false);
    struct figures beside = measure(pid, seconds * 2);
    print("beside the frozen", beside);
    printf("  p99 beside the frozen / before: %.2f; memory grew by %ld MiB\n",
           beside.p99 / steady.p99, beside.rss - rss);
    uint64_t gaps_before = gaps;
    for (unsigned n = 0; n < frozen && n < viewers; n++) watch(&watchers[n], true);
    int64_t woke = wall_now(), caught = 0;
    bool behind = true;
    while (behind && wall_now() < woke + 20000000000) {
        read_until(wall_now() + 50000000);
        behind = false;
        for (unsigned n = 0; n < frozen && n < viewers; n++)
            if (watchers[n].next + 400 < watchers[viewers - 1].next) behind = true;
        caught = wall_now();
    }
    printf("  the frozen %s after %.0f ms; gaps: %llu\n", behind ? "did NOT catch up" : "caught up",
           (double)(caught - woke) / 1e6, (unsigned long long)(gaps - gaps_before));
    post(&lab, "pause", "{}");
    read_until(wall_now() + 300000000);
    uint32_t last = watchers[viewers - 1].next, short_of = 0;
    for (unsigned n = 0; n < viewers; n++)
        short_of += watchers[n].next != last || watchers[n].broken;
    printf("  viewers that miss events at the end: %u of %u; gaps in all: %llu\n", short_of,
           viewers, (unsigned long long)gaps);
    for (unsigned n = 0; n < viewers; n++) {
        close(watchers[n].fd);
        free(watchers[n].raw);
    }
    free(watchers);
}

/* From a POST step to its event on the stream, for so long. */
static void quiet_lab(const struct lab_names *l, struct stream *s, unsigned for_seconds,
                      struct histogram *h) {
    memset(h, 0, sizeof *h);
    late_begin();
    int64_t end = wall_now() + (int64_t)for_seconds * 1000000000;
    while (wall_now() < end) {
        int64_t begun = wall_now();
        post(l, "step", "{}");
        const char *line;
        do line = stream_line(s);
        while (line && !strstr(line, "\"line\":\"events\""));
        int64_t waited = wall_now() - begun, bucket = waited / BUCKET_NS;
        h->bucket[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
        h->count++;
        if (waited > h->most) h->most = waited;
        while (s->text_at < s->text_length) stream_line(s);
        struct timespec rest = {0, 2000000};
        nanosleep(&rest, NULL); /* a person does not ask all the time */
    }
}

static void print_quiet(const char *what, const struct histogram *h) {
    printf("  %-18s p50 %5.2f ms  p90 %5.2f ms  p99 %5.2f ms  max %6.1f ms  %llu steps  (machine "
           "late: p99 %.1f ms)\n",
           what, percentile(h, 0.5), percentile(h, 0.9), percentile(h, 0.99), (double)h->most / 1e6,
           (unsigned long long)h->count, late_p99());
    fflush(stdout);
}

static void quiet_beside_storms(void) {
    unsigned port = atomic_load(&shared->port);
    static struct histogram alone, beside;
    struct stream s = {.packs = true};
    char query[64];
    struct lab_names quiet = make_lab(port, flood_lab);
    snprintf(query, sizeof query, "lab=%s&from=0", quiet.lab);
    stream_open(&s, port, query, NULL);
    stream_line(&s);
    quiet_lab(&quiet, &s, storm_seconds, &alone);
    print_quiet("quiet lab alone", &alone);
    struct lab_names storm = make_lab(port, storm_lab), flood = make_lab(port, flood_lab);
    for (int n = 0; n < BUSY_LABS; n++) {
        struct lab_names other = make_lab(port, ping_lab);
        post(&other, "run", "{\"speed\":1}");
    }
    post(&storm, "run", "{\"speed\":1}");
    post(&flood, "run", "{\"speed\":1}");
    quiet_lab(&quiet, &s, storm_seconds, &beside);
    print_quiet("beside the storms", &beside);
    printf("  p99 beside a storm, a flood and %d labs / alone: %.2f\n", BUSY_LABS,
           percentile(&beside, 0.99) / percentile(&alone, 0.99));
    stream_close(&s);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        unsigned *value;
    } numbers[] = {{"--viewers", &viewers},
                   {"--frozen", &frozen},
                   {"--seconds", &seconds},
                   {"--storm-seconds", &storm_seconds}};
    for (int n = 1; n < argc; n++) {
        bool found = !strcmp(argv[n], "--plain");
        if (found) packs = false;
        for (unsigned k = 0; k < 4 && !found; k++)
            if (!strcmp(argv[n], numbers[k].name) && n + 1 < argc) {
                *numbers[k].value = (unsigned)strtoul(argv[++n], NULL, 10);
                found = true;
            }
        if (!found || !viewers) {
            fprintf(stderr, "usage: viewers [--viewers N] [--frozen M] [--seconds S] "
                            "[--storm-seconds S] [--plain]\n");
            return 2;
        }
    }
    struct rlimit files = {16384, 16384};
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = fork();
    if (pid == 0) serve();
    while (!atomic_load(&shared->port))
        if (waitpid(pid, NULL, WNOHANG) == pid) return 1;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    printf("  %u viewers of one lab at 2,000 events/s, %s, %u frozen\n", viewers,
           packs ? "packed" : "plain", frozen);
    many_viewers(pid);
    if (storm_seconds) quiet_beside_storms();
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return gaps ? 1 : 0;
}
