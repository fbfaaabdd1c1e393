#include "routing/rip.h"
/* RIP's configuration as `show running-config` prints it: FRR's words in FRR's order. */
#include "stack/iface.h"

struct out {
    const struct lab *lab;
    struct say *say;
    struct text t;
    char room[128];
};

static void word(struct out *o, const char *text) {
    if (text_length(&o->t) > 0) text_char(&o->t, ' ');
    text_add(&o->t, text);
}

static void number(struct out *o, uint32_t value) {
    text_char(&o->t, ' ');
    text_u64(&o->t, value);
}

static void end(struct out *o) {
    say_line(o->say, &o->t);
}

static void one(struct out *o, uint32_t value, const char *text) {
    if (value == 0) return;
    word(o, text);
    number(o, value);
    end(o);
}

static void flag(struct out *o, uint32_t on, const char *text) {
    if (on == 0) return;
    word(o, text);
    end(o);
}

static void prefix(struct out *o, const struct rip_line *l, const char *text) {
    word(o, text);
    text_char(&o->t, ' ');
    text_ip4(&o->t, l->address);
    if (l->kind == RIP_LINE_NEIGHBOUR) return;
    text_char(&o->t, '/');
    text_u64(&o->t, l->prefix);
}

static void line(struct out *o, const struct rip_line *l) {
    switch ((enum rip_line_kind)l->kind) {
    case RIP_LINE_NEIGHBOUR: prefix(o, l, "neighbor"); break;
    case RIP_LINE_NETWORK: prefix(o, l, "network"); break;
    case RIP_LINE_ROUTE: prefix(o, l, "route"); break;
    case RIP_LINE_NETWORK_NAME:
        word(o, "network");
        word(o, l->name);
        break;
    case RIP_LINE_OFFSET_IN:
    case RIP_LINE_OFFSET_OUT:
        word(o, "offset-list");
        word(o, l->list);
        word(o, l->kind == RIP_LINE_OFFSET_IN ? "in" : "out");
        number(o, l->value);
        if (l->name[0] != '\0') word(o, l->name);
        break;
    case RIP_LINE_PASSIVE:
    case RIP_LINE_ACTIVE:
        if (l->kind == RIP_LINE_ACTIVE) word(o, "no");
        word(o, "passive-interface");
        word(o, l->name);
        break;
    case RIP_LINE_KINDS: break;
    }
    end(o);
}

static void lines(struct out *o, const struct rip *rip, enum rip_line_kind first,
                  enum rip_line_kind last) {
    const struct rip_line *l;
    for (struct id id = rip->first_line; (l = rip_line_get(o->lab, id)) != NULL; id = l->next)
        if (l->kind >= (uint32_t)first && l->kind <= (uint32_t)last) line(o, l);
}

static void redistribution(struct out *o, const struct rip *rip) {
    static const char *const of[] = {"redistribute connected", "redistribute ospf",
                                     "redistribute static"};
    for (uint32_t i = 0; i < RIP_REDISTRIBUTED_COUNT; i++) {
        if (rip->redistribute[i] == 0) continue;
        word(o, of[i]);
        if (rip->redistribute[i] > 1) {
            word(o, "metric");
            number(o, rip->redistribute[i] - 1);
        }
        end(o);
    }
}

static void router(struct out *o, const struct rip *rip) {
    flag(o, rip->originate, "default-information originate");
    one(o, rip->default_metric, "default-metric");
    one(o, rip->distance, "distance");
    lines(o, rip, RIP_LINE_NEIGHBOUR, RIP_LINE_OFFSET_OUT);
    flag(o, rip->passive, "passive-interface default");
    if (rip->passive == 0) lines(o, rip, RIP_LINE_PASSIVE, RIP_LINE_PASSIVE);
    if (rip->passive != 0) lines(o, rip, RIP_LINE_ACTIVE, RIP_LINE_ACTIVE);
    redistribution(o, rip);
    lines(o, rip, RIP_LINE_ROUTE, RIP_LINE_ROUTE);
    if (rip->update_s != 0) {
        word(o, "timers basic");
        number(o, rip->update_s);
        number(o, rip->timeout_s);
        number(o, rip->garbage_s);
        end(o);
    }
    one(o, rip->version, "version");
}

static void versions(struct out *o, uint32_t bits, const char *text) {
    if (bits == 0) return;
    word(o, text);
    if ((bits & RIP_VERSION_1) != 0) word(o, "1");
    if ((bits & RIP_VERSION_2) != 0) word(o, "2");
    if ((bits & RIP_VERSION_NONE) != 0) word(o, "none");
    end(o);
}

static void text(struct out *o, const char *value, const char *what) {
    if (value[0] == '\0') return;
    word(o, what);
    word(o, value);
    end(o);
}

static void interface(struct out *o, const struct rip_interface *i) {
    text(o, i->chain, "ip rip authentication key-chain");
    flag(o, i->auth == RIP_AUTH_TEXT, "ip rip authentication mode text");
    flag(o, i->auth == RIP_AUTH_DIGEST && i->rfc_length == 0, "ip rip authentication mode md5");
    flag(o, i->auth == RIP_AUTH_DIGEST && i->rfc_length != 0,
         "ip rip authentication mode md5 auth-length rfc");
    text(o, i->secret, "ip rip authentication string");
    versions(o, i->hear, "ip rip receive version");
    versions(o, i->send, "ip rip send version");
    flag(o, i->split == RIP_SPLIT_SIMPLE, "ip rip split-horizon");
    flag(o, i->split == RIP_SPLIT_POISON, "ip rip split-horizon poisoned-reverse");
    flag(o, i->broadcast, "ip rip v2-broadcast");
    flag(o, i->split == RIP_SPLIT_OFF, "no ip rip split-horizon");
}

void rip_running_config(const struct lab *lab, uint32_t node, uint32_t number_of_it,
                        struct say *say) {
    struct out o = {.lab = lab, .say = say};
    const struct rip *rip = rip_of(lab, node);
    if (rip == NULL) return;
    o.t = text_of(o.room, sizeof o.room);
    if (number_of_it == 0) {
        router(&o, rip);
        return;
    }
    struct id id = rip_interface_find(lab, rip, number_of_it);
    if (id_is(id)) interface(&o, rip_interface_get(lab, id));
}
