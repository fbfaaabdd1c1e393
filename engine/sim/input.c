#include "sim/state.h"
/*
 * The way in for people: lab_command. A line on a node goes to that node's shell; a line on node 0
 * is for the lab itself:
 *
 *     fault ON ACTION [mend ip|all] [nth N] [count N] [chance P%] [from T] [until T] [match FILTER]
 *         ON      client->r1 (one direction) or client-r1 (both); client:eth0->r1:eth1 when several
 *                 links join the two; r1: within the node, to what it is about to send
 *         ACTION  drop | delay T | duplicate [T] | corrupt BIT | edit FIELD=VALUE |
 *                 swap OCTET OCTET | add OCTET N | reorder | down | up
 *         FILTER  the rest of the line, with Wireshark's field names; every frame without it
 *     fault clear [ON]            takes faults away (not those that set a link down or up)
 *     drop ORIGIN.NUMBER          the packet dies where it is; ORIGIN: a node's name or number
 *     drop ORIGIN.NUMBER on ON    dies there, now or as soon as it is sent there
 *     link A-B down|up
 *     node NAME crash|boot
 *
 * The whole line is understood before anything is changed, and a refused one is no step.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/scratch.h"
#include "sim/trace.h"

enum { WORDS_MAX = LINE_ROOM / 2 }; /* a line has no more */
struct words {
    char line[LINE_ROOM];
    char *word[WORDS_MAX];
    size_t count, at;
};
/* What a line for the lab asks for, once it is understood. */
struct order {
    enum { ORDER_FAULT, ORDER_CLEAR, ORDER_DROP, ORDER_LINK, ORDER_NODE } kind;
    struct fault fault;
    uint32_t node, link, ways, up;
    uint32_t origin, number;
};

static bool refuse(struct complaint *why, const char *first, const char *quoted, const char *rest) {
    copy_text(why->place, sizeof why->place, "line");
    struct text t = text_of(why->problem, sizeof why->problem);
    text_add(&t, first);
    if (quoted != NULL) {
        text_char(&t, '"');
        text_add(&t, quoted);
        text_char(&t, '"');
    }
    text_add(&t, rest);
    return false;
}

static const char *next_word(struct words *w) {
    return w->at < w->count ? w->word[w->at++] : NULL;
}

static bool next_is(struct words *w, const char *word) {
    if (w->at == w->count || !same_text(w->word[w->at], word)) return false;
    w->at += 1;
    return true;
}

/* ------------------------------------------------------------------------------------ fault */

static bool take_time(struct words *w, const char *name, sim_time *out, struct complaint *why) {
    const char *word = next_word(w);
    if (word == NULL || !parse_duration(word, out))
        return refuse(why, "a time is missing after ", name, ", as in 200ms");
    return true;
}

static bool take_number(struct words *w, const char *name, uint32_t *out, struct complaint *why) {
    const char *word = next_word(w);
    uint64_t value;
    if (word == NULL || !parse_u64(word, &value) || value > UINT32_MAX)
        return refuse(why, "a number is missing after ", name, "");
    *out = (uint32_t)value;
    return true;
}

/* -1, 1, +1 */
static bool take_signed(struct words *w, const char *name, int32_t *out, struct complaint *why) {
    const char *word = next_word(w);
    uint64_t value;
    bool minus = word != NULL && word[0] == '-';
    if (word != NULL && (minus || word[0] == '+')) word++;
    if (word == NULL || !parse_u64(word, &value) || value > UINT16_MAX)
        return refuse(why, "a number is missing after ", name, "");
    *out = minus ? -(int32_t)value : (int32_t)value;
    return true;
}

static bool take_mend(struct words *w, enum fault_mend *out, struct complaint *why) {
    const char *word = next_word(w);
    *out = same_text(word == NULL ? "" : word, "ip") ? MEND_IP : MEND_ALL;
    return (word != NULL && (*out == MEND_IP || same_text(word, "all"))) ||
           refuse(why, "which checksums are put right is missing: ", "mend ip", " or mend all");
}

