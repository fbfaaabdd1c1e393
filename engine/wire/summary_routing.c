#include "wire/summary.h"
/*
 * One line about a message of RIP (RFC 2453) or a packet of OSPF (RFC 2328), for an arrow: how many
 * routes or advertisements it holds, and whether it takes some away.
 */
#include "wire/ospf.h"
#include "wire/rip.h"

/* "1 route", "3 routes" */
static void label_count(struct packet_summary *s, uint32_t count, const char *what) {
    struct text t = label(s);
    text_u64(&t, count);
    text_char(&t, ' ');
    text_add(&t, what);
    if (count != 1) text_char(&t, 's');
}

struct rip_told {
    uint32_t entries, unreachable;
    struct rip_entry first;
};

static struct rip_told count_entries(struct reader r) {
    struct rip_told told = {0};
    struct rip_auth auth;
    struct rip_entry e;
    if (rip_has_auth(&r)) rip_parse_auth(&auth, &r);
    while (rip_next_entry(&r, &e)) {
        if (told.entries++ == 0) told.first = e;
        if (e.metric >= RIP_INFINITY) told.unreachable++;
    }
    return told;
}

/* RFC 2453 3.9.1: one entry without an address family and with metric 16 asks for everything. */
static bool asks_all(const struct rip_told *told) {
    return told->entries == 1 && told->first.afi == RIP_FAMILY_NONE &&
           told->first.metric == RIP_INFINITY;
}

static const char *rip_key(uint8_t command, const struct rip_told *told) {
    if (command == RIP_REQUEST) return asks_all(told) ? "rip.request_all" : "rip.request";
    if (command == RIP_RESPONSE) return told->unreachable > 0 ? "rip.poison" : "rip.response";
    return "rip.other";
}

static void label_routes(struct packet_summary *s, const struct rip_told *told) {
    if (told->entries == 1 && told->first.afi == RIP_FAMILY_IP) {
        struct text t = label(s);
        text_ip4(&t, told->first.address);
        text_add(&t, " metric ");
        text_u64(&t, told->first.metric);
        return;
    }
    label_count(s, told->entries, "route");
    if (told->unreachable > 0) {
        struct text t = label(s);
        text_u64(&t, told->unreachable);
        text_add(&t, " unreachable");
    }
}

void rip_summarise(struct packet_summary *s, const struct layers *l) {
    uint32_t at = l->at[LAYER_RIP];
    struct reader r = reader_of(l->octets + at, l->payload_end - at);
    struct rip_header h;
    rip_parse(&h, &r);
    struct rip_told told = count_entries(r);
    bool asks = h.command == RIP_REQUEST, tells = h.command == RIP_RESPONSE;
    say(s, "rip",
        asks                   ? ROLE_OPEN
        : !tells               ? ROLE_CONTROL
        : told.unreachable > 0 ? ROLE_CLOSE
                               : ROLE_DATA,
        rip_key(h.command, &told));
    s->payload_length = l->payload_end - at + l->missing;
    label_is(s, asks ? "RIP request" : tells ? "RIP response" : "RIP");
    if (asks && asks_all(&told))
        label_is(s, "all routes");
    else
        label_routes(s, &told);
    number(s, "command", h.command);
    number(s, "version", h.version);
    number(s, "entries", told.entries);
    number(s, "unreachable", told.unreachable);
}

/* ----------------------------------------------------------------------------------------- OSPF */

enum { MAX_AGE = 3600 };
struct ospf_told {
    uint32_t count, flushed; /* flushed: of MaxAge, RFC 2328 14.1 */
    struct ospf_hello hello;
    struct ospf_dd dd;
};

static void count_updates(struct ospf_told *told, struct reader r) {
    struct ospf_lsa_header h;
    const uint8_t *octets;
    read_skip(&r, 4);
    for (; ospf_next_lsa(&r, &h, &octets); told->count++)
        if ((h.age & 0x7fff) >= MAX_AGE) told->flushed++;
}

static void count_body(struct ospf_told *told, uint32_t type, struct reader r) {
    struct ospf_lsa_header lsa;
    struct ospf_request request;
    uint32_t id;
    switch (type) {
    case OSPF_HELLO:
        ospf_parse_hello(&told->hello, &r);
        while (ospf_next_neighbor(&r, &id)) told->count++;
        break;
    case OSPF_DATABASE_DESCRIPTION: ospf_parse_dd(&told->dd, &r); /* fallthrough */
    case OSPF_LINK_STATE_ACK:
        while (ospf_next_lsa_header(&r, &lsa)) told->count++;
        break;
    case OSPF_LINK_STATE_REQUEST:
        while (ospf_next_request(&r, &request)) told->count++;
        break;
    case OSPF_LINK_STATE_UPDATE: count_updates(told, r); break;
    default: break;
    }
}

static void dd_flags(struct text *t, uint32_t flags) {
    if (flags & OSPF_DD_I) text_add(t, "I ");
    if (flags & OSPF_DD_M) text_add(t, "M ");
    text_add(t, flags & OSPF_DD_MS ? "MS" : flags & (OSPF_DD_I | OSPF_DD_M) ? "" : "none");
}

static void ospf_labels(struct packet_summary *s, uint32_t type, const struct ospf_told *told) {
    static const char *const names[] = {"OSPF",         "OSPF hello",  "OSPF description",
                                        "OSPF request", "OSPF update", "OSPF ack"};
    label_is(s, names[type]);
    if (type == 0) return;
    label_count(s, told->count, type == OSPF_HELLO ? "neighbor" : "LSA");
    if (type == OSPF_HELLO && told->hello.dr != 0) {
        struct text t = label(s);
        text_add(&t, "DR ");
        text_ip4(&t, told->hello.dr);
    } else if (type == OSPF_DATABASE_DESCRIPTION) {
        struct text t = label(s);
        dd_flags(&t, told->dd.flags);
    } else if (told->flushed > 0) {
        label_is(s, "MaxAge");
    }
}

void ospf_summarise(struct packet_summary *s, const struct layers *l) {
    static const char *const keys[] = {"ospf.other",   "ospf.hello",  "ospf.dd",
                                       "ospf.request", "ospf.update", "ospf.ack"};
    static const enum role roles[] = {ROLE_PROBLEM, ROLE_CONTROL, ROLE_OPEN,
                                      ROLE_OPEN,    ROLE_DATA,    ROLE_CONTROL};
    uint32_t at = l->at[LAYER_OSPF];
    struct reader r = reader_of(l->octets + at, l->payload_end - at);
    struct ospf_header h;
    struct ospf_told told = {0};
    ospf_parse(&h, &r);
    uint32_t type = h.type <= OSPF_LINK_STATE_ACK ? h.type : 0;
    count_body(&told, type, r);
    bool flushes = told.flushed > 0 && told.flushed == told.count;
    say(s, "ospf", flushes ? ROLE_CLOSE : roles[type], flushes ? "ospf.flush" : keys[type]);
    s->payload_length = l->payload_end - at + l->missing;
    ospf_labels(s, type, &told);
    address(s, "router", h.router_id);
    address(s, "area", h.area);
    number(s, "type", h.type);
    number(s, "count", told.count);
    address(s, "dr", told.hello.dr);
    address(s, "bdr", told.hello.bdr);
    number(s, "sequence", told.dd.sequence);
    struct text t = argument(s, "flags");
    dd_flags(&t, told.dd.flags);
}
