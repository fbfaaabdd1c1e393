#include "journal.h"
/*
 * The journal and the re-run. A re-run does exactly what the first run did: the same commands after
 * the same steps at the same times; the engine does the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

static void nothing(void *user, const struct lab *lab, const struct trace_record *record) {
    (void)user;
    (void)lab;
    (void)record;
}
static const struct sink silent = {nothing, NULL, 0};

bool journal_add(struct journal *j, uint64_t step, sim_time at, uint32_t node, const char *line) {
    if (j->count == j->room) {
        size_t room = j->room ? j->room * 2 : 8;
        struct journal_entry *grown = realloc(j->entries, room * sizeof *grown);
        if (!grown) return false;
        j->entries = grown;
        j->room = room;
    }
    char *copy = strdup(line);
    if (!copy) return false;
    j->entries[j->count++] = (struct journal_entry){step, at, node, copy};
    return true;
}

bool journal_fork(struct journal *j, const struct journal *parent, uint64_t steps) {
    for (size_t n = 0; n < parent->count && parent->entries[n].step < steps; n++) {
        const struct journal_entry *e = &parent->entries[n];
        if (!journal_add(j, e->step, e->at, e->node, e->line)) return false;
    }
    return true;
}

void journal_free(struct journal *j) {
    for (size_t n = 0; n < j->count; n++) free(j->entries[n].line);
    free(j->entries);
    *j = (struct journal){0};
}

size_t journal_position(const struct journal *j, uint64_t steps) {
    size_t n = 0;
    while (n < j->count && j->entries[n].step < steps) n++;
    return n;
}

static bool apply(struct replay *r, const struct sink *sink) {
    const struct journal_entry *e = &r->journal->entries[r->next++];
    struct complaint why;
    return lab_command(r->lab, sink, e->at, e->node, e->line, &why);
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
            *fits = apply(r, sink);
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
