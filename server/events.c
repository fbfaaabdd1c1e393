#include "events.h"
/*
 * A lesson's events are few (thousands), so each line is parsed by the JSON library and matched on
 * its values; the streams themselves are never parsed on the way to viewers.
 */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "units.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* -------------------------------------------------------------------------------------- reading */

static size_t count_lines(const char *text, size_t length) {
    size_t count = 1;
    for (size_t i = 0; i < length; i++) count += text[i] == '\n';
    return count;
}

static void add_line(struct events *e, const char *line, size_t length, int64_t until) {
    struct complaint ignored;
    struct json_document *document = json_read(line, length, &ignored);
    if (document == NULL) return;
    size_t n = e->count;
    e->lines[n] = document;
    e->roots[n] = json_root(document);
    e->arrays[n] = json_get(&e->roots[n], "e");
    e->events[n] = json_item(&e->arrays[n], 0);
    if (json_is(e->events[n]) && (until < 0 || events_time(e, n) <= until))
        e->count++;
    else
        json_free(document);
}

bool events_read(struct events *e, const char *text, size_t length, int64_t until) {
    size_t most = count_lines(text, length);
    *e = (struct events){.lines = calloc(most, sizeof *e->lines),
                         .roots = calloc(most, sizeof *e->roots),
                         .arrays = calloc(most, sizeof *e->arrays),
                         .events = calloc(most, sizeof *e->events)};
    if (e->lines == NULL || e->roots == NULL || e->arrays == NULL || e->events == NULL) {
        events_free(e);
        return false;
    }
    for (const char *at = text, *end = text + length; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) stop = end;
        add_line(e, at, (size_t)(stop - at), until);
        at = stop + 1;
    }
    return true;
}

void events_free(struct events *e) {
    for (size_t i = 0; i < e->count; i++) json_free(e->lines[i]);
    free(e->lines);
    free(e->roots);
    free(e->arrays);
    free(e->events);
    *e = (struct events){0};
}

int64_t events_time(const struct events *e, size_t i) {
    struct json_node time = json_get(&e->events[i], "t");
    return json_integer_or(&time, 0);
}

/* ------------------------------------------------------------------------------------- matching */

static bool text_is_integer(const char *text, int64_t *number) {
    char *end;
    *number = strtoll(text, &end, 10);
    return end != text && *end == '\0';
}

/* A label has each piece that is asked for. */
static bool has_piece(const struct json_node *label, const struct json_node *piece) {
    for (size_t i = 0; i < json_count(label); i++) {
        struct json_node item = json_item(label, i);
        if (json_same(&item, piece)) return true;
    }
    return false;
}

static bool label_matches(const struct json_node *label, const struct json_node *wanted) {
    if (!json_holds_array(wanted)) return has_piece(label, wanted);
    for (size_t i = 0; i < json_count(wanted); i++) {
        struct json_node piece = json_item(wanted, i);
        if (!has_piece(label, &piece)) return false;
    }
    return true;
}

static bool value_matches(const struct json_node *value, const struct json_node *wanted,
                          const struct lab *lab) {
    const char *text = json_text_or(wanted, NULL);
    if (strcmp(wanted->key, "lab") == 0) return label_matches(value, wanted);
    if (text != NULL && (strcmp(wanted->key, "text") == 0 || strcmp(wanted->key, "name") == 0))
        return strstr(json_text_or(value, ""), text) != NULL;
    if (text != NULL && json_holds_integer(value))
        return json_integer_or(value, -1) == lab_node_named(lab, text);
    if (json_holds_integer(wanted) && json_holds_text(value)) { /* "a.win": 0 */
        int64_t number;
        return text_is_integer(json_text_or(value, ""), &number) &&
               number == json_integer_or(wanted, -1);
    }
    return json_same(value, wanted);
}

/* "since": a time before which nothing matches; in what a page is sent it is a number of ns. */
static bool is_since(const struct json_node *event, const struct json_node *since) {
    struct json_node time = json_get(event, "t");
    int64_t from = json_integer_or(since, 0);
    if (json_holds_text(since)) read_duration(json_text_or(since, ""), &from);
    return json_integer_or(&time, 0) >= from;
}

struct json_node event_value(const struct json_node *event, const char *key) {
    if (key[0] != 'a' || key[1] != '.') return json_get(event, key);
    struct json_node arguments = json_get(event, "a"), value = json_get(&arguments, key + 2);
    value.up = event; /* never to the local above: a node's parent must outlive it */
    return value;
}

