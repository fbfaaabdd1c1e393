/*
 * Reassembly, and the attacks upon it: what waits and for how long, which octets win, and that
 * whatever comes, a node keeps no more than it says. Fragments are put on the wire by hand; the
 * payload of each is one letter, so that what was joined can be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "stack/mib.h"
#include "talk_support.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/ipv4_route.h"
#include "wire/udp.h"

enum { ETHER = 14, PROTOCOL = 253 };
static struct setup setup;
static struct running run;

static void begin(const char *profile) {
    two_hosts(&setup);
    setup.nodes[1].profile = profile;
    setup_run(&setup, 0, "client", "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(500));
}

struct piece {
    uint32_t id, from, count;
    bool more;
    char fill;
};

/* From the client, so that it is there 10 ms later. */
static void send_from(sim_time at, ip4 source, struct piece p) {
    static uint8_t payload[1480], frame[1600];
    struct ipv4_header h = {.src = source,
                            .dst = 0x0a000002,
                            .protocol = PROTOCOL,
                            .identification = (uint16_t)p.id,
                            .fragment_offset = (uint16_t)p.from,
                            .more_fragments = p.more};
    memset(payload, p.fill, sizeof payload);
    size_t count = make_datagram(frame, 1, 2, &h, payload, p.count);
    inject(&run, at, "client", frame, count);
}

static void send(sim_time at, struct piece p) {
    send_from(at, 0x0a000001, p);
}

static uint64_t counted(enum mib counter) {
    return mib_value(run.lab, 2, counter);
}

static void expect_nothing_kept(void) {
    assert_int_equal(census_value(run.lab, 2, CENSUS_FRAGMENT_MEMORY), 0);
    expect_table(&run, "fragments", "server", "");
}

/* The server has no protocol 253, and says so with the joined datagram: its octets are read there.
 * NULL: nothing came up. */
static const uint8_t *joined(size_t *count) {
    for (size_t i = run.count; i-- > 0;) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->node != 2 || r->octets[13] != 0) continue;
        const uint8_t *icmp = r->octets + ETHER + IPV4_HEADER;
        if (icmp[0] != ICMP_UNREACHABLE || icmp[1] != 2) continue;
        *count = r->octet_count - ETHER - IPV4_HEADER - ICMP_HEADER;
        return icmp + ICMP_HEADER;
    }
    return NULL;
}

static void expect_joined(const char *octets) {
    size_t count;
    const uint8_t *whole = joined(&count);
    if (octets == NULL) {
        assert_null(whole);
        return;
    }
    assert_non_null(whole);
    assert_int_equal(count, IPV4_HEADER + strlen(octets));
    assert_memory_equal(whole + IPV4_HEADER, octets, strlen(octets));
    assert_int_equal(ipv4_span(whole).to, strlen(octets));
}

/* Sends pieces 1 ms apart, and tells what was joined of them by a host of this profile. */
static void joins(const char *profile, const struct piece *pieces, size_t count,
                  const char *octets) {
    begin(profile);
    for (size_t i = 0; i < count; i++) send(SECONDS(1) + MILLIS(1) * (sim_time)i, pieces[i]);
    run_until(&run, SECONDS(1.1));
    expect_joined(octets);
    run_end(&run);
}
#define JOINS(profile, octets, ...)                                                                \
    joins(profile, (const struct piece[]){__VA_ARGS__},                                            \
          sizeof((const struct piece[]){__VA_ARGS__}) / sizeof(struct piece), octets)

/* ------------------------------------------------------------------- as Linux did */

static void send_as_told(sim_time at, const char *told) {
    uint8_t frame[1600], payload[64];
    unsigned from, count, ecn;
    char more, letter, whole;
    assert_int_equal(sscanf(told, "%u:%u:%c:%c:%u:%c", &from, &count, &more, &letter, &ecn, &whole),
                     6);
    struct ipv4_header h = {.src = 0x0a000001,
                            .dst = 0x0a000002,
                            .protocol = PROTOCOL,
                            .identification = 7,
                            .ecn = (uint8_t)ecn,
                            .fragment_offset = (uint16_t)from,
                            .more_fragments = more == '+',
                            .dont_fragment = whole == 'd'};
    memset(payload, letter, sizeof payload);
    inject(&run, at, "client", frame, make_datagram(frame, 1, 2, &h, payload, count));
}

