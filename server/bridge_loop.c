#include "bridge.h"
/*
 * The session. Virtual time is the monotonic clock since the start. The loop steps the lab to now,
 * takes in the frames that wait, each at the time at which it was read, and sleeps until the next
 * frame or the next event. A frame that reaches an outside node is written to its device at once,
 * from within the step.
 *
 * What comes in is the only input that is no function of the scenario, so it goes to the journal
 * before anything else happens with it. A flood is bounded by the device: what the lab has no time
 * for, the kernel's queue drops before it comes here.
 */
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "pacer.h"

enum { FRAMES_A_TURN = 64, STEPS_A_TURN = 4096, FLUSH_NS = 200000000, FRAME_LEAST = 14 };

static volatile sig_atomic_t stop_asked;
static void on_signal(int number) {
    stop_asked = number;
}

/* -------------------------------------------------------------------------------- what leaves */

static void leave(struct bridge *b, struct bridge_port *port, const struct trace_record *r) {
    switch (tap_write(&port->tap, r->octets, r->octet_count)) {
    case TAP_SENT: b->out++; break;
    case TAP_FULL: b->refused++; break;
    case TAP_DOWN:
        if (!port->told)
            fprintf(stderr, "netstep: bridge: %s is down; bring it up: ip link set dev %s up\n",
                    port->tap.name, port->tap.name);
        port->told = true;
        b->refused++;
        break;
    case TAP_GONE: b->gone = port; break;
    }
}

static void take_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct bridge *b = user;
    if (r->kind == TRACE_DELIVERED)
        for (size_t n = 0; n < b->port_count; n++)
            if (b->ports[n].link == r->link && b->ports[n].end.node == r->node)
                leave(b, &b->ports[n], r);
    b->listener.record(b->listener.user, lab, r);
}

/* --------------------------------------------------------------------------------- what comes */

static void write_journal(struct bridge *b, sim_time at, const struct outside_port *end,
                          size_t count) {
    if (!b->journal) return;
    struct journal_entry e = {.step = lab_steps(b->lab),
                              .at = at,
                              .node = end->node,
                              .interface = end->interface,
                              .octets = b->frame,
                              .count = count};
    buffer_clear(&b->line);
    record_entry(&b->line, "T0", &e);
    b->failed |=
        b->line.failed || fwrite(b->line.data, 1, b->line.length, b->journal) != b->line.length;
    b->written += b->line.length;
}

static sim_time now(const struct bridge *b) {
    sim_time at = wall_now() - b->origin;
    return at < b->until ? at : b->until;
}

/* Everything up to `at`. False: there is no getting there. */
static bool advance(struct bridge *b, sim_time at) {
    struct sink sink = {take_record, b, b->listener.wants};
    struct budget budget = {STEPS_A_TURN, at};
    do b->stop = lab_step(b->lab, &sink, &budget);
    while (b->stop == STOP_BUDGET && !stop_asked);
    return b->stop == STOP_UNTIL || b->stop == STOP_QUIET;
}

/* The frame in b->frame, at the time at which it was read. False: the session is over. */
static bool take_frame(struct bridge *b, struct bridge_port *port, size_t count) {
    struct sink sink = {take_record, b, b->listener.wants};
    struct complaint why;
    sim_time at = now(b);
    if (count < FRAME_LEAST || count > TAP_FRAME_MOST) {
        if (!b->strange++)
            fprintf(stderr,
                    "netstep: bridge: %s gave a frame of %zu octets; a lab takes 14 to 1514, the "
                    "others are thrown away: ip link set dev %s mtu 1500\n",
                    port->tap.name, count, port->tap.name);
        return true;
    }
    if (!advance(b, at)) return false;
    write_journal(b, at, &port->end, count);
    b->in++;
    return lab_frame_in(b->lab, &sink, at, port->end.node, port->end.interface, b->frame, count,
                        &why);
}

static bool take_frames(struct bridge *b, struct bridge_port *port) {
    for (int n = 0; n < FRAMES_A_TURN && !b->gone; n++) {
        int count = tap_read(&port->tap, b->frame);
        if (count < 0) b->gone = port;
        if (count <= 0) break;
        if (!take_frame(b, port, (size_t)count)) return false;
    }
    return !b->gone;
}

/* ------------------------------------------------------------------------------------ the loop */

/* NULL: go on; else why the session is over. */
static const char *is_over(const struct bridge *b, sim_time at) {
    if (stop_asked) return "signal";
    if (b->gone) return "device";
    if (b->stop == STOP_LIVELOCK || b->stop == STOP_END) return engine_name(NAME_STOP, b->stop);
    if (b->failed) return "failed";
    if (b->written + recorder_octets(b->recorder) > b->limit) return "limit";
    return at >= b->until ? "until" : NULL;
}

static void flush(struct bridge *b) {
    int64_t wall = wall_now();
    if (wall < b->flush_due) return;
    b->flush_due = wall + FLUSH_NS;
    if (b->journal && fflush(b->journal)) b->failed = true;
    recorder_flush(b->recorder);
}

/* Until a frame comes or the next event is due; a signal that comes just before is noticed when
 * the files are flushed next. */
static void wait_for_news(struct bridge *b, struct pollfd *fds) {
    sim_time next, due = b->until;
    if (lab_next(b->lab, &next) && next < due) due = next;
    int64_t wait = due - (wall_now() - b->origin);
    if (wait > FLUSH_NS) wait = FLUSH_NS;
    if (wait < 0) wait = 0;
    struct timespec time = {0, wait};
    for (size_t n = 0; n < b->port_count; n++)
        fds[n] = (struct pollfd){b->ports[n].tap.fd, POLLIN, 0};
    if (ppoll(fds, b->port_count, &time, NULL) >= 0) return;
    for (size_t n = 0; n < b->port_count; n++) fds[n].revents = 0;
}

const char *bridge_loop(struct bridge *b) {
    struct pollfd fds[BRIDGE_PORTS];
    const char *over = NULL;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    b->origin = wall_now();
    for (advance(b, 0); !over;) {
        wait_for_news(b, fds);
        for (size_t n = 0; n < b->port_count && !b->gone; n++)
            if (fds[n].revents && !take_frames(b, &b->ports[n])) break;
        sim_time at = now(b);
        if (!b->gone) advance(b, at);
        flush(b);
        over = is_over(b, at);
    }
    return over;
}
