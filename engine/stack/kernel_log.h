#ifndef NETSTEP_STACK_KERNEL_LOG_H
#define NETSTEP_STACK_KERNEL_LOG_H
/* What a kernel writes on the console by itself. */
#include "base/text.h"
#include "sim/trace.h"

/* "kernel: TCP: ...": a line of output that no process has printed. */
void kernel_says(struct step *, uint32_t node, const char *line);

#endif
