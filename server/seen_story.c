#include "seen_parts.h"
/*
 * Telling: each packet is a step. Its `tx` comes first, then its end, at the same time: a capture
 * does not know how long a frame is under way. What the observer concluded from it follows.
 */
#include <stdlib.h>
#include <string.h>

static uint32_t link_of(const struct seen *s, uint32_t a, uint32_t b) {
    uint32_t link = 0, low = a < b ? a : b, high = a < b ? b : a;
    for (uint32_t i = 1; i < SEEN_HOSTS + 3; i++)
        for (uint32_t k = i + 1; k < SEEN_HOSTS + 3; k++) {
            if (!s->links[i][k] && !s->links[k][i]) continue;
            link++;
            if (i == low && k == high) return link;
        }
    return 0;
}

uint16_t seen_reason(const char *name) {
    const char *other;
    for (uint32_t n = 0; (other = engine_name(NAME_REASON, n)) != NULL; n++)
        if (strcmp(other, name) == 0) return (uint16_t)n;
    return 0;
}

struct teller {
    struct seen *seen;
    const struct lab *lab;
    struct sink sink;
    struct trace_record record; /* what is the same for all records of a step */
};

static void tell(struct teller *t, const struct trace_record *r) {
    t->sink.record(t->sink.user, t->lab, r);
}

enum { TFTP_PORT = 69 };

static void tell_packet(struct teller *t, const struct seen_packet *p) {
    uint8_t *room = malloc((size_t)p->count + 14);
    uint32_t count;
    if (room == NULL) {
        t->seen->failed = true;
        return;
    }
    struct trace_record r = t->record;
    r.kind = TRACE_SENT;
    r.octets = seen_frame(t->seen, p, room, &count);
    r.octet_count = count;
    r.before = p->length;
    r.connection = p->connection == 0 ? 0 : p->connection * 2 - 1 + p->side;
    r.retransmission = p->retransmission;
    /* Of a datagram it is the port at which its conversation began. */
    r.seq_base = p->context.is_tftp ? TFTP_PORT : p->context.seq_base;
    r.ack_base = p->context.ack_base;
    tell(t, &r);
    free(room);
}

static void tell_end(struct teller *t, const struct seen_packet *p) {
    struct trace_record r = t->record;
    r.cause_step = r.step;
    if (p->lost) {
        r.kind = TRACE_LOST;
        r.reason = seen_reason("seen_lost");
        r.where_ppm = 750000;
    } else {
        r.kind = TRACE_DELIVERED;
        r.node = p->to;
        r.peer = p->from;
    }
    tell(t, &r);
}

static size_t name_end(char *out, size_t size, const struct seen_connection *c, uint32_t side) {
    const ip4 a = c->address[side], b = c->address[1 - side];
    int n = snprintf(out, size, "%u.%u.%u.%u:%u > %u.%u.%u.%u:%u", a >> 24, a >> 16 & 255,
                     a >> 8 & 255, a & 255, c->port[side], b >> 24, b >> 16 & 255, b >> 8 & 255,
                     b & 255, c->port[1 - side]);
    return n > 0 ? (size_t)n : 0;
}

static void tell_change(struct teller *t, const struct seen_change *change) {
    const struct seen_connection *c = &t->seen->connections[change->connection - 1];
    struct trace_record r = t->record;
    char name[64];
    r.node = c->host[change->side];
    r.clause = change->clause;
    if (change->kind == OBSERVED_MISSING) {
        r.kind = TRACE_DROPPED;
        r.reason = seen_reason("not_captured");
        r.origin = 0;
    } else {
        r.kind = TRACE_STATE;
        r.machine = 0; /* TCP's */
        r.object = seen_object(change);
        r.before = change->before;
        r.after = change->after;
        r.text_length = name_end(name, sizeof name, c, change->side);
        r.text = name;
    }
    tell(t, &r);
}

enum seen_progress seen_tell(struct seen *s, uint32_t packets, const struct lab *lab,
                             struct story *story) {
    struct teller t = {.seen = s, .lab = lab, .sink = story_sink(story)};
    if (s->told == 0) story_name_nodes(story, s->names);
    for (; packets > 0 && s->told < s->packet_count; packets--) {
        const struct seen_packet *p = &s->packets[s->told++];
        t.record = (struct trace_record){.step = s->told,
                                         .at = p->at,
                                         .until = p->at,
                                         .node = p->from,
                                         .peer = p->to,
                                         .link = link_of(s, p->from, p->to),
                                         .origin = p->from,
                                         .number = p->number};
        tell_packet(&t, p);
        tell_end(&t, p);
        for (; s->told_change < s->change_count && s->changes[s->told_change].packet == s->told;
             s->told_change++) {
            s->changes[s->told_change].told = story_next(story);
            tell_change(&t, &s->changes[s->told_change]);
        }
    }
    return s->told < s->packet_count ? SEEN_MORE : SEEN_DONE;
}

void seen_rewind(struct seen *s) {
    s->told = s->told_change = 0;
}

