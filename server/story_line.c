#include "story_line.h"
/*
 * The lines: a direct writer, no JSON library. Keys stand in a fixed order, so equal runs give
 * equal octets. A record's text is the only part without a bound, so room for the whole line is
 * made first, and the pieces are copied into it without further calls.
 */
#include "pen.h"

enum { LINE_ROOM = 8192 }; /* all keys, names, labels and arguments, each octet escaped */

#define KEY(p, name)               PEN(p, ",\"" name "\":")
#define KEY_NUMBER(p, name, value) (KEY(p, name), pen_u64(p, value))
#define KEY_TEXT(p, name, text)    (KEY(p, name), pen_json_text(p, text))
#define KEY_SPAN(p, name, r)       (KEY(p, name), pen_record_text(p, r))

/* ---------------------------------------------------------------------------------- small parts */

/* Escapes, and what is no UTF-8: seldom, so the buffer's own writer does it. */
void pen_json_slow(struct pen *p, const char *octets, size_t count) {
    struct buffer text = {0};
    buffer_json_span(&text, octets, count);
    if (text.failed)
        PEN(p, "\"\"");
    else
        pen_span(p, text.data, text.length);
    buffer_free(&text);
}

static void pen_record_text(struct pen *p, const struct trace_record *r) {
    pen_json(p, r->text != NULL ? r->text : "", r->text != NULL ? r->text_length : 0);
}
/* A text key such as "reason.queue_full". */
static void pen_name(struct pen *p, const char *set, const char *value) {
    pen_char(p, '"');
    pen_add(p, set);
    pen_char(p, '.');
    pen_add(p, value);
    pen_char(p, '"');
}
static void key_packet(struct pen *p, const struct trace_record *r) {
    if (r->origin == 0) return;
    KEY(p, "p");
    pen_char(p, '"');
    pen_u64(p, r->origin);
    pen_char(p, '.');
    pen_u64(p, r->number);
    pen_char(p, '"');
}
static void key_reference(struct pen *p, const struct trace_record *r) {
    if (r->clause != NULL) KEY_TEXT(p, "ref", r->clause);
}

/* Arguments of a sentence: opened by the first, closed by close_arguments. */
static void argument(struct pen *p, bool *open, const char *name, const char *value) {
    pen_add(p, *open ? ",\"" : ",\"a\":{\"");
    *open = true;
    pen_add(p, name);
    PEN(p, "\":");
    pen_json_text(p, value);
}
static void close_arguments(struct pen *p, bool open) {
    if (open) pen_char(p, '}');
}
static const char *story_node(const struct story_cast *cast, uint32_t node) {
    return cast->names != NULL ? cast->names[node - 1] : lab_node(cast->lab, node).name;
}
static void node_argument(struct pen *p, bool *open, const struct story_cast *cast,
                          const char *name, uint32_t node) {
    if (node != 0) argument(p, open, name, story_node(cast, node));
}

/* What people call the object of a record. */
static void name_argument(struct pen *p, bool *open, const struct trace_record *r) {
    if (r->text == NULL || r->text_length == 0) return;
    pen_add(p, *open ? ",\"name\":" : ",\"a\":{\"name\":");
    pen_json(p, r->text, r->text_length);
    *open = true;
}

/* A share in ppm as a JSON number from 0 to 1, without trailing zeros. */
static void key_share(struct pen *p, uint32_t ppm) {
    KEY(p, "where");
    if (ppm >= 1000000) {
        pen_char(p, '1');
        return;
    }
    char digits[] = "0.000000";
    for (int i = 7; i >= 2; i--, ppm /= 10) digits[i] = (char)('0' + ppm % 10);
    size_t length = 8;
    while (digits[length - 1] == '0') length--;
    pen_span(p, digits, digits[length - 1] == '.' ? length - 1 : length);
}

/* ------------------------------------------------------------------------------- kinds of lines */

