#include "stack/ip/ipv4_reassembly.h"
/*
 * Reassembly, RFC 791 3.2 and RFC 1122 3.3.2. Fragments wait as the frames that brought them, in
 * the order of their octets, and never hold an octet twice: where two have the same, one of them is
 * cut (ipv4_overlap.c). When there is no gap left, as RFC 815 counts them, they are joined in one
 * large frame, which goes up as if it had come whole.
 *
 * What an attacker can make a node keep is bounded as on Linux: by octets (net.ipv4.ipfrag_*), with
 * what each fragment costs counted as Linux's skb->truesize, by time, and by how many other
 * fragments of the same source may come in between.
 *
 * Differs: a fragment that would make more than 65,535 octets ends its datagram at once; Linux
 * finds out when all have come. Fragments of a source are counted by a hash of its address, of
 * which two sources may share a count.
 */
#include "base/text.h"
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/mib.h"
#include "stack/stack.h"
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

enum { UNIT = 8, DATAGRAM_CHARGE = 208, FRAME_CHARGE = 704, CHARGE_UNIT = 256, ROWS_LISTED = 256 };
static const char clause[] = "RFC 1122 3.3.2";

const struct reassembly *reassembly_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_REASSEMBLY, id);
}

static struct reassembly *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_REASSEMBLY, id);
}

struct ipv4_span fragment_span(struct lab *lab, struct id fragment) {
    return ipv4_span(frame_octets(lab, fragment));
}

/* ------------------------------------------------------------------- memory */

/* What Linux would count for a fragment that came in a frame of this length: the octets, and what
 * describes them, in the units of its allocator. */
static uint32_t charge_of(const struct frame *f) {
    return (f->end - f->start + FRAME_CHARGE + CHARGE_UNIT - 1) / CHARGE_UNIT * CHARGE_UNIT;
}

static void charge(struct step *s, struct reassembly *r, uint32_t octets) {
    r->charge += octets;
    census_add(s, r->node, CENSUS_FRAGMENT_MEMORY, octets);
}

static bool memory_is_full(const struct lab *lab, uint32_t node, enum setting threshold) {
    return census_value(lab, node, CENSUS_FRAGMENT_MEMORY) > setting_of(lab, node, threshold);
}

/* ------------------------------------------------------------------- the list of a node */

/* RFC 791 3.2: fragments belong together by source, destination, protocol and identification. */
static struct id *chain_of(struct lab *lab, uint32_t node, const struct ipv4_header *h) {
    uint64_t ends = (uint64_t)h->src << 32 | h->dst;
    uint64_t rest = (uint64_t)node << 24 | (uint64_t)h->protocol << 16 | h->identification;
    return bucket(lab, BUCKET_REASSEMBLY, hash_mix(ends, rest));
}

static struct id find(struct lab *lab, uint32_t node, const struct ipv4_header *h) {
    struct id id = *chain_of(lab, node, h);
    while (id_is(id)) {
        const struct reassembly *r = reassembly_get(lab, id);
        if (r->node == node && r->src == h->src && r->dst == h->dst && r->protocol == h->protocol &&
            r->identification == h->identification)
            break;
        id = r->chain;
    }
    return id;
}

static void join_lists(struct step *s, struct id id, struct reassembly *r,
                       const struct ipv4_header *h) {
    struct node *node = node_at(s->lab, r->node);
    struct id *head = chain_of(s->lab, r->node, h);
    r->chain = *head;
    *head = id;
    r->previous = node->last_reassembly;
    struct reassembly *before = object_touch(s->lab, POOL_REASSEMBLY, r->previous);
    *(before != NULL ? &before->next : &node->first_reassembly) = id;
    node->last_reassembly = id;
}

static void leave_lists(struct step *s, struct id id, const struct reassembly *r) {
    struct node *node = node_at(s->lab, r->node);
    const struct ipv4_header key = {.src = r->src,
                                    .dst = r->dst,
                                    .protocol = (uint8_t)r->protocol,
                                    .identification = (uint16_t)r->identification};
    struct reassembly *before = object_touch(s->lab, POOL_REASSEMBLY, r->previous);
    struct reassembly *behind = object_touch(s->lab, POOL_REASSEMBLY, r->next);
    *(before != NULL ? &before->next : &node->first_reassembly) = r->next;
    *(behind != NULL ? &behind->previous : &node->last_reassembly) = r->previous;
    struct id *at = chain_of(s->lab, r->node, &key);
    while (!id_same(*at, id))
        at = &((struct reassembly *)object_touch(s->lab, POOL_REASSEMBLY, *at))->chain;
    *at = r->chain;
}

/* ------------------------------------------------------------------- the end */

