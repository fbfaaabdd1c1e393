/*
 * RFC 9293 3.10.7, SEGMENT ARRIVES, as one table: eleven states, eight kinds of segment, four
 * places of it. Profile rfc9293, so with RFC 5961's answers to resets and SYNs (MAY-12).
 *
 * The place is that of SEG.SEQ: a hundred octets left of the window, at its left edge (RCV.NXT),
 * a hundred octets inside it, a hundred right of it; SEG.ACK is SND.NXT, so our FIN is acknowledged
 * by whatever is processed that far. Where there is no window yet, the place is that of SEG.ACK: a
 * hundred below SND.UNA, SND.UNA itself, SND.NXT, a hundred above it. (CLOSED and LISTEN have
 * none of these either, and every ACK is wrong.)
 *
 * A cell says what goes out at once, which text is taken, which state follows:
 *     .  nothing                 A  <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>       S  <CTL=SYN,ACK>
 *     R  <SEQ=SEG.ACK><CTL=RST>  r  <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>
 *     +10  ten octets can be read        q10  ten octets wait for those before them
 *     >X  the state afterwards; without it the state stays as it was
 */
#include "dialogue.h"
#include "sim/lab.h"
#include "stack/tcp/tcp_state.h"

enum { FAR = 100, TEXT = 10, CELL = 64, PLACES = 4 };

