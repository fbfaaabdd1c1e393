#include "routing/ospf_config.h"
/*
 * The lines of `router ospf`, in FRR's words: RFC 2328 appendix C's parameters, and what FRR has
 * beside them. Each line changes what is configured; what follows from it is then looked at as a
 * whole, by those who compute it. O33
 *
 * Left out: virtual links, areas of RFC 3101, `max-metric`, and the lines of FRR that no
 * requirement here asks for.
 */
#include "stack/iface.h"

static enum config_result read_router_id(struct ospf_line *l) {
    ip4 id = 0;
    bool is = ospf_line_address(l, &id);
    if ((!is && !l->no) || !ospf_line_ends(l)) return CONFIG_UNKNOWN;
    l->ospf->set.router_id = l->no ? 0 : id;
    return CONFIG_OK;
}

static enum config_result read_abr_type(struct ospf_line *l) {
    bool standard = ospf_line_word(l, "standard");
    if (!standard && !ospf_line_word(l, "cisco") && !l->no) return CONFIG_UNKNOWN;
    if (!ospf_line_ends(l)) return CONFIG_UNKNOWN;
    l->ospf->set.abr_type = standard && !l->no;
    return CONFIG_OK;
}

static enum config_result read_ospf(struct ospf_line *l) {
    if (ospf_line_word(l, "router-id")) return read_router_id(l);
    if (ospf_line_word(l, "abr-type")) return read_abr_type(l);
    if (!ospf_line_word(l, "rfc1583compatibility")) return CONFIG_UNKNOWN;
    return ospf_line_flag(l, &l->ospf->set.rfc1583);
}

static enum config_result read_compatible(struct ospf_line *l) {
    if (!ospf_line_word(l, "rfc1583")) return CONFIG_UNKNOWN;
    return ospf_line_flag(l, &l->ospf->set.rfc1583);
}

/* ------------------------------------------------------------------- network */

static uint32_t network_find(const struct ospf_settings *set, ip4 network, uint32_t prefix) {
    for (uint32_t n = 0; n < set->network_count; n++)
        if (set->network[n].network == network && set->network[n].prefix == prefix) return n;
    return UINT32_MAX;
}

static enum config_result network_forget(struct ospf_line *l, uint32_t place, uint32_t area) {
    struct ospf_settings *set = &l->ospf->set;
    if (place == UINT32_MAX || set->network[place].area != area)
        return ospf_line_bad(l, "Can't find specified network area configuration.");
    set->network_count--;
    memmove(&set->network[place], &set->network[place + 1],
            (set->network_count - place) * sizeof set->network[0]);
    set->network[set->network_count] = (struct ospf_network){0};
    return CONFIG_OK;
}

static enum config_result read_network(struct ospf_line *l) {
    struct ospf_settings *set = &l->ospf->set;
    struct ospf_network line = {0};
    if (!ospf_line_prefix(l, &line.network, &line.prefix) || !ospf_line_word(l, "area") ||
        !ospf_line_area(l, &line.area, &line.typed) || !ospf_line_ends(l))
        return CONFIG_UNKNOWN;
    uint32_t place = network_find(set, line.network, line.prefix);
    if (l->no) return network_forget(l, place, line.area);
    if (place != UINT32_MAX) return ospf_line_bad(l, "There is already same network statement.");
    if (set->network_count == OSPF_NETWORKS_MAX) return ospf_line_bad(l, "% Too many networks");
    set->network[set->network_count++] = line;
    return CONFIG_OK;
}

static enum config_result read_passive(struct ospf_line *l) {
    if (ospf_line_word(l, "default")) return ospf_line_flag(l, &l->ospf->set.passive_default);
    const char *name = ospf_line_any(l);
    uint32_t interface = name == NULL ? 0 : iface_named(l->s->lab, l->ospf->node, name);
    if (interface == 0 || !ospf_line_ends(l)) return CONFIG_UNKNOWN;
    struct id id = ospf_interface_open(l->s, l->ospf->self, interface);
    struct ospf_interface *i = ospf_interface_edit(l->s, id);
    if (i == NULL) return ospf_line_bad(l, "% Out of memory");
    i->set.passive = !l->no;
    i->set.active = l->no;
    return CONFIG_OK;
}

/* ------------------------------------------------------------------- area, C.2 */

static enum config_result read_stub(struct ospf_line *l, struct ospf_area *area) {
    bool no_summary = ospf_line_word(l, "no-summary");
    if (!ospf_line_ends(l)) return CONFIG_UNKNOWN;
    if (area->area_id == 0) /* C.2 */
        return ospf_line_bad(l, "% OSPF: the backbone cannot be a stub area");
    if (l->no && no_summary) {
        area->set_no_summary = 0;
        return CONFIG_OK;
    }
    area->set_stub = !l->no;
    area->set_no_summary = !l->no && no_summary;
    return CONFIG_OK;
}

