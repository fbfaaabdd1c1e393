#include "routing/ospf_show.h"
/* `show ip ospf database`, as FRR 8.4 prints it: a line for each LSA, or all that is in some. */
#include <string.h>

#include "routing/ospf_table.h"

static const struct kind {
    const char *word, *title, *name, *of; /* of: what its Link State ID is */
} kinds[] = {[OSPF_ROUTER_LSA] = {"router", "Router Link States", "router-LSA", ""},
             [OSPF_NETWORK_LSA] = {"network", "Net Link States", "network-LSA",
                                   "(address of Designated Router)"},
             [OSPF_SUMMARY_LSA] = {"summary", "Summary Link States", "summary-LSA",
                                   "(summary Network Number)"},
             [OSPF_ASBR_SUMMARY_LSA] = {"asbr-summary", "ASBR-Summary Link States", "summary-LSA",
                                        "(AS Boundary Router address)"},
             [OSPF_EXTERNAL_LSA] = {"external", "AS External Link States", "AS-external-LSA",
                                    "(External Network Number)"}};

struct asked {
    uint32_t type; /* 0: a line for each of all types */
    uint32_t link_state_id, advertising_router;
    bool has_id, has_router;
};

static bool fits(const struct ospf_lsa *lsa, uint32_t type, const struct asked *asked) {
    const struct ospf_lsa_header *h = &lsa->header;
    if (h->type != type || (lsa->header.sequence == 0 && lsa->header.length == 0)) return false;
    if (asked->has_id && h->link_state_id != asked->link_state_id) return false;
    return !asked->has_router || h->advertising_router == asked->advertising_router;
}

static struct reader body_of(const struct ospf_show *show, const struct ospf_lsa *lsa,
                             uint8_t body[OSPF_LSA_MOST]) {
    return reader_of(body, ospf_lsa_body(show->lab, lsa->self, body));
}

static void add_prefix(struct text *t, ip4 mask) {
    uint32_t prefix;
    ospf_mask_prefix(mask, &prefix);
    text_char(t, '/');
    text_u64(t, prefix);
}

/* ------------------------------------------------------------------------ a line for each */

static void add_contents(struct ospf_show *show, const struct ospf_lsa *lsa) {
    uint8_t body[OSPF_LSA_MOST];
    struct reader r = body_of(show, lsa, body);
    struct ospf_router_lsa router;
    struct ospf_summary_lsa summary;
    struct ospf_external_lsa external;
    struct text *t = &show->t;
    if (lsa->header.type == OSPF_ROUTER_LSA && ospf_parse_router_lsa(&router, &r) == PARSE_OK) {
        text_char(t, ' ');
        text_u64(t, router.links);
    }
    if (lsa->header.type == OSPF_SUMMARY_LSA && ospf_parse_summary_lsa(&summary, &r) == PARSE_OK) {
        text_char(t, ' ');
        text_ip4(t, lsa->header.link_state_id & summary.mask);
        add_prefix(t, summary.mask);
    }
    if (lsa->header.type == OSPF_EXTERNAL_LSA &&
        ospf_parse_external_lsa(&external, &r) == PARSE_OK) {
        text_add(t, external.type2 ? " E2 " : " E1 ");
        text_ip4(t, lsa->header.link_state_id & external.mask);
        add_prefix(t, external.mask);
        text_add(t, " [0x");
        text_hex(t, external.tag, external.tag > 0xffff ? 8 : external.tag > 0xf ? 4 : 1);
        text_char(t, ']');
    }
}

static void say_line_of(struct ospf_show *show, const struct ospf_lsa *lsa) {
    struct text *t = &show->t;
    char part[24];
    struct text p = text_of(part, sizeof part);
    text_ip4(&p, lsa->header.link_state_id);
    text_column(t, part, 15);
    p = text_of(part, sizeof part);
    text_ip4(&p, lsa->header.advertising_router);
    text_column(t, part, 15);
    p = text_of(part, sizeof part);
    text_u64(&p, ospf_lsa_age(show->lab, lsa->self, show->now));
    text_char(t, ' ');
    ospf_text_right(t, part, 4);
    text_add(t, " 0x");
    text_hex(t, lsa->header.sequence, 8);
    text_add(t, " 0x");
    text_hex(t, lsa->header.checksum, 4);
    add_contents(show, lsa);
    ospf_say(show);
}

