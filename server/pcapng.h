#ifndef NETSTEP_SERVER_PCAPNG_H
#define NETSTEP_SERVER_PCAPNG_H
/*
 * Captures of a whole lab as pcapng: one interface per link, virtual time in ns, each frame once,
 * when it is handed to the link; what was lost stays, with a comment that says where and why.
 */
#include "buffer.h"
#include "engine.h"

struct pcapng;
struct pcapng *pcapng_begin(const struct lab *, const char *title); /* title: NULL none */
void pcapng_record(struct pcapng *, const struct lab *, const struct trace_record *);
/* Blocks that are complete: take them and clear. A frame is complete once its fate is known. */
struct buffer *pcapng_blocks(struct pcapng *);
void pcapng_end(
    struct pcapng *); /* frames still under way become complete; call before the last take */
void pcapng_free(struct pcapng *);

#endif
