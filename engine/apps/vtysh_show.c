#include "apps/vtysh.h"
/*
 * What vtysh shows: routes (vtysh_routes.c), interfaces, the running configuration; `show ip rip`
 * and `show ip ospf` are the daemons'. In FRR's layout.
 */
#include "apps/daemons.h"
#include "routing/keychain.h"
#include "routing/routing.h"
#include "routing/staticd.h"
#include "stack/iface.h"
#include "stack/sysctl.h"
#include <string.h>

/* Lines go to the process, each behind `indent`. */
struct console {
    struct say say;
    struct step *s;
    struct id process;
    const char *indent;
};

static void print(struct say *say, const char *line) {
    struct console *c = (struct console *)say;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, c->indent);
    text_add(&t, line);
    process_print(c->s, c->process, room);
}

static struct console console_of(struct step *s, struct id process) {
    return (struct console){.say = {print}, .s = s, .process = process, .indent = ""};
}

/* ------------------------------------------------------------------- interfaces */

static const char *status_of(const struct lab *lab, uint32_t interface) {
    return iface_get(lab, interface)->up && iface_has_carrier(lab, interface) ? "up" : "down";
}

static void text_address(struct text *t, const struct interface *i) {
    if (i->address == 0) return;
    text_ip4(t, i->address);
    text_char(t, '/');
    text_u64(t, i->prefix);
}

static void show_brief(const struct lab *lab, uint32_t node, struct say *say) {
    enum { NAME = 16, STATUS = 8, VRF = 16 };
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    const struct node *n = node_view_at(lab, node);
    say_text(say, "Interface       Status  VRF             Addresses");
    say_text(say, "---------       ------  ---             ---------");
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++) {
        text_column(&t, iface_get(lab, i)->name, NAME);
        text_column(&t, status_of(lab, i), STATUS);
        text_column(&t, "default", VRF);
        text_address(&t, iface_get(lab, i));
        say_line(say, &t);
    }
}

static void show_interface(const struct lab *lab, uint32_t interface, struct say *say) {
    const struct interface *i = iface_get(lab, interface);
    bool carrier = iface_has_carrier(lab, interface);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "Interface ");
    text_add(&t, i->name);
    text_add(&t, i->up ? " is up, line protocol is " : " is down");
    if (i->up) text_add(&t, carrier ? "up" : "down");
    say_line(say, &t);
    say_text(say, "  vrf: default");
    text_add(&t, "  index ");
    text_u64(&t, i->number);
    text_add(&t, " metric 0 mtu ");
    text_u64(&t, i->mtu);
    say_line(say, &t);
    text_add(&t, i->up ? carrier ? "  flags: <UP,BROADCAST,RUNNING,MULTICAST>"
                                 : "  flags: <UP,BROADCAST,MULTICAST>"
                       : "  flags: <BROADCAST,MULTICAST>");
    say_line(say, &t);
    say_text(say, "  Type: Ethernet");
    text_add(&t, "  HWaddr: ");
    text_mac(&t, i->mac);
    say_line(say, &t);
    if (i->address == 0) return;
    text_add(&t, "  inet ");
    text_address(&t, i);
    say_line(say, &t);
}

static bool show_interfaces(const struct lab *lab, uint32_t node, size_t count, char **words,
                            struct say *say) {
    const struct node *n = node_view_at(lab, node);
    if (count == 2 && vtysh_is(words[1], "brief")) {
        show_brief(lab, node, say);
    } else if (count == 2) {
        uint32_t interface = iface_named(lab, node, words[1]);
        char room[LINE_ROOM];
        struct text t = text_of(room, sizeof room);
        text_add(&t, "% Can't find interface ");
        text_add(&t, words[1]);
        if (interface == 0) say_line(say, &t);
        if (interface != 0) show_interface(lab, interface, say);
    } else if (count == 1) {
        for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
            show_interface(lab, i, say);
    }
    return count <= 2;
}

/* ------------------------------------------------------------------- the running configuration */

/* A heading, lines of which there may be none, and what ends them. */
struct section {
    struct say say;
    struct say *to;
    const char *first, *name;
    bool begun;
};

