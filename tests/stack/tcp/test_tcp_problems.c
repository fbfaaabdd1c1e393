/*
 * RFC 2525, "Known TCP Implementation Problems": eighteen signatures in a trace, and none of them
 * is in ours. Each test is named by its section. Where traffic decides, the detector looks at the
 * segments of a transfer under several profiles; where a peer has to misbehave, it is a dialogue.
 */
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "sim/lab.h"
#include "stack/tcp/tcp_state.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum { MSS = 1460, TS = 12, MOST = 60000 };
static const char *const profiles[] = {"rfc9293", "linux-6.12-plain", "linux-6.12"};
enum { PROFILES = 3 };

/* ------------------------------------------------------------------------------ what passed by */

struct seen {
    sim_time at;
    uint32_t node, seq, ack, flags, length; /* seq and ack count from the sender's ISS */
    bool repeats;
};
static struct setup setup;
static struct seen seen[MOST];
static size_t count;
static uint32_t first[3]; /* each node's initial sequence number */
static uint8_t text[2000000];
static uint64_t text_count;
static bool inconsistent;

static void see(void *user, const struct lab *lab, const struct trace_record *r) {
    (void)user;
    (void)lab;
    if (r->kind == TRACE_STREAM && r->before == 0 && r->node == 1) {
        memcpy(text + text_count, r->octets, r->octet_count);
        text_count += r->octet_count;
    }
    if (r->kind != TRACE_SENT) return;
    struct reader in = reader_of(r->octets, r->octet_count);
    struct ipv4_header ip;
    struct tcp_header h;
    read_skip(&in, 14);
    if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_TCP) return;
    assert_int_equal(tcp_parse(&h, &in, ip.src, ip.dst), PARSE_OK);
    if ((h.flags & TCP_SYN) != 0) first[r->node] = h.seq;
    uint32_t length = (uint32_t)read_left(&in);
    assert_true(count < MOST);
    seen[count++] =
        (struct seen){r->at,   r->node, h.seq - first[r->node], h.ack - first[3 - r->node],
                      h.flags, length,  r->retransmission > 0};
    uint32_t offset = h.seq - first[r->node] - 1;
    if (r->node == 1 && length > 0 && memcmp(text + offset, read_span(&in, length), length) != 0)
        inconsistent = true;
}

static struct lab *begin(const char *profile, const char *octets) {
    static char command[64];
    for (size_t n = 0; n < 2; n++) setup.nodes[n].profile = profile;
    setup_run(&setup, 0, "server", "nc -l 80 > /dev/null");
    snprintf(command, sizeof command, "nc -N 10.0.0.2 80 < %s", octets);
    setup_run(&setup, SECONDS(1), "client", command);
    struct complaint why;
    size_t size = lab_size(&setup.scenario);
    struct lab *lab = malloc(size);
    if (!lab_create(lab, size, &setup.scenario, &why)) fail_msg("%s: %s", why.place, why.problem);
    count = text_count = 0;
    inconsistent = false;
    return lab;
}

static void run_to(struct lab *lab, sim_time until) {
    struct sink sink = {see, NULL, WANT_ALL};
    struct budget budget = {0, until};
    lab_step(lab, &sink, &budget);
}

static void given_link(sim_time delay, uint64_t rate) {
    two_hosts(&setup);
    setup.links[0].delay_ns[0] = setup.links[0].delay_ns[1] = delay;
    setup.links[0].rate_bps = rate;
}

static void lose(const char *match, uint32_t nth, uint32_t how_many) {
    struct scenario_fault *f = setup_fault(&setup, "client->server", FAULT_DROP, match, nth);
    f->count = how_many;
}

static const struct tcb *the_client(const struct lab *lab) {
    for (struct id at = object_next(lab, POOL_TCB, (struct id){0, 0}); id_is(at);
         at = object_next(lab, POOL_TCB, at))
        if (tcb_get(lab, at)->node == 1) return tcb_get(lab, at);
    return NULL;
}