static void linux_did_the_same(void **state) {
    (void)state;
    FILE *file = fopen("tests/stack/oracle/ip_fragments.tsv", "r");
    char line[1024], answer[256];
    size_t cases = 0, count;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#') continue;
        const char *name = strtok(line, "\t");
        char *pieces = strtok(NULL, "\t");
        const char *expected = strtok(NULL, "\n");
        begin("linux-6.12");
        sim_time at = SECONDS(1);
        for (char *p = strtok(pieces, " "); p != NULL; p = strtok(NULL, " "))
            send_as_told(at += MILLIS(1), p);
        run_until(&run, SECONDS(2));
        const uint8_t *whole = joined(&count);
        strcpy(answer, "-");
        if (whole != NULL)
            snprintf(answer, sizeof answer, "%x %02x %.*s", whole[1], whole[6],
                     (int)(count - IPV4_HEADER), (const char *)whole + IPV4_HEADER);
        if (strcmp(answer, expected) != 0)
            fail_msg("%s:\nLinux: %s\nours:  %s", name, expected, answer);
        run_end(&run);
        cases++;
    }
    fclose(file);
    assert_true(cases >= 25);
}

/* ------------------------------------------------------------------- in any order */

static void the_order_does_not_matter(void **state) {
    (void)state;
    static const char *const orders[] = {"012", "021", "102", "120", "201", "210"};
    const struct piece pieces[] = {
        {7, 0, 8, true, 'a'}, {7, 8, 16, true, 'b'}, {7, 24, 3, false, 'c'}};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        JOINS(NULL, "aaaaaaaabbbbbbbbbbbbbbbbccc", pieces[orders[i][0] - '0'],
              pieces[orders[i][1] - '0'], pieces[orders[i][2] - '0']);
}

static void datagrams_do_not_mix(void **state) {
    (void)state;
    begin(NULL);
    send(SECONDS(1), (struct piece){7, 0, 8, true, 'a'});
    send(SECONDS(1), (struct piece){8, 8, 8, false, 'b'});
    send_from(SECONDS(1), 0x0a000009, (struct piece){7, 8, 8, false, 'c'});
    run_until(&run, SECONDS(1.1));
    expect_joined(NULL);
    expect_table(&run, "fragments", "server",
                 "[\"10.0.0.1\",\"0x0007\",\"8\",\"1\",\"31.010 s\"]\n"
                 "[\"10.0.0.1\",\"0x0008\",\"8\",\"1\",\"31.010 s\"]\n"
                 "[\"10.0.0.9\",\"0x0007\",\"8\",\"1\",\"31.010 s\"]\n");
    run_end(&run);
}

static void rows_tell_of_holes(void **state) {
    (void)state;
    begin(NULL);
    send(SECONDS(1), (struct piece){7, 16, 8, true, 'a'});
    send(SECONDS(1), (struct piece){7, 48, 8, true, 'b'});
    run_until(&run, SECONDS(1.1));
    expect_table(&run, "fragments", "server",
                 "[\"10.0.0.1\",\"0x0007\",\"16\",\"3\",\"31.010 s\"]\n");
    send(SECONDS(2), (struct piece){7, 0, 16, true, 'c'});
    send(SECONDS(2), (struct piece){7, 56, 8, false, 'd'});
    run_until(&run, SECONDS(2.1));
    expect_table(&run, "fragments", "server",
                 "[\"10.0.0.1\",\"0x0007\",\"40\",\"1\",\"31.010 s\"]\n");
    send(SECONDS(3), (struct piece){7, 24, 24, true, 'e'});
    run_until(&run, SECONDS(3.1));
    expect_nothing_kept();
    run_end(&run);
}

