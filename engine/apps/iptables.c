#include "apps/iptables.h"
/*
 * iptables, in the words of iptables 1.8: -A, -I, -D, -F, -P, -Z, -L and -S, tables filter and nat,
 * the matches -s -d -p -i -o, ports, ICMP types, TCP flags and states, the targets ACCEPT, DROP,
 * REJECT, MASQUERADE, SNAT and DNAT. A line is understood as a whole before it changes anything.
 * Left out: chains of the user's own, LOG, other matches, ! before ports, types, flags and states,
 * the chains INPUT and OUTPUT of nat.
 */
#include "stack/iface.h"
#include "wire/tcp.h"
#include <string.h>

enum verb {
    VERB_NONE,
    VERB_APPEND,
    VERB_INSERT,
    VERB_DELETE,
    VERB_FLUSH,
    VERB_POLICY,
    VERB_ZERO,
    VERB_LIST,
    VERB_SAY
};
struct line {
    enum verb verb;
    struct rule rule;
    struct listing listing;
    uint32_t number;
    bool by_number, tcp_ports, icmp_seen, inverted, state_module;
    size_t at;
};

static bool fail(struct step *s, const struct command *c, const char *a, const char *b,
                 const char *rest) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, a);
    text_add(&t, b);
    text_add(&t, rest);
    process_print(s, c->process, room);
    process_return(s, c->process);
    return false;
}

static bool no_such(struct step *s, const struct command *c) {
    return fail(s, c, "iptables: No chain/target/match by that name.", "", "");
}

static bool bad(struct step *s, const struct command *c, const char *what, const char *word) {
    return fail(s, c, what, word, "");
}

static const char *next(const struct command *c, struct line *l) {
    return l->at < c->count ? c->words[l->at++] : "";
}

static bool is_nat(uint32_t chain) {
    return chain == CHAIN_PREROUTING || chain == CHAIN_POSTROUTING;
}

/* ------------------------------------------------------------------- matches */

static bool parse_host(const struct step *s, const char *word, ip4 *network, uint32_t *prefix) {
    *prefix = 32;
    if (same_text(word, "anywhere") || same_text(word, "0/0")) {
        *network = *prefix = 0;
        return true;
    }
    if (!parse_cidr(word, network, prefix) && !host_lookup(s->lab, word, network)) return false;
    *network &= prefix_mask(*prefix);
    return true;
}

/* "80", "1000:2000", or with '-' in a translation. */
static bool parse_range(const char *word, char between, uint16_t range[2]) {
    char first[8];
    size_t length = 0;
    uint64_t low, high;
    while (word[length] != '\0' && word[length] != between) length++;
    if (length >= sizeof first) return false;
    memcpy(first, word, length);
    first[length] = '\0';
    if (!parse_u64(first, &low)) return false;
    high = low;
    if (word[length] == between && !parse_u64(word + length + 1, &high)) return false;
    range[0] = (uint16_t)low;
    range[1] = (uint16_t)high;
    return low <= high && high <= UINT16_MAX && high > 0;
}

static bool parse_protocol(const char *word, uint8_t *protocol) {
    static const struct {
        const char *name;
        uint8_t number;
    } names[] = {{"tcp", IP_PROTOCOL_TCP},
                 {"udp", IP_PROTOCOL_UDP},
                 {"icmp", IP_PROTOCOL_ICMP},
                 {"igmp", IP_PROTOCOL_IGMP},
                 {"all", 0},
                 {"ospf", 89}};
    uint64_t number;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (same_text(word, names[i].name)) {
            *protocol = names[i].number;
            return true;
        }
    if (!parse_u64(word, &number) || number > UINT8_MAX) return false;
    *protocol = (uint8_t)number;
    return true;
}

