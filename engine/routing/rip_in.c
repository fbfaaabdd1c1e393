#include "routing/rip.h"
/*
 * A datagram on port 520 (RFC 2453 3.9): whether it may be heard at all, and Requests. The order:
 * what it is (length, version, command), by which interface and from whom it comes, which versions
 * are heard there, who signed it; then it is read entry by entry. What is discarded is said in the
 * trace with its reason, a message as well as an entry.
 *
 * Version 0 is no RIP; in version 1 fields that must be zero are looked at, and the whole message
 * is discarded when one is not (5, RFC 1058 3.4), unless rip.check_zero is off; versions above 2
 * are read as version 2.
 *
 * Differs: FRR looks at no field that must be zero; BIRD discards such an entry alone.
 */
#include "stack/iface.h"

enum { TEXT_MAX = RIP_HEADER + RIP_ENTRIES_MAX * RIP_ENTRY };

static void count_bad(struct step *s, const struct rip_heard *h, bool packet) {
    struct rip_peer *p = rip_peer_find(s, h->rip, h->datagram->from.address);
    struct rip_interface *i = h->on;
    if (p != NULL && packet) p->bad_packets++;
    if (p != NULL && !packet) p->bad_routes++;
    if (i != NULL && packet) i->bad_packets++;
    if (i != NULL && !packet) i->bad_routes++;
}

void rip_discard(struct step *s, const struct rip_heard *h, enum reason reason,
                 const char *clause) {
    count_bad(s, h, true);
    trace_dropped(s, h->rip->node, h->datagram->frame, reason, clause);
}

void rip_discard_entry(struct step *s, const struct rip_heard *h, enum reason reason,
                       const char *clause) {
    count_bad(s, h, false);
    trace_dropped(s, h->rip->node, h->datagram->frame, reason, clause);
}

static bool refuse(struct step *s, const struct rip_heard *h, enum reason reason,
                   const char *clause) {
    rip_discard(s, h, reason, clause);
    return false;
}

/* ------------------------------------------------------------------------------ the message */

static bool parse(struct step *s, struct rip_heard *h) {
    const struct datagram *d = h->datagram;
    h->entries = reader_of(d->octets, d->count);
    if (rip_parse(&h->header, &h->entries) != PARSE_OK)
        return refuse(s, h, REASON_RIP_LENGTH, "RFC 2453 3.6");
    if (h->header.version == 0) /* R19 */
        return refuse(s, h, REASON_RIP_VERSION, "RFC 2453 5");
    if (h->header.command != RIP_REQUEST && h->header.command != RIP_RESPONSE)
        return refuse(s, h, REASON_RIP_COMMAND, "RFC 2453 3.6");
    return true;
}

/* R5, 3.9.2. A Request may come from any port, and from anywhere: a monitor's. */
static bool sender_is_right(struct step *s, const struct rip_heard *h) {
    const struct tcp_endpoint *from = &h->datagram->from;
    const struct rip_interface *on = h->on;
    if (ip_is_local(s->lab, h->rip->node, from->address))
        return refuse(s, h, REASON_RIP_OWN, "RFC 2453 3.9.2");
    if (h->header.command == RIP_REQUEST) return true;
    if (from->port != RIP_PORT) return refuse(s, h, REASON_RIP_PORT, "RFC 2453 3.9.2");
    if (((from->address ^ on->address) & prefix_mask(on->prefix)) != 0)
        return refuse(s, h, REASON_RIP_NEIGHBOUR, "RFC 2453 3.9.2");
    return true;
}

/* R18, 5.1. A Request is answered in its own version, if that is sent at all: R17, 4.6. */
static bool version_is_right(struct step *s, const struct rip_heard *h) {
    uint32_t bit = h->header.version == 1 ? RIP_VERSION_1 : RIP_VERSION_2;
    uint32_t sent = rip_versions_sent(s->lab, h->rip, h->on);
    if ((rip_versions_heard(s->lab, h->rip, h->on) & bit) == 0)
        return refuse(s, h, REASON_RIP_VERSION_OFF, "RFC 2453 5.1");
    if (h->header.command == RIP_REQUEST && (sent & bit) == 0)
        return refuse(s, h, REASON_RIP_VERSION_OFF, "RFC 2453 4.6");
    return true;
}

static bool is_zero(const struct rip_entry *e) {
    return e->tag == 0 && e->mask == 0 && e->next_hop == 0;
}

/* R19, 5: of version 1 alone. */
static bool zeros_are_right(struct step *s, const struct rip_heard *h) {
    struct reader r = h->entries;
    struct rip_entry e;
    bool right = h->header.zero == 0;
    if (h->header.version != 1 || setting_of(s->lab, h->rip->node, SETTING_RIP_CHECK_ZERO) == 0)
        return true;
    while (right && rip_next_entry(&r, &e)) right = is_zero(&e);
    return right || refuse(s, h, REASON_RIP_NOT_ZERO, "RFC 2453 5");
}

