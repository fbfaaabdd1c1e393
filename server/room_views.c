#include "room.h"
/*
 * What people look at: streams, ranges, packets, densities, tables at a moment. None of these
 * changes a timeline. What needs the past is found by the nearest keyframe and a silent re-run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs.h"
#include "lesson.h"
#include "packet_json.h"
#include "pcapng.h"
#include "spine.h"

enum {
    STEPS_AT_ONCE = 64,
    BINS_MAX = 4096,
    RECORDS_MAX = 200000,
    JUDGE_OCTETS = 16 << 20,
    PCAP_OCTETS = 64 << 20
};

static struct timeline *timeline_of(struct room *room, struct job *job) {
    struct timeline *t = room_timeline(room, job->timeline);
    if (!t)
        job_fail(job, 404, "no_timeline", "timeline", "this lab has no timeline %s", job->timeline);
    return t;
}

/* The strand of the detail that is asked for. NULL: failed, or not ready: call again. */
static struct strand *strand_of(const struct room *room, struct timeline *t, struct job *job,
                                bool *wait) {
    *wait = false;
    if (job->detail == DETAIL_FULL && room_seen_refuses(room, job)) return NULL;
    if (job->detail == DETAIL_FULL && !timeline_full_ready(t)) {
        *wait = t->strand[DETAIL_FULL].story != NULL;
        if (!*wait) job_fail(job, 503, "memory", "", "no memory for the full stream; try later");
        return NULL;
    }
    return &t->strand[job->detail];
}

/* --------------------------------------------------------------------------------- streams */

static void hello(struct buffer *out, const struct room *room, const struct timeline *t,
                  const struct job *job, uint32_t from, uint32_t head) {
    buffer_printf(out, "{\"line\":\"hello\",\"v\":1,\"lab\":\"%s\",\"timeline\":\"%s\",\"parent\":",
                  room->id, t->id);
    if (t->parent)
        buffer_printf(out, "{\"timeline\":\"%s\",\"at\":%u}", t->parent->id,
                      timeline_count_at(t, job->detail, t->fork_step));
    else
        buffer_add(out, "null");
    buffer_printf(out, ",\"from\":%u,\"head\":%u,\"detail\":\"%s\",", from, head,
                  detail_name(job->detail));
    room_seen_world(out, room);
    buffer_add(out, "}\n");
}

bool job_open(struct room *room, struct job *job) {
    bool wait;
    struct timeline *t = timeline_of(room, job);
    if (!t) return true;
    struct strand *s = strand_of(room, t, job, &wait);
    if (!s) return !wait;
    room_flush(room, t, wall_now());
    uint32_t head = log_count(s->log), from = job->from_head ? head : job->from;
    if (from > head) {
        job_fail(job, 416, "future", "from", "timeline %s has %u events so far", t->id, head);
        return true;
    }
    if (!log_offset(s->log, from, &job->offset))
        return job_fail(job, 503, "log", "from", "the log cannot be read; try again later");
    hello(&job->body, room, t, job, from, head);
    if (job->from_head) {
        buffer_printf(&job->body, "{\"line\":\"snapshot\",\"i\":%u,", head);
        if (room->seen)
            seen_snapshot(&job->body, room->seen, head);
        else
            story_snapshot(&job->body, t->lab);
        buffer_add(&job->body, "}\n");
    }
    job->log = log_hold(s->log);
    job->channel = channel_hold(room->channel);
    return true;
}

bool room_weigh(const struct room *room, struct job *job) {
    size_t more = job->body.length - job->weighed;
    if (labs_answer_grows(room->labs, more)) {
        job->weighed += more;
        return true;
    }
    buffer_free(&job->body);
    job_fail(job, 503, "busy", "", "too many large answers are being made; try again later");
    return false;
}