/* "Router Link States (Area 0.0.0.0)". */
static void say_title(struct ospf_show *show, uint32_t type, struct id area, const char *end) {
    struct text *t = &show->t;
    text_add(t, "                ");
    text_add(t, kinds[type].title);
    if (id_is(area)) {
        text_add(t, " (Area ");
        text_ip4(t, ospf_area_get(show->lab, area)->area_id);
        if (ospf_area_is_stub(show->lab, area)) text_add(t, " [Stub]");
        text_char(t, ')');
    }
    text_add(t, end);
    ospf_say(show);
    ospf_say_text(show, "");
}

static void say_lines(struct ospf_show *show, uint32_t type, struct id area,
                      const struct asked *asked) {
    static const char *const ends[] = {[OSPF_ROUTER_LSA] = "  Link count",
                                       [OSPF_NETWORK_LSA] = "",
                                       [OSPF_SUMMARY_LSA] = "  Route",
                                       [OSPF_ASBR_SUMMARY_LSA] = "",
                                       [OSPF_EXTERNAL_LSA] = "  Route"};
    bool titled = false;
    struct id id = ospf_lsa_first(show->lab, show->ospf->self, area);
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(show->lab, id);
        if (!fits(lsa, type, asked)) continue;
        if (!titled) {
            say_title(show, type, area, "");
            text_add(&show->t, "Link ID         ADV Router      Age  Seq#       CkSum");
            text_add(&show->t, ends[type]);
            ospf_say(show);
            titled = true;
        }
        say_line_of(show, lsa);
    }
    if (titled) ospf_say_text(show, "");
}

/* --------------------------------------------------------------------- what is in an LSA */

/* FRR's LS Flags of an LSA: 1 its own, 2 checked to be so, 4 received, 8 a route stands behind it,
 * 0x80 on its way out. */
static uint32_t flags_of(const struct ospf_lsa *lsa) {
    bool routes = lsa->header.type >= OSPF_SUMMARY_LSA;
    uint32_t flags = !lsa->self_originated ? 6 : routes ? 0xb : 3;
    return lsa->flushing ? flags | 0x80 : flags;
}

static void say_value(struct ospf_show *show, const char *name, uint64_t value, int hex) {
    text_add(&show->t, name);
    if (hex == 0)
        text_u64(&show->t, value);
    else
        text_hex(&show->t, value, hex);
    ospf_say(show);
}

static void say_address(struct ospf_show *show, const char *name, ip4 address) {
    text_add(&show->t, name);
    text_ip4(&show->t, address);
    ospf_say(show);
}

