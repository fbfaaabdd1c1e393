#include "room.h"
/*
 * What may be drawn over a network: which pictures there are at a moment, one of them, and how one
 * changes over time, node by node. The last is a silent re-run in slices that looks again only when
 * a table changed that the picture is made of; so it says who believed what, and since when.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs.h"

enum {
    STEPS_AT_ONCE = 256,
    STEPS_MAX = 1000000,  /* of one answer; then `to` says how far it came */
    OCTETS_MAX = 4 << 20, /* the same */
    BELIEVERS_MAX = 1024  /* nodes of a lab whose beliefs are told */
};

static struct timeline *timeline_of(struct room *room, struct job *job) {
    struct timeline *t = room_timeline(room, job->timeline);
    if (!t)
        job_fail(job, 404, "no_timeline", "timeline", "this lab has no timeline %s", job->timeline);
    return t && room_seen_refuses(room, job) ? NULL : t;
}

/* ---------------------------------------------------------------------- what is asked for */

struct wish {
    enum overlay overlay;
    const struct overlay_shape *shape;
    uint32_t node;
    ip4 dst;
};

static bool destination(const struct lab *lab, const char *text, ip4 *dst) {
    char address[64];
    struct in_addr parsed;
    snprintf(address, sizeof address, "%s", text);
    address[strcspn(address, "/")] = 0;
    uint32_t node = strlen(address) < 32 ? lab_node_named(lab, address) : 0;
    for (uint32_t n = 1; node && n <= lab_node(lab, node).interfaces; n++)
        if ((*dst = lab_interface(lab, node, n).address) != 0) return true;
    if (inet_pton(AF_INET, address, &parsed) != 1) return false;
    *dst = ntohl(parsed.s_addr);
    return *dst != 0 && *dst >> 28 < 14;
}

/* False: the job has failed. */
static bool understand(const struct lab *lab, struct job *job, struct wish *wish) {
    uint32_t n = 0;
    for (; (wish->shape = engine_overlay(n)) != NULL; n++)
        if (!strcmp(wish->shape->name, job->slug)) break;
    wish->overlay = (enum overlay)n;
    if (!wish->shape)
        return !job_fail(job, 404, "no_overlay", "overlays", "there is no overlay %s", job->slug);
    if (*job->node) wish->node = lab_node_named(lab, job->node);
    if (*job->node && !wish->node)
        return !job_fail(job, 400, "no_node", "node", "this lab has no node %s", job->node);
    if (wish->shape->of_node && !wish->node)
        return !job_fail(job, 400, "bad_query", "node", "%s is drawn for a node; say node=NAME",
                         job->slug);
    if (wish->shape->to_address && !destination(lab, job->line, &wish->dst))
        return !job_fail(job, 400, "bad_query", "to",
                         "%s leads to a destination; say to=ADDRESS or to=NODE", job->slug);
    return true;
}

