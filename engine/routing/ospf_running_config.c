#include "routing/ospf_parts.h"
/* OSPF's configuration as the lines that make it, in FRR's order: for `show running-config`. */
#include "routing/routing.h"
#include "stack/iface.h"

struct lines {
    struct say *say;
    struct text text;
};

static void end(struct lines *l) {
    say_line(l->say, &l->text);
}

static void say_number(struct lines *l, const char *before, uint64_t value) {
    text_add(&l->text, before);
    text_u64(&l->text, value);
    end(l);
}

static void say_if(struct lines *l, bool holds, const char *line) {
    if (holds) say_text(l->say, line);
}

static void say_if_not(struct lines *l, uint32_t value, uint32_t usual, const char *before) {
    if (value != usual) say_number(l, before, value);
}

/* ------------------------------------------------------------------- router ospf */

static void say_redistribution(struct lines *l, const char *what,
                               const struct ospf_redistribution *r) {
    if (r->on == 0) return;
    text_add(&l->text, what);
    if (r->always != 0) text_add(&l->text, " always");
    if (r->metric != UINT32_MAX) {
        text_add(&l->text, " metric ");
        text_u64(&l->text, r->metric);
    }
    if (r->type2 == 0) text_add(&l->text, " metric-type 1");
    end(l);
}

/* As it was typed. */
static void add_area(struct lines *l, uint32_t area, uint32_t typed) {
    if (typed == OSPF_AS_NUMBER)
        text_u64(&l->text, area);
    else
        text_ip4(&l->text, area);
}

static void begin_area(struct lines *l, const struct ospf_area *a, const char *words) {
    text_add(&l->text, "area ");
    add_area(l, a->area_id, a->typed);
    text_add(&l->text, words);
}

static void say_area(struct lines *l, const struct ospf_area *a) {
    if (a->set_authentication != OSPF_AU_NULL) {
        bool simple = a->set_authentication == OSPF_AU_SIMPLE;
        begin_area(l, a, simple ? " authentication" : " authentication message-digest");
        end(l);
    }
    if (a->set_stub != 0) {
        begin_area(l, a, a->set_no_summary != 0 ? " stub no-summary" : " stub");
        end(l);
    }
    if (a->set_default_cost != 1) {
        begin_area(l, a, " default-cost ");
        text_u64(&l->text, a->set_default_cost);
        end(l);
    }
    for (uint32_t r = 0; r < OSPF_RANGES_MAX; r++) {
        const struct ospf_range *range = &a->set_range[r];
        if (range->used == 0) continue;
        begin_area(l, a, " range ");
        text_ip4(&l->text, range->network);
        text_char(&l->text, '/');
        text_u64(&l->text, range->prefix);
        if (range->hidden != 0) text_add(&l->text, " not-advertise");
        end(l);
    }
}

static void say_network(struct lines *l, const struct ospf_network *n) {
    text_add(&l->text, "network ");
    text_ip4(&l->text, n->network);
    text_char(&l->text, '/');
    text_u64(&l->text, n->prefix);
    text_add(&l->text, " area ");
    add_area(l, n->area, n->typed);
    end(l);
}

static void say_timers(struct lines *l, const struct ospf_settings *set) {
    if (set->spf_delay_ms == 0 && set->spf_hold_ms == 50 && set->spf_hold_most_ms == 5000) return;
    text_add(&l->text, "timers throttle spf ");
    text_u64(&l->text, set->spf_delay_ms);
    text_char(&l->text, ' ');
    text_u64(&l->text, set->spf_hold_ms);
    text_char(&l->text, ' ');
    text_u64(&l->text, set->spf_hold_most_ms);
    end(l);
}

