#include "apps/iptables.h"
/*
 * What iptables -L and -S print, column by column as iptables 1.8.9 does, but for blanks at the
 * ends of lines; and conntrack -L, as conntrack-tools print what the node knows of connections.
 */
#include "stack/iface.h"
#include <string.h>

enum { KILO = 1000 };

static void padded(struct text *t, const char *word, size_t width) {
    size_t length = strlen(word);
    text_add(t, word);
    while (length++ < width) text_char(t, ' ');
}

/* iptables shows numbers from 100,000 on in thousands. */
static void count(struct text *t, uint64_t value) {
    const char *unit = "";
    for (const char *next = "KMGT"; value > 99999 && *next != '\0'; next++) {
        value = (value + KILO / 2) / KILO;
        unit = next;
    }
    text_padded(t, value, unit[0] == '\0' ? 5 : 4, ' ');
    if (unit[0] != '\0') text_char(t, unit[0]);
}

static void network(struct text *t, const struct listing *l, ip4 address, uint32_t prefix,
                    bool inverted) {
    char room[24];
    struct text word = text_of(room, sizeof room);
    if (prefix == 0) {
        text_add(&word, l->numeric ? "0.0.0.0/0" : "anywhere");
    } else {
        text_ip4(&word, address);
        if (prefix < 32) text_char(&word, '/');
        if (prefix < 32) text_u64(&word, prefix);
    }
    text_char(t, inverted ? '!' : ' ');
    padded(t, room, 19);
    text_char(t, ' ');
}

static void protocol(struct text *t, const struct listing *l, const struct rule *r) {
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {
        {0, "all"}, {IP_PROTOCOL_TCP, "tcp"}, {IP_PROTOCOL_UDP, "udp"}, {IP_PROTOCOL_ICMP, "icmp"}};
    char room[8];
    struct text word = text_of(room, sizeof room);
    for (size_t i = 0; !l->numeric && i < sizeof names / sizeof *names; i++)
        if (names[i].number == r->protocol) text_add(&word, names[i].name);
    if (text_length(&word) == 0) text_u64(&word, r->protocol);
    text_char(t, (r->inverted & NOT_PROTOCOL) != 0 ? '!' : ' ');
    padded(t, room, 4);
    text_add(t, " -- ");
}

static void interface(struct text *t, const struct lab *lab, uint32_t number, bool inverted) {
    const char *name = number == 0 ? "*" : iface_get(lab, number)->name;
    text_char(t, inverted ? '!' : ' ');
    padded(t, name, 6);
}

static void range(struct text *t, const char *one, const char *several, const uint16_t ports[2]) {
    if (ports[1] == 0) return;
    text_add(t, ports[0] == ports[1] ? one : several);
    text_u64(t, ports[0]);
    if (ports[0] == ports[1]) return;
    text_char(t, ':');
    text_u64(t, ports[1]);
}

static void flags(struct text *t, const struct listing *l, const struct rule *r) {
    if (r->tcp_mask == 0) return;
    text_add(t, " flags:");
    if (l->numeric) text_add(t, "0x");
    if (l->numeric) text_hex(t, r->tcp_mask, 2);
    if (!l->numeric) text_tcp_flags(t, r->tcp_mask);
    text_char(t, '/');
    if (l->numeric) text_add(t, "0x");
    if (l->numeric) text_hex(t, r->tcp_set, 2);
    if (!l->numeric) text_tcp_flags(t, r->tcp_set);
}

static void matches(struct text *t, const struct listing *l, const struct rule *r) {
    bool ports = r->sport[1] != 0 || r->dport[1] != 0 || r->tcp_mask != 0;
    if (ports) text_add(t, r->protocol == IP_PROTOCOL_TCP ? " tcp" : " udp");
    range(t, " spt:", " spts:", r->sport);
    range(t, " dpt:", " dpts:", r->dport);
    flags(t, l, r);
    if (r->icmp) {
        text_add(t, " icmptype ");
        text_u64(t, r->icmp_type);
        if (r->icmp_code != ICMP_ANY) text_add(t, " code ");
        if (r->icmp_code != ICMP_ANY) text_u64(t, r->icmp_code);
    }
    if (r->states == 0) return;
    text_add(t, r->conntrack ? " ctstate " : " state ");
    text_states(t, r->states);
}

static void target_words(struct text *t, const struct rule *r) {
    if (r->target == TARGET_REJECT) {
        text_add(t, " reject-with ");
        text_add(t, reject_name(r->reject));
    }
    if (r->target < TARGET_MASQUERADE || (r->to_first == 0 && r->to_port[1] == 0)) return;
    text_add(t, r->to_first != 0 ? " to:" : " masq ports: ");
    text_translation(t, r);
}

static void say_rule(struct step *s, struct id process, const struct listing *l,
                     const struct rule *r, uint32_t number) {
    char room[LINE_ROOM], digits[12];
    struct text t = text_of(room, sizeof room), n = text_of(digits, sizeof digits);
    text_u64(&n, number);
    if (l->numbered) padded(&t, digits, 5);
    if (l->verbose) {
        count(&t, r->packets);
        text_char(&t, ' ');
        count(&t, r->octets);
        text_char(&t, ' ');
    }
    padded(&t, target_name(r->target), 9);
    text_char(&t, ' ');
    protocol(&t, l, r);
    if (l->verbose) {
        interface(&t, s->lab, r->in, (r->inverted & NOT_IN) != 0);
        interface(&t, s->lab, r->out, (r->inverted & NOT_OUT) != 0);
        text_char(&t, ' ');
    }
    network(&t, l, r->src, r->src_prefix, (r->inverted & NOT_SRC) != 0);
    network(&t, l, r->dst, r->dst_prefix, (r->inverted & NOT_DST) != 0);
    matches(&t, l, r);
    target_words(&t, r);
    size_t length = text_length(&t);
    while (length > 0 && room[length - 1] == ' ') room[--length] = '\0';
    process_print(s, process, room);
}

