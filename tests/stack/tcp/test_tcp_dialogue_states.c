/*
 * RFC 9293 3.10.7.4 as a table: each synchronized state, and SYN-RECEIVED, against each kind of
 * segment that is not the one it waits for. What must go out, and which state it leaves.
 */
#include "dialogue.h"

/* Of each state: our SND.NXT and RCV.NXT, which the segments below are made around. */
static const struct given {
    const char *name;
    struct script *(*begin)(void);
    unsigned snd_nxt, rcv_nxt;
    const char *after_reset; /* the state that a believed reset leads to */
} states[] = {
    {"SYN-RECEIVED", given_syn_received, 1, 1, "LISTEN"},
    {"SYN-RECEIVED", given_simultaneous, 1, 1, "CLOSED"},
    {"ESTABLISHED", given_established, 1, 1, "CLOSED"},
    {"FIN-WAIT-1", given_fin_wait_1, 2, 1, "CLOSED"},
    {"FIN-WAIT-2", given_fin_wait_2, 2, 1, "CLOSED"},
    {"CLOSE-WAIT", given_close_wait, 1, 2, "CLOSED"},
    {"CLOSING", given_closing, 2, 2, "CLOSED"},
    {"LAST-ACK", given_last_ack, 2, 2, "CLOSED"},
    {"TIME-WAIT", given_time_wait, 2, 2, "CLOSED"},
};
enum { STATES = sizeof states / sizeof states[0] };

static void in_at(struct script *d, const char *flags, unsigned seq, unsigned length,
                  unsigned ack) {
    char text[96];
    if (ack == 0)
        snprintf(text, sizeof text, "%s %u:%u(%u) win 65535", flags, seq, seq + length, length);
    else
        snprintf(text, sizeof text, "%s %u:%u(%u) ack %u win 65535", flags, seq, seq + length,
                 length, ack);
    in(d, text);
}

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
static void out_ack(struct script *d, const struct given *g) {
    char text[64];
    snprintf(text, sizeof text, ". %u:%u(0) ack %u", g->snd_nxt, g->snd_nxt, g->rcv_nxt);
    out(d, text);
}

/* First: text beyond the window is answered by an ACK and dropped. */
static void text_outside_the_window(void **state) {
    (void)state;
    for (size_t i = 0; i < STATES; i++) {
        const struct given *g = &states[i];
        struct script *d = g->begin();
        in_at(d, "P.", g->rcv_nxt + 100000, 10, g->snd_nxt);
        out_ack(d, g);
        now(d, g->name);
        end(d);
    }
}

/* First: a reset outside the window is dropped in silence. Second, RFC 5961 3.2: one inside it is
 * challenged; one with exactly RCV.NXT is believed. */
static void resets(void **state) {
    (void)state;
    for (size_t i = 0; i < STATES; i++) {
        const struct given *g = &states[i];
        struct script *d = g->begin();
        in_at(d, "R", g->rcv_nxt + 100000, 0, 0);
        now(d, g->name);
        in_at(d, "R", g->rcv_nxt + 50, 0, 0);
        out_ack(d, g);
        now(d, g->name);
        in_at(d, "R", g->rcv_nxt, 0, 0);
        now(d, g->after_reset);
        end(d);
    }
}

/* Fourth, RFC 5961 4.2: a SYN is challenged, but a passive OPEN returns to LISTEN. */
static void a_syn_in_the_window(void **state) {
    (void)state;
    for (size_t i = 0; i < STATES; i++) {
        const struct given *g = &states[i];
        struct script *d = g->begin();
        /* In TIME-WAIT it would be a new incarnation, if somebody listened. */
        in_at(d, "S", g->rcv_nxt + 50, 0, 0);
        if (g->begin == given_syn_received) {
            now(d, "LISTEN");
        } else {
            out_ack(d, g);
            now(d, g->name);
        }
        end(d);
    }
}

/* Fifth: no ACK, no further. */
static void a_segment_without_ack(void **state) {
    (void)state;
    for (size_t i = 0; i < STATES; i++) {
        const struct given *g = &states[i];
        struct script *d = g->begin();
        in_at(d, "P", g->rcv_nxt, 10, 0);
        now(d, g->name);
        end(d);
    }
}

/* Fifth: an ACK of something not yet sent gets an ACK; in SYN-RECEIVED a reset. TIME-WAIT looks at
 * no ACK at all. */
static void an_ack_of_the_future(void **state) {
    (void)state;
    for (size_t i = 0; i < STATES; i++) {
        const struct given *g = &states[i];
        struct script *d = g->begin();
        in_at(d, ".", g->rcv_nxt, 0, g->snd_nxt + 77);
        char reset[64];
        snprintf(reset, sizeof reset, "R %u:%u(0)", g->snd_nxt + 77, g->snd_nxt + 77);
        if (g->begin == given_syn_received || g->begin == given_simultaneous)
            out(d, reset);
        else if (g->begin != given_time_wait)
            out_ack(d, g);
        now(d, g->name);
        end(d);
    }
}

/* Seventh and eighth: after the peer's FIN its text and its FIN are ignored, and acknowledged. */
static void the_fin_again(void **state) {
    (void)state;
    for (size_t i = 5; i < STATES; i++) {
        const struct given *g = &states[i];
        struct script *d = g->begin();
        in_at(d, "F.", 1, 0, g->begin == given_time_wait ? 2 : 1);
        out_ack(d, g);
        now(d, g->name);
        end(d);
    }
}

/* 3.10.7.2 and 3.10.7.3 keep their hands off what is not theirs. */
static void listen_and_syn_sent(void **state) {
    (void)state;
    struct script *d = given_listen();
    in(d, "R 0:0(0) win 0");
    in(d, "R. 0:0(0) ack 5 win 0");
    in(d, ". 0:0(0) ack 5 win 0");
    out(d, "R 5:5(0)");
    in(d, "F 0:0(0) win 0");
    now(d, "LISTEN");
    end(d);
    d = given_syn_sent();
    in(d, "R 0:0(0) win 0");
    in(d, "R. 0:0(0) ack 5 win 0");
    in(d, ". 0:0(0) ack 1 win 0");
    in(d, "F 0:0(0) win 0");
    in(d, "S. 0:0(0) ack 5 win 0");
    out(d, "R 5:5(0)");
    now(d, "SYN-SENT");
    end(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_outside_the_window), cmocka_unit_test(resets),
        cmocka_unit_test(a_syn_in_the_window),     cmocka_unit_test(a_segment_without_ack),
        cmocka_unit_test(an_ack_of_the_future),    cmocka_unit_test(the_fin_again),
        cmocka_unit_test(listen_and_syn_sent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