/* Records of job->from .. job->to, made in slices. */
static bool records(const struct room *room, struct job *job, struct log *log) {
    if (!job->state) {
        job->state = spine_create();
        job->state_free = (void (*)(void *))spine_free;
        if (!job->state || !log_offset(log, job->from, &job->offset))
            return job_fail(job, 503, "log", "", "the log cannot be read; try again later");
    }
    char *text = malloc(LOG_CHUNK);
    long n = text ? log_read(log, job->offset, text, LOG_CHUNK) : -1;
    const char *at = text, *end = text + (n > 0 ? n : 0);
    while (at < end && job->from < job->to) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        spine_add(job->state, at, (size_t)(stop - at), &job->body);
        at = stop + 1;
        job->from++;
    }
    job->offset += (uint64_t)(at - text);
    free(text);
    if (n < 0) return job_fail(job, 503, "log", "", "the log cannot be read; try again later");
    if (!room_weigh(room, job)) return true;
    if (job->from < job->to && n > 0) return false;
    job->strings_at = (long)job->body.length;
    job->type = "application/octet-stream";
    spine_strings(job->state, &job->body);
    return true;
}

bool job_events(struct room *room, struct job *job) {
    bool wait;
    struct timeline *t = timeline_of(room, job);
    if (!t) return true;
    struct strand *s = strand_of(room, t, job, &wait);
    if (!s) return !wait;
    if (!job->state) {
        room_flush(room, t, wall_now());
        uint32_t head = log_count(s->log);
        if (job->to > head) job->to = head;
        if (job->from > head)
            return job_fail(job, 416, "future", "from", "timeline %s has %u events so far", t->id,
                            head);
        if (job->from > job->to) job->from = job->to;
        if (job->binary && job->to - job->from > RECORDS_MAX) job->to = job->from + RECORDS_MAX;
    }
    if (job->binary) return records(room, job, s->log);
    if (!log_offset(s->log, job->from, &job->offset) || !log_offset(s->log, job->to, &job->index))
        return job_fail(job, 503, "log", "", "the log cannot be read; try again later");
    job->log = log_hold(s->log);
    job->type = "application/x-ndjson";
    return true;
}

/* --------------------------------------------------------------------------------- packets */

struct capture {
    uint32_t origin, number;
    bool delivered, found; /* delivered: as received, else as sent */
    struct buffer octets;
    struct packet_context context;
};

enum { TFTP_PORT = 69 }; /* where a datagram's conversation began: engine.h, seq_base */
static void capture_record(void *user, const struct lab *lab, const struct trace_record *r) {
    (void)lab;
    struct capture *c = user;
    uint16_t kind = c->delivered ? TRACE_DELIVERED : TRACE_SENT;
    if (c->found || r->kind != kind || r->origin != c->origin || r->number != c->number ||
        !r->octets)
        return;
    c->found = true;
    buffer_span(&c->octets, (const char *)r->octets, r->octet_count);
    c->context = (struct packet_context){.has_time = true,
                                         .has_bases = r->seq_base || r->ack_base,
                                         .is_tftp = r->connection == 0 && r->seq_base == TFTP_PORT,
                                         .at_ns = r->at,
                                         .seq_base = r->seq_base,
                                         .ack_base = r->ack_base,
                                         .window_shift = -1};
}

/* Re-runs the one step in which the packet was sent or delivered. */
static void capture_at(struct timeline *t, uint64_t step, struct capture *c) {
    struct lab *lab = timeline_seek(t, step - 1);
    if (!lab) return;
    struct replay replay = {lab, &t->journal, journal_position(&t->journal, step - 1), step};
    struct sink sink = {capture_record, c, WANT_STORY};
    replay_all(&replay, &sink);
    block_unmap(lab, t->block);
}

static bool packet_name(const char *line, size_t length, struct capture *c) {
    char name[32], *dot;
    if (!line_text(line, length, "p", name, sizeof name)) return false;
    c->origin = (uint32_t)strtoul(name, &dot, 10);
    if (*dot != '.') return false;
    c->number = (uint32_t)strtoul(dot + 1, NULL, 10);
    return true;
}

/* Event `i` may be any that names a packet. For one that was lost or dropped the octets are those
 * of the last `tx` of the same packet before it. */
static bool find_sending(struct timeline *t, uint32_t i, struct capture *c, struct buffer *line) {
    for (uint32_t back = 0; back < 20000; back++) {
        struct capture other = {0};
        char kind[8] = "";
        if (!timeline_line(t, i - back, line)) return false;
        line_text(line->data, line->length, "k", kind, sizeof kind);
        if (!strcmp(kind, "tx") && packet_name(line->data, line->length, &other) &&
            other.origin == c->origin && other.number == c->number) {
            capture_at(t, mark_step(t->strand[DETAIL_STORY].marks[i - back]), c);
            return c->found;
        }
        if (back == i) return false;
    }
    return false;
}