bool event_number(const struct json_node *event, const char *key, int64_t *number) {
    struct json_node value = event_value(event, key);
    if (json_holds_text(&value)) return text_is_integer(json_text_or(&value, ""), number);
    *number = json_integer_or(&value, 0);
    return json_holds_integer(&value);
}

bool event_matches(const struct json_node *event, const struct json_node *match,
                   const struct lab *lab) {
    for (size_t i = 0; i < json_count(match); i++) {
        struct json_node wanted = json_member(match, i);
        if (strcmp(wanted.key, "nth") == 0) continue;
        if (strcmp(wanted.key, "since") == 0) {
            if (!is_since(event, &wanted)) return false;
            continue;
        }
        struct json_node value = event_value(event, wanted.key);
        if (!json_is(value) || !value_matches(&value, &wanted, lab)) return false;
    }
    return true;
}

size_t events_find(const struct events *e, const struct json_node *match, size_t from,
                   const struct lab *lab) {
    struct json_node nth = json_get(match, "nth");
    int64_t left = json_integer_or(&nth, 1);
    for (size_t i = from; i < e->count; i++)
        if (event_matches(&e->events[i], match, lab) && --left == 0) return i;
    return NO_EVENT;
}

size_t events_count(const struct events *e, const struct json_node *match, const struct lab *lab) {
    size_t count = 0;
    for (size_t i = 0; i < e->count; i++) count += event_matches(&e->events[i], match, lab);
    return count;
}

static const char *const event_keys[] = {
    "k",         "n",         "to",        "from",          "l",          "p",
    "proto",     "role",      "lab",       "len",           "size",       "rtx",
    "conn",      "why",       "m",         "name",          "ref",        "tab",
    "op",        "timer",     "text",      "value",         "say",        "obj",
    "nth",       "since",     "a.seq",     "a.ack",         "a.len",      "a.next",
    "a.win",     "a.mss",     "a.from",    "a.port",        "a.wire",     "a.src",
    "a.dst",     "a.gateway", "a.mtu",     "a.originate",   "a.receive",  "a.transmit",
    "a.command", "a.version", "a.entries", "a.unreachable", "a.router",   "a.area",
    "a.type",    "a.count",   "a.dr",      "a.bdr",         "a.sequence", "a.flags"};

bool match_check(const struct json_node *match) {
    if (!json_need_object(match, event_keys, COUNT(event_keys))) return false;
    if (json_count(match) == 0)
        return json_fail(match, "matches everything; give at least \"k\", the kind of event");
    struct json_node nth = json_get(match, "nth");
    if (json_is(nth)) json_need_integer(&nth, 1, 1000000);
    struct json_node since = json_get(match, "since");
    int64_t time;
    if (json_is(since) && !read_duration(json_need_text(&since), &time))
        return json_fail(&since, "is no time; write one such as \"10s\"");
    return !json_failed(match->document);
}

/* Part of a link as JSON text; "%20" stands for a blank, which a link may not hold. */
static void write_value(const char *from, size_t length, struct buffer *out) {
    struct buffer plain = {0};
    for (size_t i = 0; i < length; i++) {
        bool blank = length - i >= 3 && memcmp(from + i, "%20", 3) == 0;
        buffer_char(&plain, blank ? ' ' : from[i]);
        i += blank ? 2 : 0;
    }
    buffer_json_span(out, plain.length > 0 ? plain.data : "", plain.length);
    buffer_free(&plain);
}

static bool is_number(const char *text, size_t length) {
    for (size_t i = length > 1 && text[0] == '-'; i < length; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return length > 0 && length < 10;
}

void match_from_link(const char *href, struct buffer *out) {
    const char *at = strncmp(href, "event:", 6) == 0 ? href + 6 : href;
    buffer_char(out, '{');
    for (bool first = true; *at != '\0'; first = false) {
        size_t pair = strcspn(at, "&"), name = strcspn(at, "=");
        if (name > pair) name = pair;
        size_t skip = name < pair ? name + 1 : name;
        buffer_add(out, first ? "" : ",");
        buffer_json_span(out, at, name);
        buffer_char(out, ':');
        if (is_number(at + skip, pair - skip))
            buffer_span(out, at + skip, pair - skip);
        else
            write_value(at + skip, pair - skip, out);
        at += pair + (at[pair] == '&');
    }
    buffer_char(out, '}');
}
