#include "journal.h"
/*
 * The journal and the re-run. A re-run does exactly what the first run did: the same inputs after
 * the same steps at the same times; the engine does the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

struct journal_text {
    size_t holders;
    char octets[];
};

static void nothing(void *user, const struct lab *lab, const struct trace_record *record) {
    (void)user;
    (void)lab;
    (void)record;
}
static const struct sink silent = {nothing, NULL, 0};

static bool add(struct journal *j, const struct journal_entry *e) {
    if (j->count == j->room) {
        size_t room = j->room ? j->room * 2 : 8;
        struct journal_entry *grown = realloc(j->entries, room * sizeof *grown);
        if (!grown) return false;
        j->entries = grown;
        j->room = room;
    }
    j->entries[j->count++] = *e;
    j->octets += e->count;
    return true;
}

static bool add_text(struct journal *j, struct journal_entry e, const void *octets, size_t count) {
    e.text = malloc(sizeof *e.text + count + 1);
    if (!e.text) return false;
    e.text->holders = 1;
    memcpy(e.text->octets, octets, count);
    e.text->octets[count] = '\0';
    e.line = e.interface ? "" : e.text->octets;
    e.octets = e.interface ? (const uint8_t *)e.text->octets : NULL;
    if (add(j, &e)) return true;
    free(e.text);
    return false;
}

bool journal_add(struct journal *j, uint64_t step, sim_time at, uint32_t node, const char *line) {
    struct journal_entry e = {.step = step, .at = at, .node = node};
    return add_text(j, e, line, strlen(line));
}

bool journal_add_frame(struct journal *j, uint64_t step, sim_time at, uint32_t node,
                       uint32_t interface, const uint8_t *octets, size_t count) {
    struct journal_entry e = {
        .step = step, .at = at, .node = node, .interface = interface, .count = count};
    return add_text(j, e, octets, count);
}

bool journal_fork(struct journal *j, const struct journal *parent, uint64_t steps) {
    for (size_t n = 0; n < parent->count && parent->entries[n].step < steps; n++) {
        if (!add(j, &parent->entries[n])) return false;
        parent->entries[n].text->holders++;
    }
    return true;
}

void journal_free(struct journal *j) {
    for (size_t n = 0; n < j->count; n++)
        if (--j->entries[n].text->holders == 0) free(j->entries[n].text);
    free(j->entries);
    *j = (struct journal){0};
}

size_t journal_memory(const struct journal *j) {
    return j->room * sizeof *j->entries + j->octets;
}

/* The first entry at or behind `steps`: entries stand in the order of their steps. */
size_t journal_position(const struct journal *j, uint64_t steps) {
    size_t low = 0, high = j->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (j->entries[middle].step < steps)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool journal_apply(struct lab *lab, const struct sink *sink, const struct journal_entry *e,
                   struct complaint *why) {
    if (e->interface)
        return lab_frame_in(lab, sink, e->at, e->node, e->interface, e->octets, e->count, why);
    return lab_command(lab, sink, e->at, e->node, e->line, why);
}

static bool apply(struct replay *r, const struct sink *sink) {
    struct complaint why;
    bool fits = journal_apply(r->lab, sink, &r->journal->entries[r->next], &why);
    r->next += fits;
    return fits;
}

bool replay_some(struct replay *r, const struct sink *sink, uint64_t steps, bool *fits) {
    if (!sink) sink = &silent;
    *fits = true;
    uint64_t begun = lab_steps(r->lab), now;
    while ((now = lab_steps(r->lab)) < r->target && now - begun < steps) {
        uint64_t stop = r->target;
        if (r->next < r->journal->count && r->journal->entries[r->next].step < stop)
            stop = r->journal->entries[r->next].step;
        if (stop <= now) {
            *fits = stop == now && apply(r, sink);
            if (!*fits) return true;
            continue;
        }
        uint64_t some = stop - now < steps - (now - begun) ? stop - now : steps - (now - begun);
        struct budget budget = {some, SIM_TIME_MAX};
        lab_step(r->lab, sink, &budget);
        if (lab_steps(r->lab) == now) { /* the lab ends before its journal does */
            *fits = false;
            return true;
        }
    }
    metric_add(METRIC_REPLAYED_STEPS, (int64_t)(lab_steps(r->lab) - begun));
    return lab_steps(r->lab) >= r->target;
}

bool replay_all(struct replay *r, const struct sink *sink) {
    bool fits;
    while (!replay_some(r, sink, UINT64_MAX / 2, &fits)) continue;
    return fits;
}
