#include "room.h"
/*
 * A timeline that is joined to devices. It runs in real time: what comes in gets the virtual time
 * of the moment at which it was read, is written to the journal, and goes to the cable of the
 * outside node; what is delivered to that node is written to the device from within the step.
 *
 * A joined timeline may be paused, but the world outside does not wait: what comes then is lost,
 * and counted. When it stops for any other reason (its log or journal is full, memory, the end) it
 * leaves its devices, and the person reads `stopped`. Its past is stepped through, and branches off
 * it are made, as always: a branch has no device.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "labs.h"
#include "outside.h"
#include "record.h"

enum { OUTLETS_MOST = 8, STEPS_AT_ONCE = 64, FRAME_LEAST = 14, SLICE_NS = 1000000 };

struct outlet {
    struct outlet *next;
    struct device *device;
    struct outside_port end;
    uint32_t link;
    char place[64];
    uint64_t in, out, refused, missed;
};

/* -------------------------------------------------------------------------------- what leaves */

static void leave(struct timeline *t, const struct trace_record *r) {
    for (struct outlet *o = t->outlets; o; o = o->next) {
        if (o->link != r->link || o->end.node != r->node) continue;
        if (device_write(o->device, r->octets, r->octet_count) == TAP_SENT)
            o->out++;
        else
            o->refused++;
    }
}

/* --------------------------------------------------------------------------------- what comes */

/* On the way to `at`. 1: there; 0: time is up; -1: it does not get there. */
static int advance(struct timeline *t, sim_time at, int64_t deadline) {
    enum stop stop;
    do {
        stop = timeline_step(t, STEPS_AT_ONCE, at);
        if (timeline_log_full(t)) return -1;
        if (stop != STOP_BUDGET) break;
    } while (wall_now() < deadline);
    return stop == STOP_BUDGET ? 0 : stop == STOP_UNTIL || stop == STOP_QUIET ? 1 : -1;
}

static bool journal_full(const struct room *room, size_t count) {
    return room->frame_octets + 2 * count + 128 > labs_options(room->labs)->journal_octets;
}

static void take(struct room *room, struct timeline *t, struct outlet *o, sim_time at,
                 const struct device_frame *frame) {
    struct complaint why;
    if (frame->count < FRAME_LEAST || frame->count > TAP_FRAME_MOST) {
        o->missed++;
        return;
    }
    if (journal_full(room, frame->count)) {
        timeline_halt(t, "journal_full");
        return;
    }
    if (!timeline_frame(t, at, o->end.node, o->end.interface, frame->octets, frame->count, &why))
        return; /* the lab has ended: motion says so */
    size_t before = room->record.length;
    room_record_command(room, t, &t->journal.entries[t->journal.count - 1]);
    room->frame_octets += room->record.length - before;
    o->in++;
}

static struct outlet *outlet_of(const struct timeline *t, const struct device *device) {
    struct outlet *o = t->outlets;
    while (o && o->device != device) o = o->next;
    return o;
}

static struct outlet *find_outlet(const struct room *room, const struct device *device,
                                  struct timeline **t) {
    struct outlet *found = NULL;
    for (uint32_t n = 0; n < room->timeline_count && !found; n++) {
        *t = room->timelines[n];
        found = outlet_of(*t, device);
    }
    return found;
}

/* The device's job: every frame that waits, or as many as a slice has time for. */
static bool take_frames(struct room *room, struct job *job) {
    struct device *device = device_of(job);
    struct device_frame frame;
    struct timeline *t = NULL;
    bool gone = false;
    int64_t deadline = wall_now() + SLICE_NS;
    struct outlet *o = find_outlet(room, device, &t);
    while (o && device_frame(device, &frame, &gone)) {
        if (t->motion == MOTION_PACED) {
            sim_time at = pacer_target(&t->pacer, frame.wall);
            int there = advance(t, at, deadline);
            if (there == 0) return false;
            if (there > 0) take(room, t, o, at, &frame);
        } else {
            o->missed++;
        }
        device_took(device);
        if (wall_now() >= deadline) return false;
    }
    if (o && gone) {
        timeline_halt(t, "device");
        room_leave_devices(room, t);
    }
    return true;
}

