#include "apps/listen.h"
/*
 * arping, in the words of iputils: ARP requests (RFC 826) from a program, past the node's own
 * cache, and what answers. The first is broadcast, later ones go to who answered. -D is the probe
 * of RFC 5227 2.1.1: sender address zero, one answer ends it. -U and -A tell an address without
 * being asked, as a request and as a reply: the two forms of gratuitous ARP.
 *
 * Differs: without -c and -w it sends 4 requests, so that a lab comes to rest.
 */
#include "sim/frame.h"
#include "stack/iface.h"
#include "stack/ip/arp.h"
#include "stack/ip/route.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include <string.h>

static const sim_time second_ns = 1000000000;
enum { USUAL_COUNT = 4, SECONDS_MAX = 1000000, HARDWARE_ETHERNET = 1 };

static struct arping_state *state_of(struct step *s, struct id process) {
    return &process_edit(s, process)->of.arping;
}

/* ------------------------------------------------------------------------------- the line */

struct words {
    const char *host, *device, *source, *wrong;
    char option; /* that nobody knows; 0: none */
};

static bool take_flag(struct arping_state *a, char option) {
    switch (option) {
    case 'f': a->first_only = 1; return true;
    case 'q': a->quiet = 1; return true;
    case 'b': a->broadcast_only = 1; return true;
    case 'D': a->probe = 1; return true;
    case 'U': a->unasked = 1; return true;
    case 'A': a->unasked = a->reply = 1; return true;
    default: return false;
    }
}

static bool take_number(const char *word, uint64_t *out) {
    return parse_u64(word, out) && *out > 0 && *out <= SECONDS_MAX;
}

/* An option with its value. False: `words->wrong` is a value that cannot be meant. */
static bool take_value(struct arping_state *a, struct words *words, char option, const char *word) {
    uint64_t seconds = 0;
    words->wrong = word;
    switch (option) {
    case 'c': return take_number(word, &a->count);
    case 'w':
        if (!take_number(word, &seconds)) return false;
        a->deadline = (sim_time)seconds * second_ns;
        return true;
    case 'i':
        if (!take_number(word, &seconds)) return false;
        a->interval = (sim_time)seconds * second_ns;
        return true;
    case 'I': words->device = word; return true;
    case 's': words->source = word; return true;
    default: words->option = option; return false;
    }
}

static bool take_words(struct arping_state *a, const struct command *c, struct words *words) {
    *words = (struct words){0};
    for (size_t i = 1; i < c->count; i++) {
        const char *word = c->words[i];
        if (word[0] != '-') {
            words->host = word;
            continue;
        }
        for (word++; *word != '\0'; word++) {
            if (take_flag(a, *word)) continue;
            const char *value = word[1] != '\0' ? word + 1 : i + 1 < c->count ? c->words[++i] : "";
            if (!take_value(a, words, *word, value)) return false;
            words->wrong = NULL;
            break;
        }
    }
    return words->host != NULL;
}

static void say_and_return(struct step *s, const struct command *c, const char *before,
                           const char *name, const char *after) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, before);
    text_add(&t, name);
    text_add(&t, after);
    process_say(s, c->process, &t);
    process_return(s, c->process);
}

static void misused(struct step *s, const struct command *c, const struct words *words) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (words->option == 0 && words->host == NULL && words->wrong == NULL) {
        command_misused(s, c, "which destination?");
    } else if (words->option != 0) {
        text_add(&t, "invalid option -- '");
        text_char(&t, words->option);
        text_char(&t, '\'');
        command_misused(s, c, room);
    } else {
        say_and_return(s, c, "arping: invalid argument: '", words->wrong, "'");
    }
}

