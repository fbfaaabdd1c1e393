/* The trace: causes back to a command, frames that end once, watched fields, rows, snapshots. */
#include <stdio.h>
#include <stdlib.h>

#include "apps/apps.h"
#include "base/text.h"
#include "routing/routing.h"
#include "sim_support.h"
#include "stack/tcp/tcp.h"

static struct setup setup;

static void a_conversation(void) {
    through_router(&setup);
    setup.links[0].loss_ppm = 150000;
    static const char *const server[] = {"socket tcp", "bind 3 0.0.0.0:80", "listen 3 5",
                                         "accept 3",   "recv 4 5000",       "close 4"};
    for (size_t i = 0; i < sizeof server / sizeof server[0]; i++)
        setup_run(&setup, 0, "server", server[i])->process = "server";
    static const char *const client[] = {"socket tcp", "connect 3 10.0.2.1:80", "send 3 5000",
                                         "close 3"};
    for (size_t i = 0; i < sizeof client / sizeof client[0]; i++)
        setup_run(&setup, SECONDS(1), "client", client[i])->process = "client";
    setup_run(&setup, SECONDS(1), "client", "ping -c 3 server");
}

static struct running run;

static void converse(void) {
    a_conversation();
    run_begin(&run, &setup);
    run_until(&run, SECONDS(90));
    assert_true(run.count > 300);
}

/* (step, k) names a record: steps rise, k counts from 0, time never goes back. */
static void records_are_gapless(void **state) {
    (void)state;
    converse();
    uint64_t step = 0;
    uint32_t k = 0;
    sim_time at = 0;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        k = r->step == step ? k + 1 : 0;
        assert_true(r->step >= step);
        assert_int_equal(r->k, k);
        assert_true(r->at >= at);
        step = r->step;
        at = r->at;
    }
    run_end(&run);
}

/* From any record one walks back, step by step, to a command. */
static void every_record_goes_back_to_a_command(void **state) {
    (void)state;
    converse();
    const struct trace_record **first =
        calloc(lab_steps(run.lab) + 1, sizeof *first); /* of each step */
    assert_non_null(first);
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->k == 0)
            first[r->step] = r;
        else if (r->kind != TRACE_LOST)
            assert_int_equal(r->cause_step, r->step);
    }
    for (uint64_t step = 1; step <= lab_steps(run.lab); step++) {
        const struct trace_record *r = first[step];
        for (int hops = 0; r != NULL && r->cause_step != 0; hops++) {
            assert_true(hops < 10000 && r->cause_step < r->step);
            assert_non_null(first[r->cause_step]);
            r = first[r->cause_step];
        }
        assert_true(r == NULL || r->kind == TRACE_COMMAND);
    }
    free(first);
    run_end(&run);
}

/* What was sent is delivered or lost, once, at the time that was told when nothing befell it. */
static void each_frame_ends_once(void **state) {
    (void)state;
    converse();
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *sent = &run.records[i].r;
        if (sent->kind != TRACE_SENT) continue;
        size_t ends = 0;
        for (size_t j = i + 1; j < run.count; j++) {
            const struct trace_record *end = &run.records[j].r;
            if ((end->kind != TRACE_DELIVERED && end->kind != TRACE_LOST) ||
                end->origin != sent->origin || end->number != sent->number ||
                end->link != sent->link)
                continue;
            uint32_t from = end->kind == TRACE_LOST ? end->node : end->peer;
            if (from != sent->node) continue;
            ends += 1;
            if (end->kind == TRACE_DELIVERED) assert_int_equal(end->at, sent->until);
            assert_int_equal(end->octet_count, sent->octet_count);
            assert_memory_equal(end->octets, sent->octets, sent->octet_count);
        }
        assert_int_equal(ends, 1);
    }
    assert_true(run_lost(&run, "loss") > 0);
    run_end(&run);
}

/* A variable's former value is what was told of it last. */
static void variables_are_a_chain(void **state) {
    (void)state;
    converse();
    size_t chained = 0;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_VARIABLE) continue;
        for (size_t j = i; j-- > 0;) {
            const struct trace_record *former = &run.records[j].r;
            if (former->kind != TRACE_VARIABLE || former->field != r->field ||
                former->object != r->object || former->node != r->node)
                continue;
            assert_int_equal((uint32_t)(former->after - former->seq_base),
                             (uint32_t)(r->before - r->seq_base));
            chained += 1;
            break;
        }
    }
    assert_true(chained > 20);
    run_end(&run);
}

/* ------------------------------------------------------- tables: rows add up to the snapshot */

struct rows {
    struct {
        uint32_t table, node, key;
        char text[512];
    } row[64];
    size_t count;
    size_t states;
    size_t timer_count;
    uint32_t timer_node[64];
    char timer[64][512];
};