static void section_line(struct say *say, const char *line) {
    struct section *section = (struct section *)say;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (!section->begun) {
        text_add(&t, section->first);
        text_add(&t, section->name);
        say_line(section->to, &t);
        section->begun = true;
    }
    if (line == NULL) return;
    text_char(&t, ' ');
    text_add(&t, line);
    say_line(section->to, &t);
}

static struct section section_of(struct say *to, const char *first, const char *name) {
    return (struct section){.say = {section_line}, .to = to, .first = first, .name = name};
}

static void section_end(struct section *section) {
    if (!section->begun) return;
    say_text(section->to, "exit");
    say_text(section->to, "!");
}

static void say_interfaces(const struct lab *lab, uint32_t node, struct say *say) {
    const struct node *n = node_view_at(lab, node);
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++) {
        struct section section = section_of(say, "interface ", iface_get(lab, i)->name);
        if (!iface_get(lab, i)->up) section_line(&section.say, "shutdown");
        ospf_running_config(lab, node, i, &section.say);
        rip_running_config(lab, node, i, &section.say);
        section_end(&section);
    }
}

static void show_running(const struct lab *lab, uint32_t node, struct say *say) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    say_text(say, "Building configuration...");
    say_text(say, "");
    say_text(say, "Current configuration:");
    say_text(say, "!");
    text_add(&t, "hostname ");
    text_add(&t, node_view_at(lab, node)->name);
    say_line(say, &t);
    say_text(say, "!");
    keys_running_config(lab, node, say);
    static_running_config(lab, node, say);
    if (static_has(lab, node)) say_text(say, "!");
    say_interfaces(lab, node, say);
    struct section rip = section_of(say, "router ", "rip"),
                   ospf = section_of(say, "router ", "ospf");
    if (rip_has_router(lab, node)) {
        section_line(&rip.say, NULL);
        rip_running_config(lab, node, 0, &rip.say);
    }
    section_end(&rip);
    if (ospf_has_router(lab, node)) {
        section_line(&ospf.say, NULL);
        ospf_running_config(lab, node, 0, &ospf.say);
    }
    section_end(&ospf);
    say_text(say, "end");
}

/* ------------------------------------------------------------------- the words */

static void say_incomplete(struct say *say, const char *line) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "% Command incomplete: ");
    text_add(&t, line);
    say_line(say, &t);
}

static bool show_daemon(const struct lab *lab, uint32_t node, bool rip, size_t count, char **words,
                        struct say *say) {
    if (!id_is(daemon_process(lab, node, rip ? APP_RIPD : APP_OSPFD))) {
        say_text(say, rip ? "ripd is not running" : "ospfd is not running");
        return true;
    }
    if (rip) return !rip_has_router(lab, node) || rip_show(lab, node, count, words, say);
    if (ospf_has_router(lab, node)) return ospf_show(lab, node, count, words, say);
    say_text(say, "% OSPF is not enabled in vrf default");
    return true;
}

static bool show_ip(struct step *s, uint32_t node, size_t count, char **words, struct say *say) {
    bool known = true;
    if (vtysh_is(words[0], "route"))
        vtysh_show_routes(s->lab, s->now, node, count - 1, words + 1, say, &known);
    else if (same_text(words[0], "rip") || same_text(words[0], "ospf"))
        return show_daemon(s->lab, node, words[0][0] == 'r', count - 1, words + 1, say);
    else if (count == 1 && vtysh_is(words[0], "forwarding"))
        say_text(say, setting_of(s->lab, node, SETTING_IP_FORWARD) != 0 ? "IP forwarding is on"
                                                                        : "IP forwarding is off");
    else
        return false;
    return known;
}

bool vtysh_show(struct step *s, struct id process, size_t count, char **words, const char *line) {
    struct console c = console_of(s, process);
    uint32_t node = process_get(s->lab, process)->node;
    bool ip = count >= 2 && same_text(words[1], "ip");
    if (count == 1 || (ip && count == 2)) {
        say_incomplete(&c.say, line);
        return true;
    }
    if (ip) return show_ip(s, node, count - 2, words + 2, &c.say);
    if (vtysh_is(words[1], "interface"))
        return show_interfaces(s->lab, node, count - 1, words + 1, &c.say);
    if (count == 2 && vtysh_is(words[1], "running-config")) {
        show_running(s->lab, node, &c.say);
        return true;
    }
    return false;
}
