#include "metrics.h"
/*
 * The names that operators see. Counters end in _total as Prometheus asks. Labels are only used
 * where their values are few and ours (HTTP status classes and histogram bounds), so that nobody
 * outside can make the page grow.
 */

_Atomic int64_t metric[METRIC_COUNT];

static const struct {
    const char *name, *type, *help;
} shape[METRIC_COUNT] = {
    [METRIC_VIEWERS] = {"netstep_viewers", "gauge", "Open streams."},
    [METRIC_LABS_LIVE] = {"netstep_labs", "gauge", "Labs in memory."},
    [METRIC_LABS_PARKED] = {"netstep_labs_parked", "gauge", "Labs kept as their journal only."},
    [METRIC_TIMELINES] = {"netstep_timelines", "gauge", "Timelines in memory."},
    [METRIC_MEMORY_OCTETS] = {"netstep_lab_memory_bytes", "gauge",
                              "Labs, keyframes and logs in memory."},
    [METRIC_LAG_OCTETS] = {"netstep_viewer_lag_max_bytes", "gauge",
                           "Octets the slowest viewer is behind."},
    [METRIC_DRAINING] = {"netstep_draining", "gauge", "1 while the service stops."},
    [METRIC_OPENED] = {"netstep_streams_opened_total", "counter", "Streams opened."},
    [METRIC_CLOSED] = {"netstep_streams_closed_total", "counter", "Streams closed."},
    [METRIC_REFUSED] = {"netstep_streams_refused_total", "counter", "Stream requests refused."},
    [METRIC_DATA_FROM_VIEWER] = {"netstep_streams_misused_total", "counter",
                                 "Streams closed because the viewer sent data."},
    [METRIC_SENT_OCTETS] = {"netstep_stream_sent_bytes_total", "counter",
                            "Payload octets handed to viewers' sockets."},
    [METRIC_SENT_MESSAGES] = {"netstep_stream_messages_total", "counter",
                              "Messages sent to viewers."},
    [METRIC_SENT_PACKED] = {"netstep_stream_packed_messages_total", "counter",
                            "Messages sent in the batch's compressed form."},
    [METRIC_FILE_CHUNKS] = {"netstep_stream_catchup_chunks_total", "counter",
                            "Messages put together from the log for viewers behind."},
    [METRIC_WAKEUPS] = {"netstep_stream_wakeups_total", "counter", "Wakes of the sending thread."},
    [METRIC_BATCHES] = {"netstep_batches_total", "counter", "Batches published."},
    [METRIC_BATCH_OCTETS] = {"netstep_batch_bytes_total", "counter",
                             "Octets of the published batches."},
    [METRIC_PACKED_OCTETS] = {"netstep_batch_packed_bytes_total", "counter",
                              "Octets of their compressed forms."},
    [METRIC_EVENTS] = {"netstep_events_total", "counter", "Events written to the logs."},
    [METRIC_STEPS] = {"netstep_steps_total", "counter", "Engine steps taken at the heads."},
    [METRIC_SLICES] = {"netstep_slices_total", "counter", "Time slices given to labs."},
    [METRIC_COMMANDS] = {"netstep_commands_total", "counter", "Commands carried out."},
    [METRIC_FORKS] = {"netstep_forks_total", "counter", "Branches made."},
    [METRIC_LABS_CREATED] = {"netstep_labs_created_total", "counter", "Labs created."},
    [METRIC_KEYFRAMES] = {"netstep_keyframes_total", "counter", "Keyframes taken."},
    [METRIC_REPLAYED_STEPS] = {"netstep_replayed_steps_total", "counter",
                               "Steps re-run for seeks and branches."},
};

enum { STATUS_CLASSES = 6, WAKE_BOUNDS = 10 };
static _Atomic uint64_t answered[STATUS_CLASSES];
static const uint32_t wake_bound_us[WAKE_BOUNDS] = {50,   100,  250,   500,   1000,
                                                    2500, 5000, 10000, 25000, 100000};
static _Atomic uint64_t wake_count[WAKE_BOUNDS + 1], wake_sum_us;

void metric_request(unsigned status) {
    unsigned class = status / 100;
    atomic_fetch_add_explicit(&answered[class < STATUS_CLASSES ? class : 0], 1,
                              memory_order_relaxed);
}

void metric_wake_us(uint64_t us) {
    unsigned n = 0;
    while (n < WAKE_BOUNDS && us > wake_bound_us[n]) n++;
    atomic_fetch_add_explicit(&wake_count[n], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&wake_sum_us, us, memory_order_relaxed);
}

static void print_wakes(struct buffer *out) {
    uint64_t sum = 0;
    buffer_add(out, "# HELP netstep_publish_to_wake_seconds From a batch's publication to the "
                    "sender's wake.\n# TYPE netstep_publish_to_wake_seconds histogram\n");
    for (unsigned n = 0; n <= WAKE_BOUNDS; n++) {
        sum += atomic_load(&wake_count[n]);
        if (n < WAKE_BOUNDS)
            buffer_printf(out, "netstep_publish_to_wake_seconds_bucket{le=\"%g\"} %llu\n",
                          wake_bound_us[n] / 1e6, (unsigned long long)sum);
        else
            buffer_printf(out, "netstep_publish_to_wake_seconds_bucket{le=\"+Inf\"} %llu\n",
                          (unsigned long long)sum);
    }
    buffer_printf(out, "netstep_publish_to_wake_seconds_sum %g\n", atomic_load(&wake_sum_us) / 1e6);
    buffer_printf(out, "netstep_publish_to_wake_seconds_count %llu\n", (unsigned long long)sum);
}

void metrics_print(struct buffer *out) {
    for (unsigned m = 0; m < METRIC_COUNT; m++)
        buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", shape[m].name, shape[m].help,
                      shape[m].name, shape[m].type, shape[m].name,
                      (long long)atomic_load(&metric[m]));
    buffer_add(out, "# HELP netstep_http_requests_total HTTP answers by status class.\n"
                    "# TYPE netstep_http_requests_total counter\n");
    for (unsigned n = 1; n < STATUS_CLASSES; n++)
        buffer_printf(out, "netstep_http_requests_total{class=\"%uxx\"} %llu\n", n,
                      (unsigned long long)atomic_load(&answered[n]));
    print_wakes(out);
}
