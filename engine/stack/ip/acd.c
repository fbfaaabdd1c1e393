#include "stack/ip/acd.h"
/*
 * Address conflict detection, RFC 5227, for nodes whose arp.acd asks for it. Linux's kernel does
 * none of it (a program like systemd-networkd or `arping -D` may), so the Linux profiles have it
 * off: then two hosts with one address go on side by side, and the trace says what was heard.
 *
 *   cease    2.4 (a): whoever claims the address has it
 *   defend   2.4 (b): claimed once in 10 s, it is announced again; twice, it is given up
 *   keep     2.4 (c): it is never given up, and announced again at most every 10 s
 *
 * While an address is probed the interface has it, but sends nothing from it and does not answer
 * for it. An address that was given up is tried again when the interface comes up.
 *
 * Differs: existing connections are not reset when an address is given up (2.4 SHOULD): they run
 * into their time-outs. Nobody configures another address, so MAX_CONFLICTS bounds how often the
 * same one is probed.
 */
#include "base/text.h"
#include "sim/event.h"
#include "sim/memo.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/ip/arp.h"
#include "stack/ip/route.h"
#include "stack/kernel_log.h"
#include "stack/socket_netlink.h"
#include "stack/sysctl.h"
#include "wire/arp.h"
#include <string.h>

enum acd_state { ACD_IDLE, ACD_PROBING, ACD_ANNOUNCING };
/* RFC 5227 1.1 */
enum { PROBE_NUM = 3, ANNOUNCE_NUM = 2, MAX_CONFLICTS = 10 };
static const sim_time probe_wait = 1000000000, probe_min = 1000000000, probe_max = 2000000000,
                      announce_wait = 2000000000, announce_interval = 2000000000,
                      defend_interval = 10000000000, rate_limit_interval = 60000000000;

static enum acd_choice choice_of(const struct lab *lab, uint32_t node) {
    return (enum acd_choice)setting_of(lab, node, SETTING_ARP_ACD);
}

static sim_time between(struct step *s, uint32_t node, sim_time low, sim_time high) {
    struct prng *prng = &node_at(s->lab, node)->prng[PRNG_ARP];
    return low + (sim_time)prng_below(prng, (uint32_t)((high - low) / 1000)) * 1000;
}

static void watch(struct step *s, uint32_t interface, sim_time after) {
    struct interface *i = interface_at(s->lab, interface);
    timer_set(s, &i->acd_timer, TIMER_ARP_ADDRESS, i->node, (struct id){interface, 0},
              s->now + after);
}

static void set_tentative(struct interface *i, bool tentative) {
    i->special = (i->special & ~(uint32_t)IFACE_TENTATIVE) | (tentative ? IFACE_TENTATIVE : 0);
}

bool acd_is_tentative(const struct lab *lab, uint32_t interface) {
    return (iface_get(lab, interface)->special & IFACE_TENTATIVE) != 0;
}

/* RFC 5227 2.1.1: after a random wait; after many conflicts once a minute. Linux's arp_notify is
 * one announcement, and no question before it. */
void acd_begin(struct step *s, uint32_t interface) {
    struct interface *i = interface_at(s->lab, interface);
    i->given = i->address;
    if (i->address == 0) return;
    if (choice_of(s->lab, i->node) == ACD_OFF) {
        if (setting_of(s->lab, i->node, SETTING_ARP_NOTIFY) == 0) return;
        i->acd = ACD_ANNOUNCING;
        i->acd_sent = ANNOUNCE_NUM - 1;
        watch(s, interface, 0);
        return;
    }
    i->acd = ACD_PROBING;
    i->acd_sent = 0;
    set_tentative(i, true);
    watch(s, interface,
          i->acd_conflicts >= MAX_CONFLICTS ? rate_limit_interval
                                            : between(s, i->node, 0, probe_wait));
}

/* RFC 5227 2.1: also when a link-state change signals that a cable was connected. */
void acd_carrier(struct step *s, uint32_t interface) {
    const struct interface *i = iface_get(s->lab, interface);
    if (i->up && i->address != 0 && choice_of(s->lab, i->node) != ACD_OFF) acd_begin(s, interface);
}

void acd_end(struct step *s, uint32_t interface) {
    struct interface *i = interface_at(s->lab, interface);
    i->acd = ACD_IDLE;
    set_tentative(i, false);
    timer_stop(s, &i->acd_timer);
}

