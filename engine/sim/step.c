#include "sim/step.h"
/*
 * The step loop: pops the first event, makes it a step, and hands it to whom it concerns. Only
 * here does time go on. `clock` follows the caller's `until` and is no part of the state: two
 * labs that differ in it alone have the same future.
 */
#include <assert.h>

#include "base/text.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "sim/trace.h"

void step_begin(struct step *s, struct scratch *scratch, struct lab *lab, const struct sink *sink,
                sim_time at, uint64_t cause) {
    assert(at >= lab->at);
    lab->instant_steps = at == lab->at ? lab->instant_steps + 1 : 1;
    lab->at = at;
    if (lab->clock < at) lab->clock = at; /* a command may lie behind it */
    lab->steps += 1;
    *s = (struct step){.lab = lab,
                       .now = at,
                       .number = lab->steps,
                       .cause_step = cause,
                       .sink = sink,
                       .scratch = scratch};
    scratch->count = scratch->image_used = scratch->told = 0;
}

void step_end(struct step *s) {
    if (s->sink != NULL) watch_flush(s);
}

static void timer_fires(struct step *s, struct id id, struct event event) {
    if (!timer_is_silent(event.kind)) {
        s->spoken = true;
        trace_timer(s, TRACE_TIMER_FIRED, id);
    }
    event_drop(s->lab, id);
    if (event.kind == TIMER_SCRIPT)
        script_fired(s, event.owner);
    else if (event.kind == TIMER_FAULT)
        fault_timer(s, event.owner);
    else if (event.kind == TIMER_HOLD)
        link_let_go(s, event.owner);
    else
        dispatch.timer_fired(s, event.kind, event.owner, event.node);
}

static void run_event(struct step *s, struct id id) {
    struct event event = *(const struct event *)object_get(s->lab, POOL_EVENT, id);
    if (event.kind != EVENT_FRAME) {
        timer_fires(s, id, event);
        return;
    }
    event_drop(s->lab, id);
    link_frame_alone(s, event.owner);
}

static void run_first(struct lab *lab, const struct sink *sink, struct scratch *scratch,
                      struct text_memo *memos, const struct heap_key *first) {
    struct step s;
    uint32_t ways = 2 * lab->link_count;
    if (first->slot <= ways) {
        struct frame *head = link_head(lab, first->slot);
        step_begin(&s, scratch, lab, sink, first->at, head->sent_step);
        s.memos = memos;
        link_head_arrives(&s, first->slot, head);
    } else {
        struct id id = pool_id(lab, POOL_EVENT, first->slot - ways);
        const struct event *event = object_get(lab, POOL_EVENT, id);
        step_begin(&s, scratch, lab, sink, first->at, event->set_step);
        s.memos = memos;
        run_event(&s, id);
    }
    step_end(&s);
}

static enum stop stop_at(struct lab *lab, sim_time until, enum stop why) {
    if (lab->clock < until) lab->clock = until;
    return why;
}

enum stop lab_step(struct lab *lab, const struct sink *sink, const struct budget *budget) {
    struct scratch scratch;
    struct text_memo memos[TEXT_MEMOS] = {{0}};
    sim_time until = budget->until < SIM_TIME_MAX ? budget->until : SIM_TIME_MAX;
    for (uint64_t taken = 0;; taken++) {
        struct heap_key first;
        if (lab->ended != 0) return (enum stop)lab->ended;
        if (!event_first(lab, &first)) return STOP_QUIET;
        if (first.at > until)
            return stop_at(lab, until, until == SIM_TIME_MAX ? STOP_END : STOP_UNTIL);
        if (budget->steps != 0 && taken == budget->steps) return STOP_BUDGET;
        run_first(lab, sink, &scratch, memos, &first);
        if (lab->instant_steps > LIVELOCK_STEPS) lab->ended = STOP_LIVELOCK;
    }
}
