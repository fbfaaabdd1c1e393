#include "seen_parts.h"
/*
 * Reading: the file's packets become a list, and the observer is shown each of them once. What it
 * says is kept with the number of the packet after which it said it, for a later packet may show
 * that an earlier one was lost, and the story is told from the beginning.
 */
#include <stdlib.h>
#include <string.h>

struct seen *seen_begin(struct buffer *octets) {
    struct seen *s = calloc(1, sizeof *s);
    if (s == NULL) {
        buffer_free(octets);
        return NULL;
    }
    s->octets = *octets;
    *octets = (struct buffer){0};
    return s;
}

void seen_free(struct seen *s) {
    if (s == NULL) return;
    if (s->file != NULL) {
        capture_close(&s->capture);
        fclose(s->file);
    }
    conversations_free(&s->conversations);
    free(s->observer);
    free(s->packets);
    free(s->changes);
    free(s->connections);
    buffer_free(&s->octets);
    free(s);
}

/* Room for one more of `size` octets; false: out of memory. */
static bool grow(struct seen *s, void **list, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room) return true;
    uint32_t more = *room == 0 ? 256 : *room * 2;
    void *grown = realloc(*list, more * size);
    if (grown == NULL) {
        s->failed = true;
        return false;
    }
    *list = grown;
    *room = more;
    return true;
}

/* ------------------------------------------------------------------------- what is observed */

static void take_observation(void *user, const struct observation *o) {
    struct seen *s = user;
    if (o->kind == OBSERVED_LOST) {
        if (o->frame >= 1 && o->frame <= s->packet_count) s->packets[o->frame - 1].lost = 1;
        return;
    }
    void *list = s->changes;
    bool fits = grow(s, &list, s->change_count, &s->change_room, sizeof *s->changes);
    s->changes = list;
    if (!fits) return;
    s->changes[s->change_count++] = (struct seen_change){.packet = s->packet_count,
                                                         .connection = o->connection,
                                                         .octets = o->octets,
                                                         .side = (uint8_t)o->side,
                                                         .kind = (uint8_t)o->kind,
                                                         .before = (uint8_t)o->before,
                                                         .after = (uint8_t)o->after,
                                                         .clause = o->clause};
}

static void know_connection(struct seen *s, const struct observed_segment *o) {
    void *list = s->connections;
    if (o->connection == 0 || o->connection <= s->connection_count) return;
    bool fits = grow(s, &list, s->connection_count, &s->connection_room, sizeof *s->connections);
    s->connections = list;
    if (!fits) return;
    s->connections[s->connection_count++] = (struct seen_connection){
        .address = {o->address[0], o->address[1]}, .port = {o->port[0], o->port[1]}};
}

static void observe(struct seen *s, struct seen_packet *p) {
    uint8_t *room = malloc((size_t)p->count + 14);
    uint32_t count;
    if (room == NULL) {
        s->failed = true;
        return;
    }
    const uint8_t *frame = seen_frame(s, p, room, &count);
    struct observed_segment o;
    struct packet_context context = {.kind = FRAME_ETHERNET};
    conversations_context(&s->conversations, s->packet_count, frame, count, &context);
    bool tftp = context.is_tftp;
    observer_frame(s->observer, p->interface, s->packet_count, frame, count, &o, take_observation,
                   s);
    know_connection(s, &o);
    enum frame_kind kind = p->context.kind;
    p->connection = o.connection <= s->connection_count ? o.connection : 0;
    p->side = (uint8_t)o.side;
    p->retransmission = o.retransmission;
    if (o.connection != 0) p->context = o.context;
    p->context.kind = kind;
    p->context.is_tftp = tftp;
    p->context.has_time = true;
    free(room);
}

/* ---------------------------------------------------------------------------------- packets */

static enum seen_progress refuse(const struct seen *s, struct complaint *why) {
    snprintf(why->place, sizeof why->place, "octet %llu", (unsigned long long)s->capture.record_at);
    snprintf(why->problem, sizeof why->problem, "%s", s->capture.problem);
    return SEEN_BAD;
}