/* ----------------------------------------------------------------------------- joining, leaving */

/* Lets go of a device, or of all (NULL). */
static void let_go(struct timeline *t, const struct device *device) {
    for (struct outlet **link = &t->outlets; *link;) {
        struct outlet *o = *link;
        if (device && o->device != device) {
            link = &o->next;
            continue;
        }
        *link = o->next;
        device_release(o->device);
        free(o);
    }
}

void room_leave_devices(struct room *room, struct timeline *t) {
    (void)room;
    let_go(t, NULL);
}

static bool no_timeline(struct job *job) {
    return job_fail(job, 404, "no_timeline", "timeline", "this lab has no timeline %s",
                    job->timeline);
}

/* Devices are the lab's: the key of a branch is not enough. */
static struct timeline *controlled(struct room *room, struct job *job) {
    struct timeline *t = room_timeline(room, job->timeline);
    if (!t)
        no_timeline(job);
    else if (!same_secret(job->key, room->key)) {
        job_fail(job, 403, "no_control", "Authorization",
                 "only the holder of the lab's control key may join it to a device");
        t = NULL;
    }
    return t;
}

static struct device *find_device(struct room *room, struct job *job) {
    struct devices *all = labs_options(room->labs)->devices;
    struct device *device = devices_find(all, job->slug);
    if (!devices_count(all))
        job_fail(job, 404, "no_device", "device",
                 "this server has no devices; start it with --tap NAME");
    else if (!device)
        job_fail(job, 404, "no_device", "device", "this server has no device %s", job->slug);
    return device;
}

/* The cable gets its carrier, or loses it: a command as if somebody had typed it. */
static void set_carrier(struct room *room, struct timeline *t, uint32_t link, bool up) {
    struct complaint why;
    char line[160];
    uint32_t i;
    struct link_view view = lab_link(t->lab, link);
    if (view.up == up) return;
    snprintf(line, sizeof line, "link %s:%s-%s:%s %s", lab_node(t->lab, view.node[0]).name,
             lab_interface(t->lab, view.node[0], view.interface[0]).name,
             lab_node(t->lab, view.node[1]).name,
             lab_interface(t->lab, view.node[1], view.interface[1]).name, up ? "up" : "down");
    sim_time now = t->motion == MOTION_PACED ? pacer_target(&t->pacer, wall_now()) : 0;
    if (!timeline_command(t, now, 0, line, &why, &i)) return;
    room_record_command(room, t, &t->journal.entries[t->journal.count - 1]);
}

static bool answer(struct room *room, struct job *job, const struct timeline *t) {
    room_record_save(room);
    buffer_printf(&job->body,
                  "{\"timeline\":\"%s\",\"head\":%u,\"head_t\":%lld,\"running\":%s,\"devices\":",
                  t->id, timeline_head(t), (long long)lab_now(t->lab),
                  t->motion == MOTION_PAUSED ? "false" : "true");
    room_describe_devices(room, &job->body);
    buffer_add(&job->body, "}\n");
    return true;
}

static unsigned outlet_count(const struct timeline *t, uint32_t link) {
    unsigned count = 0;
    for (const struct outlet *o = t->outlets; o; o = o->next) count += link == 0 || o->link == link;
    return count;
}

static bool may_attach(struct room *room, struct job *job, struct timeline *t,
                       struct outside_port *end) {
    struct complaint why;
    if (!outside_find(room->scenario, job->line, end, &why))
        return !job_fail(job, 400, "bad_interface", "interface", "%.100s: %.200s", job->line,
                         why.problem);
    uint32_t link = lab_interface(t->lab, end->node, end->interface).link;
    if (outlet_count(t, link) || outlet_count(t, 0) >= OUTLETS_MOST)
        return !job_fail(job, 409, "attached", "interface",
                         "%.100s has a device already; detach that first", job->line);
    if (room->starved || timeline_log_full(t) || journal_full(room, TAP_FRAME_MOST))
        return !job_fail(job, 409, "full", "timeline",
                         "timeline %s has no room for more; make the lab anew", t->id);
    return true;
}