const char *const *seen_names(const struct seen *s) {
    return s->names;
}

/* ----------------------------------------------------------------------------------- as a whole */

static uint32_t lanes(const struct seen *s) {
    return s->host_count + (s->others != 0) + (s->everybody != 0);
}

/* The hosts in a row when there are two, else around. Thousandths, by a coarse table of the circle:
 * the page lays nodes out again when somebody moves them. */
static void write_place(struct buffer *b, uint32_t i, uint32_t count) {
    static const int16_t circle[24][2] = {
        {0, -400}, {104, -386},  {200, -346},  {283, -283},  {346, -200},  {386, -104},
        {400, 0},  {386, 104},   {346, 200},   {283, 283},   {200, 346},   {104, 386},
        {0, 400},  {-104, 386},  {-200, 346},  {-283, 283},  {-346, 200},  {-386, 104},
        {-400, 0}, {-386, -104}, {-346, -200}, {-283, -283}, {-200, -346}, {-104, -386}};
    uint32_t at = count > 2 ? i * 24 / count : i == 0 ? 18 : 6;
    buffer_printf(b, ",\"x\":%d,\"y\":%d", 500 + circle[at % 24][0], 500 + circle[at % 24][1]);
}

static void write_nodes(struct buffer *b, const struct seen *s) {
    uint32_t count = lanes(s);
    for (uint32_t i = 1; i <= count; i++) {
        const struct seen_host *h = &s->hosts[i];
        buffer_printf(b, "%s{\"id\":%u,\"name\":", i > 1 ? "," : "", i);
        buffer_json_string(b, h->name);
        buffer_printf(b, ",\"kind\":\"%s\"", i <= s->host_count ? "host" : "hub");
        write_place(b, i - 1, count);
        buffer_add(b, ",\"interfaces\":[");
        if (h->address != 0 || h->has_mac) {
            buffer_add(b, "{\"name\":\"\",\"address\":");
            buffer_json_string(b, h->address != 0 ? h->name : "");
            if (h->has_mac)
                buffer_printf(b, ",\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\"}", h->mac[0],
                              h->mac[1], h->mac[2], h->mac[3], h->mac[4], h->mac[5]);
            else
                buffer_add(b, ",\"mac\":\"\"}");
        }
        buffer_add(b, "]}");
    }
}

static void write_links(struct buffer *b, const struct seen *s) {
    uint32_t link = 0;
    for (uint32_t i = 1; i < SEEN_HOSTS + 3; i++)
        for (uint32_t k = i + 1; k < SEEN_HOSTS + 3; k++) {
            if (!s->links[i][k] && !s->links[k][i]) continue;
            buffer_printf(
                b,
                "%s{\"id\":%u,\"a\":%u,\"b\":%u,\"a_interface\":\"\",\"b_interface\":\"\","
                "\"delay_ns\":[0,0],\"rate_bps\":0}",
                link > 0 ? "," : "", link + 1, i, k);
            link++;
        }
}

void seen_world(struct buffer *b, const struct seen *s) {
    buffer_printf(b, "\"behaviour\":%d,\"capture\":{\"packets\":%u,\"since\":\"%lld.%09lld\"}",
                  ENGINE_BEHAVIOUR, s->packet_count, (long long)(s->first_at / 1000000000),
                  (long long)llabs(s->first_at % 1000000000));
    buffer_add(b, ",\"nodes\":[");
    write_nodes(b, s);
    buffer_add(b, "],\"links\":[");
    write_links(b, s);
    buffer_add(b, "],");
    story_vocabulary(b);
}

/* The last change of each end before the event. */
void seen_snapshot(struct buffer *b, const struct seen *s, uint32_t i) {
    const struct seen_change **last = calloc((size_t)s->connection_count * 2 + 1, sizeof *last);
    sim_time at = 0;
    if (last == NULL) {
        b->failed = true;
        return;
    }
    for (uint32_t n = 0; n < s->told_change && s->changes[n].told < i; n++) {
        const struct seen_change *c = &s->changes[n];
        if (c->kind == OBSERVED_STATE) last[(c->connection - 1) * 2 + c->side] = c;
        at = s->packets[c->packet - 1].at;
    }
    buffer_add(b, "\"t\":");
    buffer_i64(b, at);
    buffer_add(b, ",\"tables\":{},\"states\":[");
    bool first = true;
    for (uint32_t n = 0; n < s->connection_count * 2; n++) {
        if (last[n] == NULL) continue;
        const struct seen_connection *c = &s->connections[last[n]->connection - 1];
        char name[64];
        name_end(name, sizeof name, c, last[n]->side);
        buffer_printf(b, "%s{\"n\":%u,\"m\":\"tcp\",\"obj\":%u,\"name\":\"%s\",\"state\":\"%s\"}",
                      first ? "" : ",", c->host[last[n]->side], seen_object(last[n]), name,
                      engine_state_name(0, last[n]->after));
        first = false;
    }
    buffer_char(b, ']');
    free(last);
}
