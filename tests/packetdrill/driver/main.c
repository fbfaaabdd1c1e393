#include "driver.h"
/*
 * driver LIBRARY SCRIPT...: each script in a process of its own; 1 when one of them fails.
 *
 * The driver does what packetdrill does: it sleeps up to 20 microseconds before an event and then
 * looks at the clock again and again; it asks for packets without giving up; it makes blocking
 * calls in a second thread, and goes on when that one sleeps; and at the end it closes, by itself,
 * the descriptors that the script left open.
 */
#include <ctype.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPIN_US = 20 };

uint32_t local_address(void) {
    return 0xc0a80001; /* 192.168.0.1 */
}
uint32_t remote_address(void) {
    return 0xc0000201; /* 192.0.2.1 */
}

void wrong(const struct play *p, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "%s:%u: ", p->path, p->line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    _exit(1);
}

/* ------------------------------------------------------------ the clock */

static int64_t now_us(struct play *p) {
    struct timeval t;
    p->i.gettimeofday(p->i.userdata, &t, NULL);
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec - p->start_us;
}

static void wait_until(struct play *p, int64_t at_us) {
    for (;;) {
        int64_t left = at_us - now_us(p);
        if (left <= 0) return;
        if (left > SPIN_US) p->i.usleep(p->i.userdata, (useconds_t)(left - SPIN_US));
    }
}

static void in_time(const struct play *p, int64_t us, int64_t wanted_us, const char *what) {
    if (us < wanted_us - TOLERANCE_US || us > wanted_us + TOLERANCE_US)
        wrong(p, "%s at %.6f s, expected %.6f s", what, (double)us / 1e6, (double)wanted_us / 1e6);
}

/* ------------------------------------------------------------ the guest */

