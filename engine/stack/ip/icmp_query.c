#include "stack/ip/icmp_parts.h"
/*
 * Questions that the kernel answers: echo (RFC 1122 3.2.2.6), timestamp (3.2.2.8), address mask
 * (RFC 950, RFC 1122 3.2.2.9). A reply comes from the address that was asked, or from that of the
 * interface when a group was.
 *
 * icmp.ts_model: RFC 792 wants the moment of receiving and that of sending; Linux names one moment
 * twice (icmp_timestamp). icmp.think is how long a node takes between the two, and clock.offset how
 * far its clock is off. Only agents tell masks (icmp.mask_agent); Linux is none.
 */
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include <assert.h>

enum { STAMPS = 12, STAMP = 4, MASK = 4 };
static const sim_time millisecond = 1000000, day_ms = 86400000;

static void answer(struct step *s, uint32_t node, const struct ip_in *in,
                   const struct icmp_message *m, const uint8_t *data, size_t count) {
    bool group = ip_is_broadcast_or_multicast(s->lab, node, in->header.dst);
    uint8_t options[IP_OPTIONS_MOST];
    if (!icmp_may_send(s, node, m->type, m->code, in->header.src)) return;
    struct ip_out out = {.src = group ? 0 : in->header.dst,
                         .dst = in->header.src,
                         .protocol = IP_PROTOCOL_ICMP,
                         .dscp = in->header.dscp,
                         .ecn = in->header.ecn};
    if (in->header.option_count != 0) { /* RFC 1122 3.2.2.6 */
        out.options = options;
        out.option_count = ipv4_reply_options(&in->header, options);
        out.fill_options = true;
    }
    if (icmp_send(s, node, &out, m, data, count) != IP_SENT) mib_add(s, node, MIB_ICMP_OUT_ERRORS);
}

void icmp_echo_in(struct step *s, uint32_t node, const struct ip_in *in,
                  const struct icmp_message *request, struct reader data) {
    if (setting_of(s->lab, node, SETTING_ICMP_ECHO_IGNORE_ALL) != 0) {
        icmp_discard(s, node, in, REASON_ECHO_IGNORED, "RFC 1122 3.2.2.6");
        return;
    }
    struct icmp_message m = *request; /* with the same data */
    m.type = ICMP_ECHO_REPLY;
    m.code = 0;
    answer(s, node, in, &m, data.at, read_left(&data));
}

/* ------------------------------------------------------------------- timestamps */

/* RFC 792: milliseconds since midnight UT. Virtual time begins at midnight. */
uint32_t icmp_stamp_at(const struct lab *lab, uint32_t node, sim_time at) {
    sim_time ms = (at + setting_of(lab, node, SETTING_CLOCK_OFFSET)) / millisecond % day_ms;
    return (uint32_t)(ms < 0 ? ms + day_ms : ms);
}

static void answer_timestamp(struct step *s, uint32_t node, const struct ip_in *in,
                             const struct icmp_message *request, const uint8_t *originate,
                             sim_time came) {
    uint8_t stamps[STAMPS];
    struct writer w = writer_of(stamps, sizeof stamps);
    bool twice = setting_of(s->lab, node, SETTING_ICMP_TS_MODEL) == ICMP_TS_LINUX;
    struct icmp_message m = *request;
    m.type = ICMP_TIMESTAMP_REPLY;
    m.code = 0;
    write_copy(&w, originate, STAMP);
    write_u32(&w, icmp_stamp_at(s->lab, node, twice ? s->now : came));
    write_u32(&w, icmp_stamp_at(s->lab, node, s->now));
    answer(s, node, in, &m, stamps, sizeof stamps);
}

bool icmp_timestamp_in(struct step *s, uint32_t node, const struct ip_in *in,
                       const struct icmp_message *m, struct reader data) {
    struct id timer = {0, 0};
    sim_time think = setting_of(s->lab, node, SETTING_ICMP_THINK);
    if (read_left(&data) < STAMP) {
        mib_add(s, node, MIB_ICMP_IN_ERRORS);
        icmp_discard(s, node, in, REASON_TRUNCATED, "RFC 792");
        return false;
    }
    if (think > 0) timer_set(s, &timer, TIMER_ICMP_REPLY, node, in->frame, s->now + think);
    if (id_is(timer)) return true; /* the request waits as it came */
    answer_timestamp(s, node, in, m, data.at, s->now);
    return false;
}

void icmp_timer_fired(struct step *s, uint32_t node, struct id frame) {
    struct ip_in in = {.frame = frame, .octets = frame_at(s->lab, frame)};
    struct icmp_message m;
    struct reader r = frame_reader(in.octets);
    enum parse_result result = ipv4_parse(&in.header, &r);
    if (result == PARSE_OK) result = icmp_parse(&m, &r);
    assert(result == PARSE_OK); /* it was parsed when it came */
    (void)result;
    answer_timestamp(s, node, &in, &m, r.at, s->now - setting_of(s->lab, node, SETTING_ICMP_THINK));
    frame_free(s, frame);
}

/* ------------------------------------------------------------------- address masks */

void icmp_mask_in(struct step *s, uint32_t node, const struct ip_in *in,
                  const struct icmp_message *request) {
    uint8_t mask[MASK];
    struct writer w = writer_of(mask, sizeof mask);
    if (setting_of(s->lab, node, SETTING_ICMP_MASK_AGENT) == 0 || in->interface == 0) {
        icmp_discard(s, node, in, REASON_QUERY_IGNORED, "RFC 1122 3.2.2.9");
        return;
    }
    struct icmp_message m = *request;
    m.type = ICMP_ADDRESS_MASK_REPLY;
    m.code = 0;
    write_u32(&w, prefix_mask(iface_get(s->lab, in->interface)->prefix));
    answer(s, node, in, &m, mask, sizeof mask);
}