static void write_address(struct buffer *out, ip4 a) {
    buffer_printf(out, "\"%u.%u.%u.%u\"", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

static void write_wish(struct buffer *out, const struct lab *lab, const struct wish *wish) {
    buffer_printf(out, "\"overlay\":\"%s\",\"node\":", wish->shape->name);
    if (wish->node)
        buffer_json_string(out, lab_node(lab, wish->node).name);
    else
        buffer_add(out, "null");
    buffer_add(out, ",\"dst\":");
    if (wish->dst)
        write_address(out, wish->dst);
    else
        buffer_add(out, "null");
}

/* ----------------------------------------------------------------------------- the picture */

static void write_arrow(struct buffer *out, const struct lab *lab, bool own_vertices,
                        const struct overlay_arrow *a) {
    buffer_printf(out, "{\"to\":%u,\"role\":\"%s\",\"say\":\"%s\"", a->to,
                  engine_overlay_role_name(a->role), a->say);
    if (a->interface && !own_vertices) {
        buffer_add(out, ",\"interface\":");
        buffer_json_string(out, lab_interface(lab, a->from, a->interface).name);
    }
    for (uint32_t k = 0; k < a->link_count; k++)
        buffer_printf(out, k ? ",%u" : ",\"links\":[%u", a->link[k]);
    if (a->link_count) buffer_char(out, ']');
    if (a->via) {
        buffer_add(out, ",\"via\":");
        write_address(out, a->via);
    }
    if (a->cost != OVERLAY_NO_COST) buffer_printf(out, ",\"cost\":%u", a->cost);
    buffer_char(out, '}');
}

struct drawing {
    struct buffer *out;
    const struct lab *lab;
    const struct overlay_shape *shape;
    uint32_t vertices, from; /* `from`: whose arrows are being written; 0: none yet */
};

static void draw_vertex(void *user, const struct overlay_vertex *v) {
    struct drawing *d = user;
    buffer_printf(d->out,
                  "%s{\"id\":%u,\"node\":%u,\"kind\":\"%s\",\"name\":", d->vertices++ ? "," : "",
                  v->number, v->node, v->kind);
    buffer_json_string(d->out, v->name);
    buffer_add(d->out, ",\"note\":");
    buffer_json_string(d->out, v->note);
    buffer_char(d->out, '}');
}

static void begin_arrows(struct drawing *d) {
    if (d->from == 0) buffer_add(d->out, "],\"arrows\":[");
}

static void draw_arrow(void *user, const struct overlay_arrow *a) {
    struct drawing *d = user;
    if (a->from != d->from) {
        begin_arrows(d);
        buffer_printf(d->out, "%s{\"from\":%u,\"ways\":[", d->from ? "]}," : "", a->from);
    } else {
        buffer_char(d->out, ',');
    }
    d->from = a->from;
    write_arrow(d->out, d->lab, d->shape->own_vertices, a);
}

static void draw(struct buffer *out, const struct lab *lab, const struct wish *wish) {
    struct drawing d = {.out = out, .lab = lab, .shape = wish->shape};
    struct overlay_sink sink = {draw_vertex, draw_arrow, &d};
    buffer_add(out, "\"vertices\":[");
    lab_overlay(lab, wish->overlay, wish->node, wish->dst, &sink);
    begin_arrows(&d);
    buffer_add(out, d.from ? "]}]" : "]");
}

/* A copy of the lab as it was after job->at events (or at the head). NULL: failed. */
static struct lab *lab_at_moment(struct timeline *t, struct job *job, uint32_t *i) {
    uint32_t head = timeline_head(t), at = job->has_at ? job->at : head;
    if (at > head) {
        job_fail(job, 404, "future", "at", "timeline %s has %u events so far", t->id, head);
        return NULL;
    }
    uint64_t step = timeline_step_at(t, DETAIL_STORY, at);
    struct lab *lab = timeline_seek(t, step);
    if (!lab) job_fail(job, 503, "memory", "", "no memory; try again later");
    *i = timeline_count_at(t, DETAIL_STORY, step);
    return lab;
}

bool job_overlay(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    struct wish wish = {0};
    uint32_t i;
    struct lab *lab = t ? lab_at_moment(t, job, &i) : NULL;
    if (!lab) return true;
    if (understand(lab, job, &wish)) {
        buffer_printf(&job->body, "{\"i\":%u,\"t\":%lld,", i, (long long)lab_now(lab));
        write_wish(&job->body, lab, &wish);
        buffer_char(&job->body, ',');
        draw(&job->body, lab, &wish);
        buffer_add(&job->body, "}\n");
        room_weigh(room, job);
    }
    block_unmap(lab, t->block);
    return true;
}

/* Which pictures there are at a moment, and of which nodes. */
bool job_overlays(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    struct buffer *out = &job->body;
    const struct overlay_shape *shape;
    uint32_t i;
    struct lab *lab = t ? lab_at_moment(t, job, &i) : NULL;
    if (!lab) return true;
    buffer_printf(out, "{\"i\":%u,\"overlays\":[", i);
    for (uint32_t n = 0, told = 0; (shape = engine_overlay(n)) != NULL; n++) {
        if (!lab_overlay_has(lab, (enum overlay)n, 0)) continue;
        buffer_printf(out,
                      "%s{\"name\":\"%s\",\"title\":\"overlay.%s\",\"help\":\"overlay.%s.help\","
                      "\"of_node\":%s,\"to_address\":%s,\"own_vertices\":%s,\"nodes\":[",
                      told++ ? "," : "", shape->name, shape->name, shape->name,
                      shape->of_node ? "true" : "false", shape->to_address ? "true" : "false",
                      shape->own_vertices ? "true" : "false");
        for (uint32_t node = 1, first = 1; node <= lab_node_count(lab); node++)
            if (lab_overlay_has(lab, (enum overlay)n, node)) {
                buffer_printf(out, first ? "%u" : ",%u", node);
                first = 0;
            }
        buffer_add(out, "]}");
    }
    buffer_add(out, "],\"roles\":[");
    for (uint32_t n = 0; engine_overlay_role_name(n); n++)
        buffer_printf(out, "%s{\"name\":\"%s\",\"title\":\"overlay.role.%s\"}", n ? "," : "",
                      engine_overlay_role_name(n), engine_overlay_role_name(n));
    buffer_add(out, "]}\n");
    block_unmap(lab, t->block);
    return true;
}

/* --------------------------------------------------------------------------- over time */

struct believing {
    struct replay replay;
    size_t block;
    const struct timeline *timeline;
    struct wish wish;
    uint64_t begun;
    uint32_t changes, nodes;
    bool touched;                /* a table changed that the picture is made of */
    struct buffer *last, *fresh; /* of each node: its arrows as they were told, and as they are */
    struct buffer *out;
};

static void believing_free(void *state) {
    struct believing *b = state;
    for (uint32_t n = 0; b->last && n <= b->nodes; n++) buffer_free(&b->last[n]);
    for (uint32_t n = 0; b->fresh && n <= b->nodes; n++) buffer_free(&b->fresh[n]);
    free(b->last);
    free(b->fresh);
    block_unmap(b->replay.lab, b->block);
    free(b);
}

/* The first event of the lab's last step in the story; if it has none there, the one before. */
static uint32_t event_now(const struct believing *b) {
    const struct strand *s = &b->timeline->strand[DETAIL_STORY];
    uint64_t step = lab_steps(b->replay.lab);
    uint32_t i = step ? timeline_count_at(b->timeline, DETAIL_STORY, step - 1) : 0;
    bool shown = i < s->count && mark_step(s->marks[i]) == step;
    return shown || i == 0 ? i : i - 1;
}

/* A change, if the node's arrows are others than before. */
static void tell(struct believing *b, uint32_t node) {
    struct buffer *last = &b->last[node], fresh = b->fresh[node];
    if (fresh.length == last->length &&
        (fresh.length == 0 || !memcmp(fresh.data, last->data, fresh.length)))
        return;
    buffer_printf(b->out, "%s{\"i\":%u,\"t\":%lld,\"from\":%u,\"ways\":[", b->changes++ ? "," : "",
                  event_now(b), (long long)lab_now(b->replay.lab), node);
    buffer_span(b->out, fresh.data ? fresh.data : "", fresh.length);
    buffer_add(b->out, "]}");
    b->fresh[node] = *last; /* its memory is used again */
    *last = fresh;
}

static void believe(void *user, const struct overlay_arrow *a) {
    struct believing *b = user;
    if (b->fresh[a->from].length) buffer_char(&b->fresh[a->from], ',');
    write_arrow(&b->fresh[a->from], b->replay.lab, false, a);
}

static void look(struct believing *b) {
    struct overlay_sink sink = {NULL, believe, b};
    b->touched = false;
    for (uint32_t n = 1; n <= b->nodes; n++) buffer_clear(&b->fresh[n]);
    lab_overlay(b->replay.lab, b->wish.overlay, b->wish.node, b->wish.dst, &sink);
    for (uint32_t n = 1; n <= b->nodes; n++) tell(b, n);
}

/* What one node has computed follows from its own tables. */
static void notice(void *user, const struct lab *lab, const struct trace_record *r) {
    struct believing *b = user;
    const struct overlay_shape *shape = b->wish.shape;
    (void)lab;
    if (r->kind == TRACE_TABLE && shape->tables >> r->table & 1 &&
        (!shape->of_node || r->node == b->wish.node))
        b->touched = true;
}

/* False: the job has failed. */
static bool believing_begin(struct timeline *t, struct job *job) {
    struct wish wish = {0};
    uint32_t nodes = lab_node_count(t->lab), head = timeline_head(t);
    if (!understand(t->lab, job, &wish)) return false;
    if (wish.shape->own_vertices)
        return !job_fail(job, 400, "bad_query", "overlay", "%s is drawn for one moment only",
                         job->slug);
    if (nodes > BELIEVERS_MAX)
        return !job_fail(job, 413, "too_large", "", "beliefs are told of at most %d nodes",
                         BELIEVERS_MAX);
    if (job->from > head)
        return !job_fail(job, 416, "future", "from", "timeline %s has %u events so far", t->id,
                         head);
    uint64_t step = timeline_step_at(t, DETAIL_STORY, job->from);
    struct believing *b = calloc(1, sizeof *b);
    job->state = b;
    job->state_free = believing_free;
    if (b) {
        b->nodes = nodes;
        b->last = calloc(nodes + 1, sizeof *b->last);
        b->fresh = calloc(nodes + 1, sizeof *b->fresh);
    }
    struct lab *lab = b && b->last && b->fresh ? timeline_seek(t, step) : NULL;
    if (!lab) return !job_fail(job, 503, "memory", "", "no memory; try again later");
    b->replay =
        (struct replay){lab, &t->journal, journal_position(&t->journal, step), lab_steps(t->lab)};
    b->block = t->block;
    b->timeline = t;
    b->wish = wish;
    b->begun = lab_steps(lab);
    b->out = &job->body;
    buffer_char(&job->body, '{');
    write_wish(&job->body, lab, &wish);
    buffer_printf(&job->body, ",\"from\":%u,\"changes\":[", job->from);
    look(b);
    return true;
}

bool job_beliefs(struct room *room, struct job *job) {
    struct timeline *t = timeline_of(room, job);
    if (!t) return true;
    if (!job->state && !believing_begin(t, job)) return true;
    struct believing *b = job->state;
    struct sink sink = {notice, b, WANT_STORY};
    bool fits, over = false;
    for (unsigned n = 0; n < STEPS_AT_ONCE && !over; n++) {
        over = replay_some(&b->replay, &sink, 1, &fits);
        if (b->touched) look(b);
    }
    if (!room_weigh(room, job)) return true;
    bool full = job->body.length > OCTETS_MAX || lab_steps(b->replay.lab) - b->begun > STEPS_MAX;
    if (!over && !full) return false;
    uint32_t to = timeline_count_at(t, DETAIL_STORY, lab_steps(b->replay.lab));
    buffer_printf(&job->body, "],\"to\":%u,\"t\":%lld}\n", to, (long long)lab_now(b->replay.lab));
    return true;
}
