#include "apps/vtysh_words.h"
/*
 * The console's lines by mode. The table is what is told of them, not how they are understood:
 * that is the affair of whoever takes the line, and a test gives each of these to him.
 */
#include "stack/iface.h"
#include <string.h>

enum {
    IN_SHELL = 1 << VTYSH_SHELL,
    IN_CONFIGURE = 1 << VTYSH_CONFIGURE,
    IN_INTERFACE = 1 << VTYSH_INTERFACE,
    IN_RIP = 1 << VTYSH_RIP,
    IN_OSPF = 1 << VTYSH_OSPF,
    IN_CHAIN = 1 << VTYSH_KEY_CHAIN,
    IN_KEY = 1 << VTYSH_KEY,
    IN_DEEP = IN_INTERFACE | IN_RIP | IN_OSPF | IN_CHAIN | IN_KEY,
    IN_ALL = IN_SHELL | IN_CONFIGURE | IN_DEEP
};
static const struct vtysh_syntax lines[] = {
    {IN_ALL, "show ip route [connected|kernel|ospf|rip|static]", "help.vtysh.show_route"},
    {IN_ALL, "show ip route summary", "help.vtysh.show_route_summary"},
    {IN_ALL, "show ip route A.B.C.D", "help.vtysh.show_route_one"},
    {IN_ALL, "show ip route A.B.C.D/M [longer-prefixes]", "help.vtysh.show_route_one"},
    {IN_ALL, "show ip forwarding", "help.vtysh.show_forwarding"},
    {IN_ALL, "show ip rip [status]", "help.vtysh.show_rip"},
    {IN_ALL, "show ip ospf", "help.vtysh.show_ospf"},
    {IN_ALL, "show ip ospf interface [INTERFACE]", "help.vtysh.show_ospf_interface"},
    {IN_ALL, "show ip ospf neighbor [detail]", "help.vtysh.show_ospf_neighbor"},
    {IN_ALL, "show ip ospf database [router|network|summary|asbr-summary|external]",
     "help.vtysh.show_ospf_database"},
    {IN_ALL, "show ip ospf route", "help.vtysh.show_ospf_route"},
    {IN_ALL, "show interface [INTERFACE]", "help.vtysh.show_interface"},
    {IN_ALL, "show interface brief", "help.vtysh.show_interface"},
    {IN_ALL, "show running-config", "help.vtysh.show_running"},
    {IN_SHELL, "configure terminal", "help.configure"},
    {IN_ALL, "interface INTERFACE", "help.interface"},
    {IN_ALL, "router rip", "help.vtysh.router_rip"},
    {IN_ALL, "router ospf", "help.vtysh.router_ospf"},
    {IN_ALL, "key chain NAME", "help.vtysh.key_chain"},
    {IN_CONFIGURE | IN_DEEP,
     "ip route A.B.C.D/M GATEWAY|INTERFACE|blackhole|reject [tag TAG] [DISTANCE]",
     "help.vtysh.ip_route"},
    {IN_CONFIGURE | IN_DEEP, "exit", "help.vtysh.exit"},
    {IN_CONFIGURE | IN_DEEP, "end", "help.vtysh.end"},
    {IN_CONFIGURE | IN_DEEP, "list", "help.vtysh.list"},

    {IN_CHAIN, "key NUMBER", "help.vtysh.key"},
    {IN_KEY, "key-string STRING", "help.vtysh.key_string"},

    {IN_INTERFACE, "shutdown", "help.vtysh.shutdown"},
    {IN_INTERFACE, "ip rip send version 1|2|none", "help.vtysh.rip_send"},
    {IN_INTERFACE, "ip rip send version 1 2", "help.vtysh.rip_send"},
    {IN_INTERFACE, "ip rip receive version 1|2|none", "help.vtysh.rip_receive"},
    {IN_INTERFACE, "ip rip receive version 1 2", "help.vtysh.rip_receive"},
    {IN_INTERFACE, "ip rip split-horizon [poisoned-reverse]", "help.vtysh.rip_split_horizon"},
    {IN_INTERFACE, "ip rip v2-broadcast", "help.vtysh.rip_broadcast"},
    {IN_INTERFACE, "ip rip authentication mode text", "help.vtysh.rip_authentication"},
    {IN_INTERFACE, "ip rip authentication mode md5 [auth-length rfc|old-ripd]",
     "help.vtysh.rip_authentication"},
    {IN_INTERFACE, "ip rip authentication string STRING", "help.vtysh.rip_string"},
    {IN_INTERFACE, "ip rip authentication key-chain NAME", "help.vtysh.rip_key_chain"},
    {IN_INTERFACE, "ip ospf area AREA", "help.vtysh.ospf_area"},
    {IN_INTERFACE, "ip ospf cost COST", "help.vtysh.ospf_cost"},
    {IN_INTERFACE, "ip ospf priority PRIORITY", "help.vtysh.ospf_priority"},
    {IN_INTERFACE, "ip ospf hello-interval SECONDS", "help.vtysh.ospf_hello"},
    {IN_INTERFACE, "ip ospf dead-interval SECONDS", "help.vtysh.ospf_dead"},
    {IN_INTERFACE, "ip ospf retransmit-interval SECONDS", "help.vtysh.ospf_retransmit"},
    {IN_INTERFACE, "ip ospf transmit-delay SECONDS", "help.vtysh.ospf_delay"},
    {IN_INTERFACE, "ip ospf network broadcast|point-to-point", "help.vtysh.ospf_network"},
    {IN_INTERFACE, "ip ospf passive", "help.vtysh.ospf_passive"},
    {IN_INTERFACE, "ip ospf mtu-ignore", "help.vtysh.ospf_mtu"},
    {IN_INTERFACE, "ip ospf authentication [message-digest|null]",
     "help.vtysh.ospf_authentication"},
    {IN_INTERFACE, "ip ospf authentication-key STRING", "help.vtysh.ospf_key"},
    {IN_INTERFACE, "ip ospf message-digest-key NUMBER md5 STRING", "help.vtysh.ospf_digest_key"},

    {IN_RIP, "network A.B.C.D/M|INTERFACE", "help.vtysh.rip_network"},
    {IN_RIP, "neighbor A.B.C.D", "help.vtysh.rip_neighbor"},
    {IN_RIP, "passive-interface INTERFACE|default", "help.vtysh.rip_passive"},
    {IN_RIP, "route A.B.C.D/M", "help.vtysh.rip_route"},
    {IN_RIP, "version 1|2", "help.vtysh.rip_version"},
    {IN_RIP, "timers basic UPDATE TIMEOUT GARBAGE", "help.vtysh.rip_timers"},
    {IN_RIP, "default-metric METRIC", "help.vtysh.default_metric"},
    {IN_RIP, "default-information originate", "help.vtysh.default_information"},
    {IN_RIP, "distance DISTANCE", "help.vtysh.distance"},
    {IN_RIP, "redistribute connected|ospf|static [metric METRIC]", "help.vtysh.redistribute"},
    {IN_RIP, "offset-list LIST in|out METRIC [INTERFACE]", "help.vtysh.rip_offset"},

    {IN_OSPF, "network A.B.C.D/M area AREA", "help.vtysh.ospf_network_area"},
    {IN_OSPF, "ospf router-id A.B.C.D", "help.vtysh.ospf_router_id"},
    {IN_OSPF, "ospf abr-type cisco|standard", "help.vtysh.ospf_abr_type"},
    {IN_OSPF, "passive-interface INTERFACE|default", "help.vtysh.ospf_passive"},
    {IN_OSPF, "area AREA stub [no-summary]", "help.vtysh.ospf_stub"},
    {IN_OSPF, "area AREA range A.B.C.D/M [not-advertise]", "help.vtysh.ospf_range"},
    {IN_OSPF, "area AREA authentication [message-digest]", "help.vtysh.ospf_authentication"},
    {IN_OSPF, "area AREA default-cost COST", "help.vtysh.ospf_default_cost"},
    {IN_OSPF, "redistribute connected|rip|static [metric METRIC] [metric-type 1|2]",
     "help.vtysh.redistribute"},
    {IN_OSPF, "default-information originate [always] [metric METRIC] [metric-type 1|2]",
     "help.vtysh.default_information"},
    {IN_OSPF, "default-metric METRIC", "help.vtysh.default_metric"},
    {IN_OSPF, "distance DISTANCE", "help.vtysh.distance"},
    {IN_OSPF, "auto-cost reference-bandwidth MBITS", "help.vtysh.ospf_reference"},
    {IN_OSPF, "compatible rfc1583", "help.vtysh.ospf_rfc1583"},
    {IN_OSPF, "timers throttle spf DELAY HOLD MOST", "help.vtysh.ospf_spf"},
};
enum { LINES = sizeof lines / sizeof *lines };

