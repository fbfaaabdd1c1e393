#include "wire/describe.h"
/*
 * Frames of captures that do not begin with an Ethernet header: bare datagrams, the loopback of the
 * BSDs (a word of address family in the writer's own order), and Linux's cooked frames of both
 * versions, which `tcpdump -i any` writes: what the kernel knows of a packet in place of its
 * header. No RFC has them; the layouts are tcpdump's. In a lab there are none.
 */
#include "wire/ether.h"

#define CLAUSE NULL
enum { LOOPBACK_HEADER = 4, COOKED_HEADER = 16, COOKED_2_HEADER = 20 };

static const struct value_name packet_types[] = {
    {0, "Unicast to us"},     {1, "Broadcast"},  {2, "Multicast"},
    {3, "Unicast to others"}, {4, "Sent by us"}, {0, NULL},
};
static const struct wire_field cooked_fields[] = {
    NAMED(0, 2, SHAPE_DECIMAL, "sll.pkttype", "Packet type", packet_types),
    ROW(2, 2, SHAPE_DECIMAL, "sll.hatype", "Link-layer address type"),
    ROW(4, 2, SHAPE_DECIMAL, "sll.halen", "Link-layer address length"),
    ROW(6, 6, SHAPE_MAC, "sll.src.eth", "Source"),
};
static const struct wire_field cooked_2_fields[] = {
    NAMED(0, 2, SHAPE_HEX, "sll.etype", "Protocol", ether_type_names),
    ROW(4, 4, SHAPE_DECIMAL, "sll.ifindex", "Interface index"),
    ROW(8, 2, SHAPE_DECIMAL, "sll.hatype", "Link-layer address type"),
    NAMED(10, 1, SHAPE_DECIMAL, "sll.pkttype", "Packet type", packet_types),
    ROW(11, 1, SHAPE_DECIMAL, "sll.halen", "Link-layer address length"),
    ROW(12, 6, SHAPE_MAC, "sll.src.eth", "Source"),
};
static const struct wire_field type_field =
    NAMED(14, 2, SHAPE_HEX, "sll.etype", "Protocol", ether_type_names);

static void describe_rest(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    if (at >= end) return;
    uint32_t own = type <= ETHER_LENGTH_MAX ? end : ether_payload_end(d->octets, type, at, end);
    describe_octets(d, 1, 0, "eth.trailer", "Trailer", NULL, own, end);
    ether_payload_describe(d, type, at, own);
}

static void describe_cooked(struct description *d, uint32_t end) {
    uint32_t header = end < COOKED_HEADER ? end : COOKED_HEADER;
    describe_header(d, 0, "sll", "Linux cooked capture v1", NULL, 0, header, "");
    if (!describe_rows(d, cooked_fields, 4, 0, header)) return;
    describe_octets(d, 1, 0, "sll.unused", "Unused", NULL, 12, header < 14 ? header : 14);
    if (header <= 14 || !describe_rows(d, &type_field, 1, 0, header)) return;
    describe_rest(d, field_get(d->octets, &type_field), COOKED_HEADER, end);
}

static void describe_cooked_2(struct description *d, uint32_t end) {
    uint32_t header = end < COOKED_2_HEADER ? end : COOKED_2_HEADER;
    describe_header(d, 0, "sll", "Linux cooked capture v2", NULL, 0, header, "");
    if (!describe_rows(d, cooked_2_fields, 1, 0, header)) return;
    describe_octets(d, 1, 0, "sll.reserved", "Reserved", NULL, 2, header < 4 ? header : 4);
    if (header <= 4 || !describe_rows(d, &cooked_2_fields[1], 5, 0, header)) return;
    describe_octets(d, 1, 0, "sll.unused", "Unused", NULL, 18, header);
    describe_rest(d, field_get(d->octets, cooked_2_fields), COOKED_2_HEADER, end);
}

/* IPv4 is family 2 everywhere; which order the word has is the only thing it leaves open. */
static void describe_loopback(struct description *d, uint32_t end) {
    const uint8_t *o = d->octets;
    bool ordered = end >= LOOPBACK_HEADER && o[0] == 0;
    char room[16];
    struct text t = text_of(room, sizeof room);
    uint32_t header = end < LOOPBACK_HEADER ? end : LOOPBACK_HEADER;
    describe_header(d, 0, "null", "Null/Loopback", NULL, 0, header, "");
    if (end < LOOPBACK_HEADER) {
        describe_octets(d, 1, FIELD_BAD, "_ws.malformed", "Cut off", NULL, 0, end);
        return;
    }
    uint32_t family =
        ordered ? field_word(o, 4)
                : (uint32_t)o[3] << 24 | (uint32_t)o[2] << 16 | (uint32_t)o[1] << 8 | o[0];
    text_u64(&t, family);
    describe_text(d, 1, 0, "null.family", "Family", NULL, 0, header, room, family);
    describe_rest(d, family == 2 ? ETHER_TYPE_IPV4 : ETHER_LENGTH_MAX, header, end);
}

static void describe_datagram(struct description *d, uint32_t end) {
    bool is_ipv4 = d->octets[0] >> 4 == 4;
    describe_rest(d, is_ipv4 ? ETHER_TYPE_IPV4 : ETHER_LENGTH_MAX, 0, end);
}

void cooked_describe(struct description *d, uint32_t end) {
    switch (d->context->kind) {
    case FRAME_ETHERNET: ether_describe(d, end); break;
    case FRAME_IP: describe_datagram(d, end); break;
    case FRAME_COOKED: describe_cooked(d, end); break;
    case FRAME_COOKED_2: describe_cooked_2(d, end); break;
    case FRAME_LOOPBACK: describe_loopback(d, end); break;
    }
}
