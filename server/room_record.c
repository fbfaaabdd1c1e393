#include "room.h"
/*
 * A room's record: one JSON object a line, as record.h says; of each branch the newest "head"
 * counts, and a branch begins with
 *     {"fork":"T1","of":"T0","step":41,"key":"..."}
 * The same text is what a parked room keeps and what the data folder holds; a command is on the
 * disk before it is answered. A line that was cut by a crash is ignored.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "labs.h"
#include "record.h"
#include "report.h"

enum { RECORD_MAX = 1 << 20, STEPS_AT_ONCE = 256, RECORD_FILE_MAX = 64 << 20 };

bool room_record_room(const struct room *room, size_t octets) {
    return room->record.length - room->frame_octets + octets <= RECORD_MAX;
}

/* ----------------------------------------------------------------------------- to the disk */

static bool record_path(const struct room *room, char *path, size_t size) {
    const char *folder = labs_options(room->labs)->data;
    int n = folder ? snprintf(path, size, "%s/%s.ndjson", folder, room->id) : -1;
    return n > 0 && (size_t)n < size;
}

static bool file_open(struct room *room) {
    char path[512];
    if (room->file >= 0) return true;
    if (!record_path(room, path, sizeof path)) return false;
    room->file = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    if (room->file < 0) report_limited(REPORT_WARN, "data", "%s: %s", path, strerror(errno));
    return room->file >= 0;
}

bool room_record_save(struct room *room) {
    if (room->seen) return true; /* captures are not kept over a restart */
    if (!labs_options(room->labs)->data || room->saved == room->record.length) return true;
    if (!file_open(room)) return false;
    while (room->saved < room->record.length) {
        ssize_t n =
            write(room->file, room->record.data + room->saved, room->record.length - room->saved);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            report_limited(REPORT_WARN, "data", "a journal cannot be written: %s", strerror(errno));
            return false;
        }
        room->saved += (size_t)n;
    }
    return fdatasync(room->file) == 0;
}

/* The file's whole lines; what a crash left half is cut off so that appending stays clean. */
static bool load(struct room *room) {
    if (room->record.length || !file_open(room)) return room->record.length != 0;
    struct stat facts;
    if (fstat(room->file, &facts) || facts.st_size <= 0 ||
        (size_t)facts.st_size > RECORD_FILE_MAX + labs_options(room->labs)->journal_octets)
        return false;
    size_t length = (size_t)facts.st_size, got = 0;
    char *text = buffer_room(&room->record, length);
    while (text && got < length) {
        ssize_t n = pread(room->file, text + got, length - got, (off_t)got);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        got += (size_t)n;
    }
    if (!text) return false;
    while (got && text[got - 1] != '\n') got--;
    if (got < length && ftruncate(room->file, (off_t)got)) return false;
    buffer_took(&room->record, got);
    room->saved = got;
    return got != 0;
}

/* --------------------------------------------------------------------------------- writing */

bool room_record_create(struct room *room, const char *text, size_t length) {
    buffer_span(&room->record, text, length);
    return !room->record.failed;
}

void room_record_fork(struct room *room, const struct timeline *t) {
    buffer_printf(&room->record, "{\"fork\":\"%s\",\"of\":\"%s\",\"step\":%llu,\"key\":\"%s\"}\n",
                  t->id, t->parent->id, (unsigned long long)t->fork_step, t->key);
}

void room_record_command(struct room *room, const struct timeline *t,
                         const struct journal_entry *e) {
    record_entry(&room->record, t->id, e);
}

/* In memory only the last run of heads is worth keeping. */
static void drop_old_heads(struct buffer *record) {
    size_t keep = record->length;
    while (keep) {
        size_t line = keep - 1;
        while (line && record->data[line - 1] != '\n') line--;
        if (strncmp(record->data + line, "{\"head\"", 7)) break;
        keep = line;
    }
    record->length = keep;
}

/* The heads as they are now, when they have moved. On the disk they add up and the last one
 * counts; they never take the room that commands need. */