static size_t row_index(const struct rows *rows, const struct trace_record *r) {
    size_t i = 0;
    while (i < rows->count && (rows->row[i].table != r->table || rows->row[i].node != r->node ||
                               rows->row[i].key != r->object))
        i++;
    return i;
}

static void apply_row(struct rows *rows, const struct trace_record *r) {
    size_t i = row_index(rows, r);
    if (r->text == NULL) {
        assert_true(i < rows->count); /* no row is removed that was not there */
        rows->row[i] = rows->row[--rows->count];
        return;
    }
    if (i == rows->count) rows->count += 1;
    assert_true(rows->count <= 64 && r->text_length < 512);
    rows->row[i].table = r->table;
    rows->row[i].node = r->node;
    rows->row[i].key = r->object;
    memcpy(rows->row[i].text, r->text, r->text_length);
    rows->row[i].text[r->text_length] = '\0';
}

/* The timers that run, as their records tell it: each is named by its node, kind and owner. */
struct timers {
    struct trace_record running[64];
    size_t count;
};

static void apply_timer(struct timers *timers, const struct trace_record *r) {
    size_t i = 0;
    while (i < timers->count &&
           (timers->running[i].node != r->node || timers->running[i].timer != r->timer ||
            timers->running[i].object != r->object))
        i++;
    if (r->kind == TRACE_TIMER_SET) {
        assert_true(i < 64);
        timers->running[i] = *r;
        if (i == timers->count) timers->count += 1;
        return;
    }
    assert_true(i < timers->count); /* only what runs fires or is stopped */
    timers->running[i] = timers->running[--timers->count];
}

/* Each has its row: the name, whose it is, when it expires. */
static void expect_timer_rows(const struct timers *timers, const struct rows *rows) {
    for (size_t i = 0; i < timers->count; i++) {
        char name[64], expires[32];
        const struct trace_record *r = &timers->running[i];
        snprintf(name, sizeof name, "[\"%s\",", engine_name(NAME_TIMER, r->timer));
        snprintf(expires, sizeof expires, "\"%.6f\"", (double)(r->until / 1000) / 1e6);
        size_t found = 0;
        for (size_t j = 0; j < rows->timer_count; j++)
            found += rows->timer_node[j] == r->node &&
                     strncmp(rows->timer[j], name, strlen(name)) == 0 &&
                     strstr(rows->timer[j], expires) != NULL;
        assert_true(found >= 1);
    }
    assert_int_equal(rows->timer_count, timers->count);
}

static void keep_timer_row(struct rows *rows, const struct trace_record *r) {
    assert_true(rows->timer_count < 64 && r->text_length < 512);
    rows->timer_node[rows->timer_count] = r->node;
    memcpy(rows->timer[rows->timer_count], r->text, r->text_length);
    rows->timer[rows->timer_count++][r->text_length] = '\0';
}

static void collect(void *user, const struct lab *lab, const struct trace_record *r) {
    struct rows *rows = user;
    (void)lab;
    if (r->kind == TRACE_TABLE && r->table == TABLE_TIMERS)
        keep_timer_row(rows, r);
    else if (r->kind == TRACE_TABLE)
        apply_row(rows, r);
    else {
        assert_int_equal(r->kind, TRACE_STATE);
        assert_int_equal(r->before, r->after);
        assert_non_null(engine_state_name(r->machine, r->before));
        rows->states += 1;
    }
}

static void expect_same_rows(const struct rows *a, const struct rows *b) {
    for (size_t i = 0; i < a->count; i++) {
        size_t j = 0;
        while (j < b->count && (a->row[i].table != b->row[j].table ||
                                a->row[i].node != b->row[j].node || a->row[i].key != b->row[j].key))
            j++;
        if (j == b->count)
            fail_msg("no row for %s %u: %s", engine_table(a->row[i].table)->name, a->row[i].key,
                     a->row[i].text);
        assert_string_equal(a->row[i].text, b->row[j].text);
    }
    assert_int_equal(a->count, b->count);
}

/* Began with the snapshot at the start, the rows told since are the snapshot at the end; and its
 * timers are those of which the records say that they run. */
