#include "stack/ip/igmp.h"
/*
 * Groups and IGMP, the host's side. A datagram to a group is taken only where the node is a member
 * (RFC 1112 7.2); every host is in 224.0.0.1, always, and never says so. What is said: version 1 by
 * RFC 1112 appendix I, version 2 by RFC 2236 3, version 3 by RFC 3376 5. As on Linux, a link's
 * version is 3 until a query of an older one is heard, or what net.ipv4.conf.all.force_igmp_version
 * says; a change is told at once and once more.
 *
 * A link's own state hangs on its record of 224.0.0.1, which is made with the link's first group.
 * Left out: lists of sources (every membership is for all of them), routers that ask, forwarding
 * between links.
 */
#include "base/text.h"
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/stack.h"
#include "stack/sysctl.h"
#include "wire/igmp.h"
#include <assert.h>

enum {
    GROUP_V3_ROUTERS = 0xe0000016u, /* RFC 3376 4.2.14 */
    GROUP_LINK_LOCAL = 0xe00000u,   /* 224.0.0.0/24 */
    ROBUSTNESS = 2,                 /* RFC 2236 8.1: how often a change is told */
    RECORDS_MAX = 64,
    DSCP_INTERNETWORK_CONTROL = 48
};
static const sim_time v1_router_ns = 400000000000; /* RFC 2236 8.11 */
static const sim_time v2_router_ns = 260000000000; /* RFC 3376 8.12: 2 * 125 s + 10 s */
static const sim_time v1_answer_ns = 10000000000;  /* RFC 2236 4: what code 0 means */
static const sim_time v3_repeat_ns = 1000000000;   /* RFC 3376 8.11 */
static const sim_time v2_repeat_ns = 10000000000;  /* RFC 2236 8.10 */
static const sim_time tenth_ns = 100000000;
static const uint8_t router_alert[4] = {0x94, 4, 0, 0}; /* RFC 2113 2.1 */

const struct group *group_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_GROUP, id);
}

struct id group_first(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_group;
}

static struct group *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_GROUP, id);
}

static struct id find(const struct lab *lab, uint32_t interface, ip4 address) {
    struct id id = group_first(lab, iface_get(lab, interface)->node);
    const struct group *g;
    for (; (g = group_get(lab, id)) != NULL; id = g->next)
        if (g->interface == interface && g->address == address) break;
    return id;
}

bool group_has(const struct lab *lab, uint32_t interface, ip4 address) {
    if (address == GROUP_ALL_HOSTS) return true;
    const struct group *g = group_get(lab, find(lab, interface, address));
    return g != NULL && g->users > 0;
}

static struct id make(struct step *s, uint32_t interface, ip4 address) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct id id = object_create(s, POOL_GROUP, node);
    if (!id_is(id)) return id;
    struct group *g = edit(s, id);
    g->address = address;
    g->interface = interface;
    g->node = node;
    g->next = node_view_at(s->lab, node)->first_group;
    node_at(s->lab, node)->first_group = id;
    return id;
}

static void forget(struct step *s, struct id id) {
    struct group *g = edit(s, id);
    struct node *n = node_at(s->lab, g->node);
    timer_stop(s, &g->report_timer);
    timer_stop(s, &g->change_timer);
    if (id_same(n->first_group, id)) {
        n->first_group = g->next;
    } else {
        struct id at = n->first_group;
        while (!id_same(group_get(s->lab, at)->next, id)) at = group_get(s->lab, at)->next;
        edit(s, at)->next = g->next;
    }
    object_destroy(s, POOL_GROUP, id);
}

void groups_node_crash(struct step *s, uint32_t node) {
    while (id_is(group_first(s->lab, node))) forget(s, group_first(s->lab, node));
}

/* --------------------------------------------------------------------------------- what is said */

/* RFC 2236 4 and RFC 3376 7.2: an older router on the link decides. */
static uint32_t version_of(const struct step *s, uint32_t interface) {
    uint32_t node = iface_get(s->lab, interface)->node;
    int64_t forced = setting_of(s->lab, node, SETTING_FORCE_IGMP_VERSION);
    const struct group *link = group_get(s->lab, find(s->lab, interface, GROUP_ALL_HOSTS));
    if (forced != 0) return (uint32_t)forced;
    if (link != NULL && s->now < link->heard[0]) return 1;
    return link != NULL && s->now < link->heard[1] ? 2 : 3;
}

