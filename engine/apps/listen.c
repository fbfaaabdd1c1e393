#include "apps/listen.h"
/*
 * Programs that listen at interfaces. They see a frame in the step in which it passes, as it is on
 * the wire, and before the node does anything with it: what they print stands in the trace before
 * the answer. Listening makes no event and changes no frame, so it changes nothing of what others
 * do. A program that has seen enough ends in a step of its own, since the stack is at work.
 */
#include "apps/apps.h"
#include "stack/iface.h"

void listen_at(struct step *s, uint32_t node, uint32_t interface, bool begin) {
    const struct node *n = node_view_at(s->lab, node);
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        if (interface == 0 || interface == i) iface_tap(s, i, begin);
}

void listen_enough(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    process_stop_timer(s, process);
    timer_set(s, &p->timer, TIMER_WAKE, p->node, process, s->now);
}

void apps_frame_seen(struct step *s, uint32_t interface, struct id frame, bool outward) {
    uint32_t node = iface_get(s->lab, interface)->node;
    for (struct id id = process_first(s->lab, node); id_is(id);
         id = process_get(s->lab, id)->next) {
        const struct process *p = process_get(s->lab, id);
        if (p->app == APP_ARPING && !outward)
            arping_seen(s, id, interface, frame_reader(frame_at(s->lab, frame)));
        if (p->app == APP_TCPDUMP)
            tcpdump_seen(s, id, interface, frame_reader(frame_at(s->lab, frame)), outward);
    }
}
