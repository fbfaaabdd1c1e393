#include "sim/script.h"
/*
 * Lines of the scenario. The lines of one process are a chain in the scenario's order, and only the
 * first of them that has not run stands in the event queue: when a line returns, the next one is
 * set for its own time, or for now when that has passed. A line without a process is a chain of
 * its own. Only here is known who is busy, so the shell may take each line as it comes.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/state.h"
#include "sim/trace.h"

static struct script_line *line_at(struct lab *lab, struct id id) {
    return (struct script_line *)object_get(lab, POOL_SCRIPT, id);
}

static bool same_process(const struct script_line *line, uint32_t node, const char *process) {
    return line->node == node && same_text(line->process, process);
}

/* A line that only waited for the one before is caused by its return; one that has its own time
 * by nobody but the scenario. Lines of a node with the same time run in the scenario's order, so
 * each has its place among the node's events from the beginning, unless it comes late. */
static void line_set(struct step *s, struct id id) {
    struct script_line *line = line_at(s->lab, id);
    bool waited = line->at <= s->now, late = line->at < s->now;
    line->timer =
        event_new(s, TIMER_SCRIPT, line->node, id, late ? s->now : line->at,
                  late ? order_next(s->lab, line->node) : line->order, waited ? step_cause(s) : 0);
    assert(id_is(line->timer)); /* each line has its room beside limits.events */
}

/* Lines are made in the scenario's order and never freed, so their slots are 1, 2, 3... */
void script_enter(struct step *s, struct id id) {
    struct script_line *line = line_at(s->lab, id);
    line->order = order_next(s->lab, line->node);
    for (uint32_t slot = id.slot - 1; line->process[0] != '\0' && slot > 0; slot--) {
        struct script_line *before = line_at(s->lab, pool_id(s->lab, POOL_SCRIPT, slot));
        if (!same_process(before, line->node, line->process)) continue;
        before->next = id;
        return;
    }
    line_set(s, id);
}

void script_fired(struct step *s, struct id id) {
    struct script_line *line = line_at(s->lab, id);
    assert(line != NULL && line->state == SCRIPT_PENDING);
    bool named = line->process[0] != '\0';
    if (node_view_at(s->lab, line->node)->alive == 0) { /* nobody is there who could run it */
        line->state = SCRIPT_DONE;
        if (id_is(line->next)) line_set(s, line->next);
        return;
    }
    line->state = named ? SCRIPT_RUNNING : SCRIPT_DONE;
    trace_command(s, line->node, line->run);
    bool taken = dispatch.console(s, line->node, named ? line->process : NULL, line->run);
    assert(taken); /* a named process is the script's alone, and it has returned */
    (void)taken;
}

static struct id running_line(struct lab *lab, uint32_t node, const char *process) {
    struct id id = object_next(lab, POOL_SCRIPT, (struct id){0, 0});
    for (; id_is(id); id = object_next(lab, POOL_SCRIPT, id)) {
        const struct script_line *line = line_at(lab, id);
        if (line->state == SCRIPT_RUNNING && same_process(line, node, process)) break;
    }
    return id;
}

void script_returned(struct step *s, uint32_t node, const char *process) {
    struct id id = running_line(s->lab, node, process);
    if (!id_is(id)) return; /* no line of the script: a terminal's */
    struct script_line *line = line_at(s->lab, id);
    line->state = SCRIPT_DONE;
    if (id_is(line->next)) line_set(s, line->next);
}