/* A time up to `most` from now, and never sooner than Linux's two ticks. */
static sim_time some_time(struct step *s, uint32_t node, sim_time most) {
    enum { MICROSECOND = 1000 };
    sim_time jiffy = setting_of(s->lab, node, SETTING_CONST_JIFFY);
    struct prng *prng = &node_at(s->lab, node)->prng[PRNG_IGMP];
    return s->now + 2 * jiffy +
           (most == 0 ? 0
                      : (sim_time)prng_below(prng, (uint32_t)(most / MICROSECOND)) * MICROSECOND);
}

static void send(struct step *s, uint32_t interface, struct id frame, ip4 to) {
    struct ip_out out = {.dst = to,
                         .interface = interface,
                         .protocol = IP_PROTOCOL_IGMP,
                         .dscp = DSCP_INTERNETWORK_CONTROL,
                         .ttl = 1, /* RFC 1112 appendix I */
                         .dont_fragment = true,
                         .options = router_alert,
                         .option_count = sizeof router_alert};
    ip_send(s, iface_get(s->lab, interface)->node, frame, &out);
}

static struct id new_message(struct step *s, uint32_t interface, size_t octets) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct id frame = frame_new(s, node, octets);
    if (!id_is(frame)) trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
    return frame;
}

static void send_records(struct step *s, uint32_t interface, const struct igmp_record *records,
                         size_t count) {
    size_t octets = IGMP_HEADER + count * IGMP_RECORD;
    struct id frame = count > 0 ? new_message(s, interface, octets) : (struct id){0, 0};
    if (!id_is(frame)) return;
    igmp_emit_report(frame_append(s, frame, octets), records, count);
    send(s, interface, frame, GROUP_V3_ROUTERS);
}

/* RFC 2236 2 and 3: a report goes to the group itself, leaving to the routers. */
static void send_short(struct step *s, const struct group *g, uint8_t type) {
    struct igmp_message m = {.type = type, .group = g->address};
    struct id frame = new_message(s, g->interface, IGMP_HEADER);
    if (!id_is(frame)) return;
    igmp_emit(frame_append(s, frame, IGMP_HEADER), &m);
    send(s, g->interface, frame, type == IGMP_LEAVE ? GROUP_ALL_ROUTERS : g->address);
}

/* Linux tells of 224.0.0.0/24, too, unless told not to; of 224.0.0.1 nobody does (RFC 2236 6). */
static bool is_told(const struct lab *lab, const struct group *g) {
    if (g->address == GROUP_ALL_HOSTS) return false;
    return g->address >> 8 != GROUP_LINK_LOCAL ||
           setting_of(lab, g->node, SETTING_IGMP_LINK_LOCAL_REPORTS) != 0;
}

/* ----------------------------------------------------------------------------- joins and leaves */

/* RFC 3376 5.1: one report tells all changes of the link that are still to be told. */
static void tell_changes_soon(struct step *s, struct id id) {
    struct group *g = edit(s, id);
    struct id link = find(s->lab, g->interface, GROUP_ALL_HOSTS);
    g->changes = ROBUSTNESS;
    if (id_is(link))
        timer_set(s, &edit(s, link)->change_timer, TIMER_IGMP_CHANGE, g->node, link,
                  some_time(s, g->node, 0));
}

static void tell_joined(struct step *s, struct id id) {
    struct group *g = edit(s, id);
    if (!is_told(s->lab, g)) return;
    if (version_of(s, g->interface) == 3) {
        tell_changes_soon(s, id);
        return;
    }
    g->changes = ROBUSTNESS;
    timer_set(s, &g->report_timer, TIMER_IGMP_REPORT, g->node, id, some_time(s, g->node, 0));
}

bool group_join(struct step *s, uint32_t interface, ip4 address) {
    if (!ip_is_multicast(address)) return false;
    struct id link = find(s->lab, interface, GROUP_ALL_HOSTS);
    if (!id_is(link)) {
        link = make(s, interface, GROUP_ALL_HOSTS);
        if (!id_is(link)) return false;
        edit(s, link)->users = 1;
    }
    struct id id = find(s->lab, interface, address);
    if (!id_is(id)) id = make(s, interface, address);
    if (!id_is(id)) return false;
    if (edit(s, id)->users++ == 0) tell_joined(s, id);
    return true;
}