static void rows_add_up_to_the_snapshot(void **state) {
    (void)state;
    static struct rows told, now;
    static struct timers timers;
    size_t most = 0;
    struct sink sink = {.record = collect, .user = &told, .wants = WANT_ALL};
    size_t seen = 0;
    memset(&told, 0, sizeof told);
    a_conversation();
    run_begin(&run, &setup);
    lab_snapshot(run.lab, &sink);
    assert_true(told.count >= 8); /* four interfaces and their routes */
    for (int i = 0; i < 400; i++) {
        run_steps(&run, 1);
        for (; seen < run.count; seen++) {
            const struct trace_record *r = &run.records[seen].r;
            if (r->kind == TRACE_TABLE) apply_row(&told, r);
            if (r->kind >= TRACE_TIMER_SET && r->kind <= TRACE_TIMER_STOPPED)
                apply_timer(&timers, r);
        }
        memset(&now, 0, sizeof now);
        sink.user = &now;
        uint64_t hash = lab_hash(run.lab);
        lab_snapshot(run.lab, &sink);
        assert_int_equal(hash, lab_hash(run.lab)); /* a look changes nothing */
        expect_same_rows(&told, &now);
        expect_same_rows(&now, &told);
        expect_timer_rows(&timers, &now);
        if (most < timers.count) most = timers.count;
    }
    assert_true(now.states > 0 && most >= 3);
    run_end(&run);
}

/* For a sink that wants the story alone less is remembered, and the same rows are told. */
static void the_story_alone_has_the_same_rows(void **state) {
    (void)state;
    static struct running alone;
    a_conversation();
    run_begin(&run, &setup);
    run_begin(&alone, &setup);
    alone.sink.wants = WANT_STORY;
    run_steps(&run, 400);
    run_steps(&alone, 400);
    size_t at = 0, rows = 0;
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r, *same;
        if (r->kind != TRACE_TABLE) continue;
        while (at < alone.count && alone.records[at].r.kind != TRACE_TABLE) at++;
        assert_true(at < alone.count);
        same = &alone.records[at++].r;
        assert_true(r->step == same->step && r->table == same->table && r->object == same->object);
        if (r->text == NULL)
            assert_null(same->text);
        else
            assert_string_equal(r->text, same->text);
        rows += r->table == TABLE_SOCKETS;
    }
    while (at < alone.count) assert_int_not_equal(alone.records[at++].r.kind, TRACE_TABLE);
    assert_true(rows > 20);
    run_end(&alone);
    run_end(&run);
}

static size_t cells_of(const char *row) {
    size_t quotes = 0;
    for (const char *c = row; *c != '\0'; c++) {
        if (*c == '\\' && c[1] != '\0')
            c++;
        else
            quotes += *c == '"';
    }
    return quotes / 2;
}

static void rows_have_their_tables_shape(void **state) {
    (void)state;
    converse();
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind == TRACE_TABLE && r->text != NULL)
            assert_int_equal(cells_of(r->text), engine_table(r->table)->column_count);
    }
    run_end(&run);
}

/* ------------------------------------------------------------------------------ watched objects */

enum { ROWS_OF_LISTENER = 3 }; /* among the sockets, and one for each queue */

/* A TCB by hand: created, changed, changed back, destroyed. */
static void only_differences_are_told(void **state) {
    (void)state;
    struct hand hand;
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    struct id id;
    struct tcp_endpoint local = {.port = 80};
    assert_int_equal(tcp_listen(s, 1, (struct id){0, 0}, local, 5, &id), TCP_OK);
    hand_end(&hand);
    assert_int_equal(run_count(&run, TRACE_TABLE, "client"), ROWS_OF_LISTENER);
    size_t before = run.count;
    s = hand_begin(&hand, &run, 0);
    uint8_t *tcb = object_edit(s, POOL_TCB, id);
    const struct watch *watch = &tcp_object_kind.watches[0];
    tcb[watch->offset] ^= 1;
    object_edit(s, POOL_TCB, id);
    tcb[watch->offset] ^= 1;
    hand_end(&hand);
    assert_int_equal(run.count, before); /* what was changed back did not change */
    s = hand_begin(&hand, &run, 0);
    tcp_close(s, id);
    hand_end(&hand);
    const struct trace_record *gone = run_find(&run, before, TRACE_TABLE, "client");
    assert_non_null(gone);
    assert_null(gone->text);
    run_end(&run);
}

