#include "apps/ip.h"
/*
 * ip, in the words of iproute2: addr, link and route are shown; routes are added and deleted,
 * interfaces set up and down. Neighbours are ip_neigh.c's. Objects and verbs may be cut short where
 * iproute2 allows it (ip a, ip r, ip n, ip l).
 */
#include "stack/iface.h"
#include "stack/ip/arp.h"
#include <string.h>

bool ip_is(const char *word, const char *full) {
    size_t length = strlen(word);
    return length > 0 && length <= strlen(full) && memcmp(word, full, length) == 0;
}

void ip_fail(struct step *s, const struct command *c, const char *text) {
    process_print(s, c->process, text);
    process_return(s, c->process);
}

const char *ip_after(const struct command *c, const char *key) {
    for (size_t i = 3; i + 1 < c->count; i++)
        if (same_text(c->words[i], key)) return c->words[i + 1];
    return NULL;
}

static void no_device(struct step *s, const struct command *c, const char *name) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "Cannot find device \"");
    text_add(&t, name);
    text_char(&t, '"');
    ip_fail(s, c, room);
}

uint32_t ip_device(struct step *s, const struct command *c, const char *name) {
    uint32_t interface = iface_named(s->lab, c->node, name);
    if (interface == 0) no_device(s, c, name);
    return interface;
}

/* ------------------------------------------------------------------- addr and link */

static void text_head(struct text *t, const struct interface *i, uint32_t index, bool carrier) {
    text_u64(t, index);
    text_add(t, ": ");
    text_add(t, i->name);
    text_add(t, !i->up    ? ": <BROADCAST,MULTICAST> mtu "
                : carrier ? ": <BROADCAST,MULTICAST,UP,LOWER_UP> mtu "
                          : ": <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu ");
    text_u64(t, i->mtu);
    text_add(t, " qdisc noqueue state ");
    text_add(t, i->up && carrier ? "UP" : "DOWN");
    text_add(t, " group default qlen 1000");
}

static void show_address(struct step *s, struct id process, const struct interface *i,
                         struct text *t) {
    text_add(t, "    inet ");
    text_ip4(t, i->address);
    text_char(t, '/');
    text_u64(t, i->prefix);
    if (i->prefix < 31) {
        text_add(t, " brd ");
        text_ip4(t, i->address | ~prefix_mask(i->prefix));
    }
    text_add(t, " scope global ");
    text_add(t, i->name);
    process_say(s, process, t);
    process_print(s, process, "       valid_lft forever preferred_lft forever");
}

static void show_loopback(struct step *s, struct id process, bool addresses) {
    process_print(s, process,
                  "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN "
                  "group default qlen 1000");
    process_print(s, process, "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00");
    if (!addresses) return;
    process_print(s, process, "    inet 127.0.0.1/8 scope host lo");
    process_print(s, process, "       valid_lft forever preferred_lft forever");
}

static void show_interfaces(struct step *s, const struct command *c, bool addresses) {
    const struct node *n = node_view_at(s->lab, c->node);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    show_loopback(s, c->process, addresses);
    for (uint32_t i = 0; i < n->interface_count; i++) {
        const struct interface *at = iface_get(s->lab, n->first_interface + i);
        text_head(&t, at, i + 2, iface_has_carrier(s->lab, n->first_interface + i));
        process_say(s, c->process, &t);
        text_add(&t, "    link/ether ");
        text_mac(&t, at->mac);
        text_add(&t, " brd ff:ff:ff:ff:ff:ff");
        process_say(s, c->process, &t);
        if (addresses && at->address != 0) show_address(s, c->process, at, &t);
    }
    process_return(s, c->process);
}

/* ip link set [dev] NAME up|down */
static void set_link(struct step *s, const struct command *c) {
    size_t at = c->count > 3 && same_text(c->words[3], "dev") ? 4 : 3;
    const char *name = at < c->count ? c->words[at] : "";
    const char *state = at + 1 < c->count ? c->words[at + 1] : "";
    uint32_t interface = iface_named(s->lab, c->node, name);
    if (interface == 0) {
        no_device(s, c, name);
    } else if (same_text(state, "up") || same_text(state, "down")) {
        iface_set(s, interface, same_text(state, "up") ? IFACE_UP : IFACE_DOWN);
        process_return(s, c->process);
    } else {
        command_misused(s, c, "link set NAME up|down");
    }
}

/* ------------------------------------------------------------------- the line */

/* What iproute2 would do to an address or an interface. Left out here. */
static bool changes(const char *verb) {
    static const char *const verbs[] = {"add", "del", "delete", "change", "replace", "flush"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (same_text(verb, verbs[i])) return true;
    return false;
}

void run_ip(struct step *s, const struct command *c) {
    const char *object = c->count > 1 ? c->words[1] : "";
    const char *verb = c->count > 2 ? c->words[2] : "show";
    bool address = ip_is(object, "address") || same_text(object, "addr");
    if ((address && changes(verb)) || (ip_is(object, "link") && changes(verb)))
        command_misused(s, c, "addresses and interfaces are the scenario's; here they only show");
    else if (address)
        show_interfaces(s, c, true);
    else if (ip_is(object, "maddress"))
        run_ip_maddr(s, c);
    else if (ip_is(object, "link") && same_text(verb, "set"))
        set_link(s, c);
    else if (ip_is(object, "link"))
        show_interfaces(s, c, false);
    else if (ip_is(object, "route"))
        run_ip_route(s, c, verb);
    else if (ip_is(object, "neighbour") || ip_is(object, "neighbor"))
        run_ip_neigh(s, c);
    else
        command_misused(s, c, "which object?");
}
