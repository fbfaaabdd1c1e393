#include "stack/ip/firewall.h"
/*
 * The five places where Linux's netfilter looks at a datagram, in its order: prerouting (tracking,
 * and NAT of the destination), input or forward (the filter), output, postrouting (NAT of the
 * source). A connection's record is made when its first datagram has passed all of them, so what
 * the filter drops leaves nothing behind.
 *
 * What goes through the loopback is not looked at. Groups and broadcasts are filtered, not tracked.
 */
#include "base/checksum.h"
#include "sim/trace.h"
#include "stack/stack.h"
#include "wire/tcp.h"
#include "wire/udp.h"

/* ------------------------------------------------------------------- tracking */

static bool has_work(const struct step *s, uint32_t node, uint32_t bit) {
    return (node_view_at(s->lab, node)->hooks >> bit & 1) != 0;
}

static bool is_tracking(const struct step *s, uint32_t node) {
    return has_work(s, node, CHAIN_COUNT);
}

static bool is_query(uint8_t type) {
    enum { MASK = 17, MASK_REPLY = 18 };
    return type == ICMP_ECHO || type == ICMP_TIMESTAMP || type == MASK || type == ICMP_ECHO_REPLY ||
           type == ICMP_TIMESTAMP_REPLY || type == MASK_REPLY;
}

/* Whether it may be the first of a connection: nf_conntrack begins none with an answer, nor with a
 * segment that has neither SYN nor ACK, or SYN and more than that (sIV in tcp_conntracks[]). */
static bool may_begin(const struct passage *p) {
    uint32_t flags = p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_FIN | TCP_RST);
    if (p->protocol == IP_PROTOCOL_TCP) return flags == TCP_SYN || flags == TCP_ACK;
    if (p->protocol == IP_PROTOCOL_ICMP)
        return is_query(p->icmp_type) && p->icmp_type != ICMP_ECHO_REPLY &&
               p->icmp_type != ICMP_TIMESTAMP_REPLY && p->icmp_type != 18;
    return true;
}

/* Linux's udp_error(), tcp_error(), icmp_error(): what is cut off within the transport's header,
 * and an ICMP error that is damaged, belong to no connection; translating it would hide that. */
static bool is_sound(const struct passage *p) {
    switch (p->protocol) {
    case IP_PROTOCOL_UDP: return p->length >= UDP_HEADER;
    case IP_PROTOCOL_TCP: return p->length >= TCP_HEADER;
    case IP_PROTOCOL_ICMP:
        return p->length >= ICMP_HEADER &&
               (!icmp_quotes(p->icmp_type) ||
                checksum_finish(checksum_add(0, p->transport, p->length)) == 0);
    default: return true;
    }
}

/* RFC 5508 5: an error belongs to the connection of what it quotes, and goes against that. */
static void classify_error(struct step *s, const struct passage *p, struct track_note *note) {
    struct tuple quoted;
    if (!nat_quoted(p, &quoted)) return;
    quoted = tuple_reversed(quoted);
    note->track = track_find(s->lab, p->node, &quoted, &note->way);
    if (!id_is(note->track)) return;
    note->quotes = true;
    note->state = STATE_RELATED;
}

static void classify(struct step *s, struct passage *p, struct track_note *note) {
    *note = (struct track_note){.was = {p->src, p->dst, p->ports, p->protocol}};
    if (ip_is_broadcast_or_multicast(s->lab, p->node, p->dst)) return;
    note->state = STATE_INVALID;
    if (!is_sound(p)) return;
    if (p->protocol == IP_PROTOCOL_ICMP && icmp_quotes(p->icmp_type)) {
        classify_error(s, p, note);
        return;
    }
    if (p->protocol == IP_PROTOCOL_ICMP && is_query(p->icmp_type)) {
        uint32_t identifier = (uint32_t)p->transport[4] << 8 | p->transport[5];
        note->was.ports = p->ports = identifier << 16 | identifier;
    }
    note->track = track_find(s->lab, p->node, &note->was, &note->way);
    note->fresh = !id_is(note->track) && may_begin(p);
    note->state = note->fresh ? STATE_NEW : STATE_INVALID;
    if (!id_is(note->track)) return;
    bool answered = (track_get(s->lab, note->track)->flags & TRACK_SEEN_REPLY) != 0;
    note->state = answered || note->way == TRACK_REPLY ? STATE_ESTABLISHED : STATE_NEW;
    track_passes(s, note->track, note->way, p->tcp_flags);
}