/* All fragments that wait go; with a reason they are thrown away, without one they were used. */
static void let_go(struct step *s, struct reassembly *r, enum reason reason, const char *why) {
    struct id next;
    for (struct id id = r->first; id_is(id); id = next) {
        next = frame_at(s->lab, id)->next;
        if (reason != REASON_NONE) trace_dropped(s, r->node, id, reason, why);
        frame_free(s, id);
    }
    charge(s, r, DATAGRAM_CHARGE - r->charge);
    r->first = r->last = (struct id){0, 0};
    r->octets = r->end = r->runs = r->first_came = r->last_came = r->codepoints = 0;
    r->longest = r->longest_whole = 0;
}

static void end(struct step *s, struct id id, enum reason reason, const char *why) {
    struct reassembly *r = edit(s, id);
    let_go(s, r, reason, why);
    charge(s, r, 0 - r->charge);
    timer_stop(s, &r->timer);
    leave_lists(s, id, r);
    object_destroy(s, POOL_REASSEMBLY, id);
}

void reassembly_fail(struct step *s, struct id id, enum reason reason, const char *why) {
    mib_add(s, reassembly_get(s->lab, id)->node, MIB_IP_REASM_FAILS);
    end(s, id, reason, why);
}

/* RFC 1122 3.3.2: the source hears of it if the first fragment has come, so that the error can
 * tell which datagram it was. */
void ipv4_reassembly_timer_fired(struct step *s, struct id id) {
    const struct reassembly *r = reassembly_get(s->lab, id);
    if (r == NULL) return;
    mib_add(s, r->node, MIB_IP_REASM_TIMEOUT);
    if (r->first_came)
        icmp_error(s, r->node, r->first, ICMP_TIME_EXCEEDED, ICMP_REASSEMBLY_EXCEEDED, 0,
                   r->group ? LINK_BROADCAST : LINK_UNICAST);
    reassembly_fail(s, id, REASON_FRAGMENT_TIMEOUT, clause);
}

void reassembly_node_crash(struct step *s, uint32_t node) {
    while (id_is(node_view_at(s->lab, node)->first_reassembly))
        end(s, node_view_at(s->lab, node)->first_reassembly, REASON_NODE_DOWN, NULL);
}

/* ------------------------------------------------------------------- the beginning */

static void start_timer(struct step *s, struct id id, struct reassembly *r) {
    r->expires = s->now + setting_of(s->lab, r->node, SETTING_IPFRAG_TIME);
    timer_set(s, &r->timer, TIMER_REASSEMBLY, r->node, id, r->expires);
}

/* {0,0}: no room for another one, or for the timer without which it would stay for ever. */
static struct id make(struct step *s, uint32_t node, const struct ipv4_header *h) {
    struct id id = object_create(s, POOL_REASSEMBLY, node);
    if (!id_is(id)) return id;
    struct reassembly *r = edit(s, id);
    r->node = node;
    r->src = h->src;
    r->dst = h->dst;
    r->protocol = h->protocol;
    r->identification = h->identification;
    start_timer(s, id, r);
    if (!id_is(r->timer)) {
        object_destroy(s, POOL_REASSEMBLY, id);
        return (struct id){0, 0};
    }
    join_lists(s, id, r, h);
    charge(s, r, DATAGRAM_CHARGE);
    return id;
}

/* Older kernels and the hosts of RFC 1122 let the oldest go when memory is short; newer ones refuse
 * what comes, because it is the attacker who can be the newest at any time. */
static void evict(struct step *s, uint32_t node) {
    if (setting_of(s->lab, node, SETTING_CONST_FRAGMENT_EVICT) == 0) return;
    while (memory_is_full(s->lab, node, SETTING_IPFRAG_LOW) &&
           id_is(node_at(s->lab, node)->first_reassembly))
        reassembly_fail(s, node_at(s->lab, node)->first_reassembly, REASON_FRAGMENT_EVICTED,
                        clause);
}

static struct id find_or_make(struct step *s, uint32_t node, const struct ipv4_header *h) {
    if (setting_of(s->lab, node, SETTING_IPFRAG_HIGH) == 0) return (struct id){0, 0};
    if (memory_is_full(s->lab, node, SETTING_IPFRAG_HIGH)) evict(s, node);
    if (memory_is_full(s->lab, node, SETTING_IPFRAG_HIGH)) return (struct id){0, 0};
    struct id id = find(s->lab, node, h);
    return id_is(id) ? id : make(s, node, h);
}

/* Linux's ipfrag_max_dist: when so many other fragments of the source came since this datagram's
 * last one, the 16 bits of identification may have come round, and what waits belongs to another
 * datagram. */
