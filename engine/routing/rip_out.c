#include "routing/rip.h"
/*
 * Messages that leave: Requests for a whole table (RFC 2453 3.9.1), and Responses (3.10.2), built
 * for one network at a time, 25 entries a message, 24 where an entry of authentication stands in
 * front. Split horizon (3.4.3) decides what is told on the network that a route leads to: as it
 * is, not at all, or with an infinite metric.
 *
 * Where RIP-1 may listen (3.7, 4.3) a subnet is told only within its own network and only if its
 * mask is the interface's; other networks hear of the network as a whole, with the least metric of
 * its subnets; a mask shorter than the class's is not told at all.
 *
 * A triggered update also has the entries that poisoned reverse makes infinite: a route that has
 * moved to this network was finite here before.
 */
#include "stack/iface.h"
#include "stack/ip/igmp.h"

enum { MESSAGE_MAX = RIP_HEADER + (RIP_ENTRIES_MAX + 1) * RIP_ENTRY };
static const ip4 limited_broadcast = 0xffffffffu;

struct message {
    struct step *s;
    struct rip *rip;
    struct rip_interface *on;
    const struct rip_to *to;
    struct writer w;
    uint32_t entries, most, infinity;
    uint32_t offset; /* of the metrics that leave here */
    enum rip_split split;
    bool narrow; /* RIP-1 may listen */
    uint8_t octets[MESSAGE_MAX];
};

/* R16, 4.5, 5.1: the group, or everybody on the network. */
ip4 rip_address_of(const struct rip_interface *i, uint32_t version) {
    if (version != 1 && i->broadcast == 0) return RIP_GROUP;
    return i->prefix < 31 ? i->address | ~prefix_mask(i->prefix) : limited_broadcast;
}

void rip_send(struct step *s, const struct rip *rip, const struct rip_interface *i,
              struct tcp_endpoint to, const uint8_t *octets, size_t count) {
    if (ip_is_multicast(to.address))
        socket_option_set(s, rip->socket, OPTION_IP_MULTICAST_IF, i->interface);
    socket_send_to(s, rip->socket, to, octets, count);
}

static void begin(struct message *m, enum rip_command command) {
    struct rip_header h = {.command = (uint8_t)command, .version = (uint8_t)m->to->version};
    m->w = writer_of(m->octets, sizeof m->octets);
    m->entries = 0;
    rip_emit_header(&m->w, &h);
    m->most = (uint32_t)setting_of(m->s->lab, m->rip->node, SETTING_RIP_MAX_ENTRIES);
    if (rip_auth_open(m->s, m->on, m->to->version, &m->w) && m->most > 1) m->most--; /* R12 */
}

static void end(struct message *m) {
    if (m->entries == 0) return;
    rip_auth_close(m->s, m->on, m->to->version, &m->w);
    rip_send(m->s, m->rip, m->on, m->to->to, m->octets, written(&m->w));
    m->entries = 0;
}

static void add(struct message *m, enum rip_command command, const struct rip_entry *e) {
    if (m->entries == m->most) end(m); /* R1, 3.10.2 */
    if (m->entries == 0) begin(m, command);
    rip_emit_entry(&m->w, e);
    m->entries++;
}

/* ------------------------------------------------------------------------------- a Request */

static void request(struct step *s, struct rip *rip, struct rip_interface *i, uint32_t version) {
    struct rip_to to = {{rip_address_of(i, version), RIP_PORT}, version, RIP_WHOLE};
    struct message m = {.s = s, .rip = rip, .on = i, .to = &to};
    struct rip_entry all = {.afi = RIP_FAMILY_NONE, .metric = rip_infinity(s->lab, rip->node)};
    add(&m, RIP_REQUEST, &all); /* R4, 3.9.1 */
    end(&m);
}

void rip_request_out(struct step *s, struct rip *rip, struct rip_interface *i) {
    uint32_t versions = rip_versions_sent(s->lab, rip, i);
    if (rip_is_passive(s->lab, rip, i)) return;
    if ((versions & RIP_VERSION_1) != 0) request(s, rip, i, 1);
    if ((versions & RIP_VERSION_2) != 0) request(s, rip, i, 2);
    i->asked = 1;
}

/* ---------------------------------------------------------------------- what is told of a route */

static enum rip_split split_of(const struct lab *lab, const struct rip_interface *i) {
    static const enum rip_split words[] = {RIP_SPLIT_OFF, RIP_SPLIT_SIMPLE, RIP_SPLIT_POISON};
    if (setting_of(lab, i->node, SETTING_VARIANT_NO_SPLIT_HORIZON) != 0) return RIP_SPLIT_OFF;
    if (i->split != RIP_SPLIT_UNSAID) return (enum rip_split)i->split;
    return words[setting_of(lab, i->node, SETTING_RIP_SPLIT_HORIZON)];
}