/* "ip.ttl=1", or the same in three words. */
static bool take_edit(struct words *w, char *out, size_t size, struct complaint *why) {
    struct text t = text_of(out, size);
    const char *word = next_word(w);
    if (word == NULL) return refuse(why, "edit needs a field and a value: ", "edit ip.ttl=1", "");
    text_add(&t, word);
    if (w->at + 1 < w->count && same_text(w->word[w->at], "=")) {
        text_add(&t, " = ");
        text_add(&t, w->word[w->at + 1]);
        w->at += 2;
    }
    return !t.cut || refuse(why, "that edit is too long", NULL, "");
}

static bool take_action(struct words *w, struct scenario_fault *f, char *edit, size_t edit_size,
                        struct complaint *why) {
    const char *action = next_word(w);
    static const struct {
        const char *name;
        enum fault_kind kind;
    } actions[] = {
        {"drop", FAULT_DROP},       {"delay", FAULT_DELAY},      {"duplicate", FAULT_DUPLICATE},
        {"corrupt", FAULT_CORRUPT}, {"edit", FAULT_EDIT},        {"reorder", FAULT_REORDER},
        {"swap", FAULT_SWAP},       {"add", FAULT_ADD},          {"down", FAULT_LINK_DOWN},
        {"up", FAULT_LINK_UP},      {"crash", FAULT_NODE_CRASH}, {"boot", FAULT_NODE_BOOT}};
    size_t i = 0, count = sizeof actions / sizeof actions[0];
    while (i < count && (action == NULL || !same_text(action, actions[i].name))) i++;
    if (i == count)
        return refuse(why, "after the link comes what to do: ", NULL,
                      "drop, delay, duplicate, corrupt, edit, swap, add, reorder, down or up; "
                      "after a node also crash or boot");
    f->kind = actions[i].kind;
    if (f->kind == FAULT_DELAY) return take_time(w, "delay", &f->delay_ns, why);
    if (f->kind == FAULT_DUPLICATE) /* its time may be left out */
        w->at += w->at < w->count && parse_duration(w->word[w->at], &f->delay_ns);
    if (f->kind == FAULT_CORRUPT) {
        next_is(w, "bit");
        return take_number(w, "corrupt", &f->bit, why);
    }
    if (f->kind == FAULT_SWAP)
        return take_number(w, "swap", &f->word, why) && take_number(w, "swap", &f->other, why);
    if (f->kind == FAULT_ADD)
        return take_number(w, "add", &f->word, why) && take_signed(w, "add", &f->add, why);
    f->edit = f->kind == FAULT_EDIT ? edit : NULL;
    return f->kind != FAULT_EDIT || take_edit(w, edit, edit_size, why);
}

static bool take_chance(struct words *w, uint32_t *ppm, struct complaint *why) {
    const char *word = next_word(w);
    if (word == NULL || !parse_ppm(word, ppm) || *ppm == 0)
        return refuse(why, "a chance above 0 is missing, as in ", "chance 10%", "");
    return true;
}

/* The filter is the rest of the line: its words are joined again. */
static bool take_filter(struct words *w, char *filter, size_t size, struct complaint *why) {
    struct text t = text_of(filter, size);
    while (w->at < w->count) {
        text_add(&t, w->word[w->at++]);
        text_char(&t, ' ');
    }
    return filter[0] != '\0' || refuse(why, "a filter is missing after ", "match", "");
}

static bool take_options(struct words *w, struct scenario_fault *f, char *filter, size_t size,
                         struct complaint *why) {
    while (w->at < w->count) {
        bool right;
        if (next_is(w, "nth"))
            right = take_number(w, "nth", &f->nth, why);
        else if (next_is(w, "mend"))
            right = take_mend(w, &f->mend, why);
        else if (next_is(w, "count"))
            right = take_number(w, "count", &f->count, why);
        else if (next_is(w, "chance"))
            right = take_chance(w, &f->chance_ppm, why);
        else if (next_is(w, "from"))
            right = take_time(w, "from", &f->from, why);
        else if (next_is(w, "until"))
            right = take_time(w, "until", &f->until, why);
        else if (next_is(w, "match")) {
            f->match = filter;
            right = take_filter(w, filter, size, why);
        } else
            right = refuse(why, "", w->word[w->at],
                           " is none of mend, nth, count, chance, from, until, match");
        if (!right) return false;
    }
    return true;
}

