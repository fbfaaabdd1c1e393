#include "apps/dump.h"
/*
 * OSPF's packets (RFC 2328 A.3) in tcpdump 4.99's words: the type alone, with -v all that is in
 * them; advertisements are dump_lsa.c's. A packet with a digest is said to be 16 octets shorter. As
 * there, each statement needs all the octets that it speaks of, and the first one that lacks some
 * ends the packet with [|ospf2].
 */
#include "wire/ospf.h"

static const char *const option_names[] = {"MultiTopology",  "External", "Multicast", "NSSA", "LLS",
                                           "Demand Circuit", "Opaque",   "Up/Down"};

void dump_bits(struct dump *d, const char *const *names, uint32_t count, uint32_t bits,
               const char *none) {
    const char *between = "";
    for (uint32_t i = 0; i < count; i++) {
        if ((bits >> i & 1) == 0) continue;
        text_add(d->t, between);
        text_add(d->t, names[i]);
        between = ", ";
    }
    if (*between == '\0') text_add(d->t, none);
}

void dump_ospf_options(struct dump *d, const char *before, uint32_t options) {
    text_add(d->t, before);
    dump_bits(d, option_names, 8, options, "none");
    text_char(d->t, ']');
}

/* `own`: octets of the packet by its own length, but no more than the datagram's `length`. */
struct ospf_dump {
    struct dump *d;
    const uint8_t *packet;
    size_t own, length;
};

static bool goes_on(const struct ospf_dump *o, const struct reader *r) {
    return (size_t)(r->at - o->packet) < o->own && !o->d->t->cut;
}

static bool hello(const struct ospf_dump *o, struct reader *r) {
    struct dump *d = o->d;
    struct ospf_hello h;
    uint32_t id;
    struct reader fields = *r;
    ospf_parse_hello(&h, &fields);
    if (read_left(r) >= 7) dump_ospf_options(d, "\n\tOptions [", h.options);
    if (read_left(r) < 12) return false;
    dump_number(d, "\n\t  Hello Timer ", h.interval);
    dump_number(d, "s, Dead Timer ", h.dead_interval);
    text_add(d->t, "s, Mask ");
    text_ip4(d->t, h.mask);
    dump_number(d, ", Priority ", h.priority);
    if (read_left(r) < 16) return false;
    if (h.dr != 0) {
        text_add(d->t, "\n\t  Designated Router ");
        dump_host(d, h.dr);
    }
    if (read_left(r) < OSPF_HELLO_LENGTH) return false;
    if (h.bdr != 0) {
        text_add(d->t, ", Backup Designated Router ");
        dump_host(d, h.bdr);
    }
    read_skip(r, OSPF_HELLO_LENGTH);
    if (goes_on(o, r)) text_add(d->t, "\n\t  Neighbor List:");
    while (goes_on(o, r)) {
        if (!ospf_next_neighbor(r, &id)) return false;
        text_add(d->t, "\n\t    ");
        dump_host(d, id);
    }
    return true;
}

static bool description(const struct ospf_dump *o, struct reader *r) {
    static const char *const flags[] = {"Init", "More", "Master", "OOBResync"};
    struct dump *d = o->d;
    struct ospf_dd dd;
    struct reader fields = *r;
    ospf_parse_dd(&dd, &fields);
    if (read_left(r) < 3) return false;
    dump_ospf_options(d, "\n\tOptions [", dd.options);
    if (read_left(r) < 4) return false;
    uint32_t bits = (dd.flags & OSPF_DD_I ? 1u : 0) | (dd.flags & OSPF_DD_M) |
                    (dd.flags & OSPF_DD_MS ? 4u : 0) | (dd.flags & OSPF_DD_R);
    text_add(d->t, ", DD Flags [");
    dump_bits(d, flags, 4, bits, "none");
    text_char(d->t, ']');
    if (dd.mtu != 0) dump_number(d, ", MTU: ", dd.mtu);
    if (read_left(r) < OSPF_DD_LENGTH) return false;
    dump_hex(d, ", Sequence: 0x", dd.sequence, 8);
    read_skip(r, OSPF_DD_LENGTH);
    while (goes_on(o, r))
        if (!dump_lsa_header(d, r)) return false;
    return true;
}