static bool parse_icmp(const char *word, struct rule *r) {
    static const struct {
        const char *name;
        uint8_t type, code;
    } names[] = {{"echo-reply", 0, ICMP_ANY},
                 {"pong", 0, ICMP_ANY},
                 {"destination-unreachable", 3, ICMP_ANY},
                 {"network-unreachable", 3, 0},
                 {"host-unreachable", 3, 1},
                 {"protocol-unreachable", 3, 2},
                 {"port-unreachable", 3, 3},
                 {"fragmentation-needed", 3, 4},
                 {"source-quench", 4, 0},
                 {"redirect", 5, ICMP_ANY},
                 {"echo-request", 8, ICMP_ANY},
                 {"ping", 8, ICMP_ANY},
                 {"router-advertisement", 9, ICMP_ANY},
                 {"router-solicitation", 10, ICMP_ANY},
                 {"time-exceeded", 11, ICMP_ANY},
                 {"ttl-exceeded", 11, ICMP_ANY},
                 {"ttl-zero-during-transit", 11, 0},
                 {"parameter-problem", 12, ICMP_ANY},
                 {"timestamp-request", 13, ICMP_ANY},
                 {"timestamp-reply", 14, ICMP_ANY}};
    r->icmp = 1;
    r->icmp_code = ICMP_ANY;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (same_text(word, names[i].name)) {
            r->icmp_type = names[i].type;
            r->icmp_code = names[i].code;
            return true;
        }
    char first[4];
    size_t length = strcspn(word, "/");
    uint64_t number;
    if (length >= sizeof first) return false;
    memcpy(first, word, length);
    first[length] = '\0';
    if (!parse_u64(first, &number) || number > UINT8_MAX) return false;
    r->icmp_type = (uint8_t)number;
    if (word[length] == '\0') return true;
    if (!parse_u64(word + length + 1, &number) || number >= ICMP_ANY) return false;
    r->icmp_code = (uint8_t)number;
    return true;
}

struct flag {
    const char *name;
    uint32_t bits;
};
static const struct flag tcp_flags[] = {{"FIN", TCP_FIN}, {"SYN", TCP_SYN}, {"RST", TCP_RST},
                                        {"PSH", TCP_PSH}, {"ACK", TCP_ACK}, {"URG", TCP_URG},
                                        {"ALL", 0x3f},    {"NONE", 0},      {NULL, 0}};
static const struct flag states[] = {{"INVALID", STATE_INVALID},
                                     {"NEW", STATE_NEW},
                                     {"RELATED", STATE_RELATED},
                                     {"ESTABLISHED", STATE_ESTABLISHED},
                                     {NULL, 0}};

/* "SYN,ACK" */
static bool parse_flags(const struct flag *flags, const char *word, uint32_t *bits) {
    *bits = 0;
    for (const char *at = word;; at++) {
        size_t length = 0, i = 0;
        while (at[length] != '\0' && at[length] != ',') length++;
        while (flags[i].name != NULL &&
               !(strlen(flags[i].name) == length && memcmp(flags[i].name, at, length) == 0))
            i++;
        if (flags[i].name == NULL) return false;
        *bits |= flags[i].bits;
        at += length;
        if (*at == '\0') return true;
    }
}

static bool parse_tcp_flags(const struct command *c, struct line *l) {
    uint32_t mask, set;
    if (!parse_flags(tcp_flags, next(c, l), &mask) || !parse_flags(tcp_flags, next(c, l), &set))
        return false;
    l->rule.tcp_mask = (uint8_t)mask;
    l->rule.tcp_set = (uint8_t)set;
    return true;
}

/* ------------------------------------------------------------------- targets */

/* "1.2.3.4", "1.2.3.4-1.2.3.9", with ":1000-2000" behind it or alone. */
static bool parse_to(const char *word, struct rule *r) {
    char copy[64];
    if (strlen(word) >= sizeof copy) return false;
    copy_text(copy, sizeof copy, word);
    char *colon = strchr(copy, ':'), *dash;
    if (colon != NULL) *colon++ = '\0';
    if (colon != NULL && !parse_range(colon, '-', r->to_port)) return false;
    if (copy[0] == '\0') return colon != NULL;
    if ((dash = strchr(copy, '-')) != NULL) *dash++ = '\0';
    if (!parse_ip4(copy, &r->to_first)) return false;
    r->to_last = r->to_first;
    return dash == NULL || (parse_ip4(dash, &r->to_last) && r->to_last >= r->to_first);
}

