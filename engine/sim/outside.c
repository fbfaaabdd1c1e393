#include "sim/outside.h"
/*
 * The door to the world that a lab does not simulate. A node of the kind `outside` has no stack:
 * what arrives there has left the lab, and whoever listens to the trace may hand it on (its
 * `delivered` record has the octets, after all that the link did to them). The other way is
 * lab_frame_in: a step in which the outside node hands a frame to its cable. So a real network is
 * a peer like any other: its frames have names, delays, faults and arrows with two ends.
 *
 * A frame that comes in is an input, as a command is: it is no function of the lab, so the caller
 * keeps it in the journal. Left out: preamble, check sequence and padding of real Ethernet, as on
 * our links; a frame is what a tap device gives.
 */
#include <string.h>

#include "base/text.h"
#include "sim/link.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "sim/trace.h"

enum { ETHERNET_HEADER = 14 };

static bool refuse(struct complaint *why, const char *place, const char *problem) {
    copy_text(why->place, sizeof why->place, place);
    copy_text(why->problem, sizeof why->problem, problem);
    return false;
}

static bool frame_is_right(const struct lab *lab, uint32_t node, uint32_t n, size_t count,
                           struct complaint *why) {
    if (node == 0 || node > lab->node_count || node_view_at(lab, node)->kind != NODE_OUTSIDE)
        return refuse(why, "node", "frames come in at a node of the kind outside alone");
    if (n == 0 || n > node_view_at(lab, node)->interface_count)
        return refuse(why, "interface", "that node has no such interface");
    if (interface_at((struct lab *)lab, interface_global(lab, node, n))->link == 0)
        return refuse(why, "interface", "that interface has no cable; give it a link");
    if (count < ETHERNET_HEADER)
        return refuse(why, "octets",
                      "too short: a frame begins with an Ethernet header, 14 octets");
    if (count > OUTSIDE_FRAME_MOST)
        return refuse(why, "octets",
                      "too long: a frame has at most 1514 octets; give the device "
                      "an MTU of at most 1500");
    return true;
}

bool lab_frame_in(struct lab *lab, const struct sink *sink, sim_time at, uint32_t node, uint32_t n,
                  const uint8_t *octets, size_t count, struct complaint *why) {
    memset(why, 0, sizeof *why);
    if (!moment_is_right(lab, at, why) || !frame_is_right(lab, node, n, count, why)) return false;
    struct scratch scratch;
    struct step s;
    step_begin(&s, &scratch, lab, sink, at, 0);
    struct id frame = frame_new(&s, node, count);
    if (id_is(frame)) {
        memcpy(frame_append(&s, frame, count), octets, count);
        dispatch.came_in(lab, interface_global(lab, node, n), frame_at(lab, frame));
        link_send(&s, interface_global(lab, node, n), frame);
    } else {
        trace_dropped(&s, node, frame, REASON_NO_FRAMES, NULL);
    }
    step_end(&s);
    return true;
}
