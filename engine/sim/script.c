#include "sim/script.h"
/*
 * Lines of the scenario. A line whose named process has not returned from its former one waits;
 * when the shell tells that it has, the first waiting line of it runs, as a step of its own.
 * Waiting lines keep the scenario's order. Only here is known who is busy, so the shell may take
 * each line as it comes.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/state.h"

static struct script_line *line_at(struct lab *lab, struct id id) {
    return (struct script_line *)object_get(lab, POOL_SCRIPT, id);
}

/* The first line of that process in that state, in the scenario's order. */
static struct id line_of(struct lab *lab, uint32_t node, const char *process,
                         enum script_state state) {
    struct id id = object_next(lab, POOL_SCRIPT, (struct id){0, 0});
    for (; id_is(id); id = object_next(lab, POOL_SCRIPT, id)) {
        const struct script_line *line = line_at(lab, id);
        if (line->state == state && line->node == node && same_text(line->process, process))
            return id;
    }
    return id;
}

static bool must_wait(struct lab *lab, const struct script_line *line) {
    return id_is(line_of(lab, line->node, line->process, SCRIPT_RUNNING)) ||
           (line->state == SCRIPT_PENDING &&
            id_is(line_of(lab, line->node, line->process, SCRIPT_WAITING)));
}

void script_fired(struct step *s, struct id id) {
    struct script_line *line = line_at(s->lab, id);
    assert(line != NULL && (line->state == SCRIPT_PENDING || line->state == SCRIPT_WAITING));
    bool named = line->process[0] != '\0';
    if (named && must_wait(s->lab, line)) {
        line->state = SCRIPT_WAITING;
        return;
    }
    line->state = named ? SCRIPT_RUNNING : SCRIPT_DONE;
    trace_command(s, line->node, line->run);
    if (!dispatch.console(s, line->node, named ? line->process : NULL, line->run))
        line->state = SCRIPT_WAITING; /* a process of that name that is not the script's */
}

void script_returned(struct step *s, uint32_t node, const char *process) {
    struct id done = line_of(s->lab, node, process, SCRIPT_RUNNING);
    if (!id_is(done)) return; /* no line of the script: a terminal's */
    line_at(s->lab, done)->state = SCRIPT_DONE;
    struct id next = line_of(s->lab, node, process, SCRIPT_WAITING);
    if (id_is(next)) timer_set(s, &line_at(s->lab, next)->timer, TIMER_SCRIPT, node, next, s->now);
}