static void packet_answer(struct job *job, const struct capture *c) {
    struct buffer *out = &job->body;
    buffer_printf(out, "{\"i\":%llu,\"packet\":\"%u.%u\",\"octets\":\"",
                  (unsigned long long)job->index, c->origin, c->number);
    buffer_hex(out, (const uint8_t *)c->octets.data, c->octets.length);
    buffer_add(out, "\",\"tree\":");
    packet_tree_json_in(out, &c->context, (const uint8_t *)c->octets.data, c->octets.length);
    buffer_add(out, "}\n");
}

bool job_packet(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    if (!t) return true;
    struct buffer line = {0};
    struct capture c = {0};
    char kind[8] = "";
    room_flush(room, t, wall_now());
    if (room->seen)
        return job_seen_packet(room, job,
                               job->index < timeline_head(t)
                                   ? mark_step(t->strand[DETAIL_STORY].marks[job->index])
                                   : 0);
    uint32_t i = (uint32_t)job->index;
    bool there = job->index < timeline_head(t) && timeline_line(t, i, &line) &&
                 packet_name(line.data, line.length, &c);
    if (there) {
        line_text(line.data, line.length, "k", kind, sizeof kind);
        c.delivered = !strcmp(kind, "rx");
        if (c.delivered) capture_at(t, mark_step(t->strand[DETAIL_STORY].marks[i]), &c);
        c.delivered = c.delivered && c.found;
        if (!c.found) find_sending(t, i, &c, &line);
    }
    if (c.found)
        packet_answer(job, &c);
    else
        job_fail(job, 404, "no_packet", "packets", "event %llu of timeline %s names no packet",
                 (unsigned long long)job->index, t->id);
    buffer_free(&line);
    buffer_free(&c.octets);
    return true;
}

/* ----------------------------------------------------------------------- densities, tables */

bool job_bins(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    if (!t) return true;
    const struct strand *s = &t->strand[DETAIL_STORY];
    uint32_t to = job->to < s->count ? job->to : s->count;
    uint32_t from = job->from < to ? job->from : to, n = job->count;
    uint32_t(*bins)[2] = calloc(n, sizeof *bins);
    if (!bins) return job_fail(job, 503, "memory", "", "no memory; try again later");
    sim_time t0 = from < to ? s->marks[from].t : 0, t1 = from < to ? s->marks[to - 1].t : 0;
    double width = (double)(t1 - t0 + 1) / n;
    for (uint32_t i = from; i < to; i++) {
        uint32_t bin = (uint32_t)((double)(s->marks[i].t - t0) / width);
        if (bin >= n) bin = n - 1;
        bins[bin][0]++;
        bins[bin][1] += mark_lost(s->marks[i]);
    }
    buffer_add(&job->body, "{\"bins\":[");
    for (uint32_t b = 0; b < n && from < to; b++)
        buffer_printf(&job->body, "%s{\"t0\":%.0f,\"t1\":%.0f,\"count\":%u,\"lost\":%u}",
                      b ? "," : "", (double)t0 + width * b, (double)t0 + width * (b + 1),
                      bins[b][0], bins[b][1]);
    buffer_add(&job->body, "]}\n");
    free(bins);
    return true;
}

bool job_keyframe(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    if (!t) return true;
    if (room->seen && job->index <= timeline_head(t)) return job_seen_keyframe(room, job);
    if (job->index > timeline_head(t))
        return job_fail(job, 404, "future", "keyframes", "timeline %s has %u events so far", t->id,
                        timeline_head(t));
    uint64_t step = timeline_step_before(t, DETAIL_STORY, (uint32_t)job->index);
    struct lab *lab = timeline_seek(t, step);
    if (!lab) return job_fail(job, 503, "memory", "", "no memory; try again later");
    buffer_printf(&job->body, "{\"i\":%u,", timeline_count_at(t, DETAIL_STORY, step));
    story_snapshot(&job->body, lab);
    buffer_add(&job->body, "}\n");
    block_unmap(lab, t->block);
    return true;
}

/* ---------------------------------------------------------------------- console completion */

struct offers {
    struct buffer *out;
    unsigned count;
};

