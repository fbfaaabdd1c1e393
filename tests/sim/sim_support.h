#ifndef NETSTEP_TESTS_SIM_SUPPORT_H
#define NETSTEP_TESTS_SIM_SUPPORT_H
/* Steps and frames by hand, for tests of sim/ alone. */
#include <string.h>

#include "lab_support.h"
#include "sim/link.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "sim/trace.h"

/* A step of our own at `at`, between hand_begin and hand_end. */
struct hand {
    struct step step;
    struct scratch scratch;
};
static inline struct step *hand_begin(struct hand *hand, struct running *run, sim_time at) {
    step_begin(&hand->step, &hand->scratch, run->lab, &run->sink, at, 0);
    return &hand->step;
}
static inline void hand_end(struct hand *hand) {
    step_end(&hand->step);
}

/* A frame of no known protocol that every stack throws away: 14 octets of header and `payload`
 * octets, the first of which is `mark`. */
static inline struct id raw_frame(struct step *s, uint32_t node, size_t payload, uint8_t mark) {
    struct id frame = frame_new(s, node, payload);
    assert_true(id_is(frame));
    uint8_t *octets = frame_append(s, frame, payload);
    memset(octets, mark, payload);
    uint8_t *header = frame_push(s, frame, 14);
    memset(header, 0xff, 6);
    memset(header + 6, 2, 6);
    header[12] = 0x88;
    header[13] = 0xb5; /* IEEE 802 local experimental */
    return frame;
}
static inline void send_raw(struct step *s, uint32_t node, size_t payload, uint8_t mark) {
    link_send(s, interface_global(s->lab, node, 1), raw_frame(s, node, payload, mark));
}
static inline uint8_t mark_of(const struct trace_record *r) {
    return r->octets[14];
}

/* "a@0.010000 b@0.020000 ": marks and times of the frames that reached a node. */
static inline void arrivals(const struct running *run, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind == TRACE_DELIVERED)
            used += (size_t)snprintf(out + used, size - used, "%c@%.6f ", mark_of(r),
                                     (double)r->at / 1e9);
    }
}
#define expect_arrivals(run, expected)                                                             \
    do {                                                                                           \
        char is_[2048];                                                                            \
        arrivals(run, is_, sizeof is_);                                                            \
        assert_string_equal(is_, expected);                                                        \
    } while (0)

#endif