static void *guest_main(void *argument) {
    struct play *p = argument;
    pthread_mutex_lock(&p->lock);
    p->guest_thread = (int)syscall(SYS_gettid);
    pthread_cond_broadcast(&p->news);
    while (!p->guest_ends) {
        if (!p->guest_waits) {
            pthread_cond_wait(&p->news, &p->lock);
            continue;
        }
        struct play here = *p; /* a failure names the line of the call */
        here.line = p->guest_line;
        pthread_mutex_unlock(&p->lock);
        char text[LINE];
        snprintf(text, sizeof text, "%s", here.guest_call);
        call_run(&here, text);
        int64_t ended = now_us(&here);
        pthread_mutex_lock(&p->lock);
        in_time(&here, ended, here.guest_end_us, "the call returned");
        memcpy(p->live, here.live, sizeof p->live);
        memcpy(p->written, here.written, sizeof p->written);
        memcpy(p->taken, here.taken, sizeof p->taken);
        p->last_fd = here.last_fd;
        p->guest_waits = false;
        pthread_cond_broadcast(&p->news);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static bool sleeps(int thread) {
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "r");
    if (file == NULL) return true;
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = '\0';
    const char *state = strrchr(text, ')');
    return state != NULL && state[2] == 'S';
}

static void await_guest(struct play *p) {
    pthread_mutex_lock(&p->lock);
    for (int tries = 0; p->guest_waits && tries < 1000; tries++) {
        pthread_mutex_unlock(&p->lock);
        usleep(1000);
        pthread_mutex_lock(&p->lock);
    }
    if (p->guest_waits) wrong(p, "a call of line %u blocks still", p->guest_line);
    pthread_mutex_unlock(&p->lock);
}

/* Trap 4: goes on when the guest sleeps in its call, or has returned already. */
static void let_guest_call(struct play *p, const char *text, int64_t end_us) {
    await_guest(p);
    pthread_mutex_lock(&p->lock);
    snprintf(p->guest_call, sizeof p->guest_call, "%s", text);
    p->guest_line = p->line;
    p->guest_end_us = end_us;
    p->guest_waits = true;
    pthread_cond_broadcast(&p->news);
    for (;;) {
        pthread_mutex_unlock(&p->lock);
        usleep(200); /* of real time */
        bool asleep = sleeps(p->guest_thread);
        pthread_mutex_lock(&p->lock);
        if (asleep || !p->guest_waits) break;
    }
    pthread_mutex_unlock(&p->lock);
}

/* ------------------------------------------------------------ events */

static void packet_in(struct play *p, char *text) {
    uint8_t packet[PACKET];
    struct line_segment s;
    size_t count;
    if (strncmp(text, "icmp ", 5) == 0) {
        count = icmp_build(p, text + 5, packet);
    } else {
        segment_parse(p, text, &s, true);
        count = segment_build(p, &s, packet);
    }
    if (p->i.netdev_send(p->i.userdata, packet, count) != 0) wrong(p, "netdev_send failed");
}

static void packet_out(struct play *p, char *text, int64_t at_us) {
    char whole[LINE];
    uint8_t packet[PACKET];
    size_t count = sizeof packet;
    long long sent_us = 0;
    struct line_segment s;
    snprintf(whole, sizeof whole, "%s", text);
    segment_parse(p, text, &s, false);
    if (p->i.netdev_receive(p->i.userdata, packet, &count, &sent_us) != 0)
        wrong(p, "netdev_receive failed");
    segment_compare(p, &s, packet, count, whole);
    in_time(p, sent_us - p->start_us, at_us, whole);
}

static void speak_of(struct play *p, uint32_t port) {
    size_t i = 0;
    while (i < 4 && p->flows[i].peer_port != 0 && p->flows[i].peer_port != port) i++;
    if (i == 4) wrong(p, "too many connections");
    if (p->flows[i].peer_port == 0) p->flows[i] = (struct flow){port, HOST_PORT, 0, 0, false};
    p->flow = &p->flows[i];
}

static char *trimmed(char *text) {
    while (isblank((unsigned char)*text)) text++;
    return text;
}

/* "+.1 < ...", "+0...0.2 read(4, 10) = 5". */
static void event(struct play *p, char *line) {
    char *rest = line + 1, *dots = strstr(line, "...");
    size_t blank = strcspn(line, " \t");
    if (dots != NULL && dots > line + blank) dots = NULL;
    if (dots != NULL) *dots = '\0'; /* or strtod() would take the first of them */
    double after = strtod(line + 1, &rest), end = -1;
    if (dots != NULL) end = strtod(dots + 3, &rest);
    int64_t at = p->at_us + (int64_t)(after * 1e6 + 0.5);
    char *text = trimmed(rest);
    p->at_us = at;
    if (text[0] == '>') {
        packet_out(p, trimmed(text + 1), at);
        return;
    }
    wait_until(p, at);
    in_time(p, now_us(p), at, "the event");
    if (end >= 0) {
        let_guest_call(p, text, at + (int64_t)(end * 1e6 + 0.5));
        return;
    }
    if (text[0] != '<' && text[0] != '%') await_guest(p);
    if (text[0] == '<')
        packet_in(p, trimmed(text + 1));
    else if (text[0] == '%')
        call_assert(p, trimmed(text + 1));
    else if (strncmp(text, "peer ", 5) == 0)
        speak_of(p, (uint32_t)strtoul(text + 5, NULL, 10));
    else
        call_run(p, text);
}

/* ------------------------------------------------------------ a script */

static void load(struct play *p, const char *library) {
    void (*init)(const char *, struct drill_interface *);
    p->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (p->library == NULL) wrong(p, "%s", dlerror());
    *(void **)&init = dlsym(p->library, "packetdrill_interface_init");
    if (init == NULL) wrong(p, "%s", dlerror());
    init(p->flags, &p->i);
    p->start_us = now_us(p);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->news, NULL);
    pthread_mutex_lock(&p->lock);
    pthread_create(&p->guest, NULL, guest_main, p);
    while (p->guest_thread == 0) pthread_cond_wait(&p->news, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void finish(struct play *p) {
    await_guest(p);
    pthread_mutex_lock(&p->lock);
    p->guest_ends = true;
    pthread_cond_broadcast(&p->news);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->guest, NULL);
    for (int fd = 0; fd < FDS; fd++)
        if (p->live[fd] > 0 && close(p->live[fd]) != 0) wrong(p, "descriptor %d was closed", fd);
    p->i.free(p->i.userdata);
    dlclose(p->library);
}

static void play_file(struct play *, const char *path, const char *library);

/* use FILE: its lines, from beside the script. */
static void use(struct play *p, const char *name, const char *library) {
    char path[LINE];
    const char *slash = strrchr(p->path, '/');
    int n = slash == NULL ? 0 : (int)(slash - p->path) + 1;
    unsigned line = p->line;
    snprintf(path, sizeof path, "%.*s%s", n, p->path, name);
    play_file(p, path, library);
    p->line = line;
}

static void play_line(struct play *p, char *line, const char *library) {
    char *comment = strstr(line, "//");
    if (comment != NULL) *comment = '\0';
    size_t n = strlen(line);
    while (n > 0 && isspace((unsigned char)line[n - 1])) line[--n] = '\0';
    line = trimmed(line);
    if (*line == '\0') return;
    if (strncmp(line, "dies ", 5) == 0) return; /* for run() */
    if (strncmp(line, "set ", 4) == 0) {        /* a flag for the library; before the first event */
        if (p->library != NULL) wrong(p, "set must come before the first event");
        strncat(p->flags, ",", sizeof p->flags - strlen(p->flags) - 1);
        strncat(p->flags, trimmed(line + 4), sizeof p->flags - strlen(p->flags) - 1);
        return;
    }
    if (strncmp(line, "use ", 4) == 0) {
        use(p, trimmed(line + 4), library);
        return;
    }
    if (*line != '+') wrong(p, "expected +TIME, set or use: %s", line);
    if (p->library == NULL) load(p, library);
    event(p, line);
}

static void play_file(struct play *p, const char *path, const char *library) {
    char line[LINE];
    FILE *file = fopen(path, "r");
    if (file == NULL) wrong(p, "cannot read %s", path);
    p->line = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        p->line++;
        play_line(p, line, library);
    }
    fclose(file);
}