void room_record_heads(struct room *room) {
    if (atomic_load(&room->state) != ROOM_LIVE || room->seen) return;
    struct buffer *record = &room->record;
    uint64_t sum = 1;
    for (uint32_t n = 0; n < room->timeline_count; n++)
        sum += lab_steps(room->timelines[n]->lab) + (uint64_t)lab_now(room->timelines[n]->lab);
    if (sum == room->heads_sum) return;
    room->heads_sum = sum;
    if (!labs_options(room->labs)->data)
        drop_old_heads(record);
    else if (record->length - room->frame_octets > RECORD_MAX / 2)
        return;
    for (uint32_t n = 0; n < room->timeline_count; n++) {
        const struct timeline *t = room->timelines[n];
        record_head(record, t->id, lab_steps(t->lab), lab_now(t->lab), NULL);
    }
}

/* --------------------------------------------------------------------------------- revival */

struct plan { /* what the record says of one timeline */
    char id[TIMELINE_ID], of[TIMELINE_ID], key[TIMELINE_KEY];
    uint64_t fork_step, head_step;
    sim_time head_at;
    struct journal journal; /* its own entries */
    size_t next;
};
struct revival {
    struct plan *plans;
    size_t count, at; /* plans[at] is being re-run */
    struct timeline *timeline;
};

void room_revive_end(struct room *room) {
    struct revival *r = room->revival;
    if (!r) return;
    for (size_t n = 0; n < r->count; n++) journal_free(&r->plans[n].journal);
    free(r->plans);
    free(r);
    room->revival = NULL;
}

static struct plan *plan_of(struct revival *r, const char *id) {
    for (size_t n = 0; n < r->count; n++)
        if (!strcmp(r->plans[n].id, id)) return &r->plans[n];
    return NULL;
}

static struct plan *plan_add(struct revival *r, const char *id) {
    if (plan_of(r, id) || r->count >= 1000) return NULL;
    struct plan *grown = realloc(r->plans, (r->count + 1) * sizeof *grown);
    if (!grown) return NULL;
    r->plans = grown;
    struct plan *plan = &grown[r->count++];
    *plan = (struct plan){0};
    snprintf(plan->id, sizeof plan->id, "%s", id);
    return plan;
}

static const char *text_of(const struct json_node *object, const char *key) {
    struct json_node node = json_get(object, key);
    return json_text_or(&node, "");
}
static int64_t integer_of(const struct json_node *object, const char *key) {
    struct json_node node = json_get(object, key);
    return json_integer_or(&node, 0);
}

static bool read_fork(struct revival *r, const struct json_node *line) {
    struct plan *plan = plan_add(r, text_of(line, "fork"));
    struct plan *parent = plan_of(r, text_of(line, "of"));
    if (!plan || !parent) return false;
    snprintf(plan->of, sizeof plan->of, "%s", text_of(line, "of"));
    snprintf(plan->key, sizeof plan->key, "%s", text_of(line, "key"));
    plan->fork_step = plan->head_step = (uint64_t)integer_of(line, "step");
    if (parent->head_step < plan->fork_step) parent->head_step = plan->fork_step;
    return true;
}

static bool read_line(struct revival *r, const struct json_node *line) {
    struct plan *plan;
    if (*text_of(line, "fork")) return read_fork(r, line);
    if (*text_of(line, "do")) {
        plan = plan_of(r, text_of(line, "do"));
        uint64_t step = (uint64_t)integer_of(line, "step");
        if (!plan || !record_read_entry(&plan->journal, line)) return false;
        if (plan->head_step < step + 1) plan->head_step = step + 1;
        return true;
    }
    plan = plan_of(r, text_of(line, "head"));
    if (!plan) return false;
    if (plan->head_step < (uint64_t)integer_of(line, "step"))
        plan->head_step = (uint64_t)integer_of(line, "step");
    plan->head_at = integer_of(line, "at");
    return true;
}

/* The first line: the scenario and the seed. */
static bool read_first(struct room *room, const struct json_node *line) {
    struct complaint why;
    room->scenario = record_scenario(line, &why);
    if (!room->scenario)
        snprintf(room->broken, sizeof room->broken, "%.80s: %.110s", why.place, why.problem);
    return room->scenario != NULL;
}

static bool read_record(struct room *room, struct revival *r) {
    const char *at = room->record.data, *end = at + room->record.length;
    for (unsigned number = 0; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) break;
        struct complaint why;
        struct json_document *d = json_read(at, (size_t)(stop - at), &why);
        bool good = false;
        if (d) {
            struct json_node root = json_root(d);
            good = number ? read_line(r, &root) : read_first(room, &root);
            struct json_node frame = json_get(&root, "frame");
            if (json_is(frame)) room->frame_octets += (size_t)(stop + 1 - at);
            json_free(d);
        }
        if (!good) {
            if (!*room->broken)
                snprintf(room->broken, sizeof room->broken, "line %u of its journal", number + 1);
            return false;
        }
        at = stop + 1;
    }
    return plan_of(r, "T0") && room->scenario;
}

