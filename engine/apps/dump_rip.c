#include "apps/dump.h"
/*
 * RIP (RFC 2453, RFC 2082) in tcpdump 4.99's words: the command alone, with -v each entry, with -vv
 * the octets, too. As there, an authentication entry may be anywhere, and what its trailer holds is
 * everything that is left.
 */
#include "wire/rip.h"

enum { OCTETS_OF_ENTRY = 16, WIDTH = 15 };
static const char in_entry[] = "\t  ";

static void entry_hex(struct dump *d, const uint8_t *octets, size_t count) {
    dump_indented(d, in_entry, octets, count);
}

/* Wide as a column of addresses is: on the right. */
static void wide_host(struct dump *d, ip4 address) {
    char room[64];
    struct text name = text_of(room, sizeof room), *out = d->t;
    d->t = &name;
    dump_host(d, address);
    d->t = out;
    for (size_t i = text_length(&name); i < WIDTH; i++) text_char(d->t, ' ');
    text_add(d->t, room);
}

/* How many bits up to the last one that is set: what tcpdump takes for the prefix. */
static uint32_t prefix_of(ip4 mask) {
    uint32_t prefix = 32;
    for (; prefix > 0 && (mask & 1) == 0; mask >>= 1) prefix--;
    return prefix;
}

static void old_entry(struct dump *d, const uint8_t *octets, const struct rip_entry *e) {
    if (e->afi != RIP_FAMILY_IP && e->afi != RIP_FAMILY_NONE) {
        dump_number(d, "\n\t AFI Unknown (", e->afi);
        text_add(d->t, "), ");
        entry_hex(d, octets + RIP_ENTRY - OCTETS_OF_ENTRY, OCTETS_OF_ENTRY);
    } else if (e->tag != 0 || e->mask != 0 || e->next_hop != 0) {
        entry_hex(d, octets, RIP_ENTRY);
    } else {
        text_add(d->t, e->afi == RIP_FAMILY_NONE ? "\n\t  AFI 0, " : "\n\t  ");
        dump_host(d, e->address);
        dump_number(d, ", metric: ", e->metric);
    }
}

static void route_entry(struct dump *d, const uint8_t *octets, const struct rip_entry *e) {
    if (e->afi != RIP_FAMILY_IP && e->afi != RIP_FAMILY_NONE) {
        dump_number(d, "\n\t  AFI Unknown (", e->afi);
        text_char(d->t, ')');
        entry_hex(d, octets + RIP_ENTRY - OCTETS_OF_ENTRY, OCTETS_OF_ENTRY);
        return;
    }
    uint32_t prefix = prefix_of(e->mask);
    text_add(d->t, e->afi == RIP_FAMILY_IP ? "\n\t  AFI IPv4, " : "\n\t  AFI 0, ");
    wide_host(d, e->address);
    dump_number(d, "/", prefix);
    if (prefix < 10) text_char(d->t, ' ');
    dump_hex(d, ", tag 0x", e->tag, 4);
    dump_number(d, ", metric: ", e->metric);
    text_add(d->t, ", next-hop: ");
    if (e->next_hop == 0)
        text_add(d->t, "self");
    else
        dump_host(d, e->next_hop);
}

static void digest_header(struct dump *d, const uint8_t *octets) {
    struct reader r = reader_of(octets + RIP_ENTRY - OCTETS_OF_ENTRY, OCTETS_OF_ENTRY);
    dump_number(d, "\n\t  Auth header: Packet Len ", read_u16(&r));
    dump_number(d, ", Key-ID ", read_u8(&r));
    dump_number(d, ", Auth Data Len ", read_u8(&r));
    dump_number(d, ", SeqNo ", read_u32(&r));
    dump_number(d, ", MBZ ", read_u32(&r));
    dump_number(d, ", MBZ ", read_u32(&r));
}

/* `r` begins at the entry. False: everything behind was taken as well. */
static bool auth_entry(struct dump *d, const struct reader *r) {
    uint32_t type = (uint32_t)r->at[2] << 8 | r->at[3];
    const uint8_t *rest = r->at + RIP_ENTRY - OCTETS_OF_ENTRY;
    switch (type) {
    case RIP_AUTH_PASSWORD:
        text_add(d->t, "\n\t  Simple Text Authentication data: ");
        dump_password(d, rest, OCTETS_OF_ENTRY);
        return true;
    case RIP_AUTH_CRYPTOGRAPHIC: digest_header(d, r->at); return true;
    case RIP_AUTH_TRAILER: text_add(d->t, "\n\t  Auth trailer:"); break;
    default:
        dump_number(d, "\n\t  Unknown (", type);
        text_add(d->t, ") Authentication data:");
        break;
    }
    entry_hex(d, rest, (size_t)(r->end - rest));
    return false;
}

/* `left`: octets that there should be. */
static void entries(struct dump *d, struct reader r, size_t left, uint32_t version) {
    struct rip_entry e;
    while (left > 0) {
        const uint8_t *octets = r.at;
        bool auth = version == 2 && read_left(&r) >= 4 && octets[0] == 0xff && octets[1] == 0xff;
        bool trailer = auth && octets[2] == 0 && octets[3] != RIP_AUTH_PASSWORD &&
                       octets[3] != RIP_AUTH_CRYPTOGRAPHIC;
        if (trailer) {
            auth_entry(d, &r);
            return;
        }
        if (left < RIP_ENTRY || read_left(&r) < RIP_ENTRY) {
            text_add(d->t, " [|rip]");
            return;
        }
        if (auth && !auth_entry(d, &r)) return;
        rip_next_entry(&r, &e);
        if (version == 1)
            old_entry(d, octets, &e);
        else if (!auth)
            route_entry(d, octets, &e);
        left -= RIP_ENTRY;
    }
}

static void body(struct dump *d, struct reader r, size_t length, uint8_t command, uint8_t version) {
    bool tells = command == RIP_REQUEST || command == RIP_RESPONSE;
    if (tells && version != 1 && version != 2) {
        text_add(d->t, ", unknown version");
    } else if (tells) {
        dump_number(d, ", routes: ", length / RIP_ENTRY);
        if (version == 2) text_add(d->t, " or less");
        entries(d, r, length - RIP_HEADER, version);
    }
}

void dump_rip(struct dump *d, struct reader r, size_t length) {
    static const char *const commands[] = {[1] = "Request",   [2] = "Response", [3] = "Trace on",
                                           [4] = "Trace off", [5] = "Poll",     [6] = "Poll Entry"};
    const uint8_t *octets = r.at;
    size_t have = read_left(&r);
    struct rip_header h;
    if (length < RIP_HEADER || rip_parse(&h, &r) == PARSE_TRUNCATED) {
        text_add(d->t, " [|rip]");
        return;
    }
    bool known = h.command > 0 && h.command < sizeof commands / sizeof *commands;
    dump_number(d, d->look->verbose > 0 ? "\n\tRIPv" : "RIPv", h.version);
    if (h.version == 0) { /* RFC 2453 4.6 does not speak of it */
        dump_indented(d, "\t", octets, have);
        return;
    }
    text_add(d->t, ", ");
    if (known)
        text_add(d->t, commands[h.command]);
    else
        dump_number(d, "unknown command (", h.command);
    dump_number(d, known ? ", length: " : "), length: ", length);
    if (d->look->verbose == 0) return;
    body(d, r, length, h.command, h.version);
    if (d->look->verbose > 1 || !known || h.command == 3) dump_indented(d, "\t", octets, have);
}
