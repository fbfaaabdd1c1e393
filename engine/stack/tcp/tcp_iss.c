#include "stack/tcp/tcp_state.h"
/*
 * Initial sequence numbers, RFC 9293 3.4.1 and RFC 6528 3: ISN = M + F(localip, localport,
 * remoteip, remoteport, secretkey). M ticks every 4 microseconds (MUST-8); F is SipHash-2-4 under
 * the node's secret (SHLD-1), which nobody outside the node knows (MUST-9). The secret comes from
 * the lab's seed, so a run repeats. The start of a connection's timestamp clock is chosen in the
 * same way, RFC 7323 5.4.
 * Differs: Linux's M ticks every 64 ns (secure_seq.c), and so does ours with const.isn "linux".
 * The other models of const.isn are there to be attacked: predictable ones, and ones that overlap.
 */
#include "base/bytes.h"
#include "stack/sysctl.h"
#include <assert.h>

enum purpose { PURPOSE_ISS = 1, PURPOSE_TIMESTAMP = 2 };
enum { MICROSECOND = 1000, MILLISECOND = 1000000, FIXED_ISS = 1000 };
enum { TIMESTAMP_TICK_NS = 1000000 }; /* RFC 7323 5.4: 1 ms to 1 s; Linux ticks every ms */

static uint32_t keyed(const struct lab *lab, const struct tcb *c, enum purpose purpose) {
    uint8_t octets[13];
    struct writer w = writer_of(octets, sizeof octets);
    write_u32(&w, c->local_address);
    write_u32(&w, c->remote_address);
    write_u16(&w, (uint16_t)c->local_port);
    write_u16(&w, (uint16_t)c->remote_port);
    write_u8(&w, (uint8_t)purpose);
    return (uint32_t)siphash(node_view_at(lab, c->node)->secret, octets, sizeof octets);
}

/* 4.4BSD: 128 000 a second, and 64 000 for each connection before this one. */
static uint64_t bsd44(const struct step *s, uint32_t before) {
    enum { EACH_SECOND = 128000, EACH_CONNECTION = 64000, SECOND = 1000000000 };
    uint64_t now = (uint64_t)s->now;
    uint64_t clock = now / SECOND * EACH_SECOND + now % SECOND * EACH_SECOND / SECOND;
    return 1 + clock + (uint64_t)before * EACH_CONNECTION;
}

uint32_t tcp_iss(struct step *s, const struct tcb *c) {
    struct node *node = node_at(s->lab, c->node);
    int64_t model = setting_of(s->lab, c->node, SETTING_CONST_ISN);
    uint64_t now = (uint64_t)s->now;
    uint32_t before = node->iss_made++;
    if (model >= ISN_EXPLICIT) return (uint32_t)(model - ISN_EXPLICIT);
    switch ((enum isn_model)model) {
    case ISN_LINUX: return (uint32_t)(now / 64) + keyed(s->lab, c, PURPOSE_ISS);
    case ISN_RFC6528: return (uint32_t)(now / (4 * MICROSECOND)) + keyed(s->lab, c, PURPOSE_ISS);
    case ISN_RFC793_CLOCK: return (uint32_t)(now / (4 * MICROSECOND)); /* RFC 793 3.3 */
    case ISN_NOTES_4MS: return (uint32_t)(now / (4 * MILLISECOND));
    case ISN_BSD44: return (uint32_t)bsd44(s, before);
    case ISN_FIXED: return FIXED_ISS;
    case ISN_RANDOM: return prng_u32(&node->prng[PRNG_ISN]);
    case ISN_MODEL_COUNT: break;
    }
    assert(!"every model has its case");
    return 0;
}

/* tcp_timestamps 2, and Linux before 4.10: the clock itself, one for all connections. */
uint32_t tcp_ts_offset(const struct lab *lab, const struct tcb *c) {
    if (setting_of(lab, c->node, SETTING_TCP_TIMESTAMPS) == 2 ||
        setting_of(lab, c->node, SETTING_CONST_TIMESTAMP_OFFSET) == 0)
        return 0;
    return keyed(lab, c, PURPOSE_TIMESTAMP);
}

uint32_t tcp_ts_at(const struct step *s, const struct tcb *c, sim_time at) {
    sim_time uptime = setting_of(s->lab, c->node, SETTING_CONST_UPTIME);
    return (uint32_t)((uptime + at) / TIMESTAMP_TICK_NS) + c->ts_offset;
}

uint32_t tcp_ts_now(const struct step *s, const struct tcb *c) {
    return tcp_ts_at(s, c, s->now);
}