static void begin_again_if_too_far(struct step *s, struct id id, struct reassembly *r) {
    int64_t most = setting_of(s->lab, r->node, SETTING_IPFRAG_MAX_DIST);
    uint64_t place = hash_mix(r->src, 0) % FRAGMENT_SOURCES;
    uint32_t before = r->seen;
    r->seen = ++node_at(s->lab, r->node)->fragments_from[place];
    if (most == 0 || !id_is(r->first) || r->seen - before <= most) return;
    mib_add(s, r->node, MIB_IP_REASM_FAILS);
    let_go(s, r, REASON_FRAGMENT_TOO_FAR, NULL);
    start_timer(s, id, r);
}

/* ------------------------------------------------------------------- a fragment's place */

static bool touches(struct lab *lab, struct id before, struct id behind) {
    return id_is(before) && id_is(behind) &&
           fragment_span(lab, before).to == fragment_span(lab, behind).from;
}

void reassembly_link(struct step *s, struct reassembly *r, struct id fragment, struct id before) {
    struct frame *f = frame_at(s->lab, fragment);
    struct ipv4_span span = fragment_span(s->lab, fragment);
    struct id behind = id_is(before) ? frame_at(s->lab, before)->next : r->first;
    f->previous = before;
    f->next = behind;
    *(id_is(before) ? &frame_at(s->lab, before)->next : &r->first) = fragment;
    *(id_is(behind) ? &frame_at(s->lab, behind)->previous : &r->last) = fragment;
    bool goes_on = touches(s->lab, before, fragment);
    r->runs += 1u - goes_on - touches(s->lab, fragment, behind);
    r->octets += span.to - span.from;
    if (span.from == 0) r->first_came = 1;
    f->order = goes_on && !id_is(behind) ? frame_at(s->lab, before)->order : span.from;
    charge(s, r, charge_of(f));
}

void reassembly_unlink(struct step *s, struct reassembly *r, struct id fragment) {
    struct frame *f = frame_at(s->lab, fragment);
    struct ipv4_span span = fragment_span(s->lab, fragment);
    r->runs -= 1u - touches(s->lab, f->previous, fragment) - touches(s->lab, fragment, f->next);
    *(id_is(f->previous) ? &frame_at(s->lab, f->previous)->next : &r->first) = f->next;
    *(id_is(f->next) ? &frame_at(s->lab, f->next)->previous : &r->last) = f->previous;
    r->octets -= span.to - span.from;
    if (span.from == 0) r->first_came = 0;
    charge(s, r, 0 - charge_of(f));
    f->next = f->previous = (struct id){0, 0};
}

/* RFC 791 3.1: the length of all fragments but the last is a multiple of 8; Linux and BSD take off
 * what is too much. False: nothing is left, or the ends contradict each other. */
static bool fits(struct step *s, struct reassembly *r, struct id fragment, struct ipv4_span *span) {
    if (span->more && span->to % UNIT != 0) {
        span->to -= span->to % UNIT;
        uint8_t *header = frame_octets(s->lab, fragment);
        if (span->to > span->from) ipv4_set_span(header, *span);
    }
    bool known = r->last_came != 0;
    if (span->to <= span->from || (known && span->to > r->end)) return false;
    if (!span->more && (span->to < r->end || (known && span->to != r->end))) return false;
    r->end = span->to > r->end ? span->to : r->end;
    r->last_came |= !span->more;
    return true;
}

static void note_header(struct reassembly *r, const struct ip_in *in, enum link_cast heard) {
    uint32_t length = in->header.total_length;
    r->codepoints |= 1u << in->header.ecn;
    r->longest = length > r->longest ? length : r->longest;
    if (in->header.dont_fragment && length > r->longest_whole) r->longest_whole = length;
    if (heard == LINK_BROADCAST) r->group = 1;
}

/* ------------------------------------------------------------------- whole */

/* RFC 3168 5.3: congestion seen by one fragment is seen by the datagram, unless others came from
 * a sender that knows no marks. False: such a mixture. */
static bool join_marks(const struct reassembly *r, struct ipv4_header *h) {
    uint32_t marked = 1u << IP_ECN_CE, none = 1u << IP_ECN_NOT_ECT;
    if ((r->codepoints & none) != 0 && r->codepoints != none) return false;
    if ((r->codepoints & marked) != 0) h->ecn = IP_ECN_CE;
    return true;
}

/* The header is the first fragment's. As on Linux, the whole must not be cut again if its largest
 * piece must not have been. */
static void join_header(struct step *s, const struct reassembly *r, struct ipv4_header *h) {
    struct reader first = frame_reader(frame_at(s->lab, r->first));
    enum parse_result result = ipv4_parse(h, &first);
    assert(result == PARSE_OK);
    (void)result;
    h->fragment_offset = 0;
    h->more_fragments = false;
    h->dont_fragment = r->longest_whole == r->longest;
    h->total_length = (uint16_t)(h->header_length + r->end);
}

