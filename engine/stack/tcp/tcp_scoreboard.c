#include "stack/tcp/tcp_scoreboard.h"
/*
 * The sender's scoreboard: what has been sent and not been acknowledged, RFC 2018 5, RFC 6675 3.
 * One record of 24 octets a segment, in pages that are chained in the order of sequence numbers; a
 * connection with nothing in flight holds none. RFC 6675 4's Update() is tcp_board_ack() and
 * tcp_board_sack(); its pipe is the sums kept here, so that SetPipe() costs nothing.
 *
 * A peer may say what it likes. A block marks only records that lie in it whole (a part of a
 * segment is not worth a record of its own), each at most once, and pages are stepped over, so the
 * work that one block can cause is bounded by the pages, and by marks that are new.
 */
#include "stack/tcp/seq.h"
#include "stack/tcp/tcp_state.h"
#include <assert.h>

enum { NEVER = -1 };

static struct tcp_sent_page *page_at(struct lab *lab, struct id id) {
    return object_touch(lab, POOL_SENT, id);
}

static struct tcp_spot none(void) {
    return (struct tcp_spot){NULL, NULL};
}

/* ------------------------------------------------------------------------------- marks and sums */

static void count(struct tcp_count *n, uint32_t octets, bool before, bool after) {
    if (before == after) return;
    n->octets += after ? octets : 0 - octets;
    n->segments += after ? 1u : 0u - 1u;
}

static void sum(struct tcp_scoreboard *b, struct tcp_sent_page *page, const struct tcp_sent *r,
                uint32_t before, uint32_t after) {
    count(&b->sacked, r->length, before & TCP_MARK_SACKED, after & TCP_MARK_SACKED);
    count(&b->lost, r->length, before & TCP_MARK_LOST, after & TCP_MARK_LOST);
    count(&b->repeated, r->length, before & TCP_MARK_REPEATED, after & TCP_MARK_REPEATED);
    page->sacked += (after & TCP_MARK_SACKED) != 0;
    page->sacked -= (before & TCP_MARK_SACKED) != 0;
    page->waiting += tcp_sent_waiting(after);
    page->waiting -= tcp_sent_waiting(before);
}

void tcp_board_mark(struct tcb *c, struct tcp_spot place, uint32_t marks) {
    struct tcp_sent *r = place.sent;
    assert((marks & (TCP_MARK_SACKED | TCP_MARK_LOST)) != (TCP_MARK_SACKED | TCP_MARK_LOST));
    sum(&c->board, place.page, r, r->marks, marks);
    bool was_open = tcp_sent_open(r->marks), is_open = tcp_sent_open(marks);
    place.page->open += is_open;
    place.page->open -= was_open;
    if (is_open && r->at < place.page->oldest) place.page->oldest = r->at;
    r->marks = (uint8_t)marks;
}

void tcp_board_sent_again(const struct step *s, struct tcb *c, struct tcp_spot place,
                          bool in_flight) {
    place.sent->at = s->now;
    place.sent->step = (uint32_t)s->number;
    place.page->again = 1;
    if (place.sent->repeats < UINT8_MAX) place.sent->repeats++;
    uint32_t marks = TCP_MARK_AGAIN | (in_flight ? TCP_MARK_REPEATED : 0u);
    tcp_board_mark(c, place, place.sent->marks | marks);
}

/* A record leaves the sums for good. */
static void retire(struct tcb *c, struct tcp_spot place) {
    struct tcp_sent *r = place.sent;
    sum(&c->board, place.page, r, r->marks, 0);
    place.page->open -= tcp_sent_open(r->marks);
    c->board.out.octets -= r->length;
    c->board.out.segments--;
}

/* -------------------------------------------------------------------------- adding and dropping */

/* A new page behind `id`, or the first one. */
static struct tcp_sent_page *page_behind(struct step *s, struct tcp_scoreboard *b, struct id id) {
    struct id fresh = object_create(s, POOL_SENT, 0);
    struct tcp_sent_page *added = page_at(s->lab, fresh), *page = page_at(s->lab, id);
    if (added == NULL) return NULL;
    if (page == NULL) {
        b->first = b->last = fresh;
        return added;
    }
    added->previous = id;
    added->next = page->next;
    page->next = fresh;
    if (id_is(added->next)) page_at(s->lab, added->next)->previous = fresh;
    if (id_same(b->last, id)) b->last = fresh;
    return added;
}

