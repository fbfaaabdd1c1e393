#include "sim/state.h"
/*
 * A node that crashes, and one that starts again. From one step to the next it is dead: it says
 * nothing to anybody, its cables keep their carrier (the lights are on), and what reaches it is
 * lost there, REASON_NODE_DOWN. What ran on it or was learnt by it is gone; what was configured
 * stays, whoever configured it: addresses, settings, routes that nobody learnt, permanent
 * neighbours, rules of the firewall, files, the lines of its routing daemons. It starts with that.
 *
 * Programs do not come back, but routing daemons do. A line of the script whose time comes while
 * the node is dead is lost. Frames that it had handed to a cable travel on.
 */
#include "sim/trace.h"

/* Of a frame that waits within the node the event's owner is the frame. */
static bool holds_frame(uint32_t kind) {
    return kind == TIMER_HOLD || kind == TIMER_LOOPBACK || kind == TIMER_ICMP_REPLY ||
           kind == TIMER_ARP_PROXY;
}

static bool outlives(uint32_t kind) {
    return kind == EVENT_FRAME || kind == TIMER_SCRIPT || kind == TIMER_FAULT;
}

/* What was still to come. Whoever had set a timer is gone, and has stopped it. */
static void forget_events(struct step *s, uint32_t node) {
    struct id next;
    for (struct id id = object_next(s->lab, POOL_EVENT, (struct id){0, 0}); id_is(id); id = next) {
        next = object_next(s->lab, POOL_EVENT, id);
        const struct event event = *(const struct event *)object_get(s->lab, POOL_EVENT, id);
        if (event.node != node || outlives(event.kind)) continue;
        if (!timer_is_silent(event.kind)) trace_timer(s, TRACE_TIMER_STOPPED, id);
        event_drop(s->lab, id);
        if (!holds_frame(event.kind)) continue;
        frame_at(s->lab, event.owner)->link = 0;
        trace_dropped(s, node, event.owner, REASON_NODE_DOWN, NULL);
        frame_free(s, event.owner);
    }
}

void node_set(struct step *s, uint32_t node, bool on) {
    struct node *n = node_at(s->lab, node);
    if ((n->alive != 0) == on) return;
    n->alive = on;
    dispatch.node_power(s, node, on);
    if (!on) forget_events(s, node);
}