static enum config_result read_area_authentication(struct ospf_line *l, struct ospf_area *area) {
    bool digest = ospf_line_word(l, "message-digest");
    if (!ospf_line_ends(l)) return CONFIG_UNKNOWN;
    uint32_t type = digest ? OSPF_AU_CRYPTOGRAPHIC : OSPF_AU_SIMPLE;
    area->set_authentication = l->no ? OSPF_AU_NULL : type;
    return CONFIG_OK;
}

static enum config_result read_range(struct ospf_line *l, struct ospf_area *area) {
    struct ospf_range range = {.used = 1}, *place = NULL, *spare = NULL;
    if (!ospf_line_prefix(l, &range.network, &range.prefix)) return CONFIG_UNKNOWN;
    range.hidden = ospf_line_word(l, "not-advertise");
    if (!range.hidden) ospf_line_word(l, "advertise");
    if (!ospf_line_ends(l)) return CONFIG_UNKNOWN;
    for (struct ospf_range *r = area->set_range; r < area->set_range + OSPF_RANGES_MAX; r++) {
        if (r->used == 0) spare = r;
        if (r->used != 0 && r->network == range.network && r->prefix == range.prefix) place = r;
    }
    if (l->no && place == NULL) return ospf_line_bad(l, "Specified area range was not configured");
    if (place == NULL) place = spare;
    if (place == NULL) return ospf_line_bad(l, "% Too many ranges");
    *place = l->no ? (struct ospf_range){0} : range;
    return CONFIG_OK;
}

static enum config_result read_of_area(struct ospf_line *l, struct ospf_area *area) {
    if (ospf_line_word(l, "stub")) return read_stub(l, area);
    if (ospf_line_word(l, "authentication")) return read_area_authentication(l, area);
    if (ospf_line_word(l, "range")) return read_range(l, area);
    if (ospf_line_word(l, "default-cost"))
        return ospf_line_value(l, 0, 16777215, &area->set_default_cost, 1);
    return CONFIG_UNKNOWN;
}

/* A line that is refused, or takes the last word about an area away, leaves none behind. */
static enum config_result read_area(struct ospf_line *l) {
    uint32_t area_id, typed;
    if (!ospf_line_area(l, &area_id, &typed)) return CONFIG_UNKNOWN;
    struct id id = ospf_area_open(l->s, l->ospf->self, area_id);
    struct ospf_area *area = ospf_area_edit(l->s, id);
    if (area == NULL) return ospf_line_bad(l, "% Out of memory");
    if (area->typed == OSPF_NOT_TYPED) area->typed = typed;
    enum config_result result = read_of_area(l, area);
    ospf_areas_forget(l->s, l->ospf, false);
    return result;
}

/* ------------------------------------------------------------------- routes of others */

/* [always] [metric N] [metric-type 1|2], in any order. */
static bool read_how(struct ospf_line *l, struct ospf_redistribution *r) {
    while (!ospf_line_ends(l)) {
        uint32_t type = 0;
        if (ospf_line_word(l, "always")) {
            r->always = 1;
        } else if (ospf_line_word(l, "metric")) {
            if (!ospf_line_number(l, 0, 16777214, &r->metric)) return false;
        } else if (ospf_line_word(l, "metric-type")) {
            if (!ospf_line_number(l, 1, 2, &type)) return false;
            r->type2 = type == 2;
        } else {
            return false;
        }
    }
    return true;
}

static enum config_result redistribute(struct ospf_line *l, enum ospf_source source) {
    struct ospf_redistribution r = {.on = 1, .metric = UINT32_MAX, .type2 = 1};
    if (!read_how(l, &r)) return CONFIG_UNKNOWN;
    if (r.always != 0 && source != OSPF_DEFAULT) return CONFIG_UNKNOWN;
    l->ospf->set.redistribute[source] = l->no ? (struct ospf_redistribution){0} : r;
    return CONFIG_OK;
}

static enum config_result read_redistribute(struct ospf_line *l) {
    if (ospf_line_word(l, "connected")) return redistribute(l, OSPF_CONNECTED);
    if (ospf_line_word(l, "static")) return redistribute(l, OSPF_STATIC);
    if (ospf_line_word(l, "rip")) return redistribute(l, OSPF_FROM_RIP);
    return CONFIG_UNKNOWN;
}

static enum config_result read_default(struct ospf_line *l) {
    if (!ospf_line_word(l, "originate")) return CONFIG_UNKNOWN;
    return redistribute(l, OSPF_DEFAULT);
}

