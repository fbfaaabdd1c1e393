#include "room.h"
/*
 * Rooms that show a capture: a lab that stands still, whose story is told from the file. All that
 * looks at a timeline works on them as on any other; what would move one is refused, and so is a
 * branch: a capture has no other future. What needs a lab's past (packets, tables at a moment) is
 * answered from the file here.
 *
 * A capture that nobody uses is parked like a lab: its stream goes, its file stays in memory. It is
 * not kept over a restart of the service.
 */
#include <stdio.h>

#include "labs.h"
#include "metrics.h"
#include "packet_json.h"

enum { PACKETS_AT_ONCE = 256 };

bool room_seen_refuses(const struct room *room, struct job *job) {
    if (!room->seen) return false;
    job_fail(job, 409, "capture", "timeline",
             "this is a capture: it can be looked at, and nothing in it can be changed or run");
    return true;
}

void room_seen_world(struct buffer *out, const struct room *room) {
    if (room->seen)
        seen_world(out, room->seen);
    else
        story_world(out, room->timelines[0]->lab);
}

/* The lab that stands still: a timeline has one. */
static struct lab *still_lab(struct room *room, size_t *size) {
    static const char text[] = "{\"netstep\":1,\"nodes\":[{\"name\":\"capture\"}]}";
    struct complaint why;
    if (!room->scenario) room->scenario = scenario_read(text, sizeof text - 1, &why);
    *size = room->scenario ? lab_size(&room->scenario->scenario) : 0;
    struct lab *lab = *size ? block_map(*size) : NULL;
    if (lab && !lab_create(lab, *size, &room->scenario->scenario, &why)) {
        block_unmap(lab, *size);
        return NULL;
    }
    return lab;
}

static bool begin_telling(struct room *room) {
    size_t size;
    struct lab *lab = still_lab(room, &size);
    struct timeline *t =
        lab ? room_add(room, timeline_create("T0", lab, size, &room->pool, &room->config)) : NULL;
    if (!t) return false;
    t->stopped = "end";
    room->next_number = 1;
    return true;
}

/* Goes on with telling. False: there is more. */
static bool tell_some(struct room *room, int64_t deadline) {
    struct timeline *t = room->timelines[0];
    struct strand *s = &t->strand[DETAIL_STORY];
    while (seen_tell(room->seen, PACKETS_AT_ONCE, t->lab, s->story) == SEEN_MORE) {
        if (timeline_log_full(t)) {
            t->stopped = "log_full";
            return true;
        }
        room_flush(room, t, wall_now());
        if (wall_now() >= deadline) return false;
    }
    room_flush(room, t, wall_now());
    return true;
}

bool room_seen_revive(struct room *room, int64_t deadline) {
    if (room->timeline_count == 0 && !begin_telling(room)) {
        snprintf(room->broken, sizeof room->broken, "the server is out of memory");
        atomic_store(&room->state, ROOM_BROKEN);
        return true;
    }
    if (!tell_some(room, deadline)) return false;
    atomic_store(&room->state, ROOM_LIVE);
    return true;
}

/* ---------------------------------------------------------------------------------- the jobs */

static bool fails(struct room *room, struct job *job, unsigned status, const char *code,
                  const struct complaint *why) {
    job_fail(job, status, code, why->place, "%s", why->problem);
    seen_free(room->seen); /* with its octets; the empty room is let go at the next second */
    room->seen = NULL;
    atomic_store(&room->state, ROOM_PARKED);
    labs_forget(room->labs, room);
    return true;
}

static bool created(struct room *room, struct job *job) {
    atomic_store(&room->state, ROOM_LIVE);
    metric_add(METRIC_LABS_CREATED, 1);
    job->status = 201;
    buffer_printf(&job->body,
                  "{\"lab\":\"%s\",\"key\":\"%s\",\"join\":\"%s\",\"timeline\":\"T0\",\"url\":\"/l/"
                  "%s\",\"packets\":%u}\n",
                  room->id, room->key, room->join, room->id, seen_packets(room->seen));
    return true;
}

bool job_capture(struct room *room, struct job *job) {
    static const struct complaint memory = {.problem =
                                                "the server is out of memory; try again later"};
    struct complaint why = {.place = ""};
    if (job->seen) {
        room->seen = job->seen;
        job->seen = NULL;
    }
    if (room->timeline_count == 0) {
        switch (seen_read(room->seen, PACKETS_AT_ONCE, &why)) {
        case SEEN_MORE: return false;
        case SEEN_BAD:
            return fails(room, job, *why.place ? 400 : 503, *why.place ? "bad_capture" : "memory",
                         &why);
        case SEEN_DONE: break;
        }
        if (!begin_telling(room)) return fails(room, job, 503, "memory", &memory);
    }
    if (!tell_some(room, wall_now())) return false;
    return created(room, job);
}

bool job_seen_packet(struct room *room, struct job *job, uint64_t number) {
    struct seen_view view;
    if (!seen_packet(room->seen, number, &view))
        return job_fail(job, 404, "no_packet", "packets", "event %llu names no packet",
                        (unsigned long long)job->index);
    buffer_printf(&job->body, "{\"i\":%llu,\"packet\":\"%llu\",\"octets\":\"",
                  (unsigned long long)job->index, (unsigned long long)number);
    buffer_hex(&job->body, view.octets, view.count);
    buffer_add(&job->body, "\",\"tree\":");
    packet_tree_json_in(&job->body, &view.context, view.octets, view.count);
    buffer_add(&job->body, "}\n");
    return true;
}

bool job_seen_keyframe(struct room *room, struct job *job) {
    buffer_printf(&job->body, "{\"i\":%llu,", (unsigned long long)job->index);
    seen_snapshot(&job->body, room->seen, (uint32_t)job->index);
    buffer_add(&job->body, "}\n");
    return true;
}

bool job_seen_file(struct room *room, struct job *job) {
    seen_file(room->seen, &job->body);
    if (job->body.failed) return job_fail(job, 503, "memory", "", "no memory; try again later");
    if (!room_weigh(room, job)) return true;
    job->type = "application/vnd.tcpdump.pcap";
    return true;
}
