#include "stack/tcp/tcp_state.h"
/*
 * SHLD-8: explicit congestion notification, RFC 3168 (which was not at hand: from what is known of
 * it and of Linux). A router whose queue grows long marks a packet instead of dropping it, if its
 * sender said that it understands: ECT(0) in the IP header. The receiver echoes a mark (CE) by ECE
 * in every ACK until the sender says CWR; the sender reduces its window as for a loss, once for
 * each window of data, and says so by CWR in the next new text.
 *
 * The SYNs agree on it: ECE and CWR in a SYN ask, ECE alone in a SYN,ACK grants. net.ipv4.tcp_ecn:
 * 0 never, 1 ask and grant, 2 grant. A SYN that is repeated does not ask: something on the way may
 * drop those that do. Only new text is sent with ECT(0): no ACK, no repetition, no probe.
 * Left out: the nonce (ECT(1)), accurate ECN.
 */
#include "stack/sysctl.h"
#include "stack/tcp/seq.h"

enum { ECN_NEVER, ECN_ASK_AND_GRANT, ECN_GRANT };
enum { SYN_BITS = TCP_ECE | TCP_CWR };

static uint32_t of_syn(const struct step *s, struct tcb *c, uint32_t flags) {
    struct tcp_ecn *ecn = &c->congestion.ecn;
    bool asks = setting_of(s->lab, c->node, SETTING_TCP_ECN) == ECN_ASK_AND_GRANT;
    if ((flags & TCP_ACK) != 0) return ecn->agreed ? TCP_ECE : 0;
    if (c->passive || !asks || c->retransmissions > 0) return 0;
    ecn->asked = 1;
    return SYN_BITS;
}

/* Who marks his SYN in the IP header, too, does not mean this (Linux, tcp_ecn_create_request). */
void tcp_ecn_agree(const struct step *s, struct tcb *c, const struct segment *seg) {
    struct tcp_ecn *ecn = &c->congestion.ecn;
    bool answers = (seg->flags & TCP_ACK) != 0;
    uint32_t bits = seg->flags & SYN_BITS;
    bool may = setting_of(s->lab, c->node, SETTING_TCP_ECN) != ECN_NEVER;
    bool marked = seg->in->header.ecn != IP_ECN_NOT_ECT;
    if (answers)
        ecn->agreed = ecn->asked && bits == TCP_ECE;
    else if (c->passive)
        ecn->agreed = may && bits == SYN_BITS && !marked;
    else /* both have asked: a simultaneous open */
        ecn->agreed = ecn->asked && bits == SYN_BITS;
}

/* Flags of a segment that leaves, and what its IP header says. */
uint32_t tcp_ecn_flags(const struct step *s, struct tcb *c, uint32_t flags, uint32_t text_count,
                       bool fresh, uint8_t *ip_field) {
    struct tcp_ecn *ecn = &c->congestion.ecn;
    *ip_field = IP_ECN_NOT_ECT;
    if ((flags & TCP_SYN) != 0) return of_syn(s, c, flags);
    if (!ecn->agreed || (flags & TCP_RST) != 0) return 0;
    uint32_t bits = ecn->echo && (flags & TCP_ACK) != 0 ? TCP_ECE : 0;
    if (text_count == 0 || !fresh) return bits;
    *ip_field = IP_ECN_ECT_0;
    if (ecn->reduced) bits |= TCP_CWR;
    ecn->reduced = 0;
    return bits;
}

/* Text has come in. Linux acknowledges at once what is marked, and what tells of a reduction: a
 * window that has become small must not wait for a delayed ACK. */
void tcp_ecn_text(struct step *s, struct tcb *c, const struct segment *seg) {
    struct tcp_ecn *ecn = &c->congestion.ecn;
    if (!ecn->agreed) return;
    if ((seg->flags & TCP_CWR) != 0) {
        ecn->echo = 0;
        c->ack_due = TCP_ACK_NOW;
    }
    if (seg->in->header.ecn != IP_ECN_CE) return;
    if (!ecn->echo) tcp_quick_acks(s, c);
    ecn->echo = 1;
}

/* An acceptable ACK: if it echoes a mark, the window comes down. */
void tcp_ecn_acked(struct step *s, struct tcb *c, const struct segment *seg) {
    if (!c->congestion.ecn.agreed || (seg->flags & (TCP_ECE | TCP_SYN)) != TCP_ECE) return;
    if (seg->ack == c->snd.una) tcp_congestion_reduce(s, c);
}
