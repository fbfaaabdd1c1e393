#include "stack/tcp_state.h"
/*
 * Initial sequence numbers, RFC 9293 3.4.1 and RFC 6528 3: ISN = M + F(localip, localport,
 * remoteip, remoteport, secretkey). M ticks every 4 microseconds (MUST-8); F is SipHash-2-4 under
 * the node's secret (SHLD-1), which nobody outside the node knows (MUST-9). The secret comes from
 * the lab's seed, so a run repeats. The start of a connection's timestamp clock is chosen in the
 * same way, RFC 7323 5.4.
 * Differs: Linux's M ticks every 64 ns (secure_seq.c), and so does ours with const.isn 0.
 */
#include "base/bytes.h"
#include "stack/sysctl.h"

enum purpose { PURPOSE_ISS = 1, PURPOSE_TIMESTAMP = 2 };
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

uint32_t tcp_iss(const struct step *s, const struct tcb *c) {
    bool rfc = setting_of(s->lab, c->node, SETTING_CONST_ISN) == 1;
    uint64_t clock = (uint64_t)s->now / (rfc ? 4000 : 64);
    return (uint32_t)clock + keyed(s->lab, c, PURPOSE_ISS);
}

uint32_t tcp_ts_offset(const struct lab *lab, const struct tcb *c) {
    return keyed(lab, c, PURPOSE_TIMESTAMP);
}

uint32_t tcp_ts_now(const struct step *s, const struct tcb *c) {
    return (uint32_t)(s->now / TIMESTAMP_TICK_NS) + c->ts_offset;
}
