#include "apps/dump.h"
/*
 * UDP (RFC 768) in tcpdump's words, and of what it carries TFTP (RFC 1350, 2347); RIP is
 * dump_rip.c. tcpdump knows TFTP by its port alone, so only requests are told as TFTP.
 */
#include "wire/udp.h"

enum { PORT_TFTP = 69, PORT_RIP = 520 };

/* Up to its NUL, as cat -v has it; false: there is none left. */
static bool text_string(struct dump *d, struct reader *r) {
    if (read_left(r) == 0) return false;
    while (read_left(r) > 0) {
        uint8_t o = read_u8(r);
        if (o == 0) return true;
        if (o >= 0x80) text_add(d->t, "M-");
        o &= 0x7f;
        if (o < ' ' || o == 0x7f) {
            text_char(d->t, '^');
            o ^= 0x40;
        }
        text_char(d->t, (char)o);
    }
    return true;
}

void dump_password(struct dump *d, const uint8_t *octets, size_t count) {
    struct reader r = reader_of(octets, count);
    text_string(d, &r);
}

static void tftp_options(struct dump *d, struct reader *r) {
    while (read_left(r) > 0 && *r->at != 0) {
        text_char(d->t, ' ');
        text_string(d, r);
    }
}

static void tftp_error(struct dump *d, struct reader *r) {
    static const char *const names[] = {"EUNDEF", "ENOTFOUND", "EACCESS", "ENOSPACE",
                                        "EBADOP", "EBADID",    "EEXISTS", "ENOUSER"};
    uint16_t code = read_u16(r);
    text_add(d->t, "ERROR ");
    if (code < sizeof names / sizeof names[0]) {
        text_add(d->t, names[code]);
    } else {
        dump_number(d, "tftp-err-#", code);
        text_add(d->t, " \"");
    }
    text_add(d->t, " \"");
    text_string(d, r);
    text_char(d->t, '"');
}

static void dump_tftp(struct dump *d, struct reader r, size_t length) {
    dump_number(d, "TFTP, length ", length);
    uint16_t op = read_u16(&r);
    if (r.failed) {
        text_add(d->t, " [|tftp]");
        return;
    }
    text_add(d->t, ", ");
    switch (op) {
    case 1:
    case 2:
        text_add(d->t, op == 1 ? "RRQ \"" : "WRQ \"");
        text_string(d, &r);
        text_char(d->t, '"');
        tftp_options(d, &r); /* the mode, then options */
        return;
    case 3: dump_number(d, "DATA block ", read_u16(&r)); return;
    case 4: dump_number(d, "ACK block ", read_u16(&r)); return;
    case 5: tftp_error(d, &r); return;
    case 6:
        text_add(d->t, "OACK");
        tftp_options(d, &r);
        return;
    default: dump_number(d, "tftp-#", op);
    }
}

static void checksum(struct dump *d, const uint8_t *octets, size_t have, size_t length,
                     const struct dump_ip *ip) {
    uint16_t is = (uint16_t)(octets[6] << 8 | octets[7]);
    if (is == 0) {
        text_add(d->t, "[no cksum] ");
        return;
    }
    if (have < length) return;
    uint16_t should = dump_checksum(ip, IP_PROTOCOL_UDP, octets, length, 6);
    if (should == 0) should = 0xffff;
    if (should == is) {
        text_add(d->t, "[udp sum ok] ");
        return;
    }
    dump_hex(d, "[bad udp cksum 0x", is, 4);
    dump_hex(d, " -> 0x", should, 4);
    text_add(d->t, "!] ");
}

void dump_udp(struct dump *d, struct reader r, size_t length, const struct dump_ip *ip) {
    const uint8_t *octets = r.at;
    size_t have = read_left(&r);
    uint16_t from = read_u16(&r), to = read_u16(&r), udp_length = read_u16(&r);
    read_u16(&r);
    if (r.failed) {
        dump_host(d, ip->src);
        text_add(d->t, " > ");
        dump_host(d, ip->dst);
        text_add(d->t, ": [|udp]");
        return;
    }
    dump_ends(d, ip, from, to, true);
    size_t data = udp_length < UDP_HEADER ? 0 : (size_t)udp_length - UDP_HEADER;
    if (udp_length < UDP_HEADER) {
        dump_number(d, "truncated-udplength ", udp_length);
        return;
    }
    bool quick = d->look->quick != 0;
    if (d->look->verbose > 1 && !ip->fragment) checksum(d, octets, have, length, ip);
    if (data < read_left(&r)) r.end = r.at + data;
    if (!quick && (from == PORT_TFTP || to == PORT_TFTP))
        dump_tftp(d, r, data);
    else if (!quick && (from == PORT_RIP || to == PORT_RIP))
        dump_rip(d, r, data);
    else if (data > length - UDP_HEADER && !ip->fragment) {
        dump_number(d, "UDP, bad length ", data);
        dump_number(d, " > ", length - UDP_HEADER);
    } else
        dump_number(d, "UDP, length ", data);
}