static bool read_fault(const struct lab *lab, struct words *w, struct order *order,
                       struct complaint *why) {
    char filter[LINE_ROOM] = "", edit[FAULT_EDIT_ROOM] = "";
    struct scenario_fault f = {.on = next_word(w)};
    if (f.on == NULL) return refuse(why, "say where and what: ", "fault client->r1 drop", "");
    if (same_text(f.on, "clear")) {
        order->kind = ORDER_CLEAR;
        const char *on = next_word(w);
        return on == NULL ||
               fault_place_any(lab, on, &order->node, &order->link, &order->ways, why);
    }
    order->kind = ORDER_FAULT;
    if (!take_action(w, &f, edit, sizeof edit, why) ||
        !take_options(w, &f, filter, sizeof filter, why) ||
        !fault_prepare(lab, &f, &order->fault, why))
        return false;
    return pool_live(lab, POOL_FAULT) < pool_capacity(lab, POOL_FAULT) ||
           refuse(why, "no room for another fault; ", "fault clear", " takes the old ones away");
}

/* ------------------------------------------------------------------------------ drop and link */

static bool read_packet(const struct lab *lab, const char *word, struct order *order,
                        struct complaint *why) {
    const char *dot = NULL;
    for (const char *c = word; c != NULL && *c != '\0'; c++) dot = *c == '.' ? c : dot;
    uint64_t origin = 0, number = 0;
    if (dot == NULL || !parse_u64(dot + 1, &number) || number == 0 || number > UINT32_MAX)
        return refuse(why, "name the packet as ORIGIN.NUMBER: ", "drop client.3", "");
    char name[NODE_NAME_ROOM];
    size_t length = (size_t)(dot - word);
    if (length >= sizeof name) return refuse(why, "no node made ", word, "");
    memcpy(name, word, length);
    name[length] = '\0';
    origin = node_named_span(lab, name, length);
    if (origin == 0 && (!parse_u64(name, &origin) || origin == 0 || origin > lab->node_count))
        return refuse(why, "no node is called ", name, "");
    order->origin = (uint32_t)origin;
    order->number = (uint32_t)number;
    return true;
}

static bool read_drop(struct lab *lab, struct words *w, struct order *order,
                      struct complaint *why) {
    order->kind = ORDER_DROP;
    const char *packet = next_word(w);
    if (!read_packet(lab, packet, order, why)) return false;
    if (w->at == w->count)
        return link_count_flying(lab, order->origin, order->number, 0, 0) > 0 ||
               refuse(why, packet, NULL, " is on no link now; add where to wait for it: on A->B");
    const char *on = next_is(w, "on") ? next_word(w) : NULL;
    if (on == NULL)
        return refuse(why, "after the packet comes where: ", "drop client.3 on client->r1", "");
    struct scenario_fault f = {.on = on, .kind = FAULT_DROP, .nth = 1};
    if (!fault_place(lab, on, &order->link, &order->ways, why)) return false;
    if (!fault_prepare(lab, &f, &order->fault, why)) return false;
    order->link = order->fault.link;
    order->ways = order->fault.ways;
    order->fault.origin = order->origin;
    order->fault.number = order->number;
    return pool_live(lab, POOL_FAULT) < pool_capacity(lab, POOL_FAULT) ||
           refuse(why, "no room for another fault; ", "fault clear", " takes the old ones away");
}

static bool read_link(const struct lab *lab, struct words *w, struct order *order,
                      struct complaint *why) {
    order->kind = ORDER_LINK;
    const char *on = next_word(w), *state = next_word(w);
    order->up = state != NULL && same_text(state, "up");
    if (state == NULL || (!order->up && !same_text(state, "down")))
        return refuse(why, "say which link and how: ", "link client-r1 down", "");
    return fault_place(lab, on, &order->link, &order->ways, why);
}