static void begin_motion(struct timeline *t) {
    bool real_time = t->motion == MOTION_PACED && t->pacer.speed == 1;
    t->until = SIM_TIME_MAX;
    t->motion = MOTION_PACED;
    if (!real_time) pacer_begin(&t->pacer, 1, lab_now(t->lab), wall_now());
}

static bool claim_fails(struct job *job, enum claim claim) {
    if (claim == CLAIM_GONE)
        return job_fail(job, 409, "device_gone", "device",
                        "%s has vanished from this machine; start the server anew", job->slug);
    return job_fail(job, 409, "device_busy", "device", "another lab has %s; one lab at a time",
                    job->slug);
}

bool job_attach(struct room *room, struct job *job) {
    if (room_seen_refuses(room, job)) return true;
    struct timeline *t = controlled(room, job);
    struct device *device = t ? find_device(room, job) : NULL;
    struct outside_port end;
    if (!device || !may_attach(room, job, t, &end)) return true;
    struct outlet *o = calloc(1, sizeof *o);
    if (!o) return job_fail(job, 503, "memory", "", "the server is out of memory; try later");
    enum claim claim = device_claim(device, room, take_frames);
    if (claim != CLAIM_TAKEN) free(o);
    if (claim == CLAIM_SOON) return false;
    if (claim != CLAIM_TAKEN) return claim_fails(job, claim);
    *o = (struct outlet){.next = t->outlets, .device = device, .end = end};
    o->link = lab_interface(t->lab, end.node, end.interface).link;
    snprintf(o->place, sizeof o->place, "%s", job->line);
    begin_motion(t);
    t->leave = leave;
    t->outlets = o;
    set_carrier(room, t, o->link, true);
    return answer(room, job, t);
}

bool job_detach(struct room *room, struct job *job) {
    struct timeline *t = controlled(room, job);
    struct device *device = t ? find_device(room, job) : NULL;
    struct outlet *o = device ? outlet_of(t, device) : NULL;
    if (!device) return true;
    if (!o)
        return job_fail(job, 409, "not_attached", "device", "timeline %s is not joined to %s",
                        t->id, job->slug);
    set_carrier(room, t, o->link, false);
    let_go(t, device);
    return answer(room, job, t);
}

/* ------------------------------------------------------------------------------- in words */

void room_describe_devices(const struct room *room, struct buffer *out) {
    bool first = true;
    buffer_char(out, '[');
    for (uint32_t n = 0; n < room->timeline_count; n++)
        for (const struct outlet *o = room->timelines[n]->outlets; o; o = o->next) {
            buffer_add(out, first ? "{\"name\":" : ",{\"name\":");
            first = false;
            buffer_json_string(out, device_name(o->device));
            buffer_printf(out, ",\"timeline\":\"%s\",\"interface\":", room->timelines[n]->id);
            buffer_json_string(out, o->place);
            buffer_printf(out, ",\"in\":%llu,\"out\":%llu,\"refused\":%llu,\"missed\":%llu}",
                          (unsigned long long)o->in, (unsigned long long)o->out,
                          (unsigned long long)o->refused, (unsigned long long)o->missed);
        }
    buffer_char(out, ']');
}

/* The interfaces whose cable leads to an outside node. */
void room_describe_outside(const struct room *room, struct buffer *out) {
    const struct lab *lab = room->timelines[0]->lab;
    bool first = true;
    buffer_add(out, ",\"outside\":[");
    for (uint32_t n = 1; n <= lab_link_count(lab); n++) {
        struct link_view link = lab_link(lab, n);
        for (int end = 0; end < 2; end++) {
            if (lab_node(lab, link.node[1 - end]).kind != NODE_OUTSIDE) continue;
            buffer_printf(out, "%s\"%s:%s\"", first ? "" : ",", lab_node(lab, link.node[end]).name,
                          lab_interface(lab, link.node[end], link.interface[end]).name);
            first = false;
        }
    }
    buffer_char(out, ']');
}
