#include "reassembly.h"
/*
 * Fragments that are cut off, or whose header is damaged, are left alone, as tshark leaves them; so
 * are those that overlap others with different bounds. An exact repeat changes nothing.
 */
#include <stdlib.h>
#include <string.h>

enum {
    ETHER_OCTETS = 14,
    ETHER_TYPE_AT = 12,
    IP_OCTETS = 20,
    DATAGRAM_MAX = 65535,
    PARTS_FIRST = 8,
    MORE_FRAGMENTS = 0x2000,
    OFFSET_MASK = 0x1fff
};

struct reassembly {
    uint8_t key[11]; /* source, destination, identification, protocol */
    bool has_first, has_last;
    uint32_t header, total; /* octets of the first fragment's header; of the whole payload */
    uint32_t held;          /* octets of payload that have come */
    struct packet_fragment *parts;
    size_t part_count, part_room;
    uint8_t octets[ETHER_OCTETS + DATAGRAM_MAX]; /* the payload begins behind the first header */
    uint8_t payload[DATAGRAM_MAX];
};
struct fragment {
    const uint8_t *ip;
    uint32_t header, offset, length;
    bool more;
};

static uint32_t word(const uint8_t *at) {
    return (uint32_t)at[0] << 8 | at[1];
}

static bool header_is_sound(const uint8_t *ip, uint32_t header) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < header; i += 2) sum += word(ip + i);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

static bool read_fragment(const uint8_t *octets, size_t count, struct fragment *f) {
    if (count < ETHER_OCTETS + IP_OCTETS || word(octets + ETHER_TYPE_AT) != 0x0800) return false;
    const uint8_t *ip = octets + ETHER_OCTETS;
    uint32_t header = (ip[0] & 15u) * 4, total = word(ip + 2), where = word(ip + 6);
    if (ip[0] >> 4 != 4 || header < IP_OCTETS || total <= header || total + ETHER_OCTETS > count)
        return false;
    if ((where & (MORE_FRAGMENTS | OFFSET_MASK)) == 0 || !header_is_sound(ip, header)) return false;
    *f = (struct fragment){.ip = ip,
                           .header = header,
                           .offset = (where & OFFSET_MASK) * 8,
                           .length = total - header,
                           .more = where & MORE_FRAGMENTS};
    return f->offset + f->length + header <= DATAGRAM_MAX;
}

static void drop(struct reassembly **slot) {
    if (*slot == NULL) return;
    free((*slot)->parts);
    free(*slot);
    *slot = NULL;
}

static struct reassembly **find(struct reassemblies *all, const uint8_t *ip) {
    uint8_t key[11];
    memcpy(key, ip + 12, 8);
    memcpy(key + 8, ip + 4, 2);
    key[10] = ip[9];
    for (size_t i = 0; i < REASSEMBLIES_MAX; i++)
        if (all->slots[i] != NULL && memcmp(all->slots[i]->key, key, sizeof key) == 0)
            return &all->slots[i];
    struct reassembly **slot = &all->slots[all->begun++ % REASSEMBLIES_MAX];
    drop(slot);
    *slot = calloc(1, sizeof **slot);
    if (*slot != NULL) memcpy((*slot)->key, key, sizeof key);
    return slot;
}

/* Where the fragment belongs among the others; false: it is there already, or overlaps. */
static bool place_of(const struct reassembly *r, const struct fragment *f, size_t *place) {
    for (*place = 0; *place < r->part_count; ++*place)
        if (r->parts[*place].offset >= f->offset) break;
    bool before =
        *place == 0 || r->parts[*place - 1].offset + r->parts[*place - 1].length <= f->offset;
    bool behind = *place == r->part_count || f->offset + f->length <= r->parts[*place].offset;
    return before && behind;
}

static bool add_part(struct reassembly *r, size_t place, const struct packet_fragment *part) {
    if (r->part_count == r->part_room) {
        size_t room = r->part_room == 0 ? PARTS_FIRST : r->part_room * 2;
        struct packet_fragment *larger = realloc(r->parts, room * sizeof *larger);
        if (larger == NULL) return false;
        r->parts = larger;
        r->part_room = room;
    }
    memmove(&r->parts[place + 1], &r->parts[place], (r->part_count - place) * sizeof *r->parts);
    r->parts[place] = *part;
    r->part_count++;
    return true;
}

static void put(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The header of the whole: the first fragment's, with the length of all and no fragment's marks.
 * Nobody looks at its checksum, which stood in the fragment. */
static void finish(struct reassembly *r, const uint8_t *ether, struct whole_frame *whole) {
    uint8_t *ip = r->octets + ETHER_OCTETS;
    memcpy(r->octets, ether, ETHER_OCTETS);
    put(ip + 2, r->header + r->total);
    put(ip + 6, word(ip + 6) & ~(uint32_t)(MORE_FRAGMENTS | OFFSET_MASK));
    memcpy(ip + r->header, r->payload, r->total);
    *whole = (struct whole_frame){.octets = r->octets,
                                  .count = ETHER_OCTETS + r->header + r->total,
                                  .parts = r->parts,
                                  .part_count = r->part_count};
}

/* Parts do not overlap: without one behind the last octet, that many octets leave no hole. */
static bool is_whole(const struct reassembly *r) {
    const struct packet_fragment *end = &r->parts[r->part_count - 1];
    return r->has_first && r->has_last && r->held == r->total &&
           end->offset + end->length == r->total && r->header + r->total <= DATAGRAM_MAX;
}

bool reassemblies_add(struct reassemblies *all, uint64_t packet, const uint8_t *octets,
                      size_t count, struct whole_frame *whole) {
    struct fragment f;
    size_t place;
    drop(&all->last);
    if (!read_fragment(octets, count, &f)) return false;
    struct reassembly **slot = find(all, f.ip), *r = *slot;
    struct packet_fragment part = {.packet = packet, .offset = f.offset, .length = f.length};
    if (r == NULL || !place_of(r, &f, &place) || !add_part(r, place, &part)) return false;
    memcpy(r->payload + f.offset, f.ip + f.header, f.length);
    r->held += f.length;
    if (f.offset == 0) {
        r->header = f.header;
        memcpy(r->octets + ETHER_OCTETS, f.ip, f.header);
        r->has_first = true;
    }
    if (!f.more) {
        r->total = f.offset + f.length;
        r->has_last = true;
    }
    if (!is_whole(r)) return false;
    finish(r, octets, whole);
    all->last = r;
    *slot = NULL;
    return true;
}

void reassemblies_free(struct reassemblies *all) {
    for (size_t i = 0; i < REASSEMBLIES_MAX; i++) drop(&all->slots[i]);
    drop(&all->last);
}
