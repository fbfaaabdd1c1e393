/*
 * The receive window, RFC 9293 3.8.6: it closes as text comes that nobody reads, never moves its
 * right edge back (SHLD-14), opens by more than a sliver (MUST-39), and says so by itself.
 */
#include "dialogue.h"

enum { SEGMENT = 1460, WINDOW = 44 * SEGMENT };

static void in_text(struct script *d, unsigned from, unsigned count) {
    char text[80];
    snprintf(text, sizeof text, ". %u:%u(%u) ack 1 win 65535", from, from + count, count);
    in(d, text);
}

static void out_window(struct script *d, unsigned ack, unsigned window) {
    char text[80];
    snprintf(text, sizeof text, ". 1:1(0) ack %u win %u", ack, window);
    out(d, text);
}

static struct script *given_a_full_window(void) {
    struct script *d = given_established();
    for (unsigned got = 0; got < WINDOW; got += 2 * SEGMENT) {
        in_text(d, 1 + got, SEGMENT);
        in_text(d, 1 + got + SEGMENT, SEGMENT);
        out_window(d, 1 + got + 2 * SEGMENT, WINDOW - got - 2 * SEGMENT);
    }
    return d;
}

static void it_closes_and_opens(void **state) {
    (void)state;
    struct script *d = given_a_full_window();
    in_text(d, 1 + WINDOW, 1); /* a probe: refused, but answered */
    out_window(d, 1 + WINDOW, 0);
    user(d, "recv(3, 1000) = 1000"); /* less than a segment: not worth telling */
    user(d, "recv(3, 1000) = 1000");
    out_window(d, 1 + WINDOW, 2000);
    in_text(d, 1 + WINDOW, 1);
    out_after(d, ".2", ". 1:1(0) ack 64242 win 1999");
    now(d, "ESTABLISHED");
    end(d);
}

/* MUST-66: with a closed window ACK and RST still count. */
static void a_closed_window_lets_ack_and_reset_in(void **state) {
    (void)state;
    struct script *d = given_a_full_window();
    user(d, "send(3, 100) = 100");
    line(d, "0", ">", "P. 1:101(100) ack 64241 win 0");
    in(d, ". 64241:64251(10) ack 101 win 65535"); /* the text is refused, the ACK is not */
    out(d, ". 101:101(0) ack 64241 win 0");
    line(d, "5", "state", "ESTABLISHED"); /* nothing is repeated */
    in(d, "R 64241:64241(0) win 0");
    now(d, "CLOSED");
    end(d);
}

/* A FIN takes no room in the buffer: it is taken even now. */
static void a_closed_window_lets_fin_in(void **state) {
    (void)state;
    struct script *d = given_a_full_window();
    in(d, "F. 64241:64241(0) ack 1 win 65535");
    out(d, ". 1:1(0) ack 64242");
    now(d, "CLOSE-WAIT");
    user(d, "recv(3, 70000) = 64240");
    user(d, "recv(3, 10) = 0");
    end(d);
}

/* Text beyond the right edge is cut off; what fits is taken. */
static void text_is_cut_at_the_edge(void **state) {
    (void)state;
    struct script *d = given_established();
    for (unsigned got = 0; got < WINDOW - 2 * SEGMENT; got += 2 * SEGMENT) {
        in_text(d, 1 + got, SEGMENT);
        in_text(d, 1 + got + SEGMENT, SEGMENT);
        out_window(d, 1 + got + 2 * SEGMENT, WINDOW - got - 2 * SEGMENT);
    }
    unsigned next = 1 + WINDOW - 2 * SEGMENT;
    in_text(d, next, SEGMENT);
    in_text(d, next + SEGMENT, SEGMENT - 60);
    out_window(d, 1 + WINDOW - 60, 60);
    in_text(d, 1 + WINDOW - 60, 200);
    out_after(d, ".2", ". 1:1(0) ack 64241 win 0");
    user(d, "recv(3, 10000) = 10000");
    out(d, ". 1:1(0) ack 64241 win 10000");
    end(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_closes_and_opens),
                                       cmocka_unit_test(a_closed_window_lets_ack_and_reset_in),
                                       cmocka_unit_test(a_closed_window_lets_fin_in),
                                       cmocka_unit_test(text_is_cut_at_the_edge)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
