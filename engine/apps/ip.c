#include "apps/ip.h"
/*
 * ip, in the words of iproute2: addr, link and route are shown; routes are added and deleted,
 * interfaces set up and down. Neighbours are ip_neigh.c's. Objects and verbs may be cut short where
 * iproute2 allows it (ip a, ip r, ip n, ip l).
 */
#include "stack/iface.h"
#include "stack/ip/arp.h"
#include "stack/socket_netlink.h"
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

struct view {
    bool addresses, statistics, brief;
    uint32_t only; /* an interface; 0: all */
};

static void say_counters(struct step *s, struct id process, const char *head, uint64_t octets,
                         uint64_t frames) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    process_print(s, process, head);
    text_padded(&t, octets, 14, ' ');
    text_padded(&t, frames, 8, ' ');
    text_add(&t, "       0       0       0       0");
    process_say(s, process, &t);
}

static void say_brief(struct step *s, struct id process, const struct interface *i, bool carrier,
                      bool addresses) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, i->name);
    while (text_length(&t) < 17) text_char(&t, ' ');
    text_add(&t, i->up && carrier ? "UP" : "DOWN");
    while ((!addresses || i->address != 0) && text_length(&t) < 32) text_char(&t, ' ');
    if (!addresses) {
        text_mac(&t, i->mac);
        text_add(&t, !i->up    ? " <BROADCAST,MULTICAST>"
                     : carrier ? " <BROADCAST,MULTICAST,UP,LOWER_UP>"
                               : " <NO-CARRIER,BROADCAST,MULTICAST,UP>");
    } else if (i->address != 0) {
        text_ip4(&t, i->address);
        text_char(&t, '/');
        text_u64(&t, i->prefix);
    }
    process_say(s, process, &t);
}

static void say_interface(struct step *s, struct id process, uint32_t number,
                          const struct view *view) {
    const struct interface *at = iface_get(s->lab, number);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    bool carrier = iface_has_carrier(s->lab, number);
    if (view->brief) {
        say_brief(s, process, at, carrier, view->addresses);
        return;
    }
    text_head(&t, at, at->number + 1, carrier);
    process_say(s, process, &t);
    text_add(&t, "    link/ether ");
    text_mac(&t, at->mac);
    text_add(&t, " brd ff:ff:ff:ff:ff:ff");
    process_say(s, process, &t);
    if (view->addresses && at->address != 0) show_address(s, process, at, &t);
    if (!view->statistics) return;
    say_counters(s, process, "    RX:  bytes packets errors dropped  missed   mcast", at->rx_octets,
                 at->rx_frames);
    say_counters(s, process, "    TX:  bytes packets errors dropped carrier collsns", at->tx_octets,
                 at->tx_frames);
}

/* show [[dev] NAME] */
static void show_interfaces(struct step *s, const struct command *c, struct view view) {
    const struct node *n = node_view_at(s->lab, c->node);
    const char *device = ip_after(c, "dev");
    if (device == NULL && c->count > 3 && !same_text(c->words[3], "dev")) device = c->words[3];
    if (device != NULL && (view.only = ip_device(s, c, device)) == 0) return;
    if (view.only == 0 && !view.brief) show_loopback(s, c->process, view.addresses);
    for (uint32_t i = 0; i < n->interface_count; i++)
        if (view.only == 0 || view.only == n->first_interface + i)
            say_interface(s, c->process, n->first_interface + i, &view);
    process_return(s, c->process);
}

/* ip link set [dev] NAME up|down | mtu N */
static void set_link(struct step *s, const struct command *c) {
    enum { MTU_LEAST = 68, MTU_MOST = 1500 };
    size_t at = c->count > 3 && same_text(c->words[3], "dev") ? 4 : 3;
    const char *name = at < c->count ? c->words[at] : "";
    const char *state = at + 1 < c->count ? c->words[at + 1] : "";
    uint32_t interface = ip_device(s, c, name);
    uint64_t mtu;
    if (interface == 0) return;
    if (same_text(state, "up") || same_text(state, "down")) {
        iface_set(s, interface, same_text(state, "up") ? IFACE_UP : IFACE_DOWN);
    } else if (same_text(state, "mtu") && at + 2 < c->count && parse_u64(c->words[at + 2], &mtu)) {
        if (mtu < MTU_LEAST || mtu > MTU_MOST) {
            ip_fail(s, c,
                    mtu < MTU_LEAST ? "Error: mtu less than device minimum."
                                    : "Error: mtu greater than device maximum.");
            return;
        }
        interface_at(s->lab, interface)->mtu = (uint32_t)mtu;
        trace_interface(s, interface);
        netlink_tell(s, c->node, NETLINK_LINK);
    } else {
        command_misused(s, c, "link set NAME up|down | mtu N");
        return;
    }
    process_return(s, c->process);
}