static enum config_result read_default_metric(struct ospf_line *l) {
    return ospf_line_value(l, 0, 16777214, &l->ospf->set.default_metric, OSPF_METRIC_DEFAULT);
}

/* ------------------------------------------------------------------- numbers */

static enum config_result read_cost(struct ospf_line *l) {
    if (!ospf_line_word(l, "reference-bandwidth")) return CONFIG_UNKNOWN;
    return ospf_line_value(l, 1, 4294967, &l->ospf->set.reference_bandwidth, 100);
}

static enum config_result read_distance(struct ospf_line *l) {
    return ospf_line_value(l, 1, 255, &l->ospf->set.distance, 110);
}

static enum config_result read_timers(struct ospf_line *l) {
    enum { MOST = 600000 };
    uint32_t delay = 0, hold = 50, most = 5000;
    if (!ospf_line_word(l, "throttle") || !ospf_line_word(l, "spf")) return CONFIG_UNKNOWN;
    bool all = ospf_line_number(l, 0, MOST, &delay) && ospf_line_number(l, 0, MOST, &hold) &&
               ospf_line_number(l, 0, MOST, &most);
    if ((!all && !l->no) || !ospf_line_ends(l)) return CONFIG_UNKNOWN;
    l->ospf->set.spf_delay_ms = l->no ? 0 : delay;
    l->ospf->set.spf_hold_ms = l->no ? 50 : hold;
    l->ospf->set.spf_hold_most_ms = l->no ? 5000 : most;
    return CONFIG_OK;
}

/* ------------------------------------------------------------------- a line */

static const struct ospf_command router_commands[] = {
    {"ospf", read_ospf, THEN_ROUTES},
    {"router-id", read_router_id, THEN_ROUTES},
    {"compatible", read_compatible, THEN_ROUTES},
    {"network", read_network, THEN_ROUTES},
    {"passive-interface", read_passive, THEN_NOTHING},
    {"area", read_area, THEN_ROUTES},
    {"redistribute", read_redistribute, THEN_REDISTRIBUTE},
    {"default-information", read_default, THEN_REDISTRIBUTE},
    {"default-metric", read_default_metric, THEN_REDISTRIBUTE},
    {"auto-cost", read_cost, THEN_NOTHING},
    {"distance", read_distance, THEN_ROUTES},
    {"timers", read_timers, THEN_NOTHING},
    {NULL, NULL, THEN_NOTHING},
};

static const struct ospf_command *command_of(const struct ospf_command *from, struct ospf_line *l) {
    while (from->word != NULL && !ospf_line_word(l, from->word)) from++;
    return from->word == NULL ? NULL : from;
}

/* C.1: the router goes by another name from now on. Differs: FRR does that only while it has no
 * neighbours, and asks for `clear ip ospf process` otherwise. */
static bool has_another_id(const struct step *s, const struct ospf *o) {
    return o->running != 0 && o->router_id != 0 &&
           ospf_router_id_chosen(s->lab, o->node) != o->router_id && o->set.router_id != 0;
}

static void follow(struct step *s, struct id id, const struct ospf_command *command) {
    const struct ospf *o = ospf_get(s->lab, id);
    if (o->running == 0) return;
    if (has_another_id(s, o)) {
        ospf_begin_again(s, id);
        return;
    }
    if (command->then == THEN_REDISTRIBUTE) ospf_redistribution_update(s, id);
    if (command->then == THEN_ROUTES) ospf_routes_wanted(s, id, OSPF_WANT_SPF);
    ospf_config_changed(s, id);
}

enum config_result ospf_config(struct step *s, uint32_t node, uint32_t interface, bool no,
                               size_t count, char **words, struct text *why) {
    struct ospf_line l = {.s = s, .no = no, .count = count, .words = words, .why = why};
    const struct ospf_command *commands = router_commands;
    if (interface != 0) {
        commands = ospf_interface_commands;
        if (!ospf_line_word(&l, "ip") || !ospf_line_word(&l, "ospf")) return CONFIG_UNKNOWN;
    }
    const struct ospf_command *command = command_of(commands, &l);
    if (command == NULL) return CONFIG_UNKNOWN;
    l.ospf = ospf_open(s, node);
    if (l.ospf == NULL) return ospf_line_bad(&l, "% Out of memory");
    if (interface != 0) {
        l.interface = ospf_interface_edit(s, ospf_interface_open(s, l.ospf->self, interface));
        if (l.interface == NULL) return ospf_line_bad(&l, "% Out of memory");
    }
    enum config_result result = command->read(&l);
    if (result == CONFIG_OK) follow(s, l.ospf->self, command);
    return result;
}