static bool requests(const struct ospf_dump *o, struct reader *r) {
    struct dump *d = o->d;
    struct ospf_request q;
    while (goes_on(o, r)) {
        if (!ospf_next_request(r, &q)) return false;
        text_add(d->t, "\n\t  Advertising Router: ");
        dump_host(d, q.advertising_router);
        text_add(d->t, ", ");
        dump_lsa_name(d, q.type, q.link_state_id, ": ");
    }
    return true;
}

static bool update(struct dump *d, struct reader *r) {
    uint32_t count = read_u32(r);
    if (r->failed) return false;
    dump_number(d, ", ", count);
    text_add(d->t, count == 1 ? " LSA" : " LSAs");
    for (uint32_t i = 1; i <= count; i++) {
        dump_number(d, "\n\t  LSA #", i);
        if (d->t->cut || !dump_lsa(d, r)) return false;
    }
    return true;
}

/* It goes on until there is nothing more, and says so. */
static bool acknowledgement(struct dump *d, struct reader *r) {
    while (dump_lsa_header(d, r)) continue;
    return false;
}

/* ------------------------------------------------------------------- link-local signalling */

static bool lls_value(struct dump *d, uint32_t type, struct reader *r) {
    static const char *const options[] = {"LSDB resync", "Restart"};
    uint32_t word = 0;
    if (type == 1 || type == 2) word = read_u32(r);
    if (r->failed) return false;
    if (type == 1) {
        dump_hex(d, "\n\t      Options: 0x", word, 8);
        text_add(d->t, " [");
        dump_bits(d, options, 2, word, "?");
        text_char(d->t, ']');
    } else if (type == 2) {
        dump_hex(d, "\n\t      Sequence number: 0x", word, 8);
    }
    return true;
}

static bool lls(struct dump *d, struct reader r) {
    uint32_t checksum = read_u16(&r), words = read_u16(&r);
    if (r.failed) return false;
    dump_hex(d, "\n\t  LLS: checksum: 0x", checksum, 4);
    dump_number(d, ", length: ", words);
    const uint8_t *start = r.at;
    size_t size = words == 0 ? 0 : 4 * ((size_t)words - 1);
    while ((size_t)(r.at - start) < size) {
        uint32_t type = read_u16(&r), length = read_u16(&r);
        if (r.failed) return false;
        text_add(d->t, "\n\t    ");
        text_add(d->t, type == 1   ? "Extended Options"
                       : type == 2 ? "MD5 Authentication"
                                   : "Unknown TLV");
        dump_number(d, " (", type);
        dump_number(d, "), length: ", length);
        struct reader value = read_sub(&r, length);
        if (!lls_value(d, type, &value) || r.failed) return false;
    }
    return true;
}

/* What lies behind the packet when its option L is set. */
static bool behind(const struct ospf_dump *o, const struct reader *r, bool digest) {
    struct reader rest = *r;
    rest.at = o->packet;
    size_t before = ((size_t)o->packet[2] << 8 | o->packet[3]) + (digest ? o->packet[19] : 0);
    uint32_t at = o->packet[1] == OSPF_HELLO ? OSPF_HEADER + 6 : OSPF_HEADER + 2;
    if ((o->packet[at] & OSPF_OPTION_EA) == 0) return true;
    if (!digest && before >= o->length) return true;
    read_skip(&rest, before);
    if (rest.failed || read_left(&rest) < 4) {
        text_add(o->d->t, "\n\t[LLS truncated]");
        return true;
    }
    return lls(o->d, rest);
}

/* ------------------------------------------------------------------------------- packets */