static enum track_way other(enum track_way way) {
    return way == TRACK_ORIGINAL ? TRACK_REPLY : TRACK_ORIGINAL;
}

/* Whether what goes this way has its source or its destination changed. */
static bool is_changed(const struct track *t, enum track_way way, enum nat_end end) {
    bool source = (end == NAT_SOURCE) == (way == TRACK_ORIGINAL);
    return (t->flags & (source ? TRACK_SOURCE_CHANGED : TRACK_DESTINATION_CHANGED)) != 0;
}

/* What belongs to a connection is changed as its first datagram was: to the mirror of what comes
 * the other way. */
static void follow(struct step *s, struct passage *p, const struct track_note *note,
                   enum nat_end end) {
    const struct track *t = track_get(s->lab, note->track);
    if (t == NULL || !is_changed(t, note->way, end)) return;
    const struct tuple *back = &t->way[other(note->way)];
    if (end == NAT_SOURCE)
        nat_rewrite(s, p, end, back->dst, back->ports & 0xffff);
    else
        nat_rewrite(s, p, end, back->src, back->ports >> 16);
}

/* An error's receiver knows only what it had sent itself. */
static void follow_quoted(struct step *s, struct passage *p, const struct track_note *note) {
    const struct track *t = track_get(s->lab, note->track);
    bool translated = (t->flags & (TRACK_SOURCE_CHANGED | TRACK_DESTINATION_CHANGED)) != 0;
    if (note->quotes && translated) nat_rewrite_quoted(p, &t->way[other(note->way)]);
}

static bool gone(struct step *s, const struct passage *p, enum reason reason, const char *clause) {
    trace_dropped(s, p->node, p->frame, reason, clause);
    return false;
}

static struct tuple tuple_of(const struct passage *p) {
    return (struct tuple){p->src, p->dst, p->ports, p->protocol};
}

/* The connection begins: its record is made. False: there is no room for it. */
static bool confirm(struct step *s, const struct passage *p, const struct track_note *note) {
    struct tuple now = tuple_of(p), ways[2] = {note->was, tuple_reversed(now)};
    unsigned flags = 0;
    if (!note->fresh) return true;
    if (now.src != note->was.src || now.ports >> 16 != note->was.ports >> 16)
        flags |= TRACK_SOURCE_CHANGED;
    if (now.dst != note->was.dst ||
        (p->protocol != IP_PROTOCOL_ICMP && (uint16_t)now.ports != (uint16_t)note->was.ports))
        flags |= TRACK_DESTINATION_CHANGED;
    return id_is(track_make(s, p->node, ways, flags, p->tcp_flags)) ||
           gone(s, p, REASON_TRACK_FULL, "RFC 3022 3.3");
}

/* ------------------------------------------------------------------- the filter */

static bool filter(struct step *s, const struct passage *p, enum chain chain,
                   enum link_cast heard) {
    const struct rule *rule;
    if (!has_work(s, p->node, chain)) return true;
    enum target verdict = chain_verdict(s, p, chain, &rule);
    if (verdict == TARGET_ACCEPT) return true;
    chain_refuses(s, p, chain, verdict, rule, heard);
    return false;
}

static bool source_changes(struct step *s, struct passage *p, const struct track_note *note) {
    ip4 address;
    uint32_t port;
    if (note->fresh) {
        const struct rule *rule = nat_rule(s, p, CHAIN_POSTROUTING);
        if (rule == NULL || rule->target == TARGET_DNAT) return confirm(s, p, note);
        if (!nat_choose_source(s, p, rule, &address, &port))
            return gone(s, p, REASON_NAT_PORTS, "RFC 3022 2.2");
        if (address != p->src || port != p->ports >> 16)
            nat_rewrite(s, p, NAT_SOURCE, address, port);
        return confirm(s, p, note);
    }
    follow(s, p, note, NAT_SOURCE);
    return true;
}