bool tcp_board_add(struct step *s, struct tcb *c, uint32_t end, uint32_t length) {
    struct tcp_scoreboard *b = &c->board;
    struct tcp_sent_page *page = page_at(s->lab, b->last);
    assert(length > 0 && length <= UINT16_MAX);
    if (page == NULL || page->end == TCP_PAGE_RECORDS) page = page_behind(s, b, b->last);
    if (page == NULL) return false;
    struct tcp_sent *r = &page->sent[page->end++];
    *r = (struct tcp_sent){
        .at = s->now, .end = end, .step = (uint32_t)s->number, .length = (uint16_t)length};
    if (page->open++ == 0) page->oldest = s->now;
    b->out.octets += length;
    b->out.segments++;
    return true;
}

void tcp_board_note(struct step *s, struct tcb *c, enum tcp_mark mark) {
    struct tcp_spot last = tcp_board_last(s->lab, c);
    if (last.sent != NULL) last.sent->marks |= (uint8_t)mark;
}

static void drop_page(struct step *s, struct tcp_scoreboard *b, struct id gone) {
    struct tcp_sent_page *page = page_at(s->lab, gone);
    struct tcp_sent_page *before = page_at(s->lab, page->previous);
    struct tcp_sent_page *behind = page_at(s->lab, page->next);
    *(before == NULL ? &b->first : &before->next) = page->next;
    *(behind == NULL ? &b->last : &behind->previous) = page->previous;
    object_destroy(s, POOL_SENT, gone);
}

/* The last records go: what they held counts as unsent again. */
void tcp_board_take_back(struct step *s, struct tcb *c, uint32_t nxt) {
    for (struct tcp_spot last; (last = tcp_board_last(s->lab, c)).sent != NULL;) {
        if (seq_leq(last.sent->end, nxt)) break;
        assert(seq_geq(tcp_sent_begin(last.sent), nxt));
        retire(c, last);
        if (--last.page->end == last.page->first) drop_page(s, &c->board, c->board.last);
    }
    c->recovery.prior_count = 0;
    struct tcp_spot highest = tcp_board_highest(s->lab, c);
    if (highest.sent != NULL) c->board.highest = highest.sent->end;
}

void tcp_board_free(struct step *s, struct tcb *c) {
    while (id_is(c->board.first)) drop_page(s, &c->board, c->board.first);
    c->board = (struct tcp_scoreboard){.delivered = c->board.delivered};
}

/* ------------------------------------------------------------------------------------- Update() */

/* It arrived once and was sent once, so when it was sent is known, and so is the round trip. */
static void learn(const struct tcp_sent *r, uint32_t highest, sim_time *first, struct tcp_news *n) {
    uint32_t begin = tcp_sent_begin(r);
    if (*first == NEVER) *first = r->at;
    bool late = seq_lt(begin, highest);
    if (late && (!n->late || seq_lt(begin, n->lowest))) n->lowest = begin;
    n->late = n->late || late;
    if (seq_leq(r->end, n->below)) n->original = true;
}

static void arrived(struct step *s, struct tcb *c, const struct tcp_sent *r, struct tcp_news *n,
                    bool in_order) {
    n->delivered.octets += r->length;
    n->delivered.segments++;
    c->board.delivered++;
    tcp_rack_delivered(s, c, r, in_order ? n : NULL);
}

static void acked(struct step *s, struct tcb *c, const struct tcp_sent *r, struct tcp_news *n) {
    n->acked.octets += r->length;
    n->acked.segments++;
    if ((r->marks & TCP_MARK_AGAIN) != 0) {
        n->again = true;
    } else if ((r->marks & TCP_MARK_SACKED) == 0) {
        learn(r, n->highest, &n->first_at, n);
        n->last_at = r->at;
    }
    if ((r->marks & TCP_MARK_SACKED) == 0) arrived(s, c, r, n, true);
}

/* A part of the front record is acknowledged: the rest stands, with its marks. */
static void trim(struct tcb *c, struct tcp_spot place, uint32_t una, struct tcp_news *n) {
    struct tcp_sent *r = place.sent;
    uint32_t octets = una - tcp_sent_begin(r), marks = r->marks;
    tcp_board_mark(c, place, 0);
    n->acked.octets += octets;
    if ((marks & TCP_MARK_SACKED) == 0) n->delivered.octets += octets;
    c->board.out.octets -= octets;
    r->length = (uint16_t)(r->length - octets);
    tcp_board_mark(c, place, marks);
}