/* RFC 5227 2.1.1: sender IP address all zeroes, so that no cache is polluted. */
static void probe(struct step *s, uint32_t interface) {
    struct interface *i = interface_at(s->lab, interface);
    arp_request(s, interface, 0, i->address, ARP_BROADCAST, i->mac);
    i->acd_sent++;
    watch(s, interface,
          i->acd_sent < PROBE_NUM ? between(s, i->node, probe_min, probe_max) : announce_wait);
}

/* RFC 5227 2.3: with the first announcement the address is in use. */
static void announce(struct step *s, uint32_t interface) {
    struct interface *i = interface_at(s->lab, interface);
    set_tentative(i, false);
    arp_announce(s, interface);
    i->acd_sent++;
    if (i->acd_sent < ANNOUNCE_NUM)
        watch(s, interface, announce_interval);
    else
        i->acd = ACD_IDLE;
}

void acd_timer_fired(struct step *s, uint32_t interface) {
    struct interface *i = interface_at(s->lab, interface);
    if (i->acd == ACD_PROBING && i->acd_sent < PROBE_NUM) {
        probe(s, interface);
        return;
    }
    if (i->acd == ACD_PROBING) {
        i->acd = ACD_ANNOUNCING;
        i->acd_sent = 0;
    }
    announce(s, interface);
}

/* ------------------------------------------------------------------------------- conflicts */

/* In the words of BSD's kernel. */
static void say(struct step *s, const struct interface *i, const uint8_t mac[MAC_OCTETS],
                const char *what) {
    char room[160];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "arp: ");
    text_mac(&t, mac);
    text_add(&t, what);
    text_ip4(&t, i->address);
    text_add(&t, " on ");
    text_add(&t, i->name);
    text_char(&t, '!');
    kernel_says(s, i->node, room);
}

/* RFC 5227 2.4 (a): immediately cease using the address. */
static void cease(struct step *s, uint32_t interface, const struct arp_packet *packet) {
    struct interface *i = interface_at(s->lab, interface);
    say(s, i, packet->sha, " has my IP address, which is given up: ");
    acd_end(s, interface);
    route_remove_interface(s, interface);
    neighbour_flush(s, interface);
    i->address = 0;
    memos_forget(s->lab);
    netlink_tell(s, i->node, NETLINK_ADDRESS);
    trace_interface(s, interface);
}

/* RFC 5227 2.4: one announcement, if the last conflict is long past; else (b) and (c) part. */
static void answer_claim(struct step *s, uint32_t interface, const struct arp_packet *packet,
                         enum acd_choice choice) {
    struct interface *i = interface_at(s->lab, interface);
    bool recent = i->acd_conflicts > 1 && s->now - i->acd_at <= defend_interval;
    if (choice == ACD_CEASE || (choice == ACD_DEFEND && recent)) {
        cease(s, interface, packet);
    } else if (!recent) {
        i->acd_at = s->now;
        say(s, i, packet->sha, " is using my IP address ");
        arp_announce(s, interface);
    }
}

static bool own_mac(const struct lab *lab, uint32_t node, const uint8_t mac[MAC_OCTETS]) {
    const struct node *n = node_view_at(lab, node);
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        if (memcmp(iface_get(lab, i)->mac, mac, MAC_OCTETS) == 0) return true;
    return false;
}

/* RFC 5227 2.1.1, 2.4: the sender says that the address is its own, or probes it while we do. */
bool acd_heard(struct step *s, uint32_t interface, const struct arp_packet *packet) {
    struct interface *i = interface_at(s->lab, interface);
    bool claimed = packet->spa == i->address;
    bool wanted = packet->spa == 0 && packet->tpa == i->address && i->acd == ACD_PROBING;
    if (i->address == 0 || (!claimed && !wanted)) return false;
    if (own_mac(s->lab, i->node, packet->sha)) return false;
    bool tentative = acd_is_tentative(s->lab, interface);
    trace_rule(s, i->node, (struct id){0, 0}, tentative ? "RFC 5227 2.1.1" : "RFC 5227 2.4",
               claimed ? "does another host claim our address?"
                       : "does another host probe the address that we probe?",
               true);
    enum acd_choice choice = choice_of(s->lab, i->node);
    i->acd_conflicts++;
    if (tentative)
        cease(s, interface, packet);
    else if (choice != ACD_OFF)
        answer_claim(s, interface, packet, choice);
    else if (setting_of(s->lab, i->node, SETTING_ARP_LOG) != 0)
        say(s, i, packet->sha, " is using my IP address ");
    return true;
}