static bool parse_target(struct step *s, const struct command *c, struct line *l) {
    const char *word = next(c, l);
    l->rule.target = TARGET_NONE;
    for (uint32_t i = TARGET_ACCEPT; i < TARGET_COUNT; i++)
        if (same_text(word, target_name(i))) l->rule.target = i;
    if (l->rule.target == TARGET_NONE)
        return fail(s, c, "iptables v1.8.9: Chain '", word, "' does not exist");
    return true;
}

static bool parse_reject(const char *word, struct rule *r) {
    static const char *const shorter[] = {"port-unreach", "net-unreach", "host-unreach",
                                          "proto-unreach"};
    for (uint32_t i = 0; i < REJECT_COUNT; i++)
        if (same_text(word, reject_name(i)) ||
            (i < sizeof shorter / sizeof *shorter && same_text(word, shorter[i])) ||
            (i == REJECT_ADMIN_PROHIBITED && same_text(word, "admin-prohib"))) {
            r->reject = (uint8_t)i;
            return true;
        }
    return false;
}

/* ------------------------------------------------------------------- the line */

static bool is(const char *word, const char *a, const char *b) {
    return same_text(word, a) || same_text(word, b);
}

static bool invert(struct line *l, uint32_t bit, bool right) {
    if (l->inverted) l->rule.inverted |= bit;
    l->inverted = false;
    return right;
}

static bool may_have_ports(const struct rule *r) {
    bool transport = r->protocol == IP_PROTOCOL_TCP || r->protocol == IP_PROTOCOL_UDP;
    return transport && (r->inverted & NOT_PROTOCOL) == 0;
}

/* One option of a match or target; *known: whether it is one. */
static bool take_option(struct step *s, const struct command *c, struct line *l, const char *option,
                        bool *known) {
    struct rule *r = &l->rule;
    *known = true;
    if (is(option, "-s", "--source"))
        return invert(l, NOT_SRC, parse_host(s, next(c, l), &r->src, &r->src_prefix));
    if (is(option, "-d", "--destination"))
        return invert(l, NOT_DST, parse_host(s, next(c, l), &r->dst, &r->dst_prefix));
    if (is(option, "-p", "--protocol"))
        return invert(l, NOT_PROTOCOL, parse_protocol(next(c, l), &r->protocol));
    if (is(option, "-i", "--in-interface")) {
        r->in = iface_named(s->lab, c->node, next(c, l));
        return invert(l, NOT_IN, r->in != 0);
    }
    if (is(option, "-o", "--out-interface")) {
        r->out = iface_named(s->lab, c->node, next(c, l));
        return invert(l, NOT_OUT, r->out != 0);
    }
    if (is(option, "-m", "--match")) {
        const char *module = next(c, l);
        bool conntrack = same_text(module, "conntrack");
        if (conntrack) r->conntrack = 1;
        return conntrack || same_text(module, "tcp") || same_text(module, "udp") ||
               same_text(module, "icmp") || same_text(module, "state");
    }
    if (is(option, "--state", "--ctstate")) return parse_flags(states, next(c, l), &r->states);
    if (is(option, "--to-source", "--to-destination")) return parse_to(next(c, l), r);
    if (same_text(option, "--to-ports")) return parse_range(next(c, l), '-', r->to_port);
    if (same_text(option, "--reject-with")) return parse_reject(next(c, l), r);
    if (same_text(option, "--tcp-flags")) return parse_tcp_flags(c, l);
    if (same_text(option, "--syn")) {
        r->tcp_mask = TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK;
        r->tcp_set = TCP_SYN;
        return true;
    }
    if (same_text(option, "--icmp-type")) return parse_icmp(next(c, l), r);
    bool ports = may_have_ports(r);
    if (ports && is(option, "--dport", "--destination-port"))
        return parse_range(next(c, l), ':', r->dport);
    if (ports && is(option, "--sport", "--source-port"))
        return parse_range(next(c, l), ':', r->sport);
    *known = false;
    return true;
}

static const struct {
    const char *name, *longer;
    enum verb verb;
} verbs[] = {{"-A", "--append", VERB_APPEND}, {"-I", "--insert", VERB_INSERT},
             {"-D", "--delete", VERB_DELETE}, {"-F", "--flush", VERB_FLUSH},
             {"-P", "--policy", VERB_POLICY}, {"-Z", "--zero", VERB_ZERO},
             {"-L", "--list", VERB_LIST},     {"-S", "--list-rules", VERB_SAY}};

