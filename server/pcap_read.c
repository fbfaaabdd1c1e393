#include "pcap_read.h"
/*
 * The two capture formats, read from a stream. Everything in the file is untrusted: each length is
 * checked before it is used, and the first thing that is wrong ends the reading with its place.
 *
 *   pcap     a header of 24 octets (magic a1b2c3d4 or, for nanoseconds, a1b23c4d), then records:
 *            seconds, fraction, octets captured, octets on the wire, and the octets.
 *   pcapng   blocks: type, total length, body, total length again. Section Header, Interface
 *            Description, Enhanced Packet and Simple Packet are read; other blocks are skipped.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PCAP_HEADER = 24, PCAP_RECORD = 16, MICROSECONDS = 6 };
enum { BLOCK_INTERFACE = 1, BLOCK_SIMPLE = 3, BLOCK_ENHANCED = 6, BLOCK_FRAME = 12 };
#define BLOCK_SECTION    0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

__attribute__((format(printf, 2, 3))) static bool refuse(struct capture *c, const char *format,
                                                         ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(c->problem, sizeof c->problem, format, values);
    va_end(values);
    return false;
}

static uint16_t get_u16(const struct capture *c, const uint8_t *o) {
    return c->swapped ? (uint16_t)(o[0] | o[1] << 8) : (uint16_t)(o[0] << 8 | o[1]);
}

static uint32_t get_u32(const struct capture *c, const uint8_t *o) {
    uint32_t first = get_u16(c, o), second = get_u16(c, o + 2);
    return c->swapped ? second << 16 | first : first << 16 | second;
}

static size_t take(struct capture *c, uint8_t *out, size_t count) {
    size_t got = fread(out, 1, count, c->file);
    c->at += got;
    return got;
}

static bool take_all(struct capture *c, uint8_t *out, size_t count) {
    size_t got = take(c, out, count);
    if (got == count) return true;
    if (ferror(c->file)) return refuse(c, "the file cannot be read");
    return refuse(c,
                  "the file ends %zu octets too early, after %llu whole packets; "
                  "copy or capture it again, or cut it off here",
                  count - got, (unsigned long long)c->packets);
}

static bool make_room(struct capture *c, size_t count) {
    if (count <= c->room) return true;
    uint8_t *octets = realloc(c->octets, count);
    if (octets == NULL) return refuse(c, "out of memory");
    c->octets = octets;
    c->room = count;
    return true;
}

static bool add_interface(struct capture *c, struct capture_interface interface) {
    if (c->interface_count == CAPTURE_INTERFACES_MAX)
        return refuse(c, "more than %d interfaces in one section; split the capture",
                      CAPTURE_INTERFACES_MAX);
    size_t size = (c->interface_count + 1) * sizeof *c->interfaces;
    struct capture_interface *interfaces = realloc(c->interfaces, size);
    if (interfaces == NULL) return refuse(c, "out of memory");
    c->interfaces = interfaces;
    interfaces[c->interface_count++] = interface;
    return true;
}

static bool check_link(struct capture *c, uint32_t link_type) {
    switch (link_type) {
    case LINK_LOOPBACK:
    case LINK_ETHERNET:
    case LINK_RAW:
    case LINK_LOOPBACK_ORDERED:
    case LINK_COOKED:
    case LINK_IPV4:
    case LINK_COOKED_2: return true;
    default:
        return refuse(
            c,
            "link type %u; Ethernet (1), IP (101), loopback (0) and Linux's cooked frames "
            "(113, 276) are read: capture on such an interface",
            link_type);
    }
}

static bool open_pcap(struct capture *c, const uint8_t magic[4]) {
    uint8_t header[PCAP_HEADER];
    memcpy(header, magic, 4);
    if (!take_all(c, header + 4, sizeof header - 4)) return false;
    uint16_t major = get_u16(c, header + 4), minor = get_u16(c, header + 6);
    if (major != 2)
        return refuse(c, "pcap version %u.%u; convert it to 2.4 (editcap -F pcap)", major, minor);
    uint32_t link_type = get_u32(c, header + 20) & 0xffff; /* above: length of a check sequence */
    if (link_type == 12 || link_type == 14) link_type = LINK_RAW; /* as BSDs number it */
    struct capture_interface only = {.link_type = link_type,
                                     .resolution = c->nanoseconds ? 9 : MICROSECONDS};
    return check_link(c, link_type) && add_interface(c, only);
}

