#include "record.h"
/*
 * Writing and reading the lines of a record; see the header. A frame is two hexadecimal digits an
 * octet: larger than need be, but a person can read it, search it and cut it out.
 *
 * A line that a crash cut off at the end is ignored; anything else that is wrong is a complaint
 * with the line's number.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MOST = 65536 };

/* --------------------------------------------------------------------------------- writing */

static void write_outside(struct buffer *b, const struct record_outside *outside, size_t count) {
    if (!count) return;
    buffer_add(b, ",\"outside\":[");
    for (size_t n = 0; n < count; n++) {
        buffer_add(b, n ? ",{\"at\":" : "{\"at\":");
        buffer_json_string(b, outside[n].place);
        buffer_add(b, ",\"name\":");
        buffer_json_string(b, outside[n].name);
        buffer_add(b, outside[n].down ? ",\"down\":true}" : "}");
    }
    buffer_char(b, ']');
}

void record_begin(struct buffer *b, const struct record_names *names, uint64_t seed,
                  const struct record_outside *outside, size_t outside_count, const char *scenario,
                  size_t scenario_length) {
    buffer_printf(b, "{\"lab\":\"%s\",\"key\":\"%s\",\"join\":\"%s\",\"behaviour\":%d,\"seed\":",
                  names->id, names->key, names->join, ENGINE_BEHAVIOUR);
    buffer_u64(b, seed);
    write_outside(b, outside, outside_count);
    buffer_add(b, ",\"scenario\":");
    buffer_span(b, scenario, scenario_length);
    buffer_add(b, "}\n");
}

void record_entry(struct buffer *b, const char *timeline, const struct journal_entry *e) {
    buffer_add(b, "{\"do\":\"");
    buffer_add(b, timeline);
    buffer_add(b, "\",\"step\":");
    buffer_u64(b, e->step);
    buffer_add(b, ",\"at\":");
    buffer_i64(b, e->at);
    buffer_add(b, ",\"node\":");
    buffer_u64(b, e->node);
    if (e->interface) {
        buffer_add(b, ",\"interface\":");
        buffer_u64(b, e->interface);
        buffer_add(b, ",\"frame\":\"");
        buffer_hex(b, e->octets, e->count);
        buffer_add(b, "\"}\n");
    } else {
        buffer_add(b, ",\"line\":");
        buffer_json_string(b, e->line);
        buffer_add(b, "}\n");
    }
}

void record_head(struct buffer *b, const char *timeline, uint64_t step, sim_time at,
                 const struct trace_hash *hash) {
    buffer_printf(b, "{\"head\":\"%s\",\"step\":%llu,\"at\":%lld", timeline,
                  (unsigned long long)step, (long long)at);
    if (hash)
        buffer_printf(b, ",\"hash\":\"%016llx\",\"hash_all\":\"%016llx\"",
                      (unsigned long long)hash->lane[0], (unsigned long long)hash->lane[1]);
    buffer_add(b, "}\n");
}

/* --------------------------------------------------------------------------------- reading */

static const char *text_of(const struct json_node *object, const char *key) {
    struct json_node node = json_get(object, key);
    return json_text_or(&node, "");
}
static int64_t integer_of(const struct json_node *object, const char *key) {
    struct json_node node = json_get(object, key);
    return json_integer_or(&node, 0);
}

