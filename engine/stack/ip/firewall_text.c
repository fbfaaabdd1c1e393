#include "stack/ip/firewall.h"
/* A rule in the words of `iptables -S` (1.8.9), for the tool and for what the trace says. */
#include "base/text.h"
#include "stack/iface.h"
#include "wire/tcp.h"

const char *chain_name(uint32_t chain) {
    static const char *const names[CHAIN_COUNT] = {"INPUT", "FORWARD", "OUTPUT", "PREROUTING",
                                                   "POSTROUTING"};
    return chain < CHAIN_COUNT ? names[chain] : NULL;
}

const char *target_name(uint32_t target) {
    static const char *const names[TARGET_COUNT] = {"",           "ACCEPT", "DROP", "REJECT",
                                                    "MASQUERADE", "SNAT",   "DNAT"};
    return target < TARGET_COUNT ? names[target] : NULL;
}

const char *reject_name(uint32_t reject) {
    static const char *const names[REJECT_COUNT] = {
        [REJECT_PORT] = "icmp-port-unreachable",
        [REJECT_NET] = "icmp-net-unreachable",
        [REJECT_HOST] = "icmp-host-unreachable",
        [REJECT_PROTOCOL] = "icmp-proto-unreachable",
        [REJECT_NET_PROHIBITED] = "icmp-net-prohibited",
        [REJECT_HOST_PROHIBITED] = "icmp-host-prohibited",
        [REJECT_ADMIN_PROHIBITED] = "icmp-admin-prohibited",
        [REJECT_RST] = "tcp-reset"};
    return reject < REJECT_COUNT ? names[reject] : NULL;
}

struct bit {
    uint32_t bit;
    const char *name;
};

static void text_bits(struct text *t, const struct bit *bits, size_t count, uint32_t set) {
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if ((set & bits[i].bit) == 0) continue;
        if (any) text_char(t, ',');
        text_add(t, bits[i].name);
        any = true;
    }
    if (!any) text_add(t, "NONE");
}

void text_states(struct text *t, uint32_t states) {
    static const struct bit bits[] = {{STATE_INVALID, "INVALID"},
                                      {STATE_NEW, "NEW"},
                                      {STATE_RELATED, "RELATED"},
                                      {STATE_ESTABLISHED, "ESTABLISHED"}};
    text_bits(t, bits, 4, states);
}

void text_tcp_flags(struct text *t, uint32_t flags) {
    static const struct bit bits[] = {{TCP_FIN, "FIN"}, {TCP_SYN, "SYN"}, {TCP_RST, "RST"},
                                      {TCP_PSH, "PSH"}, {TCP_ACK, "ACK"}, {TCP_URG, "URG"}};
    text_bits(t, bits, 6, flags);
}

static void text_network(struct text *t, const char *option, ip4 network, uint32_t prefix,
                         bool inverted) {
    if (prefix == 0) return;
    text_add(t, inverted ? " ! " : " ");
    text_add(t, option);
    text_char(t, ' ');
    text_ip4(t, network);
    text_char(t, '/');
    text_u64(t, prefix);
}

static void text_interface(struct text *t, const struct lab *lab, const char *option,
                           uint32_t interface, bool inverted) {
    if (interface == 0) return;
    text_add(t, inverted ? " ! " : " ");
    text_add(t, option);
    text_char(t, ' ');
    text_add(t, iface_get(lab, interface)->name);
}

static void text_ports(struct text *t, const char *option, const uint16_t range[2]) {
    if (range[0] == 0 && range[1] == 0) return;
    text_add(t, option);
    text_u64(t, range[0]);
    if (range[1] == range[0]) return;
    text_char(t, ':');
    text_u64(t, range[1]);
}

static void text_protocol(struct text *t, const struct rule *r) {
    const char *name = r->protocol == IP_PROTOCOL_TCP    ? "tcp"
                       : r->protocol == IP_PROTOCOL_UDP  ? "udp"
                       : r->protocol == IP_PROTOCOL_ICMP ? "icmp"
                                                         : NULL;
    bool ports = r->sport[1] != 0 || r->dport[1] != 0;
    if (r->protocol == 0) return;
    text_add(t, r->inverted & NOT_PROTOCOL ? " ! -p " : " -p ");
    if (name != NULL)
        text_add(t, name);
    else
        text_u64(t, r->protocol);
    if (!ports && !r->icmp && r->tcp_mask == 0) return;
    text_add(t, " -m ");
    text_add(t, name == NULL ? "" : name);
    text_ports(t, " --sport ", r->sport);
    text_ports(t, " --dport ", r->dport);
}

static void text_match(struct text *t, const struct rule *r) {
    if (r->icmp) {
        text_add(t, " --icmp-type ");
        text_u64(t, r->icmp_type);
        if (r->icmp_code != ICMP_ANY) text_char(t, '/');
        if (r->icmp_code != ICMP_ANY) text_u64(t, r->icmp_code);
    }
    if (r->tcp_mask != 0) {
        text_add(t, " --tcp-flags ");
        text_tcp_flags(t, r->tcp_mask);
        text_char(t, ' ');
        text_tcp_flags(t, r->tcp_set);
    }
    if (r->states == 0) return;
    text_add(t, r->conntrack ? " -m conntrack --ctstate " : " -m state --state ");
    text_states(t, r->states);
}

void text_translation(struct text *t, const struct rule *r) {
    if (r->to_first != 0) text_ip4(t, r->to_first);
    if (r->to_last != r->to_first) text_char(t, '-');
    if (r->to_last != r->to_first) text_ip4(t, r->to_last);
    if (r->to_port[1] == 0) return;
    if (r->to_first != 0) text_char(t, ':');
    text_u64(t, r->to_port[0]);
    if (r->to_port[1] == r->to_port[0]) return;
    text_char(t, '-');
    text_u64(t, r->to_port[1]);
}

static void text_to(struct text *t, const struct rule *r) {
    bool to = r->to_first != 0 || r->to_port[1] != 0;
    if (r->target == TARGET_REJECT) {
        text_add(t, " --reject-with ");
        text_add(t, reject_name(r->reject));
    }
    if (r->target < TARGET_MASQUERADE || !to) return;
    text_add(t, r->target == TARGET_DNAT   ? " --to-destination "
                : r->target == TARGET_SNAT ? " --to-source "
                                           : " --to-ports ");
    text_translation(t, r);
}

void text_rule(struct text *t, const struct lab *lab, const struct rule *r) {
    text_add(t, "-A ");
    text_add(t, chain_name(r->chain));
    text_network(t, "-s", r->src, r->src_prefix, (r->inverted & NOT_SRC) != 0);
    text_network(t, "-d", r->dst, r->dst_prefix, (r->inverted & NOT_DST) != 0);
    text_interface(t, lab, "-i", r->in, (r->inverted & NOT_IN) != 0);
    text_interface(t, lab, "-o", r->out, (r->inverted & NOT_OUT) != 0);
    text_protocol(t, r);
    text_match(t, r);
    if (r->target == TARGET_NONE) return;
    text_add(t, " -j ");
    text_add(t, target_name(r->target));
    text_to(t, r);
}
