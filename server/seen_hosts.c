#include "seen_parts.h"
/*
 * Who speaks in a capture, and with whom. The rules are in seen.h. An Ethernet address belongs to
 * the IPv4 address that its ARP packets claim, or else to the first one that it sends from; so what
 * has no IPv4 address in it (spanning tree, IPv6, an ARP probe) stands in the lane of its host.
 */
#include <string.h>

enum { ETHER = 14, TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806 };

static uint32_t word(const uint8_t *o) {
    return (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
}

/* What a frame says of its two ends. */
struct ends {
    ip4 src, dst; /* 0: none */
    uint8_t src_mac[6], dst_mac[6];
    bool has_mac, has_dst_mac, is_arp, to_all;
};

static bool is_group(const uint8_t *mac) {
    return mac[0] & 1;
}

static void read_payload(struct ends *e, uint32_t type, const uint8_t *at, uint32_t count) {
    if (type == TYPE_IPV4 && count >= 20 && at[0] >> 4 == 4) {
        e->src = word(at + 12);
        e->dst = word(at + 16);
    } else if (type == TYPE_ARP && count >= 28 && at[4] == 6 && at[5] == 4) {
        e->is_arp = true;
        e->src = word(at + 14);
        e->dst = word(at + 24);
        if (e->src == e->dst) e->dst = 0; /* an announcement: for everybody */
        if (e->src == 0) e->dst = 0;      /* a probe: nobody should have it */
    }
    if (e->dst >= 0xe0000000u) e->dst = 0; /* groups and 255.255.255.255 */
}

static struct ends ends_of(const struct seen *s, const struct seen_packet *p) {
    struct ends e = {0};
    uint8_t room[ETHER + 64];
    struct seen_packet head = *p;
    uint32_t count;
    if (head.count > 64) head.count = 64; /* all that is looked at */
    const uint8_t *frame = seen_frame(s, &head, room, &count);
    if (count < ETHER) return e;
    enum frame_kind kind = p->context.kind;
    e.has_mac = kind != FRAME_IP && kind != FRAME_LOOPBACK;
    e.has_dst_mac = kind == FRAME_ETHERNET;
    memcpy(e.dst_mac, frame, 6);
    memcpy(e.src_mac, frame + 6, 6);
    e.to_all = e.has_dst_mac && is_group(e.dst_mac);
    read_payload(&e, (uint32_t)frame[12] << 8 | frame[13], frame + ETHER, count - ETHER);
    if (e.src >= 0xe0000000u) e.src = 0;
    return e;
}

/* ---------------------------------------------------------------------------------- looking up */

static uint32_t by_address(const struct seen *s, ip4 address) {
    for (uint32_t i = 1; address != 0 && i <= s->host_count; i++)
        if (s->hosts[i].address == address) return i;
    return 0;
}

static uint32_t by_mac(const struct seen *s, const uint8_t *mac) {
    for (uint32_t i = 1; i <= s->host_count; i++)
        if (s->hosts[i].has_mac && memcmp(s->hosts[i].mac, mac, 6) == 0) return i;
    return 0;
}

/* A new host, or the lane of those that find no place. */
static uint32_t add_host(struct seen *s, ip4 address, const uint8_t *mac) {
    if (s->host_count == SEEN_HOSTS) {
        s->others = SEEN_HOSTS + 1;
        return s->others;
    }
    struct seen_host *h = &s->hosts[++s->host_count];
    h->address = address;
    if (mac != NULL) {
        memcpy(h->mac, mac, 6);
        h->has_mac = true;
    }
    return s->host_count;
}

static void name_host(struct seen_host *h) {
    if (h->address != 0)
        snprintf(h->name, sizeof h->name, "%u.%u.%u.%u", h->address >> 24, h->address >> 16 & 255,
                 h->address >> 8 & 255, h->address & 255);
    else
        snprintf(h->name, sizeof h->name, "%02x:%02x:%02x:%02x:%02x:%02x", h->mac[0], h->mac[1],
                 h->mac[2], h->mac[3], h->mac[4], h->mac[5]);
}

/* ---------------------------------------------------------------------------------- three walks */

/* A claim by ARP binds the two addresses, whoever else may use the Ethernet address. */
static void claim(struct seen *s, const struct ends *e) {
    if (!e->is_arp || e->src == 0 || !e->has_mac) return;
    uint32_t host = by_address(s, e->src);
    if (host == 0) {
        if (s->several && by_mac(s, e->src_mac) != 0) return; /* a router's other address */
        add_host(s, e->src, by_mac(s, e->src_mac) == 0 ? e->src_mac : NULL);
    } else if (!s->hosts[host].has_mac && by_mac(s, e->src_mac) == 0) {
        memcpy(s->hosts[host].mac, e->src_mac, 6);
        s->hosts[host].has_mac = true;
    }
}

/* A host that was first known as somebody's destination speaks: now its other address is known. */
static void complete(struct seen *s, const struct ends *e) {
    uint32_t host = by_address(s, e->src);
    if (s->several || host == 0 || s->hosts[host].has_mac || !e->has_mac) return;
    if (by_mac(s, e->src_mac) != 0) return;
    memcpy(s->hosts[host].mac, e->src_mac, 6);
    s->hosts[host].has_mac = true;
}

/* Of one wire: each address is a host. Of several: each Ethernet address. */
static void introduce(struct seen *s, const struct ends *e) {
    if (!s->several) {
        if (e->src != 0 && by_address(s, e->src) == 0)
            add_host(s, e->src, e->has_mac && by_mac(s, e->src_mac) == 0 ? e->src_mac : NULL);
        if (e->dst != 0 && !e->to_all && by_address(s, e->dst) == 0) add_host(s, e->dst, NULL);
        if (e->dst != 0 && e->is_arp && by_address(s, e->dst) == 0) add_host(s, e->dst, NULL);
    }
    if ((s->several || e->src == 0) && e->has_mac && by_mac(s, e->src_mac) == 0)
        add_host(s, s->several && by_address(s, e->src) == 0 ? e->src : 0, e->src_mac);
    if ((s->several || e->dst == 0) && e->has_dst_mac && !e->to_all && by_mac(s, e->dst_mac) == 0)
        add_host(s, 0, e->dst_mac);
}

static uint32_t everybody(struct seen *s, uint32_t but) {
    if (s->host_count == 2 && s->others == 0 && but <= 2) return 3 - but;
    s->everybody = SEEN_HOSTS + 2;
    return s->everybody;
}

static uint32_t known(const struct seen *s, uint32_t host) {
    return host != 0 ? host : s->others;
}

static void place(struct seen *s, struct seen_packet *p) {
    struct ends e = ends_of(s, p);
    uint32_t from = 0, to = 0;
    if (!s->several) {
        from = by_address(s, e.src);
        to = by_address(s, e.dst);
        if (e.src != 0 && from == 0) from = s->others;
        if (e.dst != 0 && to == 0 && !e.to_all) to = s->others;
    }
    if (from == 0 && e.has_mac) from = known(s, by_mac(s, e.src_mac));
    if (to == 0 && e.has_dst_mac && !e.to_all) to = known(s, by_mac(s, e.dst_mac));
    if (from == 0) from = everybody(s, to);
    if (to == 0 || to == from) to = everybody(s, from);
    if (to == from) to = s->everybody = SEEN_HOSTS + 2; /* it speaks with itself */
    if (from == to) from = 1;
    p->from = (uint8_t)from;
    p->to = (uint8_t)to;
    p->number = ++s->hosts[from].sent;
}

uint32_t seen_host_of(const struct seen *s, ip4 address) {
    uint32_t host = by_address(s, address);
    return host != 0 ? host : s->others;
}

/* Lanes are numbered without a gap: the shared ones behind the hosts. */
static void close_ranks(struct seen *s) {
    uint32_t count = s->host_count, new_others = 0, new_everybody = 0;
    if (s->others != 0) new_others = ++count;
    if (s->everybody != 0) new_everybody = ++count;
    for (uint32_t i = 0; i < s->packet_count; i++) {
        uint8_t *ends[] = {&s->packets[i].from, &s->packets[i].to};
        for (int k = 0; k < 2; k++)
            if (*ends[k] == SEEN_HOSTS + 1)
                *ends[k] = (uint8_t)new_others;
            else if (*ends[k] == SEEN_HOSTS + 2)
                *ends[k] = (uint8_t)new_everybody;
        s->links[s->packets[i].from][s->packets[i].to] = 1;
    }
    s->others = new_others;
    s->everybody = new_everybody;
}

static void name_all(struct seen *s) {
    for (uint32_t i = 1; i <= s->host_count; i++) name_host(&s->hosts[i]);
    if (s->others != 0) snprintf(s->hosts[s->others].name, sizeof s->hosts[0].name, "\xe2\x80\xa6");
    if (s->everybody != 0) snprintf(s->hosts[s->everybody].name, sizeof s->hosts[0].name, "*");
    for (uint32_t i = 0; i + 1 < sizeof s->hosts / sizeof *s->hosts; i++)
        s->names[i] = s->hosts[i + 1].name;
}

/* Each end of a connection stands where its address is; one that has no lane, with its packets. */
static void place_connections(struct seen *s) {
    for (uint32_t i = 0; i < s->packet_count; i++) {
        const struct seen_packet *p = &s->packets[i];
        if (p->connection == 0) continue;
        struct seen_connection *c = &s->connections[p->connection - 1];
        if (c->host[0] != 0) continue;
        for (int side = 0; side < 2; side++) {
            uint32_t host = by_address(s, c->address[side]);
            c->host[side] = (uint8_t)(host != 0 ? host : side == p->side ? p->from : p->to);
        }
    }
}

void seen_find_hosts(struct seen *s) {
    for (uint32_t i = 0; i < s->packet_count; i++) {
        struct ends e = ends_of(s, &s->packets[i]);
        if (s->several) claim(s, &e);
    }
    for (uint32_t i = 0; i < s->packet_count; i++) {
        struct ends e = ends_of(s, &s->packets[i]);
        if (!s->several) claim(s, &e);
        introduce(s, &e);
        complete(s, &e);
    }
    static const uint8_t nobody[6];
    if (s->host_count == 0 && s->packet_count > 0) add_host(s, 0, nobody); /* somebody sent them */
    for (uint32_t i = 0; i < s->packet_count; i++) place(s, &s->packets[i]);
    close_ranks(s);
    place_connections(s);
    name_all(s);
}

/* --------------------------------------------------------------------------- one kind of frame */

/* Where the datagram begins, and its type. */
static uint32_t payload_of(const struct seen_packet *p, const uint8_t *o, uint32_t *type) {
    *type = p->count > 0 && o[0] >> 4 == 4 ? TYPE_IPV4 : 0x86dd;
    switch (p->context.kind) {
    case FRAME_COOKED: *type = p->count >= 16 ? (uint32_t)o[14] << 8 | o[15] : 0; return 16;
    case FRAME_COOKED_2: *type = p->count >= 2 ? (uint32_t)o[0] << 8 | o[1] : 0; return 20;
    case FRAME_LOOPBACK:
        *type = p->count >= 4 && (o[0] == 2 || (o[0] == 0 && o[3] == 2)) ? TYPE_IPV4 : 0x86dd;
        return 4;
    default: return 0;
    }
}

const uint8_t *seen_frame(const struct seen *s, const struct seen_packet *p, uint8_t *room,
                          uint32_t *count) {
    const uint8_t *o = (const uint8_t *)s->octets.data + p->offset;
    *count = p->count;
    if (p->context.kind == FRAME_ETHERNET) return o;
    uint32_t type, begin = payload_of(p, o, &type);
    if (begin > p->count) begin = p->count;
    memset(room, 0, ETHER);
    if (p->context.kind == FRAME_COOKED && p->count >= 12) memcpy(room + 6, o + 6, 6);
    if (p->context.kind == FRAME_COOKED_2 && p->count >= 18) memcpy(room + 6, o + 12, 6);
    room[12] = (uint8_t)(type >> 8);
    room[13] = (uint8_t)type;
    memcpy(room + ETHER, o + begin, p->count - begin);
    *count = ETHER + p->count - begin;
    return room;
}