void tcp_board_ack(struct step *s, struct tcb *c, uint32_t una, struct tcp_news *n) {
    for (struct tcp_spot front; (front = tcp_board_first(s->lab, c)).sent != NULL;) {
        if (seq_gt(front.sent->end, una)) {
            if (seq_lt(tcp_sent_begin(front.sent), una)) trim(c, front, una, n);
            return;
        }
        acked(s, c, front.sent, n);
        retire(c, front);
        if (++front.page->first == front.page->end)
            drop_page(s, &c->board, c->board.first);
        else if (front.page->again == 0) /* they were sent in order */
            front.page->oldest = front.page->sent[front.page->first].at;
    }
}

static void sacked(struct step *s, struct tcb *c, struct tcp_spot place, struct tcp_news *n) {
    struct tcp_sent *r = place.sent;
    uint32_t marks = r->marks;
    uint32_t highest = c->board.sacked.segments > 0 ? c->board.highest : c->snd.una;
    if ((marks & TCP_MARK_AGAIN) == 0) {
        learn(r, highest, &n->sacked_first_at, n);
        n->sacked_last_at = r->at;
    }
    arrived(s, c, r, n, false);
    n->sacked.octets += r->length;
    n->sacked.segments++;
    /* What was not held to be lost has a second copy on its way still. */
    if ((marks & TCP_MARK_LOST) != 0) marks &= ~(uint32_t)(TCP_MARK_LOST | TCP_MARK_REPEATED);
    bool higher = c->board.sacked.segments == 0 || seq_gt(r->end, c->board.highest);
    if (higher) c->board.highest = r->end;
    tcp_board_mark(c, place, marks | TCP_MARK_SACKED);
}

void tcp_board_sack(struct step *s, struct tcb *c, struct tcp_range block, uint32_t from,
                    struct tcp_news *n) {
    struct tcp_spot place = tcp_board_at(s->lab, c, from);
    while (place.sent != NULL && seq_leq(place.sent->end, block.right)) {
        bool known = place.page->sacked == place.page->end - place.page->first;
        if (known) {
            place.sent = &place.page->sent[place.page->end - 1];
        } else if ((place.sent->marks & TCP_MARK_SACKED) == 0 &&
                   seq_geq(tcp_sent_begin(place.sent), block.left)) {
            sacked(s, c, place, n);
        }
        place = tcp_board_next(s->lab, place);
    }
}

/* ---------------------------------------------------------------------------- looking and going */

struct tcp_spot tcp_board_first(struct lab *lab, const struct tcb *c) {
    struct tcp_sent_page *page = page_at(lab, c->board.first);
    return page == NULL ? none() : (struct tcp_spot){page, &page->sent[page->first]};
}

struct tcp_spot tcp_board_last(struct lab *lab, const struct tcb *c) {
    struct tcp_sent_page *page = page_at(lab, c->board.last);
    return page == NULL ? none() : (struct tcp_spot){page, &page->sent[page->end - 1]};
}

struct tcp_spot tcp_board_next(struct lab *lab, struct tcp_spot place) {
    if (place.sent + 1 < place.page->sent + place.page->end)
        return (struct tcp_spot){place.page, place.sent + 1};
    struct tcp_sent_page *page = page_at(lab, place.page->next);
    return page == NULL ? none() : (struct tcp_spot){page, &page->sent[page->first]};
}

struct tcp_spot tcp_board_previous(struct lab *lab, struct tcp_spot place) {
    if (place.sent > place.page->sent + place.page->first)
        return (struct tcp_spot){place.page, place.sent - 1};
    struct tcp_sent_page *page = page_at(lab, place.page->previous);
    return page == NULL ? none() : (struct tcp_spot){page, &page->sent[page->end - 1]};
}

/* The record that holds `seq`, or the first behind it. */
struct tcp_spot tcp_board_at(struct lab *lab, const struct tcb *c, uint32_t seq) {
    struct tcp_sent_page *page = page_at(lab, c->board.first);
    while (page != NULL && seq_leq(page->sent[page->end - 1].end, seq))
        page = page_at(lab, page->next);
    if (page == NULL) return none();
    uint32_t i = page->first;
    while (seq_leq(page->sent[i].end, seq)) i++;
    return (struct tcp_spot){page, &page->sent[i]};
}

struct tcp_spot tcp_board_waiting(struct lab *lab, const struct tcb *c) {
    struct tcp_sent_page *page = page_at(lab, c->board.first);
    if (c->board.lost.segments == 0) return none();
    while (page != NULL && page->waiting == 0) page = page_at(lab, page->next);
    if (page == NULL) return none();
    uint32_t i = page->first;
    while (!tcp_sent_waiting(page->sent[i].marks)) i++;
    return (struct tcp_spot){page, &page->sent[i]};
}