static void destination_changes(struct step *s, struct passage *p, const struct track_note *note) {
    if (!note->fresh) {
        follow(s, p, note, NAT_DESTINATION);
        return;
    }
    const struct rule *r = nat_rule(s, p, CHAIN_PREROUTING);
    if (r == NULL || r->target != TARGET_DNAT) return;
    uint32_t port = p->protocol == IP_PROTOCOL_ICMP ? p->ports >> 16 : p->ports & 0xffff;
    nat_rewrite(s, p, NAT_DESTINATION, r->to_first != 0 ? r->to_first : p->dst,
                r->to_port[1] != 0 ? r->to_port[0] : port);
}

/* ------------------------------------------------------------------- the hooks */

static bool passes(struct step *s, struct ip_in *in, bool passed) {
    if (!passed) frame_free(s, in->frame);
    return passed;
}

bool hook_prerouting(struct step *s, uint32_t node, struct ip_in *in, struct reader *payload,
                     enum link_cast heard) {
    struct passage p;
    in->tracked = (struct track_note){.state = 0};
    if (!is_tracking(s, node)) return true;
    /* Linux: nf_defrag_ipv4. Ports are in the first fragment alone. */
    bool fragment = in->header.more_fragments || in->header.fragment_offset != 0;
    if (fragment && !ipv4_reassemble(s, node, in, payload, heard)) return false;
    passage_of(s, &p, node, in->frame);
    p.in = in->interface;
    classify(s, &p, &in->tracked);
    if (in->tracked.quotes) follow_quoted(s, &p, &in->tracked);
    if (in->tracked.state != 0) destination_changes(s, &p, &in->tracked);
    in->header.dst = p.dst;
    return true;
}

bool hook_input(struct step *s, uint32_t node, struct ip_in *in, struct reader *payload,
                enum link_cast heard) {
    struct passage p;
    (void)payload;
    if (in->interface == 0) return true;
    passage_of(s, &p, node, in->frame);
    p.in = in->interface;
    p.state = (enum flow_state)in->tracked.state;
    if (in->tracked.was.protocol == IP_PROTOCOL_ICMP) p.ports = in->tracked.was.ports;
    return passes(s, in, filter(s, &p, CHAIN_INPUT, heard) && confirm(s, &p, &in->tracked));
}

bool hook_forward(struct step *s, uint32_t node, struct ip_in *in, uint32_t out,
                  enum link_cast heard) {
    struct passage p;
    if (!has_work(s, node, CHAIN_FORWARD)) return true;
    passage_of(s, &p, node, in->frame);
    p.in = in->interface;
    p.out = out;
    p.state = (enum flow_state)in->tracked.state;
    return passes(s, in, filter(s, &p, CHAIN_FORWARD, heard));
}

bool hook_postrouting(struct step *s, uint32_t node, struct ip_in *in, uint32_t out) {
    struct passage p;
    if (in->tracked.state == 0) return true;
    passage_of(s, &p, node, in->frame);
    p.out = out;
    p.state = (enum flow_state)in->tracked.state;
    if (p.protocol == IP_PROTOCOL_ICMP) p.ports = in->tracked.was.ports;
    bool passed = source_changes(s, &p, &in->tracked);
    in->header.src = p.src;
    return passes(s, in, passed);
}

bool hook_output(struct step *s, uint32_t node, struct id frame, uint32_t out) {
    struct passage p;
    struct track_note note = {.state = 0};
    passage_of(s, &p, node, frame);
    p.out = out;
    if (is_tracking(s, node)) classify(s, &p, &note);
    p.state = (enum flow_state)note.state;
    bool passed = filter(s, &p, CHAIN_OUTPUT, LINK_UNICAST);
    if (passed && note.quotes) follow_quoted(s, &p, &note);
    if (passed && note.state != 0) passed = source_changes(s, &p, &note);
    if (!passed) frame_free(s, frame);
    return passed;
}