/* ------------------------------------------------------------------- time */

static void expect_given_up(const char *profile, double after) {
    begin(profile);
    send(SECONDS(1), (struct piece){7, 0, 8, true, 'a'});
    send(SECONDS(20), (struct piece){7, 16, 8, true, 'a'}); /* does not buy time */
    run_until(&run, SECONDS(1 + after));
    assert_int_equal(counted(MIB_IP_REASM_TIMEOUT), 0);
    run_until(&run, SECONDS(1.02 + after));
    assert_int_equal(counted(MIB_IP_REASM_TIMEOUT), 1);
    assert_int_equal(counted(MIB_IP_REASM_FAILS), 1);
    assert_int_equal(run_lost(&run, "fragment_timeout"), 2);
    assert_int_equal(mib_value(run.lab, 1, MIB_ICMP_IN_TIME_EXCDS), 1);
    expect_nothing_kept();
    run_end(&run);
}

/* Linux 30 s; RFC 1122 3.3.2: 60 to 120 s. */
static void fragments_are_not_waited_for_for_ever(void **state) {
    (void)state;
    expect_given_up("linux-6.12", 30);
    expect_given_up("rfc9293", 60);
}

/* RFC 1122 3.3.2 and 3.2.2.4: code 1, about the first fragment, and only if that has come. */
static void the_source_hears_of_it_by_the_first_fragment(void **state) {
    (void)state;
    begin(NULL);
    send(SECONDS(1), (struct piece){7, 8, 8, false, 'b'});
    send(SECONDS(1), (struct piece){8, 0, 8, true, 'a'});
    size_t before = run.count;
    run_until(&run, SECONDS(40));
    size_t told = 0;
    for (size_t i = before; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->node != 2 || r->octets[13] != 0) continue;
        const uint8_t *icmp = r->octets + ETHER + IPV4_HEADER, *quoted = icmp + ICMP_HEADER;
        assert_int_equal(icmp[0], ICMP_TIME_EXCEEDED);
        assert_int_equal(icmp[1], 1);
        assert_int_equal(quoted[5], 8); /* its identification */
        assert_int_equal(quoted[6], 0x20);
        assert_memory_equal(quoted + IPV4_HEADER, "aaaaaaaa", 8);
        told++;
    }
    assert_int_equal(told, 1);
    assert_int_equal(counted(MIB_IP_REASM_TIMEOUT), 2);
    run_end(&run);
}