static void play(const char *library, const char *path) {
    static struct play p;
    p.path = path;
    strcpy(p.flags, "seed=1");
    speak_of(&p, PEER_PORT);
    play_file(&p, path, library);
    if (p.library == NULL) wrong(&p, "nothing happens");
    finish(&p);
}

/* A script may say "dies WORDS": the library must end the process and say them (trap 2). */
static bool must_die(const char *path, char *words, size_t room) {
    char line[LINE];
    FILE *file = fopen(path, "r");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found = strncmp(line, "dies ", 5) == 0;
        if (found) snprintf(words, room, "%s", line + 5);
    }
    if (file != NULL) fclose(file);
    return found;
}

/* The child's words, as far as they matter. */
static void hear(int from, char *out, size_t room) {
    size_t count = 0;
    for (ssize_t n = 1; n > 0; count += n > 0 ? (size_t)n : 0)
        n = count + 1 < room ? read(from, out + count, room - 1 - count) : 0;
    out[count] = '\0';
    close(from);
}

static bool run(const char *library, const char *path) {
    char wanted[LINE] = "", said[4 * LINE];
    bool dies = must_die(path, wanted, sizeof wanted);
    int status = 0, ends[2];
    fflush(stdout);
    if (pipe(ends) != 0) return false;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        play(library, path);
        exit(0); /* so that a sanitizer looks for leaks */
    }
    close(ends[1]);
    hear(ends[0], said, sizeof said);
    waitpid(child, &status, 0);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    bool good = dies ? code == 1 && strstr(said, wanted) != NULL : code == 0;
    if (!good) printf("FAILED: %s\n%s", path, said);
    return good;
}

int main(int argc, char **argv) {
    int passed = 0, failed = 0;
    for (int i = 2; i < argc; i++) {
        bool good = run(argv[1], argv[i]);
        passed += good;
        failed += !good;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}
