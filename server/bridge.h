#ifndef NETSTEP_SERVER_BRIDGE_H
#define NETSTEP_SERVER_BRIDGE_H
/* Between bridge.c, which prepares and ends a session, and bridge_loop.c, which runs it. */
#include <stdio.h>

#include "outside.h"
#include "record.h"
#include "recorder.h"
#include "tap.h"

enum { BRIDGE_PORTS = 16 };

struct bridge_port {
    struct tap tap;
    struct outside_port end;
    uint32_t link;
    bool told; /* that the device is down */
};
struct bridge {
    struct scenario_file *scenario;
    struct lab *lab;
    struct recorder *recorder;
    struct sink listener; /* the recorder's */
    struct bridge_port ports[BRIDGE_PORTS];
    size_t port_count;
    FILE *journal; /* NULL: not asked for */
    struct buffer line;
    sim_time until;
    uint64_t limit, written; /* octets of the journal and, with the recorder's, of all files */

    int64_t origin, flush_due; /* wall */
    enum stop stop;
    const struct bridge_port *gone;     /* its device has vanished */
    bool failed;                        /* the journal cannot be written */
    uint64_t in, out, refused, strange; /* frames; refused: by the device */
    uint8_t frame[TAP_READ_MOST];
};
/* Until a signal, --until, the limit, or the end of a device or of the lab: which it was. */
const char *bridge_loop(struct bridge *);

#endif