static void offer(void *user, const char *word, const char *help) {
    struct offers *offers = user;
    if (offers->count >= 200) return;
    buffer_add(offers->out, offers->count++ ? ",{\"word\":" : "{\"word\":");
    buffer_json_string(offers->out, word);
    buffer_add(offers->out, ",\"help\":");
    buffer_json_string(offers->out, help ? help : "");
    buffer_char(offers->out, '}');
}

bool job_complete(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    if (!t || room_seen_refuses(room, job)) return true;
    uint32_t node = *job->node && strlen(job->node) < 32 ? lab_node_named(t->lab, job->node) : 0;
    if (*job->node && !node)
        return job_fail(job, 400, "no_node", "node", "this lab has no node %s", job->node);
    struct offers offers = {&job->body, 0};
    buffer_add(&job->body, "{\"words\":[");
    lab_complete(t->lab, node, job->line, offer, &offers);
    buffer_add(&job->body, "]}\n");
    return true;
}

/* --------------------------------------------------------------------------------- judging */

bool job_judge(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    if (!t || room_seen_refuses(room, job)) return true;
    struct lesson *lesson = job->course ? course_find(job->course, job->slug) : NULL;
    if (!lesson)
        return job_fail(job, 404, "no_lesson", "lesson", "there is no lesson %s", job->slug);
    int step = lesson_step_named(lesson, job->question);
    if (step < 0)
        return job_fail(job, 404, "no_step", "step", "lesson %s has no step %s", job->slug,
                        job->question);
    room_flush(room, t, wall_now());
    struct log *log = t->strand[DETAIL_STORY].log;
    uint64_t end = log_end(log), at = 0;
    if (end > JUDGE_OCTETS)
        return job_fail(job, 413, "too_long", "", "this timeline is too long to be judged");
    struct buffer lines = {0};
    while (at < end) {
        char *room_for = buffer_room(&lines, LOG_CHUNK);
        long n = room_for ? log_read(log, at, room_for, LOG_CHUNK) : -1;
        if (n <= 0) break;
        buffer_took(&lines, (size_t)n);
        at += (uint64_t)n;
    }
    if (at < end)
        job_fail(job, 503, "log", "", "the log cannot be read; try again later");
    else
        lesson_judge(lesson, (size_t)step, (enum language)job->language, t->lab,
                     lines.data ? lines.data : "", lines.length, &job->body);
    buffer_free(&lines);
    return true;
}

/* --------------------------------------------------------------------------------- capture */

struct capturing {
    struct replay replay;
    size_t block;
    struct pcapng *pcap;
};

static void capturing_free(void *state) {
    struct capturing *c = state;
    pcapng_free(c->pcap);
    block_unmap(c->replay.lab, c->block);
    free(c);
}

static void capturing_record(void *user, const struct lab *lab, const struct trace_record *r) {
    pcapng_record(((struct capturing *)user)->pcap, lab, r);
}

static bool capturing_begin(struct timeline *t, struct job *job, const char *title) {
    struct capturing *c = calloc(1, sizeof *c);
    if (!c) return false;
    job->state = c;
    job->state_free = capturing_free;
    c->block = t->block;
    c->replay = (struct replay){block_map(t->block), &t->journal, 0, lab_steps(t->lab)};
    if (!c->replay.lab) return false;
    keyframes_restore(&t->keyframes, 0, c->replay.lab);
    c->pcap = pcapng_begin(c->replay.lab, title);
    return c->pcap != NULL;
}

/* A whole timeline as pcapng, by a re-run in slices. */
bool job_pcap(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    if (!t) return true;
    if (room->seen) return job_seen_file(room, job);
    if (!job->state && !capturing_begin(t, job, room->scenario->title))
        return job_fail(job, 503, "memory", "", "no memory; try again later");
    struct capturing *c = job->state;
    struct sink sink = {capturing_record, c, WANT_STORY};
    bool fits, over = replay_some(&c->replay, &sink, STEPS_AT_ONCE * 4, &fits);
    if (over) pcapng_end(c->pcap);
    struct buffer *blocks = pcapng_blocks(c->pcap);
    buffer_span(&job->body, blocks->data ? blocks->data : "", blocks->length);
    buffer_clear(blocks);
    if (job->body.failed || job->body.length > PCAP_OCTETS)
        return job_fail(job, 413, "too_long", "", "this timeline is too long for one capture");
    if (!room_weigh(room, job)) return true;
    if (!over) return false;
    job->type = "application/vnd.tcpdump.pcap";
    return true;
}