/* RFC 2236 3: who was the last to report tells that he leaves; before version 2 nobody does. */
static void tell_left(struct step *s, struct id id) {
    const struct group *g = group_get(s->lab, id);
    uint32_t version = version_of(s, g->interface);
    if (is_told(s->lab, g) && version == 3) {
        tell_changes_soon(s, id);
        return;
    }
    if (is_told(s->lab, g) && version == 2 && g->last) send_short(s, g, IGMP_LEAVE);
    forget(s, id);
}

void group_leave(struct step *s, uint32_t interface, ip4 address) {
    struct id id = find(s->lab, interface, address);
    if (!id_is(id) || group_get(s->lab, id)->users == 0) return;
    struct group *g = edit(s, id);
    g->users -= 1;
    timer_stop(s, &g->report_timer);
    if (g->users == 0) tell_left(s, id);
}

void groups_interface_changed(struct step *s, uint32_t interface) {
    struct id next, id = group_first(s->lab, iface_get(s->lab, interface)->node);
    bool up = iface_get(s->lab, interface)->up != 0;
    for (; id_is(id); id = next) {
        struct group *g = edit(s, id);
        next = g->next;
        if (g->interface != interface) continue;
        timer_stop(s, &g->report_timer);
        timer_stop(s, &g->change_timer);
        if (g->users == 0)
            forget(s, id);
        else if (up)
            tell_joined(s, id);
    }
}

/* --------------------------------------------------------------------------------------- timers */

static void changes_due(struct step *s, struct id link) {
    struct igmp_record records[RECORDS_MAX];
    size_t count = 0;
    bool more = false;
    uint32_t interface = group_get(s->lab, link)->interface, node = group_get(s->lab, link)->node;
    struct id next;
    for (struct id id = group_first(s->lab, node); id_is(id); id = next) {
        const struct group *g = group_get(s->lab, id);
        next = g->next;
        if (g->interface != interface || g->changes == 0) continue;
        if (count < RECORDS_MAX) {
            records[count++] =
                (struct igmp_record){g->users > 0 ? IGMP_TO_EXCLUDE : IGMP_TO_INCLUDE, g->address};
            edit(s, id)->changes -= 1;
        }
        more = more || g->changes > 0;
        if (g->users == 0 && g->changes == 0) forget(s, id);
    }
    send_records(s, interface, records, count);
    if (more)
        timer_set(s, &edit(s, link)->change_timer, TIMER_IGMP_CHANGE, node, link,
                  some_time(s, node, v3_repeat_ns));
}

/* RFC 3376 5.2 (1): the answer to a general query has all groups. */
static void state_due(struct step *s, uint32_t node, uint32_t interface) {
    struct igmp_record records[RECORDS_MAX];
    size_t count = 0;
    const struct group *g;
    for (struct id id = group_first(s->lab, node); (g = group_get(s->lab, id)) != NULL;
         id = g->next) {
        if (g->interface != interface || g->users == 0 || !is_told(s->lab, g)) continue;
        if (count == RECORDS_MAX) {
            send_records(s, interface, records, count);
            count = 0;
        }
        records[count++] = (struct igmp_record){IGMP_IS_EXCLUDE, g->address};
    }
    send_records(s, interface, records, count);
}

static void report_due(struct step *s, struct id id) {
    struct group *g = edit(s, id);
    uint32_t version = version_of(s, g->interface);
    if (g->address == GROUP_ALL_HOSTS) {
        state_due(s, g->node, g->interface);
    } else if (version == 3) {
        struct igmp_record record = {IGMP_IS_EXCLUDE, g->address};
        send_records(s, g->interface, &record, 1);
    } else {
        g->last = 1;
        if (g->changes > 0) g->changes -= 1;
        if (g->changes > 0)
            timer_set(s, &g->report_timer, TIMER_IGMP_REPORT, g->node, id,
                      some_time(s, g->node, v2_repeat_ns));
        send_short(s, g, version == 2 ? IGMP_REPORT_V2 : IGMP_REPORT_V1);
    }
}

