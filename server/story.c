#include "story.h"
/*
 * One stream: each trace record that the stream shows becomes one line, written straight into a
 * buffer that is used again for the next; no JSON library. Keys stand in a fixed order, so equal
 * runs give equal octets.
 *
 * The engine names causes by step; a reader wants the index of an event in the same stream. So a
 * story keeps marks: for each step the event that stands for it (the first that the stream shows,
 * or, when it shows none, the step's own cause), for each frame its `tx` and for each timer its
 * `set`. Marks are in the order of steps, so a cause is found by bisection, and a fork is a copy
 * of the marks up to its step.
 *
 * What is said of the whole lab (hello, snapshot) is in story_world.c.
 */
#include <stdlib.h>
#include <string.h>

enum mark_kind { MARK_STEP, MARK_SILENT, MARK_FRAME, MARK_TIMER };
struct mark {
    uint64_t step;
    uint32_t i; /* index of the event; for MARK_SILENT that of the step's cause */
    uint16_t kind;
    uint16_t what; /* link or timer kind */
    uint32_t a, b; /* origin and number, or node and object */
};

struct story {
    struct mark *marks;
    size_t mark_count, mark_room;
    struct buffer line;
    story_out *out;
    void *user;
    enum detail detail;
    uint32_t next;
    uint64_t step;       /* the step whose records are coming in */
    uint32_t step_cause; /* what the first shown event of that step is caused by */
    bool step_shown;
    bool failed;
};

const char *detail_name(enum detail detail) {
    return detail == DETAIL_FULL ? "full" : "story";
}

#define NO_CAUSE UINT32_MAX

/* ----------------------------------------------------------------------------- marks and causes */

static void add_mark(struct story *s, struct mark mark) {
    if (s->mark_count == s->mark_room) {
        size_t room = s->mark_room == 0 ? 256 : 2 * s->mark_room;
        struct mark *marks = realloc(s->marks, room * sizeof *marks);
        if (marks == NULL) {
            s->failed = true;
            return;
        }
        s->marks = marks;
        s->mark_room = room;
    }
    s->marks[s->mark_count++] = mark;
}

