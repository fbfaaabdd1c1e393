#include "stack/ip/firewall.h"
/*
 * The rules: they are asked in their order, the first that fits decides, and else the chain's
 * policy. A rule that rejects answers as Linux's ipt_REJECT: with an ICMP error (RFC 1812 5.2.7.1),
 * or, to TCP, with a reset made as RFC 9293 3.10.7.1 has it. Left out: chains of the user's own,
 * logging, limits, marks, the tables raw and mangle.
 */
#include "base/text.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/stack.h"
#include "wire/tcp.h"
#include <assert.h>
#include <string.h>

const struct rule *rule_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_RULE, id);
}

struct id rule_first(const struct lab *lab, uint32_t node, enum chain chain) {
    return node_view_at(lab, node)->first_rule[chain];
}

/* ------------------------------------------------------------------- the list */

/* Which hooks of the node have work: bit CHAIN_..., and tracking. */
static void refresh_hooks(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    n->hooks = 0;
    for (uint32_t chain = 0; chain < CHAIN_COUNT; chain++) {
        if (id_is(n->first_rule[chain]) || n->policy[chain] != TARGET_ACCEPT)
            n->hooks |= 1u << chain;
        const struct rule *r;
        for (struct id id = n->first_rule[chain]; (r = rule_get(s->lab, id)) != NULL; id = r->next)
            if (r->states != 0 || chain >= CHAIN_PREROUTING) n->hooks |= 1u << CHAIN_COUNT;
    }
}

/* Where the id of the nth rule stands; behind the last one when there are fewer. */
static struct id *place_of(struct step *s, uint32_t node, enum chain chain, uint32_t nth) {
    struct id *at = &node_at(s->lab, node)->first_rule[chain];
    while (id_is(*at) && nth != 1) {
        at = &((struct rule *)object_edit(s, POOL_RULE, *at))->next;
        if (nth > 0) nth--;
    }
    return at;
}

bool rule_add(struct step *s, const struct rule *rule, uint32_t before) {
    struct id id = object_create(s, POOL_RULE, rule->node);
    if (!id_is(id)) return false;
    struct id *at = place_of(s, rule->node, (enum chain)rule->chain, before);
    struct rule *r = object_edit(s, POOL_RULE, id);
    *r = *rule;
    r->next = *at;
    *at = id;
    refresh_hooks(s, rule->node);
    return true;
}

bool rule_remove(struct step *s, uint32_t node, enum chain chain, uint32_t nth) {
    struct id *at = place_of(s, node, chain, nth), id = *at;
    if (nth == 0 || !id_is(id)) return false;
    *at = rule_get(s->lab, id)->next;
    object_destroy(s, POOL_RULE, id);
    refresh_hooks(s, node);
    return true;
}

void rules_flush(struct step *s, uint32_t node, enum chain chain) {
    while (rule_remove(s, node, chain, 1)) continue;
}

void rules_zero(struct step *s, uint32_t node, enum chain chain) {
    for (struct id id = rule_first(s->lab, node, chain); id_is(id);) {
        struct rule *r = object_touch(s->lab, POOL_RULE, id);
        r->packets = r->octets = 0;
        id = r->next;
    }
    node_at(s->lab, node)->policy_packets[chain] = 0;
    node_at(s->lab, node)->policy_octets[chain] = 0;
}

void chain_set_policy(struct step *s, uint32_t node, enum chain chain, enum target target) {
    node_at(s->lab, node)->policy[chain] = target;
    refresh_hooks(s, node);
}

uint32_t rule_find(const struct lab *lab, const struct rule *wanted) {
    uint32_t nth = 1;
    const struct rule *r;
    for (struct id id = rule_first(lab, wanted->node, (enum chain)wanted->chain);
         (r = rule_get(lab, id)) != NULL; id = r->next, nth++) {
        struct rule plain = *r;
        plain.next = wanted->next;
        plain.packets = plain.octets = 0;
        if (memcmp(&plain, wanted, sizeof plain) == 0) return nth;
    }
    return 0;
}

