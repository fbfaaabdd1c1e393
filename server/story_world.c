#include "story.h"
/*
 * What a stream says of a lab as a whole: hello (nodes, links, names, graphs, table shapes: all
 * that a page draws with, as data) and snapshot (all tables and states at one instant).
 */
#include <stdlib.h>
#include <string.h>

static void key(struct buffer *b, const char *name) {
    buffer_char(b, '"');
    buffer_add(b, name);
    buffer_add(b, "\":");
}
static void next_key(struct buffer *b, const char *name) {
    buffer_char(b, ',');
    key(b, name);
}
static void next_number(struct buffer *b, const char *name, int64_t value) {
    next_key(b, name);
    buffer_i64(b, value);
}
static void next_text(struct buffer *b, const char *name, const char *text) {
    next_key(b, name);
    buffer_json_string(b, text);
}
static void comma(struct buffer *b, bool first) {
    if (!first) buffer_char(b, ',');
}

/* ------------------------------------------------------------------------------------- topology */

static void write_interfaces(struct buffer *b, const struct lab *lab, uint32_t node,
                             uint32_t count) {
    buffer_char(b, '[');
    for (uint32_t n = 1; n <= count; n++) {
        struct interface_view view = lab_interface(lab, node, n);
        comma(b, n == 1);
        buffer_add(b, "{\"name\":");
        buffer_json_string(b, view.name);
        next_key(b, "address");
        if (view.address == 0)
            buffer_add(b, "\"\"");
        else
            buffer_printf(b, "\"%u.%u.%u.%u/%u\"", view.address >> 24, view.address >> 16 & 255,
                          view.address >> 8 & 255, view.address & 255, view.prefix);
        next_key(b, "mac");
        if (lab_node(lab, node).kind == NODE_OUTSIDE)
            buffer_add(b, "\"\"}");
        else
            buffer_printf(b, "\"%02x:%02x:%02x:%02x:%02x:%02x\"}", view.mac[0], view.mac[1],
                          view.mac[2], view.mac[3], view.mac[4], view.mac[5]);
    }
    buffer_char(b, ']');
}

static void write_nodes(struct buffer *b, const struct lab *lab) {
    buffer_char(b, '[');
    for (uint32_t n = 1; n <= lab_node_count(lab); n++) {
        struct node_view view = lab_node(lab, n);
        comma(b, n == 1);
        buffer_add(b, "{\"id\":");
        buffer_u64(b, n);
        next_text(b, "name", view.name);
        next_text(b, "kind", engine_name(NAME_NODE_KIND, view.kind));
        next_number(b, "x", view.x);
        next_number(b, "y", view.y);
        next_key(b, "interfaces");
        write_interfaces(b, lab, n, view.interfaces);
        buffer_char(b, '}');
    }
    buffer_char(b, ']');
}

static void write_links(struct buffer *b, const struct lab *lab) {
    buffer_char(b, '[');
    for (uint32_t n = 1; n <= lab_link_count(lab); n++) {
        struct link_view view = lab_link(lab, n);
        comma(b, n == 1);
        buffer_add(b, "{\"id\":");
        buffer_u64(b, n);
        next_number(b, "a", view.node[0]);
        next_number(b, "b", view.node[1]);
        next_text(b, "a_interface", lab_interface(lab, view.node[0], view.interface[0]).name);
        next_text(b, "b_interface", lab_interface(lab, view.node[1], view.interface[1]).name);
        buffer_printf(b, ",\"delay_ns\":[%lld,%lld]", (long long)view.delay_ns[0],
                      (long long)view.delay_ns[1]);
        next_number(b, "rate_bps", (int64_t)view.rate_bps);
        buffer_char(b, '}');
    }
    buffer_char(b, ']');
}

/* -------------------------------------------------------------------------------- names as data */

static void write_graph(struct buffer *b, const struct state_graph *graph) {
    buffer_char(b, '{');
    key(b, "title");
    buffer_json_string(b, graph->title);
    next_text(b, "source", graph->source);
    next_key(b, "states");
    for (size_t i = 0; i < graph->state_count; i++) {
        const struct graph_state *state = &graph->states[i];
        buffer_add(b, i == 0 ? "[{\"name\":" : ",{\"name\":");
        buffer_json_string(b, state->name);
        next_number(b, "x", state->x);
        next_number(b, "y", state->y);
        buffer_char(b, '}');
    }
    buffer_add(b, graph->state_count == 0 ? "[]" : "]");
    next_key(b, "edges");
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        buffer_add(b, i == 0 ? "[{\"from\":" : ",{\"from\":");
        buffer_u64(b, edge->from);
        next_number(b, "to", edge->to);
        next_text(b, "label", edge->label != NULL ? edge->label : "");
        next_text(b, "clause", edge->clause != NULL ? edge->clause : "");
        next_number(b, "bend", edge->bend);
        buffer_char(b, '}');
    }
    buffer_add(b, graph->edge_count == 0 ? "[]}" : "]}");
}