/* The address of `ip addr add|del`; without a length it is a host's. */
static bool parse_own(const char *word, ip4 *address, uint32_t *prefix) {
    *prefix = 32;
    return parse_cidr(word, address, prefix) || parse_ip4(word, address);
}

static bool is_unicast(ip4 address) {
    enum { LOOPBACK = 127, GROUPS = 224 };
    return address >> 24 != 0 && address >> 24 != LOOPBACK && address >> 24 < GROUPS;
}

/* ip addr add|del ADDRESS/LENGTH dev NAME; ip addr flush dev NAME */
static void change_address(struct step *s, const struct command *c, const char *verb) {
    const char *device = ip_after(c, "dev");
    bool flush = same_text(verb, "flush"), add = ip_is(verb, "add");
    ip4 address = 0;
    uint32_t prefix = 0;
    if (device == NULL || (!flush && !parse_own(c->words[3], &address, &prefix)) ||
        !(flush || add || ip_is(verb, "delete"))) {
        command_misused(s, c, "addr add|del ADDRESS/LENGTH dev NAME | addr flush dev NAME");
        return;
    }
    uint32_t interface = ip_device(s, c, device);
    if (interface == 0) return;
    const struct interface *i = iface_get(s->lab, interface);
    bool same = i->given == address && i->prefix == prefix;
    if (add && (same || iface_with_address(s->lab, c->node, address) == interface))
        ip_fail(s, c, "Error: ipv4: Address already assigned.");
    else if (add && i->given != 0)
        ip_fail(s, c, "an interface has one address here: delete the old one first");
    else if (add && !is_unicast(address))
        ip_fail(s, c, "Error: ipv4: Invalid address.");
    else if (!add && !flush && !same)
        ip_fail(s, c, "Error: ipv4: Address not found.");
    else {
        iface_give(s, interface, add ? address : 0, add ? prefix : 0);
        process_return(s, c->process);
    }
}

/* ------------------------------------------------------------------- the line */

/* Options stand before the object: -s, -br, and those that change nothing here. */
static bool take_option(const char *word, struct view *view) {
    static const char *const harmless[] = {"-4", "-d", "-details", "-o", "-c", "-color"};
    if (same_text(word, "-s") || same_text(word, "-stats") || same_text(word, "-statistics")) {
        view->statistics = true;
        return true;
    }
    if (same_text(word, "-br") || same_text(word, "-brief")) {
        view->brief = true;
        return true;
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (same_text(word, harmless[i])) return true;
    return false;
}

static bool is_change(const char *verb) {
    return !ip_is(verb, "show") && !ip_is(verb, "list") && !same_text(verb, "ls");
}

void run_ip(struct step *s, const struct command *line) {
    struct command words = *line, *c = &words;
    struct view view = {.only = 0};
    while (c->count > 1 && take_option(c->words[1], &view)) {
        c->words[1] = c->words[0]; /* an option goes, the command's name stays in front */
        c->words++;
        c->count--;
    }
    const char *object = c->count > 1 ? c->words[1] : "";
    const char *verb = c->count > 2 ? c->words[2] : "show";
    view.addresses = ip_is(object, "address") || same_text(object, "addr");
    if (view.addresses && is_change(verb))
        change_address(s, c, verb);
    else if (ip_is(object, "link") && same_text(verb, "set"))
        set_link(s, c);
    else if (ip_is(object, "link") && is_change(verb))
        command_misused(s, c, "interfaces are the scenario's; here they only show");
    else if (view.addresses || ip_is(object, "link"))
        show_interfaces(s, c, view);
    else if (ip_is(object, "maddress"))
        run_ip_maddr(s, c);
    else if (ip_is(object, "route"))
        run_ip_route(s, c, verb);
    else if (ip_is(object, "neighbour") || ip_is(object, "neighbor"))
        run_ip_neigh(s, c);
    else
        command_misused(s, c, "which object?");
}