static bool typed(const struct ospf_dump *o, struct reader *r, uint32_t type, bool digest) {
    switch (type) {
    case OSPF_HELLO: return hello(o, r) && behind(o, r, digest);
    case OSPF_DATABASE_DESCRIPTION: return description(o, r) && behind(o, r, digest);
    case OSPF_LINK_STATE_REQUEST: return requests(o, r);
    case OSPF_LINK_STATE_UPDATE: return update(o->d, r);
    default: return acknowledgement(o->d, r);
    }
}

/* False: nothing is told of the body. */
static bool authentication(struct dump *d, const struct ospf_header *h) {
    static const char *const names[] = {"none", "simple", "MD5"};
    text_add(d->t, ", Authentication Type: ");
    text_add(d->t, h->au_type < 3 ? names[h->au_type] : "unknown");
    dump_number(d, " (", h->au_type);
    text_char(d->t, ')');
    if (h->au_type == OSPF_AU_SIMPLE) {
        text_add(d->t, "\n\tSimple text password: ");
        dump_password(d, h->simple_key, sizeof h->simple_key);
    } else if (h->au_type == OSPF_AU_CRYPTOGRAPHIC) {
        dump_number(d, "\n\tKey-ID: ", h->key_id);
        dump_number(d, ", Auth-Length: ", h->auth_length);
        dump_hex(d, ", Crypto Sequence Number: 0x", h->crypt_sequence, 8);
    }
    return h->au_type <= OSPF_AU_CRYPTOGRAPHIC;
}

static bool verbose(struct dump *d, struct reader r, size_t length, const struct ospf_header *h) {
    enum { AUTHENTICATION_AT = 16, AREA_END = 12 };
    struct ospf_dump o = {d, r.at, length > h->length ? h->length : length, length};
    size_t have = read_left(&r);
    if (h->length != length) {
        dump_number(d, " [len ", h->length);
        text_char(d->t, ']');
    }
    if (have < AREA_END) return false;
    text_add(d->t, "\n\tRouter-ID ");
    dump_host(d, h->router_id);
    text_add(d->t, h->area == 0 ? ", Backbone Area" : ", Area ");
    if (h->area != 0) dump_host(d, h->area);
    if (have < OSPF_HEADER) return false;
    bool goes_on = authentication(d, h);
    read_skip(&r, OSPF_HEADER);
    if (h->version != OSPF_VERSION) {
        dump_number(d, " ospf [version ", h->version);
        text_char(d->t, ']');
        return true;
    }
    return !goes_on || typed(&o, &r, h->type, h->au_type == OSPF_AU_CRYPTOGRAPHIC);
}

void dump_ospf(struct dump *d, struct reader r, size_t length) {
    static const char *const names[] = {[OSPF_HELLO] = "Hello",
                                        [OSPF_DATABASE_DESCRIPTION] = "Database Description",
                                        [OSPF_LINK_STATE_REQUEST] = "LS-Request",
                                        [OSPF_LINK_STATE_UPDATE] = "LS-Update",
                                        [OSPF_LINK_STATE_ACK] = "LS-Ack"};
    enum { AU_TYPE_END = 16 };
    struct ospf_header h;
    struct reader fields = r;
    if (read_left(&r) < AU_TYPE_END) {
        text_add(d->t, " [|ospf2]");
        return;
    }
    ospf_parse(&h, &fields);
    if (h.au_type == OSPF_AU_CRYPTOGRAPHIC && length >= OSPF_DIGEST) {
        r.end -= OSPF_DIGEST; /* also of what was captured of it */
        length -= OSPF_DIGEST;
    }
    bool known = h.type >= OSPF_HELLO && h.type <= OSPF_LINK_STATE_ACK;
    dump_number(d, "OSPFv", h.version);
    text_add(d->t, ", ");
    if (known)
        text_add(d->t, names[h.type]);
    else
        dump_number(d, "unknown LS-type ", h.type);
    dump_number(d, ", length ", length);
    if (d->look->verbose > 0 && known && !verbose(d, r, length, &h)) text_add(d->t, " [|ospf2]");
}