/* Segments with text of the client in [from, until). */
static size_t sent_between(sim_time from, sim_time until) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += seen[i].node == 1 && seen[i].length > 0 && seen[i].at >= from && seen[i].at < until;
    return n;
}

static const struct seen *first_repeat(void) {
    for (size_t i = 0; i < count; i++)
        if (seen[i].node == 1 && seen[i].length > 0 && seen[i].repeats) return &seen[i];
    fail_msg("nothing was repeated");
    return NULL;
}

/* ------------------------------------------------------------------------------- the eighteen */

/* Round trips of 200 ms: what leaves in the first one is the initial window, RFC 6928: ten. */
static void no_2_1_no_initial_slow_start(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        given_link(MILLIS(100), 0);
        struct lab *lab = begin(profiles[p], "500000");
        run_to(lab, SECONDS(3));
        sim_time began = SECONDS(1.6); /* ARP and the handshake take three round trips at most */
        for (size_t i = count; i-- > 0;)
            if (seen[i].node == 1 && seen[i].length > 0) began = seen[i].at;
        size_t initial = sent_between(began, began + MILLIS(190));
        assert_in_range(initial, 2, 10);
        assert_in_range(sent_between(began + MILLIS(190), began + MILLIS(390)), 2, 2 * initial);
        free(lab);
    }
}

static void given_a_blackout(const char *profile, struct lab **lab) {
    given_link(MILLIS(100), 0);
    struct scenario_fault *f = setup_fault(&setup, "client->server", FAULT_DROP, "tcp.len > 0", 0);
    f->from = SECONDS(2.5);
    f->until = SECONDS(3.5);
    *lab = begin(profile, "1500000");
    run_to(*lab, SECONDS(12));
}

/* After a time-out one segment, or two where a loss probe went before; in the next two round trips
 * two and four. (An ACK may be delayed by 200 ms.) */
static void no_2_2_no_slow_start_after_time_out(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        struct lab *lab;
        given_a_blackout(profiles[p], &lab);
        sim_time again = 0; /* the first that comes through after the blackout */
        for (size_t i = 0; i < count && again == 0; i++)
            if (seen[i].node == 1 && seen[i].repeats && seen[i].at >= SECONDS(3.5))
                again = seen[i].at;
        assert_true(again > 0);
        assert_in_range(sent_between(again, again + MILLIS(190)), 1, 2);
        assert_in_range(sent_between(again + MILLIS(190), again + MILLIS(590)), 1, 6);
        free(lab);
    }
}

/* A SYN,ACK without an MSS option leaves the window as it ought to be: ten of 536 octets
 * (RFC 6928). */
static void no_2_3_uninitialized_cwnd(void **state) {
    (void)state;
    struct script *d = given_syn_sent();
    in(d, "S. 0:0(0) ack 1 win 65535");
    out(d, ". 1:1(0) ack 1");
    script_line(d, "+0 ... connect = 0");
    user(d, "send(3, 20000) ...");
    for (unsigned n = 0; n < 10; n++) {
        char segment[64];
        snprintf(segment, sizeof segment, ". %u:%u(536) ack 1", 1 + 536 * n, 537 + 536 * n);
        out(d, segment);
    }
    end(d); /* and no more */
}

/* What is sent again is what was sent: octet for octet, over a bad link. */
static void no_2_4_inconsistent_retransmission(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        given_link(MILLIS(10), 0);
        setup.links[0].loss_ppm = 100000;
        struct lab *lab = begin(profiles[p], "1000000");
        run_to(lab, SECONDS(600));
        assert_int_equal(text_count, 1000000);
        first_repeat();
        assert_false(inconsistent);
        free(lab);
    }
}

