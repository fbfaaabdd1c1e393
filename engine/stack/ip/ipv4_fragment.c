#include "stack/ip/ipv4.h"
/*
 * Fragmentation, RFC 791 3.2: a datagram that does not fit the link leaves in pieces, each with a
 * header of its own. Hosts cut what they send, routers what they forward (RFC 1812 4.2.2.7 and
 * 5.2.6). As Linux does, the pieces are as long as the link takes (rounded down to 8 octets) and
 * leave in their order, of what RFC 1812 4.2.2.7 offers.
 *
 * The first piece is the packet that was to be sent, and keeps its number; the others are packets
 * of the node that cuts.
 */
#include "sim/trace.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

enum { UNIT = 8 };

/* RFC 791 3.1: an option that has the copied flag goes with every fragment, any other with the
 * first alone. Linux writes No Operation over the others, so that all headers are equally long. */
static void keep_copied_options(struct ipv4_header *h, bool shrink) {
    uint32_t kept = 0, length;
    for (uint32_t at = 0; at < h->option_count; at += length) {
        length = (uint32_t)ipv4_option_length(h->options, h->option_count, at);
        bool copied = (h->options[at] & IPV4_OPTION_COPIED) != 0;
        if (copied && kept != at) memmove(h->options + kept, h->options + at, length);
        if (!copied && !shrink) memset(h->options + kept, IPV4_OPTION_NOTHING, length);
        if (copied || !shrink) kept += length;
    }
    while (kept % 4 != 0) h->options[kept++] = IPV4_OPTION_END;
    h->option_count = (uint8_t)kept;
    h->header_length = (uint8_t)(IPV4_HEADER + kept);
}

/* {0,0}: there is no frame for it. */
static struct id make_piece(struct step *s, uint32_t node, struct id datagram,
                            struct ipv4_header *h, const uint8_t *octets, uint32_t count,
                            bool first) {
    size_t header = h->header_length;
    struct id piece =
        first ? frame_new_like(s, datagram, header + count) : frame_new(s, node, header + count);
    if (!id_is(piece)) return piece;
    if (!first) { /* for the trace: whose octets they are */
        struct frame_note *note = &frame_at(s->lab, piece)->note, own = *note;
        *note = frame_at(s->lab, datagram)->note;
        note->origin = own.origin;
        note->number = own.number;
    }
    h->total_length = (uint16_t)(header + count);
    struct writer w = writer_of(frame_append(s, piece, header + count), header + count);
    ipv4_emit(&w, h);
    memcpy(w.at, octets, count);
    return piece;
}

static enum ip_result give_up(struct step *s, uint32_t node, struct id datagram) {
    mib_add(s, node, MIB_IP_FRAG_FAILS);
    trace_dropped(s, node, datagram, REASON_NO_FRAMES, NULL);
    frame_free(s, datagram);
    return IP_NO_BUFFERS;
}

enum ip_result ipv4_fragment(struct step *s, uint32_t node, const struct ip_way *way,
                             struct id datagram, uint32_t mtu) {
    struct ipv4_header h;
    struct reader r = frame_reader(frame_at(s->lab, datagram));
    enum parse_result result = ipv4_parse(&h, &r);
    bool shrink = setting_of(s->lab, node, SETTING_CONST_FRAGMENT_OPTIONS) != 0;
    assert(result == PARSE_OK);
    (void)result;
    const struct ipv4_span whole = {h.fragment_offset, h.fragment_offset + (uint32_t)read_left(&r),
                                    h.more_fragments};
    for (uint32_t from = whole.from, count; from < whole.to; from += count) {
        uint32_t left = whole.to - from, room = mtu - h.header_length;
        count = left <= room ? left : room / UNIT * UNIT;
        assert(count > 0); /* a link takes 68 octets: RFC 791 3.2 */
        h.fragment_offset = (uint16_t)from;
        h.more_fragments = whole.more || count < left;
        struct id piece = make_piece(s, node, datagram, &h, r.at + (from - whole.from), count,
                                     from == whole.from);
        if (!id_is(piece)) return give_up(s, node, datagram);
        if (from == whole.from) keep_copied_options(&h, shrink);
        mib_add(s, node, MIB_IP_FRAG_CREATES);
        ipv4_hand_down(s, node, way, piece);
    }
    mib_add(s, node, MIB_IP_FRAG_OKS);
    frame_free(s, datagram);
    return IP_SENT;
}