static void write_sent(struct pen *p, const struct story_cast *cast, const struct trace_record *r) {
    struct packet_summary summary;
    packet_summarise(r->octets, r->octet_count, r->seq_base, r->ack_base, &summary);
    KEY_NUMBER(p, "to", r->peer);
    KEY_NUMBER(p, "l", r->link);
    key_packet(p, r);
    KEY_NUMBER(p, "rx", (uint64_t)r->until);
    KEY_TEXT(p, "proto", summary.protocol);
    KEY_TEXT(p, "role", engine_role_name(summary.role));
    KEY(p, "lab");
    for (uint32_t i = 0; i < summary.label_count; i++) {
        pen_char(p, i == 0 ? '[' : ',');
        pen_json_text(p, summary.label[i]);
    }
    pen_add(p, summary.label_count == 0 ? "[]" : "]");
    KEY_NUMBER(p, "len", summary.payload_length);
    /* A capture may hold less of a frame than there was: then `before` says how much. */
    KEY_NUMBER(p, "size", r->before > r->octet_count ? r->before : r->octet_count);
    KEY_NUMBER(p, "rtx", r->retransmission);
    KEY_NUMBER(p, "conn", r->connection);
    KEY_TEXT(p, "say", summary.say);
    bool open = false;
    node_argument(p, &open, cast, "node", r->node);
    node_argument(p, &open, cast, "to", r->peer);
    for (uint32_t i = 0; i < summary.argument_count; i++)
        argument(p, &open, summary.arguments[i][0], summary.arguments[i][1]);
    close_arguments(p, open);
}

static void write_state(struct pen *p, const struct story_cast *cast,
                        const struct trace_record *r) {
    const char *machine = engine_name(NAME_MACHINE, r->machine);
    const char *after = engine_state_name(r->machine, r->after);
    KEY_TEXT(p, "m", machine);
    KEY_NUMBER(p, "obj", r->object);
    KEY_SPAN(p, "name", r);
    KEY_TEXT(p, "from", engine_state_name(r->machine, r->before));
    KEY_TEXT(p, "to", after);
    key_reference(p, r);
    KEY(p, "say");
    PEN(p, "\"state.");
    pen_add(p, machine);
    pen_char(p, '.');
    pen_add(p, after);
    pen_char(p, '"');
    bool open = false;
    node_argument(p, &open, cast, "node", r->node);
    name_argument(p, &open, r);
    close_arguments(p, open);
}

static void write_table(struct pen *p, const struct trace_record *r) {
    KEY_TEXT(p, "tab", engine_name(NAME_TABLE, r->table));
    KEY_TEXT(p, "op", r->text_length > 0 ? "set" : "del");
    KEY_NUMBER(p, "key", r->object);
    if (r->text_length == 0) return;
    KEY(p, "row");
    pen_span(p, r->text, r->text_length); /* the engine writes a row as a JSON array of strings */
}

static void write_timer(struct pen *p, const struct story_cast *cast,
                        const struct trace_record *r) {
    const char *name = engine_name(NAME_TIMER, r->timer);
    KEY_TEXT(p, "timer", name);
    KEY_TEXT(p, "op",
             r->kind == TRACE_TIMER_SET     ? "set"
             : r->kind == TRACE_TIMER_FIRED ? "fire"
                                            : "stop");
    KEY_NUMBER(p, "obj", r->object);
    KEY_NUMBER(p, "at", (uint64_t)r->until);
    if (r->kind == TRACE_TIMER_SET) key_reference(p, r);
    KEY(p, "say");
    pen_name(p, "timer", name);
    bool open = false;
    node_argument(p, &open, cast, "node", r->node);
    name_argument(p, &open, r);
    close_arguments(p, open);
}

/* Sequence numbers count from the connection's own ISS or IRS, which the record brings along. */
uint64_t story_value(const struct trace_record *r, uint64_t value) {
    return r->seq_base != 0 ? (uint32_t)(value - r->seq_base) : value;
}