/* The first mark of the first step that is not before `step`. */
static size_t find_step(const struct story *s, uint64_t step) {
    size_t low = 0, high = s->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->marks[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The mark within a step that a record goes back to: its frame's tx, its timer's last set. */
static bool same_origin(const struct mark *m, const struct trace_record *r) {
    switch (r->kind) {
    case TRACE_DELIVERED:
    case TRACE_LOST:
        return m->kind == MARK_FRAME && m->what == r->link && m->a == r->origin &&
               m->b == r->number;
    case TRACE_TIMER_FIRED:
        return m->kind == MARK_TIMER && m->what == r->timer && m->a == r->node && m->b == r->object;
    default: return false;
    }
}

static uint32_t find_cause(const struct story *s, uint64_t step, const struct trace_record *r) {
    size_t first = find_step(s, step);
    uint32_t cause = NO_CAUSE;
    for (size_t at = first; at < s->mark_count && s->marks[at].step == step; at++)
        if (at == first || same_origin(&s->marks[at], r)) cause = s->marks[at].i;
    return cause;
}

static void begin_step(struct story *s, const struct trace_record *r) {
    if (s->step != 0 && !s->step_shown && s->step_cause != NO_CAUSE)
        add_mark(s, (struct mark){.step = s->step, .i = s->step_cause, .kind = MARK_SILENT});
    s->step = r->step;
    s->step_shown = false;
    s->step_cause = r->cause_step == 0 ? NO_CAUSE : find_cause(s, r->cause_step, r);
}

static uint32_t cause_of(struct story *s, const struct trace_record *r) {
    return s->step_shown ? find_cause(s, r->step, r) : s->step_cause;
}

static void remember(struct story *s, const struct trace_record *r) {
    if (!s->step_shown)
        add_mark(s, (struct mark){.step = r->step, .i = s->next, .kind = MARK_STEP});
    s->step_shown = true;
    if (r->kind == TRACE_SENT)
        add_mark(s, (struct mark){.step = r->step,
                                  .i = s->next,
                                  .kind = MARK_FRAME,
                                  .what = (uint16_t)r->link,
                                  .a = r->origin,
                                  .b = r->number});
    if (r->kind == TRACE_TIMER_SET)
        add_mark(s, (struct mark){.step = r->step,
                                  .i = s->next,
                                  .kind = MARK_TIMER,
                                  .what = r->timer,
                                  .a = r->node,
                                  .b = r->object});
}

/* ---------------------------------------------------------------------------------- small parts */

static void key(struct buffer *b, const char *name) {
    buffer_add(b, ",\"");
    buffer_add(b, name);
    buffer_add(b, "\":");
}
static void key_number(struct buffer *b, const char *name, uint64_t value) {
    key(b, name);
    buffer_u64(b, value);
}
static void key_text(struct buffer *b, const char *name, const char *text) {
    key(b, name);
    buffer_json_string(b, text);
}
static void key_span(struct buffer *b, const char *name, const struct trace_record *r) {
    key(b, name);
    buffer_json_span(b, r->text != NULL ? r->text : "", r->text != NULL ? r->text_length : 0);
}
/* A text key such as "reason.queue_full". */
static void key_name(struct buffer *b, const char *name, const char *set, const char *value) {
    key(b, name);
    buffer_char(b, '"');
    buffer_add(b, set);
    buffer_char(b, '.');
    buffer_add(b, value);
    buffer_char(b, '"');
}
static void key_packet(struct buffer *b, const struct trace_record *r) {
    if (r->origin == 0) return;
    key(b, "p");
    buffer_char(b, '"');
    buffer_u64(b, r->origin);
    buffer_char(b, '.');
    buffer_u64(b, r->number);
    buffer_char(b, '"');
}
static void key_reference(struct buffer *b, const struct trace_record *r) {
    if (r->clause != NULL) key_text(b, "ref", r->clause);
}

/* Arguments of a sentence: opened by the first, closed by close_arguments. */
static void argument(struct buffer *b, bool *open, const char *name, const char *value) {
    buffer_add(b, *open ? ",\"" : ",\"a\":{\"");
    *open = true;
    buffer_add(b, name);
    buffer_add(b, "\":");
    buffer_json_string(b, value);
}
static void close_arguments(struct buffer *b, bool open) {
    if (open) buffer_char(b, '}');
}
static void node_argument(struct buffer *b, bool *open, const struct lab *lab, const char *name,
                          uint32_t node) {
    if (node != 0) argument(b, open, name, lab_node(lab, node).name);
}

/* What people call the object of a record. */
static void name_argument(struct buffer *b, bool *open, const struct trace_record *r) {
    if (r->text == NULL || r->text_length == 0) return;
    buffer_add(b, *open ? ",\"name\":" : ",\"a\":{\"name\":");
    buffer_json_span(b, r->text, r->text_length);
    *open = true;
}

/* A share in ppm as a JSON number from 0 to 1, without trailing zeros. */
static void key_share(struct buffer *b, const char *name, uint32_t ppm) {
    key(b, name);
    if (ppm >= 1000000) {
        buffer_char(b, '1');
        return;
    }
    char digits[] = "0.000000";
    for (int i = 7; i >= 2; i--, ppm /= 10) digits[i] = (char)('0' + ppm % 10);
    size_t length = 8;
    while (digits[length - 1] == '0') length--;
    buffer_span(b, digits, digits[length - 1] == '.' ? length - 1 : length);
}

/* ------------------------------------------------------------------------------- kinds of lines */

static void write_sent(struct buffer *b, const struct lab *lab, const struct trace_record *r) {
    struct packet_summary summary;
    packet_summarise(r->octets, r->octet_count, r->seq_base, r->ack_base, &summary);
    key_number(b, "to", r->peer);
    key_number(b, "l", r->link);
    key_packet(b, r);
    key_number(b, "rx", (uint64_t)r->until);
    key_text(b, "proto", summary.protocol);
    key_text(b, "role", engine_role_name(summary.role));
    key(b, "lab");
    for (uint32_t i = 0; i < summary.label_count; i++) {
        buffer_char(b, i == 0 ? '[' : ',');
        buffer_json_string(b, summary.label[i]);
    }
    buffer_add(b, summary.label_count == 0 ? "[]" : "]");
    key_number(b, "len", summary.payload_length);
    key_number(b, "size", r->octet_count);
    key_number(b, "rtx", r->retransmission);
    key_number(b, "conn", r->connection);
    key_text(b, "say", summary.say);
    bool open = false;
    node_argument(b, &open, lab, "node", r->node);
    node_argument(b, &open, lab, "to", r->peer);
    for (uint32_t i = 0; i < summary.argument_count; i++)
        argument(b, &open, summary.arguments[i][0], summary.arguments[i][1]);
    close_arguments(b, open);
}

static void write_state(struct buffer *b, const struct lab *lab, const struct trace_record *r) {
    const char *machine = engine_name(NAME_MACHINE, r->machine);
    const char *after = engine_state_name(r->machine, r->after);
    key_text(b, "m", machine);
    key_number(b, "obj", r->object);
    key_span(b, "name", r);
    key_text(b, "from", engine_state_name(r->machine, r->before));
    key_text(b, "to", after);
    key_reference(b, r);
    key(b, "say");
    buffer_add(b, "\"state.");
    buffer_add(b, machine);
    buffer_char(b, '.');
    buffer_add(b, after);
    buffer_char(b, '"');
    bool open = false;
    node_argument(b, &open, lab, "node", r->node);
    name_argument(b, &open, r);
    close_arguments(b, open);
}

static void write_table(struct buffer *b, const struct trace_record *r) {
    key_text(b, "tab", engine_name(NAME_TABLE, r->table));
    key_text(b, "op", r->text_length > 0 ? "set" : "del");
    key_number(b, "key", r->object);
    if (r->text_length == 0) return;
    key(b, "row");
    buffer_span(b, r->text,
                r->text_length); /* the engine writes a row as a JSON array of strings */
}

static void write_timer(struct buffer *b, const struct lab *lab, const struct trace_record *r) {
    const char *name = engine_name(NAME_TIMER, r->timer);
    key_text(b, "timer", name);
    key_text(b, "op",
             r->kind == TRACE_TIMER_SET     ? "set"
             : r->kind == TRACE_TIMER_FIRED ? "fire"
                                            : "stop");
    key_number(b, "obj", r->object);
    key_number(b, "at", (uint64_t)r->until);
    key_name(b, "say", "timer", name);
    bool open = false;
    node_argument(b, &open, lab, "node", r->node);
    name_argument(b, &open, r);
    close_arguments(b, open);
}

/* Sequence numbers count from the connection's own ISS or IRS, which the record brings along. */
static void write_variable(struct buffer *b, const struct trace_record *r) {
    char value[64];
    key_number(b, "obj", r->object);
    key_text(b, "name", engine_name(NAME_FIELD, r->field));
    key(b, "from");
    buffer_json_span(b, value,
                     engine_field_text(r->field, r->before - r->seq_base, value, sizeof value));
    key(b, "to");
    buffer_json_span(b, value,
                     engine_field_text(r->field, r->after - r->seq_base, value, sizeof value));
}

static void write_fate(struct buffer *b, const struct lab *lab, const struct trace_record *r) {
    key_number(b, r->kind == TRACE_DELIVERED ? "from" : "to", r->peer);
    key_number(b, "l", r->link);
    key_packet(b, r);
    if (r->kind == TRACE_DELIVERED) return;
    key_name(b, "why", "reason", engine_name(NAME_REASON, r->reason));
    key_share(b, "where", r->where_ppm);
    bool open = false;
    node_argument(b, &open, lab, "node", r->node);
    node_argument(b, &open, lab, "to", r->peer);
    close_arguments(b, open);
}

static void write_drop(struct buffer *b, const struct lab *lab, const struct trace_record *r) {
    key_packet(b, r);
    key_name(b, "why", "reason", engine_name(NAME_REASON, r->reason));
    key_reference(b, r);
    bool open = false;
    node_argument(b, &open, lab, "node", r->node);
    close_arguments(b, open);
}

static void write_rule(struct buffer *b, const struct trace_record *r) {
    key_number(b, "obj", r->object);
    key_reference(b, r);
    key_span(b, "text", r);
    key_text(b, "went", r->after != 0 ? "on" : "ended");
}

static void write_process(struct buffer *b, const struct trace_record *r) {
    key_number(b, "proc", r->object);
    key_span(b, "text", r);
    if (r->kind != TRACE_CALL) return;
    key(b, "value");
    buffer_i64(b, (int64_t)r->after);
}

/* What a kind of record is called in the stream; NULL: the stream does not show it. */
static const char *kind_name(enum detail detail, uint16_t kind) {
    switch (kind) {
    case TRACE_COMMAND: return "cmd";
    case TRACE_SENT: return "tx";
    case TRACE_DELIVERED: return "rx";
    case TRACE_LOST: return "lost";
    case TRACE_DROPPED: return "drop";
    case TRACE_STATE: return "st";
    case TRACE_TABLE: return "tab";
    case TRACE_TIMER_SET:
    case TRACE_TIMER_FIRED:
    case TRACE_TIMER_STOPPED: return "tm";
    case TRACE_OUTPUT: return "con";
    case TRACE_CALL: return "call";
    case TRACE_VARIABLE: return detail == DETAIL_FULL ? "var" : NULL;
    case TRACE_RULE: return detail == DETAIL_FULL ? "rule" : NULL;
    default: return NULL;
    }
}

static void write_rest(struct buffer *b, const struct lab *lab, const struct trace_record *r) {
    switch (r->kind) {
    case TRACE_COMMAND: key_span(b, "text", r); break;
    case TRACE_SENT: write_sent(b, lab, r); break;
    case TRACE_DELIVERED:
    case TRACE_LOST: write_fate(b, lab, r); break;
    case TRACE_DROPPED: write_drop(b, lab, r); break;
    case TRACE_STATE: write_state(b, lab, r); break;
    case TRACE_TABLE: write_table(b, r); break;
    case TRACE_TIMER_SET:
    case TRACE_TIMER_FIRED:
    case TRACE_TIMER_STOPPED: write_timer(b, lab, r); break;
    case TRACE_OUTPUT:
    case TRACE_CALL: write_process(b, r); break;
    case TRACE_VARIABLE: write_variable(b, r); break;
    case TRACE_RULE: write_rule(b, r); break;
    default: break;
    }
}

static bool is_interesting(uint16_t kind) {
    switch (kind) {
    case TRACE_COMMAND:
    case TRACE_SENT:
    case TRACE_DELIVERED:
    case TRACE_LOST:
    case TRACE_DROPPED:
    case TRACE_STATE:
    case TRACE_OUTPUT:
    case TRACE_CALL:
    case TRACE_TIMER_FIRED: return true;
    default: return false;
    }
}

static void write_line(struct story *s, const struct lab *lab, const struct trace_record *r,
                       const char *kind, uint32_t cause) {
    struct buffer *b = &s->line;
    buffer_clear(b);
    buffer_add(b, "{\"line\":\"events\",\"e\":[{\"i\":");
    buffer_u64(b, s->next);
    key_number(b, "t", (uint64_t)r->at);
    key_text(b, "k", kind);
    key_number(b, "n", r->node);
    key_number(b, "s", r->step);
    key(b, "cause");
    if (cause == NO_CAUSE)
        buffer_add(b, "null");
    else
        buffer_u64(b, cause);
    write_rest(b, lab, r);
    buffer_add(b, "}]}\n");
}

static void take_record(void *user, const struct lab *lab, const struct trace_record *r) {
    struct story *s = user;
    if (s->failed) return;
    if (r->step != s->step) begin_step(s, r);
    const char *kind = kind_name(s->detail, r->kind);
    if (kind == NULL) return;
    write_line(s, lab, r, kind, cause_of(s, r));
    remember(s, r);
    if (s->line.failed || s->next == NO_CAUSE - 1) s->failed = true;
    if (s->failed) return;
    struct story_line line = {.text = s->line.data,
                              .length = s->line.length,
                              .i = s->next,
                              .t = r->at,
                              .step = r->step,
                              .interesting = is_interesting(r->kind),
                              .lost = r->kind == TRACE_LOST};
    s->next++;
    s->out(s->user, &line);
}

/* ---------------------------------------------------------------------------------- life of one */

struct story *story_new(enum detail detail, story_out *out, void *user) {
    struct story *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->detail = detail;
    s->out = out;
    s->user = user;
    s->step_cause = NO_CAUSE;
    return s;
}

struct story *story_fork(const struct story *parent, uint64_t step, story_out *out, void *user) {
    struct story *s = story_new(parent->detail, out, user);
    if (s == NULL) return NULL;
    size_t count = find_step(parent, step + 1);
    s->marks = malloc((count + 1) * sizeof *s->marks);
    if (s->marks == NULL) {
        free(s);
        return NULL;
    }
    if (count > 0) memcpy(s->marks, parent->marks, count * sizeof *s->marks);
    s->mark_count = count;
    s->mark_room = count + 1;
    s->next = parent->next;
    for (size_t at = count; at < parent->mark_count; at++)
        if (parent->marks[at].kind == MARK_STEP) {
            s->next = parent->marks[at].i; /* the first event of a later step */
            break;
        }
    if (step >= parent->step) {
        s->step = parent->step;
        s->step_cause = parent->step_cause;
        s->step_shown = parent->step_shown;
    }
    return s;
}

void story_free(struct story *s) {
    if (s == NULL) return;
    buffer_free(&s->line);
    free(s->marks);
    free(s);
}

struct sink story_sink(struct story *s) {
    unsigned more = s->detail == DETAIL_FULL ? WANT_VARIABLES | WANT_RULES : 0;
    return (struct sink){.record = take_record, .user = s, .wants = WANT_STORY | more};
}

uint32_t story_next(const struct story *s) {
    return s->next;
}
bool story_failed(const struct story *s) {
    return s->failed;
}