static int digit_of(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 0: no frame at all, or one that is too long. */
static size_t read_hex(const char *text, uint8_t out[FRAME_MOST]) {
    size_t count = 0;
    for (; text[0] != '\0'; text += 2) {
        int high = digit_of(text[0]), low = high < 0 ? -1 : digit_of(text[1]);
        if (low < 0 || count == FRAME_MOST) return 0;
        out[count++] = (uint8_t)(high << 4 | low);
    }
    return count;
}

bool record_read_entry(struct journal *j, const struct json_node *line) {
    uint64_t step = (uint64_t)integer_of(line, "step");
    sim_time at = integer_of(line, "at");
    uint32_t node = (uint32_t)integer_of(line, "node");
    uint32_t interface = (uint32_t)integer_of(line, "interface");
    if (!interface) return journal_add(j, step, at, node, text_of(line, "line"));
    uint8_t octets[FRAME_MOST];
    size_t count = read_hex(text_of(line, "frame"), octets);
    return count && journal_add_frame(j, step, at, node, interface, octets, count);
}

static size_t read_outside(const struct json_node *first, struct record_outside *out) {
    struct json_node list = json_get(first, "outside");
    size_t count = 0;
    for (; count < json_count(&list) && count < RECORD_OUTSIDE_MOST; count++) {
        struct json_node item = json_item(&list, count), down = json_get(&item, "down");
        snprintf(out[count].place, sizeof out->place, "%s", text_of(&item, "at"));
        snprintf(out[count].name, sizeof out->name, "%s", text_of(&item, "name"));
        out[count].down = json_holds_boolean(&down) && json_need_boolean(&down);
    }
    return count;
}

static bool join_all(struct scenario_file *file, const struct record_outside *outside, size_t count,
                     struct complaint *why) {
    struct outside_port port;
    for (size_t n = 0; n < count; n++)
        if (!outside_join(file, outside[n].place, outside[n].name, outside[n].down, &port, why))
            return false;
    return true;
}

struct scenario_file *record_scenario(const struct json_node *first, struct complaint *why) {
    struct json_node scenario = json_get(first, "scenario"), seed = json_get(first, "seed");
    struct scenario_file *file = scenario_read_node(&scenario);
    if (!file) {
        *why = *json_complaint(first->document);
        return NULL;
    }
    file->scenario.seed = (uint64_t)json_integer_or(&seed, (int64_t)file->scenario.seed);
    struct record_outside outside[RECORD_OUTSIDE_MOST];
    if (join_all(file, outside, read_outside(first, outside), why)) return file;
    scenario_free(file);
    return NULL;
}

static bool read_head(struct record *r, const struct json_node *line) {
    uint64_t step = (uint64_t)integer_of(line, "step");
    if (step < r->head_step) return true;
    r->head_step = step;
    r->head_at = integer_of(line, "at");
    snprintf(r->hash[0], sizeof r->hash[0], "%s", text_of(line, "hash"));
    snprintf(r->hash[1], sizeof r->hash[1], "%s", text_of(line, "hash_all"));
    return true;
}

static bool read_first(struct record *r, const struct json_node *line, struct complaint *why) {
    r->scenario = record_scenario(line, why);
    if (!r->scenario) return false;
    r->seed = r->scenario->scenario.seed;
    r->outside_count = read_outside(line, r->outside);
    return true;
}

static bool read_line(struct record *r, const struct json_node *line, bool first,
                      struct complaint *why) {
    if (first) return read_first(r, line, why);
    if (strcmp(text_of(line, "head"), "T0") == 0) return read_head(r, line);
    if (strcmp(text_of(line, "do"), "T0") != 0) return true; /* a branch's */
    if (!record_read_entry(&r->journal, line)) return false;
    const struct journal_entry *e = &r->journal.entries[r->journal.count - 1];
    if (e->step < r->head_step || e->at < r->head_at) return false; /* they stand in order */
    r->head_step = e->step + 1;
    r->head_at = e->at;
    r->hash[0][0] = r->hash[1][0] = '\0';
    return true;
}

static bool read_text(struct record *r, const char *text, size_t length, unsigned number,
                      struct complaint *why) {
    struct json_document *d = json_read(text, length, why);
    bool fine = false;
    snprintf(why->place, sizeof why->place, "line %u", number);
    if (d) {
        struct json_node root = json_root(d);
        snprintf(why->problem, sizeof why->problem, "is no line of a journal");
        fine = json_holds_object(&root) && read_line(r, &root, number == 1, why);
    }
    json_free(d);
    return fine;
}

bool record_load(struct record *r, const char *path, struct complaint *why) {
    *r = (struct record){0};
    memset(why, 0, sizeof *why);
    snprintf(why->place, sizeof why->place, "file");
    FILE *file = fopen(path, "re");
    if (!file) {
        snprintf(why->problem, sizeof why->problem,
                 "cannot be opened (%s); give a journal that netstep bridge wrote",
                 strerror(errno));
        return false;
    }
    char *text = NULL;
    size_t size = 0;
    bool fine = true;
    unsigned number = 0;
    for (ssize_t length; fine && (length = getline(&text, &size, file)) > 0;)
        if (text[length - 1] == '\n') fine = read_text(r, text, (size_t)length, ++number, why);
    if (fine && !r->scenario) {
        snprintf(why->problem, sizeof why->problem,
                 "is empty; give a journal that netstep bridge wrote");
        fine = false;
    }
    free(text);
    fclose(file);
    if (!fine) record_free(r);
    return fine;
}

struct scenario_file *record_scenario_from(const struct record *r, const char *path,
                                           struct complaint *why) {
    struct scenario_file *file = scenario_load(path, why);
    if (!file) return NULL;
    file->scenario.seed = r->seed;
    if (join_all(file, r->outside, r->outside_count, why)) return file;
    scenario_free(file);
    return NULL;
}

void record_free(struct record *r) {
    scenario_free(r->scenario);
    journal_free(&r->journal);
    *r = (struct record){0};
}
