#include "sim/state.h"
/*
 * Faults: what a person makes happen to frames on a link, by filter, count, chance, packet id and
 * time. A link has a list of its faults in the order of their making; each frame that is handed to
 * the link passes all of them. A frame that was chosen to be dropped dies half-way, so that it is
 * seen to leave. Octets are changed on the way: the sender's record shows what was sent, the
 * receiver's what arrived. No checksum is mended unless the fault says so.
 *
 * A fault may also sit within a node: then it strikes what the node is about to send, before it is
 * seen to leave. A delay there is a router that holds packets.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/trace.h"

enum { DRAW_FAULT = 16, FRAME_BITS_MAX = FRAME_OCTETS_MAX * 8 };

static struct fault *fault_at(struct lab *lab, struct id id) {
    return (struct fault *)object_get(lab, POOL_FAULT, id);
}

/* ---------------------------------------------------------------------- where: "r1->server" */

/* Where the colon stands, or `length`. */
static size_t colon_in(const char *name, size_t length) {
    size_t at = 0;
    while (at < length && name[at] != ':') at++;
    return at;
}

static uint32_t end_named(const struct lab *lab, const char *name, size_t length,
                          uint32_t *interface) {
    size_t node_length = colon_in(name, length);
    uint32_t node = node_named_span(lab, name, node_length);
    *interface = 0;
    if (node != 0 && node_length < length) {
        *interface = interface_named(lab, node, name + node_length + 1, length - node_length - 1);
        if (*interface == 0) return 0;
    }
    return node;
}

struct ends {
    uint32_t node[2], interface[2];
};

/* Counts the links between the two ends; *way is the direction from the first end. */
static uint32_t links_between(const struct lab *lab, const struct ends *ends, uint32_t *link,
                              uint32_t *way) {
    uint32_t found = 0;
    for (uint32_t n = 1; n <= lab->link_count; n++) {
        const struct link *l = link_const_at(lab, n);
        for (uint32_t d = 0; d < 2; d++) {
            uint32_t a = l->interface[d], b = l->interface[1 - d];
            if (interface_at((struct lab *)lab, a)->node != ends->node[0] ||
                interface_at((struct lab *)lab, b)->node != ends->node[1] ||
                (ends->interface[0] != 0 && ends->interface[0] != a) ||
                (ends->interface[1] != 0 && ends->interface[1] != b))
                continue;
            found += 1;
            *link = n;
            *way = d;
        }
    }
    return found;
}

/* Names may contain '-': the split is where both sides are nodes. */
static bool split_ends(const struct lab *lab, const char *on, const char *arrow,
                       struct ends *ends) {
    size_t length = strlen(on), arrow_length = strlen(arrow);
    for (size_t i = 1; i + arrow_length < length; i++) {
        const char *right = on + i + arrow_length;
        if (memcmp(on + i, arrow, arrow_length) != 0) continue;
        ends->node[0] = end_named(lab, on, i, &ends->interface[0]);
        ends->node[1] = end_named(lab, right, length - i - arrow_length, &ends->interface[1]);
        if (ends->node[0] != 0 && ends->node[1] != 0) return true;
    }
    return false;
}

