#include "routing/ospf_parts.h"
/* An entry of the routing table, RFC 2328 11, as an object of the lab and as a row for the page. */
#include "stack/iface.h"

const struct ospf_route *ospf_route_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF_ROUTE, id);
}

static void add_hops(struct text *t, const struct lab *lab, const struct ospf_route *r) {
    for (uint32_t i = 0; i < r->hop_count; i++) {
        if (i > 0) text_add(t, ", ");
        if (r->hop[i].via != 0) text_ip4(t, r->hop[i].via);
        if (r->hop[i].via != 0 && r->hop[i].interface != 0) text_char(t, ' ');
        if (r->hop[i].interface != 0) text_add(t, iface_get(lab, r->hop[i].interface)->name);
    }
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    static const char *const paths[] = {[OSPF_INTRA_AREA] = "intra-area",
                                        [OSPF_INTER_AREA] = "inter-area",
                                        [OSPF_EXTERNAL_1] = "external 1",
                                        [OSPF_EXTERNAL_2] = "external 2"};
    const struct ospf_route *r = ospf_route_get(lab, id);
    text_add(t, "[\"");
    text_ip4(t, r->address);
    if (r->destination == OSPF_TO_NETWORK) {
        text_char(t, '/');
        text_u64(t, r->prefix);
    } else {
        if (r->options & OSPF_ROUTER_B) text_add(t, " ABR");
        if (r->options & OSPF_ROUTER_E) text_add(t, " ASBR");
    }
    text_add(t, "\",\"");
    text_add(t, paths[r->path]);
    text_add(t, "\",\"");
    if (r->path <= OSPF_INTER_AREA) text_ip4(t, r->area_id);
    text_add(t, "\",\"");
    text_u64(t, r->cost);
    if (r->path == OSPF_EXTERNAL_2) {
        text_char(t, '/');
        text_u64(t, r->cost2);
    }
    text_add(t, "\",\"");
    add_hops(t, lab, r);
    text_add(t, "\",\"");
    text_ip4(t, r->origin);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return ospf_route_get(lab, id)->node;
}

const struct object_kind ospf_route_kind = {.size = sizeof(struct ospf_route),
                                            .table = TABLE_OSPF_ROUTES,
                                            .row = row,
                                            .row_node = row_node};
