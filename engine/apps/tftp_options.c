#include "apps/tftp.h"
/*
 * Options: RFC 2347, and what they are, RFC 2348 (blksize), 2349 (timeout, tsize) and 7440
 * (windowsize). A client asks, a server answers with an OACK of those that it accepts; nobody
 * speaks of an option that was not asked for.
 *
 * Differs: a value that its option does not allow is refused by an ERROR 8, as in.tftpd does, where
 * RFC 2347 leaves it to the option and the options say nothing; one that is no number is ignored.
 * A window leaves in one step, so none is larger than 64 blocks, the largest of RFC 7440's own
 * measurements: a server lowers what it is asked for, a client asks for no more.
 */
#include "base/text.h"

static const sim_time second_ns = 1000000000;
static const char *const names[TFTP_OPTION_COUNT] = {[TFTP_BLKSIZE] = "blksize",
                                                     [TFTP_TIMEOUT] = "timeout",
                                                     [TFTP_TSIZE] = "tsize",
                                                     [TFTP_WINDOWSIZE] = "windowsize"};

const char *tftp_option_name(enum tftp_option option) {
    return names[option];
}

static bool named(const char *name, enum tftp_option *option) {
    for (uint32_t i = 0; i < TFTP_OPTION_COUNT; i++)
        if (tftp_same(names[i], name)) {
            *option = (enum tftp_option)i;
            return true;
        }
    return false;
}

static bool has(const struct tftp_transfer *t, enum tftp_option option) {
    return (t->options >> option & 1) != 0;
}

static void emit_options(struct writer *w, const struct tftp_transfer *t) {
    for (uint32_t i = 0; i < TFTP_OPTION_COUNT; i++) {
        char room[24];
        struct text value = text_of(room, sizeof room);
        if (!has(t, (enum tftp_option)i)) continue;
        text_u64(&value, t->value[i]);
        tftp_emit_option(w, names[i], room);
    }
}

/* What was agreed takes effect. The first time-out is the agreed one at once (RFC 2349). */
static void apply(struct tftp_transfer *t) {
    if (has(t, TFTP_BLKSIZE)) t->blksize = (uint32_t)t->value[TFTP_BLKSIZE];
    if (has(t, TFTP_WINDOWSIZE)) t->windowsize = (uint32_t)t->value[TFTP_WINDOWSIZE];
    if (has(t, TFTP_TIMEOUT)) t->timeout = (sim_time)t->value[TFTP_TIMEOUT] * second_ns;
    t->window_end = t->windowsize;
}

/* ------------------------------------------------------------------------------------ packets */

void tftp_request_out(struct step *s, struct tftp_transfer *t) {
    uint8_t packet[TFTP_REQUEST_MAX]; /* RFC 2347: a request has no more */
    struct writer w = writer_of(packet, sizeof packet);
    tftp_emit_request(&w, t->sends != 0 ? TFTP_WRQ : TFTP_RRQ, t->name,
                      t->netascii != 0 ? "netascii" : "octet");
    emit_options(&w, t);
    tftp_put_out(s, t, &w);
    tftp_wait(s, t);
}

void tftp_oack_out(struct step *s, struct tftp_transfer *t) {
    uint8_t packet[TFTP_REQUEST_MAX];
    struct writer w = writer_of(packet, sizeof packet);
    tftp_emit_oack(&w);
    emit_options(&w, t);
    tftp_put_out(s, t, &w);
    tftp_wait(s, t);
}

/* ----------------------------------------------------------------------------------- a server */

enum answer { ACCEPTED, IGNORED, REFUSED };