const struct vtysh_syntax *vtysh_syntax(size_t n) {
    return n < LINES ? &lines[n] : NULL;
}

/* ------------------------------------------------------------------- what may come next */

enum { OFFERS_MOST = 48, NEXT_ROOM = 32 };
struct offers { /* what was found so far, each word once */
    const struct lab *lab;
    uint32_t node;
    char **words; /* those before the last, */
    size_t count;
    const char *part; /* and the last, as far as it is typed */
    char word[OFFERS_MOST][NEXT_ROOM];
    const char *help[OFFERS_MOST];
    size_t found;
};

static bool begins_with(const char *text, const char *part) {
    size_t length = strlen(part);
    return strlen(text) >= length && memcmp(text, part, length) == 0;
}

static void found(struct offers *o, const char *word, const char *help) {
    if (!begins_with(word, o->part)) return;
    for (size_t i = 0; i < o->found; i++) {
        if (!same_text(o->word[i], word)) continue;
        if (o->help[i] != help) o->help[i] = "help.vtysh.more"; /* several lines go on from here */
        return;
    }
    if (o->found == OFFERS_MOST) return;
    copy_text(o->word[o->found], NEXT_ROOM, word);
    o->help[o->found++] = help;
}

static bool is_value(const char *word) {
    return *word >= 'A' && *word <= 'Z';
}