static void say_header(struct ospf_show *show, const struct ospf_lsa *lsa, uint32_t bits) {
    const struct ospf_lsa_header *h = &lsa->header;
    const struct kind *kind = &kinds[h->type];
    struct text *t = &show->t;
    say_value(show, "  LS age: ", ospf_lsa_age(show->lab, lsa->self, show->now), 0);
    text_add(t, "  Options: 0x");
    text_hex(t, h->options, h->options > 0xf ? 2 : 1);
    text_add(t, h->options > 0xf ? " : " : "  : ");
    ospf_text_options(t, h->options);
    ospf_say(show);
    text_add(t, "  LS Flags: 0x");
    text_hex(t, flags_of(lsa), flags_of(lsa) > 0xf ? 2 : 1);
    text_add(t, flags_of(lsa) > 0xf ? " " : "  ");
    ospf_say(show);
    if (h->type == OSPF_ROUTER_LSA) {
        text_add(t, "  Flags: 0x");
        text_hex(t, bits, 1);
        if (bits & (OSPF_ROUTER_B | OSPF_ROUTER_E | OSPF_ROUTER_V)) text_add(t, " :");
        if (bits & OSPF_ROUTER_B) text_add(t, " ABR");
        if (bits & OSPF_ROUTER_E) text_add(t, " ASBR");
        if (bits & OSPF_ROUTER_V) text_add(t, " VL-endpoint");
        ospf_say(show);
    }
    text_add(t, "  LS Type: ");
    text_add(t, kind->name);
    ospf_say(show);
    text_add(t, "  Link State ID: ");
    text_ip4(t, h->link_state_id);
    text_char(t, ' ');
    text_add(t, kind->of);
    ospf_say(show);
    say_address(show, "  Advertising Router: ", h->advertising_router);
    say_value(show, "  LS Seq Number: ", h->sequence, 8);
    say_value(show, "  Checksum: 0x", h->checksum, 4);
    say_value(show, "  Length: ", h->length, 0);
    ospf_say_text(show, "");
}

static void say_link(struct ospf_show *show, const struct ospf_link *link) {
    static const struct {
        const char *what, *id, *data;
    } links[] = {[OSPF_LINK_POINT_TO_POINT] = {"another Router (point-to-point)",
                                               "Neighboring Router ID", "Router Interface address"},
                 [OSPF_LINK_TRANSIT] = {"a Transit Network", "Designated Router address",
                                        "Router Interface address"},
                 [OSPF_LINK_STUB] = {"Stub Network", "Net", "Network Mask"},
                 [OSPF_LINK_VIRTUAL] = {"a Virtual Link", "Neighboring Router ID",
                                        "Router Interface address"}};
    if (link->type < OSPF_LINK_POINT_TO_POINT || link->type > OSPF_LINK_VIRTUAL) return;
    struct text *t = &show->t;
    text_add(t, "    Link connected to: ");
    text_add(t, links[link->type].what);
    ospf_say(show);
    text_add(t, "     (Link ID) ");
    text_add(t, links[link->type].id);
    say_address(show, ": ", link->id);
    text_add(t, "     (Link Data) ");
    text_add(t, links[link->type].data);
    say_address(show, ": ", link->data);
    ospf_say_text(show, "      Number of TOS metrics: 0");
    say_value(show, "       TOS 0 Metric: ", link->metric, 0);
    ospf_say_text(show, "");
}

static void say_router(struct ospf_show *show, const struct ospf_lsa *lsa, struct reader r) {
    struct ospf_router_lsa router;
    if (ospf_parse_router_lsa(&router, &r) != PARSE_OK) return;
    say_header(show, lsa, router.bits);
    say_value(show, "   Number of Links: ", router.links, 0);
    ospf_say_text(show, "");
    for (struct ospf_link link; ospf_next_link(&r, &link);) say_link(show, &link);
    ospf_say_text(show, "");
}

static void say_mask(struct ospf_show *show, ip4 mask) {
    text_add(&show->t, "  Network Mask: ");
    add_prefix(&show->t, mask);
    ospf_say(show);
}

static void say_network(struct ospf_show *show, const struct ospf_lsa *lsa, struct reader r) {
    struct ospf_network_lsa network;
    if (ospf_parse_network_lsa(&network, &r) != PARSE_OK) return;
    say_header(show, lsa, 0);
    say_mask(show, network.mask);
    for (uint32_t router_id; ospf_next_attached(&r, &router_id);) {
        say_address(show, "        Attached Router: ", router_id);
        ospf_say_text(show, "");
    }
}

static void say_summary(struct ospf_show *show, const struct ospf_lsa *lsa, struct reader r) {
    struct ospf_summary_lsa summary;
    if (ospf_parse_summary_lsa(&summary, &r) != PARSE_OK) return;
    say_header(show, lsa, 0);
    say_mask(show, summary.mask);
    say_value(show, "        TOS: 0  Metric: ", summary.metric, 0);
    ospf_say_text(show, "");
}