static bool may_be_heard(struct step *s, struct rip_heard *h) {
    struct id on = rip_interface_find(s->lab, h->rip, h->datagram->interface);
    h->on = id_is(on) ? rip_interface_edit(s, on) : NULL;
    if (!parse(s, h)) return false;
    if (h->on == NULL || h->on->active == 0)
        return refuse(s, h, REASON_RIP_INTERFACE, "RFC 2453 3.9.2");
    if (!sender_is_right(s, h) || !version_is_right(s, h)) return false;
    if (!rip_auth_check(s, h)) return false;
    if (read_left(&h->entries) > TEXT_MAX - RIP_HEADER) /* R1 */
        return refuse(s, h, REASON_RIP_LENGTH, "RFC 2453 3.6");
    return zeros_are_right(s, h);
}

/* ------------------------------------------------------------------------------- a Request */

/* R4, 3.9.1: one entry of no family with an infinite metric asks for all there is. */
static bool asks_for_all(const struct rip_heard *h, uint32_t infinity) {
    struct reader r = h->entries;
    struct rip_entry e;
    return read_left(&r) == RIP_ENTRY && rip_next_entry(&r, &e) && e.afi == RIP_FAMILY_NONE &&
           e.metric == infinity;
}

/* Metrics as they are in the table, without split horizon: whoever asks so is no router. */
static void fill_in(struct step *s, const struct rip_heard *h, struct rip_entry *e) {
    uint32_t prefix = 0;
    const struct rip_interface *on = h->on;
    bool guessed = h->header.version == 1 || e->mask == 0;
    const struct rip_route *r = NULL;
    if (guessed) prefix = rip_prefix_guessed(e->address, on->address, on->prefix);
    if (guessed || rip_prefix_of_mask(e->mask, &prefix))
        r = rip_route_find(s, h->rip, e->address & prefix_mask(prefix), prefix);
    e->metric = rip_infinity(s->lab, h->rip->node);
    if (r != NULL) e->metric = r->told != 0 ? r->told : r->metric;
}

static void answer_entries(struct step *s, const struct rip_heard *h) {
    uint8_t octets[TEXT_MAX + RIP_ENTRY + RIP_TRAILER_HEADER + RIP_DIGEST];
    struct writer w = writer_of(octets, sizeof octets);
    struct reader r = h->entries;
    struct rip_entry e;
    struct rip_header head = {.command = RIP_RESPONSE, .version = h->header.version};
    uint32_t version = h->header.version;
    rip_emit_header(&w, &head);
    rip_auth_open(s, h->on, version, &w);
    while (rip_next_entry(&r, &e)) {
        fill_in(s, h, &e);
        rip_emit_entry(&w, &e);
    }
    rip_auth_close(s, h->on, version, &w);
    rip_send(s, h->rip, h->on, h->datagram->from, octets, written(&w));
}

static void request_in(struct step *s, struct rip_heard *h) {
    bool passive = rip_is_passive(s->lab, h->rip, h->on);
    if (read_left(&h->entries) == 0) {
        rip_discard(s, h, REASON_RIP_EMPTY, "RFC 2453 3.9.1");
        return;
    }
    if (passive && h->datagram->from.port == RIP_PORT) { /* RFC 1058 3.4.1: it is silent */
        rip_discard(s, h, REASON_RIP_SILENT, "RFC 1058 3.4.1");
        return;
    }
    if (!asks_for_all(h, rip_infinity(s->lab, h->rip->node))) {
        answer_entries(s, h);
        return;
    }
    struct rip_to to = {h->datagram->from, h->header.version == 1 ? 1 : 2, RIP_WHOLE};
    rip_response_out(s, h->rip, h->on, &to);
}

/* ------------------------------------------------------------------------------ a Response */

static void response_in(struct step *s, struct rip_heard *h) {
    struct rip_entry e;
    while (rip_next_entry(&h->entries, &e)) rip_entry_in(s, h, &e);
}

static void message_in(struct step *s, struct rip *rip, const struct datagram *d) {
    struct rip_heard h = {.rip = rip, .datagram = d};
    if (!may_be_heard(s, &h)) return;
    struct rip_peer *p = rip_peer_make(s, rip, d->from.address, d->interface);
    if (p != NULL && h.header.command == RIP_RESPONSE) {
        p->heard_at = s->now;
        p->version = h.header.version;
    }
    if (h.header.command == RIP_REQUEST)
        request_in(s, &h);
    else
        response_in(s, &h);
}

void rip_hear(struct step *s, struct rip *rip) {
    struct datagram d;
    socket_take_error(s, rip->socket); /* an ICMP error says nothing that a timer does not */
    while (socket_next_datagram(s->lab, rip->socket, &d)) {
        message_in(s, rip, &d);
        socket_skip(s, rip->socket);
    }
}
