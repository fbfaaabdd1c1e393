#include "stack/tcp/tcp_state.h"
/*
 * Making segments: RFC 9293 3.1 and 3.2 for what a header says, 3.5.2 for the resets that answer
 * a segment of no connection, 3.10.8 for the one at the front of the retransmission queue.
 * The retransmission queue is the send buffer, from SND.UNA to SND.NXT; how it was cut into
 * segments is on the scoreboard (tcp_scoreboard.c).
 */
#include "stack/mib.h"
#include "stack/tcp/seq.h"
#include <assert.h>

enum { TCP_HEADER_MOST = 60 };

enum tcp_checksum tcp_checksum_of(const struct lab *lab, uint32_t node) {
    /* variant.no_checksum: what came damaged is believed. What we send has a right one, so that
     * a peer that looks can still be talked to. */
    if (tcp_broken(lab, node, SETTING_VARIANT_NO_CHECKSUM)) return TCP_CHECKSUM_NONE;
    /* variant.no_pseudo_header: the sum knows nothing of the addresses. */
    if (tcp_broken(lab, node, SETTING_VARIANT_NO_PSEUDO_HEADER)) return TCP_CHECKSUM_BARE;
    return TCP_CHECKSUM_FULL;
}

/* Payload first, then the headers in front of it. The segment's text is already in the frame. */
static struct ip_out put_header(struct step *s, uint32_t node, struct id frame, ip4 src, ip4 dst,
                                struct tcp_header *h, size_t text_count) {
    size_t length = tcp_header_length(h);
    h->data_offset = (uint8_t)length;
    uint8_t *segment = frame_push(s, frame, length);
    tcp_emit(segment, h, text_count, src, dst); /* MUST-2 */
    if (tcp_checksum_of(s->lab, node) == TCP_CHECKSUM_BARE)
        tcp_emit_bare_checksum(segment, length + text_count);
    mib_add(s, node, MIB_TCP_OUT_SEGS);
    if ((h->flags & TCP_RST) != 0) mib_add(s, node, MIB_TCP_OUT_RSTS);
    return (struct ip_out){
        .src = src, .dst = dst, .protocol = IP_PROTOCOL_TCP, .dont_fragment = true};
}

/* An answer that belongs to no connection goes the way back that the question's options tell. */
static enum ip_result answer(struct step *s, uint32_t node, struct id frame,
                             const struct ipv4_header *asked, struct tcp_header *h) {
    struct ip_out out = put_header(s, node, frame, asked->dst, asked->src, h, 0);
    uint8_t options[IP_OPTIONS_MOST];
    out.id_from = IP_ID_NONE;
    out.options = options;
    out.option_count = ipv4_reply_options(asked, options);
    out.fill_options = true;
    return ip_send(s, node, frame, &out);
}

static void note(struct step *s, const struct tcb *c, struct id frame, uint32_t repeats) {
    struct frame_note *n = &frame_at(s->lab, frame)->note;
    n->connection = c->self.slot;
    n->seq_base = c->iss;
    n->ack_base = c->irs;
    n->retransmission = repeats;
}

/* variant.seq_instead_of_ack: a bare ACK whose two numbers have changed places. */
static void wrong_field(const struct step *s, uint32_t node, struct tcp_header *h) {
    if (!tcp_broken(s->lab, node, SETTING_VARIANT_SEQ_INSTEAD_OF_ACK)) return;
    uint32_t seq = h->seq;
    h->seq = h->ack;
    h->ack = seq;
}

/* Linux: a connection counts its datagrams from a number of its own, and a SYN,ACK, which is no
 * connection's yet, has none. */
static void identify(struct tcb *c, uint32_t flags, struct ip_out *out) {
    out->id_from = c->passive && (flags & TCP_SYN) != 0 ? IP_ID_NONE : IP_ID_OWN;
    out->identification = (uint16_t)(hash_mix(c->iss, c->remote_port) + c->ip_id);
    if (out->id_from == IP_ID_OWN) c->ip_id++;
}

/* `repeats`: how often this segment has been sent before. */
enum ip_result tcp_transmit_again(struct step *s, struct tcb *c, uint32_t seq, uint32_t flags,
                                  uint32_t text_count, uint32_t repeats) {
    struct tcp_header h = {.src_port = (uint16_t)c->local_port,
                           .dst_port = (uint16_t)c->remote_port,
                           .seq = seq,
                           .flags = (uint16_t)flags};
    bool fresh = (flags & TCP_NEW_TEXT) != 0;
    uint8_t ecn;
    flags &= ~(uint32_t)TCP_NEW_TEXT;
    h.flags |= (uint16_t)tcp_ecn_flags(s, c, flags, text_count, fresh, &ecn);
    if ((flags & TCP_ACK) != 0) h.ack = c->rcv.nxt;
    if (flags == TCP_ACK && text_count == 0) wrong_field(s, c->node, &h);
    tcp_options_fill(s, c, flags, &h.options);
    h.window = (uint16_t)tcp_window_update(s->lab, c, flags);
    if ((flags & TCP_RST) == 0 && tcp_urgent_pointer(c, seq, &h.urgent_pointer)) h.flags |= TCP_URG;
    struct id frame = frame_new_behind(s, c->node, c->wishes.ip_option_count, text_count);
    if (!id_is(frame)) {
        /* As if it had been lost: the retransmission timer mends it. */
        trace_dropped(s, c->node, frame, REASON_NO_FRAMES, NULL);
        return IP_NO_BUFFERS;
    }
    if (text_count > 0) {
        uint8_t *text = frame_append(s, frame, text_count);
        tcp_buffer_read(s, &c->send, seq - c->snd.una, text, text_count);
    }
    note(s, c, frame, repeats);
    if ((flags & TCP_ACK) != 0) tcp_ack_sent(s, c);
    struct ip_out out =
        put_header(s, c->node, frame, c->local_address, c->remote_address, &h, text_count);
    out.ecn = ecn;
    out.dscp = c->wishes.tos >> 2; /* MUST-48, SHLD-22 */
    out.ttl = c->wishes.ttl;       /* MUST-49 */
    out.dont_fragment = c->wishes.fragments == 0;
    identify(c, flags, &out);
    if (c->wishes.ip_option_count != 0) tcp_route_put(c, &out);
    return ip_send(s, c->node, frame, &out);
}

