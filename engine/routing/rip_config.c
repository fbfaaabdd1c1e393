#include "routing/rip.h"
/*
 * The lines of RIP's configuration in FRR's words, as `router rip` and `interface NAME` take them,
 * and the same lines printed, in FRR's order. Each of them takes effect at once.
 */
#include "stack/iface.h"
#include <string.h>

struct asked { /* a line */
    struct step *s;
    struct rip *rip;
    bool no;
    size_t count;
    char **words;
    struct text *why;
};
typedef enum config_result handler(struct asked *);

static bool is(const struct asked *a, size_t at, const char *word) {
    return at < a->count && same_text(a->words[at], word);
}

static bool number(const struct asked *a, size_t at, uint64_t low, uint64_t high, uint32_t *out) {
    uint64_t value;
    if (at >= a->count || !parse_u64(a->words[at], &value)) return false;
    if (value < low || value > high) return false;
    *out = (uint32_t)value;
    return true;
}

static enum config_result incomplete(struct asked *a) {
    text_add(a->why, "% Command incomplete: ");
    text_add(a->why, a->words[0]);
    return CONFIG_BAD;
}

static enum config_result done(struct asked *a) {
    rip_apply(a->s, a->rip);
    return CONFIG_OK;
}

/* ------------------------------------------------------------------ lines that may be several */

static struct rip_line *line_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_RIP_LINE, id);
}

static bool same_line(const struct rip_line *a, const struct rip_line *b) {
    return a->kind == b->kind && a->address == b->address && a->prefix == b->prefix &&
           same_text(a->name, b->name);
}

/* Printed in this order, as FRR sorts them; names stay as they came. */
static bool stands_before(const struct rip_line *a, const struct rip_line *b) {
    if (a->kind != b->kind) return a->kind < b->kind;
    return a->address != b->address ? a->address < b->address : a->prefix < b->prefix;
}

static enum config_result put_line(struct asked *a, const struct rip_line *wanted) {
    struct id *at = &a->rip->first_line;
    struct rip_line *l;
    for (; (l = line_edit(a->s, *at)) != NULL && !same_line(l, wanted);) at = &l->next;
    if (a->no) {
        if (l == NULL) return CONFIG_OK;
        struct id gone = *at;
        *at = l->next;
        object_destroy(a->s, POOL_RIP_LINE, gone);
        return done(a);
    }
    if (l == NULL) {
        struct id id = object_create(a->s, POOL_RIP_LINE, a->rip->node);
        l = line_edit(a->s, id);
        if (l == NULL) {
            text_add(a->why, "% No room for one more line");
            return CONFIG_BAD;
        }
        at = &a->rip->first_line;
        while (id_is(*at) && !stands_before(wanted, rip_line_get(a->s->lab, *at)))
            at = &line_edit(a->s, *at)->next;
        struct id next = *at;
        *l = *wanted;
        l->next = next;
        *at = id;
    }
    l->value = wanted->value;
    copy_text(l->list, sizeof l->list, wanted->list);
    return done(a);
}

static bool is_interface(const struct asked *a, size_t at) {
    return at < a->count && strlen(a->words[at]) < INTERFACE_NAME_ROOM;
}

static struct rip_line named(enum rip_line_kind kind, const char *name) {
    struct rip_line l = {.kind = kind};
    copy_text(l.name, sizeof l.name, name);
    return l;
}

static enum config_result network(struct asked *a) {
    struct rip_line l = {.kind = RIP_LINE_NETWORK};
    if (a->count < 2) return incomplete(a);
    if (a->count > 2) return CONFIG_UNKNOWN;
    if (parse_cidr(a->words[1], &l.address, &l.prefix)) {
        l.address &= prefix_mask(l.prefix);
        return put_line(a, &l);
    }
    if (!is_interface(a, 1)) return CONFIG_UNKNOWN;
    l = named(RIP_LINE_NETWORK_NAME, a->words[1]);
    return put_line(a, &l);
}

static enum config_result neighbor(struct asked *a) {
    struct rip_line l = {.kind = RIP_LINE_NEIGHBOUR, .prefix = 32};
    if (a->count < 2) return incomplete(a);
    if (a->count > 2 || !parse_ip4(a->words[1], &l.address)) return CONFIG_UNKNOWN;
    return put_line(a, &l);
}

static enum config_result passive(struct asked *a) {
    if (a->count < 2) return incomplete(a);
    if (a->count > 2 || !is_interface(a, 1)) return CONFIG_UNKNOWN;
    if (is(a, 1, "default")) {
        a->rip->passive = !a->no;
        return done(a);
    }
    bool turned = a->rip->passive != 0;
    struct rip_line l = named(turned ? RIP_LINE_ACTIVE : RIP_LINE_PASSIVE, a->words[1]);
    if (turned) a->no = !a->no; /* under `passive-interface default` the exceptions speak */
    return put_line(a, &l);
}