/* Options: code, length, value padded to four octets. */
static void take_interface_options(struct capture *c, struct capture_interface *interface,
                                   const uint8_t *at, const uint8_t *end) {
    enum { END = 0, TIME_RESOLUTION = 9, TIME_OFFSET = 14 };
    while (end - at >= 4) {
        uint16_t code = get_u16(c, at), length = get_u16(c, at + 2);
        at += 4;
        if (code == END || length > end - at) return;
        if (code == TIME_RESOLUTION && length == 1) interface->resolution = at[0];
        if (code == TIME_OFFSET && length == 8) {
            uint64_t a = get_u32(c, at), b = get_u32(c, at + 4);
            interface->offset_seconds = (int64_t)(c->swapped ? b << 32 | a : a << 32 | b);
        }
        size_t padded = (length + 3u) / 4 * 4;
        if (padded > (size_t)(end - at)) return;
        at += padded;
    }
}

static bool take_interface(struct capture *c, const uint8_t *body, size_t count) {
    if (count < 8)
        return refuse(c, "an interface block of %zu octets, 8 at least; write the file again",
                      count);
    struct capture_interface interface = {.link_type = get_u16(c, body),
                                          .snap_length = get_u32(c, body + 4),
                                          .resolution = MICROSECONDS};
    take_interface_options(c, &interface, body + 8, body + count);
    return add_interface(c, interface);
}

/* Begins a section: its byte order holds for all lengths, its own among them. */
static bool take_section(struct capture *c, const uint8_t frame[8]) {
    uint8_t magic[4];
    if (!take_all(c, magic, sizeof magic)) return false;
    c->swapped = false;
    c->swapped = get_u32(c, magic) != BYTE_ORDER_MAGIC;
    if (get_u32(c, magic) != BYTE_ORDER_MAGIC)
        return refuse(c, "no byte-order magic in the section header; write the file again");
    uint32_t length = get_u32(c, frame + 4);
    if (length < 28 || length % 4 != 0 || length > CAPTURE_OCTETS_MAX)
        return refuse(c, "a section header of %u octets; write the file again", length);
    c->interfaces_before += c->interface_count; /* their numbers begin anew */
    c->interface_count = 0;
    size_t rest = length - BLOCK_FRAME;
    return make_room(c, rest) && take_all(c, c->octets, rest);
}

bool capture_open(struct capture *c, FILE *file) {
    uint8_t magic[8];
    *c = (struct capture){.file = file};
    size_t got = take(c, magic, 4);
    if (ferror(file))
        return refuse(c, "it cannot be read (a directory?); give a pcap or pcapng file");
    if (got == 0) return refuse(c, "the file is empty; give a pcap or pcapng capture");
    if (got < 4) return refuse(c, "the file is no capture; give a pcap or pcapng file");
    for (int swapped = 0; swapped < 2; swapped++) {
        c->swapped = swapped == 1;
        uint32_t value = get_u32(c, magic);
        c->nanoseconds = value == 0xa1b23c4du;
        if (value == 0xa1b2c3d4u || value == 0xa1b23c4du) return open_pcap(c, magic);
    }
    if (get_u32(c, magic) != BLOCK_SECTION)
        return refuse(c, "the file is no capture; give a pcap or pcapng file");
    c->block_format = true;
    return take_all(c, magic + 4, 4) && take_section(c, magic);
}