static bool take_chain(struct step *s, const struct command *c, struct line *l) {
    const char *word = next(c, l);
    for (uint32_t i = 0; i < CHAIN_COUNT; i++)
        if (same_text(word, chain_name(i))) {
            l->rule.chain = l->listing.chain = i;
            return true;
        }
    return no_such(s, c);
}

/* A command of iptables: then its chain, which may be left out of some, and a rule's number. */
static bool take_verb(struct step *s, const struct command *c, struct line *l, const char *word,
                      bool *known) {
    uint64_t number;
    *known = false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (is(word, verbs[i].name, verbs[i].longer)) {
            l->verb = verbs[i].verb;
            *known = true;
        }
    if (!*known) return true;
    bool more = l->at < c->count && c->words[l->at][0] != '-';
    bool needed = l->verb == VERB_APPEND || l->verb == VERB_INSERT || l->verb == VERB_DELETE ||
                  l->verb == VERB_POLICY;
    if ((more || needed) && !take_chain(s, c, l)) return false;
    if (l->verb == VERB_POLICY) return parse_target(s, c, l);
    l->number = l->verb == VERB_INSERT;
    if ((l->verb == VERB_INSERT || l->verb == VERB_DELETE) && l->at < c->count &&
        parse_u64(c->words[l->at], &number) && number > 0 && number <= UINT32_MAX) {
        l->number = (uint32_t)number;
        l->by_number = true;
        l->at++;
    }
    return true;
}

/* "-nvL" and its like: letters together. */
static bool take_letters(struct listing *listing, const char *word, enum verb *verb) {
    if (word[0] != '-' || word[1] == '-' || word[1] == '\0') return false;
    for (const char *at = word + 1; *at != '\0'; at++) {
        if (*at == 'n')
            listing->numeric = true;
        else if (*at == 'v')
            listing->verbose = true;
        else if (*at == 'L' && *verb == VERB_NONE)
            *verb = VERB_LIST;
        else if (*at != 'x' && *at != 'w')
            return false;
    }
    return true;
}

/* One word, with what belongs to it. */
static bool take_word(struct step *s, const struct command *c, struct line *l, const char *word) {
    bool known = true;
    if (is(word, "-t", "--table")) {
        const char *table = next(c, l);
        l->listing.nat = same_text(table, "nat");
        return l->listing.nat || same_text(table, "filter") ||
               fail(s, c, "iptables: can't initialize iptables table `", table, "'");
    }
    if (is(word, "-j", "--jump")) return parse_target(s, c, l);
    if (same_text(word, "--line-numbers")) return l->listing.numbered = true;
    if (!take_verb(s, c, l, word, &known)) return false;
    if (known || take_letters(&l->listing, word, &l->verb)) return true;
    if (!take_option(s, c, l, word, &known))
        return fail(s, c, "iptables v1.8.9: bad value for \"", word, "\"");
    return known || fail(s, c, "iptables v1.8.9: unknown option \"", word, "\"");
}

static bool parse_line(struct step *s, const struct command *c, struct line *l) {
    while (l->at < c->count) {
        const char *word = next(c, l);
        l->inverted = same_text(word, "!");
        if (l->inverted) word = next(c, l);
        if (!take_word(s, c, l, word)) return false;
        if (l->inverted) return fail(s, c, "iptables v1.8.9: unexpected ! flag before ", word, "");
    }
    return true;
}

