#include "ospf_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/ospf_table.h"
#include "stack/iface.h"
#include "stack/ip/route.h"

static char kept[256][64]; /* lines that a setup points to */
static size_t kept_count;

static const char *keep(const char *before, const char *after) {
    assert_true(kept_count < sizeof kept / sizeof *kept);
    snprintf(kept[kept_count], sizeof kept[0], "%s%s", before, after);
    return kept[kept_count++];
}

void ospf_router_node(struct setup *setup, const char *name, const char *router_id) {
    if (setup->scenario.node_count == 0) kept_count = 0;
    setup_node(setup, NODE_ROUTER, name);
    setup_config(setup, name, "router ospf");
    setup_config(setup, name, keep("ospf router-id ", router_id));
    setup_config(setup, name, "exit");
}

void ospf_port(struct setup *setup, const char *node, const char *interface, const char *cidr,
               const char *area, const char *more) {
    setup_interface(setup, node, interface, cidr);
    setup_config(setup, node, keep("interface ", interface));
    setup_config(setup, node, "ip ospf hello-interval 1");
    setup_config(setup, node, "ip ospf dead-interval 4");
    setup_config(setup, node, keep("ip ospf area ", area));
    if (more != NULL) setup_config(setup, node, more);
    setup_config(setup, node, "exit");
}

void ospf_line(struct setup *setup, const char *node, const char *line) {
    setup_config(setup, node, "router ospf");
    setup_config(setup, node, line);
    setup_config(setup, node, "exit");
}

void expect_said(struct running *run, sim_time at, const char *node, const char *line,
                 const char *expected) {
    run_until(run, at);
    char *before = run_output(run, node);
    run_command(run, at, node, line);
    run_until(run, at);
    char *after = run_output(run, node);
    assert_string_equal(after + strlen(before), expected);
    free(before);
    free(after);
}

/* --------------------------------------------------------------------------- what there is */

struct said {
    char text[8192];
    size_t at;
};

__attribute__((format(printf, 2, 3))) static void add(struct said *said, const char *format, ...) {
    va_list args;
    va_start(args, format);
    said->at +=
        (size_t)vsnprintf(said->text + said->at, sizeof said->text - said->at, format, args);
    va_end(args);
    assert_true(said->at < sizeof said->text);
}

static void add_ip4(struct said *said, uint32_t a) {
    add(said, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

void expect_ospf_routes(struct running *run, sim_time at, const char *node, const char *expected) {
    static const char *const kinds[] = {"intra", "inter", "E1", "E2"};
    struct said said = {.at = 0};
    run_until(run, at);
    struct id id = route_first(run->lab, lab_node_named(run->lab, node));
    for (const struct route *r, *last = NULL; id_is(id); id = r->next, last = r) {
        r = route_get(run->lab, id);
        if (r->origin != ROUTE_OSPF) continue;
        if (last == NULL || !route_shares(r, last)) {
            if (said.at > 0) add(&said, "\n");
            add_ip4(&said, r->network);
            add(&said, "/%u %s %u", r->prefix, kinds[r->kind], r->cost);
        }
        add(&said, " via ");
        add_ip4(&said, r->via);
    }
    add(&said, said.at > 0 ? "\n" : "");
    assert_string_equal(said.text, expected);
}

static void add_lsa(struct said *said, const struct lab *lab, const struct ospf_lsa *lsa) {
    uint8_t body[OSPF_LSA_MOST];
    struct reader r = reader_of(body, ospf_lsa_body(lab, lsa->self, body));
    struct ospf_summary_lsa summary;
    struct ospf_external_lsa external;
    uint32_t prefix = 0;
    if (ospf_lsa_age(lab, lsa->self, lab_now(lab)) >= OSPF_MAX_AGE) return;
    if (lsa->header.type < OSPF_SUMMARY_LSA) return;
    if (lsa->header.type == OSPF_EXTERNAL_LSA) {
        assert_int_equal(ospf_parse_external_lsa(&external, &r), PARSE_OK);
        ospf_mask_prefix(external.mask, &prefix);
        add(said, "external ");
    } else {
        assert_int_equal(ospf_parse_summary_lsa(&summary, &r), PARSE_OK);
        ospf_mask_prefix(summary.mask, &prefix);
        add(said, "area %u %s ", ospf_area_get(lab, lsa->area)->area_id,
            lsa->header.type == OSPF_SUMMARY_LSA ? "network" : "asbr");
    }
    add_ip4(said, lsa->header.link_state_id);
    if (lsa->header.type != OSPF_ASBR_SUMMARY_LSA) add(said, "/%u", prefix);
    add(said, " by ");
    add_ip4(said, lsa->header.advertising_router);
    if (lsa->header.type != OSPF_EXTERNAL_LSA) {
        add(said, " cost %u\n", summary.metric);
        return;
    }
    add(said, " type %d cost %u", external.type2 ? 2 : 1, external.metric);
    if (external.forwarding != 0) {
        add(said, " to ");
        add_ip4(said, external.forwarding);
    }
    add(said, "\n");
}

void expect_summaries(struct running *run, sim_time at, const char *node, const char *expected) {
    struct said said = {.at = 0};
    run_until(run, at);
    struct id ospf = ospf_of(run->lab, lab_node_named(run->lab, node));
    struct id area = ospf_get(run->lab, ospf)->first_area, id;
    for (bool last = false; !last;) {
        last = !id_is(area);
        id = ospf_lsa_first(run->lab, ospf, area);
        for (; id_is(id); id = ospf_lsa_get(run->lab, id)->next)
            add_lsa(&said, run->lab, ospf_lsa_get(run->lab, id));
        if (!last) area = ospf_area_get(run->lab, area)->next;
    }
    assert_string_equal(said.text, expected);
}