static enum config_result route(struct asked *a) {
    struct rip_line l = {.kind = RIP_LINE_ROUTE};
    if (a->count < 2) return incomplete(a);
    if (a->count > 2 || !parse_cidr(a->words[1], &l.address, &l.prefix)) return CONFIG_UNKNOWN;
    l.address &= prefix_mask(l.prefix);
    return put_line(a, &l);
}

/* offset-list LIST in|out METRIC [INTERFACE]: LIST is kept, and holds for every network. */
static enum config_result offset_list(struct asked *a) {
    uint32_t value;
    if (a->count < 2) return incomplete(a);
    bool in = is(a, 2, "in");
    if (a->count > 5 || strlen(a->words[1]) >= RIP_WORD_ROOM || (!in && !is(a, 2, "out")) ||
        !number(a, 3, 0, 16, &value) || (a->count == 5 && !is_interface(a, 4)))
        return CONFIG_UNKNOWN;
    struct rip_line l =
        named(in ? RIP_LINE_OFFSET_IN : RIP_LINE_OFFSET_OUT, a->count == 5 ? a->words[4] : "");
    l.value = value;
    copy_text(l.list, sizeof l.list, a->words[1]);
    return put_line(a, &l);
}

/* ------------------------------------------------------------------------ lines that are one */

static enum config_result version(struct asked *a) {
    uint32_t value = 0;
    if (!a->no && a->count < 2) return incomplete(a);
    if (!a->no && (a->count > 2 || !number(a, 1, 1, 2, &value))) return CONFIG_UNKNOWN;
    a->rip->version = value;
    return done(a);
}

static enum config_result timers(struct asked *a) {
    enum { MOST = 65535 };
    uint32_t update = 0, timeout = 0, garbage = 0;
    if (!is(a, 1, "basic")) return CONFIG_UNKNOWN;
    bool right = a->count == 5 && number(a, 2, 1, MOST, &update) &&
                 number(a, 3, 1, MOST, &timeout) && number(a, 4, 1, MOST, &garbage);
    if (!a->no && !right) return CONFIG_UNKNOWN;
    if (a->no) update = timeout = garbage = 0;
    a->rip->update_s = update;
    a->rip->timeout_s = timeout;
    a->rip->garbage_s = garbage;
    return done(a);
}

static enum config_result default_metric(struct asked *a) {
    uint32_t value = 0;
    if (!a->no && a->count < 2) return incomplete(a);
    if (!a->no && (a->count > 2 || !number(a, 1, 1, 16, &value))) return CONFIG_UNKNOWN;
    a->rip->default_metric = value;
    return done(a);
}

static enum config_result distance(struct asked *a) {
    uint32_t value = 0;
    if (!a->no && a->count < 2) return incomplete(a);
    if (!a->no && (a->count > 2 || !number(a, 1, 1, 255, &value))) return CONFIG_UNKNOWN;
    rip_distance_set(a->s, a->rip, value);
    return done(a);
}

static enum config_result originate(struct asked *a) {
    if (a->count != 2 || !is(a, 1, "originate")) return CONFIG_UNKNOWN;
    a->rip->originate = !a->no;
    return done(a);
}

static const char *const redistributed[] = {"connected", "ospf", "static"};

static enum config_result redistribute(struct asked *a) {
    uint32_t metric = 0, which = 0;
    if (a->count < 2) return incomplete(a);
    while (which < RIP_REDISTRIBUTED_COUNT && !is(a, 1, redistributed[which])) which++;
    bool right =
        a->count == 2 || (a->count == 4 && is(a, 2, "metric") && number(a, 3, 0, 16, &metric));
    if (which == RIP_REDISTRIBUTED_COUNT || (!right && !a->no)) return CONFIG_UNKNOWN;
    a->rip->redistribute[which] = a->no ? 0 : 1 + metric;
    return done(a);
}

static const struct {
    const char *word;
    handler *run;
} lines[] = {{"network", network},
             {"neighbor", neighbor},
             {"passive-interface", passive},
             {"route", route},
             {"offset-list", offset_list},
             {"version", version},
             {"timers", timers},
             {"default-metric", default_metric},
             {"default-information", originate},
             {"distance", distance},
             {"redistribute", redistribute}};

/* ------------------------------------------------------------------ what an interface is told */