static void say_external(struct ospf_show *show, const struct ospf_lsa *lsa, struct reader r) {
    struct ospf_external_lsa external;
    if (ospf_parse_external_lsa(&external, &r) != PARSE_OK) return;
    say_header(show, lsa, 0);
    say_mask(show, external.mask);
    ospf_say_text(show, external.type2 ? "        Metric Type: 2 (Larger than any link state path)"
                                       : "        Metric Type: 1");
    ospf_say_text(show, "        TOS: 0");
    say_value(show, "        Metric: ", external.metric, 0);
    say_address(show, "        Forward Address: ", external.forwarding);
    say_value(show, "        External Route Tag: ", external.tag, 0);
    ospf_say_text(show, "");
}

static void say_whole(struct ospf_show *show, const struct ospf_lsa *lsa) {
    uint8_t body[OSPF_LSA_MOST];
    struct reader r = body_of(show, lsa, body);
    switch (lsa->header.type) {
    case OSPF_ROUTER_LSA: say_router(show, lsa, r); return;
    case OSPF_NETWORK_LSA: say_network(show, lsa, r); return;
    case OSPF_EXTERNAL_LSA: say_external(show, lsa, r); return;
    default: say_summary(show, lsa, r); return;
    }
}

static void say_type(struct ospf_show *show, struct id area, const struct asked *asked) {
    if (id_is(area)) ospf_say_text(show, "");
    say_title(show, asked->type, area, id_is(area) ? "" : " ");
    struct id id = ospf_lsa_first(show->lab, show->ospf->self, area);
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(show->lab, id);
        if (fits(lsa, asked->type, asked)) say_whole(show, lsa);
    }
}

/* ------------------------------------------------------------------------------- the words */

static bool read_words(struct asked *asked, const struct ospf_show *show, size_t count,
                       char **words) {
    size_t at = 0;
    for (uint32_t type = 1; at == 0 && count > 0 && type <= OSPF_EXTERNAL_LSA; type++)
        if (same_text(words[0], kinds[type].word)) asked->type = type;
    if (asked->type != 0) at = 1;
    if (at < count && asked->type != 0 && parse_ip4(words[at], &asked->link_state_id)) {
        asked->has_id = true;
        at += 1;
    }
    if (at < count && same_text(words[at], "self-originate")) {
        asked->has_router = true;
        asked->advertising_router = show->ospf->router_id;
        at += 1;
    } else if (at + 1 < count && same_text(words[at], "adv-router") &&
               parse_ip4(words[at + 1], &asked->advertising_router)) {
        asked->has_router = true;
        at += 2;
    }
    return at == count;
}

static void say_all(struct ospf_show *show, const struct asked *asked) {
    struct id id = show->ospf->first_area;
    for (; id_is(id); id = ospf_area_get(show->lab, id)->next)
        for (uint32_t type = OSPF_ROUTER_LSA; type <= OSPF_ASBR_SUMMARY_LSA; type++)
            say_lines(show, type, id, asked);
    say_lines(show, OSPF_EXTERNAL_LSA, (struct id){0, 0}, asked);
    ospf_say_text(show, "");
}

bool ospf_show_database(struct ospf_show *show, size_t count, char **words) {
    struct asked asked = {0};
    if (!read_words(&asked, show, count, words)) return false;
    ospf_say_text(show, "");
    text_add(&show->t, "       OSPF Router with ID (");
    text_ip4(&show->t, show->ospf->router_id);
    text_char(&show->t, ')');
    ospf_say(show);
    ospf_say_text(show, "");
    if (asked.type == 0) {
        say_all(show, &asked);
    } else if (asked.type == OSPF_EXTERNAL_LSA) {
        say_type(show, (struct id){0, 0}, &asked);
    } else {
        struct id id = show->ospf->first_area;
        for (; id_is(id); id = ospf_area_get(show->lab, id)->next) say_type(show, id, &asked);
    }
    return true;
}