static void say_router(struct lines *l, const struct lab *lab, const struct ospf *o) {
    const struct ospf_settings *set = &o->set;
    if (set->router_id != 0) {
        text_add(&l->text, "ospf router-id ");
        text_ip4(&l->text, set->router_id);
        end(l);
    }
    say_if(l, set->abr_type != 0, "ospf abr-type standard");
    say_if(l, set->rfc1583 != 0, "compatible rfc1583");
    say_if_not(l, set->reference_bandwidth, 100, "auto-cost reference-bandwidth ");
    say_timers(l, set);
    say_redistribution(l, "redistribute connected", &set->redistribute[OSPF_CONNECTED]);
    say_redistribution(l, "redistribute static", &set->redistribute[OSPF_STATIC]);
    say_redistribution(l, "redistribute rip", &set->redistribute[OSPF_FROM_RIP]);
    say_if(l, set->passive_default != 0, "passive-interface default");
    for (uint32_t n = 0; n < set->network_count; n++) say_network(l, &set->network[n]);
    for (struct id a = o->first_area; id_is(a); a = ospf_area_get(lab, a)->next)
        say_area(l, ospf_area_get(lab, a));
    say_if_not(l, set->default_metric, OSPF_METRIC_DEFAULT, "default-metric ");
    say_redistribution(l, "default-information originate", &set->redistribute[OSPF_DEFAULT]);
    say_if_not(l, set->distance, 110, "distance ");
}

/* ------------------------------------------------------------------- interface NAME */

static void say_authentication(struct lines *l, uint32_t type) {
    static const char *const words[] = {[OSPF_AU_NULL] = "ip ospf authentication null",
                                        [OSPF_AU_SIMPLE] = "ip ospf authentication",
                                        [OSPF_AU_CRYPTOGRAPHIC] =
                                            "ip ospf authentication message-digest"};
    if (type != 0) say_text(l->say, words[type - 1]);
}

static void add_key(struct lines *l, const uint8_t *key, size_t room) {
    for (size_t i = 0; i < room && key[i] != 0; i++) text_char(&l->text, (char)key[i]);
    end(l);
}

/* In the order in which they were configured: the last one signs. */
static void say_keys(struct lines *l, const struct ospf_interface_settings *set) {
    uint32_t last = 0;
    for (uint32_t told = 0; told < OSPF_KEYS_MAX; told++) {
        const struct ospf_key *next = NULL;
        for (uint32_t k = 0; k < OSPF_KEYS_MAX; k++)
            if (set->key[k].used > last && (next == NULL || set->key[k].used < next->used))
                next = &set->key[k];
        if (next == NULL) return;
        text_add(&l->text, "ip ospf message-digest-key ");
        text_u64(&l->text, next->id);
        text_add(&l->text, " md5 ");
        add_key(l, next->key, sizeof next->key);
        last = next->used;
    }
}

static void say_interface(struct lines *l, const struct ospf_interface_settings *set) {
    if (set->has_area != 0) {
        text_add(&l->text, "ip ospf area ");
        add_area(l, set->area_id, set->has_area);
        end(l);
    }
    say_authentication(l, set->authentication);
    if (set->simple_key[0] != 0) {
        text_add(&l->text, "ip ospf authentication-key ");
        add_key(l, set->simple_key, sizeof set->simple_key);
    }
    say_if_not(l, set->cost, 0, "ip ospf cost ");
    say_if_not(l, set->dead_s, 0, "ip ospf dead-interval ");
    say_if_not(l, set->hello_s, 0, "ip ospf hello-interval ");
    say_keys(l, set);
    say_if(l, set->mtu_ignore != 0, "ip ospf mtu-ignore");
    say_if(l, set->type == OSPF_BROADCAST + 1, "ip ospf network broadcast");
    say_if(l, set->type == OSPF_POINT_TO_POINT + 1, "ip ospf network point-to-point");
    say_if(l, set->passive != 0, "ip ospf passive");
    say_if(l, set->active != 0, "no ip ospf passive");
    if (set->priority != 0) say_number(l, "ip ospf priority ", set->priority - 1);
    say_if_not(l, set->rxmt_s, 0, "ip ospf retransmit-interval ");
    say_if_not(l, set->transmit_delay_s, 0, "ip ospf transmit-delay ");
}

void ospf_running_config(const struct lab *lab, uint32_t node, uint32_t interface,
                         struct say *say) {
    char room[128];
    struct lines l = {say, text_of(room, sizeof room)};
    const struct ospf *o = ospf_get(lab, ospf_of(lab, node));
    if (o == NULL) return;
    if (interface == 0) {
        say_router(&l, lab, o);
        return;
    }
    const struct ospf_interface *i = ospf_interface_get(lab, ospf_interface_of(lab, interface));
    if (i != NULL) say_interface(&l, &i->set);
}