static int64_t whole_time(const struct capture_interface *i, uint64_t seconds, uint64_t ns) {
    const int64_t most = INT64_MAX / 1000000000 - 1;
    int64_t whole = seconds > (uint64_t)most ? most : (int64_t)seconds;
    if (i->offset_seconds > 0 ? whole > most - i->offset_seconds
                              : whole < -most - i->offset_seconds)
        whole = most;
    else
        whole += i->offset_seconds;
    return whole * 1000000000 + (int64_t)ns;
}

static int64_t time_of(const struct capture_interface *i, uint64_t units) {
    uint32_t power = i->resolution & 0x7f;
    if (i->resolution & 0x80) {
        if (power > 63) return 0;
        uint64_t fraction = power == 0 ? 0 : units & (((uint64_t)1 << power) - 1);
        uint32_t bits = power;
        for (; bits > 30; bits--) fraction >>= 1;
        return whole_time(i, units >> power, fraction * 1000000000 >> bits);
    }
    uint64_t second = 1, ns_units = 1;
    if (power > 19) return 0;
    for (uint32_t n = 0; n < power; n++) second *= 10;
    for (uint32_t n = power; n < 9; n++) ns_units *= 10;
    uint64_t fraction = units % second * ns_units;
    for (uint32_t n = 9; n < power; n++) fraction /= 10;
    return whole_time(i, units / second, fraction);
}

static enum capture_result next_record(struct capture *c, struct captured *packet) {
    uint8_t header[PCAP_RECORD];
    size_t got = take(c, header, sizeof header);
    if (got == 0 && !ferror(c->file)) return CAPTURE_END;
    if (got < sizeof header) {
        take_all(c, header + got, sizeof header - got);
        return CAPTURE_BAD;
    }
    uint32_t count = get_u32(c, header + 8), second = get_u32(c, header);
    if (count > CAPTURE_OCTETS_MAX) {
        refuse(c, "packet %llu claims %u captured octets, more than %d; cut the file off here",
               (unsigned long long)c->packets + 1, count, CAPTURE_OCTETS_MAX);
        return CAPTURE_BAD;
    }
    if (!make_room(c, count) || !take_all(c, c->octets, count)) return CAPTURE_BAD;
    uint64_t fraction = get_u32(c, header + 4);
    *packet = (struct captured){.at_ns = (int64_t)second * 1000000000 +
                                         (int64_t)(c->nanoseconds ? fraction : fraction * 1000),
                                .at = c->at - count,
                                .octets = c->octets,
                                .count = count,
                                .length = get_u32(c, header + 12),
                                .link_type = c->interfaces[0].link_type};
    return CAPTURE_PACKET;
}

static bool use_interface(struct capture *c, uint32_t number) {
    if (number >= c->interface_count)
        return refuse(
            c, "packet %llu is of interface %u, which is not described; write the file again",
            (unsigned long long)c->packets + 1, number);
    return check_link(c, c->interfaces[number].link_type);
}

static bool enhanced_packet(struct capture *c, const uint8_t *body, size_t count,
                            struct captured *packet) {
    if (count < 20)
        return refuse(c, "a packet block of %zu octets, 20 at least; cut the file off here", count);
    uint32_t number = get_u32(c, body), captured = get_u32(c, body + 12);
    if (!use_interface(c, number)) return false;
    if (captured > count - 20)
        return refuse(
            c, "packet %llu claims %u captured octets, its block holds %zu; write the file again",
            (unsigned long long)c->packets + 1, captured, count - 20);
    uint64_t units = (uint64_t)get_u32(c, body + 4) << 32 | get_u32(c, body + 8);
    *packet = (struct captured){.at_ns = time_of(&c->interfaces[number], units),
                                .at = c->record_at + 28,
                                .octets = body + 20,
                                .count = captured,
                                .length = get_u32(c, body + 16),
                                .link_type = c->interfaces[number].link_type,
                                .interface = c->interfaces_before + number};
    return true;
}