/* More objects in one step than the scratch holds: each difference is told once, none is missed. */
static void more_edits_than_the_scratch_holds(void **state) {
    (void)state;
    enum { MANY = 200 };
    struct hand hand;
    static struct id ids[MANY];
    two_hosts(&setup);
    run_begin(&run, &setup);
    struct step *s = hand_begin(&hand, &run, 0);
    for (uint32_t i = 0; i < MANY; i++) {
        struct tcp_endpoint local = {.port = 1000 + i};
        assert_int_equal(tcp_listen(s, 1, (struct id){0, 0}, local, 5, &ids[i]), TCP_OK);
    }
    hand_end(&hand);
    assert_int_equal(run_count(&run, TRACE_TABLE, "client"), ROWS_OF_LISTENER * MANY);
    size_t before = run.count;
    s = hand_begin(&hand, &run, 0);
    const struct watch *watch = &tcp_object_kind.watches[0];
    uint8_t *first = object_edit(s, POOL_TCB, ids[0]); /* held over the whole loop */
    for (int i = 0; i < MANY; i++)
        ((uint8_t *)object_edit(s, POOL_TCB, ids[i]))[watch->offset] ^= 1;
    first[watch->offset] ^= 2;
    hand_end(&hand);
    size_t told[MANY] = {0}, last_value = 0;
    for (size_t i = before; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_VARIABLE || r->field != 0) continue;
        for (int j = 0; j < MANY; j++) told[j] += ids[j].slot == r->object;
        if (r->object == ids[0].slot) last_value = r->after;
    }
    assert_int_equal(told[0], 2); /* in the middle and at the end */
    assert_int_equal(last_value, first[watch->offset]);
    for (int j = 1; j < MANY; j++) assert_int_equal(told[j], 1);
    run_end(&run);
}

/* --------------------------------------------------------------------------------------- names */

static void everything_has_a_name(void **state) {
    (void)state;
    static const struct {
        enum name_set set;
        uint32_t count;
    } sets[] = {{NAME_TRACE_KIND, TRACE_KIND_COUNT}, {NAME_MACHINE, MACHINE_COUNT},
                {NAME_TABLE, TABLE_COUNT},           {NAME_TIMER, TIMER_KIND_COUNT},
                {NAME_REASON, REASON_COUNT},         {NAME_NODE_KIND, NODE_KIND_COUNT},
                {NAME_FAULT_KIND, FAULT_KIND_COUNT}, {NAME_STOP, STOP_END + 1}};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        for (uint32_t value = 0; value < sets[i].count; value++) {
            const char *name = engine_name(sets[i].set, value);
            if (name == NULL) fail_msg("set %u has no name for %u", sets[i].set, value);
            for (const char *c = name; *c != '\0'; c++)
                assert_true((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_');
            for (uint32_t other = 0; other < value; other++)
                assert_string_not_equal(name, engine_name(sets[i].set, other));
        }
        assert_null(engine_name(sets[i].set, sets[i].count));
        assert_null(engine_name(sets[i].set, UINT32_MAX));
    }
    uint32_t fields = 0;
    while (engine_name(NAME_FIELD, fields) != NULL) fields++;
    assert_int_equal(fields, tcp_object_kind.watch_count + tftp_kind.watch_count +
                                 rip_route_kind.watch_count + ospf_interface_kind.watch_count +
                                 ospf_neighbor_kind.watch_count);
    for (uint32_t table = 0; table < TABLE_COUNT; table++)
        assert_string_equal(engine_table(table)->name, engine_name(NAME_TABLE, table));
    assert_null(engine_table(TABLE_COUNT));
    assert_null(engine_graph(MACHINE_COUNT));
    assert_null(engine_state_name(MACHINE_TCP, 11));
    assert_string_equal(engine_state_name(MACHINE_TCP, TCP_SYN_RECEIVED), "SYN-RECEIVED");
}

/* Each state that a graph draws is reached by an edge, each edge joins states of the graph. */
static void graphs_hang_together(void **state) {
    (void)state;
    for (uint32_t machine = 0; machine < MACHINE_COUNT; machine++) {
        const struct state_graph *graph = engine_graph(machine);
        assert_non_null(graph);
        assert_string_equal(graph->machine, engine_name(NAME_MACHINE, machine));
        for (size_t i = 0; i < graph->edge_count; i++) {
            assert_true(graph->edges[i].from < graph->state_count);
            assert_true(graph->edges[i].to < graph->state_count);
        }
        for (size_t n = 0; n < graph->state_count; n++) {
            size_t joined = 0;
            for (size_t i = 0; i < graph->edge_count; i++)
                joined += graph->edges[i].to == n || graph->edges[i].from == n;
            assert_true(joined > 0);
            assert_in_range(graph->states[n].x, 0, 1000);
            assert_in_range(graph->states[n].y, 0, 1000);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_gapless),
        cmocka_unit_test(every_record_goes_back_to_a_command),
        cmocka_unit_test(each_frame_ends_once),
        cmocka_unit_test(variables_are_a_chain),
        cmocka_unit_test(rows_add_up_to_the_snapshot),
        cmocka_unit_test(the_story_alone_has_the_same_rows),
        cmocka_unit_test(rows_have_their_tables_shape),
        cmocka_unit_test(only_differences_are_told),
        cmocka_unit_test(more_edits_than_the_scratch_holds),
        cmocka_unit_test(everything_has_a_name),
        cmocka_unit_test(graphs_hang_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