static bool wrong(struct complaint *why, const char *place, const char *first, const char *quoted,
                  const char *rest) {
    copy_text(why->place, sizeof why->place, place);
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

/* "a->b", from the end that `way` begins at; with the interfaces when several links join them. */
static void text_ends(struct text *t, const struct lab *lab, uint32_t link, uint32_t way,
                      const char *arrow, bool several) {
    const struct link *l = link_const_at(lab, link);
    for (uint32_t end = 0; end < 2; end++) {
        if (end == 1) text_add(t, arrow);
        text_add(t, node_view_at(lab, l->node[end ^ way])->name);
        if (several) text_char(t, ':');
        if (several) text_add(t, interface_at((struct lab *)lab, l->interface[end ^ way])->name);
    }
}

static bool wrong_several(struct complaint *why, const struct lab *lab, const char *on,
                          uint32_t link, uint32_t way, bool both) {
    char one[128];
    struct text t = text_of(one, sizeof one);
    text_ends(&t, lab, link, way, both ? "-" : "->", true);
    wrong(why, "on", "several links fit ", on, "; name an interface too, as in ");
    t = text_of(why->problem + strlen(why->problem), sizeof why->problem - strlen(why->problem));
    text_add(&t, one);
    return false;
}

bool fault_place(const struct lab *lab, const char *on, uint32_t *link, uint32_t *ways,
                 struct complaint *why) {
    struct ends ends;
    uint32_t way = 0, both = 0;
    if (!split_ends(lab, on, "->", &ends)) {
        if (!split_ends(lab, on, "-", &ends))
            return wrong(
                why, "on", "", on,
                " names no two ends of a link; write A->B for one direction, A-B for both, each "
                "a node or NODE:INTERFACE");
        both = 1;
    }
    uint32_t found = links_between(lab, &ends, link, &way);
    if (found == 0)
        return wrong(why, "on", "no link joins the ends of ", on, "; name two neighbours");
    if (found > 1) return wrong_several(why, lab, on, *link, way, both != 0);
    *ways = both ? FAULT_WAY_FORTH | FAULT_WAY_BACK : 1u << way;
    return true;
}

static bool has_dash(const char *on) {
    while (*on != '\0' && *on != '-') on++;
    return *on == '-';
}

bool fault_place_any(const struct lab *lab, const char *on, uint32_t *node, uint32_t *link,
                     uint32_t *ways, struct complaint *why) {
    *node = node_named_span(lab, on, strlen(on));
    *link = 0;
    *ways = FAULT_WAY_FORTH;
    if (*node == 0 && !has_dash(on))
        return wrong(why, "on", "no node is called ", on, "; a link is written A->B or A-B");
    return *node != 0 || fault_place(lab, on, link, ways, why);
}

/* ----------------------------------------------------------------------------------- making one */

static bool times_are_right(const struct scenario_fault *from, struct complaint *why) {
    if (from->from < 0 || from->from > SIM_TIME_MAX)
        return wrong(why, "from", "", NULL, "must lie between 0 and 2^53 ns");
    if (from->until != 0 && (from->until <= from->from || from->until > SIM_TIME_MAX))
        return wrong(why, "until", "", NULL, "must come after `from`");
    if (from->until != 0 && (from->kind == FAULT_LINK_UP || from->kind == FAULT_NODE_BOOT))
        return wrong(why, "until", "", NULL, "means nothing here: what starts does not end");
    if (from->delay_ns < 0 || from->delay_ns > (sim_time)86400 * 1000000000)
        return wrong(why, "delay", "", NULL, "must lie between 0 and 24 hours");
    return true;
}

static bool is_link_fault(enum fault_kind kind) {
    return kind == FAULT_LINK_DOWN || kind == FAULT_LINK_UP;
}

static bool is_node_fault(enum fault_kind kind) {
    return kind == FAULT_NODE_CRASH || kind == FAULT_NODE_BOOT;
}

/* It comes to pass at its time, and is not about frames. */
static bool is_by_time(enum fault_kind kind) {
    return is_link_fault(kind) || is_node_fault(kind);
}

static bool words_are_right(const struct scenario_fault *from, struct complaint *why) {
    if (from->kind != FAULT_SWAP && from->kind != FAULT_ADD) return true;
    if (from->word > FRAME_OCTETS_MAX - 2 || from->other > FRAME_OCTETS_MAX - 2)
        return wrong(why, "word", "", NULL, "no frame has so many octets; at most 1512");
    if (from->kind == FAULT_SWAP && from->word + 1 >= from->other && from->other + 1 >= from->word)
        return wrong(why, "word", "", NULL, "two words that do not overlap, as in swap 54 56");
    return from->kind == FAULT_SWAP || from->add != 0 ||
           wrong(why, "add", "", NULL, "needs a number to add, such as 1 or -1");
}

static bool changes_octets(enum fault_kind kind) {
    return kind == FAULT_CORRUPT || kind == FAULT_EDIT || kind == FAULT_SWAP || kind == FAULT_ADD;
}

static bool action_is_right(const struct scenario_fault *from, struct complaint *why) {
    if ((unsigned)from->kind >= FAULT_KIND_COUNT)
        return wrong(why, "do", "", NULL, "is no fault that we know");
    if (from->kind == FAULT_CORRUPT && from->bit >= FRAME_BITS_MAX)
        return wrong(why, "bit", "", NULL, "no frame has so many bits; at most 12111");
    if (from->kind == FAULT_DELAY && from->delay_ns == 0)
        return wrong(why, "delay", "", NULL, "a delay needs a time, as in \"200ms\"");
    if (from->kind == FAULT_EDIT && from->edit == NULL)
        return wrong(why, "edit", "", NULL, "an edit needs a field and a value: \"ip.ttl = 1\"");
    if ((unsigned)from->mend >= MEND_COUNT ||
        (from->mend != MEND_NONE && !changes_octets(from->kind)))
        return wrong(why, "mend", "", NULL, "only what changes octets can put checksums right");
    if (!words_are_right(from, why)) return false;
    if (from->chance_ppm > 1000000) return wrong(why, "chance", "", NULL, "at most 100%");
    if (is_by_time(from->kind) && (from->match != NULL || from->nth != 0 || from->count != 0))
        return wrong(why, "match", "", NULL,
                     is_link_fault(from->kind) ? "a link goes down or up by time, not by frame"
                                               : "a node crashes or starts by time, not by frame");
    return true;
}

/* What wire/ found wrong is told by its column; a mend that it named itself is enough. */
static void suggest(struct complaint *why, const char *mend) {
    size_t length = strlen(why->problem);
    for (size_t i = 0; i < length; i++)
        if (why->problem[i] == ';') return;
    struct text t = text_of(why->problem + length, sizeof why->problem - length);
    text_add(&t, mend);
}

static bool edit_is_right(const char *edit, struct fault *fault, struct complaint *why) {
    if (strlen(edit) >= sizeof fault->edit)
        return wrong(why, "edit", "", NULL, "at most 63 characters");
    copy_text(fault->edit, sizeof fault->edit, edit);
    if (field_edit_check(fault->edit, why)) return true;
    suggest(why, "; write a field and a value, such as ip.ttl = 1");
    copy_text(why->place, sizeof why->place, "edit");
    return false;
}

bool fault_prepare(const struct lab *lab, const struct scenario_fault *from, struct fault *fault,
                   struct complaint *why) {
    memset(fault, 0, sizeof *fault);
    if (!fault_place_any(lab, from->on, &fault->node, &fault->link, &fault->ways, why) ||
        !times_are_right(from, why) || !action_is_right(from, why))
        return false;
    if (fault->node != 0 && (is_link_fault(from->kind) || from->kind == FAULT_REORDER))
        return wrong(why, "on", "", from->on, " is a node; this needs a link, as in r1->server");
    if (is_node_fault(from->kind) && fault->node == 0)
        return wrong(why, "on", "", from->on, " is a link; this needs a node, as in r1");
    if (is_node_fault(from->kind) && node_view_at(lab, fault->node)->kind == NODE_OUTSIDE)
        return wrong(why, "on", "", from->on, " stands for the world outside; give another node");
    if (from->edit != NULL && from->kind == FAULT_EDIT && !edit_is_right(from->edit, fault, why))
        return false;
    fault->any = from->match == NULL || from->match[0] == '\0';
    if (!fault->any && !match_compile(&fault->match, from->match, why)) {
        suggest(why, "; write a filter such as tcp.flags.syn == 1 and ip.src == 10.0.0.1");
        copy_text(why->place, sizeof why->place, "match");
        return false;
    }
    fault->from = from->from;
    fault->until = from->until == 0 ? SIM_TIME_MAX : from->until;
    fault->delay_ns = from->delay_ns;
    fault->kind = from->kind;
    fault->nth = from->nth;
    fault->count = from->count;
    fault->chance_ppm = from->chance_ppm;
    fault->bit = from->bit;
    fault->word = from->word;
    fault->other = from->other;
    fault->add = from->add;
    fault->mend = from->mend;
    return true;
}

static struct id *list_of(struct lab *lab, uint32_t link) {
    return link == 0 ? &lab->first_node_fault : &link_at(lab, link)->first_fault;
}

static void fault_link(struct lab *lab, struct id id) {
    struct id *at = list_of(lab, fault_at(lab, id)->link);
    while (id_is(*at)) at = &fault_at(lab, *at)->next;
    *at = id;
}

/* The caller has seen that the pool has room. */
void fault_add(struct step *s, const struct fault *prepared) {
    struct id id = object_create(s, POOL_FAULT, 0);
    assert(id_is(id));
    struct fault *fault = fault_at(s->lab, id);
    *fault = *prepared;
    fault->serial = ++s->lab->faults_made;
    if (!is_by_time(fault->kind)) {
        fault_link(s->lab, id);
        return;
    }
    sim_time at = fault->from > s->now ? fault->from : s->now;
    timer_set(s, &fault->timer, TIMER_FAULT, 0, id, at);
}

/* "link a-b down", as a person would have said it. What follows is caused by it. */
static void tell_link_order(struct step *s, uint32_t link, uint32_t up) {
    char line[LINE_ROOM];
    struct text t = text_of(line, sizeof line);
    const struct link *l = link_at(s->lab, link);
    struct ends ends = {.node = {l->node[0], l->node[1]}};
    uint32_t other, way;
    text_add(&t, "link ");
    text_ends(&t, s->lab, link, 0, "-", links_between(s->lab, &ends, &other, &way) > 1);
    text_add(&t, up ? " up" : " down");
    trace_command(s, 0, line);
}

static void tell_node_order(struct step *s, uint32_t node, bool on) {
    char line[LINE_ROOM];
    struct text t = text_of(line, sizeof line);
    text_add(&t, "node ");
    text_add(&t, node_view_at(s->lab, node)->name);
    text_add(&t, on ? " boot" : " crash");
    trace_command(s, 0, line);
}

/* A link goes down at `from` and comes back at `until`; so does a node. */
void fault_timer(struct step *s, struct id id) {
    struct fault *fault = fault_at(s->lab, id);
    assert(fault != NULL);
    uint32_t link = fault->link, node = fault->node;
    bool up = fault->kind == FAULT_LINK_UP || fault->kind == FAULT_NODE_BOOT;
    bool ends = s->now >= fault->until || up || fault->until == SIM_TIME_MAX;
    if (s->now >= fault->until) up = true;
    if (link != 0)
        tell_link_order(s, link, up);
    else
        tell_node_order(s, node, up);
    if (ends)
        object_destroy(s, POOL_FAULT, id);
    else
        timer_set(s, &fault->timer, TIMER_FAULT, 0, id, fault->until);
    if (link != 0)
        link_set(s, link, up);
    else
        node_set(s, node, up);
}

/* Whether `fault clear` means it: of this node, or of this link in one of these ways, or all. */
static bool is_meant(const struct fault *fault, uint32_t node, uint32_t link, uint32_t ways) {
    if (node == 0 && link == 0) return true;
    return fault->node == node && fault->link == link && (fault->ways & ways) != 0;
}

uint32_t fault_clear(struct step *s, uint32_t node, uint32_t link, uint32_t ways) {
    uint32_t cleared = 0;
    for (uint32_t n = 0; n <= s->lab->link_count; n++) {
        struct id *at = list_of(s->lab, n);
        while (id_is(*at)) {
            struct fault *fault = fault_at(s->lab, *at);
            if (!is_meant(fault, node, link, ways)) {
                at = &fault->next;
                continue;
            }
            struct id gone = *at;
            *at = fault->next;
            object_destroy(s, POOL_FAULT, gone);
            cleared += 1;
        }
    }
    return cleared;
}

/* ------------------------------------------------------------------------------ judging a frame */

static bool fault_fits(struct step *s, const struct fault *fault, uint32_t direction,
                       struct id frame) {
    const struct frame_note *note = &frame_at(s->lab, frame)->note;
    if (!(fault->ways & 1u << direction) || s->now < fault->from || s->now >= fault->until)
        return false;
    if (fault->origin != 0 && (note->origin != fault->origin || note->number != fault->number))
        return false;
    return fault->any || match_frame_begun(&fault->match, frame_octets(s->lab, frame),
                                           frame_count(s->lab, frame), note->seq_base);
}

/* nth and count choose among the frames that fit; then the chance. */
static bool fault_strikes(const struct direction *way, struct fault *fault,
                          const struct frame_note *note) {
    fault->seen += 1;
    uint32_t first = fault->nth == 0 ? 1 : fault->nth;
    uint64_t count = fault->count != 0 ? fault->count : fault->nth != 0 ? 1 : UINT32_MAX;
    if (fault->seen < first || fault->seen >= first + count) return false;
    return fault->chance_ppm == 0 ||
           way_draw(way, DRAW_FAULT + fault->serial, note, 1000000) < fault->chance_ppm;
}

static void fault_effect_add(const struct fault *fault, struct id id, struct fault_effect *out) {
    uint32_t room = sizeof out->mutations / sizeof out->mutations[0];
    switch ((enum fault_kind)fault->kind) {
    case FAULT_DROP: out->drop = 1; break;
    case FAULT_DELAY: out->delay_ns += fault->delay_ns; break;
    case FAULT_REORDER: out->reorder = 1; break;
    case FAULT_DUPLICATE:
        if (out->duplicates < room) out->duplicate_ns[out->duplicates++] = fault->delay_ns;
        break;
    case FAULT_CORRUPT:
    case FAULT_EDIT:
    case FAULT_SWAP:
    case FAULT_ADD:
        if (out->mutation_count < room) out->mutations[out->mutation_count++] = id;
        break;
    case FAULT_LINK_DOWN:
    case FAULT_LINK_UP:
    case FAULT_NODE_CRASH:
    case FAULT_NODE_BOOT:
    case FAULT_KIND_COUNT: assert(!"what comes to pass by time is in no list");
    }
}

static void judge(struct step *s, struct id first, const struct direction *way, uint32_t node,
                  uint32_t direction, struct id frame, struct fault_effect *out) {
    const struct frame_note *note = &frame_at(s->lab, frame)->note;
    for (struct id id = first; id_is(id);) {
        struct fault *fault = fault_at(s->lab, id);
        if (fault->node == node && fault_fits(s, fault, direction, frame) &&
            fault_strikes(way, fault, note))
            fault_effect_add(fault, id, out);
        id = fault->next;
    }
}

void fault_judge(struct step *s, uint32_t link, uint32_t direction, struct id frame,
                 struct fault_effect *out) {
    const struct link *l = link_at(s->lab, link);
    judge(s, l->first_fault, &l->way[direction], 0, direction, frame, out);
}

void fault_judge_node(struct step *s, uint32_t node, struct id frame, struct fault_effect *out) {
    /* What a node draws depends on its name alone, as with a link's ends. */
    struct direction way = {.seed = hash_text(s->lab->seed, node_view_at(s->lab, node)->name)};
    judge(s, s->lab->first_node_fault, &way, node, 0, frame, out);
}

static void swap_words(uint8_t *octets, size_t count, uint32_t a, uint32_t b) {
    uint8_t kept[2];
    if (a + 2 > count || b + 2 > count) return;
    memcpy(kept, octets + a, 2);
    memcpy(octets + a, octets + b, 2);
    memcpy(octets + b, kept, 2);
}

static void add_to_word(uint8_t *octets, size_t count, uint32_t at, int32_t add) {
    if (at + 2 > count) return;
    uint32_t word = ((uint32_t)octets[at] << 8 | octets[at + 1]) + (uint32_t)add;
    octets[at] = (uint8_t)(word >> 8);
    octets[at + 1] = (uint8_t)word;
}

/* A shorter frame has no such bit, word or field: then nothing happens to it. */
static void mutate(const struct fault *fault, uint8_t *octets, size_t count, uint32_t begun_at) {
    if (fault->kind == FAULT_EDIT)
        field_edit_begun(fault->edit, octets, count, begun_at);
    else if (fault->kind == FAULT_SWAP)
        swap_words(octets, count, fault->word, fault->other);
    else if (fault->kind == FAULT_ADD)
        add_to_word(octets, count, fault->word, fault->add);
    else if (fault->bit / 8 < count)
        octets[fault->bit / 8] ^= (uint8_t)(0x80u >> fault->bit % 8);
    if (fault->mend != MEND_NONE) checksums_mend(octets, count, (enum fault_mend)fault->mend);
}

void fault_mutate(struct step *s, const struct fault_effect *effect, struct id frame) {
    for (uint32_t i = 0; i < effect->mutation_count; i++)
        mutate(fault_at(s->lab, effect->mutations[i]), frame_octets(s->lab, frame),
               frame_count(s->lab, frame), frame_at(s->lab, frame)->note.seq_base);
}