static enum answer consider(const struct lab *lab, struct tftp_transfer *t, enum tftp_option option,
                            uint64_t *value, uint64_t blksize_most) {
    const struct file *file = file_get(lab, t->file);
    switch (option) {
    case TFTP_BLKSIZE: /* T11: the server may lower it */
        if (*value < TFTP_BLKSIZE_LEAST) return REFUSED;
        if (*value > blksize_most) *value = blksize_most;
        return ACCEPTED;
    case TFTP_TIMEOUT: /* T13: exactly, or not at all */
        return *value >= 1 && *value <= 255 ? ACCEPTED : REFUSED;
    case TFTP_TSIZE: /* T12; the length of a text is not known before it is sent */
        if (t->netascii != 0) return REFUSED;
        if (t->sends != 0) *value = file->size;
        return ACCEPTED;
    case TFTP_WINDOWSIZE: /* T14; RFC 7440 3: the server may lower it */
        if (*value < 1 || *value > 65535) return REFUSED;
        if (*value > TFTP_WINDOWSIZE_MOST) *value = TFTP_WINDOWSIZE_MOST;
        return ACCEPTED;
    case TFTP_OPTION_COUNT: break;
    }
    return IGNORED;
}

static bool is_refused(const char (*refused)[16], const char *name) {
    for (uint32_t i = 0; i < 4; i++)
        if (refused != NULL && tftp_same(refused[i], name)) return true;
    return false;
}

/* T10. An option may only be given once (RFC 2347): the first time counts. */
bool tftp_options_asked(struct step *s, struct tftp_transfer *t, struct reader options,
                        uint64_t blksize_most, const char (*refused)[16], enum tftp_error *code,
                        const char **message) {
    const char *name, *text;
    enum tftp_option option;
    while (setting_of(s->lab, t->node, SETTING_TFTP_OPTIONS) != 0 &&
           tftp_next_option(&options, &name, &text)) {
        uint64_t value;
        if (!named(name, &option) || has(t, option) || is_refused(refused, name)) continue;
        if (!parse_u64(text, &value)) continue;
        enum answer answer = consider(s->lab, t, option, &value, blksize_most);
        if (answer == REFUSED) {
            *code = TFTP_OPTION_REFUSED;
            *message = "Unsupported option(s) requested";
            return false;
        }
        if (answer == IGNORED) continue;
        t->options |= 1u << option;
        t->value[option] = value;
    }
    if (has(t, TFTP_TSIZE) && t->sends == 0 && t->value[TFTP_TSIZE] > file_room(s->lab)) {
        *code = TFTP_DISK_FULL; /* RFC 2349: too large for the system */
        *message = "Disk full or allocation exceeded";
        return false;
    }
    apply(t);
    return true;
}

/* ----------------------------------------------------------------------------------- a client */

static bool fits(enum tftp_option option, uint64_t asked, uint64_t agreed) {
    switch (option) {
    case TFTP_BLKSIZE: /* whatever was asked for, no more than a packet has room for */
        return agreed >= TFTP_BLKSIZE_LEAST && agreed <= asked && agreed <= TFTP_BLKSIZE_MOST;
    case TFTP_TIMEOUT: return agreed == asked && agreed >= 1 && agreed <= 255;
    case TFTP_TSIZE: return true;
    case TFTP_WINDOWSIZE: return agreed >= 1 && agreed <= asked;
    case TFTP_OPTION_COUNT: break;
    }
    return false;
}

bool tftp_options_agreed(struct tftp_transfer *t, struct reader options) {
    const char *name, *text;
    enum tftp_option option;
    uint32_t agreed = 0;
    while (tftp_next_option(&options, &name, &text)) {
        uint64_t value;
        if (!named(name, &option) || !has(t, option) || !parse_u64(text, &value)) return false;
        if ((agreed >> option & 1) != 0 || !fits(option, t->value[option], value)) return false;
        agreed |= 1u << option;
        t->value[option] = value;
    }
    if (options.failed) return false;
    t->options = agreed;
    apply(t);
    return true;
}

/* The answer is no OACK: as if they were never requested, RFC 2347. */
void tftp_options_denied(struct tftp_transfer *t) {
    t->options = 0;
}
