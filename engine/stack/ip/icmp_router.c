#include "stack/ip/icmp_parts.h"
/*
 * Router discovery, RFC 1256. A router with irdp.advertise tells of its addresses on each link, by
 * chance between irdp.min_interval and irdp.max_interval seconds, sooner at first and when it is
 * solicited. A host with irdp.solicit asks three times, and takes each address that it hears of for
 * a default route, for as long as the message says; the higher the preference, the lower the
 * metric. A gateway that the scenario gives goes before all of them.
 *
 * Differs: both are off unless asked for, so that a lab comes to rest (RFC 1812 4.3.3.10 has the
 * router's part on, and Linux leaves it to a daemon). An answer is always to the group; there are
 * settings for a node, not for each interface; no last message when a router ceases.
 */
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/ip/igmp.h"
#include "stack/ip/route.h"
#include "stack/sysctl.h"

enum { ALL_SYSTEMS = 0xe0000001u, ALL_ROUTERS = 0xe0000002u };
enum { MAX_INITIAL_ADVERTISEMENTS = 3, MAX_SOLICITATIONS = 3 };
enum { ENTRY_WORDS = 2, ENTRY = 8, STAGE_OVER = MAX_SOLICITATIONS + 1 };
static const sim_time second = 1000000000, initial_interval = 16000000000,
                      response_delay = 2000000000, solicitation_delay = 1000000000,
                      solicitation_interval = 3000000000;

static bool does(const struct lab *lab, uint32_t node, enum setting which) {
    return setting_of(lab, node, which) != 0;
}

static void after(struct step *s, uint32_t node, sim_time wait) {
    timer_set(s, &node_at(s->lab, node)->discovery, TIMER_ROUTER, node, (struct id){0, 0},
              s->now + wait);
}

/* A moment between the two, in milliseconds. */
static sim_time between(struct step *s, uint32_t node, sim_time low, sim_time high) {
    enum { MS = 1000000 };
    uint32_t range = high > low ? (uint32_t)((high - low) / MS) : 0;
    return low + (sim_time)prng_below(&node_at(s->lab, node)->prng[PRNG_APP], range + 1) * MS;
}

void router_discovery_begin(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    timer_stop(s, &n->discovery);
    n->discovery_stage = 0;
    if (does(s->lab, node, SETTING_IRDP_ADVERTISE) || does(s->lab, node, SETTING_IRDP_SOLICIT))
        after(s, node, 0);
}

/* ------------------------------------------------------------------- sending */

static void send_on(struct step *s, uint32_t node, uint32_t interface, ip4 group,
                    const struct icmp_message *m, const uint8_t *data, size_t count) {
    struct ip_out out = {.src = iface_get(s->lab, interface)->address,
                         .dst = group,
                         .protocol = IP_PROTOCOL_ICMP,
                         .ttl = 1,
                         .interface = interface};
    icmp_send(s, node, &out, m, data, count);
}

/* RFC 1256 3: one address, two words an entry, the lifetime; then the address and how much it is
 * preferred. */
static void advertise(struct step *s, uint32_t node, uint32_t interface) {
    uint8_t entry[ENTRY];
    struct writer w = writer_of(entry, sizeof entry);
    struct icmp_message m = {
        .type = ICMP_ROUTER_ADVERTISEMENT,
        .identifier = 1 << 8 | ENTRY_WORDS,
        .sequence = (uint16_t)(setting_of(s->lab, node, SETTING_IRDP_LIFETIME) / second)};
    write_u32(&w, iface_get(s->lab, interface)->address);
    write_u32(&w, (uint32_t)setting_of(s->lab, node, SETTING_IRDP_PREFERENCE));
    send_on(s, node, interface, ALL_SYSTEMS, &m, entry, sizeof entry);
}

static void solicit(struct step *s, uint32_t node, uint32_t interface) {
    struct icmp_message m = {.type = ICMP_ROUTER_SOLICITATION};
    send_on(s, node, interface, ALL_ROUTERS, &m, NULL, 0);
}

static void join(struct step *s, uint32_t node, uint32_t interface) {
    (void)node;
    group_join(s, interface, ALL_ROUTERS);
}