/* One segment is lost, the later ones are kept: one is sent again, with SACK and without. */
static void no_2_5_failure_to_retain_above_sequence_data(void **state) {
    (void)state;
    for (size_t p = 0; p < 2 * PROFILES; p++) {
        given_link(MILLIS(10), 0);
        setup_setting(&setup, "server", "net.ipv4.tcp_sack", p < PROFILES ? "1" : "0");
        lose("tcp.len > 0", 40, 1);
        struct lab *lab = begin(profiles[p % PROFILES], "300000");
        run_to(lab, SECONDS(60));
        size_t repeats = 0;
        for (size_t i = 0; i < count; i++) repeats += seen[i].node == 1 && seen[i].repeats;
        assert_int_equal(text_count, 300000);
        assert_int_equal(repeats, 1);
        free(lab);
    }
}

/* In congestion avoidance CWND grows by one segment a round trip, not by more. */
static void no_2_6_extra_additive_constant(void **state) {
    (void)state;
    for (size_t p = 0; p < 2; p++) { /* the third has CUBIC's or Reno's curve, by its setting */
        given_link(MILLIS(100), 0);
        lose("tcp.len > 0", 60, 1);
        struct lab *lab = begin(profiles[p], "1900000");
        run_to(lab, SECONDS(4.5));
        for (int trip = 0; trip < 10; trip++) {
            const struct tcb *c = the_client(lab);
            assert_non_null(c);
            assert_int_equal(c->congestion.state, TCP_CONGESTION_OPEN);
            assert_true(c->congestion.cwnd >= c->congestion.ssthresh);
            uint32_t before = c->congestion.cwnd;
            run_to(lab, SECONDS(4.5) + (trip + 1) * MILLIS(200));
            c = the_client(lab);
            assert_in_range(c->congestion.cwnd, before, before + 2 * (MSS - TS));
            if (trip == 0) assert_true(c->congestion.cwnd < 100 * MSS);
        }
        free(lab);
    }
}

/* RFC 6298 2 (2.1): a second at least, for the SYN and for the first text. */
static void no_2_7_initial_rto_too_low(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        given_link(MILLIS(10), 0);
        lose("tcp.flags.syn == 1", 1, 1);
        struct lab *lab = begin(profiles[p], "1000");
        run_to(lab, SECONDS(20));
        assert_true(seen[1].node == 1 && seen[1].flags == TCP_SYN);
        assert_true(seen[1].at - seen[0].at >= SECONDS(0.97)); /* the first one waited for ARP */
        free(lab);
    }
}

/* When recovery is over, no more is in flight than ssthresh says. */
static void no_2_8_failure_of_window_deflation(void **state) {
    (void)state;
    for (size_t p = 0; p < 2 * PROFILES; p++) {
        given_link(MILLIS(100), 0);
        setup_setting(&setup, "server", "net.ipv4.tcp_sack", p < PROFILES ? "1" : "0");
        lose("tcp.len > 0", 60, 1);
        struct lab *lab = begin(profiles[p % PROFILES], "1000000");
        bool recovering = false, deflated = false;
        for (sim_time at = SECONDS(1); at < SECONDS(6) && !deflated; at += MILLIS(1)) {
            run_to(lab, at);
            const struct tcb *c = the_client(lab);
            if (c == NULL) continue;
            if (c->congestion.state == TCP_CONGESTION_RECOVERY) recovering = true;
            if (!recovering || c->congestion.state != TCP_CONGESTION_OPEN) continue;
            deflated = true;
            assert_true(c->congestion.cwnd <= c->congestion.ssthresh + 2 * MSS);
            assert_true(c->snd.nxt - c->snd.una <= c->congestion.ssthresh + 2 * MSS);
        }
        assert_true(deflated);
        free(lab);
    }
}

/* Nine probes, 75 s apart, before a silent peer is given up. */
static void no_2_9_keepalive_time_out_too_short(void **state) {
    (void)state;
    struct script *d = given_established();
    script_line(d, "+0 setsockopt(3, SO_KEEPALIVE, 1) = 0");
    out_after(d, "7200", ". 0:0(0) ack 1");
    for (int i = 1; i < 9; i++) out_after(d, "75", ". 0:0(0) ack 1");
    now(d, "ESTABLISHED");
    line(d, "74", "state", "ESTABLISHED");
    end(d);
}