static void say_head(struct step *s, const struct command *c, const struct listing *l,
                     uint32_t chain) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    const struct node *n = node_view_at(s->lab, c->node);
    text_add(&t, "Chain ");
    text_add(&t, chain_name(chain));
    text_add(&t, " (policy ");
    text_add(&t, target_name(n->policy[chain]));
    if (l->verbose) {
        text_char(&t, ' ');
        text_u64(&t, n->policy_packets[chain]);
        text_add(&t, " packets, ");
        text_u64(&t, n->policy_octets[chain]);
        text_add(&t, " bytes");
    }
    text_char(&t, ')');
    process_say(s, c->process, &t);
    if (l->numbered) text_add(&t, "num  ");
    text_add(&t, l->verbose ? " pkts bytes target     prot opt in     out     source               "
                              "destination"
                            : "target     prot opt source               destination");
    process_say(s, c->process, &t);
}

/* Chains of one table, in the order in which a datagram meets them. Those of nat that have no rules
 * here (INPUT, OUTPUT) are not listed. */
static bool is_wanted(const struct listing *l, uint32_t chain) {
    bool nat = chain == CHAIN_PREROUTING || chain == CHAIN_POSTROUTING;
    return l->chain == CHAIN_COUNT ? nat == l->nat : l->chain == chain;
}

void iptables_list(struct step *s, const struct command *c, const struct listing *l) {
    bool first = true;
    for (uint32_t chain = 0; chain < CHAIN_COUNT; chain++) {
        if (!is_wanted(l, chain)) continue;
        if (!first) process_print(s, c->process, "");
        first = false;
        say_head(s, c, l, chain);
        uint32_t number = 1;
        const struct rule *r;
        for (struct id id = rule_first(s->lab, c->node, (enum chain)chain);
             (r = rule_get(s->lab, id)) != NULL; id = r->next)
            say_rule(s, c->process, l, r, number++);
    }
    process_return(s, c->process);
}

void iptables_say(struct step *s, const struct command *c, const struct listing *l) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    const struct rule *r;
    for (uint32_t chain = 0; chain < CHAIN_COUNT; chain++) {
        if (!is_wanted(l, chain)) continue;
        text_add(&t, "-P ");
        text_add(&t, chain_name(chain));
        text_char(&t, ' ');
        text_add(&t, target_name(node_view_at(s->lab, c->node)->policy[chain]));
        process_say(s, c->process, &t);
    }
    for (uint32_t chain = 0; chain < CHAIN_COUNT; chain++) {
        struct id id = is_wanted(l, chain) ? rule_first(s->lab, c->node, (enum chain)chain)
                                           : (struct id){0, 0};
        for (; (r = rule_get(s->lab, id)) != NULL; id = r->next) {
            text_rule(&t, s->lab, r);
            process_say(s, c->process, &t);
        }
    }
    process_return(s, c->process);
}

/* ------------------------------------------------------------------- conntrack -L */

static void text_way(struct text *t, const struct tuple *way) {
    text_add(t, " src=");
    text_ip4(t, way->src);
    text_add(t, " dst=");
    text_ip4(t, way->dst);
    if (way->protocol == IP_PROTOCOL_ICMP) {
        text_add(t, " id=");
        text_u64(t, way->ports >> 16);
        return;
    }
    text_add(t, " sport=");
    text_u64(t, way->ports >> 16);
    text_add(t, " dport=");
    text_u64(t, way->ports & 0xffff);
}

static void say_track(struct step *s, struct id process, const struct track *k) {
    enum { SECOND = 1000000000 };
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    uint32_t protocol = k->way[0].protocol;
    padded(&t,
           protocol == IP_PROTOCOL_TCP    ? "tcp"
           : protocol == IP_PROTOCOL_UDP  ? "udp"
           : protocol == IP_PROTOCOL_ICMP ? "icmp"
                                          : "unknown",
           8);
    text_char(&t, ' ');
    text_u64(&t, protocol);
    text_char(&t, ' ');
    text_u64(&t, k->until > s->now ? (uint64_t)(k->until - s->now) / SECOND : 0);
    if (protocol == IP_PROTOCOL_TCP) text_char(&t, ' ');
    text_add(&t, track_state_name(k->state));
    text_way(&t, &k->way[TRACK_ORIGINAL]);
    if ((k->flags & TRACK_SEEN_REPLY) == 0) text_add(&t, " [UNREPLIED]");
    text_way(&t, &k->way[TRACK_REPLY]);
    if ((k->flags & TRACK_ASSURED) != 0) text_add(&t, " [ASSURED]");
    text_add(&t, " mark=0 use=1");
    process_say(s, process, &t);
}

void run_conntrack(struct step *s, const struct command *c) {
    uint32_t entries = 0;
    char room[96];
    struct text t = text_of(room, sizeof room);
    if (c->count < 2 || !same_text(c->words[1], "-L")) {
        command_misused(s, c, "-L");
        return;
    }
    for (struct id id = object_next(s->lab, POOL_TRACK, (struct id){0, 0}); id_is(id);
         id = object_next(s->lab, POOL_TRACK, id)) {
        const struct track *k = track_get(s->lab, id);
        if (k->node != c->node) continue;
        say_track(s, c->process, k);
        entries++;
    }
    text_add(&t, "conntrack v1.4.7 (conntrack-tools): ");
    text_u64(&t, entries);
    text_add(&t, " flow entries have been shown.");
    process_say(s, c->process, &t);
    process_return(s, c->process);
}