static bool simple_packet(struct capture *c, const uint8_t *body, size_t count,
                          struct captured *packet) {
    if (count < 4)
        return refuse(c, "a packet block of %zu octets, 4 at least; cut the file off here", count);
    if (!use_interface(c, 0)) return false;
    uint32_t length = get_u32(c, body), snap = c->interfaces[0].snap_length;
    uint32_t captured = snap != 0 && snap < length ? snap : length;
    if (captured > count - 4)
        return refuse(
            c, "packet %llu claims %u captured octets, its block holds %zu; write the file again",
            (unsigned long long)c->packets + 1, captured, count - 4);
    *packet = (struct captured){.at = c->record_at + 12,
                                .octets = body + 4,
                                .count = captured,
                                .length = length,
                                .link_type = c->interfaces[0].link_type};
    return true;
}

/* Reads the block's body into c->octets. */
static bool take_body(struct capture *c, const uint8_t frame[8], size_t *body) {
    uint32_t length = get_u32(c, frame + 4);
    if (length < BLOCK_FRAME || length % 4 != 0 || length > CAPTURE_OCTETS_MAX)
        return refuse(c, "a block of %u octets (12 to %d, a multiple of 4); cut the file off here",
                      length, CAPTURE_OCTETS_MAX);
    size_t rest = length - 8;
    if (!make_room(c, rest) || !take_all(c, c->octets, rest)) return false;
    if (get_u32(c, c->octets + rest - 4) != length)
        return refuse(c, "a block's two lengths differ (%u and %u); cut the file off here", length,
                      get_u32(c, c->octets + rest - 4));
    *body = rest - 4;
    return true;
}

/* One block. True with `packet->octets` set when it held a packet. */
static bool take_block(struct capture *c, const uint8_t frame[8], struct captured *packet) {
    uint32_t type = get_u32(c, frame);
    size_t count = 0;
    if (type == BLOCK_SECTION) /* reads the same in both byte orders */
        return take_section(c, frame);
    if (!take_body(c, frame, &count)) return false;
    if (type == BLOCK_INTERFACE) return take_interface(c, c->octets, count);
    if (type == BLOCK_ENHANCED) return enhanced_packet(c, c->octets, count, packet);
    if (type == BLOCK_SIMPLE) return simple_packet(c, c->octets, count, packet);
    return true;
}

static enum capture_result next_block(struct capture *c, struct captured *packet) {
    for (;;) {
        uint8_t frame[8];
        c->record_at = c->at;
        size_t got = take(c, frame, sizeof frame);
        if (got == 0 && !ferror(c->file)) return CAPTURE_END;
        if (got < sizeof frame) {
            take_all(c, frame + got, sizeof frame - got);
            return CAPTURE_BAD;
        }
        *packet = (struct captured){0};
        if (!take_block(c, frame, packet)) return CAPTURE_BAD;
        if (packet->octets != NULL) return CAPTURE_PACKET;
    }
}

enum capture_result capture_next(struct capture *c, struct captured *packet) {
    c->record_at = c->at;
    enum capture_result result = c->block_format ? next_block(c, packet) : next_record(c, packet);
    if (result == CAPTURE_PACKET) c->packets++;
    return result;
}

enum frame_kind capture_kind(uint32_t link_type) {
    switch (link_type) {
    case LINK_RAW:
    case LINK_IPV4: return FRAME_IP;
    case LINK_COOKED: return FRAME_COOKED;
    case LINK_COOKED_2: return FRAME_COOKED_2;
    case LINK_LOOPBACK:
    case LINK_LOOPBACK_ORDERED: return FRAME_LOOPBACK;
    default: return FRAME_ETHERNET;
    }
}

void capture_close(struct capture *c) {
    free(c->octets);
    free(c->interfaces);
    *c = (struct capture){0};
}