/* RFC 6298 (5.5): each time-out doubles the next one. */
static void no_2_10_failure_to_back_off(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        given_link(MILLIS(10), 0);
        lose("tcp.len > 0", 1, 1000);
        struct lab *lab = begin(profiles[p], "1000");
        run_to(lab, SECONDS(60));
        sim_time last = 0, gap = 0;
        int doubled = 0;
        for (size_t i = 0; i < count; i++) {
            if (seen[i].node != 1 || seen[i].length == 0) continue;
            /* A loss probe comes before the first time-out, and moves it. */
            if (last != 0 && gap > (p == 2 ? MILLIS(450) : MILLIS(150))) {
                assert_in_range(seen[i].at - last, gap * 19 / 10, gap * 23 / 10);
                doubled++;
            }
            if (last != 0) gap = seen[i].at - last;
            last = seen[i].at;
        }
        assert_true(doubled >= 3);
        free(lab);
    }
}

/* Two hours of silence at least before anybody is asked. */
static void no_2_11_keepalives_too_close(void **state) {
    (void)state;
    struct script *d = given_established();
    script_line(d, "+0 setsockopt(3, SO_KEEPALIVE, 1) = 0");
    line(d, "7199", "state", "ESTABLISHED");
    out_after(d, "1", ". 0:0(0) ack 1");
    in(d, ". 1:1(0) ack 1 win 65535");
    line(d, "7198", "state", "ESTABLISHED");
    end(d);
}

/* One octet is read of a full window, and the peer's probe brings one: what the peer acknowledges
 * after that still counts. */
static void no_2_12_window_probe_deadlock(void **state) {
    (void)state;
    struct script *d = given_established();
    char segment[80];
    unsigned window = 44 * MSS;
    for (unsigned got = 0; got < window; got += 2 * MSS) {
        for (unsigned i = 0; i < 2; i++) {
            unsigned from = 1 + got + i * MSS;
            snprintf(segment, sizeof segment, ". %u:%u(1460) ack 1 win 65535", from, from + MSS);
            in(d, segment);
        }
        snprintf(segment, sizeof segment, ". 1:1(0) ack %u", 1 + got + 2 * MSS);
        out(d, segment);
    }
    user(d, "recv(3, 1) = 1");
    snprintf(segment, sizeof segment, ". %u:%u(1) ack 1 win 65535", 1 + window, 2 + window);
    in(d, segment);
    snprintf(segment, sizeof segment, ". 1:1(0) ack %u win 0", 1 + window);
    out(d, segment);
    user(d, "send(3, 100) = 100");
    snprintf(segment, sizeof segment, "P. 1:101(100) ack %u win 0", 1 + window);
    out(d, segment);
    snprintf(segment, sizeof segment, ". %u:%u(0) ack 101 win 65535", 1 + window, 1 + window);
    in(d, segment);
    line(d, "30", "state", "ESTABLISHED"); /* nothing is repeated */
    end(d);
}

/* Two full segments are not left without an ACK. */
static void no_2_13_stretch_ack(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        given_link(MILLIS(10), 10000000);
        struct lab *lab = begin(profiles[p], "1000000");
        run_to(lab, SECONDS(60));
        uint32_t last = 1;
        for (size_t i = 0; i < count; i++) {
            if (seen[i].node != 2 || (seen[i].flags & TCP_SYN) != 0) continue;
            assert_in_range(seen[i].ack - last, 0, 2 * MSS + 1);
            last = seen[i].ack;
        }
        assert_true(last >= 1000000);
        free(lab);
    }
}

