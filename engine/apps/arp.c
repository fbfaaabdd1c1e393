#include "apps/shell.h"
/*
 * arp, in the words of net-tools: the cache as a table (-e, the usual one) or in BSD's style (-a),
 * an entry set by hand (-s HOST MAC, for ever; temp: until it is stale) and taken away (-d HOST).
 *
 * Left out: published entries (pub), other hardware than Ethernet.
 */
#include "stack/iface.h"
#include "stack/ip/arp.h"
#include "stack/ip/route.h"
#include <string.h>

struct request {
    bool set, remove, bsd, numeric;
    const char *host, *mac, *device;
    bool temporary;
    char unknown; /* an option that nobody knows */
};

static void take_options(struct request *r, const char *word) {
    for (; *word != '\0'; word++) {
        switch (*word) {
        case 'a': r->bsd = true; break;
        case 'e': r->bsd = false; break;
        case 'n': r->numeric = true; break;
        case 's': r->set = true; break;
        case 'd': r->remove = true; break;
        case 'v': break;
        default: r->unknown = *word;
        }
    }
}

static struct request read_request(const struct command *c) {
    struct request r = {0};
    for (size_t i = 1; i < c->count; i++) {
        const char *word = c->words[i];
        bool valued = i + 1 < c->count && (same_text(word, "-i") || same_text(word, "dev"));
        if (valued)
            r.device = c->words[++i];
        else if (word[0] == '-')
            take_options(&r, word + 1);
        else if (same_text(word, "temp"))
            r.temporary = true;
        else if (r.host == NULL)
            r.host = word;
        else
            r.mac = word;
    }
    return r;
}

static void say(struct step *s, const struct command *c, const char *before, const char *name) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, before);
    text_add(&t, name);
    process_say(s, c->process, &t);
}

/* ------------------------------------------------------------------------------- showing */

static void show_row(struct step *s, struct id process, const struct neighbour *n) {
    char room[LINE_ROOM], cell[24];
    struct text t = text_of(room, sizeof room), address = text_of(cell, sizeof cell);
    bool known = n->state != NEIGHBOUR_INCOMPLETE && n->state != NEIGHBOUR_FAILED;
    text_ip4(&address, n->address);
    text_column(&t, cell, 25);
    text_column(&t, known ? "ether" : "", 8);
    address = text_of(cell, sizeof cell);
    if (known) text_mac(&address, n->mac);
    text_column(&t, known ? cell : "(incomplete)", 20);
    text_column(&t, !known ? "" : n->state == NEIGHBOUR_PERMANENT ? "CM" : "C", 22);
    text_add(&t, iface_get(s->lab, n->interface)->name);
    process_say(s, process, &t);
}

static void show_bsd(struct step *s, struct id process, const struct neighbour *n, bool numeric) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    const char *name = numeric ? NULL : host_name_of(s->lab, n->address);
    bool known = n->state != NEIGHBOUR_INCOMPLETE && n->state != NEIGHBOUR_FAILED;
    text_add(&t, name == NULL ? "?" : name);
    text_add(&t, " (");
    text_ip4(&t, n->address);
    text_add(&t, ") at ");
    if (known) text_mac(&t, n->mac);
    text_add(&t, !known                            ? "<incomplete>"
                 : n->state == NEIGHBOUR_PERMANENT ? " [ether] PERM"
                                                   : " [ether]");
    text_add(&t, " on ");
    text_add(&t, iface_get(s->lab, n->interface)->name);
    process_say(s, process, &t);
}

static void show(struct step *s, const struct command *c, const struct request *r, ip4 only) {
    bool any = false, heading = false;
    for (struct id id = neighbour_first(s->lab, c->node); id_is(id);
         id = neighbour_get(s->lab, id)->next) {
        const struct neighbour *n = neighbour_get(s->lab, id);
        if (n->state == NEIGHBOUR_NONE || (only != 0 && n->address != only)) continue;
        any = true;
        if (!r->bsd && !heading)
            process_print(s, c->process,
                          "Address                  HWtype  HWaddress           Flags Mask"
                          "            Iface");
        heading = true;
        if (r->bsd)
            show_bsd(s, c->process, n, r->numeric);
        else
            show_row(s, c->process, n);
    }
    if (any || only == 0) return;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, r->host);
    text_add(&t, " (");
    text_ip4(&t, only);
    text_add(&t, ") -- no entry");
    process_say(s, c->process, &t);
}

/* ------------------------------------------------------------------------------- changing */

/* The interface whose network the neighbour is on; 0: none. */
static uint32_t interface_towards(const struct lab *lab, uint32_t node, ip4 address) {
    struct next_hop hop;
    return route_lookup(lab, node, address, &hop) && hop.address == address ? hop.interface : 0;
}

static void set(struct step *s, const struct command *c, const struct request *r, ip4 address) {
    uint8_t mac[MAC_OCTETS];
    uint32_t interface = r->device != NULL ? iface_named(s->lab, c->node, r->device)
                                           : interface_towards(s->lab, c->node, address);
    if (r->mac == NULL || !parse_mac(r->mac, mac))
        say(s, c, "arp: invalid hardware address", "");
    else if (interface == 0)
        say(s, c, "SIOCSARP: Network is unreachable", "");
    else if (!neighbour_set(s, interface, address, mac,
                            r->temporary ? NEIGHBOUR_STALE : NEIGHBOUR_PERMANENT))
        say(s, c, "SIOCSARP: No buffer space available", "");
}

static void remove_entry(struct step *s, const struct command *c, const struct request *r,
                         ip4 address) {
    const struct node *n = node_view_at(s->lab, c->node);
    bool any = false;
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++) {
        struct id id = neighbour_find(s->lab, i, address);
        if (!id_is(id)) continue;
        neighbour_remove(s, id);
        any = true;
    }
    if (!any) say(s, c, "No ARP entry for ", r->host);
}

void run_arp(struct step *s, const struct command *c) {
    struct request r = read_request(c);
    ip4 address = 0;
    if (r.unknown != 0 || ((r.set || r.remove) && r.host == NULL)) {
        command_misused(s, c, r.unknown != 0 ? "invalid option" : "need host name");
        return;
    }
    if (r.host != NULL && !host_lookup(s->lab, r.host, &address))
        say(s, c, r.host, ": Unknown host");
    else if (r.set)
        set(s, c, &r, address);
    else if (r.remove)
        remove_entry(s, c, &r, address);
    else
        show(s, c, &r, address);
    process_return(s, c->process);
}