/* A page shows the first of them that has moved: what goes on below comes last. */
static void write_graphs(struct buffer *b) {
    bool first = true;
    buffer_char(b, '{');
    for (int below = 0; below < 2; below++)
        for (uint32_t machine = 0; engine_name(NAME_MACHINE, machine) != NULL; machine++) {
            const struct state_graph *graph = engine_graph(machine);
            if (graph == NULL || engine_graph_is_below(machine) != below) continue;
            comma(b, first);
            first = false;
            key(b, graph->machine);
            write_graph(b, graph);
        }
    buffer_char(b, '}');
}

static void write_shapes(struct buffer *b) {
    const struct table_shape *shape;
    buffer_char(b, '{');
    for (uint32_t table = 0; (shape = engine_table(table)) != NULL; table++) {
        comma(b, table == 0);
        key(b, shape->name);
        buffer_printf(b, "{\"title\":\"table.%s\",\"columns\":[", shape->name);
        for (size_t i = 0; i < shape->column_count; i++) {
            comma(b, i == 0);
            buffer_printf(b, "\"table.%s.%s\"", shape->name, shape->columns[i]);
        }
        buffer_add(b, shape->view != NULL ? "]" : "]}");
        if (shape->view != NULL) {
            next_text(b, "view", shape->view);
            buffer_char(b, '}');
        }
    }
    buffer_char(b, '}');
}

/* ---------------------------------------------------------------------- what is worth drawing */

static void write_place(struct buffer *b, const struct gauge_place *place) {
    if (place->field == NULL) {
        buffer_add(b, "null");
        return;
    }
    buffer_char(b, '{');
    key(b, "field");
    buffer_json_string(b, place->field);
    if (place->plus != NULL) next_text(b, "plus", place->plus);
    if (place->minus != NULL) next_text(b, "minus", place->minus);
    buffer_char(b, '}');
}
static void next_place(struct buffer *b, const char *name, const struct gauge_place *place) {
    next_key(b, name);
    write_place(b, place);
}

static void write_chart(struct buffer *b, const char *machine, const struct gauge_chart *chart) {
    static const char *const units[] = {
        [GAUGE_OCTETS] = "octets", [GAUGE_NS] = "ns", [GAUGE_COUNT] = "count"};
    static const char *const looks[] = {
        [GAUGE_LINE] = "line", [GAUGE_LIMIT] = "limit", [GAUGE_AREA] = "area"};
    buffer_printf(b, "{\"title\":\"gauge.%s.%s\"", machine, chart->name);
    next_text(b, "unit", units[chart->unit]);
    next_key(b, "lines");
    buffer_char(b, '[');
    for (size_t i = 0; i < chart->line_count; i++) {
        const struct gauge_line *line = &chart->lines[i];
        comma(b, i == 0);
        buffer_add(b, "{\"field\":");
        buffer_json_string(b, line->field);
        next_text(b, "role", engine_role_name(line->role));
        next_text(b, "look", looks[line->look]);
        buffer_char(b, '}');
    }
    buffer_add(b, "]}");
}

static void write_bar(struct buffer *b, const char *machine, const struct gauge_bar *bar) {
    buffer_printf(b, "{\"title\":\"gauge.%s.%s\",\"sends\":%s", machine, bar->name,
                  bar->sends ? "true" : "false");
    next_place(b, "begin", &bar->begin);
    next_place(b, "end", &bar->end);
    next_key(b, "zones");
    buffer_char(b, '[');
    for (size_t i = 0; i < bar->zone_count; i++) {
        const struct gauge_zone *zone = &bar->zones[i];
        comma(b, i == 0);
        buffer_printf(b, "{\"title\":\"gauge.%s.%s\"", machine, zone->name);
        next_place(b, "from", &zone->from);
        next_place(b, "to", &zone->to);
        next_text(b, "role", engine_role_name(zone->role));
        buffer_printf(b, ",\"hollow\":%s}", zone->hollow ? "true" : "false");
    }
    buffer_add(b, "]}");
}

static void write_gauges(struct buffer *b) {
    bool first = true;
    buffer_char(b, '{');
    for (uint32_t machine = 0; engine_name(NAME_MACHINE, machine) != NULL; machine++) {
        const struct gauge_set *set = engine_gauges(machine);
        if (set == NULL) continue;
        comma(b, first);
        first = false;
        key(b, set->machine);
        buffer_add(b, "{\"between\":");
        buffer_json_string(b, set->between);
        next_key(b, "charts");
        for (size_t i = 0; i < set->chart_count; i++) {
            buffer_char(b, i == 0 ? '[' : ',');
            write_chart(b, set->machine, &set->charts[i]);
        }
        buffer_add(b, set->chart_count == 0 ? "[]" : "]");
        next_key(b, "bars");
        for (size_t i = 0; i < set->bar_count; i++) {
            buffer_char(b, i == 0 ? '[' : ',');
            write_bar(b, set->machine, &set->bars[i]);
        }
        buffer_add(b, set->bar_count == 0 ? "[]}" : "]}");
    }
    buffer_char(b, '}');
}

static void write_named(struct buffer *b, bool first, const char *set, const char *name) {
    comma(b, first);
    buffer_add(b, "{\"name\":");
    buffer_json_string(b, name);
    buffer_printf(b, ",\"title\":\"%s.%s\"}", set, name);
}