static const char *const table[] = {
    /* state           segment  left      left edge       inside          right */
    "CLOSED           SYN      r         r               r               r", /* 3.10.7.1 */
    "CLOSED           SYN+ACK  R         R               R               R",
    "CLOSED           ACK      R         R               R               R",
    "CLOSED           data     R         R               R               R",
    "CLOSED           FIN      R         R               R               R",
    "CLOSED           RST      .         .               .               .",
    "CLOSED           RST+ACK  .         .               .               .",
    "CLOSED           URG      R         R               R               R",

    "LISTEN           SYN      S>SYN-RECEIVED S>SYN-RECEIVED S>SYN-RECEIVED S>SYN-RECEIVED",
    "LISTEN           SYN+ACK  R         R               R               R", /* 3.10.7.2 */
    "LISTEN           ACK      R         R               R               R",
    "LISTEN           data     R         R               R               R",
    "LISTEN           FIN      R         R               R               R",
    "LISTEN           RST      .         .               .               .",
    "LISTEN           RST+ACK  .         .               .               .",
    "LISTEN           URG      R         R               R               R",

    "SYN-SENT         SYN      S>SYN-RECEIVED S>SYN-RECEIVED S>SYN-RECEIVED S>SYN-RECEIVED",
    "SYN-SENT         SYN+ACK  R         R               A>ESTABLISHED   R", /* 3.10.7.3 */
    "SYN-SENT         ACK      R         R               .               R",
    "SYN-SENT         data     R         R               .               R",
    "SYN-SENT         FIN      R         R               .               R",
    "SYN-SENT         RST      .         .               .               .",
    "SYN-SENT         RST+ACK  .         .               .>CLOSED        .",
    "SYN-SENT         URG      R         R               .               R",

    /* 3.10.7.4 from here on. SYN-RECEIVED twice: of a passive OPEN, then of an active one. */
    "SYN-RECEIVED     SYN      A         .>LISTEN        .>LISTEN        A",
    "SYN-RECEIVED     SYN+ACK  A         .>LISTEN        .>LISTEN        A",
    "SYN-RECEIVED     ACK      A         .>ESTABLISHED   .>ESTABLISHED   A",
    "SYN-RECEIVED     data     A         .+10>ESTABLISHED Aq10>ESTABLISHED A",
    "SYN-RECEIVED     FIN      A         A>CLOSE-WAIT    A>ESTABLISHED   A",
    "SYN-RECEIVED     RST      .         .>LISTEN        A               .",
    "SYN-RECEIVED     RST+ACK  .         .>LISTEN        A               .",
    "SYN-RECEIVED     URG      A         .+10>ESTABLISHED Aq10>ESTABLISHED A",

    "SYN-RECEIVED/2   SYN      A         A               A               A",
    "SYN-RECEIVED/2   SYN+ACK  A         A               A               A",
    "SYN-RECEIVED/2   ACK      A         .>ESTABLISHED   .>ESTABLISHED   A",
    "SYN-RECEIVED/2   data     A         .+10>ESTABLISHED Aq10>ESTABLISHED A",
    "SYN-RECEIVED/2   FIN      A         A>CLOSE-WAIT    A>ESTABLISHED   A",
    "SYN-RECEIVED/2   RST      .         .>CLOSED        A               .",
    "SYN-RECEIVED/2   RST+ACK  .         .>CLOSED        A               .",
    "SYN-RECEIVED/2   URG      A         .+10>ESTABLISHED Aq10>ESTABLISHED A",

    "ESTABLISHED      SYN      A         A               A               A",
    "ESTABLISHED      SYN+ACK  A         A               A               A",
    "ESTABLISHED      ACK      A         .               .               A",
    "ESTABLISHED      data     A         .+10            Aq10            A",
    "ESTABLISHED      FIN      A         A>CLOSE-WAIT    A               A",
    "ESTABLISHED      RST      .         .>CLOSED        A               .",
    "ESTABLISHED      RST+ACK  .         .>CLOSED        A               .",
    "ESTABLISHED      URG      A         .+10            Aq10            A",

    "FIN-WAIT-1       SYN      A         A               A               A",
    "FIN-WAIT-1       SYN+ACK  A         A               A               A",
    "FIN-WAIT-1       ACK      A         .>FIN-WAIT-2    .>FIN-WAIT-2    A",
    "FIN-WAIT-1       data     A         .+10>FIN-WAIT-2 Aq10>FIN-WAIT-2 A",
    "FIN-WAIT-1       FIN      A         A>TIME-WAIT     A>FIN-WAIT-2    A",
    "FIN-WAIT-1       RST      .         .>CLOSED        A               .",
    "FIN-WAIT-1       RST+ACK  .         .>CLOSED        A               .",
    "FIN-WAIT-1       URG      A         .+10>FIN-WAIT-2 Aq10>FIN-WAIT-2 A",

    "FIN-WAIT-2       SYN      A         A               A               A",
    "FIN-WAIT-2       SYN+ACK  A         A               A               A",
    "FIN-WAIT-2       ACK      A         .               .               A",
    "FIN-WAIT-2       data     A         .+10            Aq10            A",
    "FIN-WAIT-2       FIN      A         A>TIME-WAIT     A               A",
    "FIN-WAIT-2       RST      .         .>CLOSED        A               .",
    "FIN-WAIT-2       RST+ACK  .         .>CLOSED        A               .",
    "FIN-WAIT-2       URG      A         .+10            Aq10            A",

    /* After the peer's FIN: "this should not occur", the text and a second FIN are ignored. */
    "CLOSE-WAIT       SYN      A         A               A               A",
    "CLOSE-WAIT       SYN+ACK  A         A               A               A",
    "CLOSE-WAIT       ACK      A         .               .               A",
    "CLOSE-WAIT       data     A         .               .               A",
    "CLOSE-WAIT       FIN      A         .               .               A",
    "CLOSE-WAIT       RST      .         .>CLOSED        A               .",
    "CLOSE-WAIT       RST+ACK  .         .>CLOSED        A               .",
    "CLOSE-WAIT       URG      A         .               .               A",

    "CLOSING          SYN      A         A               A               A",
    "CLOSING          SYN+ACK  A         A               A               A",
    "CLOSING          ACK      A         .>TIME-WAIT     .>TIME-WAIT     A",
    "CLOSING          data     A         .>TIME-WAIT     .>TIME-WAIT     A",
    "CLOSING          FIN      A         .>TIME-WAIT     .>TIME-WAIT     A",
    "CLOSING          RST      .         .>CLOSED        A               .",
    "CLOSING          RST+ACK  .         .>CLOSED        A               .",
    "CLOSING          URG      A         .>TIME-WAIT     .>TIME-WAIT     A",

    "LAST-ACK         SYN      A         A               A               A",
    "LAST-ACK         SYN+ACK  A         A               A               A",
    "LAST-ACK         ACK      A         .>CLOSED        .>CLOSED        A",
    "LAST-ACK         data     A         .>CLOSED        .>CLOSED        A",
    "LAST-ACK         FIN      A         .>CLOSED        .>CLOSED        A",
    "LAST-ACK         RST      .         .>CLOSED        A               .",
    "LAST-ACK         RST+ACK  .         .>CLOSED        A               .",
    "LAST-ACK         URG      A         .>CLOSED        .>CLOSED        A",

    /* Nobody listens there, so a SYN begins nothing new (MAY-2): it is challenged. */
    "TIME-WAIT        SYN      A         A               A               A",
    "TIME-WAIT        SYN+ACK  A         A               A               A",
    "TIME-WAIT        ACK      A         .               .               A",
    "TIME-WAIT        data     A         .               .               A",
    "TIME-WAIT        FIN      A         A               A               A",
    "TIME-WAIT        RST      .         .>CLOSED        A               .",
    "TIME-WAIT        RST+ACK  .         .>CLOSED        A               .",
    "TIME-WAIT        URG      A         .               .               A",
};
enum { ROWS = sizeof table / sizeof table[0] };