static void write_variable(struct pen *p, const struct trace_record *r) {
    char value[64];
    KEY_NUMBER(p, "obj", r->object);
    KEY_TEXT(p, "name", engine_name(NAME_FIELD, r->field));
    KEY(p, "from");
    pen_json(p, value, engine_field_text(r->field, story_value(r, r->before), value, sizeof value));
    KEY(p, "to");
    pen_json(p, value, engine_field_text(r->field, story_value(r, r->after), value, sizeof value));
    KEY_NUMBER(p, "value", story_value(r, r->after));
}

static void write_fate(struct pen *p, const struct story_cast *cast, const struct trace_record *r) {
    if (r->kind == TRACE_DELIVERED)
        KEY(p, "from");
    else
        KEY(p, "to");
    pen_u64(p, r->peer);
    KEY_NUMBER(p, "l", r->link);
    key_packet(p, r);
    if (r->kind == TRACE_DELIVERED) return;
    KEY(p, "why");
    pen_name(p, "reason", engine_name(NAME_REASON, r->reason));
    key_share(p, r->where_ppm);
    bool open = false;
    node_argument(p, &open, cast, "node", r->node);
    node_argument(p, &open, cast, "to", r->peer);
    close_arguments(p, open);
}

static void write_drop(struct pen *p, const struct story_cast *cast, const struct trace_record *r) {
    key_packet(p, r);
    KEY(p, "why");
    pen_name(p, "reason", engine_name(NAME_REASON, r->reason));
    key_reference(p, r);
    bool open = false;
    node_argument(p, &open, cast, "node", r->node);
    close_arguments(p, open);
}

static void write_rule(struct pen *p, const struct trace_record *r) {
    KEY_NUMBER(p, "obj", r->object);
    key_reference(p, r);
    KEY_SPAN(p, "text", r);
    KEY_TEXT(p, "went", r->after != 0 ? "on" : "ended");
}

static void write_process(struct pen *p, const struct trace_record *r) {
    KEY_NUMBER(p, "proc", r->object);
    KEY_SPAN(p, "text", r);
    if (r->kind != TRACE_CALL) return;
    KEY(p, "value");
    pen_i64(p, (int64_t)r->after);
}

const char *story_kind(enum detail detail, uint16_t kind) {
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

static void write_rest(struct pen *p, const struct story_cast *cast, const struct trace_record *r) {
    switch (r->kind) {
    case TRACE_COMMAND: KEY_SPAN(p, "text", r); break;
    case TRACE_SENT: write_sent(p, cast, r); break;
    case TRACE_DELIVERED:
    case TRACE_LOST: write_fate(p, cast, r); break;
    case TRACE_DROPPED: write_drop(p, cast, r); break;
    case TRACE_STATE: write_state(p, cast, r); break;
    case TRACE_TABLE: write_table(p, r); break;
    case TRACE_TIMER_SET:
    case TRACE_TIMER_FIRED:
    case TRACE_TIMER_STOPPED: write_timer(p, cast, r); break;
    case TRACE_OUTPUT:
    case TRACE_CALL: write_process(p, r); break;
    case TRACE_VARIABLE: write_variable(p, r); break;
    case TRACE_RULE: write_rule(p, r); break;
    default: break;
    }
}

bool story_interesting(uint16_t kind) {
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

void story_write(struct buffer *b, const struct story_cast *cast, const struct trace_record *r,
                 const char *kind, uint32_t i, uint32_t cause) {
    buffer_clear(b);
    size_t room = LINE_ROOM + 2 * PEN_JSON_GROWTH * r->text_length;
    char *start = buffer_room(b, room);
    if (start == NULL) return;
    struct pen pen = {start, start + room}, *p = &pen;
    PEN(p, "{\"line\":\"events\",\"e\":[{\"i\":");
    pen_u64(p, i);
    KEY_NUMBER(p, "t", (uint64_t)r->at);
    KEY_TEXT(p, "k", kind);
    KEY_NUMBER(p, "n", r->node);
    KEY_NUMBER(p, "s", r->step);
    KEY(p, "cause");
    if (cause == NO_CAUSE)
        PEN(p, "null");
    else
        pen_u64(p, cause);
    write_rest(p, cast, r);
    PEN(p, "}]}\n");
    buffer_took(b, (size_t)(p->at - start));
}