void story_world(struct buffer *b, const struct lab *lab) {
    buffer_printf(b, "\"behaviour\":%d", ENGINE_BEHAVIOUR);
    next_key(b, "nodes");
    write_nodes(b, lab);
    next_key(b, "links");
    write_links(b, lab);
    buffer_char(b, ',');
    story_vocabulary(b);
}

void story_vocabulary(struct buffer *b) {
    const char *protocol;
    key(b, "protocols");
    buffer_char(b, '[');
    for (uint32_t n = 0; (protocol = engine_protocol_name(n)) != NULL; n++)
        write_named(b, n == 0, "protocol", protocol);
    buffer_char(b, ']');
    next_key(b, "graphs");
    write_graphs(b);
    next_key(b, "tables");
    write_shapes(b);
    next_key(b, "gauges");
    write_gauges(b);
    next_key(b, "roles");
    buffer_char(b, '[');
    for (int role = 0; role < ROLE_COUNT; role++)
        write_named(b, role == 0, "role", engine_role_name((enum role)role));
    buffer_char(b, ']');
}

void story_hello(struct buffer *b, const struct lab *lab, const char *lab_name,
                 const char *timeline, enum detail detail, uint32_t head) {
    buffer_add(b, "{\"line\":\"hello\",\"v\":1");
    next_text(b, "lab", lab_name);
    next_text(b, "timeline", timeline);
    buffer_add(b, ",\"parent\":null,\"from\":0");
    next_number(b, "head", head);
    next_text(b, "detail", detail_name(detail));
    buffer_char(b, ',');
    story_world(b, lab);
    buffer_char(b, '}');
}

/* ------------------------------------------------------------------------------------- snapshot */

struct row {
    uint32_t table, node, key, order;
    size_t at, length; /* of its cells in `cells` */
};
struct collection {
    struct row *rows;
    size_t count, room;
    struct buffer cells, states;
};

static void collect_row(struct collection *c, const struct trace_record *r) {
    if (c->count == c->room) {
        size_t room = c->room == 0 ? 64 : 2 * c->room;
        struct row *rows = realloc(c->rows, room * sizeof *rows);
        if (rows == NULL) {
            c->cells.failed = true;
            return;
        }
        c->rows = rows;
        c->room = room;
    }
    c->rows[c->count] = (struct row){.table = r->table,
                                     .node = r->node,
                                     .key = r->object,
                                     .order = (uint32_t)c->count,
                                     .at = c->cells.length,
                                     .length = r->text_length};
    c->count++;
    buffer_span(&c->cells, r->text, r->text_length);
}

static void collect(void *user, const struct lab *lab, const struct trace_record *r) {
    struct collection *c = user;
    (void)lab;
    if (r->kind == TRACE_TABLE && r->text_length > 0) collect_row(c, r);
    if (r->kind != TRACE_STATE) return;
    struct buffer *b = &c->states;
    comma(b, b->length == 0);
    buffer_add(b, "{\"n\":");
    buffer_u64(b, r->node);
    next_text(b, "m", engine_name(NAME_MACHINE, r->machine));
    next_number(b, "obj", r->object);
    next_key(b, "name");
    buffer_json_span(b, r->text != NULL ? r->text : "", r->text != NULL ? r->text_length : 0);
    next_text(b, "state", engine_state_name(r->machine, r->after));
    buffer_char(b, '}');
}

static int by_place(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    if (x->table != y->table) return x->table < y->table ? -1 : 1;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void write_rows(struct buffer *b, const struct collection *c) {
    buffer_char(b, '{');
    for (size_t i = 0; i < c->count; i++) {
        const struct row *row = &c->rows[i], *before = i > 0 ? row - 1 : NULL;
        bool new_table = before == NULL || before->table != row->table;
        bool new_node = new_table || before->node != row->node;
        if (before != NULL) buffer_add(b, new_table ? "}}," : new_node ? "}," : ",");
        if (new_table) buffer_printf(b, "\"%s\":{", engine_name(NAME_TABLE, row->table));
        if (new_node) buffer_printf(b, "\"%u\":{", row->node);
        buffer_printf(b, "\"%u\":", row->key);
        buffer_span(b, c->cells.data + row->at, row->length);
    }
    buffer_add(b, c->count > 0 ? "}}}" : "}");
}

void story_snapshot(struct buffer *b, const struct lab *lab) {
    struct collection c = {0};
    struct sink sink = {.record = collect, .user = &c, .wants = WANT_STORY};
    lab_snapshot(lab, &sink);
    if (c.count > 0) qsort(c.rows, c.count, sizeof *c.rows, by_place);
    buffer_add(b, "\"t\":");
    buffer_i64(b, lab_now(lab));
    next_key(b, "tables");
    if (!c.cells.failed)
        write_rows(b, &c);
    else
        b->failed = true;
    next_key(b, "states");
    buffer_char(b, '[');
    buffer_span(b, c.states.data, c.states.length);
    buffer_char(b, ']');
    free(c.rows);
    buffer_free(&c.cells);
    buffer_free(&c.states);
}