enum ip_result tcp_transmit(struct step *s, struct tcb *c, uint32_t seq, uint32_t flags,
                            uint32_t text_count) {
    uint32_t repeats = (flags & TCP_SYN) != 0 ? c->retransmissions : 0;
    return tcp_transmit_again(s, c, seq, flags, text_count, repeats);
}

void tcp_send_ack(struct step *s, struct tcb *c) {
    tcp_transmit(s, c, c->snd.nxt, TCP_ACK, 0);
}

/* variant.split_synack: the answer to a SYN in two segments, an ACK and a SYN. */
void tcp_send_synack(struct step *s, struct tcb *c) {
    bool split = tcp_broken(s->lab, c->node, SETTING_VARIANT_SPLIT_SYNACK);
    if (split) tcp_transmit(s, c, c->iss, TCP_ACK, 0);
    tcp_transmit(s, c, c->iss, split ? TCP_SYN : TCP_SYN | TCP_ACK, 0);
}

void tcp_send_reset(struct step *s, struct tcb *c) {
    tcp_transmit(s, c, c->snd.nxt, TCP_RST | TCP_ACK, 0);
}

/* 3.10.8: "send the segment at the front of the retransmission queue again". */
void tcp_retransmit(struct step *s, struct tcb *c) {
    if (tcp_broken(s->lab, c->node, SETTING_VARIANT_NO_REXMIT)) return;
    bool syn = c->snd.una == c->iss;
    /* Linux counts its patience from the first repetition, but of a SYN from the SYN itself. */
    if (c->retransmissions == 0 && !syn) c->first_sent_at = s->now;
    c->retransmissions++;
    if (!syn) {
        struct tcp_spot front = tcp_board_first(s->lab, c);
        if (front.sent != NULL) tcp_repeat(s, c, front);
        return;
    }
    tcp_rtt_repeated(s, c);
    mib_add(s, c->node, MIB_TCP_RETRANS_SEGS);
    mib_add(s, c->node, MIB_TCP_SYN_RETRANS);
    if (c->state == TCP_SYN_SENT)
        tcp_transmit(s, c, c->iss, TCP_SYN, 0);
    else
        tcp_send_synack(s, c);
}

/* 3.5.2 and 3.10.7.1: the reset that makes sense to whoever sent the offending segment. */
void tcp_refuse(struct step *s, const struct segment *seg) {
    if ((seg->flags & TCP_RST) != 0) return;
    struct tcp_header h = {.src_port = seg->header.dst_port, .dst_port = seg->header.src_port};
    if ((seg->flags & TCP_ACK) != 0) {
        h.seq = seg->ack;
        h.flags = TCP_RST;
    } else {
        h.ack = seg->seq + seg->len;
        h.flags = TCP_RST | TCP_ACK;
    }
    struct id frame = frame_new(s, seg->node, 0);
    if (!id_is(frame)) {
        trace_dropped(s, seg->node, frame, REASON_NO_FRAMES, NULL);
        return;
    }
    struct frame_note *n = &frame_at(s->lab, frame)->note;
    n->seq_base = h.seq != 0 ? seg->in->note.ack_base : 0;
    n->ack_base = seg->in->note.seq_base;
    answer(s, seg->node, frame, &seg->in->header, &h);
}

enum ip_result tcp_forge(struct step *s, uint32_t node, ip4 src, ip4 dst, struct tcp_header *h,
                         const uint8_t *octets, size_t count, const struct tcp_disguise *disguise) {
    assert(count + tcp_header_length(h) + 20 + 14 <= FRAME_OCTETS_MAX);
    struct id frame = frame_new_behind(s, node, disguise->ip_option_count, count);
    if (!id_is(frame)) return IP_NO_BUFFERS;
    uint8_t *text = frame_append(s, frame, count);
    for (size_t i = 0; i < count; i++) text[i] = octets[i];
    struct ip_out out = put_header(s, node, frame, src, dst, h, count);
    enum { CHECKSUM_AT = 16 };
    out.dscp = (uint8_t)(disguise->tos >> 2);
    out.ecn = disguise->tos & 3;
    out.options = disguise->ip_options;
    out.option_count = disguise->ip_option_count;
    if (disguise->bad_checksum) frame_octets(s->lab, frame)[CHECKSUM_AT] ^= 0xff;
    return ip_send(s, node, frame, &out);
}
