#include "apps/tftp.h"
/*
 * The end that receives DATA. RFC 1350 2: each block is acknowledged, and one that comes again is
 * acknowledged again. RFC 7440 4: with a window only its last block is, and a gap once, by the ACK
 * of the block before it.
 *
 * With a window the receiver keeps to the sender's: it acknowledges at the block where that window
 * ends. When blocks come again, the window that they are of began with the first of them, so it
 * ends a window's size behind that one.
 */
#include <string.h>

static void send_ack(struct step *s, struct tftp_transfer *t) {
    uint8_t packet[TFTP_HEADER];
    struct writer w = writer_of(packet, sizeof packet);
    tftp_emit_block(&w, TFTP_ACK, tftp_wire_block(t, t->block));
    t->window_end = t->block + t->windowsize;
    tftp_put_out(s, t, &w);
}

void tftp_ack_again(struct step *s, struct tftp_transfer *t) {
    t->repeated = 1;
    send_ack(s, t);
    if (t->state == TFTP_RECEIVING) tftp_wait(s, t);
}

/* The request, or the OACK, is answered by an ACK of block 0. */
void tftp_receive_begin(struct step *s, struct tftp_transfer *t) {
    tftp_enter(s, t, TFTP_RECEIVING, "RFC 1350 4");
    send_ack(s, t);
    tftp_wait(s, t);
}

/* Netascii back to lines: CR LF is the end of one, CR NUL a CR. A CR that ends a block waits for
 * the next one. T7. */
static size_t text_in(struct tftp_transfer *t, struct reader in, uint8_t *out) {
    size_t count = 0;
    while (read_left(&in) > 0) {
        uint8_t c = read_u8(&in);
        if (t->carriage != 0) {
            t->carriage = 0;
            if (c != '\n') out[count++] = '\r';
            if (c == '\0') continue;
        } else if (c == '\r') {
            t->carriage = 1;
            continue;
        }
        out[count++] = c;
    }
    return count;
}

static bool keep(struct step *s, struct tftp_transfer *t, struct reader in, bool last) {
    uint8_t octets[TFTP_BLKSIZE_MOST + 2];
    size_t count = read_left(&in);
    if (file_get(s->lab, t->file) == NULL) return false;
    if (t->netascii != 0)
        count = text_in(t, in, octets);
    else
        read_copy(&in, octets, count);
    if (last && t->carriage != 0) octets[count++] = '\r';
    t->octets += count;
    return file_append(s, t->file, octets, count);
}

static void in_order(struct step *s, struct tftp_transfer *t, struct reader octets) {
    bool last = read_left(&octets) < t->blksize;
    if (!keep(s, t, octets, last)) {
        tftp_fail(s, t, TFTP_DISK_FULL, "Disk full or allocation exceeded");
        return;
    }
    /* Only the first block behind an ACK tells how long a round trip is. */
    if (t->block + t->windowsize != t->window_end) t->repeated = 1;
    tftp_progress(s, t);
    t->block++;
    t->told_gap = t->in_burst = 0;
    if (last) {
        send_ack(s, t);
        tftp_done(s, t, "RFC 1350 6");
        return;
    }
    tftp_enter(s, t, TFTP_RECEIVING, "RFC 1350 4");
    if (t->block >= t->window_end) send_ack(s, t);
    tftp_wait(s, t);
}

static void again(struct step *s, struct tftp_transfer *t, uint64_t block) {
    if (t->in_burst == 0) t->window_end = block + t->windowsize - 1;
    t->in_burst = 1;
    /* What came before the last block is of nobody's concern when there is no window. */
    if (block == t->window_end && (t->windowsize > 1 || block == t->block)) {
        t->in_burst = 0;
        tftp_ack_again(s, t);
    } else {
        trace_rule(s, t->node, t->self, "RFC 1350 2", "an older block that came again is ignored",
                   false);
    }
}

static void gap(struct step *s, struct tftp_transfer *t) {
    tftp_enter(s, t, TFTP_RECEIVING, "RFC 1350 4");
    if (t->told_gap != 0) return;
    t->told_gap = 1;
    tftp_ack_again(s, t);
}

/* Which way the peer goes on behind block 65535 shows in the block that follows it. T15. */
static void learn_rollover(struct tftp_transfer *t, uint16_t wire) {
    if (t->block == UINT16_MAX && t->windowsize == 1 && wire <= 1) t->rollover = wire;
}

void tftp_data_in(struct step *s, struct tftp_transfer *t, uint16_t wire, struct reader octets) {
    uint64_t expected = t->block + 1, cycle = UINT16_MAX + 1u - t->rollover;
    if (t->state == TFTP_DALLYING) { /* T4: our last ACK was lost */
        if (wire == tftp_wire_block(t, t->block)) {
            tftp_ack_again(s, t);
            tftp_dally(s, t);
        }
        return;
    }
    if (read_left(&octets) > t->blksize) {
        tftp_fail(s, t, TFTP_ILLEGAL_OPERATION, "Illegal TFTP operation");
        return;
    }
    learn_rollover(t, wire);
    uint64_t block = tftp_block_at(t, expected, wire);
    if (block == expected)
        in_order(s, t, octets);
    else if (block - expected < t->windowsize)
        gap(s, t);
    else if (block - cycle <= t->block)
        again(s, t, block - cycle);
}
