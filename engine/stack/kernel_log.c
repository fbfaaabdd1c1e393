#include "stack/kernel_log.h"
/*
 * The kernel's own lines, as dmesg shows them, without their times: the trace has those. Nothing is
 * kept, so there is no dmesg to ask later.
 */

void kernel_says(struct step *s, uint32_t node, const char *line) {
    char room[160];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "kernel: ");
    text_add(&t, line);
    trace_output(s, node, (struct id){0, 0}, room, text_length(&t));
}