/* How to get there, and SND.UNA, SND.NXT and RCV.NXT then, counted from the initial numbers. */
static const struct given {
    const char *state;
    struct script *(*begin)(void);
    bool window;
    int una, nxt, rcv;
} givens[] = {
    {"CLOSED", given_closed, false, 500, 500, 0},
    {"LISTEN", given_listen, false, 500, 500, 0},
    {"SYN-SENT", given_syn_sent, false, 0, 1, 0},
    {"SYN-RECEIVED", given_syn_received, true, 0, 1, 1},
    {"SYN-RECEIVED/2", given_simultaneous, true, 0, 1, 1},
    {"ESTABLISHED", given_established, true, 1, 1, 1},
    {"FIN-WAIT-1", given_fin_wait_1, true, 1, 2, 1},
    {"FIN-WAIT-2", given_fin_wait_2, true, 2, 2, 1},
    {"CLOSE-WAIT", given_close_wait, true, 1, 1, 2},
    {"CLOSING", given_closing, true, 1, 2, 2},
    {"LAST-ACK", given_last_ack, true, 1, 2, 2},
    {"TIME-WAIT", given_time_wait, true, 2, 2, 2},
};

static const struct kind {
    const char *name, *flags;
    int length;
    bool ack;
} kinds[] = {
    {"SYN", "S", 0, false},     {"SYN+ACK", "S.", 0, true}, {"ACK", ".", 0, true},
    {"data", "P.", TEXT, true}, {"FIN", "F.", 0, true},     {"RST", "R", 0, false},
    {"RST+ACK", "R.", 0, true}, {"URG", "P.U", TEXT, true},
};

/* A segment is named by its numbers here: both sides' ones, relative. */
struct told {
    int seq, ack;
    char text[96];
};

static const struct tcb *the_tcb(struct script *d, bool child) {
    const struct lab *lab = script_lab(d);
    const struct tcb *found = NULL;
    for (struct id at = object_next(lab, POOL_TCB, (struct id){0, 0}); id_is(at);
         at = object_next(lab, POOL_TCB, at)) {
        const struct tcb *c = tcb_get(lab, at);
        if (c->node == 1 && (!child || c->state != TCP_LISTEN)) found = c;
    }
    return found;
}

static struct told segment_for(struct script *d, const struct given *g, const struct kind *k,
                               int place) {
    static const int by_ack[PLACES] = {-FAR, 0, 0, FAR};
    struct told t = {g->rcv, g->nxt, ""};
    if (!g->window) {
        t.ack = (place < 2 ? g->una : g->nxt) + by_ack[place];
    } else {
        const struct tcb *c = the_tcb(d, true);
        int window = (int)c->rcv.wnd;
        assert_true(window > 2 * FAR);
        t.seq += place == 0 ? -FAR : place == 2 ? FAR : place == 3 ? window + FAR : 0;
    }
    char ack[32] = "";
    if (k->ack) snprintf(ack, sizeof ack, " ack %u", (unsigned)t.ack);
    snprintf(t.text, sizeof t.text, "%s %u:%u(%d)%s win 65535", k->flags, (unsigned)t.seq,
             (unsigned)t.seq + (unsigned)k->length, k->length, ack);
    return t;
}