void igmp_timer_fired(struct step *s, uint32_t timer, struct id owner) {
    if (timer == TIMER_IGMP_CHANGE)
        changes_due(s, owner);
    else
        report_due(s, owner);
}

/* -------------------------------------------------------------------------------- what is heard */

/* RFC 2236 3, RFC 3376 5.2: an answer that is due sooner stays; any other time is drawn anew. */
static void answer_within(struct step *s, struct id id, sim_time most) {
    sim_time due;
    struct group *g = edit(s, id);
    if (timer_pending(s->lab, g->report_timer, &due) && due - s->now < most) return;
    timer_set(s, &g->report_timer, TIMER_IGMP_REPORT, g->node, id, some_time(s, g->node, most));
}

/* RFC 3376 7.2.1: an older router takes away what only version 3 would still tell. */
static void heard_older(struct step *s, struct id link, uint32_t version) {
    struct group *l = edit(s, link);
    struct id next;
    l->heard[version - 1] = s->now + (version == 1 ? v1_router_ns : v2_router_ns);
    timer_stop(s, &l->change_timer);
    for (struct id id = group_first(s->lab, l->node); id_is(id); id = next) {
        const struct group *g = group_get(s->lab, id);
        next = g->next;
        if (g->interface == l->interface && g->users == 0) forget(s, id);
    }
}

static void query_in(struct step *s, uint32_t interface, const struct igmp_message *m) {
    sim_time most = m->version == 1 ? v1_answer_ns : (sim_time)igmp_code_tenths(m) * tenth_ns;
    struct id link = find(s->lab, interface, GROUP_ALL_HOSTS);
    if (!id_is(link)) return; /* no group, nothing to say */
    if (m->version < 3) heard_older(s, link, m->version);
    if (m->version == 3 && m->group == 0) {
        answer_within(s, link, most);
        return;
    }
    const struct group *g;
    for (struct id id = group_first(s->lab, iface_get(s->lab, interface)->node);
         (g = group_get(s->lab, id)) != NULL; id = g->next)
        if (g->interface == interface && g->users > 0 && is_told(s->lab, g) &&
            (m->group == 0 || m->group == g->address))
            answer_within(s, id, most);
}

/* RFC 2236 3: one member's report is enough for the routers. Those of version 3 silence nobody. */
static void report_in(struct step *s, uint32_t interface, ip4 address) {
    struct id id = find(s->lab, interface, address);
    if (!id_is(id) || address == GROUP_ALL_HOSTS) return;
    struct group *g = edit(s, id);
    timer_stop(s, &g->report_timer);
    g->last = 0;
    g->changes = 0;
}

void igmp_in(struct step *s, uint32_t node, const struct ip_in *in, struct reader message) {
    struct igmp_message m;
    enum parse_result result = igmp_parse(&m, &message);
    if (result != PARSE_OK) {
        trace_dropped(s, node, in->frame,
                      result == PARSE_TRUNCATED ? REASON_TRUNCATED : REASON_BAD_CHECKSUM,
                      "RFC 2236 2");
    } else if (in->interface == 0) {
        return; /* our own, looped back */
    } else if (m.type == IGMP_QUERY) {
        query_in(s, in->interface, &m);
    } else if (m.type == IGMP_REPORT_V1 || m.type == IGMP_REPORT_V2) {
        report_in(s, in->interface, m.group);
    } else if (m.type != IGMP_LEAVE && m.type != IGMP_REPORT_V3) {
        trace_dropped(s, node, in->frame, REASON_UNKNOWN_TYPE, "RFC 2236 2");
    }
}

/* -------------------------------------------------------------------------------------- as data */

static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct group *g = group_get(lab, id);
    if (g->users == 0 || g->address == GROUP_ALL_HOSTS) return false;
    text_add(t, "[\"");
    text_ip4(t, g->address);
    text_add(t, "\",\"");
    text_add(t, iface_get(lab, g->interface)->name);
    text_add(t, "\",\"");
    text_u64(t, g->users);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return group_get(lab, id)->node;
}

static void label(const struct lab *lab, struct id id, struct text *t) {
    text_ip4(t, group_get(lab, id)->address);
}

const struct object_kind group_kind = {.size = sizeof(struct group),
                                       .table = TABLE_GROUPS,
                                       .row = row,
                                       .row_node = row_node,
                                       .label = label};
