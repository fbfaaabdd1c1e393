#include "apps/ip.h"
/*
 * ip maddr: the groups that each interface is in, as iproute2 lists them: link-layer addresses by
 * their age, then the groups, the newest first. Addresses of IPv6 are left out.
 */
#include "stack/iface.h"
#include "stack/ip/igmp.h"

/* The nth of the interface's groups, from 0, the newest first; NULL: there are no more. 224.0.0.1
 * is always the last. */
static const struct group *nth_group(const struct lab *lab, uint32_t interface, uint32_t n) {
    const struct group *g;
    for (struct id id = group_first(lab, iface_get(lab, interface)->node);
         (g = group_get(lab, id)) != NULL; id = g->next)
        if (g->interface == interface && g->users > 0 && g->address != GROUP_ALL_HOSTS && n-- == 0)
            break;
    return g;
}

static void say_link(struct step *s, struct id process, ip4 group) {
    char room[64];
    struct text t = text_of(room, sizeof room);
    uint8_t mac[MAC_OCTETS] = {
        0x01, 0x00, 0x5e, (uint8_t)(group >> 16 & 0x7f), (uint8_t)(group >> 8), (uint8_t)group};
    text_add(&t, "\tlink  ");
    text_mac(&t, mac);
    process_say(s, process, &t);
}

static void say_group(struct step *s, struct id process, const struct group *g) {
    char room[64];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "\tinet  ");
    text_ip4(&t, g->address);
    if (g->users != 1) {
        text_add(&t, " users ");
        text_u64(&t, g->users);
    }
    process_say(s, process, &t);
}

static void say_interface(struct step *s, struct id process, uint32_t interface, uint32_t number) {
    char room[64];
    struct text t = text_of(room, sizeof room);
    uint32_t count = 0;
    text_u64(&t, number);
    text_add(&t, ":\t");
    text_add(&t, iface_get(s->lab, interface)->name);
    process_say(s, process, &t);
    while (nth_group(s->lab, interface, count) != NULL) count++;
    say_link(s, process, GROUP_ALL_HOSTS);
    for (uint32_t i = count; i > 0; i--)
        say_link(s, process, nth_group(s->lab, interface, i - 1)->address);
    for (uint32_t i = 0; i < count; i++) say_group(s, process, nth_group(s->lab, interface, i));
    process_print(s, process, "\tinet  224.0.0.1");
}

void run_ip_maddr(struct step *s, const struct command *c) {
    const struct node *n = node_view_at(s->lab, c->node);
    const char *device = ip_after(c, "dev");
    uint32_t only = device == NULL ? 0 : ip_device(s, c, device);
    if (device != NULL && only == 0) return;
    if (only == 0) {
        process_print(s, c->process, "1:\tlo");
        process_print(s, c->process, "\tinet  224.0.0.1");
    }
    for (uint32_t i = 0; i < n->interface_count; i++)
        if (only == 0 || only == n->first_interface + i)
            say_interface(s, c->process, n->first_interface + i, i + 2);
    process_return(s, c->process);
}