/* ------------------------------------------------------------------- what fits */

static uint32_t word_at(const uint8_t *o) {
    return (uint32_t)o[0] << 8 | o[1];
}

/* The header was judged when the datagram came, or is our own; options may have been filled in
 * since, whose checksum is not mended yet. */
void passage_of(struct step *s, struct passage *p, uint32_t node, struct id frame) {
    uint32_t count = (uint32_t)frame_count(s->lab, frame);
    uint8_t *ip = frame_octets(s->lab, frame);
    uint32_t header = (ip[0] & 0xfu) * 4, total = word_at(ip + 2);
    assert(count >= IPV4_HEADER && header >= IPV4_HEADER && total >= header && total <= count);
    *p = (struct passage){.node = node,
                          .frame = frame,
                          .ip = ip,
                          .transport = ip + header,
                          .length = total - header,
                          .src = (ip4)word_at(ip + 12) << 16 | word_at(ip + 14),
                          .dst = (ip4)word_at(ip + 16) << 16 | word_at(ip + 18),
                          .protocol = ip[9],
                          .state = STATE_INVALID};
    uint8_t protocol = p->protocol;
    bool first = (word_at(ip + 6) & 0x1fff) == 0, udp = protocol == IP_PROTOCOL_UDP;
    const uint8_t *o = p->transport;
    if (first && (udp || protocol == IP_PROTOCOL_TCP) && p->length >= 8)
        p->ports = (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
    if (first && protocol == IP_PROTOCOL_TCP && p->length >= TCP_HEADER) p->tcp_flags = o[13];
    if (first && protocol == IP_PROTOCOL_ICMP && p->length >= ICMP_HEADER) {
        p->icmp_type = o[0];
        p->icmp_code = o[1];
    }
}

static bool ports_fit(const uint16_t range[2], uint32_t port) {
    return (range[0] == 0 && range[1] == 0) || (port >= range[0] && port <= range[1]);
}

static bool network_fits(ip4 network, uint32_t prefix, ip4 address, bool inverted) {
    return ((address & prefix_mask(prefix)) == network) != inverted;
}

static bool is_about(uint32_t wanted, uint32_t found, bool inverted) {
    return wanted == 0 || (wanted == found) != inverted;
}

static bool fits(const struct rule *r, const struct passage *p) {
    uint32_t sport = p->ports >> 16, dport = p->ports & 0xffff;
    if (!is_about(r->protocol, p->protocol, (r->inverted & NOT_PROTOCOL) != 0) ||
        !network_fits(r->src, r->src_prefix, p->src, (r->inverted & NOT_SRC) != 0) ||
        !network_fits(r->dst, r->dst_prefix, p->dst, (r->inverted & NOT_DST) != 0) ||
        !is_about(r->in, p->in, (r->inverted & NOT_IN) != 0) ||
        !is_about(r->out, p->out, (r->inverted & NOT_OUT) != 0))
        return false;
    if (!ports_fit(r->sport, sport) || !ports_fit(r->dport, dport)) return false;
    if (r->icmp && (p->icmp_type != r->icmp_type ||
                    (r->icmp_code != ICMP_ANY && p->icmp_code != r->icmp_code)))
        return false;
    if ((p->tcp_flags & r->tcp_mask) != r->tcp_set) return false;
    return r->states == 0 || (r->states & p->state) != 0;
}

/* Counters are no row and no watch: counting leaves no mark in the trace. */
static const struct rule *first_fitting(struct step *s, const struct passage *p, enum chain chain) {
    uint32_t octets = (uint32_t)(p->transport - p->ip) + p->length;
    for (struct id id = rule_first(s->lab, p->node, chain); id_is(id);) {
        struct rule *r = object_touch(s->lab, POOL_RULE, id);
        id = r->next;
        if (!fits(r, p)) continue;
        r->packets += 1;
        r->octets += octets;
        if (r->target != TARGET_NONE) return r;
    }
    struct node *n = node_at(s->lab, p->node);
    n->policy_packets[chain] += 1;
    n->policy_octets[chain] += octets;
    return NULL;
}

enum target chain_verdict(struct step *s, const struct passage *p, enum chain chain,
                          const struct rule **rule) {
    *rule = first_fitting(s, p, chain);
    return *rule != NULL ? (enum target)(*rule)->target
                         : (enum target)node_view_at(s->lab, p->node)->policy[chain];
}

const struct rule *nat_rule(struct step *s, const struct passage *p, enum chain chain) {
    const struct rule *r = first_fitting(s, p, chain);
    return r != NULL && r->target >= TARGET_MASQUERADE ? r : NULL;
}

/* ------------------------------------------------------------------- refusing */

/* RFC 9293 3.10.7.1, as from the host that the segment was sent to. */
static void reset(struct step *s, const struct passage *p) {
    struct tcp_header h;
    struct reader r = reader_of(p->transport, p->length);
    if (tcp_parse(&h, &r, p->src, p->dst) != PARSE_OK || (h.flags & TCP_RST) != 0) return;
    uint32_t taken =
        (uint32_t)read_left(&r) + ((h.flags & TCP_SYN) != 0) + ((h.flags & TCP_FIN) != 0);
    struct tcp_header answer = {.src_port = h.dst_port, .dst_port = h.src_port, .flags = TCP_RST};
    if (h.flags & TCP_ACK) {
        answer.seq = h.ack;
    } else {
        answer.flags |= TCP_ACK;
        answer.ack = h.seq + taken;
    }
    size_t length = tcp_header_length(&answer);
    struct id frame = frame_new(s, p->node, length);
    if (!id_is(frame)) return;
    tcp_emit(frame_append(s, frame, length), &answer, 0, p->dst, p->src);
    struct ip_out out = {
        .src = p->dst, .dst = p->src, .protocol = IP_PROTOCOL_TCP, .dont_fragment = true};
    ip_send(s, p->node, frame, &out);
}

static uint8_t code_of(uint32_t reject) {
    static const uint8_t codes[REJECT_COUNT] = {[REJECT_PORT] = 3,
                                                [REJECT_NET] = 0,
                                                [REJECT_HOST] = 1,
                                                [REJECT_PROTOCOL] = 2,
                                                [REJECT_NET_PROHIBITED] = 9,
                                                [REJECT_HOST_PROHIBITED] = 10,
                                                [REJECT_ADMIN_PROHIBITED] = 13};
    return codes[reject];
}

static const char *clause_of(enum chain chain) {
    static const char *const clauses[CHAIN_COUNT] = {[CHAIN_INPUT] = "iptables INPUT",
                                                     [CHAIN_FORWARD] = "iptables FORWARD",
                                                     [CHAIN_OUTPUT] = "iptables OUTPUT",
                                                     [CHAIN_PREROUTING] = "iptables PREROUTING",
                                                     [CHAIN_POSTROUTING] = "iptables POSTROUTING"};
    return clauses[chain];
}

static void say_why(struct step *s, const struct passage *p, enum chain chain,
                    const struct rule *rule) {
    char room[160];
    struct text t = text_of(room, sizeof room);
    if (rule == NULL) {
        text_add(&t, "-P ");
        text_add(&t, chain_name(chain));
        text_add(&t, " DROP");
    } else {
        text_rule(&t, s->lab, rule);
    }
    trace_rule(s, p->node, (struct id){0, 0}, clause_of(chain), room, false);
}

void chain_refuses(struct step *s, const struct passage *p, enum chain chain, enum target target,
                   const struct rule *rule, enum link_cast heard) {
    say_why(s, p, chain, rule);
    trace_dropped(s, p->node, p->frame, REASON_FIREWALL, clause_of(chain));
    if (target != TARGET_REJECT) return;
    if (rule->reject == REJECT_RST)
        reset(s, p);
    else
        icmp_error(s, p->node, p->frame, ICMP_UNREACHABLE, code_of(rule->reject), 0, heard);
}

const struct object_kind rule_kind = {.size = sizeof(struct rule), .table = NO_TABLE};