/* What the host said to it, as a letter of the table. */
static char answer(struct script *d, const struct given *g, const struct kind *k,
                   const struct told *t) {
    char sent[64], also[64], wanted[5][64];
    if (!script_sent(d, sent, sizeof sent)) return '.';
    if (script_sent(d, also, sizeof also)) fail_msg("%s\nand also %s", sent, also);
    int counted =
        t->seq + k->length + (strchr(k->flags, 'S') != NULL) + (strchr(k->flags, 'F') != NULL);
    const struct tcb *c = the_tcb(d, true);
    unsigned next = c == NULL ? (unsigned)g->rcv : c->rcv.nxt - c->irs;
    snprintf(wanted[0], 64, ". %d:%d(0) ack %u", g->nxt, g->nxt, next);
    snprintf(wanted[1], 64, "S. 0:0(0) ack %d", t->seq + 1);
    snprintf(wanted[2], 64, "R %u:%u(0)", (unsigned)t->ack, (unsigned)t->ack);
    snprintf(wanted[3], 64, "R. 0:0(0) ack %d", counted);
    for (int i = 0; i < 4; i++)
        if (strcmp(sent, wanted[i]) == 0) return "ASRr"[i];
    fail_msg("%s %s %s: the host said %s", g->state, k->name, t->text, sent);
    return '?';
}

static void run_cell(const struct given *g, const struct kind *k, int place, char out[CELL]) {
    struct script *d = g->begin();
    char before[24], sent[64];
    script_line(d, "+0 $ hostname"); /* a step, so that CLOSED has a lab as well */
    snprintf(before, sizeof before, "%s", script_state(d));
    while (script_sent(d, sent, sizeof sent)) fail_msg("%s before %s", sent, k->name);
    struct told t = segment_for(d, g, k, place);
    in(d, t.text);
    const char *after = script_state(d);
    char letter = answer(d, g, k, &t), text[16] = "";
    const struct tcb *c = the_tcb(d, true);
    if (c != NULL && c->receive.count > 0) snprintf(text, sizeof text, "+%u", c->receive.count);
    if (c != NULL && c->out_of_order_octets > 0)
        snprintf(text, sizeof text, "q%u", c->out_of_order_octets);
    bool stays = strcmp(before, after) == 0;
    snprintf(out, CELL, "%c%s%s%s", letter, text, stays ? "" : ">", stays ? "" : after);
    end(d);
}

static const struct given *given_of(const char *state) {
    for (size_t i = 0; i < sizeof givens / sizeof givens[0]; i++)
        if (strcmp(givens[i].state, state) == 0) return &givens[i];
    fail_msg("no state %s", state);
    return NULL;
}

static const struct kind *kind_of(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    fail_msg("no segment %s", name);
    return NULL;
}

static void every_cell(void **state) {
    (void)state;
    int wrong = 0, cells = 0;
    for (size_t i = 0; i < ROWS; i++) {
        char name[24], segment[16], wanted[PLACES][CELL], got[PLACES][CELL];
        assert_int_equal(sscanf(table[i], "%23s %15s %63s %63s %63s %63s", name, segment, wanted[0],
                                wanted[1], wanted[2], wanted[3]),
                         6);
        bool same = true;
        for (int p = 0; p < PLACES; p++, cells++) {
            run_cell(given_of(name), kind_of(segment), p, got[p]);
            same = same && strcmp(got[p], wanted[p]) == 0;
        }
        if (same) continue;
        wrong++;
        print_error("expected %s\nbut got  %-16s %-8s %-9s %-15s %-15s %s\n", table[i], name,
                    segment, got[0], got[1], got[2], got[3]);
    }
    assert_int_equal(cells, 12 * 8 * 4); /* SYN-RECEIVED counts twice */
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_cell)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
