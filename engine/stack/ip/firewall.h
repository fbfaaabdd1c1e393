#ifndef NETSTEP_STACK_FIREWALL_H
#define NETSTEP_STACK_FIREWALL_H
/*
 * A small firewall and NAT, by Linux's hooks and in the words of iptables: rules in five chains,
 * which a datagram meets where it comes in, is delivered, forwarded, sent, and goes out. A node
 * without rules asks one number (node.hooks) and goes on.
 */
#include "stack/ip/ipv4.h"
#include "stack/ip/track.h"

enum chain {
    CHAIN_INPUT, /* table filter */
    CHAIN_FORWARD,
    CHAIN_OUTPUT,
    CHAIN_PREROUTING, /* table nat: asked for the first datagram of a connection */
    CHAIN_POSTROUTING,
    CHAIN_COUNT
};
enum target {
    TARGET_NONE, /* the rule only counts */
    TARGET_ACCEPT,
    TARGET_DROP,
    TARGET_REJECT,
    TARGET_MASQUERADE,
    TARGET_SNAT,
    TARGET_DNAT,
    TARGET_COUNT
};
enum reject_with {
    REJECT_PORT,
    REJECT_NET,
    REJECT_HOST,
    REJECT_PROTOCOL,
    REJECT_NET_PROHIBITED,
    REJECT_HOST_PROHIBITED,
    REJECT_ADMIN_PROHIBITED,
    REJECT_RST,
    REJECT_COUNT
};
enum rule_not { NOT_SRC = 1, NOT_DST = 2, NOT_PROTOCOL = 4, NOT_IN = 8, NOT_OUT = 16 };
enum flow_state { STATE_INVALID = 1, STATE_NEW = 2, STATE_RELATED = 4, STATE_ESTABLISHED = 8 };
enum { ICMP_ANY = 255 };
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct rule {
    struct id next; /* the chain's list */
    uint64_t packets, octets;
    ip4 src, dst;
    uint32_t src_prefix, dst_prefix;
    uint32_t node, chain, target;
    uint32_t in, out;                        /* interfaces; 0: any */
    uint32_t inverted, states;               /* states: bits of enum flow_state; 0: any */
    ip4 to_first, to_last;                   /* SNAT, DNAT: addresses; 0: none */
    uint16_t sport[2], dport[2], to_port[2]; /* from, to; 0, 0: any */
    uint8_t protocol;                        /* 0: any */
    uint8_t icmp, icmp_type, icmp_code;      /* icmp: the type is asked; code ICMP_ANY: any */
    uint8_t tcp_mask, tcp_set;               /* mask 0: not asked */
    uint8_t reject, conntrack;               /* conntrack: the states were asked by that name */
};
#pragma GCC diagnostic pop

const struct rule *rule_get(const struct lab *, struct id);
struct id rule_first(const struct lab *, uint32_t node, enum chain); /* then rule_get()->next */
/* Before the nth rule of the chain, from 1; 0: at its end. False: no room. */
bool rule_add(struct step *, const struct rule *, uint32_t before);
bool rule_remove(struct step *, uint32_t node, enum chain, uint32_t nth);
uint32_t rule_find(const struct lab *, const struct rule *); /* one that says the same; 0: none */
void rules_flush(struct step *, uint32_t node, enum chain);
void rules_zero(struct step *, uint32_t node, enum chain);
void chain_set_policy(struct step *, uint32_t node, enum chain, enum target);
/* firewall_text.c: as `iptables -S` has it: "-A INPUT -p icmp -j DROP". */
struct text;
void text_rule(struct text *, const struct lab *, const struct rule *);
const char *chain_name(uint32_t chain);             /* NULL past the end */
const char *target_name(uint32_t target);           /* "" for TARGET_NONE, NULL past the end */
const char *reject_name(uint32_t reject);           /* "icmp-port-unreachable" */
void text_states(struct text *, uint32_t states);   /* "RELATED,ESTABLISHED" */
void text_tcp_flags(struct text *, uint32_t flags); /* "SYN,ACK" */
void text_translation(struct text *, const struct rule *); /* "1.2.3.4-1.2.3.9:1000-2000" */

/* A datagram at a hook. It starts at `ip`, and lies there whole: `length` octets behind the
 * header of `header` octets. */
struct passage {
    uint32_t node, in, out; /* interfaces; 0: none */
    struct id frame;
    uint8_t *ip, *transport;
    uint32_t length;
    ip4 src, dst;
    uint32_t ports; /* as in a tuple; 0 when there are none */
    uint8_t protocol, tcp_flags, icmp_type, icmp_code;
    enum flow_state state;
};
void passage_of(struct step *, struct passage *, uint32_t node, struct id frame);
/* The verdict of a chain: ACCEPT, DROP or REJECT, with the rule that gave it (0: the policy). */
enum target chain_verdict(struct step *, const struct passage *, enum chain, const struct rule **);
/* Traces the datagram that was refused, and says so where the rule wants it. The frame stays. */
void chain_refuses(struct step *, const struct passage *, enum chain, enum target,
                   const struct rule *, enum link_cast heard);
const struct rule *nat_rule(struct step *, const struct passage *, enum chain);

/* hooks.c: where the datagram's way passes. False: it is gone, and its frame freed. What NAT has
 * changed is in in->header; after prerouting the datagram is whole. */
bool hook_prerouting(struct step *, uint32_t node, struct ip_in *, struct reader *payload,
                     enum link_cast heard);
bool hook_input(struct step *, uint32_t node, struct ip_in *, struct reader *payload,
                enum link_cast heard);
bool hook_forward(struct step *, uint32_t node, struct ip_in *, uint32_t out, enum link_cast heard);
bool hook_postrouting(struct step *, uint32_t node, struct ip_in *, uint32_t out);
bool hook_output(struct step *, uint32_t node, struct id frame, uint32_t out);

/* nat.c */
/* The first datagram of a connection: its tuple in the other direction, as the rule wants it.
 * False: no port was found. */
bool nat_choose_source(struct step *, const struct passage *, const struct rule *, ip4 *address,
                       uint32_t *port);
enum nat_end { NAT_SOURCE, NAT_DESTINATION };
void nat_rewrite(struct step *, struct passage *, enum nat_end, ip4 address, uint32_t port);
/* What an ICMP error is about, as its sender saw it; false: too little is quoted. */
bool nat_quoted(const struct passage *, struct tuple *);
/* What it quotes becomes what its receiver had sent. */
void nat_rewrite_quoted(struct passage *, const struct tuple *sent);

#endif