static bool read_node(const struct lab *lab, struct words *w, struct order *order,
                      struct complaint *why) {
    order->kind = ORDER_NODE;
    const char *name = next_word(w), *what = next_word(w);
    order->up = what != NULL && same_text(what, "boot");
    if (what == NULL || (!order->up && !same_text(what, "crash")))
        return refuse(why, "say which node and what: ", "node r1 crash", "");
    order->node = lab_node_named(lab, name);
    if (order->node == 0) return refuse(why, "no node is called ", name, "");
    const struct node *n = node_view_at(lab, order->node);
    if (n->kind == NODE_OUTSIDE)
        return refuse(why, "", name, " stands for the world outside; give another node");
    if ((n->alive != 0) == (order->up != 0))
        return refuse(why, "", name, order->up ? " runs already" : " has crashed already");
    return true;
}

static bool read_order(struct lab *lab, struct words *w, struct order *order,
                       struct complaint *why) {
    bool right;
    memset(order, 0, sizeof *order);
    if (next_is(w, "fault"))
        right = read_fault(lab, w, order, why);
    else if (next_is(w, "drop"))
        right = read_drop(lab, w, order, why);
    else if (next_is(w, "link"))
        right = read_link(lab, w, order, why);
    else if (next_is(w, "node"))
        right = read_node(lab, w, order, why);
    else
        return refuse(why, "the lab itself takes ", NULL, "fault, drop, link and node");
    if (right && w->at < w->count)
        return refuse(why, "the line goes on after its end with ", w->word[w->at], "");
    return right;
}

static void carry_out(struct step *s, const struct order *order) {
    switch (order->kind) {
    case ORDER_FAULT: fault_add(s, &order->fault); break;
    case ORDER_CLEAR: fault_clear(s, order->node, order->link, order->ways); break;
    case ORDER_DROP:
        if (link_kill(s, order->origin, order->number, order->link, order->ways) == 0)
            fault_add(s, &order->fault);
        break;
    case ORDER_LINK: link_set(s, order->link, order->up); break;
    case ORDER_NODE: node_set(s, order->node, order->up != 0); break;
    }
}

/* ---------------------------------------------------------------------------------- the door */

static bool line_is_right(const char *line, struct complaint *why) {
    size_t length = strlen(line), blanks = 0;
    while (line[blanks] == ' ' || line[blanks] == '\t') blanks++;
    if (length >= LINE_ROOM) return refuse(why, "a line is at most 255 octets long", NULL, "");
    if (blanks == length) return refuse(why, "the line is empty", NULL, "");
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
            return refuse(why, "a line has no control characters", NULL, "");
    return true;
}

bool moment_is_right(const struct lab *lab, sim_time at, struct complaint *why) {
    sim_time next;
    copy_text(why->place, sizeof why->place, "at");
    if (lab->ended != 0)
        return refuse(why, "this lab has ended: ", engine_name(NAME_STOP, lab->ended), "");
    if (at < lab->at || at > SIM_TIME_MAX)
        return refuse(why, "that time has passed, or lies beyond a lab's end", NULL, "");
    if (lab_next(lab, &next) && at > next)
        return refuse(why, "something is pending before that time; step there first", NULL, "");
    return true;
}

bool lab_command(struct lab *lab, const struct sink *sink, sim_time at, uint32_t node,
                 const char *line, struct complaint *why) {
    struct words words = {.count = 0};
    struct order order;
    memset(why, 0, sizeof *why);
    if (!moment_is_right(lab, at, why) || !line_is_right(line, why)) return false;
    if (node > lab->node_count) return refuse(why, "there is no such node", NULL, "");
    if (node != 0 && node_view_at(lab, node)->kind == NODE_OUTSIDE)
        return refuse(why, node_view_at(lab, node)->name, NULL,
                      " stands for the world outside, and takes no commands");
    if (node != 0 && node_view_at(lab, node)->alive == 0)
        return refuse(why, node_view_at(lab, node)->name, NULL,
                      " has crashed; the lab's line \"node NAME boot\" starts it");
    if (node == 0) {
        copy_text(words.line, sizeof words.line, line);
        words.count = split_words(words.line, words.word, WORDS_MAX);
        if (!read_order(lab, &words, &order, why)) return false;
    }
    struct scratch scratch;
    struct step s;
    step_begin(&s, &scratch, lab, sink, at, 0);
    trace_command(&s, node, line);
    if (node == 0)
        carry_out(&s, &order);
    else
        dispatch.console(&s, node, "console", line);
    step_end(&s);
    return true;
}