static bool open_file(struct seen *s) {
    if (s->octets.length > 0) s->file = fmemopen(s->octets.data, s->octets.length, "rb");
    void *memory = calloc(1, observer_size(SEEN_CONNECTIONS));
    s->observer = memory != NULL ? observer_begin(memory, SEEN_CONNECTIONS) : NULL;
    return s->file != NULL && s->observer != NULL;
}

static bool add_packet(struct seen *s, const struct captured *c) {
    void *list = s->packets;
    bool fits = grow(s, &list, s->packet_count, &s->packet_room, sizeof *s->packets);
    s->packets = list;
    if (!fits) return false;
    if (s->packet_count == 0) s->first_at = c->at_ns;
    int64_t at = c->at_ns - s->first_at;
    if (at < s->last_at) at = s->last_at;
    if (at > SIM_TIME_MAX) at = SIM_TIME_MAX;
    s->last_at = at;
    if (c->interface > 0) s->several = true;
    struct seen_packet *p = &s->packets[s->packet_count++];
    *p = (struct seen_packet){.at = at,
                              .offset = c->at,
                              .count = c->count,
                              .length = c->length > c->count ? c->length : c->count,
                              .interface = c->interface,
                              .context = {.kind = capture_kind(c->link_type)}};
    observe(s, p);
    p->context.at_ns = c->at_ns;
    return !s->failed;
}

static enum seen_progress end_of_file(struct seen *s) {
    conversations_free(&s->conversations);
    free(s->observer);
    s->observer = NULL;
    seen_find_hosts(s);
    return SEEN_DONE;
}

static enum seen_progress no_memory(struct complaint *why) {
    *why = (struct complaint){.problem = "the server is out of memory; try again later"};
    return SEEN_BAD;
}

enum seen_progress seen_read(struct seen *s, uint32_t packets, struct complaint *why) {
    struct captured c;
    if (!s->opened) {
        s->opened = true;
        if (s->octets.length == 0) {
            *why = (struct complaint){
                .place = "octet 0", .problem = "the file is empty; give a pcap or pcapng capture"};
            return SEEN_BAD;
        }
        if (!open_file(s)) return no_memory(why);
        if (!capture_open(&s->capture, s->file)) return refuse(s, why);
    }
    for (; packets > 0; packets--) {
        enum capture_result result = capture_next(&s->capture, &c);
        if (result == CAPTURE_END) return end_of_file(s);
        if (result == CAPTURE_BAD) return refuse(s, why);
        if (s->packet_count == SEEN_PACKETS) {
            snprintf(s->capture.problem, sizeof s->capture.problem,
                     "more than %d packets; cut the capture (editcap -c)", SEEN_PACKETS);
            return refuse(s, why);
        }
        if (!add_packet(s, &c)) return no_memory(why);
    }
    return SEEN_MORE;
}

/* ------------------------------------------------------------------------------------ looks */

uint32_t seen_packets(const struct seen *s) {
    return s->packet_count;
}

sim_time seen_end(const struct seen *s) {
    return s->last_at;
}

size_t seen_memory(const struct seen *s) {
    return sizeof *s + s->octets.room + s->packet_room * sizeof *s->packets +
           s->change_room * sizeof *s->changes + s->connection_room * sizeof *s->connections +
           (s->observer != NULL ? observer_size(SEEN_CONNECTIONS) : 0);
}

bool seen_packet(const struct seen *s, uint64_t number, struct seen_view *view) {
    if (number == 0 || number > s->packet_count) return false;
    const struct seen_packet *p = &s->packets[number - 1];
    *view = (struct seen_view){.octets = (const uint8_t *)s->octets.data + p->offset,
                               .count = p->count,
                               .length = p->length,
                               .context = p->context};
    return true;
}

void seen_file(const struct seen *s, struct buffer *out) {
    buffer_span(out, s->octets.data, s->octets.length);
}