/* R11, 3.4.3: the network that it leads to knows better. A network's own routers know it. */
static bool horizon_hides(const struct message *m, const struct rip_route *r) {
    if (m->split == RIP_SPLIT_OFF || r->interface != m->on->interface) return false;
    return m->split == RIP_SPLIT_SIMPLE || r->source != RIP_LEARNT;
}

static uint32_t metric_of(const struct message *m, const struct rip_route *r) {
    uint32_t metric = (r->told != 0 ? r->told : r->metric) + m->offset;
    bool poisoned =
        m->split == RIP_SPLIT_POISON && r->interface == m->on->interface && r->source == RIP_LEARNT;
    return poisoned || metric > m->infinity ? m->infinity : metric;
}

static struct id first_of(const struct message *m) {
    return m->to->which == RIP_WHOLE ? m->rip->first_route : m->rip->first_changed;
}

static struct id after(const struct message *m, const struct rip_route *r) {
    return m->to->which == RIP_WHOLE ? r->next : r->next_changed;
}

/* A subnet that other networks know only as a part of its network. */
static bool is_part_of(const struct message *m, const struct rip_route *r, ip4 network,
                       uint32_t natural) {
    return r->prefix > natural && (r->network & prefix_mask(natural)) == network &&
           !horizon_hides(m, r);
}

/* 3.7: "a single entry for the network as a whole", by the first of its subnets. */
static bool sum_up(struct message *m, const struct rip_route *r, uint32_t natural,
                   struct rip_entry *e) {
    struct lab *lab = m->s->lab;
    const struct rip_route *other;
    ip4 network = r->network & prefix_mask(natural);
    for (struct id id = first_of(m); !id_same(id, r->self); id = after(m, other)) {
        other = rip_route_get(lab, id);
        if (is_part_of(m, other, network, natural)) return false;
    }
    if (rip_route_find(m->s, m->rip, network, natural) != NULL) return false;
    for (struct id id = m->rip->first_route; (other = rip_route_get(lab, id)) != NULL;
         id = other->next)
        if (is_part_of(m, other, network, natural) && metric_of(m, other) < e->metric)
            e->metric = metric_of(m, other);
    e->address = network;
    e->mask = prefix_mask(natural);
    return true;
}

/* R20, 3.7, 4.3. False: RIP-1 would misunderstand it. */
static bool narrow(struct message *m, const struct rip_route *r, struct rip_entry *e) {
    uint32_t natural = rip_natural_prefix(r->network);
    const struct rip_interface *on = m->on;
    if (r->prefix == 0) return true;
    if (natural == 0 || r->prefix < natural) return false;
    if (r->prefix == natural) return true;
    if (((r->network ^ on->address) & prefix_mask(natural)) == 0)
        return r->prefix == on->prefix || r->prefix == 32;
    return sum_up(m, r, natural, e);
}

/* R15, 4.4: who is on this network and not us may be asked directly. */
static ip4 next_hop_of(const struct message *m, const struct rip_route *r) {
    const struct rip_interface *on = m->on;
    bool here = r->via != 0 && r->interface == on->interface &&
                ((r->via ^ on->address) & prefix_mask(on->prefix)) == 0;
    return here && r->state == RIP_VALID ? r->via : 0;
}

static bool entry_of(struct message *m, const struct rip_route *r, struct rip_entry *e) {
    if (horizon_hides(m, r)) return false;
    *e = (struct rip_entry){.afi = RIP_FAMILY_IP,
                            .tag = (uint16_t)r->tag, /* R13, 4.2 */
                            .address = r->network,
                            .mask = prefix_mask(r->prefix),
                            .metric = metric_of(m, r)};
    if (e->metric < m->infinity) e->next_hop = next_hop_of(m, r);
    if (m->narrow && !narrow(m, r, e)) return false;
    if (m->to->version == 1) e->tag = 0, e->mask = e->next_hop = 0; /* 3.10.2: must be zero */
    return true;
}

void rip_response_out(struct step *s, struct rip *rip, struct rip_interface *i,
                      const struct rip_to *to) {
    struct message m;
    struct rip_entry e;
    m.s = s;
    m.rip = rip;
    m.on = i;
    m.to = to;
    m.entries = 0;
    m.infinity = rip_infinity(s->lab, rip->node);
    m.split = split_of(s->lab, i);
    m.narrow = to->version == 1 || i->broadcast != 0;
    m.offset = id_is(rip->first_line) ? rip_offset(s->lab, rip, RIP_LINE_OFFSET_OUT,
                                                   iface_get(s->lab, i->interface)->name)
                                      : 0;
    const struct rip_route *r;
    for (struct id id = first_of(&m); (r = rip_route_get(s->lab, id)) != NULL; id = after(&m, r))
        if (entry_of(&m, r, &e)) add(&m, RIP_RESPONSE, &e);
    end(&m);
}