/* What the kernel says of a rule that makes no sense in its chain. */
static bool rule_is_right(struct step *s, const struct command *c, const struct line *l) {
    const struct rule *r = &l->rule;
    const char *why = NULL;
    bool nat_target = r->target >= TARGET_MASQUERADE;
    bool has_ports = r->sport[1] != 0 || r->dport[1] != 0;
    if (is_nat(r->chain) != l->listing.nat) return no_such(s, c);
    if (r->target == TARGET_REJECT && r->reject == REJECT_RST && r->protocol != IP_PROTOCOL_TCP)
        why = "Invalid argument";
    if (nat_target != l->listing.nat && r->target >= TARGET_DROP) why = "Invalid argument";
    if ((r->target == TARGET_DNAT) != (r->chain == CHAIN_PREROUTING) && nat_target)
        why = "Invalid argument";
    if (r->target == TARGET_SNAT && r->to_first == 0)
        return bad(s, c, "iptables v1.8.9: SNAT: option \"--to-source\" must be specified", "");
    if (r->target == TARGET_DNAT && r->to_first == 0 && r->to_port[1] == 0)
        return bad(s, c, "iptables v1.8.9: DNAT: option \"--to-destination\" must be specified",
                   "");
    if ((r->tcp_mask != 0 && r->protocol != IP_PROTOCOL_TCP) || (has_ports && !may_have_ports(r)) ||
        (r->icmp != 0 && r->protocol != IP_PROTOCOL_ICMP) ||
        (r->in != 0 && (r->chain == CHAIN_OUTPUT || r->chain == CHAIN_POSTROUTING)) ||
        (r->out != 0 && (r->chain == CHAIN_INPUT || r->chain == CHAIN_PREROUTING)))
        why = "Invalid argument";
    if (why == NULL) return true;
    return fail(s, c, "iptables v1.8.9:  RULE_APPEND failed (", why, ")");
}

static void each_chain(struct step *s, const struct command *c, const struct line *l,
                       void (*act)(struct step *, uint32_t node, enum chain)) {
    for (uint32_t i = 0; i < CHAIN_COUNT; i++)
        if (l->listing.chain == i ||
            (l->listing.chain == CHAIN_COUNT && is_nat(i) == l->listing.nat))
            act(s, c->node, (enum chain)i);
}

static void delete_rule(struct step *s, const struct command *c, struct line *l) {
    uint32_t nth = l->by_number ? l->number : rule_find(s->lab, &l->rule);
    if (rule_remove(s, c->node, (enum chain)l->rule.chain, nth))
        process_return(s, c->process);
    else if (l->by_number)
        fail(s, c, "iptables: Index of deletion too big.", "", "");
    else
        fail(s, c, "iptables: Bad rule (does a matching rule exist in that chain?).", "", "");
}

static void set_policy(struct step *s, const struct command *c, const struct line *l) {
    if (l->rule.target > TARGET_DROP || is_nat(l->rule.chain)) {
        fail(s, c, "iptables: Bad policy name. Run `dmesg' for more information.", "", "");
        return;
    }
    chain_set_policy(s, c->node, (enum chain)l->rule.chain, (enum target)l->rule.target);
    process_return(s, c->process);
}

static void carry_out(struct step *s, const struct command *c, struct line *l) {
    switch (l->verb) {
    case VERB_APPEND:
    case VERB_INSERT:
        if (!rule_add(s, &l->rule, l->number))
            fail(s, c, "iptables: Memory allocation problem.", "", "");
        else
            process_return(s, c->process);
        return;
    case VERB_DELETE: delete_rule(s, c, l); return;
    case VERB_POLICY: set_policy(s, c, l); return;
    case VERB_FLUSH: each_chain(s, c, l, rules_flush); break;
    case VERB_ZERO: each_chain(s, c, l, rules_zero); break;
    case VERB_LIST: iptables_list(s, c, &l->listing); return;
    case VERB_SAY: iptables_say(s, c, &l->listing); return;
    case VERB_NONE: command_misused(s, c, "no command specified"); return;
    }
    process_return(s, c->process);
}

void run_iptables(struct step *s, const struct command *c) {
    struct line l = {.at = 1, .listing = {.chain = CHAIN_COUNT}};
    l.rule.node = c->node;
    if (!parse_line(s, c, &l)) return;
    bool ruled =
        l.verb == VERB_APPEND || l.verb == VERB_INSERT || (l.verb == VERB_DELETE && !l.by_number);
    if (l.listing.chain != CHAIN_COUNT && is_nat(l.listing.chain) != l.listing.nat) {
        no_such(s, c);
        return;
    }
    if (!ruled || rule_is_right(s, c, &l)) carry_out(s, c, &l);
}