static bool first_timeline(struct room *room) {
    struct complaint why;
    size_t size = lab_size(&room->scenario->scenario);
    struct lab *lab = size ? block_map(size) : NULL;
    if (!lab) return false;
    if (!lab_create(lab, size, &room->scenario->scenario, &why)) {
        snprintf(room->broken, sizeof room->broken, "%.60s: %.120s", why.place, why.problem);
        block_unmap(lab, size);
        return false;
    }
    return room_add(room, timeline_create("T0", lab, size, &room->pool, &room->config)) != NULL;
}

static bool begin_plan(struct room *room, struct revival *r) {
    struct plan *plan = &r->plans[r->at];
    if (r->at == 0) {
        if (!first_timeline(room)) return false;
        r->timeline = room->timelines[0];
    } else {
        struct timeline *parent = room_timeline(room, plan->of);
        if (!parent || lab_steps(parent->lab) < plan->fork_step) return false;
        room_flush(room, parent, wall_now());
        r->timeline = room_add(room, timeline_fork(parent, plan->id, plan->fork_step));
        if (!r->timeline) return false;
        snprintf(r->timeline->key, sizeof r->timeline->key, "%s", plan->key);
    }
    unsigned number = (unsigned)strtoul(plan->id + 1, NULL, 10);
    if (number >= room->next_number) room->next_number = number + 1;
    return true;
}

/* Goes on with one timeline. 1: done, 0: not yet, -1: the record does not fit. */
static int go_on(struct revival *r) {
    struct plan *plan = &r->plans[r->at];
    struct timeline *t = r->timeline;
    uint64_t now = lab_steps(t->lab), stop = plan->head_step;
    if (plan->next < plan->journal.count) stop = plan->journal.entries[plan->next].step;
    if (now < stop) {
        uint64_t some = stop - now < STEPS_AT_ONCE ? stop - now : STEPS_AT_ONCE;
        timeline_step(t, some, SIM_TIME_MAX);
        return lab_steps(t->lab) > now ? 0 : -1;
    }
    if (plan->next < plan->journal.count)
        return timeline_command_entry(t, &plan->journal.entries[plan->next++]) ? 0 : -1;
    sim_time next;
    if (plan->head_at > lab_now(t->lab) && (!lab_next(t->lab, &next) || next > plan->head_at))
        timeline_step(t, 1, plan->head_at);
    return 1;
}

void room_revive_begin(struct room *room) {
    if (room->seen) { /* its file is kept, there is nothing to read */
        atomic_store(&room->state, ROOM_REVIVING);
        return;
    }
    struct revival *r = calloc(1, sizeof *r);
    room->revival = r;
    room->broken[0] = 0;
    room->frame_octets = 0;
    atomic_store(&room->state, ROOM_REVIVING);
    bool good = r && plan_add(r, "T0") && load(room) && read_record(room, r) && begin_plan(room, r);
    if (good) return;
    if (!*room->broken) snprintf(room->broken, sizeof room->broken, "its journal cannot be read");
    report(REPORT_WARN, "revive", "lab %s: %s", room->id, room->broken);
    room_revive_end(room);
    atomic_store(&room->state, ROOM_BROKEN);
}

bool room_revive_some(struct room *room, int64_t deadline) {
    struct revival *r = room->revival;
    while (r->at < r->count) {
        int result = go_on(r);
        if (result > 0 && (++r->at == r->count || begin_plan(room, r)))
            result = 0;
        else if (result > 0)
            result = -1;
        if (result < 0) {
            snprintf(room->broken, sizeof room->broken, "its journal does not fit its scenario");
            report(REPORT_WARN, "revive", "lab %s: %s", room->id, room->broken);
            room_revive_end(room);
            atomic_store(&room->state, ROOM_BROKEN);
            return true;
        }
        if (wall_now() >= deadline && r->at < r->count) return false;
    }
    room_revive_end(room);
    atomic_store(&room->state, ROOM_LIVE);
    for (uint32_t n = 0; n < room->timeline_count; n++)
        room_flush(room, room->timelines[n], wall_now());
    return true;
}