/* A fast retransmission and a time-out repeat one segment, as long as it was. */
static void no_2_14_retransmission_sends_several(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        given_link(MILLIS(100), 0);
        lose("tcp.len > 0", 30, 1);
        struct lab *lab = begin(profiles[p], "300000");
        run_to(lab, SECONDS(60));
        const struct seen *again = first_repeat();
        size_t repeats = 0;
        for (size_t i = 0; i < count; i++) repeats += seen[i].node == 1 && seen[i].repeats;
        assert_int_equal(repeats, 1);
        assert_int_equal(again->length, MSS - TS);
        free(lab);

        given_link(MILLIS(100), 0);
        lose("tcp.len > 0", 1, 3); /* all of a short flight: only the time-out helps */
        lab = begin(profiles[p], "4344");
        run_to(lab, SECONDS(60));
        again = first_repeat();
        assert_int_equal(sent_between(again->at, again->at + MILLIS(190)), 1);
        assert_int_equal(again->length, MSS - TS);
        free(lab);
    }
}

/* close() sends the FIN at once, on the last text, without waiting for any ACK. */
static void no_2_15_late_fin(void **state) {
    (void)state;
    struct script *d = given_established();
    user(d, "send(3, 1460) = 1460");
    out(d, "P. 1:1461(1460) ack 1");
    user(d, "send(3, 10) = 10"); /* Nagle's algorithm holds it back */
    user(d, "close(3) = 0");
    out(d, "FP. 1461:1471(10) ack 1");
    end(d);
}

/* Text for a user who has closed is answered by a reset. */
static void no_2_16_no_rst_after_half_duplex_close(void **state) {
    (void)state;
    struct script *d = given_established();
    user(d, "close(3) = 0");
    out(d, "F. 1:1(0) ack 1");
    in(d, ". 1:1(0) ack 2 win 65535");
    in(d, "P. 1:101(100) ack 2 win 65535");
    out(d, "R 2:2(0)");
    now(d, "CLOSED");
    end(d);
}

/* close() with unread text resets. */
static void no_2_17_no_rst_on_close_with_data_pending(void **state) {
    (void)state;
    struct script *d = given_established();
    in(d, "P. 1:101(100) ack 1 win 65535");
    user(d, "close(3) = 0");
    out(d, "R. 1:1(0) ack 101");
    now(d, "CLOSED");
    end(d);
}

/* Options take their octets from the segment: no frame is longer than the MTU, and full ones are
 * exactly as long. */
static void no_2_18_options_missing_from_mss(void **state) {
    (void)state;
    for (size_t p = 0; p < PROFILES; p++) {
        given_link(MILLIS(10), 0);
        struct lab *lab = begin(profiles[p], "100000");
        run_to(lab, SECONDS(20));
        size_t full = 0;
        for (size_t i = 0; i < count; i++) {
            assert_true(seen[i].length <= MSS - TS);
            full += seen[i].length == MSS - TS;
        }
        assert_in_range(full, 100000 / (MSS - TS) - 2, 100000 / (MSS - TS));
        free(lab);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_2_1_no_initial_slow_start),
        cmocka_unit_test(no_2_2_no_slow_start_after_time_out),
        cmocka_unit_test(no_2_3_uninitialized_cwnd),
        cmocka_unit_test(no_2_4_inconsistent_retransmission),
        cmocka_unit_test(no_2_5_failure_to_retain_above_sequence_data),
        cmocka_unit_test(no_2_6_extra_additive_constant),
        cmocka_unit_test(no_2_7_initial_rto_too_low),
        cmocka_unit_test(no_2_8_failure_of_window_deflation),
        cmocka_unit_test(no_2_9_keepalive_time_out_too_short),
        cmocka_unit_test(no_2_10_failure_to_back_off),
        cmocka_unit_test(no_2_11_keepalives_too_close),
        cmocka_unit_test(no_2_12_window_probe_deadlock),
        cmocka_unit_test(no_2_13_stretch_ack),
        cmocka_unit_test(no_2_14_retransmission_sends_several),
        cmocka_unit_test(no_2_15_late_fin),
        cmocka_unit_test(no_2_16_no_rst_after_half_duplex_close),
        cmocka_unit_test(no_2_17_no_rst_on_close_with_data_pending),
        cmocka_unit_test(no_2_18_options_missing_from_mss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