/* RFC 1122 3.2.2: no error about a fragment that is not the first, whatever is wrong with it. */
static void no_error_about_a_later_fragment(void **state) {
    (void)state;
    struct ipv4_header h = {
        .src = 0x0a000101, .dst = 0x0a000201, .protocol = PROTOCOL, .ttl = 1, .fragment_offset = 8};
    uint8_t frame[1600], payload[8] = {0};
    through_router(&setup);
    setup_run(&setup, 0, "client", "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    uint64_t before = mib_value(run.lab, 2, MIB_ICMP_OUT_MSGS);
    inject(&run, SECONDS(1), "client", frame, make_datagram(frame, 1, 2, &h, payload, 8));
    run_until(&run, SECONDS(2));
    expect_drops(&run, "r1 1.010 ttl_expired\n");
    assert_int_equal(mib_value(run.lab, 2, MIB_ICMP_OUT_MSGS), before);
    run_end(&run);
}

/* ------------------------------------------------------------------- overlaps */

/* Linux since 4.19, as RFC 5722 4: an exact copy is ignored, an overlap ends the datagram. */
static void a_duplicate_is_ignored_an_overlap_is_not(void **state) {
    (void)state;
    JOINS("linux-6.12", "aaaaaaaabbbb", {7, 0, 8, true, 'a'}, {7, 0, 8, true, 'x'},
          {7, 8, 4, false, 'b'});
    /* What came until then is gone, and the rest is a datagram of its own. */
    JOINS("linux-6.12", "aaaaaaaaaaaaaaaabb", {7, 0, 16, true, 'y'}, {7, 8, 16, true, 'x'},
          {7, 16, 2, false, 'b'}, {7, 0, 16, true, 'a'});
    begin("linux-6.12");
    send(SECONDS(1), (struct piece){7, 0, 16, true, 'a'});
    send(SECONDS(1.1), (struct piece){7, 8, 16, true, 'x'});
    run_until(&run, SECONDS(2));
    expect_drops(&run, "server 1.110 fragment_overlap\nserver 1.110 fragment_overlap\n");
    assert_int_equal(counted(MIB_IP_REASM_OVERLAPS), 1);
    assert_int_equal(counted(MIB_IP_REASM_FAILS), 1);
    expect_nothing_kept();
    run_end(&run);
}

/* Paxson and Shankar's figure: six fragments by which one can see what a host does. The pieces 1
 * to 3 come first, then 4 overlaps the end of 1, 5 covers 2, 6 covers 3 and more. */
static void who_wins(const char *habit, const char *octets) {
    const struct piece pieces[] = {
        {7, 0, 24, true, '1'},  {7, 32, 16, true, '2'}, {7, 48, 24, true, '3'},
        {7, 8, 32, true, '4'},  {7, 48, 24, true, '5'}, {7, 72, 24, true, '6'},
        {7, 96, 3, false, '7'},
    };
    two_hosts(&setup);
    setup_setting(&setup, "server", "const.fragment_overlap", habit);
    setup_run(&setup, 0, "client", "ping -c 1 server");
    run_begin(&run, &setup);
    run_until(&run, MILLIS(500));
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        send(SECONDS(1) + MILLIS(1) * (sim_time)i, pieces[i]);
    run_until(&run, SECONDS(1.1));
    expect_joined(octets);
    if (octets != NULL) expect_nothing_kept();
    run_end(&run);
}

static void habits_differ(void **state) {
    (void)state;
#define TAIL "666666666666666666666666777"
    who_wins("drop", NULL);
    who_wins("newest", "11111111"
                       "44444444444444444444444444444444"
                       "22222222"
                       "555555555555555555555555" TAIL);
    who_wins("oldest", "111111111111111111111111"
                       "44444444"
                       "2222222222222222"
                       "333333333333333333333333" TAIL);
    who_wins("bsd", "111111111111111111111111"
                    "4444444444444444"
                    "22222222"
                    "333333333333333333333333" TAIL);
    who_wins("linux", "111111111111111111111111"
                      "4444444444444444"
                      "22222222"
                      "555555555555555555555555" TAIL);
#undef TAIL
}

/* A new fragment within an old one, and one around several. */
static void within_and_around(void **state) {
    (void)state;
    JOINS("rfc9293", "aaaaaaaabbbbbbbbaaaaaaaacc", {7, 0, 24, true, 'a'}, {7, 8, 8, true, 'b'},
          {7, 24, 2, false, 'c'});
    JOINS("rfc9293", "ccccccccccccccccccccccccdd", {7, 0, 8, true, 'a'}, {7, 16, 8, true, 'b'},
          {7, 0, 24, true, 'c'}, {7, 24, 2, false, 'd'});
    JOINS("bsd", "ccccccccccccccccccccccccdd", {7, 0, 8, true, 'a'}, {7, 16, 8, true, 'b'},
          {7, 0, 24, true, 'c'}, {7, 24, 2, false, 'd'});
}

/* ------------------------------------------------------------------- attacks by name */

/* teardrop: the second fragment lies within the first and ends before it, so that a length became
 * negative. */
static void teardrop(void **state) {
    (void)state;
    JOINS("linux-6.12", NULL, {242, 0, 36, true, 'a'}, {242, 24, 4, false, 'b'});
    JOINS("linux-4.9", NULL, {242, 0, 36, true, 'a'}, {242, 24, 4, false, 'b'});
    JOINS("rfc9293", NULL, {242, 0, 36, true, 'a'}, {242, 24, 4, false, 'b'});
    JOINS("bsd", NULL, {242, 0, 36, true, 'a'}, {242, 24, 4, false, 'b'});
}

/* ping of death: the last fragment would end behind the 65,535th octet. */
static void ping_of_death(void **state) {
    (void)state;
    begin(NULL);
    for (uint32_t i = 0; i < 45; i++)
        send(SECONDS(1), (struct piece){7, 1480 * i, 1480, i < 44, 'a'});
    run_until(&run, SECONDS(2));
    assert_int_equal(run_lost(&run, "fragment_too_long"), 45);
    assert_int_equal(counted(MIB_IP_REASM_FAILS), 1);
    expect_joined(NULL);
    expect_nothing_kept();
    run_end(&run);
}

/* The largest that may be: a header of 20 and 65,515 octets. */
static void one_octet_less_lives(void **state) {
    (void)state;
    begin(NULL);
    for (uint32_t i = 0; i < 44; i++)
        send(SECONDS(1), (struct piece){7, 1480 * i, 1480, true, 'a'});
    send(SECONDS(1), (struct piece){7, 1480 * 44, 65515 - 1480 * 44, false, 'a'});
    run_until(&run, SECONDS(2));
    assert_int_equal(counted(MIB_IP_REASM_OKS), 1);
    expect_nothing_kept();
    run_end(&run);
}

/* The whole has the header of the first fragment, which may be longer than that of the last. */
static void a_long_first_header_counts(void **state) {
    (void)state;
    enum { PIECE = 1440, PIECES = 45, OPTIONS = 40 };
    static const uint8_t payload[PIECE] = {0};
    for (uint32_t less = 0; less <= OPTIONS; less += OPTIONS) {
        uint8_t frame[1600];
        struct ipv4_header h = {.src = 0x0a000001,
                                .dst = 0x0a000002,
                                .protocol = PROTOCOL,
                                .identification = 7,
                                .more_fragments = true,
                                .option_count = OPTIONS};
        memset(h.options, IPV4_OPTION_NOTHING, OPTIONS);
        begin(NULL);
        inject(&run, SECONDS(1), "client", frame, make_datagram(frame, 1, 2, &h, payload, PIECE));
        for (uint32_t i = 1; i < PIECES; i++)
            send(SECONDS(1), (struct piece){7, PIECE * i, PIECE, true, 'a'});
        send(SECONDS(1),
             (struct piece){7, PIECE * PIECES, 65515 - PIECE * PIECES - less, false, 'a'});
        run_until(&run, SECONDS(2));
        assert_int_equal(counted(MIB_IP_REASM_OKS), less != 0);
        assert_int_equal(run_lost(&run, "fragment_too_long"), less != 0 ? 0 : PIECES + 1);
        expect_nothing_kept();
        run_end(&run);
    }
}

/* Fragments that contradict each other about the end, or hold nothing. */
static void two_ends(void **state) {
    (void)state;
    JOINS(NULL, NULL, {7, 0, 8, true, 'a'}, {7, 16, 8, false, 'b'}, {7, 24, 8, false, 'c'},
          {7, 8, 8, true, 'd'});
    JOINS(NULL, NULL, {7, 0, 8, true, 'a'}, {7, 16, 8, false, 'b'}, {7, 24, 8, true, 'c'},
          {7, 8, 8, true, 'd'});
    JOINS(NULL, NULL, {7, 0, 8, true, 'a'}, {7, 16, 8, true, 'b'}, {7, 8, 4, false, 'c'});
    JOINS(NULL, NULL, {7, 0, 7, true, 'a'}, {7, 8, 8, false, 'b'});
    /* As Linux: what is more than a multiple of 8 is cut off. */
    JOINS(NULL, "aaaaaaaabb", {7, 0, 12, true, 'a'}, {7, 8, 2, false, 'b'});
}

/* Rose and its like: the first and the last fragment of many datagrams, with a gap between them.
 * Ten thousand of them, from many sources, stay inside net.ipv4.ipfrag_high_thresh. */
static void rose(void **state) {
    (void)state;
    enum { SENT = 10000, HIGH = 4194304, ONE = 1024 };
    size_t used;
    begin(NULL);
    used = lab_used(run.lab);
    for (uint32_t i = 0; i < SENT; i++) {
        send_from(SECONDS(1) + MILLIS(0.1) * i, 0x0a000100 + i % 50,
                  (struct piece){i, i % 2 * 64000, 8, i % 2 == 0, 'a'});
        assert_true(census_value(run.lab, 2, CENSUS_FRAGMENT_MEMORY) <= HIGH + ONE);
    }
    run_until(&run, SECONDS(3));
    assert_true(run_lost(&run, "fragment_memory") > SENT / 2);
    assert_true(lab_used(run.lab) - used < 6u << 20); /* what is really kept, all of the lab */
    run_command(&run, SECONDS(3), "client", "ping -c 1 server"); /* others are served */
    run_until(&run, SECONDS(4));
    assert_int_equal(mib_value(run.lab, 1, MIB_ICMP_IN_ECHO_REPS), 2);
    run_until(&run, SECONDS(40));
    expect_nothing_kept();
    assert_int_equal(counted(MIB_IP_REASM_TIMEOUT) + run_lost(&run, "fragment_memory"), SENT);
    assert_int_equal(counted(MIB_IP_REASM_FAILS), SENT);
    run_end(&run);
}

/* Older kernels let the oldest go, so who is honest and comes during the attack is served. */
static void the_oldest_make_room(void **state) {
    (void)state;
    begin("linux-2.6.32");
    for (uint32_t i = 0; i < 1000; i++)
        send_from(SECONDS(1) + MILLIS(0.1) * i, 0x0a000100 + i % 50,
                  (struct piece){i, 0, 8, true, 'a'});
    send(SECONDS(1.2), (struct piece){7, 0, 8, true, 'y'});
    send(SECONDS(1.2), (struct piece){7, 8, 2, false, 'z'});
    run_until(&run, SECONDS(2));
    assert_true(run_lost(&run, "fragment_evicted") > 500);
    assert_true(census_value(run.lab, 2, CENSUS_FRAGMENT_MEMORY) <= 262144 + 1024);
    expect_joined("yyyyyyyyzz");
    run_end(&run);
}

/* Thousands of pieces of one datagram, in an order in which each has to be looked for. */
static void fragment_smack(void **state) {
    (void)state;
    enum { PIECES = 4000 };
    begin(NULL);
    for (uint32_t i = 0; i < PIECES; i++)
        send(SECONDS(1),
             (struct piece){7, 8 * (i * 2741 % PIECES), 8, i * 2741 % PIECES != PIECES - 1, 'a'});
    run_until(&run, SECONDS(2));
    assert_int_equal(counted(MIB_IP_REASM_OKS), 1);
    expect_nothing_kept();
    run_end(&run);
}

/* ipfrag_max_dist: the identification may have come round. */
static void too_far_apart(void **state) {
    (void)state;
    begin(NULL);
    send(SECONDS(1), (struct piece){7, 0, 8, true, 'a'});
    for (uint32_t i = 0; i < 65; i++) send(SECONDS(2), (struct piece){100 + i, 0, 8, true, 'x'});
    send(SECONDS(3), (struct piece){7, 8, 8, false, 'b'});
    run_until(&run, SECONDS(4));
    assert_int_equal(run_lost(&run, "fragment_too_far"), 1);
    expect_joined(NULL);
    run_end(&run);
}

/* RFC 3168 5.3: a mark that some fragments have and others cannot have. */
static void marks_are_joined(void **state) {
    (void)state;
    static const struct {
        uint8_t first, second;
        int joined; /* -1: it is thrown away */
    } cases[] = {{2, 3, 3}, {3, 1, 3}, {2, 1, 2}, {0, 0, 0}, {0, 3, -1}, {2, 0, -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t frame[1600], payload[8] = {0};
        begin(NULL);
        for (uint32_t k = 0; k < 2; k++) {
            struct ipv4_header h = {.src = 0x0a000001,
                                    .dst = 0x0a000002,
                                    .protocol = PROTOCOL,
                                    .ecn = k == 0 ? cases[i].first : cases[i].second,
                                    .fragment_offset = (uint16_t)(8 * k),
                                    .more_fragments = k == 0};
            inject(&run, SECONDS(1), "client", frame, make_datagram(frame, 1, 2, &h, payload, 8));
        }
        run_until(&run, SECONDS(2));
        assert_int_equal(run_lost(&run, "fragment_marks"), cases[i].joined < 0 ? 2 : 0);
        size_t count;
        const uint8_t *whole = joined(&count);
        assert_int_equal(whole == NULL, cases[i].joined < 0);
        if (whole != NULL) assert_int_equal(whole[1] & 3, cases[i].joined);
        run_end(&run);
    }
}

/* A first fragment that ends within the UDP header is no header to anyone before it is whole: the
 * checksum is of the whole, and a datagram that a later fragment spoils is not delivered. */
static void tiny_fragments_of_udp(void **state) {
    (void)state;
    for (uint32_t spoilt = 0; spoilt < 2; spoilt++) {
        uint8_t whole[UDP_HEADER + 16] = {0}, frame[1600];
        struct udp_header udp = {.src_port = 1, .dst_port = 53};
        udp_emit(whole, &udp, 16, 0x0a000001, 0x0a000002);
        whole[UDP_HEADER + 15] ^= (uint8_t)spoilt;
        begin(NULL);
        for (uint32_t k = 0; k < 3; k++) {
            struct ipv4_header h = {.src = 0x0a000001,
                                    .dst = 0x0a000002,
                                    .protocol = IP_PROTOCOL_UDP,
                                    .fragment_offset = (uint16_t)(8 * k),
                                    .more_fragments = k < 2};
            inject(&run, SECONDS(1), "client", frame,
                   make_datagram(frame, 1, 2, &h, whole + 8 * k, 8));
        }
        run_until(&run, SECONDS(2));
        assert_int_equal(counted(MIB_UDP_NO_PORTS), 1 - spoilt);
        assert_int_equal(counted(MIB_UDP_IN_CSUM_ERRORS), spoilt);
        run_end(&run);
    }
}

static void copies_agree(void **state) {
    (void)state;
    two_hosts(&setup);
    setup.links[0].loss_ppm = 20000;
    setup.links[0].reorder_ppm = 200000;
    setup.links[0].duplicate_ppm = 100000;
    setup_run(&setup, 0, "client", "ping -c 20 -i 0.01 -s 9000 server");
    expect_move_test(&setup, SECONDS(35));
    expect_sync_test(&setup, SECONDS(35), 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_did_the_same),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(datagrams_do_not_mix),
        cmocka_unit_test(rows_tell_of_holes),
        cmocka_unit_test(fragments_are_not_waited_for_for_ever),
        cmocka_unit_test(the_source_hears_of_it_by_the_first_fragment),
        cmocka_unit_test(no_error_about_a_later_fragment),
        cmocka_unit_test(a_duplicate_is_ignored_an_overlap_is_not),
        cmocka_unit_test(habits_differ),
        cmocka_unit_test(within_and_around),
        cmocka_unit_test(teardrop),
        cmocka_unit_test(ping_of_death),
        cmocka_unit_test(one_octet_less_lives),
        cmocka_unit_test(a_long_first_header_counts),
        cmocka_unit_test(two_ends),
        cmocka_unit_test(rose),
        cmocka_unit_test(the_oldest_make_room),
        cmocka_unit_test(fragment_smack),
        cmocka_unit_test(too_far_apart),
        cmocka_unit_test(marks_are_joined),
        cmocka_unit_test(tiny_fragments_of_udp),
        cmocka_unit_test(copies_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