/* Which interface, and which address of the node. False: the line was answered. */
static bool choose(struct step *s, const struct command *c, struct arping_state *a,
                   const struct words *words) {
    struct next_hop hop = {0};
    if (!host_lookup(s->lab, words->host, &a->dst)) {
        say_and_return(s, c, "arping: ", words->host, ": Name or service not known");
        return false;
    }
    if (words->device != NULL)
        a->interface = iface_named(s->lab, c->node, words->device);
    else if (iface_with_address(s->lab, c->node, a->dst) != 0)
        a->interface = iface_with_address(s->lab, c->node, a->dst);
    else if (route_lookup(s->lab, c->node, a->dst, &hop))
        a->interface = hop.interface;
    if (a->interface == 0 && words->device != NULL) {
        say_and_return(s, c, "arping: Device ", words->device, " not available.");
        return false;
    }
    if (a->interface == 0 || !iface_get(s->lab, a->interface)->up) {
        say_and_return(s, c,
                       "arping: Suitable device could not be determined. Please, use option -I.",
                       "", "");
        return false;
    }
    a->src = a->probe != 0     ? 0
             : a->unasked != 0 ? a->dst
                               : iface_get(s->lab, a->interface)->address;
    bool given = words->source != NULL;
    if ((given && !parse_ip4(words->source, &a->src)) ||
        (a->src != 0 && iface_with_address(s->lab, c->node, a->src) == 0)) {
        say_and_return(s, c, "arping: bind: Cannot assign requested address", "", "");
        return false;
    }
    return true;
}

static void print_header(struct step *s, struct id process) {
    const struct arping_state *a = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (a->quiet != 0) return;
    text_add(&t, "ARPING ");
    text_ip4(&t, a->dst);
    text_add(&t, " from ");
    text_ip4(&t, a->src);
    text_char(&t, ' ');
    text_add(&t, iface_get(s->lab, a->interface)->name);
    process_say(s, process, &t);
}

static void send_due(struct step *s, struct id process);

void run_arping(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    struct arping_state a = {.interval = second_ns};
    struct words words;
    memcpy(a.to, mac_broadcast, MAC_OCTETS);
    if (!take_words(&a, c, &words)) {
        misused(s, c, &words);
        return;
    }
    if (!choose(s, c, &a, &words)) return;
    if (a.count == 0 && a.deadline == 0) a.count = USUAL_COUNT;
    if (a.deadline > 0) a.deadline += s->now;
    p->app = APP_ARPING;
    p->of.arping = a;
    listen_at(s, p->node, a.interface, true);
    print_header(s, c->process);
    send_due(s, c->process);
}

/* ------------------------------------------------------------------------------- sending */

static void send_one(struct step *s, struct id process) {
    struct arping_state *a = state_of(s, process);
    const struct interface *i = iface_get(s->lab, a->interface);
    struct arp_packet packet = {.hrd = HARDWARE_ETHERNET,
                                .pro = ETHER_TYPE_IPV4,
                                .hln = MAC_OCTETS,
                                .pln = 4,
                                .op = a->reply != 0 ? ARP_OP_REPLY : ARP_OP_REQUEST,
                                .spa = a->src,
                                .tpa = a->dst};
    memcpy(packet.sha, i->mac, MAC_OCTETS);
    memcpy(packet.tha, a->reply != 0 ? i->mac : a->to, MAC_OCTETS);
    a->sent++;
    a->sent_at = s->now;
    a->broadcasts += memcmp(a->to, mac_broadcast, MAC_OCTETS) == 0;
    arp_send(s, a->interface, &packet, i->mac, a->to);
}

static void finish(struct step *s, struct id process) {
    const struct arping_state *a = state_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (a->quiet == 0) {
        text_add(&t, "Sent ");
        text_u64(&t, a->sent);
        text_add(&t, " probes (");
        text_u64(&t, a->broadcasts);
        text_add(&t, " broadcast(s))");
        process_say(s, process, &t);
        text_add(&t, "Received ");
        text_u64(&t, a->received);
        text_add(&t, " response(s)");
        if (a->requests + a->broadcast_replies > 0) text_add(&t, " (");
        if (a->requests > 0) text_u64(&t, a->requests);
        if (a->requests > 0) text_add(&t, " request(s)");
        if (a->requests > 0 && a->broadcast_replies > 0) text_add(&t, ", ");
        if (a->broadcast_replies > 0) text_u64(&t, a->broadcast_replies);
        if (a->broadcast_replies > 0) text_add(&t, " broadcast(s)");
        if (a->requests + a->broadcast_replies > 0) text_char(&t, ')');
        process_say(s, process, &t);
    }
    process_return(s, process);
}

