#include "apps/tftp.h"
/*
 * The end that sends DATA. RFC 1350 2: one block, then its ACK; RFC 7440 4: a window of blocks,
 * then the ACK of the last. RFC 1350 6: a block that is not full ends the file, if need be an empty
 * one. RFC 1123 4.2.3.1: a DATA is never sent again because an ACK came again (the Sorcerer's
 * Apprentice); only time makes it go again.
 *
 * With a window, an ACK of a block within it says that what follows was lost, and the window begins
 * anew behind it. Such an ACK may also be a late one about the window before: one that comes sooner
 * than any round trip took is, and makes nothing go again, or each window would go twice for ever.
 */
#include <string.h>

uint16_t tftp_wire_block(const struct tftp_transfer *t, uint64_t block) {
    if (t->rollover == 0 || block <= UINT16_MAX) return (uint16_t)block;
    return (uint16_t)(1 + (block - 1) % UINT16_MAX); /* T15: de facto, either way */
}

uint64_t tftp_block_at(const struct tftp_transfer *t, uint64_t from, uint16_t wire) {
    if (t->rollover == 0) return from + (uint16_t)(wire - (uint16_t)from);
    if (wire == 0) return from == 0 ? 0 : UINT64_MAX;
    uint64_t first = from == 0 ? 1 : from, cycle = UINT16_MAX;
    return first + (wire - 1u + cycle - (first - 1) % cycle) % cycle;
}

/* ------------------------------------------------------------------------------------- blocks */

/* RFC 764's netascii: the end of a line is CR LF, and a CR by itself is CR NUL. T7. */
static size_t text_block(const struct lab *lab, const struct tftp_transfer *t,
                         struct tftp_position *at, struct file_place *place, uint8_t *out) {
    uint8_t octets[TFTP_BLKSIZE_USUAL];
    size_t count = 0, have = 0, used = 0;
    while (count < t->blksize) {
        if (used == have) {
            have = file_read(lab, t->file, place, at->offset, octets, sizeof octets);
            used = 0;
            if (have == 0) break;
        }
        uint8_t c = octets[used];
        bool two = c == '\n' || c == '\r';
        if (two && at->half == 0) {
            out[count++] = '\r';
            at->half = 1;
            continue;
        }
        out[count++] = c == '\r' ? '\0' : c;
        at->half = 0;
        at->offset++;
        used++;
    }
    return count;
}

static size_t next_block(const struct lab *lab, const struct tftp_transfer *t,
                         struct tftp_position *at, struct file_place *place, uint8_t *out) {
    if (t->netascii != 0) return text_block(lab, t, at, place, out);
    size_t count = file_read(lab, t->file, place, at->offset, out, t->blksize);
    at->offset += count;
    return count;
}

/* variant.tftp_no_empty_last: a full block is taken for the last when nothing follows it. */
static bool ends_early(const struct lab *lab, const struct tftp_transfer *t,
                       const struct tftp_position *at) {
    const struct file *file = file_get(lab, t->file);
    return setting_of(lab, t->node, SETTING_VARIANT_TFTP_NO_EMPTY_LAST) != 0 && at->half == 0 &&
           (file == NULL || at->offset >= file->size);
}

static void send_window(struct step *s, struct tftp_transfer *t) {
    uint8_t packet[TFTP_PACKET_MAX];
    struct tftp_position at = t->position;
    for (uint64_t block = t->una; block < t->una + t->windowsize; block++) {
        struct writer w = writer_of(packet, sizeof packet);
        tftp_emit_block(&w, TFTP_DATA, tftp_wire_block(t, block));
        size_t count = next_block(s->lab, t, &at, &t->place, w.at);
        w.at += count;
        if (count < t->blksize || ends_early(s->lab, t, &at)) t->final = block;
        if (block > t->sent) t->sent = block;
        /* Where there is no room for more, the rest of the window counts as lost. */
        if (!tftp_put_out(s, t, &w) || block == t->final) break;
    }
    bool last = t->final != 0 && t->sent == t->final;
    if (last)
        tftp_enter(s, t, TFTP_LAST_BLOCK, "RFC 1350 6");
    else
        tftp_enter(s, t, TFTP_SENDING, "RFC 1350 4");
    tftp_wait(s, t);
}

void tftp_send_begin(struct step *s, struct tftp_transfer *t) {
    send_window(s, t);
}

void tftp_send_again(struct step *s, struct tftp_transfer *t) {
    t->repeated = 1;
    send_window(s, t);
}

/* ---------------------------------------------------------------------------------------- ACK */

/* Blocks up to `block` have arrived. */
static void advance(struct step *s, struct tftp_transfer *t, uint64_t block) {
    uint8_t octets[TFTP_BLKSIZE_MOST];
    struct file_place place = t->place;
    while (t->una <= block) {
        next_block(s->lab, t, &t->position, &place, octets);
        t->una++;
    }
    t->octets = t->position.offset;
    t->retries = 0;
}

/* The window is out again at most once for each of its round trips. */
static bool comes_too_soon(const struct step *s, const struct tftp_transfer *t) {
    return s->now - t->sent_at < t->least_trip;
}

static void duplicate(struct step *s, struct tftp_transfer *t) {
    bool apprentice = setting_of(s->lab, t->node, SETTING_VARIANT_TFTP_SORCERER) != 0;
    if (apprentice || (t->windowsize > 1 && !comes_too_soon(s, t)))
        tftp_send_again(s, t);
    else
        trace_rule(s, t->node, t->self, "RFC 1123 4.2.3.1",
                   "an ACK that came again sends nothing again", false);
}

/* ACK 0 of a write request, or of an OACK: nothing is out yet. */
static void first_ack(struct step *s, struct tftp_transfer *t, uint16_t wire) {
    if (wire != 0) {
        tftp_fail(s, t, TFTP_ILLEGAL_OPERATION, "Illegal TFTP operation");
        return;
    }
    tftp_progress(s, t);
    tftp_send_begin(s, t);
}

void tftp_ack_in(struct step *s, struct tftp_transfer *t, uint16_t wire) {
    if (t->state == TFTP_REQUESTED || t->state == TFTP_NEGOTIATING) {
        first_ack(s, t, wire);
        return;
    }
    uint64_t block = tftp_block_at(t, t->una - 1, wire);
    if (block > t->sent) {
        trace_rule(s, t->node, t->self, "RFC 1350 2", "an ACK of what is not out is ignored",
                   false);
    } else if (block < t->una) {
        duplicate(s, t);
    } else if (block < t->sent) { /* RFC 7440 4: the window begins anew behind it */
        bool soon = comes_too_soon(s, t);
        advance(s, t, block);
        if (!soon) tftp_send_again(s, t);
    } else {
        advance(s, t, block);
        tftp_progress(s, t);
        if (t->final != 0 && block == t->final)
            tftp_done(s, t, "RFC 1350 6");
        else
            send_window(s, t);
    }
}