static enum config_result versions(struct asked *a, uint32_t *bits) {
    uint32_t wanted = 0;
    for (size_t i = 4; i < a->count; i++) {
        if (is(a, i, "1"))
            wanted |= RIP_VERSION_1;
        else if (is(a, i, "2"))
            wanted |= RIP_VERSION_2;
        else if (is(a, i, "none") && a->count == 5)
            wanted = RIP_VERSION_NONE;
        else
            return CONFIG_UNKNOWN;
    }
    if (!is(a, 3, "version") || (wanted == 0 && !a->no)) return CONFIG_UNKNOWN;
    *bits = a->no ? 0 : wanted;
    return CONFIG_OK;
}

static enum config_result split_horizon(struct asked *a, struct rip_interface *i) {
    bool poison = is(a, 3, "poisoned-reverse");
    if (a->count > 4 || (a->count == 4 && !poison)) return CONFIG_UNKNOWN;
    if (a->no)
        i->split = poison ? RIP_SPLIT_SIMPLE : RIP_SPLIT_OFF;
    else
        i->split = poison ? RIP_SPLIT_POISON : RIP_SPLIT_SIMPLE;
    return CONFIG_OK;
}

static enum config_result auth_mode(struct asked *a, struct rip_interface *i) {
    if (a->no) {
        i->auth = RIP_AUTH_OFF;
        i->rfc_length = 0;
        return CONFIG_OK;
    }
    if (a->count == 5 && is(a, 4, "text")) {
        i->auth = RIP_AUTH_TEXT;
        return CONFIG_OK;
    }
    bool rfc = is(a, 6, "rfc"), plain = a->count == 5;
    bool length = a->count == 7 && is(a, 5, "auth-length") && (rfc || is(a, 6, "old-ripd"));
    if (!is(a, 4, "md5") || (!plain && !length)) return CONFIG_UNKNOWN;
    i->auth = RIP_AUTH_DIGEST;
    i->rfc_length = rfc;
    return CONFIG_OK;
}

static enum config_result auth_secret(struct asked *a, struct rip_interface *i, bool chain) {
    size_t room = chain ? sizeof i->chain : RIP_SECRET_ROOM - 1;
    char *to = chain ? i->chain : i->secret;
    if (!a->no && a->count != 5) return CONFIG_UNKNOWN;
    if (!a->no && strlen(a->words[4]) > room - (chain ? 1 : 0)) {
        text_add(a->why, "% RIPv2 authentication string must be shorter than 16");
        return CONFIG_BAD;
    }
    copy_text(to, chain ? room : sizeof i->secret, a->no ? "" : a->words[4]);
    return CONFIG_OK;
}

static enum config_result authentication(struct asked *a, struct rip_interface *i) {
    if (is(a, 3, "mode")) return auth_mode(a, i);
    if (is(a, 3, "string")) return auth_secret(a, i, false);
    if (is(a, 3, "key-chain")) return auth_secret(a, i, true);
    return CONFIG_UNKNOWN;
}

static enum config_result interface_line(struct asked *a, uint32_t interface) {
    if (!is(a, 0, "ip") || !is(a, 1, "rip")) return CONFIG_UNKNOWN;
    if (a->count == 2) {
        text_add(a->why, "% Command incomplete: ip rip");
        return CONFIG_BAD;
    }
    struct rip_interface *i = rip_interface_make(a->s, a->rip, interface);
    if (i == NULL) {
        text_add(a->why, "% No room for one more interface");
        return CONFIG_BAD;
    }
    if (is(a, 2, "send")) return versions(a, &i->send);
    if (is(a, 2, "receive")) return versions(a, &i->hear);
    if (is(a, 2, "split-horizon")) return split_horizon(a, i);
    if (is(a, 2, "authentication")) return authentication(a, i);
    if (is(a, 2, "v2-broadcast") && a->count == 3) {
        i->broadcast = !a->no;
        return CONFIG_OK;
    }
    return CONFIG_UNKNOWN;
}

/* The shell has an `ip` of its own, so what begins as one of our lines is not left to it. */
static enum config_result refused(struct asked *a) {
    if (!is(a, 0, "ip") || !is(a, 1, "rip")) return CONFIG_UNKNOWN;
    if (text_length(a->why) > 0) return CONFIG_BAD;
    text_add(a->why, a->no ? "% Unknown command: no" : "% Unknown command:");
    for (size_t i = 0; i < a->count; i++) {
        text_char(a->why, ' ');
        text_add(a->why, a->words[i]);
    }
    return CONFIG_BAD;
}

enum config_result rip_config(struct step *s, uint32_t node, uint32_t interface, bool no,
                              size_t count, char **words, struct text *why) {
    struct asked a = {s, rip_make(s, node), no, count, words, why};
    if (a.rip == NULL || count == 0) return CONFIG_UNKNOWN;
    if (interface != 0) return interface_line(&a, interface) == CONFIG_OK ? done(&a) : refused(&a);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (same_text(words[0], lines[i].word)) return lines[i].run(&a);
    return CONFIG_UNKNOWN;
}