struct tcp_spot tcp_board_highest(struct lab *lab, const struct tcb *c) {
    struct tcp_sent_page *page = page_at(lab, c->board.last);
    while (page != NULL && page->sacked == 0) page = page_at(lab, page->previous);
    if (page == NULL) return none();
    uint32_t i = page->end - 1;
    while ((page->sent[i].marks & TCP_MARK_SACKED) == 0) i--;
    return (struct tcp_spot){page, &page->sent[i]};
}

static void find_oldest(struct tcp_sent_page *page) {
    page->oldest = SIM_TIME_MAX;
    for (uint32_t i = page->first; i < page->end; i++)
        if (tcp_sent_open(page->sent[i].marks) && page->sent[i].at < page->oldest)
            page->oldest = page->sent[i].at;
}

struct tcp_spot tcp_board_open(struct lab *lab, const struct tcb *c, struct tcp_spot after,
                               sim_time before) {
    struct tcp_sent_page *page = after.page;
    struct tcp_sent *r = after.sent;
    if (page == NULL) page = page_at(lab, c->board.first);
    for (; page != NULL; page = page_at(lab, page->next), r = NULL) {
        if (r == NULL) {
            if (page->open == 0 || page->oldest > before) continue;
            if (page->again != 0) find_oldest(page);
            if (page->oldest > before) continue;
        }
        r = r == NULL ? &page->sent[page->first] : r + 1;
        for (; r < page->sent + page->end; r++) {
            if (r->at > before && page->again == 0) break;
            if (tcp_sent_open(r->marks) && r->at <= before) return (struct tcp_spot){page, r};
        }
    }
    return none();
}

/* ------------------------------------------------------------------------------------ splitting */

static void to_the_front(struct tcp_sent_page *page, struct tcp_spot *place) {
    uint32_t used = page->end - page->first;
    for (uint32_t i = 0; i < used; i++) page->sent[i] = page->sent[page->first + i];
    place->sent -= page->first;
    page->first = 0;
    page->end = used;
}

/* The upper half of a full page moves into a page of its own. */
static bool halve(struct step *s, struct tcb *c, struct tcp_spot *place) {
    struct tcp_sent_page *page = place->page;
    struct id id = id_is(page->previous) ? page_at(s->lab, page->previous)->next : c->board.first;
    struct tcp_sent_page *added = page_behind(s, &c->board, id);
    if (added == NULL) return false;
    uint32_t half = TCP_PAGE_RECORDS / 2, at = (uint32_t)(place->sent - page->sent);
    for (uint32_t i = half; i < page->end; i++) {
        uint32_t marks = page->sent[i].marks;
        added->sent[added->end++] = page->sent[i];
        added->sacked += (marks & TCP_MARK_SACKED) != 0;
        added->waiting += tcp_sent_waiting(marks);
        added->open += tcp_sent_open(marks);
    }
    page->end = half;
    page->sacked -= added->sacked;
    page->waiting -= added->waiting;
    page->open -= added->open;
    added->oldest = page->oldest;
    added->again = page->again;
    if (at >= half) *place = (struct tcp_spot){added, &added->sent[at - half]};
    return true;
}

bool tcp_board_split(struct step *s, struct tcb *c, struct tcp_spot *place, uint32_t length) {
    assert(length > 0 && length < place->sent->length);
    if (place->page->first > 0) to_the_front(place->page, place);
    if (place->page->end == TCP_PAGE_RECORDS && !halve(s, c, place)) return false;
    struct tcp_sent_page *page = place->page;
    uint32_t at = (uint32_t)(place->sent - page->sent), marks = place->sent->marks;
    tcp_board_mark(c, *place, 0);
    for (uint32_t i = page->end++; i > at; i--) page->sent[i] = page->sent[i - 1];
    struct tcp_sent *first = &page->sent[at], *rest = &page->sent[at + 1];
    first->end -= first->length - length;
    rest->length = (uint16_t)(rest->length - length);
    first->length = (uint16_t)length;
    c->board.out.segments++;
    page->open++;
    tcp_board_mark(c, (struct tcp_spot){page, first},
                   marks & ~(uint32_t)(TCP_MARK_PUSHED | TCP_MARK_JOINED));
    tcp_board_mark(c, (struct tcp_spot){page, rest}, marks);
    return true;
}
