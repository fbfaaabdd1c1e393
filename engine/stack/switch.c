#include "stack/switch.h"
/*
 * A hub repeats each frame on every other port. A switch learns behind which port a source address
 * is (IEEE 802.1D-2004 7.8), forwards to that port alone (7.7), and floods what it does not know;
 * an entry is forgotten after the ageing time (7.9). Left out: the spanning tree, so a loop of
 * switches carries a broadcast round for ever, as it does without one.
 */
#include "base/text.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/stack.h"
#include "wire/ether.h"
#include <assert.h>
#include <string.h>

static const sim_time ageing_ns = 300000000000; /* IEEE 802.1D-2004 table 7-5: 300 s */

const struct mac_entry *mac_entry_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_MAC, id);
}

static struct mac_entry *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_MAC, id);
}

static bool is_group(const uint8_t mac[MAC_OCTETS]) {
    return (mac[0] & 1) != 0;
}

static struct id *chain_of(const struct lab *lab, uint32_t node, const uint8_t mac[MAC_OCTETS]) {
    uint64_t number = 0;
    for (size_t i = 0; i < MAC_OCTETS; i++) number = number << 8 | mac[i];
    return bucket((struct lab *)lab, BUCKET_MAC, hash_mix(node, number));
}

static struct id find(const struct lab *lab, uint32_t node, const uint8_t mac[MAC_OCTETS]) {
    struct id id = *chain_of(lab, node, mac);
    while (id_is(id)) {
        const struct mac_entry *e = mac_entry_get(lab, id);
        if (e->node == node && memcmp(e->mac, mac, MAC_OCTETS) == 0) break;
        id = e->chain;
    }
    return id;
}

/* IEEE 802.1D-2004 7.8: a full table learns nothing more, and the switch floods. */
static void learn(struct step *s, uint32_t node, uint32_t interface,
                  const uint8_t mac[MAC_OCTETS]) {
    struct id id = find(s->lab, node, mac);
    if (is_group(mac)) return;
    if (!id_is(id)) {
        id = object_create(s, POOL_MAC, node);
        if (!id_is(id)) return;
        struct mac_entry *e = edit(s, id);
        struct id *chain = chain_of(s->lab, node, mac);
        e->node = node;
        memcpy(e->mac, mac, MAC_OCTETS);
        e->chain = *chain;
        *chain = id;
    }
    struct mac_entry *e = edit(s, id);
    e->interface = interface;
    e->seen_at = s->now;
}

void switch_node_crash(struct step *s, uint32_t node) {
    struct id next;
    for (struct id id = object_next(s->lab, POOL_MAC, (struct id){0, 0}); id_is(id); id = next) {
        const struct mac_entry *e = mac_entry_get(s->lab, id);
        next = object_next(s->lab, POOL_MAC, id);
        if (e->node != node) continue;
        struct id *at = chain_of(s->lab, node, e->mac);
        while (!id_same(*at, id)) at = &edit(s, *at)->chain;
        *at = e->chain;
        object_destroy(s, POOL_MAC, id);
    }
}

/* A copy to every other port that has a cable, the frame itself to the last of them. */
static void flood(struct step *s, uint32_t node, uint32_t from, struct id frame) {
    const struct node *n = node_view_at(s->lab, node);
    uint32_t last = 0;
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++) {
        const struct interface *port = iface_get(s->lab, i);
        if (i == from || !port->up || port->link == 0) continue;
        if (last != 0) {
            struct id copy = frame_copy(s, frame);
            if (id_is(copy))
                iface_pass(s, last, copy);
            else
                trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
        }
        last = i;
    }
    if (last != 0)
        iface_pass(s, last, frame);
    else
        frame_free(s, frame);
}

void hub_frame_arrived(struct step *s, uint32_t interface, struct id frame) {
    flood(s, iface_get(s->lab, interface)->node, interface, frame);
}

void switch_frame_arrived(struct step *s, uint32_t interface, struct id frame) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct ether_header header;
    struct reader r = reader_of(frame_octets(s->lab, frame), frame_count(s->lab, frame));
    if (ether_parse(&header, &r) != PARSE_OK) {
        trace_dropped(s, node, frame, REASON_TRUNCATED, "IEEE 802.3");
        frame_free(s, frame);
        return;
    }
    learn(s, node, interface, header.src);
    struct id id = find(s->lab, node, header.dst);
    const struct mac_entry *to = id_is(id) ? mac_entry_get(s->lab, id) : NULL;
    if (to == NULL || is_group(header.dst) || s->now - to->seen_at > ageing_ns) {
        flood(s, node, interface, frame);
    } else if (to->interface ==
               interface) { /* IEEE 802.1D-2004 7.7.1: not back where it came from */
        trace_dropped(s, node, frame, REASON_NOT_FOR_US, "IEEE 802.1D 7.7.1");
        frame_free(s, frame);
    } else {
        iface_pass(s, to->interface, frame);
    }
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct mac_entry *e = mac_entry_get(lab, id);
    text_add(t, "[\"");
    text_mac(t, e->mac);
    text_add(t, "\",\"");
    text_add(t, iface_get(lab, e->interface)->name);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return mac_entry_get(lab, id)->node;
}

const struct object_kind mac_kind = {
    .size = sizeof(struct mac_entry), .table = TABLE_MAC, .row = row, .row_node = row_node};
