#include "apps/ip.h"
/*
 * ip neigh, in the words of iproute2: entries of the ARP cache by their states (nud), shown, added,
 * changed, deleted and flushed. What is set by hand is PERMANENT, if no other state is said.
 *
 * Left out: proxies (ip neigh add proxy), the states noarp and none, statistics (-s).
 */
#include "stack/iface.h"
#include "stack/ip/arp.h"

static bool parse_state(const char *word, enum neighbour_state *state) {
    for (uint32_t i = NEIGHBOUR_INCOMPLETE; i < NEIGHBOUR_STATE_COUNT; i++) {
        const char *name = neighbour_state_name(i);
        size_t at = 0;
        while (name[at] != '\0' && (word[at] == name[at] || word[at] == name[at] + 'a' - 'A')) at++;
        if (name[at] != '\0' || word[at] != '\0') continue;
        *state = (enum neighbour_state)i;
        return true;
    }
    return false;
}

static void bad_state(struct step *s, const struct command *c, const char *word) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "Error: argument \"");
    text_add(&t, word);
    text_add(&t, "\" is wrong: nud state is bad");
    ip_fail(s, c, room);
}

struct neighbour_wish { /* which entries are meant; 0: any */
    uint32_t interface;
    ip4 address;
    enum neighbour_state state;
};

static void show_neighbour(struct step *s, struct id process, const struct neighbour *n,
                           bool device) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_ip4(&t, n->address);
    if (device) text_add(&t, " dev ");
    if (device) text_add(&t, iface_get(s->lab, n->interface)->name);
    if (n->state != NEIGHBOUR_INCOMPLETE && n->state != NEIGHBOUR_FAILED) {
        text_add(&t, " lladdr ");
        text_mac(&t, n->mac);
    }
    text_char(&t, ' ');
    text_add(&t, neighbour_state_name(n->state));
    process_say(s, process, &t);
}

/* ip neigh show [ADDRESS] [dev NAME] [nud STATE] */
static void show_neighbours(struct step *s, const struct command *c) {
    struct neighbour_wish wish = {0, 0, NEIGHBOUR_NONE};
    for (size_t i = 3; i < c->count; i++) {
        bool valued = i + 1 < c->count;
        if (valued && same_text(c->words[i], "nud")) {
            if (!parse_state(c->words[++i], &wish.state)) {
                bad_state(s, c, c->words[i]);
                return;
            }
        } else if (valued && same_text(c->words[i], "dev")) {
            wish.interface = ip_device(s, c, c->words[++i]);
            if (wish.interface == 0) return;
        } else if (!same_text(c->words[i], "to")) {
            parse_ip4(c->words[i], &wish.address);
        }
    }
    for (struct id id = neighbour_first(s->lab, c->node); id_is(id);
         id = neighbour_get(s->lab, id)->next) {
        const struct neighbour *n = neighbour_get(s->lab, id);
        if (n->state != NEIGHBOUR_NONE &&
            (wish.state == NEIGHBOUR_NONE || n->state == wish.state) &&
            (wish.interface == 0 || n->interface == wish.interface) &&
            (wish.address == 0 || n->address == wish.address))
            show_neighbour(s, c->process, n, wish.interface == 0);
    }
    process_return(s, c->process);
}

static void flush_neighbours(struct step *s, const struct command *c) {
    const struct node *n = node_view_at(s->lab, c->node);
    const char *device = ip_after(c, "dev");
    uint32_t only = 0;
    if (device == NULL && !(c->count > 3 && same_text(c->words[3], "all"))) {
        command_misused(s, c, "neigh flush all | neigh flush dev NAME");
        return;
    }
    if (device != NULL && (only = ip_device(s, c, device)) == 0) return;
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        if (only == 0 || only == i) neighbour_flush(s, i);
    process_return(s, c->process);
}

/* What `ip neigh VERB ADDRESS dev NAME ...` names. False: the line was answered. */
static bool named_neighbour(struct step *s, const struct command *c, struct neighbour_wish *wish) {
    const char *device = ip_after(c, "dev"), *nud = ip_after(c, "nud");
    if (c->count < 4 || !parse_ip4(c->words[3], &wish->address) || device == NULL) {
        ip_fail(s, c, "Device and destination are required arguments.");
        return false;
    }
    wish->interface = ip_device(s, c, device);
    if (wish->interface == 0) return false;
    wish->state = NEIGHBOUR_PERMANENT;
    if (nud == NULL || parse_state(nud, &wish->state)) return true;
    bad_state(s, c, nud);
    return false;
}

static void remove_neighbour(struct step *s, const struct command *c) {
    struct neighbour_wish wish;
    if (!named_neighbour(s, c, &wish)) return;
    struct id id = neighbour_find(s->lab, wish.interface, wish.address);
    if (id_is(id))
        neighbour_remove(s, id);
    else
        process_print(s, c->process, "RTNETLINK answers: No such file or directory");
    process_return(s, c->process);
}

static void get_neighbour(struct step *s, const struct command *c) {
    struct neighbour_wish wish;
    if (!named_neighbour(s, c, &wish)) return;
    struct id id = neighbour_find(s->lab, wish.interface, wish.address);
    if (id_is(id))
        show_neighbour(s, c->process, neighbour_get(s->lab, id), true);
    else
        process_print(s, c->process, "Error: Neighbour entry not found.");
    process_return(s, c->process);
}

static bool is_known(enum neighbour_state state) {
    return state != NEIGHBOUR_INCOMPLETE && state != NEIGHBOUR_FAILED;
}

/* ip neigh add|change|replace ADDRESS [lladdr MAC] dev NAME [nud STATE] */
static void change_neighbour(struct step *s, const struct command *c, const char *verb) {
    const char *lladdr = ip_after(c, "lladdr"), *problem = NULL;
    uint8_t mac[MAC_OCTETS];
    struct neighbour_wish wish;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (!named_neighbour(s, c, &wish)) return;
    bool there = id_is(neighbour_find(s->lab, wish.interface, wish.address));
    if (lladdr != NULL && !parse_mac(lladdr, mac)) {
        text_char(&t, '"');
        text_add(&t, lladdr);
        text_add(&t, "\" is invalid lladdr.");
        problem = room;
    } else if (lladdr == NULL && is_known(wish.state)) {
        problem = "Error: No link layer address given.";
    } else if (there && ip_is(verb, "add")) {
        problem = "RTNETLINK answers: File exists";
    } else if (!there && (ip_is(verb, "change") || same_text(verb, "chg"))) {
        problem = "RTNETLINK answers: No such file or directory";
    } else if (!neighbour_set(s, wish.interface, wish.address, lladdr == NULL ? NULL : mac,
                              wish.state)) {
        problem = "RTNETLINK answers: No buffer space available";
    }
    if (problem != NULL) process_print(s, c->process, problem);
    process_return(s, c->process);
}

void run_ip_neigh(struct step *s, const struct command *c) {
    const char *verb = c->count > 2 ? c->words[2] : "show";
    if (ip_is(verb, "show") || ip_is(verb, "list"))
        show_neighbours(s, c);
    else if (ip_is(verb, "flush"))
        flush_neighbours(s, c);
    else if (ip_is(verb, "add") || ip_is(verb, "replace") || ip_is(verb, "change") ||
             same_text(verb, "chg"))
        change_neighbour(s, c, verb);
    else if (ip_is(verb, "delete"))
        remove_neighbour(s, c);
    else if (ip_is(verb, "get"))
        get_neighbour(s, c);
    else
        command_misused(s, c, "neigh show|flush|add|change|replace|del|get");
}