static void join_octets(struct step *s, const struct reassembly *r, uint8_t *to) {
    for (struct id id = r->first; id_is(id); id = frame_at(s->lab, id)->next) {
        const uint8_t *header = frame_octets(s->lab, id);
        struct ipv4_span span = ipv4_span(header);
        uint32_t count = span.to - span.from;
        memcpy(to + span.from, header + ipv4_header_octets(header), count);
    }
}

static bool join(struct step *s, struct id id, struct ip_in *in, struct reader *payload) {
    const struct reassembly *r = reassembly_get(s->lab, id);
    /* Each fragment was measured by its own header; the first one's may be longer. */
    if (r->end + ipv4_header_octets(frame_octets(s->lab, r->first)) > UINT16_MAX) {
        reassembly_fail(s, id, REASON_FRAGMENT_TOO_LONG, "RFC 791 3.2");
        return false;
    }
    join_header(s, r, &in->header);
    if (!join_marks(r, &in->header)) {
        reassembly_fail(s, id, REASON_FRAGMENT_MARKS, "RFC 3168 5.3");
        return false;
    }
    struct id whole = frame_new_like(s, r->first, in->header.total_length);
    if (!id_is(whole)) {
        reassembly_fail(s, id, REASON_NO_FRAMES, NULL);
        return false;
    }
    size_t header = in->header.header_length, total = in->header.total_length;
    struct writer w = writer_of(frame_append(s, whole, total), total);
    ipv4_emit(&w, &in->header);
    join_octets(s, r, w.at);
    mib_add(s, r->node, MIB_IP_REASM_OKS);
    in->largest = r->longest;
    end(s, id, REASON_NONE, NULL);
    in->frame = whole;
    in->octets = frame_at(s->lab, whole);
    *payload = frame_reader(in->octets);
    read_skip(payload, header);
    return true;
}

bool ipv4_reassemble(struct step *s, uint32_t node, struct ip_in *in, struct reader *payload,
                     enum link_cast heard) {
    struct ipv4_span span = ipv4_span(frame_octets(s->lab, in->frame));
    mib_add(s, node, MIB_IP_REASM_REQDS);
    frame_cut(in->octets, in->header.total_length);
    struct id id = find_or_make(s, node, &in->header);
    if (!id_is(id)) {
        mib_add(s, node, MIB_IP_REASM_FAILS);
        trace_dropped(s, node, in->frame, REASON_FRAGMENT_MEMORY, clause);
        frame_free(s, in->frame);
        return false;
    }
    struct reassembly *r = edit(s, id);
    begin_again_if_too_far(s, id, r);
    enum reason wrong = REASON_NONE;
    if (span.to + in->header.header_length > UINT16_MAX)
        wrong = REASON_FRAGMENT_TOO_LONG;
    else if (!fits(s, r, in->frame, &span))
        wrong = REASON_FRAGMENT_MISFIT;
    if (wrong != REASON_NONE) {
        trace_dropped(s, node, in->frame, wrong, "RFC 791 3.2");
        frame_free(s, in->frame);
        reassembly_fail(s, id, wrong, "RFC 791 3.2");
        return false;
    }
    if (!reassembly_place(s, id, in->frame)) return false;
    note_header(r, in, heard);
    if (!r->first_came || !r->last_came || r->octets != r->end) return false;
    return join(s, id, in, payload);
}

/* ------------------------------------------------------------------- as data */

/* RFC 815's holes: before the first octet that came, between the runs of octets, behind them. */
static uint32_t holes(const struct reassembly *r) {
    return r->runs - 1 + (r->first_came == 0) + (r->last_came == 0);
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct reassembly *r = reassembly_get(lab, id);
    if (id.slot > ROWS_LISTED || !id_is(r->first)) return false;
    text_add(t, "[\"");
    text_ip4(t, r->src);
    text_add(t, "\",\"0x");
    text_hex(t, r->identification, 4);
    text_add(t, "\",\"");
    text_u64(t, r->octets);
    text_add(t, "\",\"");
    text_u64(t, holes(r));
    text_add(t, "\",\"");
    text_time(t, r->expires);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return reassembly_get(lab, id)->node;
}

static void label(const struct lab *lab, struct id id, struct text *t) {
    const struct reassembly *r = reassembly_get(lab, id);
    text_ip4(t, r->src);
    text_add(t, " 0x");
    text_hex(t, r->identification, 4);
}

const struct object_kind reassembly_kind = {
    .size = sizeof(struct reassembly),
    .table = TABLE_FRAGMENTS,
    .row = row,
    .row_node = row_node,
    .label = label,
};
