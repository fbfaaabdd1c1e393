#ifndef NETSTEP_SERVER_METRICS_H
#define NETSTEP_SERVER_METRICS_H
/*
 * Counters of the running service, written by any thread without a lock and printed in
 * Prometheus's text format (version 0.0.4). One process has one set.
 */
#include <stdatomic.h>
#include <stdint.h>

#include "buffer.h"

enum metric {
    METRIC_VIEWERS, /* gauges */
    METRIC_LABS_LIVE,
    METRIC_LABS_PARKED,
    METRIC_TIMELINES,
    METRIC_MEMORY_OCTETS,
    METRIC_LAG_OCTETS, /* of the viewer that is furthest behind, at the last look */
    METRIC_DRAINING,
    METRIC_OPENED, /* counters */
    METRIC_CLOSED,
    METRIC_REFUSED,
    METRIC_DATA_FROM_VIEWER,
    METRIC_SENT_OCTETS,
    METRIC_SENT_MESSAGES,
    METRIC_SENT_PACKED,
    METRIC_FILE_CHUNKS,
    METRIC_WAKEUPS,
    METRIC_BATCHES,
    METRIC_BATCH_OCTETS,
    METRIC_PACKED_OCTETS,
    METRIC_EVENTS,
    METRIC_STEPS,
    METRIC_SLICES,
    METRIC_COMMANDS,
    METRIC_FORKS,
    METRIC_LABS_CREATED,
    METRIC_KEYFRAMES,
    METRIC_REPLAYED_STEPS,
    METRIC_COUNT
};
extern _Atomic int64_t metric[METRIC_COUNT];
static inline void metric_add(enum metric m, int64_t n) {
    atomic_fetch_add_explicit(&metric[m], n, memory_order_relaxed);
}
static inline void metric_set(enum metric m, int64_t n) {
    atomic_store_explicit(&metric[m], n, memory_order_relaxed);
}
void metric_request(unsigned status); /* one HTTP answer */
void metric_wake_us(uint64_t us);     /* from a batch's publication to the sender's wake */
void metrics_print(struct buffer *);

#endif