static void on_each(struct step *s, uint32_t node,
                    void (*act)(struct step *, uint32_t node, uint32_t interface)) {
    const struct node *n = node_view_at(s->lab, node);
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        if (iface_get(s->lab, i)->up && iface_get(s->lab, i)->address != 0) act(s, node, i);
}

/* 4.3: the first few come soon. */
static void advertise_later(struct step *s, uint32_t node) {
    sim_time wait = between(s, node, setting_of(s->lab, node, SETTING_IRDP_MIN_INTERVAL),
                            setting_of(s->lab, node, SETTING_IRDP_MAX_INTERVAL));
    bool early = node_at(s->lab, node)->discovery_stage <= MAX_INITIAL_ADVERTISEMENTS;
    after(s, node, early && wait > initial_interval ? initial_interval : wait);
}

void router_discovery_fired(struct step *s, uint32_t node) {
    uint32_t stage = node_at(s->lab, node)->discovery_stage++;
    if (does(s->lab, node, SETTING_IRDP_ADVERTISE)) {
        on_each(s, node, stage == 0 ? join : advertise);
        advertise_later(s, node);
        if (stage > MAX_INITIAL_ADVERTISEMENTS)
            node_at(s->lab, node)->discovery_stage = MAX_INITIAL_ADVERTISEMENTS + 1;
        return;
    }
    if (stage > 0 && stage <= MAX_SOLICITATIONS) on_each(s, node, solicit);
    if (stage < MAX_SOLICITATIONS)
        after(s, node,
              stage == 0 ? between(s, node, 0, solicitation_delay) : solicitation_interval);
}

/* ------------------------------------------------------------------- receiving */

static bool on_link(const struct interface *i, ip4 address) {
    return address != i->address && ((address ^ i->address) & prefix_mask(i->prefix)) == 0;
}

/* 4.3: several that ask at a time are answered by one message to all. */
static void solicited(struct step *s, uint32_t node, const struct ip_in *in,
                      const struct icmp_message *m) {
    sim_time at, wait = between(s, node, 0, response_delay);
    bool valid = m->code == 0 && on_link(iface_get(s->lab, in->interface), in->header.src);
    if (!valid || !does(s->lab, node, SETTING_IRDP_ADVERTISE)) {
        icmp_discard(s, node, in, REASON_QUERY_IGNORED, "RFC 1256 4.2");
        return;
    }
    if (timer_pending(s->lab, node_at(s->lab, node)->discovery, &at) && at > s->now + wait)
        after(s, node, wait);
}

/* 5.2, 5.3: entries may be longer than we know, and addresses that are no neighbours' are passed
 * over. The lowest preference says: not as a default. */
static void advertised(struct step *s, uint32_t node, const struct ip_in *in,
                       const struct icmp_message *m, struct reader data) {
    size_t count = m->identifier >> 8, words = m->identifier & 0xff;
    bool valid =
        m->code == 0 && count >= 1 && words >= ENTRY_WORDS && read_left(&data) >= count * words * 4;
    if (!valid || !does(s->lab, node, SETTING_IRDP_SOLICIT)) {
        icmp_discard(s, node, in, valid ? REASON_UNKNOWN_TYPE : REASON_BAD_LENGTH, "RFC 1256 5.2");
        return;
    }
    node_at(s->lab, node)->discovery_stage = STAGE_OVER; /* no need to ask any more */
    for (size_t i = 0; i < count; i++) {
        ip4 router = read_u32(&data);
        uint32_t preference = read_u32(&data);
        read_skip(&data, (words - ENTRY_WORDS) * 4);
        if (!on_link(iface_get(s->lab, in->interface), router)) continue;
        bool usable = m->sequence > 0 && preference != 0x80000000u;
        route_learn_default(s, node, router, in->interface, 0x7fffffffu - preference,
                            usable ? s->now + (sim_time)m->sequence * second : 0);
    }
}

void router_discovery_in(struct step *s, uint32_t node, const struct ip_in *in,
                         const struct icmp_message *m, struct reader data) {
    if (in->interface == 0) return;
    if (m->type == ICMP_ROUTER_SOLICITATION)
        solicited(s, node, in, m);
    else
        advertised(s, node, in, m, data);
}