/* Of "1|2|none" the first; `from` goes to the next. False: there is no more. */
static bool alternative(const char **from, char out[NEXT_ROOM]) {
    struct text t = text_of(out, NEXT_ROOM);
    if (**from == '\0' || **from == ' ' || **from == ']') return false;
    while (**from != '\0' && **from != ' ' && **from != ']' && **from != '|')
        text_char(&t, *(*from)++);
    if (**from == '|') (*from)++;
    return true;
}

static void offer_interfaces(struct offers *o) {
    const struct node *n = node_view_at(o->lab, o->node);
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        found(o, iface_get(o->lab, i)->name, "help.vtysh.an_interface");
}

static bool word_fits(const char *from, const char *word) {
    char one[NEXT_ROOM];
    while (alternative(&from, one))
        if (is_value(one) || same_text(one, word)) return true;
    return false;
}

static size_t token_length(const char *at) {
    size_t length = 0;
    while (at[length] != '\0' && at[length] != ' ' && at[length] != ']') length++;
    return length;
}

static const char *behind(const char *at, char last) {
    while (*at != '\0' && *at != last) at++;
    return *at == last ? at + 1 : at;
}

/* Word `n` of what was typed stands at `at` of the line's syntax; what is in brackets may be
 * missing. It calls itself once a word and bracket of the table's own lines. */
static void follow(struct offers *o, const struct vtysh_syntax *line, const char *at, size_t n) {
    char one[NEXT_ROOM];
    while (*at == ' ' || *at == ']') at++;
    if (*at == '[') {
        follow(o, line, behind(at, ']'), n);
        at++;
    }
    if (*at == '\0') return;
    if (n < o->count) {
        if (word_fits(at, o->words[n])) follow(o, line, at + token_length(at), n + 1);
        return;
    }
    while (alternative(&at, one)) {
        if (same_text(one, "INTERFACE")) offer_interfaces(o);
        if (!is_value(one)) found(o, one, line->help);
    }
}

bool vtysh_complete(const struct lab *lab, uint32_t node, uint32_t mode, const char *line,
                    void (*offer)(void *user, const char *word, const char *help), void *user) {
    char room[LINE_ROOM], *words[WORDS_MAX];
    struct offers o = {.lab = lab, .node = node, .words = words, .part = line};
    copy_text(room, sizeof room, line);
    for (const char *c = line; *c != '\0'; c++)
        if (*c == ' ') o.part = c + 1;
    o.count = split_words(room, words, WORDS_MAX);
    if (*o.part != '\0') o.count--;
    bool no = o.count > 0 && same_text(words[0], "no");
    o.words += no;
    o.count -= no;
    for (size_t i = 0; i < LINES; i++)
        if ((lines[i].modes & 1u << mode) != 0) follow(&o, &lines[i], lines[i].words, 0);
    for (size_t i = 0; i < o.found; i++) offer(user, o.word[i], o.help[i]);
    if (o.count == 0 && !no && mode != VTYSH_SHELL && begins_with("no", o.part))
        offer(user, "no", "help.no");
    return o.found > 0;
}