/* One request at each interval, also at the one at which it ends; then the end. */
static void send_due(struct step *s, struct id process) {
    struct arping_state *a = state_of(s, process);
    bool all_sent = a->count != 0 && a->sent >= a->count;
    if (a->done != 0 || all_sent) {
        finish(s, process);
        return;
    }
    send_one(s, process);
    if (a->deadline > 0 && s->now >= a->deadline) {
        finish(s, process);
        return;
    }
    sim_time wake = s->now + a->interval;
    process_wait_until(s, process, a->deadline > 0 && wake > a->deadline ? a->deadline : wake);
}

void arping_resume(struct step *s, struct id process) {
    if (!timer_pending(s->lab, process_get(s->lab, process)->timer, NULL)) send_due(s, process);
}

void arping_interrupt(struct step *s, struct id process) {
    finish(s, process);
}

/* ------------------------------------------------------------------------------- receiving */

/* As iputils asks: an answer to us; or, while probing, any word of another who has the address. */
static bool is_answer(const struct arping_state *a, const struct interface *i,
                      const struct arp_packet *p) {
    if ((p->op != ARP_OP_REQUEST && p->op != ARP_OP_REPLY) || p->spa != a->dst) return false;
    if (a->probe != 0) return memcmp(p->sha, i->mac, MAC_OCTETS) != 0;
    return p->tpa == a->src && memcmp(p->tha, i->mac, MAC_OCTETS) == 0;
}

static void print_answer(struct step *s, struct id process, const struct arp_packet *p,
                         bool broadcast) {
    const struct arping_state *a = state_of(s, process);
    const uint8_t *own = iface_get(s->lab, a->interface)->mac;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, broadcast ? "Broadcast " : "Unicast ");
    text_add(&t, p->op == ARP_OP_REPLY ? "reply from " : "request from ");
    text_ip4(&t, p->spa);
    text_add(&t, " [");
    text_mac(&t, p->sha);
    text_add(&t, "] ");
    if (p->tpa != a->src) {
        text_add(&t, "for ");
        text_ip4(&t, p->tpa);
        text_char(&t, ' ');
    }
    if (memcmp(p->tha, own, MAC_OCTETS) != 0) {
        text_add(&t, "for [");
        text_mac(&t, p->tha);
        text_add(&t, "] ");
    }
    uint64_t us = (uint64_t)(s->now - a->sent_at) / 1000;
    text_char(&t, ' ');
    text_u64(&t, us / 1000);
    text_char(&t, '.');
    text_padded(&t, us % 1000, 3, '0');
    text_add(&t, "ms");
    process_say(s, process, &t);
}

void arping_seen(struct step *s, struct id process, uint32_t interface, struct reader r) {
    struct arping_state *a = state_of(s, process);
    const struct interface *i = iface_get(s->lab, interface);
    struct ether_header ether;
    struct arp_packet p;
    if (a->interface != interface || a->done != 0) return;
    if (ether_parse(&ether, &r) != PARSE_OK || ether.type != ETHER_TYPE_ARP ||
        arp_parse(&p, &r) != PARSE_OK)
        return;
    bool broadcast = (ether.dst[0] & 1) != 0;
    if ((!broadcast && memcmp(ether.dst, i->mac, MAC_OCTETS) != 0) || !is_answer(a, i, &p)) return;
    if (a->quiet == 0) print_answer(s, process, &p, broadcast);
    a->received++;
    a->broadcast_replies += broadcast;
    a->requests += p.op == ARP_OP_REQUEST;
    if (a->broadcast_only == 0) memcpy(a->to, p.sha, MAC_OCTETS);
    if (a->probe == 0 && a->first_only == 0) return;
    a->done = 1;
    listen_enough(s, process);
}
